"""`bumpgen compare`: layouts layer by layer, bump maps by name, place and net."""

from __future__ import annotations

import difflib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from bumpgen import resources
from bumpgen.build import build_layout
from bumpgen.check.compare import Axis, Comparison, compare_pair, open_pair, overlay, read_expected
from bumpgen.check.compare_maps import MapComparison, compare_maps
from bumpgen.command import map_table
from bumpgen.command.compare_report import CompareReport
from bumpgen.command.look import replace_file
from bumpgen.command.map_table import BumpMap, Description
from bumpgen.command.new import parse_layer
from bumpgen.design import Design
from bumpgen.errors import InputError, Where
from bumpgen.geometry import View
from bumpgen.layout import Layout
from bumpgen.read import read_design
from bumpgen.read.table import CSV_NAMES, XLSX_NAMES
from bumpgen.write.gds import write_gds

__all__ = ["CompareOptions", "compare"]

MAX_SHRINK = 1000.0
"""Widest shrink that is taken for meant, µm: more would drop whole bumps."""

LAYOUT_NAMES = (".gds", ".gds2", ".gdsii", ".oas", ".oasis")
PICTURE_NAMES = (".svg", ".png")
WHAT = "a layout (.gds, .oas, also .gz), a design (folder, design.toml, shipped name) or a bump map (.csv, .xlsx)"

Kind: TypeAlias = Literal["layout", "design", "map"]


@dataclass(frozen=True, slots=True)
class CompareOptions:
    """The command's options as given; None where one is not. Lengths are µm; those of A begin with a_."""

    shrink: float = 0.0
    layers: tuple[str, ...] = ()
    expect: Path | None = None
    picture: Path | None = None
    view: str | None = None
    a_view: str | None = None
    axis: float | None = None
    unit: str | None = None
    a_unit: str | None = None
    columns: str | None = None
    a_columns: str | None = None
    tolerance: float | None = None

    def views(self) -> tuple[View, View]:
        """The views layouts A and B are drawn in."""
        return View(self.a_view or View.BUMPS_UP), View(self.view or View.BUMPS_UP)

    def described(self, side: str) -> Description:
        """What is said of a table."""
        unit, view, columns = (
            (self.a_unit, self.a_view, self.a_columns) if side == "A" else (self.unit, self.view, self.columns)
        )
        option = "--a-" if side == "A" else "--"
        mapping = map_table.parse_columns(columns, option) if columns is not None else None
        return Description(option, unit, View(view) if view else None, mapping)


@dataclass(frozen=True, slots=True)
class _Thing:
    """One of the two things compared: what it is and where; a design with its tables and drawing."""

    side: str
    name: str
    kind: Kind
    path: Path
    design: Design | None = None

    @property
    def label(self) -> str:
        """What reports call it."""
        return self.name if self.kind == "design" else self.path.name


def compare(a: str, b: str, options: CompareOptions) -> CompareReport:
    """Compare two layouts, two bump maps, or two designs in both ways; a design stands for either.

    Each is named as WHAT says. Raises InputError where one can't be read, or an option has no use.
    """
    _check_numbers(options)
    first, second = _thing("A", a), _thing("B", b)
    kinds = {first.kind, second.kind}
    if kinds == {"layout", "map"}:
        raise InputError(
            f"{first.label} is a {first.kind}, {second.label} a {second.kind}: they have nothing to compare",
            hint="compare either with the design, or two of one kind",
        )
    maps = kinds <= {"map", "design"} and ("map" in kinds or _have_bumps(first, second))
    layouts = "map" not in kinds
    _refuse_useless(options, first, second, maps, layouts)
    found_maps = _compare_maps(first, second, options) if maps else None
    found_layouts = _compare_layouts(first, second, options) if layouts else None
    return CompareReport(first.label, second.label, found_layouts, found_maps, options.picture)


def _check_numbers(options: CompareOptions) -> None:
    if not 0 <= options.shrink <= MAX_SHRINK:
        raise InputError(f"--shrink {options.shrink:g} is not a width in µm", hint=f"use 0 to {MAX_SHRINK:g}")
    if options.tolerance is not None and not 0 <= options.tolerance <= MAX_SHRINK:
        raise InputError(f"--tolerance {options.tolerance:g} is not a length in µm", hint=f"use 0 to {MAX_SHRINK:g}")
    if options.axis is not None and not abs(options.axis) <= 1e6:
        raise InputError(f"--axis {options.axis:g} is not a coordinate in µm", hint="use the x of the die's middle")
    if options.picture is not None and options.picture.suffix.lower() not in PICTURE_NAMES:
        raise InputError(
            f"a picture is .svg or .png, not {options.picture.suffix or 'without a suffix'}",
            Where(options.picture),
            hint="end its name in .svg or .png",
        )


def _thing(side: str, name: str) -> _Thing:
    """What A or B names, told by its ending, its folder's content, or the shipped designs."""
    path = Path(name)
    endings = path.name.lower().removesuffix(".gz")
    if endings.endswith(LAYOUT_NAMES):
        return _Thing(side, name, "layout", _existing(side, path))
    if path.suffix.lower() in (*CSV_NAMES, *XLSX_NAMES):
        return _Thing(side, name, "map", _existing(side, path))
    if path.is_dir() and not (path / "design.toml").is_file():
        raise InputError(f"{side} is a folder without a design.toml", Where(path), hint=f"{side} must be {WHAT}")
    if path.is_dir() or path.suffix == ".toml" or (not path.exists() and name in resources.names("designs")):
        design = read_design(name)
        return _Thing(side, design.name, "design", design.path, design)
    if path.exists():
        raise InputError(f"{side} is none of the files that can be compared", Where(path), hint=f"it must be {WHAT}")
    near = difflib.get_close_matches(name, resources.names("designs"), 1)
    cure = f"did you mean the design {near[0]!r}? " if near else ""
    raise InputError(f"there is no file, folder or shipped design {name!r}", hint=f"{cure}{side} must be {WHAT}")


