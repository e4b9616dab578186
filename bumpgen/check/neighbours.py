"""Which centres are near each other and which boxes touch: a grid in numpy, exact in database units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bumpgen.check.centres import Centres

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]

__all__ = ["near", "squares", "touching_boxes", "within"]


def near(spots: Centres, reach: float) -> tuple[Integers, Integers]:
    """Pairs of indexes of centres at most `reach` µm apart, each pair once, in the order of the grid."""
    import numpy as np

    reach2 = 2 * reach / spots.dbu
    cell = int(np.ceil(reach2)) + 1
    keys, order, stride = _cells(spots, spots, cell)
    ranked = keys[order]
    ends = np.arange(len(order), dtype=np.int64) + 1
    same = (ends, np.searchsorted(ranked, ranked + 1, "right"))
    column = ranked + stride
    following = (np.searchsorted(ranked, column - 1, "left"), np.searchsorted(ranked, column + 1, "right"))
    found = [_pairs(*ranges) for ranges in (same, following)]
    i, j = (order[np.concatenate([pair[k] for pair in found])] for k in (0, 1))
    close = squares(spots, i, j) <= reach2**2
    return i[close], j[close]


def squares(spots: Centres, i: Integers, j: Integers) -> Integers:
    """Squares of the doubled distances between centres, database units²: exact."""
    dx, dy = spots.x2[i] - spots.x2[j], spots.y2[i] - spots.y2[j]
    found: Integers = dx * dx + dy * dy
    return found


def within(ones: Centres, others: Centres, reach: float) -> tuple[Integers, Integers]:
    """Pairs of indexes (of `ones`, of `others`) of centres at most `reach` µm apart."""
    import numpy as np

    reach2 = 2 * reach / ones.dbu
    wide = np.full(len(ones), int(np.ceil(reach2)), np.int64)
    i, j = touching_boxes(Centres(ones.x2, ones.y2, wide, wide, ones.dbu), others.points())
    dx, dy = ones.x2[i] - others.x2[j], ones.y2[i] - others.y2[j]
    close = dx * dx + dy * dy <= reach2**2
    return i[close], j[close]


def touching_boxes(ones: Centres, others: Centres) -> tuple[Integers, Integers]:
    """Pairs of indexes (of `ones`, of `others`) whose boxes touch or overlap.

    Boxes of like size are joined at a time, so that one large shape doesn't make every small one a candidate.
    """
    import numpy as np

    found = [
        (a[i], b[j]) for a in _sizes(ones) for b in _sizes(others) for i, j in (_join(ones.take(a), others.take(b)),)
    ]
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    return np.concatenate([i for i, _ in found]), np.concatenate([j for _, j in found])


def _sizes(spots: Centres) -> list[Integers]:
    """Indexes by size, a factor of two in each."""
    import numpy as np

    classes = np.frexp(np.maximum(spots.w, spots.h).astype(np.float64))[1]
    return [np.flatnonzero(classes == each) for each in np.unique(classes)]


def _join(ones: Centres, others: Centres) -> tuple[Integers, Integers]:
    import numpy as np

    reach2 = int(max((ones.w.max() + others.w.max()), (ones.h.max() + others.h.max())))
    keys, order, stride = _cells(others, ones, reach2 + 1)
    ranked, mine = keys[order], _keys(ones, others, reach2 + 1, stride)
    parts = [
        _pairs(np.searchsorted(ranked, mine + column - 1, "left"), np.searchsorted(ranked, mine + column + 1, "right"))
        for column in (-stride, 0, stride)
    ]
    i = np.concatenate([part[0] for part in parts])
    j = order[np.concatenate([part[1] for part in parts])]
    across = np.abs(ones.x2[i] - others.x2[j]) <= ones.w[i] + others.w[j]
    along = np.abs(ones.y2[i] - others.y2[j]) <= ones.h[i] + others.h[j]
    return i[across & along], j[across & along]


def _cells(spots: Centres, beside: Centres, cell: int) -> tuple[Integers, Integers, int]:
    """Keys of grid cells (column · stride + row), their order, and the stride: no row touches the next column."""
    import numpy as np

    rows = [int(array.max()) - int(array.min()) for array in (np.concatenate((spots.y2, beside.y2)),) if len(array)]
    stride = (rows[0] // cell if rows else 0) + 4
    keys = _keys(spots, beside, cell, stride)
    return keys, np.argsort(keys, kind="stable"), stride


def _keys(spots: Centres, beside: Centres, cell: int, stride: int) -> Integers:
    import numpy as np

    if not len(spots):
        return np.zeros(0, np.int64)
    x0 = min(int(array.min()) for array in (spots.x2, beside.x2) if len(array))
    y0 = min(int(array.min()) for array in (spots.y2, beside.y2) if len(array))
    keys: Integers = ((spots.x2 - x0) // cell) * stride + (spots.y2 - y0) // cell + 1
    return keys


def _pairs(first: Integers, last: Integers) -> tuple[Integers, Integers]:
    """Indexes i with each k of first[i] … last[i] - 1."""
    import numpy as np

    counts = np.maximum(last - first, 0)
    i = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    ends = np.cumsum(counts)
    return i, np.arange(len(i), dtype=np.int64) - np.repeat(ends - counts, counts) + np.repeat(first, counts)
