"""`bumpgen new` and `bumpgen pads`: from a chip's GDS to a design's tables."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click
from pydantic import BaseModel, ValidationError

from bumpgen import resources
from bumpgen.command.look import replace_file
from bumpgen.design import Die, GdsPads, Pad, layer_numbers
from bumpgen.errors import InputError, Where
from bumpgen.geometry import View
from bumpgen.process import Process, read_process
from bumpgen.read.gds import DIE_TOLERANCE, Outline, outline_of_gds, read_gds_pads
from bumpgen.read.source import Source, counted
from bumpgen.validation import first_mistake
from bumpgen.write.atomic import not_writable
from bumpgen.write.table import pads_csv

__all__ = ["extract_pads", "new_design", "parse_layer", "take_along"]

Checked = TypeVar("Checked", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Extracted:
    """What was found in a chip's GDS: the pads, the box taken for the die, notes, and how it was looked for."""

    table: GdsPads
    pads: tuple[Pad, ...]
    outline: Outline
    notes: tuple[str, ...]


def parse_layer(text: str) -> tuple[int, int]:
    """'37/0' as (37, 0)."""
    try:
        numbers: tuple[int, int] = layer_numbers(text)
    except ValueError as error:
        raise InputError(str(error), hint="write LAYER/DATATYPE, e.g. 37/0") from None
    return numbers


def _checked(kind: type[Checked], **values: Any) -> Checked:
    """A model of options; a mistake in it is named by its option."""
    try:
        return kind(**values)
    except ValidationError as error:
        keys, sentence, cure = first_mistake(error, kind, values)
        option = keys[0].replace("_", "-")
        raise InputError(f"{option} = {values[keys[0]]}: {sentence}", hint=cure) from None


def extract_pads(
    file: Path,
    out: Path | None,
    opening_layer: str,
    text_layer: str,
    die_layer: str | None,
    top: str | None,
    min_size: float,
) -> str:
    """The pads of a chip's GDS as CSV text, also written to `out` where given; notes go to standard error."""
    found = _pads_of(file, opening_layer, text_layer, die_layer, top, min_size)
    for note in found.notes:
        click.echo(f"note: {note}", err=True)
    text = pads_csv(found.pads)
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
) -> Extracted:
    table = _checked(
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
    outline = outline_of_gds(table, where)
    pads, notes = read_gds_pads(table, outline.die, where)
    return Extracted(table, pads, outline, notes)


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
    size = _checked(Die, width=die[0], height=die[1]) if die else None
    if from_gds is None:
        if size is None:
            raise InputError("the die's size is not known", hint="give --die WIDTH HEIGHT in µm, or --from-gds FILE")
        return _write_folder(folder, process, size, None)
    if not (opening_layer and text_layer):
        raise InputError(
            "pads can't be found without their layers", hint="add --opening-layer L/D and --text-layer L/D"
        )
    found = _pads_of(from_gds, opening_layer, text_layer, die_layer)
    if size is not None:
        _refuse_other_die(size, found)
    return _write_folder(folder, process, found.outline.die, found)


def _refuse_other_die(stated: Die, found: Extracted) -> None:
    """`--die` beside `--from-gds` must be the size that is drawn."""
    drawn = found.outline.die
    if max(abs(stated.width - drawn.width), abs(stated.height - drawn.height)) > DIE_TOLERANCE:
        raise InputError(
            f"--die is {stated.width:g} x {stated.height:g} µm, the {found.outline.what}'s box "
            f"{drawn.width:g} x {drawn.height:g} µm",
            Where(found.table.file),
            hint="name the layer of the die's outline with --die-layer, or leave --die out",
        )


def _write_folder(folder: Path, process: Process, die: Die, found: Extracted | None) -> list[str]:
    pads = found.pads if found else ()
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise not_writable(folder, error) from None
    try:
        if found:
            (folder / "pads.csv").write_text(pads_csv(pads), encoding="utf-8")
        text = _design_toml(folder.name, take_along(process, folder), die, found)
        (folder / "design.toml").write_text(text, encoding="utf-8")
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise not_writable(folder, error) from None
    nets = len({pad.net for pad in pads})
    there = f"{counted(len(pads), 'pad', 'pads')} on {counted(nets, 'net', 'nets')}"
    return [
        *(f"note: {note}" for note in (found.notes if found else ())),
        f"{folder}/design.toml: die {die.width:g} x {die.height:g} µm, {there}",
        f"next: write the bump map into it, then `bumpgen build {folder}`",
    ]


def _origin(found: Extracted) -> list[str]:
    """Comment lines that say how pads.csv was made: as the [pads.gds] table that reads the same pads."""
    table, (x, y) = found.table, found.outline.offset
    layers = {"opening_layer": table.opening_layer, "text_layer": table.text_layer, "die_layer": table.die_layer}
    return [
        "# pads.csv was made from a GDS; this table, with the file in this folder, reads the same pads:",
        "# [pads.gds]",
        f"# file = {json.dumps(Path(table.file).name, ensure_ascii=False)}",
        *(f'# {key} = "{layer[0]}/{layer[1]}"' for key, layer in layers.items() if layer),
        f'# view = "{table.view}"',
        f"# Its coordinates count from the lower left corner of the {found.outline.what}'s box:",
        f"# pads.csv is the GDS moved by {x:.12g}, {y:.12g} µm.",
    ]


def take_along(process: Process, folder: Path) -> str:
    """What design.toml calls the process: a shipped one's name; one's own is copied to the design and named by path."""
    path = process.path
    if path is None or path.resolve().parent.parent == resources.folder("pdk").resolve():
        return process.name
    (folder / process.name).mkdir()
    for table in sorted(path.parent.glob("*.toml")):
        (folder / process.name / table.name).write_bytes(table.read_bytes())
    return f"./{process.name}" if path.name == "process.toml" else f"./{process.name}/{path.name}"


def _design_toml(name: str, process: str, die: Die, found: Extracted | None) -> str:
    lines = [
        f'name = "{name}"',
        f'process = "{process}"',
        "",
        "[die]",
        f"width = {die.width:.12g}",
        f"height = {die.height:.12g}",
    ]
    if found:
        lines += ["", *_origin(found)]
        lines += ["[pads.table]", 'file = "pads.csv"', 'unit = "um"', 'view = "bumps_up"', "header = 1"]
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
