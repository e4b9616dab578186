"""Sites: every pad and bump with the stack of cells the process puts there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from bumpgen.cells.site import Site
from bumpgen.design import Bump, Design, Pad, Route
from bumpgen.errors import InputError, Where
from bumpgen.rim import rim_crossings
from bumpgen.routed import Via

__all__ = ["Plan", "PlannedSite", "plan"]


class PlannedSite(NamedTuple):  # which is made three times as fast as a frozen dataclass
    """One stack at one place (µm): a pad's, a bump's or a via's, its net, and the spec that draws it."""

    role: Literal["pad", "bump", "via"]
    name: str
    net: str
    x: float
    y: float
    spec: Site


@dataclass(frozen=True, slots=True)
class Plan:
    """All sites of a design, pads before bumps, in the tables' order; vias between wire layers apart from them."""

    design: Design
    sites: tuple[PlannedSite, ...]
    vias: tuple[PlannedSite, ...] = ()


def plan(design: Design) -> Plan:
    """The site of every pad and bump; teardrops point to the wires unless the table says where."""
    specs = _Specs(design)
    pads = [specs.of_pad(pad) for pad in design.pads]
    bumps = [specs.of_bump(bump) for bump in design.bumps]
    if design.file.pads is not None and design.file.pads.under_bumps:
        pads, bumps = specs.nested(pads, bumps)
    vias = design.routed.vias if design.routed else ()
    grid = design.process.grid.value
    placed = (*_placed("pad", design.pads, pads, grid), *_placed("bump", design.bumps, bumps, grid))
    return Plan(design, placed, tuple(_placed("via", vias, [specs.of_via(via) for via in vias], grid)))


def _placed(
    role: Literal["pad", "bump", "via"], things: Sequence[Pad | Bump | Via], specs: list[Site], grid: float
) -> Iterable[PlannedSite]:
    """Sites at the nearest grid points (µm); the reader has noted which places are off the grid."""
    places = np.array([(thing.x, thing.y) for thing in things], np.float64).reshape(-1, 2)
    nearest = (np.rint(places / grid) * grid + 0.0).tolist()  # + 0.0: no zero has a sign
    return [
        PlannedSite(role, thing.name, thing.net, x, y, spec)
        for thing, (x, y), spec in zip(things, nearest, specs, strict=True)
    ]


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
        self.of_pads: dict[tuple[float, float], Site] = {}
        self.of_bumps: dict[tuple[str, float, tuple[float, ...]], Site] = {}
        table = design.file.bumps
        self.bump_sites = {kind: (site, self._teardrop(site)) for kind, site in (table.sites if table else {}).items()}
        site = table.site if table else "bump"
        self.bump_site = (site, self._teardrop(site))

    def _teardrop(self, site: str) -> dict[str, Any] | None:
        """A site's capture pad, if it has teardrops."""
        pad = self.parts.get(site, {}).get("capture_pad", {})
        return pad if pad.get("teardrop", "none") != "none" else None

    def of_pad(self, pad: Pad) -> Site:
        """A pad's site; one object for all pads of a size."""
        key = (pad.width, pad.height)
        found = self.of_pads.get(key)
        if found is None:
            found = self.of_pads[key] = self._of_pad(pad)
        return found

    def _of_pad(self, pad: Pad) -> Site:
        table = self.design.file.pads
        kind = table.site if table else "pad"
        changes = _copy(table.changes if table else {})
        for cell in ("pad_opening", "passivation_opening"):
            if pad.width and cell in self.parts.get(kind, {}):
                changes.setdefault(cell, {}).update({"size": pad.width, "height": pad.height or pad.width})
        return self._spec(kind, changes)

    def of_bump(self, bump: Bump) -> Site:
        """A bump's site; one object for all bumps of a kind, a diameter and the same teardrops."""
        site, pad = self.bump_sites.get(bump.kind, self.bump_site)
        angles = bump.angles
        if pad is not None and not angles and bump.teardrops:
            angles = self._towards_wires(bump, pad)
        key = (site, bump.diameter, angles)
        found = self.of_bumps.get(key)
        if found is None:
            found = self.of_bumps[key] = self._of_bump(bump, site, pad is not None, angles)
        return found

    def _of_bump(self, bump: Bump, site: str, teardrops: bool, angles: tuple[float, ...]) -> Site:
        table = self.design.file.bumps
        changes = _copy(table.changes if table else {})
        if bump.diameter:
            changes.setdefault("ubm", {})["size"] = bump.diameter
        if teardrops:
            changes.setdefault("capture_pad", {})["angles"] = angles
        elif angles:
            raise InputError(
                f"bump {bump.name} asks for a teardrop, but site {site!r} of {self.design.process.name} has none",
                Where(self.design.path, bump.line, "bumps"),
                hint='set [bumps.changes.capture_pad] teardrop = "straight", or drop the angles column',
            )
        return self._spec(site, changes)

    def of_via(self, via: Via) -> Site:
        return self._spec(via.site, {})

    def nested(self, pads: list[Site], bumps: list[Site]) -> tuple[list[Site], list[Site]]:
        """Pads and the bumps that stand on them with one vertex count, and every circle of both kept nested."""
        together: dict[tuple[int, int], tuple[Site, Site]] = {}
        for pad, bump in zip(pads, bumps, strict=True):
            key = (id(pad), id(bump))
            if key not in together:
                together[key] = self._together(pad, bump)
        both = [together[id(pad), id(bump)] for pad, bump in zip(pads, bumps, strict=True)]
        return [pad for pad, _ in both], [bump for _, bump in both]

    def _together(self, one: Site, other: Site) -> tuple[Site, Site]:
        parts = [*one.parts(self.design.process), *other.parts(self.design.process)]
        nested = tuple(sorted({diameter for part in parts for diameter in part.circles}))
        both = (one.model_copy(update={"nested": nested}), other.model_copy(update={"nested": nested}))
        known = [self.known.setdefault((site.kind, site.key()), site) for site in both]
        return known[0], known[1]

    def _spec(self, kind: str, changes: dict[str, dict[str, Any]]) -> Site:
        key = (kind, repr(sorted((cell, sorted(v.items())) for cell, v in changes.items())))
        if key not in self.known:
            self.known[key] = Site(kind=kind, changes=changes)
        return self.known[key]

    def _towards_wires(self, bump: Bump, pad: dict[str, Any]) -> tuple[float, ...]:
        """Directions in which the net's wires cross the capture pad's rim, degrees, sorted."""
        radius = float(pad["size"]) / 2
        layer = self.design.process.default("trace").get("layer", "RDL")
        found = {
            angle
            for route in self.routes.get(bump.net, ())
            if (route.layer or layer) == pad.get("layer", layer)
            for angle in rim_crossings(route.points, (bump.x, bump.y), radius)
        }
        return tuple(sorted(found))


def _copy(changes: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {cell: dict(values) for cell, values in changes.items()}
