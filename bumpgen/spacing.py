"""Places in a row: as near to those wanted as they can be without standing closer than a pitch."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["nearest_apart"]


def nearest_apart(wanted: Sequence[float], pitch: float, low: float, high: float) -> list[float]:
    """Places from low to high, in the order of those wanted (rising), a pitch apart at least, with least squares.

    Less i pitches they need only not fall, which is what pooling adjacent violators solves (Ayer and others,
    1955); bounds then clip (Hu, 1997). Places that don't fit run over `high`.
    """
    blocks: list[tuple[float, int]] = []
    for i, place in enumerate(wanted):
        total, count = place - i * pitch, 1
        while blocks and blocks[-1][0] / blocks[-1][1] >= total / count:
            more, others = blocks.pop()
            total, count = total + more, count + others
        blocks.append((total, count))
    most = high - (len(wanted) - 1) * pitch
    level = [max(min(total / count, most), low) for total, count in blocks for _ in range(count)]
    return [place + i * pitch for i, place in enumerate(level)]
