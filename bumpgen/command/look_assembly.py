"""`bumpgen view` of an assembly: from above, or cut and seen from the side."""

from __future__ import annotations

from pathlib import Path

from bumpgen.check.assembly.pictured import picture_of
from bumpgen.command.look import replace_file
from bumpgen.command.stacked import stack_of
from bumpgen.errors import InputError, Where
from bumpgen.read.assembly_file import read_assembly
from bumpgen.view.assembly_cut import Cut

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


def view_assembly(name: str, out: Path, width: int | None, *, side: bool, cut: str | None) -> None:
    """A picture of an assembly as SVG or PNG, `width` pixels wide; from the side it is to scale, with all heights."""
    if out.suffix not in (".svg", ".png"):
        raise InputError(f"a picture is .svg or .png, not {out.suffix or 'without a suffix'}", Where(out))
    along = parse_cut(cut) if cut is not None else None
    if along is not None and not side:
        raise InputError("--cut has no use from above", hint="add --side")
    picture = picture_of(stack_of(read_assembly(name)))
    from bumpgen.view import assembly_plan, assembly_side

    wide = {} if width is None else {"width": width}
    if out.suffix == ".svg":
        draw = assembly_side.assembly_side_svg if side else assembly_plan.assembly_plan_svg
        data = draw(picture, **wide, cut=along).encode()
    else:
        paint = assembly_side.assembly_side_png if side else assembly_plan.assembly_plan_png
        data = paint(picture, **wide, cut=along)
    replace_file(out, lambda path: path.write_bytes(data))
