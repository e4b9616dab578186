"""What belongs together: pairings and trees of the least length, and the bounds that published results quote."""

from __future__ import annotations

import itertools
import json
import math
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from bumpgen.errors import InputError
from bumpgen.route import pairing, pairing_near
from bumpgen.route.pairing import Connection, bound, connections, exposed_length
from bumpgen.route.problem import Angles, NetRule, Place, Problem, Terminal
from bumpgen.route.problem_file import read_problem
from bumpgen.route.routing import Arc, Line, Wire
from tests.shared import SHARED, needs_shared

CASES = sorted((SHARED / "rdl_cases").glob("*.json"))
SPOTS = st.tuples(st.integers(0, 40), st.integers(0, 40))


def problem(*terminals: Terminal, join: str = "pairs", angles: Angles = Angles.ANY) -> Problem:
    rule = NetRule(2, 2, "tree" if join == "tree" else "pairs")
    return Problem("p", (-1e4, -1e4, 1e4, 1e4), terminals, {t.net: rule for t in terminals}, angles=angles)


def pads(*places: Place) -> list[Terminal]:
    return [Terminal.disc(f"p{i}", "n", "pad", x, y, 4) for i, (x, y) in enumerate(places)]


def bumps(*places: Place, wires: int = 1) -> list[Terminal]:
    return [Terminal.disc(f"b{i}", "n", "bump", x, y, 4, wires) for i, (x, y) in enumerate(places)]


def named(asked: Problem) -> list[tuple[str, str]]:
    return [(asked.terminals[c.start].name, asked.terminals[c.end].name) for c in connections(asked)]


@needs_shared
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_published_bounds_of_real_cases(path: Path) -> None:
    golden = json.loads(path.read_text())["golden"]
    for angles, norm in ((Angles.ANY, "euclid"), (Angles.OCTILINEAR, "octilinear")):
        case = replace(read_problem(path), angles=angles)
        asked = connections(case)
        assert len(asked) == golden["bumps_to_route"]
        assert bound(case, asked) == pytest.approx(golden["lower_bound_best_assignment_um"][norm], abs=2e-4)


@needs_shared
@pytest.mark.parametrize("name", ["rdl_route", "rdl_route_45", "rdl_route_45_with_oct_bump", "rdl_route_daisy_chain"])
def test_the_published_exposed_lengths_of_real_wires(name: str) -> None:
    path = SHARED / f"rdl_cases/{name}.json"
    case, golden = read_problem(path), json.loads(path.read_text())["golden"]
    total = 0.0
    for route in golden["routes"]:
        points = [tuple(point) for point in route["points"]]
        lines = tuple(Line(a, b) for a, b in itertools.pairwise(points))
        start, end = (
            route[end].removesuffix("/PAD") if route[end].startswith("BUMP") else route[end] for end in ("from", "to")
        )
        wire = Wire(route["net"], start, end, route["width"], lines)
        assert exposed_length(case, wire) == pytest.approx(route["exposed_length"], abs=2e-3)
        total += exposed_length(case, wire)
    assert total == pytest.approx(golden["wirelength_exposed_um"], abs=0.02)


def test_an_arc_is_exposed_with_its_own_length() -> None:
    case = problem(*pads((0, 0)), *bumps((100, 100)))
    arc = Arc((0, 0), (100, 100), (0, 100), 100, math.pi / 2)
    assert exposed_length(case, Wire("n", "p0", "b0", 2, (arc,))) == pytest.approx(50 * math.pi - 4, abs=1e-3)
    with pytest.raises(InputError, match="'b9'"):
        exposed_length(case, Wire("n", "p0", "b9", 2, (arc,)))


def test_a_wire_within_metal_is_not_exposed() -> None:
    case = problem(*pads((0, 0)), *bumps((3, 0)))
    assert exposed_length(case, Wire("n", "p0", "b0", 2, (Line((0, 0), (3, 0)),))) == 0


@pytest.mark.parametrize("angles", list(Angles))
@settings(deadline=None, max_examples=60)
@given(ends=st.data())
def test_no_other_pairing_is_shorter(angles: Angles, ends: st.DataObject) -> None:
    few = ends.draw(st.lists(SPOTS, min_size=1, max_size=4))
    many = ends.draw(st.lists(SPOTS, min_size=len(few), max_size=6))
    for case in (
        problem(*pads(*few), *bumps(*many), angles=angles),
        problem(*pads(*many), *bumps(*few), angles=angles),
    ):
        asked = connections(case)
        assert len(asked) == len(few)
        assert len({c.start for c in asked} | {c.end for c in asked}) == 2 * len(few)
        assert {case.terminals[c.start].role for c in asked} == {"pad"}
        least = min(
            sum(distance(a, b, angles) for a, b in zip(few, chosen, strict=True))
            for chosen in itertools.permutations(many, len(few))
        )
        assert bound(case, asked) == pytest.approx(least)


