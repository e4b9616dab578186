"""All wires of a sketch as taut strings: rows of lines and arcs, or octilinear corners. Compiled with numba."""

from __future__ import annotations

from typing import Any

import numpy as np

from bumpgen.route.arcs import arcs_of
from bumpgen.route.compiled import compiled
from bumpgen.route.octagons import staircases
from bumpgen.route.sites import Floats, Ints
from bumpgen.route.taut import funnel, gate_sites, portals_of

__all__ = ["PORTALS", "offsets_of", "pull", "room_of"]

PORTALS = 40_000
"""Most rays of one wire."""


@compiled
def room_of(
    ends: Ints,
    gap: Floats,
    order_first: Ints,
    order: Ints,
    wire_of: Ints,
    widths: Floats,
    spaces: Floats,
    room: Floats,
) -> None:
    """Fills room[v]: how much each wire round site v may keep beyond the rule without filling any of its gates, µm."""
    for side in range(ends.shape[0]):
        first, last = order_first[side], order_first[side + 1]
        count = last - first
        if count == 0:
            continue
        need = spaces[wire_of[order[first]]] + spaces[wire_of[order[last - 1]]]
        for i in range(first, last):
            need += widths[wire_of[order[i]]]
            if i > first:
                need += max(spaces[wire_of[order[i]]], spaces[wire_of[order[i - 1]]])
        share = max(0.0, (gap[side] - need) / (count + 1))
        for c in range(2):
            room[ends[side, c]] = min(room[ends[side, c]], share)


@compiled
def offsets_of(
    ends: Ints,
    order_first: Ints,
    order: Ints,
    wire_of: Ints,
    widths: Floats,
    spaces: Floats,
    room: Floats,
    near: Floats,
    far: Floats,
) -> None:
    """Offset of each crossing's centre line from the metal of its side's first (near) and second end (far), µm."""
    for side in range(ends.shape[0]):
        first, last = order_first[side], order_first[side + 1]
        for turn in range(2):
            extra = room[ends[side, turn]]
            at, before = 0.0, -1
            for step in range(last - first):
                i = order[first + step] if turn == 0 else order[last - 1 - step]
                wire = wire_of[i]
                space = spaces[wire] if before < 0 else max(spaces[wire], spaces[before])
                at += space + extra
                if turn == 0:
                    near[i] = at + widths[wire] / 2
                else:
                    far[i] = at + widths[wire] / 2
                at += widths[wire]
                before = wire


@compiled
def string_of(
    mesh: Any,
    way: int,
    first: int,
    last: int,
    extras: Ints,
    extra_offsets: Floats,
    lefts: Floats,
    rights: Floats,
    marks: Ints,
    gauge: Floats,
    at: Ints,
    which: Ints,
) -> tuple[int, int, int]:
    """Portals and funnel corners of one wire: counts of both, and of rays without room."""
    xy, hull, rays, triangles, ends, beside, sides, near, far, tri, start, end = mesh
    gates = last - first
    left, right, turn = np.empty(gates, np.int64), np.empty(gates, np.int64), np.empty(gates, np.int64)
    own = sides[first:last]
    gate_sites(triangles, ends, beside, own, tri[way], left, right, turn)
    left_offset, right_offset = np.empty(gates), np.empty(gates)
    for g in range(gates):
        i = first + g
        left_offset[g], right_offset[g] = (near[i], far[i]) if turn[g] == 1 else (far[i], near[i])
    a, b = start[way], end[way]
    n, tight = portals_of(
        xy, hull, rays, a, b, left, right, left_offset, right_offset, extras, extra_offsets, lefts, rights, marks, gauge
    )
    count = funnel(xy[a, 0], xy[a, 1], xy[b, 0], xy[b, 1], lefts, rights, n, at, which)
    return n, count, tight


@compiled
def pull(
    mesh: Any,
    shapes: Any,
    chosen: Ints,
    way_first: Ints,
    extra_first: Ints,
    extra_sites: Ints,
    extra_offsets: Floats,
    octilinear: bool,
    rows: Floats,
    row_first: Ints,
    state: Ints,
) -> int:
    """Rows of the chosen wires: lines and arcs, or octilinear corners in columns 1 and 2.

    state[i]: 0 good, > 0 rays without room, < 0 failed. Returns the number of rows, or -1 if `rows` is too short.
    """
    xy, hull, rays = mesh[0], mesh[1], mesh[2]
    start, end = mesh[10], mesh[11]
    core, corner, reach, bulge, sagitta = shapes
    lefts, rights = np.empty((PORTALS, 2)), np.empty((PORTALS, 2))
    marks, gauge = np.empty((PORTALS, 4), np.int64), np.empty((PORTALS, 2))
    at, which = np.empty(PORTALS, np.int64), np.empty(PORTALS, np.int64)
    px, py = np.empty(PORTALS), np.empty(PORTALS)
    total = 0
    for c in range(chosen.shape[0]):
        way = chosen[c]
        row_first[c] = total
        a, b = start[way], end[way]
        sx, sy, ex, ey = xy[a, 0], xy[a, 1], xy[b, 0], xy[b, 1]
        extras = extra_sites[extra_first[way] : extra_first[way + 1]]
        offsets = extra_offsets[extra_first[way] : extra_first[way + 1]]
        n, count, tight = 0, 0, 0
        if way_first[way + 1] > way_first[way]:
            n, count, tight = string_of(
                mesh, way, way_first[way], way_first[way + 1], extras, offsets, lefts, rights, marks, gauge, at, which
            )
        state[c] = tight
        if count < 0:
            state[c] = -1
            continue
        if total + 4 * count + 40 > rows.shape[0]:
            return -1
        if octilinear:
            m = staircases(
                xy,
                hull,
                rays,
                sx,
                sy,
                ex,
                ey,
                lefts,
                rights,
                marks,
                gauge,
                n,
                at,
                which,
                count,
                extras,
                offsets,
                px,
                py,
            )
            if total + m > rows.shape[0]:
                return -1
            for i in range(m):
                rows[total + i, 1], rows[total + i, 2] = px[i], py[i]
        else:
            m = arcs_of(
                xy, hull, rays, core, corner, reach, bulge, sagitta, sx, sy, ex, ey,
                lefts, rights, marks, gauge, at, which, count, rows[total:],
            )  # fmt: skip
        if m < 0:
            state[c] = m - 10
            continue
        total += m
    row_first[chosen.shape[0]] = total
    return total
