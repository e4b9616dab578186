"""The other half of a design: a second die that meets its bumps face to face, or the carrier it stands on.

Names and nets are the design's; places are mirrored by the poses of the two dies, and by nothing else. Bond fingers
stand in rows beside the die's edges, in the order of the pads they serve, so that no wires cross.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from bumpgen.design import Bump, Design
from bumpgen.errors import InputError
from bumpgen.frames import AssemblyView, Coordinates, DieView, Facing, Pose
from bumpgen.geometry import Points
from bumpgen.spacing import nearest_apart

__all__ = ["Fan", "Mate", "MateSite", "fingers", "mirrored_half", "standing"]

STEP = 20.0
"""Sides of dies are multiples of this, so that their middles lie on every grid, µm."""

FINE = 5.0
"""Fingers stand on multiples of this, counted from multiples of the pitch, µm."""

Edge: TypeAlias = Literal["left", "right", "bottom", "top"]

SELF, PARTNER, TOGETHER = DieView("self"), DieView("partner"), AssemblyView("mate")


@dataclass(frozen=True, slots=True)
class MateSite:
    """One bump of the half: name, place on its own die (µm, bumps up), net, kind ("" for the table's own site)."""

    name: str
    x: float
    y: float
    net: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Mate:
    """The half: its die's sides (µm), its bumps, how it lies to the design's die.

    `at` is where its centre lies from above, from the centre of the design's die; `own_face` and `face` say where
    the design's and the half's faces look. `openings` are boxes through it (x0, y0, x1, y1, µm, on its own die).
    """

    width: float
    height: float
    sites: tuple[MateSite, ...]
    at: tuple[float, float]
    own_face: Facing
    face: Facing
    openings: tuple[tuple[float, float, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Fan:
    """How fingers stand: from the die's edge to their middles (µm), their pitch (µm), their length across the row (µm).

    `upright` and `lying` are the kinds of fingers whose length runs along y and along x.
    """

    clearance: float
    pitch: float
    length: float
    upright: str
    lying: str


def mirrored_half(
    design: Design, bumps: Sequence[Bump], size: tuple[float, float] | None, margin: float, *, down: bool = False,
    kind: str = "",
) -> Mate:  # fmt: skip
    """The half that meets `bumps` face to face; its die's sides are `size`, or as the bumps need with a margin (µm).

    `down`: the design's own face looks down, on to the half, which then reaches beyond the design's die by the
    margin; else the half looks down on to it.
    """
    own: Facing = "down" if down else "up"
    other: Facing = "up" if down else "down"
    seen = _above(design, own, bumps)
    low, high = seen.min(axis=0), seen.max(axis=0)
    if size is None and down:
        size = _rounded(design.die.width + 2 * margin), _rounded(design.die.height + 2 * margin)
    at = (low + high) / 2 if size is None else np.zeros(2)
    width, height = size or tuple(_rounded(value) for value in (high - low + 2 * margin).tolist())
    half = _half(seen - at, width, height, other)
    found = tuple(MateSite(bump.name, x, y, bump.net, kind) for bump, (x, y) in zip(bumps, half.tolist(), strict=True))
    _refuse_off_die(found, width, height)
    return Mate(width, height, found, _pair(at), own, other)


def standing(mates: Sequence[Mate], margin: float, size: tuple[float, float] | None) -> Mate:
    """Several halves of one carrier, all centred on the design's die, as one, on a die that holds them all, µm."""
    sites = [(site, mate) for mate in mates for site in mate.sites]
    offsets = np.array([(site.x - mate.width / 2, site.y - mate.height / 2) for site, mate in sites])
    reach = np.abs(offsets).max(axis=0) + margin
    width, height = size or (_rounded(2 * reach[0]), _rounded(2 * reach[1]))
    moved = tuple(
        MateSite(site.name, round(x + width / 2, 6), round(y + height / 2, 6), site.net, site.kind)
        for (site, _), (x, y) in zip(sites, offsets.tolist(), strict=True)
    )
    _refuse_off_die(moved, width, height)
    return Mate(width, height, moved, (0.0, 0.0), mates[0].own_face, mates[0].face)


def fingers(design: Design, pads: Sequence[Bump], fan: Fan) -> Mate:
    """Bond fingers around the design's die for its wire-bond pads, on a carrier that looks up as the die does."""
    rows: dict[Edge, list[Bump]] = {}
    for pad in pads:
        rows.setdefault(_edge(design, pad), []).append(pad)
    found = [site for edge, mine in rows.items() for site in _row(design, edge, mine, fan)]
    die = design.die
    return Mate(die.width, die.height, tuple(found), (0.0, 0.0), "up", "up")


def _above(design: Design, face: Facing, bumps: Sequence[Bump]) -> Points:
    """Places of bumps from above, from the die's centre, µm."""
    centre = (design.die.width / 2, design.die.height / 2)
    pose = Pose(SELF, TOGETHER, face, (0.0, 0.0), centre)
    places = Coordinates(SELF, np.array([(bump.x, bump.y) for bump in bumps], np.float64).reshape(-1, 2))
    return pose.above(places).seen(TOGETHER)


def _half(seen: Points, width: float, height: float, face: Facing) -> Points:
    """Places from above, from the half's centre, as the half's own masks have them, µm."""
    pose = Pose(PARTNER, TOGETHER, face, (0.0, 0.0), (width / 2, height / 2))
    return np.round(pose.below(Coordinates(TOGETHER, seen)).seen(PARTNER), 6) + 0.0


def _rounded(value: float) -> float:
    return math.ceil(value / STEP - 1e-9) * STEP


def _pair(values: Points) -> tuple[float, float]:
    x, y = (round(value, 6) + 0.0 for value in values.tolist())
    return x, y


def _edge(design: Design, pad: Bump) -> Edge:
    """The edge of the die a pad is nearest to."""
    die = design.die
    distances: dict[Edge, float] = {
        "left": pad.x, "right": die.width - pad.x, "bottom": pad.y, "top": die.height - pad.y,
    }  # fmt: skip
    return min(distances, key=distances.__getitem__)


def _row(design: Design, edge: Edge, pads: Sequence[Bump], fan: Fan) -> list[MateSite]:
    """Fingers along one edge, in the order of their pads, as near to these as can be. InputError if they don't fit."""
    die = design.die
    upright = edge in ("bottom", "top")
    along, side = (die.width, die.height) if upright else (die.height, die.width)
    order = sorted(pads, key=lambda pad: (pad.x, pad.y) if upright else (pad.y, pad.x))
    # neighbouring rows meet at the corners: a row may reach as far as the other row's fingers begin
    room = along + 2 * (fan.clearance - fan.length / 2)
    _refuse_crowd(edge, len(order), room, fan)
    low = along / 2 - room / 2 + fan.pitch / 2
    wanted = [pad.x if upright else pad.y for pad in order]
    near = nearest_apart(wanted, fan.pitch, low, low + room - fan.pitch)
    places = [round((place - i * fan.pitch) / FINE) * FINE + i * fan.pitch for i, place in enumerate(near)]
    across = -fan.clearance if edge in ("left", "bottom") else side + fan.clearance
    found = []
    for pad, place in zip(order, places, strict=True):
        at = (place, across) if upright else (across, place)
        found.append(MateSite(pad.name, *at, pad.net, fan.upright if upright else fan.lying))
    return found


def _refuse_crowd(edge: Edge, count: int, room: float, fan: Fan) -> None:
    if count * fan.pitch <= room:
        return
    fit, more = int(room // fan.pitch), math.ceil((count * fan.pitch - room) / 2)
    raise InputError(
        f"{count} fingers {fan.pitch:g} µm apart don't fit beside the {edge} edge, where there is room for {fit}",
        hint=f"set them {fan.clearance + more:g} µm away from the die, or {math.floor(room / count):g} µm apart",
    )


def _refuse_off_die(sites: Sequence[MateSite], width: float, height: float) -> None:
    off = [site for site in sites if not (0 < site.x < width and 0 < site.y < height)]
    if off:
        raise InputError(
            f"{len(off)} of {len(sites)} bumps lie off a die of {width:g} x {height:g} µm, the first is {off[0].name}",
            hint="state a larger die with --die WIDTH HEIGHT, or leave that out",
        )
