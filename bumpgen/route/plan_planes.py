"""Planes of a design: poured round what was routed, its teardrops and patches too. Lengths are µm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bumpgen.design import Design
from bumpgen.errors import InputError, Where
from bumpgen.geometry import Polygon
from bumpgen.layout import flatten
from bumpgen.plan import Plan, plan
from bumpgen.plan.connect import wire_layers
from bumpgen.plan.notches import notch_fills
from bumpgen.route.planes import HoleRule, Plane, Pour, drawable, pour
from bumpgen.route.problem import NetRule, Obstacle, Problem
from bumpgen.route.routing import Routing
from bumpgen.route.rules_of import net_rule
from bumpgen.routed import Poured, Routed, Unrouted
from bumpgen.routing_table import PlaneTable

__all__ = ["plane_layers", "with_planes"]


def plane_layers(design: Design, layers: tuple[str, ...]) -> dict[str, int]:
    """The wire layer of each net that has a plane."""
    tables = design.file.routing.planes if design.file.routing else ()
    return {table.net: layers.index(table.layer) if table.layer else 0 for table in tables}


def with_planes(design: Design, routing: Routing) -> Design:
    """The design with its planes; what a plane could not join is not routed. A note tells their sizes."""
    tables = design.file.routing.planes if design.file.routing else ()
    if not tables:
        return design
    planned = plan(design)
    problem, layers = _with_drawn(planned, routing.problem), wire_layers(planned)
    planes = [_plane(table, design, layers) for table in tables]
    try:
        pours = pour(problem, routing.wires, planes)
    except InputError as error:
        raise error.located(Where(design.path, key="routing.planes")) from None
    told = design.routed or Routed()
    drawn = tuple(_poured(one, layers, problem.grid) for one in pours)
    left = tuple(_left(one) for one in pours if one.status != "routed")
    routed = replace(told, pours=drawn, unrouted=(*told.unrouted, *left))
    return replace(design, routed=routed, notes=(*design.notes, *(_told(one, layers) for one in pours)))


def _plane(table: PlaneTable, design: Design, layers: tuple[str, ...]) -> Plane:
    rule: NetRule = net_rule(design, table.net, layers)
    space, width = table.space or rule.space, table.min_width or rule.width
    holes = table.holes
    return Plane(
        table.net, space, space if table.edge is None else table.edge, width, table.priority, table.outline, table.join,
        table.spoke_width or width, table.thermal_gap or space, table.spokes, table.min_area,
        HoleRule(holes.size, holes.pitch, holes.min_margin, holes.shape) if holes else None,
        layers.index(table.layer) if table.layer else 0,
    )  # fmt: skip


def _with_drawn(planned: Plan, problem: Problem) -> Problem:
    """The problem with what planes are to join, and all that is drawn: teardrops and patches in slits, too."""
    poured, sites = plane_layers(planned.design, wire_layers(planned)), {f"{s.role} {s.name}" for s in planned.sites}
    terminals = tuple(
        replace(t, wires=1) if t.name in sites and poured.get(t.net) == t.layer else t for t in problem.terminals
    )
    obstacles = (*problem.obstacles, *_drops(planned, problem), *_patches(planned))
    return replace(problem, terminals=terminals, obstacles=obstacles)


def _drops(planned: Plan, problem: Problem) -> Iterator[Obstacle]:
    """Metal of sites that have teardrops, piece by piece."""
    layers, process = wire_layers(planned), planned.design.process
    for site in planned.sites:
        if not site.spec.changes.get("capture_pad", {}).get("angles"):
            continue
        for name, points in flatten(site.spec.draw(process), problem.grid):
            if name in layers:
                corners = tuple((float(x), float(y)) for x, y in points + (site.x, site.y))
                yield Obstacle(corners, site.net, f"bump {site.name}", layer=layers.index(name))


def _patches(planned: Plan) -> Iterator[Obstacle]:
    layers = wire_layers(planned)
    for fill in notch_fills(planned):
        yield Obstacle(fill.shape.corners, fill.net, "patch", layer=layers.index(fill.layer))


def _poured(one: Pour, layers: tuple[str, ...], grid: float) -> Poured:
    rings = drawable(one, grid)
    shapes = tuple(Polygon(tuple((float(x), float(y)) for x, y in ring)) for ring in rings)
    return Poured(one.net, layers[one.layer], shapes)


def _left(one: Pour) -> Unrouted:
    reasons = [f"{name}: {reason}" for name, reason in one.unjoined]
    if len(one.islands) > 1:
        reasons.append(f"the plane is in {len(one.islands)} parts")
    return Unrouted(one.net, "; ".join(reasons) or "the plane holds no pad and no bump")


def _told(one: Pour, layers: tuple[str, ...]) -> str:
    """What was poured in a sentence."""
    parts = [f"{one.area / 1e6:.3f} mm² on {layers[one.layer]}", f"{len(one.joined)} pads and bumps joined"]
    if one.holes:
        parts.append(f"{one.holes} holes")
    if one.dropped:
        parts.append(f"{len(one.dropped)} islands left out")
    return f"plane {one.net}: {', '.join(parts)}"
