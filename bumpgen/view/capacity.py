"""How full each part of a die is with wires: a heat map of the cuts between pieces of metal.

Triangles between pieces of metal take the colour of the fullest cut along or across them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from bumpgen.geometry import Points
from bumpgen.route.problem import Problem
from bumpgen.route.routing import Cut, Wire
from bumpgen.view.board import Backdrop, Board, Paint, backdrop_of, wire_outlines
from bumpgen.view.picture import FINE, Circle, Outline, Picture, Text
from bumpgen.view.style import Style

__all__ = ["capacity_map", "capacity_png", "capacity_svg", "fill_ratio", "ramp"]

RAMP = ("#ffffff", "#ffeda0", "#feb24c", "#f4602a", "#c2001f")
"""White to yellow, orange and red in equal steps; ever darker, so that it reads without hue as well."""
FULL = "#5c0011"
"""Colour of full cuts."""
WIRE = "#27496d"
BINS = 20
"""Steps of the ramp; the last but one ends at 100 %."""
LABELLED = 10
"""So many full cuts bear a number."""
NEAR = 6
"""Ends of cuts that are no terminal's are taken as one if they are this near, thousandths of the page's width."""
SIDES = [math.radians(angle) for angle in (-45, 45, -135, 135, 0, -90, 90, 180)]
"""Directions in which a number lies off its cut's middle, the preferred ones first."""
TOUCH = 0.5
"""A cut counts for triangles that lie this near to its middle, µm."""


def capacity_svg(problem: Problem, cuts: Sequence[Cut], wires: Sequence[Wire] = (), width: int = 1200) -> str:
    """The heat map as an SVG document, `width` pixels wide."""
    from bumpgen.view.svg import to_svg

    return to_svg(capacity_map(problem, cuts, wires, width))


def capacity_png(problem: Problem, cuts: Sequence[Cut], wires: Sequence[Wire] = (), width: int = 1200) -> bytes:
    """The heat map as a PNG file's bytes, `width` pixels wide."""
    from bumpgen.view.png import to_png

    return to_png(capacity_map(problem, cuts, wires, width))


def capacity_map(problem: Problem, cuts: Sequence[Cut], wires: Sequence[Wire] = (), width: int = 1200) -> Picture:
    """The heat map of all cuts with the wires over it as a value, `width` pixels wide."""
    backdrop = backdrop_of(problem)
    order = sorted(cuts, key=_fullness)
    full = [cut for cut in order if fill_ratio(cut) >= 1]
    board = Board.of(
        backdrop, _over(bool(wires), len(full)), width=width, title=f"{backdrop.title}: capacity", under=_heat()
    )
    _draw_heat(board, backdrop, cuts)
    _draw_wires(board, problem, wires)
    ends = np.array([(cut.start, cut.end) for cut in full], dtype=np.float64).reshape(-1, 2, 2)
    board.draw_lines("full", ends, 3.0)
    _draw_ramp(board)
    numbered = full[:LABELLED] or order[:1]
    _number(board, numbered)
    board.tell(*_told(order, full, numbered))
    return board.picture()


def fill_ratio(cut: Cut) -> float:
    """Demand in parts of the capacity; inf where something is asked of a cut that holds nothing."""
    if cut.capacity > 0:
        return cut.demand / cut.capacity
    return math.inf if cut.demand > 0 else 0.0


def ramp(ratio: float) -> str:
    """The colour (#rrggbb) of a fill ratio: 0 is white, 1 and above are red."""
    place = min(max(ratio, 0.0), 1.0) * (len(RAMP) - 1)
    index = min(int(place), len(RAMP) - 2)
    low, high = ([int(color[i : i + 2], 16) for i in (1, 3, 5)] for color in RAMP[index : index + 2])
    return "#" + "".join(f"{round(a + (b - a) * (place - index)):02x}" for a, b in zip(low, high, strict=True))


def _fullness(cut: Cut) -> tuple[Any, ...]:
    """Sorts the fullest first; ties by what is lacking, then by place."""
    return -fill_ratio(cut), cut.capacity - cut.demand, cut.start, cut.end


def _heat() -> dict[str, Paint]:
    """A sheet for each step of the ramp; the ramp itself is their legend."""
    colors = [ramp((step + 0.5) / BINS) for step in range(BINS)] + [ramp(1.0)]
    return {f"fill {step * 100 // BINS} %": (Style("metal", color, color), "") for step, color in enumerate(colors)}


def _over(wired: bool, full: int) -> dict[str, Paint]:
    over: dict[str, Paint] = {"wire": (Style("metal", WIRE, WIRE), "wire")} if wired else {}
    over["full"] = (Style("metal", FULL, FULL), f"full cut: {full}" if full else "")
    over["number"] = (Style("metal", "#ffffff", FULL), "")
    return over


def _bins(ratios: Any) -> Any:
    return np.clip(np.floor(np.minimum(ratios, 1.0) * BINS + 1e-9), 0, BINS).astype(np.int64)


