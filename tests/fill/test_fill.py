"""Dummies: never nearer than the rule, never on a net, as few as it takes, and what can't be reached is told."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import klayout.db as db
import numpy as np
import pytest
from click.testing import CliRunner, Result
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bumpgen import build_layout, read_design, read_process, resources, write_gds
from bumpgen.build import plan_and_draw
from bumpgen.check.net_check import check_nets
from bumpgen.check.scene import Scene
from bumpgen.check.terminals import dummy_terminals, terminals_of
from bumpgen.cli import main
from bumpgen.coverage import covered, kinds_of, merged, windows
from bumpgen.dummy import Dummy, dummy_of
from bumpgen.errors import InputError
from bumpgen.fill.choose import choose
from bumpgen.fill.places import Places, places_for
from bumpgen.fill_table import FillTable
from bumpgen.geometry import Disc, Polygon, Rect
from bumpgen.layout import Array, Cell, Drawn, Layout, Placement, Scatter

DBU = 0.001
PROCESS = read_process("wlcsp_500")
NUMBERS = {name: layer.gds for name, layer in PROCESS.layers.items()}


def run(*args: object) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args], catch_exceptions=False)


def region(points: np.ndarray) -> db.Region:
    return db.Region(db.Polygon([db.Point(round(x / DBU), round(y / DBU)) for x, y in points]))


def drawn(layout: Layout, layer: str) -> db.Region:
    found = db.Region()
    for name, points in layout.flat():
        if name == layer:
            found += region(points)
    return found.merged()


def chip(*shapes: Drawn, side: float = 600) -> Layout:
    return Layout(Cell("TOP", shapes), NUMBERS, 0.001, (0.0, 0.0, side, side))


def table(**values: object) -> FillTable:
    return FillTable.model_validate({"layer": "RDL", "size": 20.0, "density": [0.2, 0.9], "window": 300.0} | values)


def shape(numbers: tuple[int, int, int, int, int]) -> Drawn:
    kind, x, y, w, h = numbers
    layer = ("RDL", "POLY1", "POLY2")[kind % 3]
    if kind < 3:
        return Drawn(layer, Rect(x, y, 2 * w, 2 * h))
    if kind < 6:
        return Drawn(layer, Disc(x, y, 2 * w))
    return Drawn(layer, Polygon(((x, y), (x + 3 * w, y - h), (x + w, y + 2 * h))))


SHAPES = st.lists(st.tuples(st.integers(0, 8), *[st.integers(0, 600)] * 2, *[st.integers(5, 90)] * 2), max_size=7)


@settings(max_examples=40, deadline=None)
@given(
    SHAPES, st.sampled_from(["square", "circle"]), st.integers(10, 40), st.integers(10, 35), st.integers(0, 17),
    st.sampled_from(["grid", "staggered"]), st.integers(0, 40),
)  # fmt: skip
def test_places_are_free_exactly_where_klayout_finds_room(
    shapes: list[tuple[int, int, int, int, int]],
    outline: str,
    size: int,
    space: int,
    more: int,
    pattern: str,
    edge: int,
) -> None:
    """One grid step nearer than the space is too near for KLayout, too; at the space it isn't."""
    layout = chip(*map(shape, shapes))
    pitch = [float(2 * (size + space + more)), float(size + space + more)]
    dummy = dummy_of(
        table(size=float(size), shape=outline, space=float(space), pattern=pattern, pitch=pitch, edge=float(edge)),
        PROCESS,
    )
    places = places_for(dummy, layout, PROCESS)
    ring = region(np.array([(0, 0), (600, 0), (600, 600), (0, 600)])).sized(-round(edge / DBU))
    limit = round(space / DBU)
    (polygon,) = Cell("D", dummy.cell.shapes).shapes[0].shape.polygons(0.001)
    others = [drawn(layout, layer) for layer in ("RDL", "POLY1", "POLY2")]
    for (x, y), free in zip(places.points.tolist(), places.free.tolist(), strict=True):
        own = region(polygon + (x, y))
        apart = all((own & other).is_empty() and own.separation_check(other, limit - 1).is_empty() for other in others)
        if free:
            assert apart
            assert (own - ring).is_empty()
        elif apart:
            within = all(own.separation_check(other, limit + 1).is_empty() for other in others)
            assert not within or not (own - ring).is_empty()


