"""`bumpgen build` of an assembly: every part's masks, the whole from above, joint, wire and net lists, pictures."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from bumpgen import __version__
from bumpgen.assembled import assembled
from bumpgen.assembly import Assembly, Part
from bumpgen.build import plan_and_draw
from bumpgen.check.assembly.joint_rows import joint_rows
from bumpgen.check.assembly.kinds.encapsulation import covered
from bumpgen.check.assembly.pictured import picture_of
from bumpgen.check.assembly.stack import Stack
from bumpgen.check.assembly.wire_rows import wire_list
from bumpgen.command.progress import progress_bar
from bumpgen.command.stacked import measured_layout
from bumpgen.design import Design
from bumpgen.errors import InputError, Where
from bumpgen.geometry import Points
from bumpgen.layout import Layout
from bumpgen.plan import Plan
from bumpgen.read import read_design
from bumpgen.read.assembly_file import read_assembly
from bumpgen.report import counted
from bumpgen.validation import near
from bumpgen.view.assembly_plan import plan_picture
from bumpgen.view.assembly_side import side_picture
from bumpgen.view.painted import PAINTERS
from bumpgen.view.picture import Picture
from bumpgen.view.wire_diagram import wire_diagram
from bumpgen.write import WRITERS, Options
from bumpgen.write.joints import joints_csv
from bumpgen.write.output import write_outputs
from bumpgen.write.stack_nets import stack_nets_csv
from bumpgen.write.wires import wires_csv, write_wires_dxf

__all__ = ["FORMATS", "AssemblyBuild", "build_assembly"]

LAYOUTS = ("gds", "oas")
FORMATS = ("gds", "oas", "csv", "svg", "png", "dxf", "pdf")

Makers = dict[str, Callable[[Path], object]]


@dataclass(frozen=True, slots=True)
class AssemblyBuild:
    """What was made of an assembly. There are no `findings`: proofs are `bumpgen check`'s."""

    assembly: Assembly
    stack: Stack
    folder: Path
    files: dict[str, int]
    seconds: float
    findings: tuple[str, ...] = ()

    def json(self) -> str:
        """The report as JSON text."""
        facts = dict(self._lines())
        return json.dumps(facts | {"folder": str(self.folder), "files": self.files}, indent=2, ensure_ascii=False)

    def _lines(self) -> Iterable[tuple[str, str]]:
        yield "assembly", self.assembly.name
        for name, part in self.assembly.parts.items():
            level = self.stack.levels[name]
            yield name, f"{part.file.name}, {part.process.name}, face {part.table.face} at {level.face:.1f} µm"
        for joints in self.stack.joints:
            gap = f"dies {joints.gap:.1f} µm apart"
            yield joints.name, f"{counted(len(joints.pairs), 'joint', 'joints')}, {gap}"
        for wires in self.stack.wires:
            yield wires.name, counted(len(wires.pairs), "wire", "wires")
        yield "rules", "`bumpgen check` proves that the parts mate"

    def show(self) -> None:
        """Print the report: the title, then one line a fact and a file."""
        from rich.console import Console

        console = Console(highlight=False, soft_wrap=True)
        console.print(self.assembly.file.title or self.assembly.name, style="bold", markup=False)
        for name, text in self._lines():
            console.print(f"  {name:<10} {text}", markup=False)
        for name, size in self.files.items():
            console.print(f"  {'wrote':<10} {self.folder / name} ({size:,} bytes)", markup=False)
        console.print(f"  {self.seconds:.2f} s", style="dim")
        self.show_problems()

    def show_problems(self) -> None:
        """Print what was noted while the parts were read."""
        from rich.console import Console

        console = Console(highlight=False, stderr=True, soft_wrap=True)
        for name, part in self.stack.parts.items():
            for note in part.notes:
                console.print(f"note: {name}: {note}", style="yellow", markup=False)


def build_assembly(name: str, out: Path | None, formats: list[str], max_points: int, progress: bool) -> AssemblyBuild:
    """Build an assembly's files into a folder (out/NAME if None); all of them, or none."""
    unknown = [f for f in formats if f not in FORMATS]
    if unknown:
        raise InputError(f"there is no format {unknown[0]!r} of an assembly", hint=near(unknown[0], FORMATS))
    start = time.perf_counter()
    assembly = read_assembly(name)
    folder = out if out is not None else Path("out") / assembly.name
    _refuse_own_sources(assembly, folder)
    with progress_bar(progress) as tell:
        total = len(assembly.parts) + 2
        drawn = {key: _drawn(part, lambda text: tell(text, total)) for key, part in assembly.parts.items()}
        tell("measure", total)
        parts = {key: measured_layout(assembly.parts[key], plan, layout) for key, (plan, layout) in drawn.items()}
        stack = Stack(assembly, parts)
        makers: Makers = {}
        for plan, layout in drawn.values():
            makers |= _part_makers(plan.design, layout, formats, max_points)
        makers |= _whole_makers(stack, {key: layout for key, (_, layout) in drawn.items()}, formats, max_points)
        tell("write", total)
        inputs = dict.fromkeys((*assembly.inputs, *(path for part in parts.values() for path in part.inputs)))
        write_outputs(folder, makers, inputs=inputs, version=__version__)
    files = {file: (folder / file).stat().st_size for file in (*makers, "manifest.json")}
    return AssemblyBuild(assembly, stack, folder, files, time.perf_counter() - start)


