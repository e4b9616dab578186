"""A picture as SVG: the drawing stays in µm inside one flipped group; the page around it is in pixels.

Every figure becomes one <g> a layer, shown through <use>; the elements of an array go by rows,
so a million need two thousand <use>. Circles stay <circle>.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from html import escape

import numpy as np

from bumpgen.geometry import Points, Transform
from bumpgen.layout import Array, Instance
from bumpgen.view.figures import placed, places_of, turn_of
from bumpgen.view.picture import FINE, Circle, Picture, Primitive, Sheet, Text
from bumpgen.view.style import INK, PAPER

__all__ = ["to_svg"]

FONT = "DejaVu Sans, Verdana, Helvetica, Arial, sans-serif"
MARK = "\x01"
"""Stands before every id until the document is known; then its checksum, so that two pictures on a page keep apart."""


def to_svg(picture: Picture) -> str:
    """The whole document; equal pictures give equal text."""
    symbols = _Symbols(picture)
    drawing = list(_drawing(picture, symbols))
    size = f'width="{picture.width}" height="{picture.height}" viewBox="0 0 {picture.width} {picture.height}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="{FONT}">',
        f"<title>{escape(picture.title)}</title>",
        f'<rect width="100%" height="100%" fill="{PAPER}"/>',
        "<defs>",
        *symbols.lines,
        "</defs>",
        *drawing,
        *_page(picture),
        "</svg>",
    ]
    text = "\n".join(lines) + "\n"
    return text.replace(MARK, f"b{zlib.crc32(text.encode()):08x}-")


def _number(value: float) -> str:
    """Shortest decimal of a length to the nanometre."""
    return _thousandths(round(value * 1000))


def _thousandths(value: int) -> str:
    whole, rest = divmod(abs(value), 1000)
    sign = "-" if value < 0 else ""
    return f"{sign}{whole}.{rest:03d}".rstrip("0") if rest else f"{sign}{whole}"


class _Symbols:
    """The <defs>: a group for each figure and layer, children first."""

    def __init__(self, picture: Picture):
        self.lines: list[str] = []
        self._ids: dict[tuple[str, ...], str] = {}
        self._figures = {figure.name: figure for figure in picture.figures}
        self._sheets = {sheet.layer: sheet for sheet in picture.sheets}
        for figure in picture.figures:
            for layer in sorted(figure.layers):
                parts = [_shape(shape) for shape in figure.shapes.get(layer, ())]
                for instance in figure.uses:
                    if layer in self._figures[instance.cell.name].layers:
                        parts += self._instance(instance, self._sheets[layer])
                self._define(("figure", figure.name, layer), parts)

    def id_of(self, figure: str, layer: str) -> str:
        """The id of a figure's group on a layer."""
        return self._ids["figure", figure, layer]

    def _define(self, key: tuple[str, ...], parts: Iterable[str]) -> str:
        if key not in self._ids:
            self._ids[key] = f"{MARK}{len(self._ids)}"
            self.lines.append(f'<g id="{self._ids[key]}">{"".join(parts)}</g>')
        return self._ids[key]

    def _instance(self, instance: Instance, sheet: Sheet) -> list[str]:
        figure, turn = instance.cell.name, turn_of(instance)
        places = places_of(instance)
        if isinstance(instance, Array):
            target = self._turned(self.id_of(figure, sheet.layer), turn)
            return self._rows(target, instance)
        if len(places) > FINE and sheet.style.fill:
            return list(_merged(self._flat(figure, sheet.layer), places, sheet.style.fill))
        target = self._turned(self.id_of(figure, sheet.layer), turn)
        return [_use(target, x, y) for x, y in places.tolist()]

    def _turned(self, target: str, turn: Transform) -> str:
        if turn == Transform():
            return target
        flip = " scale(1,-1)" if turn.mirror else ""
        part = f'<use href="#{target}" transform="rotate({_number(turn.rotation)}){flip}"/>'
        return self._define(("turned", target, str(turn.rotation), flip), [part])

    def _rows(self, target: str, array: Array) -> list[str]:
        """A row as a group, then that group once for each row."""
        (ax, ay), (bx, by) = array.step_x, array.step_y
        parts = [_use(target, i * ax, i * ay) for i in range(array.columns)]
        if array.rows > 1:
            target = self._define(("row", target, str(array.columns), str(array.step_x)), parts)
            parts = [_use(target, j * bx, j * by) for j in range(array.rows)]
        return [f'<g transform="translate({_number(array.at.x)},{_number(array.at.y)})">', *parts, "</g>"]

    def _flat(self, name: str, layer: str) -> list[Primitive]:
        """All shapes of a figure's tree on a layer."""
        figure = self._figures[name]
        found = list(figure.shapes.get(layer, ()))
        for instance in figure.uses:
            turn = turn_of(instance)
            inner = self._flat(instance.cell.name, layer) if layer in self._figures[instance.cell.name].layers else []
            for x, y in places_of(instance).tolist():
                at = Transform(x, y, turn.rotation, turn.mirror)
                found += [placed(shape, at) for shape in inner]
        return found


def _use(target: str, x: float, y: float) -> str:
    return f'<use href="#{target}" x="{_number(x)}" y="{_number(y)}"/>'


