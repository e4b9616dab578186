"""Limits of rules as written: a number, or a short text for tolerances, choices, tables and ranges.

15                      a number
"20 ± 0.2"              a value with its tolerance
"35|40|45"              choices, each may carry a tolerance
"35: 40|45: 50"         by size: the limit of the row whose size fits
"70 + 1.3 * UBM"        grows with the size of a layer's shape
"750 x 1000"            width x height
"0.35 to 0.45"          from, to
"circle|octagon"        words
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

__all__ = ["BySize", "Choices", "Extent", "Limit", "Linear", "Number", "Range", "Words", "parse_limit"]

_NUMBER = r"[-+]?\d+(?:\.\d+)?"


@dataclass(frozen=True, slots=True)
class Number:
    """One value."""

    value: float


@dataclass(frozen=True, slots=True)
class Choices:
    """Values, each with its tolerance (0: exact)."""

    values: tuple[tuple[float, float], ...]

    def holds(self, measured: float, slack: float = 0.0) -> bool:
        """Whether a measured value is one of them; `slack` is added to each tolerance."""
        return any(abs(measured - value) <= tolerance + slack for value, tolerance in self.values)


@dataclass(frozen=True, slots=True)
class BySize:
    """A limit for each size: rows of (size, limit), sizes rising."""

    rows: tuple[tuple[float, float], ...]

    def at(self, size: float, slack: float = 0.0) -> float:
        """The limit for a shape of that size: the largest row not above it, or the first row."""
        fitting = [limit for row, limit in self.rows if row <= size + slack]
        return fitting[-1] if fitting else self.rows[0][1]


@dataclass(frozen=True, slots=True)
class Extent:
    """A width and a height."""

    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Range:
    """From least to most, both allowed."""

    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Linear:
    """`base` + `factor` · size of the shape on `layer`."""

    base: float
    factor: float
    layer: str


@dataclass(frozen=True, slots=True)
class Words:
    """One of some words."""

    words: tuple[str, ...]


Limit: TypeAlias = Number | Choices | BySize | Extent | Range | Linear | Words


def parse_limit(text: float | str) -> Limit:
    """The limit a rule's `limit` says; raises ValueError for text of no known form."""
    if isinstance(text, int | float):
        return Number(float(text))
    parts = [part.strip() for part in text.split("|")]
    if found := re.fullmatch(rf"({_NUMBER})\s*\+\s*({_NUMBER})\s*\*\s*([A-Z][A-Z0-9_]*)", text.strip()):
        return Linear(float(found[1]), float(found[2]), found[3])
    if found := re.fullmatch(rf"({_NUMBER})\s*x\s*({_NUMBER})", text.strip()):
        return Extent(float(found[1]), float(found[2]))
    if found := re.fullmatch(rf"({_NUMBER})\s*to\s*({_NUMBER})", text.strip()):
        return _range(float(found[1]), float(found[2]))
    if all(re.fullmatch(rf"{_NUMBER}\s*:\s*{_NUMBER}", part) for part in parts):
        rows = [tuple(float(number) for number in part.split(":")) for part in parts]
        return BySize(tuple(sorted((size, limit) for size, limit in rows)))
    if all(re.fullmatch(rf"{_NUMBER}(\s*±\s*{_NUMBER})?", part) for part in parts):
        return Choices(tuple(_choice(part) for part in parts))
    if all(re.fullmatch(r"[a-z][a-z0-9_]*", part) for part in parts):
        return Words(tuple(parts))
    raise ValueError(
        f'limit {text!r} is no number and none of "20 ± 0.2", "35|40", "35: 40|45: 50", "70 + 1.3 * UBM", '
        '"750 x 1000", "0.35 to 0.45", "circle|octagon"'
    )


def _choice(part: str) -> tuple[float, float]:
    value, _, tolerance = part.partition("±")
    return float(value), float(tolerance or 0)


def _range(least: float, most: float) -> Range:
    if least > most:
        raise ValueError(f"the range {least:g} to {most:g} is empty")
    return Range(least, most)
