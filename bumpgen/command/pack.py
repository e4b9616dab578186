"""`bumpgen pack`: everything a mask shop and a bumping house need of a design, in one folder or ZIP file."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bumpgen import __version__
from bumpgen.assembly import Assembly
from bumpgen.build import build_layout
from bumpgen.command.build import build_any, build_design
from bumpgen.command.check import CheckOptions, check
from bumpgen.command.masks import MaskOptions, masks
from bumpgen.command.ordered import plate_facts
from bumpgen.command.progress import progress_bar
from bumpgen.command.section import SectionOptions, section
from bumpgen.command.traveler import traveler
from bumpgen.command.wafer import WaferOptions, wafer
from bumpgen.design import Design
from bumpgen.errors import InputError
from bumpgen.masks.order import MaskOrder, mask_order
from bumpgen.masks.wafer import DieClass
from bumpgen.read import read_design
from bumpgen.read.assembly_file import is_assembly, read_assembly
from bumpgen.report import counted, number
from bumpgen.rules import read_rules
from bumpgen.validation import near
from bumpgen.write.bundle import bundled, sizes_in
from bumpgen.write.order import ORDERS

__all__ = ["FORMATS", "PackOptions", "PackReport", "pack"]

FORMATS = ("gds", "oas", "dxf")
"""What mask data may be packed as; foils come as Gerber too."""

READ_ME = """\
{title}

masks/       data to be digitized, a file a mask; the list of masks
order.*      the mask order: masks, tone, and what a mask shop asks
layout/      the whole layout, the bump map, pictures
layers.csv   numbers and meanings of the layers
check/       what was checked, what was found, what was waived
process/     run sheet, and a cut through the layout after each step
wafer/       how dies are stepped, where the design says it
manifest.json  checksums of all files
"""


@dataclass(frozen=True, slots=True)
class Packed:
    """What was packed of a design: its order, whether its check is passed, what physics has against its process."""

    order: MaskOrder
    passed: bool
    warned: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PackReport:
    """What was packed: of each design its order and findings, all files with their sizes.

    `joined` is whether an assembly's check is passed; None for a design.
    """

    name: str
    out: Path
    parts: dict[str, Packed]
    joined: bool | None
    files: dict[str, int]
    seconds: float

    @property
    def complete(self) -> bool:
        """Whether nothing is missing and nothing is wrong."""
        return self.joined is not False and all(one.passed and not one.order.missing for one in self.parts.values())

    def json(self) -> str:
        """The report as JSON text."""
        facts: dict[str, Any] = {"packed": self.name, "out": str(self.out), "complete": self.complete}
        facts["designs"] = {
            name: {
                "check_passed": one.passed,
                "warnings": one.warned,
                "intake": [asdict(answer) for answer in one.order.answers],
            }
            for name, one in self.parts.items()
        }
        return json.dumps(facts | {"files": self.files}, indent=2, ensure_ascii=False)

    def show(self) -> None:
        """Print each design's intake list with who said what, then what is missing or wrong."""
        from rich.console import Console

        console = Console(highlight=False, soft_wrap=True)
        styles = {"missing": "yellow", "usual": "dim", "stated": None}
        for one in self.parts.values():
            console.print(f"{one.order.title}: the intake list", style="bold", markup=False)
            width = max(len(answer.asked) for answer in one.order.answers)
            for answer in one.order.answers:
                line = f"{answer.asked:{width}}  {answer.state:7}  {answer.told or answer.cure}"
                console.print(line, style=styles[answer.state], markup=False)
        told = f"{counted(len(self.files), 'file', 'files')}, {sum(self.files.values()):,} bytes"
        console.print(f"wrote {self.out}: {told}", markup=False)
        console.print(f"{self.seconds:.1f} s", style="dim")
        self.show_problems()

    def show_problems(self) -> None:
        """Print what is missing or wrong."""
        from rich.console import Console

        console = Console(highlight=False, soft_wrap=True, stderr=True)
        if self.joined is False:
            console.print(f"{self.name}: the check found violations, see check/", style="red", markup=False)
        for name, one in self.parts.items():
            if not one.passed:
                console.print(f"{name}: the check found violations, see check/", style="red", markup=False)
            for text in one.warned:
                console.print(f"{name}: {text}", style="yellow", markup=False)
            for answer in one.order.missing:
                console.print(f"{name}: missing: {answer.asked}", style="yellow", markup=False)
                console.print(f"  cure: {answer.cure}", markup=False)


