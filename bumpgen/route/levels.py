"""Several wire layers: which net runs on which, and a problem of several layers as one problem for each.

A net's wires run on one layer. Its terminals are on that layer; whatever metal it has on others, its vias
among it, is in a problem as terminals that take no wires and as obstacles of the net.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeAlias

from bumpgen.route.pairing import connections
from bumpgen.route.problem import Problem
from bumpgen.route.routing import Cut, NetRouting, Routing

__all__ = ["Solver", "assigned", "solve_levels", "spread"]

Solver: TypeAlias = Callable[[Problem], Routing]


def solve_levels(problem: Problem, solve: Solver) -> Routing:
    """The routing of a problem, one layer after the other: layers have nothing but vias in common, and these stand."""
    if problem.layers == 1:
        return solve(problem)
    nets: dict[str, NetRouting] = {}
    seconds: dict[str, float] = {}
    bound = 0.0
    gates: tuple[Cut, ...] = ()
    for layer in range(problem.layers):
        found = solve(_one(problem, layer))
        bound += found.bound
        gates = gates or found.gates
        for name in {terminal.net for terminal in problem.terminals if terminal.wires and terminal.layer == layer}:
            net = found.nets.get(name) or NetRouting(name, "routed", (), 0)
            nets[name] = replace(net, wires=tuple(replace(wire, layer=layer) for wire in net.wires))
        for step, spent in found.seconds.items():
            seconds[step] = seconds.get(step, 0.0) + spent
    return Routing(problem, dict(sorted(nets.items())), seconds, bound, gates)


def spread(problem: Problem, solve: Solver) -> Routing:
    """A problem drawn flat on as many layers as it may have: what finds no way on one goes to the next one up.

    A pad's net that runs on layer k climbs by vias at the pad, and on to the top at the bump: pads are in the way
    up to their net's layer, bumps from it on. Nets stay whole: one with a connection left goes up as a whole.
    No layer is used before the one below it has refused a net, so that their number is as small as this order gives.
    """
    left = {t.net for t in problem.terminals if t.net and t.wires}
    home: dict[str, int] = {}
    nets: dict[str, NetRouting] = {}
    seconds: dict[str, float] = {}
    bound = 0.0
    gates: tuple[Cut, ...] = ()
    for layer in range(problem.layers):
        found = solve(_floor(problem, layer, left, home))
        is_last = layer == problem.layers - 1
        bound, gates = (found.bound, found.gates) if layer == 0 else (bound, gates)
        for name, net in found.nets.items():
            whole = net.status == "routed" or problem.nets[name].classed
            if name in left and (whole or is_last):
                nets[name] = replace(net, wires=tuple(replace(wire, layer=layer) for wire in net.wires))
                home[name] = layer
        for step, spent in found.seconds.items():
            seconds[step] = seconds.get(step, 0.0) + spent
        left -= set(home)
        if not left:
            break
    return Routing(problem, dict(sorted(nets.items())), seconds, bound, gates)


def _floor(problem: Problem, layer: int, left: set[str], home: Mapping[str, int]) -> Problem:
    """A flat problem as layer `layer` sees it: nets in `left` are routed, those with a home lie below."""
    terminals = tuple(
        t if t.net in left else replace(t, wires=0) for t in problem.terminals if t.role == "bump" or t.net not in home
    )
    obstacles = tuple(o for o in problem.obstacles if o.layer is None or o.layer == layer)
    return replace(problem, terminals=terminals, obstacles=obstacles, layers=1)


def _one(problem: Problem, layer: int) -> Problem:
    """What one layer has: its terminals and obstacles as if it were the only one."""
    terminals = tuple(replace(t, layer=0) for t in problem.terminals if t.layer == layer)
    obstacles = tuple(replace(o, layer=0) for o in problem.obstacles if o.layer in (layer, None))
    return replace(problem, terminals=terminals, obstacles=obstacles, layers=1)


def assigned(flat: Problem, layers: int, pinned: Mapping[str, int]) -> dict[str, int]:
    """A layer for each net of a problem drawn flat: nets whose straight connections cross part, as far as they can.

    Greedy colouring of the graph of crossing nets, those with the most crossings first (Welsh and Powell, 1967);
    among equals the lowest layer. `pinned` nets stay where they are told to be.
    """
    crossings = _crossings(flat)
    chosen = dict(pinned)
    names = sorted({t.net for t in flat.terminals if t.wires}, key=lambda net: (-len(crossings.get(net, ())), net))
    for net in names:
        if net not in chosen:
            taken = [chosen[other] for other in crossings.get(net, ()) if other in chosen]
            chosen[net] = min(range(layers), key=lambda layer: (taken.count(layer), layer))
    return chosen


def _crossings(flat: Problem) -> dict[str, set[str]]:
    """The nets that each net's straight connections cross."""
    import shapely

    asked = connections(flat)
    places = [(t.x, t.y) for t in flat.terminals]
    lines = [shapely.LineString((places[each.start], places[each.end])) for each in asked]
    found: dict[str, set[str]] = {}
    for i, j in shapely.STRtree(lines).query(lines, predicate="intersects").T.tolist():
        if asked[i].net != asked[j].net:
            found.setdefault(asked[i].net, set()).add(asked[j].net)
    return found
