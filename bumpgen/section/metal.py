"""Steps with metals: the chip as it comes, deposit, etch, plate."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from bumpgen.section.met import MetShape, Spans, chords
from bumpgen.section.scene import Scene
from bumpgen.section.solid import FAR, Skyline, columns, common, grown, minus, shadowed, skyline, union
from bumpgen.section.state import Body, Drop, State
from bumpgen.steps import Deposit, Etch, Plate

__all__ = ["CONDUCTORS", "arrived", "deposit", "etch", "plate"]

CONDUCTORS = {"adhesion", "metal", "pad", "pillar", "rdl", "solder"}
"""Groups of materials that carry current, and so are plated without a seed."""
TOUCH = 0.01
"""Films nearer than this touch, µm."""


def arrived(scene: Scene) -> State:
    """The wafer or board as it comes: films that no step makes, from the bottom up.

    Those without a layer lie everywhere, the last of them down from height 0; metal is where its layer is drawn, or
    everywhere if a step etches it; what a layer opens lies conformally over all the rest. Films of the chip that the
    layout doesn't draw are left out.
    """
    x0, x1 = scene.ends
    steps = scene.process.steps
    made = {film for step in steps if step.kind != "etch" for film in (getattr(step, "film", None),) if film}
    etched = {film for step in steps if isinstance(step, Etch) for film in step.films}
    own = [film for film in scene.process.films if film.name not in made]
    bodies = [film for film in own if film.layer is None]
    floor = -sum(film.thickness.value for film in bodies)
    state, low = State((x0, x1, floor)), floor
    for film in bodies:
        high = low + film.thickness.value
        state = state.with_bodies([Body(film.name, film.material, columns(((x0, x1),), low, high))])
        low = high
    for film in own:
        if film.layer is None or (film.layer not in scene.drawn and film.name not in etched):
            continue
        body = minus(common(grown(state.solid, film.thickness.value, 1.0), _over(state)), state.solid)
        drawn = columns(scene.spans(film.layer))
        if scene.process.layers[film.layer].meaning == "opening":
            body = minus(body, drawn)
        elif film.name not in etched:
            body = common(body, drawn)
        state = state.with_bodies([Body(film.name, film.material, body)])
    return state


def _over(state: State) -> Any:
    """Where films may come to lie: between the ends, over the wafer's lower side."""
    x0, x1, low = state.box
    return columns(((x0, x1),), low, FAR)


def deposit(step: Deposit, number: int, scene: Scene, state: State) -> State:
    """A film over everything that can be reached: by gas everywhere, from a source only what is seen from above."""
    stated = step.coverage.value if step.coverage else 0.0 if step.method == "evaporation" else 1.0
    gas = step.method in ("cvd", "vapour")
    base = state.solid if gas else shadowed(state.solid, state.box[2])
    film = minus(common(grown(base, scene.thickness(step.film), stated), _over(state)), union([base, state.solid]))
    return state.with_bodies([Body(step.film, scene.film(step.film).material, film)])


def etch(step: Etch, number: int, scene: Scene, state: State) -> State:
    """Films go where nothing protects them, and by the undercut under the edge of what does."""
    under = step.undercut.value if step.undercut else 0.0
    kept = _kept(step, number, scene, state, under)
    change = {i: common(body.area, columns(kept)) for i, body in enumerate(state.bodies) if body.film in step.films}
    found = state.changed(change)
    _warn_undercut(step, number, scene, state, found)
    return found


def _kept(step: Etch, number: int, scene: Scene, state: State, under: float) -> Spans:
    """Where films stay: as far as what protects them lies on them, less the undercut, square to the pattern's edge."""
    import shapely

    if step.protected_by is None:
        return ()
    plan = scene.patterned(step.protected_by, number)
    if plan is not None:
        return scene.inside(chords(shapely.buffer(plan, -under, join_style="mitre", mitre_limit=5)))
    shield = state.film(step.protected_by)
    foot = common(shield, shapely.buffer(state.film(step.films[0]), TOUCH, join_style="mitre"))
    spans = _projected(foot if not foot.is_empty else shield)
    return tuple((x0 + under, x1 - under) for x0, x1 in spans if x1 - x0 > 2 * under)


def _projected(area: Any) -> Spans:
    """Where an area lies along the cut, whatever its height."""
    found: list[tuple[float, float]] = []
    import shapely

    boxes = sorted((part.bounds[0], part.bounds[2]) for part in shapely.get_parts(area) if part.area > 0)
    for x0, x1 in boxes:
        if found and x0 <= found[-1][1] + TOUCH:
            found[-1] = found[-1][0], max(x1, found[-1][1])
        else:
            found.append((x0, x1))
    return tuple(found)


def _warn_undercut(step: Etch, number: int, scene: Scene, before: State, after: State) -> None:
    """Warn where the films lie in an opening, but not, or not after the undercut, over its edge."""
    if step.protected_by is None or step.undercut is None:
        return
    film, under = step.films[-1], step.undercut.value
    kept, covered = _projected(after.film(film)), _projected(before.film(step.protected_by))
    for layer in _openings_below(scene, film, before):
        for shape in scene.shapes(layer):
            x0, x1 = chords(shape.area)[0]
            met = any(a < x1 - TOUCH and b > x0 + TOUCH for a, b in covered)
            if met and not any(a <= x0 + TOUCH and x1 - TOUCH <= b for a, b in kept):
                scene.warn(
                    number, f"after an undercut of {under:g} µm {film} doesn't cover the edge of an opening of {layer}",
                    f"let the metal lie over the edge of {layer} by more than the undercut",
                )  # fmt: skip


