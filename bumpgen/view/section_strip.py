"""A process on a cut as a film strip: a small drawing for each step, in rows, with materials below."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from bumpgen.section.read import Frame, Strip
from bumpgen.view.assembly_canvas import GLYPH, Canvas
from bumpgen.view.picture import Picture
from bumpgen.view.section_step import WRONG, draw_frame, draw_materials, look_of

__all__ = ["strip_picture"]

COLUMNS = 3
GAP = 2.2
"""Between columns, in parts of the font size."""


def strip_picture(strips: Sequence[Strip], title: str, width: int = 1400, tall: float | None = None) -> Picture:
    """All steps of one process or several, from left to right, top to bottom.

    How much heights are exaggerated stands at each. Strips are of cuts of one length.
    """
    canvas = Canvas.of(width)
    em, left = canvas.em, canvas.margin
    chosen = [(strip, frame) for strip in strips for frame in strip.frames]
    strip = strips[-1]
    size = min(1.6, (canvas.width - 2 * left) / canvas.room(title))
    canvas.write(left, left + em, title, size, bold=True)
    said = f"Cut along {strip.cut.told()}. Lengths in µm; z × n: heights are drawn n times larger than lengths."
    left_out = dict.fromkeys(film for one in strips for film in one.left_out)
    said += f" Not drawn by the layout: {', '.join(left_out)}." if left_out else ""
    y = canvas.paragraph(left, left + 2.9 * em, canvas.width - 2 * left, said) + 1.5 * em
    column = (canvas.width - 2 * left - (COLUMNS - 1) * GAP * em) / COLUMNS
    for start in range(0, len(chosen), COLUMNS):
        row = chosen[start : start + COLUMNS]
        heads = [_head(strip, frame, int(column / (GLYPH * 0.85 * em))) for strip, frame in row]
        lines = max(len(head) for head in heads)
        lows = [
            _draw(canvas, strip, frame, head, (left + i * (column + GAP * em), y, column), lines, tall)
            for i, ((strip, frame), head) in enumerate(zip(row, heads, strict=True))
        ]
        y = max(lows) + 1.8 * em
    scale = column / strip.cut.length
    low = canvas.scale_bar(left, y, scale, 0.2 * canvas.width, " along x")
    shown = [frame for _, frame in chosen]
    draw_materials(canvas, strips[-1].process, shown, left, low + em, canvas.width - 2 * left)
    return canvas.picture(f"{title}: process")


def _head(strip: Strip, frame: Frame, letters: int) -> list[tuple[str, bool]]:
    """Lines over a drawing: number and title, then warnings."""
    heading = f"{strip.of}: {frame.heading}" if strip.of else frame.heading
    if frame.idle:
        heading += ": nothing changes on this cut"
    lines = [(line, False) for line in textwrap.wrap(heading, letters)]
    return lines + [(line, True) for warned in frame.warned for line in textwrap.wrap(f"! {warned.text}", letters)]


def _draw(
    canvas: Canvas, strip: Strip, frame: Frame, head: list[tuple[str, bool]], place: tuple[float, float, float],
    lines: int, tall: float | None,
) -> float:  # fmt: skip
    """A step's head and drawing; returns the lowest y."""
    em, (left, top, width) = canvas.em, place
    look = look_of(strip, frame, tall)
    for i, (line, wrong) in enumerate(head):
        canvas.write(left, top + (i + 1) * 1.25 * em, line, 0.85, bold=not wrong, color=WRONG if wrong else "#1f1f1f")
    panel = draw_frame(canvas, strip, frame, look, left, top + (lines + 0.7) * 1.25 * em, width)
    canvas.write(panel.right, panel.bottom + 1.1 * em, f"z × {look.tall:g}", 0.8, anchor="end", color="#555555")
    return panel.bottom + 1.1 * em
