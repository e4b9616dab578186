"""Rules about materials and temperatures: at the limit and 0.1 K to either side, words listed and not listed."""

from __future__ import annotations

import pytest

from bumpgen.assembly import EncapsulateStep
from bumpgen.check.assembly.stack import Stack
from bumpgen.check.stack import with_film
from bumpgen.process import read_materials, read_process
from tests.check.assembly import stacks
from tests.check.assembly.stacks import AT_LEAST, MORE_THAN, judge, verdicts

SOLDERS = {name: material for name, material in read_materials().items() if "solder" in material.groups}
FIRST = {
    "high-lead", "SnPb", "SnAg", "SnAgCu", "SnBi", "SnAgIn", "SnBiZn", "SnZn", "SnBiAgCu", "SnAgCuSb", "SnSb",
    "SnZnInAg",
}  # fmt: skip
"""P2 claims 50, 73."""
STRUCTURE = {"SnPb", "SnAg", "SnAgCu", "SnBiZn", "SnZn", "SnZnInAg"}
"""P2 claim 51."""
METHOD = {"SnPb", "SnAg", "SnAgCu", "SnBiZn", "SnZn", "SnBiAgCu", "SnAgCuSb", "SnSb", "SnZnInAg"}
"""P2 claim 74."""


def both(found: Stack, material: str, **temperatures: float) -> Stack:
    """The pillar stack with a material that melts elsewhere, in both parts."""
    return stacks.with_melting(
        stacks.with_melting(found, "first", material, **temperatures), "second", material, **temperatures
    )


@pytest.mark.parametrize("part", ["first", "second"])
def test_pillars_melt_above_the_solder(part: str) -> None:
    def build(value: float) -> Stack:
        return stacks.with_melting(stacks.pillars(), part, "cu", solidus=227 + value)

    assert verdicts("PILLAR.MP.1", build, 0.1) == MORE_THAN
    found = judge(build(-4), "PILLAR.MP.1")
    assert found.count == 9
    assert f"{part}'s pillar of cu melts at 223 °C, the joint fuses at 227: -4 K above it" in found.spots[0].message


def test_the_highest_liquidus_of_a_joint_is_its_fusion() -> None:
    mixed = stacks.with_melting(stacks.pillars(), "second", "sn98ag2", liquidus=250)
    assert judge(mixed, "PILLAR.MP.1").figure == "834.6 K"
    assert judge(mixed, "SOLDER.MP.1").figure == "10 K"


def test_indium_pillars_fail_with_all_solder_but_tin_bismuth() -> None:
    for name, solder in SOLDERS.items():
        found = stacks.pillars()
        for part, film, cap in (("first", "pillar", "cap"), ("second", "second_pillar", "second_cap")):
            found = stacks.with_film(stacks.with_film(found, part, film, material="in"), part, cap, material=name)
        assert bool(judge(found, "PILLAR.MP.1").count) == (solder.family != "SnBi"), name


def test_pillars_melt_well_above_the_reflow() -> None:
    def build(value: float) -> Stack:
        return stacks.with_melting(stacks.pillars(), "second", "cu", solidus=260 + value)

    assert verdicts("PILLAR.MP.2", build, 0.1) == AT_LEAST
    assert judge(stacks.without(stacks.pillars(), "steps"), "PILLAR.MP.2").untested


def test_the_reflow_melts_all_solder() -> None:
    def build(value: float) -> Stack:
        return both(stacks.pillars(), "sn98ag2", liquidus=260 - value)

    assert verdicts("SOLDER.MP.1", build, 0.1) == AT_LEAST
    assert verdicts("SOLDER.MP.2", build, 0.1) == AT_LEAST
    found = judge(build(5), "SOLDER.MP.1")
    assert "joints pillars peaks at 260 °C, their solder is molten at 255: 5 K above it" in found.spots[0].message
    assert "no step says" in judge(stacks.without(stacks.pillars(), "steps"), "SOLDER.MP.1").untested


def heated(kind: str, temperature: float) -> Stack:
    """The bonded stack whose last step of a kind is so hot."""
    found = stacks.bonded()
    steps = []
    for step in found.assembly.file.steps:
        if step.kind == kind:
            step = step.model_copy(update={"temperature": step.temperature.model_copy(update={"value": temperature})})
        steps.append(step)
    return stacks.with_steps(found, steps)


