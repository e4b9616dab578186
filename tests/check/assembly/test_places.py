"""Rules about places: outlines, shadows, openings, encapsulation and clashes, at each limit and 1 nm to either side."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from bumpgen.check.assembly.boxes import beyond, meet_in_plan, openings_of, room, stands_in
from bumpgen.check.assembly.kinds.encapsulation import covered
from bumpgen.check.assembly.kinds.gaps import bulge_radii
from bumpgen.check.assembly.outlines import Outline
from bumpgen.check.assembly.stack import Stack
from bumpgen.frames import Coordinates
from tests.check.assembly import stacks
from tests.check.assembly.stacks import AT_LEAST, MORE_THAN, judge, verdicts
from tests.check.assembly.test_heights import lifted

ONE_ENTRY = """
steps = []
[[joints]]
name = "ring"
between = ["carrier", "first"]
sites = [["second_pillar"], ["bump"]]
"""

CONE = math.tan(math.radians(15))


def test_joints_lie_within_both_outlines() -> None:
    def build(value: float) -> Stack:
        return stacks.with_die(stacks.pillars(), "second", 200 + 100 + 27.5 + value, 400)

    assert verdicts("JOINT.E.1", build) == AT_LEAST
    found = judge(build(-2), "JOINT.E.1")
    assert found.count == 3
    assert "second's J0_0 is -2 µm from the edge of second, at least 0 µm is asked" in found.spots[0].message
    assert found.spots[0].at == pytest.approx((-100, -100))
    assert found.spots[0].net == "J0_0"


def test_the_other_parts_joints_lie_within_it_too() -> None:
    narrow = stacks.with_die(stacks.pillars(), "first", 400, 200 + 100 + 20)
    found = judge(narrow, "JOINT.E.1")
    assert found.figure == "-7.5 µm"
    assert found.count == 6  # both contacts of three joints
    told = [spot.message.partition("'")[0] + spot.message.partition("the edge")[2][:9] for spot in found.spots]
    assert sorted(set(told)) == ["first of first", "second of first"]


def opened(width: float, height: float = 500, part: str = "carrier") -> Stack:
    return stacks.with_opening(lifted(-10), part, width, height)


def test_joints_stay_out_of_openings() -> None:
    def build(value: float) -> Stack:
        return opened(2 * (450 - 27.5 - value))

    assert verdicts("JOINT.E.1", build) == AT_LEAST
    assert "from the edge of carrier" in judge(build(-1), "JOINT.E.1").spots[0].message


def test_how_far_a_box_reaches_beyond_another() -> None:
    assert beyond((0, 0, 10, 20), (1, 2, 7, 16)) == (1, 2, 3, 4)
    assert beyond((1, 2, 7, 16), (0, 0, 10, 20)) == (-1, -2, -3, -4)


def test_parts_meet_in_plan_where_both_spans_do() -> None:
    for at, meets in (((0.0, 399.0), True), ((0.0, 400.0), False), ((-400.0, 0.0), False), ((399.0, -399.0), True)):
        assert meet_in_plan(stacks.moved(stacks.pillars(), "second", at=at), "first", "second") == meets


def test_what_stands_in_an_opening() -> None:
    (hole,) = openings_of(stacks.with_opening(lifted(10), "carrier", 200, 100, (1500, 1200)), "carrier")
    assert hole.box == pytest.approx((400, 150, 600, 250))
    assert stands_in((300, 100, 700, 300), hole)
    for dx, dy in ((-110, 0), (110, 0), (0, 60), (0, -60)):
        assert not stands_in((450 + dx, 190 + dy, 550 + dx, 210 + dy), hole)


@pytest.mark.parametrize("side", [(-1, 0), (1, 0), (0, -1), (0, 1)])
def test_the_second_chip_lies_within_the_first_on_every_side(side: tuple[int, int]) -> None:
    at = (side[0] * 50.0, side[1] * 50.0)
    found = stacks.with_pad(stacks.with_pad(stacks.pillars(), "first", 90), "second", 90)
    assert judge(stacks.moved(found, "second", at=at), "CHIP.E.1").figure == "-50 µm (second)"


def test_the_smaller_chip_is_the_one_of_less_area() -> None:
    found = stacks.with_die(stacks.with_die(stacks.pillars(), "second", 400, 380), "first", 390, 410)
    assert judge(found, "CHIP.E.1").spots[0].message.startswith("second is ")
    turned = stacks.with_die(stacks.with_die(stacks.pillars(), "second", 400, 400), "first", 400, 380)
    assert judge(turned, "CHIP.E.1").figure == "0 µm (first)"


def test_the_second_chip_lies_within_the_first() -> None:
    def build(value: float) -> Stack:
        return stacks.with_die(lifted(10), "first", 500 + 200 + value, 1000)

    assert verdicts("CHIP.E.1", build) == AT_LEAST
    found = judge(build(-30), "CHIP.E.1")
    assert found.spots[0].message == "second is -30 µm within the edge of first, at least 0 µm is asked"
    carried = stacks.with_part(stacks.pillars(), "first", body="organic")
    assert judge(carried, "CHIP.E.1").untested == "no chip is joined to a chip"


def test_the_second_chips_contacts_lie_in_the_first_chips_field() -> None:
    def build(value: float) -> Stack:
        return stacks.shifted(lifted(10), "second", "J2_1", 27.5 - value)

    assert verdicts("CHIP.E.2", build) == AT_LEAST
    assert "second's J2_1 is -5 µm from the edge of first's field" in judge(build(-5), "CHIP.E.2").spots[0].message


def shading(value: float) -> Stack:
    """The bonded stack whose second chip comes so near to the wire-bond pads, less the tool's cone."""
    found = stacks.bonded()
    rise = found.levels["second"].high - found.levels["first"].face
    return stacks.with_die(found, "second", 1000 - value - rise * CONE, 600)


