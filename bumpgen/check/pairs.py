"""Which shapes of two layers face each other: boxes by a search tree, common areas once for each pair of outlines."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bumpgen.check.shapes import Shapes

if TYPE_CHECKING:
    import klayout.db as db
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["partners", "touching"]


def touching(one: Shapes, other: Shapes, *, overlapping: bool = False) -> NDArray[np.int64]:
    """Pairs of numbers of shapes that touch, or share area if `overlapping`; one row a pair."""
    import klayout.db as db
    import numpy as np

    pairs = _near(one, other)
    sure = _surely(one, other, pairs)
    settled, pairs = pairs[sure], pairs[~sure]
    columns = (one.which[pairs[:, 0]], other.which[pairs[:, 1]],
               other.x[pairs[:, 1]] - one.x[pairs[:, 0]], other.y[pairs[:, 1]] - one.y[pairs[:, 0]])  # fmt: skip
    keys, inverse = np.unique(np.column_stack(columns), axis=0, return_inverse=True)
    share: Callable[[db.Region, db.Region], db.Region] = db.Region.overlapping if overlapping else db.Region.interacting
    meets = np.zeros(len(keys), dtype=bool)
    for row, (a, b, dx, dy) in enumerate(keys.tolist()):
        moved = other.outlines[b].moved(dx, dy)
        meets[row] = not share(db.Region(one.outlines[a]), db.Region(moved)).is_empty()
    return np.concatenate((settled, pairs[meets[inverse.ravel()]]))


def _surely(one: Shapes, other: Shapes, pairs: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether the discs about the boxes' centres that fit into both shapes overlap: then the shapes do."""
    import numpy as np

    inner = [np.array([_inner(outline) for outline in shapes.outlines]) for shapes in (one, other)]
    reach = 2 * (inner[0][one.which[pairs[:, 0]]] + inner[1][other.which[pairs[:, 1]]])
    overlapping: NDArray[np.bool_] = np.sqrt(_distances(one, other, pairs)) < reach - 4
    return overlapping


def _inner(outline: db.Polygon) -> float:
    """Radius of the disc about the box's centre that fits into a polygon; 0 if the centre lies outside."""
    centre = outline.bbox().center()
    if not outline.inside(centre):
        return 0.0
    return min(float(edge.euclidian_distance(centre)) for edge in outline.each_edge())


def _near(one: Shapes, other: Shapes) -> NDArray[np.int64]:
    """Pairs whose boxes touch."""
    import numpy as np
    import shapely

    def boxes(shapes: Shapes) -> NDArray[np.object_]:
        size = shapes.sizes
        found: NDArray[np.object_] = shapely.box(shapes.x, shapes.y, shapes.x + size[:, 0], shapes.y + size[:, 1])
        return found

    if not len(one) or not len(other):
        return np.zeros((0, 2), np.int64)
    hits = shapely.STRtree(boxes(other)).query(boxes(one), predicate="intersects")
    return np.column_stack(hits).astype(np.int64)


def partners(one: Shapes, other: Shapes) -> NDArray[np.int64]:
    """Pairs of shapes that share area and are each other's nearest by centre; a shape is in one pair at most."""
    import numpy as np

    pairs = touching(one, other, overlapping=True)
    if not len(pairs):
        return pairs
    far = _distances(one, other, pairs)
    order = np.lexsort((pairs[:, 1], pairs[:, 0], far))
    first, second = (_nearest(pairs[order, side], order) for side in (0, 1))
    mutual: NDArray[np.int64] = pairs[np.intersect1d(first, second)]
    return mutual


def _distances(one: Shapes, other: Shapes, pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Squared distances of the centres of pairs, in half database units."""
    i, j = pairs[:, 0], pairs[:, 1]
    left, right = one.sizes, other.sizes
    dx = 2 * (one.x[i] - other.x[j]) + left[i, 0] - right[j, 0]
    dy = 2 * (one.y[i] - other.y[j]) + left[i, 1] - right[j, 1]
    squared: NDArray[np.int64] = dx * dx + dy * dy
    return squared


def _nearest(shapes: NDArray[np.int64], order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Row numbers of the first pair of each shape, pairs being in order of distance."""
    import numpy as np

    rows: NDArray[np.int64] = order[np.unique(shapes, return_index=True)[1]]
    return rows
