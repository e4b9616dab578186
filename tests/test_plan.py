"""Teardrops towards wires, opens and shorts, arrays found among places."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bumpgen.design import Bump, Design, DesignFile, Pad, Route
from bumpgen.geometry import Rect
from bumpgen.layout import Array, Cell, Drawn, Instance, Placement, Scatter
from bumpgen.plan import Finding, connectivity, plan
from bumpgen.plan.lattice import FEW, instances
from bumpgen.process import read_process
from bumpgen.rim import rim_crossings

CELL = Cell("UNIT", (Drawn("UBM", Rect(0, 0, 2, 2)),))


def places_of(found: list[Instance]) -> list[tuple[int, int]]:
    points: list[tuple[float, float]] = []
    for instance in found:
        match instance:
            case Placement():
                points.append((instance.at.x, instance.at.y))
            case Array():
                points += [tuple(p) for p in instance.points()]
            case Scatter():
                points += [tuple(p) for p in instance.points]
    return sorted((round(x * 1000), round(y * 1000)) for x, y in points)


def test_full_grid_is_one_array() -> None:
    points = np.array([(x * 80.0, y * 70.0) for y in range(30) for x in range(40)])
    found = instances(CELL, points, 0.001)
    assert [type(i) for i in found] == [Array]
    assert isinstance(found[0], Array)
    assert (found[0].columns, found[0].rows) == (40, 30)


def test_staggered_array_is_two_arrays() -> None:
    points = np.array([(x * 80.0 + (y % 2) * 40, y * 70.0) for y in range(100) for x in range(100)])
    found = instances(CELL, points, 0.001)
    assert [type(i) for i in found] == [Array, Array]
    assert places_of(found) == sorted((round(x * 1000), round(y * 1000)) for x, y in points)


def test_irregular_places_become_a_scatter_only_when_many() -> None:
    rng = np.random.default_rng(7)
    few, many = (np.unique(rng.integers(0, 10**7, (n, 2)), axis=0) * 0.001 for n in (20, FEW + 50))
    assert {type(i) for i in instances(CELL, few, 0.001)} == {Placement}
    assert any(isinstance(i, Scatter) for i in instances(CELL, many, 0.001))


@given(
    st.integers(1, 12),
    st.integers(1, 12),
    st.sampled_from([50.0, 80.005, 130.0]),
    st.booleans(),
    st.sets(st.integers(0, 143), max_size=40),
)
def test_every_place_exactly_once(columns: int, rows: int, pitch: float, stagger: bool, gaps: set[int]) -> None:
    points = [
        (x * pitch + (y % 2) * (pitch / 2 if stagger else 0), y * pitch)
        for y in range(rows)
        for x in range(columns)
        if y * 12 + x not in gaps
    ]
    if not points:
        return
    array = np.round(np.array(points) / 0.005) * 0.005
    wanted = sorted((round(x * 1000), round(y * 1000)) for x, y in array)
    assert places_of(instances(CELL, array, 0.005)) == wanted


@pytest.mark.parametrize(
    ("points", "angles"),
    [
        ([(0.0, 0.0), (500.0, 0.0)], [0.0]),
        ([(-500.0, 0.0), (0.0, 0.0)], [180.0]),
        ([(0.0, 0.0), (100.0, 100.0), (100.0, 900.0)], [45.0]),
        ([(0.0, 0.0), (80.0, 80.0), (80.0, 900.0)], [53.658]),
        ([(300.0, 300.0), (900.0, 300.0)], []),
        ([(-500.0, 0.0), (500.0, 0.0)], [180.0, 0.0]),
        ([(-500.0, 100.0), (500.0, 100.0)], []),
    ],
)
def test_teardrops_point_to_where_wires_cross_the_rim(points: list[tuple[float, float]], angles: list[float]) -> None:
    assert list(rim_crossings(tuple(points), (0.0, 0.0), 135.0)) == pytest.approx(angles, abs=1e-3)


@pytest.mark.parametrize(
    ("corner", "radius", "angle"),
    [((-42.7, 146.4), 152.5, 106.26), ((0.15, -0.2), 0.25, 306.87), ((81.0, 108.0), 135.0, 53.13)],
)
@pytest.mark.parametrize("step", [-0.005, 0.0, 0.005])
def test_a_corner_on_the_rim_gets_its_teardrop_once(
    corner: tuple[float, float], radius: float, angle: float, step: float
) -> None:
    x, y = corner
    line = ((0.0, 0.0), (x + step, y), (x + 9 * x, y + 9 * y))
    assert list(rim_crossings(line, (0.0, 0.0), radius)) == pytest.approx([angle], abs=1.0)


COORDINATE = st.integers(-60_000, 60_000).map(lambda value: value * 0.005)


@given(st.lists(st.tuples(COORDINATE, COORDINATE), min_size=1, max_size=6), COORDINATE)
def test_a_wire_that_leaves_its_pad_crosses_the_rim_an_odd_number_of_times(
    corners: list[tuple[float, float]], away: float
) -> None:
    found = list(rim_crossings(((0.0, 0.0), *corners, (400.0, away)), (0.0, 0.0), 135.0))
    assert len(found) % 2 == 1
    assert all(0 <= angle < 360 for angle in found)


def test_a_wire_a_hair_below_the_axis_points_to_0_not_360() -> None:
    assert list(rim_crossings(((0.0, 0.0), (100_000.0, -0.005)), (0.0, 0.0), 125.0)) == [0.0]


def test_an_array_among_many_strays_stays_one_array() -> None:
    array = np.array([(x * 80.0, y * 70.0) for y in range(50) for x in range(50)])
    rng = np.random.default_rng(3)
    strays = np.column_stack((rng.permutation(79_000)[:2000] * 0.001 + 0.5, np.full(2000, 10_000.0)))
    found = instances(CELL, np.vstack((array, strays)), 0.001)
    assert [(i.columns, i.rows) for i in found if isinstance(i, Array)] == [(50, 50)]
    assert places_of(found) == sorted((round(x * 1000), round(y * 1000)) for x, y in (*array, *strays))


def findings(
    pads: tuple[Pad, ...], bumps: tuple[Bump, ...], routes: tuple[Route, ...], **more: Any
) -> tuple[Finding, ...]:
    """What connectivity says of a small design with these tables."""
    table = {"file": "t.csv", "unit": "um", "view": "bumps_up", "columns": {"x": "x", "y": "y", "net": "net"}}
    facts = {"name": "d", "process": "wlcsp_500", "die": {"width": 4000, "height": 4000}} | more
    if pads:
        facts["pads"] = {"table": table}
    file = DesignFile.model_validate(facts)
    return connectivity(plan(Design(file, Path("design.toml"), read_process("wlcsp_500"), pads, bumps, routes)))


PAD, BUMP = Pad("p", 500, 500, "N"), Bump("A1", 1000, 1000, "N")


@pytest.mark.parametrize(("start", "kinds"), [(525.0, []), (525.002, ["open"])])
def test_wires_that_meet_in_a_tee_are_one_piece(start: float, kinds: list[str]) -> None:
    """A wire of 50 µm reaches 25 µm beside its centre line; what ends there touches, 2 nm on it doesn't."""
    wires = (Route("N", ((500, 500), (1500, 500)), 50), Route("N", ((1000, start), (1000, 1000)), 30))
    assert [f.kind for f in findings((PAD, Pad("q", 1500, 500, "N")), (BUMP,), wires)] == kinds


