"""What a router adds to a design beside its wires: vias, planes, and what it could not join. Lengths are µm."""

from __future__ import annotations

from dataclasses import dataclass

from bumpgen.geometry import Polygon

__all__ = ["Poured", "Routed", "Unrouted", "Via"]


@dataclass(frozen=True, slots=True)
class Via:
    """A way from one wire layer to the next: a net, a centre in µm, and the process's site that is drawn there."""

    name: str
    net: str
    x: float
    y: float
    site: str


@dataclass(frozen=True, slots=True)
class Poured:
    """A plane of a net: its polygons on a wire layer."""

    net: str
    layer: str
    shapes: tuple[Polygon, ...]


@dataclass(frozen=True, slots=True)
class Unrouted:
    """A net that is not wholly joined, and why."""

    net: str
    reason: str


@dataclass(frozen=True, slots=True)
class Routed:
    """All of it; wires are among the design's routes."""

    vias: tuple[Via, ...] = ()
    pours: tuple[Poured, ...] = ()
    unrouted: tuple[Unrouted, ...] = ()
