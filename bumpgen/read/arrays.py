"""Bumps of an array: a grid, a staggered grid or peripheral rings, less depopulated balls and keep-outs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from bumpgen.design import ArrayTable, Bump, Die
from bumpgen.errors import InputError
from bumpgen.read.source import Source, listed

__all__ = ["Lattice", "lattice_of", "read_array"]

Site: TypeAlias = tuple[int, int, float, float]
"""Column and row of a site, counted from A1, and its place, µm."""


@dataclass(frozen=True, slots=True)
class Lattice:
    """A regular part of an array: lower left place and steps in µm, counts, and how its rows are numbered.

    Row j of this lattice is row `first_row` + j · `row_step` of the array, from the bottom.
    """

    x: float
    y: float
    step_x: float
    step_y: float
    columns: int
    rows: int
    first_row: int = 0
    row_step: int = 1

    def place(self, column: int, row: int) -> tuple[float, float]:
        """Centre of an element, µm, to 1e-9."""
        return round(self.x + column * self.step_x, 9), round(self.y + row * self.step_y, 9)


def lattice_of(table: ArrayTable, die: Die) -> tuple[Lattice, ...]:
    """The array's lattices with all sites full: one, or for a staggered array its even and its odd rows."""
    px, py = table.pitch
    staggered = table.kind == "staggered" and table.rows > 1
    width = (table.columns - 1) * px + (px / 2 if staggered else 0.0)
    x, y = table.first or ((die.width - width) / 2, (die.height - (table.rows - 1) * py) / 2)
    if not staggered:
        return (Lattice(x, y, px, py, table.columns, table.rows),)
    even, odd = (table.rows + 1) // 2, table.rows // 2
    return (
        Lattice(x, y, px, 2 * py, table.columns, even, 0, 2),
        Lattice(x + px / 2, y + py, px, 2 * py, table.columns, odd, 1, 2),
    )


def read_array(table: ArrayTable, die: Die, source: Source) -> tuple[tuple[Bump, ...], tuple[str, ...]]:
    """The array's bumps, row by row from A1, and notes on keep-outs that keep nothing out."""
    _check_die(table, die, source)
    gone = _depopulated(table, source)
    _check_keepouts(table, die, source)
    hits = [0] * len(table.keepouts)
    sites = list(_sites(table, die))
    if table.keepouts:
        sites = [site for site in sites if not _kept_out(table, site, hits)]
    if gone:
        sites = [site for site in sites if site[:2] not in gone]
    if not sites:
        raise InputError(
            f"no bump of the {table.columns} x {table.rows} array is left",
            source.setting("keepouts" if table.keepouts else "depopulate"),
            hint="keep out or depopulate less",
        )
    idle = [list(box) for box, n in zip(table.keepouts, hits, strict=True) if not n]
    notes = tuple(f"{source.key}.keepouts {box} keeps no bump out" for box in idle)
    return tuple(_bumps(table, sites)), notes


def _bumps(table: ArrayTable, sites: list[Site]) -> Iterator[Bump]:
    naming, dealt = table.naming, table.nets
    by_row = naming.letters == "rows"
    letters = [naming.letter(index) for index in range(table.rows if by_row else table.columns)]
    for n, (column, row, x, y) in enumerate(sites):  # named as naming.name does, each letter made once
        name = f"{letters[row]}{column + 1}" if by_row else f"{letters[column]}{row + 1}"
        yield Bump(name, x, y, dealt[n % len(dealt)].replace("{name}", name))


def _sites(table: ArrayTable, die: Die) -> Iterator[Site]:
    """Every site of the array's kind, row by row from A1."""
    naming, parts = table.naming, lattice_of(table, die)
    left = naming.a1.endswith("left") != naming.view.mirrored
    ways = range(table.columns) if left else range(table.columns - 1, -1, -1)
    across = [[part.place(i, 0)[0] for i in ways] for part in parts]
    for row in range(table.rows):
        up = table.rows - 1 - row if naming.a1.startswith("top") else row
        y = parts[up % len(parts)].place(0, up // len(parts))[1]
        for column, x in enumerate(across[up % len(parts)]):
            if table.kind != "rings" or _in_rings(table, column, up):
                yield column, row, x, y


def _kept_out(table: ArrayTable, site: Site, hits: list[int]) -> bool:
    """Whether a site lies in a keep-out; each that it lies in is counted in `hits`."""
    _, _, x, y = site
    blocked = [i for i, (x0, y0, x1, y1) in enumerate(table.keepouts) if x0 <= x <= x1 and y0 <= y <= y1]
    for i in blocked:
        hits[i] += 1
    return bool(blocked)


def _in_rings(table: ArrayTable, i: int, j: int) -> bool:
    return min(i, j, table.columns - 1 - i, table.rows - 1 - j) < table.rings


def _check_die(table: ArrayTable, die: Die, source: Source) -> None:
    parts = lattice_of(table, die)
    x0, y0 = min(p.x for p in parts), min(p.y for p in parts)
    x1 = max(p.place(p.columns - 1, 0)[0] for p in parts)
    y1 = max(p.place(0, p.rows - 1)[1] for p in parts)
    if not (die.holds(x0, y0) and die.holds(x1, y1)):
        raise InputError(
            f"the array reaches from {x0:g}, {y0:g} to {x1:g}, {y1:g}, "
            f"off the die of {die.width:g} x {die.height:g} µm",
            source.setting("first" if table.first else "pitch"),
            hint="fewer columns or rows, a smaller pitch, another first, or a larger die",
        )


def _depopulated(table: ArrayTable, source: Source) -> set[tuple[int, int]]:
    gone: set[tuple[int, int]] = set()
    wrong = []
    for text in table.depopulate:
        try:
            ends = [table.naming.parse(name) for name in text.split(":")]
        except ValueError as error:
            wrong.append(f"{text} ({error})")
            continue
        if len(ends) > 2 or any(c >= table.columns or r >= table.rows for c, r in ends):
            wrong.append(f"{text} (not in {table.columns} x {table.rows})")
            continue
        (c0, r0), (c1, r1) = ends[0], ends[-1]
        gone |= {(c, r) for c in range(min(c0, c1), max(c0, c1) + 1) for r in range(min(r0, r1), max(r0, r1) + 1)}
    if wrong:
        raise InputError(
            f"depopulate names balls the array has not: {listed(wrong)}",
            source.setting("depopulate"),
            hint='write names such as "A1" or ranges such as "A1:C3"',
        )
    return gone


def _check_keepouts(table: ArrayTable, die: Die, source: Source) -> None:
    for x0, y0, x1, y1 in table.keepouts:
        box = f"keepout [{x0:g}, {y0:g}, {x1:g}, {y1:g}]"
        if x0 >= x1 or y0 >= y1:
            raise InputError(
                f"{box} has no area", source.setting("keepouts"), hint="write [x0, y0, x1, y1] with x0 < x1 and y0 < y1"
            )
        if x1 < 0 or y1 < 0 or x0 > die.width or y0 > die.height:
            raise InputError(
                f"{box} lies outside the die of {die.width:g} x {die.height:g} µm",
                source.setting("keepouts"),
                hint="write it in µm from the die's lower left corner",
            )
