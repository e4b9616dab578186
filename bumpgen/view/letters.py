"""Letters as pen strokes, for painters that have no fonts.

A glyph is written as strokes of points; a point is two hexadecimal digits, x and y. Capitals
stand on y = 3 and reach to 12, small letters to 9, tails to 0. A stroke after ~ is a smooth curve.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias

from bumpgen.view.picture import Text

__all__ = ["Stroke", "strokes", "text_width"]

Stroke: TypeAlias = list[tuple[float, float]]

UNIT = 0.08
"""One step of the glyph grid in parts of the font size: capitals are 0.72 of it tall."""
BASELINE = 3
GAP = 2.0
"""Space between two letters in steps."""
SPACE = 2.5
UNKNOWN = "030c5c5303"

GLYPHS: dict[str, str] = {
    "A": "033c63 1656", "B": "030c ~0c4c5b594808 ~084857544303", "C": "~5a4c1c0a05134355",
    "D": "030c ~0c4c5a554303", "E": "5c0c0353 0848", "F": "5c0c03 0848", "G": "~5a4c1c0a05134355 555737",
    "H": "030c 535c 0858", "I": "030c", "J": "~4c45331305", "K": "030c 5c07 2953", "L": "0c0353",
    "M": "030c366c63", "N": "030c535c", "O": "~0a1c4c5a554313050a", "P": "030c ~0c4c5b584707",
    "Q": "~0a1c4c5a554313050a 3552", "R": "030c ~0c4c5b584707 2753", "S": "~5a4c1c0b0918475654431305",
    "T": "0c6c 3c33", "U": "~0c051343555c", "V": "0c336c", "W": "0c133a536c", "X": "0c53 035c",
    "Y": "0c386c 3833", "Z": "0c5c0353",
    "a": "4943 ~4739190705133345", "b": "0c03 ~0719394745331305", "c": "~4839190705133344",
    "d": "4c43 ~4739190705133345", "e": "0646 ~464739190705133344", "f": "~3c2c1b13 0939",
    "g": "~4942301001 ~4739190705133345", "h": "0c03 ~0719394743", "i": "0903 0b0c", "j": "~191100 1b1c",
    "k": "0c03 4906 1743", "l": "~0c0413", "m": "0903 ~0719293733 ~3749596763", "n": "0903 ~0719394743",
    "o": "~071939474533130507", "p": "0900 ~0719394745331305", "q": "4940 ~4739190705133345",
    "r": "0903 ~071939", "s": "~483919080716364544331304", "t": "~1c142333 0939", "u": "~0905133345 4943",
    "v": "092349", "w": "0913385369", "x": "0943 0349", "y": "0923 4910", "z": "09490343",
    "0": "~0a1c4c5a554313050a 154a", "1": "0a2c23 0343", "2": "~0a1c4c5a5803 0353",
    "3": "~0b1c4c5b594828 ~28485754431304", "4": "434c0656", "5": "5c0c08 ~0819495754431304",
    "6": "~5b4c2c090513435556481806", "7": "0c5c23", "8": "~0a1c4c5a48180a ~061848565543130506",
    "9": "~041333565a4c1c0a09174759",
    ".": "0304", ",": "1402", ":": "0304 0809", ";": "1402 1819", "!": "0c06 0403", "?": "~0a1c3c4a4826 2423",
    "-": "0747", "–": "0747", "+": "0747 2529", "=": "0545 0949", "_": "0252", "/": "024c", "\\": "0c42",
    "|": "0d01", "(": "~2d0a0521", ")": "~0d2a2501", "[": "2d0d0121", "]": "0d2d2101", "{": "~2d1c1908 ~08171321",
    "}": "~0d1c1928 ~28171301", "<": "4b0743", ">": "0b4703", "&": "~530a1c2c3a0604133457",
    "%": "035c ~0b1c2b1a0b ~3445544334", "#": "131c 535c 0666 0a6a", "*": "2b27 0a48 084a",
    "@": "~47371838484545565a4c1c0a051343", "'": "0c0a", '"': "0c0a 2c2a", "`": "0c1a", "^": "0a2c4a",
    "~": "~0718274748", "$": "~5a4c1c0b0918475654431305 3d32", "µ": "0900 ~0905133345 4943",
    "μ": "0900 ~0905133345 4943", "×": "0448 0844", "·": "0708", "±": "0848 2a26 0444", "°": "~0b1c2b1a0b",
}  # fmt: skip


@lru_cache(maxsize=512)
def _glyph(character: str) -> tuple[tuple[Stroke, ...], float]:
    """Strokes in steps from the left end of the baseline, and the advance."""
    if character.isspace():
        return (), SPACE + GAP
    if character not in GLYPHS:  # an accented letter is written without its accent
        character = unicodedata.normalize("NFKD", character)[0]
    found = tuple(_stroke(part) for part in GLYPHS.get(character, UNKNOWN).split())
    return found, max(x for stroke in found for x, _ in stroke) + GAP


def _stroke(code: str) -> Stroke:
    digits = code.removeprefix("~")
    points = [(float(int(digits[i], 16)), float(int(digits[i + 1], 16) - BASELINE)) for i in range(0, len(digits), 2)]
    return _smooth(_smooth(points)) if code.startswith("~") else points


def _smooth(points: Stroke) -> Stroke:
    """Every corner cut at a quarter of its sides (Chaikin); the ends of an open stroke stay."""
    cut: Stroke = []
    for (ax, ay), (bx, by) in pairwise(points):
        cut += [(0.75 * ax + 0.25 * bx, 0.75 * ay + 0.25 * by), (0.25 * ax + 0.75 * bx, 0.25 * ay + 0.75 * by)]
    if points[0] == points[-1]:
        return [*cut, cut[0]]
    return [points[0], *cut, points[-1]]


def text_width(text: str, size: float) -> float:
    """Width of a text in the unit of its font size."""
    return max(0.0, sum(_glyph(c)[1] for c in text) - GAP) * UNIT * size


def strokes(text: Text) -> list[Stroke]:
    """The pen strokes of a placed text in page units, y down."""
    shift = {"start": 0.0, "middle": 0.5, "end": 1.0}[text.anchor]
    unit = UNIT * text.size
    x = text.x - shift * text_width(text.text, text.size)
    found = []
    for character in text.text:
        lines, advance = _glyph(character)
        found += [[(x + px * unit, text.y - py * unit) for px, py in line] for line in lines]
        x += advance * unit
    return found