def distance(a: Place, b: Place, angles: Angles) -> float:
    dx, dy = abs(a[0] - b[0]), abs(a[1] - b[1])
    return math.hypot(dx, dy) if angles is Angles.ANY else max(dx, dy) + (math.sqrt(2) - 1) * min(dx, dy)


def test_pairs_of_a_class_do_not_cross() -> None:
    chance = random.Random(4)
    spots = [(chance.uniform(0, 1000), chance.uniform(0, 1000)) for _ in range(300)]
    case = problem(*pads(*spots[:120]), *bumps(*spots[120:]))
    lines = [[(case.terminals[i].x, case.terminals[i].y) for i in (c.start, c.end)] for c in connections(case)]
    assert len(lines) == 120
    assert not any(crossed(a, b) for a, b in itertools.combinations(lines, 2))


def crossed(one: list[Place], other: list[Place]) -> bool:
    def left(a: Place, b: Place, c: Place) -> bool:
        return (b[0] - a[0]) * (c[1] - a[1]) > (b[1] - a[1]) * (c[0] - a[0])

    (a, b), (c, d) = one, other
    return left(a, b, c) != left(a, b, d) and left(c, d, a) != left(c, d, b)


def test_order_changes_nothing_even_with_ties() -> None:
    terminals = [*pads((0, 0), (0, 10), (10, 0), (10, 10)), *bumps((0, 5), (5, 0), (5, 10), (10, 5), (5, 5))]
    first = named(problem(*terminals))
    for seed in range(5):
        random.Random(seed).shuffle(terminals)
        assert named(problem(*terminals)) == first
        tree = problem(*(replace(t, wires=4) for t in terminals), join="tree")
        assert set(map(frozenset, named(tree))) == set(
            map(frozenset, named(replace(tree, terminals=tree.terminals[::-1])))
        )


def test_partners_are_joined_and_the_rest_is_paired_without_them() -> None:
    few, many = pads((0, 0), (100, 0)), bumps((0, 10), (100, 10))
    assert named(problem(*few, *many)) == [("p0", "b0"), ("p1", "b1")]
    assert named(problem(*few, many[0], replace(many[1], partner="p0"))) == [("p0", "b1"), ("p1", "b0")]
    assert named(problem(replace(few[0], partner="b1"), few[1], *many)) == [("p0", "b1"), ("p1", "b0")]
    both = problem(replace(few[0], partner="b1"), few[1], many[0], replace(many[1], partner="p0"))
    assert named(both) == [("p0", "b1"), ("p1", "b0")]


@pytest.mark.parametrize("partner", ["b1", "nobody", "b0", "px"])
def test_a_partner_that_cannot_be_is_refused(partner: str) -> None:
    blocked = Terminal.disc("px", "n", "pad", 50, 50, 4, wires=0)
    terminals = [*pads((0, 0)), *bumps((0, 10), (100, 10)), blocked]
    terminals[1] = replace(terminals[1], partner=partner)
    with pytest.raises(InputError, match="'b0' must be joined"):
        connections(problem(*terminals))


def test_a_partner_that_two_want_is_refused() -> None:
    wanted = [replace(bump, partner="p0") for bump in bumps((0, 10), (100, 10))]
    with pytest.raises(InputError, match=r"'b0' and 'b1' must both be joined to 'p0'"):
        connections(problem(*pads((0, 0), (9, 9)), *wanted))


def test_metal_that_ends_no_wire_is_joined_to_nothing() -> None:
    assert connections(problem(*pads((0, 0)), *bumps((5, 5), wires=0))) == ()
    assert bound(problem(*pads((0, 0))), ()) == 0


@settings(deadline=None, max_examples=60)
@given(st.lists(SPOTS, min_size=2, max_size=6, unique=True), st.sampled_from(Angles))
def test_no_other_tree_is_shorter(spots: list[Place], angles: Angles) -> None:
    case = problem(*bumps(*spots, wires=8), join="tree", angles=angles)
    asked = connections(case)
    pairs = list(itertools.combinations(range(len(spots)), 2))
    least = min(
        sum(distance(spots[a], spots[b], angles) for a, b in tree)
        for tree in itertools.combinations(pairs, len(spots) - 1)
        if spans(tree, len(spots))
    )
    assert bound(case, asked) == pytest.approx(least)


def spans(edges: tuple[tuple[int, int], ...] | list[tuple[int, int]], count: int) -> bool:
    part = list(range(count))
    for a, b in edges:
        part = [part[a] if p == part[b] else p for p in part]
    return len(set(part)) == 1


