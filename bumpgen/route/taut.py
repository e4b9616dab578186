"""Taut strings: the shortest way of a wire through its gates, round barriers, compiled with numba.

A barrier is the outline at a stated distance from a site's shape: the polygon whose sides are the tangents in K
directions (K = 8 gives the octagons of octilinear wires). A wire that turns in a triangle sweeps rays
about the corner it turns round; on each ray the wire may lie between that corner's barrier and the first other
barrier met. The funnel algorithm (Lee and Preparata 1984; Hershberger and Snoeyink 1994) then gives the shortest
polyline of that homotopy class, after the rubber-band model of Dai, Dayan and Staepelaere (DAC 1991).

All lengths are in µm, all angles in radians.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from bumpgen.route.compiled import compiled
from bumpgen.route.sites import Floats, Ints
from bumpgen.route.topology_board import Index, inner

__all__ = ["Gates", "Portals", "Shapes", "String", "barrier_corner", "cross", "funnel", "is_corner", "pinched"]
__all__ += ["portals_of", "turned"]

BEYOND = 100.0
"""How far past the opposite side a free ray is looked along, µm: a wire may bulge over it."""

SHORT = 0.002
"""Barriers that overlap by less than this on a ray still leave room, µm: rounding."""


class Shapes(NamedTuple):
    """Sites as convex shapes: centres `xy` (V, 2), support `hull` (V, K) about them in the K directions `rays`, µm."""

    xy: Floats
    hull: Floats
    rays: Floats


class Gates(NamedTuple):
    """The gates of one wire: site on the left and on the right, and how far off each one's metal it passes, µm."""

    left: Ints
    right: Ints
    left_offset: Floats
    right_offset: Floats


class Fan(NamedTuple):
    """Barriers about a corner that a wire turns round, and their offsets, µm (below 0: no barrier).

    `sites[0]` is the corner; the wire turns from `sites[1]` to `sites[2]`. The rest are barriers besides.
    """

    sites: Ints
    offsets: Floats


class Portals(NamedTuple):
    """What a wire passes between: places on its left and right (n, 2).

    `marks` (n, 4): site and barrier corner on the left, then on the right (-1: none); `gauge` (n, 2): offsets of
    these barriers.
    """

    lefts: Floats
    rights: Floats
    marks: Ints
    gauge: Floats


class String(NamedTuple):
    """A taut string: its portals, and its corners: `at` the portal of each, `which` +1 on the left, -1 on the right."""

    portals: Portals
    at: Ints
    which: Ints


@inner
def turned(angle: float) -> float:
    """An angle in (-π, π]."""
    while angle > math.pi:
        angle -= 2 * math.pi
    while angle <= -math.pi:
        angle += 2 * math.pi
    return angle


@inner
def barrier_corner(shapes: Shapes, site: int, offset: float, k: int) -> tuple[float, float]:
    """Corner k of a barrier, between directions k and k + 1."""
    xy, hull, rays = shapes
    m = k + 1 if k + 1 < rays.shape[0] else 0
    near, far = hull[site, k] + offset, hull[site, m] + offset
    sine = rays[k, 0] * rays[m, 1] - rays[m, 0] * rays[k, 1]
    x = xy[site, 0] + (near * rays[m, 1] - far * rays[k, 1]) / sine
    y = xy[site, 1] + (far * rays[k, 0] - near * rays[m, 0]) / sine
    return x, y


@inner
def leaving(shapes: Shapes, site: int, offset: float, ux: float, uy: float) -> tuple[float, int]:
    """How far from its centre a ray leaves a barrier, and through which side."""
    hull, rays = shapes.hull, shapes.rays
    best, side = 1e18, 0
    for k in range(rays.shape[0]):
        along = rays[k, 0] * ux + rays[k, 1] * uy
        if along > 1e-12:
            t = (hull[site, k] + offset) / along
            if t < best:
                best, side = t, k
    return best, side


