"""What is asked of the router: connections with fixed ends, and classes whose ends a network flow pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bumpgen.route.flow import FreeAssignment, assign_ways
from bumpgen.route.mesh import Mesh
from bumpgen.route.pairing import Connection, connections
from bumpgen.route.problem import Problem
from bumpgen.route.sites import TERMINAL, Floats
from bumpgen.route.sketch import Sketch, Way

__all__ = ["Asked", "asked_of", "site_of_terminal"]


@dataclass(frozen=True, slots=True)
class Asked:
    """All connections, as terminals and as pairs of sites, with widths and spaces (µm).

    `begun` has the ways that a flow has already found for connections of classes; `flows` the classes' assignments,
    which prove that no more of a class can be joined than they have.
    """

    connections: tuple[Connection, ...]
    pairs: tuple[tuple[int, int], ...]
    widths: Floats
    spaces: Floats
    begun: Sketch
    flows: dict[str, FreeAssignment]

    @property
    def is_begun(self) -> bool:
        """Whether every connection has a way already."""
        return all(way is not None for way in self.begun.ways)

    def left_over(self, problem: Problem, net: str) -> int:
        """Pairs of a class that its full gates leave no room for."""
        if net not in self.flows:
            return 0
        ends = [t.role for t in problem.of_net(net)]
        return min(ends.count("pad"), ends.count("bump")) - len(self.flows[net].pairs)


def site_of_terminal(mesh: Mesh) -> dict[int, int]:
    """The site of each terminal, by the terminal's index."""
    sites = mesh.sites
    here = np.flatnonzero(sites.kind == TERMINAL)
    return dict(zip(sites.owner[here].tolist(), here.tolist(), strict=True))


def asked_of(problem: Problem, mesh: Mesh) -> Asked:
    """Pairs of all nets; classes are paired by the cheapest flow through the gates, as if without other nets."""
    at = site_of_terminal(mesh)
    terminal_at = {site: terminal for terminal, site in at.items()}
    classes = [net for net, rule in sorted(problem.nets.items()) if rule.classed]
    ways: list[Way | None] = []
    found: list[Connection] = []
    flows: dict[str, FreeAssignment] = {}
    for net in classes:
        flow = _flow(problem, mesh, net, at)
        if flow is None:
            continue
        flows[net] = flow
        found += [Connection(net, terminal_at[a], terminal_at[b]) for a, b in flow.pairs]
        ways += list(flow.sketch.ways) if len(flows) == 1 else [None] * len(flow.pairs)
    fixed = tuple(replace(t, wires=0) if t.net in classes else t for t in problem.terminals)
    more = connections(replace(problem, terminals=fixed))
    listed = (*found, *more)
    rules = [problem.nets[each.net] for each in listed]
    widths, spaces = np.array([rule.width for rule in rules]), np.array([rule.space for rule in rules])
    pairs = tuple((at[each.start], at[each.end]) for each in listed)
    begun = Sketch(mesh, widths, spaces, (*ways, *([None] * len(more))))
    return Asked(listed, pairs, widths, spaces, begun, flows)


def _flow(problem: Problem, mesh: Mesh, net: str, at: dict[int, int]) -> FreeAssignment | None:
    own = [index for index, t in enumerate(problem.terminals) if t.net == net and t.wires and index in at]
    sources = _sites(problem, own, "pad", at)
    sinks = _sites(problem, own, "bump", at)
    if not len(sources) or not len(sinks):
        return None
    rule = problem.nets[net]
    return assign_ways(mesh, sources, sinks, rule.width, rule.space)


def _sites(problem: Problem, own: Sequence[int], role: str, at: dict[int, int]) -> np.ndarray:
    return np.array(sorted(at[index] for index in own if problem.terminals[index].role == role), dtype=np.int64)
