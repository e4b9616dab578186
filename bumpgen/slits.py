"""Slits in one net's metal, filled: where a wire meets a pad at a sharp angle the gap narrows to nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np

from bumpgen.geometry import Points
from bumpgen.process import Process
from bumpgen.rules import read_rules

__all__ = ["narrowest", "patches"]

Corners: TypeAlias = tuple[tuple[float, float], ...]

ROUNDS = 4
"""A patch's own corner may be a new, wider slit; so often it is looked for."""

OVERLAP = 20
"""Grid steps by which patches reach into the metal beside them where rounding left needles between the two."""


def narrowest(process: Process, layer: str) -> float:
    """How wide a slit on a layer must be, µm: the widest notch rule of the process; 0 if there is none."""
    if process.rules is None:
        return 0.0
    rules = read_rules(process.rules).rules
    return max((rule.value for rule in rules if rule.kind == "notch" and rule.layers == (layer,)), default=0.0)


def patches(db: Any, outlines: Sequence[Points], limit: float, grid: float) -> Iterator[Corners]:
    """Patches of a net (µm): where its metal faces itself nearer than the limit (µm), the area between is filled.

    `db` is KLayout's module: `klayout.db`, or `pya` inside the application.
    """
    drawn = db.Region()
    for points in outlines:
        drawn.insert(db.Polygon([db.Point(x, y) for x, y in np.rint(points / grid).astype(int).tolist()]))
    least = round(limit / grid)
    for overlap in (0, OVERLAP):
        found = _filled(db, drawn, least, overlap)
        if (drawn + db.Region(found)).merged().notch_check(least).is_empty():
            break
    for patch in found:
        yield tuple((point.x * grid, point.y * grid) for point in patch.each_point_hull())


def _filled(db: Any, drawn: Any, limit: int, overlap: int) -> list[Any]:
    """Patches that close slits, round after round; in grid steps."""
    metal = drawn.merged()
    found: list[Any] = []
    for _ in range(ROUNDS):
        slits = list(metal.notch_check(limit).each())
        if not slits:
            break
        gaps = db.Region([_hull(db, pair) for pair in slits])
        if overlap:
            gaps += db.Edges([side for pair in slits for side in (pair.first, pair.second)]).extended_in(overlap)
        found += gaps.merged().each()
        metal = (drawn + db.Region(found) if overlap else metal + gaps).merged()
    return found


def _hull(db: Any, pair: Any) -> Any:
    """The four-sided area between two sides that face each other."""
    return db.Polygon([pair.first.p1, pair.first.p2, pair.second.p1, pair.second.p2])
