"""Octilinear wires: corners of a taut string about octagons, joined by staircases that keep to the left.

Between two corners p and q of octagonal barriers the way p → q lies in one sector between two neighbouring
directions e and f (f to the left). Every staircase of e and f parts is a shortest octilinear way. All wires
take the one that lies farthest to the left: barriers on the left hold it off, those on the right cannot be
met, and neighbours that keep the same rule stay apart as their barriers do.
"""

from __future__ import annotations

import math

import numpy as np

from bumpgen.route.compiled import compiled
from bumpgen.route.sites import Floats, Ints
from bumpgen.route.taut import barrier_corner, cross, pinched

__all__ = ["staircases"]

HALF = math.sqrt(0.5)


@compiled
def corners_of(
    xy: Floats,
    hull: Floats,
    rays: Floats,
    sx: float,
    sy: float,
    ex: float,
    ey: float,
    lefts: Floats,
    rights: Floats,
    marks: Ints,
    gauge: Floats,
    at: Ints,
    which: Ints,
    count: int,
    xs: Floats,
    ys: Floats,
    portal: Ints,
    sides: Ints,
) -> int:
    """The taut string's corners as barrier corners, ends included; those that turn the wrong way are dropped."""
    n = 0
    xs[n], ys[n], portal[n], sides[n] = sx, sy, -1, 0
    n += 1
    work = np.empty(2)
    for i in range(count):
        j = at[i]
        left = which[i] == 1
        site = marks[j, 0] if left else marks[j, 2]
        if site < 0:
            return -1
        barrier_corner(
            xy, hull, rays, site, gauge[j, 0] if left else gauge[j, 1], marks[j, 1] if left else marks[j, 3], work
        )
        side = which[i]
        if pinched(lefts, rights, j):  # between two barriers that touch: it may turn either way
            work[0], work[1], side = lefts[j, 0], lefts[j, 1], 0
        if math.hypot(work[0] - xs[n - 1], work[1] - ys[n - 1]) < 1e-6:
            if sides[n - 1] != side:
                sides[n - 1] = 0
            continue
        xs[n], ys[n], portal[n], sides[n] = work[0], work[1], j, side
        n += 1
    xs[n], ys[n], portal[n], sides[n] = ex, ey, 1 << 40, 0
    n += 1
    changed = True
    while changed:
        changed = False
        for i in range(1, n - 1):
            if cross(xs[i - 1], ys[i - 1], xs[i], ys[i], xs[i + 1], ys[i + 1]) * sides[i] < -1e-9:
                for q in range(i, n - 1):
                    xs[q], ys[q], portal[q], sides[q] = xs[q + 1], ys[q + 1], portal[q + 1], sides[q + 1]
                n -= 1
                changed = True
                break
    return n


@compiled
def direction(k: int, out: Floats) -> None:
    """Unit vector of the direction 45° · k."""
    k = k % 8
    cosines = (1.0, HALF, 0.0, -HALF, -1.0, -HALF, 0.0, HALF)
    out[0], out[1] = cosines[k], cosines[(k + 6) % 8]


@compiled
def sector_of(dx: float, dy: float) -> int:
    """k of the sector between directions k and k + 1 that holds a vector; one along a direction is in its sector."""
    return math.floor(math.atan2(dy, dx) / (math.pi / 4) + 1e-9) % 8


@compiled
def staircases(
    xy: Floats,
    hull: Floats,
    rays: Floats,
    sx: float,
    sy: float,
    ex: float,
    ey: float,
    lefts: Floats,
    rights: Floats,
    marks: Ints,
    gauge: Floats,
    n: int,
    at: Ints,
    which: Ints,
    count: int,
    extras: Ints,
    extra_offsets: Floats,
    px: Floats,
    py: Floats,
) -> int:
    """Corners of the octilinear wire (before the grid), ends included; returns how many, -1 if it hangs on nothing."""
    size = count + 4
    xs, ys = np.empty(size), np.empty(size)
    portal, sides = np.empty(size, np.int64), np.empty(size, np.int64)
    corners = corners_of(
        xy, hull, rays, sx, sy, ex, ey, lefts, rights, marks, gauge, at, which, count, xs, ys, portal, sides
    )
    if corners < 0:
        return -1
    m = 1
    px[0], py[0] = sx, sy
    for i in range(corners - 1):
        first = max(portal[i], 0)
        last = min(portal[i + 1], n - 1)
        m = stairs(
            xy,
            hull,
            rays,
            xs[i],
            ys[i],
            xs[i + 1],
            ys[i + 1],
            marks,
            gauge,
            first,
            last,
            extras,
            extra_offsets,
            px,
            py,
            m,
        )
        if m < 0:
            return -2
    return m


