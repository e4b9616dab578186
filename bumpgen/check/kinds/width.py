"""Width: the least metal, or opening, between facing sides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bumpgen.check.dense import graded
from bumpgen.check.draw import drawn_as, rectangle
from bumpgen.check.kind import Kind, Marker, Pattern, between, pair_markers
from bumpgen.check.near import distinct
from bumpgen.check.ruby import Ruby
from bumpgen.check.scene import Scene
from bumpgen.process import Process
from bumpgen.rules import Rule

if TYPE_CHECKING:
    import klayout.db as db

__all__ = ["WIDTH"]

PARALLEL = 3
"""Sides within this many degrees of parallel face each other; a 112-gon's next but one side doesn't."""

CONCAVE = (0.1, 179.9)
"""Angles at which an outline turns inward (klayout's sign), degrees."""


def check(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """Facing sides nearer than the limit, and necks: inward corners nearer than it to the other side.

    Sides that are not parallel are left out of the first check, or every round shape smaller than 1.41 times
    the limit would be marked between sides that don't face each other.
    """
    alone = distinct(scene, rule.layers[0])
    if alone is not None and not any(True for _ in _narrow(alone, rule, scene)):
        return
    yield from _narrow(scene.region(rule.layers[0]), rule, scene)


def _narrow(region: db.Region, rule: Rule, scene: Scene) -> Iterator[Marker]:
    """Markers of a region's widths below the limit."""
    layer, limit = rule.layers[0], scene.steps(rule.value)
    yield from pair_markers(graded(scene, layer, region, limit, _sides), scene)
    corners = region.corners(*CONCAVE, 1)
    if corners.is_empty():
        return
    inward = {(dot.bbox().center().x, dot.bbox().center().y) for dot in corners.each()}
    for pair in graded(scene, layer, region.interacting(corners), limit, _pairs).each():
        if is_neck(pair, inward):
            yield Marker(between(pair, scene.dbu), pair.distance() * scene.dbu)


def _sides(region: db.Region, limit: int) -> db.EdgePairs:
    """Facing sides nearer than the limit (database units)."""
    import klayout.db as db

    return region.width_check(limit, metrics=db.Metrics.Projection, ignore_angle=PARALLEL)


def _pairs(region: db.Region, limit: int) -> db.EdgePairs:
    """All pairs of sides nearer than the limit (database units), of which few are necks."""
    return region.width_check(limit)


def is_neck(pair: db.EdgePair, inward: set[tuple[int, int]]) -> bool:
    """Whether the nearest points of two sides are a true narrowing: no walk along the outline brings them nearer."""
    one, other = pair.first, pair.second
    ends = [(point, edge) for edge, points in ((other, (one.p1, one.p2)), (one, (other.p1, other.p2)))
            for point in points]  # fmt: skip
    point, edge = min(ends, key=lambda end: end[1].euclidian_distance(end[0]))
    if (point.x, point.y) not in inward:
        return False
    foot = min((edge.p1, edge.p2), key=point.distance)
    at_end = abs(point.distance(foot) - edge.euclidian_distance(point)) < 1
    return not at_end or (foot.x, foot.y) in inward


def deck(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language."""
    layer, limit = ruby.layer(rule.layers[0]), ruby.length(rule.value)
    return [
        ruby.output(rule, ruby.call("facing", layer, limit, str(PARALLEL))),
        ruby.output(rule, ruby.call("necks", layer, limit)),
    ]


def example(rule: Rule, process: Process, value: float) -> Pattern:
    """A bar `value` wide and three times the limit long."""
    bar = rectangle(0, 0, value, 3 * rule.value)
    return Pattern(drawn_as(rule.expressions[0], bar))


WIDTH = Kind(
    name="width",
    meaning="least width of a shape between facing sides, and of its necks",
    layers=(1, 1),
    quantity="width",
    sense="least",
    check=check,
    deck=deck,
    example=example,
)
