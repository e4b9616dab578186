"""A bump map to be compared: of a design, of a table as `bumpgen build` writes it, or of any table described.

A table that bumpgen wrote tells its unit, view and die itself. Of any other they are asked for, not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

from bumpgen.check.compare_maps import Ball
from bumpgen.design import UNITS, Design, Unit
from bumpgen.errors import InputError, Where
from bumpgen.geometry import View
from bumpgen.read.columns import Columns
from bumpgen.read.source import Source
from bumpgen.read.suggest import suggest_mapping
from bumpgen.read.table import XLSX_NAMES, Row, Rows, read_lines
from bumpgen.write.table import BUMP_COLUMNS, DUMMY

__all__ = ["BumpMap", "Description", "design_map", "parse_columns", "read_map", "to_bumps_up"]

KNOWN = ("name", "x", "y", "net")
HEADER_LINES = 50
"""The line of column names is looked for in so many lines."""
DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class Description:
    """What a person says of a table; `option` is how its options begin, "--" for B and "--a-" for A."""

    option: str
    unit: str | None = None
    view: View | None = None
    columns: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class BumpMap:
    """A bump map as read: places in µm as `view` sees them; the die's sides (µm) where known."""

    source: str
    balls: tuple[Ball, ...]
    view: View
    has_nets: bool
    die: tuple[float, float] | None = None


def design_map(design: Design) -> BumpMap:
    """The map of a design's bumps."""
    if not design.bumps:
        raise InputError("the design has no bumps", Where(design.path), hint="compare its layout instead")
    balls = tuple(Ball(b.name, b.net, b.x, b.y) for b in design.bumps)
    die = (design.die.width, design.die.height)
    return BumpMap(design.name, balls, View.BUMPS_UP, any(b.net for b in balls), die)


def to_bumps_up(bumps: BumpMap, axis: float) -> tuple[Ball, ...]:
    """The bumps in the bumps_up view; a mirrored map is turned about x = `axis` µm."""
    if not bumps.view.mirrored:
        return bumps.balls
    return tuple(Ball(b.name, b.net, 2 * axis - b.x, b.y, b.line) for b in bumps.balls)


def parse_columns(text: str, option: str) -> dict[str, str]:
    """'name=Ball,x=X,y=Y,net=Net' as a mapping."""
    found: dict[str, str] = {}
    for part in text.split(","):
        name, equals, header = (piece.strip() for piece in part.partition("="))
        if not equals or not header or name not in KNOWN or name in found:
            raise InputError(
                f"{option}columns: {part.strip()!r} is no NAME=HEADER, or is there twice",
                hint='write e.g. "name=Ball,x=X,y=Y,net=Net"; a header with a comma goes by its letter, x=@B',
            )
        found[name] = header
    for name in ("name", "x", "y"):
        if name not in found:
            raise InputError(f"{option}columns says no {name}: {text!r}", hint=f"add {name}=HEADER")
    return found


def read_map(path: Path, said: Description) -> BumpMap:
    """The table at `path`, in the columns it is known or said to have."""
    sheets = _sheets(path)
    written = [rows for rows in sheets if rows.header[: len(BUMP_COLUMNS)] == BUMP_COLUMNS]
    if written and said.columns is None:
        return _written(path, written[0], said)
    return _described(path, said)


def _sheets(path: Path) -> list[Rows]:
    """Every sheet (a CSV file is one), from the line that has BUMP_COLUMNS, or from the first."""
    if path.suffix.lower() not in XLSX_NAMES:
        return [_headed(path, read_lines(path), BUMP_COLUMNS)]
    from bumpgen.read.xlsx import sheet_names

    sheets = [read_lines(path, sheet=name) for name in sheet_names(path) if name.startswith("bumps ")]
    return [_headed(path, lines, BUMP_COLUMNS) for lines in sheets]


def _headed(path: Path, lines: Sequence[Row], names: Sequence[str]) -> Rows:
    """The table below the first line that holds all of `names`; below none if there is no such line."""
    for row in lines[:HEADER_LINES]:
        if set(names) <= set(row.cells):
            return Rows(path, row.cells, row.line, tuple(r for r in lines if r.line > row.line))
    return Rows(path, (), 0, tuple(lines))


def _written(path: Path, rows: Rows, said: Description) -> BumpMap:
    """A table of bumpgen's own: µm, the view in each row. Dummy bumps are no part of the map."""
    if said.unit not in (None, "um", "µm"):
        raise InputError(
            f"{said.option}unit {said.unit} contradicts column x_um",
            Where(path, rows.header_line, "x_um"),
            hint=f"leave {said.option}unit out: bumpgen wrote this table and it tells its unit",
        )
    columns = Columns.find(rows, Source(path), dict(zip(KNOWN, BUMP_COLUMNS, strict=False)), KNOWN, KNOWN)
    view = _one_view(path, rows)
    if said.view is not None and said.view != view:
        raise InputError(
            f"{said.option}view {said.view} contradicts the table, which says {view}",
            Where(path, rows.rows[0].line, "view"),
            hint=f"leave {said.option}view out",
        )
    kind = BUMP_COLUMNS.index("kind")
    joined = tuple(row for row in rows.rows if not (kind < len(row.cells) and row.cells[kind] == DUMMY))
    columns = replace(columns, rows=replace(rows, rows=joined))
    return BumpMap(path.name, _balls(columns, "um"), view, True, _die(path))


