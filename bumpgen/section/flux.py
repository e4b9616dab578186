"""Flux: filled into openings or put on pads, pressed out by balls, settled around molten solder."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from bumpgen.section.ground import INSIDE, Ground
from bumpgen.section.scene import Scene
from bumpgen.section.solid import Skyline, columns, common, minus, skyline, union
from bumpgen.section.state import Body, State
from bumpgen.steps import Fill, Place

__all__ = ["fill", "settled"]


def fill(step: Fill, number: int, scene: Scene, state: State) -> State:
    """Flux, squeegeed into a resist's openings up to the rim, or put on to pads as thick as it is."""
    solid = state.solid
    if step.into is not None:
        rim = skyline([state.film(step.into)]).at(scene.field)
        area = minus(columns(state.openings.get(step.into, ()), state.box[2], rim), solid)
        _warn_flux(step, number, scene, state)
    else:
        area = _dabs(step, number, scene, state, solid)
    return state.with_bodies([Body(step.film, scene.film(step.film).material, area)])


def _dabs(step: Fill, number: int, scene: Scene, state: State, solid: Any) -> Any:
    """Flux on each pad: where its layer is drawn, or on the metal that the next balls come to stand on."""
    layer, ground = scene.film(step.film).layer, skyline([solid])
    spans = scene.spans(layer) if layer else ()
    if not layer:
        later = [one for one in scene.process.steps[number:] if isinstance(one, Place)]
        shapes = [shape for one in later[:1] for shape in scene.shapes(one.layer)]
        bare = Ground.of(scene, state)
        found = (bare.foot(shape.centre[0]) for shape in shapes)
        spans = tuple(foot for foot in found if foot is not None)
    tall = scene.thickness(step.film)
    tops = [float(ground.within(x0, x1)[1].max()) + tall for x0, x1 in spans]
    dabs = [columns((span,), state.box[2], top) for span, top in zip(spans, tops, strict=True)]
    return minus(union(dabs), solid)


def _warn_flux(step: Fill, number: int, scene: Scene, state: State) -> None:
    """Warn if balls leave no room for flux in their openings."""
    later = next((one for one in scene.process.steps[number:] if isinstance(one, Place)), None)
    if later is None or step.into is None:
        return
    ground = skyline([state.without(step.into).solid])
    rim = skyline([state.film(step.into)]).at(scene.field)
    layer = scene.film(step.into).layer
    for ball in scene.shapes(later.layer):
        radius = ball.across / 2
        around = [shape for shape in scene.shapes(layer) if shape.area.contains(ball.area.centroid)]
        depth = rim - ground.at(ball.centre[0])
        sunk = min(max(depth, 0.0), 2 * radius)
        inside = math.pi * sunk**2 * (radius - sunk / 3)
        if around and around[0].plan * depth <= inside:
            scene.warn(
                number,
                f"an opening of {step.into} holds {around[0].plan * depth:.0f} µm³, the ball in it takes "
                f"{inside:.0f} µm³: there is no room for flux",
                "make the opening wider, or the ball smaller",
            )


def settled(scene: Scene, state: State, flux: set[str]) -> State:
    """Flux flows to where the solder left room: level in an opening, with slopes to either side where no wall holds it.

    Its area on the cut stays, but for what an opening can't hold: that runs off.
    """
    change: dict[int, Any] = {}
    dry = state.without(*flux).solid
    line = skyline([dry])
    for i, body in enumerate(state.bodies):
        if body.film in flux:
            top = max(float(dry.bounds[3]), float(body.area.bounds[3])) + 1.0
            pools = _pools(scene, state, body, line, top)
            change[i] = union([_poured(body.area, pool, dry) for pool in pools])
    return state.changed(change)


@dataclass(frozen=True, slots=True)
class _Pool:
    """Where flux is held: the span it came from, from where to where it stands level, above which ground, how high.

    Without walls it slopes down by 45° to either side.
    """

    source: tuple[float, float]
    span: tuple[float, float]
    ground: float
    top: float
    floor: float
    walls: bool

    def below(self, level: float) -> Any:
        """What lies below the surface of flux that stands up to a level."""
        import shapely

        (x0, x1), rise = self.span, max(level - self.ground, 0.0)
        if self.walls or not rise:
            return columns((self.span,), self.floor, level)
        slope = [(x0 - rise, self.ground), (x0, level), (x1, level), (x1 + rise, self.ground)]
        return shapely.Polygon([(x0 - rise, self.floor), *slope, (x1 + rise, self.floor)])


def _pools(scene: Scene, state: State, body: Body, ground: Skyline, top: float) -> list[_Pool]:
    """Openings of a resist that stands; else where flux lies, as skirts around what stands in it."""
    import shapely

    films, floor = {one.film for one in state.bodies}, state.box[2]
    resists = [film for film in state.openings if film in films and "resist" in scene.material(film).groups]
    if resists:
        rims = {film: min(skyline([state.film(film)]).at(scene.field), top) for film in resists}
        return [
            _Pool(span, span, floor, rims[film], floor, walls=True) for film in resists for span in state.openings[film]
        ]
    found = []
    drops = [drop.area.bounds for drop in state.drops if drop.area.area > 0]
    lying = [part.bounds for part in shapely.get_parts(body.area) if part.area > 0]
    pools = shapely.union_all([shapely.box(box[0], 0, box[2], 1) for box in (*drops, *lying)])
    for pool in shapely.get_parts(pools):
        x0, _, x1, _ = pool.bounds
        within = [box for box in drops if x0 <= box[0] and box[2] <= x1]
        inner = (min(box[0] for box in within), max(box[2] for box in within)) if within else (x0, x1)
        level = min(ground.at(inner[0] - INSIDE), ground.at(inner[1] + INSIDE))
        found.append(_Pool((x0, x1), inner, level, top, floor, walls=False))
    return found


def _poured(area: Any, pool: _Pool, dry: Any) -> Any:
    """Flux in a pool, so high that its area is what it was; halved 40 times, to 10 pm and less."""
    here = common(area, columns((pool.source,)))
    own = float(here.area)
    if own <= 0:
        return here
    low, high = pool.floor, pool.top
    room = minus(pool.below(high), dry)
    for _ in range(40):
        level = (low + high) / 2
        held = float(common(room, pool.below(level)).area)
        low, high = (level, high) if held < own else (low, level)
    return common(room, pool.below(high))
