"""The seal ring along a die's edge."""

from __future__ import annotations

from typing import ClassVar

from pydantic import model_validator

from bumpgen.cells.base import CellSpec, frame, layer_name, length
from bumpgen.layout import Cell, Drawn
from bumpgen.process import Process

__all__ = ["SealRing"]


class SealRing(CellSpec):
    """A closed ring that stops cracks and moisture; the origin is the die's lower left corner."""

    cell: ClassVar[str] = "seal_ring"
    layer: str = layer_name("SEAL")
    die_width: float = length("width (x) of the die", 3000.0)
    die_height: float = length("height (y) of the die", 3000.0)
    ring: float = length("width of the ring's line", 10.0)
    inset: float = length("distance from the die's edge to the ring", 5.0, ge=0)

    @model_validator(mode="after")
    def _fits(self) -> SealRing:
        taken, side = 2 * (self.inset + self.ring), min(self.die_width, self.die_height)
        if taken >= side:
            raise ValueError(
                f"inset = {self.inset:g} and ring = {self.ring:g} µm leave nothing inside a die of {side:g} µm: "
                f"their sum must be less than {side / 2:g}"
            )
        return self

    def drawing(self, process: Process) -> Cell:
        """The ring as four mitred trapezoids, so that none has a hole."""
        far_x, far_y = self.die_width - self.inset, self.die_height - self.inset
        sides = frame(self.inset, self.inset, far_x, far_y, self.ring, process.grid.value)
        return Cell(self.name(), tuple(Drawn(self.layer, side) for side in sides))
