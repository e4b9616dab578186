"""Nets of whole masks: the taped-out chip, and every shipped design as bumpgen draws it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import klayout.db as db
import pytest
import shapely

from bumpgen import build_layout, read_design, write_gds
from bumpgen.check.net_check import check_nets
from bumpgen.check.net_rows import sheet
from bumpgen.check.nets import extract
from bumpgen.check.scene import Scene
from bumpgen.check.terminals import Terminal, read_terminals, terminals_of
from bumpgen.design import Design
from bumpgen.errors import InputError
from bumpgen.process import Process
from bumpgen.report import NetRow
from bumpgen.write.table import write_csv
from tests.shared import SHARED, needs_shared

GOLDEN = SHARED / "caravel_gf180" / "caravel_bump_bond.gds.gz"


def scene(path: Path, process: Process) -> Scene:
    layout = db.Layout(False)
    layout.read(str(path))
    return Scene(layout, layout.top_cell(), process)


@lru_cache(maxsize=8)
def design(name: str) -> Design:
    return read_design(name)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("drawn")

    @lru_cache(maxsize=8)
    def of(name: str) -> Scene:
        write_gds(build_layout(design(name)), folder / f"{name}.gds")
        return scene(folder / f"{name}.gds", design(name).process)

    return of


def caravel_tables() -> tuple[Terminal, ...]:
    folder = SHARED / "caravel_gf180"
    pads = read_terminals(folder / "pads.csv", view="bumps_up", kind="pad")
    return (*pads, *read_terminals(folder / "bumps.csv", view="bumps_up"))


@needs_shared
def test_the_taped_out_mask_has_57_nets_none_shorted() -> None:
    terminals = caravel_tables()
    assert [sum(t.kind == kind for t in terminals) for kind in ("pad", "bump")] == [63, 60]
    mask = scene(GOLDEN, design("caravel_gf180").process)
    found = extract(mask, terminals)
    assert len(found.pieces) == 57
    assert found.missed == ()
    assert found.stand_ins == {"PAD": ("POLY1",)}
    results, rows = check_nets(mask, terminals)
    assert {r.rule: r.count for r in results if r.status == "violated"} == {}
    assert len(rows) == 57
    assert all(row.pieces == 1 for row in rows)


@pytest.mark.parametrize(
    ("name", "pieces"), [("caravel_gf180", 57), ("gold_rdl_die", 12), ("balldrop_die", 189), ("staggered_10k", 10_000)]
)
def test_nothing_is_found_in_shipped_designs(drawn: Any, name: str, pieces: int) -> None:
    terminals = terminals_of(design(name))
    assert len(extract(drawn(name), terminals).pieces) == pieces
    results, rows = check_nets(drawn(name), terminals)
    assert {r.rule: r.count for r in results if r.count} == {}
    assert {row.name for row in rows} == {t.net for t in terminals}


@pytest.mark.parametrize("name", ["caravel_gf180", "gold_rdl_die"])
def test_the_map_that_build_writes_can_be_checked_with(drawn: Any, name: str, tmp_path: Path) -> None:
    write_csv(design(name), tmp_path / "bumps.csv")
    bumps = read_terminals(tmp_path / "bumps.csv")
    assert [(t.name, t.net, t.x, t.y) for t in bumps] == [(b.name, b.net, b.x, b.y) for b in design(name).bumps]
    results, _ = check_nets(drawn(name), bumps)
    assert {r.rule: r.count for r in results if r.count} == {}


def test_exchanged_pads_of_nets_that_the_chip_joins_are_one_place(drawn: Any) -> None:
    terminals = list(terminals_of(design("balldrop_die")))
    vss, vdd = (next(i for i, t in enumerate(terminals) if t.net == net) for net in ("VSS", "VDD"))
    terminals[vss], terminals[vdd] = terminals[vss]._replace(net="VDD"), terminals[vdd]._replace(net="VSS")
    results, _ = check_nets(drawn("balldrop_die"), terminals)
    assert {r.rule: r.count for r in results if r.count} == {"NET.SWAP.1": 1}


def test_a_lost_opening_under_a_bump_of_a_chip_joined_net(drawn: Any) -> None:
    chip = drawn("balldrop_die")
    layout = chip.layout.dup()
    layout.flatten(layout.top_cell().cell_index(), -1, True)
    lost = next(t for t in terminals_of(design("balldrop_die")) if t.net == "VSS")
    shapes = layout.top_cell().shapes(layout.layer(*chip.process.layers["PASSIVATION"].gds))
    here = db.Point(round(lost.x / layout.dbu), round(lost.y / layout.dbu))
    region = db.Region(shapes)
    shapes.clear()
    shapes.insert(region.outside(db.Region(db.Box(here, here).enlarged(100, 100))))
    results, _ = check_nets(Scene(layout, layout.top_cell(), chip.process), terminals_of(design("balldrop_die")))
    assert {r.rule: r.count for r in results if r.count} == {"NET.OPEN.1": 1}
    box = next(r for r in results if r.count).places[0].box
    assert box is not None
    assert box[0] < lost.x < box[2]
    assert box[1] < lost.y < box[3]


def test_nothing_drawn_is_not_tested_and_unknown_currents_are_refused() -> None:
    layout = db.Layout()
    empty = Scene(layout, layout.create_cell("TOP"), design("caravel_gf180").process)
    terminals = terminals_of(design("caravel_gf180"))
    assert {r.status for r in check_nets(empty, terminals)[0]} == {"not tested"}
    with pytest.raises(InputError, match="'vcd'"):
        check_nets(empty, terminals, currents={"vcd": 1.0})


def test_a_mirrored_map_of_a_real_chip_is_told(drawn: Any) -> None:
    width = design("caravel_gf180").die.width
    terminals = [
        Terminal(t.name, t.kind, t.net, width - t.x if t.kind == "bump" else t.x, t.y, t.layers)
        for t in terminals_of(design("caravel_gf180"))
    ]
    results, _ = check_nets(drawn("caravel_gf180"), terminals)
    assert any("mirrored (x → -x)" in r.note for r in results)
    assert sum(r.count for r in results if r.severity == "error") > 0


def centre_lines(name: str) -> dict[str, float]:
    lines: dict[str, list[Any]] = {}
    for route in design(name).routes:
        lines.setdefault(route.net, []).append(shapely.LineString(route.points))
    return {net: shapely.union_all(parts).length for net, parts in lines.items()}


def measured(drawn: Any, name: str) -> list[tuple[NetRow, float]]:
    _, rows = check_nets(drawn(name), terminals_of(design(name)))
    wanted = centre_lines(name)
    return [(row, wanted[row.name]) for row in rows]


@pytest.mark.parametrize(("name", "count"), [("caravel_gf180", 45), ("gold_rdl_die", 12)])
def test_length_and_resistance_of_wires(drawn: Any, name: str, count: int) -> None:
    """Nets of one pad whose wire is longer than the pads it joins; vssd's wires branch within their own width."""
    process = design(name).process
    width = {route.net: route.width for route in design(name).routes}
    square = sheet(drawn(name))
    assert square is not None
    long = [(row, length) for row, length in measured(drawn, name) if length > 460 and row.name != "vssd"]
    assert len(long) >= count
    for row, length in long:
        assert row.length == pytest.approx(length, rel=0.02), row
        assert row.resistance == pytest.approx(square * length / width[row.name], rel=0.1), row
    assert process.name in ("wlcsp_500", "gold_rdl")


def test_length_of_short_and_branched_nets_stays_near(drawn: Any) -> None:
    errors = {row.name: (row.length or 0) / length - 1 for row, length in measured(drawn, "caravel_gf180")}
    assert max(map(abs, errors.values())) < 0.16
    assert min(errors, key=lambda net: errors[net]) == "mprj_io[15]"  # its pads run into each other: the straight way


def test_sheet_resistance_by_hand(drawn: Any) -> None:
    """Copper 5 µm at 1.9, seed 0.3 µm at 2, titanium 0.1 µm at 60 µΩ·cm, side by side."""
    by_hand = 0.01 / (5 / 1.9 + 0.3 / 2 + 0.1 / 60)
    assert sheet(drawn("caravel_gf180")) == pytest.approx(by_hand)
    hot = 0.01 / ((5 / 1.9 + 0.3 / 2) / (1 + 0.004041 * 80) + 0.1 / 60 / (1 + 0.0038 * 80))
    assert sheet(drawn("caravel_gf180"), 100) == pytest.approx(hot)
