"""Shapes as values, in µm. A shape stays what it is until a writer needs polygons.

Polygons of round shapes are circumscribed: their flats touch the circle and lie on the axes, so no width and
no enclosure is lost to facets. Vertices are moved outward on to the grid, which keeps that true; `swell` moves
those of a stack's larger circles a little more, so that an enclosure is never a grid step short. `vertices=0`
asks for the count that keeps the sagitta (the farthest a corner stands out of the circle) at or below `SAGITTA`;
a stack passes one count to all its layers so that facets of one layer lie over facets of the next.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

import numpy as np

from bumpgen.errors import GeometryError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "SAGITTA",
    "Disc",
    "Oblong",
    "Points",
    "Polygon",
    "Rect",
    "RegularPolygon",
    "Rounded",
    "Shape",
    "Trace",
    "Transform",
    "View",
    "circle_vertices",
    "snap",
]

Points: TypeAlias = "NDArray[np.float64]"
"""An (N, 2) array of x, y in µm."""

SAGITTA = 0.05
"""Farthest a polygon's corner may stand out of its circle, µm (before the outward snap)."""

MIN_VERTICES = 64
"""With 64 corners a circle of 10 µm on a 5 nm grid passes the 1.270 to 1.276 box/area test; with 48 it fails."""


class View(StrEnum):
    """Where one looks from when reading coordinates; mirroring is only ever a change of view.

    `bumps_up`: at the chip's active face, as layouts are drawn. `wafer`: the same, at the whole
    wafer. `bumps_down`: through the chip's back, as a board sees the ball map from above ("balls
    down, top view"). `mask`: at the chrome side of a 1x plate.
    """

    BUMPS_UP = "bumps_up"
    BUMPS_DOWN = "bumps_down"
    WAFER = "wafer"
    MASK = "mask"

    @property
    def mirrored(self) -> bool:
        """Whether x runs against the drawn layout's x."""
        return self in (View.BUMPS_DOWN, View.MASK)

    def to(self, other: View, points: Points, width: float) -> Points:
        """Points of this view as `other` sees them, on a die `width` µm wide with x from 0."""
        if self.mirrored == other.mirrored:
            return points
        return np.column_stack((width - points[:, 0], points[:, 1]))


def circle_vertices(diameter: float, sagitta: float = SAGITTA) -> int:
    """Vertex count (a multiple of 8) of a circumscribed polygon with at most this sagitta.

    Corners stand out by r/cos(π/n) - r; both lengths in µm. A diameter of 250 gives 112.
    """
    radius = diameter / 2
    half_angle = math.acos(radius / (radius + sagitta))
    return max(MIN_VERTICES, 8 * math.ceil(math.pi / half_angle / 8 - 1e-9))


def snap(value: float, grid: float, name: str, multiple: int = 1) -> float:
    """`value` if it lies on `multiple` × grid (to float rounding), else an error that says so."""
    step = grid * multiple
    if not math.isfinite(value):
        raise GeometryError(f"{name} = {value} is not a finite length", hint="write a number in µm")
    near = round(value / step) * step
    if abs(near - value) > 1e-4 * grid:
        low = round(math.floor(value / step) * step, 9)
        high = round(math.ceil(value / step) * step, 9)
        grain = f"{multiple} × the grid of {grid}" if multiple > 1 else f"the grid of {grid}"
        raise GeometryError(
            f"{name} = {value:.9g} µm is not a multiple of {grain} µm", hint=f"use {low:.9g} or {high:.9g}"
        )
    return near


def _outward(offsets: Points, grid: float, swell: int = 0) -> Points:
    """Offsets from a centre moved away from it on to the grid, so that tangents stay outside.

    Corners move `swell` grid steps more along x and y. The flats on the axes, which bound the
    shape, stay; their corners move along them, so far that the next side moves out as the others do.
    """
    steps = np.ceil(np.abs(offsets) / grid - 1e-6)
    if swell:
        turn = 2 * math.pi / len(offsets)
        flat = steps == steps.max(axis=0)
        steps = steps + np.where(flat[:, ::-1], math.ceil(swell * (1 + 1 / math.tan(turn))), swell) * ~flat
    return np.sign(offsets) * steps * grid


