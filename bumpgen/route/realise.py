"""From a sketch to wires: exact lines and arcs, or octilinear wires, that keep their widths and spaces."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from bumpgen.route.problem import Angles, Problem
from bumpgen.route.routing import Arc, Line, Segment
from bumpgen.route.sites import Floats, Ints, Sites
from bumpgen.route.sketch import Sketch

if TYPE_CHECKING:
    from bumpgen.route.arcs import Cores
    from bumpgen.route.strings import Order, Strung
    from bumpgen.route.taut import Shapes

__all__ = ["Barrier", "Realised", "Strings", "realise", "strings_of"]

ROOM = {Angles.ANY: 0.06, Angles.OCTILINEAR: 0.004}
"""What wires keep beyond their spacing where there is room, µm: for flattened arcs, and for corners on the grid."""

STEP = {Angles.ANY: 0.008, Angles.OCTILINEAR: 0.004}
"""By how much more the barriers of neighbours differ off the axes where their gates have no room, µm."""

GRID = 0.004
"""What is left of a full gate's room for corners moved on to the grid, µm."""

SAGITTA = 0.035
"""How far the corners of flattened arcs stand out of them where there is room, µm."""


@dataclass(frozen=True, slots=True)
class Barrier:
    """A place a wire must keep off more than its gates tell: `offset` µm from a site's metal."""

    site: int
    offset: float


@dataclass(frozen=True, slots=True)
class Realised:
    """Centre lines of a sketch's ways: `segments[i]` of connection i, None where it has none; `tight` lists those
    whose barriers leave no room somewhere."""

    segments: tuple[tuple[Segment, ...] | None, ...]
    tight: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Strings:
    """A sketch as the compiled functions take it, and the metal its arcs are drawn about."""

    strung: Strung
    cores: Cores

    def beyond(self, barriers: dict[int, list[Barrier]]) -> Strings:
        """The same strings, to be pulled round these barriers, too (by connection)."""
        listed = [barriers.get(way, []) for way in range(len(self.strung.start))]
        first = np.concatenate(([0], np.cumsum([len(own) for own in listed]))).astype(np.int64)
        sites = np.array([barrier.site for own in listed for barrier in own], dtype=np.int64)
        offsets = np.array([barrier.offset for own in listed for barrier in own], dtype=np.float64)
        strung = self.strung._replace(extra_first=first, extra_sites=sites, extra_offsets=offsets)
        return replace(self, strung=strung)


def strings_of(problem: Problem, sketch: Sketch) -> Strings:
    """A sketch's crossings with their offsets from both ends' metal, µm."""
    from bumpgen.route.arcs import Cores
    from bumpgen.route.strings import Strung, offsets_of, room_of

    mesh, sites = sketch.mesh, sketch.mesh.sites
    order, first, crossed = _order(sketch)
    room = np.full(sites.count, ROOM[problem.angles])
    room_of(order, mesh.gap, room)
    near, far = np.zeros(len(crossed)), np.zeros(len(crossed))
    offsets_of(order, room, near, far)
    ways = [(-1, -1, -1) if way is None else (way.triangle, way.start, way.end) for way in sketch.ways]
    triangle, start, end = (row.copy() for row in np.array(ways, dtype=np.int64).reshape(-1, 3).T)
    none = (np.zeros(len(ways) + 1, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))
    wires = (mesh.triangles, mesh.ends, mesh.beside, first, crossed, near, far, triangle, start, end)
    bulge = np.where(room < ROOM[problem.angles] - 1e-9, STEP[problem.angles] / _pitch(problem), 0.0)
    sagitta = np.where(bulge > 0, (room + STEP[Angles.ANY] - GRID) * 0.6, SAGITTA)
    return Strings(
        Strung(_shapes(problem, sites), *wires, *none), Cores(sites.core, sites.corner, sites.reach, bulge, sagitta)
    )


