"""Wires as they are drawn: centre lines with arcs flattened, on the grid, and the polygons around them, many at once.

What comes out is what `geometry.Trace` draws of each wire's points: one way of drawing for the gate, the
build and the files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bumpgen.geometry import Trace, snap
from bumpgen.route.routing import Arc, Wire, parts
from bumpgen.wire import pieces, straightened, strips

__all__ = ["CentreLines", "Outlines", "centre_lines", "outlines"]

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Outlines: TypeAlias = "list[tuple[Floats, ...]]"
"""The polygons of each wire, µm; one but where a wire closes a loop."""


@dataclass(frozen=True)
class CentreLines:
    """Points of centre lines one after the other: those of line i are `points[first[i] : first[i + 1]]`, µm."""

    points: Floats
    first: Ints

    @cached_property
    def owner(self) -> Ints:
        """The line of each point."""
        return np.repeat(np.arange(len(self.first) - 1), np.diff(self.first))

    def only(self, chosen: NDArray[np.bool_]) -> CentreLines:
        """The chosen points."""
        count = np.bincount(self.owner[chosen], minlength=len(self.first) - 1)
        return CentreLines(self.points[chosen], np.concatenate(([0], np.cumsum(count))))

    def of(self, index: int) -> Floats:
        """The points of one line."""
        return self.points[self.first[index] : self.first[index + 1]]


def centre_lines(wires: Sequence[Wire], grid: float) -> CentreLines:
    """`Wire.points(grid)` of each wire, computed for all at once."""
    points, first = _raw(wires)
    points = np.round(np.rint(points / grid) * grid, 9)
    lines = CentreLines(points, first)
    fresh = np.ones(len(points), bool)
    fresh[1:] = (points[1:] != points[:-1]).any(axis=1)
    fresh[first[:-1]] = True
    return lines.only(fresh)


def _raw(wires: Sequence[Wire]) -> tuple[Floats, Ints]:
    """The first point of each wire, ends of lines, corners and ends of arcs, before the grid."""
    segments = [segment for wire in wires for segment in wire.segments]
    count = np.fromiter((len(wire.segments) for wire in wires), np.int64, len(wires))
    arcs = [segment for segment in segments if isinstance(segment, Arc)]
    is_arc = np.fromiter((isinstance(segment, Arc) for segment in segments), bool, len(segments))
    size = np.ones(len(segments), np.int64)
    corners, corner_count = _corners(arcs)
    size[is_arc] += corner_count
    owner = np.repeat(np.arange(len(wires)), count)
    number = np.bincount(owner, weights=size, minlength=len(wires)).astype(np.int64) + 1
    first = np.concatenate(([0], np.cumsum(number)))
    points = np.empty((int(first[-1]), 2))
    points[first[:-1]] = _pairs([wire.segments[0].start for wire in wires])
    ends = np.cumsum(size) + owner  # each wire's first point comes before
    points[ends] = _pairs([segment.end for segment in segments])
    filled = np.zeros(len(points), bool)
    filled[first[:-1]] = filled[ends] = True
    points[~filled] = corners
    return points, first


def _pairs(places: list[tuple[float, float]]) -> Floats:
    return np.fromiter(chain.from_iterable(places), np.float64, 2 * len(places)).reshape(-1, 2)


def _corners(arcs: list[Arc]) -> tuple[Floats, Ints]:
    """As `Arc.points`, without the ends: corners of all arcs, and how many each has."""
    if not arcs:
        return np.empty((0, 2)), np.empty(0, np.int64)
    rows = ((arc.radius, arc.sweep, arc.sagitta, *arc.centre, *arc.start) for arc in arcs)
    table = np.fromiter(chain.from_iterable(rows), np.float64, 7 * len(arcs)).reshape(-1, 7)
    radius, sweep, sagitta, x, y, start_x, start_y = table.T
    step = np.where(radius > 0, 2 * np.arccos(radius / (radius + sagitta * 0.9)), np.pi)
    count = np.maximum(1, np.ceil(np.abs(sweep) / step - 1e-9)).astype(np.int64)
    turn = sweep / count
    reach = radius / np.cos(turn / 2)
    begin = np.arctan2(start_y - y, start_x - x)
    arc = np.repeat(np.arange(len(arcs)), count)
    place = np.arange(len(arc)) - np.repeat(np.cumsum(count) - count, count)
    angle = begin[arc] + turn[arc] * (place + 0.5)
    return np.column_stack((x[arc] + reach[arc] * np.cos(angle), y[arc] + reach[arc] * np.sin(angle))), count


def outlines(wires: Sequence[Wire], grid: float) -> Outlines:
    """Each wire's polygons on the grid, counter-clockwise, µm: `Trace(wire.points(grid), width).polygons(grid)`.

    Raises GeometryError if a width is not a multiple of 2 × grid, or a wire has no length.
    """
    return drawn(wires, centre_lines(wires, grid), grid)


def drawn(wires: Sequence[Wire], lines: CentreLines, grid: float) -> Outlines:
    """As `outlines`, of centre lines that are known."""
    half = np.array([snap(wire.width, grid, "width", 2) / 2 for wire in wires], dtype=np.float64)
    if not len(wires):
        return []
    kept = lines.only(straightened(lines.points, lines.first, half, grid))
    out: Outlines = []
    for index, ring in enumerate(strips(kept.points, kept.first, half, grid)):
        if wires[index].neck:
            out.append(_necked(wires[index], grid))
        elif ring is not None:
            out.append((ring,))
        else:
            points = tuple((float(x), float(y)) for x, y in lines.of(index))
            out.append(Trace(points, wires[index].width).polygons(grid))
    return out


def _necked(wire: Wire, grid: float) -> tuple[Floats, ...]:
    """The outline of a wire of more than one width."""
    import shapely

    rings = [ring for points, width in parts(wire, grid) for ring in Trace(points, width).polygons(grid)]
    return tuple(pieces(shapely.union_all([shapely.Polygon(ring) for ring in rings]), grid))
