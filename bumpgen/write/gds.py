"""GDSII stream files, written as blocks of equal records that numpy fills.

A file is a row of records: length, type, data. Elements that differ in their coordinates only
(copies of a polygon, references to one cell) have records of one length, so that thousands of
them are one array. Nothing but numpy is needed, and equal layouts give equal bytes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from io import FileIO
from itertools import groupby, islice
from struct import pack
from typing import TYPE_CHECKING

import numpy as np

from bumpgen.errors import GeometryError
from bumpgen.geometry import Points, Transform
from bumpgen.layout import Array, Cell, Instance, LayerNumber, Layout, Placement, Scatter
from bumpgen.write.atomic import replacing
from bumpgen.write.records import (
    CHUNK,
    DATE,
    ENDEL,
    cell_name,
    copies,
    numbers,
    point,
    polygons,
    real,
    record,
    reference,
    text,
)
from bumpgen.write.units import Steps, Units, in_range, units

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["MAX_ARRAY", "MAX_POINTS", "write_gds"]

MAX_POINTS = 8190
"""Points a polygon may have: 8191 fit into a record, and the first is repeated."""

MAX_ARRAY = 32_767
"""Columns or rows of one array reference; larger arrays are written as several."""

HERE = Transform()
ORIGIN: Steps = np.zeros((1, 2), np.int64)


def write_gds(
    layout: Layout, path: Path | str, *, flat: bool = False, max_points: int = MAX_POINTS, database: float | None = None
) -> None:
    """Write a layout as GDSII; the file appears when it is complete.

    Parameters
    ----------
    flat : put every polygon and label into one cell instead of references.
    max_points : polygons with more points are cut (199 suits the oldest readers).
    database : length of a database unit in µm; without it 0.001 where the grid allows, else the grid.
    """
    if not 5 <= max_points <= MAX_POINTS:
        raise GeometryError(f"max_points = {max_points} is not within 5 to {MAX_POINTS}", hint="use 199 or 8190")
    stream = _Stream(layout, units(layout.grid, database), max_points)
    with replacing(path) as temporary, FileIO(temporary, "wb") as file:
        _write(file, stream.flat() if flat else stream.nested())


def _write(file: FileIO, chunks: Iterable[bytes | memoryview]) -> None:
    """Chunks to an unbuffered file: small ones gathered, large ones without a copy."""
    small = bytearray()
    for chunk in chunks:
        if len(chunk) < CHUNK:
            small += chunk
        if len(chunk) >= CHUNK or len(small) >= CHUNK:
            _write_all(file, small)
            small = bytearray()
        if len(chunk) >= CHUNK:
            _write_all(file, chunk)
    _write_all(file, small)


def _write_all(file: FileIO, data: bytes | bytearray | memoryview) -> None:
    view = memoryview(data)
    while view:  # the system may take less than it is given
        view = view[file.write(view) :]


def _likeness(instance: Instance) -> tuple[object, ...]:
    """Equal for neighbours whose records differ in their place only."""
    turn = _turn(instance)
    return type(instance), id(instance.cell), turn.rotation, turn.mirror


def _turn(instance: Instance) -> Transform:
    return replace(instance.at, x=0.0, y=0.0) if isinstance(instance, Placement | Array) else HERE


def _points(run: list[Instance]) -> Iterator[Points]:
    """Places of placements and scatters, µm, in chunks."""
    single = np.array([(i.at.x, i.at.y) for i in run if isinstance(i, Placement)])
    for points in (single, *(i.points for i in run if isinstance(i, Scatter))):
        for start in range(0, len(points), CHUNK):
            yield points[start : start + CHUNK]


def _axis(step: Steps, rotation: float) -> int | None:
    """Which axis of a cell turned by `rotation` a step lies along: 0, 1, or None for neither."""
    angle = math.radians(rotation)
    x, y = step.tolist()
    along, across = x * math.cos(angle) + y * math.sin(angle), y * math.cos(angle) - x * math.sin(angle)
    return 0 if abs(across) < 1e-9 * abs(along) else 1 if abs(along) < 1e-9 * abs(across) else None


class _Stream:
    """The chunks of one file."""

    def __init__(self, layout: Layout, scale: Units, max_points: int):
        self.layout, self.units, self.max_points = layout, scale, max_points

    def nested(self) -> Iterator[bytes | memoryview]:
        """Every cell once, children first."""
        yield self._begin()
        for cell in self.layout.cells():
            yield record(0x0502, DATE) + record(0x0606, cell_name(cell.name))
            yield from self._own(cell, ORIGIN, HERE)
            for _, run in groupby(cell.instances, _likeness):
                yield from self._references(list(run), cell.name)
            yield record(0x0700)
        yield record(0x0400)

    def flat(self) -> Iterator[bytes | memoryview]:
        """One cell with every polygon and label."""
        yield self._begin() + record(0x0502, DATE) + record(0x0606, cell_name(self.layout.top.name))
        yield from self._deep(self.layout.top, ORIGIN, HERE)
        yield record(0x0700) + record(0x0400)

    def _begin(self) -> bytes:
        unit = self.units.database
        name = record(0x0206, cell_name(self.layout.top.name))
        head = record(0x0002, pack(">H", 600)) + record(0x0102, DATE)
        return head + name + record(0x0305, real(unit) + real(unit / 1e6))

    def _own(self, cell: Cell, places: Steps, turn: Transform) -> Iterator[bytes | memoryview]:
        """A cell's own polygons and labels at all places."""
        outlines = groupby(self._outlines(cell, turn), lambda found: (found[0], len(found[1])))
        for (number, count), group in outlines:
            while block := [points for _, points in islice(group, CHUNK // count + 1)]:
                stack = np.stack(block)
                self._check(stack.reshape(-1, 2), places, f"cell {cell.name}, layer {number[0]}/{number[1]}")
                yield from polygons(number, stack, places)
        heads: dict[str, bytes] = {}
        label_places = self._label_places(cell, places, turn)
        once = (label_places + places[0]).tolist() if len(places) == 1 else None
        for index, label in enumerate(cell.labels):
            if label.layer not in heads:
                heads[label.layer] = record(0x0C00) + numbers((0x0D02, 0x1602), self.layout.number(label.layer))
            head, tail = heads[label.layer], text(label.text) + ENDEL
            yield head + point(*once[index]) + tail if once else copies(head, places + label_places[index], tail)

    def _label_places(self, cell: Cell, places: Steps, turn: Transform) -> Steps:
        """Where a cell's labels lie in it; all are checked at once, and singly to name one that is wrong."""
        points = np.array([(label.x, label.y) for label in cell.labels], dtype=np.float64).reshape(-1, 2)
        try:
            at = self.units.steps(turn.apply(points), f"cell {cell.name}, labels")
            if len(at):
                self._check(at, places, f"cell {cell.name}, labels")
        except GeometryError:
            for label, point in zip(cell.labels, points, strict=True):
                what = f"cell {cell.name}, label {label.text!r}"
                self._check(self.units.steps(turn.apply(point[None]), what), places, what)
            raise
        return at

    def _outlines(self, cell: Cell, turn: Transform) -> Iterator[tuple[LayerNumber, Steps]]:
        """Layer and corners of a cell's own polygons, cut where they have too many."""
        for drawn in cell.shapes:
            number = self.layout.number(drawn.layer)
            what = f"cell {cell.name}, layer {drawn.layer}"
            for points in drawn.shape.polygons(self.layout.grid):
                corners = self.units.steps(points if turn == HERE else turn.apply(points), what)
                for piece in [corners] if len(corners) <= self.max_points else self._fractured(corners):
                    yield number, piece

    def _fractured(self, corners: Steps) -> list[Steps]:
        """A polygon cut into ones of at most `max_points`; new corners lie on the grid."""
        import gdstk

        grid = self.units.factor
        pieces = gdstk.Polygon(list(map(tuple, (corners / grid).tolist()))).fracture(self.max_points, 1.0)
        return [np.rint(piece.points).astype(np.int64) * grid for piece in pieces]

    def _check(self, points: Steps, places: Steps, what: str) -> None:
        low = points.min(axis=0) + places.min(axis=0)
        in_range(low, points.max(axis=0) + places.max(axis=0), self.units.database, what)

    def _places(self, run: list[Instance], turn: Transform, what: str) -> Iterator[Steps]:
        """Where a run of like instances lies, turned, in chunks."""
        for points in _points(run):
            yield self.units.steps(turn.apply(points), what)
        for array in (instance for instance in run if isinstance(instance, Array)):
            at, step_x, step_y = self._frame(array, turn, what)
            count = array.columns * array.rows
            for start in range(0, count, CHUNK):
                index = np.arange(start, min(start + CHUNK, count))[:, None]
                yield at + index % array.columns * step_x + index // array.columns * step_y

    def _references(self, run: list[Instance], parent: str) -> Iterator[bytes | memoryview]:
        """A run of like instances: arrays as array references, the rest as single ones."""
        what = f"cell {parent}, reference to {run[0].cell.name}"
        for array in run:
            if isinstance(array, Array):
                yield from self._array(array, what)
        if not isinstance(run[0], Array):
            yield from self._singles(run, what)

    def _singles(self, run: list[Instance], what: str) -> Iterator[memoryview]:
        head = reference(0x0A00, run[0].cell, _turn(run[0]))
        for places in self._places(run, HERE, what):
            self._check(ORIGIN, places, what)
            yield copies(head, places, ENDEL)

    def _array(self, array: Array, what: str) -> Iterator[bytes | memoryview]:
        """Array references where a side lies along the cell's axes, as GDSII demands; else single ones."""
        origin, step_x, step_y = self._frame(array, HERE, what)
        sides = [side for side in ((array.columns, step_x), (array.rows, step_y)) if side[0] > 1]
        axes = [_axis(step, array.at.rotation) for _, step in sides]
        head = reference(0x0B00, array.cell, _turn(array))
        if sides and None not in axes and len(set(axes)) == len(axes):
            yield from self._lattice(head, origin, dict(zip(axes, sides, strict=True)), what)
        elif set(axes) - {None}:
            known = 0 if axes[0] is not None else 1
            count, step = sides[1 - known]
            for index in range(count):
                yield from self._lattice(head, origin + index * step, {axes[known]: sides[known]}, what)
        else:
            yield from self._singles([array], what)

    def _lattice(
        self, head: bytes, origin: Steps, sides: dict[int | None, tuple[int, Steps]], what: str
    ) -> Iterator[bytes]:
        """An array by its sides along axis 0 and 1, in parts that GDSII can count."""
        columns, across = sides.get(0, (1, np.zeros(2, np.int64)))
        rows, up = sides.get(1, (1, np.zeros(2, np.int64)))
        for i in range(0, columns, MAX_ARRAY):
            for j in range(0, rows, MAX_ARRAY):
                n, m = min(MAX_ARRAY, columns - i), min(MAX_ARRAY, rows - j)
                corner = origin + i * across + j * up
                points = np.array([corner, corner + n * across, corner + m * up])
                self._check(points, ORIGIN, what)
                yield head + record(0x1302, pack(">2h", n, m)) + record(0x1003, points.astype(">i4").tobytes()) + ENDEL

    def _frame(self, array: Array, turn: Transform, what: str) -> Steps:
        """Place and steps of an array, turned: three vectors."""
        return self.units.steps(turn.apply(np.array([(array.at.x, array.at.y), array.step_x, array.step_y])), what)

    def _deep(self, cell: Cell, places: Steps, turn: Transform) -> Iterator[bytes | memoryview]:
        """A cell and all in it at all places, each polygon drawn once and copied."""
        yield from self._own(cell, places, turn)
        for _, group in groupby(cell.instances, _likeness):
            run = list(group)
            child, inner = run[0].cell, _turn(run[0]).then(turn)
            for steps in self._places(run, turn, f"cell {cell.name}, reference to {child.name}"):
                count = max(1, CHUNK // len(steps))
                for start in range(0, len(places), count):
                    spread = places[start : start + count, None] + steps
                    yield from self._deep(child, spread.reshape(-1, 2), inner)
