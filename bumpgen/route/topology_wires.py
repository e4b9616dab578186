"""Wires laid on a board and taken off it: links of lists, lengths taken of sides and diagonals. Compiled with numba."""

from __future__ import annotations

import numpy as np

from bumpgen.route.compiled import compiled
from bumpgen.route.sites import Ints
from bumpgen.route.topology_board import (
    SLACK,
    Board,
    Index,
    Length,
    Truth,
    index_in,
    inner,
)

__all__ = ["added", "count_cuts", "cross_excess", "excess", "half", "link", "place", "recycle", "remove", "restore"]
__all__ += ["triangle_beyond", "true_half", "withdraw"]


@inner
def recount(board: Board, home: Index) -> None:
    """Rank the crossings of a side and sum up the length they take."""
    n = 0
    taken: Length = 0.0
    space: Length = 0.0
    node = board.after[home]
    while node != home:
        net = board.net[node]
        board.rank[node] = n
        taken += board.width[net] + max(space, board.space[net])
        space = board.space[net]
        n += 1
        node = board.after[node]
    board.used[home] = taken + space
    board.wires[home] = n


@compiled
def link(board: Board, node: Index, gap: Index) -> None:
    """Put a node into the gap after another one."""
    follower = board.after[gap]
    board.after[gap], board.before[node] = node, gap
    board.after[node], board.before[follower] = follower, node
    home = board.home[node]
    if home < len(board.used):
        recount(board, home)


@inner
def unlink(board: Board, node: Index) -> None:
    """Take a node out of its list; it still knows its neighbours, so that `link` can undo it (last out, first in)."""
    gap, follower = board.before[node], board.after[node]
    board.after[gap], board.before[follower] = follower, gap
    home = board.home[node]
    if home < len(board.used):
        recount(board, home)


@inner
def space_at(board: Board, node: Index) -> Length:
    """Space that the wire of a node asks for; a list head asks for none of its own."""
    return board.space[board.net[node]] if board.net[node] >= 0 else 0.0


@compiled
def added(board: Board, net: Index, gap: Index) -> Length:
    """Length by which a wire in a gap would add to what its side's wires take."""
    low, high, own = space_at(board, gap), space_at(board, board.after[gap]), board.space[net]
    return board.width[net] + max(low, own) + max(own, high) - max(low, high)


@inner
def excess(board: Board, net: Index, gap: Index) -> Length:
    """Length by which a wire in a gap would overfill its side; 0 or less: it fits."""
    side = board.home[gap]
    return board.used[side] + added(board, net, gap) - board.room[side] - SLACK


@compiled
def cross_excess(board: Board, net: Index, side: Index) -> Length:
    """Length by which one more wire would overfill the other diagonal of a side's two triangles."""
    own = board.width[net] + 2 * board.space[net]
    return board.cross_used[side] + own - board.cross_room[side] - SLACK


@compiled
def half(k: Index, index: Index) -> Index:
    """Which half of the pair of triangles at side k a place of the ring lies in, parted by the other diagonal.

    1: towards the side's start in this ring, 2: towards its end, 0: on the diagonal, 3: the side itself.
    """
    if index < 3:
        if index == k:
            return 3
        return 1 if index == (k + 2) % 3 else 2
    if index - 3 == k:
        return 0
    return 1 if index - 3 == (k + 1) % 3 else 2


@compiled
def true_half(board: Board, t: Index, side: Index, home: Index) -> Index:
    """`half` of a list in triangle t about one of its sides: 1 towards the side's first end, 2 its second."""
    found = half(index_in(board, t, side), index_in(board, t, home))
    return found if board.left[side] == t or found == 0 else 3 - found


@inner
def triangle_beyond(board: Board, node: Index) -> Index:
    """The triangle a wire goes on in after a node."""
    home = board.home[node]
    if home >= len(board.used):
        return (home - (len(board.home) - board.triangles.size)) // 3
    return board.beside[home, 1] if board.beside[home, 0] == board.entered[node] else board.beside[home, 0]


@compiled
def count_cuts(board: Board, net: Index, sign: Length) -> None:
    """Add (sign 1) or take off (-1) what a connection's wire takes of the diagonals it crosses."""
    amount = sign * (board.width[net] + board.space[net])
    node = board.head[net]
    while True:
        onward = board.ahead[node]
        if onward < 0:
            return
        t = triangle_beyond(board, node)
        a, b = index_in(board, t, board.home[node]), index_in(board, t, board.home[onward])
        for k in range(3):
            if half(k, a) * half(k, b) == 2:
                board.cross_used[board.sides[t, k]] += amount
        further = board.ahead[onward]
        if further >= 0:
            side = board.home[onward]
            first = true_half(board, t, side, board.home[node])
            second = true_half(board, triangle_beyond(board, onward), side, board.home[further])
            if first * second == 2:
                board.cross_used[side] += amount
        node = onward


@inner
def withdraw(board: Board, net: Index) -> None:
    """Take a connection's wire off the board; its chain of nodes stays whole for `restore`."""
    count_cuts(board, net, -1.0)
    node = board.head[net]
    while node >= 0:
        unlink(board, node)
        node = board.ahead[node]
    board.head[net] = -1


@inner
def restore(board: Board, net: Index, head: Index) -> None:
    """Undo `withdraw`, before anything else that was changed since and not undone."""
    board.head[net] = head
    node = head
    while board.ahead[node] >= 0:
        node = board.ahead[node]
    while node >= 0:
        link(board, node, board.before[node])
        node = board.back[node]
    count_cuts(board, net, 1.0)


@inner
def recycle(board: Board, head: Index) -> None:
    """Give a withdrawn chain's nodes back to the pool."""
    node = head
    while node >= 0:
        onward = board.ahead[node]
        height = board.free[-1]
        board.free[height] = node
        board.free[-1] = height + 1
        board.net[node] = -1
        node = onward


@compiled
def remove(board: Board, net: Index) -> None:
    """Take a connection's wire off the board for good."""
    head = board.head[net]
    if head >= 0:
        withdraw(board, net)
        recycle(board, head)


@inner
def place(board: Board, net: Index, gaps: Ints, entered: Ints, n: Index) -> Truth:
    """Lay a wire through n gaps (ends included); False, with nothing laid, when a side would be overfull.

    `entered[i]` is the triangle before crossing i, for ends the end's own.
    """
    if board.free[-1] < n:
        return False
    last = np.int64(-1)
    fits = True
    for i in range(n):
        gap = gaps[i]
        if 0 < i < n - 1 and excess(board, net, gap) > 0:
            fits = False
            break
        height = board.free[-1] - 1
        board.free[-1] = height
        node = board.free[height]
        board.net[node], board.home[node], board.entered[node] = net, board.home[gap], entered[i]
        board.back[node], board.ahead[node] = last, -1
        link(board, node, gap)
        if last >= 0:
            board.ahead[last] = node
        else:
            board.head[net] = node
        last = node
    if fits:
        count_cuts(board, net, 1.0)
        return True
    abandon(board, net, last)
    return False


@inner
def abandon(board: Board, net: Index, last: Index) -> None:
    """Take off a wire that was laid in part and whose cuts were not counted."""
    head = board.head[net]
    node = last
    while node >= 0:
        unlink(board, node)
        node = board.back[node]
    if last >= 0:
        recycle(board, head)
    board.head[net] = -1
