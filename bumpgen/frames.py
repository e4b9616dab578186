"""Coordinates that know the view they are in, and the poses that lead from one view to another.

A die's coordinates are seen at its active face, bumps up, from its lower left corner, as its masks are
drawn. An assembly's are seen from above. A die whose face looks down is seen through its back: mirrored.
That follows from the face and is stated nowhere, so that nobody can state it wrongly; and what takes
coordinates of one view refuses those of another, when types are checked and when it runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, TypeAlias, TypeVar

import numpy as np

from bumpgen.errors import GeometryError
from bumpgen.geometry import Points

__all__ = ["AssemblyView", "Coordinates", "DieView", "Facing", "Pose"]

Facing: TypeAlias = Literal["up", "down"]
"""Where a die's active face looks in its assembly."""


@dataclass(frozen=True, slots=True)
class DieView:
    """At the active face of the die of that name, bumps up; µm from its lower left corner."""

    die: str

    def __str__(self) -> str:
        return f"die {self.die}"


@dataclass(frozen=True, slots=True)
class AssemblyView:
    """From above on the assembly of that name; µm from its origin."""

    assembly: str

    def __str__(self) -> str:
        return f"assembly {self.assembly}, from above"


V = TypeVar("V", DieView, AssemblyView)


@dataclass(frozen=True, slots=True, eq=False)
class Coordinates(Generic[V]):
    """Places in one view: `xy` is (N, 2), µm."""

    view: V
    xy: Points

    def __len__(self) -> int:
        return len(self.xy)

    def seen(self, view: V) -> Points:
        """The places as numbers, for one who names the view they are in. GeometryError if it is another."""
        if view != self.view:
            raise GeometryError(
                f"coordinates seen in {self.view} were taken for {view}", hint="turn them with the die's Pose"
            )
        return self.xy

    def chosen(self, index: Points | np.ndarray) -> Coordinates[V]:
        """Some of the places, by index or mask."""
        return Coordinates(self.view, self.xy[index])


@dataclass(frozen=True, slots=True)
class Pose:
    """Where a die lies in an assembly: where its active face looks, its centre, its turn.

    `centre` is the die's own (µm, DieView), `at` where that lies in the assembly (µm, AssemblyView).
    `rotation` is counter-clockwise as seen from above, after the die was turned face down if it is.
    """

    die: DieView
    assembly: AssemblyView
    face: Facing
    at: tuple[float, float]
    centre: tuple[float, float]
    rotation: Literal[0, 90, 180, 270] = 0

    @property
    def matrix(self) -> Points:
        """What turns (and for a face that looks down mirrors) offsets from the die's centre."""
        quarter = np.array(((0.0, -1.0), (1.0, 0.0)))
        flip = np.array(((-1.0, 0.0), (0.0, 1.0))) if self.face == "down" else np.eye(2)
        turned: Points = np.linalg.matrix_power(quarter, self.rotation // 90) @ flip
        return turned

    def above(self, places: Coordinates[DieView]) -> Coordinates[AssemblyView]:
        """Places of the die as the assembly has them."""
        offsets = places.seen(self.die) - np.array(self.centre)
        return Coordinates(self.assembly, offsets @ self.matrix.T + np.array(self.at))

    def below(self, places: Coordinates[AssemblyView]) -> Coordinates[DieView]:
        """Places of the assembly as the die's masks have them: the inverse of `above`."""
        offsets = places.seen(self.assembly) - np.array(self.at)
        return Coordinates(self.die, offsets @ self.matrix + np.array(self.centre))

    def outlines(self, polygon: Points) -> Points:
        """A shape about the origin (µm, DieView) turned as the die is; counter-clockwise again."""
        turned = polygon @ self.matrix.T
        return turned[::-1] if self.face == "down" else turned
