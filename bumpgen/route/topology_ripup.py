"""Rip-up and reroute on a board, then refinement by removing and rerouting wire after wire. Compiled with numba.

A connection takes the cheapest permissive way; the wires it steps over, and as many on each overfull gate as
needed, are ripped up and queue again. Being ripped makes a wire dearer to rip, so that it settles at last.
"""

from __future__ import annotations

import numpy as np

from bumpgen.route.compiled import compiled
from bumpgen.route.sites import Ints
from bumpgen.route.topology_board import (
    Board,
    Index,
    Truth,
    corner_list,
    index_in,
    inner,
    is_backward,
)
from bumpgen.route.topology_search import STRICT, Effort, Search, chance, is_at_end, search
from bumpgen.route.topology_wires import (
    count_cuts,
    cross_excess,
    excess,
    place,
    recycle,
    remove,
    restore,
    triangle_beyond,
    withdraw,
)

__all__ = ["refine", "reroute"]


@inner
def ring_position(board: Board, t: Index, node: Index) -> Index:
    """A number that grows along the ring of triangle t; one list's ends of the same wire don't occur twice."""
    home = board.home[node]
    index = index_in(board, t, home)
    if index >= 3:
        return (2 * (index - 3)) << 32
    rank = board.wires[home] - 1 - board.rank[node] if is_backward(board, t, home) else board.rank[node]
    return ((2 * ((index + 1) % 3) + 1) << 32) + rank


@inner
def crosses_itself(board: Board, net: Index) -> Truth:
    """Whether two chords of a wire cross in some triangle."""
    n, node = 0, board.head[net]
    while board.ahead[node] >= 0:
        n += 1
        node = board.ahead[node]
    where, low, high = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    node = board.head[net]
    for i in range(n):
        onward = board.ahead[node]
        where[i] = triangle_beyond(board, node)
        p, q = ring_position(board, where[i], node), ring_position(board, where[i], onward)
        low[i], high[i] = min(p, q), max(p, q)
        for j in range(i):
            if where[j] == where[i]:
                first = low[i] < low[j] and low[j] < high[i]
                second = low[i] < high[j] and high[j] < high[i]
                if first != second:
                    return True
        node = onward
    return False


@inner
def lay(board: Board, net: Index, gaps: Ints, entered: Ints, n: Index) -> Truth:
    """Place a wire; False, with nothing laid, where it would overfill a side or cross itself."""
    if not place(board, net, gaps, entered, n):
        return False
    if crosses_itself(board, net):
        remove(board, net)
        return False
    return True


@inner
def lay_strictly(board: Board, work: Search, net: Index) -> Truth:
    """Search a way that disturbs no other wire, and lay it; False: there is none."""
    n = search(board, work, net, Effort(STRICT, 0.0, 0.0, 0.0, 0))
    return n > 0 and lay(board, net, work.gaps, work.entered, n)


@inner
def rip(board: Board, net: Index, gaps: Ints, n: Index, victims: list[Index]) -> None:
    """Rip up a wire; gaps named by one of its nodes become the gap they merge into."""
    for i in range(n):
        while board.net[gaps[i]] == net:
            gaps[i] = board.before[gaps[i]]
    remove(board, net)
    board.ripped[net] += 1
    victims.append(np.int64(net))


@inner
def rip_stepped_over(board: Board, gaps: Ints, entered: Ints, n: Index, victims: list[Index]) -> Index:
    """Rip the wires between gaps of one side that follow one another; how many gaps are left, one per crossing."""
    i = 1
    while i < n - 2:
        here, onward = gaps[i], gaps[i + 1]
        side = board.home[here]
        if board.home[onward] != side or entered[i + 1] != entered[i]:
            i += 1
            continue
        if here != onward:
            rip(board, board.net[onward if onward != side and board.after[here] == onward else here], gaps, n, victims)
        for j in range(i, n - 1):
            gaps[j], entered[j] = gaps[j + 1], entered[j + 1]
        n -= 1
    return n


@inner
def make_room(board: Board, net: Index, gaps: Ints, n: Index, victims: list[Index], effort: Effort) -> Truth:
    """Rip wires, the least ripped and nearest first, until each side on the way has room; False: it can't."""
    for i in range(1, n - 1):
        side = board.home[gaps[i]]
        while excess(board, net, gaps[i]) > 0:
            here = -1 if gaps[i] == side else board.rank[gaps[i]]
            least, chosen = np.inf, -1
            node = board.after[side]
            while node != side:
                other = board.net[node]
                score = board.ripped[other] + 0.2 * abs(board.rank[node] - 0.5 - here) + 0.6 * chance(effort, node, i)
                if board.kept[other] == 0 and score < least:
                    least, chosen = score, other
                node = board.after[node]
            if chosen < 0:
                return False
            rip(board, chosen, gaps, n, victims)
    return True


@inner
def beside_corner(board: Board, t: Index, site: Index, side: Index) -> Index:
    """The gap at a site's corner of triangle t that is next to one of the corner's sides."""
    k = 0
    while board.triangles[t, k] != site:
        k += 1
    home = corner_list(board, t, k)
    return home if board.sides[t, (k + 1) % 3] == side else board.before[home]


