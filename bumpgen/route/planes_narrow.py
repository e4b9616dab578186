"""Where a plane is narrower than its least width, or comes too near to itself or its net's metal; and the cure.

A union of discs is as wide as a disc where it goes on from one disc to the next, but not where two discs merely
touch: there it is cut, so wide that the parts keep the spacing. In grid steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from bumpgen.route.planes_scene import Surroundings
from bumpgen.route.sites import Floats

__all__ = ["Settled", "settle"]

ROUNDS = 12
"""Times that a plane is cut and looked at again; each removes metal only."""


@dataclass(frozen=True)
class Settled:
    """Centres of a plane's discs, the metal they make, and places that stay narrow."""

    centres: Any
    metal: Any
    narrow: Any


def settle(around: Surroundings, centres: Any) -> Settled:
    """Cut a plane, given by the centres of its discs, until nothing of it is too narrow or too near."""
    import shapely

    metal = _finished(around, centres)
    places = _narrow(around, metal)
    whole = len(places) == 0
    for turn in range(ROUNDS):
        if not len(places):
            break
        reach = around.reach + around.steps(around.plane.space) * (1 + turn / 4)
        # a slit between two parts of the plane is opened from its middle, one to other metal from that metal's edge
        distances = np.full(len(places), reach)
        cut = shapely.union_all(around.offsets.around(places, distances))
        centres = centres.difference(cut)
        window = shapely.union_all(shapely.box(*shapely.bounds(shapely.buffer(places, 3 * reach)).T))
        local = centres.intersection(shapely.buffer(window, 3 * reach, join_style="mitre"))
        places = _narrow(around, _finished(around, local))
        places = places[shapely.intersects(window, places)] if len(places) else places
    if not whole:
        metal = _finished(around, centres)
        places = _narrow(around, metal)
    return Settled(centres, metal, places)


def _finished(around: Surroundings, centres: Any) -> Any:
    """The metal of discs about centres, on the grid, and none of it too near to foreign metal."""
    import shapely

    grown = around.offsets.grown(_areas(centres), around.radius)
    needed = around.distances + around.offsets.error
    # buffers leave out corners on hollow sides, which makes them larger by up to a hundredth of the distance
    shapely.prepare(grown)
    near: Any = np.flatnonzero(shapely.dwithin(grown, around.foreign, needed - 0.4)) if len(needed) else []
    if len(near):
        grown = grown.difference(shapely.union_all(around.offsets.around(around.foreign[near], needed[near])))
    if not shapely.covers(around.limits, grown):
        grown = grown.intersection(around.limits)
    return around.offsets.finished(_areas(grown))


def _areas(shape: Any) -> Any:
    """The polygons of a shape alone."""
    import shapely

    parts = shapely.get_parts(shape)
    return shapely.multipolygons(parts[(shapely.get_type_id(parts) == 3) & (shapely.area(parts) > 1e-3)])


def _narrow(around: Surroundings, metal: Any) -> Any:
    """Polygons or lines about the places of a plane that are too narrow or too near to own metal."""
    import shapely

    plane = region_of(metal)
    pairs = _pairs(plane.width_check(round(around.steps(around.plane.min_width))))
    own = around.own
    if len(own):
        shapely.prepare(metal)
        own = own[shapely.intersects(metal, shapely.buffer(own, around.steps(around.plane.space)))]
        own = own[~shapely.contains_properly(metal, own)]
    spaced = plane
    if len(own):
        spaced = (plane + region_of(shapely.union_all(own))).merged()
    gaps = _pairs(spaced.space_check(round(around.steps(around.plane.space))))
    if len(own) and len(gaps):
        gaps = gaps[_beside(metal, gaps)]
    pairs = np.vstack((pairs, gaps))
    return shapely.convex_hull(shapely.multipoints(pairs.reshape(-1, 4, 2))) if len(pairs) else np.empty(0, object)


def _beside(metal: Any, gaps: Floats) -> Any:
    """Which pairs of sides have one on the plane's edge: the others are not of its making."""
    import shapely

    boundary = shapely.boundary(metal)
    shapely.prepare(boundary)
    middles = np.stack(((gaps[:, 0:2] + gaps[:, 2:4]) / 2, (gaps[:, 4:6] + gaps[:, 6:8]) / 2))
    return shapely.dwithin(boundary, shapely.points(middles), 2.0).any(axis=0)


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
