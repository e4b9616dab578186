"""Slits in one net's metal, filled: where a wire meets a pad at a sharp angle the gap narrows to nothing.

The process's rule of kind `notch` on the wire layer says how narrow a slit may be; a process
without one fills nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from bumpgen.geometry import Points, Polygon, Trace
from bumpgen.layout import flatten
from bumpgen.plan.connect import wire_layer
from bumpgen.plan.sites import Plan
from bumpgen.rules import read_rules

__all__ = ["Fill", "notch_fills"]

Corners: TypeAlias = tuple[tuple[float, float], ...]

ROUNDS = 4
"""A patch's own corner may be a new, wider slit; so often it is looked for."""


@dataclass(frozen=True, slots=True)
class Fill:
    """A patch of metal that closes a slit of a net."""

    net: str
    shape: Polygon


def notch_fills(plan: Plan) -> tuple[Fill, ...]:
    """Patches for every slit narrower than the process's notch rule allows, by net."""
    limit = _limit(plan)
    if not limit or not plan.design.routes:
        return ()
    grid = plan.design.process.grid.value
    found = []
    for net, outlines in sorted(_outlines(plan).items()):
        found += [Fill(net, Polygon(patch)) for patch in _patches(outlines, limit, grid)]
    return tuple(found)


def _limit(plan: Plan) -> float:
    """The widest notch rule on the wire layer, µm; 0 if there is none."""
    process = plan.design.process
    if process.rules is None:
        return 0.0
    rules = read_rules(process.rules).rules
    return max((rule.value for rule in rules if rule.kind == "notch" and rule.layers == (wire_layer(plan),)), default=0)


def _outlines(plan: Plan) -> dict[str, list[Points]]:
    """The wire layer's polygons of each net that has wires, µm."""
    process, table = plan.design.process, plan.design.file.routes
    grid, layer = process.grid.value, wire_layer(plan)
    pieces: dict[str, list[Points]] = {}
    for route in plan.design.routes:
        outlines = Trace(route.points, route.width, table.join if table else "miter").polygons(grid)
        pieces.setdefault(route.net, []).extend(outlines)
    drawn: dict[int, list[Points]] = {}
    for site in plan.sites:
        if site.net not in pieces:
            continue
        if id(site.spec) not in drawn:
            shapes = flatten(site.spec.draw(process), grid)
            drawn[id(site.spec)] = [points for name, points in shapes if name == layer]
        pieces[site.net].extend(points + (site.x, site.y) for points in drawn[id(site.spec)])
    return pieces


def _patches(outlines: list[Points], limit: float, grid: float) -> Iterator[Corners]:
    """Patches of a net: where its metal faces itself nearer than the limit, the area between is filled."""
    import klayout.db as db

    metal = db.Region()
    for points in outlines:
        metal.insert(db.Polygon([db.Point(x, y) for x, y in np.rint(points / grid).astype(int).tolist()]))
    metal.merge()
    for _ in range(ROUNDS):
        gaps = db.Region([_hull(pair) for pair in metal.notch_check(round(limit / grid)).each()]).merged()
        if gaps.is_empty():
            return
        for gap in gaps.each():
            yield tuple((point.x * grid, point.y * grid) for point in gap.each_point_hull())
        metal = (metal + gaps).merged()


def _hull(pair: Any) -> Any:
    """The four-sided area between two sides that face each other."""
    import klayout.db as db

    return db.Polygon([pair.first.p1, pair.first.p2, pair.second.p1, pair.second.p2])
