"""All metal of a problem and its wires as sides of polygons, and the search for those too near. Lengths are µm.

Pieces are numbered: wires, then terminals, then obstacles.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bumpgen.geometry import Disc
from bumpgen.route.facing import OBSTACLE, TERMINAL, WIRE, cells_of, near_sides, returns
from bumpgen.route.outline import CentreLines, Outlines
from bumpgen.route.problem import Problem, Terminal
from bumpgen.route.routing import Wire
from bumpgen.route.sites import Floats, Ints

__all__ = ["Metal", "connections_of", "metal_of", "terminal_polygons"]

MOST_CELLS = 4_000_000
"""Cells of the search; a larger die gets larger cells."""


@dataclass(frozen=True)
class Metal:
    """Pieces as sides, and what `facing.near_sides` asks of each piece; `layer` -1: on all layers."""

    problem: Problem
    lines: CentreLines
    sides: Floats
    of: Ints
    kind: Ints
    space: Floats
    net: Ints
    layer: Ints
    ends: Ints
    tips: Floats
    half: Floats

    @property
    def wires(self) -> int:
        """How many of the pieces are wires."""
        return len(self.tips)

    def boxes(self) -> Floats:
        """x0, y0, x1, y1 of each wire."""
        return self._boxes()[: self.wires]

    def _boxes(self) -> Floats:
        starts, corners = self.of[:-1], self.sides[:, :2]
        return np.hstack((np.minimum.reduceat(corners, starts), np.maximum.reduceat(corners, starts)))

    def _holders(self) -> list[int]:
        """Pieces that may hold another wholly: obstacles, wires wider than the least piece, terminals of any size."""
        boxes = self._boxes()
        size = boxes[:, 2:] - boxes[:, :2]
        terminals = self.kind == TERMINAL
        width = 2 * self.half[: self.wires]
        own = np.minimum(width, size[: self.wires].min(axis=1))
        least = np.concatenate((own, size[terminals].min(axis=1))).min()
        holders = self.kind == OBSTACLE
        # metal is wider than the wire where it turns back on itself
        holders[: self.wires] = (width > least + 1e-6) | ((self._bends() > 0) & (4 * width > least))
        if terminals.any() and (size[: self.wires].max(axis=1) < size[terminals].max()).any():
            holders |= terminals
        return np.flatnonzero(holders).tolist()

    def near(self, slack: float) -> Iterator[tuple[int, int, float, float, float, float]]:
        """(piece, other, distance, x, y, needed) of pieces nearer than needed, at their nearest place."""
        rows = np.vstack([self._near(layer, slack) for layer in range(self.problem.layers)])
        rows = np.vstack((rows, self._held()))
        order = np.lexsort((rows[:, 4], rows[:, 3], rows[:, 2] - rows[:, 5], rows[:, 1], rows[:, 0]))
        rows = rows[order]
        first = np.ones(len(rows), bool)
        first[1:] = (rows[1:, :2] != rows[:-1, :2]).any(axis=1)
        for a, b, distance, x, y, needed in rows[first].tolist():
            yield int(a), int(b), distance, x, y, needed

    def _near(self, layer: int, slack: float) -> Floats:
        """Rows of `near_sides` on one layer."""
        piece = np.repeat(np.arange(len(self.kind)), np.diff(self.of))
        here = ((self.layer == layer) | (self.layer < 0))[piece]
        wires = here[: self.of[self.wires]]
        if not wires.any():
            return np.empty((0, 6))
        own = self.sides[: len(wires)][wires]
        most = float(self.space.max())
        low, high = own[:, :2].min(axis=0) - most, own[:, :2].max(axis=0) + most
        span = high - low
        size = max(2 * most, math.sqrt(float(span[0] * span[1]) / MOST_CELLS), float(span.max()) / MOST_CELLS)
        nx, ny = (int(n) + 1 for n in span // size)
        for k in (0, 1):
            here &= np.maximum(self.sides[:, k], self.sides[:, k + 2]) > low[k]
            here &= np.minimum(self.sides[:, k], self.sides[:, k + 2]) < high[k]
        numbers = np.flatnonzero(here)
        frame = np.array((low[0], low[1], size))
        first, entries = cells_of(self.sides[numbers], most / 2 + slack, frame, nx, ny)
        tables = (self.kind, self.space, self.net, self.ends, self.tips, self.half, self._bends())
        return near_sides(self.sides, numbers[entries], piece, self.of, first, tables, slack)

    def _bends(self) -> Ints:
        """Whether each wire's headings differ by 90° or more somewhere: no other can come near to itself."""
        step = np.diff(self.lines.points, axis=0)
        before, after = step[:-1], step[1:]
        turn = np.arctan2(before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0], (before * after).sum(axis=1))
        owner = self.lines.owner
        turn[(owner[:-2] != owner[1:-1]) | (owner[1:-1] != owner[2:])] = 0.0
        heading = np.concatenate(([0.0], np.cumsum(turn), [0.0]))
        starts = self.lines.first[:-1]
        heading[self.lines.first[1:] - 1] = heading[self.lines.first[1:] - 2]
        spread = np.maximum.reduceat(heading, starts) - np.minimum.reduceat(heading, starts)
        return (spread > math.pi / 2 - 0.1).astype(np.int64)

    def _held(self) -> Floats:
        """Rows of pieces that lie wholly inside another, too far from its sides to be found by them."""
        import shapely

        wide = self._holders()
        spots = self.sides[self.of[:-1], :2]
        found = []
        if wide:
            tree = shapely.STRtree(shapely.points(spots))
            shapes = [(i, shapely.Polygon(ring)) for i in wide for ring in self._rings(i)]
            for holder, held in tree.query([shape for _, shape in shapes], predicate="contains_properly").T.tolist():
                row = self._row(shapes[holder][0], held, *spots[held].tolist())
                found += [row] if row else []
        return np.array(found, np.float64).reshape(-1, 6)

    def _rings(self, piece: int) -> list[Floats]:
        """The outlines of one piece."""
        own = self.sides[self.of[piece] : self.of[piece + 1]]
        breaks = np.flatnonzero((own[:-1, 2:] != own[1:, :2]).any(axis=1)) + 1
        return [ring[:, :2] for ring in np.split(own, breaks)]

    def _row(self, holder: int, held: int, x: float, y: float) -> tuple[float, ...] | None:
        """The row of a piece inside another, if it may not be there."""
        a, b = min(holder, held), max(holder, held)
        apart = self.layer[a] != self.layer[b] and min(self.layer[a], self.layer[b]) >= 0
        if a == b or apart or self.kind[a] != WIRE or b in self.ends[a]:
            return None
        if self.kind[b] == OBSTACLE and self.net[a] == self.net[b] >= 0:
            return None
        if self.kind[b] == WIRE and set(self.ends[a].tolist()) & set(self.ends[b].tolist()) - {-1}:
            return None
        needed = max(self.space[a], self.space[b]) if self.kind[b] != OBSTACLE else self.space[b]
        return (a, b, 0.0, x, y, needed if needed >= 0 else self.space[a])

    def returns(self) -> tuple[Floats, Floats]:
        """As `facing.returns`: how deep ends lie in their terminals, where wires come back to them."""
        terminals = self.problem.terminals
        corners = np.array([corner for terminal in terminals for corner in terminal.outline], np.float64).reshape(-1, 2)
        of = np.concatenate(([0], np.cumsum([len(terminal.outline) for terminal in terminals]))).astype(np.int64)
        radius = np.array([terminal.radius for terminal in terminals], np.float64)
        own = np.where(self.ends[: self.wires] >= 0, self.ends[: self.wires] - self.wires, -1)
        half, space = self.half[: self.wires], self.space[: self.wires]
        return returns(self.lines.points, self.lines.first, half, space, own, corners, of, radius)


