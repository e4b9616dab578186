"""Kinds judged by centres, sizes, counts and covers: boundaries, hierarchy, and what must not be marked."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from shutil import which

import klayout.db as db
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bumpgen import read_process
from bumpgen.check.centres import centres, centres_of
from bumpgen.check.deck import write_deck
from bumpgen.check.engine import check_rule
from bumpgen.check.kinds import KINDS
from bumpgen.check.neighbours import near, touching_boxes
from bumpgen.check.scene import Scene
from bumpgen.rules import Rule, RuleTable
from tests.rules.scenes import scenes

PROCESS = read_process("gf180_bump")
RULES = {
    rule.kind + str(i): rule
    for i, rule in enumerate(
        Rule.model_validate({"id": f"UBM.X.{i}", "kind": kind, "layers": layers, "limit": limit,
                             "reason": "for this test only", "source": "own"})
        for i, (kind, layers, limit) in enumerate((
            ("pitch", ["UBM"], 130), ("pitch", ["PASSIVATION", "UBM"], "70 + 1.3 * UBM"),
            ("pitch_by_size", ["UBM"], "44: 75|54: 95"), ("pitch_exact", ["UBM"], 500),
            ("aligned", ["UBM", "PASSIVATION"], 0.5), ("oversize", ["UBM", "PASSIVATION"], "20 ± 0.2|30"),
            ("count", ["UBM", "PASSIVATION"], 1), ("count_min", ["UBM"], 2), ("covers", ["PROBE", "PASSIVATION"], 0),
            ("inside", ["PASSIVATION outside PROBE", "UBM"], 0), ("forbidden", ["UBM not interacting PAD"], 0),
            ("exclusive", ["UBM", "PROBE"], 0), ("size", ["UBM"], "44 ± 3|60"), ("size_min", ["DIE"], "750 x 1000"),
            ("size_max", ["DIE"], "6800 x 6800"), ("die_edge", ["UBM", "SEAL"], 25),
            ("die_edge_centre", ["UBM", "SEAL"], 90),
        ))
    )
}  # fmt: skip
WHOLE = ("count_min", "exclusive", "size_min", "size_max")


@pytest.mark.parametrize("name", RULES)
def test_examples_at_the_limit_and_a_step_beside_it(name: str) -> None:
    rule = RULES[name]
    kind, grid = KINDS[rule.kind], PROCESS.grid.value
    for value, passes in kind.cases(rule, grid):
        skip = frozenset({"arrayed"} if rule.kind in WHOLE else ())
        for variant, scene in scenes(kind.example(rule, PROCESS, value), PROCESS, skip):
            assert (check_rule(rule, scene).status == "violated") != passes, (value, variant)


def shapes(**layers: list[db.DBox]) -> db.Layout:
    """A layout of one cell with boxes (µm) by layer."""
    layout = db.Layout()
    top = layout.create_cell("TOP")
    for layer, boxes in layers.items():
        for box in boxes:
            top.shapes(layout.layer(*PROCESS.layers[layer].gds)).insert(box)
    return layout


def square(x: float, y: float, side: float) -> db.DBox:
    return db.DBox(x - side / 2, y - side / 2, x + side / 2, y + side / 2)


def found(name: str, **layers: list[db.DBox]) -> int:
    layout = shapes(**layers)
    counts = {check_rule(RULES[name], Scene(layout, layout.top_cell(), PROCESS, flat=f)).count for f in (False, True)}
    assert len(counts) == 1
    return counts.pop()


def test_a_depopulated_map_keeps_its_exact_pitch() -> None:
    sites = [(0, 0), (500, 0), (2000, 0), (2500, 500), (500, 3500)]
    assert found("pitch_exact3", UBM=[square(x, y, 200) for x, y in sites]) == 0
    assert found("pitch_exact3", UBM=[square(x, y, 200) for x, y in (*sites, (700, 6000))]) == 1


def test_a_bump_moved_away_from_its_row_is_found() -> None:
    sites = [(500 * i, 500 * j) for i in range(3) for j in range(3)]
    sites[-1] = (1001, 1000)
    assert found("pitch_exact3", UBM=[square(x, y, 200) for x, y in sites]) == 1


def test_wires_have_no_pitch() -> None:
    cross = [db.DBox(0, 40, 100, 60), db.DBox(40, 0, 60, 100)]
    assert found("pitch0", UBM=[*cross, square(170, 50, 20)]) == 0


def test_a_die_may_lie_either_way_round() -> None:
    assert found("size_min13", DIE=[db.DBox(0, 0, 1000, 750)]) == 0
    assert found("size_min13", DIE=[db.DBox(0, 0, 999, 999)]) == 1
    assert found("size_max14", DIE=[db.DBox(0, 0, 6800, 6800.005)]) == 1


def test_boxes_that_touch_without_their_shapes_are_no_pair() -> None:
    triangle = db.DPolygon([db.DPoint(0, 0), db.DPoint(0, 100), db.DPoint(100, 0)])
    assert found("oversize5", UBM=[triangle], PASSIVATION=[square(90, 90, 18)]) == 0
    assert found("oversize5", UBM=[triangle], PASSIVATION=[square(20, 20, 18)]) == 1


def test_what_lies_outside_or_in_a_ring() -> None:
    ring = [db.DBox(0, 0, 1000, 10), db.DBox(0, 990, 1000, 1000), db.DBox(0, 0, 10, 1000), db.DBox(990, 0, 1000, 1000)]
    for name in ("die_edge15", "die_edge_centre16"):
        assert found(name, SEAL=ring, UBM=[square(500, 500, 60)]) == 0
        assert found(name, SEAL=ring, UBM=[square(500, 500, 60), square(1500, 500, 60), square(1000, 500, 60)]) == 2
    assert found("die_edge_centre16", SEAL=ring, UBM=[square(90, 90, 60), square(89.995, 300, 60)]) == 1


def test_counts_are_told() -> None:
    layout = shapes(
        UBM=[db.DBox(0, 0, 100, 100)], PASSIVATION=[square(20, 20, 9), square(70, 70, 9), square(20, 70, 9)]
    )
    result = check_rule(RULES["count6"], Scene(layout, layout.top_cell(), PROCESS))
    assert [place.measured for place in result.places] == [3]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(-400, 400), st.integers(-400, 400), st.integers(0, 60)), max_size=40))
def test_neighbours_are_those_a_plain_search_finds(spots: list[tuple[int, int, int]]) -> None:
    from bumpgen.check.centres import Centres

    x, y, w = (np.array([spot[k] for spot in spots], np.int64) for k in range(3))
    boxes = Centres(x, y, w, w // 2, 0.001)
    pairs = {frozenset(pair) for pair in zip(*(each.tolist() for each in near(boxes, 0.05)), strict=True)}
    n = range(len(spots))
    assert pairs == {
        frozenset((i, j)) for i in n for j in n if i < j and (x[i] - x[j]) ** 2 + (y[i] - y[j]) ** 2 <= 10000
    }
    touching = set(zip(*(each.tolist() for each in touching_boxes(boxes, boxes)), strict=True))
    assert touching == {
        (i, j) for i in n for j in n if abs(x[i] - x[j]) <= w[i] + w[j] and abs(y[i] - y[j]) <= w[i] // 2 + w[j] // 2
    }


def test_centres_of_turned_arrays_are_those_of_flat_shapes() -> None:
    layout = db.Layout()
    top, middle, leaf = (layout.create_cell(name) for name in ("TOP", "MIDDLE", "LEAF"))
    layer = layout.layer(*PROCESS.layers["UBM"].gds)
    leaf.shapes(layer).insert(db.Box(1000, 2000, 4000, 9000))
    array = db.CellInstArray(leaf.cell_index(), db.Trans(1, True, 5, 7), db.Vector(20000, 0), db.Vector(3, 30000), 9, 8)
    middle.insert(array)
    for rot in range(8):
        trans = db.Trans(rot % 4, rot > 3, 10**6 * rot, 0)
        top.insert(db.CellInstArray(middle.cell_index(), trans))
    deep, flat = (centres(Scene(layout, top, PROCESS, flat=f), "UBM") for f in (False, True))
    rows = [sorted(zip(c.x2.tolist(), c.y2.tolist(), c.w.tolist(), c.h.tolist(), strict=True)) for c in (deep, flat)]
    assert len(deep) == 8 * 72
    assert rows[0] == rows[1]
    assert len(centres_of(db.Region(), 0.001)) == 0


@pytest.mark.skipif(which("klayout") is None, reason="the KLayout application is not installed")
def test_the_deck_marks_the_same_places(tmp_path: Path) -> None:
    layout, x = db.Layout(), 0.0
    top = layout.create_cell("TOP")
    names = [name for name in RULES if not RULES[name].kind.startswith(("size_m", "count_min", "exclusive"))]
    for rule in (RULES[name] for name in names):
        kind = KINDS[rule.kind]
        value = next(value for value, passes in reversed(kind.cases(rule, PROCESS.grid.value)) if not passes)
        for drawn in kind.example(rule, PROCESS, value).shapes:
            index = layout.layer(*PROCESS.layers[drawn.layer].gds)
            for points in drawn.shape.polygons(PROCESS.grid.value):
                top.shapes(index).insert(db.DPolygon([db.DPoint(*point) for point in points]).moved(x, 0))
        x += 3000
    table = RuleTable(name="t", title="t", process="gf180_bump", sources={"own": "o"}, rules=tuple(RULES.values()))
    layout.write(str(tmp_path / "a.gds"))
    (tmp_path / "a.lydrc").write_text(write_deck(table, PROCESS), "utf-8")
    command = ["klayout", "-b", "-r", str(tmp_path / "a.lydrc"), "-rd", f"input={tmp_path / 'a.gds'}"]
    done = subprocess.run([*command, "-rd", f"report={tmp_path / 'a.lyrdb'}"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    base = db.DBox
    report = (tmp_path / "a.lyrdb").read_text("utf-8")
    scene = Scene(layout, top, PROCESS)
    for rule in RULES.values():
        items = re.findall(rf"<category>'?{re.escape(rule.id)}'?</category>.*?</item>", report, re.DOTALL)
        numbers = [[float(n) for n in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", value)] for item in items
                   for value in re.findall(r"<value>\w[\w-]*: (.*?)</value>", item)]  # fmt: skip
        theirs, ours = base(), base()
        for each in numbers:
            for i in range(0, len(each) - 1, 2):
                theirs += db.DPoint(each[i], each[i + 1])
        for place in check_rule(rule, scene).places:
            assert place.box is not None
            ours += base(*place.box)
        same = np.allclose([theirs.left, theirs.bottom, theirs.right, theirs.top],
                           [ours.left, ours.bottom, ours.right, ours.top], atol=0.002)  # fmt: skip
        assert same or (ours.empty() and theirs.empty()), (rule.id, rule.kind, theirs, ours)
