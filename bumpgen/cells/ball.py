"""A solder ball as seen from above."""

from __future__ import annotations

from typing import ClassVar

from bumpgen.cells.base import CellSpec, Diameters, layer_name, length, nested_diameters, swell_of, vertex_count
from bumpgen.geometry import Disc
from bumpgen.layout import Cell, Drawn
from bumpgen.process import Process

__all__ = ["Ball"]


class Ball(CellSpec):
    """The circle a ball covers: for ball maps, placement and clearance, not for a mask."""

    cell: ClassVar[str] = "ball"
    layer: str = layer_name("BALL")
    diameter: float = length("diameter of the ball")
    vertices: int = vertex_count()
    nested: Diameters = nested_diameters()

    @property
    def circles(self) -> tuple[float, ...]:
        """The diameter, µm."""
        return (self.diameter,)

    def drawing(self, _process: Process, /) -> Cell:
        """One disc, centred at the origin."""
        disc = Disc(0, 0, self.diameter, self.vertices, swell_of(self.diameter, self.nested))
        return Cell(self.name(), (Drawn(self.layer, disc),))
