"""Bond wires as a table and as DXF: read back, each wire from its pad to its finger; written the same twice."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from math import dist
from pathlib import Path

import ezdxf
import numpy as np
import pytest

from bumpgen.check.assembly.wire_rows import wire_list
from bumpgen.command.stacked import stack_of
from bumpgen.read.assembly_file import read_assembly
from bumpgen.wire_list import WireList
from bumpgen.write.wires import COLUMNS, LAYERS, wires_csv, write_wires_dxf


@pytest.fixture(scope="module", params=["module_on_laminate", "gold_rdl_module"])
def lists(request) -> tuple[WireList, ...]:
    stack = stack_of(read_assembly(request.param))
    return tuple(wire_list(stack, wires) for wires in stack.wires)


def rows(lists: tuple[WireList, ...]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(wires_csv(lists))))


def test_a_row_a_wire(lists):
    found = rows(lists)
    wires = [wire for one in lists for wire in one.wires]
    assert tuple(found[0]) == COLUMNS
    assert [(row["number"], row["net"]) for row in found] == [(str(wire.number), wire.net) for wire in wires]
    assert len({row["pad"] for row in found}) == len(found)


def test_ends_lie_on_the_lands_of_their_names(lists):
    lands = {f"{land.part}.{land.name}": land for one in lists for land in one.lands}
    for row in rows(lists):
        for side in ("pad", "finger"):
            land, place = lands[row[side]], np.array([float(row[f"{side}_x_um"]), float(row[f"{side}_y_um"])])
            assert land.net == row["net"]
            assert land.pad == (side == "pad")
            assert np.all(land.outline.min(axis=0) < place)
            assert np.all(place < land.outline.max(axis=0))


def test_measures(lists):
    for row in rows(lists):
        start = float(row["pad_x_um"]), float(row["pad_y_um"])
        end = float(row["finger_x_um"]), float(row["finger_y_um"])
        assert float(row["span_um"]) == pytest.approx(dist(start, end), abs=1e-3)
        assert float(row["length_um"]) > float(row["span_um"]) + float(row["loop_um"])
        assert 0 <= float(row["angle_deg"]) < 90
        assert (row["material"], float(row["diameter_um"])) == ("au", 25)


def test_what_nobody_states_stays_empty(lists):
    bare = tuple(replace(one, wires=tuple(replace(wire, needed=None) for wire in one.wires)) for one in lists)
    assert {row["needed_a"] for row in rows(bare)} == {""}
    stated = tuple(replace(one, wires=tuple(replace(wire, needed=0.25) for wire in one.wires)) for one in lists)
    assert {row["needed_a"] for row in rows(stated)} == {"0.25"}


def test_dxf_is_read_back(lists, tmp_path):
    path = tmp_path / "wires.dxf"
    write_wires_dxf(lists, path)
    drawing = ezdxf.readfile(path)
    assert not drawing.audit().has_errors
    assert drawing.units == ezdxf.units.InsertUnits.Microns
    assert {layer.dxf.name for layer in drawing.layers} >= set(LAYERS)
    space = drawing.modelspace()
    wires = [wire for one in lists for wire in one.wires]
    lines = [(line.dxf.start.vec2, line.dxf.end.vec2) for line in space.query('LINE[layer=="WIRE"]')]
    assert [(tuple(a), tuple(b)) for a, b in lines] == [(wire.start, wire.end) for wire in wires]
    texts = [text.dxf.text for text in space.query('TEXT[layer=="NUMBER"]')]
    assert texts == [f"{wire.number} {wire.net}" for wire in wires]
    outlines = [np.array(list(shape.vertices())) for shape in space.query('LWPOLYLINE[layer=="PAD"]')]
    pads = [land.outline for one in lists for land in one.lands if land.pad]
    assert len(outlines) == len(pads)
    assert all(np.allclose(a, b, atol=1e-9) for a, b in zip(outlines, pads, strict=True))
    assert len(space.query('LWPOLYLINE[layer=="DIE"]')) == len(lists[0].dies)


def test_equal_wires_give_equal_files(lists, tmp_path):
    paths = [tmp_path / "one.dxf", tmp_path / "two.dxf"]
    for path in paths:
        write_wires_dxf(lists, path)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert not ezdxf.options.write_fixed_meta_data_for_testing


def test_names_with_commas_and_quotes_survive(lists, tmp_path):
    odd = replace(lists[0].wires[0], net='D<0>,"Ω"')
    changed = (replace(lists[0], wires=(odd,)),)
    assert rows(changed)[0]["net"] == odd.net
    path: Path = tmp_path / "odd.dxf"
    write_wires_dxf(changed, path)
    (text,) = ezdxf.readfile(path).modelspace().query('TEXT[layer=="NUMBER"]')
    assert text.dxf.text == f"1 {odd.net}"
