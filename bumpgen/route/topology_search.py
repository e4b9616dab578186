"""A* over the gaps between wires: the cheapest way of one more wire over a board. Compiled with numba.

A state is a gap on a side and the triangle ahead; where the side's other diagonal is nearly full, also the half
of the triangle behind that the wire comes from, since that says whether it would cross the diagonal. From a state a
wire reaches every gap of the face ahead of it. A permissive search may also step over wires along a side and
into full gates, at a cost for each.
"""

from __future__ import annotations

import heapq
import math
from typing import NamedTuple

import numpy as np

from bumpgen.route.compiled import compiled
from bumpgen.route.sites import Floats, Ints
from bumpgen.route.topology_board import (
    SLACK,
    Board,
    Heap,
    Index,
    Length,
    Spot,
    Truth,
    corner_list,
    face_of,
    index_in,
    inner,
)
from bumpgen.route.topology_wires import cross_excess, excess, half, true_half

__all__ = ["ANYWHERE", "RIPPING", "STRICT", "Effort", "Search", "search", "search_of"]

STRICT, RIPPING, ANYWHERE = 0, 1, 2
"""Levels of a search: disturb no wire; where ripping up others makes room; through any gate that isn't closed."""


class Effort(NamedTuple):
    """What a search may do, by its level; what a full gate and a wire stepped over cost, µm; growth per rip; a seed."""

    level: int
    full: float
    step: float
    growth: float
    seed: int


class Search(NamedTuple):
    """Arrays over states: stamp of the last search that reached each, cost so far (µm), state before; and buffers.

    `gaps` and `entered` hold the way found; `counter` has one counter of searches and one of gaps looked at.
    """

    stamp: Ints
    cost: Floats
    parent: Ints
    gaps: Ints
    entered: Ints
    face: Ints
    counter: Ints


def search_of(board: Board) -> Search:
    """Work space for a board."""
    states = 6 * (len(board.home) - board.triangles.size)
    wires = np.bincount(np.concatenate((board.source, board.target)), minlength=1)
    least = float(board.width.min() + board.space.min()) if len(board.width) else 1.0
    room = int(board.room.max(initial=0.0) / least)
    return Search(
        stamp=np.zeros(states, dtype=np.int64),
        cost=np.zeros(states),
        parent=np.zeros(states, dtype=np.int64),
        gaps=np.zeros(states + 2, dtype=np.int64),
        entered=np.zeros(states + 2, dtype=np.int64),
        face=np.zeros(3 * (room + 2) + 3 * (int(wires.max(initial=0)) + 2), dtype=np.int64),
        counter=np.zeros(2, dtype=np.int64),
    )


@inner
def gap_place(board: Board, gap: Index) -> Spot:
    """Where a wire in a gap would cross its side, if the side's wires were spread evenly, µm."""
    side = board.home[gap]
    rank = 0 if gap == side else board.rank[gap] + 1
    f = (rank + 0.5) / (board.wires[side] + 1)
    gate = board.gates[side]
    return gate[0] + f * (gate[2] - gate[0]), gate[1] + f * (gate[3] - gate[1])


@inner
def is_at_end(board: Board, gap: Index, site: Index) -> Truth:
    """Whether nothing lies between a gap of a side and a site at one of the side's ends."""
    side = board.home[gap]
    if gap == side and board.ends[side, 0] == site:
        return True
    return board.after[gap] == side and board.ends[side, 1] == site


@inner
def side_cost(board: Board, net: Index, gap: Index, effort: Effort) -> Length:
    """Cost of crossing a side in a gap beyond the length, µm; inf: not possible."""
    side = board.home[gap]
    over = excess(board, net, gap)
    if over <= 0:
        return 0.0
    if effort.level == ANYWHERE:
        return effort.full * max(1.0, over / (board.width[net] + board.space[net]))
    if effort.level == STRICT or board.width[net] + 2 * board.space[net] > board.room[side] + SLACK:
        return np.inf
    spare: Length = 0.0
    least: Length = np.inf
    node = board.after[side]
    while node != side:
        other = board.net[node]
        if board.kept[other] == 0:
            spare += board.width[other] + board.space[other]
            least = min(least, 1.0 + effort.growth * board.ripped[other])
        node = board.after[node]
    if spare < over:
        return np.inf
    return effort.full * least * max(1.0, over / (board.width[net] + board.space[net]))


