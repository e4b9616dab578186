"""A hole through a carrier."""

from __future__ import annotations

from typing import ClassVar

from bumpgen.cells.base import OutlineSpec, layer_name
from bumpgen.layout import Cell, Drawn
from bumpgen.process import Process

__all__ = ["Cutout"]


class Cutout(OutlineSpec):
    """A through-opening of a carrier, in which a second chip finds room."""

    cell: ClassVar[str] = "cutout"
    layer: str = layer_name("OPENING")

    def drawing(self, process: Process) -> Cell:
        """One outline, centred at the origin."""
        return Cell(self.name(), (Drawn(self.layer, self.outlined(process.grid.value)),))
