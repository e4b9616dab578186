"""The opening of the chip's passivation over a pad."""

from __future__ import annotations

from typing import ClassVar

from bumpgen.cells.base import OutlineSpec, layer_name
from bumpgen.layout import Cell, Drawn
from bumpgen.process import Process

__all__ = ["PassivationOpening"]


class PassivationOpening(OutlineSpec):
    """An opening in the passivation, through which the pad's metal is reached."""

    cell: ClassVar[str] = "passivation_opening"
    layer: str = layer_name("PASSIVATION")

    def drawing(self, process: Process) -> Cell:
        """One outline, centred at the origin."""
        return Cell(self.name(), (Drawn(self.layer, self.outlined(process.grid.value)),))
