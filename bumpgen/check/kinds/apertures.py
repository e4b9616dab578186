"""Openings and posts compared with the film they are made in: drawn shapes, thickness from the process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from bumpgen.check.draw import drawn_as, rectangle
from bumpgen.check.kind import Kind, Marker, Pattern, Sense, beyond, outline
from bumpgen.check.kinds.heights import raised
from bumpgen.check.kinds.judged import layer_of, unmeasured
from bumpgen.check.ruby import Ruby
from bumpgen.check.scene import Scene
from bumpgen.check.stack import height, main_film, with_film
from bumpgen.process import Process
from bumpgen.rules import Rule

if TYPE_CHECKING:
    import klayout.db as db

__all__ = ["AREA_RATIO", "ASPECT_RATIO", "HEIGHT_RATIO", "narrowest"]

SIDE = 100.0
"""Of the square an example draws, µm."""


def narrowest(polygon: db.Polygon) -> float:
    """The least distance of two parallel lines that hold a polygon between them, in its own units.

    One of them lies along a side of the convex hull (Houle and Toussaint 1988).
    """
    hull = _hull(sorted({(point.x, point.y) for point in polygon.each_point_hull()}))
    sides = zip(hull, hull[1:] + hull[:1], strict=True)
    return min((_reach(one, other, hull) for one, other in sides), default=0.0)


def _reach(one: tuple[int, int], other: tuple[int, int], hull: list[tuple[int, int]]) -> float:
    """How far the hull reaches from the line through two points."""
    (x, y), (dx, dy) = one, (other[0] - one[0], other[1] - one[1])
    farthest = max(dx * (q - y) - dy * (p - x) for p, q in hull)
    return float(farthest / (dx * dx + dy * dy) ** 0.5)


def _hull(points: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Corners of the convex hull of sorted points, counter-clockwise (Andrew 1979)."""
    halves = []
    for ordered in (points, points[::-1]):
        half: list[tuple[int, int]] = []
        for x, y in ordered:
            while len(half) > 1 and (half[-1][0] - half[-2][0]) * (y - half[-2][1]) <= (half[-1][1] - half[-2][1]) * (
                x - half[-2][0]
            ):
                half.pop()
            half.append((x, y))
        halves.append(half[:-1])
    return halves[0] + halves[1]


def foil(rule: Rule, process: Process) -> float:
    """The thickness of the layer's main film, µm: a stencil's foil is as thick as what is printed through it."""
    return main_film(process, layer_of(rule)).thickness.value


def post(rule: Rule, process: Process) -> float:
    """The height of the layer's films, µm."""
    main_film(process, layer_of(rule))
    return height(process, layer_of(rule))


def area_ratio(polygon: db.Polygon, thickness: float, dbu: float) -> float:
    """Area over the walls' area, IPC-7525: D / 4t for a circle, L·W / (2 (L + W) t) for a rectangle."""
    return polygon.area() * dbu / (polygon.perimeter() * thickness)


def aspect_ratio(polygon: db.Polygon, thickness: float, dbu: float) -> float:
    """Width over thickness, IPC-7525."""
    return narrowest(polygon) * dbu / thickness


def height_ratio(polygon: db.Polygon, thickness: float, dbu: float) -> float:
    """Height over width."""
    return thickness / (narrowest(polygon) * dbu)


def ratio_kind(
    name: str,
    meaning: str,
    sense: Sense,
    thickness: Callable[[Rule, Process], float],
    ratio: Callable[[db.Polygon, float, float], float],
    alter: Callable[[Rule, Process, float], Process],
) -> Kind:
    """A kind whose `ratio` of each shape to the film's thickness is compared with the limit."""

    def check(rule: Rule, scene: Scene) -> Iterator[Marker]:
        film = thickness(rule, scene.process)
        known: dict[db.Polygon, float] = {}
        for polygon in scene.region(rule.layers[0]).each_merged():
            alike = polygon.moved(-polygon.bbox().left, -polygon.bbox().bottom)
            if alike not in known:
                known[alike] = ratio(alike, film, scene.dbu)
            measured = known[alike]
            if beyond(rule, sense, measured):
                yield Marker(outline(polygon, scene.dbu), measured)

    def deck(rule: Rule, ruby: Ruby) -> list[str]:
        arguments = (ruby.layer(rule.layers[0]), repr(thickness(rule, ruby.process)), repr(rule.value))
        return [ruby.output(rule, ruby.call(f"{name}_{sense}", *arguments, str(rule.exclusive).lower()))]

    def example(rule: Rule, process: Process, value: float) -> Pattern:
        shapes = drawn_as(rule.expressions[0], rectangle(0, 0, SIDE, SIDE))
        return Pattern(shapes, alter(rule, process, value))

    return Kind(name, meaning, (1, 1), "ratio", sense, check, deck, example, unjudged=unmeasured(thickness))


def _foil(times: float) -> Callable[[Rule, Process, float], Process]:
    """The process whose foil makes the ratio of the example's square a value: a `times`-th of the side over it."""

    def alter(rule: Rule, process: Process, value: float) -> Process:
        return with_film(process, main_film(process, layer_of(rule)).name, SIDE / (times * value))

    return alter


def tall(rule: Rule, process: Process, value: float) -> Process:
    """The process whose posts are `value` times as high as the example's square is wide."""
    return raised(process, layer_of(rule), value * SIDE)


AREA_RATIO = ratio_kind(
    "area_ratio", "least area of an opening over the area of its walls, by the film's thickness", "least",
    foil, area_ratio, _foil(4),
)  # fmt: skip

ASPECT_RATIO = ratio_kind(
    "aspect_ratio", "least width of an opening over the film's thickness", "least", foil, aspect_ratio, _foil(1)
)

HEIGHT_RATIO = ratio_kind(
    "height_ratio", "greatest height of the films over the shape's width", "most", post, height_ratio, tall
)