def _shape(shape: Primitive) -> str:
    if isinstance(shape, Circle):
        return f'<circle cx="{_number(shape.x)}" cy="{_number(shape.y)}" r="{_number(shape.diameter / 2)}"/>'
    return f'<path d="M{_closed(shape.points)}"/>'


def _closed(points: Points) -> str:
    """A closed subpath after its M or m: the first point as it is, all others relative."""
    steps = np.rint(points * 1000).astype(np.int64)
    rest = np.diff(steps, axis=0)
    return f"{_pair(steps[0])}l{' '.join(map(_pair, rest))}z"


def _pair(point: Iterable[int]) -> str:
    x, y = (_thousandths(int(v)) for v in point)
    return f"{x}{y}" if y.startswith("-") else f"{x},{y}"


def _merged(shapes: list[Primitive], places: Points, fill: str) -> Iterator[str]:
    """One path for each shape at many places; circles as dots: points drawn with a round pen."""
    for shape in shapes:
        centre = (shape.x, shape.y) if isinstance(shape, Circle) else tuple(shape.points[0])
        steps = np.rint((places + centre) * 1000).astype(np.int64)
        moves = map(_pair, np.diff(steps, axis=0, prepend=np.zeros((1, 2), np.int64)))
        if isinstance(shape, Circle):
            pen = f'fill="none" stroke="{fill}" stroke-width="{_number(shape.diameter)}" stroke-linecap="round"'
            yield f'<path {pen} d="{"".join(f"m{move}h0" for move in moves)}"/>'
        else:
            turn = _closed(shape.points - shape.points[0]).partition("l")[2]
            yield f'<path d="{"".join(f"m{move}l{turn}" for move in moves)}"/>'


def _drawing(picture: Picture, symbols: _Symbols) -> Iterator[str]:
    frame, top = picture.frame, picture.figures[-1].name
    flip = f"{_scale(-frame.scale if frame.mirrored else frame.scale)},{_scale(-frame.scale)}"
    yield f'<g transform="translate({_number(frame.x0)},{_number(frame.y0)}) scale({flip})" stroke-linejoin="round">'
    pixel = picture.width / 1000 / frame.scale
    for sheet in picture.sheets:
        use = f'<use href="#{symbols.id_of(top, sheet.layer)}"/>'
        style = sheet.style
        if style.fill is None:
            yield f'<g fill="none" stroke="{style.line}" stroke-width="{_scale(1.5 * pixel)}">{use}</g>'
            continue
        if sheet.fine:  # under the fill, so that overlapping shapes show one outline
            yield f'<g fill="none" stroke="{style.line}" stroke-width="{_scale(2 * pixel)}">{use}</g>'
        yield f'<g fill="{style.fill}" data-layer="{escape(sheet.layer)}">{use}</g>'
    for sheet in picture.sheets:
        if sheet.style.rim and sheet.fine:
            use = f'<use href="#{symbols.id_of(top, sheet.layer)}"/>'
            yield f'<g fill="none" stroke="{sheet.style.line}" stroke-width="{_scale(1.2 * pixel)}">{use}</g>'
    if picture.outline:
        x0, y0, x1, y1 = picture.outline
        box = f'x="{_number(x0)}" y="{_number(y0)}" width="{_number(x1 - x0)}" height="{_number(y1 - y0)}"'
        yield f'<rect {box} fill="none" stroke="{INK}" stroke-width="{_scale(pixel)}"/>'
    yield "</g>"


def _scale(value: float) -> str:
    return f"{value:.9g}"


def _page(picture: Picture) -> Iterator[str]:
    for row in picture.rows:
        box = f'x="{row.x:.2f}" y="{row.y:.2f}" width="{row.width:.2f}" height="{row.height:.2f}"'
        paint = f'fill="{row.style.fill or "none"}" stroke="{row.style.line}"'
        yield f'<rect {box} {paint} data-legend="{escape(row.layer)}"/>'
    bar = picture.bar
    yield (
        f'<rect x="{bar.x:.2f}" y="{bar.y:.2f}" width="{bar.width:.6f}" height="{bar.height:.2f}" '
        f'fill="{INK}" data-um="{bar.length:g}"/>'
    )
    if picture.mark:
        corners = " ".join(f"{x:.2f},{y:.2f}" for x, y in picture.mark.corners)
        yield f'<polygon points="{corners}" fill="{INK}" data-mark="A1"/>'
    for text in picture.texts:
        yield _text(text)
    yield from _sites(picture)


def _text(text: Text) -> str:
    anchor = "" if text.anchor == "start" else f' text-anchor="{text.anchor}"'
    bold = ' font-weight="bold"' if text.bold else ""
    place = f'x="{text.x:.2f}" y="{text.y:.2f}" font-size="{text.size:.2f}"'
    return f'<text {place} fill="{text.color}"{anchor}{bold} xml:space="preserve">{escape(text.text)}</text>'


def _sites(picture: Picture) -> Iterator[str]:
    """Unseen circles above all else that bear the hover text."""
    yield '<g fill="none" pointer-events="all">'
    frame = picture.frame
    for site in picture.sites:
        x, y = frame.to_page(site.x, site.y)
        title = escape(f"{site.text}\n{site.cell}".strip(), quote=False)
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{site.radius * frame.scale:.1f}"><title>{title}</title></circle>'
    yield "</g>"
