"""Limits at the corners of triangles, so that the other diagonal of each pair of triangles isn't over-full.

Wires that cross a diagonal turn round one of its two ends, or run over the side between. Each end is a corner of
one triangle, and each corner the end of one diagonal: a limit at each end, together what the diagonal holds, is enough.
Which end gets how much is found by trying: what an end can't do without, the other one gives up.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bumpgen.route.flow_exact import Exact, exact_flow
from bumpgen.route.flow_network import Flow, most_flow, network_of
from bumpgen.route.flow_simplex import FREE
from bumpgen.route.mesh import Mesh
from bumpgen.route.sites import Ints

__all__ = ["Limits"]

SLIGHT = 1.0
"""What a wire more costs in a corner that is half full, in parts of a usual turn's length."""


class Limits:
    """Limits of a network's arcs, which `tighten` changes. `room` (E,): wires that fit over each side's other diagonal.

    `of_arcs` are the limits; units above `easy`, half of what a diagonal holds, cost `nudge`, so that of ways as
    short the emptier is taken; `corner` (T, 3) those of wires that turn round a corner.
    """

    def __init__(self, mesh: Mesh, ends: tuple[Ints, Ints], capacity: Ints, room: Ints) -> None:
        self.room, self._ends_of, self._gates = room, ends, capacity
        self._visits = np.zeros(len(room), dtype=np.int64)
        self.network = network = network_of(mesh, *ends, capacity, self._visits > 0)
        self.of_arcs = np.concatenate((capacity, capacity, network.capacity[2 * len(room) :]))
        self.corner = np.full(mesh.triangles.shape, FREE, dtype=np.int64)
        turn = (network.triangle >= 0) & (network.start < 3) & (network.end < 3)
        self._turns = np.flatnonzero(turn)
        self._corner_of = network.triangle[turn] * 3 + 3 - network.start[turn] - network.end[turn]
        at = [np.argmax(mesh.sides[mesh.beside[:, i]] == np.arange(len(room))[:, None], axis=1) for i in range(2)]
        self._ends = np.stack([mesh.beside[:, i] * 3 + at[i] for i in range(2)], axis=1)
        self.easy = self.of_arcs.copy()
        half = np.full(mesh.triangles.size, FREE, dtype=np.int64)
        gates = np.where(mesh.gap > 0, capacity, 0)[mesh.sides]
        around = np.minimum(np.roll(gates, 1, axis=1), np.roll(gates, 2, axis=1)).ravel()
        cut = np.flatnonzero((room < FREE) & (around[self._ends].sum(axis=1) > room))
        half[self._ends[cut]] = room[cut, None] // 2
        self.easy[self._turns] = np.minimum(self.easy[self._turns], half[self._corner_of])
        self.nudge = int(np.median(network.cost[self._turns]) * SLIGHT) if len(self._turns) else 0

    def tighten(self, flow: Flow, cross: Ints, turns: Ints) -> int:
        """Lower the limits of over-full diagonals, given how many wires cross each and turn round each corner.

        Returns how many there were.
        """
        full = np.flatnonzero(cross > self.room)
        around, limit = turns.ravel(), self.corner.ravel()
        for side in full.tolist():
            ends = self._ends[side]
            have = around[ends]
            left = max(0, int(self.room[side] - cross[side] + have.sum()))
            visit = int(self._visits[side])
            if left < have.sum():
                limit[ends] = _split(have, limit[ends], left, visit)
            if visit or left >= have.sum():
                self._narrow(side, flow)
        self._visits[full] += 1
        self.of_arcs[self._turns] = np.minimum(self.network.capacity[self._turns], limit[self._corner_of])
        return len(full)

    def _narrow(self, side: int, flow: Flow) -> None:
        """Limit what runs over the side between, by one wire, and what ends at it across the diagonal, to none."""
        network, count = self.network, len(self.room)
        for gate in (side, side + count):
            if flow.units[gate] > 0:
                self.of_arcs[gate] = min(self.of_arcs[gate], flow.units[gate] - 1)
        sites = self.network.mesh.ends[side]
        for triangle in network.mesh.beside[side]:
            inside = np.flatnonzero((network.triangle == triangle) & (flow.units > 0))
            begins, ends = network.start[inside] >= 3, network.end[inside] >= 3
            corner = np.where(begins, network.start[inside], network.end[inside]) % 3
            across = (begins | ends) & np.isin(network.mesh.triangles[triangle][corner], sites)
            self.of_arcs[inside[across]] = 0

    def solved(self, *, firm: bool = False) -> Flow:
        """The best flow within the limits; those may be overrun where that saves a wire, unless they are `firm`."""
        mesh = self.network.mesh
        self.network = network_of(mesh, *self._ends_of, self._gates, self._visits > 0)
        capacity = np.minimum(self.network.capacity, self.of_arcs) if firm else self.network.capacity
        return most_flow(replace(self.network, capacity=capacity), self.of_arcs, self.easy, self.nudge)

    def exact(self) -> Exact:
        """The best flow that keeps all diagonals that were ever over-full, whatever the limits."""
        mesh = self.network.mesh
        self.network = network_of(mesh, *self._ends_of, self._gates, np.zeros(len(self.room), dtype=np.bool_))
        return exact_flow(self.network, self.room, np.flatnonzero(self._visits))


def _split(have: Ints, limit: Ints, left: int, turn: int) -> Ints:
    """How many of `left` wires may turn round each of a diagonal's two ends, where `have` do so and `limit` should."""
    over = have > limit
    if over[0] == over[1]:
        first = (left + (turn + int(have[0] > have[1])) % 2) // 2
        first = min(max(first, left - int(have[1])), int(have[0]))
    else:
        first = min(left, int(have[0])) if over[0] else left - min(left, int(have[1]))
    return np.array([first, left - first])
