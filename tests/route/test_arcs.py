"""Wires of lines and arcs: tangents of two circles, smooth joints, lengths, distances from metal."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import Point

from bumpgen.route.arcs import tangent
from bumpgen.route.problem import Angles, Place
from bumpgen.route.realise import ROOM, realise
from bumpgen.route.routing import Arc
from tests.route.sketches import OFFSET, SPACE, WIDTH, discs, kinks, length, line, routed, site_of, wound

COORDINATE = st.floats(-100, 100)
RADIUS = st.floats(0, 30)
SIDE = st.sampled_from([1, -1])


@given(COORDINATE, COORDINATE, RADIUS, SIDE, COORDINATE, COORDINATE, RADIUS, SIDE)
@settings(max_examples=300, deadline=None)
def test_a_tangent_touches_both_circles_on_its_sides(
    ax: float, ay: float, ra: float, sa: int, bx: float, by: float, rb: float, sb: int
) -> None:
    assume(math.dist((ax, ay), (bx, by)) > ra + rb + 0.1)
    angle, x0, y0, x1, y1 = tangent(ax, ay, ra, sa, bx, by, rb, sb)
    ux, uy = math.cos(angle), math.sin(angle)
    for cx, cy, radius, side in ((ax, ay, ra, sa), (bx, by, rb, sb)):
        assert ux * (cy - y0) - uy * (cx - x0) == pytest.approx(side * radius, abs=1e-9)
    assert (x0 - ax) * ux + (y0 - ay) * uy == pytest.approx(0, abs=1e-9)
    assert (x1 - bx) * ux + (y1 - by) * uy == pytest.approx(0, abs=1e-9)
    assert (x1 - x0) * ux + (y1 - y0) * uy > 0


def ring(centre: Place, radius: float, count: int) -> list[Place]:
    turns = (2 * math.pi * i / count for i in range(count))
    return [(centre[0] + radius * math.cos(a), centre[1] + radius * math.sin(a)) for a in turns]


@pytest.mark.parametrize("clockwise", [False, True])
@pytest.mark.parametrize("steps", [4, 5, 6, 7])
def test_a_wire_wound_round_a_disc_is_two_tangents_and_an_arc(steps: int, clockwise: bool) -> None:
    """Up to 315°: a U-turn and more."""
    problem = discs([(500.0, 500.0), *ring((500.0, 500.0), 250.0, 8)], Angles.ANY, [300.0] + [20.0] * 8)
    end = 1 + (-steps if clockwise else steps) % 8
    segments = realise(problem, wound(problem, 0, 1, end, clockwise=clockwise)).segments[0]
    assert segments is not None
    (arc,) = [segment for segment in segments if isinstance(segment, Arc)]
    radius = 150.0 + OFFSET + ROOM[Angles.ANY]
    assert arc.radius == pytest.approx(radius)
    assert arc.centre == pytest.approx((500.0, 500.0))
    sweep = steps * math.pi / 4 - 2 * math.acos(radius / 250.0)
    assert arc.sweep == pytest.approx(-sweep if clockwise else sweep)
    assert length(segments) == pytest.approx(2 * math.sqrt(250.0**2 - radius**2) + radius * sweep)
    assert kinks(segments) == pytest.approx([0, 0], abs=1e-9)


@pytest.mark.parametrize("clockwise", [False, True])
def test_of_two_wires_round_a_disc_the_outer_one_keeps_off_by_the_inner_one(clockwise: bool) -> None:
    problem = discs([(500.0, 500.0), *ring((500.0, 500.0), 250.0, 8)], Angles.ANY, [200.0] + [20.0] * 8)
    single = wound(problem, 0, 1, 5, clockwise=clockwise)
    (way,) = single.ways
    assert way is not None
    is_second = (single.mesh.ends[way.sides, 0] != site_of(single.mesh, 0)).astype(np.int64)
    ways = (replace(way, ranks=is_second), replace(way, ranks=1 - is_second))
    both = replace(single, ways=ways, widths=np.full(2, WIDTH), spaces=np.full(2, SPACE))
    radii = []
    for segments in realise(problem, both).segments:
        assert segments is not None
        radii += [segment.radius for segment in segments if isinstance(segment, Arc)]
    room = ROOM[Angles.ANY]
    assert radii == pytest.approx([100 + OFFSET + room, 100 + OFFSET + SPACE + WIDTH + 2 * room])


@pytest.mark.parametrize("seed", range(6))
def test_wires_among_discs_are_smooth_and_keep_their_distance(seed: int) -> None:
    random = np.random.default_rng(seed)
    cells = [(150.0 + 140 * i, 150.0 + 140 * j) for i in range(6) for j in range(6)]
    places = [(x + float(random.uniform(-25, 25)), y + float(random.uniform(-25, 25))) for x, y in cells]
    diameters = random.uniform(20, 60, 36).tolist()
    problem = discs(places, Angles.ANY, diameters)
    order = random.permutation(36).tolist()
    pairs = list(zip(order[:5], order[5:10], strict=True))
    realised = realise(problem, routed(problem, pairs))
    assert not realised.tight
    arcs = 0
    for pair, segments in zip(pairs, realised.segments, strict=True):
        assert segments is not None
        assert (segments[0].start, segments[-1].end) == (places[pair[0]], places[pair[1]])
        assert all(math.dist(a.end, b.start) < 1e-6 for a, b in pairwise(segments))
        assert kinks(segments) == pytest.approx([0] * (len(segments) - 1), abs=1e-4)
        drawn = line(segments)
        assert drawn.length == pytest.approx(length(segments), rel=1e-4)
        for arc in (segment for segment in segments if isinstance(segment, Arc)):
            arcs += 1
            assert math.dist(arc.start, arc.centre) == pytest.approx(arc.radius)
            assert math.dist(arc.end, arc.centre) == pytest.approx(arc.radius)
        for i, place in enumerate(places):
            if i not in pair:
                assert drawn.distance(Point(place)) >= diameters[i] / 2 + OFFSET - 1e-3
    assert arcs >= 3
