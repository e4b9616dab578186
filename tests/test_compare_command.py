"""`bumpgen compare` as it is called: what A and B may be, tables in any shape, reports, pictures, exit codes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import klayout.db as db
import pytest
from click.testing import CliRunner, Result

from bumpgen import build_layout, read_design, resources, write_gds
from bumpgen.cli import main
from bumpgen.design import Design
from bumpgen.geometry import View
from bumpgen.write.table import write_csv, write_xlsx

NAME = "caravel_gf180"
COLUMNS = ("--columns", "name=Ball,x=X,y=Y,net=Net")


@pytest.fixture(scope="module")
def chip() -> Design:
    return read_design(NAME)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory, chip: Design) -> Path:
    path = tmp_path_factory.mktemp("drawn") / "chip.gds"
    write_gds(build_layout(chip), path)
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["compare", *map(str, arguments)])


def report(*arguments: object) -> tuple[int, dict[str, Any]]:
    result = run(*arguments, "--json")
    return result.exit_code, json.loads(result.stdout)


def refused(*arguments: object) -> str:
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output
    return result.output


def foreign(path: Path, chip: Design, scale: float = 1.0, delimiter: str = ",", width: float | None = None) -> Path:
    """The chip's bumps in a table of another tool's, under a line of remarks."""
    rows = [("Ball", "X", "Y", "Net")]
    for bump in chip.bumps:
        x = bump.x if width is None else width - bump.x
        rows.append((bump.name, repr(x * scale), repr(bump.y * scale), bump.net))
    path.write_text("made by hand\n" + "".join(delimiter.join(row) + "\n" for row in rows))
    return path


@pytest.mark.parametrize("view", list(View))
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_table_of_ours_is_the_design_in_every_view(tmp_path: Path, chip: Design, view: View, kind: str) -> None:
    path = tmp_path / f"map.{kind}"
    (write_csv if kind == "csv" else write_xlsx)(chip, path, view=view)
    for pair in ((NAME, path), (path, NAME), (path, path)):
        code, facts = report(*pair)
        assert (code, facts["same"], facts["map"]["same"]) == (0, True, True)
        assert facts["map"]["here"]["fit"]["nets"] == 60
        turned = [note for note in facts["map"]["notes"] if "x = 1940 µm, the middle of the die" in note]
        assert bool(turned) == view.mirrored


def test_a_table_that_names_the_wrong_view_is_a_mirrored_map(tmp_path: Path, chip: Design) -> None:
    path = tmp_path / "map.csv"
    write_csv(chip, path, view=View.BUMPS_DOWN)
    path.write_text(path.read_text().replace("bumps_down", "bumps_up"))
    code, facts = report(NAME, path)
    assert (code, facts["same"]) == (1, False)
    pose = facts["map"]["diagnosis"]["pose"]
    assert (pose["symmetry"], pose["offset"], pose["fit"]["names"]) == ("mirrored (x → -x)", [3880, 0], 60)
    assert facts["map"]["faults"] == []
    shown = run(NAME, path)
    assert "B is A mirrored (x → -x) about x = 1940 µm: 60 of 60 places, 60 names and 60 nets" in shown.output
    lines = run(NAME, path, "-q").output.splitlines()
    assert lines[0].startswith("B is A mirrored")
    assert lines[1:] == ["  cure: correct the view of A or B: one of them is seen from the other side"]


def test_a_table_without_its_stamp_is_known_by_its_columns(tmp_path: Path, chip: Design) -> None:
    path = tmp_path / "map.csv"
    write_csv(chip, path, view=View.BUMPS_DOWN)
    path.write_text(path.read_text().partition("\n")[2])
    code, facts = report(NAME, path)
    assert code == 0
    assert "the middle of the die of caravel_gf180" in facts["map"]["notes"][0]


@pytest.mark.parametrize(
    ("unit", "scale", "delimiter"), [("um", 1, ","), ("mm", 1e-3, ";"), ("nm", 1e3, "\t"), ("mil", 1 / 25.4, "|")]
)
def test_a_foreign_table_is_read_as_it_is_described(
    tmp_path: Path, chip: Design, unit: str, scale: float, delimiter: str
) -> None:
    up = foreign(tmp_path / "up.txt", chip, scale, delimiter)
    down = foreign(tmp_path / "down.txt", chip, scale, delimiter, width=3880)
    assert report(NAME, up, "--unit", unit, "--view", "bumps_up", *COLUMNS)[0] == 0
    assert report(NAME, down, "--unit", unit, "--view", "bumps_down", *COLUMNS)[0] == 0
    said_of_a = ("--a-unit", unit, "--a-view", "mask", "--a-columns", COLUMNS[1])
    assert report(down, NAME, *said_of_a)[0] == 0
    code, facts = report(NAME, down, "--unit", unit, "--view", "bumps_up", *COLUMNS)
    assert (code, facts["map"]["diagnosis"]["pose"]["symmetry"]) == (1, "mirrored (x → -x)")


def test_a_wrong_unit_is_diagnosed(tmp_path: Path, chip: Design) -> None:
    path = foreign(tmp_path / "map.csv", chip, 1e-3)
    output = run(NAME, path, "--unit", "um", "--view", "bumps_up", *COLUMNS).output
    assert "0.001 times as large" in output
    assert "mm taken for um" in output
    assert "missing" not in output


def test_two_foreign_tables_of_a_mirrored_view_need_no_die(tmp_path: Path, chip: Design) -> None:
    up, down = foreign(tmp_path / "up.csv", chip), foreign(tmp_path / "down.csv", chip, width=3880)
    said = ("--a-unit", "um", "--a-view", "bumps_up", "--a-columns", COLUMNS[1], "--unit", "um", "--view", "mask")
    code, facts = report(up, down, *said, *COLUMNS)
    assert code == 0
    assert "a shift along x can't be seen" in facts["map"]["notes"][0]
    code, facts = report(up, down, *said, *COLUMNS, "--axis", 1941)
    assert (code, facts["map"]["diagnosis"]["pose"]["offset"]) == (1, [2, 0])


def test_faults_in_a_foreign_table_are_named(tmp_path: Path, chip: Design) -> None:
    path = foreign(tmp_path / "map.csv", chip)
    lines = path.read_text().splitlines()
    lines = [line for line in lines if not line.startswith("C3,")]
    lines = [line.replace("D4,2190.0,3285.0", "D4,2193.0,3289.0").replace("F7,", "Z9,") for line in lines]
    path.write_text("\n".join(lines))
    output = run(NAME, path, "--unit", "um", "--view", "bumps_up", *COLUMNS).output
    assert "missing: C3 (net mprj_io[24]) at (1690, 3785) is missing from B" in output
    assert "moved: D4 at (2190, 3285) lies 5 µm away in B, towards 53.13° (dx 3, dy 4)" in output
    assert "renamed: F7 (net mprj_io[6]) at (3190, 1785) is named Z9 in B" in output
    _, facts = report(NAME, path, "--unit", "um", "--view", "bumps_up", *COLUMNS, "--tolerance", 5)
    assert [fault["kind"] for fault in facts["map"]["faults"]] == ["missing", "renamed"]


def test_a_table_without_nets_is_compared_by_name(tmp_path: Path, chip: Design) -> None:
    path = foreign(tmp_path / "map.csv", chip)
    code, facts = report(NAME, path, "--unit", "um", "--view", "bumps_up", "--columns", "name=Ball,x=X,y=Y")
    assert code == 0
    assert facts["map"]["notes"] == ["nets are not compared: B (map.csv) has none"]


@pytest.mark.parametrize(
    ("change", "where", "message"),
    [
        (("B1,", "A1,"), "map.csv:4 [Ball]", "A1 is the name of line 3 too"),
        (("690.0", "690.0 um"), "map.csv:3 [X]", "'690.0 um' is not a number"),
        (("A1,", ","), "map.csv:3 [Ball]", "the name is empty"),
        (("Ball,", "Balls,"), "map.csv [columns.name]", "line 1 of map.csv has no column 'Ball'"),
    ],
)
def test_a_mistake_in_a_table_is_placed(
    tmp_path: Path, chip: Design, change: tuple[str, str], where: str, message: str
) -> None:
    path = foreign(tmp_path / "map.csv", chip)
    path.write_text(path.read_text().replace(*change, 1))
    output = refused(NAME, path, "--unit", "um", "--view", "bumps_up", *COLUMNS)
    assert where in output
    assert message in output
    assert "cure:" in output


def test_a_foreign_table_is_not_guessed(tmp_path: Path, chip: Design) -> None:
    path = foreign(tmp_path / "map.csv", chip)
    output = refused(NAME, path, "--unit", "um")
    assert "--view, --columns isn't given" in output
    assert '--columns "name=Ball,net=Net,x=X,y=Y"' in output
    assert "--a-unit, --a-view, --a-columns isn't given" in refused(path, NAME)


@pytest.mark.parametrize("text", ["name=Ball,x=X", "name=Ball,x=X,y=Y,size=D", "name=Ball,x=X,y=Y,x=Z", "Ball", "x="])
def test_columns_that_say_too_little_or_much(tmp_path: Path, chip: Design, text: str) -> None:
    path = foreign(tmp_path / "map.csv", chip)
    output = refused(NAME, path, "--unit", "um", "--view", "bumps_up", "--columns", text)
    assert "--columns" in output
    assert "cure:" in output


def test_a_table_of_ours_contradicted(tmp_path: Path, chip: Design) -> None:
    path = tmp_path / "map.csv"
    write_csv(chip, path)
    assert "map.csv:2 [x_um]" in refused(NAME, path, "--unit", "mm")
    assert "map.csv:3 [view]" in refused(NAME, path, "--view", "bumps_down")
    lines = path.read_text().splitlines()
    lines[9] = lines[9].replace("bumps_up", "bumps_down")
    path.write_text("\n".join(lines))
    assert "map.csv:10 [view]: the row's view is 'bumps_down', the first row's 'bumps_up'" in refused(NAME, path)


def test_two_designs_are_compared_as_map_and_layout() -> None:
    code, facts = report(NAME, NAME)
    assert (code, facts["same"], facts["map"]["same"]) == (0, True, True)
    assert {row["verdict"] for row in facts["layers"]} == {"same"}
    assert any(row["texts_a"] == 123 for row in facts["layers"])
    code, facts = report(NAME, "gold_rdl_die")
    assert (code, facts["same"]) == (1, False)


def test_a_design_is_its_own_drawing_in_either_view(tmp_path: Path, drawn: Path) -> None:
    layout = db.Layout()
    layout.read(str(drawn))
    layout.top_cell().flatten(True)
    layout.top_cell().transform(db.DTrans(db.DTrans.M90, 3880, 0))
    mirrored = tmp_path / "down.gds"
    layout.write(str(mirrored))
    assert report(NAME, drawn)[0] == 0
    assert report(NAME, mirrored)[0] == 1
    for pair in ((NAME, mirrored, "--view", "bumps_down"), (mirrored, NAME, "--a-view", "mask")):
        code, facts = report(*pair)
        assert code == 0
        assert any("about x = 1940 µm, the middle of the die of caravel_gf180" in note for note in facts["notes"])


def test_differences_are_numbered_alike_in_table_and_picture(tmp_path: Path, drawn: Path) -> None:
    layout = db.Layout()
    layout.read(str(drawn))
    layout.top_cell().shapes(layout.layer(10, 0)).insert(db.DBox(1000, 2400, 1000.5, 2400.5))
    layout.top_cell().shapes(layout.layer(99, 0)).insert(db.DBox(0, 0, 10, 10))
    other = tmp_path / "other.gds"
    layout.write(str(other))
    svg, png = tmp_path / "new" / "d.svg", tmp_path / "new" / "d.png"
    result = run(NAME, other, "--picture", svg)
    assert result.exit_code == 1
    assert "1: 10/0 (1000, 2400) to (1000.5, 2400.5) µm, 0.25 µm²: not explained" in result.output
    assert "only in B" in result.output
    assert f"picture: {svg}" in result.output
    assert ">1</text>" in svg.read_text()
    assert run(NAME, other, "--picture", png, "-q").exit_code == 1
    assert png.read_bytes().startswith(b"\x89PNG")


def test_what_a_and_b_may_be(tmp_path: Path, drawn: Path, chip: Design) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    wrong = tmp_path / "chip.dwg"
    wrong.write_text("no")
    table = tmp_path / "map.csv"
    write_csv(chip, table)
    for thing in (empty, wrong, "nothing_of_the_name"):
        assert "A must be a layout" in refused(thing, drawn) or "it must be a layout" in refused(thing, drawn)
        output = refused(NAME, thing)
        assert "a design (folder, design.toml, shipped name) or a bump map (.csv, .xlsx)" in output
    folder = tmp_path / "x.gds"
    folder.mkdir()
    assert "B is a folder" in refused(NAME, folder)
    assert "did you mean the design 'caravel_gf180'?" in refused("caravel_gf18", drawn)
    assert "no such file" in refused(NAME, tmp_path / "map.cvs.csv")
    assert "have nothing to compare" in refused(drawn, table)


@pytest.mark.parametrize(
    "option",
    [("--unit", "mm"), ("--columns", "name=a,x=b,y=c"), ("--a-view", "mask"), ("--tolerance", "1"), ("--a-unit", "um")],
)
def test_an_option_without_use_is_refused(drawn: Path, option: tuple[str, str]) -> None:
    assert f"{option[0]} has no use here: A is a design, B a layout" in refused(NAME, drawn, *option)


def test_options_out_of_range_and_pictures_of_maps(tmp_path: Path, drawn: Path, chip: Design) -> None:
    assert "a picture is .svg or .png, not .pdf" in refused(NAME, drawn, "--picture", tmp_path / "d.pdf")
    assert "--axis nan" in refused(NAME, drawn, "--axis", "nan")
    table = tmp_path / "map.csv"
    write_csv(chip, table)
    assert "--tolerance -1" in refused(NAME, table, "--tolerance", "-1")
    assert "--picture has no use here" in refused(NAME, table, "--picture", tmp_path / "d.svg")


def test_an_odd_record_leaves_the_json_whole(tmp_path: Path, drawn: Path) -> None:
    """KLayout reads on over a record of odd length; what it says of that must not get into the report."""
    data = bytearray(drawn.read_bytes())
    place = data.index(b"\x00\x06\x16\x02", 400)  # a text's type, made one byte longer
    data[place : place + 2] = b"\x00\x07"
    data.insert(place + 6, 0)
    path = tmp_path / "odd.gds"
    path.write_bytes(bytes(data))
    code = "import sys; from bumpgen.cli import main; main(['compare', *sys.argv[1:], '--json'])"
    done = subprocess.run([sys.executable, "-c", code, NAME, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    assert json.loads(done.stdout)["a"] == NAME


def test_equal_maps_do_not_hide_another_layout(tmp_path: Path) -> None:
    folder = tmp_path / "wider"
    shutil.copytree(resources.folder("designs") / NAME, folder)
    routes = folder / "routes.csv"
    routes.write_text(routes.read_text().replace("3,flash_csb,40.0", "3,flash_csb,42.0"))
    code, facts = report(NAME, folder)
    assert (code, facts["same"], facts["map"]["same"]) == (1, False, True)
    assert [row["layer"] for row in facts["layers"] if row["verdict"] != "same"] == [[10, 0]]
