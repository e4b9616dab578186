"""The funnel against every way there is through a row of portals."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bumpgen.route.problem import Place
from bumpgen.route.taut import funnel

Portal = tuple[Place, Place]


def pulled(start: Place, end: Place, portals: list[Portal]) -> list[Place]:
    """Corners of the funnel's way, ends included."""
    lefts = np.array([left for left, _ in portals], dtype=np.float64).reshape(-1, 2)
    rights = np.array([right for _, right in portals], dtype=np.float64).reshape(-1, 2)
    at, which = np.zeros(len(portals) + 2, np.int64), np.zeros(len(portals) + 2, np.int64)
    count = funnel(*start, *end, lefts, rights, at, which)
    assert count >= 0
    chosen = zip(at[:count].tolist(), which[:count].tolist(), strict=True)
    return [start, *(portals[j][0] if side == 1 else portals[j][1] for j, side in chosen), end]


def total(way: list[Place]) -> float:
    return sum(math.dist(a, b) for a, b in pairwise(way))


def shortest(start: Place, end: Place, portals: list[Portal]) -> float:
    """Dijkstra's algorithm over all ends of portals that see one another through the portals between them."""
    rows = [(0, start), *((i + 1, place) for i, both in enumerate(portals) for place in both), (len(portals) + 1, end)]
    best = [0.0] + [math.inf] * (len(rows) - 1)
    for b in range(1, len(rows)):
        for a in range(b):
            if rows[a][0] < rows[b][0] and sees(rows[a], rows[b], portals):
                best[b] = min(best[b], best[a] + math.dist(rows[a][1], rows[b][1]))
    return best[-1]


def sees(a: tuple[int, Place], b: tuple[int, Place], portals: list[Portal]) -> bool:
    (ax, ay), (bx, by) = a[1], b[1]
    for (x, top), (_, bottom) in portals[a[0] : b[0] - 1]:
        y = ay + (by - ay) * (x - ax) / (bx - ax)
        if not bottom - 1e-9 <= y <= top + 1e-9:
            return False
    return True


@given(
    st.lists(st.tuples(st.integers(-60, 60), st.integers(0, 40)), min_size=0, max_size=9),
    st.integers(-60, 60),
    st.integers(-60, 60),
)
@settings(max_examples=300, deadline=None)
def test_the_funnel_finds_the_shortest_way(rows: list[tuple[int, int]], first: int, last: int) -> None:
    """Portals across x, some of them mere points."""
    portals = [((10.0 * (i + 1), y + h / 1.0), (10.0 * (i + 1), float(y))) for i, (y, h) in enumerate(rows)]
    start, end = (0.0, float(first)), (10.0 * (len(rows) + 1), float(last))
    way = pulled(start, end, portals)
    assert total(way) == pytest.approx(shortest(start, end, portals), abs=1e-9)
    for (x, top), (_, bottom) in portals:
        y = np.interp(x, [p[0] for p in way], [p[1] for p in way])
        assert bottom - 1e-9 <= y <= top + 1e-9


@pytest.mark.parametrize("way_round", [1, -1])
@pytest.mark.parametrize("degrees", [90, 200, 360, 540])
def test_the_funnel_winds_round_a_point_as_often_as_its_portals_do(degrees: int, way_round: int) -> None:
    """Rays about a disc of radius 1; both ends lie at radius 3: two tangents and the arc between them."""
    angles = [math.radians(a) for a in range(2, degrees, 2)]
    spots = [(math.cos(a), way_round * math.sin(a)) for a in angles]
    rays = [((x, y), (9 * x, 9 * y)) for x, y in spots]
    portals = rays if way_round == 1 else [(far, near) for near, far in rays]
    turn = math.radians(degrees)
    start, end = (3.0, 0.0), (3 * math.cos(turn), way_round * 3 * math.sin(turn))
    round_it = turn - 2 * math.acos(1 / 3)
    expected = 2 * math.sqrt(8) + round_it if round_it > 0 else math.dist(start, end)
    assert total(pulled(start, end, portals)) == pytest.approx(expected, rel=1e-3)