@pytest.mark.parametrize("kind", ["bond", "encapsulate"])
def test_joints_stay_solid_when_wires_are_bonded_and_the_mould_cures(kind: str) -> None:
    assert verdicts("SOLDER.SEQ.1", lambda value: heated(kind, 217 - value), 0.1) == MORE_THAN
    message = judge(heated(kind, 220), "SOLDER.SEQ.1").spots[0].message
    number = {"bond": 4, "encapsulate": 5}[kind]
    assert "joints bumps, fused in step 3, begin to melt at 217 °C; " in message
    assert f"step {number} ({kind}) is 220 °C: -3 K below it" in message
    assert judge(heated(kind, 220), "SOLDER.SEQ.2").untested


def test_what_was_glued_before_the_reflow_remelts_nothing() -> None:
    assert judge(heated("attach", 300), "SOLDER.SEQ.1").figure == "42 K (bumps)"


def test_an_earlier_joint_stays_solid_in_a_later_reflow() -> None:
    def build(value: float) -> Stack:
        found = stacks.hanging()
        steps = list(found.assembly.file.steps)
        heat = steps[3].temperature.model_copy(update={"value": 221 - value})
        return stacks.with_steps(found, [*steps[:3], steps[3].model_copy(update={"temperature": heat})])

    assert verdicts("SOLDER.SEQ.2", build, 0.1) == MORE_THAN
    message = judge(build(-1), "SOLDER.SEQ.2").spots[0].message
    assert "joints inner, fused in step 2, begin to melt at 221 °C; step 4 (reflow) is 222 °C" in message


def test_a_joint_that_is_meant_to_melt_again_may() -> None:
    found = stacks.hanging()
    steps = list(found.assembly.file.steps)
    together = [*steps[:3], steps[3].model_copy(update={"joints": ("ring", "inner")})]
    assert "follows a joint's reflow" in judge(stacks.with_steps(found, together), "SOLDER.SEQ.2").untested


def test_a_joint_is_solid_only_after_its_last_reflow() -> None:
    found = stacks.bonded()
    steps = list(found.assembly.file.steps)
    again = [*steps[:4], steps[2], *steps[4:]]  # wires are bonded between two reflows of the bumps
    hot = [
        s.model_copy(update={"temperature": s.temperature.model_copy(update={"value": 230.0})})
        if s.kind == "bond"
        else s
        for s in again
    ]
    judged = judge(stacks.with_steps(found, hot), "SOLDER.SEQ.1")
    assert (judged.count, judged.figure) == (0, "42 K (bumps)")


def test_the_first_solder_to_melt_counts_in_later_steps() -> None:
    found = stacks.with_melting(stacks.bonded(), "second", "sac305", solidus=180)
    assert judge(found, "SOLDER.SEQ.1").figure == "5 K (bumps)"


def test_the_weakest_class_counts_in_later_steps() -> None:
    found = stacks.two_sizes()
    heat = found.assembly.file.steps[1].temperature.model_copy(update={"value": 200.0})  # type: ignore[union-attr]
    cure = EncapsulateStep(kind="encapsulate", temperature=heat, source="own")
    steps = [*found.assembly.file.steps, cure]
    for part, films in (("first", ("cap", "second_cap")), ("second", ("second_cap", "cap"))):
        found = stacks.with_film(found, part, films[0], material="sac305")  # four joints melt at 217, two at 221
        assert films[1] != films[0]
    assert judge(stacks.with_steps(found, steps), "SOLDER.SEQ.1").figure == "17 K (pillars)"


def test_polymers_stand_the_assemblys_heat() -> None:
    def build(value: float) -> Stack:
        return stacks.with_melting(stacks.bonded(), "first", "polyimide", max_temperature=250 + value)

    assert verdicts("POLYMER.T.1", build, 0.1) == AT_LEAST
    assert "first's poly1 of polyimide stands 240 °C" in judge(build(-10), "POLYMER.T.1").spots[0].message
    assert judge(stacks.pillars(), "POLYMER.T.1").untested