def test_the_bond_tool_reaches_the_pads_beside_the_chip() -> None:
    assert verdicts("WIRE.SH.1", shading) == AT_LEAST
    found = judge(shading(20), "WIRE.SH.1")
    told = {spot.net: spot.message for spot in found.spots}
    assert set(told) == {"W01", "W02", "W03"}
    assert "first's W02 is 20 µm from second, 195.474 µm higher, less 52.377 for the tool's cone" in told["W02"]
    corner = judge(shading(20), "WIRE.SH.1", limit=100).spots
    assert min(s.measured for s in corner if s.net == "W00") == pytest.approx(
        math.hypot(20 + 52.377, 100) - 52.377, abs=1e-3
    )
    assert judge(stacks.pillars(), "WIRE.SH.1").untested == "no wire is bonded beside a higher part"


def test_the_bond_tool_reaches_the_fingers_beside_the_chips() -> None:
    def build(value: float) -> Stack:
        found = stacks.bonded()
        rise = found.levels["first"].high - found.levels["carrier"].face
        return stacks.with_die(found, "first", 800 + 1200 - value - rise * CONE, 1600)

    assert verdicts("WIRE.SH.2", build) == AT_LEAST
    assert "carrier's W10 is 40 µm from first, 235.505 µm higher" in judge(build(40), "WIRE.SH.2").spots[0].message


def test_joints_around_a_chip_stay_clear_of_it() -> None:
    def build(value: float) -> Stack:
        found = lifted(10)
        bulge = float(bulge_radii(found.joints[0])[0])
        return stacks.with_die(found, "second", 200 + 450 - bulge - value, 400)

    assert verdicts("JOINT.SH.1", build) == AT_LEAST
    spots = judge(build(3), "JOINT.SH.1").spots
    nearest = min(spots, key=lambda spot: spot.measured)
    assert "is 3 µm from second, at least 25 µm is asked" in nearest.message
    assert "hangs between" in judge(stacks.pillars(), "JOINT.SH.1").untested


