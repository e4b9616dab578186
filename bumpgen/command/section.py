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
from bumpgen.command.section_assembly import strips_of_assembly
from bumpgen.design import Design
from bumpgen.errors import InputError, Where
from bumpgen.read import read_design
from bumpgen.read.assembly_file import is_assembly, read_assembly
from bumpgen.report import counted
from bumpgen.section.read import Frame, Strip, read_process_on
from bumpgen.section.scene import Warned
from bumpgen.section.usual import usual_cut
from bumpgen.validation import near
from bumpgen.view.painted import PAINTERS
from bumpgen.view.section_gif import section_gif
from bumpgen.view.section_html import section_html
from bumpgen.view.section_step import step_picture
from bumpgen.view.section_strip import strip_picture

__all__ = ["SectionOptions", "SectionReport", "section", "strip_of", "strips_of"]


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
    strips: tuple[Strip, ...]
    out: Path | None
    seconds: float

    @property
    def warned(self) -> tuple[tuple[str, Warned], ...]:
        """All warnings, with the part they are of ("" for a design)."""
        return tuple((strip.of, warned) for strip in self.strips for warned in strip.warned)

    def json(self) -> str:
        """The report as JSON text."""
        steps = [_facts(strip, frame) for strip in self.strips for frame in strip.frames]
        line = self.strips[-1].cut
        facts: dict[str, Any] = {"design": self.title, "process": self.strips[0].process.name}
        facts |= {"cut_um": {"start": line.start, "end": line.end}, "steps": steps}
        return json.dumps(facts | {"file": str(self.out) if self.out else None}, indent=2, ensure_ascii=False)

    def show(self) -> None:
        """Print the steps with what each changed on the cut, then warnings and the file."""
        from rich.console import Console

        console = Console(highlight=False, soft_wrap=True)
        names = ", ".join(dict.fromkeys(strip.process.name for strip in self.strips))
        told = f"{self.title}: {names}, cut along {self.strips[-1].cut.told()}"
        console.print(told, style="bold", markup=False)
        for strip in self.strips:
            if strip.of:
                console.print(strip.of, style="bold", markup=False)
            for frame in strip.frames[0 if strip.frames[0].number else 1 :]:
                console.print(f"{frame.number:3} {frame.title}", markup=False)
                for line in _changes(frame):
                    console.print(f"      {line}", style="dim", markup=False)
        if self.out:
            console.print(f"wrote {self.out}", markup=False)
        steps = sum(frame.number > 0 for strip in self.strips for frame in strip.frames)
        console.print(f"{counted(steps, 'step', 'steps')}, {self.seconds:.2f} s", style="dim")
        self.show_problems()

    def show_problems(self) -> None:
        """Print what physics has against the steps."""
        from rich.console import Console

        console = Console(highlight=False, soft_wrap=True, stderr=True)
        for of, warned in self.warned:
            console.print(f"{of} step {warned.step}: {warned.text}".strip(), style="yellow", markup=False)
            console.print(f"  cure: {warned.cure}", markup=False)


def _facts(strip: Strip, frame: Frame) -> dict[str, Any]:
    """A step for scripts."""
    return {
        "part": strip.of,
        "step": frame.number,
        "kind": frame.step.kind if frame.step else "",
        "title": frame.title,
        "films": [asdict(row) for row in frame.ledger],
        "warnings": [{"text": warned.text, "cure": warned.cure} for warned in frame.warned],
    }


def _changes(frame: Frame) -> list[str]:
    """What came and went on the cut, µm²; of solder its volume, µm³."""
    lines = []
    own = {getattr(frame.step, "film", ""), *getattr(frame.step, "films", ())}
    for row in frame.ledger:
        if abs(row.change) < 1e-3:
            continue
        text = f"{row.film}: {row.before:,.2f} → {row.after:,.2f} µm² on the cut"
        if row.film not in own and row.change < 0:
            text += ", pressed out"
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
        strips, title = strips_of(name, options.cut)
        total = 3 + sum(len(strip.frames) for strip in strips)
        tell("paint", total)
        if options.out is not None:
            data = _file(strips, title, ending, options, lambda text: tell(text, total))
            replace_file(options.out, lambda path: path.write_bytes(data))
    return SectionReport(title, strips, options.out, time.perf_counter() - start)


def strips_of(name: str, cut: str | None = None) -> tuple[tuple[Strip, ...], str]:
    """Of a design one strip; of an assembly one for each part and one for both."""
    if is_assembly(name):
        return strips_of_assembly(read_assembly(name), parse_cut(cut) if cut is not None else None)
    strip, title = strip_of(read_design(name), cut)
    return (strip,), title


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
    found = read_process_on(design.process, layout, line)
    if len(found.frames) < 2:
        raise InputError(f"{design.name} draws nothing that a step of {design.process.name} makes", Where(design.path))
    return found, layout.title or design.name


def _file(
    strips: tuple[Strip, ...], title: str, ending: str, options: SectionOptions, progress: Callable[[str], object]
) -> bytes:  # fmt: skip
    tall = options.exaggerate
    if ending == "html":
        return section_html(strips, title, tall).encode()
    if ending == "gif":
        return section_gif(strips, options.width or 900, tall, progress)
    width = options.width or 1400
    if options.every:
        return PAINTERS[ending](strip_picture(strips, title, width, tall))
    strip, frame = _chosen(strips, options.step)
    return PAINTERS[ending](step_picture(strip, frame, width, tall))


def _chosen(strips: tuple[Strip, ...], wanted: str | None) -> tuple[Strip, Frame]:
    """A step by its number, or by its kind with or without its film ("reflow", "coat poly1"); else the last.

    Of an assembly with its part before it: "first 12", "second reflow".
    """
    if wanted is None:
        return strips[-1], strips[-1].frames[-1]
    names = {
        name: (strip, frame) for strip in reversed(strips) for frame in reversed(strip.frames)
        for name in _names(strip, frame)
    }  # fmt: skip
    if wanted not in names:
        numbers = [frame.number for strip in strips for frame in strip.frames]
        told = f"give a number from 0 to {max(numbers)}; steps that a design doesn't need are left out"
        raise InputError(f"there is no step {wanted!r}", hint=told if wanted.isdigit() else near(wanted, names, told))
    return names[wanted]


def _names(strip: Strip, frame: Frame) -> list[str]:
    """What a step may be called by."""
    names = [str(frame.number)]
    if frame.step is not None:
        film = getattr(frame.step, "film", None) or " ".join(getattr(frame.step, "films", ()))
        names += [frame.step.kind, f"{frame.step.kind} {film}".strip()]
    return [*names, *(f"{strip.of} {name}" for name in names if strip.of)]
