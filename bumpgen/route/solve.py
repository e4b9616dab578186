"""The order of the router's steps: pair, mesh, ways, strings, gate; again for what the gate refuses."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

import numpy as np

from bumpgen.route.asked import Asked, asked_of
from bumpgen.route.barriers import lessons, nearest
from bumpgen.route.cuts import Told, class_cuts, cuts_of, gates_of
from bumpgen.route.ends import Ends, moved_ends, parted
from bumpgen.route.gate import Fault, faults
from bumpgen.route.levels import solve_levels, spread
from bumpgen.route.mesh import Mesh, mesh_of
from bumpgen.route.necks import lengthened, neck_length
from bumpgen.route.pairing import bound
from bumpgen.route.problem import Problem
from bumpgen.route.realise import Barrier, realise, strings_of
from bumpgen.route.routing import NetRouting, Routing, Wire
from bumpgen.route.sites import Floats
from bumpgen.route.sketch import Sketch
from bumpgen.route.topology import route_ways

__all__ = ["solve"]

Status: TypeAlias = Literal["routed", "partial", "unrouted"]

LESSONS = 6
"""Rounds in which wires are pulled again round barriers that the gate found missing."""

MOST_SECONDS, SECONDS_EACH = 2.0, 0.01
"""Work spent on a search for ways, in seconds at a usual speed: at most, and for each connection."""

RETRIES = 4
"""Rounds in which wires that still fail are ripped and routed again with less room."""


@dataclass
class _Clock:
    """Seconds by step."""

    seconds: dict[str, float] = field(default_factory=dict)
    told: Callable[[str], None] = lambda _: None

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        self.told(name)
        start = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start


def solve(problem: Problem, step: Callable[[str], None] = lambda _: None) -> Routing:
    """Route all that can be routed; every wire of the result has passed the gate. `step` hears each step's name.

    With several layers, see `levels.solve_levels` for problems that say what lies where, and `levels.spread` for
    those that are drawn flat, on layer 0 alone.
    """
    if problem.layers > 1:
        flat = all(terminal.layer == 0 for terminal in problem.terminals)
        return (spread if flat else solve_levels)(problem, lambda one: _one_layer(one, step))
    return _one_layer(problem, step)


def _one_layer(problem: Problem, step: Callable[[str], None]) -> Routing:
    clock = _Clock(told=step)
    with clock("mesh"):
        mesh = mesh_of(problem)
    with clock("pair"):
        asked = asked_of(problem, mesh)
    layer = _Layer(problem, asked, mesh, clock)
    wires = layer.routed()
    with clock("explain"):
        nets = layer.told(wires)
        cuts = gates_of(problem, layer.delivered(wires))
    return Routing(problem, nets, clock.seconds, bound(problem, asked.connections), cuts)


@dataclass
class _Layer:
    """One wire layer's search: what is asked, and what has been learnt so far."""

    problem: Problem
    asked: Asked
    mesh: Mesh
    clock: _Clock
    barriers: dict[int, list[Barrier]] = field(default_factory=dict)
    best: tuple[int, dict[int, Wire]] = (-1, {})
    last: tuple[Sketch, Floats] = field(init=False)
    ends: Ends = field(default_factory=dict)
    necks: dict[tuple[int, str], float] = field(default_factory=dict)

    def routed(self) -> dict[int, Wire]:
        """Wires by connection, all of them good."""
        penalties = np.zeros(len(self.mesh.ends))
        sketch = self.asked.begun
        self.last = (sketch, penalties.copy())
        if not self.asked.pairs:
            return {}
        if not self.asked.is_begun:
            with self.clock("ways"):
                sketch = self._ways(sketch, None)
        for attempt in range(RETRIES + 1):
            wires, ways, found = self._pulled(sketch)
            self._keep(wires, ways, found, (sketch, penalties.copy()))
            if not found or attempt == RETRIES:
                break
            with self.clock("ways"):
                sketch = self._again(sketch, penalties, wires, ways, found)
        return self.best[1]

    def _ways(self, kept: Sketch, penalties: Floats | None) -> Sketch:
        """Ways for connections that have none; with penalties, those that have one may be ripped, too."""
        return route_ways(
            self.mesh,
            self.asked.pairs,
            kept.widths,
            kept.spaces,
            kept,
            penalties=penalties,
            rip=penalties is not None,
            seconds=min(MOST_SECONDS, SECONDS_EACH * len(self.asked.pairs)),
        )

    def _pulled(self, sketch: Sketch) -> tuple[list[Wire], list[int], tuple[Fault, ...]]:
        """Wires of a sketch, round barriers learnt from the gate; what is still wrong with them."""
        for turn in range(LESSONS + 1):
            with self.clock("strings"):
                wires, ways = self._wires(sketch)
            with self.clock("gate"):
                found = faults(self.problem, wires)
            if not found or turn == LESSONS:
                break
            strings = strings_of(self.problem, sketch)
            new = lessons(sketch, strings, self.barriers, wires, ways, found)
            ends = parted(self.problem, found, wires, ways, self.ends)
            necks = lengthened(self.problem, found, wires, ways, self.necks)
            if not (new or ends or necks):
                break
            self.ends |= ends
            self.necks |= necks
            for way, barriers in new.items():
                self.barriers.setdefault(way, []).extend(barriers)
        return wires, ways, found

    def _wires(self, sketch: Sketch) -> tuple[list[Wire], list[int]]:
        realised = realise(self.problem, moved_ends(self.problem, sketch, self.ends), self.barriers)
        wires, ways = [], []
        for index, segments in enumerate(realised.segments):
            if segments:
                each = self.asked.connections[index]
                ends = [self.problem.terminals[i] for i in (each.start, each.end)]
                rule = self.problem.nets[each.net]
                necks = [max(neck_length(rule, end), self.necks.get((index, end.name), 0.0)) for end in ends]
                neck = rule.neck if any(necks) else 0.0
                names = (ends[0].name, ends[1].name)
                wires.append(Wire(each.net, *names, rule.width, segments, 0, neck, (necks[0], necks[1])))
                ways.append(index)
        return wires, ways

    def _keep(
        self, wires: Sequence[Wire], ways: Sequence[int], found: Sequence[Fault], last: tuple[Sketch, Floats]
    ) -> None:
        """Remember the good wires of this round if they are more than those of the best one so far."""
        bad = cover(found)
        good = {way: wire for i, (way, wire) in enumerate(zip(ways, wires, strict=True)) if i not in bad}
        if len(good) > self.best[0]:
            self.best, self.last = (len(good), good), last

    def _again(
        self,
        sketch: Sketch,
        penalties: Floats,
        wires: Sequence[Wire],
        ways: Sequence[int],
        found: Sequence[Fault],
    ) -> Sketch:
        """Rip the wires that fail, take the room they don't have from the gates there, and route again."""
        demand = sketch.demand()
        ripped: set[int] = set()
        for fault in found:
            own = {ways[i] for i in fault.wires}
            ripped |= own
            side = _gate_at(sketch, own, nearest(wires[fault.wires[0]], (fault.x, fault.y)))
            if side >= 0:
                penalties[side] = max(penalties[side], self.mesh.gap[side] - demand[side] + 0.01)
        for way in ripped:
            self.barriers.pop(way, None)
        kept = replace(sketch, ways=tuple(None if i in ripped else way for i, way in enumerate(sketch.ways)))
        return self._ways(kept, penalties)

    def delivered(self, wires: dict[int, Wire]) -> Sketch:
        """The sketch of the wires that are delivered."""
        sketch = self.last[0]
        return replace(sketch, ways=tuple(way if i in wires else None for i, way in enumerate(sketch.ways)))

    def told(self, wires: dict[int, Wire]) -> dict[str, NetRouting]:
        """Every net's wires, and why it has no more."""
        listed = self.asked.connections
        penalties = self.last[1]
        cuts = cuts_of(self.problem, self.asked, self.delivered(wires), penalties)
        by_net: dict[str, list[int]] = {net: [] for net in self.asked.flows}
        for i, each in enumerate(listed):
            by_net.setdefault(each.net, []).append(i)
        return {net: self._told(net, own, wires, cuts) for net, own in sorted(by_net.items())}

    def _told(self, net: str, own: list[int], wires: dict[int, Wire], cuts: dict[int, Told]) -> NetRouting:
        made = tuple(wires[i] for i in own if i in wires)
        left = self.asked.left_over(self.problem, net)
        told = [cuts[i] for i in own if i not in wires]
        if left:
            told.insert(0, class_cuts(self.problem, self.mesh, self.asked.flows[net], left))
        status: Status = "routed" if not told else "partial" if made else "unrouted"
        full = tuple(dict.fromkeys(cut for _, own_cuts in told for cut in own_cuts))
        return NetRouting(net, status, made, len(own) + left, "; ".join(dict.fromkeys(why for why, _ in told)), full)


def _gate_at(sketch: Sketch, own: set[int], place: tuple[float, float]) -> int:
    """The side nearest to a place that all of these connections cross, else one that any crosses; -1: none."""
    crossed = [set(way.sides.tolist()) for index in own if (way := sketch.ways[index]) is not None]
    sides = sorted(set.intersection(*crossed) or set.union(*crossed)) if crossed else []
    if not sides:
        return -1
    middles = sketch.mesh.gates[sides].mean(axis=1)
    nearest_one = int(np.argmin(np.hypot(*(middles - np.array(place)).T)))
    return int(sides[nearest_one])


def cover(found: Sequence[Fault]) -> set[int]:
    """Wires to leave out so that no fault is left: those with the most faults first."""
    left = [set(fault.wires) for fault in found]
    out: set[int] = set()
    while left:
        count: dict[int, int] = {}
        for wires in left:
            for wire in wires:
                count[wire] = count.get(wire, 0) + 1
        worst = max(sorted(count), key=lambda wire: count[wire])
        out.add(worst)
        left = [wires for wires in left if worst not in wires]
    return out
