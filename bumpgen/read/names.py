"""Which way round a map lies: names and nets held against places under the eight symmetries.

Real bump maps are symmetric, so positions coincide when a map is mirrored; names and nets don't.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bumpgen.design import BallNames, Bump
from bumpgen.errors import InputError, Where
from bumpgen.geometry import View
from bumpgen.read.source import listed

__all__ = ["Fit", "Mark", "check_naming", "diagnose", "lattice_places", "other_side"]

SYMMETRIES: tuple[tuple[str, tuple[tuple[int, int], tuple[int, int]]], ...] = (
    ("as it is", ((1, 0), (0, 1))),
    ("mirrored (x → -x)", ((-1, 0), (0, 1))),
    ("turned by 180°", ((-1, 0), (0, -1))),
    ("mirrored (y → -y)", ((1, 0), (0, -1))),
    ("turned by 90°", ((0, -1), (1, 0))),
    ("turned by 270°", ((0, 1), (-1, 0))),
    ("mirrored at a diagonal (x ↔ y)", ((0, 1), (1, 0))),
    ("mirrored at a diagonal (x ↔ -y)", ((0, -1), (-1, 0))),
)
"""The symmetries of a square, each by its words and its matrix."""

NEAR = 1e-3
"""Centres closer than this coincide: µm, or parts of a pitch where places are counted in pitches."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A ball for comparing: name, net ("" where it isn't known), and place in any one unit."""

    name: str
    net: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Fit:
    """How a map agrees with a reference under one symmetry: how many places, names and nets do."""

    symmetry: str
    total: int
    places: int
    names: int
    nets: int

    @property
    def agree(self) -> int:
        """How many balls agree in what can be compared best."""
        return min(self.names, self.nets)


def diagnose(marks: Sequence[Mark], reference: Sequence[Mark]) -> tuple[Fit, Fit, str]:
    """The fit as the map lies, the best fit of the eight, and a sentence that compares them.

    Both maps are laid centre on centre, so that an offset between them doesn't matter.
    """
    fits = [_fit(marks, reference, words, np.array(matrix)) for words, matrix in SYMMETRIES]
    now, best = fits[0], max(fits, key=lambda fit: (fit.agree, fit.names + fit.nets, fit.places))
    if best.agree <= now.agree:
        return now, now, ""
    return (
        now,
        best,
        (
            f"the map is {best.symmetry}: {now.places} of {now.total} positions coincide, but only {now.names} of "
            f"{now.total} names and {now.nets} of {now.total} nets agree; {best.symmetry.split(' (')[0]}, "
            f"{best.agree} of {best.total} agree"
        ),
    )


def _fit(marks: Sequence[Mark], reference: Sequence[Mark], words: str, matrix: np.ndarray) -> Fit:
    turned = _centred(np.array([(m.x, m.y) for m in marks]) @ matrix.T)
    places = _centred(np.array([(m.x, m.y) for m in reference]))
    at = {_spot(x, y): mark for (x, y), mark in zip(places.tolist(), reference, strict=True)}
    pairs = [(mark, at.get(_spot(x, y))) for (x, y), mark in zip(turned.tolist(), marks, strict=True)]
    met = [(mark, other) for mark, other in pairs if other is not None]
    names = sum(mark.name == other.name for mark, other in met)
    nets = sum(mark.net == other.net for mark, other in met)
    return Fit(words, len(marks), len(met), names, nets)


def _centred(points: np.ndarray) -> np.ndarray:
    return np.asarray(points - (points.min(axis=0) + points.max(axis=0)) / 2)


def _spot(x: float, y: float) -> tuple[int, int]:
    """Coordinates in steps of NEAR, shifted so that halves of steps don't tell neighbours apart."""
    return round(x / NEAR + 0.25), round(y / NEAR + 0.25)


def other_side(view: View) -> View:
    """The view from the other side."""
    return View.BUMPS_UP if view.mirrored else View.BUMPS_DOWN


