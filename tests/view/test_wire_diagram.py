"""The bond diagram: every wire from its pad to its finger, to scale, numbered and listed; the same in SVG and PDF."""

from __future__ import annotations

import io
import itertools
import re
from dataclasses import replace

import numpy as np
import pypdf
import pytest

from bumpgen.check.assembly.wire_rows import wire_list
from bumpgen.command.stacked import stack_of
from bumpgen.errors import InputError
from bumpgen.read.assembly_file import read_assembly
from bumpgen.view.assembly_canvas import OVER
from bumpgen.view.painted import PAINTERS
from bumpgen.view.picture import Picture
from bumpgen.view.wire_diagram import MOST, wire_diagram
from bumpgen.wire_list import Land, Wire, WireList


@pytest.fixture(scope="module")
def wires() -> WireList:
    stack = stack_of(read_assembly("module_on_laminate"))
    return wire_list(stack, stack.wires[0])


def many(count: int) -> WireList:
    """A long row of fine wires on a wide die."""
    step, wide = 60.0, 60.0 * (count + 2)
    box = np.array([(-20.0, -20.0), (20.0, -20.0), (20.0, 20.0), (-20.0, 20.0)])
    places = [(step * (i + 1), 200.0) for i in range(count)]
    found = [
        Wire(i, f"N{i}", f"P{i}", f"F{i}", ("chip", "base"), (x, y), (x, y + 900.0), 900.0, 1200.0, 0.0, 0.4)
        for i, (x, y) in enumerate(places, 1)
    ]
    lands = [Land("base", wire.finger, wire.net, box + wire.end, False) for wire in found]
    dies = {"chip": (0.0, 0.0, wide, 400.0), "base": (-200.0, -1200.0, wide + 200.0, 1600.0)}
    return WireList("many", "wires", "Many wires", "au", 25.0, 150.0, "ball", tuple(found), tuple(lands), dies)


def shapes(picture: Picture, sheet: str) -> list[np.ndarray]:
    """Outlines of a sheet on the page."""
    found = picture.figures[-1].shapes[sheet]
    return [np.array([picture.frame.to_page(x, y) for x, y in shape.points.tolist()]) for shape in found]


def test_wires_are_drawn_to_scale(wires):
    picture = wire_diagram([wires])
    scale = picture.bar.width / picture.bar.length
    drawn = shapes(picture, "wire")
    assert len(drawn) == len(wires.wires)
    middles = np.array([strip.mean(axis=0) for strip in drawn])
    true = np.array([np.mean([wire.start, wire.end], axis=0) for wire in wires.wires]) * (1, -1)
    assert np.allclose(middles - middles[0], (true - true[0]) * scale, atol=0.01)
    lengths = [max(np.hypot(*(strip[1] - strip[0])), np.hypot(*(strip[2] - strip[1]))) for strip in drawn]
    assert lengths == pytest.approx([wire.span * scale for wire in wires.wires], abs=0.01)


def test_every_wire_has_its_number_and_its_row(wires):
    picture = wire_diagram([wires])
    texts = [text.text for text in picture.texts]
    for wire in wires.wires:
        assert texts.count(str(wire.number)) >= 2
        assert wire.net in texts
    assert texts[0] == "Module on an organic substrate, wire bonds around the second chip"
    assert "32 wires of au, 25 µm, ball bonds, loops 150 µm high" in texts[1]
    assert {"carrier", "first", "second"} <= set(texts)


@pytest.mark.parametrize("count", [1, 2, 40, 300, MOST + 1])
def test_numbers_never_overlap_and_stay_on_the_page(count):
    picture = wire_diagram([many(count)])
    low = picture.bar.y
    numbers = [text for text in picture.texts if text.anchor == "middle" and text.y < low]
    assert numbers[0].text == "1"
    places = [(text.x, 0.6 * text.size * len(text.text)) for text in numbers]
    for (x, wide), (after, other) in itertools.pairwise(places):
        assert after - x >= (wide + other) / 2 * 0.9
    assert all(0 < text.x < picture.width and 0 < text.y < picture.height for text in picture.texts)


def test_a_long_table_says_what_it_leaves_out():
    texts = [text.text for text in wire_diagram([many(MOST + 7)]).texts]
    assert "and 7 more wires, which the list of wires has" in texts
    assert f"N{MOST}" in texts
    assert f"N{MOST + 1}" not in texts


def test_long_names_are_shortened(wires):
    odd = replace(wires, wires=(replace(wires.wires[0], net="A_NET_OF_A_VERY_LONG_NAME_INDEED"),))
    texts = [text.text for text in wire_diagram([odd]).texts]
    assert any(text.startswith("A_NET") and text.endswith("...") for text in texts)


@pytest.mark.parametrize("kind", sorted(PAINTERS))
def test_equal_diagrams_give_equal_files(wires, kind):
    one, two = (PAINTERS[kind](wire_diagram([wires])) for _ in range(2))
    assert one == two
    assert len(one) < 100_000


def test_pdf_is_one_page_with_the_same_words(wires):
    picture = wire_diagram([wires])
    reader = pypdf.PdfReader(io.BytesIO(PAINTERS["pdf"](picture)))
    (page,) = reader.pages
    assert (float(page.mediabox.width), float(page.mediabox.height)) == (picture.width, picture.height)
    words = page.extract_text()
    for text in picture.texts:
        assert text.text in words
    assert reader.metadata is not None
    assert reader.metadata.title == picture.title


def test_pdf_writes_what_its_fonts_lack_as_question_marks(wires):
    page = pypdf.PdfReader(io.BytesIO(PAINTERS["pdf"](wire_diagram([replace(wires, title="Ω → µm")])))).pages[0]
    assert "? ? µm" in page.extract_text()


def test_svg_has_the_same_wires(wires):
    text = PAINTERS["svg"](wire_diagram([wires])).decode()
    assert text.count(">W1<") == 2
    wires_of_svg = re.search(rf'<g fill="{OVER["wire"].fill}" data-layer="wire"><use href="#([^"]+)"', text)
    assert wires_of_svg is not None
    group = re.search(rf'<g id="{wires_of_svg[1]}">(.*?)</g>', text)
    assert group is not None
    assert group[1].count("<path") == len(wires.wires)


def test_a_width_out_of_range(wires):
    with pytest.raises(InputError, match="outside 300 to 20000"):
        wire_diagram([wires], 20)
