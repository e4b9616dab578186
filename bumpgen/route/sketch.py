"""A sketch: which gates each wire goes through, and in which order the wires of a gate lie. No places yet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bumpgen.route.mesh import Mesh
from bumpgen.route.sites import Floats, Ints

__all__ = ["Sketch", "Way"]


@dataclass(frozen=True, slots=True)
class Way:
    """One wire's way from site `start` to site `end`.

    `sides` (n,) are the mesh sides crossed, in order; `ranks` (n,) the wire's place among all wires that cross the
    side, counted from the side's first end (`mesh.ends[side, 0]`). `triangle` is the one the wire begins in; with no
    sides crossed, both sites are its corners.
    """

    start: int
    end: int
    sides: Ints
    ranks: Ints
    triangle: int


@dataclass(frozen=True, slots=True)
class Sketch:
    """Ways of connections (None: none found) over a mesh; `widths` and `spaces` (µm) are the connections'."""

    mesh: Mesh
    widths: Floats
    spaces: Floats
    ways: tuple[Way | None, ...]

    def orders(self) -> dict[int, Ints]:
        """For each crossed side the connections that cross it, from its first end on."""
        crossed: dict[int, dict[int, int]] = {}
        for index, way in enumerate(self.ways):
            if way is not None:
                for side, rank in zip(way.sides.tolist(), way.ranks.tolist(), strict=True):
                    crossed.setdefault(side, {})[rank] = index
        return {side: np.array([by_rank[r] for r in sorted(by_rank)]) for side, by_rank in crossed.items()}

    def demand(self) -> Floats:
        """Length that the wires and spaces of each side ask for, µm; 0 where nothing crosses."""
        asked = np.zeros(len(self.mesh.ends))
        for side, order in self.orders().items():
            spaces = self.spaces[order]
            between = np.maximum(spaces[1:], spaces[:-1]).sum()
            asked[side] = self.widths[order].sum() + between + spaces[0] + spaces[-1]
        return asked
