"""A part as it is drawn: its sites with names, nets and places, the shapes of their faces, the metal they are on.

What a part's design says is drawn, written, opened again and measured: shapes and nets are the drawing's.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bumpgen.assembly import Part
from bumpgen.check.assembly.faces import Face, face_of
from bumpgen.check.assembly.matched import coinciding
from bumpgen.check.assembly.outlines import Outline, outline_of
from bumpgen.check.pieces import terminal_pieces
from bumpgen.check.scene import Scene
from bumpgen.check.shapes import shapes_in, shapes_of
from bumpgen.check.subject import open_subject
from bumpgen.check.terminals import Terminal, terminals_of
from bumpgen.frames import Coordinates, DieView
from bumpgen.geometry import Points
from bumpgen.pitches import extents
from bumpgen.plan import Plan

__all__ = ["DrawnPart", "Sites", "measure_part"]

WIRED = frozenset({"RDL", "RDL1", "RDL2", "PAD"})
"""Layers whose metal runs on from one site to another."""

NONE = -1
"""Index of a shape that isn't there."""


@dataclass(frozen=True, slots=True, eq=False)
class Sites:
    """The bumps of a part, one entry each.

    `kind` indexes `DrawnPart.kinds`. `piece` numbers the metal each is on, -1 for none: equal numbers are
    joined in the drawing. `contact` and `solder` index `DrawnPart.outlines`, -1 where nothing is drawn there;
    `wetted` is the same for what is open of the contact.
    """

    names: NDArray[np.object_]
    nets: NDArray[np.object_]
    kind: NDArray[np.int64]
    places: Coordinates[DieView]
    piece: NDArray[np.int64]
    contact: NDArray[np.int64]
    solder: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.kind)


@dataclass(frozen=True, slots=True, eq=False)
class DrawnPart:
    """A part measured from its drawing.

    `kinds` are the site kinds its bumps have, `faces` what each turns to its partner. `strays` are places
    (µm) of contact shapes that belong to no bump, by layer. `pads` are nets by the pads' pieces: the chip's
    own pads, which need no partner: (piece, net) of each. `boxes` are the boxes (x0, y0, x1, y1, µm) of each
    drawn layer, `openings` the outlines of through-openings.
    """

    part: Part
    kinds: tuple[str, ...]
    faces: Mapping[str, Face]
    sites: Sites
    outlines: tuple[Outline, ...]
    strays: Mapping[str, Coordinates[DieView]]
    pad_names: tuple[str, ...]
    pad_nets: tuple[str, ...]
    pad_pieces: NDArray[np.int64]
    pad_places: Coordinates[DieView]
    boxes: Mapping[str, tuple[float, float, float, float]]
    openings: tuple[Outline, ...] = ()
    opening_places: Coordinates[DieView] | None = None
    inputs: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()

    def of_kinds(self, kinds: tuple[str, ...]) -> NDArray[np.int64]:
        """Indices of the sites of those kinds."""
        wanted = [i for i, kind in enumerate(self.kinds) if kind in kinds]
        return np.flatnonzero(np.isin(self.sites.kind, wanted))


def measure_part(part: Part, planned: Plan, path: Path) -> DrawnPart:
    """A part measured from its layout file; `planned` is what it was drawn from, routed if it asks for that."""
    subject = open_subject(path, part.process, None)
    return _measured(part, planned, Scene(subject.layout, subject.top, part.process))


def _measured(part: Part, planned: Plan, scene: Scene) -> DrawnPart:
    design, terminals = planned.design, terminals_of(planned)
    pieces = terminal_pieces(scene, terminals)
    bump = np.array([t.kind == "bump" for t in terminals], dtype=bool)
    bumps = [t for t in terminals if t.kind == "bump"]
    pads = [t for t in terminals if t.kind == "pad"]
    kinds = tuple(dict.fromkeys(t.site for t in bumps))
    pad_site = design.file.pads.site if design.file.pads else "pad"
    faces = {kind: face_of(part.process, kind, pad_site) for kind in kinds}
    shapes = _Shapes(scene, part.view)
    sites = _sites(bumps, pieces[bump], kinds, faces, part.view, shapes)
    strays = shapes.strays({face.contact for face in faces.values()} - _shared(faces, part))
    openings, places = shapes.all_on("OPENING") if "OPENING" in part.process.layers else ((), None)
    return DrawnPart(
        part, kinds, faces, sites, tuple(shapes.outlines), strays,
        tuple(t.name for t in pads), tuple(t.net for t in pads), pieces[~bump], _places(pads, part.view),
        shapes.boxes(), openings, places, design.inputs, design.notes,
    )  # fmt: skip


def _shared(faces: Mapping[str, Face], part: Part) -> set[str]:
    """Contact layers that hold more than faces: wires, pads of the chip, carriers' copper."""
    wired = {name for c in part.process.connections for name in c.between if name in WIRED}
    return wired & {face.contact for face in faces.values()}


def _places(terminals: list[Terminal], view: DieView) -> Coordinates[DieView]:
    return Coordinates(view, np.array([(t.x, t.y) for t in terminals], np.float64).reshape(-1, 2))


