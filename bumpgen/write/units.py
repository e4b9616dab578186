"""Micrometres to whole steps of a file's database unit: checked, never rounded in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from bumpgen.errors import GeometryError
from bumpgen.geometry import Points

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["LIMIT", "Steps", "Units", "in_range", "units"]

Steps: TypeAlias = "NDArray[np.int64]"
"""An (N, 2) array of x, y in database units."""

LIMIT = 2**31 - 1
"""Largest coordinate of a GDSII file, in database units."""

TOLERANCE = 1e-6
"""How far from a grid point a coordinate may lie, in grid steps; floats need this much."""


class Units(NamedTuple):
    """A layout's grid and a file's database unit, both µm; the grid is `factor` units."""

    grid: float
    database: float
    factor: int

    def steps(self, points: Points, what: str) -> Steps:
        """Points (µm) in database units; a point off the grid is an error that names `what`."""
        scaled = np.asarray(points, dtype=np.float64) / self.grid
        near = np.rint(scaled)
        # a double keeps 52 bits: far from the origin these, not the tolerance, are the limit
        with np.errstate(invalid="ignore"):  # inf - inf: caught as a distance that is not small
            wrong = ~(np.abs(scaled - near) <= TOLERANCE + np.abs(scaled) * 2.0**-50)
        if wrong.any():
            index = tuple(np.argwhere(wrong)[0])
            raise self._off_grid(float(points[index]), "xy"[index[-1]], what)
        return np.asarray(near, dtype=np.int64) * self.factor

    def _off_grid(self, value: float, axis: str, what: str) -> GeometryError:
        if not np.isfinite(value):
            return GeometryError(f"{what}: {axis} = {value} is not a finite length", hint="write a number in µm")
        low = np.floor(value / self.grid) * self.grid
        return GeometryError(
            f"{what}: {axis} = {value:.9g} µm is not on the grid of {self.grid:g} µm",
            hint=f"use {low:.9g} or {low + self.grid:.9g}",
        )


def units(grid: float, database: float | None = None) -> Units:
    """The database unit for a grid (µm): 0.001 where the grid is a multiple of it, else the grid.

    A `database` of one's own must divide the grid.
    """
    if not (np.isfinite(grid) and grid > 0):
        raise GeometryError(f"a grid of {grid} µm must be greater than 0")
    if database is None:
        database = 0.001 if _multiple(grid, 0.001) else grid
    factor = _multiple(grid, database) if database > 0 else 0
    if not factor:
        raise GeometryError(
            f"a database unit of {database:g} µm does not divide the grid of {grid:g} µm", hint=f"use {grid:g}"
        )
    return Units(grid, database, factor)


def _multiple(grid: float, unit: float) -> int:
    """How many units a grid is; 0 if it is no whole number of them."""
    count = round(grid / unit)
    return count if count and abs(grid / unit - count) < TOLERANCE else 0


def in_range(low: Steps, high: Steps, database: float, what: str) -> None:
    """Raise if a box from `low` to `high` (x, y in database units) leaves 32 bits."""
    for corner in (low, high):
        for axis, value in zip("xy", corner.tolist(), strict=True):
            if abs(value) > LIMIT:
                raise GeometryError(
                    f"{what}: {axis} = {value * database:.9g} µm is beyond the ±{LIMIT * database:g} µm that "
                    f"32 bits hold at {database:g} µm a unit",
                    hint="use a coarser database unit",
                )
