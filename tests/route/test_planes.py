"""Planes: spacing, widths, joints, islands, holes; judged with klayout on what is drawn."""

from __future__ import annotations

import itertools
import random
import time
from dataclasses import replace

import klayout.db as db
import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bumpgen.errors import InputError
from bumpgen.route.metal import terminal_polygons
from bumpgen.route.outline import outlines
from bumpgen.route.planes import HoleRule, Plane, Pour, divide, drawable, pour
from bumpgen.route.problem import Angles, NetRule, Obstacle, Problem, Terminal
from bumpgen.route.routing import Line, Wire

GRID = 0.001
BOTH = pytest.mark.parametrize("angles", [Angles.ANY, Angles.OCTILINEAR])
RULES = {"VDD": NetRule(10, 8, "tree"), "VSS": NetRule(10, 8, "tree"), "s": NetRule(8, 8), "far": NetRule(8, 20)}


def wire(net: str, *points: tuple[float, float], width: float = 8.0) -> Wire:
    return Wire(net, "", "", width, tuple(Line(a, b) for a, b in itertools.pairwise(points)))


def pad(name: str, net: str, x: float, y: float, size: float = 40.0) -> Terminal:
    return Terminal.disc(name, net, "bump", x, y, size)


def box(name: str, net: str, x: float, y: float, w: float = 20.0, h: float = 15.0) -> Terminal:
    return Terminal(name, net, "bump", x, y, ((x - w, y - h), (x + w, y - h), (x + w, y + h), (x - w, y + h)))


def problem(*terminals: Terminal, angles: Angles = Angles.ANY, size: float = 400.0, **more: object) -> Problem:
    rules = RULES | {t.net: NetRule(8, 8) for t in terminals if t.net and t.net not in RULES}
    return Problem("p", (0.0, 0.0, size, size), terminals, rules, angles=angles, **more)  # type: ignore[arg-type]


VDD = Plane("VDD", 10.0, 15.0, 6.0)
THERMAL = replace(VDD, join="thermal", spoke_width=8.0, thermal_gap=12.0)


def area(one: Pour) -> shapely.Geometry:
    return shapely.union_all([shapely.Polygon(rings[0], rings[1:]) for rings in one.polygons])


def metal(case: Problem, net: str) -> list[shapely.Geometry]:
    shapes = terminal_polygons(case.terminals, case.grid)
    return [shapely.Polygon(shape) for t, shape in zip(case.terminals, shapes, strict=True) if t.net == net]


def region(shapes: list[shapely.Geometry] | shapely.Geometry) -> db.Region:
    out = db.Region()
    for part in shapely.get_parts(shapely.union_all(shapes)):
        rings = [part.exterior, *part.interiors]
        corners = [[db.Point(x, y) for x, y in np.rint(np.array(r.coords) / GRID).astype(int).tolist()] for r in rings]
        polygon = db.Polygon(corners[0])
        for hole in corners[1:]:
            polygon.insert_hole(hole)
        out.insert(polygon)
    return out


def markers(case: Problem, one: Pour, plane: Plane) -> tuple[int, int]:
    """Places too narrow and places too near, of the plane with the terminals of its net."""
    whole = (region(area(one)) + region(metal(case, plane.net))).merged()
    width, space = round(plane.min_width / GRID), round(plane.space / GRID)
    return whole.width_check(width).count(), whole.space_check(space).count()


def assert_octilinear(one: Pour) -> None:
    for ring in itertools.chain.from_iterable(one.polygons):
        corners = np.rint(np.array(ring) / GRID)
        size = np.abs(np.roll(corners, -1, axis=0) - corners)
        assert ((size.min(axis=1) == 0) | (size[:, 0] == size[:, 1])).all()