def _order(sketch: Sketch) -> tuple[Order, Ints, Ints]:
    """The wires of every side in order; where each way's crossings begin; the sides crossed, way by way."""
    from bumpgen.route.strings import Order

    counts = [0 if way is None else len(way.sides) for way in sketch.ways]
    first = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    there = [way for way in sketch.ways if way is not None]
    empty = np.zeros(0, dtype=np.int64)
    sides = np.concatenate([empty, *(way.sides for way in there)]).astype(np.int64)
    ranks = np.concatenate([empty, *(way.ranks for way in there)]).astype(np.int64)
    wire = np.repeat(np.arange(len(sketch.ways)), counts)
    crossings = np.lexsort((ranks, sides)).astype(np.int64)
    begins = np.searchsorted(sides[crossings], np.arange(len(sketch.mesh.ends) + 1)).astype(np.int64)
    return Order(sketch.mesh.ends, begins, crossings, wire, sketch.widths, sketch.spaces), first, sides


def _pitch(problem: Problem) -> float:
    """Width and space of the narrowest wire, µm."""
    return min(rule.width + rule.space for rule in problem.nets.values())


def _shapes(problem: Problem, sites: Sites) -> Shapes:
    """Unit vectors of the barriers' directions, and the hulls in them.

    Octilinear barriers reach a little farther along the diagonals: drawn diagonals move outward on to the grid, and
    axis-parallel wires, which don't, must still fit into a gate that has no room to spare.
    """
    from bumpgen.route.taut import Shapes

    hull, directions = sites.hull, sites.hull.shape[1]
    angles = np.arange(directions) * (2 * np.pi / directions)
    rays = np.column_stack((np.cos(angles), np.sin(angles)))
    rays = np.where(np.abs(rays) < 1e-15, 0.0, rays)
    if problem.angles is Angles.ANY:
        return Shapes(sites.xy, hull, rays)
    stretch = np.where(np.arange(directions) % 2, 1 + STEP[problem.angles] / _pitch(problem), 1.0)
    return Shapes(sites.xy, hull / stretch, rays / stretch[:, None])


def realise(problem: Problem, sketch: Sketch, barriers: dict[int, list[Barrier]] | None = None) -> Realised:
    """Centre lines of all ways of a sketch; `barriers` are extra constraints by connection."""
    strings = strings_of(problem, sketch).beyond(barriers or {})
    chosen = np.array([i for i, way in enumerate(sketch.ways) if way is not None], dtype=np.int64)
    rows, row_first, state = _pulled(strings, chosen, octilinear=problem.angles is Angles.OCTILINEAR)
    segments: list[tuple[Segment, ...] | None] = [None] * len(sketch.ways)
    tight = []
    for c, way in enumerate(chosen.tolist()):
        if state[c] > 0:
            tight.append(way)
        if state[c] >= 0:
            own = rows[row_first[c] : row_first[c + 1]]
            segments[way] = _octilinear(own, problem.grid) if problem.angles else _round(own)
    return Realised(tuple(segments), tuple(tight))


def _pulled(strings: Strings, chosen: Ints, *, octilinear: bool) -> tuple[Floats, Ints, Ints]:
    """Rows of the chosen ways, where each begins, and each one's state; see `strings.pull`."""
    from bumpgen.route.strings import pull

    strung, cores = strings.strung, strings.cores
    row_first, state = np.zeros(len(chosen) + 1, dtype=np.int64), np.zeros(len(chosen), dtype=np.int64)
    size = 64 * len(chosen) + 4 * int(strung.first[-1]) + 1000
    while True:
        rows = np.zeros((size, 10))
        total = pull(strung, cores, chosen, octilinear, rows, row_first, state)
        if total >= 0:
            return rows[:total], row_first, state
        size *= 4


def _round(rows: Floats) -> tuple[Segment, ...]:
    """Lines and arcs from rows as `arcs.arcs_of` writes them."""
    out: list[Segment] = []
    for kind, x0, y0, x1, y1, cx, cy, radius, sweep, sagitta in rows.tolist():
        arc = Arc((x0, y0), (x1, y1), (cx, cy), radius, sweep, sagitta)
        out.append(arc if kind else Line((x0, y0), (x1, y1)))
    return tuple(out)


def _octilinear(rows: Floats, grid: float) -> tuple[Segment, ...]:
    """Lines on the grid from the corners in columns 1 and 2."""
    from bumpgen.route.lattice import on_grid

    points = on_grid(rows[:, 1:3], grid)
    return tuple(Line(a, b) for a, b in pairwise(points))
