"""One step of a process on a cut as a picture: to scale, dimensioned, with what it changed and what is wrong."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from bumpgen.errors import InputError
from bumpgen.process import Process
from bumpgen.section.read import Frame, LedgerRow, Strip
from bumpgen.view.assembly_canvas import LINE, Canvas, told
from bumpgen.view.assembly_cut import Section
from bumpgen.view.assembly_palette import FILLS
from bumpgen.view.assembly_panel import Height, Panel, draw_heights, draw_width, paint
from bumpgen.view.picture import Picture
from bumpgen.view.section_solids import Shown, kind_of, shown_of, solids_of

__all__ = ["Look", "draw_frame", "draw_materials", "look_of", "step_picture"]

STRETCHES = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
"""Vertical exaggerations that may be chosen."""
ASPECT = 0.42
"""Height of a drawing over its width up to which a larger exaggeration is chosen."""
GROUND = 0.14
"""How much of what is shown is wafer, in parts of what lies above it."""
NARROW = 0.5
"""Pieces narrower than this are not dimensioned, µm."""
TALLEST = 3.0
"""Height over width of a drawing that is still made."""
WRONG = "#b03a2e"


@dataclass(frozen=True, slots=True)
class Look:
    """What a drawing of a cut shows: along the cut and in height (µm), and how many times higher than wide it is."""

    window: tuple[float, float, float, float]
    tall: float


def look_of(strip: Strip, frame: Frame, tall: float | None = None) -> Look:
    """The whole cut with everything on it; the wafer is cut off below. `tall` is a wanted exaggeration.

    Without one films are drawn higher, as far as the page allows; solder is drawn round.
    """
    length, high, low = strip.cut.length, 0.0, 0.0
    for piece in frame.state.pieces:
        x0, _, x1, y1 = piece.area.bounds
        if x1 > 0 and x0 < length:
            high = max(high, y1)
    high = max(high * 1.12, length / 400)
    if frame.faces:
        high = frame.faces[1] + GROUND * (frame.faces[1] - frame.faces[0])
    low = -GROUND * high
    if high - low > TALLEST * length:
        raise InputError(
            f"a cut of {length:g} µm is too short to be drawn: what stands on it is {high:.4g} µm tall",
            hint=f"take one of {high / TALLEST:.3g} µm and more",
        )
    most = 1.0 if frame.state.drops else STRETCHES[-1]
    fitting = [one for one in STRETCHES if one <= most and (high - low) * one <= ASPECT * length]
    return Look((0.0, low, length, high), tall or (fitting or [1.0])[-1])


def draw_frame(canvas: Canvas, strip: Strip, frame: Frame, look: Look, left: float, top: float, width: float) -> Panel:
    """The frame's drawing from page `left`, `top` on, `width` wide."""
    window = look.window
    panel = Panel(left, top, width / (window[2] - window[0]), window, look.tall)
    section = Section(strip.cut, solids_of(frame.state, strip.process), (), {})
    paint(canvas, section, panel)
    return panel


def step_picture(strip: Strip, frame: Frame, width: int = 1400, tall: float | None = None) -> Picture:
    """A step as a page: drawing, heights, a width, materials, what it changed, warnings.

    `width` is in pixels, `tall` the vertical exaggeration, chosen if it is None and told in any case.
    """
    canvas = Canvas.of(width)
    em, left = canvas.em, canvas.margin
    look = look_of(strip, frame, tall)
    heading = f"{strip.of}: {frame.heading}" if strip.of else frame.heading
    size = min(1.6, (canvas.width - 2 * left) / canvas.room(heading))
    canvas.write(left, left + em, heading, size, bold=True)
    y = canvas.paragraph(left, left + 2.9 * em, canvas.width - 2 * left, _said(strip, look))
    shown = shown_of(frame.state, (0.0, strip.cut.length))
    heights = _heights(shown, look)
    room = max((canvas.room(height.label, 0.9) for height in heights), default=0.0) + 7 * em
    panel = draw_frame(canvas, strip, frame, look, left, y + 3.2 * em, canvas.width - 2 * left - room)
    canvas.low = max(canvas.low, panel.bottom)
    draw_heights(canvas, panel, heights, panel.right)
    _draw_width(canvas, frame, panel)
    low = canvas.scale_bar(left, canvas.low + 1.2 * em, panel.scale, 0.25 * canvas.width, _scale_told(look))
    canvas.low = max(canvas.low, low)
    low = _draw_warnings(canvas, frame, left, canvas.low + 2 * em)
    top = max(canvas.low, low) + em
    draw_materials(canvas, strip.process, [frame], left, top, 0.42 * canvas.width)
    _draw_ledger(canvas, frame, strip.process, 0.47 * canvas.width, top)
    return canvas.picture(f"{strip.process.name}: {heading}")


def _said(strip: Strip, look: Look) -> str:
    stretch = "One scale along x and z." if look.tall == 1 else f"Heights are drawn {look.tall:g} times larger."
    thick = -min(frame.state.box[2] for frame in strip.frames)
    below = f"Of {thick:g} µm below the films the top is shown."
    below += f" Not drawn by the layout: {', '.join(strip.left_out)}." if strip.left_out else ""
    return f"{strip.process.name}, cut along {strip.cut.told()}. {stretch} Lengths in µm. {below}"


