"""Under-bump metallurgy: adhesion and metal layers left over a pad."""

from __future__ import annotations

from typing import ClassVar

from bumpgen.cells.base import OutlineSpec, layer_name
from bumpgen.layout import Cell, Drawn
from bumpgen.process import Process

__all__ = ["Ubm"]


class Ubm(OutlineSpec):
    """The UBM pattern of one bump: the residual metal the solder wets."""

    cell: ClassVar[str] = "ubm"
    layer: str = layer_name("UBM")

    def drawing(self, process: Process) -> Cell:
        """One outline on the UBM layer, centred at the origin."""
        return Cell(self.name(), (Drawn(self.layer, self.outlined(process.grid.value)),))
