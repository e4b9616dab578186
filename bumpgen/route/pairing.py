"""What belongs together: pads and bumps paired at the least length, trees of the least length, and length bounds.

All lengths are µm. Where wires may only run at multiples of 45°, distances are octilinear:
max(dx, dy) + (√2 - 1)·min(dx, dy), the shortest such path. Ties are broken by name, so the order of
terminals in a problem changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bumpgen.errors import InputError
from bumpgen.geometry import Points
from bumpgen.route.problem import Angles, NetRule, Problem, Terminal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bumpgen.route.routing import Wire

__all__ = ["Connection", "bound", "connections", "exposed_length"]

DENSE = 4000
"""Up to so many terminals a side, the distances of all pairs are held; above it, those of pairs that may matter."""


@dataclass(frozen=True, slots=True)
class Connection:
    """Two terminals to be joined, as indices into a problem's terminals; of a pair, the pad first."""

    net: str
    start: int
    end: int


def connections(problem: Problem) -> tuple[Connection, ...]:
    """All connections a problem asks for, by net and name.

    Nets of pairs: the pairing of the least total distance between centres, `partner` honoured, as many pairs
    as there are of the fewer. Trees: the spanning tree of the least length in which no terminal ends more
    than its `wires`, as far as that can be. Raises InputError where a partner isn't there or is taken.
    """
    groups: dict[str, list[int]] = {}
    for index, terminal in enumerate(problem.terminals):
        if terminal.net and terminal.wires:
            groups.setdefault(terminal.net, []).append(index)
    found: list[Connection] = []
    for net in sorted(groups):
        members = sorted(groups[net], key=lambda index: problem.terminals[index].name)
        pairs = _joined(problem, problem.nets[net], members)
        found += [Connection(net, start, end) for start, end in pairs]
    return tuple(found)


def _joined(problem: Problem, rule: NetRule, members: list[int]) -> list[tuple[int, int]]:
    """The pairs of terminals of one net, in the order of their names."""
    forced = _forced(problem, members, tree=rule.join == "tree")
    if rule.join == "tree":
        pairs = _tree(problem, members, forced)
    else:
        taken = {index for pair in forced for index in pair}
        rest = [index for index in members if index not in taken]
        pads = [index for index in rest if problem.terminals[index].role == "pad"]
        bumps = [index for index in rest if problem.terminals[index].role == "bump"]
        pairs = [*forced, *_paired(problem, pads, bumps)]
    return sorted(pairs, key=lambda pair: tuple(problem.terminals[index].name for index in pair))


def bound(problem: Problem, connections: Iterable[Connection]) -> float:
    """Sum of the distances between the centres of what is joined: no wires from centre to centre are shorter, µm."""
    asked = list(connections)
    places = _places(problem.terminals)
    starts = places[[each.start for each in asked]]
    ends = places[[each.end for each in asked]]
    return math.fsum(_distances(starts, ends, problem.angles))


def exposed_length(problem: Problem, wire: Wire) -> float:
    """Length of a wire's centre line outside the metal of both its terminals, µm.

    Raises InputError where the problem has no such terminal.
    """
    import shapely

    ends = [terminal for terminal in problem.terminals if terminal.name in (wire.start, wire.end)]
    if len(ends) != len({wire.start, wire.end}):
        raise InputError(f"the problem has no terminals {wire.start!r} and {wire.end!r}")
    line = shapely.LineString(wire.points(problem.grid / 1000))
    inside = line.intersection(shapely.union_all([_metal(terminal) for terminal in ends]))
    return max(0.0, wire.length - float(inside.length))


def _metal(terminal: Terminal) -> Any:
    """A terminal's metal as a shapely polygon; circles of 256 corners."""
    import shapely

    outline = terminal.outline
    shape = shapely.Point(outline[0]) if len(outline) < 2 else shapely.MultiPoint(outline).convex_hull
    return shape.buffer(terminal.radius, quad_segs=64) if terminal.radius else shape


def _places(terminals: Iterable[Terminal]) -> Points:
    return np.array([(terminal.x, terminal.y) for terminal in terminals], dtype=np.float64).reshape(-1, 2)


def _distances(one: Points, other: Points, angles: Angles) -> Points:
    """Distances (µm) of points, broadcast over all axes but the last."""
    delta = np.abs(one - other)
    if angles is Angles.ANY:
        return np.asarray(np.hypot(delta[..., 0], delta[..., 1]))
    return np.asarray(delta.max(axis=-1) + (math.sqrt(2) - 1) * delta.min(axis=-1))


def _forced(problem: Problem, members: list[int], *, tree: bool) -> list[tuple[int, int]]:
    """The connections that partners ask for, pad first."""
    by_name = {problem.terminals[index].name: index for index in members}
    found: set[tuple[int, int]] = set()
    for index in members:
        terminal = problem.terminals[index]
        if not terminal.partner:
            continue
        other = by_name.get(terminal.partner)
        if other is None or other == index or (not tree and problem.terminals[other].role == terminal.role):
            raise InputError(
                f"{terminal.name!r} must be joined to {terminal.partner!r}, "
                f"which is no {'other terminal' if tree else 'pad or bump'} of net {terminal.net!r} to join it to",
                hint="name a terminal of the same net that wires may end in",
            )
        found.add((index, other) if terminal.role == "pad" else (other, index))
    found = {(a, b) for a, b in found if (b, a) not in found or a < b}
    if not tree:
        _refuse_taken(problem, found)
    return sorted(found)


