"""Claims 1 to 28 of the second founding method: pillars between two chips, and what carries them."""

from __future__ import annotations

from collections.abc import Iterable

from bumpgen.check.assembly.stack import Stack
from bumpgen.check.claims.judge import Claims
from tests.check.assembly import stacks
from tests.claims.cases import (
    altered,
    film,
    joined,
    lacks,
    new_material,
    of_body,
    part,
    placed_within,
    practises,
    reflowed_first,
    renamed_net,
    shipped,
    step_instead,
    without_bump,
    without_films,
    without_step,
    without_steps,
    without_tables,
)  # fmt: skip

PILLARS = ("sn", "pb", "cu", "ni", "ag", "zn", "bi", "mg", "sb", "in")


def paste() -> Claims:
    """Capped pillars on the first chip, paste printed on the second."""
    return joined("chip_to_chip_paste")


def bump() -> Claims:
    """Bare pillars on the first chip, plated bumps on the second."""
    return joined("pillar_on_bump")


def ball() -> Claims:
    """Bare pillars on the first chip, balls on the second."""
    return joined("pillar_on_ball")


def module() -> Claims:
    """A first chip glued on a laminate and wired to it, a second on its pillars."""
    return joined("module_on_laminate")


def around() -> Claims:
    """A first chip on a laminate by balls around the second, which hangs below it."""
    return joined("balls_around")


def of(found: Claims, name: str, film_name: str, material: str) -> Claims:
    """An assembly with one film of a part of another material."""
    return altered(found, part(name, film, film_name, material=material))


def pillars_of(found: Claims, claim: str, good: Iterable[str], bad: Iterable[str]) -> None:
    """A claim is practised with pillars of some materials, and not with others because of their elements."""
    for material in good:
        practises(of(found, "first", "pillar", material), claim, f"pillars of {material}")
    for material in bad:
        lacks(
            of(found, "first", "pillar", material),
            claim,
            "pillar_elements",
            f"pillar of joints joints is of {material}",
        )


def test_P2_01() -> None:
    practises(paste(), "P2.1", "pillars of first in joints", "solder of first, cap of sn98ag2", "0 without partner",
              "join (step 1)")  # fmt: skip
    practises(of(paste(), "first", "cap", "sn100"), "P2.1", "cap of sn100")  # a metal of the group by itself
    lacks(altered(paste(), part("first", without_step, "plate", "cap")), "P2.1", "solder_on", "no step of")
    lacks(bump(), "P2.1", "solder_on", "0 of")
    lacks(altered(paste(), part("first", without_films, "cap")), "P2.1", "solder_on", "0 of")
    lacks(altered(paste(), without_bump("second")), "P2.1", "mates", "has no partner on second")
    lacks(altered(paste(), renamed_net("second")), "P2.1", "mates", "is net another")
    lacks(altered(paste(), without_steps("join")), "P2.1", "assembled", "no step of the assembly is “join”")
    lacks(joined("chip_to_board"), "P2.1", "chips", "carrier of fr4", "not applicable")
    lacks(shipped("balldrop_die"), "P2.1", "joints", "a single design", "not applicable")


def test_P2_02() -> None:
    practises(paste(), "P2.2", "have solder of second, paste of sac305")
    capped = joined("pillar_to_pillar")
    practises(capped, "P2.2", "cap of sn98ag2")
    lacks(altered(capped, part("second", without_films, "second_cap")), "P2.2", "solder_on", "0 of 47 joints")


def test_P2_03() -> None:
    practises(paste(), "P2.3", "sac305 printed in step", "apertures of 80 µm in a foil of 30 µm")
    lacks(joined("pillar_to_pillar"), "P2.3", "printed", "no step of pillar prints")
    lacks(altered(paste(), part("second", film, "paste", 31)), "P2.3", "aperture", "foil of 31 µm")


def test_P2_04() -> None:
    practises(paste(), "P2.4", "join (step 1), reflow (step 2)")
    lacks(altered(paste(), reflowed_first), "P2.4", "assembled", "“reflow” of joints joints after join")
    lacks(altered(paste(), placed_within(25)), "P2.4", "self_aligns", "may be 25 µm off")


def test_P2_05() -> None:
    practises(paste(), "P2.5", "pillars of cu")
    pillars_of(paste(), "P2.5", PILLARS, ("au", "al", "pd"))


