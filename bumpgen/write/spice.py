"""Nets as a SPICE subcircuit: every pad and bump a pin, every piece of metal a star of resistors.

The text depends on its input only; pins and nodes keep their order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeAlias

from bumpgen.errors import InputError
from bumpgen.write.atomic import replacing

__all__ = ["Star", "spice_text", "write_spice"]

Star: TypeAlias = tuple[str, Sequence[str], float | None]
"""A piece of metal: its net, its terminals as pins are to be called (pad_P1, bump_A1), its resistance in Ω or None."""

WIDTH = 100
"""Lines longer than this are continued, as old readers want it."""

FORBIDDEN = re.compile(r"[^A-Za-z0-9_\[\].]")


def spice_text(name: str, stars: Iterable[Star]) -> str:
    """A .SUBCKT of the stars. The arms of a star share its resistance equally: of two terminals the series of both
    is what was measured between them. An unknown resistance is 0. Two pins of one name are an InputError.
    """
    listed = [(net, tuple(map(_word, pins)), resistance) for net, pins, resistance in stars]
    pins = [pin for _, own, _ in listed for pin in own]
    twice = sorted({pin for pin in pins if pins.count(pin) > 1}) if len(set(pins)) != len(pins) else []
    if twice:
        raise InputError(f"two terminals would be pin {twice[0]!r}", hint="give them names that differ in letters")
    lines = ["* nets as drawn; resistances in ohm", *_wrapped([".SUBCKT", _word(name), *pins])]
    number = 0
    nodes = _nodes([net for net, _, _ in listed], set(pins))
    for (net, own, resistance), node in zip(listed, nodes, strict=True):
        lines.append(f"* net {' '.join(net.split()) or '(none)'}")
        for pin in own:
            number += 1
            lines.append(f"R{number} {pin} {node} {(resistance or 0.0) / len(own):.6g}")
    return "\n".join([*lines, f".ENDS {_word(name)}", ""])


def write_spice(name: str, stars: Iterable[Star], path: Path | str) -> None:
    """Write `spice_text` to a file, all of it or nothing."""
    with replacing(path) as temporary:
        Path(temporary).write_text(spice_text(name, stars), encoding="utf-8", newline="\n")


def _word(text: str) -> str:
    return FORBIDDEN.sub("_", text) or "_"


def _nodes(nets: Sequence[str], taken: set[str]) -> list[str]:
    """A node's name for each star: its net's, numbered where that is taken."""
    nodes = []
    for net in nets:
        base = node = "net_" + _word(net)
        count = 1
        while node in taken:
            count += 1
            node = f"{base}_{count}"
        taken.add(node)
        nodes.append(node)
    return nodes


def _wrapped(words: Sequence[str]) -> list[str]:
    """Words in lines, each after the first begun with a plus."""
    lines, line = [], words[0]
    for word in words[1:]:
        if len(line) + 1 + len(word) > WIDTH:
            lines.append(line)
            line = "+"
        line += f" {word}"
    return [*lines, line]
