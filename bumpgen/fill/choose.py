"""Which of the free places are filled: as few as bring every window to its least density, spread evenly. µm, µm²."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bumpgen.coverage import Kind, Windows, covered
from bumpgen.fill.places import Places

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["Choice", "choose"]

ROUNDS = 60
"""So often the shares of places that are filled are made smaller; they settle long before."""

SETTLED = 1e-3
"""Shares that change by less than this have settled."""

REPAIRS = 12
"""Dummies are whole and stand across tiles: so often a window that came out short is asked for more."""


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """The places that are filled, and what each window has before and after, as shares of its area."""

    chosen: NDArray[np.bool_]
    before: Floats
    after: Floats


def choose(places: Places, area: Any, base: Floats, sliding: Windows, least: float) -> Choice:
    """Fill free places until each window reaches the least share.

    `area` is what a dummy draws, `base` what is drawn already of each tile. Where all free places of a window
    together are too few, all are filled.
    """
    drawn, sizes = sliding.sums(base), sliding.areas
    tile = _tiles(places, sliding)
    free = places.free & (tile >= 0)
    shape = base.shape
    room = np.bincount(tile[free], minlength=base.size).reshape(shape) * area.area
    most = sliding.sums(covered([Kind(area, places.points[free])], sliding.xs, sliding.ys))
    need = np.minimum(np.maximum(least * sizes - drawn, 0.0), most)
    asked = need.copy()
    chosen = np.zeros(len(places.points), bool)
    added = np.zeros_like(need)
    for _ in range(REPAIRS):
        share = _shares(asked, room, sliding)
        chosen = chosen | (free & (places.rank < share.ravel()[tile]))
        added = sliding.sums(covered([Kind(area, places.points[chosen])], sliding.xs, sliding.ys))
        short = need - added
        if not (short > 1e-6 * sizes).any() or (chosen == free).all():
            break
        asked = np.where(short > 1e-6 * sizes, asked + short + area.area / 2, asked)
    else:
        chosen = _filled_up(chosen, free, places, area, sliding, need - added > 1e-6 * sizes)
        added = sliding.sums(covered([Kind(area, places.points[chosen])], sliding.xs, sliding.ys))
    return Choice(chosen, drawn / sizes, (drawn + added) / sizes)


def _filled_up(
    chosen: NDArray[np.bool_], free: NDArray[np.bool_], places: Places, area: Any, sliding: Windows,
    short: NDArray[np.bool_],
) -> NDArray[np.bool_]:  # fmt: skip
    """The chosen places and, of windows that are still short, all free ones whose dummies reach into them."""
    found, own = chosen.copy(), np.array(area.bounds)
    rest = np.flatnonzero(free & ~chosen)
    low, high = places.points[rest] + own[:2], places.points[rest] + own[2:]
    for j, i in np.argwhere(short).tolist():
        x0, y0, x1, y1 = sliding.window(j, i)
        inside = (low[:, 0] < x1) & (high[:, 0] > x0) & (low[:, 1] < y1) & (high[:, 1] > y0)
        found[rest[inside]] = True
    return found


def _tiles(places: Places, sliding: Windows) -> NDArray[np.int64]:
    """The tile that each place lies in; -1 off the die."""
    column = np.searchsorted(sliding.xs, places.points[:, 0], "right") - 1
    row = np.searchsorted(sliding.ys, places.points[:, 1], "right") - 1
    columns, rows = len(sliding.xs) - 1, len(sliding.ys) - 1
    return np.where((column >= 0) & (column < columns) & (row >= 0) & (row < rows), row * columns + column, -1)


def _shares(need: Floats, room: Floats, sliding: Windows) -> Floats:
    """The share of each tile's places to fill, so that each window gets what it needs, or all there is.

    All tiles start full. A tile is then made emptier by what the neediest of its windows has too much: every
    window keeps what it needs, and in the end each tile with a dummy lies in a window that has nothing to spare.
    """
    share = np.ones_like(room)
    need = np.minimum(need, sliding.sums(room))
    for _ in range(ROUNDS):
        got = sliding.sums(room * share)
        factor = np.divide(need, got, out=np.zeros_like(got), where=got > 1e-9)
        thinner = share * np.clip(sliding.most(factor), 0.0, 1.0)
        change = float((share - thinner).max())
        share = thinner
        if change < SETTLED:
            break
    return share
