"""The three scenes every contestant draws; µm. Needs numpy only."""

from __future__ import annotations

import sys

import numpy as np

LAYERS = 6
VERTICES = 64
PITCH = 100.0
COLUMNS = ROWS = 1000
SCATTERED = 1_000_000
FLAT = 100_000


def outlines() -> list[np.ndarray]:
    """Six 64-gons, one a layer: (64, 2) µm on a 1 nm grid."""
    angles = (np.arange(VERTICES) + 0.5) * (2 * np.pi / VERTICES)
    ring = np.column_stack((np.cos(angles), np.sin(angles)))
    return [np.round(ring * (30 + 2 * layer), 3) for layer in range(LAYERS)]


def places(count: int) -> np.ndarray:
    """Irregular places, (count, 2) µm on a 1 nm grid; the same at each call."""
    return np.random.default_rng(20261122).integers(0, 100_000_000, (count, 2)) / 1000


def arguments() -> tuple[str, str]:
    """Scene and output file, from the command line."""
    return sys.argv[1], sys.argv[2]
