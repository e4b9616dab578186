"""What areas on a cut are put together with."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from bumpgen.section.solid import FAR, above, columns, common, grown, minus, shadowed, skyline, union

BOX = shapely.box(0, -10, 100, 0)


def test_skyline_sees_the_highest_and_whose_it_is() -> None:
    line = skyline([BOX, shapely.box(20, 0, 40, 3), shapely.box(30, 5, 60, 6)])
    assert [line.at(s) for s in (10, 25, 35, 55, 80)] == [0, 3, 6, 6, 0]
    whose = [int(line.label[np.searchsorted(line.s, s) - 1]) for s in (10, 25, 35, 55, 80)]
    assert whose == [0, 1, 2, 2, 0]
    assert line.at(-1) == line.at(101) == -FAR


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 90), st.integers(1, 10), st.integers(0, 20), st.integers(1, 9)), max_size=6),
    st.floats(0.01, 99.99),
)
def test_skyline_is_what_an_upright_line_meets_first(boxes: list[tuple[int, int, int, int]], s: float) -> None:
    area = union([BOX, *(shapely.box(x, z, x + wide, z + high) for x, wide, z, high in boxes)])
    met = shapely.intersection(area, shapely.LineString([(s, -20), (s, 50)]))
    assert skyline([area]).at(s) == pytest.approx(met.bounds[3], abs=1e-4)


def test_nothing_below_an_overhang_is_seen_from_above() -> None:
    table = union([BOX, shapely.box(45, 0, 55, 8), shapely.box(30, 8, 70, 10)])
    assert shadowed(table, -10).area == pytest.approx(100 * 10 + 40 * 10)


@pytest.mark.parametrize(("coverage", "wall"), [(0.0, 0.0), (0.25, 0.25), (0.5, 0.5), (1.0, 1.0)])
def test_a_film_has_its_thickness_on_flats_and_its_share_on_walls(coverage: float, wall: float) -> None:
    step = union([BOX, shapely.box(40, 0, 60, 20)])
    film = minus(common(grown(step, 2.0, coverage), columns(((0.0, 100.0),), -10)), step)
    flat, side = shapely.LineString([(10, -5), (10, 50)]), shapely.LineString([(-5, 10), (50, 10)])
    assert shapely.intersection(film, flat).length == pytest.approx(2.0, abs=1e-4)
    assert shapely.intersection(film, side).length == pytest.approx(2.0 * wall, abs=0.01)


def test_a_corner_of_a_thick_film_is_a_quarter_of_an_ellipse() -> None:
    post = shapely.box(40, -10, 60, 20)
    film = grown(post, 4.0, 0.5)
    corners = film.area - post.area - 2 * 20 * 4.0 - 2 * 30 * 2.0
    assert corners == pytest.approx(math.pi * 4 * 2, rel=0.01)


def test_above_is_the_rest_of_a_box() -> None:
    step = union([BOX, shapely.box(40, 0, 60, 20)])
    room = above(skyline([step]), 10, 90, 25)
    assert room.area == pytest.approx(80 * 25 - 20 * 20)