@pytest.mark.parametrize(("start", "kinds"), [(500.0, []), (530.0, []), (530.002, ["open"])])
def test_a_wire_must_touch_the_metal_of_its_pad(start: float, kinds: list[str]) -> None:
    """The pad's metal is 60 µm wide, however far from its centre wires may end."""
    wire = Route("N", ((500, start), (500, 1000), (1000, 1000)), 50)
    assert [f.kind for f in findings((PAD,), (BUMP,), (wire,), tolerances={"route_end": 40.0})] == kinds


@pytest.mark.parametrize(("y", "kinds"), [(1000.0, ["short"]), (845.0, ["short"]), (844.998, [])])
def test_a_wire_over_another_nets_bump_is_a_short(y: float, kinds: list[str]) -> None:
    """The capture pad's radius is 135 µm, half of the wire 20."""
    wire = Route("M", ((2000, y), (500, y)), 40)
    ends = (Pad("m", 2000, y, "M"), Pad("m2", 500, y, "M"))
    found = findings(ends, (BUMP,), (wire,))
    assert [f.kind for f in found] == kinds
    assert all("bump A1 (N)" in f.message and "route 1 (M)" in f.message for f in found)


@pytest.mark.parametrize(("pitch", "kinds"), [(270.0, ["short"]), (270.002, [])])
def test_capture_pads_that_touch_are_a_short(pitch: float, kinds: list[str]) -> None:
    bumps = (BUMP, Bump("A2", 1000 + pitch, 1000, "M"))
    assert [f.kind for f in findings((), bumps, ())] == kinds


def test_bumps_whose_pads_are_not_told_are_not_open() -> None:
    assert findings((), (BUMP, Bump("B1", 2000, 1000, "N")), ()) == ()
    assert [f.kind for f in findings((PAD,), (BUMP,), ())] == ["open"]
