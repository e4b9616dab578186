"""Solder after reflow: a truncated sphere on the drawn pad, of the volume the process puts there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from bumpgen.check.draw import drawn_as, rectangle
from bumpgen.check.kind import Kind, Marker, Pattern, beyond, outline
from bumpgen.check.kinds.apertures import narrowest
from bumpgen.check.kinds.heights import choice_cases
from bumpgen.check.kinds.judged import SLACK, holds, layer_of, unmeasured
from bumpgen.check.ruby import Ruby
from bumpgen.check.scene import Scene
from bumpgen.check.stack import height, main_film, with_film
from bumpgen.limits import Choices, Number
from bumpgen.process import Process
from bumpgen.rules import Rule
from bumpgen.solder import ball_for, ball_volume, bump_height, bump_width, radius_of

if TYPE_CHECKING:
    import klayout.db as db

__all__ = ["HEIGHT_TOTAL", "REFLOWED_HEIGHT", "REFLOWED_INSIDE"]

PAD = 60.0
"""Side of the square pad an example draws, µm."""


def ball(rule: Rule, process: Process) -> float:
    """Diameter of the ball before reflow, µm: its film's thickness."""
    return main_film(process, layer_of(rule)).thickness.value


def radius(polygon: db.Polygon, dbu: float) -> float:
    """Radius of the pad, of a circle of its area if it isn't round, µm."""
    return radius_of(polygon.area() * dbu**2)


