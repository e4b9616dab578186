"""Which way round a map lies, found by names and nets; pin maps in both views."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bumpgen.design import BallNames, Bump, Die, MapTable, PinMap
from bumpgen.errors import InputError, Where
from bumpgen.geometry import View
from bumpgen.read.maps import read_bumps
from bumpgen.read.names import SYMMETRIES, Mark, check_naming, diagnose, lattice_places
from bumpgen.read.pinmap import check_pinmap, read_pinmap, read_pinmap_bumps
from bumpgen.read.source import Source
from tests.shared import SHARED, needs_shared

CARAVEL = Die(width=3880, height=5070)
NAMING = {"a1": "top_left", "letters": "columns", "view": "bumps_up"}
COLUMNS = {"name": "ball", "x": "x_um", "y": "y_um", "net": "net"}
CHIP_UP = SHARED / "exchange/caravel_gf180_pinmap_chip_up.csv"
BALLS_UP = SHARED / "exchange/caravel_gf180_pinmap_balls_up.csv"


def caravel(path: Path = SHARED / "caravel_gf180/bumps.csv", view: str = "bumps_up") -> tuple[Bump, ...]:
    table = MapTable.model_validate({"file": "x", "unit": "um", "view": view, "columns": COLUMNS})
    return read_bumps(table, CARAVEL, Source(path))[0]


def mirrored(path: Path) -> Path:
    """The Caravel map with every x → 3880 - x, written as a table."""
    lines = ["ball,x_um,y_um,net", *(f"{b.name},{3880 - b.x:g},{b.y:g},{b.net}" for b in caravel())]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def pinmap(view: str, **more: Any) -> PinMap:
    return PinMap.model_validate({"file": "x", "view": view, "naming": NAMING} | more)


def grid(columns: int, rows: int, pitch: float = 100, shift: float = 0) -> list[Bump]:
    """A1 top left, letters for rows, every other row shifted; nets by name."""
    names = BallNames(a1="top_left", letters="rows", view=View.BUMPS_UP)
    return [
        Bump(names.name(c, r), c * pitch + (r % 2) * shift, (rows - r) * pitch, f"n{c * 31 + r}")
        for r in range(rows)
        for c in range(columns)
    ]


@needs_shared
def test_mirrored_caravel_map_is_refused_though_all_positions_coincide(tmp_path: Path) -> None:
    bumps = caravel(mirrored(tmp_path / "bumps.csv"))
    assert {(b.x, b.y) for b in bumps} == {(b.x, b.y) for b in caravel()}
    expected = (
        r"the map is mirrored \(x → -x\): 60 of 60 positions coincide, but only 0 of 60 names and 4 of 60 nets agree; "
        r"mirrored, 60 of 60 agree\n  cure: set view = \"bumps_down\""
    )
    with pytest.raises(InputError, match=expected):
        check_pinmap(bumps, pinmap("bumps_up"), Source(CHIP_UP), View.BUMPS_UP, Where())
    with pytest.raises(InputError, match=expected):
        check_naming(bumps, BallNames.model_validate(NAMING), View.BUMPS_UP, Where())
    right = caravel(tmp_path / "bumps.csv", "bumps_down")
    assert check_pinmap(right, pinmap("bumps_up"), Source(CHIP_UP), View.BUMPS_DOWN, Where()) == ()


@needs_shared
def test_map_with_right_names_and_mirrored_nets_is_refused(tmp_path: Path) -> None:
    nets = {(b.x, b.y): b.net for b in caravel()}
    bumps = [Bump(b.name, b.x, b.y, nets[3880 - b.x, b.y]) for b in caravel()]
    with pytest.raises(
        InputError, match=r"56 balls disagree with the pin map: A1 .* has net 'mprj_io\[15\]'.*and 46 more"
    ):
        check_pinmap(bumps, pinmap("bumps_up"), Source(CHIP_UP), View.BUMPS_UP, Where())


@needs_shared
@pytest.mark.parametrize(
    ("path", "view", "other"), [(CHIP_UP, "bumps_up", "bumps_down"), (BALLS_UP, "bumps_down", "bumps_up")]
)
def test_pin_map_is_read_in_its_own_view_only(path: Path, view: str, other: str) -> None:
    assert check_pinmap(caravel(), pinmap(view), Source(path), View.BUMPS_UP, Where()) == ()
    with pytest.raises(InputError, match=f'the sheet shows the other side\n  cure: view = "{view}"'):
        read_pinmap(pinmap(other), Source(path))


@needs_shared
@pytest.mark.parametrize(("path", "view"), [(CHIP_UP, "bumps_up"), (BALLS_UP, "bumps_down")])
def test_bumps_of_a_pin_map_are_the_tables(path: Path, view: str) -> None:
    asked = pinmap(view, pitch=[500, 500], first=[690, 4785])
    bumps, notes = read_pinmap_bumps(asked, CARAVEL, Source(path))
    assert notes == ()
    key = {(b.name, b.x, b.y, b.net) for b in caravel()}
    assert {(b.name, b.x, b.y, b.net) for b in bumps} == key


def test_empty_cells_of_a_pin_map_are_noted(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text(",A,B\n1,v,NC\n2,,w\n", encoding="utf-8")
    balls, notes = read_pinmap(pinmap("bumps_up"), Source(tmp_path / "p.csv"))
    assert [(b.name, b.net) for b in balls] == [("A1", "v"), ("B2", "w")]
    assert notes == ("p.csv: 2 cells without a ball: B1 (NC); A2",)


@pytest.mark.parametrize(("words", "matrix"), SYMMETRIES)
def test_each_symmetry_of_a_square_map_is_found(words: str, matrix: tuple[tuple[int, int], tuple[int, int]]) -> None:
    reference = [Mark(b.name, b.net, b.x, b.y) for b in grid(5, 5)]
    (a, b), (c, d) = matrix  # the inverse of a symmetry's matrix is its transpose
    marks = [Mark(m.name, m.net, a * m.x + c * m.y + 777, b * m.x + d * m.y) for m in reference]
    now, best, sentence = diagnose(marks, reference)
    assert now.places == 25
    assert (best.symmetry, best.names, best.nets) == (words, 25, 25)
    assert (sentence == "") == (words == "as it is")


@pytest.mark.parametrize("shift", [0, 50])
@pytest.mark.parametrize("a1", ["top_left", "top_right", "bottom_left", "bottom_right"])
def test_right_names_pass_from_any_corner(a1: str, shift: float) -> None:
    naming = BallNames.model_validate({"a1": a1, "letters": "rows", "view": "bumps_up"})
    bumps = []
    for b in grid(6, 4, shift=shift):
        column, row = BallNames(a1="top_left", letters="rows", view=View.BUMPS_UP).parse(b.name)
        name = naming.name(column if a1.endswith("left") else 5 - column, row if a1.startswith("top") else 3 - row)
        bumps.append(Bump(name, b.x, b.y, b.net))
    check_naming(bumps, naming, View.BUMPS_UP, Where())
    turned = BallNames.model_validate({"a1": a1, "letters": "rows", "view": "bumps_down"})
    with pytest.raises(InputError):
        check_naming(bumps, turned, View.BUMPS_UP, Where())


def test_depopulated_maps_keep_their_names() -> None:
    bumps = [b for b in grid(6, 6) if b.name not in ("A1", "C3", "F6")]
    check_naming(bumps, BallNames(a1="top_left", letters="rows", view=View.BUMPS_UP), View.BUMPS_UP, Where())


def test_two_swapped_names_are_both_named() -> None:
    bumps = grid(3, 3)
    bumps[0], bumps[1] = (Bump("A2", 0, 300, "v", line=2), Bump("A1", 100, 300, "v", line=3))
    with pytest.raises(InputError, match=r"2 of 9 names .*A2 \(line 2\) lies where A1 belongs; A1 \(line 3\)"):
        check_naming(bumps, BallNames(a1="top_left", letters="rows", view=View.BUMPS_UP), View.BUMPS_UP, Where())


def test_places_off_any_lattice_cant_be_named() -> None:
    bumps = [Bump("A1", 0, 0, ""), Bump("A2", 100, 0, ""), Bump("A3", 237.3, 0, "")]
    assert lattice_places(bumps) is None
    with pytest.raises(InputError, match="no regular lattice"):
        check_naming(bumps, BallNames(a1="top_left", letters="rows", view=View.BUMPS_UP), View.BUMPS_UP, Where())
