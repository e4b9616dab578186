"""Scenes to route: square arrays of bumps, any pad to any of them, pads among them or in a row along each side. In µm.

Drawn as the study of the router drew its own, so that figures can be compared.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bumpgen.route.problem import NetRule, Problem, Terminal

__all__ = ["area", "periphery"]

PITCH, DIAMETER, PAD = 150.0, 80.0, 40.0

Places = NDArray[np.float64]


def area(side: int, width: float, space: float) -> Problem:
    """`side` × `side` bumps and as many pads, each amid four bumps and off that place by up to some µm."""
    rng = np.random.default_rng(0)
    steps = (np.arange(side + 1) - side / 2) * PITCH
    x, y = np.meshgrid(steps, steps)
    sites = np.column_stack((x.ravel(), y.ravel()))
    chosen = sites[rng.permutation(len(sites))[: side * side]]
    room = max(0.0, PITCH / np.sqrt(2) - DIAMETER / 2 - PAD / 2 - 2 * space - width)
    moved = chosen + rng.uniform(-1, 1, chosen.shape) * min(room / 2, PITCH * 0.15)
    return _problem(side, moved, side * PITCH / 2 + PITCH * 0.6, width, space)


def periphery(side: int, width: float, space: float, pads: int | None = None) -> Problem:
    """`side` × `side` bumps within four rows of as many pads in all, or of `pads`."""
    total = side * side if pads is None else pads
    each = -(-total // 4)
    half = max(side * PITCH / 2 + PITCH * 0.5, each * (PAD + space + 2 * width) / 2)
    reach = half - PAD - space
    along = (np.arange(each) + 0.5) / each * 2 * reach - reach
    low, high = np.full(each, -half), np.full(each, half)
    sides = [(along, low), (high, along), (-along, high), (low, -along)]
    places = np.vstack([np.column_stack(one) for one in sides])[:total]
    return _problem(side, places, half + PAD / 2 + 4 * (width + space), width, space)


def _problem(side: int, pads: Places, half: float, width: float, space: float) -> Problem:
    """One class of all pads and bumps; the die reaches `half` to either side of its middle."""
    steps = ((np.arange(side) - (side - 1) / 2) * PITCH).tolist()
    bumps = [(x, y) for y in steps for x in steps]
    made = [Terminal.disc(f"b{i}", "free", "bump", x, y, DIAMETER) for i, (x, y) in enumerate(bumps)]
    made += [Terminal.disc(f"p{i}", "free", "pad", x, y, PAD) for i, (x, y) in enumerate(np.round(pads, 3).tolist())]
    rules = {"free": NetRule(width, space, classed=True)}
    return Problem("array", (-half, -half, half, half), tuple(made), rules)
