"""Two layout files opened to be compared: on one database unit, both as the bumps_up view shows them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from bumpgen.check.compare_texts import PlacedText, read_texts
from bumpgen.comparison import Box
from bumpgen.errors import InputError, Where
from bumpgen.geometry import View

__all__ = ["Axis", "Pair", "Side", "open_pair"]

Layer: TypeAlias = tuple[int, int]

FARTHEST = 2**31 - 1
"""The largest coordinate KLayout holds, in database units."""


@dataclass(frozen=True, slots=True)
class Axis:
    """The vertical line a mirrored view is turned about: its x in µm, and where that comes from."""

    x: float
    source: str


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One layout: its file, and how its coordinates become those compared (times `scale`, x → turn - x)."""

    path: Path
    layout: Any
    scale: int = 1
    turn: int | None = None

    def layers(self) -> set[Layer]:
        """Layers with any shape or text below the top cell."""
        top = self.layout.top_cell()
        indexes = [i for i in self.layout.layer_indexes() if not top.begin_shapes_rec(i).at_end()]
        return {(info.layer, info.datatype) for info in map(self.layout.get_info, indexes)}

    def region(self, layer: Layer) -> Any:
        """All polygons of a layer, merged."""
        import klayout.db as db

        index = self.layout.find_layer(*layer)
        if index is None:
            return db.Region()
        region = db.Region(self.layout.top_cell().begin_shapes_rec(index))
        region.merge()
        if self.scale != 1:
            region.transform(db.ICplxTrans(float(self.scale)))
        if self.turn is not None:
            region.transform(db.Trans(db.Trans.M90, self.turn, 0))
        return region

    def texts(self, layer: Layer, dbu: float) -> list[PlacedText]:
        """All texts of a layer, placed in µm."""
        found = read_texts(self.layout, layer, self.path)
        turned = [(s, x * self.scale, y * self.scale) for s, x, y in found]
        if self.turn is not None:
            turned = [(s, self.turn - x, y) for s, x, y in turned]
        return [PlacedText(s, x * dbu, y * dbu) for s, x, y in turned]

    def box(self) -> tuple[int, int, int, int] | None:
        """The box of everything, in the database unit compared in; None if there is nothing."""
        box = self.layout.top_cell().bbox()
        if box.empty():
            return None
        x0, x1 = box.left * self.scale, box.right * self.scale
        if self.turn is not None:
            x0, x1 = self.turn - x1, self.turn - x0
        return x0, box.bottom * self.scale, x1, box.top * self.scale


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two layouts on one database unit (µm), and what was done to them."""

    a: Side
    b: Side
    dbu: float
    notes: tuple[str, ...]

    def region_a(self, layer: Layer) -> Any:
        """A's polygons of a layer, merged."""
        return self.a.region(layer)

    def region_b(self, layer: Layer) -> Any:
        """B's polygons of a layer, merged."""
        return self.b.region(layer)

    def texts_a(self, layer: Layer) -> list[PlacedText]:
        """A's texts of a layer."""
        return self.a.texts(layer, self.dbu)

    def texts_b(self, layer: Layer) -> list[PlacedText]:
        """B's texts of a layer."""
        return self.b.texts(layer, self.dbu)

    def box(self) -> Box:
        """The box around both, µm."""
        x0, y0, x1, y1 = _union(self.a, self.b)
        return x0 * self.dbu, y0 * self.dbu, x1 * self.dbu, y1 * self.dbu


