"""Two bump maps: which bumps are missing, extra, moved, renamed or on another net, and how the whole lies.

Where all of B is A mirrored, turned, shifted or scaled, that is said once, undone, and the single
faults are those that remain. Coordinates of single faults are A's, µm, bumps_up.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from bumpgen.check.compare_poses import (
    SLACK,
    Ball,
    Diagnosis,
    Pose,
    diagnose_maps,
    match_places,
    near_places,
    places_of,
)
from bumpgen.errors import InputError
from bumpgen.geometry import Points

__all__ = ["Ball", "Fault", "MapComparison", "compare_maps"]

Kind: TypeAlias = Literal[
    "missing", "extra", "moved", "renamed", "net changed", "nets swapped", "names swapped", "places swapped",
    "net renamed",
]  # fmt: skip

Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing in which B is not A.

    `names` are the bumps concerned, `nets` what A and B say; `a` and `b` are places as A has
    them, µm; `distance` (µm) and `direction` (degrees from +x, counter-clockwise) of a move.
    """

    kind: Kind
    message: str
    names: tuple[str, ...]
    nets: tuple[str, ...] = ()
    a: Point | None = None
    b: Point | None = None
    distance: float | None = None
    direction: float | None = None


@dataclass(frozen=True, slots=True)
class MapComparison:
    """Bumps of both, the tolerance (µm), how B lies to A, and what remains when that is undone."""

    count_a: int
    count_b: int
    tolerance: float
    here: Pose
    tried: tuple[Pose, ...]
    diagnosis: Diagnosis | None
    faults: tuple[Fault, ...]
    notes: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether the maps are one and the same."""
        return self.diagnosis is None and not self.faults


def compare_maps(
    a: Sequence[Ball], b: Sequence[Ball], tolerance: float = 0.001, *, nets: bool = True, notes: tuple[str, ...] = ()
) -> MapComparison:
    """Compare two bump maps, both in µm in the bumps_up view.

    Parameters
    ----------
    a, b : bumps; names and places must be unique in each.
    tolerance : how far apart places may be and still agree, µm.
    nets : whether both maps state nets; if not, they are left out of all counts.
    notes : what else is to be told of the comparison.
    """
    if not nets:
        a, b = ([Ball(ball.name, "", ball.x, ball.y, ball.line) for ball in balls] for balls in (a, b))
    if not (math.isfinite(tolerance) and tolerance >= 0):
        raise InputError(f"a tolerance of {tolerance:g} is not a length in µm", hint="use 0 or more")
    _refuse_names(a, "A")
    _refuse_names(b, "B")
    _refuse_close(a, places_of(a), "A", tolerance)
    here, tried, diagnosis = diagnose_maps(a, b, tolerance)
    pose = diagnosis.pose if diagnosis and diagnosis.undone else here
    places = pose.undo(places_of(b))
    _refuse_close(b, places, "B", tolerance)
    faults = tuple(_faults(a, b, places, tolerance))
    return MapComparison(len(a), len(b), tolerance, here, tried, diagnosis, faults, notes)


def _refuse_names(balls: Sequence[Ball], side: str) -> None:
    """No bumps, or a name used twice."""
    if not balls:
        raise InputError(f"map {side} has no bumps", hint="compare maps that have some")
    twice = [name for name, count in Counter(ball.name for ball in balls).items() if count > 1]
    if twice:
        lines = [str(ball.line) for ball in balls if ball.name == twice[0] and ball.line]
        where = f" (lines {', '.join(lines)})" if lines else ""
        raise InputError(f"map {side} has bump {twice[0]}{where} more than once", hint="give each bump its own name")


def _refuse_close(balls: Sequence[Ball], places: Points, side: str, tolerance: float) -> None:
    """A tolerance by which neighbours (at `places`, µm) can't be told apart."""
    i, j = near_places(places, places, 2 * tolerance + SLACK)
    close = i[i < j], j[i < j]
    if len(close[0]):
        m, n = int(close[0][0]), int(close[1][0])
        one, other, apart = balls[m], balls[n], math.dist(places[m], places[n])
        raise InputError(
            f"map {side} has {one.name} and {other.name} {apart:.6g} µm apart, at ({one.x:.10g}, {one.y:.10g}): "
            f"a tolerance of {tolerance:g} µm can't tell them apart",
            hint="mend the map, or use a smaller --tolerance",
        )


