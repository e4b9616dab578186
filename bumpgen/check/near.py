"""Which shapes might be too near to others: decided on circles in numpy, never missing one.

A shape lies in the circle around it; two whose circles are farther apart than a limit are surely farther
apart. The few that are left go to klayout's exact checks. Shapes much larger than the rest (a seal ring's
bars among bumps) are held against the others by their sides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bumpgen.check.population import Population, near_pairs

if TYPE_CHECKING:
    import klayout.db as db

    from bumpgen.check.scene import Scene

__all__ = ["MOST_SUSPECTS", "distinct", "suspects_between", "suspects_within"]

Chosen = NDArray[np.bool_]

LARGE = 8.0
"""A shape this many times as large as the median is held against the others one by one."""

MOST_LARGE = 64
MOST_SUSPECTS = 2_000
"""With more shapes that might be too near, checking all hierarchically is faster."""

MOST_POSES = 2_000
"""So many different pairs (two shapes and the step between them) are looked at one by one."""


def suspects_within(scene: Scene, layer: str, limit: int) -> db.Region | None:
    """Shapes of a layer that may be nearer than the limit (database units) to another of it; None: look at all."""
    found = scene.population(layer)
    if found is None:
        return None
    chosen = _near(found, found, limit, same=True)
    return _region(found, chosen[0] | chosen[1]) if chosen else None


def suspects_between(scene: Scene, one: str, other: str, limit: int) -> tuple[db.Region, db.Region] | None:
    """Shapes of two layers that may be nearer than the limit to one of the other; None: look at all."""
    first, second = scene.population(one), scene.population(other)
    chosen = _near(first, second, limit, same=False) if first and second else None
    if chosen is None or first is None or second is None:
        return None
    regions = _region(first, chosen[0]), _region(second, chosen[1])
    return None if regions[0] is None or regions[1] is None else (regions[0], regions[1])


def distinct(scene: Scene, layer: str) -> db.Region | None:
    """One of each of a layer's shapes, side by side, if no two of them can touch; else None.

    What a rule says of a single shape (its width, its notches) then holds for all its copies.
    """
    import klayout.db as db

    found = scene.population(layer)
    if found is None:
        return None
    touching = suspects_within(scene, layer, 1)
    if touching is None or not touching.is_empty():
        return None
    region, at = db.Region(), 0
    for polygon in found.polygons:
        box = polygon.bbox()
        region.insert(polygon.moved(at - box.left, -box.bottom))
        at += 2 * box.width() + 2 * box.height()
    return region


def _region(found: Population, chosen: Chosen) -> db.Region | None:
    index = np.flatnonzero(chosen)
    return found.region(index) if len(index) <= MOST_SUSPECTS else None


def _near(one: Population, other: Population, limit: int, *, same: bool) -> tuple[Chosen, Chosen] | None:
    """Which of two populations (or of one, with itself) might be nearer than the limit; None if many crowd."""
    typical = min(float(np.median(one.radii)), float(np.median(other.radii)))
    large = one.radii > LARGE * typical, other.radii > LARGE * typical
    if max(int(mask.sum()) for mask in large) > MOST_LARGE:
        return None
    small = _small(one, other, large, limit, same=same)
    if small is None:
        return None
    chosen = small
    for index in np.flatnonzero(large[0]).tolist():
        _mark(one, index, other, limit, chosen, same=same)
    for index in np.flatnonzero(large[1]).tolist() if not same else ():
        _mark(other, index, one, limit, chosen[::-1], same=False)
    return chosen


def _small(
    one: Population, other: Population, large: tuple[Chosen, Chosen], limit: int, *, same: bool
) -> tuple[Chosen, Chosen] | None:
    """As `_near`, among the shapes that aren't large."""
    chosen = np.zeros(len(one.radii), bool), np.zeros(len(other.radii), bool)
    a, b = np.flatnonzero(~large[0]), np.flatnonzero(~large[1])
    centres = one.centres[a] if same else np.concatenate((one.centres[a], other.centres[b]))
    radii = one.radii[a] if same else np.concatenate((one.radii[a], other.radii[b]))
    if len(centres) < 2:
        return chosen
    reach = 2 * radii.max() if same else one.radii[a].max(initial=0) + other.radii[b].max(initial=0)
    pairs = near_pairs(centres, float(reach) + limit + 1)
    if pairs is None:
        return None
    i, j = pairs
    close = np.hypot(*(centres[i] - centres[j]).T) - radii[i] - radii[j] < limit
    if not same:
        close &= (i < len(a)) != (j < len(a))
    i, j = i[close], j[close]
    if len(i):
        true = _truly_near(_joined(one, other, a, b, same=same), i, j, limit)
        i, j = i[true], j[true]
    index = np.concatenate((i, j))
    chosen[0][a[index[index < len(a)]]] = True
    if not same:
        chosen[1][b[index[index >= len(a)] - len(a)]] = True
    return chosen


