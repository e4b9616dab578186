"""Taut strings: the shortest way of a wire through its gates, round barriers, compiled with numba.

A barrier is the outline at a stated distance from a site's shape: the polygon whose sides are the tangents in K
directions (K = 8 gives the octagons of octilinear wires). A wire that turns in a triangle sweeps rays
about the corner it turns round; on each ray the wire may lie between that corner's barrier and the first other
barrier met. The funnel algorithm (Lee and Preparata 1984; Hershberger and Snoeyink 1994) then gives the shortest
polyline of that homotopy class, after the rubber-band model of Dai, Dayan and Staepelaere (DAC 1991).
"""

from __future__ import annotations

import math

import numpy as np

from bumpgen.route.compiled import compiled
from bumpgen.route.sites import Floats, Ints

__all__ = ["barrier_corner", "cross", "funnel", "is_corner", "pinched", "portals_of", "turned"]

BEYOND = 100.0
"""How far past the opposite side a free ray is looked along, µm: a wire may bulge over it."""


@compiled
def turned(angle: float) -> float:
    """An angle in (-π, π]."""
    while angle > math.pi:
        angle -= 2 * math.pi
    while angle <= -math.pi:
        angle += 2 * math.pi
    return angle


@compiled
def barrier_corner(xy: Floats, hull: Floats, rays: Floats, site: int, offset: float, k: int, out: Floats) -> None:
    """Corner k of a barrier, between directions k and k + 1; written into out[0:2]."""
    count = rays.shape[0]
    m = k + 1 if k + 1 < count else 0
    near, far = hull[site, k] + offset, hull[site, m] + offset
    sine = rays[k, 0] * rays[m, 1] - rays[m, 0] * rays[k, 1]
    out[0] = xy[site, 0] + (near * rays[m, 1] - far * rays[k, 1]) / sine
    out[1] = xy[site, 1] + (far * rays[k, 0] - near * rays[m, 0]) / sine


@compiled
def leaving(hull: Floats, rays: Floats, site: int, offset: float, ux: float, uy: float) -> tuple[float, int]:
    """How far from its centre a ray leaves a barrier, and through which side."""
    best, side = 1e18, 0
    for k in range(rays.shape[0]):
        along = rays[k, 0] * ux + rays[k, 1] * uy
        if along > 1e-12:
            t = (hull[site, k] + offset) / along
            if t < best:
                best, side = t, k
    return best, side


@compiled
def meeting(
    xy: Floats, hull: Floats, rays: Floats, site: int, offset: float, px: float, py: float, ux: float, uy: float
) -> tuple[float, int]:
    """Where a ray from p first meets a barrier (1e18: never) and through which side; 0 when p is inside."""
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


@compiled
def nearer_corner(
    xy: Floats, hull: Floats, rays: Floats, site: int, offset: float, side: int, x: float, y: float, work: Floats
) -> int:
    """Which end of a barrier's side is nearer to a place: the corner's number."""
    count = rays.shape[0]
    before = side - 1 if side > 0 else count - 1
    barrier_corner(xy, hull, rays, site, offset, before, work)
    first = (work[0] - x) ** 2 + (work[1] - y) ** 2
    barrier_corner(xy, hull, rays, site, offset, side, work)
    return before if first < (work[0] - x) ** 2 + (work[1] - y) ** 2 else side


@compiled
def add_angles(
    xy: Floats,
    hull: Floats,
    rays: Floats,
    pivot: int,
    site: int,
    offset: float,
    first: float,
    span: float,
    angles: Floats,
    n: int,
    work: Floats,
) -> int:
    """Angles (from `first`, by the sign of span) at which a barrier's corners are seen from the pivot's centre."""
    way = 1.0 if span > 0 else -1.0
    for k in range(rays.shape[0]):
        barrier_corner(xy, hull, rays, site, offset, k, work)
        seen = turned(math.atan2(work[1] - xy[pivot, 1], work[0] - xy[pivot, 0]) - first) * way
        if 1e-7 < seen < abs(span) - 1e-7 and n < angles.shape[0]:
            angles[n] = seen
            n += 1
    return n


@compiled
def first_barrier(
    xy: Floats,
    hull: Floats,
    rays: Floats,
    pivot: int,
    start: int,
    end: int,
    offsets: Floats,
    extras: Ints,
    extra_offsets: Floats,
    ux: float,
    uy: float,
    high: float,
) -> tuple[float, int, int]:
    """How far a ray from the pivot's centre is free, up to `high`; which barrier ends it (0 start, 1 end, then the
    extras; -1 none) and its side."""
    met, side_met = -1, -1
    for q in range(2 + extras.shape[0]):
        site = start if q == 0 else end if q == 1 else extras[q - 2]
        offset = offsets[q + 1] if q < 2 else extra_offsets[q - 2]
        if offset >= 0 and site != pivot:
            t, side = meeting(xy, hull, rays, site, offset, xy[pivot, 0], xy[pivot, 1], ux, uy)
            if t < high and side >= 0:
                high, met, side_met = t, q, side
    return high, met, side_met


