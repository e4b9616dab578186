"""A pin map: a sheet of net names under letters and beside numbers. It gives bumps, or a second opinion on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from bumpgen.design import BallNames, Bump, Die, PinMap
from bumpgen.errors import InputError, Where
from bumpgen.geometry import View
from bumpgen.read.columns import column_letter
from bumpgen.read.maps import in_layout
from bumpgen.read.names import Mark, diagnose, lattice_places, symmetry_cure
from bumpgen.read.source import Source, counted, listed
from bumpgen.read.table import Row, read_lines

__all__ = ["Ball", "check_pinmap", "read_pinmap", "read_pinmap_bumps"]


@dataclass(frozen=True, slots=True)
class Ball:
    """A cell of the sheet: the ball's name and net, its column and row in the sheet (from 0), its line."""

    name: str
    net: str
    column: int
    row: int
    line: int


def read_pinmap(table: PinMap, source: Source) -> tuple[tuple[Ball, ...], tuple[str, ...]]:
    """Every ball of the sheet, and a note on cells left without one."""
    lines = read_lines(source.path, table.delimiter, table.sheet)
    head, body = lines[0], lines[1:]
    last = max((i for i, text in enumerate(head.cells) if text), default=0)
    if not body or last < 1:
        raise InputError(
            "the pin map has no rows or no columns",
            Where(source.path, head.line),
            hint="its first line holds the column heads from the second cell on, its first column the row heads",
        )
    columns, rows = list(head.cells[1 : last + 1]), [row.cells[0] for row in body]
    _check_heads(columns, rows, table, source, body)
    balls, empty = [], []
    for r, row in enumerate(body):
        _refuse_headless(row, last, source)
        for c, column in enumerate(columns):
            net = row.cells[c + 1] if c + 1 < len(row.cells) else ""
            name = column + rows[r] if table.naming.letters == "columns" else rows[r] + column
            if net in table.empty:
                empty.append(name + (f" ({net})" if net else ""))
            else:
                balls.append(Ball(name, net, c, r, row.line))
    if not balls:
        raise InputError("the pin map holds no net name", Where(source.path), hint="write nets into its cells")
    notes = (
        (f"{source.label}: {counted(len(empty), 'cell', 'cells')} without a ball: {listed(empty)}",) if empty else ()
    )
    return tuple(balls), notes


def _refuse_headless(row: Row, last: int, source: Source) -> None:
    extra = [(i, text) for i, text in enumerate(row.cells) if i > last and text]
    if extra:
        i, text = extra[0]
        raise InputError(
            f"{text!r} stands in a column without a head",
            Where(source.path, row.line, f"@{column_letter(i)}"),
            hint="give the column its letter or number, or empty the cell",
        )


def _check_heads(columns: list[str], rows: list[str], table: PinMap, source: Source, body: list[Row]) -> None:
    """Letters and numbers must run on without a gap, away from A1 as this view shows it."""
    naming = table.naming
    by_letter, by_number = (rows, columns) if naming.letters == "rows" else (columns, rows)
    if all(text.isdigit() for text in by_letter) and not any(text.isdigit() for text in by_number):
        other = "columns" if naming.letters == "rows" else "rows"
        raise InputError(
            f"naming has letters for {naming.letters}, but the sheet has numbers there ({', '.join(by_letter[:3])} …)",
            source.setting("naming.letters"),
            hint=f'letters = "{other}"',
        )
    across = _indices(columns, naming, naming.letters == "columns", source, [body[0].line - 1] * len(columns))
    down = _indices(rows, naming, naming.letters == "rows", source, [row.line for row in body])
    from_left = naming.a1.endswith("left") != (naming.view.mirrored != table.view.mirrored)
    if not _runs(across, from_left, columns, "columns", source):
        _refuse_side(columns, table, source, from_left)
    if not _runs(down, naming.a1.startswith("top"), rows, "rows", source):
        corner = ("bottom" if naming.a1.startswith("top") else "top") + "_" + naming.a1.split("_")[1]
        raise InputError(
            f"the rows run {rows[0]} … {rows[-1]} from top to bottom, but A1 is said to lie at {naming.a1}",
            source.setting("naming.a1"),
            hint=f'a1 = "{corner}", or turn the sheet',
        )


def _refuse_side(columns: list[str], table: PinMap, source: Source, from_left: bool) -> None:
    other = View.BUMPS_UP if table.view.mirrored else View.BUMPS_DOWN
    side = "left" if from_left else "right"
    raise InputError(
        f'the columns run {columns[0]} … {columns[-1]} from left to right, but seen as "{table.view}" A1 lies at the '
        f"{side}: the sheet shows the other side",
        source.setting("view"),
        hint=f'view = "{other}"',
    )


def _indices(heads: list[str], naming: BallNames, letters: bool, source: Source, lines: list[int]) -> list[int]:
    found = []
    for head, line in zip(heads, lines, strict=True):
        try:
            if letters:
                found.append(naming.index(head) if head else _no_head())
            else:
                found.append(int(head) - 1 if head.isascii() and head.isdigit() else _no_head())
        except ValueError as error:
            kind = "letters" if letters else "a number"
            raise InputError(
                f"{head!r} is not {kind} of a ball's name" + (f": {error}" if str(error) else ""),
                Where(source.path, line, head or None),
                hint=f'heads are letters for {naming.letters} as naming.letters = "{naming.letters}" says, and numbers',
            ) from None
    return found


