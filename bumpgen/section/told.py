"""Steps in words: what is done, with what, how thick, how hot."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bumpgen.process import Process
from bumpgen.steps import Step

__all__ = ["title_of"]


def title_of(step: Step, process: Process) -> str:
    """A step in a line."""
    return _TOLD[step.kind](step, _Names(process))


class _Names:
    """How films are called in a title."""

    def __init__(self, process: Process):
        self.process = process

    def film(self, name: str) -> str:
        """The film's name with its material's."""
        return f"{name.replace('_', ' ')} ({self.material(name)})"

    def material(self, name: str) -> str:
        """The short name of what a film is made of."""
        return self.process.materials[self.process.film(name).material].name.split(",")[0].split(" (")[0]

    def thick(self, name: str) -> str:
        """The film's thickness."""
        return f"{self.process.film(name).thickness.value:g} µm"

    def mask(self, layer: str) -> str:
        """The mask list's name of a layer."""
        return self.process.layers[layer].mask or layer


def _plain(names: tuple[str, ...]) -> str:
    return ", ".join(name.replace("_", " ") for name in names)


def _etched(step: Any, names: _Names) -> str:
    text = f"Etch {_plain(step.films)}"
    text += f" around {step.protected_by.replace('_', ' ')}" if step.protected_by else " everywhere"
    return text + (f", undercut {step.undercut.value:g} µm" if step.undercut else "")


def _plated(step: Any, names: _Names) -> str:
    where = f"into {step.into.replace('_', ' ')}" if step.into else "on bare metal, electroless"
    return f"Plate {names.thick(step.film)} of {names.film(step.film)} {where}"


_TOLD: dict[str, Callable[[Any, _Names], str]] = {
    "deposit": lambda step, names: f"Deposit {names.thick(step.film)} of {names.film(step.film)} by {step.method}",
    "coat": lambda step, names: f"Coat {names.thick(step.film)} of {names.film(step.film)}",
    "expose": lambda step, names: f"Expose {step.film.replace('_', ' ')} through mask {names.mask(step.mask)}",
    "develop": lambda step, names: f"Develop {step.film.replace('_', ' ')}",
    "cure": lambda step, names: (
        f"Cure {step.film.replace('_', ' ')}" + (f" at {step.temperature.value:g} °C" if step.temperature else "")
    ),
    "etch": _etched,
    "plate": _plated,
    "print": lambda step, names: (
        f"Print {names.thick(step.film)} of {names.film(step.film)} through the stencil, "
        f"{step.metal_fraction.value:.0%} of it solder"
    ),
    "fill": lambda step, names: (
        f"Fill {step.film} into {step.into.replace('_', ' ')}"
        if step.into
        else f"Put {names.thick(step.film)} of {step.film} on the pads"
    ),
    "place": lambda step, names: f"Place balls of {names.thick(step.film)} of {names.material(step.film)}",
    "reflow": lambda step, names: f"Reflow {_plain(step.films)} at {step.temperature.value:g} °C",
    "strip": lambda step, names: f"Strip {step.film.replace('_', ' ')}",
    "clean": lambda step, names: f"Wash off {step.film.replace('_', ' ')}",
    "singulate": lambda step, names: "Saw the wafer into dies",
    "join": lambda step, names: f"Join with {step.partner.replace('_', ' ')}",
    "encapsulate": lambda step, names: f"Encapsulate in {names.film(step.film)}",
}
