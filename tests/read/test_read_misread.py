"""Routes that miss because a table was read in the wrong unit or from the wrong side."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bumpgen import resources
from bumpgen.errors import InputError
from bumpgen.read import read_design
from tests.test_bad_input import DESIGN, swap, toml, write_design

NAMING = 'naming = { a1 = "top_left", letters = "rows", view = "bumps_up" }\n'


@pytest.fixture
def mini(tmp_path: Path) -> Path:
    """The small design without names' or pin map's opinion: only the routes can tell."""
    folder = write_design(tmp_path / "mini")
    toml(DESIGN[DESIGN.index("[bumps.check]") : DESIGN.index("[routes]")], "")(folder)
    toml("[bumps]\n" + NAMING, "")(folder)
    assert len(read_design(folder).routes) == 4
    return folder


def rewrite(path: Path, change: Callable[[float, float], tuple[float, float]]) -> None:
    """Change x and y of every row of a table."""
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    for row in rows:
        x, y = change(float(row["x"]), float(row["y"]))
        row["x"], row["y"] = f"{x:.9g}", f"{y:.9g}"
    lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def reroute(folder: Path, change: Callable[[float, float], tuple[float, float]]) -> None:
    """Change every point of the routes."""
    path = folder / "routes.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    changed = [lines[0]]
    for line in lines[1:]:
        net, width, points, bump = line.split(",")
        moved = [change(*map(float, point.split(":"))) for point in points.split()]
        changed.append(f"{net},{width},{' '.join(f'{x:.9g}:{y:.9g}' for x, y in moved)},{bump}")
    path.write_text("\n".join(changed) + "\n", encoding="utf-8")


def refusal(folder: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        read_design(folder)
    return caught.value


@pytest.mark.parametrize(("file", "table"), [("bumps.csv", "bumps"), ("pads.csv", "pads")])
def test_a_mirrored_table_is_found_by_the_routes(mini: Path, file: str, table: str) -> None:
    rewrite(mini / file, lambda x, y: (1400 - x, y))
    error = refusal(mini)
    assert error.message == (
        f"the {table} are mirrored: only 4 of 8 route ends meet a pad or bump of their net; "
        'with view = "bumps_down" 8 do'
    )
    assert error.where is not None
    assert error.where.key == f"{table}.table.view"
    assert error.where.line is not None
    assert error.hint == f'set view = "bumps_down" in [{table}.table]'


@pytest.mark.parametrize(("file", "table"), [("bumps.csv", "bumps"), ("pads.csv", "pads")])
def test_a_table_in_mm_said_to_be_in_um_lies_on_a_heap(mini: Path, file: str, table: str) -> None:
    rewrite(mini / file, lambda x, y: (x / 1000, y / 1000))
    error = refusal(mini)
    assert f"all 4 {table} lie within" in error.message
    assert error.where is not None
    assert error.where.key == f"{table}.table.unit"
    assert 'unit = "um" is hardly theirs' in str(error.hint)
    assert 'with unit = "mm"' in str(error.hint)


def test_a_table_in_mil_said_to_be_in_um_is_found_by_the_routes(mini: Path) -> None:
    rewrite(mini / "bumps.csv", lambda x, y: (x / 25.4, y / 25.4))
    error = refusal(mini)
    assert error.message.startswith("the bumps are in another unit: only 4 of 8 route ends")
    assert error.hint == 'set unit = "mil" in [bumps.table]'


def test_a_table_in_mil_from_the_other_side(mini: Path) -> None:
    rewrite(mini / "bumps.csv", lambda x, y: ((1400 - x) / 25.4, y / 25.4))
    assert refusal(mini).hint == 'set unit = "mil" and view = "bumps_down" in [bumps.table]'


def test_mirrored_routes(mini: Path) -> None:
    reroute(mini, lambda x, y: (1400 - x, y))
    error = refusal(mini)
    assert error.hint == 'set view = "bumps_down" in [routes]'
    assert "only 0 of 8" in error.message


def test_routes_in_mm_said_to_be_in_um(mini: Path) -> None:
    reroute(mini, lambda x, y: (x / 1000, y / 1000))
    assert 'with unit = "mm"' in str(refusal(mini).hint)


def test_one_wrong_end_is_blamed_on_its_route(mini: Path) -> None:
    swap("routes.csv", "100:100 450:450", "100:100 440:450")(mini)
    error = refusal(mini)
    assert error.where is not None
    assert error.where.line == 2


def test_the_cure_never_names_the_routes_own_other_end(mini: Path) -> None:
    """The pad of the route lies nearer to the wrong end than its bump does."""
    swap("routes.csv", "100:100 450:450,B1", "100:100 200:200,")(mini)
    error = refusal(mini)
    assert "end 200:200 lies" in error.message
    assert str(error.hint).startswith("end it at 450:450")


def test_places_are_told_as_the_table_writes_them(mini: Path) -> None:
    """Routes in mm from the centre, seen from the other side: message and cure are in those."""
    reroute(mini, lambda x, y: ((700 - x) / 1000, (y - 700) / 1000))
    swap("routes.csv", ",40,", ",0.04,")(mini)
    for _ in range(3):
        swap("routes.csv", ",40,", ",0.04,")(mini)
    start = (mini / "design.toml").read_text(encoding="utf-8").index("[routes]")
    text = (mini / "design.toml").read_text(encoding="utf-8")
    routes = text[start:].replace('"um"', '"mm"').replace('"bumps_up"', '"bumps_down"\norigin = "centre"')
    (mini / "design.toml").write_text(text[:start] + routes, encoding="utf-8")
    assert len(read_design(mini).routes) == 4
    swap("routes.csv", "0.25:-0.25,B1", "0.3:-0.25,")(mini)
    error = refusal(mini)
    assert "end 0.3:-0.25 mm lies 50.000 µm from" in error.message
    assert str(error.hint).startswith("end it at 0.25:-0.25,")


def test_a_point_off_the_die_is_told_in_both_units(mini: Path) -> None:
    start = DESIGN.index("[routes]")
    toml(DESIGN[start:], DESIGN[start:].replace('"um"', '"mm"'))(mini)
    reroute(mini, lambda x, y: (x / 1000, y / 1000))
    swap("routes.csv", ",40,", ",0.04,")(mini)
    swap("routes.csv", "0.1:0.1 ", "0.1:0.1 1.5:0.1 ")(mini)
    assert "point 1.5:0.1 mm lies at 1500, 100 µm, off the die of 1400 x 1400 µm" in refusal(mini).message


def test_a_mirrored_real_map_is_found_without_its_pin_map(tmp_path: Path) -> None:
    """caravel_gf180 with x of all bumps mirrored, its pin map and naming taken out."""
    folder = tmp_path / "caravel"
    folder.mkdir()
    for path in (resources.folder("designs") / "caravel_gf180").iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    text = (folder / "design.toml").read_text(encoding="utf-8")
    text = text.replace(text[text.index("[bumps.check]") : text.index("[routes]")], "")
    kept = [line for line in text.splitlines() if not line.startswith("naming")]
    (folder / "design.toml").write_text("\n".join(kept) + "\n", encoding="utf-8")
    width = read_design(folder).die.width
    head, *rows = (folder / "bumps.csv").read_text(encoding="utf-8").splitlines()
    x = head.split(",").index(next(name for name in head.split(",") if name.startswith("x")))
    mirrored = [[*cells[:x], f"{width - float(cells[x]):g}", *cells[x + 1 :]] for cells in (r.split(",") for r in rows)]
    (folder / "bumps.csv").write_text("\n".join([head, *map(",".join, mirrored)]) + "\n", encoding="utf-8")
    error = refusal(folder)
    assert error.message.startswith("the bumps are mirrored")
    assert error.where is not None
    assert error.where.key == "bumps.table.view"


def test_a_large_mirrored_design_is_diagnosed_in_seconds(mini: Path) -> None:
    """5000 routes, all of one net but for every tenth: an evenly chosen few of them tell."""
    pads, bumps, routes = ["pad,x,y,net"], ["ball,x,y,net"], ["net,width,points,bump"]
    for n in range(5000):
        x, y = 2.0 + n % 100 * 12, 5.0 + n // 100 * 27
        net = f"n{n}" if n % 10 == 0 else "vss"
        pads.append(f"P{n},{x:g},{y:g},{net}")
        bumps.append(f"B{n},{1400 - x - 3:g},{y + 8:g},{net}")
        routes.append(f"{net},2,{x:g}:{y:g} {x + 3:g}:{y + 8:g},")
    for name, lines in (("pads.csv", pads), ("bumps.csv", bumps), ("routes.csv", routes)):
        (mini / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    start = time.perf_counter()
    assert refusal(mini).hint == 'set view = "bumps_down" in [bumps.table]'
    assert time.perf_counter() - start < 20