def _existing(side: str, path: Path) -> Path:
    if path.is_dir():
        raise InputError(f"{side} is a folder", Where(path), hint=f"{side} must be {WHAT}")
    if not path.is_file():
        near = difflib.get_close_matches(path.name, [p.name for p in path.parent.glob("*")], 1)
        raise InputError("no such file", Where(path), hint=f"did you mean {near[0]!r}?" if near else "check the name")
    return path


def _have_bumps(*things: _Thing) -> bool:
    return all(thing.design is not None and bool(thing.design.bumps) for thing in things)


def _refuse_useless(options: CompareOptions, a: _Thing, b: _Thing, maps: bool, layouts: bool) -> None:
    """An option that would change nothing is most likely a misunderstanding."""
    given = {
        "--shrink": (options.shrink, layouts), "--layer": (options.layers, layouts),
        "--expect": (options.expect, layouts), "--picture": (options.picture, layouts),
        "--tolerance": (options.tolerance, maps),
        "--unit": (options.unit, b.kind == "map"), "--columns": (options.columns, b.kind == "map"),
        "--view": (options.view, b.kind != "design"), "--a-unit": (options.a_unit, a.kind == "map"),
        "--a-columns": (options.a_columns, a.kind == "map"), "--a-view": (options.a_view, a.kind != "design"),
    }  # fmt: skip
    useless = [option for option, (value, used) in given.items() if value not in (None, 0.0, ()) and not used]
    if useless:
        raise InputError(
            f"{useless[0]} has no use here: A is a {a.kind}, B a {b.kind}",
            hint=f"leave {useless[0]} out; a design states its own view and unit",
        )


def _compare_maps(first: _Thing, second: _Thing, options: CompareOptions) -> MapComparison:
    a, b = _map_of(first, options), _map_of(second, options)
    sides, notes = [], []
    for side, bumps, other in (("A", a, b), ("B", b, a)):
        axis, words = _map_axis(bumps, other, options.axis)
        sides.append(map_table.to_bumps_up(bumps, axis))
        if bumps.view.mirrored:
            notes.append(f"{side} ({bumps.view}) turned to bumps_up about x = {axis:.10g} µm, {words}")
    bare = [f"{side} ({bumps.source})" for side, bumps in (("A", a), ("B", b)) if not bumps.has_nets]
    if bare:
        notes.append(f"nets are not compared: {' and '.join(bare)} has none")
    if a.die and b.die and a.die != b.die:
        notes.append(f"the dies differ: A's is {a.die[0]:g} x {a.die[1]:g} µm, B's {b.die[0]:g} x {b.die[1]:g} µm")
    tolerance = 0.001 if options.tolerance is None else options.tolerance
    return compare_maps(sides[0], sides[1], tolerance, nets=not bare, notes=tuple(notes))


def _map_of(thing: _Thing, options: CompareOptions) -> BumpMap:
    if thing.design is not None:
        return map_table.design_map(thing.design)
    return map_table.read_map(thing.path, options.described(thing.side))


def _map_axis(bumps: BumpMap, other: BumpMap, stated: float | None) -> tuple[float, str]:
    """The axis a mirrored map is turned about, µm, and where that comes from."""
    if stated is not None:
        return stated, "as --axis states"
    for map_ in (bumps, other):
        if map_.die is not None:
            return map_.die[0] / 2, f"the middle of the die of {map_.source}"
    xs = [ball.x for ball in (*bumps.balls, *other.balls)]
    return (min(xs) + max(xs)) / 2, "the middle of all bumps (a shift along x can't be seen so; --axis X states it)"


def _compare_layouts(first: _Thing, second: _Thing, options: CompareOptions) -> Comparison:
    expected = read_expected(options.expect) if options.expect else None
    layers = tuple(parse_layer(text) for text in options.layers) or None
    with tempfile.TemporaryDirectory() as folder:
        paths, drawn = [], []
        for thing in (first, second):
            layout = build_layout(thing.design) if thing.design is not None else None
            drawn.append((thing, layout))
            paths.append(thing.path if layout is None else Path(folder) / f"{thing.side}.gds")
            if layout is not None:
                write_gds(layout, paths[-1])
        pair = open_pair(paths[0], paths[1], views=options.views(), axis=_layout_axis(drawn, options.axis))
    result = compare_pair(pair, layers=layers, shrink=options.shrink, expected=expected)
    if options.picture is not None:
        _draw(overlay(pair, result, first.label, second.label), options.picture)
    return result


def _layout_axis(drawn: list[tuple[_Thing, Layout | None]], stated: float | None) -> Axis | None:
    """The axis a mirrored layout is turned about: stated, or the middle of a design's die."""
    if stated is not None:
        return Axis(stated, "as --axis states")
    for thing, layout in drawn:
        if layout is not None and layout.outline is not None:
            return Axis((layout.outline[0] + layout.outline[2]) / 2, f"the middle of the die of {thing.label}")
    return None


def _draw(over: Any, path: Path) -> None:
    from bumpgen.view.difference import difference_png, difference_svg

    data = difference_png(over) if path.suffix.lower() == ".png" else difference_svg(over).encode()
    replace_file(path, lambda target: target.write_bytes(data))
