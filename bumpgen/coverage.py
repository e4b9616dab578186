"""How much of each part of a die a layer covers: exact areas of drawn polygons in a grid of tiles.

Shapes are taken by kind and place: what stands apart from all else is counted as it is drawn, what touches is
merged first. Lengths are µm, areas µm².
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from bumpgen.errors import GeometryError
from bumpgen.geometry import Points, Transform
from bumpgen.layout import Array, Cell, Instance, Layout, Placement, Scatter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["Box", "Kind", "Windows", "covered", "kinds_of", "merged", "starts", "windows"]

Box: TypeAlias = tuple[float, float, float, float]
"""x0, y0, x1, y1 in µm."""

AT_ONCE = 2_000_000
"""So many sides of polygons are cut at once, to bound the memory."""

MOST_WINDOWS = 4_000_000
"""More windows than this aren't meant."""


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """A polygon, (N, 2) µm, or an area with holes (shapely), that stands at many places, (M, 2) µm."""

    area: Any
    places: Points

    @property
    def boxes(self) -> Floats:
        """The box at each place, (M, 4): x0, y0, x1, y1."""
        found: Floats = np.tile(self.places, 2) + np.array(self.area.bounds)
        return found

    def areas(self, chosen: Any = slice(None)) -> NDArray[Any]:
        """The areas at all places, or at the chosen ones."""
        import shapely

        at = self.places[chosen]
        if not self.area.interiors:
            ring = shapely.get_coordinates(self.area.exterior)
            return np.atleast_1d(shapely.polygons(ring[None] + at[:, None]))
        found = np.empty(len(at), dtype=object)
        for number, by in enumerate(at):
            found[number] = shapely.transform(self.area, lambda points, by=by: points + by)
        return found


def kinds_of(layout: Layout, layer: str) -> tuple[Kind, ...]:
    """What is drawn on a layer: each polygon of each cell with the places it has in the top cell."""
    import shapely

    found: dict[tuple[int, float, bool], tuple[Cell, list[Points]]] = {}
    for cell, turn, spots in _leaves(layout.top, layer, {}):
        found.setdefault((id(cell), turn.rotation, turn.mirror), (cell, []))[1].append(spots)
    kinds = []
    for (_, rotation, mirror), (cell, parts) in found.items():
        turn = Transform(0.0, 0.0, rotation, mirror)
        drawn = (points for d in cell.shapes if d.layer == layer for points in d.shape.polygons(layout.grid))
        area = shapely.union_all([shapely.Polygon(turn.apply(points)) for points in drawn])
        at = np.concatenate(parts)
        kinds += [Kind(part, at) for part in shapely.get_parts(shapely.orient_polygons(area))]
    return tuple(kinds)


def _leaves(cell: Cell, layer: str, known: dict[int, bool]) -> Iterator[tuple[Cell, Transform, Points]]:
    """Every cell with own shapes on a layer: its turn and its places in the given cell."""
    if any(drawn.layer == layer for drawn in cell.shapes):
        yield cell, Transform(), np.zeros((1, 2))
    for instance in cell.instances:
        if _has(instance.cell, layer, known):
            turn, spots = _turn_and_places(instance)
            for inner, its_turn, within in _leaves(instance.cell, layer, known):
                at = (spots[:, None] + turn.apply(within)[None]).reshape(-1, 2)
                yield inner, its_turn.then(turn), at


def _has(cell: Cell, layer: str, known: dict[int, bool]) -> bool:
    """Whether a cell or any in it has a shape on a layer."""
    if id(cell) not in known:
        own = any(drawn.layer == layer for drawn in cell.shapes)
        known[id(cell)] = own or any(_has(instance.cell, layer, known) for instance in cell.instances)
    return known[id(cell)]


def _turn_and_places(instance: Instance) -> tuple[Transform, Points]:
    match instance:
        case Scatter():
            return Transform(), instance.points
        case Array():
            return Transform(0.0, 0.0, instance.at.rotation, instance.at.mirror), instance.points()
        case Placement():
            at = instance.at
            return Transform(0.0, 0.0, at.rotation, at.mirror), np.array([(at.x, at.y)])


