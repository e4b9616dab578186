"""The lattice that fits into a box: within it, in its middle, none missing, none on the keep-out."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from bumpgen.errors import GeometryError, InputError
from bumpgen.geometry import Points
from bumpgen.layout import Array, Cell
from bumpgen.macros.pcells.fitted import Extent, Lattice, fitted

SITE = (-40.0, -30.0, 40.0, 30.0)
CELL = Cell("SITE")
COVERED = Extent(SITE, 50.0)
GRID = 0.005
sides = st.integers(120_000, 600_000).map(lambda steps: steps * GRID)


def places(box: tuple[float, ...], want: Lattice, keep_out: tuple[float, ...] | None = None) -> Points:
    arrays = fitted(CELL, COVERED, box, want, keep_out, GRID)  # type: ignore[arg-type]
    assert all(isinstance(array, Array) for array in arrays)
    found = [array.points() for array in arrays if isinstance(array, Array)]
    return np.vstack(found) if found else np.zeros((0, 2))


@settings(max_examples=40, deadline=None)
@given(sides, sides, st.sampled_from(["grid", "staggered", "rings"]), st.integers(90, 400), st.integers(70, 400))
def test_sites_fill_the_box_about_its_middle(
    width: float, height: float, kind: str, pitch_x: int, pitch_y: int
) -> None:
    want = Lattice(kind, float(pitch_x), float(pitch_y), rings=2)  # type: ignore[arg-type]
    box = (-10.0, 5.0, width - 10.0, height + 5.0)
    found = places(box, want)
    low, high = found.min(axis=0) + SITE[:2], found.max(axis=0) + SITE[2:]
    assert (low >= np.array(box[:2]) - 1e-6).all()
    assert (high <= np.array(box[2:]) + 1e-6).all()
    spare = np.array([width, height]) - (high - low)
    assert (spare < (pitch_x, pitch_y)).all()  # no further column or row would fit
    middle = (low + high) / 2 - (np.array(box[:2]) + np.array(box[2:])) / 2
    assert (np.abs(middle) <= GRID).all()
    assert len(np.unique(np.rint(found / GRID), axis=0)) == len(found)


@pytest.mark.parametrize(
    ("width", "height", "counts"),
    [
        (80.0 + 100.0 + 50.0 - GRID, 60.0 + 2 * 80.0, [2, 1, 2]),
        (80.0 + 100.0 + 50.0, 60.0 + 2 * 80.0, [2, 2, 2]),  # half a pitch is left: no row is shorter
        (80.0 + 50.0, 60.0 + 2 * 80.0, [1, 1, 1]),
        (80.0 + 50.0 - GRID, 60.0 + 3 * 80.0, [1, 1]),  # one column: no room for a shifted row
    ],
)
def test_shifted_rows_are_as_long_as_fits(width: float, height: float, counts: list[int]) -> None:
    found = places((0.0, 0.0, width, height), Lattice("staggered", 100.0, 80.0))
    assert [int((found[:, 1] == y).sum()) for y in np.unique(found[:, 1])] == counts
    low, high = found.min(axis=0) + SITE[:2], found.max(axis=0) + SITE[2:]
    assert (np.abs(low + high - (width, height)) <= 2 * GRID).all()
    assert (low >= 0).all()
    assert (high <= (width, height)).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(-500, 1500), st.integers(-500, 1500), st.integers(1, 900), st.sampled_from(["grid", "staggered"]))
def test_a_keep_out_takes_those_it_touches_and_no_other(x: int, y: int, size: int, kind: str) -> None:
    want, box = Lattice(kind, 100.0, 80.0), (0.0, 0.0, 1000.0, 1000.0)  # type: ignore[arg-type]
    keep_out = (float(x), float(y), float(x + size), float(y + size))
    whole = places(box, want)
    touched = (
        (whole[:, 0] + SITE[2] > x)
        & (whole[:, 0] + SITE[0] < x + size)
        & (whole[:, 1] + SITE[3] > y)
        & (whole[:, 1] + SITE[1] < y + size)
    )
    kept = {tuple(place) for place in np.rint(places(box, want, keep_out) / GRID).astype(int).tolist()}
    assert kept == {tuple(place) for place in np.rint(whole[~touched] / GRID).astype(int).tolist()}


ROUND = np.array([(35.0 * np.cos(t), 35.0 * np.sin(t)) for t in np.arange(0.0, 2 * np.pi, np.pi / 32)])
OBLONG = np.array([(-40.0, -30.0), (40.0, -30.0), (40.0, 30.0), (-40.0, 30.0)])


def extent(outline: Points) -> Extent:
    (x0, y0), (x1, y1) = outline.min(axis=0), outline.max(axis=0)
    return Extent((float(x0), float(y0), float(x1), float(y1)), float(np.hypot(*outline.T).max()))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["grid", "staggered", "rings"]), st.booleans(), st.integers(20, 100), st.integers(10, 100))
def test_sites_that_overlap_are_refused(kind: str, is_round: bool, pitch_x: int, pitch_y: int) -> None:
    outline = ROUND if is_round else OBLONG
    box = (0.0, 0.0, 80.0 + 4 * pitch_x, 80.0 + 4 * pitch_y)
    want = Lattice(kind, 2.0 * pitch_x, float(pitch_y), rings=2)  # type: ignore[arg-type]
    try:
        arrays = fitted(CELL, extent(outline), box, want, None, GRID)
    except InputError:
        return
    places = np.vstack([array.points() for array in arrays if isinstance(array, Array)])
    sites = [shapely.Polygon(outline + place) for place in places]
    whole = shapely.union_all(sites).area
    assert whole == pytest.approx(len(sites) * sites[0].area, rel=1e-9)  # none lies over another, be it in part


@pytest.mark.parametrize(
    ("kind", "outline", "pitch_x", "pitch_y", "clear"),
    [
        ("grid", OBLONG, 80.0, 60.0, True),
        ("grid", OBLONG, 80.0 - GRID, 60.0, False),
        ("grid", OBLONG, 80.0, 60.0 - GRID, False),
        ("staggered", OBLONG, 160.0, 30.0, True),  # rows two apart stand in the same columns
        ("staggered", OBLONG, 160.0, 30.0 - GRID, False),
        ("staggered", OBLONG, 160.0 - 2 * GRID, 30.0, False),
        ("staggered", OBLONG, 80.0, 60.0, True),
        ("staggered", OBLONG, 100.0, 59.0, False),  # 77 µm apart, as round sites of 70 µm may be
        ("staggered", ROUND, 100.0, 50.0, True),
        ("staggered", ROUND, 84.0, 56.0 + GRID, True),  # a circle of 70 µm: 42, 56, 70
        ("staggered", ROUND, 84.0, 56.0 - GRID, False),
    ],
)
def test_the_closest_pitches(kind: str, outline: Points, pitch_x: float, pitch_y: float, clear: bool) -> None:
    want = Lattice(kind, pitch_x, pitch_y)  # type: ignore[arg-type]
    try:
        fitted(CELL, extent(outline), (0.0, 0.0, 500.0, 500.0), want, None, GRID)
    except InputError:
        assert not clear
    else:
        assert clear


def test_a_million_sites_are_a_slip_of_the_pitch() -> None:
    with pytest.raises(GeometryError, match=r"3333 x 3333 sites are more than 1,000,000"):
        places((0.0, 0.0, 300_000.0, 300_000.0), Lattice("grid", 90.0, 90.0))
