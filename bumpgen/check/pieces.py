"""Which terminals hang together in metal, as numbers: what equal islands of metal join is found out once.

An array of bumps is metal in islands: a few cells about one place that touch nothing else, 10⁵ times the
same. Islands are told apart by boxes (of the layers that nets are extracted from), one of each kind goes
through the extraction of bumpgen.check.nets, and its answer holds for all the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bumpgen.check.nets import extract
from bumpgen.check.placements import placements, turn_of
from bumpgen.check.scene import Scene
from bumpgen.check.terminals import Terminal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]

__all__ = ["terminal_pieces"]

FARTHEST = 1 << 30
"""Database units from the origin within which two coordinates fit into one number."""

MOST_SHAPES = 10_000
"""With more shapes of its own a top cell isn't one of instances."""

MOST_PAIRS = 5_000_000
"""With more pairs of touching boxes metal doesn't lie in islands."""

CHUNK = 1 << 14
"""Boxes whose neighbours are looked up at a time."""

NOTHING = np.zeros((0, 4), np.int64)

LARGEST = 1000
"""Instances and terminals of an island that is worth comparing with others."""


def terminal_pieces(scene: Scene, terminals: Sequence[Terminal]) -> NDArray[np.int64]:
    """The piece of metal each terminal is on: equal numbers are joined, -1 meets no metal.

    Pieces are numbered from 0 by their first terminals. What joins and what is met is what
    `bumpgen.check.nets.extract` says of the whole scene; a terminal on several pieces, which nothing joins,
    is told to be on the last of its list.
    """
    items = _items(scene)
    islands = None if items is None else _islands(items)
    if items is None or islands is None:
        return _ordered(_extracted(scene, terminals))
    return _ordered(_copied(scene, terminals, items, islands))


