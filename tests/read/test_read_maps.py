"""Tables of pads and bumps: any unit, view, origin and file kind reads back to the same places in µm."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bumpgen.design import UNITS, Die, MapTable
from bumpgen.errors import InputError
from bumpgen.geometry import View
from bumpgen.read.maps import read_bumps, read_pads
from bumpgen.read.source import Source

DIE = Die(width=5000, height=4000)
COLUMNS = {"name": "ball", "x": "x", "y": "y", "net": "net"}


def table(**settings: Any) -> MapTable:
    return MapTable.model_validate({"file": "b.csv", "unit": "um", "view": "bumps_up", "columns": COLUMNS} | settings)


def source(tmp_path: Path, text: str, name: str = "b.csv") -> Source:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return Source(tmp_path / name)


PLACES = st.lists(
    st.tuples(st.integers(0, 5_000_000), st.integers(0, 4_000_000)).map(lambda p: (p[0] / 1000, p[1] / 1000)),
    min_size=1,
    max_size=30,
    unique=True,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PLACES, st.sampled_from(sorted(UNITS)), st.sampled_from(View), st.booleans(), st.sampled_from(",;\t|"))
def test_any_unit_view_and_origin_reads_back(
    tmp_path: Path, places: list[tuple[float, float]], unit: str, view: View, centred: bool, delimiter: str
) -> None:
    lines = [delimiter.join(("ball", "x", "y", "net"))]
    for n, (x, y) in enumerate(places):
        seen_x = DIE.width - x if view in (View.BUMPS_DOWN, View.MASK) else x
        shift = (DIE.width / 2, DIE.height / 2) if centred else (0, 0)
        written = [repr((v - s) / UNITS[unit]) for v, s in zip((seen_x, y), shift, strict=True)]
        lines.append(delimiter.join((f"N{n}", *written, "vss")))
    asked = table(unit=unit, view=view, origin="centre" if centred else "lower_left", delimiter=delimiter)
    bumps, notes = read_bumps(asked, DIE, source(tmp_path, "\n".join(lines)))
    assert notes == ()
    assert [b.name for b in bumps] == [f"N{n}" for n in range(len(places))]
    assert np.abs(np.array([(b.x, b.y) for b in bumps]) - np.array(places)).max() <= 1e-9


def test_offset_is_added_in_the_tables_own_view(tmp_path: Path) -> None:
    bumps, _ = read_bumps(
        table(view="bumps_down", unit="mm", offset=[100, 50]), DIE, source(tmp_path, "ball,x,y,net\nA1,1,2,v\n")
    )
    assert (bumps[0].x, bumps[0].y) == (5000 - 1100, 2050)


def test_sizes_are_scaled_and_lines_kept(tmp_path: Path) -> None:
    columns = COLUMNS | {"width": "w", "height": "h", "kind": "@G"}
    text = "note\n\nball,x,y,net,w,h\nA1,1,2,v,0.05,0.06,io\n\nA2,2,2,v,,,\n"
    pads, _ = read_pads(table(unit="mm", header=3, columns=columns), DIE, source(tmp_path, text))
    assert [(p.width, p.height, p.kind, p.line) for p in pads] == [(50, 60, "io", 4), (0, 0, "", 6)]


@pytest.mark.parametrize(("view", "expected"), [("bumps_up", (90.0, 30.0)), ("mask", (90.0, 150.0))])
def test_directions_turn_with_the_view(tmp_path: Path, view: str, expected: tuple[float, float]) -> None:
    text = "ball,x,y,net,a\nA1,1,2,v,90 30\n"
    bumps, _ = read_bumps(table(view=view, columns=COLUMNS | {"angles": "a"}), DIE, source(tmp_path, text))
    assert bumps[0].angles == expected


def test_first_of_duplicates_stays_and_the_rest_are_noted(tmp_path: Path) -> None:
    text = "ball,x,y,net\nA1,1,1,v\nA1,2,2,v\nA3,1,1,v\nA4,3,3,v\n"
    bumps, notes = read_bumps(table(duplicates="first"), DIE, source(tmp_path, text))
    assert [b.name for b in bumps] == ["A1", "A4"]
    assert notes == (
        "b.csv:3 dropped: A1 is the name of line 2 too",
        "b.csv:4 dropped: A3 at 1, 1 lies where A1 of line 2 lies",
    )


def test_refused_rows_are_named_up_to_ten_and_counted(tmp_path: Path) -> None:
    text = "ball,x,y,net\n" + "".join(f"N{n},{n},9999,v\n" for n in range(25))
    with pytest.raises(InputError, match=r"25 of 25 rows lie off the die.*N0 \(line 2\).*N9 \(line 11\).*and 15 more"):
        read_bumps(table(), DIE, source(tmp_path, text))


def test_dropped_rows_are_noted(tmp_path: Path) -> None:
    text = "ball,x,y,net\nA1,1,1,v\nA2,-1,1,v\n"
    bumps, notes = read_bumps(table(off_die="drop"), DIE, source(tmp_path, text))
    assert [b.name for b in bumps] == ["A1"]
    assert notes == ("b.csv:3 dropped: A2 at -1, 1 is off the die",)


def test_rows_without_net_are_noted(tmp_path: Path) -> None:
    _, notes = read_bumps(table(), DIE, source(tmp_path, "ball,x,y,net\nA1,1,1,\nA2,2,2,v\n"))
    assert notes == ("b.csv: 1 row has no net: line 2",)


def test_table_without_header_goes_by_letters(tmp_path: Path) -> None:
    asked = table(header=0, columns={"x": "@B", "y": "@A", "net": "@C"}, number="P{n}", strip='",')
    pads, _ = read_pads(asked, DIE, source(tmp_path, '2,1,"vss,"\n4,3,vdd\n'))
    assert [(p.name, p.x, p.y, p.net) for p in pads] == [("P1", 1, 2, "vss"), ("P2", 3, 4, "vdd")]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_byte_order_mark_and_line_ends_of_any_system(tmp_path: Path, newline: str) -> None:
    data = newline.join(("ball,x,y,net", "A1,1,2,v", '"A,2",3,4,v')).encode("utf-8-sig")
    (tmp_path / "b.csv").write_bytes(data)
    bumps, _ = read_bumps(table(), DIE, Source(tmp_path / "b.csv"))
    assert [(b.name, b.line) for b in bumps] == [("A1", 2), ("A,2", 3)]


def test_quoted_line_breaks_dont_shift_line_numbers(tmp_path: Path) -> None:
    text = 'ball,x,y,net,remark\nA1,1,2,v,"two\nlines"\nA2,x,4,v,\n'
    with pytest.raises(InputError, match=r"b\.csv:4 \[x\]: 'x' is not a number"):
        read_bumps(table(), DIE, source(tmp_path, text))


def test_xlsx_reads_as_csv_does(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    rows = [
        ["title"],
        [None],
        ["ball", "x", "y", "net"],
        ["A1", 0.1 + 0.2, 7, "vss"],
        [None],
        ["A2", "12.5", 1e-3, "v"],
    ]
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "b.xlsx")
    bumps, _ = read_bumps(table(header=3), DIE, Source(tmp_path / "b.xlsx"))
    assert [(b.name, b.x, b.y, b.line) for b in bumps] == [("A1", 0.3, 7, 4), ("A2", 12.5, 0.001, 6)]


def test_missing_openpyxl_is_told_with_the_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    openpyxl.Workbook().save(tmp_path / "b.xlsx")
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(InputError, match=r"pip install 'bumpgen\[xlsx\]'"):
        read_bumps(table(), DIE, Source(tmp_path / "b.xlsx"))
