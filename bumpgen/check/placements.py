"""Where cells are placed, for all instances at once.

klayout writes a layout's bare cell tree as a GDSII stream in a tenth of the time that Python needs to walk
it; instances that differ in their place only are neighbours there, records of one length, and numpy reads
them as one table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import klayout.db as db

__all__ = ["Placed", "Steps", "placements", "turn_of"]

Steps: TypeAlias = NDArray[np.int64]
"""(N, 2) places in database units."""

BEGIN_CELL, CELL_NAME, SINGLE, ARRAY, NAME, TURN, ANGLE, COUNTS, PLACE, END = (
    0x0502, 0x0606, 0x0A00, 0x0B00, 0x1206, 0x1A01, 0x1C05, 0x1302, 0x1003, 0x1100,
)  # fmt: skip
"""GDSII records: type and data type."""

Words: TypeAlias = NDArray[np.uint16]
Index: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Placed:
    """Instances of one cell in another, turned alike: `angle` in quarter turns after mirroring at the x axis.

    `angle` is None where they are scaled, or turned by anything else.
    """

    parent: str
    child: str
    angle: int | None
    mirror: bool
    places: Steps


def placements(layout: db.Layout) -> Iterator[Placed]:
    """All instances of a layout."""
    import klayout.db as db

    options = db.SaveLayoutOptions()
    options.format, options.gds2_write_timestamps = "GDS2", False
    options.deselect_all_layers()
    stream = layout.write_bytes(options)
    words = np.frombuffer(stream, ">u2", len(stream) // 2).astype(np.uint16)
    begins = _found(words, 14, CELL_NAME, np.flatnonzero(words[1:-15] == BEGIN_CELL))
    firsts = begins + 14 + words[begins + 14] // 2
    for kind, counts in ((SINGLE, 0), (ARRAY, 4)):
        starts = _found(words, 2, NAME, np.flatnonzero(words[1:-8] == kind))
        after = (words[starts - 2] == 4) & (words[starts - 1] == END) | np.isin(starts, firsts)
        yield from _references(stream, words, starts[after], begins, counts)


def _found(words: Words, after: int, kind: int, starts: Index) -> Index:
    """Those starts (in words) that have a record of that kind `after` words on."""
    chosen: Index = starts[words[starts + after + 1] == kind]
    return chosen


def _references(stream: bytes, words: Words, starts: Index, begins: Index, counts: int) -> Iterator[Placed]:
    """References grouped by parent and by all their bytes before the coordinates; `counts`: words of columns and rows.

    A start follows the end of another; coordinates that look like a record's head don't.
    """
    at = starts + 2 + words[starts + 2] // 2
    turned = words[at + 1] == TURN
    at = at + 3 * turned
    at = at + 6 * (turned & (words[at + 1] == ANGLE)) + counts
    known = (words[np.minimum(at + 1, len(words) - 1)] == PLACE) & (at - starts < 2**15)
    for parent, child in _unknown(stream, words, starts[~known], begins):
        yield Placed(parent, child, None, False, np.zeros((0, 2), np.int64))
    starts, at = starts[known], at[known]
    parents = np.searchsorted(begins, starts) - 1
    for length in np.unique(at - starts).tolist():
        chosen = np.flatnonzero(at - starts == length)
        heads = np.column_stack((parents[chosen], _window(words, starts[chosen], length))).astype(np.int64)
        _, group = np.unique(heads @ _mixed(heads.shape[1]), return_inverse=True)
        order = np.argsort(group, kind="stable")
        for members in np.split(chosen[order], np.cumsum(np.bincount(group))[:-1]):
            yield from _group(stream, words, begins, starts[members], length, counts)


def _mixed(count: int) -> Index:
    """Odd factors that tell rows of numbers apart by one sum each; two rows in 10¹⁸ would share one."""
    return np.random.default_rng(0).integers(2**30, 2**62, count, dtype=np.int64) | 1


def _window(words: Words, starts: Index, length: int) -> Words:
    """(N, length) words from each start on."""
    return np.lib.stride_tricks.sliding_window_view(words, length)[starts]


def _unknown(stream: bytes, words: Words, starts: Index, begins: Index) -> Iterator[tuple[str, str]]:
    """Parent and child of references that are scaled; what only looks like a reference has no such name."""
    for start in starts.tolist():
        size = int(words[start + 2])
        if 4 < size < 2**12 and words[start + 2 + size // 2 + 1] == TURN:
            yield _name(stream, int(begins[np.searchsorted(begins, start) - 1]) + 14), _name(stream, start + 2)


def _name(stream: bytes, word: int) -> str:
    """The text of the record at a word."""
    size = int.from_bytes(stream[2 * word : 2 * word + 2], "big")
    return stream[2 * word + 4 : 2 * word + size].rstrip(b"\0").decode("latin-1")


def _group(stream: bytes, words: Words, begins: Index, starts: Index, length: int, counts: int) -> Iterator[Placed]:
    """References that are alike but for their places."""
    start = int(starts[0])
    parent = _name(stream, int(begins[np.searchsorted(begins, start) - 1]) + 14)
    turn = start + 2 + int(words[start + 2]) // 2
    mirror, angle = False, 0.0
    if words[turn + 1] == TURN:
        mirror = bool(words[turn + 2] & 0x8000)
        if words[turn + 4] == ANGLE:
            angle = _real(stream[2 * (turn + 5) : 2 * (turn + 9)])
    quarter = angle / 90
    whole = round(quarter) % 4 if quarter == round(quarter) else None
    pairs = _window(words, starts + length + 2, 12 if counts else 4).astype(">u2")
    points = np.ascontiguousarray(pairs).view(">i4").astype(np.int64).reshape(len(starts), -1, 2)
    if not counts:
        yield Placed(parent, _name(stream, start + 2), whole, mirror, points[:, 0])
        return
    for corner, (columns, rows) in zip(points, _window(words, starts + length - 2, 2).tolist(), strict=True):
        yield Placed(parent, _name(stream, start + 2), whole, mirror, _lattice(corner, columns, rows))


def _lattice(corner: Steps, columns: int, rows: int) -> Steps:
    origin, across, up = corner
    i, j = np.meshgrid(np.arange(columns), np.arange(rows))
    step_x, step_y = (across - origin) // columns, (up - origin) // rows
    lattice: Steps = origin + i.reshape(-1, 1) * step_x + j.reshape(-1, 1) * step_y
    return lattice


def _real(data: bytes) -> float:
    """A GDSII floating point number: sign, exponent of 16 less 64, mantissa of 56 bits."""
    mantissa = int.from_bytes(data[1:], "big") / 2**56
    return float((-1 if data[0] & 0x80 else 1) * mantissa * 16.0 ** ((data[0] & 0x7F) - 64))


def turn_of(placed: Placed) -> Any:
    """The turn as a klayout Trans without displacement."""
    import klayout.db as db

    return db.Trans(placed.angle or 0, placed.mirror, 0, 0)
