"""Claims 29 to 44 of the second founding method: two carriers pillar to pillar, as a method and as a structure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bumpgen.check.claims.judge import Claims
from bumpgen.check.claims.mating import swapped
from tests.check.assembly import stacks
from tests.claims.cases import (
    Change,
    altered,
    faces_of,
    film,
    joined,
    lacks,
    of_body,
    part,
    practises,
    reflowed_first,
    renamed_net,
    result,
    without_films,
    without_steps,
    without_tables,
)  # fmt: skip


def chips() -> Claims:
    """Two chips pillar to pillar: first 49 wide and 34.4 high, second 55 wide and 17.4 high."""
    return joined("pillar_to_pillar")


def board() -> Claims:
    """A chip's pillars on a board's posts."""
    return joined("chip_to_board")


def pillar_of(name: str, film_name: str, **values: float | str) -> Change:
    """A part with another thickness or material of a film."""
    return part(name, film, film_name, **values)


def stated_the_other_way(stack: stacks.Stack) -> stacks.Stack:
    """Joints whose second part is stated first: which is called the first is the claim's affair."""
    tables = tuple(swapped(table) for table in stack.assembly.file.joints)
    file = stack.assembly.file.model_copy(update={"joints": tables})
    return stacks.Stack(replace(stack.assembly, file=file), stack.parts)


def fused_below(claim: str) -> None:
    """The claim asks both pillars to melt above the solder's fusion."""
    practises(chips(), claim, "first's pillar of cu melts at 1084.6 °C, 857.6 K", "second's pillar of cu")
    for name, film_name in (("first", "pillar"), ("second", "second_pillar")):
        soft = altered(chips(), pillar_of(name, film_name, material="in"))
        lacks(soft, claim, "melts_above", f"{name}'s pillar of in melts at 156.6 °C, -70.4 K")


def one_section(claim: str) -> None:
    """The claim asks for the same shape and dimension."""
    practises(altered(chips(), faces_of("second", 49)), claim, "sections differ by 0 µm per side")
    lacks(chips(), claim, "section", "49 against 55 µm, 3 µm per side")
    lacks(altered(chips(), faces_of("second", 49.1)), claim, "section", "0.05 µm per side")


def similar_section(claim: str) -> None:
    """The claim asks for a similar shape and a dimension within a quarter of the smaller one, or 10 µm, per side."""
    practises(chips(), claim, "3 µm per side, 6.1% of 49 µm")
    practises(altered(chips(), faces_of("second", 73)), claim, "12 µm per side")
    lacks(altered(chips(), faces_of("second", 75)), claim, "section_alike", "13 µm per side, 26.5% of 49 µm")
    practises(altered(chips(), faces_of("second", 29)), claim, "10 µm per side, 34.5% of 29 µm")
    lacks(altered(chips(), _square), claim, "section_alike", "circle against square")


def _square(stack: stacks.Stack) -> stacks.Stack:
    """Second pillars drawn square."""
    import numpy as np

    corners = np.array(((-1, -1), (1, -1), (1, 1), (-1, 1))) * 27.5
    outlines = tuple(replace(one, points=corners, shape="square") for one in stack.parts["second"].outlines)
    return stacks.with_drawn(stack, "second", outlines=outlines)


def close_section(claim: str) -> None:
    """The claim asks for at most 10 µm per side: exactly 10 is close, a nanometre more is not."""
    practises(chips(), claim, "sections differ by 3 µm per side")
    for diameter in (69.0, 68.9, 29.0):
        practises(altered(chips(), faces_of("second", diameter)), claim)
    for diameter in (69.002, 70.0):
        lacks(altered(chips(), faces_of("second", diameter)), claim, "section", "µm per side")


