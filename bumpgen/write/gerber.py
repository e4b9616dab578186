"""Gerber files (RS-274X with X2 attributes, mm) of one layer: circles, rectangles and oblongs as flashes, else regions.

For foils (stencils) and boards, whose makers want apertures, not polygons.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bumpgen.errors import InputError
from bumpgen.geometry import Disc, Oblong, Points, Rect, Shape, Transform
from bumpgen.layout import Array, Cell, Instance, Layout, Scatter
from bumpgen.write.atomic import replacing

if TYPE_CHECKING:
    from gerbonara.rs274x import GerberFile

__all__ = ["write_gerber"]

MM = 1e-3
"""mm in a µm."""

HERE: Points = np.zeros((1, 2))

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

    def of(self, cell: Cell, points: Points = HERE, turn: Transform = Transform()) -> Iterator[Any]:
        """Objects of a cell that lies, turned, at many points (N, 2) µm."""
        for drawn in cell.shapes:
            yield from self._object(drawn.shape, points, turn)
        for instance in cell.instances:
            inner, own = _places(instance)
            at = turn.apply(inner)
            yield from self.of(instance.cell, (points[:, None] + at).reshape(-1, 2), own.then(turn))

    def _object(self, shape: Shape, points: Points, turn: Transform) -> Iterator[Any]:
        from gerbonara.graphic_objects import Flash, Region
        from gerbonara.utils import MM as UNIT

        if isinstance(shape, Disc | Rect | Oblong) and turn.rotation % 90 == 0:
            aperture = self._known(_aperture(shape, turn))
            for x, y in _mm(points + turn.apply(np.array([(shape.x, shape.y)]))):
                yield Flash(x, y, aperture, unit=UNIT)
            return
        for outline in (turn.apply(polygon) for polygon in shape.polygons(self.grid)):
            for point in points:
                yield Region(_mm(outline + point), unit=UNIT)

    def _known(self, key: tuple[Any, ...]) -> Any:
        from gerbonara import apertures
        from gerbonara.utils import MM as UNIT

        if key not in self.apertures:
            kind, *sizes = key
            self.apertures[key] = getattr(apertures, kind)(*(round(size * MM, 6) for size in sizes), unit=UNIT)
        return self.apertures[key]


def _places(instance: Instance) -> tuple[Points, Transform]:
    """Where an instance's elements lie, and how all are turned."""
    if isinstance(instance, Scatter):
        return instance.points, Transform()
    points = instance.points() if isinstance(instance, Array) else np.array([(instance.at.x, instance.at.y)])
    return points, replace(instance.at, x=0.0, y=0.0)


def _mm(points: Points) -> list[tuple[float, float]]:
    return [(x, y) for x, y in (points * MM).round(6).tolist()]


def _aperture(shape: Disc | Rect | Oblong, at: Transform) -> tuple[Any, ...]:
    """The standard aperture that flashes a shape: its name and sizes, µm."""
    if isinstance(shape, Disc):
        return "CircleAperture", shape.diameter
    sizes = (shape.width, shape.height) if at.rotation % 180 == 0 else (shape.height, shape.width)
    return ("RectangleAperture" if isinstance(shape, Rect) else "ObroundAperture", *sizes)
