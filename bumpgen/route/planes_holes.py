"""Holes in a plane for plating and degassing. In grid steps."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from bumpgen.geometry import circle_vertices
from bumpgen.route.planes_offsets import Octilinear, octagons
from bumpgen.route.planes_scene import Surroundings
from bumpgen.route.planes_values import HoleRule
from bumpgen.route.problem import Place
from bumpgen.route.sites import Floats

__all__ = ["punch"]


def punch(around: Surroundings, metal: Any, rule: HoleRule, centre: Place, keep: Any) -> tuple[Any, int]:
    """A plane with its holes, and how many: where it holds them with their margin, off all shapes `keep`.

    `centre` is the die's, in steps: a hole of the lattice lies there.
    """
    import shapely

    hole = _shape(around, rule)
    margin = math.ceil(around.steps(max(rule.min_margin, around.plane.min_width)) + 1 - 1e-6)
    places = _lattice(shapely.bounds(metal), centre, around.steps(rule.pitch))
    x0, y0 = hole.min(axis=0) - margin
    x1, y1 = hole.max(axis=0) + margin
    boxes = shapely.box(places[:, 0] + x0, places[:, 1] + y0, places[:, 0] + x1, places[:, 1] + y1)
    shapely.prepare(metal)
    inside = shapely.contains_properly(metal, boxes)
    places, boxes = places[inside], boxes[inside]
    if len(keep) and len(boxes):
        free = np.ones(len(boxes), bool)
        free[shapely.STRtree(boxes).query(keep, predicate="intersects")[1]] = False
        places = places[free]
    return _with_holes(metal, hole, places), len(places)


def _shape(around: Surroundings, rule: HoleRule) -> Floats:
    """Corners of a hole about the origin, on the grid."""
    import shapely

    half = around.steps(rule.size) / 2
    if rule.shape == "square":
        half = math.ceil(half - 1e-6)
        return np.array([(half, half), (-half, half), (-half, -half), (half, -half)], np.float64)
    if isinstance(around.offsets, Octilinear):
        octagon = octagons(np.zeros((1, 2)), np.zeros(1, np.int64), np.array([half]))[0]
        eight: Floats = shapely.get_coordinates(octagon)[:-1]
        return eight
    count = circle_vertices(rule.size)
    angles = (np.arange(count) + 0.5) * 2 * math.pi / count
    corners = np.column_stack((np.cos(angles), np.sin(angles))) * half / math.cos(math.pi / count)
    rounded: Floats = np.sign(corners) * np.ceil(np.abs(corners) - 1e-6)
    return rounded


def _lattice(box: Floats, centre: Place, pitch: float) -> Floats:
    """Grid points nearest to the points of a square lattice within a box."""
    if not np.isfinite(box).all():
        return np.empty((0, 2))
    ranges = [
        centre[k] + pitch * np.arange(math.ceil((box[k] - centre[k]) / pitch), (box[k + 2] - centre[k]) // pitch + 1)
        for k in (0, 1)
    ]
    x, y = np.meshgrid(*ranges, indexing="ij")
    return np.rint(np.column_stack((x.ravel(), y.ravel())))


def _with_holes(metal: Any, hole: Floats, places: Floats) -> Any:
    """Each part with the holes that lie in it as rings of it."""
    import shapely

    parts = shapely.get_parts(metal)
    if not len(places):
        return metal
    part, place = shapely.STRtree(shapely.points(places)).query(parts, predicate="contains")
    out = []
    for index, polygon in enumerate(parts):
        own = places[np.sort(place[part == index])]
        rings = [*polygon.interiors, *shapely.linearrings(hole[None] + own[:, None])] if len(own) else polygon.interiors
        out.append(shapely.Polygon(polygon.exterior, list(rings)))
    return shapely.multipolygons(out)
