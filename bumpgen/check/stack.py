"""What a process leaves on a layer: films from the bottom up, heights; and copies of it with one film altered."""

from __future__ import annotations

from bumpgen.errors import InputError
from bumpgen.process import Film, Process, Quantity
from bumpgen.steps import Reflow

__all__ = ["film_under", "films_on", "height", "main_film", "melting", "peak", "with_film", "with_material"]

TEMPORARY = frozenset({"resist", "flux"})
"""Groups of materials that are gone when the process ends."""


def films_on(process: Process, layer: str) -> tuple[Film, ...]:
    """Films patterned by a layer that stay, from the bottom up; only if none stays, the resists."""
    films = tuple(film for film in process.films if film.layer == layer)
    lasting = tuple(film for film in films if not TEMPORARY & _groups(process, film))
    return lasting or tuple(film for film in films if "flux" not in _groups(process, film))


def _groups(process: Process, film: Film) -> frozenset[str]:
    material = process.materials.get(film.material)
    return frozenset() if material is None else frozenset(material.groups)


def main_film(process: Process, layer: str) -> Film:
    """The thickest film of a layer. InputError if the layer has none."""
    films = films_on(process, layer)
    if not films:
        raise InputError(f"{process.name} has no film patterned by {layer}")
    return max(films, key=lambda film: film.thickness.value)


def film_under(process: Process, layer: str) -> Film | None:
    """The film directly under a layer's main film that is of another material, as a barrier under its seed."""
    main = main_film(process, layer)
    films = films_on(process, layer)
    below = [film for film in films[: films.index(main)] if film.material != main.material]
    return below[-1] if below else None


def height(process: Process, layer: str) -> float:
    """All films of a layer that stay, on top of each other, µm, as plated or placed."""
    return sum(film.thickness.value for film in films_on(process, layer))


def melting(process: Process, film: Film, end: str) -> float:
    """The `solidus` or `liquidus` of a film's material, °C. InputError if the table of materials has none."""
    material = process.materials.get(film.material)
    quantity: Quantity | None = None if material is None else getattr(material, end)
    if quantity is None:
        raise InputError(f"{film.material} has no {end} in the table of materials")
    return quantity.value


def peak(process: Process) -> float:
    """The hottest reflow of the process, °C. InputError if it has none."""
    temperatures = [step.temperature.value for step in process.steps if isinstance(step, Reflow)]
    if not temperatures:
        raise InputError(f"{process.name} has no reflow")
    return max(temperatures)


def with_film(process: Process, name: str, thickness: float | None = None, material: str | None = None) -> Process:
    """The process with another thickness (µm) or material of one film."""
    film = process.film(name)
    values = {
        "thickness": film.thickness
        if thickness is None
        else film.thickness.model_copy(update={"value": thickness, "source": "own"}),
        "material": material or film.material,
    }
    altered = film.model_copy(update=values)
    films = tuple(altered if one.name == name else one for one in process.films)
    return process.model_copy(update={"films": films})


def with_material(process: Process, name: str, **temperatures: float) -> Process:
    """The process with other temperatures (°C) of one material, e.g. `solidus`."""
    quantities = {key: Quantity(value=value, source="own") for key, value in temperatures.items()}
    material = process.materials[name].model_copy(update=quantities)
    copy = process.model_copy()
    copy._materials = {**process.materials, name: material}
    return copy
