"""Why routes miss their pads and bumps: a table read in the wrong unit, or from the wrong side.

Positions alone can't reveal either; where routes are given, their ends on pads and bumps of their nets can.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

from bumpgen.design import UNITS, Bump, DesignFile, Die, MapTable, Pad, Route, RouteTable
from bumpgen.errors import InputError
from bumpgen.geometry import Points, View
from bumpgen.read.names import other_side
from bumpgen.read.source import Source

__all__ = ["Ends", "misread"]

Role: TypeAlias = Literal["bumps", "pads", "routes"]
Ends: TypeAlias = Sequence[tuple[str, tuple[float, float]]]
"""Nets and places (µm) of route ends that lie on no other route of their net."""

FEW = 10.0
"""Places that all lie within so many µm, on a die ten times as large, are in another unit than was said."""

ENOUGH = 0.9
"""So much of all ends must meet something for a reading to be held for the right one."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """How a role's places were read: the table's key, its unit ("" where it is fixed), view and origin in µm."""

    role: Role
    key: str
    unit: str
    view: View
    origin: tuple[float, float] = (0.0, 0.0)

    def again(self, points: Points, other: _Reading, die: Die) -> Points:
        """Layout places (µm) that were read this way, as they are when read the `other` way."""
        raw = self.view.to(View.BUMPS_UP, points, die.width) - self.origin
        scale = UNITS[other.unit] / UNITS[self.unit] if self.unit else 1.0
        return other.view.to(View.BUMPS_UP, raw * scale + other.origin, die.width)


@dataclass(frozen=True, slots=True)
class _Scene:
    """Places in µm: of all route ends with their nets, and of pads and bumps by net."""

    ends: tuple[str, ...]
    end_places: Points
    pads: Points
    pad_nets: tuple[str, ...]
    bumps: Points
    bump_nets: tuple[str, ...]

    def met(self, reach: float) -> int:
        """How many ends lie within `reach` µm of a pad or bump of their net."""
        centres = np.concatenate((self.pads, self.bumps))
        nets = {net: n for n, net in enumerate(dict.fromkeys((*self.pad_nets, *self.bump_nets, *self.ends)))}
        of_centre = np.array([nets[net] for net in (*self.pad_nets, *self.bump_nets)])
        of_end = np.array([nets[net] for net in self.ends])
        count = 0
        for net in np.unique(of_end):
            ends, there = self.end_places[of_end == net], centres[of_centre == net]
            if len(there):
                count += sum(bool((np.hypot(*(there - end).T) <= reach).any()) for end in ends)
        return count


def misread(
    file: DesignFile, routes: Sequence[Route], pads: Sequence[Pad], bumps: Sequence[Bump], ends: Ends, source: Source
) -> InputError | None:
    """The table that explains why routes miss, as an error with its cure; None if none does.

    `source` places settings in design.toml; how far an end may lie from a centre is the design's tolerance.
    """
    readings = {reading.role: reading for reading in _readings(file)}
    places = {
        "bumps": _points([(b.x, b.y) for b in bumps]),
        "pads": _points([(p.x, p.y) for p in pads]),
        "routes": _points([place for route in routes for place in route.points]),
    }
    for role, reading in readings.items():
        error = _too_near(reading, places[role], file.die, source)
        if error is not None:
            return error
    scene = _Scene(
        tuple(net for net, _ in ends),
        _points([place for _, place in ends]),
        places["pads"],
        tuple(pad.net for pad in pads),
        places["bumps"],
        tuple(bump.net for bump in bumps),
    )
    return _better(file, readings, scene, source)


def _points(places: Sequence[tuple[float, float]]) -> Points:
    return np.array(places, dtype=float).reshape(-1, 2)


def _readings(file: DesignFile) -> Iterator[_Reading]:
    """How bumps, pads and routes were read, where that is a matter of settings."""
    if file.bumps is not None and file.bumps.table is not None:
        yield _of_table("bumps", "bumps.table", file.bumps.table, file.die)
    elif file.bumps is not None and file.bumps.pinmap is not None:
        yield _Reading("bumps", "bumps.pinmap", "", file.bumps.pinmap.view)
    if file.pads is not None and file.pads.table is not None:
        yield _of_table("pads", "pads.table", file.pads.table, file.die)
    elif file.pads is not None and file.pads.gds is not None:
        yield _Reading("pads", "pads.gds", "", file.pads.gds.view)
    if file.routes is not None:
        yield _of_table("routes", "routes", file.routes, file.die)


def _of_table(role: Role, key: str, table: MapTable | RouteTable, die: Die) -> _Reading:
    x, y = table.offset if isinstance(table, MapTable) else (0.0, 0.0)
    if table.origin == "centre":
        x, y = x + die.width / 2, y + die.height / 2
    return _Reading(role, key, table.unit, table.view, (x, y))


def _span(points: Points) -> tuple[float, float]:
    if not len(points):
        return 0.0, 0.0
    width, height = (points.max(axis=0) - points.min(axis=0)).tolist()
    return width, height


def _too_near(reading: _Reading, points: Points, die: Die, source: Source) -> InputError | None:
    """Everything on a few µm of a large die: the unit is another."""
    width, height = _span(points)
    if not reading.unit or len(points) < 2 or not _tiny(points, die):
        return None
    fitting = [u for u in UNITS if _fits(width, height, UNITS[u] / UNITS[reading.unit], die)]
    unit = max(fitting, key=lambda u: UNITS[u], default="")
    what = (
        f"all {len(points)} points of the routes" if reading.role == "routes" else f"all {len(points)} {reading.role}"
    )
    return InputError(
        f"{what} lie within {width:g} x {height:g} µm on a die of {die.width:g} x {die.height:g} µm",
        source.setting(f"{reading.key}.unit"),
        hint=f'unit = "{reading.unit}" is hardly theirs'
        + (f': with unit = "{unit}" they span {_span_text(width, height, unit, reading)}' if unit else ""),
    )


def _tiny(points: Points, die: Die) -> bool:
    return max(_span(points)) < FEW < max(die.width, die.height) / 10


def _fits(width: float, height: float, scale: float, die: Die) -> bool:
    return scale > 1 and width * scale <= die.width and height * scale <= die.height


def _span_text(width: float, height: float, unit: str, reading: _Reading) -> str:
    scale = UNITS[unit] / UNITS[reading.unit]
    return f"{width * scale:g} x {height * scale:g} µm"


def _better(file: DesignFile, readings: Mapping[Role, _Reading], scene: _Scene, source: Source) -> InputError | None:
    """The reading of one table with which nearly all ends meet something, if more do than now."""
    reach, total = file.tolerances.route_end, len(scene.ends)
    now = scene.met(reach)
    best: tuple[int, _Reading] | None = None
    for reading in readings.values():
        for other in _others(reading):
            moved = _moved(scene, reading, other, file)
            count = 0 if moved is None else moved.met(reach)
            if count > now and count >= ENOUGH * total and (best is None or count > best[0]):
                best = count, other
    if best is None:
        return None
    count, other = best
    return _refusal(readings[other.role], other, (now, count, total), source)


def _others(reading: _Reading) -> Iterator[_Reading]:
    """All other ways to read a table: from the other side, in another unit, both."""
    units = [unit for unit in UNITS if unit != "µm"] if reading.unit else [""]
    for unit in units:
        for view in (reading.view, other_side(reading.view)):
            other = replace(reading, unit=unit, view=view)
            if (UNITS.get(unit), view) != (UNITS.get(reading.unit), reading.view):
                yield other


def _moved(scene: _Scene, reading: _Reading, other: _Reading, file: DesignFile) -> _Scene | None:
    """The scene with one table read another way; None where that lays everything on a heap."""
    old = scene.end_places if reading.role == "routes" else scene.pads if reading.role == "pads" else scene.bumps
    new = reading.again(old, other, file.die)
    if _tiny(new, file.die):
        return None
    if reading.role == "routes":
        return replace(scene, end_places=new)
    if reading.role == "pads":
        return replace(scene, pads=new)
    under = file.pads is not None and file.pads.under_bumps
    return replace(scene, bumps=new, pads=new if under else scene.pads)


def _refusal(reading: _Reading, other: _Reading, counts: tuple[int, int, int], source: Source) -> InputError:
    now, then, total = counts
    changed = [f'unit = "{other.unit}"'] if other.unit != reading.unit else []
    changed += [f'view = "{other.view}"'] if other.view != reading.view else []
    words = ["in another unit"] if other.unit != reading.unit else []
    words += ["mirrored"] if other.view != reading.view else []
    return InputError(
        f"the {reading.role} are {' and '.join(words)}: only {now} of {total} route ends meet a pad or bump of their "
        f"net; with {' and '.join(changed)} {then} do",
        source.setting(f"{reading.key}.{changed[0].partition(' ')[0]}"),
        hint=f"set {' and '.join(changed)} in [{reading.key}]",
    )
