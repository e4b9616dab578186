"""Comparing layouts: what a shrink drops, what counts as known, what is stale."""

from __future__ import annotations

from pathlib import Path

import klayout.db as db
import pytest

from bumpgen.check.compare import Axis, Expected, compare_files, open_pair
from bumpgen.errors import InputError
from bumpgen.geometry import View


def layout_file(path: Path, *boxes: tuple[float, float, float, float]) -> Path:
    layout = db.Layout()
    top = layout.create_cell("TOP")
    for box in boxes:
        top.shapes(layout.layer(1, 0)).insert(db.DBox(*box))
    layout.write(str(path))
    return path


def test_equal_even_if_drawn_in_pieces(tmp_path: Path) -> None:
    a = layout_file(tmp_path / "a.gds", (0, 0, 10, 10))
    b = layout_file(tmp_path / "b.gds", (0, 0, 5, 10), (4, 0, 10, 10))
    result = compare_files(a, b)
    assert result.same
    assert result.layers[0].xor_area == 0


@pytest.mark.parametrize(("grow", "left"), [(0.999, 0), (1.0, 0), (1.001, 1)])
def test_shrink_drops_up_to_twice_its_width(tmp_path: Path, grow: float, left: int) -> None:
    a = layout_file(tmp_path / "a.gds", (0, 0, 100, 100))
    b = layout_file(tmp_path / "b.gds", (0, 0, 100 + grow, 100))
    assert len(compare_files(a, b, shrink=0.5).layers[0].differences) == left


def test_known_places_and_stale_ones(tmp_path: Path) -> None:
    a = layout_file(tmp_path / "a.gds", (0, 0, 100, 100))
    b = layout_file(tmp_path / "b.gds", (0, 0, 100, 100), (100, 0, 110, 10))
    here = {"layer": (1, 0), "box": (99, -1, 111, 11), "reason": "a tab"}
    known = compare_files(a, b, expected=Expected.model_validate({"reference": "b", "places": [here]}))
    assert known.same
    assert known.layers[0].differences[0].reason == "a tab"
    there = here | {"box": (0, 50, 5, 60)}
    stale = compare_files(a, b, expected=Expected.model_validate({"reference": "b", "places": [here, there]}))
    assert not stale.same
    assert len(stale.stale) == 1
    smaller = here | {"box": (99, -1, 109, 11)}
    assert not compare_files(a, b, expected=Expected.model_validate({"reference": "b", "places": [smaller]})).same


def test_a_layer_missing_on_one_side(tmp_path: Path) -> None:
    a = layout_file(tmp_path / "a.gds")
    b = layout_file(tmp_path / "b.gds", (0, 0, 10, 10))
    result = compare_files(a, b)
    assert not result.same
    assert (result.layers[0].count_a, result.layers[0].count_b) == (0, 1)


def test_not_a_layout(tmp_path: Path) -> None:
    bad = tmp_path / "b.gds"
    bad.write_bytes(b"hello")
    with pytest.raises(InputError, match="not a layout"):
        compare_files(layout_file(tmp_path / "a.gds"), bad)


def test_comparing_nothing_is_refused(tmp_path: Path) -> None:
    a = layout_file(tmp_path / "a.gds", (0, 0, 10, 10))
    with pytest.raises(InputError, match="neither layout has layer 9/0"):
        compare_files(a, a, layers=((9, 0),))
    empty = tmp_path / "empty.gds"
    layout = db.Layout()
    layout.create_cell("TOP")
    layout.write(str(empty))
    with pytest.raises(InputError, match="no layers"):
        compare_files(a, empty)


def test_the_centre_shift_is_that_of_the_farthest_shape(tmp_path: Path) -> None:
    a = layout_file(tmp_path / "a.gds", (0, 0, 10, 10), (100, 0, 110, 10))
    b = layout_file(tmp_path / "b.gds", (0, 0, 10, 10), (103, 4, 113, 14))
    assert compare_files(a, b).layers[0].centre_shift == pytest.approx(5.0)


def write(path: Path, dbu: float = 0.001, turn: float | None = None, dx: float = 0.0) -> Path:
    """A lopsided chip with a label, cells in cells; turned about x = `turn`, then moved by dx, µm."""
    layout = db.Layout()
    layout.dbu = dbu
    top, bump = layout.create_cell("TOP"), layout.create_cell("BUMP")
    bump.shapes(layout.layer(1, 0)).insert(db.DPolygon([db.DPoint(0, 0), db.DPoint(30, 0), db.DPoint(0, 20)]))
    step = db.DVector(100, 0)
    top.insert(db.DCellInstArray(bump.cell_index(), db.DTrans(db.DVector(10, 10)), step, db.DVector(0, 50), 4, 2))
    top.shapes(layout.layer(2, 0)).insert(db.DBox(0, 0, 1000, 500))
    top.shapes(layout.layer(9, 0)).insert(db.DText("A1", db.DTrans(db.DVector(10, 10))))
    if turn is not None:
        top.flatten(True)
        top.transform(db.DTrans(db.DTrans.M90, 2 * turn + dx, 0))
    layout.write(str(path))
    return path


