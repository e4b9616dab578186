"""What all of bumpgen's PCells do: declare, keep handles in step, draw, and draw a refusal where a value is wrong."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import pya

if TYPE_CHECKING:
    from bumpgen.errors import BumpgenError
    from bumpgen.layout import Cell
    from bumpgen.macros.pcells.declared import Parameter
    from bumpgen.macros.pcells.source import Source
    from bumpgen.process import Process
    from bumpgen.write.units import Units

__all__ = ["PCell", "Values", "on_grid"]

Values = dict[str, Any]

SHOWN = 60
"""Letters of a refusal that the cell tree shows."""


class PCell(pya.PCellDeclaration):  # type: ignore[misc]  # pya has no types
    """A PCell of one process. A subclass declares its `parameters`, and makes a Cell of values in `made`.

    Nothing is read before the application asks for the parameters, so that registering costs nothing.
    """

    drawn_once: ClassVar[Callable[[], None]] = staticmethod(lambda: None)
    """Called when a variant has been drawn."""

    def __init__(self, name: str, source: Source):
        super().__init__()
        self.pcell_name, self.source = name, source
        self._last: tuple[str, Cell | BumpgenError] | None = None

    @property
    def process(self) -> Process:
        """The process it is drawn in."""
        return self.source.process

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """What can be set, in the order the application keeps the values in."""
        raise NotImplementedError

    def made(self, values: Values) -> Cell:
        """The cell for these values; a wrong one raises BumpgenError."""
        raise NotImplementedError

    def synced(self, values: Values) -> Values:
        """The values, with handles and guides in step."""
        return values

    def placed(self, _values: Values, cell: Cell, target: Any, layers: dict[str, int], steps: Units) -> None:
        """Draw what `made` returned into the application's cell."""
        from bumpgen.macros.pcells.drawn import insert

        insert(cell, target, layers, steps)

    def drawn(self, values: Values) -> Cell | BumpgenError:
        """What `made` returns or raises; the last answer is kept, since layers and shapes are asked for apart."""
        from bumpgen.errors import BumpgenError

        key = repr(sorted(values.items()))
        if self._last is None or self._last[0] != key:
            try:
                self._last = (key, self.made(values))
            except BumpgenError as error:
                self._last = (key, error)
            except Exception as error:  # noqa: BLE001 - whatever a script gives, the cell says what is wrong
                text = f"a value is of another kind than its parameter: {error or type(error).__name__}"
                self._last = (key, BumpgenError(text))
        return self._last[1]

    @cached_property
    def defaults(self) -> Values:
        """The values a new PCell has, handles in step."""
        return self.synced({parameter.name: parameter.default for parameter in self.parameters})

    @cached_property
    def width(self) -> float:
        """Width of the cell as it is by default, µm: that of a refusal drawn in its place."""
        from bumpgen.layout import Cell, flatten

        cell = self.drawn(self.defaults)
        xs = (
            [float(x) for _, points in flatten(cell, self.process.grid.value) for x in points[:, 0]]
            if isinstance(cell, Cell)
            else []
        )
        return max(50.0, max(xs, default=0.0) - min(xs, default=0.0))

    # what the application calls

    def get_parameters(self) -> list[Any]:
        """The declarations."""
        from bumpgen.macros.pcells.natives import declaration

        shown = self._natives(self.defaults)
        return [declaration(parameter, value) for parameter, value in zip(self.parameters, shown, strict=True)]

    def get_layers(self, parameters: list[Any]) -> list[Any]:
        """The layers that are drawn on; of a refusal, that of texts."""
        from bumpgen.layout import Cell
        from bumpgen.macros.pcells.drawn import error_layer, layer_info, layers_of

        cell = self.drawn(self._values(parameters))
        if isinstance(cell, Cell):
            return [layer_info(self.process, name) for name in layers_of(cell)]
        return [error_layer(self.process)]

    def coerce_parameters(self, _layout: Any, parameters: list[Any]) -> list[Any]:
        """The values with handles and guides in step and on the grid; what is wrong stays, and is drawn."""
        try:
            return self._natives(self._values(parameters))
        except Exception:  # noqa: BLE001 - a value of another kind, of which there are many: the drawing says so
            return parameters

    def produce(self, layout: Any, _layers: list[int], parameters: list[Any], cell: Any) -> None:
        """Draw the cell, or in its place what is wrong and what would be right."""
        from bumpgen.errors import BumpgenError
        from bumpgen.macros.pcells.drawn import draw_error, error_layer, layer_info, layers_of, message, scale

        values = self._values(parameters)
        found = self.drawn(values)
        try:
            if isinstance(found, BumpgenError):
                raise found
            named = {name: layout.layer(layer_info(self.process, name)) for name in layers_of(found)}
            self.placed(values, found, cell, named, scale(self.process, layout.dbu))
        except BumpgenError as error:
            cell.clear()
            draw_error(message(error), cell, layout.layer(error_layer(self.process)), self.width, layout.dbu)
        PCell.drawn_once()

    def cell_name(self, _parameters: list[Any]) -> str:
        """The name its cells have in a layout."""
        return self.pcell_name

    def display_text(self, parameters: list[Any]) -> str:
        """Name and what differs from the defaults, or what is wrong, as the cell tree shows it."""
        from bumpgen.errors import BumpgenError
        from bumpgen.macros.pcells.drawn import message

        values = self._values(parameters)
        found = self.drawn(values)
        if isinstance(found, BumpgenError):
            return f"{self.pcell_name} (wrong: {message(found)[:SHOWN]})"
        shown = [p for p in self.parameters if p.kind not in ("point", "path", "box") and not p.hidden]
        changed = [f"{p.name}={_short(values[p.name])}" for p in shown if values[p.name] != self.defaults[p.name]]
        return f"{self.pcell_name}({', '.join(changed)})" if changed else self.pcell_name

    def values_of(self, **changed: Any) -> list[Any]:
        """The defaults with some values changed, in step, as the application holds them."""
        return self._natives(self.synced(self.defaults | changed))

    # what a drawn shape gives

    def middle(self, layout: Any, shape: Any) -> tuple[float, float]:
        """The grid point next to a drawn box's middle, µm."""
        centre = shape.box.to_dtype(layout.dbu).center()
        return on_grid([(centre.x, centre.y)], self.process.grid.value)[0]

    def even(self, size: float) -> float:
        """The nearest size, µm, whose half is on the grid."""
        step = 2 * self.process.grid.value
        return round(round(size / step) * step, 9)

    def layer_of(self, layout: Any, layer: int) -> Values:
        """The layer a shape lies on as the cell's, where it draws on one that is called so."""
        info = layout.get_info(layer)
        names = [name for name, known in self.process.layers.items() if known.gds == (info.layer, info.datatype)]
        takes = any(parameter.name == "layer" for parameter in self.parameters)
        return {"layer": names[0]} if names and takes else {}

    def _values(self, parameters: list[Any]) -> Values:
        """What the application gives, in step: it asks for layers and texts with values that it hasn't coerced."""
        from bumpgen.macros.pcells.natives import plain

        values = {p.name: plain(p, value) for p, value in zip(self.parameters, parameters, strict=True)}
        try:
            return self.synced(values)
        except Exception:  # noqa: BLE001 - no number where one belongs, or no box: the drawing says so
            return values

    def _natives(self, values: Values) -> list[Any]:
        from bumpgen.macros.pcells.natives import native

        given = values.get("width")
        width = float(given) if isinstance(given, int | float) else 0.0
        return [native(parameter, values[parameter.name], width) for parameter in self.parameters]


def on_grid(points: Any, grid: float) -> tuple[tuple[float, float], ...]:
    """The nearest grid points, µm, without a float's tail."""
    return tuple((round(round(x / grid) * grid, 9), round(round(y / grid) * grid, 9)) for x, y in points)


def _short(value: Any) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
