"""Places of two lists that are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bumpgen.geometry import Points

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["coinciding"]


def coinciding(here: Points, there: Points) -> NDArray[np.int64]:
    """Places that are equal to a nanometre, (N, 2); of places that stand twice the first."""
    codes = [np.rint(points * 1e3).astype(np.int64) @ np.array((1 << 31, 1)) for points in (here, there)]
    _, i, j = np.intersect1d(*codes, return_indices=True)
    return np.column_stack((i, j)).astype(np.int64)
