"""Nets as drawn held against the nets that terminals name: opens, shorts, exchanges, missing metal.

Pads straight under their bumps, one on one and with nothing else on that metal, may share a net without being
joined here: the chip joins them. All other metal of a net must hang together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TypeAlias

from bumpgen.check.net_places import box_around, gap, meeting
from bumpgen.check.nets import Extraction, Piece
from bumpgen.check.places import connected
from bumpgen.check.terminals import Terminal
from bumpgen.read.source import listed
from bumpgen.report import Box, Place

__all__ = ["Comparison", "spot"]

SAME_PLACE = 0.01
"""A pad and a bump whose centres are nearer than this in x and in y stand on each other, µm."""

MANY_NETS = 6
"""A piece with more nets than this is shown whole: where each pair meets is not searched for."""

MANY_PIECES = 20
"""From so many pieces of a net on, the way to the other pieces is not searched for."""

MANY_TERMINALS = 150
"""A piece with more terminals than this is shown by their places: its shapes are not searched."""

NEAREST = 8
"""So many pieces of a net are tried for the one to which the next ought to be joined."""

Key: TypeAlias = str
"""A net's name; of a terminal without a net its own label, for it must stay alone."""


def spot(terminal: Terminal, radius: float = 1.0) -> Box:
    """A small box about a terminal's place, µm."""
    return terminal.x - radius, terminal.y - radius, terminal.x + radius, terminal.y + radius


def _square(box: Box) -> tuple[tuple[float, float], ...]:
    x0, y0, x1, y1 = box
    return (x0, y0), (x1, y0), (x1, y1), (x0, y1)


