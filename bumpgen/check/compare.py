"""Two layouts layer by layer: counts, centres, texts, and the exclusive or after shrinking.

Both are compared flat, and shapes are merged first: drawing the same thing twice, in pieces, or in
other cells makes no difference. Shrinking the XOR by s drops every difference narrower than 2·s:
facets, rounding, bias. Texts agree where the string is equal and the place within 2·s.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pydantic import Field

from bumpgen.check.compare_sides import Axis, Pair, open_pair
from bumpgen.check.compare_texts import TextDifference, compare_texts
from bumpgen.comparison import Box, NumberedPlace, Overlay, OverlayLayer
from bumpgen.errors import InputError, Where
from bumpgen.geometry import Points, View
from bumpgen.toml import Table, load

__all__ = [
    "Axis",
    "Comparison",
    "Difference",
    "Expected",
    "LayerComparison",
    "Verdict",
    "compare_files",
    "compare_pair",
    "open_pair",
    "overlay",
    "read_expected",
]

Verdict: TypeAlias = Literal["same", "differs", "only in A", "only in B"]
Layer: TypeAlias = tuple[int, int]

REACH, FARTHEST_REACH = 0.25, 20.0
"""A difference's box reaches out by this part of its longer side, but no farther than this many µm.

Differences whose boxes, so grown, meet are one place: the two crescents of a shifted bump are.
"""


class Place(Table):
    """A difference that is known: its layer, its box (x0, y0, x1, y1 µm), and why it is right."""

    layer: Layer
    box: Box
    reason: str = Field(min_length=1)


class Expected(Table):
    """Known differences between a layout and a reference."""

    reference: str
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """One area that differs: its box and area in µm and µm², its reason if known, its place's number."""

    layer: Layer
    box: Box
    area: float
    reason: str = ""
    place: int = 0


@dataclass(frozen=True, slots=True)
class LayerComparison:
    """One layer of both: merged shapes, farthest centre (µm), XOR area before shrinking (µm²), texts.

    A layer that only one has is told by its verdict; its shapes are no separate differences.
    """

    layer: Layer
    count_a: int
    count_b: int
    centre_shift: float | None
    xor_area: float
    differences: tuple[Difference, ...]
    texts_a: int = 0
    texts_b: int = 0
    text_differences: tuple[TextDifference, ...] = ()

    @property
    def found(self) -> tuple[Difference | TextDifference, ...]:
        """All that differs, areas before texts."""
        everything: tuple[Difference | TextDifference, ...] = self.differences
        return everything + self.text_differences

    @property
    def unexplained(self) -> tuple[Difference | TextDifference, ...]:
        """Differences nobody gave a reason for."""
        return tuple(d for d in self.found if not d.reason)

    @property
    def verdict(self) -> Verdict:
        """What is to be said of the layer."""
        in_a, in_b = self.count_a + self.texts_a > 0, self.count_b + self.texts_b > 0
        if in_a != in_b:
            return "only in A" if in_a else "only in B"
        return "same" if self.count_a == self.count_b and not self.unexplained else "differs"


