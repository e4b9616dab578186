"""Teardrop: where a wire joins a round capture pad its metal widens to nearly the pad's width."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bumpgen.check.draw import drawn_as, rectangle
from bumpgen.check.kind import Kind, Marker, Pattern
from bumpgen.check.outline import outline_class
from bumpgen.check.ruby import Ruby
from bumpgen.check.scene import Scene
from bumpgen.geometry import RegularPolygon
from bumpgen.process import Process
from bumpgen.rules import Rule

if TYPE_CHECKING:
    import klayout.db as db
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["TEARDROP"]

RIM = 1.1
"""Corners this many radii from the centre lie on the pad's rim: an octagon's are 1.082 out."""

SHARP = 10.0
"""Degrees an outline turns inward at a corner; less is the facet of a rounded teardrop."""

ROUND = ("circle", "octagon", "rounded")
"""Classes of the openings whose capture pads are round."""


def check(rule: Rule, scene: Scene) -> Iterator[Marker]:
    """Pads with an inward corner on their rim whose outgoing side runs too near to the centre.

    The pad's radius is the distance from the opening's centre to the nearest side. The teardrop's mouth is
    twice the distance from the centre to the line of the side that leaves the corner: the whole pad's width
    for a tangent, the wire's own width for a plain wire. Straight tapers and arcs leave as tangents.
    """
    import klayout.db as db

    metal = scene.region(rule.layers[0]).merged()
    wired = metal.interacting(metal.corners(SHARP, 179.9, 1))
    if wired.is_empty():
        return
    wired = db.Region(list(wired.each_merged()))
    openings = db.Region()
    for polygon in scene.region(rule.layers[1]).each_merged():
        if outline_class(polygon) in ROUND:
            openings.insert(polygon)
    for pad in wired.interacting(openings).each():
        for opening in openings.interacting(db.Region(pad)).each():
            yield from _joints(pad, opening, rule.value, scene.dbu)


def _joints(pad: db.Polygon, opening: db.Polygon, limit: float, dbu: float) -> Iterator[Marker]:
    """One marker for all narrow joints of a pad."""
    import numpy as np

    box = opening.bbox()
    centre = np.array([box.left + box.right, box.bottom + box.top]) / 2
    points = np.array([(point.x, point.y) for point in pad.each_point_hull()], dtype=float) - centre
    rim, mouths = joints(points)
    narrow = mouths < limit - 1e-6
    if narrow.any():
        (x0, y0), (x1, y1) = (rim[narrow] + centre).min(axis=0) - 1, (rim[narrow] + centre).max(axis=0) + 1
        corners = ((x0, y0), (x0, y1), (x1, y1), (x1, y0))
        yield Marker(tuple((float(x) * dbu, float(y) * dbu) for x, y in corners), float(mouths[narrow].min()))


def joints(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Inward corners on the rim of the pad about 0, 0, and each one's mouth as a share of the pad's width.

    `points` run clockwise, as klayout's hulls do.
    """
    import numpy as np

    before, after = np.roll(points, 1, axis=0), np.roll(points, -1, axis=0)
    one, two = points - before, after - points
    along = np.clip(-(points * two).sum(axis=1) / (two * two).sum(axis=1), 0, 1)
    radius = np.hypot(*(points + along[:, None] * two).T).min()
    turn = np.degrees(np.arctan2(one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0], (one * two).sum(axis=1)))
    corner = (turn > SHARP) & (np.hypot(*points.T) < RIM * radius)
    outgoing = np.where((np.hypot(*after.T) > np.hypot(*before.T))[:, None], two, one)
    distance = np.abs(points[:, 0] * outgoing[:, 1] - points[:, 1] * outgoing[:, 0]) / np.hypot(*outgoing.T)
    return points[corner], np.minimum(1.0, distance[corner] / max(radius, 1.0))


def deck(rule: Rule, ruby: Ruby) -> list[str]:
    """The same in KLayout's DRC language."""
    ruby.helpers["outline_class"] = None
    metal, openings = (ruby.layer(layer) for layer in rule.layers)
    return [ruby.output(rule, ruby.call("narrow_joints", metal, openings, f"{rule.value:g}"))]


def example(rule: Rule, process: Process, value: float) -> Pattern:
    """An octagon about an opening with a plain wire that is `value` as wide as the pad."""
    radius = 500.0
    half = value * radius
    pad, opening = RegularPolygon(0, 0, 2 * radius), RegularPolygon(0, 0, radius)
    wire = rectangle(0, -half, 3 * radius, half)
    metal = (*drawn_as(rule.expressions[0], pad), *drawn_as(rule.expressions[0], wire))
    return Pattern((*metal, *drawn_as(rule.expressions[1], opening)))


def cases(rule: Rule, grid: float) -> list[tuple[float, bool]]:
    """The limit, and a thousandth of the pad's width to either side."""
    return [(rule.value, True), (rule.value + 0.001, True), (rule.value - 0.001, False)]


TEARDROP = Kind(
    name="teardrop",
    meaning="least mouth of the joint of a wire and the round pad about an opening of the second layer, of its width",
    layers=(2, 2),
    quantity="mouth",
    sense="least",
    check=check,
    deck=deck,
    example=example,
    cases=cases,
)
