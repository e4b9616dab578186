"""A window on a cut, painted to one scale along both axes, and the lines that dimension it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bumpgen.geometry import Points
from bumpgen.view.assembly_canvas import Canvas, spread
from bumpgen.view.assembly_cut import Section

__all__ = ["Height", "Panel", "draw_breaks", "draw_heights", "draw_width", "paint"]

LEAST = 0.15
"""What is smaller than this is not painted, pixels."""
CONTOURED = 2.0
"""What is thinner than this is painted without contours, which would be all one saw, pixels."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A window over the cut (s0 to s1) and the height (z0 to z1), µm, on the page from `left`, `top` on.

    One `scale` holds along both axes, pixels per µm; heights are drawn `tall` times as large.
    """

    left: float
    top: float
    scale: float
    window: tuple[float, float, float, float]
    tall: float = 1.0

    @property
    def right(self) -> float:
        """Page x of its right edge."""
        return self.left + (self.window[2] - self.window[0]) * self.scale

    @property
    def bottom(self) -> float:
        """Page y of its lower edge."""
        return self.top + (self.window[3] - self.window[1]) * self.scale * self.tall

    def x(self, s: float) -> float:
        """Page x of a place along the cut."""
        return self.left + (s - self.window[0]) * self.scale

    def y(self, z: float) -> float:
        """Page y of a height."""
        return self.top + (self.window[3] - z) * self.scale * self.tall

    def to_page(self, points: Points) -> Points:
        """Corners on the page, to a hundredth of a pixel."""
        s0, _, _, z1 = self.window
        heights = self.top + (z1 - points[:, 1]) * self.scale * self.tall
        page = np.column_stack((self.left + (points[:, 0] - s0) * self.scale, heights))
        rounded: Points = np.round(page, 2)
        return rounded


def paint(canvas: Canvas, section: Section, panel: Panel) -> None:
    """Everything of the cut that lies in the panel's window."""
    for solid in section.solids:
        for points in _clipped(solid.points, panel):
            thin = min(np.ptp(points, axis=0) * (1.0, panel.tall)) * panel.scale < CONTOURED
            canvas.area(f"{solid.kind}/thin" if thin else solid.kind, panel.to_page(points))
    for sheet, wires in (("behind", section.behind), ("wire", section.wires)):
        for diameter, line in wires:
            for points in _wire(line, max(diameter, 0.09 * canvas.em / panel.scale), panel):
                canvas.area(sheet, panel.to_page(points))


def _clipped(points: Points, panel: Panel) -> Iterator[Points]:
    """What of a polygon lies in the window and is not too small to see, with no more corners than can be seen."""
    low, high = points.min(axis=0), points.max(axis=0)
    s0, z0, s1, z1 = panel.window
    small = min((high - low) * (1.0, panel.tall)) * panel.scale < LEAST
    if high[0] <= s0 or low[0] >= s1 or high[1] <= z0 or low[1] >= z1 or small:
        return
    inside = low[0] >= s0 and high[0] <= s1 and low[1] >= z0 and high[1] <= z1
    if inside and len(points) == 4:
        yield points
        return
    import shapely

    area = shapely.Polygon(points)
    if not inside:
        area = shapely.intersection(shapely.make_valid(area), shapely.box(*panel.window))
    yield from _corners(shapely.simplify(area, 0.1 / panel.scale / panel.tall))


def _corners(area: object) -> Iterator[Points]:
    import shapely

    for part in shapely.get_parts(area):
        if shapely.get_dimensions(part) == 2 and not shapely.is_empty(part):
            yield shapely.get_coordinates(shapely.get_exterior_ring(part))[:-1]


def _wire(line: Points, thick: float, panel: Panel) -> Iterator[Points]:
    """A wire as an area, cut off at the window."""
    import shapely

    shown = shapely.intersection(shapely.LineString(line), shapely.box(*panel.window))
    area = shapely.buffer(shown, thick / 2, cap_style="flat", quad_segs=2)
    yield from _corners(shapely.simplify(area, 0.1 / panel.scale))


