"""Sites: everything wires keep away from, as convex shapes about a centre, and points along edges. In µm.

A terminal is one site. An obstacle is a chain of point sites along its outline, so close that the
triangulation holds the outline; so are the feet of sites near the die's edge.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bumpgen.route.problem import Angles, Obstacle, Place, Problem, Terminal

__all__ = ["EDGE", "OBSTACLE", "TERMINAL", "Sites", "least_passage", "sites_of", "support"]

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

TERMINAL, OBSTACLE, EDGE = 0, 1, 2

ANY_DIRECTIONS = 48
"""Directions that stand for a circle while a wire's way is searched; the drawn arcs are exact."""


@dataclass(frozen=True, slots=True)
class Sites:
    """Arrays over sites (V). `core` holds corners of all convex shapes, `first` where each site's begin.

    `reach` is added to a shape all round (a disc's radius; for edges and keep-outs what makes a wire's own
    spacing come out as theirs). `kind` is TERMINAL, OBSTACLE or EDGE; `owner` the terminal's or obstacle's index.
    `hull[v, k]` is the support of the shape about its centre in direction k of `turns` (2π k / K), µm;
    `corner[v, k]` the core corner that bears the barrier's corner between directions k and k + 1.
    """

    xy: Floats
    reach: Floats
    kind: Ints
    owner: Ints
    first: Ints
    core: Floats
    hull: Floats
    corner: Ints

    @property
    def count(self) -> int:
        """How many sites there are."""
        return len(self.xy)


def sites_of(problem: Problem, layer: int, space: float, extra: Floats | None = None) -> Sites:
    """All sites of one wire layer, in an order that does not depend on the problem's.

    `space` is the widest spacing of any net (µm); `extra` are more points (x, y, kind, owner) on outlines.
    """
    found = [
        _terminal(problem, index, terminal)
        for index, terminal in enumerate(problem.terminals)
        if terminal.layer == layer
    ]
    through = least_passage(problem)
    for index, obstacle in enumerate(problem.obstacles):
        if obstacle.layer is None or obstacle.layer == layer:
            found += _outline(index, obstacle, space, through)
    found += _corners(problem, space)
    found += _feet(problem, found, space)
    if extra is not None:
        reach = {(kind, owner): r for _, r, kind, owner in found}
        found += [([(x, y)], reach[int(k), int(o)], int(k), int(o)) for x, y, k, o in extra.tolist()]
    return _arrays(problem, found)


_Site: TypeAlias = tuple[list[Place], float, int, int]


def least_passage(problem: Problem) -> float:
    """What the narrowest wire needs to pass between two pieces of metal, µm; 0 without nets."""
    return min((rule.width + 2 * rule.space for rule in problem.nets.values()), default=0.0)


def _terminal(problem: Problem, index: int, terminal: Terminal) -> _Site:
    """A terminal with the end of a wire that is wider than itself."""
    rule = problem.nets.get(terminal.net) if terminal.wires else None
    half = 0.0 if rule is None else (rule.neck or rule.width) / 2
    if half <= terminal.inner_radius + 1e-9:
        return list(terminal.outline), terminal.radius, TERMINAL, index
    farthest = max(math.hypot(x - terminal.x, y - terminal.y) for x, y in terminal.outline) + terminal.radius
    if farthest <= half:
        return [(terminal.x, terminal.y)], half, TERMINAL, index
    return _with_disc(terminal, half), terminal.radius, TERMINAL, index


def _with_disc(terminal: Terminal, half: float) -> list[Place]:
    """Corners of the hull of a terminal's outline and a wire's end about its centre (16 corners, circumscribed)."""
    import shapely

    reach = (half - terminal.radius) / math.cos(math.pi / 16)
    turns = (math.pi * (2 * i + 1) / 16 for i in range(16))
    end = [(terminal.x + reach * math.cos(a), terminal.y + reach * math.sin(a)) for a in turns]
    hull = shapely.MultiPoint([*terminal.outline, *end]).convex_hull.normalize()
    return [(float(x), float(y)) for x, y in hull.exterior.coords[:-1]]


def _outline(index: int, obstacle: Obstacle, space: float, through: float) -> list[_Site]:
    """One site for a small convex obstacle, else point sites at its corners."""
    reach = 0.0 if obstacle.margin is None else obstacle.margin - space
    corners = list(dict.fromkeys(obstacle.corners))
    if _spread(corners) <= 2 * through and _is_convex(corners):
        return [(corners, reach, OBSTACLE, index)]
    return [([corner], reach, OBSTACLE, index) for corner in corners]


