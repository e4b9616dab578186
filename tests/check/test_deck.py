"""Decks for the KLayout application: current, readable, and of one mind with the pip engine, place by place."""

from __future__ import annotations

import math
import random
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import klayout.db as db
import pytest
from click.testing import CliRunner

from bumpgen import build_layout, read_design, read_process, read_rules, resources, write_gds
from bumpgen.check.deck import deck_of, write_deck
from bumpgen.check.engine import check_rule
from bumpgen.check.kind import Marker, between, outline
from bumpgen.check.kinds import KINDS
from bumpgen.check.places import places
from bumpgen.check.scene import Scene
from bumpgen.cli import main
from bumpgen.errors import InputError
from bumpgen.process import Process
from bumpgen.report import Box
from bumpgen.rules import Rule, RuleTable
from tests.docs import DECKS, deck
from tests.rules import scenes
from tests.shared import SHARED, needs_shared

TABLES = resources.names("drc_rules")
MASK = SHARED / "caravel_gf180" / "caravel_bump_bond.gds.gz"
WITH_PROCESS = {"area_ratio", "aspect_ratio", "height_ratio", "height_total", "reflowed_height", "reflowed_inside"}
SLACK = 0.002
"""Boxes of the two engines may differ by two database units, µm."""

needs_application = pytest.mark.skipif(
    shutil.which("klayout") is None, reason="the KLayout application isn't installed"
)
Found = dict[str, list[Box]]


def run(text: str, layout: Path, folder: Path, *variables: str) -> tuple[Any, str]:
    """The report database a deck writes in the application, and what it says."""
    macro, report = folder / "deck.lydrc", folder / "found.lyrdb"
    macro.write_text(text, encoding="utf-8")
    said = application(macro, f"input={layout}", f"report={report}", *variables)
    return loaded(report), said


def run_all(texts: list[str], layouts: list[Path], folder: Path) -> list[Any]:
    """Report databases of several decks, each with its own layout, all run by one application: it starts slowly."""
    lines, reports = [], []
    for number, (text, layout) in enumerate(zip(texts, layouts, strict=True)):
        macro, report = folder / f"{number}.lydrc", folder / f"{number}.lyrdb"
        macro.write_text(text, encoding="utf-8")
        lines += [f"$input, $report = {str(layout)!r}, {str(report)!r}", f"RBA::Macro::new({str(macro)!r}).run"]
        reports.append(report)
    script = folder / "all.rb"
    script.write_text("\n".join(lines), encoding="utf-8")
    application(script)
    return [loaded(report) for report in reports]


