"""Necks: wires that are narrower at metal narrower than themselves, as far as they need to be. Lengths are µm."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from bumpgen.route.gate import Fault
from bumpgen.route.problem import NetRule, Place, Problem, Terminal
from bumpgen.route.routing import Wire

__all__ = ["lengthened", "neck_length"]

LONGEST = 12
"""Longest neck in widths of its wire."""


def neck_length(rule: NetRule, terminal: Terminal) -> float:
    """How long a wire is narrow at least: until it is a space away from metal narrower than itself; else 0."""
    if not rule.neck or rule.neck >= rule.width or 2 * terminal.inner_radius >= rule.width:
        return 0.0
    reach = max(math.hypot(x - terminal.x, y - terminal.y) for x, y in terminal.outline) + terminal.radius
    return reach + rule.space


def lengthened(
    problem: Problem,
    found: Sequence[Fault],
    wires: Sequence[Wire],
    ways: Sequence[int],
    known: dict[tuple[int, str], float],
) -> dict[tuple[int, str], float]:
    """Longer necks, by connection and terminal, for wires that come too near to others soon after a small terminal."""
    by_name = {terminal.name: terminal for terminal in problem.terminals}
    out: dict[tuple[int, str], float] = {}
    for fault in found:
        for index in fault.wires if fault.kind in ("space", "short") else ():
            wire, way = wires[index], ways[index]
            rule = problem.nets[wire.net]
            for name, points in ((wire.start, wire.points(FINE)), (wire.end, wire.points(FINE)[::-1])):
                if not neck_length(rule, by_name[name]):
                    continue
                length = _along(points, (fault.x, fault.y)) + rule.width
                if known.get((way, name), 0.0) < length <= LONGEST * rule.width:
                    out[way, name] = max(out.get((way, name), 0.0), length)
    return out


FINE = 1e-3
"""The grid that centre lines are looked at on."""


def _along(points: Sequence[Place], place: Place) -> float:
    """Length along a line up to the point of it that is nearest to a place."""
    best, at, length = math.inf, 0.0, 0.0
    for (ax, ay), (bx, by) in itertools.pairwise(points):
        step = math.hypot(bx - ax, by - ay)
        share = min(1.0, max(0.0, ((place[0] - ax) * (bx - ax) + (place[1] - ay) * (by - ay)) / step**2))
        distance = math.hypot(ax + share * (bx - ax) - place[0], ay + share * (by - ay) - place[1])
        if distance < best:
            best, at = distance, length + share * step
        length += step
    return at
