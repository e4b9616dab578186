"""Text that is made on the mask, as polygons."""

from __future__ import annotations

import math
from typing import ClassVar

from pydantic import Field, field_validator

from bumpgen.cells.base import CellSpec, layer_name, length
from bumpgen.cells.font import STROKES, WIDTH, strokes
from bumpgen.errors import GeometryError
from bumpgen.geometry import Rect, Shape, Trace
from bumpgen.layout import Cell, Drawn
from bumpgen.process import Process

__all__ = ["LabelCell"]


class LabelCell(CellSpec):
    """A line of text in capitals; the origin is its lower left corner.

    Strokes are a seventh of the height wide, both rounded down to whole steps of the grid (the
    height to 14 of them). Each stroke is a simple polygon without a hole.
    """

    cell: ClassVar[str] = "label"
    layer: str = layer_name("MARK")
    text: str = Field("A1", min_length=1, max_length=200, description="the text; letters are drawn as capitals")
    size: float = length("height of the capitals", 70.0)

    @field_validator("text")
    @classmethod
    def _font_has_it(cls, text: str) -> str:
        lacking = sorted({sign for sign in text.upper() if sign not in STROKES})
        if lacking:
            signs = " ".join(map(repr, lacking))
            raise ValueError(f"text {text!r}: the font has no {signs}; it has {''.join(STROKES)}")
        if not text.strip():
            raise ValueError("text is only blanks")
        return text

    def stroke(self, grid: float) -> float:
        """Width of a stroke on the grid, µm."""
        return math.floor(self.size / 7 / (2 * grid) + 1e-6) * 2 * grid

    def drawing(self, process: Process) -> Cell:
        """Every stroke as a wire, every dot as a square."""
        unit = self.stroke(process.grid.value)
        if unit == 0:
            least = 14 * process.grid.value
            raise GeometryError(f"size = {self.size:g} µm is too small for text", hint=f"use {least:g} or more")
        shapes = [
            _stroke(line, place * (WIDTH + 2), unit)
            for place, sign in enumerate(self.text.upper())
            for line in strokes(sign)
        ]
        return Cell(self.name(), tuple(Drawn(self.layer, shape) for shape in shapes))


def _stroke(line: list[tuple[int, int]], column: int, unit: float) -> Shape:
    points = tuple(((column + x + 0.5) * unit, (y + 0.5) * unit) for x, y in line)
    if len(points) == 1:
        return Rect(*points[0], unit, unit)
    return Trace(points, unit, ends="square" if _straight_ends(line) else "flat")


def _straight_ends(line: list[tuple[int, int]]) -> bool:
    """Whether both ends run along an axis; slanted ones would stand out if lengthened."""
    ends = ((line[0], line[1]), (line[-1], line[-2]))
    return all(a[0] == b[0] or a[1] == b[1] for a, b in ends)
