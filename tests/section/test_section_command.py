"""`bumpgen section` and `bumpgen traveler`: files, errors, exit codes."""

from __future__ import annotations

import csv
import io
import json
import re
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest
import shapely
from click.testing import CliRunner
from PIL import Image

from bumpgen.cli import main
from bumpgen.command.section_assembly import strips_of_assembly
from bumpgen.command.traveler import sheet_of
from bumpgen.cut import Cut
from bumpgen.read.assembly_file import read_assembly
from bumpgen.section.read import Strip
from bumpgen.write.run_sheet import SHEETS


def run(*arguments: str) -> tuple[int, str]:
    found = CliRunner().invoke(main, list(arguments))
    return found.exit_code, found.output


@cache
def joined(name: str) -> tuple[Strip, ...]:
    return strips_of_assembly(read_assembly(name))[0]


@pytest.mark.parametrize("name", ["pillar_to_pillar", "gold_rdl_module", "chip_to_chip_paste", "module_encapsulated"])
def test_a_joint_has_the_solder_of_both_sides(name: str) -> None:
    placed, molten = joined(name)[-1].frames[:2]
    before = sum(drop.volume for drop in placed.state.drops)
    after = sum(drop.volume for drop in molten.state.drops)
    assert before > 0
    assert after == pytest.approx(before, rel=1e-6)


@pytest.mark.parametrize("name", ["pillar_to_pillar", "gold_rdl_module", "module_encapsulated"])
def test_two_sides_touch_and_nothing_overlaps(name: str) -> None:
    for frame in joined(name)[-1].frames:
        areas = [piece.area for piece in frame.state.pieces]
        assert sum(area.area for area in areas) == pytest.approx(shapely.union_all(areas).area, abs=1.0)
    first = joined(name)[-1].frames[0].state
    sides = [
        shapely.union_all([piece.area for piece in first.pieces if piece.film.startswith(side)])
        for side in ("first: ", "second: ")
    ]
    assert shapely.distance(*sides) == pytest.approx(0, abs=1e-3)


def test_an_encapsulation_leaves_no_gap() -> None:
    full = joined("module_encapsulated")[-1].frames[-1].state
    between = shapely.box(0, 1, full.box[1], 70)
    assert shapely.union_all([piece.area for piece in full.pieces]).intersection(between).area == pytest.approx(
        between.area, abs=0.5
    )


@pytest.mark.parametrize("ending", ["svg", "png", "pdf", "html", "gif"])
def test_every_kind_of_file_is_written(ending: str, tmp_path: Path) -> None:
    out = tmp_path / f"strip.{ending}"
    code, said = run("section", "flux_ball_die", "--all", "-o", str(out))
    assert code == 0, said
    data = out.read_bytes()
    starts = {"svg": b"<svg", "png": b"\x89PNG", "pdf": b"%PDF", "html": b"<!doctype html>", "gif": b"GIF89a"}
    assert data.startswith(starts[ending])


def test_a_moving_picture_has_a_frame_a_step(tmp_path: Path) -> None:
    out = tmp_path / "strip.gif"
    assert run("section", "flux_ball_die", "-o", str(out), "-q")[0] == 0
    with Image.open(out) as film:
        assert film.n_frames == 6


def test_the_page_needs_no_network(tmp_path: Path) -> None:
    out = tmp_path / "strip.html"
    assert run("section", "flux_ball_die", "-o", str(out), "-q")[0] == 0
    text = out.read_text(encoding="utf-8")
    assert text.count("<figure") == 6
    assert not re.search(r'(src|href)="?https?:', text)
    assert set(re.findall(r"https?://[^\"' )<]+", text)) <= {"http://www.w3.org/2000/svg"}


def test_a_picture_is_the_same_each_time_and_states_its_scale(tmp_path: Path) -> None:
    for name in ("a.svg", "b.svg"):
        assert run("section", "balldrop_die", "--step", "reflow", "-o", str(tmp_path / name), "-q")[0] == 0
    text = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert text == (tmp_path / "b.svg").read_text(encoding="utf-8")
    assert "One scale along x and z" in text
    ElementTree.fromstring(text)  # noqa: S314  (our own file)
    run("section", "balldrop_die", "--step", "4", "-o", str(tmp_path / "c.svg"), "-q")
    assert re.search(r"Heights are drawn \d+ times larger", (tmp_path / "c.svg").read_text(encoding="utf-8"))