def draw_breaks(canvas: Canvas, panel: Panel, left: bool, right: bool) -> None:
    """Zigzag lines at edges of a panel behind which the drawing goes on."""
    step = 1.2 * canvas.em
    count = max(2, 2 * round((panel.bottom - panel.top) / step / 2))
    ys = np.linspace(panel.top - 0.3 * canvas.em, panel.bottom + 0.3 * canvas.em, count + 1)
    for wanted, x, way in ((left, panel.left, 1.0), (right, panel.right, -1.0)):
        if wanted:
            teeth = x + way * np.where(np.arange(count + 1) % 2, 0.6 * canvas.em, 0.1 * canvas.em)
            edge = x - way * 0.3 * canvas.em
            canvas.area("paper", np.concatenate((np.column_stack((teeth, ys)), [(edge, ys[-1]), (edge, ys[0])])))
            canvas.lines("ink", zip(teeth.tolist(), ys.tolist(), strict=True), 0.08)


@dataclass(frozen=True, slots=True)
class Height:
    """A height to be dimensioned: from, to (µm), what the label says."""

    low: float
    high: float
    label: str


def draw_heights(
    canvas: Canvas, panel: Panel, heights: Sequence[Height], edge: float, *, side: int = 1, size: float = 0.9
) -> float:
    """Dimension lines beside a panel with their labels in a column; returns how far the labels reach, page x.

    `edge` is the page x their extension lines begin at, `side` 1 on the right, -1 on the left. Those that would lie on
    each other stand in columns of their own.
    """
    if not heights:
        return edge
    em, columns = canvas.em, _columns(heights)
    first, step = edge + side * 1.2 * em, side * 1.1 * em
    last = first + max(columns) * step
    middles = [panel.y((height.low + height.high) / 2) for height in heights]
    places = spread(middles, 1.35 * size * em, panel.top + 0.5 * em, panel.bottom)
    for z in dict.fromkeys(z for height in heights for z in (height.low, height.high)):
        canvas.lines("faint", [(edge + side * 0.3 * em, panel.y(z)), (last + side * 0.3 * em, panel.y(z))], 0.04)
    text = last + side * 2.2 * em
    for height, column, middle, place in zip(heights, columns, middles, places, strict=True):
        x = first + column * step
        _dimension(canvas, (x, panel.y(height.low)), (x, panel.y(height.high)))
        canvas.lines("faint", [(x, middle), (last + side * 0.7 * em, middle), (text - side * 0.4 * em, place)], 0.05)
        canvas.write(text, place + 0.35 * size * em, height.label, size, anchor="start" if side > 0 else "end")
    return text + side * max(canvas.room(height.label, size) for height in heights)


def _columns(heights: Sequence[Height]) -> list[int]:
    """A column for each height, so that in one column none lies over another; those that meet may share one."""
    ends: list[list[tuple[float, float]]] = []
    found = []
    for height in heights:
        free = (
            number
            for number, known in enumerate(ends)
            if all(height.low >= high - 1e-6 or height.high <= low + 1e-6 for low, high in known)
        )
        number = next(free, len(ends))
        if number == len(ends):
            ends.append([])
        ends[number].append((height.low, height.high))
        found.append(number)
    return found


def draw_width(canvas: Canvas, panel: Panel, span: tuple[float, float], z: float, y: float, label: str) -> None:
    """A dimension line of a width at page y, with extension lines from height z."""
    low, high = panel.x(span[0]), panel.x(span[1])
    for x in (low, high):
        canvas.lines("faint", [(x, panel.y(z)), (x, y)], 0.05)
    _dimension(canvas, (low, y), (high, y))
    way = 1 if y > panel.y(z) else -1
    canvas.write((low + high) / 2, y + (1.15 if way > 0 else -0.45) * canvas.em, label, 0.9, anchor="middle")


def _dimension(canvas: Canvas, one: tuple[float, float], other: tuple[float, float]) -> None:
    """A line with an oblique stroke at either end."""
    tick = 0.28 * canvas.em
    canvas.lines("dimension", [one, other], 0.08)
    for x, y in (one, other):
        canvas.lines("dimension", [(x - tick, y + tick), (x + tick, y - tick)], 0.1)
