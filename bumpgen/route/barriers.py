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

LEAST = 0.03
"""Shortages below this are no missing barriers, µm: there the gate itself is too tight to be drawn."""

MARGIN = 0.004
"""Kept beyond what is needed, µm: corners move on to the grid."""


class _Strings:
    """Portals of wires, made when asked for."""

    def __init__(self, sketch: Sketch, strings: Strings, barriers: dict[int, list[Barrier]]):
        self.sketch, self.strings, self.barriers = sketch, strings, barriers
        self.known: dict[int, list[tuple[int, float]]] = {}

    def hung_on(self, way: int, place: Place) -> list[tuple[int, float]]:
        """Sites and offsets of the barriers that wire `way` touches near a place."""
        return [
            (site, offset)
            for site, offset in self._barriers(way)
            if abs(self.level(site, place) - offset) < TOUCH + 0.004 * offset
        ]

    def level(self, site: int, place: Place) -> float:
        """How far a place lies off a site's shape, in the norm of the barriers, µm."""
        xy, hull, rays = self.strings.mesh[:3]
        return float((rays @ (np.array(place) - xy[site]) - hull[site]).max())

    def _barriers(self, way: int) -> list[tuple[int, float]]:
        if way not in self.known:
            from bumpgen.route.strings import PORTALS, string_of

            first, last = self.strings.way_first[way : way + 2]
            own = self.barriers.get(way, [])
            left, right = np.zeros((PORTALS, 2)), np.zeros((PORTALS, 2))
            marks, gauge = np.zeros((PORTALS, 4), dtype=np.int64), np.zeros((PORTALS, 2))
            at, which = np.zeros(PORTALS, dtype=np.int64), np.zeros(PORTALS, dtype=np.int64)
            sites = np.array([barrier.site for barrier in own], dtype=np.int64)
            offsets = np.array([barrier.offset for barrier in own], dtype=np.float64)
            n = 0
            if last > first:
                n = string_of(
                    self.strings.mesh, way, first, last, sites, offsets, left, right, marks, gauge, at, which
                )[0]
            pairs = {
                (int(m[c]), round(float(g[c // 2]), 6))
                for m, g in zip(marks[:n], gauge[:n], strict=True)
                for c in (0, 2)
            }
            self.known[way] = sorted(pair for pair in pairs if pair[0] >= 0)
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
    known = _Strings(sketch, strings, barriers)
    site_of = {
        int(o): v
        for v, (k, o) in enumerate(zip(sketch.mesh.sites.kind, sketch.mesh.sites.owner, strict=True))
        if k == TERMINAL
    }
    out: dict[int, list[Barrier]] = {}
    for fault in found:
        if fault.kind not in ("space", "short") or fault.needed - fault.distance < LEAST:
            continue
        for way, barrier in _taught(fault, known, wires, ways, site_of, sketch):
            before = [b.offset for b in (*barriers.get(way, ()), *out.get(way, ())) if b.site == barrier.site]
            if not before or max(before) < barrier.offset - 1e-4:
                out.setdefault(way, []).append(barrier)
    return out


def _taught(
    fault: Fault, known: _Strings, wires: Sequence[Wire], ways: Sequence[int], site_of: dict[int, int], sketch: Sketch
) -> list[tuple[int, Barrier]]:
    if len(fault.wires) == 1 and len(fault.terminals) == 1:
        way = ways[fault.wires[0]]
        site = site_of.get(fault.terminals[0])
        offset = sketch.spaces[way] + sketch.widths[way] / 2 + MARGIN
        return [] if site is None else [(way, Barrier(site, offset))]
    if len(fault.wires) != 2:
        return []
    i, j = fault.wires
    places = {w: nearest(wires[w], (fault.x, fault.y)) for w in (i, j)}
    for inner, outer in ((i, j), (j, i)):
        way = ways[outer]
        need = max(sketch.spaces[ways[i]], sketch.spaces[ways[j]]) + (wires[i].width + wires[j].width) / 2 + MARGIN
        for site, offset in known.hung_on(ways[inner], places[inner]):
            ends = (sketch.ways[way].start, sketch.ways[way].end)  # type: ignore[union-attr]
            if site not in ends and known.level(site, places[outer]) > offset + need / 4:
                return [(way, Barrier(site, offset + need))]
    return []


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
