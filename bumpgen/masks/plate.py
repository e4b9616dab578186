"""A mask on its plate: the field in the middle, the frame's marks beside it, title and codes at the plate's edge.

The field is any layout: one die, or a wafer's array of dies. Lengths are µm on the plate unless said otherwise; the
plate's centre is the origin. Data are written as the plate reads right, or mirrored as seen with the chrome up.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from bumpgen.errors import InputError
from bumpgen.geometry import Points, Polygon, Rect, Shape, Transform
from bumpgen.layout import Cell, Drawn, Layout, Placement
from bumpgen.masks.barcode import CodeKind, code_polygons, code_size
from bumpgen.masks.data import shape_boxes
from bumpgen.masks.frame import Block, Frame, Mark, label_shapes, text_size
from bumpgen.masks.scaled import scaled
from bumpgen.masks.set import MaskRow
from bumpgen.plate_table import PlateTable, plate_size
from bumpgen.process import Process

__all__ = ["Plate", "PlateData", "plate_for"]

Box: TypeAlias = tuple[float, float, float, float]

SIZES = {
    "contact": ("4x4x0.060", "5x5x0.090", "6x6x0.120", "7x7x0.120", "9x9x0.120", "14x14x0.120"),
    "stepper": ("5x5x0.090", "6x6x0.250"),
}
"""Plates in inches, smallest first (facts of the trade, unverified: see a mask maker's list)."""

TEXT, CODE_MODULE, CODE_HEIGHT, CELL, FIDUCIAL, SPACE = 1400.0, 100.0, 4000.0, 250.0, 2000.0, 2500.0
"""Of the plate's own line: capitals, narrowest bar, height of bars, cell of the Data Matrix, cross, gap."""


@dataclass(frozen=True, slots=True)
class PlateData:
    """A mask's data on its plate, field and frame alone for a closer look, what is listed, and where both lie."""

    data: Layout
    close: Layout
    marks: tuple[Mark, ...]
    field: Box
    blocks: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Plate:
    """What all plates of a set share: the table's choices, size (mm), the frame's blocks and their places.

    `centre` is the field's centre in the layout, `field` its box; `places` are lower left corners of the blocks on
    the wafer, from the field's centre, µm.
    """

    table: PlateTable
    size: str
    magnification: int
    frame: Frame
    field: Box
    blocks: tuple[tuple[Block, float, float], ...]
    name: str

    @property
    def glass(self) -> str:
        """The plate's material."""
        return self.table.glass or ("soda-lime" if self.table.tool == "contact" else "quartz")

    @property
    def mirrored(self) -> bool:
        """Whether the data are mirrored against the drawn layout."""
        return self.table.data_seen == "chrome_up" and self.table.reads_right == "chrome_down"

    @property
    def half(self) -> tuple[float, float]:
        """Half of the plate's width and height."""
        wide, high, _ = plate_size(self.size)
        return wide * 500, high * 500

    @property
    def writable(self) -> Box:
        """What of the plate can be written."""
        a, b = (side - self.table.margin * 1000 for side in self.half)
        return -a, -b, a, b

    @property
    def sense(self) -> str:
        """Reading sense and how the data are seen, as a mask order states them."""
        side = self.table.reads_right.replace("_", " ")
        seen = "mirrored: as seen chrome up" if self.mirrored else f"as it reads right, seen {side}"
        return f"right-reading {side}; data {seen}"

    @property
    def centre(self) -> tuple[float, float]:
        """The field's centre in the layout, µm, on its grid."""
        x0, y0, x1, y1 = self.field
        grid = self.frame.grid
        return round((x0 + x1) / 2 / grid) * grid, round((y0 + y1) / 2 / grid) * grid

    def texts(self, row: MaskRow) -> tuple[str, str]:
        """Two lines for the reader of the plate."""
        title = self.table.title or self.name
        first = f"{title} MASK {row.number} {row.name} REV {self.table.revision}"
        side = self.table.reads_right.replace("_", " ")
        return first.upper(), f"READS RIGHT {side} DATA {row.data} {self.magnification}X {self.size} IN".upper()

    def code(self, row: MaskRow) -> str:
        """What the codes say: the plate's identity."""
        return f"{self.name}-{row.number}-{self.table.revision}".upper().replace("_", "-")

    def on(self, data: Layout, row: MaskRow) -> PlateData:
        """The data of one mask on its plate.

        InputError if a block of the frame lies on the field's shapes, or something outside what can be written.
        """
        mask = next(i for i, other in enumerate(self.frame.rows) if other.number == row.number)
        self._check_field(data, row)
        cx, cy = self.centre
        field = Cell(f"{data.top.name}_FIELD", (), (Placement(data.top, Transform(-cx, -cy)),))
        grid, m = data.grid, self.magnification
        printed = [s for block, x, y in self.blocks for s in block.shapes(mask, x, y)]
        frame = Cell(f"{data.top.name}_FRAME", tuple(Drawn(row.name, s) for s in printed))
        edge, listed = self._edge(row)
        parts = tuple(Placement(scaled(cell, m, grid)) for cell in (field, frame))
        near = self._seen(Cell(f"{data.top.name}_PRINTED", (), parts))
        own = self._seen(Cell(f"{data.top.name}_PLATE_EDGE", tuple(Drawn(row.name, s) for s in edge)))
        top = Cell(f"{data.top.name}_PLATE", (), (near, own))
        marks = [mark for block, x, y in self.blocks for mark in block.marks(mask, x, y)]
        found = [*(replace(mark, x=mark.x * m, y=mark.y * m, size=mark.size * m) for mark in marks), *listed]
        if self.mirrored:
            found = [replace(mark, x=-mark.x) for mark in found]
        title = f"{data.title}, {self.sense}, {m}x"
        whole = replace(data, top=top, outline=self._outline(), title=title)
        close = replace(data, top=Cell(near.cell.name + "_SEEN", (), (near,)), outline=self._near(), title=title)
        return PlateData(whole, close, tuple(found), self._scaled_field(), self.boxes())

    def _seen(self, cell: Cell) -> Placement:
        """A part of the plate as the data have it."""
        return Placement(cell, Transform(0, 0, 180, mirror=True) if self.mirrored else Transform())

    def _near(self) -> Box:
        """Field and frame with the gap around them, alike on both sides."""
        boxes = np.array([self._scaled_field(), *self.boxes()])
        gap = self.table.gap * self.magnification
        x = float(np.abs(boxes[:, ::2]).max()) + gap
        return -x, float(boxes[:, 1].min()) - gap, x, float(boxes[:, 3].max()) + gap

    def boxes(self) -> tuple[Box, ...]:
        """Boxes of the frame's blocks on the plate."""
        m = self.magnification
        return tuple((x * m, y * m, (x + b.width) * m, (y + b.height) * m) for b, x, y in self.blocks)

    def problem(self) -> str | None:
        """Why field and frame don't fit on this plate; None if they do."""
        room = self._room()
        for what, box in (("the field", self._scaled_field()), *(("the frame", box) for box in self.boxes())):
            if not _inside(box, room):
                sides = ", ".join(f"{v / 1000:g}" for v in room)
                return f"{what} goes to {', '.join(f'{v / 1000:g}' for v in box)} mm, of {sides} mm"
        beside = self.writable[2] - self.table.pellicle.outer[0] * 500 if self.table.pellicle else CODE_HEIGHT
        if beside < CODE_HEIGHT:
            return f"beside the pellicle's frame are {beside / 1000:g} mm, and its title line is 4 mm high"
        line = max(self._line(row)[1] for row in self.frame.rows)
        x0, y0, x1, y1 = self.writable
        free = (y1 - y0 if self.table.pellicle else x1 - x0) - 2 * (FIDUCIAL + SPACE)
        return None if line <= free else f"its title line is {line / 1000:.3g} mm long, for {free / 1000:.3g} mm"

    def _outline(self) -> Box:
        a, b = self.half
        return -a, -b, a, b

    def _scaled_field(self) -> Box:
        cx, cy = self.centre
        x0, y0, x1, y1 = self.field
        m = self.magnification
        return (x0 - cx) * m, (y0 - cy) * m, (x1 - cx) * m, (y1 - cy) * m

    def _room(self) -> Box:
        """Where field and frame may lie: inside the pellicle's frame, or below and above the title line."""
        if self.table.pellicle:
            a, b = (side * 500 for side in self.table.pellicle.inner)
            return -a, -b, a, b
        x0, y0, x1, y1 = self.writable
        return x0, y0 + FIDUCIAL, x1, y1 - CODE_HEIGHT - SPACE

    def _check_field(self, data: Layout, row: MaskRow) -> None:
        """No shape of the field may touch a block of the frame."""
        boxes = shape_boxes(data.top, row.name, data.grid)
        cx, cy = self.centre
        for block, x, y in self.blocks:
            x0, y0, x1, y1 = x + cx, y + cy, x + cx + block.width, y + cy + block.height
            hit = (boxes[:, 0] <= x1) & (boxes[:, 2] >= x0) & (boxes[:, 1] <= y1) & (boxes[:, 3] >= y0)
            if hit.any():
                at = ", ".join(f"{v:g}" for v in boxes[np.flatnonzero(hit)[0]])
                raise InputError(
                    f"mask {row.name}: its frame ({x0:g}, {y0:g}, {x1:g}, {y1:g}) lies on a shape of the field ({at})",
                    hint="choose other places with marks = [[x, y]] in [mask], or a larger gap",
                )

    def _edge(self, row: MaskRow) -> tuple[list[Shape], list[Mark]]:
        """Title, codes and fiducials: the plate's own, which no wafer sees."""
        shapes, length, marks = self._line(row)
        x0, _, _, y1 = self.writable
        if self.table.pellicle:
            a = self.table.pellicle.outer[0] * 500
            at = Transform((x0 - a) / 2 + CODE_HEIGHT / 2, -length / 2, 90)
        else:
            at = Transform(-length / 2, y1 - CODE_HEIGHT)
        at = replace(at, x=round(at.x), y=round(at.y))
        grid = self.frame.grid
        placed: list[Shape] = [_polygon_at(points, at) for shape in shapes for points in shape.polygons(grid)]
        crosses, listed = self._fiducials()
        where = [(mark, at.apply(np.array([(mark.x, mark.y)]))[0]) for mark in marks]
        moved = [replace(mark, x=float(xy[0]), y=float(xy[1])) for mark, xy in where]
        return [*placed, *crosses], [*moved, *listed]

    def _line(self, row: MaskRow) -> tuple[list[Shape], float, list[Mark]]:
        """The plate's line from its lower left corner: two texts, linear code, Data Matrix; its length."""
        frame, tone = self.frame, row.data or "dark"
        shapes: list[Shape] = []
        marks: list[Mark] = []
        wide = 0.0
        for text, y in zip(self.texts(row), (CODE_HEIGHT - TEXT, 0.0), strict=True):
            shapes += [shape.moved(0.0, y) for shape in label_shapes(text, TEXT, frame.process)]
            wide = max(wide, text_size(text, TEXT, frame.grid)[0])
        x = float(round(wide + SPACE))
        codes: tuple[tuple[CodeKind, float, float], ...] = (
            (self.table.code, CODE_MODULE, CODE_HEIGHT), ("DataMatrix", CELL, CODE_HEIGHT),
        )  # fmt: skip
        for kind, module, height in codes:
            code = self.code(row)
            size, tall = code_size(code, kind, module, height)
            drawn = code_polygons(code, kind, module, height, tone, frame.grid)
            shapes += [shape.moved(x, 0.0) for shape in drawn]
            marks.append(Mark(kind, x + size / 2, tall / 2, size, code))
            x += size + SPACE
        return shapes, x - SPACE, marks

    def _fiducials(self) -> tuple[list[Shape], list[Mark]]:
        """A cross in each corner of what can be written."""
        x0, y0, x1, y1 = self.writable
        half, arm = FIDUCIAL / 2, FIDUCIAL / 10
        shapes: list[Shape] = []
        marks: list[Mark] = []
        for x in (round(x0 + half), round(x1 - half)):
            for y in (round(y0 + half), round(y1 - half)):
                rest = half - arm / 2
                shapes += [Rect(x, y, FIDUCIAL, arm), *(Rect(x, y + s * (arm + rest) / 2, arm, rest) for s in (-1, 1))]
                marks.append(Mark("fiducial", x, y, FIDUCIAL, "cross"))
        return shapes, marks


def _polygon_at(points: Points, at: Transform) -> Shape:
    return Polygon(tuple(map(tuple, at.apply(points).tolist())))


def _inside(box: Box, room: Box) -> bool:
    return box[0] >= room[0] and box[1] >= room[1] and box[2] <= room[2] and box[3] <= room[3]


def plate_for(table: PlateTable, field: Box, rows: tuple[MaskRow, ...], process: Process, name: str) -> Plate:
    """The plates of a set of photomasks for a field (its box in the layout, µm): the smallest listed that holds all.

    InputError if none does, or the one that is stated does not.
    """
    least = table.min_feature or (5.0 if table.tool == "contact" else 2.0)
    frame = Frame(process, rows, table.title or name, table.revision, least, table.cd or 2 * least, table.vernier)
    magnification = table.magnification or (1 if table.tool == "contact" else 4)
    blocks = tuple(_blocks(frame, field, table))
    sizes = (table.size,) if table.size else SIZES[table.tool]
    problem = ""
    for size in sizes:
        plate = Plate(table, size, magnification, frame, field, blocks, name)
        found = plate.problem()
        if found is None:
            return plate
        problem = f"on a plate of {size} in {found}"
    raise InputError(problem, hint="choose a larger plate with size, or a smaller field or magnification, in [mask]")


def _blocks(frame: Frame, field: Box, table: PlateTable) -> list[tuple[Block, float, float]]:
    """Blocks and their lower left corners from the field's centre: at the places asked for, or below and above."""
    x0, y0, x1, y1 = field
    grid = frame.grid
    if table.marks:
        cx, cy = (x0 + x1) / 2, (y0 + y1) / 2
        block = frame.block(120 * frame.min_feature)
        corners = [(x - cx - block.width / 2, y - cy - block.height / 2) for x, y in table.marks]
        return [(block, _near(x, grid), _near(y, grid)) for x, y in corners]
    length = max(x1 - x0, 400 * frame.min_feature)
    half, block, far = (y1 - y0) / 2, frame.block(length), frame.far_block(length)
    below = (block, _near(-block.width / 2, grid), _near(-half - table.gap - block.height, grid))
    if not far.items:
        return [below]
    return [below, (far, _near(-far.width / 2, grid), _near(half + table.gap, grid))]


def _near(value: float, grid: float) -> float:
    return round(round(value / grid) * grid, 9)
