"""CellSpec: a parametric cell whose fields are its parameters.

One declaration gives validation, cache key, cell name, TOML schema, command-line options and
the docs row. A subclass states `cell` (its name in CELLS), `layers` it draws on by role, its
fields (with unit, bounds and description) and `draw`, which is pure.
"""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from typing import Any, ClassVar, Literal, TypeAlias

from pydantic import ConfigDict, Field, ValidationError

from bumpgen.errors import BumpgenError, InputError, Where
from bumpgen.geometry import Disc, Oblong, Rect, RegularPolygon, Rounded, Shape
from bumpgen.layout import Cell
from bumpgen.process import Process
from bumpgen.toml import Table

__all__ = ["CellSpec", "OutlineName", "length", "outline"]

MAX_LENGTH = 300_000.0
"""The largest wafer's diameter, µm: no cell is larger."""

OutlineName: TypeAlias = Literal["circle", "octagon", "square", "rounded", "chamfered", "oblong"]


def length(description: str, default: Any = ..., *, ge: float | None = None, gt: float | None = 0.0, le: float = MAX_LENGTH) -> Any:
    """A field that is a length in µm, with bounds."""
    bounds: dict[str, Any] = {"le": le}
    bounds |= {"ge": ge} if ge is not None else {"gt": gt}
    return Field(default, description=description, json_schema_extra={"unit": "µm"}, **bounds)


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
            raise InputError(*_first_problem(cls, error)) from None

    @abstractmethod
    def draw(self, process: Process) -> Cell:
        """The cell drawn on the process's layers and grid; same values, same cell."""

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
        schema = cls.model_json_schema()
        required = set(schema.get("required", ()))
        return [_row(name, entry, name in required) for name, entry in schema["properties"].items()]


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


def _first_problem(cls: type[CellSpec], error: ValidationError) -> tuple[str, Where, str | None]:
    problem = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in problem["loc"])
    where = Where(key=f"{cls.cell}.{key}" if key else cls.cell)
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        return f"cell {cls.cell!r} has no parameter {key!r}", where, f"it has {', '.join(cls.model_fields)}"
    if problem["type"] == "missing":
        return f"parameter {key!r} has no value", where, f"set {key}=… (the process has no default)"
    if problem["type"] == "value_error":
        return message, where, None
    return f"{message}, not {problem.get('input')!r}", where, None


def outline(
    kind: OutlineName, size: float, height: float = 0.0, corner: float = 0.0, vertices: int = 0
) -> Shape:
    """The outline of an opening, pad or pillar, centred at the origin.

    Parameters
    ----------
    size : width, or diameter, or size across flats, µm.
    height : height in µm; 0 for the same as `size`.
    corner : radius (rounded) or cut length (chamfered), µm.
    vertices : vertex count of round parts; 0 for as many as the sagitta asks.
    """
    tall = height or size
    match kind:
        case "circle":
            return Disc(0, 0, size, vertices)
        case "octagon":
            return RegularPolygon(0, 0, size)
        case "square":
            return Rect(0, 0, size, tall)
        case "oblong":
            return Oblong(0, 0, size, tall, vertices)
        case "rounded" | "chamfered":
            if corner == 0:
                raise BumpgenError(f"a {kind} outline needs a corner > 0")
            return Rounded(0, 0, size, tall, corner, kind == "rounded", vertices)