@settings(max_examples=400, deadline=None)
@given(SHAPES, st.integers(10, 30), st.integers(5, 60))
@example([(0, 0, 0, 5, 5), (4, 0, 246, 78, 5)], 25, 33)  # dummies across a window's edge make the difference
def test_dummies_keep_rules_and_windows_reach_what_there_is_room_for(
    shapes: list[tuple[int, int, int, int, int]], size: int, share: int
) -> None:
    layout, least = chip(*map(shape, shapes)), share / 100
    dummy = dummy_of(table(size=float(size), density=[least, 1.0]), PROCESS)
    places = places_for(dummy, layout, PROCESS)
    sliding = windows((0, 0, 600, 600), 300, 75)
    base = covered(merged(kinds_of(layout, "RDL")), sliding.xs, sliding.ys)
    found = choose(places, dummy.areas["RDL"], base, sliding, least)
    assert not (found.chosen & ~places.free).any()
    everything = with_all(layout, dummy, places.points[places.free])
    room = sliding.sums(covered(merged(kinds_of(everything, "RDL")), sliding.xs, sliding.ys)) / sliding.areas
    assert (found.after >= np.minimum(least, room) - 1e-5).all()
    after = with_all(layout, dummy, places.points[found.chosen])
    there = sliding.sums(covered(merged(kinds_of(after, "RDL")), sliding.xs, sliding.ys)) / sliding.areas
    assert there == pytest.approx(found.after, abs=1e-9)
    own = drawn(with_all(chip(), dummy, places.points[found.chosen]), "RDL")
    assert own.space_check(round(10 / DBU)).is_empty()
    for layer in ("RDL", "POLY1", "POLY2"):
        assert (own & drawn(layout, layer)).is_empty()
        assert own.separation_check(drawn(layout, layer), round(10 / DBU)).is_empty()


def with_all(layout: Layout, dummy: Dummy, points: np.ndarray) -> Layout:
    top = replace(layout.top, instances=(Scatter(dummy.cell, points),) if len(points) else ())
    return replace(layout, top=top)


def test_seal_ring_marks_and_what_else_is_named_are_kept_away_from() -> None:
    """RDL.E.1 asks for 15 µm to the seal ring, nothing for marks: they get RDL's own 10 µm; `keep` adds a layer."""
    ring = [Rect(300, 20, 560, 10), Rect(300, 580, 560, 10), Rect(20, 300, 10, 570), Rect(580, 300, 10, 570)]
    shapes = [Drawn("SEAL", side) for side in ring]
    shapes += [Drawn("MARK", Rect(200, 200, 100, 30)), Drawn("UBM", Disc(400, 400, 60))]
    layout = chip(*shapes)
    for values, ubm in (({}, 0.0), ({"keep": {"UBM": 35.0}}, 35.0)):
        places = places_for(dummy_of(table(size=10.0, edge=0.0, **values), PROCESS), layout, PROCESS)
        own = db.Region()
        for x, y in places.points[places.free].tolist():
            own.insert(db.Polygon(db.Box(*(round(v / DBU) for v in (x - 5, y - 5, x + 5, y + 5)))))
        for layer, least in (("SEAL", 15.0), ("MARK", 10.0), ("UBM", ubm)):
            other = drawn(layout, layer)
            assert own.separation_check(other, round(least / DBU)).is_empty()
            if least:
                assert (own & other).is_empty()
                assert not own.separation_check(other, round((least + 20) / DBU)).is_empty()
        assert (own & drawn(layout, "UBM")).is_empty() == bool(ubm)
        assert any("RDL.E.1" in reason for reason in places.reasons)


def test_no_more_dummies_than_a_linear_programme_needs() -> None:
    """The least sum of shares of places that brings each window to its density (scipy's HiGHS), to 10 %."""
    from scipy.optimize import linprog

    blocks = [Drawn("RDL", Rect(150, 150, 240, 240)), Drawn("RDL", Rect(450, 480, 60, 200))]
    layout = chip(*blocks, Drawn("POLY1", Rect(500, 100, 120, 120)), side=1000)
    dummy = dummy_of(table(size=10.0, space=10.0), PROCESS)
    places = places_for(dummy, layout, PROCESS)
    sliding = windows((0, 0, 1000, 1000), 250, 125)
    base = covered(merged(kinds_of(layout, "RDL")), sliding.xs, sliding.ys)
    found = choose(places, dummy.areas["RDL"], base, sliding, 0.15)
    assert found.after.min() >= 0.15 - 1e-6
    counts = tiles_of(places, sliding.xs, sliding.ys)
    rows = []
    for tile in range(counts.size):
        one = np.zeros(counts.size)
        one[tile] = 100.0 * counts.ravel()[tile]
        rows.append(sliding.sums(one.reshape(counts.shape)).ravel())
    need = np.maximum(0.15 * sliding.areas - sliding.sums(base), 0).ravel()
    best = linprog(counts.ravel(), A_ub=-np.array(rows).T, b_ub=-need, bounds=(0, 1))
    assert best.success
    assert best.fun <= found.chosen.sum() <= 1.1 * best.fun


