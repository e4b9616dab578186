"""A CSV or XLSX file as rows of text with their line numbers; nothing is interpreted here."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from bumpgen.errors import InputError, Where
from bumpgen.toml import read_bytes, read_text

__all__ = ["Row", "Rows", "read_lines", "read_rows"]

MAX_BYTES = 512_000_000
"""The largest table read: some 10 million bumps."""

CSV_NAMES = (".csv", ".tsv", ".txt")
XLSX_NAMES = (".xlsx", ".xlsm")

SIGNATURES = (
    (b"PK\x03\x04", "a zip archive or an XLSX file", "give it its ending .xlsx"),
    (b"\xd0\xcf\x11\xe0", "an old .xls or a password-protected file", "save it as .xlsx or .csv without a password"),
    (b"\x1f\x8b", "gzip-compressed", "unpack it with gunzip"),
    (b"\xff\xfe", "UTF-16 text", "save it as CSV in UTF-8"),
    (b"\xfe\xff", "UTF-16 text", "save it as CSV in UTF-8"),
)
"""First bytes of files that are often given a wrong ending, what they are, and the cure."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table (counted from 1) with its cells as text, outer white space cut."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """A table: the header's names (none if it has no header) and the rows below it that hold anything."""

    path: Path
    header: tuple[str, ...]
    header_line: int
    rows: tuple[Row, ...]


def read_lines(path: Path, delimiter: str = ",", sheet: str | None = None) -> list[Row]:
    """Every line of a CSV file, or of a sheet of an XLSX file, that isn't blank."""
    ending = path.suffix.lower()
    if ending in XLSX_NAMES:
        from bumpgen.read.xlsx import read_sheet

        rows = read_sheet(path, sheet)
    elif ending in CSV_NAMES:
        rows = _read_csv(path, delimiter)
    else:
        raise InputError(
            f"a table can't be read from a {path.suffix or 'nameless'} file",
            Where(path),
            hint=f"save it as one of {', '.join(CSV_NAMES + XLSX_NAMES)}",
        )
    if not rows:
        raise InputError("the table is empty", Where(path), hint="it needs a line of column names and rows below")
    return rows


def read_rows(path: Path, header: int = 1, delimiter: str = ",", sheet: str | None = None) -> Rows:
    """The table below line `header` (from 1; 0 if the file has no column names)."""
    lines = read_lines(path, delimiter, sheet)
    names = next((row.cells for row in lines if row.line == header), ())
    if header and not names:
        raise InputError(
            f"line {header}, said to hold the column names, is blank or missing",
            Where(path, header),
            hint=f"set header to the line of the column names; the first line with text is {lines[0].line}",
        )
    below = tuple(row for row in lines if row.line > header)
    if not below:
        raise InputError("there are no rows below the column names", Where(path, header), hint="add rows")
    return Rows(path, names, header, below)


def refuse_signature(path: Path, start: bytes) -> None:
    """Refuse a file whose first bytes tell that it is something else than a CSV table."""
    for signature, what, cure in SIGNATURES:
        if start.startswith(signature):
            raise InputError(f"this is {what}, not a CSV table", Where(path), hint=cure)


def _read_csv(path: Path, delimiter: str) -> list[Row]:
    refuse_signature(path, read_bytes(path, MAX_BYTES)[:8])
    text = read_text(path, MAX_BYTES)
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise InputError("a zero byte: this is no text table", Where(path, line), hint="save it as CSV in UTF-8")
    reader = csv.reader(io.StringIO(text, newline=None), delimiter=delimiter, strict=True)
    rows, line = [], 1
    try:
        for cells in reader:
            trimmed = tuple(cell.strip() for cell in cells)
            if any(trimmed):
                rows.append(Row(line, trimmed))
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"not valid CSV: {error}", Where(path, line), hint="check the quotes in this line") from None
    return rows
