"""Why two sides of a joint don't agree: mirrored, turned, shifted, two nets swapped, a bump missing.

Places alone can't tell: real maps coincide with their mirror images. Names and nets decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from bumpgen.check.assembly.joints import Joints, Side
from bumpgen.check.compare_poses import Ball, Pose, diagnose_maps
from bumpgen.geometry import Points
from bumpgen.report import counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]

__all__ = ["Explanation", "Fault", "agreeing", "explanations"]

Fault: TypeAlias = Literal["mirrored", "turned", "shifted", "swapped", "missing", "other net"]

SAMPLE = 2000
"""So many sites are enough to find how a whole map lies."""

SINGLES = 100
"""Single faults that are told one by one."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """One thing that explains why sides disagree: what, in a sentence, what to do, where from above (µm)."""

    fault: Fault
    sentence: str
    cure: str
    at: tuple[float, float] | None = None
    net: str = ""


def agreeing(joints: Joints) -> NDArray[np.bool_]:
    """Whether the two ends of each pair bear one net, and where names must match, one name."""
    one, other = joints.sides
    i, j = joints.pairs.T
    same: NDArray[np.bool_] = one.nets[i] == other.nets[j]
    if joints.table.partners == "same_name":
        same = same & (one.names[i] == other.names[j])
    return same


def explanations(joints: Joints) -> tuple[Explanation, ...]:
    """What explains the disagreement of the two sides, the whole map's fault first; () where they agree."""
    if agreeing(joints).all() and not any(len(alone) for alone in joints.alone):
        return ()
    one, other = joints.sides
    view = one.part.part.pose.assembly
    here, there = one.places.seen(view), other.places.seen(view)
    pose = _pose(joints, here, there)
    found = [_whole(joints, pose)] if pose is not None else []
    undone = there if pose is None else pose.undo(there)
    return (*found, *_singles(joints, here, undone))


def _pose(joints: Joints, here: Points, there: Points) -> Pose | None:
    """How the second map lies to the first, if that brings most of it to agree."""
    a, b = _samples(joints, here, there)
    if len(a) < 2 or len(b) < 2:
        return None
    _, _, diagnosis = diagnose_maps(a, b, _tolerance(here))
    if diagnosis is None or diagnosis.explains == "places" or diagnosis.pose.factor != 1:
        return None
    return diagnosis.pose if diagnosis.pose.words else None


def _tolerance(points: Points) -> float:
    """How far two places may be apart to be one: a quarter of the pitch, µm."""
    return _pitch(points) / 4


def _pitch(points: Points) -> float:
    """The median distance to the nearest neighbour, µm."""
    from scipy.spatial import cKDTree

    if len(points) < 2:
        return 4.0
    distances, _ = cKDTree(points).query(points[:SAMPLE], k=2)
    return float(np.median(np.asarray(distances)[:, 1])) or 4.0


