"""Random routing problems: awkward on purpose, but such as a person could write."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import shapely

from bumpgen.route.problem import Angles, NetRule, Obstacle, Place, Problem, Terminal

__all__ = ["Pick", "clear_ways", "random_problem"]

Pick: TypeAlias = Callable[[int, int], int]
"""A whole number between two, both included: of hypothesis's or of a random number generator's choice."""

Role: TypeAlias = Literal["pad", "bump"]

SIDE = 600
"""Side of the die, µm."""


def random_problem(pick: Pick) -> Problem:
    """A problem of up to 12 nets and 5 obstacles, whose pieces never touch."""
    scene = _Scene(pick, step=(1, 5, 20, 50)[pick(0, 3)])
    for number in range(pick(0, 5)):
        scene.add_obstacle(f"o{number}")
    nets = [f"n{number}" for number in range(pick(1, 10))]
    rules = {net: scene.rule(("pairs", "pairs", "tree")[pick(0, 2)]) for net in nets}
    for net in nets:
        scene.add_net(net, tree=rules[net].join == "tree")
    for number in range(pick(0, 2)):
        name = f"class{number}"
        rules[name] = scene.rule("pairs", classed=True)
        scene.add_class(name)
    for number in range(pick(0, 3)):
        scene.add_terminal(f"x{number}", "", "bump", wires=0)
    return Problem(
        "random",
        (0.0, 0.0, float(SIDE), float(SIDE)),
        tuple(scene.terminals),
        rules,
        tuple(scene.obstacles),
        Angles.OCTILINEAR if pick(0, 1) else Angles.ANY,
        edge=(0.0, 0.0, 10.0)[pick(0, 2)],
    )


@dataclass
class _Scene:
    """What is placed so far; places lie on multiples of `step` µm, so that many coordinates are the same."""

    pick: Pick
    step: int
    terminals: list[Terminal] = field(default_factory=list)
    obstacles: list[Obstacle] = field(default_factory=list)
    metal: list[Any] = field(default_factory=list)

    def rule(self, join: Literal["pairs", "tree"], *, classed: bool = False) -> NetRule:
        width, space = (4.0, 10.0, 30.0)[self.pick(0, 2)], (2.5, 8.0, 20.0)[self.pick(0, 2)]
        neck = 4.0 if not classed and self.pick(0, 3) == 0 and width > 4 else 0.0
        return NetRule(width, space, join, neck, classed)

    def add_net(self, net: str, *, tree: bool) -> None:
        """A pad and a bump, or up to five terminals that take a few wires each."""
        for number in range(self.pick(2, 5) if tree else 2):
            role: Role = "bump" if number else "pad"
            self.add_terminal(f"{net}.{number}", net, role, wires=self.pick(1, 4) if tree else 1)

    def add_class(self, net: str) -> None:
        """Pads and bumps of a class, not as many of each; its pads are in a row."""
        x, y, along = self.pick(0, SIDE), self.pick(0, SIDE), self.pick(0, 1)
        for number in range(self.pick(1, 5)):
            shift = number * 60
            self.add_terminal(f"{net}.p{number}", net, "pad", at=(x + shift * along, y + shift * (1 - along)))
        for number in range(self.pick(1, 6)):
            self.add_terminal(f"{net}.b{number}", net, "bump")

    def add_terminal(self, name: str, net: str, role: Role, wires: int = 1, at: Place | None = None) -> None:
        """One at a free place near the one chosen; none if there is no such place."""
        x, y = at or self.place()
        made = self._terminal(name, net, role, float(x), float(y), wires)
        shape = _metal(made)
        if shapely.box(0, 0, SIDE, SIDE).buffer(1e-9).contains(shape) and self._is_free(shape):
            self.terminals.append(made)
            self.metal.append(shape)

    def _terminal(self, name: str, net: str, role: Role, x: float, y: float, wires: int) -> Terminal:
        size = (10.0, 24.0, 40.0, 80.0)[self.pick(0, 3)]
        shape, h = self.pick(0, 4), size / 2
        if shape == 4:  # as far as the die's edge, seldom about its centre
            x, y = min(x, SIDE - h), min(max(y, h), SIDE - h)
            return Terminal(name, net, role, h, y, ((0, y - h), (size, y - h), (size, y + h), (0, y + h)), 0.0, wires)
        if shape == 3:
            k = round(h * math.tan(math.pi / 8), 3)
            ring = ((h, -k), (h, k), (k, h), (-k, h), (-h, k), (-h, -k), (-k, -h), (k, -h))
            return Terminal(name, net, role, x, y, tuple((x + a, y + b) for a, b in ring), 0.0, wires)
        if shape == 2:  # a rectangle whose wires end off its middle
            wide = size * self.pick(1, 3)
            low = (x - h, y - h)
            high = (low[0] + wide, low[1] + size)
            return Terminal(name, net, role, x, y, (low, (high[0], low[1]), high, (low[0], high[1])), 0.0, wires)
        return Terminal.disc(name, net, role, x, y, size, wires)

    def place(self) -> Place:
        count = SIDE // self.step
        return (float(self.pick(0, count) * self.step), float(self.pick(0, count) * self.step))

    def _is_free(self, shape: Any) -> bool:
        return all(shapely.distance(shape, metal) > 0.5 for metal in self.metal)

    def add_obstacle(self, name: str) -> None:
        """A bar, a slab, an L or a comb, some with a margin of their own."""
        x, y = self.place()
        wide, tall = self.pick(1, 25) * 10.0, self.pick(1, 25) * 10.0
        corners = _FORMS[self.pick(0, len(_FORMS) - 1)](x, y, wide, tall)
        if self.pick(0, 1):
            corners = tuple((b, a) for a, b in reversed(corners))
        margin = (None, None, 0.0, 15.0)[self.pick(0, 3)]
        shape = shapely.Polygon(corners)
        if shapely.box(0, 0, SIDE, SIDE).intersects(shape) and self._is_free(shape):
            self.obstacles.append(Obstacle(corners, "", name, margin))
            self.metal.append(shape)


def _metal(terminal: Terminal) -> Any:
    shape = shapely.MultiPoint(terminal.outline).convex_hull
    return shape.buffer(terminal.radius) if terminal.radius else shape


def _slab(x: float, y: float, wide: float, tall: float) -> tuple[Place, ...]:
    return ((x, y), (x + wide, y), (x + wide, y + tall), (x, y + tall))


def _bar(x: float, y: float, wide: float, tall: float) -> tuple[Place, ...]:
    """Aslant, 4 to 8 µm thick."""
    return ((x, y), (x + wide, y + tall), (x + wide, y + tall + 6), (x, y + 6))


def _bend(x: float, y: float, wide: float, tall: float) -> tuple[Place, ...]:
    """An L, 8 µm thick."""
    return ((x, y), (x + wide, y), (x + wide, y + 8), (x + 8, y + 8), (x + 8, y + tall + 8), (x, y + tall + 8))


def _comb(x: float, y: float, wide: float, tall: float) -> tuple[Place, ...]:
    """A U that may be open to any side but two."""
    right, top = x + wide + 40, y + tall + 10
    return (
        (x, y), (right, y), (right, top), (right - 10, top), (right - 10, y + 10), (x + 10, y + 10),
        (x + 10, top), (x, top),
    )  # fmt: skip


def _needle(x: float, y: float, wide: float, tall: float) -> tuple[Place, ...]:
    return ((x, y), (x + wide, y + tall / 3), (x + wide / 2, y + tall))


_FORMS = (_slab, _bar, _bend, _comb, _needle)


SPARE = 0.2
"""What a clear way must have beyond a wire's width and spaces, µm: rounding of arcs and to the grid."""


