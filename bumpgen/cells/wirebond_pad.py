"""A wire-bond pad on redistribution metal, with an area of its own for the probe."""

from __future__ import annotations

from typing import ClassVar

from pydantic import model_validator

from bumpgen.cells.base import CellSpec, layer_name, length
from bumpgen.geometry import Rect
from bumpgen.layout import Cell, Drawn, Port
from bumpgen.process import Process

__all__ = ["WirebondPad"]


class WirebondPad(CellSpec):
    """Metal, the opening over it, and at its lower end the area reserved for the probe.

    Probe marks spoil a bond: the bond area is what the probe area leaves of the opening.
    """

    cell: ClassVar[str] = "wirebond_pad"
    metal_layer: str = layer_name("RDL", "layer of the metal")
    opening_layer: str = layer_name("POLY2", "layer of the opening")
    probe_layer: str = layer_name("PROBE", "layer of the probe area")
    width: float = length("width (x) of the opening")
    height: float = length("height (y) of the opening")
    enclosure: float = length("metal beyond the opening on every side", ge=0)
    probe: float = length("height of the probe area at the opening's lower end; 0 for none", 0.0, ge=0)

    @model_validator(mode="after")
    def _bond_area_is_left(self) -> WirebondPad:
        if self.probe >= self.height:
            raise ValueError(
                f"probe = {self.probe:g} µm leaves no bond area in an opening {self.height:g} µm high: use less"
            )
        return self

    @property
    def probe_area(self) -> Rect | None:
        """Where the probe may touch; None without one."""
        if not self.probe:
            return None
        return Rect(0.0, (self.probe - self.height) / 2, self.width, self.probe)

    @property
    def bond_area(self) -> Rect:
        """Where the wire is bonded: the opening above the probe area."""
        return Rect(0.0, self.probe / 2, self.width, self.height - self.probe)

    def drawing(self, _process: Process, /) -> Cell:
        """Metal, opening and probe area, the opening centred at the origin; a port on the metal."""
        more = 2 * self.enclosure
        shapes = [
            Drawn(self.metal_layer, Rect(0, 0, self.width + more, self.height + more)),
            Drawn(self.opening_layer, Rect(0, 0, self.width, self.height)),
        ]
        if self.probe_area is not None:
            shapes.append(Drawn(self.probe_layer, self.probe_area))
        return Cell(self.name(), tuple(shapes), ports=(Port("centre", self.metal_layer),))
