"""Size: the box of a shape: one of some choices, the least or the most."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, floor
from typing import TYPE_CHECKING, Any

from bumpgen.check.centres import compact, compact_in_ruby
from bumpgen.check.draw import drawn_as, rectangle
from bumpgen.check.kind import Kind, Marker, Pattern, outline
from bumpgen.check.ruby import Ruby
from bumpgen.check.scene import Scene
from bumpgen.limits import Choices, Extent, Number
from bumpgen.process import Process
from bumpgen.rules import Rule

if TYPE_CHECKING:
    import klayout.db as db

__all__ = ["SIZE", "SIZE_MAX", "SIZE_MIN", "choices", "choices_cases", "choices_in_ruby"]

SLACK = 1e-7
"""Two lengths nearer than this are equal, µm: far below any grid."""


def choices(rule: Rule) -> Choices:
    """The limit as choices; a number is a choice without tolerance."""
    parsed = rule.parsed
    if isinstance(parsed, Number):
        return Choices(((parsed.value, 0.0),))
    if isinstance(parsed, Choices):
        return parsed
    raise ValueError(f'rule {rule.id} of kind {rule.kind} needs a limit like 60 or "44 ± 3|49", not {rule.limit!r}')


def choices_cases(rule: Rule, grid: float) -> list[tuple[float, bool]]:
    """Both ends of each choice's tolerance, and a grid step to either side of them."""
    holds = choices(rule).holds
    ends = [value + end * tolerance for value, tolerance in choices(rule).values for end in (-1, 1)]
    values = sorted({round(end + step * grid, 6) for end in ends for step in (-1, 0, 1)})
    return [(value, holds(value, SLACK)) for value in values if value > 0]


def choices_in_ruby(rule: Rule, ruby: Ruby) -> str:
    """Choices as rows of value and tolerance."""
    return f"[{', '.join(f'[{ruby.length(value)}, {ruby.length(slack)}]' for value, slack in choices(rule).values)}]"


def check(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """Compact shapes whose box isn't as wide and as high as one choice."""
    bad = compact(scene, rule.layers[0])
    for value, tolerance in choices(rule).values:
        least = ceil((value - tolerance - SLACK) / scene.dbu)
        over = floor((value + tolerance + SLACK) / scene.dbu) + 1
        fitting = bad.with_bbox_width(least, over, False)
        bad = bad.with_bbox_width(least, over, True) + fitting.with_bbox_height(least, over, True)
    yield from _markers(bad, scene, lambda box: box.width() if _misses(box.width(), rule, scene) else box.height())


def _misses(side: int, rule: Rule, scene: Scene) -> bool:
    return not choices(rule).holds(side * scene.dbu, SLACK)


def _markers(region: db.Region, scene: Scene, measure: Any) -> Iterator[Marker]:
    """A marker for each shape; `measure` takes its box and gives database units."""
    for polygon in region.each_merged():
        yield Marker(outline(polygon, scene.dbu), measure(polygon.bbox()) * scene.dbu)


def deck(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language."""
    return [
        ruby.output(
            rule, ruby.call("of_other_size", compact_in_ruby(ruby, rule.layers[0]), choices_in_ruby(rule, ruby))
        )
    ]


def example(rule: Rule, process: Process, value: float) -> Pattern:
    """A square with sides of `value`."""
    return Pattern(drawn_as(rule.expressions[0], rectangle(0, 0, value, value)))


def sides(rule: Rule) -> tuple[float, float]:
    """The shorter and the longer side of a limit; a number is both."""
    parsed = rule.parsed
    if isinstance(parsed, Number):
        return parsed.value, parsed.value
    if isinstance(parsed, Extent):
        return min(parsed.width, parsed.height), max(parsed.width, parsed.height)
    raise ValueError(f'rule {rule.id} of kind {rule.kind} needs a limit like 60 or "750 x 1000", not {rule.limit!r}')


def check_min(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """Shapes with a side below the limit; width x height holds either way round, for a die may be turned."""
    shorter, longer = (scene.steps(side) + rule.exclusive for side in sides(rule))
    region = scene.region(rule.layers[0]).merged()
    wide = region.with_bbox_min(shorter, None, False)
    bad = region.with_bbox_min(None, shorter, False) + wide.with_bbox_max(None, longer, False)
    yield from _markers(bad, scene, lambda box: _off(box, shorter, longer, -1))


def check_max(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """Shapes with a side above the limit, either way round."""
    shorter, longer = (scene.steps(side) + 1 - rule.exclusive for side in sides(rule))
    region = scene.region(rule.layers[0]).merged()
    narrow = region.with_bbox_min(None, shorter, False)
    bad = region.with_bbox_min(shorter, None, False) + narrow.with_bbox_max(longer, None, False)
    yield from _markers(bad, scene, lambda box: _off(box, shorter - 1, longer - 1, 1))


def _off(box: Any, shorter: int, longer: int, sign: int) -> int:
    """The side that is off by more."""
    low, high = sorted((box.width(), box.height()))
    return int(low if sign * (low - shorter) > sign * (high - longer) else high)


def deck_min(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language."""
    return [ruby.output(rule, ruby.call("smaller_than", ruby.layer(rule.layers[0]), *_sides_in_ruby(rule, ruby)))]


def deck_max(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language."""
    return [ruby.output(rule, ruby.call("larger_than", ruby.layer(rule.layers[0]), *_sides_in_ruby(rule, ruby)))]


def _sides_in_ruby(rule: Rule, ruby: Ruby) -> Sequence[str]:
    return [*map(ruby.length, sides(rule)), *(["true"] if rule.exclusive else [])]


def example_extent(rule: Rule, process: Process, value: float) -> Pattern:
    """A rectangle `value` wide and as high as the limit's longer side."""
    return Pattern(drawn_as(rule.expressions[0], rectangle(0, 0, value, sides(rule)[1] + rule.exclusive * value / 2)))


def cases_min(rule: Rule, grid: float) -> list[tuple[float, bool]]:
    """The shorter side at the limit, and a grid step to either side."""
    shorter = sides(rule)[0]
    return [(shorter, not rule.exclusive), (shorter + grid, True), (shorter - grid, False)]


def cases_max(rule: Rule, grid: float) -> list[tuple[float, bool]]:
    """The same, for the most: a side above the shorter limit must still fit, so the longer one is full."""
    shorter = sides(rule)[0]
    return [(shorter, not rule.exclusive), (shorter + grid, False), (shorter - grid, True)]


SIZE = Kind(
    name="size",
    meaning="width and height of each compact shape's box: one of the choices",
    layers=(1, 1),
    quantity="size",
    sense="exact",
    check=check,
    deck=deck,
    example=example,
    cases=choices_cases,
)

SIZE_MIN = Kind(
    name="size_min",
    meaning="least width and height of each shape's box, either way round",
    layers=(1, 1),
    quantity="size",
    sense="least",
    check=check_min,
    deck=deck_min,
    example=example_extent,
    cases=cases_min,
)

SIZE_MAX = Kind(
    name="size_max",
    meaning="most width and height of each shape's box, either way round",
    layers=(1, 1),
    quantity="size",
    sense="most",
    check=check_max,
    deck=deck_max,
    example=example_extent,
    cases=cases_max,
)
