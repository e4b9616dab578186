"""A dummy of a [[fill]] table: what is drawn, how far it keeps from what, and its lattice. Lengths are µm."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from bumpgen.cells.site import Site
from bumpgen.clearance import (
    Asked,
    DensityAsked,
    density_asked,
    edges_asked,
    pitch_asked,
    spaces_asked,
    width_asked,
)
from bumpgen.errors import GeometryError, InputError, Where
from bumpgen.fill_table import FillTable
from bumpgen.geometry import Disc, Points, Rect, snap
from bumpgen.layout import Cell, Drawn, flatten
from bumpgen.process import Process
from bumpgen.validation import near

__all__ = ["Dummy", "dummy_of", "size_of"]

WINDOW = 500.0
"""Side of a window where neither a rule nor the design says one, µm."""

STEPS = 4
"""Windows slide by this part of their side where nothing says otherwise."""

SLACK = 1e-7
"""Lengths nearer than this are equal, µm."""


@dataclass(frozen=True, slots=True, eq=False)
class Dummy:
    """One dummy: its cell, the areas it draws by layer, what each keeps from which layer, its lattice and density.

    `spaces` maps a drawn layer to other layers and what is asked there, `pitch` is (x, y), `apart` the least
    distance of centres by layer. `edge` is kept from the die's edge; `edges` lists edge layers as clearance does.
    """

    table: FillTable
    cell: Cell
    areas: dict[str, Any]
    spaces: dict[str, dict[str, Asked]]
    pitch: tuple[float, float]
    apart: dict[str, Asked]
    edge: Asked
    edges: tuple[tuple[str, str, Asked, bool], ...]
    density: DensityAsked

    @property
    def steps(self) -> tuple[tuple[float, float], ...]:
        """From a place of the lattice to its nearest neighbours."""
        x, y = self.pitch
        if self.table.pattern == "staggered":
            return (x, 0.0), (x / 2, y), (0.0, 2 * y)
        return (x, 0.0), (0.0, y), (x, y)


def dummy_of(table: FillTable, process: Process) -> Dummy:
    """What a [[fill]] table asks for in a process.

    Raises InputError whose place is the table's key, for layers and sites the process lacks, lengths off the grid,
    and what is smaller or nearer than rules allow: with the rule's name.
    """
    if table.layer not in process.layers:
        raise _mistake(
            "layer", f"process {process.name} has no layer {table.layer!r}", near(table.layer, process.layers)
        )
    for name in table.keep:
        if name not in process.layers:
            raise _mistake(f"keep.{name}", f"process {process.name} has no layer {name!r}", near(name, process.layers))
    cell = _cell(table, process)
    areas = _areas(cell, process.grid.value)
    if table.layer not in areas:
        raise _mistake(
            "layer", f"site {table.site!r} draws nothing on {table.layer}", f"it draws on {', '.join(areas)}"
        )
    _check_width(table, process, areas[table.layer])
    spaces = {layer: _spaces(table, process, layer) for layer in areas}
    apart = {layer: pitch_asked(process, layer, size_of(area)) for layer, area in areas.items()}
    edges = tuple((layer, *asked) for layer in areas for asked in edges_asked(process, layer))
    pitch = _pitch(table, process, areas, spaces, apart)
    dummy = Dummy(
        table, cell, areas, spaces, pitch, apart, _edge(table, edges, spaces), edges, _density(table, process)
    )
    _check_lattice(dummy, process.grid.value)
    return dummy


def _mistake(key: str, message: str, hint: str | None = None) -> InputError:
    return InputError(message, Where(key=key), hint)


def _cell(table: FillTable, process: Process) -> Cell:
    if table.site is not None:
        if table.site not in process.sites:
            cure = near(table.site, process.sites, f"it has {', '.join(process.sites)}")
            raise _mistake("site", f"process {process.name} has no site {table.site!r}", cure)
        return Site(kind=table.site).draw(process)
    assert table.size is not None  # the table has checked
    shape = Disc(0, 0, table.size) if table.shape == "circle" else Rect(0, 0, table.size, table.size)
    try:
        shape.polygons(process.grid.value)
    except GeometryError as error:
        raise _mistake("size", error.message, error.hint) from None
    return Cell(
        f"FILL_{table.layer}_{table.shape.upper()}_{table.size:g}".replace(".", "p"), (Drawn(table.layer, shape),)
    )


def _areas(cell: Cell, grid: float) -> dict[str, Any]:
    """What a cell draws, by layer, each as one area."""
    import shapely

    drawn: dict[str, list[Points]] = {}
    for layer, points in flatten(cell, grid):
        drawn.setdefault(layer, []).append(points)
    return {layer: shapely.union_all([shapely.Polygon(points) for points in every]) for layer, every in drawn.items()}


def size_of(area: Any) -> float:
    """The longer side of an area's box, which rules by size go by."""
    x0, y0, x1, y1 = area.bounds
    return float(max(x1 - x0, y1 - y0))


