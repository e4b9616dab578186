"""Nets of a whole stack: the metal of every part as drawn, joined by joints and wires; opens and shorts among it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from bumpgen.check.assembly.drawn import DrawnPart
from bumpgen.check.assembly.joints import Joints
from bumpgen.check.assembly.wires import Wires

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]

__all__ = ["StackNets", "nets_of_stack"]


@dataclass(frozen=True, eq=False)
class StackNets:
    """Terminals of all parts and the conductor each is on, across all parts.

    One entry a terminal (bumps, then pads, part by part): `part` indexes `parts`, `site` is a bump's number in
    its part or -1 for a pad. `conductor` is -1 where there is no metal. `net` indexes `names`; 0 is "", no net.
    """

    parts: tuple[str, ...]
    names: tuple[str, ...]
    part: Integers
    site: Integers
    labels: NDArray[np.object_]
    net: Integers
    conductor: Integers

    @cached_property
    def _pairs(self) -> Integers:
        """Every (conductor, net) there is, once; terminals without metal are on none."""
        on = (self.conductor >= 0) & (self.net > 0)
        codes = np.unique(self.conductor[on] * len(self.names) + self.net[on])
        return np.column_stack((codes // len(self.names), codes % len(self.names)))

    @cached_property
    def shorted(self) -> list[tuple[str, ...]]:
        """Nets that are one conductor, a group each."""
        conductors, counts = np.unique(self._pairs[:, 0], return_counts=True)
        wrong = conductors[counts > 1]
        return [
            tuple(sorted(self.names[net] for _, net in self._pairs[self._pairs[:, 0] == conductor].tolist()))
            for conductor in wrong[:1000].tolist()
        ]

    @cached_property
    def short_count(self) -> int:
        """How many conductors bear more than one net."""
        return int((np.unique(self._pairs[:, 0], return_counts=True)[1] > 1).sum())

    @cached_property
    def opened(self) -> Integers:
        """Numbers of the nets that are in more than one conductor, or have a terminal on none."""
        nets, counts = np.unique(self._pairs[:, 1], return_counts=True)
        bare = np.unique(self.net[(self.conductor < 0) & (self.net > 0)])
        return np.union1d(nets[counts > 1], bare)

    def pieces(self, net: int) -> list[list[str]]:
        """The terminals of a net, as part.name, by the conductor they are on."""
        mine = np.flatnonzero(self.net == net)
        groups: dict[int, list[str]] = {}
        for i in mine.tolist():
            groups.setdefault(int(self.conductor[i]), []).append(f"{self.parts[self.part[i]]}.{self.labels[i]}")
        return [groups[key] for key in sorted(groups)]

    def rows(self) -> Iterable[tuple[str, list[list[str]]]]:
        """Every net with its terminals, conductor by conductor: the net list of the stack."""
        order = np.argsort(self.net, kind="stable")
        starts = np.searchsorted(self.net[order], np.arange(1, len(self.names) + 1))
        for number in range(1, len(self.names)):
            groups: dict[int, list[str]] = {}
            for i in order[starts[number - 1] : starts[number]].tolist():
                groups.setdefault(int(self.conductor[i]), []).append(f"{self.parts[self.part[i]]}.{self.labels[i]}")
            yield self.names[number], [groups[key] for key in sorted(groups)]


def nets_of_stack(parts: Mapping[str, DrawnPart], joints: Iterable[Joints], wires: Iterable[Wires]) -> StackNets:
    """Each part's pieces of metal are nodes, every joint and wire an edge; what hangs together is a conductor.

    Pads of one net are taken to be joined inside their chip or carrier: what is there is not in its drawing.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    first, count = {}, 0
    for name, part in parts.items():
        first[name] = count
        count += int(max(part.sites.piece.max(initial=-1), part.pad_pieces.max(initial=-1))) + 1
    both: list[Joints | Wires] = [*joints, *wires]
    edge = np.concatenate(
        [
            np.zeros((0, 2), np.int64),
            *(_edges(pairs, first) for pairs in both),
            *(_inside(parts[name], first[name]) for name in parts),
        ]
    )
    edge = edge[(edge >= 0).all(axis=1)]
    graph = coo_array((np.ones(len(edge), np.int8), (edge[:, 0], edge[:, 1])), shape=(max(count, 1),) * 2)
    _, component = connected_components(graph, directed=False)
    return _terminals(parts, first, component.astype(np.int64))


def _edges(pairs: Joints | Wires, first: Mapping[str, int]) -> Integers:
    """Node numbers that a joint or wire joins, (N, 2); -1 where a site has no metal."""
    columns = []
    for side, index in zip(pairs.sides, pairs.pairs.T, strict=True):
        piece = side.part.sites.piece[side.index[index]]
        columns.append(np.where(piece >= 0, piece + first[side.part.part.name], -1))
    return np.column_stack(columns)


def _inside(part: DrawnPart, first: int) -> Integers:
    """Pads of one net are one conductor inside a chip or carrier, whose own metal is not drawn: edges between them."""
    last: dict[str, int] = {}
    edges = []
    for net, piece in zip(part.pad_nets, part.pad_pieces.tolist(), strict=True):
        if net and piece >= 0:
            if net in last:
                edges.append((last[net] + first, piece + first))
            last[net] = piece
    return np.array(edges, np.int64).reshape(-1, 2)


def _terminals(parts: Mapping[str, DrawnPart], first: Mapping[str, int], component: Integers) -> StackNets:
    numbers: dict[str, int] = {"": 0}
    part_of, site, labels, nets, conductor = [], [], [], [], []
    for number, (name, part) in enumerate(parts.items()):
        pieces = np.concatenate((part.sites.piece, part.pad_pieces))
        texts = [*part.sites.nets.tolist(), *part.pad_nets]
        nets.append(np.array([numbers.setdefault(text, len(numbers)) for text in texts], np.int64))
        labels += [*part.sites.names.tolist(), *(f"pad {pad}" for pad in part.pad_names)]
        site += [np.arange(len(part.sites)), np.full(len(part.pad_pieces), -1)]
        part_of.append(np.full(len(pieces), number))
        conductor.append(
            np.where(pieces >= 0, component[np.maximum(pieces, 0) + first[name]], -1) if len(pieces) else pieces
        )
    return StackNets(
        tuple(parts), tuple(numbers), np.concatenate(part_of), np.concatenate(site), np.array(labels, dtype=object),
        np.concatenate(nets), np.concatenate(conductor),
    )  # fmt: skip
