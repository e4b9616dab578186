"""The board of topological routing: which wires cross each side of the mesh, in which order, as linked lists.

The boundary of a triangle is a ring of three corners and three sides. Each corner (of each triangle) holds the
ends of the wires that begin there, each side the wires that cross it, in order. A wire within a
triangle is a chord that joins two places of the ring; no two chords cross, so the sketch is planar by construction
(the rubber-band sketch of Dai, Dayan and Staepelaere, DAC 1991). Compiled with numba.

Numbers of nodes: side e's list head is node e; then come the crossings and ends of wires, taken from a pool; then the
list heads of corners, 3 t + k after the pool. A gap between neighbours of a list is named by the node before it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias, TypeVar

import numpy as np

from bumpgen.route.compiled import compiled
from bumpgen.route.mesh import Mesh
from bumpgen.route.sites import Floats, Ints

__all__ = ["SLACK", "Board", "Heap", "Index", "Length", "Spot", "Truth", "board_of", "inner"]

Index: TypeAlias = Any
Length: TypeAlias = Any
Truth: TypeAlias = Any
"""Whole numbers, µm and truth values: numpy's in compiled code, Python's with the compiler off."""

Spot: TypeAlias = tuple[Length, Length]
Heap: TypeAlias = list[tuple[Length, Index]]

F = TypeVar("F", bound=Callable[..., Any])

SLACK = 1e-6
"""What a full gate may be overfilled by, µm: rounding."""


def inner(function: F) -> F:
    """As `compiled`, for functions that only compiled ones call: without the wrappers for Python, in half the time."""
    made = compiled(function)
    options = getattr(made, "targetoptions", {})
    options.update(no_cpython_wrapper=True, no_cfunc_wrapper=True)
    return made


class Board(NamedTuple):
    """Arrays over sides (E), triangles (T), sites (V), connections (N) and nodes (M); lengths in µm.

    `left` is the triangle to the left of a side as it runs from its first end to its second. `room` and `cross_room`
    are what side and other diagonal hold, `used` and `cross_used` what their wires take; `wires` cross each side.
    `fan[fan_first[v]:]` are the corners 3 t + k at site v. `head` is a connection's end node at its source, -1 while it
    has no way; `ripped` counts how often it was ripped up, `kept` ones may not be. `after` and `before` link a list,
    `back` and `ahead` a wire (-1 at its ends); `home` is the head of a node's list, `entered` the triangle a wire
    comes from at a crossing. `free` is the pool's stack, its last value the height.
    """

    xy: Floats
    triangles: Ints
    sides: Ints
    ends: Ints
    beside: Ints
    left: Ints
    gates: Floats
    room: Floats
    used: Floats
    cross_room: Floats
    cross_used: Floats
    wires: Ints
    fan_first: Ints
    fan: Ints
    source: Ints
    target: Ints
    width: Floats
    space: Floats
    head: Ints
    ripped: Ints
    kept: Ints
    after: Ints
    before: Ints
    back: Ints
    ahead: Ints
    home: Ints
    net: Ints
    entered: Ints
    rank: Ints
    free: Ints


def board_of(
    mesh: Mesh, connections: Sequence[tuple[int, int]], widths: Floats, spaces: Floats, penalties: Floats | None
) -> Board:
    """An empty board; `penalties` (µm per side) are taken off the sides' free lengths."""
    sides, triangles = len(mesh.ends), len(mesh.triangles)
    off = np.zeros(sides) if penalties is None else np.asarray(penalties, dtype=np.float64)
    room = np.where(mesh.beside[:, 1] < 0, 0.0, np.maximum(mesh.gap - off, 0.0))
    least = float(widths.min() + spaces.min()) if len(widths) else 1.0
    most = int(np.floor((room + SLACK) / least).sum())
    pool = most + 2 * len(widths) + 4 * sides + 1000
    nodes = sides + pool + 3 * triangles
    pairs = np.array(connections, dtype=np.int64).reshape(-1, 2)
    corners = mesh.triangles.ravel()
    own = np.arange(nodes, dtype=np.int64)
    free = np.append(np.arange(sides + pool - 1, sides - 1, -1, dtype=np.int64), pool)
    nothing = np.full(nodes, -1, dtype=np.int64)
    fan_first = np.concatenate(([0], np.cumsum(np.bincount(corners, minlength=mesh.sites.count)))).astype(np.int64)
    return Board(
        xy=np.ascontiguousarray(mesh.sites.xy, dtype=np.float64),
        triangles=np.ascontiguousarray(mesh.triangles, dtype=np.int64),
        sides=np.ascontiguousarray(mesh.sides, dtype=np.int64),
        ends=np.ascontiguousarray(mesh.ends, dtype=np.int64),
        beside=np.ascontiguousarray(mesh.beside, dtype=np.int64),
        left=_left(mesh),
        gates=np.ascontiguousarray(mesh.gates.reshape(-1, 4), dtype=np.float64),
        room=np.ascontiguousarray(room, dtype=np.float64),
        used=np.zeros(sides),
        cross_room=np.ascontiguousarray(np.maximum(mesh.cross_gap, 0.0), dtype=np.float64),
        cross_used=np.zeros(sides),
        wires=np.zeros(sides, dtype=np.int64),
        fan_first=fan_first,
        fan=np.argsort(corners, kind="stable").astype(np.int64),
        source=np.ascontiguousarray(pairs[:, 0]),
        target=np.ascontiguousarray(pairs[:, 1]),
        width=np.ascontiguousarray(widths, dtype=np.float64),
        space=np.ascontiguousarray(spaces, dtype=np.float64),
        head=np.full(len(pairs), -1, dtype=np.int64),
        ripped=np.zeros(len(pairs), dtype=np.int64),
        kept=np.zeros(len(pairs), dtype=np.int64),
        after=own.copy(),
        before=own.copy(),
        back=nothing.copy(),
        ahead=nothing.copy(),
        home=own,
        net=nothing.copy(),
        entered=nothing.copy(),
        rank=nothing.copy(),
        free=free,
    )