def open_pair(
    a: Path, b: Path, *, views: tuple[View, View] = (View.BUMPS_UP, View.BUMPS_UP), axis: Axis | None = None
) -> Pair:
    """Read two layout files and bring them to one database unit and to the bumps_up view.

    The finer unit is taken where the other is a whole multiple of it; an InputError where it isn't.
    A file drawn in a mirrored view is turned about `axis`, or the middle of the box around both.
    """
    first, second = _read(a), _read(b)
    dbu, scales, notes = _one_unit(a, b, first.dbu, second.dbu)
    sides = [Side(p, la, s) for p, la, s in ((a, first, scales[0]), (b, second, scales[1]))]
    for side in sides:
        _refuse_overflow(side, dbu)
    notes += _cells(first, second)
    if any(view.mirrored for view in views):
        turn, words = _turn(sides, axis, dbu)
        sides = [
            Side(s.path, s.layout, s.scale, turn) if view.mirrored else s for s, view in zip(sides, views, strict=True)
        ]
        turned = " and ".join(f"{n} ({view})" for n, view in zip("AB", views, strict=True) if view.mirrored)
        notes += [f"{turned} turned to bumps_up about {words}"]
    return Pair(sides[0], sides[1], dbu, tuple(notes))


def _read(path: Path) -> Any:
    import klayout.db as db

    layout, options = db.Layout(), db.LoadLayoutOptions()
    options.warn_level = 0  # its warnings go to standard output, into the report
    try:
        layout.read(str(path), options)
    except RuntimeError as error:
        reason = str(error).split(" in Layout.read")[0]
        raise InputError(
            f"not a layout that can be read: {reason}", Where(path), hint="give a whole GDSII or OASIS file"
        ) from None
    tops = layout.top_cells()
    if len(tops) != 1:
        found = ", ".join(cell.name for cell in tops) or "none"
        raise InputError(f"the file has {len(tops)} top cells ({found})", Where(path), hint="give a file with one")
    return layout


def _one_unit(a: Path, b: Path, first: float, second: float) -> tuple[float, tuple[int, int], list[str]]:
    """The finer database unit (µm), what each side's coordinates are multiplied by, and a note."""
    fine, coarse = min(first, second), max(first, second)
    ratio = round(coarse / fine)
    if abs(coarse / fine - ratio) > 1e-6:
        raise InputError(
            f"the database unit is {second:g} µm, {a.name}'s {first:g} µm: neither is a whole multiple of the other",
            Where(b),
            hint="write both with one grid",
        )
    if ratio == 1:
        return fine, (1, 1), []
    note = f"database units {first:g} and {second:g} µm: compared in {fine:g} µm"
    return fine, ((ratio, 1) if first > second else (1, ratio)), [note]


def _refuse_overflow(side: Side, dbu: float) -> None:
    box = side.box()
    if box is not None and max(map(abs, box)) > FARTHEST // 2:
        raise InputError(
            f"the layout reaches to {max(map(abs, box)) * dbu:g} µm, too far for a database unit of {dbu:g} µm",
            Where(side.path),
            hint="write both with one grid",
        )


def _cells(first: Any, second: Any) -> list[str]:
    a, b = first.cells(), second.cells()
    return [] if a == b else [f"A has {a} cells and B has {b}; geometry is compared flat"]


def _union(a: Side, b: Side) -> tuple[int, int, int, int]:
    boxes = [box for side in (a, b) if (box := side.box()) is not None] or [(0, 0, 0, 0)]
    low, high = [min(box[i] for box in boxes) for i in (0, 1)], [max(box[i] for box in boxes) for i in (2, 3)]
    return low[0], low[1], high[0], high[1]


def _turn(sides: list[Side], axis: Axis | None, dbu: float) -> tuple[int, str]:
    """Twice the axis' x in database units, and the axis in words."""
    if axis is None:
        x0, _, x1, _ = _union(sides[0], sides[1])
        middle = f"x = {(x0 + x1) * dbu / 2:.10g} µm, the middle of the box around both"
        return x0 + x1, f"{middle} (a shift along x can't be seen so; --axis X states the axis)"
    turn = round(2 * axis.x / dbu)
    if abs(turn * dbu - 2 * axis.x) > 1e-6 or abs(turn) > FARTHEST // 2:
        raise InputError(
            f"the mirror axis x = {axis.x:.12g} µm, {axis.source}, is on no half step of {dbu:g} µm",
            hint=f"use x = {turn * dbu / 2:.12g}",
        )
    return turn, f"x = {axis.x:.10g} µm, {axis.source}"
