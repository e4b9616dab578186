"""Assembly rules about free space: the gap between dies and its filling, under hanging dies, between joints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from bumpgen.check.assembly.boxes import area, meet_in_plan, openings_of, stands_in
from bumpgen.check.assembly.faces import dielectric
from bumpgen.check.assembly.joints import JointClass, Joints
from bumpgen.check.assembly.kind import AssemblyKind, Judgement, Spot
from bumpgen.check.assembly.kinds.measured import Measured, at_places, centre, limit_told, worst_of
from bumpgen.check.joint import SolderJoint
from bumpgen.report import number
from bumpgen.rules import Rule

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bumpgen.check.assembly.stack import Stack

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = ["KINDS", "bulge_radii", "free_gap"]

SAME = 1e-6
"""Heights that differ by less are one, µm."""

NO_JOINT = "no sites of two parts lie on each other"


def free_gap(joints: Joints) -> float:
    """From polymer to polymer of two parts that are joined, µm: what an underfill flows through."""
    return joints.gap - sum(dielectric(side.part.part.process) for side in joints.sides)


def gap(rule: Rule, stack: Stack) -> Judgement:
    """The gap between the faces of two joined parts, less the polymers on them."""
    found = []
    for joints in stack.joints:
        if len(joints.pairs):
            free = free_gap(joints)
            told = f"the gap of {_both(joints)} is {number(free)} µm wide, {limit_told(rule, 'least')} is asked"
            found.append((free, Spot(told, free, centre(joints), part=joints.name)))
    return worst_of(rule, "least", found, NO_JOINT)


def gap_over_filler(rule: Rule, stack: Stack) -> Judgement:
    """The free gap over the largest particle of what is to fill it, for each joint the encapsulation names.

    What hangs in such a gap narrows it to the height below its rear.
    """
    filling = stack.assembly.file.encapsulation
    if filling is None or not filling.joints:
        return worst_of(rule, "least", (), "the assembly has no encapsulation that fills a gap")
    found = []
    filler = filling.filler.value
    for free, what, whose, at in _to_fill(stack, filling.joints):
        told = (
            f"{what}, {number(free)} µm, is {number(free / filler)} times the filler's largest particle of "
            f"{number(filler)} µm, {limit_told(rule, 'least')} is asked"
        )
        found.append((free / filler, Spot(told, free / filler, at, part=whose)))
    return worst_of(rule, "least", found, NO_JOINT)


def _to_fill(stack: Stack, names: tuple[str, ...]) -> Iterator[tuple[float, str, str, tuple[float, float] | None]]:
    """Heights to be filled, µm: in words, whose they are, where."""
    entries = [joints for joints in stack.joints if joints.name in names and len(joints.pairs)]
    for joints in entries:
        yield free_gap(joints), f"the gap of {_both(joints)}", joints.name, centre(joints)
    filled = {frozenset(joints.table.between) for joints in entries}
    for base, chip, hung in _hanging(stack):
        if frozenset((base, chip)) in filled:
            at = stack.assembly.parts[hung].table.at
            yield _below(stack, base, hung), f"the gap between {hung}, which hangs on {chip}, and {base}", hung, at


def _both(joints: Joints) -> str:
    one, other = joints.table.between
    return f"joints {joints.name} between {one} and {other}"


def hanging(rule: Rule, stack: Stack) -> Judgement:
    """Free height between the rear of a part that hangs on another and the face of what that other stands on.

    P2 claim 27 without an opening: the balls that carry the first chip are higher than the second chip and its joint.
    """
    found = []
    for base, chip, hung in _hanging(stack):
        free = _below(stack, base, hung)
        told = (
            f"{hung}, which hangs on {chip}, has {number(free)} µm to {base} below its rear, "
            f"{limit_told(rule, 'least')} is asked"
        )
        found.append((free, Spot(told, free, stack.assembly.parts[hung].table.at, part=hung)))
    return worst_of(rule, "least", found, "nothing hangs between two parts that are joined around it")


def _below(stack: Stack, base: str, hung: str) -> float:
    """Free height between a hanging part's rear and the polymers on what is below it, µm."""
    part = stack.assembly.parts[base]
    up = 1.0 if part.table.face == "up" else -1.0
    return up * (stack.levels[hung].rear - stack.levels[base].face) - dielectric(part.process)


def _hanging(stack: Stack) -> Iterator[tuple[str, str, str]]:
    """(base, chip, hung): chip is joined to base and to hung face to face, hung lies over base and isn't held by it."""
    joined = {frozenset(joints.table.between) for joints in stack.joints}
    parts = stack.assembly.parts
    for chip in parts:
        partners = [name for name in parts if frozenset((chip, name)) in joined]
        for hung in partners:
            for base in partners:
                larger = area(stack.box(base)) > area(stack.box(hung))
                apart = base != hung and larger and frozenset((base, hung)) not in joined
                if apart and meet_in_plan(stack, base, hung) and not _accommodated(stack, base, hung):
                    yield base, chip, hung


