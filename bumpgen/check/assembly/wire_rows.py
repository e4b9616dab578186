"""Bond wires measured: length over the loop, angle to the die's edge, height over it, currents; and as a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bumpgen.check.assembly.drawn import NONE
from bumpgen.check.assembly.joints import Side
from bumpgen.check.assembly.wires import Wires
from bumpgen.check.joint import allowed_current, loop_length
from bumpgen.geometry import Points
from bumpgen.wire_list import FLAT, Land, Wire, WireList

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bumpgen.check.assembly.stack import Stack

    Floats = NDArray[np.float64]

__all__ = ["allowed", "angles", "drops", "edge_heights", "lengths", "needed", "wire_list"]


def drops(stack: Stack, wires: Wires) -> float:
    """How far the fingers lie below the pads, µm; negative where they lie higher."""
    one, other = (stack.levels[name].face for name in wires.table.between)
    return one - other


def lengths(stack: Stack, wires: Wires) -> Floats:
    """Length of each wire over its loop, µm: up, flat, and straight down to the finger."""
    drop = drops(stack, wires)
    height = wires.table.loop.value + max(0.0, -drop)
    return np.asarray(loop_length(wires.spans, height, drop, FLAT), np.float64)


def angles(stack: Stack, wires: Wires) -> Floats:
    """Degrees between each wire and the normal of the die's edge that it crosses."""
    to_side, to_end = _leaving(stack, wires)
    run = np.abs(wires.ends[1] - wires.ends[0])
    sideways = to_side < to_end
    along, across = np.where(sideways, run[:, 1], run[:, 0]), np.where(sideways, run[:, 0], run[:, 1])
    found: Floats = np.degrees(np.arctan2(along, across))
    return found


def edge_heights(stack: Stack, wires: Wires) -> Floats:
    """How high each wire passes over the edge of the die it starts on, µm above its face; inf if it ends before."""
    share = np.minimum(*_leaving(stack, wires))
    drop = drops(stack, wires)
    top = wires.table.loop.value + max(0.0, -drop)
    falling = top - (top + drop) * np.clip((share - FLAT) / (1 - FLAT), 0, 1)
    found: Floats = np.where(share > 1, np.inf, falling)
    return found


def _leaving(stack: Stack, wires: Wires) -> tuple[Floats, Floats]:
    """The share of its span after which each wire leaves its die through the left or right, the lower or upper edge."""
    x0, y0, x1, y1 = stack.box(wires.table.between[0])
    start, end = wires.ends
    run = end - start
    goal = np.where(run > 0, (x1, y1), (x0, y0)) - start
    shares = np.full(run.shape, np.inf)
    np.divide(goal, run, out=shares, where=run != 0)
    return shares[:, 0], shares[:, 1]


def allowed(stack: Stack, wires: Wires) -> Floats:
    """What each wire may carry, A (MIL: I = K d^1.5, K by metal and length)."""
    table, metal = wires.table, wires.table.material.capitalize()
    return np.array([allowed_current(metal, table.diameter.value, length) for length in lengths(stack, wires).tolist()])


def needed(wires: Wires) -> list[float | None]:
    """What each wire must carry, A: its net's current by the design it starts on, shared by the net's wires."""
    currents = wires.sides[0].part.part.file.currents
    nets = wires.nets.tolist()
    return [currents[net] / nets.count(net) if net in currents else None for net in nets]


def wire_list(stack: Stack, wires: Wires) -> WireList:
    """The wires of an entry as a list, with all pads and fingers of its two sides."""
    table = wires.table
    start, end = (side.tolist() for side in wires.ends)
    one, other = wires.sides
    rows = zip(
        wires.pairs.tolist(), start, end, wires.spans.tolist(), lengths(stack, wires).tolist(),
        angles(stack, wires).tolist(), allowed(stack, wires).tolist(), needed(wires), strict=True,
    )  # fmt: skip
    found = tuple(
        Wire(
            number, one.nets[i], one.names[i], other.names[j], table.between, _pair(a), _pair(b), span, length, angle,
            most, asked,
        )
        for number, ((i, j), a, b, span, length, angle, most, asked) in enumerate(rows, 1)
    )  # fmt: skip
    lands = (*_lands(one, True), *_lands(other, False))
    title = stack.assembly.file.title or stack.assembly.name
    return WireList(
        stack.assembly.name, table.name, title, table.material, table.diameter.value, table.loop.value, table.bond,
        found, lands, {name: stack.box(name) for name in stack.assembly.parts},
    )  # fmt: skip


def _pair(values: list[float]) -> tuple[float, float]:
    return round(values[0], 6), round(values[1], 6)


def _lands(side: Side, pad: bool) -> list[Land]:
    """Outlines of a side's pads or fingers from above."""
    part = side.part
    places = side.places.seen(part.part.pose.assembly)
    found = []
    for k, site in enumerate(side.index.tolist()):
        number = int(part.sites.contact[site])
        if number != NONE:
            outline: Points = part.part.pose.outlines(part.outlines[number].points) + places[k]
            found.append(Land(part.part.name, side.names[k], side.nets[k], outline, pad))
    return found
