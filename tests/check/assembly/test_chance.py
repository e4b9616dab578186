"""Rules about chance, the table of stack rules as a whole, and what the shipped assemblies come out as."""

from __future__ import annotations

import math

import pytest

from bumpgen import resources
from bumpgen.check.assembly.engine import judge_stack
from bumpgen.check.assembly.kinds import (
    ASSEMBLY_KINDS,
    chance,
    encapsulation,
    gaps,
    heights,
    materials,
    melting,
    places,
)
from bumpgen.check.assembly.kinds.chance import groups_of, tolerances_of
from bumpgen.check.assembly.stack import Stack
from bumpgen.check.spread import JointGroup, Tolerances, spread
from bumpgen.command.stacked import stack_of
from bumpgen.read.assembly_file import read_assembly
from bumpgen.rules import read_assembly_rules
from bumpgen.solder import ball_volume, bump_height
from tests.check.assembly import stacks
from tests.check.assembly.stacks import judge, rule

MINE = (heights, gaps, materials, melting, places, encapsulation, chance)
WIDE: dict[str, float | str] = {"plated": 0.75, "pillar": 0.6, "radius": 3.0, "seed": 1, "trials": 500}
"""A spread at which the pillar stack does fail now and then."""


def test_joints_that_are_alike_are_one_group() -> None:
    joints = stacks.pillars().joints[0]
    (group,) = groups_of(joints)
    one, other = joints.classes[0].faces
    assert (group.count, group.pitch, group.pairs) == (9, 100, 12)
    assert (group.radius1, group.radius2) == (one.radius, other.radius)
    assert (group.volume1, group.volume2) == (one.volume, other.volume)
    assert (group.pillar1, group.pillar2) == pytest.approx((34.4, 17.4))


def test_joints_off_centre_stay_in_their_group() -> None:
    found = stacks.shifted(stacks.pillars(), "second", "J0_0", 2.0)
    assert len(found.joints[0].classes) == 2
    (group,) = groups_of(found.joints[0])
    assert group.count == 9


def test_pads_of_two_sizes_are_two_groups() -> None:
    found = stacks.two_sizes()
    groups = sorted(groups_of(found.joints[0]), key=lambda group: group.count)
    nearest = math.hypot(200, 250)
    assert [(g.count, g.pitch, g.pairs) for g in groups] == [(2, 100, 1), (4, pytest.approx(nearest), 2)]


def test_tolerances_follow_how_the_solder_was_put_there() -> None:
    options = {
        "plated": 0.05,
        "printed": 0.15,
        "ball": "0: 3|75: 5|150: 10",
        "pillar": 0.05,
        "radius": 1.5,
        "pad_radius": 0.5,
    }
    judged = rule("JOINT.CH.1", options=options)
    found = tolerances_of(judged, stacks.pillars().joints[0], 3.0)
    assert found == Tolerances(0.05, 1.5, 1.5, 0.05 * 34.4, 0.05 * 17.4, 0.0, 3.0)
    small = tolerances_of(judged, stacks.bonded().joints[0], 3.0)
    assert (small.volume, small.radius1) == (pytest.approx(3 * 5 / 80), 0.5)
    large = stacks.with_film(stacks.bonded(), "second", "ball", 250)
    assert tolerances_of(judged, large.joints[0], 0).volume == pytest.approx(3 * 5 / 80)  # the wider of both sides
    both = stacks.with_film(large, "first", "ball", 250)
    assert tolerances_of(judged, both.joints[0], 0).volume == pytest.approx(3 * 10 / 250)
    mixed = stacks.two_sizes()
    heights = tolerances_of(judged, mixed.joints[0], 0)
    assert (heights.pillar1, heights.pillar2) == pytest.approx((0.05 * 34.4, 0.05 * 34.4))
    with pytest.raises(ValueError, match="no choice by size"):
        judge(stacks.bonded(), "JOINT.CH.1", options={"ball": 5.0})