def application(script: Path, *variables: str) -> str:
    """Run a script in the KLayout application; what it says."""
    options = [part for one in variables for part in ("-rd", one)]
    done = subprocess.run(["klayout", "-b", "-r", str(script), *options], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "ERROR" not in done.stderr, done.stderr
    return done.stdout + done.stderr


def loaded(report: Path) -> Any:
    """A report database from its file."""
    found = db_report("found")
    found.load(str(report))
    return found


def db_report(name: str) -> Any:
    import klayout.rdb as rdb

    return rdb.ReportDatabase(name)


def markers(found: Any, rule: Rule) -> Iterator[Marker]:
    """A rule's markers in a report database."""
    categories = [category.rdb_id() for category in found.each_category() if category.name() == rule.id]
    for item in (item for category in categories for item in found.each_item_per_category(category)):
        for value in item.each_value():
            if value.is_polygon():
                yield Marker(hull(value.polygon()))
            elif value.is_edge_pair():
                yield Marker(between(value.edge_pair(), 1))
            else:
                edge, wide = value.edge(), 0.001
                box = edge.bbox().enlarged(wide, wide) if value.is_edge() else value.box()
                yield Marker(outline(db.DPolygon(box), 1))


def hull(polygon: Any) -> tuple[tuple[float, float], ...]:
    """The hull of a polygon, whose holes a report database joins to it by cuts; one without area as it is."""
    whole = list(db.Region(polygon.to_itype(scenes.DBU)).merged().hulls().each())
    return outline(whole[0], scenes.DBU) if len(whole) == 1 else outline(polygon, 1)


def by_deck(found: Any, table: RuleTable, scene: Scene) -> Found:
    """Boxes of the places in the application's report."""
    boxes = {}
    for rule in table.rules:
        kind = KINDS[rule.kind]
        boxes[rule.id] = [place.box for place in places(rule, kind, markers(found, rule), scene) if place.box]
    return boxes


def by_engine(table: RuleTable, scene: Scene) -> Found:
    """Boxes of the pip engine's places; the whole layout's for a place without one."""
    whole = scene.top.dbbox()
    extent = (whole.left, whole.bottom, whole.right, whole.top)
    return {rule.id: [place.box or extent for place in check_rule(rule, scene).places] for rule in table.rules}


def differences(one: Found, other: Found) -> list[str]:
    """Rules and boxes on which two engines don't agree."""
    told = []
    for rule in one:
        a, b = sorted(one[rule]), sorted(other[rule])
        lonely = [box for box in a if not any(_same(box, o) for o in b)] + [
            box for box in b if not any(_same(box, o) for o in a)
        ]
        if len(a) != len(b) or lonely:
            told.append(f"{rule}: {len(a)} places, {len(b)} by the deck; {lonely[:3]}")
    return told


def _same(one: Box, other: Box) -> bool:
    return all(abs(a - b) <= SLACK + 1e-9 for a, b in zip(one, other, strict=True))


def scene_of(layout: Path, process: Process) -> Scene:
    """A layout file as the pip engine sees it."""
    read = db.Layout()
    read.read(str(layout))
    return Scene(read, read.top_cell(), process)


def compared(table: RuleTable, process: Process, layout: Path, folder: Path, *variables: str) -> Found:
    """What both engines find, after they were seen to agree."""
    scene = scene_of(layout, process)
    with ThreadPoolExecutor(1) as beside:
        running = beside.submit(run, write_deck(table, process), layout, folder, *variables)
        expected = by_engine(table, scene)
        found, _ = running.result()
    assert differences(expected, by_deck(found, table, scene)) == []
    return expected


@pytest.mark.parametrize("path", DECKS, ids=lambda path: path.stem)
def test_committed_decks_are_current(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == deck(DECKS[path]), "run python -m tests.docs"


@pytest.mark.parametrize("name", TABLES)
def test_decks_are_readable(name: str) -> None:
    table = read_rules(name)
    root = ET.fromstring(deck(name))  # noqa: S314
    text = root.findtext("text") or ""
    assert root.findtext("dsl-interpreter-name") == "drc-dsl-xml"
    reports = re.findall(r"report\(.*", text)
    assert reports
    assert all(line.isascii() for line in reports)
    plain = re.sub(r"\n#\s+", " ", text)
    for rule in table.rules:
        assert f"# {rule.id}: " in text
        assert f"[{rule.source}]" in plain or len(rule.source) > 60, rule.id
    for variable in re.findall(r"^(\w+) = input\(", text, re.MULTILINE):
        assert len(re.findall(rf"\b{variable}\b", text)) > 1, f"{variable} is defined but not used"
    for function in re.findall(r"^def (\w+[?!]?)", text, re.MULTILINE):
        assert text.count(function) > 1, f"{function} is defined but not called"
    assert (
        len(re.findall(r"^ *(?:if|def)\b.*$", text, re.MULTILINE))
        <= len(re.findall(r"^ *end\b", text, re.MULTILINE)) + 5
    )


def test_the_command_writes_a_deck(tmp_path: Path) -> None:
    out = tmp_path / "mine.lydrc"
    result = CliRunner().invoke(main, ["deck", "wlcsp_500", "-o", str(out)], catch_exceptions=False)
    assert result.exit_code == 0
    assert out.read_text(encoding="utf-8") == deck("wlcsp_500")
    assert "rules" in result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no_such_table", "-o", "x.lydrc"], "no rule table named 'no_such_table'"),
        (["wlcsp_500", "-o", "x.drc"], "a deck is a .lydrc file"),
        (["wlcsp_500", "-o", "x.lydrc", "--pdk", "wlcsp_50"], "no process named 'wlcsp_50'"),
    ],
)
def test_wrong_input_is_told(
    arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["deck", *arguments])
    assert result.exit_code == 2
    assert message in result.output
    assert not list(tmp_path.iterdir())


