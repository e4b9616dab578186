"""Kinds judged with numbers of the process: films, materials, heights, openings and solder after reflow."""

from __future__ import annotations

import math

import klayout.db as db
import pytest

from bumpgen import resources
from bumpgen.check.engine import check_rule
from bumpgen.check.kinds import KINDS
from bumpgen.check.kinds.apertures import narrowest
from bumpgen.check.scene import Scene
from bumpgen.check.stack import film_under, films_on, height, with_film, with_material
from bumpgen.process import Process, read_process
from bumpgen.report import RuleResult
from bumpgen.rules import Rule, RuleTable, read_rules
from bumpgen.solder import ball_for, ball_volume, bump_height, bump_width
from tests.rules import scenes

TABLES = resources.names("drc_rules")
JUDGED = {
    "film_min", "film_ratio", "film_below", "film_stack", "material", "elements", "melts_above", "stands_reflow",
    "height", "height_min", "height_max", "higher",
}  # fmt: skip
DRAWN = {"area_ratio", "aspect_ratio", "height_ratio", "height_total", "reflowed_height", "reflowed_inside"}
ROWS = [
    (table.process, rule) for name in TABLES for table in [read_rules(name)] for rule in table.rules
    if rule.kind in JUDGED | DRAWN
]  # fmt: skip
IDS = [f"{process}-{rule.id}" for process, rule in ROWS]


def judged(rule: Rule, process: Process, shapes: scenes.Shapes, **options: bool) -> RuleResult:
    return check_rule(rule, scenes.scene(shapes, process, scenes.insert, **options))


def squares(process: Process, **layers: float) -> scenes.Shapes:
    """A square of a side (µm) on each layer, all centred at the origin."""
    return [
        (layer, db.Polygon(db.Box(*(round(sign * side * 500) for sign in (-1, -1, 1, 1)))))
        for layer, side in layers.items()
    ]


def test_every_kind_has_a_shipped_row() -> None:
    assert {rule.kind for _, rule in ROWS} == JUDGED | DRAWN


@pytest.mark.parametrize(("name", "rule"), ROWS, ids=IDS)
def test_examples_come_out_as_their_cases_say(name: str, rule: Rule) -> None:
    process = read_process(name)
    kind = KINDS[rule.kind]
    outcomes = kind.cases(rule, process.grid.value)
    assert {passes for _, passes in outcomes} == {True, False}
    for value, passes in outcomes:
        pattern = kind.example(rule, process, value)
        assert pattern.process is not None
        shapes = scenes.polygons(pattern, process.grid.value)
        for flat in (False, True):
            result = judged(rule, pattern.process, shapes, flat=flat)
            assert result.status == ("clean" if passes else "violated"), (value, result.places)
            assert result.count == (0 if passes else 1)


@pytest.mark.parametrize("name", TABLES)
def test_each_shipped_process_keeps_its_rules_about_films(name: str) -> None:
    table: RuleTable = read_rules(name)
    process = read_process(table.process)
    for rule in table.rules:
        if rule.kind not in JUDGED:
            continue
        result = judged(rule, process, squares(process, **dict.fromkeys(rule.names, 50.0)))
        assert (rule.id, result.status, result.note) == (rule.id, "clean", "")


@pytest.mark.parametrize("name", TABLES)
def test_a_process_without_the_film_is_not_judged(name: str) -> None:
    table = read_rules(name)
    process = read_process(table.process)
    bare = process.model_copy(update={"films": (), "steps": ()})
    for rule in table.rules:
        if rule.kind in JUDGED | DRAWN:
            result = judged(rule, bare, squares(bare, **dict.fromkeys(rule.names, 50.0)))
            assert result.status == "not tested", rule.id
            assert "film" in result.note or "reflow" in result.note, result.note


def test_a_rule_without_a_place_says_what_was_measured() -> None:
    process = with_film(read_process("gold_rdl"), "rdl", thickness=1.0)
    rule = read_rules("gold_rdl").rule("RDL.TH.1")
    result = judged(rule, process, squares(process, RDL=50))
    (place,) = result.places
    assert (place.box, place.measured) == (None, 1.0)
    assert "film thickness 1, more than 1" in place.message


def test_a_guideline_is_told_but_never_judged() -> None:
    process = read_process("wlcsp_500")
    rule = read_rules("wlcsp_500").rule("BUMP.P.2")
    result = judged(rule, process, squares(process, BUMP=310, SCRIBE=50))
    assert (result.status, result.note) == ("not tested", "a guideline, not judged from a layout")
    assert KINDS["guideline"].deck(rule, None) == ()  # type: ignore[arg-type]


def test_a_seed_of_the_same_metal_is_no_barrier() -> None:
    process = read_process("gold_rdl")
    under = film_under(process, "RDL")
    assert under is not None
    assert under.name == "rdl_barrier"
    bare = process.model_copy(update={"films": tuple(f for f in process.films if f.name != "rdl_barrier")})
    (place,) = judged(read_rules("gold_rdl").rule("RDL.TH.2"), bare, squares(bare, RDL=50)).places
    assert place.measured == "none"


def test_resist_and_flux_count_only_where_nothing_else_stays() -> None:
    balldrop = read_process("balldrop")
    assert [film.name for film in films_on(balldrop, "UBM")] == ["adhesion", "barrier", "wetting"]
    assert [film.name for film in films_on(balldrop, "RESIST")] == ["bump_resist"]
    assert height(read_process("pillar"), "PILLAR") == pytest.approx(0.1 + 0.3 + 32 + 2)


