"""The gate: whether wires, as drawn, keep their spacing, width and directions and join what they name.

What is judged are polygons on the grid: wires as `outline` draws them, terminals, obstacles. A distance
below what is needed is a fault however little is missing: the check of spaces in `bumpgen.check` counts so,
too, and what passes here must pass there. (Corners move outward on to the grid by less than a step on each
side, and crossings of wires with their terminals once more when both are merged, so wires that are to pass at
exactly their spacing must be routed two or three grid steps farther apart.)

Slits between a wire and a terminal it ends in, or between two wires at a terminal they share, are part of
a joint as long as they are as short as those of wires that meet at 45°; the build fills them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeAlias

import numpy as np

from bumpgen.errors import GeometryError
from bumpgen.geometry import snap
from bumpgen.route.metal import Metal, metal_of, terminal_polygons
from bumpgen.route.outline import CentreLines, centre_lines, drawn
from bumpgen.route.problem import Angles, NetRule, Problem
from bumpgen.route.routing import Arc, Wire
from bumpgen.route.sites import Floats, Ints

__all__ = ["SLACK", "Fault", "faults"]

SLACK = 1e-6
"""What a distance may be short by, µm: rounding of floating-point numbers, far below any grid."""

Kind: TypeAlias = Literal["space", "width", "short", "open", "edge", "angle", "grid"]


@dataclass(frozen=True, slots=True)
class Fault:
    """A place where wires are wrong: `wires` and `terminals` are indices, `distance` and `needed` are µm.

    space: nearer than needed; of one wire alone, to itself. short: metal of two nets touches. open: an end
    outside the metal of the terminal it names. width: narrower than its net's wires, or so joined to a terminal.
    edge: too near to the die's edge. angle: a corner sharper than 90°, a part in a direction that isn't allowed, or
    two wires that leave a terminal at less than 45° (distance and needed are degrees but for these). grid: a width
    or a corner that can't be drawn on the grid.
    """

    kind: Kind
    wires: tuple[int, ...]
    terminals: tuple[int, ...] = ()
    obstacle: int | None = None
    x: float = 0.0
    y: float = 0.0
    distance: float = 0.0
    needed: float = 0.0

    def __str__(self) -> str:
        unit = "°" if self.kind == "angle" and len(self.wires) == 1 else "µm"
        return f"{self.kind} at ({self.x:g}, {self.y:g}): {self.distance:.4g} {unit}, needed {self.needed:g} {unit}"


def faults(problem: Problem, wires: Sequence[Wire]) -> tuple[Fault, ...]:
    """Every fault of wires that are to be drawn for a problem, at most one of a kind for each pair of pieces."""
    bad = tuple(_undrawable(problem, wires))
    skipped = {fault.wires[0] for fault in bad}
    places = [index for index in range(len(wires)) if index not in skipped]
    found = [*bad, *_judge(_Drawn(problem, [wires[index] for index in places], places))] if places else list(bad)
    return tuple(sorted(found, key=_order))


def _order(fault: Fault) -> tuple[Any, ...]:
    obstacle = -1 if fault.obstacle is None else fault.obstacle
    return fault.wires, fault.kind, fault.terminals, obstacle, fault.x, fault.y


def _undrawable(problem: Problem, wires: Sequence[Wire]) -> Iterator[Fault]:
    """Wires without a finite length, or whose width is not a multiple of 2 × grid."""
    widths: dict[float, bool] = {}
    for index, wire in enumerate(wires):
        if wire.width not in widths:
            widths[wire.width] = _fits(wire.width, problem.grid)
        corners = [wire.segments[0].start, *(segment.end for segment in wire.segments)] if wire.segments else []
        flat = [value for corner in corners for value in corner]
        finite = bool(flat) and all(map(math.isfinite, flat))
        long = finite and any(math.dist(corners[0], corner) > 2 * problem.grid for corner in corners)
        if not (widths[wire.width] and long):
            x, y = corners[0] if finite else (0.0, 0.0)
            yield Fault("grid", (index,), x=x, y=y, distance=wire.width, needed=problem.grid)


def _fits(width: float, grid: float) -> bool:
    try:
        return snap(width, grid, "width", 2) > 0
    except GeometryError:
        return False


@dataclass(frozen=True)
class _Drawn:
    """Drawable wires; `places` are their indices among all."""

    problem: Problem
    wires: list[Wire]
    places: list[int]

    @cached_property
    def lines(self) -> CentreLines:
        """Centre lines on the grid."""
        return centre_lines(self.wires, self.problem.grid)

    @cached_property
    def outlines(self) -> list[tuple[Floats, ...]]:
        """Polygons of each wire."""
        return drawn(self.wires, self.lines, self.problem.grid)

    @cached_property
    def number(self) -> dict[str, int]:
        """Terminals by name."""
        return {terminal.name: index for index, terminal in enumerate(self.problem.terminals)}

    @cached_property
    def ends(self) -> Ints:
        """The terminals that each wire names, (W, 2); -1: there is none, or not on the wire's layer."""
        ends = [(self.number.get(wire.start, -1), self.number.get(wire.end, -1)) for wire in self.wires]
        table = np.array(ends, np.int64).reshape(-1, 2)
        layers = np.array([wire.layer for wire in self.wires], np.int64)
        there = np.array([*(terminal.layer for terminal in self.problem.terminals), -1], np.int64)
        return np.where(there[table] == layers[:, None], table, -1)

    @cached_property
    def rules(self) -> list[NetRule]:
        """How each wire's net is routed: the wire's own net, or the one of a terminal it names."""
        terminals, nets = self.problem.terminals, self.problem.nets
        named = [terminals[max(ends)].net if max(ends) >= 0 else "" for ends in self.ends.tolist()]
        return [
            nets.get(wire.net) or nets.get(net) or NetRule(wire.width, _widest(nets))
            for wire, net in zip(self.wires, named, strict=True)
        ]

    @cached_property
    def metal(self) -> Metal:
        """All pieces as sides."""
        spaces = np.array([rule.space for rule in self.rules])
        return metal_of(self.problem, self.wires, self.outlines, self.lines, self.ends, spaces)


