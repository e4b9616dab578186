"""The gate: every kind of fault at its limit and a grid step to either side, against shapely, against the DRC."""

from __future__ import annotations

import itertools
import math
import time
from dataclasses import replace
from typing import Any

import klayout.db as db
import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bumpgen import read_process, read_rules
from bumpgen.check.kinds.space import SPACE
from bumpgen.check.scene import Scene
from bumpgen.route.gate import Fault, faults
from bumpgen.route.metal import terminal_polygons
from bumpgen.route.outline import outlines
from bumpgen.route.problem import Angles, NetRule, Obstacle, Problem, Terminal
from bumpgen.route.routing import Arc, Line, Wire

GRID = 0.001
DIE = (-1000.0, -1000.0, 1000.0, 1000.0)
Places = list[tuple[float, float]]


def wire(points: Places, net: str = "a", ends: tuple[str, str] | None = None, width: float = 10.0) -> Wire:
    start, end = ends or (f"{net}0", f"{net}1")
    return Wire(net, start, end, width, tuple(Line(p, q) for p, q in itertools.pairwise(points)))


def disc(name: str, x: float, y: float, net: str = "", diameter: float = 20.0, wires: int = 1) -> Terminal:
    return Terminal.disc(name, net or name[:-1], "pad", x, y, diameter, wires)


def tips(*wires: Wire) -> tuple[Terminal, ...]:
    """A terminal at each end of each wire."""
    found = {}
    for own in wires:
        for name, place in ((own.start, own.segments[0].start), (own.end, own.segments[-1].end)):
            found[name] = disc(name, *place, own.net, max(own.width, 10.0))
    return tuple(found.values())


def problem(terminals: tuple[Terminal, ...], obstacles: tuple[Obstacle, ...] = (), **changes: Any) -> Problem:
    nets = {terminal.net: NetRule(10.0, 10.0) for terminal in terminals if terminal.net}
    nets |= changes.pop("nets", {})
    return Problem("test", DIE, terminals, nets, obstacles, **changes)


def judged(*wires: Wire, others: tuple[Terminal, ...] = (), **changes: Any) -> tuple[Fault, ...]:
    return faults(problem((*tips(*wires), *others), **changes), wires)


def kinds(found: tuple[Fault, ...]) -> list[str]:
    return [fault.kind for fault in found]


STEPS = pytest.mark.parametrize(("more", "fails"), [(-GRID, True), (0.0, False), (GRID, False)])


@STEPS
def test_space_of_two_wires(more: float, fails: bool) -> None:
    found = judged(wire([(0, 0), (200, 0)]), wire([(0, 20 + more), (200, 20 + more)], "b"))
    spaces = [fault for fault in found if len(fault.wires) == 2]
    assert [fault.kind for fault in spaces] == ["space"] * fails
    if fails:
        assert spaces[0].wires == (0, 1)
        assert (spaces[0].distance, spaces[0].needed) == pytest.approx((10 + more, 10))
        assert spaces[0].y == pytest.approx(10, abs=0.01)


@STEPS
def test_the_wider_of_two_spaces_counts(more: float, fails: bool) -> None:
    nets = {"b": NetRule(10.0, 30.0)}
    found = judged(wire([(0, 0), (200, 0)]), wire([(0, 40 + more), (200, 40 + more)], "b"), nets=nets)
    assert ("space", (0, 1)) in {(f.kind, f.wires) for f in found} or not fails
    assert bool(found) == fails


@STEPS
def test_wires_of_one_net_keep_their_space_too(more: float, fails: bool) -> None:
    one, other = wire([(0, 0), (200, 0)]), wire([(0, 20 + more), (200, 20 + more)], "a", ("a2", "a3"))
    assert [fault.wires for fault in judged(one, other) if len(fault.wires) == 2] == [(0, 1)] * fails


@STEPS
def test_space_of_a_wire_and_another_nets_terminal(more: float, fails: bool) -> None:
    (fault, *more_faults) = (*judged(wire([(0, 0), (200, 0)]), others=(disc("x0", 100, 25 + more),)), None)
    assert (fault is not None) == fails
    if fault:
        assert (fault.kind, fault.wires, fault.terminals) == ("space", (0,), (2,))
        assert fault.distance == pytest.approx(10 + more)
        assert more_faults == [None]


