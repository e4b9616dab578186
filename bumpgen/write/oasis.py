"""OASIS files, through gdstk. Arrays and scatters stay repetitions; no polygon needs cutting."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from bumpgen.errors import GeometryError
from bumpgen.geometry import Points
from bumpgen.layout import Array, Cell, Instance, Layout, Placement
from bumpgen.write.atomic import replacing
from bumpgen.write.units import Units, in_range, units

if TYPE_CHECKING:
    import gdstk

__all__ = ["write_oasis"]


def write_oasis(layout: Layout, path: Path | str, *, database: float | None = None, compression: int = 6) -> None:
    """Write a layout as OASIS with a checksum; the file appears when it is complete.

    Parameters
    ----------
    database : length of a database unit in µm; without it 0.001 where the grid allows, else the grid.
    compression : zlib's level, 0 (none) to 9.
    """
    import gdstk

    scale = units(layout.grid, database)
    library = gdstk.Library(layout.top.name, unit=1e-6, precision=scale.database / 1e6)
    drawn: dict[str, gdstk.Cell] = {}
    for cell in layout.cells():
        drawn[cell.name] = _cell(cell, layout, scale, drawn)
        library.add(drawn[cell.name])
    with replacing(path) as temporary:
        library.write_oas(temporary, compression_level=compression, validation="crc32")


def _cell(cell: Cell, layout: Layout, scale: Units, drawn: dict[str, gdstk.Cell]) -> gdstk.Cell:
    import gdstk

    made = gdstk.Cell(cell.name)
    for shape in cell.shapes:
        layer, datatype = layout.number(shape.layer)
        for points in shape.shape.polygons(layout.grid):
            corners = _checked(points, scale, f"cell {cell.name}, layer {shape.layer}")
            made.add(gdstk.Polygon(cast("Any", corners), layer=layer, datatype=datatype))
    made.add(*_labels(cell, layout, scale))
    for instance in cell.instances:
        made.add(*_references(instance, drawn[instance.cell.name], scale, cell.name))
    return made


def _labels(cell: Cell, layout: Layout, scale: Units) -> Iterator[gdstk.Label]:
    """A cell's labels; all are checked at once, and singly to name one that is wrong."""
    import gdstk

    try:
        places = _checked([(label.x, label.y) for label in cell.labels], scale, f"cell {cell.name}, labels")
    except GeometryError:
        for label in cell.labels:
            _checked([(label.x, label.y)], scale, f"cell {cell.name}, label {label.text!r}")
        raise
    for label, at in zip(cell.labels, _pairs(places), strict=True):
        layer, texttype = layout.number(label.layer)
        yield gdstk.Label(label.text, at, layer=layer, texttype=texttype)


def _references(instance: Instance, cell: gdstk.Cell, scale: Units, parent: str) -> list[gdstk.Reference]:
    """One reference with a repetition where there are several places; none for an empty scatter."""
    import gdstk

    what = f"cell {parent}, reference to {cell.name}"
    match instance:
        case Placement(at=at):
            origin = _checked([(at.x, at.y)], scale, what)
            return [gdstk.Reference(cell, _pairs(origin)[0], math.radians(at.rotation), x_reflection=at.mirror)]
        case Array(at=at):
            origin, x, y = _checked([(at.x, at.y), instance.step_x, instance.step_y], scale, what)[:, None]
            _checked(_corners(instance), scale, what)
            reference = gdstk.Reference(cell, _pairs(origin)[0], math.radians(at.rotation), x_reflection=at.mirror)
            if instance.columns * instance.rows > 1:
                reference.repetition = gdstk.Repetition(
                    instance.columns, instance.rows, v1=_pairs(x)[0], v2=_pairs(y)[0]
                )
            return [reference]
        case _:
            places = _checked(instance.points, scale, what)
    if not len(places):
        return []
    reference = gdstk.Reference(cell, _pairs(places[:1])[0])
    if len(places) > 1:
        # gdstk's offsets are from the reference itself, which counts as one more place
        reference.repetition = gdstk.Repetition(offsets=cast("Any", places[1:] - places[0]))
    return [reference]


def _corners(array: Array) -> list[tuple[float, float]]:
    """Places of the four outermost elements, µm."""
    (a, b), (c, d) = array.step_x, array.step_y
    ends = ((i, j) for i in (0, array.columns - 1) for j in (0, array.rows - 1))
    return [(array.at.x + i * a + j * c, array.at.y + i * b + j * d) for i, j in ends]


def _checked(points: object, scale: Units, what: str) -> Points:
    """Points on the grid and within 32 bits (which readers keep to), as exact µm."""
    steps = scale.steps(np.asarray(points, dtype=np.float64).reshape(-1, 2), what)
    if len(steps):
        in_range(steps.min(axis=0), steps.max(axis=0), scale.database, what)
    return np.asarray(steps * scale.database, dtype=np.float64)


# gdstk reads arrays too, and faster, though its type hints ask for sequences of tuples: hence cast


def _pairs(points: Points) -> list[tuple[float, float]]:
    return [(x, y) for x, y in points.tolist()]
