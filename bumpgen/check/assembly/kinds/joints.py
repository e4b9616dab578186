"""Assembly rules about joints: partners, names, nets, cross-sections, what is left of them when a die is off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from bumpgen.check.assembly.diagnosis import explanations
from bumpgen.check.assembly.drawn import NONE
from bumpgen.check.assembly.joints import Joints, Side
from bumpgen.check.assembly.kind import (
    MOST,
    AssemblyKind,
    Judgement,
    Spot,
    untested,
    violated,
)  # fmt: skip
from bumpgen.report import counted
from bumpgen.rules import Rule

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bumpgen.check.assembly.stack import Stack

__all__ = ["KINDS", "pair_spots"]


def partners(_rule: Rule, stack: Stack) -> Judgement:
    """Sites of either side on which nothing of the other lies."""
    spots: list[Spot] = []
    total = 0
    for joints in stack.joints:
        for side, alone, partner in zip(joints.sides, joints.alone, reversed(joints.table.between), strict=True):
            total += len(alone)
            spots += [_alone(side, k, partner) for k in alone[: MOST - len(spots)].tolist()]
    pairs = sum(len(joints.pairs) for joints in stack.joints)
    told = f"{counted(pairs, 'joint', 'joints')}, {total} without partner"
    if not pairs and not total:
        return violated([Spot(f"joint {joints.name} has no sites at all") for joints in stack.joints], 1, told)
    return violated(spots, total, told)


def _alone(side: Side, k: int, partner: str) -> Spot:
    name, net = side.names[k], side.nets[k]
    message = f"{side.part.part.name}'s {name} has no partner on {partner}"
    return Spot(message, None, _centre(side, k), _reach(side, k), net, side.part.part.name)


def _centre(side: Side, k: int) -> tuple[float, float]:
    x, y = side.places.seen(side.part.part.pose.assembly)[k].tolist()
    return x, y


def _reach(side: Side, k: int) -> float:
    outline = int(side.part.sites.contact[side.index[k]])
    return side.part.outlines[outline].reach if outline != NONE else 1.0


def pair_spots(joints: Joints, rows: NDArray[np.int64], message: str) -> Iterator[Spot]:
    """A spot for each of some pairs; the message may use {a}, {b} (names), {x}, {y} (nets), {one}, {other} (parts)."""
    one, other = joints.sides
    for i, j in joints.pairs[rows].tolist():
        words = {
            "a": one.names[i], "b": other.names[j], "x": one.nets[i] or "none", "y": other.nets[j] or "none",
            "one": joints.table.between[0], "other": joints.table.between[1],
        }  # fmt: skip
        yield Spot(message.format(**words), None, _centre(one, i), _reach(one, i), one.nets[i], joints.name)


def same_net(_rule: Rule, stack: Stack) -> Judgement:
    """Pairs whose ends bear different nets in their designs."""
    return _differing("nets", "{a} of {one} is net {x}, {b} of {other} on it is net {y}", stack.joints)


def same_name(_rule: Rule, stack: Stack) -> Judgement:
    """Pairs whose ends bear different names, where the assembly says they bear one."""
    named = [joints for joints in stack.joints if joints.table.partners == "same_name"]
    if not named:
        return untested('partners are found by net: partners = "same_net"')
    return _differing("names", "{a} of {one} meets {b} of {other}", named)


def _differing(what: str, message: str, among: Iterable[Joints]) -> Judgement:
    spots: list[Spot] = []
    total = pairs = 0
    for joints in among:
        one, other = joints.sides
        texts = getattr(one, what)[joints.pairs[:, 0]], getattr(other, what)[joints.pairs[:, 1]]
        wrong = np.flatnonzero(texts[0] != texts[1])
        total, pairs = total + len(wrong), pairs + len(joints.pairs)
        spots += islice(pair_spots(joints, wrong, message), MOST - len(spots))
    if not pairs:
        return untested("no sites of two parts lie on each other")
    return violated(spots, total, f"{pairs - total} of {pairs} {what} agree")


def one_map(_rule: Rule, stack: Stack) -> Judgement:
    """What explains that two sides don't agree: a mirrored, turned or shifted map, swapped nets, missing bumps."""
    found = [(joints, told) for joints in stack.joints for told in explanations(joints)]
    spots = [
        Spot(f"{told.sentence}; cure: {told.cure}", told.fault, told.at, _reach_of(joints), told.net, joints.name)
        for joints, told in found
    ]
    pairs = sum(len(joints.pairs) for joints in stack.joints)
    return violated(
        spots, len(spots), f"{counted(pairs, 'joint', 'joints')} in {counted(len(stack.joints), 'map', 'maps')}"
    )


