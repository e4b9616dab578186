"""From where to where each film of a process stands, read from its steps at its own sites; µm above the wafer."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from bumpgen.cells.pad_opening import PadOpening
from bumpgen.cells.site import Site
from bumpgen.cut import Cut
from bumpgen.draw import draw_cell
from bumpgen.errors import BumpgenError
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
    """Solder as a truncated ball: its radius, its middle's height above its foot, and the drawn radius."""

    radius: float
    middle: float
    drawn: float


@dataclass(frozen=True, slots=True)
class Slab:
    """A film on a layer from `start` to `stop`; an `opening` layer's film is everywhere else. Balls, caps: `solder`."""

    film: str
    material: str
    layer: str
    start: float
    stop: float
    opening: bool
    solder: Solder | None = None


def slabs(process: Process) -> tuple[Slab, ...]:
    """What is left of a process's films on its layers, from the wafer up, before the chip is joined to another.

    The process is carried out on a cut through all its sites in a row, each over the foundry's pad where it stands on
    one. A film is taken at the middle of the highest site that has it, so that the films of a site stand on each
    other; one with openings (a polymer, the passivation) is taken beside the sites, where it is whole.
    """
    state, middles = _carried_out(process)
    found: dict[str, Slab] = {}
    for stack in sorted((list(_stack(process, state, middle)) for middle in middles), key=_top, reverse=True):
        for slab in stack:
            found.setdefault(slab.film, slab)
    found |= {slab.film: slab for slab in _bodies(process, state, LEAST) if slab.opening}
    return tuple(sorted(found.values(), key=lambda slab: (slab.start, slab.stop)))


def _top(stack: list[Slab]) -> float:
    return max((slab.stop for slab in stack), default=0.0)


def _carried_out(process: Process) -> tuple[State, list[float]]:
    """What the last step before the joining leaves, and the places of the sites' middles along the cut."""
    stacks = _stacks(process)
    reach = [abs(points).max() for stack in stacks for cell in stack for _, points in draw_cell(cell, process).flat()]
    step = math.ceil(2 * APART * float(max(reach, default=1.0)))
    middles = [step * (i + 1.0) for i in range(len(stacks))]
    row = [Placement(cell, Transform(x, 0.0)) for x, stack in zip(middles, stacks, strict=True) for cell in stack]
    layout = draw_cell(Cell("SITES", instances=tuple(row)), process)
    strip = read_process_on(process, layout, Cut((0.0, 0.0), (step * (len(stacks) + 1.0), 0.0)))
    alone = takewhile(lambda frame: frame.step is None or frame.step.kind != "join", strip.frames)
    return list(alone)[-1].state, middles


def _stacks(process: Process) -> list[tuple[Cell, ...]]:
    """The cells of each site: its own, and below it the pad's and the foundry's where it stands on a pad."""
    sites = {kind: Site(kind=kind).draw(process) for kind in process.sites}
    pad = (*_foundry_pad(process, sites), *([sites["pad"]] if "pad" in sites else []))
    own = {kind: cell for kind, cell in sites.items() if kind != "pad"}
    return [pad, *((*pad, cell) if _on_pad(process, cell, pad) else (cell,) for cell in own.values())]


def _foundry_pad(process: Process, sites: Mapping[str, Cell]) -> tuple[Cell, ...]:
    """The chip's own pad, where the process has films for it that none of its sites draws."""
    drawn = {layer for cell in sites.values() for layer in _layers_on(cell, process)}
    lacking = {film.layer for film in process.films if film.layer} - drawn
    try:
        pad = PadOpening.make(process).draw(process)
    except BumpgenError:  # a board has no such pad
        return ()
    return (pad,) if lacking & _layers_on(pad, process) else ()


def _on_pad(process: Process, site: Cell, pad: tuple[Cell, ...]) -> bool:
    """Whether a site is connected by standing on a pad: a metal that the pad has not, through openings drawn there."""
    own, below = _layers_on(site, process), {layer for cell in pad for layer in _layers_on(cell, process)}
    return any(
        lower in below - own and upper in own - below and set(connection.via) <= own | below
        for connection in process.connections for lower, upper in (connection.between, connection.between[::-1])
    )  # fmt: skip


def _layers_on(cell: Cell, process: Process) -> set[str]:
    return {layer for layer, _ in draw_cell(cell, process).flat()}


def _stack(process: Process, state: State, middle: float) -> Iterator[Slab]:
    """The films and the solder at a site's middle."""
    yield from (slab for slab in _bodies(process, state, middle) if not slab.opening)
    yield from _solder(process, state, middle)


def _bodies(process: Process, state: State, place: float) -> Iterator[Slab]:
    """The films at a place of the cut that a layer shapes."""
    layers = _layers_of(process)
    for film, material in dict.fromkeys((body.film, body.material) for body in state.bodies):
        layer = layers.get(film)
        span = _heights(state.film(film), place) if layer else None
        if layer and span and span[1] - span[0] > LEAST:
            yield Slab(film, material, layer, *span, process.layers[layer].meaning == "opening")


def _solder(process: Process, state: State, middle: float) -> Iterator[Slab]:
    """The solder of the site at `middle`, from what it stands on there: flat until it is reflowed."""
    layers = _layers_of(process)
    for drop in state.drops:
        layer = layers.get(drop.film)
        span = _heights(drop.area, middle)
        if layer and span and abs(drop.shape.centre[0] - middle) < LEAST:
            radius, height = (drop.area.bounds[2] - drop.area.bounds[0]) / 2, span[1] - span[0]
            ball = radius if height >= radius else (radius * radius + height * height) / (2 * height)
            flat = drop.form in ("plated", "paste")
            solder = None if flat else Solder(ball, height - ball, drop.shape.across / 2)
            yield Slab(drop.film, drop.material, layer, *span, False, solder)


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
