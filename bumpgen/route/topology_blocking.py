"""Why a connection has no way: the gates that the cheapest way of it would overfill, and the wires it would cross."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bumpgen.route.sites import Floats
from bumpgen.route.sketch import Sketch
from bumpgen.route.topology_board import Board, board_of, index_in
from bumpgen.route.topology_load import load
from bumpgen.route.topology_search import ANYWHERE, Effort, Search, search, search_of
from bumpgen.route.topology_wires import added, cross_excess, half, true_half

__all__ = ["Blockage", "blocking"]

FULL, STEP = 10_000.0, 5.0
"""Cost of an overfilled gate and of a wire stepped over, µm: few gates first, then few wires, then the length."""


@dataclass(frozen=True, slots=True)
class Blockage:
    """A gate that a connection would overfill (demand above capacity, µm) or where it would cross other wires.

    The gate is a side of the mesh, or (`across`) the other diagonal of its two triangles. `wires` counts those that
    would go through it, this one too; `crossed` are the connections it would have to step over there.
    """

    side: int
    across: bool
    capacity: float
    demand: float
    wires: int
    crossed: tuple[int, ...] = ()

    @property
    def is_overfull(self) -> bool:
        """Whether the gate holds less than is asked of it."""
        return self.demand > self.capacity + 1e-6


def blocking(
    sketch: Sketch, connections: Sequence[tuple[int, int]], penalties: Floats | None = None
) -> dict[int, tuple[Blockage, ...]]:
    """What blocks each connection that has no way in a sketch: the gates to overfill first, the most overfull first.

    A connection may only be shut in by wires' order: then there are gates with `crossed` wires alone. No gate at all
    means that closed sides part its ends.
    """
    lost = [index for index, way in enumerate(sketch.ways) if way is None]
    if not lost:
        return {}
    board = board_of(sketch.mesh, connections, sketch.widths, sketch.spaces, penalties)
    load(board, sketch.ways)
    work = search_of(board)
    return {index: _blockages(board, work, index) for index in lost}


def _blockages(board: Board, work: Search, net: int) -> tuple[Blockage, ...]:
    count = int(search(board, work, net, Effort(ANYWHERE, FULL, STEP, 0.0, 0)))
    if not count:
        return ()
    runs = _runs(board, work.gaps[:count].tolist(), work.entered[:count].tolist())
    found = [blockage for gaps, _ in runs[1:-1] if (blockage := _at_side(board, net, gaps)) is not None]
    found += _at_diagonals(board, net, [(int(board.home[gaps[-1]]), triangle) for gaps, triangle in runs])
    return tuple(sorted(found, key=lambda b: (not b.is_overfull, b.capacity - b.demand, b.side)))


def _runs(board: Board, gaps: list[int], entered: list[int]) -> list[tuple[list[int], int]]:
    """Gaps of a way, those on one side in a row together, each with the triangle before them."""
    runs: list[tuple[list[int], int]] = []
    for gap, triangle in zip(gaps, entered, strict=True):
        if runs and board.home[runs[-1][0][0]] == board.home[gap] and runs[-1][1] == triangle:
            runs[-1][0].append(gap)
        else:
            runs.append(([gap], triangle))
    return runs


def _at_side(board: Board, net: int, gaps: list[int]) -> Blockage | None:
    """The blockage at a side that is crossed in the last of these gaps, after stepping from the first."""
    side = int(board.home[gaps[-1]])
    nodes = {b if b != side and board.after[a] == b else a for a, b in pairwise(gaps)}
    crossed = tuple(sorted({int(board.net[node]) for node in nodes}))
    capacity, demand = float(board.room[side]), float(board.used[side] + added(board, net, gaps[-1]))
    if demand <= capacity + 1e-6 and not crossed:
        return None
    return Blockage(side, False, capacity, demand, int(board.wires[side]) + 1, crossed)


def _at_diagonals(board: Board, net: int, hops: list[tuple[int, int]]) -> Iterator[Blockage]:
    """Diagonals that a way (lists, and the triangle before each) would overfill."""
    crossed: set[int] = set()
    for i, (home, _) in enumerate(hops[:-1]):
        onward, t = hops[i + 1]
        a, b = int(index_in(board, t, home)), int(index_in(board, t, onward))
        crossed |= {int(board.sides[t, k]) for k in range(3) if half(k, a) * half(k, b) == 2}
        if i + 2 < len(hops):
            further, beyond = hops[i + 2]
            if true_half(board, t, onward, home) * true_half(board, beyond, onward, further) == 2:
                crossed.add(onward)
    own = float(board.width[net] + board.space[net])
    for side in sorted(crossed):
        if cross_excess(board, net, side) > 0:
            demand = float(board.cross_used[side]) + own + float(board.space[net])
            wires = round(float(board.cross_used[side]) / own) + 1
            yield Blockage(side, True, float(board.cross_room[side]), demand, wires)
