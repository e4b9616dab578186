"""Why connections have no wire: full cuts in words and numbers, and how full every gate is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from bumpgen.route.asked import Asked
from bumpgen.route.flow import FreeAssignment
from bumpgen.route.mesh import Mesh
from bumpgen.route.problem import Problem
from bumpgen.route.routing import Cut
from bumpgen.route.sites import EDGE, OBSTACLE, Floats
from bumpgen.route.sketch import Sketch
from bumpgen.route.topology_blocking import Blockage, blocking

__all__ = ["Told", "class_cuts", "cuts_of", "gates_of"]

Told: TypeAlias = tuple[str, tuple[Cut, ...]]
"""Why a connection or class isn't wholly routed, in words and as full cuts."""

EXPLAINED = 40
"""So many connections without a way are looked into one by one."""


def cuts_of(problem: Problem, asked: Asked, sketch: Sketch, penalties: Floats) -> dict[int, Told]:
    """For each connection without a way why it has none; past the first `EXPLAINED` in general words."""
    lost = [index for index, way in enumerate(sketch.ways) if way is None]
    told = lost[:EXPLAINED]
    ways = tuple(way for index, way in enumerate(sketch.ways) if way is not None or index in set(told))
    kept = [index for index, way in enumerate(sketch.ways) if way is not None or index in set(told)]
    part = Sketch(sketch.mesh, sketch.widths[kept], sketch.spaces[kept], ways)
    found = blocking(part, [asked.pairs[index] for index in kept], penalties)
    out = {kept[at]: _told(problem, asked, kept, part, blockages) for at, blockages in found.items()}
    return out | dict.fromkeys(lost[EXPLAINED:], ("no way found, as for those named", ()))


def class_cuts(problem: Problem, mesh: Mesh, flow: FreeAssignment, left: int) -> Told:
    """Why a class has pairs left over: the gates that are full all round what can't be joined, the widest first."""
    every = [(row, False) for row in flow.cuts] + [(row, True) for row in flow.diagonals]
    rows = sorted(((row, across) for row, across in every if row[1]), key=lambda row: -row[0][1]) or every
    pitch = float(flow.sketch.widths[0] + flow.sketch.spaces[0]) if len(flow.sketch.widths) else 0.0
    space = float(flow.sketch.spaces[0]) if len(flow.sketch.spaces) else 0.0
    full = []
    for (side, holds, _), across in rows:
        gap = float((mesh.cross_gap if across else mesh.gap)[side])
        full.append(_cut(problem, mesh, Blockage(side, across, gap, space + pitch * (holds + 1), holds + 1)))
    words = f"{left} more than the gates hold: all {len(full)} gates of a cut are full" if full else f"{left} left over"
    if len(full) == 1:
        return f"{left} more than the gates hold: {full[0]}", tuple(full)
    return (f"{words}, the first of them {full[0]}" if full else words), tuple(full)


def _told(problem: Problem, asked: Asked, kept: Sequence[int], sketch: Sketch, blockages: tuple[Blockage, ...]) -> Told:
    full = tuple(_cut(problem, sketch.mesh, blockage) for blockage in blockages if blockage.is_overfull)
    if full:
        return str(full[0]), full
    crossed = sorted({asked.connections[kept[i]].net for blockage in blockages for i in blockage.crossed})
    if crossed:
        return f"shut in by the wires of {', '.join(crossed[:6])}{' …' * (len(crossed) > 6)}", ()
    if blockages:
        return "its way can't be drawn with the spacing asked for", ()
    return "no gap leads from one of its ends to the other", ()


def _cut(problem: Problem, mesh: Mesh, blockage: Blockage) -> Cut:
    sites = mesh.apexes[blockage.side] if blockage.across else mesh.ends[blockage.side]
    start, end = mesh.sites.xy[sites] if blockage.across else mesh.gates[blockage.side]
    one, other = (_name(problem, mesh, int(site)) for site in sites)
    places = [(round(float(x), 3), round(float(y), 3)) for x, y in (start, end)]
    capacity, demand = round(max(blockage.capacity, 0.0), 3), round(blockage.demand, 3)
    return Cut(places[0], places[1], (one, other), capacity, demand, blockage.wires)


def _name(problem: Problem, mesh: Mesh, site: int) -> str:
    kind, owner = int(mesh.sites.kind[site]), int(mesh.sites.owner[site])
    if kind == EDGE:
        return "the die's edge"
    if kind == OBSTACLE:
        return problem.obstacles[owner].name or f"obstacle {owner + 1}"
    return problem.terminals[owner].name


def gates_of(problem: Problem, sketch: Sketch) -> tuple[Cut, ...]:
    """Every gate that a wire could pass, with what its wires ask of it: what a map of capacity shows."""
    mesh, demand = sketch.mesh, sketch.demand()
    counts = {side: len(order) for side, order in sketch.orders().items()}
    out = []
    for side in range(len(mesh.ends)):
        if mesh.gap[side] > 0:
            blockage = Blockage(side, False, float(mesh.gap[side]), float(demand[side]), counts.get(side, 0))
            out.append(_cut(problem, mesh, blockage))
    return tuple(out)