def _accommodated(stack: Stack, base: str, hung: str) -> bool:
    return any(stands_in(stack.box(hung), opening) for opening in openings_of(stack, base))


def bulge_radii(joints: Joints) -> Floats:
    """Half the largest width of each joint at the height all of them hold, µm (facts 2.3)."""
    radii = np.array([_bulge(joints, joint) for joint in joints.classes])
    found: Floats = radii[joints.which] if len(joints.classes) else np.zeros(0)
    return found


def _bulge(joints: Joints, joint: JointClass) -> float:
    one, other = joint.faces
    if not joint.volume:
        return max(one.radius, other.radius)
    held = joints.gap - one.face.top - other.face.top
    alike = abs(held - joint.solder_height) < SAME
    return (
        SolderJoint(
            one.radius, other.radius, joint.volume, other.volume, held if held > 0 and not alike else None
        ).width
        / 2
    )


def bulge_gap(rule: Rule, stack: Stack) -> Judgement:
    """Free space between the bulges of neighbouring joints: solder that touches its neighbour's is a bridge."""
    groups = [_neighbours(rule, group) for group in _on_one_face(stack)]
    return at_places(rule, "least", groups, "no part has two joints")


def _on_one_face(stack: Stack) -> list[tuple[Joints, ...]]:
    """Entries whose joints stand on one face of one part, so that they can touch; no group within another."""
    groups = [
        frozenset(i for i, joints in enumerate(stack.joints) if name in joints.table.between and len(joints.pairs))
        for name in stack.assembly.parts
    ]
    largest = [g for g in dict.fromkeys(groups) if g and not any(g < other for other in groups)]
    return [tuple(stack.joints[i] for i in sorted(group)) for group in largest]


@dataclass(frozen=True)
class _Near:
    """Joints of entries on one face: places, half widths (µm), names; pairs of nearest ones, the space between them."""

    places: Floats
    radii: Floats
    names: NDArray[np.object_]
    pairs: Integers
    free: Floats


@lru_cache(maxsize=4)
def _near(group: tuple[Joints, ...]) -> _Near:
    """Found once for all rules that ask for it."""
    places = np.concatenate([joints.places.seen(joints.sides[0].part.part.pose.assembly) for joints in group])
    radii = np.concatenate([bulge_radii(joints) for joints in group])
    names = np.concatenate([joints.sides[0].names[joints.pairs[:, 0]] for joints in group])
    pairs, free = _nearest(places, radii)
    return _Near(places, radii, names, pairs, free)


def _neighbours(rule: Rule, group: tuple[Joints, ...]) -> Measured:
    """For each pair of nearest joints the space between their bulges."""
    near = _near(group)

    def spot(k: int) -> Spot:
        i, j = near.pairs[k].tolist()
        x, y = ((near.places[i] + near.places[j]) / 2).tolist()
        free, radii = float(near.free[k]), near.radii[[i, j]].tolist()
        told = (
            f"solder of {near.names[i]} and {near.names[j]}, {number(2 * radii[0])} and {number(2 * radii[1])} µm "
            f"wide, is {number(free)} µm apart, {limit_told(rule, 'least')} is asked"
        )
        return Spot(told, free, (x, y), max(radii), part=group[0].name)

    return Measured(near.free, spot)


def _nearest(places: Floats, radii: Floats) -> tuple[Integers, Floats]:
    """Each joint and the one whose bulge is nearest to its own, each pair once: (M, 2), and the space between, µm."""
    from scipy.spatial import cKDTree

    keys, spaces = [np.zeros(0, np.int64)], [np.zeros(0)]
    numbers = [np.flatnonzero(radii == radius) for radius in np.unique(radii)]
    trees = [cKDTree(places[mine]) for mine in numbers]
    for mine in numbers:
        for others, tree in zip(numbers, trees, strict=True):
            same = others is mine
            if same and len(mine) < 2:
                continue
            distance, index = (
                np.asarray(a)[:, 0] for a in tree.query(places[mine], k=[2] if same else [1], workers=-1)
            )
            partner = others[index]
            keys.append(np.minimum(mine, partner) * len(places) + np.maximum(mine, partner))
            spaces.append(distance - radii[mine] - radii[partner])
    once, first = np.unique(np.concatenate(keys), return_index=True)
    return np.column_stack(np.divmod(once, max(len(places), 1))), np.concatenate(spaces)[first]


KINDS: tuple[AssemblyKind, ...] = (
    AssemblyKind("gap", "gap between joined parts, less the polymers on their faces", "gap", "least", gap),
    AssemblyKind(
        "gap_over_filler", "free gap over the filler's largest particle, where it is to be filled", "ratio", "least",
        gap_over_filler,
    ),
    AssemblyKind(
        "hanging", "free height between the rear of a part that hangs on a chip and what that chip stands on", "height",
        "least", hanging,
    ),
    AssemblyKind("bulge_gap", "free space between the solder of neighbouring joints", "space", "least", bulge_gap),
)  # fmt: skip
