"""`bumpgen wafer`: its table, its files read again, and what it says of a map from elsewhere."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import klayout.db as db
import numpy as np
import pytest
from click.testing import CliRunner

from bumpgen.build import build_layout
from bumpgen.cli import main
from bumpgen.layout import flatten
from bumpgen.masks.stepped import wafer_layout
from bumpgen.masks.wafer import DieClass, wafer_of
from tests.masks.test_wafer_map import design

LINES = 'diameter = 25\nalignment = "notch"\nshot = [3, 2]\nknockouts = [{ kind = "test", box = [-1, -1, 1, 1] }]'


def run(*words: str):
    return CliRunner().invoke(main, ["wafer", *words], catch_exceptions=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    design(tmp_path, LINES)
    return tmp_path


def test_json_and_table_tell_the_same(folder: Path) -> None:
    facts = json.loads(run(str(folder), "-o", str(folder / "out"), "--json").output)
    wafer = wafer_of(design(folder, LINES))
    assert facts["dies"]["full"] == wafer.count(DieClass.FULL)
    assert facts["dies"]["test"] == wafer.count(DieClass.TEST) > 0
    assert facts["shots"] == {"columns": 3, "rows": 2, "count": wafer.shots.count}
    assert facts["whole_dies_before_knockouts"]["here"] >= max(wafer.named.values())
    assert facts["exact"]
    assert facts["clip"]["BALL"] == "drop"
    text = run(str(folder), "-o", str(folder / "out")).output
    assert f"whole dies    {wafer.count(DieClass.FULL)} in" in text
    assert f"shots         {wafer.shots.count} of 3 × 2 dies" in text
    assert re.search(r"die centred: \d+ \(\+\d+ here\)", text)


def test_layouts_read_again_are_the_one_in_memory(folder: Path) -> None:
    assert run(str(folder), "-o", str(folder / "out"), "-f", "gds,oas").exit_code == 0
    found = design(folder, LINES)
    layout = wafer_layout(build_layout(found), wafer_of(found))
    wanted: dict[tuple[int, int], db.Region] = {}
    for layer, points in flatten(layout.top, layout.grid):
        corners = [db.Point(*xy) for xy in np.rint(points * 1000).astype(int).tolist()]
        wanted.setdefault(layout.number(layer), db.Region()).insert(db.Polygon(corners))
    for kind in ("gds", "oas"):
        read = db.Layout()
        read.read(str(folder / "out" / f"die_wafer.{kind}"))
        for number, region in wanted.items():
            shapes = db.Region(read.top_cell().begin_shapes_rec(read.layer(*number)))
            assert (shapes ^ region).is_empty()


def test_coordinates_are_of_the_dies_middles_in_mm(folder: Path) -> None:
    run(str(folder), "-o", str(folder / "out"), "-f", "csv")
    wafer = wafer_of(design(folder, LINES))
    rows = list(csv.DictReader(io.StringIO((folder / "out" / "die_wafer.csv").read_text(encoding="utf-8"))))
    full = [(float(row["x_mm"]), float(row["y_mm"])) for row in rows if row["class"] == "full"]
    wanted = (wafer.corners(DieClass.FULL) + 1100) / 1000
    assert np.allclose(full, wanted, atol=1e-9)
    assert len(rows) == (wafer.classes > 0).sum()
    assert all(row["id"] == f"{row['column']}-{row['row']}" for row in rows)  # fewer than ten columns and rows
    shots = list(csv.DictReader(io.StringIO((folder / "out" / "die_shots.csv").read_text(encoding="utf-8"))))
    assert len(shots) == wafer.shots.count
    across, up = (int(shots[0][key]) for key in ("column", "row"))
    lower = np.array([wafer.first[0] + (across - 1) * 2300, wafer.first[1] + (up - 1) * 2300])
    upper = lower + (2 * 2300 + 2200, 2300 + 2200)
    assert np.allclose([float(shots[0]["x_mm"]), float(shots[0]["y_mm"])], (lower + upper) / 2000, atol=1e-9)


def test_pictures(folder: Path) -> None:
    assert run(str(folder), "-o", str(folder / "out"), "-f", "svg,png,pdf").exit_code == 0
    again = folder / "again"
    run(str(folder), "-o", str(again), "-f", "svg,png,pdf")
    wafer = wafer_of(design(folder, LINES))
    for kind, head in (("svg", b"<svg"), ("png", b"\x89PNG"), ("pdf", b"%PDF")):
        data = (folder / "out" / f"die_wafer.{kind}").read_bytes()
        assert data.startswith(head)
        assert data == (again / f"die_wafer.{kind}").read_bytes()
    root = ElementTree.fromstring((folder / "out" / "die_wafer.svg").read_text(encoding="utf-8"))  # noqa: S314
    texts = [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert f"whole dies: {wafer.count(DieClass.FULL)}" in texts
    assert f"shots of 3 × 2 dies: {wafer.shots.count}" in texts
    ids = {text for text in texts if re.fullmatch(r"\d+-\d+", text)}
    rows, columns = np.nonzero(wafer.classes)
    assert ids == {f"{column + 1}-{row + 1}" for column, row in zip(columns, rows, strict=True)}


def test_a_map_comes_back_with_its_bins(folder: Path) -> None:
    run(str(folder), "-o", str(folder / "out"), "-f", "sinf", "--lot", "L9", "--wafer-id", "07")
    text = (folder / "out" / "die_wafer.sinf").read_text(encoding="utf-8")
    assert "LOT:L9\nWAFER:07\n" in text
    tested = folder / "tested.sinf"
    tested.write_text(text.replace("01 01 01", "01 0B 01", 1), encoding="utf-8")
    result = run(str(folder), "-o", str(folder / "out2"), "-f", "csv,svg", "--sinf", str(tested), "--json")
    assert result.exit_code == 0
    bins = json.loads(result.output)["bins"]
    full = wafer_of(design(folder, LINES)).count(DieClass.FULL)
    assert (bins["counts"]["0B"], bins["counts"]["01"]) == (1, full - 1)
    assert bins["yield"] == round((full - 1) / full, 6)
    rows = list(csv.DictReader(io.StringIO((folder / "out2" / "die_wafer.csv").read_text(encoding="utf-8"))))
    assert [row["bin"] for row in rows if row["class"] == "full"].count("0B") == 1
    assert "bin 0B: 1" in (folder / "out2" / "die_wafer.svg").read_text(encoding="utf-8")


def test_a_map_that_disagrees_fails(folder: Path) -> None:
    run(str(folder), "-o", str(folder / "out"), "-f", "sinf")
    text = (folder / "out" / "die_wafer.sinf").read_text(encoding="utf-8")
    (folder / "other.sinf").write_text(
        text.replace("01 01 01", "__ __ 01", 1).replace(":FE", ":01", 1), encoding="utf-8"
    )
    result = run(str(folder), "-o", str(folder / "out"), "--sinf", str(folder / "other.sinf"), "-q")
    assert result.exit_code == 1
    assert "2 whole dies are not in the map: " in result.output
    assert "1 good die of the map not whole in the design: " in result.output


def test_mistakes_are_told(folder: Path) -> None:
    result = run(str(folder), "-o", str(folder / "out"), "-f", "gsd")
    assert (result.exit_code, "no format 'gsd' of wafers" in result.output) == (2, True)
    result = run("gold_rdl_die", "-o", str(folder / "out"))
    assert (result.exit_code, "no [wafer] table" in result.output) == (2, True)
    result = run(str(folder), "-o", str(folder))
    assert (result.exit_code, "design's own" in result.output) == (2, True)


def test_the_shipped_design(tmp_path: Path) -> None:
    facts = json.loads(run("balldrop_die", "-o", str(tmp_path), "-f", "csv", "--json").output)
    assert facts["diameter_mm"] == 200
    assert facts["dies"]["full"] > 5400
    assert (facts["dies"]["test"], facts["dies"]["alignment"]) == (2, 8)
