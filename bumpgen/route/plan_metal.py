"""A plan's metal as a router sees it: terminals of pads and bumps, obstacles of all else. Lengths are µm."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bumpgen.cells import CELLS
from bumpgen.geometry import Disc, Points, Trace, Transform
from bumpgen.layout import Cell, Drawn, Placement, flatten
from bumpgen.plan import Plan, PlannedSite
from bumpgen.plan.connect import wire_layer, wire_layers
from bumpgen.process import Process
from bumpgen.route.problem import Obstacle, Place
from bumpgen.route.rules_of import spaced_layers
from bumpgen.rules import Rule, read_rules

__all__ = ["Landing", "landing_of", "obstacles_of"]


@dataclass(frozen=True, slots=True)
class Landing:
    """What a site has for wires to end in on one layer, about its own place.

    `outline` and `radius` as of a Terminal. `drawn` False: the site has no metal there, and a square of
    `side` µm has to be drawn that covers its opening.
    """

    outline: tuple[Place, ...]
    radius: float = 0.0
    drawn: bool = True
    side: float = 0.0

    @property
    def reach(self) -> float:
        """How far it goes from its place, µm."""
        return max(math.hypot(x, y) for x, y in self.outline) + self.radius


def landing_of(site: PlannedSite, process: Process, layer: str, width: float) -> Landing:
    """A site's metal on a wire layer: a disc stays a disc, anything else is its hull.

    Without metal there it is a square, as wide as the wires or as wide as the rules of kind `enclosure` ask for
    around the site's openings.
    """
    cell, grid = site.spec.draw(process), process.grid.value
    shapes = list(_drawn_on(cell, layer))
    if len(shapes) == 1 and isinstance(shapes[0].shape, Disc):
        corners = shapes[0].shape.polygons(grid)[0]
        return Landing(((0.0, 0.0),), float(np.hypot(corners[:, 0], corners[:, 1]).max()))
    if shapes:
        return Landing(_hull(np.vstack([p for name, p in flatten(cell, grid) if name == layer])))
    half = _covering(cell, process, layer, width)
    return Landing(((-half, -half), (half, -half), (half, half), (-half, half)), drawn=False, side=2 * half)


def _drawn_on(cell: Cell, layer: str) -> Iterator[Drawn]:
    """Shapes of a site on a layer; its parts stand unturned at its place."""
    yield from (drawn for drawn in cell.shapes if drawn.layer == layer)
    for instance in cell.instances:
        yield from _drawn_on(instance.cell, layer)


def _hull(points: Points) -> tuple[Place, ...]:
    """Corners of the convex hull, counter-clockwise."""
    import shapely

    ring = shapely.geometry.polygon.orient(shapely.convex_hull(shapely.multipoints(points))).exterior
    return tuple((float(x), float(y)) for x, y in list(ring.coords)[:-1])


def _covering(cell: Cell, process: Process, layer: str, width: float) -> float:
    """Half of the side of a square over a site's openings, on the grid."""
    needed = {rule.layers[1]: rule.value for rule in _enclosures(process, layer)}
    grid = process.grid.value
    reach = [float(np.abs(points).max()) + needed[name] for name, points in flatten(cell, grid) if name in needed]
    return math.ceil(max([width / 2, *reach]) / grid - 1e-6) * grid


def _enclosures(process: Process, layer: str) -> Iterator[Rule]:
    rules = read_rules(process.rules).rules if process.rules is not None else ()
    under = {name for c in process.connections if c.between[1] == layer for name in c.via}
    return (r for r in rules if r.kind == "enclosure" and r.layers[0] == layer and r.layers[1] in under)


def obstacles_of(plan: Plan) -> tuple[Obstacle, ...]:
    """Wires of the table, cells placed by hand and keep-outs, on the layers they are on."""
    return (*_kept(plan), *_by_hand(plan), *_keepouts(plan))


def _kept(plan: Plan) -> Iterator[Obstacle]:
    """Wires that the design brings along: metal of their nets."""
    layers, grid = wire_layers(plan), plan.design.process.grid.value
    for route in plan.design.routes:
        layer = layers.index(route.layer or wire_layer(plan))
        for points in Trace(route.points, route.width, route.join).polygons(grid):
            yield Obstacle(_corners(points), route.net, f"route {route.name}".strip(), layer=layer)


def _by_hand(plan: Plan) -> Iterator[Obstacle]:
    """Marks, rings and the like: metal of no net on a wire layer, and what wires keep away from by rule."""
    design = plan.design
    process, grid = design.process, design.process.grid.value
    for number, layer in enumerate(wire_layers(plan)):
        margins: dict[str, float | None] = {**spaced_layers(process, layer), layer: None}
        for table in design.file.cells:
            cell = CELLS[table.cell].make(process, **table.set).draw(process)
            placed = Cell("", instances=tuple(Placement(cell, Transform(x, y, table.rotation)) for x, y in table.at))
            for name, points in flatten(placed, grid):
                if name in margins:
                    yield Obstacle(_corners(points), "", table.cell, margins[name], number)


def _keepouts(plan: Plan) -> Iterator[Obstacle]:
    routing, layers = plan.design.file.routing, wire_layers(plan)
    for number, keepout in enumerate(routing.keepouts if routing else ()):
        layer = layers.index(keepout.layer) if keepout.layer else None
        yield Obstacle(keepout.outline or (), "", f"keepout {number + 1}", keepout.margin, layer)


def _corners(points: Points) -> tuple[Place, ...]:
    return tuple((float(x), float(y)) for x, y in points)
