"""`bumpgen new` and `bumpgen pads`: from a chip's GDS to a design's tables."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from bumpgen.command.look import replace_file
from bumpgen.design import Die, GdsPads, Pad
from bumpgen.errors import InputError, Where
from bumpgen.geometry import View
from bumpgen.process import Process, read_process
from bumpgen.read.gds import die_of_gds, read_gds_pads
from bumpgen.read.source import Source
from bumpgen.write.table import pads_csv

__all__ = ["extract_pads", "new_design", "parse_layer"]

Checked = TypeVar("Checked", bound=BaseModel)


def parse_layer(text: str) -> tuple[int, int]:
    """'37/0' as (37, 0)."""
    found = re.fullmatch(r"(\d{1,5})/(\d{1,5})", text.strip())
    if not found:
        raise InputError(f"{text!r} is not a layer", hint="write LAYER/DATATYPE, e.g. 37/0")
    return int(found[1]), int(found[2])


def _checked(kind: type[Checked], **values: Any) -> Checked:
    """A model of options; a mistake in it is named by its option."""
    try:
        return kind(**values)
    except ValidationError as error:
        first = error.errors()[0]
        option = str(first["loc"][0]).replace("_", "-")
        raise InputError(f"{option} = {first['input']}: {first['msg']}") from None


def extract_pads(
    file: Path,
    out: Path | None,
    opening_layer: str,
    text_layer: str,
    die_layer: str | None,
    top: str | None,
    min_size: float,
) -> str:
    """The pads of a chip's GDS as CSV text, also written to `out` where given."""
    pads, _, _ = _pads_of(file, opening_layer, text_layer, die_layer, top, min_size)
    text = pads_csv(pads)
    if out is not None:
        replace_file(out, lambda path: path.write_text(text, encoding="utf-8"))
    return text


def _pads_of(
    file: Path,
    opening_layer: str,
    text_layer: str,
    die_layer: str | None,
    top: str | None = None,
    min_size: float = 0.0,
) -> tuple[tuple[Pad, ...], Die, tuple[str, ...]]:
    source = _checked(
        GdsPads,
        file=str(file),
        opening_layer=parse_layer(opening_layer),
        text_layer=parse_layer(text_layer),
        die_layer=parse_layer(die_layer) if die_layer else None,
        top=top,
        view=View.BUMPS_UP,
        min_size=min_size,
    )
    where = Source(file)
    die = die_of_gds(source, where)
    pads, notes = read_gds_pads(source, die, where)
    return pads, die, notes


def new_design(
    name: str,
    pdk: str,
    from_gds: Path | None,
    opening_layer: str | None,
    text_layer: str | None,
    die_layer: str | None,
    die: tuple[float, float] | None,
) -> list[str]:
    """Make the folder NAME with a design.toml (and pads.csv from a GDS); lines to print."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", Path(name).name):
        raise InputError(f"{Path(name).name!r} can't name a design", hint="use letters, digits and _")
    folder = Path(name)
    if folder.exists():
        raise InputError("this folder exists already", Where(folder), hint="choose another name")
    process = read_process(pdk)
    if from_gds is None:
        if not die:
            raise InputError("the die's size is not known", hint="give --die WIDTH HEIGHT in µm, or --from-gds FILE")
        size = _checked(Die, width=die[0], height=die[1])
        return _write_folder(folder, process, size, (), ())
    if not (opening_layer and text_layer):
        raise InputError(
            "pads can't be found without their layers", hint="add --opening-layer L/D and --text-layer L/D"
        )
    pads, size, notes = _pads_of(from_gds, opening_layer, text_layer, die_layer)
    return _write_folder(folder, process, size, pads, notes)


def _write_folder(folder: Path, process: Process, die: Die, pads: tuple[Pad, ...], notes: tuple[str, ...]) -> list[str]:
    try:
        folder.mkdir(parents=True)
        if pads:
            (folder / "pads.csv").write_text(pads_csv(pads), encoding="utf-8")
        (folder / "design.toml").write_text(_design_toml(folder.name, process, die, pads), encoding="utf-8")
    except OSError as error:
        raise InputError(f"can't make the design: {error.strerror}", Where(folder)) from None
    nets = len({pad.net for pad in pads})
    return [
        *(f"note: {note}" for note in notes),
        f"{folder}/design.toml: die {die.width:g} x {die.height:g} µm, {len(pads)} pads on {nets} nets",
        f"next: write the bump map into it, then `bumpgen build {folder}`",
    ]


def _design_toml(name: str, process: Process, die: Die, pads: tuple[Pad, ...]) -> str:
    lines = [
        f'name = "{name}"',
        f'process = "{process.name}"',
        "",
        "[die]",
        f"width = {die.width:.12g}",
        f"height = {die.height:.12g}",
    ]
    if pads:
        lines += ["", "[pads.table]", 'file = "pads.csv"', 'unit = "um"', 'view = "bumps_up"', "header = 1"]
        lines += [
            'columns = { name = "pad", x = "x_um", y = "y_um", net = "net", width = "width_um", height = "height_um" }'
        ]
    lines += [
        "",
        "# The bump map: a table, a pin map or an array. For a table:",
        "# [bumps.table]",
        '# file = "bumps.csv"',
        '# unit = "um"          # um, nm, mm, mil, inch',
        '# view = "bumps_up"    # bumps_up, bumps_down, wafer, mask',
        '# columns = { name = "ball", x = "x", y = "y", net = "net" }',
        "",
    ]
    return "\n".join(lines)