@pytest.mark.parametrize(
    ("identity", "pick"), [("JOINT.CH.1", "open"), ("JOINT.CH.2", "bridge"), ("JOINT.CH.3", "coplanarity")]
)
def test_a_chance_is_held_against_its_limit(identity: str, pick: str) -> None:
    found = stacks.pillars()
    (group,) = groups_of(found.joints[0])
    options = {**WIDE, "minimum": 38.0} if pick == "bridge" else WIDE
    tolerances = tolerances_of(rule(identity, options=options), found.joints[0], 3.0)
    value = float(getattr(spread([group], tolerances, float(options.get("minimum", 0)), 1, 500), pick))
    assert value > 1e-9
    for limit, count in ((value, 0), (value * 1.001, 0), (value * 0.999, 1)):
        judged = judge(found, identity, options=options, limit=limit)
        assert judged.count == count
        assert (
            judged.figure == f"{value:.6g} {rule(identity).unit} (pillars); conditional Monte Carlo, 500 trials, seed 1"
        )
    message = judge(found, identity, options=options, limit=value / 2).spots[0].message
    assert message.startswith("9 joints pillars with process spread: ")
    assert f"{value:.6g}, at most {value / 2:.6g}" in message


def test_the_same_seed_gives_the_same_chance() -> None:
    figures = [
        judge(stacks.pillars(), "JOINT.CH.1", options={**WIDE, "seed": seed}).figure.split(" ")[0] for seed in (1, 1, 2)
    ]
    assert figures[0] == figures[1] != figures[2]
    assert float(figures[0]) == pytest.approx(float(figures[2]), rel=0.3)


def test_pillars_alone_are_judged_exactly() -> None:
    exact = stacks.without(stacks.pillars(), "steps")
    judged = judge(exact, "JOINT.CH.1", options={"pillar": 0.6})
    assert judged.figure.endswith("; analytic")


def test_wider_spread_and_less_solder_open_more_joints() -> None:
    def opens(found: Stack, **options: float) -> float:
        return float(judge(found, "JOINT.CH.1", options={**WIDE, **options}).figure.split(" ")[0])

    assert opens(stacks.pillars()) < opens(stacks.pillars(), pillar=0.9)
    assert opens(stacks.pillars()) < opens(stacks.with_film(stacks.pillars(), "first", "cap", 12))
    assert opens(stacks.pillars()) < opens(stacks.pillars(), warpage=10)


def test_a_chance_next_to_nothing_is_told_as_that() -> None:
    assert judge(stacks.pillars(), "JOINT.CH.1").figure.startswith("below 1e-12 of assemblies")


def test_coplanarity_is_the_range_of_what_stands_there_before_joining() -> None:
    flat = judge(stacks.without(stacks.pillars(), "steps"), "JOINT.CH.3", options={"trials": 10})
    assert flat.figure.startswith("0 µm")
    radius, ball = 40.0, 80.0
    group = JointGroup(100, radius, radius, ball_volume(ball), pitch=150)
    low, high = (bump_height(radius, ball_volume(ball + d)) for d in (-5, 5))
    expected = spread([group], Tolerances(volume=3 * 5 / 80), 0, 1, 10).coplanarity
    assert expected == pytest.approx((high - low) / 6 * 5.015, rel=0.02)  # 100 normals: a range of 5.015 sigma


def test_without_solder_there_is_no_chance() -> None:
    far = stacks.moved(stacks.pillars(), "second", at=(5000.0, 0.0))
    for identity in ("JOINT.CH.1", "JOINT.CH.2", "JOINT.CH.3"):
        assert judge(far, identity).untested == "no joint has solder between two drawn faces"


def test_every_kind_has_a_row_and_every_row_a_kind() -> None:
    rows = read_assembly_rules("stack").rules
    assert {row.kind for row in rows} == {kind.name for module in MINE for kind in module.KINDS}
    assert all(ASSEMBLY_KINDS[row.kind].judge for row in rows)
    numbered = {row.kind for row in rows if isinstance(row.limit, float)}
    assert {kind for kind in numbered if ASSEMBLY_KINDS[kind].sense == "none"} == set()


def test_no_two_assembly_rules_have_one_id() -> None:
    identities = [row.id for name in resources.names("assembly_rules") for row in read_assembly_rules(name).rules]
    assert len(set(identities)) == len(identities)


def test_each_source_of_a_rule_is_listed() -> None:
    table = read_assembly_rules("stack")
    for row in table.rules:
        assert any(key in row.source for key in table.sources), row.id


@pytest.mark.parametrize("name", resources.names("assemblies"))
def test_shipped_assemblies_break_no_rule_of_stacks(name: str) -> None:
    results = judge_stack(read_assembly_rules("stack").rules, stack_of(read_assembly(name)))
    assert [(r.rule, r.places[0].message) for r in results if r.status == "violated" and r.severity == "error"] == []
    assert all(result.note for result in results)
    assert any(result.status == "clean" for result in results)