def _drawn(part: Part, tell: Callable[[str], None]) -> tuple[Plan, Layout]:
    tell(f"draw {part.name}")
    return plan_and_draw(read_design(part.path))


def _refuse_own_sources(assembly: Assembly, folder: Path) -> None:
    """Output beside the tables it is read from could overwrite them."""
    homes = {assembly.path.resolve().parent, *(part.path.resolve().parent for part in assembly.parts.values())}
    if folder.resolve() in homes:
        raise InputError("the output folder is the assembly's own", Where(folder), hint="choose another with -o")


def _part_makers(design: Design, layout: Layout, formats: list[str], max_points: int) -> Makers:
    """A part's own masks and map, as for a design alone: never mirrored."""
    options = Options(max_points=max_points)
    return {
        f"{design.name}{WRITERS[kind].extension}": _writer(kind, design, layout, options)
        for kind in formats
        if kind in WRITERS and (kind in LAYOUTS or design.bumps)
    }


def _writer(kind: str, design: Design, layout: Layout, options: Options) -> Callable[[Path], object]:
    return lambda path: WRITERS[kind].write(design, layout, path, options)


def _whole_makers(stack: Stack, layouts: dict[str, Layout], formats: list[str], max_points: int) -> Makers:
    """Files of the assembly as a whole."""
    name, makers = stack.assembly.name, Makers()
    whole = assembled(stack.assembly, layouts, *_drawn_over(stack))
    for kind in (kind for kind in LAYOUTS if kind in formats):
        makers[f"{name}.{kind}"] = _layout_writer(kind, whole, max_points)
    if "csv" in formats:
        makers[f"{name}_nets.csv"] = _text(lambda: stack_nets_csv(stack.nets.rows()))
        if stack.joints:
            makers[f"{name}_joints.csv"] = _text(lambda: joints_csv(joint_rows(stack)))
    return makers | _picture_makers(stack, formats) | _wire_makers(stack, formats)


def _wire_makers(stack: Stack, formats: list[str]) -> Makers:
    """The bond wires as a list and as a diagram, if there are any."""
    lists, name = tuple(wire_list(stack, wires) for wires in stack.wires), f"{stack.assembly.name}_wires"
    if not any(found.wires for found in lists):
        return {}
    makers: Makers = {
        f"{name}.csv": _text(lambda: wires_csv(lists)),
        f"{name}.dxf": lambda path: write_wires_dxf(lists, path),
        **_painted(name, lambda width: wire_diagram(lists, width)),
    }
    return {file: make for file, make in makers.items() if file.rpartition(".")[2] in formats}


def _picture_makers(stack: Stack, formats: list[str]) -> Makers:
    """The assembly from above and from the side."""
    name, picture = stack.assembly.name, lru_cache(maxsize=1)(lambda: picture_of(stack))
    makers = _painted(f"{name}_plan", lambda width: plan_picture(picture(), width))
    makers |= _painted(f"{name}_side", lambda width: side_picture(picture(), width))
    return {file: make for file, make in makers.items() if file.rpartition(".")[2] in formats}


def _painted(name: str, picture: Callable[[int], Picture]) -> Makers:
    """A picture in each format, wider where it is pixels."""
    return {f"{name}.{kind}": _painter(kind, picture) for kind in PAINTERS}


def _painter(kind: str, picture: Callable[[int], Picture]) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(PAINTERS[kind](picture(1800 if kind == "png" else 1400)))


def _drawn_over(stack: Stack) -> tuple[list[tuple[Points, float]], list[tuple[float, float, float, float]]]:
    """Wires with their diameters, and the encapsulation's outline, from above, µm."""
    lines = [
        (np.array(ends), wires.table.diameter.value)
        for wires in stack.wires
        for ends in zip(*(side.tolist() for side in wires.ends), strict=True)
    ]
    filling = stack.assembly.file.encapsulation
    outline = covered(stack, filling) if filling is not None else None
    return lines, [outline] if outline is not None else []


def _layout_writer(kind: str, layout: Layout, max_points: int) -> Callable[[Path], object]:
    if kind == "oas":
        from bumpgen.write.oasis import write_oasis

        return lambda path: write_oasis(layout, path)
    from bumpgen.write.gds import write_gds

    return lambda path: write_gds(layout, path, max_points=max_points)


def _text(made: Callable[[], str]) -> Callable[[Path], object]:
    return lambda path: path.write_text(made(), encoding="utf-8")
