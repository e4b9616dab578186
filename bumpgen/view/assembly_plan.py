"""The plan view of an assembly, from above, as if bodies were glass: parts, contacts of joints, wires, openings.

Many joints are shown as dots, very many as the squares of the page they lie in, so that the file stays small.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from bumpgen.assembly_picture import AssemblyPicture, PictureJoints, PicturePart, PictureWires
from bumpgen.cut import Cut
from bumpgen.errors import InputError
from bumpgen.geometry import Points, View
from bumpgen.layout import Cell, Scatter
from bumpgen.view.assembly_canvas import GLYPH, LINE, round_length, shortened, spread, told
from bumpgen.view.assembly_cut import default_cut
from bumpgen.view.assembly_palette import FILLS, LINES, tinted
from bumpgen.view.board import strips
from bumpgen.view.picture import FINE, Bar, Circle, Figure, Frame, Outline, Picture, Primitive, Row, Sheet, Site, Text
from bumpgen.view.style import INK, PAPER, Style

__all__ = ["MANY", "assembly_plan_png", "assembly_plan_svg", "plan_picture"]

MANY = 150_000
"""Joints of one entry that are shown one by one; of more only what part of the page they take."""
SQUARE = 3.0
"""Side of the squares that are shown as taken if any of very many joints lies in them, thousandths of the width."""
NARROWEST, WIDEST = 300, 20_000
COLUMN = 27.0
"""Room for names and legend on the right, in parts of the font size."""
SMALLEST = 8.0
"""Contacts smaller than this have no contour, and none of the other side's around them; thousandths of the width."""
TALLEST = 1.2
"""A drawing is at most this many times as tall as the page is wide."""
ALONE = Style("metal", "#d40000", "#7a0000")
CUT = Style("metal", "#c0392b", "#c0392b")


def assembly_plan_svg(picture: AssemblyPicture, width: int = 1200, cut: Cut | None = None) -> str:
    """The plan view as an SVG document, `width` pixels wide; `cut` is the side view's line, shown at both its ends."""
    from bumpgen.view.svg import to_svg

    return to_svg(plan_picture(picture, width, cut))


def assembly_plan_png(picture: AssemblyPicture, width: int = 1600, cut: Cut | None = None) -> bytes:
    """The plan view as a PNG file's bytes; else as assembly_plan_svg."""
    from bumpgen.view.png import to_png

    return to_png(plan_picture(picture, width, cut))


def plan_picture(picture: AssemblyPicture, width: int = 1200, cut: Cut | None = None) -> Picture:
    """The plan view as a value. InputError for a width out of range."""
    if not NARROWEST <= width <= WIDEST:
        raise InputError(f"a width of {width} pixels is outside {NARROWEST} to {WIDEST}")
    page = _page(picture, width)
    for rank, part in enumerate(sorted(picture.parts, key=_spread_of, reverse=True)):
        _draw_part(page, picture, part, rank)
    for joints in picture.joints:
        _draw_joints(page, picture, joints)
    for wires in picture.wires:
        _draw_wires(page, picture, wires)
    if picture.fill:
        line = LINES["mould"]
        page.draw("fill", Style("area", None, line), _box(picture.fill.box), text="encapsulation's outline")
    for part in picture.parts:
        line = LINES[picture.materials[part.material].kind]
        page.draw(f"corner {part.name}", Style("metal", line, line), _corner(page, picture, part), fine=False)
    _draw_names(page, picture)
    _draw_cut(page, cut or default_cut(picture))
    return page.picture(picture)


