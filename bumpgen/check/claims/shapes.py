"""Predicates about what is drawn on one die: how many shapes there are, what lies on what, how large they are."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from bumpgen.check.claims.dies import DrawnDie
from bumpgen.check.claims.roles import ROLES
from bumpgen.check.claims.verdict import Verdict, absent, all_of, compared, fails, holds, of_result
from bumpgen.check.engine import check_rule
from bumpgen.check.pairs import touching
from bumpgen.check.pieces import terminal_pieces
from bumpgen.check.shapes import Shapes, shapes_of
from bumpgen.report import RuleResult, counted, number
from bumpgen.rules import Rule
from bumpgen.solder import ball_volume, bump_width, radius_of

__all__ = ["PREDICATES", "count_of", "ruled"]


def ruled(die: DrawnDie, kind: str, layers: tuple[str, ...], limit: float | str, unit: str = "µm",
          **options: float | str) -> RuleResult:  # fmt: skip
    """What a rule of a kind finds on a die."""
    rule = Rule(
        id="CLAIM.C.1", kind=kind, layers=layers, limit=limit, unit=unit, reason="a claim", source="own",
        options=options,
    )  # fmt: skip
    return check_rule(rule, die.scene)


def count_of(die: DrawnDie, layer: str) -> int:
    """How many shapes a layer expression has, merged."""
    return int(die.scene.region(layer).merged().count())


def lacking(die: DrawnDie, *roles: str) -> Verdict | None:
    """What to say where the process has no layer of a role; without any solder block there is nothing to judge."""
    if {"ball", "opening", "pad"}.intersection(roles):
        if not die.roles["ball"]:
            return absent(f"process {die.process.name} places no solder block")
        if not die.scene.drawn(die.roles["ball"]):
            return absent("no solder block is drawn")
    missing = [ROLES[role] for role in roles if not die.roles[role]]
    return fails(f"process {die.process.name} makes no {missing[0]}") if missing else None


def count(die: DrawnDie, *, of: str, least: float) -> Verdict:
    """The drawing has at least so many shapes of a role."""
    if missing := lacking(die, of):
        return missing
    found = count_of(die, die.roles[of])
    return compared(found >= least, f"{found} × {ROLES[of]}")


def each(die: DrawnDie, *, of: str, touches: str, times: float = 1) -> Verdict:
    """Each shape of a role touches exactly so many of another."""
    if missing := lacking(die, of, touches):
        return missing
    one, other = die.roles[of], die.roles[touches]
    found = ruled(die, "count", (one, other), times)
    return of_result(found, f"{count_of(die, one)} × {ROLES[of]}, each with {number(times)} × {ROLES[touches]}")


def within(die: DrawnDie, *, of: str, over: str) -> Verdict:
    """Every shape of a role lies within one of another."""
    if missing := lacking(die, of, over):
        return missing
    one, other = die.roles[of], die.roles[over]
    return of_result(
        ruled(die, "inside", (one, other), 0), f"{count_of(die, one)} × {ROLES[of]}, each within {ROLES[over]}"
    )


def sizes(die: DrawnDie, *, of: str, over: str, more: float | None = None, less: float | None = None) -> Verdict:
    """Shapes of a role are more or less than so many times as wide as those of another they touch."""
    if missing := lacking(die, of, over):
        return missing
    layers = (die.roles[of], die.roles[over])
    told = _ratio(die, layers, f"{ROLES[of]} over {ROLES[over]}")
    found = [
        of_result(ruled(die, kind, layers, limit, "exclusive"), told)
        for kind, limit in (("ratio_min", more), ("ratio_max", less))
        if limit is not None
    ]
    return all_of(*found[:1], *(verdict for verdict in found[1:] if not verdict.holds))


def _ratio(die: DrawnDie, layers: tuple[str, ...], words: str) -> str:
    """Both layers' widths in words: "95 over 80 µm"."""
    spans = []
    for layer in layers:
        shapes = shapes_of(die.scene.region(layer))
        wide = shapes.sizes * die.scene.dbu
        low, high = float(wide.min(initial=math.inf)), float(wide.max(initial=0))
        spans.append(number(low) if low == high else f"{number(low)} to {number(high)}")
    return f"{words}: {' over '.join(spans)} µm"


def shape(die: DrawnDie, *, of: str, words: str) -> Verdict:
    """Every shape of a role is of a class, as a circle."""
    if missing := lacking(die, of):
        return missing
    layer = die.roles[of]
    return of_result(
        ruled(die, "shape", (layer,), words),
        f"{count_of(die, layer)} × {ROLES[of]}, each a {words.replace('|', ' or ')}",
    )


def centred(die: DrawnDie, *, of: str, over: str) -> Verdict:
    """The middle of every shape of a role lies over a shape of another."""
    if missing := lacking(die, of, over):
        return missing
    one, other = (shapes_of(die.scene.region(die.roles[role])) for role in (of, over))
    pairs = touching(one, other)
    inside = (np.abs(_middles(one)[pairs[:, 0]] - _middles(other)[pairs[:, 1]]) <= other.sizes[pairs[:, 1]] / 2).all(1)
    right = len(np.unique(pairs[inside, 0]))
    return compared(right == len(one), f"{right} of {len(one)} × {ROLES[of]} with the middle over {ROLES[over]}")


def _middles(shapes: Shapes) -> np.ndarray:
    """Centres of the shapes' boxes, database units."""
    return np.column_stack((shapes.x, shapes.y)) + shapes.sizes / 2


