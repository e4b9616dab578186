"""Where a plane is narrower than its least width, or comes too near to itself or its net's metal; and the cure.

A union of discs is as wide as a disc where it goes on from one disc to the next, but not where two discs merely
touch: there it is cut, so wide that the parts keep the spacing. In grid steps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from bumpgen.route.planes_scene import Surroundings
from bumpgen.route.sites import Floats

__all__ = ["Settled", "settle"]

ROUNDS = 12
"""Times that a plane is cut and looked at again; each removes metal only."""

ROUND = 0.72
"""Radius of a cut as a part of the spacing: sides of a circle up to 90° off are √2 × the radius apart."""


@dataclass(frozen=True)
class Settled:
    """A plane's metal, places that stay narrow, and what was left out since it is tied to no metal of the net."""

    metal: Any
    narrow: Any
    loose: list[Any]


def settle(around: Surroundings, centres: Any) -> Settled:
    """Cut a plane, given by the centres of its discs, until nothing of it is too narrow or too near."""
    import shapely

    centres, loose = _tied(around, centres)
    metal = _finished(around, centres)
    places, apart = _narrow(around, metal)
    if not len(places):
        return Settled(metal, places, loose)
    for turn in range(ROUNDS):
        reach = around.reach + apart * (1 + turn / 10)
        cut = shapely.union_all(around.offsets.around(places, reach))
        centres, more = _tied(around, centres.difference(cut))
        loose += more
        margin = 3 * float(reach.max())
        window = shapely.union_all(shapely.box(*shapely.bounds(shapely.buffer(places, margin)).T))
        local = centres.intersection(shapely.buffer(window, margin, join_style="mitre"))
        places, apart = _narrow(around, _finished(around, local))
        inside = shapely.intersects(window, places)
        places, apart = places[inside], apart[inside]
        if not len(places):  # as far as the windows show: the whole has corners of its own
            metal = _finished(around, centres)
            places, apart = _narrow(around, metal)
            if not len(places):
                return Settled(metal, places, loose)
    metal = _finished(around, centres)
    return Settled(metal, _narrow(around, metal)[0], loose)


def _tied(around: Surroundings, centres: Any) -> tuple[Any, list[Any]]:
    """The parts that come near metal of their net; and what the others would have become."""
    import shapely

    parts = shapely.get_parts(_areas(centres))
    gap = around.steps(around.plane.thermal_gap) if around.plane.join == "thermal" else 0.0
    reach = around.reach + 1.5 * gap + 8  # a gap's corners lie √2 as far from a terminal as its sides
    near = np.zeros(len(parts), bool)
    if len(parts) and len(around.own):
        near[shapely.STRtree(around.own).query(parts, "dwithin", reach)[0]] = True
    loose = around.offsets.grown_each(parts[~near], around.radius) if not near.all() else parts[:0]
    return shapely.multipolygons(parts[near]), list(loose[~shapely.is_empty(loose)])


def _finished(around: Surroundings, centres: Any) -> Any:
    """The metal of discs about centres, on the grid, and none of it too near to foreign metal."""
    import shapely

    grown = around.offsets.grown(_areas(centres), around.radius)
    needed = around.distances + around.offsets.error
    # buffers leave out corners on hollow sides, which makes them larger by up to a hundredth of the distance
    shapely.prepare(grown)
    near: Any = np.flatnonzero(shapely.dwithin(grown, around.foreign, needed - 0.4)) if len(needed) else []
    if 4 * len(near) > len(needed):
        grown = grown.difference(around.forbidden)
    elif len(near):
        grown = grown.difference(shapely.union_all(around.offsets.around(around.foreign[near], needed[near])))
    if not shapely.covers(around.limits, grown):
        grown = grown.intersection(around.limits)
    return around.offsets.finished(_areas(grown))


def _areas(shape: Any) -> Any:
    """The polygons of a shape alone."""
    import shapely

    parts = shapely.get_parts(shape)
    return shapely.multipolygons(parts[(shapely.get_type_id(parts) == 3) & (shapely.area(parts) > 1e-3)])


