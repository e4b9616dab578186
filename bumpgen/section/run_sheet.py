"""The run sheet of a design: what is done on the wafer, in order, with targets and where to measure; µm, °C.

Parameters are the process's, not a machine's. Targets after plating and reflow are read off the section.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from bumpgen.cells import CELLS
from bumpgen.design import Design
from bumpgen.layout import Layout
from bumpgen.masks.applied import applied_steps, drawn_layers
from bumpgen.masks.set import MaskRow, mask_set
from bumpgen.process import Process
from bumpgen.report import number
from bumpgen.section.read import Frame, Strip
from bumpgen.section.told import title_of

__all__ = ["Operation", "Point", "RunSheet", "run_sheet"]


@dataclass(frozen=True, slots=True)
class Point:
    """A place to measure at: its name, µm from the die's lower left corner as the layout is drawn."""

    name: str
    x: float
    y: float

    def told(self) -> str:
        """In words."""
        return f"{self.name} ({number(self.x)}, {number(self.y)})"


@dataclass(frozen=True, slots=True)
class Operation:
    """A line of the sheet: what, with which material and mask, its parameters, its targets, where to measure them."""

    number: int
    step: int
    kind: str
    what: str
    material: str
    mask: str
    parameters: tuple[str, ...]
    targets: tuple[str, ...]
    points: tuple[Point, ...]
    note: str
    source: str


@dataclass(frozen=True, slots=True)
class RunSheet:
    """All operations of a design; `left_out` are steps of the process it doesn't need."""

    design: str
    title: str
    process: str
    operations: tuple[Operation, ...]
    left_out: tuple[str, ...]

    @property
    def points(self) -> tuple[Point, ...]:
        """All places to measure at, each once."""
        return tuple(dict.fromkeys(point for row in self.operations for point in row.points))


def run_sheet(design: Design, layout: Layout, strip: Strip) -> RunSheet:
    """The sheet of a design drawn as `layout`, whose process was read on a cut as `strip`."""
    process = design.process
    rows = {row.step: row for row in mask_set(process)}
    frames = {frame.number: frame for frame in strip.frames}
    applied = applied_steps(process, drawn_layers(layout))
    bumps, bars = _five(design), _bars(design)
    found = [
        _operation(process, place, step, rows.get(number), frames[number], strip.cut.length, (bumps, bars))
        for place, (number, step) in enumerate(applied, 1)
    ]
    done = {number for number, _ in applied}
    left = [title_of(step, process) for i, step in enumerate(process.steps, 1) if i not in done]
    return RunSheet(design.name, layout.title or design.name, process.name, tuple(found), tuple(left))


def _operation(
    process: Process, place: int, step: Any, row: MaskRow | None, frame: Frame, length: float,
    points: tuple[tuple[Point, ...], dict[str, list[_Bar]]],
) -> Operation:  # fmt: skip
    bumps, bars = points
    film = getattr(step, "film", None) or next(iter(getattr(step, "films", ())), None)
    material = process.materials[process.film(film).material].name if film else ""
    targets = tuple(_TARGETS.get(step.kind, _none)(step, process, frame, length))
    at = bumps if targets else ()
    layer = _mask_layer(step, process, frame.number)
    if layer is not None and bars.get(layer):
        width, at = bars[layer][0].width, (*bumps, *(bar.point for bar in bars[layer]))
        targets = (*targets, f"CD bars {number(width)} µm wide")
    return Operation(
        place, frame.number, step.kind, title_of(step, process), material, _mask(row), tuple(_parameters(step)),
        targets, at, step.note, step.source,
    )  # fmt: skip


def _mask(row: MaskRow | None) -> str:
    """A step's mask in words: its number and name, its tone."""
    if row is None:
        return ""
    if row.kind != "photomask":
        return row.kind if row.kind in ("self-aligned", "maskless") else f"{row.kind} {row.name}"
    return f"{row.number} {row.name}, data {row.data}"


UNITS = {"temperature": "°C", "undercut": "µm per side", "placement_accuracy": "µm", "bias": "µm in all"}
SHARES = {"coverage": "on upright walls", "planarisation": "of steps levelled", "metal_fraction": "solder"}


def _parameters(step: Any) -> Iterator[str]:
    """What a step states about itself, with units."""
    for key, unit in UNITS.items():
        value = getattr(step, key, None)
        if value is not None:
            yield f"{key.replace('_', ' ')} {number(value.value)} {unit}"
    for key, told in SHARES.items():
        value = getattr(step, key, None)
        if value is not None:
            yield f"{value.value:.0%} {told}"
    for key in ("method", "seed", "into", "protected_by", "partner"):
        value = getattr(step, key, None)
        if value:
            yield f"{key.replace('_', ' ')}: {value.replace('_', ' ')}"


Targets = Callable[[Any, Process, Frame, float], Iterator[str]]
"""What tells a step's targets: (step, process, its frame, the cut's length)."""


def _none(step: Any, process: Process, frame: Frame, length: float) -> Iterator[str]:
    yield from ()


