"""Assembly rules about encapsulation: what it must fill and cover, how far it reaches, what it must stay on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bumpgen.assembly import Encapsulation
from bumpgen.check.assembly.boxes import Plan, area, beyond
from bumpgen.check.assembly.kind import AssemblyKind, Judgement, Spot, untested, violated
from bumpgen.check.assembly.kinds.heights import is_chip
from bumpgen.check.assembly.kinds.measured import centre, limit_told, worst_of
from bumpgen.report import number
from bumpgen.rules import Rule

if TYPE_CHECKING:
    from bumpgen.check.assembly.stack import Stack

__all__ = ["KINDS", "covered"]

NONE = "the assembly has no encapsulation"


def encapsulated(_rule: Rule, stack: Stack) -> Judgement:
    """Gaps between chips, and connections between chip and carrier, that the encapsulation leaves out (P2 28)."""
    filling = stack.assembly.file.encapsulation
    if filling is None:
        return untested(NONE)
    spots, all_of = list(_left_out(stack, filling)), len(stack.joints) + len(stack.wires)
    return violated(spots, len(spots), f"{len(spots)} of {all_of} gaps and wires are left out")


def _left_out(stack: Stack, filling: Encapsulation) -> Iterator[Spot]:
    for joints in stack.joints:
        if joints.name not in filling.joints:
            one, other = joints.table.between
            told = f"the encapsulation doesn't fill the gap of joints {joints.name} between {one} and {other}"
            yield Spot(told, None, centre(joints), part=joints.name)
    for wires in stack.wires:
        if not filling.covers_wires:
            one, other = wires.table.between
            yield Spot(f"the encapsulation doesn't cover wires {wires.name} from {one} to {other}", part=wires.name)


def covered(stack: Stack, filling: Encapsulation) -> Plan | None:
    """The box from above of all the encapsulation fills and covers, its margin around it; None if that is nothing.

    A gap reaches as far as the smaller part over it, wires as far as their ends.
    """
    boxes = [stack.box(name) for name in _dies(stack, filling)]
    if filling.covers_wires:
        for wires in stack.wires:
            boxes += [(x, y, x, y) for ends in wires.ends for x, y in ends.tolist()]
    if not boxes:
        return None
    x0, y0, x1, y1 = (pick(box[i] for box in boxes) for i, pick in enumerate((min, min, max, max)))
    m = filling.margin.value
    return x0 - m, y0 - m, x1 + m, y1 + m


def _dies(stack: Stack, filling: Encapsulation) -> set[str]:
    """Parts covered: chips if it covers the dies, but not what they stand on; else the smaller part over each gap."""
    chips = {name for name, part in stack.assembly.parts.items() if is_chip(part)} - {_base(stack)}
    names = chips if filling.covers_dies else set()
    for joints in stack.joints:
        if joints.name in filling.joints:
            names.add(min(joints.table.between, key=lambda name: area(stack.box(name))))
    return names


def _base(stack: Stack) -> str:
    """What everything stands on: the largest part."""
    return max(stack.assembly.parts, key=lambda name: area(stack.box(name)))


def encapsulation_room(rule: Rule, stack: Stack) -> Judgement:
    """From the encapsulation's outline to the edge of what it stands on: the largest part."""
    filling = stack.assembly.file.encapsulation
    outline = covered(stack, filling) if filling else None
    if outline is None:
        return worst_of(rule, "least", (), NONE if filling is None else "the encapsulation fills and covers nothing")
    base = _base(stack)
    least = min(beyond(stack.box(base), outline))
    told = f"the encapsulation ends {number(least)} µm within the edge of {base}, {limit_told(rule, 'least')} is asked"
    return worst_of(rule, "least", [(least, Spot(told, least, stack.assembly.parts[base].table.at, part=base))], NONE)


def encapsulation_margin(rule: Rule, stack: Stack) -> Judgement:
    """How far the encapsulation reaches beyond what it covers in plan."""
    filling = stack.assembly.file.encapsulation
    if filling is None:
        return worst_of(rule, "least", (), NONE)
    margin = filling.margin.value
    told = f"the encapsulation reaches {number(margin)} µm beyond what it covers, {limit_told(rule, 'least')} is asked"
    return worst_of(rule, "least", [(margin, Spot(told, margin))], NONE)


def encapsulation_cover(rule: Rule, stack: Stack) -> Judgement:
    """How thick the encapsulation is above the highest wire or die it covers."""
    filling = stack.assembly.file.encapsulation
    if filling is None or not (filling.covers_wires or filling.covers_dies):
        return worst_of(rule, "least", (), "no encapsulation covers wires or dies")
    cover = filling.cover.value if filling.cover else 0.0
    told = f"the encapsulation is {number(cover)} µm thick above all it covers, {limit_told(rule, 'least')} is asked"
    return worst_of(rule, "least", [(cover, Spot(told, cover))], NONE)


KINDS: tuple[AssemblyKind, ...] = (
    AssemblyKind("encapsulated", "gaps and wires the encapsulation leaves out", "gaps and wires", "most", encapsulated),
    AssemblyKind(
        "encapsulation_room", "distance of the encapsulation from the edge of what it stands on", "distance", "least",
        encapsulation_room,
    ),
    AssemblyKind(
        "encapsulation_margin", "how far the encapsulation reaches beyond what it covers", "distance", "least",
        encapsulation_margin,
    ),
    AssemblyKind(
        "encapsulation_cover", "thickness of the encapsulation above the highest wire or die", "thickness", "least",
        encapsulation_cover,
    ),
)  # fmt: skip
