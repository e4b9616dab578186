"""Octilinear wires: corners of a taut string about octagons, joined by staircases that keep to the left.

Between two corners p and q of octagonal barriers the way p → q lies in one sector between two neighbouring
directions e and f (f to the left). Every staircase of e and f parts is a shortest octilinear way. All wires
take the one that lies farthest to the left: barriers on the left hold it off, those on the right cannot be
met, and neighbours that keep the same rule stay apart as their barriers do.

All lengths are in µm.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from bumpgen.route.compiled import compiled
from bumpgen.route.sites import Floats, Ints
from bumpgen.route.taut import Shapes, String, barrier_corner, cross, pinched
from bumpgen.route.topology_board import Index, inner

__all__ = ["sector_of", "staircases"]

HALF = math.sqrt(0.5)


class Corners(NamedTuple):
    """Corners of a taut string, its ends included: `places` (n, 2), the portal each lies in, and the side its barrier
    lies on (+1: left, -1: right, 0: it may turn either way)."""

    places: Floats
    portal: Ints
    sides: Ints


class Sector(NamedTuple):
    """A frame for the way from p to q: p + a e + b f, where e and f are the directions 45° k and 45° (k + 1).

    q lies at a = `reach_a`, b = `reach_b`.
    """

    k: int
    px: float
    py: float
    qx: float
    qy: float
    ex: float
    ey: float
    fx: float
    fy: float
    reach_a: float
    reach_b: float


@inner
def corners_of(shapes: Shapes, string: String, extent: tuple[float, float, float, float], corners: Corners) -> int:
    """The taut string's corners as barrier corners, ends (x, y, x, y) included; those that turn the wrong way are
    dropped. Returns how many are left; -1: one hangs on nothing."""
    places, portal, sides = corners
    portals = string.portals
    places[0, 0], places[0, 1], portal[0], sides[0] = extent[0], extent[1], -1, 0
    n = 1
    for i in range(string.at.shape[0]):
        j, side = string.at[i], string.which[i]
        here = 0 if side == 1 else 1
        site = portals.marks[j, 2 * here]
        if site < 0:
            return -1
        x, y = barrier_corner(shapes, site, portals.gauge[j, here], portals.marks[j, 2 * here + 1])
        if pinched(portals, j):  # between two barriers that touch: it may turn either way
            x, y, side = portals.lefts[j, 0], portals.lefts[j, 1], 0
        if math.hypot(x - places[n - 1, 0], y - places[n - 1, 1]) < 1e-6:
            if sides[n - 1] != side:
                sides[n - 1] = 0
            continue
        places[n, 0], places[n, 1], portal[n], sides[n] = x, y, j, side
        n += 1
    places[n, 0], places[n, 1], portal[n], sides[n] = extent[2], extent[3], 1 << 40, 0
    return turning(corners, n + 1)


@inner
def turning(corners: Corners, n: int) -> int:
    """Corners without those that turn away from their barriers; returns how many are left."""
    places, portal, sides = corners
    i = 1
    while i < n - 1:
        turn = cross(places[i - 1, 0], places[i - 1, 1], places[i, 0], places[i, 1], places[i + 1, 0], places[i + 1, 1])
        if turn * sides[i] < -1e-9:
            for q in range(i, n - 1):
                places[q, 0], places[q, 1] = places[q + 1, 0], places[q + 1, 1]
                portal[q], sides[q] = portal[q + 1], sides[q + 1]
            n -= 1
            i = max(1, i - 1)  # of the corners before, only the last one turns otherwise now
        else:
            i += 1
    return n


@compiled
def sector_of(dx: float, dy: float) -> int:
    """k of the sector between directions k and k + 1 that holds a vector; one along a direction is in its sector."""
    return math.floor(math.atan2(dy, dx) / (math.pi / 4) + 1e-9) % 8


@inner
def direction(k: int) -> tuple[float, float]:
    """Unit vector of the direction 45° · k."""
    k = k % 8
    cosines = (1.0, HALF, 0.0, -HALF, -1.0, -HALF, 0.0, HALF)
    return cosines[k], cosines[(k + 6) % 8]


@inner
def sector(px: float, py: float, qx: float, qy: float) -> Sector:
    """The frame of the way from p to q; e × f = sin 45°."""
    k = sector_of(qx - px, qy - py)
    ex, ey = direction(k)
    fx, fy = direction(k + 1)
    reach_a = ((qx - px) * fy - (qy - py) * fx) / HALF
    reach_b = (ex * (qy - py) - ey * (qx - px)) / HALF
    return Sector(k, px, py, qx, qy, ex, ey, fx, fy, reach_a, reach_b)


@inner
def staircases(
    shapes: Shapes,
    string: String,
    extent: tuple[float, float, float, float],
    extras: Ints,
    extra_offsets: Floats,
    points: Floats,
) -> Index:
    """Corners of the octilinear wire (before the grid), both ends `extent` (x, y, x, y) included, written to points.

    Returns how many; -1 if the string hangs on nothing, -2 if `points` is too short. `extras` are sites that the wire
    keeps off by `extra_offsets` besides those of its portals.
    """
    size = string.at.shape[0] + 4
    corners = Corners(np.empty((size, 2)), np.empty(size, np.int64), np.empty(size, np.int64))
    count = corners_of(shapes, string, extent, corners)
    if count < 0:
        return -1
    if points.shape[0] < 4:
        return -2
    places, portal = corners.places, corners.portal
    points[0, 0], points[0, 1] = extent[0], extent[1]
    m: Index = np.int64(1)
    for i in range(count - 1):
        first = max(portal[i], 0)
        last = min(portal[i + 1], string.portals.lefts.shape[0] - 1)
        frame = sector(places[i, 0], places[i, 1], places[i + 1, 0], places[i + 1, 1])
        held = held_by(shapes, string, first, last, frame, extras, extra_offsets)
        m = climb(frame, held, points, m)
        if m < 0:
            return -2
    return m


@inner
def held_by(
    shapes: Shapes, string: String, first: int, last: int, frame: Sector, extras: Ints, extra_offsets: Floats
) -> Floats:
    """What holds a way off on its left, between two portals: for each barrier there, the a and b of the corner that a
    way between e and f would touch."""
    marks, gauge = string.portals.marks, string.portals.gauge
    held = np.empty((max(last - first + 1, 0) + extras.shape[0], 2))
    count = 0
    for j in range(first, last + 1 + extras.shape[0]):
        if j <= last:
            site, offset = marks[j, 0], gauge[j, 0]
        else:
            site, offset = extras[j - last - 1], extra_offsets[j - last - 1]
        if site < 0:
            continue
        x, y = barrier_corner(shapes, site, offset, (frame.k + 6) % 8)
        a = ((x - frame.px) * frame.fy - (y - frame.py) * frame.fx) / HALF
        b = (frame.ex * (y - frame.py) - frame.ey * (x - frame.px)) / HALF
        on_left = cross(frame.px, frame.py, frame.qx, frame.qy, x, y) >= -1e-6
        if on_left and 1e-6 < a <= frame.reach_a + 1e-6 and b < frame.reach_b - 1e-6:
            held[count, 0], held[count, 1] = a, max(b, 0.0)
            count += 1
    return held[:count]


@inner
def climb(frame: Sector, held: Floats, points: Floats, m: int) -> int:
    """Along f until a barrier on the left stops it, along e past that barrier, and so on to the end: corners appended
    to points; returns their number, -1 if they don't fit."""
    a = b = 0.0
    while m < points.shape[0] - 3:
        limit, onward = frame.reach_b, frame.reach_a
        for i in range(held.shape[0]):
            if held[i, 0] > a + 1e-6 and held[i, 1] < limit:
                limit = held[i, 1]
        if limit > b + 1e-6:
            b = limit
            m = placed(frame, a, b, points, m)
        if limit < frame.reach_b - 1e-9:
            onward = a
            for i in range(held.shape[0]):
                if held[i, 1] <= limit + 1e-6 and held[i, 0] > onward:
                    onward = held[i, 0]
        if onward > a + 1e-6:
            a = onward
            m = placed(frame, a, b, points, m)
        if a >= frame.reach_a - 1e-6 and b >= frame.reach_b - 1e-6:
            points[m - 1, 0], points[m - 1, 1] = frame.qx, frame.qy
            return m
    return -1


@inner
def placed(frame: Sector, a: float, b: float, points: Floats, m: int) -> int:
    """Points with p + a e + b f appended; returns their number."""
    points[m, 0] = frame.px + a * frame.ex + b * frame.fx
    points[m, 1] = frame.py + a * frame.ey + b * frame.fy
    return m + 1