def _positive(value: float, name: str) -> None:
    if not (math.isfinite(value) and value > 0):
        raise GeometryError(f"{name} = {value:g} µm must be greater than 0")


def _centred(offsets: Points, x: float, y: float, grid: float) -> Points:
    """Offsets about a centre, which must itself lie on the grid."""
    return _shifted(offsets, snap(x, grid, "centre x"), snap(y, grid, "centre y"))


def _shifted(points: Points, dx: float, dy: float) -> Points:
    shifted: Points = points + np.array((dx, dy))
    return shifted


class Shape(Protocol):
    """What every shape can do: turn into closed polygons, move."""

    def polygons(self, grid: float) -> tuple[Points, ...]:
        """Closed outlines, counter-clockwise, without a repeated last point, on `grid` µm."""

    def moved(self, dx: float, dy: float) -> Shape:
        """The same shape elsewhere, µm."""


@dataclass(frozen=True, slots=True)
class Disc:
    """A circle: centre x, y and diameter in µm; `swell` in grid steps."""

    x: float
    y: float
    diameter: float
    vertices: int = 0
    swell: int = 0

    def polygons(self, grid: float) -> tuple[Points, ...]:
        """One circumscribed polygon with flats on the axes; the diameter must fit 2 × grid."""
        _positive(self.diameter, "diameter")
        radius = snap(self.diameter, grid, "diameter", 2) / 2
        count = self.vertices or circle_vertices(self.diameter)
        if count < 4 or count % 4:
            raise GeometryError(f"{count} vertices can't have flats on both axes", hint="use a multiple of 4")
        angles = (np.arange(count) + 0.5) * (2 * math.pi / count)
        offsets = np.column_stack((np.cos(angles), np.sin(angles))) * (radius / math.cos(math.pi / count))
        # the flats on the axes hold exactly r: outward rounding must not push them a step further
        offsets = np.where(np.abs(np.abs(offsets) - radius) < 1e-7, np.sign(offsets) * radius, offsets)
        return (_centred(_without_repeats(_outward(offsets, grid, self.swell)), self.x, self.y, grid),)

    def moved(self, dx: float, dy: float) -> Disc:
        """The same disc elsewhere, µm."""
        return replace(self, x=self.x + dx, y=self.y + dy)


@dataclass(frozen=True, slots=True)
class Rect:
    """An axis-parallel rectangle by its centre, width (x) and height (y) in µm."""

    x: float
    y: float
    width: float
    height: float

    def polygons(self, grid: float) -> tuple[Points, ...]:
        """Four corners; sides must be multiples of 2 × grid so that the centre stays on grid."""
        _positive(self.width, "width")
        _positive(self.height, "height")
        dx = snap(self.width, grid, "width", 2) / 2
        dy = snap(self.height, grid, "height", 2) / 2
        corners = np.array([(-dx, -dy), (dx, -dy), (dx, dy), (-dx, dy)])
        return (_centred(corners, self.x, self.y, grid),)

    def moved(self, dx: float, dy: float) -> Rect:
        """The same rectangle elsewhere, µm."""
        return replace(self, x=self.x + dx, y=self.y + dy)


@dataclass(frozen=True, slots=True)
class RegularPolygon:
    """A regular polygon of 4k sides by its size across flats (µm), flats on the axes; `swell` in grid steps."""

    x: float
    y: float
    size: float
    sides: int = 8
    swell: int = 0

    def polygons(self, grid: float) -> tuple[Points, ...]:
        """One polygon; an octagon's slanted sides are at 45° exactly, corners on the grid."""
        _positive(self.size, "size")
        if self.sides % 4:
            raise GeometryError(f"{self.sides} sides can't have flats on both axes", hint="use 4, 8, 12 …")
        if self.sides != 8:
            return Disc(self.x, self.y, self.size, self.sides, self.swell).polygons(grid)
        r = snap(self.size, grid, "size", 2) / 2
        # up, not to the nearest: the slanted sides must not come nearer to the centre than the flats
        c = (math.ceil(r * math.tan(math.pi / 8) / grid - 1e-6) + self.swell) * grid
        turn = [(c, -r), (r, -c), (r, c), (c, r), (-c, r), (-r, c), (-r, -c), (-c, -r)]
        return (_centred(_without_repeats(np.array(turn)), self.x, self.y, grid),)

    def moved(self, dx: float, dy: float) -> RegularPolygon:
        """The same polygon elsewhere, µm."""
        return replace(self, x=self.x + dx, y=self.y + dy)