def test_a_layer_named_like_a_word_of_ruby_is_refused() -> None:
    process = read_process("wlcsp_500")
    process = process.model_copy(update={"layers": {**process.layers, "END": process.layers["UBM"]}})
    table = read_rules("wlcsp_500")
    rule = table.rule("UBM.W.1").model_copy(update={"layers": ("END",)})
    with pytest.raises(InputError, match="END can't be named"):
        deck_of(table.model_copy(update={"rules": (rule,)}), process)


def test_other_processes_are_told_what_they_lack() -> None:
    text = deck_of(read_rules("balldrop"), read_process("paste"))
    assert "Not tested: BALL is not a layer of paste." in text
    assert "ball = input" not in text


@needs_application
@needs_shared
@pytest.mark.parametrize("mode", ["deep", "flat", "tiled"])
def test_the_taped_out_mask(mode: str, tmp_path: Path) -> None:
    table, process = read_rules("wlcsp_500"), read_process("wlcsp_500")
    found = compared(table, process, MASK, tmp_path, f"mode={mode}", "threads=2")
    counts = {rule: len(boxes) for rule, boxes in found.items() if boxes}
    geometric = {"POLY2.W.1": 60, "UBM.W.1": 60, "UBM.EN.1": 60, "RDL.EN.2": 60, "RDL.N.1": 9}
    assert geometric.items() <= counts.items()


@needs_application
@pytest.mark.parametrize("name", resources.names("designs"))
def test_shipped_designs(name: str, tmp_path: Path) -> None:
    design = read_design(name)
    layout = tmp_path / "design.gds"
    write_gds(build_layout(design), layout)
    assert design.process.rules is not None
    compared(read_rules(design.process.rules), design.process, layout, tmp_path)


@needs_application
def test_a_rule_without_its_layer_is_told_at_run_time(tmp_path: Path) -> None:
    process = read_process("wlcsp_500")
    layout = tmp_path / "ubm.gds"
    _write(layout, process, [("UBM", db.Polygon(db.Box(0, 0, 240_000, 240_000)))])
    found, said = run(deck("wlcsp_500"), layout, tmp_path)
    assert "UBM.EN.1: not tested, nothing is drawn on POLY2" in said
    assert [c.name() for c in found.each_category()] == ["UBM.W.1"]


@needs_application
def test_top_and_mode_are_variables(tmp_path: Path) -> None:
    process, layout = read_process("wlcsp_500"), tmp_path / "two.gds"
    both = db.Layout()
    for top, side in (("GOOD", 260_000), ("BAD", 240_000)):
        both.create_cell(top).shapes(both.layer(*process.layers["UBM"].gds)).insert(db.Box(0, 0, side, side))
    both.write(str(layout))
    for top, count in (("GOOD", 0), ("BAD", 1)):
        found, _ = run(deck("wlcsp_500"), layout, tmp_path, f"top={top}")
        assert (found.num_items() > 0) is bool(count)
    with pytest.raises(AssertionError, match="mode is deep, flat or tiled, not sideways"):
        run(deck("wlcsp_500"), layout, tmp_path, "top=BAD", "mode=sideways")


@needs_application
@pytest.mark.parametrize("name", TABLES)
def test_every_rule_finds_its_failing_pattern(name: str, tmp_path: Path) -> None:
    """Failing patterns of all rules side by side: both engines see the same, and each rule its own at least."""
    table = read_rules(name)
    process = read_process(table.process)
    shapes: scenes.Shapes = []
    broken, x = set(), 0
    for rule in table.rules:
        kind = KINDS[rule.kind]
        for value in [value for value, passes in kind.cases(rule, process.grid.value) if not passes][:1]:
            pattern = kind.example(rule, process, value)
            if pattern.process is not None:
                continue
            drawn = scenes.polygons(pattern, process.grid.value)
            box = db.Region([polygon for _, polygon in drawn]).bbox()
            shapes += [(layer, polygon.moved(x - box.left, -box.bottom)) for layer, polygon in drawn]
            x += box.width() + 1_000_000
            broken.add(rule.id)
    layout = tmp_path / "patterns.gds"
    _write(layout, process, shapes)
    compared(table, process, layout, tmp_path)


def _write(path: Path, process: Process, shapes: scenes.Shapes) -> None:
    layout = db.Layout()
    layout.dbu = scenes.DBU
    scenes.insert(layout.create_cell("TOP"), shapes, process)
    layout.write(str(path))


