"""The mark of the corner where ball A1 lies."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from bumpgen.cells.base import CellSpec, layer_name, length, on_grid
from bumpgen.layout import Cell, Drawn
from bumpgen.process import Process

__all__ = ["A1Mark"]


class A1Mark(CellSpec):
    """A right-angled triangle whose right angle is at the origin and whose legs run into the die."""

    cell: ClassVar[str] = "a1_mark"
    layer: str = layer_name("MARK")
    size: float = length("length of the legs", 100.0)
    corner: Literal["top_left", "top_right", "bottom_left", "bottom_right"] = Field(
        "top_left", description="the die's corner it stands in, bumps up"
    )

    def drawing(self, process: Process) -> Cell:
        """One triangle."""
        x = self.size if self.corner.endswith("left") else -self.size
        y = self.size if self.corner.startswith("bottom") else -self.size
        triangle = on_grid(((0.0, 0.0), (x, 0.0), (0.0, y)), process.grid.value)
        return Cell(self.name(), (Drawn(self.layer, triangle),))
