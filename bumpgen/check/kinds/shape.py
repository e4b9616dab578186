"""Shape: which outlines a layer may have; mark: a cross that must be there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bumpgen.check.draw import drawn_as, rectangle
from bumpgen.check.kind import Kind, Marker, Pattern, outline
from bumpgen.check.outline import outline_class
from bumpgen.check.ruby import Ruby, quoted
from bumpgen.check.scene import Scene
from bumpgen.check.shapes import shapes_of
from bumpgen.geometry import Disc, Oblong, Polygon, RegularPolygon, Rounded, Shape
from bumpgen.limits import Extent, Words
from bumpgen.process import Process
from bumpgen.rules import Rule

if TYPE_CHECKING:
    import klayout.db as db

__all__ = ["MARK", "SHAPE"]

DRAWN: dict[str, Shape] = {
    "circle": Disc(0, 0, 60),
    "octagon": RegularPolygon(0, 0, 60),
    "oblong": Oblong(0, 0, 100, 60),
    "rounded": Rounded(0, 0, 60, 60, 10),
    "square": rectangle(0, 0, 60, 60),
    "rectangle": rectangle(0, 0, 60, 80),
}
"""An outline of each class."""


def words(rule: Rule) -> tuple[str, ...]:
    """The classes a rule allows."""
    parsed = rule.parsed
    if not isinstance(parsed, Words) or not set(parsed.words) <= set(DRAWN):
        known = "|".join(DRAWN)
        raise ValueError(f"rule {rule.id} of kind {rule.kind} needs some of {known} as limit, not {rule.limit!r}")
    return parsed.words


def check(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """Shapes of another class; each outline is judged once."""
    allowed, shapes = words(rule), shapes_of(scene.region(rule.layers[0]))
    classes = [outline_class(one) for one in shapes.outlines]
    for i in shapes.of({number for number, found in enumerate(classes) if found not in allowed}):
        yield Marker(outline(shapes.polygon(i), scene.dbu), classes[shapes.which[i]])


def deck(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language."""
    listed = ", ".join(quoted(word) for word in words(rule))
    ruby.helpers["outline_class"] = None
    return [ruby.output(rule, ruby.call("other_shapes", ruby.layer(rule.layers[0]), f"[{listed}]"))]


def example(rule: Rule, process: Process, value: float) -> Pattern:
    """The outline of that number in the list of classes."""
    return Pattern(drawn_as(rule.expressions[0], list(DRAWN.values())[round(value)]))


def cases(rule: Rule, grid: float) -> list[tuple[float, bool]]:
    """Each class, allowed or not."""
    return [(i, word in words(rule)) for i, word in enumerate(DRAWN)]


def extent(rule: Rule) -> Extent:
    """Width and height of a rule with such a limit."""
    parsed = rule.parsed
    if not isinstance(parsed, Extent):
        raise ValueError(f'rule {rule.id} of kind {rule.kind} needs a limit like "45 x 45", not {rule.limit!r}')
    return parsed


def check_mark(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """One marker without a place if no shape is the wanted cross, upright or lying; arms stand in the middle."""
    import klayout.db as db

    size = extent(rule)
    sides = [scene.steps(length) for length in (size.width, size.height, rule.option("arm", size.width / 3))]
    upright = cross(*sides)
    wanted = {upright, upright.transformed(db.Trans.R90)}
    region, longest = scene.region(rule.layers[0]), max(sides)
    like = region.merged().with_bbox_max(longest, longest + 1, False)
    if not any(normal(polygon) in wanted for polygon in like.each_merged()):
        yield Marker((), "none")


def normal(polygon: db.Polygon) -> db.Polygon:
    """The polygon with the centre of its box at 0, 0, in half database units."""
    import klayout.db as db

    box = polygon.bbox()
    double = polygon.transformed(db.ICplxTrans(2.0))
    return double.moved(-box.left - box.right, -box.bottom - box.top)


def cross(width: int, height: int, arm: int) -> db.Polygon:
    """A cross about 0, 0, in half database units."""
    import klayout.db as db

    corners = cross_corners(width, height, arm)
    return db.Polygon([db.Point(round(x), round(y)) for x, y in corners])


def cross_corners(width: float, height: float, arm: float) -> list[tuple[float, float]]:
    """Corners of a cross twice as large as given, about 0, 0."""
    w, h, a = width, height, arm
    return [(-a, -h), (-a, -a), (-w, -a), (-w, a), (-a, a), (-a, h), (a, h), (a, a), (w, a), (w, -a), (a, -a), (a, -h)]


def deck_mark(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language; a missing cross is reported as the whole layout's box."""
    size = extent(rule)
    lengths = [ruby.length(length) for length in (size.width, size.height, rule.option("arm", size.width / 3))]
    return [ruby.output(rule, ruby.call("missing_cross", ruby.layer(rule.layers[0]), *lengths))]


def example_mark(rule: Rule, process: Process, value: float) -> Pattern:
    """A cross `value` wide."""
    size = extent(rule)
    corners = cross_corners(value, size.height, rule.option("arm", size.width / 3))
    shift_x, shift_y = value, size.height
    moved = tuple(((x + shift_x) / 2, (y + shift_y) / 2) for x, y in corners)
    return Pattern(drawn_as(rule.expressions[0], Polygon(_on_grid(moved, process.grid.value))))


def _on_grid(corners: tuple[tuple[float, float], ...], grid: float) -> tuple[tuple[float, float], ...]:
    """Corners at half grid steps go down to the grid, so that an odd width is kept."""
    import math

    return tuple((math.floor(x / grid + 1e-6) * grid, math.floor(y / grid + 1e-6) * grid) for x, y in corners)


def cases_mark(rule: Rule, grid: float) -> list[tuple[float, bool]]:
    """The cross, and one a grid step wider or narrower."""
    width = extent(rule).width
    return [(width, True), (width + grid, False), (width - grid, False)]


SHAPE = Kind(
    name="shape",
    meaning="allowed outlines: circle, octagon, oblong, rounded, square, rectangle",
    layers=(1, 1),
    quantity="shape",
    sense="none",
    check=check,
    deck=deck,
    example=example,
    cases=cases,
    needs_all=False,
)

MARK = Kind(
    name="mark",
    meaning="a cross of that width and height lies on the layer, its bars `arm` wide (a third of the width)",
    layers=(1, 1),
    quantity="cross",
    sense="none",
    check=check_mark,
    deck=deck_mark,
    example=example_mark,
    cases=cases_mark,
)
