"""Bond wires as a list: what a bonding house sets its machine by. Places are seen from above, lengths are µm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from bumpgen.geometry import Points

__all__ = ["FLAT", "Box", "Land", "Wire", "WireList"]

FLAT = 0.5
"""Share of a wire's span that runs flat at the loop's height, from the pad on: an assumption (joint.loop_length)."""

Box: TypeAlias = tuple[float, float, float, float]
"""x0, y0, x1, y1 from above, µm."""


@dataclass(frozen=True, slots=True)
class Wire:
    """One wire from a pad of one part to a finger of another.

    `start` and `end` are its bonds from above. `span` is its length in plan, `length` that over its loop, `angle`
    is degrees between it and the normal of the edge of its die that it crosses. `allowed` is the current it may
    carry, `needed` what its net must carry (A; None where nobody says).
    """

    number: int
    net: str
    pad: str
    finger: str
    parts: tuple[str, str]
    start: tuple[float, float]
    end: tuple[float, float]
    span: float
    length: float
    angle: float
    allowed: float
    needed: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Land:
    """A pad or finger: its part, name, net, and outline from above, (N, 2) µm; `pad` says which of the two it is."""

    part: str
    name: str
    net: str
    outline: Points
    pad: bool


@dataclass(frozen=True, slots=True)
class WireList:
    """The wires of one [[wires]] entry with what is drawn around them.

    `diameter` and `loop` (height above the higher end) are µm. `dies` are the outlines of the parts, by name.
    """

    assembly: str
    name: str
    title: str
    material: str
    diameter: float
    loop: float
    bond: str
    wires: tuple[Wire, ...]
    lands: tuple[Land, ...] = ()
    dies: Mapping[str, Box] = field(default_factory=dict)