@dataclass(frozen=True, slots=True)
class _Joined:
    """Shapes of one or two populations in one list: polygon number and place of each."""

    polygons: tuple[db.Polygon, ...]
    shape: NDArray[np.int64]
    origin: NDArray[np.int64]


def _joined(one: Population, other: Population, a: NDArray[np.int64], b: NDArray[np.int64], *, same: bool) -> _Joined:
    if same:
        return _Joined(one.polygons, one.shape[a], one.origin[a])
    shape = np.concatenate((one.shape[a], other.shape[b] + len(one.polygons)))
    return _Joined((*one.polygons, *other.polygons), shape, np.concatenate((one.origin[a], other.origin[b])))


def _truly_near(shapes: _Joined, i: NDArray[np.int64], j: NDArray[np.int64], limit: int) -> Chosen:
    """Which pairs are nearer than the limit by their polygons; each pose of two shapes is looked at once."""
    step = shapes.origin[j] - shapes.origin[i]
    poses = np.column_stack((shapes.shape[i], shapes.shape[j], step))
    distinct_poses, pose = np.unique(poses, axis=0, return_inverse=True)
    if len(distinct_poses) > MOST_POSES:
        return np.ones(len(i), bool)
    near = [
        _too_near(shapes.polygons[first], shapes.polygons[second].moved(x, y), limit)
        for first, second, x, y in distinct_poses.tolist()
    ]
    chosen: Chosen = np.array(near, bool)[pose.ravel()]
    return chosen


def _too_near(one: db.Polygon, other: db.Polygon, limit: int) -> bool:
    import klayout.db as db

    first, second = db.Region(one), db.Region(other)
    return not (first.separation_check(second, limit).is_empty() and first.interacting(second).is_empty())


def _mark(
    one: Population, index: int, other: Population, limit: int, chosen: tuple[Chosen, Chosen], *, same: bool
) -> None:
    """Hold one large shape against all of another population by its sides."""
    import klayout.db as db

    x, y = one.origin[index].tolist()
    polygon = one.polygons[int(one.shape[index])].moved(x, y)
    distance = np.full(len(other.radii), np.inf)
    for edge in polygon.each_edge():
        distance = np.minimum(distance, _to_edge(other.centres, edge))
    close = distance - other.radii < limit
    box = polygon.bbox()
    within = ((other.centres > (box.left, box.bottom)) & (other.centres < (box.right, box.top))).all(axis=1)
    for i in np.flatnonzero(within & ~close).tolist() if not polygon.is_box() else ():
        close[i] = polygon.inside(db.Point(*np.rint(other.centres[i]).astype(int).tolist()))
    if polygon.is_box():
        close |= within
    if same:
        close[index] = False
    if close.any():
        chosen[0][index] = True
        chosen[1][close] = True


def _to_edge(points: NDArray[np.float64], edge: db.Edge) -> NDArray[np.float64]:
    """Distances of points to a side."""
    start, along = np.array((edge.x1, edge.y1), float), np.array((edge.dx(), edge.dy()), float)
    share = np.clip((points - start) @ along / max(float(along @ along), 1.0), 0, 1)
    distances: NDArray[np.float64] = np.hypot(*(points - start - share[:, None] * along).T)
    return distances