def tiles_of(places: Places, xs: np.ndarray, ys: np.ndarray) -> np.ndarray:
    points = places.points[places.free]
    return np.histogram2d(points[:, 1], points[:, 0], (ys, xs))[0]


def test_dummies_are_spread_evenly() -> None:
    """On bare ground no part of a window has many more than another."""
    layout = chip(side=1200)
    dummy = dummy_of(table(size=10.0, space=10.0, edge=0.0), PROCESS)
    places = places_for(dummy, layout, PROCESS)
    sliding = windows((0, 0, 1200, 1200), 300, 75)
    found = choose(places, dummy.areas["RDL"], np.zeros((16, 16)), sliding, 0.1)
    counts = np.histogram2d(*places.points[found.chosen].T, bins=12, range=[(0, 1200)] * 2)[0]
    assert counts.min() >= 7  # the outermost rows are kept off the die's edge
    assert counts.max() <= 13
    assert found.after.max() < 0.12


@lru_cache(maxsize=2)
def shipped(name: str) -> Layout:
    return build_layout(name)


@pytest.mark.parametrize(("name", "layer", "least"), [("pillar_fill", "PILLAR", 0.16), ("rdl_fill", "RDL", 0.35)])
def test_shipped_designs_are_clean_and_even(name: str, layer: str, least: float) -> None:
    report = json.loads(run("check", name, "-f", "json", "--json").output)
    assert {row["rule"] for row in report["results"] if row["count"]} == set()
    density = run("density", name, "--layer", layer, "--json")
    assert density.exit_code == 0
    (mask,) = json.loads(density.output)["masks"]
    assert mask["least"] >= least - 1e-6
    assert mask["outside"] == []


def test_dummy_bumps_have_names_and_labels_and_no_net() -> None:
    layout = shipped("pillar_fill")
    (made,) = layout.dummies
    assert made.site == "bump"
    assert made.names[:2] == ("DUMMY_1", "DUMMY_2")
    assert len(set(made.names)) == len(made.points) == len(made.names)
    assert sum(label.text.startswith("DUMMY_") for label in layout.placed_labels()) == len(made.points)
    assert not [net for net in layout.nets if any(name.startswith("DUMMY") for name in (*net.pads, *net.bumps))]
    assert {terminal.net for terminal in dummy_terminals(layout)} == {""}
    assert all(bump.net for bump in read_design("pillar_fill").bumps)


def test_the_bump_map_lists_dummy_bumps_last_and_is_still_the_designs(tmp_path: Path) -> None:
    layout = shipped("pillar_fill")
    assert run("build", "pillar_fill", "-o", tmp_path, "-f", "gds,csv,xlsx", "-q").exit_code == 0
    path = tmp_path / "pillar_fill_bumps.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    count = len(layout.dummies[0].points)
    assert f"bumps: {len(read_design('pillar_fill').bumps)}; dummy bumps: {count}" in lines[0]
    x, y = layout.dummies[0].points[-1]
    assert lines[-1] == f"DUMMY_{count},{x:.10g},{y:.10g},,dummy,bumps_up"
    for table in (path, tmp_path / "pillar_fill_bumps.xlsx"):
        assert run("compare", "pillar_fill", table).exit_code == 0
    judged = run("check", "--gds", tmp_path / "pillar_fill.gds", "--pdk", "pillar", "--nets", path, "--json")
    found = {row["rule"]: row["count"] for row in json.loads(judged.output)["results"] if row["count"]}
    assert found.keys() <= {"NET.OPEN.1"}  # the map has no pads, which join VSS and VDD


def test_the_density_without_dummies_is_what_is_drawn_else() -> None:
    facts = {}
    for options in ((), ("--bare",)):
        result = run("density", "rdl_fill", "--layer", "RDL", "--json", *options)
        facts[result.exit_code] = json.loads(result.output)["masks"][0]
    made = shipped("rdl_fill").dummies[0]
    assert facts[0]["open_mm2"] - facts[1]["open_mm2"] == pytest.approx(len(made.points) * 900e-6, rel=1e-9)
    assert facts[1]["most"] < 0.35 == facts[1]["asked"]["least"]


