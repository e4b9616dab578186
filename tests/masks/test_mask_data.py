"""Mask data: drawn polygons with their bias, and back; arrays stay arrays; pieces of one metal have no inner edges."""

from __future__ import annotations

from dataclasses import replace

import klayout.db as db
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bumpgen.build import build_layout
from bumpgen.errors import InputError
from bumpgen.geometry import Disc, Oblong, Polygon, Rect, RegularPolygon, Rounded, Transform
from bumpgen.layout import Array, Cell, Drawn, Layout, Placement, Scatter, flatten
from bumpgen.masks.data import mask_data, shape_boxes, widened
from bumpgen.masks.set import Bias, MaskRow, mask_set
from bumpgen.read import read_design

GRID = 0.001
ROW = MaskRow(1, "photomask", 1, "MASK", "UBM", "resist", "", "opening", "positive", "clear")


def biased(row: MaskRow, bias: float) -> MaskRow:
    return replace(row, biases=(Bias(bias, "tried", "own"),))


def region(layout: Layout, layer: str) -> db.Region:
    found = db.Region()
    for name, points in flatten(layout.top, layout.grid):
        if name == layer:
            found.insert(db.Polygon([db.Point(*xy) for xy in np.rint(points / layout.grid).astype(int).tolist()]))
    return found.merged()


def layout_of(*shapes: object) -> Layout:
    return Layout(Cell("TOP", tuple(Drawn("UBM", shape) for shape in shapes)), {"UBM": (1, 0)}, GRID)  # type: ignore[arg-type]


SHAPES = (
    Disc(0, 0, 80), Rect(0, 0, 60, 40), RegularPolygon(0, 0, 80), Oblong(0, 0, 100, 60), Rounded(0, 0, 60, 50, 8),
    Rounded(0, 0, 60, 50, 8, arc=False), Polygon(((0, 0), (80, 0), (80, 40), (40, 40), (40, 90), (0, 90))),
)  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: type(shape).__name__)
@pytest.mark.parametrize("bias", [-8.0, -1.0, -0.002, 0.002, 2.0, 10.0])
def test_a_shape_gets_its_bias_and_gives_it_back(shape, bias) -> None:
    wide = widened(shape, bias, GRID)
    box, drawn = (np.vstack(s.polygons(GRID)) for s in (wide, shape))
    assert np.ptp(box, axis=0) == pytest.approx(np.ptp(drawn, axis=0) + bias, abs=1.1 * GRID)
    back = widened(wide, -bias, GRID)
    difference = region(layout_of(back), "UBM") ^ region(layout_of(shape), "UBM")
    assert difference.sized(-1).is_empty()


@pytest.mark.parametrize("name", ["balldrop_die", "gold_rdl_die", "caravel_gf180", "module_chip"])
def test_masks_without_bias_are_what_is_drawn(name: str) -> None:
    design = read_design(name)
    layout = build_layout(design)
    for row in mask_set(design.process):
        if row.kind == "photomask":
            data = mask_data(layout, biased(row, 0.0))
            assert set(data.layers) == {row.name}
            assert (region(data, row.name) ^ region(layout, row.layer)).is_empty()


@pytest.mark.parametrize("name", ["balldrop_die", "gold_rdl_die", "module_chip"])
@pytest.mark.parametrize("bias", [-1.0, 2.0])
def test_undoing_the_bias_gives_the_drawn_layer_back(name: str, bias: float) -> None:
    design = read_design(name)
    layout = build_layout(design)
    for row in mask_set(design.process):
        if row.kind == "photomask":
            data = mask_data(layout, biased(row, bias))
            back = mask_data(data, replace(biased(row, -bias), layer=row.name))
            assert (region(back, row.name) ^ region(layout, row.layer)).sized(-1).is_empty()


def test_arrays_stay_arrays() -> None:
    bump = Cell("BUMP", (Drawn("UBM", Disc(0, 0, 80)), Drawn("OTHER", Disc(0, 0, 20))))
    top = Cell("TOP", instances=(Array(bump, 300, 300, (130, 0), (0, 130)),))
    data = mask_data(Layout(top, {"UBM": (1, 0), "OTHER": (2, 0)}, GRID), biased(ROW, 2.0))
    (array,) = data.top.instances
    assert isinstance(array, Array)
    assert (array.columns, array.rows) == (300, 300)
    assert array.cell.shapes == (Drawn("MASK", replace(Disc(0, 0, 82), vertices=array.cell.shapes[0].shape.vertices)),)  # type: ignore[attr-defined]


