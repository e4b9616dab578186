"""The side view of an assembly: a cut to scale with all heights, one joint of each kind enlarged, materials, a table.

Every drawing has one scale along both axes; nothing is exaggerated. Where the whole is too wide to show heights, it is
drawn small and a part of it, between break lines, larger below.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bumpgen.assembly_picture import AssemblyPicture
from bumpgen.cut import Cut
from bumpgen.report import counted
from bumpgen.view.assembly_canvas import Canvas, told
from bumpgen.view.assembly_cut import Section, default_cut, section_of
from bumpgen.view.assembly_detail import details_of, draw_detail
from bumpgen.view.assembly_panel import Height, Panel, draw_breaks, draw_heights, paint
from bumpgen.view.assembly_table import ROW, TableRow, draw_legend, draw_table, rows_of
from bumpgen.view.picture import Picture

__all__ = ["SidePage", "assembly_side_png", "assembly_side_svg", "side_page", "side_picture"]

TALLEST = 34.0
"""Most room for the height of a cut, in parts of the font size (the page is 100 wide)."""
SMALL = 14.0
"""A whole that comes out lower than this is shown in part, larger."""
DETAILS = 4
"""Joints that are enlarged at most."""
FEW = 6
"""Rows of the table that don't stand in a column of their own."""


@dataclass(frozen=True, slots=True, eq=False)
class SidePage:
    """A side view: its picture, the panels on it (the whole first), the cut and the table's rows."""

    picture: Picture
    panels: tuple[Panel, ...]
    section: Section
    rows: tuple[TableRow, ...]


def assembly_side_svg(picture: AssemblyPicture, width: int = 1400, cut: Cut | None = None) -> str:
    """The side view as an SVG document, `width` pixels wide.

    `cut` is the line to cut along; by default along x through most joints. InputError if it misses every part.
    """
    from bumpgen.view.svg import to_svg

    return to_svg(side_picture(picture, width, cut))


def assembly_side_png(picture: AssemblyPicture, width: int = 1800, cut: Cut | None = None) -> bytes:
    """The side view as a PNG file's bytes; else as assembly_side_svg."""
    from bumpgen.view.png import to_png

    return to_png(side_picture(picture, width, cut))


def side_picture(picture: AssemblyPicture, width: int = 1400, cut: Cut | None = None) -> Picture:
    """The side view as a value."""
    return side_page(picture, width, cut).picture


def side_page(picture: AssemblyPicture, width: int = 1400, cut: Cut | None = None) -> SidePage:
    """The side view with the panels it is made of."""
    canvas = Canvas.of(width)
    section = section_of(picture, cut or default_cut(picture))
    _draw_head(canvas, picture, section)
    top = canvas.low + 1.5 * canvas.em
    panels = _draw_cut(canvas, picture, section, top)
    rows = rows_of(picture)
    _draw_below(canvas, picture, panels[0], rows, top)
    return SidePage(canvas.picture(f"{picture.title}: side view"), tuple(panels), section, tuple(rows))


def _draw_head(canvas: Canvas, picture: AssemblyPicture, section: Section) -> None:
    em, left = canvas.em, canvas.margin
    size = min(1.6, (canvas.width - 2 * left) / canvas.room(picture.title))
    canvas.write(left, left + em, picture.title, size, bold=True)
    seen = [name for name, spans in section.spans.items() if spans]
    missed = [name for name, spans in section.spans.items() if not spans]
    joints = counted(len(section.joints), *picture.joint)
    said = f"Side view, cut along {section.cut.told()}: through {joints} of {', '.join(seen)}"
    said += f"; not through {', '.join(missed)}" if missed else ""
    said += ". Lengths in µm, heights above the lowest side. Every drawing has one scale along x and z (1:1)."
    said += f" {picture.joint[1].capitalize()} are shown through their middles."
    said += " Wires along the cut, and what they end on, are projected on to it." if section.wires else ""
    said += " Wires across it are seen pale behind the bodies." if section.behind else ""
    canvas.low = canvas.paragraph(left, left + 2.9 * em, canvas.width - 2 * left, said)


