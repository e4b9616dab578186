"""What lies around a plane: its own net's metal, and foreign metal with the distance to keep. In grid steps."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from bumpgen.errors import InputError
from bumpgen.route.metal import terminal_polygons
from bumpgen.route.outline import outlines
from bumpgen.route.planes_offsets import Octilinear, Offsets, Round
from bumpgen.route.planes_values import Plane, Pour, Region, Rings
from bumpgen.route.problem import Problem, Terminal
from bumpgen.route.routing import Wire
from bumpgen.route.sites import Floats, Ints

__all__ = ["Scene", "Surroundings", "area_of", "rings_of"]


@dataclass(frozen=True)
class Surroundings:
    """All that one plane has to do with; `terminals` are those of its net on its layer, `metal` theirs.

    `others` is the net's metal without a name: wires and obstacles of the net, planes poured before.
    `limits` is where metal may lie (the die less its edge, and the region); `foreign` has `distances` to keep.
    """

    plane: Plane
    offsets: Offsets
    grid: float
    limits: Any
    foreign: Any
    distances: Floats
    terminals: tuple[Terminal, ...]
    metal: Any
    others: Any

    @property
    def radius(self) -> float:
        """Of the discs that a plane consists of.

        Checks of widths compare sides that face each other at up to 90°. Two sides of a tip that is rounded by a
        radius r are 2 r cos 45° apart where they begin, so that r must be √½ of the least width, not half of it.
        """
        return self.plane.min_width * math.sqrt(0.5) / self.grid + self.offsets.error

    @property
    def reach(self) -> float:
        """How far metal may reach beyond the centres of these discs."""
        return self.offsets.reach(self.radius) + self.offsets.error

    @property
    def own(self) -> Any:
        """Metal of the net: terminals, then the others."""
        return np.concatenate((self.metal, self.others))

    @cached_property
    def forbidden(self) -> Any:
        """Where the spacing to foreign metal and what the grid may move forbid metal."""
        import shapely

        return shapely.union_all(self.offsets.around(self.foreign, self.distances + self.offsets.error))

    def steps(self, length: float) -> float:
        """A length in µm as grid steps."""
        return length / self.grid


@dataclass(frozen=True)
class Scene:
    """A problem and its wires as shapely polygons."""

    problem: Problem
    wires: tuple[Wire, ...]
    metal: Any
    owner: Ints
    terminals: Any
    obstacles: Any

    @classmethod
    def of(cls, problem: Problem, wires: Sequence[Wire]) -> Scene:
        """Everything as drawn; wires in an order that doesn't depend on the one they come in."""
        import shapely

        grid = problem.grid
        ordered = tuple(sorted(wires, key=lambda wire: (wire.layer, wire.net, wire.width, wire.points(grid))))
        rings = [(index, ring) for index, own in enumerate(outlines(ordered, grid)) for ring in own]
        obstacles = [shapely.Polygon(np.array(obstacle.corners) / grid) for obstacle in problem.obstacles]
        for obstacle, shape in zip(problem.obstacles, obstacles, strict=True):
            if not shape.is_valid:
                raise InputError(f"obstacle {obstacle.name or obstacle.corners[0]!r} crosses itself")
        return cls(
            problem,
            ordered,
            _polygons([ring / grid for _, ring in rings]),
            np.array([index for index, _ in rings], np.int64),
            _polygons([ring / grid for ring in terminal_polygons(problem.terminals, grid)]),
            _objects(obstacles),
        )

    def around(self, plane: Plane, poured: Sequence[tuple[Plane, Pour]]) -> Surroundings:
        """What one plane has to do with, `poured` before it included."""
        own: list[Any] = []
        foreign: list[Any] = []
        distances: list[float] = []
        for net, shape, distance in (*self._wires(plane), *self._obstacles(plane), *self._planes(plane, poured)):
            if net == plane.net:
                own.append(shape)
            else:
                foreign.append(shape)
                distances.append(distance)
        here = [(t, s) for t, s in zip(self.problem.terminals, self.terminals, strict=True) if t.layer == plane.layer]
        mine = [(t, s) for t, s in here if t.net == plane.net]
        foreign += [shape for terminal, shape in here if terminal.net != plane.net]
        distances += [plane.space] * (len(here) - len(mine))
        kept, needed = _canonical(foreign, distances)
        return Surroundings(
            plane,
            Octilinear() if self.problem.angles else Round(self.problem.grid),
            self.problem.grid,
            self._limits(plane),
            kept,
            needed / self.problem.grid,
            tuple(terminal for terminal, _ in mine),
            _objects([shape for _, shape in mine]),
            _objects(own),
        )

    def _wires(self, plane: Plane) -> Iterable[tuple[str, Any, float]]:
        for index, shape in zip(self.owner.tolist(), self.metal, strict=True):
            wire = self.wires[index]
            if wire.layer == plane.layer:
                rule = self.problem.nets.get(wire.net)
                yield wire.net, shape, max(plane.space, rule.space if rule else 0.0)

    def _obstacles(self, plane: Plane) -> Iterable[tuple[str, Any, float]]:
        for obstacle, shape in zip(self.problem.obstacles, self.obstacles, strict=True):
            if obstacle.layer in (None, plane.layer):
                yield obstacle.net, shape, plane.space if obstacle.margin is None else obstacle.margin

    def _planes(self, plane: Plane, poured: Sequence[tuple[Plane, Pour]]) -> Iterable[tuple[str, Any, float]]:
        for other, pour in poured:
            if other.layer == plane.layer:
                for rings in pour.polygons:
                    yield other.net, _polygon(rings, self.problem.grid), max(plane.space, other.space)

    def _limits(self, plane: Plane) -> Any:
        import shapely

        edge = max(plane.edge, 0.0)
        x0, y0, x1, y1 = self.problem.outline
        if min(x1 - x0, y1 - y0) <= 2 * edge:
            return shapely.Polygon()
        die = shapely.box(*(value / self.problem.grid for value in (x0 + edge, y0 + edge, x1 - edge, y1 - edge)))
        return die if plane.region is None else die.intersection(area_of(plane.region, self.problem.grid))


