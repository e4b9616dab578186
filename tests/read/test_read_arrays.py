"""Arrays of bumps, and routes from a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bumpgen.design import ArrayTable, Die, RouteTable
from bumpgen.errors import InputError
from bumpgen.read.arrays import lattice_of, read_array
from bumpgen.read.names import check_naming
from bumpgen.read.routes import read_routes
from bumpgen.read.source import Source

DIE = Die(width=1000, height=800)
SOURCE = Source(Path("design.toml"), "bumps.array")


def table(**more: Any) -> ArrayTable:
    return ArrayTable.model_validate({"kind": "grid", "columns": 4, "rows": 3, "pitch": (100, 120)} | more)


@pytest.mark.parametrize("kind", ["grid", "staggered", "rings"])
def test_array_is_centred_and_named_from_the_top_left(kind: str) -> None:
    bumps, notes = read_array(table(kind=kind), DIE, SOURCE)
    assert notes == ()
    xs, ys = [b.x for b in bumps], [b.y for b in bumps]
    assert min(xs) + max(xs) == DIE.width
    assert min(ys) + max(ys) == DIE.height
    assert (bumps[0].name, bumps[0].y) == ("A1", max(ys))
    assert len(bumps) == {"grid": 12, "staggered": 12, "rings": 10}[kind]
    check_naming(bumps, table().naming, table().naming.view, SOURCE.setting())


@pytest.mark.parametrize("rows", [1, 2, 5])
def test_staggered_array_is_two_lattices(rows: int) -> None:
    asked = table(kind="staggered", rows=rows)
    parts = lattice_of(asked, DIE)
    places = {part.place(i, j) for part in parts for i in range(part.columns) for j in range(part.rows)}
    bumps, _ = read_array(asked, DIE, SOURCE)
    assert {(b.x, b.y) for b in bumps} == places
    assert len(parts) == min(rows, 2)
    if rows > 1:
        assert (parts[1].x - parts[0].x, parts[1].y - parts[0].y) == (50, 120)
        assert {(part.step_x, part.step_y) for part in parts} == {(100, 240)}


def test_depopulated_and_kept_out_balls_are_missing() -> None:
    bumps, notes = read_array(
        table(first=(100, 100), depopulate=("A1:B2", "C4"), keepouts=((280, 90, 320, 110), (0, 0, 9, 9))), DIE, SOURCE
    )
    assert [b.name for b in bumps] == ["A3", "A4", "B3", "B4", "C1", "C2"]
    assert notes == ("bumps.array.keepouts [0.0, 0.0, 9.0, 9.0] keeps no bump out",)


def test_nets_are_dealt_out_in_turn() -> None:
    bumps, _ = read_array(table(nets=("vss", "io_{name}")), DIE, SOURCE)
    assert [b.net for b in bumps[:4]] == ["vss", "io_A2", "vss", "io_A4"]


def test_rings_keep_the_middle_empty() -> None:
    bumps, _ = read_array(table(kind="rings", columns=6, rows=6, rings=2, pitch=(100, 100)), DIE, SOURCE)
    assert len(bumps) == 36 - 4
    assert not {"C3", "C4", "D3", "D4"} & {b.name for b in bumps}


@pytest.mark.parametrize(("view", "x"), [("bumps_up", 100.0), ("bumps_down", 900.0)])
def test_routes_are_read_in_their_unit_and_view(tmp_path: Path, view: str, x: float) -> None:
    (tmp_path / "r.csv").write_text("n,w,p,b\nvss,0.04,0.1:0.2 0.3:0.2,A1\n", encoding="utf-8")
    asked = RouteTable.model_validate(
        {
            "file": "r.csv",
            "unit": "mm",
            "view": view,
            "columns": {"net": "n", "width": "w", "points": "p", "bump": "b", "name": "@A"},
        }
    )
    (route,) = read_routes(asked, DIE, Source(tmp_path / "r.csv"))
    assert (route.net, route.width, route.bump, route.name, route.line) == ("vss", 40, "A1", "vss", 2)
    assert route.points[0] == (x, 200)


def test_array_larger_than_its_die_is_refused() -> None:
    with pytest.raises(InputError, match="off the die of 1000 x 800"):
        read_array(table(first=(800, 100)), DIE, SOURCE)