def _refuse_taken(problem: Problem, pairs: set[tuple[int, int]]) -> None:
    """Two terminals that ask for the same partner."""
    taken: dict[int, int] = {}
    for a, b in sorted(pairs):
        for index, other in ((a, b), (b, a)):
            if index in taken:
                one, two = sorted(problem.terminals[each].name for each in (taken[index], other))
                name = problem.terminals[index].name
                raise InputError(
                    f"{one!r} and {two!r} must both be joined to {name!r}", hint="give one another partner"
                )
            taken[index] = other


def _paired(problem: Problem, pads: Sequence[int], bumps: Sequence[int]) -> list[tuple[int, int]]:
    """The pairing of the least total distance; as many pairs as there are of the fewer."""
    if not pads or not bumps:
        return []
    one, other = (_places(problem.terminals[index] for index in side) for side in (pads, bumps))
    if max(len(pads), len(bumps)) <= DENSE:
        from scipy.optimize import linear_sum_assignment

        rows, columns = linear_sum_assignment(_distances(one[:, None], other[None], problem.angles))
    else:
        from bumpgen.route.pairing_near import paired_near

        few, many = (one, other) if len(pads) <= len(bumps) else (other, one)
        rows, columns = paired_near(few, many, octilinear=problem.angles is Angles.OCTILINEAR)
        if few is other:
            rows, columns = columns, rows
    return [(pads[row], bumps[column]) for row, column in zip(rows.tolist(), columns.tolist(), strict=True)]


def _tree(problem: Problem, members: list[int], forced: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """A spanning tree of the terminals of a net that holds the forced connections."""
    terminals = problem.terminals
    order = sorted(members, key=lambda index: (terminals[index].wires < 2, terminals[index].name))
    number = {index: i for i, index in enumerate(order)}
    places = _places(terminals[index] for index in order)
    spare = np.array([terminals[index].wires for index in order], dtype=np.int64)
    part = _parts(len(order), [(number[a], number[b]) for a, b in forced])
    tree = _Tree(places, problem.angles, spare, spare > 1, part)
    for a, b in forced:
        spare[[number[a], number[b]]] -= 1
    pairs = [*forced, *((order[a], order[b]) for a, b in tree.edges())]
    return [(b, a) if (terminals[b].role, terminals[a].role) == ("pad", "bump") else (a, b) for a, b in pairs]


def _parts(count: int, pairs: list[tuple[int, int]]) -> NDArray[np.int64]:
    """The connected part each of `count` vertices is in, by its lowest vertex; a ring of pairs is refused."""
    part = np.arange(count)
    for a, b in pairs:
        if part[a] == part[b]:
            raise InputError("terminals that name each other as partners form a ring", hint="remove one partner")
        part[part == max(part[a], part[b])] = min(part[a], part[b])
    return part


@dataclass(slots=True)
class _Tree:
    """A spanning tree as it grows by Prim's algorithm (1957): O(n²) time, O(n) memory, any distance.

    `spare` wires may still end in each vertex. Hubs, which end several, are joined first, so that vertices
    that end one become leaves; a vertex without spare takes no more unless nothing else is left. `part`
    tells which vertices hang together from the start.
    """

    places: Points
    angles: Angles
    spare: NDArray[np.int64]
    hub: NDArray[np.bool_]
    part: NDArray[np.int64]

    def edges(self) -> list[tuple[int, int]]:
        """The edges that join all parts, from a vertex in the tree to a new one."""
        count = len(self.part)
        inside = self.part == self.part[0]
        cost, parent = np.full(count, np.inf), np.full(count, -1)
        self._offer(np.flatnonzero(inside & (self.spare > 0)), np.arange(count), cost, parent)
        found = []
        while not inside.all():
            new = self._next(inside, cost, parent)
            old = int(parent[new])
            found.append((old, new))
            self.spare[[old, new]] -= 1
            fresh = ~inside & (self.part == self.part[new])
            inside |= fresh
            if self.spare[old] <= 0:  # whom it was nearest to needs another
                orphans = np.flatnonzero(~inside & (parent == old))
                cost[orphans] = np.inf
                self._offer(np.flatnonzero(inside & (self.spare > 0)), orphans, cost, parent)
            self._offer(np.flatnonzero(fresh & (self.spare > 0)), np.flatnonzero(~inside), cost, parent)
        return found

    def _next(self, inside: NDArray[np.bool_], cost: Points, parent: NDArray[np.int64]) -> int:
        """The vertex to be joined next: the nearest hub, else the nearest with spare, else the nearest."""
        free = ~inside & (self.spare > 0)
        stage = next(stage for stage in (free & self.hub, free, ~inside) if stage.any())
        if np.isinf(cost[stage]).all():
            self._offer(np.flatnonzero(inside), np.flatnonzero(stage), cost, parent)
        return int(np.argmin(np.where(stage, cost, np.inf)))

    def _offer(
        self, vertices: NDArray[np.int64], to: NDArray[np.int64], cost: Points, parent: NDArray[np.int64]
    ) -> None:
        """Let each of `to` know the vertices as what it could be joined to."""
        for vertex in vertices:
            distance = _distances(self.places[to], self.places[vertex], self.angles)
            nearer = distance < cost[to]
            cost[to[nearer]] = distance[nearer]
            parent[to[nearer]] = vertex
