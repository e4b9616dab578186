"""A link of a daisy chain: two bumps' pads joined by a wire."""

from __future__ import annotations

from typing import ClassVar

from pydantic import model_validator

from bumpgen.cells.base import CellSpec, layer_name, length
from bumpgen.geometry import Disc, Trace
from bumpgen.layout import Cell, Drawn, Port
from bumpgen.process import Process

__all__ = ["DaisyLink"]


class DaisyLink(CellSpec):
    """Two round pads a pitch apart along x and the wire between them; the origin is its middle."""

    cell: ClassVar[str] = "daisy_link"
    layer: str = layer_name("RDL")
    pitch: float = length("distance of the pads' centres", 200.0)
    size: float = length("diameter of the pads", 100.0)
    width: float = length("width of the wire", 40.0)

    @model_validator(mode="after")
    def _pads_are_apart(self) -> DaisyLink:
        if self.size >= self.pitch:
            raise ValueError(f"pads of size = {self.size:g} µm touch at pitch = {self.pitch:g} µm: make them smaller")
        if self.width > self.size:
            raise ValueError(f"width = {self.width:g} µm is wider than the pads of {self.size:g} µm: make it narrower")
        return self

    def drawing(self, _process: Process, /) -> Cell:
        """Pads and wire, with the ports `a` (left) and `b` (right) at the pads' centres."""
        x = self.pitch / 2
        shapes = (Disc(-x, 0, self.size), Disc(x, 0, self.size), Trace(((-x, 0.0), (x, 0.0)), self.width))
        ports = (Port("a", self.layer, -x, 0, 180, self.width), Port("b", self.layer, x, 0, 0, self.width))
        return Cell(self.name(), tuple(Drawn(self.layer, shape) for shape in shapes), ports=ports)
