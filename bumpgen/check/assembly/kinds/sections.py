"""Assembly rules about cross-sections of joints: how they match, and what is left of them when a die is off."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from bumpgen.check.assembly.joints import JointClass, Joints
from bumpgen.check.assembly.kind import MOST, AssemblyKind, Judgement, Spot, breaks, untested, violated
from bumpgen.check.assembly.kinds.joints import pair_spots
from bumpgen.check.landed import landed, lens
from bumpgen.report import number
from bumpgen.rules import Rule

if TYPE_CHECKING:
    from bumpgen.check.assembly.stack import Stack

__all__ = ["KINDS", "per_class"]


def per_class(rule: Rule, wanted: Iterable[tuple[Joints, int, float, str]], nothing: str,
               least: bool = False) -> Judgement:  # fmt: skip
    """A judgement from a value and a sentence for each class of joints: its joints are the spots."""
    rows = list(wanted)
    if not rows:
        return untested(nothing)
    worst = (min if least else max)(value for _, _, value, _ in rows)
    spots: list[Spot] = []
    total = 0
    for joints, number_of, value, message in rows:
        if math.isinf(value) or breaks(rule, "least" if least else "most", value):
            mine = np.flatnonzero(joints.which == number_of)
            total += len(mine)
            for spot in islice(pair_spots(joints, mine, "{a} of {one} and {b} of {other}"), MOST - len(spots)):
                told = f"{spot.message}: {message}"
                spots.append(Spot(told, None if math.isinf(value) else value, spot.at, spot.reach, spot.net, spot.part))
    return violated(spots, total, f"{number(worst)} {rule.unit.split(',')[0]}")


def _pillar_classes(stack: Stack) -> Iterator[tuple[Joints, int, JointClass]]:
    """Classes of joints that have a pillar on both sides."""
    for joints in stack.joints:
        for i, joint in enumerate(joints.classes):
            if all(face.face.pillar for face in joint.faces):
                yield joints, i, joint


def cross_section(rule: Rule, stack: Stack) -> Judgement:
    """How far pillars on pillars differ in section, per side, or in all if strict; another shape: always too far."""
    strict = rule.option("strict", 0) > 0
    rows = []
    for joints, i, joint in _pillar_classes(stack):
        found = joint.mismatch
        if found is None:
            continue
        value = found.in_all if strict else found.per_side
        sizes = " against ".join(_size(face.contact.size) for face in joint.faces if face.contact)
        told = found.reason or f"{sizes} µm, {number(value)} µm {'in all' if strict else 'per side'}"
        rows.append((joints, i, math.inf if found.reason else value, told))
    return per_class(rule, rows, "no pillar meets a pillar")


def _size(size: tuple[float, float]) -> str:
    wide, high = (number(round(value, 6)) for value in size)
    return wide if wide == high else f"{wide} x {high}"


def centred(rule: Rule, stack: Stack) -> Judgement:
    """How far the centres of the two faces of a joint lie apart as designed, µm."""
    rows = [
        (joints, i, math.hypot(*joint.offset), f"centres are {number(math.hypot(*joint.offset))} µm apart")
        for joints in stack.joints
        for i, joint in enumerate(joints.classes)
    ]
    return per_class(rule, rows, "no sites of two parts lie on each other")


def _placed(rule: Rule, stack: Stack) -> Iterator[tuple[Joints, int, JointClass, float]]:
    """Classes of joints with both faces drawn, and how far a die may be off: the rule's option, or the join step's."""
    for joints in stack.joints:
        stated = stack.accuracy(joints.table)
        off = float(rule.options["accuracy"]) if "accuracy" in rule.options else stated
        for i, joint in enumerate(joints.classes):
            if off is not None and all(face.contact for face in joint.faces):
                yield joints, i, joint, off


def overlap(rule: Rule, stack: Stack) -> Judgement:
    """What the faces of a joint still share of the smaller one when a die is off in the worst direction."""
    rows = []
    for joints, i, joint, off in _placed(rule, stack):
        share = _share(joint, off)
        rows.append((joints, i, share, f"{share:.3f} of the smaller face is left when a die is {number(off)} µm off"))
    return per_class(rule, rows, "no join step says how far a die may be off", least=True)


def _share(joint: JointClass, off: float) -> float:
    one, other = (face.contact for face in joint.faces)
    assert one is not None
    assert other is not None
    if one.shape == other.shape == "circle":
        r, s = one.radius, other.radius
        return lens(r, s, math.hypot(*joint.offset) + off) / (math.pi * min(r, s) ** 2)
    steps = 2 / one.unit
    dx, dy = (round(value * steps) for value in joint.offset)
    return landed(one.polygon(), other.polygon().moved(dx, dy), off * steps, False)


def self_alignment(rule: Rule, stack: Stack) -> Judgement:
    """Half the narrower face less how far a die may be off: while this is > 0 molten solder pulls it straight."""
    rows = []
    for joints, i, joint, off in _placed(rule, stack):
        half = min(min(face.contact.size) for face in joint.faces if face.contact) / 2
        left = half - off - math.hypot(*joint.offset)
        rows.append((joints, i, left, f"half a face is {number(half)} µm, a die may be {number(off)} µm off"))
    return per_class(rule, rows, "no join step says how far a die may be off", least=True)


KINDS: tuple[AssemblyKind, ...] = (
    AssemblyKind(
        "cross_section", "pillars on pillars have one shape, and sizes that differ so much per side (strict: in all)",
        "difference", "most", cross_section,
    ),
    AssemblyKind("centred", "distance of the centres of a joint's faces, as designed", "distance", "most", centred),
    AssemblyKind(
        "overlap", "common area of a joint's faces, of the smaller, when a die is off by the placement accuracy",
        "share", "least", overlap,
    ),
    AssemblyKind(
        "self_alignment", "half the narrower face less the placement accuracy", "margin", "least", self_alignment
    ),
)  # fmt: skip
