"""What lies at a place of a layout: the cell that draws there, the net its labels name, the shapes around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bumpgen.check.scene import Scene
from bumpgen.report import Box, Closeup, CloseupLayer, Place, RuleResult
from bumpgen.rules import Rule, RuleTable

if TYPE_CHECKING:
    import klayout.db as db

__all__ = ["closeup", "with_owners"]

NAMED = 200
"""So many places are told by cell and net; looking one up takes about a tenth of a millisecond."""

MOST_LOOKED_AT = 64
"""So many shapes at a place are looked at."""

FRAME, SMALLEST_WINDOW = 0.6, 10.0
"""A window reaches out from its place by this part of the place's longer side, and is no narrower than this, µm."""


def with_owners(
    results: Sequence[RuleResult], table: RuleTable, scene: Scene, always: Callable[[str], bool] = lambda _: False
) -> tuple[RuleResult, ...]:
    """Results whose first places bear the cell and net found there, where they had none.

    `always` says of a rule's id that all its places need them.
    """
    rules = {rule.id: rule for rule in table.rules}
    left, told = NAMED, []
    for result in results:
        rule = rules.get(result.rule)
        count = len(result.places) if always(result.rule) else min(left, len(result.places))
        left -= min(left, count)
        if rule is None or not count:
            told.append(result)
            continue
        named = [_with_owner(place, rule, scene) for place in result.places[:count]]
        told.append(replace(result, places=(*named, *result.places[count:])))
    return tuple(told)


def _with_owner(place: Place, rule: Rule, scene: Scene) -> Place:
    """The place with the deepest cell that draws there, and the one name all labels on its shapes give."""
    if place.box is None or (place.cell and place.net):
        return place
    cell, depth, names = "", -1, set[str]()
    for iterator in _shapes(rule, place.box, scene):
        path = iterator.path()
        if len(path) > depth:
            cell, depth = str(iterator.cell().name), len(path)
        if not place.net:
            names |= _labels(iterator, scene)
    net = next(iter(names)) if len(names) == 1 else ""
    return replace(place, cell=place.cell or cell, net=place.net or net)


def _shapes(rule: Rule, box: Box, scene: Scene) -> Iterator[Any]:
    """Every drawn shape of a rule's layers that touches a box (µm), the rule's first layer first."""
    import klayout.db as db

    area = db.DBox(*box).to_itype(scene.dbu).enlarged(1, 1)
    seen = 0
    for layer in rule.names:
        index = scene.index(layer) if layer in scene.process.layers else None
        if index is None:
            continue
        iterator = scene.top.begin_shapes_rec_touching(index, area)
        while not iterator.at_end() and seen < MOST_LOOKED_AT:
            seen += 1
            yield iterator
            iterator.next()


def _labels(iterator: Any, scene: Scene) -> set[str]:
    """Names by the texts of any layer that stand on a shape: a text's last word, as in "P1 vccd"."""
    shape = iterator.shape()
    polygon = shape.polygon
    if polygon is None:
        return set()
    placed = iterator.trans() * polygon
    return {text.split()[-1] for text, point in _texts(placed.bbox(), scene) if placed.inside(point) and text.split()}


def _texts(box: db.Box, scene: Scene) -> Iterator[tuple[str, db.Point]]:
    import klayout.db as db

    for index in scene.layout.layer_indexes():
        iterator = scene.top.begin_shapes_rec_touching(index, box)
        iterator.shape_flags = db.Shapes.STexts
        count = 0
        while not iterator.at_end() and count < MOST_LOOKED_AT:
            count += 1
            text = iterator.shape().text
            place = iterator.trans() * text.trans.disp
            with suppress(RuntimeError, UnicodeDecodeError):  # a label that is no text names nothing
                yield str(text.string), db.Point(place.x, place.y)
            iterator.next()


def closeup(result: RuleResult, number: int, scene: Scene, subject: str = "") -> Closeup:
    """What is drawn around the place of that number (from 1) of a result; it must have a box."""
    place = result.places[number - 1]
    if place.box is None:
        raise ValueError(f"place {number} of {result.rule} is nowhere in the layout")
    window = _window(place.box)
    layers = tuple(
        CloseupLayer(name, layer.gds, layer.color, layer.meaning, outlines)
        for name, layer in scene.process.layers.items()
        if (outlines := _outlines(scene, name, window))
    )
    return Closeup(result, place, number, window, layers, subject)


def _window(box: Box) -> Box:
    """The square around a place that is shown, µm."""
    longer = max(box[2] - box[0], box[3] - box[1])
    half = max((0.5 + FRAME) * longer, SMALLEST_WINDOW / 2)
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return x - half, y - half, x + half, y + half


def _outlines(scene: Scene, layer: str, window: Box) -> tuple[tuple[tuple[float, float], ...], ...]:
    """A layer's outlines inside a window (µm), merged and cut at its edge; holes are slit open."""
    import klayout.db as db

    index = scene.index(layer)
    if index is None:
        return ()
    box = db.DBox(*window).to_itype(scene.dbu)
    shapes = db.Region(scene.top.begin_shapes_rec_touching(index, box)) & db.Region(box)
    return tuple(
        tuple((point.x * scene.dbu, point.y * scene.dbu) for point in polygon.resolved_holes().each_point_hull())
        for polygon in shapes.each_merged()
    )
