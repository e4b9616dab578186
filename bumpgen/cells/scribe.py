"""The scribe street around a die."""

from __future__ import annotations

from typing import ClassVar

from bumpgen.cells.base import CellSpec, frame, layer_name, length
from bumpgen.layout import Cell, Drawn
from bumpgen.process import Process

__all__ = ["Scribe"]


class Scribe(CellSpec):
    """What lies outside the die, up to the neighbour's half; the origin is the die's lower left corner."""

    cell: ClassVar[str] = "scribe"
    layer: str = layer_name("SCRIBE")
    die_width: float = length("width (x) of the die", 3000.0)
    die_height: float = length("height (y) of the die", 3000.0)
    street: float = length("width of the frame around the die", 40.0)

    def drawing(self, process: Process) -> Cell:
        """A frame outside the die as four mitred trapezoids."""
        out = self.street
        sides = frame(-out, -out, self.die_width + out, self.die_height + out, out, process.grid.value)
        return Cell(self.name(), tuple(Drawn(self.layer, side) for side in sides))
