"""Where dummies may stand: a lattice over the die, less what is too near to something drawn. Lengths are µm."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bumpgen.clearance import Asked, pitch_asked
from bumpgen.coverage import Box, Kind, kinds_of
from bumpgen.dummy import Dummy, size_of
from bumpgen.geometry import Points
from bumpgen.layout import Layout
from bumpgen.process import Process

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Places", "places_for"]

SLACK = 1e-7
"""Lengths nearer than this are equal, µm."""

LEVELS = 8
"""Places are ranked by a dither matrix of 2^8 rows and columns, which repeats."""

AT_ONCE = 20_000
"""So many shapes are measured at once, to bound the memory."""

COMPACT = 0.5
"""Pitch rules are for shapes whose sides differ by no more than this part of the longer one."""


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """All places of a lattice on the die, (N, 2) µm, row by row.

    `rank` (0 to below 1) orders them so that those below any value are spread evenly. `blocked` is the number of
    the reason in `reasons` why none may stand there; -1 where one may.
    """

    points: Points
    rank: NDArray[np.float64]
    blocked: NDArray[np.int64]
    reasons: tuple[str, ...]

    @property
    def free(self) -> NDArray[np.bool_]:
        """Where a dummy may stand."""
        return self.blocked < 0


def places_for(dummy: Dummy, layout: Layout, process: Process) -> Places:
    """The lattice of a dummy on a layout's die, with what blocks which place."""
    assert layout.outline is not None
    points, columns, rows = _lattice(dummy, layout.outline, layout.grid)
    blocked = np.full(len(points), -1)
    reasons: list[str] = []
    _block_edges(dummy, layout, points, blocked, reasons)
    for box in dummy.table.keepouts:
        _block(blocked, _touches(dummy, points, box), "in a keep-out", reasons)
    for layer, spaces in dummy.spaces.items():
        for other, asked in spaces.items():
            _block_near(dummy, layer, other, asked, layout, points, blocked, reasons)
        _block_pitch(dummy, layer, process, layout, points, blocked, reasons)
    return Places(points, _rank(columns, rows), blocked, tuple(reasons))


