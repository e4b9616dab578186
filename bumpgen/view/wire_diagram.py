"""The bond diagram: pads, fingers and numbered wires from above, to scale, with a table of all wires below."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from bumpgen.geometry import Points
from bumpgen.view.assembly_canvas import GLYPH, LINE, Canvas, shortened, told
from bumpgen.view.picture import Frame, Picture
from bumpgen.wire_list import Box, WireList

__all__ = ["wire_diagram"]

MOST = 900
"""Wires the table shows; of more it says how many it leaves out, which are in the list of wires (CSV)."""
COLUMNS = 3
SMALL = 0.8
LEAST = 0.35
"""Numbers smaller than this, in parts of the font size, can't be read: then every second, fifth, tenth … is written."""
TALLEST = 1.1
"""The drawing is at most this many times as tall as the page is wide."""
PALE = 0.9
HEADS = ("no", "net", "pad", "finger", "µm", "angle")
PLACES = (0.0, 0.1, 0.32, 0.54, 0.75, 0.86)
"""Where the columns of the table start, in parts of its width."""


def wire_diagram(lists: Sequence[WireList], width: int = 1200) -> Picture:
    """The diagram as a picture. InputError for a width out of range."""
    canvas = Canvas.of(width)
    em = canvas.em
    title = lists[0].title
    size = min(1.6, (width - 4 * em) / (GLYPH * em * max(len(title), 1)))
    canvas.write(canvas.margin, 3.0 * em, title, size, bold=True)
    y = 5.0 * em
    for wires in lists:
        canvas.write(canvas.margin, y, _sentence(wires))
        y += LINE * em
    frame, low = _frame(lists, width, em, y + em)
    _draw_dies(canvas, frame, lists)
    for wires in lists:
        _draw_wires(canvas, frame, wires)
    low = canvas.scale_bar(canvas.margin, low + 1.5 * em, frame.scale, 20 * em, ", seen from above")
    for wires in lists:
        low = _table(canvas, wires, low + 3 * em)
    return canvas.picture(f"{title}: bond diagram")


def _sentence(wires: WireList) -> str:
    """What a machine is set by."""
    count, spans = len(wires.wires), [wire.length for wire in wires.wires] or [0.0]
    return (
        f"Bond diagram of {wires.name}: {count} {'wire' if count == 1 else 'wires'} of {wires.material}, "
        f"{told(wires.diameter)} µm, {wires.bond} bonds, loops {told(wires.loop)} µm high, "
        f"{min(spans):.0f} to {max(spans):.0f} µm long"
    )


def _frame(lists: Sequence[WireList], width: int, em: float, top: float) -> tuple[Frame, float]:
    """Where µm lie on the page, and the drawing's lower edge; numbers have room beside it."""
    boxes = [box for wires in lists for box in wires.dies.values()]
    x0, y0, x1, y1 = (pick(side) for pick, side in zip((min, min, max, max), zip(*boxes, strict=True), strict=True))
    scale = min((width - 8 * em) / (x1 - x0), TALLEST * width / (y1 - y0))
    left = (width - (x1 - x0) * scale) / 2
    return Frame(left - x0 * scale, top + y1 * scale, scale, False), top + (y1 - y0) * scale


def _on_page(frame: Frame, points: Points) -> Points:
    return points * (frame.scale, -frame.scale) + (frame.x0, frame.y0)


def _draw_dies(canvas: Canvas, frame: Frame, lists: Sequence[WireList]) -> None:
    """Outlines of all parts with their names inside an upper corner; what wires start on is filled."""
    boxes = {name: box for wires in lists for name, box in wires.dies.items()}
    wired = {wire.parts[0] for wires in lists for wire in wires.wires}
    seen: list[Box] = []
    for name, box in sorted(boxes.items(), key=lambda item: -(item[1][2] - item[1][0]) * (item[1][3] - item[1][1])):
        (x0, low), (x1, top) = frame.to_page(*box[:2]), frame.to_page(*box[2:])
        if name in wired:
            canvas.area("silicon", np.array(((x0, low), (x1, low), (x1, top), (x0, top))))
        canvas.box("ink", (x0, top, x1, low), 0.12)
        drop = 1.3 + 1.2 * seen.count(box)
        canvas.write(x0 + 0.5 * canvas.em, top + drop * canvas.em, name, min(1.0, _fit(name, x1 - x0, canvas.em)))
        seen.append(box)


