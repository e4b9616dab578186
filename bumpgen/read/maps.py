"""Pads and bumps from a table: any unit, view and origin → µm, bumps_up, from the lower left corner."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bumpgen.design import UNITS, Bump, Die, MapTable, Pad
from bumpgen.errors import InputError, Where
from bumpgen.geometry import Points, View
from bumpgen.read.columns import Columns
from bumpgen.read.source import Source, counted, listed
from bumpgen.read.table import Row, read_rows

__all__ = ["Placed", "in_layout", "read_bumps", "read_pads"]

PLACES = ("name", "x", "y", "net", "kind")
PAD_COLUMNS = (*PLACES, "width", "height")
BUMP_COLUMNS = (*PLACES, "angles", "diameter")

SAME_PLACE = 1e-3
"""Two centres that round to the same multiple of this, in µm, are at one place."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A table row's name and place (µm, bumps_up) with the row itself."""

    row: Row
    name: str
    x: float
    y: float


def in_layout(points: Points, view: View, die: Die) -> Points:
    """Points (µm from the lower left corner as `view` sees it) in the bumps_up view, to 1e-9 µm."""
    return np.round(view.to(View.BUMPS_UP, points, die.width), 9) + 0.0


def in_layout_angle(angle: float, view: View) -> float:
    """A direction in degrees as the bumps_up view sees it."""
    return (180.0 - angle) % 360 if view.mirrored else angle


def read_pads(table: MapTable, die: Die, source: Source) -> tuple[tuple[Pad, ...], tuple[str, ...]]:
    """Pads of a table, and notes on rows that were left out."""

    columns, kept, notes = _read(table, die, source, PAD_COLUMNS)

    def pad(p: Placed) -> Pad:
        width, height = (_size(columns, table, p.row, name) for name in ("width", "height"))
        net, kind = columns.text(p.row, "net"), columns.text(p.row, "kind")
        return Pad(p.name, p.x, p.y, net, width, height, kind, p.row.line)

    return tuple(map(pad, kept)), notes


def read_bumps(table: MapTable, die: Die, source: Source) -> tuple[tuple[Bump, ...], tuple[str, ...]]:
    """Bumps of a table, and notes on rows that were left out."""

    columns, kept, notes = _read(table, die, source, BUMP_COLUMNS)

    def bump(p: Placed) -> Bump:
        net, kind = columns.text(p.row, "net"), columns.text(p.row, "kind")
        diameter = _size(columns, table, p.row, "diameter")
        return Bump(p.name, p.x, p.y, net, kind, _angles(columns, p.row, table.view), diameter, p.row.line)

    return tuple(map(bump, kept)), notes


def _read(
    table: MapTable, die: Die, source: Source, known: tuple[str, ...]
) -> tuple[Columns, list[Placed], tuple[str, ...]]:
    """The columns, the rows that stay, and notes on the others."""
    rows = read_rows(source.path, table.header, table.delimiter, table.sheet)
    columns = Columns.find(rows, source, table.columns, known, ("x", "y"), table.strip)
    _refuse_split_rows(columns, source)
    if "name" not in table.columns and table.number is None:
        raise InputError(
            "the table gives no names: neither columns.name nor number is set",
            source.setting(),
            hint='map a column, name = "…", or number the rows: number = "B{n}"',
        )
    places = _place(columns, table, die)
    kept, off = _on_die(places, table, die, source)
    kept, twice = _unique(kept, table, source)
    notes = [*off, *twice]
    if not kept:
        raise InputError("no row of the table is left", Where(source.path), hint="; ".join(notes[:3]))
    return columns, kept, (*notes, *_netless(columns, table, kept, source))


def _refuse_split_rows(columns: Columns, source: Source) -> None:
    """A row longer than the header has a comma in some value, which would shift its cells."""
    if not columns.rows.header or source.path.suffix.lower() in (".xlsx", ".xlsm"):
        return
    width = max(len(columns.rows.header), *(i + 1 for i in columns.index.values()))
    for row in columns.rows.rows:
        extra = [cell for cell in row.cells[width:] if cell]
        if extra:
            raise InputError(
                f"the line has {len(row.cells)} cells, the header {width}: {extra[0]!r} has no column",
                Where(source.path, row.line),
                hint="put values that hold the delimiter into double quotes",
            )


