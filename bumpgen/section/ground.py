"""What solder comes to lie on: whose the top is, and what of it solder wets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bumpgen.section.metal import CONDUCTORS
from bumpgen.section.scene import Scene
from bumpgen.section.solid import Skyline
from bumpgen.section.state import State

__all__ = ["INSIDE", "Ground"]

INSIDE = 0.001
"""How far inside a foot's edge its height is taken, µm."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What solder lies on: seen from above, whose each part is, and which films it wets."""

    line: Skyline
    owners: tuple[str, ...]
    wetted: frozenset[str]
    solid: Any

    @classmethod
    def of(cls, scene: Scene, state: State) -> Ground:
        """The ground of a state without its solder."""
        line, owners = replace(state, drops=()).top()
        films = {body.film: scene.process.materials[body.material] for body in state.bodies}
        wetted = {film for film, one in films.items() if CONDUCTORS & set(one.groups) and one.solderable}
        return cls(line, owners, frozenset(wetted), replace(state, drops=()).solid)

    def foot(self, s: float) -> tuple[float, float] | None:
        """From where to where the film at a place lies bare along the cut; None if solder doesn't wet it."""
        line = self.line
        index = int(np.searchsorted(line.s, s, side="right")) - 1
        if not 0 <= index < len(line.label) or line.label[index] < 0:
            return None
        film = self.owners[line.label[index]]
        if film not in self.wetted:
            return None
        low = high = index
        while low > 0 and line.label[low - 1] >= 0 and self.owners[line.label[low - 1]] == film:
            low -= 1
        while high < len(line.label) - 1 and line.label[high + 1] >= 0 and self.owners[line.label[high + 1]] == film:
            high += 1
        return float(line.s[low]), float(line.s[high + 1])
