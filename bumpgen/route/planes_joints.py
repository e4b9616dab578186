"""Thermal joints: the gap around a terminal and the spokes that cross it. In grid steps."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bumpgen.route.planes_offsets import Octilinear, octagons
from bumpgen.route.planes_scene import Surroundings
from bumpgen.route.problem import Terminal
from bumpgen.route.sites import Floats

__all__ = ["Spoke", "moats", "spokes_of"]


@dataclass(frozen=True)
class Spoke:
    """A bridge from a terminal (its number) through the gap around it: its metal, and where that ends in the plane."""

    terminal: int
    metal: Any
    foot: Any


def _directions(around: Surroundings) -> list[list[Floats]]:
    """Two choices of directions for the spokes of a terminal: from 0° on, and between those."""
    count = around.plane.spokes
    eighths = [math.pi / 4 * (8 * k // count) for k in range(count)] if around.plane.spokes != 3 else []
    angles = eighths or [2 * math.pi * k / 3 for k in range(3)]
    shift = math.pi / 4 if count != 3 else math.pi / 3
    return [[_unit(angle + more) for angle in angles] for more in (0.0, shift)]


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


def moats(around: Surroundings) -> tuple[Any, Floats]:
    """Shapes that a plane keeps away from for thermal joints, and how far: terminals, and where spokes leave them.

    Where a spoke meets the plane the gap's edge is made straight and square to it.
    """
    import shapely

    gap = around.steps(around.plane.thermal_gap)
    half = around.steps(around.plane.spoke_width) / 2 + gap
    if around.plane.join != "thermal":
        return np.empty(0, object), np.empty(0)
    ledges = []
    for terminal, shape in zip(around.terminals, around.metal, strict=True):
        at = _centre(around, terminal)
        for along in (vector for choice in _directions(around) for vector in choice):
            end = _support(shape, at, along)
            if not isinstance(around.offsets, Octilinear):
                ledges.append(shapely.Polygon(_strip(at, along, 0.0, end + gap, half)))
            else:
                corners = _strip(at, along, 0.0, end + gap, half)
                ledges.append(octagons(corners, np.zeros(4, np.int64), np.zeros(1))[0])
    shapes = np.concatenate((around.metal, np.array(ledges, dtype=object)))
    return shapes, np.concatenate((np.full(len(around.metal), gap), np.zeros(len(ledges))))


def spokes_of(around: Surroundings, plane: Any) -> list[Spoke]:
    """The spokes that fit: for each terminal the choice of directions with the most of them."""
    import shapely

    if around.plane.join != "thermal" or shapely.is_empty(plane):
        return []
    shapely.prepare(plane)
    tree = shapely.STRtree(around.foreign)
    out: list[Spoke] = []
    for number in range(len(around.terminals)):
        choices = [list(_fitting(around, plane, tree, number, choice)) for choice in _directions(around)]
        most = max(len(spokes) for spokes in choices)
        out += next(spokes for spokes in choices if len(spokes) == most)
    return out


def _fitting(
    around: Surroundings, plane: Any, tree: Any, number: int, directions: Sequence[Floats]
) -> Iterator[Spoke]:
    """Spokes that end in the plane over their whole width and keep their distance from all else."""
    import shapely

    at = _centre(around, around.terminals[number])
    shape = around.metal[number]
    gap, error = around.steps(around.plane.thermal_gap), around.offsets.error
    half = around.steps(around.plane.spoke_width) / 2 + error
    foot_length = around.steps(around.plane.min_width)
    for along in directions:
        end = _support(shape, at, along) + gap + around.reach - around.radius
        strip = _strip(at, along, 0.0, end + foot_length, half)
        foot = shapely.Polygon(_strip(at, along, end + 2 + 2 * error, end + foot_length, half))
        metal = _drawn(around, strip)
        bridge = metal.difference(shape)
        near = tree.query(bridge, predicate="dwithin", distance=float(around.distances.max(initial=0.0)))
        clear = bool((shapely.distance(around.foreign[near], bridge) >= around.distances[near] - 0.5).all())
        space = around.steps(around.plane.space)
        tied = len(around.others) and bool(shapely.dwithin(around.others, bridge, space).any())
        if clear and not tied and plane.covers(foot) and around.limits.covers(bridge):
            yield Spoke(number, metal, foot)


def _drawn(around: Surroundings, corners: Floats) -> Any:
    """A strip with its corners on the grid."""
    import shapely

    if isinstance(around.offsets, Octilinear):
        return octagons(corners, np.zeros(len(corners), np.int64), np.zeros(1))[0].buffer(0)
    return shapely.Polygon(np.rint(corners))
