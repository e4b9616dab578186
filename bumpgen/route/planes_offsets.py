"""Areas moved outward: with rounded corners, or octilinear. Lengths are grid steps here.

A plane is the union of all discs (or octagons) of its least width that keep their distance from everything
foreign. It is found by moving the foreign metal outward by the spacing and half the width, which leaves the
places where such a disc's centre may be, and then moving these places outward by half the width.

Octilinear areas lie on a lattice of lines: x, y, x + y and x − y are even numbers of steps on sides. Every corner
of such lines is a grid point, so that unions, differences and offsets are exact and stay octilinear.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from bumpgen.route.sites import Floats
from bumpgen.wire import snapped_outward

__all__ = ["Octilinear", "Offsets", "Round"]

SAGITTA = 0.045
"""How far corners of a flattened arc may stand out, µm; the rest up to 0.05 µm is the grid's."""

SHARP = 45.0
"""Degrees by which both ends of a short side turn, one to the left and one to the right, if it is a step."""
ASKEW, LONG = 2.0, 200.0
"""A side so long that runs so little off an axis is meant to run along it, steps."""
RAMP = 4.0
"""How long a ramp is in place of a step of height one."""

DIRECTIONS = np.array([(1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1)], np.float64)
LENGTHS = np.hypot(DIRECTIONS[:, 0], DIRECTIONS[:, 1])


class Offsets(Protocol):
    """A way to move areas outward."""

    @property
    def error(self) -> float:
        """How far corners of the finished plane may move from where they were computed, steps."""

    def reach(self, distance: float) -> float:
        """How far `grown` by a distance may reach beyond an area, in the sense of `around`, steps."""

    def around(self, polygons: Any, distances: Floats) -> Any:
        """Areas whose union holds all within each one's distance of each polygon."""

    def grown(self, area: Any, distance: float) -> Any:
        """An area moved outward: every disc of radius `distance` about a point of it is held."""

    def grown_each(self, areas: Any, distance: float) -> Any:
        """`grown` of each of many areas."""

    def finished(self, area: Any) -> Any:
        """An area with its corners on the grid."""


class Round:
    """Corners are rounded; arcs are flattened so that their sides keep the distance."""

    def __init__(self, grid: float):
        self._grid = grid
        self._sagitta = SAGITTA / grid
        self._tolerance = max(0.004 / grid, 0.25)

    @property
    def error(self) -> float:
        """Of leaving out corners in almost straight lines, and of the grid (√½ a step), and half a step to spare."""
        return self._tolerance + 1.25

    def _quarter(self, distance: float) -> tuple[int, float]:
        """Sides of a quarter circle, and the radius of the corners of that polygon around a circle.

        GEOS rounds the number of sides of an arc: one side may turn by up to 1.5 times its share.
        """
        half = math.acos(distance / (distance + self._sagitta)) / 1.5
        count = max(2, math.ceil(math.pi / 4 / half - 1e-9))
        return count, distance / math.cos(1.5 * math.pi / 4 / count)

    def reach(self, distance: float) -> float:
        """The radius of the corners."""
        return self._quarter(distance)[1]

    def around(self, polygons: Any, distances: Floats) -> Any:
        """Buffers, circumscribed."""
        import shapely

        polygons = np.asarray(polygons, dtype=object)
        out = np.empty(len(polygons), dtype=object)
        for distance in np.unique(distances).tolist():
            chosen = distances == distance
            count, radius = self._quarter(distance)
            out[chosen] = shapely.buffer(polygons[chosen], radius, quad_segs=count)
        return out

    def grown(self, area: Any, distance: float) -> Any:
        """The buffer, circumscribed."""
        import shapely

        count, radius = self._quarter(distance)
        return shapely.buffer(area, radius, quad_segs=count)

    def grown_each(self, areas: Any, distance: float) -> Any:
        """The buffers."""
        return self.grown(areas, distance)

    def finished(self, area: Any) -> Any:
        """Corners that hardly turn left out, the others rounded to the grid."""
        import shapely

        thin = by_rings(shapely.simplify(area, self._tolerance, preserve_topology=False), ramped(0.05 / self._grid))
        on_grid = by_rings(shapely.transform(thin, np.rint), straightened)
        if shapely.is_valid(on_grid):
            return on_grid
        return shapely.set_precision(area, 1.0)


