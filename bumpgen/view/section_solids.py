"""A section's state as solids that pictures paint, and what is measured on it; µm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from bumpgen.assembly_picture import MaterialKind
from bumpgen.masks.fracture import cut_open
from bumpgen.material_kinds import material_kind
from bumpgen.process import Process
from bumpgen.section.state import Body, Drop, State
from bumpgen.view.assembly_cut import Solid

__all__ = ["Shown", "kind_of", "shown_of", "solids_of"]


@dataclass(frozen=True, slots=True)
class Shown:
    """A film at one place of the cut: what it is, from where to where it stands and lies, µm."""

    film: str
    low: float
    high: float
    span: tuple[float, float]

    @property
    def thickness(self) -> float:
        """Its height there."""
        return self.high - self.low


def kind_of(piece: Body | Drop, process: Process) -> MaterialKind:
    """What a piece is painted as."""
    material = process.materials.get(piece.material)
    if isinstance(piece, Drop):
        return "paste" if piece.form == "paste" else "solder"
    groups = material.groups if material else ()
    if piece.exposed:
        return "exposed resist"
    if "resist" in groups:
        return "resist"
    return "flux" if "flux" in groups else material_kind(piece.material, material)


def solids_of(state: State, process: Process) -> tuple[Solid, ...]:
    """Everything on the cut as outlines without holes."""
    found: list[Solid] = []
    for piece in state.pieces:
        kind = kind_of(piece, process)
        found += [Solid(kind, points) for points in cut_open(piece.area)]
    return tuple(found)


def shown_of(state: State, window: tuple[float, float]) -> list[Shown]:
    """Each film, the lowest first, where it is thickest within a window of the cut: of that place its top piece."""
    import shapely

    found = []
    for film in dict.fromkeys(piece.film for piece in state.pieces):
        pieces = [piece.area for piece in state.pieces if piece.film == film]
        area = shapely.intersection(shapely.union_all(pieces), shapely.box(window[0], -1e5, window[1], 1e5))
        parts = [part for part in shapely.get_parts(area) if part.geom_type == "Polygon" and part.area > 0]
        if parts:
            widest = max(parts, key=lambda part: (round(part.area, 3), part.bounds[0]))
            found.append(_measured(film, widest, crown=any(drop.film == film for drop in state.drops)))
    return sorted(found, key=lambda one: (one.low, one.high))


def _measured(film: str, part: Any, *, crown: bool) -> Shown:
    """The film where it is as thick as along most of its length; solder where it is thickest."""
    import shapely

    x0, low, x1, high = part.bounds
    places = np.linspace(x0, x1, 43)[1:-1]
    lines = shapely.linestrings([[(x, low - 1), (x, high + 1)] for x in places])
    tops = []
    for cut in shapely.intersection(lines, part):
        pieces = [one.bounds for one in shapely.get_parts(cut) if one.length > 0]
        if pieces:
            _, z0, _, z1 = max(pieces, key=lambda box: box[3])
            tops.append((z1 - z0, z0, z1))
    tops.sort()
    _, bottom, top = tops[-1] if crown else tops[len(tops) // 2]
    return Shown(film, float(bottom), float(top), (x0, x1))
