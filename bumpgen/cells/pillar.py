"""A copper pillar with its solder cap."""

from __future__ import annotations

from typing import ClassVar

from pydantic import model_validator

from bumpgen.cells.base import OutlineSpec, layer_name, length
from bumpgen.layout import Cell, Drawn
from bumpgen.process import Process

__all__ = ["Pillar"]


class Pillar(OutlineSpec):
    """A plated post, and the solder plated on it in the same resist opening.

    `cap_pullback` makes the cap smaller than the pillar on every side.
    """

    cell: ClassVar[str] = "pillar"
    layer: str = layer_name("PILLAR")
    cap_layer: str = layer_name("CAP", 'layer of the solder cap; "" for a pillar without', optional=True)
    cap_pullback: float = length("how far the cap's edge lies inside the pillar's", 0.0, ge=0)

    @model_validator(mode="after")
    def _cap_is_left(self) -> Pillar:
        narrow = min(self.size, self.tall)
        if 2 * self.cap_pullback >= narrow:
            raise ValueError(
                f"cap_pullback = {self.cap_pullback:g} µm leaves no cap on a pillar of {narrow:g} µm: "
                f"use less than {narrow / 2:g}"
            )
        return self

    @property
    def circles(self) -> tuple[float, ...]:
        """Diameters of the pillar's and the cap's circles, arcs or octagons, µm."""
        pillar = self.slanted_size
        return (pillar, pillar - 2 * self.cap_pullback) if pillar else ()

    def drawing(self, process: Process) -> Cell:
        """Pillar and cap, concentric at the origin."""
        grid = process.grid.value
        shapes = [Drawn(self.layer, self.outlined(grid))]
        if self.cap_layer:
            shapes.append(Drawn(self.cap_layer, self.outlined(grid, -self.cap_pullback)))
        return Cell(self.name(), tuple(shapes))
