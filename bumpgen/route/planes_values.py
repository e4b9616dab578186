"""What is asked of a plane and what was poured, as values. All in µm."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

from bumpgen.errors import InputError
from bumpgen.route.problem import Place, Problem

__all__ = ["Dropped", "HoleRule", "Plane", "Pour", "Region", "Rings", "check_planes"]

Rings: TypeAlias = tuple[tuple[Place, ...], ...]
"""A polygon: its outer ring, counter-clockwise, then the rings of its holes, clockwise."""

Region: TypeAlias = tuple[Place, ...] | tuple[Rings, ...]
"""Where a plane may lie: the corners of one polygon, or polygons with holes."""


@dataclass(frozen=True, slots=True)
class HoleRule:
    """Holes for plating and degassing: on a square lattice of `pitch` that has a hole at the die's centre, µm.

    `size` is a square's side or a circle's diameter; with octilinear shapes a circle is its octagon. A hole is made
    only where the plane holds it with `min_margin` (and never less than the plane's least width) around it.
    """

    size: float
    pitch: float
    min_margin: float = 0.0
    shape: Literal["square", "round"] = "square"


@dataclass(frozen=True, slots=True)
class Plane:
    """A plane of metal that a net is to have, µm.

    `priority`: the lowest is poured first, the later ones keep away from it; equal ones in the order given.
    `region`: where it may lie; None: on the whole die. `space`: to metal of other nets; `edge`: to the die's edge.
    `min_width`: the least width of any part; passages narrower than √2 × as much are left out, so that ends that
    are rounded in them pass, too. `join`: terminals of the net are overlapped (solid) or surrounded
    by a gap of `thermal_gap` that `spokes` (1, 2 or 4) bridges of `spoke_width` cross. `min_area`, µm²: smaller
    islands are dropped.
    """

    net: str
    space: float
    edge: float
    min_width: float
    priority: int = 0
    region: Region | None = None
    join: Literal["solid", "thermal"] = "solid"
    spoke_width: float = 0.0
    thermal_gap: float = 0.0
    spokes: int = 4
    min_area: float = 0.0
    holes: HoleRule | None = None
    layer: int = 0


@dataclass(frozen=True, slots=True)
class Dropped:
    """An island that was left out: its area in µm², a place in it, and why."""

    area: float
    place: Place
    reason: str


@dataclass(frozen=True, slots=True)
class Pour:
    """A plane as poured: its metal on the grid, without the terminals and wires of its net, which it overlaps.

    `joined`: terminals that touch the plane; `wired`: those that only wires of the net tie to it; `unjoined`:
    the others, each with the reason. `islands`: the names of the terminals that are one piece of metal, for each
    such piece; more than one: the net is joined in part. `spokes`: thermal spokes of each terminal that has any.
    `narrow`: places where a gap next to the net's own metal stays narrower than the spacing. `area` in µm².
    """

    net: str
    layer: int
    polygons: tuple[Rings, ...]
    dropped: tuple[Dropped, ...]
    joined: tuple[str, ...]
    wired: tuple[str, ...]
    unjoined: tuple[tuple[str, str], ...]
    islands: tuple[tuple[str, ...], ...]
    spokes: tuple[tuple[str, int], ...]
    holes: int
    area: float
    narrow: tuple[Place, ...] = ()

    @property
    def status(self) -> Literal["routed", "partial", "unrouted"]:
        """Whether the plane (with the net's wires) joins all terminals of the net."""
        if not self.joined:
            return "unrouted"
        return "routed" if not self.unjoined and len(self.islands) == 1 else "partial"


def check_planes(problem: Problem, planes: tuple[Plane, ...]) -> None:
    """Raise InputError for a plane that can't be poured as asked."""
    for plane in planes:
        _check_net(problem, plane)
        _check_lengths(plane)
        if plane.join == "thermal":
            _check_thermal(plane)
        if plane.holes is not None:
            _check_holes(plane, plane.holes)


def _check_net(problem: Problem, plane: Plane) -> None:
    rule = problem.nets.get(plane.net)
    if rule is not None and rule.classed:
        raise InputError(
            f"plane of {plane.net!r}: its pairs are nets of their own, which one plane would short",
            hint="name a net, not a class",
        )
    if not 0 <= plane.layer < problem.layers:
        raise InputError(f"plane of {plane.net!r}: layer {plane.layer} is none of the {problem.layers}")
    if not any(terminal.net == plane.net for terminal in problem.terminals):
        raise InputError(f"plane of {plane.net!r}: no terminal is of this net", hint="name a net of the problem")


def _check_lengths(plane: Plane) -> None:
    for name in ("space", "min_width"):
        value = getattr(plane, name)
        if not (math.isfinite(value) and value > 0):
            raise InputError(f"plane of {plane.net!r}: {name} {value:g} µm must be greater than 0")
    for name in ("edge", "min_area"):
        value = getattr(plane, name)
        if not (math.isfinite(value) and value >= 0):
            raise InputError(f"plane of {plane.net!r}: {name} {value:g} must be 0 or more")


def _check_thermal(plane: Plane) -> None:
    if plane.spokes not in (1, 2, 4):
        raise InputError(f"plane of {plane.net!r}: {plane.spokes} spokes", hint="write 1, 2 or 4")
    if not plane.spoke_width >= plane.min_width:
        raise InputError(
            f"plane of {plane.net!r}: spoke_width {plane.spoke_width:g} µm is less than min_width "
            f"{plane.min_width:g} µm",
            hint=f"write spoke_width = {plane.min_width:g} or more",
        )
    if not plane.space <= plane.thermal_gap < math.inf:
        raise InputError(
            f"plane of {plane.net!r}: thermal_gap {plane.thermal_gap:g} µm is less than space {plane.space:g} µm",
            hint=f"write thermal_gap = {plane.space:g} or more",
        )


def _check_holes(plane: Plane, rule: HoleRule) -> None:
    # sides of a circle that face each other at up to 90° are as near as its diameter / √2
    smallest = plane.space * (math.sqrt(2) if rule.shape == "round" else 1.0)
    if not smallest <= rule.size < math.inf:
        raise InputError(
            f"plane of {plane.net!r}: {rule.shape} holes of {rule.size:g} µm are narrower than space "
            f"{plane.space:g} µm from side to side",
            hint=f"write size = {math.ceil(smallest * 1000) / 1000:g} or more",
        )
    least = rule.size + max(plane.min_width, 0.0)
    if not least < rule.pitch < math.inf:
        raise InputError(
            f"plane of {plane.net!r}: at pitch {rule.pitch:g} µm, holes of {rule.size:g} µm leave less than "
            f"min_width {plane.min_width:g} µm between them",
            hint=f"write a pitch greater than {least:g}",
        )
    if not 0 <= rule.min_margin < math.inf:
        raise InputError(f"plane of {plane.net!r}: min_margin {rule.min_margin:g} µm must be 0 or more")
