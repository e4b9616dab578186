"""A cut through an assembly along a line: what it meets, as areas over the line and the height; µm."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bumpgen.assembly_picture import AssemblyPicture, MaterialKind, PictureJoints, PicturePart, PictureWires, Piece
from bumpgen.cut import SAME, Cut
from bumpgen.errors import InputError
from bumpgen.geometry import Points
from bumpgen.wire_list import FLAT

__all__ = [
    "Cut",
    "CutJoint",
    "Section",
    "Solid",
    "Span",
    "default_cut",
    "piece_outline",
    "rectangle",
    "section_of",
    "without_holes",
]

Span = tuple[float, float]
"""From, to: along the cut, µm from its start."""


@dataclass(frozen=True, slots=True, eq=False)
class Solid:
    """An area of one material: corners (N, 2) over the cut and the height."""

    kind: MaterialKind
    points: Points


@dataclass(frozen=True, slots=True)
class CutJoint:
    """A joint the cut passes through: its entry and kind, where along the cut, how far on its second side lies."""

    entry: int
    kind: int
    at: float
    offset: float


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """What a cut meets: solids, joints, the spans of parts by name; wires are projected on to it.

    `wires` (diameter, centre line) run more along the cut than across it, `behind` are the others.
    """

    cut: Cut
    solids: tuple[Solid, ...]
    joints: tuple[CutJoint, ...]
    spans: dict[str, tuple[Span, ...]]
    wires: tuple[tuple[float, Points], ...] = ()
    behind: tuple[tuple[float, Points], ...] = ()


def default_cut(picture: AssemblyPicture) -> Cut:
    """Along x through the whole assembly, where it meets most parts, of those most entries of joints, then most joints.

    It runs through the middles of a row; between two rows only if it meets more entries there.
    """
    x0, y0, x1, y1 = picture.box
    middle = (y0 + y1) / 2
    known = [(np.sort(joints.places[:, 1]), _reach(joints)) for joints in picture.joints if len(joints.places)]
    rows = np.unique(np.concatenate([[middle], *(np.round(ys, 3) for ys, _ in known)]))
    wanted = np.concatenate((rows, (rows[:-1] + rows[1:]) / 2))
    boxes = np.array([part.box for part in picture.parts])
    parts = ((boxes[:, 1] < wanted[:, None]) & (wanted[:, None] < boxes[:, 3])).sum(axis=1)
    entries, through = np.zeros(len(wanted), np.int64), np.zeros(len(wanted), np.int64)
    for ys, reach in known:
        entries += _within(ys, wanted, reach * 0.999) > 0
        through += _within(ys, wanted, reach / 4)
    order = np.lexsort((np.abs(wanted - middle), -through, -entries, -parts))
    y = float(round(wanted[order[0]], 3))
    return Cut((x0, y), (x1, y))


def _reach(joints: PictureJoints) -> float:
    return max(kind.reach for kind in joints.kinds)


def _within(known: Points, wanted: Points, reach: float) -> NDArray[np.int64]:
    """How many of some sorted numbers lie within a reach of each wanted one."""
    high, low = np.searchsorted(known, wanted + reach, "right"), np.searchsorted(known, wanted - reach, "left")
    return (high - low).astype(np.int64)


def section_of(picture: AssemblyPicture, cut: Cut) -> Section:
    """What the cut meets. InputError if it misses every part."""
    spans = {part.name: tuple(_body_spans(cut, part)) for part in picture.parts}
    if not any(spans.values()):
        raise InputError(
            f"the cut along {cut.told()} misses every part",
            hint="the assembly lies at x = {0:g} to {2:g}, y = {1:g} to {3:g} µm".format(*picture.box),
        )
    joints, holes = _cut_joints(picture, cut)
    solids = [*_bodies(picture, cut, spans), *_films(picture, spans, holes), *_pieces(picture, cut, joints)]
    for wires in picture.wires:
        solids += _landings(picture, cut, wires)
    along, across = (
        tuple((wires.diameter, loop) for wires in picture.wires for loop in _loops(cut, wires, shown))
        for shown in (True, False)
    )
    return Section(cut, tuple(solids), tuple(joints), spans, along, across)


def _spans(cut: Cut, polygons: Iterable[Points], without: Iterable[Points] = ()) -> list[Span]:
    """Where a cut runs inside polygons and outside others."""
    import shapely

    area = shapely.union_all([shapely.Polygon(points) for points in polygons])
    area = shapely.difference(area, shapely.union_all([shapely.Polygon(points) for points in without]))
    met = shapely.intersection(shapely.LineString([cut.start, cut.end]), area)
    found = []
    for line in shapely.get_parts(met):
        if shapely.get_type_id(line) == shapely.GeometryType.LINESTRING and not shapely.is_empty(line):
            ends = np.sort(cut.places(shapely.get_coordinates(line))[0])
            if ends[-1] - ends[0] > SAME:
                found.append((float(ends[0]), float(ends[-1])))
    return sorted(found)


def _corners(box: tuple[float, float, float, float]) -> Points:
    x0, y0, x1, y1 = box
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])


def _body_spans(cut: Cut, part: PicturePart) -> list[Span]:
    return _spans(cut, part.bodies or [_corners(part.box)], part.openings)


def rectangle(kind: MaterialKind, span: Span, low: float, high: float) -> Solid:
    """A solid of one thickness over a span of the cut."""
    return Solid(kind, _corners((span[0], low, span[1], high)))


def _bodies(picture: AssemblyPicture, cut: Cut, spans: dict[str, tuple[Span, ...]]) -> Iterator[Solid]:
    """What fills, the parts' bodies, their glue."""
    kinds, fill = picture.materials, picture.fill
    if fill:
        for span in _spans(cut, [_corners(fill.box)]):
            yield rectangle(kinds[fill.material].kind, span, fill.low, fill.high)
    for part in picture.parts:
        for span in spans[part.name]:
            yield rectangle(kinds[part.material].kind, span, part.low, part.high)
            if part.glue:
                yield rectangle(kinds[part.glue.material].kind, span, part.glue.low, part.glue.high)


