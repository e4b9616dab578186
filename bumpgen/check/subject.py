"""A layout file opened to be judged, whoever wrote it: one top cell, a credible size, layers the process knows.

What can't be judged is refused with the reason; what can, but looks odd, is a note.
"""

from __future__ import annotations

import os
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bumpgen.errors import InputError, Where
from bumpgen.process import Process
from bumpgen.toml import read_bytes

if TYPE_CHECKING:
    import klayout.db as db

__all__ = ["Subject", "open_subject"]

MAX_BYTES = 2_000_000_000
MAX_UNPACKED = 8_000_000_000
GZIP_RATIO = 1100
"""Deflate makes nothing smaller than by this factor."""

MOST_SHAPES = 100_000_000
"""More placed shapes than this are no bump layout: a damaged array, or cells that multiply."""

LARGEST = 450_000.0
"""The largest wafer's diameter, µm: nothing wider is bumped."""

SMALLEST = 20.0
"""Narrower than any bump, µm."""

UNIT_RATIO = 100.0
"""A database unit so much coarser than the process's grid, or ten times as much finer, is a mistake of scale."""

FEW = 12
"""So many names or numbers a message lists."""


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """An opened layout, its top cell, and what was noticed on opening."""

    path: Path
    layout: db.Layout
    top: db.Cell
    notes: tuple[str, ...] = ()


def open_subject(path: Path, process: Process, top: str | None = None) -> Subject:
    """The layout of a GDSII or OASIS file (gzip as well) in the layers of a process.

    `top` names the cell to judge where the file has several top cells. Raises InputError for a file that
    is cut off, damaged or of another kind, recursive cells, no top cell or several, a database unit or
    size that is not credible, more shapes than any layout has, and for no layer of the process.
    """
    layout = _read(path)
    cell = _top(layout, top, path)
    _refuse_crowd(layout, cell, path)
    notes = [*_unit(layout, process, path), *_size(layout, cell, path), *_layers(layout, cell, process, path)]
    return Subject(path, layout, cell, tuple(notes))


def _read(path: Path) -> db.Layout:
    import klayout.db as db

    start = read_bytes(path, MAX_BYTES)
    if not start:
        raise InputError("the file is empty", Where(path), hint="export the layout again")
    if start[:2] == b"\x1f\x8b" and _unpacked(start) > max(MAX_UNPACKED, GZIP_RATIO * len(start)):
        raise InputError("the file is damaged or a gzip bomb", Where(path), hint="unpack it with gunzip")
    layout, options = db.Layout(), db.LoadLayoutOptions()
    options.warn_level = 0
    try:
        with _silent():
            layout.read(str(path), options)
            layout.update()
    except (RuntimeError, UnicodeDecodeError) as error:
        raise _unreadable(str(error), path) from None
    return layout


def _unpacked(data: bytes) -> int:
    """Length a gzip file states of its content, bytes (RFC 1952: the last four, modulo 2^32)."""
    return int(struct.unpack("<I", data[-4:])[0]) if len(data) >= 4 else 0


def _unreadable(reason: str, path: Path) -> InputError:
    if "topological_sort" in reason:
        return InputError(
            "cells of the file contain each other: it has no end", Where(path), hint="remove the reference to a parent"
        )
    reason = " ".join(reason.split()).split(" in Layout.read")[0]
    return InputError(
        f"not a readable GDSII or OASIS file: {reason}",
        Where(path),
        hint="the file may be cut off, damaged or of another kind; export or copy it again",
    )


@contextmanager
def _silent() -> Iterator[None]:
    """Keeps away what KLayout's own code prints while it reads; errors are raised all the same."""
    sys.stdout.flush()
    sys.stderr.flush()
    saved, sink = [os.dup(1), os.dup(2)], os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(sink, 1)
        os.dup2(sink, 2)
        yield
    finally:
        for number, copy in enumerate(saved, 1):
            os.dup2(copy, number)
            os.close(copy)
        os.close(sink)


def _top(layout: db.Layout, wanted: str | None, path: Path) -> db.Cell:
    cells = {_name(cell, path): cell for cell in layout.each_cell()}
    tops = sorted(_name(cell, path) for cell in layout.top_cells())
    if not tops:
        raise InputError("the file has no cell", Where(path), hint="export the chip's top cell")
    if wanted is not None:
        if wanted not in cells:
            raise InputError(f"the file has no cell {wanted!r}", Where(path), hint=f"its top cells: {_few(tops)}")
        return cells[wanted]
    if len(tops) > 1:
        raise InputError(
            f"the file has {len(tops)} top cells: {_few(tops)}", Where(path), hint=f"name one, e.g. --top {tops[0]}"
        )
    return cells[tops[0]]


