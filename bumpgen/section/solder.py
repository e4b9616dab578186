"""Steps with solder: print, place, reflow. Volumes are those of whole bumps, µm³."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from bumpgen.section.flux import settled
from bumpgen.section.ground import INSIDE, Ground
from bumpgen.section.met import MetShape, chords
from bumpgen.section.resist import warn_soft
from bumpgen.section.scene import Scene
from bumpgen.section.solid import FAR, Skyline, above, columns, common, minus, skyline, union
from bumpgen.section.state import Drop, State
from bumpgen.solder import ball_volume, bump_height
from bumpgen.steps import Place, Print, Reflow

__all__ = ["place", "print_paste", "reflow"]

LEAST = 0.1
"""Chords shorter than this are not drawn, µm."""
TOUCHING = 0.1
"""Drops that share more than this meet, µm²."""
FACETS = 64
"""Corners of a quarter of a ball."""


def print_paste(step: Print, number: int, scene: Scene, state: State) -> State:
    """Paste stands in the shape of the stencil's apertures, as high as the foil; part of it is solder."""
    tall, solid = scene.thickness(step.film), state.solid
    ground = skyline([solid])
    drops = []
    for shape in scene.shapes(step.stencil):
        spans = chords(shape.area)
        low = max(float(z.max()) for _, z in (ground.within(x0, x1) for x0, x1 in spans) if len(z))
        area = minus(columns(spans, state.box[2], low + tall), solid)
        volume = shape.plan * tall * step.metal_fraction.value
        drops.append(Drop(step.film, scene.film(step.film).material, shape, area, volume, "paste"))
    return replace(state, drops=(*state.drops, *drops))


def place(step: Place, number: int, scene: Scene, state: State) -> State:
    """A ball at each site: on the ground, or on the rim of an opening it doesn't fit into. It displaces flux."""
    flux = {body.film for body in state.bodies if "flux" in scene.process.materials[body.material].groups}
    dry = state.without(*flux)
    solid = dry.solid
    line = skyline([solid])
    drops = [_ball(step, number, scene, dry, (solid, line), shape) for shape in scene.shapes(step.layer)]
    drops = [drop for drop in drops if drop.area.area > 0]
    _warn_meeting(number, scene, drops)
    taken = union([drop.area for drop in drops])
    change = {i: minus(body.area, taken) for i, body in enumerate(state.bodies) if body.film in flux}
    return replace(state.changed(change), drops=(*state.drops, *drops))


def _warn_meeting(number: int, scene: Scene, drops: Sequence[Drop]) -> None:
    """Warn where solder of two sites lies in one place."""
    placed = sorted(drops, key=lambda drop: drop.shape.centre[0])
    for one, other in pairwise(placed):
        if common(one.area, other.area).area > TOUCHING:
            where = (one.shape.centre[0] + other.shape.centre[0]) / 2
            scene.warn(
                number, f"{one.film} of two sites meets at {where:.4g} µm along the cut",
                "take less solder, or put the sites farther apart",
            )  # fmt: skip


def _ball(
    step: Place, number: int, scene: Scene, state: State, ground: tuple[Any, Skyline], shape: MetShape
) -> Drop:  # fmt: skip
    import shapely

    radius, (s, beside) = shape.across / 2, shape.centre
    shown = math.sqrt(max(radius**2 - beside**2, 0.0))
    solid, line = ground
    middle = _rest(line, s, shown) + (radius - shown)
    _warn_opening(step, number, scene, state, shape)
    area = shapely.buffer(shapely.Point(s, middle + shown), shown, quad_segs=FACETS)
    material = scene.film(step.film).material
    return Drop(step.film, material, shape, minus(area, solid), ball_volume(2 * radius), "ball")


def _rest(ground: Skyline, s: float, radius: float) -> float:
    """The lowest height of a circle's foot at which it only touches the ground: the highest any corner asks for."""
    places, heights = ground.within(s - radius, s + radius)
    under = np.sqrt(np.maximum(radius**2 - (places - s) ** 2, 0.0))
    return float(max(np.max(heights + under - radius, initial=-FAR), ground.at(s)))


