"""The [routing] table of a design.toml: how wide, how far apart, where, and what may be paired freely."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from bumpgen.steps import Number
from bumpgen.toml import Table

__all__ = ["ClassWires", "HoleTable", "Keepout", "NetWires", "PlaneTable", "RoutingTable", "matches"]

Width = Annotated[float, Field(gt=0, le=10_000, strict=True)]
WholeNumber = Annotated[int, Field(strict=True)]
Distance = Annotated[float, Field(ge=0, le=10_000, strict=True)]
Pattern = Annotated[str, Field(min_length=1, description="a net, or a pattern with * and ?")]
Box: TypeAlias = tuple[Number, Number, Number, Number]
Corners: TypeAlias = tuple[tuple[Number, Number], ...]


def matches(pattern: str, net: str) -> bool:
    """Whether a net is meant by a pattern: * stands for any text, ? for one character, brackets for themselves."""
    told = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(told, net) is not None


class NetWires(Table):
    """How one net's wires differ from the others'."""

    width: Width | None = Field(None, description="width of its wires, µm")
    space: Width | None = Field(None, description="what other nets' metal keeps from its wires, µm")
    neck: Width | None = Field(None, description="width down to which a wire may narrow at a smaller terminal, µm")


class ClassWires(NetWires):
    """How the wires of several nets differ from the others'; with `free`, which bump is whose is left open."""

    nets: Annotated[tuple[Pattern, ...], Field(min_length=1, description="the nets, by name or pattern")]
    free: bool = Field(
        False, description="bumps whose net is this class's name may take any pad of its nets, and get the pad's net"
    )


class _Region(Table):
    """An area of the die: a box or a polygon, µm from its lower left corner."""

    box: Box | None = Field(None, description="x0, y0, x1, y1 in µm")
    corners: Corners | None = Field(None, description="corners of a polygon, µm", min_length=3)
    layer: str | None = Field(None, description="the wire layer it is for")

    @model_validator(mode="after")
    def _is_an_area(self) -> _Region:
        if self.box is not None and self.corners is not None:
            raise ValueError("box and corners exclude each other")
        if self.box is not None and not (self.box[0] < self.box[2] and self.box[1] < self.box[3]):
            raise ValueError(f"box = {list(self.box)} has no area: write x0, y0, x1, y1 with x0 < x1 and y0 < y1")
        if self.corners is not None:
            import shapely

            shape = shapely.Polygon(self.corners)
            if not shape.is_valid or shape.area == 0:
                raise ValueError(f"corners: {shapely.is_valid_reason(shape)}: list them along the outline, once each")
        return self

    @property
    def outline(self) -> Corners | None:
        """Its corners, µm; None where neither box nor corners are given."""
        if self.box is None:
            return self.corners
        x0, y0, x1, y1 = self.box
        return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))


class Keepout(_Region):
    """An area that no wire enters; on all wire layers unless `layer` names one."""

    margin: Distance = Field(0.0, description="what wires keep from its edge, µm")

    @model_validator(mode="after")
    def _is_given(self) -> Keepout:
        if self.outline is None:
            raise ValueError("a keepout needs box or corners")
        return self


class HoleTable(Table):
    """Holes in a plane for plating and degassing, on a square lattice that has one at the die's centre."""

    size: Width = Field(description="side of a square hole, diameter of a round one, µm")
    pitch: Width = Field(description="from hole to hole, µm")
    min_margin: Distance = Field(0.0, description="metal that must be left around a hole, µm")
    shape: Literal["square", "round"] = "square"


