"""What the writers' tests share: random layouts, and files read back by klayout and gdstk."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import gdstk
import klayout.db as kdb
import numpy as np
from hypothesis import strategies as st

from bumpgen.geometry import Disc, Oblong, Polygon, Rect, RegularPolygon, Rounded, Trace, Transform
from bumpgen.layout import Array, Cell, Drawn, Label, Layout, Placement, Scatter

LAYERS = {"UBM": (20, 0), "RDL": (10, 3), "TEXT": (63, 1)}
SPAN = 20_000

Regions = dict[tuple[int, int], kdb.Region]
Labels = Counter[tuple[str, tuple[int, int], int, int]]


def steps() -> st.SearchStrategy[int]:
    return st.integers(-SPAN, SPAN)


def has_area(corners: list[tuple[int, int]]) -> bool:
    turned = zip(corners, corners[1:] + corners[:1], strict=True)
    return sum(a * d - b * c for (a, b), (c, d) in turned) != 0


@st.composite
def shapes(draw: st.DrawFn, grid: float) -> Drawn:
    x, y, w, h = (
        draw(steps()) * grid,
        draw(steps()) * grid,
        draw(st.integers(100, 3000)),
        draw(st.integers(100, 3000)),
    )
    width, height = 2 * w * grid, 2 * h * grid
    corner = min(w, h) // 2 * grid
    offsets = st.tuples(steps(), steps())
    outlines = st.lists(offsets, min_size=3, max_size=6, unique=True).filter(has_area)
    corners = tuple((i * grid, j * grid) for i, j in draw(outlines))
    kinds = [
        Disc(x, y, width),
        Rect(x, y, width, height),
        RegularPolygon(x, y, width),
        Rounded(x, y, width, height, corner),
        Oblong(x, y, 4 * w * grid, 2 * h * grid) if w != h and (2 * w - h) % 2 == 0 else Disc(x, y, height),
        Polygon(corners),
        Trace(((x, y), (x + 5 * width, y), (x + 5 * width, y + 5 * width)), width),
    ]
    return Drawn(draw(st.sampled_from(["UBM", "RDL"])), draw(st.sampled_from(kinds)))


@st.composite
def transforms(draw: st.DrawFn, grid: float) -> Transform:
    turn = draw(st.sampled_from([0.0, 90.0, 180.0, 270.0]))
    return Transform(draw(steps()) * grid, draw(steps()) * grid, turn, draw(st.booleans()))


@st.composite
def instances(draw: st.DrawFn, grid: float, cells: list[Cell]) -> Placement | Array | Scatter:
    cell, at = draw(st.sampled_from(cells)), draw(transforms(grid))
    kind = draw(st.sampled_from(["placement", "array", "oblique", "scatter"]))
    if kind == "placement":
        return Placement(cell, at)
    if kind == "scatter":
        # unique: klayout's OASIS reader drops an element that repeats the place before it
        points = draw(st.lists(st.tuples(steps(), steps()), max_size=5, unique=True))
        return Scatter(cell, np.array(points, dtype=float).reshape(-1, 2) * grid)
    a, b, c, d = (draw(steps()) * grid for _ in range(4))
    if kind == "array":
        b = c = 0.0
    return Array(cell, draw(st.integers(1, 4)), draw(st.integers(1, 4)), (a, b), (c, d), at)


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    grid = draw(st.sampled_from([0.001, 0.005, 0.0005]))
    labels = st.builds(
        Label,
        st.just("TEXT"),
        st.text("abcXYZ019_[]", min_size=1, max_size=9),
        steps().map(lambda i: i * grid),
        steps().map(lambda i: i * grid),
    )
    leaves = [
        Cell(
            f"LEAF_{i}",
            tuple(draw(st.lists(shapes(grid), min_size=1, max_size=3))),
            labels=tuple(draw(st.lists(labels, max_size=2))),
        )
        for i in range(draw(st.integers(1, 2)))
    ]
    middle = Cell("MIDDLE", (), tuple(draw(st.lists(instances(grid, leaves), max_size=3))))
    top = Cell(
        "TOP",
        tuple(draw(st.lists(shapes(grid), max_size=2))),
        tuple(draw(st.lists(instances(grid, [middle, *leaves]), max_size=4))),
        tuple(draw(st.lists(labels, max_size=2))),
    )
    return Layout(top, LAYERS, grid)


def whole(points: np.ndarray, dbu: float) -> list[kdb.Point]:
    ints = np.rint(points / dbu).astype(int).tolist()
    return [kdb.Point(x, y) for x, y in ints]


def unit(layout: Layout) -> float:
    return 0.0005 if layout.grid == 0.0005 else 0.001


def expected(layout: Layout) -> tuple[Regions, Labels]:
    """What any reader must find: polygons per layer, labels, in whole database units."""
    dbu = unit(layout)
    regions: Regions = {}
    for layer, points in layout.flat():
        regions.setdefault(layout.number(layer), kdb.Region()).insert(kdb.Polygon(whole(points, dbu), True))
    labels = Counter(
        (label.text, layout.number(label.layer), round(label.x / dbu), round(label.y / dbu))
        for label in layout.placed_labels()
    )
    return regions, labels


def by_klayout(path: Path) -> tuple[Regions, Labels]:
    """A file's flat content as klayout reads it."""
    read = kdb.Layout(False)
    read.read(str(path))
    top = read.cell("TOP")
    regions: Regions = {}
    labels: Labels = Counter()
    for index in read.layer_indexes():
        info = read.get_info(index)
        key = (info.layer, info.datatype)
        region = kdb.Region(top.begin_shapes_rec(index)).flatten()
        if region.count():
            regions[key] = region
        found = top.begin_shapes_rec(index)
        found.shape_flags = kdb.Shapes.STexts
        for item in found.each():
            text = item.shape().text.transformed(item.trans())
            labels[text.string, key, text.x, text.y] += 1
    return regions, labels


def by_gdstk(path: Path) -> tuple[Regions, Labels]:
    """A file's flat content as gdstk reads it."""
    library = gdstk.read_oas(str(path)) if path.suffix == ".oas" else gdstk.read_gds(str(path))
    dbu = library.precision * 1e6
    (top,) = (cell for cell in library.cells if cell.name == "TOP")
    regions: Regions = {}
    for polygon in top.get_polygons(apply_repetitions=True):
        points = whole(np.asarray(polygon.points), dbu)
        regions.setdefault((polygon.layer, polygon.datatype), kdb.Region()).insert(kdb.Polygon(points, True))
    labels = Counter(
        (text.text, (text.layer, text.texttype), round(text.origin[0] / dbu), round(text.origin[1] / dbu))
        for text in top.get_labels(apply_repetitions=True)
    )
    return regions, labels


def assert_same(found: tuple[Regions, Labels], wanted: tuple[Regions, Labels]) -> None:
    """Same layers, same number of polygons, empty XOR, same labels."""
    regions, labels = found
    assert regions.keys() == wanted[0].keys()
    for layer, region in regions.items():
        assert region.count() == wanted[0][layer].count(), layer
        assert (region ^ wanted[0][layer]).is_empty(), layer
        assert region.area() == wanted[0][layer].area(), layer
    assert labels == wanted[1]
