"""`bumpgen masks`: the masks a process needs for a design: tone, bias, and the data to be digitized, file by file."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from bumpgen import __version__
from bumpgen.build import plan_and_draw
from bumpgen.command.progress import progress_bar
from bumpgen.design import Design
from bumpgen.errors import InputError, Where
from bumpgen.layout import Layout
from bumpgen.masks.data import mask_data
from bumpgen.masks.fracture import fractured
from bumpgen.masks.frame import Mark
from bumpgen.masks.invert import box_around, inverted, turned
from bumpgen.masks.plate import Plate, plate_for
from bumpgen.masks.set import MaskRow, Tone, mask_set
from bumpgen.masks.stepped import wafer_layout
from bumpgen.masks.wafer import Wafer, wafer_of
from bumpgen.plate_table import PlateTable, Tool
from bumpgen.read import read_design
from bumpgen.report import counted, number
from bumpgen.validation import near
from bumpgen.view.masked import mask_picture
from bumpgen.view.painted import PAINTERS
from bumpgen.write.dxf import write_dxf
from bumpgen.write.gds import MAX_POINTS, write_gds
from bumpgen.write.gerber import write_gerber
from bumpgen.write.oasis import write_oasis
from bumpgen.write.output import placed, write_outputs

__all__ = ["FORMATS", "MaskOptions", "MasksReport", "masks"]

FORMATS = {"gds": ".gds", "oas": ".oas", "dxf": ".dxf", "gerber": ".gbr"} | {kind: f"_MASK.{kind}" for kind in PAINTERS}
"""Formats of mask data and pictures of the masks, and how their files end."""

HEADS = ("no", "mask", "layer", "film", "polygon", "resist", "data", "field", "bias", "what and why")
COLUMNS = (
    "number", "kind", "mask", "step", "layer", "film", "polygon", "resist", "data", "field", "bias_um", "rounding_um",
    "pullback_um", "reasons", "note", "plate_in", "glass", "scale", "reading", "file",
)  # fmt: skip

PICTURE = 1200
"""Width of a mask's picture, pixels."""

PAGED = 100_000
"""Shapes that a PDF may have: it repeats every one."""

DRAWN = ("photomask", "stencil")
"""Kinds of mask that data are made for."""

Makers = dict[str, Callable[[Path], object]]


@dataclass(frozen=True, slots=True)
class MaskOptions:
    """What a person may choose: formats, points a polygon may have, circles as such in DXF, one tone for all plates.

    With `tone`, data of the other tone are inverted within the die's box and `margin` µm around it, or within the
    plate. `plate`: for which tool the masks are put on plates; None as the design says, "none" for bare data.
    `field`: whether a mask is of one die or of the whole wafer; None: of the wafer where a contact aligner's plates
    are asked for and the design has a [wafer] table.
    """

    formats: tuple[str, ...] = ("gds", "oas")
    max_points: int = MAX_POINTS
    circles: bool = False
    tone: Tone | None = None
    margin: float = 100.0
    plate: Tool | Literal["none"] | None = None
    field: Literal["die", "wafer"] | None = None


@dataclass(frozen=True, slots=True)
class MasksReport:
    """What was made: the rows of the mask set, and the files by the steps they belong to."""

    design: Design
    rows: tuple[MaskRow, ...]
    files: dict[int, tuple[str, ...]]
    sizes: dict[str, int]
    folder: Path
    seconds: float
    empty: tuple[MaskRow, ...] = ()
    plate: Plate | None = None

    def json(self) -> str:
        """The report as JSON text."""
        rows = [
            asdict(row) | {"bias": row.bias, "field": row.field, "files": self.files.get(row.step, ())}
            for row in self.rows
        ]
        facts: dict[str, object] = {"design": self.design.name, "process": self.design.process.name, "masks": rows}
        if self.plate is not None:
            facts["plate"] = _plate_facts(self.plate)
        facts["empty"] = [row.name for row in self.empty]
        return json.dumps(facts | {"folder": str(self.folder), "files": self.sizes}, indent=2, ensure_ascii=False)

    def show(self) -> None:
        """Print the mask set as a table, then the files."""
        from rich.console import Console

        console = Console(highlight=False, soft_wrap=True)
        console.print(f"{self.design.name}: masks of {self.design.process.name}", style="bold", markup=False)
        rows = [_cells(row) for row in self.rows]
        widths = [max(len(row[i]) for row in (HEADS, *rows)) for i in range(len(HEADS))]
        for cells, style in ((HEADS, "bold"), *((row, "") for row in rows)):
            console.print("  ".join(map(str.ljust, cells, widths)).rstrip(), style=style or None, markup=False)
        if self.plate is not None:
            plate = self.plate
            told = f"plates {plate.size} in, {plate.glass}, {plate.magnification}x, {plate.sense}"
            console.print(told, markup=False)
        for name, size in self.sizes.items():
            console.print(f"wrote {self.folder / name} ({size:,} bytes)", markup=False)
        plates = sum(row.kind == "photomask" for row in self.rows)
        console.print(f"{counted(plates, 'photomask', 'photomasks')}, {self.seconds:.2f} s", style="dim")
        self.show_problems()

    def show_problems(self) -> None:
        """Print which masks are empty; one that can't be made is an error."""
        import click

        for row in self.empty:
            click.echo(f"warning: mask {row.name} is empty: nothing is drawn on {row.layer}", err=True)


