"""Runs a table of rules over a scene: one result a rule, in the table's order."""

from __future__ import annotations

import time
from collections.abc import Callable

from bumpgen.check.kinds import KINDS
from bumpgen.check.places import places
from bumpgen.check.scene import Scene
from bumpgen.errors import InputError
from bumpgen.report import Place, RuleResult, Status
from bumpgen.rules import Rule, RuleTable

__all__ = ["check_rule", "check_rules"]


def check_rules(table: RuleTable, scene: Scene, progress: Callable[[str], object] = str) -> tuple[RuleResult, ...]:
    """Results of all rules; `progress` is told each rule's id before it runs."""
    results = []
    for rule in table.rules:
        progress(rule.id)
        results.append(check_rule(rule, scene))
    return tuple(results)


def check_rule(rule: Rule, scene: Scene) -> RuleResult:
    """One rule's verdict. A rule of an unknown kind is an error; one whose layers aren't drawn is not tested."""
    if rule.kind not in KINDS:
        raise InputError(f"rule {rule.id} is of kind {rule.kind!r}, which is not known", hint=_near(rule.kind))
    kind = KINDS[rule.kind]
    missing = untested(rule, scene)
    if missing:
        return _result(rule, "not tested", note=missing)
    start = time.perf_counter()
    found = places(rule, kind, kind.check(rule, scene), scene)
    seconds = time.perf_counter() - start
    return _result(rule, "violated" if found else "clean", found, seconds=seconds)


def untested(rule: Rule, scene: Scene) -> str:
    """Why a rule can't be judged here: a layer it reads isn't in the process or isn't drawn; "" if it can be."""
    kind = KINDS[rule.kind]
    needed = rule.names if kind.needs_all else rule.names[:1]
    unknown = [layer for layer in rule.names if layer not in scene.process.layers]
    if unknown:
        return f"{', '.join(unknown)} is not a layer of {scene.process.name}"
    if unjudged := kind.unjudged(rule, scene.process):
        return unjudged
    empty = [layer for layer in needed if not scene.drawn(layer)]
    return f"nothing is drawn on {', '.join(empty)}" if empty else ""


def _near(kind: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(kind, KINDS, 1)
    return f"did you mean {close[0]!r}?" if close else f"one of {', '.join(sorted(KINDS))}"


def _result(
    rule: Rule, status: Status, found: tuple[Place, ...] = (), note: str = "", seconds: float = 0.0
) -> RuleResult:
    return RuleResult(
        rule.id, rule.kind, rule.layers, rule.limit, rule.unit, rule.severity, rule.reason, rule.source,
        status, found, len(found), note, seconds,
    )  # fmt: skip
