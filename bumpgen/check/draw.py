"""Shapes for the examples of rules, and how a derived layer is drawn so that it becomes a given shape."""

from __future__ import annotations

from bumpgen.expression import Binary, Call, Expression, Named
from bumpgen.geometry import Polygon, Shape
from bumpgen.layout import Drawn

__all__ = ["drawn_as", "rectangle", "ring"]


def rectangle(x0: float, y0: float, x1: float, y1: float) -> Polygon:
    """A rectangle by its corners, µm; sides may be odd multiples of the grid."""
    return Polygon(((x0, y0), (x1, y0), (x1, y1), (x0, y1)))


def ring(x0: float, y0: float, x1: float, y1: float, wall: float) -> Polygon:
    """A rectangular frame that closes on itself along a cut, its wall outside the box, µm."""
    o0, p0, o1, p1 = x0 - wall, y0 - wall, x1 + wall, y1 + wall
    return Polygon(((o0, p0), (o1, p0), (o1, p1), (o0, p1), (o0, p0), (x0, y0), (x0, y1), (x1, y1), (x1, y0), (x0, y0)))


def drawn_as(expression: Expression, shape: Shape) -> tuple[Drawn, ...]:
    """Shapes on drawn layers that make the expression equal to `shape`, or contain it as a whole shape."""
    match expression:
        case Named(layer):
            return (Drawn(layer, shape),)
        case Binary("not" | "outside" | "or" | "xor", left, _, False):
            return drawn_as(left, shape)
        case Binary(_, left, right, False):
            return (*drawn_as(left, shape), *drawn_as(right, shape))
        case Binary(_, left, _, True):
            return drawn_as(left, shape)
        case Call("merged" | "hulls" | "rectangles" | "with_area" | "extents", argument):
            return drawn_as(argument, shape)
    raise ValueError(f"an example can't be drawn for {expression}")