def _plate_facts(plate: Plate) -> dict[str, object]:
    facts = {"size_in": plate.size, "glass": plate.glass, "magnification": plate.magnification}
    codes = [plate.code(row) for row in plate.frame.rows]
    return facts | {"tool": plate.table.tool, "sense": plate.sense, "codes": codes}


def _cells(row: MaskRow) -> tuple[str, ...]:
    bias = f"{row.bias:+g}" if row.bias else "0" if row.data else ""
    why = "; ".join(_why(row)) or row.note
    return (
        str(row.number or ""), row.name, row.layer, row.film, row.polygon or "", row.resist or "", row.data or "",
        row.field or "", bias, why if row.kind == "photomask" else f"{row.kind}: {row.note}".rstrip(": "),
    )  # fmt: skip


def _why(row: MaskRow) -> Iterator[str]:
    for bias in row.biases:
        yield f"{bias.total:+g} {bias.reason} ({bias.source})"
    if row.rounding:
        yield f"corners rounded to {number(row.rounding)}"
    if row.pullback:
        yield f"pulled back {number(row.pullback)} from the die's edge"


def masks(name: str, out: Path | None, options: MaskOptions, progress: bool = False) -> MasksReport:
    """Write the mask data of a design, a file a mask, with the list of masks as CSV; all of them, or none.

    InputError as reading gives, and where a bias can't be drawn.
    """
    for kind in options.formats:
        if kind not in FORMATS:
            raise InputError(f"there is no format {kind!r} of masks", hint=near(kind, FORMATS))
    start = time.perf_counter()
    design = read_design(name)
    folder = out if out is not None else Path("out") / f"{design.name}_masks"
    if folder.resolve() == design.path.resolve().parent:
        raise InputError("the output folder is the design's own", Where(folder), hint="choose another with -o")
    rows = mask_set(design.process)
    with progress_bar(progress) as tell:
        total = sum(row.kind in DRAWN for row in rows) + 1
        tell(f"draw {design.name}", total)
        layout = plan_and_draw(design, labels=False)[1]
        table = _plate_table(design, options)
        wafer = _wafer(design, table, options)
        plate = _plate(design, layout, rows, table, wafer)
        found = [_Mask.of((layout, wafer), row, options, plate, lambda text: tell(text, total)) for row in rows]
        rows = tuple(mask.row for mask in found)
        makers: Makers = {}
        for mask in found:
            makers |= mask.makers(design.name, options)
        files = {mask.row.step: tuple(mask.makers(design.name, options)) for mask in found}
        if plate is not None:
            marks = _marks(found)
            makers[f"{design.name}_marks.csv"] = lambda path: path.write_text(marks, encoding="utf-8")
        makers[f"{design.name}_masks.csv"] = lambda path: path.write_text(_table(rows, files, plate), encoding="utf-8")
        write_outputs(folder, makers, inputs=design.inputs, version=__version__)
    sizes = {file: (folder / file).stat().st_size for file in (*makers, "manifest.json")}
    empty = tuple(mask.row for mask in found if mask.empty)
    return MasksReport(design, rows, files, sizes, folder, time.perf_counter() - start, empty, plate)


def _plate_table(design: Design, options: MaskOptions) -> PlateTable | None:
    """What is said of the plates asked for; None for data alone, as drawn."""
    table = design.file.mask
    if options.plate == "none" or (options.plate is None and table is None):
        return None
    if table is None or options.plate not in (None, table.tool):
        return PlateTable(tool=options.plate or "contact")
    return table


def _wafer(design: Design, table: PlateTable | None, options: MaskOptions) -> Wafer | None:
    """The wafer that masks are stepped over; None for masks of one die."""
    contact = table is not None and table.tool == "contact" and design.file.wafer is not None
    if options.field == "wafer" or (options.field is None and contact):
        return wafer_of(design)
    return None


def _plate(
    design: Design, layout: Layout, rows: tuple[MaskRow, ...], table: PlateTable | None, wafer: Wafer | None
) -> Plate | None:
    """The plates, with a die or a wafer as their field; None for data alone."""
    if table is None:
        return None
    field = layout.outline
    if wafer is not None:
        reach = 500 * wafer.table.diameter
        field = (-reach, -reach, reach, reach)
    if field is None:
        raise InputError(f"the layout of {design.name} has no outline: nothing states its field on a plate")
    photomasks = tuple(row for row in rows if row.kind == "photomask")
    try:
        return plate_for(table, field, photomasks, design.process, design.name) if photomasks else None
    except InputError as error:
        raise error.located(Where(design.path, key="mask")) from None


