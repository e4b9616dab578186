"""Places of equal stacks as instances: lattices become arrays, the rest single placements or a scatter."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bumpgen.cells.arrays import lattice
from bumpgen.geometry import Points, Transform
from bumpgen.layout import Cell, Instance, Placement, Scatter

__all__ = ["instances"]

FEW = 256
"""Up to so many irregular places are written as single placements, which people can select."""

SPARSE = 8
"""A lattice with more than so many empty sites for each full one is not taken for a lattice."""


def instances(cell: Cell, points: Points, grid: float) -> list[Instance]:
    """Exactly one instance element at each point (µm), as few and as large arrays as is simple."""
    steps = np.rint(points / grid).astype(np.int64)
    found: list[Instance] = []
    groups, stray = _phases(steps)
    loose = [stray] if len(stray) else []
    for group in groups:
        arrays = _arrays(cell, group, grid)
        if arrays is None or len(arrays) > max(1, len(group) // 2):
            loose.append(group)
        else:
            found += arrays
    if not loose:
        return found
    rest: Points = np.vstack(loose).astype(np.float64) * grid
    if len(rest) > FEW:
        return [*found, Scatter(cell, rest)]
    return found + [Placement(cell, Transform(float(x), float(y))) for x, y in rest]


def _pitch(values: NDArray[np.int64]) -> int:
    """The commonest distance of sorted neighbours; 0 where there is none."""
    distances = values[values > 0]
    if not len(distances):
        return 0
    sizes, counts = np.unique(distances, return_counts=True)
    return int(sizes[np.argmax(counts)])


def _phases(steps: NDArray[np.int64]) -> tuple[list[NDArray[np.int64]], NDArray[np.int64]]:
    """Points split by x modulo the pitch in rows (a staggered array's two halves, for one), and stray points.

    Where there are more than `FEW` phases, those of fewer points than the average `FEW` would have are stray.
    """
    order = np.lexsort((steps[:, 0], steps[:, 1]))
    rows = steps[order]
    same_row = rows[1:, 1] == rows[:-1, 1]
    pitch = _pitch(np.diff(rows[:, 0])[same_row])
    if pitch == 0:
        return [rows], rows[:0]
    phase = rows[:, 0] % pitch
    rows = rows[np.argsort(phase, kind="stable")]
    _, sizes = np.unique(phase, return_counts=True)
    large = sizes >= (len(rows) // FEW if len(sizes) > FEW else 1)
    kept = np.repeat(large, sizes)
    groups = np.split(rows[kept], np.cumsum(sizes[large]))
    return [group for group in groups if len(group)], rows[~kept]


def _arrays(cell: Cell, group: NDArray[np.int64], grid: float) -> list[Instance] | None:
    """The group as arrays of one lattice, or None where it isn't on one."""
    xs, ys = np.unique(group[:, 0]), np.unique(group[:, 1])
    dx, dy = _pitch(np.diff(xs)) or 1, _pitch(np.diff(ys)) or 1
    columns, rows = (group[:, 0] - xs[0]) // dx, (group[:, 1] - ys[0]) // dy
    exact = (group[:, 0] == xs[0] + columns * dx) & (group[:, 1] == ys[0] + rows * dy)
    size = (int(columns.max()) + 1) * (int(rows.max()) + 1)
    if len(group) < 2 or not exact.all() or size > SPARSE * len(group):
        return None
    occupied = np.zeros((int(rows.max()) + 1, int(columns.max()) + 1), dtype=bool)
    occupied[rows, columns] = True
    if occupied.sum() != len(group):
        return None
    x, y = float(xs[0] * grid), float(ys[0] * grid)
    return list(lattice(cell, occupied, float(dx * grid), float(dy * grid), x, y))
