"""Where two nets meet that must not, and where a net is cut: found on the drawn shapes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

from bumpgen.check.nets import Extraction, Piece
from bumpgen.report import Box

if TYPE_CHECKING:
    import klayout.db as db

__all__ = ["box_around", "gap", "meeting"]

MOST_SHAPES = 600
"""A piece of more shapes than this is not searched for the place where two nets meet."""

Ends: TypeAlias = Sequence[int]


def box_around(boxes: Sequence[Box]) -> Box:
    """The box that bounds all, µm."""
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return min(x0), min(y0), max(x1), max(y1)


def gap(found: Extraction, one: Piece, other: Piece) -> tuple[Box, float, str]:
    """Where two pieces of a net ought to join: a box (µm), the distance (µm), and the layers in words.

    That is where conductors of one lie over those of the other without an opening between them, else the
    shortest way from one to the other on one layer.
    """
    for joint in found.joints:
        for lower, upper in ((one, other), (other, one)):
            common = found.metal(lower, joint[0]) & found.metal(upper, joint[1])
            if not common.is_empty():
                return _box(common, found.scene.dbu), 0.0, f"{joint[0]} to {joint[1]}"
    ways = [way for layer in found.layers if (way := _way(found, one, other, layer))]
    if not ways:
        return box_around([_terminal_box(found, i) for i in (one.terminals[0], other.terminals[0])]), 0.0, "no layer"
    return min(ways, key=lambda way: way[1])


def _way(found: Extraction, one: Piece, other: Piece, layer: str) -> tuple[Box, float, str] | None:
    import shapely

    areas = [shapely.union_all(_polygons(found.metal(piece, layer), found.scene.dbu)) for piece in (one, other)]
    if any(area.is_empty for area in areas):
        return None
    line = shapely.shortest_line(*areas)
    return _bounds(line), float(line.length), layer


def _polygons(region: db.Region, dbu: float) -> list[Any]:
    import shapely

    def ring(points: Iterable[Any]) -> list[tuple[float, float]]:
        return [(p.x * dbu, p.y * dbu) for p in points]

    return [
        shapely.make_valid(
            shapely.Polygon(
                ring(polygon.each_point_hull()), [ring(polygon.each_point_hole(n)) for n in range(polygon.holes())]
            )
        )
        for polygon in region.each()
    ]


def _box(region: db.Region, dbu: float) -> Box:
    box = region.bbox().to_dtype(dbu)
    return box.left, box.bottom, box.right, box.top


def _bounds(area: Any) -> Box:
    x0, y0, x1, y1 = map(float, area.bounds)
    return x0, y0, x1, y1


def _terminal_box(found: Extraction, i: int) -> Box:
    terminal = found.terminals[i]
    return terminal.x, terminal.y, terminal.x, terminal.y


@dataclass
class _Graph:
    """Shapes of a piece and which of them touch; areas are shapely's, µm."""

    layers: list[str]
    areas: list[Any]
    joints: Sequence[tuple[str, str, str]]

    @cached_property
    def tree(self) -> Any:
        """The areas by place."""
        import shapely

        return shapely.STRtree(self.areas)

    @cached_property
    def links(self) -> list[tuple[int, int]]:
        """Pairs of shapes that conduct into each other."""
        pairs = self.tree.query(self.areas, predicate="intersects").T.tolist()
        return [(i, j) for i, j in pairs if i < j and self._conducts(self.layers[i], self.layers[j])]

    def _conducts(self, one: str, other: str) -> bool:
        pair = {one, other}
        return one == other or any(pair in ({a, via}, {via, b}) if via else pair == {a, b} for a, b, via in self.joints)

    def at(self, found: Extraction, terminals: Ends) -> list[int]:
        """For each terminal a shape on its layer at its place."""
        import shapely

        shapes = []
        for i in terminals:
            point = shapely.Point(found.terminals[i].x, found.terminals[i].y)
            under = sorted(self.tree.query(point, predicate="intersects").tolist())
            shapes += [k for k in under if self.layers[k] in found.stations[i]][:1]
        return shapes

    def reach(self, start: int, without: int = -1, cut: tuple[int, int] = (-1, -1)) -> set[int]:
        """Shapes that hang together with one, with a shape or a contact taken away."""
        seen, todo = {start}, [start]
        while todo:
            shape = todo.pop()
            for other in self.neighbours[shape]:
                if other not in seen and other != without and {shape, other} != set(cut):
                    seen.add(other)
                    todo.append(other)
        return seen

    def way(self, start: int, goal: int) -> list[int]:
        """The shapes on a shortest way from one to another; [] if there is none."""
        came, todo = {start: start}, [start]
        for shape in todo:
            for other in self.neighbours[shape]:
                if other not in came:
                    came[other] = shape
                    todo.append(other)
        if goal not in came:
            return []
        way = [goal]
        while way[-1] != start:
            way.append(came[way[-1]])
        return way

    @cached_property
    def neighbours(self) -> list[list[int]]:
        """The shapes each shape touches."""
        near: list[list[int]] = [[] for _ in self.areas]
        for i, j in self.links:
            near[i].append(j)
            near[j].append(i)
        return near

    def between(self, one: Ends, other: Ends) -> Any:
        """The smallest area whose removal parts two groups of shapes and leaves each together, or None."""
        way = self.way(one[0], other[0])  # whatever parts the groups lies on every way between them
        held = {*one, *other}
        parts = [
            (self.areas[k].area, k, self.areas[k])
            for k in way
            if k not in held and _parts(partial(self.reach, without=k), one, other)
        ]
        if not parts:
            for i, j in pairwise(way):
                if _parts(partial(self.reach, cut=(i, j)), one, other):
                    common = self.areas[i].intersection(self.areas[j])
                    parts.append((common.area, i, common))
        return min(parts, key=lambda part: part[:2])[2] if parts else None


