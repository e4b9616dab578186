"""Lays the page out: the drawing, and around it title, legend, scale bar, A1 mark and names.

Nothing lies over the drawing but the names of pads and bumps. Page units are pixels, y runs down.
"""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass

import numpy as np

from bumpgen.geometry import View
from bumpgen.layout import Layout
from bumpgen.view.figures import Box, Extents, top_fill
from bumpgen.view.picture import Bar, Figure, Frame, Picture, Row, Sheet, Site, Text, Triangle
from bumpgen.view.style import INK, PAPER, ink_on

__all__ = ["compose"]

GLYPH = 0.6
"""Room for a character in parts of the font size."""
SMALLEST = 0.55
"""Names that would be smaller than this part of the page's font size are left out."""
TALLEST = 1.6
"""The drawing is at most this many times as tall as the page is wide."""
LINE = 1.7
"""Pitch of legend rows and notes in parts of the font size."""


@dataclass(frozen=True, slots=True)
class _Grid:
    """Places of page parts in page units: font size, drawing (left, top, right, bottom), legend."""

    em: float
    left: float
    top: float
    right: float
    bottom: float
    scale: float
    legend: tuple[float, float]
    column: float
    columns: int

    @property
    def margin(self) -> float:
        """Free border of the page, wide enough for the A1 mark."""
        return 1.7 * self.em


def compose(
    layout: Layout,
    figures: tuple[Figure, ...],
    sheets: list[Sheet],
    sites: list[Site],
    extents: Extents,
    width: int,
    view: View,
) -> Picture:
    """The whole page, `width` units wide."""
    box = _union(extents.boxes[layout.top.name], layout.outline)
    entries = [_entry(layout, sheet) for sheet in sheets]
    grid = _grid(box, entries, width)
    frame = _frame(box, layout, grid, view)
    rows, row_texts = _legend(sheets, entries, grid)
    bar, bar_text = _bar(grid)
    mark, mark_texts = _a1(layout, sites, frame, grid)
    around = [*_head(layout, view, grid, width), *row_texts, bar_text, *mark_texts]
    around += _notes(layout, grid, max(text.y for text in around), width)
    height = math.ceil(max(text.y for text in around) + grid.margin)
    names = _names(sites, figures, sheets, frame, grid.em)
    return Picture(
        width=width,
        height=height,
        view=view,
        frame=frame,
        figures=figures,
        sheets=tuple(sheets),
        outline=layout.outline,
        sites=tuple(sites),
        texts=(*around, *names),
        rows=tuple(rows),
        bar=bar,
        mark=mark,
        title=layout.title or layout.top.name,
    )


def _union(box: Box, outline: Box | None) -> Box:
    if outline is None:
        return box
    pairs = np.array([box, outline])
    x0, y0 = pairs[:, :2].min(axis=0)
    x1, y1 = pairs[:, 2:].max(axis=0)
    return (float(x0), float(y0), float(x1), float(y1))


def _entry(layout: Layout, sheet: Sheet) -> str:
    layer, datatype = layout.layers[sheet.layer]
    kind = "" if sheet.style.meaning == "metal" else f" {sheet.style.meaning}"
    return f"{sheet.layer} {layer}/{datatype}{kind}"