@inner
def trim(board: Board, net: Index, gaps: Ints, entered: Ints, n: Index) -> Index:
    """Take off crossings right beside the wire's own ends, which it can do without; how many gaps are left."""
    while n > 2 and is_at_end(board, gaps[1], board.source[net]):
        side = board.home[gaps[1]]
        t = board.beside[side, 1] if board.beside[side, 0] == entered[1] else board.beside[side, 0]
        for j in range(n - 1):
            gaps[j], entered[j] = gaps[j + 1], entered[j + 1]
        n -= 1
        gaps[0], entered[0] = beside_corner(board, t, board.source[net], side), t
    while n > 2 and is_at_end(board, gaps[n - 2], board.target[net]):
        side, t = board.home[gaps[n - 2]], entered[n - 2]
        n -= 1
        gaps[n - 1], entered[n - 1] = beside_corner(board, t, board.target[net], side), t
    return n


@inner
def leaves_badly(board: Board, net: Index, gaps: Ints, n: Index) -> Truth:
    """Whether a way crosses a side right beside one of its own ends."""
    for i in range(1, n - 1):
        if is_at_end(board, gaps[i], board.source[net]) or is_at_end(board, gaps[i], board.target[net]):
            return True
    return False


@inner
def lightens(board: Board, net: Index, side: Index) -> Truth:
    """Whether a wire crosses the other diagonal of a side."""
    before = board.cross_used[side]
    count_cuts(board, net, -1.0)
    lower = board.cross_used[side] < before - 1e-9
    count_cuts(board, net, 1.0)
    return lower


@inner
def cheapest_across(board: Board, net: Index, side: Index, effort: Effort) -> Index:
    """The least ripped wire, but `net`, across the other diagonal of a side; -1: none may go."""
    least, chosen = np.inf, np.int64(-1)
    for s in range(2):
        t = board.beside[side, s]
        if t < 0:
            continue
        for index in range(6):
            home = board.sides[t, index] if index < 3 else corner_list(board, t, index - 3)
            node = board.after[home]
            while node != home:
                other = board.net[node]
                score = board.ripped[other] + chance(effort, node, s)
                if other != net and board.kept[other] == 0 and score < least and lightens(board, other, side):
                    least, chosen = score, other
                node = board.after[node]
    return chosen


@inner
def relieve_cuts(board: Board, net: Index, victims: list[Index], effort: Effort) -> Truth:
    """Rip others until every diagonal that a new wire may cross holds; False: the wire itself has to go."""
    none = np.empty(0, np.int64)
    node = board.head[net]
    while board.ahead[node] >= 0:
        t = triangle_beyond(board, node)
        for k in range(3):
            side = board.sides[t, k]
            own = board.width[net] + board.space[net]
            while cross_excess(board, net, side) > own and lightens(board, net, side):
                chosen = cheapest_across(board, net, side, effort)
                if chosen < 0:
                    return False
                rip(board, chosen, none, len(none), victims)
        node = board.ahead[node]
    return True


@inner
def force(board: Board, work: Search, net: Index, effort: Effort, victims: list[Index]) -> Truth:
    """Lay a wire whatever it takes; the wires ripped up for it go to `victims`. False: it could not be laid."""
    n = search(board, work, net, effort)
    if n == 0:
        return False
    gaps, entered = work.gaps[:n].copy(), work.entered[:n].copy()
    n = rip_stepped_over(board, gaps, entered, n, victims)
    has_room = make_room(board, net, gaps, n, victims, effort)
    if len(victims) > 0 or leaves_badly(board, net, gaps, n):
        if lay_strictly(board, work, net):
            return True
        n = trim(board, net, gaps, entered, n)
        if leaves_badly(board, net, gaps, n):
            return False
    if not has_room or not lay(board, net, gaps, entered, n):
        return False
    if relieve_cuts(board, net, victims, effort):
        return True
    remove(board, net)
    return False


@compiled
def reroute(board: Board, work: Search, order: Ints, effort: Effort, most_rips: Index, budget: Index) -> None:
    """Route connections in order, ripping others; each queues at most `most_rips` times; it looks at `budget` gaps."""
    queue = [np.int64(net) for net in order]
    at = 0
    limit = work.counter[1] + budget
    while at < len(queue) and work.counter[1] < limit:
        net = queue[at]
        at += 1
        if board.head[net] >= 0:
            continue
        victims = [np.int64(0)]
        victims.pop()
        if not force(board, work, net, effort, victims):
            board.ripped[net] += 1
            if len(victims) > 0 and board.ripped[net] <= most_rips:
                queue.append(net)
        queue.extend([victim for victim in victims if board.ripped[victim] <= most_rips])


@compiled
def refine(board: Board, work: Search, order: Ints) -> Index:
    """Lay each wire, or lay it anew where it is cheaper, disturbing no other; how many are left without a way."""
    left = 0
    for net in order:
        head = board.head[net]
        if head >= 0:
            if board.kept[net] != 0:
                continue
            withdraw(board, net)
        if lay_strictly(board, work, net):
            if head >= 0:
                recycle(board, head)
        elif head >= 0:
            restore(board, net, head)
        else:
            left += 1
    return left
