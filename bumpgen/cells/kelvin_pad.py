"""A four-wire pad, for measuring one bump's resistance without that of its leads."""

from __future__ import annotations

from typing import ClassVar

from pydantic import model_validator

from bumpgen.cells.base import CellSpec, layer_name, length
from bumpgen.geometry import Disc, Rect, Trace
from bumpgen.layout import Cell, Drawn, Port
from bumpgen.process import Process

__all__ = ["KelvinPad"]


class KelvinPad(CellSpec):
    """A bump's pad with four probe pads around it: two that force a current, two that sense the voltage.

    The force pads lie along x, the sense pads along y; each has its own wire to the bump's pad, so
    no current flows in what is sensed.
    """

    cell: ClassVar[str] = "kelvin_pad"
    layer: str = layer_name("RDL")
    size: float = length("diameter of the bump's pad, and side of the probe pads", 100.0)
    pitch: float = length("distance from the bump's centre to a probe pad's", 200.0)
    width: float = length("width of the wires", 20.0)

    @model_validator(mode="after")
    def _pads_are_apart(self) -> KelvinPad:
        if self.size >= self.pitch:
            raise ValueError(f"pads of size = {self.size:g} µm touch at pitch = {self.pitch:g} µm: make them smaller")
        if self.width > self.size / 2:
            raise ValueError(
                f"width = {self.width:g} µm: the four wires meet before the pad of {self.size:g} µm; "
                f"use at most {self.size / 2:g}"
            )
        return self

    def drawing(self, _process: Process, /) -> Cell:
        """Five pads and four wires, with a port on each pad."""
        p = self.pitch
        places = {"force_a": (-p, 0.0, 180), "sense_a": (0.0, p, 90), "force_b": (p, 0.0, 0), "sense_b": (0.0, -p, 270)}
        shapes = [Drawn(self.layer, Disc(0, 0, self.size))]
        for x, y, _ in places.values():
            shapes.append(Drawn(self.layer, Rect(x, y, self.size, self.size)))
            shapes.append(Drawn(self.layer, Trace(((0.0, 0.0), (x, y)), self.width)))
        ports = [Port(name, self.layer, x, y, angle, self.width) for name, (x, y, angle) in places.items()]
        return Cell(self.name(), tuple(shapes), ports=(Port("bump", self.layer, width=self.width), *ports))
