"""Match: pillars face to face have nearly the same cross-section; landing: what they share when a die is misplaced."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bumpgen.check.draw import drawn_as, rectangle
from bumpgen.check.kind import Kind, Marker, Pattern, limits, outline
from bumpgen.check.landed import landed, lens
from bumpgen.check.outline import outline_class
from bumpgen.check.pairs import partners
from bumpgen.check.ruby import Ruby
from bumpgen.check.scene import Scene
from bumpgen.check.shapes import Shapes, shapes_in
from bumpgen.geometry import Disc
from bumpgen.process import Process
from bumpgen.rules import Rule
from bumpgen.steps import Join

if TYPE_CHECKING:
    import klayout.db as db
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["LANDING", "MATCH"]

BOXED = ("circle", "octagon", "oblong", "square", "rectangle")
"""Classes in which the box says all: one lies inside the other grown just where its box does."""


def check(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """Pairs that differ by more than the limit, and shapes of either layer that have no partner."""
    one, other = (shapes_in(scene, layer) for layer in rule.layers)
    pairs = partners(one, other)
    yield from _mismatched(rule, one, other, pairs, scene)
    for side, shapes in ((0, one), (1, other)):
        yield from _alone(shapes, pairs[:, side], scene)


def _mismatched(rule: Rule, one: Shapes, other: Shapes, pairs: NDArray[np.int64], scene: Scene) -> Iterator[Marker]:
    import numpy as np

    kinds = np.column_stack((one.which[pairs[:, 0]], other.which[pairs[:, 1]]))
    found, inverse = np.unique(kinds, axis=0, return_inverse=True)
    verdicts = [difference(rule, one.outlines[a], other.outlines[b], scene.dbu) for a, b in found.tolist()]
    bad = np.array([broken for broken, _, _ in verdicts], dtype=bool)
    for row in np.flatnonzero(bad[inverse.ravel()]).tolist() if len(pairs) else []:
        _, measured, note = verdicts[inverse.ravel()[row]]
        yield Marker(outline(one.polygon(pairs[row, 0]), scene.dbu), measured, note)


def _alone(shapes: Shapes, paired: NDArray[np.int64], scene: Scene) -> Iterator[Marker]:
    import numpy as np

    for i in np.setdiff1d(np.arange(len(shapes)), paired).tolist():
        yield Marker(outline(shapes.polygon(i), scene.dbu), None, "no partner")


def difference(rule: Rule, one: db.Polygon, other: db.Polygon, dbu: float) -> tuple[bool, float, str]:
    """Whether a pair breaks the rule, by how much it differs (µm per side, or in all if strict), and a remark."""
    boxes = one.bbox(), other.bbox()
    wider = max(abs(boxes[0].width() - boxes[1].width()), abs(boxes[0].height() - boxes[1].height()))
    measured = wider * dbu if strict(rule) else wider * dbu / 2
    classes = outline_class(one), outline_class(other)
    if classes[0] != classes[1]:
        return True, measured, f"{classes[0]} against {classes[1]}"
    over = measured - rule.value
    if over > -1e-9 if rule.exclusive else over > 1e-9:
        return True, measured, ""
    limit = rule.value / 2 if strict(rule) else rule.value
    same = classes[0] in BOXED or _within(one, other, round(2 * limit / dbu))
    return not same, measured, "" if same else "outlines differ"


def strict(rule: Rule) -> bool:
    """Whether the limit holds for the dimension rather than per side."""
    return rule.option("strict", 0) > 0


def _within(one: db.Polygon, other: db.Polygon, limit: int) -> bool:
    """Whether each of two polygons, centres on each other, lies inside the other grown; limit in half units."""
    import klayout.db as db

    first, second = (db.Region(_centred(polygon)) for polygon in (one, other))
    return (first - second.sized(limit)).is_empty() and (second - first.sized(limit)).is_empty()


def _centred(polygon: db.Polygon) -> db.Polygon:
    """The polygon twice as large, its box's centre at 0, 0."""
    import klayout.db as db

    box = polygon.bbox()
    double = polygon.transformed(db.ICplxTrans(2.0))
    return double.moved(-box.left - box.right, -box.bottom - box.top)


