"""What partial dies keep of a layout, layer by layer: all that lies in the usable area, cut or whole, or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from bumpgen.cells.arrays import lattice
from bumpgen.errors import GeometryError
from bumpgen.geometry import Points, Polygon, Transform
from bumpgen.layout import Array, Cell, Drawn, Instance, Layout, Placement, Scatter, flatten
from bumpgen.masks.wafer import DieClass, Wafer
from bumpgen.wafer_table import Clip

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Box = NDArray[np.float64]
    Truths = NDArray[np.bool_]

__all__ = ["Edge"]

POLICIES: tuple[Clip, ...] = ("smooth", "drop")
"""Those that leave something of partial dies."""
CHUNK = 2_000_000
"""So many boxes are looked at at once."""
FEW = 8
"""So many elements of an array, or fewer, are placed one by one."""


class Edge:
    """The partial dies of a wafer."""

    def __init__(self, layout: Layout, wafer: Wafer):
        self.layout, self.wafer = layout, wafer
        self.dies = wafer.corners(DieClass.PARTIAL)
        self._boxes: dict[int, Box | None] = {}
        self._polygon = wafer.area.polygon()

    def instances(self) -> tuple[Instance, ...]:
        """One cell with all that partial dies keep, placed once; nothing if they keep nothing."""
        inside: list[Instance] = []
        drawn: list[Drawn] = []
        for policy in POLICIES:
            layers = frozenset(name for name in self.layout.layers if self.wafer.policy(name) == policy)
            top = _only(self.layout.top, layers, policy, {})
            if top is None or not len(self.dies):
                continue
            for atom in _atoms(top, policy):
                found, crossing = self._sorted(atom)
                inside += found
                drawn += self._cut(atom, crossing, policy)
        if not (inside or drawn):
            return ()
        return (Placement(Cell(f"{self.layout.top.name}_EDGE", tuple(drawn), tuple(inside))),)

    def _box(self, cell: Cell) -> Box | None:
        """The box around all of a cell (x0, y0, x1, y1, µm); None if it is empty."""
        if id(cell) not in self._boxes:
            found = [_around(points) for drawn in cell.shapes for points in drawn.shape.polygons(self.layout.grid)]
            for instance in cell.instances:
                inner = self._box(instance.cell)
                if inner is not None:
                    found.append(_spread(_placed(inner, _turn(instance)), _points(instance)))
            boxes = np.array(found).reshape(-1, 4)
            self._boxes[id(cell)] = np.hstack((boxes[:, :2].min(0), boxes[:, 2:].max(0))) if found else None
        return self._boxes[id(cell)]

    def _sorted(self, atom: Instance) -> tuple[list[Instance], Points]:
        """What of an instance lies wholly in the usable area, on all partial dies; and the places its edge crosses."""
        box = self._box(atom.cell)
        if box is None:
            return [], np.empty((0, 2))
        turn = _turn(atom)
        turned, points = _placed(box, turn), _points(atom)
        kept: list[Instance] = []
        crossing: list[Points] = []
        size = max(1, CHUNK // len(points))
        for start in range(0, len(self.dies), size):
            dies = self.dies[start : start + size]
            at = (dies[:, None, :] + points[None, :, :]).reshape(-1, 2)
            holds, touches = self._judged(np.hstack((at + turned[:2], at + turned[2:])))
            shape = (len(dies), len(points))
            kept += _kept(atom, turn, at.reshape(*shape, 2), holds.reshape(shape))
            crossing.append(at[touches & ~holds])
        return kept, np.vstack(crossing)

    def _judged(self, boxes: Box) -> tuple[Truths, Truths]:
        """Which boxes (N, 4 µm) lie wholly in the usable area, and which in part."""
        steps = np.rint(boxes / self.layout.grid).astype(np.int64)
        return self.wafer.area.holds(steps), self.wafer.area.touches(steps)

    def _cut(self, atom: Instance, crossing: Points, policy: Clip) -> Iterator[Drawn]:
        """The shapes of an instance's cell at places that the edge crosses: whole ones, and smooth ones cut."""
        import shapely

        if not len(crossing):
            return
        for layer, points in flatten(atom.cell, self.layout.grid, _turn(atom)):
            rings = points[None, :, :] + crossing[:, None, :]
            held = self._corners_held(rings)
            for ring in rings[held]:
                yield Drawn(layer, _polygon(ring))
            if policy == "smooth":
                rest = rings[~held]
                for area in shapely.intersection(shapely.polygons(rest), self._around(rest)):
                    yield from self._pieces(layer, area)

    def _around(self, rings: Points) -> Any:
        """For each polygon (N, corners, 2) the usable area around it: where that is a circle's, only a sector."""
        import shapely

        area, found = self.wafer.area, np.full(len(rings), self._polygon)
        steps = np.rint(rings / self.layout.grid).astype(np.int64).reshape(-1, 2)
        low = area.turned(np.hstack((steps, steps)))[:, 1].reshape(rings.shape[:2]).min(axis=1)
        straight = [-area.edge] + [-c for c in (area.chord,) if c is not None]
        straight += [area.exclusion - n for n in (area.notch,) if n is not None]
        circle = area.circle()
        angles = np.arctan2(rings[:, :, 1], rings[:, :, 0])
        middle = angles[:, :1]
        turns = (angles - middle + np.pi) % (2 * np.pi) - np.pi
        first, last = turns.min(axis=1) + middle[:, 0], turns.max(axis=1) + middle[:, 0]
        near = np.flatnonzero((low > max(straight)) & (last - first < 1))
        pitch = 2 * np.pi / len(circle)
        for index in near.tolist():
            arc = np.arange(int(np.floor(first[index] / pitch)) - 1, int(np.ceil(last[index] / pitch)) + 2)
            found[index] = shapely.Polygon(np.vstack(((0.0, 0.0), circle[arc % len(circle)])))
        return found

    def _corners_held(self, rings: Points) -> Truths:
        """Whether all corners of each polygon lie in the usable area, and nothing of the notch in the polygon."""
        import shapely

        corners = rings.reshape(-1, 2)
        inside, _ = self._judged(np.hstack((corners, corners)))
        held = np.asarray(inside.reshape(rings.shape[:2]).all(axis=1))
        if self.wafer.area.notch is not None:
            held[held] = shapely.covers(self._notched, shapely.polygons(rings[held]))
        return held

    @cached_property
    def _notched(self) -> Any:
        """A polygon without the notch's keep-out that is else larger than the wafer."""
        import shapely

        width = 3 * self.wafer.area.edge * self.layout.grid
        hull = shapely.convex_hull(self._polygon)
        return shapely.box(-width, -width, width, width) - shapely.buffer(hull - self._polygon, 0)

    def _pieces(self, layer: str, area: Any) -> Iterator[Drawn]:
        """The polygons of an area that have one on the grid."""
        import shapely

        for part in shapely.get_parts(area):
            if part.geom_type != "Polygon" or part.is_empty:
                continue
            shape = _polygon(shapely.get_coordinates(part.exterior)[:-1])
            if part.area < self.layout.grid * part.length:  # else it keeps an area when its corners are rounded
                try:
                    shape.polygons(self.layout.grid)
                except GeometryError:
                    continue  # a sliver narrower than the grid
            yield Drawn(layer, shape)


