"""Joints as drawn: which site of one part lies on which of the other, and what solder makes of each pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from bumpgen.assembly import Assembly, JointTable
from bumpgen.check.assembly.drawn import NONE, DrawnPart
from bumpgen.check.assembly.faces import Face
from bumpgen.check.assembly.matched import coinciding
from bumpgen.check.assembly.outlines import Mismatch, Outline, mismatch
from bumpgen.frames import AssemblyView, Coordinates
from bumpgen.geometry import Points
from bumpgen.solder import ball_volume, bump_height, standoff

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]

__all__ = ["JointClass", "JointFace", "Joints", "Side", "face_at", "joints_of", "side_of"]


@dataclass(frozen=True, eq=False)
class Side:
    """One part's sites that take part in a joint, seen from above."""

    part: DrawnPart
    index: Integers
    places: Coordinates[AssemblyView]

    def __len__(self) -> int:
        return len(self.index)

    @cached_property
    def names(self) -> NDArray[np.object_]:
        """Names of the sites."""
        return self.part.sites.names[self.index]

    @cached_property
    def nets(self) -> NDArray[np.object_]:
        """Their nets, as the design says."""
        return self.part.sites.nets[self.index]

    @cached_property
    def keys(self) -> Integers:
        """Kind, contact outline and solder outline of each, (N, 3)."""
        sites = self.part.sites
        return np.column_stack((sites.kind, sites.contact, sites.solder))[self.index]


@dataclass(frozen=True, eq=False)
class JointFace:
    """One side of a class of joints: its face, the outlines of contact and solder as they lie in the assembly."""

    face: Face
    contact: Outline | None
    solder: Outline | None

    @property
    def radius(self) -> float:
        """Of the contact, of a circle of its area if it isn't round, µm; 0 where none is drawn."""
        return self.contact.radius if self.contact else 0.0

    @cached_property
    def volume(self) -> float:
        """Solder this side brings, µm³: a ball's, or what was plated or printed on its drawn area."""
        solder = self.face.solder
        if solder is None or self.solder is None:
            return 0.0
        if solder.form == "ball":
            return ball_volume(solder.thickness)
        return self.solder.area * solder.thickness * solder.fraction

    @property
    def solder_height(self) -> float:
        """Of the solder before the dies meet, µm: a truncated sphere if it was molten, else as it was put there."""
        solder = self.face.solder
        if solder is None or not self.volume:
            return 0.0
        if solder.reflowed and self.radius:
            return bump_height(self.radius, self.volume)
        return solder.thickness


@dataclass(frozen=True, eq=False)
class JointClass:
    """Joints that are alike: the same two faces at the same offset (µm, of the second's centre from the first's)."""

    faces: tuple[JointFace, JointFace]
    offset: tuple[float, float]
    count: int

    @cached_property
    def mismatch(self) -> Mismatch | None:
        """How the cross-sections differ; None where one isn't drawn."""
        one, other = (face.contact for face in self.faces)
        return None if one is None or other is None else mismatch(one, other)

    @property
    def volume(self) -> float:
        """All solder in the joint, µm³."""
        return self.faces[0].volume + self.faces[1].volume

    @cached_property
    def solder_height(self) -> float:
        """Of the solder between the two contacts, load-free, µm: a spherical zone of the joint's volume (facts 2.3)."""
        return float(standoff(self.faces[0].radius, self.faces[1].radius, self.volume)) if self.volume else 0.0

    @property
    def gap(self) -> float:
        """From die face to die face, µm."""
        return self.faces[0].face.top + self.solder_height + self.faces[1].face.top


@dataclass(frozen=True, eq=False)
class Joints:
    """One [[joints]] entry: its two sides, the pairs of sites that lie on each other, what is left over.

    `pairs` (N, 2) index the sides; `alone` are the sites of either without a partner. `which` gives the class
    of each pair.
    """

    table: JointTable
    sides: tuple[Side, Side]
    pairs: Integers
    alone: tuple[Integers, Integers]
    classes: tuple[JointClass, ...]
    which: Integers

    @property
    def name(self) -> str:
        """The entry's name."""
        return self.table.name

    @cached_property
    def gap(self) -> float:
        """From die face to die face, µm: the mean of all load-free gaps, as stiff dies settle; 0 without joints."""
        total = sum(joint.count for joint in self.classes)
        return sum(joint.gap * joint.count for joint in self.classes) / total if total else 0.0

    @property
    def places(self) -> Coordinates[AssemblyView]:
        """Centres of the first sides' contacts, pair by pair."""
        return self.sides[0].places.chosen(self.pairs[:, 0])

    def solders(self) -> tuple[str, ...]:
        """Materials of all solder in the joints."""
        found = [face.face.solder.material for joint in self.classes for face in joint.faces if face.face.solder]
        return tuple(dict.fromkeys(found))


