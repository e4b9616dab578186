"""A mask as one sees it: chrome dark, glass light, in the tone of its data, with tone, bias and reading sense."""

from __future__ import annotations

import re
from dataclasses import replace

from bumpgen.errors import InputError
from bumpgen.geometry import Rect, View
from bumpgen.layout import Cell, Drawn, Layout, Placement
from bumpgen.masks.set import MaskRow
from bumpgen.view.figures import Box, Extents, figures_of
from bumpgen.view.page import compose
from bumpgen.view.picture import Picture, Sheet, Text
from bumpgen.view.style import INK, Style

__all__ = ["CHROME", "GLASS", "mask_picture"]

CHROME, GLASS, STEEL = "#2f3640", "#e6f1f5", "#b9bec4"
"""Colours of what stops light, of what lets it pass, and of a foil."""


def mask_picture(
    data: Layout, row: MaskRow, *, width: int = 1000, sense: str = "", window: Box | None = None
) -> Picture:
    """A mask's data in its tone, as a value for every painter.

    InputError for data that state no outline.

    Parameters
    ----------
    data : the mask's one layer; its outline is the plate, or the die.
    sense : reading sense and how the data are seen, to be told under the title.
    window : what is shown as the field, µm: its outline by default.
    """
    if data.outline is None:
        raise InputError(f"mask {row.name}: its data have no outline, so nothing states how much of it to show")
    box = window or data.outline
    ground = Rect((box[0] + box[2]) / 2, (box[1] + box[3]) / 2, box[2] - box[0], box[3] - box[1])
    base = f"{row.name}_GROUND"
    top = Cell(f"{data.top.name}_SEEN", (Drawn(base, ground),), (Placement(data.top),))
    seen = Layout(top, {base: (0, 0), **data.layers}, data.grid, box, title=_title(data, row))
    figures = figures_of(seen, frozenset(seen.layers))
    below, above = _paints(row)
    used = {layer for figure in figures for layer in figure.shapes}
    sheets = [Sheet(name, _solid(paint), False) for name, paint in ((base, below), (row.name, above)) if name in used]
    picture = compose(seen, figures, sheets, [], Extents.of(figures), width, View.BUMPS_UP)
    return replace(picture, texts=tuple(_told(text, row, base, sense) for text in picture.texts))


def _title(data: Layout, row: MaskRow) -> str:
    name = data.title.partition(": mask ")[0] or data.top.name
    number = f"{row.number} " if row.number else ""
    return f"{name}: mask {number}{row.name}"


def _paints(row: MaskRow) -> tuple[str, str]:
    """Paint of the field and of the polygons; a foil's polygons are holes."""
    if row.data is None:
        return STEEL, GLASS
    return (CHROME, GLASS) if row.data == "clear" else (GLASS, CHROME)


def _solid(paint: str) -> Style:
    return Style("metal", paint, INK)


def _told(text: Text, row: MaskRow, base: str, sense: str) -> Text:
    """The page's own words in those of a mask: what is chrome, what is glass, how it reads."""
    if text.text.startswith("view: "):
        bias = f"bias {row.bias:+g} µm" if row.bias else "no bias"
        told = f"data {row.data}, field {row.field}, {bias}" if row.data else row.kind
        return replace(text, text="; ".join(filter(None, (told, sense))))
    length = re.fullmatch(r"(\d+) µm", text.text)
    if length and int(length[1]) >= 1000:
        return replace(text, text=f"{int(length[1]) / 1000:g} mm")
    words = {"clear": "glass", "dark": "chrome"}
    if text.text.startswith(f"{base} "):
        return replace(text, text=words[row.field] if row.field else "foil")
    if text.text.startswith(f"{row.name} "):
        return replace(text, text=f"{words[row.data]}: data" if row.data else "aperture")
    return text
