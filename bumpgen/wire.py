"""Outlines of wires: a centre line widened, cut where it closes loops, moved outward on to the grid.

Everything is in µm. `geometry.Trace` is the shape; this is how it becomes polygons.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["pieces", "snapped_outward", "wire_area"]

Ring: TypeAlias = NDArray[np.float64]
Point: TypeAlias = tuple[float, float]

MITRE_LIMIT = 3.0
"""Longest mitre in half widths: corners sharper than about 39° are cut off."""

NEIGHBOURS = np.array([(i, j) for i in range(-1, 3) for j in range(-1, 3)], dtype=np.float64)
"""The 16 grid points around a cell of the grid, in steps from its lower left corner."""


def wire_area(points: list[Point], half: float, join: str, ends: str, disc: Ring) -> Any:
    """The area of a wire as a shapely geometry.

    Parameters
    ----------
    points : the centre line, no point equal to the one before; a last point equal to the first closes it.
    half : half of the width, µm.
    join, ends : as in `geometry.Trace`.
    disc : polygon of a disc as wide as the wire, about the origin.
    """
    import shapely

    closed = points[0] == points[-1]
    if join == "round":
        area = _straight_parts(points, half, square=ends == "square" and not closed)
    elif closed:
        area = shapely.LinearRing(points).buffer(half, join_style="mitre", mitre_limit=MITRE_LIMIT)
    else:
        cap = "square" if ends == "square" else "flat"
        area = shapely.LineString(points).buffer(half, cap_style=cap, join_style="mitre", mitre_limit=MITRE_LIMIT)
    if join != "round":  # parts shorter than the wire is wide can be lost in a mitred outline
        parts = _straight_parts(points, half, square=ends == "square" and not closed)
        if not area.buffer(1e-9).covers(parts):
            area = area.union(parts)
    round_at = (points[1:] if closed else points[1:-1]) if join == "round" else []
    if ends == "round" and not closed:
        round_at = [*round_at, points[0], points[-1]]
    return shapely.union_all([area, *(shapely.Polygon(disc + np.array(point)) for point in round_at)])


def _straight_parts(points: list[Point], half: float, *, square: bool) -> Any:
    """The straight parts alone; with `square` the first and last are longer by half the width."""
    import shapely

    if square:
        points = [_beyond(points[1], points[0], half), *points[1:-1], _beyond(points[-2], points[-1], half)]
    return shapely.union_all([shapely.LineString(line).buffer(half, cap_style="flat") for line in pairwise(points)])


def _beyond(start: Point, end: Point, by: float) -> Point:
    """The point `by` µm past `end`, coming from `start`."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    scale = by / math.hypot(dx, dy)
    return end[0] + dx * scale, end[1] + dy * scale


def pieces(area: Any, grid: float) -> list[Ring]:
    """Outlines of an area on the grid; one with holes is cut through its holes, a grid line each."""
    import shapely

    out: list[Ring] = []
    todo = list(shapely.get_parts(area))
    while todo:
        part = todo.pop(0)
        if part.is_empty or part.geom_type != "Polygon":
            continue
        cuts = [cut for hole in part.interiors if (cut := _cut_through(hole.bounds, grid)) is not None]
        if not cuts:
            out += _on_grid(part.exterior, grid)
            continue
        x0, y0, x1, y1 = part.bounds
        halves = (shapely.box(x0, y0, cuts[0], y1), shapely.box(cuts[0], y0, x1, y1))
        todo += [p for half in halves for p in shapely.get_parts(part.intersection(half))]
    return out


def _on_grid(exterior: Any, grid: float) -> list[Ring]:
    """One ring moved outward; where that would cross itself (a gap near the grid), moved to the nearest."""
    import shapely

    ring = np.array(shapely.remove_repeated_points(exterior, grid / 4).coords)[:-1]
    if len(ring) < 3:
        return []
    moved = snapped_outward(ring, grid)
    if shapely.is_valid(shapely.Polygon(moved)):
        return [moved]
    parts = shapely.get_parts(shapely.set_precision(shapely.Polygon(exterior), grid))
    return [np.array(part.exterior.coords)[:-1] for part in parts if not part.is_empty]


def _cut_through(box: tuple[float, float, float, float], grid: float) -> float | None:
    """A grid line's x in the middle of a hole; None where the hole is too narrow to survive on the grid."""
    x = round((box[0] + box[2]) / 2 / grid) * grid
    return x if box[0] + grid / 2 < x < box[2] - grid / 2 else None


def snapped_outward(ring: Ring, grid: float) -> Ring:
    """A ring's corners on the grid, none of its sides moved inward (but at spikes: the nearest point).

    Of the 16 grid points around a corner the one is taken that moves the longer of its two sides
    least, then the shorter least, then lies nearest. Both ends of a 45° side so get one offset.
    """
    ring = ring if _is_counter_clockwise(ring) else ring[::-1]
    longer, shorter = _normals(ring)
    steps = ring / grid
    near = np.rint(steps)
    on_grid = np.abs(steps - near) < 1e-5
    base = np.where(on_grid, near, np.floor(steps))
    moves = base[:, None, :] + NEIGHBOURS - np.where(on_grid, near, steps)[:, None, :]
    by_longer = np.round(np.einsum("nkd,nd->nk", moves, longer), 5)
    by_shorter = np.round(np.einsum("nkd,nd->nk", moves, shorter), 5)
    distance = np.hypot(moves[:, :, 0], moves[:, :, 1])
    outside = (by_longer > -1e-4) & (by_shorter > -1e-4)
    cost = np.where(outside, by_longer * 1e6 + by_shorter * 1e3 + distance, 1e12 + distance)
    chosen: Ring = (base + NEIGHBOURS[np.argmin(cost, axis=1)]) * grid
    return chosen


def _normals(ring: Ring) -> tuple[Ring, Ring]:
    """Outward unit normals of the longer and of the shorter side at each corner."""
    side = np.roll(ring, -1, axis=0) - ring
    length = np.hypot(side[:, 0], side[:, 1])
    after = np.column_stack((side[:, 1], -side[:, 0])) / length[:, None]
    before = np.roll(after, 1, axis=0)
    first = (np.roll(length, 1) >= length)[:, None]
    return np.where(first, before, after), np.where(first, after, before)


def _is_counter_clockwise(ring: Ring) -> bool:
    x, y = (ring - ring[0]).T
    return bool(np.dot(x, np.roll(y, -1)) > np.dot(y, np.roll(x, -1)))
