"""Notch: the least gap between two sides of one shape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bumpgen.check.dense import graded
from bumpgen.check.draw import drawn_as
from bumpgen.check.kind import Kind, Marker, Pattern, pair_markers
from bumpgen.check.near import distinct
from bumpgen.check.ruby import Ruby
from bumpgen.check.scene import Scene
from bumpgen.geometry import Polygon
from bumpgen.process import Process
from bumpgen.rules import Rule

if TYPE_CHECKING:
    import klayout.db as db

__all__ = ["NOTCH"]


def check(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """Gaps below the limit between sides of one shape; edges tell fast whether there is any."""
    limit = scene.steps(rule.value)
    alone = distinct(scene, rule.layers[0])
    layer = rule.layers[0]
    if alone is not None and graded(scene, layer, alone, limit, _notches).is_empty():
        return
    region = scene.region(layer).merged()
    near = graded(scene, layer, region, limit, lambda polygons, gap: polygons.edges().space_check(gap))
    if not near.is_empty():
        yield from pair_markers(graded(scene, layer, region.interacting(near.extents(1)), limit, _notches), scene)


def _notches(region: db.Region, limit: int) -> db.EdgePairs:
    return region.notch_check(limit)


def deck(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language."""
    return [ruby.output(rule, f"{ruby.layer(rule.layers[0])}.notch({ruby.length(rule.value)})")]


def example(rule: Rule, process: Process, value: float) -> Pattern:
    """A U whose legs are `value` apart."""
    leg, w = 3 * rule.value, 2 * rule.value
    corners = ((0, 0), (2 * w + value, 0), (2 * w + value, leg + w), (w + value, leg + w),
               (w + value, w), (w, w), (w, leg + w), (0, leg + w))  # fmt: skip
    return Pattern(drawn_as(rule.expressions[0], Polygon(corners)))


NOTCH = Kind(
    name="notch",
    meaning="least gap between two sides of one shape",
    layers=(1, 1),
    quantity="notch",
    sense="least",
    check=check,
    deck=deck,
    example=example,
)
