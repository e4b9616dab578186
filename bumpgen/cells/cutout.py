"""A hole through a carrier."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from bumpgen.cells.base import OutlineName, OutlineSpec, layer_name, length
from bumpgen.layout import Cell, Drawn
from bumpgen.process import Process

__all__ = ["Cutout"]


class Cutout(OutlineSpec):
    """A through-opening of a carrier, in which a second chip finds room; `rounded` as a router's bit leaves it."""

    cell: ClassVar[str] = "cutout"
    layer: str = layer_name("OPENING")
    shape: OutlineName = Field("square", description="outline")
    size: float = length("diameter, width, or size across flats", 2000.0)

    def drawing(self, process: Process) -> Cell:
        """One outline, centred at the origin."""
        return Cell(self.name(), (Drawn(self.layer, self.outlined(process.grid.value)),))
