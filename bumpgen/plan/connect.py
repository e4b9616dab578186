"""What the wires join: nets that stay open, nets that touch, judged on the wire layers' metal.

This is what `build` reports at once. It looks at the plan's pads, bumps, vias, wires and planes only; what
marks and other cells placed by hand touch, and what other layers join, is for the net check.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from bumpgen.design import Design
from bumpgen.geometry import Trace
from bumpgen.layout import flatten
from bumpgen.plan.sites import Plan, PlannedSite

__all__ = ["Finding", "connectivity", "joined_sites", "site_metal", "wire_layer", "wire_layers"]

Pair: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with the plan: an open or a short, the nets, a sentence, a place in µm."""

    kind: Literal["open", "short"]
    nets: tuple[str, ...]
    message: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class _Piece:
    """A pad's, bump's, via's, wire's or plane's metal as a shapely area on one wire layer.

    A site without metal is a spot to be hit. Pieces of one `owner` are joined, whatever their layers.
    """

    name: str
    net: str
    area: Any
    layer: str
    owner: int
    end: bool = False  # a pad or bump, which its net must reach
    metal: bool = True


def connectivity(plan: Plan) -> tuple[Finding, ...]:
    """Opens and shorts of a plan; none are open where pads lie under the bumps, or aren't told.

    What a router could not join is open too, with its reason.
    """
    design = plan.design
    metal = site_metal(plan)
    wired = bool(design.routes or design.routed)
    if not wired and all(area.is_empty for own in metal.values() for area in own.values()):
        return ()
    pieces = _pieces(plan, metal)
    touching = _touching(pieces)
    table = design.file.pads
    routed = wired if table is None else not table.under_bumps
    opens = _with_reasons(_opens(pieces, touching) if routed else [], design)
    return (*opens, *_shorts(pieces, touching))


def joined_sites(plan: Plan) -> list[int]:
    """A number for each site of a plan: equal where wires of the table already join them."""
    pieces = _pieces(plan, site_metal(plan))
    roots = _roots(pieces, _touching(pieces))
    first = {piece.owner: roots[i] for i, piece in reversed(list(enumerate(pieces)))}
    return [first[owner] for owner in range(len(plan.sites))]


def wire_layer(plan: Plan) -> str:
    """The layer that wires are drawn on where nothing else is said."""
    return str(plan.design.process.default("trace").get("layer", "RDL"))


def wire_layers(plan: Plan) -> tuple[str, ...]:
    """All layers that wires are drawn on, the lowest first: those the design routes on, or the process's one."""
    routing = plan.design.file.routing
    return routing.layers if routing is not None and routing.layers else (wire_layer(plan),)


def site_metal(plan: Plan) -> dict[int, dict[str, Any]]:
    """Each spec's area on each wire layer about its own place, by the spec's id; empty where it has none."""
    import shapely

    layers, process = wire_layers(plan), plan.design.process
    areas: dict[int, dict[str, Any]] = {}
    for spec in {id(site.spec): site.spec for site in (*plan.sites, *plan.vias)}.values():
        shapes = [(name, shapely.Polygon(points)) for name, points in flatten(spec.draw(process), process.grid.value)]
        areas[id(spec)] = {
            layer: shapely.union_all([area for name, area in shapes if name == layer]) for layer in layers
        }
    return areas


def _pieces(plan: Plan, metal: dict[int, dict[str, Any]]) -> list[_Piece]:
    owner = len(plan.sites) + len(plan.vias)
    return _of_sites(plan, metal) + _wires(plan, owner) + _pours(plan, owner + len(plan.design.routes))


def _of_sites(plan: Plan, metal: dict[int, dict[str, Any]]) -> list[_Piece]:
    """Each site's metal on each wire layer; a spot on the lowest where it has none at all."""
    import shapely

    spot = {wire_layer(plan): shapely.Point(0, 0).buffer(plan.design.file.tolerances.route_end)}
    drawn = {spec: {layer: area for layer, area in own.items() if not area.is_empty} for spec, own in metal.items()}
    sites = (*plan.sites, *plan.vias)
    pieces = []
    for owner, (site, areas) in enumerate(zip(sites, _placed(sites, drawn, spot), strict=True)):
        name, end, has_metal = f"{site.role} {site.name}", site.role != "via", bool(drawn[id(site.spec)])
        pieces += [_Piece(name, site.net, area, layer, owner, end, has_metal) for layer, area in areas.items()]
    return pieces


