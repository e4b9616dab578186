"""`bumpgen traveler`: the run sheet of a design."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from bumpgen.build import build_layout
from bumpgen.command.look import replace_file
from bumpgen.command.section import strip_of
from bumpgen.errors import InputError, Where
from bumpgen.read import read_design
from bumpgen.read.assembly_file import is_assembly
from bumpgen.report import counted
from bumpgen.section.run_sheet import RunSheet, run_sheet
from bumpgen.write.run_sheet import SHEETS

__all__ = ["TravelerReport", "sheet_of", "traveler"]


@dataclass(frozen=True, slots=True)
class TravelerReport:
    """The sheet, and the file it was written to."""

    sheet: RunSheet
    out: Path | None

    def json(self) -> str:
        """The sheet as JSON text."""
        facts = asdict(self.sheet) | {"file": str(self.out) if self.out else None}
        return json.dumps(facts, indent=2, ensure_ascii=False)

    def show(self) -> None:
        """Print the operations with masks and targets, then the file."""
        from rich.console import Console

        console = Console(highlight=False, soft_wrap=True)
        console.print(f"{self.sheet.title}: run sheet of {self.sheet.process}", style="bold", markup=False)
        for row in self.sheet.operations:
            mask = f"  [mask {row.mask}]" if row.mask else ""
            console.print(f"{row.number:3} {row.what}{mask}", markup=False)
            for text in row.targets:
                console.print(f"      {text}", style="dim", markup=False)
        points = ", ".join(point.told() for point in self.sheet.points)
        console.print(f"measured at {points} µm", markup=False)
        for what in self.sheet.left_out:
            console.print(f"not needed: {what}", style="dim", markup=False)
        if self.out:
            console.print(f"wrote {self.out}", markup=False)
        console.print(counted(len(self.sheet.operations), "operation", "operations"), style="dim")

    def show_problems(self) -> None:
        """Nothing: what can't be told is an error."""


def traveler(name: str, out: Path | None, cut: str | None = None) -> TravelerReport:
    """A design's run sheet, written as Markdown, CSV or HTML. InputError for another ending."""
    ending = out.suffix.removeprefix(".") if out else ""
    if out is not None and ending not in SHEETS:
        known = ", ".join(f".{one}" for one in SHEETS)
        raise InputError(f"a run sheet is {known}, not {out.suffix or 'without a suffix'}", Where(out))
    if is_assembly(name):
        raise InputError(f"{name} is an assembly", hint="name one of its parts: each wafer has a run sheet of its own")
    sheet = sheet_of(name, cut)
    if out is not None:
        text = SHEETS[ending](sheet)
        replace_file(out, lambda path: path.write_text(text, encoding="utf-8"))
    return TravelerReport(sheet, out)


def sheet_of(name: str, cut: str | None = None) -> RunSheet:
    """The run sheet of a design's name or path, with targets from a cut (by default the usual one)."""
    design = read_design(name)
    return run_sheet(design, build_layout(design), strip_of(design, cut)[0])
