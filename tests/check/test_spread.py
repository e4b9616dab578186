"""Chances of opens and bridges: exact cases, and arrays drawn joint by joint."""

from __future__ import annotations

import math
import time
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtr

from bumpgen.check.normals import expected_range, range_chance, wilson
from bumpgen.check.spread import JointGroup, Tolerances, spread, volume_tolerance
from bumpgen.errors import GeometryError
from bumpgen.solder import ball_volume, bump_height, cap_volume, joint_width, standoff

PILLARS = JointGroup(200, 24.5, 27.5, 0.0, cap_volume(27.5, 12), 32, 15, 80, 190)
BALLS = JointGroup(200, 107.5, 107.5, ball_volume(250), pitch=400, pairs=190)
BOTH = JointGroup(200, 107.5, 107.5, ball_volume(250), cap_volume(107.5, 20), pitch=400, pairs=190)
TRIALS = 6000


def drawn(group, off, minimum):
    """Shares of ten rows of 20 joints with an open and with a bridge in a row, and the free heights' mean range."""
    generator = np.random.default_rng(11)
    shape = (TRIALS, group.count)
    z = generator.standard_normal((6, *shape)) / 3
    r1, r2 = group.radius1 + off.radius1 * z[0], group.radius2 + off.radius2 * z[1]
    v1, v2 = group.volume1 * (1 + off.volume * z[2]), group.volume2 * (1 + off.volume * z[3])
    pillars = group.pillar1 + group.pillar2 + off.pillar1 * z[4] + off.pillar2 * z[5]
    free = pillars + standoff(r1, 0.0, v1) + standoff(r2, 0.0, v2)
    gap = (pillars + standoff(r1, r2, v1 + v2)).mean(axis=1, keepdims=True)
    gap = gap + ((np.arange(group.count) + 0.5) / group.count - 0.5) * off.warpage  # next to each other: nearly alike
    widths = joint_width(r1, r2, v1 + v2, gap - pillars).reshape(TRIALS, 10, 20) / 2
    widest = (widths[:, :, 1:] + widths[:, :, :-1]).max(axis=(1, 2))
    opens, bridges = (free < gap).any(axis=1).mean(), (widest > group.pitch - minimum).mean()
    return float(opens), float(bridges), float(np.ptp(free, axis=1).mean())


@pytest.mark.parametrize(
    ("group", "off", "minimum", "above"),
    [
        (PILLARS, Tolerances(0.1, 1, 1, 6, 4, 4), 5.0, 1.25),  # a joint squeezed flat meets both its neighbours
        (PILLARS, Tolerances(0.1, 1, 1, 3, 1.5, 2), 15.0, 1.25),
        (BALLS, Tolerances(0.3, 5, 5, 0, 0, 20), 84.0, 1.03),
        (BALLS, Tolerances(0.3, 5, 5), 93.0, 1.03),
        (BOTH, Tolerances(0.45, 5, 5, 2, 2), 70.0, 1.03),
    ],
    ids=["pillars", "even pillars", "bowed balls", "balls", "solder on both"],
)
def test_agrees_with_arrays_drawn_joint_by_joint(group, off, minimum, above):
    found = spread([group], off, minimum, seed=5)
    opens, bridges, span = drawn(group, off, minimum)
    low, high = wilson(opens, TRIALS, 3.5)
    assert low <= found.open <= high
    low, high = wilson(bridges, TRIALS, 3.5)
    assert low <= found.bridge <= high * above  # an upper bound: pairs share joints
    assert found.coplanarity == pytest.approx(span, rel=0.04)
    assert found.method == "conditional Monte Carlo"
    assert (found.seed, found.trials) == (5, 10_000)


@pytest.mark.parametrize(
    ("group", "off", "minimum"),
    [(PILLARS, Tolerances(0.1, 1, 1, 3, 1.5), 16.0), (BALLS, Tolerances(0.3, 5, 5), 94.0)],
    ids=["pillars", "balls"],
)
def test_one_pair_at_a_given_gap(group, off, minimum):
    many = replace(group, count=10**9, pairs=1)  # so many joints that their mean gap is certain
    found = spread([many], off, minimum)
    generator = np.random.default_rng(9)
    pillars = group.pillar1 + group.pillar2

    def width():
        z = generator.standard_normal((6, 1_000_000)) / 3
        volume = group.volume1 * (1 + off.volume * z[2]) + group.volume2 * (1 + off.volume * z[3])
        height = found.gap_mean - pillars - off.pillar1 * z[4] - off.pillar2 * z[5]
        return joint_width(group.radius1 + off.radius1 * z[0], group.radius2 + off.radius2 * z[1], volume, height)

    share = float(((width() + width()) / 2 > group.pitch - minimum).mean())
    low, high = wilson(share, 1_000_000, 3.5)
    assert low <= found.bridge <= high
    assert share > 2e-4


def test_spread_cases_are_neither_certain_nor_impossible():
    found = spread([BALLS], Tolerances(0.3, 5, 5, 0, 0, 20), 84.0)
    assert 0.02 < found.open < 0.98
    assert 0.02 < found.bridge < 0.98


@pytest.mark.parametrize("count", [50, 2000, 10**6])
def test_normal_heights_are_analytic(count):
    group = JointGroup(count, 24.5, 27.5, 0.0, cap_volume(27.5, 12), 32, 15, 80)
    off = Tolerances(pillar1=6, pillar2=4)
    exact = spread([group], off)
    assert (exact.method, exact.seed, exact.trials) == ("analytic", None, 0)
    assert exact.interval == ((exact.open, exact.open), (exact.bridge, exact.bridge))
    above = bump_height(27.5, group.volume2) - standoff(24.5, 27.5, group.volume2)
    sigma = math.hypot(6, 4) / 3 * math.sqrt(1 - 1 / count)
    assert exact.open == pytest.approx(-math.expm1(count * math.log1p(-ndtr(-above / sigma))), rel=1e-9)
    sampled = spread([group], off, sampled=True)
    low, high = sampled.interval[0]
    assert low <= exact.open <= high
    assert sampled.open == pytest.approx(exact.open, rel=0.02)