def _cut_joints(picture: AssemblyPicture, cut: Cut) -> tuple[list[CutJoint], dict[tuple[str, str], list[Span]]]:
    """Joints the cut meets; openings of films at them, by part and layer."""
    found: list[CutJoint] = []
    holes: dict[tuple[str, str], list[Span]] = {}
    for entry, joints in enumerate(picture.joints):
        if not len(joints.places):
            continue
        s, beside = cut.places(joints.places)
        other, _ = cut.places(joints.partners)
        reach = np.array([kind.reach for kind in joints.kinds])[joints.which]
        met = np.flatnonzero((np.abs(beside) < reach) & (s > -reach) & (s < cut.length + reach))
        for index in _apart(s[met], beside[met], reach[met], met):
            kind = int(joints.which[index])
            found.append(CutJoint(entry, kind, float(s[index]), float(other[index] - s[index])))
            for hole in joints.kinds[kind].holes:
                middle, half = float((s, other)[hole.side][index]), hole.half[cut.axis]
                holes.setdefault((joints.between[hole.side], hole.layer), []).append((middle - half, middle + half))
    return found, holes


def _apart(s: Points, beside: Points, reach: Points, index: NDArray[np.int64]) -> list[int]:
    """Joints along the cut; of two that would be drawn over each other the one the cut is nearer to the middle of."""
    taken: list[int] = []
    order = np.argsort(s, kind="stable").tolist()
    for i in order:
        while taken and s[i] - s[taken[-1]] < reach[i] + reach[taken[-1]] and abs(beside[i]) < abs(beside[taken[-1]]):
            taken.pop()
        if not taken or s[i] - s[taken[-1]] >= reach[i] + reach[taken[-1]]:
            taken.append(i)
    return [int(index[i]) for i in taken]


