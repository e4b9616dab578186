"""A die's layout stepped over a wafer: whole dies as arrays, partial ones with what each layer keeps at the edge.

Shapes of partial dies that lie wholly in the usable area stay references and arrays; only those that its edge
crosses are looked at one by one, and cut or dropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from bumpgen.cells.arrays import lattice
from bumpgen.cells.label import LabelCell
from bumpgen.errors import GeometryError, InputError
from bumpgen.layout import Cell, Drawn, Instance, Layout
from bumpgen.masks.edge import Edge
from bumpgen.masks.wafer import DieClass, Wafer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Truths = NDArray[np.bool_]

__all__ = ["wafer_layout"]


def wafer_layout(layout: Layout, wafer: Wafer) -> Layout:
    """A layout of one die (drawn, or a mask's data) on every site of a wafer, the wafer's centre at 0, 0.

    The die's lower left corner must be the layout's origin. Knocked-out sites stay empty. Die ids and the wafer's
    name are drawn where the layout has their layer, by its name or its mask's.

    InputError where the layout's grid or outline isn't the wafer's.
    """
    _check(layout, wafer)
    die = replace(layout.top, name=f"{layout.top.name}_DIE")
    full = lattice(die, wafer.classes == DieClass.FULL, *wafer.step, *wafer.first)
    edge = Edge(layout, wafer).instances()
    top = Cell(layout.top.name, tuple(_name(layout, wafer)), (*full, *edge, *_ids(layout, wafer)))
    title = f"{layout.title or layout.top.name}: wafer of {wafer.table.diameter:g} mm"
    return replace(layout, top=top, outline=None, nets=(), title=title)


def _check(layout: Layout, wafer: Wafer) -> None:
    if layout.grid != wafer.grid:
        raise InputError(f"the layout's grid is {layout.grid:g} µm, the wafer's {wafer.grid:g} µm")
    if layout.outline is not None and layout.outline != (0.0, 0.0, *wafer.die):
        shown = ", ".join(f"{v:g}" for v in layout.outline)
        raise InputError(f"the layout's outline {shown} is not a die of {wafer.die[0]:g} × {wafer.die[1]:g} µm")


def _layer(layout: Layout, wafer: Wafer, wanted: str) -> str | None:
    """The layer of a layout that stands for a drawn one; None where it has none."""
    return next((name for name in layout.layers if wafer.layers.get(name, name) == wanted), None)


def _name(layout: Layout, wafer: Wafer) -> Iterator[Drawn]:
    """The wafer's name."""
    text = wafer.table.text
    layer = _layer(layout, wafer, text.layer) if text is not None else None
    if text is None or layer is None:
        return
    drawn = LabelCell(layer=text.layer, text=text.text, size=text.size * 1000).drawing(wafer.process)
    x, y = (round(at * 1000 / wafer.grid) * wafer.grid for at in text.at)
    for shape in drawn.shapes:
        yield Drawn(layer, shape.shape.moved(x, y))


def _ids(layout: Layout, wafer: Wafer) -> Iterator[Instance]:
    """Each whole die's column and row: a sign at a place of the text is an array of all dies that have it there."""
    ids = wafer.table.ids
    layer = _layer(layout, wafer, ids.layer) if ids is not None else None
    if ids is None or layer is None:
        return
    spec = LabelCell(layer=ids.layer, size=ids.size)
    pitch = 6 * spec.stroke(wafer.grid)
    if pitch == 0:
        raise GeometryError(f"size = {ids.size:g} µm is too small for die ids", hint=f"use {14 * wafer.grid:g} or more")
    full = wafer.classes == DieClass.FULL
    for place, sign, has in _signs(full):
        drawn = spec.model_copy(update={"text": sign}).drawing(wafer.process)
        cell = Cell(f"{layout.top.name}_ID_{ord(sign)}", tuple(Drawn(layer, d.shape) for d in drawn.shapes))
        x, y = wafer.first[0] + ids.at[0] + place * pitch, wafer.first[1] + ids.at[1]
        yield from lattice(cell, full & has, *wafer.step, _snapped(x, wafer.grid), _snapped(y, wafer.grid))


def _snapped(value: float, grid: float) -> float:
    return round(round(value / grid) * grid, 9)


def _signs(full: Truths) -> Iterator[tuple[int, str, Truths]]:
    """Place in the text, sign, and the sites (rows × columns, or what spreads to that) that have it there."""
    rows, columns = (len(str(count)) for count in full.shape)
    across = [f"{column:0{columns}d}" for column in range(1, full.shape[1] + 1)]
    up = [f"{row:0{rows}d}" for row in range(1, full.shape[0] + 1)]
    for place in range(columns):
        for sign in sorted({text[place] for text in across}):
            yield place, sign, np.array([text[place] == sign for text in across])[None, :]
    yield columns, "-", np.ones((1, 1), dtype=bool)
    for place in range(rows):
        for sign in sorted({text[place] for text in up}):
            yield columns + 1 + place, sign, np.array([text[place] == sign for text in up])[:, None]