def test_a_resist_that_softens_is_found() -> None:
    process = with_film(read_process("balldrop"), "bump_resist", material="resist_pos")
    (place,) = judged(read_rules("balldrop").rule("RESIST.T.1"), process, squares(process, RESIST=95)).places
    assert place.measured == 100 - 250


@pytest.mark.parametrize(("element", "passes"), [("cu", True), ("in", False), ("sn", True), ("ni", True)])
def test_pillars_melt_above_their_cap(element: str, passes: bool) -> None:
    """Claims 18, 30, 38: indium melts below tin-silver; tin above it, by a few kelvin."""
    process = with_film(read_process("pillar"), "pillar", material=element)
    result = judged(read_rules("pillar").rule("PILLAR.MP.1"), process, squares(process, PILLAR=49, CAP=49))
    assert (result.status == "clean") is passes


def test_equal_melting_points_are_not_above() -> None:
    process = read_process("pillar")
    process = with_material(process, "cu", solidus=227.0)
    result = judged(read_rules("pillar").rule("PILLAR.MP.1"), process, squares(process, PILLAR=49, CAP=49))
    assert result.status == "violated"


@pytest.mark.parametrize(("material", "passes"), [("au", False), ("ni", True), ("sn98ag2", True)])
def test_elements_of_pillars(material: str, passes: bool) -> None:
    """Claim 5 doesn't list gold."""
    process = with_film(read_process("pillar"), "pillar", material=material)
    result = judged(read_rules("pillar").rule("PILLAR.M.1"), process, squares(process, PILLAR=49))
    assert (result.status == "clean") is passes


def test_solder_after_reflow_is_a_truncated_sphere() -> None:
    """sky130's UBM and bump widths: 250 µm and 300 µm balls become 261 and 310 wide (drawn; within 0.5 %)."""
    assert bump_width(215 / 2, ball_volume(250)) == pytest.approx(261, rel=0.005)
    assert bump_width(250 / 2, ball_volume(300)) == pytest.approx(310, rel=0.005)
    assert bump_height(40, ball_volume(80)) == pytest.approx(60.51, abs=0.005)
    assert bump_width(40, ball_volume(80)) == pytest.approx(86.95, abs=0.005)
    assert bump_height(0, ball_volume(80)) == pytest.approx(80)


@pytest.mark.parametrize("radius", [1.0, 24.5, 100.0])
@pytest.mark.parametrize("share", [0.05, 0.5, 1.0, 5.0])
def test_the_height_gives_back_the_volume(radius: float, share: float) -> None:
    h = radius * share
    volume = math.pi * h * (3 * radius**2 + h**2) / 6
    assert bump_height(radius, volume) == pytest.approx(h, rel=1e-12)
    assert ball_volume(ball_for(radius, h)) == pytest.approx(volume, rel=1e-12)


def test_only_the_opening_its_bump_does_not_fit_is_marked() -> None:
    process = read_process("balldrop")
    rule = read_rules("balldrop").rule("RESIST.R.5")
    shapes = squares(process, BALL=80, RESIST=95, UBM=70)
    shapes += [(layer, polygon.moved(200_000, 0)) for layer, polygon in squares(process, BALL=80, RESIST=87, UBM=80)]
    (place,) = judged(rule, process, shapes).places
    assert place.box == (156.5, -43.5, 243.5, 43.5)
    assert place.measured == pytest.approx(87 - bump_width(math.sqrt(80**2 / math.pi), ball_volume(80)))


def test_a_turned_slot_is_as_narrow_as_an_upright_one() -> None:
    slot = db.DPolygon(db.DBox(-200, -40, 200, 40))
    for angle in (0, 30, 45, 71.3):
        turned = (db.DCplxTrans(1, angle, False, 0, 0) * slot).to_itype(0.001)
        assert narrowest(turned) * 0.001 == pytest.approx(80, abs=0.003)


def test_narrowest_of_hull_not_of_outline() -> None:
    notched = db.Polygon(
        [db.Point(*p) for p in ((0, 0), (90, 0), (90, 60), (50, 60), (50, 10), (40, 10), (40, 60), (0, 60))]
    )
    assert narrowest(notched) == 60
    triangle = db.Polygon([db.Point(0, 0), db.Point(30, 0), db.Point(0, 40)])
    assert narrowest(triangle) == 24


def test_shapes_of_other_sizes_are_judged_one_by_one() -> None:
    process = read_process("paste")
    rule = read_rules("paste").rule("STENCIL.AR.1")
    small, large = squares(process, STENCIL=160), squares(process, STENCIL=190)
    shapes = small + [(layer, polygon.moved(500_000, 0)) for layer, polygon in large]
    (place,) = judged(rule, process, shapes).places
    assert place.box == (-80, -80, 80, 80)
    assert place.measured == pytest.approx(160 / (4 * 63))


def test_scene_without_drawn_layer_is_not_tested() -> None:
    process = read_process("gold_rdl")
    layout = db.Layout()
    scene = Scene(layout, layout.create_cell("TOP"), process)
    assert check_rule(read_rules("gold_rdl").rule("RDL.TH.1"), scene).note == "nothing is drawn on RDL"