def test_joints_stay_clear_of_what_is_glued_between_them() -> None:
    found = stacks.glued(stacks.moved(stacks.hanging(), "second", at=(300.0, 0.0)), "second", "carrier", 5)
    bulge = float(bulge_radii(found.joints[0])[0])
    judged = judge(stacks.with_tables(found, ONE_ENTRY), "JOINT.SH.1")
    assert judged.figure == f"{450 - bulge - 500:.6g} µm"
    assert {spot.part for spot in judged.spots} == {"carrier"}


def test_an_opening_has_room_for_the_chip_in_it() -> None:
    assert verdicts("OPENING.S.1", lambda value: opened(400 + 2 * value)) == AT_LEAST
    assert verdicts("OPENING.S.1", lambda value: opened(700, 400 + 2 * value)) == AT_LEAST
    found = judge(opened(390), "OPENING.S.1")
    assert (
        "second is -5 µm within the edge of the opening of carrier it stands in, at least 50 µm"
        in found.spots[0].message
    )
    assert judge(lifted(10), "OPENING.S.1").untested


def test_the_chip_over_an_opening_stands_on_its_ring() -> None:
    assert verdicts("OPENING.E.1", lambda value: opened(1000 - 2 * value, 1400)) == MORE_THAN
    assert verdicts("OPENING.E.1", lambda value: opened(1400, 1000 - 2 * value)) == MORE_THAN
    assert judge(lifted(10), "OPENING.E.1").untested


def test_an_opening_lies_within_the_carrier() -> None:
    assert verdicts("OPENING.E.2", lambda value: opened(2000 - 2 * value)) == MORE_THAN
    aside = stacks.with_opening(lifted(10), "carrier", 200, 100, (1990, 1300))
    assert judge(aside, "OPENING.E.2").spots[0].at == pytest.approx((990, 300))
    assert "an opening of carrier is -4 µm from its edge" in judge(opened(2008), "OPENING.E.2").spots[0].message


def polygon(part: str, points: Any, found: Stack) -> Stack:
    drawn = found.parts[part]
    centre = Coordinates(drawn.part.view, np.array([drawn.part.pose.centre]))
    return stacks.with_drawn(
        found, part, openings=(Outline(np.array(points, float), "other", 0.005),), opening_places=centre
    )


def test_room_in_an_opening_that_is_no_rectangle() -> None:
    diamond = [(-300, 0), (0, -300), (300, 0), (0, 300)]
    (hole,) = openings_of(polygon("carrier", diamond, lifted(10)), "carrier")
    assert room((-100, -100, 100, 100), hole) == pytest.approx(100 / math.sqrt(2))
    assert room((-200, -200, 200, 200), hole) == pytest.approx(-100 / math.sqrt(2))
    assert room((-100, -100, 260, 0), hole) == pytest.approx(-60 / math.sqrt(2))  # the corner that is farthest out
    notched = [(-300, -300), (300, -300), (300, 300), (10, 300), (0, 100), (-10, 300), (-300, 300)]
    (hole,) = openings_of(polygon("carrier", notched, lifted(10)), "carrier")
    assert room((-200, -200, 200, 90), hole) == pytest.approx(10)
    assert room((-200, -200, 200, 200), hole) < 0


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_an_opening_turns_with_its_part(rotation: int) -> None:
    lopsided = [(-300, -100), (100, -100), (100, 200), (-300, 200)]
    found = stacks.moved(polygon("carrier", lopsided, lifted(10)), "carrier", rotation=rotation)
    (hole,) = openings_of(found, "carrier")
    turned = {
        0: (-300, -100, 100, 200),
        90: (-200, -300, 100, 100),
        180: (-100, -200, 300, 100),
        270: (-100, -100, 200, 300),
    }
    assert hole.box == pytest.approx(turned[rotation])
    down = stacks.moved(found, "carrier", rotation=0, face="down")
    (hole,) = openings_of(down, "carrier")
    assert hole.box == pytest.approx((-100, -100, 300, 200))


