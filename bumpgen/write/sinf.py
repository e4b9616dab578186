"""Wafer maps as SINF text; see bumpgen.read.sinf for the format."""

from __future__ import annotations

import numpy as np

from bumpgen.masks.wafer import DieClass, Wafer
from bumpgen.read.sinf import NO_DIE, SinfMap

__all__ = ["CODES", "FLAT_PLACES", "sinf_of", "sinf_text"]

CODES = {
    DieClass.NONE: NO_DIE, DieClass.FULL: "01", DieClass.PARTIAL: "FE", DieClass.TEST: "0C", DieClass.ALIGNMENT: "0D",
    DieClass.ID: "0E",
}  # fmt: skip
"""Bins of a map before any test: whole dies are good, FE is the code of dies at the edge, the others are bad."""

FLAT_PLACES = {"up": 0, "right": 90, "down": 180, "left": 270}
"""FNLOC by where the flat or notch lies."""


def sinf_of(wafer: Wafer, device: str, lot: str = "", name: str = "") -> SinfMap:
    """The map of a wafer's dies; the reference die, counted from 0 at the upper left, is the one nearest the centre."""
    codes = np.array([CODES[kind] for kind in sorted(CODES)], dtype="<U2")
    classes = wafer.classes[::-1]
    rows, columns = np.nonzero(classes == DieClass.FULL)
    middle = (np.array(classes.shape) - 1) / 2
    nearest = int(np.argmin((rows - middle[0]) ** 2 + (columns - middle[1]) ** 2))
    step_x, step_y = wafer.step
    return SinfMap(
        device, lot, name, codes[classes], FLAT_PLACES[wafer.table.orientation], ("01",),
        (int(columns[nearest]), int(rows[nearest])), (round(step_x / 1000, 9), round(step_y / 1000, 9)),
        "before test: 01 whole die, FE partial, 0C test, 0D alignment, 0E id; reference counted from 0, upper left",
    )  # fmt: skip


def sinf_text(found: SinfMap) -> str:
    """The map as a SINF file's text."""
    rows, columns = found.bins.shape
    x, y = ("", "") if found.reference is None else map(str, found.reference)
    across, up = ("", "") if found.step is None else (f"{length:.9g}" for length in found.step)
    head = {
        "DEVICE": found.device, "LOT": found.lot, "WAFER": found.wafer, "FNLOC": str(found.flat), "ROWCT": str(rows),
        "COLCT": str(columns), "BCEQU": " ".join(found.good), "REFPX": x, "REFPY": y, "DUTMS": "mm",
        "DIECT": str(found.dies), "XDIES": across, "YDIES": up,
    }  # fmt: skip
    head |= {"COMMENT": found.comment} if found.comment else {}
    lines = [f"{key}:{value}" for key, value in head.items()]
    lines += ["RowData:" + " ".join(row) for row in found.bins.tolist()]
    return "\n".join(lines) + "\n"