def _films(
    picture: AssemblyPicture, spans: dict[str, tuple[Span, ...]], holes: dict[tuple[str, str], list[Span]]
) -> Iterator[Solid]:
    """Films over the parts, open at the joints the cut meets."""
    for part in picture.parts:
        for film in part.films:
            for span in spans[part.name]:
                for piece in without_holes(span, holes.get((part.name, film.layer), [])):
                    yield rectangle(picture.materials[film.material].kind, piece, film.low, film.high)


def without_holes(span: Span, holes: list[Span]) -> Iterator[Span]:
    """A span less the holes in it."""
    at, end = span
    for low, high in sorted(holes):
        if high > at and low < end:
            if low > at:
                yield at, low
            at = high
    if at < end:
        yield at, end


def piece_outline(piece: Piece, axis: int, offset: float = 0.0) -> Points:
    """A piece about its joint's axis as an outline over the cut and the height; `offset` is the second side's."""
    half, z, centre = piece.profile[:, axis], piece.profile[:, 2], piece.profile[:, 3] * offset
    right, left = np.column_stack((centre + half, z)), np.column_stack((centre - half, z))
    return np.concatenate((right, left[::-1]))


def _pieces(picture: AssemblyPicture, cut: Cut, joints: list[CutJoint]) -> Iterator[Solid]:
    """The joints' pieces, each joint as if the cut went through its middle."""
    for found in joints:
        for piece in picture.joints[found.entry].kinds[found.kind].pieces:
            outline = piece_outline(piece, cut.axis, found.offset)
            yield Solid(picture.materials[piece.material].kind, outline + (found.at, 0.0))


def _along(cut: Cut, wires: PictureWires) -> NDArray[np.bool_]:
    """Which wires run more along the cut than across it."""
    one, other = (cut.places(ends) for ends in wires.ends)
    along: NDArray[np.bool_] = np.abs(one[0] - other[0]) >= np.abs(one[1] - other[1])
    return along


def _landings(picture: AssemblyPicture, cut: Cut, wires: PictureWires) -> Iterator[Solid]:
    """The metal under the ends of wires along the cut, projected on to it; equal ones once."""
    along = _along(cut, wires)
    for landings, ends in zip(wires.landings, wires.ends, strict=True):
        shown = {tuple(place) for place in ends[along].tolist()}
        for landing in landings:
            places = [place for place in landing.places.tolist() if tuple(place) in shown]
            for at in np.unique(np.round(cut.places(np.array(places))[0], 3)).tolist() if places else ():
                if 0 <= at <= cut.length:
                    for piece in landing.pieces:
                        outline = piece_outline(piece, cut.axis) + (at, 0.0)
                        yield Solid(picture.materials[piece.material].kind, outline)


def _loops(cut: Cut, wires: PictureWires, shown: bool) -> Iterator[Points]:
    """Centre lines of wires along the cut (or of those across it) projected on to it; equal ones once.

    Straight up to the loop's height, flat for a share of the span, down to the other end; corners rounded.
    """
    mine = _along(cut, wires) == shown
    if not mine.any():
        return
    one, other = (cut.places(ends[mine])[0] for ends in wires.ends)
    for a, b in np.unique(np.round(np.column_stack((one, other)), 3), axis=0).tolist():
        if min(a, b) >= 0 and max(a, b) <= cut.length:
            bend = a + FLAT * (b - a)
            corners = [(a, wires.heights[0]), (a, wires.top), (bend, wires.top), (b, wires.heights[1])]
            yield _rounded(np.array(corners))


def _rounded(points: Points) -> Points:
    """A line with its corners cut three times at an eighth, a quarter and a quarter of its sides; ends stay."""
    for share in (0.125, 0.25, 0.25):
        one, other = points[:-1], points[1:]
        cut = np.stack((one + share * (other - one), other - share * (other - one)), axis=1).reshape(-1, 2)
        points = np.concatenate((points[:1], cut[1:-1], points[-1:]))
    return points
