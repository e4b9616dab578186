"""Files of masks read again by others: GDS, OASIS and DXF by KLayout, Gerber by gerbonara, are the data in memory."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import ezdxf
import klayout.db as db
import numpy as np
import pytest
from click.testing import CliRunner
from gerbonara.graphic_objects import Flash, Region
from gerbonara.rs274x import GerberFile

from bumpgen.build import build_layout
from bumpgen.cli import main
from bumpgen.errors import InputError
from bumpgen.geometry import Disc, Oblong, Polygon, Rect, Transform
from bumpgen.layout import Array, Cell, Drawn, Layout, Placement, Scatter, flatten
from bumpgen.masks.data import mask_data
from bumpgen.masks.fracture import fractured
from bumpgen.masks.invert import box_around, inverted
from bumpgen.masks.set import Bias, MaskRow, mask_set
from bumpgen.read import read_design
from bumpgen.write.dxf import write_dxf
from bumpgen.write.gerber import write_gerber

GRID = 0.001
ROW = MaskRow(1, "photomask", 1, "MASK", "UBM", "resist", "", "opening", "positive", "clear")


def run(*words: str):
    return CliRunner().invoke(main, ["masks", *words], catch_exceptions=False)


def region(layout: Layout) -> db.Region:
    found = db.Region()
    for _, points in flatten(layout.top, layout.grid):
        found.insert(db.Polygon([db.Point(*xy) for xy in np.rint(points / GRID).astype(int).tolist()]))
    return found.merged()


def read(path: Path, name: str) -> db.Region:
    """All polygons of the one layer of a file, in nm; a DXF layer must bear the mask's name."""
    options = db.LoadLayoutOptions()
    options.dxf_keep_layer_names = True
    layout = db.Layout()
    layout.read(str(path), options)
    layers = [info for info in layout.layer_infos() if path.suffix != ".dxf" or info.name == name]
    if not layers:
        return db.Region()
    assert len(layers) == 1
    found = db.Region(layout.top_cell().begin_shapes_rec(layout.layer(layers[0])))
    return found.merged()


def most_points(path: Path) -> int:
    layout = db.Layout()
    layout.read(str(path))
    shapes = (s for cell in layout.each_cell() for i in layout.layer_indexes() for s in cell.shapes(i).each())
    polygons = [shape.polygon for shape in shapes if shape.is_polygon() or shape.is_box()]
    assert all(polygon.holes() == 0 for polygon in polygons)
    return max((polygon.num_points() for polygon in polygons), default=0)


@pytest.fixture(scope="module", params=["balldrop_die", "gold_rdl_die", "module_chip", "power_planes", "staggered_10k"])
def written(request, tmp_path_factory) -> tuple[str, Path]:
    folder = tmp_path_factory.mktemp(request.param)
    result = run(request.param, "-o", str(folder), "-f", "gds,oas,dxf,gerber", "--max-points", "199")
    assert result.exit_code == 0, result.output
    return request.param, folder


def data_of(name: str) -> list[tuple[MaskRow, Layout]]:
    design = read_design(name)
    layout = build_layout(design)
    return [(row, mask_data(layout, row)) for row in mask_set(design.process) if row.kind == "photomask"]


def test_read_again_they_are_the_data_in_memory(written) -> None:
    name, folder = written
    for row, data in data_of(name):
        wanted = region(data)
        for kind in ("gds", "oas", "dxf"):
            found = read(folder / f"{name}_{row.number}_{row.name}.{kind}", row.name)
            assert found.is_empty() == wanted.is_empty()
            assert (found ^ wanted).sized(-1).is_empty(), kind  # slanted sides are cut on the grid
            assert abs(found.area() - wanted.area()) <= 2 * wanted.perimeter()


def test_no_polygon_has_more_points_than_asked_nor_a_hole(written) -> None:
    name, folder = written
    for row, _ in data_of(name):
        assert most_points(folder / f"{name}_{row.number}_{row.name}.gds") <= 199
        assert most_points(folder / f"{name}_{row.number}_{row.name}.oas") <= 199


def test_without_a_cut_nothing_differs(tmp_path: Path) -> None:
    assert run("gold_rdl_die", "-o", str(tmp_path), "-f", "gds,oas,dxf").exit_code == 0
    for row, data in data_of("gold_rdl_die"):
        for kind in ("gds", "oas", "dxf"):
            assert (read(tmp_path / f"gold_rdl_die_{row.number}_{row.name}.{kind}", row.name) ^ region(data)).is_empty()


