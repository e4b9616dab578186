"""Assembly rules about chance: with process spread, an open or a bridge among all joints of two dies, coplanarity.

Tolerances are options of the rules, ± at three sigma within a die: `plated`, `printed` (shares of a volume), `ball`
("size: ±" choices, µm of a diameter), `pillar` (share of a height), `radius` (µm, pillars), `pad_radius` (µm,
others), `warpage` (µm). How far a die may be off is the join step's. `seed` and `trials` are the Monte Carlo's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from bumpgen.check.assembly.joints import JointClass, JointFace, Joints
from bumpgen.check.assembly.kind import AssemblyKind, Judgement, Spot
from bumpgen.check.assembly.kinds.measured import centre, limit_told, worst_of
from bumpgen.check.spread import JointGroup, SpreadResult, Tolerances, spread, volume_tolerance
from bumpgen.limits import BySize, parse_limit
from bumpgen.report import counted, number
from bumpgen.rules import Rule

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bumpgen.check.assembly.stack import Stack

__all__ = ["KINDS", "groups_of", "tolerances_of"]

NEAR = 1.01
"""Neighbours up to so many times the nearest distance count as nearest."""

SMALLEST = 1e-12
"""Chances below it are told as that."""

NOTHING = "no joint has solder between two drawn faces"


def chance_open(rule: Rule, stack: Stack) -> Judgement:
    """The chance that at least one joint of an entry stays open."""
    return _judged(rule, stack, lambda found: found.open, "at least one of them stays open with a chance of")


def chance_bridge(rule: Rule, stack: Stack) -> Judgement:
    """The chance that at least two neighbours of an entry bridge; `minimum`: the space (µm) that counts as none."""
    return _judged(rule, stack, lambda found: found.bridge, "at least two neighbours bridge with a chance of")


def coplanarity(rule: Rule, stack: Stack) -> Judgement:
    """The expected height of the highest joint less that of the lowest, before the dies meet."""
    return _judged(
        rule, stack, lambda found: round(found.coplanarity, 9), "the highest less the lowest is expected to be"
    )


def _judged(rule: Rule, stack: Stack, pick: Callable[[SpreadResult], float], what: str) -> Judgement:
    found, methods = [], []
    for joints in stack.joints:
        groups = groups_of(joints)
        if not groups:
            continue
        tolerances = tolerances_of(rule, joints, stack.accuracy(joints.table) or 0.0)
        seed, trials = int(rule.option("seed", 1)), int(rule.option("trials", 2000))
        result = _spread(groups, tolerances, rule.option("minimum", 0.0), seed, trials)
        value, count = pick(result), sum(group.count for group in groups)
        told = (
            f"{counted(count, 'joint', 'joints')} {joints.name} with process spread: {what} {_told(value)}, "
            f"{limit_told(rule, 'most')} is asked; {_method(result)}"
        )
        methods.append(_method(result))
        found.append((value, Spot(told, value, centre(joints), part=joints.name)))
    judged = worst_of(rule, "most", found, NOTHING, _told)
    return (
        judged if judged.untested else replace(judged, figure=f"{judged.figure}; {'; '.join(dict.fromkeys(methods))}")
    )


def _method(result: SpreadResult) -> str:
    if result.seed is None:
        return result.method
    return f"{result.method}, {result.trials} trials, seed {result.seed}"


def _told(value: float) -> str:
    """A chance or range in words; what is smaller than floats can tell apart from none isn't told to its digits."""
    return number(value) if value >= SMALLEST or value == 0 else f"below {number(SMALLEST)}"


@lru_cache(maxsize=16)
def _spread(
    groups: tuple[JointGroup, ...], tolerances: Tolerances, minimum: float, seed: int, trials: int
) -> SpreadResult:
    """One spread for all rules that ask for the same."""
    return spread(groups, tolerances, minimum, seed, trials)