def _reach_of(joints: Joints) -> float:
    return _reach(joints.sides[0], 0) if len(joints.sides[0]) else 0.0


def faces_drawn(_rule: Rule, stack: Stack) -> Judgement:
    """Sites where no metal is drawn, and metal of faces that belongs to no site."""
    spots: list[Spot] = []
    sites = 0
    for joints in stack.joints:
        for side in joints.sides:
            sites += len(side)
            bare = np.flatnonzero(side.part.sites.contact[side.index] == NONE)
            spots += [_bare(side, k) for k in bare.tolist()]
    for name in dict.fromkeys(part for joints in stack.joints for part in joints.table.between):
        part = stack.parts[name]
        for layer, places in part.strays.items():
            above = part.part.pose.above(places).seen(stack.assembly.view)
            spots += [Spot(f"{layer} of {name} stands where the design has no bump", None, (x, y), 1.0, part=name)
                      for x, y in above.tolist()]  # fmt: skip
    return violated(spots, len(spots), f"{sites} sites")


def _bare(side: Side, k: int) -> Spot:
    part = side.part
    face = part.faces[part.kinds[part.sites.kind[side.index[k]]]]
    message = f"{part.part.name}'s {side.names[k]} has no {face.contact} drawn"
    return Spot(message, None, _centre(side, k), 1.0, side.nets[k], part.part.name)


def stack_open(_rule: Rule, stack: Stack) -> Judgement:
    """Nets of the stack that hang in more than one piece, or have a terminal without metal."""
    nets = stack.nets
    spots = []
    for net in nets.opened[:MOST].tolist():
        pieces = [_few(piece) for piece in nets.pieces(net)]
        spots.append(
            Spot(f"net {nets.names[net]} is in {len(pieces)} pieces: {'; '.join(pieces[:4])}", net=nets.names[net])
        )
    return violated(spots, len(nets.opened), f"{len(nets.names) - 1} nets")


def stack_short(_rule: Rule, stack: Stack) -> Judgement:
    """Metal of the stack that is more than one net."""
    nets = stack.nets
    spots = [Spot(f"nets {' and '.join(group[:6])} are one conductor", net=group[0]) for group in nets.shorted]
    return violated(spots, nets.short_count, f"{len(nets.names) - 1} nets")


def _few(texts: list[str]) -> str:
    return ", ".join(texts[:4]) + (f" and {len(texts) - 4} more" if len(texts) > 4 else "")


def soldered(_rule: Rule, stack: Stack) -> Judgement:
    """Joints without solder on either side: nothing connects them."""
    rows = [(joints, i, joint) for joints in stack.joints for i, joint in enumerate(joints.classes)]
    dry = [(joints, i) for joints, i, joint in rows if not joint.volume]
    spots = [
        spot
        for joints, i in dry
        for spot in pair_spots(
            joints, np.flatnonzero(joints.which == i), "no solder on {a} of {one} nor {b} of {other}"
        )
    ]
    return violated(spots, len(spots), f"{len(rows) - len(dry)} of {len(rows)} kinds of joint have solder")


KINDS: tuple[AssemblyKind, ...] = (
    AssemblyKind("partners", "every site of a joint has its partner", "sites without partner", "none", partners),
    AssemblyKind("same_net", "partners bear one net in their designs", "pairs that differ", "none", same_net),
    AssemblyKind("same_name", "partners bear one name", "pairs that differ", "none", same_name),
    AssemblyKind(
        "one_map", "both sides are one map: not mirrored, turned, shifted, swapped", "faults", "none", one_map
    ),
    AssemblyKind("faces_drawn", "every site is drawn, and nothing else", "faces", "none", faces_drawn),
    AssemblyKind("soldered", "every joint has solder", "joints without", "none", soldered),
    AssemblyKind("stack_open", "every net of the stack is one conductor", "nets in pieces", "none", stack_open),
    AssemblyKind("stack_short", "every conductor of the stack is one net", "conductors", "none", stack_short),
)
