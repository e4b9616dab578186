"""The wafer map as a picture: the wafer with its flat or notch, the edge exclusion, dies by class or bin, ids, facts.

Page units are pixels, y runs down.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from bumpgen.cells.arrays import lattice
from bumpgen.geometry import View
from bumpgen.layout import Cell, Instance
from bumpgen.masks.bins import Overlay
from bumpgen.masks.wafer import DieClass, Wafer
from bumpgen.read.sinf import NO_DIE
from bumpgen.view.letters import text_width
from bumpgen.view.picture import Bar, Figure, Frame, Outline, Picture, Primitive, Row, Sheet, Text
from bumpgen.view.style import INK, Style, ink_on

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Truths = NDArray[np.bool_]

__all__ = ["wafer_picture"]

CLASSES = {
    DieClass.FULL: ("whole dies", "#7fb77e"), DieClass.PARTIAL: ("partial dies", "#d9d4c7"),
    DieClass.TEST: ("test sites", "#4e79a7"), DieClass.ALIGNMENT: ("alignment sites", "#e08a2e"),
    DieClass.ID: ("wafer id", "#b07aa1"),
}  # fmt: skip
"""Name and fill of each class."""
GOOD = "#7fb77e"
UNTESTED = {"FD": "#d9d4c7", "FE": "#d9d4c7", "@@": "#e6ebf2"}
"""Fills of bins of dies at the edge and of uninspected ones."""
FAILED = ("#c0504d", "#e08a2e", "#b07aa1", "#4e79a7", "#a89030", "#3a9a9a", "#8d6e63", "#7f7f7f")
"""Fills of bins that aren't good, the most frequent first; of all further ones the last."""
WAFER = Style("area", "#f1f1f4", "#77777f")
EDGE = Style("area", None, "#3c3c44")
EXCLUSION = Style("area", None, "#b23a3a")
SHOT = Style("area", None, "#44445a")
GLYPH = 0.62
"""Room for a character in parts of the font size."""
SMALLEST = 6.5
"""Die ids are written if the letters are this high, page units of a page 1200 wide."""
FINE_DIE = 5.0
"""Dies of so many page units and more are drawn with contours."""


def wafer_picture(
    wafer: Wafer, title: str, facts: tuple[str, ...], bins: Overlay | None = None, width: int = 1200
) -> Picture:
    """The map as a value, `width` pixels wide, with lines of facts beside it; dies by bin where there are bins."""
    em = width / 75
    margin, side = 1.5 * em, 0.68 * width
    x0, y0, x1, y1 = _extent(wafer)
    scale = (side - 2.6 * em) / max(x1 - x0, y1 - y0)
    top = margin + 2.8 * em
    frame = Frame(margin + 1.6 * em - x0 * scale, top + y1 * scale, scale, False)
    groups = _groups(wafer, bins)
    pixel = scale * min(wafer.die)
    fine = pixel >= FINE_DIE * width / 1200
    sheets = [Sheet("wafer", WAFER, True)]
    sheets += [Sheet(name, _paint(fill), fine) for name, fill, _ in groups]
    shapes: dict[str, tuple[Primitive, ...]] = {"wafer": (Outline(wafer.area.outline()),)}
    if _stepped(wafer):
        shapes["shot"] = tuple(_shots(wafer))
        sheets.append(Sheet("shot", SHOT, True))
    shapes |= {"exclusion": (Outline(_ring(wafer)),), "edge": shapes["wafer"]}
    sheets += [Sheet("exclusion", EXCLUSION, True), Sheet("edge", EDGE, True)]
    figures, uses = _figures(wafer, groups)
    layers = frozenset((*shapes, *(name for name, _, _ in groups)))
    left = margin + side + 1.2 * em
    rows, words, low = _legend(wafer, groups, left, top, em)
    told = _told(facts, left, low + 2 * em, em, width - left - margin)
    bar, length = _bar(margin, frame.y0 - y0 * scale + 2.6 * em, scale, side, em)
    numbers = [*_numbers(wafer, frame, em), *_ids(wafer, groups, frame, em)]
    lowest = max(length.y, told[-1].y if told else 0.0, low)
    head = Text(margin, margin + em, 1.3 * em, title, INK, bold=True)
    return Picture(
        width=width, height=math.ceil(lowest + margin), view=View.WAFER, frame=frame,
        figures=(*figures, Figure("WAFER", shapes, tuple(uses), layers)), sheets=tuple(sheets), outline=None, sites=(),
        texts=(head, length, *words, *told, *numbers), rows=tuple(rows), bar=bar, mark=None, title=title,
    )  # fmt: skip


