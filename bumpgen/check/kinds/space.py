"""Space: the least gap between two shapes of a layer, or between shapes of two layers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bumpgen.check.dense import graded
from bumpgen.check.draw import drawn_as, rectangle
from bumpgen.check.kind import Kind, Marker, Pattern, limits, pair_markers, region_markers
from bumpgen.check.near import suspects_between, suspects_within
from bumpgen.check.ruby import Ruby
from bumpgen.check.scene import Scene
from bumpgen.limits import BySize
from bumpgen.process import Process
from bumpgen.rules import Rule

if TYPE_CHECKING:
    import klayout.db as db

__all__ = ["SPACE", "SPACE_BY_SIZE"]


def check(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """Gaps below the limit, euclidian; of two layers also where they overlap (their distance is 0)."""
    limit = scene.steps(rule.value)
    if len(rule.layers) == 1:
        suspects = suspects_within(scene, rule.layers[0], limit)
        yield from within(rule.layers[0], scene.region(rule.layers[0]) if suspects is None else suspects, limit, scene)
    else:
        pairs = suspects_between(scene, rule.layers[0], rule.layers[1], limit)
        one, other = pairs or (scene.region(rule.layers[0]), scene.region(rule.layers[1]))
        yield from between(one, other, limit, scene)


def within(layer: str, region: db.Region, limit: int, scene: Scene) -> Iterator[Marker]:
    """Gaps between different shapes of one layer.

    A check of edges is fast on long merged wires, where one of polygons is not, but can't tell a gap from
    a notch: it says whether there is anything, and where the polygons must be looked at.
    """
    near = graded(scene, layer, region.merged(), limit, lambda polygons, gap: polygons.edges().space_check(gap))
    if not near.is_empty():
        suspects = region.merged().interacting(near.extents(1))
        yield from pair_markers(
            graded(scene, layer, suspects, limit, lambda polygons, gap: polygons.isolated_check(gap)), scene
        )


def between(one: db.Region, other: db.Region, limit: int, scene: Scene) -> Iterator[Marker]:
    """Gaps between shapes of two layers, and what they have in common."""
    yield from pair_markers(one.separation_check(other, limit), scene)
    yield from region_markers(one & other, scene, lambda polygon: 0.0)


def deck(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language."""
    limit = ruby.length(rule.value)
    one = ruby.layer(rule.layers[0])
    if len(rule.layers) == 1:
        return [ruby.output(rule, f"{one}.isolated({limit})")]
    other = ruby.layer(rule.layers[1])
    return [ruby.output(rule, f"{one}.separation({other}, {limit})"), ruby.output(rule, f"({one} & {other})")]


def example(rule: Rule, process: Process, value: float) -> Pattern:
    """Two bars side by side, `value` apart."""
    side = max(4 * rule.value, 1.0)
    left, right = rectangle(-side, 0, 0, side), rectangle(value, 0, value + side, side)
    return Pattern((*drawn_as(rule.expressions[0], left), *drawn_as(rule.expressions[-1], right)))


def check_by_size(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """As space; each row's limit holds for shapes of its size or larger, to shapes of any size."""
    region = scene.region(rule.layers[0]).merged()
    for size, limit in rows(rule):
        large = region.with_bbox_max(scene.steps(size), None, False)
        yield from within(rule.layers[0], large, scene.steps(limit), scene)
        rest = region.with_bbox_max(scene.steps(size), None, True)
        yield from pair_markers(large.separation_check(rest, scene.steps(limit)), scene)


def rows(rule: Rule) -> tuple[tuple[float, float], ...]:
    """Sizes and limits of a rule with a limit by size."""
    parsed = rule.parsed
    if not isinstance(parsed, BySize):
        raise ValueError(f'rule {rule.id} of kind {rule.kind} needs a limit like "35: 40|45: 50", not {rule.limit!r}')
    return parsed.rows


def deck_by_size(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language, a line for each size."""
    layer = ruby.layer(rule.layers[0])
    lines = []
    for size, limit in rows(rule):
        large, rest = (f"{layer}.{word}_bbox_max({ruby.length(size)}, nil)" for word in ("with", "without"))
        apart = ruby.length(limit)
        lines.append(ruby.output(rule, f"{large}.isolated({apart})"))
        lines.append(ruby.output(rule, f"{large}.separation({rest}, {apart})"))
    return lines


def example_by_size(rule: Rule, process: Process, value: float) -> Pattern:
    """Two squares of the largest size, `value` apart."""
    size = rows(rule)[-1][0]
    left, right = rectangle(-size, 0, 0, size), rectangle(value, 0, value + size, size)
    return Pattern((*drawn_as(rule.expressions[0], left), *drawn_as(rule.expressions[0], right)))


def cases_by_size(rule: Rule, grid: float) -> list[tuple[float, bool]]:
    """The largest size's limit, and a grid step to either side."""
    largest = rule.model_copy(update={"kind": "space", "limit": rows(rule)[-1][1]})
    return limits(largest, grid)


SPACE = Kind(
    name="space",
    meaning="least gap between shapes of a layer, or of two layers, which may not overlap either",
    layers=(1, 2),
    quantity="gap",
    sense="least",
    check=check,
    deck=deck,
    example=example,
)

SPACE_BY_SIZE = Kind(
    name="space_by_size",
    meaning="as space, with a limit that grows with the larger shape's size",
    layers=(1, 1),
    quantity="gap",
    sense="least",
    check=check_by_size,
    deck=deck_by_size,
    example=example_by_size,
    cases=cases_by_size,
)
