"""The joint list of a stack: a row a joint, then one for each site that has no partner."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from bumpgen.check.assembly.joints import JointClass, JointFace, Joints
from bumpgen.joint_list import JointRow

if TYPE_CHECKING:
    from bumpgen.check.assembly.stack import Stack

__all__ = ["joint_rows"]

ROUND = 4
"""Decimals of measures: a tenth of the smallest grid."""


def joint_rows(stack: Stack) -> Iterator[JointRow]:
    """All joints, entry by entry in the order of the first side's sites, and each entry's sites left alone."""
    for joints in stack.joints:
        yield from _pairs(stack, joints)
        yield from _alone(stack, joints)


def _pairs(stack: Stack, joints: Joints) -> Iterator[JointRow]:
    one, other = joints.sides
    first, second = joints.table.between
    tails = [_measured(joint) for joint in joints.classes]
    places = joints.places.seen(stack.assembly.view).round(ROUND).tolist()
    i, j = joints.pairs.T
    names, nets = one.names[i].tolist(), one.nets[i].tolist()
    others, other_nets = other.names[j].tolist(), other.nets[j].tolist()
    rows = zip(names, others, nets, other_nets, places, joints.which.tolist(), strict=True)
    for name, partner, net, partners, (x, y), which in rows:
        yield JointRow(joints.name, f"{first}.{name}", f"{second}.{partner}", net, partners, x, y, *tails[which])


def _measured(joint: JointClass) -> tuple[Any, ...]:
    """What joints of a class have in common: the fields of a row from the offset on."""
    found = joint.mismatch
    differ = None if found is None or found.reason else round(found.per_side, ROUND)
    rest = (joint.solder_height, joint.volume, joint.gap)
    return (
        *joint.offset,
        *_size(joint.faces[0]),
        *_size(joint.faces[1]),
        differ,
        *(round(value, ROUND) for value in rest),
    )


def _size(face: JointFace) -> tuple[str, float | None, float | None]:
    """Shape, width and height of a contact."""
    if face.contact is None:
        return "", None, None
    wide, high = face.contact.size
    return face.contact.shape, round(wide, ROUND), round(high, ROUND)


def _alone(stack: Stack, joints: Joints) -> Iterator[JointRow]:
    for number, (side, left) in enumerate(zip(joints.sides, joints.alone, strict=True)):
        part = joints.table.between[number]
        places = side.places.chosen(left).seen(stack.assembly.view).round(ROUND).tolist()
        for name, net, (x, y) in zip(side.names[left].tolist(), side.nets[left].tolist(), places, strict=True):
            here, there = (f"{part}.{name}", net), ("", "")
            first, second = (here, there) if number == 0 else (there, here)
            yield JointRow(joints.name, first[0], second[0], first[1], second[1], x, y)