def _parts(reach: Callable[[int], set[int]], one: Ends, other: Ends) -> bool:
    """Whether each group hangs together and the two don't."""
    first = reach(one[0])
    return set(one) <= first and not set(other) & first and set(other) <= reach(other[0])


def meeting(found: Extraction, piece: Piece, one: Ends, other: Ends) -> tuple[Box, str]:
    """Where terminals `one` and `other` of a piece are joined: a box (µm), and the layer in words ("" if unclear).

    The smallest shape, or contact of two shapes, without which both would hang together and apart from each other:
    first among the shapes as drawn, then among their convex parts; else the box of the terminals.
    """
    for convex in (False, True):
        graph = _graph(found, piece, convex)
        groups = graph.at(found, one), graph.at(found, other)
        if len(graph.areas) > MOST_SHAPES or not all(groups):
            continue
        area = graph.between(*groups)
        if area is not None:
            return _bounds(area), _layer_of(graph, area)
    return box_around([_terminal_box(found, i) for i in (*one, *other)]), ""


def _layer_of(graph: _Graph, area: Any) -> str:
    at = area.representative_point()
    return next((graph.layers[k] for k, shape in enumerate(graph.areas) if shape.intersects(at)), "")


def _graph(found: Extraction, piece: Piece, convex: bool) -> _Graph:
    layers, areas = [], []
    for name, region in _regions(found, piece):
        shapes = region.merged().decompose_convex_to_region() if convex else region
        polygons = _polygons(shapes, found.scene.dbu)
        layers += [name] * len(polygons)
        areas += polygons
    return _Graph(layers, areas, found.joints)


def _regions(found: Extraction, piece: Piece) -> Iterator[tuple[str, db.Region]]:
    for layer in found.layers:
        yield layer, found.metal(piece, layer)
    for openings in dict.fromkeys(via for _, _, via in found.joints if via):
        yield openings, found.opened(piece, openings)
