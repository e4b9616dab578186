"""Rules about heights and free space, each at its limit and a step to either side."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from scipy.optimize import brentq

from bumpgen.check.assembly.kinds.gaps import bulge_radii, free_gap
from bumpgen.check.assembly.stack import Stack
from bumpgen.process import Process
from bumpgen.solder import ball_for, bump_height, joint_width
from bumpgen.steps import Place, Plate, Reflow
from tests.check.assembly import stacks
from tests.check.assembly.stacks import AT_LEAST, AT_MOST, LESS_THAN, MORE_THAN, judge, verdicts

FOOT = 2.4
"""Adhesion, seed and barrier of both pillars of process pillar, µm."""


def never_molten(process: Process) -> Process:
    """The process whose solder stays as it is plated until the dies are joined."""
    steps = [step for step in process.steps if not isinstance(step, Reflow)]
    return process.model_copy(update={"steps": tuple(steps)})


def plated(process: Process) -> Process:
    """The process whose balls are plated instead of placed."""
    steps = [Plate(kind="plate", film=s.film, source="own") if isinstance(s, Place) else s for s in process.steps]
    return process.model_copy(update={"steps": tuple(steps)})


def altered(found: Stack, name: str, change: Callable[[Process], Process]) -> Stack:
    return stacks.with_process(found, name, change(found.assembly.parts[name].process))


def test_the_first_pillar_is_higher_than_the_second() -> None:
    def build(value: float) -> Stack:
        return stacks.with_film(stacks.pillars(), "first", "pillar", 15 + value)

    assert verdicts("PILLAR.H.1", build) == MORE_THAN
    found = judge(build(-1), "PILLAR.H.1")
    assert (found.count, found.figure) == (9, "-1 µm")
    assert "pillars of 16.4 and 17.4 µm" in found.spots[0].message
    assert "more than 0 µm is asked" in found.spots[0].message
    assert found.spots[0].measured == pytest.approx(-1)


def test_the_second_pillar_is_low() -> None:
    def build(value: float) -> Stack:
        return stacks.with_film(stacks.pillars(), "second", "second_pillar", value - FOOT)

    assert verdicts("PILLAR2.H.1", build) == LESS_THAN
    found = judge(build(30), "PILLAR2.H.1")
    assert "second's pillar is 30 µm high, less than 25 µm is asked" in found.spots[0].message
    assert judge(build(30), "PILLAR2.H.1", options={"side": "first"}).figure == "34.4 µm"
    assert judge(build(30), "PILLAR2.H.1", options={"side": "both"}).count == 18


@pytest.mark.parametrize(
    ("identity", "part", "film"), [("SOLDER.H.1", "first", "cap"), ("SOLDER.H.2", "second", "second_cap")]
)
def test_pad_shaped_solder_is_as_high_as_it_was_plated(identity: str, part: str, film: str) -> None:
    def build(value: float) -> Stack:
        return stacks.with_film(altered(stacks.pillars(), part, never_molten), part, film, value)

    assert verdicts(identity, build) == MORE_THAN
    found = judge(build(2), identity)
    assert f"{part}'s pad of sn98ag2 is 2 µm high, more than 3 µm is asked" in found.spots[0].message


def test_molten_caps_are_no_pads() -> None:
    for identity in ("SOLDER.H.1", "SOLDER.H.2", "SOLDER.H.3", "SOLDER.H.4", "SOLDER.H.5"):
        assert "no solder of a joint's" in judge(stacks.pillars(), identity).untested


@pytest.mark.parametrize(("identity", "part"), [("SOLDER.H.3", "first"), ("SOLDER.H.5", "second")])
def test_balls_are_high_once_they_were_molten(identity: str, part: str) -> None:
    radius = stacks.bonded().joints[0].classes[0].faces[0].radius

    def build(value: float) -> Stack:
        return stacks.with_film(stacks.bonded(), part, "ball", ball_for(radius, value))

    assert verdicts(identity, build) == MORE_THAN
    assert f"{part}'s ball of sac305 is 14 µm high" in judge(build(14), identity).spots[0].message


def test_bumps_of_the_second_chip_are_high() -> None:
    bumps = altered(stacks.bonded(), "second", plated)
    face = bumps.joints[0].classes[0].faces[1]
    assert face.solder is not None
    assert face.face.solder is not None
    assert face.face.solder.form == "bump"
    radius, area = face.radius, face.solder.area

    def build(value: float) -> Stack:
        volume = math.pi * value * (3 * radius**2 + value**2) / 6
        return stacks.with_film(bumps, "second", "ball", volume / area)

    assert bump_height(radius, area * 10) == pytest.approx(judge_height(stacks.with_film(bumps, "second", "ball", 10)))
    assert verdicts("SOLDER.H.4", build) == MORE_THAN
    assert judge(bumps, "SOLDER.H.5").untested == "no solder of a joint's second part is a ball"


def judge_height(found: Stack) -> float:
    return found.joints[0].classes[0].faces[1].solder_height


def test_gold_of_chips_is_thick() -> None:
    def build(value: float) -> Stack:
        return stacks.with_film(stacks.bonded(), "first", "rdl", value)

    assert verdicts("GOLD.TH.1", build) == MORE_THAN
    assert "gold of first's RDL is 0.5 µm thick, more than 1 µm" in judge(build(0.5), "GOLD.TH.1").spots[0].message
    carriers = stacks.with_part(stacks.with_film(stacks.bonded(), "carrier", "rdl", 0.5), "carrier", body="organic")
    assert judge(carriers, "GOLD.TH.1").figure == "3 µm (first)"
    assert judge(stacks.pillars(), "GOLD.TH.1").untested == "no chip has gold under joints or wires"


def filled(value: float) -> Stack:
    """The bonded stack with so much between the polymers, by the second chip's upper one."""
    found = stacks.bonded()
    poly = found.assembly.parts["second"].process.film("poly2").thickness.value
    return stacks.with_film(found, "second", "poly2", poly + free_gap(found.joints[0]) - value)


