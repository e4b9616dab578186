"""Which steps of a process a layout needs: a process may make more than a design draws."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from bumpgen.layout import Layout
from bumpgen.process import Process
from bumpgen.steps import Fill, Place, Singulate, Step

__all__ = ["applied_steps", "drawn_layers"]


def drawn_layers(layout: Layout) -> frozenset[str]:
    """Layers that a layout has shapes on."""
    return frozenset(shape.layer for cell in layout.cells() for shape in cell.shapes)


def applied_steps(process: Process, drawn: Collection[str]) -> tuple[tuple[int, Step], ...]:
    """The steps to be done with their numbers from 1.

    Left out are those of films, stencils and balls whose layer isn't drawn, and what would be done to such films
    later: a wafer without second pillars gets no resist for them.
    """
    made = {film.name for film in process.films} - {name for step in process.steps for name in _made_by(step)}
    found = []
    for number, step in enumerate(process.steps, 1):
        if _applies(process, number, step, drawn, made):
            made |= _made_by(step)
            found.append((number, step))
    return tuple(found)


def _made_by(step: Step) -> set[str]:
    making = ("deposit", "coat", "plate", "print", "fill", "place", "encapsulate")
    return {step.film} if step.kind in making else set()  # type: ignore[union-attr]


def _applies(process: Process, number: int, step: Any, drawn: Collection[str], made: set[str]) -> bool:
    if isinstance(step, Fill) and step.into is None and process.film(step.film).layer is None:
        later = [one for one in process.steps[number:] if isinstance(one, Place)]
        return not later or later[0].layer in drawn
    if isinstance(step, Singulate):
        return True
    named = [getattr(step, key, None) for key in ("layer", "stencil", "mask")]
    if any(layer is not None and layer not in drawn for layer in named):
        return False
    films = [step.film] if getattr(step, "film", None) else list(getattr(step, "films", ()))
    if _made_by(step):
        layer = process.film(step.film).layer
        return layer is None or layer in drawn
    return not films or any(film in made for film in films)