def clear_ways(problem: Problem) -> list[str]:
    """Nets of two terminals whose centres the plane joins, if no other net had a wire.

    The plane is the die without everything else, grown by half a wire, its space and SPARE; where wires run at
    multiples of 45°, with mitred corners, so that an octilinear way exists too.
    """
    found = []
    for net, rule in sorted(problem.nets.items()):
        ends = list(problem.of_net(net))
        if rule.join == "pairs" and not rule.classed and len(ends) == 2 and _joined(problem, rule, ends):
            found.append(net)
    return found


def _joined(problem: Problem, rule: NetRule, ends: list[Terminal]) -> bool:
    x0, y0, x1, y1 = problem.outline
    half = rule.width / 2 + SPARE
    join: Literal["round", "mitre"] = "mitre" if problem.angles else "round"
    metal = [(_metal(terminal), rule.space) for terminal in problem.terminals if terminal not in ends]
    metal += [
        (shapely.Polygon(obstacle.corners), rule.space if obstacle.margin is None else obstacle.margin)
        for obstacle in problem.obstacles
    ]
    grown = [shape.buffer(space + half, join_style=join) for shape, space in metal]
    plane = shapely.box(x0, y0, x1, y1).buffer(-problem.edge - half, join_style="mitre")
    parts = shapely.get_parts(plane.difference(shapely.union_all(grown)))
    one, other = (shapely.Point(end.x, end.y) for end in ends)
    return any(part.contains(one) and part.contains(other) for part in parts)