def test_gerber_of_bumps_is_flashes_at_their_places(tmp_path: Path) -> None:
    assert run("balldrop_die", "-o", str(tmp_path), "-f", "gerber").exit_code == 0
    row, data = data_of("balldrop_die")[0]
    file = GerberFile.open(tmp_path / f"balldrop_die_1_{row.name}.gbr")
    assert all(isinstance(thing, Flash) for thing in file.objects)
    assert {thing.aperture.diameter for thing in file.objects} == {0.082}
    boxes = [(points.min(axis=0) + points.max(axis=0)) / 2 for _, points in flatten(data.top, GRID)]
    wanted = Counter((round(x, 3), round(y, 3)) for x, y in np.array(boxes).tolist())
    found = Counter((round(thing.x * 1000, 3), round(thing.y * 1000, 3)) for thing in file.objects)
    assert found == wanted
    assert sum(found.values()) == len(read_design("balldrop_die").bumps)


def scene(*extra: object) -> Layout:
    """Placed, turned, mirrored, in arrays and scatters: every kind of instance, every kind of shape."""
    shapes = (Disc(0, 0, 20), Rect(40, 0, 30, 10), Oblong(0, 40, 10, 30), Polygon(((60, 60), (80, 60), (60, 90))))
    part = Cell("PART", tuple(Drawn("MASK", shape) for shape in shapes))
    instances = (
        Placement(part, Transform(500, 0, 90)), Placement(part, Transform(-500, 0, 180, mirror=True)),
        Array(part, 4, 3, (200, 0), (0, 300), Transform(0, 1000)),
        Array(part, 2, 3, (200, 100), (0, 300), Transform(0, 3000, 270)),
        Scatter(part, np.array([(5000.0, 10.0), (5200.5, 333.0)])),
    )  # fmt: skip
    top = Cell("TOP", (Drawn("MASK", Disc(-1000, -1000, 80)),), instances)
    return Layout(top, {"MASK": (1, 0)}, GRID)


def test_dxf_keeps_every_kind_of_instance(tmp_path: Path) -> None:
    path = tmp_path / "scene.dxf"
    write_dxf(scene(), path)
    assert (read(path, "MASK") ^ region(scene())).is_empty()
    entities = [e for block in ezdxf.readfile(path).blocks for e in block]
    assert all(e.closed for e in entities if e.dxftype() == "LWPOLYLINE")
    assert not [e for e in entities if e.dxftype() == "CIRCLE"]
    assert sum(e.dxftype() == "INSERT" for e in ezdxf.readfile(path).modelspace()) == 2 + 1 + 6 + 2


def test_dxf_circles_on_request_and_equal_bytes(tmp_path: Path) -> None:
    one, other = tmp_path / "one.dxf", tmp_path / "other.dxf"
    write_dxf(scene(), one, circles=True)
    write_dxf(scene(), other, circles=True)
    assert one.read_bytes() == other.read_bytes()
    drawing = ezdxf.readfile(one)
    assert [e.dxf.radius for e in drawing.modelspace().query("CIRCLE")] == [40.0]
    assert [e.dxf.radius for e in drawing.blocks["PART"].query("CIRCLE")] == [10.0]
    assert drawing.header["$INSUNITS"] == 13


def test_gerber_flashes_circles_rectangles_and_oblongs_and_turns_them(tmp_path: Path) -> None:
    path = tmp_path / "scene.gbr"
    write_gerber(scene(), path, function="Paste,Top")
    file = GerberFile.open(path)
    copies = 1 + 1 + 12 + 6 + 2
    assert sum(isinstance(thing, Region) for thing in file.objects) == copies
    flashed = Counter(type(thing.aperture).__name__ for thing in file.objects if isinstance(thing, Flash))
    assert flashed == {"CircleAperture": copies + 1, "RectangleAperture": copies, "ObroundAperture": copies}
    first = min(
        (t for t in file.objects if isinstance(t, Flash) and type(t.aperture).__name__ == "RectangleAperture"),
        key=lambda thing: np.hypot(thing.x - 0.5, thing.y - 0.04),
    )
    assert (first.x, first.y, first.aperture.w, first.aperture.h) == pytest.approx((0.5, 0.04, 0.01, 0.03))
    assert b"%TF.FileFunction,Paste,Top*%" in path.read_bytes()
    with pytest.raises(InputError, match="has one layer, not 2"):
        write_gerber(replace(scene(), layers={"MASK": (1, 0), "B": (2, 0)}), path, function="Paste,Top")