def check_height(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """Pads under a ball on which it reflows to less than the limit."""
    volume = ball_volume(ball(rule, scene.process))
    pads = scene.region(rule.layers[1]).merged().interacting(scene.region(rule.layers[0]))
    for polygon in pads.each_merged():
        measured = bump_height(radius(polygon, scene.dbu), volume)
        if beyond(rule, "least", measured):
            yield Marker(outline(polygon, scene.dbu), measured)


def deck_height(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language."""
    balls, pads = ruby.layer(rule.layers[0]), ruby.layer(rule.layers[1])
    volume = repr(ball_volume(ball(rule, ruby.process)))
    limit, exclusive = repr(rule.value), str(rule.exclusive).lower()
    return [
        ruby.output(rule, ruby.call("reflowed_height_least", f"{pads}.interacting({balls})", volume, limit, exclusive))
    ]


def example_height(rule: Rule, process: Process, value: float) -> Pattern:
    """A square pad under a square, and a ball of the volume that is `value` high on it."""
    square = rectangle(0, 0, PAD, PAD)
    diameter = ball_for(radius_of(PAD**2), value)
    shapes = (*drawn_as(rule.expressions[0], square), *drawn_as(rule.expressions[1], square))
    return Pattern(shapes, with_film(process, main_film(process, layer_of(rule)).name, diameter))


def check_inside(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """Openings narrower than the bump reflowed on the pad in them; by classes of equal pads and openings."""
    openings, pads = (_by_size(scene.region(rule.layers[i]), measure) for i, measure in ((1, narrowest), (2, _area)))
    volume = ball_volume(ball(rule, scene.process))
    for area, pad in pads.items():
        bump = bump_width(radius_of(area * scene.dbu**2), volume)
        for width, opening in openings.items():
            measured = width * scene.dbu - bump
            if beyond(rule, "least", measured):
                yield from _meeting(opening, pad, measured, scene)


def _area(polygon: db.Polygon) -> float:
    return float(polygon.area())


def _by_size(region: db.Region, measure: Callable[[db.Polygon], float]) -> dict[float, list[db.Polygon]]:
    """Polygons of a region by a measure of theirs."""
    found: dict[float, list[db.Polygon]] = defaultdict(list)
    for polygon in region.each_merged():
        found[measure(polygon)].append(polygon)
    return found


def _meeting(openings: list[db.Polygon], pads: list[db.Polygon], measured: float, scene: Scene) -> Iterator[Marker]:
    import klayout.db as db

    for polygon in db.Region(openings).interacting(db.Region(pads)).each():
        yield Marker(outline(polygon, scene.dbu), measured)


def deck_inside(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language."""
    openings, pads = ruby.layer(rule.layers[1]), ruby.layer(rule.layers[2])
    volume = repr(ball_volume(ball(rule, ruby.process)))
    return [ruby.output(rule, ruby.call("reflowed_inside", openings, pads, volume, repr(rule.value)))]


def example_inside(rule: Rule, process: Process, value: float) -> Pattern:
    """A square pad in a square opening, and the ball whose bump is `value` narrower than the opening.

    The bump is a sphere of diameter D cut at the pad's radius a: its height is D / 2 + √(D² / 4 - a²).
    """
    width = 2 * PAD
    bump, a = width - value, radius_of(PAD**2)
    diameter = ball_for(a, bump / 2 + (bump**2 / 4 - a**2) ** 0.5)
    margin = (width - PAD) / 2
    pad, opening = rectangle(0, 0, PAD, PAD), rectangle(-margin, -margin, PAD + margin, PAD + margin)
    trees = rule.expressions
    shapes = (*drawn_as(trees[0], pad), *drawn_as(trees[1], opening), *drawn_as(trees[2], pad))
    return Pattern(shapes, with_film(process, main_film(process, layer_of(rule)).name, diameter))


def cases_inside(rule: Rule, grid: float) -> list[tuple[float, bool]]:
    """The limit, and a grid step to either side, negative too: a bump wider than its opening."""
    return [(rule.value, True), (rule.value + grid, True), (rule.value - grid, False)]


def plated(rule: Rule, process: Process) -> tuple[float, float]:
    """Height of the post and thickness of the cap as plated, µm."""
    main_film(process, layer_of(rule, 0))
    return height(process, layer_of(rule, 0)), main_film(process, layer_of(rule, 1)).thickness.value


def total(area: float, post: float, cap: float) -> float:
    """Height of a post and the cap reflowed on it, µm."""
    return post + bump_height(radius_of(area), area * cap)


def check_total(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """Caps that reflow to a total height that is none of the choices."""
    post, cap = plated(rule, scene.process)
    caps = scene.region(rule.layers[1]).merged().interacting(scene.region(rule.layers[0]))
    for polygon in caps.each_merged():
        measured = total(polygon.area() * scene.dbu**2, post, cap)
        if not holds(rule, "exact", measured):
            yield Marker(outline(polygon, scene.dbu), measured)


def deck_total(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language."""
    parsed = rule.parsed
    values = (
        ((parsed.value, 0.0),) if isinstance(parsed, Number) else parsed.values if isinstance(parsed, Choices) else ()
    )
    choices = ", ".join(f"[{value!r}, {tolerance + SLACK!r}]" for value, tolerance in values)
    post, cap = plated(rule, ruby.process)
    posts, caps = ruby.layer(rule.layers[0]), ruby.layer(rule.layers[1])
    arguments = (f"{caps}.interacting({posts})", repr(post), repr(cap), f"[{choices}]")
    return [ruby.output(rule, ruby.call("height_total_choices", *arguments))]


def example_total(rule: Rule, process: Process, value: float) -> Pattern:
    """A square post with its cap, the post's film as thick as makes the total `value`."""
    square = rectangle(0, 0, PAD, PAD)
    post, cap = plated(rule, process)
    main = main_film(process, layer_of(rule, 0))
    thickness = main.thickness.value + value - total(PAD**2, post, cap)
    shapes = (*drawn_as(rule.expressions[0], square), *drawn_as(rule.expressions[1], square))
    return Pattern(shapes, with_film(process, main.name, thickness))


REFLOWED_HEIGHT = Kind(
    name="reflowed_height",
    meaning="least height of the first layer's ball reflowed on the second layer's pad",
    layers=(2, 2),
    quantity="height",
    sense="least",
    check=check_height,
    deck=deck_height,
    example=example_height,
    unjudged=unmeasured(ball),
)

REFLOWED_INSIDE = Kind(
    name="reflowed_inside",
    meaning="least width of the second layer's opening beyond the first layer's ball reflowed on the third's pad",
    layers=(3, 3),
    quantity="room",
    sense="least",
    check=check_inside,
    deck=deck_inside,
    example=example_inside,
    cases=cases_inside,
    unjudged=unmeasured(ball),
)

HEIGHT_TOTAL = Kind(
    name="height_total",
    meaning="height of the first layer's films and of the second layer's cap reflowed on them: one of the choices",
    layers=(2, 2),
    quantity="height",
    sense="exact",
    check=check_total,
    deck=deck_total,
    example=example_total,
    cases=choice_cases,
    unjudged=unmeasured(lambda rule, process: plated(rule, process)[0]),
)
