"""Bodies of a stack as boxes: where they lie over each other, how far apart they are, openings in carriers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from bumpgen.geometry import Points

if TYPE_CHECKING:
    from bumpgen.check.assembly.stack import Stack

__all__ = ["Opening", "Plan", "apart", "area", "beyond", "meet_in_plan", "openings_of", "room", "stands_in"]

Plan: TypeAlias = tuple[float, float, float, float]
"""x0, y0, x1, y1 from above, µm."""


LEAST = 1e-3
"""What a body is at least said to be beyond an opening it doesn't fit into, µm: a notch may lie between its corners."""


@dataclass(frozen=True, slots=True, eq=False)
class Opening:
    """A through-opening of a part as it lies in the assembly: its hull, (N, 2), µm."""

    part: str
    points: Points

    @property
    def box(self) -> Plan:
        """Its box from above."""
        (x0, y0), (x1, y1) = self.points.min(axis=0).tolist(), self.points.max(axis=0).tolist()
        return x0, y0, x1, y1


def openings_of(stack: Stack, part: str) -> Iterator[Opening]:
    """The through-openings of a part."""
    drawn = stack.parts[part]
    if drawn.opening_places is None:
        return
    pose = drawn.part.pose
    for outline, place in zip(drawn.openings, pose.above(drawn.opening_places).seen(pose.assembly), strict=True):
        yield Opening(part, pose.outlines(outline.points) + place)


def area(box: Plan) -> float:
    """Of a box from above, µm²."""
    return (box[2] - box[0]) * (box[3] - box[1])


def beyond(outer: Plan, inner: Plan) -> tuple[float, float, float, float]:
    """How far a box reaches beyond another: left, below, right, above; negative where it doesn't."""
    return inner[0] - outer[0], inner[1] - outer[1], outer[2] - inner[2], outer[3] - inner[3]


def meet_in_plan(stack: Stack, one: str, other: str) -> bool:
    """Whether two parts share area from above."""
    a, b = stack.box(one), stack.box(other)
    return min(a[2], b[2]) > max(a[0], b[0]) and min(a[3], b[3]) > max(a[1], b[1])


def stands_in(box: Plan, opening: Opening) -> bool:
    """Whether a part's middle lies in an opening: it is meant to stand there."""
    x0, y0, x1, y1 = opening.box
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return x0 <= x <= x1 and y0 <= y <= y1


def room(box: Plan, opening: Opening) -> float:
    """The least space between a part and the edge of the opening it stands in, µm; negative if it doesn't fit."""
    import shapely

    body, hole = shapely.box(*box), shapely.Polygon(opening.points)
    if hole.covers(body):
        return float(hole.exterior.distance(body))
    corners = np.array(body.exterior.coords)[:-1]
    return -max(float(shapely.distance(shapely.points(corners), hole).max()), LEAST)


def apart(stack: Stack, one: str, other: str) -> float:
    """The least space between two bodies along x, y or z, µm; negative by how far they are in each other.

    A part that stands in the other's opening is apart by its room there.
    """
    rooms = [
        room(stack.box(inner), opening)
        for outer, inner in ((one, other), (other, one))
        for opening in openings_of(stack, outer)
        if stands_in(stack.box(inner), opening)
    ]
    a, b = stack.box(one), stack.box(other)
    low, high = stack.levels[one], stack.levels[other]
    spans = ((a[0], a[2], b[0], b[2]), (a[1], a[3], b[1], b[3]), (low.low, low.high, high.low, high.high))
    boxes = max(max(start2 - end1, start1 - end2) for start1, end1, start2, end2 in spans)
    return max([boxes, *rooms])
