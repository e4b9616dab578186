"""Claims 45 to 74 of the second founding method: a chip with gold over its passivation, and the one bumped on to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import klayout.db as db
import pytest

from bumpgen.check.claims.judge import Claims
from bumpgen.process import Process
from bumpgen.steps import Deposit
from tests.check.assembly import stacks
from tests.claims.cases import (
    Change,
    Polygons,
    all_but_one,
    altered,
    film,
    joined,
    lacks,
    part,
    practises,
    redrawn_part,
    renamed_net,
    resized,
    shipped,
    step_instead,
    without_bump,
    without_films,
    without_steps,
)  # fmt: skip

UBM = ("ubm_adhesion", "ubm_copper", "ubm_resist", "ubm_nickel")

FAMILIES = {
    "high-lead": "pb95sn5", "SnPb": "sn63pb37", "SnAg": "sn98ag2", "SnAgCu": "sac305", "SnBi": "sn42bi58",
    "SnAgIn": "sn772in20ag28", "SnBiZn": "sn89zn8bi3", "SnZn": "sn91zn9", "SnBiAgCu": "sacq", "SnAgCuSb": "castin",
    "SnSb": "sn95sb5", "SnZnInAg": "sn869zn8in5", "SnCu": "sn993cu07", "AuSn": "ausn20", "In": "in100",
}  # fmt: skip
"""A solder of each family; the last three are named by no claim."""

ON_FIRST = (
    "high-lead", "SnPb", "SnAg", "SnAgCu", "SnBi", "SnAgIn", "SnBiZn", "SnZn", "SnBiAgCu", "SnAgCuSb", "SnSb",
    "SnZnInAg",
)  # fmt: skip
BOTTOM = ("polyimide", "bcb", "porous", "parylene", "elastomer")


def module() -> Claims:
    """Gold between polyimide, UBM Ti/Cu/Ni, balls; plated bumps on the second chip; wires to a laminate."""
    return joined("gold_rdl_module")


def flat() -> Claims:
    """Gold in benzocyclobutene, UBM TiW/Cu/Ni, pads of solder on both chips."""
    return joined("gold_rdl_tiw_pads")


def bare() -> Claims:
    """Gold on the passivation itself, UBM Cr/Cu/Ni."""
    return joined("gold_rdl_cr_bare")


def two_metals() -> Claims:
    """Copper under the gold, polyimide between."""
    return joined("gold_rdl_two_metal")


def first(film_name: str, thickness: float | None = None, material: str | None = None) -> Change:
    """The first chip with one film of another thickness or material."""
    return part("first", film, film_name, thickness, material)


def second(film_name: str, thickness: float | None = None, material: str | None = None) -> Change:
    """The second chip with one film of another thickness or material."""
    return part("second", film, film_name, thickness, material)


FAULTS: dict[str, tuple[str, str, Callable[[], Claims]]] = {
    "gold of 1 µm": ("gold", "is 1 µm thick, more than 1 µm is asked", lambda: altered(module(), first("rdl", 1.0))),
    "one opening in the passivation": (
        "count", "1 × passivation opening",
        lambda: redrawn_part(module(), "first", "PASSIVATION", lambda shapes: shapes[:1]),
    ),
    "pads smaller than their openings": (
        "within", "each within pad of the chip", lambda: redrawn_part(module(), "first", "PAD", resized(0.5)),
    ),
    "no barrier": (
        "barrier", "under the gold: nothing", lambda: altered(module(), part("first", without_films, "rdl_barrier")),
    ),
    "no wire-bond pads": ("wire_pads", "0 wire-bond pads", lambda: altered(module(), _only("bump"))),
    "one bump pad": ("bump_pads", "1 bump pad", lambda: altered(module(), _few_bumps)),
    "lines to no pads": ("lines", "0 lines", lambda: altered(module(), _no_pads)),
    "pads beside the gold": ("on_gold", "within RDL", lambda: redrawn_part(module(), "first", "RDL", resized(0.9))),
    "second chip over the wire-bond pads": (
        "wire_pads_clear", "outside second",
        lambda: altered(module(), lambda stack: stacks.with_die(stack, "second", 1500, 1300)),
    ),
    "second chip over the edges of wire-bond pads": (
        "wire_pads_clear", "-5 µm outside second",
        lambda: altered(module(), lambda stack: stacks.with_die(stack, "second", 1350, 1300)),
    ),
    "no solder on the first": ("solder_on", "0 of 12", lambda: altered(module(), part("first", without_films, "ball"))),
    "no solder on the second": (
        "solder_on", "0 of 12", lambda: altered(module(), part("second", without_films, "solder")),
    ),
    "a contact missing": ("mates", "has no partner on second", lambda: altered(module(), without_bump("second"))),
    "another net": ("mates", "is net another", lambda: altered(module(), renamed_net("second"))),
}  # fmt: skip
"""What keeps a design from claims 45 and 63: the condition that decides, what its figure says."""


def _no_pads(stack: stacks.Stack) -> stacks.Stack:
    """A first chip whose own pads are on no metal that is drawn."""
    return stacks.with_drawn(stack, "first", pad_pieces=stack.parts["first"].pad_pieces * 0 - 1)


def _only(kind: str) -> Change:
    """A first chip with sites of one kind only."""

    def change(stack: stacks.Stack) -> stacks.Stack:
        drawn = stack.parts["first"]
        kept = drawn.of_kinds((kind,))
        columns = ("names", "nets", "kind", "piece", "contact", "solder")
        values = {column: getattr(drawn.sites, column)[kept] for column in columns}
        sites = replace(drawn.sites, places=drawn.sites.places.chosen(kept), **values)
        return stacks.with_drawn(stack, "first", sites=sites)

    return change


def _few_bumps(stack: stacks.Stack) -> stacks.Stack:
    """A first chip with one bump pad."""
    for name in [name for name in stack.parts["first"].sites.names.tolist() if name.startswith("B")][1:]:
        stack = stacks.without_bump(stack, "first", name)
    return stack


def gold_scheme(claim: str) -> None:
    """All that claims 45 and 63 say of the two chips."""
    practises(module(), claim, "gold is thick 3 µm", "12 × passivation opening", "rdl_barrier of tiw",
              "12 wire-bond pads; 12 bump pads; 12 lines", "within RDL", "ball of sac305",
              "bump of sn98ag2")  # fmt: skip
    beside = altered(module(), lambda stack: stacks.with_die(stack, "second", 1344, 1300))
    for found in (flat(), bare(), two_metals(), beside, altered(module(), first("rdl", 1.001))):
        practises(found, claim)
    lacks(joined("pillar_to_pillar"), claim, "gold", "first has no gold", "not applicable")
    lacks(shipped("gold_rdl_die"), claim, "joints", "a single design", "not applicable")


def families(claim: str, change: Callable[[str], Change], named: Iterable[str]) -> None:
    """The claim names some families of solder, and no others."""
    listed = set(named)
    for family, material in FAMILIES.items():
        found = altered(module(), change(material))
        if family in listed:
            practises(found, claim, material)
        else:
            lacks(found, claim, "solder_family", material)


def pad_shaped(claim: str, side: str) -> None:
    """The claim asks for flat solder on a side."""
    practises(flat(), claim, f"solder of {side}: pad")
    lacks(module(), claim, "form", f"solder of {side}: {'ball' if side == 'first' else 'bump'}")


def over_3(claim: str, change: Callable[..., Change]) -> None:
    """The claim asks for flat solder higher than 3 µm."""
    practises(flat(), claim, "is high 8 µm")
    practises(altered(flat(), change("solder", 3.001)), claim, "is high 3.001 µm")
    lacks(altered(flat(), change("solder", 3.0)), claim, "height", "3 µm high, more than 3 µm is asked")


def ball_shaped(claim: str, side: str) -> None:
    """The claim asks for solder on a side that was molten."""
    practises(module(), claim, f"solder of {side}: {'ball' if side == 'first' else 'bump'}")
    lacks(flat(), claim, "form", f"solder of {side}: pad")


def over_15(claim: str, change: Callable[..., Change], name: str) -> None:
    """The claim asks for such solder higher than 15 µm."""
    practises(module(), claim, "is high")
    low = {"ball": 30.0, "solder": 5.0}[name]
    lacks(altered(module(), change(name, low)), claim, "height", "more than 15 µm is asked")


def ubm_of(claim: str, adhesion: str) -> None:
    """The claim asks for some adhesion, copper and nickel, from the bump pad up."""
    practises(altered(module(), first("ubm_adhesion", material=adhesion)), claim, f"from the gold up: {adhesion}/cu/ni")
    others = {"ti", "tiw", "cr", "ta"} - {adhesion}
    for other in sorted(others):
        found = altered(module(), first("ubm_adhesion", material=other))
        lacks(found, claim, "ubm_films", f"{other}/cu/ni from the gold up, not {adhesion}/cu/ni")
    upside = altered(
        module(),
        first("ubm_adhesion", material=adhesion),
        first("ubm_copper", material="ni"),
        first("ubm_nickel", material="cu"),
    )
    lacks(upside, claim, "ubm_films", f"{adhesion}/ni/cu")


def polymer_of(claim: str, found: Claims, name: str, good: Iterable[str], bad: Iterable[str]) -> None:
    """The claim names some polymers, and no others."""
    for material in good:
        practises(altered(found, first(name, material=material)), claim, f"polymer: {material}")
    for material in bad:
        lacks(altered(found, first(name, material=material)), claim, "polymer", f"is {material}, none of")


def test_P2_45() -> None:
    gold_scheme("P2.45")
    practises(altered(module(), without_steps("join")), "P2.45")


@pytest.mark.parametrize("fault", FAULTS)
def test_P2_45_lacks(fault: str) -> None:
    deciding, figure, build = FAULTS[fault]
    lacks(build(), "P2.45", deciding, figure)


def test_P2_46() -> None:
    practises(module(), "P2.46", "ti/cu/ni between gold and solder")
    lacks(altered(module(), part("first", without_films, *UBM)), "P2.46", "ubm", "lies on the gold itself")


def test_P2_47() -> None:
    practises(module(), "P2.47", "ti/cu/ni")
    ubm_of("P2.47", "ti")


def test_P2_48() -> None:
    practises(flat(), "P2.48", "tiw/cu/ni")
    ubm_of("P2.48", "tiw")


def test_P2_49() -> None:
    practises(bare(), "P2.49", "cr/cu/ni")
    ubm_of("P2.49", "cr")


def test_P2_50() -> None:
    families("P2.50", lambda material: first("ball", material=material), ON_FIRST)


def test_P2_51() -> None:
    named = ("SnPb", "SnAg", "SnAgCu", "SnBiZn", "SnZn", "SnZnInAg")
    families("P2.51", lambda material: second("solder", material=material), named)


def test_P2_52() -> None:
    practises(two_metals(), "P2.52", "metal between passivation and gold: METAL1", "middle polymer: polyimide",
              "within METAL1", "within RDL")  # fmt: skip
    lacks(module(), "P2.52", "metals_under", "none")
    lacks(altered(two_metals(), first("poly_im", material="sin")), "P2.52", "polymer", "no chip with gold has a middle")
    shrunk = redrawn_part(two_metals(), "first", "METAL1", resized(0.5))
    lacks(shrunk, "P2.52", "vias", "within METAL1")


def test_P2_53() -> None:
    polymer_of("P2.53", two_metals(), "poly_im", BOTTOM, ("soldermask", "pbo"))


def test_P2_54() -> None:
    practises(module(), "P2.54", "top polymer: polyimide", "24 × POLY2 for 24 pads")
    lacks(bare(), "P2.54", "polymer", "no chip with gold has a top polymer")
    lacks(redrawn_part(module(), "first", "POLY2", _one_more), "P2.54", "exposed", "25 × POLY2 for 24 pads")
    moved = redrawn_part(module(), "first", "POLY2", lambda shapes: _one_more(shapes)[1:])
    lacks(moved, "P2.54", "exposed", "24 × POLY2 for 24 pads, 23 of them in one of their own")


def _one_more(shapes: Polygons) -> Polygons:
    """One opening more, of 20 µm, over the gold of one of the chip's pads."""
    pad = next(terminal for terminal in module().dies["first"].terminals if terminal.kind == "pad")
    box = db.DBox(pad.x - 10, pad.y - 10, pad.x + 10, pad.y + 10)
    return [*shapes, db.DPolygon(box).to_itype(module().dies["first"].layout.dbu)]