@dataclass(frozen=True, slots=True)
class Rounded:
    """A rectangle whose corners are cut, by an arc of radius `corner` or at 45° (`arc=False`), µm.

    With a 45° cut, `corner` is the length taken off each side.
    """

    x: float
    y: float
    width: float
    height: float
    corner: float
    arc: bool = True
    vertices: int = 0
    swell: int = 0

    def polygons(self, grid: float) -> tuple[Points, ...]:
        """One polygon; arcs are circumscribed as a Disc's are."""
        _positive(self.corner, "corner")
        if 2 * self.corner > min(self.width, self.height) + 1e-9:
            raise GeometryError(f"corner = {self.corner:g} µm is more than half of {self.width:g} x {self.height:g} µm")
        dx = snap(self.width, grid, "width", 2) / 2
        dy = snap(self.height, grid, "height", 2) / 2
        r = snap(self.corner, grid, "corner")
        offsets = self._corner(r, grid)
        quarters = [
            _shifted(offsets, dx - r, dy - r),
            _shifted((offsets * (-1, 1))[::-1], r - dx, dy - r),
            _shifted(-offsets, r - dx, r - dy),
            _shifted((offsets * (1, -1))[::-1], dx - r, r - dy),
        ]
        return (_centred(_without_repeats(np.vstack(quarters)), self.x, self.y, grid),)

    def _corner(self, r: float, grid: float) -> Points:
        if not self.arc:
            return np.array([(r, 0.0), (0.0, r)])
        points = Disc(0, 0, 2 * r, self.vertices, self.swell).polygons(grid)[0]
        return points[(points[:, 0] > 0) & (points[:, 1] > 0)]

    def moved(self, dx: float, dy: float) -> Rounded:
        """The same shape elsewhere, µm."""
        return replace(self, x=self.x + dx, y=self.y + dy)


@dataclass(frozen=True, slots=True)
class Oblong:
    """A stadium: a rectangle whose shorter ends are half circles, µm."""

    x: float
    y: float
    width: float
    height: float
    vertices: int = 0
    swell: int = 0

    def polygons(self, grid: float) -> tuple[Points, ...]:
        """One polygon; a square oblong is a disc."""
        _positive(self.width, "width")
        _positive(self.height, "height")
        short = min(self.width, self.height)
        if math.isclose(self.width, self.height, abs_tol=grid / 2):
            return Disc(self.x, self.y, short, self.vertices, self.swell).polygons(grid)
        points = Disc(0, 0, short, self.vertices, self.swell).polygons(grid)[0]
        stretch = np.array([(self.width - short) / 2, (self.height - short) / 2])
        snap(float(stretch.max()), grid, "half of the straight part")
        return (_centred(points + np.sign(points) * stretch, self.x, self.y, grid),)

    def moved(self, dx: float, dy: float) -> Oblong:
        """The same oblong elsewhere, µm."""
        return replace(self, x=self.x + dx, y=self.y + dy)


@dataclass(frozen=True, slots=True)
class Polygon:
    """A polygon of free shape by its corners, µm."""

    corners: tuple[tuple[float, float], ...]

    def polygons(self, grid: float) -> tuple[Points, ...]:
        """The corners rounded to the nearest grid point; at least three must remain distinct."""
        points = np.array(self.corners, dtype=np.float64).reshape(-1, 2)
        if not np.isfinite(points).all():
            raise GeometryError("a polygon's corner is not a finite number")
        points = _without_repeats(np.rint(points / grid) * grid)
        if len(points) < 3:
            raise GeometryError(f"a polygon needs 3 corners, this one has {len(points)}")
        x, y = (points - points[0]).T
        twice_area = float((x * np.roll(y, -1) - y * np.roll(x, -1)).sum())
        if abs(twice_area) < grid * grid / 2:
            raise GeometryError(f"a polygon of {len(points)} corners has no area on the grid of {grid:g} µm")
        return (points[::-1] if twice_area < 0 else points,)

    def moved(self, dx: float, dy: float) -> Polygon:
        """The same polygon elsewhere, µm."""
        return Polygon(tuple((x + dx, y + dy) for x, y in self.corners))


