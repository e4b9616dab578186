"""Outlines of faces as values: their points about their own centre, class, size, area; and how two of them differ."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from bumpgen.check.outline import outline_class
from bumpgen.geometry import Points

if TYPE_CHECKING:
    import klayout.db as db

__all__ = ["Mismatch", "Outline", "mismatch", "outline_of"]

BOXED = frozenset({"circle", "octagon", "oblong", "square", "rectangle"})
"""Classes in which the box says all: one lies inside the other grown just where its box does."""


@dataclass(frozen=True, eq=False)
class Outline:
    """A shape about the centre of its box: hull in µm (counter-clockwise), its class (a word of check.outline).

    `unit` is the database unit in µm its points are multiples of half of.
    """

    points: Points
    shape: str
    unit: float

    @cached_property
    def size(self) -> tuple[float, float]:
        """Width and height of the box, µm."""
        low, high = self.points.min(axis=0), self.points.max(axis=0)
        return float(high[0] - low[0]), float(high[1] - low[1])

    @cached_property
    def reach(self) -> float:
        """Radius of a circle about the centre that holds all of it, µm."""
        return float(np.hypot(*self.points.T).max())

    @cached_property
    def area(self) -> float:
        """µm²; of a circle the circle's, not its polygon's, which is circumscribed."""
        if self.shape == "circle":
            return math.pi * self.size[0] * self.size[1] / 4
        x, y = self.points.T
        return float(abs((x * np.roll(y, -1) - y * np.roll(x, -1)).sum()) / 2)

    @property
    def radius(self) -> float:
        """Of the circle of its area, µm: what solder on a face that is not round is taken for."""
        return math.sqrt(self.area / math.pi)

    def turned(self, matrix: Points) -> Outline:
        """The outline after a turn or mirroring about its centre."""
        points = self.points @ matrix.T
        return Outline(points[::-1] if np.linalg.det(matrix) < 0 else points, self.shape, self.unit)

    def polygon(self) -> db.Polygon:
        """As a klayout polygon in half database units, about 0, 0."""
        import klayout.db as db

        half = np.rint(self.points * (2 / self.unit)).astype(int).tolist()
        return db.Polygon([db.Point(x, y) for x, y in half])


def outline_of(polygon: db.Polygon, dbu: float) -> Outline:
    """A klayout polygon's hull as an outline."""
    box = polygon.bbox()
    centre = np.array((box.left + box.right, box.bottom + box.top)) / 2
    points = np.array([(point.x, point.y) for point in polygon.each_point_hull()], np.float64)[::-1]
    return Outline((points - centre) * dbu, outline_class(polygon), dbu)


@dataclass(frozen=True, slots=True)
class Mismatch:
    """How far two faces differ: µm per side, and why they can't be alike at all ("" if they can)."""

    per_side: float
    reason: str = ""

    @property
    def in_all(self) -> float:
        """The difference of the dimension, µm."""
        return 2 * self.per_side


def mismatch(one: Outline, other: Outline) -> Mismatch:
    """The least growth per side that makes each of two faces, centre on centre, cover the other; µm.

    Faces of one class whose box says all differ by half the difference of their boxes. Others are grown with
    mitred corners until each covers the other, to half a database unit (P2 claims 33, 41).
    """
    wider = max(abs(a - b) for a, b in zip(one.size, other.size, strict=True)) / 2
    if one.shape != other.shape:
        return Mismatch(wider, f"{one.shape} against {other.shape}")
    if one.shape in BOXED:
        return Mismatch(wider)
    return Mismatch(max(wider, _growth(one, other)))


def _growth(one: Outline, other: Outline) -> float:
    import klayout.db as db

    first, second = db.Region(one.polygon()), db.Region(other.polygon())

    def covered(steps: int) -> bool:
        return (first - second.sized(steps)).is_empty() and (second - first.sized(steps)).is_empty()

    low, high = -1, math.ceil(2 * (one.reach + other.reach) / one.unit)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if covered(middle) else (middle, high)
    return high * one.unit / 2