def test_one_joint_alone_is_never_open():
    one = JointGroup(1, 24.5, 27.5, 0.0, cap_volume(27.5, 12), 32, 15)
    assert spread([one], Tolerances(pillar1=30, pillar2=20)).open == 0


def test_seed_and_classes_decide_and_nothing_else():
    off = Tolerances(0.1, 1, 1, 6, 4, 4, 5)
    assert spread([PILLARS], off, seed=1) == spread([PILLARS], off, seed=1)
    half = JointGroup(100, 24.5, 27.5, 0.0, cap_volume(27.5, 12), 32, 15, 80, 95)
    whole, halves = spread([PILLARS], off, 14.0, seed=1), spread([half, half], off, 14.0, seed=1)
    assert halves.open == pytest.approx(whole.open, rel=1e-9)
    assert halves.bridge == pytest.approx(whole.bridge, rel=1e-9)
    assert halves.coplanarity == pytest.approx(whole.coplanarity, rel=1e-6)


def test_a_group_too_low_is_open():
    low = JointGroup(20, 24.5, 27.5, 0.0, cap_volume(27.5, 12), 12, 15)
    assert spread([PILLARS, low], Tolerances(0.1, 1, 1, 3, 1.5)).open > 0.999


def test_placement():
    near, far = (spread([PILLARS], Tolerances(0.1, placement=off)).open for off in (5.0, 120.0))
    assert near < 1e-6
    missed = math.exp(-((24.5 / 40) ** 2) / 2)  # a Rayleigh distance beyond the first face's rim
    assert far == pytest.approx(missed, abs=0.02)
    both = [spread([BOTH], Tolerances(0.45, placement=off)).open for off in (0.0, 60.0)]
    assert both[1] > both[0]


def test_a_million_joints_take_no_longer():
    many = JointGroup(10**6, 24.5, 27.5, 0.0, cap_volume(27.5, 12), 32, 15, 80)
    began = time.perf_counter()
    found = spread([many], Tolerances(0.1, 1, 1, 3, 1.5, 2), 14.0)
    assert time.perf_counter() - began < 3
    assert found.interval[0][0] <= found.open <= found.interval[0][1]
    assert found.gap_sigma < 0.01


def test_without_spread_nothing_fails():
    found = spread([PILLARS], Tolerances())
    assert (found.open, found.coplanarity) == (0.0, 0.0)
    assert found.bridge < 1e-12
    assert found.gap_mean == pytest.approx(59.86, abs=5e-3)
    assert spread([PILLARS], Tolerances(), sampled=True).open < 1e-9
    assert spread([PILLARS], Tolerances(), 80 - 54.9).bridge == 1.0


def test_expected_range():
    assert expected_range([0.0], [2.0], [2]) == pytest.approx(2 * 2 / math.sqrt(math.pi), rel=1e-6)
    assert expected_range([5.0], [1.0], [10]) == pytest.approx(3.07751, abs=1e-4)  # Tippett's table, n = 10
    assert expected_range([0.0, 0.0], [1.0, 1.0], [4, 6]) == pytest.approx(3.07751, abs=1e-4)
    assert expected_range([0.0, 30.0], [0.0, 0.0], [4, 6]) == 30.0
    assert expected_range([0.0, 30.0], [1.0, 1.0], [1, 1]) == pytest.approx(30.0, abs=1e-3)


def test_range_chance():
    assert range_chance(1.0, 2, 1.0) == pytest.approx(2 * ndtr(-1 / math.sqrt(2)), rel=1e-6)
    ranges = np.ptp(np.random.default_rng(2).standard_normal((40_000, 50)), axis=1)
    low, high = wilson(float((ranges > 5).mean()), 40_000, 3.5)
    assert low <= range_chance(2.0, 50, 10.0) <= high
    assert range_chance(0.0, 50, 1.0) == 0
    assert range_chance(1.0, 50, 0.0) == 1


def test_wilson():
    assert wilson(0.5, 100) == pytest.approx((0.4038, 0.5962), abs=1e-4)
    assert wilson(0.0, 100) == pytest.approx((0.0, 0.0370), abs=1e-4)


def test_volume_tolerance_of_a_ball():
    assert volume_tolerance(100, 5) == pytest.approx(0.15)


@pytest.mark.parametrize(
    "values",
    [
        (0, 5, 5, 1.0),
        (5, 0, 5, 1.0),
        (5, 5, math.nan, 1.0),
        (5, 5, 5, 1.0, 0.0, 0.0, math.nan),
        (5, 5, 5, 0.0),
        (5, 5, 5, math.nan),
        (5, 5, 5, 1.0, 0.0, -1.0),
    ],
)
def test_impossible_groups_are_refused(values):
    with pytest.raises(GeometryError):
        JointGroup(*values)


def test_impossible_tolerances_and_trials_are_refused():
    for values in ({"pillar1": -1.0}, {"volume": 0.9}, {"warpage": math.inf}):
        with pytest.raises(GeometryError):
            Tolerances(**values)
    with pytest.raises(GeometryError):
        spread([], Tolerances())
    with pytest.raises(GeometryError):
        spread([PILLARS], Tolerances(0.1), trials=0)
