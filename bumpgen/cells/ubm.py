"""Under-bump metallurgy: adhesion and metal layers left over a pad."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from bumpgen.cells.base import CellSpec, OutlineName, length, outline
from bumpgen.layout import Cell, Drawn
from bumpgen.process import Process

__all__ = ["Ubm"]


class Ubm(CellSpec):
    """The UBM pattern of one bump: the residual metal the solder wets."""

    cell: ClassVar[str] = "ubm"
    layer: str = Field("UBM", description="layer drawn on")
    shape: OutlineName = Field("circle", description="outline")
    size: float = length("diameter, or size across flats")
    height: float = length("height where it differs from size; 0 for the same", 0.0, ge=0, gt=None)
    corner: float = length("corner radius (rounded) or cut (chamfered)", 0.0, ge=0, gt=None)
    vertices: int = Field(0, ge=0, le=4096, multiple_of=4, description="circle vertices; 0 by sagitta")

    def draw(self, process: Process) -> Cell:
        """One outline on the UBM layer, centred at the origin."""
        shape = outline(self.shape, self.size, self.height, self.corner, self.vertices)
        return Cell(self.name(), (Drawn(self.layer, shape),))
