"""What an outline is: circle, octagon, oblong, square, rectangle, rounded, or something else.

The KLayout deck says the same in helpers/outline_class.rb.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import klayout.db as db

__all__ = ["CIRCLE", "corner_angles", "outline_class"]

CIRCLE = (1.270, 1.276)
"""Box area over area of a circle's polygon, of 16 corners or more (IHP's DRC decks for solder bumps and pillars)."""

EQUAL = 0.01
"""Two sides of a round shape's box are equal within this share."""

BLUNT = 130.0
"""Corners of a rounded shape are at least this wide, degrees: a 45° cut leaves 135."""

CONVEX = 182.0
"""An outline is convex while no corner is wider, degrees: corners moved on to the grid may dent it a little."""


def outline_class(polygon: db.Polygon) -> str:
    """The class of a polygon: a word a rule of kind shape may use, or "rectangle" or "other"."""
    if polygon.holes() > 0:
        return "other"
    box = polygon.bbox()
    if polygon.is_box():
        return "square" if box.width() == box.height() else "rectangle"
    angles = corner_angles(list(polygon.each_point_hull()))
    if max(angles) > CONVEX:
        return "other"
    if len(angles) >= 16 and (found := _round(polygon)):
        return found
    if len(angles) == 8 and _regular(polygon, angles):
        return "octagon"
    return "rounded" if len(angles) >= 8 and min(angles) >= BLUNT else "other"


def _round(polygon: db.Polygon) -> str:
    """Circle or oblong: box over area with the straight part taken out is that of a circle."""
    box = polygon.bbox()
    short, long = sorted((box.width(), box.height()))
    if long - short <= EQUAL * long:
        return "circle" if CIRCLE[0] <= short * long / polygon.area() <= CIRCLE[1] else ""
    ends = polygon.area() - short * (long - short)
    return "oblong" if ends > 0 and CIRCLE[0] <= short * short / ends <= CIRCLE[1] else ""


def _regular(polygon: db.Polygon, angles: list[float]) -> bool:
    sides = [edge.length() for edge in polygon.each_edge()]
    return all(133 <= angle <= 137 for angle in angles) and max(sides) <= 1.1 * min(sides) + 4


def corner_angles(points: Sequence[db.Point]) -> list[float]:
    """The angle inside the polygon at each corner of a hull or hole, as klayout orders their points, degrees."""
    angles = []
    for before, at, after in zip((points[-1], *points[:-1]), points, (*points[1:], points[0]), strict=True):
        one = math.atan2(before.y - at.y, before.x - at.x)
        other = math.atan2(after.y - at.y, after.x - at.x)
        angles.append(math.degrees(other - one) % 360)
    return angles