class Comparison:
    """The places where drawn nets and named nets differ, by kind. `found` is what was extracted."""

    def __init__(self, found: Extraction):
        self.found = found
        self.keys = [terminal.net or f"({terminal.label})" for terminal in found.terminals]
        self.nets = [Counter(self.keys[i] for i in piece.terminals) for piece in found.pieces]

    @cached_property
    def pieces(self) -> dict[Key, list[int]]:
        """The pieces each net is on, leaving out those that need no other: pads straight under their bumps."""
        table: dict[Key, list[int]] = {}
        for number, nets in enumerate(self.nets):
            if len(nets) > 1 or not self._stands_alone(number):
                for key in nets:
                    table.setdefault(key, []).append(number)
        return table

    @cached_property
    def chip_joined(self) -> set[Key]:
        """Nets with pieces that stand alone."""
        return {next(iter(nets)) for n, nets in enumerate(self.nets) if len(nets) == 1 and self._stands_alone(n)}

    def _stands_alone(self, number: int) -> bool:
        """Whether every bump of a piece stands on a pad of it, or on one where metal is missed, and the reverse."""
        terminals = [self.found.terminals[i] for i in self.found.pieces[number].terminals]
        spots = {kind: {_at(t) for t in terminals if t.kind == kind} for kind in ("pad", "bump")}
        if spots["pad"] == spots["bump"]:
            return True
        return bool(self._missed_spots) and not (spots["pad"] ^ spots["bump"]) - self._missed_spots

    @cached_property
    def _missed_spots(self) -> set[tuple[int, int]]:
        return {_at(self.found.terminals[i]) for i in self.found.missed}

    @cached_property
    def _judged(self) -> tuple[list[Place], list[Place], list[Place]]:
        """Exchanges, shorts, opens."""
        swaps: list[Place] = []
        shorts: list[Place] = []
        opens: list[Place] = []
        numbers = {key: n for n, key in enumerate(self.pieces)}
        nets = list(self.pieces)
        on: dict[int, list[int]] = {}
        for key, pieces in self.pieces.items():
            for piece in pieces:
                on.setdefault(piece, []).append(numbers[key])
        links = ((group[0], other) for group in on.values() for other in group[1:])
        for group in connected(len(nets), links):
            self._judge([nets[n] for n in group], swaps, shorts, opens)
        return swaps, shorts, opens

    def _judge(self, nets: Sequence[Key], swaps: list[Place], shorts: list[Place], opens: list[Place]) -> None:
        """Sort what is wrong with nets that share metal, or with one net alone."""
        mixed = sorted({n for net in nets for n in self.pieces[net] if len(self.nets[n]) > 1})
        exchanged = self._exchanges(nets, mixed) if mixed else []
        if exchanged:
            swaps += exchanged
            return
        for number in mixed:
            shorts += self._shorts(self.found.pieces[number])
        for net in nets:
            if len(self.pieces[net]) > 1:
                opens += self._opens(net)

    def swaps(self) -> list[Place]:
        """Terminals of several nets that have changed places, where that explains all that is wrong with them."""
        return self._judged[0]

    def shorts(self) -> list[Place]:
        """Where metal joins terminals of several nets."""
        return self._judged[1]

    def opens(self) -> list[Place]:
        """Where nets are cut."""
        return self._judged[2]

    def missing(self) -> list[Place]:
        """Terminals without metal where they must be met."""
        return [self._missing(i) for i in self.found.missed]

    def _missing(self, i: int) -> Place:
        terminal, found = self.found.terminals[i], self.found
        wanted = [
            f"{layer}, whose opening {' and '.join(found.stand_ins[layer])} stands for it,"
            if layer in found.stand_ins
            else layer
            for layer in found.stations[i]
        ]
        layers = " or ".join(wanted) or "any conductor"
        message = f"{_told(terminal)} has nothing on {layers} under it at {terminal.x:g}, {terminal.y:g} µm"
        return Place("NET.MISS.1", spot(terminal), None, message, (_square(spot(terminal)),), terminal.net)

    def _exchanges(self, nets: Sequence[Key], mixed: Sequence[int]) -> list[Place]:
        """Places of exchanged terminals; none if exchanges don't explain all."""
        believed = {n: self._believed(n) for n in mixed}
        wrong = [(i, n) for n in mixed for i in self.found.pieces[n].terminals if self.keys[i] != believed[n]]
        kinds = self.found.terminals
        out = Counter((self.keys[i], kinds[i].kind) for i, _ in wrong)
        into = Counter((believed[n], kinds[i].kind) for i, n in wrong)
        whole = Counter(believed.values())
        whole.update(net for net in nets for n in self.pieces[net] if n not in believed)
        if out != into or any(count > 1 and net not in self.chip_joined for net, count in whole.items()):
            return []
        order = {net: k for k, net in enumerate(nets)}
        links = [(order[self.keys[i]], order[believed[n]]) for i, n in wrong]
        groups = [{nets[k] for k in group} for group in connected(len(nets), links) if len(group) > 1]
        return [self._exchange([(i, n) for i, n in wrong if self.keys[i] in group], believed) for group in groups]

    def _believed(self, number: int) -> Key:
        """The net most of a piece's terminals name; of several the one its first bump names."""
        counts = self.nets[number]
        best = max(counts.values())
        ordered = sorted(self.found.pieces[number].terminals, key=lambda i: self.found.terminals[i].kind)
        return next(self.keys[i] for i in ordered if counts[self.keys[i]] == best)

    def _exchange(self, wrong: Sequence[tuple[int, int]], believed: dict[int, Key]) -> Place:
        terminals = [self.found.terminals[i] for i, _ in wrong]
        parts = []
        for i, n in wrong:
            right = next(k for k in self.found.pieces[n].terminals if self.keys[k] == believed[n])
            parts.append(f"{_told(self.found.terminals[i])} is drawn to {_told(self.found.terminals[right])}")
        boxes = [spot(terminal) for terminal in terminals]
        message = f"exchanged: {listed(parts)}"
        return Place(
            "NET.SWAP.1", box_around(boxes), len(wrong), message, tuple(map(_square, boxes)),
            ", ".join(dict.fromkeys(self.keys[i] for i, _ in wrong)),
        )  # fmt: skip

    def _shorts(self, piece: Piece) -> Iterator[Place]:
        """A place for each net that a piece joins to the ones before it."""
        groups: dict[Key, list[int]] = {}
        for i in piece.terminals:
            groups.setdefault(self.keys[i], []).append(i)
        listed_nets = list(groups)
        if len(groups) > MANY_NETS or len(piece.terminals) > MANY_TERMINALS:
            box = box_around([spot(self.found.terminals[i]) for i in piece.terminals])
            yield self._short(listed_nets, groups, box, "")
            return
        told: list[Box] = []
        for k in range(1, len(listed_nets)):
            ways = [meeting(self.found, piece, groups[one], groups[listed_nets[k]]) for one in listed_nets[:k]]
            box, layer = min(ways, key=lambda way: (way[0] in told, not way[1], _area(way[0])))
            told.append(box)
            yield self._short(listed_nets[: k + 1], groups, box, layer)

    def _short(self, nets: Sequence[Key], groups: dict[Key, list[int]], box: Box, layer: str) -> Place:
        told = "; ".join(f"{net}: {self._labels(groups[net])}" for net in nets[:MANY_NETS])
        where = f" on {layer}" if layer else ""
        message = f"{len(nets)} nets are joined{where}: {told}"
        return Place("NET.SHORT.1", box, len(nets), message, (_square(box),), ", ".join(nets[:MANY_NETS]))

    def _opens(self, net: Key) -> Iterator[Place]:
        """A place for each piece of a net beyond the first, where it ought to join one before it."""
        pieces = [self.found.pieces[n] for n in self.pieces[net]]
        mine = [[i for i in piece.terminals if self.keys[i] == net] for piece in pieces]
        told = listed([f"piece {k}: {self._labels(group)}" for k, group in enumerate(mine, 1)])
        for k in range(1, len(pieces)):
            box, where = self._cut(pieces[:k], pieces[k])
            message = f"net {net} is in {len(pieces)} pieces{where}: {told}"
            yield Place("NET.OPEN.1", box, len(pieces), message, (_square(box),), net)

    def _cut(self, before: Sequence[Piece], piece: Piece) -> tuple[Box, str]:
        """Where a piece ought to join one before it, in µm and in words; of many pieces just where the piece lies."""
        if len(before) > MANY_PIECES or len(piece.terminals) > MANY_TERMINALS:
            return spot(self.found.terminals[piece.terminals[0]]), ""
        ways = [gap(self.found, other, piece) for other in before[-NEAREST:]]
        box, distance, layer = min(ways, key=lambda way: way[1])
        return box, f", {distance:.4g} µm apart on {layer}" if distance else f", not joined from {layer}"

    def _labels(self, terminals: Iterable[int]) -> str:
        return listed([self.found.terminals[i].label for i in terminals])


def _at(terminal: Terminal) -> tuple[int, int]:
    return round(terminal.x / SAME_PLACE), round(terminal.y / SAME_PLACE)


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _told(terminal: Terminal) -> str:
    return f"{terminal.label} ({terminal.net or 'no net'})"
