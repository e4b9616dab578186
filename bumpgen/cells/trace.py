"""A wire of the redistribution layer."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from bumpgen.cells.base import MAX_LENGTH, CellSpec, layer_name, length
from bumpgen.geometry import Trace
from bumpgen.layout import Cell, Drawn, Port
from bumpgen.process import Process

__all__ = ["TraceCell"]

Coordinate = Annotated[float, Field(ge=-MAX_LENGTH, le=MAX_LENGTH)]


class TraceCell(CellSpec):
    """A wire along points, with a port at each end; one whose last point is its first is a ring."""

    cell: ClassVar[str] = "trace"
    layer: str = layer_name("RDL")
    points: tuple[tuple[Coordinate, Coordinate], ...] = Field(
        ((0.0, 0.0), (200.0, 0.0)), min_length=2, max_length=10_000, description="corners of the centre line, µm"
    )
    width: float = length("width of the wire")
    join: Literal["miter", "round"] = Field("miter", description="corners: mitred or round")
    ends: Literal["flat", "square", "round"] = Field("flat", description="ends: at the point, half a width on, round")

    @model_validator(mode="after")
    def _goes_somewhere(self) -> TraceCell:
        if len(set(self.points)) < 2:
            raise ValueError(f"points: all {len(self.points)} are {self.points[0]}; a wire needs 2 different ones")
        return self

    def drawing(self, _process: Process, /) -> Cell:
        """The wire; ports point away from it."""
        wire = Drawn(self.layer, Trace(self.points, self.width, self.join, self.ends))
        if self.points[0] == self.points[-1]:
            return Cell(self.name(), (wire,))
        ports = (self._port("start", self.points), self._port("end", self.points[::-1]))
        return Cell(self.name(), (wire,), ports=ports)

    def _port(self, name: str, points: tuple[tuple[float, float], ...]) -> Port:
        x, y = points[0]
        next_x, next_y = next(point for point in points if point != (x, y))
        angle = math.degrees(math.atan2(y - next_y, x - next_x)) % 360
        return Port(name, self.layer, x, y, angle, self.width)
