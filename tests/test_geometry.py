"""Shapes: circumscribed, flats on the axes, on grid, nested; wires of exact width; views and transforms."""

from __future__ import annotations

import math
from itertools import pairwise

import klayout.db as db
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from bumpgen.errors import GeometryError
from bumpgen.geometry import (
    SAGITTA,
    Disc,
    Oblong,
    Points,
    Polygon,
    Rect,
    RegularPolygon,
    Rounded,
    Shape,
    Trace,
    Transform,
    View,
    circle_vertices,
    snap,
)

GRIDS = st.sampled_from([0.001, 0.005])
STEPS = st.integers(500, 60_000)  # radii in grid steps


def outline(shape: Shape, grid: float) -> Points:
    (points,) = shape.polygons(grid)
    return points


def off_grid(points: Points, grid: float) -> float:
    steps = points / grid
    return float(np.abs(steps - np.rint(steps)).max())


def distances_to_sides(points: Points, centre: tuple[float, float] = (0.0, 0.0)) -> Points:
    """Signed distance of a point from each side's line, positive inside, µm."""
    a, b = points, np.roll(points, -1, axis=0)
    along = (b - a) / np.hypot(*(b - a).T)[:, None]
    to = np.array(centre) - a
    distance: Points = along[:, 0] * to[:, 1] - along[:, 1] * to[:, 0]
    return distance


@given(STEPS, GRIDS)
def test_disc_contains_its_circle_and_touches_it_on_the_axes(steps: int, grid: float) -> None:
    radius = steps * grid
    points = outline(Disc(0, 0, 2 * radius), grid)
    assert distances_to_sides(points).min() >= radius - 1e-9
    assert points.max(axis=0) == pytest.approx([radius, radius], abs=1e-9)
    assert points.min(axis=0) == pytest.approx([-radius, -radius], abs=1e-9)
    assert off_grid(points, grid) < 1e-6


@given(STEPS, GRIDS)
def test_disc_stands_out_no_more_than_the_sagitta(steps: int, grid: float) -> None:
    radius = steps * grid
    far = np.hypot(*outline(Disc(0, 0, 2 * radius), grid).T).max()
    assert far - radius <= SAGITTA + 1.5 * grid


@given(STEPS, GRIDS)
def test_disc_is_symmetric(steps: int, grid: float) -> None:
    points = outline(Disc(0, 0, 2 * steps * grid), grid)
    exact = {(round(x / grid), round(y / grid)) for x, y in points}
    assert {(-x, y) for x, y in exact} == exact
    assert {(x, -y) for x, y in exact} == exact
    assert {(y, x) for x, y in exact} == exact


@given(st.integers(1000, 40_000), GRIDS)
def test_disc_passes_the_circle_test_of_ihp(steps: int, grid: float) -> None:
    """Box area over area within 1.270 to 1.276, at least 16 points (IHP SG13G2 deck)."""
    diameter = 2 * steps * 0.005
    points = outline(Disc(0, 0, diameter), grid)
    assert len(points) >= 16
    assert 1.270 <= diameter**2 / shapely.Polygon(points).area <= 1.276


@pytest.mark.parametrize(("diameter", "count"), [(250, 112), (10, 64), (1000, 224)])
def test_vertex_counts(diameter: float, count: int) -> None:
    assert circle_vertices(diameter) == count
    r = diameter / 2
    assert r / math.cos(math.pi / count) - r <= SAGITTA
    if count > 64:
        assert r / math.cos(math.pi / (count - 8)) - r > SAGITTA


@given(st.integers(2000, 40_000), st.integers(200, 4000), GRIDS, st.integers(0, 3))
def test_nested_circles_keep_their_distance_in_spite_of_the_grid(steps: int, gap: int, grid: float, rank: int) -> None:
    """The enclosure of one circle by the next is never a part of a grid step short."""
    count = circle_vertices(2 * (steps + gap) * grid)
    inner = outline(Disc(0, 0, 2 * steps * grid, count, 2 * rank), grid)
    outer = outline(Disc(0, 0, 2 * (steps + gap) * grid, count, 2 * rank + 2), grid)
    distance = min(float(distances_to_sides(outer, (float(x), float(y))).min()) for x, y in inner)
    assert distance >= gap * grid - 1e-6 * grid


