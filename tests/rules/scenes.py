"""Layouts made from a rule's example: as drawn, turned, arrayed, across hierarchy, in touching pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import klayout.db as db

from bumpgen.check.kind import Pattern
from bumpgen.check.scene import Scene
from bumpgen.process import Process

DBU = 0.001
COARSE = 1000
"""Cuts and turns lie on multiples of this many database units, so that they leave no corner off a grid."""
Shapes = list[tuple[str, Any]]
"""Layer and klayout polygon (database units)."""


def unit(grid: float) -> float:
    """The database unit of an example: 1 nm, or its process's finer grid."""
    return min(DBU, grid)


def polygons(pattern: Pattern, grid: float) -> Shapes:
    """An example's shapes as klayout polygons."""
    dbu = unit(grid)
    return [
        (drawn.layer, db.Polygon([db.Point(round(x / dbu), round(y / dbu)) for x, y in points]))
        for drawn in pattern.shapes
        for points in drawn.shape.polygons(grid)
    ]


def scene(shapes: Shapes, process: Process, place: Callable[[Any, Shapes, Process], None], **options: Any) -> Scene:
    """A scene with the shapes put into a new layout's top cell by `place`."""
    layout = db.Layout()
    layout.dbu = unit(process.grid.value)
    top = layout.create_cell("TOP")
    place(top, shapes, process)
    return Scene(layout, top, process, **options)


def insert(cell: Any, shapes: Shapes, process: Process) -> None:
    for layer, polygon in shapes:
        cell.shapes(cell.layout().layer(*process.layers[layer].gds)).insert(polygon)


def _child(cell: Any, name: str, shapes: Shapes, process: Process, trans: Any) -> None:
    """A new cell with the shapes, which lie in the parent where they did, whatever the cell's own turn."""
    child = cell.layout().create_cell(name)
    insert(child, [(layer, polygon.transformed(trans.inverted())) for layer, polygon in shapes], process)
    cell.insert(db.CellInstArray(child.cell_index(), trans))


def turned(trans: Any) -> Callable[[Any, Shapes, Process], None]:
    def place(cell: Any, shapes: Shapes, process: Process) -> None:
        insert(cell, [(layer, polygon.transformed(trans)) for layer, polygon in shapes], process)

    return place


def split(cell: Any, shapes: Shapes, process: Process) -> None:
    """Each polygon cut in two that touch."""
    for layer, polygon in shapes:
        box = polygon.bbox()
        middle = box.center().x - box.center().x % COARSE
        whole = db.Region(polygon)
        for half in (db.Box(box.left, box.bottom, middle, box.top), db.Box(middle, box.bottom, box.right, box.top)):
            piece = whole & db.Region(half)
            cell.shapes(cell.layout().layer(*process.layers[layer].gds)).insert(piece)


def nested(cell: Any, shapes: Shapes, process: Process) -> None:
    """Each shape in a cell of its own, two levels deep, turned on the way."""
    middle = cell.layout().create_cell("MIDDLE")
    for number, shape in enumerate(shapes):
        trans = db.Trans(number % 4, number % 3 == 1, COARSE * number, -3 * COARSE)
        _child(middle, f"SHAPE_{number}", [shape], process, trans)
    cell.insert(db.CellInstArray(middle.cell_index(), db.Trans(1, False, 7000, 5000)))


def arrayed(cell: Any, shapes: Shapes, process: Process) -> None:
    """Two by two copies, far enough apart not to meet."""
    child = cell.layout().create_cell("ONE")
    insert(child, shapes, process)
    box = child.bbox()
    step = 2 * max(box.width(), box.height()) + 2_000_000
    array = db.CellInstArray(child.cell_index(), db.Trans(), db.Vector(step, 0), db.Vector(0, step), 2, 2)
    cell.insert(array)


def crowded(cell: Any, shapes: Shapes, process: Process) -> None:
    """Shapes of other layers over everything: no rule may look at a layer it doesn't name."""
    insert(cell, shapes, process)
    used = {layer for layer, _ in shapes}
    others = [layer for layer in process.layers if layer not in used]
    box = db.Box()
    for _, polygon in shapes:
        box += polygon.bbox()
    for layer in others[-2:]:
        insert(cell, [(layer, db.Polygon(box.enlarged(11_000, 13_000)))], process)


VARIANTS: dict[str, Callable[[Any, Shapes, Process], None]] = {
    "plain": insert,
    "turned by 90": turned(db.Trans(1, False, 0, 0)),
    "turned by 180": turned(db.Trans(2, False, 123_000, 67_000)),
    "mirrored, turned by 270": turned(db.Trans(3, True, -5_000, 0)),
    "split": split,
    "nested": nested,
    "arrayed": arrayed,
    "crowded": crowded,
}


def scenes(pattern: Pattern, process: Process, skip: frozenset[str]) -> Iterator[tuple[str, Scene]]:
    """Every variant of an example, hierarchical; the plain and the nested one flat as well."""
    process = pattern.process or process
    shapes = polygons(pattern, process.grid.value)
    for name, place in VARIANTS.items():
        if name not in skip:
            yield name, scene(shapes, process, place)
    for name in ("plain", "nested"):
        yield f"{name}, flat", scene(shapes, process, VARIANTS[name], flat=True)
    yield "plain, two threads", scene(shapes, process, insert, threads=2)
