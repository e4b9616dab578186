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
    """Opens and shorts of a routed design; one whose pads lie under its bumps has none."""
    if design.file.pads is not None and design.file.pads.under_bumps:
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
        groups = _groups(places, by_net.get(net, []))
        if len(groups) > 1:
            parts = "; ".join(", ".join(names) for names in groups)
            found.append(Finding("open", (net,), f"net {net} is in {len(groups)} parts: {parts}", *places[0][1:]))
    return found


def _groups(places: list[tuple[str, float, float]], routes: list[Route]) -> list[list[str]]:
    """Names of pads and bumps by the piece of metal they share (union-find over centre lines)."""
    import shapely

    lines = [shapely.LineString(route.points) for route in routes]
    shapes = [shapely.Point(x, y) for _, x, y in places] + lines
    reach = [0.0] * len(places) + [route.width / 2 for route in routes]
    root = list(range(len(shapes)))

    def find(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    for i in range(len(shapes)):
        for j in range(max(i + 1, len(places)), len(shapes)):
            if shapes[i].distance(shapes[j]) <= reach[i] + reach[j]:
                root[find(i)] = find(j)
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
