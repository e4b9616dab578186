"""Pads of a chip from its GDS or OASIS: openings of one layer, named by the text inside each."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np

from bumpgen.design import Die, GdsPads, Pad
from bumpgen.errors import InputError, Where
from bumpgen.geometry import View
from bumpgen.read.maps import in_layout
from bumpgen.read.source import Source, counted, listed
from bumpgen.toml import read_bytes, validate

__all__ = ["Outline", "outline_of_gds", "read_gds_pads"]

MAX_BYTES = 2_000_000_000
MAX_UNPACKED = 8_000_000_000
DIE_TOLERANCE = 1e-3
"""How far the stated die may differ from the one drawn, µm."""


def read_gds_pads(table: GdsPads, die: Die, source: Source) -> tuple[tuple[Pad, ...], tuple[str, ...]]:
    """Pads P1, P2 … counter-clockwise from the die's lower left corner, and notes.

    First come those nearest to the bottom edge, from left to right, then those nearest to the right
    edge upwards, to the top edge, to the left edge. A pad's place is the centre of its opening's box,
    µm from the lower left corner of the die layer's box (or of the top cell's, without a die layer),
    which must be as large as `die`; a corner elsewhere than at 0, 0 is noted, since any stray shape
    moves the top cell's. Abutting polygons are one opening. Openings smaller than `min_size` are
    left out with a note.
    """
    layout = _load(source)
    top = _top(layout, table.top, source)
    box = _die_box(layout, top, table, source)
    _compare_die(box, die, table, source)
    found = _openings(layout, top, table, source)
    kept, notes = _large(found, table, source)
    nets = _nets(layout, top, kept, table, source)
    pads = [_pad(polygon, net, box, table.view, die) for polygon, net in zip(kept, nets, strict=True)]
    off = [f"{pad.net} at {pad.x:g}, {pad.y:g}" for pad in pads if not die.holds(pad.x, pad.y)]
    if off:
        raise InputError(
            f"{counted(len(off), 'opening lies', 'openings lie')} off the die: {listed(off)}",
            Where(source.path),
            hint="set die_layer",
        )
    pads.sort(key=lambda pad: _turn(pad, die))
    notes = (*_outline(box, die, table).notes(source), *notes)
    return tuple(_named(pad, f"P{n}") for n, pad in enumerate(pads, 1)), notes


def _large(found: list[Any], table: GdsPads, source: Source) -> tuple[list[Any], tuple[str, ...]]:
    """Openings of at least the smallest size, and a note on the others."""
    kept = [p for p in found if min(p.bbox().width(), p.bbox().height()) >= table.min_size]
    if not kept:
        raise InputError(
            f"all {len(found)} openings are smaller than min_size = {table.min_size:g} µm",
            source.setting("min_size"),
            hint="lower min_size, or check opening_layer",
        )
    few, size = len(found) - len(kept), f"{table.min_size:g} µm"
    return kept, (f"{source.label}: {few} of {len(found)} openings dropped: below {size}",) if few else ()


@dataclass(frozen=True, slots=True)
class Outline:
    """The box that is taken for the die: its lower left corner and size in µm, and what it is the box of."""

    left: float
    bottom: float
    die: Die
    what: str

    @property
    def offset(self) -> tuple[float, float]:
        """What is added to the file's coordinates (µm) to count from the die's lower left corner."""
        return -self.left + 0.0, -self.bottom + 0.0

    def notes(self, source: Source) -> tuple[str, ...]:
        """A note where the file's origin is not the die's corner."""
        x, y = self.offset
        if not (x or y):
            return ()
        advice = "; if that is not the die, name the layer of its outline (die_layer)" if "top" in self.what else ""
        corner = f"coordinates count from the lower left corner of the {self.what}'s box"
        return (f"{source.label}: {corner}, moved by {x:.12g}, {y:.12g} µm{advice}",)


def outline_of_gds(table: GdsPads, source: Source) -> Outline:
    """The die's box by its layer (or the top cell), for writing a new design."""
    layout = _load(source)
    box = _die_box(layout, _top(layout, table.top, source), table, source)
    die = validate({"width": round(box.width(), 9), "height": round(box.height(), 9)}, Die, source.path)
    return _outline(box, die, table)


