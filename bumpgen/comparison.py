"""Where two layouts differ, as values that a picture can be made of. All lengths are µm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from bumpgen.geometry import Points

__all__ = ["Box", "NumberedPlace", "Overlay", "OverlayLayer"]

Box: TypeAlias = tuple[float, float, float, float]
"""x0, y0, x1, y1 in µm."""


@dataclass(frozen=True, slots=True)
class NumberedPlace:
    """Differences whose boxes touch, under the number the table has: their box, layers, area (µm²).

    `known` says that every one of them was expected.
    """

    number: int
    box: Box
    layers: tuple[str, ...]
    area: float
    known: bool


@dataclass(frozen=True, slots=True, eq=False)
class OverlayLayer:
    """One layer of both layouts as areas: in both, in A alone, in B alone; outlines without holes."""

    layer: tuple[int, int]
    common: tuple[Points, ...]
    only_a: tuple[Points, ...]
    only_b: tuple[Points, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """Two layouts laid over each other, with the places where they differ numbered from 1."""

    a: str
    b: str
    box: Box
    layers: tuple[OverlayLayer, ...]
    places: tuple[NumberedPlace, ...]
    notes: tuple[str, ...] = ()
