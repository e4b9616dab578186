"""Where a design is cut if nobody says it: through what its process makes."""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np

from bumpgen.cut import Cut
from bumpgen.design import Design
from bumpgen.errors import InputError, Where
from bumpgen.geometry import Points

__all__ = ["line_through", "neighbours", "usual_cut"]

NEAR = 1.0
"""A pad nearer to its bump than this lies below it, µm."""


def usual_cut(design: Design) -> Cut:
    """From the nearest pad that isn't under its bump through the bump; else through two neighbouring bumps.

    With room on both sides: half of what lies between two bumps.
    InputError for a design without bumps.
    """
    if not design.bumps:
        raise InputError(f"{design.name} has no bumps", Where(design.path), hint="say where to cut with --cut")
    bumps = np.array([(bump.x, bump.y) for bump in design.bumps])
    pitch = math.dist(*neighbours(bumps)) if len(bumps) > 1 else design.die.width / 5
    return line_through(_beside(design) or neighbours(bumps), 0.5 * pitch)


def line_through(pair: Pair, room: float) -> Cut:
    """From one place to another, with room (µm) before and behind, to the nanometre."""
    (x0, y0), (x1, y1) = sorted(pair)
    share = room / math.dist((x0, y0), (x1, y1))
    dx, dy = (x1 - x0) * share, (y1 - y0) * share
    return Cut((round(x0 - dx, 3), round(y0 - dy, 3)), (round(x1 + dx, 3), round(y1 + dy, 3)))


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


def neighbours(places: Points) -> Pair:
    """The first of some places (µm) and the nearest to it, of equally near ones that along x."""
    first = places[0]
    if len(places) == 1:
        return (float(first[0]) - 50, float(first[1])), (float(first[0]) + 50, float(first[1]))
    ways = np.hypot(*(places[1:] - first).T)
    order = np.lexsort((np.abs(places[1:, 1] - first[1]).round(3), ways.round(3)))
    other = places[1:][order[0]]
    return (float(first[0]), float(first[1])), (float(other[0]), float(other[1]))
