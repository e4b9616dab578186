"""Parts drawn → one layout of the assembly, seen from above: each part's layers on their own numbers, as on its masks.

No mask is made from it. A part that looks down is mirrored here, by its pose, and only here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from bumpgen.assembly import Assembly, Part
from bumpgen.errors import GeometryError
from bumpgen.geometry import Points, Polygon, Trace, Transform, snap
from bumpgen.layout import Array, Cell, Drawn, Instance, Label, Layout, Meaning, Placement, Scatter

__all__ = ["APART", "assembled", "transform"]

APART = 1000
"""Layer numbers of the n-th part, from 0, are its own plus n times this; the assembly's own follow the last part's."""

WIRE, ENCAPSULANT = "WIRE", "ENCAPSULANT"
"""Layers of the assembly itself."""

COLORS = {WIRE: "#c9a227", ENCAPSULANT: "#5b5b5b"}


def assembled(
    assembly: Assembly,
    layouts: Mapping[str, Layout],
    wires: Sequence[tuple[Points, float]] = (),
    encapsulant: Sequence[tuple[float, float, float, float]] = (),
) -> Layout:
    """All parts in their places. `wires` are lines with diameters, `encapsulant` boxes, seen from above, µm."""
    grid = min(layout.grid for layout in layouts.values())
    names: dict[str, tuple[int, int]] = {}
    colors: dict[str, str] = {}
    meanings: dict[str, Meaning] = {}
    placed: list[Instance] = []
    for number, (name, part) in enumerate(assembly.parts.items()):
        layout = layouts[name]
        for layer, (gds, datatype) in layout.layers.items():
            names[f"{name}.{layer}"] = (gds + APART * number, datatype)
        colors |= {f"{name}.{layer}": color for layer, color in layout.colors.items()}
        meanings |= {f"{name}.{layer}": meaning for layer, meaning in layout.meanings.items()}
        placed.append(Placement(_renamed(layout.top, name, layout.grid, {}), transform(part, grid)))
    own = APART * len(assembly.parts)
    names |= {WIRE: (own, 0), ENCAPSULANT: (own + 1, 0)}
    top = Cell(assembly.name, (*_wires(wires, grid), *_boxes(encapsulant)), tuple(placed))
    title = assembly.file.title or assembly.name
    return Layout(top, names, grid, colors=colors | COLORS, meanings=meanings, title=f"{title}, from above")


def transform(part: Part, grid: float) -> Transform:
    """How a part's cell is placed: its pose in the words of a layout. GeometryError where that is off the grid."""
    pose = part.pose
    down = pose.face == "down"
    x, y = (np.array(pose.at) - pose.matrix @ np.array(pose.centre)).tolist()
    for name, value in (("x", x), ("y", y)):
        try:
            snap(value, grid, name)
        except GeometryError as error:
            raise GeometryError(
                f"the corner of part {part.name} lies off the grid: {error.message}",
                hint="move at by half a grid step, or make the die's sides multiples of twice the grid",
            ) from None
    turn = (pose.rotation + (180 if down else 0)) % 360
    return Transform(round(x, 6) + 0.0, round(y, 6) + 0.0, float(turn), down)


def _renamed(cell: Cell, part: str, grid: float, known: dict[int, Cell]) -> Cell:
    """The cell and all in it under names and layers of the part, as polygons on the part's own grid."""
    if id(cell) not in known:
        shapes = tuple(
            Drawn(f"{part}.{drawn.layer}", Polygon(tuple(map(tuple, points.tolist()))))
            for drawn in cell.shapes
            for points in drawn.shape.polygons(grid)
        )
        inner = tuple(_with_cell(one, _renamed(one.cell, part, grid, known)) for one in cell.instances)
        labels = tuple(Label(f"{part}.{label.layer}", label.text, label.x, label.y) for label in cell.labels)
        known[id(cell)] = Cell(f"{part}_{cell.name}", shapes, inner, labels)
    return known[id(cell)]


def _with_cell(instance: Instance, cell: Cell) -> Instance:
    match instance:
        case Placement() | Array():
            return replace(instance, cell=cell)
        case Scatter(points=points):
            return Scatter(cell, points)


def _wires(wires: Sequence[tuple[Points, float]], grid: float) -> tuple[Drawn, ...]:
    """Bond wires in plan, ends rounded; their places and widths on the grid."""
    found = []
    for line, diameter in wires:
        points = tuple((round(x / grid) * grid, round(y / grid) * grid) for x, y in line.tolist())
        found.append(Drawn(WIRE, Trace(points, round(diameter / grid / 2) * 2 * grid, "round", "round")))
    return tuple(found)


def _boxes(boxes: Sequence[tuple[float, float, float, float]]) -> tuple[Drawn, ...]:
    return tuple(Drawn(ENCAPSULANT, Polygon(((a, b), (c, b), (c, d), (a, d)))) for a, b, c, d in boxes)