def metal_of(
    problem: Problem, wires: Sequence[Wire], outlines: Outlines, lines: CentreLines, ends: Ints, spaces: Floats
) -> Metal:
    """All pieces; `ends` are the terminals of each wire (-1: none), `spaces` the spacing of its net, µm."""
    rings = [ring for own in outlines for ring in own]
    counts = [sum(len(ring) for ring in own) for own in outlines]
    others = terminal_polygons(problem.terminals, problem.grid)
    others += [_counter_clockwise(np.array(obstacle.corners, np.float64)) for obstacle in problem.obstacles]
    counts += [len(ring) for ring in others]
    kinds = (WIRE, TERMINAL, OBSTACLE)
    sizes = (len(wires), len(problem.terminals), len(problem.obstacles))
    margins = [-1.0 if o.margin is None else o.margin for o in problem.obstacles]
    rest = len(problem.terminals) + len(problem.obstacles)
    layers = [*(wire.layer for wire in wires), *(terminal.layer for terminal in problem.terminals)]
    heads, tails = lines.points[lines.first[:-1]], lines.points[lines.first[1:] - 1]
    pieces = np.where(ends >= 0, ends + len(wires), -1)
    return Metal(
        problem,
        lines,
        _sides([*rings, *others]),
        np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        np.repeat(kinds, sizes),
        np.concatenate((spaces, np.full(len(problem.terminals), -1.0), margins)),
        connections_of(problem, wires, ends),
        np.array([*layers, *(-1 if o.layer is None else o.layer for o in problem.obstacles)], np.int64),
        np.vstack((pieces, np.full((rest, 2), -1))).astype(np.int64),
        np.hstack((heads, tails)),
        np.concatenate(([wire.width / 2 for wire in wires], np.zeros(rest))),
    )


