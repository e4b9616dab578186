"""`bumpgen wafer`: a design stepped over its wafer: die counts, map, picture, job coordinates and layout."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bumpgen import __version__
from bumpgen.build import build_layout
from bumpgen.command.progress import progress_bar
from bumpgen.design import Design
from bumpgen.errors import InputError, Where
from bumpgen.masks.bins import Overlay, overlay
from bumpgen.masks.offset import count_full
from bumpgen.masks.stepped import wafer_layout
from bumpgen.masks.wafer import DieClass, Wafer, wafer_of
from bumpgen.read import read_design
from bumpgen.read.sinf import read_sinf
from bumpgen.report import counted, number
from bumpgen.validation import near
from bumpgen.view.painted import PAINTERS
from bumpgen.view.wafer_map import wafer_picture
from bumpgen.write.gds import write_gds
from bumpgen.write.oasis import write_oasis
from bumpgen.write.output import write_outputs
from bumpgen.write.sinf import FLAT_PLACES, sinf_of, sinf_text
from bumpgen.write.wafer_table import dies_csv, shots_csv

__all__ = ["FORMATS", "WaferOptions", "WaferReport", "wafer"]

FORMATS = ("svg", "png", "pdf", "sinf", "csv", "gds", "oas")

PLACES = {
    "die": "a die's middle at the wafer's", "street": "a crossing of streets at the wafer's middle",
    "street_x": "the middle of a street along y, and of a row, at the wafer's",
    "street_y": "the middle of a column, and of a street along x, at the wafer's",
}  # fmt: skip
"""Symmetric offsets in words."""

SHOWN = 10
"""So many places of a difference are named."""


@dataclass(frozen=True, slots=True)
class WaferOptions:
    """What a person may choose: folder, formats, a SINF file to lay over the map, lot and wafer for the one written."""

    out: Path | None = None
    formats: tuple[str, ...] = ("svg", "sinf", "csv")
    sinf: Path | None = None
    lot: str = ""
    wafer: str = ""


@dataclass(frozen=True, slots=True)
class WaferReport:
    """What was found and written."""

    design: Design
    wafer: Wafer
    bins: Overlay | None
    sizes: dict[str, int]
    folder: Path
    seconds: float

    @property
    def problems(self) -> tuple[str, ...]:
        """Where a map that was read disagrees with the design's."""
        if self.bins is None:
            return ()
        found = {
            ("whole die is", "whole dies are", "not in the map"): self.bins.missing(self.wafer),
            ("good die", "good dies", "of the map not whole in the design"): self.bins.surplus(self.wafer),
        }
        return tuple(
            f"{counted(len(places), one, more)} {what}: {_named(places)}"
            for (one, more, what), places in found.items()
            if places
        )

    def facts(self) -> dict[str, Any]:
        """The report as JSON values."""
        w = self.wafer
        facts: dict[str, Any] = {
            "design": self.design.name, "diameter_mm": w.table.diameter, "alignment": w.table.alignment_kind,
            "orientation": w.table.orientation, "exclusion_mm": w.table.exclusion, "die_um": w.die, "step_um": w.step,
            "columns": w.classes.shape[1], "rows": w.classes.shape[0],
            "dies": {kind.name.lower(): w.count(kind) for kind in DieClass if kind != DieClass.NONE},
            "area_use": round(w.used, 6),
            "shots": {"columns": w.shots.columns, "rows": w.shots.rows, "count": w.shots.count},
            "offset_um": w.offset, "offset": w.offset_name or "free", "exact": w.lattice.exact,
            "whole_dies_before_knockouts": {"here": _before(w), **w.named}, "clip": dict(w.clip),
        }  # fmt: skip
        if self.bins is not None:
            facts["bins"] = {
                "counts": self.bins.counts(), "good": self.bins.good, "yield": round(self.bins.yield_of(w), 6),
                "missing": self.bins.missing(w), "surplus": self.bins.surplus(w), "notes": self.bins.notes,
            }  # fmt: skip
        return facts

    def json(self) -> str:
        """The report as JSON text."""
        facts = self.facts() | {"folder": str(self.folder), "files": self.sizes}
        return json.dumps(facts, indent=2, ensure_ascii=False)

    def show(self) -> None:
        """Print the counts as a table, then the files."""
        from rich.console import Console

        console = Console(highlight=False, soft_wrap=True)
        console.print(f"{self.design.name}: {_title(self.wafer)}", style="bold", markup=False)
        rows = list(_rows(self.wafer, self.bins))
        width = max(len(name) for name, _ in rows)
        for name, told in rows:
            console.print(f"{name:{width}}  {told}", markup=False)
        for name, size in self.sizes.items():
            console.print(f"wrote {self.folder / name} ({size:,} bytes)", markup=False)
        console.print(f"{self.seconds:.2f} s", style="dim")
        self.show_problems()

    def show_problems(self) -> None:
        """Print where a map that was read disagrees."""
        from rich.console import Console

        console = Console(highlight=False, soft_wrap=True)
        for problem in self.problems:
            console.print(problem, style="red", markup=False)


def _named(places: list[tuple[int, int]]) -> str:
    """The first places as column-row, and how many more there are."""
    more = f" and {len(places) - SHOWN} more" if len(places) > SHOWN else ""
    return ", ".join(f"{column}-{row}" for column, row in places[:SHOWN]) + more


def _before(wafer: Wafer) -> int:
    """Whole dies before knock-outs."""
    return count_full(wafer.area, wafer.lattice)


