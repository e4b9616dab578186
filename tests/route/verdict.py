"""What bumpgen's own DRC and net check say of a routing as it is drawn, on the RDL of wlcsp_500."""

from __future__ import annotations

from typing import Any

import klayout.db as db
import numpy as np

from bumpgen import read_process, read_rules
from bumpgen.check.kinds.space import SPACE
from bumpgen.check.kinds.width import WIDTH
from bumpgen.check.net_check import compare_nets
from bumpgen.check.nets import extract
from bumpgen.check.scene import Scene
from bumpgen.check.terminals import Terminal
from bumpgen.route.metal import terminal_polygons
from bumpgen.route.outline import outlines
from bumpgen.route.problem import Problem
from bumpgen.route.routing import Routing

PROCESS = read_process("wlcsp_500")
RULES = {rule.id: rule for rule in read_rules(PROCESS.rules or "").rules}


def spaces(routing: Routing, layer: int = 0) -> list[tuple[float, float]]:
    """Places where the space rule, at the widest spacing of all nets, finds wires or terminals too near, µm."""
    space = max(rule.space for rule in routing.problem.nets.values())
    return _places(SPACE, "RDL.S.1", space, routing, layer)


def widths(routing: Routing, layer: int = 0) -> list[tuple[float, float]]:
    """Places where the width rule, at the narrowest width or neck, finds metal too narrow, µm."""
    width = min(min(rule.width, rule.neck or rule.width) for rule in routing.problem.nets.values())
    return _places(WIDTH, "RDL.W.1", width, routing, layer, pads=False)


def _places(
    kind: Any, rule: str, limit: float, routing: Routing, layer: int, *, pads: bool = True
) -> list[tuple[float, float]]:
    scene = _scene(routing, layer, pads=pads)
    changed = RULES[rule].model_copy(update={"limit": limit})
    found = [marker.outline for marker in kind.check(changed, scene)]
    return [tuple(np.mean(np.asarray(outline), axis=0).tolist()) for outline in found]


def wrong_nets(routing: Routing, layer: int = 0) -> list[str]:
    """What the net check finds wrong: each connection is a net of its own, but in trees; every terminal is probed."""
    found = extract(_scene(routing, layer), _terminals(routing))
    judged = ("NET.MISS.1", "NET.SWAP.1", "NET.SHORT.1", "NET.OPEN.1")
    return [f"{r.rule} {r.places[:1]}" for r in compare_nets(found) if r.rule in judged and r.places]


def _terminals(routing: Routing) -> list[Terminal]:
    problem = routing.problem
    net_of: dict[str, str] = {}
    for net in routing.nets.values():
        for number, wire in enumerate(net.wires):
            name = net.net if problem.nets[net.net].join == "tree" else f"{net.net}#{number}"
            net_of[wire.start] = net_of[wire.end] = name
    return [Terminal(t.name, t.role, net_of.get(t.name, ""), t.x, t.y, ("RDL",)) for t in problem.terminals]


def _scene(routing: Routing, layer: int, *, pads: bool = True) -> Scene:
    problem: Problem = routing.problem
    layout = db.Layout()
    layout.dbu = problem.grid
    top = layout.create_cell("TOP")
    shapes = top.shapes(layout.layer(*PROCESS.layers["RDL"].gds))
    wires = [wire for wire in routing.wires if wire.layer == layer]
    rings = [ring for own in outlines(wires, problem.grid) for ring in own]
    ends = [name for wire in wires for name in (wire.start, wire.end)]
    shown = [t for t in problem.terminals if pads or ends.count(t.name) > 1]  # where two wires' ends cross in a pad
    rings += terminal_polygons(shown, problem.grid) if shown else []
    for ring in rings:
        corners = np.rint(np.asarray(ring) / problem.grid).astype(int).tolist()
        shapes.insert(db.Polygon([db.Point(x, y) for x, y in corners]))
    return Scene(layout, top, PROCESS)
