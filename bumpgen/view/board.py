"""A page with one or two drawings of a die at one scale, for what is to be routed and what was routed.

A drawing's metal is kept as cells that stand at many places. Page units are pixels, y runs down.
"""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np

from bumpgen.errors import InputError
from bumpgen.geometry import Points, Transform, View
from bumpgen.layout import Cell, Placement, Scatter
from bumpgen.route.problem import Place, Problem, Terminal
from bumpgen.view.figures import Box, count
from bumpgen.view.picture import FINE, Bar, Circle, Figure, Frame, Outline, Picture, Primitive, Row, Sheet, Site, Text
from bumpgen.view.style import INK, Style

__all__ = ["COLORS", "GLYPH", "Backdrop", "Board", "Paint", "backdrop_of", "class_of", "strips", "wire_outlines"]

NetClass: TypeAlias = Literal["signal", "power", "ground"]
Paint: TypeAlias = tuple[Style, str]
"""How a sheet is painted, and what the legend says of it; no legend row if it says nothing."""

COLORS: dict[NetClass, str] = {"signal": "#0072b2", "power": "#e69f00", "ground": "#007a5a"}
"""Colours of net classes that the colour-blind tell apart as well (Okabe and Ito; their green made darker)."""
GROUND = re.compile(r"[a-z]{0,2}(vss|gnd|ground)[a-z]{0,3}\d*([_.:\[\d].*)?", re.IGNORECASE)
POWER = re.compile(r"[a-z]{0,2}(vdd|vcc|vpwr|vpp|vbat|vee|pwr|power)[a-z]{0,3}\d*([_.:\[\d].*)?", re.IGNORECASE)

METAL: dict[str, Paint] = {
    "obstacle": (Style("metal", "#ececec", "#bdbdbd"), "obstacle"),
    "unused": (Style("metal", "#f7f7f7", "#c4c4c4"), "metal not to be joined"),
    "bump": (Style("metal", "#dcdce6", "#8d8d9c"), "bump"),
    "pad": (Style("metal", "#c9a58f", "#6b5344"), "pad"),
}
GLYPH = 0.6
"""Room for a character in parts of the font size."""
LINE = 1.7
"""Pitch of legend rows and lines of text in parts of the font size."""
TALLEST = 1.2
"""A drawing is at most this many times as tall as the page is wide."""
SMALLEST = 0.55
"""Names that would be smaller than this part of the page's font size are left out."""
NARROWEST, WIDEST = 300, 20_000


def class_of(net: str) -> NetClass:
    """Whether a net is a ground, a power or a signal net, by its name (VSS, GND, VDD1, DVDD, vccd2 …)."""
    if GROUND.fullmatch(net):
        return "ground"
    return "power" if POWER.fullmatch(net) else "signal"


@dataclass(frozen=True, slots=True)
class Backdrop:
    """What lies under all else in every drawing: figures (children first, the top one last), paint, names to write.

    `die` is the die's box (µm), or the drawing's where there is no die.
    """

    figures: tuple[Figure, ...]
    paints: Mapping[str, Paint]
    sites: tuple[Site, ...]
    die: Box
    title: str


def backdrop_of(problem: Problem) -> Backdrop:
    """A problem's terminals and obstacles. Terminals of one shape become one cell at many places."""
    kinds: dict[tuple[str, tuple[Place, ...], float], list[Terminal]] = {}
    for terminal in problem.terminals:
        sheet: str = terminal.role if terminal.net and terminal.wires else "unused"
        about = tuple((round(x - terminal.x, 3), round(y - terminal.y, 3)) for x, y in terminal.outline)
        kinds.setdefault((sheet, about, terminal.radius), []).append(terminal)
    figures, uses = [], []
    for number, ((sheet, _, _), alike) in enumerate(kinds.items()):
        figures.append(Figure(f"TERMINAL{number}", {sheet: (_terminal(alike[0]),)}, (), frozenset({sheet})))
        uses.append(Scatter(Cell(f"TERMINAL{number}"), np.array([(t.x, t.y) for t in alike])))
    blocks = tuple(Outline(np.array(obstacle.corners, dtype=np.float64)) for obstacle in problem.obstacles)
    shapes: dict[str, tuple[Primitive, ...]] = {"obstacle": blocks} if blocks else {}
    layers = frozenset(shapes).union(*(figure.layers for figure in figures))
    figures.append(Figure("METAL", shapes, tuple(uses), layers))
    sites = tuple(
        Site(t.x, t.y, t.inner_radius, f"{t.name.removeprefix(f'{t.role} ')} {t.net}".strip(), t.role)
        for t in problem.terminals
    )
    paints = {name: paint for name, paint in METAL.items() if name in layers}
    return Backdrop(tuple(figures), paints, sites, problem.outline, problem.name)


