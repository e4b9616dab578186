"""A picture as PDF: one page, vector, a point to a page unit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bumpgen.geometry import Transform
from bumpgen.view.figures import placed, places_of, turn_of
from bumpgen.view.picture import Circle, Figure, Frame, Picture, Primitive, Sheet, Text
from bumpgen.view.style import INK

if TYPE_CHECKING:
    from fpdf import FPDF

__all__ = ["to_pdf"]

EPOCH = datetime(1980, 1, 1, tzinfo=UTC)
"""The date in the file: equal pictures give equal bytes."""

FONT = "Helvetica"


def to_pdf(picture: Picture) -> bytes:
    """The PDF file's bytes. Letters outside Latin-1, which PDF's own fonts lack, become question marks."""
    from fpdf import FPDF

    page = FPDF(unit="pt", format=(picture.width, picture.height))
    page.set_creation_date(EPOCH)
    page.set_title(picture.title)
    page.set_auto_page_break(False)
    page.add_page()
    _draw(page, picture)
    _around(page, picture)
    for text in picture.texts:
        _write(page, text)
    return bytes(page.output())


def _draw(page: FPDF, picture: Picture) -> None:
    """The drawing, pass by pass, and its outline."""
    tables = {figure.name: figure for figure in picture.figures}
    pixel = picture.width / 1000
    for layer, line, fill, wide in _passes(picture.sheets):
        mode = _brush(page, line, fill, wide * pixel)
        for shape in _flat(tables, picture.figures[-1].name, layer, Transform()):
            _shape(page, picture.frame, shape, mode)
    if picture.outline:
        (x0, y0), (x1, y1) = (picture.frame.to_page(*corner) for corner in (picture.outline[:2], picture.outline[2:]))
        page.rect(min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0), style=_brush(page, INK, None, pixel))


def _passes(sheets: Sequence[Sheet]) -> Iterator[tuple[str, str | None, str | None, float]]:
    """Layer, line, fill and width of the line (thousandths of the page): contours under fills, rims on top of all."""
    for sheet in sheets:
        style = sheet.style
        if style.fill is None:
            yield sheet.layer, style.line, None, 1.5
            continue
        if sheet.fine:
            yield sheet.layer, style.line, None, 2.0
        yield sheet.layer, None, style.fill, 0.0
    for sheet in sheets:
        if sheet.style.rim and sheet.fine:
            yield sheet.layer, sheet.style.line, None, 1.2


def _flat(tables: dict[str, Figure], name: str, layer: str, at: Transform) -> Iterator[Primitive]:
    """All shapes of a figure's tree on a layer, in place."""
    figure = tables[name]
    for shape in figure.shapes.get(layer, ()):
        yield placed(shape, at)
    for use in figure.uses:
        if layer in tables[use.cell.name].layers:
            turn = turn_of(use)
            for x, y in places_of(use).tolist():
                inner = Transform(x, y, turn.rotation, turn.mirror).then(at)
                yield from _flat(tables, use.cell.name, layer, inner)


def _shape(page: FPDF, frame: Frame, shape: Primitive, mode: str) -> None:
    if isinstance(shape, Circle):
        x, y = frame.to_page(shape.x, shape.y)
        page.circle(x, y, shape.diameter / 2 * frame.scale, style=mode)
    else:
        page.polygon([frame.to_page(x, y) for x, y in shape.points.tolist()], style=mode)


def _around(page: FPDF, picture: Picture) -> None:
    """The legend's swatches, the scale bar, the A1 mark."""
    for row in picture.rows:
        mode = _brush(page, row.style.line, row.style.fill, picture.width / 1000)
        page.rect(row.x, row.y, row.width, row.height, style=mode)
    mode = _brush(page, None, INK, 0)
    page.rect(picture.bar.x, picture.bar.y, picture.bar.width, picture.bar.height, style=mode)
    if picture.mark:
        page.polygon(list(picture.mark.corners), style=mode)


def _brush(page: FPDF, line: str | None, fill: str | None, width: float) -> str:
    """Set colours and the line's width (points); the mode to draw with: D for lines, F for areas, or both."""
    if line:
        page.set_draw_color(line)
        page.set_line_width(width)
    if fill:
        page.set_fill_color(fill)
    return ("D" if line else "") + ("F" if fill else "")


def _write(page: FPDF, text: Text) -> None:
    page.set_font(FONT, "B" if text.bold else "", text.size)
    page.set_text_color(text.color)
    letters = text.text.encode("latin-1", "replace").decode("latin-1")
    shift = {"start": 0.0, "middle": 0.5, "end": 1.0}[text.anchor] * page.get_string_width(letters)
    page.text(text.x - shift, text.y, letters)
