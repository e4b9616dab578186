"""The taped-out chip as golden: ours has the same counts and centres, and obeys what the mask missed."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import klayout.db as db
import pytest
from click.testing import CliRunner

from bumpgen import build_layout, read_design, read_process, read_rules, resources, write_gds
from bumpgen.check.net_check import check_nets
from bumpgen.check.scene import Scene
from bumpgen.check.terminals import terminals_of
from bumpgen.cli import main
from bumpgen.plan import connectivity, plan
from tests.shared import SHARED, needs_shared

PI1, RDL, PI2, UBM = (5, 0), (10, 0), (15, 0), (20, 0)
GOLDEN = SHARED / "caravel_gf180" / "caravel_bump_bond.gds.gz"


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("caravel") / "caravel.gds"
    write_gds(build_layout(read_design("caravel_gf180")), path)
    layout = db.Layout()
    layout.read(str(path))
    return layout


def region(layout: Any, number: tuple[int, int]) -> Any:
    merged = db.Region(layout.top_cell().begin_shapes_rec(layout.layer(*number)))
    merged.merge()
    return merged


@lru_cache(maxsize=1)
def limits() -> dict[str, float]:
    return {rule.id: float(rule.limit) for rule in read_rules("wlcsp_500").rules if isinstance(rule.limit, int | float)}


def test_what_the_design_holds() -> None:
    design = read_design("caravel_gf180")
    assert (len(design.pads), len(design.bumps), len(design.routes)) == (63, 60, 66)
    nets = build_layout(design).nets
    assert len(nets) == 57
    assert all(net.pads and net.bumps for net in nets)
    assert connectivity(plan(design)) == ()


@needs_shared
def test_against_the_taped_out_mask() -> None:
    known = resources.folder("designs") / "caravel_gf180" / "differences.toml"
    args = ["compare", "caravel_gf180", str(GOLDEN), "--shrink", "1.5", "--expect", str(known), "--json"]
    for layer in (PI1, RDL, PI2, UBM):
        args += ["--layer", f"{layer[0]}/{layer[1]}"]
    result = CliRunner().invoke(main, args)
    report = json.loads(result.output)
    assert result.exit_code == 0, result.output
    rows = {tuple(row["layer"]): row for row in report["layers"]}
    counts = {layer: (row["count_a"], row["count_b"]) for layer, row in rows.items()}
    assert counts == {PI1: (63, 63), RDL: (57, 57), PI2: (60, 60), UBM: (60, 60)}
    for layer in (PI1, PI2, UBM):
        assert rows[layer]["centre_shift"] <= 0.001
    left = {layer: [place["reason"] for place in row["differences"]] for layer, row in rows.items()}
    assert {layer: len(places) for layer, places in left.items()} == {PI1: 0, RDL: 5, PI2: 0, UBM: 0}
    assert all("filled: RDL.N.1" in reason for reason in left[RDL])
    assert all(row["xor_area"] > 0 for layer, row in rows.items() if layer != PI1)  # ours are no 36-gons


@needs_shared
def test_the_mask_drew_one_bump_twice(drawn: Any) -> None:
    """E6 stands in the taped-out mask twice, for its two tapers; ours draws one pad with two teardrops."""
    golden = db.Layout()
    golden.read(str(GOLDEN))
    counts = [db.Region(la.top_cell().begin_shapes_rec(la.layer(*UBM))).count() for la in (golden, drawn)]
    assert counts == [61, 60]


@needs_shared
def test_a_difference_is_seen(tmp_path: Path, drawn: Any) -> None:
    """The comparison that finds nothing must find something when one bump is moved by 4 µm."""
    moved = drawn.dup()
    top = moved.top_cell()
    index = moved.layer(*UBM)
    shapes = db.Region(top.begin_shapes_rec(index)).merged()
    moved.clear_layer(index)
    for i, polygon in enumerate(shapes.each()):
        top.shapes(index).insert(polygon.moved(4000, 0) if i == 0 else polygon)
    path = tmp_path / "moved.gds"
    moved.write(str(path))
    result = CliRunner().invoke(
        main, ["compare", str(path), str(GOLDEN), "--shrink", "1.5", "--layer", "20/0", "--json"]
    )
    row = json.loads(result.output)["layers"][0]
    assert result.exit_code == 1
    assert row["centre_shift"] == pytest.approx(4.0, abs=0.002)
    assert row["differences"]


def test_obeys_the_widths_the_taped_out_mask_missed(drawn: Any) -> None:
    """PI2 ≥ 220, UBM ≥ 250: each shape's box, and the space between parallel sides."""
    for layer, rule in ((PI2, "POLY2.W.1"), (UBM, "UBM.W.1")):
        limit = round(limits()[rule] * 1000)
        shapes = region(drawn, layer)
        assert shapes.count() == 60
        assert all(min(p.bbox().width(), p.bbox().height()) >= limit for p in shapes.each())
        assert shapes.width_check(limit, metrics=db.Metrics.Projection, ignore_angle=3).count() == 0


