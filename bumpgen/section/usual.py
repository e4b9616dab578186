"""Where a design is cut if nobody says it: through what its process makes."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from bumpgen.cut import Cut
from bumpgen.design import Design
from bumpgen.errors import InputError, Where

__all__ = ["usual_cut"]

NEAR = 1.0
"""A pad nearer to its bump than this lies below it, µm."""


def usual_cut(design: Design) -> Cut:
    """From the nearest pad that isn't under its bump through the bump; else through two neighbouring bumps.

    With room on both sides: half of what lies between two bumps.
    InputError for a design without bumps.
    """
    if not design.bumps:
        raise InputError(f"{design.name} has no bumps", Where(design.path), hint="say where to cut with --cut")
    apart = _beside(design) or _neighbours(design)
    (x0, y0), (x1, y1) = sorted(apart)
    length = float(np.hypot(x1 - x0, y1 - y0))
    room = 0.5 * _pitch(design) / length
    dx, dy = (x1 - x0) * room, (y1 - y0) * room
    start, end = (x0 - dx, y0 - dy), (x1 + dx, y1 + dy)
    return Cut((round(start[0], 3), round(start[1], 3)), (round(end[0], 3), round(end[1], 3)))


Pair = tuple[tuple[float, float], tuple[float, float]]


def _beside(design: Design) -> Pair | None:
    """The pad and the bump of one net that are nearest to each other, if none lies under its bump."""
    from scipy.spatial import cKDTree

    pads: dict[str, list[tuple[float, float]]] = defaultdict(list)
    bumps: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for table, places in ((pads, design.pads), (bumps, design.bumps)):
        for one in places:
            if one.net:
                table[one.net].append((one.x, one.y))
    found: list[tuple[float, Pair]] = []
    for net in pads.keys() & bumps.keys():
        apart, which = cKDTree(pads[net]).query(bumps[net])
        best = int(np.argmin(apart.round(3)))
        found.append((round(float(apart[best]), 3), (bumps[net][best], pads[net][which[best]])))
    nearest = min(found, default=None)
    return nearest[1] if nearest is not None and nearest[0] > NEAR else None


def _neighbours(design: Design) -> Pair:
    """The first bump and the nearest to it, of equally near ones that along x."""
    places = np.array([(bump.x, bump.y) for bump in design.bumps])
    first = places[0]
    if len(places) == 1:
        return (float(first[0]) - 50, float(first[1])), (float(first[0]) + 50, float(first[1]))
    ways = np.hypot(*(places[1:] - first).T)
    order = np.lexsort((np.abs(places[1:, 1] - first[1]).round(3), ways.round(3)))
    other = places[1:][order[0]]
    return (float(first[0]), float(first[1])), (float(other[0]), float(other[1]))


def _pitch(design: Design) -> float:
    """From a bump to the next, µm; a fifth of the die if there is only one."""
    (x0, y0), (x1, y1) = _neighbours(design)
    return float(np.hypot(x1 - x0, y1 - y0)) if len(design.bumps) > 1 else design.die.width / 5
