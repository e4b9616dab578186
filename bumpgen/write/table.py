"""Bump maps and pad lists as CSV and XLSX, stamped with the view they are seen in.

Coordinates are µm from the die's lower left corner in the stated view. Every row names its view
too, so that a part copied out of a table still tells which way it is to be looked at.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from bumpgen.design import Design, Pad
from bumpgen.errors import InputError
from bumpgen.geometry import View
from bumpgen.layout import Dummies
from bumpgen.write.atomic import replacing

__all__ = ["BUMP_COLUMNS", "DUMMY", "PAD_COLUMNS", "BumpTable", "bump_table", "pads_csv", "write_csv", "write_xlsx"]

Value: TypeAlias = str | float

BUMP_COLUMNS = ("name", "x_um", "y_um", "net", "kind", "view")
DUMMY = "dummy"
"""The kind of bumps that join nothing."""
PAD_COLUMNS = ("pad", "x_um", "y_um", "net", "width_um", "height_um", "kind", "view")

EPOCH = datetime(1980, 1, 1)
"""The date of everything inside an .xlsx, a zip's earliest: equal tables give equal bytes."""

SEEN = {
    View.BUMPS_UP: "looking at the bumps",
    View.BUMPS_DOWN: "looking through the chip's back, bumps down",
    View.WAFER: "looking at the wafer's face",
    View.MASK: "looking at the mask's chrome",
}


@dataclass(frozen=True, slots=True)
class BumpTable:
    """A bump map in one view: what it is, line by line, and its rows (columns: BUMP_COLUMNS)."""

    stamp: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Value, ...], ...]

    def comment(self) -> str:
        """The stamp in one line."""
        return "; ".join(f"{key}: {value}" for key, value in self.stamp)


def bump_table(design: Design, view: View = View.BUMPS_UP, dummies: Sequence[Dummies] = ()) -> BumpTable:
    """A design's bumps as `view` shows them, in the design's order, then its dummy bumps, µm."""
    points = np.array([(bump.x, bump.y) for bump in design.bumps], dtype=np.float64).reshape(-1, 2)
    seen = View.BUMPS_UP.to(view, points, design.die.width)
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (bump.name, _exact(x), _exact(y), bump.net, bump.kind, view.value)
        for bump, (x, y) in zip(design.bumps, seen.tolist(), strict=True)
    )
    added = tuple(
        (name, _exact(x), _exact(y), "", DUMMY, view.value)
        for made in dummies
        for name, (x, y) in zip(
            made.names, View.BUMPS_UP.to(view, made.points, design.die.width).tolist(), strict=False
        )
    )
    stamp = (
        ("bump map", design.name),
        ("view", f"{view.value} ({SEEN[view]})"),
        ("unit", "um"),
        ("origin", "lower left corner of the die in this view"),
        ("die", f"{_text(design.die.width)} x {_text(design.die.height)} um"),
        ("bumps", str(len(rows))),
        *((("dummy bumps", str(len(added))),) if added else ()),
        ("made by", f"bumpgen {_version()}"),
    )
    return BumpTable(stamp, rows + added)


def _version() -> str:
    """bumpgen's, asked for by name: the package itself stands above its writers."""
    return str(import_module("bumpgen").__version__)


def write_csv(design: Design, path: Path | str, *, view: View = View.BUMPS_UP, dummies: Sequence[Dummies] = ()) -> None:
    """Write the bump map as CSV: a `#` line with the stamp, the column heads, a row for each bump."""
    table = bump_table(design, view, dummies)
    with replacing(path) as temporary:
        text = f"# {table.comment()}\n" + _csv((BUMP_COLUMNS, *table.rows))
        Path(temporary).write_text(text, encoding="utf-8", newline="")


def pads_csv(pads: Iterable[Pad], view: View = View.BUMPS_UP) -> str:
    """Pads as CSV text: heads, then a row for each; coordinates (µm) are taken to be in `view`."""
    rows = [
        (p.name, _exact(p.x), _exact(p.y), p.net, _size(p.width), _size(p.height), p.kind, view.value) for p in pads
    ]
    return _csv((PAD_COLUMNS, *rows))


def write_xlsx(
    design: Design, path: Path | str, *, view: View = View.BUMPS_UP, dummies: Sequence[Dummies] = ()
) -> None:
    """Write the bump map as a workbook: a sheet of bumps whose first row is the heads, a sheet `about`."""
    openpyxl = _openpyxl()
    table = bump_table(design, view, dummies)
    book = openpyxl.Workbook()
    book.properties.creator = "bumpgen"
    book.properties.created = EPOCH
    sheet = book.active
    sheet.title = f"bumps {view.value}"
    _fill(sheet, (BUMP_COLUMNS, *table.rows))
    sheet.freeze_panes = "A2"
    _fill(book.create_sheet("about"), table.stamp)
    made = io.BytesIO()
    book.save(made)
    with replacing(path) as temporary:
        Path(temporary).write_bytes(_undated(made.getvalue()))


def _openpyxl() -> Any:
    try:
        import openpyxl
    except ImportError:
        raise InputError("writing .xlsx needs openpyxl", hint="pip install 'bumpgen[xlsx]'") from None
    return openpyxl


def _fill(sheet: Any, rows: Iterable[Sequence[Value]]) -> None:
    """Rows into a sheet; text stays text even where it looks like a formula."""
    from openpyxl.utils.exceptions import IllegalCharacterError

    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            if value == "":
                continue
            try:
                cell = sheet.cell(number, column, value)
            except IllegalCharacterError:
                raise InputError(f"{value!r} holds a character that .xlsx can't", hint="write csv instead") from None
            if isinstance(value, str):
                cell.data_type = "s"


def _undated(book: bytes) -> bytes:
    """The workbook with every date set to EPOCH."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            data = old.read(name)
            if name == "docProps/core.xml":
                stamp = EPOCH.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
                data = re.sub(rb"(<dcterms:(created|modified)[^>]*>)[^<]*", rb"\g<1>" + stamp, data)
            entry = zipfile.ZipInfo(name, EPOCH.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            new.writestr(entry, data)
    return out.getvalue()


def _csv(rows: Iterable[Sequence[Value]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([value if isinstance(value, str) else _text(value) for value in row] for row in rows)
    return out.getvalue()


def _exact(value: float) -> float:
    """A length without float noise: six decimals, finer than any grid; never -0."""
    return round(value, 6) + 0.0


def _size(value: float) -> Value:
    """A size; empty where there is none."""
    return _exact(value) if value else ""


def _text(value: float) -> str:
    """A length as short as it can be without an exponent."""
    return f"{value:.6f}".rstrip("0").rstrip(".")