def _no_head() -> int:
    raise ValueError


def _runs(indices: list[int], rising: bool, heads: list[str], what: str, source: Source) -> bool:
    """Whether the heads run the stated way; heads that run neither way are refused."""
    steps = {b - a for a, b in pairwise(indices)}
    if steps - {1} and steps - {-1}:
        step = 1 if indices[1] > indices[0] else -1
        at = next(i for i in range(1, len(indices)) if indices[i] != indices[i - 1] + step)
        raise InputError(
            f"among the {what}, {heads[at]} doesn't follow {heads[at - 1]}: {' '.join(heads)}",
            Where(source.path, 1 if what == "columns" else None),
            hint=f"write all {what}, with empty cells where there is no ball; naming.skip lists unused letters",
        )
    return not steps or steps == ({1} if rising else {-1})


def read_pinmap_bumps(table: PinMap, die: Die, source: Source) -> tuple[tuple[Bump, ...], tuple[str, ...]]:
    """Bumps at first + column × pitch, first - row × pitch as the sheet's view sees them, µm."""
    balls, notes = read_pinmap(table, source)
    if table.pitch is None or table.first is None:
        raise InputError("the pin map has no pitch and first", source.setting(), hint="write both, in µm")
    if min(table.pitch) <= 0:
        raise InputError(f"pitch = {list(table.pitch)} is not greater than 0", source.setting("pitch"), hint="in µm")
    steps = np.array([(ball.column, -ball.row) for ball in balls]) * table.pitch
    points = in_layout(steps + table.first, table.view, die).tolist()
    off = [f"{b.name} at {x:g}, {y:g}" for b, (x, y) in zip(balls, points, strict=True) if not die.holds(x, y)]
    if off:
        raise InputError(
            f"{len(off)} of {len(balls)} balls lie off the die of {die.width:g} x {die.height:g} µm: {listed(off)}",
            source.setting("first"),
            hint="first is the place of the sheet's top left ball, in µm from the die's lower left in the sheet's view",
        )
    rows = zip(balls, points, strict=True)
    return tuple(Bump(ball.name, x, y, ball.net, line=ball.line) for ball, (x, y) in rows), notes


def check_pinmap(
    bumps: Sequence[Bump],
    table: PinMap,
    source: Source,
    view: View,
    where: Where,
    nets: Mapping[str, str] | None = None,
) -> tuple[str, ...]:
    """Hold bumps against a pin map: the same balls, with the same nets, at the same places.

    `view` and `where` are the bumps' own, for the cure of a mirrored map; `nets` leads from the
    sheet's other names of a net to the one that the bumps have. Returns notes.
    """
    balls, notes = read_pinmap(table, source)
    balls = tuple(replace(ball, net=(nets or {}).get(ball.net, ball.net)) for ball in balls)
    places = lattice_places(bumps)
    if places is not None:
        _check_places(bumps, places, balls, table, view, where)
    _check_nets(bumps, balls, source)
    if places is None:
        notes += (f"{source.label}: checked by name only, for the bumps lie on no regular lattice",)
    return notes


def _check_places(
    bumps: Sequence[Bump], places: np.ndarray, balls: Sequence[Ball], table: PinMap, view: View, where: Where
) -> None:
    """Refuse a map that fits the sheet better when mirrored or turned."""
    marks = [Mark(b.name, b.net, float(x), float(y)) for b, (x, y) in zip(bumps, places, strict=True)]
    sign = -1 if table.view.mirrored else 1
    reference = [Mark(ball.name, ball.net, sign * ball.column, -ball.row) for ball in balls]
    now, best, sentence = diagnose(marks, reference)
    if sentence and best.places == best.total and 2 * best.agree > best.total:
        raise InputError(sentence, where, hint=symmetry_cure(best, view))
    by_name = {ball.name: ball for ball in balls}
    if now.places == now.total and now.names < now.total and all(bump.name in by_name for bump in bumps):
        raise InputError(
            f"only {now.names} of {now.total} names stand at the pin map's places",
            where,
            hint="mend the names or the places",
        )


def _check_nets(bumps: Sequence[Bump], balls: Sequence[Ball], source: Source) -> None:
    sheet = {ball.name: ball for ball in balls}
    names = {bump.name for bump in bumps}
    wrong = [
        f"{bump.name} (line {bump.line}) has net {bump.net!r}, the pin map {sheet[bump.name].net!r}"
        for bump in bumps
        if bump.name in sheet and sheet[bump.name].net != bump.net
    ]
    wrong += [f"{bump.name} (line {bump.line}) is not in the pin map" for bump in bumps if bump.name not in sheet]
    extra = [ball for ball in balls if ball.name not in names]
    wrong += [f"{ball.name} of the pin map (line {ball.line}) is not among the bumps" for ball in extra]
    if wrong:
        raise InputError(
            f"{counted(len(wrong), 'ball disagrees', 'balls disagree')} with the pin map: {listed(wrong)}",
            Where(source.path),
            hint="mend the table that is wrong, or list both names of a net under [nets]",
        )
