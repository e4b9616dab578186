"""Steps after bumping: singulate, join, encapsulate."""

from __future__ import annotations

from bumpgen.section.scene import Scene
from bumpgen.section.solid import FAR, columns, minus, skyline
from bumpgen.section.state import Body, State
from bumpgen.steps import Encapsulate, Join, Singulate

__all__ = ["encapsulate", "join", "singulate"]


def singulate(step: Singulate, number: int, scene: Scene, state: State) -> State:
    """The saw takes everything along a layer's lines."""
    sawn = columns(scene.spans(step.layer), state.box[2], FAR)
    if sawn.is_empty:
        return state
    return state.changed({i: minus(body.area, sawn) for i, body in enumerate(state.bodies)})


def join(step: Join, number: int, scene: Scene, state: State) -> State:
    """Nothing moves on this side: what the partner does is seen in an assembly's section."""
    return state


def encapsulate(step: Encapsulate, number: int, scene: Scene, state: State) -> State:
    """Everything is covered, level, as thick above the highest place as stated."""
    solid = state.solid
    top = skyline([solid])
    highest = float(max(top.left.max(), top.right.max())) + scene.thickness(step.film)
    x0, x1 = scene.ends
    area = minus(columns(((x0, x1),), 0.0, highest), solid)
    return state.with_bodies([Body(step.film, scene.film(step.film).material, area)])
