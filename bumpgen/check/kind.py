"""A kind of rule: what it measures, how it is checked, how KLayout's own deck checks it, and what it looks like.

`check` judges a scene, `deck` writes the same for the KLayout application, `example` draws a pattern whose
measured quantity is a given value. The three are tested against each other for every shipped rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from bumpgen.check.ruby import Ruby
from bumpgen.check.scene import Scene
from bumpgen.layout import Drawn
from bumpgen.process import Process
from bumpgen.rules import Rule

if TYPE_CHECKING:
    import klayout.db as db

__all__ = ["Kind", "Marker", "Outline", "Pattern", "Sense", "between", "beyond", "pair_markers", "region_markers"]

Sense: TypeAlias = Literal["least", "most", "exact", "none"]
"""What the limit is: the least or the most allowed, the only value allowed, or no length at all."""

Outline: TypeAlias = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Marker:
    """A spot where a rule is broken: a polygon (µm; empty if it has no place) and what was measured there."""

    outline: Outline
    measured: float | str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Pattern:
    """What an example draws; `process` replaces the rule's own where the value sits in a film or material.

    `touching`: a shape that may be added so that it touches the pattern without changing the verdict.
    """

    shapes: tuple[Drawn, ...]
    process: Process | None = None
    touching: tuple[Drawn, ...] = ()


def always_judged(_rule: Rule, _process: Process) -> str:
    """Why a rule of a kind can't be judged: nothing stands against it."""
    return ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of rule.

    `layers`: least and most layer expressions. `quantity` names what is measured ("width"). `sense`
    says what the limit is. `check(rule, scene)` gives markers, `deck(rule, ruby)` Ruby lines for
    KLayout's DRC, `example(rule, process, value)` a pattern whose quantity is `value`. `cases` gives
    (value, passes) pairs a test must try; the default tries the limit and one grid step either side.
    `owner` is the layer expression (by position) whose compact shapes make one place each, however many
    markers lie on them; None: only markers that touch are one place. `needs_all`: the rule is untested when
    any layer it reads is empty, not only when the first is. `unjudged(rule, process)` says why a rule can't be
    judged from a layout of that process; "" if it can.
    """

    name: str
    meaning: str
    layers: tuple[int, int]
    quantity: str
    sense: Sense
    check: Callable[[Rule, Scene], Iterable[Marker]]
    deck: Callable[[Rule, Ruby], Sequence[str]]
    example: Callable[[Rule, Process, float], Pattern]
    cases: Callable[[Rule, float], Sequence[tuple[float, bool]]] = field(default=lambda rule, grid: limits(rule, grid))
    owner: int | None = None
    needs_all: bool = True
    unjudged: Callable[[Rule, Process], str] = always_judged


def limits(rule: Rule, grid: float) -> list[tuple[float, bool]]:
    """The default cases of a rule with a number as limit: on it, and one grid step to either side."""
    from bumpgen.check.kinds import KINDS

    limit, sense = rule.value, KINDS[rule.kind].sense
    below, above = sense in ("most",), sense in ("least",)
    cases = [(limit, not rule.exclusive), (limit + grid, above)]
    if limit - grid >= 0:
        cases.append((limit - grid, below))
    return cases


def pair_markers(pairs: db.EdgePairs, scene: Scene) -> Iterator[Marker]:
    """A marker for each edge pair: the polygon between the edges, and their distance in µm."""
    for pair in pairs.each():
        yield Marker(between(pair, scene.dbu), pair.distance() * scene.dbu)


def between(pair: Any, dbu: float) -> Outline:
    """The four-sided outline between the edges of a pair, whichever way they run, µm."""
    one, other = pair.first, pair.second
    if one.dx() * other.dx() + one.dy() * other.dy() > 0:
        other = other.swapped_points()
    points = (one.p1, one.p2, other.p1, other.p2)
    return tuple((point.x * dbu, point.y * dbu) for point in points)


def region_markers(
    region: db.Region, scene: Scene, measure: Callable[[db.Polygon], float | str | None] | None = None, note: str = ""
) -> Iterator[Marker]:
    """A marker for each polygon; `measure` takes it in database units and gives the value in µm."""
    for polygon in region.each_merged():
        yield Marker(outline(polygon, scene.dbu), measure(polygon) if measure else None, note)


def outline(polygon: Any, dbu: float) -> Outline:
    """A klayout polygon's hull in µm."""
    return tuple((point.x * dbu, point.y * dbu) for point in polygon.each_point_hull())


def beyond(rule: Rule, sense: Sense, measured: float, slack: float = 1e-9) -> bool:
    """Whether a measured value breaks a rule with a number as limit."""
    limit, over = rule.value, measured - rule.value
    if rule.exclusive and abs(measured - limit) <= slack:
        return True
    return over < -slack if sense == "least" else over > slack if sense == "most" else abs(over) > slack
