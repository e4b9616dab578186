"""Two bump maps: single faults named exactly, whole maps that lie otherwise diagnosed as what was done to them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bumpgen.check.compare_maps import Ball, MapComparison, compare_maps
from bumpgen.check.compare_poses import FACTORS
from bumpgen.errors import InputError
from bumpgen.read.names import SYMMETRIES

WORDS = dict(SYMMETRIES)


def chip() -> list[Ball]:
    """Six columns by five rows, pitch 500 µm; every third bump is ground, two are power."""
    balls = []
    for n in range(30):
        column, row = n % 6, n // 6
        net = "VSS" if n % 3 == 0 else "VDD" if n in (1, 10) else f"n{n}"
        balls.append(Ball(f"{'ABCDE'[row]}{column + 1}", net, 250.0 + 500 * column, 300.0 + 500 * row))
    return balls


def posed(balls: list[Ball], symmetry: str, offset: tuple[float, float] = (0, 0), factor: float = 1) -> list[Ball]:
    """b = factor · (M · a + offset), to a billionth of the unit it is written in."""
    points = factor * (np.array([(b.x, b.y) for b in balls]) @ np.array(WORDS[symmetry]).T + offset)
    return [
        replace(b, x=_nine(float(x), factor), y=_nine(float(y), factor))
        for b, (x, y) in zip(balls, points, strict=True)
    ]


def _nine(value: float, factor: float) -> float:
    return factor * round(value / factor, 9)


def at(balls: list[Ball], name: str) -> int:
    return next(i for i, ball in enumerate(balls) if ball.name == name)


def told(result: MapComparison) -> list[tuple[str, tuple[str, ...]]]:
    return [(fault.kind, fault.names) for fault in result.faults]


maps = st.lists(st.tuples(st.integers(-40, 40), st.integers(-40, 40)), min_size=4, max_size=25, unique=True)


@given(
    maps,
    st.permutations(range(25)),
    st.sampled_from([words for words, _ in SYMMETRIES]),
    st.tuples(st.integers(-9000, 9000), st.integers(-9000, 9000)),
    st.sampled_from([1.0, *FACTORS]),
)
def test_a_known_pose_is_diagnosed_as_that(
    spots: list[tuple[int, int]], order: list[int], symmetry: str, offset: tuple[int, int], factor: float
) -> None:
    """Names are unlike each other, so that a map that isn't on one line has one pose only."""
    points = np.array(spots) * 150.0
    assume(np.linalg.matrix_rank(points - points[0]) == 2)
    balls = [Ball(f"N{order[i]}", f"net{i % 3}", x, y) for i, (x, y) in enumerate(points.tolist())]
    result = compare_maps(balls, posed(balls, symmetry, offset, factor))
    if (symmetry, offset, factor) == ("as it is", (0, 0), 1.0):
        assert result.same
        return
    assert not result.same
    assert result.diagnosis is not None
    pose = result.diagnosis.pose
    assert (pose.symmetry, pose.offset) == (symmetry, pytest.approx(offset, abs=1e-3))
    assert pose.factor == pytest.approx(factor)
    assert (pose.fit.places, pose.fit.names, pose.fit.nets) == (len(balls),) * 3
    assert result.faults == ()
    assert f"{len(balls)} names and {len(balls)} nets agree" in result.diagnosis.sentence


@pytest.mark.parametrize(
    ("symmetry", "offset", "factor", "words"),
    [
        ("mirrored (x → -x)", (3000, 0), 1, "B is A mirrored (x → -x) about x = 1500 µm: "),
        ("mirrored (y → -y)", (0, 2600), 1, "B is A mirrored (y → -y) about y = 1300 µm: "),
        ("mirrored (x → -x)", (12345.678, 0), 1, "about x = 6172.839 µm: "),
        ("mirrored (x → -x)", (3000, 7), 1, "about x = 1500 µm and shifted by (0, 7) µm: "),
        ("turned by 180°", (3000, 2600), 1, "B is A turned by 180° (counter-clockwise) about (1500, 1300) µm: "),
        ("turned by 90°", (2600, 0), 1, "B is A turned by 90° (counter-clockwise) about (1300, 1300) µm: "),
        ("turned by 270°", (0, 3000), 1, "B is A turned by 270° (counter-clockwise) about (1500, 1500) µm: "),
        ("as it is", (0.5, -2), 1, "B is A shifted by (0.5, -2) µm: "),
        (
            "as it is",
            (0, 0),
            0.001,
            "B is A 0.001 times as large (um taken for nm or mm taken for um or inch taken for mil): ",
        ),
        ("as it is", (0, 0), 25.4, "B is A 25.4 times as large (um taken for mil or mm taken for inch): "),
    ],
)
def test_a_diagnosis_says_how_the_map_lies(
    symmetry: str, offset: tuple[float, float], factor: float, words: str
) -> None:
    result = compare_maps(chip(), posed(chip(), symmetry, offset, factor))
    assert result.diagnosis is not None
    assert words in result.diagnosis.sentence
    assert "30 of 30 places, 30 names and 30 nets agree; as they lie, " in result.diagnosis.sentence