@inner
def cut_cost(board: Board, net: Index, side: Index, effort: Effort) -> Length:
    """Cost of crossing the other diagonal of a side's triangles, µm; inf: not possible."""
    if cross_excess(board, net, side) <= 0:
        return 0.0
    own = board.width[net] + 2 * board.space[net]
    if effort.level == STRICT or (effort.level == RIPPING and own > board.cross_room[side] + SLACK):
        return np.inf
    return effort.full


@inner
def chord_cost(board: Board, net: Index, t: Index, home: Index, onward: Index, effort: Effort) -> Length:
    """Cost of the diagonals that a chord between two lists of triangle t crosses, but for those of its own sides."""
    a, b = index_in(board, t, home), index_in(board, t, onward)
    cost = 0.0
    for k in range(3):
        if half(k, a) * half(k, b) == 2:
            cost += cut_cost(board, net, board.sides[t, k], effort)
    return cost


@inner
def chance(effort: Effort, node: Index, count: Index) -> Length:
    """A fixed pseudo-random number from 0.6 to 1.4 (a multiplicative hash): breaks ties, differs by attempt."""
    h = (node * 73856093 + (effort.seed + 1) * 19349663 + count * 83492791) & 0x7FFFFFFF
    h = ((h ^ (h >> 13)) * 1274126177) & 0x7FFFFFFF
    return 0.6 + 0.8 * ((h ^ (h >> 16)) & 0xFFFF) / 65536.0


@inner
def relax(
    board: Board,
    work: Search,
    heap: Heap,
    net: Index,
    gap: Index,
    onward: Index,
    came: Index,
    cost: Length,
    state_before: Index,
) -> None:
    """Offer a state (gap, triangle onward, half it came from) at a cost; pushes it when it is cheaper than known."""
    side = board.home[gap]
    ahead = 0 if board.beside[side, 0] == onward else 1
    state = (gap * 2 + ahead) * 3 + came
    if work.stamp[state] == work.counter[0] and cost >= work.cost[state] - 1e-9:
        return
    work.stamp[state], work.cost[state], work.parent[state] = work.counter[0], cost, state_before
    x, y = gap_place(board, gap)
    target = board.target[net]
    rest = math.hypot(x - board.xy[target, 0], y - board.xy[target, 1])
    heapq.heappush(heap, (cost + rest, np.int64(state)))


@inner
def came_from(board: Board, net: Index, t: Index, side: Index, home: Index) -> Index:
    """The half of triangle t that a wire comes from, where that matters: the side's diagonal can't take it."""
    return true_half(board, t, side, home) if cross_excess(board, net, side) > 0 else 0


@inner
def offer_gap(
    board: Board,
    work: Search,
    heap: Heap,
    net: Index,
    t: Index,
    home: Index,
    gap: Index,
    at: Spot,
    cost: Length,
    state_before: Index,
    effort: Effort,
) -> None:
    """Offer the way from a list of triangle t, at place `at`, through a gap of another side of t."""
    side = board.home[gap]
    onward = board.beside[side, 1] if board.beside[side, 0] == t else board.beside[side, 0]
    if onward < 0 or board.room[side] <= 0:
        return
    strict = effort.level == STRICT
    if strict and (is_at_end(board, gap, board.source[net]) or is_at_end(board, gap, board.target[net])):
        return
    more = side_cost(board, net, gap, effort) + chord_cost(board, net, t, home, side, effort)
    if more == np.inf:
        return
    x, y = gap_place(board, gap)
    length = math.hypot(x - at[0], y - at[1])
    came = came_from(board, net, t, side, home)
    relax(board, work, heap, net, gap, onward, came, cost + more + length, state_before)


@inner
def leave_source(board: Board, work: Search, heap: Heap, net: Index, best: Floats, effort: Effort) -> None:
    """Offer all first gaps; a way straight to a target in the same triangle goes to `best`."""
    source, target = board.source[net], board.target[net]
    at = (board.xy[source, 0], board.xy[source, 1])
    for f in range(board.fan_first[source], board.fan_first[source + 1]):
        t, k = board.fan[f] // 3, board.fan[f] % 3
        home = corner_list(board, t, k)
        gap = home
        while True:
            n = face_of(board, t, gap, work.face)
            for i in range(1, n):
                other = work.face[i]
                index = index_in(board, t, board.home[other])
                if index < 3 and (index == k or effort.level != STRICT):
                    offer_gap(board, work, heap, net, t, home, other, at, 0.0, -2 - gap, effort)
                elif index >= 3 and board.triangles[t, index - 3] == target:
                    cost = chord_cost(board, net, t, home, board.home[other], effort)
                    cost += math.hypot(at[0] - board.xy[target, 0], at[1] - board.xy[target, 1])
                    if cost < best[0]:
                        best[0], best[1], best[2] = cost, -2 - gap, other
            gap = board.after[gap]
            if gap == home:
                break


