"""RDL capture pad: the disc of redistribution metal under a bump or over a pad, with teardrops."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from bumpgen.cells.base import OutlineSpec, layer_name, length
from bumpgen.geometry import Points, Polygon, Transform
from bumpgen.layout import Cell, Drawn, Port
from bumpgen.process import Process

__all__ = ["CapturePad"]

SAGITTA = 0.05
"""Farthest a chord of a concave arc may lie off it, µm; chords lie on the metal's side."""

Degrees = Annotated[float, Field(ge=-360, le=360)]


class CapturePad(OutlineSpec):
    """A capture pad with a teardrop towards each wire that leaves it.

    A teardrop avoids the acute angle between wire and pad, where plating and etching fail
    (SkyWater WLCSP rule x.2). `straight`: tangents of the pad meet at the wire's mouth; `arc`:
    concave arcs, tangent to both pad and wire. Its reach is measured from the pad's centre.
    """

    cell: ClassVar[str] = "capture_pad"
    layer: str = layer_name("RDL")
    teardrop: Literal["none", "straight", "arc"] = Field("none", description="how wires join the pad")
    angles: tuple[Degrees, ...] = Field(
        (), max_length=64, description="directions of the teardrops, degrees counter-clockwise from +x"
    )
    trace_width: float = length("width of the wire at the teardrop's mouth; 0 for a point", 0.0, ge=0)
    reach: float = length("distance from the pad's centre to the teardrop's mouth; 0 for size / √2", 0.0, ge=0)

    @model_validator(mode="after")
    def _fits(self) -> CapturePad:
        if self.teardrop != "none" and self.shape not in ("circle", "octagon"):
            raise ValueError(f"a teardrop needs a circle or octagon, not a {self.shape}")
        if self.trace_width > self.size:
            raise ValueError(f"trace_width = {self.trace_width:g} µm is wider than the pad of {self.size:g} µm")
        if self.reach and self.reach <= self.size / 2:
            raise ValueError(
                f"reach = {self.reach:g} µm ends inside the pad of {self.size:g} µm: use more than {self.size / 2:g}"
            )
        if self.teardrop == "arc" and self.trace_width == 0:
            raise ValueError("an arc teardrop needs a trace_width")
        return self

    @property
    def mouth(self) -> float:
        """Distance from the centre to the teardrop's mouth, µm; at size/√2 tangents meet at 90°."""
        return self.reach or self.size / math.sqrt(2)

    def drawing(self, process: Process) -> Cell:
        """Pad and teardrops as overlapping polygons; a port at the centre."""
        pad = Drawn(self.layer, self.outlined(process.grid.value))
        drops = () if self.teardrop == "none" else self.angles
        shapes = (pad, *(Drawn(self.layer, self._drop(angle)) for angle in drops))
        port = Port("centre", self.layer, width=self.trace_width)
        return Cell(self.name(), shapes, ports=(port,))

    def _drop(self, angle: float) -> Polygon:
        upper = _straight(self) if self.teardrop == "straight" else _arc(self)
        both = np.vstack((upper, (upper * (1, -1))[::-1]))
        return Polygon(tuple((float(x), float(y)) for x, y in Transform(rotation=angle).apply(both)))


def _straight(spec: CapturePad) -> Points:
    """Upper half: from the pad's tangent point to the mouth's corner, for a wire along +x."""
    r, far, half = spec.size / 2, spec.mouth, spec.trace_width / 2
    distance = math.hypot(far, half)
    # the tangent from the mouth's corner touches the circle at this angle
    touch = math.atan2(half, far) + math.acos(min(1.0, r / distance))
    return np.array([(0.0, 0.0), (r * math.cos(touch), r * math.sin(touch)), (far, half)])


def _arc(spec: CapturePad) -> Points:
    """Upper half with a concave arc, tangent to the pad's circle and to the wire's edge at the mouth.

    The arc's centre lies at (far, half + a): tangency to the circle asks
    far² + (half + a)² = (r + a)², so a = (far² + half² - r²) / (2 (r - half)).
    """
    r, far, half = spec.size / 2, spec.mouth, spec.trace_width / 2
    if half >= r:
        return _straight(spec)
    a = (far**2 + half**2 - r**2) / (2 * (r - half))
    start = math.atan2(-(half + a), -far)
    end = -math.pi / 2
    sagitta = min(SAGITTA / a, 0.5)
    steps = max(4, math.ceil(abs(end - start) / (2 * math.acos(1 - sagitta))))
    turn = np.linspace(start, end, steps + 1)
    arc = np.column_stack((far + a * np.cos(turn), half + a + a * np.sin(turn)))
    return np.vstack([(0.0, 0.0), arc])
