"""Predicates about two joined parts: pillars, solder, partners, steps of the assembly, materials, cross-sections."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from bumpgen.check.assembly.faces import Solder
from bumpgen.check.assembly.joints import JointClass
from bumpgen.check.assembly.kinds.heights import is_chip
from bumpgen.check.assembly.kinds.melting import liquidus_of
from bumpgen.check.claims.mating import Mating, judged
from bumpgen.check.claims.verdict import Verdict, absent, all_of, compared, fails, holds, of_judgement
from bumpgen.check.joint import melting_margin
from bumpgen.check.kinds.materials import words_of
from bumpgen.errors import InputError
from bumpgen.process import Process
from bumpgen.report import number
from bumpgen.steps import Deposit, Join, Place, Plate, Print

__all__ = ["PREDICATES", "mates", "solders_of"]

SIDES = ("first", "second")


def chips(mating: Mating) -> Verdict:
    """Both parts are chips."""
    parts = [mating.part(side).part for side in SIDES]
    told = " and ".join(f"{part.name} of {part.body}" for part in parts)
    return holds(f"two chips: {told}") if all(map(is_chip, parts)) else absent(f"not two chips: {told}")


def pillars(mating: Mating, *, of: str, least: float = 1) -> Verdict:
    """At least so many pillars of a part are in the joints."""
    side = SIDES.index(of)
    found = sum(joint.count for joint in mating.joints.classes if joint.faces[side].face.pillar)
    if not found:
        return absent(f"no pillar of {mating.part(of).part.name} is in a joint")
    return compared(found >= least, f"{found} pillars of {mating.part(of).part.name} in joints")


def solders_of(mating: Mating, side: str) -> list[Solder | None]:
    """What each class of joints has of solder on a side; None for none drawn."""
    faces = [joint.faces[SIDES.index(side)] for joint in mating.joints.classes]
    return [face.face.solder if face.volume else None for face in faces]


def solder_on(mating: Mating, *, side: str) -> Verdict:
    """A part brings solder to every joint, which its process makes."""
    found, part = solders_of(mating, side), mating.part(side).part
    name = part.name
    if missing := next((solder for solder in found if solder and not _is_made(part.process, solder)), None):
        return fails(f"no step of {part.process.name} makes the {missing.form} of {missing.material}")
    counts = [joint.count for joint in mating.joints.classes]
    with_solder = sum(count for count, solder in zip(counts, found, strict=True) if solder)
    kinds = dict.fromkeys(f"{solder.form} of {solder.material}" for solder in found if solder)
    told = f"{with_solder} of {sum(counts)} joints have solder of {name}" + "".join(f", {kind}" for kind in kinds)
    return compared(bool(counts) and with_solder == sum(counts), told)


def _is_made(process: Process, solder: Solder) -> bool:
    """Whether a step before any joining puts a film of that solder there."""
    names = {film.name for film in process.films if (film.layer, film.material) == (solder.layer, solder.material)}
    before = itertools.takewhile(lambda step: not isinstance(step, Join), process.steps)
    return any(isinstance(step, Plate | Place | Print | Deposit) and step.film in names for step in before)


def soldered(mating: Mating) -> Verdict:
    """Solder of one part or both connects every joint."""
    return of_judgement(judged(mating.pair, "soldered", 0, "joints without"))


def mates(mating: Mating) -> Verdict:
    """Every site lies on its partner, and both bear one net."""
    pairs = of_judgement(judged(mating.pair, "partners", 0, "sites"))
    return all_of(pairs, of_judgement(judged(mating.pair, "same_net", 0, "pairs"))) if pairs.holds else pairs


def assembled(mating: Mating, *, order: str) -> Verdict:
    """The assembly's steps for these joints come in an order: words are kinds of steps, as "join|reflow"."""
    after, told = 0, list[str]()
    for kind in order.split("|"):
        mine = [n for n, step in enumerate(mating.whole.assembly.file.steps, 1)
                if step.kind == kind and mating.table.name in getattr(step, "joints", ())]  # fmt: skip
        later = [n for n in mine if n > after]
        if not later:
            where = f" after {told[-1]}" if told and mine else ""
            return fails(f"no step of the assembly is “{kind}” of joints {mating.table.name}{where}")
        after = later[0]
        told.append(f"{kind} (step {after})")
    return holds(", ".join(told))


def self_aligns(mating: Mating) -> Verdict:
    """The placement is off by less than half the narrower face, so that molten solder pulls the parts straight."""
    return of_judgement(judged(mating.pair, "self_alignment", 0, "µm, exclusive"), "half a face less the placement:")


def printed(mating: Mating, *, side: str) -> Verdict:
    """A part's solder is paste pressed through a stencil before the parts meet."""
    layers = {solder.layer for solder in solders_of(mating, side) if solder}
    process = mating.part(side).part.process
    for number_of, step in enumerate(process.steps, 1):
        if isinstance(step, Join):
            break
        if isinstance(step, Print) and process.film(step.film).layer in layers:
            return holds(f"{process.film(step.film).material} printed in step {number_of} of {process.name}")
    return fails(f"no step of {process.name} prints the solder of {mating.part(side).part.name}")


