"""Octilinear centre lines moved on to the grid: lines are moved, corners are where they meet."""

from __future__ import annotations

import math
from itertools import pairwise

from bumpgen.route.problem import Place
from bumpgen.route.sites import Floats

__all__ = ["on_grid"]


def on_grid(corners: Floats, grid: float) -> list[Place]:
    """Corners of an octilinear line on the grid, every part at a multiple of 45° exactly; the ends don't move.

    Each part's line (x, y, x + y or x - y = constant) is moved to the nearest grid line; the ends must lie on the grid.
    """
    points = [(float(x), float(y)) for x, y in corners]
    parts = _parts(points, grid)
    while True:
        lines = [(k, round(_level(k, point) / grid)) for k, point in parts]
        at = next((i for i in range(len(lines) - 1) if lines[i][0] == lines[i + 1][0]), None)
        if at is None:
            break
        parts = parts[:at] + [parts[at] if at == 0 else parts[at + 1]] + parts[at + 2 :]
    inner = [_meet(one, other) for one, other in pairwise(lines)]
    steps = [_on(points[0], grid), *inner, _on(points[-1], grid)]
    kept = [steps[0]] + [step for before, step in pairwise(steps) if step != before]
    return [(round(x * grid, 9), round(y * grid, 9)) for x, y in kept]


def _on(point: Place, grid: float) -> tuple[int, int]:
    return round(point[0] / grid), round(point[1] / grid)


def _parts(points: list[Place], grid: float) -> list[tuple[int, Place]]:
    """Direction (0: along x, 1: along 45°, 2: along y, 3: along 135°) and a place of each part.

    Parts shorter than four grid steps are left out, the first and last ones excepted.
    """
    found: list[tuple[int, Place]] = []
    pairs = list(pairwise(points))
    for i, (a, b) in enumerate(pairs):
        if math.dist(a, b) < 4 * grid and 0 < i < len(pairs) - 1:
            continue
        k = round(math.atan2(b[1] - a[1], b[0] - a[0]) / (math.pi / 4)) % 4
        found.append((k, a if i == 0 else b if i == len(pairs) - 1 else ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)))
    return found


def _level(k: int, point: Place) -> float:
    """The constant of the line of direction k through a place: y, y - x, x, x + y."""
    x, y = point
    return (y, y - x, x, x + y)[k]


def _meet(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    """Where two lines of different directions meet, in grid steps (diagonals meet on the nearest step)."""
    if one[0] > other[0]:
        one, other = other, one
    (j, a), (k, b) = one, other
    if j == 0:
        return {1: (a - b, a), 2: (b, a), 3: (b - a, a)}[k]
    if j == 1:
        return {2: (b, b + a), 3: ((b - a) // 2, (b + a) // 2)}[k]
    return (a, b - a)
