"""The PCell of a box: drawn or dragged larger, it holds the array of sites that fits."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import pya

from bumpgen.macros.pcells.pcell import PCell, Values, on_grid

if TYPE_CHECKING:
    from bumpgen.cells.site import Site
    from bumpgen.layout import Array, Cell
    from bumpgen.macros.pcells.declared import Parameter
    from bumpgen.macros.pcells.fitted import Box, Extent
    from bumpgen.write.units import Units

__all__ = ["ArrayPCell"]

ARRANGEMENTS = ("grid", "staggered", "rings")
ACROSS = 5
"""Sites along each side of a new array."""


class ArrayPCell(PCell):
    """Sites of the process in a box; they stay instances of the library's Site, in arrays."""

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The box, the lattice, the site, the keep-out."""
        from bumpgen.macros.pcells.declared import Parameter

        pitch = self._pitch
        half = ACROSS * pitch / 2
        kinds = tuple(self.process.sites)
        kind = "bump" if "bump" in kinds else kinds[0]
        length: dict[str, Any] = {"kind": "number", "unit": "µm", "least": 0.0, "most": 300_000.0}
        return (
            Parameter("box", "box", (-half, -half, half, half), "box the sites lie in"),
            Parameter("arrangement", "text", "grid", "how the sites lie", choices=ARRANGEMENTS),
            Parameter("pitch", default=pitch, description="distance of sites along x", **length),
            Parameter("pitch_y", default=0.0, description="distance of rows; 0 for the same as pitch", **length),
            Parameter("rings", "integer", 2, "outer rings kept, of rings", least=1, most=1000),
            Parameter("kind", "text", kind, "which of the process's sites", choices=kinds),
            Parameter("changes", "table", "", "changed parameters of the site, as JSON by cell"),
            Parameter("with_keep_out", "boolean", False, "leave out the sites on a box that can be dragged"),
            Parameter("keep_out", "box", None, "box without sites"),
        )

    @cached_property
    def _pitch(self) -> float:
        """A pitch for a new array, µm: that of the process's daisy chains, else twice the site's longer side."""
        from bumpgen.cells.site import Site

        kinds = tuple(self.process.sites)
        left, low, right, high = self._extent(Site(kind="bump" if "bump" in kinds else kinds[0])).box
        longer = max(right - left, high - low)
        given = float(self.process.default("daisy_link").get("pitch", 0.0))
        return given if given >= longer else 10.0 * round(longer / 5) or longer

    def synced(self, values: Values) -> Values:
        """Boxes on the grid; a keep-out that is switched on begins as the middle of the box."""
        box = self._on_grid(values["box"])
        keep_out = values["keep_out"] if values["with_keep_out"] else None
        if values["with_keep_out"] and keep_out is None:
            x, y = (box[2] - box[0]) / 6, (box[3] - box[1]) / 6
            middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
            keep_out = (middle[0] - x, middle[1] - y, middle[0] + x, middle[1] + y)
        return values | {"box": box, "keep_out": None if keep_out is None else self._on_grid(keep_out)}

    def _on_grid(self, box: Box) -> tuple[float, ...]:
        (x0, y0), (x1, y1) = on_grid((box[:2], box[2:]), self.process.grid.value)
        return x0, y0, x1, y1

    def _site(self, values: Values) -> Site:
        from bumpgen.cells.site import Site
        from bumpgen.macros.pcells.declared import taken

        given = taken(self.parameters, {name: values[name] for name in ("kind", "changes")}, "site")
        site = Site.make(self.process, **given)
        assert isinstance(site, Site)
        return site

    def _extent(self, site: Site) -> Extent:
        import numpy as np

        from bumpgen.layout import flatten
        from bumpgen.macros.pcells.fitted import Extent

        points = np.vstack([points for _, points in flatten(site.draw(self.process), self.process.grid.value)])
        low, high = points.min(axis=0), points.max(axis=0)
        box = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
        return Extent(box, float(np.hypot(*points.T).max()))

    def made(self, values: Values) -> Cell:
        """A cell of arrays of the site; what doesn't fit raises."""
        from bumpgen.errors import GeometryError
        from bumpgen.layout import Cell
        from bumpgen.macros.pcells.fitted import Lattice, fitted

        self._check(values)
        site = self._site(values)
        want = Lattice(values["arrangement"], values["pitch"], values["pitch_y"] or values["pitch"], values["rings"])
        keep_out = values["keep_out"] if values["with_keep_out"] else None
        extent, grid = self._extent(site), self.process.grid.value
        arrays = fitted(site.draw(self.process), extent, values["box"], want, keep_out, grid)
        if not arrays:
            raise GeometryError("the keep-out leaves no site", hint="make it smaller")
        return Cell(f"ARRAY_OF_{site.name()}", instances=arrays)

    def _check(self, values: Values) -> None:
        """Refuse what a declaration excludes, and a box that leaves the 32 bits a coordinate has."""
        import numpy as np

        from bumpgen.errors import InputError, Where
        from bumpgen.write.units import in_range, units

        if values["arrangement"] not in ARRANGEMENTS:
            raise InputError(
                f"{values['arrangement']!r} is not one of {', '.join(ARRANGEMENTS)}", Where(key="array.arrangement")
            )
        if not isinstance(values["with_keep_out"], bool | int):
            raise InputError(f"{values['with_keep_out']!r} is not yes or no", Where(key="array.with_keep_out"))
        for parameter in self.parameters:
            value, where = values[parameter.name], Where(key=f"array.{parameter.name}")
            if parameter.name in ("pitch", "rings") and not value > 0:
                raise InputError(f"{parameter.name} = {value:g} is not greater than 0", where)
            if parameter.most is not None and not (parameter.least or 0.0) <= value <= parameter.most:
                raise InputError(
                    f"{parameter.name} = {value:.9g} is not from {parameter.least:g} to {parameter.most:g}", where
                )
        steps = units(self.process.grid.value)
        corners = steps.steps(np.array(values["box"], dtype=np.float64).reshape(2, 2), "box")
        in_range(corners[0], corners[1], steps.database, "box")

    def placed(self, values: Values, cell: Cell, target: Any, _layers: dict[str, int], steps: Units) -> None:
        """The arrays as instances of one Site PCell of the same library."""
        from bumpgen.layout import Array

        layout = target.layout()
        pcell = layout.pcell_id("Site")
        site = layout.add_pcell_variant(pcell, {name: values[name] for name in ("kind", "changes")})
        for array in cell.instances:
            assert isinstance(array, Array)
            target.insert(_instances(array, site, steps))

    # what a drawn shape becomes

    def can_create_from_shape(self, _layout: Any, shape: Any, _layer: int) -> bool:
        """A box becomes an array."""
        return bool(shape.is_box())

    def parameters_from_shape(self, layout: Any, shape: Any, _layer: int) -> list[Any]:
        """The box, about its middle on the grid."""
        x, y = self.middle(layout, shape)
        box = shape.box.to_dtype(layout.dbu)
        return self.values_of(box=(box.left - x, box.bottom - y, box.right - x, box.top - y))

    def transformation_from_shape(self, layout: Any, shape: Any, _layer: int) -> Any:
        """The box's middle on the grid."""
        return pya.Trans(pya.DVector(*self.middle(layout, shape)).to_itype(layout.dbu))


def _instances(array: Array, site: int, steps: Units) -> Any:
    """A bumpgen Array as the application's array of instances."""
    import numpy as np

    vectors = np.array([(array.at.x, array.at.y), array.step_x, array.step_y])
    at, across, up = (pya.Vector(*pair) for pair in steps.steps(vectors, "array").tolist())
    return pya.CellInstArray(site, pya.Trans(at), across, up, array.columns, array.rows)
