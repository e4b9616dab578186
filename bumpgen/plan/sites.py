"""Sites: every pad and bump with the stack of cells the process puts there."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from bumpgen.cells.site import Site
from bumpgen.design import Bump, Design, Pad, Route
from bumpgen.errors import InputError, Where

__all__ = ["Plan", "PlannedSite", "plan"]


@dataclass(frozen=True, slots=True)
class PlannedSite:
    """One stack at one place (µm): a pad's or a bump's, its net, and the spec that draws it."""

    role: Literal["pad", "bump"]
    name: str
    net: str
    x: float
    y: float
    spec: Site


@dataclass(frozen=True, slots=True)
class Plan:
    """All sites of a design, pads before bumps, in the tables' order."""

    design: Design
    sites: tuple[PlannedSite, ...]


def plan(design: Design) -> Plan:
    """The site of every pad and bump; teardrops point to the wires unless the table says where."""
    specs = _Specs(design)
    pads = [specs.of_pad(pad) for pad in design.pads]
    bumps = [specs.of_bump(bump) for bump in design.bumps]
    return Plan(design, (*pads, *bumps))


class _Specs:
    """Makes specs, one object for all sites that are alike."""

    def __init__(self, design: Design):
        self.design = design
        self.known: dict[tuple[Any, ...], Site] = {}
        self.parts = {
            kind: {part.cell: design.process.default(part.cell) | part.values() for part in parts}
            for kind, parts in design.process.sites.items()
        }
        self.routes: dict[str, list[Route]] = {}
        for route in design.routes:
            self.routes.setdefault(route.net, []).append(route)

    def of_pad(self, pad: Pad) -> PlannedSite:
        table = self.design.file.pads
        assert table is not None  # pads come from this table only
        changes: dict[str, dict[str, Any]] = {cell: dict(values) for cell, values in table.changes.items()}
        for cell in ("pad_opening", "passivation_opening"):
            if pad.width and cell in self.parts.get(table.site, {}):
                changes.setdefault(cell, {}).update({"size": pad.width, "height": pad.height or pad.width})
        return PlannedSite("pad", pad.name, pad.net, *self._on_grid(pad.x, pad.y), self._spec(table.site, changes))

    def of_bump(self, bump: Bump) -> PlannedSite:
        table = self.design.file.bumps
        assert table is not None  # bumps come from this table only
        changes: dict[str, dict[str, Any]] = {cell: dict(values) for cell, values in table.changes.items()}
        site = table.sites.get(bump.kind, table.site)
        parts = self.parts.get(site, {})
        if bump.diameter:
            changes.setdefault("ubm", {})["size"] = bump.diameter
        if parts.get("capture_pad", {}).get("teardrop", "none") != "none":
            angles = bump.angles or self._towards_wires(bump, parts["capture_pad"])
            changes.setdefault("capture_pad", {})["angles"] = angles
        elif bump.angles:
            raise InputError(
                f"bump {bump.name} asks for a teardrop, but site {site!r} of {self.design.process.name} has none",
                Where(self.design.path, bump.line, "bumps"),
                hint='set [bumps.changes.capture_pad] teardrop = "straight", or drop the angles column',
            )
        return PlannedSite("bump", bump.name, bump.net, *self._on_grid(bump.x, bump.y), self._spec(site, changes))

    def _on_grid(self, x: float, y: float) -> tuple[float, float]:
        """The nearest grid point; the reader has noted which places are off it."""
        grid = self.design.process.grid.value
        return round(x / grid) * grid, round(y / grid) * grid

    def _spec(self, kind: str, changes: dict[str, dict[str, Any]]) -> Site:
        key = (kind, repr(sorted((cell, sorted(v.items())) for cell, v in changes.items())))
        if key not in self.known:
            self.known[key] = Site(kind=kind, changes=changes)
        return self.known[key]

    def _towards_wires(self, bump: Bump, pad: dict[str, Any]) -> tuple[float, ...]:
        """Directions in which the net's wires cross the capture pad's rim, degrees, sorted."""
        radius = float(pad["size"]) / 2
        found = {
            angle
            for route in self.routes.get(bump.net, ())
            for angle in _crossings(route.points, (bump.x, bump.y), radius)
        }
        return tuple(sorted(found))


def _crossings(points: tuple[tuple[float, float], ...], centre: tuple[float, float], radius: float) -> Iterable[float]:
    """Angles (degrees, to 0.001) of a polyline's crossings of a circle, from an end at the centre outward."""
    for ordered in (points, points[::-1]):
        if math.dist(ordered[0], centre) > radius / 2:
            continue
        for (x0, y0), (x1, y1) in pairwise(ordered):
            if math.dist((x1, y1), centre) >= radius:
                x, y = _on_rim((x0, y0), (x1, y1), centre, radius)
                yield round(math.degrees(math.atan2(y - centre[1], x - centre[0])) % 360, 3)
                break


def _on_rim(
    inner: tuple[float, float], outer: tuple[float, float], centre: tuple[float, float], radius: float
) -> tuple[float, float]:
    """Where the segment from inside to outside crosses the circle, µm."""
    dx, dy = outer[0] - inner[0], outer[1] - inner[1]
    fx, fy = inner[0] - centre[0], inner[1] - centre[1]
    a, b, c = dx * dx + dy * dy, 2 * (fx * dx + fy * dy), fx * fx + fy * fy - radius * radius
    t = (-b + math.sqrt(max(0.0, b * b - 4 * a * c))) / (2 * a)
    return inner[0] + t * dx, inner[1] + t * dy