def _grid(box: Box, entries: list[str], width: int) -> _Grid:
    """The legend stands to the right of the drawing, or below one that is much wider than tall."""
    em = min(max(width / 72, 10.0), 60.0)
    margin = 1.7 * em
    wide, tall = max(box[2] - box[0], 1e-3), max(box[3] - box[1], 1e-3)
    column = (2.4 + GLYPH * max(map(len, entries))) * em
    below = wide > 2 * tall or column > width / 2
    room = width - 2 * margin - (0 if below else column + 1.5 * em)
    scale = min(room / wide, TALLEST * width / tall)
    top = margin + 4.8 * em
    right, bottom = margin + wide * scale, top + tall * scale
    legend = (margin, bottom + 6 * em) if below else (right + 2 * em, top)
    columns = max(1, int(room // column)) if below else 1
    return _Grid(em, margin, top, right, bottom, scale, legend, column, columns)


def _frame(box: Box, layout: Layout, grid: _Grid, view: View) -> Frame:
    """The map to the page; a mirrored view is turned about the die's width (the drawing's if there is no die)."""
    die = layout.outline or box
    seen = View.BUMPS_UP.to(view, np.array([box[:2], box[2:]]), die[0] + die[2])
    mirrored = view.mirrored
    low = float(seen[:, 0].min())
    # a point x is seen at (die[0] + die[2] - x) if mirrored, and the least of those lies at grid.left
    x0 = grid.left + ((die[0] + die[2] if mirrored else 0.0) - low) * grid.scale
    return Frame(x0, grid.top + box[3] * grid.scale, grid.scale, mirrored)


def _head(layout: Layout, view: View, grid: _Grid, width: int) -> list[Text]:
    title = layout.title or layout.top.name
    size = min(1.5 * grid.em, (width - 2 * grid.margin) / (GLYPH * len(title)))
    first = grid.margin + grid.em
    die = ""
    if layout.outline:
        x0, y0, x1, y1 = layout.outline
        die = f"   die {x1 - x0:g} × {y1 - y0:g} µm"
    stamp = f"view: {view.value.replace('_', ' ')}, µm{die}"
    return [
        Text(grid.left, first, size, title, INK, bold=True),
        Text(grid.left, first + 1.6 * grid.em, grid.em, stamp, INK),
    ]


def _legend(sheets: list[Sheet], entries: list[str], grid: _Grid) -> tuple[list[Row], list[Text]]:
    """Swatches and texts, the uppermost layer first."""
    em = grid.em
    rows, texts = [], []
    per_column = math.ceil(len(sheets) / grid.columns)
    for index, (sheet, entry) in enumerate(zip(reversed(sheets), reversed(entries), strict=True)):
        column, line = divmod(index, per_column)
        x, y = grid.legend[0] + column * grid.column, grid.legend[1] + line * LINE * em
        rows.append(Row(sheet.layer, sheet.style, x, y, 1.6 * em, em))
        texts.append(Text(x + 2.1 * em, y + 0.85 * em, em, entry, INK))
    return rows, texts


def _bar(grid: _Grid) -> tuple[Bar, Text]:
    """Scale bar with its length, under the drawing."""
    em = grid.em
    length = _round_length(0.3 * (grid.right - grid.left) / grid.scale)
    bar = Bar(grid.left, grid.bottom + 2.4 * em, length * grid.scale, 0.3 * em, length)
    return bar, Text(bar.x, bar.y + 1.5 * em, em, f"{length:g} µm", INK)


def _notes(layout: Layout, grid: _Grid, above: float, width: int) -> list[Text]:
    """The layout's notes, wrapped, under all else."""
    letters = max(20, int((width - 2 * grid.margin) / (GLYPH * grid.em)))
    lines = [line for note in layout.notes for line in textwrap.wrap(note, letters)]
    pitch = LINE * grid.em
    return [Text(grid.left, above + (n + 1.3) * pitch, grid.em, line, INK) for n, line in enumerate(lines)]


def _round_length(longest: float) -> float:
    """The largest 1, 2 or 5 times a power of ten that is not above `longest`."""
    power = 10.0 ** math.floor(math.log10(longest))
    return float(max(step for step in (1, 2, 5) if step * power <= longest * (1 + 1e-9)) * power)


def _a1(layout: Layout, sites: list[Site], frame: Frame, grid: _Grid) -> tuple[Triangle | None, list[Text]]:
    """A triangle outside the corner next to ball A1, with its name; nothing if no ball has that name."""
    bumps = {name for net in layout.nets for name in net.bumps}
    balls = [s for s in sites if s.name == "A1"] if not bumps or "A1" in bumps else []
    if not balls:
        return None, []
    # a pad may bear the same name; bumps are larger
    ball = max(balls, key=lambda site: site.radius)
    x, y = frame.to_page(ball.x, ball.y)
    right, low = x > (grid.left + grid.right) / 2, y > (grid.top + grid.bottom) / 2
    out_x, out_y = (1 if right else -1), (1 if low else -1)
    near, far = 0.3 * grid.em, 1.3 * grid.em
    cx, cy = (grid.right if right else grid.left), (grid.bottom if low else grid.top)
    corner = (cx + out_x * near, cy + out_y * near)
    mark = Triangle((corner, (cx + out_x * far, corner[1]), (corner[0], cy + out_y * far)))
    text_y = cy + (1.2 if low else -0.45) * grid.em
    return mark, [Text(cx, text_y, grid.em, "A1", INK, "end" if right else "start", bold=True)]


def _names(sites: list[Site], figures: tuple[Figure, ...], sheets: list[Sheet], frame: Frame, em: float) -> list[Text]:
    """Names of pads and bumps that fit, in black or white as the paint below asks."""
    inks: dict[str, str] = {}
    texts = []
    for site in sites:
        size = 1.5 * site.radius * frame.scale / (GLYPH * max(2, len(site.name)))
        size = min(size, 0.9 * site.radius * frame.scale)
        if size < SMALLEST * em or not site.cell:
            continue
        if site.cell not in inks:
            inks[site.cell] = ink_on(top_fill(figures, site.cell, sheets) or PAPER)
        x, y = frame.to_page(site.x, site.y)
        texts.append(Text(x, y + 0.35 * size, size, site.name, inks[site.cell], "middle"))
    return texts
