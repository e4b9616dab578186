"""Grid: corners lie on multiples of the mask writer's address unit."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from bumpgen.check.draw import drawn_as, rectangle
from bumpgen.check.kind import Kind, Marker, Pattern, outline
from bumpgen.check.ruby import Ruby
from bumpgen.check.scene import Scene
from bumpgen.check.shapes import placements, plain
from bumpgen.expression import Named
from bumpgen.process import Process
from bumpgen.rules import Rule

if TYPE_CHECKING:
    import klayout.db as db
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["GRID"]

FINEST = 0.0005
"""Grid of the examples, µm."""


def check(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """Polygons, as they are drawn, that have a corner off the grid; a cell is looked at once."""
    step = unit(rule, scene.dbu)
    if step == 1:
        return
    for expression in rule.expressions:
        if not isinstance(expression, Named):
            yield from _derived(scene.region(expression), step, scene)
        elif (index := scene.index(expression.layer)) is not None:
            yield from _drawn(index, step, scene)


def unit(rule: Rule, dbu: float) -> int:
    """Database units that corners must be multiples of."""
    return Fraction(rule.value / dbu).limit_denominator(10_000).numerator


def _derived(region: db.Region, step: int, scene: Scene) -> Iterator[Marker]:
    if not region.grid_check(step, step).is_empty():
        for polygon in region.each_merged():
            if _off(polygon, step):
                yield Marker(outline(polygon, scene.dbu))


def _off(polygon: db.Polygon, step: int) -> bool:
    return any(end.x % step or end.y % step for end in (edge.p1 for edge in polygon.each_edge()))


def _drawn(index: int, step: int, scene: Scene) -> Iterator[Marker]:
    """Off-grid polygons of a drawn layer, cell by cell; on-grid placements of clean cells are clean."""
    import klayout.db as db
    import numpy as np

    layout, top = plain(scene.layout, scene.top)
    for cell, placed in placements(layout, top).items():
        shapes = layout.cell(cell).shapes(index)
        if shapes.is_empty() or not len(placed):
            continue
        drawn = db.Region(shapes)
        drawn.merged_semantics = False
        shifted = placed[np.any(placed[:, :2] % step, axis=1)]
        if len(shifted) or not drawn.grid_check(step, step).is_empty():
            for polygon in drawn.each():
                yield from _polygon(polygon, placed, step, scene.dbu)


def _polygon(polygon: db.Polygon, placed: NDArray[np.int64], step: int, dbu: float) -> Iterator[Marker]:
    """A polygon at those of its places where a corner falls off the grid."""
    import klayout.db as db

    on_grid: dict[tuple[int, int, int], bool] = {}
    for x, y, code in placed.tolist():
        key = (x % step, y % step, code)
        if key not in on_grid:
            on_grid[key] = not _off(polygon.transformed(db.Trans(code % 4, code >= 4, key[0], key[1])), step)
        if not on_grid[key]:
            yield Marker(outline(polygon.transformed(db.Trans(code % 4, code >= 4, x, y)), dbu))


def deck(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language, a line for each layer."""
    return [
        ruby.output(rule, ruby.call("off_grid", ruby.layer(expression), ruby.length(rule.value)))
        for expression in rule.expressions
    ]


def example(rule: Rule, process: Process, value: float) -> Pattern:
    """A square on each layer with its corner at `value`, `value`, in a process that can draw it there."""
    far = 20_000 * rule.value
    finest = process.model_copy(update={"grid": process.grid.model_copy(update={"value": FINEST})})
    drawn = (drawn_as(expression, rectangle(value, value, far, far)) for expression in rule.expressions)
    return Pattern(tuple(shape for shapes in drawn for shape in shapes), finest)


def cases(rule: Rule, grid: float) -> list[tuple[float, bool]]:
    """The limit and twice as much, and half a nanometre more than each."""
    return [(n * rule.value + off, not off) for n in (1, 2) for off in (0.0, FINEST)]


GRID = Kind(
    name="grid",
    meaning="corners of all layers lie on multiples of the limit",
    layers=(1, 99),
    quantity="corner off the grid",
    sense="none",
    check=check,
    deck=deck,
    example=example,
    cases=cases,
    needs_all=False,
)
