"""The PCell of a path: redistribution metal along it, a capture pad and its teardrop at each end, no narrow slits."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pya

from bumpgen.macros.pcells.pcell import PCell, Values, on_grid

if TYPE_CHECKING:
    from bumpgen.layout import Cell, Drawn, Placement
    from bumpgen.macros.pcells.declared import Parameter

__all__ = ["WirePCell"]

TEARDROPS = ("none", "straight", "arc")


class WirePCell(PCell):
    """A Trace along the path and a CapturePad at each end, the same cells that a design is drawn with."""

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The path, the wire's width, the pads and teardrops."""
        from bumpgen.cells import CELLS
        from bumpgen.macros.pcells.declared import Parameter, default_values

        trace, pad = (default_values(CELLS[name], self.process) for name in ("trace", "capture_pad"))
        length: dict[str, Any] = {"kind": "number", "unit": "µm", "least": 0.0, "most": 300_000.0}
        size = max(pad["size"], trace["width"])
        far = 2.0 * size
        pads = "diameter of the pad at the path's {}; 0 for none"
        return (
            Parameter("path", "path", ((0.0, 0.0), (far, 0.0), (far + size, size)), "centre line of the wire"),
            Parameter("layer", "text", trace["layer"], "layer drawn on", choices=tuple(self.process.layers)),
            Parameter("width", default=trace["width"], description="width of the wire", **length),
            Parameter("join", "text", trace["join"], "corners: mitred or round", choices=("miter", "round")),
            Parameter("start_size", default=size, description=pads.format("start"), **length),
            Parameter("end_size", default=size, description=pads.format("end"), **length),
            Parameter("teardrop", "text", "straight", "how the wire joins the pads", choices=TEARDROPS),
            Parameter(
                "reach", default=0.0, description="pad's centre to the teardrop's mouth; 0 for size / √2", **length
            ),
        )

    def synced(self, values: Values) -> Values:
        """The path on the grid."""
        return values | {"path": on_grid(values["path"], self.process.grid.value)}

    def made(self, values: Values) -> Cell:
        """The wire, the pads that have a size, and what closes their slits."""
        from bumpgen.cells import CELLS
        from bumpgen.layout import Cell, Placement
        from bumpgen.macros.pcells.drawn import check_reach

        points = values["path"]
        given = {"points": points, "ends": "flat", **{name: values[name] for name in ("layer", "width", "join")}}
        wire = CELLS["trace"].make(self.process, **given).draw(self.process)
        ends = (("start_size", points), ("end_size", points[::-1]))
        pads = [self._pad(values, values[name], line) for name, line in ends if values[name]]
        cell = Cell("WIRE_WITH_PADS", instances=(Placement(wire), *pads))
        check_reach(cell, self.process)
        return replace(cell, shapes=self._closed(cell, values["layer"]))

    def _closed(self, cell: Cell, layer: str) -> tuple[Drawn, ...]:
        """Patches in slits narrower than the process's notch rule, as in a design."""
        from bumpgen.geometry import Polygon
        from bumpgen.layout import Drawn, flatten
        from bumpgen.slits import narrowest, patches

        limit, grid = narrowest(self.process, layer), self.process.grid.value
        outlines = [points for name, points in flatten(cell, grid) if name == layer]
        return tuple(Drawn(layer, Polygon(patch)) for patch in patches(pya, outlines, limit, grid)) if limit else ()

    def _pad(self, values: Values, size: float, line: tuple[tuple[float, float], ...]) -> Placement:
        """A pad at the line's first point, its teardrops where the line crosses its rim, as in a design."""
        from bumpgen.cells import CELLS
        from bumpgen.errors import GeometryError
        from bumpgen.geometry import Transform
        from bumpgen.layout import Placement
        from bumpgen.rim import rim_crossings

        x, y = line[0]
        width = values["width"]
        if width > size:
            raise GeometryError(
                f"width = {width:g} µm is wider than the pad of {size:g} µm", hint="make the pad larger"
            )
        angles = tuple(sorted(set(rim_crossings(line, (x, y), size / 2))))
        if not angles and values["teardrop"] != "none":
            raise GeometryError(
                f"the wire doesn't leave its pad of {size:g} µm at {x:g}, {y:g}",
                hint="draw the path longer, or the pad smaller",
            )
        given = {"layer": values["layer"], "shape": "circle", "size": size, "height": 0.0, "corner": 0.0}
        drop = {"teardrop": values["teardrop"], "angles": angles, "reach": values["reach"]}
        mouth = {"trace_width": width} if values["teardrop"] == "arc" else {}
        pad = CELLS["capture_pad"].make(self.process, **given, **drop, **mouth)
        return Placement(pad.draw(self.process), Transform(x, y))

    # what a drawn shape becomes

    def can_create_from_shape(self, _layout: Any, shape: Any, _layer: int) -> bool:
        """A path becomes a wire."""
        return bool(shape.is_path())

    def parameters_from_shape(self, layout: Any, shape: Any, layer: int) -> list[Any]:
        """The path's points and width, and its layer where the process has it."""
        path = shape.path.to_dtype(layout.dbu)
        points = tuple((point.x, point.y) for point in path.each_point())
        return self.values_of(path=points, width=self.even(path.width), **self.layer_of(layout, layer))

    def transformation_from_shape(self, _layout: Any, _shape: Any, _layer: int) -> Any:
        """The path's points are where they are."""
        return pya.Trans()
