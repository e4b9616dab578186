"""Outlines: the same as a Trace of the wire's points, full width everywhere, fast."""

from __future__ import annotations

import itertools
import math
import time

import klayout.db as db
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from bumpgen.errors import GeometryError
from bumpgen.geometry import Disc, Trace
from bumpgen.route.outline import centre_lines, outlines
from bumpgen.route.routing import Arc, Line, Segment, Wire
from bumpgen.wire import pieces, straightened, strips, wire_area

GRIDS = st.sampled_from([0.001, 0.005])
Turn = tuple[float, float, float]


def smooth(turns: list[Turn], width: float, x: float = 0.0, y: float = 0.0, heading: float = 0.3) -> Wire:
    """A wire of lines and tangent arcs: (length, radius, sweep) each."""
    segments: list[Segment] = []
    for length, radius, sweep in turns:
        end = (x + length * math.cos(heading), y + length * math.sin(heading))
        segments.append(Line((x, y), end))
        side = math.copysign(1, sweep)
        centre = (end[0] - side * radius * math.sin(heading), end[1] + side * radius * math.cos(heading))
        heading += sweep
        x, y = centre[0] + side * radius * math.sin(heading), centre[1] - side * radius * math.cos(heading)
        segments.append(Arc(end, (x, y), centre, radius, sweep))
    segments.append(Line((x, y), (x + 40 * math.cos(heading), y + 40 * math.sin(heading))))
    return Wire("n", "a", "b", width, tuple(segments))


def straight(points: list[tuple[float, float]], width: float) -> Wire:
    lines = tuple(Line(a, b) for a, b in itertools.pairwise(points))
    return Wire("n", "a", "b", width, lines)


TURNS = st.lists(
    st.tuples(st.floats(0, 80), st.floats(0.2, 90), st.floats(-2.5, 2.5).filter(lambda s: abs(s) > 1e-5)),
    min_size=1,
    max_size=5,
)
WIDTHS = st.integers(1, 20).map(lambda half: 2.0 * half)
CORNERS = st.lists(st.tuples(st.integers(-90, 90), st.integers(-90, 90)), min_size=2, max_size=7, unique=True)


@given(st.lists(st.tuples(TURNS, WIDTHS, st.floats(-6, 6)), min_size=1, max_size=4), GRIDS)
def test_centre_lines_are_those_of_each_wire(drawn: list[tuple[list[Turn], float, float]], grid: float) -> None:
    wires = [smooth(turns, width, heading=heading) for turns, width, heading in drawn]
    lines = centre_lines(wires, grid)
    for index, wire in enumerate(wires):
        assert lines.of(index).tolist() == [list(point) for point in wire.points(grid)]


@given(st.lists(st.tuples(TURNS, WIDTHS), min_size=1, max_size=4), GRIDS)
def test_outlines_are_what_a_trace_draws(drawn: list[tuple[list[Turn], float]], grid: float) -> None:
    wires = [smooth(turns, width) for turns, width in drawn]
    for wire, rings in zip(wires, outlines(wires, grid), strict=True):
        expected = Trace(wire.points(grid), wire.width).polygons(grid)
        assert [ring.tolist() for ring in rings] == [ring.tolist() for ring in expected]


@given(CORNERS, WIDTHS, GRIDS)
def test_a_wire_drawn_by_its_sides_is_the_union_of_its_mitred_parts(
    corners: list[tuple[int, int]], width: float, grid: float
) -> None:
    """Bit for bit but for the corner that comes first."""
    points = np.array(corners, dtype=np.float64)
    ring = strips(points, np.array([0, len(points)]), np.array([width / 2]), grid)[0]
    if ring is None:
        return
    disc = Disc(0, 0, width).polygons(grid)[0]
    line = [(float(x), float(y)) for x, y in corners]
    (other,) = pieces(wire_area(line, width / 2, "miter", "flat", disc), grid)
    steps, expected = ({tuple(row) for row in np.rint(r / grid).astype(int).tolist()} for r in (ring, other))
    assert steps == expected
    assert shapely.Polygon(ring).symmetric_difference(shapely.Polygon(other)).area < 1e-6