def _canonical(shapes: list[Any], distances: list[float]) -> tuple[Any, Floats]:
    """In the order of their boxes, so that equal metal gives an equal result."""
    import shapely

    table, needed = _objects(shapes), np.array(distances, np.float64)
    if not len(table):
        return table, needed
    order = np.lexsort((needed, shapely.area(table), *shapely.bounds(table).T))
    return table[order], needed[order]


def _objects(shapes: list[Any]) -> Any:
    out = np.empty(len(shapes), dtype=object)
    out[:] = shapes
    return out


def _polygons(rings: list[Floats]) -> Any:
    import shapely

    return _objects([shapely.Polygon(ring) for ring in rings])


def _polygon(rings: Rings, grid: float) -> Any:
    import shapely

    outer, *holes = (np.array(ring) / grid for ring in rings)
    return shapely.Polygon(outer, holes)


def area_of(region: Region, grid: float) -> Any:
    """A region as a shapely area in grid steps. Raises InputError if it crosses itself or has no area."""
    import shapely

    polygons = (((region),),) if region and isinstance(region[0][0], int | float) else region
    try:
        area = shapely.union_all([_polygon(rings, grid) for rings in polygons])  # type: ignore[arg-type]
        valid = area.area > 0 and all(_polygon(rings, grid).is_valid for rings in polygons)  # type: ignore[arg-type]
    except (ValueError, shapely.errors.GEOSException):
        valid = False
    if not valid:
        raise InputError(
            f"region of a plane: {len(region)} corners or polygons that don't enclose an area or cross themselves",
            hint="write the corners of a simple polygon, in order",
        )
    return area


def rings_of(area: Any, grid: float) -> tuple[Rings, ...]:
    """The polygons of an area in grid steps as rings in µm, in a fixed order."""
    import shapely

    parts = shapely.get_parts(shapely.normalize(area))
    out = []
    for part in parts:
        whole = shapely.orient_polygons(part)
        rings = [whole.exterior, *whole.interiors]
        corners = [np.round(shapely.get_coordinates(ring)[:-1] * grid, 9) for ring in rings]
        out.append(tuple(tuple((float(x), float(y)) for x, y in ring) for ring in corners))
    return tuple(sorted(out))
