"""The router on problems small enough to be solved by hand: what fits is routed, at the length it should have."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from typing import Any

import pytest

from bumpgen.route.gate import faults
from bumpgen.route.problem import Angles, NetRule, Obstacle, Problem, Terminal
from bumpgen.route.routes_file import routes_text
from bumpgen.route.routing import Routing
from bumpgen.route.solve import solve

RULE = NetRule(10.0, 10.0)
DIE = (0.0, 0.0, 600.0, 600.0)

both = pytest.mark.parametrize("angles", list(Angles))


def pair(net: str, one: tuple[float, float], other: tuple[float, float], size: float = 40.0) -> tuple[Terminal, ...]:
    return (
        Terminal.disc(f"{net}.p", net, "pad", *one, size),
        Terminal.disc(f"{net}.b", net, "bump", *other, size),
    )


def routed(*terminals: Terminal, obstacles: tuple[Obstacle, ...] = (), **changes: Any) -> Routing:
    rules = {terminal.net: RULE for terminal in terminals if terminal.wires} | changes.pop("nets", {})
    routing = solve(Problem("small", DIE, terminals, rules, obstacles, **changes))
    assert not faults(routing.problem, routing.wires)
    for net in routing.nets.values():
        assert (net.status == "routed") == (len(net.wires) == net.asked) == (not net.reason)
    return routing


def slab(x0: float, y0: float, x1: float, y1: float, name: str) -> Obstacle:
    return Obstacle(((x0, y0), (x1, y0), (x1, y1), (x0, y1)), name=name)


def wall(hole: float) -> tuple[Obstacle, ...]:
    """Two slabs with a hole between them, from edge to edge of the die."""
    return slab(300, 0, 310, 200, "low"), slab(300, 200 + hole, 310, 600, "high")


@both
def test_nothing_is_asked(angles: Angles) -> None:
    for terminals in ((), (Terminal.disc("x", "", "pad", 100, 100, 40, wires=0),), pair("a", (99, 99), (300, 99))[:1]):
        routing = routed(*terminals, angles=angles)
        assert (routing.asked, routing.made, routing.wires, routing.bound) == (0, 0, (), 0.0)


@both
def test_metal_of_a_net_without_a_rule_is_only_in_the_way(angles: Angles) -> None:
    other = Terminal.disc("x", "unruled", "bump", 300, 300, 80, wires=0)
    routing = routed(*pair("a", (100, 300), (500, 300)), other, angles=angles)
    assert (routing.made, list(routing.nets)) == (1, ["a"])


@both
@pytest.mark.parametrize(("hole", "fits"), [(29.9, False), (29.99, False), (30.0, True), (30.01, True), (31.0, True)])
def test_a_wire_fits_through_a_hole_of_its_width_and_two_spaces(hole: float, fits: bool, angles: Angles) -> None:
    routing = routed(*pair("a", (100, 100), (500, 100)), obstacles=wall(hole), angles=angles)
    assert routing.made == fits
    if not fits:
        (net,) = routing.nets.values()
        assert {frozenset(cut.between) for cut in net.cuts} == {frozenset(("low", "high"))}
        assert {(cut.demand, cut.wires) for cut in net.cuts} == {(30, 1)}
        assert min(cut.capacity for cut in net.cuts) == pytest.approx(hole, abs=0.06)
        assert net.reason == str(net.cuts[0])


@both
def test_two_of_three_wires_pass_a_hole_for_two(angles: Angles) -> None:
    ends = [pair(f"n{i}", (100, 150 + 70 * i), (500, 150 + 70 * i)) for i in range(3)]
    routing = routed(*itertools.chain(*ends), obstacles=wall(50), angles=angles)
    assert (routing.made, routing.asked) == (2, 3)
    (lost,) = (net for net in routing.nets.values() if net.status == "unrouted")
    assert (lost.cuts[0].capacity, lost.cuts[0].demand, lost.cuts[0].wires) == (50, 70, 3)


@both
def test_a_class_names_the_hole_that_is_full(angles: Angles) -> None:
    ends = [pair(f"n{i}", (100, 150 + 70 * i), (500, 150 + 70 * i)) for i in range(3)]
    terminals = [replace(terminal, net="c") for terminal in itertools.chain(*ends)]
    routing = routed(*terminals, obstacles=wall(50), angles=angles, nets={"c": replace(RULE, classed=True)})
    (net,) = routing.nets.values()
    assert (net.status, len(net.wires), net.asked) == ("partial", 2, 3)
    assert set(net.cuts[0].between) == {"low", "high"}
    assert net.reason == f"1 more than the gates hold: {net.cuts[0]}"


@both
def test_one_of_two_nets_that_must_cross_is_left_with_a_reason(angles: Angles) -> None:
    routing = routed(*pair("a", (20, 300), (580, 300)), *pair("b", (300, 20), (300, 580)), angles=angles)
    assert (routing.made, routing.asked) == (1, 2)


@both
def test_nets_go_round_one_another_where_there_is_room(angles: Angles) -> None:
    routing = routed(*pair("a", (100, 300), (500, 300)), *pair("b", (300, 200), (300, 400)), angles=angles)
    assert routing.made == 2
    assert routing.length > routing.bound + 80


def test_a_way_round_a_disc_is_two_tangents_and_an_arc() -> None:
    x = Terminal.disc("x", "", "bump", 300, 300, 80, wires=0)
    routing = routed(*pair("a", (100, 300), (500, 300)), x)
    clear, reach = 40 + 10 + 5, 200.0
    shortest = 2 * math.sqrt(reach**2 - clear**2) + 2 * clear * math.asin(clear / reach)
    assert shortest <= routing.length <= shortest + 0.2


def test_an_octilinear_way_round_a_square_is_the_shortest_there_is() -> None:
    """It climbs to 15 µm over the square at 45° and falls again: two rises, each (√2 - 1) times its height longer."""
    block = slab(260, 260, 340, 340, "block")
    routing = routed(*pair("a", (100, 300), (500, 300)), obstacles=(block,), angles=Angles.OCTILINEAR)
    shortest = 400 + 2 * (math.sqrt(2) - 1) * (40 + 15)
    assert shortest - 1e-6 <= routing.length <= shortest + 0.2


@both
def test_wide_and_narrow_wires_keep_the_wider_of_their_spaces(angles: Angles) -> None:
    rules = {"a": NetRule(40.0, 5.0), "b": NetRule(4.0, 25.0)}
    block = slab(250, 200, 350, 300, "block")
    ends = (*pair("a", (100, 250), (500, 250)), *pair("b", (100, 310), (500, 310)))
    routing = routed(*ends, obstacles=(block,), nets=rules, angles=angles)
    assert routing.made == 2


@both
def test_the_dies_edge_is_kept_clear(angles: Angles) -> None:
    block = slab(250, 0, 350, 560, "block")
    for edge, made in ((0.0, 1), (19.9, 1), (20.1, 0)):
        routing = routed(*pair("a", (100, 500), (500, 500)), obstacles=(block,), edge=edge, angles=angles)
        assert routing.made == made, edge


@both
def test_a_tree_joins_all_it_can_through_terminals_that_take_several_wires(angles: Angles) -> None:
    places = [(100, 100), (300, 120), (500, 100), (300, 400)]
    ends = tuple(Terminal.disc(f"t{i}", "a", "bump", x, y, 60, wires=3) for i, (x, y) in enumerate(places))
    routing = routed(*ends, angles=angles, nets={"a": replace(RULE, join="tree")})
    assert (routing.made, routing.asked) == (3, 3)
    met = {name for wire in routing.wires for name in (wire.start, wire.end)}
    assert met == {"t0", "t1", "t2", "t3"}


@both
def test_names_and_order_change_nothing(angles: Angles) -> None:
    ends = [pair(f"n{i}", (100, 150 + 70 * i), (500, 150 + 70 * (i * 3 % 4))) for i in range(4)]
    terminals = tuple(itertools.chain(*ends))
    texts = set()
    for order in itertools.islice(itertools.permutations(range(8)), 0, None, 6720):
        routing = routed(*(terminals[i] for i in order), angles=angles)
        texts.add(routes_text(routing, seconds=False))
    assert len(texts) == 1
