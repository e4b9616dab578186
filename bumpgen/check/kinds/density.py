"""Density: the share of a die's area, or of windows of it, that a layer covers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bumpgen.check.draw import drawn_as, rectangle
from bumpgen.check.kind import Kind, Marker, Pattern, outline
from bumpgen.check.ruby import Ruby
from bumpgen.check.scene import Scene
from bumpgen.layout import Drawn
from bumpgen.limits import Range
from bumpgen.process import Process
from bumpgen.rules import Rule

if TYPE_CHECKING:
    import klayout.db as db

__all__ = ["DENSITY"]

DIE = "DIE"
"""The layer whose polygons are the dice; without any the layout's box is the die."""


def span(rule: Rule) -> Range:
    """The least and the most of a rule with such a limit."""
    parsed = rule.parsed
    if not isinstance(parsed, Range):
        raise ValueError(f'rule {rule.id} of kind {rule.kind} needs a limit like "0.35 to 0.45", not {rule.limit!r}')
    return parsed


def check(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """Dice, or windows of them (options window and step, µm), that are covered too little or too much."""
    import klayout.db as db

    region, allowed = scene.region(rule.layers[0]), span(rule)
    for die in dice(scene):
        within = region & db.Region(die)
        for window, covered in _shares(rule, die, within, scene):
            if not allowed.least - 1e-9 <= covered <= allowed.most + 1e-9:
                yield Marker(outline(window, scene.dbu), covered)


def dice(scene: Scene) -> list[db.Polygon]:
    """The polygons of the die layer, or the box of the whole layout."""
    import klayout.db as db

    if DIE in scene.process.layers and scene.drawn(DIE):
        return list(scene.region(DIE).each_merged())
    return [db.Polygon(scene.top.bbox())]


def _shares(rule: Rule, die: db.Polygon, within: db.Region, scene: Scene) -> Iterator[tuple[db.Polygon, float]]:
    """Each window of a die and the share of its area that is covered; the die itself if there are no windows."""
    import klayout.db as db

    size = scene.steps(rule.option("window", 0.0))
    if size <= 0:
        yield die, within.area() / die.area()
        return
    layout = db.Layout(False)
    top, layer = layout.create_cell("TOP"), layout.layer(1, 0)
    within.insert_into(layout, top.cell_index(), layer)
    for box in windows(die.bbox(), size, scene.steps(rule.option("step", 0.0)) or size):
        near = db.Region(top.begin_shapes_rec_touching(layer, box))
        yield db.Polygon(box), (near & db.Region(box)).area() / box.area()


def windows(box: db.Box, size: int, step: int) -> Iterator[db.Box]:
    """Squares from the lower left corner on, every `step`; the last ones end at the box's edges."""
    import klayout.db as db

    for y in starts(box.bottom, box.top, size, step):
        for x in starts(box.left, box.right, size, step):
            yield db.Box(x, y, min(x + size, box.right), min(y + size, box.top))


def starts(low: int, high: int, size: int, step: int) -> list[int]:
    """Where windows begin along one axis."""
    last = max(low, high - size)
    return [*range(low, last, step), last]


def deck(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language."""
    die = ruby.layer(DIE) if DIE in ruby.process.layers else "polygon_layer"
    allowed = span(rule)
    lengths = [ruby.length(rule.option(name, 0.0)) for name in ("window", "step")]
    numbers = [f"{allowed.least:g}", f"{allowed.most:g}", *lengths]
    return [ruby.output(rule, ruby.call("density_outside", ruby.layer(rule.layers[0]), die, *numbers))]


def example(rule: Rule, process: Process, value: float) -> Pattern:
    """A die, or one window, covered by that share."""
    side = rule.option("window", 0.0) or 1000.0
    height = math.floor(value * side / process.grid.value + 0.5) * process.grid.value
    shapes = drawn_as(rule.expressions[0], rectangle(0, 0, side, height))
    die = rectangle(0, 0, side, side)
    if DIE in process.layers:
        return Pattern((Drawn(DIE, die), *shapes))
    return Pattern((Drawn(next(layer for layer in process.layers if layer not in rule.names), die), *shapes))


def cases(rule: Rule, grid: float) -> list[tuple[float, bool]]:
    """Both ends, and a thousandth beyond and within them."""
    allowed, step = span(rule), 0.001
    ends = [(allowed.least, True), (allowed.least - step, False), (allowed.least + step, True)]
    return [*ends, (allowed.most, True), (allowed.most + step, False), (allowed.most - step, True)]


DENSITY = Kind(
    name="density",
    meaning="share of each die's area, or of windows (options window, step, µm), that is covered: from, to",
    layers=(1, 1),
    quantity="density",
    sense="none",
    check=check,
    deck=deck,
    example=example,
    cases=cases,
    needs_all=False,
)
