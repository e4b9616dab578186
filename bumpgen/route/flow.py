"""Free assignment: which pad goes to which bump, and how, so that most are joined and the wires are short.

Wires are a flow over the gates of a mesh. A mesh holds one diagonal of each pair of triangles; where the wires overfill
the other one, they are limited at its two corners and the flow is solved again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from bumpgen.route.flow_exact import Exact
from bumpgen.route.flow_limits import Limits
from bumpgen.route.flow_network import Flow, held, reached
from bumpgen.route.flow_strands import Strands, crossings, strands_of, ways_of
from bumpgen.route.mesh import Mesh
from bumpgen.route.sites import Ints
from bumpgen.route.sketch import Sketch

__all__ = ["FreeAssignment", "assign_ways"]

Full: TypeAlias = tuple[tuple[int, int, int], ...]

ROUNDS = 10
"""How often the flow is solved anew with other limits at over-Full sides and diagonals about what can't be joined.."""


PATIENCE = 4
"""How many of these may leave as many diagonals over-full as before."""


@dataclass(frozen=True, slots=True)
class FreeAssignment:
    """Pads joined to bumps: the `sketch` has one connection for each pair (source site, sink site) of `pairs`.

    `bound` is a proven limit of how many can be joined, and `flow` how many are. Where some are left over, `cuts` are
    the full gates (some may hold none) that part them from the rest, as (side, wires it holds, wires across), and
    `diagonals` the sides whose other diagonal is full, likewise. `optimum` is the cost of the shortest flow, through
    the middles of the gates, µm. `rounds` counts how often the flow was solved.
    """

    sketch: Sketch
    pairs: tuple[tuple[int, int], ...]
    flow: int
    bound: int
    cuts: Full
    diagonals: Full
    optimum: float
    rounds: int


def assign_ways(
    mesh: Mesh, sources: Ints, sinks: Ints, width: float, space: float, step: float | None = None
) -> FreeAssignment:
    """Join as many sources (sites of pads) to sinks (sites of bumps) as there is room for, each by a wire of its own.

    `width` and `space` are the wires', µm; `step` from one wire's centre to the next (width + space when left
    out). All other sites are in the way.
    """
    pitch = width + space if step is None else step
    capacity = np.where(mesh.gap > 0, held(mesh.gap, space, pitch), 0)
    ends = np.asarray(sources, dtype=np.int64), np.asarray(sinks, dtype=np.int64)
    limits = Limits(mesh, ends, capacity, held(mesh.cross_gap, space, pitch))
    first = limits.solved()
    least = _least_cut(limits, first)
    fitted = _fitted(limits, first, least)
    strands = fitted.strands
    pairs = tuple(zip(strands.start.tolist(), strands.end.tolist(), strict=True))
    count = len(pairs)
    sketch = Sketch(mesh, np.full(count, width), np.full(count, space), ways_of(strands))
    across, over = crossings(mesh, strands)[0], np.bincount(strands.sides, minlength=len(capacity))
    cuts = _full(fitted.cut.sides, capacity, over)
    diagonals = _full(fitted.cut.diagonals, limits.room, across)
    return FreeAssignment(sketch, pairs, count, fitted.cut.bound, cuts, diagonals, first.cost, fitted.rounds)


@dataclass(frozen=True, slots=True)
class _Fitted:
    strands: Strands
    cut: Exact
    rounds: int


def _fitted(limits: Limits, flow: Flow, cut: Exact) -> _Fitted:
    """The flow with all diagonals kept, as strands.

    Limits first cost; where that doesn't help, a linear program; at last, where its answer isn't whole, they hold.
    """
    least, patience = len(limits.room) + 1, PATIENCE
    for turn in range(2 * ROUNDS):
        strands = strands_of(limits.network, flow)
        full = limits.tighten(flow, *crossings(limits.network.mesh, strands))
        if not full:
            break
        least, patience = min(full, least), patience - (full >= least)
        is_soft = turn < ROUNDS and patience > 0
        exact = None if is_soft or turn >= 2 * ROUNDS - 4 else limits.exact()
        cut = exact if exact and exact.bound < cut.bound else cut
        flow = (exact and exact.flow) or limits.solved(firm=not is_soft)
    return _Fitted(strands, cut, turn + 1)


def _least_cut(limits: Limits, flow: Flow) -> Exact:
    """The full sides about what can't be joined, by a maximum flow (L. R. Ford, D. R. Fulkerson 1956)."""
    network, count = limits.network, len(limits.room)
    none = np.zeros(0, dtype=np.int64)
    if flow.value == min(int((network.role == 1).sum()), int((network.role == 2).sum())):
        return Exact(flow, flow.value, none, none)
    near = reached(network, flow)
    parted = (near[network.tail] & ~near[network.head])[:count]
    return Exact(flow, flow.value, np.flatnonzero(parted & (network.mesh.gap > 0)), none)


def _full(sides: Ints, room: Ints, used: Ints) -> Full:
    """Rows of side, the wires it holds and the wires across."""
    return tuple(zip(sides.tolist(), room[sides].tolist(), used[sides].tolist(), strict=True))
