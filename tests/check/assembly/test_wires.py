"""Bond wires: found net by net, and every rule about them at its limit and a step to either side."""

from __future__ import annotations

import functools
import math
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from bumpgen.check.assembly.engine import judge_rule
from bumpgen.check.assembly.stack import Stack
from bumpgen.check.assembly.wire_rows import angles, drops, edge_heights, lengths, wire_list
from bumpgen.check.assembly.wires import Wires
from bumpgen.command.stacked import stack_of
from bumpgen.read.assembly_file import read_assembly
from bumpgen.rules import read_assembly_rules

RULES = read_assembly_rules("wire_bond")


@functools.lru_cache(maxsize=1)
def module() -> Stack:
    return stack_of(read_assembly("module_on_laminate"))


def with_wires(ends, good: Stack | None = None, **table) -> Stack:
    """The module with wires of these ends (µm from above), its own pads and fingers under them."""
    good = good or module()
    wires = good.wires[0]
    count = len(ends)
    own = Wires(
        wires.table.model_copy(update=table), wires.sides, wires.pairs[:count], (np.zeros(0, int), np.zeros(0, int))
    )
    start, end = (np.array([pair[i] for pair in ends], float) for i in (0, 1))
    own.__dict__["ends"] = (start, end)
    stack = Stack(good.assembly, good.parts)
    stack.__dict__["wires"] = (own,)
    return stack


def verdict(rule: str, stack: Stack):
    return judge_rule(RULES.rule(rule), stack)


def holds(rule: str, stack: Stack) -> bool:
    found = verdict(rule, stack)
    assert not found.untested
    return found.count == 0


def test_every_pad_of_the_module_has_its_finger():
    wires = module().wires[0]
    assert len(wires.pairs) == 32
    assert [len(alone) for alone in wires.alone] == [0, 0]
    one, other = wires.sides
    assert (one.nets[wires.pairs[:, 0]] == other.nets[wires.pairs[:, 1]]).all()
    assert verdict("WIRE.PAIR.1", module()).count == 0
    assert len(module().nets.opened) == 0


def test_a_finger_of_another_net_leaves_two_without_a_wire():
    good = module()
    part = good.parts["carrier"]
    nets = part.sites.nets.copy()
    nets[list(nets).index("IO2")] = "IO999"
    bad = Stack(good.assembly, good.parts | {"carrier": replace(part, sites=replace(part.sites, nets=nets))})
    found = verdict("WIRE.PAIR.1", bad)
    assert found.count == 2
    told = " ".join(spot.message for spot in found.spots)
    assert "first's W2 has no wire: carrier has nothing left of net IO2" in told
    assert "net IO999" in told


def test_pads_of_one_net_get_the_fingers_that_make_the_wires_shortest():
    wires = module().wires[0]
    vss = [row for row, net in enumerate(wires.nets.tolist()) if net == "VSS"]
    start, end = (ends[vss] for ends in wires.ends)
    straight = np.hypot(*(end - start).T).sum()
    rng = np.random.default_rng(1)
    for _ in range(50):
        assert straight <= np.hypot(*(end[rng.permutation(len(vss))] - start).T).sum() + 1e-9


def test_the_length_over_the_loop():
    """Up by the loop, flat for half the span, straight down to the finger."""
    stack = module()
    wires = stack.wires[0]
    loop, drop = wires.table.loop.value, drops(stack, wires)
    assert drop == pytest.approx(245)  # the die of 200 µm, its glue of 25, the mask of 20
    span = wires.spans
    np.testing.assert_allclose(lengths(stack, wires), loop + span / 2 + np.hypot(span / 2, loop + drop))


def test_angles_and_the_edge():
    stack = with_wires([((0, 1170), (0, 2000)), ((0, 1170), (830, 2000)), ((1370, 0), (2200, 830 * math.tan(0.5)))])
    np.testing.assert_allclose(angles(stack, stack.wires[0]), [0, 45, math.degrees(0.5)], atol=1e-9)
    np.testing.assert_allclose(edge_heights(stack, stack.wires[0]), 150)
    # an edge 3/4 of the way along: half down the slope from 150 over the face to 245 below it
    low = with_wires([((0, 1000), (0, 1400))])
    np.testing.assert_allclose(edge_heights(low, low.wires[0]), 150 - 395 / 2)


