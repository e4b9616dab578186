"""Outlines of wires: a centre line widened, cut where it closes loops, moved outward on to the grid.

Everything is in µm. `geometry.Trace` is the shape; this is how it becomes polygons.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["pieces", "snapped_outward", "straightened", "strips", "wire_area"]

Ring: TypeAlias = NDArray[np.float64]
Point: TypeAlias = tuple[float, float]
Firsts: TypeAlias = NDArray[np.int64]
Chosen: TypeAlias = NDArray[np.bool_]

MITRE_LIMIT = 3.0
"""Longest mitre in half widths: corners sharper than about 39° are cut off."""

NEIGHBOURS = np.array([(i, j) for i in range(-1, 3) for j in range(-1, 3)], dtype=np.float64)
"""The 16 grid points around a cell of the grid, in steps from its lower left corner."""

CHUNK = 2048
"""Corners moved on to the grid at a time: their candidates stay in the processor's cache."""


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
    else:
        line = shapely.LinearRing(points) if closed else shapely.LineString(points)
        cap = "square" if ends == "square" else "flat"
        with np.errstate(divide="ignore", invalid="ignore"):  # a line that turns back has no mitre
            area = line.buffer(half, cap_style=cap, join_style="mitre", mitre_limit=MITRE_LIMIT)
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
    return _outward(ring, np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0), grid) * grid


def _outward(corners: Ring, before: Ring, after: Ring, grid: float) -> Ring:
    """Corners moved outward, in grid steps; `before` and `after` are their neighbours along the ring."""
    longer, shorter = _normals(corners, before, after)
    moved = np.empty_like(corners)
    for at in range(0, len(corners), CHUNK):
        part = slice(at, at + CHUNK)
        moved[part] = _nearest_outside(corners[part] / grid, longer[part], shorter[part])
    return moved


def _nearest_outside(steps: Ring, longer: Ring, shorter: Ring) -> Ring:
    """The grid points, in steps, that `snapped_outward` chooses."""
    near = np.rint(steps)
    on_grid = np.abs(steps - near) < 1e-5
    base = np.where(on_grid, near, np.floor(steps))
    start = base - np.where(on_grid, near, steps)
    x, y = (start[:, axis] + NEIGHBOURS[:, axis, None] for axis in (0, 1))
    by_longer = np.rint((x * longer[:, 0] + y * longer[:, 1]) * 1e5)
    by_shorter = np.rint((x * shorter[:, 0] + y * shorter[:, 1]) * 1e5)
    distance = np.sqrt(x * x + y * y)
    outside = np.minimum(by_longer, by_shorter) > -10
    cost = distance + np.where(outside, by_longer * 10 + by_shorter * 0.01, 1e12)
    chosen: Ring = base + NEIGHBOURS[np.argmin(cost, axis=0)]
    return chosen


def _normals(corners: Ring, before: Ring, after: Ring) -> tuple[Ring, Ring]:
    """Outward unit normals of the longer and of the shorter side at each corner."""
    one, other = corners - before, after - corners
    sizes = [np.sqrt(side[:, 0] ** 2 + side[:, 1] ** 2)[:, None] for side in (one, other)]
    arriving, leaving = (side[:, ::-1] * (1, -1) / size for side, size in zip((one, other), sizes, strict=True))
    first = sizes[0] >= sizes[1]
    return np.where(first, arriving, leaving), np.where(first, leaving, arriving)


def _is_counter_clockwise(ring: Ring) -> bool:
    x, y = (ring - ring[0]).T
    return bool(np.dot(x, np.roll(y, -1)) > np.dot(y, np.roll(x, -1)))


def straightened(points: Ring, first: Firsts, half: Ring, grid: float) -> Chosen:
    """Which points of centre lines are corners, and not what rounding to the grid left of a straight line.

    A point is left out that lies within 0.75 grid steps of the line between its neighbours (the grid moves a
    point by 0.71 at most) and is nearer to one of them than √(half × grid): the direction of so short a part is
    wrong by up to 0.7 grid/length, which a mitre would turn into a bulge of half × angle²/8, a tenth of a step.

    Parameters
    ----------
    points : (N, 2), µm, of all lines one after the other; no point equal to the one before in its line.
    first : (W + 1,): where each line begins, and the end.
    half : (W,): half of each width, µm.
    """
    reach = np.repeat(np.sqrt(half * grid), np.diff(first))
    inner = np.ones(len(points), bool)
    inner[first[:-1]] = inner[first[1:] - 1] = False
    kept = np.arange(len(points))
    while len(kept) > 2:
        before, at, after = points[kept[:-2]], points[kept[1:-1]], points[kept[2:]]
        to, on, chord = at - before, after - at, after - before
        sizes = [np.hypot(step[:, 0], step[:, 1]) for step in (to, on, chord)]
        off = np.abs(to[:, 0] * chord[:, 1] - to[:, 1] * chord[:, 0])
        drop = inner[kept[1:-1]] & (off <= 0.75 * grid * sizes[2]) & ((to * on).sum(axis=1) > 0)
        drop &= np.minimum(sizes[0], sizes[1]) < reach[kept[1:-1]]
        drop[1:] &= ~drop[:-1]
        if not drop.any():
            break
        kept = kept[np.concatenate(([True], ~drop, [True]))]
    chosen = np.zeros(len(points), bool)
    chosen[kept] = True
    return chosen


