"""Two sides of an assembly on one cut: put together, their solder joined, the gap filled; µm."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bumpgen.section.met import MetShape
from bumpgen.section.solid import FAR, columns, minus, skyline, union
from bumpgen.section.state import Body, Drop, State

__all__ = ["JoinedSolder", "filled", "fused", "put_together", "touching"]


@dataclass(frozen=True, slots=True, eq=False)
class JoinedSolder:
    """A joint's solder on the cut: its film and material, its middle, its area, its volume (µm³)."""

    film: str
    material: str
    at: float
    area: Any
    volume: float


def touching(below: State, above: State) -> float:
    """How far two faces are apart when the highest places of both sides that meet touch."""
    one, other = skyline([below.solid]), skyline([above.solid])
    places = np.unique(np.concatenate((one.s, other.s)))
    middles = (places[1:] + places[:-1]) / 2
    inside = middles[(middles > one.s[0]) & (middles < one.s[-1])]
    return float(max(one.at(s) + other.at(s) for s in inside.tolist()))


def put_together(below: State, above: State, gap: float, names: tuple[str, str]) -> State:
    """Both sides on one cut, the second turned over, faces `gap` apart; films get their side's name."""
    from shapely import affinity

    def turned(area: Any) -> Any:
        return affinity.translate(affinity.scale(area, 1, -1, origin=(0, 0)), 0, gap)

    def same(area: Any) -> Any:
        return area

    sides: tuple[tuple[State, str, Callable[[Any], Any]], ...] = ((below, names[0], same), (above, names[1], turned))
    bodies, drops = [], []
    for side, name, move in sides:
        bodies += [replace(body, film=f"{name}: {body.film}", area=move(body.area)) for body in side.bodies]
        drops += [replace(drop, film=f"{name}: {drop.film}", area=move(drop.area)) for drop in side.drops]
    return State(below.box, tuple(bodies), tuple(drops))


def fused(state: State, joints: Iterable[JoinedSolder]) -> State:
    """Drops where joints are become the joints' solder; it takes what room other bodies leave."""
    rest = union([body.area for body in state.bodies])
    drops = list(state.drops)
    for joint in joints:
        low, _, high, _ = joint.area.bounds
        own = [drop for drop in drops if low < drop.shape.centre[0] < high]
        shape = own[0].shape if own else MetShape("", joint.area, None)
        drops = [drop for drop in drops if drop not in own]
        drops.append(Drop(joint.film, joint.material, shape, minus(joint.area, rest), joint.volume, "reflowed"))
    return replace(state, drops=tuple(drops))


def filled(state: State, film: str, material: str, low: float, high: float) -> State:
    """Everything between two heights that is free gets filled."""
    x0, x1, _ = state.box
    area = minus(columns(((x0, x1),), max(low, -FAR), min(high, FAR)), state.solid)
    return state.with_bodies([Body(film, material, area)])
