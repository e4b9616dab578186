"""Two layouts layer by layer: counts, centres, and the exclusive or after shrinking.

Shapes are merged first, so drawing the same thing twice, or in pieces, makes no difference.
Shrinking the XOR by s drops every difference narrower than 2·s: facets, rounding, bias.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field

from bumpgen.errors import InputError, Where
from bumpgen.toml import Table, load

__all__ = ["Comparison", "Difference", "Expected", "LayerComparison", "compare_files", "read_expected"]


class Place(Table):
    """A difference that is known: its layer, its box (x0, y0, x1, y1 µm), and why it is right."""

    layer: tuple[int, int]
    box: tuple[float, float, float, float]
    reason: str = Field(min_length=1)


class Expected(Table):
    """Known differences between a layout and a reference."""

    reference: str
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """One place that differs: its box and area in µm and µm², and the reason where it is known."""

    layer: tuple[int, int]
    box: tuple[float, float, float, float]
    area: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LayerComparison:
    """One layer of both: merged shapes, farthest centre (µm), XOR area before shrinking (µm²)."""

    layer: tuple[int, int]
    count_a: int
    count_b: int
    centre_shift: float | None
    xor_area: float
    differences: tuple[Difference, ...]

    @property
    def unexplained(self) -> tuple[Difference, ...]:
        """Differences nobody gave a reason for."""
        return tuple(d for d in self.differences if not d.reason)


@dataclass(frozen=True, slots=True)
class Comparison:
    """All layers, the shrink used (µm), and expected places that match nothing."""

    layers: tuple[LayerComparison, ...]
    shrink: float
    stale: tuple[Place, ...]

    @property
    def same(self) -> bool:
        """Whether nothing is left unexplained and no explanation is stale."""
        return not self.stale and all(row.count_a == row.count_b and not row.unexplained for row in self.layers)


def read_expected(path: Path) -> Expected:
    """The TOML table of known differences."""
    return load(path, Expected)


def compare_files(
    a: Path,
    b: Path,
    *,
    layers: tuple[tuple[int, int], ...] | None = None,
    shrink: float = 0.0,
    expected: Expected | None = None,
) -> Comparison:
    """Compare two layout files (GDS, OASIS; gzip as well).

    Parameters
    ----------
    layers : GDS layer and datatype pairs; None for all layers that `b`, the reference, has.
    shrink : differences up to twice this width are dropped, µm.
    expected : known places; a difference wholly inside one bears its reason.
    """
    layout_a, layout_b = _read(a), _read(b)
    wanted = layers or tuple(sorted((i.layer, i.datatype) for i in layout_b.layer_infos()))
    _refuse_nothing(wanted, layout_a, layout_b, b)
    known = expected.places if expected else ()
    used: set[int] = set()
    rows = tuple(_compare_layer(layout_a, layout_b, layer, shrink, known, used) for layer in wanted)
    return Comparison(rows, shrink, tuple(place for i, place in enumerate(known) if i not in used))


def _refuse_nothing(wanted: tuple[tuple[int, int], ...], a: Any, b: Any, path: Path) -> None:
    """No layers, or one that neither layout has, would compare as the same."""
    if not wanted:
        raise InputError("the reference has no layers", Where(path))
    for layer in wanted:
        if a.find_layer(*layer) is None and b.find_layer(*layer) is None:
            there = ", ".join(sorted(f"{i.layer}/{i.datatype}" for i in b.layer_infos()))
            raise InputError(
                f"neither layout has layer {layer[0]}/{layer[1]}", Where(path), hint=f"the reference has {there}"
            )


def _read(path: Path) -> Any:
    import klayout.db as db

    layout = db.Layout()
    try:
        layout.read(str(path))
    except RuntimeError as error:
        reason = str(error).split(" in Layout.read")[0]
        raise InputError(f"not a layout that can be read: {reason}", Where(path)) from None
    tops = layout.top_cells()
    if len(tops) != 1:
        found = ", ".join(cell.name for cell in tops) or "none"
        raise InputError(f"the file has {len(tops)} top cells ({found})", Where(path), hint="give a file with one")
    return layout


def _region(layout: Any, layer: tuple[int, int]) -> Any:
    import klayout.db as db

    index = layout.find_layer(*layer)
    if index is None:
        return db.Region()
    region = db.Region(layout.top_cell().begin_shapes_rec(index))
    region.merge()
    return region


def _compare_layer(
    a: Any, b: Any, layer: tuple[int, int], shrink: float, known: tuple[Place, ...], used: set[int]
) -> LayerComparison:
    if abs(a.dbu - b.dbu) > 1e-12:
        raise InputError(f"database units differ: {a.dbu:g} µm and {b.dbu:g} µm", hint="write both with one grid")
    first, second = _region(a, layer), _region(b, layer)
    xor = first ^ second
    left = xor.sized(-round(shrink / a.dbu)).merged()
    found = [_explain(layer, polygon, a.dbu, known, used) for polygon in left.each()]
    return LayerComparison(
        layer, first.count(), second.count(), _centre_shift(first, second, a.dbu), xor.area() * a.dbu**2, tuple(found)
    )


def _explain(layer: tuple[int, int], polygon: Any, dbu: float, known: tuple[Place, ...], used: set[int]) -> Difference:
    box = polygon.bbox().to_dtype(dbu)
    corners = (box.left, box.bottom, box.right, box.top)
    area = polygon.area() * dbu**2
    for i, place in enumerate(known):
        x0, y0, x1, y1 = place.box
        if place.layer == layer and x0 <= box.left and y0 <= box.bottom and box.right <= x1 and box.top <= y1:
            used.add(i)
            return Difference(layer, corners, area, place.reason)
    return Difference(layer, corners, area)


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
