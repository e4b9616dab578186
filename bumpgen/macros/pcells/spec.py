"""A CellSpec as a PCell: its parameters, a handle for its size, and what it makes of a shape that was drawn."""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pya

from bumpgen.macros.pcells.pcell import PCell, Values, on_grid

if TYPE_CHECKING:
    from bumpgen.cells import CellSpec
    from bumpgen.layout import Cell
    from bumpgen.macros.pcells.declared import Parameter
    from bumpgen.macros.pcells.handles import Handle
    from bumpgen.macros.pcells.source import Source

__all__ = ["SpecPCell"]

HANDLE, WAS = "handle", "handle_was"
"""Parameters beside the cell's own: where the handle is, and where it was put last (a text, hidden)."""


class SpecPCell(PCell):
    """One parametric cell of CELLS in one process."""

    def __init__(self, name: str, source: Source, cell: str):
        super().__init__(name, source)
        self.cell = cell

    @cached_property
    def spec(self) -> type[CellSpec]:
        """The parametric cell."""
        from bumpgen.cells import CELLS

        return CELLS[self.cell]

    @cached_property
    def handle(self) -> Handle | None:
        """What can be dragged."""
        from bumpgen.macros.pcells.handles import handle_of

        return handle_of(self.spec)

    @cached_property
    def own(self) -> tuple[Parameter, ...]:
        """The cell's own parameters."""
        from bumpgen.macros.pcells.declared import declared

        return declared(self.spec, self.process)

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The cell's own parameters and, where it has one, its handle."""
        from bumpgen.macros.pcells.declared import Parameter

        if self.handle is None:
            return self.own
        at = self.handle.place({parameter.name: parameter.default for parameter in self.own})
        was = Parameter(WAS, "text", _noted(at), "where the handle was put last", hidden=True)
        return (*self.own, Parameter(HANDLE, "point", at, "size"), was)

    def made(self, values: Values) -> Cell:
        """The cell drawn as on the command line."""
        from bumpgen.macros.pcells.declared import taken
        from bumpgen.macros.pcells.drawn import check_reach

        cell = self.spec.make(self.process, **taken(self.own, values, self.cell)).draw(self.process)
        check_reach(cell, self.process)
        return cell

    def synced(self, values: Values) -> Values:
        """A dragged handle changes its sizes; else it goes where the sizes want it. A path lies on the grid."""
        grid = self.process.grid.value
        for path in (parameter.name for parameter in self.own if parameter.kind == "path"):
            values = values | {path: on_grid(values[path], grid)}
        if self.handle is None:
            return values
        dragged = _is_place(values[HANDLE]) and _noted(values[HANDLE]) != values[WAS]
        if dragged:
            values = self.handle.taken(values, values[HANDLE], grid)
        at = self.handle.place(values)
        return values | {HANDLE: at, WAS: _noted(at)}

    # what a drawn shape becomes

    def can_create_from_shape(self, _layout: Any, shape: Any, _layer: int) -> bool:
        """A path becomes a wire, a box an outline."""
        return bool(shape.is_path() if self._path else shape.is_box() and self._is_outline)

    def parameters_from_shape(self, layout: Any, shape: Any, layer: int) -> list[Any]:
        """The shape's size or corners, and its layer where the process has it."""
        if self._path:
            path = shape.path.to_dtype(layout.dbu)
            points, ends = _ended(path)
            given: dict[str, Any] = {self._path: points, "width": self.even(path.width), "ends": ends}
            return self.values_of(**given, **self.layer_of(layout, layer))
        box = shape.box.to_dtype(layout.dbu)
        size, height = self.even(box.width()), self.even(box.height())
        outline = {"shape": "square", "size": size, "height": height, "corner": 0.0}
        return self.values_of(**outline, **self.layer_of(layout, layer))

    def transformation_from_shape(self, layout: Any, shape: Any, _layer: int) -> Any:
        """A box's middle on the grid; a path's points are where they are."""
        if self._path:
            return pya.Trans()
        return pya.Trans(pya.DVector(*self.middle(layout, shape)).to_itype(layout.dbu))

    @cached_property
    def _path(self) -> str:
        return next((parameter.name for parameter in self.own if parameter.kind == "path"), "")

    @property
    def _is_outline(self) -> bool:
        return self.handle is not None and self.handle.outline


def _ended(path: Any) -> tuple[tuple[tuple[float, float], ...], str]:
    """A path's points and how it ends; ends drawn at lengths of their own move its first and last points."""
    points = [(point.x, point.y) for point in path.each_point()]
    beyond = path.bgn_ext, path.end_ext
    drawn = "round" if path.is_round() else "square"
    for kind, length in (("flat", 0.0), (drawn, path.width / 2)):
        if len(points) < 2 or all(math.isclose(extension, length, abs_tol=1e-6) for extension in beyond):
            return tuple(points), kind
    own = path.width / 2 if drawn == "round" else 0.0
    first, last = _further(points[1::-1], beyond[0] - own), _further(points[-2:], beyond[1] - own)
    return (first, *points[1:-1], last), "round" if own else "flat"


def _further(ends: list[tuple[float, float]], length: float) -> tuple[float, float]:
    """The second of two points, moved away from the first."""
    (x, y), (end_x, end_y) = ends
    share = length / (math.dist(*ends) or math.inf)
    return end_x + (end_x - x) * share, end_y + (end_y - y) * share


def _noted(place: tuple[float, float]) -> str:
    return f"{place[0]:.4f},{place[1]:.4f}"


def _is_place(value: Any) -> bool:
    """Whether a value is a point: two finite numbers."""
    numbers = value if isinstance(value, tuple) and len(value) == 2 else ("",)
    return all(isinstance(number, int | float) and math.isfinite(number) for number in numbers)