@compiled
def sweep(
    xy: Floats,
    hull: Floats,
    rays: Floats,
    pivot: int,
    start: int,
    end: int,
    offsets: Floats,
    extras: Ints,
    extra_offsets: Floats,
    angles: Floats,
    work: Floats,
    inner: Floats,
    outer: Floats,
    marks: Ints,
    gauge: Floats,
    n: int,
) -> tuple[int, int]:
    """Rays about `pivot` from the direction of `start` to that of `end`; offsets = those of pivot, start, end.

    Appends to inner/outer (places), marks (site and corner of both) and gauge (offset of both); returns the new count
    and how many rays had no room. An offset below 0 means that site is no barrier (an end of the wire).
    """
    px, py = xy[pivot, 0], xy[pivot, 1]
    first = math.atan2(xy[start, 1] - py, xy[start, 0] - px)
    span = turned(math.atan2(xy[end, 1] - py, xy[end, 0] - px) - first)
    way = 1.0 if span > 0 else -1.0
    others = 2 + extras.shape[0]
    angles[0], angles[1] = 0.0, abs(span)
    m = add_angles(xy, hull, rays, pivot, pivot, offsets[0], first, span, angles, 2, work)
    for q in range(others):
        site = start if q == 0 else end if q == 1 else extras[q - 2]
        offset = offsets[q + 1] if q < 2 else extra_offsets[q - 2]
        if offset >= 0 and site != pivot:
            m = add_angles(xy, hull, rays, pivot, site, offset, first, span, angles, m, work)
    order = np.sort(angles[:m])
    tight = 0
    last = -1.0
    ex, ey = xy[end, 0] - xy[start, 0], xy[end, 1] - xy[start, 1]
    for i in range(m):
        if order[i] - last < 1e-7:
            continue
        last = order[i]
        angle = first + way * last
        ux, uy = math.cos(angle), math.sin(angle)
        low, low_side = leaving(hull, rays, pivot, offsets[0], ux, uy)
        den = ux * ey - uy * ex
        high = ((xy[start, 0] - px) * ey - (xy[start, 1] - py) * ex) / den if abs(den) > 1e-12 else 0.0
        high, met, side_met = first_barrier(
            xy, hull, rays, pivot, start, end, offsets, extras, extra_offsets, ux, uy, max(high, low) + BEYOND
        )
        site_met, offset_met = -1, 0.0
        if met >= 0:
            site_met = start if met == 0 else end if met == 1 else extras[met - 2]
            offset_met = offsets[met + 1] if met < 2 else extra_offsets[met - 2]
        if high < low:
            if high < low - 0.002:
                tight += 1
            high = low
        if n >= inner.shape[0] - 2:
            return n, tight
        inner[n, 0], inner[n, 1] = px + low * ux, py + low * uy
        outer[n, 0], outer[n, 1] = px + high * ux, py + high * uy
        marks[n, 0] = pivot
        marks[n, 1] = nearer_corner(xy, hull, rays, pivot, offsets[0], low_side, inner[n, 0], inner[n, 1], work)
        marks[n, 2] = site_met
        marks[n, 3] = -1
        if site_met >= 0:
            marks[n, 3] = nearer_corner(xy, hull, rays, site_met, offset_met, side_met, outer[n, 0], outer[n, 1], work)
        gauge[n, 0], gauge[n, 1] = offsets[0], offset_met
        n += 1
    return n, tight


@compiled
def gate_sites(
    triangles: Ints, ends: Ints, beside: Ints, sides: Ints, first_triangle: int, left: Ints, right: Ints, turn: Ints
) -> None:
    """Left and right site of each gate in the wire's direction; turn[g] = 1 when the gate runs from left to right."""
    current = first_triangle
    for g in range(sides.shape[0]):
        u, v = ends[sides[g], 0], ends[sides[g], 1]
        at = 0
        for k in range(3):
            if triangles[current, k] == u:
                at = k
        if triangles[current, (at + 1) % 3] == v:  # counter-clockwise: leaving, its second end is on the left
            left[g], right[g], turn[g] = v, u, 0
        else:
            left[g], right[g], turn[g] = u, v, 1
        current = beside[sides[g], 1] if beside[sides[g], 0] == current else beside[sides[g], 0]


@compiled
def wanted(site: int, offset: float, extras: Ints, extra_offsets: Floats) -> float:
    """The offset of a site's barrier, or the larger one that an extra constraint asks for."""
    for q in range(extras.shape[0]):
        if extras[q] == site and extra_offsets[q] > offset:
            offset = extra_offsets[q]
    return offset


