"""Any-angle wires: corners of a taut string become arcs about metal corners, joined by exact tangents."""

from __future__ import annotations

import math

import numpy as np

from bumpgen.route.compiled import compiled
from bumpgen.route.sites import Floats, Ints
from bumpgen.route.taut import is_corner, pinched, turned

__all__ = ["arcs_of"]


@compiled
def tangent(ax: float, ay: float, ra: float, sa: int, bx: float, by: float, rb: float, sb: int, out: Floats) -> None:
    """The line that touches both discs, each on its side (+1: centre to the left); out = angle, x, y, x, y."""
    dx, dy = bx - ax, by - ay
    distance = math.hypot(dx, dy)
    q = (sb * rb - sa * ra) / distance if distance > 1e-12 else 0.0
    angle = math.atan2(dy, dx) - math.asin(min(1.0, max(-1.0, q)))
    c, s = math.cos(angle), math.sin(angle)
    out[0] = angle
    out[1], out[2] = ax + sa * ra * s, ay - sa * ra * c
    out[3], out[4] = bx + sb * rb * s, by - sb * rb * c


@compiled
def attachments(
    xy: Floats,
    hull: Floats,
    rays: Floats,
    core: Floats,
    corner: Ints,
    reach: Floats,
    lefts: Floats,
    rights: Floats,
    marks: Ints,
    gauge: Floats,
    at: Ints,
    which: Ints,
    count: int,
    cores: Ints,
    radii: Floats,
    sides: Ints,
    sites: Ints,
    estimate: Floats,
) -> int:
    """Corners of the taut string on one metal corner and side, merged; returns how many (-1: a free corner)."""
    n = 0
    last = 0.0
    work = np.empty(2)
    for i in range(count):
        j = at[i]
        left = which[i] == 1
        site = marks[j, 0] if left else marks[j, 2]
        if site < 0:
            return -1
        if pinched(lefts, rights, j) and marks[j, 0] >= 0 and marks[j, 2] >= 0:  # on the barrier whose corner this is
            x, y = lefts[j, 0], lefts[j, 1]
            is_left = is_corner(xy, hull, rays, marks[j, 0], gauge[j, 0], marks[j, 1], x, y, work)
            is_right = is_corner(xy, hull, rays, marks[j, 2], gauge[j, 1], marks[j, 3], x, y, work)
            left = left if is_left == is_right else is_left
            site = marks[j, 0] if left else marks[j, 2]
        side = 1 if left else -1
        k = marks[j, 1] if left else marks[j, 3]
        c = corner[site, k]
        radius = reach[site] + (gauge[j, 0] if left else gauge[j, 1])
        x, y = (lefts[j, 0], lefts[j, 1]) if left else (rights[j, 0], rights[j, 1])
        angle = math.atan2(y - core[c, 1], x - core[c, 0])
        if n > 0 and cores[n - 1] == c and sides[n - 1] == side:
            estimate[n - 1] += turned(angle - last)
            radii[n - 1] = max(radii[n - 1], radius)
        else:
            cores[n], radii[n], sides[n], sites[n], estimate[n] = c, radius, side, site, 0.0
            n += 1
        last = angle
    return n


@compiled
def arcs_of(
    xy: Floats,
    hull: Floats,
    rays: Floats,
    core: Floats,
    corner: Ints,
    reach: Floats,
    bulge: Floats,
    sagitta: Floats,
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
    rows: Floats,
) -> int:
    """Lines and arcs of one wire as rows: kind (0 line, 1 arc), x, y, x, y, centre x, y, radius, sweep, sagitta.

    Where a gate has no room to spare, bulge[site] > 0: arcs about that site are wider by bulge × their distance from
    the metal, so that flattened neighbours keep their spacing; the lines between them stay where they are.
    Returns the number of rows; -1 if the string hangs on no metal.
    """
    size = count + 2
    cores, sides, sites = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size, np.int64)
    radii, estimate = np.empty(size), np.empty(size)
    lines = np.empty((size, 5))
    n = attachments(
        xy,
        hull,
        rays,
        core,
        corner,
        reach,
        lefts,
        rights,
        marks,
        gauge,
        at,
        which,
        count,
        cores,
        radii,
        sides,
        sites,
        estimate,
    )
    if n < 0:
        return -1
    wider, flat = np.empty(size), np.empty(size, np.int64)
    for _ in range(n + 1):
        for q in range(n):
            wider[q] = bulge[sites[q]] * max(radii[q] - reach[sites[q]], 0.0)
        for turn in range(2):
            for q in range(n + 1):
                span(core, cores, radii, wider, sides, n, q, sx, sy, ex, ey, lines[q], flat)
            if turn == 0 and not shortened(radii, wider, flat, lines, n):
                break
        drop = loosest(lines, sides, estimate, n)
        if drop < 0:
            break
        n = without(cores, radii, sides, sites, estimate, drop, n)
        if 0 < drop < n and cores[drop - 1] == cores[drop] and sides[drop - 1] == sides[drop]:
            radii[drop - 1] = max(radii[drop - 1], radii[drop])
            estimate[drop - 1] += estimate[drop]
            n = without(cores, radii, sides, sites, estimate, drop, n)
    return _rows(core, sagitta, lines, cores, radii, wider, flat, sides, sites, estimate, n, sx, sy, ex, ey, rows)


