"""The plan view as a value: what both the SVG and the PNG show.

The drawing stays in µm, as a tree of figures; `Frame` maps it on to the page. Everything
around it (title, legend, scale bar, A1 mark) is in page units: one is a pixel of the width
asked for, y runs down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from bumpgen.geometry import Points, View
from bumpgen.layout import Instance
from bumpgen.view.style import Style

__all__ = [
    "FINE",
    "Bar",
    "Circle",
    "Figure",
    "Frame",
    "Outline",
    "Picture",
    "Primitive",
    "Row",
    "Sheet",
    "Site",
    "Text",
    "Triangle",
]

FINE = 3000
"""A layer of more shapes than this is painted without contours; there they would be all one saw."""


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle: centre and diameter in µm."""

    x: float
    y: float
    diameter: float


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """A filled polygon, (N, 2) µm."""

    points: Points


Primitive: TypeAlias = Circle | Outline


@dataclass(frozen=True, slots=True)
class Figure:
    """A cell as primitives: its own shapes by layer, its instances, and all layers in its tree."""

    name: str
    shapes: Mapping[str, tuple[Primitive, ...]]
    uses: tuple[Instance, ...]
    layers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One layer as painted, bottom sheet first; `fine`: with contours."""

    layer: str
    style: Style
    fine: bool


@dataclass(frozen=True, slots=True)
class Site:
    """A pad or bump to be pointed at: place in the layout and radius, µm; its label's text; its cell."""

    x: float
    y: float
    radius: float
    text: str
    cell: str

    @property
    def name(self) -> str:
        """The pad's or bump's own name: the label up to its first space."""
        return self.text.split(" ", 1)[0]


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text on the page: x, baseline y and font size in page units."""

    x: float
    y: float
    size: float
    text: str
    color: str
    anchor: Literal["start", "middle", "end"] = "start"
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A legend row's swatch: upper left corner and sides in page units."""

    layer: str
    style: Style
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A scale bar: left end, y, width and height in page units; what it spans in µm."""

    x: float
    y: float
    width: float
    height: float
    length: float


@dataclass(frozen=True, slots=True)
class Triangle:
    """A filled triangle on the page."""

    corners: tuple[tuple[float, float], tuple[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Frame:
    """How the drawing lies on the page: page = (x0 + sign·scale·x, y0 - scale·y), scale in px per µm."""

    x0: float
    y0: float
    scale: float
    mirrored: bool

    def to_page(self, x: float, y: float) -> tuple[float, float]:
        """A point of the layout (µm) on the page."""
        return self.x0 + (-x if self.mirrored else x) * self.scale, self.y0 - y * self.scale


@dataclass(frozen=True, slots=True)
class Picture:
    """A whole plan view. `figures` are children first, the top one last."""

    width: int
    height: int
    view: View
    frame: Frame
    figures: tuple[Figure, ...]
    sheets: tuple[Sheet, ...]
    outline: tuple[float, float, float, float] | None
    sites: tuple[Site, ...]
    texts: tuple[Text, ...]
    rows: tuple[Row, ...]
    bar: Bar
    mark: Triangle | None
    title: str
