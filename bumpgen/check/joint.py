"""Joints between two faces and the wires beside them: shape, overlap, melting order, fill, current, distances."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bumpgen.check.landed import lens
from bumpgen.errors import GeometryError
from bumpgen.solder import Values, bulge, bump_height, joint_width, standoff

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = [
    "JointLevel",
    "Remelt",
    "SolderJoint",
    "alignment_window",
    "allowed_current",
    "close_wires",
    "closest_wires",
    "crossings",
    "fillable",
    "loop_length",
    "melting_margin",
    "overlap",
    "remelts",
]

INCH = 25400.0
"""µm."""

SHORT_WIRE = 0.040
"""Longest wire the higher current of MIL-PRF-38535 holds for, inch."""

WIRE_CURRENTS = {
    "Al": (22000.0, 15200.0),
    "Au": (30000.0, 20500.0),
    "Cu": (30000.0, 20500.0),
    "Ag": (15000.0, 10500.0),
}
"""K of I = K d^1.5 (A, inch) for short and for long wires: MIL-PRF-38535 A.3.5.5.3, table A-IA."""

OTHER_CURRENTS = (9000.0, 6300.0)
"""K of any other metal, same table."""


@dataclass(frozen=True, slots=True)
class SolderJoint:
    """Solder between two round faces: their radii (µm), the volume (µm³), how much of it began on the second.

    `held` is the distance of the faces where something else holds them (all the other joints), µm; None where
    this joint's own stand-off does. With radius2 = 0 it is a bump: solder on one face. GeometryError for values
    that no joint has.
    """

    radius1: float
    radius2: float
    volume: float
    on_second: float = 0.0
    held: float | None = None

    def __post_init__(self) -> None:
        if not all(0 <= radius < math.inf for radius in (self.radius1, self.radius2)):
            raise GeometryError(f"radii {self.radius1:g} and {self.radius2:g} µm: a face's radius is 0 or more")
        if not 0 < self.volume < math.inf:
            raise GeometryError(f"{self.volume:g} µm³ of solder join nothing", hint="give a volume above 0")
        if not 0 <= self.on_second <= self.volume:
            raise GeometryError(f"{self.on_second:g} of {self.volume:g} µm³ began on the second face")
        if self.held is not None and not 0 < self.held < math.inf:
            raise GeometryError(f"faces held {self.held:g} µm apart have no solder between them")

    @property
    def free_height(self) -> float:
        """Stand-off the solder alone gives, µm (spherical zone)."""
        return float(standoff(self.radius1, self.radius2, self.volume))

    @property
    def height(self) -> float:
        """Distance of the two faces, µm."""
        return self.free_height if self.held is None else self.held

    @property
    def tops(self) -> tuple[float, float]:
        """Heights of the solder on either face before they met, reflowed, µm."""
        return (
            bump_height(self.radius1, self.volume - self.on_second) if self.on_second < self.volume else 0.0,
            bump_height(self.radius2, self.on_second) if self.on_second else 0.0,
        )

    @property
    def reach(self) -> float:
        """Largest distance of the faces at which the solder, reflowed on either side alone, still touches, µm."""
        return sum(self.tops)

    @property
    def wetted(self) -> bool:
        """Whether solder and faces meet: always where the joint's own stand-off holds them."""
        return self.held is None or self.reach >= self.held

    @property
    def width(self) -> float:
        """Largest diameter, µm: of the bulge, or of the larger face if there is none."""
        if self.wetted:
            return float(joint_width(self.radius1, self.radius2, self.volume, self.height))
        tops = zip((self.radius1, self.radius2), (self.volume - self.on_second, self.on_second), self.tops, strict=True)
        return max(float(joint_width(radius, 0.0, v, h)) if v else 2 * radius for radius, v, h in tops)

    def gap(self, pillar1: float = 0.0, pillar2: float = 0.0) -> float:
        """From die to die, µm, over pillars (or pads) of those heights."""
        return pillar1 + self.height + pillar2

    def profile(self, z: ArrayLike, pillar1: float = 0.0, pillar2: float = 0.0) -> Floats:
        """Radius at heights z above the first pillar's foot, µm; 0 outside the joint.

        A bump is the joint with radius2 = 0, a cap on a pillar the same with pillar1 > 0. Pillars are as wide
        as their faces. Solder that doesn't reach across shows as two bumps with air between.
        """
        heights = np.asarray(z, float)
        s = heights - pillar1
        pillars = np.where((s < 0) & (heights >= 0), self.radius1, 0.0)
        top = s - self.height
        pillars = np.where((top > 0) & (top <= pillar2), self.radius2, pillars)
        if self.wetted:
            return pillars + _zone(self.radius1, self.radius2, self.volume, self.height, s)
        one = _zone(self.radius1, 0.0, self.volume - self.on_second, self.tops[0], s)
        other = _zone(self.radius2, 0.0, self.on_second, self.tops[1], -top)
        return pillars + np.maximum(one, other)


def _zone(radius1: float, radius2: float, volume: float, height: float, s: Floats) -> Floats:
    """Radius of a spheroidal zone at heights s above its first face, 0 beyond it."""
    if not height:
        return np.zeros_like(s)
    share = s / height
    k = float(bulge(radius1, radius2, volume, height))
    squares = radius1**2 + (radius2**2 - radius1**2) * share + 4 * k * share * (1 - share)
    inside = (share >= 0) & (share <= 1)
    return np.sqrt(np.where(inside, np.maximum(squares, 0.0), 0.0))


