"""`bumpgen view` and `bumpgen cell draw`: one design or one cell to one file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bumpgen import resources
from bumpgen.build import build_layout, plan_and_draw
from bumpgen.cells import CELLS, CellSpec
from bumpgen.draw import draw_cell
from bumpgen.errors import BumpgenError, InputError, Where
from bumpgen.geometry import View
from bumpgen.layout import Cell, Layout
from bumpgen.process import Process, read_process
from bumpgen.read import read_design
from bumpgen.validation import near
from bumpgen.write.atomic import not_writable, replacing

__all__ = ["draw_cell_file", "parse_settings", "replace_file", "view_any", "view_design"]


def view_any(
    name: str, out: Path, view_name: str, width: int | None, *, ratlines: bool, side: bool, cut: str | None,
    wires: bool,
) -> None:  # fmt: skip
    """A picture of a design, or where the name means an assembly, of that."""
    from bumpgen.read.assembly_file import is_assembly

    if ratlines and (side or is_assembly(name)):
        raise InputError("--ratlines has no use here", hint="draw them for one design, from above")
    if side or is_assembly(name):
        from bumpgen.command.look_assembly import view_assembly

        view_assembly(name, out, width, side=side, cut=cut, wires=wires)
        return
    if wires or cut is not None:
        raise InputError("--wires and --cut (without --side) are for assemblies", hint="add --side, or name one")
    view_design(name, out, view_name, width or 1200, ratlines=ratlines)


def view_design(name: str, out: Path, view_name: str, width: int, *, ratlines: bool = False) -> None:
    """A design's plan view as SVG or PNG, `width` pixels wide; with `ratlines`, what is still to be joined over it."""
    if out.suffix not in (".svg", ".png"):
        raise InputError(f"a picture is .svg or .png, not {out.suffix or 'without a suffix'}", Where(out))
    if ratlines:
        _write_ratlines(name, out, View(view_name), width)
    else:
        _write(build_layout(read_design(name)), out, View(view_name), width)


def _write_ratlines(name: str, out: Path, view: View, width: int) -> None:
    """The drawn plan, paled, with a straight line for each connection that is open."""
    from bumpgen.view.ratlines import plan_ratlines_png, plan_ratlines_svg

    plan, layout = plan_and_draw(read_design(name))
    if out.suffix == ".svg":
        data = plan_ratlines_svg(plan, layout, width, view).encode()
    else:
        data = plan_ratlines_png(plan, layout, width, view)
    replace_file(out, lambda path: path.write_bytes(data))


def draw_cell_file(name: str, process_name: str | None, settings: tuple[str, ...], out: Path) -> str:
    """One parametric cell drawn to .gds, .oas, .svg or .png; a line that says what was drawn in which process."""
    if name not in CELLS:
        raise InputError(f"there is no cell {name!r}", hint=near(name, CELLS))
    kind, values = CELLS[name], parse_settings(settings)
    for key in values:
        if key not in kind.model_fields:
            cure = near(key, kind.model_fields, f"it has {', '.join(kind.model_fields)}")
            raise InputError(f"cell {name!r} has no parameter {key!r}", Where(key=f"{name}.{key}"), hint=cure)
    process, cell = _drawn(kind, process_name, values)
    _write(draw_cell(cell, process, title=f"{name} in {process.name}"), out, View.BUMPS_UP, 900)
    return f"{cell.name} in {process.name}: {out}"


def _drawn(kind: type[CellSpec], process_name: str | None, values: dict[str, Any]) -> tuple[Process, Cell]:
    """The cell in the named process, else in the first shipped one that has its layers and dimensions.

    Where none can draw it, that refusal is raised which says most about `values`.
    """
    names = [process_name] if process_name else resources.names("pdk")
    refusals: list[BumpgenError] = []
    for name in names:
        process = read_process(name)
        try:
            return process, kind.make(process, **values).draw(process)
        except BumpgenError as error:
            refusals.append(error)
    raise max(refusals, key=lambda error: _closeness(error, values))


def _closeness(error: BumpgenError, values: dict[str, Any]) -> int:
    """How near a refusal is to what was asked: of a given value, of all together, of what a process lacks."""
    _, _, parameter = (error.where.key if error.where and error.where.key else "").partition(".")
    if not parameter:
        return 1
    return 2 if parameter.partition(".")[0] in values else 0


def parse_settings(settings: tuple[str, ...]) -> dict[str, Any]:
    """KEY=VALUE texts as parameters; a value that reads as JSON (a number, a list, true) is taken so."""
    values: dict[str, Any] = {}
    for setting in settings:
        key, equals, text = setting.partition("=")
        if not equals or not key:
            raise InputError(f"--set {setting!r} is not KEY=VALUE", hint="write e.g. --set size=250")
        if key in values:
            raise InputError(f"--set gives {key!r} twice")
        try:
            values[key] = json.loads(text)
        except json.JSONDecodeError:
            values[key] = text
    return values


def _write(layout: Layout, out: Path, view: View, width: int) -> None:
    """The layout in the format of the file's suffix; an earlier file stays until the new one is whole."""
    import bumpgen

    makers: dict[str, Callable[[Path], object]] = {
        ".gds": lambda path: bumpgen.write_gds(layout, path),
        ".oas": lambda path: bumpgen.write_oasis(layout, path),
        ".svg": lambda path: path.write_text(bumpgen.plan_svg(layout, view=view, width=width), encoding="utf-8"),
        ".png": lambda path: bumpgen.plan_png(layout, path, view=view, width=width),
    }
    if out.suffix not in makers:
        kind = repr(out.suffix) if out.suffix else "a file without a suffix"
        raise InputError(f"can't write {kind}", Where(out), hint=f"use {', '.join(makers)}")
    replace_file(out, makers[out.suffix])


def replace_file(out: Path, make: Callable[[Path], object]) -> None:
    """Make the file whole or not at all, with the folders it needs."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise not_writable(out, error) from None
    with replacing(out) as path:
        make(Path(path))