def _ordered(numbers: Integers) -> Integers:
    """Numbers from 0 up by first appearance; -1 stays."""
    found, on = np.full(len(numbers), -1, np.int64), np.flatnonzero(numbers >= 0)
    _, first, group = np.unique(numbers[on], return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    found[on] = rank[group]
    return found


def _extracted(scene: Scene, terminals: Sequence[Terminal]) -> Integers:
    found = np.full(len(terminals), -1, np.int64)
    for number, piece in enumerate(extract(scene, terminals).pieces):
        found[list(piece.terminals)] = number
    return found


@dataclass(frozen=True, slots=True)
class _Items:
    """What stands in the top cell on the layers that matter, in database units.

    `what` tells cell and turn, an index of `cells`; `place` (N, 2) where it stands, `box` (N, 4) its left, bottom,
    right and top. Of the first `copies` items others may be copies; then come scaled instances (`scaled`, as
    they are) and the top cell's own shapes, whose `what` is -1.
    """

    cells: tuple[tuple[int, Any], ...]
    what: Integers
    place: Integers
    box: Integers
    copies: int
    scaled: tuple[Any, ...]


def _items(scene: Scene) -> _Items | None:
    """The scene's items; None where it isn't made of instances, or too large for numbers in pairs."""
    layers = _layers(scene)
    own = _own_boxes(scene, layers)
    if own is None:
        return None
    cells: list[tuple[int, Any]] = []
    what, place, box = [NOTHING[:, 0]], [NOTHING[:, :2]], [NOTHING]
    in_top = [placed for placed in placements(scene.layout) if placed.parent == scene.top.name]
    for placed in (placed for placed in in_top if placed.angle is not None):
        cell, turn = scene.layout.cell(placed.child), turn_of(placed)
        around = _box(cell, layers).transformed(turn)
        if not around.empty():
            what.append(np.full(len(placed.places), len(cells)))
            place.append(placed.places)
            box.append(np.hstack((placed.places, placed.places)) + _corners(around))
            cells.append((cell.cell_index(), turn))
    copies = sum(map(len, what))
    skew = any(placed.angle is None for placed in in_top)
    scaled = [inst for inst in scene.top.each_inst() if inst.is_complex()] if skew else []
    lone = [_corners(b) for b in (*(_box(inst, layers) for inst in scaled), *own) if not b.empty()]
    what.append(np.full(len(lone), -1))
    place.append(np.zeros((len(lone), 2), np.int64))
    boxes = np.concatenate((*box, np.array(lone, np.int64).reshape(-1, 4)))
    if np.abs(boxes).max(initial=0) >= FARTHEST:
        return None
    whole = tuple(inst.cell_inst for inst in scaled)
    return _Items(tuple(cells), np.concatenate(what), np.concatenate(place), boxes, copies, whole)


def _layers(scene: Scene) -> list[int]:
    """klayout's indexes of all conductors and openings of the process that the file has."""
    names = {name for c in scene.process.connections for name in (*c.between, *c.via)}
    return [index for name in scene.process.layers if name in names and (index := scene.index(name)) is not None]


def _own_boxes(scene: Scene, layers: Sequence[int]) -> list[Any] | None:
    """Boxes of the top cell's own shapes; None if there are too many."""
    shapes = [scene.top.shapes(layer) for layer in layers]
    if sum(each.size() for each in shapes) > MOST_SHAPES:
        return None
    return [shape.bbox() for each in shapes for shape in each.each()]


def _box(thing: Any, layers: Sequence[int]) -> Any:
    """A cell's or an instance's box on the layers together."""
    import klayout.db as db

    box = db.Box()
    for layer in layers:
        box += thing.bbox(layer)
    return box


def _corners(box: Any) -> tuple[int, int, int, int]:
    return box.left, box.bottom, box.right, box.top


def _packed(pairs: Integers) -> Integers:
    """Two numbers of at most 32 bits as one."""
    packed: Integers = (pairs[:, 0] << 32) + pairs[:, 1]
    return packed


@dataclass(frozen=True, slots=True)
class _Islands:
    """Items by island: `of_item` (N) numbers them, `loose` tells those that hold what can't be copied.

    Items of one centre are a group, `of_group` numbers its island; `centres` (sorted) are twice the groups'
    centres, packed. `tree` finds groups by their boxes.
    """

    of_item: Integers
    loose: NDArray[np.bool_]
    of_group: Integers
    centres: Integers
    tree: Any

    def of_points(self, points: Integers) -> Integers:
        """The island in whose boxes each point lies, -1 for none; there is never more than one."""
        import shapely

        packed = _packed(2 * points)
        near = np.minimum(np.searchsorted(self.centres, packed), max(len(self.centres) - 1, 0))
        found = np.full(len(points), -1, np.int64)
        if not len(self.centres):
            return found
        known = self.centres[near] == packed
        found[known] = self.of_group[near[known]]
        rest = np.flatnonzero(~known)
        point, group = self.tree.query(shapely.points(points[rest].astype(np.float64)))
        found[rest[point]] = self.of_group[group]
        return found


def _islands(items: _Items) -> _Islands | None:
    """Items whose boxes touch, or hang together by others', as islands; None where too many touch."""
    import shapely

    centres, group = np.unique(_packed(items.box[:, :2] + items.box[:, 2:]), return_inverse=True)
    order = np.argsort(group, kind="stable")
    first = np.searchsorted(group[order], np.arange(len(centres)))
    boxes = items.box[order]
    if len(centres):
        low, high = np.minimum.reduceat(boxes[:, :2], first), np.maximum.reduceat(boxes[:, 2:], first)
        boxes = np.hstack((low, high))
    areas = shapely.box(*boxes.T.astype(np.float64))
    tree = shapely.STRtree(areas)
    pairs = _touching(tree, areas)
    if pairs is None:
        return None
    of_group = _connected(pairs, len(centres))
    of_item = of_group[group]
    count = int(of_group.max(initial=-1)) + 1
    loose = np.zeros(count, bool)
    loose[of_item[items.copies :]] = True
    return _Islands(of_item, loose, of_group, centres, tree)


def _touching(tree: Any, areas: Any) -> Integers | None:
    """Pairs (2, N) of boxes that share an area, a side or a corner, each once; None if there are too many."""
    found, count = [np.zeros((2, 0), np.int64)], 0
    for start in range(0, len(areas), CHUNK):
        one, other = tree.query(areas[start : start + CHUNK])
        one = one + start
        found.append(np.stack((one, other))[:, one < other])
        count += found[-1].shape[1]
        if count > MOST_PAIRS:
            return None
    return np.concatenate(found, axis=1)


def _connected(pairs: Integers, count: int) -> Integers:
    """A number for each of `count` nodes, equal where pairs join them."""
    if not pairs.size:
        return np.arange(count)
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(pairs.shape[1], np.int8), (pairs[0], pairs[1])), shape=(count, count))
    pieces: Integers = connected_components(graph, directed=False)[1].astype(np.int64)
    return pieces


@dataclass(frozen=True, slots=True)
class _Rows:
    """Items and terminals by island: `start` (I + 1) is where the rows of each begin.

    `value` (R, 2) tells a row's cell and turn, or kind of terminal, and its packed place in the island. In
    an island, items come first, sorted; terminals follow in the order of their list. `source` is the number
    of each row's item, or that of its terminal after all items.
    """

    start: Integers
    value: Integers
    source: Integers


