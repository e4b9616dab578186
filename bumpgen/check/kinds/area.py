"""Area: the least area of a shape, of what is left of a truncated one, and of what two layers have in common."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bumpgen.check.draw import drawn_as, rectangle
from bumpgen.check.kind import Kind, Marker, Pattern, limits, outline, region_markers
from bumpgen.check.ruby import Ruby
from bumpgen.check.scene import Scene
from bumpgen.check.shapes import shapes_of
from bumpgen.process import Process
from bumpgen.rules import Rule

if TYPE_CHECKING:
    import klayout.db as db

__all__ = ["AREA", "AREA_FRACTION", "OVERLAP"]


def least_units(rule: Rule, area: float) -> int:
    """The least number of database units (lengths or areas) that obeys the rule; `area`: µm or µm² of one."""
    limit = rule.value / area
    near = round(limit)
    if abs(limit - near) < 1e-6:
        return near + rule.exclusive
    return math.ceil(limit)


def check(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """Shapes of less area than the limit, µm²."""
    small = scene.region(rule.layers[0]).merged().with_area(0, least_units(rule, scene.dbu**2), False)
    yield from region_markers(small, scene, lambda polygon: polygon.area() * scene.dbu**2)


def deck(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language."""
    strict = "true" if rule.exclusive else "false"
    return [ruby.output(rule, ruby.call("small_shapes", ruby.layer(rule.layers[0]), f"{rule.value:g}", strict))]


def bar(area: float) -> tuple[float, float]:
    """Sides, µm, of a rectangle whose area changes by 1 to 10 grid steps times its width."""
    width = 10.0 ** max(0, math.floor(math.log10(max(area, 1.0)) / 2))
    return width, area / width


def example(rule: Rule, process: Process, value: float) -> Pattern:
    """A rectangle of that area."""
    width = bar(rule.value)[0]
    return Pattern(drawn_as(rule.expressions[0], rectangle(0, 0, width, value / width)))


def cases(rule: Rule, grid: float) -> list[tuple[float, bool]]:
    """The limit, and a side that is one grid step longer or shorter."""
    step = bar(rule.value)[0] * grid
    return [(rule.value, not rule.exclusive), (rule.value + step, True), (rule.value - step, False)]


def fraction(polygon: db.Polygon) -> float:
    """Area over that of the circle whose diameter is the box's longer side.

    A circle cut off along a chord keeps half of its area exactly where this is one half: its chord is then
    the diameter; beyond that the longer side shrinks with the chord, and the value still falls.
    """
    box = polygon.bbox()
    return float(polygon.area()) / (math.pi / 4 * max(box.width(), box.height()) ** 2)


def check_fraction(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """Shapes that keep less of their circle than the limit; each outline is measured once."""
    shapes = shapes_of(scene.region(rule.layers[0]))
    measured = [fraction(polygon) for polygon in shapes.outlines]
    for i in shapes.of({number for number, found in enumerate(measured) if found < rule.value - 1e-9}):
        yield Marker(outline(shapes.polygon(i), scene.dbu), measured[shapes.which[i]])


def deck_fraction(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language."""
    return [ruby.output(rule, ruby.call("truncated", ruby.layer(rule.layers[0]), f"{rule.value:g}"))]


def example_fraction(rule: Rule, process: Process, value: float) -> Pattern:
    """A rectangle 200 long of that share of its circle's area, its height rounded up to the grid."""
    grid, long = process.grid.value, 200.0
    height = math.ceil(value * math.pi / 4 * long / grid - 1e-6) * grid
    return Pattern(drawn_as(rule.expressions[0], rectangle(0, 0, long, height)))


def check_overlap(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """Common parts that are too small, and shapes of the first layer that touch the second without overlapping it."""
    one, other = scene.region(rule.layers[0]), scene.region(rule.layers[1])
    common = (one & other).merged()
    if by_area(rule):
        small = common.with_area(0, least_units(rule, scene.dbu**2), False)
        yield from region_markers(small, scene, lambda polygon: polygon.area() * scene.dbu**2)
    else:
        small = common.with_bbox_min(0, least_units(rule, scene.dbu), False)
        yield from region_markers(small, scene, lambda polygon: shorter(polygon) * scene.dbu)
    touching = one.merged().interacting(other).not_overlapping(other)
    yield from region_markers(touching, scene, lambda polygon: 0.0, note="touches only")


def shorter(polygon: db.Polygon) -> int:
    """The shorter side of a polygon's box, database units."""
    box = polygon.bbox()
    return min(int(box.width()), int(box.height()))


def by_area(rule: Rule) -> bool:
    """Whether the limit is an area rather than an extent."""
    return "µm²" in rule.unit


def deck_overlap(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language."""
    one, other = ruby.layer(rule.layers[0]), ruby.layer(rule.layers[1])
    strict = "true" if rule.exclusive else "false"
    helper = "small_shapes" if by_area(rule) else "thin_shapes"
    small = ruby.call(helper, f"({one} & {other})", f"{rule.value:g}", strict)
    return [ruby.output(rule, small), ruby.output(rule, f"{one}.interacting({other}).not_overlapping({other})")]


def example_overlap(rule: Rule, process: Process, value: float) -> Pattern:
    """Two rectangles that overlap by that area or extent."""
    width, deep = (bar(rule.value)[0], value / bar(rule.value)[0]) if by_area(rule) else (rule.value * 3 + 1, value)
    first, second = rectangle(0, 0, width, deep + 50), rectangle(0, -50, width, deep)
    return Pattern((*drawn_as(rule.expressions[0], first), *drawn_as(rule.expressions[1], second)))


def cases_overlap(rule: Rule, grid: float) -> list[tuple[float, bool]]:
    """As an area's, or as a length's."""
    return cases(rule, grid) if by_area(rule) else limits(rule, grid)


AREA = Kind(
    name="area",
    meaning="least area of a shape, µm²",
    layers=(1, 1),
    quantity="area",
    sense="least",
    check=check,
    deck=deck,
    example=example,
    cases=cases,
)

AREA_FRACTION = Kind(
    name="area_fraction",
    meaning="least area of a shape as a share of the circle over its longer side: what truncation leaves",
    layers=(1, 1),
    quantity="share of the full circle",
    sense="least",
    check=check_fraction,
    deck=deck_fraction,
    example=example_fraction,
)

OVERLAP = Kind(
    name="overlap",
    meaning="least extent of each part two touching shapes have in common, or its least area if the unit is µm²",
    layers=(2, 2),
    quantity="overlap",
    sense="least",
    check=check_overlap,
    deck=deck_overlap,
    example=example_overlap,
    cases=cases_overlap,
)