def _thick(step: Any, process: Process, frame: Frame, length: float) -> Iterator[str]:
    """A film's thickness."""
    yield f"thickness {number(process.film(step.film).thickness.value)} µm"


def _opened(step: Any, process: Process, frame: Frame, length: float) -> Iterator[str]:
    """The opening nearest to the cut's middle, or where a film remains its piece, as wide as the section has it."""
    exposed = [one for one in process.steps[: frame.number] if one.kind == "expose" and one.film == step.film]
    if exposed and exposed[-1].polygon == "remains":
        yield from _widest(step.film, frame, length)
    else:
        spans = [span for span in frame.state.openings.get(step.film, ()) if span[0] > 0 and span[1] < length]
        for x0, x1 in sorted(spans, key=lambda span: abs(sum(span) - length))[:1]:
            yield f"opening {x1 - x0:.1f} µm wide on the section (CD)"
    yield "no residue where it is gone"


def _widest(film: str, frame: Frame, length: float) -> Iterator[str]:
    """A film's piece nearest to the cut's middle, as wide as the section has it."""
    import shapely

    boxes = [part.bounds for part in shapely.get_parts(frame.state.film(film))]
    inside = [box for box in boxes if box[0] > 0 and box[2] < length]
    for x0, _, x1, _ in sorted(inside, key=lambda box: abs(box[0] + box[2] - length))[:1]:
        yield f"{film.replace('_', ' ')} {x1 - x0:.1f} µm wide on the section (CD)"


def _etched(step: Any, process: Process, frame: Frame, length: float) -> Iterator[str]:
    """The metal nearest to the cut's middle, as wide as the section has it."""
    yield from _widest(step.films[-1], frame, length)
    if step.undercut:
        yield f"undercut {number(step.undercut.value)} µm per side"
    yield "nothing left between the patterns"


def _plated(step: Any, process: Process, frame: Frame, length: float) -> Iterator[str]:
    yield from _thick(step, process, frame, length)
    yield "step height over the field after the strip"


def _placed(step: Any, process: Process, frame: Frame, length: float) -> Iterator[str]:
    yield f"one ball of {number(process.film(step.film).thickness.value)} µm at each site, none between"


def _molten(step: Any, process: Process, frame: Frame, length: float) -> Iterator[str]:
    """A bump's height and width as the section has it, of the first that lies on the cut."""
    for drop in frame.state.drops:
        if drop.film in step.films and drop.form == "reflowed" and drop.area.area > 0:
            x0, low, x1, high = drop.area.bounds
            size = f"{high - low:.1f} µm high, {x1 - x0:.1f} µm wide"
            yield f"{drop.film.replace('_', ' ')} {size}, its top {high:.1f} µm over the wafer"
            return


def _gone(step: Any, process: Process, frame: Frame, length: float) -> Iterator[str]:
    yield "no residue"


_TARGETS: dict[str, Targets] = {
    "deposit": _thick, "coat": _thick, "plate": _plated, "print": _thick, "develop": _opened, "etch": _etched,
    "place": _placed, "reflow": _molten, "strip": _gone, "clean": _gone,
}  # fmt: skip


def _five(design: Design) -> tuple[Point, ...]:
    """Five bumps to measure at: nearest to the die's corners and to its middle."""
    if not design.bumps:
        return ()
    places = np.array([(bump.x, bump.y) for bump in design.bumps])
    low, high = places.min(axis=0), places.max(axis=0)
    wanted = [(low + high) / 2, (low[0], low[1]), (high[0], low[1]), (low[0], high[1]), (high[0], high[1])]
    nearest = [int(np.argmin(np.hypot(*(places - np.array(place)).T).round(6))) for place in wanted]
    bumps = [design.bumps[i] for i in dict.fromkeys(nearest)]
    return tuple(Point(bump.name, bump.x, bump.y) for bump in bumps)


@dataclass(frozen=True, slots=True)
class _Bar:
    """CD bars of the design: where, and how wide each is, µm."""

    point: Point
    width: float


def _bars(design: Design) -> dict[str, list[_Bar]]:
    """CD bars that the design places, by the layer they are drawn on."""
    found: dict[str, list[_Bar]] = {}
    places = ((table, at) for table in design.file.cells if table.cell == "cd_bars" for at in table.at)
    for i, (one, (x, y)) in enumerate(places, 1):
        spec = CELLS["cd_bars"].make(design.process, **one.set).model_dump()
        found.setdefault(spec["layer"], []).append(_Bar(Point(f"CD {i}", x, y), float(spec["width"])))
    return found


def _mask_layer(step: Any, process: Process, at: int) -> str | None:
    """The mask whose pattern a step develops, or etches under the resist of."""
    film = step.film if step.kind == "develop" else step.protected_by if step.kind == "etch" else None
    masks = [one.mask for one in process.steps[: at - 1] if one.kind == "expose" and one.film == film]
    return masks[-1] if film and masks else None
