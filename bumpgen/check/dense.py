"""Polygons of thousands of corners, judged in steps, so that a comb of slivers can't hold a check for hours.

KLayout compares each side with every side within the limit, and shields each pair by the others: the cube of
a comb's teeth. A polygon that fails at a small part of the limit has failed; it isn't looked at any wider.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bumpgen.expression import Named, layers_of, parse

if TYPE_CHECKING:
    import klayout.db as db

    from bumpgen.check.scene import Scene

__all__ = ["graded"]

MANY = 1000
"""Corners beyond which a polygon is judged in steps."""

PARTS = (256, 64, 16, 4)
"""Parts of the limit that are tried first."""


def graded(
    scene: Scene, layer: str, region: db.Region, limit: int, check: Callable[[db.Region, int], db.EdgePairs]
) -> db.EdgePairs:
    """`check(region, limit)`; polygons of many corners only as far as it takes to find them wrong."""
    import klayout.db as db

    if not _crowded(scene, layer):
        return check(region, limit)
    polygons = list(region.each_merged())
    dense = db.Region([polygon for polygon in polygons if polygon.num_points() > MANY])
    found = check(db.Region([polygon for polygon in polygons if polygon.num_points() <= MANY]), limit)
    for part in (*PARTS, 1):
        pairs = check(dense, limit // part) if limit >= part else db.EdgePairs()
        if not pairs.is_empty():
            found += pairs
            dense = dense.not_interacting(pairs.extents(1))
    return found


def _crowded(scene: Scene, layer: str) -> bool:
    """Whether some cell has a polygon of many corners on a layer of the expression."""
    tree = parse(layer)
    for name in layers_of(tree):
        key = ("crowded", Named(name))
        if key not in scene.cache:
            index = scene.index(name)
            scene.cache[key] = index is not None and any(
                shape.is_polygon() and shape.polygon.num_points() > MANY
                for cell in scene.layout.each_cell()
                for shape in cell.shapes(index).each()
            )
        if scene.cache[key]:
            return True
    return False
