"""How wide and how far apart wires could be: the largest scale of the rules at which everything is routed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from bumpgen.route.problem import NetRule, Problem
from bumpgen.route.routing import Routing
from bumpgen.route.solve import solve

__all__ = ["Suggestion", "Varied", "widths"]

Varied: TypeAlias = Literal["width and space", "width", "space"]
"""What is scaled; the rest stays as asked."""

LEAST, MOST = 10, 400
"""The range of scales, percent."""

RUNS = 12
"""So many routings are made at most; they suffice for every percent of the range."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Everything is routed at `percent` of the widths or spaces asked for, or both, but not at `fails` percent.

    `fails` 0: the largest scale that was looked at. `rules` are the nets' rules then (µm, on the grid; `before`
    those asked for), `connections` how many there are, `runs` how many routings it took to find out.
    """

    varied: Varied
    percent: int
    fails: int
    rules: dict[str, NetRule]
    before: dict[str, NetRule]
    connections: int
    runs: int

    @property
    def is_reserve(self) -> bool:
        """Whether the rules could be larger than asked for."""
        return self.percent >= 100

    def __str__(self) -> str:
        sizes = Counter((rule.width, rule.space) for rule in self.rules.values())
        named = [f"w = {width:g}, s = {space:g} µm" for width, space in sorted(sizes)]
        if len(named) > 1:
            named = [f"{text} ({sizes[size]} nets)" for text, size in zip(named, sorted(sizes), strict=True)]
        last = f", not at {self.fails} %" if self.fails else ", the most that was tried"
        what = f"could be routed at up to {self.percent} %" if self.is_reserve else f"are routed at {self.percent} %"
        return f"all {self.connections} connections {what} of the {self.varied} asked for: {'; '.join(named)}{last}"


def widths(
    routing: Routing, step: Callable[[str], None] = lambda _: None, varied: Varied = "width and space"
) -> Suggestion | None:
    """The largest scale, in whole percent, of all widths, spaces or both at which every connection is routed.

    Found by halving the range between a scale that is routed and one that isn't, in at most RUNS routings: what
    it names has been routed, and one percent more has not (a router's success needn't be monotonous; larger ones
    may). None: nothing down to LEAST percent was routed.
    """
    problem, runs = routing.problem, 0

    def is_routed(percent: int) -> bool:
        nonlocal runs
        runs += 1
        step(f"{varied}: {percent} %")
        found = solve(scaled(problem, percent, varied))
        return found.made == found.asked

    good, bad = _bracket(is_routed, complete=routing.made == routing.asked)
    while good and bad - good > 1 and runs < RUNS:
        trial = (good + bad) // 2
        good, bad = (trial, bad) if is_routed(trial) else (good, trial)
    if not good:
        return None
    return Suggestion(varied, good, bad, scaled(problem, good, varied).nets, problem.nets, routing.asked, runs)


def _bracket(is_routed: Callable[[int], bool], *, complete: bool) -> tuple[int, int]:
    """A scale that is routed (0: none is) and a larger one that isn't (0: none), in steps of half or a third."""
    good, bad = (100, 0) if complete else (0, 100)
    while good < MOST and bad != LEAST and not (good and bad):
        trial = min(MOST, good * 3 // 2) if good else max(LEAST, bad * 2 // 3)
        good, bad = (trial, bad) if is_routed(trial) else (good, trial)
    return good, bad


def scaled(problem: Problem, percent: int, varied: Varied) -> Problem:
    """The problem with widths, spaces or both at so many percent, rounded down: widths to twice the grid."""
    wide, apart = "width" in varied, "space" in varied

    def size(value: float, unit: float) -> float:
        return max(1, int(value * percent / 100 / unit + 1e-6)) * unit

    def rule(each: NetRule) -> NetRule:
        width = round(size(each.width, 2 * problem.grid), 9) if wide else each.width
        neck = round(size(each.neck, 2 * problem.grid), 9) if wide and each.neck else each.neck
        return replace(
            each, width=width, neck=neck, space=round(size(each.space, problem.grid), 9) if apart else each.space
        )

    return replace(problem, nets={net: rule(each) for net, each in problem.nets.items()})
