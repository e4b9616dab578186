"""A layout's cells as figures, and where its labels fall on them. All lengths are µm."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from bumpgen.errors import GeometryError
from bumpgen.geometry import Disc, Points, Transform
from bumpgen.layout import Array, Cell, Instance, Label, Layout, Placement, Scatter
from bumpgen.view.picture import Circle, Figure, Outline, Primitive, Sheet, Site

__all__ = ["Box", "Extents", "count", "figures_of", "placed", "places_of", "sites_of", "top_fill", "turn_of"]

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 in µm."""


def figures_of(layout: Layout, drawn: frozenset[str]) -> tuple[Figure, ...]:
    """Every cell that shows something on the `drawn` layers, children first."""
    found: dict[str, Figure] = {}
    for cell in layout.cells():
        shapes = _primitives(cell, layout, drawn)
        uses = tuple(i for i in cell.instances if i.cell.name in found)
        layers = frozenset(shapes).union(*(found[i.cell.name].layers for i in uses))
        if layers:
            found[cell.name] = Figure(cell.name, shapes, uses, layers)
    return tuple(found.values())


def _primitives(cell: Cell, layout: Layout, drawn: frozenset[str]) -> dict[str, tuple[Primitive, ...]]:
    table: dict[str, list[Primitive]] = {}
    for item in cell.shapes:
        layout.number(item.layer)
        if item.layer not in drawn:
            continue
        row = table.setdefault(item.layer, [])
        if isinstance(item.shape, Disc):
            row.append(_circle(item.shape))
        else:
            row += [Outline(points) for points in item.shape.polygons(layout.grid)]
    return {layer: tuple(row) for layer, row in table.items()}


def _circle(disc: Disc) -> Circle:
    if not (math.isfinite(disc.diameter) and disc.diameter > 0):
        raise GeometryError(f"diameter = {disc.diameter:g} µm must be greater than 0")
    return Circle(disc.x, disc.y, disc.diameter)


def places_of(instance: Instance) -> Points:
    """Where an instance's elements lie in its parent, (N, 2) µm."""
    match instance:
        case Placement():
            return np.array([(instance.at.x, instance.at.y)])
        case Array():
            return instance.points()
        case Scatter():
            return instance.points


def turn_of(instance: Instance) -> Transform:
    """The rotation and mirror that all elements of an instance share, without the move."""
    if isinstance(instance, Scatter):
        return Transform()
    return Transform(0.0, 0.0, instance.at.rotation, instance.at.mirror)


def placed(shape: Primitive, at: Transform) -> Primitive:
    """A shape moved and turned."""
    if isinstance(shape, Circle):
        x, y = at.apply(np.array([(shape.x, shape.y)]))[0]
        return Circle(float(x), float(y), shape.diameter)
    return Outline(at.apply(shape.points))


def count(figures: Iterable[Figure]) -> dict[str, int]:
    """Shapes by layer in the last figure's tree, array elements counted one by one."""
    totals: dict[str, dict[str, int]] = {}
    last: dict[str, int] = {}
    for figure in figures:
        last = {layer: len(shapes) for layer, shapes in figure.shapes.items()}
        for instance in figure.uses:
            number = _elements(instance)
            for layer, inner in totals[instance.cell.name].items():
                last[layer] = last.get(layer, 0) + number * inner
        totals[figure.name] = last
    return last


def _elements(instance: Instance) -> int:
    if isinstance(instance, Array):
        return instance.columns * instance.rows
    return len(instance.points) if isinstance(instance, Scatter) else 1


@dataclass(slots=True)
class Extents:
    """Boxes of figures by name, worked out once each; figures must come children first."""

    boxes: dict[str, Box] = field(default_factory=dict)

    @classmethod
    def of(cls, figures: Iterable[Figure]) -> Extents:
        """The boxes of all these figures."""
        extents = cls()
        for figure in figures:
            parts = [extents._instance(use) for use in figure.uses]
            parts += _boxes(shape for shapes in figure.shapes.values() for shape in shapes)
            extents.boxes[figure.name] = _join(parts)
        return extents

    def _instance(self, use: Instance) -> Box:
        x0, y0, x1, y1 = self.boxes[use.cell.name]
        corners = turn_of(use).apply(np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]))
        places = places_of(use)
        low, high = corners.min(axis=0) + places.min(axis=0), corners.max(axis=0) + places.max(axis=0)
        return (float(low[0]), float(low[1]), float(high[0]), float(high[1]))

    def radius(self, name: str) -> float:
        """Half the side of the largest square about the figure's origin that its box holds; 0 if outside."""
        if name not in self.boxes:
            return 0.0
        x0, y0, x1, y1 = self.boxes[name]
        return max(0.0, min(-x0, -y0, x1, y1))


