"""The area of a wafer that dies may lie on: inside the edge exclusion, off the flat or the notch.

All coordinates are whole steps of the grid from the wafer's centre, so that a corner that lies on the exclusion's
edge is told from one that lies a step outside: squares of 2 ⋅ 10⁸ nm fit into 64 bits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bumpgen.geometry import Points
from bumpgen.wafer_table import Orientation, WaferTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Whole = NDArray[np.int64]
    Truths = NDArray[np.bool_]

__all__ = ["UsableArea", "usable_area", "whole_root"]

SAGITTA = 0.05
"""How far the usable area's polygon may lie inside its circle, µm."""


def whole_root(square: Whole) -> Whole:
    """The whole part of square roots of whole numbers, exact; 0 of negative ones."""
    positive = np.maximum(square, 0)
    root = np.sqrt(positive.astype(np.float64)).astype(np.int64)
    root -= root * root > positive
    root += (root + 1) * (root + 1) <= positive
    return root


@dataclass(frozen=True, slots=True)
class UsableArea:
    """A disc without what is too near to the flat or the notch; lengths in steps of `grid` (µm).

    `radius` is the usable one, `edge` the wafer's. `flat` is the flat's distance from the centre, `notch` that of the
    notch's tip; None where there is none. The usable area ends `exclusion` before the edge, the flat and the notch.
    """

    grid: float
    edge: int
    radius: int
    exclusion: int
    flat: int | None
    notch: int | None
    orientation: Orientation = "down"

    @property
    def chord(self) -> int | None:
        """Distance of the usable area's straight side from the centre."""
        return None if self.flat is None else self.flat - self.exclusion

    def turned(self, boxes: Whole) -> Whole:
        """Boxes (N, 4: x0, y0, x1, y1) as they lie with the flat or notch below."""
        x0, y0, x1, y1 = boxes.T
        rows = {
            "down": (x0, y0, x1, y1), "up": (x0, -y1, x1, -y0), "left": (y0, x0, y1, x1), "right": (y0, -x1, y1, -x0),
        }  # fmt: skip
        return np.stack(rows[self.orientation], axis=1)

    def holds(self, boxes: Whole) -> Truths:
        """Which boxes (N, 4) lie wholly in the usable area; its edge belongs to it."""
        x0, y0, x1, y1 = self.turned(boxes).T
        far_x, far_y = np.maximum(np.abs(x0), np.abs(x1)), np.maximum(np.abs(y0), np.abs(y1))
        inside: Truths = far_x * far_x + far_y * far_y <= self.radius * self.radius
        if self.chord is not None:
            inside &= y0 >= -self.chord
        if self.notch is not None:
            half = self.keepout(y0)
            inside &= (half == 0) | (x0 >= half) | (x1 <= -half)
        return inside

    def touches(self, boxes: Whole) -> Truths:
        """Which boxes (N, 4) have a part in the usable area; the notch's surroundings count as part of it."""
        x0, y0, x1, y1 = self.turned(boxes).T
        if self.chord is not None:
            y0 = np.maximum(y0, -self.chord)
        near_x, near_y = np.clip(0, x0, x1), np.clip(0, np.minimum(y0, y1), y1)
        found: Truths = (near_x * near_x + near_y * near_y < self.radius * self.radius) & (y0 < y1)
        return found

    def keepout(self, bottom: Whole) -> Whole:
        """How far a box with this lower side (flat or notch below) must keep from the line through the notch.

        The notch is a right angle; a box keeps the exclusion from its tip and from its sides.
        """
        if self.notch is None:
            return np.zeros_like(bottom)
        e, above = self.exclusion, bottom + self.notch
        from_tip = _root_up(e * e - above * above)
        from_side = _root_up(np.full_like(above, 2 * e * e)) - above
        beside_tip = above * above * 2 >= e * e
        return np.where(above >= e, 0, np.where((above > 0) & beside_tip, from_tip, np.maximum(from_side, 0)))

    def circle(self) -> Points:
        """Corners of a polygon in the usable circle, the first on the x axis, against the clock, (N, 2) µm."""
        return _circle(self.radius * self.grid)

    def polygon(self) -> Any:
        """The usable area as a shapely polygon, µm, never outside the area itself by more than half a grid step."""
        import shapely

        e = self.exclusion * self.grid
        area = shapely.Polygon(self.circle())
        r = 2 * self.edge * self.grid
        if self.chord is not None:
            area &= shapely.box(-r, -self.chord * self.grid, r, r)
        if self.notch is not None:
            tip = -self.notch * self.grid
            wedge = shapely.Polygon([(0, tip), (-r, tip - r), (r, tip - r)])
            area -= shapely.buffer(wedge, e, quad_segs=256)
        return _turned_back(area, self.orientation)

    def outline(self) -> Points:
        """The wafer's own edge with its flat or notch, (N, 2) µm."""
        import shapely

        area = shapely.Polygon(_circle(self.edge * self.grid, 10.0))
        r = 2 * self.edge * self.grid
        if self.flat is not None:
            area &= shapely.box(-r, -self.flat * self.grid, r, r)
        if self.notch is not None:
            tip = -self.notch * self.grid
            area -= shapely.Polygon([(0, tip), (-r, tip - r), (r, tip - r)])
        return np.asarray(shapely.get_coordinates(_turned_back(area, self.orientation).exterior)[:-1])


def _root_up(square: Whole) -> Whole:
    root = whole_root(square)
    return root + (root * root < np.maximum(square, 0))


def _circle(radius: float, sagitta: float = SAGITTA) -> Points:
    """A polygon inside a circle, corners on it, µm."""
    count = 4 * math.ceil(math.pi / math.acos(1 - min(sagitta / radius, 0.5)) / 4)
    angles = np.arange(count) * (2 * math.pi / count)
    return np.column_stack((np.cos(angles), np.sin(angles))) * radius


def _turned_back(area: Any, orientation: Orientation) -> Any:
    import shapely

    rows = {"down": (1, 0, 0, 1), "up": (1, 0, 0, -1), "left": (0, 1, 1, 0), "right": (0, -1, 1, 0)}
    a, b, c, d = rows[orientation]
    return shapely.transform(area, lambda points: points @ np.array(((a, c), (b, d)), dtype=np.float64))


def usable_area(table: WaferTable, grid: float) -> UsableArea:
    """The usable area a [wafer] table asks for; the flat's distance and the radii are rounded inward to the grid."""
    edge, exclusion = (math.floor(length * 1000 / grid + 1e-6) for length in (table.diameter / 2, table.exclusion))
    flat = notch = None
    if table.flat is not None:
        half = math.ceil(table.flat * 500 / grid - 1e-6)
        flat = math.isqrt(edge * edge - half * half)
    if table.notch is not None:
        notch = edge - math.ceil(table.notch * 1000 / grid - 1e-6)
    return UsableArea(grid, edge, edge - exclusion, exclusion, flat, notch, table.orientation)