def scene(seed: int, angles: Angles, count: int = 4) -> tuple[Problem, list[Wire]]:
    """Pads and wires at random places of a lattice, some of VDD, some of VSS."""
    rng = random.Random(seed)
    terminals, wires = [], []
    for i, j in itertools.product(range(count), repeat=2):
        net = rng.choice(["VDD", "VSS", f"s{i}_{j}"])
        x, y = 50 + i * 100 + rng.randint(-8, 8), 50 + j * 100 + rng.randint(-8, 8)
        terminals.append((pad if rng.random() < 0.7 else box)(f"t{i}_{j}", net, x, y))
        if net.startswith("s") and rng.random() < 0.8:
            side, length = rng.choice([-1, 1]), rng.choice([60, 160])
            bend = [(x, y), (x, y + side * 34), (x + 16, y + side * 50), (x + length, y + side * 50)]
            wires.append(wire(net, *bend))
    keep_out = Obstacle(((300, 300), (330, 280), (345, 310)), name="k")
    return problem(*terminals, angles=angles, size=count * 100.0, obstacles=(keep_out,)), wires


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([Angles.ANY, Angles.OCTILINEAR]), st.sampled_from([VDD, THERMAL]))
@example(7, Angles.ANY, THERMAL)  # a step of 14 nm in a side
@example(17, Angles.ANY, THERMAL)  # arcs of two discs 5.5 µm apart
@example(118, Angles.ANY, THERMAL)  # a side 1 nm off its axis
def test_a_random_scene_is_clean(seed: int, angles: Angles, asked: Plane) -> None:
    case, wires = scene(seed, angles)
    nets = [net for net in ("VDD", "VSS") if any(case.of_net(net))]
    planes = [replace(asked, net=net, holes=HoleRule(15.0, 50.0, 8.0, "round")) for net in nets]
    results = pour(case, wires, planes)
    drawn_wires = [shapely.Polygon(rings[0]) for rings in outlines(wires, GRID)]
    foreign_to_all = [*drawn_wires, shapely.Polygon(case.obstacles[0].corners)]
    for one, plane in zip(results, planes, strict=True):
        poured = area(one)
        others = [shape for t in {t.net for t in case.terminals} - {plane.net} for shape in metal(case, t)]
        others += [area(other) for other in results if other is not one and other.polygons]
        if one.polygons:
            assert min(poured.distance(shape) for shape in [*foreign_to_all, *others]) >= plane.space - 0.001
        assert poured.is_empty or shapely.box(15, 15, 385, 385).buffer(1e-6).covers(poured)
        if not one.narrow:
            assert markers(case, one, plane) == (0, 0)
        own = dict(zip([t.name for t in case.of_net(plane.net)], metal(case, plane.net), strict=True))
        assert set(one.joined) | {name for name, _ in one.unjoined} == set(own)
        assert all(poured.intersection(own[name]).area > 1 for name in one.joined)
        assert sorted(itertools.chain.from_iterable(one.islands)) == list(one.joined)
        assert len(one.islands) == len(one.polygons)
        assert all(shapely.is_valid(shapely.Polygon(rings[0], rings[1:])) for rings in one.polygons)
        assert one.area == pytest.approx(poured.area)
        if angles:
            assert_octilinear(one)


@BOTH
def test_a_crowded_die_leaves_no_narrow_place(angles: Angles) -> None:
    for seed, plane in itertools.product((1, 2, 3), (VDD, THERMAL)):
        case, wires = scene(seed, angles, 6)
        (one,) = pour(case, wires, [plane])
        assert one.narrow == ()
        assert markers(case, one, plane) == (0, 0)


@BOTH
@pytest.mark.parametrize(("net", "space"), [("s", 10.0), ("far", 20.0)])
def test_a_plane_comes_as_near_to_a_wire_as_it_may(angles: Angles, net: str, space: float) -> None:
    case = problem(pad("v", "VDD", 60, 60), angles=angles)
    line = wire(net, (150, 150), (250, 150), (300, 200))
    (one,) = pour(case, [line], [VDD])
    gap = area(one).distance(shapely.Polygon(outlines([line], GRID)[0][0]))
    assert space - 0.001 <= gap <= space + 0.06
    assert area(one).bounds == pytest.approx((15, 15, 385, 385), abs=0.06)


@BOTH
def test_a_plane_comes_as_near_to_terminals_and_keep_outs_as_it_may(angles: Angles) -> None:
    keep_out = Obstacle(((200, 300), (300, 300), (300, 340), (200, 340)), margin=3.0)
    case = problem(pad("v", "VDD", 60, 60), pad("s", "s", 250, 150), angles=angles, obstacles=(keep_out,))
    (one,) = pour(case, [], [VDD])
    assert 9.999 <= area(one).distance(metal(case, "s")[0]) <= 10.06
    assert 2.999 <= area(one).distance(shapely.Polygon(keep_out.corners)) <= 3.06


