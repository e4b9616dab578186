"""Which nets should exchange bumps so that more can be routed.

Nets are freed as a class, and a flow through the gates assigns them anew; of its changes those stay that are needed.
Where that takes many or doesn't lead to the end, a connection that is shut in is led to its bump over the fewest wires.
Where two wires cross, they can exchange what lies beyond: so a way over k wires and through no full gate becomes
k + 1 ways that cross nothing, if the pads take one another's bumps in turn (an augmenting path of a flow; L. R. Ford,
D. R. Fulkerson 1956).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from bumpgen.route.advice_exchange import Allowed, Swap, exchanged, is_signal, moved, pairs_of
from bumpgen.route.asked import Asked, asked_of
from bumpgen.route.mesh import Mesh, mesh_of
from bumpgen.route.problem import NetRule, Problem
from bumpgen.route.routing import Routing
from bumpgen.route.sketch import Sketch, Way
from bumpgen.route.solve import solve
from bumpgen.route.topology import route_ways
from bumpgen.route.topology_board import Board, board_of
from bumpgen.route.topology_load import load
from bumpgen.route.topology_search import ANYWHERE, Effort, Search, search, search_of

__all__ = ["swaps"]

FULL, STEP = 100_000.0, 500.0
"""Cost of a full gate and of a wire to exchange ends with, µm: no full gates, then few wires, then a short way."""

FEW = 2
"""With at most so many exchanges for each net that isn't routed, no others are looked for."""

FAILURES = 3
"""So many ways over wires may be tried in vain before the search gives up."""

PRUNINGS = 6
"""So many routings are spent on finding exchanges that aren't needed."""

SECONDS = 0.5
"""Work for each attempt to lay the wires anew, as `route_ways` counts it."""


def swaps(
    routing: Routing, step: Callable[[str], None] = lambda _: None, allowed: Allowed = is_signal
) -> tuple[Swap, ...]:
    """Exchanges of bumps with which more is routed than in `routing`, everything if that can be; () where none help.

    Only nets of one pad and one bump that are `allowed` (by default those without a supply's name) and of the same
    width and space change bumps. What is returned has been routed: `solve(apply(problem, swaps))` makes more
    connections. Exchanges are made in order. Problems of several layers have none.
    """
    problem = routing.problem
    if routing.made == routing.asked or problem.layers > 1:
        return ()
    before = {net: bump for net, (_, bump) in pairs_of(problem, allowed).items()}
    lost = {net.net for net in routing.nets.values() if net.status != "routed"}
    best: tuple[int, tuple[Swap, ...]] = (routing.made, ())
    for name, propose in (("assign bumps anew", _freed), ("exchange ends with wires in the way", _uncrossed)):
        step(f"swaps: {name}")
        cycles = _cycles(before, propose(routing, allowed))
        made = solve(_turned(problem, cycles)).made if cycles else 0
        if made > routing.made:
            needed = _needed(problem, cycles, made, lost)
            changed = exchanged(before, before | {net: bump for cycle in needed for net, bump in cycle.items()})
            best = max(best, (made, changed), key=lambda each: (each[0], -len(each[1])))
        if best[0] == routing.asked and len(best[1]) <= FEW * len(lost):
            break
    return best[1]


def _cycles(before: Mapping[str, str], after: Mapping[str, str]) -> list[dict[str, str]]:
    """The new bumps of nets that take one another's, each closed ring of them by itself."""
    net_at = {bump: net for net, bump in before.items()}
    rings: list[dict[str, str]] = []
    seen: set[str] = set()
    for net in sorted(before):
        ring: dict[str, str] = {}
        while net not in seen:
            seen.add(net)
            ring[net] = after[net]
            net = net_at[after[net]]
        if len(ring) > 1:
            rings.append(ring)
    return rings


def _turned(problem: Problem, cycles: Iterable[Mapping[str, str]]) -> Problem:
    return moved(problem, {net: bump for cycle in cycles for net, bump in cycle.items()})


