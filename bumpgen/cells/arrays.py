"""Lattices of sites as instances that stay arrays. Every site is covered exactly once.

x, y is the place (µm) of the lower left site, pitches are µm; columns run along x, rows along y.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bumpgen.errors import GeometryError
from bumpgen.geometry import Points, Transform
from bumpgen.layout import Array, Cell, Instance, Scatter

__all__ = ["grid", "lattice", "rings", "staggered", "table"]

Vector: TypeAlias = tuple[float, float]


def grid(
    cell: Cell, columns: int, rows: int, pitch_x: float, pitch_y: float, x: float = 0.0, y: float = 0.0
) -> tuple[Instance, ...]:
    """A full columns × rows lattice: one array."""
    return (_array(cell, columns, rows, (pitch_x, 0.0), (0.0, pitch_y), x, y),)


def staggered(
    cell: Cell, columns: int, rows: int, pitch_x: float, pitch_y: float, x: float = 0.0, y: float = 0.0
) -> tuple[Instance, ...]:
    """Rows `pitch_y` apart, every second one shifted by half of `pitch_x`: two arrays."""
    even = _array(cell, columns, (rows + 1) // 2, (pitch_x, 0.0), (0.0, 2 * pitch_y), x, y)
    if rows < 2:
        return (even,)
    odd = _array(cell, columns, rows // 2, (pitch_x, 0.0), (0.0, 2 * pitch_y), x + pitch_x / 2, y + pitch_y)
    return even, odd


def rings(
    cell: Cell, columns: int, rows: int, rings: int, pitch_x: float, pitch_y: float, x: float = 0.0, y: float = 0.0
) -> tuple[Instance, ...]:
    """The outer `rings` rings of a columns × rows lattice: arrays of one row or one column."""
    if rings < 1 or 2 * rings > min(columns, rows) + 1:
        raise GeometryError(
            f"{rings} rings don't fit into {columns} x {rows} sites", hint=f"use 1 to {(min(columns, rows) + 1) // 2}"
        )
    found: list[Instance] = []
    for k in range(rings):
        across, up = columns - 2 * k, rows - 2 * k
        blocks = [(k, k, across, 1), (k, k + up - 1, across, 1)][: min(up, 2)]
        if up > 2:
            blocks += [(k, k + 1, 1, up - 2), (k + across - 1, k + 1, 1, up - 2)][: min(across, 2)]
        found += [
            _array(cell, wide, high, (pitch_x, 0.0), (0.0, pitch_y), x + i * pitch_x, y + j * pitch_y)
            for i, j, wide, high in blocks
        ]
    return tuple(found)


def table(cell: Cell, points: Points) -> tuple[Instance, ...]:
    """A cell at listed places, (N, 2) µm: one scatter; nothing for no places."""
    places = np.array(points, dtype=np.float64).reshape(-1, 2)
    if not np.isfinite(places).all():
        row = int(np.argmin(np.isfinite(places).all(axis=1)))
        raise GeometryError(f"place {row + 1} of {len(places)} is not a finite number: {places[row]}")
    return (Scatter(cell, places),) if len(places) else ()


def lattice(
    cell: Cell,
    occupied: NDArray[np.bool_],
    step_x: float | Vector,
    step_y: float | Vector,
    x: float = 0.0,
    y: float = 0.0,
) -> tuple[Instance, ...]:
    """The occupied sites of a lattice, as few arrays: runs along rows, equal runs of adjacent rows merged.

    Parameters
    ----------
    occupied : rows × columns; [0, 0] is the site at x, y.
    step_x, step_y : from a column, a row, to the next: a vector in µm, or a length along the axis.
    """
    step_x = step_x if isinstance(step_x, tuple) else (step_x, 0.0)
    step_y = step_y if isinstance(step_y, tuple) else (0.0, step_y)
    return tuple(
        _array(
            cell,
            last - first,
            top - bottom,
            step_x,
            step_y,
            x + first * step_x[0] + bottom * step_y[0],
            y + first * step_x[1] + bottom * step_y[1],
        )
        for first, last, bottom, top in _blocks(np.asarray(occupied, dtype=bool))
    )


def _blocks(occupied: NDArray[np.bool_]) -> list[tuple[int, int, int, int]]:
    """Rectangles (first column, last + 1, first row, last + 1) that cover the occupied sites once."""
    if occupied.ndim != 2:
        raise GeometryError(f"occupied sites must be rows × columns, not of {occupied.ndim} dimensions")
    done: list[tuple[int, int, int, int]] = []
    growing: dict[tuple[int, int], int] = {}
    padded = np.zeros((occupied.shape[0] + 1, occupied.shape[1] + 2), dtype=np.int8)
    padded[:-1, 1:-1] = occupied
    edges = np.diff(padded, axis=1)
    for row, edge in enumerate(edges):
        starts, ends = np.flatnonzero(edge == 1), np.flatnonzero(edge == -1)
        runs = list(zip(starts.tolist(), ends.tolist(), strict=True))
        here = {run: growing.pop(run, row) for run in runs}
        done += [(first, last, bottom, row) for (first, last), bottom in growing.items()]
        growing = here
    return done


def _array(cell: Cell, columns: int, rows: int, step_x: Vector, step_y: Vector, x: float, y: float) -> Array:
    if not all(map(math.isfinite, (*step_x, *step_y, x, y))):
        raise GeometryError(f"an array's pitch or place is not a finite number: {step_x}, {step_y}, {(x, y)}")
    return Array(cell, columns, rows, step_x, step_y, Transform(x, y))
