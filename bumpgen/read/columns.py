"""Cells of a table by our names for its columns, as text, numbers or lengths; mistakes name the cell."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from bumpgen.errors import InputError, Where
from bumpgen.read.source import Source
from bumpgen.read.table import Row, Rows

__all__ = ["Columns", "column_letter", "parse_number"]

MAX_LENGTH = 1_000_000.0
"""No coordinate in µm is larger: a wafer has 300 000."""

NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,3})?")


def parse_number(text: str) -> float:
    """A finite decimal number, or a ValueError that says why not."""
    if NUMBER.fullmatch(text):
        value = float(text)
        if math.isfinite(value):
            return value
        raise ValueError(f"{_short(text)} is too large")
    if not text:
        raise ValueError("the cell is empty")
    raise ValueError(f"{_short(text)} is not a number")


def column_letter(index: int) -> str:
    """The spreadsheet's letters of a column counted from 0: A … Z, AA …"""
    text = ""
    index += 1
    while index:
        index, digit = divmod(index - 1, 26)
        text = chr(65 + digit) + text
    return text


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "…")


def _cure(text: str) -> str:
    if re.fullmatch(r"[-+]?[0-9]+,[0-9]+", text):
        return f"write {text.replace(',', '.')}: a point, not a comma, before the decimals"
    if re.fullmatch(r"[-+]?[0-9.]+\s*[a-zA-Zµ\"]+", text):
        return "write the bare number; its unit belongs into the table's unit setting"
    return "write a decimal number such as 1234.5"


@dataclass(frozen=True, slots=True)
class Columns:
    """A table's columns by our names (name, x, y, net …), and how its text is cleaned."""

    rows: Rows
    source: Source
    index: Mapping[str, int]
    strip: str = ""

    @classmethod
    def find(
        cls,
        rows: Rows,
        source: Source,
        columns: Mapping[str, str],
        known: tuple[str, ...],
        required: tuple[str, ...],
        strip: str = "",
    ) -> Columns:
        """Columns by header text, or by `@A` for a spreadsheet letter; unknown ones are refused."""
        for name in columns:
            if name not in known:
                raise InputError(
                    f"this table has no use for a column {name!r}",
                    source.setting(f"columns.{name}"),
                    hint=f"columns may be {', '.join(known)}",
                )
        for name in required:
            if name not in columns:
                raise InputError(
                    f"column {name!r} is not mapped",
                    source.setting("columns"),
                    hint=f'add {name} = "…", one of {_names(rows)}',
                )
        index = {name: _find(rows, source, name, header) for name, header in columns.items()}
        return cls(rows, source, index, strip)

    def where(self, row: Row, name: str) -> Where:
        """The place of a cell: file, line, and the column's header (or @letter)."""
        column = self.index.get(name)
        if column is None:
            return Where(self.rows.path, row.line, name)
        header = self.rows.header[column] if column < len(self.rows.header) else ""
        return Where(self.rows.path, row.line, header or f"@{column_letter(column)}")

    def text(self, row: Row, name: str) -> str:
        """A cell's text without the stripped characters; empty where the column is not mapped."""
        column = self.index.get(name)
        if column is None or column >= len(row.cells):
            return ""
        text = row.cells[column].strip(self.strip + " \t") if self.strip else row.cells[column]
        if not text.isprintable() and any(ord(c) < 32 or ord(c) == 127 for c in text):
            raise InputError(
                f"{_short(text)} holds a line break or control character",
                self.where(row, name),
                hint="write it on one line",
            )
        return text

    def number(self, row: Row, name: str) -> float:
        """A cell's number, finite."""
        text = self.text(row, name)
        try:
            return parse_number(text)
        except ValueError as error:
            raise InputError(str(error), self.where(row, name), hint=_cure(text)) from None

    def length(self, row: Row, name: str, unit: str, scale: float) -> float:
        """A cell's coordinate, with `scale` µm to the unit, in µm; beyond one metre is refused."""
        value = self.number(row, name) * scale
        if abs(value) > MAX_LENGTH:
            raise InputError(
                f"{self.text(row, name)} {unit} is {value:g} µm, larger than any wafer",
                self.where(row, name),
                hint=f'check the number, and the table\'s unit = "{unit}"',
            )
        return value

    def size(self, row: Row, name: str, unit: str, scale: float) -> float:
        """A cell's width, height or diameter in µm, greater than 0; 0.0 where the cell is empty."""
        if not self.text(row, name):
            return 0.0
        value = self.length(row, name, unit, scale)
        if value <= 0:
            raise InputError(
                f"{name} = {self.text(row, name)} is not greater than 0",
                self.where(row, name),
                hint="write a size greater than 0, or leave the cell empty for the process's own",
            )
        return value


def _names(rows: Rows) -> str:
    if not rows.header:
        width = max(len(row.cells) for row in rows.rows[:100])
        return f"@A … @{column_letter(width - 1)}"
    named = [repr(n) if n else f"@{column_letter(i)}" for i, n in enumerate(rows.header)]
    return ", ".join(named[:20]) + (", …" if len(named) > 20 else "")


def _find(rows: Rows, source: Source, name: str, header: str) -> int:
    where = source.setting(f"columns.{name}")
    letters = re.fullmatch(r"@([A-Z]{1,3})", header)
    if letters:
        return _by_letter(rows, where, letters[1])
    places = [i for i, text in enumerate(rows.header) if text == header]
    if len(places) > 1:
        cures = " or ".join(f'{name} = "@{column_letter(i)}"' for i in places)
        raise InputError(f"{rows.path.name} has {len(places)} columns headed {header!r}", where, hint=cures)
    if not places:
        raise InputError(_missing(rows, header), where, hint=_guess(rows, name, header))
    return places[0]


def _by_letter(rows: Rows, where: Where, letters: str) -> int:
    index = 0
    for c in letters:
        index = index * 26 + ord(c) - 64
    width = max(len(rows.header), *(len(row.cells) for row in rows.rows))
    if index > width:
        raise InputError(
            f"{rows.path.name} has no column @{letters}; its last is @{column_letter(width - 1)}",
            where,
            hint=_names(rows),
        )
    return index - 1


def _missing(rows: Rows, header: str) -> str:
    if not rows.header:
        return f"{rows.path.name} is said to have no header, so column {header!r} can't be found"
    return f"line {rows.header_line} of {rows.path.name} has no column {header!r}"


def _guess(rows: Rows, name: str, header: str) -> str:
    """The header's line if it is another one, a similar header, or all there are."""
    for row in rows.rows[:50]:
        if header in row.cells:
            return f"set header = {row.line}: that line has it"
    if not rows.header:
        return f'address it by letter, e.g. {name} = "@A"'
    near = difflib.get_close_matches(header, [text for text in rows.header if text], 1, 0.5)
    if near:
        return f"did you mean {near[0]!r}?"
    return f"its columns are {_names(rows)}"
