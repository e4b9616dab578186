"""An assembly's process on a cut: each part's own steps, then both sides put together and joined."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from bumpgen.assembly import Assembly, Part
from bumpgen.assembly_picture import AssemblyPicture, PictureJoints
from bumpgen.build import build_layout
from bumpgen.check.assembly.pictured import picture_of
from bumpgen.command.stacked import stack_of
from bumpgen.cut import Cut
from bumpgen.errors import InputError, Where
from bumpgen.frames import Coordinates
from bumpgen.read import read_design
from bumpgen.section.joined import JoinedSolder, filled, fused, put_together, touching
from bumpgen.section.read import Frame, Strip, ledger_of, read_process_on
from bumpgen.section.state import State
from bumpgen.section.usual import line_through, neighbours
from bumpgen.view.assembly_cut import piece_outline, section_of

__all__ = ["strips_of_assembly"]


def strips_of_assembly(assembly: Assembly, cut: Cut | None = None) -> tuple[tuple[Strip, ...], str]:
    """A strip for each side of the first joints, one for both together; and the assembly's title.

    The cut is the assembly's, by default through two neighbouring joints. InputError if it has no joints.
    """
    stack = stack_of(assembly)
    picture = picture_of(stack)
    joints = next((joints for joints in picture.joints if len(joints.between) == 2 and len(joints.places)), None)
    if joints is None:
        raise InputError(f"{assembly.name} has no joints to be cut", Where(assembly.path, key="joints"))
    line = cut or _usual(joints)
    below, above = sorted(joints.between, key=lambda name: picture.part(name).face)
    strips = [_part_strip(assembly.parts[name], line) for name in (below, above)]
    both = _together(picture, line, joints, (below, above), (strips[0], strips[1]))
    return (*strips, both), picture.title


def _usual(joints: PictureJoints) -> Cut:
    pair = neighbours(joints.places)
    return line_through(pair, 0.5 * math.dist(*pair))


def _part_strip(part: Part, line: Cut) -> Strip:
    """A part's process up to where it is joined, on the assembly's line as the part has it."""
    ends = Coordinates(part.pose.assembly, np.array((line.start, line.end)))
    start, end = np.round(part.pose.below(ends).seen(part.view), 6).tolist()
    design = read_design(part.path)
    found = read_process_on(design.process, build_layout(design), Cut(tuple(start), tuple(end)))
    joined = [i for i, frame in enumerate(found.frames) if frame.step is not None and frame.step.kind == "join"]
    return replace(found, frames=found.frames[: joined[0]] if joined else found.frames, of=part.name)


def _together(
    picture: AssemblyPicture, line: Cut, joints: PictureJoints, names: tuple[str, str], strips: tuple[Strip, Strip]
) -> Strip:
    """Put together, joined, encapsulated."""
    below, above = (strip.frames[-1].state.cut_off(line.length) for strip in strips)
    face = picture.part(names[0]).face
    gap = picture.part(names[1]).face - face
    apart = touching(below, above)
    empty = State(below.box)
    placed = put_together(below, above, apart, names)
    told = f"Put {names[1]} face to face on {names[0]}: solder touches, faces {apart:.2f} µm apart"
    frames = [Frame(1, None, told, placed, ledger_of(empty, placed), (), (0.0, apart))]
    solder = list(_solder(picture, line, joints, face))
    molten = fused(put_together(below, above, gap, names), solder)
    told = f"Reflow: {len(solder)} joints on this cut, faces {gap:.2f} µm apart"
    frames.append(Frame(2, None, told, molten, ledger_of(placed, molten), (), (0.0, gap)))
    fill = picture.fill
    if fill is not None:
        full = filled(molten, "encapsulation", fill.material, fill.low - face, fill.high - face)
        frames.append(Frame(3, None, "Encapsulate", full, ledger_of(molten, full), (), (0.0, gap)))
    process = strips[0].process.with_materials(strips[1].process.materials)
    return Strip(process, line, tuple(frames), of="both")


def _solder(picture: AssemblyPicture, line: Cut, joints: PictureJoints, face: float) -> Iterator[JoinedSolder]:
    """Each joint's solder as it settles, over the cut and the height above the lower face."""
    import shapely

    entry = picture.joints.index(joints)
    found = section_of(picture, line)
    for met in found.joints:
        if met.entry != entry:
            continue
        kind = joints.kinds[met.kind]
        pieces: list[Any] = [
            shapely.Polygon(piece_outline(piece, line.axis, met.offset) + (met.at, -face))
            for piece in kind.pieces
            if piece.role == "solder"
        ]
        if pieces:
            material = next(piece.material for piece in kind.pieces if piece.role == "solder")
            area = shapely.union_all([shapely.make_valid(piece) for piece in pieces])
            yield JoinedSolder(f"solder of {joints.name}", material, met.at, area, kind.volume)
