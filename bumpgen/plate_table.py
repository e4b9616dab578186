"""The [mask] table of a design.toml: what plates its masks are written on, and how they are read."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from bumpgen.steps import Number
from bumpgen.toml import Table

__all__ = ["PellicleTable", "PlateTable", "Tool", "plate_size"]

Tool = Literal["contact", "stepper"]
Millimetres = Annotated[float, Field(gt=0, le=600, strict=True)]
Micrometres = Annotated[float, Field(gt=0, le=10_000, strict=True)]

INCH = 25.4
"""mm in an inch."""


def plate_size(text: str) -> tuple[float, float, float]:
    """'5x5x0.090' (inches) as width, height and thickness in mm; ValueError for other texts."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)x(\d+(?:\.\d+)?)x(\d*\.\d+)", text.strip())
    if not found:
        raise ValueError(f"size = {text!r} is no plate: write width x height x thickness in inches, e.g. 5x5x0.090")
    wide, high, thick = (round(float(part) * INCH, 6) for part in found.groups())
    return wide, high, thick


class PellicleTable(Table):
    """The frame a pellicle is glued on: nothing may be drawn between its inner and its outer edge; mm."""

    inner: tuple[Millimetres, Millimetres]
    outer: tuple[Millimetres, Millimetres]

    @model_validator(mode="after")
    def _inner_is_inside(self) -> PellicleTable:
        if any(a >= b for a, b in zip(self.inner, self.outer, strict=True)):
            raise ValueError(f"inner = {list(self.inner)} is not inside outer = {list(self.outer)}")
        return self


class PlateTable(Table):
    """Plates: the tool they are for, their size, how they read, what the frame around the field says.

    `reads_right`: from which side the pattern is as on the wafer. `data_seen`: whether data are written as the plate
    reads right, or as seen with the chrome up, which is mirrored if it reads right chrome down.
    """

    tool: Tool = Field("contact", description="contact or proximity aligner (1x wafer mask), or stepper (reticle)")
    magnification: Literal[1, 4, 5] | None = Field(None, description="of the data; contact 1, stepper 4 by default")
    size: str | None = Field(None, description="plate in inches, e.g. 5x5x0.090; the smallest that holds all")
    glass: Literal["soda-lime", "quartz"] | None = Field(None, description="soda-lime for contact, quartz for stepper")
    margin: Millimetres = Field(5.0, description="mm at the plate's edges that can't be written")
    pellicle: PellicleTable | None = None
    reads_right: Literal["chrome_down", "chrome_up"] = "chrome_down"
    data_seen: Literal["reading", "chrome_up"] = "reading"
    title: str = Field("", max_length=60, description="text on the plate; the design's name")
    code: Literal["Code128", "Code39"] = Field("Code128", description="of the plate's barcode, beside its Data Matrix")
    revision: str = Field("A", min_length=1, max_length=12, pattern=r"^[A-Za-z0-9._-]+$")
    min_feature: Micrometres | None = Field(None, description="µm on the wafer; 5 for contact, 2 for stepper")
    cd: Micrometres | None = Field(None, description="µm on the wafer of the bars to be measured; 2 x min_feature")
    cd_tolerance: Micrometres | None = Field(None, description="µm on the wafer that measured bars may be off, ±")
    defects: str = Field(
        "", max_length=100, description="what a mask may have, e.g. none larger than 1 µm in the field"
    )
    vernier: Micrometres = Field(0.2, description="µm that a vernier reads on the wafer")
    gap: Micrometres = Field(200.0, description="µm on the wafer between the field and its frame")
    marks: tuple[tuple[Number, Number], ...] = Field((), description="places of the frame's marks, µm in the layout")

    @field_validator("size")
    @classmethod
    def _size_is_one(cls, size: str | None) -> str | None:
        if size is not None:
            plate_size(size)
        return size

    @model_validator(mode="after")
    def _contact_is_one_to_one(self) -> PlateTable:
        if self.tool == "contact" and self.magnification not in (None, 1):
            raise ValueError(f"magnification = {self.magnification}: a contact aligner prints 1 : 1, or say stepper")
        return self
