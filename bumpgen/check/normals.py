"""Exact chances of many independent normal values, and even points to integrate over them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["expected_range", "normal_points", "range_chance", "wilson"]


def wilson(share: float, trials: int, z: float = 1.959964) -> tuple[float, float]:
    """Wilson's score interval of a share found in so many trials; z = 1.96 holds it 95 % of the time.

    Of a mean of chances (each 0…1) it is at least as wide as it must be: none varies more than a count does.
    """
    centre = (share + z**2 / (2 * trials)) / (1 + z**2 / trials)
    half = z / (1 + z**2 / trials) * math.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    return min(max(0.0, centre - half), share), max(min(1.0, centre + half), share)


def expected_range(means: Sequence[float], sigmas: Sequence[float], counts: Sequence[int]) -> float:
    """Expected highest less lowest of independent normal heights, groups of so many each, µm.

    E = ∫ 1 - Π Φ_k(x)^n_k - Π (1 - Φ_k(x))^n_k dx, exact; the trapezoid rule converges fast on it.
    """
    from scipy.special import log_ndtr

    if not max(sigmas) > 0:
        return max(means) - min(means)
    widths = np.maximum(sigmas, max(sigmas) * 1e-2)
    mean, sigma, count = np.asarray(means)[:, None], widths[:, None], np.asarray(counts, float)[:, None]
    x = np.linspace(float((mean - 10 * sigma).min()), float((mean + 10 * sigma).max()), 20001)
    z = (x - mean) / sigma
    below, above = (np.exp((count * log_ndtr(side)).sum(axis=0)) for side in (z, -z))
    return float(np.trapezoid(1 - below - above, x))


def range_chance(sigma: float, count: int, limit: float) -> float:
    """Chance that the highest less the lowest of so many normal heights exceeds a limit (µm).

    P(range ≤ r) = N ∫ φ(x) (Φ(x + r) - Φ(x))^(N - 1) dx, exact.
    """
    from scipy.special import ndtr

    if sigma == 0 or count == 1:
        return float(limit < 0)
    if limit <= 0:
        return 1.0
    x = np.linspace(-10 - limit / sigma, 10, 20001)
    between = np.maximum(ndtr(x + limit / sigma) - ndtr(x), 1e-300)
    density = count * np.exp(-x * x / 2 + (count - 1) * np.log(between)) / math.sqrt(2 * math.pi)
    return float(min(1.0, max(0.0, 1 - np.trapezoid(density, x))))


def normal_points(dimensions: int, count: int) -> Floats:
    """Evenly spread points of independent standard normals, (dimensions, count).

    The additive recurrence on the generalised golden ratio (Roberts 2018): root of x^(d + 1) = x + 1.
    """
    from scipy.special import ndtri

    root = 1.5
    for _ in range(40):
        root = (1 + root) ** (1 / (dimensions + 1))
    steps = root ** -np.arange(1.0, dimensions + 1)
    return np.asarray(ndtri((0.5 + np.outer(steps, np.arange(1, count + 1))) % 1.0))