def _widest(nets: dict[str, NetRule]) -> float:
    """The widest spacing of any net, for a wire of no known net."""
    return max((rule.space for rule in nets.values()), default=1.0)


def _judge(made: _Drawn) -> Iterator[Fault]:
    yield from _apart(made)
    yield from _joined(made)
    yield from _inside(made)
    yield from _turns(made)
    yield from _directions(made)
    yield from _widths(made)


def _apart(made: _Drawn) -> Iterator[Fault]:
    """Pieces too near to one another; the nearest place of each pair."""
    metal, wires = made.metal, len(made.wires)
    terminals = len(made.problem.terminals)
    for a, b, distance, x, y, needed in metal.near(SLACK):
        one = made.places[a]
        if a == b:
            yield from _notch(made, a, needed)
        elif b < wires:
            kind = _pair_kind(made, a, b, distance)
            yield Fault(kind, (one, made.places[b]), (), None, x, y, distance, needed)
        elif b < wires + terminals:
            same = metal.net[a] == metal.net[b]
            if not (same and distance <= 1e-9 and made.rules[a].join == "tree"):
                kind = "short" if distance <= 1e-9 and not same else "space"
                yield Fault(kind, (one,), (b - wires,), None, x, y, distance, needed)
        elif needed > 0.002 or _overlap(made, a, b - wires - terminals):
            obstacle = b - wires - terminals
            kind = "short" if distance <= 1e-9 and made.problem.obstacles[obstacle].net else "space"
            yield Fault(kind, (one,), (), obstacle, x, y, distance, needed)


def _overlap(made: _Drawn, wire: int, obstacle: int) -> bool:
    """Whether a wire reaches farther into a keep-out without margin than corners are moved by the grid."""
    import shapely

    area = shapely.union_all([shapely.Polygon(ring) for ring in made.outlines[wire]])
    core = shapely.Polygon(made.problem.obstacles[obstacle].corners).buffer(-2 * made.problem.grid, join_style="mitre")
    return bool(area.intersection(core).area > 0)