def test_a_gap_is_left_between_the_polymers() -> None:
    assert verdicts("GAP.H.1", filled) == MORE_THAN
    message = judge(filled(-2), "GAP.H.1").spots[0].message
    assert message == "the gap of joints bumps between first and second is -2 µm wide, more than 0 µm is asked"
    gap = stacks.pillars().joints[0].gap
    assert judge(stacks.pillars(), "GAP.H.1").figure == f"{gap:.6g} µm (pillars)"


def test_particles_of_the_filler_pass_the_gap() -> None:
    assert verdicts("GAP.H.2", lambda value: filled(20 * value)) == AT_LEAST
    found = judge(filled(50), "GAP.H.2")
    assert (
        "50 µm, is 2.5 times the filler's largest particle of 20 µm, at least 3 times is asked"
        in found.spots[0].message
    )
    assert "no encapsulation" in judge(stacks.pillars(), "GAP.H.2").untested


def lifted(value: float, thickness: float = 30) -> Stack:
    """The hanging stack with so much between the second chip's rear and the carrier, by the carrier's pillars."""
    found = stacks.with_part(stacks.hanging(), "second", thickness=thickness)
    return stacks.with_film(found, "carrier", "second_pillar", 15 + thickness + value)


def test_a_hanging_chip_stays_clear_of_the_carrier() -> None:
    assert verdicts("GAP.H.3", lifted) == MORE_THAN
    assert verdicts("GAP.H.4", lifted) == AT_LEAST
    found = judge(lifted(-3), "GAP.H.3")
    assert "second, which hangs on first, has -3 µm to carrier below its rear" in found.spots[0].message
    assert judge(lifted(4, thickness=80), "GAP.H.3").figure == "4 µm (second)"
    assert "nothing hangs" in judge(stacks.pillars(), "GAP.H.3").untested


def test_the_gap_below_a_hanging_chip_is_filled_too() -> None:
    def build(value: float) -> Stack:
        return stacks.with_tables(lifted(10 * value), """
[encapsulation]
material = "underfill"
joints = ["ring"]
margin = { value = 100, source = "own" }
filler = { value = 10, source = "own" }
""")  # fmt: skip

    assert verdicts("GAP.H.2", build) == AT_LEAST
    message = judge(build(1), "GAP.H.2").spots[0].message
    assert "the gap between second, which hangs on first, and carrier, 10 µm, is 1 times the filler's" in message


def test_a_chip_in_an_opening_hits_nothing() -> None:
    opened = stacks.with_opening(lifted(-100), "carrier", 500, 500)
    assert "nothing hangs" in judge(opened, "GAP.H.3").untested
    beside = stacks.with_opening(lifted(-100), "carrier", 300, 300, (300, 300))
    assert judge(beside, "GAP.H.3").count == 1


def test_glue_and_joints_hold_a_part_at_one_height() -> None:
    def build(value: float) -> Stack:
        return stacks.glued(lifted(50), "second", "carrier", 50 + value)

    assert verdicts("LEVEL.H.1", build) == AT_MOST
    assert verdicts("LEVEL.H.1", lambda value: build(-value)) == AT_MOST
    found = judge(stacks.glued(lifted(10), "second", "carrier", 17), "LEVEL.H.1")
    assert (
        "second is glued 17 µm from carrier, the rest of the stack holds it at 10: 7 µm differ"
        in found.spots[0].message
    )
    assert judge(lifted(10), "LEVEL.H.1").figure == "0 µm (ring)"


