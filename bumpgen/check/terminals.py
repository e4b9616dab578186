"""Terminals: where the nets of a layout must end, by name, net and place; from a design or from a table.

All places are µm in the bumps_up view, as layouts are drawn.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from bumpgen.design import UNITS, Design
from bumpgen.errors import InputError, Where
from bumpgen.geometry import View
from bumpgen.layout import Cell, Layout
from bumpgen.plan import Plan, plan
from bumpgen.read.columns import Columns
from bumpgen.read.source import Source, listed
from bumpgen.read.table import Row, Rows, read_lines

__all__ = ["Terminal", "TerminalKind", "drawn_layers", "dummy_terminals", "read_terminals", "terminals_of"]

TerminalKind: TypeAlias = Literal["pad", "bump"]

HEADS: dict[str, tuple[str, ...]] = {
    "name": ("name", "pad", "ball", "bump", "pillar"),
    "kind": ("kind",),
    "net": ("net",),
    "view": ("view",),
}
"""Our names for columns, and the heads they may have; x and y may bear a unit: x_um, y_mm."""

DIE = re.compile(r"\bdie: ([0-9.]+) x [0-9.]+ um\b")
"""The die's width in the stamp of a bump map that bumpgen wrote."""

VIEW = re.compile(r"\bview: ([a-z_]+)\b")


class Terminal(NamedTuple):  # which is made three times as fast as a frozen dataclass
    """A pad or a bump that a net must reach: centre in µm, net ("" for none: it must stay alone).

    `layers` are the conductors and openings of its own stack, () where it isn't known what stands there: then
    a pad is looked for on the lowest, a bump on the highest conductor drawn. `site` is the process's name for
    the stack, from which the layers follow. `line` is its row in a table.
    """

    name: str
    kind: TerminalKind
    net: str
    x: float
    y: float
    layers: tuple[str, ...] = ()
    site: str = ""
    line: int | None = None

    @property
    def label(self) -> str:
        """Kind and name, as messages say it."""
        return f"{self.kind} {self.name}"


def terminals_of(design: Design | Plan) -> tuple[Terminal, ...]:
    """A design's pads and bumps where its tables put them, with the layers that their sites are made of.

    A design's plan may stand for it, if it is there already.
    """
    planned = design if isinstance(design, Plan) else plan(design)
    process = planned.design.process
    specs = {id(site.spec): site.spec for site in planned.sites}
    known = {key: (drawn_layers(spec.draw(process)), spec.kind) for key, spec in specs.items()}
    return tuple([
        Terminal(name, role, net, x, y, *known[id(spec)])
        for role, name, net, x, y, spec in planned.sites
        if role != "via"
    ])  # fmt: skip


def dummy_terminals(layout: Layout) -> tuple[Terminal, ...]:
    """A layout's dummy bumps: on no net, so that each must stay alone."""
    return tuple([
        Terminal(name, "bump", "", x, y, made.layers, made.site)
        for made in layout.dummies
        for name, (x, y) in zip(made.names, made.points.tolist(), strict=False)
    ])  # fmt: skip


def drawn_layers(cell: Cell) -> tuple[str, ...]:
    """The layers a cell and all in it are drawn on."""
    names = [shape.layer for shape in cell.shapes]
    for instance in cell.instances:
        names += drawn_layers(instance.cell)
    return tuple(dict.fromkeys(names))


def read_terminals(
    path: Path | str,
    unit: str | None = None,
    view: View | str | None = None,
    *,
    width: float | None = None,
    kind: TerminalKind | None = None,
) -> tuple[Terminal, ...]:
    """Terminals of a CSV or XLSX table with columns name, x, y, net and, where wanted, kind and view.

    The bump map that `bumpgen build` writes can be read as it is. `unit` is needed unless the heads name it
    (x_um), `view` unless a column or the stamp does; a mirrored view needs the die's `width` (µm), which the
    stamp tells too. `kind` says what rows are whose kind column is neither "pad" nor "bump": such a word
    names the site. Without it, a name column headed "pad" holds pads, any other bumps. InputError otherwise.
    """
    path = Path(path)
    rows, stamp = _rows(path)
    columns, scale = _columns(rows, unit)
    default: TerminalKind = kind or ("pad" if rows.header[columns.index["name"]] == "pad" else "bump")
    seen = _view(columns, stamp, view)
    points = np.array(
        [[columns.length(row, axis, scale, UNITS[scale]) for axis in ("x", "y")] for row in columns.rows.rows]
    )
    points = np.round(seen.to(View.BUMPS_UP, points, _width(seen, stamp, width, path)), 9) + 0.0
    found = [
        _terminal(columns, row, default, float(x), float(y))
        for row, (x, y) in zip(columns.rows.rows, points, strict=True)
    ]
    _refuse_doubles(found, path)
    return tuple(found)


