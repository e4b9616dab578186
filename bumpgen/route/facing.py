"""Pairs of drawn sides that are too near to one another, found on a grid of cells, compiled.

A side lies in every cell that comes within half of the widest spacing of it; so two sides nearer than the spacing
share a cell. Lengths are µm. Pieces of metal are numbered, wires first; what a piece is told by arrays over pieces.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numba import njit

from bumpgen.route.sites import Floats, Ints

__all__ = ["OBSTACLE", "TERMINAL", "WIRE", "cells_of", "near_sides", "returns"]

Pieces: TypeAlias = tuple[Ints, Floats, Ints, Ints, Floats, Floats, Ints]
Side: TypeAlias = tuple[float, float, float, float]
"""x, y of a side's start and of its end, µm."""

WIRE, TERMINAL, OBSTACLE = 0, 1, 2

JOINT = 1 / (2 * math.sin(math.pi / 8))
"""Two rays at 45° are d apart at this many d from where they meet: nearer than that, slits are part of a joint."""


@njit(cache=True)
def cells_of(sides: Floats, reach: float, frame: Floats, nx: int, ny: int) -> tuple[Ints, Ints]:
    """The sides in each cell: `first` (nx × ny + 1,) and the numbers of sides, ascending within a cell.

    `frame` is x, y of the lower left corner and the cells' size; a long side is followed in steps of that size.
    """
    first = np.zeros(nx * ny + 1, np.int64)
    entries = np.empty(0, np.int64)
    for filling in (False, True):
        last = np.full(nx * ny, -1, np.int64)
        if filling:
            first = np.cumsum(first)
            entries = np.empty(first[-1], np.int64)
        at = first[:-1].copy()
        for side in range(len(sides)):
            ax, ay, bx, by = sides[side]
            count = max(1, math.ceil(max(abs(bx - ax), abs(by - ay)) / frame[2]))
            for k in range(count):
                px, qx = ax + (bx - ax) * k / count, ax + (bx - ax) * (k + 1) / count
                py, qy = ay + (by - ay) * k / count, ay + (by - ay) * (k + 1) / count
                i0 = max(0, math.floor((min(px, qx) - reach - frame[0]) / frame[2]))
                i1 = min(nx - 1, math.floor((max(px, qx) + reach - frame[0]) / frame[2]))
                j0 = max(0, math.floor((min(py, qy) - reach - frame[1]) / frame[2]))
                j1 = min(ny - 1, math.floor((max(py, qy) + reach - frame[1]) / frame[2]))
                for i in range(i0, i1 + 1):
                    for j in range(j0, j1 + 1):
                        cell = i * ny + j
                        if last[cell] == side:
                            continue
                        last[cell] = side
                        if filling:
                            entries[at[cell]] = side
                            at[cell] += 1
                        else:
                            first[cell + 1] += 1
    return first, entries


@njit(cache=True)
def _side(sides: Floats, index: int) -> Side:
    """One row as numbers: slices of arrays cost more than all that is computed with them."""
    return sides[index, 0], sides[index, 1], sides[index, 2], sides[index, 3]


@njit(cache=True)
def _to_side(px: float, py: float, side: Side) -> tuple[float, float, float]:
    """Distance of a point from a side, and the nearest point of it."""
    dx, dy = side[2] - side[0], side[3] - side[1]
    size = dx * dx + dy * dy
    share = 0.0 if size == 0 else min(1.0, max(0.0, ((px - side[0]) * dx + (py - side[1]) * dy) / size))
    x, y = side[0] + share * dx, side[1] + share * dy
    return math.sqrt((px - x) ** 2 + (py - y) ** 2), x, y


@njit(cache=True)
def _turn(a: Side, x: float, y: float) -> float:
    """Greater than 0 where a point lies to the left of a side."""
    return float((a[2] - a[0]) * (y - a[1]) - (a[3] - a[1]) * (x - a[0]))


@njit(cache=True)
def _apart(a: Side, b: Side) -> tuple[float, float, float]:
    """Distance of two sides, and the middle between their nearest points."""
    b0, b1 = _turn(a, b[0], b[1]), _turn(a, b[2], b[3])
    a0, a1 = _turn(b, a[0], a[1]), _turn(b, a[2], a[3])
    if ((b0 < 0 < b1) or (b1 < 0 < b0)) and ((a0 < 0 < a1) or (a1 < 0 < a0)):
        share = b0 / (b0 - b1)
        return 0.0, b[0] + share * (b[2] - b[0]), b[1] + share * (b[3] - b[1])
    best, x, y = math.inf, 0.0, 0.0
    for px, py, side in ((a[0], a[1], b), (a[2], a[3], b), (b[0], b[1], a), (b[2], b[3], a)):
        d, qx, qy = _to_side(px, py, side)
        if d < best:
            best, x, y = d, (px + qx) / 2, (py + qy) / 2
    return best, x, y


