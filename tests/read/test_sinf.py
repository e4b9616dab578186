"""SINF wafer maps: written and read again, turned, laid over a design's; mistakes told by file and line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bumpgen.errors import InputError
from bumpgen.masks.bins import overlay
from bumpgen.masks.wafer import DieClass, Wafer, wafer_of
from bumpgen.read.sinf import NO_DIE, SinfMap, read_sinf, turned
from bumpgen.write.sinf import sinf_of, sinf_text
from tests.masks.test_wafer_map import design

CODE = st.sampled_from(["01", "0A", "0B", "F0", "FE", "FF", "__", "@@"])
TEXT = st.text("ABCxyz019-_ .", max_size=12).map(str.strip)


@st.composite
def maps(draw: st.DrawFn) -> SinfMap:
    rows, columns = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    codes = draw(st.lists(CODE, min_size=rows * columns, max_size=rows * columns))
    reference = draw(st.none() | st.tuples(st.integers(-99, 99), st.integers(-99, 99)))
    step = draw(st.none() | st.tuples(st.integers(1, 99_999_999), st.integers(1, 99_999_999)))
    return SinfMap(
        draw(TEXT), draw(TEXT), draw(TEXT), np.array(codes, dtype="<U2").reshape(rows, columns),
        draw(st.sampled_from([0, 90, 180, 270])), ("01", "0A"), reference,
        None if step is None else (step[0] / 1e6, step[1] / 1e6), draw(TEXT),
    )  # fmt: skip


def same(one: SinfMap, other: SinfMap) -> bool:
    blank = np.zeros((0, 0), dtype="<U2")
    facts = [(m.device, m.lot, m.wafer, m.flat, m.good, m.reference, m.step, m.comment) for m in (one, other)]
    return facts[0] == facts[1] and np.array_equal(one.bins, other.bins) and blank.size == 0


@given(maps())
@settings(max_examples=50, deadline=None)
def test_written_and_read_again(tmp_path_factory: pytest.TempPathFactory, found: SinfMap) -> None:
    path = tmp_path_factory.getbasetemp() / "round.sinf"
    path.write_text(sinf_text(found), encoding="utf-8")
    again = read_sinf(path)
    assert same(again, found)
    assert sinf_text(again) == sinf_text(found)


def test_turned_by_the_flat() -> None:
    found = SinfMap("", "", "", np.array([["01", "0B"], ["__", "FE"], ["F0", "@@"]]), 180, step=(2.0, 3.0))
    right = turned(found, 90)  # a quarter against the clock: what was below is on the right
    assert right.bins.tolist() == [["0B", "FE", "@@"], ["01", "__", "F0"]]
    assert (right.flat, right.step) == (90, (3.0, 2.0))
    assert same(turned(turned(turned(right, 0), 270), 180), found)


TEXT_OF_ONE = """DEVICE:D
LOT:L7
WAFER:3
FNLOC:180
ROWCT:2
COLCT:3
BCEQU:01, 0a
REFPX:1
REFPY:1
DUTMS:mil
XDIES:100
YDIES:50

