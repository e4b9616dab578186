"""Islands of a plane: which hold terminals of its net, and which terminals are one piece of metal. In grid steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bumpgen.route.planes_joints import Spoke
from bumpgen.route.planes_scene import Surroundings

__all__ = ["Islands", "islands_of"]


@dataclass(frozen=True)
class Islands:
    """Which parts of a plane stay; why the others don't; how each terminal is joined, by name; who are one piece."""

    held: tuple[int, ...]
    dropped: dict[int, str]
    joined: tuple[str, ...]
    wired: tuple[str, ...]
    unjoined: tuple[tuple[str, str], ...]
    pieces: tuple[tuple[str, ...], ...]


class _Groups:
    """Sets of numbers that are joined to one another."""

    def __init__(self, count: int):
        self._root = list(range(count))

    def top(self, index: int) -> int:
        """The number that stands for the set."""
        while self._root[index] != index:
            self._root[index] = self._root[self._root[index]]
            index = self._root[index]
        return index

    def join(self, a: int, b: int) -> None:
        """Make two sets one."""
        one, other = sorted((self.top(a), self.top(b)))
        self._root[other] = one


def islands_of(around: Surroundings, parts: Any, spokes: Sequence[Spoke]) -> Islands:
    """Parts that are large enough and tied to a terminal, directly or over wires, and what they join."""
    contacts, reasons = _contacts(around, parts, spokes)
    least = around.plane.min_area / around.grid**2
    small = {part for part, shape in enumerate(parts) if shape.area < least}
    group = _grouped(around, parts, [pair for pair in contacts if pair[0] not in small], small)
    count = len(parts)
    asked = [number for number, terminal in enumerate(around.terminals) if terminal.wires]
    tops = {group.top(count + number) for number in asked}
    dropped = dict.fromkeys(small, "smaller than min_area")
    dropped |= {p: "holds no terminal" for p in range(count) if p not in small and group.top(p) not in tops}
    held = tuple(part for part in range(count) if part not in dropped)
    joined = {number for part, number in contacts if part not in dropped}
    live = {group.top(part) for part in held}
    tied = {number for number in asked if group.top(count + number) in live}
    for part, number in contacts:
        if part in dropped:
            reasons.setdefault(number, "it holds only an island smaller than min_area")
    names = [terminal.name for terminal in around.terminals]
    pieces = {top: tuple(sorted(names[n] for n in tied if group.top(count + n) == top)) for top in live}
    return Islands(
        held,
        dropped,
        tuple(sorted(names[number] for number in joined & set(asked))),
        tuple(sorted(names[number] for number in tied - joined)),
        tuple(sorted((names[n], reasons.get(n, "the plane doesn't reach it")) for n in asked if n not in tied)),
        tuple(sorted(pieces.values())),
    )


def _grouped(around: Surroundings, parts: Any, contacts: list[tuple[int, int]], small: set[int]) -> _Groups:
    """Parts, then terminals, then the net's other metal, joined where they touch."""
    import shapely

    count, terminals = len(parts), len(around.terminals)
    group = _Groups(count + terminals + len(around.others))
    for part, number in contacts:
        group.join(part, count + number)
    if len(around.others):
        tree = shapely.STRtree(around.others)
        for part, other in tree.query(parts, predicate="intersects").T.tolist():
            if part not in small:
                group.join(part, count + terminals + other)
        own = np.concatenate((around.metal, around.others))
        for a, other in tree.query(own, predicate="intersects").T.tolist():
            group.join(count + a, count + terminals + other)
    return group


def _contacts(
    around: Surroundings, parts: Any, spokes: Sequence[Spoke]
) -> tuple[list[tuple[int, int]], dict[int, str]]:
    """(part, terminal) of those that touch over enough of a width; for other terminals the reason why not."""
    import shapely

    if not len(parts):
        return [], {}
    tree = shapely.STRtree(parts)
    if around.plane.join == "thermal":
        pairs = {(int(part), spoke.terminal) for spoke in spokes for part in tree.query(spoke.foot, "intersects")}
        with_spokes = {spoke.terminal for spoke in spokes}
        bare = (number for number in range(len(around.terminals)) if number not in with_spokes)
        return sorted(pairs), dict.fromkeys(bare, "no thermal spoke fits")
    return _overlaps(around, parts, tree)


def _overlaps(around: Surroundings, parts: Any, tree: Any) -> tuple[list[tuple[int, int]], dict[int, str]]:
    """As `_contacts`, of solid joints."""
    import shapely

    out: list[tuple[int, int]] = []
    reasons: dict[int, str] = {}
    shapely.prepare(parts)
    for number, part in tree.query(around.metal, predicate="intersects").T.tolist():
        needed = min(around.plane.min_width, 2 * around.terminals[number].inner_radius) / around.grid
        across = _width_of_contact(parts[part], around.metal[number])
        if across >= needed - 2:
            out.append((part, number))
        else:
            reasons[number] = f"the plane touches it over {across * around.grid:.3g} µm only"
    return sorted(out), reasons


def _width_of_contact(part: Any, terminal: Any) -> float:
    """Length of the part's edge inside a terminal, which is what a current crosses; endless if all is covered."""
    import shapely

    if shapely.covers(part, terminal):
        return float("inf")
    box = shapely.buffer(shapely.envelope(terminal), 10)
    return float(shapely.boundary(shapely.intersection(part, box)).intersection(terminal).length)


def spokes_by_name(around: Surroundings, spokes: Sequence[Spoke]) -> Iterator[tuple[str, int]]:
    """How many spokes each terminal has, where any."""
    for number, terminal in enumerate(around.terminals):
        count = sum(spoke.terminal == number for spoke in spokes)
        if count:
            yield terminal.name, count