def test_P2_06() -> None:
    practises(paste(), "P2.6", "sn98ag2, sac305")
    alloyed("P2.6")
    lacks(of(paste(), "second", "paste", "ausn20"), "P2.6", "solder_elements", "au")
    lacks(of(paste(), "first", "cap", "ausn20"), "P2.6", "solder_elements", "au")


ALLOYED = {
    "P2.6": ("sn", "pb", "cu", "ni", "ag", "zn", "bi", "mg", "sb", "in"),
    "P2.11": ("sn", "pb", "cu", "ag", "zn", "bi", "mg", "sb", "in"),
    "P2.12": ("sn", "pb", "cu", "au", "ag", "zn", "bi", "mg", "sb", "in"),
    "P2.20": ("sn", "pb", "cu", "ni", "ag", "zn", "bi", "mg", "sb", "in"),
}
"""What the second chip's solder may be of, claim by claim."""


def alloyed(claim: str) -> None:
    """A claim names the elements of the solder: each may be in it, and no other."""
    found, film_name = (paste(), "paste") if claim == "P2.6" else (bump(), "solder")
    for element in ("sn", "pb", "cu", "ni", "au", "ag", "zn", "bi", "mg", "sb", "in", "ge"):
        metal = {"Sn": 60, element.capitalize(): 40} if element != "sn" else {"Sn": 100}
        odd = part("second", new_material, "odd", groups=["solder"], composition=metal)
        tried = altered(found, odd, part("second", film, film_name, material="odd"))
        if element in ALLOYED[claim]:
            practises(tried, claim, "odd")
        else:
            lacks(tried, claim, "solder_elements", element)


def test_P2_07() -> None:
    practises(bump(), "P2.7", "have solder of second, bump of sn98ag2")
    lacks(altered(bump(), part("second", without_films, "solder")), "P2.7", "solder_on", "0 of")
    lacks(altered(bump(), without_bump("first")), "P2.7", "mates", "has no partner on first")
    lacks(altered(bump(), without_steps("join")), "P2.7", "assembled", "“join”")
    lacks(joined("gold_rdl_module"), "P2.7", "pillars", "no pillar", "not applicable")


def test_P2_08() -> None:
    practises(paste(), "P2.8", "printed in step", "area ratio at least 0.66", "aspect ratio at least 1.5")
    lacks(bump(), "P2.8", "printed", "no step of plated_bump prints")
    lacks(altered(paste(), part("second", film, "paste", 60)), "P2.8", "aperture", "foil of 60 µm")


def test_P2_09() -> None:
    practises(bump(), "P2.9", "join (step 1), reflow (step 2)")
    lacks(altered(bump(), without_steps("reflow")), "P2.9", "assembled", "“reflow”")
    lacks(altered(bump(), reflowed_first), "P2.9", "assembled", "after join (step 2)")


def test_P2_10() -> None:
    practises(bump(), "P2.10", "pillars of cu")
    pillars_of(bump(), "P2.10", PILLARS, ("au", "al"))


def test_P2_11() -> None:
    practises(bump(), "P2.11", "solder of sn98ag2")
    alloyed("P2.11")
    practises(of(bump(), "second", "solder", "sn63pb37"), "P2.11", "sn63pb37")
    nickel = of(bump(), "second", "solder", "sacq")
    lacks(nickel, "P2.11", "solder_elements", "sacq, whose ni")
    lacks(of(bump(), "second", "solder", "ausn20"), "P2.11", "solder_elements", "au")


def test_P2_12() -> None:
    practises(bump(), "P2.12", "pillars of cu", "solder of sn98ag2")
    alloyed("P2.12")
    for element in ALLOYED["P2.12"]:
        practises(of(bump(), "first", "pillar", element), "P2.12", f"pillars of {element}")
    gold = altered(
        bump(), part("first", film, "pillar", material="au"), part("second", film, "solder", material="ausn20")
    )
    practises(gold, "P2.12", "pillars of au", "solder of ausn20")
    lacks(of(bump(), "first", "pillar", "ni"), "P2.12", "pillar_elements", "ni")
    lacks(of(bump(), "second", "solder", "sacq"), "P2.12", "solder_elements", "ni")


def test_P2_13() -> None:
    practises(bump(), "P2.13", "solder of second: bump")
    lacks(ball(), "P2.13", "form", "solder of second: ball")
    lacks(paste(), "P2.13", "form", "paste")


