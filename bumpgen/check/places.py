"""Places from markers: all markers of one rule that touch are one place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from bumpgen.check.kind import Kind, Marker, Outline, outline
from bumpgen.check.scene import Scene
from bumpgen.report import Box, Place
from bumpgen.rules import Rule

if TYPE_CHECKING:
    import klayout.db as db

__all__ = ["grouped", "places"]


COMPACT = 0.98
"""Least area of a compact shape, as a share of its convex hull's: bumps, pads, openings, not wires."""

TOUCHING = 0.002
"""Markers nearer than this touch, µm: two of the finest grid steps, for corners moved on to the grid."""


def places(rule: Rule, kind: Kind, markers: Iterable[Marker], scene: Scene) -> tuple[Place, ...]:
    """The places of a rule, from left to right, then from bottom to top."""
    listed = list(markers)
    spots = [marker for marker in listed if marker.outline]
    owners = (
        [] if kind.owner is None or len(spots) < 2 else _compact(scene.region(rule.layers[kind.owner]), spots, scene)
    )
    groups = grouped([*(marker.outline for marker in spots), *owners])
    found = [
        _place(rule, kind, [spots[i] for i in group if i < len(spots)]) for group in groups if min(group) < len(spots)
    ]
    found.sort(key=lambda place: place.box or (0, 0, 0, 0))
    return (*(_place(rule, kind, [marker]) for marker in listed if not marker.outline), *found)


def _compact(region: db.Region, markers: Sequence[Marker], scene: Scene) -> list[Outline]:
    """Outlines of the compact shapes that markers touch."""
    import klayout.db as db
    import shapely

    spots = db.Region()
    for marker in markers:
        spots.insert(db.Polygon([db.Point(scene.steps(x), scene.steps(y)) for x, y in marker.outline]))
    touched = region.merged().interacting(spots)
    outlines = [outline(polygon, scene.dbu) for polygon in touched.each_merged()]
    areas = [shapely.Polygon(points) for points in outlines]
    return [
        points for points, area in zip(outlines, areas, strict=True) if area.area >= COMPACT * area.convex_hull.area
    ]


def grouped(outlines: Sequence[Sequence[tuple[float, float]]]) -> list[list[int]]:
    """Indexes of polygons (µm) by groups that touch."""
    if len(outlines) < 2:
        return [[i] for i in range(len(outlines))]
    import numpy as np
    import shapely

    counts = np.array([len(outline) for outline in outlines])
    points = np.array([point for outline in outlines for point in (*outline, outline[0])])
    rings = shapely.linearrings(points, indices=np.repeat(np.arange(len(outlines)), counts + 1))
    areas = shapely.make_valid(shapely.polygons(rings))
    one, other = shapely.STRtree(areas).query(areas, predicate="dwithin", distance=TOUCHING)
    return connected(len(outlines), zip(one.tolist(), other.tolist(), strict=True))


def connected(count: int, links: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Groups of 0 … count - 1 that links join, by their least member."""
    root = list(range(count))

    def find(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    for i, j in links:
        a, b = find(i), find(j)
        if a != b:
            root[max(a, b)] = min(a, b)
    groups: dict[int, list[int]] = {}
    for i in range(count):
        groups.setdefault(find(i), []).append(i)
    return list(groups.values())


def _place(rule: Rule, kind: Kind, markers: Sequence[Marker]) -> Place:
    measured = _worst(kind, [marker.measured for marker in markers if marker.measured is not None])
    note = next((marker.note for marker in markers if marker.note), "")
    outlines = tuple(marker.outline for marker in markers if marker.outline)
    return Place(rule.id, _box(outlines), measured, sentence(rule, kind, measured, note), outlines)


def _worst(kind: Kind, values: Sequence[float | str]) -> float | str | None:
    numbers = [value for value in values if isinstance(value, int | float)]
    if not numbers:
        return values[0] if values else None
    if kind.sense == "most":
        return max(numbers)
    return min(numbers)


def _box(outlines: Sequence[Sequence[tuple[float, float]]]) -> Box | None:
    points = [point for outline in outlines for point in outline]
    if not points:
        return None
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def sentence(rule: Rule, kind: Kind, measured: float | str | None, note: str) -> str:
    """What is wrong, in words: quantity, measured value, limit."""
    unit = rule.unit.replace(", exclusive", "")
    word = {"least": "at least", "most": "at most", "exact": "must be", "none": "asked for"}[kind.sense]
    if rule.exclusive:
        word = {"least": "more than", "most": "less than"}.get(kind.sense, word)
    what = ", ".join(rule.layers)
    limit = f"{rule.limit:g}" if isinstance(rule.limit, int | float) else rule.limit
    value = f" {measured:.6g}" if isinstance(measured, int | float) else f" {measured}" if measured else ""
    told = f"{what}: {kind.quantity}{value}, {word} {limit}{f' {unit}' if unit else ''}"
    return f"{told} ({note})" if note else told