def test_a_turn_by_90_is_counter_clockwise() -> None:
    """A bump right of the centre comes to lie above it."""
    a = [Ball("E", "e", 100, 0), Ball("W", "w", -100, 0), Ball("N", "n", 0, 50)]
    b = [Ball("E", "e", 0, 100), Ball("W", "w", 0, -100), Ball("N", "n", -50, 0)]
    diagnosis = compare_maps(a, b).diagnosis
    assert diagnosis is not None
    assert diagnosis.pose.symmetry == "turned by 90°"


def faulty(kind: str, n: int, m: int) -> tuple[list[Ball], tuple[str, ...]]:
    """The chip with one fault at bump n (and m), and the bumps that the fault must name."""
    balls = chip()
    one, two = balls[n], balls[m]
    match kind:
        case "missing":
            del balls[n]
            return balls, (one.name,)
        case "extra":
            balls.insert(m, Ball("Z9", "n99", 17, 23))
            return balls, ("Z9",)
        case "moved":
            balls[n] = replace(one, x=one.x + 3, y=one.y - 4)
            return balls, (one.name,)
        case "renamed":
            balls[n] = replace(one, name="Z9")
            return balls, (one.name, "Z9")
        case "net changed":
            balls[n] = replace(one, net="n99")
            return balls, (one.name,)
        case "nets swapped":
            balls[n], balls[m] = replace(one, net=two.net), replace(two, net=one.net)
        case "names swapped":
            balls[n], balls[m] = replace(one, name=two.name), replace(two, name=one.name)
        case "places swapped":
            balls[n], balls[m] = replace(one, x=two.x, y=two.y), replace(two, x=one.x, y=one.y)
    return balls, (one.name, two.name) if n < m else (two.name, one.name)


KINDS = ("missing", "extra", "moved", "renamed", "net changed", "nets swapped", "names swapped", "places swapped")


@pytest.mark.parametrize("kind", KINDS)
@given(st.integers(0, 29), st.integers(0, 29), st.sampled_from([words for words, _ in SYMMETRIES]), st.booleans())
def test_one_fault_is_named_exactly(kind: str, n: int, m: int, symmetry: str, shifted: bool) -> None:
    """Also when the whole map lies otherwise: then that is said, and the fault beside it."""
    a = chip()
    assume(n != m and a[n].net != a[m].net)
    b, names = faulty(kind, n, m)
    offset = (-70.0, 500.0) if shifted else (0.0, 0.0)
    result = compare_maps(a, posed(b, symmetry, offset))
    assert told(result) == [(kind, names)]
    assert (result.diagnosis is None) == (symmetry == "as it is" and not shifted)
    if result.diagnosis is not None:
        assert (result.diagnosis.pose.symmetry, result.diagnosis.pose.offset) == (symmetry, offset)
    if kind == "moved":
        (fault,) = result.faults
        assert fault.distance == pytest.approx(5)
        assert fault.direction == pytest.approx(360 - math.degrees(math.atan2(4, 3)))


@given(
    st.lists(st.tuples(st.sampled_from(("missing", "moved", "renamed", "net changed")), st.integers(0, 29)), max_size=8)
)
def test_several_faults_are_all_found(planted: list[tuple[str, int]]) -> None:
    """Faults at different bumps: as many are told as were planted, no more."""
    kinds = {n: kind for kind, n in planted}
    a, b = chip(), []
    for n, ball in enumerate(a):
        match kinds.get(n):
            case "missing":
                continue
            case "moved":
                b.append(replace(ball, x=ball.x + 3))
            case "renamed":
                b.append(replace(ball, name=f"Z{n}"))
            case "net changed":
                b.append(replace(ball, net=f"other{n}"))
            case _:
                b.append(ball)
    found = {(kind, names[0]) for kind, names in told(compare_maps(a, b))}
    assert found == {(kind, a[n].name) for n, kind in kinds.items()}


def test_a_net_called_otherwise_is_one_fault() -> None:
    b = [replace(ball, net="GND" if ball.net == "VSS" else ball.net) for ball in chip()]
    (fault,) = compare_maps(chip(), b).faults
    assert (fault.kind, fault.nets, len(fault.names)) == ("net renamed", ("VSS", "GND"), 10)
    b[0] = replace(b[0], net="VSS")  # now it is no other name: one bump kept it
    assert {fault.kind for fault in compare_maps(chip(), b).faults} == {"net changed"}


