"""Gaps that depend on what is near: between wide metals that run side by side, and between different nets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bumpgen.check.draw import drawn_as, rectangle
from bumpgen.check.kind import Kind, Marker, Pattern, pair_markers, region_markers
from bumpgen.check.ruby import Ruby
from bumpgen.check.scene import Scene
from bumpgen.process import Process
from bumpgen.rules import Rule

if TYPE_CHECKING:
    import klayout.db as db
    import shapely

__all__ = ["SPACE_NETS", "WIDE_SPACE"]

WIDE, RUN = 30.0, 60.0
"""Defaults of the options `wide` and `run`, µm: metals larger both ways, side by side for more."""


def check(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """Gaps below the limit between parts of two metals that are both wide, along more than the run."""
    import klayout.db as db

    region = scene.region(rule.layers[0]).merged()
    half, run = scene.steps(rule.option("wide", WIDE) / 2), scene.steps(rule.option("run", RUN))
    wide = region.sized(-half).sized(half).merged()
    gaps = wide.isolated_check(scene.steps(rule.value), False, db.Metrics.Projection, None, run + 1, None)
    apart = db.EdgePairs()
    metal = region if gaps.is_empty() else db.Region(list(region.each_merged()))
    for pair in gaps.each():
        sides = db.Edges([pair.first, pair.second])
        if metal.interacting(sides.extended(1, 1, 1, 1, False)).count() > 1:
            apart.insert(pair)
    yield from pair_markers(apart, scene)


def deck(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language."""
    numbers = [ruby.length(length) for length in (rule.value, rule.option("wide", WIDE), rule.option("run", RUN))]
    return [ruby.output(rule, ruby.call("wide_gaps", ruby.layer(rule.layers[0]), *numbers))]


def example(rule: Rule, process: Process, value: float) -> Pattern:
    """Two wide bars side by side for twice the run, `value` apart."""
    wide, long = 2 * rule.option("wide", WIDE), 2 * rule.option("run", RUN)
    left, right = rectangle(-wide, 0, 0, long), rectangle(value, 0, value + wide, long)
    return Pattern((*drawn_as(rule.expressions[0], left), *drawn_as(rule.expressions[0], right)))


def check_nets(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """Gaps below the limit between shapes of two layers on different nets, and what such shapes have in common.

    A conductor (the third layer) joins what touches one shape of it; without one, shapes that touch are one net.
    """
    one, other = (scene.region(layer).merged() for layer in rule.layers[:2])
    gaps = one.separation_check(other, scene.steps(rule.value))
    common = (one & other).merged() if len(rule.layers) == 3 else None
    if gaps.is_empty() and (common is None or common.is_empty()):
        return
    nets = _Nets(rule, scene, one, other)
    yield from pair_markers(nets.apart(gaps), scene)
    if common is not None:
        yield from region_markers(nets.unlike(common), scene, lambda polygon: 0.0)


class _Nets:
    """Which shapes of two layers belong together."""

    def __init__(self, rule: Rule, scene: Scene, one: db.Region, other: db.Region):
        self.sides = [_Index(region) for region in (one, other)]
        self.metal = _Index(scene.region(rule.layers[2]).merged()) if len(rule.layers) == 3 else None
        self._known: dict[tuple[int, int], bool] = {}

    def joined(self, i: int, j: int) -> bool:
        """Whether shape i of the first layer and shape j of the second are one net."""
        if (i, j) not in self._known:
            first, second = self.sides[0].outlines[i], self.sides[1].outlines[j]
            if self.metal is None:
                self._known[i, j] = bool(first.intersects(second))
            else:
                self._known[i, j] = bool(self.metal.touching(first) & self.metal.touching(second))
        return self._known[i, j]

    def apart(self, gaps: db.EdgePairs) -> db.EdgePairs:
        """The gaps between different nets."""
        import klayout.db as db
        import shapely

        kept = db.EdgePairs()
        for pair in gaps.each():
            middles = [((edge.p1.x + edge.p2.x) / 2, (edge.p1.y + edge.p2.y) / 2) for edge in (pair.first, pair.second)]
            i, j = (side.nearest(shapely.Point(*at)) for side, at in zip(self.sides, middles, strict=True))
            if not self.joined(i, j):
                kept.insert(pair)
        return kept

    def unlike(self, common: db.Region) -> db.Region:
        """Common parts of shapes that are different nets."""
        import klayout.db as db

        kept = db.Region()
        for polygon in common.each_merged():
            inner = _outline(polygon).representative_point()
            if not self.joined(self.sides[0].nearest(inner), self.sides[1].nearest(inner)):
                kept.insert(polygon)
        return kept


class _Index:
    """A region's shapes, found by place."""

    def __init__(self, region: db.Region):
        import shapely

        self.outlines = [_outline(polygon) for polygon in region.each_merged()]
        self.tree = shapely.STRtree(self.outlines)

    def nearest(self, point: shapely.Point) -> int:
        """Number of the shape nearest to a point."""
        return int(self.tree.nearest(point))

    def touching(self, outline: shapely.Polygon) -> set[int]:
        """Numbers of the shapes that touch an outline."""
        return set(self.tree.query(outline, predicate="intersects").tolist())


def _outline(polygon: db.Polygon) -> shapely.Polygon:
    import shapely

    holes = [[(p.x, p.y) for p in polygon.each_point_hole(i)] for i in range(polygon.holes())]
    return shapely.make_valid(shapely.Polygon([(p.x, p.y) for p in polygon.each_point_hull()], holes))


def deck_nets(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language."""
    one, other = ruby.layer(rule.layers[0]), ruby.layer(rule.layers[1])
    metal = ruby.layer(rule.layers[2]) if len(rule.layers) == 3 else "nil"
    gaps = ruby.output(rule, ruby.call("net_gaps", one, other, metal, ruby.length(rule.value)))
    if len(rule.layers) < 3:
        return [gaps]
    return [gaps, ruby.output(rule, ruby.call("net_overlaps", one, other, metal))]


def example_nets(rule: Rule, process: Process, value: float) -> Pattern:
    """Two squares `value` apart, each on metal of its own."""
    side = max(4 * rule.value, 1.0)
    left, right = rectangle(-side, 0, 0, side), rectangle(value, 0, value + side, side)
    shapes = [*drawn_as(rule.expressions[0], left), *drawn_as(rule.expressions[1], right)]
    if len(rule.layers) == 3:
        for shape in (left, right):
            shapes += drawn_as(rule.expressions[2], shape)
    return Pattern(tuple(shapes))


WIDE_SPACE = Kind(
    name="wide_space",
    meaning="least gap between metals larger than `wide` both ways that run side by side for more than `run` (µm)",
    layers=(1, 1),
    quantity="gap",
    sense="least",
    check=check,
    deck=deck,
    example=example,
)

SPACE_NETS = Kind(
    name="space_nets",
    meaning="least gap between shapes of two layers that no shape of the third joins, or that don't touch",
    layers=(2, 3),
    quantity="gap",
    sense="least",
    check=check_nets,
    deck=deck_nets,
    example=example_nets,
)
