"""Assembly rules about places: joints within outlines, chips over chips, shadows, openings, encapsulation, clashes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from bumpgen.check.assembly.boxes import Opening, Plan, apart, area, beyond, meet_in_plan, openings_of, room, stands_in
from bumpgen.check.assembly.drawn import NONE
from bumpgen.check.assembly.joints import Joints, Side
from bumpgen.check.assembly.kind import AssemblyKind, Judgement, Spot, violated
from bumpgen.check.assembly.kinds.gaps import bulge_radii
from bumpgen.check.assembly.kinds.heights import is_chip
from bumpgen.check.assembly.kinds.measured import Measured, at_places, centre, limit_told, place_of, sides_of, worst_of
from bumpgen.check.assembly.wires import Wires
from bumpgen.report import counted, number
from bumpgen.rules import Rule

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bumpgen.check.assembly.stack import Stack

    Floats = NDArray[np.float64]

__all__ = ["KINDS", "half_sizes"]


def half_sizes(side: Side) -> Floats:
    """Half the box of each site's contact as it lies in the assembly, (N, 2), µm; 0 where none is drawn."""
    matrix = np.abs(side.part.part.pose.matrix)
    known = np.array([*(np.array(outline.size) / 2 for outline in side.part.outlines), np.zeros(2)]).reshape(-1, 2)
    halves: Floats = known[side.part.sites.contact[side.index]] @ matrix.T
    return halves


def _inside(places: Floats, halves: Floats, box: Plan) -> Floats:
    """The least distance from each site's edge to the sides of a box around it; negative outside."""
    low, high = np.array(box[:2]), np.array(box[2:])
    found: Floats = np.minimum(places - halves - low, high - places - halves).min(axis=1)
    return found


def _outside(places: Floats, halves: Floats, box: Plan) -> Floats:
    """The distance from each site's box to a box beside it; negative where they overlap, by the shortest way out."""
    low, high = np.array(box[:2]), np.array(box[2:])
    ways = np.maximum(low - places - halves, places - halves - high)
    found: Floats = np.where((ways > 0).all(axis=1), np.hypot(*ways.T), ways.max(axis=1))
    return found


def joint_inside(rule: Rule, stack: Stack) -> Judgement:
    """From each joint's contacts to the edges of both parts, and of the openings in them (P2 21, 37: between both)."""
    groups = []
    for joints in stack.joints:
        for side, index, partner in zip(joints.sides, joints.pairs.T, reversed(joints.table.between), strict=True):
            names = side.part.part.name, partner
            both = np.array([_within(stack, side, index, name) for name in names])
            told = np.array([f"the edge of {name}" for name in names], dtype=object)[both.argmin(axis=0)]
            values = both.min(axis=0)
            groups.append(Measured(values, _site_spot(rule, side, index, values, told)))
    return at_places(rule, "least", groups, "no sites of two parts lie on each other")


def _within(stack: Stack, side: Side, index: NDArray[np.int64], name: str) -> Floats:
    """From each site's contact to the edge of a part and of its openings, µm."""
    places, halves = side.places.seen(stack.assembly.view)[index], half_sizes(side)[index]
    values = _inside(places, halves, stack.box(name))
    for opening in openings_of(stack, name):
        values = np.minimum(values, _outside(places, halves, opening.box))
    return values


def _site_spot(
    rule: Rule,
    side: Side,
    index: NDArray[np.int64],
    values: Floats,
    what: str | NDArray[np.object_],
    note: str = "",
) -> Callable[[int], Spot]:
    """Tells of a site how far it is from `what`: one thing for all, or one for each."""

    def spot(k: int) -> Spot:
        site, value = int(index[k]), float(values[k])
        told = (
            f"{side.part.part.name}'s {side.names[site]} is {number(value)} µm from "
            f"{what if isinstance(what, str) else what[k]}{note}, "
            f"{limit_told(rule, 'least')} is asked"
        )
        return Spot(told, value, place_of(side, site), _reach(side, site), str(side.nets[site]), side.part.part.name)

    return spot


def _reach(side: Side, site: int) -> float:
    """Half the longer side of a site's contact, µm; 0 where none is drawn."""
    outline = int(side.part.sites.contact[side.index[site]])
    return 0.0 if outline == NONE else max(side.part.outlines[outline].size) / 2


def _chip_joints(stack: Stack) -> Iterator[tuple[Joints, int]]:
    """Joints of chip to chip that have any, and which side is the smaller chip (the second where both are alike)."""
    for joints in stack.joints:
        if len(joints.pairs) and all(is_chip(side.part.part) for side in joints.sides):
            one, other = (side.part.part.file.die for side in joints.sides)
            yield joints, 0 if one.width * one.height < other.width * other.height else 1


