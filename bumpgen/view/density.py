"""How evenly a mask covers a die: a heat map of the share that is covered in windows, with those out of range marked.

Each field of the map is one window's share, painted around the window's middle; the outer ones go on to the die's
edge.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from bumpgen.coverage import Kind
from bumpgen.geometry import Points
from bumpgen.layout import Cell, Scatter
from bumpgen.masks.density import MaskDensity
from bumpgen.view.board import Backdrop, Board, Paint
from bumpgen.view.picture import FINE, Figure, Outline, Picture
from bumpgen.view.style import Style

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["density_map", "scale_color"]

SCALE = ("#440154", "#482878", "#3e4989", "#31688e", "#26828e", "#1f9e89", "#35b779", "#6ece58", "#b5de2b", "#fde725")
"""Dark blue to yellow in steps that look alike, also to the colour-blind and in grey (viridis of matplotlib, CC0)."""
BINS = 20
"""Steps of the scale."""
OVERLAP = 0.6
"""Fields reach so far over the next ones, thousandths of the page's width: viewers that smooth edges show no seams."""
BELOW, ABOVE = "#ff4fd8", "#e3170a"
"""Contours around windows that are covered too little, too much."""
DRAWN = Style("area", None, "#ffffff")


def scale_color(part: float) -> str:
    """The colour (#rrggbb) at a part of the scale, 0 to 1."""
    place = min(max(part, 0.0), 1.0) * (len(SCALE) - 1)
    index = min(int(place), len(SCALE) - 2)
    low, high = ([int(color[i : i + 2], 16) for i in (1, 3, 5)] for color in SCALE[index : index + 2])
    return "#" + "".join(f"{round(a + (b - a) * (place - index)):02x}" for a, b in zip(low, high, strict=True))


def density_map(found: MaskDensity, kinds: tuple[Kind, ...], title: str, width: int = 1200) -> Picture:
    """The heat map of a mask with what it draws (`kinds`, if they are few) over it, `width` pixels wide."""
    top = _top(found)
    board = Board.of(_backdrop(found, kinds, title), _marks(found), width=width, title=title, under=_heat())
    columns, rows = _fields(found)
    bins = np.minimum((found.shares / top * BINS).astype(np.int64), BINS - 1)
    names = list(_heat())
    box = np.array(found.windows.box)
    for value, corners in _runs(bins, columns, rows):
        lapped = np.minimum(corners + OVERLAP * board.pixel * (corners > corners.min(axis=0)), box[2:])
        board.draw(names[value], Outline(board.seen(lapped)))
    board.thin.update(names)
    for name, bad in _bad(found).items():
        inside = np.clip(_contour(bad, columns, rows), box[:2] + 2.5 * board.pixel, box[2:] - 2.5 * board.pixel)
        board.draw_lines(name, inside, 3.0)
    _draw_scale(board, top)
    board.tell(*_told(found))
    return board.picture()


def _top(found: MaskDensity) -> float:
    """The end of the scale: the largest share, or what is asked for, on to the next 5 %."""
    most = max(float(found.shares.max()), found.asked.most if found.asked else 0.0)
    return min(1.0, max(0.05, math.ceil(most * 20 - 1e-9) / 20))


def _heat() -> dict[str, Paint]:
    """A sheet for each step of the scale."""
    colors = [scale_color((step + 0.5) / BINS) for step in range(BINS)]
    return {f"share {step}": (Style("metal", color, color), "") for step, color in enumerate(colors)}


def _marks(found: MaskDensity) -> dict[str, Paint]:
    """Contours' paint, with how many windows they go around."""
    if found.asked is None:
        return {}
    told = {
        "below": (BELOW, f"below {found.asked.least:.4g}"),
        "above": (ABOVE, f"above {found.asked.most:.4g}"),
    }
    counts = {name: int(bad.sum()) for name, bad in _bad(found).items()}
    return {
        name: (Style("metal", color, color), f"{text}: {counts[name]} of {found.shares.size}" if counts[name] else "")
        for name, (color, text) in told.items()
    }


def _bad(found: MaskDensity) -> dict[str, NDArray[np.bool_]]:
    if found.asked is None:
        return {}
    return {"below": found.shares < found.asked.least - 1e-9, "above": found.shares > found.asked.most + 1e-9}


