"""`bumpgen view` of an assembly: from above, cut and seen from the side, or its bond wires."""

from __future__ import annotations

from pathlib import Path

from bumpgen.check.assembly.pictured import picture_of
from bumpgen.check.assembly.stack import Stack
from bumpgen.check.assembly.wire_rows import wire_list
from bumpgen.command.look import replace_file
from bumpgen.command.stacked import stack_of
from bumpgen.cut import Cut
from bumpgen.errors import InputError, Where
from bumpgen.read.assembly_file import is_assembly, read_alone, read_assembly
from bumpgen.view.assembly_plan import plan_picture
from bumpgen.view.assembly_side import side_picture
from bumpgen.view.painted import PAINTERS
from bumpgen.view.picture import Picture
from bumpgen.view.wire_diagram import wire_diagram

__all__ = ["parse_cut", "view_assembly"]


def parse_cut(text: str) -> Cut:
    """'x1,y1,x2,y2' (µm from above) as a cut. InputError for anything else."""
    try:
        x1, y1, x2, y2 = (float(part) for part in text.split(","))
    except ValueError:
        raise InputError(
            f"--cut {text!r} is not four numbers", hint="write x1,y1,x2,y2 in µm, seen from above"
        ) from None
    return Cut((x1, y1), (x2, y2))


def view_assembly(name: str, out: Path, width: int | None, *, side: bool, cut: str | None, wires: bool) -> None:
    """A picture of an assembly as SVG, PNG or PDF: from above, from the side to scale, or its bond wires.

    A single design is taken for an assembly that has no other part.
    `width` is the page's, pixels.
    """
    ending = out.suffix.removeprefix(".")
    if ending not in PAINTERS:
        raise InputError(f"a picture is .svg, .png or .pdf, not {out.suffix or 'without a suffix'}", Where(out))
    along = parse_cut(cut) if cut is not None else None
    if along is not None and not side:
        raise InputError("--cut has no use from above", hint="add --side")
    if side and wires:
        raise InputError("--side and --wires are two pictures", hint="ask for one at a time")
    stack = stack_of(read_assembly(name) if is_assembly(name) else read_alone(name))
    usual = 1800 if ending == "png" else 1400 if side else 1200
    picture = _wires(stack, width or usual) if wires else _picture(stack, width or usual, along, side=side)
    replace_file(out, lambda path: path.write_bytes(PAINTERS[ending](picture)))


def _picture(stack: Stack, width: int, cut: Cut | None, *, side: bool) -> Picture:
    return side_picture(picture_of(stack), width, cut) if side else plan_picture(picture_of(stack), width, cut)


def _wires(stack: Stack, width: int) -> Picture:
    lists = [wire_list(stack, wires) for wires in stack.wires]
    if not any(found.wires for found in lists):
        raise InputError(f"{stack.assembly.name} has no bond wires", Where(stack.assembly.path, key="wires"))
    return wire_diagram(lists, width)
