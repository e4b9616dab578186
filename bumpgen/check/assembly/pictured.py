"""The stack as its pictures need it: bodies, films, joints with the shape of their solder, wires, what fills it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bumpgen.assembly_picture import (
    AssemblyPicture,
    Box,
    Fill,
    Glue,
    JointKind,
    Landing,
    MaterialKind,
    PictureFilm,
    PictureJoints,
    PictureMaterial,
    PicturePart,
    PictureWires,
    Piece,
)
from bumpgen.cells import CELLS
from bumpgen.check.assembly.boxes import area, openings_of
from bumpgen.check.assembly.drawn import DrawnPart
from bumpgen.check.assembly.joints import JointClass, JointFace, Joints, Side
from bumpgen.check.assembly.kinds.encapsulation import covered
from bumpgen.check.assembly.kinds.heights import is_chip
from bumpgen.check.assembly.pictured_faces import (
    Sizes,
    bands,
    drawn_on,
    face_pieces,
    holes_of,
    site_of,
    stamped,
)
from bumpgen.check.assembly.pictured_sites import (
    below_of,
    labels_of,
    lifted,
    sites_alone,
    sizes_in_place,
    upward,
)  # fmt: skip
from bumpgen.check.assembly.stack import Level, Stack
from bumpgen.check.assembly.wires import Wires
from bumpgen.check.joint import SolderJoint
from bumpgen.check.stack import films_on
from bumpgen.frames import Coordinates
from bumpgen.geometry import Points
from bumpgen.material_kinds import material_kind
from bumpgen.process import Material

__all__ = ["picture_of"]

SECTIONS = 33
"""Heights a joint's solder is measured at."""


def picture_of(stack: Stack) -> AssemblyPicture:
    """All that pictures of a stack show, of a part alone its sites. InputError for a part that nothing holds."""
    parts = tuple(_part(stack, drawn) for drawn in stack.parts.values())
    joints = tuple(_joints(stack, found) for found in stack.joints)
    if len(stack.parts) == 1:
        joints = tuple(sites_alone(stack))
    wires = tuple(_wires(stack, found) for found in stack.wires)
    fill = _fill(stack, max((found.top for found in wires), default=0.0))
    file = stack.assembly.file
    found = AssemblyPicture(stack.assembly.name, file.title or file.name, parts, joints, wires, fill, {})
    return replace(found, materials=_materials(stack, found))


def _part(stack: Stack, drawn: DrawnPart) -> PicturePart:
    part, level = drawn.part, stack.levels[drawn.part.name]
    box = stack.box(part.name)
    corner, first = _corner(drawn, box)
    return PicturePart(
        part.name, part.process.name, is_chip(part), part.table.face, box, level.face, level.rear, part.body, corner,
        first, tuple(_films(drawn, level)), tuple(_bodies(drawn)),
        tuple(opening.points for opening in openings_of(stack, part.name)), _glue(stack, drawn),
    )  # fmt: skip


def _corner(drawn: DrawnPart, box: Box) -> tuple[tuple[float, float], str]:
    """The corner next to site A1, or to the first site; that of the part's own origin where there is none."""
    part, sites = drawn.part, drawn.sites
    if len(sites):
        named = np.flatnonzero(sites.names == "A1")
        index = int(named[0]) if len(named) else 0
        places, first = sites.places.chosen(np.array([index])), str(sites.names[index])
    else:
        places, first = Coordinates(part.view, np.zeros((1, 2))), ""
    x, y = part.pose.above(places).seen(part.pose.assembly)[0].tolist()
    x0, y0, x1, y1 = box
    return ((x0 if x < (x0 + x1) / 2 else x1), (y0 if y < (y0 + y1) / 2 else y1)), first


def _films(drawn: DrawnPart, level: Level) -> Iterator[PictureFilm]:
    """Films over a part's face, by heights."""
    up = upward(drawn)
    for band in bands(drawn.part.process):
        low, high = sorted((level.face + up * band.low, level.face + up * band.high))
        yield PictureFilm(band.layer, band.film.material, low, high)


def _glue(stack: Stack, drawn: DrawnPart) -> Glue | None:
    table = drawn.part.table.attached
    if table is None:
        return None
    rear = stack.levels[drawn.part.name].rear
    low, high = sorted((rear, rear - upward(drawn) * table.thickness.value))
    return Glue(table.to, table.material, low, high)


