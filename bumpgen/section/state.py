"""What lies on a cut between two steps: bodies of films and drops of solder, as values; µm."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from bumpgen.section.met import MetShape, Spans
from bumpgen.section.solid import Skyline, columns, common, skyline, union

__all__ = ["Body", "Drop", "State"]

BITS = 1e-6
"""Pieces of less are dropped, µm²: what rounding to the overlay grid leaves along a seam."""


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """A film, or a part of it, on the cut. `exposed` and `soluble` are of a resist between light and developer."""

    film: str
    material: str
    area: Any
    exposed: bool = False
    soluble: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Drop:
    """Solder at one site: what of it the cut shows, and its whole volume (µm³).

    `shape` is the drawn shape that placed it, whose centre may lie beside the cut. What was `plated` stays on what it
    was plated on.
    """

    film: str
    material: str
    shape: MetShape
    area: Any
    volume: float
    form: Literal["ball", "plated", "paste", "reflowed"]
    plated: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """Everything on the cut. `box` is from where to where along the cut, and the wafer's lower side.

    `openings` has the spans that were developed open, by resist film.
    """

    box: tuple[float, float, float]
    bodies: tuple[Body, ...] = ()
    drops: tuple[Drop, ...] = ()
    openings: Mapping[str, Spans] = field(default_factory=dict)

    @property
    def pieces(self) -> tuple[Body | Drop, ...]:
        """Bodies and drops."""
        return (*self.bodies, *self.drops)

    @property
    def solid(self) -> Any:
        """All of it as one area."""
        return union([piece.area for piece in self.pieces])

    def film(self, name: str) -> Any:
        """A film's area; empty if it isn't there."""
        return union([body.area for body in self.bodies if body.film == name])

    def without(self, *films: str) -> State:
        """The state with some films gone."""
        return replace(self, bodies=tuple(body for body in self.bodies if body.film not in films))

    def with_bodies(self, bodies: Iterable[Body]) -> State:
        """The state with more on it; what is empty is left out."""
        return replace(self, bodies=(*self.bodies, *(body for body in bodies if body.area.area > BITS)))

    def changed(self, change: Mapping[int, Any]) -> State:
        """The state with areas of some bodies, by number, replaced."""
        bodies = (replace(body, area=change.get(i, body.area)) for i, body in enumerate(self.bodies))
        return replace(self, bodies=tuple(body for body in bodies if body.area.area > BITS))

    def cut_off(self, length: float) -> State:
        """What lies from 0 to `length` along the cut; drops stay whole if their middle does."""
        inside = columns(((0.0, length),))
        bodies = [replace(body, area=common(body.area, inside)) for body in self.bodies]
        drops = tuple(drop for drop in self.drops if 0 <= drop.shape.centre[0] <= length)
        return State((0.0, length, self.box[2]), drops=drops, openings=self.openings).with_bodies(bodies)

    def top(self) -> tuple[Skyline, tuple[str, ...]]:
        """What is on top along the cut, and the film each label of it stands for."""
        return skyline([piece.area for piece in self.pieces]), tuple(piece.film for piece in self.pieces)

    def areas(self) -> dict[tuple[str, str], float]:
        """µm² on the cut by film and material."""
        found: dict[tuple[str, str], float] = {}
        for piece in self.pieces:
            key = piece.film, piece.material
            found[key] = found.get(key, 0.0) + float(piece.area.area)
        return found

    def volumes(self) -> dict[tuple[str, str], float]:
        """µm³ of solder by film and material, of all sites that the cut meets."""
        found: dict[tuple[str, str], float] = {}
        for drop in self.drops:
            key = drop.film, drop.material
            found[key] = found.get(key, 0.0) + drop.volume
        return found