def _narrow(around: Surroundings, metal: Any) -> tuple[Any, Floats]:
    """What to cut where a plane is too narrow or too near to own metal, and how far around each."""
    import shapely

    space = around.steps(around.plane.space)
    own = _beside_plane(around, metal)
    both = region_of(metal)
    if len(own):
        both = (both + region_of(shapely.union_all(own))).merged()
    width = math.ceil(around.steps(around.plane.min_width) - 1e-6)
    pairs = np.vstack((_pairs(both.width_check(width)), _pairs(both.space_check(math.ceil(space - 1e-6)))))
    on_edge = _on_edge(metal, pairs) if len(own) else np.ones((2, len(pairs)), bool)
    both_on = on_edge.all(axis=0)
    # what is narrow or near in other metal of the net is not the plane's
    inner, outer = pairs[both_on], pairs[on_edge.any(axis=0) & ~both_on]
    places = np.concatenate((_hulls(inner), _beside_own(around, _hulls(outer), space)))
    return places, np.concatenate((np.full(len(inner), space * ROUND), np.zeros(len(outer))))


def _hulls(pairs: Floats) -> Any:
    """What lies between the sides of each pair."""
    import shapely

    return shapely.convex_hull(shapely.multipoints(pairs.reshape(-1, 4, 2)))


def _beside_own(around: Surroundings, slits: Any, space: float) -> Any:
    """What to cut around slits between the plane and metal of its net: all within the spacing of them.

    Beside a terminal it is a sector about a point on this side of its middle, or for one with corners a box, so that
    the plane's new edge meets the terminal's at no acute angle, which would be the next slit.
    """
    import shapely

    wide = shapely.buffer(slits, space, quad_segs=4)
    if not len(around.metal) or not len(wide):
        return wide
    tree = shapely.STRtree(around.metal)
    for slit, number in tree.query(slits, predicate="dwithin", distance=2.0).T.tolist():
        terminal = around.terminals[number]
        if terminal.radius <= 0:
            wide[slit] = shapely.envelope(wide[slit])
            continue
        middle = np.array((terminal.x, terminal.y)) / around.grid
        away = middle - shapely.get_coordinates(shapely.centroid(slits[slit]))[0]
        apex = middle - away * 0.2 * terminal.inner_radius / around.grid / max(float(np.hypot(*away)), 1.0)
        wide[slit] = _sector(wide[slit], apex, space / 10)
    return wide


def _sector(area: Any, apex: Floats, slack: float) -> Any:
    """The part of a disc about an apex that holds an area, as wide as this is seen from the apex."""
    import shapely

    away = shapely.get_coordinates(area) - apex
    mean = away.mean(axis=0)
    angles = np.arctan2(mean[0] * away[:, 1] - mean[1] * away[:, 0], away @ mean)
    reach = float(np.hypot(*away.T).max()) + slack
    seen = np.linspace(angles.min(), angles.max(), 9) + math.atan2(mean[1], mean[0])
    far = apex + np.column_stack((np.cos(seen), np.sin(seen))) * reach / math.cos((seen[1] - seen[0]) / 2)
    return shapely.union(area, shapely.Polygon(np.vstack((apex, far))))


def _beside_plane(around: Surroundings, metal: Any) -> Any:
    """Metal of the net that is not wholly inside the plane, but near it."""
    import shapely

    own = around.own
    if not len(own):
        return own
    shapely.prepare(metal)
    own = own[shapely.dwithin(metal, own, around.steps(around.plane.space))]
    return own[~shapely.contains_properly(metal, own)]


def _on_edge(metal: Any, gaps: Floats) -> Any:
    """Of each pair of sides, whether the first and the second lie on the plane's edge."""
    import shapely

    boundary = shapely.boundary(metal)
    shapely.prepare(boundary)
    middles = np.stack(((gaps[:, 0:2] + gaps[:, 2:4]) / 2, (gaps[:, 4:6] + gaps[:, 6:8]) / 2))
    return shapely.dwithin(boundary, shapely.points(middles), 2.0)


def _pairs(found: Any) -> Floats:
    """x, y of both ends of both sides of each pair."""
    rows = [
        (p.first.x1, p.first.y1, p.first.x2, p.first.y2, p.second.x1, p.second.y1, p.second.x2, p.second.y2)
        for p in found.each()
    ]
    return np.array(rows, np.float64).reshape(-1, 8)


def region_of(area: Any) -> Any:
    """A klayout region of an area on the grid."""
    import klayout.db as db
    import shapely

    region = db.Region()
    for part in shapely.get_parts(area):
        outer, *holes = (_points(ring) for ring in (part.exterior, *part.interiors))
        polygon = db.Polygon(outer)
        for hole in holes:
            polygon.insert_hole(hole)
        region.insert(polygon)
    return region


def _points(ring: Any) -> list[Any]:
    import klayout.db as db
    import shapely

    return [db.Point(x, y) for x, y in np.rint(shapely.get_coordinates(ring)[:-1]).astype(int).tolist()]
