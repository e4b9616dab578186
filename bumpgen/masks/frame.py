"""What is printed beside the field of a mask: marks to align by, to read overlay at, to measure; and its name.

All masks of a set share one arrangement: a pair of masks has its marks at one place, everything else its own, so
that nothing of one mask falls on another's. Lengths are µm on the wafer. Polygons mean on each mask what its drawn
ones mean: dark on a plate of dark data, clear on one of clear data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bumpgen.cells.alignment_mark import AlignmentMark
from bumpgen.cells.base import box, frame
from bumpgen.cells.cd_bars import CdBars
from bumpgen.cells.font import STROKES, WIDTH
from bumpgen.cells.label import LabelCell
from bumpgen.geometry import Polygon, Shape, Transform
from bumpgen.layout import Cell
from bumpgen.masks.fracture import cut_open
from bumpgen.masks.set import MaskRow
from bumpgen.process import Process
from bumpgen.steps import Strip

__all__ = ["Block", "Frame", "Item", "Mark", "label_shapes", "text_size"]

TEETH = 21
LADDER = (1.0, 1.5, 2.0, 3.0, 5.0)
"""Line widths of the resolution ladder, in parts of the smallest."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark as listed in the order: what, its centre (µm), its nominal size (µm), for whom."""

    kind: str
    x: float
    y: float
    size: float
    note: str


@dataclass(frozen=True, slots=True)
class Item:
    """A thing of the frame with its box; `draw` gives what a mask (its index) has of it, from the lower left corner."""

    kind: str
    width: float
    height: float
    draw: Callable[[int], tuple[Shape, ...]]
    marks: Callable[[int], tuple[Mark, ...]]


@dataclass(frozen=True, slots=True)
class Block:
    """Items at their places (lower left corners, µm) in a box from the origin to width, height."""

    items: tuple[tuple[Item, float, float], ...]
    width: float
    height: float

    def shapes(self, mask: int, x: float, y: float) -> list[Shape]:
        """What a mask has of the block, if its corner lies at x, y."""
        return [s.moved(x + dx, y + dy) for item, dx, dy in self.items for s in item.draw(mask)]

    def marks(self, mask: int, x: float, y: float) -> list[Mark]:
        """The block's marks on a mask."""
        return [
            Mark(m.kind, round(x + dx + m.x, 6), round(y + dy + m.y, 6), m.size, m.note)
            for item, dx, dy in self.items
            for m in item.marks(mask)
        ]