def _terminal(terminal: Terminal) -> Primitive:
    """A terminal's metal about its own place, µm."""
    import shapely

    corners = np.array(terminal.outline, dtype=np.float64) - (terminal.x, terminal.y)
    if len(corners) == 1:
        return Circle(float(corners[0, 0]), float(corners[0, 1]), 2 * terminal.radius)
    if not terminal.radius:
        return Outline(corners)
    area = shapely.MultiPoint(corners).convex_hull.buffer(terminal.radius, quad_segs=12)
    return Outline(np.array(area.exterior.coords)[:-1])


@dataclass(slots=True)
class Board:
    """The page as it fills: where its drawings lie, what is drawn by sheet (µm), texts and swatches (page units).

    `step` is how far each drawing lies to the right of the one before, µm; `low` and `legend_low` the lowest y in use
    by all and by the legend, which begins at x `legend_left`;
    `thin` has the sheets of lines, which get no contours.
    """

    backdrop: Backdrop
    width: int
    em: float
    view: View
    frame: Frame
    step: float
    panels: int
    paints: dict[str, Paint]
    area: Box
    low: float
    legend_left: float = 0.0
    legend_low: float = 0.0
    shapes: dict[str, list[Primitive]] = field(default_factory=dict)
    thin: set[str] = field(default_factory=set)
    texts: list[Text] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    @classmethod
    def of(
        cls,
        backdrop: Backdrop,
        paints: Mapping[str, Paint],
        *,
        width: int,
        view: View = View.BUMPS_UP,
        headings: Sequence[str] = ("",),
        title: str = "",
        under: Mapping[str, Paint] | None = None,
    ) -> Board:
        """A page with a drawing for each heading, its title, scale bar and legend of all paints.

        `paints` lie over the backdrop in their order, `under` beneath it. Raises InputError for a width out of range.
        """
        if not NARROWEST <= width <= WIDEST:
            raise InputError(f"a width of {width} pixels is outside {NARROWEST} to {WIDEST}")
        em = min(max(width / 72, 10.0), 60.0)
        both = {**(under or {}), **backdrop.paints, **paints}
        legend = [text for _, text in both.values() if text]
        below = len(headings) > 1 or backdrop.die[2] - backdrop.die[0] > 2 * (backdrop.die[3] - backdrop.die[1])
        column = (3.4 + GLYPH * max(map(len, legend), default=0)) * em
        room = width - 3.4 * em - (0 if below else max(column, 16 * em) + 1.5 * em)
        board = _board(backdrop, both, width, em, view, len(headings), room, bool(headings[0]))
        board._head(title or backdrop.title)
        for index, heading in enumerate(headings):
            x = board.area[0] + index * board.step * board.frame.scale
            board.write(x, board.area[1] - 0.7 * em, heading, 1.0, bold=True)
            board.draw("die", Outline(_corners(backdrop.die)), panel=index)
        board._bar()
        board._legend(below, column)
        return board

    def draw(self, sheet: str, *shapes: Primitive, panel: int = 0) -> None:
        """Shapes (µm) on a sheet of a drawing."""
        self.shapes.setdefault(sheet, []).extend(_moved(shape, panel * self.step) for shape in shapes)

    def draw_lines(self, sheet: str, lines: Points, pixels: float, panel: int = 0) -> None:
        """Straight lines, (N, 2, 2) µm, so many thousandths of the page's width thick."""
        self.thin.add(sheet)
        self.draw(sheet, *strips(lines, pixels * self.pixel), panel=panel)

    def write(self, x: float, y: float, text: str, size: float = 1.0, *, bold: bool = False, color: str = INK) -> None:
        """A line of text at a page point; `size` in parts of the page's font size."""
        if text:
            self.texts.append(Text(x, y, size * self.em, text, color, bold=bold))

    def tell(self, *sentences: str) -> None:
        """Sentences under all else, wrapped."""
        letters = max(20, int((self.width - 3.4 * self.em) / (0.52 * self.em)))
        for line in (part for sentence in sentences for part in textwrap.wrap(sentence, letters)):
            self.low += LINE * self.em
            self.write(self.area[0], self.low, line)

    def swatch(self, sheet: str, style: Style, x: float, y: float, width: float, height: float) -> None:
        """A legend's rectangle, page units."""
        self.rows.append(Row(sheet, style, x, y, width, height))

    def to_um(self, x: float, y: float) -> tuple[float, float]:
        """A page point in the first drawing's µm."""
        across = (x - self.frame.x0) / self.frame.scale
        return (-across if self.frame.mirrored else across), (self.frame.y0 - y) / self.frame.scale

    def seen(self, points: Points) -> Points:
        """Places rounded to a power of ten (µm) that is a tenth of a pixel or less: short numbers, the same picture."""
        grid = 10.0 ** math.floor(math.log10(self.pixel / 10))
        rounded: Points = np.round(points / grid) * grid
        return rounded

    @property
    def pixel(self) -> float:
        """Length that a thousandth of the page's width spans, µm."""
        return self.width / 1000 / self.frame.scale

    def picture(self) -> Picture:
        """The page as a value, its sheets in painting order."""
        top = self.backdrop.figures[-1]
        drawings = tuple(Placement(Cell(top.name), Transform(n * self.step)) for n in range(self.panels))
        used = top.layers | {name for name, shapes in self.shapes.items() if shapes}
        shapes = {name: tuple(shapes) for name, shapes in self.shapes.items() if shapes}
        figures = (*self.backdrop.figures, Figure(f"{top.name} PAGE", shapes, drawings, frozenset(used)))
        counts = count(figures)
        order = [(name, style) for name, (style, _) in self.paints.items() if name in used]
        sheets = (
            *(Sheet(name, style, counts[name] <= FINE and name not in self.thin) for name, style in order),
            Sheet("die", DIE, True),
        )
        few = len(self.backdrop.sites) <= FINE
        return Picture(
            width=self.width, height=math.ceil(self.low + 1.7 * self.em), view=self.view, frame=self.frame,
            figures=figures, sheets=sheets, outline=None,
            sites=tuple(self._sites()) if few else (), texts=(*self.texts, *self._names()), rows=tuple(self.rows),
            bar=self._scale_bar(), mark=None, title=self.texts[0].text,
        )  # fmt: skip

    def _sites(self) -> Iterable[Site]:
        for panel in range(self.panels):
            for s in self.backdrop.sites:
                yield Site(s.x + panel * self.step, s.y, s.radius, s.text, s.cell)

    def _names(self) -> Iterable[Text]:
        """Names of the metal that they fit on, in the first drawing's and the others' places."""
        for site in self._sites():
            radius = site.radius * self.frame.scale
            size = min(1.5 * radius / (GLYPH * max(2, len(site.name))), 0.9 * radius)
            if size >= SMALLEST * self.em:
                x, y = self.frame.to_page(site.x, site.y)
                yield Text(x, y + 0.35 * size, size, site.name, INK, "middle")

    def _head(self, title: str) -> None:
        size = min(1.5, (self.width / self.em - 3.4) / (GLYPH * len(title)))
        x0, y0, x1, y1 = self.backdrop.die
        self.write(self.area[0], 2.7 * self.em, title, size, bold=True)
        stamp = f"view: {self.view.value.replace('_', ' ')}, µm   die {x1 - x0:g} × {y1 - y0:g} µm"
        self.write(self.area[0], 4.3 * self.em, stamp)

    def _scale_bar(self) -> Bar:
        length = _round_length(0.3 * (self.backdrop.die[2] - self.backdrop.die[0]))
        return Bar(self.area[0], self.area[3] + 1.2 * self.em, length * self.frame.scale, 0.3 * self.em, length)

    def _bar(self) -> None:
        bar = self._scale_bar()
        self.write(bar.x, bar.y + 1.5 * self.em, f"{bar.length:g} µm")
        self.low = bar.y + 1.5 * self.em

    def _legend(self, below: bool, column: float) -> None:
        """Swatches and texts, what lies uppermost first."""
        em = self.em
        entries = [(name, style, text) for name, (style, text) in reversed(self.paints.items()) if text]
        columns = max(1, int((self.width - 3.4 * em) // column)) if below else 1
        across = math.ceil(len(entries) / columns)
        left, top = (self.area[0], self.low + em) if below else (self.area[2] + 2 * em, self.area[1])
        self.legend_left, self.legend_low = left, top
        for index, (name, style, text) in enumerate(entries):
            place, line = divmod(index, across)
            x, y = left + place * column, top + line * LINE * em
            self.swatch(name, style, x, y, 1.6 * em, em)
            self.write(x + 2.1 * em, y + 0.85 * em, text)
            self.legend_low = max(self.legend_low, y + LINE * em)
        self.low = max(self.low, self.legend_low - LINE * em + 0.85 * em)


DIE = Style("area", None, INK)


def _board(
    backdrop: Backdrop,
    paints: dict[str, Paint],
    width: int,
    em: float,
    view: View,
    panels: int,
    room: float,
    told: bool,
) -> Board:
    """An empty page whose drawings share `room` (page units)."""
    x0, y0, x1, y1 = backdrop.die
    wide, tall = max(x1 - x0, 1e-3), max(y1 - y0, 1e-3)
    gap = 2 * em
    scale = min((room - gap * (panels - 1)) / panels / wide, TALLEST * width / tall)
    left, top = 1.7 * em, (7.2 if told else 5.6) * em
    frame = Frame(left + (x1 if view.mirrored else -x0) * scale, top + y1 * scale, scale, view.mirrored)
    area = (left, top, left + wide * scale, top + tall * scale)
    return Board(backdrop, width, em, view, frame, wide + gap / scale, panels, paints, area, area[3])


def _corners(box: Box) -> Points:
    x0, y0, x1, y1 = box
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])


