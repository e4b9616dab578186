"""The 30 claims of the first founding method: each with a design that practises it and one that doesn't."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import klayout.db as db
import pytest

from bumpgen.check.claims.judge import Claims
from bumpgen.process import Process
from tests.claims.cases import (
    Polygons,
    all_but_one,
    alone,
    boxes,
    bridged,
    drawn,
    film,
    lacks,
    made,
    one,
    one_moved,
    practises,
    resized,
    shipped,
    step_first,
    without_films,
    without_step,
)  # fmt: skip

LEAD_TIN = "sn63pb37"
ADHESION = ("al", "ti", "tiw", "cr", "crcu", "cu", "ta")
METALLIC = ("niv", "tin", "tan", "ni", "crcu", "cr", "cu", "pd")
ALLOYED = ("sac305", "ausn20", "in100", "sn42bi58", "sn91zn9", "sn95sb5", "sn993cu07", "sn63pb37")


def on_wafer() -> Claims:
    """Balls dropped into fluxed resist openings on a wafer."""
    return shipped("balldrop_die")


def on_rdl() -> Claims:
    """The same over a redistribution layer, in a polymer."""
    return shipped("balldrop_rdl_die")


def on_board() -> Claims:
    """The same on a board."""
    return shipped("balldrop_board")


def on_pads() -> Claims:
    """Flux and balls of tin-lead straight on copper pads."""
    return shipped("flux_ball_die")


def of(material: str, name: str = "ball") -> Callable[[Claims], Claims]:
    """A design with one film of another material."""
    return lambda found: made(found, film, name, material=material)


def groups(
    found: Claims, claim: str, name: str, good: Iterable[str], bad: Iterable[str], words: Callable[[str], str] = str
) -> None:
    """The claim's own condition holds for some materials of a film and fails for others, which the figure names."""
    for material in good:
        verdict = alone(of(material, name)(found), claim)
        assert verdict.holds, verdict.figure
        assert words(material) in verdict.figure
    for material in bad:
        verdict = alone(of(material, name)(found), claim)
        assert verdict.holds is False
        assert words(material) in verdict.figure


def etched_only(process: Process, film_name: str) -> Process:
    """The process with etch steps that etch one film only."""
    steps = [step.model_copy(update={"films": (film_name,)}) if step.kind == "etch" else step for step in process.steps]
    return process.model_copy(update={"steps": tuple(steps)})


Fault = tuple[str, str, Callable[[Claims], Claims]]

FAULTS: dict[str, Fault] = {
    "one pad without UBM": ("each", "0 measured", lambda found: drawn(found, "UBM", all_but_one)),
    "pad smaller than its opening": ("within", "contact pad", lambda found: drawn(found, "PAD", resized(0.5))),
    "UBM smaller than the opening": ("within", "under-bump metal", lambda found: drawn(found, "UBM", resized(0.5))),
    "UBM of two pads in one piece": ("each", "2 measured", lambda found: drawn(found, "UBM", bridged)),
    "adhesion alone": ("films", "1 film: ti", lambda found: made(found, without_films, "barrier", "wetting")),
    "one UBM not opened": ("each", "structure opening", lambda found: drawn(found, "RESIST", all_but_one)),
    "one ball missing": ("each", "solder block", lambda found: drawn(found, "BALL", all_but_one)),
    "ball wider than its opening": ("sizes", "95 over 96 µm", lambda found: drawn(found, "BALL", resized(1.2))),
    "no room for flux": ("flux_room", "-5,740 µm³", lambda found: made(found, film, "ball", 120)),
    "bump wider than its opening": ("bump_within", "openings 95 µm", lambda found: made(found, film, "ball", 95)),
    "resist that softens": ("stands_reflow", "stands 100 °C", of("resist_pos", "bump_resist")),
    "resist gone before the reflow": (
        "flow", "no step is “strip” after reflow",
        lambda found: made(found, step_first, ("strip", "bump_resist"), ("reflow", "ball")),
    ),
    "ball before the flux": (
        "flow", "no step is “place” after flux",
        lambda found: made(found, step_first, ("place", "ball"), ("fill", "flux")),
    ),
    "flux stays": ("flow", "no step is “clean”", lambda found: made(found, without_step, "clean")),
    "adhesion etched alone": ("flow", "no step is “pattern”", lambda found: made(found, etched_only, "adhesion")),
    "resist never opened": ("flow", "no step is “structure”", lambda found: made(found, without_step, "develop")),
    "ball beside its opening": ("centred", "solder block", lambda found: drawn(found, "BALL", one_moved(-49))),
    "UBM never etched": ("flow", "no step is “pattern”", lambda found: made(found, without_step, "etch")),
}  # fmt: skip
"""What keeps a design from claims 1 and 9: the condition that decides, and what its figure says."""


