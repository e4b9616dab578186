"""Runs tables of assembly rules over a stack: one result a rule, in the tables' order."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from bumpgen.check.assembly.kind import Judgement, Spot
from bumpgen.check.assembly.kinds import ASSEMBLY_KINDS
from bumpgen.check.assembly.stack import Stack
from bumpgen.errors import InputError
from bumpgen.report import Box, Place, RuleResult, Status
from bumpgen.rules import Rule
from bumpgen.validation import near

__all__ = ["judge_rule", "judge_stack"]


def judge_stack(rules: Iterable[Rule], stack: Stack, progress: Callable[[str], object] = str) -> tuple[RuleResult, ...]:
    """Results of all rules; `progress` is told each rule's id before it runs."""
    results = []
    for rule in rules:
        progress(rule.id)
        start = time.perf_counter()
        found = judge_rule(rule, stack)
        results.append(_result(rule, found, time.perf_counter() - start))
    return tuple(results)


def judge_rule(rule: Rule, stack: Stack) -> Judgement:
    """What one rule finds. InputError for a rule of a kind that is not known."""
    if rule.kind not in ASSEMBLY_KINDS:
        raise InputError(
            f"rule {rule.id} is of kind {rule.kind!r}, which is no kind of assembly rule",
            hint=near(rule.kind, ASSEMBLY_KINDS),
        )
    return ASSEMBLY_KINDS[rule.kind].judge(rule, stack)


def _result(rule: Rule, found: Judgement, seconds: float) -> RuleResult:
    status: Status = "not tested" if found.untested else "violated" if found.count else "clean"
    places = tuple(_place(rule, spot) for spot in found.spots)
    return RuleResult(
        rule.id, rule.kind, rule.layers, rule.limit, rule.unit, rule.severity, rule.reason, rule.source,
        status, places, found.count, found.untested or found.figure, seconds,
    )  # fmt: skip


def _place(rule: Rule, spot: Spot) -> Place:
    box: Box | None = None
    if spot.at is not None:
        (x, y), r = spot.at, spot.reach
        box = (x - r, y - r, x + r, y + r)
    return Place(rule.id, box, spot.measured, spot.message, net=spot.net, cell=spot.part)
