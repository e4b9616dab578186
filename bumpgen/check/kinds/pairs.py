"""Shapes of two layers that touch: centres that coincide, and how much larger one is than the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from bumpgen.check.centres import Centres, centres, compact, compact_in_ruby
from bumpgen.check.draw import drawn_as, rectangle
from bumpgen.check.kind import Kind, Marker, Pattern, outline
from bumpgen.check.kinds.size import choices, choices_cases, choices_in_ruby
from bumpgen.check.neighbours import touching_boxes
from bumpgen.check.ruby import Ruby
from bumpgen.check.scene import Scene
from bumpgen.process import Process
from bumpgen.rules import Rule

if TYPE_CHECKING:
    import klayout.db as db
    import numpy as np
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]

__all__ = ["ALIGNED", "OVERSIZE"]

SLACK = 1e-7
"""Two lengths nearer than this are equal, µm: far below any grid."""

Judge: TypeAlias = Callable[[Centres, Centres, Any, Any], "tuple[NDArray[Any], NDArray[Any]]"]
"""(ones, others, i, j) → for each pair whether it breaks the rule, and what was measured (µm)."""


def check_pairs(rule: Rule, scene: Scene, judge: Judge) -> Iterator[Marker]:
    """The second layer's shapes of pairs that touch and that `judge` finds wrong."""
    ones, others = centres(scene, rule.layers[0]), centres(scene, rule.layers[1])
    i, j = touching_boxes(ones, others)
    bad, measured = judge(ones, others, i, j)
    i, j, measured = i[bad], j[bad], measured[bad]
    if not len(i):
        return
    first, second = (_polygons(compact(scene, layer)) for layer in rule.layers)
    for one, other, value in zip(i, j, measured, strict=True):
        for shape in _touching(first[_key(ones, one)], second[_key(others, other)]):
            yield Marker(outline(shape, scene.dbu), float(value))


def _key(spots: Centres, i: int) -> tuple[int, int]:
    return int(spots.x2[i]), int(spots.y2[i])


def _polygons(region: db.Region) -> dict[tuple[int, int], list[Any]]:
    """Polygons by twice the centre of their box."""
    found: dict[tuple[int, int], list[Any]] = {}
    for polygon in region.each_merged():
        box = polygon.bbox()
        found.setdefault((box.left + box.right, box.bottom + box.top), []).append(polygon)
    return found


def _touching(ones: list[Any], others: list[Any]) -> Iterator[Any]:
    import klayout.db as db

    yield from db.Region(others).interacting(db.Region(ones)).each_merged()


def check_aligned(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """Shapes whose centre is farther than the limit from that of a shape they touch."""
    import numpy as np

    def judge(ones: Centres, others: Centres, i: Integers, j: Integers) -> tuple[NDArray[Any], NDArray[Any]]:
        apart = np.hypot(ones.x2[i] - others.x2[j], ones.y2[i] - others.y2[j]) * (scene.dbu / 2)
        return apart > rule.value + SLACK, apart

    return check_pairs(rule, scene, judge)


def deck_aligned(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language."""
    layers = [compact_in_ruby(ruby, layer) for layer in rule.layers]
    return [ruby.output(rule, ruby.call("off_centre", *layers, ruby.length(rule.value)))]


def example_aligned(rule: Rule, process: Process, value: float) -> Pattern:
    """A square in another, `value` beside its centre."""
    side = 2 * rule.value + 20
    inner = rectangle(value - side, -side, value + side, side)
    outer = rectangle(-2 * side, -2 * side, 2 * side, 2 * side)
    return Pattern((*drawn_as(rule.expressions[0], outer), *drawn_as(rule.expressions[1], inner)))


def check_oversize(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """Inner shapes of pairs whose widths or heights differ by none of the choices."""
    import numpy as np

    def judge(ones: Centres, others: Centres, i: Integers, j: Integers) -> tuple[NDArray[Any], NDArray[Any]]:
        wider, higher = ((a[i] - b[j]) * scene.dbu for a, b in ((ones.w, others.w), (ones.h, others.h)))
        fits = [
            np.any([np.abs(more - value) <= tolerance + SLACK for value, tolerance in choices(rule).values], axis=0)
            for more in (wider, higher)
        ]
        return ~(fits[0] & fits[1]), np.where(fits[0], higher, wider)

    return check_pairs(rule, scene, judge)


def deck_oversize(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language."""
    layers = [compact_in_ruby(ruby, layer) for layer in rule.layers]
    return [ruby.output(rule, ruby.call("off_size", *layers, choices_in_ruby(rule, ruby)))]


def example_oversize(rule: Rule, process: Process, value: float) -> Pattern:
    """A square of 60 µm in one that is `value` larger; an odd grid step stands on one side."""
    steps = round(value / process.grid.value)
    near, far = steps // 2 * process.grid.value, (steps - steps // 2) * process.grid.value
    outer, inner = rectangle(-near, -near, 60 + far, 60 + far), rectangle(0, 0, 60, 60)
    return Pattern((*drawn_as(rule.expressions[0], outer), *drawn_as(rule.expressions[1], inner)))


ALIGNED = Kind(
    name="aligned",
    meaning="centres of the second layer's compact shapes lie on those of the first layer's they touch",
    layers=(2, 2),
    quantity="distance of the centres",
    sense="most",
    check=check_aligned,
    deck=deck_aligned,
    example=example_aligned,
)

OVERSIZE = Kind(
    name="oversize",
    meaning="how much wider and higher the first layer's compact shapes are than the second layer's they touch",
    layers=(2, 2),
    quantity="difference of the sizes",
    sense="exact",
    check=check_oversize,
    deck=deck_oversize,
    example=example_oversize,
    cases=choices_cases,
    needs_all=False,
)
