"""Thermal joints: the gap around a terminal and the spokes that cross it. In grid steps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from bumpgen.route.planes_offsets import Octilinear, octagons
from bumpgen.route.planes_scene import Surroundings
from bumpgen.route.problem import Terminal
from bumpgen.route.sites import Floats

__all__ = ["Spoke", "moats", "spokes_of"]

SLACK = 0.1
"""How far beyond the edge of the plane a spoke's foot begins, µm: more than arcs stand out by."""


@dataclass(frozen=True)
class Spoke:
    """A bridge from a terminal (its number) through the gap around it: its metal, and where that ends in the plane."""

    terminal: int
    metal: Any
    foot: Any


def _directions(count: int) -> list[list[Floats]]:
    """Two choices of directions for the spokes of a terminal: from 0° on, and from 45° on."""
    return [[_unit(math.pi / 4 * (8 * k // count + more)) for k in range(count)] for more in (0, 1)]


def _unit(angle: float) -> Floats:
    vector: Floats = np.round((math.cos(angle), math.sin(angle)), 15)
    return vector


def _strip(at: Floats, along: Floats, start: float, end: float, half: float) -> Floats:
    """Corners of a straight bridge from `start` to `end` along a direction, `half` as wide to each side."""
    across = np.array((-along[1], along[0])) * half
    a, b = at + along * start, at + along * end
    return np.array((a - across, b - across, b + across, a + across))


def _support(shape: Any, at: Floats, along: Floats) -> float:
    """How far a shape reaches from a place along a direction."""
    import shapely

    return float(((shapely.get_coordinates(shape) - at) @ along).max())


def _centre(around: Surroundings, terminal: Terminal) -> Floats:
    at: Floats = np.rint(np.array((terminal.x, terminal.y)) / around.grid)
    return at


def moats(around: Surroundings) -> Any:
    """The gaps around the terminals of thermal joints: areas that the plane keeps out of.

    An octagon about the terminal, so that spokes meet its sides at right angles; where one would be wider than these
    sides, a rectangle.
    """
    import shapely

    if around.plane.join != "thermal" or not len(around.metal):
        return np.empty(0, object)
    gap = around.steps(around.plane.thermal_gap)
    corners, owner = shapely.get_coordinates(around.metal, return_index=True)
    eights = octagons(corners, owner, np.full(len(around.metal), gap))
    boxes = shapely.box(*(shapely.bounds(eights).T))
    at = [_centre(around, terminal) for terminal in around.terminals]
    fits = [
        all(_meets_square(around, eight, place, along) for along in _directions(4)[0])
        for eight, place in zip(eights, at, strict=True)
    ]
    return np.where(fits, eights, boxes)


def _meets_square(around: Surroundings, moat: Any, at: Floats, along: Floats) -> bool:
    """Whether a spoke leaves a gap through one straight side that it is square to."""
    import shapely

    reach = _support(moat, at, along)
    pocket = _half(around) + around.steps(around.plane.space) + 4  # beside the spoke, up to the next side
    edge = shapely.LineString(_strip(at, along, reach, reach, pocket)[[0, 2]])
    return bool(shapely.dwithin(shapely.boundary(moat), shapely.points(edge.coords), 1.5).all())


def _half(around: Surroundings) -> float:
    """Half of a spoke's width; with corners that may move on to the grid."""
    return around.steps(around.plane.spoke_width) / 2 + around.offsets.error


def spokes_of(around: Surroundings, plane: Any) -> list[Spoke]:
    """The spokes that fit: for each terminal the choice of directions with the most of them."""
    import shapely

    if around.plane.join != "thermal" or shapely.is_empty(plane):
        return []
    shapely.prepare(plane)
    tree = shapely.STRtree(around.foreign)
    out: list[Spoke] = []
    for number, moat in enumerate(moats(around)):
        choices = [
            [
                spoke
                for along in choice
                if (spoke := _spoke(around, number, moat, along)) is not None
                and plane.covers(spoke.foot)
                and _is_clear(around, tree, spoke)
            ]
            for choice in _directions(around.plane.spokes)
        ]
        most = max(len(spokes) for spokes in choices)
        out += next(spokes for spokes in choices if len(spokes) == most)
    return out


def _spoke(around: Surroundings, number: int, moat: Any, along: Floats) -> Spoke | None:
    """A spoke from the middle of a terminal into the plane; None where it would meet the gap's edge at a slant."""
    import shapely

    at = _centre(around, around.terminals[number])
    if not _meets_square(around, moat, at, along):
        return None
    # the plane's edge lies this far outside the gap
    start = _support(moat, at, along) + around.reach - around.radius + SLACK / around.grid + 8
    end = start + around.steps(around.plane.min_width)
    half = _half(around)
    foot = shapely.Polygon(_strip(at, along, start, end, half))
    # neighbours at right angles make a full corner in the middle of a terminal that covers it
    first = -half if around.terminals[number].inner_radius / around.grid > 1.5 * half else 0.0
    return Spoke(number, _drawn(around, _strip(at, along, first, end, half)), foot)


def _is_clear(around: Surroundings, tree: Any, spoke: Spoke) -> bool:
    """Whether a spoke keeps its distance from foreign metal, the limits, and from wires of its net."""
    import shapely

    shape = around.metal[spoke.terminal]
    bridge = spoke.metal.difference(shape)
    near = tree.query(bridge, predicate="dwithin", distance=float(around.distances.max(initial=0.0)))
    if (shapely.distance(around.foreign[near], bridge) < around.distances[near] - 0.5).any():
        return False
    others = around.others
    if len(others):
        others = others[shapely.dwithin(others, bridge, around.steps(around.plane.space))]
        others = others[~shapely.covers(shape.buffer(2), others)]
    return len(others) == 0 and bool(around.limits.covers(bridge))


def _drawn(around: Surroundings, corners: Floats) -> Any:
    """A strip with its corners on the grid."""
    import shapely

    if isinstance(around.offsets, Octilinear):
        return octagons(corners, np.zeros(len(corners), np.int64), np.zeros(1))[0].buffer(0)
    return shapely.Polygon(np.rint(corners))
