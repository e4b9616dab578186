"""Ratlines: a straight line for each connection that is asked for or still open, and how many of them cross."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol, TypeAlias

import numpy as np

from bumpgen.errors import GeometryError
from bumpgen.geometry import Points, View
from bumpgen.layout import Layout
from bumpgen.plan.connect import joined_sites
from bumpgen.plan.sites import Plan
from bumpgen.route.problem import Place, Problem
from bumpgen.view.board import COLORS, Backdrop, Board, Paint, backdrop_of, class_of
from bumpgen.view.figures import Extents, figures_of, sites_of
from bumpgen.view.picture import Picture
from bumpgen.view.style import Style, meaning_of, style_of

__all__ = [
    "Connection",
    "Ratline",
    "crossings",
    "open_ratlines",
    "plan_ratlines",
    "plan_ratlines_png",
    "plan_ratlines_svg",
    "ratlines",
    "ratlines_of",
    "ratlines_png",
    "ratlines_svg",
]

Ratline: TypeAlias = tuple[str, Place, Place]
"""Net, start and end (µm) of a connection."""
PALE = 0.45
"""How far towards white the colours of a drawn plan go under ratlines."""
CHUNK = 512
"""Lines that are held against all others at a time."""


class Connection(Protocol):
    """A connection asked for: its net and its two ends as indices into a problem's terminals."""

    @property
    def net(self) -> str:
        """Name of its net."""
        ...

    @property
    def start(self) -> int:
        """Index of the terminal it starts in."""
        ...

    @property
    def end(self) -> int:
        """Index of the terminal it ends in."""
        ...


def ratlines_svg(problem: Problem, connections: Iterable[Connection], width: int = 1200) -> str:
    """The connections of a problem as an SVG document, `width` pixels wide."""
    from bumpgen.view.svg import to_svg

    return to_svg(ratlines(problem, connections, width))


def ratlines_png(problem: Problem, connections: Iterable[Connection], width: int = 1200) -> bytes:
    """The connections of a problem as a PNG file's bytes, `width` pixels wide."""
    from bumpgen.view.png import to_png

    return to_png(ratlines(problem, connections, width))


def plan_ratlines_svg(plan: Plan, layout: Layout, width: int = 1200, view: View = View.BUMPS_UP) -> str:
    """A design's drawn plan with what is still open as an SVG document, `width` pixels wide."""
    from bumpgen.view.svg import to_svg

    return to_svg(plan_ratlines(plan, layout, width, view))


def plan_ratlines_png(plan: Plan, layout: Layout, width: int = 1200, view: View = View.BUMPS_UP) -> bytes:
    """A design's drawn plan with what is still open as a PNG file's bytes, `width` pixels wide."""
    from bumpgen.view.png import to_png

    return to_png(plan_ratlines(plan, layout, width, view))


def ratlines(problem: Problem, connections: Iterable[Connection], width: int = 1200) -> Picture:
    """Pads, bumps and obstacles of a problem with a line for each connection, as a value."""
    return _drawn(backdrop_of(problem), ratlines_of(problem, connections), width, View.BUMPS_UP, "to make")


def plan_ratlines(plan: Plan, layout: Layout, width: int = 1200, view: View = View.BUMPS_UP) -> Picture:
    """A design as drawn, paled, with a line for each connection that is still open, as a value."""
    return _drawn(_backdrop(layout), open_ratlines(plan), width, view, "open")


def ratlines_of(problem: Problem, connections: Iterable[Connection]) -> list[Ratline]:
    """The places (µm) that connections of a problem join."""
    spots = [(terminal.x, terminal.y) for terminal in problem.terminals]
    return [(each.net, spots[each.start], spots[each.end]) for each in connections]


def _drawn(backdrop: Backdrop, lines: Sequence[Ratline], width: int, view: View, state: str) -> Picture:
    board = Board.of(backdrop, ratline_paints(lines), width=width, view=view, title=f"{backdrop.title}: ratlines")
    draw_ratlines(board, lines)
    board.tell(told(lines, state))
    return board.picture()


def ratline_paints(lines: Sequence[Ratline]) -> dict[str, Paint]:
    """Paint and legend of each net class that has lines."""
    counts = {kind: sum(class_of(net) == kind for net, _, _ in lines) for kind in ("ground", "power", "signal")}
    return {
        f"{kind} line": (Style("metal", color, color), f"{kind}: {counts[kind]}")
        for kind, color in reversed(COLORS.items())
        if counts[kind]
    }


def draw_ratlines(board: Board, lines: Sequence[Ratline], sheet: str = "", pixels: float = 1.5) -> None:
    """Lines as thin strips on their classes' sheets, or all on one, in the first drawing."""
    table: dict[str, list[tuple[Place, Place]]] = {}
    for net, start, end in lines:
        table.setdefault(sheet or f"{class_of(net)} line", []).append((start, end))
    for name, ends in table.items():
        board.draw_lines(name, np.array(ends, dtype=np.float64), pixels)