@needs_application
@pytest.mark.parametrize(
    ("name", "rule"),
    [(name, rule) for name in TABLES for rule in read_rules(name).rules if rule.kind in WITH_PROCESS],
    ids=lambda value: value if isinstance(value, str) else value.id,
)
def test_rules_with_numbers_of_the_process(name: str, rule: Rule, tmp_path: Path) -> None:
    table = read_rules(name)
    process = read_process(table.process)
    one = table.model_copy(update={"rules": (rule,)})
    cases = KINDS[rule.kind].cases(rule, process.grid.value)
    texts, layouts, expected = [], [], []
    for number, (value, passes) in enumerate(cases):
        pattern = KINDS[rule.kind].example(rule, process, value)
        assert pattern.process is not None
        layouts.append(tmp_path / f"{number}.gds")
        _write(layouts[-1], process, scenes.polygons(pattern, process.grid.value))
        scene = scene_of(layouts[-1], pattern.process)
        expected.append((scene, by_engine(one, scene)))
        assert len(expected[-1][1][rule.id]) == (0 if passes else 1)
        texts.append(write_deck(one, pattern.process))
    for found, (scene, boxes) in zip(run_all(texts, layouts, tmp_path), expected, strict=True):
        assert differences(boxes, by_deck(found, one, scene)) == []


@needs_application
def test_a_rule_about_films_is_judged_when_the_deck_is_written(tmp_path: Path) -> None:
    table = read_rules("gold_rdl")
    rule = table.rule("RDL.TH.1")
    pattern = KINDS[rule.kind].example(rule, read_process("gold_rdl"), 1.0)
    assert pattern.process is not None
    layout = tmp_path / "pattern.gds"
    _write(layout, pattern.process, scenes.polygons(pattern, 0.001))
    found = compared(table.model_copy(update={"rules": (rule,)}), pattern.process, layout, tmp_path)
    assert found == {rule.id: [(0, 0, 100, 100)]}


def scatter(process: Process, seed: int) -> scenes.Shapes:
    """Stacks of discs, octagons and squares on a rough grid, wires between them, and one fault in five shapes.

    No wire stands square on a slanted side: whether KLayout pairs sides at a right angle to each other then hangs
    on how their ends fell on the grid (30.96° is between the directions of a 64-gon's sides).
    """
    chance = random.Random(seed)
    layers = [name for name, layer in process.layers.items() if layer.meaning in ("metal", "opening", "body")]
    step = 5 if process.grid.value == 0.005 else 1
    shapes: scenes.Shapes = []
    for column in range(5):
        for row in range(5):
            x, y = (step * round((place * 180_000 + chance.gauss(0, 8_000)) / step) for place in (column, row))
            for number, layer in enumerate(layers):
                if chance.random() < 0.1:
                    continue
                size = 60_000 + 8_000 * (number % 5)
                if chance.random() < 0.2:
                    size = chance.randrange(5_000, 200_000, 2 * step)
                shapes.append((layer, _stamp(chance, x, y, size, step)))
        left = column * 180_000
        corners = (left, 0), (left, 300_000), (left + 150_000, 390_000 + 10 * (column - 2))
        wire = db.Path([db.Point(*corner) for corner in corners], chance.randrange(6_000, 30_000, 10))
        shapes.append((layers[column % len(layers)], wire.polygon()))
    return shapes


def _stamp(chance: random.Random, x: int, y: int, size: int, step: int) -> Any:
    corners = chance.choice([4, 8, 64])
    radius = size / 2 / math.cos(math.pi / corners)
    turn = math.pi / corners
    points = [
        db.Point(*(step * round((centre + radius * part(2 * math.pi * i / corners + turn)) / step)
                   for centre, part in ((x, math.cos), (y, math.sin))))
        for i in range(corners)
    ]  # fmt: skip
    return db.Polygon(points)


@needs_application
@pytest.mark.parametrize(("seed", "name"), list(enumerate(TABLES)))
def test_random_layouts(seed: int, name: str, tmp_path: Path) -> None:
    table = read_rules(name)
    process = read_process(table.process)
    layout = tmp_path / "random.gds"
    _write(layout, process, scatter(process, 1000 + seed))
    found = compared(table, process, layout, tmp_path)
    assert sum(map(len, found.values())) > 10