@dataclass(frozen=True, slots=True)
class Trace:
    """A wire along points with a width in µm; corners mitred or round, ends flat, square or round."""

    points: tuple[tuple[float, float], ...]
    width: float
    join: Literal["miter", "round"] = "miter"
    ends: Literal["flat", "square", "round"] = "flat"

    def polygons(self, grid: float) -> tuple[Points, ...]:
        """The wire's outline on the grid; a wire that closes a loop comes in several pieces.

        Corners are moved outward on to the grid: a part along an axis has exactly the width, a
        slanted one at least that and less than 2 × grid more, and 45° stays 45°. A wire whose last
        point is its first is a closed ring: it has no ends.
        """
        from bumpgen.wire import pieces, straightened, strips, wire_area

        _positive(self.width, "width")
        half = snap(self.width, grid, "width", 2) / 2
        line = np.array(self._distinct(), dtype=np.float64)
        first, halves = np.array([0, len(line)]), np.array([half])
        line = line[straightened(line, first, halves, grid)]
        if self.join == "miter" and self.ends == "flat":
            strip = strips(line, np.array([0, len(line)]), halves, grid)[0]
            if strip is not None:
                return (strip,)
        points = [(float(x), float(y)) for x, y in line]
        disc = Disc(0, 0, self.width).polygons(grid)[0]
        rings = pieces(wire_area(points, half, self.join, self.ends, disc), grid)
        return tuple(Polygon(tuple(map(tuple, ring))).polygons(grid)[0] for ring in rings)

    def _distinct(self) -> list[tuple[float, float]]:
        """The points without those that repeat the one before; at least two."""
        if not np.isfinite(np.array(self.points, dtype=np.float64)).all():
            raise GeometryError("a trace's point is not a finite number")
        points = [p for p, before in zip(self.points, (None, *self.points), strict=False) if p != before]
        if len(points) < 2:
            raise GeometryError(f"a trace needs 2 different points, this one has {len(points)}")
        return points

    def moved(self, dx: float, dy: float) -> Trace:
        """The same trace elsewhere, µm."""
        return replace(self, points=tuple((x + dx, y + dy) for x, y in self.points))

    @property
    def length(self) -> float:
        """Length of the centre line, µm."""
        steps = np.diff(np.array(self.points), axis=0)
        return float(np.hypot(steps[:, 0], steps[:, 1]).sum())


def _without_repeats(points: Points) -> Points:
    """Neighbouring equal points dropped, the last against the first included."""
    keep: NDArray[np.bool_] = np.abs(points - np.roll(points, 1, axis=0)).max(axis=1) > 1e-9
    return points[keep]


@dataclass(frozen=True, slots=True)
class Transform:
    """Mirror at the x axis, then turn counter-clockwise by `rotation` degrees, then move by x, y µm."""

    x: float = 0.0
    y: float = 0.0
    rotation: float = 0.0
    mirror: bool = False

    def apply(self, points: Points) -> Points:
        """The (N, 2) points moved, µm. Multiples of 90° are exact."""
        x, y = points[:, 0], points[:, 1] * (-1 if self.mirror else 1)
        c, s = self._cosine_and_sine()
        return np.column_stack((c * x - s * y + self.x, s * x + c * y + self.y))

    def _cosine_and_sine(self) -> tuple[float, float]:
        quarter, rest = divmod(self.rotation, 90.0)
        if rest == 0:
            return ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))[int(quarter) % 4]
        return math.cos(math.radians(self.rotation)), math.sin(math.radians(self.rotation))

    def then(self, outer: Transform) -> Transform:
        """This transform followed by `outer`, as one."""
        x, y = outer.apply(np.array([(self.x, self.y)]))[0]
        turn = -self.rotation if outer.mirror else self.rotation
        return Transform(float(x), float(y), (turn + outer.rotation) % 360, self.mirror != outer.mirror)
