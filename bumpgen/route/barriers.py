"""What a fault teaches: which barrier a wire has to keep off, or which gate holds less than it seems to.

A mesh side tells a wire only of metal at its ends. A wire that bulges over a side it does not cross is not
seen by the wires behind it. Where the gate finds two wires too near, the one on the outside gets the
other's barrier, wider by width and space, as a barrier of its own: the cut constraint of Maley (1987) that was missing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from bumpgen.route.gate import Fault
from bumpgen.route.problem import Place
from bumpgen.route.realise import Barrier, Strings
from bumpgen.route.routing import Wire
from bumpgen.route.sites import TERMINAL
from bumpgen.route.sketch import Sketch

__all__ = ["lessons"]

TOUCH = 0.35
"""A wire hangs on a barrier when it is this near to it, µm (barriers of round wires are polygons)."""

ROUNDNESS = 0.004
"""How much farther than its offset a round barrier's polygon reaches at its corners, as a share of the offset."""

LEAST = 0.03
"""Shortages below this are no missing barriers, µm: there the gate itself is too tight to be drawn."""

MARGIN = 0.004
"""Kept beyond what is needed, µm: corners move on to the grid."""


class _Hung:
    """What the wires of a sketch hang on, found when asked for."""

    def __init__(self, strings: Strings):
        self.strung = strings.strung
        self.known: dict[int, list[tuple[int, float]]] = {}

    def hung_on(self, way: int, place: Place) -> list[tuple[int, float]]:
        """Sites and offsets of the barriers that wire `way` touches near a place."""
        return [
            (site, offset)
            for site, offset in self._barriers(way)
            if abs(self.level(site, place) - offset) < TOUCH + ROUNDNESS * offset
        ]

    def level(self, site: int, place: Place) -> float:
        """How far a place lies off a site's shape, in the norm of the barriers, µm."""
        xy, hull, rays = self.strung.shapes
        return float((rays @ (np.array(place) - xy[site]) - hull[site]).max())

    def _barriers(self, way: int) -> list[tuple[int, float]]:
        from bumpgen.route.strings import string_of

        if way not in self.known:
            string, _ = string_of(self.strung, way)
            marks, gauge = string.portals.marks[:, ::2].ravel().tolist(), string.portals.gauge.ravel().tolist()
            pairs = {(site, round(offset, 6)) for site, offset in zip(marks, gauge, strict=True) if site >= 0}
            self.known[way] = sorted(pairs)
        return self.known[way]


def lessons(
    sketch: Sketch,
    strings: Strings,
    barriers: dict[int, list[Barrier]],
    wires: Sequence[Wire],
    ways: Sequence[int],
    found: Sequence[Fault],
) -> dict[int, list[Barrier]]:
    """New barriers by connection; `ways[i]` is the connection of wire i. Empty where nothing can be learnt."""
    hung = _Hung(strings.beyond(barriers))
    sites = sketch.mesh.sites
    terminals = np.flatnonzero(sites.kind == TERMINAL)
    site_of = dict(zip(sites.owner[terminals].tolist(), terminals.tolist(), strict=True))
    out: dict[int, list[Barrier]] = {}
    for fault in found:
        if fault.kind not in ("space", "short") or fault.needed - fault.distance < LEAST:
            continue
        own = tuple(ways[i] for i in fault.wires)
        if len(own) == 2:
            taught = _behind(fault, hung, sketch, own, (wires[fault.wires[0]], wires[fault.wires[1]]))
        else:
            taught = _off_terminal(fault, sketch, own[0], site_of)
        if taught:
            way, barrier = taught
            before = [b.offset for b in (*barriers.get(way, ()), *out.get(way, ())) if b.site == barrier.site]
            if not before or max(before) < barrier.offset - 1e-4:
                out.setdefault(way, []).append(barrier)
    return out


def _off_terminal(fault: Fault, sketch: Sketch, way: int, site_of: dict[int, int]) -> tuple[int, Barrier] | None:
    """The barrier of a terminal that a wire is too near to, if it is one's."""
    if len(fault.terminals) != 1 or fault.terminals[0] not in site_of:
        return None
    return way, Barrier(site_of[fault.terminals[0]], sketch.spaces[way] + sketch.widths[way] / 2 + MARGIN)


def _behind(
    fault: Fault, hung: _Hung, sketch: Sketch, ways: tuple[int, ...], wires: tuple[Wire, Wire]
) -> tuple[int, Barrier] | None:
    """Of two wires too near to one another, the outer one (its connection), and the barrier that the inner one hangs
    on, wider by what both take."""
    places = [nearest(wire, (fault.x, fault.y)) for wire in wires]
    need = max(sketch.spaces[way] for way in ways) + (wires[0].width + wires[1].width) / 2 + MARGIN
    for inner, outer in ((0, 1), (1, 0)):
        own = sketch.ways[ways[outer]]
        ends = () if own is None else (own.start, own.end)
        for site, offset in hung.hung_on(ways[inner], places[inner]):
            if site not in ends and hung.level(site, places[outer]) > offset + need / 4:
                return ways[outer], Barrier(site, offset + need)
    return None


def nearest(wire: Wire, place: Place) -> Place:
    """The place on a wire's centre line nearest to a given one."""
    points = wire.points(1e-4)
    best, at = math.inf, points[0]
    for (ax, ay), (bx, by) in pairwise(points):
        dx, dy = bx - ax, by - ay
        t = min(1.0, max(0.0, ((place[0] - ax) * dx + (place[1] - ay) * dy) / (dx * dx + dy * dy)))
        candidate = (ax + t * dx, ay + t * dy)
        distance = math.dist(candidate, place)
        if distance < best:
            best, at = distance, candidate
    return at
