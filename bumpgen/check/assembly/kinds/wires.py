"""Assembly rules about bond wires: that each pad has one, how it runs, what it carries, what it is bonded on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from bumpgen.check.assembly.drawn import NONE
from bumpgen.check.assembly.joints import Side
from bumpgen.check.assembly.kind import AssemblyKind, Judgement, Sense, Spot, untested, violated
from bumpgen.check.assembly.kinds.measured import limit_told, sides_of, worst_of
from bumpgen.check.assembly.wire_rows import allowed, angles, edge_heights, lengths, needed
from bumpgen.check.assembly.wires import Wires
from bumpgen.check.joint import close_wires, crossings
from bumpgen.report import number
from bumpgen.rules import Rule

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bumpgen.check.assembly.stack import Stack

    Values = NDArray[np.float64]

__all__ = ["KINDS"]

NOTHING = "the assembly has no bond wires"


def wired(_rule: Rule, stack: Stack) -> Judgement:
    """Wire-bond pads without a finger of their net, and fingers without a wire."""
    if not stack.wires:
        return untested(NOTHING)
    spots: list[Spot] = []
    for wires in stack.wires:
        partners = reversed(wires.table.between)
        for side, alone, partner in zip(wires.sides, wires.alone, partners, strict=True):
            spots += [_alone(side, k, partner) for k in alone.tolist()]
    count = sum(len(wires.pairs) for wires in stack.wires)
    return violated(spots, len(spots), f"{count} wires, {len(spots)} pads or fingers without")


def _alone(side: Side, k: int, partner: str) -> Spot:
    name, net, part = side.names[k], side.nets[k], side.part.part.name
    x, y = side.places.seen(side.part.part.pose.assembly)[k].tolist()
    told = f"{part}'s {name} has no wire: {partner} has nothing left of net {net or 'none'}"
    return Spot(told, None, (x, y), 50.0, net, part)


def _spot(wires: Wires, row: int, value: float, told: str) -> Spot:
    """A spot at a wire's middle, as far around as it is long."""
    start, end = (ends[row] for ends in wires.ends)
    x, y = ((start + end) / 2).tolist()
    i, j = wires.pairs[row].tolist()
    one, other = wires.sides
    who = f"wire {row + 1} from {one.names[i]} to {other.names[j]}"
    return Spot(f"{who} {told}", value, (x, y), float(wires.spans[row]) / 2, one.nets[i], wires.name)


def _each(
    rule: Rule, stack: Stack, sense: Sense, measure: Callable[[Wires], Values], told: Callable[[float], str]
) -> Judgement:
    """A judgement of one value for each wire."""
    found = [
        (value, _spot(wires, row, value, f"{told(value)}, {limit_told(rule, sense)} is asked"))
        for wires in stack.wires
        for row, value in enumerate(measure(wires).tolist())
        if np.isfinite(value)
    ]
    return worst_of(rule, sense, found, NOTHING)


def wire_longest(rule: Rule, stack: Stack) -> Judgement:
    """Length of a wire over its loop, at most."""
    return _each(rule, stack, "most", lambda wires: lengths(stack, wires), lambda v: f"is {number(v)} µm long")


def wire_shortest(rule: Rule, stack: Stack) -> Judgement:
    """Length of a wire in plan, at least."""
    return _each(rule, stack, "least", lambda wires: wires.spans, lambda v: f"spans {number(v)} µm")


def wire_span_over_diameter(rule: Rule, stack: Stack) -> Judgement:
    """Span of a wire over its diameter, at most: a longer one sags and is swept by the mould."""
    return _each(
        rule, stack, "most", lambda wires: wires.spans / wires.table.diameter.value,
        lambda v: f"spans {number(v)} times its diameter",
    )  # fmt: skip


def wire_angle(rule: Rule, stack: Stack) -> Judgement:
    """Angle between a wire and the normal of the die's edge it crosses, at most."""
    return _each(
        rule, stack, "most", lambda wires: angles(stack, wires),
        lambda v: f"leaves the die at {number(v)} degrees from the edge's normal",
    )  # fmt: skip


def wire_over_edge(rule: Rule, stack: Stack) -> Judgement:
    """How high a wire passes over the edge of its die, at least, less half its diameter."""
    return _each(
        rule, stack, "least", lambda wires: edge_heights(stack, wires) - wires.table.diameter.value / 2,
        lambda v: f"passes the die's edge {number(v)} µm above it",
    )  # fmt: skip


def wire_current(rule: Rule, stack: Stack) -> Judgement:
    """What a wire carries over what it may; with option fusing (A, of a wire of `diameter` µm) over a third of that."""
    if not stack.wires:
        return untested(NOTHING)

    def shares(wires: Wires) -> Values:
        most = allowed(stack, wires)
        if "fusing" in rule.options:
            scale = (wires.table.diameter.value / rule.option("diameter", 25.4)) ** 1.5
            most = np.full(len(most), rule.option("fusing", 0.5) * scale / 3)
        return np.array([np.inf if asked is None else asked for asked in needed(wires)]) / most

    found = _each(rule, stack, "most", shares, lambda v: f"carries {number(v)} of what it may")
    return untested("no design states the currents of its wires' nets") if found.untested else found


def wires_cross(_rule: Rule, stack: Stack) -> Judgement:
    """Wires that cross in plan."""
    if not stack.wires:
        return untested(NOTHING)
    spots = [
        _spot(wires, i, 0.0, f"crosses wire {j + 1}")
        for wires in stack.wires
        for i, j in crossings(*wires.ends).tolist()
    ]
    return violated(spots, len(spots), f"{len(spots)} crossings")


