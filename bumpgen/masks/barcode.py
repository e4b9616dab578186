"""Codes on plates as polygons: a linear one and a Data Matrix, made by zxing-cpp."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bumpgen.cells.base import box
from bumpgen.errors import InputError
from bumpgen.geometry import Polygon
from bumpgen.masks.set import Tone

__all__ = ["CodeKind", "code_polygons", "code_size"]

CodeKind = Literal["Code128", "Code39", "DataMatrix"]

QUIET = {"Code128": 10, "Code39": 10, "DataMatrix": 2}
"""Modules that stay light around a code (ISO/IEC 15417, 16388 and 16022; a Data Matrix needs one)."""


def code_size(text: str, kind: CodeKind, module: float, height: float) -> tuple[float, float]:
    """Width and height of a code with its quiet zone, µm."""
    cells, tall = _cells(text, kind), height
    quiet = 2 * QUIET[kind] * module
    if kind == "DataMatrix":
        tall = cells.shape[0] * module + quiet
    return cells.shape[1] * module + quiet, tall


def code_polygons(
    text: str, kind: CodeKind, module: float, height: float, tone: Tone, grid: float
) -> tuple[Polygon, ...]:
    """The polygons of a code whose bars are dark on the plate: the bars if data are dark, all else if clear.

    The origin is the lower left corner of the quiet zone. `module` is the narrowest bar, `height` that of a linear
    code, µm. InputError for a text the code can't carry.
    """
    cells = _cells(text, kind)
    quiet = QUIET[kind]
    if kind == "DataMatrix":
        cells = np.pad(cells, quiet)
        rows, step = cells, module
    else:
        rows, step = np.pad(cells[:1], ((0, 0), (quiet, quiet))), height
    drawn = rows if tone == "dark" else ~rows
    return tuple(_boxes(drawn[::-1], module, step, grid))


def _cells(text: str, kind: CodeKind) -> NDArray[np.bool_]:
    """The code's modules without quiet zone, True for dark, first row on top."""
    import zxingcpp

    try:
        code = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind))
        image = np.array(code.to_image(scale=1, add_quiet_zones=False))
    except (ValueError, RuntimeError) as error:
        raise InputError(f"{text!r} can't be written as {kind}: {error}", hint="use A-Z, 0-9 and - in it") from None
    return np.asarray(image < 128)


def _boxes(cells: NDArray[np.bool_], module: float, step: float, grid: float) -> Iterator[Polygon]:
    """Runs of each row as boxes, the lowest row first; equal runs of rows above one another are one box."""
    open_runs: dict[tuple[int, int], int] = {}
    for number in range(len(cells) + 1):
        found = set(_runs(cells[number])) if number < len(cells) else set()
        for run in sorted(set(open_runs) - found):
            first = open_runs.pop(run)
            yield box(run[0] * module, first * step, run[1] * module, number * step, grid)
        for run in found - set(open_runs):
            open_runs[run] = number


def _runs(row: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and one past the last of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], row.astype(np.int8), [0]))))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