def test_slivers_and_islands_are_left_out() -> None:
    case = problem(pad("v", "VDD", 80, 200))
    wall = wire("s", (200, 0), (200, 400))
    (one,) = pour(case, [wall], [VDD])
    assert one.joined == ("v",)
    assert one.status == "routed"
    (left,) = one.dropped
    assert left.reason == "holds no terminal"
    assert left.area == pytest.approx(171 * 370, rel=0.01)
    assert 200 < left.place[0] < 400
    (narrow,) = pour(case, [wall, wire("s", (0, 262), (400, 262)), wire("s", (0, 296), (400, 296))], [VDD])
    assert not area(narrow).intersects(shapely.box(0, 266, 400, 292))


def test_islands_smaller_than_min_area_are_left_out() -> None:
    case = problem(pad("a", "VDD", 80, 200), pad("b", "VDD", 350, 350))
    walls = [wire("s", (300, 270), (300, 400)), wire("s", (280, 290), (400, 290))]
    (one,) = pour(case, walls, [VDD])
    assert one.status == "partial"
    assert one.islands == (("a",), ("b",))
    (large,) = pour(case, walls, [replace(VDD, min_area=20_000.0)])
    assert large.joined == ("a",)
    assert large.unjoined == (("b", "it holds only an island smaller than min_area"),)
    assert "smaller than min_area" in {left.reason for left in large.dropped}


@BOTH
def test_wires_of_the_net_join_islands(angles: Angles) -> None:
    case = problem(pad("a", "VDD", 80, 200), pad("b", "VDD", 320, 200), angles=angles)
    upper, lower = wire("s", (200, 220), (200, 400)), wire("s", (200, 0), (200, 180))
    (apart,) = pour(case, [wire("s", (200, 0), (200, 400))], [VDD])
    assert apart.islands == (("a",), ("b",))
    assert apart.status == "partial"
    (joined,) = pour(case, [upper, lower, wire("VDD", (80, 200), (320, 200), width=10.0)], [VDD])
    assert joined.islands == (("a", "b"),)
    assert joined.status == "routed"


def test_a_terminal_that_only_a_wire_reaches() -> None:
    fence = [wire("s", (250, 150), (380, 150)), wire("s", (250, 250), (380, 250))]
    case = problem(pad("a", "VDD", 80, 200), pad("b", "VDD", 370, 200, 12.0))
    plane = replace(VDD, min_width=70.0)
    (one,) = pour(case, [*fence, wire("VDD", (80, 200), (370, 200))], [plane])
    assert (one.joined, one.wired, one.unjoined) == (("a",), ("b",), ())
    (bare,) = pour(case, fence, [plane])
    assert bare.unjoined == (("b", "the plane doesn't reach it"),)
    assert bare.status == "partial"


@BOTH
@pytest.mark.parametrize("shape", [pad, box])
def test_thermal_joints_have_their_spokes(angles: Angles, shape: type) -> None:
    terminal = shape("v", "VDD", 200.0, 200.0)
    case = problem(terminal, angles=angles)
    (one,) = pour(case, [], [THERMAL])
    assert one.spokes == (("v", 4),)
    (own,) = metal(case, "VDD")
    ring = own.buffer(8, join_style="mitre").exterior
    crossings = ring.intersection(area(one))
    assert len(shapely.get_parts(crossings)) in (4, 5)  # the ring may begin within a spoke
    assert crossings.length == pytest.approx(4 * 8.0, abs=0.5)
    rest = area(one).difference(own.buffer(11.9, join_style="mitre"))
    assert rest.distance(own) >= 11.8
    assert markers(case, one, THERMAL) == (0, 0)


@BOTH
def test_a_spoke_that_would_be_too_near_is_left_out(angles: Angles) -> None:
    case = problem(pad("v", "VDD", 200, 200), angles=angles)
    (one,) = pour(case, [wire("s", (180, 238), (220, 238))], [THERMAL])
    assert one.spokes == (("v", 3),)
    assert one.joined == ("v",)
    ring = wire("s", (150, 150), (250, 150), (250, 250), (150, 250), (150, 158))
    (closed,) = pour(case, [ring], [THERMAL])
    assert closed.unjoined == (("v", "the plane doesn't reach it"),)
    assert closed.status == "unrouted"


