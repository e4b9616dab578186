"""Octilinear wires: directions, distances from octagons, and the shortest length their homotopy class has."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from bumpgen.route.octagons import sector_of
from bumpgen.route.problem import Angles, Place
from bumpgen.route.realise import realise
from bumpgen.route.routing import Segment
from bumpgen.route.sketch import Sketch
from tests.route.sketches import OFFSET, discs, length, line, octilinear, routed, wound
from tests.route.test_arcs import ring

GRID = 0.001


def octagon(place: Place, radius: float) -> shapely.Polygon:
    """The octagon whose flats are tangents of a disc."""
    reach = radius / math.cos(math.pi / 8)
    turns = (math.pi / 8 + math.pi / 4 * k for k in range(8))
    return shapely.Polygon([(place[0] + reach * math.cos(a), place[1] + reach * math.sin(a)) for a in turns])


def pulled(sketch: Sketch, places: list[Place]) -> list[tuple[Segment, ...]]:
    """Centre lines, judged: on the grid, at multiples of 45°, away from all discs."""
    size = [40.0] * len(places)
    realised = realise(discs(places, Angles.OCTILINEAR, size), sketch)
    assert not realised.tight
    out = []
    for segments in realised.segments:
        assert segments is not None
        for segment in segments:
            steps = [(b - a) / GRID for a, b in zip(segment.start, segment.end, strict=True)]
            dx, dy = (round(step) for step in steps)
            assert [dx, dy] == pytest.approx(steps, abs=1e-4)
            assert dx == 0 or dy == 0 or abs(dx) == abs(dy)
        drawn = line(segments)
        for place in places:
            if place not in (segments[0].start, segments[-1].end):
                assert octagon(place, 20.0 + OFFSET - 1e-4).distance(drawn) > 0
        out.append(segments)
    return out


def taut_length(start: Place, end: Place, around: list[Place], *, left: bool) -> float:
    """The shortest octilinear way past convex metal on one side: the hull of its corners, part by part."""
    hull = shapely.MultiPoint([start, end, *around]).convex_hull
    if isinstance(hull, shapely.LineString):
        return octilinear(*start, *end)
    turn = list(shapely.geometry.polygon.orient(hull, 1 if left else -1).exterior.coords)[:-1]
    turn = turn[turn.index(start) :] + turn[: turn.index(start)]
    return sum(octilinear(*a, *b) for a, b in pairwise(turn[: turn.index(end) + 1]))


@given(st.integers(-90, 90), st.integers(-150, 150), st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_way_past_one_octagon_is_as_short_as_can_be(offset: int, rise: int, clockwise: bool) -> None:
    """From the left to the right, below or above a disc that may be in the way."""
    start, end = (300.0, 500.0 - rise), (700.0, 500.0 + rise)
    places = [(500.0, 500.0 + offset), start, end, (500.0, 900.0), (500.0, 100.0)]
    problem = discs(places, Angles.OCTILINEAR)
    sketch = wound(problem, 0, 1, 2, clockwise=clockwise)
    (segments,) = pulled(sketch, places)
    corners = [(float(x), float(y)) for x, y in octagon(places[0], 20.0 + OFFSET).exterior.coords]
    side = [p for p in corners if above(p, start, end) == clockwise]
    assert length(segments) == pytest.approx(taut_length(start, end, side, left=not clockwise), abs=0.06)


def above(place: Place, start: Place, end: Place) -> bool:
    share = (place[0] - start[0]) / (end[0] - start[0])
    return place[1] > start[1] + share * (end[1] - start[1])


@pytest.mark.parametrize("clockwise", [False, True])
@pytest.mark.parametrize("steps", [4, 5, 6, 7])
def test_a_wire_wound_round_an_octagon(steps: int, clockwise: bool) -> None:
    """U-turns and more; never shorter than round the disc within, nor longer than an octagon's way round."""
    places = [(500.0, 500.0), *((round(x, 3), round(y, 3)) for x, y in ring((500.0, 500.0), 200.0, 8))]
    problem = discs(places, Angles.OCTILINEAR)
    sketch = wound(problem, 0, 1, 1 + (-steps if clockwise else steps) % 8, clockwise=clockwise)
    (segments,) = pulled(sketch, places)
    radius = 20.0 + OFFSET
    smooth = 2 * math.sqrt(200.0**2 - radius**2) + radius * (steps * math.pi / 4 - 2 * math.acos(radius / 200.0))
    assert smooth < length(segments) < 1.0824 * smooth


@pytest.mark.parametrize("seed", range(6))
def test_wires_among_octagons(seed: int) -> None:
    random = np.random.default_rng(seed)
    cells = [(150.0 + 140 * i, 150.0 + 140 * j) for i in range(6) for j in range(6)]
    places = [(x + float(random.integers(-25, 25)), y + float(random.integers(-25, 25))) for x, y in cells]
    order = random.permutation(36).tolist()
    pairs = list(zip(order[:5], order[5:10], strict=True))
    pulled(routed(discs(places, Angles.OCTILINEAR), pairs), places)


@given(st.integers(-50, 50), st.integers(-50, 50))
def test_the_sector_of_a_vector(dx: int, dy: int) -> None:
    k = sector_of(float(dx), float(dy))
    if dx or dy:
        ahead = math.atan2(dy, dx) - k * math.pi / 4
        assert -1e-9 <= math.remainder(ahead - math.pi / 8, 2 * math.pi) + math.pi / 8 < math.pi / 4
