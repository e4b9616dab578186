"""Joints, their overlap and melting order; wires, their current, length and distances."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bumpgen.check.joint import (
    JointLevel,
    Remelt,
    SolderJoint,
    alignment_window,
    allowed_current,
    close_wires,
    closest_wires,
    crossings,
    fillable,
    loop_length,
    melting_margin,
    overlap,
    remelts,
)
from bumpgen.errors import GeometryError
from bumpgen.solder import ball_volume, bump_height, cap_volume


def integrated(joint, low, high):
    nodes, weights = np.polynomial.legendre.leggauss(40)
    z = low + (nodes + 1) / 2 * (high - low)
    return math.pi * (high - low) / 2 * float(joint.profile(z) ** 2 @ weights)


def test_pillar_pair():
    joint = SolderJoint(24.5, 27.5, cap_volume(27.5, 12), on_second=cap_volume(27.5, 12))
    assert joint.height == pytest.approx(12.86, abs=5e-3)
    assert joint.gap(32, 15) == pytest.approx(59.86, abs=5e-3)
    assert joint.wetted
    assert joint.profile([10.0, 31.999, 60 - 5.0, 70.0, -1.0], 32, 15).tolist() == [24.5, 24.5, 27.5, 0.0, 0.0]


@given(st.floats(5, 200), st.floats(5, 200), st.floats(1e3, 1e8))
def test_profile_encloses_the_volume(a1, a2, volume):
    joint = SolderJoint(a1, a2, volume)
    assert integrated(joint, 0.0, joint.height) == pytest.approx(volume, rel=1e-9)
    assert 2 * joint.profile(np.linspace(0, joint.height, 2001)).max() == pytest.approx(joint.width, rel=1e-4)


def test_bump_and_cap_profiles():
    volume = ball_volume(250)
    bump = SolderJoint(107.5, 0.0, volume)
    assert bump.height == pytest.approx(204.39, abs=0.01)
    assert bump.width == pytest.approx(260.93, abs=0.01)
    assert integrated(bump, 0.0, bump.height) == pytest.approx(volume, rel=1e-9)
    cap = SolderJoint(24.5, 0.0, cap_volume(24.5, 16))
    assert cap.gap(32) == pytest.approx(56.16, abs=0.01)
    assert cap.profile([31.9, 32.0, cap.gap(32) + 0.01], 32).tolist() == pytest.approx([24.5, 24.5, 0.0])


def test_too_little_solder_leaves_two_bumps_and_air():
    one, other = cap_volume(25, 10), cap_volume(25, 5)
    reach = bump_height(25, one) + bump_height(25, other)
    assert SolderJoint(25, 25, one + other, other, reach * 0.999).wetted
    open_joint = SolderJoint(25, 25, one + other, other, reach + 2.0)
    assert not open_joint.wetted
    assert open_joint.profile(bump_height(25, one) + 1.0) == 0.0
    assert open_joint.width == 50
    first = integrated(open_joint, 0.0, open_joint.tops[0])
    second = integrated(open_joint, open_joint.height - open_joint.tops[1], open_joint.height)
    assert (first, second) == pytest.approx((one, other), rel=1e-9)


@pytest.mark.parametrize(
    "values", [(-1.0, 5, 10.0), (5, 5, 0.0), (5, math.nan, 1.0), (5, 5, 1.0, 2.0), (5, 5, 1.0, 0.0, 0.0)]
)
def test_impossible_joints_are_refused(values):
    with pytest.raises(GeometryError):
        SolderJoint(*values)


def test_overlap_and_window():
    assert overlap(24.5, 27.5, 3.0) == 1.0
    assert 0 < overlap(24.5, 27.5, 3.0, 10.0) < 1
    assert overlap(24.5, 27.5, 40.0, 12.0) == 0.0
    assert alignment_window(24.5, 27.5) == 24.5
    assert alignment_window(24.5, 27.5, 12.0) == 20.0
    assert alignment_window(24.5, 27.5, 60.0) == 0.0
    with pytest.raises(GeometryError):
        overlap(0.0, 1.0, 1.0)


def test_melting_order():
    assert melting_margin(231.9, 221.0) == pytest.approx(10.9)
    lead, sac, bismuth = (
        JointLevel("lead", 308, 312, 340), JointLevel("sac", 217, 220, 245), JointLevel("bismuth", 138, 138, 165),
    )  # fmt: skip
    assert remelts((lead, sac, bismuth)) == ()
    assert remelts((bismuth, sac)) == (Remelt("bismuth", "sac", 107, True),)
    assert remelts((sac, JointLevel("mild", 138, 138, 218))) == (Remelt("sac", "mild", 1, False),)
    assert len(remelts((bismuth, sac, lead))) == 3


def test_fill():
    assert fillable(30.0, 10.0)
    assert not fillable(29.9, 10.0)
    assert fillable(29.9, 10.0, 2.0)


@pytest.mark.parametrize(
    ("diameter", "length", "current"), [(25.4, 1000, 0.949), (25.4, 1017, 0.648), (20, 900, 0.663), (33, 1016, 1.405)]
)
def test_wire_currents(diameter, length, current):
    assert allowed_current("Au", diameter, length) == pytest.approx(current, abs=6e-4)
    assert allowed_current("Pd", diameter, length) < allowed_current("Ag", diameter, length)


def test_loop_length():
    assert loop_length(300.0, 100.0, 300.0, 0.0) == pytest.approx(100 + 500)
    assert loop_length(300.0, 100.0, 0.0, 1.0) == pytest.approx(500)
    spans = np.array([500.0, 1000.0])
    lengths = loop_length(spans, 150.0, 200.0)
    assert np.all(lengths > np.hypot(spans, 200.0))
    assert np.all(lengths < 150 + spans + 350)


def test_wires_that_cross_touch_and_share():
    starts = np.array([[0, 0], [0, 10], [0, 0], [5, -5], [100, 0], [100, 0]], float)
    ends = np.array([[10, 10], [10, 0], [-10, 10], [5, 5], [200, 0], [200, 0]], float)
    assert crossings(starts, ends).tolist() == [[0, 1], [0, 3], [1, 3], [4, 5]]


def segment_distance(p, q, r, s):
    def off(point, a, b):
        t = min(1, max(0, float((point - a) @ (b - a) / ((b - a) @ (b - a)))))
        return float(np.hypot(*(point - a - t * (b - a))))

    def turn(a, b, c):
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

    if turn(p, q, r) * turn(p, q, s) < 0 and turn(r, s, p) * turn(r, s, q) < 0:
        return 0.0
    return min(off(p, r, s), off(q, r, s), off(r, p, q), off(s, p, q))


def test_distances_against_all_pairs():
    generator = np.random.default_rng(3)
    starts = generator.uniform(0, 5000, (60, 2))
    ends = starts + generator.uniform(-80, 80, (60, 2))
    all_pairs = {
        (i, j): segment_distance(starts[i], ends[i], starts[j], ends[j]) for i in range(60) for j in range(i + 1, 60)
    }
    pairs, distances = close_wires(starts, ends, 300.0)
    found = {(i, j): d for (i, j), d in zip(pairs.tolist(), distances.tolist(), strict=True)}
    assert found == pytest.approx({pair: d for pair, d in all_pairs.items() if d <= 300.0})
    assert closest_wires(starts, ends)[0] == pytest.approx(min(all_pairs.values()))
    crossed = {tuple(pair) for pair in crossings(starts, ends).tolist()}
    assert crossed == {pair for pair, d in all_pairs.items() if d == 0}


def test_equal_wires_are_no_distance_apart():
    starts, ends = np.zeros((3, 2)), np.array([[10, 0], [10, 0], [0, 10]], float)
    assert closest_wires(starts[:2], ends[:2]) == (0.0, 0, 1)
    assert closest_wires(starts[:1], ends[:1]) == (math.inf, -1, -1)
    assert len(crossings(np.zeros((0, 2)), np.zeros((0, 2)))) == 0


def test_a_thousand_wires_take_less_than_a_second():
    angles = np.linspace(0, 2 * math.pi, 1000, endpoint=False)
    rays = np.column_stack((np.cos(angles), np.sin(angles)))
    began = time.perf_counter()
    assert len(crossings(2000 * rays, 4000 * rays)) == 0
    distance = closest_wires(2000 * rays, 4000 * rays)[0]
    assert time.perf_counter() - began < 1
    step = 2 * math.pi / 1000
    assert distance == pytest.approx(2000 * 2 * math.sin(step / 2), rel=1e-4)