def _check_width(table: FillTable, process: Process, area: Any) -> None:
    asked, (x0, y0, x1, y1) = width_asked(process, table.layer), area.bounds
    if min(x1 - x0, y1 - y0) < asked.value - SLACK:
        raise _mistake(
            "size" if table.size else "site",
            f"a dummy {min(x1 - x0, y1 - y0):g} µm wide is narrower than {asked.rule} allows: {asked.value:g} µm",
            f"make it {asked.value:g} µm or wider",
        )


def _spaces(table: FillTable, process: Process, layer: str) -> dict[str, Asked]:
    """What is kept from other layers' shapes; alignment marks and areas that rules don't name count as well."""
    asked = spaces_asked(process, layer)
    if table.space is not None:
        for other, one in asked.items():
            if table.space < one.value - SLACK and other == layer:
                raise _mistake(
                    "space", f"space = {table.space:g} µm is less than {one.rule} asks for: {one.value:g} µm",
                    f"write {one.value:g} or more, or leave it out",
                )  # fmt: skip
    own = max(asked.get(layer, Asked(0.0)).value, table.space or 0.0)
    if own == 0 and layer == table.layer and table.kind == "metal":
        raise _mistake("space", f"no rule says what shapes on {layer} keep from each other", "add space = … in µm")
    found = {layer: asked.get(layer, Asked(own))} | asked
    for name, drawn in process.layers.items():
        if (drawn.meaning == "area" and name != "DIE") or name == "MARK":
            found.setdefault(name, Asked(own))
    found |= {name: Asked(value) for name, value in table.keep.items() if value > found.get(name, Asked(-1.0)).value}
    return {name: Asked(max(one.value, table.space or 0.0), one.rule) for name, one in found.items()}


def _pitch(
    table: FillTable, process: Process, areas: dict[str, Any], spaces: dict[str, dict[str, Asked]],
    apart: dict[str, Asked],
) -> tuple[float, float]:  # fmt: skip
    """The pitch as written, else the closest that keeps all spaces along the axes, on the grid."""
    grid = process.grid.value
    if table.pitch is not None:
        for length in table.pitch:
            _on_grid(length, 2 * grid if table.pattern == "staggered" else grid, "pitch")
        return table.pitch
    bounds = {layer: area.bounds for layer, area in areas.items()}
    along = [
        max(max(b[k + 2] - b[k] + spaces[layer][layer].value, apart[layer].value) for layer, b in bounds.items())
        for k in (0, 1)
    ]
    step = 2 * grid
    x, y = (round(math.ceil(length / step - 1e-6) * step, 9) for length in along)
    return x, y


def _on_grid(length: float, grid: float, key: str) -> None:
    try:
        snap(length, grid, key)
    except GeometryError as error:
        raise _mistake(key, error.message, error.hint) from None


def _edge(
    table: FillTable, edges: tuple[tuple[str, str, Asked, bool], ...], spaces: dict[str, dict[str, Asked]]
) -> Asked:
    """What shapes keep from the die's edge."""
    rules = [asked for _, edge, asked, centre in edges if edge == "DIE" and not centre]
    asked = max(rules, key=lambda one: one.value, default=None)
    if table.edge is None:
        return asked or Asked(max(spaces[layer][layer].value for layer in spaces))
    if asked is not None and table.edge < asked.value - SLACK:
        raise _mistake(
            "edge", f"edge = {table.edge:g} µm is less than {asked.rule} asks for: {asked.value:g} µm",
            f"write {asked.value:g} or more, or leave it out",
        )  # fmt: skip
    return Asked(table.edge)


def _density(table: FillTable, process: Process) -> DensityAsked:
    """The density as written, else as a rule of the layer asks; windows likewise."""
    asked = density_asked(process, table.layer)
    if asked is None:
        if table.density is None:
            told = f"no rule of {process.name} says the density of {table.layer}"
            raise _mistake("density", told, "add density = [0.2, 0.5]")
        asked = DensityAsked(*table.density, 0.0, 0.0)
    least, most = table.density or (asked.least, asked.most)
    window = table.window or asked.window or WINDOW
    step = table.step or (asked.step if table.window is None else 0.0) or window / STEPS
    return DensityAsked(least, most, window, step, "" if table.density else asked.rule)


def _check_lattice(dummy: Dummy, grid: float) -> None:
    """Neighbours on the lattice keep the spaces and pitches that rules ask for."""
    import shapely

    for length in dummy.table.first or ():
        _on_grid(length, grid, "first")
    for step in dummy.steps:
        for layer, area in dummy.areas.items():
            apart = shapely.distance(area, shapely.transform(area, lambda points, by=step: points + np.array(by)))
            for asked, found in ((dummy.spaces[layer][layer], apart), (dummy.apart[layer], math.hypot(*step))):
                if found < asked.value - SLACK:
                    what = f"{asked.rule} asks for" if asked.rule else "is kept"
                    raise _mistake(
                        "pitch", f"dummies {step[0]:g}, {step[1]:g} µm from each other are {found:g} µm apart on "
                        f"{layer}, {what} {asked.value:g}", "make the pitch wider",
                    )  # fmt: skip
