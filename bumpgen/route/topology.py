"""Topological routing of fixed pairs: every connection's way through the gates of a mesh, planar, within capacity.

After the rubber-band sketch (Dai, Dayan and Staepelaere, DAC 1991): wires are put one by one over the board by A* over
the gaps between wires; wires in the way are ripped up and queue again; at last every wire is rerouted with the
others in place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bumpgen.route.mesh import Mesh
from bumpgen.route.sites import Floats, Ints
from bumpgen.route.sketch import Sketch, Way
from bumpgen.route.topology_blocking import Blockage, blocking
from bumpgen.route.topology_board import Board, board_of
from bumpgen.route.topology_load import drop_overfull, load
from bumpgen.route.topology_ripup import refine, reroute
from bumpgen.route.topology_search import RIPPING, Effort, Search, search_of

__all__ = ["Blockage", "blocking", "route_ways"]

GAPS_PER_SECOND = 500_000
"""Gaps looked at per second of the budget: work is counted, not timed, so that equal input gives equal output."""

REFINEMENTS = 2
"""How often every wire is rerouted in the end."""


@dataclass(frozen=True, slots=True)
class Strategy:
    """One attempt: the order of connections, µm that a wire in the way costs, its growth per rip, rips each, a seed."""

    order: str
    cost: float
    growth: float
    most_rips: int
    seed: int


STRATEGIES = (
    Strategy("short", 300.0, 0.3, 12, 1),
    Strategy("long", 300.0, 0.3, 40, 2),
    Strategy("short", 100.0, 0.5, 60, 3),
    Strategy("short", 600.0, 0.2, 60, 4),
    Strategy("long", 200.0, 1.0, 60, 5),
)


def route_ways(
    mesh: Mesh,
    connections: Sequence[tuple[int, int]],
    widths: ArrayLike,
    spaces: ArrayLike,
    fixed: Sketch | None = None,
    *,
    penalties: Floats | None = None,
    rip: bool = False,
    seconds: float = 2.0,
    step: Callable[[str, int], None] | None = None,
) -> Sketch:
    """Route connections (pairs of sites) over a mesh; widths, spaces, `penalties` (less room on each side) in µm.

    `fixed` has ways of the same connections that are kept; with `rip` they are only started from, and those that
    no longer fit are laid anew. `seconds` bounds the work, counted
    in gaps looked at. `step` is told what was done and how many connections have no way yet.
    """
    count = len(connections)
    width = np.broadcast_to(np.asarray(widths, dtype=np.float64), count).copy()
    space = np.broadcast_to(np.asarray(spaces, dtype=np.float64), count).copy()
    order = _by_length(mesh, connections)
    if not count:
        return Sketch(mesh, width, space, ())
    pairs = [connections[i] for i in order]
    board = board_of(mesh, pairs, width[order], space[order], penalties)
    if fixed is not None:
        load(board, [fixed.ways[i] for i in order])
        if rip:
            drop_overfull(board)
        else:
            board.kept[:] = board.head >= 0
    _route(board, int(seconds * GAPS_PER_SECOND), step)
    ways: list[Way | None] = [None] * count
    for place, index in enumerate(order):
        ways[index] = _way(board, place)
    return Sketch(mesh, width, space, tuple(ways))


def _by_length(mesh: Mesh, connections: Sequence[tuple[int, int]]) -> list[int]:
    """Connections by length, then by the places of their ends."""
    places = mesh.sites.xy

    def key(index: int) -> tuple[float, ...]:
        a, b = (places[site] for site in connections[index])
        return (round(float(np.hypot(*(a - b))), 3), *a.tolist(), *b.tolist())

    return sorted(range(len(connections)), key=key)


def _route(board: Board, budget: int, step: Callable[[str, int], None] | None) -> None:
    """Try strategies until everything is routed or the budget is spent; the board is left with the best result."""
    work = search_of(board)
    best: tuple[Ints, ...] | None = None
    fewest = len(board.head) + 1
    start = _snapshot(board)
    for strategy in STRATEGIES:
        if best is not None:
            _reset(board, start)
        left = _attempt(board, work, strategy, budget - int(work.counter[1]))
        if step is not None:
            step(f"{strategy.order} {strategy.seed}", left)
        if not left:
            break
        if left < fewest:
            fewest, best = left, _snapshot(board)
        if work.counter[1] >= budget:
            break
    if best is not None and (board.head < 0).any():
        _reset(board, best)
    _finish(board, work)


def _attempt(board: Board, work: Search, strategy: Strategy, budget: int) -> int:
    order = np.flatnonzero(board.head < 0).astype(np.int64)
    if strategy.order == "long":
        order = order[::-1].copy()
    effort = Effort(RIPPING, strategy.cost, strategy.cost, strategy.growth, strategy.seed)
    board.ripped[:] = 0
    reroute(board, work, order, effort, strategy.most_rips, max(budget, 1))
    left: int = refine(board, work, np.flatnonzero(board.head < 0).astype(np.int64))
    return left


def _finish(board: Board, work: Search) -> None:
    """Lay every wire anew with all others in place, which straightens ways and may make room for more."""
    for _ in range(REFINEMENTS):
        refine(board, work, np.arange(len(board.head), dtype=np.int64))


def _snapshot(board: Board) -> tuple[Ints, ...]:
    names = ("head", "after", "before", "back", "ahead", "home", "net", "entered", "free", "rank", "wires")
    return (*(getattr(board, name).copy() for name in names), board.used.copy(), board.cross_used.copy())


def _reset(board: Board, kept: tuple[Ints, ...]) -> None:
    names = ("head", "after", "before", "back", "ahead", "home", "net", "entered", "free", "rank", "wires")
    for name, values in zip((*names, "used", "cross_used"), kept, strict=True):
        getattr(board, name)[:] = values


def _way(board: Board, net: int) -> Way | None:
    """A connection's way as laid on the board."""
    node = int(board.head[net])
    if node < 0:
        return None
    triangle = int(board.entered[node])
    nodes = []
    while (node := int(board.ahead[node])) >= 0:
        nodes.append(node)
    crossed = np.array(nodes[:-1], dtype=np.int64)
    sides, ranks = board.home[crossed].copy(), board.rank[crossed].copy()
    return Way(int(board.source[net]), int(board.target[net]), sides, ranks, triangle)
