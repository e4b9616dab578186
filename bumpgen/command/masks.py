"""`bumpgen masks`: the masks a process needs for a design: tone, bias, and the data to be digitized, file by file."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from bumpgen import __version__
from bumpgen.build import build_layout
from bumpgen.command.progress import progress_bar
from bumpgen.design import Design
from bumpgen.errors import InputError, Where
from bumpgen.layout import Layout
from bumpgen.masks.data import mask_data
from bumpgen.masks.set import MaskRow, mask_set
from bumpgen.read import read_design
from bumpgen.report import counted, number
from bumpgen.validation import near
from bumpgen.write.gds import write_gds
from bumpgen.write.oasis import write_oasis
from bumpgen.write.output import write_outputs

__all__ = ["FORMATS", "MasksReport", "masks"]

FORMATS = ("gds", "oas")

HEADS = ("no", "mask", "layer", "film", "polygon", "resist", "data", "field", "bias", "what and why")
COLUMNS = (
    "number", "kind", "mask", "step", "layer", "film", "polygon", "resist", "data", "field", "bias_um", "rounding_um",
    "pullback_um", "reasons", "note", "file",
)  # fmt: skip

DRAWN = ("photomask", "stencil")
"""Kinds of mask that data are made for."""

Makers = dict[str, Callable[[Path], object]]


@dataclass(frozen=True, slots=True)
class MasksReport:
    """What was made: the rows of the mask set, and the files by the steps they belong to."""

    design: Design
    rows: tuple[MaskRow, ...]
    files: dict[int, tuple[str, ...]]
    sizes: dict[str, int]
    folder: Path
    seconds: float

    def json(self) -> str:
        """The report as JSON text."""
        rows = [
            asdict(row) | {"bias": row.bias, "field": row.field, "files": self.files.get(row.step, ())}
            for row in self.rows
        ]
        facts = {"design": self.design.name, "process": self.design.process.name, "masks": rows}
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
        for name, size in self.sizes.items():
            console.print(f"wrote {self.folder / name} ({size:,} bytes)", markup=False)
        plates = sum(row.kind == "photomask" for row in self.rows)
        console.print(f"{counted(plates, 'photomask', 'photomasks')}, {self.seconds:.2f} s", style="dim")
        self.show_problems()

    def show_problems(self) -> None:
        """Nothing: a mask that can't be made is an error."""


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


def masks(name: str, out: Path | None, formats: list[str], max_points: int, progress: bool = False) -> MasksReport:
    """Write the mask data of a design, a file a mask, with the list of masks as CSV; all of them, or none.

    InputError as reading gives, and where a bias can't be drawn.
    """
    for kind in formats:
        if kind not in FORMATS:
            raise InputError(f"there is no format {kind!r} of masks", hint=near(kind, FORMATS))
    start = time.perf_counter()
    design = read_design(name)
    folder = out if out is not None else Path("out") / f"{design.name}_masks"
    if folder.resolve() == design.path.resolve().parent:
        raise InputError("the output folder is the design's own", Where(folder), hint="choose another with -o")
    rows = mask_set(design.process)
    drawn = [row for row in rows if row.kind in DRAWN]
    with progress_bar(progress) as tell:
        total = len(drawn) + 1
        tell(f"draw {design.name}", total)
        layout = build_layout(design)
        files, makers = _files(design, layout, drawn, formats, max_points, lambda text: tell(text, total))
        makers[f"{design.name}_masks.csv"] = lambda path: path.write_text(_table(rows, files), encoding="utf-8")
        write_outputs(folder, makers, inputs=design.inputs, version=__version__)
    sizes = {file: (folder / file).stat().st_size for file in (*makers, "manifest.json")}
    return MasksReport(design, rows, files, sizes, folder, time.perf_counter() - start)


def _files(
    design: Design, layout: Layout, rows: list[MaskRow], formats: list[str], most: int, tell: Callable[[str], object]
) -> tuple[dict[int, tuple[str, ...]], Makers]:
    """Files of each step's mask, and what writes them."""
    files: dict[int, tuple[str, ...]] = {}
    makers: Makers = {}
    for row in rows:
        tell(f"mask {row.name}")
        data = mask_data(layout, row)
        mark = f"{row.number}_" if row.number else ""
        names = {kind: f"{design.name}_{mark}{row.name}.{kind}" for kind in formats}
        makers |= {file: _writer(kind, data, most) for kind, file in names.items()}
        files[row.step] = tuple(names.values())
    return files, makers


def _writer(kind: str, data: Layout, most: int) -> Callable[[Path], object]:
    if kind == "oas":
        return lambda path: write_oasis(data, path)
    return lambda path: write_gds(data, path, max_points=most)


def _table(rows: tuple[MaskRow, ...], files: dict[int, tuple[str, ...]]) -> str:
    """The mask set as CSV."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(COLUMNS)
    for row in rows:
        out.writerow((
            row.number or "", row.kind, row.name, row.step, row.layer, row.film, row.polygon, row.resist, row.data,
            row.field, f"{row.bias:g}" if row.data else "", f"{row.rounding:g}" if row.rounding else "",
            f"{row.pullback:g}" if row.pullback else "", "; ".join(_why(row)), row.note,
            " ".join(files.get(row.step, ())),
        ))  # fmt: skip
    return text.getvalue()
