"""A process as a technology of KLayout: its properties (.lyt) and how its layers look (.lyp)."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from bumpgen.layout import Meaning
from bumpgen.process import Process
from bumpgen.write.units import units

__all__ = ["GROUP", "database_unit", "layer_properties", "technology"]

GROUP = "bumpgen"
"""Under which KLayout's technology manager lists them."""

FILLS: dict[Meaning, tuple[int, ...]] = {
    "metal": (5, 9, 11, 4),
    "opening": (1,),
    "body": (2,),
    "area": (1,),
    "text": (1,),
}
"""KLayout's numbers of fill patterns: metals hatched by turns, bodies dotted, all else hollow."""

WIDTHS: dict[Meaning, int] = {"opening": 2, "body": 2}
"""Width of the frame in pixels where it isn't 1."""


def database_unit(process: Process) -> float:
    """The database unit of files of a process, µm, as the writers take it."""
    return units(process.grid.value).database


def technology(process: Process) -> bytes:
    """The .lyt file: database unit, grid, layer properties, and what touches what, for tracing nets."""
    import klayout.db as db

    found = db.Technology()
    found.name, found.group, found.description = process.name, GROUP, process.title
    found.dbu = database_unit(process)
    found.layer_properties_file = f"{process.name}.lyp"
    found.add_other_layers = True
    options = found.save_layout_options
    options.gds2_write_timestamps = False
    options.gds2_max_vertex_count = 8190
    found.save_layout_options = options
    grids = "".join(f"<default-grids>{','.join(_grids(process))}</default-grids>")
    text = found.to_xml().replace("<default-grids/>", grids)
    return text.replace(" <connectivity>\n </connectivity>\n", _connectivity(process)).encode()


def _grids(process: Process) -> list[str]:
    """The grid of the process and coarser ones to draw on, µm; KLayout offers them from 0.28.17 on."""
    return [f"{process.grid.value * factor:g}" for factor in (1, 10, 100, 1000)]


def _connectivity(process: Process) -> str:
    """What touches what, in the words of KLayout's net tracer."""

    def layers(names: tuple[str, ...]) -> str:
        return "*".join(f"{process.layers[name].gds[0]}/{process.layers[name].gds[1]}" for name in names)

    rows = []
    for row in process.connections:
        lower, upper = row.between
        between = (layers((lower,)), layers(row.via), layers((upper,)))
        rows.append(f"  <connection>{','.join(between)}</connection>\n")
    return f" <connectivity>\n{''.join(rows)} </connectivity>\n"


def layer_properties(process: Process) -> bytes:
    """The .lyp file: each layer's name, colour and fill, from the chip up."""
    import klayout.lay as lay

    view = lay.LayoutView()
    metals = 0
    for name, layer in process.layers.items():
        node: Any = lay.LayerPropertiesNode()
        node.source = f"{layer.gds[0]}/{layer.gds[1]}@1"
        node.name = f"{name} {layer.gds[0]}/{layer.gds[1]}"
        node.fill_color = node.frame_color = int(layer.color[1:], 16)
        fills = FILLS[layer.meaning]
        node.dither_pattern = fills[metals % len(fills)]
        node.width = WIDTHS.get(layer.meaning, 1)
        node.transparent = layer.meaning == "body"
        metals += layer.meaning == "metal"
        view.insert_layer(view.end_layers(), node)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "layers.lyp"
        view.save_layer_props(str(path))
        return path.read_bytes()
