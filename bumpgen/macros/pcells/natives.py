"""Values as the application holds them (DPoint, DBox, DPath) and as bumpgen does (tuples, µm)."""

from __future__ import annotations

from typing import Any

import pya

from bumpgen.macros.pcells.declared import Parameter

__all__ = ["declaration", "native", "plain"]

TYPES = {
    "number": "TypeDouble", "integer": "TypeInt", "boolean": "TypeBoolean",
    "path": "TypeShape", "point": "TypeShape", "box": "TypeShape",
}  # fmt: skip
"""The application's types by kind; whatever is not here is a text."""


def declaration(parameter: Parameter, default: Any) -> Any:
    """The application's declaration; where it has no bounds and tooltips (before 0.29 and 0.30), the label tells."""
    kind = getattr(pya.PCellParameterDeclaration, TYPES.get(parameter.kind, "TypeString"))
    label = parameter.description if hasattr(pya.PCellParameterDeclaration, "tooltip") else parameter.tip
    if kind == pya.PCellParameterDeclaration.TypeShape:
        label = "" if parameter.kind == "point" else parameter.name  # which is written beside the shape
    made = pya.PCellParameterDeclaration(parameter.name, kind, label, default, parameter.unit)
    made.hidden = parameter.hidden
    for choice in parameter.choices:
        made.add_choice(choice or "(none)", choice)
    if hasattr(pya.PCellParameterDeclaration, "tooltip"):
        made.tooltip = parameter.tip
    if hasattr(pya.PCellParameterDeclaration, "min_value"):
        made.min_value, made.max_value = parameter.least, parameter.most
    return made


def native(parameter: Parameter, value: Any, width: float = 0.0) -> Any:
    """A value for the application; a path is shown `width` µm wide."""
    if value is None:
        return None
    match parameter.kind:
        case "path":
            return pya.DPath([pya.DPoint(x, y) for x, y in value], width)
        case "point":
            return pya.DPoint(*value)
        case "box":
            return pya.DBox(*value)
        case _:
            return value


def plain(parameter: Parameter, value: Any) -> Any:
    """A value of the application as bumpgen's; scripts may also give lists of numbers for points and boxes."""
    match value:
        case pya.DPath():
            return tuple((point.x, point.y) for point in value.each_point())
        case pya.DPoint() | pya.DVector():
            return (value.x, value.y)
        case pya.DBox() if parameter.kind == "point":  # what a point becomes that is pulled in partial mode
            return (max(value.left, value.right, key=abs), max(value.bottom, value.top, key=abs))
        case pya.DBox():
            return (value.left, value.bottom, value.right, value.top)
        case list() if parameter.kind == "path":
            return tuple(
                plain(parameter, corner) if not isinstance(corner, list) else tuple(corner) for corner in value
            )
        case [int() | float() as x0, int() | float() as y0, int() | float() as x1, int() | float() as y1] if (
            parameter.kind == "box"
        ):
            return (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
        case list() if parameter.kind in ("point", "box"):
            return tuple(value)
        case list() if parameter.kind == "list":
            return ", ".join(map(str, value))
        case None | bool() | int() | float() | str() | list() | dict() | tuple():
            return value
        case _:  # a shape where none belongs
            return str(value)
