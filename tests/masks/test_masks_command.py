"""`bumpgen masks`: the files read again are the data in memory, the list has every step, mistakes are told."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import klayout.db as db
import numpy as np
import pytest
from click.testing import CliRunner

from bumpgen.build import build_layout
from bumpgen.cli import main
from bumpgen.layout import flatten
from bumpgen.masks.data import mask_data
from bumpgen.masks.set import mask_set
from bumpgen.read import read_design


def run(*words: str):
    return CliRunner().invoke(main, ["masks", *words], catch_exceptions=False)


@pytest.mark.parametrize("name", ["balldrop_die", "gold_rdl_die", "caravel_gf180"])
def test_files_read_again_are_the_data_in_memory(name: str, tmp_path: Path) -> None:
    result = run(name, "-o", str(tmp_path / "out"))
    assert result.exit_code == 0, result.output
    design = read_design(name)
    layout = build_layout(design)
    for row in (row for row in mask_set(design.process) if row.kind == "photomask"):
        data = mask_data(layout, row)
        wanted = db.Region()
        for _, points in flatten(data.top, data.grid):
            wanted.insert(db.Polygon([db.Point(*xy) for xy in np.rint(points / data.grid).astype(int).tolist()]))
        for kind in ("gds", "oas"):
            read = db.Layout()
            read.read(str(tmp_path / "out" / f"{name}_{row.number}_{row.name}.{kind}"))
            found = db.Region(read.top_cell().begin_shapes_rec(read.layer(row.number, 0)))
            assert not found.is_empty()
            assert (found ^ wanted).is_empty()


def test_the_list_has_every_row_with_its_files(tmp_path: Path) -> None:
    assert run("balldrop_die", "-o", str(tmp_path), "-f", "gds").exit_code == 0
    text = (tmp_path / "balldrop_die_masks.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["mask"] for row in rows] == ["UBM_ETCH", "BUMP_RESIST", "flux", "BALL"]
    assert (rows[0]["data"], rows[0]["field"], rows[0]["bias_um"]) == ("dark", "clear", "2")
    assert "undercut" in rows[0]["reasons"]
    assert rows[0]["file"] == "balldrop_die_1_UBM_ETCH.gds"
    assert not rows[2]["file"]
    assert not list(tmp_path.glob("*.oas"))


def test_json_tells_all_of_each_mask(tmp_path: Path) -> None:
    result = run("gold_rdl_die", "-o", str(tmp_path), "--json")
    facts = json.loads(result.output)
    assert [mask["name"] for mask in facts["masks"] if mask["number"]] == ["POLY1", "RDL_AU", "POLY2", "UBM"]
    assert all({"bias", "data", "field", "files"} <= set(mask) for mask in facts["masks"])


def test_mistakes_are_told(tmp_path: Path) -> None:
    result = run("balldrop_die", "-o", str(tmp_path), "-f", "gsd")
    assert result.exit_code == 2
    assert "no format 'gsd' of masks" in result.output
    assert "gds" in result.output