def _draw_cut(canvas: Canvas, picture: AssemblyPicture, section: Section, top: float) -> list[Panel]:
    """The whole cut from page y `top` on; if that is too low to show heights, a part of it larger below."""
    em, length, total = canvas.em, section.cut.length, picture.top
    heights = list(_heights(picture, section))
    labels = max((canvas.room(height.label, 0.9) for height in heights), default=0.0) + 9 * em
    room = canvas.width - 2 * canvas.margin - labels
    if room / length * total >= SMALL * em:
        scale = min(room / length, TALLEST * em / total)
        whole = Panel(canvas.margin, top, scale, (0.0, 0.0, length, total))
        _draw_panel(canvas, picture, section, whole, heights)
        return [whole]
    scale = (canvas.width - 2 * canvas.margin) / length
    whole = Panel(canvas.margin, top + em, scale, (0.0, 0.0, length, total))
    shown = max(room * total / (TALLEST * 0.8 * em), 0.12 * length, _least_shown(section))
    larger = room / shown
    start = _telling(section, shown)
    _draw_panel(canvas, picture, section, whole, [])
    low, high = whole.x(start), whole.x(start + shown)
    canvas.box("window", (low, whole.top - 0.4 * em, high, whole.bottom + 0.4 * em))
    canvas.write(low, whole.top - 0.7 * em, "shown below", 0.8, color="#c0392b")
    part = Panel(canvas.margin, canvas.low + 1.5 * em, larger, (start, 0.0, start + shown, total))
    _draw_panel(canvas, picture, section, part, heights)
    draw_breaks(canvas, part, start > 1e-6, start + shown < length - 1e-6)
    return [whole, part]


def _least_shown(section: Section) -> float:
    """Length of the cut that holds a whole wire and the joint nearest to it, with some room; 0 without wires."""
    joints = [joint.at for joint in section.joints]
    wires = [(float(line[:, 0].min()), float(line[:, 0].max())) for _, line in section.wires]
    spans = [max(high, at) - min(low, at) for low, high in wires for at in joints]
    return min(min(spans) / 0.8, 0.7 * section.cut.length) if spans else 0.0


def _telling(section: Section, shown: float) -> float:
    """Where along the cut a window of a length shows joints of most entries, a whole wire, most ends of bodies."""
    edges = [end for spans in section.spans.values() for span in spans for end in span]
    wires = [(float(line[:, 0].min()), float(line[:, 0].max())) for _, line in section.wires]
    last = max(section.cut.length - shown, 0.0)
    wanted = [*edges, *(end for wire in wires for end in wire), *(joint.at for joint in section.joints)]
    starts = {min(max(at - shown * share, 0.0), last) for at in wanted for share in (0.05, 0.1, 0.5, 0.9, 0.95)}

    def worth(start: float) -> tuple[int, int, int, int, float]:
        end = start + shown
        joints = [
            joint for joint in section.joints if start <= joint.at - 0.08 * shown and joint.at + 0.08 * shown <= end
        ]
        whole = any(start <= low and high <= end for low, high in wires)
        seen = sum(start <= at <= end for at in edges)
        return len({joint.entry for joint in joints}), int(whole), seen, min(len(joints), 20), -start

    return max(sorted({0.0, last / 2, last} | starts), key=worth)


def _draw_panel(
    canvas: Canvas, picture: AssemblyPicture, section: Section, panel: Panel, heights: list[Height]
) -> None:
    """The cut within a panel, names of parts in their bodies and heights if there are any, a scale bar below."""
    em = canvas.em
    paint(canvas, section, panel)
    if heights:
        _draw_names(canvas, picture, section, panel)
    draw_heights(canvas, panel, heights, panel.right)
    canvas.low = canvas.scale_bar(
        panel.left, max(panel.bottom, canvas.low) + 0.9 * em, panel.scale, 0.25 * canvas.width
    )