def _one_view(path: Path, rows: Rows) -> View:
    """The view that every row names."""
    column = BUMP_COLUMNS.index("view")
    first = ""
    if not rows.rows:
        raise InputError("there are no rows below the column names", Where(path, rows.header_line), hint="add rows")
    for row in rows.rows:
        text = row.cells[column] if column < len(row.cells) else ""
        first = first or text
        if text not in set(View) or text != first:
            raise InputError(
                f"the row's view is {text!r}" + (f", the first row's {first!r}" if text != first else ""),
                Where(path, row.line, "view"),
                hint=f"write one view in all rows: {', '.join(View)}",
            )
    return View(first)


def _die(path: Path) -> tuple[float, float] | None:
    """The die's sides that bumpgen stamped on the table, µm; None if the stamp was cut off."""
    if path.suffix.lower() in XLSX_NAMES:
        from bumpgen.read.xlsx import sheet_names

        lines = read_lines(path, sheet="about") if "about" in sheet_names(path) else []
        stamp = "; ".join(": ".join(row.cells[:2]) for row in lines)
    else:
        stamp = ",".join(read_lines(path)[0].cells)
    found = re.search(r"die: ([0-9.]+) x ([0-9.]+) um", stamp)
    return (float(found[1]), float(found[2])) if found else None


def _described(path: Path, said: Description) -> BumpMap:
    """A table of anybody's, as its options describe it."""
    unit, view, mapping = said.unit, said.view, said.columns
    if unit is None or view is None or mapping is None:
        given = {"unit": unit, "view": view, "columns": mapping}
        lacking = ", ".join(f"{said.option}{name}" for name, value in given.items() if value is None)
        raise InputError(
            f"bumpgen didn't write this table, and {lacking} isn't given", Where(path), hint=_cure(path, said)
        )
    rows = _table(path, [text for text in mapping.values() if not text.startswith("@")])
    columns = Columns.find(rows, Source(path), mapping, KNOWN, ("name", "x", "y"))
    return BumpMap(path.name, _balls(columns, unit), view, "net" in mapping)


def _cure(path: Path, said: Description) -> str:
    """The options that would describe the table, as far as its heads show."""
    try:
        seen = re.findall(r'(name|x|y|net) = "([^"]*)"', suggest_mapping(path).partition("columns =")[2])
    except InputError:
        seen = []
    columns = ",".join(f"{name}={header}" for name, header in seen) or "name=HEADER,x=HEADER,y=HEADER,net=HEADER"
    units = "|".join(unit for unit in get_args(Unit) if unit != "µm")
    o = said.option
    return f'say {o}unit {units} {o}view {"|".join(View)} {o}columns "{columns}"'


def _table(path: Path, headers: list[str]) -> Rows:
    """The sheet, or the reading with a delimiter, that has all these column names in a line."""
    if path.suffix.lower() in XLSX_NAMES:
        from bumpgen.read.xlsx import sheet_names

        names = sheet_names(path)
        tables = {name: _headed(path, read_lines(path, sheet=name), headers) for name in names}
    else:
        tables = {d: _headed(path, read_lines(path, d), headers) for d in DELIMITERS}
    fitting = {key: rows for key, rows in tables.items() if rows.header} if headers else dict(list(tables.items())[:1])
    if len(fitting) > 1 and path.suffix.lower() in XLSX_NAMES:
        raise InputError(
            f"sheets {', '.join(fitting)} all have the columns {', '.join(headers)}",
            Where(path),
            hint="keep the sheet that is meant in a file of its own",
        )
    rows = next(iter(fitting.values())) if fitting else next(iter(tables.values()))
    if not rows.header and headers:  # let the search for columns say which is missing
        rows = Rows(path, rows.rows[0].cells, rows.rows[0].line, rows.rows[1:])
    if not rows.rows:
        raise InputError("there are no rows below the column names", Where(path, rows.header_line), hint="add rows")
    return rows


def _balls(columns: Columns, unit: str) -> tuple[Ball, ...]:
    """Every row as a bump, µm; an empty or repeated name and a repeated place are refused."""
    found: list[Ball] = []
    lines: dict[str, int] = {}
    scale = UNITS[unit]
    for row in columns.rows.rows:
        name = columns.text(row, "name")
        if not name:
            raise InputError("the name is empty", columns.where(row, "name"), hint="write the bump's name")
        if name in lines:
            raise InputError(
                f"{name} is the name of line {lines[name]} too",
                columns.where(row, "name"),
                hint="give each bump its own name",
            )
        lines[name] = row.line
        x, y = (columns.length(row, axis, unit, scale) for axis in ("x", "y"))
        found.append(Ball(name, columns.text(row, "net"), x, y, row.line))
    return tuple(found)
