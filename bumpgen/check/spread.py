"""The chance that process spread leaves a joint open or bridges two, over all joints between two rigid dies.

All joints share one gap. Load-free it is the mean of what each joint alone would hold (its pillars and its
stand-off). A joint is open where its surfaces, each reflowed on its own side, don't meet within the gap; two
neighbours bridge where their bulges, held at the gap, leave less than a minimum between them.

Joints of one group are alike, so no trial draws them one by one. A trial draws what they share: the gap, whose
spread is that of a mean of N independent joints, and the placement error. Given these the joints are
independent, and N of them stay whole with (1 - p)^N. p is integrated over a joint's own radii, volumes and
pillars, the one that matters most in closed form, so that p = 1e-12 is as good as p = 0.1 (conditional
Monte Carlo: its variance is no greater than that of counting faulty arrays in as many trials). The work
doesn't depend on N. Every tolerance is a normal's three sigma, independent from joint to joint and side to side.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np

from bumpgen.check.normals import expected_range, normal_points, wilson
from bumpgen.errors import GeometryError
from bumpgen.solder import joint_width, section_for, standoff, standoff_slopes, volume_for

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["JointGroup", "SpreadResult", "Tolerances", "spread", "volume_tolerance"]

SAMPLES = 4096
"""Points at which a joint's own spread is integrated."""

WIDER = 1.5
"""A neighbour's volume and pillars are drawn so much wider, and weighted for it: bridges lie in their tails."""

GRID = 257
"""Gaps at which a joint's chance is tabulated; between them its complementary log-log is a line."""

TINY = 1e-9
"""Sigma of what has none, µm or µm³: a step where others have a slope."""


@dataclass(frozen=True, slots=True)
class JointGroup:
    """Joints that are alike: how many, both faces' radii (µm), the solder each brings (µm³), heights below (µm).

    `pitch` is the distance of the nearest neighbours' centres (µm), `pairs` how many pairs lie that close: two a
    joint, as in a square array, if it isn't given.
    """

    count: int
    radius1: float
    radius2: float
    volume1: float
    volume2: float = 0.0
    pillar1: float = 0.0
    pillar2: float = 0.0
    pitch: float = math.inf
    pairs: int | None = None

    def __post_init__(self) -> None:
        if self.count < 1:
            raise GeometryError(f"a group of {self.count} joints")
        if not all(0 < radius < math.inf for radius in (self.radius1, self.radius2)):
            raise GeometryError(f"faces of radius {self.radius1:g} and {self.radius2:g} µm: give lengths above 0")
        if not (all(0 <= volume < math.inf for volume in (self.volume1, self.volume2)) and self.volume1 + self.volume2):
            raise GeometryError(f"{self.volume1:g} and {self.volume2:g} µm³ of solder join nothing")
        if not all(0 <= pillar < math.inf for pillar in (self.pillar1, self.pillar2)):
            raise GeometryError(f"pillars {self.pillar1:g} and {self.pillar2:g} µm high: give 0 or more")
        if not self.pitch > 0 or (self.pairs is not None and self.pairs < 0):
            raise GeometryError(f"{self.pairs} pairs of neighbours {self.pitch:g} µm apart")

    @property
    def neighbours(self) -> int:
        """Pairs that could bridge."""
        if math.isinf(self.pitch):
            return 0
        return 2 * self.count if self.pairs is None else self.pairs


@dataclass(frozen=True, slots=True)
class Tolerances:
    """± at three sigma: solder volume (a share), radii and pillar heights (µm), placement along x and y (µm).

    `warpage` is the most the gap differs over the die (µm, highest less lowest), taken as there in full.
    """

    volume: float = 0.0
    radius1: float = 0.0
    radius2: float = 0.0
    pillar1: float = 0.0
    pillar2: float = 0.0
    warpage: float = 0.0
    placement: float = 0.0

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            if not 0 <= value < math.inf:
                raise GeometryError(f"tolerance of {name} {value:g}: give 0 or more")
        if self.volume > 0.75:
            raise GeometryError(f"volume tolerance {self.volume:g}: above 0.75 some joints have no solder at all")