def overlap(radius1: float, radius2: float, error: float, offset: float = 0.0) -> float:
    """Share of the smaller round face that lies on the other, drawn `offset` apart and placed `error` off (µm).

    The worst direction is straight away along the line of centres.
    """
    if min(radius1, radius2) <= 0:
        raise GeometryError(f"faces of radius {radius1:g} and {radius2:g} µm have no area")
    return lens(radius1, radius2, offset + error) / (math.pi * min(radius1, radius2) ** 2)


def alignment_window(radius1: float, radius2: float, offset: float = 0.0) -> float:
    """Placement error below which surface tension pulls a joint home, µm: half the overlap's least width.

    Faces drawn on each other overlap by the smaller one's diameter; drawn apart, by less.
    """
    return max(0.0, min(radius1, radius2, (radius1 + radius2 - offset) / 2))


def melting_margin(solidus: float, temperature: float) -> float:
    """How far below its melting something stays, K: a pillar's solidus over solder's liquidus, or over a peak (°C)."""
    return solidus - temperature


@dataclass(frozen=True, slots=True)
class JointLevel:
    """Joints reflowed together: their name, their solder's solidus and liquidus, the reflow's peak, °C."""

    name: str
    solidus: float
    liquidus: float
    peak: float


@dataclass(frozen=True, slots=True)
class Remelt:
    """An earlier joint that a later reflow melts: by how many K over its solidus, and whether wholly."""

    joint: str
    reflow: str
    excess: float
    wholly: bool


def remelts(levels: Sequence[JointLevel]) -> tuple[Remelt, ...]:
    """Which joints melt again later, levels in the order they are reflowed; melting begins at the solidus."""
    return tuple(
        Remelt(earlier.name, later.name, later.peak - earlier.solidus, later.peak >= earlier.liquidus)
        for i, earlier in enumerate(levels)
        for later in levels[i + 1 :]
        if later.peak >= earlier.solidus
    )


def fillable(gap: float, particle: float, times: float = 3.0) -> bool:
    """Whether underfill passes a gap (µm): `times` its largest filler particle (µm); 3 is a rule of thumb."""
    return gap >= times * particle


def allowed_current(metal: str, diameter: float, length: float) -> float:
    """Largest current of a bond wire, A; diameter and length µm. I = K d^1.5, d in inches (MIL-PRF-38535)."""
    if not (diameter > 0 and length >= 0):
        raise GeometryError(f"no wire is {diameter:g} µm thick and {length:g} µm long")
    short, long = WIRE_CURRENTS.get(metal, OTHER_CURRENTS)
    factor = short if length <= SHORT_WIRE * INCH else long
    return float(factor * (diameter / INCH) ** 1.5)


def loop_length(span: Values, height: Values, drop: Values = 0.0, flat: float = 0.5) -> Values:
    """Length of a wire from pad to finger, µm: straight up by `height`, flat for a share of the span, straight down.

    `span` is the distance in plan, `drop` how far the finger lies below the pad. The flat share's default is
    an assumption: a loop has no less than its chord and no more than height + span + height + drop.
    """
    return height + flat * span + np.hypot((1 - flat) * np.asarray(span), np.asarray(height) + drop)


def crossings(starts: Floats, ends: Floats) -> Integers:
    """Pairs of wires that cross in plan, (M, 2) with i < j; starts and ends (N, 2), µm.

    Two wires that only share an end (two wires on one finger) don't cross; one that ends on another's way does,
    and so do two that run along each other.
    """
    import shapely

    lines = _lines(starts, ends)
    i, j = _pairs(lines, "intersects", None)
    same = [np.all(a[i] == b[j], axis=1) for a in (starts, ends) for b in (starts, ends)]
    shared = np.logical_or.reduce(same)
    point = shapely.get_type_id(shapely.intersection(lines[i], lines[j])) == shapely.GeometryType.POINT
    meet = shared & point
    return np.column_stack((i[~meet], j[~meet]))


def close_wires(starts: Floats, ends: Floats, within: float) -> tuple[Integers, Floats]:
    """Pairs of wires (M, 2), i < j, no more than `within` µm apart in plan, and their distances; crossing is 0."""
    import shapely

    lines = _lines(starts, ends)
    i, j = _pairs(lines, "dwithin", within)
    return np.column_stack((i, j)), np.asarray(shapely.distance(lines[i], lines[j]))


def closest_wires(starts: Floats, ends: Floats) -> tuple[float, int, int]:
    """The smallest distance of two wires in plan, µm, and the two wires; (inf, -1, -1) with fewer than two."""
    import shapely

    if len(starts) < 2:
        return math.inf, -1, -1
    lines = _lines(starts, ends)
    _, found = shapely.STRtree(lines).query_nearest(lines, exclusive=True, return_distance=True)
    # wires that are equal are no neighbours to query_nearest, so its distance is only a bound to search within
    pairs, distances = close_wires(starts, ends, float(found.min()) * (1 + 1e-12) if len(found) else 0.0)
    best = int(np.argmin(distances))
    return float(distances[best]), int(pairs[best, 0]), int(pairs[best, 1])


def _lines(starts: Floats, ends: Floats) -> NDArray[np.object_]:
    import shapely

    return np.asarray(shapely.linestrings(np.stack((np.asarray(starts, float), np.asarray(ends, float)), axis=1)))


def _pairs(lines: NDArray[np.object_], predicate: str, within: float | None) -> tuple[Integers, Integers]:
    import shapely

    i, j = shapely.STRtree(lines).query(lines, predicate=predicate, distance=within)
    once = i < j
    order = np.lexsort((j[once], i[once]))
    return i[once][order], j[once][order]
