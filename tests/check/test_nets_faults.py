"""One fault planted in a clean layout: found under the right id, at the right place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import klayout.db as db
import pytest

from bumpgen import read_process
from bumpgen.check.net_check import check_nets
from bumpgen.check.scene import Scene
from bumpgen.check.terminals import Terminal
from bumpgen.report import Box, RuleResult

LAYERS = {"POLY1": 5, "RDL": 10, "POLY2": 15, "UBM": 20}
PITCH, NETS, REACH = 500.0, 4, 300.0


class Chip:
    """A column of NETS nets, each in its own x range: pad cell at (x, 0), straight wire, bump cell at (x, REACH)."""

    def __init__(self) -> None:
        self.layout = db.Layout()
        self.top = self.layout.create_cell("TOP")
        self.pad = self.layout.create_cell("PADCELL")
        self.bump = self.layout.create_cell("BUMPCELL")
        self.box(self.pad, "POLY1", (-20, -20, 20, 20))
        self.box(self.pad, "RDL", (-30, -30, 30, 30))
        for layer, half in (("RDL", 100), ("POLY2", 80), ("UBM", 90)):
            self.box(self.bump, layer, (-half, -half, half, half))
        self.pads = [self.place(self.pad, n * PITCH, 0) for n in range(NETS)]
        self.bumps = [self.place(self.bump, n * PITCH, REACH) for n in range(NETS)]
        self.wires = [self.box(self.top, "RDL", (n * PITCH - 20, 0, n * PITCH + 20, REACH)) for n in range(NETS)]
        self.terminals = [Terminal(f"P{n}", "pad", f"n{n}", n * PITCH, 0) for n in range(NETS)]
        self.terminals += [Terminal(f"B{n}", "bump", f"n{n}", n * PITCH, REACH) for n in range(NETS)]

    def box(self, cell: Any, layer: str, box: Box) -> Any:
        return cell.shapes(self.layout.layer(LAYERS[layer], 0)).insert(db.DBox(*box))

    def place(self, cell: Any, x: float, y: float) -> Any:
        return self.top.insert(db.DCellInstArray(cell.cell_index(), db.DTrans(db.DVector(x, y))))

    def swap(self, i: int, j: int) -> None:
        one, other = self.terminals[i], self.terminals[j]
        self.terminals[i], self.terminals[j] = one._replace(net=other.net), other._replace(net=one.net)

    def check(self, threads: int = 1, **stated: Any) -> dict[str, RuleResult]:
        before = shapes(self.layout)
        scene = Scene(self.layout, self.top, read_process("wlcsp_500"), threads=threads)
        results, _ = check_nets(scene, self.terminals, **stated)
        assert shapes(self.layout) == before  # the layout is only read
        return {r.rule: r for r in results if r.status == "violated"}


def shapes(layout: Any) -> list[tuple[str, int, int]]:
    return [
        (cell.name, index, cell.shapes(index).size()) for cell in layout.each_cell() for index in layout.layer_indexes()
    ]


def cut_wire(chip: Chip) -> None:
    chip.wires[1].delete()
    chip.box(chip.top, "RDL", (480, 0, 520, 100))
    chip.box(chip.top, "RDL", (480, 110, 520, REACH))


def bridge(chip: Chip) -> None:
    chip.box(chip.top, "RDL", (500, 60, 1000, 70))


def touching_wire(chip: Chip) -> None:
    chip.box(chip.top, "RDL", (515, 120, 985, 130))


def deleted_opening(chip: Chip) -> None:
    chip.bumps[2].delete()
    for layer, half in (("RDL", 100), ("UBM", 90)):
        chip.box(chip.top, layer, (1000 - half, REACH - half, 1000 + half, REACH + half))


def wrong_layer(chip: Chip) -> None:
    deleted_opening(chip)
    chip.box(chip.top, "POLY1", (920, REACH - 80, 1080, REACH + 80))


def pad_opening_deleted(chip: Chip) -> None:
    chip.pads[3].delete()
    chip.box(chip.top, "RDL", (1470, -30, 1530, 30))


def dropped_bump(chip: Chip) -> None:
    chip.bumps[0].delete()


def floating(chip: Chip) -> None:
    chip.box(chip.top, "RDL", (700, 700, 720, 900))


def floating_in_cell(chip: Chip) -> None:
    chip.box(chip.pad, "RDL", (50, -10, 60, 10))


def dangling(chip: Chip) -> None:
    chip.box(chip.top, "RDL", (500, 90, 700, 110))


def short_in_cell(chip: Chip) -> None:
    both = chip.layout.create_cell("BOTH")
    chip.box(both, "RDL", (0, -5, PITCH, 5))
    chip.place(both, 500, 60)


def open_in_cell(chip: Chip) -> None:
    cell = chip.layout.create_cell("WIRE")
    chip.wires[3].delete()
    chip.box(cell, "RDL", (-20, 0, 20, 60))
    chip.box(cell, "RDL", (-20, 65, 20, REACH))
    chip.place(cell, 1500, 0)


def swapped_pads(chip: Chip) -> None:
    chip.swap(0, 3)


def swapped_bumps(chip: Chip) -> None:
    chip.swap(NETS + 1, NETS + 2)


FAULTS: list[tuple[Callable[[Chip], None], dict[str, Box]]] = [
    (cut_wire, {"NET.OPEN.1": (480, 100, 520, 110), "NET.ANT.1": (480, 100, 520, 100)}),
    (bridge, {"NET.SHORT.1": (500, 60, 1000, 70)}),
    (touching_wire, {"NET.SHORT.1": (515, 120, 985, 130)}),
    (deleted_opening, {"NET.OPEN.1": (910, 210, 1090, 390)}),
    (wrong_layer, {"NET.OPEN.1": (910, 210, 1090, 390)}),
    (pad_opening_deleted, {"NET.MISS.1": (1499, -1, 1501, 1)}),
    (dropped_bump, {"NET.MISS.1": (-1, 299, 1, 301), "NET.ANT.1": (-20, 300, 20, 300)}),
    (floating, {"NET.FLOAT.1": (700, 700, 720, 900)}),
    (floating_in_cell, {"NET.FLOAT.1": (50, -10, 60, 10)}),
    (dangling, {"NET.ANT.1": (700, 90, 700, 110)}),
    (short_in_cell, {"NET.SHORT.1": (500, 55, 1000, 65)}),
    (open_in_cell, {"NET.OPEN.1": (1480, 60, 1520, 65), "NET.ANT.1": (1480, 60, 1520, 65)}),
    (swapped_pads, {"NET.SWAP.1": (-1, -1, 1501, 1)}),
    (swapped_bumps, {"NET.SWAP.1": (499, -1, 1001, 1)}),
]


def test_clean() -> None:
    assert Chip().check() == {}


@pytest.mark.parametrize(("plant", "expected"), FAULTS, ids=[plant.__name__ for plant, _ in FAULTS])
def test_fault(plant: Callable[[Chip], None], expected: dict[str, Box]) -> None:
    chip = Chip()
    plant(chip)
    found = chip.check()
    assert found.keys() == expected.keys()
    for rule, box in expected.items():
        place = found[rule].places[0].box
        assert place is not None
        assert all(low <= value for low, value in zip(box[:2], place[:2], strict=True)), (rule, place)
        assert all(value <= high for high, value in zip(box[2:], place[2:], strict=True)), (rule, place)


@pytest.mark.parametrize("plant", [plant for plant, _ in FAULTS], ids=[plant.__name__ for plant, _ in FAULTS])
def test_flat_and_two_threads_find_the_same(plant: Callable[[Chip], None]) -> None:
    chip = Chip()
    plant(chip)
    here = {rule: [place.box for place in result.places] for rule, result in chip.check().items()}
    threaded = {rule: [place.box for place in result.places] for rule, result in chip.check(threads=2).items()}
    chip.top.flatten(True)
    flat = {rule: [place.box for place in result.places] for rule, result in chip.check().items()}
    assert here == threaded == flat


def test_messages_name_the_terminals() -> None:
    chip = Chip()
    cut_wire(chip)
    assert "piece 1: pad P1; piece 2: bump B1" in chip.check()["NET.OPEN.1"].places[0].message
    chip = Chip()
    bridge(chip)
    place = chip.check()["NET.SHORT.1"].places[0]
    assert place.net == "n1, n2"
    assert "n1: pad P1; bump B1; n2: pad P2; bump B2" in place.message
    chip = Chip()
    swapped_pads(chip)
    message = chip.check()["NET.SWAP.1"].places[0].message
    assert "pad P0 (n3) is drawn to bump B0 (n0)" in message


def test_floating_inside_a_cell_counts_once_an_instance() -> None:
    chip = Chip()
    floating_in_cell(chip)
    result = chip.check()["NET.FLOAT.1"]
    assert (result.count, result.severity) == (NETS, "warning")
    assert sorted(place.box[0] for place in result.places if place.box) == [50, 550, 1050, 1550]


def test_metal_in_a_cell_taken_up_in_one_instance_only_floats_in_the_others() -> None:
    chip = Chip()
    floating_in_cell(chip)
    chip.box(chip.top, "RDL", (0, -5, 55, 5))
    assert chip.check()["NET.FLOAT.1"].count == NETS - 1


def test_marks_on_layers_without_connections_do_not_float() -> None:
    chip = Chip()
    chip.top.shapes(chip.layout.layer(253, 0)).insert(db.DBox(0, 800, 50, 850))
    assert chip.check() == {}


def test_bumps_given_mirrored_are_explained() -> None:
    chip = Chip()
    nets = [t.net for t in chip.terminals[NETS:]]
    chip.terminals[NETS:] = [t._replace(net=n) for t, n in zip(chip.terminals[NETS:], reversed(nets), strict=True)]
    found = chip.check()
    assert found.keys() == {"NET.SWAP.1"}
    assert found["NET.SWAP.1"].count == 2  # outer two, inner two
    assert "mirrored (x → -x)" in found["NET.SWAP.1"].note


def test_bumps_given_one_pitch_aside_are_explained() -> None:
    chip = Chip()
    nets = [t.net for t in chip.terminals[NETS:]]
    chip.terminals[NETS:] = [
        t._replace(net=n) for t, n in zip(chip.terminals[NETS:], [*nets[1:], nets[0]], strict=True)
    ]
    assert "moved by 500 µm in x" in chip.check()["NET.SWAP.1"].note


def test_a_terminal_without_a_net_must_stay_alone() -> None:
    chip = Chip()
    chip.terminals[0] = chip.terminals[0]._replace(net="")
    assert chip.check().keys() == {"NET.SHORT.1"}


def test_three_nets_on_one_piece_are_two_places() -> None:
    chip = Chip()
    chip.box(chip.top, "RDL", (500, 60, 1000, 70))
    chip.box(chip.top, "RDL", (1000, 80, 1500, 95))
    boxes = {place.box for place in chip.check()["NET.SHORT.1"].places}
    assert boxes == {(500, 60, 1000, 70), (1000, 80, 1500, 95)}


def test_flattened_and_merged_metal_still_tells_the_bridge() -> None:
    chip = Chip()
    bridge(chip)
    chip.top.flatten(True)
    for number in LAYERS.values():
        index = chip.layout.layer(number, 0)
        merged = db.Region(chip.top.begin_shapes_rec(index)).merged()
        chip.top.shapes(index).clear()
        chip.top.shapes(index).insert(merged)
    box = chip.check()["NET.SHORT.1"].places[0].box
    assert box is not None
    assert box[0] >= 500
    assert box[2] <= 1000
    assert 55 <= box[1] <= box[3] <= 75


def test_current_above_the_limit() -> None:
    # 40 µm × 5 µm of copper at 1e5 A/cm² stand 0.2 A
    assert Chip().check(current_density=1e5, currents={"n1": 0.19}) == {}
    found = Chip().check(current_density=1e5, currents={"n1": 0.21})
    assert found.keys() == {"NET.CUR.1"}
    assert found["NET.CUR.1"].places[0].net == "n1"