@dataclass(frozen=True, slots=True)
class PackOptions:
    """What is asked for; see `bumpgen pack --help`."""

    out: Path | None = None
    formats: tuple[str, ...] = ("gds", "oas")
    max_points: int = 8190
    waive: Path | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked for; what tells progress."""

    options: PackOptions
    tell: Callable[[str], object]


def pack(name: str, options: PackOptions, progress: bool = False) -> PackReport:
    """Draw, check and write all of a design, or of an assembly and its parts, into a folder or a .zip, or nothing.

    InputError as each part gives, and for formats that masks don't have.
    """
    for kind in options.formats:
        if kind not in FORMATS:
            raise InputError(f"masks are not packed as {kind!r}", hint=near(kind, FORMATS))
    start = time.perf_counter()
    whole = read_assembly(name) if is_assembly(name) else None
    title = whole.name if whole else read_design(name).name
    place = options.out if options.out is not None else Path("out") / f"{title}_pack.zip"
    parts: dict[str, Packed] = {}
    joined = None
    with progress_bar(progress) as tell, bundled(place, lambda: _facts(title, parts)) as folder:
        designs = _designs(name, whole)
        asked = _Asked(options, lambda text: tell(text, 7 * len(designs) + 2))
        if whole is not None:
            joined = _assembly(name, folder, asked)
        for part, path in designs.items():
            parts[part] = _filled(path, folder / "parts" / part if whole else folder, asked)
    return PackReport(title, place, parts, joined, sizes_in(place), time.perf_counter() - start)


def _designs(name: str, whole: Assembly | None) -> dict[str, str]:
    """Designs to be packed by name; a design that an assembly has twice is packed once."""
    if whole is None:
        return {read_design(name).name: name}
    return {part.file.name: str(part.path) for part in whole.parts.values()}


def _facts(name: str, parts: dict[str, Packed]) -> dict[str, Any]:
    missing = {part: [answer.asked for answer in one.order.missing] for part, one in parts.items()}
    return {"bumpgen": __version__, "pack": name, "missing": missing}


def _assembly(name: str, folder: Path, asked: _Asked) -> bool:
    """The assembly as a whole: layout, joint list, bond diagram, pictures; whether its check is passed."""
    asked.tell("assembly")
    build_any(name, folder / "assembly", None, asked.options.max_points, progress=False)
    asked.tell("check")
    return check(name, CheckOptions(formats="json,markdown", out=folder / "check", waive=asked.options.waive)).passed


def _filled(name: str, folder: Path, asked: _Asked) -> Packed:
    """Everything of a design written into the folder."""
    design = read_design(name)
    asked.tell(f"{design.name}: masks")
    made = masks(name, folder / "masks", MaskOptions(_mask_formats(design, asked.options), asked.options.max_points))
    asked.tell(f"{design.name}: layout")
    build_design(name, folder / "layout", ["gds", "oas", "csv", "svg", "png"], asked.options.max_points, progress=False)
    asked.tell(f"{design.name}: check")
    waive = None if folder.parent.name == "parts" else asked.options.waive
    checked = check(name, CheckOptions(formats="json,markdown,lyrdb", out=folder / "check", waive=waive))
    asked.tell(f"{design.name}: process")
    warned = _process(name, folder / "process") if design.process.steps else ()
    asked.tell(f"{design.name}: wafer")
    stepping = _stepped(name, design, folder / "wafer")
    asked.tell(f"{design.name}: order")
    layout = build_layout(design)
    rules = read_rules(design.process.rules) if design.process.rules else None
    files = {step: tuple(f"masks/{file}" for file in names) for step, names in made.files.items()}
    order = mask_order(design, layout, made.rows, files, plate_facts(made), stepping, rules)
    for ending, write in ORDERS.items():
        (folder / f"order.{ending}").write_bytes(write(order))
    (folder / "layers.csv").write_text(_layers(design), encoding="utf-8")
    (folder / "README.txt").write_text(READ_ME.format(title=order.title), encoding="utf-8")
    return Packed(order, checked.passed, warned)


def _mask_formats(design: Design, options: PackOptions) -> tuple[str, ...]:
    """Data as asked with pictures of the plates; stencils, and all masks of a board, as Gerber too."""
    boards = {"organic", "soldermask"}
    materials = [design.process.materials[film.material] for film in design.process.films]
    board = any(material.family in boards for material in materials)
    stencil = any(step.kind == "print" for step in design.process.steps)
    return tuple(dict.fromkeys((*options.formats, *(("gerber",) if board or stencil else ()), "png")))


def _stepped(name: str, design: Design, folder: Path) -> str:
    """How dies are stepped, in words, with map and coordinates in files; "" if the design doesn't say it."""
    if design.file.wafer is None:
        return ""
    found = wafer(name, WaferOptions(folder, ("svg", "sinf", "csv"))).wafer
    (x, y), table = found.step, found.table
    dies = counted(found.count(DieClass.FULL), "whole die", "whole dies")
    return f"step {number(x)} x {number(y)} µm, {dies} on {table.diameter:g} mm, map in wafer/"


def _process(name: str, folder: Path) -> tuple[str, ...]:
    """Run sheet and section; what physics has against a step."""
    for ending in ("md", "csv", "html"):
        traveler(name, folder / f"run_sheet.{ending}")
    report = section(name, SectionOptions(folder / "section.html"))
    section(name, SectionOptions(folder / "section.svg", every=True))
    return tuple(f"step {warned.step}: {warned.text}" for _, warned in report.warned)


def _layers(design: Design) -> str:
    """The layer table as CSV."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(("layer", "gds_layer", "gds_datatype", "meaning", "mask", "description", "source"))
    for name, layer in design.process.layers.items():
        out.writerow((name, *layer.gds, layer.meaning, layer.mask or "", layer.description, layer.source))
    return text.getvalue()
