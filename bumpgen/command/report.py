"""`bumpgen report`: all of a design on one page that needs no network."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bumpgen.build import plan_and_draw
from bumpgen.command.check import CheckOptions, check
from bumpgen.command.look import replace_file
from bumpgen.command.progress import progress_bar
from bumpgen.design import Design
from bumpgen.errors import InputError, Where
from bumpgen.layout import Layout
from bumpgen.masks.data import mask_data
from bumpgen.masks.set import MaskRow, mask_set
from bumpgen.read import read_design
from bumpgen.report import Report, counted
from bumpgen.section.read import Strip, read_process_on
from bumpgen.section.usual import usual_cut
from bumpgen.view.masked import mask_picture
from bumpgen.view.section_step import step_picture
from bumpgen.view.svg import to_svg
from bumpgen.view.web.plan_data import plan_data
from bumpgen.view.web.report_page import Download, FilmFrame, MaskFigure, ReportPage, report_html
from bumpgen.write import WRITERS, Options
from bumpgen.write.reports import REPORTERS

__all__ = ["PageReport", "page_of", "report"]

PICTURED = 2_000
"""Masks of designs with more bumps than this are not pictured."""
CARRIED = 4_000_000
"""All files that the page carries are not larger than this together, bytes; those that don't fit are left out."""


@dataclass(frozen=True, slots=True)
class PageReport:
    """The page that was written, and the check it shows."""

    title: str
    out: Path
    size: int
    check: Report
    seconds: float

    def json(self) -> str:
        """The report as JSON text."""
        facts = {"title": self.title, "file": str(self.out), "bytes": self.size, "check_passed": self.check.passed}
        return json.dumps(facts, indent=2, ensure_ascii=False)

    def show(self) -> None:
        """Print what was written."""
        from rich.console import Console

        console = Console(highlight=False, soft_wrap=True)
        console.print(self.title, style="bold", markup=False)
        console.print(self.check.sentence, style="green" if self.check.passed else "red", markup=False)
        console.print(f"wrote {self.out} ({self.size:,} bytes)", markup=False)
        console.print(f"{self.seconds:.1f} s", style="dim")

    def show_problems(self) -> None:
        """Print the check's verdict where it is not passed."""
        from rich.console import Console

        if not self.check.passed:
            Console(highlight=False, soft_wrap=True, stderr=True).print(self.check.sentence, style="red", markup=False)


def report(name: str, out: Path, waive: Path | None, progress: bool = False) -> PageReport:
    """Draw and check a design and write its page. InputError for an ending that isn't .html."""
    if out.suffix not in (".html", ".htm"):
        raise InputError(f"a report is .html, not {out.suffix or 'without a suffix'}", Where(out))
    start = time.perf_counter()
    with progress_bar(progress) as tell:
        page = page_of(name, waive, lambda text: tell(text, 6))
        text = report_html(page)
        replace_file(out, lambda path: path.write_text(text, encoding="utf-8"))
    return PageReport(page.title, out, len(text.encode()), page.report, time.perf_counter() - start)


def page_of(name: str, waive: Path | None = None, tell: Callable[[str], object] = str) -> ReportPage:
    """All that a design's page shows."""
    tell("draw")
    design = read_design(name)
    planned, layout = plan_and_draw(design)
    design = planned.design
    tell("check")
    checked = check(name, CheckOptions(waive=waive)).report
    tell("process")
    frames = _frames(read_process_on(design.process, layout, usual_cut(design))) if design.process.steps else ()
    tell("masks")
    small = len(design.bumps) <= PICTURED
    masks = tuple(_mask(row, layout if small else None) for row in mask_set(design.process))
    tell("page")
    plan = plan_data(layout, _sites(design), _reach(design))
    files = _downloads(design, layout, checked)
    return ReportPage(layout.title or design.name, _facts(design, layout), plan, checked, frames, masks, files)


def _facts(design: Design, layout: Layout) -> tuple[str, ...]:
    """Process and counts in words."""
    counts = (
        counted(len(design.pads), "pad", "pads"), counted(len(design.bumps), "bump", "bumps"),
        counted(len(layout.nets), "net", "nets"),
    )  # fmt: skip
    size = f"{design.die.width:g} x {design.die.height:g} µm"
    return f"{design.process.name}: {design.process.title}", f"{size}, {', '.join(counts)}"


def _sites(design: Design) -> list[tuple[str, float, float]]:
    """Bumps, then pads that don't lie under a bump of their name: name and net, place."""
    bumps = [(f"{bump.name} {bump.net or ''}".strip(), bump.x, bump.y) for bump in design.bumps]
    known = set(bumps)
    pads = ((f"{pad.name} {pad.net or ''}".strip(), pad.x, pad.y) for pad in design.pads)
    return bumps + [pad for pad in pads if pad not in known]


def _reach(design: Design) -> float:
    """Half of the way from a bump to the next, µm: so far around its middle it is pointed at."""
    from scipy.spatial import cKDTree

    places = np.unique([(bump.x, bump.y) for bump in design.bumps], axis=0)
    if len(places) < 2:
        return min(design.die.width, design.die.height) / 20
    apart, _ = cKDTree(places).query(places, k=2)
    return float(np.median(apart[:, 1]) / 2)


def _frames(strip: Strip) -> tuple[FilmFrame, ...]:
    return tuple(
        FilmFrame(
            frame.heading, to_svg(step_picture(strip, frame)),
            tuple(f"{warned.text}. {warned.cure}." for warned in frame.warned),
        )
        for frame in strip.frames
    )  # fmt: skip


def _mask(row: MaskRow, layout: Layout | None) -> MaskFigure:
    """A mask's row in words, with its picture in its tone if the layout is given and has something on it."""
    if row.kind != "photomask":
        return MaskFigure(row.name, f"{row.kind}: {row.note}".rstrip(": "))
    bias = f"{row.bias:+g} µm" if row.bias else "none"
    told = f"layer {row.layer}, polygons {row.polygon}, {row.resist} {row.film}: data {row.data}, bias {bias}"
    svg = ""
    if layout is not None:
        data = mask_data(layout, row)
        if data.top.shapes or data.top.instances:
            svg = to_svg(mask_picture(data, row, width=500))
    return MaskFigure(f"{row.number} {row.name}", told, svg)


def _downloads(design: Design, layout: Layout, checked: Report) -> tuple[Download, ...]:
    """Bump map, layout, the check: those that are not too large to be carried."""
    kinds = {"csv": "text/csv", "gds": "application/octet-stream", "oas": "application/octet-stream"}
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for kind, mime in kinds.items():
            path = Path(folder) / f"{design.name}{WRITERS[kind].extension}"
            WRITERS[kind].write(design, layout, path, Options(max_points=8190))
            found.append(Download(path.name, mime, path.read_bytes()))
    text = REPORTERS["json"].text(checked)
    found.append(Download(f"{design.name}_check.json", "application/json", text.encode()))
    room, kept = CARRIED, []
    for file in sorted(found, key=lambda file: len(file.data)):
        if len(file.data) <= room:
            room -= len(file.data)
            kept.append(file)
    return tuple(kept)
