"""Count: how many shapes of one layer touch each shape of another, and how many there are in all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from bumpgen.check.draw import drawn_as, rectangle
from bumpgen.check.kind import Kind, Marker, Pattern, outline
from bumpgen.check.ruby import Ruby
from bumpgen.check.scene import Scene
from bumpgen.layout import Drawn
from bumpgen.process import Process
from bumpgen.rules import Rule

__all__ = ["COUNT", "COUNT_MIN"]

SIDE = 60.0
"""Side of the squares of an example, µm."""


def check(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """Shapes of the first layer that touch another number of shapes of the second."""
    ones, others = scene.region(rule.layers[0]).merged(), scene.region(rule.layers[1]).merged()
    wanted = round(rule.value)
    if wanted:  # klayout's hierarchical not_interacting with counts leaves out shapes that touch none
        right = ones.interacting(others, wanted, wanted)
        if right.count() == ones.count() and wanted == rule.value:
            return
        bad = ones.not_inside(right) if wanted == rule.value else ones  # no number of shapes is a fraction
    else:
        bad = ones.interacting(others)
    shapes = list(bad.each_merged())
    for shape, count in zip(shapes, _counts(shapes, others), strict=True):
        yield Marker(outline(shape, scene.dbu), count)


def _counts(shapes: Sequence[Any], others: Any) -> list[int]:
    """How many merged shapes of `others` touch each shape."""
    import klayout.db as db
    import shapely

    near = list(others.interacting(db.Region(list(shapes))).each_merged()) if shapes else []
    if not near:
        return [0] * len(shapes)
    tree = shapely.STRtree([_area(each) for each in near])
    touching = Counter(tree.query([_area(each) for each in shapes], "intersects")[0].tolist())
    return [touching[i] for i in range(len(shapes))]


def _area(polygon: Any) -> Any:
    """A klayout polygon for shapely, in database units."""
    import shapely

    holes = [[(point.x, point.y) for point in polygon.each_point_hole(i)] for i in range(polygon.holes())]
    return shapely.make_valid(shapely.Polygon(outline(polygon, 1.0), holes))


def deck(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language."""
    ones, others, wanted = (*(ruby.layer(layer) for layer in rule.layers), round(rule.value))
    if not wanted:
        return [ruby.output(rule, f"{ones}.interacting({others})")]
    right = f"{ones}.interacting({others}.merged, {wanted}, {wanted})"
    return [ruby.output(rule, f"{ones}.not_inside({right})")]


def example(rule: Rule, process: Process, value: float) -> Pattern:
    """A bar that `value` squares touch, beside one that touches as many as it must."""
    return Pattern((*_bar(rule, 0, round(value)), *_bar(rule, 4 * SIDE, round(rule.value))))


def _bar(rule: Rule, y: float, count: int) -> Iterator[Drawn]:
    """A bar with squares in it."""
    first, second = rule.expressions[:2]
    yield from drawn_as(first, rectangle(0, y, 2 * SIDE * (count + 1), y + SIDE))
    for i in range(count):
        x = SIDE * (2 * i + 1)
        yield from drawn_as(second, rectangle(x, y + SIDE / 4, x + SIDE / 2, y + SIDE / 2))


def cases(rule: Rule, grid: float) -> list[tuple[float, bool]]:
    """As many as asked for, one more, and one less."""
    wanted = round(rule.value)
    return [(wanted, True), (wanted + 1, False), *([(wanted - 1, False)] if wanted else [])]


def check_min(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """The box of all shapes of the layer if they are too few."""
    shapes = scene.region(rule.layers[0]).merged()
    count = shapes.count()
    if count < rule.value:
        box = shapes.bbox().to_dtype(scene.dbu)
        corners = ((box.left, box.bottom), (box.left, box.top), (box.right, box.top), (box.right, box.bottom))
        yield Marker(corners if count else (), count)


def deck_min(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language."""
    return [ruby.output(rule, ruby.call("too_few", ruby.layer(rule.layers[0]), f"{rule.value:.12g}"))]


def example_min(rule: Rule, process: Process, value: float) -> Pattern:
    """So many squares in a row."""
    return Pattern(
        tuple(
            shape
            for i in range(round(value))
            for shape in drawn_as(rule.expressions[0], rectangle(2 * SIDE * i, 0, 2 * SIDE * i + SIDE, SIDE))
        )
    )


def cases_min(rule: Rule, grid: float) -> list[tuple[float, bool]]:
    """As many as asked for, one more, and one less."""
    least = round(rule.value)
    return [(least, True), (least + 1, True), *([(least - 1, False)] if least > 1 else [])]


COUNT = Kind(
    name="count",
    meaning="how many shapes of the second layer touch each shape of the first",
    layers=(2, 2),
    quantity="number of shapes",
    sense="exact",
    check=check,
    deck=deck,
    example=example,
    cases=cases,
)

COUNT_MIN = Kind(
    name="count_min",
    meaning="least number of shapes in the layout",
    layers=(1, 1),
    quantity="number of shapes",
    sense="least",
    check=check_min,
    deck=deck_min,
    example=example_min,
    cases=cases_min,
)
