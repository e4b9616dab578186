"""What a router made: lines and arcs per net, and for what it couldn't make, the reason. All in µm."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal, TypeAlias

from bumpgen.route.problem import Place, Problem

__all__ = ["Arc", "Cut", "Line", "NetRouting", "Routing", "Segment", "Wire", "parts"]

SAGITTA = 0.05
"""How far the corners of a flattened arc may stand out of it, µm."""


@dataclass(frozen=True, slots=True)
class Line:
    """A straight part of a centre line."""

    start: Place
    end: Place

    @property
    def length(self) -> float:
        """µm."""
        return math.dist(self.start, self.end)

    def points(self) -> list[Place]:
        """Its end."""
        return [self.end]


@dataclass(frozen=True, slots=True)
class Arc:
    """A round part of a centre line: about `centre`, from `start` by `sweep` radians (positive: to the left)."""

    start: Place
    end: Place
    centre: Place
    radius: float
    sweep: float
    sagitta: float = SAGITTA

    @property
    def length(self) -> float:
        """µm."""
        return self.radius * abs(self.sweep)

    def points(self) -> list[Place]:
        """Corners of a circumscribed polygon and the end; they stand out by `sagitta` µm at most."""
        step = 2 * math.acos(self.radius / (self.radius + self.sagitta * 0.9)) if self.radius > 0 else math.pi
        count = max(1, math.ceil(abs(self.sweep) / step - 1e-9))
        turn = self.sweep / count
        reach = self.radius / math.cos(turn / 2)
        first = math.atan2(self.start[1] - self.centre[1], self.start[0] - self.centre[0])
        angles = (first + turn * (i + 0.5) for i in range(count))
        corners = [(self.centre[0] + reach * math.cos(a), self.centre[1] + reach * math.sin(a)) for a in angles]
        return [*corners, self.end]


Segment: TypeAlias = Line | Arc


@dataclass(frozen=True, slots=True)
class Wire:
    """One connection as drawn: from one terminal's metal to another's, on one layer.

    `neck` is the narrower width (µm) of its first and last `neck_lengths` µm; 0: it has one width throughout.
    """

    net: str
    start: str
    end: str
    width: float
    segments: tuple[Segment, ...]
    layer: int = 0
    neck: float = 0.0
    neck_lengths: tuple[float, float] = (0.0, 0.0)

    @property
    def length(self) -> float:
        """Length of the centre line, µm."""
        return sum(segment.length for segment in self.segments)

    def points(self, grid: float) -> tuple[Place, ...]:
        """The centre line with arcs flattened, on the grid, no point twice in a row."""
        raw = [self.segments[0].start, *(point for segment in self.segments for point in segment.points())]
        return tuple(_distinct((round(round(x / grid) * grid, 9), round(round(y / grid) * grid, 9)) for x, y in raw))


def parts(wire: Wire, grid: float) -> tuple[tuple[tuple[Place, ...], float], ...]:
    """The wire's centre line (µm, on the grid) and width, part by part: necks at the ends, if it has any, and the rest.

    A neck runs on into the wide part by half of its own width, so that the two overlap in a bend, too.
    """
    points = wire.points(grid)
    first, last = wire.neck_lengths
    whole = sum(math.dist(a, b) for a, b in pairwise(points))
    if not wire.neck or not (first or last):
        return ((points, wire.width),)
    if first + last + wire.width >= whole:
        return ((points, wire.neck),)
    out = [(_between(points, first, whole - last, grid), wire.width)]
    if first:
        out.insert(0, (_between(points, 0.0, first + wire.neck / 2, grid), wire.neck))
    if last:
        out.append((_between(points, whole - last - wire.neck / 2, whole, grid), wire.neck))
    return tuple(out)


def _between(points: tuple[Place, ...], start: float, end: float, grid: float) -> tuple[Place, ...]:
    """The part of a line from one length along it to another, its new ends on the grid."""
    found: list[Place] = []
    at = 0.0
    for a, b in pairwise(points):
        length = math.dist(a, b)
        for mark in (start, end):
            if at <= mark <= at + length:
                share = (mark - at) / length
                x, y = a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share
                found.append((round(round(x / grid) * grid, 9), round(round(y / grid) * grid, 9)))
        at += length
        if start < at < end:
            found.append(b)
    return tuple(_distinct(found))


def _distinct(points: Iterable[Place]) -> list[Place]:
    out: list[Place] = []
    for point in points:
        if not out or out[-1] != point:
            out.append(point)
    return out


@dataclass(frozen=True, slots=True)
class Cut:
    """A line between two pieces of metal that wires would have to cross: what it holds and what is asked, µm.

    `capacity` is the free length, `demand` the length that the wires asked for would take (widths and spaces).
    """

    start: Place
    end: Place
    between: tuple[str, str]
    capacity: float
    demand: float
    wires: int = 0

    def __str__(self) -> str:
        return (
            f"the cut between {self.between[0]} and {self.between[1]} "
            f"({self.start[0]:g}, {self.start[1]:g} to {self.end[0]:g}, {self.end[1]:g}) is full: "
            f"{self.capacity:g} µm free, {self.demand:g} µm needed for {self.wires} wire{'s' * (self.wires != 1)}"
        )


@dataclass(frozen=True, slots=True)
class NetRouting:
    """A net's wires; with a reason and, where one is known, the full cut, if it isn't wholly routed."""

    net: str
    status: Literal["routed", "partial", "unrouted"]
    wires: tuple[Wire, ...]
    asked: int
    reason: str = ""
    cuts: tuple[Cut, ...] = ()

    @property
    def length(self) -> float:
        """µm."""
        return sum(wire.length for wire in self.wires)


@dataclass(frozen=True, slots=True)
class Routing:
    """All nets of a problem, routed or with the reason why not; seconds by step; lower bound of the length, µm.

    `gates` says of every gate that wires could pass how much of it they take.
    """

    problem: Problem
    nets: dict[str, NetRouting]
    seconds: dict[str, float] = field(default_factory=dict)
    bound: float = 0.0
    gates: tuple[Cut, ...] = ()

    @property
    def wires(self) -> tuple[Wire, ...]:
        """Every wire."""
        return tuple(wire for net in self.nets.values() for wire in net.wires)

    @property
    def asked(self) -> int:
        """Connections asked for."""
        return sum(net.asked for net in self.nets.values())

    @property
    def made(self) -> int:
        """Connections made."""
        return sum(len(net.wires) for net in self.nets.values())

    @property
    def length(self) -> float:
        """Length of all wires, µm."""
        return sum(net.length for net in self.nets.values())