def test_P1_01() -> None:
    practises(on_wafer(), "P1.1", "189 × pad opening", "ti/niv/cu", "stands 270 °C, the reflow peaks at 250 °C",
              "bumps 86.9645 µm wide, openings 95 µm", "flux (step 12), place (step 13), reflow (step 14)")  # fmt: skip
    practises(of("polyimide", "passivation")(on_wafer()), "P1.1", "passivation of polyimide")
    lacks(on_rdl(), "P1.1", "passivated", "poly2 of polyimide")
    lacks(on_board(), "P1.1", "body", "fr4")
    lacks(of("polyimide", "bump_resist")(on_wafer()), "P1.1", "structure", "polyimide")
    lacks(shipped("staggered_10k"), "P1.1", "count", "places no solder block", "not applicable")


@pytest.mark.parametrize("fault", FAULTS)
def test_P1_01_lacks(fault: str) -> None:
    deciding, figure, alter = FAULTS[fault]
    lacks(alter(on_wafer()), "P1.1", deciding, figure)


def test_P1_02() -> None:
    practises(on_wafer(), "P1.2", "adhesion (ti)")
    lacks(of("ni", "adhesion")(on_wafer()), "P1.2", "material", "adhesion (ni)")
    groups(on_wafer(), "P1.2", "adhesion", ADHESION, ("ni", "au", "pd"))


def test_P1_03() -> None:
    practises(on_wafer(), "P1.3", "barrier (niv) and wetting (cu)")
    lacks(of("au", "wetting")(on_wafer()), "P1.3", "material", "wetting (au)")
    groups(on_wafer(), "P1.3", "wetting", METALLIC, ("au", "ti", "al"))


def test_P1_04() -> None:
    practises(of(LEAD_TIN)(on_wafer()), "P1.4", "Sn and Pb")
    lacks(on_wafer(), "P1.4", "solder_has", "sac305: Sn and Ag and Cu")
    lacks(of("pb")(on_wafer()), "P1.4", "solder_has", "pb: Pb")


def test_P1_05() -> None:
    practises(on_wafer(), "P1.5", "sac305")
    lacks(of(LEAD_TIN)(on_wafer()), "P1.5", "solder_lacks", "Pb")


def test_P1_06() -> None:
    practises(on_wafer(), "P1.6", "Ag and Cu")
    lacks(of("sn")(on_wafer()), "P1.6", "solder_has_one", "sn: Sn")
    groups(on_wafer(), "P1.6", "ball", ALLOYED, ("sn",))


def test_P1_06_names_lead_that_the_claim_it_depends_on_excludes() -> None:
    leaded = of(LEAD_TIN)(on_wafer())
    assert alone(leaded, "P1.6").holds
    lacks(leaded, "P1.6", "P1.5", "Pb")


def test_P1_07() -> None:
    practises(on_wafer(), "P1.7", "pad (al)")
    practises(of("cu", "pad")(on_wafer()), "P1.7", "pad (cu)")
    lacks(of("au", "pad")(on_wafer()), "P1.7", "material", "pad (au)")


def test_P1_08() -> None:
    practises(on_wafer(), "P1.8", "each a circle", "95 over 80 µm")
    lacks(drawn(on_wafer(), "BALL", boxes), "P1.8", "shape", "square measured")
    lacks(drawn(on_wafer(), "BALL", resized(0.5)), "P1.8", "sizes", "2.375 measured")
    for factor in (0.6, 1.18):  # nearly two balls, hardly one
        practises(drawn(on_wafer(), "BALL", resized(factor)), "P1.8")
    lacks(drawn(on_wafer(), "BALL", resized(0.59)), "P1.8", "sizes", "2.01")


def test_P1_09() -> None:
    practises(on_board(), "P1.9", "under-bump metal of 3 films: ti/niv/cu")
    practises(on_rdl(), "P1.9", "24 × pad opening")
    lacks(on_pads(), "P1.9", "films", "flux_ball makes no under-bump metal")
    lacks(shipped("gold_rdl_die"), "P1.9", "each", "gold_rdl makes no structure opening")


@pytest.mark.parametrize("fault", FAULTS)
def test_P1_09_lacks(fault: str) -> None:
    deciding, figure, alter = FAULTS[fault]
    lacks(alter(on_board()), "P1.9", deciding, figure)


def test_P1_10() -> None:
    practises(on_wafer(), "P1.10", "of silicon")
    lacks(on_board(), "P1.10", "body", "of fr4")


