"""Layer expressions and limits: one parser, both engines, and errors that say where."""

from __future__ import annotations

from contextlib import suppress

import klayout.db as db
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bumpgen import read_process
from bumpgen.check.ruby import Ruby
from bumpgen.check.scene import Scene
from bumpgen.expression import Binary, Call, Named, layers_of, parse
from bumpgen.limits import BySize, Choices, Extent, Linear, Number, Range, Words, parse_limit


def test_operators_stand_left_to_right() -> None:
    a, b, c = Named("A"), Named("B"), Named("C")
    assert parse("A and B and C") == Binary("and", Binary("and", a, b), c)
    assert parse("A and (B or C)") == Binary("and", a, Binary("or", b, c))
    assert parse("A not B") == Binary("not", a, b)
    assert parse("A not interacting B") == Binary("interacting", a, b, negated=True)
    assert parse("sized(A or B, -2.5)") == Call("sized", Binary("or", a, b), (-2.5,))
    assert layers_of(parse("with_area(A and B, 1, 2) inside A")) == ("A", "B")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("A and B or C", "write parentheses"),
        ("A and", "the end at character 6"),
        ("sized(A)", "')' at character 8"),
        ("sized(A, B)", "a number was expected"),
        ("a", "'a' at character 1"),
        ("A B", "an operator or the end"),
        ("A & B", "can't read '& B'"),
        ("(A", "the end at character 3"),
        ("", "the end at character 1"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, says: str) -> None:
    with pytest.raises(ValueError, match="layer expression") as error:
        parse(text)
    assert says in str(error.value)


AREAS = {
    "UBM and RDL": 100, "UBM or RDL": 700, "UBM not RDL": 300, "UBM xor RDL": 600, "UBM interacting RDL": 400,
    "UBM not interacting RDL": 0, "UBM inside RDL": 0, "UBM outside RDL": 0, "RDL covering UBM": 0,
    "sized(UBM, -5)": 100, "opened(UBM, 5)": 400, "hulls(UBM)": 400, "holes(UBM)": 0, "with_area(UBM, 400, 401)": 400,
    "with_area(UBM, 300, 400)": 0, "extents(UBM)": 400, "merged(RDL)": 400,
}  # fmt: skip


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("text", AREAS)
def test_derived_layers(text: str, flat: bool) -> None:
    """UBM from 0, 0 to 20, 20 and RDL from 10, 10 to 30, 30 µm."""
    layout, process = db.Layout(), read_process("wlcsp_500")
    top = layout.create_cell("TOP")
    for layer, at in (("UBM", 0), ("RDL", 10_000)):
        top.shapes(layout.layer(*process.layers[layer].gds)).insert(db.Box(at, at, at + 20_000, at + 20_000))
    scene = Scene(layout, top, process, flat=flat)
    assert scene.region(text).area() / 1e6 == pytest.approx(AREAS[text])


def test_the_same_in_ruby() -> None:
    ruby = Ruby(read_process("wlcsp_500"), {})
    assert ruby.layer("UBM and (RDL not POLY2)") == "(ubm & (rdl - poly2))"
    assert ruby.layer("UBM not interacting sized(RDL, -2)") == "ubm.not_interacting(rdl.sized((-2.um)))"
    assert list(ruby.layers) == ["UBM", "RDL", "POLY2"]


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        (15, Number(15.0)),
        ("20 ± 0.2", Choices(((20.0, 0.2),))),
        ("35|40|45", Choices(((35.0, 0.0), (40.0, 0.0), (45.0, 0.0)))),
        ("54: 95|44: 75", BySize(((44.0, 75.0), (54.0, 95.0)))),
        ("70 + 1.3 * UBM", Linear(70.0, 1.3, "UBM")),
        ("750 x 1000", Extent(750.0, 1000.0)),
        ("0.35 to 0.45", Range(0.35, 0.45)),
        ("circle|octagon", Words(("circle", "octagon"))),
    ],
)
def test_limits(text: float | str, limit: object) -> None:
    assert parse_limit(text) == limit


@pytest.mark.parametrize("text", ["", "Ten", "3 to 1", "20 ±", "1 + x * UBM", "1:2|3", "Circle"])
def test_limits_that_say_nothing(text: str) -> None:
    with pytest.raises(ValueError, match=r"limit|range"):
        parse_limit(text)


@given(st.text(max_size=30))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    for parser in (parse, parse_limit):
        with suppress(ValueError):
            parser(text)
