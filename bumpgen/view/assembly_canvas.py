"""A page that fills with areas, lines and texts in page units, y down, and becomes a picture.

A page unit is a pixel of the width asked for. What lies over what is fixed by the sheets: materials in the order of
the palette, wires over them, paper for broken edges, then lines and letters.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from bumpgen.errors import InputError
from bumpgen.geometry import Points, View
from bumpgen.spacing import nearest_apart
from bumpgen.view.assembly_palette import FILLS, style_of_kind
from bumpgen.view.picture import Bar, Figure, Frame, Outline, Picture, Row, Sheet, Text
from bumpgen.view.style import INK, PAPER, Style

__all__ = ["GLYPH", "LINE", "Canvas", "round_length", "shortened", "spread", "told"]

GLYPH = 0.62
"""Room for a character in parts of the font size."""
LINE = 1.5
"""Pitch of lines of text in parts of the font size."""
NARROWEST, WIDEST = 300, 20_000

BEHIND = Style("metal", "#d3c08a", "#d3c08a")
"""Wires across a cut, seen behind the bodies in it."""
OVER: dict[str, Style] = {
    "wire": Style("metal", "#b8860b", "#b8860b"),
    "paper": Style("metal", PAPER, PAPER),
    "faint": Style("metal", "#9a9a9a", "#9a9a9a"),
    "dimension": Style("metal", "#1b3a57", "#1b3a57"),
    "window": Style("metal", "#c0392b", "#c0392b"),
    "ink": Style("metal", INK, INK),
}
"""Sheets over the materials."""


@dataclass(slots=True)
class Canvas:
    """The page so far: areas by sheet (page units), texts, swatches. `em` is the font size, `low` the lowest y used."""

    width: int
    em: float
    low: float = 0.0
    shapes: dict[str, list[Points]] = field(default_factory=dict)
    texts: list[Text] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)

    @classmethod
    def of(cls, width: int) -> Canvas:
        """An empty page. InputError for a width out of range."""
        if not NARROWEST <= width <= WIDEST:
            raise InputError(f"a width of {width} pixels is outside {NARROWEST} to {WIDEST}")
        return cls(width, width / 100)

    @property
    def margin(self) -> float:
        """Free border of the page."""
        return 2 * self.em

    def area(self, sheet: str, points: Points) -> None:
        """A filled polygon, (N, 2) page units."""
        self.shapes.setdefault(sheet, []).append(points)
        self.low = max(self.low, float(points[:, 1].max()))

    def lines(self, sheet: str, points: Iterable[tuple[float, float]], thick: float = 0.1) -> None:
        """A line through points, `thick` parts of the font size."""
        known = np.array(list(points), np.float64)
        ways = np.diff(known, axis=0)
        for start, way in zip(known, ways, strict=False):
            length = float(np.hypot(*way))
            if length > 0:
                aside = np.array((-way[1], way[0])) * (thick * self.em / 2 / length)
                self.area(sheet, np.array((start - aside, start + way - aside, start + way + aside, start + aside)))

    def box(self, sheet: str, box: tuple[float, float, float, float], thick: float = 0.12) -> None:
        """The outline of a box: left, top, right, bottom."""
        x0, y0, x1, y1 = box
        self.lines(sheet, [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)], thick)

    def write(
        self, x: float, y: float, text: str, size: float = 1.0, *, anchor: Literal["start", "middle", "end"] = "start",
        bold: bool = False, color: str = INK,
    ) -> None:  # fmt: skip
        """A line of text; `size` in parts of the page's font size."""
        if text:
            self.texts.append(Text(x, y, size * self.em, text, color, anchor, bold))
            self.low = max(self.low, y + 0.3 * size * self.em)

    def paragraph(self, x: float, y: float, width: float, text: str, size: float = 1.0) -> float:
        """A text wrapped to a width; returns the y of its last line."""
        letters = max(12, int(width / (GLYPH * size * self.em)))
        for line in textwrap.wrap(text, letters):
            self.write(x, y, line, size)
            y += LINE * size * self.em
        return y - LINE * size * self.em

    def room(self, text: str, size: float = 1.0) -> float:
        """Width a text may take."""
        return GLYPH * size * self.em * len(text)

    def swatch(self, sheet: str, x: float, y: float) -> None:
        """A legend's rectangle."""
        style = OVER.get(sheet) or next(style_of_kind(kind) for kind in FILLS if kind == sheet)
        self.rows.append(Row(sheet, style, x, y, 1.6 * self.em, self.em))
        self.low = max(self.low, y + self.em)

    def scale_bar(self, x: float, y: float, scale: float, longest: float, where: str = " along x and z (1:1)") -> float:
        """A scale bar of a round length up to `longest` page units with its length, `scale` px per µm; its last y."""
        length = round_length(longest / scale)
        self.bars.append(Bar(x, y, length * scale, 0.3 * self.em, length))
        if len(self.bars) > 1:  # a picture has one bar of its own; the others are painted
            right, low = x + length * scale, y + 0.3 * self.em
            self.area("ink", np.array(((x, y), (right, y), (right, low), (x, low))))
        self.write(x, y + 1.4 * self.em, f"{length:g} µm{where}", 0.9)
        return y + 1.4 * self.em

    def picture(self, title: str) -> Picture:
        """The page as a value."""
        order: list[tuple[str, Style, bool]] = []
        for kind in FILLS:
            style = style_of_kind(kind)
            order += [(kind, style, True), (f"{kind}/thin", style, False)]
            order += [("behind", BEHIND, False)] if kind == "mould" else []
        order += [(name, style, False) for name, style in OVER.items()]
        drawn = {
            sheet: tuple(Outline(points * (1.0, -1.0)) for points in shapes) for sheet, shapes in self.shapes.items()
        }
        return Picture(
            width=self.width, height=math.ceil(self.low + self.margin), view=View.BUMPS_UP,
            frame=Frame(0.0, 0.0, 1.0, False), figures=(Figure("PAGE", drawn, (), frozenset(drawn)),),
            sheets=tuple(Sheet(name, style, fine) for name, style, fine in order if name in drawn), outline=None,
            sites=(), texts=tuple(self.texts), rows=tuple(self.rows), bar=self.bars[0], mark=None, title=title,
        )  # fmt: skip


def round_length(longest: float) -> float:
    """The largest 1, 2 or 5 times a power of ten that is not above `longest`."""
    power = 10.0 ** math.floor(math.log10(longest))
    return float(max(step for step in (1, 2, 5) if step * power <= longest * (1 + 1e-9)) * power)


def spread(wanted: Sequence[float], pitch: float, low: float, high: float) -> list[float]:
    """Places in the order of the wanted ones, near them, `pitch` apart, from `low` on and up to `high` if they fit."""
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    places = dict(zip(order, nearest_apart([wanted[i] for i in order], pitch, low, high), strict=True))
    return [places[i] for i in range(len(wanted))]


def told(value: float) -> str:
    """A length as a picture writes it: to 0.01 µm."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def shortened(text: str, letters: int) -> str:
    """A text that has no more letters; what was cut off is shown by dots."""
    return text if len(text) <= letters else f"{text[: max(letters - 3, 1)].rstrip(' ,')}..."
