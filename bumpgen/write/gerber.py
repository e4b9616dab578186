"""Gerber files (RS-274X with X2 attributes, mm) of one layer: circles, rectangles and oblongs as flashes, else regions.

For foils (stencils) and boards, whose makers want apertures, not polygons.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bumpgen.errors import InputError
from bumpgen.geometry import Disc, Oblong, Points, Rect, Shape, Transform
from bumpgen.layout import Cell, Layout, places
from bumpgen.write.atomic import replacing

if TYPE_CHECKING:
    from gerbonara.rs274x import GerberFile

__all__ = ["write_gerber"]

MM = 1e-3
"""mm in a µm."""

DIGITS = (4, 6)
"""Digits of a coordinate before and after the point, in mm: steps of 1 nm."""


def write_gerber(layout: Layout, path: Path | str, *, function: str, positive: bool = True) -> None:
    """Write the one layer of a layout as Gerber; the file appears when it is complete.

    InputError for a layout of several layers.

    Parameters
    ----------
    function : X2 file function, e.g. "Paste,Top".
    positive : X2 polarity: whether the drawn is where material is, or an aperture.
    """
    if len(layout.layers) != 1:
        raise InputError(f"a Gerber file has one layer, not {len(layout.layers)}: {', '.join(layout.layers)}")
    from gerbonara.cam import FileSettings
    from gerbonara.utils import MM as UNIT

    settings = FileSettings(unit=UNIT, number_format=DIGITS, zeros="leading", notation="absolute")
    data = _file(layout, function, positive).write_to_bytes(settings)
    with replacing(path) as temporary:
        Path(temporary).write_bytes(data)


def _file(layout: Layout, function: str, positive: bool) -> GerberFile:
    from gerbonara.rs274x import GerberFile

    attributes = {
        ".FileFunction": tuple(function.split(",")),
        ".FilePolarity": ("Positive" if positive else "Negative",),
        ".Part": ("Single",),
    }
    objects = list(_Objects(layout.grid, {}).of(layout.top))
    return GerberFile(objects=objects, file_attrs=attributes)


@dataclass(frozen=True)
class _Objects:
    """Graphic objects of a cell and all in it; equal apertures are one."""

    grid: float
    apertures: dict[tuple[Any, ...], Any]

    def of(self, cell: Cell, outer: Transform = Transform()) -> Iterator[Any]:
        for drawn in cell.shapes:
            yield from self._object(drawn.shape, outer)
        for instance in cell.instances:
            for at in places(instance):
                yield from self.of(instance.cell, at.then(outer))

    def _object(self, shape: Shape, at: Transform) -> Iterator[Any]:
        from gerbonara.graphic_objects import Flash, Region
        from gerbonara.utils import MM as UNIT

        if isinstance(shape, Disc | Rect | Oblong) and at.rotation % 90 == 0:
            x, y = _mm(at.apply(np.array([(shape.x, shape.y)])))[0]
            yield Flash(x, y, self._known(_aperture(shape, at)), unit=UNIT)
            return
        for points in shape.polygons(self.grid):
            yield Region(_mm(at.apply(points)), unit=UNIT)

    def _known(self, key: tuple[Any, ...]) -> Any:
        from gerbonara import apertures
        from gerbonara.utils import MM as UNIT

        if key not in self.apertures:
            kind, *sizes = key
            self.apertures[key] = getattr(apertures, kind)(*(round(size * MM, 6) for size in sizes), unit=UNIT)
        return self.apertures[key]


def _mm(points: Points) -> list[tuple[float, float]]:
    return [(x, y) for x, y in (points * MM).round(6).tolist()]


def _aperture(shape: Disc | Rect | Oblong, at: Transform) -> tuple[Any, ...]:
    """The standard aperture that flashes a shape: its name and sizes, µm."""
    if isinstance(shape, Disc):
        return "CircleAperture", shape.diameter
    sizes = (shape.width, shape.height) if at.rotation % 180 == 0 else (shape.height, shape.width)
    return ("RectangleAperture" if isinstance(shape, Rect) else "ObroundAperture", *sizes)
