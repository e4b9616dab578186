"""How dies are to be shifted on a wafer so that most of them are whole.

For a given height of the rows each row's dies may start anywhere in an interval, and so the number of whole dies
follows from one sweep over the ends of the intervals, exactly. That number changes with the height only where the
right end of one row's interval comes over the left end of another's, a whole number of steps away, or where a row
begins or ends to hold a die: between two such heights one trial tells all. Where there are too many of them, heights
are tried in equal parts of the step instead: never worse than any grid of offsets with those heights.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bumpgen.masks.usable import UsableArea, whole_root

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Whole = NDArray[np.int64]
    Heights = NDArray[np.float64]

__all__ = ["Lattice", "best_lattice", "count_full", "named_lattice"]

MOST_ROWS = 60
"""With more rows heights are tried in equal parts of the step."""
TRIALS = 400_000
"""So many parts that parts × rows are this many, and at least 100."""
CHUNK = 4_000_000
"""Numbers that are worked on at once."""


@dataclass(frozen=True, slots=True)
class Lattice:
    """Dies of a size, from one to the next a step, one's lower left corner at x, y; steps of the grid.

    `exact`: no other place of the lattice has more whole dies, but for ones that leave less than a few grid steps.
    """

    width: int
    height: int
    step_x: int
    step_y: int
    x: int
    y: int
    exact: bool = False

    def boxes(self, columns: Whole, rows: Whole) -> Whole:
        """Boxes (N, 4) of dies by column and row, counted from the one at x, y."""
        x0, y0 = self.x + columns * self.step_x, self.y + rows * self.step_y
        return np.stack((x0, y0, x0 + self.width, y0 + self.height), axis=1)

    def reach(self, radius: int) -> tuple[Whole, Whole]:
        """Columns and rows of all dies that may have a part within a radius."""
        columns = np.arange((-radius - self.x - self.width) // self.step_x, (radius - self.x) // self.step_x + 1)
        rows = np.arange((-radius - self.y - self.height) // self.step_y, (radius - self.y) // self.step_y + 1)
        return columns, rows


def count_full(area: UsableArea, lattice: Lattice) -> int:
    """Dies of a lattice that lie wholly in the usable area."""
    columns, rows = lattice.reach(area.radius)
    i, j = np.meshgrid(columns, rows)
    return int(area.holds(lattice.boxes(i.ravel(), j.ravel())).sum())


def named_lattice(kind: str, width: int, height: int, step_x: int, step_y: int) -> Lattice:
    """A lattice with a die or a crossing of streets at the centre, or the middle of a street along y or along x."""
    across = {"die": (0, 0), "street": (1, 1), "street_x": (1, 0), "street_y": (0, 1)}[kind]
    x = -(width // 2) - across[0] * (step_x // 2)
    y = -(height // 2) - across[1] * (step_y // 2)
    return Lattice(width, height, step_x, step_y, x, y)


NAMES = ("die", "street", "street_x", "street_y")
"""The symmetric lattices, the ones preferred first."""


def best_lattice(area: UsableArea, width: int, height: int, step_x: int, step_y: int) -> tuple[Lattice, str]:
    """The lattice with most whole dies, and its name if it is a symmetric one, which is preferred among equals.

    Among others the one with most room to be shifted sideways is preferred.
    """
    upright = area.orientation in ("down", "up")
    size = (width, height, step_x, step_y) if upright else (height, width, step_y, step_x)
    named = [(name, named_lattice(name, width, height, step_x, step_y)) for name in NAMES]
    found, exact = _best(area, *size)
    best = _placed_back(area, Lattice(width, height, step_x, step_y, 0, 0, exact), *found)
    most = count_full(area, best)
    for name, lattice in sorted(named, key=lambda pair: -count_full(area, pair[1])):
        if count_full(area, lattice) >= most:
            return Lattice(*size_of(lattice), lattice.x, lattice.y, exact), name
    return best, ""


def size_of(lattice: Lattice) -> tuple[int, int, int, int]:
    """Width, height and steps of a lattice."""
    return lattice.width, lattice.height, lattice.step_x, lattice.step_y


def _placed_back(area: UsableArea, lattice: Lattice, u: int, v: int) -> Lattice:
    """A lattice whose corner was found with the flat or notch below, as it lies."""
    w, h, sx, sy = size_of(lattice)
    x, y = {"down": (u, v), "up": (u, -v - h), "left": (v, u), "right": (-v - w, u)}[area.orientation]
    return Lattice(w, h, sx, sy, x % sx, y % sy, lattice.exact)


def _best(area: UsableArea, w: int, h: int, sx: int, sy: int) -> tuple[tuple[int, int], bool]:
    """Corner (modulo the steps) of the best lattice, flat or notch below, and whether it is exact."""
    rows = 2 * area.radius // sy + 2
    exact = rows <= MOST_ROWS
    parts = max(100, TRIALS // rows)
    heights = _critical_heights(area, w, h, sx, sy) if exact else np.unique(np.arange(parts) * sy // parts)
    best = (-1, -1, 0, 0)
    size = max(1, CHUNK // (4 * rows))
    for start in range(0, len(heights), size):
        some = heights[start : start + size]
        counts, room, places = _most_by_height(area, some, w, h, sx, sy)
        pick = int(np.lexsort((room, counts))[-1])
        best = max(best, (int(counts[pick]), int(room[pick]), int(places[pick]), int(some[pick])))
    return (best[2], best[3]), exact


def _intervals(area: UsableArea, bottoms: Whole, w: int, h: int) -> Iterator[tuple[Whole, Whole]]:
    """Where dies of rows with these lower sides may begin: first and last x; none where the last is less."""
    high = np.maximum(np.abs(bottoms), np.abs(bottoms + h))
    half = whole_root(area.radius * area.radius - high * high)
    closed = high > area.radius
    if area.chord is not None:
        closed |= bottoms < -area.chord
    half = np.where(closed, -1 - w, half)
    if area.notch is None:
        yield -half, half - w
        return
    keep = area.keepout(bottoms)
    split = keep > 0
    yield -half, np.where(split, np.minimum(half, -keep) - w, half - w)
    yield np.where(split, np.maximum(keep, -half), 1), np.where(split, half - w, 0)


def _most_by_height(area: UsableArea, heights: Whole, w: int, h: int, sx: int, sy: int) -> tuple[Whole, Whole, Whole]:
    """For each height of the lattice: most whole dies, how far it may then be shifted, and the middle of that."""
    bottoms = heights[:, None] + _rows(area, sy)
    base = np.zeros(len(heights), np.int64)
    pieces = []
    for first, last in _intervals(area, bottoms, w, h):
        length = last - first
        held = length >= 0
        base += np.where(held, length // sx, 0).sum(axis=1)
        begin = first % sx
        end = begin + length % sx
        wraps = held & (end >= sx)
        pieces += [(begin, np.minimum(end, sx - 1), held), (np.zeros_like(end), end - sx, wraps)]
    begins, ends, counted = (np.hstack([piece[i] for piece in pieces]) for i in range(3))
    most, room, places = _sweep(np.where(counted, begins, sx), np.where(counted, ends, sx), counted, sx)
    return base + most, room, places


def _rows(area: UsableArea, sy: int) -> Whole:
    """Lower sides of all rows that may hold dies, of the lattice that has one at 0."""
    return np.arange(-area.radius // sy - 1, area.radius // sy + 1) * sy


def _sweep(begins: Whole, ends: Whole, counted: NDArray[np.bool_], sx: int) -> tuple[Whole, Whole, Whole]:
    """In each row: how many closed intervals at most lie over each other, the length of the place, its middle."""
    places = np.hstack((2 * begins, 2 * ends + 1))  # one that begins where another ends still lies over it
    steps = np.hstack((counted.astype(np.int64), -counted.astype(np.int64)))
    order = np.argsort(places, axis=1, kind="stable")
    places, steps = np.take_along_axis(places, order, 1), np.take_along_axis(steps, order, 1)
    over = np.cumsum(steps, axis=1)
    most = over.max(axis=1)
    following = np.hstack((places[:, 1:], places[:, -1:]))
    room = np.where(over == most[:, None], following // 2 - places // 2, -1)
    pick = room.argmax(axis=1)[:, None]
    width = np.take_along_axis(room, pick, 1)[:, 0]
    return most, width, (np.take_along_axis(places, pick, 1)[:, 0] // 2 + width // 2) % sx


def _critical_heights(area: UsableArea, w: int, h: int, sx: int, sy: int) -> Whole:
    """Heights where the number may change, rounded both ways, and the middles between them; within one step."""
    found = [*_tangent_heights(area, w, h), *_meeting_heights(area, w, h, sx, sy)]
    if area.notch is not None:
        found += _keepout_heights(area, w, h, sx, sy)
    criticals = np.unique(np.concatenate(found) % sy)
    around = np.append(criticals, criticals[0] + sy)
    wanted = (np.floor(criticals), np.ceil(criticals), np.rint((around[1:] + around[:-1]) / 2))
    return np.unique(np.concatenate(wanted).astype(np.int64) % sy)


def _tangent_heights(area: UsableArea, w: int, h: int) -> Iterator[Heights]:
    """Heights at which a row begins to hold a die, at the circle, the flat or the notch, or passes the middle."""
    top = np.sqrt(max(area.radius**2 - (w / 2) ** 2, 0.0))
    yield np.array([0.0, top - h, -top, -h / 2])
    if area.chord is not None:
        yield np.array([-float(area.chord)])
    if area.notch is not None:
        yield area.exclusion * np.array([1.0, np.sqrt(0.5), 0.0]) - area.notch


def _meeting_heights(area: UsableArea, w: int, h: int, sx: int, sy: int) -> Iterator[Heights]:
    """Heights at which the last place of one row and the first of another are whole steps apart.

    At height v a row's dies reach to √(r² - (v + a)²), where a is the corner's distance from the row at 0. Two such
    reaches add up to t = w + m ⋅ sx where two circles of radius r, t apart, cut each other.
    """
    rows = _rows(area, sy).astype(np.float64)
    corners = np.concatenate((rows[rows < 0], rows[rows >= -sy] + h))  # lower corners below the middle, upper above
    sums = np.arange(w, 2 * area.radius + 1, sx, dtype=np.float64)
    for index, one in enumerate(corners):
        apart, t = np.meshgrid(one - corners[index:], sums)
        half = np.hypot(apart, t) / 2
        cut = half <= area.radius
        reach = np.sqrt(np.where(cut, float(area.radius) ** 2 - half * half, 0.0)) * t / (2 * half)
        middle = -one + apart / 2
        for heights in (middle - reach, middle + reach):
            yield heights[cut & (heights >= 0) & (heights <= sy)]


def _keepout_heights(area: UsableArea, w: int, h: int, sx: int, sy: int) -> Iterator[Heights]:
    """Heights at which ends of the row beside the notch meet those of others; found between samples by halving."""
    assert area.notch is not None
    low, high = float(area.exclusion - area.notch) - min(sy, area.exclusion), float(area.exclusion - area.notch)
    bottoms = np.linspace(low, high, SAMPLES)
    others = np.arange(-area.radius // sy - 1, area.radius // sy + 2) * sy

    def apart(bottom: Heights, other: Heights) -> Heights:
        """What of a row's reach is left beside the notch's keep-out, less a die; negative where it has no die."""
        high_side = np.maximum(np.abs(bottom + other), np.abs(bottom + other + h))
        reach = np.sqrt(np.maximum(float(area.radius) ** 2 - high_side * high_side, 0.0))
        return reach - _keepout(area, bottom) - w

    values = np.array([apart(bottoms, np.full_like(bottoms, other)) for other in others])
    steps = np.floor(values / sx)
    row, place = np.nonzero(np.diff(steps, axis=1))
    below, above = bottoms[place], bottoms[place + 1]
    level = np.maximum(steps[row, place], steps[row, place + 1]) * sx
    rising = values[row, place + 1] > values[row, place]
    for _ in range(40):
        middle = (below + above) / 2
        beyond = (apart(middle, others[row].astype(np.float64)) >= level) == rising
        below, above = np.where(beyond, below, middle), np.where(beyond, middle, above)
    yield above


SAMPLES = 513
"""Heights of the row beside the notch between which ends are looked for."""


def _keepout(area: UsableArea, bottom: Heights) -> Heights:
    """As UsableArea.keepout, of heights between steps of the grid."""
    assert area.notch is not None
    e, above = float(area.exclusion), bottom + area.notch
    from_tip = np.sqrt(np.maximum(e * e - above * above, 0.0))
    return np.where(above >= e * np.sqrt(0.5), from_tip, e * np.sqrt(2) - above)