def test_a_material_of_unknown_melting_is_not_judged() -> None:
    found = stacks.pillars()
    process = found.assembly.parts["first"].process
    unknown = process.model_copy()
    bare = process.materials["cu"].model_copy(update={"solidus": None})
    unknown._materials = {**process.materials, "cu": bare}
    bare_stack = stacks.with_process(found, "first", unknown)
    for identity in ("PILLAR.MP.1", "PILLAR.MP.2"):
        assert judge(bare_stack, identity).untested.startswith("cu has no solidus in the table of materials")
    assert judge(bare_stack, "SOLDER.MP.1").figure == "33 K"


@pytest.mark.parametrize(
    ("material", "broken"),
    [
        ("cu", set()), ("sn", set()), ("in", set()), ("sn63pb37", set()), ("ag", set()),
        ("ni", {"PILLAR.M.3"}), ("au", {"PILLAR.M.2"}), ("w", {"PILLAR.M.1", "PILLAR.M.2", "PILLAR.M.3"}),
        ("pd", {"PILLAR.M.1", "PILLAR.M.2", "PILLAR.M.3"}),
    ],
)  # fmt: skip
def test_groups_of_pillars(material: str, broken: set[str]) -> None:
    found = stacks.with_film(stacks.pillars(), "first", "pillar", material=material)
    rows = ("PILLAR.M.1", "PILLAR.M.2", "PILLAR.M.3")
    assert {identity for identity in rows if judge(found, identity).count} == broken
    for identity in broken:
        message = judge(found, identity).spots[0].message
        assert f"first's pillar of joints pillars is of {material}, whose {material} the group" in message


@pytest.mark.parametrize(
    ("material", "broken"),
    [
        ("sac305", set()), ("sn63pb37", set()), ("sacq", {"SOLDER.M.3", "SOLDER.M.4"}),
        ("ausn20", {"SOLDER.M.2", "SOLDER.M.3"}),
        ("w", {"SOLDER.M.1", "SOLDER.M.2", "SOLDER.M.3", "SOLDER.M.4"}),
    ],
)  # fmt: skip
def test_groups_of_solder(material: str, broken: set[str]) -> None:
    found = stacks.pillars()
    process = found.assembly.parts["second"].process
    if material == "w":
        strange = process.model_copy()
        solder = process.materials["sac305"].model_copy(update={"composition": {"W": 100.0}})
        strange._materials = {**process.materials, "sn98ag2": solder}
        altered = stacks.with_process(found, "second", strange)
    else:
        altered = stacks.with_film(found, "second", "second_cap", material=material)
    rows = ("SOLDER.M.1", "SOLDER.M.2", "SOLDER.M.3", "SOLDER.M.4")
    assert {identity for identity in rows if judge(altered, identity).count} == broken
    first = stacks.with_film(found, "first", "cap", material="sacq")
    assert not judge(first, "SOLDER.M.3").count  # it asks about the second part's only


@pytest.mark.parametrize("name", SOLDERS)
def test_families_of_solder_on_gold(name: str) -> None:
    family = SOLDERS[name].family
    for identity, part, listed in (
        ("SOLDER.M.5", "first", FIRST), ("SOLDER.M.6", "second", STRUCTURE | METHOD),
        ("SOLDER.M.7", "second", STRUCTURE), ("SOLDER.M.8", "second", METHOD),
    ):  # fmt: skip
        found = judge(stacks.with_film(stacks.bonded(), part, "ball", material=name), identity)
        assert bool(found.count) == (family not in listed), (identity, family)
        assert found.figure == name
        if found.count:
            assert f"{part}'s solder of joints bumps is {name}, none of the families" in found.spots[0].message


def test_solder_away_from_gold_may_be_of_any_family() -> None:
    for identity in ("SOLDER.M.5", "SOLDER.M.6", "UBM.M.1", "GOLD.M.1", "POLYMER.M.1", "POLYMER.M.3"):
        assert judge(stacks.pillars(), identity).untested


