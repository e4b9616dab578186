"""`bumpgen build`: read, plan, draw, write, report."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bumpgen
from bumpgen import __version__
from bumpgen.build import plan_and_draw
from bumpgen.command.progress import stages
from bumpgen.design import Design
from bumpgen.errors import InputError, Where
from bumpgen.layout import Layout
from bumpgen.plan import Finding, connectivity
from bumpgen.read import read_design
from bumpgen.read.source import counted
from bumpgen.validation import near
from bumpgen.write import WRITERS, Options
from bumpgen.write.output import write_outputs

if TYPE_CHECKING:
    from bumpgen.command.build_assembly import AssemblyBuild

__all__ = ["FORMATS", "BuildReport", "build_any", "build_design"]

FORMATS = (*WRITERS, "svg", "png")

USUAL = ("gds", "oas", "csv", "svg", "png")
"""Formats that are written where none is named."""

MOST_SHOWN = 20
"""So many notes, and so many problems, are printed one by one; the rest are counted. JSON has all."""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build made, and what it found wrong with the plan."""

    design: Design
    layout: Layout
    findings: tuple[Finding, ...]
    folder: Path
    files: dict[str, int]
    seconds: float

    def json(self) -> str:
        """The report as JSON text."""
        return json.dumps(self._facts(), indent=2, ensure_ascii=False)

    def _facts(self) -> dict[str, Any]:
        design = self.design
        return {
            "design": design.name,
            "process": design.process.name,
            "die_um": [design.die.width, design.die.height],
            "pads": len(design.pads),
            "bumps": len(design.bumps),
            "nets": len(self.layout.nets),
            "routes": len(design.routes),
            "notes": list(self.layout.notes),
            "problems": [
                {"kind": f.kind, "nets": list(f.nets), "message": f.message, "at_um": [f.x, f.y]} for f in self.findings
            ],
            "inputs": [str(path) for path in design.inputs],
            "folder": str(self.folder),
            "files": self.files,
            "seconds": round(self.seconds, 3),
        }

    def show(self) -> None:
        """Print the report: the title, then one line a fact and a file."""
        from rich.console import Console

        console = Console(highlight=False, soft_wrap=True)
        console.print(self.layout.title, style="bold", markup=False)
        for name, text in self._lines():
            console.print(f"  {name:<10} {text}", markup=False)
        console.print(f"  {self.seconds:.2f} s", style="dim")
        self.show_problems()

    def _lines(self) -> list[tuple[str, str]]:
        design = self.design
        lines = [
            ("process", f"{design.process.name}: {design.process.title}"),
            ("die", f"{design.die.width:g} x {design.die.height:g} µm"),
            ("pads", f"{len(design.pads)}"),
            ("bumps", f"{len(design.bumps)} on {counted(len(self.layout.nets), 'net', 'nets')}"),
        ]
        lines.append(("rules", f"{design.process.rules or 'none'}; `bumpgen check` holds the layout against them"))
        if design.routes:
            lines.append(("routes", f"{len(design.routes)}, {_length(design) / 1000:.1f} mm"))
        return lines + [("wrote", f"{self.folder / name} ({size:,} bytes)") for name, size in self.files.items()]

    def show_problems(self) -> None:
        """Print what was adjusted and what is wrong; nothing where all is well."""
        from rich.console import Console

        console = Console(highlight=False, stderr=True, soft_wrap=True)
        notes = [f"note: {note}" for note in self.layout.notes]
        problems = [f"{f.kind}: {f.message} at ({f.x:g}, {f.y:g}) µm" for f in self.findings]
        for lines, style in ((notes, "yellow"), (problems, "red")):
            for line in lines[:MOST_SHOWN]:
                console.print(line, style=style, markup=False)
            if len(lines) > MOST_SHOWN:
                rest = Counter(line.partition(":")[0] for line in lines[MOST_SHOWN:])
                told = ", ".join(f"{count} {kind}" for kind, count in sorted(rest.items()))
                console.print(f"and {len(lines) - MOST_SHOWN} more ({told}); --json has all", style=style, markup=False)


def _length(design: Design) -> float:
    from bumpgen.geometry import Trace

    return sum(Trace(route.points, route.width).length for route in design.routes)


def build_any(
    name: str, out: Path | None, formats: list[str] | None, max_points: int, progress: bool
) -> BuildReport | AssemblyBuild:
    """Build a design, or where the name means an assembly, all of that; without formats the usual ones."""
    from bumpgen.read.assembly_file import is_assembly

    if is_assembly(name):
        from bumpgen.command import build_assembly

        wanted = list(build_assembly.FORMATS) if formats is None else formats
        return build_assembly.build_assembly(name, out, wanted, max_points, progress)
    return build_design(name, out, list(USUAL) if formats is None else formats, max_points, progress)


def build_design(name: str, out: Path | None, formats: list[str], max_points: int, progress: bool) -> BuildReport:
    """Build a design's files into a folder (out/NAME if None); all of them, or none."""
    unknown = [f for f in formats if f not in FORMATS]
    if unknown:
        raise InputError(f"there is no format {unknown[0]!r}", hint=near(unknown[0], FORMATS))
    start = time.perf_counter()
    with stages(progress, 3 + len(formats)) as step:
        step("read")
        design = read_design(name)
        planned, layout = plan_and_draw(design, step)
        design = planned.design
        folder = out if out is not None else Path("out") / design.name
        files = _write(design, layout, folder, formats, max_points, step)
    findings = connectivity(planned)
    return BuildReport(design, layout, findings, folder, files, time.perf_counter() - start)


def _write(
    design: Design, layout: Layout, folder: Path, formats: list[str], max_points: int, step: Callable[[str], None]
) -> dict[str, int]:
    options = Options(max_points=max_points)
    makers: dict[str, Callable[[Path], None]] = {}
    for kind in dict.fromkeys(formats):
        extension = WRITERS[kind].extension if kind in WRITERS else f".{kind}"
        makers[f"{design.name}{extension}"] = _told(_maker(kind, design, layout, options), kind, step)
    _refuse_own_sources(design, folder)
    write_outputs(folder, makers, inputs=design.inputs, layout=layout, version=__version__)
    return {name: (folder / name).stat().st_size for name in (*makers, "manifest.json")}


def _refuse_own_sources(design: Design, folder: Path) -> None:
    """Output beside the tables it is read from could overwrite them."""
    if folder.resolve() == design.path.resolve().parent:
        raise InputError("the output folder is the design's own", Where(folder), hint="choose another with -o")


def _told(make: Callable[[Path], None], kind: str, step: Callable[[str], None]) -> Callable[[Path], None]:
    def told(path: Path) -> None:
        step(f"write {kind}")
        make(path)

    return told


def _maker(kind: str, design: Design, layout: Layout, options: Options) -> Callable[[Path], None]:
    """The function that writes one format; libraries load when the first file of a kind is written."""
    if kind in WRITERS:
        return lambda path: WRITERS[kind].write(design, layout, path, options)
    if kind == "png":
        return lambda path: bumpgen.plan_png(layout, path)
    return lambda path: _write_text(path, bumpgen.plan_svg(layout))


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
