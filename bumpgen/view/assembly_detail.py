"""One kind of joint, enlarged and to scale, with its heights, widths and how far its two sides may be off."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bumpgen.assembly_picture import AssemblyPicture, JointKind, PictureJoints, PicturePart, Piece
from bumpgen.cut import Cut
from bumpgen.geometry import Points
from bumpgen.view.assembly_canvas import Canvas, told
from bumpgen.view.assembly_cut import Section, Solid, piece_outline, rectangle, without_holes
from bumpgen.view.assembly_panel import Height, Panel, draw_breaks, draw_heights, draw_width, paint

__all__ = ["Detail", "details_of", "draw_detail"]

WIDE, TALL = 19.0, 20.0
"""Room for a joint between its dimensions, in parts of the font size."""
BODY = 3.2
"""How much of the bodies is shown under and over the joint, in parts of the font size."""
LEFT = 8.5
"""Room for the gap's dimension on the left, in parts of the font size."""


@dataclass(frozen=True, slots=True, eq=False)
class Detail:
    """A kind of joint of an entry, and the parts it is between, the lower first; one for a site that stands alone."""

    joints: PictureJoints
    kind: JointKind
    parts: tuple[PicturePart, ...]

    @property
    def axis(self) -> int:
        """The axis its sides are further apart along: 0 x, 1 y."""
        return 0 if abs(self.kind.offset[0]) >= abs(self.kind.offset[1]) else 1

    @property
    def faces(self) -> tuple[float, float]:
        """Heights of the lower and the upper face; of a site alone, of the face it stands on and of its top."""
        faces = [part.face for part in self.parts]
        if len(faces) == 1:
            faces.append(max(piece.high for piece in self.kind.pieces))
        return min(faces), max(faces)

    def side(self, part: PicturePart) -> int:
        """0 if a part is the joint's first, else 1."""
        return self.joints.between.index(part.name)


def details_of(picture: AssemblyPicture, most: int) -> list[Detail]:
    """The most frequent kind of every entry, then of what is left the most frequent ones."""
    found: list[tuple[int, int, Detail]] = []
    for joints in picture.joints:
        parts = tuple(sorted((picture.part(name) for name in joints.between), key=lambda part: part.face))
        kinds = sorted(joints.kinds, key=lambda kind: -kind.count)
        found += [(rank, -kind.count, Detail(joints, kind, parts)) for rank, kind in enumerate(kinds)]
    return [detail for _, _, detail in sorted(found, key=lambda row: row[:2])[:most]]


def draw_detail(canvas: Canvas, picture: AssemblyPicture, detail: Detail, left: float, top: float) -> float:
    """The joint with its heading, dimensions, scale bar and what is said of it; returns its lowest y."""
    em, (low, high) = canvas.em, detail.faces
    width = 47 * em
    canvas.write(left, top + em, _heading(detail), 1.1, bold=True)
    half = _half(detail)
    scale = min(WIDE * em / (2 * half), TALL * em / max(high - low, 1e-3))
    body, half = BODY * em / scale, max(half, 6 * em / scale)
    window = (-half, low - body, half, high + body)
    panel = Panel(left + LEFT * em, top + 2.2 * em, scale, window)
    paint(canvas, _section(picture, detail, window), panel)
    draw_breaks(canvas, panel, True, True)
    draw_heights(canvas, panel, [Height(low, high, f"{_span(detail)} {told(high - low)}")], panel.left, side=-1)
    draw_heights(canvas, panel, list(_heights(picture, detail)), panel.right)
    _draw_widths(canvas, detail, panel)
    y = canvas.scale_bar(panel.left, panel.bottom + 1.1 * em, scale, WIDE * em / 3)
    return canvas.paragraph(left, y + 1.6 * em, width, _said(detail), 0.9)


def _half(detail: Detail) -> float:
    """Half the width that is shown: the joint with some room, and openings around it if they are not much wider."""
    reach = max(detail.kind.reach, 1e-3)
    holes = [1.1 * hole.half[detail.axis] for hole in detail.kind.holes if hole.half[detail.axis] < 1.8 * reach]
    return max([1.35 * reach, *holes]) + max(map(abs, detail.kind.offset))


def _span(detail: Detail) -> str:
    """What the whole height is called."""
    if len(detail.parts) > 1:
        return "gap"
    return "over face" if detail.kind.gap > 0 else "below face"


def _heading(detail: Detail) -> str:
    if len(detail.parts) == 1:
        return f"{detail.joints.name}: one of {detail.kind.count} sites of {detail.parts[0].name}"
    lower, upper = (part.name for part in detail.parts)
    return f"{detail.joints.name}: one of {detail.kind.count} joints, {lower} (below) to {upper}"


