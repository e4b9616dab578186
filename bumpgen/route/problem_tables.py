"""The tables of a routing problem's file, as they stand in it. All lengths are µm."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import ConfigDict, Field

from bumpgen.route.problem_shapes import GRID
from bumpgen.toml import Table

__all__ = ["Box", "BumpTable", "Case", "Lattice", "MetalTable", "Point"]

Coordinate: TypeAlias = Annotated[float, Field(strict=True, ge=-1e6, le=1e6)]
Length: TypeAlias = Annotated[float, Field(strict=True, ge=GRID, le=1e5)]
Name: TypeAlias = Annotated[str, Field(min_length=1, max_length=1000)]
Point: TypeAlias = tuple[Coordinate, Coordinate]
Box: TypeAlias = tuple[Coordinate, Coordinate, Coordinate, Coordinate]


class Entry(Table):
    """A table of the file; what a router doesn't need is passed over."""

    model_config = ConfigDict(extra="ignore")


class Phase(Entry):
    """Nets that are routed alike, µm."""

    nets: tuple[Name, ...]
    width: Length
    spacing: Length
    angles: Literal[45, 90] = 90


class MetalTable(Entry):
    """A pad: its net, place and metal, µm."""

    name: Name
    net: Name | None = None
    x: Coordinate
    y: Coordinate
    shape: Literal["rect", "rects", "octagon", "polygon"] = "rect"
    size: tuple[Length, Length] | None = None
    rects: tuple[Box, ...] = ()
    polys: tuple[tuple[Point, ...], ...] = ()


class BumpTable(MetalTable):
    """A bump, and whether and to what it is to be joined."""

    route: bool | None = None
    terminal: Name | None = None
    dont_route: bool = False

    @property
    def wanted(self) -> bool:
        """Whether the bump is to be joined."""
        return not self.dont_route and self.net is not None and self.route is not False


class Obstruction(Entry):
    """Metal or a keep-out, µm."""

    kind: Literal["rect", "polygon"] = "polygon"
    net: Name | None = None
    source: str = ""
    pts: Annotated[tuple[Point, ...], Field(min_length=2)]


class Prewire(Entry):
    """A wire that is kept, µm."""

    net: Name | None = None
    rect: Box


class Case(Entry):
    """A pad ring with its bumps."""

    name: str = ""
    die: Box
    phases: Annotated[tuple[Phase, ...], Field(min_length=1)]
    bumps: tuple[BumpTable, ...]
    pads: tuple[MetalTable, ...]
    obstructions: tuple[Obstruction, ...] = ()
    prewires: tuple[Prewire, ...] = ()


class Link(Entry):
    """A net of a lattice: one bump, one pad."""

    net: Name
    bump: Point
    pad: Point


class Lattice(Entry):
    """Bumps on a lattice, with pads around them, µm."""

    die: Length
    width: Length
    spacing: Length
    bump_flat: Length
    pad: Length
    bumps: tuple[Point, ...]
    nets: tuple[Link, ...]