@given(st.integers(2000, 40_000), st.integers(200, 4000), GRIDS, st.integers(0, 3))
def test_nested_octagons_keep_their_distance_too(steps: int, gap: int, grid: float, rank: int) -> None:
    inner = outline(RegularPolygon(0, 0, 2 * steps * grid, swell=2 * rank), grid)
    outer = outline(RegularPolygon(0, 0, 2 * (steps + gap) * grid, swell=2 * rank + 2), grid)
    distance = min(float(distances_to_sides(outer, (float(x), float(y))).min()) for x, y in inner)
    assert distance >= gap * grid - 1e-6 * grid


@pytest.mark.parametrize("diameter", [35.001, 35.005, 0.0, -10.0, math.nan, math.inf])
def test_disc_refuses_what_it_cannot_draw_exactly(diameter: float) -> None:
    with pytest.raises(GeometryError):
        Disc(0, 0, diameter).polygons(0.005)


def test_off_grid_is_told_with_both_neighbours() -> None:
    with pytest.raises(GeometryError, match=r"diameter = 35\.005 .*2 × the grid of 0\.005.*\n.*35 or 35\.01"):
        Disc(0, 0, 35.005).polygons(0.005)


@given(st.floats(-1e5, 1e5), GRIDS)
def test_snap_takes_only_what_lies_on_grid(value: float, grid: float) -> None:
    near = round(value / grid) * grid
    assert snap(near, grid, "x") == pytest.approx(near, abs=1e-9)
    with pytest.raises(GeometryError):
        snap(near + grid / 3, grid, "x")


@given(STEPS, GRIDS)
def test_octagon_has_flats_on_the_axes_and_sides_at_45_degrees(steps: int, grid: float) -> None:
    points = outline(RegularPolygon(0, 0, 2 * steps * grid), grid)
    sides = np.roll(points, -1, axis=0) - points
    slopes = np.abs(np.rint(sides / grid))
    slanted = (slopes > 0).all(axis=1)
    assert len(points) == 8
    assert slanted.sum() == 4
    assert (slopes[slanted, 0] == slopes[slanted, 1]).all()
    assert distances_to_sides(points).min() >= steps * grid - 1e-9