def _samples(joints: Joints, here: Points, there: Points) -> tuple[list[Ball], list[Ball]]:
    """Both maps as balls; of large ones the same sites of both, by what they are matched by."""
    one, other = joints.sides
    keys = [_keys(joints, side) for side in (one, other)]
    chosen = [np.arange(len(one)), np.arange(len(other))]
    if max(len(one), len(other)) > SAMPLE:
        common = sorted(set(keys[0].tolist()) & set(keys[1].tolist()) - {""})
        step = max(1, len(common) // SAMPLE)
        wanted = set(common[::step])
        chosen = [np.flatnonzero([key in wanted for key in side.tolist()])[: 4 * SAMPLE] for side in keys]
    return _balls(one, keys[0], here, chosen[0]), _balls(other, keys[1], there, chosen[1])


def _keys(joints: Joints, side: Side) -> NDArray[np.object_]:
    """What sites are known by: their names, or where any partner of the net will do, their nets."""
    return side.names if joints.table.partners == "same_name" else side.nets


def _balls(side: Side, keys: NDArray[np.object_], points: Points, chosen: Integers) -> list[Ball]:
    nets = side.nets
    return [Ball(keys[i], nets[i], *points[i].tolist()) for i in chosen.tolist()]


def _whole(joints: Joints, pose: Pose) -> Explanation:
    """A fault of the whole map in words."""
    first, second = joints.table.between
    fit = pose.fit
    what = f"{fit.names} of {fit.total} names and {fit.nets} nets agree once that is undone"
    if joints.table.partners == "same_net":
        what = f"{fit.nets} of {fit.total} nets agree once that is undone"
    fault, cure = _fault(pose, second)
    words = pose.words
    if fault == "shifted":
        words += _in_pitches(pose, joints)
    return Explanation(fault, f"{second} lies on {first} {words}: {what}", cure)


def _fault(pose: Pose, second: str) -> tuple[Fault, str]:
    if pose.symmetry.startswith("mirrored"):
        return "mirrored", (
            f"the bumps of {second} were drawn as seen from the other side: state the view of its table "
            '("bumps_down" for a map seen through its back), or write them with bumpgen mate'
        )
    if pose.symmetry.startswith("turned"):
        return "turned", f"turn {second} back: correct rotation or at of parts.{second}, or its map's corner"
    return "shifted", f"move {second} by the opposite: correct at of parts.{second}, or the origin of its map"


def _in_pitches(pose: Pose, joints: Joints) -> str:
    """A shift in pitches, where it is a whole number of them."""
    side = joints.sides[0]
    pitch = _pitch(side.places.seen(side.part.part.pose.assembly))
    counts = [value / pitch for value in pose.offset]
    if any(abs(count - round(count)) > 1e-3 for count in counts) or pitch <= 0:
        return ""
    most = max(abs(round(count)) for count in counts)
    return f", {counted(most, 'pitch', 'pitches')}" if most else ""


def _singles(joints: Joints, here: Points, there: Points) -> list[Explanation]:
    """Faults of single joints: swapped nets, other nets, missing partners."""
    one, other = joints.sides
    pairs = _matched(here, there, _tolerance(here))
    i, j = pairs.T
    wrong = np.flatnonzero(one.nets[i] != other.nets[j])
    found = _swapped(joints, here, i[wrong], j[wrong])
    if joints.table.partners == "same_name":
        renamed = np.flatnonzero((one.nets[i] == other.nets[j]) & (one.names[i] != other.names[j]))
        found += _renamed(joints, here, i[renamed], j[renamed])
    lost = np.setdiff1d(np.arange(len(one)), i), np.setdiff1d(np.arange(len(other)), j)
    for side, points, alone, partner in (
        (one, here, lost[0], other.part.part.name),
        (other, there, lost[1], one.part.part.name),
    ):
        found += [_missing(side, points, k, partner) for k in alone[:SINGLES].tolist()]
    return found[:SINGLES]


def _matched(here: Points, there: Points, tolerance: float) -> Integers:
    """Mutually nearest places within the tolerance, (N, 2)."""
    from scipy.spatial import cKDTree

    if not len(here) or not len(there):
        return np.zeros((0, 2), np.int64)
    distance, nearest = map(np.asarray, cKDTree(there).query(here))
    back = np.asarray(cKDTree(here).query(there)[1])
    i = np.arange(len(here))
    kept = (back[nearest] == i) & (distance <= tolerance)
    return np.column_stack((i[kept], nearest[kept])).astype(np.int64)


def _swapped(joints: Joints, here: Points, i: Integers, j: Integers) -> list[Explanation]:
    """Joints whose ends bear different nets: those that are exchanged two by two, and the rest."""
    one, other = joints.sides
    first, second = joints.table.between
    waiting: dict[tuple[str, str], list[int]] = {}
    found: list[Explanation] = []
    for row in range(len(i)):
        a, b = one.nets[i[row]], other.nets[j[row]]
        if waiting.get((b, a)):
            twin = waiting[b, a].pop()
            names = f"{one.names[i[twin]]} and {one.names[i[row]]}"
            found.append(
                Explanation(
                    "swapped", f"nets {b} and {a} are swapped between {first} and {second} at {names}",
                    f"exchange the two nets in the map of {second}, or of {first}", _at(here, i[row]), a,
                )
            )  # fmt: skip
        else:
            waiting.setdefault((a, b), []).append(row)
    for (a, b), rows in waiting.items():
        found += [
            Explanation(
                "other net", f"{one.names[i[row]]} of {first} is net {a or 'none'}, on it lies {other.names[j[row]]} "
                f"of {second}, net {b or 'none'}", "correct the net of one of them", _at(here, i[row]), a,
            )
            for row in rows
        ]  # fmt: skip
    return found


def _renamed(joints: Joints, here: Points, i: Integers, j: Integers) -> list[Explanation]:
    """Joints of one net whose ends have other names."""
    one, other = joints.sides
    first, second = joints.table.between
    return [
        Explanation(
            "swapped",
            f"{one.names[i[row]]} of {first} meets {other.names[j[row]]} of {second}, both of net {one.nets[i[row]]}",
            'exchange the two bumps, or let any bump of the net do: partners = "same_net"', _at(here, i[row]),
            one.nets[i[row]],
        )
        for row in range(min(len(i), SINGLES))
    ]  # fmt: skip


def _missing(side: Side, points: Points, k: int, partner: str) -> Explanation:
    name, net = side.names[k], side.nets[k]
    return Explanation(
        "missing", f"{partner} has nothing on {side.part.part.name}'s {name}" + (f", net {net}" if net else ""),
        f"add a bump to {partner} there, or leave out {name}", _at(points, k), net,
    )  # fmt: skip


def _at(points: Points, k: int) -> tuple[float, float]:
    x, y = points[k].tolist()
    return x, y
