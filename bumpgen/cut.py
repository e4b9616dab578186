"""A straight line to cut along, seen from above; µm."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bumpgen.errors import InputError
from bumpgen.geometry import Points

__all__ = ["SAME", "Cut"]

SAME = 1e-6
"""Lengths that differ by less are one, µm."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A straight line through an assembly seen from above, looked at with its start on the left; µm.

    InputError for a line of no length.
    """

    start: tuple[float, float]
    end: tuple[float, float]

    def __post_init__(self) -> None:
        if not (math.isfinite(self.length) and self.length > SAME):
            raise InputError(
                f"a cut from {self.start} to {self.end} has no length", hint="give two points: x1,y1,x2,y2 in µm"
            )

    @property
    def length(self) -> float:
        """From start to end."""
        return math.dist(self.start, self.end)

    @property
    def along(self) -> Points:
        """The unit vector from start to end."""
        way: Points = (np.array(self.end) - np.array(self.start)) / self.length
        return way

    @property
    def axis(self) -> int:
        """0 if it runs along x rather than y, else 1."""
        return 0 if abs(self.along[0]) >= abs(self.along[1]) else 1

    def places(self, points: Points) -> tuple[Points, Points]:
        """How far along the cut points lie, and how far beside it (left of it positive)."""
        offsets = points - np.array(self.start)
        x, y = self.along
        return offsets @ self.along, offsets @ np.array((-y, x))

    def told(self) -> str:
        """In words."""
        (x1, y1), (x2, y2) = self.start, self.end
        if abs(y1 - y2) < SAME:
            return f"y = {y1:g} µm, x = {x1:g} to {x2:g} µm"
        if abs(x1 - x2) < SAME:
            return f"x = {x1:g} µm, y = {y1:g} to {y2:g} µm"
        return f"the line from ({x1:g}, {y1:g}) to ({x2:g}, {y2:g}) µm"