@given(TURNS, WIDTHS)
def test_no_part_is_narrower_than_the_wire(turns: list[Turn], width: float) -> None:
    grid = 0.001
    wire = smooth(turns, width)
    region = db.Region()
    for ring in outlines([wire], grid)[0]:
        region.insert(db.Polygon([db.Point(x, y) for x, y in np.rint(ring / grid).astype(int).tolist()]))
    area = shapely.union_all([shapely.Polygon(ring) for ring in outlines([wire], grid)[0]])
    line = shapely.LineString(wire.points(grid))
    parts = [
        shapely.LineString(part).buffer(width / 2, cap_style="flat")
        for part in zip(line.coords, line.coords[1:], strict=False)
        if math.dist(*part) > width
    ]
    assert all(area.buffer(0.0011).covers(part) for part in parts)
    assert area.buffer(0.0011).covers(line)


def test_a_step_of_the_grid_in_a_slanted_line_is_no_corner() -> None:
    line = np.array([(0.0, 0.0), (60.123, 20.041), (60.124, 20.041), (120.247, 40.082)])
    kept = straightened(line, np.array([0, 4]), np.array([10.0]), 0.001)
    assert kept.tolist() == [True, False, True, True]
    (ring,) = Trace(tuple(map(tuple, line.tolist())), 20.0).polygons(0.001)
    ideal = shapely.LineString([line[0], line[-1]]).buffer(10.0, cap_style="flat")
    assert ideal.buffer(0.0025, join_style="mitre").covers(shapely.Polygon(ring))


@pytest.mark.parametrize("step", [0.002, 0.01, 0.06])
def test_a_short_step_sideways_stays(step: float) -> None:
    """A jog of two grid steps or more is meant."""
    line = np.array([(0.0, 0.0), (50.0, 0.0), (50.0 + step, step), (100.0, step)])
    assert straightened(line, np.array([0, 4]), np.array([5.0]), 0.001).all()


@pytest.mark.parametrize(
    "corners",
    [
        [(0, 0), (100, 0), (100, 12), (0, 12)],  # comes back within its width
        [(0, 0), (100, 0), (10, 40)],  # sharper than 90°
        [(0, 0), (100, 0), (100, 3), (200, 3)],  # a part shorter than its mitres
        [(0, 0), (100, 0), (100, 100), (50, 100), (50, -50)],  # crosses itself
        [(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)],  # closed
    ],
)
def test_a_wire_that_meets_itself_is_drawn_too(corners: list[tuple[float, float]]) -> None:
    wire = straight([(float(x), float(y)) for x, y in corners], 20.0)
    area = shapely.union_all([shapely.Polygon(ring) for ring in outlines([wire], 0.001)[0]])
    parts = shapely.union_all([shapely.LineString(p).buffer(10, cap_style="flat") for p in itertools.pairwise(corners)])
    assert area.buffer(0.001).covers(parts)
    assert all(shapely.Polygon(ring).is_valid for ring in outlines([wire], 0.001)[0])


def test_no_wires_no_outlines() -> None:
    assert outlines([], 0.001) == []


def test_a_width_off_the_grid_is_refused() -> None:
    with pytest.raises(GeometryError, match=r"width = 4\.001"):
        outlines([straight([(0, 0), (9, 0)], 4.001)], 0.001)


def test_time_of_ten_thousand_wires(capsys: pytest.CaptureFixture[str]) -> None:
    """Printed, not judged: another program may use the processor."""
    turns = [(60.0, 45.0, 0.6), (60.0, 45.0, -0.6)] * 3
    wires = [smooth(turns, 10.0, 700.0 * (i % 40), 100.0 * (i // 40)) for i in range(10_000)]
    start = time.perf_counter()
    drawn = outlines(wires, 0.001)
    seconds = time.perf_counter() - start
    assert len(drawn) == 10_000
    with capsys.disabled():
        points = sum(len(rings[0]) for rings in drawn)
        print(f"\noutlines of 10 000 wires, {points} corners: {seconds:.2f} s")
