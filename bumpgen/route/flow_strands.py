"""From a flow to strands: which gates each wire crosses, with no two wires crossing one another.

In each triangle the units that enter and leave are joined without crossings, as brackets are: a unit that enters
next to one that leaves is joined to it. Joined from triangle to triangle they are strands from pads to bumps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from bumpgen.route.compiled import compiled
from bumpgen.route.flow_network import Flow, Network
from bumpgen.route.mesh import Mesh
from bumpgen.route.sites import Floats, Ints
from bumpgen.route.sketch import Way

__all__ = ["Strands", "crossings", "strands_of", "ways_of"]


@dataclass(frozen=True, slots=True)
class Strands:
    """Wires as flat arrays: wire n runs from site `start[n]` in triangle `triangle[n]` to site `end[n]`.

    It crosses `sides[first[n]:first[n + 1]]`; `ranks` are its places there, from the side's first end on.
    """

    start: Ints
    end: Ints
    triangle: Ints
    first: Ints
    sides: Ints
    ranks: Ints


def strands_of(network: Network, flow: Flow) -> Strands:
    """The strands of a flow, by pad, without crossings of sides that begin at a wire's own pad or bump."""
    mesh = network.mesh
    enters, corner = _boundary(network, flow)
    crossed = np.abs(enters).max(axis=1, initial=0)
    count = np.zeros(len(mesh.ends), dtype=np.int64)
    np.maximum.at(count, mesh.sides.ravel(), np.abs(enters).ravel())
    first = np.concatenate(([0], np.cumsum(count)))
    busy = np.flatnonzero((crossed > 0) | (corner != 0).any(axis=1))
    width = int(np.abs(enters).sum(axis=1).max(initial=0)) + 3
    shape = (mesh.triangles, mesh.sides, mesh.ends, mesh.beside, mesh.gates, mesh.sites.xy)
    partner, begin = _joined(shape, enters, corner, first, busy, width)
    starts = np.flatnonzero(begin[:, 0] >= 0)
    side_of = np.repeat(np.arange(len(count)), count)
    end, triangle, heads, points = _followed(shape, side_of, partner, begin, starts)
    sides = side_of[points]
    return Strands(starts, end, triangle, heads, sides, _ranks(sides, points))


def _boundary(network: Network, flow: Flow) -> tuple[Ints, Ints]:
    """For each triangle the units that enter through each side (less those that leave), and at each corner."""
    used = np.flatnonzero((flow.units > 0) & (network.triangle >= 0))
    net = np.zeros((len(network.mesh.triangles), 6), dtype=np.int64)
    np.add.at(net, (network.triangle[used], network.start[used]), flow.units[used])
    np.add.at(net, (network.triangle[used], network.end[used]), -flow.units[used])
    return net[:, :3].copy(), net[:, 3:].copy()


def _ranks(sides: Ints, points: Ints) -> Ints:
    order = np.argsort(points, kind="stable")
    ranks = np.empty(len(sides), dtype=np.int64)
    ordered = sides[order]
    is_first = np.concatenate(([True], ordered[1:] != ordered[:-1]))[: len(ordered)]
    place = np.arange(len(ordered))
    ranks[order] = place - np.maximum.accumulate(np.where(is_first, place, 0))
    return ranks


@compiled
def _joined(shape: Any, enters: Ints, corner: Ints, first: Ints, busy: Ints, width: int) -> tuple[Ints, Ints]:
    """The partner of each point on a side in the triangles on both sides, and each source's triangle and partner.

    A partner is a point, or -1 - v for site v.
    """
    partner = np.full((2, first[-1]), np.int64(-1), np.int64)
    begin = np.full((len(shape[5]), 2), np.int64(-1), np.int64)
    code = np.empty(width, np.int64)
    slot = np.empty(width, np.int64)
    sign = np.empty(width, np.int64)
    place = np.empty((width, 2))
    for t in busy:
        count = _ring(shape, enters, corner, first, t, (code, slot, sign, place))
        mate = _mates(sign[:count], place[:count], code[:count])
        for i in range(count):
            other = code[mate[i]]
            if code[i] >= 0:
                partner[slot[i], code[i]] = other
            elif sign[i] > 0:
                begin[-1 - code[i], 0], begin[-1 - code[i], 1] = t, other
    return partner, begin


@compiled
def _ring(shape: Any, enters: Ints, corner: Ints, first: Ints, t: int, ring: Any) -> int:
    """All that enters (sign 1) and leaves (-1) a triangle, counter-clockwise; returns how many."""
    triangles, sides, ends, beside, gates, xy = shape
    code, slot, sign, place = ring
    count = 0
    for i in range(3):
        site, side = triangles[t, i], sides[t, (i + 2) % 3]
        if corner[t, i] != 0:
            code[count], slot[count], sign[count] = -1 - site, 0, corner[t, i]
            place[count] = xy[site]
            count += 1
        flow = enters[t, (i + 2) % 3]
        units = abs(flow)
        for n in range(units):
            at = n if ends[side, 0] == site else units - 1 - n
            code[count], slot[count] = first[side] + at, 0 if beside[side, 0] == t else 1
            sign[count] = 1 if flow > 0 else -1
            place[count] = gates[side, 0] + (gates[side, 1] - gates[side, 0]) * ((at + 0.5) / units)
            count += 1
    return count


