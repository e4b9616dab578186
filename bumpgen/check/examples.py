"""Examples of rules: a pattern that passes and one that fails, told apart by the engine itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bumpgen.check.engine import check_rule
from bumpgen.check.kind import Pattern
from bumpgen.check.kinds import KINDS
from bumpgen.check.scene import Scene
from bumpgen.errors import BumpgenError
from bumpgen.process import Process
from bumpgen.rules import Rule

__all__ = ["RuleExamples", "rule_examples"]

SHOWN = {"least": (0.6, 0.8), "most": (1.5, 1.2)}
"""Parts of the limit that show best what breaks it, by what the limit is; a grid step can't be seen."""


@dataclass(frozen=True, slots=True)
class RuleExamples:
    """A rule's value and pattern that pass, and that fail; None where its kind can't draw one that does."""

    passing: tuple[float, Pattern] | None
    failing: tuple[float, Pattern] | None


def rule_examples(rule: Rule, process: Process) -> RuleExamples:
    """Patterns of a rule in a process that the engine finds clean, and violated."""
    found: dict[bool, tuple[float, Pattern]] = {}
    for value, passes in _values(rule, process):
        if passes in found:
            continue
        pattern = _pattern(rule, process, value)
        if pattern is not None and _verdict(rule, process, pattern) is passes:
            found[passes] = value, pattern
    return RuleExamples(found.get(True), found.get(False))


def _values(rule: Rule, process: Process) -> Iterator[tuple[float, bool]]:
    """Values to draw, those that show best first, and whether they pass."""
    kind, grid = KINDS[rule.kind], process.grid.value
    if isinstance(rule.limit, int | float) and kind.sense in SHOWN:
        for part in SHOWN[kind.sense]:
            yield round(rule.value * part / (2 * grid)) * 2 * grid, False
    yield from kind.cases(rule, grid)


def _pattern(rule: Rule, process: Process, value: float) -> Pattern | None:
    try:
        return KINDS[rule.kind].example(rule, process, value)
    except (BumpgenError, ValueError, ArithmeticError):
        return None


def _verdict(rule: Rule, process: Process, pattern: Pattern) -> bool | None:
    """Whether the engine passes a pattern; None if it doesn't test it."""
    import klayout.db as db

    layout = db.Layout()
    layout.dbu = dbu = min(0.001, process.grid.value)
    top: Any = layout.create_cell("TOP")
    try:
        for drawn in pattern.shapes:
            index = layout.layer(*process.layers[drawn.layer].gds)
            for points in drawn.shape.polygons(process.grid.value):
                corners = [db.Point(round(x / dbu), round(y / dbu)) for x, y in points.tolist()]
                top.shapes(index).insert(db.Polygon(corners))
    except BumpgenError:
        return None
    status = check_rule(rule, Scene(layout, top, process)).status
    return None if status == "not tested" else status == "clean"
