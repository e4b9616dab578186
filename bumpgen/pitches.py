"""How near equal sites may stand in a row, by the size of what each draws and the rules of its process."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from bumpgen.cells.site import Site
from bumpgen.layout import flatten
from bumpgen.process import Process
from bumpgen.rules import RuleTable

__all__ = ["extents", "least_pitch"]

STEP = 5.0
"""Pitches are multiples of this, µm."""

Extents = Mapping[str, tuple[float, float]]
"""Width and height of what a site draws, by layer, µm."""


def extents(process: Process, site: str) -> Extents:
    """Width (x) and height (y) of what a site draws on each layer, µm."""
    boxes: dict[str, list[np.ndarray]] = {}
    for layer, points in flatten(Site(kind=site).draw(process), process.grid.value):
        boxes.setdefault(layer, []).append(points)
    found = {}
    for layer, polygons in boxes.items():
        wide, high = np.ptp(np.concatenate(polygons), axis=0).tolist()
        found[layer] = (wide, high)
    return found


def least_pitch(process: Process, table: RuleTable, site: str, axis: int) -> float:
    """The least pitch of a row of sites along x (axis 0) or y (1) that keeps every space and pitch rule, µm.

    Metal of neighbours stays apart. Openings may also run into one another, as those of fingers do; what they
    may not leave is a web narrower than their rule.
    """
    sizes = {layer: size[axis] for layer, size in extents(process, site).items()}
    spaces = {layer: _limit(table, "space", layer) for layer in sizes}
    openings = {layer for layer in sizes if process.layers[layer].meaning == "opening"}
    pitch = max(
        (max(sizes[layer] + spaces[layer], _limit(table, "pitch", layer)) for layer in sizes if layer not in openings),
        default=0.0,
    )
    for layer in sorted(openings, key=sizes.__getitem__):
        if sizes[layer] < pitch < sizes[layer] + spaces[layer]:
            pitch = sizes[layer] + spaces[layer]
    return math.ceil(pitch / STEP - 1e-9) * STEP


def _limit(table: RuleTable, kind: str, layer: str) -> float:
    """The largest limit of rules of a kind on that layer alone, µm; 0 without one."""
    return max((rule.value for rule in table.rules if rule.kind == kind and rule.layers == (layer,)), default=0.0)
