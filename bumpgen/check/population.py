"""Known shapes at places: what a layer's geometry is where it stands in cells that are placed many times.

A bump array is a few shapes at many places. Rules between neighbours are then decided on centres and
radii in numpy, and only the few shapes that might be too near go to exact polygon checks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bumpgen.check.placements import Steps, placements, turn_of

if TYPE_CHECKING:
    import klayout.db as db

    from bumpgen.check.scene import Scene

__all__ = ["Population", "instances", "near_pairs", "population"]

MOST_SHAPES = 2000
"""With more different polygons on a layer, it isn't a few shapes at many places."""

CROWD = 64
"""Cells of the search grid with more shapes than this mean that places aren't spread out."""


@dataclass(frozen=True, slots=True)
class Population:
    """Shapes of a layer by place. `centres` (N, 2) and `radii` (N) bound each shape by a circle, in
    database units; `shape` (N) tells which of `polygons` it is and `origin` (N, 2) where that lies.
    """

    polygons: tuple[db.Polygon, ...]
    shape: NDArray[np.int64]
    origin: Steps
    centres: NDArray[np.float64]
    radii: NDArray[np.float64]

    def region(self, chosen: NDArray[np.int64]) -> db.Region:
        """The chosen shapes, flat."""
        import klayout.db as db

        region = db.Region()
        for which, (x, y) in zip(self.shape[chosen].tolist(), self.origin[chosen].tolist(), strict=True):
            region.insert(self.polygons[which].moved(x, y))
        return region


def instances(scene: Scene) -> dict[int, list[tuple[Any, Steps]]] | None:
    """Cell index → its turns (klayout Trans without displacement) and places; None if a cell is scaled or skewed."""
    import klayout.db as db

    inside: dict[int, list[tuple[int, Any, Steps]]] = {}
    for placed in placements(scene.layout):
        parent, child = scene.layout.cell(placed.parent), scene.layout.cell(placed.child)
        if placed.angle is None or parent is None or child is None:
            return None
        inside.setdefault(parent.cell_index(), []).append((child.cell_index(), turn_of(placed), placed.places))
    found: dict[int, list[tuple[Any, Steps]]] = {scene.top.cell_index(): [(db.Trans(), np.zeros((1, 2), np.int64))]}
    for cell_index in scene.layout.each_cell_top_down():
        for child_index, turn, steps in inside.get(cell_index, ()):
            for outer, origins in found.get(cell_index, ()):
                spread = (origins[:, None] + _turned(steps, outer)).reshape(-1, 2)
                found.setdefault(child_index, []).append((outer * turn, spread))
    return found


def _turned(steps: Steps, turn: Any) -> Steps:
    """Vectors turned (and mirrored) as a klayout Trans does."""
    import klayout.db as db

    x, y = turn.trans(db.Vector(1, 0)), turn.trans(db.Vector(0, 1))
    turned: Steps = steps @ np.array([(x.x, x.y), (y.x, y.y)], np.int64)
    return turned


def population(scene: Scene, layer: str) -> Population | None:
    """A layer's shapes by place; None where it isn't a few shapes at many places."""
    import klayout.db as db

    index, placed = scene.index(layer), scene.instances
    if index is None or placed is None or scene.flat:
        return None
    polygons: list[Any] = []
    shape: list[NDArray[np.int64]] = []
    origin: list[Steps] = []
    for cell_index, turns in placed.items():
        shapes = scene.layout.cell(cell_index).shapes(index)
        if shapes.is_empty():
            continue
        if len(polygons) + shapes.size() * len(turns) > MOST_SHAPES:
            return None
        merged = list(db.Region(shapes).merged().each())
        for turn, steps in turns:
            for polygon in merged:
                shape.append(np.full(len(steps), len(polygons)))
                origin.append(steps)
                polygons.append(polygon.transformed(turn))
    return _bounded(tuple(polygons), np.concatenate(shape), np.concatenate(origin)) if polygons else None


def _bounded(polygons: tuple[Any, ...], shape: NDArray[np.int64], origin: Steps) -> Population:
    circles = np.array([_circle(polygon) for polygon in polygons])
    chosen = circles[shape]
    return Population(polygons, shape, origin, origin + chosen[:, :2], chosen[:, 2])


def _circle(polygon: Any) -> tuple[float, float, float]:
    """A circle around a polygon: centre of its box, farthest corner."""
    box = polygon.bbox()
    x, y = (box.left + box.right) / 2, (box.bottom + box.top) / 2
    return x, y, max(float(np.hypot(p.x - x, p.y - y)) for p in polygon.each_point_hull())


def near_pairs(centres: NDArray[np.float64], reach: float) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """Indexes of pairs of centres nearer than `reach`, each once; None where too many crowd together.

    Centres are sorted into a grid of cells as wide as the reach; each cell is held against itself and four
    of its neighbours, so that all pairs meet once.
    """
    cells = np.floor(centres / reach).astype(np.int64)
    cells -= cells.min(axis=0) - 1
    width = int(cells[:, 0].max()) + 2
    key = cells[:, 1] * width + cells[:, 0]
    order = np.argsort(key, kind="stable")
    key, sorted_centres = key[order], centres[order]
    one, other = [], []
    for offset in (0, 1, width - 1, width, width + 1):
        first = np.searchsorted(key, key + offset, side="left")
        last = np.searchsorted(key, key + offset, side="right")
        if offset == 0:
            first = np.arange(1, len(key) + 1)
        most = int((last - first).max())
        if most > CROWD:
            return None
        for step in range(most):
            i = np.flatnonzero(first + step < last)
            j = first[i] + step
            gap = sorted_centres[i] - sorted_centres[j]
            close = np.flatnonzero(np.einsum("ij,ij->i", gap, gap) < reach * reach)
            one.append(order[i[close]])
            other.append(order[j[close]])
    return (np.concatenate(one), np.concatenate(other)) if one else (np.zeros(0, np.int64), np.zeros(0, np.int64))