def test_bodies_do_not_clash() -> None:
    assert verdicts("BODY.C.1", lifted) == AT_LEAST
    found = judge(lifted(-6), "BODY.C.1")
    assert found.spots[0].message == "carrier and second, over each other, are -6 µm apart, at least 0 µm is asked"
    assert not judge(opened(500), "BODY.C.1").count
    assert judge(opened(380), "BODY.C.1").figure == "-10 µm (second)"


def test_bodies_side_by_side_do_not_clash() -> None:
    def build(value: float) -> Stack:
        thick = stacks.with_part(stacks.hanging(), "second", thickness=200)
        return stacks.moved(thick, "second", at=(1000 + 200 + value, 0.0))

    assert verdicts("BODY.C.1", build) == AT_LEAST
    assert judge(build(7), "BODY.C.1").figure == "7 µm (second)"


def test_faces_look_at_each_other() -> None:
    assert judge(stacks.pillars(), "FACE.C.1").figure == "0 of 1 pair look the same way"
    found = judge(stacks.moved(stacks.pillars(), "second", face="up"), "FACE.C.1")
    assert found.count == 1
    assert "the faces of first and second both look up" in found.spots[0].message


def encapsulation(
    joints: str = '["bumps"]', wires: str = "true", dies: str = "true", margin: float = 200, cover: float = 150
) -> Stack:
    return stacks.with_tables(stacks.bonded(), f"""
[encapsulation]
material = "mould"
joints = {joints}
covers_wires = {wires}
covers_dies = {dies}
margin = {{ value = {margin!r}, source = "own" }}
cover = {{ value = {cover!r}, source = "own" }}
filler = {{ value = 20, source = "own" }}
""")  # fmt: skip


def test_the_encapsulation_leaves_nothing_out() -> None:
    assert judge(encapsulation(), "ENCAPSULATION.C.1").figure == "0 of 2 gaps and wires are left out"
    gaps, wires = (
        judge(encapsulation("[]"), "ENCAPSULATION.C.1"),
        judge(encapsulation(wires="false"), "ENCAPSULATION.C.1"),
    )
    assert [gaps.count, wires.count] == [1, 1]
    assert "doesn't fill the gap of joints bumps between first and second" in gaps.spots[0].message
    assert "doesn't cover wires wires from first to carrier" in wires.spots[0].message
    for identity in ("ENCAPSULATION.C.1", "ENCAPSULATION.E.1", "ENCAPSULATION.E.2", "ENCAPSULATION.TH.1"):
        assert "encapsulation" in judge(stacks.pillars(), identity).untested


def test_the_encapsulation_stands_on_the_carrier() -> None:
    assert verdicts("ENCAPSULATION.E.1", lambda value: encapsulation(margin=300 - value)) == AT_LEAST  # fingers: 300 in
    assert verdicts("ENCAPSULATION.E.1", lambda value: encapsulation(wires="false", margin=700 - value)) == AT_LEAST
    aside = stacks.moved(encapsulation(wires="false", margin=50), "first", at=(30.0, -20.0))
    filling = aside.assembly.file.encapsulation
    assert filling is not None
    assert covered(aside, filling) == pytest.approx((-820, -870, 880, 830))
    under = encapsulation(wires="false", dies="false", margin=1200)
    assert judge(under, "ENCAPSULATION.E.1").figure == "0 µm (carrier)"
    nothing = encapsulation("[]", "false", "false")
    assert judge(nothing, "ENCAPSULATION.E.1").untested == "the encapsulation fills and covers nothing"


def test_the_encapsulation_reaches_beyond_and_above() -> None:
    assert verdicts("ENCAPSULATION.E.2", lambda value: encapsulation(margin=value)) == AT_LEAST
    assert verdicts("ENCAPSULATION.TH.1", lambda value: encapsulation(cover=value)) == AT_LEAST
    assert judge(encapsulation(wires="false", dies="false"), "ENCAPSULATION.TH.1").untested
