"""From a sketch to wires: exact lines and arcs, or octilinear wires, that keep their widths and spaces."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from bumpgen.route.problem import Angles, Problem
from bumpgen.route.routing import Arc, Line, Segment
from bumpgen.route.sites import Floats, Ints
from bumpgen.route.sketch import Sketch

__all__ = ["Barrier", "Realised", "realise"]

ROOM = {Angles.ANY: 0.06, Angles.OCTILINEAR: 0.004}
"""What wires keep beyond their spacing where there is room, µm: for flattened arcs, and for corners on the grid."""

STEP = {Angles.ANY: 0.008, Angles.OCTILINEAR: 0.004}
"""By how much more the barriers of neighbours differ off the axes where their gates have no room, µm."""


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
    """A sketch's arrays as the compiled functions take them."""

    mesh: tuple[np.ndarray, ...]
    shapes: tuple[np.ndarray, ...]
    way_first: Ints
    room: Floats


def strings_of(problem: Problem, sketch: Sketch) -> Strings:
    """Arrays of a sketch: crossings in order, their offsets from both ends' metal."""
    from bumpgen.route.strings import offsets_of, room_of

    mesh, sites = sketch.mesh, sketch.mesh.sites
    counts = [0 if way is None else len(way.sides) for way in sketch.ways]
    way_first = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    there = [way for way in sketch.ways if way is not None]
    empty = np.zeros(0, dtype=np.int64)
    sides = np.concatenate([empty, *(way.sides for way in there)]).astype(np.int64)
    ranks = np.concatenate([empty, *(way.ranks for way in there)]).astype(np.int64)
    wire_of = np.repeat(np.arange(len(sketch.ways)), counts)
    order = np.lexsort((ranks, sides)).astype(np.int64)
    order_first = np.searchsorted(sides[order], np.arange(len(mesh.ends) + 1)).astype(np.int64)
    room = np.full(sites.count, ROOM[problem.angles])
    room_of(mesh.ends, mesh.gap, order_first, order, wire_of, sketch.widths, sketch.spaces, room)
    near, far = np.zeros(len(sides)), np.zeros(len(sides))
    offsets_of(mesh.ends, order_first, order, wire_of, sketch.widths, sketch.spaces, room, near, far)
    triangle, start, end = (
        np.array([-1 if way is None else getattr(way, name) for way in sketch.ways], dtype=np.int64)
        for name in ("triangle", "start", "end")
    )
    rays, hull = _directions(problem, sites.hull)
    packed = (sites.xy, hull, rays, mesh.triangles, mesh.ends, mesh.beside, sides, near, far, triangle, start, end)
    bulge = np.where(room < ROOM[problem.angles] - 1e-9, STEP[problem.angles] / _pitch(problem), 0.0)
    sagitta = np.where(bulge > 0, (room + STEP[Angles.ANY] - 0.004) * 0.6, 0.035)
    return Strings(packed, (sites.core, sites.corner, sites.reach, bulge, sagitta), way_first, room)


def _pitch(problem: Problem) -> float:
    """Width and space of the narrowest wire, µm."""
    return min(rule.width + rule.space for rule in problem.nets.values())


def _directions(problem: Problem, hull: Floats) -> tuple[Floats, Floats]:
    """Unit vectors of the barriers' directions, and the hulls in them.

    Octilinear barriers reach a little farther along the diagonals: drawn diagonals move outward on to the grid, and
    axis-parallel wires, which don't, must still fit into a gate that has no room to spare.
    """
    directions = hull.shape[1]
    angles = np.arange(directions) * (2 * np.pi / directions)
    rays = np.column_stack((np.cos(angles), np.sin(angles)))
    rays = np.where(np.abs(rays) < 1e-15, 0.0, rays)
    if not problem.angles:
        return rays, hull
    stretch = np.where(np.arange(directions) % 2, 1 + STEP[problem.angles] / _pitch(problem), 1.0)
    return rays / stretch[:, None], hull / stretch


def realise(problem: Problem, sketch: Sketch, barriers: dict[int, list[Barrier]] | None = None) -> Realised:
    """Centre lines of all ways of a sketch; `barriers` are extra constraints by connection."""
    strings = strings_of(problem, sketch)
    chosen = np.array([i for i, way in enumerate(sketch.ways) if way is not None], dtype=np.int64)
    rows, row_first, state = pulled(problem, sketch, strings, chosen, barriers or {})
    segments: list[tuple[Segment, ...] | None] = [None] * len(sketch.ways)
    tight = []
    for c, way in enumerate(chosen.tolist()):
        if state[c] > 0:
            tight.append(way)
        if state[c] >= 0:
            own = rows[row_first[c] : row_first[c + 1]]
            segments[way] = _octilinear(own, problem.grid) if problem.angles else _round(own)
    return Realised(tuple(segments), tuple(tight))


def pulled(
    problem: Problem, sketch: Sketch, strings: Strings, chosen: Ints, barriers: dict[int, list[Barrier]]
) -> tuple[Floats, Ints, Ints]:
    """Rows of the chosen ways, where each begins, and each one's state; see `strings.pull`."""
    from bumpgen.route.strings import pull

    listed = [barriers.get(way, []) for way in range(len(sketch.ways))]
    extra_first = np.concatenate(([0], np.cumsum([len(own) for own in listed]))).astype(np.int64)
    extra_sites = np.array([barrier.site for own in listed for barrier in own], dtype=np.int64)
    extra_offsets = np.array([barrier.offset for own in listed for barrier in own], dtype=np.float64)
    row_first, state = np.zeros(len(chosen) + 1, dtype=np.int64), np.zeros(len(chosen), dtype=np.int64)
    size = 64 * len(chosen) + 4 * int(strings.way_first[-1]) + 1000
    while True:
        rows = np.zeros((size, 10))
        total = pull(
            strings.mesh,
            strings.shapes,
            chosen,
            strings.way_first,
            extra_first,
            extra_sites,
            extra_offsets,
            bool(problem.angles),
            rows,
            row_first,
            state,
        )
        if total >= 0:
            return rows[:total], row_first, state
        size *= 4


def _round(rows: Floats) -> tuple[Segment, ...]:
    out: list[Segment] = []
    for kind, x0, y0, x1, y1, cx, cy, radius, sweep, sagitta in rows.tolist():
        arc = Arc((x0, y0), (x1, y1), (cx, cy), radius, sweep, sagitta)
        out.append(arc if kind else Line((x0, y0), (x1, y1)))
    return tuple(out)


def _octilinear(rows: Floats, grid: float) -> tuple[Segment, ...]:
    from bumpgen.route.lattice import on_grid

    points = on_grid(rows[:, 1:3], grid)
    return tuple(Line(a, b) for a, b in pairwise(points))
