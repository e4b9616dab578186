"""`bumpgen ghost`: what a design will meet, drawn in the design's own coordinates, to lay over it."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from bumpgen.assembled import APART, assembled, transform
from bumpgen.assembly import Assembly, Part
from bumpgen.build import plan_and_draw
from bumpgen.command.edit import trial_copy
from bumpgen.command.look import replace_file
from bumpgen.command.mate import MateOptions, mate
from bumpgen.command.progress import stages
from bumpgen.errors import InputError, Where
from bumpgen.geometry import Transform
from bumpgen.layout import Cell, Layout, Placement
from bumpgen.read import read_design
from bumpgen.read.assembly_file import read_assembly
from bumpgen.read.design_file import design_path
from bumpgen.report import counted
from bumpgen.write.gds import write_gds

__all__ = ["Ghost", "ghost"]


@dataclass(frozen=True, slots=True)
class Ghost:
    """The file written, the parts in it, and their layers: name, GDS numbers, colour."""

    file: str
    design: str
    part: str
    others: tuple[str, ...]
    layers: tuple[tuple[str, tuple[int, int], str], ...]

    def json(self) -> str:
        """The report as JSON text."""
        layers = [{"name": name, "gds": list(gds), "color": color} for name, gds, color in self.layers]
        facts: dict[str, Any] = {"file": self.file, "design": self.design, "part": self.part}
        return json.dumps(facts | {"others": list(self.others), "layers": layers}, indent=1, ensure_ascii=False)

    def show(self) -> None:
        """Print it."""
        what = counted(len(self.others), "part", "parts")
        sys.stdout.write(f"{self.file}: {what} as {self.part} meets them: {', '.join(self.others)}\n")

    def show_problems(self) -> None:
        """There are none."""


def ghost(
    design: str, out: Path, assembly: str | None = None, process: str | None = None, role: str = "second",
    progress: bool = False,
) -> Ghost:  # fmt: skip
    """Write the other parts of an assembly as one of its parts meets them; layers have their own numbers + 1000 each.

    Without an assembly it is the half that `bumpgen mate` would write, in `process`.
    """
    if out.suffix != ".gds":
        raise InputError(f"a ghost is a .gds file, not {out.name!r}", Where(out), hint=f"name it {out.stem}.gds")
    with stages(progress) as step, _together(design, assembly, process, role) as (found, path):
        part = _part_of(found, path)
        layouts = {}
        for name, other in found.parts.items():
            step(f"draw {name}")
            layouts[name] = plan_and_draw(read_design(other.path), labels=False)[1]
        layout = _as_met(found, part, layouts)
        step("write gds")
        replace_file(out, lambda file: write_gds(layout, file))
    others = tuple(name for name in found.parts if name != part.name)
    layers = tuple(
        (name, number, layout.colors.get(name, "#808080"))
        for name, number in layout.layers.items()
        if name.partition(".")[0] in others
    )
    return Ghost(str(out), str(path), part.name, others, layers)


@contextmanager
def _together(
    design: str, assembly: str | None, process: str | None, role: str
) -> Iterator[tuple[Assembly, Path]]:  # fmt: skip
    """The assembly and the design.toml of which it has a part: the one that is named, or one with a made half."""
    if assembly is not None:
        yield read_assembly(assembly), design_path(design).resolve()
        return
    home = design_path(design).resolve()
    with tempfile.TemporaryDirectory() as room:
        copy = trial_copy(home.parent, Path(room))
        mate(str(copy / home.name), MateOptions(role, Path(room) / "half", process, assembly=True))
        yield read_assembly(str(Path(room) / "assembly.toml")), (copy / home.name).resolve()


def _part_of(assembly: Assembly, path: Path) -> Part:
    """The part that is this design."""
    for part in assembly.parts.values():
        if part.path.resolve() == path:
            return part
    raise InputError(
        f"assembly {assembly.name} has no part that is this design", Where(path),
        hint=f"its parts are {', '.join(str(part.path.parent) for part in assembly.parts.values())}",
    )  # fmt: skip


def _as_met(assembly: Assembly, part: Part, layouts: dict[str, Layout]) -> Layout:
    """All other parts, turned so that this one lies as its own masks do."""
    whole = assembled(assembly, layouts)
    back = _inverse(transform(part, whole.grid))
    placed = [
        replace(one, at=one.at.then(back))
        for name, one in zip(assembly.parts, whole.top.instances, strict=True)
        if name != part.name and isinstance(one, Placement)
    ]
    first = next(iter(assembly.parts))
    moved = 0 if part.name == first else _above(assembly)
    layers = {
        name: (gds[0] + (moved if name.startswith(f"{first}.") else 0), gds[1]) for name, gds in whole.layers.items()
    }
    top = Cell(f"{part.file.name}_ghost", instances=tuple(placed))
    return replace(whole, top=top, layers=layers, title=f"{whole.title}, as {part.name} meets it")


def _above(assembly: Assembly) -> int:
    """What the first part's numbers are moved by where it is a ghost: past all others, so that none is a mask's."""
    return APART * (len(assembly.parts) + 1)


def _inverse(at: Transform) -> Transform:
    """What undoes a transform."""
    turn = Transform(0.0, 0.0, at.rotation if at.mirror else -at.rotation % 360, at.mirror)
    x, y = turn.apply(np.array([(-at.x, -at.y)]))[0].tolist()
    return replace(turn, x=round(x, 6) + 0.0, y=round(y, 6) + 0.0)
