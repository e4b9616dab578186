"""Teardrops towards wires, opens and shorts, arrays found among places."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bumpgen.geometry import Rect
from bumpgen.layout import Array, Cell, Drawn, Instance, Placement, Scatter
from bumpgen.plan.lattice import FEW, instances
from bumpgen.plan.sites import _crossings

CELL = Cell("UNIT", (Drawn("UBM", Rect(0, 0, 2, 2)),))


def places_of(found: list[Instance]) -> list[tuple[int, int]]:
    points: list[tuple[float, float]] = []
    for instance in found:
        match instance:
            case Placement():
                points.append((instance.at.x, instance.at.y))
            case Array():
                points += [tuple(p) for p in instance.points()]
            case Scatter():
                points += [tuple(p) for p in instance.points]
    return sorted((round(x * 1000), round(y * 1000)) for x, y in points)


def test_full_grid_is_one_array() -> None:
    points = np.array([(x * 80.0, y * 70.0) for y in range(30) for x in range(40)])
    found = instances(CELL, points, 0.001)
    assert [type(i) for i in found] == [Array]
    assert isinstance(found[0], Array)
    assert (found[0].columns, found[0].rows) == (40, 30)


def test_staggered_array_is_two_arrays() -> None:
    points = np.array([(x * 80.0 + (y % 2) * 40, y * 70.0) for y in range(100) for x in range(100)])
    found = instances(CELL, points, 0.001)
    assert [type(i) for i in found] == [Array, Array]
    assert places_of(found) == sorted((round(x * 1000), round(y * 1000)) for x, y in points)


def test_irregular_places_become_a_scatter_only_when_many() -> None:
    rng = np.random.default_rng(7)
    few, many = (np.unique(rng.integers(0, 10**7, (n, 2)), axis=0) * 0.001 for n in (20, FEW + 50))
    assert {type(i) for i in instances(CELL, few, 0.001)} == {Placement}
    assert any(isinstance(i, Scatter) for i in instances(CELL, many, 0.001))


@given(
    st.integers(1, 12),
    st.integers(1, 12),
    st.sampled_from([50.0, 80.005, 130.0]),
    st.booleans(),
    st.sets(st.integers(0, 143), max_size=40),
)
def test_every_place_exactly_once(columns: int, rows: int, pitch: float, stagger: bool, gaps: set[int]) -> None:
    points = [
        (x * pitch + (y % 2) * (pitch / 2 if stagger else 0), y * pitch)
        for y in range(rows)
        for x in range(columns)
        if y * 12 + x not in gaps
    ]
    if not points:
        return
    array = np.round(np.array(points) / 0.005) * 0.005
    wanted = sorted((round(x * 1000), round(y * 1000)) for x, y in array)
    assert places_of(instances(CELL, array, 0.005)) == wanted


@pytest.mark.parametrize(
    ("points", "angles"),
    [
        ([(0.0, 0.0), (500.0, 0.0)], [0.0]),
        ([(-500.0, 0.0), (0.0, 0.0)], [180.0]),
        ([(0.0, 0.0), (100.0, 100.0), (100.0, 900.0)], [45.0]),
        ([(0.0, 0.0), (80.0, 80.0), (80.0, 900.0)], [53.658]),
        ([(300.0, 300.0), (900.0, 300.0)], []),
    ],
)
def test_teardrops_point_to_where_wires_cross_the_rim(points: list[tuple[float, float]], angles: list[float]) -> None:
    assert list(_crossings(tuple(points), (0.0, 0.0), 135.0)) == pytest.approx(angles, abs=1e-3)
