"""What stays the same while a process is read on a cut: the process, what the cut meets, and findings so far."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from bumpgen.cut import Cut
from bumpgen.layout import Layout
from bumpgen.masks.applied import drawn_layers
from bumpgen.masks.set import MaskRow, mask_set
from bumpgen.process import Film, Material, Process
from bumpgen.section.met import BESIDE, MetShape, Spans, chords, printed, shapes_met

__all__ = ["BARE", "Scene", "Warned"]

AHEAD = 150.0
"""How far before and behind the cut the layout is read as well, µm: nothing shown may depend on the ends."""
BARE = 20.0
"""Bare wafer before all that, µm: there stands the field."""


@dataclass(frozen=True, slots=True)
class Warned:
    """What physics has against a step: its number from 1, what is wrong, what would mend it."""

    step: int
    text: str
    cure: str


@dataclass(slots=True)
class Scene:
    """A process on a cut: shapes the cut meets, the die's box over the cut; warnings as they are found."""

    process: Process
    cut: Cut
    met: tuple[MetShape, ...]
    outline: Any
    masks: dict[int, MaskRow]
    drawn: frozenset[str]
    warned: list[Warned] = field(default_factory=list)

    @classmethod
    def of(cls, process: Process, layout: Layout, cut: Cut) -> Scene:
        """The scene of a layout drawn in a process."""
        rows = {row.step: row for row in mask_set(process) if row.kind == "photomask"}
        drawn = drawn_layers(layout)
        return cls(process, cut, shapes_met(layout, cut, AHEAD), _outline(layout, cut), rows, drawn)

    @property
    def ends(self) -> tuple[float, float]:
        """From where to where along the cut everything is computed."""
        return -AHEAD - BARE, self.cut.length + AHEAD

    @property
    def field(self) -> float:
        """A place where nothing is drawn."""
        return -AHEAD - BARE / 2

    def shapes(self, layer: str | None) -> tuple[MetShape, ...]:
        """Shapes of a layer that the line passes through from side to side."""
        found = ((shape, chords(shape.area)) for shape in self.met if shape.layer == layer)
        low, high = -AHEAD, self.ends[1]
        return tuple(shape for shape, spans in found if spans and low <= spans[0][0] and spans[-1][1] <= high)

    def spans(self, layer: str) -> Spans:
        """Where a layer is drawn along the cut."""
        import shapely

        return self.inside(chords(shapely.union_all([shape.area for shape in self.met if shape.layer == layer])))

    def printed(self, step: int) -> Spans:
        """Where a step's mask has its polygons along the cut, as the film takes them."""
        return self.inside(chords(printed(self.met, self.masks[step], self.outline)))

    def patterned(self, film: str, before: int) -> Any | None:
        """Where a film stays, from above, as its own mask or that of the resist it was plated into patterned it.

        Only what steps before a number did counts; None for a film without a pattern of that kind.
        """
        import shapely

        for number in range(before - 1, 0, -1):
            step = self.process.steps[number - 1]
            if step.kind == "expose" and step.film == film:
                area = printed(self.met, self.masks[number], self.outline)
                return area if step.polygon == "remains" else shapely.difference(self._all(), area)
            if step.kind == "plate" and step.film == film and step.into is not None:
                opened = self.patterned(step.into, number)
                return None if opened is None else shapely.difference(self._all(), opened)
        return None

    def _all(self) -> Any:
        """All that is read of the layout, from above."""
        import shapely

        low, high = self.ends
        return shapely.box(low - BESIDE, -2 * BESIDE, high + BESIDE, 2 * BESIDE)

    def wall(self, step: int) -> float:
        """The least width along the cut between two openings of a step's mask that are apart; infinite without any.

        A notch within one opening is no wall: the cut may graze its tip.
        """
        import shapely

        area = printed(self.met, self.masks[step], self.outline)
        found = [(span, number) for number, part in enumerate(shapely.get_parts(area)) for span in chords(part)]
        found.sort()
        gaps = [b[0] - a[1] for (a, one), (b, other) in pairwise(found) if one != other]
        return min(gaps, default=math.inf)

    def inside(self, spans: Spans) -> Spans:
        """Spans as far as the layout is read; the field stays bare."""
        low, high = -AHEAD, self.ends[1]
        return tuple((max(x0, low), min(x1, high)) for x0, x1 in spans if x1 > low and x0 < high)

    def material(self, film: str) -> Material:
        """What a film is made of."""
        return self.process.materials[self.process.film(film).material]

    def thickness(self, film: str) -> float:
        """A film's, µm."""
        return self.process.film(film).thickness.value

    def film(self, name: str) -> Film:
        """The film of that name."""
        return self.process.film(name)

    def warn_merged(self, step: int) -> None:
        """Warn if the bias of a step's mask makes one of what is drawn apart."""
        import shapely

        row = self.masks[step]
        drawn = shapely.union_all([shape.area for shape in self.met if shape.layer == row.layer])
        if len(shapely.get_parts(printed(self.met, row, self.outline))) < len(shapely.get_parts(drawn)):
            self.warn(
                step, f"the bias of mask {row.name} joins polygons that are drawn apart",
                "draw them farther apart than the bias, or etch with less undercut",
            )  # fmt: skip

    def warn(self, step: int, text: str, cure: str) -> None:
        """Note what physics has against a step; the same is noted once."""
        found = Warned(step, text, cure)
        if found not in self.warned:
            self.warned.append(found)


def _outline(layout: Layout, cut: Cut) -> Any:
    import numpy as np
    import shapely

    if layout.outline is None:
        return None
    x0, y0, x1, y1 = layout.outline
    along, beside = cut.places(np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]))
    return shapely.Polygon(np.column_stack((along, beside)))