def _left(mesh: Mesh) -> Ints:
    """The triangle in whose ring each side runs from its first end to its second; -1: none."""
    left = np.full(len(mesh.ends), -1, dtype=np.int64)
    for k in range(3):
        along = mesh.ends[mesh.sides[:, k], 0] == mesh.triangles[:, (k + 1) % 3]
        left[mesh.sides[along, k]] = np.flatnonzero(along)
    return left


@compiled
def index_in(board: Board, t: Index, home: Index) -> Index:
    """Place of a list in the ring of triangle t: k for side k, 3 + k for corner k."""
    sides = len(board.used)
    if home >= sides:
        return 3 + (home - (len(board.home) - board.triangles.size)) % 3
    if board.sides[t, 0] == home:
        return 0
    return 1 if board.sides[t, 1] == home else 2


@compiled
def corner_list(board: Board, t: Index, k: Index) -> Index:
    """Head of the list of corner k of triangle t."""
    return len(board.home) - board.triangles.size + 3 * t + k


@inner
def is_backward(board: Board, t: Index, home: Index) -> Truth:
    """Whether the ring of triangle t runs through a list from its last node to its first."""
    return home < len(board.used) and board.left[home] != t


@compiled
def partner(board: Board, t: Index, node: Index) -> Index:
    """The other end of a chord in triangle t."""
    if board.home[node] >= len(board.used):
        return board.ahead[node] if board.ahead[node] >= 0 else board.back[node]
    return board.back[node] if board.entered[node] == t else board.ahead[node]


@inner
def next_gap(board: Board, t: Index, gap: Index) -> Index:
    """The gap after this one along the face of triangle t that holds it, the face to the left."""
    home = board.home[gap]
    node = gap if is_backward(board, t, home) else board.after[gap]
    if node == home:
        k = index_in(board, t, home)
        home = board.sides[t, (k + 2) % 3] if k >= 3 else corner_list(board, t, (k + 2) % 3)
        return board.before[home] if is_backward(board, t, home) else home
    other = partner(board, t, node)
    return board.before[other] if is_backward(board, t, board.home[other]) else other


@inner
def face_of(board: Board, t: Index, gap: Index, out: Ints) -> Index:
    """All gaps of the face of triangle t that holds `gap`, from it on; how many. `out` may be too short: -1."""
    n, at = 0, gap
    while n < len(out):
        out[n] = at
        n += 1
        at = next_gap(board, t, at)
        if at == gap:
            return n
    return -1
