"""A layout for a reticle: every length times the magnification, arrays as arrays, circles as circles."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bumpgen.geometry import Disc, Oblong, Points, Polygon, Rect, RegularPolygon, Shape, Transform
from bumpgen.layout import Array, Cell, Drawn, Instance, Placement, Scatter

__all__ = ["scaled"]


def scaled(cell: Cell, factor: int, grid: float) -> Cell:
    """A cell and all in it, `factor` times as large; 1 gives the cell itself. Names get _X and the factor.

    Shapes but circles and boxes become polygons; all corners stay on `grid` µm.
    """
    return cell if factor == 1 else _scaled(cell, factor, grid, {})


def _scaled(cell: Cell, factor: int, grid: float, known: dict[int, Cell]) -> Cell:
    if id(cell) not in known:
        shapes = tuple(Drawn(d.layer, part) for d in cell.shapes for part in _shapes(d.shape, factor, grid))
        inner = tuple(_instance(i, _scaled(i.cell, factor, grid, known), factor) for i in cell.instances)
        known[id(cell)] = Cell(f"{cell.name}_X{factor}", shapes, inner)
    return known[id(cell)]


def _shapes(shape: Shape, factor: int, grid: float) -> tuple[Shape, ...]:
    match shape:
        case Disc():
            return (replace(shape, x=shape.x * factor, y=shape.y * factor, diameter=shape.diameter * factor),)
        case Rect() | Oblong():
            x, y, wide, high = (value * factor for value in (shape.x, shape.y, shape.width, shape.height))
            return (replace(shape, x=x, y=y, width=wide, height=high),)
        case RegularPolygon(sides=8):
            return (replace(shape, x=shape.x * factor, y=shape.y * factor, size=shape.size * factor),)
        case _:
            return tuple(_polygon(points * factor) for points in shape.polygons(grid))


def _polygon(points: Points) -> Polygon:
    return Polygon(tuple(map(tuple, np.round(points, 9).tolist())))


def _instance(instance: Instance, cell: Cell, factor: int) -> Instance:
    match instance:
        case Scatter():
            return Scatter(cell, instance.points * factor)
        case Array():
            (a, b), (c, d) = instance.step_x, instance.step_y
            x, y = (a * factor, b * factor), (c * factor, d * factor)
            return replace(instance, cell=cell, at=_moved(instance.at, factor), step_x=x, step_y=y)
        case Placement():
            return replace(instance, cell=cell, at=_moved(instance.at, factor))


def _moved(at: Transform, factor: int) -> Transform:
    return replace(at, x=at.x * factor, y=at.y * factor)