def merged(kinds: Iterable[Kind]) -> tuple[Kind, ...]:
    """The same area as kinds of which no two overlap: those whose boxes touch another's are merged with it."""
    import shapely

    kinds = tuple(kinds)
    if not kinds:
        return ()
    boxes = np.concatenate([kind.boxes for kind in kinds])
    if len(boxes) == 1:
        return kinds
    tree = shapely.STRtree(shapely.box(*boxes.T))
    one, other = tree.query(tree.geometries, predicate="intersects")
    touching = np.zeros(len(boxes), bool)
    touching[one[one != other]] = True
    if not touching.any():
        return kinds
    alone, joined, start = list[Kind](), list[Any](), 0
    for kind in kinds:
        mine = touching[start : start + len(kind.places)]
        start += len(kind.places)
        if not mine.all():
            alone.append(Kind(kind.area, kind.places[~mine]))
        if mine.any():
            joined.append(kind.areas(mine))
    whole = shapely.orient_polygons(shapely.union_all(np.concatenate(joined)))
    return (*alone, *(Kind(part, np.zeros((1, 2))) for part in shapely.get_parts(whole)))


def covered(kinds: Iterable[Kind], xs: Floats, ys: Floats) -> Floats:
    """Area that kinds (none overlapping another) cover of each tile between lines xs and ys, rising: (rows, columns).

    Green's theorem, tile by tile: a side from (x, y) to (x', y') takes the strip to its right from what the
    polygon covers if it goes up, and adds it if it goes down.
    """
    rows, columns = len(ys) - 1, len(xs) - 1
    here = np.zeros(rows * columns)
    right = np.zeros(rows * (columns + 1))
    for kind in kinds:
        tile = _tile_of(kind.boxes, xs, ys)
        whole = tile >= 0
        here += np.bincount(tile[whole], minlength=len(here)) * kind.area.area
        for sides in _sides(kind, kind.places[~whole]):
            _add(sides, xs, ys, here, right)
    beyond = np.cumsum(right.reshape(rows, columns + 1), axis=1)[:, :-1] * np.diff(xs)
    tiles: Floats = np.maximum(here.reshape(rows, columns) + beyond, 0.0)  # sums of areas leave a last digit
    return tiles


def _tile_of(boxes: Floats, xs: Floats, ys: Floats) -> NDArray[np.int64]:
    """The number of the tile that a box lies in; -1 where it lies in several or none."""
    columns = len(xs) - 1
    x0, y0 = (np.searchsorted(lines, boxes[:, k], "right") - 1 for k, lines in enumerate((xs, ys)))
    x1, y1 = (np.searchsorted(lines, boxes[:, 2 + k], "left") - 1 for k, lines in enumerate((xs, ys)))
    inside = (x0 == x1) & (y0 == y1) & (x0 >= 0) & (y0 >= 0) & (x0 < columns) & (y0 < len(ys) - 1)
    return np.where(inside, y0 * columns + x0, -1)