@BOTH
@pytest.mark.parametrize("shape", ["square", "round"])
def test_holes_lie_on_the_lattice_with_their_margin(angles: Angles, shape: str) -> None:
    case = problem(pad("v", "VDD", 240, 200), angles=angles, size=400.0)
    plane = replace(VDD, holes=HoleRule(16.0, 40.0, 9.0, shape))  # type: ignore[arg-type]
    own = wire("VDD", (240, 200), (240, 330))
    (one,) = pour(case, [wire("s", (60, 60), (60, 340)), own], [plane])
    (rings,) = one.polygons
    holes = [shapely.Polygon(ring) for ring in rings[1:] if shapely.Polygon(ring).area < 400]
    assert len(holes) == one.holes
    outer = shapely.union_all([shapely.Polygon(rings[0]), *[]]).boundary
    metal_of_net = shapely.union_all([*metal(case, "VDD"), shapely.Polygon(outlines([own], GRID)[0][0])])
    for hole in holes:
        x, y = hole.centroid.coords[0]
        assert ((x - 200) / 40, (y - 200) / 40) == pytest.approx((round((x - 200) / 40), round((y - 200) / 40)))
        assert min(outer.distance(hole), metal_of_net.distance(hole)) >= 9.0
        x0, y0, x1, y1 = hole.bounds
        assert x1 - x0 == pytest.approx(16.0, abs=0.005)
        assert y1 - y0 == pytest.approx(16.0, abs=0.005)
    # 9 columns of 9, less those the wire and its spacing, the pad and the net's own wire take
    taken = metal_of_net.union(shapely.box(46, 46, 74, 354))
    lattice = [(200 + 40 * i, 200 + 40 * j) for i in range(-4, 5) for j in range(-4, 5)]
    fit = [shapely.box(x - 17.002, y - 17.002, x + 17.002, y + 17.002) for x, y in lattice]
    expected = [b for b in fit if shapely.box(15.06, 15.06, 384.94, 384.94).covers(b) and not taken.intersects(b)]
    assert one.holes == len(expected) > 30
    assert markers(case, one, plane) == (0, 0)


def test_holes_keep_off_terminals_of_the_net_on_other_layers() -> None:
    case = problem(pad("v", "VDD", 80, 200), replace(pad("w", "VDD", 240, 240), layer=1), layers=2)
    plane = replace(VDD, holes=HoleRule(16.0, 40.0, 9.0))
    (one,) = pour(case, [], [plane])
    assert not any(shapely.Polygon(r).contains(shapely.Point(240, 240)) for rings in one.polygons for r in rings[1:])
    assert one.holes == pour(replace(case, terminals=case.terminals[:1]), [], [plane])[0].holes - 1


def test_the_lower_priority_number_is_poured_first_and_the_other_keeps_away() -> None:
    case = problem(pad("v", "VDD", 100, 200), pad("g", "VSS", 300, 200))
    left = ((0.0, 0.0), (200.0, 0.0), (200.0, 400.0), (0.0, 400.0))
    planes = [replace(VDD, net="VSS", priority=1, space=14.0), replace(VDD, region=left)]
    ground, supply = pour(case, [], planes)
    assert area(supply).bounds[2] == pytest.approx(200, abs=0.06)
    assert 14 - 0.001 <= area(supply).distance(area(ground)) <= 14.06
    assert pour(case, [], planes[::-1]) == (supply, ground)


@BOTH
def test_dividing_gives_each_point_to_the_nearest_terminal(angles: Angles) -> None:
    rng = random.Random(4)
    places = [(rng.randint(20, 380), rng.randint(20, 380)) for _ in range(12)]
    case = problem(*(pad(f"t{i}", ("VDD", "VSS")[i % 2], *p, 10.0) for i, p in enumerate(places)), angles=angles)
    regions = divide(case, ["VDD", "VSS"])
    shapes = {net: shapely.union_all([shapely.Polygon(r[0], r[1:]) for r in own]) for net, own in regions.items()}
    assert sum(shape.area for shape in shapes.values()) == pytest.approx(400 * 400, abs=1.0)
    for _ in range(300):
        x, y = rng.uniform(0, 400), rng.uniform(0, 400)
        nearest = min(case.terminals, key=lambda t: (t.x - x) ** 2 + (t.y - y) ** 2)
        assert shapes[nearest.net].distance(shapely.Point(x, y)) < 0.01
    one, other = pour(case, [], [replace(VDD, net=net, region=own) for net, own in regions.items()])
    assert 10 - 0.001 <= area(one).distance(area(other)) <= 10.06


