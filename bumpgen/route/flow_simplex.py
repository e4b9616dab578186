"""Minimum-cost flow by the network simplex method.

Primal network simplex with a strongly feasible tree and block search (R. K. Ahuja, T. L. Magnanti, J. B. Orlin, Network
Flows, 1993, chapter 11; P. Kovács, Minimum-cost flow algorithms: an experimental evaluation, Optim. Methods Softw. 30,
2015). Each node has one more arc, to or from a root, at a cost above that of any way: what can't be served goes there.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from bumpgen.route.compiled import compiled
from bumpgen.route.sites import Ints

__all__ = ["FREE", "Tree", "planted", "solve"]

FREE = 1 << 40
"""The capacity of what has none."""

IN_TREE, LOWER, UPPER = 0, 1, -1


class Tree(NamedTuple):
    """Arcs with their flows, and the spanning tree of basic arcs over nodes, the last of which is the root.

    `state` is IN_TREE, LOWER (no flow) or UPPER (full). `price` is each node's dual value: cost + price[tail] -
    price[head] is 0 on tree arcs. `over` is the tree arc to a node's parent; `child`, `after`, `before` list children.
    """

    tail: Ints
    head: Ints
    capacity: Ints
    cost: Ints
    flow: Ints
    state: Ints
    parent: Ints
    over: Ints
    depth: Ints
    price: Ints
    child: Ints
    after: Ints
    before: Ints


def planted(tail: Ints, head: Ints, capacity: Ints, cost: Ints, supply: Ints) -> Tree:
    """The first tree: every node hangs on the root by an arc of its own that carries its supply."""
    count, arcs = len(supply), len(tail)
    node = np.arange(count)
    dear = (int(cost.max(initial=0)) + 1) * (count + 1)
    gives = supply >= 0
    every_tail = np.concatenate((tail, np.where(gives, node, count)))
    every_head = np.concatenate((head, np.where(gives, count, node)))
    over = node + arcs
    state = np.full(arcs + count, LOWER)
    state[over] = IN_TREE
    tree = Tree(
        every_tail.astype(np.int64),
        every_head.astype(np.int64),
        np.concatenate((capacity, np.full(count, FREE))).astype(np.int64),
        np.concatenate((cost, np.full(count, dear))).astype(np.int64),
        np.concatenate((np.zeros(arcs), np.abs(supply))).astype(np.int64),
        state.astype(np.int64),
        np.full(count + 1, -1),
        np.append(over, -1),
        *(np.zeros(count + 1, dtype=np.int64) for _ in range(2)),
        *(np.full(count + 1, -1) for _ in range(3)),
    )
    _hang(tree, node)
    return tree


@compiled
def _hang(tree: Any, order: Ints) -> None:
    """Parents, children, depths and prices from each node's tree arc; `order` has parents before children."""
    for node in order:
        arc = tree.over[node]
        up = tree.tail[arc] == node
        parent = tree.head[arc] if up else tree.tail[arc]
        tree.parent[node] = parent
        tree.depth[node] = tree.depth[parent] + 1
        tree.price[node] = tree.price[parent] + (-tree.cost[arc] if up else tree.cost[arc])
        head = tree.child[parent]
        tree.child[parent], tree.after[node] = node, head
        if head >= 0:
            tree.before[head] = node


def solve(tree: Tree) -> int:
    """Bring the tree's flows to least cost, in place; returns the number of pivots."""
    return int(_solve(tree, max(16, math.isqrt(len(tree.tail)))))


@compiled
def _solve(tree: Any, block: int) -> int:
    pivots, at = 0, 0
    while True:
        arc, at = _entering(tree, block, at)
        if arc < 0:
            return pivots
        _pivot(tree, arc)
        pivots += 1


@compiled
def _entering(tree: Any, block: int, at: int) -> tuple[int, int]:
    """The arc that saves most of the first block that has one, from `at` on; -1: none, the flow is optimal."""
    tail, head, cost, state, price = tree.tail, tree.head, tree.cost, tree.state, tree.price
    count = len(tail)
    best, found, left = 0, -1, block
    for _ in range(count):
        saved = state[at] * (cost[at] + price[tail[at]] - price[head[at]])
        if saved < best:
            best, found = saved, at
        at = at + 1 if at + 1 < count else 0
        left -= 1
        if left == 0:
            if found >= 0:
                return found, at
            left = block
    return found, at


