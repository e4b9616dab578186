"""Octilinear lines moved on to the grid."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString

from bumpgen.route.lattice import on_grid
from bumpgen.route.problem import Place

GRID = 0.005
SHARE = st.floats(0.02, 1.0)


def staircase(start: Place, end: Place, shares: list[tuple[float, float]]) -> list[Place]:
    """From start to end, both on the grid, by parts along an axis and a diagonal; corners lie anywhere."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    diagonal = min(abs(dx), abs(dy))
    across = (math.copysign(diagonal, dx), math.copysign(diagonal, dy))
    straight = (dx - across[0], dy - across[1])
    sums = (sum(a for a, _ in shares), sum(b for _, b in shares))
    out = [start]
    for a, b in shares:
        for vector, share in ((across, a / sums[0]), (straight, b / sums[1])):
            out.append((out[-1][0] + vector[0] * share, out[-1][1] + vector[1] * share))
    return [*out[:-1], end]


@given(
    st.tuples(st.integers(-2000, 2000), st.integers(-2000, 2000)),
    st.tuples(st.integers(-2000, 2000), st.integers(-2000, 2000)),
    st.lists(st.tuples(SHARE, SHARE), min_size=1, max_size=4),
)
@settings(max_examples=300, deadline=None)
def test_every_part_lies_at_a_multiple_of_45_degrees_on_the_grid(
    first: tuple[int, int], last: tuple[int, int], shares: list[tuple[float, float]]
) -> None:
    start, end = ((x * GRID, y * GRID) for x, y in (first, last))
    if (
        min(abs(first[0] - last[0]), abs(first[1] - last[1])) < 600
        or abs(abs(first[0] - last[0]) - abs(first[1] - last[1])) < 600
    ):
        return  # parts of less than four steps: the next test
    points = staircase(start, end, shares)
    found = on_grid(np.array(points), GRID)
    steps = [(round(x / GRID), round(y / GRID)) for x, y in found]
    assert steps[0] == first
    assert steps[-1] == last
    for (x0, y0), (x1, y1) in pairwise(steps):
        dx, dy = x1 - x0, y1 - y0
        assert (dx, dy) != (0, 0)
        assert dx == 0 or dy == 0 or abs(dx) == abs(dy)
    assert all(math.dist((x, y), (i * GRID, j * GRID)) < 1e-8 for (x, y), (i, j) in zip(found, steps, strict=True))
    assert LineString(found).hausdorff_distance(LineString(points)) < 2 * GRID


def test_a_corner_of_less_than_four_steps_goes() -> None:
    points = np.array([(0.0, 0.0), (1.0, 0.0), (1.0041, 0.0041), (1.0041, 2.0), (3.0, 2.0)])
    assert on_grid(points, GRID) == [(0.0, 0.0), (1.005, 0.0), (1.005, 2.0), (3.0, 2.0)]


def test_a_line_off_the_grid_moves_to_the_nearest_one() -> None:
    points = np.array([(0.0, 0.0), (0.0, 1.0023), (2.0, 1.0023), (2.0, 3.0)])
    assert on_grid(points, GRID) == [(0.0, 0.0), (0.0, 1.0), (2.0, 1.0), (2.0, 3.0)]


def test_a_straight_line_has_its_two_ends() -> None:
    points = np.array([(0.0, 0.0), (1.0, 1.0), (2.5, 2.5), (4.0, 4.0)])
    assert on_grid(points, GRID) == [(0.0, 0.0), (4.0, 4.0)]
