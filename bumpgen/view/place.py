"""One place where a rule is broken, enlarged: what is drawn there, the markers over it, and in words what is wrong.

Page units are pixels, y runs down.
"""

from __future__ import annotations

import math
import textwrap
from typing import cast

import numpy as np

from bumpgen.geometry import View
from bumpgen.layout import Meaning
from bumpgen.report import Closeup
from bumpgen.view.picture import Bar, Circle, Figure, Frame, Outline, Picture, Primitive, Row, Sheet, Text
from bumpgen.view.style import INK, Style, style_of

__all__ = ["place_picture", "place_png", "place_svg"]

MARKERS = ("#d40000", "#0033ff", "#b000b0", "#007a3d")
"""Colours of markers: the one least like the layers shown is taken."""
RING = 0.06
"""Least radius of the ring around the markers, in parts of the window's side."""
GLYPH = 0.6
"""Room for a character in parts of the font size."""
LINE = 1.5
"""Pitch of lines of text in parts of the font size."""


def place_svg(shown: Closeup, width: int = 900) -> str:
    """The picture as an SVG document, `width` pixels wide."""
    from bumpgen.view.svg import to_svg

    return to_svg(place_picture(shown, width))


def place_png(shown: Closeup, width: int = 900) -> bytes:
    """The picture as a PNG file's bytes, `width` pixels wide."""
    from bumpgen.view.png import to_png

    return to_png(place_picture(shown, width))


def place_picture(shown: Closeup, width: int = 900) -> Picture:
    """Caption, enlarged window with ring and markers, scale bar and legend as a value, `width` pixels wide."""
    em = width / 56
    margin = 1.5 * em
    caption = _caption(shown, margin, em, width)
    top, side = caption[-1].y + 1.2 * em, 0.68 * width
    x0, y0, x1, _ = shown.window
    scale = side / (x1 - x0)
    frame = Frame(margin - x0 * scale, top + side + y0 * scale, scale, False)
    styles = _styles(shown)
    shapes = _shapes(shown)
    bar, length = _bar(margin, top + side + 1.2 * em, scale, side, em)
    rows, words = _legend(shown, styles, margin + side + 1.5 * em, top, em)
    lowest = max(length.y, rows[-1].y + 1.5 * em)
    return Picture(
        width=width, height=math.ceil(lowest + margin), view=View.BUMPS_UP, frame=frame,
        figures=(Figure("PLACE", shapes, (), frozenset(shapes)),),
        sheets=tuple(Sheet(name, styles[name], True) for name in shapes), outline=shown.window, sites=(),
        texts=(*caption, length, *words), rows=tuple(rows), bar=bar, mark=None,
        title=f"{shown.result.rule} place {shown.number}",
    )  # fmt: skip


def _caption(shown: Closeup, margin: float, em: float, width: int) -> list[Text]:
    """Rule and place, then what is wrong, where, whose it is, and why it matters."""
    result, place = shown.result, shown.place
    head = f"{result.rule}: {result.what}"
    about = f"place {shown.number} of {result.count} at {place.position} µm"
    measured = f"{place.measured:.6g}" if isinstance(place.measured, int | float) else place.measured
    told = [
        ", ".join(part for part in (shown.subject, about, place.whose) if part),
        f"measured {measured if measured is not None else 'nothing'}, limit {result.asked} ({result.severity})",
        place.message,
        result.reason,
        f"waived: {place.waived}" if place.waived else "",
    ]
    letters = max(20, int((width - 2 * margin) / (GLYPH * em)))
    size = min(1.4 * em, (width - 2 * margin) / (GLYPH * len(head)))
    y = margin + em
    texts = [Text(margin, y, size, head, INK, bold=True)]
    for line in (part for sentence in told for part in textwrap.wrap(sentence, letters)):
        y += LINE * em
        texts.append(Text(margin, y, em, line, INK))
    return texts


def _styles(shown: Closeup) -> dict[str, Style]:
    """Paint by sheet: every layer's contour shows through those above it; the markers lie over all."""
    styles = {}
    for index, layer in enumerate(shown.layers):
        paint = style_of(cast("Meaning", layer.meaning), layer.color, index)
        styles[layer.name] = Style(paint.meaning, paint.fill, paint.line, rim=True)
    fills = [style.fill for style in styles.values() if style.fill]
    styles["marker"] = Style("area", None, _standing_out(fills), rim=True)
    return styles


def _standing_out(fills: list[str]) -> str:
    """The marker colour whose nearest fill is farthest away, as channels differ."""
    return max(MARKERS, key=lambda color: min((_apart(color, fill) for fill in fills), default=0.0))


def _apart(one: str, other: str) -> float:
    return math.dist(*([int(color[i : i + 2], 16) for i in (1, 3, 5)] for color in (one, other)))


def _shapes(shown: Closeup) -> dict[str, tuple[Primitive, ...]]:
    found: dict[str, tuple[Primitive, ...]] = {
        layer.name: tuple(Outline(np.array(points)) for points in layer.polygons) for layer in shown.layers
    }
    markers = tuple(Outline(np.array(points)) for points in shown.place.outlines if len(points) > 1)
    found["marker"] = (*markers, _ring(shown))
    return found


def _ring(shown: Closeup) -> Circle:
    """A circle around the place that is never too small to be seen."""
    x0, y0, x1, y1 = shown.place.box or shown.window
    side = shown.window[2] - shown.window[0]
    radius = max(0.55 * math.hypot(x1 - x0, y1 - y0), RING * side)
    return Circle((x0 + x1) / 2, (y0 + y1) / 2, 2 * radius)


def _bar(left: float, y: float, scale: float, side: float, em: float) -> tuple[Bar, Text]:
    """Scale bar under the window, with its length."""
    longest = 0.3 * side / scale
    power = 10.0 ** math.floor(math.log10(longest))
    length = max(step for step in (1, 2, 5) if step * power <= longest * (1 + 1e-9)) * power
    bar = Bar(left, y, length * scale, 0.3 * em, length)
    return bar, Text(left, y + 1.5 * em, em, f"{length:g} µm", INK)


def _legend(shown: Closeup, styles: dict[str, Style], x: float, top: float, em: float) -> tuple[list[Row], list[Text]]:
    """Swatches and names, the uppermost layer first, the markers above them."""
    entries = [("marker", "where the rule is broken")]
    entries += [(layer.name, f"{layer.name} {layer.number[0]}/{layer.number[1]}") for layer in reversed(shown.layers)]
    rows = [Row(name, styles[name], x, top + n * 1.7 * em, 1.6 * em, em) for n, (name, _) in enumerate(entries)]
    words = [
        Text(x + 2.1 * em, row.y + 0.85 * em, 0.9 * em, text, INK) for row, (_, text) in zip(rows, entries, strict=True)
    ]
    return rows, words