@njit(cache=True)
def _boxes_apart(a: Side, b: Side, by: float) -> bool:
    """Whether the boxes of two sides are at least `by` apart in x or in y."""
    in_x = max(min(a[0], a[2]) - max(b[0], b[2]), min(b[0], b[2]) - max(a[0], a[2]))
    in_y = max(min(a[1], a[3]) - max(b[1], b[3]), min(b[1], b[3]) - max(a[1], a[3]))
    return bool(max(in_x, in_y) >= by)


@njit(cache=True)
def _faces(a: Side, b: Side) -> bool:
    """Whether two sides of one outline face each other across a gap: each has a part outside of the other."""
    if (a[2] - a[0]) * (b[2] - b[0]) + (a[3] - a[1]) * (b[3] - b[1]) >= 0:
        return False
    if (a[2] == b[0] and a[3] == b[1]) or (a[0] == b[2] and a[1] == b[3]):
        return False
    out_of_a = min(_turn(a, b[0], b[1]), _turn(a, b[2], b[3])) < 0
    return out_of_a and min(_turn(b, a[0], a[1]), _turn(b, a[2], a[3])) < 0


@njit(cache=True)
def _holds(sides: Floats, first: int, end: int, x: float, y: float) -> bool:
    """Whether the convex outline of sides from `first` to `end` holds a point."""
    for index in range(first, end):  # noqa: SIM110 (generators don't compile)
        if _turn(_side(sides, index), x, y) < 0:
            return False
    return True


@njit(cache=True)
def _at_joint(a: int, b: int, x: float, y: float, needed: float, pieces: Pieces, sides: Floats, of: Ints) -> bool:
    """Whether a place lies in a terminal that two wires share, or near where they end there (see `JOINT`)."""
    ends, tips, half = pieces[3], pieces[4], pieces[5]
    reach = (half[a] + half[b] + needed) * JOINT
    for k in range(2):
        for m in range(2):
            shared = ends[a, k]
            if shared < 0 or shared != ends[b, m]:
                continue
            for wire, end in ((a, k), (b, m)):
                if math.hypot(x - tips[wire, 2 * end], y - tips[wire, 2 * end + 1]) <= reach:
                    return True
            if _holds(sides, of[shared], of[shared + 1], x, y):
                return True
    return False


@njit(cache=True)
def _beyond_joint(
    side: Side, a: int, b: int, needed: float, pieces: Pieces, sides: Floats, of: Ints
) -> tuple[bool, Side]:
    """The part of a side outside of the joint of two wires, if there is one."""
    x0, y0, x1, y1 = side
    first = _at_joint(a, b, x0, y0, needed, pieces, sides, of)
    second = _at_joint(a, b, x1, y1, needed, pieces, sides, of)
    if first == second:
        return not first, side
    if second:
        x0, y0, x1, y1 = x1, y1, x0, y0
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        if _at_joint(a, b, x0 + middle * (x1 - x0), y0 + middle * (y1 - y0), needed, pieces, sides, of):
            low = middle
        else:
            high = middle
    return True, (x0 + high * (x1 - x0), y0 + high * (y1 - y0), x1, y1)


@njit(cache=True)
def _share(a: int, b: int, ends: Ints) -> bool:
    """Whether two wires end in one terminal."""
    first = ends[a, 0] >= 0 and (ends[a, 0] == ends[b, 0] or ends[a, 0] == ends[b, 1])
    return bool(first or (ends[a, 1] >= 0 and (ends[a, 1] == ends[b, 0] or ends[a, 1] == ends[b, 1])))


@njit(cache=True)
def _may_meet(a: int, b: int, pieces: Pieces) -> bool:
    """Whether a wire may lie anywhere beside another piece: its own terminals, its net's metal."""
    kind, net, ends = pieces[0], pieces[2], pieces[3]
    if kind[b] == TERMINAL:
        return bool(ends[a, 0] == b or ends[a, 1] == b)
    return bool(kind[b] == OBSTACLE and net[b] >= 0 and net[a] == net[b])


@njit(cache=True)
def _needed(a: int, b: int, pieces: Pieces) -> float:
    """What a wire must keep from another piece."""
    kind, space = pieces[:2]
    return float(max(space[a], space[b]) if kind[b] == WIRE or space[b] < 0 else space[b])


@njit(cache=True)
def _compare(
    a: int,
    b: int,
    ones: Ints,
    others: Ints,
    pieces: Pieces,
    sides: Floats,
    of: Ints,
    slack: float,
    found: Floats,
    total: int,
) -> tuple[Floats, int]:
    """Rows of all sides of one piece with all of another in a cell, put behind the `total` rows of `found`."""
    needed = _needed(a, b, pieces)
    limit = max(needed - slack, 1e-9)
    for one in ones:
        first = _side(sides, one)
        for other in others:
            second = _side(sides, other)
            if _boxes_apart(first, second, limit) or (a == b and (one >= other or not _faces(first, second))):
                continue
            d, x, y = _apart(first, second)
            if d >= limit:
                continue
            if a != b and pieces[0][b] == WIRE and _share(a, b, pieces[3]):
                left, first_out = _beyond_joint(first, a, b, needed, pieces, sides, of)
                kept, second_out = _beyond_joint(second, a, b, needed, pieces, sides, of)
                if not (left and kept):
                    continue
                d, x, y = _apart(first_out, second_out)
                if d >= limit:
                    continue
            if total == len(found):
                found = np.vstack((found, np.empty_like(found)))
            found[total] = np.array((float(a), float(b), d, x, y, needed))
            total += 1
    return found, total


