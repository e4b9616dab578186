"""DXF files of layouts (R2010, µm): a closed polyline for each polygon, cells as blocks, arrays as array inserts."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bumpgen.geometry import Disc, Shape
from bumpgen.layout import Array, Cell, Instance, Layout, Scatter, places
from bumpgen.write.atomic import replacing

if TYPE_CHECKING:
    from ezdxf.document import Drawing
    from ezdxf.entities import Insert
    from ezdxf.layouts import BaseLayout

__all__ = ["MICRONS", "write_dxf"]

MICRONS = 13
"""$INSUNITS of µm."""

DIGITS = 6
"""Decimals of a coordinate in µm: far below any grid, and no float noise."""


def write_dxf(layout: Layout, path: Path | str, *, circles: bool = False) -> None:
    """Write a layout as DXF; layers bear the layout's names; the file appears when it is complete.

    Equal layouts give equal bytes: no time and no random id is written. GeometryError for shapes that can't be drawn.

    Parameters
    ----------
    circles : write circles as CIRCLE; else as the closed polylines every reader takes for areas.
    """
    with _fixed_meta_data():
        drawing = _drawing(layout, circles)
        with replacing(path) as temporary:
            drawing.saveas(temporary)


@contextmanager
def _fixed_meta_data() -> Iterator[None]:
    """ezdxf without times and random ids."""
    from ezdxf import options

    stamped = options.write_fixed_meta_data_for_testing
    options.write_fixed_meta_data_for_testing = True
    try:
        yield
    finally:
        options.write_fixed_meta_data_for_testing = stamped


def _drawing(layout: Layout, circles: bool) -> Drawing:
    import ezdxf

    drawing = ezdxf.new("R2010")
    drawing.header["$INSUNITS"] = MICRONS
    drawing.header["$MEASUREMENT"] = 1
    for index, name in enumerate(layout.layers):
        drawing.layers.add(name, color=1 + index % 6)
    for cell in layout.cells():
        space = drawing.modelspace() if cell is layout.top else drawing.blocks.new(cell.name)
        _draw(cell, layout, space, circles)
    return drawing


def _draw(cell: Cell, layout: Layout, space: BaseLayout, circles: bool) -> None:
    for drawn in cell.shapes:
        _draw_shape(drawn.shape, drawn.layer, layout.grid, space, circles)
    for label in cell.labels:
        place = (label.x, label.y)
        space.add_text(label.text, height=10, dxfattribs={"layer": label.layer}).set_placement(place)
    for instance in cell.instances:
        _insert(instance, space)


def _draw_shape(shape: Shape, layer: str, grid: float, space: BaseLayout, circles: bool) -> None:
    if circles and isinstance(shape, Disc):
        centre = (round(shape.x, DIGITS), round(shape.y, DIGITS))
        space.add_circle(centre, round(shape.diameter / 2, DIGITS), dxfattribs={"layer": layer})
        return
    for points in shape.polygons(grid):
        space.add_lwpolyline(points.round(DIGITS).tolist(), close=True, dxfattribs={"layer": layer})


def _insert(instance: Instance, space: BaseLayout) -> None:
    """An array insert where the steps lie along the block's own axes; else an insert for each place."""
    name = instance.cell.name
    if isinstance(instance, Array) and _upright(instance):
        insert = _turned(space, name, instance.at.x, instance.at.y, instance)
        counts = {"column_count": instance.columns, "row_count": instance.rows}
        spacing = {
            "column_spacing": round(instance.step_x[0], DIGITS),
            "row_spacing": round(instance.step_y[1], DIGITS),
        }
        insert.dxf.update(counts | spacing)
        return
    for at in places(instance):
        _turned(space, name, at.x, at.y, instance)


def _upright(array: Array) -> bool:
    plain = math.isclose(array.at.rotation, 0.0) and not array.at.mirror
    return plain and array.step_x[1] == 0 and array.step_y[0] == 0


def _turned(space: BaseLayout, name: str, x: float, y: float, instance: Instance) -> Insert:
    insert = space.add_blockref(name, (round(x, DIGITS), round(y, DIGITS)))
    if not isinstance(instance, Scatter):
        if instance.at.rotation:
            insert.dxf.rotation = instance.at.rotation
        if instance.at.mirror:
            insert.dxf.yscale = -1.0
    return insert