RowData:__ 01 0B
RowData:01 0a @@
"""


def read(tmp_path: Path, text: str) -> SinfMap:
    path = tmp_path / "map.sinf"
    path.write_text(text, encoding="utf-8")
    return read_sinf(path)


def test_a_map_as_others_write_it(tmp_path: Path) -> None:
    found = read(tmp_path, TEXT_OF_ONE)
    assert (found.device, found.lot, found.wafer, found.flat) == ("D", "L7", "3", 180)
    assert (found.good, found.reference, found.step) == (("01", "0A"), (1, 1), (2.54, 1.27))
    assert found.bins.tolist() == [["__", "01", "0B"], ["01", "0A", "@@"]]
    assert found.dies == 5
    assert read(tmp_path, TEXT_OF_ONE.replace("BCEQU:01, 0a\n", "")).good == ("01",)


MISTAKES = [
    ("ROWCT:2", "ROWCT:3", 5, "2 rows of data, but ROWCT is 3"), ("ROWCT:2\n", "", None, "ROWCT is missing"),
    ("COLCT:3", "COLCT:4", 14, "the row has 3 bins, but COLCT is 4"), ("COLCT:3", "COLCT:x", 6, "'x' is not a whole"),
    ("FNLOC:180", "FNLOC:45", 4, "FNLOC = 45 is not 0, 90"), ("DUTMS:mil", "DUTMS:inch", 10, "neither mm nor mil"),
    ("XDIES:100", "XDIES:1oo", 11, "'1oo' is not a number"), ("LOT:L7", "LOTS:L7", 2, "'LOTS:L7' is no line"),
    ("LOT:L7", "DEVICE:E", 2, "DEVICE is there twice, also in line 1"), ("01 0B", "01 0BB", 14, "'0BB' is no bin code"),
    ("ROWCT:2", "ROWCT:0", 5, "less than 1"), ("RowData:__", "__", 14, "'__ 01 0B' is no line"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "message"), MISTAKES)
def test_mistakes_are_told_by_line(old: str, new: str, line: int | None, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, TEXT_OF_ONE.replace(old, new, 1))
    assert message in caught.value.message
    assert caught.value.where is not None
    assert (str(caught.value.where.file), caught.value.where.line) == (str(tmp_path / "map.sinf"), line)


@pytest.fixture
def wafer(tmp_path: Path) -> Wafer:
    lines = (
        'diameter = 50\nalignment = "flat"\nflat_length = 16\norientation = "left"\nstep = [3000, 4000]\noffset = "die"'
    )
    return wafer_of(design(tmp_path, lines + '\nknockouts = [{ kind = "test", box = [0, 0, 0.1, 0.1] }]'))


def test_the_map_of_a_wafer(wafer: Wafer) -> None:
    found = sinf_of(wafer, "D", "L", "W")
    assert found.flat == 270
    assert found.step == (3.0, 4.0)
    assert int((found.bins == "01").sum()) == wafer.count(DieClass.FULL)
    assert int((found.bins == "FE").sum()) == wafer.count(DieClass.PARTIAL)
    assert int((found.bins == "0C").sum()) == 1
    # the uppermost row comes first, and the reference die is whole
    assert ((found.bins[0] != NO_DIE) == (wafer.classes[-1] > 0)).all()
    assert found.reference is not None
    assert found.bins[found.reference[1], found.reference[0]] == "01"


def test_laid_over_its_own_wafer(wafer: Wafer) -> None:
    found = sinf_of(wafer, "D")
    over = overlay(found, wafer, 270, Path("m.sinf"))
    assert ((over.bins == "01") == (wafer.classes == DieClass.FULL)).all()
    assert (over.missing(wafer), over.surplus(wafer), over.notes) == ([], [], ())
    assert over.yield_of(wafer) == 1


def test_a_turned_map_is_turned_back(wafer: Wafer) -> None:
    over = overlay(turned(sinf_of(wafer, "D"), 180), wafer, 270, Path("m.sinf"))
    assert ((over.bins == "01") == (wafer.classes == DieClass.FULL)).all()
    assert "was turned" in over.notes[0]


def test_a_map_without_partial_dies_is_laid_on_the_whole_ones(wafer: Wafer) -> None:
    found = sinf_of(wafer, "D")
    whole = np.where(found.bins == "FE", NO_DIE, found.bins)
    rows, columns = np.nonzero(whole != NO_DIE)
    cut = whole[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    assert cut.shape != whole.shape
    over = overlay(replace(found, bins=cut), wafer, 270, Path("m.sinf"))
    assert ((over.bins == "01") == (wafer.classes == DieClass.FULL)).all()
    assert "laid over" in over.notes[0]


def test_differences_are_named(wafer: Wafer) -> None:
    found = sinf_of(wafer, "D")
    bins = found.bins.copy()
    (row, column), *_ = np.argwhere(bins == "01").tolist()
    bins[row, column] = NO_DIE
    (high, across), *_ = np.argwhere(bins == "FE").tolist()
    bins[high, across] = "01"
    over = overlay(replace(found, bins=bins), wafer, 270, Path("m.sinf"))
    rows = wafer.classes.shape[0]
    assert over.missing(wafer) == [(column + 1, rows - row)]
    assert over.surplus(wafer) == [(across + 1, rows - high)]


def test_a_map_of_another_product_is_refused(wafer: Wafer) -> None:
    found = sinf_of(wafer, "D")
    with pytest.raises(InputError, match=r"step is 3\.1 × 4 mm, the design's 3 × 4 mm"):
        overlay(replace(found, step=(3.1, 4.0)), wafer, 270, Path("m.sinf"))
    with pytest.raises(InputError, match="the map has 2 × 2 sites"):
        overlay(replace(found, bins=found.bins[5:7, 5:7]), wafer, 270, Path("m.sinf"))
