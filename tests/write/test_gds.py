"""GDSII's limits: arrays, points, range, grid, names."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import gdstk
import klayout.db as kdb
import numpy as np
import pytest
from written import assert_same, by_gdstk, by_klayout, expected

from bumpgen.errors import GeometryError, InputError
from bumpgen.geometry import Disc, Polygon, Rect, Transform
from bumpgen.layout import Array, Cell, Drawn, Label, Layout, Placement, Scatter
from bumpgen.write.gds import write_gds
from bumpgen.write.oasis import write_oasis

LAYERS = {"UBM": (20, 0), "TEXT": (63, 0)}
DOT = Cell("DOT", (Drawn("UBM", Rect(0, 0, 0.04, 0.04)),))


def layout(*instances: Placement | Array | Scatter, grid: float = 0.001, **top: tuple[Drawn | Label, ...]) -> Layout:
    return Layout(Cell("TOP", instances=instances, **top), LAYERS, grid)


def square(x: float, y: float = 0.0) -> tuple[Drawn]:
    return (Drawn("UBM", Rect(x, y, 2.0, 2.0)),)


class Raw:
    """A shape whose corners no one has checked."""

    def __init__(self, x: float):
        self.corners = np.array([(0.0, 0.0), (x, 0.0), (0.0, 1.0)])

    def polygons(self, grid: float) -> tuple[np.ndarray]:
        del grid
        return (self.corners,)

    def moved(self, dx: float, dy: float) -> Raw:
        raise NotImplementedError


def raw(x: float) -> tuple[Drawn]:
    return (Drawn("UBM", Raw(x)),)


def arrays_in(path: Path) -> list[kdb.CellInstArray]:
    read = kdb.Layout(False)
    read.read(str(path))
    return [instance.cell_inst for instance in read.cell("TOP").each_inst()]


@pytest.mark.parametrize(("columns", "rows", "parts"), [(70_000, 2, 3), (1, 32_768, 2), (32_767, 3, 1), (40_000, 1, 2)])
def test_large_arrays_are_split_exactly(tmp_path: Path, columns: int, rows: int, parts: int) -> None:
    path = tmp_path / "a.gds"
    drawn = layout(Array(DOT, columns, rows, (0.1, 0), (0, 0.1), Transform(-5, 7)))
    write_gds(drawn, path)
    assert len(arrays_in(path)) == parts
    assert_same(by_klayout(path), expected(drawn))
    write_oasis(drawn, tmp_path / "a.oas")
    assert len(arrays_in(tmp_path / "a.oas")) == 1
    assert_same(by_klayout(tmp_path / "a.oas"), expected(drawn))


@pytest.mark.parametrize("rotation", [0.0, 90.0, 180.0, 270.0])
@pytest.mark.parametrize("mirror", [False, True])
def test_arrays_stay_arrays_however_their_cell_is_turned(tmp_path: Path, rotation: float, mirror: bool) -> None:
    path = tmp_path / "a.gds"
    cell = Cell("L", (Drawn("UBM", Polygon(((0, 0), (4, 0), (4, 1), (1, 1), (1, 3), (0, 3)))),))
    drawn = layout(Array(cell, 5, 3, (10, 0), (0, -20), Transform(1, 2, rotation, mirror)))
    write_gds(drawn, path)
    (found,) = arrays_in(path)
    assert found.is_regular_array()
    assert_same(by_klayout(path), expected(drawn))
    assert_same(by_gdstk(path), expected(drawn))


@pytest.mark.parametrize(
    ("step_x", "step_y", "count"),
    [((10, 0), (5, 9), 3), ((10, 5), (0, 9), 4), ((10, 1), (-1, 10), 12), ((0, 10), (10, 0), 1)],
)
def test_oblique_arrays_become_rows_or_single_references(
    tmp_path: Path, step_x: tuple[float, float], step_y: tuple[float, float], count: int
) -> None:
    path = tmp_path / "a.gds"
    drawn = layout(Array(DOT, 4, 3, step_x, step_y))
    write_gds(drawn, path)
    assert len(arrays_in(path)) == count
    assert_same(by_klayout(path), expected(drawn))
    assert_same(by_gdstk(path), expected(drawn))


def ring(points: int) -> Polygon:
    """A spiky disc with every corner on the grid."""
    angles = np.arange(points) * (2 * np.pi / points)
    radii = 4000.0 + 300 * (np.arange(points) % 2)
    corners = np.column_stack((np.cos(angles), np.sin(angles))) * radii[:, None]
    return Polygon(tuple(map(tuple, corners.round(3).tolist())))


@pytest.mark.parametrize(("points", "limit"), [(8191, 8190), (20_000, 8190), (200, 199), (5000, 199)])
@pytest.mark.parametrize("flat", [False, True])
def test_polygons_are_cut_above_the_limit_only(tmp_path: Path, points: int, limit: int, flat: bool) -> None:
    shape = ring(points)
    drawn = layout(shapes=(Drawn("UBM", shape),))
    write_gds(drawn, tmp_path / "a.gds", max_points=limit, flat=flat)
    whole = kdb.Region(kdb.Polygon([kdb.Point(round(x * 1000), round(y * 1000)) for x, y in shape.corners]))
    pieces = by_klayout(tmp_path / "a.gds")[0][20, 0]
    assert pieces.count() > 1
    assert max(len(p.points) for p in gdstk.read_gds(str(tmp_path / "a.gds")).cells[0].polygons) <= limit
    # a cut through a slanted edge moves it by half a grid step at most
    assert pieces.area() == pytest.approx(whole.area(), rel=1e-7)
    assert (pieces ^ whole).sized(-1).is_empty()


@pytest.mark.parametrize(("points", "limit"), [(8190, 8190), (199, 199)])
def test_polygons_at_the_limit_stay_whole(tmp_path: Path, points: int, limit: int) -> None:
    drawn = layout(shapes=(Drawn("UBM", ring(points)),))
    write_gds(drawn, tmp_path / "a.gds", max_points=limit)
    (polygon,) = gdstk.read_gds(str(tmp_path / "a.gds")).cells[0].polygons
    assert len(polygon.points) == points
    assert_same(by_klayout(tmp_path / "a.gds"), expected(drawn))


@pytest.mark.parametrize("limit", [0, 4, 8191])
def test_a_limit_no_file_can_have_is_refused(tmp_path: Path, limit: int) -> None:
    with pytest.raises(GeometryError, match=f"max_points = {limit}"):
        write_gds(layout(), tmp_path / "a.gds", max_points=limit)


OFF_GRID = [
    layout(shapes=raw(0.0005)),
    layout(shapes=raw(100_000.0003)),
    layout(shapes=raw(np.inf)),
    layout(labels=(Label("TEXT", "A1", 0.0, 0.0004),)),
    layout(Placement(DOT, Transform(0.1234, 0))),
    layout(Array(DOT, 2, 2, (0.1005, 0), (0, 1))),
    layout(Array(DOT, 2, 2, (0.1, 0), (0, 1), Transform(0, 1e-4))),
    layout(Scatter(DOT, np.array([(0.0, 0.0), (1.0, 2.00049)]))),
    layout(Scatter(DOT, np.array([(0.0, np.nan)]))),
    layout(shapes=raw(0.002), grid=0.005),
]


@pytest.mark.parametrize("write", [write_gds, write_oasis])
@pytest.mark.parametrize("drawn", OFF_GRID, ids=range(len(OFF_GRID)))
def test_off_grid_is_refused(tmp_path: Path, write: object, drawn: Layout) -> None:
    with pytest.raises(GeometryError, match=r"cell TOP, .*: [xy] = .* (is not on the grid of|is not a finite)"):
        write(drawn, tmp_path / "a.gds")  # type: ignore[operator]
    assert list(tmp_path.iterdir()) == []


def test_a_turn_that_leaves_the_grid_is_kept_in_a_reference_and_refused_flat(tmp_path: Path) -> None:
    drawn = layout(Placement(DOT, Transform(1, 2, 45)), Scatter(DOT, np.array([(0.0, 0.0)])))
    write_gds(drawn, tmp_path / "a.gds")
    turned = arrays_in(tmp_path / "a.gds")[0].cplx_trans
    assert (turned.angle, turned.disp.x, turned.disp.y) == (45.0, 1000, 2000)
    with pytest.raises(GeometryError, match=r"cell DOT, layer UBM: [xy] = .* is not on the grid"):
        write_gds(drawn, tmp_path / "b.gds", flat=True)


FAR = 2_147_483.647
OUT_OF_RANGE = [
    layout(shapes=square(FAR)),
    layout(labels=(Label("TEXT", "A1", 0.0, -3e6),)),
    layout(Placement(DOT, Transform(0, 2.2e6))),
    layout(Scatter(DOT, np.array([(0.0, 0.0), (-2_147_483.7, 0.0)]))),
    layout(Array(DOT, 10, 2, (300_000.0, 0), (0, 1))),
]


@pytest.mark.parametrize("drawn", OUT_OF_RANGE, ids=range(len(OUT_OF_RANGE)))
@pytest.mark.parametrize("write", [write_gds, write_oasis])
def test_out_of_range_is_refused(tmp_path: Path, write: object, drawn: Layout) -> None:
    with pytest.raises(GeometryError, match=r"cell TOP, .*: [xy] = -?[0-9.e+]+ µm is beyond the ±2.14748e\+06 µm"):
        write(drawn, tmp_path / "a.gds")  # type: ignore[operator]


def test_out_of_range_is_refused_where_only_the_sum_is(tmp_path: Path) -> None:
    inner = Cell("INNER", square(2e6))
    drawn = layout(Placement(inner, Transform(2e5, 0)))
    write_gds(drawn, tmp_path / "a.gds")
    with pytest.raises(GeometryError, match="cell INNER, layer 20/0: x = 2199999 µm is beyond"):
        write_gds(drawn, tmp_path / "b.gds", flat=True)


@pytest.mark.parametrize("x", [FAR - 1, 1 - FAR])
@pytest.mark.parametrize("flat", [False, True])
def test_the_whole_range_is_written(tmp_path: Path, x: float, flat: bool) -> None:
    drawn = layout(Scatter(DOT, np.array([(0.0, 0.0), (x, -x)])), shapes=square(x, -x))
    write_gds(drawn, tmp_path / "a.gds", flat=flat)
    boxes = {box.bbox().to_s() for box in by_klayout(tmp_path / "a.gds")[0][20, 0].each()}
    assert boxes == {p.bbox().to_s() for p in expected(drawn)[0][20, 0].each()}


@pytest.mark.parametrize(
    ("grid", "database", "unit"),
    [(0.005, None, 0.001), (0.001, None, 0.001), (0.0005, None, 0.0005), (0.005, 0.005, 0.005), (0.1, 0.0001, 0.0001)],
)
def test_the_database_unit(tmp_path: Path, grid: float, database: float | None, unit: float) -> None:
    cell = Cell("TOP", (Drawn("UBM", Disc(10 * grid, 0, 40 * grid)),))
    for write, name in ((write_gds, "a.gds"), (write_oasis, "a.oas")):
        write(Layout(cell, LAYERS, grid), tmp_path / name, database=database)
        read = kdb.Layout(False)
        read.read(str(tmp_path / name))
        assert read.dbu == pytest.approx(unit, rel=1e-12)
        box = read.cell("TOP").dbbox()
        assert box.left, box.right == (pytest.approx(-10 * grid), pytest.approx(30 * grid))


def test_a_database_unit_that_does_not_divide_the_grid_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GeometryError, match=r"0.002 µm does not divide the grid of 0.005 µm"):
        write_gds(layout(grid=0.005), tmp_path / "a.gds", database=0.002)


@pytest.mark.parametrize("name", ["", "A B", "µ", "A-B", "A" * 129])
def test_names_that_gdsii_can_not_hold_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(GeometryError, match="can't name a GDSII cell"):
        write_gds(Layout(Cell(name), LAYERS, 0.001), tmp_path / "a.gds")


def test_labels_that_gdsii_can_not_hold_are_refused(tmp_path: Path) -> None:
    for text in ("", "x" * 513, "a\0b"):
        with pytest.raises(GeometryError, match="GDSII's 1 to 512"):
            write_gds(layout(labels=(Label("TEXT", text, 0, 0),)), tmp_path / "a.gds")


def test_a_failed_write_leaves_the_earlier_file(tmp_path: Path) -> None:
    path = tmp_path / "a.gds"
    path.write_bytes(b"earlier")
    with pytest.raises(GeometryError):
        write_gds(OFF_GRID[0], path)
    assert [p.name for p in tmp_path.iterdir()] == ["a.gds"]
    assert path.read_bytes() == b"earlier"


@pytest.mark.parametrize("place", ["no/a.gds", "file/a.gds", "folder"])
def test_a_place_that_can_not_be_written_is_named(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    for write in (write_gds, write_oasis):
        with pytest.raises(InputError, match="can't write") as error:
            write(layout(), tmp_path / place)
        assert error.value.hint


def test_writing_gds_needs_numpy_only(tmp_path: Path) -> None:
    code = (
        "import sys; import bumpgen.write.gds as g; from bumpgen.layout import *; from bumpgen.geometry import Disc\n"
        "g.write_gds(Layout(Cell('TOP', (Drawn('A', Disc(0, 0, 80)),)), {'A': (1, 0)}, 0.001), sys.argv[1])\n"
        "print(sorted({'pydantic', 'shapely', 'gdstk', 'klayout', 'click'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "a.gds"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_bytes_are_equal_in_another_process(tmp_path: Path) -> None:
    code = (
        "import sys; from bumpgen.write.gds import write_gds; from bumpgen.write.oasis import write_oasis\n"
        "from bumpgen.layout import *; from bumpgen.geometry import *\n"
        "cells = [Cell(f'C{i}', (Drawn('A', Disc(0, 0, 80 + 2 * i)),)) for i in range(9)]\n"
        "top = Cell('TOP', instances=tuple(Placement(c) for c in cells), labels=(Label('A', 'net', 0, 0),))\n"
        "for write in (write_gds, write_oasis): write(Layout(top, {'A': (1, 0)}, 0.001), sys.argv[1] + write.__name__)"
    )
    digests = []
    for seed in ("1", "2"):
        run = [sys.executable, "-c", code, str(tmp_path / seed)]
        subprocess.run(run, env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)}, check=True)
        files = (tmp_path / f"{seed}{name}" for name in ("write_gds", "write_oasis"))
        digests.append([hashlib.sha256(file.read_bytes()).hexdigest() for file in files])
    assert digests[0] == digests[1]