@inner
def meeting(shapes: Shapes, site: int, offset: float, px: float, py: float, ux: float, uy: float) -> tuple[float, int]:
    """Where a ray from p first meets a barrier (1e18: never) and through which side; 0 when p is inside."""
    xy, hull, rays = shapes
    enter, leave, side = -1e18, 1e18, -1
    for k in range(rays.shape[0]):
        along = rays[k, 0] * ux + rays[k, 1] * uy
        room = hull[site, k] + offset - (rays[k, 0] * (px - xy[site, 0]) + rays[k, 1] * (py - xy[site, 1]))
        if along > 1e-12:
            leave = min(leave, room / along)
        elif along < -1e-12:
            t = room / along
            if t > enter:
                enter, side = t, k
        elif room < 0:
            return 1e18, -1
    if enter >= leave or leave <= 0:
        return 1e18, -1
    return max(enter, 0.0), side


@inner
def nearer_corner(shapes: Shapes, site: int, offset: float, side: int, x: float, y: float) -> int:
    """Which end of a barrier's side is nearer to a place: the corner's number."""
    before = side - 1 if side > 0 else shapes.rays.shape[0] - 1
    x0, y0 = barrier_corner(shapes, site, offset, before)
    x1, y1 = barrier_corner(shapes, site, offset, side)
    return before if (x0 - x) ** 2 + (y0 - y) ** 2 < (x1 - x) ** 2 + (y1 - y) ** 2 else side


@inner
def ray_angles(shapes: Shapes, fan: Fan, first: float, span: float) -> Floats:
    """Angles of rays from `first` on (by the sign of span), in order: both ends of the span, and every barrier
    corner between them as it is seen from the middle of the corner turned round."""
    sites, offsets = fan
    pivot = sites[0]
    count = shapes.rays.shape[0]
    angles = np.empty(count * sites.shape[0] + 2)
    way = 1.0 if span > 0 else -1.0
    angles[0], angles[1] = 0.0, abs(span)
    n = 2
    for q in range(sites.shape[0]):
        if q > 0 and (offsets[q] < 0 or sites[q] == pivot):
            continue
        for k in range(count):
            x, y = barrier_corner(shapes, sites[q], offsets[q], k)
            seen = turned(math.atan2(y - shapes.xy[pivot, 1], x - shapes.xy[pivot, 0]) - first) * way
            if 1e-7 < seen < abs(span) - 1e-7:
                angles[n] = seen
                n += 1
    order = np.sort(angles[:n])
    kept = 1
    for i in range(1, n):
        if order[i] - order[kept - 1] >= 1e-7:
            order[kept] = order[i]
            kept += 1
    return order[:kept]


@inner
def first_barrier(shapes: Shapes, fan: Fan, ux: float, uy: float, high: float) -> tuple[float, int, int]:
    """How far a ray from the fan's corner is free, up to `high`; which barrier ends it (its place in the fan; -1: none)
    and through which side."""
    sites, offsets = fan
    px, py = shapes.xy[sites[0], 0], shapes.xy[sites[0], 1]
    met, side_met = -1, -1
    for q in range(1, sites.shape[0]):
        if offsets[q] >= 0 and sites[q] != sites[0]:
            t, side = meeting(shapes, sites[q], offsets[q], px, py, ux, uy)
            if t < high and side >= 0:
                high, met, side_met = t, q, side
    return high, met, side_met


@inner
def opposite(shapes: Shapes, fan: Fan, ux: float, uy: float) -> float:
    """How far from the fan's corner a ray meets the line that joins the two sites it is swept between."""
    xy, pivot, start, end = shapes.xy, fan.sites[0], fan.sites[1], fan.sites[2]
    ex, ey = xy[end, 0] - xy[start, 0], xy[end, 1] - xy[start, 1]
    den = ux * ey - uy * ex
    if abs(den) <= 1e-12:
        return 0.0
    away: float = ((xy[start, 0] - xy[pivot, 0]) * ey - (xy[start, 1] - xy[pivot, 1]) * ex) / den
    return away