def _warn_opening(step: Place, number: int, scene: Scene, state: State, shape: MetShape) -> None:
    ball = shape.across
    for film in state.openings:
        if not any(body.film == film for body in state.bodies):
            continue
        if "resist" not in scene.material(film).groups:
            continue
        around = [one for one in scene.shapes(scene.film(film).layer) if one.area.contains(shape.area.centroid)]
        for one in around:
            width = one.across
            if width <= ball:
                scene.warn(
                    number, f"a ball of {ball:g} µm is larger than the opening of {width:g} µm in {film}",
                    "make the opening wider than the ball",
                )  # fmt: skip
            elif width >= 2 * ball:
                scene.warn(
                    number, f"an opening of {width:g} µm in {film} takes two balls of {ball:g} µm",
                    "make the opening narrower than two balls",
                )  # fmt: skip


def reflow(step: Reflow, number: int, scene: Scene, state: State) -> State:
    """Solder melts, keeps its volume and becomes a truncated sphere on the metal it wets; flux settles around it."""
    temperature = step.temperature.value
    warn_soft(number, scene, state, temperature)
    _warn_melting(step, number, scene, state)
    flux = {body.film for body in state.bodies if "flux" in scene.process.materials[body.material].groups}
    still = tuple(drop for drop in state.drops if drop.film not in step.films)
    dry = replace(state.without(*flux), drops=still)
    ground = Ground.of(scene, dry)
    molten = tuple(
        _molten(drop, number, scene, state, ground) if _melts(scene, drop, temperature) else drop
        for drop in state.drops
        if drop.film in step.films
    )
    _warn_meeting(number, scene, molten)
    found = settled(scene, replace(state, drops=(*still, *molten)), flux)
    return replace(found, drops=(*still, *molten))


def _warn_melting(step: Reflow, number: int, scene: Scene, state: State) -> None:
    """Warn if it isn't hot enough, or solder melts that isn't meant to."""
    temperature = step.temperature.value
    for film in dict.fromkeys(drop.film for drop in state.drops):
        material = scene.material(film)
        if film in step.films and material.liquidus is not None and material.liquidus.value > temperature:
            scene.warn(
                number, f"{film} ({material.name}) melts at {material.liquidus.value:g} °C, not at {temperature:g} °C",
                "reflow it 20 to 40 °C above its liquidus",
            )  # fmt: skip
        if film not in step.films and material.solidus is not None and material.solidus.value <= temperature:
            scene.warn(
                number,
                f"{film} ({material.name}) melts again: its solidus of {material.solidus.value:g} °C is not above "
                f"{temperature:g} °C",
                "join with the solder that melts highest first, each next below the solidus of those before",
            )


def _own_foot(drop: Drop) -> tuple[float, float] | None:
    """From where to where plated solder stands: as wide as it was plated, without what hangs over a resist."""
    spans = chords(drop.shape.area)
    return (spans[0][0], spans[-1][1]) if spans else None


def _melts(scene: Scene, drop: Drop, temperature: float) -> bool:
    """Whether a drop's solder is wholly molten at a temperature, °C; solder without a liquidus is."""
    liquidus = scene.process.materials[drop.material].liquidus
    return liquidus is None or liquidus.value <= temperature