def strips(points: Ring, first: Firsts, half: Ring, grid: float) -> list[Ring | None]:
    """Outlines on the grid of many open wires with mitred corners and flat ends, all at once.

    Parameters as of `straightened`. A wire is drawn here if it turns by at most 90° at a corner, is long enough
    between corners for their mitres, and doesn't meet itself: the ring along both of its sides is then the
    outline of its mitred parts, the same that `wire_area` finds. None for any other.
    """
    fits, offsets, turning = _sides(points, first, half, grid)
    wires = np.flatnonzero(fits)
    out: list[Ring | None] = [None] * len(fits)
    if not len(wires):
        return out
    rows, owner = _around(first, wires, turning)
    sign = np.where(rows < 0, 1.0, -1.0)[:, None]
    rows = np.where(rows < 0, -1 - rows, rows)
    ring = points[rows] + sign * offsets[rows]
    starts = np.searchsorted(owner, np.arange(len(wires) + 1))
    after, before = np.arange(1, len(ring) + 1), np.arange(-1, len(ring) - 1)
    after[starts[1:] - 1], before[starts[:-1]] = starts[:-1], starts[1:] - 1
    steps = _outward(ring, ring[before], ring[after], grid)
    distinct = (steps != steps[before]).any(axis=1)
    rings, owner = steps[distinct] * grid, owner[distinct]
    starts = np.searchsorted(owner, np.arange(len(wires) + 1))
    for index in np.flatnonzero(_simple(rings, owner, starts)).tolist():
        out[int(wires[index])] = rings[starts[index] : starts[index + 1]]
    return out


def _sides(points: Ring, first: Firsts, half: Ring, grid: float) -> tuple[Chosen, Ring, Chosen]:
    """Which wires can be drawn by their sides; each point's offset to the left; which points are ends or corners."""
    heads, tails = first[:-1], first[1:] - 1
    line = np.repeat(np.arange(len(half)), np.diff(first))
    step = np.diff(points, axis=0, append=points[-1:])
    step[tails] = step[np.maximum(tails - 1, 0)]
    length = np.hypot(step[:, 0], step[:, 1])
    with np.errstate(invalid="ignore", divide="ignore"):
        ahead = step / length[:, None]
        behind = np.roll(ahead, 1, axis=0)
        behind[heads] = ahead[heads]
        along = 1 + (behind * ahead).sum(axis=1)
        bend = (behind[:, 0] * ahead[:, 1] - behind[:, 1] * ahead[:, 0]) / along
        total = behind + ahead
        left = np.column_stack((-total[:, 1], total[:, 0])) / along[:, None] * half[line][:, None]
        cut = np.abs(bend + np.append(bend[1:], 0.0)) * half[line]
        cut[tails] = -math.inf
        good = (along > 1 - 1e-9) & (length - cut > grid / 4)
    good &= ~_beyond_ends(points, ahead, behind, first, half)
    fits = np.logical_and.reduceat(good, heads) & (tails > heads) & (points[heads] != points[tails]).any(axis=1)
    turning = np.abs(bend) > 1e-9
    turning[heads] = turning[tails] = True
    return fits, left, turning


def _beyond_ends(points: Ring, ahead: Ring, behind: Ring, first: Firsts, half: Ring) -> Chosen:
    """Inner points where the corner of a straight part stands out past one of the wire's flat ends.

    The corner at the end of a part lies half × |n · u| farther along the last part's direction u than the point
    itself; n is the part's normal. The same at the start. Points farther from the end than the width don't count.
    """
    heads, tails = first[:-1], first[1:] - 1
    count = np.diff(first)
    reach = np.repeat(half, count)
    out = np.zeros(len(points), bool)
    for end, direction, part in ((tails, behind, behind), (heads, -ahead, ahead)):
        u = np.repeat(direction[end], count, axis=0)
        away = points - np.repeat(points[end], count, axis=0)
        across = np.abs(part[:, 0] * u[:, 1] - part[:, 1] * u[:, 0])
        near = np.abs(away).max(axis=1) < 2 * reach
        out |= near & ((away * u).sum(axis=1) + reach * across > 1e-6)
    out[heads] = out[tails] = False
    return out


def _around(first: Firsts, wires: Firsts, turning: Chosen) -> tuple[Firsts, Firsts]:
    """Points in the order of the rings: the start on the left, all on the right, the others on the left backward.

    Point i on the left is written -1 - i. Also which of `wires` each belongs to.
    """
    heads = first[wires]
    count = first[wires + 1] - heads
    size = 2 * count
    owner = np.repeat(np.arange(len(wires)), size)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(size) - size, size)
    right = place - 1
    back = 2 * count[owner] - place
    on_right = (place > 0) & (place <= count[owner])
    index = heads[owner] + np.where(on_right, right, np.where(place == 0, 0, back))
    used = turning[index]
    return np.where(on_right, index, -1 - index)[used], owner[used]


def _simple(rings: Ring, owner: Firsts, starts: Firsts) -> Chosen:
    """Which rings don't cross or touch themselves."""
    import shapely

    long = np.diff(starts) > 2
    chosen = np.zeros(len(long), bool)
    use = long[owner]
    if use.any():
        polygons = shapely.polygons(shapely.linearrings(rings[use], indices=(np.cumsum(long) - 1)[owner[use]]))
        chosen[long] = shapely.is_valid(polygons)
    return chosen
