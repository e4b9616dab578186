"""Centres and box sizes of compact shapes, as arrays: what pitch, alignment and size are measured on.

A compact shape fills its convex hull: a bump, a pad or an opening, but not a wire, a ring or a letter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bumpgen.check.kind import Outline, outline
from bumpgen.check.near import distinct
from bumpgen.check.places import COMPACT
from bumpgen.check.ruby import Ruby
from bumpgen.check.scene import Scene
from bumpgen.expression import Expression, Named, parse

if TYPE_CHECKING:
    import klayout.db as db
    import numpy as np
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]
    Floats = NDArray[np.floating[Any]]

__all__ = ["Centres", "bar", "centres", "centres_of", "compact", "compact_in_ruby"]

CONCAVE = (0.1, 179.9)
"""Angles at which an outline turns inward (klayout's sign), degrees."""

ORTHOGONAL = (
    (1, 0, 0, 1), (0, -1, 1, 0), (-1, 0, 0, -1), (0, 1, -1, 0),
    (1, 0, 0, -1), (0, 1, 1, 0), (-1, 0, 0, 1), (0, -1, -1, 0),
)  # fmt: skip
"""Matrices (xx, xy, yx, yy) of klayout's eight rotation codes."""


@dataclass(frozen=True, slots=True)
class Centres:
    """Boxes of shapes. `x2` and `y2` are twice the centre (so that it is whole), `w` and `h` the sides, in
    database units of `dbu` µm; all else is µm."""

    x2: Integers
    y2: Integers
    w: Integers
    h: Integers
    dbu: float

    def __len__(self) -> int:
        return len(self.x2)

    @property
    def x(self) -> Floats:
        """Centres, µm."""
        return self.x2 * (self.dbu / 2)

    @property
    def y(self) -> Floats:
        """Centres, µm."""
        return self.y2 * (self.dbu / 2)

    @property
    def width(self) -> Floats:
        """Widths of the boxes, µm."""
        return self.w * self.dbu

    @property
    def height(self) -> Floats:
        """Heights of the boxes, µm."""
        return self.h * self.dbu

    @property
    def size(self) -> Floats:
        """The longer side of each box, µm."""
        import numpy as np

        return np.maximum(self.w, self.h) * self.dbu

    def box(self, i: int) -> Outline:
        """One shape's box as an outline, µm."""
        half = self.dbu / 2
        x0, x1 = (int(self.x2[i]) + side * int(self.w[i]) for side in (-1, 1))
        y0, y1 = (int(self.y2[i]) + side * int(self.h[i]) for side in (-1, 1))
        return ((x0 * half, y0 * half), (x0 * half, y1 * half), (x1 * half, y1 * half), (x1 * half, y0 * half))

    def points(self) -> Centres:
        """The centres alone, as boxes without size."""
        return Centres(self.x2, self.y2, 0 * self.w, 0 * self.h, self.dbu)

    def take(self, chosen: Any) -> Centres:
        """Those of some indexes, or of a mask."""
        return Centres(self.x2[chosen], self.y2[chosen], self.w[chosen], self.h[chosen], self.dbu)


def compact(scene: Scene, expression: str | Expression) -> db.Region:
    """The merged compact shapes of a layer expression. Made once each.

    Only a shape that turns inward somewhere can fail to fill its hull, so few need be measured.
    """
    tree = parse(expression) if isinstance(expression, str) else expression
    if ("compact", tree) not in scene.cache:
        scene.cache["compact", tree] = _compact(scene.region(tree).merged())
    region: db.Region = scene.cache["compact", tree]
    return region


def _compact(region: db.Region) -> db.Region:
    import klayout.db as db
    import shapely

    suspects = list(region.interacting(region.corners(*CONCAVE, 1)).each_merged())
    hulls = [shapely.MultiPoint(outline(polygon, 1.0)).convex_hull.area for polygon in suspects]
    wires = [polygon for polygon, hull in zip(suspects, hulls, strict=True) if polygon.area() < COMPACT * hull]
    return region.not_inside(db.Region(wires)) if wires else region


def compact_in_ruby(ruby: Ruby, expression: str) -> str:
    """The same in KLayout's DRC language; the deck then has the functions on centres, too."""
    ruby.helpers["centres"] = None
    return ruby.call("compact", ruby.layer(expression))


def centres(scene: Scene, expression: str | Expression) -> Centres:
    """Centres of the compact shapes of a layer expression. Made once each."""
    tree = parse(expression) if isinstance(expression, str) else expression
    if ("centres", tree) not in scene.cache:
        known = _of_population(scene, tree)
        scene.cache["centres", tree] = centres_of(compact(scene, tree), scene.dbu) if known is None else known
    found: Centres = scene.cache["centres", tree]
    return found


def _of_population(scene: Scene, tree: Expression) -> Centres | None:
    """Centres of few shapes at many places, none of which can touch another; None of any other layer."""
    import klayout.db as db
    import numpy as np

    if not isinstance(tree, Named) or distinct(scene, tree.layer) is None:
        return None
    found = scene.population(tree.layer)
    if found is None:
        return None
    whole = np.array([not _compact(db.Region(polygon)).is_empty() for polygon in found.polygons])
    boxes = [polygon.bbox() for polygon in found.polygons]
    table = np.array([(box.left + box.right, box.bottom + box.top, box.width(), box.height()) for box in boxes])
    kept = whole[found.shape]
    shape, origin = found.shape[kept], found.origin[kept]
    x2, y2 = (table[shape, i] + 2 * origin[:, i] for i in (0, 1))
    return Centres(x2, y2, table[shape, 2], table[shape, 3], scene.dbu)


def centres_of(region: db.Region, dbu: float) -> Centres:
    """Centres of the merged shapes of a region: cell by cell where cells repeat, else shape by shape."""
    import numpy as np

    merged = region.merged()
    boxes = _by_cells(merged) if merged.is_deep() else None
    if boxes is None:
        edges = merged.extent_refs_edges(0, 0, 1, 1)
        boxes = _table((edge.x1, edge.y1, edge.x2, edge.y2) for edge in edges.each())
    x0, y0, x1, y1 = boxes
    return Centres(x0 + x1, y0 + y1, np.abs(x1 - x0), np.abs(y1 - y0), dbu)


def _table(rows: Iterable[tuple[int, int, int, int]]) -> tuple[Integers, Integers, Integers, Integers]:
    """Rows of opposite corners as four arrays."""
    import numpy as np

    table = np.fromiter((number for row in rows for number in row), np.int64).reshape(-1, 4)
    return table[:, 0], table[:, 1], table[:, 2], table[:, 3]


def _by_cells(region: db.Region) -> tuple[Integers, Integers, Integers, Integers] | None:
    """Opposite corners of all boxes of a deep region; None where walking its cells would not be quicker or exact."""
    import numpy as np

    iterator, transformation = region.begin_merged_shapes_rec()
    layout, layer = iterator.layout()._const_cast(), iterator.layer()  # klayout walks no instances of a const cell
    top = layout.cell(iterator.top_cell().cell_index())
    called = [top, *(layout.cell(index) for index in top.called_cells())]
    if not transformation.is_unity() or sum(cell.child_instances() for cell in called) > region.count() / 2:
        return None
    own = {c.cell_index(): [(b.left, b.bottom, b.right, b.top) for b in _boxes(c, layer)] for c in called}
    parts = []
    spread = _spread(layout, top)
    if spread is None:
        return None
    for cell, code, x, y in spread:
        xx, xy, yx, yy = ORTHOGONAL[code]
        parts += [
            (xx * x0 + xy * y0 + x, yx * x0 + yy * y0 + y, xx * x1 + xy * y1 + x, yx * x1 + yy * y1 + y)
            for x0, y0, x1, y1 in own[cell]
        ]
    if not parts:
        return _table(())
    left, bottom, right, over = (np.concatenate([part[i] for part in parts]) for i in range(4))
    return left, bottom, right, over


def _boxes(cell: Any, layer: int) -> Iterator[Any]:
    return (shape.bbox() for shape in cell.shapes(layer).each())


def _spread(layout: Any, top: Any) -> list[tuple[int, int, Integers, Integers]] | None:
    """Where cells stand in the top cell: (cell, rotation code, x, y); None if one is scaled or turned oddly."""
    import numpy as np

    spots: dict[tuple[int, int], list[tuple[Integers, Integers]]] = {
        (top.cell_index(), 0): [(np.zeros(1, np.int64), np.zeros(1, np.int64))]
    }
    cells = [top, *(layout.cell(index) for index in top.called_cells())]
    for cell in sorted(cells, key=lambda cell: -cell.hierarchy_levels()):
        index = cell.cell_index()
        here = [(code, *_joined(spots[index, code])) for code in range(8) if (index, code) in spots]
        for instance in cell.each_inst():
            if instance.is_complex():
                return None
            for code, x, y in here:
                turned, dx, dy = _placed(instance, code)
                places = ((x[:, None] + dx).ravel(), (y[:, None] + dy).ravel())
                spots.setdefault((instance.cell_index, turned), []).append(places)
    return [(cell, code, *_joined(places)) for (cell, code), places in spots.items()]


def _joined(places: Sequence[tuple[Integers, Integers]]) -> tuple[Integers, Integers]:
    import numpy as np

    return np.concatenate([x for x, _ in places]), np.concatenate([y for _, y in places])


def _placed(instance: Any, code: int) -> tuple[int, Integers, Integers]:
    """Rotation code and offsets of an instance (or array) in a cell that stands turned by `code`."""
    import klayout.db as db
    import numpy as np

    xx, xy, yx, yy = ORTHOGONAL[code]
    columns, rows = np.arange(max(instance.na, 1)), np.arange(max(instance.nb, 1))
    start = instance.trans.disp
    x = (start.x + columns[:, None] * instance.a.x + rows * instance.b.x).ravel().astype(np.int64)
    y = (start.y + columns[:, None] * instance.a.y + rows * instance.b.y).ravel().astype(np.int64)
    turned = db.Trans(code % 4, code >= 4, 0, 0) * instance.trans
    return int(turned.rot), xx * x + xy * y, yx * x + yy * y


def bar(one: tuple[float, float], other: tuple[float, float], dbu: float) -> Outline:
    """A thin bar between two centres (µm), a marker that can be seen: a twentieth as wide as long."""
    (x0, y0), (x1, y1) = one, other
    dx, dy = x1 - x0, y1 - y0
    length = (dx * dx + dy * dy) ** 0.5
    half = max(length / 40, 2 * dbu)
    nx, ny = (-dy / length * half, dx / length * half) if length else (half, half)
    return ((x0 + nx, y0 + ny), (x1 + nx, y1 + ny), (x1 - nx, y1 - ny), (x0 - nx, y0 - ny))