def _only(cell: Cell, layers: frozenset[str], policy: Clip, known: dict[int, Cell | None]) -> Cell | None:
    """A cell with these layers only and without labels; itself if it has no others, None if nothing is left."""
    if id(cell) not in known:
        shapes = tuple(drawn for drawn in cell.shapes if drawn.layer in layers)
        inner = [(instance, _only(instance.cell, layers, policy, known)) for instance in cell.instances]
        kept = tuple(replace(instance, cell=found) for instance, found in inner if found is not None)
        same = len(shapes) == len(cell.shapes) and not cell.labels
        if same and all(found is instance.cell for instance, found in inner):
            known[id(cell)] = cell if shapes or kept else None
        else:
            name = f"{cell.name}_{policy.upper()}"
            known[id(cell)] = Cell(name, shapes, kept) if shapes or kept else None
    return known[id(cell)]


def _atoms(top: Cell, policy: Clip) -> Iterator[Instance]:
    """What is placed in a cell, and its own shapes, each as a cell."""
    yield from top.instances
    for number, drawn in enumerate(top.shapes, 1):
        yield Placement(Cell(f"{top.name}_{policy.upper()}_{number}", (drawn,)))


def _around(points: Points) -> Box:
    return np.concatenate((points.min(axis=0), points.max(axis=0)))


def _placed(box: Box, at: Transform) -> Box:
    """The box around a box that is moved and turned."""
    x0, y0, x1, y1 = box
    return _around(at.apply(np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])))


def _spread(box: Box, points: Points) -> Box:
    """The box around a box at many places."""
    return np.concatenate((box[:2] + points.min(axis=0), box[2:] + points.max(axis=0)))


def _turn(instance: Instance) -> Transform:
    """How an instance's elements are turned, without the move."""
    return Transform() if isinstance(instance, Scatter) else replace(instance.at, x=0.0, y=0.0)


def _points(instance: Instance) -> Points:
    """Where an instance's elements lie, (N, 2) µm."""
    if isinstance(instance, Placement):
        return np.array([(instance.at.x, instance.at.y)])
    return instance.points() if isinstance(instance, Array) else instance.points


def _kept(atom: Instance, turn: Transform, at: Points, holds: Truths) -> Iterator[Instance]:
    """An instance's elements at places (dies, elements, 2) that are held (dies, elements), arrays as arrays."""
    if isinstance(atom, Array) and atom.columns * atom.rows > FEW:
        for places, held in zip(at[holds.any(axis=1)], holds[holds.any(axis=1)], strict=True):
            sites = held.reshape(atom.rows, atom.columns)
            x, y = (round(float(v), 9) for v in places[0])
            for part in lattice(atom.cell, sites, atom.step_x, atom.step_y, x, y):
                assert isinstance(part, Array)
                yield replace(part, at=replace(turn, x=part.at.x, y=part.at.y))
    elif holds.any():
        points = np.round(at[holds], 9)
        if turn == Transform():
            yield Scatter(atom.cell, points)
        else:
            yield from (Placement(atom.cell, replace(turn, x=x, y=y)) for x, y in points.tolist())


def _polygon(points: Points) -> Polygon:
    return Polygon(tuple(map(tuple, points.tolist())))
