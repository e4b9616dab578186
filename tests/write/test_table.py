"""Bump maps and pad lists: stamped, in the asked view, read back by bumpgen, equal bytes."""

from __future__ import annotations

import csv
import io
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest

from bumpgen.design import Bump, Design, DesignFile, Pad
from bumpgen.geometry import View
from bumpgen.layout import Cell, Layout
from bumpgen.process import read_process
from bumpgen.read import read_design
from bumpgen.write import WRITERS, Options
from bumpgen.write.table import bump_table, pads_csv, write_csv, write_xlsx

BUMPS = (Bump("A1", 100.1, 900.0, "VDD"), Bump("A2", 300.0, 900.5, "=1+1", "power"), Bump("B1", 100.1, 700.0, "", ""))
PADS = (Pad("P1", 30.0, 40.005, "VDD", 60.0, 80.0), Pad("P2", 0.1 + 0.2, 500.0, "sig[3]"))


@pytest.fixture
def design() -> Design:
    (process, file) = (read_process("wlcsp_500"), {"name": "demo", "process": "wlcsp_500"})
    return Design(
        DesignFile.model_validate(file | {"die": {"width": 1000.0, "height": 1200.0}}),
        Path("design.toml"),
        process,
        PADS,
        BUMPS,
    )


def rows(path: Path) -> list[dict[str, str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("# ")
    return list(csv.DictReader(lines[1:]))


def test_csv_states_what_it_is(design: Design, tmp_path: Path) -> None:
    write_csv(design, tmp_path / "a.csv")
    stamp = (tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()[0]
    for word in (
        "demo",
        "view: bumps_up (looking at the bumps)",
        "unit: um",
        "1000 x 1200 um",
        "bumps: 3",
        "bumpgen 0.",
    ):
        assert word in stamp
    assert [r["name"] for r in rows(tmp_path / "a.csv")] == ["A1", "A2", "B1"]
    assert rows(tmp_path / "a.csv")[0] == {
        "name": "A1",
        "x_um": "100.1",
        "y_um": "900",
        "net": "VDD",
        "kind": "",
        "view": "bumps_up",
    }


@pytest.mark.parametrize(("view", "x"), [(View.BUMPS_DOWN, "899.9"), (View.MASK, "899.9"), (View.WAFER, "100.1")])
def test_another_view_mirrors_x_and_says_so(design: Design, tmp_path: Path, view: View, x: str) -> None:
    write_csv(design, tmp_path / "a.csv", view=view)
    first = rows(tmp_path / "a.csv")[0]
    assert (first["x_um"], first["y_um"], first["view"]) == (x, "900", view.value)
    assert dict(bump_table(design, view).stamp)["view"].startswith(view.value)


def test_xlsx_holds_the_same_rows_and_no_formula(design: Design, tmp_path: Path) -> None:
    write_xlsx(design, tmp_path / "a.xlsx", view=View.BUMPS_DOWN)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["bumps bumps_down", "about"]
    found = [list(row) for row in book.worksheets[0].iter_rows(min_row=2, values_only=True)]
    table = bump_table(design, View.BUMPS_DOWN)
    assert found == [[None if value == "" else value for value in row] for row in table.rows]
    assert found[1][3] == "=1+1"
    assert book.worksheets[0]["D3"].data_type == "s"
    assert {row[0]: row[1] for row in book["about"].iter_rows(values_only=True)} == dict(table.stamp)


def test_tables_are_equal_bytes_whenever_they_are_written(design: Design, tmp_path: Path) -> None:
    for write in (write_csv, write_xlsx):
        write(design, tmp_path / "a")
        time.sleep(2.1)  # a zip's clock ticks every two seconds
        write(design, tmp_path / "b")
        assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    with zipfile.ZipFile(tmp_path / "a") as book:
        assert {entry.date_time for entry in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_pads_csv_is_read_back_by_bumpgen(design: Design, tmp_path: Path) -> None:
    (tmp_path / "pads.csv").write_text(pads_csv(design.pads), encoding="utf-8")
    write_csv(design, tmp_path / "bumps.csv", view=View.BUMPS_DOWN)
    (tmp_path / "design.toml").write_text(
        """
        name = "demo"
        process = "wlcsp_500"
        unconnected = ["=1+1", "sig[3]"]
        die = { width = 1000, height = 1200 }
        [pads.table]
        file = "pads.csv"
        unit = "um"
        view = "bumps_up"
        columns = { name = "pad", x = "x_um", y = "y_um", net = "net", width = "width_um", height = "height_um" }
        [bumps.table]
        file = "bumps.csv"
        unit = "um"
        view = "bumps_down"
        header = 2
        columns = { name = "name", x = "x_um", y = "y_um", net = "net" }
        """,
        encoding="utf-8",
    )
    read = read_design(str(tmp_path))
    pads = [(p.name, p.x, p.y, p.net, p.width, p.height) for p in read.pads]
    assert pads == [("P1", 30.0, 40.005, "VDD", 60.0, 80.0), ("P2", 0.3, 500.0, "sig[3]", 0.0, 0.0)]
    assert [(b.name, round(b.x, 9), b.y, b.net) for b in read.bumps] == [(b.name, b.x, b.y, b.net) for b in BUMPS]


def test_pads_csv_quotes_what_needs_it() -> None:
    text = pads_csv([Pad('a,"b"', -0.0, 1e-7, "")])
    assert next(csv.reader(io.StringIO(text.splitlines()[1])))[:4] == ['a,"b"', "0", "0", ""]


@pytest.mark.parametrize("name", ["csv", "xlsx"])
def test_writers_by_name(design: Design, tmp_path: Path, name: str) -> None:
    path = tmp_path / f"demo{WRITERS[name].extension}"
    WRITERS[name].write(design, Layout(Cell("DEMO"), {}, 0.001), path, Options(view=View.BUMPS_DOWN))
    assert path.name == f"demo_bumps.{name}"
    data = path.read_bytes()
    assert data[:2] == (b"# " if name == "csv" else b"PK")