@inner
def ray(shapes: Shapes, fan: Fan, angle: float, on_left: bool, portals: Portals, n: int) -> bool:
    """Portal n: the free part of a ray from the fan's corner, which lies on the wire's left or right. Whether it has
    room (else the corner's own barrier is kept)."""
    lefts, rights, marks, gauge = portals
    sites, offsets = fan
    px, py = shapes.xy[sites[0], 0], shapes.xy[sites[0], 1]
    ux, uy = math.cos(angle), math.sin(angle)
    low, side = leaving(shapes, sites[0], offsets[0], ux, uy)
    high = max(opposite(shapes, fan, ux, uy), low) + BEYOND
    high, met, side_met = first_barrier(shapes, fan, ux, uy, high)
    has_room = high >= low - SHORT
    high = max(high, low)
    here, there = (0, 1) if on_left else (1, 0)
    inside, outside = (lefts, rights) if on_left else (rights, lefts)
    inside[n, 0], inside[n, 1] = px + low * ux, py + low * uy
    outside[n, 0], outside[n, 1] = px + high * ux, py + high * uy
    marks[n, 2 * here] = sites[0]
    marks[n, 2 * here + 1] = nearer_corner(shapes, sites[0], offsets[0], side, inside[n, 0], inside[n, 1])
    marks[n, 2 * there], marks[n, 2 * there + 1] = -1, -1
    gauge[n, here], gauge[n, there] = offsets[0], 0.0
    if met >= 0:
        marks[n, 2 * there] = sites[met]
        marks[n, 2 * there + 1] = nearer_corner(
            shapes, sites[met], offsets[met], side_met, outside[n, 0], outside[n, 1]
        )
        gauge[n, there] = offsets[met]
    return has_room


@inner
def aim(gates: Gates, g: int, start: int, end: int, fan: Fan, extras: Ints, extra_offsets: Floats) -> bool:
    """Sets the fan's first three sites to those of the triangle before gate g; whether its corner is on the left."""
    left, right, left_offset, right_offset = gates
    sites, offsets = fan
    on_left = False
    if g == 0:
        sites[0], sites[1], sites[2] = right[0], start, left[0]
        offsets[0], offsets[1], offsets[2] = right_offset[0], -1.0, left_offset[0]
    elif g == left.shape[0]:
        sites[0], sites[1], sites[2] = right[g - 1], left[g - 1], end
        offsets[0], offsets[1], offsets[2] = right_offset[g - 1], left_offset[g - 1], -1.0
    elif left[g] == left[g - 1]:
        on_left = True
        sites[0], sites[1], sites[2] = left[g], right[g - 1], right[g]
        offsets[0] = max(left_offset[g], left_offset[g - 1])
        offsets[1], offsets[2] = right_offset[g - 1], right_offset[g]
    else:
        sites[0], sites[1], sites[2] = right[g], left[g - 1], left[g]
        offsets[0] = max(right_offset[g], right_offset[g - 1])
        offsets[1], offsets[2] = left_offset[g - 1], left_offset[g]
    for q in range(3):
        for other in range(extras.shape[0]):
            if extras[other] == sites[q] and 0 <= offsets[q] < extra_offsets[other]:
                offsets[q] = extra_offsets[other]
    return on_left