def _pair_kind(made: _Drawn, a: int, b: int, distance: float) -> Kind:
    """What is wrong between two wires: those of one terminal may leave it side by side."""
    if made.metal.net[a] != made.metal.net[b]:
        return "short" if distance <= 1e-9 else "space"
    for i, one in enumerate(made.ends[a].tolist()):
        for j, other in enumerate(made.ends[b].tolist()):
            if one == other >= 0 and _between(_leaving(made, a, i), _leaving(made, b, j)) < math.pi / 4:
                return "angle"
    return "space"


def _leaving(made: _Drawn, wire: int, end: int) -> Floats:
    """The direction in which a wire leaves its start (0) or its end (1)."""
    points = made.lines.of(wire)[:: -1 if end else 1]
    step: Floats = points[1] - points[0]
    return step


def _between(one: Floats, other: Floats) -> float:
    """Angle between two directions, radians."""
    return abs(math.atan2(one[0] * other[1] - one[1] * other[0], float(one @ other)))


def _notch(made: _Drawn, wire: int, needed: float) -> Iterator[Fault]:
    """Where a wire comes back to itself: as the check of notches finds it, corners left out."""
    import klayout.db as db

    grid = made.problem.grid
    region = db.Region()
    for ring in made.outlines[wire]:
        region.insert(db.Polygon([db.Point(x, y) for x, y in np.rint(ring / grid).astype(int).tolist()]))
    pairs = region.merged().notch_check(round(needed / grid))
    apart = [pair for pair in pairs.each() if pair.distance() > 0]
    if apart:
        worst = min(apart, key=lambda pair: (pair.distance(), pair.bbox().left, pair.bbox().bottom))
        at = worst.bbox().center()
        x, y, distance = at.x * grid, at.y * grid, worst.distance() * grid
        yield Fault("space", (made.places[wire],), (), None, x, y, distance, needed)


def _joined(made: _Drawn) -> Iterator[Fault]:
    """Ends outside the metal of their terminals, or joined to it by less than the width; wires that come back."""
    depth, rows = made.metal.returns()
    tips = made.metal.tips.reshape(-1, 2, 2)
    inner = np.array([*(terminal.inner_radius for terminal in made.problem.terminals), 0.0])[made.ends]
    half = made.metal.half[: len(made.wires), None]
    sure = depth >= np.minimum(half, inner) - 2 * made.problem.grid
    for wire, end in np.argwhere(~sure).tolist():
        place, terminal = made.places[wire], int(made.ends[wire, end])
        x, y = tips[wire, end].tolist()
        if depth[wire, end] < -made.problem.grid / 2:
            out = max(0.0, -float(depth[wire, end]))
            yield Fault("open", (place,), (terminal,) if terminal >= 0 else (), None, x, y, out, 0.0)
            continue
        across, needed = _contact(made, wire, end)
        if across < needed - 2 * made.problem.grid:
            yield Fault("width", (place,), (terminal,), None, x, y, across, needed)
    for wire, end, distance, x, y in rows.tolist():
        wire, terminal = int(wire), int(made.ends[int(wire), int(end)])
        yield Fault("space", (made.places[wire],), (terminal,), None, x, y, distance, made.rules[wire].space)


def _contact(made: _Drawn, wire: int, end: int) -> tuple[float, float]:
    """How wide a wire's metal is inside its terminal, across its direction there; and how wide it should be, µm."""
    import shapely

    terminal = made.problem.terminals[made.ends[wire, end]]
    common = shapely.Polygon(terminal_polygons([terminal], made.problem.grid)[0]).intersection(
        shapely.union_all([shapely.Polygon(ring) for ring in made.outlines[wire]])
    )
    dx, dy = _leaving(made, wire, end) / np.hypot(*_leaving(made, wire, end))
    x, y = made.metal.tips[wire, 2 * end : 2 * end + 2]
    near = min(shapely.get_parts(common), key=lambda part: part.distance(shapely.Point(x, y)), default=None)
    needed = min(2 * float(made.metal.half[wire]), 2 * terminal.inner_radius)
    if made.rules[wire].neck:
        needed = min(needed, made.rules[wire].neck)
    if near is None:
        return 0.0, needed
    across = shapely.get_coordinates(near) @ np.array((-dy, dx))
    return float(np.ptp(across)), needed


