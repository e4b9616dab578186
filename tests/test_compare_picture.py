"""The picture of a comparison: areas in their colours, a ring for each place, clipping that keeps areas."""

from __future__ import annotations

from pathlib import Path

import klayout.db as db
import klayout.lay as lay
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from bumpgen.check.compare import compare_pair, open_pair, overlay
from bumpgen.comparison import Overlay
from bumpgen.view.difference import ONLY_A, ONLY_B, clipped, difference_picture, difference_png, difference_svg
from bumpgen.view.picture import Circle, Picture

Boxes = tuple[tuple[float, float, float, float], ...]

SAME = (100, 100, 300, 300)
A_ONLY = (600, 100, 800, 300)
B_ONLY = (100, 600, 300, 800)
TINY = (900, 900, 900.5, 900.5)


def file(path: Path, *boxes: tuple[float, float, float, float], die: bool = True) -> Path:
    layout = db.Layout()
    top = layout.create_cell("TOP")
    for box in boxes:
        top.shapes(layout.layer(1, 0)).insert(db.DBox(*box))
    if die:
        top.shapes(layout.layer(7, 0)).insert(db.DBox(0, 0, 1000, 1000))
    layout.write(str(path))
    return path


def laid(tmp_path: Path, a: Boxes, b: Boxes, shrink: float = 0.0, *, die_b: bool = True) -> Overlay:
    pair = open_pair(file(tmp_path / "a.gds", *a), file(tmp_path / "b.gds", *b, die=die_b))
    return overlay(pair, compare_pair(pair, shrink=shrink), "first", "second")


def pixel(picture: Picture, image: lay.PixelBuffer, x: float, y: float) -> str:
    """The colour at a place of the plan, µm."""
    px, py = picture.frame.to_page(x, y)
    return f"#{image.pixel(round(px), round(py)) & 0xFFFFFF:06x}"


def rings(picture: Picture) -> list[Circle]:
    return [s for s in picture.figures[-1].shapes.get("ring", ()) if isinstance(s, Circle)]


def test_areas_have_the_colour_of_the_side_that_has_them(tmp_path: Path) -> None:
    over = laid(tmp_path, (SAME, A_ONLY), (SAME, B_ONLY))
    picture, image = difference_picture(over), lay.PixelBuffer.from_png_data(difference_png(over))
    assert (image.width(), image.height()) == (picture.width, picture.height)
    assert pixel(picture, image, 700, 200) == ONLY_A
    assert pixel(picture, image, 200, 700) == ONLY_B
    common = pixel(picture, image, 200, 200)
    assert common[1:3] == common[3:5] == common[5:7]
    assert "80" < common[1:3] < "f0"
    assert pixel(picture, image, 500, 500) == "#ffffff"  # the die doesn't cover what lies on it


def test_every_place_has_its_ring_and_number(tmp_path: Path) -> None:
    over = laid(tmp_path, (SAME, A_ONLY), (SAME, B_ONLY, TINY))
    picture = difference_picture(over)
    assert [place.number for place in over.places] == [1, 2, 3]
    for place, ring in zip(over.places, rings(picture), strict=True):
        x0, y0, x1, y1 = place.box
        assert (ring.x, ring.y) == pytest.approx(((x0 + x1) / 2, (y0 + y1) / 2))
        assert ring.diameter >= np.hypot(x1 - x0, y1 - y0)
        assert ring.diameter * picture.frame.scale > 20  # seen however small the difference
    texts = [text.text for text in picture.texts]
    assert all(str(n) in texts for n in (1, 2, 3))
    assert "1: 1/0, 2 µm wide" in texts  # the tiny one, enlarged
    svg = difference_svg(over)
    assert ONLY_A in svg
    assert ONLY_B in svg
    assert svg == difference_svg(over)


def test_what_a_shrink_drops_is_not_coloured(tmp_path: Path) -> None:
    wider = (100, 100, 301, 300)
    assert laid(tmp_path, (SAME,), (wider,), 0.5).layers[0].only_b == ()
    left = laid(tmp_path, (SAME,), (wider,), 0.499)
    assert [shapely.Polygon(p).area for p in left.layers[0].only_b] == pytest.approx([200])
    assert not rings(difference_picture(laid(tmp_path, (SAME,), (wider,), 0.5)))


def test_a_layer_of_one_side_is_outlined(tmp_path: Path) -> None:
    over = laid(tmp_path, (SAME,), (SAME,), die_b=False)
    picture, image = difference_picture(over), lay.PixelBuffer.from_png_data(difference_png(over))
    assert "layer A" in picture.figures[-1].shapes
    assert pixel(picture, image, 500, 500) == "#ffffff"
    assert "layer that only A has" in [text.text for text in picture.texts]


def test_an_inset_shows_the_part_of_its_window(tmp_path: Path) -> None:
    """The tiny square fills a quarter of its 2 µm window's side; enlarged, it is drawn a second time."""
    over = laid(tmp_path, (SAME,), (SAME, TINY))
    picture = difference_picture(over)
    plan, inset = picture.figures[-1].shapes["only B"]
    sides = [float(np.ptp(shape.points[:, 0])) for shape in (plan, inset)]  # type: ignore[union-attr]
    frame = next(s for s in picture.figures[-1].shapes["ring"] if not isinstance(s, Circle))
    assert sides[0] == pytest.approx(0.5)
    assert sides[1] / float(np.ptp(frame.points[:, 0])) == pytest.approx(0.25)


points = st.lists(st.tuples(*[st.integers(-50, 50)] * 2), min_size=3, max_size=9, unique=True)


@given(points)
def test_clipping_keeps_the_area_inside(corners: list[tuple[int, int]]) -> None:
    """A star-shaped polygon (corners sorted around their centre) against the same in shapely."""
    table = np.array(corners, float)
    table = table[np.argsort(np.arctan2(*(table - table.mean(axis=0)).T), kind="stable")]
    polygon = shapely.Polygon(table)
    if not polygon.is_valid:
        return
    cut = clipped(table, (-20, -10, 25, 30))
    area = (
        0.0
        if len(cut) < 3
        else abs(np.dot(cut[:, 0], np.roll(cut[:, 1], -1)) - np.dot(cut[:, 1], np.roll(cut[:, 0], -1))) / 2
    )
    assert area == pytest.approx(polygon.intersection(shapely.box(-20, -10, 25, 30)).area, abs=1e-6)
