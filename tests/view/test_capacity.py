"""The heat map of cuts: colours, which triangles they go to, labels, sizes."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest

from bumpgen.route.problem import NetRule, Problem, Terminal
from bumpgen.route.routing import Cut, Line, Wire
from bumpgen.view.capacity import capacity_map, capacity_png, capacity_svg, fill_ratio, ramp
from bumpgen.view.picture import Outline, Picture
from bumpgen.view.style import PAPER, contrast

PNG = b"\x89PNG\r\n\x1a\n"
PITCH = 150.0


def array(n: int) -> Problem:
    """n x n bumps of 80 µm at 150 µm."""
    places = [(i, j) for i in range(n) for j in range(n)]
    bumps = tuple(Terminal.disc(f"B{i}_{j}", "a", "bump", 100 + PITCH * i, 100 + PITCH * j, 80) for i, j in places)
    side = 200 + PITCH * (n - 1)
    return Problem("array", (0, 0, side, side), bumps, {"a": NetRule(10, 10)})


def cut(one: Terminal, other: Terminal, demand: float, capacity: float = 70.0) -> Cut:
    """The cut between two discs, from rim to rim."""
    length = math.dist((one.x, one.y), (other.x, other.y))
    ux, uy = (other.x - one.x) / length * 40, (other.y - one.y) / length * 40
    return Cut((one.x + ux, one.y + uy), (other.x - ux, other.y - uy), (one.name, other.name), capacity, demand)


def all_cuts(problem: Problem, n: int, demand: float = 0.0) -> list[Cut]:
    """Between neighbours along x, along y and along one diagonal."""
    t = problem.terminals
    pairs = [(i * n + j, (i + di) * n + j + dj) for i in range(n) for j in range(n)
             for di, dj in ((0, 1), (1, 0), (1, 1)) if i + di < n and j + dj < n]  # fmt: skip
    return [cut(t[a], t[b], demand) for a, b in pairs]


def told(picture: Picture) -> str:
    return " ".join(text.text for text in picture.texts)


def heat(picture: Picture) -> dict[str, list[Outline]]:
    shapes = picture.figures[-1].shapes
    return {name: [s for s in shapes[name] if isinstance(s, Outline)] for name in shapes if name.startswith("fill")}


@pytest.mark.parametrize(
    ("capacity", "demand", "ratio"), [(100, 95, 0.95), (50, 100, 2.0), (0, 0, 0.0), (0, 5, math.inf), (10, 0, 0.0)]
)
def test_fill_ratio(capacity: float, demand: float, ratio: float) -> None:
    assert fill_ratio(Cut((0, 0), (1, 0), ("a", "b"), capacity, demand)) == ratio


def test_ramp_only_gets_darker() -> None:
    """So that it reads without telling hues apart."""
    darkness = [contrast(ramp(step / 40), PAPER) for step in range(41)]
    assert darkness == sorted(darkness)
    assert darkness[0] == 1.0
    assert darkness[-1] > 5
    assert ramp(0) == "#ffffff"
    assert ramp(7.0) == ramp(math.inf) == ramp(1.0)


def test_triangles_on_both_sides_take_the_cut_and_no_others() -> None:
    problem = array(4)
    a, b = problem.terminals[5], problem.terminals[6]
    shown = heat(capacity_map(problem, [*all_cuts(problem, 4), cut(a, b, 35)]))
    assert list(shown) == ["fill 50 %"]
    (one, other) = shown["fill 50 %"]
    middle = ((a.x + b.x) / 2, (a.y + b.y) / 2)
    for triangle in (one, other):
        assert {tuple(p) for p in triangle.points} > {(a.x, a.y), (b.x, b.y)}
    assert tuple((one.points.mean(axis=0) + other.points.mean(axis=0)) / 2) == pytest.approx(middle, abs=PITCH / 6 + 1)


def test_a_triangle_takes_its_fullest_cut() -> None:
    problem = array(2)
    a, b, c, d = problem.terminals
    shown = heat(capacity_map(problem, [cut(a, b, 7), cut(b, d, 7), cut(a, c, 7), cut(c, d, 7), cut(a, d, 63)]))
    # the diagonal runs through both triangles of the square, whichever way they meet; four more lie around it
    assert {name: len(triangles) for name, triangles in shown.items()} == {"fill 10 %": 4, "fill 90 %": 2}


def test_full_cuts_are_lines_with_numbers() -> None:
    problem = array(5)
    cuts = all_cuts(problem, 5, 7.0)
    t = problem.terminals
    cuts += [cut(t[i], t[i + 5], 100.0 + i) for i in range(12)]
    shown = capacity_map(problem, cuts)
    assert len(shown.figures[-1].shapes["full"]) == 12
    assert {text.text for text in shown.texts if text.anchor == "middle" and text.bold} == {
        str(n) for n in range(1, 11)
    }
    assert f"12 of {len(cuts)} cuts full; fullest cut: B2_1–B3_1 111 of 70 µm" in told(shown)
    assert "2: B2_0–B3_0 110 of 70 µm" in told(shown)


def test_without_a_full_cut_the_fullest_is_named() -> None:
    problem = array(2)
    a, b, *_ = problem.terminals
    shown = capacity_map(problem, [cut(a, b, 95, 100)])
    assert "0 of 1 cuts full; fullest cut: B0_0–B0_1 95 of 100 µm" in told(shown)
    assert "full" not in shown.figures[-1].shapes
    assert [text.text for text in shown.texts if text.anchor == "middle" and text.bold] == ["1"]


def test_no_cuts() -> None:
    shown = capacity_map(array(2), [])
    assert "no cuts" in told(shown)
    assert heat(shown) == {}


def test_cuts_to_the_die_edge_and_a_single_terminal() -> None:
    """An end at no terminal becomes a corner itself, inside the die though it be given outside of it."""
    problem = array(1)
    shown = heat(capacity_map(problem, [Cut((100, 60), (100, -10), ("B0_0", "die edge"), 60, 30)]))
    corners = np.vstack([triangle.points for triangle in shown["fill 50 %"]])
    assert corners.min() >= 0
    assert (100, 0) in {tuple(p) for p in corners}


def test_order_of_cuts_changes_nothing() -> None:
    problem = array(4)
    t = problem.terminals
    cuts = [*all_cuts(problem, 4, 21.0), cut(t[0], t[1], 90), cut(t[4], t[5], 80)]
    wires = [Wire("a", "B0_0", "B3_3", 10, (Line((100, 100), (325, 130)), Line((325, 130), (550, 550))))]
    text = capacity_svg(problem, cuts, wires)
    assert text == capacity_svg(problem, cuts[::-1], wires)
    assert 'data-legend="wire"' in text
    assert 'data-legend="fill 100 %"' in text
    assert capacity_png(problem, cuts, wires, width=400).startswith(PNG)


def test_sixty_thousand_cuts() -> None:
    """A hundred and forty bumps a side, each cut partly full, ten thousand wires."""
    problem = array(141)
    cuts = [cut_.__class__(cut_.start, cut_.end, cut_.between, 70, (7 * k) % 71) for k, cut_ in
            enumerate(all_cuts(problem, 141))]  # fmt: skip
    ways = [(100 + PITCH * (k % 140), 175 + PITCH * (k // 140)) for k in range(10_000)]
    wires = [
        Wire("a", "B0_0", "B1_1", 10, (Line((x, y), (x + 90, y)), Line((x + 90, y), (x + 140, y + 50))))
        for x, y in ways
    ]
    assert len(cuts) > 58_000
    assert len(capacity_svg(problem, cuts, wires).encode()) < 6_000_000
    start = time.process_time()
    assert capacity_png(problem, cuts, wires).startswith(PNG)
    assert time.process_time() - start < 10  # 2.4 s measured on one core
