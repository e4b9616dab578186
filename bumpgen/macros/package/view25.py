"""A process as a script of KLayout's 2.5D view: each film where its steps put it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from bumpgen.macro_file import menu_macro
from bumpgen.macros.package.heights import Slab, slabs
from bumpgen.process import Process

__all__ = ["view25"]

SLICES = 12
"""Reflowed solder is shown as so many discs."""
WAFER = 20.0
"""So much of the wafer is shown, µm."""


def view25(process: Process) -> bytes:
    """The .lyd25 file of a process; heights in µm above the wafer, read from its steps at its own sites."""
    lines = [
        f"# {' '.join(process.title.split())}",
        f"# The process {process.name} in 2.5D, by bumpgen. Heights are µm above the wafer's upper side,",
        "# of each film at the middle of its site, of polymers and passivation beside the sites. Shown are",
        f"# the uppermost {WAFER:g} µm of the wafer, and of polymers and passivation the frames of their openings.",
        "",
        *_wafer(process),
    ]
    found = slabs(process)
    for layer in dict.fromkeys(slab.layer for slab in found):
        lines += _layer(process, layer, [slab for slab in found if slab.layer == layer])
    ruby = "\n".join(lines) + "\n"
    return menu_macro(f"{process.name}: bumpgen", "d25", ruby).encode()


def _wafer(process: Process) -> Iterator[str]:
    if "DIE" in process.layers:
        yield f'z({_input(process, "DIE")}, zstart: {-WAFER:.1f}, zstop: 0.0, name: "wafer", color: 0x3a3f47)'


def _input(process: Process, layer: str) -> str:
    number, datatype = process.layers[layer].gds
    return f"input({number}, {datatype})"


def _layer(process: Process, layer: str, found: list[Slab]) -> Iterator[str]:
    """The films of a layer, as one material of the view."""
    color = f"0x{process.layers[layer].color[1:]}"
    style = f"frame: {color}" if found[0].opening else f"color: {color}"
    yield f'zz(name: "{layer}", {style}) do'
    yield f"  drawn = {_input(process, layer)}"
    for slab in found:
        yield f"  # {slab.film}: {slab.material}"
        yield from (_discs(slab) if slab.solder else [f"  z(drawn, zstart: {slab.start:.4f}, zstop: {slab.stop:.4f})"])
    yield "end"


def _discs(slab: Slab) -> Iterator[str]:
    """A truncated ball as discs, each as wide as the ball at its half height."""
    assert slab.solder is not None
    step = (slab.stop - slab.start) / SLICES
    for number in range(SLICES):
        low = slab.start + number * step
        above = low + step / 2 - slab.start - slab.solder.middle
        radius = math.sqrt(max(slab.solder.radius**2 - above**2, 0.0))
        grown = radius - slab.solder.drawn
        yield f"  z(drawn.sized({grown:.3f}), zstart: {low:.4f}, zstop: {low + step:.4f})"
