"""Guideline: a rule that no layout can be judged by; it is told, and reported as not tested."""

from __future__ import annotations

from bumpgen.check.draw import drawn_as, rectangle
from bumpgen.check.kind import Kind, Pattern
from bumpgen.process import Process
from bumpgen.rules import Rule

__all__ = ["GUIDELINE"]


def example(rule: Rule, process: Process, value: float) -> Pattern:
    """A square on each layer: neither right nor wrong."""
    square = rectangle(0, 0, 100, 100)
    return Pattern(tuple(shape for tree in rule.expressions for shape in drawn_as(tree, square)))


GUIDELINE = Kind(
    name="guideline",
    meaning="told, never judged: the foundry checks it, or it is advice",
    layers=(1, 9),
    quantity="guideline",
    sense="none",
    check=lambda rule, scene: (),
    deck=lambda rule, ruby: (),
    example=example,
    cases=lambda rule, grid: (),
    unjudged=lambda rule, process: "a guideline, not judged from a layout",
)
