"""Shapes of molten solder against published and derived numbers, and against integration."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bumpgen.solder import (
    area_ratio,
    aspect_ratio,
    ball_volume,
    bulge,
    bump_height,
    bump_width,
    cap_growth,
    cap_volume,
    joint_width,
    metal_fraction,
    paste_volume,
    section_for,
    standoff,
    standoff_slopes,
    volume_for,
    zone_centre,
    zone_radius,
)

radii = st.floats(1.0, 500.0)
volumes = st.floats(1.0, 1e9)


@pytest.mark.parametrize(("ubm", "ball", "width"), [(215, 250, 261), (250, 298.4, 310)])
def test_published_bump_widths(ubm, ball, width):
    assert bump_width(ubm / 2, ball_volume(ball)) == pytest.approx(width, abs=1)


@pytest.mark.parametrize(
    ("pillar", "cap", "copper", "growth", "total"),
    [(44, 16, 28, 1.456, 51.3), (49, 16, 32, 1.510, 56.2), (54, 19, 42, 1.473, 70.0)],
)
def test_caps_grow_as_published(pillar, cap, copper, growth, total):
    found = cap_growth(pillar / 2, cap)
    assert found == pytest.approx(growth, abs=5e-4)
    assert 1.4 <= found <= 1.7
    assert copper + cap * found == pytest.approx(total, abs=0.05)


@pytest.mark.parametrize(
    ("pad", "ball", "height"), [(215, 250, 162.95), (250, 300, 201.17), (60, 80, 58.2), (80, 80, 44.29)]
)
def test_standoffs(pad, ball, height):
    assert standoff(pad / 2, pad / 2, ball_volume(ball)) == pytest.approx(height, abs=0.05)


def test_cap_between_unequal_pillars():
    assert standoff(24.5, 27.5, cap_volume(27.5, 12)) == pytest.approx(12.86, abs=5e-3)


def test_printed_paste():
    fraction = metal_fraction(0.885, 7.38, 1.0)
    assert fraction == pytest.approx(0.510, abs=5e-4)
    volume = paste_volume(math.pi * 95**2, 63, fraction, 0.85)
    assert volume == pytest.approx(775043.15, abs=0.01)
    assert bump_height(50, volume) == pytest.approx(92.35, abs=5e-3)
    assert bump_width(50, volume) == pytest.approx(119.42, abs=5e-3)
    assert area_ratio(math.pi * 95**2, 2 * math.pi * 95, 63) == pytest.approx(190 / (4 * 63))
    assert area_ratio(100 * 200, 600, 50) == pytest.approx(100 * 200 / (2 * 300 * 50))
    assert aspect_ratio(190, 63) == pytest.approx(3.016, abs=1e-3)


@given(radii, radii, volumes)
def test_volume_identity(a1, a2, volume):
    h = standoff(a1, a2, volume)
    assert volume_for(a1, a2, h) == pytest.approx(volume, rel=1e-12)
    assert math.pi * h * (3 * a1**2 + 3 * a2**2 + h**2) / 6 == pytest.approx(volume, rel=1e-12)
    centre = zone_centre(a1, a2, h)
    assert math.hypot(a2, h - centre) == pytest.approx(zone_radius(a1, a2, h), rel=1e-9)


@given(radii, volumes)
def test_one_face_is_a_bump(a, volume):
    assert standoff(a, 0.0, volume) == pytest.approx(bump_height(a, volume), rel=1e-9)
    assert joint_width(a, 0.0, volume) == pytest.approx(bump_width(a, volume), rel=1e-6)


@given(radii, radii, volumes, st.floats(0.7, 1.4))
def test_held_joint_keeps_its_volume(a1, a2, volume, stretch):
    h = standoff(a1, a2, volume) * stretch
    nodes, weights = np.polynomial.legendre.leggauss(8)
    s = (nodes + 1) / 2
    squares = a1**2 + (a2**2 - a1**2) * s + 4 * bulge(a1, a2, volume, h) * s * (1 - s)
    assert math.pi * h * float(squares @ weights) / 2 == pytest.approx(volume, rel=1e-9)


@given(radii, radii, volumes)
def test_held_at_its_own_height_a_joint_is_a_sphere(a1, a2, volume):
    h = standoff(a1, a2, volume)
    assert bulge(a1, a2, volume, h) == pytest.approx(h * h / 4, rel=1e-6, abs=1e-8 * (a1 + a2) ** 2)
    if 0 < zone_centre(a1, a2, h) < h:
        assert joint_width(a1, a2, volume) == pytest.approx(2 * zone_radius(a1, a2, h), rel=1e-9)
    else:
        assert joint_width(a1, a2, volume) == pytest.approx(2 * max(a1, a2), rel=1e-6)


@given(radii, radii, st.floats(5.0, 300.0), st.floats(1.01, 3.0))
def test_section_is_the_inverse_of_width(a1, a2, height, wider):
    width = 2 * max(a1, a2) * wider
    volume = section_for(a1, a2, width) * height
    assert joint_width(a1, a2, volume, height) == pytest.approx(width, rel=1e-9)
    assert section_for(a1, a2, 2 * max(a1, a2) * 0.99) == 0


@given(st.floats(10.0, 200.0), st.floats(10.0, 200.0), st.floats(1e4, 1e7))
def test_slopes_against_differences(a1, a2, volume):
    dv, d1, d2 = standoff_slopes(a1, a2, volume)
    step = 1e-4
    by_volume = (standoff(a1, a2, volume * (1 + step)) - standoff(a1, a2, volume * (1 - step))) / (2 * step * volume)
    by_first = (standoff(a1 + step, a2, volume) - standoff(a1 - step, a2, volume)) / (2 * step)
    by_second = (standoff(a1, a2 + step, volume) - standoff(a1, a2 - step, volume)) / (2 * step)
    assert dv == pytest.approx(by_volume, rel=1e-5)
    assert d1 == pytest.approx(by_first, rel=1e-4, abs=1e-8)
    assert d2 == pytest.approx(by_second, rel=1e-4, abs=1e-8)


def test_arrays_and_numbers_agree():
    a1, a2, v = np.array([0.0, 10.0, 40.0]), np.array([0.0, 30.0, 40.0]), np.array([0.0, 5e4, 2e5])
    together = standoff(a1, a2, v)
    assert together.tolist() == [standoff(*each) for each in zip(a1.tolist(), a2.tolist(), v.tolist(), strict=True)]
    assert isinstance(standoff(10.0, 30.0, 5e4), float)
    assert joint_width(a1[1:], 30.0, 5e4).shape == (2,)
