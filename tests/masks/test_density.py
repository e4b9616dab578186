"""Open area and density of masks: figures by hand and by KLayout, the command's table, picture and mistakes."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from bumpgen import build_layout, read_process
from bumpgen.clearance import DensityAsked, density_asked
from bumpgen.cli import main
from bumpgen.coverage import kinds_of, merged
from bumpgen.errors import InputError
from bumpgen.masks.density import MaskDensity, mask_density, plated_films, wafer_share
from bumpgen.masks.set import MaskRow, mask_set
from bumpgen.view.density import density_map, scale_color
from bumpgen.view.picture import Picture
from bumpgen.view.style import PAPER, contrast
from bumpgen.view.svg import to_svg


def run(*args: object) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args], catch_exceptions=False)


def row_of(process: str, layer: str) -> MaskRow:
    return next(row for row in mask_set(read_process(process)) if row.layer == layer)


def measured(design: str, process: str, layer: str, asked: DensityAsked | None = None) -> MaskDensity:
    return mask_density(build_layout(design), row_of(process, layer), read_process(process), 500, 100, asked)


def test_open_area_of_pillars_is_their_count_times_their_polygons_area() -> None:
    found = measured("staggered_10k", "pillar", "PILLAR")
    kind = kinds_of(build_layout("staggered_10k"), "PILLAR")[0]
    assert found.open == pytest.approx(10_000 * kind.area.area, rel=1e-12)
    assert kind.area.area == pytest.approx(math.pi * 24.5**2, rel=0.003)  # circumscribed, so a little more
    assert found.open > 10_000 * math.pi * 24.5**2


def test_what_remains_is_not_open() -> None:
    found = measured("balldrop_die", "balldrop", "UBM")
    assert found.row.polygon == "remains"
    assert found.open + found.drawn == 2200 * 2200
    assert 0.19 < found.mean < 0.20


def test_the_bias_of_a_mask_changes_no_open_area() -> None:
    row = row_of("balldrop", "UBM")
    assert row.bias
    drawn = sum(k.area.area * len(k.places) for k in merged(kinds_of(build_layout("balldrop_die"), "UBM")))
    assert measured("balldrop_die", "balldrop", "UBM").drawn == pytest.approx(drawn, rel=1e-9)


def test_windows_out_of_range_are_told() -> None:
    found = measured("staggered_10k", "pillar", "PILLAR", DensityAsked(0.25, 0.32, 500, 100))
    low, high = (found.shares < 0.25).sum(), (found.shares > 0.32).sum()
    assert low > 0
    assert high > 0
    assert len(found.outside) == low + high
    assert all(not 0.25 <= share <= 0.32 for _, share in found.outside)


def test_a_rule_without_windows_judges_the_die() -> None:
    process = read_process("wlcsp_500")
    assert density_asked(process, "RDL") == DensityAsked(0.35, 0.45, 0, 0, "RDL.D.1")
    assert density_asked(process, "UBM") is None
    found = mask_density(build_layout("fanout_free"), row_of("wlcsp_500", "RDL"), process)
    assert found.outside == ((found.windows.box, found.mean),)


def test_what_is_plated_through_a_mask() -> None:
    assert plated_films(read_process("wlcsp_500"), row_of("wlcsp_500", "RDL")) == (("rdl", 5.0),)
    assert plated_films(read_process("wlcsp_500"), row_of("wlcsp_500", "POLY1")) == ()


def test_a_wafer_has_an_edge() -> None:
    assert wafer_share(200, 3) == pytest.approx(math.pi * 97**2)
    with pytest.raises(InputError, match="leaves nothing"):
        wafer_share(100, 50)


def test_current_is_open_area_times_current_density() -> None:
    report = json.loads(run("density", "staggered_10k", "--dies", 400, "--asd", 2, "--json").output)
    pillar = report["masks"][0]
    assert pillar["open_dm2"] == pytest.approx(pillar["open_mm2"] * 400 / 1e4)
    assert pillar["current_a"] == pytest.approx(2 * pillar["open_dm2"])
    wafer = json.loads(run("density", "staggered_10k", "--wafer", 200, "--edge", 0, "--json").output)["masks"][0]
    assert wafer["open_dm2"] == pytest.approx(math.pi * wafer["mean"], rel=1e-9)  # π dm² of wafer
    assert wafer["current_a"] is None


def test_the_command_prints_a_table_and_draws_a_map(tmp_path: Path) -> None:
    for ending, start in ((".png", b"\x89PNG"), (".svg", b"<svg"), (".pdf", b"%PDF")):
        path = tmp_path / f"map{ending}"
        result = run("density", "gold_rdl_die", "-o", path, "--wafer", 150, "--asd", 1)
        assert result.exit_code == 0
        assert start in path.read_bytes()[:200]
    assert "RDL_AU (RDL)" in result.output
    assert "rdl 3" in result.output
    assert f"wrote {path}" in result.output


def test_exit_code_tells_of_density_out_of_range() -> None:
    result = run("density", "fanout_free", "--layer", "RDL")
    assert result.exit_code == 1
    assert "RDL: the die is not within 0.35 to 0.45 (RDL.D.1)" in result.output
    assert "of 441 windows are not within" in run("density", "fanout_free", "--layer", "RDL", "--window", 500).output


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--dies", 3, "--wafer", 200], "--dies and --wafer exclude each other"),
        (["--asd", 2], "--asd has no use without a wafer"),
        (["--step", 20], "--step has no use without --window"),
        (["-o", "map.bmp"], "a picture is .svg, .png or .pdf, not .bmp"),
        (["--layer", "RLD"], "did you mean 'RDL'?"),
    ],
)
def test_mistakes_are_told(options: list[object], told: str) -> None:
    result = run("density", "gold_rdl_die", *options)
    assert result.exit_code == 2
    assert told in result.output


def texts(picture: Picture) -> str:
    return " ".join(text.text for text in picture.texts)


def test_the_map_covers_the_die_and_marks_windows_out_of_range() -> None:
    found = measured("staggered_10k", "pillar", "PILLAR", DensityAsked(0.25, 0.32, 500, 100))
    picture = density_map(found, (), "a map")
    shapes = picture.figures[-1].shapes
    fields = [s.points for name, drawn in shapes.items() if name.startswith("share") for s in drawn]
    area = sum(float(np.ptp(points[:, 0]) * np.ptp(points[:, 1])) for points in fields)
    assert 8600 * 7500 <= area < 1.2 * 8600 * 7500  # fields reach a little over the next ones
    corners = np.concatenate(fields)
    assert (corners.min(axis=0).tolist(), corners.max(axis=0).tolist()) == ([0, 0], [8600, 7500])
    assert shapes["below"]
    assert shapes["above"]
    low, high = (found.shares < 0.25).sum(), (found.shares > 0.32).sum()
    assert f"below 0.25: {low} of {found.shares.size}" in texts(picture)
    assert f"above 0.32: {high} of {found.shares.size}" in texts(picture)
    assert to_svg(picture) == to_svg(density_map(found, (), "a map"))


def test_the_scale_only_gets_lighter() -> None:
    contrasts = [contrast(scale_color(step / 40), PAPER) for step in range(41)]
    assert contrasts == sorted(contrasts, reverse=True)
