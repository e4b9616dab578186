"""A stroke font for masks: capitals, digits and signs, of lines at multiples of 45°.

Each sign is a list of lines, separated by commas, on a lattice 4 wide and 6 high; a line is its
corners, each an x digit and a y digit; a line of one corner is a dot.
"""

from __future__ import annotations

__all__ = ["STROKES", "WIDTH", "strokes"]

WIDTH = 4
"""Width of the lattice in units; a sign is one stroke (1 unit) wider, and one more apart from the next."""

STROKES: dict[str, str] = {
    "A": "00 05 16 36 45 40,03 43",
    "B": "03 33 42 41 30 00 06 36 45 44 33",
    "C": "41 30 10 01 05 16 36 45",
    "D": "00 06 26 44 42 20 00",
    "E": "40 00 06 46,03 33",
    "F": "00 06 46,03 33",
    "G": "23 43 41 30 10 01 05 16 36 45",
    "H": "00 06,40 46,03 43",
    "I": "10 30,20 26,16 36",
    "J": "46 43,43 41 30 10 01",
    "K": "00 06,46 13 40,03 13",
    "L": "06 00 40",
    "M": "00 06,40 46,06 24 46",
    "N": "00 06,05 41,40 46",
    "O": "10 30 41 45 36 16 05 01 10",
    "P": "00 06 36 45 43 32 02",
    "Q": "10 30 41 45 36 16 05 01 10,22 40",
    "R": "00 06 36 45 43 32 02,22 40",
    "S": "01 10 30 41 42 33 13 04 05 16 36 45",
    "T": "20 26,06 46",
    "U": "06 01 10 30 41 46",
    "V": "06 03,03 02 20,20 42 43,43 46,20",
    "W": "06 00,40 46,00 22 40",
    "X": "00 01 45 46,06 05 41 40",
    "Y": "06 05 23 45 46,23 20",
    "Z": "06 46 45 01 00 40",
    "0": "10 30 41 45 36 16 05 01 10,12 34",
    "1": "10 30,20 26,26 15",
    "2": "05 16 36 45 44 00,00 40",
    "3": "05 16 36 45 44 33 13,33 42 41 30 10 01",
    "4": "30 36,36 03 02 42",
    "5": "01 10 30 41 43 34 04,04 06 46",
    "6": "03 33 42 41 30 10 01 05 16 36 45",
    "7": "06 46 45 12 10",
    "8": "13 33 42 41 30 10 01 02 13 04 05 16 36 45 44 33",
    "9": "43 13 04 05 16 36 45 41 30 10 01",
    " ": "",
    ".": "20",
    ",": "10 21",
    ":": "21,24",
    "-": "13 33",
    "+": "13 33,22 24",
    "=": "12 32,14 34",
    "_": "00 40",
    "/": "00 01 45 46",
    "(": "30 21 25 36",
    ")": "10 21 25 16",
    "#": "11 15,31 35,02 42,04 44",
    "*": "12 34,14 32,03 43",
    "<": "31 13 35",
    ">": "11 33 15",
}
"""The signs the font has."""


def strokes(sign: str) -> list[list[tuple[int, int]]]:
    """The lines of one sign, each a list of lattice corners."""
    lines = [line.split() for line in STROKES[sign].split(",") if line]
    return [[(int(corner[0]), int(corner[1])) for corner in line] for line in lines]
