"""The [[fill]] tables of a design.toml: dummy metal and dummy bumps, added until the density is even enough."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, field_validator, model_validator

from bumpgen.steps import Number
from bumpgen.toml import Table

__all__ = ["FillTable"]

Length = Annotated[float, Field(gt=0, le=10_000, strict=True)]
Distance = Annotated[float, Field(ge=0, le=10_000, strict=True)]
Share = Annotated[float, Field(ge=0, le=1, strict=True)]
Box: TypeAlias = tuple[Number, Number, Number, Number]


class FillTable(Table):
    """Dummies of one kind on a lattice, as few as bring every window of a layer to its least density.

    `metal` is one shape on the layer, `site` a whole stack of the process (a dummy bump). Neither joins anything.
    Spaces, pitch, edge and density that are not set come from the rule table. Lengths are µm.
    """

    layer: str = Field(description="the layer whose density counts; metal is drawn on it")
    kind: Literal["metal", "site"] = Field("metal", description="one shape, or a stack of the process")
    site: str | None = Field(None, description="which of the process's sites")
    shape: Literal["square", "circle"] = Field("square", description="of metal")
    size: Length | None = Field(None, description="side or diameter of metal, µm")
    density: tuple[Share, Share] | None = Field(None, description="least and most share of each window's area")
    window: Length | None = Field(None, description="side of a window, µm")
    step: Length | None = Field(None, description="from window to window, µm; default: a quarter of the window")
    space: Distance | None = Field(
        None, description="to all else that is kept away from, µm, never less than rules ask"
    )
    keep: dict[str, Distance] = Field({}, description="further layers, and what is kept from their shapes, µm")
    edge: Distance | None = Field(None, description="to the die's edge, µm; default: the rule's, else the space")
    keepouts: tuple[Box, ...] = Field((), description="boxes x0, y0, x1, y1 without dummies, µm")
    pattern: Literal["grid", "staggered"] = Field("grid", description="staggered: every other row by half a pitch")
    pitch: tuple[Length, Length] | None = Field(
        None, description="of the lattice along x and y, µm; default: as near as rules let"
    )
    first: tuple[Number, Number] | None = Field(
        None, description="a place of the lattice, µm; default: the die's centre"
    )

    @field_validator("density")
    @classmethod
    def _is_a_range(cls, density: tuple[float, float] | None) -> tuple[float, float] | None:
        if density is not None and density[0] > density[1]:
            raise ValueError(f"density = {list(density)}: the least, {density[0]:g}, is above the most")
        return density

    @field_validator("keepouts")
    @classmethod
    def _have_area(cls, keepouts: tuple[Box, ...]) -> tuple[Box, ...]:
        for x0, y0, x1, y1 in keepouts:
            if x0 >= x1 or y0 >= y1:
                raise ValueError(
                    f"keepout {[x0, y0, x1, y1]} has no area: write x0, y0, x1, y1 with x0 < x1 and y0 < y1"
                )
        return keepouts

    @model_validator(mode="after")
    def _is_one_kind(self) -> FillTable:
        if self.kind == "metal" and self.size is None:
            raise ValueError("metal needs a size")
        if self.kind == "metal" and self.site is not None:
            raise ValueError('site goes with kind = "site"')
        if self.kind == "site" and self.site is None:
            raise ValueError('kind = "site" needs a site')
        if self.kind == "site" and self.size is not None:
            raise ValueError("a site has the process's size: leave size out")
        return self