def _openings_below(scene: Scene, film: str, state: State) -> list[str]:
    """Layers that open films which lie on the wafer already, but for the film's own."""
    layers = dict.fromkeys(scene.film(body.film).layer for body in state.bodies)
    own = scene.film(film).layer
    return [name for name in layers if name and name != own and scene.process.layers[name].meaning == "opening"]


def plate(step: Plate, number: int, scene: Scene, state: State) -> State:
    """Metal grows in a resist's openings, beyond its rim also over it; without a resist on all bare metal."""
    thickness, solid = scene.thickness(step.film), state.solid
    if step.into is None:
        grows = _electroless(scene, state, thickness, solid)
        return _plated(step, scene, state, [(None, grows)])
    openings = state.openings.get(step.into, ())
    rest = state.without(step.into).solid
    _warn_seed(step, number, scene, state, openings)
    grows = minus(common(common(grown(rest, thickness, 1.0), _over(state)), columns(openings)), solid)
    rim = _rim(scene, state, step.into)
    inside = minus(common(grows, columns(openings, -FAR, rim)), state.film(step.into))
    over = _mushrooms(scene, state, step, openings, rim, solid)
    if not over.is_empty:
        scene.warn(
            number,
            f"{step.film} grows {float(over.bounds[3]) - rim:.3g} µm over the rim of {step.into}, and over its edges "
            "(a mushroom)",
            "coat the resist thicker than what is plated into it",
        )
    return _plated(step, scene, state, [(shape, union([inside, over])) for shape in _sites(step, scene)])


def _warn_seed(step: Plate, number: int, scene: Scene, state: State, openings: Spans) -> None:
    """Warn if an opening has no metal on its ground."""
    line, owners = replace(state, drops=()).top()
    for x0, x1 in openings:
        index = int(np.searchsorted(line.s, (x0 + x1) / 2, side="right")) - 1
        film = owners[line.label[index]] if 0 <= index < len(line.label) and line.label[index] >= 0 else ""
        if not film or not CONDUCTORS & set(scene.material(film).groups):
            scene.warn(
                number, f"{step.film} has no metal to grow on in an opening of {step.into}",
                "deposit a seed before the resist",
            )  # fmt: skip


def _sites(step: Plate, scene: Scene) -> list[MetShape | None]:
    """Shapes that a film of solder stands at, one each; all at once for other metals."""
    if "solder" not in scene.material(step.film).groups or step.into is None:
        return [None]
    return list(scene.shapes(scene.film(step.into).layer))


def _rim(scene: Scene, state: State, resist: str) -> float:
    """Height of a resist's top on the field."""
    return skyline([state.film(resist)]).at(scene.field)


def _mushrooms(scene: Scene, state: State, step: Plate, openings: Spans, rim: float, solid: Any) -> Any:
    """What grows over the rim: as far sideways over the resist as upward."""
    import shapely

    found = []
    thickness = scene.thickness(step.film)
    ground = skyline([state.without(step.into or "").solid])
    for x0, x1 in openings:
        rise = ground.at((x0 + x1) / 2) + thickness - rim
        if rise > TOUCH and x1 - x0 > TOUCH:
            cap = shapely.buffer(shapely.LineString([(x0, rim), (x1, rim)]), rise, quad_segs=16)
            found.append(common(cap, columns(((x0 - rise, x1 + rise),), rim, FAR)))
    return minus(union(found), solid)


def _electroless(scene: Scene, state: State, thickness: float, solid: Any) -> Any:
    """Growth on bare metal only, to all sides."""
    import shapely

    metal = union(
        [body.area for body in state.bodies if CONDUCTORS & set(scene.process.materials[body.material].groups)]
    )
    other = union(
        [body.area for body in state.bodies if not CONDUCTORS & set(scene.process.materials[body.material].groups)]
    )
    bare = shapely.difference(shapely.boundary(metal), shapely.buffer(other, TOUCH / 10))
    return minus(common(shapely.buffer(bare, thickness, quad_segs=16), _over(state)), solid)


def _plated(step: Plate, scene: Scene, state: State, grows: list[tuple[MetShape | None, Any]]) -> State:
    """The state with what has grown: a body, or a drop at each site if it is solder."""
    material = scene.film(step.film).material
    if "solder" not in scene.material(step.film).groups:
        return state.with_bodies([Body(step.film, material, area) for _, area in grows])
    ground = skyline([state.without(step.into or "").solid])
    drops = [_drop(step, scene, state, ground, shape, area) for shape, area in grows if shape is not None]
    return replace(state, drops=(*state.drops, *drops))


def _drop(step: Plate, scene: Scene, state: State, ground: Skyline, shape: MetShape, area: Any) -> Drop:
    """Solder plated at a site. Its volume by Steiner's formula, with what stands over the resist's rim.

    V = A t + P π r²/4 + 2π r³/3 for plan area A, perimeter P, thickness t, of which r stands over the rim.
    """
    thickness = scene.thickness(step.film)
    rise = 0.0
    if step.into is not None:
        rise = min(max(ground.at(shape.centre[0]) + thickness - _rim(scene, state, step.into), 0.0), thickness)
    spans = chords(shape.area)
    own = common(area, columns(tuple((x0 - rise, x1 + rise) for x0, x1 in spans)))
    volume = shape.plan * thickness + shape.perimeter * math.pi * rise**2 / 4 + 2 * math.pi * rise**3 / 3
    return Drop(step.film, scene.film(step.film).material, shape, own, volume, "plated", plated=True)