def outward(span: float) -> Stack:
    return with_wires([((0.0, 1170.0), (0.0, 1170.0 + span))])


@pytest.mark.parametrize(("span", "good"), [(399.999, False), (400.0, True), (400.001, True)])
def test_the_shortest_wire(span, good):
    assert holds("WIRE.L.2", outward(span)) == good


@pytest.mark.parametrize(("step", "good"), [(-0.001, True), (0.0, True), (0.001, False)])
def test_the_longest_wire(step, good):
    low, high = 3000.0, 6000.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        stack = outward(middle)
        low, high = (middle, high) if lengths(stack, stack.wires[0])[0] <= 5000 else (low, middle)
    assert holds("WIRE.L.1", outward(low + step)) == good


@pytest.mark.parametrize(("span", "good"), [(3750.0, True), (3750.001, False)])
def test_slender_wires(span, good):
    assert holds("WIRE.L.3", outward(span)) == good  # 150 times 25 µm


@pytest.mark.parametrize(("rule", "limit"), [("WIRE.A.1", 45), ("WIRE.A.2", 30)])
def test_angles_at_the_limit(rule, limit):
    for degrees, good in ((limit - 0.001, True), (limit, True), (limit + 0.001, False)):
        aside = 800 * math.tan(math.radians(degrees))
        assert holds(rule, with_wires([((0, 1170), (aside, 1970))])) == good


def test_wires_that_cross():
    apart = [((0, 1170), (0, 2000)), ((200, 1170), (200, 2000))]
    assert holds("WIRE.X.1", with_wires(apart))
    crossed = [((0, 1170), (200, 2000)), ((200, 1170), (0, 2000))]
    found = verdict("WIRE.X.1", with_wires(crossed))
    assert found.count == 1
    assert "crosses wire 2" in found.spots[0].message


@given(st.lists(st.tuples(*[st.integers(-40, 40)] * 4).filter(lambda w: w[:2] != w[2:]), min_size=2, max_size=12))
@settings(max_examples=100, deadline=None)
def test_crossings_are_those_of_all_pairs_tried(rows):
    ends = [((a, b), (c, d)) for a, b, c, d in rows]
    expected = 0
    for one, other in combinations(ends, 2):
        met = shapely.LineString(one).intersection(shapely.LineString(other))
        if not met.is_empty and not (met.geom_type == "Point" and set(one) & set(other)):
            expected += 1
    assert verdict("WIRE.X.1", with_wires(ends)).count == expected


@pytest.mark.parametrize(("apart", "good"), [(49.999, False), (50.0, True), (50.001, True)])
def test_spacing_is_between_the_wires_not_their_middles(apart, good):
    stack = with_wires([((0, 1170), (0, 2000)), ((apart, 1170), (apart, 2000))])
    assert holds("WIRE.S.1", stack) == good  # 25 µm thick, 25 apart


@pytest.mark.parametrize(("loop", "good"), [(37.499, False), (37.5, True), (37.501, True)])
def test_wires_clear_the_edge(loop, good):
    height = module().wires[0].table.loop.model_copy(update={"value": loop})
    assert holds("WIRE.H.1", with_wires([((0, 1170), (0, 2000))], loop=height)) == good


def with_currents(currents: dict[str, float]) -> Stack:
    good = module()
    part = good.parts["first"]
    file = part.part.file.model_copy(update={"currents": currents})
    return Stack(good.assembly, good.parts | {"first": replace(part, part=replace(part.part, file=file))})


