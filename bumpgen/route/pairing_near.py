"""Thousands of pads and bumps paired at the least total distance, without weighing all pairs at once.

A transport problem by network simplex over the pairs of near terminals only, in which pairs are added whose reduced
cost under the dual prices is negative, until no pair of all has one: then no pairing is shorter (column generation;
R. K. Ahuja, T. L. Magnanti, J. B. Orlin, Network Flows, 1993, chapters 11 and 17).
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np

from bumpgen.route.compiled import compiled
from bumpgen.route.flow_simplex import LOWER, Tree, planted, solve
from bumpgen.route.sites import Floats, Ints

__all__ = ["FINEST", "paired_near"]

FINEST = 1e-5
"""Distances are told apart down to this, µm: the solver wants integers."""

NEAREST = 16
"""Near terminals that are weighed for each at first."""

ADDED = 8
"""So many pairs of negative reduced cost are added for each of the fewer at a time, the most negative ones."""

Pairs: TypeAlias = tuple[Ints, Ints]


def paired_near(few: Floats, many: Floats, octilinear: bool) -> Pairs:
    """Each place of `few` (n, 2) with one of `many` (m >= n, 2), µm, at the least total distance: indices of both.

    The total is the least there is but for the rounding of each distance to FINEST.
    """
    tail, head = _first_pairs(few, many)
    tree = _planted(few, many, tail, head, octilinear)
    solve(tree)
    while True:
        count = len(few)
        tail, head = _cheaper(few, many, octilinear, tree.price[:count], tree.price[count : count + len(many)])
        if not len(tail):
            used = np.flatnonzero((tree.flow > 0) & (tree.tail < count) & (tree.head < count + len(many)))
            used = used[np.argsort(tree.tail[used])]
            return tree.tail[used], tree.head[used] - count
        tree = _grown(tree, tail, head + count, _costs(few[tail], many[head], octilinear))
        solve(tree)


def _first_pairs(few: Floats, many: Floats) -> Pairs:
    """Pairs of near places, and one partner for each in the order of places, so that there is a pairing."""
    from scipy.spatial import cKDTree

    near = min(NEAREST, len(many))
    onward = cKDTree(many).query(few, near)[1].reshape(len(few), near)
    order, others = np.lexsort(few.T), np.lexsort(many.T)
    tail = np.concatenate((np.repeat(np.arange(len(few)), near), order))
    head = np.concatenate((onward.ravel(), others[: len(few)]))
    both = np.unique(tail * len(many) + head)
    return both // len(many), both % len(many)


def _planted(few: Floats, many: Floats, tail: Ints, head: Ints, octilinear: bool) -> Tree:
    """The first tree: `few` give one unit each, `many` take it or, where they are more, pass it to a sink."""
    count, others = len(few), len(many)
    cost = _costs(few[tail], many[head], octilinear)
    ones = np.ones(len(tail), dtype=np.int64)
    if count == others:
        supply = np.repeat(np.array([1, -1], dtype=np.int64), [count, others])
        return planted(tail, head + count, ones, cost, supply)
    last = np.arange(others) + count
    supply = np.concatenate((np.ones(count), np.zeros(others), [-count])).astype(np.int64)
    return planted(
        np.concatenate((tail, last)),
        np.concatenate((head + count, np.full(others, count + others))),
        np.ones(len(tail) + others, dtype=np.int64),
        np.concatenate((cost, np.zeros(others, dtype=np.int64))),
        supply,
    )


def _grown(tree: Tree, tail: Ints, head: Ints, cost: Ints) -> Tree:
    """The same tree with more arcs, which carry nothing yet."""
    ones = np.ones(len(tail), dtype=np.int64)
    return tree._replace(
        tail=np.concatenate((tree.tail, tail)),
        head=np.concatenate((tree.head, head)),
        capacity=np.concatenate((tree.capacity, ones)),
        cost=np.concatenate((tree.cost, cost)),
        flow=np.concatenate((tree.flow, 0 * ones)),
        state=np.concatenate((tree.state, LOWER * ones)),
    )


def _costs(one: Floats, other: Floats, octilinear: bool) -> Ints:
    return _whole_costs(np.ascontiguousarray(one), np.ascontiguousarray(other), octilinear)


@compiled
def _whole_costs(one: Floats, other: Floats, octilinear: bool) -> Ints:
    out = np.empty(len(one), dtype=np.int64)
    for i in range(len(one)):
        out[i] = _cost(one[i, 0] - other[i, 0], one[i, 1] - other[i, 1], octilinear)
    return out


@compiled
def _cost(dx: float, dy: float, octilinear: bool) -> int:
    """A distance in whole units of FINEST."""
    if octilinear:
        dx, dy = abs(dx), abs(dy)
        return math.floor((max(dx, dy) + (math.sqrt(2.0) - 1.0) * min(dx, dy)) / FINEST + 0.5)
    return math.floor(math.sqrt(dx * dx + dy * dy) / FINEST + 0.5)


def _cheaper(few: Floats, many: Floats, octilinear: bool, give: Ints, take: Ints) -> Pairs:
    """Pairs of negative reduced cost (cost + price of the one - price of the other): at most ADDED for each of `few`.

    `many` are sorted by price, highest first: a row ends where even the dearest left over would have to be nearer
    than 0.
    """
    order = np.argsort(-take, kind="stable")
    best = _scan(few, np.ascontiguousarray(many[order]), octilinear, give, np.ascontiguousarray(take[order]), ADDED)
    tail, slot = np.nonzero(best >= 0)
    return tail, order[best[tail, slot]]


@compiled
def _scan(few: Floats, many: Floats, octilinear: bool, give: Ints, take: Ints, most: int) -> Ints:
    best = np.full((len(few), most), -1)
    value = np.empty(most, dtype=np.int64)
    for i in range(len(few)):
        count = 0
        for j in range(len(many)):
            room = take[j] - give[i]
            if room <= 0:
                break
            worst = value[count - 1] if count == most else 0
            dx, dy, reach = few[i, 0] - many[j, 0], few[i, 1] - many[j, 1], (room + worst + 1) * FINEST
            if dx * dx + dy * dy > reach * reach:
                continue
            saved = _cost(dx, dy, octilinear) - room
            if saved < worst:
                count = _put(best[i], value, count, j, saved)
    return best


@compiled
def _put(row: Ints, value: Ints, count: int, index: int, saved: int) -> int:
    """Insert an index into a row sorted by what it saves; what falls out at the end is forgotten."""
    count = min(count + 1, len(row))
    at = count - 1
    while at > 0 and value[at - 1] > saved:
        row[at], value[at] = row[at - 1], value[at - 1]
        at -= 1
    row[at], value[at] = index, saved
    return count