@dataclass(frozen=True, slots=True)
class SpreadResult:
    """Chance that an array has an open joint, and that it has a bridge, and how they were found.

    `method` is "analytic" (no seed, no trials, the intervals are points) or "conditional Monte Carlo". `interval`
    holds the 95 % Wilson interval of `open` and of `bridge`. `coplanarity` is the expected range of the joints'
    free heights, `gap_mean` and `gap_sigma` are of the common gap, µm.
    """

    open: float
    bridge: float
    method: str
    seed: int | None
    trials: int
    interval: tuple[tuple[float, float], tuple[float, float]]
    coplanarity: float
    gap_mean: float
    gap_sigma: float


def volume_tolerance(diameter: float, tolerance: float) -> float:
    """A ball's volume tolerance as a share, from ± its diameter (both µm): dV/V = 3 dD/D."""
    return 3 * tolerance / diameter


def spread(
    groups: Sequence[JointGroup],
    tolerances: Tolerances,
    minimum_gap: float = 0.0,
    seed: int = 0,
    trials: int = 10_000,
    sampled: bool = False,
) -> SpreadResult:
    """The chance of an open and of a bridge over all joints of two rigid dies.

    Analytic where heights are exactly normal and the gap needs no sampling: one group, spread in pillar heights
    alone (`sampled` asks for the Monte Carlo all the same). Pairs that share a joint tend to bridge
    together, so pairs taken as independent give an upper bound (close to the chance while it is small and no
    single joint spreads to half the pitch); a bridge's dependence on the common gap is told to 1/N.
    A bow is a paraboloid, whose heights over a die are spread evenly. GeometryError without groups or trials.
    """
    if not groups or trials < 1:
        raise GeometryError(f"{len(groups)} groups of joints in {trials} trials: there must be some")
    array = _JointArray(tuple(_Spread(group, tolerances) for group in groups), tolerances, minimum_gap)
    if array.normal and not sampled:
        opens, bridges = array.analytic()
        method, used, drawn, interval = "analytic", None, 0, ((opens, opens), (bridges, bridges))
    else:
        opens, bridges = array.drawn(np.random.Generator(np.random.PCG64(seed)), trials)
        method, used, drawn = "conditional Monte Carlo", seed, trials
        interval = (wilson(opens, trials), wilson(bridges, trials))
    coplanarity = expected_range(
        [one.free[0] for one in array.spreads],
        [one.free[1] for one in array.spreads],
        [group.count for group in groups],
    )
    return SpreadResult(opens, bridges, method, used, drawn, interval, coplanarity, *array.gap)