def _draw_heat(board: Board, backdrop: Backdrop, cuts: Sequence[Cut]) -> None:
    """Triangles by their fullest cut; the cuts themselves, as lines, where there is no triangle."""
    if not cuts:
        return
    ends = np.array([(cut.start, cut.end) for cut in cuts], dtype=np.float64)
    ratios = np.array([fill_ratio(cut) for cut in cuts])
    names = list(_heat())
    corners = _triangles(_nodes(board, backdrop, cuts, ends))
    if not len(corners):
        for step in np.unique(_bins(ratios)).tolist():
            board.draw_lines(names[step], ends[_bins(ratios) == step], 4.0)
        return
    fullest = _fullest(corners, ends.mean(axis=1), ratios)
    steps = np.where(fullest > 0, _bins(fullest), -1)
    for step, name in enumerate(names):
        board.draw(name, *(Outline(board.seen(triangle)) for triangle in corners[steps == step]))


def _nodes(board: Board, backdrop: Backdrop, cuts: Sequence[Cut], ends: Points) -> Points:
    """Corners of the triangles: terminals, obstacles' and the die's corners, and where cuts end at none of these."""
    x0, y0, x1, y1 = backdrop.die
    known = {site.name for site in backdrop.sites}
    free = np.array([name not in known for cut in cuts for name in cut.between]).reshape(-1, 2)
    loose = np.clip(ends[free], (x0, y0), (x1, y1))
    _, first = np.unique(np.round(loose / (NEAR * board.pixel)), axis=0, return_index=True)
    places = [(site.x, site.y) for site in backdrop.sites] + [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    return np.vstack((np.array(places, dtype=np.float64), loose[np.sort(first)]))


def _triangles(nodes: Points) -> Points:
    """The Delaunay triangles of places, (T, 3, 2) µm; none if they lie on a line."""
    from scipy.spatial import Delaunay, QhullError

    try:
        found = Delaunay(nodes - nodes.mean(axis=0)).simplices
    except (QhullError, ValueError):
        return np.empty((0, 3, 2))
    corners: Points = nodes[np.sort(found, axis=1)]
    return corners[np.lexsort(corners.reshape(-1, 6).T[::-1])]


def _fullest(corners: Points, middles: Points, ratios: Any) -> Any:
    """The highest ratio of the cuts whose middle lies on or beside each triangle; 0 where there is none."""
    import shapely

    tree = shapely.STRtree(shapely.polygons(corners))
    cut, triangle = tree.query(shapely.points(middles), predicate="dwithin", distance=TOUCH)
    fullest = np.zeros(len(corners))
    np.maximum.at(fullest, triangle, np.minimum(ratios[cut], 1.0))
    return fullest


def _draw_wires(board: Board, problem: Problem, wires: Sequence[Wire]) -> None:
    """Centre lines, thin."""
    lines = [np.array(wire.points(problem.grid), dtype=np.float64) for wire in wires if wire.segments]
    lines = [line for line in lines if len(line) > 1]
    board.thin.add("wire")
    width = (0.9 if len(lines) <= FINE else 0.5) * board.pixel
    outlines = wire_outlines(lines, [width] * len(lines), 0.4 * board.pixel)
    board.draw("wire", *(Outline(board.seen(outline.points)) for outline in outlines))


def _draw_ramp(board: Board) -> None:
    """The ramp as a row of swatches with its ratios under it."""
    em, side = board.em, 0.68 * board.em
    x, y = board.legend_left, board.legend_low + 1.6 * em
    board.write(x, y - 0.6 * em, "fill of the cuts around")
    for step, (name, (style, _)) in enumerate(_heat().items()):
        board.swatch(name, style, x + step * side, y, side, em)
    for quarter in range(5):
        board.write(x + quarter * BINS / 4 * side - 0.3 * em, y + 2 * em, f"{25 * quarter}", 0.85)
    board.write(x + (BINS + 2.2) * side, y + 2 * em, "%", 0.85)
    board.low = max(board.low, y + 2 * em)


def _number(board: Board, cuts: Sequence[Cut]) -> None:
    """Numbers on discs beside the middles of cuts, where no earlier disc lies."""
    em = board.em
    taken: list[tuple[float, float]] = []
    for number, cut in enumerate(cuts, 1):
        x, y = board.frame.to_page((cut.start[0] + cut.end[0]) / 2, (cut.start[1] + cut.end[1]) / 2)
        around = [(x + 1.6 * em * math.cos(a), y + 1.6 * em * math.sin(a)) for a in SIDES]
        free = [at for at in around if all(math.dist(at, other) > 1.5 * em for other in taken)]
        px, py = (free or around)[0]
        taken.append((px, py))
        board.draw("number", Circle(*board.to_um(px, py), 1.5 * em / board.frame.scale))
        board.texts.append(Text(px, py + 0.3 * em, 0.85 * em, str(number), FULL, "middle", bold=True))


def _told(order: Sequence[Cut], full: Sequence[Cut], numbered: Sequence[Cut]) -> list[str]:
    if not order:
        return ["no cuts"]
    told = [f"{len(full)} of {len(order)} cuts full; fullest cut: {_of(order[0])}"]
    if len(numbered) > 1:
        told.append("; ".join(f"{number}: {_of(cut)}" for number, cut in enumerate(numbered, 1)))
    return told


def _of(cut: Cut) -> str:
    return f"{cut.between[0]}–{cut.between[1]} {cut.demand:.4g} of {cut.capacity:.4g} µm"
