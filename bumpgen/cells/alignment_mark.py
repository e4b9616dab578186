"""Alignment and overlay marks: cross, box, vernier."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from bumpgen.cells.base import CellSpec, box, frame, layer_name, length, on_grid
from bumpgen.geometry import Polygon
from bumpgen.layout import Cell, Drawn
from bumpgen.process import Process

__all__ = ["AlignmentMark"]


class AlignmentMark(CellSpec):
    """A mark on one layer and, with `second_layer`, its partner on the layer aligned to it.

    cross: four squares lie in the cross's corners, `gap` away from its arms. box: a frame with
    walls of `arm`; a box lies within, `gap` away. vernier: two scales face each other at y = 0;
    the second's pitch is larger by `difference`, so that the pair of teeth in line, counted from
    the middle, times `difference` is the misalignment along x (turn the cell for y).
    """

    cell: ClassVar[str] = "alignment_mark"
    layer: str = layer_name("MARK")
    second_layer: str = layer_name("", 'layer of the partner; "" for none', optional=True)
    kind: Literal["cross", "box", "vernier"] = Field("cross", description="kind of mark")
    size: float = length("width and height; of a vernier, length of a tooth", 45.0)
    arm: float = length("width of a cross's arm, a box's wall, a vernier's tooth", 15.0)
    gap: float = length("clear distance of the partner of a cross or box", 3.0)
    pitch: float = length("vernier: distance of the first scale's teeth", 30.0)
    difference: float = length("vernier: what the second scale's pitch is larger by", 0.5)
    teeth: int = Field(21, ge=3, le=201, description="vernier: teeth of each scale; odd")

    @model_validator(mode="after")
    def _fits(self) -> AlignmentMark:
        if self.kind == "vernier":
            self._check_vernier()
            return self
        between = self.size - self.arm if self.kind == "cross" else self.size - 2 * self.arm
        if between <= 0:
            raise ValueError(f"arm = {self.arm:g} µm fills a {self.kind} of {self.size:g} µm: use a thinner one")
        room = between / 2 if self.kind == "cross" else between
        used = self.gap if self.kind == "cross" else 2 * self.gap
        if self.second_layer and used >= room:
            raise ValueError(f"gap = {self.gap:g} µm leaves no room for the partner in {room:g} µm")
        return self

    def _check_vernier(self) -> None:
        if not self.second_layer:
            raise ValueError("a vernier is a pair: set second_layer")
        if self.arm >= self.pitch:
            raise ValueError(f"teeth of arm = {self.arm:g} µm touch at pitch = {self.pitch:g} µm: use a larger pitch")
        if self.teeth % 2 == 0:
            raise ValueError(f"teeth = {self.teeth} have no middle one; use {self.teeth + 1}")
        if self.difference * (self.teeth - 1) >= self.pitch:
            raise ValueError(
                f"difference = {self.difference:g} µm times {self.teeth - 1} reaches pitch = {self.pitch:g} µm: "
                "the reading would be ambiguous; use fewer teeth or a smaller difference"
            )

    def drawing(self, process: Process) -> Cell:
        """Both halves, centred at the origin."""
        halves = {"cross": self._cross, "box": self._box, "vernier": self._vernier}
        first, second = halves[self.kind](process.grid.value)
        shapes = [Drawn(self.layer, shape) for shape in first]
        if self.second_layer:
            shapes += [Drawn(self.second_layer, shape) for shape in second]
        return Cell(self.name(), tuple(shapes))

    def _cross(self, grid: float) -> tuple[tuple[Polygon, ...], tuple[Polygon, ...]]:
        a, s = self.arm / 2, self.size / 2
        quarter = ((a, -s), (a, -a), (s, -a), (s, a), (a, a), (a, s))
        cross = on_grid(quarter + tuple((-x, -y) for x, y in quarter), grid)
        near = a + self.gap
        if near >= s:
            return (cross,), ()
        signs = ((1, 1), (-1, 1), (-1, -1), (1, -1))
        return (cross,), tuple(box(i * near, j * near, i * s, j * s, grid) for i, j in signs)

    def _box(self, grid: float) -> tuple[tuple[Polygon, ...], tuple[Polygon, ...]]:
        s = self.size / 2
        inner = s - self.arm - self.gap
        partner = (box(-inner, -inner, inner, inner, grid),) if inner > 0 else ()
        return frame(-s, -s, s, s, self.arm, grid), partner

    def _vernier(self, grid: float) -> tuple[tuple[Polygon, ...], tuple[Polygon, ...]]:
        return self._scale(self.pitch, 1, grid), self._scale(self.pitch + self.difference, -1, grid)

    def _scale(self, pitch: float, side: int, grid: float) -> tuple[Polygon, ...]:
        """Teeth on one side of y = 0; the middle one is longer by half."""
        middle = self.teeth // 2
        half = self.arm / 2
        ends = [side * self.size * (1.5 if i == middle else 1.0) for i in range(self.teeth)]
        return tuple(
            box((i - middle) * pitch - half, 0.0, (i - middle) * pitch + half, end, grid) for i, end in enumerate(ends)
        )
