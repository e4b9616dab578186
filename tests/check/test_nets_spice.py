"""The SPICE netlist of extracted nets, read back by KLayout."""

from __future__ import annotations

from pathlib import Path

import klayout.db as db
import pytest

from bumpgen import build_layout, read_design, write_gds
from bumpgen.check.net_rows import measured_pieces, net_rows, stars
from bumpgen.check.nets import extract
from bumpgen.check.scene import Scene
from bumpgen.check.terminals import terminals_of
from bumpgen.errors import InputError
from bumpgen.write.spice import spice_text, write_spice


def test_read_back_by_klayout(tmp_path: Path) -> None:
    design = read_design("caravel_gf180")
    write_gds(build_layout(design), tmp_path / "chip.gds")
    layout = db.Layout()
    layout.read(str(tmp_path / "chip.gds"))
    found = extract(Scene(layout, layout.top_cell(), design.process), terminals_of(design))
    wires = measured_pieces(found)
    write_spice(design.name, stars(found, wires), tmp_path / "chip.cir")
    netlist = db.Netlist()
    netlist.read(str(tmp_path / "chip.cir"), db.NetlistSpiceReader())
    circuit = netlist.circuit_by_name(design.name.upper()) or netlist.circuit_by_name(design.name)
    assert circuit is not None
    assert circuit.pin_count() == len(design.pads) + len(design.bumps) == 123
    devices = list(circuit.each_device())
    assert len(devices) == 123
    assert len(list(circuit.each_net())) == 123 + 57
    total = sum(device.parameter("R") for device in devices)
    assert total == pytest.approx(sum(row.resistance or 0 for row in net_rows(found, wires)), rel=1e-4)


def test_text() -> None:
    text = spice_text("die", [("io[1]", ("pad_P 1", "bump_A1"), 0.5), ("", ("bump_B1",), None)])
    assert text.splitlines() == [
        "* nets as drawn; resistances in ohm",
        ".SUBCKT die pad_P_1 bump_A1 bump_B1",
        "* net io[1]",
        "R1 pad_P_1 net_io[1] 0.25",
        "R2 bump_A1 net_io[1] 0.25",
        "* net (none)",
        "R3 bump_B1 net__ 0",
        ".ENDS die",
    ]


def test_pieces_of_one_net_are_separate_nodes_and_lines_are_continued() -> None:
    text = spice_text("die", [("n", tuple(f"pad_{k}_{n}" for n in range(20)), 1.0) for k in range(2)])
    assert " net_n_2 " in text
    assert " net_n " in text
    assert max(map(len, text.splitlines())) <= 100
    assert text.splitlines()[2].startswith("+ ")


def test_names_that_fall_together_are_refused() -> None:
    with pytest.raises(InputError, match="pad_a_b"):
        spice_text("die", [("n", ("pad_a b", "pad_a+b"), None)])
