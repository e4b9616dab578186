"""Colours of materials in pictures of assemblies, and the order they are painted in."""

from __future__ import annotations

from bumpgen.assembly_picture import MaterialKind
from bumpgen.view.style import Style

__all__ = ["FILLS", "LINES", "style_of_kind", "tinted"]

FILLS: dict[MaterialKind, str] = {
    "mould": "#e6dfc0",
    "silicon": "#a9bfd3",
    "glass": "#b5ecf0",
    "organic": "#9fbf8f",
    "ceramic": "#cfc7a3",
    "metal": "#d8a98a",
    "other": "#b0a8a6",
    "passivation": "#3f5fb5",
    "polymer": "#cfa9dd",
    "solder mask": "#3e8f6a",
    "glue": "#7b5c45",
    "aluminium": "#d3dae0",
    "barrier": "#4b3b58",
    "copper": "#c4703a",
    "nickel": "#97975a",
    "silver": "#f6f6fb",
    "gold": "#f0c419",
    "resist": "#e58aa8",
    "exposed resist": "#f3bccb",
    "flux": "#f2dc8c",
    "paste": "#8f9aa5",
    "solder": "#77808a",
}
"""Fill of each kind of material, in painting order: what fills and carries first, solder last."""

LINES: dict[MaterialKind, str] = {
    "mould": "#9c8f5e",
    "silicon": "#4d6680",
    "glass": "#6fa3ad",
    "organic": "#4f7340",
    "ceramic": "#7d7448",
    "metal": "#8a5a3b",
    "other": "#6b6b6b",
    "passivation": "#22356b",
    "polymer": "#7d5490",
    "solder mask": "#1f5239",
    "glue": "#3f2d20",
    "aluminium": "#6b7780",
    "barrier": "#2a2033",
    "copper": "#71391a",
    "nickel": "#55552c",
    "silver": "#85858f",
    "gold": "#8c6f00",
    "resist": "#9c3f60",
    "exposed resist": "#b06a80",
    "flux": "#a5882c",
    "paste": "#4c545c",
    "solder": "#3d444b",
}
"""Contour of each kind of material."""


def style_of_kind(kind: MaterialKind) -> Style:
    """How a kind of material is painted."""
    return Style("metal", FILLS[kind], LINES[kind])


def tinted(color: str, part: float) -> str:
    """A colour mixed with white: `part` 0 leaves it, 1 is white."""
    channels = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(c + (255 - c) * part):02x}" for c in channels)
