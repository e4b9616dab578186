"""What is suggested where not everything is routed: every suggestion is routed again and must hold."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from bumpgen.errors import InputError
from bumpgen.route import advice_swaps, advice_widths
from bumpgen.route.advice import Swap, Varied, apply, is_signal, swaps, widths
from bumpgen.route.advice_exchange import exchanged
from bumpgen.route.advice_widths import RUNS, scaled
from bumpgen.route.problem import NetRule, Obstacle, Problem, Terminal
from bumpgen.route.routing import Line, NetRouting, Routing, Wire
from bumpgen.route.solve import solve

WIRE = Wire("a", "a_pad", "a_bump", 10, (Line((0, 0), (1, 0)),))


def rows(order: str, names: str = "abcdef", pitch: float = 100, shift: float = 0) -> Problem:
    """Pads in a row, and bumps above them in the order given; no wire passes beside or between any of them.

    `shift` is how far the bumps lie to the right; wires then cross sides of the mesh.
    """
    pads = [Terminal.disc(f"p_{net}", net, "pad", i * pitch, 0, 80) for i, net in enumerate(names[: len(order)])]
    bumps = [Terminal.disc(f"b{i}", net, "bump", i * pitch + shift, 200, 80) for i, net in enumerate(order)]
    outline = (-45.0, -45.0, (len(order) - 1) * pitch + shift + 45, 245.0)
    return Problem("rows", outline, (*pads, *bumps), dict.fromkeys(order, NetRule(10, 10)))


def complete(problem: Problem) -> bool:
    routing = solve(problem)
    return routing.made == routing.asked


def test_two_that_cross_exchange_bumps() -> None:
    routing = solve(rows("abdcef"))
    assert routing.made < routing.asked
    found = swaps(routing)
    assert found == (Swap(("c", "d"), ("b3", "b2")),)
    assert str(found[0]) == "c to b2 and d to b3"
    assert complete(apply(routing.problem, found))


def test_three_in_a_ring_take_two_exchanges() -> None:
    routing = solve(rows("bcadef"))
    found = swaps(routing)
    assert len(found) == 2
    assert complete(apply(routing.problem, found))


def test_ends_are_exchanged_with_wires_in_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(advice_swaps, "_freed", lambda routing, _: unchanged(routing))
    routing = solve(rows("adbcef", shift=300))
    found = swaps(routing)
    assert {net for swap in found for net in swap.nets} == set("bcd")
    assert complete(apply(routing.problem, found))


def unchanged(routing: Routing) -> dict[str, str]:
    return {terminal.net: terminal.name for terminal in routing.problem.terminals if terminal.role == "bump"}


def test_what_can_be_routed_as_it_is_stays() -> None:
    crossed = rows("ba")
    apart = [
        Terminal.disc("p_c", "c", "pad", 2000, 60, 20),
        Terminal.disc("p_d", "d", "pad", 2300, 60, 20),
        Terminal.disc("b_c", "c", "bump", 2300, 140, 20),
        Terminal.disc("b_d", "d", "bump", 2000, 140, 20),
    ]
    both = replace(
        crossed,
        outline=(-45, -45, 2600, 245),
        terminals=(*crossed.terminals, *apart),
        nets=dict.fromkeys("abcd", NetRule(10, 10)),
        obstacles=(Obstacle(((145, -45), (155, -45), (155, 245), (145, 245)), name="wall"),),
    )
    routing = solve(both)
    assert {net for net, each in routing.nets.items() if each.status != "routed"} < {"a", "b"}
    assert swaps(routing) == (Swap(("a", "b"), ("b1", "b0")),)


def test_only_nets_that_may_change_do() -> None:
    routing = solve(rows("abdcef"))
    assert swaps(routing, allowed=lambda net: net != "c") == ()
    supply = rows("ba")
    named = {"a": "VDD_core", "b": "io_1"}
    terminals = tuple(replace(t, net=named[t.net]) for t in supply.terminals)
    powered = replace(supply, terminals=terminals, nets=dict.fromkeys(named.values(), NetRule(10, 10)))
    assert swaps(solve(powered)) == ()
    assert complete(apply(powered, swaps(solve(powered), allowed=lambda _: True)))


def test_wires_of_other_widths_and_kept_metal_stay() -> None:
    crossed = rows("ba")
    wider = replace(crossed, nets={"a": NetRule(10, 10), "b": NetRule(12, 10)})
    assert swaps(solve(wider)) == ()
    kept = replace(crossed, obstacles=(Obstacle(((0, 150), (5, 150), (5, 160), (0, 160)), net="b"),))
    assert swaps(solve(kept)) == ()


@pytest.mark.parametrize("name", ["VDD", "vss", "core_vdd3v3", "GND.2", "VCCIO"])
def test_names_of_supplies(name: str) -> None:
    assert not is_signal(name)
    assert is_signal("data_7")
    assert is_signal("advdd")


def test_a_complete_routing_needs_no_exchange() -> None:
    assert swaps(solve(rows("abc"))) == ()


def test_partners_follow_their_bumps() -> None:
    crossed = rows("ba")
    partner = {"p_a": "b1", "p_b": "b0", "b0": "p_b", "b1": "p_a"}
    problem = replace(crossed, terminals=tuple(replace(t, partner=partner[t.name]) for t in crossed.terminals))
    turned = apply(problem, [Swap(("a", "b"), ("b1", "b0"))])
    assert {t.name: (t.net, t.partner) for t in turned.terminals} == {
        "p_a": ("a", "b0"),
        "p_b": ("b", "b1"),
        "b0": ("a", "p_a"),
        "b1": ("b", "p_b"),
    }
    assert complete(turned)


def test_exchanges_undo_themselves_and_wrong_ones_are_refused() -> None:
    problem = rows("bca")
    swap = Swap(("a", "b"), ("b2", "b0"))
    back = Swap(("a", "b"), ("b0", "b2"))
    assert apply(problem, [swap, back]) == problem
    with pytest.raises(InputError, match="'a' can't leave bump 'b0'"):
        apply(problem, [back])


def test_a_permutation_takes_the_fewest_exchanges() -> None:
    chance = random.Random(3)
    before = {f"n{i}": f"b{i}" for i in range(30)}
    for _ in range(20):
        bumps = list(before.values())
        chance.shuffle(bumps)
        after = dict(zip(before, bumps, strict=True))
        found = exchanged(before, after)
        now = dict(before)
        for swap in found:
            one, other = swap.nets
            assert (now[one], now[other]) == swap.bumps
            now[one], now[other] = now[other], now[one]
        assert now == after
        assert len(found) == len(before) - cycles(before, after)


def cycles(before: dict[str, str], after: dict[str, str]) -> int:
    net_at = {bump: net for net, bump in before.items()}
    left, count = set(before), 0
    while left:
        net = left.pop()
        count += 1
        while (net := net_at[after[net]]) in left:
            left.remove(net)
    return count


def periphery(size: int) -> Problem:
    """Bumps of a full array, pads on the four sides: free, so that the assignment is known to be routable."""
    pitch, half = 150.0, size * 75.0 + 75.0
    places = [((i - (size - 1) / 2) * pitch, (j - (size - 1) / 2) * pitch) for i in range(size) for j in range(size)]
    bumps = [Terminal.disc(f"b{i:03d}", "free", "bump", x, y, 80) for i, (x, y) in enumerate(places)]
    per, reach = size * size // 4, half - 50
    along = [round((i + 0.5) / per * 2 * reach - reach, 3) for i in range(per)]
    spots = [spot for t in along for spot in ((t, -half), (half, t), (-t, half), (-half, -t))]
    pads = [Terminal.disc(f"p{i:03d}", "free", "pad", x, y, 40) for i, (x, y) in enumerate(spots)]
    edge = half + 100
    return Problem("periphery", (-edge, -edge, edge, edge), (*pads, *bumps), {"free": NetRule(10, 10, classed=True)})


def test_a_tight_periphery_with_swapped_bumps_is_completed() -> None:
    free = periphery(10)
    routing = solve(free)
    assert routing.made == 100
    net_at = {name: f"n{wire.start}" for wire in routing.wires for name in (wire.start, wire.end)}
    chance = random.Random(5)
    bumps = [t for t in free.terminals if t.role == "bump"]
    swapped = [(bump, bumps[i + 1]) for i, bump in enumerate(bumps[:-1]) if chance.random() < 0.05]
    for one, other in swapped:
        net_at[one.name], net_at[other.name] = net_at[other.name], net_at[one.name]
    terminals = tuple(replace(t, net=net_at[t.name]) for t in free.terminals)
    fixed = replace(free, terminals=terminals, nets=dict.fromkeys(net_at.values(), NetRule(10, 10)))
    first = solve(fixed)
    assert 90 <= first.made < 100
    told: list[str] = []
    found = swaps(first, told.append)
    assert 0 < len(found) <= len(swapped)
    assert told
    assert complete(apply(fixed, found))
    assert swaps(solve(fixed)) == found


def door(width: float, space: float) -> Problem:
    """Two nets through a gap of 70 µm between two walls."""
    ends = [(net, role, x, y) for net, x in (("a", -100), ("b", 100)) for role, y in (("pad", -200), ("bump", 200))]
    terminals = tuple(Terminal.disc(f"{net}_{role}", net, role, x, y, 40) for net, role, x, y in ends)  # type: ignore[arg-type]
    walls = tuple(
        Obstacle(((x0, -20), (x1, -20), (x1, 20), (x0, 20)), name=f"wall {x1}") for x0, x1 in ((-500, -35), (35, 500))
    )
    return Problem("door", (-500, -500, 500, 500), terminals, dict.fromkeys("ab", NetRule(width, space)), walls)


@pytest.mark.parametrize(
    ("size", "varied", "most"),
    [
        (20, "width and space", 70),
        (20, "space", 50),
        (20, "width", 25),
        (10, "width and space", 140),
        (10, "width", 200),
    ],
)
def test_the_largest_size_that_is_routed(size: float, varied: Varied, most: int) -> None:
    problem = door(size, size)  # two wires and three spaces have to fit into 70 µm
    routing = solve(problem)
    assert (routing.made == 2) == (size == 10)
    found = widths(routing, varied=varied)
    assert found is not None
    assert most - 4 <= found.percent <= most
    assert found.fails == found.percent + 1
    assert found.runs <= RUNS
    assert found.is_reserve == (size == 10)
    assert complete(replace(problem, nets=found.rules))
    assert not complete(scaled(problem, found.fails, varied))
    rule = found.rules["a"]
    assert rule.width == pytest.approx(size * found.percent / 100 if "width" in varied else size, abs=0.002)
    assert rule.space == pytest.approx(size * found.percent / 100 if "space" in varied else size, abs=0.001)
    text = "could be routed at up to" if size == 10 else "are routed at"
    assert f"all 2 connections {text} {found.percent} % of the {varied} asked for: w = " in str(found)
    assert f"not at {found.fails} %" in str(found)


def test_nothing_helps_where_a_wall_is_closed() -> None:
    problem = door(10, 10)
    closed = replace(problem, obstacles=(Obstacle(((-500, -20), (500, -20), (500, 20), (-500, 20))),))
    routing = solve(closed)
    assert routing.made == 0
    assert widths(routing) is None
    assert swaps(routing) == ()


@pytest.mark.parametrize("most", [1, 10, 11, 13, 28, 43, 99, 100, 149, 151, 336, 399, 400, 1000])
def test_every_percent_is_found_within_the_runs(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(problem: Problem) -> Routing:
        made = 1 if problem.nets["a"].width <= most / 10 + 1e-9 else 0
        return Routing(problem, {"a": NetRouting("a", "routed", (WIRE,) * made, 1)})

    monkeypatch.setattr(advice_widths, "solve", answer)
    found = widths(answer(door(10, 10)))
    if most < 10:
        assert found is None
    else:
        assert found is not None
        assert (found.percent, found.fails) == (min(most, 400), most + 1 if most < 400 else 0)
        assert found.runs <= RUNS
        assert ("the most that was tried" in str(found)) == (most >= 400)


def test_sizes_stay_on_the_grid_and_above_zero() -> None:
    problem = replace(door(10, 10), nets={"a": NetRule(10, 7, neck=5), "b": NetRule(0.004, 0.003)})
    assert scaled(problem, 33, "width and space").nets == {
        "a": NetRule(3.3, 2.31, neck=1.65),
        "b": NetRule(0.002, 0.001),
    }
    assert scaled(problem, 33, "space").nets["a"] == NetRule(10, 2.31, neck=5)
