"""A sheet of an XLSX file as rows of text. The zip is judged before anything in it is parsed."""

from __future__ import annotations

import contextlib
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from bumpgen.errors import InputError, Where
from bumpgen.read.table import Row
from bumpgen.toml import read_bytes

__all__ = ["read_sheet", "sheet_names"]

MAX_BYTES = 256_000_000
MAX_UNPACKED = 512_000_000
"""Bytes all parts of the archive may declare together."""
MAX_RATIO = 250
"""Unpacked by packed bytes: sheets of numbers reach some 20."""
SMALL = 4_000_000
"""Up to so many unpacked bytes the ratio isn't looked at."""
MAX_PARTS = 2_000
MAX_ROWS = 1_048_576
MAX_CELLS = 20_000_000

BROKEN = (
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    EOFError,
    OSError,
    RuntimeError,
    NotImplementedError,
    AssertionError,
    zipfile.BadZipFile,
    zlib.error,
    ElementTree.ParseError,
)
"""What zipfile, the XML parser and openpyxl raise on a damaged file."""


def sheet_names(path: Path) -> list[str]:
    """Names of the sheets, in their order."""
    with _opened(path) as book:
        return list(book.sheetnames)


def read_sheet(path: Path, sheet: str | None = None) -> list[Row]:
    """Rows of a sheet that hold anything; the sheet must be named where there are several."""
    with _opened(path) as book:
        chosen = book[_choose(path, list(book.sheetnames), sheet)]
        if not hasattr(chosen, "iter_rows"):
            raise InputError(f"sheet {chosen.title!r} is a chart, not a table", Where(path), hint="name another sheet")
        chosen.reset_dimensions()  # a declared size may be wrong; rows are read as they come
        return list(_rows(path, chosen.iter_rows(values_only=True)))


def _choose(path: Path, names: list[str], sheet: str | None) -> str:
    choices = ", ".join(repr(name) for name in names)
    if sheet is None and len(names) != 1:
        raise InputError(f"the file has {len(names)} sheets", Where(path), hint=f"set sheet to one of {choices}")
    if sheet is not None and sheet not in names:
        raise InputError(f"there is no sheet {sheet!r}", Where(path), hint=f"set sheet to one of {choices}")
    return sheet or names[0]


def _rows(path: Path, rows: Iterator[tuple[Any, ...]]) -> Iterator[Row]:
    cells = 0
    for line, values in enumerate(rows, 1):
        cells += len(values)
        if line > MAX_ROWS or cells > MAX_CELLS:
            raise InputError(
                f"the sheet has more than {MAX_ROWS:,} rows or {MAX_CELLS:,} cells",
                Where(path, line),
                hint="save it as CSV",
            )
        texts = tuple(_text(value) for value in values)
        if any(texts):
            yield Row(line, texts)


def _text(value: object) -> str:
    """A cell's value as CSV would have it; a date is told as such, for it is never a length."""
    if value is None:
        return ""
    if isinstance(value, date | datetime | time):
        return f"date {value.isoformat()}"
    return repr(value) if isinstance(value, float) else str(value).strip()


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """The workbook, once its archive was found harmless."""
    start = read_bytes(path, MAX_BYTES)[:8]
    try:
        import openpyxl
        from openpyxl.utils.exceptions import InvalidFileException
    except ImportError:
        raise InputError(
            "reading .xlsx needs openpyxl, which is not installed",
            Where(path),
            hint="pip install 'bumpgen[xlsx]', or save the sheet as CSV",
        ) from None
    try:
        _judge(path, start)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl tells of drawings and styles it leaves out
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
            try:
                yield book
            finally:
                book.close()
    except InputError:
        raise
    except (*BROKEN, InvalidFileException) as error:
        raise InputError(
            f"not a readable XLSX file: {type(error).__name__} {error}",
            Where(path),
            hint="open it in a spreadsheet program and save it again, or save it as CSV",
        ) from None


def _judge(path: Path, start: bytes) -> None:
    """Refuse archives that unpack into too much, and XML that declares entities."""
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise InputError(
            "this is an old .xls or a password-protected file",
            Where(path),
            hint="save it as .xlsx or .csv without a password",
        )
    if not start.startswith(b"PK"):
        what = "the file is empty" if not start else f"it starts with {start[:4]!r}, so it is no XLSX file"
        raise InputError(what, Where(path), hint="save it as .xlsx, or name it .csv if it is a text table")
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        _judge_sizes(path, parts)
        for part in parts:
            if part.filename.lower().endswith((".xml", ".rels", ".vml")):
                _judge_xml(path, archive, part)


def _judge_sizes(path: Path, parts: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(part.file_size for part in parts)
    packed = max(1, sum(part.compress_size for part in parts))
    if len(parts) > MAX_PARTS:
        raise InputError(f"the archive has {len(parts):,} parts, more than {MAX_PARTS:,}", Where(path), hint=SAVE)
    if unpacked > MAX_UNPACKED:
        raise InputError(f"the archive unpacks to {unpacked:,} bytes, not {MAX_UNPACKED:,}", Where(path), hint=SAVE)
    if unpacked > SMALL and unpacked > MAX_RATIO * packed:
        raise InputError(
            f"the archive unpacks to {unpacked // packed} times its size, more than {MAX_RATIO}", Where(path), hint=SAVE
        )
    if any(part.flag_bits & 1 for part in parts):
        raise InputError("the archive is encrypted", Where(path), hint="save it without a password")


SAVE = "this looks like a zip bomb; if it is a real table, save it as CSV"


def _judge_xml(path: Path, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """No part may hold a document type or entities; zipfile stops at the declared size."""
    tail = b""
    with archive.open(part) as stream:
        while block := stream.read(1 << 20):
            window = tail + block
            if not tail and block.startswith((b"\xff\xfe", b"\xfe\xff")):
                raise InputError(f"{part.filename} is not UTF-8", Where(path), hint="save the sheet as CSV")
            for mark in (b"<!DOCTYPE", b"<!ENTITY"):
                if mark in window:
                    raise InputError(
                        f"{part.filename} declares {mark.decode()}, as no spreadsheet program does",
                        Where(path),
                        hint="save the sheet as CSV",
                    )
            tail = window[-16:]