def _draw_names(canvas: Canvas, picture: AssemblyPicture, section: Section, panel: Panel) -> None:
    """Each part's name in the longest piece of its body, where it fits in."""
    s0, _, s1, _ = panel.window
    for part in picture.parts:
        spans = [(max(low, s0), min(high, s1)) for low, high in section.spans[part.name] if high > s0 and low < s1]
        if not spans:
            continue
        low, high = max(spans, key=lambda span: span[1] - span[0])
        name = f"{part.name} (face {part.facing})"
        if (
            part.thickness * panel.scale > 1.3 * canvas.em
            and (high - low) * panel.scale > canvas.room(name) + canvas.em
        ):
            y = panel.y((part.low + part.high) / 2) + 0.35 * canvas.em
            canvas.write(panel.x((low + high) / 2), y, name, 0.9, anchor="middle")


def _heights(picture: AssemblyPicture, section: Section) -> Iterator[Height]:
    """Bodies, gaps, glue, loops, filling: what the heights of the stack are made of."""
    for part in picture.parts:
        if section.spans[part.name]:
            yield Height(part.low, part.high, f"{part.name} {told(part.thickness)}")
            if part.glue:
                yield Height(part.glue.low, part.glue.high, f"glue {told(part.glue.high - part.glue.low)}")
    for joints in picture.joints:
        faces = [picture.part(name).face for name in joints.between]
        if len(faces) == 1:
            rise = max(kind.gap for kind in joints.kinds)
            low, high = sorted((faces[0], faces[0] + rise))
            yield Height(low, high, f"{joints.name} {told(abs(rise))} {'over' if rise > 0 else 'below'} face")
        elif len(joints.places):
            yield Height(min(faces), max(faces), f"gap of {joints.name} {told(max(faces) - min(faces))}")
    for wires in picture.wires:
        if len(wires.nets):
            yield Height(max(wires.heights), wires.top, f"loop of {wires.name} {told(wires.loop)}")
    if picture.fill:
        yield Height(picture.fill.low, picture.fill.high, f"encapsulation {told(picture.fill.high - picture.fill.low)}")
    yield Height(0.0, picture.top, f"in all {told(picture.top)}")


def _draw_below(canvas: Canvas, picture: AssemblyPicture, whole: Panel, rows: list[TableRow], top: float) -> None:
    """Enlarged joints, materials and heights in two columns, each where there is room soonest.

    Beside a cut that is narrow the right column begins at its `top`.
    """
    em, half = canvas.em, 47 * canvas.em
    lefts = (canvas.margin, canvas.margin + half + 2 * em)
    beside = max((text.x + canvas.room(text.text, 0.9) for text in canvas.texts if text.y > top), default=whole.right)
    lows = [canvas.low, top - 2.2 * em if beside < lefts[1] else canvas.low]
    for detail in details_of(picture, DETAILS):
        side = 0 if lows[0] <= lows[1] + em else 1
        lows[side] = draw_detail(canvas, picture, detail, lefts[side], lows[side] + 2.2 * em)
    side = 0 if lows[0] <= lows[1] else 1
    lows[side] = draw_legend(canvas, picture, lefts[side], lows[side] + 2.2 * em, half)
    side = 0 if lows[0] <= lows[1] else 1
    ahead = (lows[1 - side] - lows[side]) / (ROW * em)
    first = min(len(rows), max(1, round((len(rows) + ahead) / 2)))
    first = len(rows) if len(rows) - first < FEW else first
    draw_table(canvas, rows[:first], lefts[side], lows[side] + 2.2 * em, half)
    if rows[first:]:
        draw_table(canvas, rows[first:], lefts[1 - side], lows[1 - side] + 2.2 * em, half)