@compiled
def _mates(sign: Ints, place: Floats, code: Ints) -> Ints:
    """The shortest of the pairings without crossings that begin where the sign changes or at a corner."""
    count = len(sign)
    best = np.empty(count, np.int64)
    mate = np.empty(count, np.int64)
    stack = np.empty(count, np.int64)
    least = np.inf
    for turn in range(count):
        if turn > 0 and sign[turn] == sign[turn - 1] and code[turn] >= 0 and code[turn - 1] >= 0:
            continue
        length = _bracketed(sign, place, turn, mate, stack)
        if length < least - 1e-9:
            least = length
            best[:] = mate
    return best


@compiled
def _bracketed(sign: Ints, place: Floats, turn: int, mate: Ints, stack: Ints) -> float:
    count, height, length = len(sign), 0, 0.0
    for n in range(count):
        i = (turn + n) % count
        if height and sign[stack[height - 1]] != sign[i]:
            height -= 1
            j = stack[height]
            mate[i], mate[j] = j, i
            length += np.hypot(place[i, 0] - place[j, 0], place[i, 1] - place[j, 1])
        else:
            stack[height] = i
            height += 1
    return length


@compiled
def _followed(shape: Any, side_of: Ints, partner: Ints, begin: Ints, starts: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Each source's way to its sink: the sink, the first triangle, where its points begin, the points."""
    ends, beside = shape[2], shape[3]
    end = np.empty(len(starts), np.int64)
    triangle = np.empty(len(starts), np.int64)
    first = np.zeros(len(starts) + 1, np.int64)
    points = np.empty(len(side_of), np.int64)
    count = 0
    for n in range(len(starts)):
        a = starts[n]
        t, code = begin[a]
        triangle[n] = t
        while code >= 0:
            side = side_of[code]
            t = beside[side, 0] + beside[side, 1] - t
            if count == first[n] and (ends[side, 0] == a or ends[side, 1] == a):
                triangle[n] = t
            else:
                points[count] = code
                count += 1
            code = partner[0 if beside[side, 0] == t else 1, code]
        b = -1 - code
        while count > first[n] and (
            ends[side_of[points[count - 1]], 0] == b or ends[side_of[points[count - 1]], 1] == b
        ):
            count -= 1
        end[n], first[n + 1] = b, count
    return end, triangle, first, points[:count]


def crossings(mesh: Mesh, strands: Strands) -> tuple[Ints, Ints]:
    """Wires over the other diagonal of each side's two triangles (E,), and wires that turn round each corner (T, 3)."""
    shape = (mesh.triangles, mesh.sides, mesh.ends, mesh.beside)
    return _crossings(shape, strands.start, strands.end, strands.triangle, strands.first, strands.sides)


@compiled
def _crossings(shape: Any, start: Ints, end: Ints, triangle: Ints, first: Ints, crossed: Ints) -> tuple[Ints, Ints]:
    triangles, sides, ends, beside = shape
    cross = np.zeros(len(ends), np.int64)
    turns = np.zeros((len(triangles), 3), np.int64)
    for n in range(len(start)):
        t = triangle[n]
        here = _corner(triangles[t], start[n]) + 3
        for p in range(first[n], first[n + 1]):
            there = _corner(sides[t], crossed[p])
            _chord(sides[t], here, there, t, cross, turns)
            before = sides[t, here] if here < 3 else -1
            t = beside[crossed[p], 0] + beside[crossed[p], 1] - t
            here = _corner(sides[t], crossed[p])
            after = crossed[p + 1] if p + 1 < first[n + 1] else -1
            if before >= 0 and after >= 0 and _changes(ends, crossed[p], before, after):
                cross[crossed[p]] += 1
        _chord(sides[t], here, _corner(triangles[t], end[n]) + 3, t, cross, turns)
    return cross, turns


@compiled
def _corner(row: Ints, value: int) -> int:
    """Which of three it is."""
    if row[0] == value:
        return 0
    return 1 if row[1] == value else 2


@compiled
def _chord(sides: Ints, here: int, there: int, t: int, cross: Ints, turns: Ints) -> None:
    """Count a wire's part in one triangle, from side 0 to 2 or corner 3 to 5 to another, over the diagonals from it."""
    if here < 3 and there < 3:
        corner = 3 - here - there
        turns[t, corner] += 1
        cross[sides[corner]] += 1
    elif here >= 3 and there >= 3:
        cross[sides[9 - here - there]] += 1
    else:
        touched = min(here, there)
        cross[sides[(touched + 1) % 3]] += 1
        cross[sides[(touched + 2) % 3]] += 1


@compiled
def _changes(ends: Ints, side: int, before: int, after: int) -> bool:
    """Whether a wire that crosses a side comes from a side at one of its ends and goes on to a side at the other."""
    end = ends[side, 0]
    return bool((ends[before, 0] == end or ends[before, 1] == end) != (ends[after, 0] == end or ends[after, 1] == end))


def ways_of(strands: Strands) -> tuple[Way, ...]:
    """The strands as ways of a sketch."""
    first = strands.first.tolist()
    rows = zip(strands.start.tolist(), strands.end.tolist(), strands.triangle.tolist(), first, first[1:], strict=False)
    return tuple(Way(a, b, strands.sides[i:j], strands.ranks[i:j], t) for a, b, t, i, j in rows)
