"""CellSpec: a parametric cell whose fields are its parameters.

One declaration gives validation, cache key, cell name, TOML schema, command-line options and
the docs row. A subclass states `cell` (its name in CELLS), `layers` it draws on by role, its
fields (with unit, bounds and description) and `drawing`, which is pure; `draw` is that, checked.
"""

from __future__ import annotations

import hashlib
import json
import math
from abc import ABC, abstractmethod
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import ConfigDict, Field, ValidationError, model_validator

from bumpgen.errors import BumpgenError, GeometryError, InputError, Where
from bumpgen.geometry import Disc, Oblong, Polygon, Rect, RegularPolygon, Rounded, Shape, snap
from bumpgen.layout import Cell
from bumpgen.process import Process
from bumpgen.toml import Table
from bumpgen.validation import first_mistake, near

__all__ = [
    "CellSpec",
    "Diameters",
    "OutlineName",
    "OutlineSpec",
    "box",
    "frame",
    "layer_name",
    "length",
    "nested_diameters",
    "on_grid",
    "outline",
]

MAX_LENGTH = 300_000.0
"""The largest wafer's diameter, µm: no cell is larger."""

OutlineName: TypeAlias = Literal["circle", "octagon", "square", "rounded", "chamfered", "oblong"]


def length(
    description: str, default: Any = ..., *, ge: float | None = None, gt: float = 0.0, le: float = MAX_LENGTH
) -> Any:
    """A field that is a length in µm: greater than `gt`, or where `ge` is given at least that; at most `le`."""
    bounds: dict[str, Any] = {"le": le}
    bounds |= {"ge": ge} if ge is not None else {"gt": gt}
    return Field(default, description=description, json_schema_extra={"unit": "µm"}, strict=True, **bounds)


def layer_name(default: str, description: str = "layer drawn on", *, optional: bool = False) -> Any:
    """A field that names a layer of the process; an optional one may be "" for none."""
    name = "[A-Z][A-Z0-9_]*"
    pattern = f"^({name})?$" if optional else f"^{name}$"
    return Field(default, description=description, pattern=pattern, max_length=64)


class CellSpec(Table, ABC):
    """Base of all parametric cells; instances are frozen and compare by value."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True)

    cell: ClassVar[str]
    """Name in CELLS and on the command line."""

    @classmethod
    def make(cls, process: Process, **values: Any) -> CellSpec:
        """The spec with `values` over the process's defaults over the class's; mistakes raise InputError."""
        merged = process.default(cls.cell) | values
        try:
            return cls(**merged)
        except ValidationError as error:
            raise InputError(*_first_problem(cls, error, merged)) from None

    def draw(self, process: Process) -> Cell:
        """The cell drawn on the process's layers and grid; same values, same cell.

        A layer the process lacks, and a shape that can't be built on its grid, raise here.
        """
        cell = self.drawing(process)
        for layer in dict.fromkeys(drawn.layer for drawn in cell.shapes):
            self._check_layer(layer, process)
        try:
            for drawn in cell.shapes:
                drawn.shape.polygons(process.grid.value)
        except GeometryError as error:
            raise error.located(Where(key=self.cell)) from None
        return cell

    @abstractmethod
    def drawing(self, process: Process, /) -> Cell:
        """What `draw` returns, before it is checked."""

    @property
    def circles(self) -> tuple[float, ...]:
        """Diameters (µm) of all circles drawn, by which a stack chooses vertices and keeps them nested."""
        return ()

    def _check_layer(self, layer: str, process: Process) -> None:
        if layer in process.layers:
            return
        fields = [field for field in type(self).model_fields if getattr(self, field) == layer]
        key = ".".join([self.cell, *fields[:1]])
        raise InputError(
            f"layer {layer!r} is not in process {process.name}",
            Where(key=key),
            hint=f"set {fields[0] if fields else 'it'} to one of {', '.join(process.layers)}",
        )

    def key(self) -> str:
        """Parameters as text: equal for equal cells."""
        return json.dumps(self.model_dump(mode="json"), sort_keys=True)

    def name(self) -> str:
        """A GDS cell name: the cell's, and eight digits that stand for its parameters."""
        digest = hashlib.sha256(self.key().encode()).hexdigest()[:8]
        return f"{self.cell.upper()}_{digest}"

    @classmethod
    def parameters(cls) -> list[dict[str, Any]]:
        """Rows of name, type, unit, default, bounds, choices and description, for help and docs."""
        schema = _schema(cls)
        required = set(schema.get("required", ()))
        return [_row(name, entry, name in required) for name, entry in schema["properties"].items()]


