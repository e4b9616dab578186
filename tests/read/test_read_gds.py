"""Pads found in a chip's GDS or OASIS."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import klayout.db as db
import pytest

from bumpgen.design import Die, GdsPads
from bumpgen.errors import InputError
from bumpgen.read.gds import outline_of_gds, read_gds_pads
from bumpgen.read.source import Source

DIE = Die(width=1000, height=800)


def table(**more: Any) -> GdsPads:
    base = {"file": "x", "opening_layer": (37, 0), "text_layer": (37, 10), "die_layer": (1, 0), "view": "bumps_up"}
    return GdsPads.model_validate(base | more)


def chip(path: Path, dbu: float = 0.001) -> Source:
    """A die at (-500, -400): a pad cell placed turned, two abutting halves of one pad, a text off all pads."""
    layout = db.Layout()
    layout.dbu = dbu
    opening, text, outline = layout.layer(37, 0), layout.layer(37, 10), layout.layer(1, 0)
    top, pad = layout.create_cell("top"), layout.create_cell("pad")
    top.shapes(outline).insert(db.DBox(-500, -400, 500, 400))
    pad.shapes(opening).insert(db.DBox(-40, -25, 40, 25))
    pad.shapes(text).insert(db.DText("vss", 10.0, 5.0))
    for place in (db.DTrans(db.DTrans.R0, -400, -300), db.DTrans(db.DTrans.R90, 400, -300)):
        top.insert(db.DCellInstArray(pad.cell_index(), place))
    for box in (db.DBox(360, 260, 400, 340), db.DBox(400, 260, 440, 340)):
        top.shapes(opening).insert(box)
    top.shapes(text).insert(db.DText("out[3]", 420.0, 300.0))
    top.shapes(text).insert(db.DText("stray", 0.0, 0.0))
    top.shapes(opening).insert(db.DBox(-402, 298, -398, 302))
    top.shapes(text).insert(db.DText("fuse", -400.0, 300.0))
    layout.write(str(path))
    return Source(path)


@pytest.mark.parametrize("name", ["c.gds", "c.oas", "c.gds.gz"])
@pytest.mark.parametrize("dbu", [0.001, 0.0005])
def test_pads_are_named_around_from_the_lower_left(tmp_path: Path, name: str, dbu: float) -> None:
    pads, notes = read_gds_pads(table(min_size=10), DIE, chip(tmp_path / name, dbu))
    assert [(p.name, p.net, p.x, p.y, p.width, p.height) for p in pads] == [
        ("P1", "vss", 100, 100, 80, 50),
        ("P2", "vss", 900, 100, 50, 80),
        ("P3", "out[3]", 900, 700, 80, 80),
    ]
    assert notes == (
        f"{name}: coordinates count from the lower left corner of the die layer 1/0's box, moved by 500, 400 µm",
        f"{name}: 1 of 4 openings dropped: below 10 µm",
    )


def test_view_from_the_other_side_mirrors(tmp_path: Path) -> None:
    pads, _ = read_gds_pads(table(min_size=10, view="mask"), DIE, chip(tmp_path / "c.gds"))
    assert {(p.net, p.x, p.y) for p in pads} == {("vss", 900, 100), ("vss", 100, 100), ("out[3]", 100, 700)}
    assert pads[0].x == 100


def test_top_cells_box_is_the_die_without_a_die_layer(tmp_path: Path) -> None:
    source = chip(tmp_path / "c.gds")
    assert outline_of_gds(table(die_layer=None), source).die == DIE == outline_of_gds(table(), source).die
    assert len(read_gds_pads(table(die_layer=None), DIE, source)[0]) == 4


def test_every_cut_of_a_file_is_an_input_error(tmp_path: Path) -> None:
    """A file cut anywhere, packed or not, is refused; never a crash, never half the pads."""
    data = chip(tmp_path / "c.gds").path.read_bytes()
    packed = gzip.compress(data)
    for whole, name in ((data, "cut.gds"), (packed, "cut.gds.gz")):
        for part in range(19):
            path = tmp_path / name
            path.write_bytes(whole[: len(whole) * part // 20])
            with pytest.raises(InputError, match=name):
                read_gds_pads(table(), DIE, Source(path))


def test_a_stray_shape_that_moves_the_origin_is_noted(tmp_path: Path) -> None:
    source = chip(tmp_path / "c.gds")
    layout = db.Layout()
    layout.read(str(source.path))
    layout.top_cell().shapes(layout.layer(5, 0)).insert(db.DBox(0, -550, 10, -540))
    layout.write(str(source.path))
    wide = Die(width=1000, height=950)
    pads, (note,) = read_gds_pads(table(die_layer=None), wide, source)
    assert {(p.net, p.x, p.y) for p in pads} >= {("vss", 100, 250), ("vss", 900, 250)}
    assert "top cell's box, moved by 500, 550 µm" in note
    assert "die_layer" in note
    assert read_gds_pads(table(), DIE, source)[0][0].y == 100


def test_no_note_where_the_dies_corner_is_the_origin(tmp_path: Path) -> None:
    layout = db.Layout()
    top = layout.create_cell("top")
    top.shapes(layout.layer(1, 0)).insert(db.DBox(0, 0, 1000, 800))
    top.shapes(layout.layer(37, 0)).insert(db.DBox(70, 70, 130, 130))
    top.shapes(layout.layer(37, 10)).insert(db.DText("a", 100, 100))
    layout.write(str(tmp_path / "c.gds"))
    assert read_gds_pads(table(), DIE, Source(tmp_path / "c.gds"))[1] == ()


def test_layers_may_be_written_as_text_or_as_numbers(tmp_path: Path) -> None:
    source = chip(tmp_path / "c.gds")
    texts = table(opening_layer="37/0", text_layer="37/10", die_layer="1/0")
    assert texts == table()
    assert read_gds_pads(texts, DIE, source) == read_gds_pads(table(), DIE, source)
    with pytest.raises(ValueError, match=r"'37\.0' is not a layer: write LAYER/DATATYPE"):
        table(opening_layer="37.0")
