"""`bumpgen section`: a design's process carried out step by step on a cut through its layout."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bumpgen.build import build_layout
from bumpgen.command.look import replace_file
from bumpgen.command.look_assembly import parse_cut
from bumpgen.command.progress import progress_bar
from bumpgen.design import Design
from bumpgen.errors import InputError, Where
from bumpgen.read import read_design
from bumpgen.report import counted
from bumpgen.section.read import Frame, Strip, read_process_on
from bumpgen.section.usual import usual_cut
from bumpgen.validation import near
from bumpgen.view.painted import PAINTERS
from bumpgen.view.section_gif import section_gif
from bumpgen.view.section_html import section_html
from bumpgen.view.section_step import step_picture
from bumpgen.view.section_strip import strip_picture

__all__ = ["SectionOptions", "SectionReport", "section", "strip_of"]


@dataclass(frozen=True, slots=True)
class SectionOptions:
    """What is asked for; see `bumpgen section --help`."""

    out: Path | None = None
    cut: str | None = None
    step: str | None = None
    every: bool = False
    exaggerate: float | None = None
    width: int | None = None


@dataclass(frozen=True, slots=True)
class SectionReport:
    """All steps with what they changed, warnings, and the file that was written."""

    title: str
    strip: Strip
    out: Path | None
    seconds: float

    def json(self) -> str:
        """The report as JSON text."""
        steps = [
            {
                "step": frame.number,
                "kind": frame.step.kind if frame.step else "",
                "title": frame.title,
                "films": [asdict(row) for row in frame.ledger],
                "warnings": [{"text": warned.text, "cure": warned.cure} for warned in frame.warned],
            }
            for frame in self.strip.frames
        ]
        cut = {"start": self.strip.cut.start, "end": self.strip.cut.end}
        facts: dict[str, Any] = {"design": self.title, "process": self.strip.process.name, "cut_um": cut}
        facts |= {"steps": steps, "file": str(self.out) if self.out else None}
        return json.dumps(facts, indent=2, ensure_ascii=False)

    def show(self) -> None:
        """Print the steps with what each changed on the cut, then warnings and the file."""
        from rich.console import Console

        console = Console(highlight=False, soft_wrap=True)
        told = f"{self.title}: {self.strip.process.name}, cut along {self.strip.cut.told()}"
        console.print(told, style="bold", markup=False)
        for frame in self.strip.frames[1:]:
            console.print(f"{frame.number:3} {frame.title}", markup=False)
            for line in _changes(frame):
                console.print(f"      {line}", style="dim", markup=False)
        if self.out:
            console.print(f"wrote {self.out}", markup=False)
        steps = counted(len(self.strip.frames) - 1, "step", "steps")
        console.print(f"{steps}, {self.seconds:.2f} s", style="dim")
        self.show_problems()

    def show_problems(self) -> None:
        """Print what physics has against the steps."""
        from rich.console import Console

        console = Console(highlight=False, soft_wrap=True, stderr=True)
        for warned in self.strip.warned:
            console.print(f"step {warned.step}: {warned.text}", style="yellow", markup=False)
            console.print(f"  cure: {warned.cure}", markup=False)


def _changes(frame: Frame) -> list[str]:
    """What came and went on the cut, µm²; of solder its volume, µm³."""
    lines = []
    for row in frame.ledger:
        if abs(row.change) < 1e-3:
            continue
        text = f"{row.film}: {row.before:,.2f} → {row.after:,.2f} µm² on the cut"
        if row.volume_after:
            text += f", {row.volume_after:,.0f} µm³"
            text += " as before" if abs(row.volume_after - row.volume_before) < 1e-6 * row.volume_after else ""
        lines.append(text)
    return lines


def section(name: str, options: SectionOptions, progress: bool = False) -> SectionReport:
    """Read the process on a cut and write the picture: of all steps, of one, or of the last.

    InputError for a cut beside the die, a step that isn't there, an ending that isn't known.
    """
    start = time.perf_counter()
    ending = options.out.suffix.removeprefix(".") if options.out else ""
    known = (*PAINTERS, "html", "gif")
    if options.out is not None and ending not in known:
        told = f"a section is {', '.join('.' + one for one in known)}, not {options.out.suffix or 'without a suffix'}"
        raise InputError(told, Where(options.out))
    if options.step is not None and (options.every or ending in ("html", "gif")):
        raise InputError("--step shows one step, --all and moving pictures show all", hint="leave one out")
    with progress_bar(progress) as tell:
        tell(f"draw {name}", 3)
        design = read_design(name)
        strip, title = strip_of(design, options.cut)
        tell("paint", 3)
        if options.out is not None:
            data = _file(strip, title, ending, options, lambda text: tell(text, len(strip.frames) + 3))
            replace_file(options.out, lambda path: path.write_bytes(data))
    return SectionReport(title, strip, options.out, time.perf_counter() - start)


def strip_of(design: Design, cut: str | None = None) -> tuple[Strip, str]:
    """A design's process on a cut (by default the usual one), and the design's title."""
    layout = build_layout(design)
    line = parse_cut(cut) if cut is not None else usual_cut(design)
    (x0, y0), (x1, y1) = line.start, line.end
    if not design.process.steps:
        raise InputError(f"process {design.process.name} has no steps", Where(design.process.path))
    die = design.die
    if max(x0, x1) < 0 or min(x0, x1) > die.width or max(y0, y1) < 0 or min(y0, y1) > die.height:
        raise InputError(
            f"the cut {x0:g},{y0:g},{x1:g},{y1:g} lies beside the die of {die.width:g} x {die.height:g} µm",
            hint="give x1,y1,x2,y2 in µm from the die's lower left corner",
        )
    return read_process_on(design.process, layout, line), layout.title or design.name


def _file(
    strip: Strip, title: str, ending: str, options: SectionOptions, progress: Callable[[str], object]
) -> bytes:  # fmt: skip
    tall = options.exaggerate
    if ending == "html":
        return section_html(strip, title, tall).encode()
    if ending == "gif":
        return section_gif(strip, options.width or 900, tall, progress)
    width = options.width or 1400
    if options.every:
        return PAINTERS[ending](strip_picture(strip, title, width, tall))
    return PAINTERS[ending](step_picture(strip, _chosen(strip, options.step), width, tall))


def _chosen(strip: Strip, wanted: str | None) -> Frame:
    """A step by its number, or by its kind with or without its film ("reflow", "coat poly1"); else the last."""
    if wanted is None:
        return strip.frames[-1]
    if wanted.isdigit():
        numbers = {frame.number: frame for frame in strip.frames}
        if int(wanted) in numbers:
            return numbers[int(wanted)]
        told = "the process has it, but this design doesn't need it" if int(wanted) <= len(strip.process.steps) else ""
        raise InputError(f"there is no step {wanted}", hint=told or f"the process has steps 0 to {max(numbers)}")
    names = {name: frame for frame in reversed(strip.frames) if frame.step for name in _names(frame.step)}
    if wanted not in names:
        raise InputError(f"there is no step {wanted!r}", hint=near(wanted, names, "give its number"))
    return names[wanted]


def _names(step: Any) -> list[str]:
    film = getattr(step, "film", None) or " ".join(getattr(step, "films", ()))
    return [step.kind, f"{step.kind} {film}"] if film else [step.kind]