def _title(wafer: Wafer) -> str:
    table = wafer.table
    how = "" if table.alignment_kind == "none" else f", {table.alignment_kind} {table.orientation}"
    return f"wafer of {table.diameter:g} mm{how}"


def _rows(wafer: Wafer, bins: Overlay | None) -> Iterator[tuple[str, str]]:
    """The table: a name and a sentence a row."""
    (w, h), (sx, sy), (rows, columns) = wafer.die, wafer.step, wafer.classes.shape
    yield "die", f"{number(w)} × {number(h)} µm, step {number(sx)} × {number(sy)} µm"
    yield "whole dies", f"{wafer.count(DieClass.FULL):,} in {columns} columns and {rows} rows"
    yield "partial dies", f"{wafer.count(DieClass.PARTIAL):,}"
    kinds = (DieClass.TEST, DieClass.ALIGNMENT, DieClass.ID)
    parts = [f"{wafer.count(kind)} {kind.name.lower()}" for kind in kinds if wafer.count(kind)]
    yield "knocked out", f"{sum(wafer.count(kind) for kind in kinds):,}" + (f" ({', '.join(parts)})" if parts else "")
    yield "area use", f"{100 * wafer.used:.1f} %"
    shots = wafer.shots
    if shots.columns * shots.rows > 1:
        yield "shots", f"{shots.count:,} of {shots.columns} × {shots.rows} dies"
    yield "offset", _offset(wafer)
    yield "compared", "; ".join(_compared(wafer))
    if bins is not None:
        counts = ", ".join(f"{code}: {count:,}" for code, count in bins.counts().items())
        yield "bins", f"{counts}; {100 * bins.yield_of(wafer):.1f} % of whole dies are good"
        for note in bins.notes:
            yield "note", note


def _offset(wafer: Wafer) -> str:
    x, y = wafer.offset
    how = PLACES.get(wafer.offset_name, "")
    if wafer.table.offset == "best":
        how = "; ".join(filter(None, (how, "most whole dies" if wafer.lattice.exact else "best of many offsets")))
    return f"{number(x)}, {number(y)} µm" + (f" ({how})" if how else "")


def _compared(wafer: Wafer) -> Iterator[str]:
    """How many more whole dies there are than with the symmetric offsets, knock-outs aside."""
    here = _before(wafer)
    for name, told in (("die", "die centred"), ("street", "street centred")):
        yield f"{told}: {wafer.named[name]:,} ({here - wafer.named[name]:+,} here)"


def wafer(name: str, options: WaferOptions, progress: bool = False) -> WaferReport:
    """Step a design over its wafer and write the formats asked for; all files, or none.

    InputError as reading gives, for formats there are not, and for a SINF file that doesn't fit the wafer.
    """
    for kind in options.formats:
        if kind not in FORMATS:
            raise InputError(f"there is no format {kind!r} of wafers", hint=near(kind, FORMATS))
    start = time.perf_counter()
    design = read_design(name)
    folder = options.out if options.out is not None else Path("out") / f"{design.name}_wafer"
    if folder.resolve() == design.path.resolve().parent:
        raise InputError("the output folder is the design's own", Where(folder), hint="choose another with -o")
    with progress_bar(progress) as tell:
        tell("place dies", 3)
        found = wafer_of(design)
        bins = _bins(found, options.sinf)
        tell("draw", 3)
        makers = dict(_makers(design, found, bins, options))
        tell("write", 3)
        write_outputs(folder, makers, inputs=_inputs(design, options), version=__version__)
    sizes = {file: (folder / file).stat().st_size for file in (*makers, "manifest.json")}
    return WaferReport(design, found, bins, sizes, folder, time.perf_counter() - start)


def _inputs(design: Design, options: WaferOptions) -> tuple[Path, ...]:
    return design.inputs if options.sinf is None else (*design.inputs, options.sinf)


def _bins(found: Wafer, path: Path | None) -> Overlay | None:
    if path is None:
        return None
    return overlay(read_sinf(path), found, FLAT_PLACES[found.table.orientation], path)


def _makers(
    design: Design, found: Wafer, bins: Overlay | None, options: WaferOptions
) -> Iterator[tuple[str, Callable[[Path], object]]]:
    """Each file's name, and what writes it."""
    drawn = {"gds", "oas"} & set(options.formats)
    layout = wafer_layout(build_layout(design), found) if drawn else None
    pictured = set(PAINTERS) & set(options.formats)
    facts = tuple(f"{name}: {told}" for name, told in _rows(found, bins) if name not in ("partial dies", "knocked out"))
    title = f"{design.file.title or design.name}: {_title(found)}"
    picture = wafer_picture(found, title, facts, bins) if pictured else None
    for kind in options.formats:
        file = f"{design.name}_wafer.{kind}"
        if picture is not None and kind in PAINTERS:
            yield file, _writing(PAINTERS[kind](picture))
        elif layout is not None and kind == "gds":
            yield file, partial(write_gds, layout)
        elif layout is not None and kind == "oas":
            yield file, partial(write_oasis, layout)
        elif kind == "sinf":
            yield file, _writing(sinf_text(sinf_of(found, design.name, options.lot, options.wafer)).encode())
        else:
            yield file, _writing(dies_csv(found, bins).encode())
    if "csv" in options.formats and found.shots.columns * found.shots.rows > 1:
        yield f"{design.name}_shots.csv", _writing(shots_csv(found).encode())


def _writing(data: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(data)
