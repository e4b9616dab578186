"""Is one bump map the other, mirrored, turned, shifted or in another unit?

Places alone can't tell, since real maps are symmetric: a pose is judged by how many names and nets
it brings together. A pose maps A on to B: b = factor · (M · a + offset).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from bumpgen.design import UNITS
from bumpgen.geometry import Points
from bumpgen.read.names import SYMMETRIES, Fit

__all__ = ["SLACK", "Ball", "Diagnosis", "Pose", "diagnose_maps", "match_places"]

SLACK = 1e-6
"""What rounding may add to a distance, µm."""

FACTORS = sorted({a / b for a in UNITS.values() for b in UNITS.values() if a != b})
"""By how much coordinates are off when one unit of a table is taken for another."""

Fitting: TypeAlias = Literal["all", "nets", "names", "places"]


@dataclass(frozen=True, slots=True)
class Ball:
    """A bump of a map: name, net ("" where none is known), place in µm (bumps_up), line of its table."""

    name: str
    net: str
    x: float
    y: float
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Pose:
    """How B lies to A: b = factor · (M · a + offset), offset in µm; `fit` counts what agrees so."""

    symmetry: str
    factor: float
    offset: tuple[float, float]
    fit: Fit

    @property
    def matrix(self) -> Points:
        """M, one of the eight symmetries of a square."""
        return np.array(dict(SYMMETRIES)[self.symmetry], np.float64)

    def undo(self, points: Points) -> Points:
        """Places of B as A has them, µm."""
        back: Points = (points / self.factor - np.array(self.offset)) @ self.matrix
        return back

    @property
    def words(self) -> str:
        """The pose as the end of "B is A …"; empty for none."""
        parts = [text for text in (self._turn(), self._shift(), self._scale()) if text]
        return " and ".join(parts)

    def _turn(self) -> str:
        """The symmetry with its axis or centre, µm."""
        dx, dy = self.offset
        match self.symmetry:
            case "as it is":
                return ""
            case "mirrored (x → -x)":
                return f"{self.symmetry} about x = {_length(dx / 2)} µm"
            case "mirrored (y → -y)":
                return f"{self.symmetry} about y = {_length(dy / 2)} µm"
            case "mirrored at a diagonal (x ↔ y)" | "mirrored at a diagonal (x ↔ -y)":
                return self.symmetry
        x, y = np.linalg.solve(np.eye(2) - self.matrix, np.array(self.offset)).tolist()
        return f"{self.symmetry} (counter-clockwise) about ({_length(x)}, {_length(y)}) µm"

    def _shift(self) -> str:
        """What of the offset no axis or centre explains, µm."""
        dx, dy = self.offset
        if self.symmetry.startswith("turned"):
            return ""
        dx = 0.0 if self.symmetry == "mirrored (x → -x)" else dx
        dy = 0.0 if self.symmetry == "mirrored (y → -y)" else dy
        return f"shifted by ({_length(dx)}, {_length(dy)}) µm" if max(abs(dx), abs(dy)) > SLACK else ""

    def _scale(self) -> str:
        if self.factor == 1:
            return ""
        pairs = [f"{a} taken for {b}" for a, b in _confusions(self.factor)]
        return f"{self.factor:.6g} times as large ({' or '.join(pairs)})"


def _length(value: float) -> str:
    return f"{round(value, 6) + 0.0:.10g}"


def _confusions(factor: float) -> list[tuple[str, str]]:
    """Units (true, taken) whose confusion makes coordinates `factor` times too large."""
    plain = [name for name in UNITS if name != "µm"]
    return [(a, b) for a in plain for b in plain if abs(UNITS[b] / UNITS[a] / factor - 1) < 1e-9]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The pose that explains most, what of the map it explains, and a sentence that says so.

    `undone` says that single faults are those left when the pose is undone: wherever the whole map
    follows it, or where hardly any place agrees without it.
    """

    pose: Pose
    explains: Fitting
    sentence: str
    undone: bool

    @property
    def cure(self) -> str:
        """What to look at first."""
        if self.pose.factor != 1:
            return "correct the unit of A or B"
        if self.pose.symmetry == "mirrored (x → -x)":
            return "correct the view of A or B: one of them is seen from the other side"
        if self.pose.symmetry == "as it is":
            return "measure both from one origin, the die's lower left corner"
        return "turn one of the maps, or correct which corner its names start from"


def diagnose_maps(
    a: Sequence[Ball], b: Sequence[Ball], tolerance: float
) -> tuple[Pose, tuple[Pose, ...], Diagnosis | None]:
    """The fit of B on A as they lie, the best pose of each symmetry, and a diagnosis if most of A fits better.

    A diagnosis explains names and nets together, or where these disagree, one of them, or the places.
    `tolerance` is how far places may be apart to agree, µm.
    """
    trial = _Trial(a, b, tolerance)
    here = trial.pose("as it is", 1.0, (0.0, 0.0))
    if here.fit.agree == here.fit.total == len(b):
        return here, (here,), None
    tried, best = [here], [here]
    for factor in trial.factors():
        for symmetry, _ in SYMMETRIES:
            poses = [trial.pose(symmetry, factor, offset) for offset in trial.offsets(symmetry, factor)]
            tried += poses
            best.append(max(poses, key=_worth))
    return here, tuple(best), _judge(here, tried, trial.has_nets)


def _worth(pose: Pose) -> tuple[int, int, int]:
    return pose.fit.agree, pose.fit.names + pose.fit.nets, pose.fit.places


