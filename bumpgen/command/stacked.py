"""Parts of an assembly drawn, written as masks and measured from what was written; large ones side by side."""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from bumpgen.assembly import Assembly, Part
from bumpgen.build import plan_and_draw
from bumpgen.check.assembly.drawn import DrawnPart, measure_part
from bumpgen.check.assembly.stack import Stack
from bumpgen.design import Design
from bumpgen.layout import Layout
from bumpgen.plan import Plan
from bumpgen.read import read_design
from bumpgen.write.gds import write_gds

__all__ = ["draw_part", "draw_parts", "measured", "measured_layout", "stack_of", "uncollected"]

MANY = 5_000
"""Bumps from which on parts are drawn side by side, each in a process of its own."""


def stack_of(
    assembly: Assembly, progress: Callable[[str], object] = str, parts: Iterable[DrawnPart] | None = None
) -> Stack:
    """An assembly with all parts drawn; `parts` are those that are drawn already."""
    known = {part.part.name: part for part in parts or ()}
    progress("draw " + ", ".join(name for name in assembly.parts if name not in known))
    missing = [part for name, part in assembly.parts.items() if name not in known]
    known |= {part.part.name: part for part in draw_parts(missing)}
    return Stack(assembly, {name: known[name] for name in assembly.parts})


def draw_parts(parts: list[Part]) -> list[DrawnPart]:
    """Parts drawn and measured; large ones side by side, the first of them in this process."""
    large = [part for part in parts if _bumps(part) >= MANY]
    if len(large) < 2:
        return [draw_part(part) for part in parts]
    with ProcessPoolExecutor(min(len(parts) - 1, 3), initializer=gc.disable) as pool:
        others = [pool.submit(draw_part, part) for part in parts[1:]]
        return [draw_part(parts[0]), *(other.result() for other in others)]


@contextmanager
def uncollected() -> Iterator[None]:
    """No search for cycles meanwhile: it walks millions of new objects again and again, and there are no cycles."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _bumps(part: Part) -> int:
    """About how many bumps a part has, from its file alone."""
    bumps = part.file.bumps
    if bumps is None:
        return 0
    if bumps.array is not None:
        return bumps.array.columns * bumps.array.rows
    table = bumps.table or bumps.pinmap
    path = part.path.parent / table.file if table else part.path
    return path.stat().st_size // 24 if path.is_file() else 0


def draw_part(part: Part) -> DrawnPart:
    """A part read, drawn and measured."""
    return measured(part, read_design(part.path))


def measured(part: Part, design: Design) -> DrawnPart:
    """A part measured from the masks of a design."""
    return measured_layout(part, *plan_and_draw(design, labels=False))


def measured_layout(part: Part, planned: Plan, layout: Layout) -> DrawnPart:
    """A part measured from its layout, which is written to a file and read again as a mask shop would."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{part.file.name}.gds"
        write_gds(layout, path)
        return measure_part(part, planned, path)