@inner
def go_on(board: Board, work: Search, heap: Heap, net: Index, state: Index, best: Floats, effort: Effort) -> None:
    """Offer all gaps that can be reached through the triangle ahead of a state; the target goes to `best`."""
    came, gap, target = state % 3, state // 6, board.target[net]
    side = board.home[gap]
    t = board.beside[side, (state // 3) % 2]
    cost = work.cost[state]
    at = gap_place(board, gap)
    own = index_in(board, t, side)
    n = face_of(board, t, gap, work.face)
    work.counter[1] += n
    for i in range(1, n):
        other = work.face[i]
        home = board.home[other]
        index = index_in(board, t, home)
        if index == own:
            continue
        is_target = index >= 3 and board.triangles[t, index - 3] == target
        if index >= 3 and not (is_target and (index - 3 == own or effort.level != STRICT)):
            continue
        more = 0.0
        if came > 0 and came * true_half(board, t, side, home) == 2:
            more = cut_cost(board, net, side, effort)
        if more == np.inf:
            continue
        if not is_target:
            offer_gap(board, work, heap, net, t, side, other, at, cost + more, state, effort)
            continue
        more += chord_cost(board, net, t, side, home, effort)
        more += cost + math.hypot(at[0] - board.xy[target, 0], at[1] - board.xy[target, 1])
        if more < best[0]:
            best[0], best[1], best[2] = more, state, other


@inner
def step_over(board: Board, work: Search, heap: Heap, net: Index, state: Index, effort: Effort) -> None:
    """Offer the gaps beside this one on the same side: over a wire that would have to go."""
    came, gap = state % 3, state // 6
    side = board.home[gap]
    onward = board.beside[side, (state // 3) % 2]
    x, y = gap_place(board, gap)
    for up in range(2):
        node = board.after[gap] if up == 1 else gap
        if node == side:
            continue
        other = board.net[node]
        if board.kept[other] != 0:
            continue
        beyond = node if up == 1 else board.before[gap]
        x2, y2 = gap_place(board, beyond)
        more = effort.step * (1 + effort.growth * board.ripped[other]) * chance(effort, node, work.counter[0])
        length = math.hypot(x2 - x, y2 - y)
        relax(board, work, heap, net, beyond, onward, came, work.cost[state] + more + length, state)


@compiled
def search(board: Board, work: Search, net: Index, effort: Effort) -> Index:
    """Search a connection's cheapest way; its gaps, source to target, go to `work.gaps`: how many, 0 for none.

    In a permissive way one side may stand several times in a row: wires between these gaps have to go.
    """
    work.counter[0] += 1
    heap = [(0.0, np.int64(0))]
    heap.pop()
    best = np.array([np.inf, 0.0, 0.0])
    leave_source(board, work, heap, net, best, effort)
    target = board.target[net]
    while len(heap) > 0:
        key, state = heapq.heappop(heap)
        if key >= best[0]:
            break
        x, y = gap_place(board, state // 6)
        if work.cost[state] + math.hypot(x - board.xy[target, 0], y - board.xy[target, 1]) < key - 1e-9:
            continue
        go_on(board, work, heap, net, state, best, effort)
        if effort.level != STRICT:
            step_over(board, work, heap, net, state, effort)
    if best[0] == np.inf:
        return 0
    return unwind(board, work, np.int64(best[1]), np.int64(best[2]))


@inner
def corner_triangle(board: Board, gap: Index) -> Index:
    """The triangle of a corner's gap."""
    return (board.home[gap] - (len(board.home) - board.triangles.size)) // 3


@inner
def unwind(board: Board, work: Search, state: Index, last: Index) -> Index:
    """Write the way that ends with `state` and the gap `last` into `work`, source first; how many gaps."""
    n = 1
    work.gaps[0], work.entered[0] = last, corner_triangle(board, last)
    while state >= 0:
        gap = state // 6
        side = board.home[gap]
        work.gaps[n], work.entered[n] = gap, board.beside[side, 1 - (state // 3) % 2]
        n += 1
        state = work.parent[state]
    work.gaps[n], work.entered[n] = -2 - state, corner_triangle(board, -2 - state)
    n += 1
    for i in range(n // 2):
        j = n - 1 - i
        work.gaps[i], work.gaps[j] = work.gaps[j], work.gaps[i]
        work.entered[i], work.entered[j] = work.entered[j], work.entered[i]
    return n