@dataclass(slots=True)
class _Page:
    """The page as it fills: sheets in painting order with what the legend says of each, figures, texts, sites."""

    width: int
    em: float
    frame: Frame
    area: tuple[float, float, float, float]
    styles: dict[str, Style] = field(default_factory=dict)
    legend: dict[str, str] = field(default_factory=dict)
    shapes: dict[str, list[Primitive]] = field(default_factory=dict)
    scattered: list[tuple[str, Primitive, Points]] = field(default_factory=list)
    coarse: set[str] = field(default_factory=set)
    texts: list[Text] = field(default_factory=list)
    sites: list[Site] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def pixel(self) -> float:
        """Length a thousandth of the page's width spans, µm."""
        return self.width / 1000 / self.frame.scale

    def sheet(self, name: str, style: Style, text: str, fine: bool = True) -> None:
        """A sheet over those there are."""
        self.styles.setdefault(name, style)
        if text:
            self.legend.setdefault(name, text)
        if not fine:
            self.coarse.add(name)

    def draw(self, name: str, style: Style, *shapes: Primitive, text: str = "", fine: bool = True) -> None:
        """Shapes (µm) on a sheet."""
        if shapes:
            self.sheet(name, style, text, fine)
            self.shapes.setdefault(name, []).extend(shapes)

    def scatter(
        self, name: str, style: Style, shape: Primitive, places: Points, text: str, *, fine: bool = True
    ) -> None:
        """One shape about 0, 0 at many places."""
        if len(places):
            self.sheet(name, style, text, fine and len(places) <= FINE)
            self.scattered.append((name, shape, places))

    def write(self, x: float, y: float, text: str, size: float = 1.0, *, bold: bool = False, color: str = INK) -> None:
        """A line of text at a page point."""
        self.texts.append(Text(x, y, size * self.em, text, color, bold=bold))

    def picture(self, subject: AssemblyPicture) -> Picture:
        """The page as a value."""
        left, bottom = self.area[0], self.area[3]
        bar = self._bar()
        self._head(subject)
        rows = self._legend()
        y = bottom + 5.2 * self.em
        for note in self.notes:
            self.write(left, y, note, 0.9)
            y += LINE * self.em
        low = max([text.y for text in self.texts] + [row.y + row.height for row in rows])
        return Picture(
            width=self.width, height=math.ceil(low + 2 * self.em), view=View.BUMPS_UP, frame=self.frame,
            figures=tuple(self._figures()),
            sheets=tuple(Sheet(name, style, name not in self.coarse) for name, style in self.styles.items()),
            outline=None, sites=tuple(self.sites), texts=tuple(self.texts), rows=tuple(rows), bar=bar, mark=None,
            title=f"{subject.title}: plan view",
        )  # fmt: skip

    def _figures(self) -> Iterator[Figure]:
        uses = []
        for number, (sheet, shape, places) in enumerate(self.scattered):
            yield Figure(f"CONTACT{number}", {sheet: (shape,)}, (), frozenset({sheet}))
            uses.append(Scatter(Cell(f"CONTACT{number}"), places))
        shapes = {name: tuple(found) for name, found in self.shapes.items()}
        yield Figure("ASSEMBLY", shapes, tuple(uses), frozenset(self.styles))

    def _head(self, subject: AssemblyPicture) -> None:
        em, (x0, y0, x1, y1) = self.em, subject.box
        size = min(1.5, (self.width - 4 * em) / (GLYPH * em * len(subject.title)))
        self.write(2 * em, 2.8 * em, subject.title, size, bold=True)
        self.write(2 * em, 4.6 * em, f"Plan view from above, µm; {told(x1 - x0)} × {told(y1 - y0)} in all")

    def _bar(self) -> Bar:
        left, _, right, bottom = self.area
        length = round_length(0.3 * (right - left) / self.frame.scale)
        bar = Bar(left, bottom + 2.2 * self.em, length * self.frame.scale, 0.3 * self.em, length)
        self.write(left, bar.y + 1.5 * self.em, f"{length:g} µm")
        return bar

    def _legend(self) -> list[Row]:
        """Swatches on the right under the names of the parts, the uppermost sheet first."""
        em, x = self.em, self.area[2] + 2.6 * self.em
        y = max([text.y for text in self.texts if text.x >= x] + [self.area[1]]) + 1.8 * em
        rows = []
        for name, style in reversed(self.styles.items()):
            if name in self.legend:
                rows.append(Row(name, style, x, y, 1.6 * em, em))
                letters = int((COLUMN - 8) / (GLYPH * 0.9))
                self.write(x + 2.1 * em, y + 0.85 * em, shortened(self.legend[name], letters), 0.9)
                y += 1.6 * em
        return rows


def _page(picture: AssemblyPicture, width: int) -> _Page:
    em = width / 85
    x0, y0, x1, y1 = picture.box
    left, top = 3.2 * em, 7.5 * em
    scale = min((width - left - COLUMN * em) / (x1 - x0), TALLEST * width / (y1 - y0))
    area = (left, top, left + (x1 - x0) * scale, top + (y1 - y0) * scale)
    return _Page(width, em, Frame(left - x0 * scale, top + y1 * scale, scale, False), area)


def _box(box: tuple[float, float, float, float]) -> Outline:
    x0, y0, x1, y1 = box
    return Outline(np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]))


def _spread_of(part: PicturePart) -> float:
    """Area of a part from above, µm²: what is smaller is painted over what is larger, whichever is higher."""
    x0, y0, x1, y1 = part.box
    return (x1 - x0) * (y1 - y0)