def _box(shape: Primitive) -> Box:
    return _boxes([shape])[0]


def _boxes(shapes: Iterable[Primitive]) -> list[Box]:
    """One box for each circle, one around all outlines: their corners are looked at as one array."""
    found: list[Box] = []
    outlines = []
    for shape in shapes:
        if isinstance(shape, Circle):
            r = shape.diameter / 2
            found.append((shape.x - r, shape.y - r, shape.x + r, shape.y + r))
        else:
            outlines.append(shape.points)
    if outlines:
        corners = np.concatenate(outlines)
        (x0, y0), (x1, y1) = corners.min(axis=0), corners.max(axis=0)
        found.append((float(x0), float(y0), float(x1), float(y1)))
    return found


def _join(boxes: list[Box]) -> Box:
    table = np.array(boxes)
    low, high = table[:, :2].min(axis=0), table[:, 2:].max(axis=0)
    if not (np.isfinite(low).all() and np.isfinite(high).all()):
        raise GeometryError("the layout has a coordinate that is not a finite number")
    return (float(low[0]), float(low[1]), float(high[0]), float(high[1]))


def sites_of(layout: Layout, labels: list[Label], extents: Extents, fallback: float) -> list[Site]:
    """A site for every label, as large as the cell placed there; `fallback` is the radius (µm) where none is."""
    cells = _cells_at(layout.top, {_key(label.x, label.y) for label in labels})
    sites = []
    for label in labels:
        name = cells.get(_key(label.x, label.y), "")
        sites.append(Site(label.x, label.y, extents.radius(name) or fallback, label.text, name))
    return sites


def _key(x: float, y: float) -> tuple[int, int]:
    return round(x * 1000), round(y * 1000)


def _cells_at(top: Cell, wanted: set[tuple[int, int]]) -> Mapping[tuple[int, int], str]:
    """The outermost cell whose origin is placed at each wanted point; the search ends when all are found."""
    found: dict[tuple[int, int], str] = {}
    level: list[tuple[Cell, Transform]] = [(top, Transform())]
    while level and len(found) < len(wanted):
        deeper: list[tuple[Cell, Transform]] = []
        for cell, outer in level:
            for instance in cell.instances:
                deeper += _visit(instance, outer, wanted, found)
        level = deeper
    return found


def _visit(
    instance: Instance, outer: Transform, wanted: set[tuple[int, int]], found: dict[tuple[int, int], str]
) -> list[tuple[Cell, Transform]]:
    """Notes the elements that lie on wanted points; the others are returned to be searched inside."""
    places = outer.apply(places_of(instance))
    whole = turn_of(instance).then(outer)
    rest = []
    for x, y in places.tolist():
        key = _key(x, y)
        if key in wanted:
            found.setdefault(key, instance.cell.name)
        elif instance.cell.instances:
            rest.append((instance.cell, Transform(x, y, whole.rotation, whole.mirror)))
    return rest


def top_fill(figures: Iterable[Figure], name: str, sheets: list[Sheet]) -> str | None:
    """Colour seen at a figure's origin: that of its uppermost filled layer there; None if it has none."""
    table = {figure.name: figure for figure in figures}
    covering = _layers_at_origin(table, name)
    fills = [sheet.style.fill for sheet in sheets if sheet.layer in covering and sheet.style.fill]
    return fills[-1] if fills else None


def _layers_at_origin(table: Mapping[str, Figure], name: str) -> set[str]:
    """Layers with a shape whose box holds the origin, in the figure or in a cell placed right there."""
    if name not in table:
        return set()
    found = {
        layer
        for layer, shapes in table[name].shapes.items()
        for x0, y0, x1, y1 in map(_box, shapes)
        if x0 <= 0 <= x1 and y0 <= 0 <= y1
    }
    for use in table[name].uses:
        if isinstance(use, Placement) and use.at.x == use.at.y == 0:
            found |= _layers_at_origin(table, use.cell.name)
    return found
