"""Predicates about what carries two joined chips: how the first is mounted and connected, openings, encapsulation."""

from __future__ import annotations

from collections.abc import Callable

from bumpgen.check.assembly.boxes import meet_in_plan, openings_of, stands_in
from bumpgen.check.claims.joined import mates, solders_of
from bumpgen.check.claims.mating import Mating, judged
from bumpgen.check.claims.verdict import Verdict, absent, all_of, compared, fails, holds, of_judgement
from bumpgen.report import counted

__all__ = ["PREDICATES"]


def mounted(mating: Mating) -> Verdict:
    """A carrier holds the first chip: glued or joined on it, within its outline at least in part."""
    name = mating.carrier
    if not name:
        return absent(f"no carrier holds {mating.first}")
    glue = mating.whole.assembly.parts[mating.first].table.attached
    glued = glue is not None and glue.to == name
    how = "glued on" if glued else "joined to" if mating.entries_to_carrier() else "only wired to"
    right = how != "only wired to" and meet_in_plan(mating.whole, mating.first, name)
    return compared(right, f"{mating.first} is {how} {name}")


def connected(mating: Mating, *, least: float) -> Verdict:
    """At least so many nets lead from the first chip to the carrier, by wires or joints."""
    nets = {net for wires in mating.wires_to_carrier() for net in wires.nets.tolist()}
    for entry in mating.entries_to_carrier():
        nets |= set(entry.joints.sides[0].nets[entry.joints.pairs[:, 0]].tolist())
    nets.discard("")
    return compared(len(nets) >= least, f"{counted(len(nets), 'net', 'nets')} of {mating.first} on {mating.carrier}")


def rear_mounted(mating: Mating) -> Verdict:
    """The first chip's rear is glued on the carrier, so that its pillars stand on the other, active face."""
    glue = mating.whole.assembly.parts[mating.first].table.attached
    if glue is None or glue.to != mating.carrier:
        return fails(f"the rear of {mating.first} is not attached to {mating.carrier}")
    return holds(
        f"the rear of {mating.first} on {glue.thickness.value:g} µm of {glue.material}, its face {_face(mating)}"
    )


def _face(mating: Mating) -> str:
    return mating.whole.assembly.parts[mating.first].table.face


def wired(mating: Mating, *, least: float) -> Verdict:
    """At least so many wires lead from the first chip to the carrier, each from a pad to a finger of its net."""
    found = mating.wires_to_carrier()
    if not found:
        return fails(f"no wires lead from {mating.first} to {mating.carrier}")
    count = sum(len(wires.pairs) for wires in found)
    return compared(count >= least, f"{counted(count, 'wire', 'wires')} from {mating.first} to {mating.carrier}")


def bonds_unblocked(mating: Mating) -> Verdict:
    """Wires end outside the shadow of every higher part, the second chip among them."""
    return of_judgement(
        judged(mating.whole, "bond_shadow", 0, "µm, exclusive", side="both"), "bonds clear of higher parts by"
    )


def opening(mating: Mating) -> Verdict:
    """The carrier has an opening the second chip stands in, within its outline, with the first chip over its rim."""
    own = list(openings_of(mating.whole, mating.carrier))
    if not any(stands_in(mating.whole.box(mating.second), one) for one in own):
        return fails(f"{mating.carrier} has {len(own) or 'no'} opening, none around {mating.second}")
    rules = (
        ("opening_room", 0.0, "µm"),
        ("opening_ring", 0.0, "µm, exclusive"),
        ("opening_inside", 0.0, "µm, exclusive"),
    )
    return all_of(*(of_judgement(judged(mating.whole, *rule), rule[0].replace("_", " ")) for rule in rules))


def bumped(mating: Mating, *, least: float) -> Verdict:
    """At least so many solder bumps of the first chip are joined to the carrier, each to a land of its net."""
    entries = mating.entries_to_carrier()
    if not entries:
        return fails(f"no bumps join {mating.first} to {mating.carrier}")
    if not all(solder for entry in entries for solder in solders_of(entry, "first")):
        return fails(f"{mating.first} brings no solder to {mating.carrier}")
    count = sum(len(entry.joints.pairs) for entry in entries)
    told = f"{counted(count, 'bump', 'bumps')} from {mating.first} to {mating.carrier}"
    return all_of(compared(count >= least, told), *map(mates, entries))


def bumps_unblocked(mating: Mating) -> Verdict:
    """Bumps to the carrier stand outside the shadow of the second chip."""
    return of_judgement(judged(mating.whole, "joint_shadow", 0, "µm, exclusive"), f"bumps clear of {mating.second} by")


def hangs_free(mating: Mating) -> Verdict:
    """The second chip, where it hangs below the first, doesn't reach the carrier, or stands in its opening."""
    if any(stands_in(mating.whole.box(mating.second), one) for one in openings_of(mating.whole, mating.carrier)):
        return holds(f"{mating.second} stands in an opening of {mating.carrier}")
    found = judged(mating.whole, "hanging", 0, "µm, exclusive")
    return of_judgement(found, f"free below {mating.second}:")


def encapsulated(mating: Mating) -> Verdict:
    """An encapsulant fills the gap between the chips, which there is, and all that leads to the carrier."""
    filling = mating.whole.assembly.file.encapsulation
    if filling is None:
        return fails("nothing is encapsulated")
    gap = of_judgement(judged(mating.pair, "gap", 0, "µm, exclusive"))
    left = of_judgement(judged(mating.whole, "encapsulated", 0, "gaps and wires"))
    return all_of(left, holds(f"gap {gap.figure} filled with {filling.material}") if gap.holds else gap)


PREDICATES: dict[str, Callable[..., Verdict]] = {
    "mounted": mounted, "connected": connected, "rear_mounted": rear_mounted, "wired": wired,
    "bonds_unblocked": bonds_unblocked, "opening": opening, "bumped": bumped, "bumps_unblocked": bumps_unblocked,
    "hangs_free": hangs_free, "encapsulated": encapsulated,
}  # fmt: skip