@compiled
def _pivot(tree: Any, arc: int) -> None:
    """Send what fits round the cycle that `arc` closes; the arc that stops it leaves the tree."""
    lower = tree.state[arc] == LOWER
    first = tree.tail[arc] if lower else tree.head[arc]
    second = tree.head[arc] if lower else tree.tail[arc]
    join = _join(tree, first, second)
    room, out, is_first = _leaving(tree, arc, first, second, join)
    if room > 0:
        tree.flow[arc] += tree.state[arc] * room
        _send(tree, first, join, -room)
        _send(tree, second, join, room)
    if out < 0:
        tree.state[arc] = -tree.state[arc]
        return
    tree.state[arc] = IN_TREE
    tree.state[tree.over[out]] = LOWER if tree.flow[tree.over[out]] == 0 else UPPER
    if is_first:
        _rehang(tree, first, second, arc, out)
        _reprice(tree, first)
    else:
        _rehang(tree, second, first, arc, out)
        _reprice(tree, second)


@compiled
def _join(tree: Any, u: int, v: int) -> int:
    """The lowest common ancestor."""
    parent, depth = tree.parent, tree.depth
    while u != v:
        if depth[u] >= depth[v]:
            u = parent[u]
        else:
            v = parent[v]
    return u


@compiled
def _leaving(tree: Any, arc: int, first: int, second: int, join: int) -> tuple[int, int, bool]:
    """How much fits round the cycle, the node below the last arc that stops it (keeps the tree strongly feasible)."""
    room, out, is_first = tree.capacity[arc], -1, False
    node = first
    while node != join:
        over = tree.over[node]
        rest = tree.flow[over] if tree.tail[over] == node else tree.capacity[over] - tree.flow[over]
        if rest < room:
            room, out, is_first = rest, node, True
        node = tree.parent[node]
    node = second
    while node != join:
        over = tree.over[node]
        rest = tree.capacity[over] - tree.flow[over] if tree.tail[over] == node else tree.flow[over]
        if rest <= room:
            room, out, is_first = rest, node, False
        node = tree.parent[node]
    return room, out, is_first


@compiled
def _send(tree: Any, node: int, join: int, units: int) -> None:
    """Add flow up the tree from a node to an ancestor."""
    while node != join:
        over = tree.over[node]
        tree.flow[over] += units if tree.tail[over] == node else -units
        node = tree.parent[node]


@compiled
def _rehang(tree: Any, node: int, onto: int, arc: int, out: int) -> None:
    """Cut the subtree of `out` off and hang it by `node` onto `onto`: the parents between are turned round."""
    while True:
        parent, over = tree.parent[node], tree.over[node]
        before, after = tree.before[node], tree.after[node]
        if before >= 0:
            tree.after[before] = after
        else:
            tree.child[parent] = after
        if after >= 0:
            tree.before[after] = before
        head = tree.child[onto]
        tree.child[onto], tree.after[node], tree.before[node] = node, head, -1
        if head >= 0:
            tree.before[head] = node
        tree.parent[node], tree.over[node] = onto, arc
        if node == out:
            return
        node, onto, arc = parent, node, over


@compiled
def _reprice(tree: Any, top: int) -> None:
    """Prices and depths of a subtree that hangs anew."""
    arc, parent = tree.over[top], tree.parent[top]
    if tree.tail[arc] == top:
        shift = tree.price[parent] - tree.cost[arc] - tree.price[top]
    else:
        shift = tree.price[parent] + tree.cost[arc] - tree.price[top]
    node = top
    while True:
        tree.price[node] += shift
        tree.depth[node] = tree.depth[tree.parent[node]] + 1
        if tree.child[node] >= 0:
            node = tree.child[node]
            continue
        while node != top and tree.after[node] < 0:
            node = tree.parent[node]
        if node == top:
            return
        node = tree.after[node]