def _fit(text: str, room: float, em: float) -> float:
    """Size at which a text has room, in parts of the font size."""
    return max(room - em, em) / (GLYPH * em * len(text))


def _draw_wires(canvas: Canvas, frame: Frame, wires: WireList) -> None:
    for land in wires.lands:
        canvas.area("aluminium" if land.pad else "gold", _on_page(frame, land.outline))
    if not wires.wires:
        return
    ends = np.array([(wire.start, wire.end) for wire in wires.wires])
    thick = max(wires.diameter * frame.scale / canvas.em, 0.08)
    for line in ends:
        canvas.lines("wire", _on_page(frame, line).tolist(), thick)
    _number(canvas, wires, _on_page(frame, ends[:, 0]), _on_page(frame, ends[:, 1]), frame.scale)


def _number(canvas: Canvas, wires: WireList, starts: Points, ends: Points, scale: float) -> None:
    """Numbers beyond the fingers, as many as can be read."""
    letters = len(str(len(wires.wires)))
    room = _least_distance(ends) / (GLYPH * letters * canvas.em)
    size = min(SMALL, max(room * PALE, LEAST))
    every = next(step for step in _steps() if step * room * PALE >= size)
    way = ends - starts
    way /= np.maximum(np.hypot(*way.T), 1e-9)[:, None]
    beyond = max((np.ptp(land.outline, axis=0).max() / 2 for land in wires.lands if not land.pad), default=0.0) * scale
    for wire, end, (dx, dy) in zip(wires.wires, ends.tolist(), way.tolist(), strict=True):
        if wire.number == 1 or wire.number % every == 0:
            off = beyond + (0.5 * letters * GLYPH * abs(dx) + 0.5 + 0.4 * abs(dy)) * size * canvas.em
            x, y = end[0] + dx * off, end[1] + dy * off + 0.35 * size * canvas.em
            canvas.write(x, y, str(wire.number), size, anchor="middle")


def _least_distance(points: Points) -> float:
    """Between two neighbours in the order of wires, page units."""
    if len(points) < 2:
        return math.inf
    return max(float(np.hypot(*np.diff(points, axis=0).T).min()), 1e-6)


def _steps() -> Sequence[int]:
    return [factor * 10**power for power in range(8) for factor in (1, 2, 5)]


def _table(canvas: Canvas, wires: WireList, y: float) -> float:
    """Rows in columns, read downwards; the last y."""
    em, shown = canvas.em, wires.wires[:MOST]
    wide = (canvas.width - 2 * canvas.margin) / COLUMNS
    tall = math.ceil(len(shown) / COLUMNS)
    step = LINE * SMALL * em
    for column in range(min(COLUMNS, len(shown))):
        _row(canvas, canvas.margin + column * wide, y, wide, HEADS, bold=True)
        for number, wire in enumerate(shown[column * tall : (column + 1) * tall], 1):
            cells = (str(wire.number), wire.net, wire.pad, wire.finger, f"{wire.length:.0f}", f"{wire.angle:.1f}°")
            _row(canvas, canvas.margin + column * wide, y + number * step, wide, cells)
    low = y + tall * step
    if len(wires.wires) > MOST:
        low += 2 * step
        left_out = len(wires.wires) - MOST
        canvas.write(canvas.margin, low, f"and {left_out} more wires, which the list of wires has", SMALL)
    return low


def _row(canvas: Canvas, x: float, y: float, wide: float, cells: Sequence[str], *, bold: bool = False) -> None:
    ends = (*PLACES[1:], 0.98)
    for place, end, cell in zip(PLACES, ends, cells, strict=True):
        letters = max(2, int((end - place) * wide / (GLYPH * SMALL * canvas.em)))
        canvas.write(x + place * wide, y, shortened(cell, letters), SMALL, bold=bold)