def test_P1_11() -> None:
    practises(on_rdl(), "P1.11", "RDL, which leads to PAD", "24 of 24 bumps joined")
    lacks(on_wafer(), "P1.11", "redistributed", "leads nowhere")
    lacks(of("fr4", "wafer")(on_rdl()), "P1.11", "body", "of fr4")
    lacks(drawn(on_rdl(), "RDL", _cut), "P1.11", "reaches_pads", "23 of 24 bumps")
    die = one(on_rdl())
    net = next(terminal.net for terminal in die.terminals if terminal.kind == "bump" and terminal.net)
    left = tuple(terminal for terminal in die.terminals if terminal.kind == "bump" or terminal.net != net)
    count = sum(terminal.kind == "bump" and terminal.net == net for terminal in die.terminals)
    found = Claims({die.name: replace(die, terminals=left)})
    lacks(found, "P1.11", "reaches_pads", f"{24 - count} of 24 bumps")


def _cut(shapes: Polygons) -> Iterable[db.Polygon]:
    """Redistribution metal of which one bump pad is cut off its line: within 70 µm only 50 are left."""
    bump = next(terminal for terminal in one(on_rdl()).terminals if terminal.kind == "bump" and terminal.net)
    centre = db.Vector(round(bump.x * 1000), round(bump.y * 1000))
    rings = [db.Polygon.ellipse(db.Box(-r, -r, r, r), 64).moved(centre) for r in (50_000, 70_000)]
    cut: Iterable[db.Polygon] = (db.Region(shapes) - (db.Region(rings[1]) - db.Region(rings[0]))).each()
    return cut


def test_P1_12() -> None:
    practises(on_board(), "P1.12", "of fr4")
    body = next(film for film in one(on_board()).process.films if film.material == "fr4")
    for material in ("bt", "glass", "alumina", "metal_board"):
        practises(of(material, body.name)(on_board()), "P1.12", f"of {material}")
    lacks(on_wafer(), "P1.12", "body", "of silicon")


def test_P1_13() -> None:
    practises(on_board(), "P1.13", "adhesion (ti)")
    lacks(of("pd", "adhesion")(on_board()), "P1.13", "material", "adhesion (pd)")
    groups(on_board(), "P1.13", "adhesion", ADHESION, ("ni", "au", "pd"))


def test_P1_14() -> None:
    practises(on_board(), "P1.14", "barrier (niv) and wetting (cu)")
    lacks(of("ag", "barrier")(on_board()), "P1.14", "material", "barrier (ag)")
    groups(on_board(), "P1.14", "barrier", METALLIC, ("au", "ti", "al"))


def test_P1_15() -> None:
    practises(of(LEAD_TIN)(on_board()), "P1.15", "Sn and Pb")
    practises(of("pb95sn5")(on_board()), "P1.15", "Pb and Sn")
    lacks(on_board(), "P1.15", "solder_has", "sac305")
    lacks(of("pb")(on_board()), "P1.15", "solder_has", "pb: Pb")


def test_P1_16() -> None:
    practises(on_board(), "P1.16", "sac305")
    lacks(of(LEAD_TIN)(on_board()), "P1.16", "solder_lacks", "Pb")


def test_P1_17() -> None:
    practises(on_board(), "P1.17", "Ag and Cu")
    lacks(of("sn")(on_board()), "P1.17", "solder_has_one", "sn: Sn")
    lacks(of(LEAD_TIN)(on_board()), "P1.17", "P1.16", "Pb")
    groups(on_board(), "P1.17", "ball", ALLOYED, ("sn",))


def test_P1_18() -> None:
    practises(on_wafer(), "P1.18", "resist_heat")
    lacks(of("polyimide", "bump_resist")(on_wafer()), "P1.18", "structure", "polyimide")


def test_P1_19() -> None:
    practises(on_rdl(), "P1.19", "polymer_strip")
    lacks(on_wafer(), "P1.19", "structure", "resist_heat")
    lacks(of("resist_heat", "bump_resist")(on_rdl()), "P1.19", "structure", "resist_heat")


def test_P1_20() -> None:
    practises(on_board(), "P1.20", "pad (cu)")
    practises(on_rdl(), "P1.20", "rdl (cu)")
    lacks(of("au", "rdl")(on_rdl()), "P1.20", "material", "rdl (au)")


def test_P1_21() -> None:
    practises(on_board(), "P1.21", "each a circle", "95 over 80 µm")
    lacks(drawn(on_board(), "BALL", boxes), "P1.21", "shape", "square measured")
    lacks(drawn(on_board(), "BALL", resized(0.5)), "P1.21", "sizes", "2.375 measured")