def test_dividing_one_net_gives_it_the_whole_die() -> None:
    (rings,) = divide(problem(pad("v", "VDD", 100, 200)), ["VDD"])["VDD"]
    assert shapely.Polygon(rings[0]).equals(shapely.box(0, 0, 400, 400))


def test_dividing_needs_terminals_at_different_places() -> None:
    case = problem(pad("v", "VDD", 100, 200))
    with pytest.raises(InputError, match="'VSS' has no terminal"):
        divide(case, ["VDD", "VSS"])
    with pytest.raises(InputError, match=r"centre at \(100, 200\)"):
        divide(problem(*case.terminals, pad("w", "VSS", 100, 200)), ["VDD", "VSS"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"net": "clk"}, "no terminal"),
        ({"space": 0.0}, "space 0 µm"),
        ({"min_width": float("nan")}, "min_width nan"),
        ({"edge": -1.0}, "edge -1"),
        ({"layer": 1}, "layer 1"),
        ({"region": ((0.0, 0.0), (9.0, 9.0), (9.0, 0.0), (0.0, 9.0))}, "region"),
        ({"join": "thermal", "spoke_width": 5.0, "thermal_gap": 12.0}, "spoke_width 5 µm is less"),
        ({"join": "thermal", "spoke_width": 8.0, "thermal_gap": 9.0}, "thermal_gap 9 µm is less"),
        ({"join": "thermal", "spoke_width": 8.0, "thermal_gap": 12.0, "spokes": 5}, "5 spokes"),
        ({"holes": HoleRule(9.0, 50.0)}, "holes of 9 µm are narrower"),
        ({"holes": HoleRule(12.0, 50.0, shape="round")}, "round holes of 12 µm"),
        ({"holes": HoleRule(15.0, 20.0)}, "at pitch 20 µm"),
        ({"holes": HoleRule(15.0, 50.0, -1.0)}, "min_margin -1"),
    ],
)
def test_what_cannot_be_poured_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        pour(problem(pad("v", "VDD", 100, 200)), [], [replace(VDD, **change)])  # type: ignore[arg-type]


def test_a_class_is_no_net_for_a_plane() -> None:
    case = problem(pad("v", "VDD", 100, 200))
    with pytest.raises(InputError, match="nets of their own"):
        pour(replace(case, nets=case.nets | {"VDD": NetRule(8, 8, classed=True)}), [], [VDD])


def test_an_edge_wider_than_the_die_leaves_nothing() -> None:
    (one,) = pour(problem(pad("v", "VDD", 100, 200)), [], [replace(VDD, edge=200.0)])
    assert one.polygons == ()
    assert one.unjoined == (("v", "the plane doesn't reach it"),)


@BOTH
def test_the_order_of_wires_does_not_matter(angles: Angles) -> None:
    case, wires = scene(5, angles, 5)
    planes = [replace(VDD, holes=HoleRule(15.0, 50.0, 8.0)), replace(THERMAL, net="VSS", priority=1)]
    expected = pour(case, wires, planes)
    assert pour(case, wires, planes) == expected
    assert pour(case, random.Random(1).sample(wires, len(wires)), planes) == expected


@BOTH
def test_polygons_are_cut_until_a_file_takes_them(angles: Angles) -> None:
    case, wires = scene(7, angles, 6)
    (one,) = pour(case, wires, [replace(VDD, holes=HoleRule(12.0, 30.0, 6.0))])
    for most in (40, 199, 8190):
        rings = drawable(one, GRID, most)
        assert max(len(ring) for ring in rings) <= most
        assert all(np.abs(ring / GRID - np.rint(ring / GRID)).max() < 1e-6 for ring in rings)
        shapes = [shapely.Polygon(ring) for ring in rings]
        assert sum(shape.area for shape in shapes) == pytest.approx(one.area, rel=1e-6)
        assert shapely.union_all(shapes).symmetric_difference(area(one)).area < 0.5
    with pytest.raises(InputError, match="at most 4 points"):
        drawable(one, GRID, 4)


def test_many_wires_take_no_more_than_seconds() -> None:
    case, wires = scene(1, Angles.ANY, 20)
    begin = time.process_time()
    pour(case, wires, [VDD])
    assert time.process_time() - begin < 10
