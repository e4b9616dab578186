"""Where a wire crosses the rim of a round pad: there its teardrop points."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TypeAlias

__all__ = ["rim_crossings"]

Place: TypeAlias = tuple[float, float]


NEAR = 1e-6
"""What lies so near the rim lies on it, and belongs to the pad, µm."""


def rim_crossings(points: Sequence[Place], centre: Place, radius: float) -> Iterator[float]:
    """Angles (degrees, to 0.001, under 360) where a wire that comes near the centre crosses the rim of a pad."""
    import shapely

    if shapely.LineString(points).distance(shapely.Point(centre)) > radius / 2:
        return
    for start, end in pairwise(points):
        for x, y in _on_rim(start, end, centre, radius):
            yield round(math.degrees(math.atan2(y - centre[1], x - centre[0])) % 360, 3) % 360


def _on_rim(start: Place, end: Place, centre: Place, radius: float) -> list[Place]:
    """Where a straight part crosses the circle, µm: where it goes out or comes in, or both."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    fx, fy = start[0] - centre[0], start[1] - centre[1]
    a, b, c = dx * dx + dy * dy, 2 * (fx * dx + fy * dy), fx * fx + fy * fy - radius * radius
    inside = [math.dist(place, centre) <= radius + NEAR for place in (start, end)]
    under = b * b - 4 * a * c
    if all(inside) or (not any(inside) and (a == 0 or under <= 0)):
        return []
    root = math.sqrt(max(under, 0.0))
    comes_in, goes_out = (-b - root) / (2 * a), (-b + root) / (2 * a)
    if any(inside):  # one end in the pad: one crossing, at the end itself where that is on the rim
        ways = [min(max(goes_out if inside[0] else comes_in, 0.0), 1.0)]
    else:
        ways = [t for t in (comes_in, goes_out) if 0 < t < 1]
    return [(start[0] + t * dx, start[1] + t * dy) for t in ways]
