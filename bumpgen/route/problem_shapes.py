"""Outlines of metal as a problem's file gives them: on the grid, counter-clockwise, checked. All in µm."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from bumpgen.errors import GeometryError, InputError, Where
from bumpgen.geometry import Polygon, RegularPolygon
from bumpgen.route.problem import Place

__all__ = ["GRID", "Ring", "area", "box_corners", "girth", "holds", "hull", "octagon", "ring_of", "rounded"]

GRID = 0.001
"""Grid of a problem that was read, µm."""

Ring: TypeAlias = tuple[Place, ...]
"""Corners of a polygon, µm."""


def rounded(value: float) -> float:
    """A coordinate on the grid, µm."""
    return round(round(value / GRID) * GRID, 9) + 0.0  # no -0.0


def box_corners(box: tuple[float, float, float, float]) -> Ring:
    """The corners of x0, y0, x1, y1, counter-clockwise."""
    x0, y0, x1, y1 = box
    return (x0, y0), (x1, y0), (x1, y1), (x0, y1)


def octagon(size: float, x: float, y: float, key: str) -> Ring:
    """A regular octagon, flats on the axes, its slanted sides rounded outward to the grid."""
    try:
        offsets = RegularPolygon(0.0, 0.0, size).polygons(GRID)[0]
    except GeometryError as error:
        raise error.located(Where(key=key)) from None
    return tuple((rounded(x + float(dx)), rounded(y + float(dy))) for dx, dy in offsets)


def ring_of(points: Iterable[Place], key: str) -> Ring:
    """Corners on the grid, counter-clockwise, none twice; a polygon without area or that crosses itself is refused."""
    import shapely

    try:
        ring = Polygon(tuple(points)).polygons(GRID)[0]
    except GeometryError as error:
        raise error.located(Where(key=key)) from None
    corners = tuple((rounded(float(x)), rounded(float(y))) for x, y in ring)
    if len(corners) > 3 and not shapely.Polygon(corners).is_valid:
        raise InputError("the polygon touches or crosses itself", Where(key=key), hint="give it as several polygons")
    return corners


def hull(ring: Ring) -> Ring:
    """The convex hull, counter-clockwise, without corners on its sides (Andrew's monotone chain, 1979)."""
    points = sorted(set(ring))
    return (*_chain(points)[:-1], *_chain(points[::-1])[:-1])


def _chain(points: list[Place]) -> list[Place]:
    chain: list[Place] = []
    for point in points:
        while len(chain) > 1 and _turn(chain[-2], chain[-1], point) <= 1e-9:
            chain.pop()
        chain.append(point)
    return chain


def _turn(a: Place, b: Place, c: Place) -> float:
    """Twice the area of a triangle, positive where it runs counter-clockwise, µm²."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _sides(ring: Ring) -> Iterator[tuple[Place, Place]]:
    return zip(ring, (*ring[1:], ring[0]), strict=True)


def holds(hull: Ring, place: Place) -> bool:
    """Whether a convex polygon holds a point, to within the grid."""
    return all(_turn(a, b, place) >= -GRID * math.dist(a, b) for a, b in _sides(hull))


def area(ring: Ring) -> float:
    """Area of a polygon, positive where it runs counter-clockwise, µm²."""
    return sum(_turn(ring[0], a, b) for a, b in _sides(ring)) / 2


def girth(ring: Ring) -> float:
    """Length of a polygon's outline, µm."""
    return sum(math.dist(a, b) for a, b in _sides(ring))
