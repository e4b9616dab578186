"""A drawn layout as a value: cells of shapes on named layers, placed once, in arrays or in scatters.

Layers go by name here; the GDS numbers come from the process and sit in `Layout.layers`.
All lengths are µm.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np

from bumpgen.errors import GeometryError
from bumpgen.geometry import Points, Shape, Transform

__all__ = [
    "Array",
    "Cell",
    "Drawn",
    "Dummies",
    "Instance",
    "Label",
    "LayerNumber",
    "Layout",
    "Meaning",
    "Net",
    "Placement",
    "Port",
    "Scatter",
    "flatten",
]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A shape on a layer (by name)."""

    layer: str
    shape: Shape


@dataclass(frozen=True, slots=True)
class Label:
    """A text anchored at x, y µm; it has no size and is never made on a mask."""

    layer: str
    text: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Port:
    """Where a cell can be connected: layer, place (µm), outward angle (degrees), wire width (µm)."""

    name: str
    layer: str
    x: float = 0.0
    y: float = 0.0
    angle: float = 0.0
    width: float = 0.0


@dataclass(frozen=True, slots=True)
class Placement:
    """One cell at one place."""

    cell: Cell
    at: Transform = Transform()


@dataclass(frozen=True, slots=True)
class Array:
    """A cell repeated: element (i, j) lies at `at` + i·step_x + j·step_y; both steps are vectors, µm."""

    cell: Cell
    columns: int
    rows: int
    step_x: tuple[float, float]
    step_y: tuple[float, float]
    at: Transform = Transform()

    def __post_init__(self) -> None:
        if self.columns < 1 or self.rows < 1:
            raise GeometryError(f"an array of {self.columns} x {self.rows} has no elements")

    def points(self) -> Points:
        """Places of all elements, (columns · rows, 2) µm, columns running fastest."""
        i, j = np.meshgrid(np.arange(self.columns), np.arange(self.rows))
        steps = np.outer(i.ravel(), self.step_x) + np.outer(j.ravel(), self.step_y)
        return steps + (self.at.x, self.at.y)


@dataclass(frozen=True, slots=True, eq=False)
class Scatter:
    """A cell at many irregular places, unturned: points is (N, 2) µm."""

    cell: Cell
    points: Points


Instance: TypeAlias = Placement | Array | Scatter


@dataclass(frozen=True, slots=True)
class Cell:
    """A named drawing: own shapes, instances of other cells, labels, ports."""

    name: str
    shapes: tuple[Drawn, ...] = ()
    instances: tuple[Instance, ...] = ()
    labels: tuple[Label, ...] = ()
    ports: tuple[Port, ...] = ()


@dataclass(frozen=True, slots=True)
class Net:
    """Pads and bumps (by name) that must be joined."""

    name: str
    pads: tuple[str, ...]
    bumps: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Dummies:
    """What was added for an even density and joins nothing: one cell at many places, (N, 2) µm.

    `site` is the process's name of a dummy bump's stack, "" for metal on one layer; `names` are those of dummy
    bumps. `layers` are what is drawn.
    """

    cell: str
    layers: tuple[str, ...]
    points: Points
    site: str = ""
    names: tuple[str, ...] = ()


Meaning: TypeAlias = Literal["metal", "opening", "body", "area", "text"]
"""What a layer's polygons stand for, in the words of process.toml."""

LayerNumber: TypeAlias = tuple[int, int]
"""GDS layer and datatype."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A top cell with its layer numbers, grid (µm), nets, and what the writers print on it.

    `outline` is the die's box (x0, y0, x1, y1, µm); `colors` maps layers to #rrggbb, `meanings` to
    what their polygons are (metal, opening, body, area, text). Layers are listed from the chip up. `dummies`
    tells which of the cells' places join nothing, and shall not.
    """

    top: Cell
    layers: Mapping[str, LayerNumber]
    grid: float
    outline: tuple[float, float, float, float] | None = None
    nets: tuple[Net, ...] = ()
    colors: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    notes: tuple[str, ...] = ()
    meanings: Mapping[str, Meaning] = field(default_factory=dict)
    dummies: tuple[Dummies, ...] = ()

    def cells(self) -> tuple[Cell, ...]:
        """Every cell once, children before parents; two different cells of one name are refused."""
        found: dict[str, Cell] = {}
        _collect(self.top, found, set())
        return tuple(found.values())

    def number(self, layer: str) -> LayerNumber:
        """GDS layer and datatype of a layer name."""
        if layer not in self.layers:
            raise GeometryError(f"layer {layer!r} is not in the process", hint=f"one of {', '.join(self.layers)}")
        return self.layers[layer]

    def counts(self) -> dict[str, dict[str, int]]:
        """Cell name → layer name → shapes drawn in that cell itself."""
        table: dict[str, dict[str, int]] = {}
        for cell in self.cells():
            row = table.setdefault(cell.name, {})
            for drawn in cell.shapes:
                row[drawn.layer] = row.get(drawn.layer, 0) + 1
        return table

    def flat(self) -> Iterator[tuple[str, Points]]:
        """Layer and polygon of every shape, placed in the top cell; exact for turns by 90°."""
        yield from flatten(self.top, self.grid)

    def placed_labels(self) -> Iterator[Label]:
        """Every label where it ends up in the top cell."""
        yield from _labels(self.top, Transform())

    def _repr_svg_(self) -> str:
        """The plan view, as notebooks ask for it."""
        from bumpgen.view.plan import plan_svg

        return plan_svg(self)


def _collect(cell: Cell, found: dict[str, Cell], done: set[int]) -> None:
    if id(cell) in done:
        return
    done.add(id(cell))
    for instance in cell.instances:
        _collect(instance.cell, found, done)
    if cell.name in found and found[cell.name] != cell:
        raise GeometryError(f"two different cells are named {cell.name!r}", hint="rename one")
    found.setdefault(cell.name, cell)


def places(instance: Instance) -> Iterator[Transform]:
    """Every transform an instance stands for."""
    match instance:
        case Placement():
            yield instance.at
        case Array():
            for x, y in instance.points():
                yield Transform(float(x), float(y), instance.at.rotation, instance.at.mirror)
        case Scatter():
            for x, y in instance.points:
                yield Transform(float(x), float(y))


def flatten(cell: Cell, grid: float, outer: Transform = Transform()) -> Iterator[tuple[str, Points]]:
    """Layer and polygon of every shape of a cell and all in it, moved by `outer`; polygons on `grid` µm."""
    for drawn in cell.shapes:
        for points in drawn.shape.polygons(grid):
            yield drawn.layer, outer.apply(points)
    for instance in cell.instances:
        inner = list(flatten(instance.cell, grid))
        for place in places(instance):
            whole = place.then(outer)
            for layer, points in inner:
                yield layer, whole.apply(points)


def _labels(cell: Cell, outer: Transform) -> Iterator[Label]:
    for label in cell.labels:
        x, y = outer.apply(np.array([(label.x, label.y)]))[0]
        yield Label(label.layer, label.text, float(x), float(y))
    for instance in cell.instances:
        if has_labels(instance.cell):
            for place in places(instance):
                yield from _labels(instance.cell, place.then(outer))


def has_labels(cell: Cell) -> bool:
    """Whether the cell or anything in it carries a label."""
    return bool(cell.labels) or any(has_labels(instance.cell) for instance in cell.instances)
