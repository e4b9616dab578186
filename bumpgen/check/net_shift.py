"""Why many terminals disagree at once: a map that is mirrored, turned, or moved by one pitch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from bumpgen.check.nets import Extraction
from bumpgen.check.terminals import Terminal
from bumpgen.read.names import Mark, diagnose

__all__ = ["explanation"]

MANY = 0.2
"""From this share of disagreeing bumps on, a common cause is looked for."""

CONVINCING = 0.8
"""A cause is named if it brings this share of bumps into agreement."""


def explanation(found: Extraction) -> str:
    """A sentence on the common cause, "" if few disagree or none fits.

    The pads of each piece tell what net the bumps on it are on; the bumps' own nets are held against that as
    they lie, under the symmetries of a square, and one pitch to either side.
    """
    if found.terminals and len(found.missed) > len(found.terminals) / 2:
        return (
            f"{len(found.missed)} of {len(found.terminals)} terminals have no metal under them: "
            "the unit, origin or view of their table may be wrong"
        )
    drawn = _drawn_nets(found)
    bumps = [found.terminals[i] for i in drawn]
    if len(bumps) < 4 or sum(t.net != net for t, net in zip(bumps, drawn.values(), strict=True)) < MANY * len(bumps):
        return ""
    reference = [Mark(net, net, t.x, t.y) for t, net in zip(bumps, drawn.values(), strict=True)]
    marks = [Mark(t.net, t.net, t.x, t.y) for t in bumps]
    _, best, sentence = diagnose(marks, reference)
    if sentence and best.nets >= CONVINCING * best.total:
        return f"the bumps' nets fit when {best.symmetry}: {best.nets} of {best.total} then agree"
    return _moved(bumps, list(drawn.values()))


def _drawn_nets(found: Extraction) -> dict[int, str]:
    """For each bump on metal with pads: the net most of those pads name."""
    nets: dict[int, str] = {}
    for piece in found.pieces:
        pads = Counter(found.terminals[i].net for i in piece.terminals if found.terminals[i].kind == "pad")
        if pads:
            net = pads.most_common(1)[0][0]
            nets.update((i, net) for i in piece.terminals if found.terminals[i].kind == "bump")
    return nets


def _moved(bumps: Sequence[Terminal], drawn: Sequence[str]) -> str:
    """Whether the nets fit one pitch to the left, right, below or above."""
    points = np.array([(t.x, t.y) for t in bumps])
    at = {(round(x), round(y)): net for (x, y), net in zip(points.tolist(), drawn, strict=True)}
    best, words = 0, ""
    for axis, name in enumerate("xy"):
        gaps = np.diff(np.unique(np.round(points[:, axis])))
        pitch = float(gaps.min()) if len(gaps) else 0.0
        for step in (pitch, -pitch):
            dx, dy = (step, 0.0) if axis == 0 else (0.0, step)
            met = [at.get((round(t.x + dx), round(t.y + dy))) for t in bumps]
            agree = sum(net == t.net for net, t in zip(met, bumps, strict=True))
            total = sum(net is not None for net in met)
            if agree > best and agree >= CONVINCING * total:
                best = agree
                words = f"the bumps' nets fit when moved by {step:g} µm in {name}: {agree} of {total} agree"
    return words if best >= 0.5 * len(bumps) else ""
