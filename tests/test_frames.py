"""Coordinates refuse to be taken for another view's; poses mirror dies that look down, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bumpgen.errors import GeometryError
from bumpgen.frames import AssemblyView, Coordinates, DieView, Pose

FIRST, TOGETHER = DieView("first"), AssemblyView("pair")


def pose(face="up", rotation=0, at=(0.0, 0.0), die=FIRST):
    return Pose(die, TOGETHER, face, at, (500.0, 400.0), rotation)


def test_coordinates_are_refused_in_another_view():
    places = Coordinates(FIRST, np.zeros((1, 2)))
    assert places.seen(FIRST).shape == (1, 2)
    for other in (TOGETHER, DieView("second")):
        with pytest.raises(GeometryError, match="die first were taken for"):
            places.seen(other)


def test_a_pose_takes_its_own_die_only():
    of_second = Coordinates(DieView("second"), np.zeros((1, 2)))
    with pytest.raises(GeometryError, match="die second were taken for die first"):
        pose().above(of_second)
    with pytest.raises(GeometryError, match="taken for assembly pair"):
        pose().below(of_second)


@pytest.mark.parametrize(
    ("face", "rotation", "expected"),
    [
        ("up", 0, (100, 50)),
        ("up", 90, (-50, 100)),
        ("up", 180, (-100, -50)),
        ("up", 270, (50, -100)),
        ("down", 0, (-100, 50)),
        ("down", 90, (-50, -100)),
        ("down", 180, (100, -50)),
        ("down", 270, (50, 100)),
    ],
)
def test_a_place_beside_the_centre(face, rotation, expected):
    seen = pose(face, rotation).above(Coordinates(FIRST, np.array([(600.0, 450.0)])))
    np.testing.assert_array_equal(seen.seen(TOGETHER), [expected])


@pytest.mark.parametrize("face", ["up", "down"])
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_only_a_face_that_looks_down_mirrors(face, rotation):
    assert np.linalg.det(pose(face, rotation).matrix) == (-1 if face == "down" else 1)


@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), min_size=1, max_size=20),
    st.sampled_from(["up", "down"]),
    st.sampled_from([0, 90, 180, 270]),
    st.tuples(st.integers(-1000, 1000), st.integers(-1000, 1000)),
)
def test_below_undoes_above(points, face, rotation, at):
    there = pose(face, rotation, (float(at[0]), float(at[1])))
    places = Coordinates(FIRST, np.array(points, float) / 1000)
    np.testing.assert_allclose(there.below(there.above(places)).seen(FIRST), places.xy, atol=1e-9)


def test_an_outline_stays_counter_clockwise():
    square = np.array([(-1.0, -2.0), (1.0, -2.0), (1.0, 2.0), (-1.0, 2.0)])
    for face in ("up", "down"):
        x, y = pose(face, 90).outlines(square).T
        assert (x * np.roll(y, -1) - y * np.roll(x, -1)).sum() > 0
