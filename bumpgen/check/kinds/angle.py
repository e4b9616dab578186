"""Angle: the least corner angle, and the directions sides may have."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bumpgen.check.draw import drawn_as
from bumpgen.check.kind import Kind, Marker, Pattern
from bumpgen.check.outline import corner_angles
from bumpgen.check.ruby import Ruby
from bumpgen.check.scene import Scene
from bumpgen.geometry import Polygon, RegularPolygon
from bumpgen.process import Process
from bumpgen.rules import Rule

if TYPE_CHECKING:
    import klayout.db as db

__all__ = ["ANGLE"]

SLACK = 1e-4
"""Degrees a corner may be sharper by: a grid step at the end of a long side."""

NEAR = 0.0
"""Default of the option `near`, µm: how far from the second layer's shapes a corner is still judged."""

DIRECTIONS = {45.0: "ortho_diagonal", 90.0: "ortho"}
"""Values of the option `step`, degrees: sides run at multiples of it."""


def check(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """Corners sharper than the limit, and sides in a direction that isn't allowed."""
    region = scene.region(rule.layers[0]).merged()
    sharp = region.corners(-180.0, rule.value - 180.0 + 0.01, 1)
    if len(rule.layers) == 2:
        zone = scene.region(rule.layers[1]).sized(scene.steps(rule.option("near", NEAR)))
        sharp = sharp.interacting(zone)
    if not sharp.is_empty():
        yield from _corners(rule, region.interacting(sharp), sharp, scene)
    if "step" in rule.options:
        for edge in region.edges().with_angle(_edge_type(rule), True).each():
            yield _spot(edge.p1, edge.p2, scene.dbu)


def _corners(rule: Rule, region: db.Region, sharp: db.Region, scene: Scene) -> Iterator[Marker]:
    """The corners measured; klayout's own selection is a little wider than the limit."""
    spots = {dot.bbox().center() for dot in sharp.each()}
    for polygon in region.each_merged():
        contours = [list(polygon.each_point_hull())]
        contours += [list(polygon.each_point_hole(hole)) for hole in range(polygon.holes())]
        for points in contours:
            for point, angle in zip(points, corner_angles(points), strict=True):
                if point in spots and angle < rule.value - SLACK:
                    yield _spot(point, point, scene.dbu, angle)


def _spot(one: db.Point, other: db.Point, dbu: float, angle: float | None = None) -> Marker:
    """The box of two points, a database unit larger on each side."""
    x0, x1 = min(one.x, other.x) - 1, max(one.x, other.x) + 1
    y0, y1 = min(one.y, other.y) - 1, max(one.y, other.y) + 1
    corners = ((x0, y0), (x0, y1), (x1, y1), (x1, y0))
    return Marker(tuple((x * dbu, y * dbu) for x, y in corners), angle)


def _edge_type(rule: Rule) -> db.Edges.EdgeType:
    import klayout.db as db

    kinds = {"ortho_diagonal": db.Edges.OrthoDiagonalEdges, "ortho": db.Edges.OrthoEdges}
    return kinds[directions(rule)]


def directions(rule: Rule) -> str:
    """The name of the directions the option `step` allows."""
    step = rule.option("step", 45.0)
    if step not in DIRECTIONS:
        raise ValueError(f"rule {rule.id}: step = {step:g} must be 45 or 90 (degrees)")
    return DIRECTIONS[step]


def deck(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language."""
    layer = ruby.layer(rule.layers[0])
    sharp = ruby.call("sharp_corners", layer, f"{rule.value:g}")
    if len(rule.layers) == 2:
        near = ruby.length(rule.option("near", NEAR))
        sharp = f"{sharp}.interacting({ruby.layer(rule.layers[1])}.sized({near}))"
    lines = [ruby.output(rule, sharp)]
    if "step" in rule.options:
        lines.append(
            ruby.output(rule, f"{layer}.edges.without_angle({directions(rule)}).extended(1.dbu, 1.dbu, 1.dbu, 1.dbu)")
        )
    return lines


def example(rule: Rule, process: Process, value: float) -> Pattern:
    """A drop whose only corner sharper than its round end's has `value` degrees, on a shape of the second layer."""
    if "step" in rule.options and value >= rule.value:
        return Pattern(drawn_as(rule.expressions[0], RegularPolygon(0, 0, 100)))
    shapes = drawn_as(rule.expressions[0], Polygon(drop(value, rule.value)))
    if len(rule.layers) == 2:
        shapes += drawn_as(rule.expressions[1], RegularPolygon(20, 0, 20))
    return Pattern(shapes)


def drop(angle: float, limit: float) -> tuple[tuple[float, float], ...]:
    """A corner of `angle` degrees at 0, 0, its sides long, closed by an arc whose turns are half of what is allowed."""
    count = math.ceil((180 + angle) / max((180 - limit) / 2, 1.0))
    turn = (180 + angle) / count
    headings = [math.radians(-angle / 2 + turn * (i + 1)) for i in range(count - 1)]
    half = math.radians(angle / 2)
    length = 20_000.0
    side = 2 * length * math.sin(half) / sum(math.sin(heading) for heading in headings)
    points = [(0.0, 0.0), (length * math.cos(half), -length * math.sin(half))]
    for heading in headings:
        x, y = points[-1]
        points.append((x + side * math.cos(heading), y + side * math.sin(heading)))
    return tuple(points)


def cases(rule: Rule, grid: float) -> list[tuple[float, bool]]:
    """The limit, and a thousandth of a degree to either side; an octagon if only some directions are allowed."""
    if "step" in rule.options:
        return [(135, True), (rule.value - 1, False)]
    return [(rule.value, True), (rule.value + 0.001, True), (rule.value - 0.001, False)]


ANGLE = Kind(
    name="angle",
    meaning="least angle of a corner, degrees, [near the second layer, option near]; option step: directions of sides",
    layers=(1, 2),
    quantity="angle",
    sense="least",
    check=check,
    deck=deck,
    example=example,
    cases=cases,
)
