"""Slits in one net's metal, filled: where a wire meets a pad at a sharp angle the gap narrows to nothing.

The process's rule of kind `notch` on a wire layer says how narrow a slit may be; a process
without one fills nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from bumpgen.geometry import Points, Polygon, Trace
from bumpgen.layout import flatten
from bumpgen.plan.connect import wire_layer, wire_layers
from bumpgen.plan.sites import Plan
from bumpgen.slits import narrowest, patches

__all__ = ["Fill", "notch_fills"]


@dataclass(frozen=True, slots=True)
class Fill:
    """A patch of metal that closes a slit of a net."""

    net: str
    shape: Polygon
    layer: str


def notch_fills(plan: Plan) -> tuple[Fill, ...]:
    """Patches for every slit narrower than the process's notch rule allows, by layer and net."""
    import klayout.db as db

    if not plan.design.routes:
        return ()
    grid = plan.design.process.grid.value
    found = []
    for layer in wire_layers(plan):
        limit = narrowest(plan.design.process, layer)
        for net, outlines in sorted(_outlines(plan, layer).items()) if limit else ():
            found += [Fill(net, Polygon(patch), layer) for patch in patches(db, outlines, limit, grid)]
    return tuple(found)


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
