"""The parameters of a PCell, made from those of its CellSpec; and its values back as CellSpec takes them.

Numbers, texts and choices are as they are; a list is a text ("0, 90"), a table is JSON; corners of a wire are
points (x, y) in µm, which the PCell shows as a path.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from bumpgen.cells import CellSpec
from bumpgen.errors import InputError, Where
from bumpgen.process import Process

__all__ = ["Kind", "Parameter", "declared", "default_values", "taken"]

Kind: TypeAlias = Literal["number", "integer", "text", "boolean", "list", "table", "path", "point", "box"]
"""What a value is: `path` ((x, y), …), `point` (x, y) and `box` (x0, y0, x1, y1) are µm, drawn and dragged."""

LAYER = "^[A-Z][A-Z0-9_]*$"
OPTIONAL_LAYER = "^([A-Z][A-Z0-9_]*)?$"
"""Patterns by which a CellSpec's schema tells that a text names a layer."""

HIDDEN = frozenset({"nested"})
"""What a stack tells its parts: nothing to set by hand."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter as it is shown; lengths in µm, `least` and `most` inclusive or exclusive as the cell says."""

    name: str
    kind: Kind
    default: Any
    description: str
    unit: str = ""
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    hidden: bool = False

    @property
    def tip(self) -> str:
        """What it is and within which bounds, as one line."""
        bounds = [f"from {self.least:g}"] if self.least is not None else []
        bounds += [f"to {self.most:g}"] if self.most is not None else []
        unit = f" {self.unit}" if self.unit and bounds else ""
        return self.description + (f" ({' '.join(bounds)}{unit})" if bounds else "")


def declared(spec: type[CellSpec], process: Process) -> tuple[Parameter, ...]:
    """The parameters of `spec` in `process`, whose defaults stand over the class's and whose layers are choices."""
    schema = spec.model_json_schema()["properties"]
    defaults = default_values(spec, process)
    return tuple(
        Parameter(
            name=row["name"],
            kind=_kind(row),
            default=_shown(_kind(row), defaults.get(row["name"])),
            description=row["description"],
            unit=row["unit"],
            choices=_choices(spec, row, schema[row["name"]].get("pattern"), process),
            least=row["min"],
            most=row["max"],
            hidden=row["name"] in HIDDEN,
        )
        for row in spec.parameters()
    )


def default_values(spec: type[CellSpec], process: Process) -> dict[str, Any]:
    """The process's default values over the class's; what neither has is missing."""
    return spec.make(process).model_dump(mode="json")


def taken(parameters: tuple[Parameter, ...], values: dict[str, Any], cell: str) -> dict[str, Any]:
    """A PCell's values as CellSpec.make takes them; a list or table that can't be read raises InputError."""
    return {p.name: _taken(p, values[p.name], cell) for p in parameters if p.name in values}


def _kind(row: dict[str, Any]) -> Kind:
    if row["type"] == "array":
        corners = isinstance(row["default"], list) and row["default"] and isinstance(row["default"][0], list)
        return "path" if corners else "list"
    kinds: dict[str, Kind] = {"number": "number", "integer": "integer", "object": "table"}
    return kinds.get(row["type"], "text")


def _choices(spec: type[CellSpec], row: dict[str, Any], pattern: str | None, process: Process) -> tuple[str, ...]:
    if pattern in (LAYER, OPTIONAL_LAYER):
        return (*process.layers, *([""] if pattern == OPTIONAL_LAYER else []))
    if (spec.cell, row["name"]) == ("site", "kind"):
        return tuple(process.sites)
    return tuple(row["choices"])


def _shown(kind: Kind, value: Any) -> Any:
    match kind:
        case "list":
            return ", ".join(f"{number:.12g}" for number in value or ())
        case "table":
            return json.dumps(value, ensure_ascii=False) if value else ""
        case "path":
            return tuple((float(x), float(y)) for x, y in value)
        case _:
            return value


def _taken(parameter: Parameter, value: Any, cell: str) -> Any:
    match parameter.kind:
        case "list" if isinstance(value, str):
            return _read(f"[{value.strip().removeprefix('[').removesuffix(']')}]", parameter, cell, "e.g. 0, 90, 45.5")
        case "table" if isinstance(value, str):
            return _read(value.strip() or "{}", parameter, cell, 'JSON, e.g. {"ubm": {"size": 240}}')
        case "path":
            return tuple((float(x), float(y)) for x, y in value)
        case "integer" if isinstance(value, float) and value.is_integer():
            return int(value)
        case _:
            return value


def _read(text: str, parameter: Parameter, cell: str, wanted: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(
            f"{parameter.name} = {text} can't be read: {error.msg} at character {error.pos + 1}",
            Where(key=f"{cell}.{parameter.name}"),
            hint=f"write {wanted}",
        ) from None
