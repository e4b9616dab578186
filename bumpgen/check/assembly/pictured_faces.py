"""A site's layers as a picture shows them: pieces over and under a part's face, and openings in its films."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bumpgen.assembly import Part
from bumpgen.assembly_picture import Hole, Piece, PieceRole
from bumpgen.cells.site import Site
from bumpgen.check.assembly.faces import Face
from bumpgen.check.stack import films_on, height
from bumpgen.geometry import Points
from bumpgen.layout import Cell, Placement
from bumpgen.process import Film, Process

__all__ = [
    "FilmBand",
    "Sizes",
    "bands",
    "drawn_on",
    "face_pieces",
    "holes_of",
    "pad_of",
    "site_of",
    "sizes_of",
    "stamped",
]

Sizes = dict[str, tuple[float, float]]
"""Half the width along x and along y of what a site draws on each layer, as its part's view has it, µm."""


@dataclass(frozen=True, slots=True)
class FilmBand:
    """A film over the whole of a face, its lower and upper side over the face, µm."""

    layer: str
    film: Film
    low: float
    high: float


def drawn_on(cell: Cell, layer: str, grid: float) -> Iterator[Points]:
    """Polygons of a cell and all placed in it on a layer, µm."""
    for item in cell.shapes:
        if item.layer == layer:
            yield from item.shape.polygons(grid)
    for instance in cell.instances:
        if isinstance(instance, Placement):
            for points in drawn_on(instance.cell, layer, grid):
                yield instance.at.apply(points)


def site_of(part: Part, kind: str) -> Site:
    """A bump's site as a part's design draws it."""
    return Site(kind=kind, changes=part.file.bumps.changes if part.file.bumps else {})


def pad_of(part: Part) -> Site:
    """The pad's site as a part's design draws it."""
    pads = part.file.pads
    return Site(kind=pads.site, changes=pads.changes) if pads else Site(kind="pad")


def sizes_of(process: Process, site: Site) -> Sizes:
    """What a site draws."""
    found: Sizes = {}
    cell = site.draw(process)
    for layer in process.layers:
        corners = [points for points in drawn_on(cell, layer, process.grid.value) if len(points)]
        if corners:
            half = np.abs(np.concatenate(corners)).max(axis=0)
            found[layer] = (float(half[0]), float(half[1]))
    return found


def stamped(process: Process) -> tuple[str, ...]:
    """Layers of metal that no film has: the body itself is cut to them, as a lead frame."""
    if "PASSIVATION" in process.layers:
        return ()
    wired = {name for connection in process.connections for name in connection.between}
    return tuple(
        name
        for name, layer in process.layers.items()
        if layer.meaning == "metal" and name in wired and not films_on(process, name)
    )


def bands(process: Process) -> tuple[FilmBand, ...]:
    """The passivation within a chip's body, and the polymers over its face, each on the one below."""
    first = _first(process)
    found, z = [], 0.0
    order = list(process.layers)
    for name in order[:first]:
        if process.layers[name].meaning == "opening":
            films = films_on(process, name)
            found += [FilmBand(name, film, -film.thickness.value, 0.0) for film in films]
    for name in order[first:]:
        for film in _polymers(process, name):
            found.append(FilmBand(name, film, z, z + film.thickness.value))
            z += film.thickness.value
    return tuple(found)


def holes_of(process: Process, sizes: Sizes, side: Literal[0, 1]) -> Iterator[Hole]:
    """Openings of a part's films at a site; what opens no film of its own opens the passivation."""
    known = {band.layer for band in bands(process)}
    for name, half in sizes.items():
        if process.layers[name].meaning == "opening":
            if name in known:
                yield Hole(side, name, half)
            elif "PASSIVATION" in known and list(process.layers).index(name) <= _first(process):
                yield Hole(side, "PASSIVATION", half)


def face_pieces(process: Process, face: Face, own: Sizes, below: Sizes, side: Literal[0, 1]) -> Iterator[Piece]:
    """All metal of a site up to its contact, its heights over the part's face (µm), from the chip up.

    `own` is what the site draws, `below` what the chip's pad under it draws; nothing where it has none.
    """
    order, first = list(process.layers), _first(process)
    sizes = below | own
    passivation = sum(band.film.thickness.value for band in bands(process) if band.high == 0)
    for name in order[:first]:
        if name in sizes and process.layers[name].meaning == "metal" and films_on(process, name):
            deep = -passivation - height(process, name)
            yield from _films(process, name, deep, sizes[name], "pad", side)
    z, plugged = 0.0, "PASSIVATION" not in sizes
    for name in order[first : order.index(face.contact) + 1]:
        if name in own and process.layers[name].meaning == "metal":
            if not plugged:
                yield _plug(process, name, sizes, (-passivation, z), side)
                plugged = True
            role: PieceRole = "pillar" if face.pillar and name == face.contact else "metal"
            yield from _films(process, name, z, own[name], role, side)
            z += height(process, name)
        elif name not in own:
            z += sum(film.thickness.value for film in _polymers(process, name))


def _plug(process: Process, layer: str, sizes: Sizes, span: tuple[float, float], side: Literal[0, 1]) -> Piece:
    """What of the first metal fills the openings down to the chip's pad."""
    order = list(process.layers)
    under = order[: order.index(layer) + 1]
    holes = [half for name, half in sizes.items() if name in under and process.layers[name].meaning == "opening"]
    wide = np.array([*holes, sizes[layer]]).min(axis=0)
    film = max(films_on(process, layer), key=lambda film: film.thickness.value)
    rows = [(*wide, z, float(side)) for z in span]
    return Piece(layer, film.material, "metal", side, np.array(rows))


def _films(
    process: Process, layer: str, low: float, half: tuple[float, float], role: PieceRole, side: Literal[0, 1]
) -> Iterator[Piece]:
    for film in films_on(process, layer):
        high = low + film.thickness.value
        yield Piece(layer, film.material, role, side, np.array([(*half, low, float(side)), (*half, high, float(side))]))
        low = high


def _first(process: Process) -> int:
    """Index of the first layer that lies over the face."""
    order = list(process.layers)
    return order.index("PASSIVATION") + 1 if "PASSIVATION" in order else 0


def _polymers(process: Process, layer: str) -> tuple[Film, ...]:
    """Polymers that stay and are opened by a layer."""
    stripped = {getattr(step, "film", "") for step in process.steps if step.kind == "strip"}
    return tuple(
        film
        for film in films_on(process, layer)
        if "polymer" in process.materials[film.material].groups and film.name not in stripped
    )