def changed(path: Path, source: Path, change: object) -> Path:
    """A copy of a layout with its flattened top cell changed."""
    layout = db.Layout()
    layout.read(str(source))
    layout.top_cell().flatten(True)
    change(layout, layout.top_cell())  # type: ignore[operator]
    layout.write(str(path))
    return path


def test_other_cells_and_the_same_geometry_are_the_same(tmp_path: Path) -> None:
    a = write(tmp_path / "a.gds")
    b = changed(tmp_path / "b.gds", a, lambda *_: None)
    result = compare_files(a, b)
    assert result.same
    assert any("A has 2 cells and B has 1" in note for note in result.notes)


def test_a_mirrored_view_is_turned_about_the_stated_axis(tmp_path: Path) -> None:
    a, b = write(tmp_path / "a.gds"), write(tmp_path / "b.gds", turn=500)
    views = (View.BUMPS_UP, View.BUMPS_DOWN)
    assert not compare_files(a, b).same
    for axis in (None, Axis(500.0, "the middle of the die")):
        turned = compare_files(a, b, views=views, axis=axis)
        assert turned.same
        assert any("x = 500 µm" in note and "B (bumps_down)" in note for note in turned.notes)
    assert compare_files(b, a, views=(View.MASK, View.WAFER)).same
    assert compare_files(b, b, views=(View.MASK, View.BUMPS_DOWN)).same
    assert not compare_files(a, b, views=views, axis=Axis(500.5, "stated")).same


def test_the_box_around_both_is_that_of_what_is_compared(tmp_path: Path) -> None:
    """B reaches from 400 to 600 as drawn, from 0 to 200 when turned about 300."""
    a, b = layout_file(tmp_path / "a.gds", (0, 0, 100, 50)), layout_file(tmp_path / "b.gds", (400, 0, 600, 80))
    pair = open_pair(a, b, views=(View.BUMPS_UP, View.BUMPS_DOWN), axis=Axis(300.0, "stated"))
    assert pair.box() == pytest.approx((0, 0, 200, 80))


def test_a_shift_shows_when_the_axis_is_stated(tmp_path: Path) -> None:
    a, b = write(tmp_path / "a.gds"), write(tmp_path / "b.gds", turn=500, dx=0.001)
    views = (View.BUMPS_UP, View.BUMPS_DOWN)
    free = compare_files(a, b, views=views)
    assert free.same
    assert any("a shift along x can't be seen" in note for note in free.notes)
    assert not compare_files(a, b, views=views, axis=Axis(500.0, "stated")).same


def test_an_axis_between_half_steps_is_refused(tmp_path: Path) -> None:
    a = write(tmp_path / "a.gds")
    with pytest.raises(InputError, match=r"500\.0002 µm.*half step of 0\.001"):
        compare_files(a, a, views=(View.BUMPS_UP, View.MASK), axis=Axis(500.0002, "stated"))


@pytest.mark.parametrize("fine_first", [True, False])
def test_database_units_that_divide_are_compared_in_the_finer(tmp_path: Path, fine_first: bool) -> None:
    coarse, fine = write(tmp_path / "coarse.gds"), write(tmp_path / "fine.gds", dbu=0.0001)
    nudged = changed(
        tmp_path / "nudged.gds", fine, lambda la, top: top.shapes(la.layer(2, 0)).insert(db.Box(-1, 0, 0, 5000000))
    )
    for other, same in ((fine, True), (nudged, False)):
        pair = (other, coarse) if fine_first else (coarse, other)
        result = compare_files(*pair)
        assert result.same is same
        assert any("compared in 0.0001 µm" in note for note in result.notes)
    row = next(row for row in result.layers if row.layer == (2, 0))
    assert row.xor_area == pytest.approx(0.0001 * 500)


def test_database_units_that_do_not_divide_are_refused(tmp_path: Path) -> None:
    a, b = write(tmp_path / "a.gds"), write(tmp_path / "b.gds", dbu=0.0004)
    with pytest.raises(InputError, match=r"0\.0004 µm, a\.gds's 0\.001 µm: neither is a whole multiple"):
        compare_files(a, b)


