"""The network of free assignment: wires as units of flow from gate to gate, each gate holding what fits through it.

A side of the mesh is one arc whose capacity is the number of equal wires that its free length holds. Inside a
triangle arcs join the sides, a pad to the side opposite it, that side to a bump, and a pad to a bump beside it.
Their costs are the distances between the middles of the gates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bumpgen.route.flow_simplex import FREE, planted, solve
from bumpgen.route.mesh import Mesh
from bumpgen.route.sites import Floats, Ints

__all__ = ["Flow", "Network", "held", "most_flow", "network_of", "reached"]

UNITS = 100.0
"""Whole units of cost in 1 µm: the solver wants integers."""

OVER = 100_000_000
"""What a wire above a soft limit costs, in UNITS: more than any detour."""

SOURCE, SINK = 1, 2


@dataclass(frozen=True, slots=True)
class Network:
    """Arcs between nodes: side e is entered at node e and left at E + e, site v is node 2 E + v, then source and sink.

    Sides that are `directed` have two more nodes, 2 E + V + 2 + e and 3 E + V + 2 + e, for wires from the second
    triangle beside to the first; otherwise a wire could touch the side and go back, and so evade the limit at the
    corner opposite. Arcs 0 to E - 1 are the sides, E to 2 E - 1 the directed ones the other way. `triangle` is the one
    that an arc lies in, -1 for sides and for the arcs of source and sink; `start` and `end` say where in it: 0 to 2 is
    a side, 3 to 5 a corner. `role` (V,): SOURCE, SINK or 0.
    """

    mesh: Mesh
    role: Ints
    tail: Ints
    head: Ints
    capacity: Ints
    cost: Ints
    triangle: Ints
    start: Ints
    end: Ints

    @property
    def source(self) -> int:
        """The node that all flow comes from."""
        return 2 * len(self.mesh.ends) + self.mesh.sites.count

    @property
    def count(self) -> int:
        """How many nodes there are."""
        return 4 * len(self.mesh.ends) + self.mesh.sites.count + 2


@dataclass(frozen=True, slots=True)
class Flow:
    """A solved network: `units` on each arc, the `value` (wires that can be routed at most), `cost` in µm."""

    units: Ints
    value: int
    cost: float


def held(gap: Floats, space: float, step: float) -> Ints:
    """How many equal wires a free length of `gap` µm holds: `space` at both ends, `step` from centre to centre."""
    finite = np.where(np.isfinite(gap), gap, 0.0)
    count = np.maximum(np.floor((finite - space + 1e-6) / step), 0.0).astype(np.int64)
    return np.where(np.isfinite(gap), count, FREE)


def network_of(mesh: Mesh, sources: Ints, sinks: Ints, capacity: Ints, directed: NDArray[np.bool_]) -> Network:
    """The network of one class of wires; `capacity` is the number of wires that each side holds.

    Arcs are the same and in the same order whichever sides are directed.
    """
    role = np.zeros(mesh.sites.count, dtype=np.int64)
    role[sources], role[sinks] = SOURCE, SINK
    middle = mesh.gates.mean(axis=1)
    parts = [*_across(mesh, capacity, directed), *_turns(mesh, middle, directed)]
    parts += [*_ends(mesh, middle, role, directed), _direct(mesh, role)]
    parts.append(_supply(mesh, role))
    tail, head, limit, cost, triangle, start, end = (np.concatenate(column) for column in zip(*parts, strict=True))
    whole = np.rint(cost * UNITS).astype(np.int64)
    return Network(mesh, role, tail, head, limit, whole, triangle, start, end)


def _arcs(
    tail: Ints, head: Ints, limit: Ints | int, cost: Floats, where: tuple[Ints, int, int]
) -> tuple[Ints | Floats, ...]:
    triangle, start, end = where
    place = [np.broadcast_to(np.int64(value), tail.shape) for value in (start, end)]
    return tail, head, np.broadcast_to(limit, tail.shape), cost, triangle, *place


def _across(mesh: Mesh, capacity: Ints, directed: NDArray[np.bool_]) -> list[tuple[Ints | Floats, ...]]:
    count = len(mesh.ends)
    side, free = np.arange(count), np.zeros(count)
    where = np.full(count, -1), -1, -1
    reverse = side + 2 * count + mesh.sites.count + 2
    return [
        _arcs(side, side + count, capacity, free, where),
        _arcs(reverse, reverse + count, np.where(directed, capacity, 0), free, where),
    ]


def _nodes(mesh: Mesh, side: Ints, triangle: Ints, directed: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Where wires that leave a triangle enter one of its sides, and where wires that come into it leave that side."""
    count = len(mesh.ends)
    reverse = side + 2 * count + mesh.sites.count + 2
    is_first = mesh.beside[side, 0] == triangle
    enter = np.where(is_first | ~directed[side], side, reverse)
    leave = np.where(is_first & directed[side], reverse, side) + count
    return enter, leave


def _turns(mesh: Mesh, middle: Floats, directed: NDArray[np.bool_]) -> list[tuple[Ints | Floats, ...]]:
    """Arcs from each side of a triangle to each other; wires turn round the third corner."""
    triangle = np.arange(len(mesh.triangles))
    nodes = [_nodes(mesh, mesh.sides[:, i], triangle, directed) for i in range(3)]
    parts = []
    for i, j in ((0, 1), (1, 0), (1, 2), (2, 1), (2, 0), (0, 2)):
        a, b = mesh.sides[:, i], mesh.sides[:, j]
        is_open = (mesh.gap[a] > 0) & (mesh.gap[b] > 0)
        cost = np.hypot(*(middle[a] - middle[b]).T) + 1 / UNITS
        tail, head = nodes[i][1][is_open], nodes[j][0][is_open]
        parts.append(_arcs(tail, head, FREE, cost[is_open], (triangle[is_open], i, j)))
    return parts


