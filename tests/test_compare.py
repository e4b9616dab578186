"""Comparing layouts: what a shrink drops, what counts as known, what is stale."""

from __future__ import annotations

from pathlib import Path

import klayout.db as db
import pytest

from bumpgen.check.compare import Expected, compare_files
from bumpgen.errors import InputError


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
