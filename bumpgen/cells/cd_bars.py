"""Bars for measuring critical dimensions: lines and spaces in both directions."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, model_validator

from bumpgen.cells.base import CellSpec, box, layer_name, length
from bumpgen.layout import Cell, Drawn
from bumpgen.process import Process

__all__ = ["CdBars"]


class CdBars(CellSpec):
    """Equal bars and spaces, a group along y and, right of it, a group along x.

    The origin is the lower left corner; between the groups lie five spaces.
    """

    cell: ClassVar[str] = "cd_bars"
    layer: str = layer_name("MARK")
    width: float = length("width of a bar", 10.0)
    space: float = length("space between bars", 10.0)
    bars: int = Field(5, ge=1, le=1000, description="bars in each direction")
    length: float = length("length of a bar", 100.0)

    @model_validator(mode="after")
    def _bars_are_long(self) -> CdBars:
        if self.length < self.width:
            raise ValueError(f"length = {self.length:g} µm is less than width = {self.width:g} µm: make bars longer")
        return self

    def drawing(self, process: Process) -> Cell:
        """All bars as boxes."""
        grid = process.grid.value
        starts = [i * (self.width + self.space) for i in range(self.bars)]
        right = starts[-1] + self.width + 5 * self.space
        upright = [box(at, 0.0, at + self.width, self.length, grid) for at in starts]
        lying = [box(right, at, right + self.length, at + self.width, grid) for at in starts]
        return Cell(self.name(), tuple(Drawn(self.layer, bar) for bar in (*upright, *lying)))