@inner
def portals_of(
    shapes: Shapes, start: int, end: int, gates: Gates, extras: Ints, extra_offsets: Floats
) -> tuple[Portals, int]:
    """Portals of a wire from site to site through its gates, and how many rays had no room.

    `extras` are sites that the wire keeps off more than its gates tell, by `extra_offsets`.
    """
    count, others = gates.left.shape[0], 3 + extras.shape[0]
    size = (count + 1) * (shapes.rays.shape[0] * others + 2)
    lefts, rights = np.empty((size, 2)), np.empty((size, 2))
    marks, gauge = np.empty((size, 4), np.int64), np.empty((size, 2))
    portals = Portals(lefts, rights, marks, gauge)
    fan = Fan(np.empty(others, np.int64), np.empty(others))
    fan.sites[3:] = extras
    fan.offsets[3:] = extra_offsets
    n: Index = np.int64(0)  # not a literal: numba would compile `ray` once more for it
    tight = 0
    for g in range(count + 1 if count else 0):
        on_left = aim(gates, g, start, end, fan, extras, extra_offsets)
        px, py = shapes.xy[fan.sites[0], 0], shapes.xy[fan.sites[0], 1]
        first = math.atan2(shapes.xy[fan.sites[1], 1] - py, shapes.xy[fan.sites[1], 0] - px)
        last = math.atan2(shapes.xy[fan.sites[2], 1] - py, shapes.xy[fan.sites[2], 0] - px)
        span = turned(last - first)
        angles = ray_angles(shapes, fan, first, span)
        for i in range(angles.shape[0]):
            angle = first + angles[i] if span > 0 else first - angles[i]
            if not ray(shapes, fan, angle, on_left, portals, n):
                tight += 1
            through_end = (g == 0 and i == 0) or (g == count and i == angles.shape[0] - 1)
            if not through_end:
                n += 1
    return Portals(lefts[:n], rights[:n], marks[:n], gauge[:n]), tight


@inner
def cross(ax: float, ay: float, bx: float, by: float, cx: float, cy: float) -> float:
    """Twice the area of the triangle a, b, c, µm²; positive when c lies to the left of a → b."""
    return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)


@inner
def pinched(portals: Portals, j: int) -> bool:
    """Whether portal j leaves no choice: barriers on both sides touch."""
    lefts, rights = portals.lefts, portals.rights
    return math.hypot(lefts[j, 0] - rights[j, 0], lefts[j, 1] - rights[j, 1]) < 1e-6


@inner
def is_corner(shapes: Shapes, site: int, offset: float, k: int, x: float, y: float) -> bool:
    """Whether a place is corner k of a barrier (else it lies on a side of it)."""
    corner_x, corner_y = barrier_corner(shapes, site, offset, k)
    return math.hypot(corner_x - x, corner_y - y) < 1e-3


@compiled
def funnel(sx: float, sy: float, ex: float, ey: float, lefts: Floats, rights: Floats, at: Ints, which: Ints) -> int:
    """Corners of the shortest way from s to e through portals (n, 2), after Lee and Preparata (Networks 14, 1984).

    Writes at[i], the portal of a corner, and which[i], +1 on the left, -1 on the right. Returns how many corners there
    are; -1 if rounding lets it come to no end. `at` and `which` hold n + 2.
    """
    n = lefts.shape[0]
    count = 0
    ax, ay = sx, sy
    lx, ly, rx, ry = sx, sy, sx, sy
    li = ri = -1
    i = 0
    guard = 0
    while i <= n:
        guard += 1
        if guard > 60 * n + 1000 or count >= at.shape[0] - 1:
            return -1
        nlx, nly, nrx, nry = (ex, ey, ex, ey) if i == n else (lefts[i, 0], lefts[i, 1], rights[i, 0], rights[i, 1])
        if cross(ax, ay, rx, ry, nrx, nry) >= 0:
            if (ax == rx and ay == ry) or cross(ax, ay, lx, ly, nrx, nry) < 0:
                rx, ry, ri = nrx, nry, i
            else:
                if li == n:
                    return count
                at[count], which[count] = li, 1
                count += 1
                ax, ay, rx, ry = lx, ly, lx, ly
                i, ri = li + 1, li
                continue
        if cross(ax, ay, lx, ly, nlx, nly) <= 0:
            if (ax == lx and ay == ly) or cross(ax, ay, rx, ry, nlx, nly) > 0:
                lx, ly, li = nlx, nly, i
            else:
                if ri == n:
                    return count
                at[count], which[count] = ri, -1
                count += 1
                ax, ay, lx, ly = rx, ry, rx, ry
                i, li = ri + 1, ri
                continue
        i += 1
    return count
