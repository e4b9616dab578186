"""Pictures of masks: chrome is dark and glass light, in the tone of the data; what is told around; files written."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from bumpgen.cli import main
from bumpgen.errors import InputError
from bumpgen.geometry import Disc
from bumpgen.layout import Cell, Drawn, Layout
from bumpgen.masks.set import Bias, MaskRow
from bumpgen.view.masked import CHROME, GLASS, mask_picture
from bumpgen.view.painted import PAINTERS

ROW = MaskRow(3, "photomask", 1, "MASK", "UBM", "resist", "", "opening", "positive", "clear")
DATA = Layout(
    Cell("TOP", (Drawn("MASK", Disc(500, 400, 200)),)), {"MASK": (3, 0)}, 0.001, (0, 0, 1000, 800), title="T: mask M"
)


def color(text: str) -> tuple[int, ...]:
    return tuple(int(text[i : i + 2], 16) for i in (1, 3, 5))


def pixel(row: MaskRow, x: float, y: float) -> tuple[int, ...]:
    picture = mask_picture(DATA, row)
    pixels = np.array(Image.open(io.BytesIO(PAINTERS["png"](picture))).convert("RGB"))
    at = picture.frame.to_page(x, y)
    return tuple(int(v) for v in pixels[round(at[1]), round(at[0])])


@pytest.mark.parametrize(("tone", "data", "field"), [("clear", GLASS, CHROME), ("dark", CHROME, GLASS)])
def test_data_and_field_are_painted_in_their_tone(tone, data, field) -> None:
    row = replace(ROW, data=tone)
    assert pixel(row, 500, 400) == color(data)
    assert pixel(row, 100, 100) == color(field)
    assert pixel(row, 620, 400) == color(field)


def test_the_page_tells_tone_bias_and_reading_sense() -> None:
    row = replace(ROW, biases=(Bias(-1.0, "tried", "own"),))
    texts = [text.text for text in mask_picture(DATA, row, sense="right-reading chrome down").texts]
    assert "T: mask 3 MASK" in texts
    assert "data clear, field dark, bias -1 µm; right-reading chrome down" in texts
    assert {"glass: data", "chrome"} <= set(texts)
    assert "200 µm" in texts


def test_an_empty_mask_is_all_field_and_a_foil_is_neither() -> None:
    empty = replace(DATA, top=Cell("TOP"))
    texts = [text.text for text in mask_picture(empty, ROW).texts]
    assert "chrome" in texts
    assert "glass: data" not in texts
    foil = [text.text for text in mask_picture(DATA, replace(ROW, kind="stencil", data=None, number=0)).texts]
    assert {"foil", "aperture", "stencil", "T: mask MASK"} <= set(foil)


def test_data_without_an_outline_are_refused() -> None:
    with pytest.raises(InputError, match="mask MASK: its data have no outline"):
        mask_picture(replace(DATA, outline=None), ROW)


def test_the_command_draws_plate_and_field(tmp_path: Path) -> None:
    words = ["masks", "balldrop_die", "--plate", "contact", "--field", "die", "-f", "svg,pdf", "-o", str(tmp_path)]
    assert CliRunner().invoke(main, words).exit_code == 0
    names = {path.name for path in tmp_path.iterdir()}
    for kind in ("svg", "pdf"):
        assert {f"balldrop_die_1_UBM_ETCH_MASK.{kind}", f"balldrop_die_1_UBM_ETCH_FIELD.{kind}"} <= names
    svg = (tmp_path / "balldrop_die_1_UBM_ETCH_MASK.svg").read_text(encoding="utf-8")
    assert svg.index(f'fill="{GLASS}" data-layer="UBM_ETCH_GROUND"') < svg.index(f'fill="{CHROME}" data-layer="UBM_E')
    assert ">20 mm<" in svg
    assert "data dark, field clear, bias +2 µm; right-reading chrome down" in svg
    first = (tmp_path / "balldrop_die_1_UBM_ETCH_MASK.pdf").read_bytes()
    assert CliRunner().invoke(main, words).exit_code == 0
    assert (tmp_path / "balldrop_die_1_UBM_ETCH_MASK.pdf").read_bytes() == first