@pytest.mark.parametrize(
    ("films", "told"),
    [
        (("ti", "cu", "ni"), "ti/cu/ni"), (("tiw", "cu", "ni"), "tiw/cu/ni"), (("cr", "cu", "ni"), "cr/cu/ni"),
        (("ti", "ni", "cu"), ""), (("al", "cu", "ni"), ""), (("ti", "cu", "cu"), ""), (("ni", "cu", "ti"), ""),
    ],
)  # fmt: skip
def test_films_of_the_metal_on_gold(films: tuple[str, str, str], told: str) -> None:
    found = stacks.bonded()
    for film, material in zip(("ubm_adhesion", "ubm_copper", "ubm_nickel"), films, strict=True):
        found = stacks.with_film(found, "first", film, material=material)
    judged = judge(found, "UBM.M.1")
    if told:
        assert (judged.count, told in judged.figure) == (0, True)
    else:
        assert judged.count == 1
        assert "from the gold up, not ti/cu/ni or tiw/cu/ni or cr/cu/ni" in judged.spots[0].message
    for word in ("ti_cu_ni", "tiw_cu_ni", "cr_cu_ni"):
        alone = judge(found, "UBM.M.1", limit=word, options={"side": "first"})
        assert bool(alone.count) == (word != told.replace("/", "_"))


def test_the_film_under_gold() -> None:
    for name in ("tiw", "ti", "tin", "tan", "cr", "ni"):
        found = judge(stacks.with_film(stacks.bonded(), "first", "rdl_barrier", material=name), "GOLD.M.1")
        assert found.count == (name in ("cr", "ni")), name
    process = stacks.bonded().assembly.parts["first"].process
    bare = process.model_copy(update={"films": tuple(f for f in process.films if f.name != "rdl_barrier")})
    found = judge(stacks.with_process(stacks.bonded(), "first", bare), "GOLD.M.1")
    assert "under the gold of first's RDL lies none" in found.spots[0].message


def with_poly(material: str, film: str) -> Stack:
    return stacks.with_film(stacks.bonded(), "first", film, material=material)


@pytest.mark.parametrize("material", ["polyimide", "bcb", "porous", "parylene", "elastomer", "soldermask", "pbo"])
def test_polymers_of_gold_chips(material: str) -> None:
    bottom, top = judge(with_poly(material, "poly1"), "POLYMER.M.1"), judge(with_poly(material, "poly2"), "POLYMER.M.3")
    assert bottom.count == (material in ("soldermask", "pbo"))
    assert top.count == (material == "pbo")
    assert not judge(with_poly(material, "poly1"), "POLYMER.M.3").count
    if bottom.count:
        assert f"first's bottom polymer, POLY1, is {material}, none of polyimide" in bottom.spots[0].message


def test_the_polymer_between_two_metals() -> None:
    found = stacks.bonded()
    assert judge(found, "POLYMER.M.2").untested == "no chip with gold has a middle polymer"
    for material in ("bcb", "soldermask"):
        process = with_film(read_process("gold_rdl_two_metal"), "poly_im", material=material)
        altered = stacks.with_process(found, "first", process)
        boxes = {**altered.parts["first"].boxes, "METAL1": (0.0, 0.0, 1.0, 1.0)}
        judged = judge(stacks.with_drawn(altered, "first", boxes=boxes), "POLYMER.M.2")
        assert judged.count == (material == "soldermask")
        assert judged.figure == material
    with pytest.raises(ValueError, match="level = 'side'"):
        judge(found, "POLYMER.M.2", options={"level": "side"})


@pytest.mark.parametrize(
    ("material", "carrier", "pillar"),
    [
        ("organic", True, True), ("glass", True, True), ("ceramic", True, True), ("metal_board", True, False),
        ("bt", True, True), ("alumina", True, True), ("cu_alloy", True, False), ("soldermask", False, False),
    ],
)  # fmt: skip
def test_bodies(material: str, carrier: bool, pillar: bool) -> None:
    for part, identity in (("first", "BODY.M.2"), ("second", "BODY.M.3")):
        found = stacks.with_part(stacks.pillars(), part, body=material)
        assert bool(judge(found, "BODY.M.1").count) != carrier
        assert bool(judge(found, identity).count) != pillar
        assert not judge(found, "BODY.M.3" if part == "first" else "BODY.M.2").count
        if not pillar:
            assert (
                f"{part}'s body is of {material}, none of silicon, organic" in judge(found, identity).spots[0].message
            )
    assert judge(stacks.pillars(), "BODY.M.1").untested == "no part is a carrier"
    assert judge(stacks.bonded(), "BODY.M.2").untested == "no pillar meets a pillar"


def test_a_side_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="side = 'third'"):
        judge(stacks.pillars(), "PILLAR.M.1", options={"side": "third"})
    with pytest.raises(ValueError, match="needs words like"):
        judge(stacks.pillars(), "PILLAR.M.1", limit=3)