def test_json_has_every_step_with_what_it_changed() -> None:
    code, said = run("section", "balldrop_die", "--json")
    assert code == 0
    steps = json.loads(said)["steps"]
    assert [step["step"] for step in steps] == list(range(18))
    flux = next(film for film in steps[15]["films"] if film["film"] == "flux")
    assert flux["before"] > 0
    assert flux["after"] == 0


def test_warnings_are_told_with_their_cure_and_by_the_exit_code() -> None:
    code, said = run("section", "ball_module_chip", "-q")
    assert code == 1
    assert "melts again" in said
    assert "cure:" in said


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["balldrop_die", "-o", "x.bmp"], ".svg, .png, .pdf, .html, .gif"),
        (["balldrop_die", "--step", "99", "-o", "x.svg"], "no step '99'"),
        (["balldrop_die", "--step", "reflo", "-o", "x.svg"], "reflow"),
        (["balldrop_die", "--cut", "1,2,3"], "four numbers"),
        (["balldrop_die", "--cut", "-9,-9,-5,-9"], "beside the die"),
        (["balldrop_die", "--cut", "5,5,5,5"], "no length"),
        (["balldrop_die", "--step", "3", "--all"], "leave one out"),
    ],
)
def test_what_is_wrong_is_said(
    arguments: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, said = run("section", *arguments)
    assert code == 2
    assert told in said
    assert not list(tmp_path.iterdir())


def test_a_given_cut_is_taken() -> None:
    strips, _ = strips_of_assembly(read_assembly("pillar_to_pillar"), Cut((-320, 200), (-160, 200)))
    assert strips[-1].cut == Cut((-320, 200), (-160, 200))


# the run sheet


def test_a_run_sheet_has_every_operation_with_its_mask_and_targets() -> None:
    sheet = sheet_of("balldrop_die")
    assert [row.number for row in sheet.operations] == list(range(1, 18))
    by_kind = {row.kind: row for row in sheet.operations}
    assert [row.mask for row in sheet.operations if row.kind == "expose"] == [
        "1 UBM_ETCH, data dark", "2 BUMP_RESIST, data dark",
    ]  # fmt: skip
    assert "opening 95.0 µm wide on the section (CD)" in by_kind["develop"].targets
    assert "adhesion 80.0 µm wide on the section (CD)" in by_kind["etch"].targets
    assert "CD 1" not in [point.name for point in by_kind["etch"].points]  # the bars are on another layer
    assert by_kind["reflow"].parameters == ("temperature 250 °C",)
    assert len(by_kind["coat"].points) == 5


def test_where_a_film_remains_its_piece_is_measured() -> None:
    developed = [row for row in sheet_of("balldrop_die").operations if row.kind == "develop"]
    assert "ubm resist 82.0 µm wide on the section (CD)" in developed[0].targets


def test_an_assembly_has_no_run_sheet_of_its_own() -> None:
    code, said = run("traveler", "pillar_to_pillar")
    assert code == 2
    assert "name one of its parts" in said


def test_a_run_sheet_leaves_out_what_is_not_drawn() -> None:
    sheet = sheet_of("module_second")
    assert any("pillar (Copper)" in what for what in sheet.left_out)
    assert [row.number for row in sheet.operations] == list(range(1, len(sheet.operations) + 1))


def test_all_forms_of_a_run_sheet_have_all_operations(tmp_path: Path) -> None:
    sheet = sheet_of("gold_rdl_die")
    rows = list(csv.DictReader(io.StringIO(SHEETS["csv"](sheet))))
    assert [row["operation"] for row in rows] == [row.what for row in sheet.operations]
    for ending in ("md", "html"):
        out = tmp_path / f"sheet.{ending}"
        assert run("traveler", "gold_rdl_die", "-o", str(out))[0] == 0
        text = out.read_text(encoding="utf-8")
        assert all(row.what in text for row in sheet.operations)
        assert all(point.name in text for point in sheet.points)
    code, said = run("traveler", "gold_rdl_die", "-o", str(tmp_path / "sheet.doc"))
    assert code == 2
    assert ".md, .csv, .html" in said