def test_a_long_outline_is_cut_and_circles_may_stay() -> None:
    layout = Layout(Cell("TOP", (Drawn("MASK", Disc(0, 0, 5000)),)), {"MASK": (1, 0)}, GRID)
    cut = fractured(layout, 199)
    assert len(cut.top.shapes) > 1
    assert max(len(points) for _, points in flatten(cut.top, GRID)) <= 199
    assert (region(cut) ^ region(layout)).sized(-1).is_empty()
    assert fractured(layout, 199, keep_circles=True) == layout
    assert fractured(layout, 8190).top is layout.top


@pytest.mark.parametrize("name", ["balldrop_die", "gold_rdl_die", "module_chip"])
def test_inverting_twice_and_undoing_the_bias_gives_the_drawn_layer_back(name: str) -> None:
    design = read_design(name)
    layout = build_layout(design)
    frame = box_around(layout, 100.0)
    box = db.Region(db.Box(*(round(v / GRID) for v in frame)))
    for row in (row for row in mask_set(design.process) if row.kind == "photomask"):
        data = mask_data(layout, row)
        once = inverted(data, frame)
        assert (region(once) ^ (box - region(data))).sized(-1).is_empty()
        assert (region(once) & region(data)).sized(-1).is_empty()
        twice = inverted(once, frame)
        undone = mask_data(twice, replace(row, layer=row.name, biases=(Bias(-row.bias, "undone", "own"),)))
        drawn = Layout(layout.top, {row.layer: (1, 0)}, layout.grid)
        wanted = region(mask_data(drawn, replace(row, biases=())))
        assert (region(undone) ^ wanted).sized(-1).is_empty()


def test_one_tone_for_all_plates_is_told(tmp_path: Path) -> None:
    result = run("gold_rdl_die", "-o", str(tmp_path), "-f", "gds", "--tone", "dark", "--margin", "50")
    assert result.exit_code == 0
    text = (tmp_path / "gold_rdl_die_masks.csv").read_text(encoding="utf-8")
    (line,) = (line for line in text.splitlines() if "RDL_AU" in line)
    assert "dark,clear" in line
    assert "data inverted within -50, -50, " in line
    for row, data in data_of("gold_rdl_die"):
        found = read(tmp_path / f"gold_rdl_die_{row.number}_{row.name}.gds", row.name)
        wanted = region(data)
        if row.data == "clear":
            assert (found & wanted).sized(-1).is_empty()
            assert len(found.sized(1) + wanted) >= 1
        else:
            assert (found ^ wanted).is_empty()


def test_data_over_the_frame_can_not_be_inverted() -> None:
    layout = Layout(Cell("TOP", (Drawn("MASK", Rect(0, 0, 20, 20)),)), {"MASK": (1, 0)}, GRID, (0, 0, 10, 10))
    with pytest.raises(InputError, match=r"reach over the frame of inversion \(-5, -5, 15, 15\)"):
        inverted(layout, box_around(layout, 5))


def test_rounded_corners_have_the_radius_asked_for() -> None:
    """A square of side a with corners of radius r has the area a² - (4 - π) r² and no corner outside the arcs."""
    layout = Layout(Cell("TOP", (Drawn("UBM", Rect(0, 0, 100, 100)),)), {"UBM": (1, 0)}, GRID)
    data = mask_data(layout, replace(ROW, rounding=10.0))
    assert region(data).area() / 1e6 == pytest.approx(
        100**2 - (4 - np.pi) * 10**2, abs=2.1
    )  # a sagitta of 0.05 along all arcs
    assert region(data).bbox() == db.Box(-50_000, -50_000, 50_000, 50_000)
    points = np.vstack([points for _, points in flatten(data.top, GRID)])
    corner = points[(points[:, 0] > 40) & (points[:, 1] > 40)] - (40, 40)
    assert len(corner) >= 4
    assert np.hypot(*corner.T) == pytest.approx(10.0, abs=0.05 + 2 * GRID)


def test_inner_corners_are_rounded_too() -> None:
    shape = Polygon(((0, 0), (100, 0), (100, 50), (50, 50), (50, 100), (0, 100)))
    layout = Layout(Cell("TOP", (Drawn("UBM", shape),)), {"UBM": (1, 0)}, GRID)
    data = mask_data(layout, replace(ROW, rounding=10.0))
    assert region(data).area() / 1e6 == pytest.approx(
        7500 - (5 - 1) * (1 - np.pi / 4) * 10**2, abs=2.1
    )  # a sagitta of 0.05 along all arcs
