"""Two layouts over each other: what both have in grey, what one has in its colour, places ringed and numbered.

Beside the plan stand the legend and the largest places enlarged. Page units are pixels, y runs down.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from bumpgen.comparison import Box, NumberedPlace, Overlay, OverlayLayer
from bumpgen.geometry import Points, View
from bumpgen.view.picture import FINE, Bar, Circle, Figure, Frame, Outline, Picture, Primitive, Row, Sheet, Text
from bumpgen.view.style import INK, Style

__all__ = ["difference_picture", "difference_png", "difference_svg"]

ONLY_A, ONLY_B = "#d55e00", "#0072b2"
"""Colours that the colour-blind tell apart as well (Okabe and Ito)."""
KNOWN, OUTLINE = "#777777", "#8c8c8c"
COVERING = 0.5
"""A layer that covers more of the plan than this (the die's outline) is shown by its contours."""
LIGHTEST, DARKEST = 0xE6, 0xB4
"""Grey levels of what both have, first layer and last."""

INSETS = 6
RINGS = 300
"""So many places are ringed; more would cover the plan."""
SMALL = 12
"""An outline of fewer pixels than this needs no more corners, unless it is enlarged."""
SMALLEST_WINDOW = 2.0
"""Narrowest part of the plan that is enlarged, µm."""
PLAN, COLUMN = 0.58, 0.36
"""Widths of the plan and of the column beside it, in parts of the page's."""
TALLEST = 0.85
"""Height of the plan in parts of the page's width, at most."""


def difference_svg(overlay: Overlay, width: int = 1400) -> str:
    """The picture as an SVG document, `width` pixels wide."""
    from bumpgen.view.svg import to_svg

    return to_svg(difference_picture(overlay, width))


def difference_png(overlay: Overlay, width: int = 1400) -> bytes:
    """The picture as a PNG file's bytes, `width` pixels wide."""
    from bumpgen.view.png import to_png

    return to_png(difference_picture(overlay, width))


@dataclass(slots=True)
class _Page:
    """The page as it fills: font size, plan's map to the page, what is drawn by sheet, texts, swatches."""

    width: int
    em: float
    frame: Frame
    plan: Box
    shapes: dict[str, list[Primitive]] = field(default_factory=dict)
    texts: list[Text] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def to_um(self, x: float, y: float) -> tuple[float, float]:
        """A page point in the plan's µm."""
        return (x - self.frame.x0) / self.frame.scale, (self.frame.y0 - y) / self.frame.scale

    def thinned(self, points: Points) -> Points:
        """An outline of a few pixels with no more corners than can be seen."""
        small = np.ptp(points, axis=0).max() * self.frame.scale < SMALL
        return points[:: len(points) // SMALL] if small and len(points) >= 2 * SMALL else points

    def draw(self, sheet: str, *shapes: Primitive) -> None:
        """Shapes (µm of the plan) on a sheet."""
        self.shapes.setdefault(sheet, []).extend(shapes)

    def write(self, x: float, y: float, text: str, size: float = 1.0, *, bold: bool = False) -> None:
        """A line of text at a page point; `size` in parts of the page's font size."""
        self.texts.append(Text(x, y, size * self.em, text, INK, bold=bold))

    @property
    def column(self) -> float:
        """Left end of the column beside the plan, page units."""
        return self.width * (1 - COLUMN) - 1.7 * self.em


def difference_picture(overlay: Overlay, width: int = 1400) -> Picture:
    """The plan, its legend and the enlarged places as a value, `width` pixels wide."""
    page = _page(overlay, width)
    overlay = replace(overlay, layers=_largest_first(overlay.layers))
    styles = _styles(overlay)
    for index, layer in enumerate(overlay.layers):
        for sheet, outlines in _parts(layer, index):
            common = sheet.startswith("both")
            page.draw(sheet, *(Outline(page.thinned(points) if common else points) for points in outlines))
    _head(page, overlay)
    _rings(page, overlay)
    below = _legend(page, overlay, styles)
    lowest = max(_insets(page, overlay, below), page.plan[3] + 5 * page.em)
    bar = _bar(page)
    sheets = tuple(
        Sheet(name, style, name.startswith("both") and len(page.shapes[name]) <= FINE)
        for name, style in styles.items()
        if page.shapes.get(name)
    )
    shapes = {name: tuple(page.shapes[name]) for name in (sheet.layer for sheet in sheets)}
    return Picture(
        width=width, height=math.ceil(lowest + 1.7 * page.em), view=View.BUMPS_UP, frame=page.frame,
        figures=(Figure("DIFFERENCE", shapes, (), frozenset(shapes)),), sheets=sheets, outline=overlay.box,
        sites=(), texts=tuple(page.texts), rows=tuple(page.rows), bar=bar, mark=None,
        title=f"{overlay.a} against {overlay.b}",
    )  # fmt: skip


def _page(overlay: Overlay, width: int) -> _Page:
    em = width / 88
    x0, y0, x1, y1 = overlay.box
    wide, tall = max(x1 - x0, 1e-3), max(y1 - y0, 1e-3)
    scale = min(PLAN * width / wide, TALLEST * width / tall)
    left, top = 1.7 * em, 6.5 * em
    frame = Frame(left - x0 * scale, top + y1 * scale, scale, False)
    return _Page(width, em, frame, (left, top, left + wide * scale, top + tall * scale))


def _styles(overlay: Overlay) -> dict[str, Style]:
    """Paint of every sheet, the lowest first."""
    steps = max(1, len(overlay.layers) - 1)
    x0, y0, x1, y1 = overlay.box
    styles = {}
    for index, layer in enumerate(overlay.layers):
        level = round(LIGHTEST + (DARKEST - LIGHTEST) * index / steps)
        fill = f"#{level:02x}{level:02x}{level:02x}" if _area(layer) < COVERING * (x1 - x0) * (y1 - y0) else None
        styles[f"both {index}"] = Style("metal", fill, OUTLINE)
    styles["layer A"], styles["layer B"] = Style("area", None, ONLY_A), Style("area", None, ONLY_B)
    styles["only A"], styles["only B"] = Style("metal", ONLY_A, ONLY_A), Style("metal", ONLY_B, ONLY_B)
    styles["known"], styles["ring"] = Style("area", None, KNOWN), Style("area", None, INK)
    return styles


def _largest_first(layers: tuple[OverlayLayer, ...]) -> tuple[OverlayLayer, ...]:
    """Layers of large shapes under those of small ones."""
    return tuple(sorted(layers, key=lambda layer: -_area(layer) / max(1, len(layer.common))))


def _area(layer: OverlayLayer) -> float:
    """Area that both have, µm² (the shoelace formula)."""
    total = 0.0
    for points in layer.common:
        x, y = points.T
        total += abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2
    return total


def _parts(layer: OverlayLayer, index: int) -> Iterator[tuple[str, tuple[Points, ...]]]:
    """A layer's areas by sheet; a layer only one layout has is shown by its outlines."""
    yield f"both {index}", layer.common
    yield ("only A" if layer.common or layer.only_b else "layer A"), layer.only_a
    yield ("only B" if layer.common or layer.only_a else "layer B"), layer.only_b


def _head(page: _Page, overlay: Overlay) -> None:
    title = f"{overlay.a} against {overlay.b}"
    left = page.plan[0]
    page.write(left, 2.6 * page.em, title, min(1.5, 78 / max(1, len(title))), bold=True)
    open_places = sum(not place.known for place in overlay.places)
    count = len(overlay.places)
    told = f"{count} place{'s differ' if count > 1 else ' differs'}" if count else "no place differs"
    told += f", {count - open_places} as expected" if count > open_places else ""
    page.write(left, 4.4 * page.em, f"view: bumps up, µm   {told}")


def _rings(page: _Page, overlay: Overlay) -> None:
    """A ring around each place, with its number at the upper right."""
    scale = page.frame.scale
    for place in overlay.places[:RINGS]:
        x0, y0, x1, y1 = place.box
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        radius = max(0.6 * math.hypot(x1 - x0, y1 - y0), 0.7 * page.em / scale)
        page.draw("known" if place.known else "ring", Circle(x, y, 2 * radius))
        px, py = page.frame.to_page(x + 0.75 * radius, y + 0.75 * radius)
        page.write(px + 0.1 * page.em, py, str(place.number), 0.9, bold=True)


def _legend(page: _Page, overlay: Overlay, styles: dict[str, Style]) -> float:
    """Swatches of what is shown; returns where the next thing in the column may begin."""
    entries = [
        (_first_grey(styles), "in both, a grey for each layer"), ("only A", f"only in A: {overlay.a}"),
        ("only B", f"only in B: {overlay.b}"), ("layer A", "layer that only A has"),
        ("layer B", "layer that only B has"), ("ring", "place that differs, numbered as in the table"),
        ("known", "place that differs as expected"),
    ]  # fmt: skip
    x, y, em = page.column, page.plan[1], page.em
    for sheet, text in entries:
        if page.shapes.get(sheet) or sheet in ("only A", "only B"):
            page.rows.append(Row(sheet, styles[sheet], x, y, 1.6 * em, em))
            page.write(x + 2.1 * em, y + 0.85 * em, text if len(text) < 48 else text[:47] + "…")
            y += 1.7 * em
    if len(overlay.places) > RINGS:
        page.write(x, y + 0.85 * em, f"the first {RINGS} of {len(overlay.places)} places are ringed")
        y += 1.7 * em
    return y + em


def _first_grey(styles: dict[str, Style]) -> str:
    """The sheet whose swatch stands for all that both have."""
    return next((name for name, style in styles.items() if name.startswith("both") and style.fill), "both 0")


def _bar(page: _Page) -> Bar:
    """Scale bar under the plan, with its length."""
    left, _, right, bottom = page.plan
    longest = 0.3 * (right - left) / page.frame.scale
    power = 10.0 ** math.floor(math.log10(longest))
    length = max(step for step in (1, 2, 5) if step * power <= longest * (1 + 1e-9)) * power
    bar = Bar(left, bottom + 1.5 * page.em, length * page.frame.scale, 0.3 * page.em, length)
    page.write(left, bar.y + 1.5 * page.em, f"{length:g} µm")
    return bar


def _insets(page: _Page, overlay: Overlay, top: float) -> float:
    """The largest places, unexplained ones first, two in a row; returns the lower end of the last."""
    shown = sorted((p for p in overlay.places if p.area > 0), key=lambda p: (p.known, -p.area))[:INSETS]
    em, gap = page.em, 1.2 * page.em
    side = (page.width - 1.7 * em - page.column - gap) / 2
    boxes = [_boxes(layer) for layer in overlay.layers]
    lowest = top
    for index, place in enumerate(sorted(shown, key=lambda p: p.number)):
        row, column = divmod(index, 2)
        left, upper = page.column + column * (side + gap), top + row * (side + 2.8 * em)
        window = _window(place)
        text = f"{place.number}: {', '.join(place.layers)}, {window[2] - window[0]:.3g} µm wide"
        page.write(left, upper + em, text, min(1.0, side / (0.56 * em * len(text))), bold=True)
        _inset(page, overlay, boxes, window, (left, upper + 1.4 * em, side))
        lowest = upper + 1.4 * em + side
    return lowest


def _window(place: NumberedPlace) -> Box:
    """The square around a place that is enlarged, µm."""
    x0, y0, x1, y1 = place.box
    half = max(0.8 * max(x1 - x0, y1 - y0), SMALLEST_WINDOW / 2)
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    return x - half, y - half, x + half, y + half


def _boxes(layer: OverlayLayer) -> list[Points]:
    """Boxes of the outlines of each part of a layer, (N, 4) µm."""
    return [
        np.array([(*p.min(axis=0), *p.max(axis=0)) for p in part]).reshape(-1, 4)
        for part in (layer.common, layer.only_a, layer.only_b)
    ]


def _inset(
    page: _Page, overlay: Overlay, boxes: list[list[Points]], window: Box, at: tuple[float, float, float]
) -> None:
    """What lies in a window, enlarged to a square of the page (left, top, side)."""
    left, top, side = at
    origin = np.array(page.to_um(left, top + side))
    grow = side / page.frame.scale / (window[2] - window[0])
    for index, layer in enumerate(overlay.layers):
        for (sheet, outlines), around in zip(_parts(layer, index), boxes[index], strict=True):
            for number in np.flatnonzero(_meet(around, window)).tolist():
                cut = clipped(outlines[number], window)
                if len(cut) > 2 and not sheet.startswith("layer"):
                    page.draw(sheet, Outline((cut - np.array(window[:2])) * grow + origin))
    corners = [page.to_um(x, y) for x, y in ((left, top), (left + side, top), (left + side, top + side))]
    page.draw("ring", Outline(np.array([*corners, page.to_um(left, top + side)])))


def _meet(boxes: Points, window: Box) -> np.ndarray:
    x0, y0, x1, y1 = window
    return (boxes[:, 0] < x1) & (boxes[:, 2] > x0) & (boxes[:, 1] < y1) & (boxes[:, 3] > y0)


def clipped(points: Points, window: Box) -> Points:
    """The part of a polygon inside a box, µm, cut side by side (Sutherland and Hodgman, 1974).

    Parts that are cut asunder stay joined along the box's edge, which fills alike.
    """
    for axis, limit, keep in ((0, window[0], 1), (1, window[1], 1), (0, window[2], -1), (1, window[3], -1)):
        if not len(points):
            break
        inside = keep * (points[:, axis] - limit) >= 0
        following, there = np.roll(points, -1, axis=0), np.roll(inside, -1)
        kept: list[Points] = []
        for p, q, here, next_in in zip(points, following, inside, there, strict=True):
            if here:
                kept.append(p)
            if here != next_in:
                kept.append(p + (q - p) * (limit - p[axis]) / (q[axis] - p[axis]))
        points = np.array(kept).reshape(-1, 2)
    return points
