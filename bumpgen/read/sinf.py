"""Wafer maps in SINF, the Simplified Integrator Nested Format: a header of KEY:value lines, then RowData lines.

A row, the uppermost first, has a bin code of two signs for each column: `__` is no die, `@@` an uninspected one,
the others are bins. XDIES and YDIES are steps in DUTMS, FNLOC is the flat or notch (0 above, 90 right, 180 below).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bumpgen.errors import InputError, Where
from bumpgen.toml import read_text
from bumpgen.validation import near

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bins = NDArray[np.str_]

__all__ = ["NO_DIE", "SinfMap", "read_sinf", "turned"]

NO_DIE = "__"
"""The code of a place without a die."""

UNITS = {"mm": 1.0, "mil": 0.0254}
"""mm in one of each unit."""

KEYS = (
    "DEVICE", "LOT", "WAFER", "FNLOC", "ROWCT", "COLCT", "BCEQU", "REFPX", "REFPY", "DUTMS", "DIECT", "XDIES", "YDIES",
    "COMMENT", "ROWDATA",
)  # fmt: skip
NEEDED = ("ROWCT", "COLCT")

MOST_BYTES = 200_000_000
"""A map of more bytes is refused; one of 10⁶ sites has 3 ⋅ 10⁶."""


@dataclass(frozen=True, slots=True, eq=False)
class SinfMap:
    """A wafer map: who it is of, its bins (rows × columns, the uppermost row first), steps in mm (None: not told).

    `flat` is where the flat or notch lies: 0 above, 90 right, 180 below, 270 left. `good` are the bins of good dies.
    `reference` is the column and row of the reference die as written, None without.
    """

    device: str
    lot: str
    wafer: str
    bins: Bins
    flat: int = 180
    good: tuple[str, ...] = ("01",)
    reference: tuple[int, int] | None = None
    step: tuple[float, float] | None = None
    comment: str = ""

    @property
    def dies(self) -> int:
        """How many places have a die."""
        return int((self.bins != NO_DIE).sum())


def read_sinf(path: Path) -> SinfMap:
    """The map in a SINF file.

    InputError with file and line for keys it doesn't know or that are missing, values that are no numbers, rows of
    another length than COLCT says, or another count of them than ROWCT.
    """
    header: dict[str, tuple[str, int]] = {}
    rows: list[tuple[str, int]] = []
    for line, text in enumerate(read_text(path, MOST_BYTES).splitlines(), 1):
        if not text.strip():
            continue
        key, colon, value = text.partition(":")
        name = key.strip().upper()
        if not colon or name not in KEYS:
            raise InputError(
                f"{text.strip()[:40]!r} is no line of a SINF map", Where(path, line),
                hint=near(name, KEYS, "a line is KEY:value or RowData: and the bins"),
            )  # fmt: skip
        if name == "ROWDATA":
            rows.append((value, line))
        elif name in header and name != "COMMENT":
            raise InputError(f"{name} is there twice, also in line {header[name][1]}", Where(path, line))
        else:
            header[name] = (value.strip(), line)
    for name in NEEDED:
        if name not in header:
            raise InputError(f"{name} is missing", Where(path), hint=f"add {name}: and a whole number")
    return _map(path, header, rows)


Header = Mapping[str, tuple[str, int]]


def _map(path: Path, header: Header, rows: list[tuple[str, int]]) -> SinfMap:
    def text(name: str) -> str:
        return header.get(name, ("", 0))[0]

    columns, count = _whole(path, header, "COLCT"), _whole(path, header, "ROWCT")
    if len(rows) != count:
        raise InputError(
            f"there are {len(rows)} rows of data, but ROWCT is {count}", Where(path, header["ROWCT"][1]),
            hint="the file may be cut off; or correct ROWCT",
        )  # fmt: skip
    bins = np.array([_row(path, line, data, columns) for data, line in rows], dtype="<U2").reshape(count, columns)
    reference = None
    if text("REFPX") and text("REFPY"):
        reference = (_whole(path, header, "REFPX"), _whole(path, header, "REFPY"))
    good = tuple(code.upper() for code in re.split(r"[\s,]+", text("BCEQU")) if code) or ("01",)
    flat = _whole(path, header, "FNLOC") if text("FNLOC") else 180
    if flat not in (0, 90, 180, 270):
        raise InputError(
            f"FNLOC = {flat} is not 0, 90, 180 or 270", Where(path, header["FNLOC"][1]),
            hint="0 is above, 90 right, 180 below, 270 left",
        )  # fmt: skip
    who = (text("DEVICE"), text("LOT"), text("WAFER"))
    return SinfMap(*who, bins, flat, good, reference, _step(path, header), text("COMMENT"))


def _row(path: Path, line: int, data: str, columns: int) -> list[str]:
    codes = data.split()
    if len(codes) != columns:
        raise InputError(f"the row has {len(codes)} bins, but COLCT is {columns}", Where(path, line))
    if any(len(code) != 2 for code in codes):
        wrong = next(code for code in codes if len(code) != 2)
        raise InputError(
            f"{wrong!r} is no bin code", Where(path, line), hint="a code has two signs: 00 to FF, __ or @@"
        )
    return [code.upper() for code in codes]


def _whole(path: Path, header: Header, name: str) -> int:
    value, line = header[name]
    if not re.fullmatch(r"[+-]?\d{1,6}", value):
        raise InputError(f"{name} = {value!r} is not a whole number", Where(path, line), hint=f"write {name}:62")
    if name in NEEDED and int(value) < 1:
        raise InputError(f"{name} = {value} is less than 1", Where(path, line))
    return int(value)


def _step(path: Path, header: Header) -> tuple[float, float] | None:
    """The steps in mm."""
    if not all(header.get(name, ("",))[0] for name in ("XDIES", "YDIES")):
        return None
    unit, line = header.get("DUTMS", ("mm", 0))
    if unit.lower() not in UNITS:
        raise InputError(f"DUTMS = {unit!r} is neither mm nor mil", Where(path, line or None), hint="write DUTMS:mm")
    found = []
    for name in ("XDIES", "YDIES"):
        value, line = header[name]
        try:
            found.append(round(float(value) * UNITS[unit.lower()], 9))
        except ValueError:
            raise InputError(f"{name} = {value!r} is not a number", Where(path, line)) from None
    return found[0], found[1]


def turned(found: SinfMap, flat: int) -> SinfMap:
    """The same map with its flat or notch elsewhere: the wafer turned by a multiple of 90°."""
    quarters = (found.flat - flat) // 90 % 4
    step = found.step if found.step is None or quarters % 2 == 0 else found.step[::-1]
    kept = found.reference if quarters == 0 else None
    return replace(found, bins=np.rot90(found.bins, quarters), flat=flat, step=step, reference=kept)
