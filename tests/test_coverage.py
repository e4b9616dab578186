"""Areas in tiles and windows against KLayout's, on shapes that touch, overlap, have holes and are turned."""

from __future__ import annotations

import klayout.db as db
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bumpgen import build_layout
from bumpgen.coverage import Windows, covered, kinds_of, merged, starts, windows
from bumpgen.errors import GeometryError
from bumpgen.geometry import Disc, Polygon, Rect, Transform
from bumpgen.layout import Array, Cell, Drawn, Layout, Placement, Scatter

DBU = 1e-4


def region(layout: Layout, layer: str) -> db.Region:
    """What KLayout makes of the layer, merged."""
    found = db.Region()
    for name, points in layout.flat():
        if name == layer:
            found.insert(db.Polygon([db.Point(round(x / DBU), round(y / DBU)) for x, y in points]))
    return found.merged()


def area(of: db.Region, box: tuple[float, float, float, float]) -> float:
    return float((of & db.Region(db.Box(*(round(v / DBU) for v in box)))).area()) * DBU**2


def shares(layout: Layout, layer: str, size: float, step: float) -> tuple[Windows, np.ndarray]:
    assert layout.outline is not None
    sliding = windows(layout.outline, size, step)
    tiles = covered(merged(kinds_of(layout, layer)), sliding.xs, sliding.ys)
    return sliding, sliding.sums(tiles)


@pytest.mark.parametrize(
    ("name", "layer"), [("power_planes", "RDL"), ("two_layer_rdl", "RDL1"), ("gold_rdl_die", "RDL"),
                        ("balldrop_die", "SEAL")]
)  # fmt: skip
def test_windows_of_designs_are_klayouts(name: str, layer: str) -> None:
    layout = build_layout(name)
    sliding, found = shares(layout, layer, 410, 170)
    drawn = region(layout, layer)
    assert found.max() > 0
    for j in range(0, found.shape[0], 3):
        for i in range(0, found.shape[1], 2):
            assert found[j, i] == pytest.approx(area(drawn, sliding.window(j, i)), abs=0.5)  # 1e-4 µm on cut edges


def shape(numbers: tuple[int, int, int, int, int]) -> Drawn:
    kind, x, y, w, h = numbers
    if kind == 0:
        return Drawn("A", Rect(x, y, 2 * w, 2 * h))
    if kind == 1:
        return Drawn("A", Disc(x, y, 2 * w))
    return Drawn("A", Polygon(((x, y), (x + w, y - h), (x + 2 * w, y + h))))


SHAPES = st.lists(st.tuples(st.integers(0, 2), *[st.integers(-40, 140)] * 2, *[st.integers(1, 30)] * 2), max_size=6)
TURNS = st.tuples(st.sampled_from([0.0, 90.0, 180.0, 270.0]), st.booleans())


@settings(max_examples=50, deadline=None)
@given(SHAPES, SHAPES, TURNS, st.lists(st.tuples(*[st.integers(-30, 130)] * 2), min_size=1, max_size=4))
def test_any_shapes_are_klayouts(
    own: list[tuple[int, int, int, int, int]], inner: list[tuple[int, int, int, int, int]],
    turn: tuple[float, bool], spots: list[tuple[int, int]],
) -> None:  # fmt: skip
    cell = Cell("INNER", tuple(map(shape, inner)))
    array = Array(cell, 2, 3, (35.0, 0.0), (5.0, 40.0), Transform(7, 9, *turn))
    scatter = Scatter(cell, np.array(spots, np.float64))
    outer = Cell("OUTER", (), (array, scatter))
    top = Cell("TOP", tuple(map(shape, own)), (Placement(outer, Transform(11, -3, turn[0], not turn[1])),))
    layout = Layout(top, {"A": (1, 0)}, 0.01, (0.0, 0.0, 100.0, 130.0))
    sliding, found = shares(layout, "A", 33, 29)
    drawn = region(layout, "A")
    for j in range(found.shape[0]):
        for i in range(found.shape[1]):
            assert found[j, i] == pytest.approx(area(drawn, sliding.window(j, i)), abs=0.05)


def test_windows_start_every_step_and_end_at_the_edges() -> None:
    assert starts(0, 10, 4, 3).tolist() == [0, 3, 6]
    assert starts(0, 11, 4, 3).tolist() == [0, 3, 6, 7]
    assert starts(0, 3, 4, 3).tolist() == [0]
    sliding = windows((0, 0, 11, 3), 4, 3)
    assert sliding.window(0, 3) == (7, 0, 11, 3)
    assert sliding.areas.tolist() == [[12.0, 12.0, 12.0, 12.0]]


def test_most_is_the_largest_value_of_the_windows_a_tile_is_in() -> None:
    sliding = windows((0, 0, 9, 7), 4, 2)
    values = np.random.default_rng(2).random((len(sliding.low), len(sliding.left)))
    found = sliding.most(values)
    for q in range(found.shape[0]):
        for p in range(found.shape[1]):
            inside = [
                values[j, i]
                for j in range(len(sliding.low)) for i in range(len(sliding.left))
                if sliding.low[j] <= q < sliding.high[j] and sliding.left[i] <= p < sliding.right[i]
            ]  # fmt: skip
            assert found[q, p] == max(inside)


def test_too_many_windows_are_refused() -> None:
    with pytest.raises(GeometryError, match="more than 4,000,000"):
        windows((0, 0, 1009, 1009), 10, 0.1)


def test_a_layer_with_nothing_covers_nothing() -> None:
    layout = Layout(Cell("TOP"), {"A": (1, 0)}, 0.01, (0.0, 0.0, 100.0, 130.0))
    assert not shares(layout, "A", 50, 10)[1].any()
