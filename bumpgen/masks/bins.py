"""A wafer map from elsewhere laid over a design's own: which die has which bin, and where the two disagree."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bumpgen.errors import InputError, Where
from bumpgen.masks.wafer import DieClass, Wafer
from bumpgen.read.sinf import NO_DIE, SinfMap, turned

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bins = NDArray[np.str_]
    Truths = NDArray[np.bool_]

__all__ = ["Overlay", "overlay"]

TOLERANCE = 1e-3
"""How far a map's step may differ from the design's, mm: maps are written with few digits."""


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """Bins by the sites of a wafer's map (rows from below), and what was adjusted.

    `good` are the codes of good dies.
    """

    bins: Bins
    good: tuple[str, ...]
    notes: tuple[str, ...]

    def missing(self, wafer: Wafer) -> list[tuple[int, int]]:
        """Whole dies that the map lacks, as (column, row) from 1."""
        return _places((wafer.classes == DieClass.FULL) & (self.bins == NO_DIE))

    def surplus(self, wafer: Wafer) -> list[tuple[int, int]]:
        """Sites of the design without a die that are good ones in the map, as (column, row) from 1."""
        return _places((wafer.classes != DieClass.FULL) & np.isin(self.bins, self.good))

    def counts(self) -> dict[str, int]:
        """How many dies each bin has, by its code."""
        codes, counts = np.unique(self.bins, return_counts=True)
        return {str(code): int(count) for code, count in zip(codes, counts, strict=True) if code != NO_DIE}

    def yield_of(self, wafer: Wafer) -> float:
        """Good dies in parts of the design's whole ones."""
        full = wafer.classes == DieClass.FULL
        return float(np.isin(self.bins, self.good)[full].sum() / full.sum())


def _places(found: Truths) -> list[tuple[int, int]]:
    rows, columns = np.nonzero(found)
    return list(zip((columns + 1).tolist(), (rows + 1).tolist(), strict=True))


def overlay(found: SinfMap, wafer: Wafer, flat: int, path: Path) -> Overlay:
    """A map laid over a wafer's, turned so that the flat or notch lies at `flat` (FNLOC) as the design's.

    A map of another extent is laid so that its dies have the box of the design's whole dies, or of all.
    InputError where steps differ or neither fits.
    """
    notes: tuple[str, ...] = ()
    if found.flat != flat:
        notes = (f"{path.name} was turned: its flat or notch lies at {found.flat}°, the design's at {flat}°",)
        found = turned(found, flat)
    _check_step(found, wafer, path)
    bins, shape = found.bins[::-1], wafer.classes.shape
    if bins.shape == shape:
        return Overlay(bins, found.good, notes)
    here = _box(bins != NO_DIE)
    for kinds in (wafer.classes == DieClass.FULL, wafer.classes != DieClass.NONE):
        there = _box(kinds)
        if here is not None and there is not None and _size(here) == _size(there):
            placed = np.full(shape, NO_DIE, dtype="<U2")
            placed[there] = bins[here]
            moved = f"{path.name} has {bins.shape[1]} × {bins.shape[0]} sites and was laid over {shape[1]} × {shape[0]}"
            return Overlay(placed, found.good, (*notes, moved))
    raise InputError(
        f"the map has {bins.shape[1]} × {bins.shape[0]} sites, the design {shape[1]} × {shape[0]}", Where(path),
        hint="compare diameter, exclusion, step and offset of [wafer] with the map's",
    )  # fmt: skip


def _check_step(found: SinfMap, wafer: Wafer, path: Path) -> None:
    wanted = tuple(step / 1000 for step in wafer.step)
    if found.step is not None and max(abs(a - b) for a, b in zip(found.step, wanted, strict=True)) > TOLERANCE:
        raise InputError(
            f"the map's step is {found.step[0]:g} × {found.step[1]:g} mm, the design's "
            f"{wanted[0]:g} × {wanted[1]:g} mm", Where(path), hint="is it of another product?",
        )  # fmt: skip


def _box(held: Truths) -> tuple[slice, slice] | None:
    """Rows and columns from the first to the last that holds something."""
    if not held.any():
        return None
    rows, columns = (np.flatnonzero(held.any(axis=axis)) for axis in (1, 0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _size(box: tuple[slice, slice]) -> tuple[int, ...]:
    return tuple(part.stop - part.start for part in box)
