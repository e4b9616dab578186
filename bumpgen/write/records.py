"""GDSII records: length, type, data; and blocks of equal elements as numpy arrays."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from struct import pack
from typing import TYPE_CHECKING

import numpy as np

from bumpgen.errors import GeometryError
from bumpgen.geometry import Transform
from bumpgen.layout import Cell, LayerNumber
from bumpgen.write.units import Steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "CHUNK",
    "DATE",
    "ENDEL",
    "cell_name",
    "copies",
    "numbers",
    "point",
    "polygons",
    "real",
    "record",
    "reference",
    "text",
]

CHUNK = 1 << 16
"""Places and points handled at a time, so that memory does not grow with the layout."""

BIAS = 1 << 31
ENDEL = pack(">HH", 4, 0x1100)
DATE = pack(">12H", *(1970, 1, 1, 0, 0, 0) * 2)
"""When every library and cell was made and changed: equal layouts give equal bytes."""

NAME = re.compile(r"[A-Za-z0-9_?$]{1,128}")


def record(kind: int, data: bytes = b"") -> bytes:
    """A record: length, type and data type (`kind`), data padded to an even length."""
    data += bytes(len(data) % 2)
    return pack(">HH", 4 + len(data), kind) + data


def real(value: float) -> bytes:
    """GDSII's real: a power of 16 and 56 bits, exact for every positive double in its range."""
    if value == 0:
        return bytes(8)
    exponent = math.ceil(math.frexp(value)[1] / 4)
    return bytes([64 + exponent]) + int(math.ldexp(value, 56 - 4 * exponent)).to_bytes(7, "big")


def numbers(kinds: tuple[int, int], number: LayerNumber) -> bytes:
    """Layer and data type (or text type) records."""
    if not all(0 <= n <= 32_767 for n in number):
        raise GeometryError(f"GDS layer {number[0]}/{number[1]} is not within 0 to 32767")
    return record(kinds[0], pack(">h", number[0])) + record(kinds[1], pack(">h", number[1]))


def cell_name(name: str) -> bytes:
    """A cell's name as GDSII allows it."""
    if not NAME.fullmatch(name):
        raise GeometryError(f"{name!r} can't name a GDSII cell", hint="use 1 to 128 of A-Z a-z 0-9 _ ? $")
    return name.encode()


def text(label: str) -> bytes:
    """A label's text."""
    data = label.encode()
    if not 1 <= len(data) <= 512 or "\0" in label:
        raise GeometryError(f"label {label[:40]!r} of {len(data)} bytes is not within GDSII's 1 to 512")
    return record(0x1906, data)


def reference(kind: int, cell: Cell, turn: Transform) -> bytes:
    """The head of an SREF (0x0A00) or AREF (0x0B00)."""
    head = record(kind) + record(0x1206, cell_name(cell.name))
    if turn.mirror or turn.rotation % 360:
        head += record(0x1A01, pack(">H", 0x8000 * turn.mirror)) + record(0x1C05, real(turn.rotation % 360))
    return head


def point(x: int, y: int) -> bytes:
    """The record of one point, database units."""
    return pack(">HHii", 12, 0x1003, x, y)


def copies(head: bytes, places: Steps, tail: bytes) -> memoryview:
    """Elements that differ in one point: head, the point's record, tail, for each place."""
    head += pack(">HH", 12, 0x1003)
    record = np.dtype([("head", f"V{len(head)}"), ("xy", ">i4", 2), ("tail", f"V{len(tail)}")])
    block = np.empty(len(places), record)
    block["head"] = np.void(head)
    block["xy"] = places
    block["tail"] = np.void(tail)
    return block.view(np.uint8).data


def _packed(steps: Steps) -> NDArray[np.int64]:
    """Points as one number each, x in the upper half: one addition then moves x and y."""
    return (steps[..., 0] << 32) + steps[..., 1]


def polygons(number: LayerNumber, polygons: Steps, places: Steps) -> Iterator[memoryview]:
    """Every one of `polygons` (G, M, 2) at every one of `places`; each chunk is good until the next.

    2^31 added to y keeps a packed number's lower half positive, so that sums carry nothing into x.
    """
    outlines = _packed(np.concatenate((polygons, polygons[:, :1]), axis=1)) + BIAS
    moves = _packed(places)[:, None]
    jobs = [(outlines, moves)] if len(moves) == 1 else [(outline[None], moves) for outline in outlines]
    size = 8 * outlines.shape[1]
    head = record(0x0800) + numbers((0x0D02, 0x0E02), number) + pack(">HH", 4 + size, 0x1003)
    capacity = min(max(len(outlines), len(moves)), CHUNK // outlines.shape[1] + 1)
    length = len(head) + size + len(ENDEL)
    # points start 20 bytes into a record: four bytes before the first one align them
    rows = np.empty(4 + capacity * length, np.uint8)[4:].reshape(capacity, length)
    rows[:, : len(head)] = np.frombuffer(head, np.uint8)
    rows[:, -len(ENDEL) :] = np.frombuffer(ENDEL, np.uint8)
    points = rows[:, len(head) : -len(ENDEL)].view(">i8")
    scratch = np.empty((capacity, outlines.shape[1]), np.int64)
    for outline, move in jobs:
        for start in range(0, max(len(outline), len(move)), capacity):
            part = slice(start, start + capacity)
            first, second = (outline[part], move) if len(move) == 1 else (outline, move[part])
            moved = scratch[: max(len(first), len(second))]
            np.add(first, second, out=moved)
            np.bitwise_xor(moved, BIAS, out=moved)
            points[: len(moved)] = moved
            yield rows[: len(moved)].reshape(-1).data