def test_touching_shapes_shrink_as_one() -> None:
    """A wire's end lies within its pad: shrunk for themselves they would still meet, but with a neck."""
    data = mask_data(layout_of(Rect(0, 0, 100, 20), Rect(90, 0, 100, 20)), biased(ROW, -2.0))
    assert region(data, "MASK").bbox() == db.Box(-49_000, -9_000, 139_000, 9_000)
    assert region(data, "MASK").count() == 1


def test_holes_are_cut_open_and_stay() -> None:
    frame = [Rect(0, 40, 100, 20), Rect(0, -40, 100, 20), Rect(-40, 0, 20, 100), Rect(40, 0, 20, 100)]
    data = mask_data(layout_of(*frame), biased(ROW, 2.0))
    assert len(data.top.shapes) > 1
    assert all(len(drawn.shape.polygons(GRID)) == 1 for drawn in data.top.shapes)
    assert region(data, "MASK").area() == (102**2 - 58**2) * 10**6


def test_nothing_drawn_is_an_empty_mask() -> None:
    data = mask_data(layout_of(Rect(0, 0, 10, 10)), replace(ROW, layer="RDL"))
    assert not data.top.shapes
    assert not data.top.instances


def test_a_bias_that_leaves_nothing_is_refused() -> None:
    with pytest.raises(InputError, match=r"mask MASK: a bias of -20 µm leaves nothing of a shape"):
        mask_data(layout_of(Disc(0, 0, 20)), biased(ROW, -20.0))
    with pytest.raises(InputError, match="no multiple of 2 × grid"):
        mask_data(layout_of(Disc(0, 0, 20)), biased(ROW, 0.001))


@given(st.lists(st.tuples(st.integers(-200, 200), st.integers(-200, 200)), min_size=1, max_size=6), st.integers(1, 5))
def test_growing_never_loses_metal_and_shrinking_never_adds(places, steps) -> None:
    layout = layout_of(*(Rect(x, y, 40, 30) for x, y in places))
    drawn = region(layout, "UBM")
    assert (drawn - region(mask_data(layout, biased(ROW, 2.0 * steps)), "MASK")).is_empty()
    assert (region(mask_data(layout, biased(ROW, -2.0 * steps)), "MASK") - drawn).is_empty()


def test_pulled_back_from_the_edge() -> None:
    layout = replace(layout_of(Rect(50, 50, 20, 20)), outline=(0.0, 0.0, 100.0, 100.0))
    opened = region(mask_data(layout, replace(ROW, pullback=10.0)), "MASK")
    assert opened.area() == (20 * 20 + 100**2 - 80**2) * 10**6
    remains = replace(layout_of(Rect(50, 50, 96, 20)), outline=(0.0, 0.0, 100.0, 100.0))
    kept = region(mask_data(remains, replace(ROW, polygon="remains", pullback=10.0)), "MASK")
    assert kept.bbox() == db.Box(10_000, 40_000, 90_000, 60_000)


def test_boxes_of_all_shapes_are_those_of_the_flat_polygons() -> None:
    part = Cell(
        "PART", (Drawn("UBM", Rect(10, 0, 30, 10)), Drawn("UBM", Disc(0, 50, 20)), Drawn("X", Rect(0, 0, 2, 2)))
    )
    instances = (
        Placement(part, Transform(100, 7, 90)), Placement(part, Transform(-5, 3, 180, mirror=True)),
        Array(part, 3, 2, (200, 50), (0, 300), Transform(1000, 0, 270)),
        Scatter(part, np.array([(1.0, 2.0), (9.0, -3.0)])),
    )  # fmt: skip
    top = Cell("TOP", (Drawn("UBM", Rect(-500, -500, 10, 10)),), instances)
    flat = [(*p.min(axis=0), *p.max(axis=0)) for layer, p in flatten(top, GRID) if layer == "UBM"]
    found = shape_boxes(top, "UBM", GRID)
    assert sorted(map(tuple, found.round(6).tolist())) == sorted(tuple(round(float(v), 6) for v in b) for b in flat)