def _section(picture: AssemblyPicture, detail: Detail, window: tuple[float, float, float, float]) -> Section:
    """The joint's pieces and what of both parts and the filling lies around it."""
    span, fill = (window[0], window[2]), picture.fill
    low, high = detail.faces
    solids: list[Solid] = []
    if fill and fill.low <= low + 1e-6 and fill.high >= high - 1e-6 and _inside(detail, fill.box):
        solids.append(rectangle(picture.materials[fill.material].kind, span, low, high))
    offset = detail.kind.offset[detail.axis]
    for part in detail.parts:
        solids.append(rectangle(picture.materials[part.material].kind, span, part.low, part.high))
        middle = offset * detail.side(part)
        for film in part.films:
            halves = [
                hole.half[detail.axis]
                for hole in detail.kind.holes
                if hole.side == detail.side(part) and hole.layer == film.layer
            ]
            kind = picture.materials[film.material].kind
            rest = without_holes(span, [(middle - half, middle + half) for half in halves])
            solids += [rectangle(kind, between, film.low, film.high) for between in rest]
    solids += [
        Solid(picture.materials[piece.material].kind, piece_outline(piece, detail.axis, offset))
        for piece in detail.kind.pieces
    ]
    return Section(Cut((0.0, 0.0), (1.0, 0.0)), tuple(solids), (), {}, ())


def _inside(detail: Detail, box: tuple[float, float, float, float]) -> bool:
    """Whether the entry's joints lie within a box, as a filling's."""
    x0, y0, x1, y1 = box
    x, y = detail.joints.places.mean(axis=0)
    return bool(x0 <= x <= x1 and y0 <= y <= y1)


def _heights(picture: AssemblyPicture, detail: Detail) -> Iterator[Height]:
    """What stands between both faces: metals of a layer as one, solder, films."""
    low, high = detail.faces
    groups: dict[tuple[str, int], list[Piece]] = {}
    for piece in detail.kind.pieces:
        if piece.low >= low - 1e-6 and piece.high <= high + 1e-6:
            groups.setdefault((piece.label, piece.side), []).append(piece)
    for (label, side), pieces in groups.items():
        bottom, top = min(piece.low for piece in pieces), max(piece.high for piece in pieces)
        whose = f" of {detail.joints.between[side]}" if side >= 0 else f" {picture.materials[pieces[0].material].name}"
        yield Height(bottom, top, f"{label}{whose} {told(top - bottom)}")
    for part in detail.parts:
        for film in part.films:
            if film.low >= low - 1e-6 and film.high <= high + 1e-6:
                yield Height(film.low, film.high, f"{film.layer} of {part.name} {told(film.high - film.low)}")


def _draw_widths(canvas: Canvas, detail: Detail, panel: Panel) -> None:
    """Width of the contact of either side, in the body under and over it."""
    rows = (panel.bottom - 1.7 * canvas.em, panel.top + 1.7 * canvas.em)
    for part, y in zip(detail.parts, rows, strict=False):
        side = detail.side(part)
        metal = [piece for piece in detail.kind.pieces if piece.side == side and piece.role != "pad"]
        if not metal:
            continue
        lower = part is detail.parts[0]
        contact = max(metal, key=lambda piece: piece.high) if lower else min(metal, key=lambda piece: piece.low)
        middle, half = detail.kind.offset[detail.axis] * side, float(contact.profile[0, detail.axis])
        word = "dia. " if _round(detail.kind.contacts[side]) else "width "
        z = contact.low if lower else contact.high
        draw_width(canvas, panel, (middle - half, middle + half), z, y, f"{contact.label} {word}{told(2 * half)}")


def _round(outline: Points | None) -> bool:
    """Whether an outline is a circle: its area is near π/4 of its box's, its box a square."""
    if outline is None:
        return False
    x, y = outline.T
    wide, tall = np.ptp(outline, axis=0)
    area = abs(float((x * np.roll(y, -1) - y * np.roll(x, -1)).sum())) / 2
    return bool(len(outline) > 8 and abs(wide - tall) < 1e-3 * wide and abs(area / (wide * tall) - math.pi / 4) < 0.01)


def _said(detail: Detail) -> str:
    """Offset, difference of the contacts, placement, of a joint; the solder's size."""
    return f"{_aligned(detail)}{_soldered(detail.kind)}"


def _soldered(kind: JointKind) -> str:
    solder = [piece for piece in kind.pieces if piece.role == "solder"]
    if not solder:
        return "No solder."
    return f"Solder {kind.volume:.0f} µm³, {told(solder[0].height)} high, {told(solder[0].width)} wide."


def _aligned(detail: Detail) -> str:
    if len(detail.parts) == 1:
        return ""
    kind, off = detail.kind, math.hypot(*detail.kind.offset)
    said = [f"Drawn offset {told(off)}"]
    if kind.mismatch is not None:
        said.append(kind.reason or f"contacts differ by {told(kind.mismatch)} per side")
    if detail.joints.accuracy is not None:
        accuracy = detail.joints.accuracy
        said.append(f"placed within ±{told(accuracy)}, so at most {told(off + accuracy)} off in all")
    return "; ".join(said) + ". "
