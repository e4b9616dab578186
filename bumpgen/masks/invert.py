"""Data of the other tone: what is not drawn within a frame, for writers that can't turn the tone of a plate."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

from bumpgen.errors import InputError
from bumpgen.geometry import Polygon
from bumpgen.layout import Cell, Drawn, Layout, flatten
from bumpgen.masks.fracture import cut_open
from bumpgen.masks.set import MaskRow

__all__ = ["Box", "box_around", "inverted", "turned"]

Box: TypeAlias = tuple[float, float, float, float]


def box_around(layout: Layout, margin: float) -> Box:
    """The die's box, `margin` µm wider on each side; InputError for a layout without an outline."""
    if layout.outline is None:
        raise InputError("the layout has no outline: nothing states the frame to invert within")
    x0, y0, x1, y1 = layout.outline
    return x0 - margin, y0 - margin, x1 + margin, y1 + margin


def inverted(data: Layout, frame: Box) -> Layout:
    """Mask data of one layer, inverted within a frame (µm): polygons without holes of all that is not drawn.

    InputError if something is drawn outside the frame: inverting again would not give it back.
    """
    import shapely

    (layer,) = data.layers
    drawn = shapely.union_all([shapely.Polygon(points) for _, points in flatten(data.top, data.grid)])
    whole = shapely.box(*frame)
    if not (drawn - whole).is_empty:
        x0, y0, x1, y1 = drawn.bounds
        raise InputError(
            f"{layer}: its data reach over the frame of inversion ({', '.join(f'{v:g}' for v in frame)}): "
            f"they go from {x0:g}, {y0:g} to {x1:g}, {y1:g}",
            hint="choose a wider margin",
        )
    rest = cut_open(whole - drawn)
    shapes = tuple(Drawn(layer, Polygon(tuple(map(tuple, points.tolist())))) for points in rest)
    return replace(data, top=Cell(data.top.name, shapes))


def turned(row: MaskRow, frame: Box) -> MaskRow:
    """A mask's row after its data were inverted: the other tone, and the frame in its note."""
    told = f"data inverted within {', '.join(f'{v:g}' for v in frame)}"
    return replace(row, data=row.field, note="; ".join(filter(None, (row.note, told))))
