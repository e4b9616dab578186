"""What the routes join: nets that stay open, nets that touch. Centre lines and widths only.

This is what `build` reports at once; it reads the plan, so it can't see a drawing mistake.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from bumpgen.design import Design, Route

__all__ = ["Finding", "connectivity"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with the plan: an open or a short, the nets, a sentence, a place in µm."""

    kind: Literal["open", "short"]
    nets: tuple[str, ...]
    message: str
    x: float
    y: float


def connectivity(design: Design) -> tuple[Finding, ...]:
    """Opens and shorts of a routed design; one whose pads lie under its bumps, or aren't told, has none."""
    table = design.file.pads
    if table.under_bumps if table is not None else not design.routes:
        return ()
    by_net: dict[str, list[Route]] = {}
    for route in design.routes:
        by_net.setdefault(route.net, []).append(route)
    return (*_opens(design, by_net), *_shorts(design.routes))


def _opens(design: Design, by_net: dict[str, list[Route]]) -> list[Finding]:
    ends: dict[str, list[tuple[str, float, float]]] = {}
    for pad in design.pads:
        ends.setdefault(pad.net, []).append((f"pad {pad.name}", pad.x, pad.y))
    for bump in design.bumps:
        ends.setdefault(bump.net, []).append((f"bump {bump.name}", bump.x, bump.y))
    found = []
    for net, places in sorted(ends.items()):
        if not net or len(places) < 2:
            continue
        groups = _groups(places, by_net.get(net, []), design.file.tolerances.route_end)
        if len(groups) > 1:
            parts = "; ".join(", ".join(names) for names in groups)
            found.append(Finding("open", (net,), f"net {net} is in {len(groups)} parts: {parts}", *places[0][1:]))
    return found


def _groups(places: list[tuple[str, float, float]], routes: list[Route], route_end: float) -> list[list[str]]:
    """Names of pads and bumps by the piece of metal they share (union-find over centre lines).

    A wire joins what its metal covers the centre of, and what it may end at: `route_end` µm from it.
    """
    import shapely

    lines = [shapely.LineString(route.points) for route in routes]
    shapes = [shapely.Point(x, y) for _, x, y in places] + lines
    root = list(range(len(shapes)))
    halves = [route.width / 2 for route in routes]
    farthest = max((route_end, 2 * max(halves, default=0.0)))
    near = shapely.STRtree(lines).query(shapes, predicate="dwithin", distance=farthest).T.tolist()

    def find(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    for i, k in near:
        reach = max(halves[k], route_end) if i < len(places) else halves[k] + halves[i - len(places)]
        if shapes[i].distance(lines[k]) <= reach:
            root[find(i)] = find(len(places) + k)
    table: dict[int, list[str]] = {}
    for i, (name, _, _) in enumerate(places):
        table.setdefault(find(i), []).append(name)
    return list(table.values())


def _shorts(routes: tuple[Route, ...]) -> list[Finding]:
    """Wires of different nets whose metal touches."""
    import shapely

    if not routes:
        return []
    areas: list[Any] = [shapely.LineString(r.points).buffer(r.width / 2, cap_style="flat") for r in routes]
    tree = shapely.STRtree(areas)
    found = []
    for i, j in sorted(map(tuple, tree.query(areas, predicate="intersects").T.tolist())):
        a, b = routes[i], routes[j]
        if i < j and a.net != b.net:
            at = areas[i].intersection(areas[j]).representative_point()
            message = f"routes {a.name or i + 1} ({a.net}) and {b.name or j + 1} ({b.net}) touch"
            found.append(Finding("short", (a.net, b.net), message, at.x, at.y))
    return found
