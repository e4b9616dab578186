"""Faults planted in one part of an assembly: the mistakes that real second dies were made with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from bumpgen.assembly import Assembly
from bumpgen.check.assembly.stack import Stack
from bumpgen.command.stacked import measured
from bumpgen.design import Bump, Design, Pad
from bumpgen.read import read_design


def moved(design: Design, place: Callable[[float, float], tuple[float, float]]) -> Design:
    """Every pad and bump at another place."""

    def at(one):
        x, y = place(one.x, one.y)
        return replace(one, x=round(x, 6), y=round(y, 6))

    return replace(design, pads=tuple(map(at, design.pads)), bumps=tuple(map(at, design.bumps)))


def middle(design: Design, names: set[str]) -> tuple[float, float]:
    """The middle of the box of the bumps of those names."""
    xy = np.array([(b.x, b.y) for b in design.bumps if b.name in names])
    low, high = xy.min(axis=0), xy.max(axis=0)
    x, y = ((low + high) / 2).tolist()
    return x, y


def mirrored(design: Design, names: set[str]) -> Design:
    """Drawn as seen from the other side: x → -x about the middle of the joints."""
    cx, _ = middle(design, names)
    return moved(design, lambda x, y: (2 * cx - x, y))


def turned(design: Design, names: set[str]) -> Design:
    """Turned by 180°."""
    cx, cy = middle(design, names)
    return moved(design, lambda x, y: (2 * cx - x, 2 * cy - y))


def turned_90(design: Design, names: set[str]) -> Design:
    """Turned by 90°: a square array falls on itself."""
    cx, cy = middle(design, names)
    return moved(design, lambda x, y: (cx - (y - cy), cy + (x - cx)))


def pitch_of(design: Design, names: set[str]) -> tuple[float, float]:
    """From the first of the bumps to its nearest neighbour, µm."""
    xy = np.array([(b.x, b.y) for b in design.bumps if b.name in names])
    away = xy[1:] - xy[0]
    x, y = away[np.argmin(np.hypot(*away.T))].tolist()
    return x, y


def shifted(design: Design, names: set[str]) -> Design:
    """Off by one pitch."""
    dx, dy = pitch_of(design, names)
    return moved(design, lambda x, y: (x + dx, y + dy))


def swapped(design: Design, names: set[str]) -> Design:
    """Two bumps of different nets have each other's net, and so have the pads under them."""
    mine = [b for b in design.bumps if b.name in names]
    one = mine[0]
    other = next(b for b in mine[1:] if b.net != one.net)
    nets = {one.name: other.net, other.name: one.net}

    def renamed(things: tuple) -> tuple:
        return tuple(replace(t, net=nets.get(t.name, t.net)) for t in things)

    return replace(design, bumps=renamed(design.bumps), pads=renamed(design.pads))


def missing(design: Design, names: set[str]) -> Design:
    """One bump, and the pad under it, isn't there."""
    mine = [b for b in design.bumps if b.name in names]
    gone = mine[len(mine) // 2].name

    def kept(things: tuple[Pad | Bump, ...]) -> tuple:
        return tuple(t for t in things if t.name != gone)

    return replace(design, bumps=kept(design.bumps), pads=kept(design.pads))


PLANTED: dict[str, tuple[Callable[[Design, set[str]], Design], str]] = {
    "mirror": (mirrored, "mirrored"),
    "turn by 180°": (turned, "turned"),
    "shift by a pitch": (shifted, "shifted"),
    "swapped nets": (swapped, "swapped"),
    "missing bump": (missing, "missing"),
}
"""What was done, and the word the diagnosis must have for it."""


def with_fault(assembly: Assembly, stack: Stack, joint: int, plant: Callable[[Design, set[str]], Design]) -> Stack:
    """The stack with the joint's second part drawn again with a fault in it."""
    table = assembly.file.joints[joint]
    part = assembly.parts[table.between[1]]
    design = read_design(part.path)
    names = set(stack.joints[joint].sides[1].names.tolist())
    return Stack(assembly, stack.parts | {part.name: measured(part, plant(design, names))})
