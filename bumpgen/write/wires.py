"""Bond wires for those who bond them: a table (CSV) and a drawing (DXF). Places are seen from above, lengths µm."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

from bumpgen.wire_list import WireList

if TYPE_CHECKING:
    from ezdxf.document import Drawing
    from ezdxf.layouts import Modelspace

__all__ = ["COLUMNS", "wires_csv", "write_wires_dxf"]

COLUMNS = (
    "number", "wires", "net", "pad", "finger", "pad_x_um", "pad_y_um", "finger_x_um", "finger_y_um", "span_um",
    "length_um", "angle_deg", "allowed_a", "needed_a", "material", "diameter_um", "loop_um", "bond",
)  # fmt: skip

LAYERS = {"DIE": 7, "PAD": 1, "FINGER": 3, "WIRE": 2, "NUMBER": 4, "TITLE": 7}
"""Layers of a DXF drawing with their colours (AutoCAD's index)."""

MICRONS = 13
"""$INSUNITS of µm."""


def wires_csv(lists: tuple[WireList, ...]) -> str:
    """The table: one line a wire; pads and fingers as part.name. `needed_a` is empty where no design states it."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(COLUMNS)
    for wires in lists:
        tail = wires.material, f"{wires.diameter:.10g}", f"{wires.loop:.10g}", wires.bond
        for wire in wires.wires:
            ends = (f"{part}.{name}" for part, name in zip(wire.parts, (wire.pad, wire.finger), strict=True))
            places = (f"{value:.10g}" for value in (*wire.start, *wire.end))
            needed = "" if wire.needed is None else f"{wire.needed:.4g}"
            measured = f"{wire.span:.3f}", f"{wire.length:.3f}", f"{wire.angle:.2f}", f"{wire.allowed:.4g}", needed
            out.writerow((wire.number, wires.name, wire.net, *ends, *places, *measured, *tail))
    return text.getvalue()


def write_wires_dxf(lists: tuple[WireList, ...], path: Path) -> None:
    """The drawing as DXF R2010 in µm: outlines of dies, pads and fingers, a line a wire with its number and net.

    Equal lists give equal bytes: no time and no random id is written.
    """
    import ezdxf
    from ezdxf import options

    stamped = options.write_fixed_meta_data_for_testing
    options.write_fixed_meta_data_for_testing = True
    try:
        drawing = ezdxf.new("R2010")
        _draw(drawing, lists)
        drawing.saveas(path)
    finally:
        options.write_fixed_meta_data_for_testing = stamped


def _draw(drawing: Drawing, lists: tuple[WireList, ...]) -> None:
    drawing.header["$INSUNITS"] = MICRONS
    drawing.header["$MEASUREMENT"] = 1
    for name, color in LAYERS.items():
        drawing.layers.add(name, color=color)
    space = drawing.modelspace()
    boxes = {name: box for wires in lists for name, box in wires.dies.items()}
    for x0, y0, x1, y1 in boxes.values():
        space.add_lwpolyline([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], close=True, dxfattribs={"layer": "DIE"})
    for wires in lists:
        _draw_wires(space, wires)
    if lists:
        left, top = min(box[0] for box in boxes.values()), max(box[3] for box in boxes.values())
        size = (max(box[2] for box in boxes.values()) - left) / 50
        _text(space, lists[0].title, (left, top + size), size, "TITLE")


def _draw_wires(space: Modelspace, wires: WireList) -> None:
    for land in wires.lands:
        layer = "PAD" if land.pad else "FINGER"
        space.add_lwpolyline(land.outline.tolist(), close=True, dxfattribs={"layer": layer})
    for wire in wires.wires:
        space.add_line(wire.start, wire.end, dxfattribs={"layer": "WIRE"})
        _text(space, f"{wire.number} {wire.net}", wire.end, 2 * wires.diameter, "NUMBER")


def _text(space: Modelspace, text: str, place: tuple[float, float], height: float, layer: str) -> None:
    space.add_text(text, height=height, dxfattribs={"layer": layer}).set_placement(place)
