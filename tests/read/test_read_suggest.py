"""What is suggested for an unknown table makes it readable."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from bumpgen.design import Die, MapTable
from bumpgen.errors import InputError
from bumpgen.read import read_design
from bumpgen.read.maps import read_bumps
from bumpgen.read.source import Source
from bumpgen.read.suggest import suggest_mapping
from tests.shared import SHARED, needs_shared

AIB = SHARED / "aib/aib_bump_locations.xlsx"
LARGE = Die(width=10_000, height=10_000)


def filled(lines: str, unit: str = "um", view: str = "bumps_up", **more: object) -> MapTable:
    """The suggestion with its two open choices made."""
    assert lines.count('"…"') == 2
    text = lines.replace('unit = "…"', f'unit = "{unit}"').replace('view = "…"', f'view = "{view}"')
    return MapTable.model_validate(tomllib.loads(text)["bumps"]["table"] | more)


@needs_shared
def test_dirty_spreadsheet_loads_with_the_suggested_lines() -> None:
    lines = suggest_mapping(AIB)
    for text in ("header = 5", 'net = "Signal"', 'x = "X"', 'y = "Y"', 'kind = "@A"', 'strip = ","', 'number = "B{n}"'):
        assert text in lines
    assert "x spans 8711.64" in lines
    assert "nearest two are 55 apart" in lines
    bumps, notes = read_bumps(filled(lines, offset=(500, 500)), LARGE, Source(AIB))
    assert (len(bumps), notes) == (3843, ())
    kinds = [bump.kind for bump in bumps]
    assert (kinds.count("bumpR2_40x40um"), kinds.count("bumpR1_85x85um")) == (3679, 164)
    assert not [bump for bump in bumps if "," in bump.net or not bump.net]


@needs_shared
def test_dirty_spreadsheet_names_bumps_off_the_die() -> None:
    lines = suggest_mapping(AIB)
    with pytest.raises(
        InputError, match=r"137 of 3843 rows lie off the die.*B1 \(line 6\) at 64.59, -285.194.*and 127 more"
    ):
        read_bumps(filled(lines), LARGE, Source(AIB))
    bumps, notes = read_bumps(filled(lines, off_die="drop"), LARGE, Source(AIB))
    assert (len(bumps), len(notes)) == (3843 - 137, 137)
    assert notes[0].startswith("aib_bump_locations.xlsx:6 dropped: B1 at 64.59, -285.194")


@needs_shared
def test_dirty_spreadsheet_names_duplicates() -> None:
    """Its signals are no names: taken for names, hundreds are duplicates."""
    columns = {"name": "Signal", "x": "X", "y": "Y"}
    table = filled(suggest_mapping(AIB), offset=(500, 500), columns=columns)
    with pytest.raises(InputError, match=r"\d+ duplicate rows: line 8: VSSGND is the name of line 6 too"):
        read_bumps(table, LARGE, Source(AIB))
    kept, notes = read_bumps(table.model_copy(update={"duplicates": "first"}), LARGE, Source(AIB))
    dropped = [note for note in notes if "dropped" in note]
    assert len(kept) + len(dropped) == 3843
    assert len({bump.name for bump in kept}) == len(kept) > 500


@needs_shared
def test_design_with_an_unmapped_spreadsheet_is_answered_with_the_lines(tmp_path: Path) -> None:
    (tmp_path / "aib.xlsx").write_bytes(AIB.read_bytes())
    (tmp_path / "design.toml").write_text(
        'name = "aib"\nprocess = "pillar"\n[die]\nwidth = 9900\nheight = 2600\n[bumps.table]\nfile = "aib.xlsx"\n',
        encoding="utf-8",
    )
    with pytest.raises(InputError) as caught:
        read_design(tmp_path)
    said = str(caught.value)
    assert "design.toml:6 [bumps.table]: the table aib.xlsx can't be read without unit, view, columns" in said
    assert suggest_mapping(tmp_path / "aib.xlsx") in said
    assert filled(said[said.index("[bumps.table]\n") :]).header == 5


def test_title_lines_delimiter_and_names_are_seen(tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_text("my map\n\nBall;X_Coord;Y_Coord;Net Name\nA1;-1.5;2;v\nA2;1.5;-2;w\n", encoding="utf-8")
    lines = suggest_mapping(path)
    table = filled(lines, unit="mm")
    assert table.delimiter == ";"
    assert table.origin == "centre"
    assert table.columns == {"name": "Ball", "net": "Net Name", "x": "X_Coord", "y": "Y_Coord"}
    bumps, _ = read_bumps(table, LARGE, Source(path))
    assert [(b.name, b.x, b.y, b.net) for b in bumps] == [("A1", 3500, 7000, "v"), ("A2", 6500, 3000, "w")]


def test_table_without_header_is_addressed_by_letters(tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_text("v,1,2\nv,3,4\nw,5,6\n", encoding="utf-8")
    table = filled(suggest_mapping(path))
    assert (table.header, table.columns["x"], table.columns["y"]) == (0, "@B", "@C")
    assert len(read_bumps(table, LARGE, Source(path))[0]) == 3


def test_text_without_places_is_refused(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("a,b\nc,d\n", encoding="utf-8")
    with pytest.raises(InputError, match=re.escape("no line of the file holds two numbers")):
        suggest_mapping(tmp_path / "b.csv")