def _lattice(dummy: Dummy, box: Box, grid: float) -> tuple[Points, NDArray[np.int64], NDArray[np.int64]]:
    """Places on the die, their columns and rows; counted in grid steps, so that all lie on the grid exactly."""
    x0, y0, x1, y1 = box
    first = dummy.table.first or ((x0 + x1) / 2, (y0 + y1) / 2)
    at = [round(value / grid) for value in first]
    step = [round(length / grid) for length in dummy.pitch]
    i = np.arange(-((at[0] - round(x0 / grid)) // step[0]) - 1, (round(x1 / grid) - at[0]) // step[0] + 1)
    j = np.arange(-((at[1] - round(y0 / grid)) // step[1]), (round(y1 / grid) - at[1]) // step[1] + 1)
    columns, rows = (values.ravel() for values in np.meshgrid(i, j))
    shift = (rows % 2) * (step[0] // 2) if dummy.table.pattern == "staggered" else 0
    points = np.column_stack((at[0] + columns * step[0] + shift, at[1] + rows * step[1])) * grid
    on_die = (points[:, 0] >= x0) & (points[:, 0] <= x1)
    return points[on_die], columns[on_die], rows[on_die]


def _rank(columns: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """The ordered dither matrix of Bayer (1973): the bits of x xor y and of y, interleaved, the lowest ones first."""
    rank = np.zeros(len(columns))
    for level in range(LEVELS):
        x, y = (columns >> level) & 1, (rows >> level) & 1
        rank += (2 * (x ^ y) + y) / 4.0 ** (level + 1)
    return rank + 0.5 / 4.0**LEVELS


def _block(blocked: NDArray[np.int64], bad: NDArray[np.bool_], reason: str, reasons: list[str]) -> None:
    """Note a reason at places that have none yet."""
    new = bad & (blocked < 0)
    if new.any():
        if reason not in reasons:
            reasons.append(reason)
        blocked[new] = reasons.index(reason)


def _outer(dummy: Dummy) -> Box:
    """The box of all a dummy draws."""
    bounds = np.array([area.bounds for area in dummy.areas.values()])
    low, high = bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _within(points: Points, own: Box, box: Box, margin: float) -> NDArray[np.bool_]:
    """Whether a shape's box at each place stays inside a box by a margin."""
    low, high = points + own[:2], points + own[2:]
    inside = (low >= np.array(box[:2]) + margin - SLACK) & (high <= np.array(box[2:]) - margin + SLACK)
    return np.asarray(inside.all(axis=1))


def _touches(dummy: Dummy, points: Points, box: Box) -> NDArray[np.bool_]:
    """Whether a dummy's box at each place overlaps a box."""
    own = _outer(dummy)
    low, high = points + own[:2], points + own[2:]
    return np.asarray(((low < np.array(box[2:]) - SLACK) & (high > np.array(box[:2]) + SLACK)).all(axis=1))


def _block_edges(dummy: Dummy, layout: Layout, points: Points, blocked: NDArray[np.int64], reasons: list[str]) -> None:
    """Places too near to the die's edge, or to the outer edge of a layer that a rule names (a seal ring)."""
    assert layout.outline is not None
    inside = _within(points, _outer(dummy), layout.outline, dummy.edge.value)
    _block(blocked, ~inside, _told("too near to the die's edge", dummy.edge), reasons)
    for layer, edge, asked, centre in dummy.edges:
        box = layout.outline if edge == "DIE" else _extent(layout, edge)
        if box is not None:
            own = (0.0, 0.0, 0.0, 0.0) if centre else dummy.areas[layer].bounds
            told = "die's edge" if edge == "DIE" else f"outer edge of {edge}"
            _block(blocked, ~_within(points, own, box, asked.value), _told(f"too near to the {told}", asked), reasons)


def _extent(layout: Layout, layer: str) -> Box | None:
    """The box of all that is drawn on a layer; None if nothing is."""
    boxes = [kind.boxes for kind in kinds_of(layout, layer)]
    if not boxes:
        return None
    every = np.concatenate(boxes)
    (x0, y0), (x1, y1) = every[:, :2].min(axis=0), every[:, 2:].max(axis=0)
    return float(x0), float(y0), float(x1), float(y1)


def _told(what: str, asked: Asked) -> str:
    return f"{what} ({asked.rule})" if asked.rule else what


def _block_near(
    dummy: Dummy, layer: str, other: str, asked: Asked, layout: Layout, points: Points,
    blocked: NDArray[np.int64], reasons: list[str],
) -> None:  # fmt: skip
    """Places where what a dummy draws on a layer is nearer to another layer's shapes than asked, or on them."""
    bad = np.zeros(len(points), bool)
    for kind in kinds_of(layout, other):
        open_places = np.flatnonzero((blocked < 0) & ~bad)
        if len(open_places):
            bad[open_places] = _too_near(points[open_places], dummy.areas[layer], kind, asked.value)
    _block(blocked, bad, _told(f"too near to {other}", asked), reasons)


def _too_near(points: Points, area: Any, kind: Kind, space: float) -> NDArray[np.bool_]:
    """Whether an area at each place is nearer than a space to any of a kind's.

    Circles within and around the kind and the area say of most places that they are too near or far enough; the
    areas are only measured at those in between.
    """
    from scipy.spatial import cKDTree

    middle, kind_inner, kind_outer = _circles(kind.area)
    _, inner, outer = _circles(area, at_origin=True)
    spots = kind.places + middle
    apart, _ = cKDTree(spots).query(points, distance_upper_bound=kind_outer + outer + space + SLACK)
    bad = apart < kind_inner + inner + space - SLACK
    unsure = np.flatnonzero(~bad & np.isfinite(apart))
    if not len(unsure):
        return np.asarray(bad)
    there, _ = cKDTree(points[unsure]).query(spots, distance_upper_bound=kind_outer + outer + space + SLACK)
    near = np.flatnonzero(np.isfinite(there))
    for start in range(0, len(near), AT_ONCE):
        found = _measure(points[unsure], area, inner, outer, kind.areas(near[start : start + AT_ONCE]), space)
        bad[unsure[found]] = True
    return np.asarray(bad)


def _circles(area: Any, *, at_origin: bool = False) -> tuple[Points, float, float]:
    """A middle (of the box, or the origin), and radii of circles about it: within the area (0 for none), around it."""
    import shapely

    x0, y0, x1, y1 = area.bounds
    middle = np.zeros(2) if at_origin else np.array(((x0 + x1) / 2, (y0 + y1) / 2))
    point = shapely.Point(middle)
    inner = float(shapely.distance(area.boundary, point)) if area.contains(point) else 0.0
    return middle, inner, float(np.hypot(*(shapely.get_coordinates(area) - middle).T).max())


def _measure(
    points: Points, area: Any, inner: float, outer: float, obstacles: NDArray[Any], space: float
) -> NDArray[np.int64]:
    """The numbers of places where an area is nearer than a space to any obstacle."""
    import shapely

    shapely.prepare(obstacles)
    spots = shapely.points(points)
    bad = np.zeros(len(points), bool)
    reach = space + inner - SLACK
    if reach > 0:
        bad[shapely.STRtree(spots).query(obstacles, predicate="dwithin", distance=reach)[1]] = True
    rest = np.flatnonzero(~bad)
    which, spot = shapely.STRtree(spots[rest]).query(obstacles, predicate="dwithin", distance=space + outer)
    if len(spot):
        bad[rest[_measured(points[rest], spot, which, area, obstacles, space)]] = True
    return np.flatnonzero(bad)


def _measured(
    points: Points, spot: NDArray[np.int64], which: NDArray[np.int64], area: Any, obstacles: NDArray[Any], space: float
) -> NDArray[np.int64]:
    """The places of pairs whose areas are nearer than a space; overlapping ones are, touching ones if it is above 0."""
    import shapely

    if area.interiors:
        moved = np.array([shapely.transform(area, lambda p, by=by: p + by) for by in points[spot]], dtype=object)
    else:
        moved = shapely.polygons(shapely.get_coordinates(area.exterior)[None] + points[spot][:, None])
    if space <= SLACK:
        near = shapely.relate_pattern(obstacles[which], moved, "T********")
    else:
        near = shapely.dwithin(obstacles[which], moved, space - SLACK)
    return np.unique(spot[near])


def _block_pitch(
    dummy: Dummy, layer: str, process: Process, layout: Layout, points: Points, blocked: NDArray[np.int64],
    reasons: list[str],
) -> None:  # fmt: skip
    """Places nearer to the middle of a compact shape than a pitch rule asks of either."""
    from scipy.spatial import cKDTree

    for kind in kinds_of(layout, layer):
        x0, y0, x1, y1 = kind.area.bounds
        asked = max(dummy.apart[layer], pitch_asked(process, layer, size_of(kind.area)), key=lambda one: one.value)
        open_places = np.flatnonzero(blocked < 0)
        if asked.value and len(open_places) and math.isclose(x1 - x0, y1 - y0, rel_tol=COMPACT):
            tree = cKDTree(kind.places + np.array(((x0 + x1) / 2, (y0 + y1) / 2)))
            distance, _ = tree.query(points[open_places], distance_upper_bound=asked.value)
            bad = np.zeros(len(points), bool)
            bad[open_places] = distance < asked.value - SLACK
            _block(blocked, bad, _told(f"within the pitch of {layer}", asked), reasons)
