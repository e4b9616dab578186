"""A pair of joined parts as claims see it: which is called first, what joins them, what carries them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from bumpgen.assembly import JointTable
from bumpgen.check.assembly.drawn import DrawnPart
from bumpgen.check.assembly.engine import judge_rule
from bumpgen.check.assembly.joints import Joints
from bumpgen.check.assembly.kind import Judgement
from bumpgen.check.assembly.kinds.heights import gold_layers, is_chip
from bumpgen.check.assembly.stack import Stack
from bumpgen.check.assembly.wires import Wires
from bumpgen.check.claims.dies import DrawnDie
from bumpgen.rules import Rule

__all__ = ["FIRSTS", "Mating", "judged", "matings"]

FIRSTS = ("either", "pillar", "gold")
"""Who is the first of two parts: either, or the only one with pillars, or with gold, in the joint."""


@dataclass(frozen=True, eq=False)
class Mating:
    """One [[joints]] entry of a stack, read so that its first part is the first chip or carrier of a claim.

    `whole` is the stack it is part of, `pair` the same with this entry and these two parts only.
    """

    whole: Stack
    dies: Mapping[str, DrawnDie]
    table: JointTable

    @property
    def first(self) -> str:
        """Name of the first part."""
        return self.table.between[0]

    @property
    def second(self) -> str:
        """Name of the second part."""
        return self.table.between[1]

    @property
    def told(self) -> str:
        """The reading in words."""
        return f"joints {self.table.name}: first {self.first}, second {self.second}"

    @cached_property
    def pair(self) -> Stack:
        """The two parts and what joins them, nothing else."""
        return narrowed(self.whole, (self.first, self.second), (self.table,))

    @property
    def joints(self) -> Joints:
        """The joints, first part first."""
        return self.pair.joints[0]

    def part(self, side: str) -> DrawnPart:
        """The part that is called "first" or "second"."""
        return self.whole.parts[self.table.between[("first", "second").index(side)]]

    def die(self, side: str) -> DrawnDie:
        """The drawing of that part, in the process the stack has it in."""
        part = self.part(side).part
        die = self.dies[part.name]
        return die if die.process is part.process else replace(die, process=part.process)

    def alone(self, side: str) -> Stack:
        """That part with nothing else."""
        return narrowed(self.whole, (self.part(side).part.name,), ())

    @cached_property
    def carrier(self) -> str:
        """The part that carries the first one: it is glued on it, or joined or wired to it; "" if none does.

        A substrate rather than another chip, then what is named first.
        """
        glue = self.whole.assembly.parts[self.first].table.attached
        others = [*((glue.to,) if glue else ()), *self._partners()]
        left = [name for name in others if name not in (self.first, self.second)]
        return min(left, key=lambda name: is_chip(self.whole.assembly.parts[name]), default="")

    def _partners(self) -> Iterator[str]:
        file = self.whole.assembly.file
        for between in (*(table.between for table in file.joints), *(table.between for table in file.wires)):
            if self.first in between:
                yield from (name for name in between if name != self.first)

    def entries_to_carrier(self) -> tuple[Mating, ...]:
        """Joints between the first part and the carrier, first part first."""
        wanted = {self.first, self.carrier}
        tables = [table for table in self.whole.assembly.file.joints if set(table.between) == wanted]
        return tuple(
            replace(self, table=table if table.between[0] == self.first else swapped(table)) for table in tables
        )

    def wires_to_carrier(self) -> tuple[Wires, ...]:
        """Wires between the first part and the carrier."""
        wanted = {self.first, self.carrier}
        return tuple(wires for wires in self.whole.wires if set(wires.table.between) == wanted)


def narrowed(stack: Stack, names: tuple[str, ...], joints: tuple[JointTable, ...]) -> Stack:
    """A stack with some of its parts and joints only."""
    file = stack.assembly.file.model_copy(update={"joints": joints, "wires": ()})
    parts = {name: stack.assembly.parts[name] for name in names}
    assembly = replace(stack.assembly, file=file, parts=parts)
    return Stack(assembly, {name: stack.parts[name] for name in names})


def swapped(table: JointTable) -> JointTable:
    """The same joints with the other part first."""
    return table.model_copy(update={"between": table.between[::-1], "sites": table.sites[::-1]})


def matings(stack: Stack, dies: Mapping[str, DrawnDie], first: str) -> tuple[Mating, ...]:
    """All joints of a stack, each read with its first part first, both ways where either may be; see `FIRSTS`."""
    found = []
    for table in stack.assembly.file.joints:
        marked = [_marked(stack.parts[name], sites, first) for name, sites in
                  zip(table.between, table.sites, strict=True)]  # fmt: skip
        found += [table] if marked != [False, True] else []
        found += [swapped(table)] if marked != [True, False] else []
    return tuple(Mating(stack, dies, table) for table in found)


def _marked(part: DrawnPart, sites: tuple[str, ...], first: str) -> bool:
    """Whether a part has what makes it the first one."""
    if first == "pillar":
        return any(part.faces[site].pillar for site in sites if site in part.faces)
    return first == "gold" and bool(gold_layers(part))


def judged(stack: Stack, kind: str, limit: float | str, unit: str = "µm", **options: float | str) -> Judgement:
    """What an assembly rule of a kind finds in a stack."""
    rule = Rule(
        id="CLAIM.C.1", kind=kind, layers=("JOINT",), limit=limit, unit=unit, reason="a claim", source="own",
        options=options,
    )  # fmt: skip
    return judge_rule(rule, stack)
