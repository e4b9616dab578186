"""What is to be digitized of a mask: the drawn polygons of its layer with bias, rounded corners and pulled-back edge.

Drawn data stay as they are; mask data are a layout of their own. Where no two shapes of a layer touch, each gets
its bias for itself and arrays stay arrays; else they are merged first, as metal of one piece has no inner edges.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from bumpgen.errors import GeometryError, InputError
from bumpgen.geometry import Disc, Oblong, Polygon, Rect, RegularPolygon, Rounded, Shape, circle_vertices
from bumpgen.layout import Array, Cell, Drawn, Instance, Layout, Scatter, flatten
from bumpgen.masks.fracture import cut_open
from bumpgen.masks.set import MaskRow

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Boxes = NDArray[np.float64]

__all__ = ["mask_data", "shape_boxes", "widened"]

MITRE = 5.0
"""How far a corner may stand out, in parts of how far its sides are moved; sharper ones are cut off."""


def mask_data(layout: Layout, row: MaskRow) -> Layout:
    """The polygons of a mask as a layout with one layer, named as the mask; empty if nothing is drawn on its layer.

    InputError for a bias that leaves nothing of a shape, or is no multiple of 2 × grid.
    """
    grid, layer = layout.grid, row.layer
    _check_grid(row, grid)
    number = (max(row.number, 1), 0)
    title = f"{layout.title or layout.top.name}: mask {row.name}"
    kept = _Kept(layer, row.name, lambda shape: shape).of(layout.top)
    if kept is None:
        kept = Cell(layout.top.name)
    elif row.rounding or row.pullback or (row.bias and not _apart(layout.top, layer, grid)):
        kept = Cell(layout.top.name, tuple(_merged(layout, row)))
    elif row.bias:
        kept = _Kept(layer, row.name, lambda shape: _checked(shape, row, grid)).of(layout.top) or kept
    top = replace(kept, name=f"{layout.top.name}_{row.name}")
    return Layout(top, {row.name: number}, grid, layout.outline, title=title)


def _check_grid(row: MaskRow, grid: float) -> None:
    if abs(row.bias / (2 * grid) - round(row.bias / (2 * grid))) > 1e-6:
        raise InputError(
            f"mask {row.name}: a bias of {row.bias:g} µm is no multiple of 2 × grid = {2 * grid:g} µm",
            hint="each side moves by half of the bias, on to the grid",
        )


@dataclass(frozen=True)
class _Kept:
    """Takes over the shapes of one layer, changed, and all cells that have any, each cell once."""

    layer: str
    name: str
    change: Callable[[Shape], Shape]

    def of(self, top: Cell) -> Cell | None:
        """A cell with its own shapes and instances; None if nothing is drawn there."""
        return self._of(top, {})

    def _of(self, cell: Cell, known: dict[int, Cell | None]) -> Cell | None:
        if id(cell) not in known:
            shapes = tuple(Drawn(self.name, self.change(d.shape)) for d in cell.shapes if d.layer == self.layer)
            inner = tuple(self._instances(cell, known))
            known[id(cell)] = Cell(cell.name, shapes, inner) if shapes or inner else None
        return known[id(cell)]

    def _instances(self, cell: Cell, known: dict[int, Cell | None]) -> Iterator[Instance]:
        for instance in cell.instances:
            kept = self._of(instance.cell, known)
            if kept is not None:
                yield replace(instance, cell=kept)


def _apart(top: Cell, layer: str, grid: float) -> bool:
    """Whether no two shapes of a layer touch, as far as their boxes tell; of many cells each is looked into once."""
    import shapely

    tree = shapely.STRtree(shapely.box(*shape_boxes(top, layer, grid).T))
    one, other = tree.query(tree.geometries, predicate="intersects")
    return bool((one == other).all())


def shape_boxes(top: Cell, layer: str, grid: float) -> Boxes:
    """Boxes (x0, y0, x1, y1, µm) of all shapes on a layer of a cell and all in it, (N, 4)."""
    boxes: list[Boxes] = []
    inside: dict[int, Boxes] = {}
    for instance in top.instances:
        cell = instance.cell
        if id(cell) not in inside:
            inside[id(cell)] = _boxes(cell, layer, grid)
        if len(inside[id(cell)]):
            boxes += [_placed(inside[id(cell)], instance)]
    boxes.append(_boxes(replace(top, instances=()), layer, grid))
    return np.concatenate(boxes)


def _boxes(cell: Cell, layer: str, grid: float) -> Boxes:
    """Boxes of a cell's shapes on a layer, and of all cells in it, (N, 4)."""
    found = [(*points.min(axis=0), *points.max(axis=0)) for name, points in flatten(cell, grid) if name == layer]
    return np.array(found, np.float64).reshape(-1, 4)


