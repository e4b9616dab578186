"""The opening of a polymer (polyimide, PBO, BCB) over a pad or under a bump."""

from __future__ import annotations

from typing import ClassVar

from bumpgen.cells.base import OutlineSpec, layer_name
from bumpgen.layout import Cell, Drawn
from bumpgen.process import Process

__all__ = ["PolymerOpening"]


class PolymerOpening(OutlineSpec):
    """An opening (via) in a polymer layer."""

    cell: ClassVar[str] = "polymer_opening"
    layer: str = layer_name("POLY1")

    def drawing(self, process: Process) -> Cell:
        """One outline, centred at the origin."""
        return Cell(self.name(), (Drawn(self.layer, self.outlined(process.grid.value)),))