PLAIN_FAULTS: dict[str, Fault] = {
    "one pad without a ball": ("each", "solder block", lambda found: drawn(found, "BALL", all_but_one)),
    "ball beside all pads": ("each", "pad opening", lambda found: drawn(found, "BALL", one_moved(75, 75))),
    "ball on a pad's edge": ("centred", "61 of 62", lambda found: drawn(found, "BALL", one_moved(35))),
    "flux beside its pad": ("flux_covers", "not at 1 place", lambda found: drawn(found, "FLUX", one_moved(40))),
    "flux of two pads in one": ("flux_covers", "2 measured", lambda found: drawn(found, "FLUX", bridged)),
    "no flux": ("flux_covers", "puts no flux", lambda found: made(found, without_films, "flux")),
    "bumps that meet": ("bumps_apart", "at a pitch of 150 µm", lambda found: made(found, film, "ball", 151)),
    "flux under no ball": (
        "flow", "no step is “place” after flux",
        lambda found: made(found, step_first, ("place", "ball"), ("fill", "flux")),
    ),
    "never reflowed": ("flow", "no step is “reflow”", lambda found: made(found, without_step, "reflow")),
    "flux stays": ("flow", "no step is “clean”", lambda found: made(found, without_step, "clean")),
}  # fmt: skip


def test_P1_22() -> None:
    practises(on_pads(), "P1.22", "62 of 62", "at a pitch of 150 µm", "flux (step 1), place (step 2), reflow (step 3)")
    practises(shipped("gold_rdl_die"), "P1.22", "without a layer of its own")
    lacks(shipped("staggered_10k"), "P1.22", "count", "places no solder block", "not applicable")


@pytest.mark.parametrize("fault", PLAIN_FAULTS)
def test_P1_22_lacks(fault: str) -> None:
    deciding, figure, alter = PLAIN_FAULTS[fault]
    lacks(alter(on_pads()), "P1.22", deciding, figure)


def test_P1_23() -> None:
    practises(on_wafer(), "P1.23", "ti/niv/cu", "adhesion (step 1), metal (step 3), flux (step 12)")
    lacks(on_pads(), "P1.23", "films", "makes no under-bump metal")
    lacks(made(on_wafer(), without_films, "barrier", "wetting"), "P1.23", "films", "1 film: ti")
    lacks(drawn(on_wafer(), "UBM", all_but_one), "P1.23", "each", "0 measured")
    early = made(on_wafer(), step_first, ("fill", "flux"), ("deposit", "adhesion"))
    lacks(early, "P1.23", "flow", "no step is “flux” after metal")


def test_P1_24() -> None:
    practises(shipped("gold_rdl_die"), "P1.24", "ubm_adhesion (ti)")
    lacks(of("ni", "adhesion")(on_wafer()), "P1.24", "material", "adhesion (ni)")
    groups(on_wafer(), "P1.24", "adhesion", ADHESION, ("ni", "au", "pd"))


def test_P1_25() -> None:
    practises(shipped("gold_rdl_die"), "P1.25", "ubm_copper (cu) and ubm_nickel (ni)")
    lacks(of("au", "wetting")(on_wafer()), "P1.25", "material", "wetting (au)")
    groups(on_wafer(), "P1.25", "wetting", METALLIC, ("au", "ti", "al"))


def test_P1_26() -> None:
    practises(on_pads(), "P1.26", "Sn and Pb")
    lacks(of("sac305")(on_pads()), "P1.26", "solder_has", "sac305")
    lacks(of("pb")(on_pads()), "P1.26", "solder_has", "pb: Pb")


def test_P1_27() -> None:
    practises(of("sac305")(on_pads()), "P1.27", "sac305")
    lacks(on_pads(), "P1.27", "solder_lacks", "Pb")


def test_P1_28() -> None:
    practises(of("sac305")(on_pads()), "P1.28", "Ag and Cu")
    lacks(of("sn")(on_pads()), "P1.28", "solder_has_one", "sn: Sn")
    lacks(on_pads(), "P1.28", "P1.27", "Pb")
    groups(on_pads(), "P1.28", "ball", ALLOYED, ("sn",))


def test_P1_29() -> None:
    practises(on_pads(), "P1.29", "pad (cu)")
    practises(of("al", "pad")(on_pads()), "P1.29", "pad (al)")
    lacks(of("au", "pad")(on_pads()), "P1.29", "material", "pad (au)")


def test_P1_30() -> None:
    practises(on_pads(), "P1.30", "62 × solder block, each a circle")
    lacks(drawn(on_pads(), "BALL", boxes), "P1.30", "shape", "square measured")
