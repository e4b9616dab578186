"""bumpgen's values drawn into the application's cells; a refusal drawn as a framed text."""

from __future__ import annotations

import textwrap
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
import pya

from bumpgen.errors import BumpgenError
from bumpgen.layout import Cell, Layout, flatten
from bumpgen.process import Process
from bumpgen.write.units import Units, in_range, units

if TYPE_CHECKING:
    from bumpgen.geometry import Points

__all__ = ["check_reach", "draw_error", "error_layer", "insert", "layer_info", "layers_of", "message", "scale"]

COLUMNS = 26
"""Letters a line of a refusal has."""

ERROR_LAYER = (999, 0, "ERROR")
"""Where a process without a layer of texts shows refusals: GDS layer, datatype, name."""

PLAIN = str.maketrans({"µ": "u", "×": "x", "–": "-", "√": "sqrt ", "…": "...", "°": " deg", "Ω": "ohm", "’": "'"})
"""Signs that the application's font lacks."""


def scale(process: Process, dbu: float) -> Units:
    """Database units (µm) a grid step is, in the library's layout; another layout's: see `rounding`."""
    return units(process.grid.value, dbu)


def layer_info(process: Process, name: str) -> Any:
    """The layer as the application knows it: GDS numbers and the process's name."""
    return pya.LayerInfo(*process.layers[name].gds, name)


def layers_of(cell: Cell) -> tuple[str, ...]:
    """Names of all layers a cell draws on, each once, in the order they come."""
    found = [drawn.layer for drawn in cell.shapes] + [label.layer for label in cell.labels]
    found += [layer for instance in cell.instances for layer in layers_of(instance.cell)]
    return tuple(dict.fromkeys(found))


def insert(cell: Cell, target: Any, layers: dict[str, int], steps: Units) -> None:
    """Draw a cell flat into the application's `target`: polygons and labels, every corner on the grid."""
    for layer, points in flatten(cell, steps.grid):
        target.shapes(layers[layer]).insert(_polygon(points, steps, cell.name))
    for label in Layout(cell, {}, steps.grid).placed_labels():
        x, y = steps.steps(np.array([(label.x, label.y)]), f"label {label.text!r}")[0].tolist()
        target.shapes(layers[label.layer]).insert(pya.Text(label.text, pya.Trans(pya.Vector(x, y))))


def check_reach(cell: Cell, process: Process) -> None:
    """Refuse, as the writers do, a cell that leaves the 32 bits a coordinate has."""
    steps = units(process.grid.value)
    for layer, found in groupby(flatten(cell, steps.grid), lambda drawn: drawn[0]):
        number, datatype = process.layers[layer].gds
        what = f"cell {cell.name}, layer {number}/{datatype}"
        corners = steps.steps(np.vstack([points for _, points in found]), what)
        in_range(corners.min(axis=0), corners.max(axis=0), steps.database, what)


def _polygon(points: Points, steps: Units, name: str) -> Any:
    corners = steps.steps(points, f"cell {name}").tolist()
    return pya.SimplePolygon([pya.Point(x, y) for x, y in corners])


def error_layer(process: Process) -> Any:
    """The process's layer of texts, which is never on a mask; where it has none, a layer of its own."""
    name = next((name for name, layer in process.layers.items() if layer.meaning == "text"), None)
    return layer_info(process, name) if name else pya.LayerInfo(*ERROR_LAYER)


def message(error: BumpgenError) -> str:
    """A refusal in full: the parameter where the sentence doesn't name it, the sentence, and the cure."""
    name = error.where.key.partition(".")[2] if error.where and error.where.key else ""
    told = f"{name}: {error.message}" if name and name not in error.message else error.message
    return f"{told}. Cure: {error.hint}" if error.hint else told


def draw_error(text: str, target: Any, layer: int, width: float, dbu: float) -> None:
    """The message in letters that fill a frame `width` µm wide, from its upper left corner at the origin's left."""
    lines = textwrap.wrap(text.translate(PLAIN), COLUMNS) or [""]
    generator = pya.TextGenerator.default_generator()
    longest = max(map(len, lines))
    letter = width / (longest + 2)  # a letter and its gap
    size = letter / generator.dwidth()
    pitch = size * generator.dheight() * 1.3
    high = pitch * (len(lines) + 1)
    shapes = target.shapes(layer)
    for number, line in enumerate(lines):
        place = pya.Vector(*(round(c / dbu) for c in (letter - width / 2, high / 2 - pitch * (number + 1.3))))
        shapes.insert(generator.text(line, dbu, size).moved(place))
    _frame(shapes, width / 2, high / 2, letter / 4, dbu)


def _frame(shapes: Any, x: float, y: float, wall: float, dbu: float) -> None:
    """A frame about the origin whose inner edges lie at ±x, ±y µm."""
    outer = pya.DBox(-x - wall, -y - wall, x + wall, y + wall).to_itype(dbu)
    inner = pya.DBox(-x, -y, x, y).to_itype(dbu)
    shapes.insert(pya.Region(outer) - pya.Region(inner))
