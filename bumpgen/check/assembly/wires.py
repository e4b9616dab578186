"""Bond wires: from every wire-bond pad to a finger of its net."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from bumpgen.assembly import WireTable
from bumpgen.check.assembly.drawn import DrawnPart
from bumpgen.check.assembly.joints import Side, side_of
from bumpgen.geometry import Points

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]

__all__ = ["Wires", "wires_of"]


@dataclass(frozen=True, eq=False)
class Wires:
    """One [[wires]] entry: its two sides, the wires (`pairs`, index into the sides), what is left over of either."""

    table: WireTable
    sides: tuple[Side, Side]
    pairs: Integers
    alone: tuple[Integers, Integers]

    @property
    def name(self) -> str:
        """The entry's name."""
        return self.table.name

    @cached_property
    def ends(self) -> tuple[Points, Points]:
        """Both ends of each wire, seen from above, (N, 2) each, µm."""
        one, other = (
            side.places.seen(side.part.part.pose.assembly)[index]
            for side, index in zip(self.sides, self.pairs.T, strict=True)
        )
        return one, other

    @cached_property
    def spans(self) -> NDArray[np.float64]:
        """Length of each wire in plan, µm."""
        one, other = self.ends
        spans: NDArray[np.float64] = np.hypot(*(other - one).T)
        return spans

    @property
    def nets(self) -> NDArray[np.object_]:
        """The net of each wire."""
        nets: NDArray[np.object_] = self.sides[0].nets[self.pairs[:, 0]]
        return nets


def wires_of(parts: dict[str, DrawnPart], table: WireTable) -> Wires:
    """The wires of one entry: net by net, pads to fingers so that the wires are shortest in all."""
    one, other = (side_of(parts[name], kinds) for name, kinds in zip(table.between, table.sites, strict=True))
    fingers: dict[str, list[int]] = {}
    for j, net in enumerate(other.nets.tolist()):
        fingers.setdefault(net, []).append(j)
    pads: dict[str, list[int]] = {}
    for i, net in enumerate(one.nets.tolist()):
        pads.setdefault(net, []).append(i)
    found = [pair for net, mine in pads.items() if net for pair in _matched(one, other, mine, fingers.get(net, []))]
    pairs = np.array(sorted(found), np.int64).reshape(-1, 2)
    alone = tuple(np.setdiff1d(np.arange(len(side)), pairs[:, i]) for i, side in enumerate((one, other)))
    return Wires(table, (one, other), pairs, (alone[0], alone[1]))


def _matched(one: Side, other: Side, pads: list[int], fingers: list[int]) -> list[tuple[int, int]]:
    """Pads and fingers of one net, each used once, so that the wires are shortest in all."""
    if len(pads) == len(fingers) == 1:
        return [(pads[0], fingers[0])]
    if not fingers:
        return []
    from scipy.optimize import linear_sum_assignment

    here = one.places.seen(one.part.part.pose.assembly)[pads]
    there = other.places.seen(other.part.part.pose.assembly)[fingers]
    rows, columns = linear_sum_assignment(np.hypot(*(here[:, None, :] - there[None, :, :]).transpose(2, 0, 1)))
    return [(pads[i], fingers[j]) for i, j in zip(rows.tolist(), columns.tolist(), strict=True)]
