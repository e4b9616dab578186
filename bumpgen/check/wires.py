"""Length, width and squares of a net's wires, from the metal's outline alone.

A wire is metal with parallel sides, at least twice as long as wide. What is wider than the net's widest wire
is a pad. Of a wire of length L and width w with mitred bends, area A = L·w and perimeter P = 2L + 2w hold
exactly, so w and L are the roots of x² − x·P/2 + A = 0. To the metal outside the pads come the straight ways from
each wire's mouth to the terminal in its pad. On octilinear wires L is good to 1 %; at a branch one of the wires
is counted up to half a width too short; metal without parallel sides (planes) is not measured.

The squares count a wire's way inside its pads at the wire's own width, so the resistance is an upper bound: it is
that of the centre line, R = ρ·L/(w·t), and too high by less than the share of L that lies in the pads.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import klayout.db as db

__all__ = ["End", "Wires", "measure"]

Point: TypeAlias = tuple[int, int]

WIDEST = 1000.0
"""Wider metal than this isn't a wire, µm."""

SLACK = 1.02
"""Metal up to so many times the widest wire's width is a wire still."""


@dataclass(frozen=True, slots=True)
class End:
    """A wire's end: its edge, in database units."""

    one: Point
    other: Point


@dataclass(frozen=True, slots=True)
class Wires:
    """A net's wires: length (µm), squares (length over width), narrowest and widest width (µm), ends.

    Widths are None where there is no wire.
    """

    length: float
    squares: float
    narrowest: float | None
    widest: float | None
    ends: tuple[End, ...]


def measure(metal: db.Region, terminals: Sequence[Point], dbu: float, usual: float = 0.0) -> Wires:
    """Measure merged metal (database units of `dbu` µm) whose terminals lie at some places.

    Where pads run into each other without a wire between, the straight ways between the terminals count, with
    `usual` (µm) as width for the squares and ends.
    """
    widths = _widths(metal, dbu)
    found: list[tuple[float, float]] = []
    if widths:
        pads, strips = _apart(metal, max(widths), min(widths))
        for strip in strips.each_merged():
            run, width = _run(strip, widths)
            run += sum(_into(strip, width, pad, terminals) for pad in pads)
            found.append((run, width))
    ends = tuple(end for polygon in metal.each() for end in _ends(polygon, max(widths or [usual / dbu]) * SLACK))
    if not found:
        straight = _straight(terminals) * dbu
        return Wires(straight, straight / usual if usual else 0.0, None, None, ends)
    length, squares = sum(run for run, _ in found) * dbu, sum(run / width for run, width in found)
    return Wires(length, squares, min(widths) * dbu, max(widths) * dbu, ends)


def _apart(metal: db.Region, widest: float, narrowest: float) -> tuple[list[Any], db.Region]:
    """Pads, and the strips between them without the slivers at the pads' rims."""
    half, thin = math.ceil(widest * SLACK / 2), math.floor(narrowest * 0.4)
    pads = metal.sized(-half).sized(half) & metal
    return list(pads.each_merged()), (metal - pads).sized(-thin).sized(thin)


def _straight(terminals: Sequence[Point]) -> float:
    """The length of the shortest tree of straight ways that joins all places."""
    inside, outside, total = list(terminals[:1]), list(terminals[1:]), 0.0
    while outside:
        length, nearest = min((math.dist(a, b), b) for a in inside for b in outside)
        outside.remove(nearest)
        inside.append(nearest)
        total += length
    return total


def _widths(metal: db.Region, dbu: float) -> list[float]:
    """Widths of metal with parallel sides at least twice as long as they are apart, database units."""
    import klayout.db as db

    longest: dict[int, float] = {}
    limit = round(WIDEST / dbu)
    for pair in metal.width_check(limit, metrics=db.Metrics.Projection, ignore_angle=1.0).each():
        side, distance = min(pair.first.length(), pair.second.length()), pair.distance()
        longest[distance] = max(longest.get(distance, 0.0), side)
    return [float(distance) for distance, side in longest.items() if distance and side >= 2 * distance]


def _run(piece: Any, widths: Sequence[float]) -> tuple[float, float]:
    """Length and width (database units) of a strip, from its area and perimeter; the width is the one drawn."""
    area, half = float(piece.area()), piece.perimeter() / 2
    root = math.sqrt(max(0.0, half * half / 4 - area))
    roots = (half / 2 - root, half / 2 + root)
    drawn = min(((root, width) for root in roots for width in widths), key=lambda p: abs(p[0] - p[1]))
    width = drawn[1] if abs(drawn[0] - drawn[1]) < 0.1 * drawn[1] else roots[0]
    return area / width, width


def _into(strip: Any, width: float, pad: Any, terminals: Sequence[Point]) -> float:
    """The way from a strip's mouth in a pad to the terminal there, or to the pad's centre; 0 if they don't touch.

    The mouth is the middle of what a strip a quarter of its width larger shares with the pad.
    """
    import klayout.db as db

    reach = round(width / 4)
    if not strip.bbox().enlarged(reach, reach).touches(pad.bbox()):
        return 0.0
    shared = list((db.Region(strip).sized(reach) & db.Region(pad)).each_merged())
    if not shared:
        return 0.0
    mouth = max(shared, key=lambda polygon: polygon.area()).bbox().center()
    held = [db.Point(*t) for t in terminals if pad.inside(db.Point(*t))] or [pad.bbox().center()]
    return float(min(mouth.distance(end) for end in held)) + width / 8


def _ends(polygon: Any, widest: float) -> list[End]:
    """Edges as long as a wire is wide, with long sides at right angles on both hands."""
    points = [(p.x, p.y) for p in polygon.each_point_hull()]
    count, found = len(points), []
    for k in range(count):
        before, one, other, after = (points[(k + n) % count] for n in range(-1, 3))
        edge = (other[0] - one[0], other[1] - one[1])
        length = math.hypot(*edge)
        if length > widest:
            continue
        sides = (before[0] - one[0], before[1] - one[1]), (after[0] - other[0], after[1] - other[1])
        if all(_across(edge, side, length) for side in sides):
            found.append(End(one, other))
    return found


def _across(edge: Point, side: Point, length: float) -> bool:
    """Whether a side leaves an edge at a right angle, inward (hulls run clockwise), and is half as long or more."""
    reach = math.hypot(*side)
    dot, cross = edge[0] * side[0] + edge[1] * side[1], edge[0] * side[1] - edge[1] * side[0]
    return reach >= length / 2 and abs(dot) < 0.02 * length * reach and cross < 0
