"""An aperture of the stencil solder paste is printed through."""

from __future__ import annotations

import math
from typing import ClassVar

from bumpgen.cells.base import OutlineSpec, layer_name, length
from bumpgen.layout import Cell, Drawn
from bumpgen.process import Process

__all__ = ["StencilAperture"]


class StencilAperture(OutlineSpec):
    """An aperture in a foil of a given thickness. Paste lets go of it if its area ratio is large enough."""

    cell: ClassVar[str] = "stencil_aperture"
    layer: str = layer_name("STENCIL")
    foil: float = length("thickness of the stencil's foil")

    @property
    def area_ratio(self) -> float:
        """Area of the aperture over the area of its walls (IPC-7525).

        D / 4t for a circle, L·W / (2 (L + W) t) for a rectangle.
        """
        area, perimeter = self._measures()
        return area / (perimeter * self.foil)

    def _measures(self) -> tuple[float, float]:
        """Area (µm²) and perimeter (µm)."""
        if self.shape == "octagon":
            perimeter = 8 * self.size * math.tan(math.pi / 8)
            return perimeter * self.size / 4, perimeter
        area, perimeter = self.size * self.tall, 2 * (self.size + self.tall)
        if self.shape == "chamfered":
            cut = self.corner
            return area - 2 * cut**2, perimeter - (8 - 4 * math.sqrt(2)) * cut
        radius = self.round_size / 2
        return area - (4 - math.pi) * radius**2, perimeter - (8 - 2 * math.pi) * radius

    def drawing(self, process: Process) -> Cell:
        """One outline, centred at the origin."""
        return Cell(self.name(), (Drawn(self.layer, self.outlined(process.grid.value)),))
