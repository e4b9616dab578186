"""Array and RdlPath beside designs that the command line draws; compared in the application and in plain Python."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pya

from bumpgen.macros.pcells.index import known
from bumpgen.macros.pcells.library import library_name
from bumpgen.process import Process, read_process

ARRANGEMENTS = ("grid", "staggered", "rings")
BENT = ((1000.0, 1000.0), (1010.0, 1000.0), (1010.0, 2500.0), (2000.0, 3450.0), (4000.0, 3450.0))
"""A wire (µm) whose first part ends inside its pad: the teardrop points to where the second one crosses the rim."""
SHARP = ((1000.0, 1000.0), (3000.0, 1000.0), (1500.0, 1300.0), (1500.0, 3450.0))
"""A wire whose bends are so sharp that its metal must be filled there, by the notch rule."""
PATHS = {"bent": BENT, "sharp": SHARP}
FACET = 150
"""Deviations of a circle from a circle with other corners (nm): a pad's site may have more than the pad alone."""

DESIGN = """\
name = "guided"
process = "{process}"
[die]
width = {die}
height = {die}
[bumps]
site = "{site}"
{bumps}
"""

ARRAY = """\
[bumps.array]
kind = "{kind}"
columns = 5
rows = 5
rings = 2
pitch = [{pitch}, {pitch}]
first = [{first}, {first}]
"""

WIRE = """\
[bumps.table]
file = "bumps.csv"
unit = "um"
view = "bumps_up"
columns = {{ name = "name", x = "x", y = "y", net = "net" }}
[routes]
file = "routes.csv"
unit = "um"
view = "bumps_up"
columns = {{ name = "name", net = "net", width = "width", points = "points" }}
"""


def built(folder: Path) -> None:
    """Write the designs of all cases as GDS files, in plain Python."""
    for name, kind in array_cases():
        pitch = _default(name, "pitch")
        bumps = ARRAY.format(kind=kind, pitch=pitch, first=2 * pitch)
        text = DESIGN.format(process=name, die=8 * pitch, site=_default(name, "kind"), bumps=bumps)
        _build(text, folder, f"array_{name}_{kind}")
    for name, kind in wire_cases():
        path, width = PATHS[kind], read_process(name).default("trace")["width"]
        ends = ("A1", *path[0]), ("A2", *path[-1])
        (folder / "bumps.csv").write_text("name,x,y,net\n" + "".join(f"{name},{x},{y},N\n" for name, x, y in ends))
        points = " ".join(f"{x}:{y}" for x, y in path)
        (folder / "routes.csv").write_text(f'name,net,width,points\nw,N,{width},"{points}"\n')
        _build(DESIGN.format(process=name, die=5000.0, site="bump", bumps=WIRE.format()), folder, f"wire_{name}_{kind}")


def _build(text: str, folder: Path, name: str) -> None:
    from bumpgen.build import build_layout
    from bumpgen.write.gds import write_gds

    (folder / "design.toml").write_text(text)
    write_gds(build_layout(folder / "design.toml"), folder / f"{name}.gds")


def _default(process: str, parameter: str) -> Any:
    layout = pya.Layout()  # kept, or its cells are gone
    return layout.create_cell("Array", library_name(process), {}).pcell_parameter(parameter)


def array_cases() -> list[tuple[str, str]]:
    """Each process with each arrangement."""
    return [(name, kind) for name, row in known().items() if "site" in row["cells"] for kind in ARRANGEMENTS]


def wire_cases() -> list[tuple[str, str]]:
    """Processes whose bumps have teardrops on the layer that routes are drawn on, with each path."""
    found = []
    for name in known():
        process = read_process(name)
        pads = [part.values() for part in process.sites.get("bump", ()) if part.cell == "capture_pad"]
        if pads and pads[0].get("teardrop") == "straight" and pads[0].get("layer") == _wired(process):
            found += [(name, kind) for kind in PATHS]
    return found


def _wired(process: Process) -> str:
    return str(process.default("trace").get("layer", "RDL"))


def differences(folder: Path) -> list[str]:
    """What tells the PCells from the designs that `built` wrote: nothing."""
    told = [f"{name} {kind}: layer {layer} differs" for name, kind in array_cases()
            for layer in _array(name, kind, folder / f"array_{name}_{kind}.gds")]  # fmt: skip
    return told + [f"{name} {kind}: layer {layer} differs" for name, kind in wire_cases()
                   for layer in _wire(read_process(name), PATHS[kind], folder / f"wire_{name}_{kind}.gds")]  # fmt: skip


def _array(process: str, kind: str, file: Path) -> list[str]:
    layout, name, pitch = pya.Layout(), library_name(process), _default(process, "pitch")
    site = layout.create_cell("Site", name, {}).dbbox()
    right = (4.5 if kind == "staggered" else 4.0) * pitch  # shifted rows are as long
    box = pya.DBox(site.left, site.bottom, site.right + right, site.top + 4 * pitch).moved(2 * pitch, 2 * pitch)
    return _differing(layout, layout.create_cell("Array", name, {"arrangement": kind, "box": box}), file, 0)


def _wire(process: Process, points: tuple[tuple[float, float], ...], file: Path) -> list[str]:
    """One between two bumps of a net."""
    layout = pya.Layout()
    width, size = process.default("trace")["width"], process.default("capture_pad")["size"]
    path = pya.DPath([pya.DPoint(x, y) for x, y in points], width)
    values = {"path": path, "layer": _wired(process), "width": width, "start_size": size, "end_size": size}
    return _differing(layout, layout.create_cell("RdlPath", library_name(process.name), values), file, FACET)


def _differing(layout: Any, cell: Any, file: Path, allowed: int) -> list[str]:
    """The layers on which a PCell differs from a file by more than `allowed` (nm)."""
    told, written = [], pya.Layout()
    written.read(str(file))
    for info in layout.layer_infos():
        ours = pya.Region(cell.begin_shapes_rec(layout.layer(info)))
        theirs = pya.Region(written.top_cell().begin_shapes_rec(written.layer(info.layer, info.datatype)))
        if ours.is_empty() or not (ours ^ theirs).sized(-allowed // 2).is_empty():
            told.append(str(info))
    return told