def _moved(shape: Primitive, dx: float) -> Primitive:
    if not dx:
        return shape
    if isinstance(shape, Circle):
        return Circle(shape.x + dx, shape.y, shape.diameter)
    return Outline(shape.points + (dx, 0.0))


def _round_length(longest: float) -> float:
    """The largest 1, 2 or 5 times a power of ten that is not above `longest`."""
    power = 10.0 ** math.floor(math.log10(longest))
    return float(max(step for step in (1, 2, 5) if step * power <= longest * (1 + 1e-9)) * power)


def strips(lines: Points, width: float) -> list[Outline]:
    """Straight lines, (N, 2, 2) µm, as rectangles `width` µm wide; lines of no length are left out."""
    along = lines[:, 1] - lines[:, 0]
    length = np.hypot(along[:, 0], along[:, 1])
    lines, along, length = lines[length > 0], along[length > 0], length[length > 0]
    aside = np.column_stack((-along[:, 1], along[:, 0])) * (width / 2 / length)[:, None]
    a, b = lines[:, 0], lines[:, 1]
    return [Outline(corners) for corners in np.stack((a - aside, b - aside, b + aside, a + aside), axis=1)]


def wire_outlines(lines: Sequence[Points], widths: Sequence[float], tolerance: float) -> list[Outline]:
    """Centre lines as areas of their widths (µm) with flat ends, their corners good to `tolerance` µm."""
    import shapely

    if not lines:
        return []
    paths = shapely.simplify([shapely.LineString(line) for line in lines], tolerance)
    areas = shapely.buffer(paths, np.array(widths) / 2, cap_style="flat", join_style="mitre", mitre_limit=2)
    found = []
    for area in shapely.get_parts(areas):
        parts = _without_holes(area) if area.interiors else [area]
        found += [Outline(np.array(part.exterior.coords)[:-1]) for part in parts]
    return found


def _without_holes(area: Any) -> list[Any]:
    """An area cut through its first hole until none of its parts has one."""
    import shapely

    x0, y0, x1, y1 = shapely.bounds(area)
    inner = shapely.get_interior_ring(area, 0)
    middle = float(np.mean(shapely.bounds(inner)[[0, 2]]))
    halves = [shapely.intersection(area, shapely.box(*b)) for b in ((x0, y0, middle, y1), (middle, y0, x1, y1))]
    parts = [part for part in shapely.get_parts(halves) if shapely.get_dimensions(part) == 2]
    return [whole for part in parts for whole in (_without_holes(part) if part.interiors else [part])]