def test_P2_14() -> None:
    practises(bump(), "P2.14", "solder of second is high")
    lacks(altered(bump(), part("second", film, "solder", 5)), "P2.14", "height", "more than 15 µm is asked")


def test_P2_15() -> None:
    practises(ball(), "P2.15", "solder of second: ball")
    lacks(bump(), "P2.15", "form", "solder of second: bump")


def test_P2_16() -> None:
    practises(ball(), "P2.16", "solder of second is high")
    lacks(altered(ball(), part("second", film, "ball", 30)), "P2.16", "height", "more than 15 µm is asked")


def test_P2_17() -> None:
    practises(bump(), "P2.17", "1 of 1 kinds of joint have solder")
    practises(altered(bump(), without_tables("steps")), "P2.17")
    lacks(altered(bump(), part("second", without_films, "solder")), "P2.17", "soldered", "no solder on")
    lacks(altered(bump(), renamed_net("first")), "P2.17", "mates", "is net another")
    lacks(joined("gold_rdl_module"), "P2.17", "pillars", "no pillar", "not applicable")
    lacks(joined("chip_to_board"), "P2.17", "chips", "carrier of fr4", "not applicable")


def test_P2_18() -> None:
    practises(bump(), "P2.18", "pillar of cu melts at 1084.6 °C, 857.6 K above the fusion at 227 °C")
    practises(of(bump(), "first", "pillar", "sn"), "P2.18", "231.9 °C, 4.9 K above")
    lacks(of(bump(), "first", "pillar", "in"), "P2.18", "melts_above", "-70.4 K above")
    tin = altered(
        bump(), part("first", film, "pillar", material="sn"), part("second", film, "solder", material="sn95sb5")
    )
    lacks(tin, "P2.18", "melts_above", "-8.1 K above the fusion at 240 °C")
    odd = part("second", new_material, "odd", groups=["solder"], composition={"Sn": 99, "Ag": 1})
    unknown = altered(bump(), odd, part("second", film, "solder", material="odd"))
    lacks(unknown, "P2.18", "melts_above", "not known when it or the solder on it melts")
    level = altered(bump(), lambda stack: stacks.with_melting(stack, "first", "cu", solidus=227.0))
    lacks(level, "P2.18", "melts_above", "0 K above")


def test_P2_19() -> None:
    practises(bump(), "P2.19", "pillars of cu")
    pillars_of(bump(), "P2.19", PILLARS, ("au", "al"))


def test_P2_20() -> None:
    practises(bump(), "P2.20", "solder of sn98ag2")
    alloyed("P2.20")
    practises(of(bump(), "second", "solder", "sacq"), "P2.20", "sacq")
    lacks(of(bump(), "second", "solder", "ausn20"), "P2.20", "solder_elements", "au")


def test_P2_21() -> None:
    practises(module(), "P2.21", "first is glued on carrier", "nets of first on carrier")
    practises(around(), "P2.21", "first is joined to carrier")
    practises(joined("module_on_leadframe"), "P2.21", "glued on carrier")
    lacks(joined("pillar_to_pillar"), "P2.21", "mounted", "no carrier holds first", "not applicable")
    lacks(joined("gold_rdl_module"), "P2.21", "pillars", "no pillar", "not applicable")
    lacks(altered(module(), renamed_net("second")), "P2.21", "mates", "is net another")
    dry = altered(module(), part("first", without_films, "cap"), part("second", without_films, "second_cap"))
    lacks(dry, "P2.21", "soldered", "no solder on")
    lacks(altered(module(), without_tables("wires", "steps")), "P2.21", "connected", "0 nets")
    lacks(altered(module(), _loose), "P2.21", "mounted", "only wired to carrier")
    lacks(
        altered(module(), lambda stack: stacks.with_die(stack, "second", 700, 800)),
        "P2.21",
        "between",
        "edge of second",
    )


def _loose(stack: Stack) -> Stack:
    """The first chip glued on nothing."""
    table = stack.assembly.parts["first"].table.model_copy(update={"attached": None})
    return stacks.with_part(stack, "first", table=table)


def test_P2_22() -> None:
    practises(module(), "P2.22", "rear of first on 25 µm of die_attach, its face up")
    lacks(around(), "P2.22", "rear_mounted", "not attached to carrier")


