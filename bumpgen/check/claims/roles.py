"""Which of a process's layers and films play the parts that the first founding method speaks of."""

from __future__ import annotations

from dataclasses import dataclass

from bumpgen.check.stack import films_on
from bumpgen.process import Connection, Film, Process
from bumpgen.steps import Expose, Fill, Place, Print

__all__ = ["ROLES", "Roles", "roles_of"]

ROLES = {
    "ball": "solder block",
    "opening": "pad opening",
    "pad": "contact pad",
    "ubm": "under-bump metal",
    "structure": "structure opening",
    "flux": "flux deposit",
    "stencil": "stencil aperture",
    "passivation": "passivation opening",
    "chip_pad": "pad of the chip",
}
"""What each role is called; all but the last two are found from the process's steps and connections.

Under-bump metal is the adhesion layer with the metallic layers; a structure opening is one of the patterned
structure, a resist or polymer, that takes flux and ball.
"""


@dataclass(frozen=True)
class Roles:
    """Layer expressions by role, "" where the process has none; the films of the same roles.

    `openings` are the layers whose common area is the opening over a contact pad; `lower` is the metal that a
    contact pad on a redistribution layer leads to.
    """

    layers: dict[str, str]
    ball: Film | None
    flux: Film | None
    structure: Film | None
    openings: tuple[str, ...]
    lower: str

    def __getitem__(self, role: str) -> str:
        return self.layers[role]


def roles_of(process: Process) -> Roles:
    """The roles of a process's layers.

    The ball's partner in the connections is metal on the contact pad if it leads on to metal below, else it is
    the contact pad itself. Where nothing covers a pad, what lies on it stands for its opening. Openings that
    nothing of all this touches, as those of wire-bond pads, are none over a contact pad.
    """
    place = next((step for step in process.steps if isinstance(step, Place)), None)
    fill = next((step for step in process.steps if isinstance(step, Fill)), None)
    printed = next((step for step in process.steps if isinstance(step, Print)), None)
    layers = dict.fromkeys(ROLES, "")
    layers["stencil"] = printed.stencil if printed else ""
    layers["passivation"] = "PASSIVATION" if "PASSIVATION" in process.layers else ""
    layers["chip_pad"] = "PAD" if "PAD" in process.layers else ""
    flux = process.film(fill.film) if fill else None
    structure = process.film(fill.into) if fill and fill.into else None
    layers["structure"] = _mask(process, structure) if structure else ""
    layers["flux"] = layers["structure"] or ((flux.layer or "") if flux else "")
    if place is None:
        return Roles(layers, None, flux, structure, (), "")
    openings, lower = _below(process, place.layer, layers)
    return Roles(layers, process.film(place.film), flux, structure, openings, lower)


def _mask(process: Process, film: Film) -> str:
    """The mask that patterns a film."""
    masks = [step.mask for step in process.steps if isinstance(step, Expose) and step.film == film.name]
    return masks[0] if masks else film.layer or ""


def _below(process: Process, ball: str, layers: dict[str, str]) -> tuple[tuple[str, ...], str]:
    """Fills in what lies below a ball; the opening's layers, and the metal below the contact pad."""
    layers["ball"] = ball
    on = _under(process, ball)
    if on is None:
        return (), ""
    upper = on.between[0]
    down = _under(process, upper)
    pad, via = (down.between[0], down.via) if down else (upper, on.via)
    layers["pad"], layers["ubm"] = pad, upper if down else ""
    standing = f"({' and '.join(via)})" if via else upper
    made = dict.fromkeys(layers[role] for role in ("ubm", "structure", "flux", "ball") if layers[role])
    layers["opening"] = f"{standing} interacting ({' or '.join(made)})"
    last = _under(process, pad)
    return via, last.between[0] if last else ""


def _under(process: Process, layer: str) -> Connection | None:
    """The connection of a layer with a metal below it that has films."""
    found = [c for c in process.connections if c.between[1] == layer and films_on(process, c.between[0])]
    return found[0] if found else None