Groups = list[tuple[str, str, "Truths"]]
"""Name, fill and sites of dies that look alike."""


def _groups(wafer: Wafer, bins: Overlay | None) -> Groups:
    if bins is None:
        found = [(name, fill, wafer.classes == kind) for kind, (name, fill) in CLASSES.items()]
    else:
        counts = bins.counts()
        order = sorted(counts, key=lambda code: (code not in bins.good, -counts[code], code))
        failed = [code for code in order if code not in bins.good and code not in UNTESTED]
        fills = UNTESTED | {code: FAILED[min(place, len(FAILED) - 1)] for place, code in enumerate(failed)}
        found = [(_bin(code, bins), GOOD if code in bins.good else fills[code], bins.bins == code) for code in order]
        untold = (wafer.classes == DieClass.FULL) & (bins.bins == NO_DIE)
        found.append(("whole dies not in the map", "#ffffff", untold))
    return [group for group in found if group[2].any()]


def _bin(code: str, bins: Overlay) -> str:
    names = {"@@": "uninspected", "FF": "reference", "FE": "edge", "FD": "edge"}
    told = "good" if code in bins.good else names.get(code, "")
    return f"bin {code}" + (f" ({told})" if told else "")


def _figures(wafer: Wafer, groups: Groups) -> tuple[list[Figure], list[Instance]]:
    """A die of each group, and where they lie."""
    width, height = wafer.die
    corners = np.array([(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)])
    figures: list[Figure] = []
    uses: list[Instance] = []
    for name, _, sites in groups:
        figure = f"DIE {name}"
        figures.append(Figure(figure, {name: (Outline(corners),)}, (), frozenset({name})))
        uses += lattice(Cell(figure), sites, *wafer.step, *wafer.first)
    return figures, uses


def _extent(wafer: Wafer) -> tuple[float, float, float, float]:
    """The box around the wafer, its dies and its shots, µm."""
    corners = wafer.corners(DieClass.PARTIAL)
    parts = [wafer.area.outline(), corners, corners + np.array(wafer.die)]
    if _stepped(wafer):
        parts += [outline.points for outline in _shots(wafer)]
    points = np.vstack(parts)
    (x0, y0), (x1, y1) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    return x0, y0, x1, y1


def _stepped(wafer: Wafer) -> bool:
    """Whether shots hold more than one die."""
    return wafer.shots.columns * wafer.shots.rows > 1


def _shots(wafer: Wafer) -> Iterator[Outline]:
    """Outlines of the shots, in the middle of the streets."""
    (sx, sy), (w, h), (x, y) = wafer.step, wafer.die, wafer.first
    across, up = wafer.shots.columns * sx, wafer.shots.rows * sy
    for column, row in wafer.shots.places.tolist():
        x0, y0 = x + column * sx - (sx - w) / 2, y + row * sy - (sy - h) / 2
        yield Outline(np.array([(x0, y0), (x0 + across, y0), (x0 + across, y0 + up), (x0, y0 + up)]))


def _ring(wafer: Wafer) -> NDArray[np.float64]:
    """The usable area's outline, with fewer corners."""
    import shapely

    area = shapely.simplify(wafer.area.polygon(), wafer.area.edge * wafer.grid / 20_000)
    return np.asarray(shapely.get_coordinates(area.exterior)[:-1])


def _paint(fill: str) -> Style:
    """A fill with a darker line."""
    return Style(
        "metal", fill, "#" + "".join(f"{round(int(fill[i : i + 2], 16) * 0.8):02x}" for i in (1, 3, 5)), rim=True
    )