@compiled
def loosest(lines: Floats, sides: Ints, estimate: Floats, n: int) -> int:
    """The attachment that turns most the wrong way (a barely touched disc can, by a hair); -1: none does."""
    worst, drop = 2e-7, -1
    for q in range(n):
        turn = wound(lines[q + 1, 0] - lines[q, 0], estimate[q]) * sides[q]
        if turn < worst:
            worst, drop = turn, q
    return drop


@compiled
def without(cores: Ints, radii: Floats, sides: Ints, sites: Ints, estimate: Floats, drop: int, n: int) -> int:
    """Attachments without one of them; returns how many are left."""
    for q in range(drop, n - 1):
        cores[q], radii[q], sides[q] = cores[q + 1], radii[q + 1], sides[q + 1]
        sites[q], estimate[q] = sites[q + 1], estimate[q + 1]
    return n - 1


@compiled
def wound(turn: float, estimate: float) -> float:
    """A turn known to whole circles, nearest to an estimate."""
    turn = turned(turn)
    circles: float = np.round((estimate - turn) / (2 * math.pi))
    return turn + 2 * math.pi * circles


@compiled
def span(
    core: Floats,
    cores: Ints,
    radii: Floats,
    wider: Floats,
    sides: Ints,
    n: int,
    q: int,
    sx: float,
    sy: float,
    ex: float,
    ey: float,
    line: Floats,
    flat: Ints,
) -> None:
    """Line q, between attachments q - 1 and q. flat[q] = 1: along an axis, where it touches the unwidened discs."""
    for turn in range(2):
        ax, ay, ra, sa = sx, sy, 0.0, 1
        bx, by, rb, sb = ex, ey, 0.0, 1
        if q > 0:
            ax, ay, sa = core[cores[q - 1], 0], core[cores[q - 1], 1], sides[q - 1]
            ra = radii[q - 1] + turn * wider[q - 1]
        if q < n:
            bx, by, sb = core[cores[q], 0], core[cores[q], 1], sides[q]
            rb = radii[q] + turn * wider[q]
        tangent(ax, ay, ra, sa, bx, by, rb, sb, line)
        flat[q] = 1 - turn
        if turn == 0 and abs(math.sin(2 * line[0])) < 1e-6:
            return


@compiled
def shortened(radii: Floats, wider: Floats, flat: Ints, lines: Floats, n: int) -> bool:
    """Less widening where a flat line is too short for the cuts at both its ends; whether any was changed."""
    changed = False
    for q in range(n + 1):
        if flat[q] == 0:
            continue
        length = math.hypot(lines[q, 3] - lines[q, 1], lines[q, 4] - lines[q, 2])
        cuts = 0.0
        for i in (q - 1, q):
            if 0 <= i < n:
                cuts += math.sqrt(wider[i] * (2 * radii[i] + wider[i]))
        if cuts > length:
            for i in (q - 1, q):
                if 0 <= i < n:
                    cut = math.sqrt(wider[i] * (2 * radii[i] + wider[i])) * 0.98 * length / cuts
                    wider[i] = math.sqrt(radii[i] ** 2 + cut * cut) - radii[i]
                    changed = True
    return changed


@compiled
def _rows(
    core: Floats,
    sagitta: Floats,
    lines: Floats,
    cores: Ints,
    radii: Floats,
    wider: Floats,
    flat: Ints,
    sides: Ints,
    sites: Ints,
    estimate: Floats,
    n: int,
    sx: float,
    sy: float,
    ex: float,
    ey: float,
    rows: Floats,
) -> int:
    """Each attachment's arc lies on its widened disc, from line to line; a flat line cuts a little off it."""
    m = 0
    x, y = sx, sy
    for q in range(n + 1):
        if m >= rows.shape[0] - 3:
            return -2
        if q == n:
            return straight(x, y, ex, ey, rows, m)
        radius = radii[q] + wider[q]
        cut = math.acos(min(1.0, radii[q] / radius)) if radius > 0 else 0.0
        sweep = wound(lines[q + 1, 0] - lines[q, 0], estimate[q])
        start = lines[q, 0] + sides[q] * cut * flat[q]
        turn = sweep * sides[q] - cut * (flat[q] + flat[q + 1])
        if turn < 0:  # no room for both cuts: one corner, on the flat line if there is one
            start = lines[q + 1, 0] - sides[q] * cut if flat[q + 1] and not flat[q] else start
            turn = 0.0
        cx, cy = core[cores[q], 0], core[cores[q], 1]
        x1, y1 = cx + sides[q] * radius * math.sin(start), cy - sides[q] * radius * math.cos(start)
        m = straight(x, y, x1, y1, rows, m)
        end = start + sides[q] * turn
        x, y = cx + sides[q] * radius * math.sin(end), cy - sides[q] * radius * math.cos(end)
        if turn * radius > 1e-6:
            rows[m, 0] = 1.0
            rows[m, 1], rows[m, 2], rows[m, 3], rows[m, 4] = x1, y1, x, y
            rows[m, 5], rows[m, 6], rows[m, 7], rows[m, 8] = cx, cy, radius, sides[q] * turn
            rows[m, 9] = sagitta[sites[q]]
            m += 1
    return m


@compiled
def straight(x0: float, y0: float, x1: float, y1: float, rows: Floats, m: int) -> int:
    """A line's row, if it has any length; returns the number of rows."""
    if math.hypot(x1 - x0, y1 - y0) > 1e-9:
        rows[m, :] = 0.0
        rows[m, 1], rows[m, 2], rows[m, 3], rows[m, 4] = x0, y0, x1, y1
        m += 1
    return m
