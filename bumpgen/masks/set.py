"""Which masks a process needs, and what is to be ordered of each: tone, bias, and why. Lengths are µm.

Digitized data are clear where light passes the polygons. They are if the polygons are where the resist goes
(openings, plating windows) and it is positive, or where it stays and it is negative: clear is (polygon = resist
removed) xor (resist negative). The field around is then dark (facts 4.1).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from bumpgen.errors import InputError
from bumpgen.process import Process
from bumpgen.steps import Etch, Expose, Fill, Place, Plate, Print, Step

__all__ = ["Bias", "MaskKind", "MaskRow", "Tone", "mask_set"]

Tone: TypeAlias = Literal["clear", "dark"]

MaskKind: TypeAlias = Literal["photomask", "stencil", "ball stencil", "self-aligned", "maskless"]
"""A plate, a foil for paste, a foil for balls; nothing, as metal above protects it, or as it goes everywhere."""


@dataclass(frozen=True, slots=True)
class Bias:
    """One part of a mask's bias: how much wider than drawn, both sides together, why, and whose figure it is."""

    total: float
    reason: str
    source: str


@dataclass(frozen=True, slots=True)
class MaskRow:
    """A step's mask, or why it needs none.

    `number` counts the photomasks (0: none), `step` the process's steps from 1. `name` is the mask list's, `layer`
    the drawn one ("" where nothing is drawn). `polygon` is what the drawn polygon becomes in the film, `resist` the
    film's tone, `data` the tone of the digitized data; None where there is no plate. `rounding` is the radius of
    corners, `pullback` how far inside the die's edge the film ends; 0 for neither.
    """

    number: int
    kind: MaskKind
    step: int
    name: str
    layer: str
    film: str
    note: str = ""
    polygon: Literal["opening", "remains"] | None = None
    resist: Literal["positive", "negative"] | None = None
    data: Tone | None = None
    biases: tuple[Bias, ...] = ()
    rounding: float = 0.0
    pullback: float = 0.0

    @property
    def field(self) -> Tone | None:
        """What is around the polygons."""
        return None if self.data is None else "dark" if self.data == "clear" else "clear"

    @property
    def bias(self) -> float:
        """How much wider than drawn a polygon is on the mask, both sides together."""
        return round(sum(bias.total for bias in self.biases), 6)


def mask_set(process: Process) -> tuple[MaskRow, ...]:
    """A row for each step that patterns something, in the order of the steps.

    InputError for a film to be exposed whose material has no tone.
    """
    found: list[MaskRow] = []
    plates = 0
    for number, step in enumerate(process.steps, 1):
        if isinstance(step, Expose):
            plates += 1
            found.append(_plate(process, step, number, plates))
        else:
            found += _others(process, step, number)
    return tuple(found)


def _plate(process: Process, step: Expose, number: int, plates: int) -> MaskRow:
    material = process.materials[process.film(step.film).material]
    if material.tone is None:
        raise InputError(
            f"film {step.film} of {material.name} is exposed, but the material has no tone",
            process.where(f"steps.{number - 1}.film"),
            hint='add tone = "positive" or "negative" to the material in materials.toml',
        )
    clear = (step.polygon == "opening") != (material.tone == "negative")
    return MaskRow(
        plates, "photomask", number, _name(process, step.mask), step.mask, step.film, step.note, step.polygon,
        material.tone, "clear" if clear else "dark", tuple(_biases(process, step, number)),
        step.rounding.value if step.rounding else 0.0, step.pullback.value if step.pullback else 0.0,
    )  # fmt: skip


def _name(process: Process, layer: str) -> str:
    return process.layers[layer].mask or layer


def _biases(process: Process, step: Expose, number: int) -> Iterator[Bias]:
    """What the step states, and the undercut of what is etched while its film protects it."""
    if step.bias is not None:
        yield Bias(step.bias.value, "stated", step.bias.source)
    for later in process.steps[number:]:
        if isinstance(later, Etch) and later.protected_by == step.film and later.undercut is not None:
            ways = 1 if step.polygon == "remains" else -1
            told = f"undercut of {', '.join(later.films)}, {later.undercut.value:g} µm per side"
            yield Bias(ways * 2 * later.undercut.value, told, later.undercut.source)


def _others(process: Process, step: Step, number: int) -> Iterator[MaskRow]:
    """Foils, and steps that pattern without a mask."""
    if isinstance(step, Print):
        yield MaskRow(0, "stencil", number, _name(process, step.stencil), step.stencil, step.film, step.note)
    elif isinstance(step, Place):
        ball = process.film(step.film).thickness.value
        told = f"holes wider than {ball:g} µm and narrower than {2 * ball:g}: one ball each"
        yield MaskRow(0, "ball stencil", number, _name(process, step.layer), step.layer, step.film, told)
    elif isinstance(step, Etch):
        yield from _etched(process, step, number)
    elif isinstance(step, Fill):
        told = (
            f"squeegeed into the openings of {step.into}" if step.into else "put on the pads, dispensed or stencilled"
        )
        yield MaskRow(0, "maskless", number, step.film, "", step.film, told)
    elif isinstance(step, Plate) and step.into is None:
        yield MaskRow(0, "maskless", number, step.film, "", step.film, "electroless: on open metal only")


def _etched(process: Process, step: Etch, number: int) -> Iterator[MaskRow]:
    """What is etched under a resist has that resist's mask; below a metal it is self-aligned."""
    exposed = {one.film for one in process.steps if isinstance(one, Expose)}
    films = ", ".join(step.films)
    if step.protected_by is None:
        yield MaskRow(0, "maskless", number, films, "", films, "etched everywhere")
    elif step.protected_by not in exposed:
        loss = f", undercut {step.undercut.value:g} µm per side" if step.undercut else ""
        yield MaskRow(0, "self-aligned", number, films, "", films, f"{step.protected_by} protects it{loss}")