@dataclass(frozen=True, slots=True)
class Comparison:
    """All layers, the shrink used (µm), expected places that match nothing, and what was done to compare."""

    layers: tuple[LayerComparison, ...]
    shrink: float
    stale: tuple[Place, ...]
    places: tuple[NumberedPlace, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether every layer is the same and no explanation is stale."""
        return not self.stale and all(row.verdict == "same" for row in self.layers)


def read_expected(path: Path) -> Expected:
    """The TOML table of known differences."""
    return load(path, Expected)


def compare_files(
    a: Path,
    b: Path,
    *,
    layers: tuple[Layer, ...] | None = None,
    shrink: float = 0.0,
    expected: Expected | None = None,
    views: tuple[View, View] = (View.BUMPS_UP, View.BUMPS_UP),
    axis: Axis | None = None,
) -> Comparison:
    """Compare two layout files (GDS, OASIS; gzip as well).

    Parameters
    ----------
    layers : GDS layer and datatype pairs; None for all that either file has.
    shrink : differences up to twice this width are dropped, µm.
    expected : known places; a difference wholly inside one bears its reason.
    views : the view each file is drawn in; a mirrored one is turned back before comparing.
    axis : what a mirrored view is turned about; None for the middle of the box around both.
    """
    return compare_pair(open_pair(a, b, views=views, axis=axis), layers=layers, shrink=shrink, expected=expected)


def compare_pair(
    pair: Pair,
    *,
    layers: tuple[Layer, ...] | None = None,
    shrink: float = 0.0,
    expected: Expected | None = None,
) -> Comparison:
    """Compare two opened layouts; parameters as compare_files has them."""
    wanted = _wanted(pair, layers)
    known = expected.places if expected else ()
    used: set[int] = set()
    rows = tuple(_compare_layer(pair, layer, shrink, known, used) for layer in wanted)
    rows, places = _numbered(rows)
    stale = tuple(place for i, place in enumerate(known) if i not in used)
    return Comparison(rows, shrink, stale, places, pair.notes)


def _wanted(pair: Pair, layers: tuple[Layer, ...] | None) -> tuple[Layer, ...]:
    """The layers to compare; none, or one that neither layout has, would compare as the same."""
    in_a, in_b = pair.a.layers(), pair.b.layers()
    if not in_b:
        raise InputError("the reference has no layers", Where(pair.b.path), hint="compare with a layout that has some")
    for layer in layers or ():
        if layer not in in_a | in_b:
            there = ", ".join(f"{n}/{d}" for n, d in sorted(in_b))
            raise InputError(
                f"neither layout has layer {layer[0]}/{layer[1]}", Where(pair.b.path), hint=f"the reference has {there}"
            )
    return layers or tuple(sorted(in_a | in_b))


def _compare_layer(
    pair: Pair, layer: Layer, shrink: float, known: tuple[Place, ...], used: set[int]
) -> LayerComparison:
    first, second = pair.region_a(layer), pair.region_b(layer)
    texts_a, texts_b = pair.texts_a(layer), pair.texts_b(layer)
    xor = first ^ second
    row = LayerComparison(
        layer, first.count(), second.count(), _centre_shift(first, second, pair.dbu), xor.area() * pair.dbu**2, (),
        len(texts_a), len(texts_b),
    )  # fmt: skip
    if row.verdict.startswith("only"):
        return row
    left = xor.sized(-round(shrink / pair.dbu)).merged()
    found = tuple(_explain(layer, polygon, pair.dbu, known, used) for polygon in left.each())
    texts = tuple(_explain_text(t, known, used) for t in compare_texts(layer, texts_a, texts_b, 2 * shrink))
    return replace(row, differences=found, text_differences=texts)


def _explain(layer: Layer, polygon: Any, dbu: float, known: tuple[Place, ...], used: set[int]) -> Difference:
    box = polygon.bbox().to_dtype(dbu)
    corners = (box.left, box.bottom, box.right, box.top)
    return Difference(layer, corners, polygon.area() * dbu**2, _reason(layer, corners, known, used))


def _explain_text(text: TextDifference, known: tuple[Place, ...], used: set[int]) -> TextDifference:
    return replace(text, reason=_reason(text.layer, text.box, known, used))


def _reason(layer: Layer, box: Box, known: tuple[Place, ...], used: set[int]) -> str:
    for i, place in enumerate(known):
        x0, y0, x1, y1 = place.box
        if place.layer == layer and x0 <= box[0] and y0 <= box[1] and box[2] <= x1 and box[3] <= y1:
            used.add(i)
            return place.reason
    return ""


def _centre_shift(first: Any, second: Any, dbu: float) -> float | None:
    """Farthest a shape's box centre in `first` lies from the nearest in `second`, µm; None if one is empty."""
    import numpy as np
    import shapely

    if first.is_empty() or second.is_empty():
        return None
    a, b = (
        shapely.points([(p.bbox().left + p.bbox().right, p.bbox().bottom + p.bbox().top) for p in r.each()])
        for r in (first, second)
    )
    _, distances = shapely.STRtree(b).query_nearest(a, return_distance=True, all_matches=False)
    return float(np.max(distances)) * dbu / 2


def _numbered(rows: tuple[LayerComparison, ...]) -> tuple[tuple[LayerComparison, ...], tuple[NumberedPlace, ...]]:
    """Differences of all layers gathered to places, numbered from the top, in a row from the left."""
    found = [d for row in rows for d in row.found]
    groups = _touching([d.box for d in found])
    places = sorted((_place([found[i] for i in group]), group) for group in groups)
    number = {i: n for n, (_, group) in enumerate(places, 1) for i in group}
    given = iter(range(len(found)))
    numbered = []
    for row in rows:
        areas = tuple(replace(d, place=number[next(given)]) for d in row.differences)
        texts = tuple(replace(t, place=number[next(given)]) for t in row.text_differences)
        numbered.append(replace(row, differences=areas, text_differences=texts))
    return tuple(numbered), tuple(
        NumberedPlace(n, box, layers, area, known) for n, ((_, _, box, layers, area, known), _) in enumerate(places, 1)
    )


def _place(found: list[Difference | TextDifference]) -> tuple[float, float, Box, tuple[str, ...], float, bool]:
    """Order (from the top, from the left), box, layers, area, and whether all are known."""
    boxes = [d.box for d in found]
    box = (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))
    layers = tuple(f"{n}/{d}" for n, d in sorted({d.layer for d in found}))
    return -box[3], box[0], box, layers, sum(getattr(d, "area", 0.0) for d in found), all(d.reason for d in found)


