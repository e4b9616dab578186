"""Every rule that is shipped, on patterns drawn at its limit and one grid step to either side.

An outcome is one of five: pass, fail (each as it should be), false positive, false negative, not tested.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

import pytest

from bumpgen import read_process, resources
from bumpgen.check.engine import check_rule
from bumpgen.check.kinds import KINDS
from bumpgen.limits import Number
from bumpgen.process import Process
from bumpgen.rules import Rule, read_rules
from tests.rules.scenes import scenes

ROWS = [(table, rule) for table in resources.names("drc_rules") for rule in read_rules(table).rules]
JUDGED = [(table, rule) for table, rule in ROWS if rule.kind != "guideline"]
WHOLE = {"count_min", "density", "exclusive", "mark", "size_min", "size_max"}
"""Kinds that judge a layout as a whole, so that four copies are another case."""


@lru_cache(maxsize=16)
def process_of(table: str) -> Process:
    return read_process(read_rules(table).process)


def outcome(violated: bool, passes: bool, status: str) -> str:
    if status == "not tested":
        return status
    if violated:
        return "false positive" if passes else "fail"
    return "pass" if passes else "false negative"


def outcomes(rule: Rule, process: Process, judged: Rule | None = None) -> Counter[tuple[str, str, float]]:
    """Outcomes of all cases of a rule in all variants; `judged` is the rule that judges, where it is another."""
    kind, found = KINDS[rule.kind], Counter[tuple[str, str, float]]()
    skip = frozenset({"arrayed"} if rule.kind in WHOLE else ())
    for value, passes in kind.cases(rule, process.grid.value):
        for variant, scene in scenes(kind.example(rule, process, value), process, skip):
            result = check_rule(judged or rule, scene)
            found[outcome(result.status == "violated", passes, result.status), variant, value] += 1
    return found


def name(row: tuple[str, Rule]) -> str:
    return f"{row[0]}-{row[1].id}"


def test_every_kind_has_all_three_parts() -> None:
    assert {rule.kind for _, rule in ROWS} <= set(KINDS)
    for kind in KINDS.values():
        assert callable(kind.check)
        assert callable(kind.deck)
        assert callable(kind.example)


@pytest.mark.parametrize("row", JUDGED, ids=name)
def test_only_passes_and_fails_as_they_should(row: tuple[str, Rule]) -> None:
    table, rule = row
    found = outcomes(rule, process_of(table))
    wrong = [key for key in found if key[0] not in ("pass", "fail")]
    assert not wrong, wrong
    assert {key[0] for key in found} == {"pass", "fail"}, "an example must be able to pass and to fail"


SHIFTED = [
    (table, rule)
    for table, rule in JUDGED
    if isinstance(rule.parsed, Number) and rule.kind in KINDS and KINDS[rule.kind].sense != "none"
]


@pytest.mark.parametrize("row", SHIFTED, ids=name)
def test_a_limit_shifted_by_one_step_is_noticed(row: tuple[str, Rule]) -> None:
    table, rule = row
    process = process_of(table)
    step = (0.1 if rule.unit.startswith("K") else process.grid.value) * (-1 if KINDS[rule.kind].sense == "most" else 1)
    shifted = rule.model_copy(update={"limit": rule.value + step})
    assert any(key[0].startswith("false") for key in outcomes(rule, process, judged=shifted))