def _bodies(drawn: DrawnPart) -> Iterator[Points]:
    """Outlines of a body that is cut to its layers: shapes of its sites, and of cells placed by hand."""
    part = drawn.part
    process, pose = part.process, part.pose
    for layer in stamped(process):
        for number, kind in enumerate(drawn.kinds):
            shapes = list(drawn_on(site_of(part, kind).draw(process), layer, process.grid.value))
            places = pose.above(drawn.sites.places.chosen(np.flatnonzero(drawn.sites.kind == number)))
            for place in places.seen(pose.assembly):
                yield from (pose.outlines(points) + place for points in shapes)
        for table in part.file.cells:
            cell = CELLS[table.cell].make(process, **table.set).draw(process)
            turned = Coordinates(part.view, np.array(table.at, np.float64))
            for place in pose.above(turned).seen(pose.assembly):
                for points in drawn_on(cell, layer, process.grid.value):
                    yield pose.outlines(_turned(points, table.rotation)) + place


def _turned(points: Points, rotation: int) -> Points:
    quarter = np.linalg.matrix_power(np.array(((0.0, -1.0), (1.0, 0.0))), rotation // 90)
    turned: Points = points @ quarter.T
    return turned


def _joints(stack: Stack, joints: Joints) -> PictureJoints:
    view = stack.assembly.view
    groups: dict[tuple[object, ...], list[int]] = {}
    for number, found in enumerate(joints.classes):
        groups.setdefault(_alike(found), []).append(number)
    renumber = np.zeros(len(joints.classes), np.int64)
    kinds = []
    for number, members in enumerate(groups.values()):
        renumber[members] = number
        shown = max((joints.classes[i] for i in members), key=lambda found: found.count)
        kinds.append(_kind(stack, joints, shown, sum(joints.classes[i].count for i in members)))
    partners = joints.sides[1].places.chosen(joints.pairs[:, 1])
    alone = [side.places.chosen(index).seen(view) for side, index in zip(joints.sides, joints.alone, strict=True)]
    return PictureJoints(
        joints.name, joints.table.between, joints.places.seen(view), partners.seen(view), renumber[joints.which],
        labels_of(joints.sides[0], joints.pairs[:, 0]), tuple(kinds), (alone[0], alone[1]),
        stack.accuracy(joints.table),
    )  # fmt: skip


def _alike(found: JointClass) -> tuple[object, ...]:
    """What joints of one kind share: sites, contacts, solder; not how they are offset."""
    return tuple(
        (face.face.site, face.contact and (face.contact.shape, face.contact.size), round(face.volume, 3))
        for face in found.faces
    )


def _kind(stack: Stack, joints: Joints, found: JointClass, count: int) -> JointKind:
    faces = [stack.levels[name].face for name in joints.table.between]
    ups = [upward(side.part) for side in joints.sides]
    sizes = [sizes_in_place(side, face) for side, face in zip(joints.sides, found.faces, strict=True)]
    below = [below_of(side, face.face) for side, face in zip(joints.sides, found.faces, strict=True)]
    pieces: list[Piece] = []
    both: tuple[Literal[0], Literal[1]] = (0, 1)
    for side in both:
        process = joints.sides[side].part.part.process
        raw = face_pieces(process, found.faces[side].face, sizes[side], below[side], side)
        pieces += [lifted(piece, faces[side], ups[side]) for piece in raw]
    solder = _solder(found, sizes, faces[0], ups[0], ups[0] * (faces[1] - faces[0]))
    pieces += [solder] if solder else []
    holes = [
        hole
        for side in both
        for hole in holes_of(joints.sides[side].part.part.process, below[side] | sizes[side], side)
    ]
    contacts = [face.contact.points if face.contact else None for face in found.faces]
    differ = found.mismatch
    return JointKind(
        count, tuple(sorted(pieces, key=lambda piece: (piece.low, piece.high))), tuple(holes),
        (contacts[0], contacts[1]),
        (found.faces[0].face.material, found.faces[1].face.material), found.offset,
        differ.per_side if differ else None, differ.reason if differ else "",
        found.volume, found.gap,
    )  # fmt: skip


def _solder(found: JointClass, sizes: list[Sizes], face: float, up: float, apart: float) -> Piece | None:
    """The solder between both contacts: a spheroidal zone held at the distance the stack has (check.joint)."""
    one, other = found.faces
    held = apart - one.face.top - other.face.top
    if found.volume <= 0 or held <= 0:
        return None
    free = abs(held - found.solder_height) < 1e-6
    joint = SolderJoint(one.radius, other.radius, found.volume, other.volume, None if free else held)
    share = (1 - np.cos(np.linspace(0, np.pi, SECTIONS))) / 2
    radii = joint.profile(np.clip(share * joint.height, 0, joint.height * (1 - 1e-12)))
    rows = np.column_stack((radii, radii, face + up * (one.face.top + share * joint.height), share))
    for axis in (0, 1):
        ends = [
            sizes[i][f.face.contact][axis] / f.radius if f.radius and f.face.contact in sizes[i] else 1.0
            for i, f in enumerate(found.faces)
        ]
        rows[:, axis] *= ends[0] + (ends[1] - ends[0]) * share
    materials = [f.face.solder.material for f in sorted(found.faces, key=lambda f: -f.volume) if f.face.solder]
    return Piece("solder", materials[0], "solder", -1, rows if up > 0 else rows[::-1])


def _wires(stack: Stack, wires: Wires) -> PictureWires:
    heights: list[float] = []
    landings: list[tuple[Landing, ...]] = []
    both: tuple[Literal[0], Literal[1]] = (0, 1)
    for which in both:
        side = wires.sides[which]
        drawn, level = side.part, stack.levels[side.part.part.name]
        sites = side.index[wires.pairs[:, which]]
        tops = [drawn.faces[drawn.kinds[kind]].top for kind in drawn.sites.kind[sites[:1]].tolist()]
        heights.append(level.face + upward(drawn) * sum(tops))
        landings.append(tuple(_landings(side, sites, wires.ends[which], level.face, which)))
    return PictureWires(
        wires.name, wires.table.between, wires.ends, (heights[0], heights[1]), wires.table.material,
        wires.table.diameter.value, wires.table.loop.value, (landings[0], landings[1]),
        tuple(str(net) for net in wires.nets),
    )  # fmt: skip


def _landings(
    side: Side, sites: NDArray[np.int64], ends: Points, level: float, which: Literal[0, 1]
) -> Iterator[Landing]:
    """What the wires of one side end on, kind by kind of its sites, drawn as its process draws them."""
    drawn = side.part
    process, pose = drawn.part.process, drawn.part.pose
    for number in np.unique(drawn.sites.kind[sites]).tolist():
        face = drawn.faces[drawn.kinds[number]]
        site = site_of(drawn.part, face.site).draw(process)
        shapes = list(drawn_on(site, face.opening or face.contact, process.grid.value))
        shown = JointFace(face, None, None)
        raw = face_pieces(process, face, sizes_in_place(side, shown), below_of(side, face), which)
        pieces = tuple(lifted(piece, level, upward(drawn)) for piece in raw)
        places = ends[drawn.sites.kind[sites] == number]
        metal = films_on(process, face.contact)[-1].material
        yield Landing(places, pose.outlines(shapes[0]) if shapes else None, metal, pieces)


def _fill(stack: Stack, loops: float) -> Fill | None:
    """What the encapsulation fills: its outline from above, and from the lowest to the highest it fills or covers.

    `loops` is the height of the highest wire.
    """
    filling = stack.assembly.file.encapsulation
    box = covered(stack, filling) if filling else None
    if filling is None or box is None:
        return None
    parts = stack.assembly.parts
    base = max(parts, key=lambda name: area(stack.box(name)))
    heights = [stack.levels[n].face for j in stack.joints if j.name in filling.joints for n in j.table.between]
    if filling.covers_dies:
        levels = [stack.levels[name] for name, part in parts.items() if is_chip(part) and name != base]
        heights += [side for level in levels for side in (level.low, level.high)]
    if filling.covers_wires:
        heights.append(loops)
    if not (filling.covers_dies or filling.covers_wires):
        return Fill(filling.material, box, min(heights), max(heights))
    cover = filling.cover.value if filling.cover else 0.0
    stands = stack.levels[base].face
    if parts[base].table.face == "up":
        return Fill(filling.material, box, min([stands, *heights]), max([stands, *heights]) + cover)
    return Fill(filling.material, box, min([stands, *heights]) - cover, max([stands, *heights]))


def _materials(stack: Stack, found: AssemblyPicture) -> dict[str, PictureMaterial]:
    """Every material the picture has, by id."""
    known: dict[str, Material] = {}
    for part in stack.assembly.parts.values():
        known |= part.process.materials
    special: dict[str, MaterialKind] = {part.glue.material: "glue" for part in found.parts if part.glue}
    if found.fill:
        special[found.fill.material] = "mould"
    return {
        identity: PictureMaterial(
            known[identity].name if identity in known else identity.replace("_", " "),
            special.get(identity) or material_kind(identity, known.get(identity)),
        )
        for identity in dict.fromkeys(_used(found))
    }


def _used(found: AssemblyPicture) -> Iterator[str]:
    """Ids of all materials, from the bodies on."""
    for part in found.parts:
        yield part.material
        yield from (film.material for film in part.films)
        if part.glue:
            yield part.glue.material
    kinds = [kind for joints in found.joints for kind in joints.kinds]
    yield from (metal for kind in kinds for metal in kind.metals)
    yield from _of_pieces(piece for kind in kinds for piece in kind.pieces)
    for wires in found.wires:
        yield wires.material
        for landing in (*wires.landings[0], *wires.landings[1]):
            yield landing.metal
            yield from _of_pieces(landing.pieces)
    if found.fill:
        yield found.fill.material


def _of_pieces(pieces: Iterable[Piece]) -> Iterator[str]:
    return (piece.material for piece in pieces)
