"""Any-angle wires: corners of a taut string become arcs about metal corners, joined by exact tangents.

All lengths are in µm, all angles in radians.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from bumpgen.route.compiled import compiled
from bumpgen.route.sites import Floats, Ints
from bumpgen.route.taut import Portals, Shapes, String, is_corner, pinched, turned
from bumpgen.route.topology_board import Index, inner

__all__ = ["Cores", "arcs_of", "tangent"]


class Cores(NamedTuple):
    """Metal that arcs are drawn about: corners `core` (N, 2); by site, the corner `corner` (V, K) between two
    directions and the radius `reach` (V,) of the metal about it.

    Where a gate has no room to spare, `bulge` (V,) > 0: arcs about that site are wider by bulge × their distance from
    the metal, so that flattened neighbours keep their spacing; the lines between them stay where they are.
    `sagitta` (V,): how far the corners of a flattened arc about the site may stand out of it.
    """

    core: Floats
    corner: Ints
    reach: Floats
    bulge: Floats
    sagitta: Floats


class Wraps(NamedTuple):
    """Discs that a wire hangs on, in order: number of the core corner, radius, side (+1: the disc lies on the left),
    site, and about how far the wire winds round it."""

    cores: Ints
    radii: Floats
    sides: Ints
    sites: Ints
    estimate: Floats


@compiled
def tangent(
    ax: float, ay: float, ra: float, sa: int, bx: float, by: float, rb: float, sb: int
) -> tuple[float, float, float, float, float]:
    """The line from disc a to disc b that touches both, each on its side (+1: centre to the left): angle, x, y, x, y.

    The centres lie sa ra and sb rb to the left of it, so it turns from the line of centres by
    asin((sb rb - sa ra) / distance).
    """
    dx, dy = bx - ax, by - ay
    distance = math.hypot(dx, dy)
    q = (sb * rb - sa * ra) / distance if distance > 1e-12 else 0.0
    angle = math.atan2(dy, dx) - math.asin(min(1.0, max(-1.0, q)))
    c, s = math.cos(angle), math.sin(angle)
    return angle, ax + sa * ra * s, ay - sa * ra * c, bx + sb * rb * s, by - sb * rb * c


@inner
def side_of(shapes: Shapes, portals: Portals, j: int, left: bool) -> bool:
    """Whether the barrier that a string touches in portal j is the left one; where both touch, the one whose corner
    it is."""
    marks, gauge = portals.marks, portals.gauge
    if not pinched(portals, j) or marks[j, 0] < 0 or marks[j, 2] < 0:
        return left
    x, y = portals.lefts[j, 0], portals.lefts[j, 1]
    is_left = is_corner(shapes, marks[j, 0], gauge[j, 0], marks[j, 1], x, y)
    is_right = is_corner(shapes, marks[j, 2], gauge[j, 1], marks[j, 3], x, y)
    return left if is_left == is_right else is_left


@inner
def wraps_of(shapes: Shapes, metal: Cores, string: String, wraps: Wraps) -> int:
    """Corners of the taut string on one metal corner and side, merged; returns how many (-1: a free corner)."""
    cores, radii, sides, sites, estimate = wraps
    portals = string.portals
    n = 0
    last = 0.0
    for i in range(string.at.shape[0]):
        j = string.at[i]
        left = string.which[i] == 1
        if portals.marks[j, 0 if left else 2] < 0:
            return -1
        left = side_of(shapes, portals, j, left)
        here = 0 if left else 1
        site = portals.marks[j, 2 * here]
        c = metal.corner[site, portals.marks[j, 2 * here + 1]]
        radius = metal.reach[site] + portals.gauge[j, here]
        side = 1 if left else -1
        places = portals.lefts if left else portals.rights
        angle = math.atan2(places[j, 1] - metal.core[c, 1], places[j, 0] - metal.core[c, 0])
        if n > 0 and cores[n - 1] == c and sides[n - 1] == side:
            estimate[n - 1] += turned(angle - last)
            radii[n - 1] = max(radii[n - 1], radius)
        else:
            cores[n], radii[n], sides[n], sites[n], estimate[n] = c, radius, side, site, 0.0
            n += 1
        last = angle
    return n


@inner
def arcs_of(
    shapes: Shapes, metal: Cores, string: String, sx: float, sy: float, ex: float, ey: float, rows: Floats
) -> Index:
    """Lines and arcs of one wire from s to e as rows: kind (0 line, 1 arc), x, y, x, y, centre x, y, radius, sweep,
    sagitta. Returns the number of rows; -1 if the string hangs on no metal."""
    size = string.at.shape[0] + 2
    wraps = Wraps(
        np.empty(size, np.int64), np.empty(size), np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size)
    )
    n = wraps_of(shapes, metal, string, wraps)
    if n < 0:
        return -1
    ends = np.array((sx, sy, ex, ey))
    lines, wider, flat = np.empty((size, 5)), np.empty(size), np.empty(size, np.int64)
    for _ in range(n + 1):
        for q in range(n):
            wider[q] = metal.bulge[wraps.sites[q]] * max(wraps.radii[q] - metal.reach[wraps.sites[q]], 0.0)
        for turn in range(2):
            for q in range(n + 1):
                flat[q] = span(metal.core, wraps, wider, n, q, ends, lines)
            if turn == 0 and not shortened(wraps.radii, wider, flat, lines, n):
                break
        drop = loosest(lines, wraps, n)
        if drop < 0:
            break
        n = without(wraps, drop, n)
    return rows_of(metal, wraps, lines, wider, flat, n, ends, rows)


@inner
def loosest(lines: Floats, wraps: Wraps, n: int) -> int:
    """The disc that the wire turns most the wrong way about (a barely touched one, by a hair); -1: none."""
    worst, drop = 2e-7, -1
    for q in range(n):
        turn = wound(lines[q + 1, 0] - lines[q, 0], wraps.estimate[q]) * wraps.sides[q]
        if turn < worst:
            worst, drop = turn, q
    return drop


@inner
def without(wraps: Wraps, drop: int, n: int) -> Index:
    """Discs without one of them, its neighbours made one if they are alike; returns how many are left."""
    cores, radii, sides, sites, estimate = wraps
    fewer: Index = 1
    if 0 < drop < n - 1 and cores[drop - 1] == cores[drop + 1] and sides[drop - 1] == sides[drop + 1]:
        radii[drop - 1] = max(radii[drop - 1], radii[drop + 1])
        estimate[drop - 1] += estimate[drop + 1]
        fewer = 2
    for q in range(drop, n - fewer):
        cores[q], radii[q], sides[q] = cores[q + fewer], radii[q + fewer], sides[q + fewer]
        sites[q], estimate[q] = sites[q + fewer], estimate[q + fewer]
    return n - fewer


@inner
def wound(turn: float, estimate: float) -> float:
    """A turn known to whole circles, nearest to an estimate."""
    turn = turned(turn)
    circles: float = np.round((estimate - turn) / (2 * math.pi))
    return turn + 2 * math.pi * circles


@inner
def span(core: Floats, wraps: Wraps, wider: Floats, n: int, q: int, ends: Floats, lines: Floats) -> int:
    """Line q, between discs q - 1 and q, widened; 1 if it runs along an axis: there it touches the unwidened discs."""
    cores, radii, sides = wraps.cores, wraps.radii, wraps.sides
    for turn in range(2):
        ax, ay, ra, sa = ends[0], ends[1], 0.0, 1
        bx, by, rb, sb = ends[2], ends[3], 0.0, 1
        if q > 0:
            ax, ay, sa = core[cores[q - 1], 0], core[cores[q - 1], 1], sides[q - 1]
            ra = radii[q - 1] + turn * wider[q - 1]
        if q < n:
            bx, by, sb = core[cores[q], 0], core[cores[q], 1], sides[q]
            rb = radii[q] + turn * wider[q]
        line = tangent(ax, ay, ra, sa, bx, by, rb, sb)
        lines[q, 0], lines[q, 1], lines[q, 2], lines[q, 3], lines[q, 4] = line
        if turn == 0 and abs(math.sin(2 * lines[q, 0])) < 1e-6:
            return 1
    return 0


@inner
def cut_of(radius: float, wider: float) -> float:
    """Half the chord that a tangent of a disc cuts off the disc widened by so much: its length on a flat line."""
    return math.sqrt(wider * (2 * radius + wider))


@inner
def shortened(radii: Floats, wider: Floats, flat: Ints, lines: Floats, n: int) -> bool:
    """Less widening where a flat line is too short for the cuts at both its ends; whether any was changed."""
    changed = False
    for q in range(n + 1):
        if flat[q] == 0:
            continue
        length = math.hypot(lines[q, 3] - lines[q, 1], lines[q, 4] - lines[q, 2])
        first, last = max(q - 1, 0), min(q, n - 1)
        cuts = 0.0
        for i in range(first, last + 1):
            cuts += cut_of(radii[i], wider[i])
        if cuts > length:
            for i in range(first, last + 1):
                cut = cut_of(radii[i], wider[i]) * 0.98 * length / cuts
                wider[i] = math.sqrt(radii[i] ** 2 + cut * cut) - radii[i]
                changed = True
    return changed


@inner
def rows_of(
    metal: Cores, wraps: Wraps, lines: Floats, wider: Floats, flat: Ints, n: int, ends: Floats, rows: Floats
) -> Index:
    """Each arc lies on its widened disc, from line to line; a flat line cuts a little off it."""
    m: Index = np.int64(0)
    x, y = ends[0], ends[1]
    for q in range(n):
        if m >= rows.shape[0] - 3:
            return -2
        side, radius = wraps.sides[q], wraps.radii[q] + wider[q]
        cut = math.acos(min(1.0, wraps.radii[q] / radius)) if radius > 0 else 0.0
        sweep = wound(lines[q + 1, 0] - lines[q, 0], wraps.estimate[q])
        start = lines[q, 0] + side * cut * flat[q]
        turn = sweep * side - cut * (flat[q] + flat[q + 1])
        if turn < 0:  # no room for both cuts: one corner, on the flat line if there is one
            start = lines[q + 1, 0] - side * cut if flat[q + 1] and not flat[q] else start
            turn = 0.0
        cx, cy = metal.core[wraps.cores[q], 0], metal.core[wraps.cores[q], 1]
        x1, y1 = cx + side * radius * math.sin(start), cy - side * radius * math.cos(start)
        m = straight(x, y, x1, y1, rows, m)
        end = start + side * turn
        x, y = cx + side * radius * math.sin(end), cy - side * radius * math.cos(end)
        if turn * radius > 1e-6:
            rows[m, 0] = 1.0
            rows[m, 1], rows[m, 2], rows[m, 3], rows[m, 4] = x1, y1, x, y
            rows[m, 5], rows[m, 6], rows[m, 7], rows[m, 8] = cx, cy, radius, side * turn
            rows[m, 9] = metal.sagitta[wraps.sites[q]]
            m += 1
    if m >= rows.shape[0] - 3:
        return -2
    return straight(x, y, ends[2], ends[3], rows, m)


@inner
def straight(x0: float, y0: float, x1: float, y1: float, rows: Floats, m: int) -> int:
    """A line's row, if it has any length; returns the number of rows."""
    if math.hypot(x1 - x0, y1 - y0) > 1e-9:
        rows[m, :] = 0.0
        rows[m, 1], rows[m, 2], rows[m, 3], rows[m, 4] = x0, y0, x1, y1
        m += 1
    return m
