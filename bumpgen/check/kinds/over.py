"""Width of metal over another layer's shapes, and sizes of shapes as a ratio to those of the shapes they touch."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bumpgen.check.draw import drawn_as, rectangle
from bumpgen.check.kind import Kind, Marker, Pattern, Sense, beyond, outline, region_markers
from bumpgen.check.pairs import touching
from bumpgen.check.ruby import Ruby
from bumpgen.check.scene import Scene
from bumpgen.check.shapes import shapes_of
from bumpgen.process import Process
from bumpgen.rules import Rule

if TYPE_CHECKING:
    import klayout.db as db

__all__ = ["RATIO_MAX", "RATIO_MIN", "WIDTH_OVER"]


def check(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """Shapes of the second layer that touch the first, but no part of it that is as wide as the limit.

    A part is what is left when the metal is shrunk and grown again. Sizes are whole database units per side,
    so a first look shrinks by half the limit, and what fails is looked at in half units.
    """
    metal, over = scene.region(rule.layers[0]).merged(), scene.region(rule.layers[1]).merged()
    limit = scene.steps(rule.value)
    half = (limit + 1) // 2
    suspects = over.interacting(metal).not_interacting(metal.sized(-half).sized(half))
    if suspects.is_empty():
        return
    narrow = _narrow(metal.interacting(suspects), suspects, limit)
    yield from region_markers(narrow, scene)


def _narrow(metal: db.Region, over: db.Region, limit: int) -> db.Region:
    """Shapes that touch no part of the metal as wide as the limit, exactly."""
    import klayout.db as db

    half_units = db.ICplxTrans(2.0)
    doubled = [db.Region([polygon.transformed(half_units) for polygon in part.each_merged()]) for part in (metal, over)]
    wide = doubled[0].sized(1 - limit).sized(limit - 1)
    return doubled[1].not_interacting(wide).transformed(db.ICplxTrans(0.5))


def deck(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language."""
    metal, over = (ruby.layer(layer) for layer in rule.layers)
    return [ruby.output(rule, ruby.call("narrow_over", metal, over, ruby.length(rule.value)))]


def example(rule: Rule, process: Process, value: float) -> Pattern:
    """A bar `value` wide over a small square of the second layer."""
    long, side = 3 * rule.value, max(rule.value / 4 // process.grid.value * process.grid.value, process.grid.value)
    bar, square = rectangle(0, 0, long, value), rectangle(side, side, 2 * side, 2 * side)
    return Pattern((*drawn_as(rule.expressions[0], bar), *drawn_as(rule.expressions[1], square)))


def check_ratio(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """Shapes whose size over that of a shape they touch breaks the limit.

    The least ratio takes the shorter side over the other's longer one, the greatest the longer over the shorter.
    """
    import numpy as np

    sense: Sense = "least" if rule.kind == "ratio_min" else "most"
    one, other = (shapes_of(scene.region(layer)) for layer in rule.layers)
    pairs = touching(one, other)
    ends = (np.min, np.max) if sense == "least" else (np.max, np.min)
    size = [end(shapes.sizes, axis=1) for end, shapes in zip(ends, (one, other), strict=True)]
    ratios = size[0][pairs[:, 0]] / size[1][pairs[:, 1]]
    bad = {float(ratio) for ratio in np.unique(ratios) if beyond(rule, sense, float(ratio))}
    for row in np.flatnonzero(np.isin(ratios, list(bad))).tolist():
        yield Marker(outline(one.polygon(pairs[row, 0]), scene.dbu), float(ratios[row]))


def deck_ratio(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language."""
    one, other = (ruby.layer(layer) for layer in rule.layers)
    flags = ["true" if flag else "false" for flag in (rule.kind == "ratio_max", rule.exclusive)]
    return [ruby.output(rule, ruby.call("size_ratio_beyond", one, other, f"{rule.value:g}", *flags))]


def example_ratio(rule: Rule, process: Process, value: float) -> Pattern:
    """A square over one of 100, their sizes in that ratio."""
    side = round(value * 100 / process.grid.value) * process.grid.value
    one, other = rectangle(0, 0, side, side), rectangle(0, 0, 100, 100)
    return Pattern((*drawn_as(rule.expressions[0], one), *drawn_as(rule.expressions[1], other)))


def cases_ratio(rule: Rule, grid: float) -> list[tuple[float, bool]]:
    """The limit, and a thousandth to either side."""
    step = 0.001 * max(1, math.ceil(grid / 0.1))
    above = rule.kind == "ratio_min"
    return [(rule.value, not rule.exclusive), (rule.value + step, above), (rule.value - step, not above)]


WIDTH_OVER = Kind(
    name="width_over",
    meaning="least width of the first layer's metal at the shapes of the second",
    layers=(2, 2),
    quantity="width",
    sense="least",
    check=check,
    deck=deck,
    example=example,
)

RATIO_MIN = Kind(
    name="ratio_min",
    meaning="least size of a shape over the size of the second layer's shape it touches",
    layers=(2, 2),
    quantity="ratio",
    sense="least",
    check=check_ratio,
    deck=deck_ratio,
    example=example_ratio,
    cases=cases_ratio,
)

RATIO_MAX = Kind(
    name="ratio_max",
    meaning="greatest size of a shape over the size of the second layer's shape it touches",
    layers=(2, 2),
    quantity="ratio",
    sense="most",
    check=check_ratio,
    deck=deck_ratio,
    example=example_ratio,
    cases=cases_ratio,
)