def test_currents_at_the_limit():
    """A gold wire of 25 µm and over 1.016 mm: 20500 · (25 / 25400)^1.5 A, shorter ones 30000."""
    stack = module()
    row = list(stack.wires[0].nets).index("IO2")
    long = lengths(stack, stack.wires[0])[row] > 1016
    most = (20500 if long else 30000) * (25 / 25400) ** 1.5
    for amperes, good in ((most - 1e-6, True), (most, True), (most + 1e-6, False)):
        assert holds("WIRE.I.1", with_currents({"IO2": amperes})) == good
    third = 0.5 * (25 / 25.4) ** 1.5 / 3
    for amperes, good in ((third - 1e-6, True), (third + 1e-6, False)):
        assert holds("WIRE.I.2", with_currents({"IO2": amperes})) == good


def test_a_net_of_several_wires_shares_its_current():
    stack = with_currents({"VDD": 0.5})
    asked = [wire.needed for wire in wire_list(stack, stack.wires[0]).wires if wire.net == "VDD"]
    assert len(asked) == 5
    assert asked == [0.1] * 5


def test_currents_nobody_states_are_not_judged():
    assert "no design states" in verdict("WIRE.I.1", with_currents({})).untested


def with_size(part: str, wide: float, high: float) -> Stack:
    """The pads or fingers of one part of another size."""
    good = module()
    drawn = good.parts[part]
    sides = {side.part.part.name: side for side in good.wires[0].sides}
    mine = set(drawn.sites.contact[sides[part].index].tolist())
    scaled = [
        replace(
            one, points=one.points / np.array(one.size) * ((wide, high) if one.size[0] <= one.size[1] else (high, wide))
        )
        for one in drawn.outlines
    ]
    outlines = tuple(scaled[i] if i in mine else one for i, one in enumerate(drawn.outlines))
    return Stack(good.assembly, good.parts | {part: replace(drawn, outlines=outlines)})


@pytest.mark.parametrize(
    ("rule", "part", "limit"),
    [
        ("WIREPAD.W.1", "first", 40),
        ("WIREPAD.W.2", "first", 80),
        ("WIREPAD.W.3", "first", 50),
        ("FINGER.W.1", "carrier", 150),
    ],
)
def test_widths_of_bonds(rule, part, limit):
    for wide, good in ((limit - 0.001, False), (limit, True), (limit + 0.001, True)):
        assert holds(rule, with_size(part, wide, 400.0)) == good


@pytest.mark.parametrize(("rule", "part", "limit"), [("WIREPAD.W.4", "first", 75), ("FINGER.W.2", "carrier", 300)])
def test_lengths_of_bonds(rule, part, limit):
    for high, good in ((limit - 0.001, False), (limit, True), (limit + 0.001, True)):
        assert holds(rule, with_size(part, 60.0 if part == "first" else 150.0, high)) == good


@pytest.mark.parametrize(("rule", "part", "pitch", "limit"), [("FINGER.S.1", "carrier", 250, 100)])
def test_space_between_fingers(rule, part, pitch, limit):
    for space, good in ((limit - 0.001, False), (limit, True), (limit + 0.001, True)):
        assert holds(rule, with_size(part, pitch - space, 300.0)) == good


def test_space_between_pads():
    """Pads of the module stand 240 µm apart."""
    for space, good in ((6.349, False), (6.35, True), (6.351, True)):
        assert holds("WIREPAD.S.1", with_size("first", 240 - space, 240 - space)) == good


def test_rules_of_wires_are_not_tested_without_wires():
    stack = stack_of(read_assembly("pillar_to_pillar"))
    for rule in RULES.rules:
        assert judge_rule(rule, stack).untested, rule.id


def test_the_list_has_every_wire_pad_and_finger():
    stack = module()
    found = wire_list(stack, stack.wires[0])
    assert len(found.wires) == 32
    assert sum(land.pad for land in found.lands) == 32
    assert sum(not land.pad for land in found.lands) == 32
    assert set(found.dies) == {"carrier", "first", "second"}
    first = found.wires[0]
    assert first.number == 1
    assert first.span == pytest.approx(math.dist(first.start, first.end))
    assert first.length > first.span
