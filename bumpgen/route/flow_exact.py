"""The flow as a linear program, with a row for each diagonal: exact where limits at corners cost wires.

What leaves the half of a pair of triangles about one end of the side between, less what enters it,
crosses the diagonal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from bumpgen.route.flow_network import UNITS, Flow, Network
from bumpgen.route.sites import Ints

__all__ = ["Exact", "exact_flow"]

SERVED = 1e6
"""What a wire is worth, µm: more than any is long."""


@dataclass(frozen=True, slots=True)
class Exact:
    """A linear program's answer: the `flow` (None if it isn't whole), the `bound` of its value, and the least cut.

    The cut is full `sides` and sides whose other diagonal is full, `diagonals`.
    """

    flow: Flow | None
    bound: int
    sides: Ints
    diagonals: Ints


def exact_flow(network: Network, room: Ints, diagonals: Ints) -> Exact:
    """The best flow that keeps the other diagonals of the sides given, which have room for `room` (E,) wires."""
    from scipy import optimize

    arcs, kept = np.arange(len(network.tail)), _kept(network)
    across = _across(network, diagonals)
    served = network.tail == network.source
    solve: Any = optimize.linprog
    answer = solve(
        network.cost / UNITS - SERVED * served,
        A_ub=across,
        b_ub=np.repeat(room[diagonals], 2),
        A_eq=kept,
        b_eq=np.zeros(kept.shape[0]),
        bounds=np.column_stack((np.zeros(len(arcs)), np.minimum(network.capacity, served.sum()))),
        method="highs-ds",
    )
    if answer.x is None:
        raise ArithmeticError(f"linear program of {len(arcs)} arcs and {len(diagonals)} diagonals: {answer.message}")
    units = np.rint(answer.x).astype(np.int64)
    is_whole = np.abs(units - answer.x).max() < 1e-6
    flow = Flow(units, int(units[served].sum()), float((units * network.cost).sum()) / UNITS)
    dear = np.flatnonzero(np.abs(answer.upper.marginals[: len(network.mesh.ends)]) > SERVED / 2)
    full = np.flatnonzero(np.abs(answer.ineqlin.marginals) > SERVED / 2) // 2
    bound = int(np.floor(answer.x[served].sum() + 1e-6))
    return Exact(flow if is_whole else None, bound, dear, np.unique(diagonals[full]))


def _kept(network: Network) -> Any:
    """Rows that say that what comes to a node leaves it."""
    from scipy.sparse import csr_matrix

    arcs = np.arange(len(network.tail))
    columns = np.concatenate((arcs, arcs))
    rows = np.concatenate((network.tail, network.head))
    signs = np.concatenate((np.ones(len(arcs)), -np.ones(len(arcs))))
    inner = np.ones(network.count, dtype=np.bool_)
    inner[[network.source, network.source + 1]] = False
    kept: Any = csr_matrix((signs, (rows, columns)), shape=(network.count, len(arcs)))
    return kept[inner]


def _across(network: Network, diagonals: Ints) -> Any:
    """Rows that count wires over each diagonal, one way and the other."""
    from scipy.sparse import csr_matrix

    rows, columns, signs = [], [], []
    for row, side in enumerate(diagonals.tolist()):
        for triangle in network.mesh.beside[side].tolist():
            arcs, sign = _half(network, side, triangle)
            for way in (0, 1):
                rows.append(np.full(len(arcs), 2 * row + way))
                columns.append(arcs)
                signs.append(sign * (1 - 2 * way))
    shape = (2 * len(diagonals), len(network.tail))
    return csr_matrix((np.concatenate(signs), (np.concatenate(rows), np.concatenate(columns))), shape=shape)


def _half(network: Network, side: int, triangle: int) -> tuple[Ints, Ints]:
    """Arcs in a triangle that begin (1) or end (-1) in its half at the first end of one of its sides."""
    corners = network.mesh.triangles[triangle]
    first, second = (int(np.argmax(corners == end)) for end in network.mesh.ends[side])
    arcs = np.flatnonzero(network.triangle == triangle)
    is_near = [(place[arcs] == second) | (place[arcs] == first + 3) for place in (network.start, network.end)]
    sign = is_near[0].astype(np.int64) - is_near[1].astype(np.int64)
    return arcs[sign != 0], sign[sign != 0]