def form(mating: Mating, *, side: str, words: str) -> Verdict:
    """Solder of a part has one of some forms before the parts meet: pad, cap, bump, ball, paste."""
    found = [solder.form if solder else "none" for solder in solders_of(mating, side)]
    told = f"solder of {mating.part(side).part.name}: {', '.join(dict.fromkeys(found)) or 'none'}"
    return compared(bool(found) and set(found) <= set(words.split("|")), told)


def height(mating: Mating, *, side: str, forms: str, more: float) -> Verdict:
    """Solder of a part, of some forms, is higher than so many µm before the parts meet."""
    found = judged(mating.pair, "solder_height", more, "µm, exclusive", side=side, form=forms)
    return of_judgement(found, f"solder of {mating.part(side).part.name} is high")


def pillar_elements(mating: Mating, *, side: str, words: str) -> Verdict:
    """A part's pillars consist of some elements only."""
    return of_judgement(judged(mating.pair, "pillar_elements", words, "elements", side=side), "pillars of")


def solder_elements(mating: Mating, *, side: str, words: str) -> Verdict:
    """Solder of a part (or both) consists of some elements only."""
    return of_judgement(judged(mating.pair, "solder_elements", words, "elements", side=side), "solder of")


def melts_above(mating: Mating, *, of: str, more: float) -> Verdict:
    """Pillars of a part begin to melt more than so many K above the temperature the joint's solder is molten at."""
    side, verdicts = SIDES.index(of), []
    for joint in mating.joints.classes:
        face, part = joint.faces[side].face, mating.part(of).part
        solidus, liquidus = part.process.materials[face.material].solidus, _fusion(mating, joint)
        if solidus is None or liquidus is None or not face.pillar:
            return fails(f"pillar of {face.material}: not known when it or the solder on it melts")
        over = melting_margin(solidus.value, liquidus)
        told = (
            f"{part.name}'s pillar of {face.material} melts at {number(solidus.value)} °C, {number(over)} K above "
            f"the fusion at {number(liquidus)} °C"
        )
        verdicts.append(compared(over > more, told))
    return all_of(*dict.fromkeys(verdicts)) if verdicts else fails("there are no joints")


def _fusion(mating: Mating, joint: JointClass) -> float | None:
    """The temperature a joint's solder is molten at, °C; None if the table of materials doesn't know."""
    try:
        return liquidus_of(mating.joints, joint)
    except InputError:
        return None


def section(mating: Mating, *, most: float) -> Verdict:
    """Cross-sections of pillars on pillars are of one shape and differ by at most so many µm per side."""
    return of_judgement(judged(mating.pair, "cross_section", most, "µm per side"), "sections differ by")


def section_alike(mating: Mating, *, share: float, or_most: float) -> Verdict:
    """Cross-sections are of one shape and differ per side by a share of the smaller width, or so many µm, at most."""
    verdicts = []
    for joint in mating.joints.classes:
        found = joint.mismatch
        if found is None:
            return fails("a face is not drawn")
        least = min(min(face.contact.size) for face in joint.faces if face.contact)
        told = (
            found.reason or f"{number(found.per_side)} µm per side, {found.per_side / least:.1%} of {number(least)} µm"
        )
        verdicts.append(compared(not found.reason and found.per_side <= max(share * least, or_most), told))
    return all_of(*dict.fromkeys(verdicts)) if verdicts else fails("there are no joints")


def pillar_higher(mating: Mating, *, more: float) -> Verdict:
    """The first part's pillars are higher than the second's by more than so many µm."""
    return of_judgement(judged(mating.pair, "pillar_higher", more, "µm, exclusive"), "the first higher by")


def pillar_height(mating: Mating, *, side: str, less: float) -> Verdict:
    """A part's pillars are lower than so many µm."""
    found = judged(mating.pair, "pillar_height", less, "µm, exclusive", side=side)
    return of_judgement(found, f"pillars of {mating.part(side).part.name} are high")


def body_of(mating: Mating, *, of: str, words: str) -> Verdict:
    """What a part (first, second) or the carrier is made of is of one of some families or groups."""
    name = mating.carrier if of == "carrier" else mating.part(of).part.name
    part = mating.whole.assembly.parts[name]
    named = words_of(part.body, part.process.materials[part.body])
    return compared(bool(named.intersection(words.split("|"))), f"{name} is of {part.body}")


def not_body_of(mating: Mating, *, of: str, words: str) -> Verdict:
    """What a part or the carrier is made of is of none of some families or groups."""
    found = body_of(mating, of=of, words=words)
    return compared(not found.holds, found.figure)


def between(mating: Mating) -> Verdict:
    """All joints lie between both parts: inside both outlines."""
    return of_judgement(judged(mating.pair, "joint_inside", 0), "joints inside both outlines by")


PREDICATES: dict[str, Callable[..., Verdict]] = {
    "chips": chips, "pillars": pillars, "solder_on": solder_on, "soldered": soldered, "mates": mates,
    "assembled": assembled, "self_aligns": self_aligns, "printed": printed, "form": form, "height": height,
    "pillar_elements": pillar_elements, "solder_elements": solder_elements, "melts_above": melts_above,
    "section": section, "section_alike": section_alike, "pillar_higher": pillar_higher,
    "pillar_height": pillar_height, "body_of": body_of, "not_body_of": not_body_of, "between": between,
}  # fmt: skip