def test_numbering_shifted_by_one_is_renaming() -> None:
    """Nets stayed at their places, names went one on: nothing moved."""
    a = [Ball(f"A{n}", f"n{n}", 100.0 * n, 0) for n in range(1, 6)]
    b = [replace(ball, name=f"A{n + 1}") for n, ball in enumerate(a, 1)]
    b += [Ball("B1", "b", 100, 200)]
    result = compare_maps([*a, Ball("B1", "b", 100, 200)], b)
    assert told(result) == [("renamed", (f"A{n}", f"A{n + 1}")) for n in range(1, 6)]


def test_nets_mirrored_under_names_that_stay() -> None:
    """The usual mistake: ball names go by place, but the nets were read in the other view."""
    a = chip()
    mirrored = {(3000 - ball.x, ball.y): ball.net for ball in a}
    b = [replace(ball, net=mirrored[ball.x, ball.y]) for ball in a]
    result = compare_maps(a, b)
    assert result.diagnosis is not None
    assert (result.diagnosis.explains, result.diagnosis.pose.symmetry) == ("nets", "mirrored (x → -x)")
    assert result.diagnosis.pose.fit.nets == 30
    assert not result.diagnosis.undone
    assert ("nets swapped", ("A2", "A5")) in told(result)


def test_places_alone_tell_a_shift() -> None:
    """Other names and no nets: a shift is seen, a mirror image can't be."""
    a = [replace(ball, net="") for ball in chip()]
    b = [replace(ball, name=f"P{n}", x=ball.x + 70) for n, ball in enumerate(a)]
    result = compare_maps(a, b, nets=False)
    assert result.diagnosis is not None
    assert (result.diagnosis.explains, result.diagnosis.pose.offset) == ("places", (70, 0))
    assert {fault.kind for fault in result.faults} == {"renamed"}
    assert len(result.faults) == 30


def test_maps_without_nets_are_compared_by_name() -> None:
    a = chip()
    b = [replace(ball, net="") for ball in a]
    assert compare_maps(a, b, nets=False).same
    assert not compare_maps(a, b).same
    diagnosis = compare_maps(a, posed(b, "mirrored (x → -x)", (3000, 0)), nets=False).diagnosis
    assert diagnosis is not None
    assert "30 of 30 places, 30 names agree" in diagnosis.sentence


GRID = 0.001


@pytest.mark.parametrize("tolerance", [0.0, 0.001, 0.5, 2.0])
@pytest.mark.parametrize("direction", [(1, 0), (-1, 0), (0, 1), (0, -1)])
def test_tolerance_to_one_grid_step(tolerance: float, direction: tuple[int, int]) -> None:
    for over, kinds in ((0, []), (GRID, [("moved", ("C3",))])):
        b = chip()
        n = at(b, "C3")
        way = tolerance + over
        b[n] = replace(b[n], x=b[n].x + direction[0] * way, y=b[n].y + direction[1] * way)
        assert told(compare_maps(chip(), b, tolerance)) == kinds
    b = posed(chip(), "as it is", (direction[0] * tolerance, direction[1] * tolerance))
    assert compare_maps(chip(), b, tolerance).same
    b = posed(chip(), "as it is", (direction[0] * (tolerance + GRID), direction[1] * (tolerance + GRID)))
    assert compare_maps(chip(), b, tolerance).diagnosis is not None


def test_a_unit_so_wrong_that_places_run_together() -> None:
    """mm taken for nm: half a millimetre becomes half a thousandth of a micrometre."""
    diagnosis = compare_maps(chip(), posed(chip(), "as it is", factor=1e-6)).diagnosis
    assert diagnosis is not None
    assert "1e-06 times as large (mm taken for nm): 30 of 30" in diagnosis.sentence


def test_a_map_of_one_bump() -> None:
    one = [Ball("A1", "a", 10, 10)]
    assert compare_maps(one, one).same
    moved = compare_maps(one, [Ball("A1", "a", 12, 10)])
    assert moved.diagnosis is not None
    assert moved.diagnosis.pose.offset == (2, 0)


@pytest.mark.parametrize(
    ("balls", "tolerance", "message"),
    [
        ([], 0.001, "map B has no bumps"),
        ([Ball("A1", "a", 0, 0, 2), Ball("A1", "b", 9, 0, 7)], 0.001, r"bump A1 \(lines 2, 7\) more than once"),
        ([Ball("A1", "a", 0, 0), Ball("A2", "b", 0, 0)], 0.0, "A1 and A2 0 µm apart"),
        ([Ball("A1", "a", 0, 0), Ball("A2", "b", 9, 0)], 4.5, "9 µm apart.*tolerance of 4.5 µm"),
        ([Ball("A1", "a", 0, 0)], math.nan, "tolerance of nan"),
        ([Ball("A1", "a", 0, 0)], -1.0, "tolerance of -1"),
    ],
)
def test_maps_that_cannot_be_compared(balls: list[Ball], tolerance: float, message: str) -> None:
    with pytest.raises(InputError, match=message):
        compare_maps([Ball("A1", "a", 0, 0)], balls, tolerance)