class Octilinear:
    """Areas with sides at multiples of 45° only: discs are octagons around them."""

    error = 0.0

    def reach(self, distance: float) -> float:
        """Two roundings to even numbers of steps."""
        return distance + 4.0

    def around(self, polygons: Any, distances: Floats) -> Any:
        """Octagons around whole polygons where these fill them, around each of their sides where not."""
        import shapely

        polygons = np.asarray(polygons, dtype=object)
        if not len(polygons):
            return polygons
        corners, owner = shapely.get_coordinates(polygons, return_index=True)
        whole = octagons(corners, owner, np.zeros(len(polygons)))
        fills = shapely.area(whole) <= 1.1 * shapely.area(polygons) + 64
        out = octagons(corners, owner, distances)
        pieces = [out[fills]]
        for index in np.flatnonzero(~fills).tolist():
            polygon, distance = polygons[index], float(distances[index])
            moved = _mitred(polygon, distance)
            if moved is not None:
                pieces.append(np.array([moved], dtype=object))
            else:
                pieces += [polygons[index : index + 1], self._sides(polygon, distance)]
        return np.concatenate(pieces)

    def _sides(self, area: Any, distance: float) -> Any:
        """Octagons around the sides of an area; slanted ones in parts no longer than the distance."""

        ends = np.vstack([_short(line, distance) for line in _rings(area)])
        return octagons(ends.reshape(-1, 2), np.repeat(np.arange(len(ends)), 2), np.full(len(ends), distance))

    def grown(self, area: Any, distance: float) -> Any:
        """The area and the octagons around its sides."""
        import shapely

        if shapely.is_empty(area):
            return area
        return shapely.union_all([*shapely.get_parts(area), *self._sides(area, distance)])

    def grown_each(self, areas: Any, distance: float) -> Any:
        """Convex ones, whose octagons are all there is, at once."""
        import shapely

        corners, owner = shapely.get_coordinates(areas, return_index=True)
        whole = octagons(corners, owner, np.zeros(len(areas)))
        out = octagons(corners, owner, np.full(len(areas), distance))
        for index in np.flatnonzero(shapely.area(whole) > shapely.area(areas) + 64).tolist():
            out[index] = self.grown(areas[index], distance)
        return out

    def finished(self, area: Any) -> Any:
        """Without corners that don't turn."""
        import shapely

        return shapely.transform(shapely.simplify(area, 0.0), np.rint)


def by_rings(area: Any, changed: Callable[[Floats], Floats | None]) -> Any:
    """An area with its rings changed (metal on their left; None: as it is); polygons that this would spoil stay."""
    import shapely

    parts = shapely.get_parts(area)
    if not len(parts):
        return area
    return shapely.multipolygons([_by_rings(part, changed) for part in shapely.orient_polygons(parts)])


def _by_rings(part: Any, changed: Callable[[Floats], Floats | None]) -> Any:
    import shapely

    old = [shapely.get_coordinates(ring)[:-1] for ring in (part.exterior, *part.interiors)]
    new = [changed(ring) for ring in old]
    if all(ring is None for ring in new):
        return part
    rings = [before if after is None else after for before, after in zip(old, new, strict=True)]
    found = shapely.Polygon(rings[0], rings[1:])
    return found if shapely.is_valid(found) else part


def straightened(ring: Floats) -> Floats | None:
    """A ring on the grid, its long sides that run along an axis but for a step or two exactly so; metal is only lost.

    At the corner of such a side and one across it lies an angle just below 90°, which is a slit to a check of spaces.
    """
    ways = np.roll(ring, -1, axis=0) - ring
    size = np.abs(ways)
    slanted = (size.min(axis=1) > 0) & (size.min(axis=1) <= ASKEW) & (size.max(axis=1) >= LONG)
    if not slanted.any():
        return None
    moved = ring.copy()
    for side in np.flatnonzero(slanted).tolist():
        across = int(size[side, 0] > size[side, 1])  # the axis whose value should stay
        ends = [side, (side + 1) % len(ring)]
        up = ways[side, 1 - across] > 0
        inner = min if up == (across == 0) else max
        moved[ends, across] = inner(moved[ends, across].tolist())
    return moved


def ramped(longest: float) -> Callable[[Floats], Floats | None]:
    """What makes steps in sides, up to a height, ramps: a step is too near to itself, and nothing else is.

    A step is a side so short between two others, of which one is met at a sharp corner to the left and the other
    at one to the right. The corner that stands out moves along its other side, so that metal is only lost.
    """
    return lambda ring: _ramped_ring(ring, longest)


