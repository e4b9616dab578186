"""Terminals read from tables: units, views, kinds; each mistake names file, line, value and cure."""

from __future__ import annotations

from pathlib import Path

import pytest

from bumpgen import read_design
from bumpgen.check.terminals import read_terminals, terminals_of
from bumpgen.errors import InputError
from bumpgen.geometry import View
from bumpgen.write.table import pads_csv, write_csv


def table(folder: Path, text: str) -> Path:
    path = folder / "terminals.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_kinds_units_and_nets(tmp_path: Path) -> None:
    path = table(tmp_path, "name,kind,x,y,net\nP1,pad,0.1,2,a\nB1,bump,1,2,a\nW1,wirebond,3,4,\n")
    pad, bump, other = read_terminals(path, "mm", View.BUMPS_UP)
    assert (pad.kind, pad.x, pad.y, pad.net, pad.line) == ("pad", 100, 2000, "a", 2)
    assert (bump.kind, bump.site) == ("bump", "")
    assert (other.kind, other.site, other.net) == ("bump", "wirebond", "")


@pytest.mark.parametrize("view", list(View))
def test_the_map_of_build_in_every_view(tmp_path: Path, view: View) -> None:
    design = read_design("gold_rdl_die")
    write_csv(design, tmp_path / "bumps.csv", view=view)
    found = read_terminals(tmp_path / "bumps.csv")
    assert [(t.name, t.x, t.y, t.site) for t in found] == [
        (b.name, b.x, b.y, "" if b.kind == "bump" else b.kind) for b in design.bumps
    ]


def test_pads_as_bumpgen_writes_them(tmp_path: Path) -> None:
    design = read_design("caravel_gf180")
    found = read_terminals(table(tmp_path, pads_csv(design.pads)))
    assert [(t.name, t.kind, t.x, t.net) for t in found] == [(p.name, "pad", p.x, p.net) for p in design.pads]


def test_terminals_of_a_design_say_what_they_are_made_of() -> None:
    found = {t.name: t for t in terminals_of(read_design("gold_rdl_die"))}
    assert {"RDL", "POLY2"} <= set(found["W1"].layers)
    assert "UBM" in found["B1"].layers
    assert "UBM" not in found["W1"].layers
    assert {"PAD", "POLY1"} <= set(found["P1"].layers)


GOOD = "name,x_um,y_um,net,view\n"

MISTAKES = [
    ("name,x,y,net,view\nA,1,2,n,bumps_up\n", None, "'x' has no unit", 1, "x_um"),
    ("name,x_um,y_um,net\nA,1,2,n\n", None, "from which side", None, "bumps_up"),
    (GOOD + "A,1,2,n,bumps_up\nB,1,2,n,bumps_down\n", None, "views differ", None, "one view"),
    (GOOD + "A,1,2,n,upside\n", None, "'upside' is not a view", 2, "bumps_down"),
    (GOOD + "A,1,2,n,bumps_down\n", None, "without the die's width", None, "width"),
    (GOOD + "A,1,2,n,bumps_up\nA,3,4,m,bumps_up\n", None, "line 3: bump A is in line 2 too", 3, "own name"),
    (GOOD + ",1,2,n,bumps_up\n", None, "the name is empty", 2, "name"),
    (GOOD + "A,one,2,n,bumps_up\n", None, "'one' is not a number", 2, "decimal"),
    (GOOD + "A,1,2,n,bumps_up\n", "mm", "headed um", 1, "x_mm"),
    (GOOD + "A,1,2,n,bumps_up\n", "ell", "no unit 'ell'", None, "um"),
    ("name,x_um,y_um,view\nA,1,2,bumps_up\n", None, "no column 'net'", None, "did you mean"),
    ("# a stamp\nname,x_um,y_um,net\n", None, "no rows", None, "rows below"),
]


@pytest.mark.parametrize(("text", "unit", "message", "line", "cure"), MISTAKES, ids=[m[2] for m in MISTAKES])
def test_mistakes(tmp_path: Path, text: str, unit: str | None, message: str, line: int | None, cure: str) -> None:
    path = table(tmp_path, text)
    with pytest.raises(InputError, match=message) as caught:
        read_terminals(path, unit)
    error = caught.value
    assert error.where is not None
    assert str(error.where.file) == str(path)
    assert line is None or error.where.line == line
    assert cure in (error.hint or "")