def wire_spacing(rule: Rule, stack: Stack) -> Judgement:
    """Space between two wires in plan: their distance less their diameter."""
    found = []
    for wires in stack.wires:
        thick = wires.table.diameter.value
        reach = max(rule.value + thick, _nearest(wires)) * (1 + 1e-9)
        pairs, distances = close_wires(*wires.ends, reach)
        for (i, j), away in zip(pairs.tolist(), distances.tolist(), strict=True):
            space = away - thick
            told = f"is {number(space)} µm from wire {j + 1}, {limit_told(rule, 'least')} is asked"
            found.append((space, _spot(wires, i, space, told)))
    return worst_of(rule, "least", found, "fewer than two bond wires")


def _nearest(wires: Wires) -> float:
    from bumpgen.check.joint import closest_wires

    away = closest_wires(*wires.ends)[0]
    return away if np.isfinite(away) else 0.0


def _bonded(rule: Rule, stack: Stack, longer: bool) -> Iterator[tuple[float, Spot]]:
    """The shorter or longer side of what each wire is bonded on, over the option `times` its diameter if stated."""
    for wires in stack.wires:
        unit = wires.table.diameter.value if rule.unit.startswith("diameters") else 1.0
        for number_of in sides_of(rule):
            side, mine = wires.sides[number_of], wires.pairs[:, number_of]
            for row, k in enumerate(mine.tolist()):
                outline = int(side.part.sites.contact[side.index[k]])
                size = side.part.outlines[outline].size if outline != NONE else (0.0, 0.0)
                value = (max(size) if longer else min(size)) / unit
                what = "long" if longer else "wide"
                told = f"is bonded on {side.part.part.name}'s {side.names[k]}, {number(value)} {rule.unit} {what}"
                yield value, _spot(wires, row, value, f"{told}, {limit_told(rule, 'least')} is asked")


def bond_width(rule: Rule, stack: Stack) -> Judgement:
    """The shorter side of the pads or fingers wires are bonded on, in µm or in diameters of the wire."""
    return worst_of(rule, "least", _bonded(rule, stack, False), NOTHING)


def bond_length(rule: Rule, stack: Stack) -> Judgement:
    """The longer side of the pads or fingers wires are bonded on, in µm or in diameters of the wire."""
    return worst_of(rule, "least", _bonded(rule, stack, True), NOTHING)


def bond_space(rule: Rule, stack: Stack) -> Judgement:
    """Space between the boxes of two pads or fingers of one side that wires are bonded on."""
    import shapely

    found = []
    for wires in stack.wires:
        for number_of in sides_of(rule):
            side, mine = wires.sides[number_of], wires.pairs[:, number_of]
            boxes = _boxes(side, mine)
            tree = shapely.STRtree(boxes)
            i, j = tree.query(boxes, predicate="dwithin", distance=_reach(boxes, rule.value))
            once = i < j
            for a, b, away in zip(
                i[once].tolist(),
                j[once].tolist(),
                shapely.distance(boxes[i[once]], boxes[j[once]]).tolist(),
                strict=True,
            ):
                told = (
                    f"is bonded {number(away)} µm from wire {b + 1} on {side.part.part.name}, "
                    f"{limit_told(rule, 'least')} is asked"
                )
                found.append((away, _spot(wires, a, away, told)))
    return worst_of(rule, "least", found, "fewer than two bond wires")


def _boxes(side: Side, mine: NDArray[np.int64]) -> NDArray[np.object_]:
    """Boxes from above of what some of a side's sites turn up."""
    import shapely

    places = side.places.seen(side.part.part.pose.assembly)[mine]
    numbers = side.part.sites.contact[side.index[mine]].tolist()
    matrix = np.abs(side.part.part.pose.matrix)
    sizes = np.array([side.part.outlines[n].size if n != NONE else (0.0, 0.0) for n in numbers]) @ matrix.T
    low, high = places - sizes / 2, places + sizes / 2
    return np.asarray(shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1]))


def _reach(boxes: NDArray[np.object_], least: float) -> float:
    """How far to look so that the nearest pair, and every pair nearer than the limit, is found."""
    import shapely

    if len(boxes) < 2:
        return least
    _, away = shapely.STRtree(boxes).query_nearest(boxes, exclusive=True, return_distance=True)
    return max(least, float(away.min()) if len(away) else 0.0) * (1 + 1e-9)


KINDS: tuple[AssemblyKind, ...] = (
    AssemblyKind("wired", "every wire-bond pad has a finger of its net, every finger a wire", "ends", "none", wired),
    AssemblyKind("wire_longest", "length of a wire over its loop", "length", "most", wire_longest),
    AssemblyKind("wire_shortest", "length of a wire in plan", "length", "least", wire_shortest),
    AssemblyKind("wire_slender", "span of a wire over its diameter", "span", "most", wire_span_over_diameter),
    AssemblyKind("wire_angle", "angle of a wire from the normal of the die's edge", "angle", "most", wire_angle),
    AssemblyKind("wire_over_edge", "height of a wire over the edge of its die", "height", "least", wire_over_edge),
    AssemblyKind("wire_current", "current of a wire over what it may carry", "share", "most", wire_current),
    AssemblyKind("wires_cross", "wires that cross in plan", "crossings", "none", wires_cross),
    AssemblyKind("wire_spacing", "space between two wires in plan", "space", "least", wire_spacing),
    AssemblyKind("bond_width", "shorter side of what a wire is bonded on", "width", "least", bond_width),
    AssemblyKind("bond_length", "longer side of what a wire is bonded on", "length", "least", bond_length),
    AssemblyKind("bond_space", "space between what two wires are bonded on", "space", "least", bond_space),
)