def chip_over(rule: Rule, stack: Stack) -> Judgement:
    """How far the smaller of two joined chips stays within the outline of the other (P2 21)."""
    found = []
    for joints, small in _chip_joints(stack):
        inner, outer = (joints.table.between[i] for i in (small, 1 - small))
        least = min(beyond(stack.box(outer), stack.box(inner)))
        told = f"{inner} is {number(least)} µm within the edge of {outer}, {limit_told(rule, 'least')} is asked"
        found.append((least, Spot(told, least, stack.assembly.parts[inner].table.at, part=inner)))
    return worst_of(rule, "least", found, "no chip is joined to a chip")


def pillar_field(rule: Rule, stack: Stack) -> Judgement:
    """How far the smaller chip's contacts stay within the field of the other's that are meant for it (P2 21).

    The field is the box of all the other's sites of the joint, edges included.
    """
    groups = []
    for joints, small in _chip_joints(stack):
        side, field = joints.sides[small], joints.sides[1 - small]
        places, halves = field.places.seen(stack.assembly.view), half_sizes(field)
        (x0, y0), (x1, y1) = (places - halves).min(axis=0).tolist(), (places + halves).max(axis=0).tolist()
        centres = side.places.seen(stack.assembly.view)
        values = _inside(centres, np.zeros_like(centres), (x0, y0, x1, y1))
        name = field.part.part.name
        groups.append(
            Measured(values, _site_spot(rule, side, np.arange(len(side)), values, f"the edge of {name}'s field"))
        )
    return at_places(rule, "least", groups, "no chip is joined to a chip")


def bond_shadow(rule: Rule, stack: Stack) -> Judgement:
    """From each bonded pad to a part higher than it, less what the tool's cone takes at that part's height (P2 23).

    Options: `cone`, the tool's half angle in degrees; `side`. The limit is the radius of the tool's tip.
    """
    slope = math.tan(math.radians(rule.option("cone", 0.0)))
    groups = [
        group for wires in stack.wires for i in sides_of(rule) for group in _bond_rows(rule, stack, wires, i, slope)
    ]
    return at_places(rule, "least", groups, "no wire is bonded beside a higher part")


def _bond_rows(rule: Rule, stack: Stack, wires: Wires, i: int, slope: float) -> Iterator[Measured]:
    side, index = wires.sides[i], wires.pairs[:, i]
    places = side.places.seen(stack.assembly.view)[index]
    face = stack.levels[side.part.part.name].face
    for name in stack.assembly.parts:
        rise = stack.levels[name].high - face
        if name == side.part.part.name or rise <= 0:
            continue
        values = _outside(places, np.zeros_like(places), stack.box(name)) - rise * slope
        note = f", {number(rise)} µm higher, less {number(rise * slope)} for the tool's cone"
        yield Measured(values, _site_spot(rule, side, index, values, name, note))


def joint_shadow(rule: Rule, stack: Stack) -> Judgement:
    """From the solder of each joint to any smaller part on the same face (P2 27: not blocked by it)."""
    groups = []
    for joints in stack.joints:
        for side, index, partner in zip(joints.sides, joints.pairs.T, reversed(joints.table.between), strict=True):
            for other in _between(stack, side.part.part.name, partner):
                places = side.places.seen(stack.assembly.view)[index]
                halves = np.maximum(half_sizes(side)[index], bulge_radii(joints)[:, None])
                values = _outside(places, halves, stack.box(other))
                groups.append(Measured(values, _site_spot(rule, side, index, values, other)))
    return at_places(rule, "least", groups, "no part hangs between two that are joined around it")


def _between(stack: Stack, name: str, partner: str) -> list[str]:
    """Parts on a part's face that are smaller than the partner it is joined to there: they hang between both."""
    return [
        other
        for other in sorted(_on_face(stack, name) - {partner})
        if area(stack.box(other)) < area(stack.box(partner))
    ]


def _on_face(stack: Stack, name: str) -> set[str]:
    """Parts that are joined to a part's face, or glued on it."""
    joined = {other for joints in stack.joints if name in joints.table.between for other in joints.table.between}
    parts = stack.assembly.parts.items()
    glued = {other for other, part in parts if part.table.attached and part.table.attached.to == name}
    return (joined | glued) - {name}


def opening_room(rule: Rule, stack: Stack) -> Judgement:
    """The least space between a part and the edge of the opening it stands in (P2 26)."""
    found = []
    for name, inner, opening in _accommodated(stack):
        least = room(stack.box(inner), opening)
        told = (
            f"{inner} is {number(least)} µm within the edge of the opening of {name} it stands in, "
            f"{limit_told(rule, 'least')} is asked"
        )
        found.append((least, Spot(told, least, stack.assembly.parts[inner].table.at, part=inner)))
    return worst_of(rule, "least", found, "no part has an opening that another stands in")