@pytest.mark.parametrize("margin", [None, 3.0, 0.0])
@STEPS
def test_space_of_a_wire_and_an_obstacle(margin: float | None, more: float, fails: bool) -> None:
    low = 5 + (10 if margin is None else margin) + (more if margin != 0 else 4 * more)
    block = Obstacle(((50, low), (50, 90), (80, 90), (80, low)), margin=margin)
    found = judged(wire([(0, 0), (200, 0)]), obstacles=(block,))
    assert kinds(found) == ["space"] * fails
    assert all(fault.obstacle == 0 for fault in found)


def test_an_obstacle_of_the_wires_net_may_be_crossed_another_may_not() -> None:
    corners = ((50.0, -30.0), (80.0, -30.0), (80.0, 30.0), (50.0, 30.0))
    one = wire([(0, 0), (200, 0)])
    assert judged(one, obstacles=(Obstacle(corners, "a"),)) == ()
    (fault,) = judged(one, obstacles=(Obstacle(corners, "b"),))
    assert (fault.kind, fault.obstacle, fault.distance) == ("short", 0, 0.0)


@pytest.mark.parametrize("margin", [None, 0.0])
def test_a_wire_wholly_inside_a_keep_out_is_found(margin: float | None) -> None:
    block = Obstacle(((-500, -500), (500, -500), (500, 500), (-500, 500)), margin=margin)
    assert kinds(judged(wire([(0, 0), (200, 0)]), obstacles=(block,))) == ["space"]


def test_a_terminal_wholly_inside_a_wide_wire_is_a_short() -> None:
    wide = wire([(0, 0), (400, 0)], width=200.0)
    found = judged(wide, others=(disc("x0", 200, 0, diameter=20),), nets={"a": NetRule(200.0, 10.0)})
    assert [(fault.kind, fault.terminals) for fault in found] == [("short", (2,))]


def test_crossing_wires_are_shorted_where_they_cross() -> None:
    (fault,) = judged(wire([(0, 0), (200, 0)]), wire([(100, -90), (100, 90)], "b"))
    assert (fault.kind, fault.wires, fault.distance) == ("short", (0, 1), 0.0)
    assert math.dist((fault.x, fault.y), (100, 0)) < 10


def test_two_pairs_of_a_class_are_nets_of_their_own() -> None:
    one, other = wire([(0, 0), (200, 0)]), wire([(100, -90), (100, 90)], "a", ("a2", "a3"))
    assert kinds(judged(one, other, nets={"a": NetRule(10.0, 10.0, classed=True)})) == ["short"]
    assert kinds(judged(one, other)) == ["space"]


def test_layers_do_not_see_each_other() -> None:
    one, other = wire([(0, 0), (200, 0)]), wire([(100, -90), (100, 90)], "b")
    above = replace(other, layer=1)
    terminals = (*tips(one), *(replace(terminal, layer=1) for terminal in tips(other)))
    assert faults(problem(terminals, layers=2), (one, above)) == ()
    block = Obstacle(((40, -20), (60, -20), (60, 20), (40, 20)), layer=None)
    assert kinds(faults(problem(terminals, (block,), layers=2), (one, above))) == ["space"]
    assert kinds(faults(problem(terminals, layers=2), (one, other))) == ["short", "open", "open"]


@pytest.mark.parametrize(("apart", "expected"), [(0.0, []), (14.99, []), (15.01, ["space"]), (25.0, [])])
def test_a_trees_own_terminal_may_be_touched_but_not_be_near(apart: float, expected: list[str]) -> None:
    nets = {"a": NetRule(10.0, 10.0, "tree")}
    assert kinds(judged(wire([(0, 0), (200, 0)]), others=(disc("a2", 100, apart),), nets=nets)) == expected


def test_a_pairs_other_terminal_may_not_be_touched() -> None:
    assert kinds(judged(wire([(0, 0), (200, 0)]), others=(disc("a2", 100, 0),))) == ["space"]