def _scale_told(look: Look) -> str:
    return " along x and z (1:1)" if look.tall == 1 else f" along x; z is {look.tall:g} times larger"


def _heights(shown: Sequence[Shown], look: Look) -> list[Height]:
    """Heights of all films, but of what lies in the wafer's shown part."""
    return [
        Height(max(one.low, look.window[1]), one.high, f"{one.film.replace('_', ' ')} {one.thickness:.4g}")
        for one in shown
        if one.high > 0 and one.high <= look.window[3] + 1e-6
    ]


def _draw_width(canvas: Canvas, frame: Frame, panel: Panel) -> None:
    """The width of a piece, nearest to the middle, of the film that the step changed most."""
    found = _changed_piece(frame, panel)
    if found is not None:
        film, span, z = found
        y = panel.top - 0.8 * canvas.em
        draw_width(canvas, panel, span, z, y, f"{film.replace('_', ' ')} {told(span[1] - span[0])}")


def _changed_piece(frame: Frame, panel: Panel) -> tuple[str, tuple[float, float], float] | None:
    import shapely

    own = {getattr(frame.step, "film", ""), *getattr(frame.step, "films", ())}
    changed = [row for row in frame.ledger if abs(row.change) > 1e-3 and row.after > 0]
    length = panel.window[2]
    for row in sorted(changed, key=lambda row: (row.film not in own, -abs(row.change))):
        pieces = [one.area for one in frame.state.pieces if one.film == row.film]
        boxes = [part.bounds for area in pieces for part in shapely.get_parts(area)]
        inside = [box for box in boxes if box[0] > 0 and box[2] < length and box[2] - box[0] > NARROW]
        if inside:
            x0, _, x1, high = min(inside, key=lambda box: abs(box[0] + box[2] - length))
            return row.film, (x0, x1), high
    return None


def _draw_warnings(canvas: Canvas, frame: Frame, left: float, y: float) -> float:
    em = canvas.em
    for warned in frame.warned:
        for text, color in ((f"! {warned.text}", WRONG), (f"   cure: {warned.cure}", "#333333")):
            canvas.write(left, y + em, text, 0.95, color=color)
            y += LINE * em
    return y


def draw_materials(
    canvas: Canvas, process: Process, frames: Sequence[Frame], left: float, top: float, width: float
) -> float:
    """Swatches of what is painted, with the films' and materials' names; returns the lowest y."""
    em = canvas.em
    names: dict[str, list[str]] = {}
    for frame in frames:
        for piece in frame.state.pieces:
            material = process.materials[piece.material].name.split(" (")[0]
            light = "exposed " if getattr(piece, "exposed", False) else ""
            text = f"{light}{piece.film.replace('_', ' ')} ({material})"
            names.setdefault(kind_of(piece, process), []).append(text)
    canvas.write(left, top + em, "Materials", 1.1, bold=True)
    y = top + 2.2 * em
    letters = int((width - 2.4 * em) / (0.56 * em))
    for kind in FILLS:
        if kind in names:
            canvas.swatch(kind, left, y)
            for line in textwrap.wrap(", ".join(dict.fromkeys(names[kind])), letters):
                canvas.write(left + 2.2 * em, y + 0.85 * em, line, 0.9)
                y += LINE * em
    return y


def _draw_ledger(canvas: Canvas, frame: Frame, process: Process, left: float, top: float) -> None:
    """What there is of each film on the cut before and after the step; of solder also the volume."""
    em, width = canvas.em, canvas.width - canvas.margin - left
    blank = {film.name for film in process.films if film.layer is None and film.thickness.value == _deepest(process)}
    ends = (left, left + 0.66 * width, left + 0.83 * width, left + width)
    canvas.write(left, top + em, "On this cut, µm²", 1.1, bold=True)
    y = top + 2.6 * em
    for x, head in zip(ends, ("film", "before", "after", "change"), strict=True):
        canvas.write(x, y, head, 0.85, anchor="end" if x > left else "start", bold=True)
    for row in (row for row in frame.ledger if row.film not in blank):
        y += 1.3 * em
        for x, text in zip(ends, _cells(row), strict=True):
            canvas.write(x, y, text, 0.85, anchor="end" if x > left else "start", bold=abs(row.change) > 1e-3)


def _deepest(process: Process) -> float:
    """Thickness of the wafer or board, that nothing changes."""
    return max(film.thickness.value for film in process.films)


def _cells(row: LedgerRow) -> tuple[str, str, str, str]:
    name = row.film.replace("_", " ")
    if row.volume_after or row.volume_before:
        kept = abs(row.volume_after - row.volume_before) < 1e-6 * max(row.volume_before, 1.0)
        name += f", {row.volume_after:,.0f} µm³" + (" as before" if kept and row.volume_before else "")
    change = f"{row.change:+,.2f}" if abs(row.change) > 1e-3 else ""
    return name, f"{row.before:,.2f}", f"{row.after:,.2f}", change