def _spread(corners: list[Place]) -> float:
    """Diagonal of the box of some places, µm."""
    xs, ys = zip(*corners, strict=True)
    return math.hypot(max(xs) - min(xs), max(ys) - min(ys))


def _is_convex(corners: list[Place]) -> bool:
    import shapely

    polygon = shapely.Polygon(corners)
    return bool(polygon.is_valid and polygon.convex_hull.area - polygon.area < 1e-6)


def _corners(problem: Problem, space: float) -> list[_Site]:
    x0, y0, x1, y1 = problem.outline
    return [([place], problem.edge - space, EDGE, -1) for place in ((x0, y0), (x1, y0), (x1, y1), (x0, y1))]


def _feet(problem: Problem, found: list[_Site], space: float) -> list[_Site]:
    """The foot on the die's edge of every site that is the nearest one to its foot."""
    from scipy.spatial import cKDTree

    x0, y0, x1, y1 = problem.outline
    inner = [site for site in found if site[2] != EDGE]
    if not inner:
        return []
    centres = np.array([np.mean(site[0], axis=0) for site in inner])
    feet = np.vstack(
        [np.column_stack((centres[:, 0], np.full(len(centres), y))) for y in (y0, y1)]
        + [np.column_stack((np.full(len(centres), x), centres[:, 1])) for x in (x0, x1)]
    )
    nearest, at = cKDTree(centres).query(feet)
    own = np.hypot(*(feet - np.tile(centres, (4, 1))).T)
    keep = feet[(own <= nearest + 1e-6) & (own > 1e-6) & (at >= 0)]
    inside = (keep[:, 0] > x0 - 1e-9) & (keep[:, 0] < x1 + 1e-9) & (keep[:, 1] > y0 - 1e-9) & (keep[:, 1] < y1 + 1e-9)
    corners = {(x, y) for x in (x0, x1) for y in (y0, y1)}
    places = sorted({(round(float(x), 4), round(float(y), 4)) for x, y in keep[inside]} - corners)
    return [([place], problem.edge - space, EDGE, -1) for place in _thinned(places)]


def _thinned(places: list[Place]) -> list[Place]:
    """Places without those nearer than 1 µm to the one before (the triangulation would have slivers)."""
    out: list[Place] = []
    for place in places:
        if not out or math.dist(out[-1], place) >= 1.0:
            out.append(place)
    return out


def _arrays(problem: Problem, found: list[_Site]) -> Sites:
    centre = [_centre(problem, site) for site in found]
    names = [problem.terminals[site[3]].name if site[2] == TERMINAL else "" for site in found]
    order = sorted(range(len(found)), key=lambda i: (found[i][2], centre[i], found[i][0], found[i][1], names[i]))
    chosen = [found[i] for i in order]
    xy = np.array([centre[i] for i in order], dtype=np.float64).reshape(-1, 2)
    counts = [len(site[0]) for site in chosen]
    first = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    core = np.array([corner for site in chosen for corner in site[0]], dtype=np.float64).reshape(-1, 2)
    reach = np.array([site[1] for site in chosen], dtype=np.float64)
    directions = 8 if problem.angles is Angles.OCTILINEAR else ANY_DIRECTIONS
    hull, corner = support(xy, reach, first, core, directions)
    kind = np.array([site[2] for site in chosen], dtype=np.int64)
    owner = np.array([site[3] for site in chosen], dtype=np.int64)
    return Sites(xy, reach, kind, owner, first, core, hull, corner)


def _centre(problem: Problem, site: _Site) -> Place:
    if site[2] == TERMINAL:
        terminal = problem.terminals[site[3]]
        return (terminal.x, terminal.y)
    xs, ys = zip(*site[0], strict=True)
    return (sum(xs) / len(xs), sum(ys) / len(ys))


def support(xy: Floats, reach: Floats, first: Ints, core: Floats, directions: int) -> tuple[Floats, Ints]:
    """Support of every site's shape about its centre in each direction, and the core corner between directions."""
    turn = 2 * math.pi / directions
    angles = np.arange(directions) * turn
    rays = np.column_stack((np.cos(angles), np.sin(angles)))
    between = np.column_stack((np.cos(angles + turn / 2), np.sin(angles + turn / 2)))
    owner = np.repeat(np.arange(len(xy)), np.diff(first))
    offsets = core - xy[owner]
    hull = np.maximum.reduceat(offsets @ rays.T, first[:-1], axis=0) + reach[:, None]
    reached = offsets @ between.T
    best = np.maximum.reduceat(reached, first[:-1], axis=0)
    is_best = reached >= best[owner] - 1e-9
    index = np.where(is_best, np.arange(len(core))[:, None], len(core))
    return hull, np.minimum.reduceat(index, first[:-1], axis=0).astype(np.int64)
