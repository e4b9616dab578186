"""How a layer is painted: metal solid, openings pale with a rim, bodies and areas as outlines."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bumpgen.layout import Meaning

__all__ = ["INK", "PAPER", "Style", "contrast", "ink_on", "meaning_of", "style_of"]

INK = "#000000"
PAPER = "#ffffff"

PALETTE = ("#8d6e63", "#4e79a7", "#e08a2e", "#59a14f", "#b07aa1", "#c0504d", "#3a9a9a", "#a89030", "#7f7f7f")
"""Colours of layers that bring none, in turn."""

# names as on a mask list; a number may follow (POLY1, PI2)
NAMES: tuple[tuple[str, Meaning], ...] = (
    (r"(PASSIVATION|NITRIDE|POLY|POLYIMIDE|PI|PBO|BCB|RESIST|STENCIL)\d*(_.*)?", "opening"),
    (r".*(OPEN|OPENING)\d*", "opening"),
    (r"(BALL|BUMP|CAP|SOLDER)\d*", "body"),
    (r"(DIE|CHIP|SEAL|DFPAD|OUTLINE|SCRIBE|STREET|KEEPOUT|PROBE|BOUNDARY)(_.*)?", "area"),
    (r"(LABEL|LABELS|TEXT|NAME|NAMES)(_.*)?", "text"),
)


@dataclass(frozen=True, slots=True)
class Style:
    """Paint of one layer: colours as #rrggbb, None for no fill; `rim` asks for the outline again on top."""

    meaning: Meaning
    fill: str | None
    line: str
    rim: bool = False


def meaning_of(layer: str) -> Meaning:
    """What a layer most likely is, by its name; metal if the name says nothing."""
    return next((meaning for pattern, meaning in NAMES if re.fullmatch(pattern, layer)), "metal")


def style_of(meaning: Meaning, color: str | None, index: int) -> Style:
    """The paint of the index-th layer; `color` as #rrggbb, or None for one of the palette."""
    base = color or PALETTE[index % len(PALETTE)]
    dark = _towards(base, INK, 0.45)
    if meaning == "metal":
        return Style(meaning, base, dark)
    if meaning == "opening":
        return Style(meaning, _towards(base, PAPER, 0.6), dark, rim=True)
    return Style(meaning, None, _readable(base))


def ink_on(fill: str) -> str:
    """Black or white, whichever reads better on the fill."""
    return INK if contrast(INK, fill) >= contrast(PAPER, fill) else PAPER


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours as the WCAG defines it, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _readable(color: str) -> str:
    """The colour darkened until its lines stand out from white paper."""
    while contrast(color, PAPER) < 3:
        color = _towards(color, INK, 0.15)
    return color


def _channels(color: str) -> tuple[int, ...]:
    return tuple(int(color[i : i + 2], 16) for i in (1, 3, 5))


def _towards(color: str, target: str, part: float) -> str:
    pairs = zip(_channels(color), _channels(target), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in pairs)


def _luminance(color: str) -> float:
    parts = [c / 255 for c in _channels(color)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
