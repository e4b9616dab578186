"""The steps of a process, each with what it needs, and the numbers with sources they are written in."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, field_validator

from bumpgen.toml import Table

__all__ = ["LayerName", "Name", "Number", "Quantity", "Source", "Step"]

Number = Annotated[float, Field(strict=True)]
"""A number; true, and a number in quotes, are none."""

Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
LayerName = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]
Source = Annotated[str, Field(min_length=1, description="where the number was read; MEM if from memory")]


class Quantity(Table):
    """A number with its source. The unit is the key's: µm unless its name says otherwise."""

    value: Number
    source: Source


def _share(value: Quantity | None, name: str) -> Quantity | None:
    """The quantity, if it is from 0 to 1."""
    if value is not None and not 0 <= value.value <= 1:
        raise ValueError(f"{name} = {value.value:g} is not from 0 to 1")
    return value


class _Step(Table):
    """What every step has: free text and a source."""

    note: str = ""
    source: Source


class Deposit(_Step):
    """A film over everything, by sputtering, evaporation or chemical vapour.

    `coverage` is how thick it is on upright walls, in parts of its thickness on flats. Not stated it is 0 for
    evaporation, which comes straight from above, and 1 for all else.
    """

    kind: Literal["deposit"]
    film: Name
    method: Literal["sputter", "evaporation", "cvd", "vapour"] = "sputter"
    coverage: Quantity | None = None

    @field_validator("coverage")
    @classmethod
    def _coverage_is_a_share(cls, coverage: Quantity | None) -> Quantity | None:
        return _share(coverage, "coverage")


class Coat(_Step):
    """A resist or polymer spun or laminated on; it planarises.

    `planarisation` is the share of a step below that is levelled out: 1, also if it is not stated, makes it flat.
    """

    kind: Literal["coat"]
    film: Name
    planarisation: Quantity | None = None

    @field_validator("planarisation")
    @classmethod
    def _planarisation_is_a_share(cls, planarisation: Quantity | None) -> Quantity | None:
        return _share(planarisation, "planarisation")


class Expose(_Step):
    """Light through a mask. `polygon` says what the drawn polygon becomes in the film.

    `bias` is by how much a polygon is wider on the mask than drawn, both sides together; undercut of a metal
    etched below the resist comes on top. `rounding` is the radius of the corners on the mask. `pullback`: the film
    ends so far inside the die's edge, or, if it is negative, so far outside. µm.
    """

    kind: Literal["expose"]
    film: Name
    mask: LayerName
    polygon: Literal["opening", "remains"]
    bias: Quantity | None = None
    rounding: Quantity | None = None
    pullback: Quantity | None = None


class Develop(_Step):
    """The exposed (or unexposed) film is dissolved."""

    kind: Literal["develop"]
    film: Name


class Cure(_Step):
    """A polymer is baked hard; °C."""

    kind: Literal["cure"]
    film: Name
    temperature: Quantity | None = None


class Etch(_Step):
    """Films are removed where a resist, or a metal above (self-aligned), doesn't cover them."""

    kind: Literal["etch"]
    films: tuple[Name, ...] = Field(min_length=1)
    protected_by: Name | None = None  # a film; None: a blank etch
    undercut: Quantity | None = None  # µm per side


class Plate(_Step):
    """Metal grown from a seed into a resist's openings."""

    kind: Literal["plate"]
    film: Name
    seed: Name | None = None
    into: Name | None = None  # the resist film whose openings shape it; None: electroless, on the pad


class Print(_Step):
    """Paste pressed through a stencil's apertures."""

    kind: Literal["print"]
    film: Name
    stencil: LayerName
    metal_fraction: Quantity  # volume fraction of metal in the paste


class Fill(_Step):
    """Flux squeegeed into openings, or stencilled on to pads."""

    kind: Literal["fill"]
    film: Name
    into: Name | None = None


class Place(_Step):
    """One solder ball in each opening or on each pad."""

    kind: Literal["place"]
    film: Name
    layer: LayerName


class Reflow(_Step):
    """Solder is molten and takes its equilibrium shape; peak temperature in °C."""

    kind: Literal["reflow"]
    films: tuple[Name, ...] = Field(min_length=1)
    temperature: Quantity


class Strip(_Step):
    """A resist is dissolved."""

    kind: Literal["strip"]
    film: Name


class Clean(_Step):
    """Flux residues are washed off."""

    kind: Literal["clean"]
    film: Name


class Singulate(_Step):
    """The wafer is sawn along a layer's lines."""

    kind: Literal["singulate"]
    layer: LayerName


class Join(_Step):
    """Two sides are aligned and put face to face."""

    kind: Literal["join"]
    partner: str
    placement_accuracy: Quantity | None = None  # µm


class Encapsulate(_Step):
    """The gap and the surroundings are filled."""

    kind: Literal["encapsulate"]
    film: Name


Step: TypeAlias = Annotated[
    Deposit
    | Coat
    | Expose
    | Develop
    | Cure
    | Etch
    | Plate
    | Print
    | Fill
    | Place
    | Reflow
    | Strip
    | Clean
    | Singulate
    | Join
    | Encapsulate,
    Field(discriminator="kind"),
]