def _sides(kind: Kind, places: Points) -> Iterator[Floats]:
    """Sides of a kind at places, (N, 4): x, y, x', y'; outlines run counter-clockwise, holes clockwise."""
    import shapely

    rings = [shapely.get_coordinates(ring) for ring in (kind.area.exterior, *kind.area.interiors)]
    sides = np.concatenate([np.hstack((ring[:-1], ring[1:])) for ring in rings])
    sides = sides[sides[:, 1] != sides[:, 3]]
    step = max(1, AT_ONCE // max(1, len(sides)))
    for start in range(0, len(places), step):
        at = np.tile(places[start : start + step], 2)
        yield (sides[None] + at[:, None]).reshape(-1, 4)


def _add(sides: Floats, xs: Floats, ys: Floats, here: Floats, right: Floats) -> None:
    """What sides take or add in their own tile (`here`), and by height in all tiles right of it (`right`)."""
    columns = len(xs) - 1
    x0, y0, x1, y1 = _cut(_cut(sides.T[[1, 0, 3, 2]], ys)[[1, 0, 3, 2]], xs)
    row = np.searchsorted(ys, (y0 + y1) / 2, "right") - 1
    middle = (x0 + x1) / 2
    column = np.searchsorted(xs, middle, "right") - 1
    down = y0 - y1
    inside = (row >= 0) & (row < len(ys) - 1) & (column < columns)
    row, column, middle, down = row[inside], column[inside], middle[inside], down[inside]
    within = column >= 0
    tile = row[within] * columns + column[within]
    area = down[within] * (xs[column[within] + 1] - middle[within])
    here += np.bincount(tile, area, len(here))
    right += np.bincount(row * (columns + 1) + column + 1, down, len(right))


def _cut(whole: Floats, lines: Floats) -> Floats:
    """Sides (4, N: u, v, u', v') cut where u crosses a line; as many rows for each piece."""
    low, high = np.minimum(whole[0], whole[2]), np.maximum(whole[0], whole[2])
    first = np.searchsorted(lines, low, "right")
    count = np.maximum(np.searchsorted(lines, high, "left") - first, 0)
    crossing = count > 0
    if not crossing.any():
        return whole
    a, b, c, d = whole[:, crossing]
    first, count = first[crossing], count[crossing]
    pieces = np.repeat(np.arange(len(a)), count + 1)
    number = np.arange(len(pieces)) - np.repeat(np.cumsum(count + 1) - count - 1, count + 1)
    rising = (c > a)[pieces]
    k = np.where(rising, number, count[pieces] - number)  # lines passed, from the lower end
    last = len(lines) - 1
    before = np.where(number == 0, a[pieces], lines[np.clip(first[pieces] + k - rising, 0, last)])
    after = np.where(number == count[pieces], c[pieces], lines[np.clip(first[pieces] + k - ~rising, 0, last)])
    slope = ((d - b) / (c - a))[pieces]
    at = [b[pieces] + slope * (u - a[pieces]) for u in (before, after)]
    at = [np.where(number == 0, b[pieces], at[0]), np.where(number == count[pieces], d[pieces], at[1])]
    return np.hstack((whole[:, ~crossing], np.stack((before, at[0], after, at[1]))))


def starts(low: float, high: float, size: float, step: float) -> Floats:
    """Where windows begin along one axis: every `step`, the last one ends at `high`."""
    last = max(low, high - size)
    return np.append(np.arange(low, last - 1e-9, step), last)


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """Square windows over a box that slide by a step, and the tiles their edges cut the box into.

    `xs`, `ys` are the tiles' lines. Window (j, i) spans columns left[i] to right[i] and rows low[j] to high[j].
    """

    box: Box
    size: float
    step: float
    xs: Floats
    ys: Floats
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    low: NDArray[np.int64]
    high: NDArray[np.int64]

    def sums(self, tiles: Floats) -> Floats:
        """Sum over each window of a value of tiles, none below 0: (windows along y, along x)."""
        table = np.zeros((tiles.shape[0] + 1, tiles.shape[1] + 1))
        table[1:, 1:] = tiles.cumsum(axis=0).cumsum(axis=1)
        along = table[self.high] - table[self.low]
        found: Floats = np.maximum(along[:, self.right] - along[:, self.left], 0.0)
        return found

    @property
    def areas(self) -> Floats:
        """Area of each window."""
        return np.outer(self.ys[self.high] - self.ys[self.low], self.xs[self.right] - self.xs[self.left])

    def most(self, values: Floats) -> Floats:
        """For each tile the largest value of the windows it is in."""
        by_row = np.full((len(self.ys) - 1, len(self.left)), -np.inf)
        for step in range(int((self.high - self.low).max())):
            holds = self.low + step < self.high
            rows = (self.low + step)[holds]
            by_row[rows] = np.maximum(by_row[rows], values[holds])
        found = np.full((len(self.xs) - 1, len(self.ys) - 1), -np.inf)
        across = np.ascontiguousarray(by_row.T)
        for step in range(int((self.right - self.left).max())):
            holds = self.left + step < self.right
            columns = (self.left + step)[holds]
            found[columns] = np.maximum(found[columns], across[holds])
        return np.ascontiguousarray(found.T)

    def window(self, j: int, i: int) -> Box:
        """The box of window (j, i)."""
        return (
            float(self.xs[self.left[i]]), float(self.ys[self.low[j]]),
            float(self.xs[self.right[i]]), float(self.ys[self.high[j]]),
        )  # fmt: skip


def windows(box: Box, size: float, step: float) -> Windows:
    """Windows of a side `size` every `step` from the box's lower left corner on; the last ones end at its edges.

    Raises GeometryError for more than 4 million of them.
    """
    x0, y0, x1, y1 = box
    count = (max(x1 - x0 - size, 0.0) / step + 1) * (max(y1 - y0 - size, 0.0) / step + 1)
    if count > MOST_WINDOWS:
        raise GeometryError(
            f"windows of {size:g} µm every {step:g} µm would be {count:,.0f}, more than {MOST_WINDOWS:,}",
            hint="make the step longer",
        )
    x, y = starts(x0, x1, size, step), starts(y0, y1, size, step)
    x_end, y_end = np.minimum(x + size, x1), np.minimum(y + size, y1)
    xs, ys = (np.unique(np.round(np.concatenate(ends), 9)) for ends in ((x, x_end), (y, y_end)))
    at = [np.searchsorted(lines, np.round(v, 9)) for lines, v in ((xs, x), (xs, x_end), (ys, y), (ys, y_end))]
    return Windows(box, size, step, xs, ys, *at)