def _backdrop(found: MaskDensity, kinds: tuple[Kind, ...], title: str) -> Backdrop:
    """The mask's polygons as outlines, where there are few enough to be seen."""
    import shapely

    few = sum(len(kind.places) for kind in kinds) <= FINE
    figures, uses = [], []
    for number, kind in enumerate(kinds if few else ()):
        rings = (kind.area.exterior, *kind.area.interiors)
        shapes = tuple(Outline(shapely.get_coordinates(ring)[:-1]) for ring in rings)
        figures.append(Figure(f"KIND{number}", {"drawn": shapes}, (), frozenset({"drawn"})))
        uses.append(Scatter(Cell(f"KIND{number}"), kind.places))
    layers: frozenset[str] = frozenset({"drawn"} if figures else ())
    figures.append(Figure("DRAWN", {}, tuple(uses), layers))
    paints: dict[str, Paint] = {"drawn": (DRAWN, "")} if layers else {}
    return Backdrop(tuple(figures), paints, (), found.windows.box, title)


def _fields(found: MaskDensity) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lines between the windows' fields along x and y: half-way between their middles."""
    w, (x0, y0, x1, y1) = found.windows, found.windows.box
    lines = []
    for first, last, low, high, ends in ((w.left, w.right, x0, x1, w.xs), (w.low, w.high, y0, y1, w.ys)):
        middles = (ends[first] + ends[last]) / 2
        lines.append(np.concatenate(([low], (middles[1:] + middles[:-1]) / 2, [high])))
    return lines[0], lines[1]


def _runs(
    bins: NDArray[np.int64], columns: NDArray[np.float64], rows: NDArray[np.float64]
) -> Iterator[tuple[int, Points]]:
    """Fields of one colour side by side as one box: its step of the scale and its corners."""
    for j, row in enumerate(bins):
        ends = np.flatnonzero(np.diff(row)) + 1
        for first, last in zip([0, *ends.tolist()], [*ends.tolist(), len(row)], strict=True):
            x0, x1, y0, y1 = columns[first], columns[last], rows[j], rows[j + 1]
            yield int(row[first]), np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])


def _contour(bad: NDArray[np.bool_], columns: NDArray[np.float64], rows: NDArray[np.float64]) -> Points:
    """Sides between fields that are bad and those that aren't, (N, 2, 2) µm."""
    padded = np.pad(bad, 1)
    across = np.argwhere(padded[1:-1, 1:] != padded[1:-1, :-1])
    along = np.argwhere(padded[1:, 1:-1] != padded[:-1, 1:-1])
    upright = [((columns[i], rows[j]), (columns[i], rows[j + 1])) for j, i in across.tolist()]
    level = [((columns[i], rows[j]), (columns[i + 1], rows[j])) for j, i in along.tolist()]
    return np.array([*upright, *level], np.float64).reshape(-1, 2, 2)


def _draw_scale(board: Board, top: float) -> None:
    """The scale as a row of swatches with shares under it."""
    em, side = board.em, 0.68 * board.em
    x, y = board.legend_left, board.legend_low + 1.6 * em
    board.write(x, y - 0.6 * em, "share covered in each window")
    for step, (name, (style, _)) in enumerate(_heat().items()):
        board.swatch(name, style, x + step * side, y, side, em)
    for quarter in range(5):
        board.write(x + quarter * BINS / 4 * side - 0.3 * em, y + 2 * em, f"{100 * top * quarter / 4:.3g}", 0.85)
    board.write(x + (BINS + 2.2) * side, y + 2 * em, "%", 0.85)
    board.low = max(board.low, y + 2 * em)


def _told(found: MaskDensity) -> Iterator[str]:
    shares, w = found.shares, found.windows
    yield (
        f"windows of {w.size:g} µm every {w.step:g}: {shares.min():.1%} to {shares.max():.1%} covered, "
        f"{found.mean:.1%} of the die"
    )
    if found.asked is not None:
        who = f" ({found.asked.rule})" if found.asked.rule else ""
        where = "of the whole die" if found.whole else "of each window"
        yield f"asked for: {found.asked.least:.4g} to {found.asked.most:.4g} {where}{who}"
