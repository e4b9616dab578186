"""The texts of two layouts: a text agrees with one of the same string at the same place."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from bumpgen.comparison import Box
from bumpgen.errors import InputError, Where

__all__ = ["PlacedText", "TextDifference", "compare_texts", "read_texts"]

Point: TypeAlias = tuple[float, float]

SLACK = 1e-6
"""What rounding may add to a distance, µm."""


@dataclass(frozen=True, slots=True, order=True)
class PlacedText:
    """A text with its place, µm."""

    text: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class TextDifference:
    """A text that has no equal: where A and where B has it (µm; None where it has none).

    `other` is what B says at its place, where A's `text` only reads otherwise.
    """

    layer: tuple[int, int]
    text: str
    a: Point | None
    b: Point | None
    other: str = ""
    reason: str = ""
    place: int = 0

    @property
    def box(self) -> Box:
        """The box around its places, µm."""
        points = [point for point in (self.a, self.b) if point is not None]
        xs, ys = [x for x, _ in points], [y for _, y in points]
        return min(xs), min(ys), max(xs), max(ys)

    @property
    def words(self) -> str:
        """What differs."""
        if self.other:
            return f"text {self.text!r} reads {self.other!r} in B"
        if self.a is not None and self.b is not None:
            dx, dy = self.b[0] - self.a[0], self.b[1] - self.a[1]
            return f"text {self.text!r} lies ({_short(dx)}, {_short(dy)}) µm from A's in B"
        return f"text {self.text!r} only in {'A' if self.a is not None else 'B'}"


def _short(length: float) -> str:
    """A length without float noise, µm."""
    return f"{round(length, 6) + 0.0:.10g}"


def read_texts(layout: Any, layer: tuple[int, int], path: Path) -> list[tuple[str, int, int]]:
    """String and place (database units) of every text of a layer below the top cell."""
    import klayout.db as db

    index = layout.find_layer(*layer)
    if index is None:
        return []
    try:
        texts = db.Texts(layout.top_cell().begin_shapes_rec(index))
        return [(t.string, t.x, t.y) for t in texts.each()]
    except UnicodeDecodeError as error:
        raise InputError(
            f"a text of layer {layer[0]}/{layer[1]} is not UTF-8: {error.object!r}",
            Where(path),
            hint="write its characters in UTF-8 or ASCII",
        ) from None


def compare_texts(
    layer: tuple[int, int], a: Iterable[PlacedText], b: Iterable[PlacedText], tolerance: float
) -> list[TextDifference]:
    """Texts without an equal no farther than `tolerance` µm; of one string, the nearest are paired."""
    groups: dict[str, tuple[list[Point], list[Point]]] = {}
    for side, texts in ((0, a), (1, b)):
        for text in texts:
            groups.setdefault(text.text, ([], []))[side].append((text.x, text.y))
    found = []
    for string in sorted(groups):
        first, second = _unequal(*groups[string])
        for one, other in _paired(first, second):
            if one is None or other is None or math.dist(one, other) > tolerance + SLACK:
                found.append(TextDifference(layer, string, one, other))
    return _reworded(found)


def _reworded(found: list[TextDifference]) -> list[TextDifference]:
    """The same with a text of A alone and one of B alone at one place taken for one text, changed."""
    there = {_key(t.b): t for t in found if t.a is None and t.b is not None}
    told: list[TextDifference] = []
    taken: set[int] = set()
    for text in found:
        other = there.pop(_key(text.a), None) if text.a is not None and text.b is None else None
        if other is None:
            told.append(text)
        else:
            taken.add(id(other))
            told.append(replace(text, b=other.b, other=other.text))
    return [text for text in told if id(text) not in taken]


def _unequal(a: list[Point], b: list[Point]) -> tuple[list[Point], list[Point]]:
    """What is left when equal places (to a nanometre's thousandth) are struck from both."""
    left: dict[tuple[int, int], list[Point]] = {}
    for point in b:
        left.setdefault(_key(point), []).append(point)
    alone = []
    for point in a:
        equal = left.get(_key(point))
        if equal:
            equal.pop()
        else:
            alone.append(point)
    return sorted(alone), sorted(point for points in left.values() for point in points)


def _key(point: Point) -> tuple[int, int]:
    return round(point[0] / SLACK), round(point[1] / SLACK)


def _paired(a: list[Point], b: list[Point]) -> list[tuple[Point | None, Point | None]]:
    """The nearest of both paired, nearest first; the rest alone."""
    if len(a) * len(b) > 1_000_000:  # a string repeated so often and never in place is no moved label
        return [*((p, None) for p in a), *((None, p) for p in b)]
    order = sorted((math.dist(p, q), i, j) for i, p in enumerate(a) for j, q in enumerate(b))
    free_a, free_b = set(range(len(a))), set(range(len(b)))
    found: list[tuple[Point | None, Point | None]] = []
    for _, i, j in order:
        if i in free_a and j in free_b:
            free_a.discard(i)
            free_b.discard(j)
            found.append((a[i], b[j]))
    found += [(a[i], None) for i in sorted(free_a)]
    return found + [(None, b[j]) for j in sorted(free_b)]
