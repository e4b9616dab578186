"""Teardrops after routing: drawn where they keep their distance from other nets' metal, left out elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bumpgen.cells.site import Site
from bumpgen.design import Bump, Design
from bumpgen.geometry import Trace
from bumpgen.layout import flatten
from bumpgen.plan import Plan, PlannedSite, plan
from bumpgen.plan.connect import wire_layer, wire_layers
from bumpgen.route.rules_of import net_rule

__all__ = ["with_room_for_teardrops"]


def with_room_for_teardrops(design: Design) -> Design:
    """The design with those teardrops left out that would come too near to another net; a note names the bumps.

    Directions that the bump table states are kept.
    """
    if design.file.routing is not None and not design.file.routing.teardrops:
        return replace(design, bumps=tuple(replace(bump, teardrops=False) for bump in design.bumps))
    planned = plan(design)
    metal = _OtherMetal(planned)
    told = {site.name: site for site in planned.sites if site.role == "bump"}
    bumps = tuple(bump if bump.angles else metal.with_room(bump, told[bump.name]) for bump in design.bumps)
    less = [new.name for old, new in zip(design.bumps, bumps, strict=True) if old is not new]
    if not less:
        return design
    note = f"no room for a teardrop towards each wire of bump{'s' * (len(less) > 1)} {', '.join(less)}"
    return replace(design, bumps=bumps, notes=(*design.notes, note))


class _OtherMetal:
    """Wires, pads and bumps of a plan on its wire layers, to hold teardrops against."""

    def __init__(self, planned: Plan):
        import shapely

        self.plan = planned
        self.process = planned.design.process
        self.grid = self.process.grid.value
        self.found = [*self._wires(), *self._sites()]
        self.tree = shapely.STRtree([area for _, _, area in self.found])
        self.space: dict[str, float] = {}
        self.widest = max((self._space(net) for net, _, _ in self.found), default=0.0)

    def _wires(self) -> Iterator[tuple[str, str, Any]]:
        import shapely

        for route in self.plan.design.routes:
            for points in Trace(route.points, route.width, route.join).polygons(self.grid):
                yield route.net, route.layer or wire_layer(self.plan), shapely.Polygon(points)

    def _sites(self) -> Iterator[tuple[str, str, Any]]:
        """Metal of sites, pads without teardrops: two that are in each other's way are both left out."""
        import shapely

        layers = wire_layers(self.plan)
        drawn: dict[int, list[tuple[str, Any]]] = {}
        for site in (*self.plan.sites, *self.plan.vias):
            if id(site.spec) not in drawn:
                shapes = flatten(site.spec.draw(self.process), self.grid)
                drawn[id(site.spec)] = [(name, points) for name, points in shapes if name in layers]
            for name, points in drawn[id(site.spec)]:
                yield site.net, name, shapely.Polygon(points + (site.x, site.y))

    def with_room(self, bump: Bump, site: PlannedSite) -> Bump:
        """The bump with those directions that have room; the same bump where all have."""
        angles = site.spec.changes.get("capture_pad", {}).get("angles", ())
        if not angles or self._clear(site, angles):
            return bump
        kept = tuple(angle for angle in angles if self._clear(site, (angle,)))
        return replace(bump, angles=kept, teardrops=bool(kept))

    def _clear(self, site: PlannedSite, angles: tuple[float, ...]) -> bool:
        """Whether a bump with these teardrops keeps its distance."""
        import shapely

        pad = {**site.spec.changes["capture_pad"], "angles": angles}
        spec = Site(kind=site.spec.kind, changes={**site.spec.changes, "capture_pad": pad}, nested=site.spec.nested)
        for name, points in flatten(spec.draw(self.process), self.grid):
            if name not in wire_layers(self.plan):
                continue
            area = shapely.Polygon(points + (site.x, site.y))
            for index in self.tree.query(area.buffer(self.widest)).tolist():
                net, other, shape = self.found[index]
                near = net != site.net and other == name
                if near and area.distance(shape) < max(self._space(net), self._space(site.net)):
                    return False
        return True

    def _space(self, net: str) -> float:
        if net not in self.space:
            self.space[net] = net_rule(self.plan.design, net, wire_layers(self.plan)).space
        return self.space[net]
