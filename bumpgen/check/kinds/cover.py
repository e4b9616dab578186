"""Cover: what must lie inside, must cover, must not be there, or must not be there together."""

from __future__ import annotations

from collections.abc import Iterator

from bumpgen.check.draw import drawn_as, rectangle
from bumpgen.check.kind import Kind, Marker, Pattern, region_markers
from bumpgen.check.ruby import Ruby
from bumpgen.check.scene import Scene
from bumpgen.expression import Binary, Expression, Named
from bumpgen.layout import Drawn
from bumpgen.process import Process
from bumpgen.rules import Rule

__all__ = ["COVERS", "EXCLUSIVE", "FORBIDDEN", "INSIDE"]

SIDE = 60.0
"""Side of the squares of an example, µm."""


def check_inside(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """What of the first layer lies beyond the second."""
    beyond = scene.region(rule.layers[0]) - scene.region(rule.layers[1])
    yield from region_markers(beyond, scene, lambda polygon: _thickness(polygon, scene))


def _thickness(polygon: object, scene: Scene) -> float:
    """The shorter side of a polygon's box, µm."""
    box = polygon.bbox()  # type: ignore[attr-defined]
    return float(min(box.width(), box.height()) * scene.dbu)


def deck_inside(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language."""
    return [ruby.output(rule, f"({ruby.layer(rule.layers[0])} - {ruby.layer(rule.layers[1])})")]


def example_inside(rule: Rule, process: Process, value: float) -> Pattern:
    """A square on one of its size, moved by `value`."""
    inner, outer = rectangle(value, 0, value + SIDE, SIDE), rectangle(0, 0, SIDE, SIDE)
    return Pattern((*drawn_as(rule.expressions[0], inner), *drawn_as(rule.expressions[1], outer)))


def cases_inside(rule: Rule, grid: float) -> list[tuple[float, bool]]:
    """On it, a grid step beyond it, and beside it."""
    return [(0, True), (grid, False), (2 * SIDE, False)]


def check_covers(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """Shapes that cover none of the second layer, and what lies beyond one that covers a part."""
    ones, others = scene.region(rule.layers[0]).merged(), scene.region(rule.layers[1]).merged()
    yield from region_markers(ones.not_overlapping(others), scene, lambda polygon: 0, note="covers nothing")
    yield from region_markers(
        others.overlapping(ones) - ones, scene, lambda polygon: _thickness(polygon, scene), note="lies beyond"
    )


def deck_covers(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language."""
    ones, others = (ruby.layer(layer) for layer in rule.layers)
    return [
        ruby.output(rule, f"{ones}.not_overlapping({others})"),
        ruby.output(rule, f"({others}.overlapping({ones}) - {ones})"),
    ]


def example_covers(rule: Rule, process: Process, value: float) -> Pattern:
    """A square under one of its size, moved by `value`."""
    inner, outer = rectangle(value, 0, value + SIDE, SIDE), rectangle(0, 0, SIDE, SIDE)
    return Pattern((*drawn_as(rule.expressions[0], outer), *drawn_as(rule.expressions[1], inner)))


def check_forbidden(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """Whatever there is."""
    yield from region_markers(scene.region(rule.layers[0]), scene)


def deck_forbidden(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language."""
    return [ruby.output(rule, f"{ruby.layer(rule.layers[0])}.merged")]


def example_forbidden(rule: Rule, process: Process, value: float) -> Pattern:
    """`value` squares of what is forbidden; for 0, its layers so that none of it results, where that can be."""
    row = (rectangle(2 * SIDE * i, 0, 2 * SIDE * i + SIDE, SIDE) for i in range(round(value)))
    shapes = tuple(shape for square in row for shape in drawn_as(rule.expressions[0], square))
    return Pattern(shapes or tuple(_absent(rule.expressions[0])))


def _absent(tree: Expression) -> Iterator[Drawn]:
    """Shapes on the layers of an expression that together give nothing."""
    match tree:
        case Binary(operator, left, right, negated):
            apart = operator not in ("not", "outside", "xor") and not negated
            yield from drawn_as(left, rectangle(0, 0, SIDE, SIDE))
            yield from drawn_as(right, rectangle(apart * 2 * SIDE, 0, apart * 2 * SIDE + SIDE, SIDE))
        case Named(_):
            return


def cases_number(rule: Rule, grid: float) -> list[tuple[float, bool]]:
    """None, one, and two."""
    return [(0, True), (1, False), (2, False)]


def check_exclusive(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """Shapes of the second layer, where the layout has some of the first."""
    first, second = (scene.region(layer) for layer in rule.layers)
    if not first.is_empty():
        yield from region_markers(second, scene)


def deck_exclusive(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language."""
    first, second = (ruby.layer(layer) for layer in rule.layers)
    return [f"unless {first}.is_empty?", f"  {ruby.output(rule, f'{second}.merged')}", "end"]


def example_exclusive(rule: Rule, process: Process, value: float) -> Pattern:
    """A square of the first layer and, far from it, `value` squares of the second."""
    row = (rectangle(2 * SIDE * i, 5 * SIDE, 2 * SIDE * i + SIDE, 6 * SIDE) for i in range(round(value)))
    others = tuple(shape for square in row for shape in drawn_as(rule.expressions[1], square))
    return Pattern((*drawn_as(rule.expressions[0], rectangle(0, 0, SIDE, SIDE)), *others))


INSIDE = Kind(
    name="inside",
    meaning="all of the first layer lies inside the second",
    layers=(2, 2),
    quantity="what lies beyond",
    sense="none",
    check=check_inside,
    deck=deck_inside,
    example=example_inside,
    cases=cases_inside,
    owner=0,
    needs_all=False,
)

COVERS = Kind(
    name="covers",
    meaning="each shape of the first layer covers a shape of the second, and wholly each one it overlaps",
    layers=(2, 2),
    quantity="what lies beyond",
    sense="none",
    check=check_covers,
    deck=deck_covers,
    example=example_covers,
    cases=cases_inside,
    owner=0,
    needs_all=False,
)

FORBIDDEN = Kind(
    name="forbidden",
    meaning="there is no such shape",
    layers=(1, 1),
    quantity="shapes that must not be",
    sense="none",
    check=check_forbidden,
    deck=deck_forbidden,
    example=example_forbidden,
    cases=cases_number,
    needs_all=False,
)

EXCLUSIVE = Kind(
    name="exclusive",
    meaning="a layout has shapes of one of the two layers, not of both",
    layers=(2, 2),
    quantity="shapes of both layers",
    sense="none",
    check=check_exclusive,
    deck=deck_exclusive,
    example=example_exclusive,
    cases=cases_number,
    needs_all=False,
)