def test_P2_55() -> None:
    polymer_of("P2.55", module(), "poly2", (*BOTTOM, "soldermask"), ("pbo",))


def test_P2_56() -> None:
    practises(module(), "P2.56", "bottom polymer: polyimide", "12 × PASSIVATION, each with one POLY1")
    lacks(bare(), "P2.56", "polymer", "no chip with gold has a bottom polymer")
    lacks(redrawn_part(module(), "first", "POLY1", all_but_one), "P2.56", "bared", "0 measured")


def test_P2_57() -> None:
    polymer_of("P2.57", module(), "poly1", BOTTOM, ("soldermask", "pbo"))


def test_P2_58() -> None:
    for material in ("tiw", "ti", "tin", "tan"):
        practises(altered(module(), first("rdl_barrier", material=material)), "P2.58", f"under the gold: {material}")
    for material in ("cr", "ni", "ta"):
        lacks(altered(module(), first("rdl_barrier", material=material)), "P2.58", "barrier", f"lies {material}, not")


def test_P2_59() -> None:
    pad_shaped("P2.59", "first")


def test_P2_60() -> None:
    over_3("P2.60", first)


def test_P2_61() -> None:
    pad_shaped("P2.61", "second")


def test_P2_62() -> None:
    over_3("P2.62", second)


