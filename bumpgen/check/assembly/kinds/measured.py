"""Judgements from many values at once, and how a rule's limit is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from bumpgen.check.assembly.joints import Joints, Side
from bumpgen.check.assembly.kind import MOST, Judgement, Sense, Spot, breaks, untested, violated
from bumpgen.limits import Words
from bumpgen.report import number
from bumpgen.rules import Rule

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = [
    "Measured", "at_places", "centre", "limit_told", "limit_words", "place_of", "sides_of", "unit_of", "worded",
    "worst_of",
]  # fmt: skip

SIDES = {"first": (0,), "second": (1,), "both": (0, 1)}
"""What `side` in a rule's options means: which of a joint's two parts, in the order of `between`."""


def unit_of(rule: Rule) -> str:
    """The unit of a rule's limit without what is said about it."""
    return rule.unit.split(",")[0]


def limit_told(rule: Rule, sense: Sense) -> str:
    """A numerical limit in words: at least 3 µm, more than 3 µm, at most …, less than …"""
    words = {("least", False): "at least", ("least", True): "more than"}
    words |= {("most", False): "at most", ("most", True): "less than"}
    return f"{words[sense, rule.exclusive]} {number(rule.value)} {unit_of(rule)}"


def limit_words(rule: Rule) -> tuple[str, ...]:
    """The words of a limit like "sn|cu"; ValueError if it has none."""
    if not isinstance(rule.parsed, Words):
        raise ValueError(f'rule {rule.id} of kind {rule.kind} needs words like "ti|tiw" as limit, not {rule.limit!r}')
    return rule.parsed.words


def sides_of(rule: Rule) -> tuple[int, ...]:
    """The sides a rule asks about: option `side` = "first", "second" or "both" (default). ValueError for another."""
    side = rule.options.get("side", "both")
    if side not in SIDES:
        raise ValueError(f"rule {rule.id}: side = {side!r} is none of {', '.join(SIDES)}")
    return SIDES[str(side)]


def centre(joints: Joints) -> tuple[float, float] | None:
    """The middle of all joints of an entry, µm; None without joints."""
    if not len(joints.pairs):
        return None
    x, y = joints.places.seen(joints.sides[0].part.part.pose.assembly).mean(axis=0).tolist()
    return x, y


@dataclass(frozen=True)
class Measured:
    """Values of many places, and the spot to tell of one of them by its number."""

    values: Floats
    spot: Callable[[int], Spot]


def at_places(rule: Rule, sense: Sense, groups: Iterable[Measured], nothing: str, slack: float = 1e-9) -> Judgement:
    """A rule on values at many places: as `judged`, told only where they break it; `nothing` is why there are none."""
    groups = [group for group in groups if len(group.values)]
    if not groups:
        return untested(nothing)
    sign = 1.0 if sense == "least" else -1.0
    edge = slack if rule.exclusive else -slack
    spots: list[Spot] = []
    total = 0
    for group in groups:
        bad = np.flatnonzero(sign * (group.values - rule.value) <= edge)
        total += len(bad)
        spots += [group.spot(i) for i in bad[: MOST - len(spots)].tolist()]
    worst = sign * min(float((sign * group.values).min()) for group in groups)
    return violated(spots, total, f"{number(worst)} {unit_of(rule)}")


def worst_of(
    rule: Rule, sense: Sense, values: Iterable[tuple[float, Spot]], nothing: str, told: Callable[[float], str] = number
) -> Judgement:
    """A rule on some values, each with the spot to tell if it breaks; the figure says whose the worst is.

    `nothing` is why there may be none, `told` says how a value is written.
    """
    rows = list(values)
    if not rows:
        return untested(nothing)
    worst, spot = (min if sense == "least" else max)(rows, key=lambda row: row[0])
    bad = [replace(spot, measured=value) for value, spot in rows if breaks(rule, sense, value)]
    whose = f" ({spot.part})" if spot.part else ""
    return violated(bad, len(bad), f"{told(worst)} {unit_of(rule)}{whose}")


def worded(found: Iterable[tuple[str, bool, Spot]], nothing: str) -> Judgement:
    """A judgement of words, each with whether the limit lists it and the spot to tell if not; the figure: all words."""
    rows = list(found)
    if not rows:
        return untested(nothing)
    bad = [replace(spot, measured=word) for word, fits, spot in rows if not fits]
    return violated(islice(bad, MOST), len(bad), ", ".join(dict.fromkeys(word for word, _, _ in rows)))


def place_of(side: Side, k: int) -> tuple[float, float]:
    """Where a site of a side lies from above, µm."""
    x, y = side.places.seen(side.part.part.pose.assembly)[k].tolist()
    return x, y
