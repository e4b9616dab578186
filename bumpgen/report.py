"""What a check found, as values: places where a rule is broken, one result a rule, one row a net.

A place is all markers of one rule that touch: one bad bump is one place. All lengths are µm.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

__all__ = ["Box", "NetRow", "Place", "Report", "RuleResult", "Severity", "Status"]

Severity: TypeAlias = Literal["error", "warning"]
Status: TypeAlias = Literal["clean", "violated", "not tested"]
Box: TypeAlias = tuple[float, float, float, float]
"""x0, y0, x1, y1 in µm."""


@dataclass(frozen=True, slots=True)
class Place:
    """One place where a rule is broken.

    `box` bounds its markers, `outlines` are their polygons (points in µm); both are empty for a rule
    that has no place, as a film's thickness. `measured` is the worst value found there; `net` and
    `cell` say whose it is, where that is known. `waived` is the reason it was accepted, if it was.
    """

    rule: str
    box: Box | None
    measured: float | str | None
    message: str
    outlines: tuple[tuple[tuple[float, float], ...], ...] = ()
    net: str = ""
    cell: str = ""
    waived: str = ""

    @property
    def centre(self) -> tuple[float, float] | None:
        """The middle of its box, µm."""
        if self.box is None:
            return None
        x0, y0, x1, y1 = self.box
        return (x0 + x1) / 2, (y0 + y1) / 2


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One rule's verdict. `note` says why a rule was not tested; `seconds` it took.

    `count` is the number of places, of which `places` may hold the first ones only.
    """

    rule: str
    kind: str
    layers: tuple[str, ...]
    limit: float | str
    unit: str
    severity: Severity
    reason: str
    source: str
    status: Status
    places: tuple[Place, ...] = ()
    count: int = 0
    note: str = ""
    seconds: float = 0.0

    @property
    def open(self) -> int:
        """Places that are not waived."""
        return self.count - sum(1 for place in self.places if place.waived)


@dataclass(frozen=True, slots=True)
class NetRow:
    """One extracted net: its terminals, wire length (µm), resistance (Ω) and current limit (A), where known."""

    name: str
    pads: tuple[str, ...]
    bumps: tuple[str, ...]
    length: float | None = None
    resistance: float | None = None
    current_limit: float | None = None
    current: float | None = None
    pieces: int = 1


@dataclass(frozen=True, slots=True)
class Report:
    """All results of one check. `subject` is what was checked, `table` the rules' name, `grid` µm."""

    subject: str
    top: str
    process: str
    table: str
    results: tuple[RuleResult, ...]
    nets: tuple[NetRow, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    version: str = ""
    inputs: tuple[str, ...] = field(default=())

    def places(self) -> Iterator[Place]:
        """Every place, in the rules' order."""
        for result in self.results:
            yield from result.places

    def count(self, severity: Severity) -> int:
        """Places of that severity that are not waived."""
        return sum(result.open for result in self.results if result.severity == severity)

    @property
    def clean(self) -> bool:
        """Whether nothing of severity error is left open."""
        return self.count("error") == 0