def joints_of(assembly: Assembly, parts: dict[str, DrawnPart], table: JointTable) -> Joints:
    """The joints of one entry, as drawn."""
    sides = tuple(side_of(parts[name], kinds) for name, kinds in zip(table.between, table.sites, strict=True))
    one, other = sides
    pairs = _pairs(one, other, assembly.view)
    alone = tuple(np.setdiff1d(np.arange(len(side)), pairs[:, i]) for i, side in enumerate(sides))
    classes, which = _classes(one, other, pairs, assembly.view)
    return Joints(table, (one, other), pairs, (alone[0], alone[1]), classes, which)


def side_of(part: DrawnPart, kinds: tuple[str, ...]) -> Side:
    """The sites of those kinds of a part, from above."""
    index = part.of_kinds(kinds)
    return Side(part, index, part.part.pose.above(part.sites.places.chosen(index)))


def _reaches(side: Side) -> NDArray[np.float64]:
    """How far each contact reaches from its centre, µm; 0 where none is drawn."""
    known = np.array([*(outline.reach for outline in side.part.outlines), 0.0])
    reaches: NDArray[np.float64] = known[side.part.sites.contact[side.index]]
    return reaches


def _pairs(one: Side, other: Side, view: AssemblyView) -> Integers:
    """Sites whose contacts lie on each other, each with the nearest of the other side, mutually."""
    if not len(one) or not len(other):
        return np.zeros((0, 2), np.int64)
    here, there = one.places.seen(view), other.places.seen(view)
    same = coinciding(here, there)
    left = np.setdiff1d(np.arange(len(one)), same[:, 0])
    right = np.setdiff1d(np.arange(len(other)), same[:, 1])
    reach = _reaches(one)[left], _reaches(other)[right]
    near = _nearest(here[left], there[right], *reach)
    found = np.concatenate((same, np.column_stack((left[near[:, 0]], right[near[:, 1]]))))
    return found[np.argsort(found[:, 0], kind="stable")]


def _nearest(here: Points, there: Points, reach: Points, other_reach: Points) -> Integers:
    """Mutually nearest places whose contacts touch, (N, 2)."""
    if not len(here) or not len(there):
        return np.zeros((0, 2), np.int64)
    from scipy.spatial import cKDTree  # takes longer to load than most maps take to be matched

    distance, nearest = map(np.asarray, cKDTree(there).query(here))
    back = np.asarray(cKDTree(here).query(there)[1])
    i = np.arange(len(here))
    kept = (back[nearest] == i) & (distance < np.maximum(reach + other_reach[nearest], 1e-3))
    return np.column_stack((i[kept], nearest[kept])).astype(np.int64)


def _classes(one: Side, other: Side, pairs: Integers, view: AssemblyView) -> tuple[tuple[JointClass, ...], Integers]:
    """Pairs of the same faces at the same offset, to 1 nm."""
    i, j = pairs.T
    offsets = np.rint((other.places.seen(view)[j] - one.places.seen(view)[i]) * 1e3).astype(np.int64)
    keys = np.column_stack((one.keys[i], other.keys[j], offsets))
    _, first, which, counts = np.unique(_codes(keys), return_index=True, return_inverse=True, return_counts=True)
    classes = [
        JointClass((face_at(one, key[:3]), face_at(other, key[3:6])), (key[6] / 1e3, key[7] / 1e3), count)
        for key, count in zip(keys[first].tolist(), counts.tolist(), strict=True)
    ]
    return tuple(classes), which.ravel()


def _codes(keys: Integers) -> Integers:
    """One number for each row, equal where rows are equal."""
    codes = np.zeros(len(keys), np.int64)
    for column in keys.T if len(keys) else ():
        low, span = int(column.min()), int(column.max() - column.min()) + 1
        if int(codes.max()) >= (1 << 62) // span:
            codes = np.unique(codes, return_inverse=True)[1].astype(np.int64)
        codes = codes * span + (column - low)
    return codes


def face_at(side: Side, key: Sequence[int]) -> JointFace:
    """The face of sites of a side that have one of its keys."""
    kind, contact, solder = key
    part = side.part
    matrix = part.part.pose.matrix
    face = part.faces[part.kinds[kind]]
    outlines = [None if n == NONE else part.outlines[n].turned(matrix) for n in (contact, solder)]
    return JointFace(face, *outlines)
