"""The whole shapes of a region as values: which outlines there are, and where each one lies.

A bump layer has 10⁵ shapes of a handful of outlines, so a check looks at each outline once and at the
places in numpy. Lengths are database units.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bumpgen.check.near import distinct
from bumpgen.check.scene import Scene

if TYPE_CHECKING:
    import klayout.db as db
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Shapes", "placements", "plain", "shapes_in", "shapes_of"]


@dataclass(frozen=True, slots=True)
class Shapes:
    """`outlines`: the different polygons, the lower left corner of each one's box at 0, 0.

    `which`, `x`, `y`: for each shape the index of its outline, and where its box's lower left corner is.
    """

    outlines: tuple[db.Polygon, ...]
    which: NDArray[np.int64]
    x: NDArray[np.int64]
    y: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.which)

    def polygon(self, i: int) -> db.Polygon:
        """The shape of that number, where it lies."""
        moved: db.Polygon = self.outlines[self.which[i]].moved(int(self.x[i]), int(self.y[i]))
        return moved

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Width and height of each shape's box, one row a shape."""
        import numpy as np

        boxes = [outline.bbox() for outline in self.outlines]
        return np.array([(box.width(), box.height()) for box in boxes], dtype=np.int64).reshape(-1, 2)[self.which]

    def of(self, outlines: set[int]) -> Iterator[int]:
        """Numbers of the shapes that have one of these outlines."""
        import numpy as np

        if outlines:
            yield from np.flatnonzero(np.isin(self.which, list(outlines))).tolist()


def shapes_in(scene: Scene, layer: str) -> Shapes:
    """The shapes of a layer expression; of few shapes at many places without merging them, if none can touch."""
    import numpy as np

    known = scene.population(layer) if distinct(scene, layer) is not None else None
    if known is None:
        return shapes_of(scene.region(layer))
    found: dict[db.Polygon, int] = {}
    corners = [polygon.bbox().p1 for polygon in known.polygons]
    moved = [polygon.moved(-at.x, -at.y) for polygon, at in zip(known.polygons, corners, strict=True)]
    number = np.array([found.setdefault(polygon, len(found)) for polygon in moved])
    at = known.origin + np.array([(corner.x, corner.y) for corner in corners])[known.shape]
    return Shapes(tuple(found), number[known.shape], at[:, 0], at[:, 1])


def shapes_of(region: db.Region) -> Shapes:
    """The shapes of a region, touching polygons merged; a hierarchical region is read cell by cell."""
    import klayout.db as db
    import numpy as np

    layout = db.Layout(False)
    top, layer = layout.create_cell("TOP"), layout.layer(1, 0)
    region.merged().insert_into(layout, top.cell_index(), layer)
    layout, top = plain(layout, top)
    found: dict[db.Polygon, int] = {}
    columns: list[NDArray[np.int64]] = []
    for cell, placed in placements(layout, top).items():
        for shape in layout.cell(cell).shapes(layer).each():
            columns.extend(_placed(shape.polygon, placed, found))
    table = np.concatenate(columns) if columns else np.zeros((0, 3), np.int64)
    return Shapes(tuple(found), table[:, 0], table[:, 1], table[:, 2])


def _placed(
    polygon: db.Polygon, placed: NDArray[np.int64], found: dict[db.Polygon, int]
) -> Iterator[NDArray[np.int64]]:
    """Outline number and corner of a cell's polygon, for all the cell's placements."""
    import klayout.db as db
    import numpy as np

    for code in np.unique(placed[:, 2]).tolist():
        turned = polygon.transformed(db.Trans(code % 4, code >= 4, 0, 0))
        corner = turned.bbox().p1
        number = found.setdefault(turned.moved(-corner.x, -corner.y), len(found))
        there = placed[placed[:, 2] == code, :2]
        yield np.column_stack((np.full(len(there), number), there + (corner.x, corner.y)))


def plain(layout: db.Layout, top: db.Cell) -> tuple[db.Layout, db.Cell]:
    """The layout, or a flat copy if it has placements that are scaled or not turned by quarters."""
    called = (top.cell_index(), *top.called_cells())
    if not any(inst.is_complex() for cell in called for inst in layout.cell(cell).each_inst()):
        return layout, top
    copy = layout.dup()
    copy.flatten(top.cell_index(), -1, True)
    return copy, copy.cell(top.cell_index())


def placements(layout: db.Layout, top: db.Cell) -> dict[int, NDArray[np.int64]]:
    """Where each cell stands in `top`: rows of x, y and klayout's code of the turn (0 to 7).

    The layout must be plain.
    """
    import numpy as np

    called = {top.cell_index(), *top.called_cells()}
    rows: dict[int, list[NDArray[np.int64]]] = {cell: [] for cell in called}
    rows[top.cell_index()].append(np.zeros((1, 3), np.int64))
    placed = {}
    for cell in layout.each_cell_top_down():
        if cell in called:
            placed[cell] = here = np.concatenate(rows[cell])
            for child, table in _instances(layout.cell(cell)).items():
                rows[child].append(_composed(here, table))
    return placed


def _instances(cell: db.Cell) -> dict[int, NDArray[np.int64]]:
    """x, y and code of each cell placed in this one; arrays are spread out."""
    import numpy as np

    single: dict[int, list[tuple[int, int, int]]] = {}
    spread: dict[int, list[NDArray[np.int64]]] = {}
    for inst in cell.each_inst():
        trans = inst.trans
        shift = trans.disp
        if inst.is_regular_array():
            spread.setdefault(inst.cell_index, []).append(_array(inst, (shift.x, shift.y, trans.rot)))
        else:
            single.setdefault(inst.cell_index, []).append((shift.x, shift.y, trans.rot))
    for child, rows in single.items():
        spread.setdefault(child, []).append(np.array(rows, dtype=np.int64))
    return {child: np.concatenate(tables) for child, tables in spread.items()}


def _array(inst: Any, first: tuple[int, int, int]) -> NDArray[np.int64]:
    import numpy as np

    columns, rows = np.meshgrid(np.arange(max(inst.na, 1)), np.arange(max(inst.nb, 1)))
    x = first[0] + columns * inst.a.x + rows * inst.b.x
    y = first[1] + columns * inst.a.y + rows * inst.b.y
    return np.column_stack((x.ravel(), y.ravel(), np.full(x.size, first[2])))


def _composed(outer: NDArray[np.int64], inner: NDArray[np.int64]) -> NDArray[np.int64]:
    """Every outer placement applied to every inner one."""
    import klayout.db as db
    import numpy as np

    parts = []
    for code in np.unique(outer[:, 2]).tolist():
        turn = db.Trans(code % 4, code >= 4, 0, 0)
        ex, ey = turn * db.Vector(1, 0), turn * db.Vector(0, 1)
        codes = np.array([(turn * db.Trans(c % 4, c >= 4, 0, 0)).rot for c in range(8)])
        x = inner[:, 0] * ex.x + inner[:, 1] * ey.x
        y = inner[:, 0] * ex.y + inner[:, 1] * ey.y
        there = outer[outer[:, 2] == code, :2]
        xy = (there[:, None, :] + np.column_stack((x, y))[None, :, :]).reshape(-1, 2)
        parts.append(np.column_stack((xy, np.tile(codes[inner[:, 2]], len(there)))))
    return np.concatenate(parts)
