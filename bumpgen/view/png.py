"""A picture as PNG, painted by KLayout off-screen. Cells and arrays stay what they are; nothing is flattened."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from bumpgen.layout import Array, Instance, Scatter
from bumpgen.view.letters import strokes
from bumpgen.view.picture import Circle, Figure, Picture, Primitive, Text
from bumpgen.view.style import INK, PAPER

__all__ = ["to_png"]

DBU = 0.001
"""Grid of the painted layout, µm."""
OVERSAMPLING = 2
CORNERS = 72
"""Corners of a painted circle."""


def to_png(picture: Picture) -> bytes:
    """The PNG file's bytes; equal pictures give equal bytes."""
    import klayout.db as db
    import klayout.lay as lay

    painting = _Painting(picture)
    view = lay.LayoutView()
    for key, value in (
        ("background-color", PAPER), ("grid-visible", "false"), ("text-visible", "false"),
        ("cell-box-visible", "false"), ("drop-small-cells", "false"), ("drawing-workers", "0"),
    ):  # fmt: skip
        view.set_config(key, value)
    view.show_layout(painting.layout, False)
    view.max_hier()
    view.clear_layers()
    for node in painting.nodes(lay):
        view.insert_layer(view.end_layers(), node)
    left, top = painting.to_um(0, 0)
    right, bottom = painting.to_um(picture.width, picture.height)
    window = db.DBox(left, bottom, right, top)
    pixels = view.get_pixels_with_options(picture.width, picture.height, 1, OVERSAMPLING, 0, window)
    return bytes(pixels.to_png_data())


class _Painting:
    """The klayout layout of a picture: what is drawn on one layer each, what is around it by colour."""

    def __init__(self, picture: Picture):
        import klayout.db as db

        self.db = db
        self.picture = picture
        self.layout = db.Layout()
        self.layout.dbu = DBU
        self.layers = {sheet.layer: self.layout.layer(n, 0) for n, sheet in enumerate(picture.sheets, 1)}
        self.flat: dict[tuple[str, str | None], int] = {}
        cells: dict[str, Any] = {}
        for figure in picture.figures:
            cells[figure.name] = self._cell(figure, cells)
        self.page = self.layout.create_cell("PAGE")
        turn = db.Trans(db.Trans.M90) if picture.frame.mirrored else db.Trans()
        top = cells[picture.figures[-1].name]
        self.page.insert(db.CellInstArray(top.cell_index(), turn))
        self._around()

    def to_um(self, x: float, y: float) -> tuple[float, float]:
        """A page point in the painted layout's µm."""
        frame = self.picture.frame
        return (x - frame.x0) / frame.scale, (frame.y0 - y) / frame.scale

    def nodes(self, lay: Any) -> list[Any]:
        """Layer properties in painting order."""
        nodes = []
        pixel = max(1, round(OVERSAMPLING * self.picture.width / 1000))
        for number, sheet in enumerate(self.picture.sheets, 1):
            style = sheet.style
            if style.fill is None or sheet.fine:
                nodes.append(_node(lay, number, None, style.line, 2 * pixel))
            if style.fill is not None:
                nodes.append(_node(lay, number, style.fill, style.fill, 1))
        for number, sheet in enumerate(self.picture.sheets, 1):
            if sheet.style.rim and sheet.fine:
                nodes.append(_node(lay, number, None, sheet.style.line, pixel))
        for (line, fill), index in self.flat.items():
            nodes.append(_node(lay, self.layout.get_info(index).layer, fill, line, 1 if fill == line else pixel))
        return nodes

    def _cell(self, figure: Figure, cells: dict[str, Any]) -> Any:
        cell = self.layout.create_cell(figure.name)
        for layer, shapes in figure.shapes.items():
            if layer in self.layers:
                target = cell.shapes(self.layers[layer])
                for shape in shapes:
                    target.insert(self._polygon(shape))
        for use in figure.uses:
            for instance in self._instances(use, cells[use.cell.name].cell_index()):
                cell.insert(instance)
        return cell

    def _polygon(self, shape: Primitive) -> Any:
        if isinstance(shape, Circle):
            angles = (np.arange(CORNERS) + 0.5) * (2 * math.pi / CORNERS)
            ring = np.column_stack((np.cos(angles), np.sin(angles))) * (shape.diameter / 2)
            return self._ring(ring + (shape.x, shape.y))
        return self._ring(shape.points)

    def _ring(self, points: Any) -> Any:
        steps = np.rint(np.asarray(points) / DBU).astype(np.int64).tolist()
        return self.db.Polygon([self.db.Point(x, y) for x, y in steps], True)

    def _vector(self, x: float, y: float) -> Any:
        return self.db.Vector(round(x / DBU), round(y / DBU))

    def _instances(self, use: Instance, index: int) -> list[Any]:
        db = self.db
        if isinstance(use, Scatter):
            steps = np.rint(use.points / DBU).astype(np.int64).tolist()
            return [db.CellInstArray(index, db.Trans(db.Vector(x, y))) for x, y in steps]
        at = db.ICplxTrans(1.0, use.at.rotation, use.at.mirror, self._vector(use.at.x, use.at.y))
        if not isinstance(use, Array):
            return [db.CellInstArray(index, at)]
        a, b = self._vector(*use.step_x), self._vector(*use.step_y)
        return [db.CellInstArray(index, at, a, b, use.columns, use.rows)]

    def _around(self) -> None:
        """Die outline, legend, scale bar, A1 mark and all texts."""
        picture = self.picture
        if picture.outline:
            x0, y0, x1, y1 = picture.outline
            xs = (-x1, -x0) if picture.frame.mirrored else (x0, x1)
            box = self.db.DBox(xs[0], y0, xs[1], y1).to_itype(DBU)
            self._paint(INK, None, self.db.Polygon(box))
        for row in picture.rows:
            self._paint(row.style.line, row.style.fill, self._rectangle(row.x, row.y, row.width, row.height))
        bar = picture.bar
        self._paint(INK, INK, self._rectangle(bar.x, bar.y, bar.width, bar.height))
        if picture.mark:
            self._paint(INK, INK, self._ring([self.to_um(x, y) for x, y in picture.mark.corners]))
        for text in picture.texts:
            self._text(text)

    def _paint(self, line: str, fill: str | None, shape: Any) -> None:
        if (line, fill) not in self.flat:
            self.flat[line, fill] = self.layout.layer(1000 + len(self.flat), 0)
        self.page.shapes(self.flat[line, fill]).insert(shape)

    def _rectangle(self, x: float, y: float, width: float, height: float) -> Any:
        corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
        return self._ring([self.to_um(*corner) for corner in corners])

    def _text(self, text: Text) -> None:
        """Letters as rounded strokes."""
        pen = text.size * (0.13 if text.bold else 0.085) / self.picture.frame.scale
        for stroke in strokes(text):
            points = [self.db.DPoint(*self.to_um(x, y)) for x, y in stroke]
            path = self.db.DPath(points, pen, pen / 2, pen / 2, True)
            self._paint(text.color, text.color, path.simple_polygon().to_itype(DBU))


def _node(lay: Any, number: int, fill: str | None, line: str, width: int) -> Any:
    node = lay.LayerPropertiesNode()
    node.source = f"{number}/0@1"
    node.fill_color = int((fill or line)[1:], 16)
    node.frame_color = int(line[1:], 16)
    node.dither_pattern = 1 if fill is None else 0
    node.width = width
    return node
