"""The assembly as a whole: parts drawn, joints and wires found, every part's height, nets across all parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bumpgen.assembly import Assembly, JointTable, Part
from bumpgen.check.assembly.drawn import DrawnPart
from bumpgen.check.assembly.faces import dielectric
from bumpgen.check.assembly.joints import Joints, joints_of
from bumpgen.check.assembly.nets import StackNets, nets_of_stack
from bumpgen.check.assembly.wires import Wires, wires_of
from bumpgen.errors import InputError, Where
from bumpgen.frames import Coordinates, DieView

__all__ = ["Level", "Stack", "box_of", "relief"]


@dataclass(frozen=True, slots=True)
class Level:
    """Where a part lies above the assembly's floor, µm: its active face, and its rear."""

    face: float
    rear: float

    @property
    def low(self) -> float:
        """Its lower side."""
        return min(self.face, self.rear)

    @property
    def high(self) -> float:
        """Its upper side."""
        return max(self.face, self.rear)


@dataclass(frozen=True, eq=False)
class Stack:
    """An assembly measured: what every rule and picture of it reads."""

    assembly: Assembly
    parts: dict[str, DrawnPart]

    @cached_property
    def joints(self) -> tuple[Joints, ...]:
        """Each [[joints]] entry as drawn."""
        return tuple(joints_of(self.assembly, self.parts, table) for table in self.assembly.file.joints)

    @cached_property
    def wires(self) -> tuple[Wires, ...]:
        """Each [[wires]] entry: wires from pads to the fingers of their nets."""
        return tuple(wires_of(self.parts, table) for table in self.assembly.file.wires)

    @cached_property
    def nets(self) -> StackNets:
        """Nets of the whole stack, from the drawings."""
        return nets_of_stack(self.parts, self.joints, self.wires)

    @cached_property
    def levels(self) -> dict[str, Level]:
        """Heights of all parts; the lowest side of all is 0. InputError for a part that nothing holds."""
        return _levels(self)

    def joint(self, name: str) -> Joints:
        """The joints of that entry."""
        return next(joints for joints in self.joints if joints.name == name)

    def box(self, part: str) -> tuple[float, float, float, float]:
        """A part's outline from above: x0, y0, x1, y1, µm."""
        return box_of(self.assembly.parts[part])

    def accuracy(self, joint: JointTable) -> float | None:
        """How far a die may be off when a joint is aligned, µm, by the assembly's steps; None if none says it."""
        for step in self.assembly.file.steps:
            if step.kind == "join" and joint.name in step.joints:
                return step.placement_accuracy.value
        return None

    def peak(self, joint: JointTable) -> float | None:
        """The temperature a joint's solder is molten at, °C, by the assembly's steps; None if none says it."""
        for step in self.assembly.file.steps:
            if step.kind == "reflow" and joint.name in step.joints:
                return step.temperature.value
        return None


def box_of(part: Part) -> tuple[float, float, float, float]:
    """A part's outline from above: x0, y0, x1, y1, µm."""
    die = part.file.die
    corners = Coordinates(DieView(part.name), np.array([(0.0, 0.0), (die.width, die.height)]))
    low, high = np.sort(part.pose.above(corners).seen(part.pose.assembly), axis=0).tolist()
    return low[0], low[1], high[0], high[1]


def _levels(stack: Stack) -> dict[str, Level]:
    """Heights found from part to part, then moved so that the lowest side is 0."""
    parts = stack.assembly.parts
    first = next(iter(parts))
    found = {first: _level(parts[first], 0.0)}
    waiting = True
    while waiting:
        waiting = False
        for name, other, face in _links(stack):
            if name in found and other not in found:
                found[other] = _level(parts[other], face(found[name].face))
                waiting = True
    loose = [name for name in parts if name not in found]
    if loose:
        raise InputError(
            f"nothing holds {', '.join(loose)}", Where(stack.assembly.path, key=f"parts.{loose[0]}"),
            hint=f"join it with [[joints]], or glue it: attached = {{ to = {first!r}, material = …, thickness = … }}",
        )  # fmt: skip
    floor = min(level.low for level in found.values())
    return {name: Level(found[name].face - floor, found[name].rear - floor) for name in parts}


def _level(part: Part, face: float) -> Level:
    return Level(face, face - part.thickness if part.table.face == "up" else face + part.thickness)


def _links(stack: Stack) -> list[tuple[str, str, Callable[[float], float]]]:
    """(part, other part, height of that part's face → of the other's) for all joints and glued parts, both ways."""
    parts = stack.assembly.parts
    links: list[tuple[str, str, Callable[[float], float]]] = []
    for joints in stack.joints:
        one, other = joints.table.between
        up = 1.0 if parts[one].table.face == "up" else -1.0
        links.append((one, other, _shift(up * joints.gap)))
        links.append((other, one, _shift(-up * joints.gap)))
    for name, part in parts.items():
        glue = part.table.attached
        if glue is not None:
            up = 1.0 if part.table.face == "up" else -1.0
            rise = up * (part.thickness + glue.thickness.value + relief(parts[glue.to]))
            links.append((glue.to, name, _shift(rise)))
            links.append((name, glue.to, _shift(-rise)))
    return links


def relief(part: Part) -> float:
    """How far what is glued on a part's face lies above it: on the polymers that stay there, µm."""
    return dielectric(part.process)


def _shift(rise: float) -> Callable[[float], float]:
    return lambda height: height + rise