def test_dummies_are_instances_of_one_cell() -> None:
    layout = shipped("rdl_fill")
    (fill,) = [i.cell for i in layout.top.instances if i.cell.name == "FILL"]
    assert {i.cell.name for i in fill.instances} == {layout.dummies[0].cell}
    assert all(isinstance(i, Array | Scatter | Placement) for i in fill.instances)
    placed = sum(
        len(i.points() if isinstance(i, Array) else i.points) for i in fill.instances if not isinstance(i, Placement)
    )
    assert placed + sum(isinstance(i, Placement) for i in fill.instances) == len(layout.dummies[0].points)


@pytest.mark.parametrize(("name", "rule"), [("rdl_fill", "NET.DUMMY.1"), ("pillar_fill", "NET.SHORT.1")])
def test_a_dummy_that_touches_a_net_is_an_error(name: str, rule: str, tmp_path: Path) -> None:
    planned, layout = plan_and_draw(read_design(name))
    made = layout.dummies[0]
    layer = made.layers[0]
    x, y = made.points[np.argmin(np.hypot(*(made.points - 1500).T))].tolist()
    site = min(planned.sites, key=lambda s: math.hypot(s.x - x, s.y - y) if s.role == "bump" else math.inf)
    bar = Drawn(layer, Polygon(bridge((x, y), (site.x, site.y))))
    broken = replace(layout, top=replace(layout.top, shapes=(*layout.top.shapes, bar)))
    for judged, expected in ((layout, set()), (broken, {rule})):
        path = tmp_path / "layout.gds"
        write_gds(judged, path)
        file = db.Layout()
        file.read(str(path))
        terminals = (*terminals_of(planned), *dummy_terminals(judged))
        results, _ = check_nets(Scene(file, file.top_cell(), planned.design.process), terminals, dummies=judged.dummies)
        assert {result.rule for result in results if result.count} & {"NET.DUMMY.1", "NET.SHORT.1"} == expected
    places = next(result.places for result in results if result.rule == rule)
    assert all(place.box for place in places)


def bridge(start: tuple[float, float], end: tuple[float, float]) -> tuple[tuple[float, float], ...]:
    """A strip 10 µm wide."""
    along = np.array(end) - start
    aside = 5 * np.array((-along[1], along[0])) / np.hypot(*along)
    corners = np.round([start - aside, end - aside, end + aside, start + aside], 3)
    return tuple(map(tuple, corners.tolist()))


def test_floating_dummies_are_counted_in_a_note() -> None:
    report = json.loads(run("check", "rdl_fill", "--only", "NET.*", "--json").output)
    note = next(row["note"] for row in report["results"] if row["rule"] == "NET.FLOAT.1")
    assert note == f"{len(shipped('rdl_fill').dummies[0].points)} dummies float, as the design asks"


DESIGN = """\
name = "one"
process = "wlcsp_500"
[die]
width = 2000
height = 2000
[bumps.array]
kind = "grid"
columns = 3
rows = 3
pitch = [500, 500]
nets = ["{name}"]
[pads]
under_bumps = true
[[fill]]
"""


def design(folder: Path, *lines: str) -> Path:
    (folder / "design.toml").write_text(DESIGN + "\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["layer = 'RLD'", "size = 20"], ("design.toml:15 [fill.0.layer]", "no layer 'RLD'", "did you mean 'RDL'?")),
        (["layer = 'RDL'"], ("[fill.0]", "metal needs a size")),
        (["layer = 'RDL'", "size = 20", "space = 9"],
         ("design.toml:17 [fill.0.space]", "space = 9 µm is less than RDL.S.1 asks for: 10 µm", "write 10 or more")),
        (["layer = 'RDL'", "size = 8"], ("[fill.0.size]", "8 µm wide is narrower than RDL.W.1 allows: 10 µm")),
        (["layer = 'RDL'", "size = 20", "pitch = [25, 40]"],
         ("[fill.0.pitch]", "dummies 25, 0 µm from each other are 5 µm apart on RDL, RDL.S.1 asks for 10")),
        (["layer = 'RDL'", "size = 20", "pitch = [40.0005, 40]"], ("[fill.0.pitch]", "is not a multiple of")),
        (["layer = 'RDL'", "size = 20.001"], ("[fill.0.size]", "is not a multiple of")),
        (["layer = 'UBM'", "kind = 'site'", "site = 'bump'"], ("[fill.0.density]", "no rule of wlcsp_500 says")),
        (["layer = 'UBM'", "kind = 'site'", "site = 'bmup'"], ("[fill.0.site]", "no site 'bmup'", "mean 'bump'?")),
        (["layer = 'POLY1'", "kind = 'site'", "site = 'bump'"], ("[fill.0.layer]", "'bump' draws nothing on POLY1")),
        (["layer = 'UBM'", "kind = 'site'", "site = 'bump'", "size = 20"], ("[fill.0]", "leave size out")),
        (["layer = 'RDL'", "size = 20", "density = [0.5, 0.4]"], ("[fill.0.density]", "is above the most")),
        (["layer = 'RDL'", "size = 20", "keep = { POLI2 = 4 }"], ("[fill.0.keep.POLI2]", "did you mean 'POLY2'?")),
        (["layer = 'RDL'", "size = 20", "keepouts = [[0, 0, 0, 5]]"], ("keepouts", "has no area")),
        (["layer = 'RDL'", "size = 20", "net = 'VSS'"], ("net",)),
    ],
)  # fmt: skip
def test_mistakes_are_told(tmp_path: Path, lines: list[str], told: tuple[str, ...]) -> None:
    result = run("build", design(tmp_path, *lines), "-o", tmp_path / "out")
    assert result.exit_code == 2
    for text in told:
        assert text in result.output


