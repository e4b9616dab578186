"""What of a layout a cut meets: shapes near its line, in coordinates along the cut and beside it; µm."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from bumpgen.cut import Cut
from bumpgen.geometry import Disc, Points, Transform
from bumpgen.layout import Array, Cell, Drawn, Instance, Layout, Placement
from bumpgen.masks.set import MaskRow

__all__ = ["BESIDE", "MetShape", "Spans", "chords", "printed", "shapes_met"]

Spans: TypeAlias = tuple[tuple[float, float], ...]
"""From, to along the cut, in order and apart, µm."""

BESIDE = 50.0
"""How far beside the line shapes are taken up, µm: what a bias or rounded corner brings on to it lies nearer."""


@dataclass(frozen=True, slots=True, eq=False)
class MetShape:
    """A shape that the cut meets, or nearly: its layer, its polygon over the cut; a circle's diameter."""

    layer: str
    area: Any
    diameter: float | None

    @property
    def centre(self) -> tuple[float, float]:
        """Of gravity: along the cut and beside it."""
        return float(self.area.centroid.x), float(self.area.centroid.y)

    @property
    def plan(self) -> float:
        """Its area from above, µm²; a circle's is the circle's, not its polygon's."""
        return math.pi * self.diameter**2 / 4 if self.diameter else float(self.area.area)

    @property
    def across(self) -> float:
        """Diameter of its circle, or of the circle of its area, µm."""
        return self.diameter or 2 * math.sqrt(self.plan / math.pi)

    @property
    def perimeter(self) -> float:
        """From above, µm."""
        return math.pi * self.diameter if self.diameter else float(self.area.length)


def shapes_met(layout: Layout, cut: Cut, ahead: float) -> tuple[MetShape, ...]:
    """All shapes within `BESIDE` of the line, from `ahead` before its start to as far behind its end."""
    way = np.arctan2(cut.along[1], cut.along[0])
    cosine, sine = float(np.cos(way)), float(np.sin(way))
    seen = _Seen(cut.start, np.array(((cosine, -sine), (sine, cosine))), (-ahead, cut.length + ahead), layout.grid)
    return tuple(seen.of(layout.top, Transform()))


@dataclass(frozen=True)
class _Seen:
    """Looks into cells whose circle about their origin comes near enough."""

    start: tuple[float, float]
    turn: Points
    ends: tuple[float, float]
    grid: float
    radii: dict[int, float] = field(default_factory=dict)

    def of(self, cell: Cell, outer: Transform) -> Iterator[MetShape]:
        for drawn in cell.shapes:
            yield from self._shape(drawn, outer)
        for instance in cell.instances:
            places = outer.apply(_places(instance))
            turn = Transform()
            if isinstance(instance, Placement | Array):
                turn = Transform(0.0, 0.0, instance.at.rotation, instance.at.mirror)
            whole = turn.then(Transform(0.0, 0.0, outer.rotation, outer.mirror))
            over = (places - np.array(self.start)) @ self.turn
            radius = self._radius(instance.cell)
            near = (np.abs(over[:, 1]) <= radius + BESIDE) & (over[:, 0] >= self.ends[0] - radius)
            for x, y in places[near & (over[:, 0] <= self.ends[1] + radius)].tolist():
                yield from self.of(instance.cell, Transform(x, y, whole.rotation, whole.mirror))

    def _shape(self, drawn: Drawn, outer: Transform) -> Iterator[MetShape]:
        import shapely

        for points in drawn.shape.polygons(self.grid):
            over = (outer.apply(points) - np.array(self.start)) @ self.turn
            low, high = over.min(axis=0), over.max(axis=0)
            if low[1] <= BESIDE and high[1] >= -BESIDE and low[0] <= self.ends[1] and high[0] >= self.ends[0]:
                diameter = drawn.shape.diameter if isinstance(drawn.shape, Disc) else None
                yield MetShape(drawn.layer, shapely.Polygon(over), diameter)

    def _radius(self, cell: Cell) -> float:
        """How far from its origin a cell reaches; each is looked into once."""
        if id(cell) not in self.radii:
            shapes = [points for drawn in cell.shapes for points in drawn.shape.polygons(self.grid)]
            own = [float(np.hypot(*points.T).max()) for points in shapes]
            inner = [float(np.hypot(*_places(use).T).max()) + self._radius(use.cell) for use in cell.instances]
            self.radii[id(cell)] = max([0.0, *own, *inner])
        return self.radii[id(cell)]


def _places(instance: Instance) -> Points:
    if isinstance(instance, Placement):
        return np.array([(instance.at.x, instance.at.y)])
    return instance.points() if isinstance(instance, Array) else instance.points


def chords(area: Any) -> Spans:
    """Where the line lies in an area over the cut."""
    import shapely

    x0, _, x1, _ = area.bounds if not area.is_empty else (0.0, 0.0, 0.0, 0.0)
    line = shapely.intersection(area, shapely.LineString([(x0 - 1, 0), (x1 + 1, 0)]))
    found = [part.bounds for part in shapely.get_parts(line) if part.length > 0]
    return tuple(sorted((x0, x1) for x0, _, x1, _ in found))


def printed(shapes: Iterable[MetShape], row: MaskRow, outline: Any | None) -> Any:
    """A mask's polygons as its film takes them: biased for undercut, with rounded corners and pulled-back edge.

    A bias that a process states makes up for what light and developer do; here both cancel. `outline` is the die's
    box over the cut. Returns an area over the cut, seen from above.
    """
    import shapely

    area = shapely.union_all([shape.area for shape in shapes if shape.layer == row.layer])
    bias = sum(part.total for part in row.biases if part.reason != "stated")
    if bias:
        area = shapely.buffer(area, bias / 2, join_style="mitre", mitre_limit=5)
    if row.pullback and outline is not None:
        inner = shapely.buffer(outline, -row.pullback, join_style="mitre")
        area = area & inner if row.polygon == "remains" else area | (outline - inner)
    if row.rounding:
        for distance in (-row.rounding, 2 * row.rounding, -row.rounding):
            area = shapely.buffer(area, distance, quad_segs=16)
    return area