@dataclass(frozen=True, slots=True)
class _Mask:
    """A row of the mask set with its data; None where nothing is drawn for it."""

    row: MaskRow
    data: Layout | None
    marks: tuple[Mark, ...] = ()
    empty: bool = False
    sense: str = ""
    close: Layout | None = None

    @staticmethod
    def of(
        drawn: tuple[Layout, Wafer | None], row: MaskRow, options: MaskOptions, plate: Plate | None,
        tell: Callable[[str], object],
    ) -> _Mask:  # fmt: skip
        if row.kind not in DRAWN:
            return _Mask(row, None)
        tell(f"mask {row.name}")
        layout, wafer = drawn
        data = mask_data(layout, row)
        if wafer is not None:
            data = wafer_layout(data, wafer)
        marks: tuple[Mark, ...] = ()
        close = None
        empty = not (data.top.shapes or data.top.instances)
        if plate is not None and row.kind == "photomask":
            on_plate = plate.on(data, row)
            data, marks, close = on_plate.data, on_plate.marks, on_plate.close
        if options.tone is not None and row.data not in (None, options.tone):
            frame = box_around(data, 0.0 if marks else options.margin)
            data, row, close = inverted(data, frame), turned(row, frame), None
        sense = f"{plate.sense}, {plate.magnification}x" if plate is not None and marks else ""
        return _Mask(row, data, marks, empty, sense, close)

    def makers(self, design: str, options: MaskOptions) -> Makers:
        """Files of the mask, and what writes them."""
        if self.data is None:
            return {}
        mark = f"{self.row.number}_" if self.row.number else ""
        stem = f"{design}_{mark}{self.row.name}"
        made = {f"{stem}{FORMATS[k]}": _writer(k, self.data, self.row, options, self.sense) for k in options.formats}
        for kind in options.formats:
            if self.close is not None and kind in PAINTERS:
                made[f"{stem}_FIELD.{kind}"] = _writer(kind, self.close, self.row, options, self.sense)
        return made


def _writer(kind: str, data: Layout, row: MaskRow, options: MaskOptions, sense: str) -> Callable[[Path], object]:
    most = options.max_points
    if kind == "pdf" and (count := sum(placed(data).values())) > PAGED:
        raise InputError(
            f"the plate of mask {row.name} has {count:,} shapes, too many for a PDF", hint="draw it as svg or png"
        )
    if kind in PAINTERS:
        picture = mask_picture(data, row, width=PICTURE, sense=sense)
        return lambda path: path.write_bytes(PAINTERS[kind](picture))
    if kind == "gerber":
        function = f"Other,Mask {row.name}" if row.kind == "photomask" else "Paste,Top"
        return lambda path: write_gerber(data, path, function=function, positive=row.data != "clear")
    if kind == "dxf":
        circles = options.circles
        return lambda path: write_dxf(fractured(data, most, keep_circles=circles), path, circles=circles)
    if kind == "oas":
        return lambda path: write_oasis(fractured(data, most), path)
    return lambda path: write_gds(fractured(data, most), path, max_points=most)


def _marks(found: list[_Mask]) -> str:
    """Marks of all plates as CSV: where they are on the plate's data, and their size there."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(("number", "mask", "kind", "x_um", "y_um", "size_um", "note"))
    for mask in found:
        for mark in mask.marks:
            places = (f"{value:.10g}" for value in (mark.x, mark.y, mark.size))
            out.writerow((mask.row.number, mask.row.name, mark.kind, *places, mark.note))
    return text.getvalue()


def _on_plate(row: MaskRow, plate: Plate | None) -> tuple[str, ...]:
    """Plate, glass, scale and reading sense of a photomask, as the list of masks states them."""
    if plate is None or row.kind != "photomask":
        return ("",) * 4
    return plate.size, plate.glass, f"{plate.magnification}x", plate.sense


def _table(rows: tuple[MaskRow, ...], files: dict[int, tuple[str, ...]], plate: Plate | None) -> str:
    """The mask set as CSV."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(COLUMNS)
    for row in rows:
        out.writerow((
            row.number or "", row.kind, row.name, row.step, row.layer, row.film, row.polygon, row.resist, row.data,
            row.field, f"{row.bias:g}" if row.data else "", f"{row.rounding:g}" if row.rounding else "",
            f"{row.pullback:g}" if row.pullback else "", "; ".join(_why(row)), row.note,
            *_on_plate(row, plate), " ".join(files.get(row.step, ())),
        ))  # fmt: skip
    return text.getvalue()
