"""The PCell of a box: drawn or dragged larger, it holds the array of sites that fits."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import pya

from bumpgen.macros.pcells.pcell import PCell, Values

if TYPE_CHECKING:
    from bumpgen.cells.site import Site
    from bumpgen.layout import Array, Cell
    from bumpgen.macros.pcells.declared import Parameter
    from bumpgen.macros.pcells.fitted import Box
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
        left, low, right, high = self._extent(Site(kind="bump" if "bump" in kinds else kinds[0]))
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
        grid = self.process.grid.value
        return tuple(round(round(c / grid) * grid, 9) for c in box)

    def _site(self, values: Values) -> Site:
        from bumpgen.cells.site import Site
        from bumpgen.macros.pcells.declared import taken

        given = taken(self.parameters, {name: values[name] for name in ("kind", "changes")}, "site")
        site = Site.make(self.process, **given)
        assert isinstance(site, Site)
        return site

    def _extent(self, site: Site) -> Box:
        import numpy as np

        from bumpgen.layout import flatten

        points = np.vstack([points for _, points in flatten(site.draw(self.process), self.process.grid.value)])
        low, high = points.min(axis=0), points.max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    def made(self, values: Values) -> Cell:
        """A cell of arrays of the site; what doesn't fit raises."""
        from bumpgen.errors import GeometryError, InputError, Where
        from bumpgen.layout import Cell
        from bumpgen.macros.pcells.fitted import Lattice, fitted

        if values["arrangement"] not in ARRANGEMENTS:
            raise InputError(
                f"{values['arrangement']!r} is not one of {', '.join(ARRANGEMENTS)}", Where(key="array.arrangement")
            )
        for name in ("pitch", "rings"):
            if not values[name] > 0:
                raise InputError(f"{name} = {values[name]:g} is not greater than 0", Where(key=f"array.{name}"))
        site = self._site(values)
        want = Lattice(values["arrangement"], values["pitch"], values["pitch_y"] or values["pitch"], values["rings"])
        keep_out = values["keep_out"] if values["with_keep_out"] else None
        extent, grid = self._extent(site), self.process.grid.value
        arrays = fitted(site.draw(self.process), extent, values["box"], want, keep_out, grid)
        if not arrays:
            raise GeometryError("the keep-out leaves no site", hint="make it smaller")
        return Cell(f"ARRAY_OF_{site.name()}", instances=arrays)

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
        """The box, about its own centre."""
        box = shape.box.moved(pya.Point() - shape.box.center()).to_dtype(layout.dbu)
        return self.values_of(box=(box.left, box.bottom, box.right, box.top))

    def transformation_from_shape(self, _layout: Any, shape: Any, _layer: int) -> Any:
        """The box's centre."""
        return pya.Trans(shape.box.center() - pya.Point())


def _instances(array: Array, site: int, steps: Units) -> Any:
    """A bumpgen Array as the application's array of instances."""
    import numpy as np

    vectors = np.array([(array.at.x, array.at.y), array.step_x, array.step_y])
    at, across, up = (pya.Vector(*pair) for pair in steps.steps(vectors, "array").tolist())
    return pya.CellInstArray(site, pya.Trans(at), across, up, array.columns, array.rows)
