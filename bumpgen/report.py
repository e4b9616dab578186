"""What a check found, as values: places where a rule is broken, one result a rule, one row a net.

A place is all markers of one rule that touch: one bad bump is one place. All lengths are µm.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

__all__ = [
    "Box", "Closeup", "CloseupLayer", "NetRow", "Place", "Report", "RuleResult", "Severity", "Status", "Verdict",
    "counted", "number",
]  # fmt: skip

Severity: TypeAlias = Literal["error", "warning"]
Status: TypeAlias = Literal["clean", "violated", "not tested"]
Verdict: TypeAlias = Literal["clean", "violated", "waived", "not tested"]
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

    @property
    def position(self) -> str:
        """Its middle in words, "x, y" in µm to the nanometre; "" for a place that has none."""
        return "" if self.centre is None else ", ".join(f"{round(value, 3) + 0.0:.10g}" for value in self.centre)

    @property
    def whose(self) -> str:
        """Net and cell in words, as far as they are known."""
        return ", ".join(f"{word} {name}" for word, name in (("net", self.net), ("cell", self.cell)) if name)


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One rule's verdict. `note` says why a rule was not tested; `seconds` it took.

    `count` is the number of places, of which `places` may hold the first ones only; `waived` of all
    are accepted with a reason.
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
    waived: int = 0

    @property
    def open(self) -> int:
        """Places that are not waived."""
        return self.count - self.waived

    @property
    def verdict(self) -> Verdict:
        """The status, but "waived" where every place is."""
        return "waived" if self.status == "violated" and self.count and not self.open else self.status

    @property
    def what(self) -> str:
        """What the rule judges: its kind and layers."""
        kind = self.kind.replace("_", " ")
        return f"{kind} of {', '.join(self.layers)}" if self.layers else kind

    @property
    def asked(self) -> str:
        """The limit with its unit."""
        return f"{number(self.limit)} {self.unit}".strip()

    @property
    def worst(self) -> str:
        """The value measured farthest from a limit that is a number; else the span of all; "" if none was."""
        values = [place.measured for place in self.places if not place.waived or not self.open]
        numbers = [value for value in values if isinstance(value, int | float)]
        if not numbers:
            return next((value for value in values if isinstance(value, str)), "")
        if isinstance(self.limit, int | float):
            limit = self.limit
            return number(max(numbers, key=lambda value: abs(value - limit)))
        least, most = number(min(numbers)), number(max(numbers))
        return least if least == most else f"{least} to {most}"


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
    """All results of one check. `subject` is what was checked, `table` the rules' name, `grid` µm.

    `file` is what a reader of the report can open: the layout, or the design.toml. `strict`: warnings
    and rules that were not tested count as well. `nets` is empty where nets were not extracted. `figures`:
    the note of a tested rule is the figure that decides it, and its places are told by their sentences.
    """

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
    file: str = ""
    strict: bool = False
    figures: bool = False

    def places(self) -> Iterator[Place]:
        """Every place, in the rules' order."""
        for result in self.results:
            yield from result.places

    def count(self, severity: Severity) -> int:
        """Places of that severity that are not waived."""
        return sum(result.open for result in self.results if result.severity == severity)

    def of(self, *verdicts: Verdict) -> tuple[RuleResult, ...]:
        """Results with one of those verdicts, in the rules' order."""
        return tuple(result for result in self.results if result.verdict in verdicts)

    @property
    def violated(self) -> tuple[RuleResult, ...]:
        """Rules with open places: errors first, then warnings, each in the rules' order."""
        return tuple(sorted(self.of("violated"), key=lambda result: result.severity != "error"))

    @property
    def clean(self) -> bool:
        """Whether nothing of severity error is left open."""
        return self.count("error") == 0

    @property
    def passed(self) -> bool:
        """Whether the check is passed: clean, and if strict without warnings and rules that were not tested."""
        return not any(self.fails(result) for result in self.results)

    def fails(self, result: RuleResult) -> bool:
        """Whether a result alone fails the check."""
        if result.verdict == "not tested":
            return self.strict
        return result.verdict == "violated" and (self.strict or result.severity == "error")

    @property
    def sentence(self) -> str:
        """The verdict in one line."""
        errors, warnings = self.count("error"), self.count("warning")
        parts = [counted(errors, "error", "errors"), counted(warnings, "warning", "warnings")]
        parts += [
            f"{number} {word}"
            for number, word in (
                (sum(result.waived for result in self.results), "waived"),
                (len(self.of("not tested")), "rules not tested"),
            )
            if number
        ]
        return f"{self.subject}: {counted(len(self.results), 'rule', 'rules')}, {', '.join(parts)}"


@dataclass(frozen=True, slots=True)
class CloseupLayer:
    """A layer's polygons near a place (points in µm), its GDS numbers, colour #rrggbb and meaning."""

    name: str
    number: tuple[int, int]
    color: str
    meaning: str
    polygons: tuple[tuple[tuple[float, float], ...], ...]


@dataclass(frozen=True, slots=True)
class Closeup:
    """What is drawn in a window (µm) around a place, from the chip up, with the rule's result."""

    result: RuleResult
    place: Place
    number: int
    window: Box
    layers: tuple[CloseupLayer, ...]
    subject: str = ""


def number(value: float | str) -> str:
    """A value as people write it, six significant digits at most."""
    return value if isinstance(value, str) else f"{value:.6g}"


def counted(count: int, one: str, more: str) -> str:
    """A count with its word: 1 place, 2 places."""
    return f"{count} {one if count == 1 else more}"
