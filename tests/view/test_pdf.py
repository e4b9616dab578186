"""Pictures as PDF: every shape of a drawing with cells and arrays, where the page has it; plan and side views too."""

from __future__ import annotations

import io
import re

import numpy as np
import pypdf
import pytest

from bumpgen.check.assembly.pictured import picture_of
from bumpgen.command.stacked import stack_of
from bumpgen.geometry import Disc, Transform
from bumpgen.layout import Array, Cell, Drawn, Layout, Placement
from bumpgen.read.assembly_file import read_assembly
from bumpgen.view.assembly_plan import plan_picture
from bumpgen.view.assembly_side import side_picture
from bumpgen.view.pdf import to_pdf
from bumpgen.view.picture import Picture
from bumpgen.view.plan import picture as design_picture


def content(picture: Picture) -> str:
    """The page's drawing commands."""
    page = pypdf.PdfReader(io.BytesIO(to_pdf(picture))).pages[0]
    contents = page.get_contents()
    assert contents is not None
    return contents.get_data().decode("latin-1")


@pytest.fixture(scope="module")
def assembly():
    return picture_of(stack_of(read_assembly("module_encapsulated")))


@pytest.mark.parametrize("draw", [plan_picture, side_picture])
def test_views_of_assemblies(assembly, draw):
    picture = draw(assembly)
    words = pypdf.PdfReader(io.BytesIO(to_pdf(picture))).pages[0].extract_text()
    for text in picture.texts:
        assert text.text in words
    assert to_pdf(picture) == to_pdf(draw(assembly))


def circles(picture: Picture) -> list[tuple[float, float]]:
    """Middles on the page of all circles that are filled: paths of four curves, PDF's y up."""
    number = r"-?[\d.]+"
    found = []
    for path in re.findall(rf"({number} {number} m(?:\s+(?:{number} ){{6}}c){{4}}) f", content(picture)):
        x, y = (float(word) for word in path.split()[:2])
        ends = [tuple(map(float, curve.split()[4:6])) for curve in re.findall(rf"(?:{number} ){{6}}(?=c)", path)]
        found.append(((x + ends[1][0]) / 2, picture.height - (y + ends[1][1]) / 2))
    return found


def test_cells_and_arrays_are_drawn_in_place():
    """Two by three circles in a cell that is turned by 90° and placed: where their middles are on the page."""
    dot = Cell("DOT", (Drawn("UBM", Disc(0, 0, 10)),))
    group = Cell("GROUP", instances=(Array(dot, 2, 3, (100, 0), (0, 50)),))
    top = Cell("TOP", instances=(Placement(group, Transform(500, 100, 90)),))
    drawn = design_picture(Layout(top, {"UBM": (1, 0)}, 0.001), 1200)
    wanted = [drawn.frame.to_page(500 - 50 * j, 100 + 100 * i) for i in range(2) for j in range(3)]
    assert np.array(sorted(circles(drawn))) == pytest.approx(np.array(sorted(wanted)), abs=0.02)
