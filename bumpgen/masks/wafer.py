"""The wafer map: where dies lie on a wafer, which are whole, partial or knocked out, and in which shots."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from bumpgen.cells.label import LabelCell
from bumpgen.cells.scribe import Scribe
from bumpgen.design import Design
from bumpgen.errors import GeometryError, InputError, Where
from bumpgen.geometry import snap
from bumpgen.masks.offset import NAMES, Lattice, best_lattice, count_full, named_lattice
from bumpgen.masks.usable import UsableArea, usable_area
from bumpgen.process import Process
from bumpgen.steps import Fill, Place, Print
from bumpgen.toml import line_of, read_text
from bumpgen.validation import near
from bumpgen.wafer_table import Clip, Knockout, WaferTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Sites = NDArray[np.int8]
    Truths = NDArray[np.bool_]

__all__ = ["MOST_SITES", "DieClass", "Shots", "Wafer", "clip_policies", "shots_of", "wafer_of"]

MOST_SITES = 20_000_000
"""A wafer of more die sites is refused: dies of 60 µm on 300 mm."""


class DieClass(IntEnum):
    """What stands at a site of the map."""

    NONE = 0
    FULL = 1
    PARTIAL = 2
    TEST = 3
    ALIGNMENT = 4
    ID = 5


@dataclass(frozen=True, slots=True)
class Shots:
    """Exposures of a stepper: columns and rows of dies in one, the map's first whole column and row, and how many.

    `places` are the shots' lower left sites as (column, row) of the map, from 0; they may be negative at the edge.
    """

    columns: int
    rows: int
    places: NDArray[np.int64]

    @property
    def count(self) -> int:
        """How many shots are exposed."""
        return len(self.places)


@dataclass(frozen=True, slots=True, eq=False)
class Wafer:
    """Dies on a wafer, lengths µm from its centre.

    `classes` is the map, rows × columns from the lower left site that any part of a die is usable at; site (0, 0) is
    `lattice`'s die. `offset_name` is die, street, street_x or street_y for symmetric places of the dies, else "".
    `named` are the whole dies of these, before knock-outs. `clip` tells by layer and by mask name what partial dies
    keep; `layers` leads from a mask's name to its layer.
    """

    table: WaferTable
    process: Process
    area: UsableArea
    lattice: Lattice
    offset_name: str
    named: Mapping[str, int]
    classes: Sites
    shots: Shots
    clip: Mapping[str, Clip]
    layers: Mapping[str, str]

    @property
    def grid(self) -> float:
        """The grid, µm."""
        return self.area.grid

    @property
    def step(self) -> tuple[float, float]:
        """From die to die, µm."""
        return self._um(self.lattice.step_x), self._um(self.lattice.step_y)

    @property
    def die(self) -> tuple[float, float]:
        """Width and height of a die, µm."""
        return self._um(self.lattice.width), self._um(self.lattice.height)

    @property
    def first(self) -> tuple[float, float]:
        """Lower left corner of the map's first site, µm."""
        return self._um(self.lattice.x), self._um(self.lattice.y)

    @property
    def offset(self) -> tuple[float, float]:
        """How far a die's centre lies from the wafer's centre, at most half a step, µm."""
        shifts = []
        for corner, size, step in zip(self.first, self.die, self.step, strict=True):
            shift = (corner + size / 2) % step
            shifts.append(round(shift - step if shift > step / 2 + self.grid / 4 else shift, 6))
        return shifts[0], shifts[1]

    def count(self, kind: DieClass) -> int:
        """How many sites are of a class."""
        return int((self.classes == kind).sum())

    def corners(self, kind: DieClass) -> NDArray[np.float64]:
        """Lower left corners of all dies of a class, (N, 2) µm, row by row from below."""
        rows, columns = np.nonzero(self.classes == kind)
        return self.corner_of(columns, rows)

    def corner_of(self, columns: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Lower left corners of sites by column and row of the map, from 0, (N, 2) µm."""
        lattice = self.lattice
        steps = np.column_stack((lattice.x + columns * lattice.step_x, lattice.y + rows * lattice.step_y))
        return np.round(steps * self.grid, 9)

    def policy(self, layer: str) -> Clip:
        """What partial dies keep of a layer, which may go by its mask's name."""
        return self.clip.get(layer, "smooth")

    @property
    def used(self) -> float:
        """Part of the wafer's area that whole dies cover."""
        import shapely

        width, height = self.die
        return self.count(DieClass.FULL) * width * height / float(shapely.Polygon(self.area.outline()).area)

    def _um(self, steps: int) -> float:
        return round(steps * self.grid, 9)


def wafer_of(design: Design) -> Wafer:
    """The wafer map of a design's [wafer] table.

    InputError without that table, for lengths off the process's grid, a step shorter than the die, dies that aren't
    on the map but knocked out, layers the process lacks, and where no die is whole.
    """
    table = design.file.wafer
    if table is None:
        raise InputError(
            "the design has no [wafer] table", Where(design.path), hint="add [wafer] with diameter = 200, or another"
        )
    process = design.process
    _check_layers(table, design)
    area = usable_area(table, process.grid.value)
    sizes = _sizes(table, design)
    lattice, name = _lattice(table, area, sizes, design)
    lattice, classes = _classes(area, lattice)
    named = {kind: count_full(area, named_lattice(kind, *sizes)) for kind in NAMES}
    _knock_out(classes, lattice, area.grid, table, design)
    if not (classes == DieClass.FULL).any():
        raise InputError(
            f"no die of {design.die.width:g} × {design.die.height:g} µm lies wholly on {table.diameter:g} mm",
            _where(design, "diameter"), hint="take a larger wafer, a smaller exclusion, or fewer knockouts",
        )  # fmt: skip
    clip, layers = clip_policies(process, table)
    shots = shots_of(classes, *table.shot)
    return Wafer(table, process, area, lattice, name, named, classes, shots, clip, layers)


def _where(design: Design, key: str) -> Where:
    whole = f"wafer.{key}".rstrip(".")
    return Where(design.path, line_of(read_text(design.path), whole.split(".")), whole)


def _check_layers(table: WaferTable, design: Design) -> None:
    known = design.process.layers
    named = {f"clip.{layer}": layer for layer in table.clip}
    named |= {} if table.text is None else {"text.layer": table.text.layer}
    named |= {} if table.ids is None else {"ids.layer": table.ids.layer}
    for key, layer in named.items():
        if layer not in known:
            raise InputError(
                f"process {design.process.name} has no layer {layer!r}", _where(design, key), hint=near(layer, known)
            )


def _sizes(table: WaferTable, design: Design) -> tuple[int, int, int, int]:
    """Width and height of the die and the steps, in grid steps."""
    grid, die = design.process.grid.value, (design.die.width, design.die.height)
    if table.step is not None:
        key, steps = "step", table.step
    else:
        key, (across, up) = "scribe", table.scribe or _streets(design.process)
        steps = (die[0] + across, die[1] + up)
    found = []
    for name, length in (*zip(("width", "height"), die, strict=True), *((key, step) for step in steps)):
        found.append(_whole(length, grid, name, design))
    for axis, size, step in zip("xy", found[:2], found[2:], strict=True):
        if step < size:
            raise InputError(
                f"a step of {step * grid:g} µm along {axis} is shorter than the die, {size * grid:g} µm",
                _where(design, key), hint=f"write {size * grid:g} or more",
            )  # fmt: skip
    _check_sites(found, table, design)
    return found[0], found[1], found[2], found[3]


def _check_sites(sizes: list[int], table: WaferTable, design: Design) -> None:
    across = table.diameter * 1000 / design.process.grid.value
    if across / sizes[2] * across / sizes[3] > MOST_SITES:
        raise InputError(
            f"{table.diameter:g} mm hold more than {MOST_SITES:,} dies of this size", _where(design, "diameter"),
            hint="check the die's size, in µm, and the diameter, in mm",
        )  # fmt: skip


def _streets(process: Process) -> tuple[float, float]:
    """The process's street between dies: half of it is each die's."""
    cell = Scribe.make(process)
    assert isinstance(cell, Scribe)
    return 2 * cell.street, 2 * cell.street


def _whole(length: float, grid: float, name: str, design: Design) -> int:
    try:
        return round(snap(length, grid, name) / grid)
    except GeometryError as error:
        inside = name in WaferTable.model_fields
        raise error.located(_where(design, name) if inside else Where(design.path, key=f"die.{name}")) from None


def _lattice(
    table: WaferTable, area: UsableArea, sizes: tuple[int, int, int, int], design: Design
) -> tuple[Lattice, str]:
    """Where the dies lie, and the name of a symmetric place."""
    if table.offset == "best":
        return best_lattice(area, *sizes)
    if isinstance(table.offset, str):
        return named_lattice(table.offset, *sizes), table.offset
    x, y = (_whole(shift, area.grid, "offset", design) for shift in table.offset)
    centred = named_lattice("die", *sizes)
    return Lattice(*sizes, centred.x + x, centred.y + y), ""


def _classes(area: UsableArea, lattice: Lattice) -> tuple[Lattice, Sites]:
    """The map of all sites with a usable part, and the lattice counted from its lower left one."""
    columns, rows = lattice.reach(area.radius)
    i, j = np.meshgrid(columns, rows)
    boxes = lattice.boxes(i.ravel(), j.ravel())
    found = np.where(area.touches(boxes), DieClass.PARTIAL, DieClass.NONE).astype(np.int8)
    found[area.holds(boxes)] = DieClass.FULL
    classes = found.reshape(i.shape)
    used_rows, used_columns = (np.flatnonzero((classes > 0).any(axis=axis)) for axis in (1, 0))
    bottom, top, left, right = used_rows[0], used_rows[-1] + 1, used_columns[0], used_columns[-1] + 1
    x = lattice.x + int(columns[left]) * lattice.step_x
    y = lattice.y + int(rows[bottom]) * lattice.step_y
    sizes = (lattice.width, lattice.height, lattice.step_x, lattice.step_y)
    return Lattice(*sizes, x, y, lattice.exact), classes[bottom:top, left:right].copy()


def _knock_out(classes: Sites, lattice: Lattice, grid: float, table: WaferTable, design: Design) -> None:
    """Mark the sites that bear no die."""
    for number, knockout in enumerate(table.knockouts):
        kind = DieClass[knockout.kind.upper()]
        for place, (column, row) in enumerate(knockout.dies):
            _check_die(classes, column, row, design, f"knockouts.{number}.dies.{place}")
            classes[row - 1, column - 1] = kind
        if knockout.box is not None:
            _knock_out_area(classes, lattice, grid, knockout, design, f"knockouts.{number}.box")
    if table.text is not None:
        width, height = _text_size(table, design)
        x, y = table.text.at
        box = (x, y, x + width / 1000, y + height / 1000)
        _knock_out_area(classes, lattice, grid, Knockout(kind="id", box=box), design, "text.at")


def _text_size(table: WaferTable, design: Design) -> tuple[float, float]:
    """Width and height of the wafer's name, µm."""
    assert table.text is not None
    text = table.text
    try:
        cell = LabelCell(layer=text.layer, text=text.text, size=text.size * 1000).drawing(design.process)
    except ValueError as error:
        told = str(error).splitlines()
        raise InputError(told[min(2, len(told) - 1)].strip(), _where(design, "text.text")) from None
    corners = np.vstack([p for drawn in cell.shapes for p in drawn.shape.polygons(design.process.grid.value)])
    width, height = corners.max(axis=0)
    return float(width), float(height)


def _check_die(classes: Sites, column: int, row: int, design: Design, key: str) -> None:
    rows, columns = classes.shape
    if not (column <= columns and row <= rows) or classes[row - 1, column - 1] == DieClass.NONE:
        raise InputError(
            f"there is no die in column {column}, row {row}", _where(design, key),
            hint=f"the map has columns 1 to {columns} and rows 1 to {rows}, counted from the lower left",
        )  # fmt: skip


def _knock_out_area(
    classes: Sites, lattice: Lattice, grid: float, knockout: Knockout, design: Design, key: str
) -> None:
    assert knockout.box is not None
    x0, y0, x1, y1 = (length * 1000 / grid for length in knockout.box)
    left = lattice.x + np.arange(classes.shape[1]) * lattice.step_x
    bottom = lattice.y + np.arange(classes.shape[0]) * lattice.step_y
    across, up = (left < x1) & (left + lattice.width > x0), (bottom < y1) & (bottom + lattice.height > y0)
    hit = up[:, None] & across & (classes != DieClass.NONE)
    if not hit.any():
        shown = ", ".join(f"{length:g}" for length in knockout.box)
        raise InputError(
            f"no die is touched by {shown} mm", _where(design, key), hint="lengths are mm from the wafer's centre"
        )
    classes[hit] = DieClass[knockout.kind.upper()]


def shots_of(classes: Sites, columns: int, rows: int) -> Shots:
    """The fewest shots of columns × rows dies that expose every site with a whole or partial die.

    Of equally few the ones that begin nearest to the map's first site are taken.
    """
    printed = (classes == DieClass.FULL) | (classes == DieClass.PARTIAL)
    best: tuple[int, int, int, Truths] | None = None
    for up in range(rows):
        for across in range(columns):
            used = _exposed(printed, columns, rows, across, up)
            count = int(used.sum())
            if best is None or count < best[0]:
                best = (count, across, up, used)
    assert best is not None
    j, i = np.nonzero(best[3])
    return Shots(columns, rows, np.column_stack((i * columns - best[1], j * rows - best[2])))


def _exposed(printed: Truths, columns: int, rows: int, across: int, up: int) -> Truths:
    """Which shots hold a die, if the first shot begins `across` columns and `up` rows before the map."""
    high, wide = printed.shape
    right, above = -(across + wide) % columns, -(up + high) % rows
    padded = np.pad(printed, ((up, above), (across, right)))
    blocks = padded.reshape(padded.shape[0] // rows, rows, padded.shape[1] // columns, columns)
    return np.asarray(blocks.any(axis=(1, 3)))


def clip_policies(process: Process, table: WaferTable) -> tuple[dict[str, Clip], dict[str, str]]:
    """What partial dies keep of each layer, by its name and its mask's; and the layer of each mask's name.

    Unless the table says otherwise, solder is dropped where it doesn't lie wholly in the usable area: balls, paste,
    and the openings they go into. All else is plated or etched evenly up to the edge.
    """
    dropped = set(_solder_layers(process))
    clip: dict[str, Clip] = {}
    layers: dict[str, str] = {}
    for name, layer in process.layers.items():
        clip[name] = table.clip.get(name, "drop" if name in dropped else "smooth")
        if layer.mask:
            clip[layer.mask], layers[layer.mask] = clip[name], name
    return clip, layers


def _solder_layers(process: Process) -> Iterator[str]:
    for step in process.steps:
        if isinstance(step, Place):
            yield step.layer
        elif isinstance(step, Print):
            yield step.stencil
        elif isinstance(step, Fill) and step.into is not None:
            layer = process.film(step.into).layer
            if layer is not None:
                yield layer
    yield from (name for name, layer in process.layers.items() if layer.meaning == "body")