def test_P2_63() -> None:
    gold_scheme("P2.63")
    practises(module(), "P2.63", "join (step 2)")
    lacks(altered(module(), without_steps("join")), "P2.63", "assembled", "no step of the assembly is “join”")


@pytest.mark.parametrize("fault", FAULTS)
def test_P2_63_lacks(fault: str) -> None:
    deciding, figure, build = FAULTS[fault]
    lacks(build(), "P2.63", deciding, figure)


def test_P2_64() -> None:
    practises(module(), "P2.64", "rdl: plated in step 10 from rdl_seed into rdl_resist")
    lacks(altered(module(), part("first", _evaporated)), "P2.64", "plated", "rdl: not plated")


def _evaporated(process: Process) -> Process:
    """Gold evaporated instead of plated."""
    step = Deposit.model_validate({"kind": "deposit", "film": "rdl", "method": "evaporation", "source": "own"})
    return step_instead(process, "plate", "rdl", step)


def test_P2_65() -> None:
    pad_shaped("P2.65", "first")


def test_P2_66() -> None:
    over_3("P2.66", first)


def test_P2_67() -> None:
    ball_shaped("P2.67", "first")


def test_P2_68() -> None:
    over_15("P2.68", first, "ball")


def test_P2_69() -> None:
    pad_shaped("P2.69", "second")


def test_P2_70() -> None:
    over_3("P2.70", second)


def test_P2_71() -> None:
    ball_shaped("P2.71", "second")


def test_P2_72() -> None:
    over_15("P2.72", second, "solder")


def test_P2_73() -> None:
    families("P2.73", lambda material: first("ball", material=material), ON_FIRST)


def test_P2_74() -> None:
    named = ("SnPb", "SnAg", "SnAgCu", "SnBiZn", "SnZn", "SnBiAgCu", "SnAgCuSb", "SnSb", "SnZnInAg")
    families("P2.74", lambda material: second("solder", material=material), named)
