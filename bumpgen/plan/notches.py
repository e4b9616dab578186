"""Slits in one net's metal, filled: where a wire meets a pad at a sharp angle the gap narrows to nothing.

The process's rule of kind `notch` on a wire layer says how narrow a slit may be; a process
without one fills nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from bumpgen.geometry import Points, Polygon, Trace
from bumpgen.layout import flatten
from bumpgen.plan.connect import wire_layer, wire_layers
from bumpgen.plan.sites import Plan
from bumpgen.rules import read_rules

__all__ = ["Fill", "notch_fills"]

Corners: TypeAlias = tuple[tuple[float, float], ...]

ROUNDS = 4
"""A patch's own corner may be a new, wider slit; so often it is looked for."""

OVERLAP = 20
"""Grid steps by which patches reach into the metal beside them where rounding left needles between the two."""


@dataclass(frozen=True, slots=True)
class Fill:
    """A patch of metal that closes a slit of a net."""

    net: str
    shape: Polygon
    layer: str


def notch_fills(plan: Plan) -> tuple[Fill, ...]:
    """Patches for every slit narrower than the process's notch rule allows, by layer and net."""
    if not plan.design.routes:
        return ()
    grid = plan.design.process.grid.value
    found = []
    for layer in wire_layers(plan):
        limit = _limit(plan, layer)
        for net, outlines in sorted(_outlines(plan, layer).items()) if limit else ():
            found += [Fill(net, Polygon(patch), layer) for patch in _patches(outlines, limit, grid)]
    return tuple(found)


def _limit(plan: Plan, layer: str) -> float:
    """The widest notch rule on a wire layer, µm; 0 if there is none."""
    process = plan.design.process
    if process.rules is None:
        return 0.0
    rules = read_rules(process.rules).rules
    return max((rule.value for rule in rules if rule.kind == "notch" and rule.layers == (layer,)), default=0)


def _outlines(plan: Plan, layer: str) -> dict[str, list[Points]]:
    """A wire layer's polygons of each net that has wires there, µm."""
    process = plan.design.process
    grid = process.grid.value
    pieces: dict[str, list[Points]] = {}
    for route in plan.design.routes:
        if (route.layer or wire_layer(plan)) == layer:
            pieces.setdefault(route.net, []).extend(Trace(route.points, route.width, route.join).polygons(grid))
    drawn: dict[int, list[Points]] = {}
    for site in (*plan.sites, *plan.vias):
        if site.net not in pieces:
            continue
        if id(site.spec) not in drawn:
            shapes = flatten(site.spec.draw(process), grid)
            drawn[id(site.spec)] = [points for name, points in shapes if name == layer]
        pieces[site.net].extend(points + (site.x, site.y) for points in drawn[id(site.spec)])
    for pour in plan.design.routed.pours if plan.design.routed else ():
        if pour.net in pieces and pour.layer == layer:
            pieces[pour.net].extend(points for shape in pour.shapes for points in shape.polygons(grid))
    return pieces


def _patches(outlines: list[Points], limit: float, grid: float) -> Iterator[Corners]:
    """Patches of a net: where its metal faces itself nearer than the limit, the area between is filled."""
    import klayout.db as db

    drawn = db.Region()
    for points in outlines:
        drawn.insert(db.Polygon([db.Point(x, y) for x, y in np.rint(points / grid).astype(int).tolist()]))
    least = round(limit / grid)
    for overlap in (0, OVERLAP):
        patches = _filled(drawn, least, overlap)
        if (drawn + db.Region(patches)).merged().notch_check(least).is_empty():
            break
    for patch in patches:
        yield tuple((point.x * grid, point.y * grid) for point in patch.each_point_hull())


def _filled(drawn: Any, limit: int, overlap: int) -> list[Any]:
    """Patches that close slits, round after round; in grid steps."""
    import klayout.db as db

    metal = drawn.merged()
    patches: list[Any] = []
    for _ in range(ROUNDS):
        slits = list(metal.notch_check(limit).each())
        if not slits:
            break
        gaps = db.Region([_hull(pair) for pair in slits])
        if overlap:
            gaps += db.Edges([side for pair in slits for side in (pair.first, pair.second)]).extended_in(overlap)
        patches += gaps.merged().each()
        metal = (drawn + db.Region(patches) if overlap else metal + gaps).merged()
    return patches


def _hull(pair: Any) -> Any:
    """The four-sided area between two sides that face each other."""
    import klayout.db as db

    return db.Polygon([pair.first.p1, pair.first.p2, pair.second.p1, pair.second.p2])