@njit(cache=True)
def _run(at: int, end: int, numbers: Ints, piece: Ints) -> int:
    """Where the run of sides of one piece ends that begins at `at`."""
    own = piece[numbers[at]]
    at += 1
    while at < end and piece[numbers[at]] == own:
        at += 1
    return at


@njit(cache=True)
def near_sides(
    sides: Floats, numbers: Ints, piece: Ints, of: Ints, first: Ints, pieces: Pieces, slack: float
) -> Floats:
    """Rows (piece, other, distance, x, y, needed) of sides nearer than their pieces must be.

    `numbers` are the sides in cells, in ascending order in each; `of` is where each piece's sides begin. `pieces`
    are, by piece: kind; spacing (a wire's own, an obstacle's margin, -1 for the wire's); net (-1: none); for wires
    the pieces of both terminals (-1: none), x, y of both tips, half widths, whether it may come back to itself.
    """
    found = np.empty((256, 6))
    total = 0
    for cell in range(len(first) - 1):
        i, end = first[cell], first[cell + 1]
        while i < end:
            a = piece[numbers[i]]
            if pieces[0][a] != WIRE:
                break
            i_end = _run(i, end, numbers, piece)
            j = i if pieces[6][a] else i_end
            while j < end:
                b = piece[numbers[j]]
                j_end = _run(j, end, numbers, piece)
                if not _may_meet(a, b, pieces):
                    ones, others = numbers[i:i_end], numbers[j:j_end]
                    found, total = _compare(a, b, ones, others, pieces, sides, of, slack, found, total)
                j = j_end
            i = i_end
    return found[:total]


@njit(cache=True)
def _to_metal(a: Side, corners: Floats, radius: float) -> tuple[float, float, float]:
    """How far a part of a centre line stays from a terminal (negative: how deep its start lies inside), and where."""
    count = len(corners)
    best, x, y = math.inf, 0.0, 0.0
    inside = count > 2
    for i in range(count):
        k = (i + 1) % count
        side = (corners[i, 0], corners[i, 1], corners[k, 0], corners[k, 1])
        d, px, py = _apart(a, side)
        if d < best:
            best, x, y = d, px, py
        inside = inside and _turn(side, a[0], a[1]) >= 0
    if inside:
        best = math.inf
        for i in range(count):
            k = (i + 1) % count
            side = (corners[i, 0], corners[i, 1], corners[k, 0], corners[k, 1])
            best = min(best, _to_side(a[0], a[1], side)[0])
        return -best - radius, a[0], a[1]
    return best - radius, x, y


@njit(cache=True)
def returns(
    points: Floats, first: Ints, half: Floats, space: Floats, ends: Ints, corners: Floats, of: Ints, radius: Floats
) -> tuple[Floats, Floats]:
    """How deep both ends lie in their terminals (W, 2), and rows (wire, end, distance, x, y) where wires come back.

    A wire leaves a terminal once its centre line is half its width and its spacing off, at the latest after
    twice that way outside of the metal; whatever part comes nearer later is a row. `ends` are terminals (-1: none).
    """
    depth = np.full((len(half), 2), -math.inf)
    rows = np.empty((16, 5))
    total = 0
    for wire in range(len(half)):
        for end in range(2):
            terminal = ends[wire, end]
            if terminal < 0:
                continue
            metal = corners[of[terminal] : of[terminal + 1]]
            low, high = first[wire], first[wire + 1] - 1
            at, step = (low, 1) if end == 0 else (high, -1)
            x0, y0 = points[at]
            depth[wire, end] = -_to_metal((x0, y0, x0, y0), metal, radius[terminal])[0]
            needed = half[wire] + space[wire]
            way, before = 0.0, -depth[wire, end]
            left = False
            best, x, y = math.inf, 0.0, 0.0
            for k in range(high - low):
                x0, y0 = points[at + k * step]
                x1, y1 = points[at + (k + 1) * step]
                if left:
                    d, px, py = _to_metal((x0, y0, x1, y1), metal, radius[terminal])
                    if d < best:
                        best, x, y = d, px, py
                off = _to_metal((x1, y1, x1, y1), metal, radius[terminal])[0]
                if off > 0:  # a part that begins inside is as long outside as it ends far out, at least
                    way += math.hypot(x1 - x0, y1 - y0) if before > 0 else off
                before = off
                left = left or off >= needed or way >= 2 * needed
            if best < needed - 0.002:
                if total == len(rows):
                    rows = np.vstack((rows, np.empty_like(rows)))
                rows[total] = np.array((float(wire), float(end), max(0.0, best - half[wire]), x, y))
                total += 1
    return depth, rows[:total]