def _touching(boxes: list[Box]) -> list[list[int]]:
    """Indices of boxes in groups within which each, grown, touches another."""
    if not boxes:
        return []
    import shapely

    shapes = shapely.box(*zip(*map(_grown, boxes), strict=True))
    pairs = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    parent = list(range(len(boxes)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = i = parent[parent[i]]
        return i

    for i, j in pairs.T.tolist():
        parent[max(root(i), root(j))] = min(root(i), root(j))
    groups: dict[int, list[int]] = {}
    for i in range(len(boxes)):
        groups.setdefault(root(i), []).append(i)
    return list(groups.values())


def _grown(box: Box) -> Box:
    reach = min(REACH * max(box[2] - box[0], box[3] - box[1]), FARTHEST_REACH)
    return box[0] - reach, box[1] - reach, box[2] + reach, box[3] + reach


def overlay(pair: Pair, result: Comparison, a: str, b: str) -> Overlay:
    """The areas of both layouts on the layers compared, for a picture; `a` and `b` are what they are called.

    An area that only one has and that was dropped by shrinking counts as common, as in the verdict.
    """
    layers = tuple(_overlay_layer(pair, row.layer, result.shrink) for row in result.layers)
    return Overlay(a, b, pair.box(), layers, result.places, result.notes)


def _overlay_layer(pair: Pair, layer: Layer, shrink: float) -> OverlayLayer:
    first, second = pair.region_a(layer), pair.region_b(layer)
    left = (first ^ second).sized(-round(shrink / pair.dbu))
    if left.is_empty():
        return OverlayLayer(layer, _outlines(first, pair.dbu), (), ())
    only_a, only_b = (first - second).interacting(left), (second - first).interacting(left)
    common = (first + second) - only_a - only_b
    return OverlayLayer(layer, *(_outlines(part, pair.dbu) for part in (common, only_a, only_b)))


def _outlines(region: Any, dbu: float) -> tuple[Points, ...]:
    import numpy as np

    found = (polygon.resolved_holes() for polygon in region.merged().each())
    return tuple(np.array([(p.x, p.y) for p in polygon.each_point_hull()], np.float64) * dbu for polygon in found)