def _judge(here: Pose, tried: Sequence[Pose], nets: bool) -> Diagnosis | None:
    """The first pose that explains more than half of the map, and more than no pose does."""
    best, now = max(tried, key=_worth), here.fit
    total = now.total
    told = f"; as they lie, {_counts(here, nets)}"
    if best.fit.agree > now.agree and 2 * best.fit.agree > total:
        return Diagnosis(best, "all", f"B is A {best.words}: {_counts(best, nets)}{told}", True)
    afar = 2 * now.places <= total
    for part in ("nets", "names", "places"):
        if part == "nets" and not nets:
            continue
        pose = max(tried, key=lambda p: (getattr(p.fit, part), p.fit.names + p.fit.nets))
        most, least = getattr(pose.fit, part), getattr(now, part)
        if 2 * most > total > 2 * least and pose.words:
            sentence = f"B's {part} are A's {pose.words}, the rest is not: {_counts(pose, nets)}{told}"
            return Diagnosis(pose, part, sentence, afar)
    return None


def _counts(pose: Pose, nets: bool) -> str:
    fit = pose.fit
    names = f"{fit.names} names and {fit.nets} nets" if nets else f"{fit.names} names"
    return f"{fit.places} of {fit.total} places, {names} agree"


class _Trial:
    """Two maps as arrays, to try poses on."""

    def __init__(self, a: Sequence[Ball], b: Sequence[Ball], tolerance: float):
        self.a, self.b, self.tolerance = places_of(a), places_of(b), tolerance
        self.names_a, self.names_b = _texts([ball.name for ball in a]), _texts([ball.name for ball in b])
        self.nets_a, self.nets_b = _texts([ball.net for ball in a]), _texts([ball.net for ball in b])
        self.has_nets = bool(self.nets_a.any() or self.nets_b.any())
        self.by_name = _common(self.names_a, self.names_b)
        self.by_net = _common(self.nets_a, self.nets_b)

    def pose(self, symmetry: str, factor: float, offset: tuple[float, float]) -> Pose:
        """The pose with the counts of what agrees under it."""
        bare = Pose(symmetry, factor, offset, Fit(symmetry, len(self.a), 0, 0, 0))
        i, j = match_places(self.a, bare.undo(self.b), self.tolerance)
        names = int((self.names_a[i] == self.names_b[j]).sum())
        nets = int((self.nets_a[i] == self.nets_b[j]).sum())
        return Pose(symmetry, factor, offset, Fit(symmetry, len(self.a), len(i), names, nets))

    def factors(self) -> list[float]:
        """1, and factors of units by which B's spread exceeds A's to within a fifth."""
        spread_a, spread_b = _spread(self.a), _spread(self.b)
        if spread_a <= 0 or spread_b <= 0:
            return [1.0]
        return [1.0] + [f for f in FACTORS if abs(np.log(spread_b / spread_a / f)) < 0.2]

    def offsets(self, symmetry: str, factor: float) -> list[tuple[float, float]]:
        """Offsets worth trying: what most equal names ask for, most equal nets, and centre on centre."""
        matrix = np.array(dict(SYMMETRIES)[symmetry], np.float64)
        turned, goal = self.a @ matrix.T, self.b / factor
        found = [np.median(goal[j] - turned[i], axis=0) for i, j in (self.by_name, self.by_net) if len(i)]
        found.append(_middle(goal) - _middle(turned))
        return [(round(float(x), 9) + 0.0, round(float(y), 9) + 0.0) for x, y in found]


def places_of(balls: Sequence[Ball]) -> Points:
    """Places of balls, (N, 2) µm."""
    return np.array([(ball.x, ball.y) for ball in balls], np.float64).reshape(-1, 2)


def match_places(a: Points, b: Points, tolerance: float) -> tuple[np.ndarray, np.ndarray]:
    """Indices of places of A and of B that lie within `tolerance` (µm) of each other, each used once.

    Where two places of one map are no farther apart than twice the tolerance, the first is taken.
    """
    i, j = near_places(a, b, tolerance)
    _, first = np.unique(i, return_index=True)
    i, j = i[first], j[first]
    _, first = np.unique(j, return_index=True)
    return i[first], j[first]


def near_places(a: Points, b: Points, distance: float) -> tuple[np.ndarray, np.ndarray]:
    """Indices of all pairs of places of A and of B within a distance (µm) of each other."""
    import shapely

    tree = shapely.STRtree(shapely.points(b))
    i, j = tree.query(shapely.points(a), predicate="dwithin", distance=distance + SLACK)
    return i, j


def _texts(values: list[str]) -> np.ndarray:
    return np.array(values, dtype=object)


def _common(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Indices in A and B of texts that stand exactly once in each; an empty text is none."""
    once_a, once_b = _once(a), _once(b)
    both = [(i, once_b[text]) for text, i in once_a.items() if text in once_b]
    table = np.array(both, np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _once(texts: np.ndarray) -> dict[str, int]:
    found: dict[str, int] = {}
    twice = set()
    for i, text in enumerate(texts.tolist()):
        if text in found:
            twice.add(text)
        found[text] = i
    return {text: i for text, i in found.items() if text and text not in twice}


def _spread(points: Points) -> float:
    """Mean distance from the median, |x| + |y|: the same for a map and its mirror images and turns, µm."""
    return float(np.abs(points - np.median(points, axis=0)).mean())


def _middle(points: Points) -> Points:
    middle: Points = (points.min(axis=0) + points.max(axis=0)) / 2
    return middle
