"""Scenes to route: square arrays of bumps with pads among them (area) or round them (periphery). In µm.

Drawn as the study of the router drew its own, so that the two can be compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bumpgen.route.problem import NetRule, Problem, Terminal
from bumpgen.route.routing import Routing

__all__ = ["Array", "area", "exchanged", "periphery"]

PITCH, DIAMETER, PAD = 150.0, 80.0, 40.0


@dataclass(frozen=True, slots=True)
class Array:
    """Centres of bumps and pads, half the die's side, wire width and space, all in µm."""

    bumps: NDArray[np.float64]
    pads: NDArray[np.float64]
    half: float
    width: float
    space: float

    def free(self) -> Problem:
        """All pads and bumps of one class: any pad to any bump."""
        nets = ["free"] * max(len(self.bumps), len(self.pads))
        return self._problem(nets, nets, {"free": NetRule(self.width, self.space, classed=True)})

    def fixed(self, bump_of: Sequence[int]) -> Problem:
        """Each pad joined to the bump of that number."""
        of_bump = {bump: f"n{pad}" for pad, bump in enumerate(bump_of)}
        pads = [f"n{pad}" for pad in range(len(self.pads))]
        bumps = [of_bump.get(bump, "") for bump in range(len(self.bumps))]
        return self._problem(pads, bumps, {net: NetRule(self.width, self.space) for net in pads})

    def _problem(self, pads: Sequence[str], bumps: Sequence[str], rules: dict[str, NetRule]) -> Problem:
        made = [
            Terminal.disc(f"b{i}", bumps[i], "bump", float(x), float(y), DIAMETER, wires=int(bool(bumps[i])))
            for i, (x, y) in enumerate(self.bumps)
        ]
        made += [Terminal.disc(f"p{i}", pads[i], "pad", float(x), float(y), PAD) for i, (x, y) in enumerate(self.pads)]
        return Problem("array", (-self.half, -self.half, self.half, self.half), tuple(made), rules)


def _bumps(count: int) -> NDArray[np.float64]:
    steps = (np.arange(count) - (count - 1) / 2) * PITCH
    x, y = np.meshgrid(steps, steps)
    return np.column_stack((x.ravel(), y.ravel()))


def area(count: int, width: float, space: float) -> Array:
    """`count` × `count` bumps and as many pads, each in the middle of four bumps and up to some µm off it."""
    rng = np.random.default_rng(0)
    steps = (np.arange(count + 1) - count / 2) * PITCH
    x, y = np.meshgrid(steps, steps)
    sites = np.column_stack((x.ravel(), y.ravel()))
    chosen = sites[rng.permutation(len(sites))[: count * count]]
    room = max(0.0, PITCH / np.sqrt(2) - DIAMETER / 2 - PAD / 2 - 2 * space - width)
    moved = chosen + rng.uniform(-1, 1, chosen.shape) * min(room / 2, PITCH * 0.15)
    return Array(_bumps(count), np.round(moved, 3), count * PITCH / 2 + PITCH * 0.6, width, space)


def periphery(count: int, width: float, space: float, pads: int | None = None) -> Array:
    """`count` × `count` bumps within four rows of as many pads in all (or `pads`)."""
    total = count * count if pads is None else pads
    per = -(-total // 4)
    half = max(count * PITCH / 2 + PITCH * 0.5, per * (PAD + space + 2 * width) / 2)
    reach = half - PAD - space
    along = (np.arange(per) + 0.5) / per * 2 * reach - reach
    low, high = np.full(per, -half), np.full(per, half)
    sides = [(along, low), (high, along), (-along, high), (low, -along)]
    places = np.vstack([np.column_stack(side) for side in sides])[:total]
    return Array(_bumps(count), np.round(places, 3), half + PAD / 2 + 4 * (width + space), width, space)


def assignment(array: Array, routing: Routing) -> list[int]:
    """The bump that each pad was joined to; -1 for none."""
    found = [-1] * len(array.pads)
    for wire in routing.wires:
        pad, bump = sorted((wire.start, wire.end), key=lambda name: name[0] == "b")
        found[int(pad[1:])] = int(bump[1:])
    return found


def exchanged(array: Array, bump_of: Sequence[int], share: float) -> list[int]:
    """An assignment in which a share of the bumps have exchanged their nets with one of their four neighbours."""
    from scipy.spatial import cKDTree

    rng = np.random.default_rng(0)
    bumps = list(bump_of)
    used = array.bumps[bumps]
    near: NDArray[np.int64] = np.asarray(cKDTree(used).query(used, 5)[1])
    done: set[int] = set()
    for pad in rng.permutation(len(bumps)).tolist():
        if len(done) >= share * len(bumps):
            break
        other = next((i for i in near[pad][1:].tolist() if i not in done), None)
        if pad not in done and other is not None:
            bumps[pad], bumps[other] = bumps[other], bumps[pad]
            done |= {pad, other}
    return bumps