def deck(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language."""
    ruby.helpers.update(dict.fromkeys(("outline_class", "partners")))
    one, other = (ruby.layer(layer) for layer in rule.layers)
    flags = ["true" if flag else "false" for flag in (strict(rule), rule.exclusive)]
    return [ruby.output(rule, ruby.call("mismatched", one, other, f"{rule.value:g}", *flags))]


def example(rule: Rule, process: Process, value: float) -> Pattern:
    """Two rectangles about one centre whose heights differ by `value` per side, or in all if strict."""
    side = 4 * rule.value + 40
    difference = value if strict(rule) else 2 * value
    one, other = rectangle(0, 0, side, 2 * side), rectangle(0, 0, side, 2 * side + difference)
    return Pattern((*drawn_as(rule.expressions[0], one), *drawn_as(rule.expressions[1], other)))


def accuracy(rule: Rule, process: Process) -> float:
    """How far a die may be off, µm: the rule's option `accuracy`, or that of the process's join step."""
    steps = [step for step in process.steps if isinstance(step, Join) and step.placement_accuracy]
    known = steps[0].placement_accuracy.value if steps and steps[0].placement_accuracy else math.nan
    found = rule.option("accuracy", known)
    if math.isnan(found):
        raise ValueError(f"rule {rule.id} needs options = {{ accuracy = … }}: no join step of {process.name} says it")
    return found


def check_landing(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """Pairs that share too little when one die is off by the accuracy in the worst direction.

    Shapes without a partner are for match or one_to_one to find.
    """
    import numpy as np

    one, other = (shapes_in(scene, layer) for layer in rule.layers)
    pairs, off = partners(one, other), accuracy(rule, scene.process) / scene.dbu
    i, j = pairs[:, 0], pairs[:, 1]
    columns = (one.which[i], other.which[j], other.x[j] - one.x[i], other.y[j] - one.y[i])
    keys, inverse = np.unique(np.column_stack(columns), axis=0, return_inverse=True)
    classes = [[outline_class(polygon) for polygon in shapes.outlines] for shapes in (one, other)]
    shares = np.array([
        landed(one.outlines[a], other.outlines[b].moved(dx, dy), off, classes[0][a] == classes[1][b] == "circle")
        for a, b, dx, dy in keys.tolist()
    ])  # fmt: skip
    for row in np.flatnonzero(shares[inverse.ravel()] < rule.value - 1e-9).tolist() if len(pairs) else []:
        yield Marker(outline(one.polygon(i[row]), scene.dbu), float(shares[inverse.ravel()[row]]))


def deck_landing(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language."""
    ruby.helpers.update(dict.fromkeys(("outline_class", "partners")))
    one, other = (ruby.layer(layer) for layer in rule.layers)
    numbers = [f"{rule.value:g}", ruby.length(accuracy(rule, ruby.process))]
    return [ruby.output(rule, ruby.call("poor_landings", one, other, *numbers))]


def example_landing(rule: Rule, process: Process, value: float) -> Pattern:
    """Two circles so far apart that they keep `value`, to the grid, when the die is off."""
    diameter, off, grid = 50.0, accuracy(rule, process), process.grid.value
    full = math.pi * (diameter / 2) ** 2
    low, high = -diameter, diameter
    while high - low > grid / 100:
        middle = (low + high) / 2
        low, high = (
            (middle, high) if lens(diameter / 2, diameter / 2, max(middle, 0) + off) >= value * full else (low, middle)
        )
    apart = max(0.0, math.floor(low / grid) * grid)
    one, other = Disc(0, 0, diameter), Disc(apart, 0, diameter)
    return Pattern((*drawn_as(rule.expressions[0], one), *drawn_as(rule.expressions[1], other)))


MATCH = Kind(
    name="match",
    meaning="partners of two layers: same class, each inside the other grown by the limit; option strict = 1: in all",
    layers=(2, 2),
    quantity="difference",
    sense="most",
    check=check,
    deck=deck,
    example=example,
    cases=limits,
)

LANDING = Kind(
    name="landing",
    meaning="least common area of partners, of the smaller one, when a die is off by the placement accuracy",
    layers=(2, 2),
    quantity="share that lands",
    sense="least",
    check=check_landing,
    deck=deck_landing,
    example=example_landing,
)
