"""Lattices as arrays: every site exactly once, few arrays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays as boolean_arrays

from bumpgen.cells.arrays import grid, lattice, rings, staggered, table
from bumpgen.errors import GeometryError
from bumpgen.geometry import Rect
from bumpgen.layout import Array, Cell, Drawn, Instance, Scatter

CELL = Cell("UNIT", (Drawn("UBM", Rect(0, 0, 2, 2)),))


def places(found: tuple[Instance, ...]) -> list[tuple[float, float]]:
    points = [p for i in found if isinstance(i, Array) for p in i.points()]
    points += [p for i in found if isinstance(i, Scatter) for p in i.points]
    return sorted((round(float(x), 6), round(float(y), 6)) for x, y in points)


@given(boolean_arrays(bool, st.tuples(st.integers(1, 14), st.integers(1, 14))))
def test_lattice_covers_each_occupied_site_once(occupied: np.ndarray) -> None:
    found = lattice(CELL, occupied, 80.0, 70.0, 5.0, -3.0)
    rows, columns = np.nonzero(occupied)
    assert places(found) == sorted((5 + 80.0 * c, -3 + 70.0 * r) for r, c in zip(rows, columns, strict=True))


def test_lattice_is_few_arrays() -> None:
    full = np.ones((100, 100), dtype=bool)
    assert len(lattice(CELL, full, 80.0, 80.0)) == 1
    full[40:60, 40:60] = False
    assert len(lattice(CELL, full, 80.0, 80.0)) <= 4


@pytest.mark.parametrize("rows", [1, 2, 7, 8])
def test_staggered_is_two_arrays_at_most(rows: int) -> None:
    found = staggered(CELL, 5, rows, 80.0, 70.0)
    assert len(found) == min(rows, 2)
    assert places(found) == sorted((80.0 * c + 40.0 * (r % 2), 70.0 * r) for r in range(rows) for c in range(5))


@given(st.integers(1, 12), st.integers(1, 12), st.integers(1, 6))
def test_rings_are_the_outer_sites(columns: int, rows: int, count: int) -> None:
    if 2 * count > min(columns, rows) + 1:
        with pytest.raises(GeometryError, match="don't fit"):
            rings(CELL, columns, rows, count, 10.0, 10.0)
        return
    wanted = sorted(
        (10.0 * c, 10.0 * r)
        for r in range(rows)
        for c in range(columns)
        if min(c, r, columns - 1 - c, rows - 1 - r) < count
    )
    assert places(rings(CELL, columns, rows, count, 10.0, 10.0)) == wanted


def test_grid_and_table() -> None:
    assert places(grid(CELL, 3, 2, 10.0, 20.0, 1.0, 2.0)) == sorted(
        (1 + 10.0 * c, 2 + 20.0 * r) for c in range(3) for r in range(2)
    )
    assert places(table(CELL, np.array([(1.0, 2.0), (3.0, 4.0)]))) == [(1.0, 2.0), (3.0, 4.0)]
    assert table(CELL, np.zeros((0, 2))) == ()
    with pytest.raises(GeometryError, match="not a finite number"):
        table(CELL, np.array([(1.0, np.nan)]))