def _placed(
    sites: Sequence[PlannedSite], drawn: dict[int, dict[str, Any]], spot: dict[str, Any]
) -> list[dict[str, Any]]:
    """Each site's areas by layer where they lie, moved there all at once for each spec."""
    import numpy as np
    import shapely

    members: dict[int, list[int]] = {}
    for number, site in enumerate(sites):
        members.setdefault(id(site.spec), []).append(number)
    found: list[dict[str, Any]] = [{} for _ in sites]
    for spec, numbers in members.items():
        at = np.array([(sites[number].x, sites[number].y) for number in numbers])
        for layer, area in (drawn[spec] or spot).items():
            own = shapely.get_coordinates(area)
            points = (at[:, None, :] + own[None, :, :]).reshape(-1, 2)
            moved = shapely.set_coordinates(np.full(len(numbers), area, dtype=object), points)
            for number, each in zip(numbers, moved, strict=True):
                found[number][layer] = each
    return found


def _wires(plan: Plan, owner: int) -> list[_Piece]:
    import shapely

    grid, layer = plan.design.process.grid.value, wire_layer(plan)
    pieces = []
    for number, route in enumerate(plan.design.routes):
        outlines = Trace(route.points, route.width, route.join).polygons(grid)
        area = shapely.union_all([shapely.Polygon(points) for points in outlines])
        name = f"route {route.name or number + 1}"
        pieces.append(_Piece(name, route.net, area, route.layer or layer, owner + number))
    return pieces


def _pours(plan: Plan, owner: int) -> list[_Piece]:
    """Each polygon of each plane: what they join they join by touching."""
    import shapely

    grid = plan.design.process.grid.value
    pieces: list[_Piece] = []
    for pour in plan.design.routed.pours if plan.design.routed else ():
        for shape in pour.shapes:
            area = shapely.union_all([shapely.Polygon(points) for points in shape.polygons(grid)])
            pieces.append(_Piece(f"plane {pour.net}", pour.net, area, pour.layer, owner + len(pieces)))
    return pieces


def _touching(pieces: list[_Piece]) -> list[Pair]:
    """Pairs of pieces on one layer that touch or overlap, the lesser index first."""
    import shapely

    areas = [piece.area for piece in pieces]
    near = shapely.STRtree(areas).query(areas, predicate="intersects").T.tolist()
    return sorted((i, j) for i, j in near if i < j and pieces[i].layer == pieces[j].layer)


def _roots(pieces: list[_Piece], touching: list[Pair]) -> list[int]:
    """A number for each piece: equal where a net's pieces are joined (union-find over what touches)."""
    root = list(range(len(pieces)))

    def find(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    first: dict[int, int] = {}
    for i, piece in enumerate(pieces):
        root[find(i)] = find(first.setdefault(piece.owner, i))
    for i, j in touching:
        if pieces[i].net == pieces[j].net and (pieces[i].metal or pieces[j].metal):
            root[find(i)] = find(j)
    return [find(i) for i in range(len(pieces))]


def _opens(pieces: list[_Piece], touching: list[Pair]) -> list[Finding]:
    """Nets whose pads and bumps lie on more than one piece of metal."""
    roots = _roots(pieces, touching)
    groups: dict[str, dict[int, list[_Piece]]] = {}
    for root, piece in zip(roots, pieces, strict=True):
        if piece.end and piece.net:
            groups.setdefault(piece.net, {}).setdefault(root, []).append(piece)
    return [_open(net, parts.values()) for net, parts in sorted(groups.items()) if len(parts) > 1]


def _open(net: str, parts: Iterable[list[_Piece]]) -> Finding:
    listed = list(parts)
    told = "; ".join(", ".join(dict.fromkeys(piece.name for piece in part)) for part in listed)
    at = listed[0][0].area.representative_point()
    return Finding("open", (net,), f"net {net} is in {len(listed)} parts: {told}", at.x, at.y)


def _with_reasons(opens: list[Finding], design: Design) -> list[Finding]:
    """Opens with the router's reasons, and what it could not join beside them, at the net's first pad or bump."""
    reasons = {net.net: net.reason for net in design.routed.unrouted} if design.routed else {}
    told = [
        replace(found, message=f"{found.message}; not routed: {reasons.pop(found.nets[0])}")
        if found.nets[0] in reasons
        else found
        for found in opens
    ]
    places = {bump.net: (bump.x, bump.y) for bump in reversed(design.bumps)}
    places |= {pad.net: (pad.x, pad.y) for pad in reversed(design.pads)}
    for net, reason in reasons.items():
        told.append(Finding("open", (net,), f"net {net} is not routed: {reason}", *places.get(net, (0.0, 0.0))))
    return told


def _shorts(pieces: list[_Piece], touching: list[Pair]) -> list[Finding]:
    """Metal of different nets that touches."""
    found = []
    for i, j in touching:
        a, b = pieces[i], pieces[j]
        if a.net != b.net and a.metal and b.metal:
            at = a.area.intersection(b.area).representative_point()
            message = f"{a.name} ({a.net or 'no net'}) and {b.name} ({b.net or 'no net'}) touch"
            found.append(Finding("short", (a.net, b.net), message, at.x, at.y))
    return found
