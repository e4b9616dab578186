"""Before and after routing: what is on which side, what counts as made, wires at their widths."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest
import shapely

from bumpgen.layout import Placement
from bumpgen.route.problem import NetRule, Problem, Terminal
from bumpgen.route.routing import Arc, Line, Wire
from bumpgen.view.before_after import before_after, before_after_png, before_after_svg, unmade
from bumpgen.view.board import wire_outlines
from bumpgen.view.picture import Outline, Picture, Primitive

PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Joined:
    """A connection asked for."""

    net: str
    start: int
    end: int


def sample() -> tuple[Problem, list[Joined]]:
    """Three pads at the left, three bumps at the right, each net with one of both."""
    terminals = [Terminal.disc(f"p{i}", f"n{i}", "pad", 50, 100 + 100 * i, 40) for i in range(3)]
    terminals += [Terminal.disc(f"b{i}", f"n{i}", "bump", 350, 100 + 100 * i, 80) for i in range(3)]
    rules = {f"n{i}": NetRule(10, 10) for i in range(3)}
    problem = Problem("three", (0, 0, 400, 400), tuple(terminals), rules)
    return problem, [Joined(f"n{i}", i, i + 3) for i in range(3)]


def straight(i: int, start: str = "", end: str = "") -> Wire:
    y = 100.0 + 100 * i
    return Wire(f"n{i}", start or f"p{i}", end or f"b{i}", 10.0, (Line((50, y), (350, y)),))


def told(picture: Picture) -> str:
    return " ".join(text.text for text in picture.texts)


def box(shape: Primitive) -> list[float]:
    assert isinstance(shape, Outline)
    return [*shape.points.min(axis=0).tolist(), *shape.points.max(axis=0).tolist()]


def step_of(picture: Picture) -> float:
    """How far the right drawing lies from the left, µm."""
    left, right = picture.figures[-1].uses
    assert isinstance(left, Placement)
    assert isinstance(right, Placement)
    return right.at.x - left.at.x


def test_left_has_what_is_asked_right_what_was_made_and_what_was_not() -> None:
    problem, asked = sample()
    shown = before_after(problem, asked, [straight(0), straight(2)])
    shapes = shown.figures[-1].shapes
    assert len(shapes["signal line"]) == 3
    assert all(box(shape)[2] < 351 for shape in shapes["signal line"])
    step = step_of(shown)
    assert step > 400
    lows = [box(shape) for shape in shapes["signal wire"]]
    assert lows == [pytest.approx([50 + step, y - 5, 350 + step, y + 5], abs=0.11) for y in (100, 300)]
    (open_line,) = shapes["open"]
    assert box(open_line)[1] == pytest.approx(200, abs=2)
    assert box(open_line)[0] == pytest.approx(50 + step)
    assert "3 connections asked, 0 crossings, 0.90 mm in straight lines" in told(shown)
    assert "2 of 3 connections made, 2 wires, 0.60 mm" in told(shown)
    assert "not made: 1" in told(shown)


def test_all_made() -> None:
    problem, asked = sample()
    shown = before_after(problem, asked, [straight(i) for i in range(3)])
    assert "3 of 3 connections made" in told(shown)
    assert "not made" not in told(shown)
    assert "open" not in shown.figures[-1].shapes


def test_both_drawings_fit_on_the_page_at_one_scale() -> None:
    problem, asked = sample()
    shown = before_after(problem, asked, [straight(0)], width=1000)
    step = step_of(shown)
    right, _ = shown.frame.to_page(step + 400, 0)
    assert shown.width * 0.9 < right < shown.width
    assert shown.frame.to_page(400, 0)[0] < shown.frame.to_page(step, 0)[0]


@pytest.mark.parametrize(
    ("wires", "lacking"),
    [
        ([], ["n0", "n1", "n2"]),
        ([straight(1, "b1", "p1")], ["n0", "n2"]),  # the other way round
        ([straight(1), straight(1)], ["n0", "n2"]),  # a spare wire of a net joins nothing of others
        ([straight(0, "p0", "elsewhere")], ["n1", "n2"]),  # a free pairing
    ],
)
def test_unmade(wires: list[Wire], lacking: list[str]) -> None:
    problem, asked = sample()
    assert [net for net, _, _ in unmade(problem, asked, wires)] == lacking


def test_unmade_of_a_tree_leaves_the_longest() -> None:
    """A net of which one wire joins other terminals than asked: as many connections are left as wires lack."""
    problem, _ = sample()
    asked = [Joined("n0", 0, 1), Joined("n0", 0, 3)]
    ((_, start, end),) = unmade(problem, asked, [straight(0, "p2", "b2")])
    assert math.dist(start, end) == 300


def test_equal_input_gives_equal_bytes() -> None:
    problem, asked = sample()
    turn = Arc((200, 110), (210, 100), (200, 100), 10, -math.pi / 2)
    wire = Wire("n0", "p0", "b0", 10, (Line((50, 110), (200, 110)), turn, Line((210, 100), (210, 60))))
    text = before_after_svg(problem, asked, [wire])
    assert text == before_after_svg(problem, asked, [wire])
    assert before_after_png(problem, asked, [wire], width=600).startswith(PNG)


def test_outlines_have_the_area_of_the_wires() -> None:
    """A bent wire, and one that closes a loop: its hole stays open."""
    bent = np.array([(0, 0), (100, 0), (150, 50)], dtype=np.float64)
    loop = np.array([(0, 200), (100, 200), (100, 300), (50, 300), (50, 150)], dtype=np.float64)
    for line in (bent, loop):
        outlines = wire_outlines([line], [10.0], 0.01)
        expected = shapely.LineString(line).buffer(5, cap_style="flat", join_style="mitre", mitre_limit=2)
        assert sum(shapely.Polygon(o.points).area for o in outlines) == pytest.approx(expected.area)
    assert wire_outlines([], [], 0.01) == []