def _ramped_ring(ring: Floats, longest: float) -> Floats | None:
    ways = np.roll(ring, -1, axis=0) - ring
    lengths = np.hypot(*ways.T)
    into = np.roll(ways, 1, axis=0)
    # at the start of each side: how far it turns to the left, degrees
    turn = np.degrees(np.arctan2(into[:, 0] * ways[:, 1] - into[:, 1] * ways[:, 0], (into * ways).sum(axis=1)))
    after = np.roll(turn, -1)
    steps = np.flatnonzero(
        (lengths <= longest) & (np.minimum(turn, after) < -SHARP) & (np.maximum(turn, after) > SHARP)
    )
    if not len(steps):
        return None
    moved = ring.copy()
    for side in steps.tolist():
        ahead = bool(after[side] > turn[side])  # the corner that stands out is the side's end
        corner = (side + 1) % len(ring) if ahead else side
        along, room = (ways[corner], lengths[corner]) if ahead else (-into[corner], lengths[corner - 1])
        moved[corner] = ring[corner] + along * min(RAMP * lengths[side] / room, 0.5)
    return moved


def _mitred(polygon: Any, distance: float) -> Any:
    """An octilinear polygon moved outward with full corners, on the lattice; None where that isn't octilinear."""
    import shapely

    moved = shapely.buffer(polygon, distance, join_style="mitre", mitre_limit=1.5)
    if moved.geom_type != "Polygon" or moved.interiors:
        return None
    ring = shapely.get_coordinates(shapely.remove_repeated_points(moved.exterior, 0.5))[:-1]
    if not _octilinear(ring, 1e-3):
        return None
    ring = snapped_outward(ring, 2.0)
    area = shapely.Polygon(ring)
    return area if _octilinear(ring, 1e-6) and area.is_valid else None


def _octilinear(ring: Floats, tolerance: float) -> bool:
    """Whether all sides run at multiples of 45°."""
    size = np.abs(np.roll(ring, -1, axis=0) - ring)
    off = np.minimum(size.min(axis=1), np.abs(size[:, 0] - size[:, 1]))
    return bool((off <= tolerance).all())


def _rings(area: Any) -> list[Floats]:
    import shapely

    rings = shapely.get_rings(shapely.get_parts(area))
    coordinates, owner = shapely.get_coordinates(rings, return_index=True)
    return np.split(coordinates, np.flatnonzero(np.diff(owner)) + 1)


def _short(ring: Floats, longest: float) -> Floats:
    """x0, y0, x1, y1 of the sides of a ring; those not at a multiple of 45° cut to parts of a length at most."""
    step = np.diff(ring, axis=0)
    size = np.abs(step)
    straight = (size.min(axis=1) < 1e-6) | (np.abs(size[:, 0] - size[:, 1]) < 1e-6)
    count = np.where(straight, 1, np.maximum(1, np.ceil(np.hypot(*step.T) / max(longest, 1.0)))).astype(np.int64)
    side = np.repeat(np.arange(len(step)), count)
    place = np.arange(len(side)) - np.repeat(np.cumsum(count) - count, count)
    start = ring[side] + step[side] * (place / count[side])[:, None]
    end = ring[side] + step[side] * ((place + 1) / count[side])[:, None]
    return np.hstack((start, end))


def octagons(corners: Floats, owner: Any, distances: Floats) -> Any:
    """For each owner the octilinear octagon that keeps a distance around its corners, moved outward to the lattice."""
    import shapely

    starts = np.searchsorted(owner, np.arange(len(distances)))
    reach = np.maximum.reduceat(corners @ DIRECTIONS.T, starts, axis=0) + distances[:, None] * LENGTHS
    reach = 2 * np.ceil(reach / 2 - 1e-6)
    # where no distance is added sides may vanish; the corner of their neighbours bounds them
    straight, slanted = reach[:, ::2], reach[:, 1::2]
    slanted = np.minimum(slanted, straight + np.roll(straight, -1, axis=1))
    x0, x1, y0, y1 = -straight[:, 2], straight[:, 0], -straight[:, 3], straight[:, 1]
    ne, nw, sw, se = slanted.T
    points = [(x1, x1 - se), (x1, ne - x1), (ne - y1, y1), (y1 - nw, y1)]
    points += [(x0, nw + x0), (x0, -sw - x0), (-sw - y0, y0), (se + y0, y0)]
    return shapely.polygons(np.stack([np.column_stack(point) for point in points], axis=1))