def _molten(drop: Drop, number: int, scene: Scene, state: State, ground: Ground) -> Drop:
    """A drop as surface tension shapes it on the bare metal around its site.

    What lies below the plane of the foot's rim (a dimple) is filled first; its volume is that of its profile turned
    about the site's axis. The rest is a truncated sphere on the foot; one that isn't round is taken as the circle
    of its area, and drawn as wide as it is.
    """
    s, beside = drop.shape.centre
    foot = _own_foot(drop) if drop.plated else ground.foot(s)
    if foot is None or not foot[0] < s < foot[1]:
        scene.warn(
            number, f"{drop.film} finds nothing to wet at {s:.4g} µm along the cut",
            "put a metal below it that solder wets: copper, nickel, gold",
        )  # fmt: skip
        return drop
    half = (foot[1] - foot[0]) / 2
    radius = _foot_radius(scene, drop.shape, foot, beside)
    if half < LEAST / 2 or radius <= beside:
        return replace(drop, form="reflowed")
    base = max(ground.line.at(foot[0] + INSIDE), ground.line.at(foot[1] - INSIDE))
    rest = drop.volume - _dimple(ground.line, s, foot, base, beside)
    if rest <= 0:
        scene.warn(number, f"{drop.film} doesn't fill the hollow it stands in", "take more solder")
        return drop
    height = bump_height(radius, rest)
    _warn_wide(drop, number, scene, state, radius, height)
    area = _sphere(s, beside, base, radius, half, height)
    pool = above(ground.line, *foot, base)
    return replace(drop, area=minus(union([area, pool]), ground.solid), form="reflowed")


def _warn_wide(drop: Drop, number: int, scene: Scene, state: State, radius: float, height: float) -> None:
    """Warn if a bump is wider than the resist's opening it stands in: the wall shapes it."""
    sphere = (radius**2 + height**2) / (2 * height)
    wide = 2 * sphere if height >= sphere else 2 * radius
    for film in state.openings:
        if any(body.film == film for body in state.bodies) and "resist" in scene.material(film).groups:
            for one in scene.shapes(scene.film(film).layer):
                if one.area.contains(drop.shape.area.centroid) and one.across < wide:
                    scene.warn(
                        number,
                        f"{drop.film} becomes {wide:.4g} µm wide, its opening in {film} has {one.across:.4g} µm",
                        "make the opening wider than the reflowed bump",
                    )


def _foot_radius(scene: Scene, site: MetShape, foot: tuple[float, float], beside: float) -> float:
    """Radius of the circle that is as large as the wetted metal.

    That of the drawn shape of just that chord if one isn't round; else the chord is a circle's.
    """
    for shape in scene.met:
        if shape.diameter is not None or not shape.area.contains(site.area.centroid):
            continue
        if any(abs(x0 - foot[0]) + abs(x1 - foot[1]) < 1.0 for x0, x1 in chords(shape.area)):
            widened = (foot[1] - foot[0]) / max(sum(x1 - x0 for x0, x1 in chords(shape.area)), 1e-9)
            return math.sqrt(shape.plan / math.pi) * widened
    return math.hypot((foot[1] - foot[0]) / 2, beside)


def _dimple(ground: Skyline, s: float, foot: tuple[float, float], base: float, beside: float) -> float:
    """Volume between the plane of the rim and the ground, its profile turned about the site: ∫ 2π ρ (base - z) dρ.

    Ground that stands above the plane counts against it.
    Both sides of the profile count half; nearer to the axis than the cut comes, the ground is level.
    """
    total = 0.0
    for side in (-1, 1):
        places, heights = ground.within(*((foot[0], s) if side < 0 else (s, foot[1])))
        rho = np.hypot(places - s, beside)[::side]
        depth = (base - heights)[::side]
        middle = (depth[1:] + depth[:-1]) / 2 * (rho[1:] + rho[:-1]) / 2
        total += float(np.sum(np.pi * middle * np.diff(rho)))
        total += math.pi / 2 * beside**2 * (float(depth[0]) if len(depth) else 0.0)
    return total


def _sphere(s: float, beside: float, base: float, radius: float, half: float, height: float) -> Any:
    """A truncated sphere as the cut shows it, on its foot at height `base`."""
    import shapely
    from shapely import affinity

    whole = (radius**2 + height**2) / (2 * height)
    shown = math.sqrt(max(whole**2 - beside**2, 0.0))
    circle = shapely.buffer(shapely.Point(s, base + height - whole), shown, quad_segs=FACETS)
    cap = common(circle, columns(((s - shown - 1, s + shown + 1),), base, FAR))
    chord = math.sqrt(radius**2 - beside**2)
    return affinity.scale(cap, half / chord, 1, origin=(s, base)) if abs(half / chord - 1) > 1e-9 else cap