@dataclass(frozen=True)
class Frame:
    """The items of a set of masks, dimensioned by the smallest line (µm) and what a vernier reads (µm)."""

    process: Process
    rows: tuple[MaskRow, ...]
    title: str
    revision: str
    min_feature: float
    cd: float
    vernier: float

    @property
    def grid(self) -> float:
        """Grid of the process, µm."""
        return self.process.grid.value

    def _on(self, value: float) -> float:
        """The nearest multiple of 2 x grid that is not less than a value."""
        step = 2 * self.grid
        return round(-(-(value - 1e-9) // step) * step, 9)

    def block(self, length: float) -> Block:
        """All items in rows of at most `length` µm: pairs first, then each mask's own."""
        return self._packed([*self._pairs(with_verniers=True), *self._own()], length)

    def far_block(self, length: float) -> Block:
        """The alignment marks alone, for the far side of the field."""
        return self._packed(self._pairs(with_verniers=False), length)

    def _packed(self, items: list[Item], length: float) -> Block:
        """Items in rows from the lower left, the next one where the last ends; between them eight smallest lines."""
        gap = self._on(8 * self.min_feature)
        found, x, y, high, wide = [], 0.0, 0.0, 0.0, 0.0
        for item in items:
            if x and x + item.width > length:
                x, y, high = 0.0, y + high + gap, 0.0
            found.append((item, round(x, 6), round(y, 6)))
            wide, high = max(wide, x + item.width), max(high, item.height)
            x += item.width + gap
        return Block(tuple(found), self._on(wide), self._on(y + high))

    def _pairs(self, *, with_verniers: bool) -> list[Item]:
        found = []
        for first in range(len(self.rows) - 1):
            found.append(self._alignment(first))
            if with_verniers:
                found += [self._scale(first, upright=False), self._scale(first, upright=True)]
        return found

    def _own(self) -> list[Item]:
        makers = (self._bars, self._ladder, self._name)
        return [maker(mask) for mask in range(len(self.rows)) for maker in makers]

    def _pair_name(self, first: int) -> str:
        return f"{self.rows[first + 1].name} to {self.rows[first].name}"

    def _alignment(self, first: int) -> Item:
        """A box on the first mask, a cross within it on the second; in a dark field the cross stands in a window."""
        unit = self.min_feature / 5
        size, wall, arm, span, window = (self._on(v * unit) for v in (120, 20, 16, 60, 160))
        middle = window / 2

        def draw(mask: int) -> tuple[Shape, ...]:
            if mask == first:
                edge = (window - size) / 2
                return frame(edge, edge, window - edge, window - edge, wall, self.grid)
            if mask == first + 1:
                return self._key(middle, arm, span, window, dark_field=self.rows[mask].data == "clear")
            whole = box(0.0, 0.0, window, window, self.grid)
            return (whole,) if mask > first + 1 and self._opens(mask) else ()

        def marks(mask: int) -> tuple[Mark, ...]:
            if mask == first:
                return (Mark("target", middle, middle, size, self._pair_name(first)),)
            return (Mark("key", middle, middle, span, self._pair_name(first)),) if mask == first + 1 else ()

        return Item("alignment", window, window, draw, marks)

    def _key(self, middle: float, arm: float, span: float, window: float, *, dark_field: bool) -> tuple[Shape, ...]:
        import shapely

        a, s = arm / 2, span / 2
        cross = shapely.box(middle - a, middle - s, middle + a, middle + s).union(
            shapely.box(middle - s, middle - a, middle + s, middle + a)
        )
        area = shapely.box(0, 0, window, window) - cross if dark_field else cross
        return tuple(Polygon(tuple(map(tuple, points.tolist()))) for points in cut_open(area))

    def _opens(self, mask: int) -> bool:
        """Whether the mask's film stays on the wafer and is opened by its polygons: it must not cover earlier marks."""
        row = self.rows[mask]
        stripped = any(isinstance(step, Strip) and step.film == row.film for step in self.process.steps)
        return row.polygon == "opening" and not stripped

    def _scale(self, first: int, *, upright: bool) -> Item:
        """A vernier: the main scale on the first mask, the one to read on the second."""
        unit = self.min_feature / 5
        tooth, arm, pitch = (self._on(v * unit) for v in (40, 10, 30))
        difference = max(self.grid, round(self.vernier / self.grid) * self.grid)
        spec = AlignmentMark(
            layer="A", second_layer="B", kind="vernier", size=tooth, arm=arm, pitch=pitch, difference=difference,
            teeth=TEETH,
        )  # fmt: skip
        cell = spec.drawing(self.process)
        half, high = self._on((TEETH // 2) * (pitch + difference) + arm), self._on(1.5 * tooth)
        wide, tall = (2 * high, 2 * half) if upright else (2 * half, 2 * high)
        turn = Transform(wide / 2, tall / 2, 90 if upright else 0)

        def draw(mask: int) -> tuple[Shape, ...]:
            layer = {first: "A", first + 1: "B"}.get(mask)
            return _turned(cell, layer, turn, self.grid) if layer else ()

        def marks(mask: int) -> tuple[Mark, ...]:
            told = f"{self._pair_name(first)}, {'y' if upright else 'x'}, reads {difference:g}"
            return (Mark("vernier", wide / 2, tall / 2, pitch, told),) if mask in (first, first + 1) else ()

        return Item("vernier", wide, tall, draw, marks)

    def _bars(self, own: int) -> Item:
        """Bars whose width the mask maker measures."""
        cd = self._on(self.cd)
        spec = CdBars(layer="A", width=cd, space=cd, bars=5, length=10 * cd)
        shapes = tuple(drawn.shape for drawn in spec.drawing(self.process).shapes)
        places = ((4.5 * cd, 5 * cd, "width along x"), (19 * cd, 4.5 * cd, "width along y"))
        listed = tuple(Mark("CD bar", x, y, cd, f"middle one of 5, {told}") for x, y, told in places)
        return self._of_one(own, "CD bars", 24 * cd, 10 * cd, shapes, listed)

    def _ladder(self, own: int) -> Item:
        """Groups of three lines, from the smallest up, each with its width in µm above."""
        size = 8 * self.min_feature
        tall = self._on(20 * self.min_feature)
        shapes: list[Shape] = []
        marks: list[Mark] = []
        x = 0.0
        for part in LADDER:
            wide = self._on(part * self.min_feature)
            shapes += [box(x + 2 * i * wide, 0.0, x + (2 * i + 1) * wide, tall, self.grid) for i in range(3)]
            text = f"{wide:g}"
            above = self._on(tall + 3 * self.min_feature)
            shapes += [shape.moved(x, above) for shape in label_shapes(text, size, self.process)]
            marks.append(Mark("resolution", round(x + 2.5 * wide, 6), tall / 2, wide, "3 lines and spaces"))
            x = self._on(x + max(5 * wide, text_size(text, size, self.grid)[0]) + 6 * self.min_feature)
        return self._of_one(own, "ladder", x, self._on(tall + 3 * self.min_feature + size), tuple(shapes), tuple(marks))

    def _name(self, own: int) -> Item:
        """The mask's name, number and revision."""
        row, size = self.rows[own], 20 * self.min_feature
        text = f"{self.title} {row.number} {row.name} {self.revision}".upper()
        wide, tall = text_size(text, size, self.grid)
        mark = Mark("name", wide / 2, tall / 2, size, text)
        shapes = label_shapes(text, size, self.process)
        return self._of_one(own, "name", self._on(wide), self._on(tall), shapes, (mark,))

    def _of_one(
        self, own: int, kind: str, width: float, height: float, shapes: tuple[Shape, ...], marks: tuple[Mark, ...]
    ) -> Item:
        """An item that one mask alone has."""
        return Item(
            kind, width, height, lambda mask: shapes if mask == own else (), lambda mask: marks if mask == own else ()
        )


def label_shapes(text: str, size: float, process: Process) -> tuple[Shape, ...]:
    """A line of text as polygons from its lower left corner; signs the mask font lacks are written as a dash."""
    plain = "".join(sign if sign in STROKES else "-" for sign in text.upper())
    return tuple(d.shape for d in LabelCell(layer="A", text=plain, size=size).drawing(process).shapes)


def text_size(text: str, size: float, grid: float) -> tuple[float, float]:
    """Width and height of a text as `label_shapes` draws it, µm."""
    unit = LabelCell(layer="A", text="A", size=size).stroke(grid)
    return ((WIDTH + 2) * len(text) - 1) * unit, 7 * unit


def _turned(cell: Cell, layer: str, at: Transform, grid: float) -> tuple[Shape, ...]:
    return tuple(
        Polygon(tuple(map(tuple, at.apply(points).tolist())))
        for drawn in cell.shapes
        if drawn.layer == layer
        for points in drawn.shape.polygons(grid)
    )