@pytest.mark.parametrize(
    ("outer", "inner", "rule"),
    [(UBM, PI2, "UBM.EN.1"), (RDL, UBM, "RDL.EN.2"), (RDL, PI1, "RDL.EN.1")],
)
def test_obeys_the_enclosures(drawn: Any, outer: tuple[int, int], inner: tuple[int, int], rule: str) -> None:
    """Enclosure at the limit is clean, and the same check bites one step above what is drawn."""
    limit = round(limits()[rule] * 1000)
    around, within = region(drawn, outer), region(drawn, inner)
    assert within.count() > 0
    assert (within - around).is_empty()
    assert within.enclosed_check(around, limit, metrics=db.Metrics.Projection).count() == 0
    assert (within.sized(limit, 2) - around.sized(20, 2)).is_empty()
    assert within.enclosed_check(around, limit + 1, metrics=db.Metrics.Projection).count() > 0


def test_every_pad_and_bump_is_on_its_net_by_place(drawn: Any) -> None:
    """Metal is merged and probed at each pad and bump: one piece a net, no piece with two nets."""
    design = read_design("caravel_gf180")
    pieces = list(region(drawn, RDL).each())
    owner: dict[int, str] = {}
    piece_of: dict[str, int] = {}
    for place in (*design.pads, *design.bumps):
        point = db.Point(round(place.x * 1000), round(place.y * 1000))
        found = [i for i, piece in enumerate(pieces) if piece.inside(point)]
        assert len(found) == 1, f"{place.name} at {place.x}, {place.y}"
        assert owner.setdefault(found[0], place.net) == place.net
        assert piece_of.setdefault(place.net, found[0]) == found[0]
    assert len(owner) == len(pieces) == 57


def test_one_vertex_count_and_phase_in_a_stack(drawn: Any) -> None:
    """Facets of UBM lie over facets of PI2: equal counts, corners in equal directions to 0.1 µm."""
    centre = db.Point(1_190_000, 4_785_000)
    corners = []
    for layer in (PI2, UBM):
        shape = next(p for p in region(drawn, layer).each() if p.inside(centre))
        corners.append([(pt.x - centre.x, pt.y - centre.y) for pt in shape.each_point_hull()])
    assert len(corners[0]) == len(corners[1]) > 100
    for (x0, y0), (x1, y1) in zip(*corners, strict=True):
        assert abs(x0 * y1 - x1 * y0) < 100 * 125_000


def test_everything_is_on_grid(drawn: Any) -> None:
    assert drawn.dbu == pytest.approx(0.001)
    assert all(region(drawn, layer).grid_check(1, 1).count() == 0 for layer in (PI1, RDL, PI2, UBM))


def places_of(*arguments: str) -> tuple[int, dict[str, int], dict[str, str]]:
    """Exit code, places by rule of what `bumpgen check` finds, and why rules were not tested."""
    result = CliRunner().invoke(main, ["check", *arguments, "--json"])
    report = json.loads(result.output)
    found = {row["rule"]: row["count"] for row in report["results"] if row["count"]}
    untested = {row["rule"]: row["note"] for row in report["results"] if row["verdict"] == "not tested"}
    return result.exit_code, found, untested


def test_our_own_mask_gives_nothing_at_all() -> None:
    code, found, untested = places_of("caravel_gf180")
    assert (code, found) == (0, {})
    assert all("nothing is drawn on" in why or "guideline" in why for why in untested.values())


@needs_shared
def test_the_taped_out_mask_gives_249_places(tmp_path: Path) -> None:
    arguments = ["--gds", str(GOLDEN), "--pdk", "wlcsp_500"]
    expected = {"POLY2.W.1": 60, "UBM.W.1": 60, "UBM.EN.1": 60, "RDL.EN.2": 60, "RDL.N.1": 9}
    code, found, _ = places_of(*arguments)
    assert (code, found) == (1, expected)
    assert places_of(*arguments, "--flat")[1] == expected
    assert places_of(*arguments, "--threads", "2")[1] == expected


@needs_shared
def test_the_taped_out_mask_has_57_nets_none_shorted() -> None:
    layout = db.Layout()
    layout.read(str(GOLDEN))
    scene = Scene(layout, layout.top_cell(), read_process("wlcsp_500"))
    results, rows = check_nets(scene, terminals_of(read_design("caravel_gf180")))
    assert {result.rule: result.count for result in results if result.count} == {}
    assert len(rows) == 57
    assert all(row.pieces == 1 for row in rows)
