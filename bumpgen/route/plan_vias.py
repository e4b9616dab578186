"""Vias between wire layers: beside each pad or bump whose net runs on another layer, where the rules leave room.

An opening must keep away from what the rules of kind `space` name (openings stacked on openings leave no
flat ground), so a via stands beside its pad or bump, joined to it by a strap on the layer it comes from.
Lengths are µm.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from bumpgen.cells.site import Site
from bumpgen.design import Route
from bumpgen.layout import flatten
from bumpgen.plan import Plan, PlannedSite
from bumpgen.plan.connect import wire_layers
from bumpgen.route.problem import NetRule, Obstacle, Place, Problem
from bumpgen.route.rules_of import spaced_layers, via_layers
from bumpgen.routed import Via

__all__ = ["Climb", "climbs_of"]

DIRECTIONS = 16
"""Ways out of a pad or bump in which a via is looked for."""

RINGS = 6
"""Distances at which it is looked for, each farther by a tenth than the one before."""


@dataclass(frozen=True, slots=True)
class Climb:
    """The vias and straps that lead from a site to its net's layer; `room` False: there was no place for one."""

    vias: tuple[Via, ...] = ()
    straps: tuple[Route, ...] = ()
    room: bool = True


def climbs_of(plan: Plan, flat: Problem, home: Sequence[int], layer_of: Mapping[str, int]) -> tuple[Climb, ...]:
    """A climb for each site, from its `home` layer to that of its net; `flat` has a terminal for each site."""
    classed = {name for name, rule in flat.nets.items() if rule.classed}
    sites = [
        site._replace(net=f"{terminal.net}: {terminal.name}") if terminal.net in classed else site
        for site, terminal in zip(plan.sites, flat.terminals, strict=True)
    ]
    ground = _Ground(replace(plan, sites=tuple(sites)), flat.obstacles, flat.edge)
    centres = _centres(flat)
    found = []
    for site, terminal, own in zip(sites, flat.terminals, home, strict=True):
        goal = layer_of.get(terminal.net, own)
        rule = flat.nets.get(terminal.net)
        found.append(ground.climb(site, own, goal, centres[terminal.net], rule) if rule else Climb())
    return tuple(found)


def _centres(flat: Problem) -> dict[str, Place]:
    """The middle of each net's terminals: vias are looked for on that side first."""
    places: dict[str, list[Place]] = {}
    for terminal in flat.terminals:
        places.setdefault(terminal.net, []).append((terminal.x, terminal.y))
    return {
        net: (math.fsum(x for x, _ in at) / len(at), math.fsum(y for _, y in at) / len(at))
        for net, at in places.items()
    }


