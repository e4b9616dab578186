"""What a predicate says of a design: it holds, it fails, or there is nothing to judge; always with a figure."""

from __future__ import annotations

from dataclasses import dataclass

from bumpgen.check.assembly.kind import Judgement
from bumpgen.report import Place, RuleResult, counted, number

__all__ = ["Verdict", "absent", "all_of", "compared", "fails", "holds", "of_judgement", "of_result"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a condition holds (None: the design has no such thing), and what was measured, in words with units."""

    holds: bool | None
    figure: str


def holds(figure: str) -> Verdict:
    """The condition holds."""
    return Verdict(True, figure)


def fails(figure: str) -> Verdict:
    """The condition doesn't hold."""
    return Verdict(False, figure)


def absent(figure: str) -> Verdict:
    """The design has nothing the condition could be held against."""
    return Verdict(None, figure)


def compared(right: bool, figure: str) -> Verdict:
    """A condition that one comparison decides."""
    return Verdict(right, figure)


def all_of(*verdicts: Verdict) -> Verdict:
    """Several verdicts as one: the first that doesn't hold, else all figures."""
    bad = next((verdict for verdict in verdicts if not verdict.holds), None)
    return bad or holds("; ".join(verdict.figure for verdict in verdicts))


def of_judgement(found: Judgement, what: str = "") -> Verdict:
    """What an assembly rule found; `what` tells in words what its figure is. One that judged nothing fails."""
    if found.untested:
        return fails(found.untested)
    if not found.count:
        return holds(f"{what} {found.figure}".strip())
    first = found.spots[0].message if found.spots else found.figure
    return fails(first if found.count == 1 else f"{first} (and {found.count - 1} more)")


def of_result(found: RuleResult, what: str) -> Verdict:
    """What a rule on a layout found; `what` tells in words what it judged. One that wasn't tested fails."""
    if found.status == "not tested":
        return fails(found.note)
    if found.status == "clean":
        return holds(what)
    return fails(f"{what}: not at {counted(found.count, 'place', 'places')}, {_worst(found.places[0])}")


def _worst(place: Place) -> str:
    measured = "" if place.measured is None else f"{number(place.measured)} measured"
    at = f"at ({place.position}) µm" if place.position else ""
    return " ".join(part for part in (measured, at) if part) or place.message
