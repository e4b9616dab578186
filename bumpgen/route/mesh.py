"""The triangulation that a sketch of wires lives on: sites as corners, sides with the free length between metal.

Sides are gates: a wire that passes between two sites crosses the side that joins them. What fits
through a gate is its free length, in the norm of the allowed directions: wires at multiples of 45° are as
far apart as the widest of eight projections says, wires at any angle as their distance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from bumpgen.route.problem import Angles, Problem
from bumpgen.route.sites import EDGE, OBSTACLE, Floats, Ints, Sites, least_passage, sites_of

__all__ = ["Mesh", "mesh_of"]

ROUNDING = 0.05
"""What a gate loses to flattened arcs and to the grid, µm, unless straight sides face one another along an axis."""

ROUNDS = 12
"""How often outlines are cut finer until the triangulation holds them."""


@dataclass(frozen=True, slots=True)
class Mesh:
    """A triangulation of sites.

    `triangles` (T, 3): sites, counter-clockwise. `sides` (T, 3): side i lies opposite corner i. `ends` (E, 2): sites
    of each side, the lower first. `beside` (E, 2): triangles on both sides, -1 outside. `gap` (E,): free length
    between the metal of both ends, µm; 0 where no wire may pass. `gates` (E, 2, 2): the places on both ends' metal that
    are nearest to one another. `cross_gap` (E,): free length between the two corners opposite a side (the other
    diagonal of the quadrilateral), inf where that is no cut; `apexes` (E, 2): these two sites, -1 where there are none.
    """

    sites: Sites
    triangles: Ints
    sides: Ints
    ends: Ints
    beside: Ints
    gap: Floats
    gates: Floats
    cross_gap: Floats
    apexes: Ints


def mesh_of(problem: Problem, layer: int = 0) -> Mesh:
    """The mesh of one wire layer of a problem."""
    space = max((rule.space for rule in problem.nets.values()), default=0.0)
    extra: Floats | None = None
    for _ in range(ROUNDS):
        sites = sites_of(problem, layer, space, extra)
        triangles = _triangulation(sites)
        more = _missing(problem, sites, triangles)
        if not len(more):
            break
        extra = more if extra is None else np.vstack((extra, more))
    return _mesh(problem, sites, triangles)


def _triangulation(sites: Sites) -> Ints:
    """Regular triangulation (the lower hull of x, y, x² + y² - r²), triangles counter-clockwise.

    A fixed jitter of a tenth of a nanometre breaks ties of regular arrays.
    """
    from scipy.spatial import ConvexHull

    jitter = np.random.default_rng(1).uniform(-1e-4, 1e-4, sites.xy.shape)
    points = sites.xy - sites.xy.mean(axis=0) + jitter
    radius = np.maximum(sites.hull.min(axis=1), 0.0)
    lifted = np.column_stack((points, (points**2).sum(axis=1) - radius**2))
    hull = ConvexHull(lifted)
    triangles = hull.simplices[hull.equations[:, 2] < -1e-12].astype(np.int64)
    a, b, c = (sites.xy[triangles[:, i]] for i in range(3))
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    turned = np.where((area < 0)[:, None], triangles[:, [0, 2, 1]], triangles)[np.abs(area) > 0.05]
    first = np.argmin(turned, axis=1)
    rolled = turned[np.arange(len(turned))[:, None], (first[:, None] + np.arange(3)) % 3]
    ordered: Ints = rolled[np.lexsort(rolled.T[::-1])]
    return ordered


def _missing(problem: Problem, sites: Sites, triangles: Ints) -> Floats:
    """Middles of outline parts that are no side of a triangle though a wire could pass, as (x, y, kind, owner)."""
    have = _keys(np.vstack([triangles[:, [i, (i + 1) % 3]] for i in range(3)]), sites.count)
    through = least_passage(problem)
    found: list[tuple[float, float, int, int]] = []
    order = np.argsort(sites.owner, kind="stable")
    order = order[sites.kind[order] == OBSTACLE]
    starts = np.searchsorted(sites.owner[order], np.arange(len(problem.obstacles) + 1))
    for index, obstacle in enumerate(problem.obstacles):
        mine = order[starts[index] : starts[index + 1]]
        if len(mine) < 2:
            continue
        for start, end in zip(obstacle.corners, (*obstacle.corners[1:], obstacle.corners[0]), strict=True):
            chain = _along(sites, mine, np.array(start), np.array(end))
            pairs = np.column_stack((chain[:-1], chain[1:]))
            wide = np.hypot(*(sites.xy[pairs[:, 0]] - sites.xy[pairs[:, 1]]).T) > through
            lost = pairs[wide & ~np.isin(_keys(pairs, sites.count), have)]
            found += [(x, y, OBSTACLE, index) for x, y in sites.xy[lost].mean(axis=1).tolist()]
    return np.array(sorted(found), dtype=np.float64).reshape(-1, 4)


def _along(sites: Sites, mine: Ints, start: Floats, end: Floats) -> Ints:
    """The sites of one obstacle that lie on the part from start to end, in order."""
    step = end - start
    length = float(np.hypot(*step))
    if length == 0 or not len(mine):
        return mine[:0]
    unit = step / length
    offset = sites.xy[mine] - start
    along = offset @ unit
    off = np.abs(offset[:, 0] * unit[1] - offset[:, 1] * unit[0])
    on = (off < 1e-4) & (along > -1e-4) & (along < length + 1e-4)
    chain: Ints = mine[on][np.argsort(along[on])]
    return chain


def _keys(pairs: Ints, count: int) -> Ints:
    keys: Ints = np.minimum(pairs[:, 0], pairs[:, 1]) * count + np.maximum(pairs[:, 0], pairs[:, 1])
    return keys


def _mesh(problem: Problem, sites: Sites, triangles: Ints) -> Mesh:
    pairs = np.stack((triangles[:, [1, 2]], triangles[:, [2, 0]], triangles[:, [0, 1]]), axis=1).reshape(-1, 2)
    keys, where = np.unique(_keys(pairs, sites.count), return_inverse=True)
    sides = where.reshape(-1, 3).astype(np.int64)
    ends = np.column_stack((keys // sites.count, keys % sites.count))
    beside = _beside(sides, len(ends))
    octilinear = problem.angles is Angles.OCTILINEAR
    gap, gates = _gaps(sites, ends, octilinear=octilinear)
    gap = np.where(_blocked(problem, sites, ends, beside), 0.0, np.maximum(gap, 0.0))
    apexes = _apexes(triangles, sides, beside)
    cross = _cross_gaps(sites, ends, apexes, octilinear=octilinear)
    return Mesh(sites, triangles, sides, ends, beside, gap, gates, cross, apexes)


def _beside(sides: Ints, count: int) -> Ints:
    beside = np.full((count, 2), -1, dtype=np.int64)
    flat = sides.ravel()
    triangle = np.repeat(np.arange(len(sides)), 3)
    order = np.argsort(flat, kind="stable")
    flat, triangle = flat[order], triangle[order]
    is_first = np.concatenate(([True], flat[1:] != flat[:-1]))
    beside[flat[is_first], 0] = triangle[is_first]
    beside[flat[~is_first], 1] = triangle[~is_first]
    return beside


def _apexes(triangles: Ints, sides: Ints, beside: Ints) -> Ints:
    """The two corners opposite each side; -1 where it has a triangle on one side only."""
    apexes = np.full(beside.shape, -1, dtype=np.int64)
    for i in range(2):
        inner = np.flatnonzero((beside >= 0).all(axis=1))
        own = beside[inner, i]
        at = np.argmax(sides[own] == inner[:, None], axis=1)
        apexes[inner, i] = triangles[own, at]
    return apexes


def _cross_gaps(sites: Sites, ends: Ints, apexes: Ints, *, octilinear: bool) -> Floats:
    """Free length of the other diagonal of each pair of triangles, where the pair is convex."""
    cross = np.full(len(ends), np.inf)
    inner = np.flatnonzero(apexes[:, 0] >= 0)
    a, d = sites.xy[apexes[inner, 0]], sites.xy[apexes[inner, 1]]
    b, c = sites.xy[ends[inner, 0]], sites.xy[ends[inner, 1]]
    convex = inner[_turn(a, d, b) * _turn(a, d, c) < 0]
    cross[convex] = np.maximum(_gaps(sites, apexes[convex], octilinear=octilinear)[0], 0.0)
    return cross


def _turn(o: Floats, p: Floats, q: Floats) -> Floats:
    turn: Floats = (p[:, 0] - o[:, 0]) * (q[:, 1] - o[:, 1]) - (p[:, 1] - o[:, 1]) * (q[:, 0] - o[:, 0])
    return turn


def _gaps(sites: Sites, pairs: Ints, *, octilinear: bool) -> tuple[Floats, Floats]:
    """Free length between the metal of pairs of sites, and the nearest places of both, µm."""
    gap, gates = _straight(sites, pairs)
    single = (np.diff(sites.first) == 1)[pairs].all(axis=1)
    rest = np.flatnonzero(~single)
    if len(rest):
        gap[rest], gates[rest] = _between_polygons(sites, pairs[rest])
    if octilinear:
        return _octilinear(sites, pairs), gates
    across = np.abs(gates[:, 1] - gates[:, 0]).min(axis=1) < 1e-6
    flat = across & ((np.diff(sites.first) > 1) | (sites.reach <= 0))[pairs].all(axis=1)
    return np.where(flat, gap, gap - ROUNDING), gates


def _straight(sites: Sites, pairs: Ints) -> tuple[Floats, Floats]:
    """As if all shapes were discs about their centres."""
    start, end = sites.xy[pairs[:, 0]], sites.xy[pairs[:, 1]]
    length = np.hypot(*(end - start).T)
    unit = (end - start) / np.maximum(length, 1e-9)[:, None]
    near, far = sites.reach[pairs[:, 0]], sites.reach[pairs[:, 1]]
    return length - near - far, np.stack((start + unit * near[:, None], end - unit * far[:, None]), axis=1)


def _between_polygons(sites: Sites, pairs: Ints) -> tuple[Floats, Floats]:
    import shapely

    used, inverse = np.unique(pairs, return_inverse=True)
    shapes = np.array([_core(sites, int(v)) for v in used])[inverse.reshape(-1, 2)]
    lines: Any = shapely.shortest_line(shapes[:, 0], shapes[:, 1])
    ends = shapely.get_coordinates(lines).reshape(-1, 2, 2)
    length = np.hypot(*(ends[:, 1] - ends[:, 0]).T)
    unit = (ends[:, 1] - ends[:, 0]) / np.maximum(length, 1e-9)[:, None]
    near, far = sites.reach[pairs[:, 0]], sites.reach[pairs[:, 1]]
    gates = np.stack((ends[:, 0] + unit * near[:, None], ends[:, 1] - unit * far[:, None]), axis=1)
    return length - near - far, gates


def _core(sites: Sites, site: int) -> Any:
    import shapely

    corners = sites.core[sites.first[site] : sites.first[site + 1]]
    return shapely.Point(corners[0]) if len(corners) == 1 else shapely.MultiPoint(corners).convex_hull


def _octilinear(sites: Sites, pairs: Ints) -> Floats:
    """The widest of the eight projections' gaps."""
    angles = np.arange(8) * np.pi / 4
    rays = np.column_stack((np.cos(angles), np.sin(angles)))
    along = (sites.xy[pairs[:, 1]] - sites.xy[pairs[:, 0]]) @ rays.T
    near, far = sites.hull[pairs[:, 0]], np.roll(sites.hull, 4, axis=1)[pairs[:, 1]]
    widest: Floats = (along - near - far).max(axis=1)
    return widest


def _blocked(problem: Problem, sites: Sites, ends: Ints, beside: Ints) -> Any:
    """Sides no wire may cross: on the hull, along the die's edge, along and inside an obstacle."""
    import shapely

    kind, owner = sites.kind[ends], sites.owner[ends]
    blocked = (beside[:, 1] < 0) | (kind == EDGE).all(axis=1)
    same = (kind == OBSTACLE).all(axis=1) & (owner[:, 0] == owner[:, 1])
    if not same.any():
        return blocked
    middles = sites.xy[ends[same]].mean(axis=1)
    polygons = np.array([shapely.Polygon(obstacle.corners) for obstacle in problem.obstacles])
    inside = shapely.distance(polygons[owner[same, 0]], shapely.points(middles)) < 1e-6
    blocked[np.flatnonzero(same)[inside]] = True
    return blocked
