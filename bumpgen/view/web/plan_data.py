"""A layout as data for a page's drawing: cells stay cells, places of their instances are packed as float32."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any

import numpy as np

from bumpgen.geometry import Disc, Points, Transform
from bumpgen.layout import Array, Cell, Instance, Layout, Placement
from bumpgen.view.style import meaning_of, style_of

__all__ = ["packed", "plan_data"]

Sites = Iterable[tuple[str, float, float]]


def packed(points: Points) -> str:
    """Coordinates as base64 of little-endian float32: to 1 nm up to 16 mm, to 20 nm up to 300 mm."""
    return base64.b64encode(np.ascontiguousarray(points, "<f4").tobytes()).decode()


def plan_data(layout: Layout, sites: Sites, reach: float) -> dict[str, Any]:
    """What the page's script draws: layers, cells with shapes and uses, sites to be found (text, x, y in µm).

    `reach` is how far from its middle a site is pointed at, µm.
    """
    cells = layout.cells()
    index = {cell.name: i for i, cell in enumerate(cells)}
    drawn = {shape.layer for cell in cells for shape in cell.shapes}
    layers = [name for name in layout.layers if name in drawn]
    numbers = {name: i for i, name in enumerate(layers)}
    known = list(sites)
    places = np.array([(x, y) for _, x, y in known]).reshape(-1, 2)
    return {
        "outline": list(layout.outline or _box(layout)),
        "layers": [_layer(layout, name, i) for i, name in enumerate(layers)],
        "cells": [_cell(cell, layout.grid, numbers, index) for cell in cells],
        "top": index[layout.top.name],
        "sites": {"names": [text for text, _, _ in known], "points": packed(places), "reach": reach},
    }


def _box(layout: Layout) -> tuple[float, float, float, float]:
    corners = np.concatenate([points for _, points in layout.flat()])
    (x0, y0), (x1, y1) = corners.min(axis=0), corners.max(axis=0)
    return float(x0), float(y0), float(x1), float(y1)


def _layer(layout: Layout, name: str, index: int) -> dict[str, Any]:
    meaning = layout.meanings.get(name) or meaning_of(name)
    style = style_of(meaning, layout.colors.get(name), index)
    number, datatype = layout.number(name)
    told = f"{number}/{datatype}, {meaning}"
    return {"name": name, "fill": style.fill, "line": style.line, "shown": meaning != "text", "description": told}


def _cell(cell: Cell, grid: float, layers: dict[str, int], cells: dict[str, int]) -> dict[str, Any]:
    shapes: dict[int, list[Any]] = {}
    for drawn in cell.shapes:
        found = shapes.setdefault(layers[drawn.layer], [])
        shape = drawn.shape
        if isinstance(shape, Disc):
            found.append([shape.x, shape.y, shape.diameter / 2])
        else:
            found += [packed(points) for points in shape.polygons(grid)]
    return {"shapes": shapes, "uses": [_use(instance, cells) for instance in cell.instances]}


def _use(instance: Instance, cells: dict[str, int]) -> dict[str, Any]:
    turn = Transform()
    if isinstance(instance, Placement | Array):
        turn = Transform(0.0, 0.0, instance.at.rotation, instance.at.mirror)
    axes = turn.apply(np.eye(2)).round(9).ravel().tolist()
    if isinstance(instance, Placement):
        points = np.array([(instance.at.x, instance.at.y)])
    else:
        points = instance.points() if isinstance(instance, Array) else instance.points
    return {"cell": cells[instance.cell.name], "turn": axes, "points": packed(points)}