def told(lines: Sequence[Ratline], state: str) -> str:
    """How many connections there are, how often they cross, their length."""
    if not lines:
        return f"no connection is {state}"
    ends = np.array([(start, end) for _, start, end in lines], dtype=np.float64)
    length = np.hypot(*(ends[:, 1] - ends[:, 0]).T).sum() / 1000
    crossed = crossings(ends)
    return (
        f"{_number(len(lines), 'connection')} {state}, {_number(crossed, 'crossing')}, "
        f"{length:.2f} mm in straight lines"
    )


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def crossings(lines: Points) -> int:
    """Pairs of straight lines, (N, 2, 2) µm, that meet elsewhere than in an end that both share.

    A line that touches another's inside or runs along it counts; exact for ends on a nanometre grid.
    """
    import shapely

    if len(lines) < 2:
        return 0
    steps = np.rint(lines * 1000).astype(np.int64)
    boxes = shapely.box(*lines.min(axis=1).T, *lines.max(axis=1).T)
    tree = shapely.STRtree(boxes)
    total = 0
    for first in range(0, len(lines), CHUNK):
        i, j = tree.query(boxes[first : first + CHUNK])
        i = i + first
        once = i < j
        total += int(_meet(steps, i[once], j[once]).sum())
    return total


def _meet(steps: Any, i: Any, j: Any) -> Any:
    """Which pairs of lines meet elsewhere than in a shared end; their boxes overlap already."""
    ax, ay, bx, by = steps.reshape(-1, 4).T.copy()
    astride = _sides(ax[i], ay[i], bx[i], by[i], (ax[j], ay[j]), (bx[j], by[j])) <= 0
    i, j = i[astride], j[astride]
    product = _sides(ax[j], ay[j], bx[j], by[j], (ax[i], ay[i]), (bx[i], by[i]))
    meet = product <= 0
    doubtful = np.flatnonzero(product == 0)  # an end lies on the other's line
    one, other = steps[i[doubtful]], steps[j[doubtful]]
    shared = np.any([(one[:, k] == other[:, m]).all(axis=1) for k in (0, 1) for m in (0, 1)], axis=0)
    (a, b), (c, d) = one.swapaxes(0, 1), other.swapaxes(0, 1)
    level = (_turn(a, b, c) == 0) & (_turn(a, b, d) == 0)
    meet[doubtful[shared]] = (level & _along(a, b, c, d))[shared]
    return meet


def _sides(ax: Any, ay: Any, bx: Any, by: Any, *places: tuple[Any, Any]) -> Any:
    """Negative where two places lie on different sides of the line a-b, 0 where one lies on it."""
    dx, dy = bx - ax, by - ay
    one, other = (np.sign(dx * (y - ay) - dy * (x - ax)) for x, y in places)
    return one * other


def _turn(a: Any, b: Any, c: Any) -> Any:
    p, q = b - a, c - a
    return p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0]


def _along(a: Any, b: Any, c: Any, d: Any) -> Any:
    """Whether lines on one straight line have more than a place in common."""
    low = np.maximum(np.minimum(a, b), np.minimum(c, d))
    high = np.minimum(np.maximum(a, b), np.maximum(c, d))
    return (low < high).any(axis=1)


def _backdrop(layout: Layout) -> Backdrop:
    """The drawn plan in pale colours."""
    styles = {}
    for index, name in enumerate(layout.layers):
        meaning = layout.meanings.get(name) or meaning_of(name)
        if meaning != "text":
            full = style_of(meaning, layout.colors.get(name), index)
            styles[name] = Style(meaning, full.fill and _paled(full.fill), _paled(full.line), full.rim)
    figures = figures_of(layout, frozenset(styles))
    if not figures or figures[-1].name != layout.top.name:
        raise GeometryError(f"layout {layout.top.name!r} has no shape: there is nothing to show")
    extents = Extents.of(figures)
    shown = figures[-1].layers
    paints = {name: (style, name) for name, style in styles.items() if name in shown}
    die = layout.outline or extents.boxes[layout.top.name]
    sites = sites_of(layout, list(layout.placed_labels()), extents, (die[2] - die[0]) / 100)
    return Backdrop(figures, paints, tuple(sites), die, layout.title or layout.top.name)


def _paled(color: str) -> str:
    channels = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(c + (255 - c) * PALE):02x}" for c in channels)


def open_ratlines(plan: Plan) -> list[Ratline]:
    """The shortest lines (µm) that would join every net's pads and bumps, given the wires that are there.

    None where the pads lie under the bumps: such nets are joined in the chip. Per net it is the minimum
    spanning tree (Prim, 1957) over the places of its sites, those on one piece of metal taken as joined.
    """
    table = plan.design.file.pads
    if table is not None and table.under_bumps:
        return []
    nets: dict[str, list[int]] = {}
    for index, site in enumerate(plan.sites):
        if site.net:
            nets.setdefault(site.net, []).append(index)
    joined = np.array(joined_sites(plan), dtype=np.int64)
    places = np.array([(site.x, site.y) for site in plan.sites], dtype=np.float64).reshape(-1, 2)
    return [
        (net, _place(places[own[i]]), _place(places[own[j]]))
        for net, own in sorted(nets.items())
        for i, j in _spanning(places[own], joined[own])
    ]


def _place(row: Any) -> Place:
    return float(row[0]), float(row[1])


def _spanning(places: Points, group: Any) -> list[tuple[int, int]]:
    """Pairs of places that join all groups by the shortest lines; ties go to the lower index."""
    near = np.full(len(places), np.inf)
    origin = np.zeros(len(places), dtype=np.int64)
    joined = np.zeros(len(places), dtype=bool)
    pairs: list[tuple[int, int]] = []
    at = 0
    while True:
        for member in np.flatnonzero(group == group[at]):
            joined[member] = True
            length = np.hypot(*(places - places[member]).T)
            origin[length < near] = member
            near = np.minimum(near, length)
        if joined.all():
            return pairs
        at = int(np.argmin(np.where(joined, np.inf, near)))
        pairs.append((int(origin[at]), at))