class PlaneTable(_Region):
    """A net's plane of metal, poured round all other metal; without box and corners, on the whole die."""

    net: str = Field(description="the net that the plane joins; it gets no wires")
    priority: WholeNumber = Field(0, description="the lowest is poured first, the others keep away from it")
    join: Literal["solid", "thermal"] = Field("solid", description="pads and bumps: covered, or joined by spokes")
    space: Width | None = Field(None, description="to other nets' metal, µm; default: the net's space")
    min_width: Width | None = Field(None, description="least width of any part, µm; default: the net's wire width")
    edge: Distance | None = Field(None, description="to the die's edge, µm; default: the space")
    spokes: WholeNumber = Field(4, ge=1, le=4, description="bridges to a pad or bump of a thermal join")
    spoke_width: Width | None = Field(None, description="width of a spoke, µm; default: min_width")
    thermal_gap: Width | None = Field(None, description="gap round a pad or bump of a thermal join, µm; default: space")
    min_area: Annotated[float, Field(ge=0, strict=True)] = Field(0.0, description="smaller islands are dropped, µm²")
    holes: HoleTable | None = None


class RoutingTable(Table):
    """What the router is asked for; without this table nothing is routed.

    Widths and spaces that are not set come from the process: the trace cell's width, and the widest rule of
    kind `space` on the wire layer.
    """

    width: Width | None = Field(None, description="width of wires, µm; default: the process's trace")
    space: Width | None = Field(None, description="between metal of two nets, µm; default: the rule table's")
    angles: Literal["any", "45"] | None = Field(
        None, description="directions of wires: any with round corners, or multiples of 45°; default: the rule table's"
    )
    layers: tuple[str, ...] = Field((), description="wire layers, the lowest first; default: the trace's one")
    edge: Distance | None = Field(
        None, description="from wires to the die's edge, µm; default: the rule table's to DIE or SEAL, or 0"
    )
    teardrops: bool = Field(True, description="teardrops where wires leave capture pads, as far as there is room")
    nets: dict[str, NetWires] = Field({}, description="what differs for one net")
    classes: dict[str, ClassWires] = Field({}, description="what differs for several nets, or is free")
    enabled: bool = Field(True, description="false: nothing is routed, and all else said here waits until it is")
    only: tuple[Pattern, ...] = Field((), description="nets or free classes that are routed; default: all")
    planes: tuple[PlaneTable, ...] = Field((), description="planes of metal, each of one net")
    keepouts: tuple[Keepout, ...] = Field((), description="areas without wires")

    @model_validator(mode="after")
    def _names_differ(self) -> RoutingTable:
        if len(set(self.layers)) != len(self.layers):
            raise ValueError(f"layers = {list(self.layers)} names a layer twice")
        return self

    def asks_for(self, net: str) -> bool:
        """Whether a net, or a free class by its name, is to be routed."""
        return not self.only or any(matches(pattern, net) for pattern in self.only)

    def class_of(self, net: str) -> str | None:
        """The first class that means a net."""
        return next((name for name, c in self.classes.items() if any(matches(p, net) for p in c.nets)), None)

    def free_class(self, net: str) -> str | None:
        """The free class that a pad's net or a bump's class name belongs to."""
        if net in self.classes and self.classes[net].free:
            return net
        name = self.class_of(net)
        return name if name is not None and self.classes[name].free else None

    def wires_of(self, net: str) -> NetWires:
        """What is set for a net: by its own table, else its class's, else for all."""
        own = self.nets.get(net, NetWires())
        name = net if net in self.classes else self.class_of(net)
        group = self.classes[name] if name is not None else NetWires()
        width, space = (_first(getattr(t, key) for t in (own, group, self)) for key in ("width", "space"))
        return NetWires(width=width, space=space, neck=_first((own.neck, group.neck)))

    def pooled(self, pads: Iterable[str], bumps: Collection[str]) -> dict[str, str]:
        """Net of a pad → its free class, of the nets of pads and bumps; a net that a bump is on is not free."""
        found = {net: self.free_class(net) for net in pads if net and net not in bumps}
        return {net: name for net, name in found.items() if name is not None and name in bumps}


def _first(values: Iterable[float | None]) -> float | None:
    return next((value for value in values if value is not None), None)
