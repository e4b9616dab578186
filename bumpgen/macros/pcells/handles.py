"""Handles: points on a PCell that are dragged to change its size, and kept in step with the sizes that are typed.

A handle's place follows from the values. The PCell remembers where the handle was put last; where it is found
elsewhere, it was dragged, and the values follow it; else the values win.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, TypeAlias

from bumpgen.cells import CellSpec
from bumpgen.cells.base import OutlineSpec

__all__ = ["Handle", "handle_of"]

Place: TypeAlias = tuple[float, float]

ROUND = ("circle", "octagon")
"""Outlines that are as high as wide: their handle lies on the x axis."""


@dataclass(frozen=True, slots=True)
class Handle:
    """A point whose x and y (µm) are `share` of the values `across` and `up`; "" for an axis it doesn't leave.

    With `outline`, round outlines have it on the x axis, and a height that equals the width is 0.
    """

    across: str
    up: str
    share: float = 0.5
    outline: bool = False

    def place(self, values: dict[str, Any]) -> Place:
        """Where the handle lies for these values, µm."""
        x = self.share * float(values[self.across]) if self.across else 0.0
        if self.outline:
            y = 0.0 if values["shape"] in ROUND else self.share * float(values["height"] or values["size"])
        else:
            y = self.share * float(values[self.up]) if self.up else 0.0
        return x, y

    def taken(self, values: dict[str, Any], place: Place, grid: float) -> dict[str, Any]:
        """The values that put the handle at `place` (µm), on the grid (µm); sizes stay even where halves are drawn."""
        step = grid * round(1 / self.share)
        wide, high = (_stepped(abs(c) / self.share, step) for c in place)
        if self.outline and values["shape"] in ROUND:
            return values | {"size": max(wide, high), "height": 0.0}
        if self.outline:
            return values | {"size": wide, "height": 0.0 if math.isclose(wide, high, abs_tol=grid / 2) else high}
        return values | ({self.across: wide} if self.across else {}) | ({self.up: high} if self.up else {})


class CornerHandle(Handle):
    """On the end of an A1 mark's leg along x, which points away from the die's corner."""

    def place(self, values: dict[str, Any]) -> Place:
        """Where the handle lies for these values, µm."""
        x, y = super().place(values)
        return (-x if str(values["corner"]).endswith("right") else x), y


class MarkHandle(Handle):
    """On the side of a cross or a box; at the height of a vernier's teeth."""

    def place(self, values: dict[str, Any]) -> Place:
        """Where the handle lies for these values, µm."""
        return (0.0, float(values["size"])) if values["kind"] == "vernier" else super().place(values)

    def taken(self, values: dict[str, Any], place: Place, grid: float) -> dict[str, Any]:
        """The values that put the handle at `place` (µm), on the grid (µm)."""
        if values["kind"] == "vernier":
            return values | {"size": _stepped(abs(place[1]), grid)}
        return super().taken(values, place, grid)


def _stepped(value: float, step: float) -> float:
    """The nearest multiple of the step, at least one, without a float's tail."""
    return round(max(1, round(value / step)) * step, 9)


HANDLES = {
    "ball": Handle("diameter", ""),
    "wirebond_pad": Handle("width", "height"),
    "seal_ring": Handle("die_width", "die_height", 1.0),
    "scribe": Handle("die_width", "die_height", 1.0),
    "a1_mark": CornerHandle("size", "", 1.0),
    "alignment_mark": MarkHandle("size", ""),
    "daisy_link": Handle("pitch", ""),
    "kelvin_pad": Handle("pitch", "", 1.0),
    "label": Handle("", "size", 1.0),
    "cd_bars": Handle("", "length", 1.0),
}
"""The handles of cells that are no outline, by cell."""


def handle_of(spec: type[CellSpec]) -> Handle | None:
    """The handle of a cell; None for one that has no size to drag."""
    if issubclass(spec, OutlineSpec):
        return Handle("size", "height", outline=True)
    return HANDLES.get(spec.cell)