class _Matching:
    """Which bump of B stands for which of A, by index; struck off as they are found."""

    def __init__(self, a: Sequence[Ball], b: Sequence[Ball], places: Points, tolerance: float):
        self.a, self.b, self.places = a, b, places
        self.name_in_a = {ball.name: i for i, ball in enumerate(a)}
        self.name_in_b = {ball.name: j for j, ball in enumerate(b)}
        i, j = match_places(places_of(a), places, tolerance)
        self.at = dict(zip(i.tolist(), j.tolist(), strict=True))
        self.kept: list[tuple[int, int]] = []
        self.renamed: list[tuple[int, int]] = []
        self.moved: list[tuple[int, int]] = []
        self.free_a, self.free_b = set(range(len(a))), set(range(len(b)))
        self._keep()
        self._rename()
        self._move()

    def place(self, j: int) -> Point:
        """Where a bump of B lies, as A has it, µm."""
        x, y = self.places[j].tolist()
        return round(x, 6) + 0.0, round(y, 6) + 0.0

    def _take(self, pairs: list[tuple[int, int]], i: int, j: int) -> None:
        pairs.append((i, j))
        self.free_a.discard(i)
        self.free_b.discard(j)

    def _keep(self) -> None:
        """The same name at the same place."""
        for i, j in self.at.items():
            if self.a[i].name == self.b[j].name:
                self._take(self.kept, i, j)

    def _rename(self) -> None:
        """Another name at the same place, where names are new or the net tells that the bump stayed."""
        for i in sorted(self.free_a):
            j = self.at.get(i)
            if j is not None and j in self.free_b and self._stayed(i, j):
                self._take(self.renamed, i, j)

    def _stayed(self, i: int, j: int) -> bool:
        mine, other = self.a[i], self.b[j]
        if mine.name not in self.name_in_b and other.name not in self.name_in_a:
            return True
        if mine.net != other.net or not mine.net:
            return self._exchanged(i, j) and not mine.net
        namesake = self.name_in_b.get(mine.name)
        return namesake is None or self.b[namesake].net != mine.net or self._exchanged(i, j)

    def _exchanged(self, i: int, j: int) -> bool:
        """Whether two names stand at each other's places, with the same net at both: nothing moved."""
        k = self.name_in_a.get(self.b[j].name)
        back = self.at.get(k) if k is not None else None
        return (
            k is not None
            and back is not None
            and self.b[back].name == self.a[i].name
            and self.a[k].net == self.b[back].net == self.a[i].net
        )

    def _move(self) -> None:
        for i in sorted(self.free_a):
            j = self.name_in_b.get(self.a[i].name)
            if j is not None and j in self.free_b:
                self._take(self.moved, i, j)


def _faults(a: Sequence[Ball], b: Sequence[Ball], places: Points, tolerance: float) -> Iterator[Fault]:
    """Faults in the order missing, extra, moved, renamed, nets; in each, A's order."""
    found = _Matching(a, b, places, tolerance)
    for i in sorted(found.free_a):
        ball = a[i]
        message = f"{_ball(ball)} at ({ball.x:.10g}, {ball.y:.10g}) is missing from B"
        yield Fault("missing", message, (ball.name,), (ball.net,), _at(ball))
    for j in sorted(found.free_b):
        ball, (x, y) = b[j], found.place(j)
        yield Fault(
            "extra", f"{_ball(ball)} at ({x:.10g}, {y:.10g}) is extra in B", (ball.name,), (ball.net,), None, (x, y)
        )
    yield from _moves(found)
    yield from _renames(found)
    pairs = sorted((*found.kept, *found.renamed, *found.moved))
    yield from _nets([(a[i], b[j]) for i, j in pairs])


def _at(ball: Ball) -> Point:
    """Its place without float noise, µm."""
    return round(ball.x, 6) + 0.0, round(ball.y, 6) + 0.0


def _ball(ball: Ball) -> str:
    net = f" (net {ball.net})" if ball.net else ""
    return f"{ball.name}{net}"


