"""A wafer's layout: equal to every die flattened and cut by itself; arrays stay arrays; names and ids where asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import klayout.db as db
import numpy as np
import pytest
import shapely

from bumpgen.build import build_layout
from bumpgen.errors import InputError
from bumpgen.geometry import Rect, Transform
from bumpgen.layout import Array, Cell, Drawn, Layout, Placement, flatten
from bumpgen.masks.data import mask_data
from bumpgen.masks.set import mask_set
from bumpgen.masks.stepped import wafer_layout
from bumpgen.masks.wafer import DieClass, Wafer, wafer_of
from bumpgen.write.gds import write_gds
from tests.masks.test_wafer_map import design

SMALL = "diameter = 25\noffset = [300, 200]\nexclusion = 1.5\n"


def region(layout: Layout, layer: str) -> db.Region:
    found = db.Region()
    for name, points in flatten(layout.top, layout.grid):
        if name == layer:
            found.insert(polygon(points))
    return found


def polygon(points: np.ndarray) -> db.Polygon:
    return db.Polygon([db.Point(*xy) for xy in np.rint(points * 1000).astype(int).tolist()])


def small(tmp_path: Path, lines: str) -> tuple[Wafer, Layout]:
    found = design(tmp_path, SMALL + lines)
    return wafer_of(found), build_layout(found)


def dies(wafer: Wafer, layout: Layout, layer: str, *kinds: DieClass) -> list[np.ndarray]:
    """Polygons of a layer on all dies of these classes."""
    inside = [points for name, points in flatten(layout.top, layout.grid) if name == layer]
    corners = np.vstack([wafer.corners(kind) for kind in kinds])
    return [points + corner for corner in corners for points in inside]


@pytest.mark.parametrize(
    "lines",
    [
        'alignment = "none"', 'alignment = "notch"', 'alignment = "flat"\nflat_length = 12',
        'alignment = "flat"\nflat_length = 12\norientation = "left"', 'alignment = "notch"\norientation = "right"',
    ],
)  # fmt: skip
def test_smooth_is_every_die_cut_by_the_usable_area(lines: str, tmp_path: Path) -> None:
    wafer, layout = small(tmp_path, lines + '\nclip = { RESIST = "smooth" }')
    found = wafer_layout(layout, wafer)
    usable = polygon(shapely.get_coordinates(wafer.area.polygon().exterior)[:-1])
    assert wafer.count(DieClass.FULL) > 20
    for layer in ("UBM", "RESIST", "DIE"):
        every = dies(wafer, layout, layer, DieClass.FULL, DieClass.PARTIAL)
        wanted = db.Region([polygon(points) for points in every]) & db.Region(usable)
        assert not wanted.is_empty()
        # the polygon stands for arcs within 50 nm
        assert (region(found, layer) ^ wanted).sized(-60).is_empty()


def test_dropped_shapes_lie_wholly_inside(tmp_path: Path) -> None:
    wafer, layout = small(tmp_path, 'alignment = "notch"')
    found = wafer_layout(layout, wafer)
    usable = wafer.area.polygon()
    every = dies(wafer, layout, "BALL", DieClass.FULL, DieClass.PARTIAL)
    held = [points for points in every if shapely.covers(usable, shapely.Polygon(points))]
    assert len(dies(wafer, layout, "BALL", DieClass.FULL)) < len(held) < len(every)
    assert (region(found, "BALL") ^ db.Region([polygon(points) for points in held])).is_empty()


def test_whole_is_on_whole_dies_only(tmp_path: Path) -> None:
    wafer, layout = small(tmp_path, 'alignment = "none"\nclip = { UBM = "whole", BALL = "whole" }')
    found = wafer_layout(layout, wafer)
    for layer in ("UBM", "BALL"):
        wanted = db.Region([polygon(points) for points in dies(wafer, layout, layer, DieClass.FULL)])
        assert (region(found, layer) ^ wanted).is_empty()


def test_knocked_out_sites_stay_empty(tmp_path: Path) -> None:
    lines = 'alignment = "none"\nknockouts = [{ kind = "test", box = [-1, -1, 1, 1] }]'
    wafer, layout = small(tmp_path, lines)
    found = wafer_layout(layout, wafer)
    assert wafer.count(DieClass.TEST)
    width, height = wafer.die
    for x, y in wafer.corners(DieClass.TEST).tolist():
        site = db.Region(db.Box(*(round(1000 * v) for v in (x, y, x + width, y + height))))
        assert all((region(found, layer) & site).is_empty() for layer in ("UBM", "BALL", "DIE"))


def test_masks_are_clipped_as_their_layers(tmp_path: Path) -> None:
    wafer, layout = small(tmp_path, 'alignment = "none"')
    rows = [row for row in mask_set(wafer.process) if row.kind == "photomask"]
    assert [row.name for row in rows] == ["UBM_ETCH", "BUMP_RESIST"]
    smooth, dropped = (wafer_layout(mask_data(layout, row), wafer) for row in rows)
    whole = shapely.box(-1e6, -1e6, 1e6, 1e6)
    for data, row in ((smooth, rows[0]), (dropped, rows[1])):
        clip = wafer.area.polygon() if row.name == "UBM_ETCH" else whole
        assert shapely.covers(clip.buffer(0.01), [shapely.Polygon(p) for _, p in flatten(data.top, data.grid)]).all()
    circles = {len(points) for _, points in flatten(dropped.top, dropped.grid)}
    assert len(circles) == 1
    assert len({len(points) for _, points in flatten(smooth.top, smooth.grid)}) > 1


def test_name_and_ids_are_drawn_where_their_layer_is(tmp_path: Path) -> None:
    lines = 'alignment = "none"\ntext = { text = "W01", layer = "UBM", at = [-2, 8], size = 1 }'
    lines += '\nids = { layer = "MARK", at = [1500, 2100], size = 70 }'
    wafer, layout = small(tmp_path, lines)
    bare, _ = small(tmp_path, lines.partition("\nids")[0])
    found = wafer_layout(layout, wafer)
    name = region(found, "UBM") & db.Region(db.Box(-2_000_000, 8_000_000, 1_000_000, 9_000_000))
    assert name.bbox().height() == pytest.approx(1_000_000, abs=10_000)
    assert wafer.count(DieClass.ID)
    ids = region(found, "MARK") - region(wafer_layout(layout, bare), "MARK")
    width, height = (round(1000 * side) for side in wafer.die)
    for corner in wafer.corners(DieClass.FULL).tolist():
        x, y = (round(1000 * v) for v in corner)
        here = ids & db.Region(db.Box(x + 1_400_000, y + 2_000_000, x + width, y + height))
        assert 0 <= here.bbox().left - x - 1_500_000 <= 10_000  # a 1 begins a stroke later
        assert here.bbox().height() == 70_000
    # the sign at a place of the text is an array; the ids of one column differ in their row only
    arrays = [i for i in found.top.instances if isinstance(i, Array) and "_ID_" in i.cell.name]
    assert arrays
    mask = wafer_layout(mask_data(layout, next(r for r in mask_set(wafer.process) if r.name == "UBM_ETCH")), wafer)
    assert not (region(mask, "UBM_ETCH") & db.Region(db.Box(-2_000_000, 8_000_000, 1_000_000, 9_000_000))).is_empty()


def test_turned_and_nested_cells_are_cut_as_they_lie(tmp_path: Path) -> None:
    wafer, _ = small(tmp_path, 'alignment = "none"\nclip = { UBM = "smooth" }')
    bar = Cell("BAR", (Drawn("UBM", Rect(0, 0, 300, 20)),))
    pair = Cell("PAIR", (Drawn("UBM", Rect(0, 50, 40, 40)),), (Placement(bar, Transform(10, 20, 90)),))
    spread = Array(pair, 4, 5, (450, 0), (0, 420), Transform(250, 200, 30, True))
    top = Cell("TOP", (Drawn("UBM", Rect(1100, 2100, 2000, 50)),), (spread, Placement(bar, Transform(400, 300, 90))))
    layout = Layout(top, {"UBM": (20, 0)}, 0.001, outline=(0.0, 0.0, 2200.0, 2200.0))
    found = region(wafer_layout(layout, wafer), "UBM")
    usable = polygon(shapely.get_coordinates(wafer.area.polygon().exterior)[:-1])
    every = dies(wafer, layout, "UBM", DieClass.FULL, DieClass.PARTIAL)
    wanted = db.Region([polygon(points) for points in every]) & db.Region(usable)
    assert (found ^ wanted).sized(-60).is_empty()


def test_a_million_dies_are_a_small_file(tmp_path: Path) -> None:
    found = design(tmp_path, "diameter = 300\nscribe = [20, 20]")
    tiny = found.file.model_copy(update={"die": found.file.die.model_copy(update={"width": 240.0, "height": 240.0})})
    wafer = wafer_of(replace(found, file=tiny))
    assert wafer.count(DieClass.FULL) > 990_000
    bump = Cell("BUMP", (Drawn("BALL", Rect(0, 0, 10, 10)),))
    top = Cell("TOP", (), (Array(bump, 10, 10, (20, 0), (0, 20), Transform(30, 30)),))
    layout = wafer_layout(Layout(top, {"BALL": (1, 0)}, 0.001), wafer)
    write_gds(layout, tmp_path / "wafer.gds")
    assert (tmp_path / "wafer.gds").stat().st_size < 10_000_000


def test_a_layout_of_another_die_is_refused(tmp_path: Path) -> None:
    wafer, layout = small(tmp_path, 'alignment = "none"')
    with pytest.raises(InputError, match="not a die of 2200 × 2200 µm"):
        wafer_layout(replace(layout, outline=(0.0, 0.0, 2000.0, 2200.0)), wafer)
    with pytest.raises(InputError, match=r"grid is 0\.005"):
        wafer_layout(replace(layout, grid=0.005), wafer)
