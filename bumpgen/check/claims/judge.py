"""Claims held against dies and a stack: each against all that it could be read on, and the best reading is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bumpgen.check.assembly.stack import Stack
from bumpgen.check.claims.dies import DrawnDie
from bumpgen.check.claims.mating import FIRSTS, Mating, matings
from bumpgen.check.claims.table import Claim, ClaimTable
from bumpgen.claim_report import ClaimResult, Finding, Practice

__all__ = ["Claims", "judge_claims"]

ORDER: tuple[Practice, ...] = ("not applicable", "not practised", "practised")
"""Practices, the better ones last."""

ONE_DIE = "a single design: no second chip or carrier is joined to it"


@dataclass(eq=False)
class Claims:
    """Verdicts on claims, each found once: `dies` by name, and the stack they make, if they make one."""

    dies: Mapping[str, DrawnDie]
    stack: Stack | None = None
    _found: dict[tuple[str, int], ClaimResult] = field(default_factory=dict)
    _readings: dict[str, tuple[DrawnDie | Mating, ...]] = field(default_factory=dict)

    def judge(self, table: ClaimTable, claim: Claim) -> ClaimResult:
        """The best result of all readings; of equal ones the one that gets farthest, then the first."""
        results = [
            self._judged(table, claim, number, against) for number, against in enumerate(self._read(table, claim))
        ]
        if not results:
            return _result(claim, "not applicable", table.about, ONE_DIE)
        return max(results, key=lambda result: (ORDER.index(result.practice), len(result.findings)))

    def _read(self, table: ClaimTable, claim: Claim) -> tuple[DrawnDie | Mating, ...]:
        """All that a claim may be held against, made once for each way of choosing the first part."""
        way = table.root(claim).first if table.about == "joints" else "die"
        if way not in self._readings:
            if way == "die":
                self._readings[way] = tuple(self.dies.values())
            else:
                assert way in FIRSTS
                self._readings[way] = matings(self.stack, self.dies, way) if self.stack else ()
        return self._readings[way]

    def _judged(self, table: ClaimTable, claim: Claim, number: int, against: DrawnDie | Mating) -> ClaimResult:
        key = claim.id, number
        if key not in self._found:
            parent = table.claim(claim.depends_on) if claim.depends_on else None
            base = self._judged(table, parent, number, against) if parent else None
            self._found[key] = self._alone(claim, base, against)
        return self._found[key]

    def _alone(self, claim: Claim, base: ClaimResult | None, against: DrawnDie | Mating) -> ClaimResult:
        """A claim on one reading: what it depends on first, then its conditions up to one that doesn't hold."""
        subject = self._told(against)
        if base is not None and base.practice != "practised":
            return _result(claim, base.practice, base.claim, base.figure, subject)
        findings: list[Finding] = []
        for condition in claim.held:
            verdict = condition.held(against)
            findings.append(Finding(condition.that, verdict.holds, verdict.figure))
            if not verdict.holds:
                practice: Practice = "not applicable" if verdict.holds is None else "not practised"
                return _result(claim, practice, condition.that, verdict.figure, subject, findings)
        figure = "; ".join(finding.figure for finding in findings)
        return _result(claim, "practised", findings[-1].that, figure, subject, findings)

    def _told(self, against: DrawnDie | Mating) -> str:
        if isinstance(against, Mating):
            return against.told
        return f"die {against.name}" if self.stack is not None else ""


def _result(
    claim: Claim, practice: Practice, deciding: str, figure: str, subject: str = "", findings: Iterable[Finding] = ()
) -> ClaimResult:  # fmt: skip
    return ClaimResult(
        claim.id, claim.depends_on, claim.kind, claim.says, practice, deciding, figure, subject, tuple(findings)
    )


def judge_claims(tables: Iterable[ClaimTable], claims: Claims) -> Iterator[ClaimResult]:
    """Results of all claims, in the tables' order."""
    for table in tables:
        for claim in table.claims:
            yield claims.judge(table, claim)