def test_a_lattice_of_too_many_places_is_refused(tmp_path: Path) -> None:
    folder = design(tmp_path, "layer = 'RDL'", "size = 10", "pitch = [20, 20]")
    text = (folder / "design.toml").read_text(encoding="utf-8").replace("2000", "60000")
    (folder / "design.toml").write_text(text, encoding="utf-8")
    result = run("build", folder, "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert "would have 9,000,000 places" in result.output


def test_a_window_that_cannot_be_reached_is_told(tmp_path: Path) -> None:
    lines = ["layer = 'RDL'", "size = 20", "window = 500", "density = [0.3, 0.8]", "keepouts = [[0, 0, 450, 500]]"]
    result = run("build", design(tmp_path, *lines), "-o", tmp_path / "out", "-f", "gds")
    assert result.exit_code == 0
    assert "windows on RDL stay below 0.3: the lowest has 0.0" in result.output
    assert "too little, at 0, 0 to 500, 500 µm: of 289 places there" in result.output
    assert "are in a keep-out" in result.output
    assert run("density", tmp_path, "--layer", "RDL").exit_code == 1


def test_windows_that_are_too_full_as_drawn_are_told(tmp_path: Path) -> None:
    lines = ["layer = 'RDL'", "size = 20", "window = 250", "density = [0.1, 0.5]"]
    result = run("build", design(tmp_path, *lines), "-o", tmp_path / "out", "-f", "gds")
    assert "windows on RDL are above 0.5" in result.output


def test_two_tables_keep_away_from_each_other(tmp_path: Path) -> None:
    lines = ["layer = 'RDL'", "size = 40", "space = 30", "density = [0.2, 0.9]", "", "[[fill]]"]
    lines += ["layer = 'RDL'", "size = 12", "shape = 'circle'", "density = [0.3, 0.9]", "pattern = 'staggered'"]
    layout = build_layout(design(tmp_path, *lines))
    assert [len(made.points) > 50 for made in layout.dummies] == [True, True]
    assert drawn(layout, "RDL").space_check(round(10 / DBU)).is_empty()
    assert run("check", tmp_path, "--only", "RDL.*", "--only", "NET.*").exit_code == 0


def test_a_dummy_bumps_name_is_not_taken(tmp_path: Path) -> None:
    text = resources.shipped("designs", "pillar_fill", "design.toml").read_text(encoding="utf-8")
    table = "name,x,y,net\nDUMMY_3,500,500,a\n"
    (tmp_path / "bumps.csv").write_text(table, encoding="utf-8")
    start, end = text.index("[bumps.array]"), text.index("[[cells]]")
    own = '[bumps.table]\nfile = "bumps.csv"\nunit = "um"\nview = "bumps_up"\n'
    own += 'columns = { name = "name", x = "x", y = "y", net = "net" }\n\n'
    (tmp_path / "design.toml").write_text(text[:start] + own + text[end:], encoding="utf-8")
    with pytest.raises(InputError, match="bump DUMMY_3 has a dummy's name"):
        build_layout(tmp_path)


def test_fill_is_the_same_each_time() -> None:
    again = build_layout("rdl_fill").dummies[0].points
    assert (again == shipped("rdl_fill").dummies[0].points).all()