def test_a_unit_too_fine_for_the_other_layout_is_refused(tmp_path: Path) -> None:
    fine = write(tmp_path / "fine.gds", dbu=1e-6)
    wide = layout_file(tmp_path / "wide.gds", (0, 0, 3000, 10))
    with pytest.raises(InputError, match="reaches to 3000 µm, too far for a database unit of 1e-06"):
        compare_files(wide, fine)


def text_layout(path: Path, *texts: tuple[str, float, float]) -> Path:
    layout = db.Layout()
    top = layout.create_cell("TOP")
    for text, x, y in texts:
        top.shapes(layout.layer(9, 0)).insert(db.DText(text, db.DTrans(db.DVector(x, y))))
    layout.write(str(path))
    return path


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ((("A1", 0, 0), ("A2", 50, 0)), []),
        ((("A1", 0, 0), ("A2", 50, 0), ("A2", 50, 0)), ["text 'A2' only in B"]),
        ((("A1", 0, 0),), ["text 'A2' only in A"]),
        ((("A1", 0, 0), ("A2", 53, 4)), ["text 'A2' lies (3, 4) µm from A's in B"]),
        ((("A1", 0, 0), ("B2", 50, 0)), ["text 'A2' reads 'B2' in B"]),
        ((("A2", 0, 0), ("A1", 50, 0)), ["text 'A1' lies (50, 0) µm from A's in B", "text 'A2' lies (-50, 0) µm"]),
    ],
)
def test_text_only_layers_are_compared(
    tmp_path: Path, second: tuple[tuple[str, float, float], ...], words: list[str]
) -> None:
    a = text_layout(tmp_path / "a.gds", ("A1", 0, 0), ("A2", 50, 0))
    result = compare_files(a, text_layout(tmp_path / "b.gds", *second))
    assert result.same == (not words)
    (row,) = result.layers
    assert (row.texts_a, row.texts_b) == (2, len(second))
    assert len(row.text_differences) == len(words)
    assert all(found.words.startswith(word) for found, word in zip(row.text_differences, words, strict=True))


@pytest.mark.parametrize(("moved", "same"), [(0.999, True), (1.0, True), (1.001, False)])
def test_a_text_may_lie_as_far_off_as_an_edge(tmp_path: Path, moved: float, same: bool) -> None:
    a = text_layout(tmp_path / "a.gds", ("A1", 0, 0))
    assert compare_files(a, text_layout(tmp_path / "b.gds", ("A1", moved, 0)), shrink=0.5).same is same


def test_layers_of_one_side_have_their_own_verdict(tmp_path: Path) -> None:
    a = write(tmp_path / "a.gds")

    def swap(layout: db.Layout, top: db.Cell) -> None:
        layout.clear_layer(layout.layer(9, 0))
        top.shapes(layout.layer(3, 0)).insert(db.DBox(0, 0, 1, 1))

    result = compare_files(a, changed(tmp_path / "b.gds", a, swap))
    verdicts = {row.layer: row.verdict for row in result.layers}
    assert verdicts == {(1, 0): "same", (2, 0): "same", (3, 0): "only in B", (9, 0): "only in A"}
    assert all(not row.found for row in result.layers)  # a whole layer is one thing to tell, not many places
    assert result.places == ()
    assert not result.same
    assert compare_files(a, tmp_path / "b.gds", layers=((1, 0), (2, 0))).same


@pytest.mark.parametrize(("gap", "together"), [(39.999, True), (40.001, False)])
def test_differences_side_by_side_are_one_place(tmp_path: Path, gap: float, together: bool) -> None:
    """Strips 100 µm long reach out by 20 µm each; the one above stands alone, and is numbered first."""
    a = layout_file(tmp_path / "a.gds", (0, 0, 5, 100))
    b = layout_file(tmp_path / "b.gds", (5 + gap, 0, 10 + gap, 100), (0, 500, 10, 510))
    result = compare_files(a, b)
    assert [place.area for place in result.places] == pytest.approx([100, 1000] if together else [100, 500, 500])
    assert result.places[0].box == (0, 500, 10, 510)
    if together:
        assert result.places[1].box == pytest.approx((0, 0, 10 + gap, 100))
    assert sorted(d.place for d in result.layers[0].differences) == ([1, 2, 2] if together else [1, 2, 3])


def test_a_known_text_is_explained(tmp_path: Path) -> None:
    a, b = text_layout(tmp_path / "a.gds", ("A1", 0, 0)), text_layout(tmp_path / "b.gds", ("A1", 3, 0))
    here = {"layer": (9, 0), "box": (-1, -1, 4, 1), "reason": "label centred"}
    assert compare_files(a, b, expected=Expected.model_validate({"reference": "b", "places": [here]})).same
    short = here | {"box": (-1, -1, 2, 1)}
    assert not compare_files(a, b, expected=Expected.model_validate({"reference": "b", "places": [short]})).same