def heights(claim: str) -> None:
    """The claim asks for a second pillar lower than the first and than 25 µm, seed and barrier included."""
    practises(chips(), claim, "the first higher by 17 µm", "pillars of second are high 17.4 µm")
    practises(altered(chips(), stated_the_other_way), claim, "the first higher by 17 µm")
    practises(altered(chips(), pillar_of("second", "second_pillar", thickness=22.59)), claim, "24.99 µm")
    lacks(altered(chips(), pillar_of("second", "second_pillar", thickness=22.6)), claim, "pillar_height", "25 µm high")
    level = altered(chips(), pillar_of("first", "pillar", thickness=15))
    lacks(level, claim, "pillar_higher", "the first higher by 0")


def bodies(claim: str, name: str) -> None:
    """The claim asks for a chip, a substrate or a ceramic substrate."""
    for material in ("silicon", "bt", "fr4", "glass", "alumina", "ceramic", "metal_board"):
        practises(altered(board(), of_body(name, material)), claim, f"{name} is of {material}")
    frames = altered(board(), of_body("first", "cu_alloy"), of_body("carrier", "cu_alloy"))  # whichever is called so
    lacks(frames, claim, "body_of", "is of cu_alloy")


@pytest.mark.parametrize("name", ["pillar_to_pillar", "chip_to_board", "chip_to_ceramic"])
def test_P2_29(name: str) -> None:
    found = joined(name)
    practises(found, "P2.29", "pillars of first in joints", "cap of sn98ag2", "join (step 1), reflow (step 2)")
    second = found.stack.joints[0].table.between[1] if found.stack else ""
    cap = "second_cap" if second == "second" else "post_cap"
    practises(altered(found, part(second, without_films, cap)), "P2.29", "have solder of first")  # called the second
    bare = altered(found, part(second, without_films, cap), part("first", without_films, "cap"))
    lacks(bare, "P2.29", "solder_on", "0 of")
    lacks(altered(found, without_steps("reflow")), "P2.29", "assembled", "“reflow”")
    lacks(altered(found, reflowed_first), "P2.29", "assembled", "after join")
    lacks(altered(found, renamed_net("first")), "P2.29", "mates", "is net another")


def test_P2_29_needs_a_second_pillar() -> None:
    lacks(joined("pillar_on_bump"), "P2.29", "pillars", "no pillar of second", "not applicable")


def test_P2_30() -> None:
    fused_below("P2.30")


def test_P2_31() -> None:
    one_section("P2.31")


def test_P2_32() -> None:
    similar_section("P2.32")


def test_P2_33() -> None:
    close_section("P2.33")


def test_P2_34() -> None:
    heights("P2.34")


def test_P2_35() -> None:
    bodies("P2.35", "first")


def test_P2_36() -> None:
    bodies("P2.36", "carrier")


def test_P2_37() -> None:
    practises(chips(), "P2.37", "47 pillars of second in joints", "joints inside both outlines by 172.5 µm")
    practises(altered(chips(), without_tables("steps")), "P2.37")
    dry = altered(chips(), part("first", without_films, "cap"), part("second", without_films, "second_cap"))
    lacks(dry, "P2.37", "soldered", "no solder on")
    lacks(altered(chips(), renamed_net("second")), "P2.37", "mates", "is net another")
    small = altered(chips(), lambda stack: stacks.with_die(stack, "first", 700, 800))
    lacks(small, "P2.37", "between", "edge of first")
    lacks(joined("chip_to_chip_paste"), "P2.37", "pillars", "no pillar of second", "not applicable")


def test_P2_38() -> None:
    fused_below("P2.38")


def test_P2_39() -> None:
    one_section("P2.39")


def test_P2_40() -> None:
    similar_section("P2.40")


def test_P2_41() -> None:
    close_section("P2.41")


def test_P2_41_depends_on_37_though_33_depends_on_32() -> None:
    small = altered(chips(), faces_of("second", 28.998))
    lacks(small, "P2.33", "P2.32", "10.001 µm per side")
    lacks(small, "P2.41", "section", "10.001 µm per side")
    assert result(small, "P2.41").depends_on == "P2.37"


def test_P2_42() -> None:
    heights("P2.42")


def test_P2_43() -> None:
    bodies("P2.43", "first")


def test_P2_44() -> None:
    bodies("P2.44", "carrier")