def _accommodated(stack: Stack) -> Iterator[tuple[str, str, Opening]]:
    """(carrier, part, opening): the part stands in the carrier's opening and isn't held by the carrier itself."""
    held = {frozenset(joints.table.between) for joints in stack.joints}
    for name in stack.assembly.parts:
        for opening in openings_of(stack, name):
            for inner in stack.assembly.parts:
                larger = min(beyond(stack.box(name), stack.box(inner))) >= 0
                apart_ = inner != name and frozenset((name, inner)) not in held
                if apart_ and larger and stands_in(stack.box(inner), opening):
                    yield name, inner, opening


def opening_ring(rule: Rule, stack: Stack) -> Judgement:
    """How far the chip over an opening reaches over the carrier around it, on two opposite sides at least (P2 26)."""
    found = []
    for name in stack.assembly.parts:
        partners = {p for joints in stack.joints if name in joints.table.between for p in joints.table.between} - {name}
        for opening in openings_of(stack, name):
            for chip in sorted(partners):
                if not stands_in(stack.box(chip), opening):
                    continue
                left, below, right, above = beyond(stack.box(chip), opening.box)
                reach = max(min(left, right), min(below, above))
                told = (
                    f"{chip} reaches {number(reach)} µm beyond the opening of {name} below it on two opposite sides, "
                    f"{limit_told(rule, 'least')} is asked"
                )
                found.append((reach, Spot(told, reach, stack.assembly.parts[chip].table.at, part=chip)))
    return worst_of(rule, "least", found, "no chip is joined to a carrier around an opening")


def opening_inside(rule: Rule, stack: Stack) -> Judgement:
    """From the edge of each opening to its carrier's edge (P2 26: an opening, not a notch)."""
    found = []
    for name in stack.assembly.parts:
        for opening in openings_of(stack, name):
            least = min(beyond(stack.box(name), opening.box))
            told = f"an opening of {name} is {number(least)} µm from its edge, {limit_told(rule, 'least')} is asked"
            x0, y0, x1, y1 = opening.box
            found.append((least, Spot(told, least, ((x0 + x1) / 2, (y0 + y1) / 2), part=name)))
    return worst_of(rule, "least", found, "no part has an opening")


def clash(rule: Rule, stack: Stack) -> Judgement:
    """The least space between any two bodies, along x, y or z: two can't be in one place."""
    found = []
    for one, other in combinations(stack.assembly.parts, 2):
        free = apart(stack, one, other)
        meets = "over each other" if meet_in_plan(stack, one, other) else "side by side"
        told = f"{one} and {other}, {meets}, are {number(free)} µm apart, {limit_told(rule, 'least')} is asked"
        found.append((free, Spot(told, free, stack.assembly.parts[other].table.at, part=other)))
    return worst_of(rule, "least", found, "there is one part only")


def facing(_rule: Rule, stack: Stack) -> Judgement:
    """Joined parts whose faces don't look at each other, or look away from each other."""
    spots = []
    for joints in stack.joints:
        one, other = joints.table.between
        faces = tuple(stack.assembly.parts[name].table.face for name in (one, other))
        if faces[0] == faces[1]:
            told = f"joints {joints.name}: the faces of {one} and {other} both look {faces[0]}, so they can't meet"
            spots.append(Spot(told, None, centre(joints), part=joints.name))
    return violated(
        spots, len(spots), f"{len(spots)} of {counted(len(stack.joints), 'pair', 'pairs')} look the same way"
    )


KINDS: tuple[AssemblyKind, ...] = (
    AssemblyKind(
        "joint_inside", "distance of joints' contacts from the edges of both parts and of openings", "distance",
        "least", joint_inside,
    ),
    AssemblyKind(
        "chip_over", "how far the smaller of two joined chips stays within the other's outline", "distance", "least",
        chip_over,
    ),
    AssemblyKind(
        "pillar_field", "how far the smaller chip's contacts stay within the field meant for them", "distance", "least",
        pillar_field,
    ),
    AssemblyKind(
        "bond_shadow", "distance of bonds from higher parts, less the tool's cone (cone: degrees; side)", "distance",
        "least", bond_shadow,
    ),
    AssemblyKind(
        "joint_shadow", "distance of joints' solder from smaller parts on the same face", "distance", "least",
        joint_shadow,
    ),
    AssemblyKind(
        "opening_room", "space between a part and the edge of the opening it stands in", "space", "least", opening_room
    ),
    AssemblyKind(
        "opening_ring", "how far a chip over an opening reaches over the carrier around it", "distance", "least",
        opening_ring,
    ),
    AssemblyKind(
        "opening_inside", "distance of an opening from its carrier's edge", "distance", "least", opening_inside
    ),
    AssemblyKind("clash", "space between any two bodies along x, y or z", "space", "least", clash),
    AssemblyKind("facing", "joined parts whose faces don't look at each other", "faces", "most", facing),
)  # fmt: skip