def lattice_places(bumps: Sequence[Bump]) -> np.ndarray | None:
    """Column and row of every bump, counted in pitches from the lower left; None off a lattice.

    A row shifted by half a pitch, as in staggered arrays, gives columns of n + 0.5.
    """
    points = np.array([(bump.x, bump.y) for bump in bumps])
    steps = np.rint((points - points.min(axis=0)) / NEAR).astype(np.int64)
    pitch_x = _pitch_in_rows(steps)
    pitch_y = _smallest(np.diff(np.unique(steps[:, 1])))
    places = steps / (pitch_x or pitch_y or 1, pitch_y or pitch_x or 1)
    places = np.round(places * 2, 3) / 2
    fits = np.abs(places * (2, 1) - np.rint(places * (2, 1))).max() < 0.02
    return np.rint(places * (2, 1)) / (2, 1) if fits else None


def _smallest(distances: np.ndarray) -> int:
    distances = distances[distances > 0]
    return int(distances.min()) if len(distances) else 0


def _pitch_in_rows(steps: np.ndarray) -> int:
    rows = steps[np.lexsort((steps[:, 0], steps[:, 1]))]
    same = rows[1:, 1] == rows[:-1, 1]
    return _smallest(np.diff(rows[:, 0])[same]) or _smallest(np.diff(np.unique(steps[:, 0])))


def check_naming(bumps: Sequence[Bump], naming: BallNames, view: View, where: Where) -> None:
    """Hold every bump's name against its place; `view` is the one its table was read in.

    An array may start at any letter or number (outer rows may be empty), but must count on from there.
    """
    parsed = [_parse(bump, naming, where) for bump in bumps]
    places = lattice_places(bumps)
    if places is None:
        raise InputError(
            "the bumps lie on no regular lattice, so their names can't be held against their places",
            where,
            hint="leave naming out",
        )
    expected = _expected(places, naming)
    given = np.array(parsed)
    given = given - given.min(axis=0) + expected.min(axis=0)
    wrong = np.flatnonzero((given != expected).any(axis=1))
    if not len(wrong):
        return
    first = np.array(parsed).min(axis=0) - expected.min(axis=0)
    right = [naming.name(int(c + first[0]), int(r + first[1])) for c, r in expected]
    _refuse(bumps, places, right, [int(i) for i in wrong], view, where)


def _parse(bump: Bump, naming: BallNames, where: Where) -> tuple[int, int]:
    try:
        return naming.parse(bump.name)
    except ValueError as error:
        raise InputError(
            f"bump {bump.name} (line {bump.line}) is no ball name: {error}",
            where,
            hint="rename it, or leave naming out",
        ) from None


def _expected(places: np.ndarray, naming: BallNames) -> np.ndarray:
    """Columns and rows counted from the A1 corner, both from 0; a half pitch counts with its left neighbour."""
    left = naming.a1.endswith("left") != naming.view.mirrored
    columns = places[:, 0] if left else places[:, 0].max() - places[:, 0]
    rows = places[:, 1].max() - places[:, 1] if naming.a1.startswith("top") else places[:, 1]
    return np.column_stack((np.floor(columns + 0.25), rows)).astype(np.int64)


def _refuse(
    bumps: Sequence[Bump], places: np.ndarray, right: list[str], wrong: list[int], view: View, where: Where
) -> None:
    nets = {bump.name: bump.net for bump in bumps}
    marks = [Mark(b.name, b.net, float(x), float(y)) for b, (x, y) in zip(bumps, places, strict=True)]
    reference = [Mark(n, nets.get(n, ""), m.x, m.y) for n, m in zip(right, marks, strict=True)]
    _, best, sentence = diagnose(marks, reference)
    if sentence and best.agree == best.total:
        raise InputError(sentence, where, hint=symmetry_cure(best, view))
    told = [f"{bumps[i].name} (line {bumps[i].line}) lies where {right[i]} belongs" for i in wrong]
    raise InputError(
        f"{len(wrong)} of {len(bumps)} names don't fit their places: {listed(told)}",
        where,
        hint="mend the names or places, or the naming's a1, letters, view and skip",
    )


def symmetry_cure(fit: Fit, view: View) -> str:
    """What to write for a map that fits under a symmetry."""
    if fit.symmetry == "mirrored (x → -x)":
        return f'set view = "{other_side(view)}": the map is seen from the other side'
    if fit.symmetry.startswith("turned"):
        return "turn the map, or name another a1 corner in naming"
    return f'set view = "{other_side(view)}", and name another a1 corner in naming or turn the map'
