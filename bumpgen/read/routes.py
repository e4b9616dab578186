"""Routes from a table: a net, a width and the centre line's points "x:y x:y …"."""

from __future__ import annotations

import numpy as np

from bumpgen.design import UNITS, Die, Route, RouteTable
from bumpgen.errors import InputError
from bumpgen.read.columns import Columns, parse_number
from bumpgen.read.maps import in_layout
from bumpgen.read.source import Source
from bumpgen.read.table import Row, read_rows

__all__ = ["read_routes"]

KNOWN = ("name", "net", "width", "points", "bump")
NEEDED = ("net", "width", "points")


def read_routes(table: RouteTable, die: Die, source: Source) -> tuple[Route, ...]:
    """Every route of the table, µm, bumps_up; points off the die are refused."""
    rows = read_rows(source.path, table.header, table.delimiter)
    columns = Columns.find(rows, source, table.columns, KNOWN, NEEDED)
    return tuple(_route(columns, table, die, row) for row in rows.rows)


def _route(columns: Columns, table: RouteTable, die: Die, row: Row) -> Route:
    net = columns.text(row, "net")
    if not net:
        raise InputError("the route has no net", columns.where(row, "net"), hint="write the net it belongs to")
    width = columns.size(row, "width", table.unit, UNITS[table.unit])
    if not width:
        raise InputError("the route has no width", columns.where(row, "width"), hint=f"write it in {table.unit}")
    points = _points(columns, table, die, row)
    named = (columns.text(row, "bump"), columns.text(row, "name"))
    return Route(net, points, round(width, 9), *named, row.line, join=table.join)


def _points(columns: Columns, table: RouteTable, die: Die, row: Row) -> tuple[tuple[float, float], ...]:
    where = columns.where(row, "points")
    texts = columns.text(row, "points").split()
    if len(texts) < 2:
        raise InputError(f"a route needs 2 points, this one has {len(texts)}", where, hint="write x:y x:y …")
    raw = np.array([_point(columns, row, text) for text in texts]) * UNITS[table.unit]
    if table.origin == "centre":
        raw += (die.width / 2, die.height / 2)
    points = [(float(x), float(y)) for x, y in in_layout(raw, table.view, die)]
    for text, place in zip(texts, points, strict=True):
        if not die.holds(*place):
            raise InputError(
                f"point {text} {table.unit} lies at {place[0]:g}, {place[1]:g} µm, "
                f"off the die of {die.width:g} x {die.height:g} µm",
                where,
                hint="check unit, view and origin of the routes",
            )
    for text, one, other in zip(texts[1:], points, points[1:], strict=False):
        if one == other:
            raise InputError(f"point {text} stands twice in a row", where, hint="write it once")
    return tuple(points)


def _point(columns: Columns, row: Row, text: str) -> tuple[float, float]:
    parts = text.split(":")
    try:
        if len(parts) != 2:
            raise ValueError(f"{text!r} is not x:y")
        return parse_number(parts[0]), parse_number(parts[1])
    except ValueError as error:
        raise InputError(
            f"{error} in point {text!r}",
            columns.where(row, "points"),
            hint="write points as x:y x:y …, e.g. 10.5:20 30:20",
        ) from None