def tolerances_of(rule: Rule, joints: Joints, placement: float) -> Tolerances:
    """The tolerances of an entry's joints by a rule's options: the widest where its classes differ."""
    classes = [joint for joint in joints.classes if joint.volume]
    volume = max(_volume(rule, face) for joint in classes for face in joint.faces)
    sides = [[joint.faces[i] for joint in classes] for i in (0, 1)]
    radii = [max(_radius(rule, face) for face in faces) for faces in sides]
    pillars = [rule.option("pillar", 0.0) * max(face.face.height for face in faces) for faces in sides]
    return Tolerances(
        volume=volume, radius1=radii[0], radius2=radii[1], pillar1=pillars[0], pillar2=pillars[1],
        warpage=rule.option("warpage", 0.0), placement=placement,
    )  # fmt: skip


def _radius(rule: Rule, face: JointFace) -> float:
    return rule.option("radius" if face.face.pillar else "pad_radius", 0.0)


def _volume(rule: Rule, face: JointFace) -> float:
    """A side's volume tolerance, a share: a ball's by its diameter, else as plated or printed."""
    solder = face.face.solder
    if solder is None or not face.volume:
        return 0.0
    if solder.form == "ball":
        sizes = parse_limit(rule.options.get("ball", 0.0))
        if not isinstance(sizes, BySize):
            raise ValueError(
                f'rule {rule.id}: ball = {rule.options.get("ball")!r} is no choice by size like "0: 5|150: 10"'
            )
        return volume_tolerance(solder.thickness, sizes.at(solder.thickness))
    return rule.option("printed" if solder.fraction < 1 else "plated", 0.0)


@lru_cache(maxsize=4)
def groups_of(joints: Joints) -> tuple[JointGroup, ...]:
    """Joints of an entry by what they are made of, wherever their faces lie on each other; none without solder."""
    alike: dict[JointGroup, list[int]] = {}
    for i, joint in enumerate(joints.classes):
        if joint.volume and all(face.radius for face in joint.faces):
            alike.setdefault(_one(joint), []).append(i)
    if not alike:
        return ()
    pitches, pairs = _neighbours(joints, list(alike.values()))
    return tuple(
        replace(one, count=int(np.isin(joints.which, mine).sum()), pitch=pitch, pairs=count)
        for (one, mine), pitch, count in zip(alike.items(), pitches, pairs, strict=True)
    )


def _one(joint: JointClass) -> JointGroup:
    """One joint of a class: what it is made of, wherever its faces lie on each other."""
    one, other = joint.faces
    return JointGroup(1, one.radius, other.radius, one.volume, other.volume, one.face.top, other.face.top)


def _neighbours(joints: Joints, classes: list[list[int]]) -> tuple[list[float], list[int]]:
    """For each group of classes how near its joints' nearest neighbours are, µm, and how many pairs are that near."""
    from scipy.spatial import cKDTree

    places: NDArray[np.float64] = joints.places.seen(joints.sides[0].part.part.pose.assembly)
    if len(places) < 2:
        return [np.inf], [0]
    everyone = cKDTree(places)
    pitches, pairs = [], []
    for mine in classes:
        here = places[np.isin(joints.which, mine)]
        pitch = float(np.asarray(everyone.query(here, k=[2], workers=-1)[0]).min())
        near = int(cKDTree(here).count_neighbors(everyone, pitch * NEAR)) - len(here)
        pitches.append(pitch)
        pairs.append((near + 1) // 2)
    return pitches, pairs


KINDS: tuple[AssemblyKind, ...] = (
    AssemblyKind(
        "chance_open", "chance that a joint stays open, with process spread", "chance", "most", chance_open
    ),
    AssemblyKind(
        "chance_bridge", "chance that two neighbours bridge, with process spread", "chance", "most", chance_bridge
    ),
    AssemblyKind(
        "coplanarity", "expected range of the joints' heights before the dies meet", "range", "most", coplanarity
    ),
)  # fmt: skip