def _draw_part(page: _Page, picture: AssemblyPicture, part: PicturePart, rank: int) -> None:
    """A part's body, the deeper in colour the smaller it is, and its openings."""
    kind = picture.materials[part.material].kind
    fill = tinted(FILLS[kind], max(0.62 - 0.27 * rank, 0.0))
    style, name = Style("metal", fill, LINES[kind], rim=True), f"part {part.name}"
    bodies = [Outline(points) for points in part.bodies] or [_box(part.box)]
    page.draw(name, style, *bodies, text=f"{part.name}: {picture.materials[part.material].name}")
    if part.bodies:
        page.draw(f"outline {part.name}", Style("area", None, LINES[kind]), _box(part.box))
    openings = [Outline(points) for points in part.openings]
    page.draw(f"opening {part.name}", Style("opening", PAPER, INK, rim=True), *openings, text=f"opening of {part.name}")


def _corner(page: _Page, picture: AssemblyPicture, part: PicturePart) -> Outline:
    """A triangle in the corner next to the part's first site; a stripe beside it where another part's lies there."""
    earlier = picture.parts[: picture.parts.index(part)]
    (x, y), (x0, y0, x1, y1) = part.corner, part.box
    near = sum(math.dist(other.corner, part.corner) < page.em / page.frame.scale for other in earlier)
    side = min(1.4 * page.em / page.frame.scale, (x1 - x0) / 6, (y1 - y0) / 6)
    right, up = (1 if x == x0 else -1), (1 if y == y0 else -1)
    inner, outer = (side * (0.7 + 0.6 * near), side * (1 + 0.6 * near)) if near else (0.0, side)
    rows = [(x + right * inner, y), (x + right * outer, y), (x, y + up * outer), (x, y + up * inner)]
    return Outline(np.array(rows if near else rows[:3]))


def _draw_joints(page: _Page, picture: AssemblyPicture, joints: PictureJoints) -> None:
    """The first side's contacts filled, the second's as lines; dots where they are many. Sites alone in red."""
    many = len(joints.places) > FINE
    for number, kind in enumerate(joints.kinds):
        mine = joints.which == number
        paint = picture.materials[kind.metals[0]].kind
        style, name = Style("metal", FILLS[paint], LINES[paint]), f"{joints.name} {number}"
        one, other = (f"{joints.name}: {part}'s contact" if number == 0 else "" for part in joints.between)
        first, second = kind.contacts
        tiny = first is None or float(np.ptp(first[:, 0])) < SMALLEST * page.pixel
        if many or first is None:
            dots, size = _dots(page, joints.places[mine], first)
            page.scatter(name, style, Circle(0, 0, size), dots, one)
        else:
            page.scatter(name, style, _primitive(first), joints.places[mine], one, fine=not tiny)
        if not (many or tiny or second is None):
            line = Style("area", None, "#1b3a57")
            page.scatter(f"{name} second", line, _primitive(second), joints.partners[mine], other)
    if many:
        shown = "as dots" if len(joints.places) <= MANY else f"as squares of {told(SQUARE * page.pixel)} that have any"
        page.notes.append(f"{joints.name}: {len(joints.places)} joints {shown}")
    alone, size = _dots(page, np.concatenate(joints.alone), None)
    page.scatter(f"{joints.name} alone", ALONE, Circle(0, 0, max(size, 6 * page.pixel)), alone, f"{joints.name}: alone")
    _name(page, joints)


def _name(page: _Page, joints: PictureJoints) -> None:
    """Hover texts of joints."""
    for label, (x, y), which in zip(joints.labels, joints.places.tolist(), joints.which.tolist(), strict=False):
        radius = max(joints.kinds[which].reach, 2 * page.pixel)
        page.sites.append(Site(x, y, radius, label, joints.name))


def _dots(page: _Page, places: Points, outline: Points | None) -> tuple[Points, float]:
    """Places row by row, rounded to a tenth of a pixel, and the diameter of a dot there; µm.

    Of very many places the middles of the page's squares that have any, with dots that cover a square.
    """
    side = SQUARE * page.pixel
    if len(places) > MANY:
        squares = np.unique(np.floor(places / side).astype(np.int64), axis=0)
        found, size = (squares + 0.5) * side, side * math.sqrt(2)
    else:
        found = places
        size = max(float(np.ptp(outline[:, 0])) if outline is not None else 0.0, page.pixel)
    grid = 10.0 ** math.floor(math.log10(page.pixel / 10))
    found = np.round(found / grid) * grid
    return found[np.lexsort((found[:, 0], found[:, 1]))], size


