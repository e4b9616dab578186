"""A kind of assembly rule: what it measures of a stack, and what it found."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal, TypeAlias

from bumpgen.report import number
from bumpgen.rules import Rule

if TYPE_CHECKING:
    from bumpgen.check.assembly.stack import Stack

__all__ = ["AssemblyKind", "Judgement", "Spot", "breaks", "clean", "judged", "untested", "violated"]

MOST = 1000
"""Spots of a rule that are told one by one."""

Sense: TypeAlias = Literal["least", "most", "none"]


@dataclass(frozen=True, slots=True)
class Spot:
    """One place where an assembly rule is broken: a sentence, what was measured, where from above (µm), how far
    around (µm), whose net; `part` names the die or joints it is about."""

    message: str
    measured: float | str | None = None
    at: tuple[float, float] | None = None
    reach: float = 0.0
    net: str = ""
    part: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a rule found: how many places break it, the first of them, the figure that decides, why it wasn't tested.

    `figure` is the worst value measured, in words with its unit, also of what is clean.
    """

    count: int = 0
    spots: tuple[Spot, ...] = ()
    figure: str = ""
    untested: str = ""


@dataclass(frozen=True, slots=True)
class AssemblyKind:
    """One kind of assembly rule.

    `quantity` names what is measured, `sense` says what the limit is, `judge` measures a stack against a rule.
    """

    name: str
    meaning: str
    quantity: str
    sense: Sense
    judge: Callable[[Rule, Stack], Judgement]


def untested(reason: str) -> Judgement:
    """A rule that this stack gives nothing to judge."""
    return Judgement(untested=reason)


def clean(figure: str) -> Judgement:
    """A rule that holds, and the figure that shows it."""
    return Judgement(figure=figure)


def violated(spots: Iterable[Spot], count: int, figure: str = "") -> Judgement:
    """A rule broken at `count` places; the first are kept."""
    return Judgement(count, tuple(islice(spots, MOST)), figure)


def breaks(rule: Rule, sense: Sense, measured: float, slack: float = 1e-9) -> bool:
    """Whether a measured value breaks a rule whose limit is a number."""
    over = measured - rule.value
    if rule.exclusive and abs(over) <= slack:
        return True
    return over < -slack if sense == "least" else over > slack


def judged(rule: Rule, sense: Sense, measured: Iterable[tuple[float, Spot]], nothing: str = "") -> Judgement:
    """A rule on some values, each with the spot to tell if it breaks; `nothing` is why there may be none."""
    values = list(measured)
    if not values:
        return untested(nothing)
    worst = (min if sense == "least" else max)(value for value, _ in values)
    unit = rule.unit.split(",")[0]
    bad = [spot for value, spot in values if breaks(rule, sense, value)]
    return violated(bad, len(bad), f"{number(worst)} {unit}".strip())