def _swaps(found: _Matching, pairs: list[tuple[int, int]]) -> dict[int, int]:
    """Of bumps of A that found another name at their place: those whose two names stand in each other's."""
    names = {found.a[i].name: i for i, _ in pairs}
    swaps = {}
    for i, _ in pairs:
        j = found.at.get(i)
        k = None if j is None else names.get(found.b[j].name)
        back = None if k is None else found.at.get(k)
        if k is not None and back is not None and found.b[back].name == found.a[i].name:
            swaps[i] = k
    return swaps


def _moves(found: _Matching) -> Iterator[Fault]:
    """Bumps elsewhere; two at each other's places are one fault."""
    swaps = _swaps(found, found.moved)
    for i, j in found.moved:
        ball, (x, y) = found.a[i], found.place(j)
        if i in swaps:
            if i < swaps[i]:
                other = found.a[swaps[i]]
                message = f"{_ball(ball)} and {_ball(other)} stand at each other's places"
                yield Fault("places swapped", message, (ball.name, other.name), (), _at(ball), (x, y))
            continue
        dx, dy = x - ball.x, y - ball.y
        distance, direction = math.hypot(dx, dy), math.degrees(math.atan2(dy, dx)) % 360
        message = (
            f"{ball.name} at ({ball.x:.10g}, {ball.y:.10g}) lies {distance:.6g} µm away in B, towards {direction:.4g}° "
            f"(dx {round(dx, 6):.10g}, dy {round(dy, 6):.10g})"
        )
        yield Fault("moved", message, (ball.name,), (), _at(ball), (x, y), round(distance, 6), direction)


def _renames(found: _Matching) -> Iterator[Fault]:
    """Other names at the same place; two names exchanged are one fault."""
    swaps = _swaps(found, found.renamed)
    for i, j in found.renamed:
        ball, other = found.a[i], found.b[j]
        where = f"at ({ball.x:.10g}, {ball.y:.10g})"
        if i not in swaps:
            message = f"{_ball(ball)} {where} is named {other.name} in B"
            yield Fault("renamed", message, (ball.name, other.name), (), _at(ball), found.place(j))
        elif i < swaps[i]:
            second = found.a[swaps[i]]
            message = (
                f"the names {ball.name} {where} and {second.name} at ({second.x:.10g}, {second.y:.10g}) are exchanged"
            )
            yield Fault("names swapped", message, (ball.name, other.name), (), _at(ball), _at(second))


def _nets(pairs: list[tuple[Ball, Ball]]) -> Iterator[Fault]:
    """Nets that are called otherwise, exchanged between two bumps, or changed on one."""
    renamed = _net_names(pairs)
    for (old, new), names in renamed.items():
        message = f"net {old} is called {new} in B, on all its {len(names)} bumps"
        yield Fault("net renamed", message, tuple(names), (old, new))
    waiting: dict[tuple[str, str], list[Ball]] = {}
    for mine, other in pairs:
        old, new = mine.net, other.net
        if old == new or (old, new) in renamed:
            continue
        if old and new and waiting.get((new, old)):
            one = waiting[new, old].pop(0)
            message = f"{one.name} (net {new}) and {mine.name} (net {old}) have each other's net in B"
            yield Fault("nets swapped", message, (one.name, mine.name), (new, old), _at(one), _at(mine))
        else:
            waiting.setdefault((old, new), []).append(mine)
    for (old, new), balls in waiting.items():
        for ball in balls:
            message = (
                f"{ball.name} at ({ball.x:.10g}, {ball.y:.10g}) is on net {old or '(none)'}, in B on {new or '(none)'}"
            )
            yield Fault("net changed", message, (ball.name,), (old, new), _at(ball), _at(ball))


def _net_names(pairs: list[tuple[Ball, Ball]]) -> dict[tuple[str, str], list[str]]:
    """Nets of two bumps or more all of which, and nobody else, are on another net that A doesn't have."""
    before, after = Counter(mine.net for mine, _ in pairs), Counter(other.net for _, other in pairs)
    changes: dict[tuple[str, str], list[str]] = {}
    for mine, other in pairs:
        changes.setdefault((mine.net, other.net), []).append(mine.name)
    return {
        (old, new): names
        for (old, new), names in changes.items()
        if old != new and old and new and len(names) == before[old] == after[new] >= 2 and new not in before
    }