def _rows(terminals: Sequence[Terminal], points: Integers, met: Integers, items: _Items, islands: _Islands) -> _Rows:
    """Rows of all items and of the terminals that lie on an island (`met` tells which)."""
    count, on = len(islands.loose), np.flatnonzero(met >= 0)
    corner = np.full((count, 2), FARTHEST, np.int64)
    order = np.argsort(islands.of_item, kind="stable")
    if count:
        first = np.searchsorted(islands.of_item[order], np.arange(count))
        corner = np.minimum.reduceat(items.box[order, :2], first)
    where = _packed(
        np.concatenate((items.place - corner[islands.of_item], points[on] - corner[met[on]])).reshape(-1, 2)
    )
    kinds = _kinds(terminals)[on] + len(items.cells)
    rank = np.concatenate((where[: len(items.what)], on))
    what = np.concatenate((items.what, kinds))
    island = np.concatenate((islands.of_item, met[on]))
    order = np.lexsort((rank, np.minimum(what, len(items.cells)), island))
    start = np.searchsorted(island[order], np.arange(count + 1))
    source = np.concatenate((np.arange(len(items.what)), on + len(items.what)))
    return _Rows(start, np.column_stack((what, where))[order], source[order])


def _kinds(terminals: Sequence[Terminal]) -> Integers:
    """Equal numbers for terminals that must be met on the same layers."""
    known: dict[tuple[str, tuple[str, ...], str], int] = {}
    return np.array([known.setdefault((t.kind, t.layers, t.site), len(known)) for t in terminals], np.int64)


def _alike(rows: _Rows, loose: NDArray[np.bool_]) -> Integers:
    """For each island the first one that is equal to it; a loose one, or a large one, is equal to itself only."""
    like = np.arange(len(loose))
    sizes = np.diff(rows.start)
    for size in np.unique(sizes[~loose & (sizes <= LARGEST)]).tolist():
        mine = np.flatnonzero(~loose & (sizes == size))
        table = rows.value[rows.start[mine][:, None] + np.arange(size)].reshape(len(mine), -1)
        like[mine] = mine[_first_equal(table)]
    return like


def _first_equal(table: Integers) -> Integers:
    """For each row the number of the first row equal to it."""
    _, first, group = np.unique(table @ _factors(table.shape[1]), return_index=True, return_inverse=True)
    found: Integers = first[group]
    if not (table[found] == table).all():  # two sums met by chance
        _, first, group = np.unique(table, axis=0, return_index=True, return_inverse=True)
        found = first[group.reshape(-1)]
    return found


def _factors(count: int) -> Integers:
    """Odd numbers by which rows of numbers are summed, modulo 2⁶⁴: different rows hardly ever have one sum."""
    return np.random.default_rng(0).integers(2**30, 2**62, count, dtype=np.int64) | 1


def _copied(scene: Scene, terminals: Sequence[Terminal], items: _Items, islands: _Islands) -> Integers:
    """Pieces of one island of each kind, extracted together, and copied to the others of its kind."""
    points = np.array([(t.x, t.y) for t in terminals], np.float64).reshape(-1, 2) / scene.dbu
    steps = np.rint(points).astype(np.int64)
    if len(steps) and np.abs(steps).max() >= FARTHEST:
        return _extracted(scene, terminals)
    met = islands.of_points(steps)
    rows = _rows(terminals, steps, met, items, islands)
    like = _alike(rows, islands.loose)
    chosen = like == np.arange(len(like))
    kept = np.flatnonzero(chosen[islands.of_item[: items.copies]])
    if len(kept) == items.copies:
        return _extracted(scene, terminals)
    shown = np.flatnonzero((met >= 0) & chosen[met])
    pieces = np.full(len(terminals), -1, np.int64)
    pieces[shown] = _extracted(_reduced(scene, items, kept), [terminals[i] for i in shown.tolist()])
    return _numbered(pieces, rows, like, len(items.what))


def _reduced(scene: Scene, items: _Items, kept: Integers) -> Scene:
    """The scene with only those items that may be copied which are kept, and all others."""
    import klayout.db as db

    layout = scene.layout.dup()
    top = layout.cell(scene.top.cell_index())
    top.clear_insts()
    for what, (x, y) in zip(items.what[kept].tolist(), items.place[kept].tolist(), strict=True):
        cell, turn = items.cells[what]
        top.insert(db.CellInstArray(cell, db.Trans(turn, x, y)))
    for scaled in items.scaled:
        top.insert(scaled)
    return Scene(layout, top, scene.process, materials=scene.materials, threads=scene.threads)


def _numbered(pieces: Integers, rows: _Rows, like: Integers, items: int) -> Integers:
    """All terminals' pieces, from those of the islands extracted; each island has numbers of its own."""
    island = np.repeat(np.arange(len(like)), np.diff(rows.start))
    model = rows.start[like[island]] + np.arange(len(island)) - rows.start[island]
    mine = np.flatnonzero(rows.source >= items)
    own = pieces[rows.source[model[mine]] - items]
    found = np.full(len(pieces), -1, np.int64)
    count = int(pieces.max(initial=0)) + 1
    found[rows.source[mine] - items] = np.where(own < 0, -1, island[mine] * count + own)
    return found
