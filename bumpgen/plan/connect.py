"""What the wires join: nets that stay open, nets that touch, judged on the wire layer's metal.

This is what `build` reports at once. It looks at the plan's pads, bumps and wires only; what
marks and other cells placed by hand touch, and what other layers join, is for the net check.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from bumpgen.geometry import Trace
from bumpgen.layout import flatten
from bumpgen.plan.sites import Plan

__all__ = ["Finding", "connectivity", "wire_layer"]

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
    """A pad's, bump's or wire's metal as a shapely area; a site without metal is a spot to be hit."""

    name: str
    net: str
    area: Any
    end: bool  # a pad or bump, which its net must reach
    metal: bool = True


def connectivity(plan: Plan) -> tuple[Finding, ...]:
    """Opens and shorts of a plan; none are open where pads lie under the bumps, or aren't told."""
    import shapely

    metal = _metal(plan)
    if not plan.design.routes and all(area.is_empty for area in metal.values()):
        return ()
    pieces = [*_sites(plan, metal), *_wires(plan)]
    areas = [piece.area for piece in pieces]
    near = shapely.STRtree(areas).query(areas, predicate="intersects").T.tolist()
    touching = sorted((i, j) for i, j in near if i < j)
    table = plan.design.file.pads
    routed = bool(plan.design.routes) if table is None else not table.under_bumps
    return (*(_opens(pieces, touching) if routed else ()), *_shorts(pieces, touching))


def wire_layer(plan: Plan) -> str:
    """The layer that wires are drawn on."""
    return str(plan.design.process.default("trace").get("layer", "RDL"))


def _metal(plan: Plan) -> dict[int, Any]:
    """The wire layer's area of each spec in use, about its own place; empty where it has none."""
    import shapely

    layer, process = wire_layer(plan), plan.design.process
    areas = {}
    for spec in {id(site.spec): site.spec for site in plan.sites}.values():
        shapes = flatten(spec.draw(process), process.grid.value)
        areas[id(spec)] = shapely.union_all([shapely.Polygon(points) for name, points in shapes if name == layer])
    return areas


def _sites(plan: Plan, metal: dict[int, Any]) -> list[_Piece]:
    import shapely
    import shapely.affinity

    spot = shapely.Point(0, 0).buffer(plan.design.file.tolerances.route_end)
    pieces = []
    for site in plan.sites:
        own = metal[id(site.spec)]
        area = shapely.affinity.translate(spot if own.is_empty else own, site.x, site.y)
        pieces.append(_Piece(f"{site.role} {site.name}", site.net, area, end=True, metal=not own.is_empty))
    return pieces


def _wires(plan: Plan) -> list[_Piece]:
    import shapely

    grid = plan.design.process.grid.value
    join = plan.design.file.routes.join if plan.design.file.routes else "miter"
    pieces = []
    for number, route in enumerate(plan.design.routes, 1):
        outlines = Trace(route.points, route.width, join).polygons(grid)
        area = shapely.union_all([shapely.Polygon(points) for points in outlines])
        pieces.append(_Piece(f"route {route.name or number}", route.net, area, end=False))
    return pieces


def _opens(pieces: list[_Piece], touching: list[Pair]) -> list[Finding]:
    """Nets whose pads and bumps lie on more than one piece of metal (union-find over what touches)."""
    root = list(range(len(pieces)))

    def find(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    for i, j in touching:
        if pieces[i].net == pieces[j].net and (pieces[i].metal or pieces[j].metal):
            root[find(i)] = find(j)
    groups: dict[str, dict[int, list[_Piece]]] = {}
    for i, piece in enumerate(pieces):
        if piece.end and piece.net:
            groups.setdefault(piece.net, {}).setdefault(find(i), []).append(piece)
    return [_open(net, parts.values()) for net, parts in sorted(groups.items()) if len(parts) > 1]


def _open(net: str, parts: Iterable[list[_Piece]]) -> Finding:
    listed = list(parts)
    told = "; ".join(", ".join(piece.name for piece in part) for part in listed)
    at = listed[0][0].area.representative_point()
    return Finding("open", (net,), f"net {net} is in {len(listed)} parts: {told}", at.x, at.y)


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