@cache
def _schema(cls: type[CellSpec]) -> dict[str, Any]:
    """A cell's JSON schema, which takes a millisecond to make."""
    return cls.model_json_schema()


def _row(name: str, entry: dict[str, Any], required: bool) -> dict[str, Any]:
    return {
        "name": name,
        "type": entry.get("type", "choice" if "enum" in entry else "value"),
        "unit": entry.get("unit", ""),
        "default": None if required else entry.get("default"),
        "min": entry.get("minimum", entry.get("exclusiveMinimum")),
        "max": entry.get("maximum", entry.get("exclusiveMaximum")),
        "choices": entry.get("enum", []),
        "description": entry.get("description", ""),
    }


def _first_problem(
    cls: type[CellSpec], error: ValidationError, values: dict[str, Any]
) -> tuple[str, Where, str | None]:
    problem = error.errors(include_url=False)[0]
    keys, sentence, cure = first_mistake(error, cls, values)
    key = ".".join(keys)
    where = Where(key=f"{cls.cell}.{key}" if key else cls.cell)
    if key in values and key not in cls.model_fields:
        all_of_them = f"it has {', '.join(cls.model_fields)}"
        return f"cell {cls.cell!r} has no parameter {key!r}", where, near(key, cls.model_fields, all_of_them)
    if problem["type"] == "missing" and key in cls.model_fields:
        return f"parameter {key!r} has no value", where, f"set {key}=… (the process has no default)"
    return sentence, where, cure


def vertex_count() -> Any:
    """The field that sets how many corners a circle has."""
    return Field(0, ge=0, le=4096, multiple_of=4, description="circle vertices; 0 by sagitta")


Diameters: TypeAlias = tuple[Annotated[float, Field(gt=0, le=MAX_LENGTH)], ...]
"""Diameters of circles, µm."""


def nested_diameters() -> Any:
    """The field by which a stack tells each of its cells what circles it holds."""
    unit = {"unit": "µm"}
    return Field((), description="diameters of all circles of the stack", json_schema_extra=unit)  # type: ignore[arg-type]


class OutlineSpec(CellSpec):
    """Base of the cells that are one outline about the origin, or several concentric ones."""

    shape: OutlineName = Field("circle", description="outline")
    size: float = length("diameter, width, or size across flats")
    height: float = length("height (y) where it differs from size; 0 for the same", 0.0, ge=0)
    corner: float = length("corner radius (rounded) or length cut off each side (chamfered)", 0.0, ge=0)
    vertices: int = vertex_count()
    nested: Diameters = nested_diameters()

    @model_validator(mode="after")
    def _outline_is_whole(self) -> OutlineSpec:
        if self.shape in ("circle", "octagon") and self.height not in (0, self.size):
            raise ValueError(f"height = {self.height:g} µm: {self.shape}s are as high as wide; use 0, or oblong")
        if self.shape in ("rounded", "chamfered"):
            most = min(self.size, self.tall) / 2
            if not 0 < self.corner <= most:
                raise ValueError(
                    f"corner = {self.corner:g} µm of a {self.shape} outline must be more than 0 and at most {most:g}"
                )
        elif self.corner:
            raise ValueError(f"corner = {self.corner:g} µm means nothing for shape {self.shape!r}; use 0")
        return self

    @property
    def tall(self) -> float:
        """Height (y), µm."""
        return self.height or self.size

    @property
    def round_size(self) -> float:
        """Diameter of the outline's circle or arcs, µm; 0 where it has none."""
        round_parts = {"circle": self.size, "oblong": min(self.size, self.tall), "rounded": 2 * self.corner}
        return round_parts.get(self.shape, 0.0)

    @property
    def circles(self) -> tuple[float, ...]:
        """Diameters of all its circles and arcs, and sizes of octagons, µm, which a stack must keep apart."""
        return (self.slanted_size,) if self.slanted_size else ()

    @property
    def slanted_size(self) -> float:
        """Size (µm) of what has slanted sides that the grid could bring too near: a circle, arcs, an octagon."""
        return self.size if self.shape == "octagon" else self.round_size

    def outlined(self, grid: float, grown: float = 0.0) -> Shape:
        """The outline, `grown` µm larger on every side (less than 0: smaller), on `grid` µm.

        Growing moves every side outward: arcs stay concentric, and of a 45° cut the part that is
        cut off is rounded down to the grid, so that the slanted side moves no less.
        """
        corner = self.corner
        if self.shape == "rounded":
            corner += grown
        elif self.shape == "chamfered":
            exact = corner + grown * (2 - math.sqrt(2))
            corner = math.floor(exact / grid + 1e-6) * grid
        if corner < 0 or (corner == 0 and self.corner):
            raise GeometryError(f"corner = {self.corner:g} µm is used up by shrinking {-grown:g} µm per side")
        if min(self.size, self.tall) + 2 * grown <= 0:
            raise GeometryError(f"nothing is left of {self.size:g} x {self.tall:g} µm, {-grown:g} µm less per side")
        tall = self.height and self.height + 2 * grown
        swell = swell_of(self.slanted_size + 2 * grown, self.nested or self.circles)
        return outline(self.shape, self.size + 2 * grown, tall, corner, self.vertices, swell)


