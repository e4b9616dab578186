"""Pitch: the distance between centres of compact shapes: the least, by size, or the only one allowed."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import TYPE_CHECKING, Any

from bumpgen.check.centres import Centres, bar, centres, compact_in_ruby
from bumpgen.check.draw import drawn_as, rectangle
from bumpgen.check.kind import Kind, Marker, Pattern, limits
from bumpgen.check.kinds.space import rows
from bumpgen.check.neighbours import near, squares, touching_boxes, within
from bumpgen.check.ruby import Ruby
from bumpgen.check.scene import Scene
from bumpgen.limits import Linear
from bumpgen.process import Process
from bumpgen.rules import Rule

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]

__all__ = ["PITCH", "PITCH_BY_SIZE", "PITCH_EXACT"]

SLACK = 1e-7
"""Two distances nearer than this are equal, µm: far below any grid."""

NEIGHBOURS = 1.2
"""Centres within so many pitches are neighbours along the grid: those across a diagonal are 1.41 away."""

STEPS = 2
"""An exact pitch may be off by so many grid steps: one for each of two centres moved on to the grid."""

UBM_OF_EXAMPLE = 80.0
"""Size of the second layer's shapes in an example of a limit that grows with them, µm."""


def check(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """Centres nearer than the limit; a limit that grows uses the mean size of the two shapes it names."""
    if isinstance(rule.parsed, Linear):
        yield from _grown(rule, rule.parsed, scene)
        return
    spots = centres(scene, rule.layers[0])
    i, j = near(spots, rule.value)
    over = _apart(spots, i, j) - rule.value
    yield from _bars(spots, i, j, over < (SLACK if rule.exclusive else -SLACK))


def _grown(rule: Rule, limit: Linear, scene: Scene) -> Iterator[Marker]:
    """Of shapes around whose centre the second layer has a shape: base + factor · mean size of the two."""
    import numpy as np

    spots, around = centres(scene, rule.layers[0]), centres(scene, rule.layers[1])
    sizes = np.zeros(len(spots))
    i, j = touching_boxes(spots.points(), around)
    np.maximum.at(sizes, i, around.size[j])
    spots, sizes = spots.take(sizes > 0), sizes[sizes > 0]
    if len(spots):
        i, j = near(spots, limit.base + limit.factor * float(sizes.max()))
        least = limit.base + limit.factor * (sizes[i] + sizes[j]) / 2
        yield from _bars(spots, i, j, _apart(spots, i, j) < least - SLACK)


def _apart(spots: Centres, i: Integers, j: Integers) -> NDArray[Any]:
    """Distances of centres, µm."""
    import numpy as np

    distances: NDArray[Any] = np.sqrt(squares(spots, i, j)) * (spots.dbu / 2)
    return distances


def _bars(spots: Centres, i: Integers, j: Integers, bad: Any) -> Iterator[Marker]:
    """A bar between the centres of each bad pair, with their distance."""
    x, y = spots.x, spots.y
    for one, other, apart in zip(i[bad], j[bad], _apart(spots, i[bad], j[bad]), strict=True):
        outline = bar((float(x[one]), float(y[one])), (float(x[other]), float(y[other])), spots.dbu)
        yield Marker(outline, float(apart))


def deck(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language."""
    limit, layer = rule.parsed, compact_in_ruby(ruby, rule.layers[0])
    if isinstance(limit, Linear):
        other, base = compact_in_ruby(ruby, rule.layers[1]), ruby.length(limit.base)
        return [ruby.output(rule, ruby.call("near_grown", layer, other, base, f"{limit.factor:.12g}"))]
    options = ["true"] if rule.exclusive else []
    return [ruby.output(rule, ruby.call("near_centres", layer, ruby.length(rule.value), *options))]


def example(rule: Rule, process: Process, value: float) -> Pattern:
    """Two squares whose centres are `value` apart; each on a square of the layer the limit grows with."""
    limit = rule.parsed
    grows = isinstance(limit, Linear)
    sides = [UBM_OF_EXAMPLE - 20, UBM_OF_EXAMPLE] if grows else [2 * ceil(rule.value / 4)]
    return Pattern(tuple(
        shape
        for expression, side in zip(rule.expressions, sides, strict=False)
        for x in (0, value)
        for shape in drawn_as(expression, _square(x, side))
    ))  # fmt: skip


def _square(x: float, side: float) -> Any:
    return rectangle(x - side / 2, -side / 2, x + side / 2, side / 2)


def cases(rule: Rule, grid: float) -> list[tuple[float, bool]]:
    """The limit, and a grid step to either side; of one that grows, for the example's size."""
    limit = rule.parsed
    if not isinstance(limit, Linear):
        return limits(rule, grid)
    least = ceil((limit.base + limit.factor * UBM_OF_EXAMPLE) / grid - SLACK) * grid
    return [(least, True), (least + grid, True), (least - grid, False)]


def check_by_size(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """Centres nearer than the limit for the larger one's size; the first row holds for smaller ones, too."""
    import numpy as np

    spots = centres(scene, rule.layers[0])
    sizes, least = (np.array(column) for column in zip(*rows(rule), strict=True))
    i, j = near(spots, float(least.max()))
    larger = np.maximum(spots.size[i], spots.size[j])
    row = np.maximum(np.searchsorted(sizes, larger + SLACK, "right") - 1, 0)
    yield from _bars(spots, i, j, _apart(spots, i, j) < least[row] - SLACK)


def deck_by_size(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language."""
    table = ", ".join(f"[{ruby.length(size)}, {ruby.length(limit)}]" for size, limit in rows(rule))
    return [ruby.output(rule, ruby.call("near_by_size", compact_in_ruby(ruby, rule.layers[0]), f"[{table}]"))]


def example_by_size(rule: Rule, process: Process, value: float) -> Pattern:
    """Two squares of the largest size whose centres are `value` apart."""
    side = rows(rule)[-1][0]
    return Pattern(tuple(
        shape for x in (0, value) for shape in drawn_as(rule.expressions[0], rectangle(x, 0, x + side, side))
    ))  # fmt: skip


def cases_by_size(rule: Rule, grid: float) -> list[tuple[float, bool]]:
    """The largest size's limit, and a grid step to either side."""
    return limits(rule.model_copy(update={"kind": "pitch", "limit": rows(rule)[-1][1]}), grid)


def check_exact(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """Neighbours that are neither a pitch apart nor on its lattice, as where a map leaves sites out."""
    import numpy as np

    spots, pitch = centres(scene, rule.layers[0]), rule.value
    slack = STEPS * scene.process.grid.value + SLACK
    i, j = _neighbours(spots, NEIGHBOURS * pitch)
    steps = np.stack((spots.x[i] - spots.x[j], spots.y[i] - spots.y[j]))
    counts = np.rint(steps / pitch)
    on_lattice = (np.abs(steps - counts * pitch) <= slack).all(axis=0) & counts.any(axis=0)
    yield from _bars(spots, i, j, ~on_lattice & (np.abs(_apart(spots, i, j) - pitch) > slack))


def _neighbours(spots: Centres, reach: float) -> tuple[Integers, Integers]:
    """Pairs within reach, and of a centre that has none its nearest ones, however far."""
    import numpy as np

    i, j = near(spots, reach)
    found = [np.stack((i, j))]
    lonely = np.ones(len(spots), bool)
    lonely[found[0].ravel()] = False
    while lonely.any() and len(spots) > 1:
        reach *= 2
        alone = np.flatnonzero(lonely)
        i, j = within(spots.take(alone), spots, reach)
        i, j = alone[i][alone[i] != j], j[alone[i] != j]
        apart, least = squares(spots, i, j), np.full(len(spots), np.iinfo(np.int64).max)
        np.minimum.at(least, i, apart)
        nearest = apart <= least[i]
        found.append(np.sort(np.stack((i[nearest], j[nearest])), axis=0))
        lonely[i] = False
    pairs = np.unique(np.concatenate(found, axis=1), axis=1) if len(found) > 1 else found[0]
    return pairs[0], pairs[1]


def deck_exact(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language."""
    layer, tolerance = compact_in_ruby(ruby, rule.layers[0]), ruby.length(STEPS * ruby.process.grid.value)
    return [ruby.output(rule, ruby.call("off_pitch", layer, ruby.length(rule.value), tolerance))]


def cases_exact(rule: Rule, grid: float) -> list[tuple[float, bool]]:
    """The pitch, the most it may be off, and a grid step more."""
    return [(rule.value + steps * grid, abs(steps) <= STEPS) for steps in (0, STEPS, -STEPS, STEPS + 1, -STEPS - 1)]


PITCH = Kind(
    name="pitch",
    meaning='least distance between centres; "a + b * LAYER" grows with the mean size of that layer\'s two shapes',
    layers=(1, 2),
    quantity="pitch",
    sense="least",
    check=check,
    deck=deck,
    example=example,
    cases=cases,
)

PITCH_BY_SIZE = Kind(
    name="pitch_by_size",
    meaning="as pitch, with a limit that grows with the larger shape's size",
    layers=(1, 1),
    quantity="pitch",
    sense="least",
    check=check_by_size,
    deck=deck_by_size,
    example=example_by_size,
    cases=cases_by_size,
)

PITCH_EXACT = Kind(
    name="pitch_exact",
    meaning="the only distance between centres of neighbours, within two grid steps; a map may leave sites out",
    layers=(1, 1),
    quantity="pitch",
    sense="exact",
    check=check_exact,
    deck=deck_exact,
    example=example,
    cases=cases_exact,
)