def _sites(
    bumps: list[Terminal], pieces: NDArray[np.int64], kinds: tuple[str, ...], faces: Mapping[str, Face], view: DieView,
    shapes: _Shapes,
) -> Sites:  # fmt: skip
    index = {kind: i for i, kind in enumerate(kinds)}
    kind = np.array([index[t.site] for t in bumps], dtype=np.int64)
    places = _places(bumps, view)
    contact, solder = np.full(len(bumps), NONE), np.full(len(bumps), NONE)
    for name, face in faces.items():
        mine = np.flatnonzero(kind == index[name])
        if face.opening or face.contact not in WIRED:
            contact[mine] = shapes.at(face.opening or face.contact, places.chosen(mine))
        else:  # one piece with its wire, which nothing covers: what of it the site takes
            size = extents(shapes.scene.process, name)[face.contact]
            contact[mine] = shapes.within(face.contact, places.chosen(mine), size)
        if face.solder:
            solder[mine] = shapes.at(face.solder.layer, places.chosen(mine))
    return Sites(
        np.array([t.name for t in bumps], dtype=object), np.array([t.net for t in bumps], dtype=object), kind,
        places, pieces, contact, solder,
    )  # fmt: skip


class _Shapes:
    """Shapes of layers by place, each outline kept once."""

    def __init__(self, scene: Scene, view: DieView):
        self.scene, self.view = scene, view
        self.outlines: list[Outline] = []
        self._layers: dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]] = {}
        self._met: dict[str, NDArray[np.bool_]] = {}

    def _layer(self, layer: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Outline number and centre (µm) of each shape of a layer."""
        if layer not in self._layers:
            first = len(self.outlines)
            if self.scene.drawn(layer):
                shapes = shapes_in(self.scene, layer)
                self.outlines += [outline_of(polygon, self.scene.dbu) for polygon in shapes.outlines]
                corner = np.column_stack((shapes.x, shapes.y)) * self.scene.dbu
                centres = corner + shapes.sizes * (self.scene.dbu / 2)
                self._layers[layer] = shapes.which + first, centres
            else:
                self._layers[layer] = np.zeros(0, np.int64), np.zeros((0, 2))
            self._met[layer] = np.zeros(len(self._layers[layer][0]), bool)
        return self._layers[layer]

    def at(self, layer: str, places: Coordinates[DieView]) -> NDArray[np.int64]:
        """Outline of the shape that covers each place; -1 for none."""
        which, centres = self._layer(layer)
        found = np.full(len(places), NONE)
        same = coinciding(places.seen(self.view), centres)
        left = np.setdiff1d(np.arange(len(places)), same[:, 0])
        pairs = np.concatenate((same, self._covering(places.seen(self.view), left, layer)))
        found[pairs[:, 0]] = which[pairs[:, 1]]
        self._met[layer][pairs[:, 1]] = True
        return found

    def within(self, layer: str, places: Coordinates[DieView], size: tuple[float, float]) -> NDArray[np.int64]:
        """Outline of what a layer draws in a box (width and height, µm) about each place; -1 for nothing."""
        found = np.full(len(places), NONE)
        if not len(places) or not self.scene.drawn(layer):
            return found
        import klayout.db as db

        dbu, points = self.scene.dbu, places.seen(self.view)
        corners = np.rint(np.hstack((points - np.array(size) / 2, points + np.array(size) / 2)) / dbu).astype(np.int64)
        boxes = db.Region()
        for corner in corners.tolist():
            boxes.insert(db.Box(*corner))
        cut, first = shapes_of(boxes & self.scene.region(layer)), len(self.outlines)
        if not len(cut):
            return found
        self.outlines += [outline_of(polygon, dbu) for polygon in cut.outlines]
        centres = np.column_stack((cut.x, cut.y)) * dbu + cut.sizes * (dbu / 2)
        from scipy.spatial import cKDTree  # takes longer to load than most parts take to be measured

        distance, nearest = map(np.asarray, cKDTree(centres).query(points))
        hit = distance <= math.hypot(*size) / 2
        found[hit] = cut.which[nearest[hit]] + first
        return found

    def _covering(self, points: Points, left: NDArray[np.int64], layer: str) -> NDArray[np.int64]:
        """Of some points, those that the nearest shape of a layer reaches, and its number."""
        which, centres = self._layer(layer)
        if not len(which) or not len(left):
            return np.zeros((0, 2), np.int64)
        from scipy.spatial import cKDTree  # takes longer to load than most parts take to be measured

        distance, nearest = map(np.asarray, cKDTree(centres).query(points[left]))
        reach = np.array([outline.reach for outline in self.outlines])[which[nearest]]
        hit = distance <= reach
        return np.column_stack((left[hit], nearest[hit])).astype(np.int64)

    def strays(self, layers: set[str]) -> dict[str, Coordinates[DieView]]:
        """Centres of shapes on these layers that no place met; only layers that have any."""
        loose = {layer: Coordinates(self.view, self._layer(layer)[1][~self._met[layer]]) for layer in sorted(layers)}
        return {layer: places for layer, places in loose.items() if len(places)}

    def all_on(self, layer: str) -> tuple[tuple[Outline, ...], Coordinates[DieView] | None]:
        """Every shape of a layer, and where its centre lies."""
        which, centres = self._layer(layer)
        return tuple(self.outlines[i] for i in which.tolist()), Coordinates(self.view, centres)

    def boxes(self) -> dict[str, tuple[float, float, float, float]]:
        """The box of each drawn layer, µm."""
        found = {}
        for layer in self.scene.process.layers:
            box = self.scene.box(layer)
            if not box.empty():
                found[layer] = (box.left, box.bottom, box.right, box.top)
        return found
