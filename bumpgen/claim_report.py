"""Which claims of the two founding methods a design practises, as values: a result a claim, with what decides it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = ["ClaimReport", "ClaimResult", "Finding", "Practice"]

Practice: TypeAlias = Literal["practised", "not practised", "not applicable"]
"""Not applicable: the design has no such thing, as a second chip."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one condition of a claim found: its predicate, whether it holds, what was measured in words with units.

    `holds` is None where the design has nothing that could be judged.
    """

    that: str
    holds: bool | None
    figure: str


@dataclass(frozen=True, slots=True)
class ClaimResult:
    """One claim held against a design.

    `deciding` is the predicate that decides, or the claim it depends on; `figure` is what was measured there.
    `subject` is the die, or the joints and the parts called first and second, it was held against ("" for none).
    `findings` are those of all conditions up to the one that decides.
    """

    claim: str
    depends_on: str
    kind: str
    says: str
    practice: Practice
    deciding: str
    figure: str
    subject: str = ""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimReport:
    """All claims of all tables held against one design or assembly; `inputs` are the files that were read."""

    subject: str
    process: str
    results: tuple[ClaimResult, ...]
    version: str = ""
    inputs: tuple[str, ...] = ()
    seconds: float = 0.0

    def of(self, *practices: Practice) -> tuple[ClaimResult, ...]:
        """Results of that kind, in the tables' order."""
        return tuple(result for result in self.results if result.practice in practices)

    @property
    def sentence(self) -> str:
        """How many claims are practised, in one line."""
        counts = Counter(result.practice for result in self.results)
        words: tuple[Practice, ...] = ("practised", "not practised", "not applicable")
        told = ", ".join(f"{counts[word]} {word}" for word in words)
        return f"{self.subject}: {len(self.results)} claims, {told}"
