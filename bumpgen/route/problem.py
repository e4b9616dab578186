"""A routing problem as values: what has to be joined, what is in the way, how wide and how far apart. All in µm."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal, TypeAlias

from bumpgen.errors import InputError

__all__ = ["Angles", "NetRule", "Obstacle", "Place", "Problem", "Terminal"]

Place: TypeAlias = tuple[float, float]
"""x, y in µm."""


class Angles(IntEnum):
    """Which directions wires may take: any, with arcs at the corners, or multiples of 45° only."""

    ANY = 0
    OCTILINEAR = 45


@dataclass(frozen=True, slots=True)
class Terminal:
    """A pad or bump on a wire layer: metal that wires end in, and that all other nets keep away from.

    `outline` has the corners of a convex polygon, counter-clockwise, µm; `radius` rounds it outward, so
    that a disc is one corner and its radius. `net` is a net, or a class when its terminals are to be paired
    freely; "" is metal of no net. `role` tells the two ends of a connection apart: one joins a pad to a bump.
    `wires` limits how many wires may end here (0: none, the metal is only in the way). `partner` names the
    terminal that this one must be joined to. `layer` counts wire layers from 0, the lowest.
    """

    name: str
    net: str
    role: Literal["pad", "bump"]
    x: float
    y: float
    outline: tuple[Place, ...]
    radius: float = 0.0
    wires: int = 1
    partner: str = ""
    layer: int = 0

    @classmethod
    def disc(
        cls, name: str, net: str, role: Literal["pad", "bump"], x: float, y: float, diameter: float, wires: int = 1
    ) -> Terminal:
        """A round terminal, µm."""
        return cls(name, net, role, x, y, ((x, y),), diameter / 2, wires)

    @property
    def inner_radius(self) -> float:
        """Radius of the largest disc about x, y that the metal holds, µm."""
        if len(self.outline) < 3:
            return self.radius
        sides = zip(self.outline, (*self.outline[1:], self.outline[0]), strict=True)
        return self.radius + min(_distance_inside((self.x, self.y), a, b) for a, b in sides)


def _distance_inside(point: Place, start: Place, end: Place) -> float:
    """How far a point lies to the left of a directed line, µm."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    return (dx * (point[1] - start[1]) - dy * (point[0] - start[0])) / math.hypot(dx, dy)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Metal or a keep-out that wires keep away from: a simple polygon's corners, µm.

    Metal of net `net` may be crossed by that net's wires only; "" by none. `margin` is what a wire
    keeps from it beyond its edge; None: the wire's own spacing. `layer` None: on all layers.
    """

    corners: tuple[Place, ...]
    net: str = ""
    name: str = ""
    margin: float | None = None
    layer: int | None = 0


@dataclass(frozen=True, slots=True)
class NetRule:
    """How a net (or class) is routed, µm.

    `join` says what belongs together. `pairs`: each pad to one bump, whichever; as many as there are of
    the fewer. `tree`: all terminals on one piece of metal. `neck` is a narrower width allowed where a wire meets
    a terminal narrower than itself; 0: none. `classed`: its pairs are nets of their own.
    """

    width: float
    space: float
    join: Literal["pairs", "tree"] = "pairs"
    neck: float = 0.0
    classed: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """All there is to route: `outline` is the die (x0, y0, x1, y1), whose edge wires keep `edge` µm away from."""

    name: str
    outline: tuple[float, float, float, float]
    terminals: tuple[Terminal, ...]
    nets: dict[str, NetRule]
    obstacles: tuple[Obstacle, ...] = ()
    angles: Angles = Angles.ANY
    layers: int = 1
    edge: float = 0.0
    grid: float = 0.001
    notes: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        names: set[str] = set()
        for terminal in self.terminals:
            if terminal.name in names:
                raise InputError(f"terminal {terminal.name!r} stands twice", hint="give each its own name")
            names.add(terminal.name)
            if terminal.net and terminal.wires and terminal.net not in self.nets:
                raise InputError(f"terminal {terminal.name!r} is of net {terminal.net!r}, which has no rule")
        for net, rule in self.nets.items():
            if not (rule.width > 0 and rule.space > 0 and math.isfinite(rule.width + rule.space)):
                raise InputError(
                    f"net {net!r}: width {rule.width:g} and space {rule.space:g} µm must be greater than 0"
                )

    def of_net(self, net: str) -> Iterator[Terminal]:
        """The terminals of a net that wires may end in."""
        return (terminal for terminal in self.terminals if terminal.net == net and terminal.wires)
