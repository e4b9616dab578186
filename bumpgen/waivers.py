"""Waivers: violations somebody accepted, each with a reason and a day it ends.

A waiver that matches nothing, and one that has expired, are results themselves: a file of exceptions must
not outlive what it excepts.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from pydantic import Field, field_validator

from bumpgen.errors import Where
from bumpgen.report import Box, Place, RuleResult
from bumpgen.toml import Table, line_of, parse, read_text, validate

__all__ = ["EXPIRED", "UNUSED", "Waiver", "Waivers", "apply_waivers", "read_waivers"]

UNUSED, EXPIRED = "WAIVER.U.1", "WAIVER.E.1"
"""Rules that the waivers themselves are judged by."""

REACH = 1e-6
"""A place may stand out of a waiver's box by this much, µm: printed coordinates are rounded."""


class Waiver(Table):
    """An accepted violation: rule (a pattern such as `UBM.*` too), and where.

    `box` (x0, y0, x1, y1 in µm) must hold a place wholly; `cell` and `net` are patterns. Without any
    of them all places of the rule are meant. `expires` is the last day it holds.
    """

    rule: str = Field(min_length=1)
    box: Box | None = None
    cell: str | None = None
    net: str | None = None
    reason: str = Field(min_length=1)
    expires: date
    by: str = ""

    @field_validator("reason")
    @classmethod
    def _reason_says_something(cls, reason: str) -> str:
        if not reason.strip():
            raise ValueError("a waiver needs a reason")
        return reason

    @field_validator("box")
    @classmethod
    def _box_is_ordered(cls, box: Box | None) -> Box | None:
        if box is not None and not (box[0] < box[2] and box[1] < box[3]):
            raise ValueError(f"the box {list(box)} is empty: write [x0, y0, x1, y1] with x0 < x1 and y0 < y1")
        return box

    def names(self, rule: str) -> bool:
        """Whether it is meant for a rule."""
        return fnmatchcase(rule, self.rule)

    def holds(self, place: Place) -> bool:
        """Whether it accepts a place."""
        if not self.names(place.rule):
            return False
        if self.cell is not None and not (place.cell and fnmatchcase(place.cell, self.cell)):
            return False
        if self.net is not None and not (place.net and fnmatchcase(place.net, self.net)):
            return False
        return self.box is None or (place.box is not None and _inside(place.box, self.box))


class _File(Table):
    waive: tuple[Waiver, ...] = ()


@dataclass(frozen=True, slots=True)
class Waivers:
    """The waivers of one file with the line each begins on."""

    path: Path
    rows: tuple[Waiver, ...]
    lines: tuple[int | None, ...]

    def needs_owner(self, rule: str) -> bool:
        """Whether a rule's places must know their cell or net to be judged."""
        return any(row.names(rule) and (row.cell is not None or row.net is not None) for row in self.rows)


def read_waivers(path: Path) -> Waivers:
    """The [[waive]] rows of a TOML file; raises InputError with file, line and key."""
    if not read_text(path).strip():
        return Waivers(path, (), ())
    data, text = parse(path)
    rows = validate(data, _File, path, text).waive
    return Waivers(path, rows, tuple(line_of(text, ["waive", str(number)]) for number in range(len(rows))))


def apply_waivers(
    results: Sequence[RuleResult], waivers: Waivers, today: date, skipped: Collection[str] = ()
) -> tuple[RuleResult, ...]:
    """Results with the reason in every waived place, and a result each for unused and for expired waivers.

    Results must hold all their places. `skipped` are rules that were left out of this check: a waiver for
    one of them is not called unused.
    """
    valid = [row.expires >= today for row in waivers.rows]
    used: set[int] = set()
    judged = tuple(_waive(result, waivers, valid, used) for result in results)
    stale = [n for n, ok in enumerate(valid) if not ok]
    idle = [
        n
        for n, row in enumerate(waivers.rows)
        if valid[n] and n not in used and not any(row.names(rule) for rule in skipped)
    ]
    own = [
        _own(EXPIRED, "error", [_told(EXPIRED, waivers, n, f"expired on {waivers.rows[n].expires}") for n in stale]),
        _own(UNUSED, "warning", [_told(UNUSED, waivers, n, "matches no place") for n in idle]),
    ]
    return (*judged, *(result for result in own if result.places))


def _waive(result: RuleResult, waivers: Waivers, valid: Sequence[bool], used: set[int]) -> RuleResult:
    candidates = [n for n, row in enumerate(waivers.rows) if valid[n] and row.names(result.rule)]
    if not candidates or not result.places:
        return result
    places = []
    for place in result.places:
        holding = [n for n in candidates if waivers.rows[n].holds(place)]
        used.update(holding)
        places.append(replace(place, waived=_reason(waivers.rows[holding[0]])) if holding else place)
    return replace(result, places=tuple(places), waived=sum(1 for place in places if place.waived))


def _reason(row: Waiver) -> str:
    who = f" ({row.by})" if row.by else ""
    return f"{row.reason.strip()}{who}, until {row.expires}"


def _told(rule: str, waivers: Waivers, number: int, what: str) -> Place:
    row = waivers.rows[number]
    where = Where(waivers.path, waivers.lines[number])
    return Place(rule, row.box, None, f"{where}: the waiver of {row.rule} {what} ({row.reason.strip()})")


def _own(rule: str, severity: Any, places: list[Place]) -> RuleResult:
    kind = {UNUSED: "unused_waiver", EXPIRED: "expired_waiver"}[rule]
    reason = {
        UNUSED: "a waiver nobody needs hides the next violation there: remove it, or mend its rule and place",
        EXPIRED: "the day it was accepted until is past: mend the violation, or accept it anew",
    }[rule]
    return RuleResult(
        rule, kind, (), "none", "", severity, reason, "own", "violated" if places else "clean",
        tuple(places), len(places),
    )  # fmt: skip


def _inside(inner: Box, outer: Box) -> bool:
    low = all(inner[i] >= outer[i] - REACH for i in (0, 1))
    return low and all(inner[i] <= outer[i] + REACH for i in (2, 3))