def test_two_entries_between_the_same_parts_agree() -> None:
    size = (800.0, 800.0)
    texts = {
        **stacks.design("first", "pillar", size, [
            *stacks.array(size, 2, 2, 500, "bump", "A"), *stacks.array(size, 2, 2, 100, "second_pillar", "B"),
        ]),
        **stacks.design("second", "pillar", size, stacks.array(size, 2, 2, 500, "second_pillar", "A", mirrored=True)
                        + stacks.array(size, 2, 2, 100, "bump", "B", mirrored=True)),
        "assembly.toml": stacks.PILLARS + """
[[joints]]
name = "inner"
between = ["first", "second"]
sites = [["second_pillar"], ["bump"]]
""",
    }  # fmt: skip
    alike = stacks.stack(texts)
    assert judge(alike, "LEVEL.H.1").figure == "0 µm (pillars)"

    def build(value: float) -> Stack:
        return stacks.with_film(alike, "second", "pillar", 32 + value)

    assert verdicts("LEVEL.H.1", build) == AT_MOST
    found = judge(build(8), "LEVEL.H.1")
    told = "inner hold first and second 83.9003 µm apart, the rest of the stack 75.9003: 8 µm differ"
    assert f"4 joints of {told}" in found.spots[0].message
    assert found.spots[0].at == pytest.approx((0, 0))


def bulging(value: float) -> Stack:
    """The pillar stack with so much between neighbours' solder, by the thickness of the first chip's caps."""

    def capped(thickness: float) -> Stack:
        return stacks.with_film(stacks.pillars(), "first", "cap", thickness)

    def excess(thickness: float) -> float:
        return 100 - 2 * float(bulge_radii(capped(thickness).joints[0]).max()) - value

    return capped(float(brentq(excess, 1, 400, xtol=1e-13, rtol=1e-15)))


def test_solder_stays_apart_from_its_neighbours() -> None:
    assert verdicts("SOLDER.S.1", bulging, 1e-6) == MORE_THAN
    assert verdicts("SOLDER.S.2", bulging, 1e-6) == AT_LEAST
    found = judge(bulging(-2), "SOLDER.S.1")
    assert 5 <= found.count <= 9  # each joint with its nearest, each pair once
    assert "102 and 102 µm wide, is -2 µm apart, more than 0 µm is asked" in found.spots[0].message


def test_the_bulge_is_the_spherical_zones() -> None:
    joint = stacks.pillars().joints[0].classes[0]
    (a, b), h = (face.radius for face in joint.faces), joint.solder_height
    z = (b * b - a * a + h * h) / (2 * h)
    assert bulge_radii(stacks.pillars().joints[0]) == pytest.approx(math.hypot(a, z))


def test_joints_of_several_heights_bulge_at_the_height_all_hold() -> None:
    found = stacks.with_film(stacks.two_sizes(), "second", "cap", 24)
    joints = found.joints[0]
    bulges = bulge_radii(joints)
    assert len(joints.classes) == 2
    for i, joint in enumerate(joints.classes):
        one, other = joint.faces
        held = joints.gap - one.face.top - other.face.top
        assert abs(held - joint.solder_height) > 0.5
        wide = float(joint_width(one.radius, other.radius, joint.volume, held)) / 2
        assert bulges[joints.which == i] == pytest.approx(wide)
    spread = judge(found, "LEVEL.H.1", limit=0.5)
    assert spread.count == 2  # the mean of all is held: no class comes out at its own height


def test_a_spot_of_two_neighbours_lies_between_them() -> None:
    spots = judge(bulging(-2), "SOLDER.S.1").spots
    width = 2 * float(bulge_radii(bulging(-2).joints[0])[0])
    for spot in spots:
        assert spot.at is not None
        halves = [abs(value / 50) % 2 for value in spot.at]
        assert sorted(halves) == pytest.approx([0, 1])
        assert spot.reach == pytest.approx(width / 2)
    assert spots[0].part == "pillars"


def test_a_part_without_joints_of_its_own_is_no_neighbour() -> None:
    apart = stacks.moved(stacks.hanging(), "second", at=(5000.0, 0.0))
    assert judge(apart, "SOLDER.S.1").figure == judge(stacks.pillars(), "SOLDER.S.1").figure


def test_joints_of_other_widths_and_entries_are_neighbours_too() -> None:
    found = stacks.hanging()
    near = stacks.shifted(stacks.shifted(found, "first", "J2_1", -290, 50), "second", "J2_1", 290, 50)
    judged = judge(near, "SOLDER.S.1")
    wide = 2 * float(bulge_radii(near.joints[1])[0])
    assert judged.figure == f"{60 - wide:.6g} µm"
    assert len(found.joints[1].classes) == 1
    thick = stacks.with_film(near, "second", "cap", 40)
    other = (2 * float(bulge_radii(thick.joints[1]).max()) + wide) / 2
    assert judge(thick, "SOLDER.S.1").figure == f"{60 - other:.6g} µm"


def test_without_joints_there_is_nothing_to_judge() -> None:
    far = stacks.moved(stacks.pillars(), "second", at=(5000.0, 0.0))
    for identity in ("PILLAR.H.1", "PILLAR2.H.1", "GAP.H.1", "SOLDER.S.1", "LEVEL.H.1"):
        assert judge(far, identity).untested