def test_P2_23() -> None:
    practises(module(), "P2.23", "wires from first to carrier", "bonds clear of higher parts by")
    lacks(around(), "P2.23", "wired", "no wires lead")
    wide = altered(module(), lambda stack: stacks.with_die(stack, "second", 2400, 2000))
    lacks(wide, "P2.23", "bonds_unblocked", "µm from second")


def test_P2_24() -> None:
    practises(module(), "P2.24", "carrier is of bt")
    practises(joined("module_on_leadframe"), "P2.24", "carrier is of cu_alloy")
    lacks(altered(module(), of_body("carrier", "silicon")), "P2.24", "not_body_of", "carrier is of silicon")
    lacks(altered(module(), of_body("carrier", "polyimide")), "P2.24", "body_of", "carrier is of polyimide")


def test_P2_25() -> None:
    for material in ("bt", "fr4", "glass", "alumina", "cu_alloy"):
        practises(altered(module(), of_body("carrier", material)), "P2.25", f"carrier is of {material}")
    paper = altered(
        module(),
        part("carrier", new_material, "paper", groups=["substrate"], family="paper"),
        of_body("carrier", "paper"),
    )
    lacks(paper, "P2.25", "body_of", "carrier is of paper")


def test_P2_26() -> None:
    practises(joined("balls_around_opening"), "P2.26", "opening room", "opening ring", "opening inside")
    lacks(around(), "P2.26", "opening", "none around second")
    tight = altered(joined("balls_around_opening"), lambda stack: stacks.with_opening(stack, "carrier", 1100, 1100))
    lacks(tight, "P2.26", "opening", "edge of the opening of carrier")


def test_P2_27() -> None:
    practises(around(), "P2.27", "bumps from first to carrier", "bumps clear of second by", "free below second")
    practises(joined("balls_around_opening"), "P2.27", "second stands in an opening of carrier")
    lacks(module(), "P2.27", "bumped", "no bumps join first to carrier")
    lacks(altered(around(), part("first", without_films, "ball")), "P2.27", "bumped", "first brings no solder")
    wide = altered(around(), lambda stack: stacks.with_die(stack, "second", 4500, 1120))
    lacks(wide, "P2.27", "bumps_unblocked", "µm from second")
    thick = altered(around(), lambda stack: stacks.with_part(stack, "second", thickness=250.0))
    lacks(thick, "P2.27", "hangs_free", "more than 0 µm is asked")


def test_P2_28() -> None:
    found = joined("module_encapsulated")
    practises(found, "P2.28", "0 of 2 gaps and wires are left out", "filled with")
    lacks(module(), "P2.28", "encapsulated", "nothing is encapsulated")
    bare = altered(found, lambda stack: stacks.with_tables(stack, _covering(stack, "covers_wires", value=False)))
    lacks(bare, "P2.28", "encapsulated", "doesn't cover wires")
    hollow = altered(found, lambda stack: stacks.with_tables(stack, _covering(stack, "joints", value=())))
    lacks(hollow, "P2.28", "encapsulated", "doesn't fill the gap")


def _covering(stack: Stack, key: str, *, value: object) -> str:
    """The encapsulation's table with one key altered, as TOML."""
    filling = stack.assembly.file.encapsulation
    assert filling is not None
    values = {"joints": list(filling.joints), "covers_wires": filling.covers_wires, "covers_dies": filling.covers_dies}
    values[key] = list(value) if isinstance(value, tuple) else value
    rows = [f"{name} = {str(given).lower() if isinstance(given, bool) else given!r}" for name, given in values.items()]
    lengths = [
        f"{name} = {{ value = {quantity.value}, source = 'own' }}"
        for name, quantity in (("margin", filling.margin), ("cover", filling.cover), ("filler", filling.filler))
        if quantity
    ]
    return "\n".join(("[encapsulation]", f"material = {filling.material!r}", *rows, *lengths))


def test_P2_03_and_08_ask_for_paste_even_where_it_is_printed_by_another_step() -> None:
    process = paste().dies["second"].process
    plated = next(step for step in joined("pillar_on_bump").dies["second"].process.steps if step.kind == "plate")
    step = plated.model_copy(update={"film": "paste", "seed": None, "into": None})
    found = altered(paste(), part("second", lambda p: step_instead(p, "print", "paste", step)))
    assert process.name == "paste_print"
    lacks(found, "P2.3", "printed", "prints the solder of second")
    lacks(found, "P2.8", "printed", "prints the solder of second")
