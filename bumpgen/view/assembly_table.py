"""Beside a side view: what colours mean, and the heights of everything as a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bumpgen.assembly_picture import AssemblyPicture, MaterialKind, Piece
from bumpgen.view.assembly_canvas import GLYPH, LINE, Canvas, shortened
from bumpgen.view.assembly_palette import FILLS

__all__ = ["ROW", "TableRow", "draw_legend", "draw_table", "rows_of"]


ROW = 1.3
"""Pitch of the table's rows in parts of the font size."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of the table of heights, µm."""

    part: str
    material: str
    low: float
    high: float


def rows_of(picture: AssemblyPicture) -> list[TableRow]:
    """Everything with its material and heights, the highest first; what is the same twice is told once."""
    found = [(name, material, low, high) for name, material, low, high in _all(picture)]
    rows = [TableRow(name, picture.materials[material].name, low, high) for name, material, low, high in found]
    return sorted(dict.fromkeys(rows), key=lambda row: (-row.high, -row.low))


def _all(picture: AssemblyPicture) -> Iterator[tuple[str, str, float, float]]:
    """Name, material's id, lower and upper side of everything."""
    if picture.fill:
        yield "encapsulation", picture.fill.material, picture.fill.low, picture.fill.high
    for part in picture.parts:
        yield part.name, part.material, part.low, part.high
        if part.glue:
            yield f"glue of {part.name}", part.glue.material, part.glue.low, part.glue.high
        for film in part.films:
            yield f"{part.name} {film.layer}", film.material, film.low, film.high
    for joints in picture.joints:
        for kind in joints.kinds:
            yield from _pieces(kind.pieces, joints.between, joints.name)
    for wires in picture.wires:
        half = wires.diameter / 2
        yield f"wires {wires.name}", wires.material, min(wires.heights), wires.top + half
        for landing in (*wires.landings[0], *wires.landings[1]):
            yield from _pieces(landing.pieces, wires.between, wires.name)


def _pieces(pieces: tuple[Piece, ...], between: tuple[str, ...], entry: str) -> Iterator[tuple[str, str, float, float]]:
    """Pieces of a joint, those of one layer and material that touch as one."""
    merged: list[tuple[str, str, float, float]] = []
    for piece in sorted(pieces, key=lambda piece: piece.low):
        name = f"{between[piece.side]} {piece.label}" if piece.side >= 0 else f"solder of {entry}"
        if merged and merged[-1][:2] == (name, piece.material) and abs(merged[-1][3] - piece.low) < 1e-6:
            merged[-1] = (*merged[-1][:3], piece.high)
        else:
            merged.append((name, piece.material, piece.low, piece.high))
    yield from merged


def draw_legend(canvas: Canvas, picture: AssemblyPicture, left: float, top: float, width: float) -> float:
    """Swatches of all kinds of material that are shown, with the materials' names; returns the lowest y."""
    em = canvas.em
    names: dict[MaterialKind, list[str]] = {}
    for material in picture.materials.values():
        names.setdefault(material.kind, []).append(material.name)
    canvas.write(left, top + em, "Materials", 1.1, bold=True)
    y = top + 2.2 * em
    letters = int((width - 2.4 * em) / (GLYPH * 0.9 * em))
    for kind in FILLS:
        if kind in names:
            canvas.swatch(kind, left, y)
            text = ", ".join(dict.fromkeys(names[kind]))
            canvas.write(left + 2.2 * em, y + 0.85 * em, shortened(text, letters), 0.9)
            y += LINE * em
    return y - LINE * em + em


def draw_table(
    canvas: Canvas, rows: list[TableRow], left: float, top: float, width: float, title: str = "Heights, µm"
) -> float:
    """The rows as a table; returns its lowest y."""
    em = canvas.em
    ends = (left, left + 0.36 * width, left + 0.86 * width, left + width)
    letters = [int(share * width / (GLYPH * 0.85 * em)) - 1 for share in (0.36, 0.36)]
    canvas.write(left, top + em, title, 1.1, bold=True)
    y = top + 2.6 * em
    for x, head in zip(ends, ("part", "material", "from", "to"), strict=True):
        canvas.write(x, y, head, 0.85, anchor="end" if head in ("from", "to") else "start", bold=True)
    canvas.lines("faint", [(left, y + 0.4 * em), (left + width, y + 0.4 * em)], 0.06)
    for row in rows:
        y += ROW * em
        canvas.write(ends[0], y, shortened(row.part, letters[0]), 0.85)
        canvas.write(ends[1], y, shortened(row.material, letters[1]), 0.85)
        canvas.write(ends[2], y, f"{row.low:.3f}", 0.85, anchor="end")
        canvas.write(ends[3], y, f"{row.high:.3f}", 0.85, anchor="end")
    return y + 0.4 * em
