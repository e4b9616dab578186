"""Steps with resists and polymers: coat, expose, develop, cure, strip; also flux washed off."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bumpgen.section.met import Spans
from bumpgen.section.scene import Scene
from bumpgen.section.solid import FAR, Skyline, above, columns, common, grown, minus, shadowed, skyline
from bumpgen.section.state import Body, State
from bumpgen.steps import Clean, Coat, Cure, Develop, Expose, Strip

__all__ = ["clean", "coat", "cure", "develop", "expose", "strip", "warn_soft"]


def coat(step: Coat, number: int, scene: Scene, state: State) -> State:
    """A liquid film levels steps out by its planarisation; on the bare field it has its thickness.

    Its top is a mean of a plane and of the conformal top, weighted so. It fills what lies under overhangs.
    """
    thickness, solid = scene.thickness(step.film), state.solid
    level = step.planarisation.value if step.planarisation else 1.0
    hidden = shadowed(solid, state.box[2])
    plane = skyline([solid]).at(scene.field) + thickness
    top = skyline([grown(hidden, thickness, 1.0)]) if level < 1 else skyline([hidden])
    mixed = Skyline(top.s, _mixed(top.left, plane, level), _mixed(top.right, plane, level), top.label)
    x0, x1 = scene.ends
    liquid = _below(mixed, x0, x1, state.box[2])
    bare = skyline([hidden])
    highest = float(max(bare.left.max(), bare.right.max()))
    if highest > plane and level == 1:
        scene.warn(
            number,
            f"{step.film} is {thickness:g} µm thick and level, but {highest - plane + thickness:.3g} µm stand out of "
            "the field: it doesn't cover them",
            "coat it thicker, or state a planarisation below 1",
        )
    return state.with_bodies([Body(step.film, scene.film(step.film).material, minus(liquid, solid))])


def _mixed(conformal: Any, plane: float, level: float) -> Any:
    return plane * level + conformal * (1 - level)


def _below(top: Skyline, x0: float, x1: float, floor: float) -> Any:
    return minus(columns(((x0, x1),), floor, float(max(top.left.max(), top.right.max()))), above(top, x0, x1, FAR))


def expose(step: Expose, number: int, scene: Scene, state: State) -> State:
    """Light falls through the mask's clear parts; a positive resist becomes soluble there, a negative elsewhere."""
    opened = scene.printed(number)
    if step.polygon == "remains":
        opened = _between(opened, scene.ends)
    scene.warn_merged(number)
    positive = scene.material(step.film).tone == "positive"
    bodies: list[Body] = []
    for body in state.bodies:
        if body.film != step.film:
            bodies.append(body)
            continue
        soluble = common(body.area, columns(opened))
        bodies.append(replace(body, area=minus(body.area, soluble), exposed=not positive))
        bodies.append(replace(body, area=soluble, exposed=positive, soluble=True))
    found = replace(state, bodies=()).with_bodies(bodies)
    return replace(found, openings={**state.openings, step.film: opened})


def _between(spans: Spans, ends: tuple[float, float]) -> Spans:
    """The gaps between spans."""
    edges = [ends[0], *(x for span in spans for x in span), ends[1]]
    return tuple((x0, x1) for x0, x1 in zip(edges[::2], edges[1::2], strict=True) if x1 > x0)


def develop(step: Develop, number: int, scene: Scene, state: State) -> State:
    """What is soluble of a film goes."""
    _warn_wall(step, number, scene)
    kept = [body for body in state.bodies if not (body.film == step.film and body.soluble)]
    return replace(
        state, bodies=tuple(replace(body, exposed=False) if body.film == step.film else body for body in kept)
    )


STANDS = 3.0
"""Thickness over width up to which a wall of resist stands (from memory; drc_rules/balldrop RESIST.S.1)."""


def _warn_wall(step: Develop, number: int, scene: Scene) -> None:
    tall = scene.thickness(step.film)
    steps = [(row.step, row) for row in scene.masks.values() if row.film == step.film and row.step < number]
    if not steps or steps[-1][1].polygon == "remains" or tall <= 1:
        return
    wall = scene.wall(steps[-1][0])
    if wall * STANDS < tall:
        scene.warn(
            number,
            f"the thinnest wall of {step.film} on this cut is {wall:.3g} µm wide and {tall:g} µm tall",
            f"leave {tall / STANDS:.3g} µm between openings, a third of its height, or it leans",
        )


def cure(step: Cure, number: int, scene: Scene, state: State) -> State:
    """A film is baked hard; its thickness is stated as cured, so nothing moves."""
    if step.temperature is not None:
        warn_soft(number, scene, state, step.temperature.value)
    return state


def warn_soft(number: int, scene: Scene, state: State, temperature: float) -> None:
    """Warn of each resist or polymer on the wafer that doesn't stand a temperature, °C."""
    for film in dict.fromkeys(body.film for body in state.bodies):
        material = scene.material(film)
        stands = material.max_temperature
        if stands is not None and stands.value < temperature and {"resist", "polymer"} & set(material.groups):
            scene.warn(
                number,
                f"{film} ({material.name}) stands {stands.value:g} °C, this step has {temperature:g} °C",
                "strip it before, or take one that stands the heat",
            )


def strip(step: Strip, number: int, scene: Scene, state: State) -> State:
    """A film is dissolved."""
    return state.without(step.film)


def clean(step: Clean, number: int, scene: Scene, state: State) -> State:
    """Residues of a film are washed off."""
    return state.without(step.film)
