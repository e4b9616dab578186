"""All wires of a sketch as taut strings: rows of lines and arcs, or octilinear corners. Compiled with numba."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bumpgen.route.arcs import Cores, arcs_of
from bumpgen.route.compiled import compiled
from bumpgen.route.octagons import staircases
from bumpgen.route.sites import Floats, Ints
from bumpgen.route.taut import Gates, Shapes, String, funnel, portals_of
from bumpgen.route.topology_board import Index, inner

__all__ = ["Order", "Strung", "offsets_of", "pull", "room_of", "string_of"]


class Order(NamedTuple):
    """The wires of every mesh side: `crossings[first[side]:first[side + 1]]`, from the side's first end on.

    `ends` (E, 2): sites of each side; `wire` (C,): the wire of a crossing; `widths`, `spaces` (N,) by wire, µm.
    """

    ends: Ints
    first: Ints
    crossings: Ints
    wire: Ints
    widths: Floats
    spaces: Floats


class Strung(NamedTuple):
    """All wires of a sketch: wire w crosses `sides[first[w]:first[w + 1]]`, its centre line `near` µm off the metal of
    a side's first end and `far` µm off its second's.

    It runs from site `start[w]` to site `end[w]` and begins in triangle `triangle[w]`. It keeps off the sites
    `extra_sites[extra_first[w]:extra_first[w + 1]]` by `extra_offsets` (µm), whatever its gates say.
    `triangles` (T, 3), `ends` (E, 2) and `beside` (E, 2) are the mesh's.
    """

    shapes: Shapes
    triangles: Ints
    ends: Ints
    beside: Ints
    first: Ints
    sides: Ints
    near: Floats
    far: Floats
    triangle: Ints
    start: Ints
    end: Ints
    extra_first: Ints
    extra_sites: Ints
    extra_offsets: Floats


@compiled
def room_of(order: Order, gap: Floats, room: Floats) -> None:
    """Fills room[v]: how much each wire round site v may keep beyond the rule without filling any of its gates, µm.

    `gap` (E,): free length of each side, µm.
    """
    ends, firsts, crossings, wire, widths, spaces = order
    for side in range(ends.shape[0]):
        first, last = firsts[side], firsts[side + 1]
        count = last - first
        if count == 0:
            continue
        need = spaces[wire[crossings[first]]] + spaces[wire[crossings[last - 1]]]
        for i in range(first, last):
            need += widths[wire[crossings[i]]]
            if i > first:
                need += max(spaces[wire[crossings[i]]], spaces[wire[crossings[i - 1]]])
        share = max(0.0, (gap[side] - need) / (count + 1))
        for c in range(2):
            room[ends[side, c]] = min(room[ends[side, c]], share)


@compiled
def offsets_of(order: Order, room: Floats, near: Floats, far: Floats) -> None:
    """Offset of each crossing's centre line from the metal of its side's first (near) and second end (far), µm."""
    ends, firsts, crossings, wires, widths, spaces = order
    for side in range(ends.shape[0]):
        first, last = firsts[side], firsts[side + 1]
        for turn in range(2):
            extra = room[ends[side, turn]]
            at, before = 0.0, -1
            for step in range(last - first):
                i = crossings[first + step] if turn == 0 else crossings[last - 1 - step]
                wire = wires[i]
                space = spaces[wire] if before < 0 else max(spaces[wire], spaces[before])
                at += space + extra
                if turn == 0:
                    near[i] = at + widths[wire] / 2
                else:
                    far[i] = at + widths[wire] / 2
                at += widths[wire]
                before = wire


@inner
def gates_of(strung: Strung, wire: int) -> Gates:
    """A wire's gates in its direction."""
    first, last = strung.first[wire], strung.first[wire + 1]
    count = last - first
    gates = Gates(np.empty(count, np.int64), np.empty(count, np.int64), np.empty(count), np.empty(count))
    current = strung.triangle[wire]
    for g in range(count):
        side = strung.sides[first + g]
        u, v = strung.ends[side, 0], strung.ends[side, 1]
        near, far = strung.near[first + g], strung.far[first + g]
        at = 0
        for k in range(3):
            if strung.triangles[current, k] == u:
                at = k
        if strung.triangles[current, (at + 1) % 3] == v:  # counter-clockwise: leaving, its second end is on the left
            u, v, near, far = v, u, far, near
        gates.left[g], gates.right[g], gates.left_offset[g], gates.right_offset[g] = u, v, near, far
        current = strung.beside[side, 1] if strung.beside[side, 0] == current else strung.beside[side, 0]
    return gates


@compiled
def string_of(strung: Strung, wire: int) -> tuple[String, int]:
    """The taut string of one wire that crosses any side; how many rays had no room, -1 if it was not to be found."""
    xy = strung.shapes.xy
    a, b = strung.start[wire], strung.end[wire]
    extras = strung.extra_sites[strung.extra_first[wire] : strung.extra_first[wire + 1]]
    offsets = strung.extra_offsets[strung.extra_first[wire] : strung.extra_first[wire + 1]]
    portals, tight = portals_of(strung.shapes, a, b, gates_of(strung, wire), extras, offsets)
    size = portals.lefts.shape[0] + 2
    at, which = np.empty(size, np.int64), np.empty(size, np.int64)
    count = funnel(xy[a, 0], xy[a, 1], xy[b, 0], xy[b, 1], portals.lefts, portals.rights, at, which)
    state = tight if count >= 0 else -1
    count = max(count, 0)
    return String(portals, at[:count], which[:count]), state


@inner
def octilinear_rows(strung: Strung, wire: int, string: String, rows: Floats) -> Index:
    """Corners of an octilinear wire in columns 1 and 2 of its rows; see `octagons.staircases`."""
    xy = strung.shapes.xy
    a, b = strung.start[wire], strung.end[wire]
    extras = strung.extra_sites[strung.extra_first[wire] : strung.extra_first[wire + 1]]
    offsets = strung.extra_offsets[strung.extra_first[wire] : strung.extra_first[wire + 1]]
    extent = (xy[a, 0], xy[a, 1], xy[b, 0], xy[b, 1])
    return staircases(strung.shapes, string, extent, extras, offsets, rows[:, 1:3])


@compiled
def pull(
    strung: Strung, cores: Cores, chosen: Ints, octilinear: bool, rows: Floats, row_first: Ints, state: Ints
) -> Index:
    """Rows of the chosen wires: lines and arcs, or octilinear corners in columns 1 and 2.

    `row_first[c]` tells where those of wire `chosen[c]` begin. state[c]: 0 good, > 0 rays without room, < 0 failed.
    Returns the number of rows, or -1 if `rows` is too short.
    """
    xy = strung.shapes.xy
    total: Index = np.int64(0)
    for c in range(chosen.shape[0]):
        wire = chosen[c]
        row_first[c] = total
        string, state[c] = string_of(strung, wire)
        if state[c] < 0:
            continue
        a, b = strung.start[wire], strung.end[wire]
        if octilinear:
            m = octilinear_rows(strung, wire, string, rows[total:])
        else:
            m = arcs_of(strung.shapes, cores, string, xy[a, 0], xy[a, 1], xy[b, 0], xy[b, 1], rows[total:])
        if m == -2:
            return -1
        if m < 0:
            state[c] = m - 10
            continue
        total += m
    row_first[chosen.shape[0]] = total
    return total