def _ends(mesh: Mesh, middle: Floats, role: Ints, directed: NDArray[np.bool_]) -> list[tuple[Ints | Floats, ...]]:
    """Arcs from a source to the side opposite it, and from a side to a sink opposite it."""
    count = len(mesh.ends)
    parts = []
    for i in range(3):
        site, side = mesh.triangles[:, i], mesh.sides[:, i]
        cost = np.hypot(*(mesh.sites.xy[site] - middle[side]).T) + 1 / UNITS
        enter, leave = _nodes(mesh, side, np.arange(len(side)), directed)
        out = np.flatnonzero((role[site] == SOURCE) & (mesh.gap[side] > 0))
        parts.append(_arcs(site[out] + 2 * count, enter[out], 1, cost[out], (out, i + 3, i)))
        into = np.flatnonzero((role[site] == SINK) & (mesh.gap[side] > 0))
        parts.append(_arcs(leave[into], site[into] + 2 * count, 1, cost[into], (into, i, i + 3)))
    return parts


def _direct(mesh: Mesh, role: Ints) -> tuple[Ints | Floats, ...]:
    """Arcs from a source to a sink along the side that joins them, in the first triangle beside it."""
    side = np.flatnonzero(np.sort(role[mesh.ends], axis=1) @ np.array([1, 4]) == SOURCE + 4 * SINK)
    ends = mesh.ends[side]
    ends = np.where((role[ends[:, 0]] == SOURCE)[:, None], ends, ends[:, ::-1])
    triangle = mesh.beside[side, 0]
    start, end = (np.argmax(mesh.triangles[triangle] == ends[:, [i]], axis=1) + 3 for i in range(2))
    cost = np.hypot(*(mesh.sites.xy[ends[:, 0]] - mesh.sites.xy[ends[:, 1]]).T)
    nodes = ends + 2 * len(mesh.ends)
    return nodes[:, 0], nodes[:, 1], np.ones(len(side), dtype=np.int64), cost, triangle, start, end


def _supply(mesh: Mesh, role: Ints) -> tuple[Ints | Floats, ...]:
    first = 2 * len(mesh.ends)
    sources, sinks = np.flatnonzero(role == SOURCE), np.flatnonzero(role == SINK)
    whole = first + len(role)
    tail = np.concatenate((np.full(len(sources), whole), sinks + first))
    head = np.concatenate((sources + first, np.full(len(sinks), whole + 1)))
    return _arcs(tail, head, 1, np.zeros(len(tail)), (np.full(len(tail), -1), -1, -1))


def most_flow(network: Network, limit: Ints, easy: Ints | None = None, nudge: int = 0) -> Flow:
    """Maximum flow of least cost, in which arcs hold no more than `limit` units if that costs no wire.

    Units above an arc's limit go over an arc beside it that costs OVER more, and units above `easy` cost `nudge`
    more (in UNITS); the arc's own capacity holds in any case.
    """
    is_gate = np.arange(len(network.tail)) < 2 * len(network.mesh.ends)
    used = np.flatnonzero((network.capacity > 0) & ((network.triangle >= 0) | is_gate))
    used = np.random.default_rng(1).permutation(used)
    top = np.minimum(limit, network.capacity)
    tiers = [top if easy is None else np.minimum(easy, top), top, network.capacity]
    wide = [tiers[0], tiers[1] - tiers[0], tiers[2] - tiers[1]]
    arc = np.concatenate((used, *(used[more[used] > 0] for more in wide[1:])))
    room = np.concatenate((wide[0][used], *(more[used][more[used] > 0] for more in wide[1:])))
    extra = np.repeat([0, nudge, OVER], [len(used), *(int((more[used] > 0).sum()) for more in wide[1:])])
    nodes, ends = np.unique(np.concatenate((network.tail[arc], network.head[arc])), return_inverse=True)
    tree = planted(ends[: len(arc)], ends[len(arc) :], room, network.cost[arc] + extra, _supplies(network)[nodes])
    solve(tree)
    units = np.zeros(len(limit), dtype=np.int64)
    np.add.at(units, arc, tree.flow[: len(arc)])
    return _with_supply(network, units)


def _supplies(network: Network) -> Ints:
    supply = np.zeros(network.count, dtype=np.int64)
    first = 2 * len(network.mesh.ends)
    supply[first : first + len(network.role)] = (network.role == SOURCE).astype(np.int64) - (network.role == SINK)
    return supply


def _with_supply(network: Network, units: Ints) -> Flow:
    """The flow with the arcs of source and sink filled in."""
    out = np.bincount(network.tail, units, network.count)
    into = np.bincount(network.head, units, network.count)
    served = np.rint(np.where(network.tail == network.source, out[network.head], into[network.tail])).astype(np.int64)
    is_supply = (network.tail == network.source) | (network.head == network.source + 1)
    whole = np.where(is_supply, served, units)
    value = int(whole[network.tail == network.source].sum())
    return Flow(whole, value, float((units * network.cost).sum()) / UNITS)


def reached(network: Network, flow: Flow) -> NDArray[np.bool_]:
    """Which nodes could still be given one more unit from the source: the near side of a minimum cut."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import breadth_first_order

    onward, back = flow.units < network.capacity, flow.units > 0
    tail = np.concatenate((network.tail[onward], network.head[back]))
    head = np.concatenate((network.head[onward], network.tail[back]))
    count = network.count
    graph = csr_matrix((np.ones(len(tail), dtype=np.int8), (tail, head)), shape=(count, count))
    near = np.zeros(count, dtype=bool)
    near[breadth_first_order(graph, network.source, return_predecessors=False)] = True
    return near
