"""Before and after routing, side by side at one scale: what is to be joined, and the wires that join it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from bumpgen.route.problem import Place, Problem
from bumpgen.route.routing import Wire
from bumpgen.view.board import COLORS, Board, Paint, backdrop_of, class_of, wire_outlines
from bumpgen.view.picture import Outline, Picture
from bumpgen.view.ratlines import Connection, Ratline, draw_ratlines, ratlines_of, told
from bumpgen.view.style import Style

__all__ = ["before_after", "before_after_png", "before_after_svg", "unmade"]

OPEN = "#d4003a"
"""Colour of connections that were not made."""
TOLERANCE = 0.15
"""How far a wire's drawn corners may lie off, thousandths of the page's width."""
THINNEST = 0.8
"""Wires are drawn at least so wide, thousandths of the page's width."""


def before_after_svg(
    problem: Problem, connections: Iterable[Connection], wires: Sequence[Wire], width: int = 1800
) -> str:
    """Both drawings as an SVG document, `width` pixels wide."""
    from bumpgen.view.svg import to_svg

    return to_svg(before_after(problem, connections, wires, width))


def before_after_png(
    problem: Problem, connections: Iterable[Connection], wires: Sequence[Wire], width: int = 1800
) -> bytes:
    """Both drawings as a PNG file's bytes, `width` pixels wide."""
    from bumpgen.view.png import to_png

    return to_png(before_after(problem, connections, wires, width))


def before_after(
    problem: Problem, connections: Iterable[Connection], wires: Sequence[Wire], width: int = 1800
) -> Picture:
    """Ratlines on the left; wires, and a red line for each connection not made, on the right, as a value."""
    asked = list(connections)
    lines, missing = ratlines_of(problem, asked), unmade(problem, asked, wires)
    nets = {each.net for each in asked} | {wire.net for wire in wires}
    backdrop = backdrop_of(problem)
    board = Board.of(
        backdrop, _paints(nets, len(missing)), width=width,
        headings=("connections asked", "wires made"), title=f"{backdrop.title}: before and after routing",
    )  # fmt: skip
    draw_ratlines(board, lines)
    _draw_wires(board, problem, wires)
    ends = np.array([(start, end) for _, start, end in missing], dtype=np.float64).reshape(-1, 2, 2)
    board.draw_lines("open", ends, 1.5, panel=1)
    made, length = len(asked) - len(missing), sum(wire.length for wire in wires) / 1000
    count = f"{len(wires)} wire{'' if len(wires) == 1 else 's'}"
    board.tell(told(lines, "asked"), f"{made} of {len(asked)} connections made, {count}, {length:.2f} mm")
    return board.picture()


def unmade(problem: Problem, connections: Iterable[Connection], wires: Iterable[Wire]) -> list[Ratline]:
    """Connections that no wire was made for.

    A wire stands for the connection of its net between its terminals; one between other terminals (a free
    pairing, or another tree of the net) for one of those of its net that are left, shortest first.
    """
    left = Counter(_key(wire.net, wire.start, wire.end) for wire in wires)
    rest: list[Ratline] = []
    names = [terminal.name for terminal in problem.terminals]
    asked = list(connections)
    for each, line in zip(asked, ratlines_of(problem, asked), strict=True):
        key = _key(each.net, names[each.start], names[each.end])
        if left[key]:
            left[key] -= 1
        else:
            rest.append(line)
    spare: Counter[str] = Counter()
    for (net, _, _), count in left.items():
        spare[net] += count
    lacking: list[Ratline] = []
    for line in sorted(rest, key=_length):
        if spare[line[0]]:
            spare[line[0]] -= 1
        else:
            lacking.append(line)
    return sorted(lacking)


def _key(net: str, start: str, end: str) -> tuple[str, str, str]:
    return net, min(start, end), max(start, end)


def _length(line: Ratline) -> tuple[float, Place, Place]:
    _, start, end = line
    return (start[0] - end[0]) ** 2 + (start[1] - end[1]) ** 2, start, end


def _paints(nets: Iterable[str], missing: int) -> dict[str, Paint]:
    """A sheet of lines and one of wires for each net class there is; what was not made lies over them."""
    kinds = {class_of(net) for net in nets}
    paints: dict[str, Paint] = {}
    for kind, color in reversed(COLORS.items()):
        if kind in kinds:
            paints[f"{kind} line"] = (Style("metal", color, color), "")
            paints[f"{kind} wire"] = (Style("metal", color, color), kind)
    paints["open"] = (Style("metal", OPEN, OPEN), f"not made: {missing}" if missing else "")
    return paints


def _draw_wires(board: Board, problem: Problem, wires: Sequence[Wire]) -> None:
    """Wires at their widths on their classes' sheets of the right drawing."""
    table: dict[str, list[Wire]] = {}
    for wire in wires:
        if wire.segments:
            table.setdefault(f"{class_of(wire.net)} wire", []).append(wire)
    for sheet, own in table.items():
        lines = [np.array(wire.points(problem.grid), dtype=np.float64) for wire in own]
        pairs = [(line, wire.width) for line, wire in zip(lines, own, strict=True) if len(line) > 1]
        widths = [max(width, THINNEST * board.pixel) for _, width in pairs]
        board.thin.add(sheet)
        outlines = wire_outlines([line for line, _ in pairs], widths, TOLERANCE * board.pixel)
        board.draw(sheet, *(Outline(board.seen(outline.points)) for outline in outlines), panel=1)
