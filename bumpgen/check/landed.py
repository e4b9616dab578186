"""What two faces still have in common when one of them is off by a given distance in the worst direction."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import klayout.db as db

__all__ = ["landed", "lens"]

DIRECTIONS = 64
"""Directions tried before the worst one is refined."""


def lens(r: float, s: float, distance: float) -> float:
    """Area common to two circles of radius r and s.

    r²·(α - sin α cos α) + s²·(β - sin β cos β), α and β the half angles of the chord seen from the centres
    (any handbook: area of a circular lens).
    """
    if distance >= r + s:
        return 0.0
    if distance <= abs(r - s):
        return math.pi * min(r, s) ** 2
    a = math.acos(max(-1.0, min(1.0, (distance**2 + r**2 - s**2) / (2 * distance * r))))
    b = math.acos(max(-1.0, min(1.0, (distance**2 + s**2 - r**2) / (2 * distance * s))))
    return r * r * (a - math.sin(a) * math.cos(a)) + s * s * (b - math.sin(b) * math.cos(b))


def landed(one: db.Polygon, other: db.Polygon, off: float, circles: bool) -> float:
    """The common area that remains as a share of the smaller shape's; lengths in database units.

    Circles: the worst direction is away along the line of centres. Convex shapes: by the Brunn-Minkowski
    inequality the root of the common area is a concave function of the shift while there is any, so over
    all shifts up to `off` it is least on the rim of that disc: only directions remain to be searched.
    """
    boxes = one.bbox(), other.bbox()
    if circles:
        r, s = (sum((box.width(), box.height())) / 4 for box in boxes)
        dx = (boxes[1].left + boxes[1].right - boxes[0].left - boxes[0].right) / 2
        dy = (boxes[1].bottom + boxes[1].top - boxes[0].bottom - boxes[0].top) / 2
        return lens(r, s, math.hypot(dx, dy) + off) / (math.pi * min(r, s) ** 2)
    return _searched(one, other, off) / min(one.area(), other.area())


def _searched(one: db.Polygon, other: db.Polygon, off: float) -> float:
    import shapely
    from shapely.affinity import translate

    fixed, moving = (
        shapely.make_valid(shapely.Polygon([(point.x, point.y) for point in polygon.each_point_hull()]))
        for polygon in (one, other)
    )

    def common(angle: float) -> float:
        moved = translate(moving, off * math.cos(angle), off * math.sin(angle))
        return float(fixed.intersection(moved).area)

    step = 2 * math.pi / DIRECTIONS
    worst = min((i * step for i in range(DIRECTIONS)), key=common)
    low, high = worst - step, worst + step
    while high - low > 1e-7:
        third = (high - low) / 3
        low, high = (low, high - third) if common(low + third) <= common(high - third) else (low + third, high)
    return min(common(worst), common((low + high) / 2))
