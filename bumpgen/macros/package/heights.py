"""From where to where each film of a process stands, read from its steps at its own sites; µm above the wafer."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from bumpgen.cells.site import Site
from bumpgen.cut import Cut
from bumpgen.draw import draw_cell
from bumpgen.geometry import Transform
from bumpgen.layout import Cell, Placement
from bumpgen.process import Process
from bumpgen.section.read import read_process_on
from bumpgen.section.state import State

__all__ = ["Slab", "Solder", "slabs"]

APART = 1.5
"""Sites stand so many times the largest one's size apart."""
LEAST = 1e-3
"""Films thinner than this aren't shown, µm."""


@dataclass(frozen=True, slots=True)
class Solder:
    """Reflowed solder as a truncated ball: its radius, its middle's height above its foot, and the drawn radius."""

    radius: float
    middle: float
    drawn: float


@dataclass(frozen=True, slots=True)
class Slab:
    """A film on a layer from `start` to `stop`; an `opening` layer's film is everywhere else. Reflowed: `solder`."""

    film: str
    material: str
    layer: str
    start: float
    stop: float
    opening: bool
    solder: Solder | None = None


def slabs(process: Process) -> tuple[Slab, ...]:
    """What is left of a process's films on its layers, from the wafer up.

    The process is carried out on a cut through all its sites in a row, each alone and each over a pad; a film stands
    where it stands highest at a site's middle. One that is at none (a polymer, opened there) is taken beside them.
    """
    found: dict[str, Slab] = {}
    for state, middle in _middles(process):
        for slab in _on(process, state, middle):
            known = found.get(slab.film)
            if known is None or slab.start > known.start:
                found[slab.film] = slab
    return tuple(sorted(found.values(), key=lambda slab: (slab.start, slab.stop)))


def _middles(process: Process) -> Iterator[tuple[State, float]]:
    """What the last step but the joining leaves, with the place of each site's middle along the cut."""
    sites = {kind: Site(kind=kind).draw(process) for kind in process.sites}
    stacks: list[tuple[Cell, ...]] = [(cell,) for cell in sites.values()]
    stacks += [(sites["pad"], cell) for kind, cell in sites.items() if kind != "pad" and "pad" in sites]
    drawn = [abs(points).max() for cell in sites.values() for _, points in draw_cell(cell, process).flat()]
    if not drawn:
        return
    step = math.ceil(2 * APART * float(max(drawn)))
    row = [Placement(cell, Transform(step * (i + 1), 0.0)) for i, stack in enumerate(stacks) for cell in stack]
    layout = draw_cell(Cell("SITES", instances=tuple(row)), process)
    strip = read_process_on(process, layout, Cut((0.0, 0.0), (step * (len(stacks) + 1.0), 0.0)))
    state = next(f.state for f in reversed(strip.frames) if f.step is None or f.step.kind != "join")
    for i in range(len(stacks)):
        yield state, step * (i + 1.0)


def _on(process: Process, state: State, middle: float) -> Iterator[Slab]:
    """The films of one cut that a layer shapes."""
    layers = _layers_of(process)
    for film, material in dict.fromkeys((body.film, body.material) for body in state.bodies):
        layer = layers.get(film)
        if layer is None:
            continue
        area = state.film(film)
        span = _heights(area, middle) or _heights(area, LEAST)
        if span and span[1] - span[0] > LEAST:
            yield Slab(film, material, layer, *span, process.layers[layer].meaning == "opening")
    for drop in state.drops:
        layer = layers.get(drop.film)
        if layer is not None and not drop.area.is_empty and abs(drop.shape.centre[0] - middle) < LEAST:
            x0, low, x1, high = drop.area.bounds
            radius, height = (x1 - x0) / 2, high - low
            centre = max(height - radius, (height * height - radius * radius) / (2 * height))
            ball = radius if height >= radius else (radius * radius + height * height) / (2 * height)
            yield Slab(drop.film, drop.material, layer, low, high, False, Solder(ball, centre, drop.shape.across / 2))


def _heights(area: Any, place: float) -> tuple[float, float] | None:
    """The lowest and the highest part of an area at a place along the cut."""
    import shapely

    if area.is_empty:
        return None
    line = shapely.LineString([(place, area.bounds[1] - 1), (place, area.bounds[3] + 1)])
    met = shapely.intersection(area, line)
    return None if met.is_empty else (float(met.bounds[1]), float(met.bounds[3]))


def _layers_of(process: Process) -> dict[str, str]:
    """The layer that shapes each film: its own, or that of the film it is etched under."""
    own = {film.name: film.layer for film in process.films if film.layer}
    under: Iterable[tuple[str, str]] = (
        (name, step.protected_by) for step in process.steps if step.kind == "etch" and step.protected_by
        for name in step.films
    )  # fmt: skip
    return {name: own[cover] for name, cover in under if cover in own} | own