def _name(cell: db.Cell, path: Path) -> str:
    try:
        return str(cell.name)
    except (RuntimeError, UnicodeDecodeError):
        raise InputError(
            "a cell's name is not UTF-8 text", Where(path), hint="export the layout with plain ASCII names"
        ) from None


def _refuse_crowd(layout: db.Layout, top: db.Cell, path: Path) -> None:
    """Placed shapes are counted by whole numbers, cell by cell from the bottom up, before anything is expanded."""
    total: dict[int, int] = {}
    for index in layout.each_cell_bottom_up():
        cell = layout.cell(index)
        count = sum(cell.shapes(layer).size() for layer in layout.layer_indexes())
        for instance in cell.each_inst():
            times = max(1, instance.na) * max(1, instance.nb) if instance.is_regular_array() else 1
            count += times * max(1, total.get(instance.cell_index, 0))
        total[index] = count
    count = total.get(top.cell_index(), 0)
    if count > MOST_SHAPES:
        told = f"{count:,}" if count < 10**15 else f"more than 10^{len(str(count)) - 1}"
        raise InputError(
            f"cell {top.name} places {told} shapes, more than {MOST_SHAPES:,}",
            Where(path),
            hint="an array's counts may be damaged; check one die, not the wafer",
        )


def _unit(layout: db.Layout, process: Process, path: Path) -> Iterator[str]:
    """The database unit beside the process's grid."""
    dbu, grid = float(layout.dbu), process.grid.value
    if not 0 < dbu < float("inf"):
        raise InputError(f"the database unit is {dbu:g} µm", Where(path), hint="export the layout again")
    ratio = dbu / grid
    if ratio >= UNIT_RATIO or ratio <= 0.1 / UNIT_RATIO:
        times = ratio if ratio > 1 else 1 / ratio
        raise InputError(
            f"the database unit is {dbu:g} µm, {times:.6g} times {'coarser' if ratio > 1 else 'finer'} than the grid "
            f"of {process.name} ({grid:g} µm): every length would be wrong by such a factor",
            Where(path),
            hint="export with a database unit of 0.001 µm; the units in the file's header must be micrometres",
        )
    if ratio > 1 + 1e-9:
        yield f"the database unit, {dbu:g} µm, is coarser than the grid of {process.name}, {grid:g} µm"


def _size(layout: db.Layout, top: db.Cell, path: Path) -> Iterator[str]:
    """The layout's extent beside a wafer's and a bump's; scale mistakes are by 1000 as a rule."""
    box = top.dbbox()
    if box.empty():
        raise InputError(f"cell {top.name} is empty", Where(path), hint="export the chip's top cell, or name it: --top")
    wide, far = max(box.width(), box.height()), max(abs(v) for v in (box.left, box.bottom, box.right, box.top))
    if wide > LARGEST or far > 1e6:
        raise InputError(
            f"cell {top.name} is {box.width():.6g} x {box.height():.6g} µm, larger than any wafer; "
            f"a thousandth would be {box.width() / 1000:.6g} x {box.height() / 1000:.6g} µm",
            Where(path),
            hint=f"check the unit it was exported in (its database unit is {layout.dbu:g} µm), or for a stray shape",
        )
    if wide < SMALLEST:
        yield (
            f"cell {top.name} is only {box.width():.6g} x {box.height():.6g} µm: its coordinates may be 1000 times too "
            f"small (database unit {layout.dbu:g} µm)"
        )


def _layers(layout: db.Layout, top: db.Cell, process: Process, path: Path) -> Iterator[str]:
    """At least one layer of the process must be drawn; those of the file it doesn't know are noted."""
    infos = [layout.get_info(i) for i in layout.layer_indexes() if not top.begin_shapes_rec(i).at_end()]
    drawn = sorted({(info.layer, info.datatype) for info in infos})
    known = {layer.gds: name for name, layer in process.layers.items()}
    if not any(number in known for number in drawn):
        has = _few([f"{number[0]}/{number[1]}" for number in drawn]) or "none"
        raise InputError(
            f"nothing is drawn on any layer of {process.name}; the file's layers are {has}",
            Where(path),
            hint=f"{process.name} has {_few([f'{name} {n[0]}/{n[1]}' for n, name in known.items()])}: "
            "choose another --pdk, or export with its numbers",
        )
    others = [f"{number[0]}/{number[1]}" for number in drawn if number not in known]
    if others:
        yield f"not in {process.name} and not checked: {_few(others, 'layer', 'layers')}"


def _few(names: list[str], one: str = "", more: str = "") -> str:
    """The first names, and how many more there are."""
    word = (one if len(names) == 1 else more) + " " if one else ""
    rest = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    return word + ", ".join(names[:FEW]) + rest