@pytest.mark.parametrize(("degrees", "expected"), [(25, ["angle"]), (40, ["angle"]), (46, []), (120, [])])
def test_wires_that_leave_a_terminal_side_by_side(degrees: float, expected: list[str]) -> None:
    turn = math.radians(degrees)
    one = wire([(0, 0), (300, 0)])
    other = wire([(0, 0), (300 * math.cos(turn), 300 * math.sin(turn))], ends=("a0", "a2"))
    assert kinds(judged(one, other)) == expected


@STEPS
def test_wires_of_a_large_terminal_keep_their_space_outside(more: float, fails: bool) -> None:
    one, other = wire([(0, 0), (300, 0)]), wire([(0, 20 + more), (300, 20 + more)], ends=("a0", "a2"))
    big = Terminal("a0", "a", "bump", 0, 0, ((-60, -60), (60, -60), (60, 60), (-60, 60)), 0.0, 4)
    found = faults(problem((big, *tips(one, other)[1:])), (one, other))
    assert [fault.kind for fault in found if len(fault.wires) == 2] == ["angle"] * fails


@STEPS
def test_a_wire_that_comes_back_to_itself(more: float, fails: bool) -> None:
    found = judged(wire([(0, 0), (200, 0), (200, 20 + more), (50, 20 + more)]))
    assert kinds(found) == ["space"] * fails
    if fails:
        assert found[0].wires == (0,)
        assert found[0].distance == pytest.approx(10 + more, abs=1e-6)


@pytest.mark.parametrize(("back", "fails"), [(24.99, True), (25.01, False)])
def test_a_wire_that_comes_back_to_its_own_terminal(back: float, fails: bool) -> None:
    line = wire([(0, 0), (100, 0), (100, 60), (0, 60), (0, back), (-60, back), (-60, 300)])
    terminals = (disc("a0", 0, 0, diameter=20), disc("a1", -60, 300))
    found = [fault for fault in faults(problem(terminals), (line,)) if fault.terminals]
    assert [(fault.kind, fault.terminals) for fault in found] == [("space", (0,))] * fails


def test_a_wire_along_its_own_terminal_is_a_slit() -> None:
    bar = Terminal("a0", "a", "pad", 0, 0, ((-10, -10), (300, -10), (300, 10), (-10, 10)), 0.0)
    line = wire([(0, 0), (0, 18), (200, 18), (200, 300)])
    found = faults(problem((bar, disc("a1", 200, 300))), (line,))
    assert ("space", (0,)) in [(fault.kind, fault.terminals) for fault in found]


@STEPS
def test_an_end_outside_its_terminal(more: float, fails: bool) -> None:
    line = wire([(0, 0), (200, 0)])
    square = Terminal("a0", "a", "pad", -10, 0, ((-20, -10), (more, -10), (more, 10), (-20, 10)), 0.0)
    found = faults(problem((square, disc("a1", 200, 0))), (line,))
    assert kinds(found) == ["open"] * fails


def test_an_end_far_from_its_terminal_or_with_none_is_open() -> None:
    line = wire([(0, 0), (200, 0)])
    (fault,) = faults(problem((disc("a0", -30, 0), disc("a1", 200, 0))), (line,))
    assert (fault.kind, fault.terminals, fault.distance) == ("open", (0,), pytest.approx(20))
    (missing,) = faults(problem((disc("a1", 200, 0),)), (line,))
    assert (missing.kind, missing.terminals) == ("open", ())


@pytest.mark.parametrize(("up", "neck", "expected"), [(5, 0, []), (12, 0, ["width"]), (12, 2.5, [])])
def test_an_end_that_only_half_meets_its_terminal(up: float, neck: float, expected: list[str]) -> None:
    square = Terminal("a0", "a", "pad", 0, up, ((-10, up - 10), (10, up - 10), (10, up + 10), (-10, up + 10)), 0.0)
    line = wire([(0, 3), (200, 3)])
    nets = {"a": NetRule(10.0, 10.0, neck=neck)}
    assert kinds(faults(problem((square, disc("a1", 200, 3)), nets=nets), (line,))) == expected


