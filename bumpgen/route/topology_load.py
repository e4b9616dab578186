"""Ways of a sketch put back on a board."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bumpgen.route.sketch import Way
from bumpgen.route.topology_board import SLACK, Board, corner_list, index_in, partner
from bumpgen.route.topology_wires import count_cuts, link, remove

__all__ = ["drop_overfull", "load"]


def load(board: Board, ways: Sequence[Way | None]) -> None:
    """Lay the ways of connections (None: nothing) on an empty board, in the order of their ranks."""
    crossings: list[tuple[int, int, int]] = []
    ends: list[tuple[int, int]] = []
    for net, way in enumerate(ways):
        if way is not None:
            nodes = _chain(board, net, way)
            sides = board.home[nodes[1:-1]].tolist()
            crossings += zip(sides, way.ranks.tolist(), nodes[1:-1], strict=True)
            ends += ((int(board.home[node]), node) for node in (nodes[0], nodes[-1]))
    for home, _, node in sorted(crossings):
        link(board, node, int(board.before[home]))
    for home, node in sorted(ends, key=lambda end: (end[0], _turn(board, end[1]))):
        link(board, node, int(board.before[home]))
    for net, way in enumerate(ways):
        if way is not None:
            count_cuts(board, net, 1.0)


def drop_overfull(board: Board) -> None:
    """Take off the longest wires on each overfilled side until what is left fits (connections come by length)."""
    for side in np.flatnonzero(board.used > board.room + SLACK).tolist():
        while board.used[side] > board.room[side] + SLACK:
            nets, node = [], int(board.after[side])
            while node != side:
                nets.append(int(board.net[node]))
                node = int(board.after[node])
            remove(board, max(nets))


def _chain(board: Board, net: int, way: Way) -> list[int]:
    """Nodes of a way, joined to one another but in no list yet."""
    triangle = way.triangle
    homes, entered = [_corner(board, triangle, way.start)], [triangle]
    for side in way.sides.tolist():
        homes.append(side)
        entered.append(triangle)
        first, second = board.beside[side].tolist()
        triangle = second if first == triangle else first
    homes.append(_corner(board, triangle, way.end))
    entered.append(triangle)
    nodes: list[int] = []
    for home, before in zip(homes, entered, strict=True):
        board.free[-1] -= 1
        node = int(board.free[board.free[-1]])
        board.home[node], board.net[node], board.entered[node] = home, net, before
        board.back[node], board.ahead[node] = (nodes[-1] if nodes else -1), -1
        if nodes:
            board.ahead[nodes[-1]] = node
        nodes.append(node)
    board.head[net] = nodes[0]
    return nodes


def _corner(board: Board, triangle: int, site: int) -> int:
    return int(corner_list(board, triangle, board.triangles[triangle].tolist().index(site)))


def _turn(board: Board, node: int) -> tuple[int, int, int]:
    """Where among the ends at its corner a node lies: chords that end further on round the triangle start earlier."""
    t, k = divmod(int(board.home[node]) - (len(board.home) - board.triangles.size), 3)
    other = int(partner(board, t, node))
    home = int(board.home[other])
    index = int(index_in(board, t, home))
    steps = 2 * ((index - 3 - k) % 3) if index >= 3 else 2 * ((index + 1 - k) % 3) + 1
    if index >= 3:
        return (-steps, 0, int(board.net[node]) * (1 if k < index - 3 else -1))
    rank = int(board.rank[other])
    return (-steps, rank if board.left[home] != t else -rank, 0)