def _outline(box: Any, die: Die, table: GdsPads) -> Outline:
    return Outline(round(box.left, 9), round(box.bottom, 9), die, _box_of(table))


def _box_of(table: GdsPads) -> str:
    return "top cell" if table.die_layer is None else f"die layer {table.die_layer[0]}/{table.die_layer[1]}"


def _turn(pad: Pad, die: Die) -> tuple[int, float, float]:
    """The nearest edge (bottom, right, top, left), how far along it counter-clockwise, how deep; µm."""
    along = (pad.x, pad.y, -pad.x, -pad.y)
    depths = [round(d, 3) for d in (pad.y, die.width - pad.x, die.height - pad.y, pad.x)]
    edge = depths.index(min(depths))
    return edge, along[edge], depths[edge]


def _named(pad: Pad, name: str) -> Pad:
    return Pad(name, pad.x, pad.y, pad.net, pad.width, pad.height, pad.kind)


def _load(source: Source) -> Any:
    import klayout.db as db

    start = read_bytes(source.path, MAX_BYTES)
    if not start:
        raise InputError("the file is empty", Where(source.path), hint="export the layout again")
    if start[:2] == b"\x1f\x8b" and struct.unpack("<I", start[-4:])[0] > max(MAX_UNPACKED, 1100 * len(start)):
        raise InputError("the file is damaged or a gzip bomb", Where(source.path), hint="unpack it with gunzip")
    layout, options = db.Layout(), db.LoadLayoutOptions()
    options.warn_level = 0  # what it warns of on standard error is told below, or of no account
    try:
        layout.read(str(source.path), options)
    except (RuntimeError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise InputError(
            f"not a readable GDS or OASIS file: {reason}",
            Where(source.path),
            hint="the file may be cut off or of another kind; export or copy it again",
        ) from None
    return layout


def _decoded(thing: Any, attribute: str, source: Source) -> str:
    """A cell's name or a text's string, which must be UTF-8."""
    try:
        return str(getattr(thing, attribute))
    except (RuntimeError, UnicodeDecodeError):
        what = "cell's name" if attribute == "name" else "label"
        raise InputError(
            f"a {what} is not UTF-8 text", Where(source.path), hint="export the layout with plain ASCII names"
        ) from None


def _top(layout: Any, name: str | None, source: Source) -> Any:
    tops = sorted(_decoded(cell, "name", source) for cell in layout.top_cells())
    if not tops:
        raise InputError("the file holds no cell", Where(source.path), hint="export the chip's top cell")
    if name is None and len(tops) > 1:
        raise InputError(
            f"the file has {len(tops)} top cells: {listed(tops)}",
            Where(source.path),
            hint=f'name one: top = "{tops[0]}"',
        )
    if name is not None and layout.cell(name) is None:
        raise InputError(
            f"the file has no cell {name!r}", source.setting("top"), hint=f"its top cells are {listed(tops)}"
        )
    return layout.cell(name or tops[0])


def _layer(layout: Any, numbers: tuple[int, int], key: str, source: Source) -> int:
    index = layout.find_layer(*numbers)
    if index is None:
        there = [f"{info.layer}/{info.datatype}" for info in layout.layer_infos()]
        raise InputError(
            f"{source.path.name} has no layer {numbers[0]}/{numbers[1]}",
            source.setting(key),
            hint=f"its layers are {listed(sorted(there))}",
        )
    return int(index)


def _die_box(layout: Any, top: Any, table: GdsPads, source: Source) -> Any:
    box = (
        top.dbbox()
        if table.die_layer is None
        else top.dbbox_per_layer(_layer(layout, table.die_layer, "die_layer", source))
    )
    if box.empty():
        raise InputError(f"cell {top.name} is empty on the die layer", source.setting("die_layer"))
    return box


def _compare_die(box: Any, die: Die, table: GdsPads, source: Source) -> None:
    if max(abs(box.width() - die.width), abs(box.height() - die.height)) > DIE_TOLERANCE:
        raise InputError(
            f"the {_box_of(table)} of {source.path.name} is {box.width():g} x {box.height():g} µm, "
            f"the die {die.width:g} x {die.height:g} µm",
            source.setting("die_layer" if table.die_layer else ""),
            hint=f"set [die] width = {box.width():g}, height = {box.height():g}, "
            'or name the layer of the die\'s outline: die_layer = "LAYER/DATATYPE"',
        )


def _openings(layout: Any, top: Any, table: GdsPads, source: Source) -> list[Any]:
    import klayout.db as db

    index = _layer(layout, table.opening_layer, "opening_layer", source)
    merged = db.Region(top.begin_shapes_rec(index)).merged()
    if merged.is_empty():
        raise InputError(
            f"cell {top.name} has no polygon on layer {table.opening_layer[0]}/{table.opening_layer[1]}",
            source.setting("opening_layer"),
            hint="name the layer of the pad openings",
        )
    return [polygon.to_dtype(layout.dbu) for polygon in merged.each()]


def _texts(layout: Any, top: Any, table: GdsPads, source: Source) -> list[tuple[str, Any]]:
    import klayout.db as db

    iterator = top.begin_shapes_rec(_layer(layout, table.text_layer, "text_layer", source))
    found = []
    while not iterator.at_end():
        shape = iterator.shape()
        if shape.is_text():
            place = iterator.dtrans() * (db.DPoint() + shape.dtext.trans.disp)
            found.append((_decoded(shape, "text_string", source).strip(), place))
        iterator.next()
    return found


def _nets(layout: Any, top: Any, openings: list[Any], table: GdsPads, source: Source) -> list[str]:
    """Each opening's net: the one text in it (or several that say the same)."""
    import klayout.db as db
    import shapely

    texts = _texts(layout, top, table, source)
    inside: list[set[str]] = [set() for _ in openings]
    boxes = [polygon.bbox() for polygon in openings]
    tree = shapely.STRtree([shapely.box(b.left, b.bottom, b.right, b.top) for b in boxes])
    points = shapely.points([(place.x, place.y) for _, place in texts]) if texts else []
    for t, p in tree.query(points, predicate="intersects").T.tolist() if texts else ():
        text, place = texts[t]
        if text and openings[p].inside(db.DPoint(place.x, place.y)):
            inside[p].add(text)
    _refuse_labels(inside, boxes, table, source)
    return [next(iter(names)) for names in inside]


def _refuse_labels(inside: list[set[str]], boxes: list[Any], table: GdsPads, source: Source) -> None:
    def at(box: Any) -> str:
        return f"{box.center().x:g}, {box.center().y:g}"

    where = Where(source.path)
    labelled = list(zip(inside, boxes, strict=True))
    several = [f"{' and '.join(sorted(names))} at {at(box)}" for names, box in labelled if len(names) > 1]
    if several:
        raise InputError(
            f"{counted(len(several), 'opening holds', 'openings hold')} different labels: {listed(several)}",
            where,
            hint="leave one net name in each opening, or separate openings that touch",
        )
    bare = [f"at {at(box)}" for names, box in labelled if not names]
    if bare:
        layer = f"{table.text_layer[0]}/{table.text_layer[1]}"
        raise InputError(
            f"{len(bare)} of {len(boxes)} openings hold no text of layer {layer}: {listed(bare)}",
            where,
            hint="put each pad's net name as a text inside its opening, or set text_layer; "
            "min_size leaves out small openings",
        )


def _pad(polygon: Any, net: str, box: Any, view: View, die: Die) -> Pad:
    own = polygon.bbox()
    centre = np.array([(own.center().x - box.left, own.center().y - box.bottom)])
    x, y = in_layout(centre, view, die)[0].tolist()
    return Pad("", x, y, net, round(own.width(), 9), round(own.height(), 9))
