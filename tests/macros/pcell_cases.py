"""PCells beside the cells that the command line writes, by XOR. Runs in the application and in plain Python."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pya

from bumpgen.cells import CELLS
from bumpgen.draw import draw_cell
from bumpgen.errors import BumpgenError
from bumpgen.macros.pcells.declared import declared
from bumpgen.macros.pcells.drawn import message
from bumpgen.macros.pcells.index import known
from bumpgen.macros.pcells.library import library_name, pcell_name
from bumpgen.process import Process, read_process
from bumpgen.write.gds import write_gds

OUTSIDE = (-1.0, 0.0, 0.0005, 1e6)
"""Lengths (µm) that are negative, nothing, half a grid step, more than a wafer."""


def compare(process_name: str, folder: Path, cell: str, values: dict[str, Any]) -> str:
    """What tells the PCell from the command line's file, "" for nothing; `values` as TOML would hold them."""
    process = read_process(process_name)
    layout = pya.Layout()
    drawn = layout.create_cell(pcell_name(cell), library_name(process_name), _shown(cell, process, values))
    refused = f"{drawn.display_title()}".partition("(wrong: ")[2]
    try:
        written = _written(process, folder, cell, values)
    except BumpgenError as error:
        return "" if refused and message(error).startswith(refused[:-1]) else f"CLI refuses: {error.message}"
    return f"PCell refuses: {refused}" if refused else "; ".join(_differences(layout, drawn, written))


def differences(names: list[str], folder: Path, *, bounds: bool) -> tuple[int, list[str]]:
    """How many cells were compared, and what differs: with defaults, or with each parameter in turn at its bounds."""
    count, told = 0, []
    for name in names:
        for cell in known()[name]["cells"]:
            for values in _at_bounds(cell, read_process(name)) if bounds else [{}]:
                count += 1
                found = compare(name, folder, cell, values)
                told += [f"{name} {cell} {values}: {found}"] if found else []
    return count, told


def _at_bounds(cell: str, process: Process) -> Iterator[dict[str, Any]]:
    for parameter in declared(CELLS[cell], process):
        if parameter.kind == "number":
            whole = {parameter.least, parameter.most, 2.0 * (parameter.default or 0.0), *OUTSIDE}
            yield from ({parameter.name: float(value)} for value in sorted(v for v in whole if v is not None))
        elif parameter.kind == "integer":
            inside = (parameter.least, parameter.least + 8, parameter.most)
            yield from ({parameter.name: int(value)} for value in (*inside, parameter.least - 1, parameter.most + 1))
        else:
            yield from ({parameter.name: choice} for choice in (*parameter.choices, *EXTRA.get(parameter.name, ())))


EXTRA: dict[str, tuple[Any, ...]] = {
    "layer": ("NOWHERE", "rdl"),
    "text": ("LOT 4711", "é", " ", ""),
    "angles": ([0.0, 90.0, 33.3], [400.0]),
    "points": ([[0.0, 0.0], [100.0, 0.0], [150.0, 50.0], [150.0, 200.0]], [[0.0, 0.0], [0.0, 0.0]]),
    "changes": ({"ubm": {"size": 60.0}}, {"nothing": {"size": 1.0}}, {"ubm": {"size": -1.0}}),
    "nested": ([10.0, 20.0],),
}
"""Values of texts and lists, right ones and wrong ones."""


def _shown(cell: str, process: Process, values: dict[str, Any]) -> dict[str, Any]:
    """The values as a script gives them to the application."""
    kinds = {parameter.name: parameter.kind for parameter in declared(CELLS[cell], process)}
    given = {}
    for name, value in values.items():
        if kinds[name] == "path":
            given[name] = pya.DPath([pya.DPoint(x, y) for x, y in value], 1.0)
        elif kinds[name] == "list":
            given[name] = ", ".join(map(str, value))
        else:
            given[name] = json.dumps(value) if kinds[name] == "table" else value
    return given


def _written(process: Process, folder: Path, cell: str, values: dict[str, Any]) -> Any:
    """What `bumpgen cell draw` writes, read again."""
    file = folder / "cell.gds"
    write_gds(draw_cell(CELLS[cell].make(process, **values).draw(process), process), file)
    layout = pya.Layout()
    layout.read(str(file))
    return layout


def _differences(layout: Any, drawn: Any, written: Any) -> Iterator[str]:
    infos = {(i.layer, i.datatype): i for i in (*layout.layer_infos(), *written.layer_infos())}
    for number, info in sorted(infos.items()):
        sides = [_shapes(layout, drawn, info), _shapes(written, written.top_cell(), info)]
        if not (sides[0][0] ^ sides[1][0]).is_empty():
            yield f"layer {number} differs"
        if sides[0][1] != sides[1][1]:
            yield f"texts on {number} differ: {sides[0][1]} and {sides[1][1]}"


def _shapes(layout: Any, cell: Any, info: Any) -> tuple[Any, list[str]]:
    layer = layout.layer(info)
    return pya.Region(cell.begin_shapes_rec(layer)), sorted(map(str, pya.Texts(cell.begin_shapes_rec(layer)).each()))


FUZZED = {
    "bumpgen wlcsp_500": ("Array", "RdlPath", "Ubm", "CapturePad", "Site", "Trace", "A1Mark"),
    "bumpgen gold_rdl": ("WirebondPad",),
}
"""PCells that are given values of all kinds, by library."""

NUMBERS: list[Any] = [None, True, -1.5, 10**9, 1e300, float("inf")]  # not nan: KLayout itself loses its variant
TEXTS: list[Any] = ["", "wide", "[", "{}"]
LISTS: list[Any] = [[], [1.0], [1.0, "x"], [2000.0, 2000.0, 0.0, 0.0], [[0.0, 0.0]], {}, {"a": 1}]
SHAPES: list[Any] = [
    pya.DPoint(1e12, 0), pya.DBox(), pya.DBox(0, 0, 1e9, 1e9), pya.DEdge(0, 0, 10, 10), pya.DText("x", 0, 0),
    pya.DPolygon(pya.DBox(0, 0, 10, 10)), pya.DPath(), pya.DPath([pya.DPoint(0, 0)], 0.0),
]  # fmt: skip


def fuzzed(name: str, library: str) -> list[str]:
    """With which values of its parameters a PCell stays empty, has no title, or raises: none."""
    layout, told = pya.Layout(), []
    names = [parameter.name for parameter in layout.create_cell(name, library, {}).pcell_declaration().get_parameters()]
    for parameter in names:
        for value in (*NUMBERS, *TEXTS, *LISTS, *SHAPES):
            cell = layout.create_cell(name, library, {parameter: value})
            if cell.dbbox().empty() or not cell.display_title():
                told.append(f"{name} {parameter} = {value}")
    return told
