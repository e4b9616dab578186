"""Flat problems on several layers: what crosses goes one layer up, and no layer is used without need."""

from __future__ import annotations

from dataclasses import replace

from bumpgen.route.gate import faults
from bumpgen.route.problem import NetRule, Problem, Terminal
from bumpgen.route.solve import solve


def rows(order: list[int], layers: int) -> Problem:
    """Pads that touch the lower edge, bumps that touch the upper one: no wire can go round any of them."""
    count = len(order)
    pads = [Terminal.disc(f"p{i}", f"n{i}", "pad", 100 + 100.0 * i, 20, 40) for i in range(count)]
    bumps = [Terminal.disc(f"b{i}", f"n{i}", "bump", 100 + 100.0 * at, 310, 60) for i, at in enumerate(order)]
    wide = 100.0 * (count + 1)
    nets = {f"n{i}": NetRule(20, 15) for i in range(count)}
    return Problem("rows", (0, 0, wide, 340), (*pads, *bumps), nets, layers=layers)


def test_nets_in_order_need_one_layer() -> None:
    routing = solve(rows([0, 1, 2, 3], 3))
    assert routing.made == 4
    assert {wire.layer for wire in routing.wires} == {0}


def test_nets_that_cross_part() -> None:
    problem = rows([1, 0, 3, 2], 1)
    assert solve(problem).made < 4
    routing = solve(replace(problem, layers=2))
    assert routing.made == 4
    assert {wire.layer for wire in routing.wires} == {0, 1}
    for layer in (0, 1):
        own = [wire for wire in routing.wires if wire.layer == layer]
        there = {name for wire in own for name in (wire.start, wire.end)}
        # a pad is in the way up to its net's layer, a bump from it on
        home = {wire.net: wire.layer for wire in routing.wires}
        seen = [t for t in problem.terminals if (home[t.net] >= layer if t.role == "pad" else home[t.net] <= layer)]
        flat = replace(problem, terminals=tuple(t if t.name in there else replace(t, wires=0) for t in seen))
        assert not faults(flat, [replace(wire, layer=0) for wire in own])


def test_what_no_layer_holds_has_a_reason() -> None:
    routing = solve(rows([3, 2, 1, 0], 2))
    assert routing.made >= 2
    assert all(net.reason for net in routing.nets.values() if net.status != "routed")