def _rows(path: Path) -> tuple[Rows, str]:
    """The table below its heads, and the comment lines above them."""
    lines = read_lines(path)
    stamp = " ".join(", ".join(row.cells) for row in lines if row.cells[0].startswith("#"))
    plain = [row for row in lines if not row.cells[0].startswith("#")]
    if len(plain) < 2:
        raise InputError("the table has no rows", Where(path), hint="it needs a line of column names and rows below")
    return Rows(path, plain[0].cells, plain[0].line, tuple(plain[1:])), stamp


def _columns(rows: Rows, unit: str | None) -> tuple[Columns, str]:
    """The columns found by their heads, and the unit of x and y."""
    named = {ours: next((h for h in heads if h in rows.header), None) for ours, heads in HEADS.items()}
    places = {head: u for u in ("", *UNITS) for head in (f"x_{u}" if u else "x",) if head in rows.header}
    head, stated = next(iter(places.items()), ("x", ""))
    if unit is not None and unit not in UNITS:
        raise InputError(f"there is no unit {unit!r}", Where(rows.path), hint=f"one of {', '.join(UNITS)}")
    if stated and unit is not None and UNITS[stated] != UNITS[unit]:
        raise InputError(
            f"column {head!r} is headed {stated}, but the unit is said to be {unit}",
            Where(rows.path, rows.header_line, head),
            hint=f"leave the unit out, or rename the column to x_{unit}",
        )
    scale = unit or stated
    if not scale and head in rows.header:
        raise InputError(
            f"column {head!r} has no unit", Where(rows.path, rows.header_line, head),
            hint="state the unit, or head the columns x_um, y_um",
        )  # fmt: skip
    asked = {ours: heads for ours, heads in named.items() if heads} | {"x": head, "y": "y" + head[1:]}
    for needed in ("name", "net"):
        asked.setdefault(needed, needed)
    known = (*HEADS, "x", "y")
    return Columns.find(rows, Source(rows.path), asked, known, ("name", "x", "y", "net")), scale or "um"


def _view(columns: Columns, stamp: str, view: View | str | None) -> View:
    """The one view that the rows, the stamp and the caller state."""
    stated = {text: columns.where(row, "view") for row in columns.rows.rows if (text := columns.text(row, "view"))}
    found = VIEW.search(stamp)
    if found:
        stated.setdefault(found[1], Where(columns.rows.path))
    if view is not None:
        stated.setdefault(str(view), Where(columns.rows.path))
    names = [v.value for v in View]
    for text, where in stated.items():
        if text not in names:
            raise InputError(f"{text!r} is not a view", where, hint=f"one of {', '.join(names)}")
    if len({View(text).mirrored for text in stated}) != 1:
        told = f"views differ: {', '.join(stated)}" if stated else "the table doesn't say from which side it is seen"
        raise InputError(told, Where(columns.rows.path), hint=f"state one view for all: {', '.join(names)}")
    return View(next(iter(stated)))


def _width(view: View, stamp: str, width: float | None, path: Path) -> float:
    found = DIE.search(stamp)
    if width is None and found:
        return float(found[1])
    if width is None and view.mirrored:
        raise InputError(
            f"coordinates seen as {view.value} can't be turned round without the die's width", Where(path),
            hint="state the die's width in µm, or give the table in view bumps_up",
        )  # fmt: skip
    return width or 0.0


def _terminal(columns: Columns, row: Row, default: TerminalKind, x: float, y: float) -> Terminal:
    name, word = columns.text(row, "name"), columns.text(row, "kind")
    if not name:
        raise InputError("the name is empty", columns.where(row, "name"), hint="name the pad or bump")
    kind: TerminalKind = "pad" if word == "pad" else "bump" if word == "bump" else default
    site = "" if word in ("pad", "bump") else word
    return Terminal(name, kind, columns.text(row, "net"), x, y, (), site, row.line)


def _refuse_doubles(terminals: Sequence[Terminal], path: Path) -> None:
    first: dict[tuple[str, str], Terminal] = {}
    doubles = []
    for terminal in terminals:
        known = first.setdefault((terminal.kind, terminal.name), terminal)
        if known is not terminal:
            doubles.append(terminal)
    if doubles:
        told = [f"line {t.line}: {t.label} is in line {first[t.kind, t.name].line} too" for t in doubles]
        raise InputError(
            f"names stand twice: {listed(told)}", Where(path, doubles[0].line), hint="give each its own name"
        )