@compiled
def stairs(
    xy: Floats,
    hull: Floats,
    rays: Floats,
    x0: float,
    y0: float,
    x1: float,
    y1: float,
    marks: Ints,
    gauge: Floats,
    first: int,
    last: int,
    extras: Ints,
    extra_offsets: Floats,
    px: Floats,
    py: Floats,
    m: int,
) -> int:
    """The leftmost staircase from one corner to the next, appended to px, py."""
    k = sector_of(x1 - x0, y1 - y0)
    e, f = np.empty(2), np.empty(2)
    direction(k, e)
    direction(k + 1, f)
    # x - x0 = a e + b f, with e × f = sin 45°
    reach_a = ((x1 - x0) * f[1] - (y1 - y0) * f[0]) / HALF
    reach_b = (e[0] * (y1 - y0) - e[1] * (x1 - x0)) / HALF
    a_of, b_of = np.empty(last - first + 1 + extras.shape[0]), np.empty(last - first + 1 + extras.shape[0])
    count = 0
    work = np.empty(2)
    for j in range(first, last + 1 + extras.shape[0]):
        if j <= last:
            site, offset = marks[j, 0], gauge[j, 0]
        else:
            site, offset = extras[j - last - 1], extra_offsets[j - last - 1]
        if site < 0:
            continue
        # the barrier's corner that a way between e and f, passing it on the left, would touch
        barrier_corner(xy, hull, rays, site, offset, (k + 6) % 8, work)
        a = ((work[0] - x0) * f[1] - (work[1] - y0) * f[0]) / HALF
        b = (e[0] * (work[1] - y0) - e[1] * (work[0] - x0)) / HALF
        on_left = cross(x0, y0, x1, y1, work[0], work[1]) >= -1e-6
        if on_left and a > 1e-6 and b < reach_b - 1e-6 and a <= reach_a + 1e-6:
            a_of[count], b_of[count] = a, max(b, 0.0)
            count += 1
    return climb(x0, y0, x1, y1, e, f, reach_a, reach_b, a_of, b_of, count, px, py, m)


@compiled
def climb(
    x0: float,
    y0: float,
    x1: float,
    y1: float,
    e: Floats,
    f: Floats,
    reach_a: float,
    reach_b: float,
    a_of: Floats,
    b_of: Floats,
    count: int,
    px: Floats,
    py: Floats,
    m: int,
) -> int:
    """Along f until a barrier on the left stops it, along e past that barrier, and so on to the end."""
    a = b = 0.0
    while m < px.shape[0] - 3:
        limit = reach_b
        for i in range(count):
            if a_of[i] > a + 1e-6 and b_of[i] < limit:
                limit = b_of[i]
        if limit > b + 1e-6:
            b = limit
            px[m], py[m] = x0 + a * e[0] + b * f[0], y0 + a * e[1] + b * f[1]
            m += 1
        onward = reach_a
        if limit < reach_b - 1e-9:
            onward = a
            for i in range(count):
                if b_of[i] <= limit + 1e-6 and a_of[i] > onward:
                    onward = a_of[i]
        if onward > a + 1e-6:
            a = onward
            px[m], py[m] = x0 + a * e[0] + b * f[0], y0 + a * e[1] + b * f[1]
            m += 1
        if a >= reach_a - 1e-6 and b >= reach_b - 1e-6:
            px[m - 1], py[m - 1] = x1, y1
            return m
    return -1