def _sides(rings: list[Floats]) -> Floats:
    """x0, y0, x1, y1 of every side of many outlines."""
    corners = np.concatenate(rings)
    tails = np.cumsum([len(ring) for ring in rings])
    after = np.arange(1, len(corners) + 1)
    after[tails - 1] = np.concatenate(([0], tails[:-1]))
    return np.hstack((corners, corners[after]))


def _counter_clockwise(corners: Floats) -> Floats:
    x, y = (corners - corners[0]).T
    return corners if np.dot(x, np.roll(y, -1)) > np.dot(y, np.roll(x, -1)) else corners[::-1]


def connections_of(problem: Problem, wires: Sequence[Wire], ends: Ints) -> Ints:
    """A number for each piece's net; in a class each pair that wires have joined is a net of its own; -1: no net."""
    numbers: dict[object, int] = {}
    root = list(range(len(problem.terminals)))

    def top(index: int) -> int:
        while root[index] != index:
            root[index] = root[root[index]]
            index = root[index]
        return index

    for start, end in ends.tolist():
        if start >= 0 and end >= 0:
            root[top(start)] = top(end)

    def number(net: str, terminal: int) -> int:
        rule = problem.nets.get(net)
        key = (net, top(terminal)) if rule is not None and rule.classed and terminal >= 0 else net
        return numbers.setdefault(key, len(numbers))

    of_wires = []
    for wire, own in zip(wires, ends.tolist(), strict=True):
        terminal = max(own)
        of_wires.append(number(problem.terminals[terminal].net if terminal >= 0 else wire.net, terminal))
    of_terminals = [number(t.net, i) if t.net else -1 for i, t in enumerate(problem.terminals)]
    of_obstacles = [numbers.setdefault(o.net, len(numbers)) if o.net else -1 for o in problem.obstacles]
    return np.array(of_wires + of_terminals + of_obstacles, np.int64)


def terminal_polygons(terminals: Sequence[Terminal], grid: float) -> list[Floats]:
    """Outlines of terminals, counter-clockwise, rounded corners circumscribed as those of a `Disc`."""
    shapes: dict[tuple[float, tuple[tuple[float, float], ...]], Floats] = {}
    out = []
    for terminal in terminals:
        x, y = terminal.outline[0]
        relative = tuple((round(a - x, 9), round(b - y, 9)) for a, b in terminal.outline)
        key = (terminal.radius, relative)
        if key not in shapes:
            shapes[key] = _rounded(np.array(relative, np.float64), terminal.radius, grid)
        out.append(shapes[key] + (x, y))
    return out


def _rounded(corners: Floats, radius: float, grid: float) -> Floats:
    """A convex outline with a disc's polygon about each corner: the hull of all."""
    import shapely

    if radius <= 0:
        return _counter_clockwise(corners)
    steps = math.ceil(round(radius / grid, 6))
    disc = Disc(0.0, 0.0, 2 * steps * grid).polygons(grid)[0]
    if len(corners) == 1:
        moved: Floats = disc + corners[0]
        return moved
    hull = shapely.convex_hull(shapely.multipoints(np.vstack([disc + corner for corner in corners])))
    return _counter_clockwise(np.array(hull.exterior.coords)[:-1])