@dataclass
class _Ground:
    """All that is drawn so far, by layer, to hold a via against."""

    plan: Plan
    obstacles: tuple[Obstacle, ...]
    edge: float
    drawn: dict[str, list[tuple[str, Any]]] = field(default_factory=dict)
    trees: dict[str, tuple[int, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        import shapely

        self.layers = wire_layers(self.plan)
        self.steps = via_layers(self.plan.design, self.layers)
        self.stacks = {name: self._stack(name) for _, name in self.steps}
        die = self.plan.design.die
        self.die = shapely.box(self.edge, self.edge, die.width - self.edge, die.height - self.edge)
        for site in self.plan.sites:
            self._add(site.net, self._shapes(site.spec), site.x, site.y)
        for obstacle in self.obstacles:
            grown = shapely.Polygon(obstacle.corners).buffer(obstacle.margin or 0.0)
            for layer in self.layers if obstacle.layer is None else (self.layers[obstacle.layer],):
                self.drawn.setdefault(layer, []).append((obstacle.net, grown))

    def _shapes(self, spec: Site) -> dict[str, Any]:
        """A site's area on each layer about its own place."""
        import shapely

        process = self.plan.design.process
        shapes: dict[str, list[Any]] = {}
        for name, points in flatten(spec.draw(process), process.grid.value):
            shapes.setdefault(name, []).append(shapely.Polygon(points))
        return {name: shapely.union_all(areas) for name, areas in shapes.items()}

    def _stack(self, name: str) -> dict[str, Any]:
        return self._shapes(Site(kind=name))

    def _add(self, net: str, shapes: Mapping[str, Any], x: float, y: float) -> None:
        import shapely.affinity

        for name, area in shapes.items():
            self.drawn.setdefault(name, []).append((net, shapely.affinity.translate(area, x, y)))

    def climb(self, site: PlannedSite, home: int, goal: int, towards: Place, rule: NetRule) -> Climb:
        """Via after via from a site's layer to the goal, each beside the last; what is found is drawn here."""
        vias: list[Via] = []
        straps: list[Route] = []
        place, stack = (site.x, site.y), self._shapes(site.spec)
        way = range(home, goal) if goal > home else range(home - 1, goal - 1, -1)
        for lower in way:
            opening, name = self.steps[lower]
            layer = self.layers[lower if goal > home else lower + 1]
            wide = min(rule.width, _width(self.stacks[name][layer]))
            spot = next(self._free(site.net, place, stack, (opening, name, layer), towards, wide, rule.space), None)
            if spot is None:
                return Climb(room=False)
            at, strap = spot
            self._add(site.net, self.stacks[name], *at)
            vias.append(Via(f"{site.name} {self.layers[lower]}", site.net, *at, name))
            if at != place:
                self._add(site.net, {layer: strap}, 0.0, 0.0)
                straps.append(Route(site.net, (place, at), wide, name=f"strap {site.name}", layer=layer))
            place, stack = at, self.stacks[name]
        return Climb(tuple(vias), tuple(straps))

    def _free(
        self, net: str, place: Place, stack: dict[str, Any], step: tuple[str, str, str], towards: Place, width: float,
        space: float,
    ) -> Iterator[tuple[Place, Any]]:  # fmt: skip
        """Places for a via and the straps to it, the nearest and best directed first."""
        import shapely
        import shapely.affinity

        opening, name, layer = step
        for at in self._candidates(place, self._nearest(stack, name, opening), towards):
            strap = shapely.LineString((place, at)).buffer(width / 2, cap_style="flat") if at != place else None
            moved = {key: shapely.affinity.translate(area, *at) for key, area in self.stacks[name].items()}
            if strap is not None:
                moved[layer] = moved[layer].union(strap)
            if self._fits(net, moved, opening, space):
                yield at, strap

    def _nearest(self, stack: dict[str, Any], name: str, opening: str) -> float:
        """How far an opening's centre must be from that of a stack that lies inside discs; 0: over it."""
        spaced = spaced_layers(self.plan.design.process, opening)
        own = _reach(self.stacks[name][opening])
        return max(
            (_reach(stack[other]) + least + own for other, least in spaced.items() if other in stack), default=0.0
        )

    def _candidates(self, place: Place, least: float, towards: Place) -> Iterator[Place]:
        grid = self.plan.design.process.grid.value
        if least == 0:
            yield place
        step = 2 * math.pi / DIRECTIONS
        aim = round(math.atan2(towards[1] - place[1], towards[0] - place[0]) / step)
        turns = sorted(range(DIRECTIONS), key=lambda turn: (min(turn, DIRECTIONS - turn), turn))
        for ring in range(RINGS if least else 0):
            for turn in turns:
                away = least * (1 + ring / 10) + grid
                x, y = (place[k] + away * f((aim + turn) * step) for k, f in enumerate((math.cos, math.sin)))
                yield round(round(x / grid) * grid, 9), round(round(y / grid) * grid, 9)

    def _fits(self, net: str, moved: dict[str, Any], opening: str, space: float) -> bool:
        """Whether a via and its strap keep what the rules and the nets ask for from all that is drawn."""
        for other, least in spaced_layers(self.plan.design.process, opening).items():
            if any(area.distance(moved[opening]) < least for _, area in self._near(other, moved[opening], least)):
                return False
        for layer in self.layers:
            own = moved.get(layer)
            if own is None:
                continue
            if not self.die.contains(own):
                return False
            near = self._near(layer, own, space)
            if any(other != net and area.distance(own) < space for other, area in near):
                return False
        return True

    def _near(self, layer: str, area: Any, least: float) -> Iterator[tuple[str, Any]]:
        """What is drawn on a layer within a distance; the search tree is made anew when its list has doubled."""
        import shapely

        drawn = self.drawn.get(layer, [])
        count, tree = self.trees.get(layer, (0, None))
        if tree is None or len(drawn) > 2 * count:
            count, tree = len(drawn), shapely.STRtree([shape for _, shape in drawn])
            self.trees[layer] = count, tree
        yield from (drawn[i] for i in tree.query(area.buffer(least)).tolist())
        yield from drawn[count:]


def _reach(area: Any) -> float:
    """How far an area goes from the origin, µm."""
    corners = np.array(area.convex_hull.exterior.coords)
    return float(np.hypot(corners[:, 0], corners[:, 1]).max())


def _width(area: Any) -> float:
    """The lesser side of an area's box, µm."""
    x0, y0, x1, y1 = area.bounds
    return float(min(x1 - x0, y1 - y0))