def _primitive(outline: Points) -> Primitive:
    """A circle where the outline is one, else the outline."""
    x, y = outline.T
    wide, tall = np.ptp(outline, axis=0)
    area = abs(float((x * np.roll(y, -1) - y * np.roll(x, -1)).sum())) / 2
    if len(outline) > 8 and abs(wide - tall) < 1e-3 * wide and abs(area / (wide * tall) - math.pi / 4) < 0.01:
        return Circle(0.0, 0.0, float(wide))
    return Outline(outline)


def _draw_wires(page: _Page, picture: AssemblyPicture, wires: PictureWires) -> None:
    """The metal at both ends, and each wire as a straight line as wide as it is, or as can be seen."""
    for side, landings in enumerate(wires.landings):
        for number, landing in enumerate(landings):
            paint = picture.materials[landing.metal].kind
            style, name = Style("metal", FILLS[paint], LINES[paint]), f"{wires.name} end {side} {number}"
            text = f"{wires.name}: {wires.between[side]}'s contact" if number == 0 else ""
            if landing.outline is not None:
                page.draw(name, style, *(Outline(landing.outline + place) for place in landing.places), text=text)
    if len(wires.nets):
        lines = np.stack(wires.ends, axis=1)
        style = Style("metal", "#b8860b", "#b8860b")
        shapes = strips(lines, max(wires.diameter, 1.5 * page.pixel))
        page.draw(f"wires {wires.name}", style, *shapes, text=f"{wires.name}: {len(lines)} wires", fine=False)


def _draw_names(page: _Page, picture: AssemblyPicture) -> None:
    """Name, face, size and first corner of each part on the right, with a line to its edge."""
    em, (_, top, right, bottom) = page.em, page.area
    parts = sorted(picture.parts, key=lambda part: (-part.high, part.name))
    edges = []
    for number, part in enumerate(parts):
        same = [other for other in parts[:number] if other.box == part.box]
        height = part.box[3] - part.box[1]
        edges.append((part.box[2], part.box[3] - height * (0.06 + 0.12 * len(same))))
    points = [page.frame.to_page(*edge) for edge in edges]
    wanted = [y for _, y in points]
    places = spread(wanted, 3.4 * em, top + 0.5 * em, max(bottom, top + 4 * em * len(parts)))
    for part, (x, y), place in zip(parts, points, places, strict=True):
        way = np.array([(x, y), (right + 0.9 * em, y), (right + 2.2 * em, place)])
        _lines(page, "leader", Style("metal", "#7a7a7a", "#7a7a7a"), way)
        page.write(right + 2.6 * em, place + 0.35 * em, f"{part.name}, face {part.facing}", bold=True)
        wide, tall = part.box[2] - part.box[0], part.box[3] - part.box[1]
        page.write(right + 2.6 * em, place + 1.6 * em, f"{told(wide)} × {told(tall)}, mark: {_first(part)}", 0.85)


def _first(part: PicturePart) -> str:
    """Where the first corner lies, in words."""
    x, y = part.corner
    row, column = "upper" if y == part.box[3] else "lower", "right" if x == part.box[2] else "left"
    return f"{part.first or 'origin'} {row} {column}"


def _draw_cut(page: _Page, cut: Cut) -> None:
    """Where the side view cuts: a short line outside either end of the cut, with its letter."""
    em, frame = page.em, page.frame
    x_way, y_way = cut.along
    for (x, y), sign, letter in ((cut.start, -1, "A"), (cut.end, 1, "A'")):
        px, py = frame.to_page(x, y)
        out = np.array([(px, py), (px + sign * x_way * 0.9 * em, py - sign * y_way * 0.9 * em)])
        _lines(page, "cut", CUT, out, 0.16)
        tx, ty = px + sign * x_way * 1.6 * em, py - sign * y_way * 1.6 * em + 0.35 * em
        page.texts.append(Text(float(tx), float(ty), 0.9 * em, letter, CUT.line, "middle", bold=True))
    page.legend.setdefault("cut", "side view's cut A to A'")


def _lines(page: _Page, sheet: str, style: Style, points: Points, thick: float = 0.06) -> None:
    """A line through page points, `thick` parts of the font size."""
    frame = page.frame
    known = np.column_stack(((points[:, 0] - frame.x0) / frame.scale, (frame.y0 - points[:, 1]) / frame.scale))
    shapes = strips(np.stack((known[:-1], known[1:]), axis=1), thick * page.em / frame.scale)
    page.draw(sheet, style, *shapes, fine=False)
