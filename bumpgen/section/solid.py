"""Areas over a cut and the height: how they are put together, seen from above, covered and grown; µm.

All overlays work on a grid of 10 pm, so that thousands of them leave no slivers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from bumpgen.section.met import Spans

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Values = NDArray[np.float64]
    Labels = NDArray[np.int64]

__all__ = ["FAR", "Skyline", "above", "columns", "common", "grown", "minus", "shadowed", "skyline", "union"]

GRID = 1e-5
ROUND = 1.0
"""Films thinner than this get sharp corners, µm: an arc there is smaller than anything shown."""
FAR = 1e5
"""Higher and lower than anything, µm."""


def union(areas: Iterable[Any]) -> Any:
    """All of several areas."""
    import shapely

    return _areas(shapely.union_all(list(areas), grid_size=GRID))


def minus(area: Any, other: Any) -> Any:
    """An area without another."""
    import shapely

    return _areas(shapely.difference(area, other, grid_size=GRID))


def common(area: Any, other: Any) -> Any:
    """What two areas share."""
    import shapely

    return _areas(shapely.intersection(area, other, grid_size=GRID))


def _areas(found: Any) -> Any:
    """Its polygons, without points and lines where areas only touch."""
    import shapely

    if found.geom_type in ("Polygon", "MultiPolygon"):
        return found
    return shapely.MultiPolygon([part for part in shapely.get_parts(found) if part.geom_type == "Polygon"])


def columns(spans: Spans, low: float = -FAR, high: float = FAR) -> Any:
    """Everything between two heights over spans of the cut."""
    import shapely

    return _areas(shapely.union_all([shapely.box(x0, low, x1, high) for x0, x1 in spans]))


@dataclass(frozen=True, slots=True, eq=False)
class Skyline:
    """What is on top: interval i from s[i] to s[i + 1] has height left[i] to right[i] and is area number label[i].

    Where there is nothing the height is -FAR and the label -1.
    """

    s: Values
    left: Values
    right: Values
    label: Labels

    def at(self, s: float) -> float:
        """Height at a place; of two at a step the higher."""
        return float(max(self._height(s, "left"), self._height(s, "right")))

    def _height(self, s: float, side: Literal["left", "right"]) -> float:
        index = int(np.searchsorted(self.s, s, side=side)) - 1
        if not 0 <= index < len(self.left):
            return -FAR
        width = self.s[index + 1] - self.s[index]
        return float(self.left[index] + (self.right[index] - self.left[index]) * (s - self.s[index]) / width)

    def within(self, x0: float, x1: float) -> tuple[Values, Values]:
        """Corners (s, height) from x0 to x1, both ends included."""
        s = np.repeat(self.s, 2)[1:-1]
        z = np.column_stack((self.left, self.right)).ravel()
        inside = (s > x0 + GRID) & (s < x1 - GRID)
        first, last = self._height(x0 + GRID, "right"), self._height(x1 - GRID, "left")
        return np.concatenate(([x0], s[inside], [x1])), np.concatenate(([first], z[inside], [last]))


def skyline(areas: Sequence[Any]) -> Skyline:
    """What of some areas that don't overlap is seen from above."""
    import shapely

    edges, owner = [], []
    for number, area in enumerate(areas):
        rings = shapely.get_rings(shapely.get_parts(area))
        for ring in rings:
            points = shapely.get_coordinates(ring)
            edges.append(np.hstack((points[:-1], points[1:])))
            owner.append(np.full(len(points) - 1, number))
    if not edges:
        return Skyline(np.zeros(1), np.zeros(0), np.zeros(0), np.zeros(0, np.int64))
    every, labels = np.concatenate(edges), np.concatenate(owner)
    return _highest(every, labels)


def _highest(edges: Values, labels: Labels) -> Skyline:
    """The highest edge over each interval between corners; edges don't cross."""
    s = np.unique(edges[:, (0, 2)])
    slanted = edges[:, 0] != edges[:, 2]
    edges, labels = edges[slanted], labels[slanted]
    turned = edges[:, 0] > edges[:, 2]
    edges[turned] = edges[turned][:, (2, 3, 0, 1)]
    first, last = np.searchsorted(s, edges[:, 0]), np.searchsorted(s, edges[:, 2])
    counts = last - first
    which = np.repeat(np.arange(len(edges)), counts)
    interval = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(first, counts)
    x0, z0, x1, z1 = edges[which].T
    slope = (z1 - z0) / (x1 - x0)
    middle = z0 + slope * ((s[interval] + s[interval + 1]) / 2 - x0)
    order = np.lexsort((middle, interval))
    top = order[np.append(interval[order][1:] != interval[order][:-1], True)]
    left, right = np.full(len(s) - 1, -FAR), np.full(len(s) - 1, -FAR)
    label = np.full(len(s) - 1, -1)
    left[interval[top]] = (z0 + slope * (s[interval] - x0))[top]
    right[interval[top]] = (z0 + slope * (s[interval + 1] - x0))[top]
    label[interval[top]] = labels[which[top]]
    return Skyline(s, left, right, label)


def shadowed(area: Any, floor: float) -> Any:
    """An area with everything below it that can't be seen from above, down to a floor."""
    import shapely

    top = skyline([area])
    s, z = top.within(float(top.s[0]), float(top.s[-1]))
    outline = np.column_stack((s, np.maximum(z, floor)))
    ends = np.array(((s[-1], floor), (s[0], floor)))
    return shapely.make_valid(shapely.Polygon(np.concatenate((outline, ends))))


def grown(area: Any, thickness: float, coverage: float) -> Any:
    """An area with a film all round it: `thickness` on flats, that times `coverage` on upright walls.

    Corners are quarter ellipses. Without any coverage of walls the film comes straight from above.
    """
    import shapely
    from shapely import affinity

    if coverage <= 0:
        return union([area, affinity.translate(area, 0, thickness)])
    narrow = area if coverage == 1 else affinity.scale(area, 1 / coverage, 1, origin=(0, 0))
    wide = thickness >= ROUND
    style = {"quad_segs": 8} if wide else {"join_style": "mitre", "mitre_limit": 1.6}
    film = shapely.buffer(narrow, thickness, **style)
    return film if coverage == 1 else affinity.scale(film, coverage, 1, origin=(0, 0))


def above(line: Skyline, x0: float, x1: float, top: float) -> Any:
    """What lies over a skyline, up to a height."""
    import shapely

    s, z = line.within(x0, x1)
    outline = np.column_stack((s, np.minimum(z, top)))
    return shapely.make_valid(shapely.Polygon(np.concatenate((outline, [(s[-1], top), (s[0], top)]))))
