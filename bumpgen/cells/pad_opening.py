"""A pad of the chip: its metal and the passivation opening over it."""

from __future__ import annotations

from typing import ClassVar

from bumpgen.cells.base import OutlineSpec, layer_name, length
from bumpgen.layout import Cell, Drawn, Port
from bumpgen.process import Process

__all__ = ["PadOpening"]


class PadOpening(OutlineSpec):
    """The foundry's pad as the bumping house sees it: an opening, and the metal that encloses it.

    Size, height and corner are the opening's; the metal is larger by `enclosure` on every side.
    """

    cell: ClassVar[str] = "pad_opening"
    pad_layer: str = layer_name("PAD", "layer of the pad's metal")
    opening_layer: str = layer_name("PASSIVATION", "layer of the opening")
    enclosure: float = length("metal beyond the opening on every side", ge=0)

    @property
    def circles(self) -> tuple[float, ...]:
        """Diameters of the opening's and the metal's circles, arcs or octagons, µm."""
        opening = self.slanted_size
        return (opening, opening + 2 * self.enclosure) if opening else ()

    def drawing(self, process: Process) -> Cell:
        """Metal and opening, concentric at the origin; a port on the metal."""
        grid = process.grid.value
        shapes = (
            Drawn(self.pad_layer, self.outlined(grid, self.enclosure)),
            Drawn(self.opening_layer, self.outlined(grid)),
        )
        return Cell(self.name(), shapes, ports=(Port("centre", self.pad_layer),))
