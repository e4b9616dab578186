"""Rules settled inside small cells: what holds within a bump's own cell holds wherever the cell stands.

True of rules that more shapes around can't break, as an enclosure: metal added outside never takes
metal away. One look at each kind of cell then stands for all its places.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING

from bumpgen.expression import Named, parse

if TYPE_CHECKING:
    import klayout.db as db

    from bumpgen.check.scene import Scene

__all__ = ["settled"]

SMALL = 64
"""Cells with more shapes than this aren't looked at by themselves."""


def settled(scene: Scene, outer: str, inner: str, holds: Callable[[db.Region, db.Region], bool]) -> bool:
    """Whether every shape of the inner layer lies in some small cell in which `holds(outer, inner)`.

    False says nothing: shapes may be enclosed by what stands beside their cell.
    """
    indexes = [scene.index(tree.layer) if isinstance(tree := parse(text), Named) else None for text in (outer, inner)]
    around, within = indexes
    if scene.flat or around is None or within is None:
        return False
    open_cells: set[int] = set()
    for cell_index in scene.layout.each_cell_bottom_up():
        cell = scene.layout.cell(cell_index)
        pending = any(child in open_cells for child in cell.each_child_cell()) or not cell.shapes(within).is_empty()
        if pending and not _holds(cell, around, within, holds):
            open_cells.add(cell_index)
    return scene.top.cell_index() not in open_cells


def _holds(cell: db.Cell, around: int, within: int, holds: Callable[[db.Region, db.Region], bool]) -> bool:
    import klayout.db as db

    if sum(1 for _ in islice(cell.begin_shapes_rec(within).each(), SMALL + 1)) > SMALL:
        return False
    return holds(db.Region(cell.begin_shapes_rec(around)), db.Region(cell.begin_shapes_rec(within)))
