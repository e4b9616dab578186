"""Which lattice of sites fits into a box: as many as fit, in the box's middle, without those on a keep-out.

All lengths are µm. A box is x0, y0, x1, y1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from bumpgen.cells.arrays import lattice
from bumpgen.errors import GeometryError, InputError, Where
from bumpgen.geometry import snap

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bumpgen.layout import Cell, Instance

__all__ = ["Arrangement", "Box", "Extent", "Lattice", "fitted"]

Box: TypeAlias = tuple[float, float, float, float]
Arrangement: TypeAlias = Literal["grid", "staggered", "rings"]

MOST = 1_000_000
"""Sites an array may have; more are a slip of the pitch."""


@dataclass(frozen=True, slots=True)
class Lattice:
    """How sites are laid out: pitches in µm; `rings` counts the outer rings that are kept."""

    arrangement: Arrangement
    pitch_x: float
    pitch_y: float
    rings: int = 1


@dataclass(frozen=True, slots=True)
class Extent:
    """What a site covers about its origin, µm: a box, and a circle of that radius about the origin."""

    box: Box
    radius: float


def fitted(
    cell: Cell, covered: Extent, box: Box, want: Lattice, keep_out: Box | None, grid: float
) -> tuple[Instance, ...]:
    """The sites that fit into `box` as few arrays of `cell`, which covers `covered`.

    A box without room for one site, a pitch at which sites overlap or that is off the grid, and more than a million
    sites raise.
    """
    extent = covered.box
    _check(want, covered, grid)
    (wide, high), (box_wide, box_high) = _sizes(extent), _sizes(box)
    room_x, room_y = box_wide - wide, box_high - high
    columns, rows = _count(room_x, want.pitch_x, grid), _count(room_y, want.pitch_y, grid)
    if columns < 1 or rows < 1:
        raise GeometryError(
            f"no site of {wide:g} x {high:g} µm fits into a box of {box_wide:g} x {box_high:g} µm",
            hint="draw the box larger",
        )
    if columns * rows > MOST:
        raise GeometryError(f"{columns} x {rows} sites are more than {MOST:,}", hint="use a larger pitch")
    spare = room_x - (columns - 1) * want.pitch_x + grid / 2 >= want.pitch_x / 2  # shifted rows can be as long
    parts = _parts(columns, rows, want, spare)
    used_x = max(shift + (occupied.shape[1] - 1) * want.pitch_x for occupied, shift, _, _ in parts)
    used_y = max(at_y + (occupied.shape[0] - 1) * step_y for occupied, _, step_y, at_y in parts)
    x = _centred(box[0] - extent[0], room_x, used_x, grid)
    y = _centred(box[1] - extent[1], room_y, used_y, grid)
    found: list[Instance] = []
    for occupied, shift, step_y, at_y in parts:
        place = (x + shift, y + at_y)
        kept = occupied & ~_covered(occupied.shape, place, (want.pitch_x, step_y), extent, keep_out)
        found += lattice(cell, kept, want.pitch_x, step_y, *place)
    return tuple(found)


def _check(want: Lattice, covered: Extent, grid: float) -> None:
    shift = 2 if want.arrangement == "staggered" else 1
    for pitch, name, multiple in ((want.pitch_x, "pitch", shift), (want.pitch_y, "pitch_y", 1)):
        snap(pitch, grid, name, multiple)
    near = [(want.pitch_x, 0.0), (0.0, shift * want.pitch_y), (want.pitch_x / shift, want.pitch_y)]
    if not all(_clear(x, y, covered) for x, y in near):
        wide, high = _sizes(covered.box)
        raise InputError(
            f"sites of {wide:g} x {high:g} µm overlap at a pitch of {want.pitch_x:g} x {want.pitch_y:g} µm",
            Where(key="array.pitch"),
            hint="use a larger pitch, or smaller sites",
        )


def _clear(x: float, y: float, covered: Extent) -> bool:
    """Whether two sites don't overlap whose origins are x, y µm apart: their boxes don't, or their circles."""
    wide, high = _sizes(covered.box)
    return x >= wide or y >= high or math.hypot(x, y) >= 2 * covered.radius


def _sizes(box: Box) -> tuple[float, float]:
    return box[2] - box[0], box[3] - box[1]


def _count(room: float, pitch: float, grid: float) -> int:
    return math.floor((room + grid / 2) / pitch) + 1 if room > -grid / 2 else 0


def _centred(start: float, room: float, used: float, grid: float) -> float:
    """The first site's coordinate, µm on the grid, rounded down where the middle lies between two grid points."""
    return round(math.floor((start + (room - used) / 2) / grid + 1e-6) * grid, 9)


def _parts(columns: int, rows: int, want: Lattice, spare: bool) -> list[tuple[NDArray[np.bool_], float, float, float]]:
    """Which sites of a lattice are wanted: rows × columns, shift along x, pitch of rows, place of the first row.

    With `spare` room of half a pitch, the shifted rows of a staggered lattice have as many sites as the others.
    """
    whole = np.ones((rows, columns), dtype=bool)
    if want.arrangement == "rings":
        inner = want.rings
        if columns > 2 * inner and rows > 2 * inner:
            whole[inner : rows - inner, inner : columns - inner] = False
    if want.arrangement != "staggered":
        return [(whole, 0.0, want.pitch_y, 0.0)]
    even, odd = whole[::2], whole[1::2] if spare else whole[1::2, :-1]
    parts = [(even, 0.0, 2 * want.pitch_y, 0.0), (odd, want.pitch_x / 2, 2 * want.pitch_y, want.pitch_y)]
    return [part for part in parts if part[0].size]


def _covered(
    shape: tuple[int, ...], place: tuple[float, float], steps: tuple[float, float], extent: Box, keep_out: Box | None
) -> NDArray[np.bool_]:
    """Which sites (rows × columns) would lie, be it in part, on the keep-out."""
    if keep_out is None:
        return np.zeros(shape, dtype=bool)
    x, y = place[0] + np.arange(shape[1]) * steps[0], place[1] + np.arange(shape[0]) * steps[1]
    across = (x + extent[2] > keep_out[0]) & (x + extent[0] < keep_out[2])
    up = (y + extent[3] > keep_out[1]) & (y + extent[1] < keep_out[3])
    covered: NDArray[np.bool_] = up[:, None] & across[None, :]
    return covered
