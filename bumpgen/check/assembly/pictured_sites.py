"""Sites as pictures show them: what stands on a part's face, in place, and what a part alone bears."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from bumpgen.assembly import Part
from bumpgen.assembly_picture import JointKind, PictureJoints, Piece
from bumpgen.check.assembly.faces import Face
from bumpgen.check.assembly.joints import JointFace, Side, face_at, side_of
from bumpgen.check.assembly.outlines import Outline
from bumpgen.check.assembly.pictured_faces import Sizes, face_pieces, holes_of, pad_of, site_of, sizes_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bumpgen.check.assembly.drawn import DrawnPart
    from bumpgen.check.assembly.stack import Stack

__all__ = ["LABELLED", "below_of", "labels_of", "lifted", "sites_alone", "sizes_in_place", "upward"]

LABELLED = 1000
"""Joints of one entry that are named in a picture at most."""
SECTIONS = 25
"""Heights a bump's solder is measured at."""


def upward(drawn: DrawnPart) -> float:
    """1 if a part's face looks up, else -1."""
    return 1.0 if drawn.part.table.face == "up" else -1.0


def sizes_in_place(side: Side, face: JointFace) -> Sizes:
    """What a site draws as it lies in the assembly; the contact's own size is the drawing's."""
    part = side.part.part
    found = _seen(part, sizes_of(part.process, site_of(part, face.face.site)))
    if face.contact is not None and not face.face.opening:
        found[face.face.contact] = _half(face.contact)
    return found


def below_of(side: Side, face: Face) -> Sizes:
    """What the chip's pad under a site draws; nothing where pads lie elsewhere and the site brings its own metal."""
    part = side.part.part
    pads, site = part.file.pads, pad_of(part)
    under = pads is not None and pads.under_bumps
    if site.kind in part.process.sites and (
        under or face.contact not in sizes_of(part.process, site_of(part, face.site))
    ):
        return _seen(part, sizes_of(part.process, site))
    return {}


def _seen(part: Part, sizes: Sizes) -> Sizes:
    """Sizes as the assembly has them: turned with the part."""
    turned = part.pose.rotation in (90, 270)
    return {layer: (half[1], half[0]) for layer, half in sizes.items()} if turned else dict(sizes)


def _half(outline: Outline) -> tuple[float, float]:
    return outline.size[0] / 2, outline.size[1] / 2


def lifted(piece: Piece, face: float, up: float) -> Piece:
    """A piece over a part's face as it lies in the assembly, its heights rising."""
    rows = piece.profile.copy()
    rows[:, 2] = face + up * rows[:, 2]
    return replace(piece, profile=rows if up > 0 else rows[::-1])


def labels_of(side: Side, index: NDArray[np.int64]) -> tuple[str, ...]:
    """Names and nets of some sites of a side, unless they are very many."""
    if len(index) > LABELLED:
        return ()
    return tuple(f"{name} {net}" for name, net in zip(side.names[index], side.nets[index], strict=True))


def sites_alone(stack: Stack) -> Iterator[PictureJoints]:
    """What the only part of a stack bears, an entry for each kind of its sites: joints that have one side."""
    (drawn,) = stack.parts.values()
    for name in drawn.kinds:
        side = side_of(drawn, (name,))
        if name in drawn.faces and len(side):
            yield _bumps(stack, drawn, name, side)


def _bumps(stack: Stack, drawn: DrawnPart, name: str, side: Side) -> PictureJoints:
    places = side.places.seen(stack.assembly.view)
    groups: dict[tuple[object, ...], int] = {}
    shown: list[JointFace] = []
    keys, which = np.unique(side.keys, axis=0, return_inverse=True)
    number = np.zeros(len(keys), np.int64)
    for row, key in enumerate(keys.tolist()):
        face = face_at(side, key)
        alike = face.contact and (face.contact.shape, face.contact.size), round(face.volume, 3)
        if alike not in groups:
            shown.append(face)
        number[row] = groups.setdefault(alike, len(groups))
    of_site = number[which.ravel()]
    counts = np.bincount(of_site).tolist()
    level = stack.levels[drawn.part.name].face
    kinds = tuple(_bump(side, face, level, count) for face, count in zip(shown, counts, strict=True))
    nobody = np.zeros((0, 2))
    return PictureJoints(
        name, (drawn.part.name,), places, places, of_site, labels_of(side, np.arange(len(side))), kinds,
        (nobody, nobody), None,
    )  # fmt: skip


def _bump(side: Side, face: JointFace, level: float, count: int) -> JointKind:
    """A site alone, with its solder as the process leaves it."""
    process, below = side.part.part.process, below_of(side, face.face)
    sizes = sizes_in_place(side, face)
    pieces = list(face_pieces(process, face.face, sizes, below, 0))
    solder = _solder(face, sizes)
    pieces += [solder] if solder else []
    raised = [lifted(piece, level, upward(side.part)) for piece in pieces]
    return JointKind(
        count, tuple(raised), tuple(holes_of(process, below | sizes, 0)),
        (face.contact.points if face.contact else None, None), (face.face.material, face.face.material), (0.0, 0.0),
        None, "", face.volume, max(piece.high for piece in pieces),
    )  # fmt: skip


def _solder(face: JointFace, sizes: Sizes) -> Piece | None:
    """Solder on its contact: a truncated sphere once it was molten, a ball, or as high as it was put there."""
    solder = face.face.solder
    if solder is None or not face.volume:
        return None
    base, radius = face.face.top, face.radius
    contact = sizes.get(face.face.contact, (radius, radius))
    if solder.form != "ball" and not solder.reflowed:
        half = _half(face.solder) if face.solder else contact
        ends = np.array([(*half, base, 0.0), (*half, base + solder.thickness, 0.0)])
        return Piece("solder", solder.material, "solder", -1, ends)
    # a ball that was never molten stands on a point
    tall = face.solder_height if solder.reflowed else solder.thickness
    foot = radius if solder.reflowed else 0.0
    sphere = (foot**2 + tall**2) / (2 * tall)
    heights = tall * (1 - np.cos(np.linspace(0, math.pi, SECTIONS))) / 2
    radii = np.sqrt(np.maximum(sphere**2 - (heights - (tall - sphere)) ** 2, 0.0))
    share = heights / tall
    wide = [1.0 + (half / radius - 1.0) * (1 - share) if foot else np.ones(SECTIONS) for half in contact]
    rows = np.column_stack((radii * wide[0], radii * wide[1], base + heights, np.zeros(SECTIONS)))
    return Piece("solder", solder.material, "solder", -1, rows)
