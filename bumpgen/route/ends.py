"""Where in a terminal a wire ends: at its centre, or beside it, so that two wires of one net arrive side by side.

Wires that meet at one place at a sharp angle leave a slit between them. Where the gate finds one, the wire
on the outside ends beside the centre instead, as far as width and space ask, and runs parallel to the other
until both are inside the terminal's metal.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from bumpgen.route.gate import Fault
from bumpgen.route.problem import Angles, Place, Problem, Terminal
from bumpgen.route.routing import Wire
from bumpgen.route.sketch import Sketch

__all__ = ["Ends", "moved_ends", "parted"]

Ends: TypeAlias = dict[tuple[int, str], Place]
"""Where a connection's wire ends, µm, by the connection and the terminal's name."""

APART = 2.5
"""Spaces between the wires: more than one, so that the slit between them ends where a patch can close it."""


def moved_ends(problem: Problem, sketch: Sketch, ends: Ends) -> Sketch:
    """The sketch with the ends moved: each gets a site of its own, which stands for the terminal in that way alone."""
    if not ends:
        return sketch
    sites, ways = sketch.mesh.sites, list(sketch.ways)
    at: list[int] = []
    places: list[Place] = []
    for (index, name), place in sorted(ends.items()):
        way = ways[index]
        if way is None:
            continue
        for side in ("start", "end"):
            if problem.terminals[int(sites.owner[getattr(way, side)])].name == name:
                at.append(getattr(way, side))
                moved = sites.count + len(places)
                ways[index] = replace(way, start=moved) if side == "start" else replace(way, end=moved)
                places.append(place)
                break
    more = replace(
        sites,
        xy=np.vstack((sites.xy, np.array(places).reshape(-1, 2))),
        core=np.vstack((sites.core, np.array(places).reshape(-1, 2))),
        first=np.concatenate((sites.first, sites.first[-1] + 1 + np.arange(len(places)))),
        **{name: np.concatenate((getattr(sites, name), getattr(sites, name)[at])) for name in _COPIED},
    )
    return replace(sketch, mesh=replace(sketch.mesh, sites=more), ways=tuple(ways))


FINE = 1e-4
"""The grid that centre lines are looked at on, µm."""

_COPIED = ("reach", "kind", "owner", "hull", "corner")


def parted(problem: Problem, found: Sequence[Fault], wires: Sequence[Wire], ways: Sequence[int], ends: Ends) -> Ends:
    """New ends for pairs of wires that leave one terminal at too sharp an angle; empty where the metal has no room."""
    by_name = {terminal.name: terminal for terminal in problem.terminals}
    out: Ends = {}
    for fault in found:
        if fault.kind not in ("angle", "space") or len(fault.wires) != 2:
            continue
        one, other = (wires[i] for i in fault.wires)
        shared = {one.start, one.end} & {other.start, other.end}
        if not shared or one.net != other.net:
            continue
        name = min(shared, key=lambda name: math.dist((by_name[name].x, by_name[name].y), (fault.x, fault.y)))
        moved = _beside(problem, by_name[name], (one, other), [ways[i] for i in fault.wires], {**ends, **out})
        if moved is not None:
            out[moved[0], name] = moved[1]
    return out


def _beside(
    problem: Problem, terminal: Terminal, pair: tuple[Wire, Wire], ways: Sequence[int], ends: Ends
) -> tuple[int, Place] | None:
    """Which of two wires is moved, and where to: away from the other one, across its direction."""
    moved = 1 if (ways[1], terminal.name) not in ends else 0
    if (ways[moved], terminal.name) in ends:
        return None
    still, mover = pair[1 - moved], pair[moved]
    centre = ends.get((ways[1 - moved], terminal.name), (terminal.x, terminal.y))
    x, y = _direction(still, terminal, centre)
    side = 1.0 if x * (leaving := _direction(mover, terminal, centre))[1] - y * leaving[0] > 0 else -1.0
    rule = problem.nets[mover.net]
    step = (still.width + mover.width) / 2 + rule.space * APART
    place = (centre[0] - side * y * step, centre[1] + side * x * step)
    place = (round(place[0] / problem.grid) * problem.grid, round(place[1] / problem.grid) * problem.grid)
    reach = math.dist(place, (terminal.x, terminal.y)) + mover.width / 2
    return (ways[moved], place) if reach <= terminal.inner_radius and problem.angles is Angles.ANY else None


def _direction(wire: Wire, terminal: Terminal, centre: Place) -> Place:
    """Unit vector in which a wire leaves a terminal, where it crosses its rim."""
    points = wire.points(FINE)
    points = points if math.dist(points[0], centre) <= math.dist(points[-1], centre) else points[::-1]
    reach = max(terminal.inner_radius, FINE)
    outer = next((p for p in points if math.dist(p, (terminal.x, terminal.y)) > reach), points[-1])
    length = math.dist(outer, points[0]) or 1.0
    return ((outer[0] - points[0][0]) / length, (outer[1] - points[0][1]) / length)
