"""A plane as polygons without holes, each of few enough corners for a GDSII file."""

from __future__ import annotations

from typing import Any

import numpy as np

from bumpgen.errors import InputError
from bumpgen.route.planes_values import Pour
from bumpgen.route.sites import Floats

__all__ = ["drawable"]

GDS_POINTS = 8190
"""Most corners of a polygon in a GDSII file."""


def drawable(pour: Pour, grid: float, most: int = GDS_POINTS) -> tuple[Floats, ...]:
    """Rings on the grid (µm), counter-clockwise, of at most `most` corners, which together are the plane.

    Polygons with holes are cut along grid lines through their holes, half of the holes on each side. Where a cut
    meets a slanted side both parts get the nearest grid point, so that they meet without a gap.
    """
    import shapely

    if most < 8:
        raise InputError(f"polygons of at most {most} points", hint="allow 8 or more; GDSII takes 8190")
    todo = [
        shapely.Polygon(np.rint(np.array(outer) / grid), [np.rint(np.array(hole) / grid) for hole in holes])
        for outer, *holes in pour.polygons
    ]
    out: list[Floats] = []
    while todo:
        part = todo.pop()
        cut = _cut(part, most)
        if cut is None:
            ring = shapely.get_coordinates(shapely.orient_polygons(part).exterior)[:-1]
            out.append(np.round(ring * grid, 9))
        else:
            todo += _halves(part, *cut)
    return tuple(sorted(out, key=lambda ring: ring.ravel().tolist()))


def _cut(part: Any, most: int) -> tuple[int, int] | None:
    """Axis and place of the line to cut a polygon along, in steps; None if it can be drawn as it is."""
    import shapely

    if part.interiors:
        boxes = shapely.bounds(np.array(part.interiors, dtype=object))
        middles = np.sort((boxes[:, 0] + boxes[:, 2]) // 2)
        return 0, int(middles[len(middles) // 2])
    corners = shapely.get_coordinates(part)
    if len(corners) - 1 <= most:
        return None
    x0, y0, x1, y1 = part.bounds
    axis = int(y1 - y0 > x1 - x0)
    low, high = (x0, x1) if axis == 0 else (y0, y1)
    middle = float(np.median(corners[:, axis]))
    return axis, round(middle if low + 2 < middle < high - 2 else (low + high) / 2)


def _halves(part: Any, axis: int, at: int) -> list[Any]:
    """The polygons to both sides of a line, on the grid."""
    import shapely

    x0, y0, x1, y1 = part.bounds
    low = shapely.box(x0, y0, at, y1) if axis == 0 else shapely.box(x0, y0, x1, at)
    high = shapely.box(at, y0, x1, y1) if axis == 0 else shapely.box(x0, at, x1, y1)
    return [piece for half in (low, high) for piece in _on_grid(part.intersection(half))]


def _on_grid(area: Any) -> list[Any]:
    import shapely

    moved = shapely.transform(area, np.rint)
    if not shapely.is_valid(moved):
        moved = shapely.set_precision(area, 1.0)
    return [part for part in shapely.get_parts(moved) if part.geom_type == "Polygon" and part.area > 0]