@given(st.integers(200, 4000), st.integers(200, 4000), st.integers(1, 99), GRIDS, st.booleans())
def test_rounded_contains_the_true_shape(width: int, height: int, part: int, grid: float, arc: bool) -> None:
    w, h = 2 * width * grid, 2 * height * grid
    corner = max(1, min(width, height) * part // 100) * grid
    polygon = shapely.Polygon(outline(Rounded(0, 0, w, h, corner, arc), grid))
    core = shapely.box(corner - w / 2, corner - h / 2, w / 2 - corner, h / 2 - corner)
    true = core.buffer(corner, quad_segs=32) if arc else polygon
    assert polygon.buffer(1e-6).contains(true)
    assert polygon.bounds == pytest.approx((-w / 2, -h / 2, w / 2, h / 2))
    assert polygon.is_valid


@given(st.integers(200, 4000), st.integers(200, 4000), GRIDS)
def test_oblong_contains_a_stadium(width: int, height: int, grid: float) -> None:
    w, h = 2 * width * grid, 2 * height * grid
    polygon = shapely.Polygon(outline(Oblong(0, 0, w, h), grid))
    r = min(w, h) / 2
    spine = shapely.LineString([(r - w / 2, r - h / 2), (w / 2 - r, h / 2 - r)])
    assert polygon.buffer(1e-6).contains(spine.buffer(r, quad_segs=32))
    assert polygon.bounds == pytest.approx((-w / 2, -h / 2, w / 2, h / 2))


def test_rect_and_polygon_turn_counter_clockwise() -> None:
    clockwise = Polygon(((0, 0), (0, 10), (10, 10), (10, 0)))
    for shape in (clockwise, Rect(0, 0, 10, 4)):
        assert shapely.LinearRing(outline(shape, 0.001)).is_ccw


@pytest.mark.parametrize(
    "corners", [((0, 0), (1, 1)), ((0, 0), (1, 1), (2, 2)), ((0, 0), (math.nan, 1), (2, 0)), ((0, 0), (0, 0), (0, 0))]
)
def test_polygon_refuses_what_has_no_area(corners: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(GeometryError):
        Polygon(corners).polygons(0.001)


@given(
    st.lists(st.tuples(st.integers(-500, 500), st.integers(-500, 500)), min_size=2, max_size=6, unique=True),
    st.integers(2, 50),
    st.sampled_from(["miter", "round"]),
    st.sampled_from(["flat", "square", "round"]),
)
def test_trace_covers_its_wire_and_little_more(
    corners: list[tuple[int, int]], width: int, join: str, ends: str
) -> None:
    points = tuple((float(x), float(y)) for x, y in corners)
    pieces = Trace(points, 2.0 * width, join, ends).polygons(0.001)  # type: ignore[arg-type]
    area = shapely.union_all([shapely.Polygon(p) for p in pieces])
    straight = shapely.union_all(
        [shapely.LineString(pair).buffer(width, cap_style="flat") for pair in pairwise(points)]
    )
    assert area.buffer(0.001).contains(straight)
    assert all(shapely.Polygon(p).is_valid for p in pieces)
    assert shapely.LineString(points).buffer(4 * width, quad_segs=32).contains(area)  # a mitre is cut at 3 half widths


def test_a_closed_wire_comes_in_pieces_without_a_hole() -> None:
    ring = Trace(((0, 0), (100, 0), (100, 100), (0, 100), (0, 0)), 10)
    pieces = ring.polygons(0.001)
    area = shapely.union_all([shapely.Polygon(p) for p in pieces])
    assert len(pieces) >= 2
    assert area.area == pytest.approx(110**2 - 90**2)
    assert len(area.interiors) == 1


@pytest.mark.parametrize("points", [((0.0, 0.0),), ((1.0, 1.0), (1.0, 1.0))])
def test_a_wire_needs_two_places(points: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(GeometryError, match="2 different points"):
        Trace(points, 10).polygons(0.001)


PLACES = st.builds(
    Transform, st.integers(-100, 100), st.integers(-100, 100), st.sampled_from([0, 90, 180, 270, 37.5]), st.booleans()
)


@given(PLACES, PLACES, st.integers(-50, 50), st.integers(-50, 50))
def test_one_transform_then_another_is_one(first: Transform, second: Transform, x: int, y: int) -> None:
    point = np.array([(float(x), float(y))])
    assert first.then(second).apply(point) == pytest.approx(second.apply(first.apply(point)), abs=1e-9)


def test_quarter_turns_are_exact() -> None:
    point = np.array([(0.1, 0.3)])
    for turn, (x, y) in zip((0, 90, 180, 270), ((0.1, 0.3), (-0.3, 0.1), (-0.1, -0.3), (0.3, -0.1)), strict=True):
        assert (Transform(rotation=turn).apply(point) == np.array([(x, y)])).all()


@given(st.sampled_from(View), st.sampled_from(View), st.floats(0, 5000), st.floats(0, 5000))
def test_a_view_and_back_changes_nothing(one: View, other: View, x: float, y: float) -> None:
    point = np.array([(x, y)])
    there = one.to(other, point, 5000.0)
    assert other.to(one, there, 5000.0) == pytest.approx(point, abs=1e-9)
    assert there[0, 1] == y
    mirrored = (one in (View.BUMPS_DOWN, View.MASK)) != (other in (View.BUMPS_DOWN, View.MASK))
    assert there[0, 0] == pytest.approx(5000 - x if mirrored else x)


@given(STEPS, st.integers(-1000, 1000), st.integers(-1000, 1000))
def test_moving_moves_every_point(steps: int, x: int, y: int) -> None:
    shapes: tuple[Shape, ...] = (
        Disc(0, 0, 2 * steps * 0.001),
        Rect(0, 0, 2 * steps * 0.001, 2),
        RegularPolygon(0, 0, 2 * steps * 0.001),
        Polygon(((0, 0), (5, 0), (0, 5))),
        Trace(((0, 0), (5, 0), (9, 4)), 2),
    )
    for shape in shapes:
        for before, after in zip(shape.polygons(0.001), shape.moved(x, y).polygons(0.001), strict=True):
            assert after == pytest.approx(before + (x, y), abs=1e-9)


def test_a_wire_that_turns_back_on_itself_is_drawn_without_a_warning() -> None:
    start, far = (2000.0, 2000.0), (2066.822, 1933.178)
    drawn = [
        db.Region([
            db.Polygon([db.Point(round(x * 1000), round(y * 1000)) for x, y in ring.tolist()])
            for ring in Trace(line, 40.0).polygons(0.001)
        ])
        for line in ((start, (2009.546, 1990.454), far, (1494.066, 2505.934)), ((1494.066, 2505.934), far))
    ]  # fmt: skip
    beyond = db.Region(db.Box(1_996_000, 1_863_000, 2_137_000, 2_004_000))  # the mitre, at most 60 µm
    assert ((drawn[0] ^ drawn[1]) - beyond).sized(-2).is_empty()