def _place(columns: Columns, table: MapTable, die: Die) -> list[Placed]:
    scale = UNITS[table.unit]
    points = np.array(
        [[columns.length(row, axis, table.unit, scale) for axis in ("x", "y")] for row in columns.rows.rows]
    )
    points += table.offset
    if table.origin == "centre":
        points += (die.width / 2, die.height / 2)
    points = in_layout(points, table.view, die)
    names = [_name(columns, table, row, n) for n, row in enumerate(columns.rows.rows, 1)]
    rows = zip(columns.rows.rows, names, points.tolist(), strict=True)
    return [Placed(row, name, x, y) for row, name, (x, y) in rows]


def _name(columns: Columns, table: MapTable, row: Row, n: int) -> str:
    name = columns.text(row, "name")
    if name:
        return name
    if table.number is None:
        raise InputError(
            "the name is empty", columns.where(row, "name"), hint='write it, or number such rows: number = "B{n}"'
        )
    return table.number.replace("{n}", str(n))


def _on_die(places: list[Placed], table: MapTable, die: Die, source: Source) -> tuple[list[Placed], list[str]]:
    off = [p for p in places if not die.holds(p.x, p.y)]
    if not off:
        return places, []
    told = [f"{p.name} (line {p.row.line}) at {p.x:g}, {p.y:g}" for p in off]
    if table.off_die == "refuse":
        raise InputError(
            f"{len(off)} of {len(places)} rows lie off the die of {die.width:g} x {die.height:g} µm: {listed(told)}",
            Where(source.path, off[0].row.line),
            hint='check unit, origin, offset and the die; or leave them out: off_die = "drop"',
        )
    gone = {p.row.line for p in off}
    notes = [f"{source.label}:{p.row.line} dropped: {p.name} at {p.x:g}, {p.y:g} is off the die" for p in off]
    return [p for p in places if p.row.line not in gone], notes


def _unique(places: list[Placed], table: MapTable, source: Source) -> tuple[list[Placed], list[str]]:
    names: dict[str, Placed] = {}
    spots: dict[tuple[int, int], Placed] = {}
    kept, doubles = [], []
    for p in places:
        spot = (round(p.x / SAME_PLACE), round(p.y / SAME_PLACE))
        if p.name in names:
            doubles.append((p, f"{p.name} is the name of line {names[p.name].row.line} too"))
        elif spot in spots:
            doubles.append((p, f"{p.name} at {p.x:g}, {p.y:g} lies where {_of(spots[spot])} lies"))
        else:
            kept.append(p)
        names.setdefault(p.name, p)
        spots.setdefault(spot, p)
    if doubles and table.duplicates == "refuse":
        told = [f"line {p.row.line}: {why}" for p, why in doubles]
        raise InputError(
            f"{counted(len(doubles), 'duplicate row', 'duplicate rows')}: {listed(told)}",
            Where(source.path, doubles[0][0].row.line),
            hint='mend the table, or keep the first of each: duplicates = "first"',
        )
    return kept, [f"{source.label}:{p.row.line} dropped: {why}" for p, why in doubles]


def _of(place: Placed) -> str:
    return f"{place.name} of line {place.row.line}"


def _netless(columns: Columns, table: MapTable, kept: list[Placed], source: Source) -> list[str]:
    if "net" not in table.columns:
        return [f"{source.label}: no column holds nets, so nothing in it is connected"]
    lines = [str(p.row.line) for p in kept if not columns.text(p.row, "net")]
    if not lines:
        return []
    have = counted(len(lines), "row has", "rows have")
    return [f"{source.label}: {have} no net: {'line' if len(lines) == 1 else 'lines'} {listed(lines)}"]


def _size(columns: Columns, table: MapTable, row: Row, name: str) -> float:
    return columns.size(row, name, table.unit, UNITS[table.unit])


def _angles(columns: Columns, row: Row, view: View) -> tuple[float, ...]:
    """Directions in degrees, several separated by blanks or semicolons."""
    texts = columns.text(row, "angles").replace(";", " ").split()
    if not texts:
        return ()
    try:
        angles = [float(text) for text in texts]
        if not all(abs(angle) <= 360 for angle in angles):
            raise ValueError
    except ValueError:
        raise InputError(
            f"{columns.text(row, 'angles')!r} is not a list of directions in degrees",
            columns.where(row, "angles"),
            hint='write angles from -360 to 360 separated by blanks, e.g. "90 135"',
        ) from None
    return tuple(in_layout_angle(angle, view) for angle in angles)