def _legend(wafer: Wafer, groups: Groups, x: float, top: float, em: float) -> tuple[list[Row], list[Text], float]:
    """Swatches with names and counts, and where they end."""
    entries = [(name, _paint(fill), f"{name}: {int(sites.sum()):,}") for name, fill, sites in groups]
    entries.append(("exclusion", EXCLUSION, f"edge exclusion {wafer.table.exclusion:g} mm"))
    if _stepped(wafer):
        size = f"{wafer.shots.columns} × {wafer.shots.rows}"
        entries.append(("shot", SHOT, f"shots of {size} dies: {wafer.shots.count:,}"))
    rows = [Row(name, style, x, top + n * 1.8 * em, 1.6 * em, em) for n, (name, style, _) in enumerate(entries)]
    words = [
        Text(x + 2.2 * em, row.y + 0.85 * em, 0.95 * em, entry[2], INK)
        for row, entry in zip(rows, entries, strict=True)
    ]
    return rows, words, rows[-1].y + em


def _told(facts: tuple[str, ...], x: float, top: float, em: float, room: float) -> list[Text]:
    """The facts, each broken where it would leave the page."""
    texts: list[Text] = []
    y = top
    for fact in facts:
        line = ""
        for word in fact.split():
            longer = f"{line} {word}".strip()
            if line and _wide(longer, 0.9 * em) > room:
                texts.append(Text(x, y, 0.9 * em, line, INK))
                y, line = y + 1.4 * em, word
            else:
                line = longer
        texts.append(Text(x, y, 0.9 * em, line, INK))
        y += 1.8 * em
    return texts


def _wide(text: str, size: float) -> float:
    """Room for a text in letters of any painter."""
    return max(text_width(text, size), GLYPH * len(text) * size)


def _bar(left: float, y: float, scale: float, side: float, em: float) -> tuple[Bar, Text]:
    """Scale bar under the wafer, with its length in mm."""
    longest = 0.3 * side / scale
    power = 10.0 ** math.floor(math.log10(longest))
    length = max(step for step in (1, 2, 5) if step * power <= longest * (1 + 1e-9)) * power
    bar = Bar(left, y, length * scale, 0.3 * em, length)
    return bar, Text(left, y + 1.5 * em, em, f"{length / 1000:g} mm", INK)


def _numbers(wafer: Wafer, frame: Frame, em: float) -> Iterator[Text]:
    """Columns under the wafer and rows left of it, as many as there is room for."""
    rows, columns = wafer.classes.shape
    size = 0.7 * em
    x0, y0, _, _ = _extent(wafer)
    (sx, sy), (w, h), (x, y) = wafer.step, wafer.die, wafer.first
    left, bottom = frame.to_page(x0, y0)
    for column in _spaced(columns, sx * frame.scale, 1.5 * em):
        at, _ = frame.to_page(x + (column - 1) * sx + w / 2, 0.0)
        yield Text(at, bottom + 1.1 * em, size, str(column), "#555555", "middle")
    for row in _spaced(rows, sy * frame.scale, 1.1 * em):
        _, at = frame.to_page(0.0, y + (row - 1) * sy + h / 2)
        yield Text(left - 0.4 * em, at + 0.35 * size, size, str(row), "#555555", "end")


def _spaced(count: int, pitch: float, room: float) -> list[int]:
    """Numbers from 1 to a count in steps of 1, 2, 5 … that leave room for each."""
    power = 1
    while True:
        for step in (power, 2 * power, 5 * power):
            if step * pitch >= room:
                return [n for n in range(1, count + 1) if n == 1 or (n % step == 0 and (n - 1) * pitch >= room)]
        power *= 10


def _ids(wafer: Wafer, groups: Groups, frame: Frame, em: float) -> Iterator[Text]:
    """Column and row on each die, or its bin, where they can be read."""
    rows, columns = wafer.classes.shape
    longest = f"{columns}-{rows}"
    width, height = (side * frame.scale for side in wafer.die)
    size = min(0.85 * em, 0.5 * height, 0.9 * width / _wide(longest, 1.0))
    if size < SMALLEST * em / 16:
        return
    for name, fill, sites in groups:
        at = wafer.corner_of(*np.nonzero(sites)[::-1]) + np.array(wafer.die) / 2
        for (x, y), (row, column) in zip(at.tolist(), np.argwhere(sites).tolist(), strict=True):
            px, py = frame.to_page(x, y)
            text = name.split()[1] if name.startswith("bin ") else f"{column + 1}-{row + 1}"
            yield Text(px, py + 0.35 * size, size, text, ink_on(fill), "middle")
