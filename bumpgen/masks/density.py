"""How much of a wafer each mask opens, and how evenly: what a plating line sets its current by.

The open area is where the resist (or the film itself) is away after developing, as drawn: a mask's bias is there
so that the wafer gets what was drawn. Lengths are µm, areas µm² where nothing else is said.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from bumpgen.clearance import DensityAsked, density_asked
from bumpgen.coverage import Box, Windows, covered, kinds_of, merged, windows
from bumpgen.errors import InputError
from bumpgen.layout import Layout
from bumpgen.masks.data import mask_data
from bumpgen.masks.set import MaskRow
from bumpgen.process import Process
from bumpgen.steps import Plate

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MaskDensity", "density_window", "mask_density", "plated_films", "wafer_share"]

WINDOW = 500.0
"""Side of a window where no rule and nobody says one, µm."""

STEPS = 4
"""Windows slide by this part of their side where nothing says otherwise."""

MOST = 100
"""Windows along an axis slide by so much that there are no more of them."""

DM2 = 1e-10
"""dm² in one µm²."""


@dataclass(frozen=True)
class MaskDensity:
    """How a mask covers a die: `shares` of each window that its polygons cover, (along y, along x).

    `drawn` is what they cover of the die, µm². `asked` is judged in each window, or on the `whole` die.
    """

    row: MaskRow
    windows: Windows
    shares: NDArray[np.float64]
    drawn: float
    asked: DensityAsked | None = None
    whole: bool = False

    @property
    def die(self) -> float:
        """Area of the die, µm²."""
        x0, y0, x1, y1 = self.windows.box
        return (x1 - x0) * (y1 - y0)

    @property
    def open(self) -> float:
        """Area of a die that is open once the film is developed, µm²."""
        return self.die - self.drawn if self.row.polygon == "remains" else self.drawn

    @property
    def mean(self) -> float:
        """Share of the die that polygons cover."""
        return self.drawn / self.die

    @property
    def unevenness(self) -> float:
        """Half of the range of the windows' shares over the die's share; 0 where nothing is drawn."""
        return float(np.ptp(self.shares)) / 2 / self.mean if self.drawn else 0.0

    @cached_property
    def outside(self) -> tuple[tuple[Box, float], ...]:
        """Windows, or the die, that are covered less or more than is asked for, and their share."""
        if self.asked is None:
            return ()
        if self.whole:
            inside = self.asked.least - 1e-9 <= self.mean <= self.asked.most + 1e-9
            return () if inside else ((self.windows.box, self.mean),)
        bad = (self.shares < self.asked.least - 1e-9) | (self.shares > self.asked.most + 1e-9)
        return tuple((self.windows.window(j, i), float(self.shares[j, i])) for j, i in np.argwhere(bad).tolist())


def density_window(
    asked: DensityAsked | None, box: Box, window: float | None, step: float | None
) -> tuple[float, float]:
    """Side and step of windows on a die: as given, else as a rule asks, else 500 µm and a quarter of that."""
    longest = max(box[2] - box[0], box[3] - box[1])
    given = window is not None
    size = min((window or 0.0) if given else (asked.window if asked and asked.window else WINDOW), longest)
    if step is None:
        step = asked.step if asked and asked.step and not given else size / STEPS
        step = max(step, longest / MOST)
    return size, step


def mask_density(
    layout: Layout,
    row: MaskRow,
    process: Process,
    window: float | None = None,
    step: float | None = None,
    asked: DensityAsked | None = None,
) -> MaskDensity:
    """How the polygons of a mask, without its bias, cover the die in windows.

    `asked` stands for what the rule table asks for. A rule without windows is judged on the whole die, unless a
    window is given. Raises InputError for a layout without a die.
    """
    if layout.outline is None:
        raise InputError("the layout has no die", hint="the density is a share of the die's area")
    asked = asked or density_asked(process, row.layer)
    size, stride = density_window(asked, layout.outline, window, step)
    sliding = windows(layout.outline, size, stride)
    data = mask_data(layout, replace(row, biases=()))
    tiles = covered(merged(kinds_of(data, row.name)), sliding.xs, sliding.ys)
    shares = np.clip(sliding.sums(tiles) / sliding.areas, 0.0, 1.0)
    whole = asked is not None and not asked.window and window is None
    return MaskDensity(row, sliding, shares, float(tiles.sum()), asked, whole)


def plated_films(process: Process, row: MaskRow) -> tuple[tuple[str, float], ...]:
    """Films plated into the openings of a mask's film, with their thickness (µm)."""
    plated = [step.film for step in process.steps if isinstance(step, Plate) and step.into == row.film]
    return tuple((name, process.film(name).thickness.value) for name in plated)


def wafer_share(diameter: float, edge: float) -> float:
    """Area of a round wafer within its edge exclusion, mm², of lengths in mm.

    Patterns are taken to go on over partial dice up to the exclusion, as they must for even plating. Raises
    InputError where nothing is left.
    """
    if diameter <= 2 * edge:
        raise InputError(f"an edge exclusion of {edge:g} mm leaves nothing of a wafer of {diameter:g} mm")
    return math.pi * (diameter / 2 - edge) ** 2