WIDTH_CASES = [(10, 0, []), (9.998, 0, ["width"]), (8, 8, []), (7, 8, ["width"])]


@pytest.mark.parametrize(("width", "neck", "expected"), WIDTH_CASES)
def test_a_wire_narrower_than_its_net(width: float, neck: float, expected: list[str]) -> None:
    nets = {"a": NetRule(10.0, 10.0, neck=neck)}
    assert kinds(judged(wire([(0, 0), (200, 0)], width=width), nets=nets)) == expected


@STEPS
def test_the_dies_edge(more: float, fails: bool) -> None:
    found = judged(wire([(0, 985 - 7 - more), (200, 985 - 7 - more)]), edge=10.0 + 7 - 7)
    assert found == ()
    found = judged(wire([(0, 985 - more), (200, 985 - more)]), edge=10.0)
    assert kinds(found) == ["edge"] * fails
    assert all((fault.distance, fault.needed) == pytest.approx((10 + more, 10)) for fault in found)


def test_metal_of_its_own_terminal_may_be_at_the_edge() -> None:
    line = wire([(995, 0), (900, 0)])
    assert kinds(faults(problem((disc("a0", 990, 0, diameter=30), disc("a1", 900, 0)), edge=20.0), (line,))) == []


@pytest.mark.parametrize(("x", "expected"), [(200, []), (200.5, []), (199, ["angle"])])
def test_no_corner_is_sharper_than_a_right_angle(x: float, expected: list[str]) -> None:
    assert [k for k in kinds(judged(wire([(0, 0), (200, 0), (x, 300)]))) if k == "angle"] == expected


@pytest.mark.parametrize(("dx", "expected"), [(100.0, []), (100 + GRID, ["angle"]), (100 - GRID, ["angle"])])
def test_octilinear_wires_run_at_multiples_of_45_degrees(dx: float, expected: list[str]) -> None:
    line = wire([(0, 0), (50, 0), (50 + dx, 100), (50 + dx, 300)])
    assert kinds(judged(line, angles=Angles.OCTILINEAR)) == expected
    assert judged(line) == ()


def test_octilinear_wires_have_no_arcs() -> None:
    arc = Arc((50, 0), (70, 20), (50, 20), 20, math.pi / 2)
    bent = Wire("a", "a0", "a1", 10, (Line((0, 0), (50, 0)), arc, Line((70, 20), (70, 200))))
    assert "angle" in kinds(judged(bent, angles=Angles.OCTILINEAR))
    assert judged(bent) == ()


@pytest.mark.parametrize("width", [10.001, 0.0, -4.0, math.nan, math.inf])
def test_a_width_that_cannot_be_drawn(width: float) -> None:
    terminals = (disc("a0", 0, 0), disc("a1", 200, 0))
    assert kinds(faults(problem(terminals), (wire([(0, 0), (200, 0)], width=width),))) == ["grid"]


@pytest.mark.parametrize("points", [[(0, 0), (0, 0)], [(0, 0), (math.nan, 5)], [(0, 0), (math.inf, 5)]])
def test_a_wire_without_a_finite_length(points: Places) -> None:
    terminals = (disc("a0", 0, 0), disc("a1", 200, 0))
    good = wire([(0, 50), (200, 50)], "b")
    found = faults(problem((*terminals, *tips(good))), (wire(points), good))
    assert [(fault.kind, fault.wires) for fault in found] == [("grid", (0,))]


def test_octilinear_corners_off_the_grid() -> None:
    line = wire([(0, 0), (50.0004, 0), (150.0004, 100), (300, 100)])
    assert kinds(judged(line, angles=Angles.OCTILINEAR)) == ["grid"]


def test_no_wires_no_faults() -> None:
    assert faults(problem((disc("a0", 0, 0),)), ()) == ()


def test_faults_say_where_and_how_much() -> None:
    (fault,) = judged(wire([(0, 0), (200, 0)]), wire([(100, -90), (100, 90)], "b"))
    assert str(fault).startswith("short at (")
    assert "0 µm, needed 10 µm" in str(fault)


# random wires


