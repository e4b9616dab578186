"""What a site of a process turns to its partner: the metal that solder wets, the solder on it, how high they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from bumpgen.cells.site import Site
from bumpgen.check.stack import films_on, height, main_film
from bumpgen.check.terminals import drawn_layers
from bumpgen.process import Film, Process
from bumpgen.steps import Join, Place, Print, Reflow

__all__ = ["Face", "Solder", "SolderForm", "dielectric", "face_of"]

SolderForm: TypeAlias = Literal["cap", "pad", "bump", "ball", "paste"]
"""Plated on a pillar and reflowed; plated and flat; plated on a pad and reflowed; a ball; printed paste."""


@dataclass(frozen=True, slots=True)
class Solder:
    """Solder on a face: its layer and material, how it got its form, its film's thickness (µm).

    The thickness is what was plated, a ball's diameter, or the stencil's; `fraction` is what of its
    volume is metal. `reflowed` says whether it was molten before the dies are joined.
    """

    layer: str
    material: str
    form: SolderForm
    thickness: float
    fraction: float = 1.0
    reflowed: bool = False


@dataclass(frozen=True, slots=True)
class Face:
    """One kind of site, as its partner sees it.

    `contact` is the layer of the metal that meets solder or wire, `opening` the layer of the opening in what
    covers it ("" where it stands free). `height` (µm) is that metal's own: a pillar's with its seed and barrier;
    `top` (µm) is how high it reaches over the die's face (the passivation, or a carrier's body); a bare pad lies
    below it.
    """

    site: str
    contact: str
    opening: str
    pillar: bool
    material: str
    height: float
    top: float
    solder: Solder | None


def face_of(process: Process, site: str, pad_site: str = "pad") -> Face:
    """The face of a site; where the site itself has no metal (a ball straight on the pad), the pad's below it.

    InputError where neither has any.
    """
    layers = _layers(process, site)
    solder = _solder(process, layers)
    metals = _metals(process, layers, solder)
    if not metals and pad_site in process.sites:
        layers = (*_layers(process, pad_site), *layers)
        metals = _metals(process, layers, solder)
    if not metals:
        from bumpgen.errors import InputError

        raise InputError(f"site {site!r} of process {process.name} has no metal that could meet a partner")
    contact = metals[-1]
    order = list(process.layers)
    over = [
        name
        for name in order[order.index(contact) + 1 :]
        if name in layers and process.layers[name].meaning == "opening" and _covers(process, name)
    ]
    pillar = any(part.cell == "pillar" for part in process.sites[site])
    return Face(
        site, contact, over[0] if over else "", pillar, main_film(process, contact).material,
        height(process, contact), _top(process, layers, contact), solder,
    )  # fmt: skip


def dielectric(process: Process) -> float:
    """Thickness of the polymers that stay on a die's face, µm: they narrow the gap."""
    return sum(sum(film.thickness.value for film in _dielectric(process, name)) for name in process.layers)


def _layers(process: Process, site: str) -> tuple[str, ...]:
    """The layers a site is drawn on, from the chip up."""
    drawn = drawn_layers(Site(kind=site).draw(process))
    return tuple(name for name in process.layers if name in drawn)


def _groups(process: Process, film: Film) -> tuple[str, ...]:
    return process.materials[film.material].groups


def _solder(process: Process, layers: tuple[str, ...]) -> Solder | None:
    """The uppermost solder of a site."""
    for name in reversed(layers):
        for film in films_on(process, name):
            if "solder" in _groups(process, film):
                return _as_made(process, film, name)
    return None


def _as_made(process: Process, film: Film, layer: str) -> Solder:
    """How the process puts a solder film there, and whether it melts it before any joining."""
    form: SolderForm = "pad"
    fraction, reflowed = 1.0, False
    for step in process.steps:
        if isinstance(step, Join):
            break
        if isinstance(step, Place) and step.film == film.name:
            form = "ball"
        elif isinstance(step, Print) and step.film == film.name:
            form, fraction = "paste", step.metal_fraction.value
        elif isinstance(step, Reflow) and film.name in step.films:
            reflowed = True
    if form == "pad" and reflowed:
        form = "cap" if _on_pillar(process, film) else "bump"
    if form == "paste" and reflowed:
        form = "bump"
    return Solder(layer, film.material, form, film.thickness.value, fraction, reflowed)


def _on_pillar(process: Process, film: Film) -> bool:
    """Whether the film is plated in one resist with a pillar: some site's pillar cell has it as its cap."""
    for parts in process.sites.values():
        for part in parts:
            values = process.default("pillar") | part.values()
            if part.cell == "pillar" and values.get("cap_layer", "CAP") == film.layer:
                return True
    return False


def _metals(process: Process, layers: tuple[str, ...], solder: Solder | None) -> list[str]:
    """Layers of metal films a site has, from the chip up, without the solder's."""
    return [
        name
        for name in layers
        if process.layers[name].meaning == "metal" and films_on(process, name) and (not solder or name != solder.layer)
    ]


def _dielectric(process: Process, layer: str) -> tuple[Film, ...]:
    """Polymers that stay and are patterned by a layer."""
    films = films_on(process, layer)
    stripped = {getattr(step, "film", "") for step in process.steps if step.kind == "strip"}
    return tuple(f for f in films if "polymer" in _groups(process, f) and f.name not in stripped)


def _covers(process: Process, layer: str) -> bool:
    """Whether an opening is one in what stays over metal: a polymer or a passivation, no resist, flux or stencil."""
    films = [film for film in process.films if film.layer == layer]
    passing = ({"resist", "flux", "solder"} & set(_groups(process, film)) for film in films)
    return bool(_dielectric(process, layer)) or not any(passing)


def _top(process: Process, layers: tuple[str, ...], contact: str) -> float:
    """Height of the contact's top over the die's face: metals of the site and polymers it lies on, µm.

    A chip's own pad lies under the passivation, whose top is the face.
    """
    order = list(process.layers)
    first = order.index("PASSIVATION") + 1 if "PASSIVATION" in order else 0
    if order.index(contact) < first:
        return -height(process, "PASSIVATION")
    total = 0.0
    for name in order[first : order.index(contact) + 1]:
        if name in layers and process.layers[name].meaning == "metal":
            total += height(process, name)
        elif name not in layers:
            total += sum(film.thickness.value for film in _dielectric(process, name))
    return total
