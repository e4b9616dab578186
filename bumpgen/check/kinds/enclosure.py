"""Enclosure: the least metal beyond an opening on every side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bumpgen.check.draw import drawn_as, rectangle
from bumpgen.check.kind import Kind, Marker, Pattern, pair_markers, region_markers
from bumpgen.check.ruby import Ruby
from bumpgen.check.scene import Scene
from bumpgen.check.settled import settled
from bumpgen.process import Process
from bumpgen.rules import Rule

if TYPE_CHECKING:
    import klayout.db as db

__all__ = ["ENCLOSURE"]


def check(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """Sides of the inner layer nearer than the limit to the outer layer's edge, and what lies beyond it."""
    limit = scene.steps(rule.value)
    if settled(scene, rule.layers[0], rule.layers[1], lambda outer, inner: _encloses(outer, inner, limit)):
        return
    outer, inner = scene.region(rule.layers[0]), scene.region(rule.layers[1])
    if limit > 0:
        yield from pair_markers(inner.enclosed_check(outer, limit), scene)
    yield from region_markers(inner - outer, scene, lambda polygon: 0.0, note="lies outside")


def _encloses(outer: db.Region, inner: db.Region, limit: int) -> bool:
    return bool((inner - outer).is_empty() and (limit <= 0 or inner.enclosed_check(outer, limit).is_empty()))


def deck(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language."""
    outer, inner = ruby.layer(rule.layers[0]), ruby.layer(rule.layers[1])
    near = [ruby.output(rule, f"{inner}.enclosed({outer}, {ruby.length(rule.value)})")] if rule.value > 0 else []
    return [*near, ruby.output(rule, f"({inner} - {outer})")]


def example(rule: Rule, process: Process, value: float) -> Pattern:
    """A square opening on a square of metal: `value` beyond it on one side, twice the limit on the others."""
    size, far = 4 * rule.value + 10, 2 * rule.value + 1
    inner = rectangle(0, 0, size, size)
    outer = rectangle(-value, -far, size + far, size + far)
    return Pattern((*drawn_as(rule.expressions[0], outer), *drawn_as(rule.expressions[1], inner)))


def cases(rule: Rule, grid: float) -> list[tuple[float, bool]]:
    """The limit and a grid step to either side; below 0 the inner shape sticks out."""
    return [(rule.value, True), (rule.value + grid, True), (rule.value - grid, False)]


ENCLOSURE = Kind(
    name="enclosure",
    meaning="least distance from the second layer's edge to the first layer's edge around it",
    layers=(2, 2),
    quantity="enclosure",
    sense="least",
    check=check,
    deck=deck,
    example=example,
    cases=cases,
    owner=1,
)