@st.composite
def routings(draw: st.DrawFn) -> tuple[Problem, tuple[Wire, ...]]:
    """Wires of two to four points in a small square, many of them too near to others."""
    lattice = st.integers(-60, 60).map(lambda step: step * 2.5)
    place = st.tuples(lattice, lattice)
    wires, terminals = [], []
    for number in range(draw(st.integers(2, 6))):
        points = draw(st.lists(place, min_size=2, max_size=4, unique=True))
        width = draw(st.sampled_from([4.0, 10.0, 30.0]))
        own = wire(points, f"n{number}", width=width)
        wires.append(own)
        terminals += tips(own)
    nets = {own.net: NetRule(own.width, draw(st.sampled_from([5.0, 10.0]))) for own in wires}
    return problem(tuple(terminals), nets=nets), tuple(wires)


def areas(case: Problem, wires: tuple[Wire, ...]) -> tuple[list[Any], list[Any]]:
    drawn = [shapely.union_all([shapely.Polygon(r) for r in rings]) for rings in outlines(wires, case.grid)]
    return drawn, [shapely.Polygon(ring) for ring in terminal_polygons(case.terminals, case.grid)]


@settings(max_examples=60, deadline=None)
@given(routings())
def test_spaces_and_shorts_are_those_that_shapely_finds(made: tuple[Problem, tuple[Wire, ...]]) -> None:
    case, wires = made
    drawn, terminals = areas(case, wires)
    expected: dict[tuple[int, int, str], float] = {}
    for a, own in enumerate(wires):
        space = case.nets[own.net].space
        for b in range(a + 1, len(wires)):
            needed = max(space, case.nets[wires[b].net].space)
            if (distance := drawn[a].distance(drawn[b])) < needed - 1e-6:
                expected[a, b, "wire"] = distance
        for t, terminal in enumerate(case.terminals):
            if terminal.net != own.net and (distance := drawn[a].distance(terminals[t])) < space - 1e-6:
                expected[a, t, "terminal"] = distance
    found = {}
    for fault in faults(case, wires):
        if len(fault.wires) == 2:
            found[(*fault.wires, "wire")] = fault
        elif fault.kind in ("space", "short") and fault.terminals and fault.terminals[0] // 2 != fault.wires[0]:
            found[fault.wires[0], fault.terminals[0], "terminal"] = fault
    assert found.keys() == expected.keys()
    for key, fault in found.items():
        assert fault.distance == pytest.approx(expected[key], abs=1e-6)
        assert (fault.kind == "short") == (expected[key] == 0)


@settings(max_examples=30, deadline=None)
@given(routings())
def test_whatever_the_drc_finds_the_gate_finds(made: tuple[Problem, tuple[Wire, ...]]) -> None:
    """Each marker of the space rule lies at two pieces of one fault; no faults, no markers."""
    case, wires = made
    case = replace(case, nets={net: NetRule(rule.width, 10.0) for net, rule in case.nets.items()})
    drawn, terminals = areas(case, wires)
    found = faults(case, wires)
    for marker in drc([*drawn, *terminals]):
        near = [
            fault
            for fault in found
            if all(shapely.distance(marker, drawn[index]) < 0.01 for index in fault.wires)
            and all(shapely.distance(marker, terminals[index]) < 0.01 for index in fault.terminals)
        ]
        between_terminals = sum(shapely.distance(marker, terminal) < 0.01 for terminal in terminals) > 1
        assert near or between_terminals


def drc(metal: list[Any], less: float = 0.0) -> list[Any]:
    """What the process's space rule on its wires finds, its limit so much `less`, µm."""
    process = read_process("wlcsp_500")
    rules = read_rules(process.rules or "")
    rule = next(rule for rule in rules.rules if rule.id == "RDL.S.1")
    rule = rule.model_copy(update={"limit": rule.value - less})
    layout = db.Layout()
    layout.dbu = GRID
    top = layout.create_cell("TOP")
    shapes = top.shapes(layout.layer(*process.layers["RDL"].gds))
    for area in metal:
        for part in shapely.get_parts(area):
            hull = [db.Point(round(x / GRID), round(y / GRID)) for x, y in part.exterior.coords[:-1]]
            polygon = db.Polygon(hull)
            for hole in part.interiors:
                polygon.insert_hole([db.Point(round(x / GRID), round(y / GRID)) for x, y in hole.coords[:-1]])
            shapes.insert(polygon)
    return [shapely.Polygon(marker.outline) for marker in SPACE.check(rule, Scene(layout, top, process))]


