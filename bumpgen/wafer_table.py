"""The [wafer] table of a design.toml: the wafer, how dies are stepped over it, and what is left at its edge."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, field_validator, model_validator

from bumpgen.steps import Number
from bumpgen.toml import Table

__all__ = [
    "FLATS",
    "NOTCH",
    "Clip",
    "DieIds",
    "Knockout",
    "KnockoutKind",
    "Offset",
    "Orientation",
    "WaferTable",
    "WaferText",
]

Clip: TypeAlias = Literal["smooth", "whole", "drop"]
"""What of a layer partial dies keep: their part inside the usable area; nothing; the shapes wholly inside it."""

KnockoutKind: TypeAlias = Literal["test", "alignment", "id"]
"""What stands in the place of a die: test structures, alignment marks, the wafer's name."""

Orientation: TypeAlias = Literal["down", "up", "left", "right"]

Millimetres = Annotated[float, Field(gt=0, le=450, strict=True)]
Micrometres = Annotated[float, Field(gt=0, le=300_000, strict=True)]
Street = Annotated[float, Field(ge=0, le=10_000, strict=True)]
Count = Annotated[int, Field(ge=1, le=1000, strict=True)]
Index = Annotated[int, Field(ge=1, le=100_000, strict=True)]
Offset: TypeAlias = Literal["best", "die", "street"] | tuple[Number, Number]

FLATS = {50: 15.88, 75: 22.22, 100: 32.5, 125: 42.5, 150: 57.5}
"""Length of the primary flat by the wafer's diameter, mm (SEMI M1; 100 mm read, the others from memory)."""

NOTCH = 1.0
"""Depth of the notch of larger wafers, mm; its sides are at 90° to each other (SEMI M1, from memory)."""


class Knockout(Table):
    """Sites that bear no die: by column and row, counted from 1 at the lower left of the map, or by an area."""

    kind: KnockoutKind = Field(description="test, alignment or id")
    dies: tuple[tuple[Index, Index], ...] = Field((), description="column and row of each")
    box: tuple[Number, Number, Number, Number] | None = Field(
        None, description="x0, y0, x1, y1 in mm from the wafer's centre; every die it touches"
    )

    @model_validator(mode="after")
    def _is_given(self) -> Knockout:
        if bool(self.dies) == (self.box is not None):
            raise ValueError("a knockout needs either dies or box")
        if self.box is not None and not (self.box[0] < self.box[2] and self.box[1] < self.box[3]):
            raise ValueError(f"box = {list(self.box)} has no area: write x0, y0, x1, y1 with x0 < x1 and y0 < y1")
        return self


class WaferText(Table):
    """The wafer's name as drawn text; dies that it touches are knocked out."""

    text: Annotated[str, Field(min_length=1, max_length=40)]
    layer: str = Field(description="the drawn layer it is on")
    at: tuple[Number, Number] = Field(description="x, y of its lower left corner in mm from the wafer's centre")
    size: Millimetres = Field(2.0, description="height of a letter, mm")


class DieIds(Table):
    """The column and row of every die as drawn text."""

    layer: str = Field(description="the drawn layer they are on")
    at: tuple[Number, Number] = Field(description="x, y of the lower left corner in µm from the die's")
    size: Micrometres = Field(70.0, description="height of a letter, µm")


class WaferTable(Table):
    """How dies are stepped over a wafer."""

    diameter: Millimetres = Field(description="diameter of the wafer, mm")
    alignment: Literal["flat", "notch", "none"] | None = Field(
        None, description="what shows its orientation; default: a flat up to 150 mm, else a notch"
    )
    flat_length: Millimetres | None = Field(None, description="length of the flat, mm; default: SEMI M1's")
    notch_depth: Millimetres | None = Field(None, description="depth of the notch, mm; default: SEMI M1's")
    orientation: Orientation = Field("down", description="where the flat or notch lies")
    exclusion: Annotated[float, Field(ge=0, le=50, strict=True)] = Field(
        3.0, description="width of the ring at the edge, flat and notch that no die enters, mm"
    )
    scribe: tuple[Street, Street] | None = Field(
        None, description="width of the streets between dies, x and y, µm; default: the process's"
    )
    step: tuple[Micrometres, Micrometres] | None = Field(
        None, description="from die to die, x and y, µm; default: die + scribe"
    )
    offset: Offset = Field(
        "best", description='centre of a die from the wafer\'s, x and y, µm; or "best", "die", "street"'
    )
    shot: tuple[Count, Count] = Field((1, 1), description="columns and rows of dies that are exposed at once")
    knockouts: tuple[Knockout, ...] = Field((), description="sites without a die")
    text: WaferText | None = Field(None, description="the wafer's name")
    ids: DieIds | None = Field(None, description="each die's column and row, drawn")
    clip: dict[str, Clip] = Field({}, description="what partial dies keep of a layer; default: by its meaning")

    @field_validator("offset", mode="before")
    @classmethod
    def _offset_is_said(cls, offset: object) -> object:
        if isinstance(offset, str) and offset not in ("best", "die", "street"):
            raise ValueError(f"offset = {offset!r} is not best, die, street, or x and y in µm")
        return offset

    @model_validator(mode="after")
    def _agrees(self) -> WaferTable:
        if self.scribe is not None and self.step is not None:
            raise ValueError("scribe and step exclude each other: a step is a die and a street")
        if 2 * self.exclusion >= self.diameter:
            raise ValueError(f"exclusion = {self.exclusion:g} mm leaves nothing of {self.diameter:g} mm")
        if self.flat_length is not None and self.alignment_kind != "flat":
            raise ValueError('flat_length is for wafers with a flat: write alignment = "flat"')
        if self.notch_depth is not None and self.alignment_kind != "notch":
            raise ValueError('notch_depth is for wafers with a notch: write alignment = "notch"')
        self._check_alignment()
        return self

    def _check_alignment(self) -> None:
        if self.alignment_kind == "flat" and self.flat is None:
            raise ValueError(f"there is no standard flat for {self.diameter:g} mm: write flat_length = … in mm")
        if self.flat is not None and self.flat >= self.diameter:
            raise ValueError(f"flat_length = {self.flat:g} mm is not shorter than the diameter, {self.diameter:g} mm")
        if self.notch is not None and self.notch >= self.diameter / 2:
            raise ValueError(f"notch_depth = {self.notch:g} mm reaches the centre of {self.diameter:g} mm")

    @property
    def alignment_kind(self) -> Literal["flat", "notch", "none"]:
        """Flat, notch or none, as written or as usual for the diameter."""
        return self.alignment or ("notch" if self.diameter > 150 else "flat")

    @property
    def flat(self) -> float | None:
        """Length of the flat, mm; None where there is none, or no standard one."""
        if self.alignment_kind != "flat":
            return None
        standard = round(self.diameter) if self.diameter == round(self.diameter) else 0
        return self.flat_length or FLATS.get(standard)

    @property
    def notch(self) -> float | None:
        """Depth of the notch, mm; None where there is none."""
        return (self.notch_depth or NOTCH) if self.alignment_kind == "notch" else None