def _placed(boxes: Boxes, instance: Instance) -> Boxes:
    """A cell's boxes at all places of an instance, which share one turn."""
    if isinstance(instance, Scatter):
        turned, points = boxes, instance.points
    else:
        turn = replace(instance.at, x=0.0, y=0.0)
        corners = np.stack([turn.apply(boxes[:, i : i + 2]) for i in (0, 2)])
        turned = np.hstack((corners.min(axis=0), corners.max(axis=0)))
        points = instance.points() if isinstance(instance, Array) else np.array([(instance.at.x, instance.at.y)])
    return (np.tile(points, 2)[:, None] + turned).reshape(-1, 4)


def _checked(shape: Shape, row: MaskRow, grid: float) -> Shape:
    try:
        found = widened(shape, row.bias, grid)
        found.polygons(grid)
    except GeometryError as error:
        raise InputError(f"mask {row.name}: a bias of {row.bias:g} µm leaves nothing of a shape: {error}") from None
    return found


def widened(shape: Shape, bias: float, grid: float) -> Shape:
    """A shape whose dimensions are larger by a bias (µm, both sides together), of as many vertices as before."""
    match shape:
        case Disc():
            count = shape.vertices or circle_vertices(shape.diameter)
            return replace(shape, diameter=_grown(shape.diameter, bias), vertices=count)
        case Rect():
            return replace(shape, width=_grown(shape.width, bias), height=_grown(shape.height, bias))
        case RegularPolygon():
            return replace(shape, size=_grown(shape.size, bias))
        case Oblong():
            count = shape.vertices or circle_vertices(min(shape.width, shape.height))
            wide, high = _grown(shape.width, bias), _grown(shape.height, bias)
            return replace(shape, width=wide, height=high, vertices=count)
        case Rounded(arc=True) if shape.corner + bias / 2 >= grid:
            wide, high = _grown(shape.width, bias), _grown(shape.height, bias)
            count = shape.vertices or circle_vertices(2 * shape.corner)
            return replace(shape, width=wide, height=high, corner=shape.corner + bias / 2, vertices=count)
        case _:
            import shapely

            areas = [shapely.Polygon(points) for points in shape.polygons(grid)]
            return _one_polygon(_moved(shapely.union_all(areas), bias))


def _grown(size: float, bias: float) -> float:
    if size + bias <= 0:
        raise GeometryError(f"{size:g} µm is not wider than {-bias:g}")
    return round(size + bias, 9)


def _one_polygon(area: Any) -> Polygon:
    import shapely

    parts = shapely.get_parts(area)
    if len(parts) != 1 or len(parts[0].interiors):
        raise GeometryError(f"it would be {len(parts)} pieces")
    return Polygon(tuple(map(tuple, shapely.get_coordinates(parts[0].exterior)[:-1].tolist())))


def _moved(area: Any, bias: float) -> Any:
    """An area whose sides are moved outward by half of a bias, corners as they are."""
    import shapely

    return shapely.buffer(area, bias / 2, join_style="mitre", mitre_limit=MITRE)


def _merged(layout: Layout, row: MaskRow) -> Iterator[Drawn]:
    """All shapes of the layer as one area, biased and rounded, as polygons without holes."""
    import shapely

    polygons = [points for layer, points in flatten(layout.top, layout.grid) if layer == row.layer]
    area = shapely.union_all([shapely.Polygon(points) for points in polygons])
    if row.bias:
        area = _moved(area, row.bias)
    if row.pullback:
        area = _pulled_back(area, layout, row)
    if row.rounding:
        area = _rounded(area, row.rounding)
    for points in cut_open(area):
        yield Drawn(row.name, Polygon(tuple(map(tuple, points.tolist()))))


def _pulled_back(area: Any, layout: Layout, row: MaskRow) -> Any:
    """The film ends inside the die's edge: what lies outside is opened, or doesn't remain."""
    import shapely

    if layout.outline is None:
        raise InputError(f"mask {row.name} is pulled back from the die's edge, but the layout has no outline")
    x0, y0, x1, y1 = layout.outline
    die, p = shapely.box(x0, y0, x1, y1), row.pullback
    inner = shapely.box(x0 + p, y0 + p, x1 - p, y1 - p)
    if row.polygon == "remains":
        return area & inner
    return area | (die - inner)


def _rounded(area: Any, radius: float) -> Any:
    """Corners, both ways, rounded to a radius: opened, then closed by a disc."""
    import shapely

    for distance in (-radius, 2 * radius, -radius):
        area = shapely.buffer(area, distance, quad_segs=max(4, circle_vertices(2 * radius) // 4))
    return area