@dataclass(frozen=True)
class _Spread:
    """One group's spread, integrated over `SAMPLES` points of a joint's (and a neighbour's) deviations."""

    group: JointGroup
    tolerances: Tolerances

    @cached_property
    def deviations(self) -> Floats:
        """Deviations in sigma: radius 1, radius 2, volume 1, volume 2, pillars; the neighbour's r1, r2, V, pillars."""
        return normal_points(9, SAMPLES)

    @cached_property
    def sigmas(self) -> tuple[float, float, float, float, float]:
        """Of radius 1, radius 2, volume 1, volume 2, both pillars together."""
        t, g = self.tolerances, self.group
        pillars = math.hypot(t.pillar1, t.pillar2) / 3
        return t.radius1 / 3, t.radius2 / 3, g.volume1 * t.volume / 3, g.volume2 * t.volume / 3, pillars

    def radii(self, of: int = 0) -> tuple[Floats, Floats]:
        """Both faces' radii, of the joint (0) or its neighbour (5), µm; a face doesn't vanish."""
        g = self.group
        one, other = (
            np.maximum(radius + sigma * deviation, 0.05 * radius)
            for radius, sigma, deviation in zip(
                (g.radius1, g.radius2), self.sigmas, self.deviations[of : of + 2], strict=False
            )
        )
        return one, other

    @property
    def pillars(self) -> float:
        """Height of both, µm."""
        return self.group.pillar1 + self.group.pillar2

    @cached_property
    def volumes(self) -> tuple[Floats, Floats]:
        """Solder on either side, µm³."""
        g = self.group
        return (
            np.maximum(g.volume1 + self.sigmas[2] * self.deviations[2], 0.0),
            np.maximum(g.volume2 + self.sigmas[3] * self.deviations[3], 0.0),
        )

    @cached_property
    def bumps(self) -> tuple[Floats, Floats]:
        """Height of the solder reflowed on either side alone, µm."""
        one, other = (
            np.asarray(standoff(radius, 0.0, volume)) for radius, volume in zip(self.radii(), self.volumes, strict=True)
        )
        return one, other

    @cached_property
    def free(self) -> tuple[float, float]:
        """Mean and sigma of a joint's free height, µm: where its two surfaces would meet."""
        bumps = self.bumps[0] + self.bumps[1]
        return self.pillars + float(bumps.mean()), math.hypot(float(bumps.std()), self.sigmas[4])

    @cached_property
    def joined(self) -> tuple[float, float]:
        """Mean and variance of the gap a joint alone holds, load-free, µm and µm²."""
        return self.pillars + float(self._standoffs.mean()), float(self._standoffs.var()) + self.sigmas[4] ** 2

    @cached_property
    def together(self) -> float:
        """Covariance of free height and gap, µm²."""
        bumps = self.bumps[0] + self.bumps[1]
        return float(np.mean((bumps - bumps.mean()) * (self._standoffs - self._standoffs.mean()))) + self.sigmas[4] ** 2

    @cached_property
    def _standoffs(self) -> Floats:
        return np.asarray(standoff(*self.radii(), self.volumes[0] + self.volumes[1]))

    def opens(self, gaps: Floats) -> Floats:
        """Chance that one joint doesn't reach across each gap: closed in its pillars or in one side's volume."""
        from scipy.special import ndtr

        side = self._leading
        if side is None:
            bumps = self.bumps[0] + self.bumps[1]
            short = ndtr((gaps[:, None] - self.pillars - bumps) / max(self.sigmas[4], TINY))
            return np.asarray(short.mean(axis=1))
        rest = self.pillars + self.sigmas[4] * self.deviations[4] + self.bumps[1 - side]
        needed = np.maximum(gaps[:, None] - rest, 0.0)  # 0 where the others reach across by themselves
        volume = (self.group.volume1, self.group.volume2)[side]
        little = ndtr((volume_for(self.radii()[side], 0.0, needed) - volume) / self.sigmas[2 + side])
        return np.asarray(little.mean(axis=1))

    @cached_property
    def _leading(self) -> int | None:
        """The side whose volume spreads the height most; None where the pillars do."""
        g = self.group
        effects = [
            sigma * float(standoff_slopes(radius, 0.0, volume)[0]) if volume else 0.0
            for radius, volume, sigma in zip(
                (g.radius1, g.radius2), (g.volume1, g.volume2), self.sigmas[2:], strict=False
            )
        ]
        side = int(effects[1] > effects[0])
        return None if self.sigmas[4] >= effects[side] else side

    def bridges(self, gaps: Floats, minimum: float) -> Floats:
        """Chance that one pair of neighbours bridges at each gap.

        The neighbour's half width leaves so much for the joint's; V > c h with V and h normal decides.
        """
        from scipy.special import ndtr

        g = self.group
        volume, sigma = g.volume1 + g.volume2, math.hypot(*self.sigmas[2:4])
        drawn = self.deviations[7:9]
        weights = np.exp((1 - WIDER**2) / 2 * (drawn**2).sum(axis=0))
        heights = np.maximum(gaps[:, None] - self.pillars - self.sigmas[4] * WIDER * drawn[1], 1e-3)
        solder = np.maximum(volume + sigma * WIDER * drawn[0], 0.0)
        taken = np.asarray(joint_width(*self.radii(5), solder, heights)) / 2
        section = np.asarray(section_for(*self.radii(), np.maximum(2 * (g.pitch - minimum - taken), 0.0)))
        over = volume - section * (gaps[:, None] - self.pillars)
        chances = ndtr(over / np.maximum(np.hypot(sigma, section * self.sigmas[4]), TINY))
        return np.asarray(chances @ weights / weights.sum())

    def lowered(self, off: Floats) -> Floats:
        """By how much two surfaces, `off` each other's axis, meet lower, µm: two spheres do; inf past a flat face."""
        g = self.group
        if g.volume1 and g.volume2:
            tops = float(self.bumps[0].mean()), float(self.bumps[1].mean())
            spheres = sum((a * a + h * h) / (2 * h) for a, h in zip((g.radius1, g.radius2), tops, strict=True))
            inside = np.minimum(off, spheres)
            return np.where(off < spheres, spheres - np.sqrt(spheres**2 - inside**2), np.inf)
        return np.where(off < (g.radius2 if g.volume1 else g.radius1), 0.0, np.inf)