def swell_of(diameter: float, nested: tuple[float, ...]) -> int:
    """Grid steps the corners of a circle (diameter in µm) are moved out beyond those nested in it: two for each.

    One outweighs that the inner circle's corners were moved out too, the other that facets turn a little.
    """
    return 2 * sum(inner < diameter - 1e-9 for inner in nested)


def outline(
    kind: OutlineName, size: float, height: float = 0.0, corner: float = 0.0, vertices: int = 0, swell: int = 0
) -> Shape:
    """The outline of an opening, pad or pillar, centred at the origin.

    Parameters
    ----------
    size : width, or diameter, or size across flats, µm.
    height : height in µm; 0 for the same as `size`.
    corner : radius (rounded) or cut length (chamfered), µm.
    vertices : vertex count of round parts; 0 for as many as the sagitta asks.
    swell : grid steps the corners of round parts are moved out, so that smaller ones stay enclosed.
    """
    tall = height or size
    match kind:
        case "circle":
            return Disc(0, 0, size, vertices, swell)
        case "octagon":
            return RegularPolygon(0, 0, size, swell=swell)
        case "square":
            return Rect(0, 0, size, tall)
        case "oblong":
            return Oblong(0, 0, size, tall, vertices, swell)
        case "rounded" | "chamfered":
            if corner == 0:
                raise BumpgenError(f"a {kind} outline needs a corner > 0")
            return Rounded(0, 0, size, tall, corner, kind == "rounded", vertices, swell)


def box(x0: float, y0: float, x1: float, y1: float, grid: float) -> Polygon:
    """A rectangle by two opposite corners (µm), which must lie on `grid` µm."""
    return on_grid(((x0, y0), (x1, y0), (x1, y1), (x0, y1)), grid)


def on_grid(corners: tuple[tuple[float, float], ...], grid: float) -> Polygon:
    """A polygon whose corners must lie on the grid already; µm."""
    return Polygon(tuple((snap(x, grid, "x"), snap(y, grid, "y")) for x, y in corners))


def frame(x0: float, y0: float, x1: float, y1: float, width: float, grid: float) -> tuple[Polygon, ...]:
    """A frame `width` µm wide inside the box x0, y0, x1, y1: four mitred trapezoids, none with a hole."""
    outer = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    inner = ((x0 + width, y0 + width), (x1 - width, y0 + width), (x1 - width, y1 - width), (x0 + width, y1 - width))
    sides = ((0, 1), (1, 2), (2, 3), (3, 0))
    return tuple(on_grid((outer[i], outer[j], inner[j], inner[i]), grid) for i, j in sides)
