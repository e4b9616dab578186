"""What a fault teaches: the barrier that was missing, and no other."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from bumpgen.route.barriers import LEAST, MARGIN, lessons, nearest
from bumpgen.route.gate import Fault
from bumpgen.route.problem import Angles
from bumpgen.route.realise import ROOM, Barrier, realise, strings_of
from bumpgen.route.routing import Line, Wire
from bumpgen.route.sketch import Sketch, Way
from tests.route.sketches import OFFSET, SPACE, WIDTH, discs, site_of, wound
from tests.route.test_arcs import ring

CENTRE = (500.0, 500.0)
RADIUS = 20.0
BOTH = pytest.mark.parametrize("angles", list(Angles))


def scene(angles: Angles) -> tuple[Sketch, Sketch, list[Wire]]:
    """Wire 0 hangs on a disc; wire 1 passes straight beyond it, 18 µm behind wire 0's centre line instead of 20."""
    places = [CENTRE, *((round(x, 3), round(y, 3)) for x, y in ring(CENTRE, 250.0, 8))]
    problem = discs(places, angles)
    one = wound(problem, 0, 1, 5)
    empty = np.zeros(0, dtype=np.int64)
    other = Way(site_of(one.mesh, 2), site_of(one.mesh, 4), empty, empty, 0)
    both = dataclasses.replace(one, ways=(*one.ways, other), widths=np.full(2, WIDTH), spaces=np.full(2, SPACE))
    segments = realise(problem, one).segments[0]
    assert segments is not None
    y = CENTRE[1] + RADIUS + OFFSET + ROOM[angles] + 18.0
    behind = Wire("b", "t2", "t4", WIDTH, (Line((300.0, y), (700.0, y)),))
    return one, both, [Wire("a", "t1", "t5", WIDTH, segments), behind]


def taught(angles: Angles, fault: Fault, known: dict[int, list[Barrier]] | None = None) -> dict[int, list[Barrier]]:
    _, sketch, wires = scene(angles)
    places = [CENTRE, *((round(x, 3), round(y, 3)) for x, y in ring(CENTRE, 250.0, 8))]
    strings = strings_of(discs(places, angles), sketch)
    return lessons(sketch, strings, known or {}, wires, [0, 1], [fault])


def behind_disc(angles: Angles) -> Fault:
    y = CENTRE[1] + RADIUS + OFFSET + ROOM[angles] + 9.0
    return Fault("space", (0, 1), x=CENTRE[0], y=y, distance=8.0, needed=10.0)


@BOTH
def test_the_wire_behind_learns_the_barrier_of_the_one_before(angles: Angles) -> None:
    sketch, _, _ = scene(angles)
    found = taught(angles, behind_disc(angles))
    assert list(found) == [1]
    (barrier,) = found[1]
    assert barrier.site == site_of(sketch.mesh, 0)
    assert barrier.offset == pytest.approx(OFFSET + ROOM[angles] + SPACE + WIDTH + MARGIN)


@BOTH
def test_what_is_known_is_not_taught_again(angles: Angles) -> None:
    known = taught(angles, behind_disc(angles))
    assert taught(angles, behind_disc(angles), known) == {}
    less = {1: [dataclasses.replace(known[1][0], offset=known[1][0].offset - 1)]}
    assert taught(angles, behind_disc(angles), less) == known


@BOTH
def test_a_wire_too_near_to_a_terminal_learns_that_terminal(angles: Angles) -> None:
    sketch, _, _ = scene(angles)
    fault = Fault("space", (1,), (3,), x=500.0, y=700.0, distance=9.0, needed=10.0)
    assert taught(angles, fault) == {1: [Barrier(site_of(sketch.mesh, 3), OFFSET + MARGIN)]}


@pytest.mark.parametrize(
    "fault",
    [
        Fault("space", (0, 1), x=500.0, y=540.0, distance=10 - LEAST / 2, needed=10.0),
        Fault("angle", (0, 1), x=500.0, y=540.0, distance=8.0, needed=10.0),
        Fault("space", (0, 1), x=100.0, y=100.0, distance=8.0, needed=10.0),
        Fault("space", (0,), x=500.0, y=540.0, distance=8.0, needed=10.0),
        Fault("space", (1,), (99,), x=500.0, y=540.0, distance=8.0, needed=10.0),
    ],
    ids=["rounding", "angle", "where nothing hangs", "of a wire to itself", "no terminal"],
)
def test_other_faults_teach_nothing(fault: Fault) -> None:
    assert taught(Angles.ANY, fault) == {}


def test_the_nearest_place_of_a_wire() -> None:
    wire = Wire("a", "s", "e", WIDTH, (Line((0.0, 0.0), (10.0, 0.0)), Line((10.0, 0.0), (10.0, 10.0))))
    assert nearest(wire, (4.0, -3.0)) == (4.0, 0.0)
    assert nearest(wire, (12.0, 7.0)) == (10.0, 7.0)
    assert math.dist(nearest(wire, (-3.0, -4.0)), (0.0, 0.0)) < 1e-9