@settings(max_examples=40, deadline=None)
@given(st.floats(0, 2 * math.pi), st.integers(-4, 4))
@example(1.27734375, 4)
def test_slanted_wires_at_the_limit_pass_only_if_the_drc_passes_them(heading: float, steps: int) -> None:
    """The gate is never the milder one, to the last part of a grid step.

    But for one step, which a wire can lose where it is merged with its terminal: their crossings go on to the grid.
    """
    away = 20 + steps * GRID / 2
    dx, dy = math.cos(heading), math.sin(heading)
    pair = [
        wire([(-away * dy * k, away * dx * k), (300 * dx - away * dy * k, 300 * dy + away * dx * k)], net)
        for k, net in enumerate("ab")
    ]
    case = problem(tips(*pair))
    drawn, terminals = areas(case, tuple(pair))
    found = faults(case, pair)
    assert found or not drc([*drawn, *terminals], GRID)
    assert any(len(fault.wires) == 2 for fault in found) or not drc(drawn)
    distance = drawn[0].distance(drawn[1])
    assert any(len(fault.wires) == 2 for fault in found) == (distance < 10 - 1e-6)


def test_the_order_of_wires_changes_only_their_numbers() -> None:
    wires = [wire([(0, 12.0 * i), (200, 12.0 * i + i % 3)], f"n{i}") for i in range(8)]
    case = problem(tips(*wires))
    forward, backward = faults(case, wires), faults(case, wires[::-1])
    assert {(f.kind, frozenset(f.wires), f.terminals, f.distance) for f in forward} == {
        (f.kind, frozenset(7 - i for i in f.wires), f.terminals, f.distance) for f in backward
    }
    assert forward == faults(case, wires)


def test_time_of_ten_thousand_wires(capsys: pytest.CaptureFixture[str]) -> None:
    """Printed, not judged: another program may use the processor."""
    seconds = {}
    for count in (240, 10_000):
        wires = [winding(i, 1500.0 * (i % 20), 25.0 * (i // 20)) for i in range(count)]
        die = (-1e5, -1e5, 1e5, 1e5)
        case = replace(problem(tips(*wires)), outline=die)
        faults(case, wires[:2])  # compiled
        start = time.perf_counter()
        found = faults(case, wires)
        seconds[count] = time.perf_counter() - start
        assert {fault.kind for fault in found} <= {"space"}
    with capsys.disabled():
        print("\ngate:", ", ".join(f"{n} wires {s:.2f} s" for n, s in seconds.items()))


def winding(number: int, x: float, y: float) -> Wire:
    """Six lines and arcs up and down between its neighbours."""
    segments: list[Line | Arc] = []
    for k in range(6):
        side = 1 if k % 2 == 0 else -1
        heading = 0.0 if k % 2 == 0 else 0.5
        end = (x + 80 * math.cos(heading), y + 80 * math.sin(heading))
        centre = (end[0] - side * 40 * math.sin(heading), end[1] + side * 40 * math.cos(heading))
        after = heading + side * 0.5
        stop = (centre[0] + side * 40 * math.sin(after), centre[1] - side * 40 * math.cos(after))
        segments += [Line((x, y), end), Arc(end, stop, centre, 40, side * 0.5)]
        x, y = stop
    segments.append(Line((x, y), (x + 50, y)))
    return Wire(f"n{number}", f"n{number}s", f"n{number}e", 10.0, tuple(segments))


def test_seen_points_are_on_the_grid() -> None:
    rings = [ring for own in outlines([winding(0, 0.1, 0.2)], GRID) for ring in own]
    assert all(np.abs(ring / GRID - np.rint(ring / GRID)).max() < 1e-6 for ring in rings)