@dataclass(frozen=True)
class _JointArray:
    """All groups between two dies."""

    spreads: tuple[_Spread, ...]
    tolerances: Tolerances
    minimum: float

    @cached_property
    def count(self) -> int:
        return sum(one.group.count for one in self.spreads)

    @cached_property
    def gap(self) -> tuple[float, float]:
        """Mean and sigma of the mean of all joints' load-free gaps."""
        mean = sum(one.group.count * one.joined[0] for one in self.spreads) / self.count
        return mean, math.sqrt(sum(one.group.count * one.joined[1] for one in self.spreads)) / self.count

    @property
    def normal(self) -> bool:
        """Whether one group's pillars are all that spreads."""
        t = self.tolerances
        return len(self.spreads) == 1 and not any((t.volume, t.radius1, t.radius2, t.warpage, t.placement))

    def analytic(self) -> tuple[float, float]:
        """Of one group: a joint's height less the mean of all has the variance σ² (1 - 1/N)."""
        from scipy.special import log_ndtr

        one, (mean, _) = self.spreads[0], self.gap
        above = (one.free[0] - mean) / max(one.free[1] * math.sqrt(1 - 1 / self.count), TINY)
        pairs = one.group.neighbours
        bridge = -float(_hazard(one.bridges(np.array([mean]), self.minimum))[0]) * pairs if pairs else 0.0
        return -math.expm1(self.count * float(log_ndtr(above))), -math.expm1(bridge)

    def drawn(self, generator: np.random.Generator, trials: int) -> tuple[float, float]:
        """Mean chances of arrays with an open and with a bridge, over trials of gap and placement."""
        mean, sigma = self.gap
        off = np.hypot(*(generator.standard_normal((2, trials)) * self.tolerances.placement / 3))
        shifts = sigma * generator.standard_normal(trials)
        opens, bridges = np.zeros(trials), np.zeros(trials)
        for one in self.spreads:
            local, weights = self._bow(mean + shifts)
            table, follow, stretch = self._table(one, one.opens), *self._given_gap(one)
            reach = one.free[0] + (local + one.lowered(off)[:, None] - follow * shifts[:, None] - one.free[0]) / stretch
            opens = opens + one.group.count * (table(reach) @ weights)
            if one.group.neighbours:
                wide = self._table(one, partial(one.bridges, minimum=self.minimum))
                bridges = bridges + one.group.neighbours * (wide(local) @ weights)
        return float(-np.expm1(-opens).mean()), float(-np.expm1(-bridges).mean())

    def _bow(self, gaps: Floats) -> tuple[Floats, Floats]:
        """Gaps over the die, (trials, places), and the places' shares of it."""
        if not self.tolerances.warpage:
            return gaps[:, None], np.ones(1)
        nodes, weights = np.polynomial.legendre.leggauss(16)
        return gaps[:, None] + nodes * self.tolerances.warpage / 2, weights / 2

    def _given_gap(self, one: _Spread) -> tuple[float, float]:
        """How a joint's free height follows the gap it is part of, and what share of its sigma is left given it."""
        variance = self.gap[1] ** 2
        shared = one.together / self.count
        if not variance:
            return 0.0, 1.0
        left = 1 - shared**2 / variance / max(one.free[1] ** 2, TINY**2)
        return shared / variance, math.sqrt(max(left, TINY))

    def _table(self, one: _Spread, chances: Callable[[Floats], Floats]) -> Callable[[Floats], Floats]:
        """-log(1 - chance) as a function of the gap, tabulated over all gaps that matter."""
        (mean, sigma), (height, deviation) = self.gap, one.free
        wide = 10 * sigma + self.tolerances.warpage / 2 + 1e-3
        low, high = min(mean - wide, height - 9 * deviation), max(mean + wide, height + 9 * deviation)
        grid = np.linspace(low, high, GRID)
        logs = np.log(_hazard(chances(grid)))
        return lambda gaps: np.exp(np.interp(gaps, grid, logs))


def _hazard(chances: Floats) -> Floats:
    """-log(1 - p), within what floats can tell."""
    return np.asarray(-np.log1p(-np.clip(chances, 1e-300, 1 - 1e-16)))