@settings(deadline=None)
@given(st.lists(st.tuples(SPOTS, st.integers(1, 4)), min_size=2, max_size=12), st.integers(0, 99))
def test_a_tree_spans_all_and_keeps_to_the_wires_where_it_can(rows: list[tuple[Place, int]], seed: int) -> None:
    terminals = [replace(bumps(spot)[0], name=f"b{i}", wires=wires) for i, (spot, wires) in enumerate(rows)]
    random.Random(seed).shuffle(terminals)
    case = problem(*terminals, join="tree")
    edges = [(c.start, c.end) for c in connections(case)]
    assert len(edges) == len(rows) - 1
    assert spans(edges, len(rows))
    if sum(wires for _, wires in rows) >= 2 * (len(rows) - 1):
        ends = [end for edge in edges for end in edge]
        assert all(ends.count(i) <= terminal.wires for i, terminal in enumerate(terminals))


def test_a_pad_is_the_leaf_of_a_chain_and_a_partner_is_kept() -> None:
    chain = problem(*pads((0, 0)), *bumps((0, 10), (0, 5), wires=8), join="tree")
    assert named(chain) == [("b0", "b1"), ("p0", "b1")] or named(chain) == [("b1", "b0"), ("p0", "b1")]
    far = replace(chain.terminals[1], partner="p0")
    kept = replace(chain, terminals=(chain.terminals[0], far, chain.terminals[2]))
    assert {frozenset(pair) for pair in named(kept)} == {frozenset({"p0", "b0"}), frozenset({"b0", "b1"})}


def test_partners_in_a_ring_are_refused() -> None:
    ring = [replace(b, partner=f"b{(i + 1) % 3}") for i, b in enumerate(bumps((0, 0), (5, 0), (0, 5), wires=8))]
    with pytest.raises(InputError, match="ring"):
        connections(problem(*ring, join="tree"))


@pytest.mark.parametrize("angles", list(Angles))
def test_near_ones_give_the_same_pairing_as_all(angles: Angles, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(1)
    spots = [(chance.uniform(0, 1000), chance.uniform(0, 1000)) for _ in range(500)]
    edge = [(x / 3, 0) for x in range(60)]  # all want the same few: near ones don't suffice
    for case in (
        problem(*pads(*spots[:240]), *bumps(*spots[240:]), angles=angles),
        problem(*pads(*edge), *bumps(*spots[:60]), angles=angles),
        problem(*pads(*spots[:60]), *bumps(*spots[:40]), angles=angles),
    ):
        whole = bound(case, connections(case))
        with monkeypatch.context() as near:
            near.setattr(pairing, "DENSE", 10)
            assert bound(case, connections(case)) == pytest.approx(whole, abs=1e-2)


@pytest.mark.parametrize("octilinear", [False, True])
@settings(deadline=None, max_examples=60)
@given(places=st.data())
def test_no_pairing_is_shorter_than_the_one_among_near_ones(octilinear: bool, places: st.DataObject) -> None:
    few = places.draw(st.lists(SPOTS, min_size=1, max_size=25))
    many = places.draw(st.lists(SPOTS, min_size=len(few), max_size=40))
    one, other = np.array(few, dtype=float), np.array(many, dtype=float)
    angles = Angles.OCTILINEAR if octilinear else Angles.ANY
    weights = np.array([[distance(a, b, angles) for b in many] for a in few])
    least = weights[linear_sum_assignment(weights)].sum()
    with pytest.MonkeyPatch.context() as near:
        near.setattr(pairing_near, "NEAREST", 1)
        near.setattr(pairing_near, "ADDED", 2)
        rows, columns = pairing_near.paired_near(one, other, octilinear)
    assert rows.tolist() == list(range(len(few)))
    assert len(set(columns.tolist())) == len(few)
    assert weights[rows, columns].sum() == pytest.approx(least, abs=len(few) * pairing_near.FINEST)


def test_thousands_are_paired_as_well_as_by_all_distances() -> None:
    chance = np.random.default_rng(2)
    few, many = chance.uniform(0, 5000, (1500, 2)), chance.uniform(0, 5000, (1500, 2))
    weights = np.hypot(*np.moveaxis(few[:, None] - many[None], -1, 0))
    rows, columns = pairing_near.paired_near(few, many, octilinear=False)
    least = weights[linear_sum_assignment(weights)].sum()
    assert weights[rows, columns].sum() == pytest.approx(least, abs=1500 * pairing_near.FINEST)


def test_a_connection_is_a_value() -> None:
    assert Connection("n", 0, 1) == Connection("n", 0, 1)