def _inside(made: _Drawn) -> Iterator[Fault]:
    """Metal beyond its own terminals nearer to the die's edge than allowed."""
    import shapely

    x0, y0, x1, y1 = made.problem.outline
    for wire, (low_x, low_y, high_x, high_y) in enumerate(made.metal.boxes().tolist()):
        if min(low_x - x0, low_y - y0, x1 - high_x, y1 - high_y) >= made.problem.edge - SLACK:
            continue
        own = [made.problem.terminals[end] for end in made.ends[wire].tolist() if end >= 0]
        covers = [shapely.Polygon(ring).buffer(1e-6) for ring in terminal_polygons(own, made.problem.grid)]
        metal = [shapely.Polygon(ring) for ring in made.outlines[wire]]
        corners = shapely.get_coordinates(shapely.union_all(metal).difference(shapely.union_all(covers)))
        if not len(corners):
            continue
        room = np.min(np.column_stack((corners - (x0, y0), (x1, y1) - corners)), axis=1)
        worst = int(np.argmin(room))
        if room[worst] < made.problem.edge - SLACK:
            x, y = corners[worst].tolist()
            yield Fault("edge", (made.places[wire],), (), None, x, y, float(room[worst]), made.problem.edge)


def _turns(made: _Drawn) -> Iterator[Fault]:
    """Corners of a centre line sharper than 90°, by more than the grid makes of a right angle."""
    points, owner = made.lines.points, made.lines.owner
    if len(points) < 3:
        return
    step = np.diff(points, axis=0)
    length = np.hypot(step[:, 0], step[:, 1])
    along = (step[:-1] * step[1:]).sum(axis=1)
    inner = (owner[:-2] == owner[1:-1]) & (owner[1:-1] == owner[2:])
    sharp = inner & (along < -1.5 * made.problem.grid * np.maximum(length[:-1], length[1:]))
    for index in np.flatnonzero(sharp).tolist():
        x, y = points[index + 1].tolist()
        angle = 180 - math.degrees(_between(step[index], step[index + 1]))
        yield Fault("angle", (made.places[int(owner[index])],), (), None, x, y, angle, 90.0)


def _directions(made: _Drawn) -> Iterator[Fault]:
    """With octilinear wires: arcs, parts that don't run at a multiple of 45° as drawn, corners off the grid."""
    grid = made.problem.grid
    if made.problem.angles is not Angles.OCTILINEAR:
        return
    steps = np.abs(np.rint(np.diff(made.lines.points, axis=0) / grid))
    owner = made.lines.owner
    wrong = (owner[:-1] == owner[1:]) & (steps.min(axis=1) > 0) & (steps[:, 0] != steps[:, 1])
    for wire, index in dict(zip(owner[:-1][wrong].tolist(), np.flatnonzero(wrong).tolist(), strict=True)).items():
        x, y = made.lines.points[index].tolist()
        angle = math.degrees(math.atan2(*steps[index].tolist()))
        yield Fault("angle", (made.places[wire],), (), None, x, y, angle, 45.0)
    for place, wire in zip(made.places, made.wires, strict=True):
        for segment in wire.segments:
            x, y = segment.end
            if isinstance(segment, Arc):
                yield Fault("angle", (place,), (), None, x, y, math.degrees(abs(segment.sweep)), 45.0)
                break
            if max(abs(x / grid - round(x / grid)), abs(y / grid - round(y / grid))) > 1e-4:
                yield Fault("grid", (place,), (), None, x, y, wire.width, grid)
                break


def _widths(made: _Drawn) -> Iterator[Fault]:
    """Wires narrower than their net asks for, or its neck; drawn parts are never narrower than their wire.

    (`strips` offsets both sides by half the width and moves them outward; `wire_area` unites whole parts.)
    """
    for place, wire, rule in zip(made.places, made.wires, made.rules, strict=True):
        least = rule.neck or rule.width
        if wire.width < min(least, rule.width) - made.problem.grid / 2:
            x, y = wire.segments[0].start
            yield Fault("width", (place,), (), None, x, y, wire.width, rule.width)
