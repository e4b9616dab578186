"""Polygons cut for those who write masks: none with a hole, none with more points than a reader takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from bumpgen.errors import GeometryError
from bumpgen.geometry import Disc, Points, Polygon, Shape
from bumpgen.layout import Cell, Drawn, Layout

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["cut_open", "fractured"]


def fractured(layout: Layout, most: int, *, keep_circles: bool = False) -> Layout:
    """The layout with every polygon of more than `most` points cut, on the grid; circles may be kept as they are.

    GeometryError if `most` is less than 5.
    """
    if most < 5:
        raise GeometryError(f"polygons of at most {most} points can't be cut", hint="use 5 or more, e.g. 199 or 8190")
    cutter = _Cutter(layout.grid, most, keep_circles, {})
    return replace(layout, top=cutter.cell(layout.top))


@dataclass(frozen=True)
class _Cutter:
    """Cuts what has too many points, each cell once; a cell that needs no cut stays the same object."""

    grid: float
    most: int
    keep_circles: bool
    known: dict[int, Cell]

    def cell(self, cell: Cell) -> Cell:
        if id(cell) not in self.known:
            shapes = tuple(Drawn(d.layer, piece) for d in cell.shapes for piece in self._pieces(d.shape))
            inner = tuple(replace(i, cell=self.cell(i.cell)) for i in cell.instances)
            same = shapes == cell.shapes and all(a.cell is b.cell for a, b in zip(inner, cell.instances, strict=True))
            self.known[id(cell)] = cell if same else replace(cell, shapes=shapes, instances=inner)
        return self.known[id(cell)]

    def _pieces(self, shape: Shape) -> Iterator[Shape]:
        if self.keep_circles and isinstance(shape, Disc):
            yield shape
            return
        outlines = shape.polygons(self.grid)
        if all(len(points) <= self.most for points in outlines):
            yield shape
            return
        for points in outlines:
            for piece in self._cut(points):
                yield Polygon(tuple(map(tuple, piece.tolist())))

    def _cut(self, points: Points) -> list[Points]:
        """Pieces of one outline, in steps of the grid while it is cut."""
        import gdstk

        if len(points) <= self.most:
            return [points]
        steps = gdstk.Polygon(list(map(tuple, np.rint(points / self.grid).tolist())))
        return [np.rint(piece.points) * self.grid for piece in steps.fracture(self.most, 1.0)]


def cut_open(area: Any) -> Iterator[Points]:
    """Outlines of a shapely area (µm); one with holes is cut along upright lines through their middles, repeatedly."""
    import shapely

    todo = list(shapely.get_parts(area))
    while todo:
        part = todo.pop()
        if part.geom_type != "Polygon" or part.is_empty:
            continue
        if not part.interiors:
            yield shapely.get_coordinates(shapely.orient_polygons(part).exterior)[:-1]
            continue
        boxes: NDArray[np.float64] = shapely.bounds(np.array(part.interiors, dtype=object))
        middles = np.sort((boxes[:, 0] + boxes[:, 2]) / 2)
        at = float(np.round(middles[len(middles) // 2], 3))
        x0, y0, x1, y1 = part.bounds
        for half in (shapely.box(x0, y0, at, y1), shapely.box(at, y0, x1, y1)):
            todo += list(shapely.get_parts(part & half))
