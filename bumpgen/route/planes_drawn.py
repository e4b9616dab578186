"""A plane as polygons without holes, each of few enough corners for a GDSII file."""

from __future__ import annotations

from typing import Any

import numpy as np

from bumpgen.errors import InputError
from bumpgen.route.planes_values import Pour
from bumpgen.route.sites import Floats
from bumpgen.wire import pieces

__all__ = ["drawable"]

GDS_POINTS = 8190
"""Most corners of a polygon in a GDSII file."""

FEW_HOLES = 4
"""As many are left to `wire.pieces`, which cuts at one hole after the other."""


def drawable(pour: Pour, grid: float, most: int = GDS_POINTS) -> tuple[Floats, ...]:
    """Rings on the grid (µm), counter-clockwise, of at most `most` corners, which together are the plane.

    Polygons with holes are cut along grid lines through their holes, half of the holes on each side.
    """
    import shapely

    if most < 8:
        raise InputError(f"polygons of at most {most} points", hint="allow 8 or more; GDSII takes 8190")
    out: list[Floats] = []
    todo = [shapely.Polygon(rings[0], rings[1:]) for rings in pour.polygons]
    while todo:
        part = todo.pop()
        if part.geom_type != "Polygon" or part.is_empty:
            continue
        x = _cut(part, grid, most)
        if x is not None:
            todo += _halves(part, *x)
            continue
        for ring in pieces(part, grid):
            if len(ring) <= most:
                out.append(ring)
            else:
                todo.append(shapely.Polygon(ring))
    return tuple(sorted(out, key=lambda ring: tuple(ring[0]) + (len(ring),)))


def _cut(part: Any, grid: float, most: int) -> tuple[int, float] | None:
    """Axis and place of the grid line to cut a polygon along; None if it can be drawn as it is."""
    import shapely

    holes = len(part.interiors)
    if holes <= FEW_HOLES and shapely.get_num_coordinates(part) <= most:
        return None
    if holes > FEW_HOLES:
        boxes = shapely.bounds(np.array(part.interiors, dtype=object))
        spread = [np.unique(boxes[:, axis] + boxes[:, axis + 2]) for axis in (0, 1)]
        axis = 0 if len(spread[0]) > 1 or len(spread[1]) == 1 else 1
        return axis, float(round(np.sort(boxes[:, axis] + boxes[:, axis + 2])[holes // 2] / 2 / grid) * grid)
    x0, y0, x1, y1 = part.bounds
    axis = int(y1 - y0 > x1 - x0)
    places = shapely.get_coordinates(part)[:, axis]
    low, high = (x0, x1) if axis == 0 else (y0, y1)
    middle = float(np.median(places))
    if not low + 2 * grid < middle < high - 2 * grid:
        middle = (low + high) / 2
    return axis, round(middle / grid) * grid


def _halves(part: Any, axis: int, at: float) -> list[Any]:
    """The polygons to both sides of a line."""
    import shapely

    x0, y0, x1, y1 = part.bounds
    low = shapely.box(x0, y0, at, y1) if axis == 0 else shapely.box(x0, y0, x1, at)
    high = shapely.box(at, y0, x1, y1) if axis == 0 else shapely.box(x0, at, x1, y1)
    return [piece for half in (low, high) for piece in shapely.get_parts(part.intersection(half))]
