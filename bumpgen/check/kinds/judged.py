"""Kinds judged from the process alone: what is measured is a film, so a broken rule has no place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from bumpgen.check.draw import drawn_as, rectangle
from bumpgen.check.kind import Kind, Marker, Pattern, Sense, beyond, limits
from bumpgen.check.ruby import Ruby
from bumpgen.check.scene import Scene
from bumpgen.errors import InputError
from bumpgen.expression import layers_of
from bumpgen.limits import Choices, Number, Range, Words
from bumpgen.process import Process
from bumpgen.rules import Rule

__all__ = ["SLACK", "Measure", "holds", "judged_kind", "layer_of", "unmeasured"]

SLACK = 1e-9
"""Rounding of sums of films, µm."""

Measure: TypeAlias = Callable[[Rule, Process], float | str]
"""What a rule measures in a process; InputError if the process lacks what is measured."""


def judged_kind(
    name: str,
    meaning: str,
    layers: tuple[int, int],
    quantity: str,
    sense: Sense,
    measure: Measure,
    alter: Callable[[Rule, Process, float], Process],
    cases: Callable[[Rule, float], Sequence[tuple[float, bool]]] = limits,
) -> Kind:
    """A kind whose `measure` is compared with the limit; `alter` gives a process in which it is a given value."""

    def check(rule: Rule, scene: Scene) -> Iterator[Marker]:
        measured = measure(rule, scene.process)
        if not holds(rule, sense, measured):
            yield Marker((), measured, f"a film of {scene.process.name}")

    def deck(rule: Rule, ruby: Ruby) -> list[str]:
        measured = measure(rule, ruby.process)
        told = f"{measured:.6g}" if isinstance(measured, float) else str(measured)
        return ruby.verdict(rule, holds(rule, sense, measured), f"{quantity} {told}")

    def example(rule: Rule, process: Process, value: float) -> Pattern:
        shapes = [shape for tree in rule.expressions for shape in drawn_as(tree, rectangle(0, 0, 100, 100))]
        return Pattern(tuple(shapes), alter(rule, process, value))

    return Kind(
        name, meaning, layers, quantity, sense, check, deck, example, cases, unjudged=unmeasured(measure)
    )  # fmt: skip


def holds(rule: Rule, sense: Sense, measured: float | str) -> bool:
    """Whether a measured value keeps a limit of any form."""
    match rule.parsed:
        case Words(words):
            return measured in words
        case _ if isinstance(measured, str):
            raise ValueError(f"rule {rule.id} of kind {rule.kind} needs words as limit, not {rule.limit!r}")
        case Number():
            return not beyond(rule, sense, measured)
        case Choices() as choices:
            return choices.holds(measured, SLACK)
        case Range(least, most):
            return least - SLACK <= measured <= most + SLACK
        case _:
            raise ValueError(f"rule {rule.id} of kind {rule.kind} can't have the limit {rule.limit!r}")


def unmeasured(measure: Measure) -> Callable[[Rule, Process], str]:
    """Says why a rule can't be judged in a process: what `measure` misses there."""

    def reason(rule: Rule, process: Process) -> str:
        try:
            measure(rule, process)
        except InputError as error:
            return error.message
        return ""

    return reason


def layer_of(rule: Rule, index: int = 0) -> str:
    """The first drawn layer that one of a rule's layer expressions names."""
    return layers_of(rule.expressions[index])[0]
