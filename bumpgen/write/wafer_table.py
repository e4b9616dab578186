"""Job coordinates of a wafer at 1×, in mm from its centre: dies and shots as CSV."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bumpgen.masks.bins import Overlay
from bumpgen.masks.wafer import DieClass, Wafer

__all__ = ["dies_csv", "shots_csv"]


def dies_csv(wafer: Wafer, bins: Overlay | None = None) -> str:
    """A row for each site: column and row from 1 at the lower left, centre, class, id; its bin where there are bins."""
    return "\n".join(_dies(wafer, bins)) + "\n"


def _dies(wafer: Wafer, bins: Overlay | None) -> Iterator[str]:
    yield "column,row,x_mm,y_mm,class,id" + (",bin" if bins is not None else "")
    rows, columns = np.nonzero(wafer.classes != DieClass.NONE)
    centres = _millimetres(wafer.corner_of(columns, rows) + np.array(wafer.die) / 2)
    digits = [len(str(count)) for count in wafer.classes.shape]
    names = {int(kind): kind.name.lower() for kind in DieClass}
    kinds = wafer.classes[rows, columns].tolist()
    codes = bins.bins[rows, columns].tolist() if bins is not None else None
    sites = zip((columns + 1).tolist(), (rows + 1).tolist(), centres, kinds, strict=True)
    for place, (column, row, (x, y), kind) in enumerate(sites):
        end = f",{codes[place]}" if codes is not None else ""
        yield f"{column},{row},{x},{y},{names[kind]},{column:0{digits[1]}d}-{row:0{digits[0]}d}{end}"


def shots_csv(wafer: Wafer) -> str:
    """A row for each shot: its number, the column and row of its lower left site, its centre."""
    shots, (sx, sy) = wafer.shots, wafer.step
    size = np.array((shots.columns * sx, shots.rows * sy)) - (np.array(wafer.step) - np.array(wafer.die))
    centres = _millimetres(wafer.corner_of(shots.places[:, 0], shots.places[:, 1]) + size / 2)
    lines = ["shot,column,row,x_mm,y_mm"]
    for number, ((column, row), (x, y)) in enumerate(zip((shots.places + 1).tolist(), centres, strict=True), 1):
        lines.append(f"{number},{column},{row},{x},{y}")
    return "\n".join(lines) + "\n"


def _millimetres(points: np.ndarray) -> list[tuple[str, str]]:
    """Places in µm as mm, to the nanometre."""
    return [(f"{x:.6f}", f"{y:.6f}") for x, y in (points / 1000).tolist()]