def bump_within(die: DrawnDie) -> Verdict:
    """The molten bump, a truncated sphere on its pad, is no wider than the opening it is reflowed in."""
    if missing := lacking(die, "ball", "structure", "ubm"):
        return missing
    layers = (die.roles["ball"], die.roles["structure"], die.roles["ubm"])
    widths = _bump_widths(die)
    wide = float(_sizes(die, "structure").min(initial=math.inf))
    return of_result(
        ruled(die, "reflowed_inside", layers, 0), f"bumps {number(max(widths))} µm wide, openings {number(wide)} µm"
    )


def _sizes(die: DrawnDie, role: str) -> np.ndarray:
    """Shorter sides of a role's shapes, µm."""
    sides: np.ndarray = shapes_of(die.scene.region(die.roles[role])).sizes.min(axis=1) * die.scene.dbu
    return sides


def _bump_widths(die: DrawnDie) -> list[float]:
    """Widths of the reflowed bumps, one for each size of what the solder wets, µm."""
    if die.roles.ball is None:
        return [0.0]
    volume = ball_volume(die.roles.ball.thickness.value)
    wetted = die.roles["ubm"] or die.roles["opening"]
    shapes = shapes_of(die.scene.region(wetted))
    areas = {polygon.area() * die.scene.dbu**2 for polygon in shapes.outlines}
    return [bump_width(radius_of(area), volume) for area in areas] or [0.0]


def bumps_apart(die: DrawnDie) -> Verdict:
    """Reflowed bumps don't touch their neighbours: the least pitch is more than their width."""
    if missing := lacking(die, "ball"):
        return missing
    from scipy.spatial import cKDTree

    middles = _middles(shapes_of(die.scene.region(die.roles["ball"]))) * die.scene.dbu
    if len(middles) < 2:
        return holds(counted(len(middles), "solder block", "solder blocks"))
    pitch = float(np.asarray(cKDTree(middles).query(middles, k=[2])[0]).min())
    wide = max(_bump_widths(die))
    return compared(pitch > wide, f"bumps {number(wide)} µm wide at a pitch of {number(pitch)} µm")


def flux_room(die: DrawnDie) -> Verdict:
    """Flux has room beside the ball: the opening's volume less what the ball takes of it, µm³.

    A ball of radius R standing in an opening t deep takes π t² (3 R - t) / 3 of it, or all of itself if t > 2 R.
    """
    if missing := lacking(die, "ball", "structure"):
        return missing
    assert die.roles.ball is not None
    assert die.roles.structure is not None
    diameter, deep = die.roles.ball.thickness.value, die.roles.structure.thickness.value
    sunk = min(deep, diameter)
    taken = math.pi * sunk**2 * (1.5 * diameter - sunk) / 3
    areas = [
        outline.area() * die.scene.dbu**2 for outline in shapes_of(die.scene.region(die.roles["structure"])).outlines
    ]
    free = min(areas, default=0.0) * deep - taken
    return compared(free > 0, f"{free:,.0f} µm³ of flux beside a ball of {number(diameter)} µm, {number(deep)} µm deep")


def flux_covers(die: DrawnDie) -> Verdict:
    """Each flux deposit covers its pad and runs into no other; printed without a layer of its own, it can't be told."""
    if missing := lacking(die, "opening"):
        return missing
    if die.roles.flux is None:
        return fails(f"process {die.process.name} puts no flux on the pads")
    if not die.roles["flux"]:
        return holds(f"{die.roles.flux.name} is put on the pads without a layer of its own")
    return all_of(within(die, of="opening", over="flux"), each(die, of="flux", touches="opening"))


def reaches_pads(die: DrawnDie) -> Verdict:
    """Every bump of a net hangs together with a pad of the chip of that net, by drawn metal."""
    pieces = terminal_pieces(die.scene, die.terminals)
    both = list(zip(die.terminals, pieces.tolist(), strict=True))
    pads: dict[str, set[int]] = {}
    for terminal, piece in both:
        if terminal.kind == "pad" and piece >= 0:
            pads.setdefault(terminal.net, set()).add(piece)
    bumps = [(terminal, piece) for terminal, piece in both if terminal.kind == "bump" and terminal.net]
    reached = sum(piece in pads.get(terminal.net, ()) for terminal, piece in bumps)
    told = f"{reached} of {len(bumps)} bumps joined to a pad of the chip by drawn metal"
    return compared(bool(bumps) and reached == len(bumps), told)


def aperture(die: DrawnDie, *, area: float, aspect: float) -> Verdict:
    """Stencil apertures let the paste go: area over wall, and width over the foil's thickness (IPC-7525)."""
    if missing := lacking(die, "stencil"):
        return missing
    layer = die.roles["stencil"]
    foil = next(film for film in die.process.films if film.layer == layer).thickness.value
    wide = float(_sizes(die, "stencil").min(initial=math.inf))
    told = f"apertures of {number(wide)} µm in a foil of {number(foil)} µm"
    kinds = (("area_ratio", area), ("aspect_ratio", aspect))
    return all_of(*(of_result(ruled(die, kind, (layer,), least), f"{told}, {kind.replace('_', ' ')} at least {least:g}")
                    for kind, least in kinds))  # fmt: skip


PREDICATES: dict[str, Callable[..., Verdict]] = {
    "count": count, "each": each, "within": within, "sizes": sizes, "shape": shape, "centred": centred,
    "bump_within": bump_within, "bumps_apart": bumps_apart, "flux_room": flux_room, "flux_covers": flux_covers,
    "reaches_pads": reaches_pads, "aperture": aperture,
}  # fmt: skip