@compiled
def portals_of(
    xy: Floats,
    hull: Floats,
    rays: Floats,
    a: int,
    b: int,
    left: Ints,
    right: Ints,
    left_offset: Floats,
    right_offset: Floats,
    extras: Ints,
    extra_offsets: Floats,
    lefts: Floats,
    rights: Floats,
    marks: Ints,
    gauge: Floats,
) -> tuple[int, int]:
    """Portals (left and right places) of a wire from site a to site b through its gates.

    marks (n, 4): site and barrier corner on the left, then on the right (-1: none); gauge (n, 2): their offsets.
    Returns the count and how many rays had no room.
    """
    gates = left.shape[0]
    angles = np.empty(64 * (4 + extras.shape[0]) + 16)
    work = np.empty(2)
    size = lefts.shape[0]
    inner, outer = np.empty((size, 2)), np.empty((size, 2))
    mark = np.empty((size, 4), np.int64)
    meter = np.empty((size, 2))
    offsets = np.empty(3)
    n = tight = 0
    for g in range(gates + 1):
        # the corner the wire turns round between gate g - 1 and gate g, and the sites swept over
        on_left = False
        if g == 0:
            pivot, start, end = right[0], a, left[0]
            offsets[0], offsets[1], offsets[2] = right_offset[0], -1.0, left_offset[0]
        elif g == gates:
            pivot, start, end = right[g - 1], left[g - 1], b
            offsets[0], offsets[1], offsets[2] = right_offset[g - 1], left_offset[g - 1], -1.0
        elif left[g] == left[g - 1]:
            on_left = True
            pivot, start, end = left[g], right[g - 1], right[g]
            offsets[0] = max(left_offset[g], left_offset[g - 1])
            offsets[1], offsets[2] = right_offset[g - 1], right_offset[g]
        else:
            pivot, start, end = right[g], left[g - 1], left[g]
            offsets[0] = max(right_offset[g], right_offset[g - 1])
            offsets[1], offsets[2] = left_offset[g - 1], left_offset[g]
        offsets[0] = wanted(pivot, offsets[0], extras, extra_offsets)
        for q in range(1, 3):
            if offsets[q] >= 0:
                offsets[q] = wanted(start if q == 1 else end, offsets[q], extras, extra_offsets)
        m, lost = sweep(
            xy,
            hull,
            rays,
            pivot,
            start,
            end,
            offsets,
            extras,
            extra_offsets,
            angles,
            work,
            inner,
            outer,
            mark,
            meter,
            0,
        )
        tight += lost
        skip_first, skip_last = (1 if g == 0 else 0), (1 if g == gates else 0)  # those pass through the ends
        for i in range(skip_first, m - skip_last):
            if n >= size - 1:
                return n, tight + 1000
            for c in range(2):
                lefts[n, c] = inner[i, c] if on_left else outer[i, c]
                rights[n, c] = outer[i, c] if on_left else inner[i, c]
                marks[n, c] = mark[i, c] if on_left else mark[i, c + 2]
                marks[n, c + 2] = mark[i, c + 2] if on_left else mark[i, c]
            gauge[n, 0] = meter[i, 0] if on_left else meter[i, 1]
            gauge[n, 1] = meter[i, 1] if on_left else meter[i, 0]
            n += 1
    return n, tight


@compiled
def cross(ax: float, ay: float, bx: float, by: float, cx: float, cy: float) -> float:
    """Twice the area of the triangle a, b, c; positive when c lies to the left of a → b."""
    return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)


@compiled
def pinched(lefts: Floats, rights: Floats, j: int) -> bool:
    """Whether portal j leaves no choice: barriers on both sides touch."""
    return math.hypot(lefts[j, 0] - rights[j, 0], lefts[j, 1] - rights[j, 1]) < 1e-6


@compiled
def is_corner(
    xy: Floats, hull: Floats, rays: Floats, site: int, offset: float, k: int, x: float, y: float, work: Floats
) -> bool:
    """Whether a place is corner k of a barrier (else it lies on a side of it)."""
    barrier_corner(xy, hull, rays, site, offset, k, work)
    return math.hypot(work[0] - x, work[1] - y) < 1e-3


@compiled
def funnel(
    sx: float, sy: float, ex: float, ey: float, lefts: Floats, rights: Floats, n: int, at: Ints, which: Ints
) -> int:
    """Corners of the shortest way through n portals: at[i] the portal, which[i] +1 on the left, -1 on the right."""
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
                ax, ay = lx, ly
                rx, ry = ax, ay
                i = li + 1
                ri = li
                continue
        if cross(ax, ay, lx, ly, nlx, nly) <= 0:
            if (ax == lx and ay == ly) or cross(ax, ay, rx, ry, nlx, nly) > 0:
                lx, ly, li = nlx, nly, i
            else:
                if ri == n:
                    return count
                at[count], which[count] = ri, -1
                count += 1
                ax, ay = rx, ry
                lx, ly = ax, ay
                i = ri + 1
                li = ri
                continue
        i += 1
    return count