def _needed(problem: Problem, cycles: list[dict[str, str]], made: int, lost: set[str]) -> list[dict[str, str]]:
    """The cycles without those, half by half, that `made` connections are made without; those of lost nets stay."""
    blocks = [[cycle for cycle in cycles if not lost & set(cycle)]]
    for _ in range(PRUNINGS):
        block = next((block for block in blocks if block), None)
        if block is None:
            break
        blocks.remove(block)
        trial = [cycle for cycle in cycles if cycle not in block]
        if solve(_turned(problem, trial)).made >= made:
            cycles = trial
        elif len(block) > 1:
            blocks += [block[: len(block) // 2], block[len(block) // 2 :]]
    return cycles


def _freed(routing: Routing, allowed: Allowed) -> dict[str, str]:
    """Each net's bump in the assignment which a flow finds for all nets of each width and space."""
    problem = routing.problem
    pairs = pairs_of(problem, allowed)
    groups: dict[NetRule, list[str]] = {}
    for net in sorted(pairs):
        groups.setdefault(problem.nets[net], []).append(net)
    lost = {net.net for net in routing.nets.values() if net.status != "routed"}
    after = {net: bump for net, (_, bump) in pairs.items()}
    for rule, nets in groups.items():
        if lost & set(nets):
            after |= _flowing(replace(problem, terminals=moved(problem, after).terminals), rule, nets, pairs)
    return after


def _flowing(problem: Problem, rule: NetRule, nets: list[str], pairs: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """A bump for each of these nets, from their routing as one class; what isn't joined gets what is left."""
    own = set(nets)
    name = nets[0]
    terminals = tuple(replace(t, net=name, partner="") if t.net in own else t for t in problem.terminals)
    rules = {net: each for net, each in problem.nets.items() if net not in own} | {name: replace(rule, classed=True)}
    free = solve(replace(problem, terminals=terminals, nets=rules))
    net_at = {pairs[net][0]: net for net in nets}
    found: dict[str, str] = {}
    for wire in free.nets[name].wires:
        pad, bump = (wire.start, wire.end) if wire.start in net_at else (wire.end, wire.start)
        found[net_at[pad]] = bump
    taken = set(found.values())
    wanting = [net for net in nets if net not in found]
    left = sorted({t.name for t in problem.terminals if t.net in own and t.role == "bump"} - taken)
    kept = {net: pairs[net][1] for net in wanting if pairs[net][1] in left}
    rest = [bump for bump in left if bump not in kept.values()]
    return found | kept | dict(zip([net for net in wanting if net not in kept], rest, strict=True))


def _uncrossed(routing: Routing, allowed: Allowed) -> dict[str, str]:
    """Each net's bump after exchanges along the ways of connections without one over the fewest wires."""
    problem = routing.problem
    pairs = pairs_of(problem, allowed)
    mesh = mesh_of(problem)
    asked = asked_of(problem, mesh)
    state = _State(problem, mesh, asked, pairs)
    failures = 0
    while state.lost and failures < FAILURES:
        cycle = state.next_cycle()
        if not cycle:
            break
        failures += not state.turn(cycle)
    return state.bumps


@dataclass
class _State:
    """Connections with their ways, as bumps change hands. `bumps` has each net's; `refused` what was tried in vain."""

    problem: Problem
    mesh: Mesh
    asked: Asked
    pairs: dict[str, tuple[str, str]]

    def __post_init__(self) -> None:
        asked = self.asked
        self.bumps = {net: bump for net, (_, bump) in self.pairs.items()}
        self.ends = list(asked.pairs)
        self.refused: set[tuple[int, ...]] = set()
        self.sketch = route_ways(self.mesh, asked.pairs, asked.widths, asked.spaces, asked.begun)

    @property
    def lost(self) -> list[int]:
        """Connections without a way."""
        return [index for index, way in enumerate(self.sketch.ways) if way is None]

    def next_cycle(self) -> tuple[int, ...]:
        """The fewest connections that are to take one another's bumps in turn, the lost one first; (): none."""
        board = board_of(self.mesh, self.ends, self.sketch.widths, self.sketch.spaces, None)
        load(board, self.sketch.ways)
        work = search_of(board)
        found = []
        for net in self.lost:
            if self.asked.connections[net].net in self.pairs:
                cycle = self._cycle(board, work, net)
                if len(cycle) > 1 and cycle not in self.refused:
                    found.append(cycle)
        return min(found, key=lambda cycle: (len(cycle), cycle), default=())

    def _cycle(self, board: Board, work: Search, net: int) -> tuple[int, ...]:
        widths, spaces = self.sketch.widths, self.sketch.spaces
        for other, each in enumerate(self.asked.connections):
            same = widths[other] == widths[net] and spaces[other] == spaces[net]
            board.kept[other] = not (same and each.net in self.pairs)
        count = int(search(board, work, net, Effort(ANYWHERE, FULL, STEP, 0.0, 0)))
        return (net, *_crossed(board, work.gaps[:count].tolist()))

    def turn(self, cycle: tuple[int, ...]) -> bool:
        """Let each connection of a cycle take the next one's bump and lay the wires anew; kept if more have a way."""
        ends, ways = list(self.ends), list(self.sketch.ways)
        for index, onward in zip(cycle, (*cycle[1:], cycle[0]), strict=True):
            ends[index] = (self.ends[index][0], self.ends[onward][1])
            ways[index] = None
        sketch = _laid(self.mesh, ends, self.sketch, ways)
        if sum(way is None for way in sketch.ways) >= len(self.lost):
            self.refused.add(cycle)
            return False
        nets = [self.asked.connections[index].net for index in cycle]
        taken = [self.bumps[net] for net in (*nets[1:], nets[0])]
        self.bumps |= dict(zip(nets, taken, strict=True))
        self.ends, self.sketch = ends, sketch
        return True


def _laid(mesh: Mesh, ends: list[tuple[int, int]], sketch: Sketch, ways: list[Way | None]) -> Sketch:
    """The ways kept where they can be, the others searched."""
    begun = replace(sketch, ways=tuple(ways))
    return route_ways(mesh, ends, sketch.widths, sketch.spaces, begun, rip=True, seconds=SECONDS)


def _crossed(board: Board, gaps: list[int]) -> list[int]:
    """The connections that a way steps over an odd number of times, in the order in which it comes to them."""
    found: list[int] = []
    for gap, onward in pairwise(gaps):
        side = int(board.home[gap])
        if side != board.home[onward] or side >= len(board.used):
            continue
        node = onward if int(board.after[gap]) == onward else gap
        other = int(board.net[node])
        if other in found:
            found.remove(other)
        else:
            found.append(other)
    return found
