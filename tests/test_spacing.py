"""Places in a row: in order, apart, within, and no other choice is nearer to what was wanted."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bumpgen.spacing import nearest_apart

WANTED = st.lists(st.floats(-100, 100), min_size=1, max_size=8).map(sorted)


@given(WANTED, st.floats(0.5, 10))
def test_places_are_apart_and_within(wanted, pitch):
    places = nearest_apart(wanted, pitch, -110, 110)
    assert all(b - a >= pitch - 1e-9 for a, b in itertools.pairwise(places))
    assert min(places) >= -110
    assert max(places) <= 110 + 1e-9


@given(st.lists(st.integers(0, 6), min_size=1, max_size=4).map(sorted))
def test_no_other_places_are_nearer(wanted):
    """Against all places on a lattice of half pitches."""
    places = nearest_apart(wanted, 1, 0, 6)
    lattice = [row for row in itertools.product(np.arange(0, 6.1, 0.5), repeat=len(wanted))
               if all(b - a >= 1 for a, b in itertools.pairwise(row))]  # fmt: skip
    best = min(sum((a - b) ** 2 for a, b in zip(row, wanted, strict=True)) for row in lattice)
    assert sum((a - b) ** 2 for a, b in zip(places, wanted, strict=True)) <= best + 1e-9


def test_what_is_apart_stays_where_it_is():
    assert nearest_apart([1, 5, 20], 4, 0, 30) == [1, 5, 20]


def test_what_does_not_fit_runs_over_the_end():
    assert nearest_apart([5, 5, 5], 4, 3, 8) == pytest.approx([3, 7, 11])


ROWS = st.lists(st.integers(0, 4000), min_size=1, max_size=12).map(lambda steps: [step * 0.5 for step in sorted(steps)])


@given(ROWS, st.integers(10, 60).map(lambda steps: steps * 5.0))
def test_what_is_far_enough_apart_stays_and_a_block_lies_about_its_middle(wanted, pitch):
    found = np.array(nearest_apart(wanted, pitch, -9000.0, 9000.0))
    assert (np.diff(found) >= pitch - 1e-9).all()
    if (np.diff(wanted) >= pitch).all():
        assert np.abs(found - wanted).max() <= 2.5
    elif len(wanted) > 1 and (np.diff(wanted) < pitch).all():  # one block, about the middle of what is wanted
        assert abs(found.mean() - np.mean(wanted)) <= 2.5
        np.testing.assert_allclose(np.diff(found), pitch)


@given(ROWS, st.integers(10, 60).map(lambda steps: steps * 5.0))
def test_no_other_places_are_nearer_to_what_is_wanted(wanted, pitch):
    """Against any change of a whole block or its parts by what keeps the pitch."""
    found = np.array(nearest_apart(wanted, pitch, -9000.0, 9000.0))

    def cost(tried: np.ndarray) -> float:
        return float(((tried - wanted) ** 2).sum())

    for first in range(len(found)):
        for last in range(first + 1, len(found) + 1):
            for step in (-5.0, 5.0):
                tried = found.copy()
                tried[first:last] += step
                if (np.diff(tried) >= pitch - 1e-9).all():
                    # places are rounded to 5 µm, so that another may be as near or nearer by what rounding takes
                    assert cost(tried) >= cost(found) - 2 * len(found) * 2.5 * (5 + 2.5)
