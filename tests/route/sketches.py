"""Sketches made by hand or by the router, as centre lines; and the geometry that tests judge them by. In µm."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from shapely import LineString

from bumpgen.route.mesh import Mesh, mesh_of
from bumpgen.route.problem import Angles, NetRule, Place, Problem, Terminal
from bumpgen.route.routing import Arc, Line, Segment
from bumpgen.route.sites import TERMINAL
from bumpgen.route.sketch import Sketch, Way
from bumpgen.route.topology import route_ways

WIDTH = SPACE = 10.0
OFFSET = SPACE + WIDTH / 2


def discs(
    places: Sequence[Place], angles: Angles, diameters: Sequence[float] | float = 40.0, size: float = 1000.0
) -> Problem:
    """Discs on a square die, all of one net as far as the mesh is concerned."""
    wide = diameters if isinstance(diameters, Sequence) else [diameters] * len(places)
    terminals = tuple(
        Terminal.disc(f"t{i}", "n", "bump", x, y, d, 9) for i, ((x, y), d) in enumerate(zip(places, wide, strict=True))
    )
    return Problem("test", (0.0, 0.0, size, size), terminals, {"n": NetRule(WIDTH, SPACE)}, angles=angles)


def site_of(mesh: Mesh, terminal: int) -> int:
    """The site of a terminal."""
    return int(np.flatnonzero((mesh.sites.kind == TERMINAL) & (mesh.sites.owner == terminal))[0])


def routed(problem: Problem, pairs: Sequence[tuple[int, int]]) -> Sketch:
    """Ways between terminals."""
    mesh = mesh_of(problem)
    ends = [(site_of(mesh, a), site_of(mesh, b)) for a, b in pairs]
    return route_ways(mesh, ends, WIDTH, SPACE)


def wound(problem: Problem, centre: int, start: int, end: int, *, clockwise: bool = False) -> Sketch:
    """One wire from terminal to terminal round a third one whose neighbours in the mesh both are."""
    mesh = mesh_of(problem)
    c, a, b = (site_of(mesh, terminal) for terminal in (centre, start, end))
    step = -1 if clockwise else 1
    after = {}
    for number, corners in enumerate(mesh.triangles.tolist()):
        if c in corners:
            at = corners.index(c)
            after[corners[(at + step) % 3]] = (number, corners[(at + 2 * step) % 3])
    triangle, site = after[a]
    keys = {tuple(ends): side for side, ends in enumerate(mesh.ends.tolist())}
    sides = []
    while site != b:
        sides.append(keys[min(c, site), max(c, site)])
        site = after[site][1]
    own = np.array(sides, dtype=np.int64)
    way = Way(a, b, own, np.zeros_like(own), triangle)
    return Sketch(mesh, np.array([WIDTH]), np.array([SPACE]), (way,))


def corners(segments: Sequence[Segment], step: float = 0.002) -> list[Place]:
    """Places along a centre line, arcs in steps of `step` radians."""
    out = [segments[0].start]
    for segment in segments:
        if isinstance(segment, Arc):
            first = math.atan2(segment.start[1] - segment.centre[1], segment.start[0] - segment.centre[0])
            for turn in np.linspace(0, segment.sweep, max(2, int(abs(segment.sweep) / step)))[1:-1]:
                angle = first + float(turn)
                x = segment.centre[0] + segment.radius * math.cos(angle)
                out.append((x, segment.centre[1] + segment.radius * math.sin(angle)))
        out.append(segment.end)
    return out


def line(segments: Sequence[Segment]) -> LineString:
    """A centre line."""
    return LineString(corners(segments))


def length(segments: Sequence[Segment]) -> float:
    """Length of a centre line, µm."""
    return sum(segment.length for segment in segments)


def directions(segment: Segment) -> tuple[float, float]:
    """In which direction a part begins and ends, radians."""
    if isinstance(segment, Line):
        along = math.atan2(segment.end[1] - segment.start[1], segment.end[0] - segment.start[0])
        return along, along
    ahead = math.copysign(math.pi / 2, segment.sweep)
    first = math.atan2(segment.start[1] - segment.centre[1], segment.start[0] - segment.centre[0])
    return first + ahead, first + segment.sweep + ahead


def kinks(segments: Sequence[Segment]) -> list[float]:
    """How much a centre line turns between parts, radians."""
    turns = (directions(after)[0] - directions(before)[1] for before, after in pairwise(segments))
    return [math.remainder(turn, 2 * math.pi) for turn in turns]


def octilinear(ax: float, ay: float, bx: float, by: float) -> float:
    """Length of the shortest way at multiples of 45°, µm."""
    dx, dy = abs(bx - ax), abs(by - ay)
    return max(dx, dy) + (math.sqrt(2) - 1) * min(dx, dy)
