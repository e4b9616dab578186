"""Slits of a net's metal are filled up to the notch rule, and nothing else is."""

from __future__ import annotations

from typing import Any

import klayout.db as db
import numpy as np
import pytest

from bumpgen import build_layout, read_design
from bumpgen.plan import plan
from bumpgen.plan.notches import notch_fills
from bumpgen.slits import patches

LIMIT, GRID = 10.0, 0.001
Corners = list[tuple[float, float]]


def region(shapes: Any) -> Any:
    polygons = [db.Polygon([db.Point(round(x * 1000), round(y * 1000)) for x, y in shape]) for shape in shapes]
    return db.Region(polygons).merged()


def patched(corners: Corners) -> tuple[Any, Any]:
    """A shape, and the same with its patches, in nm."""
    before = region([corners])
    return before, (before + region(patches(db, [np.array(corners, dtype=float)], LIMIT, GRID))).merged()


def u_shape(gap: float) -> Corners:
    return [(0, 0), (40 + gap, 0), (40 + gap, 50), (20 + gap, 50), (20 + gap, 20), (20, 20), (20, 50), (0, 50)]


@pytest.mark.parametrize(("gap", "filled"), [(9.999, True), (10.0, False), (10.001, False)])
def test_a_slit_is_filled_below_the_limit_only(gap: float, filled: bool) -> None:
    before, after = patched(u_shape(gap))
    assert (after.area() > before.area()) is filled
    assert after.notch_check(10_000).is_empty()


@pytest.mark.parametrize("rise", [5.0, 20.0, 40.0, 90.0])
def test_a_wedge_is_filled_until_it_is_wide_enough(rise: float) -> None:
    before, after = patched([(0, 0), (100, 0), (100, -30), (-30, -30), (-30, 120), (100, 120), (100, rise)])
    assert not before.notch_check(10_000).is_empty()
    assert after.notch_check(10_000).is_empty()
    assert (before - after).is_empty()


def test_what_caravel_fills_and_says() -> None:
    fills = notch_fills(plan(read_design("caravel_gf180")))
    assert 9 <= len(fills) <= 15
    (note,) = [note for note in build_layout("caravel_gf180").notes if "filled" in note]
    assert note.startswith(f"{len(fills)} slits")
    assert all(fill.net in note for fill in fills)
