"""What a process's rule table says to a router: spaces, angles, the die's edge. All in µm."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from bumpgen.design import Design
from bumpgen.errors import InputError, Where
from bumpgen.process import Process
from bumpgen.route.problem import Angles, NetRule
from bumpgen.rules import Rule, read_rules

__all__ = ["angles_of", "edge_of", "net_rule", "space_of", "spaced_layers", "via_layers"]


def _rules(process: Process, kind: str) -> Iterator[Rule]:
    if process.rules is not None:
        yield from (rule for rule in read_rules(process.rules).rules if rule.kind == kind)


def spaced_layers(process: Process, layer: str) -> dict[str, float]:
    """The other layers that a layer keeps away from, and how far."""
    found: dict[str, float] = {}
    for rule in _rules(process, "space"):
        if len(rule.layers) == 2 and layer in rule.layers and set(rule.layers) <= set(process.layers):
            other = rule.layers[1] if rule.layers[0] == layer else rule.layers[0]
            found[other] = max(found.get(other, 0.0), rule.value)
    return found


def space_of(process: Process, layer: str) -> float:
    """The widest space rule of a layer with itself; 0 where there is none."""
    return max((rule.value for rule in _rules(process, "space") if rule.layers == (layer,)), default=0.0)


def angles_of(design: Design, layers: tuple[str, ...]) -> Angles:
    """What the design asks for, else octilinear where an `angle` rule of a wire layer has a `step` of 45° or 90°."""
    asked = design.file.routing.angles if design.file.routing else None
    if asked is not None:
        return Angles.OCTILINEAR if asked == "45" else Angles.ANY
    stepped = any("step" in rule.options and rule.layers[0] in layers for rule in _rules(design.process, "angle"))
    return Angles.OCTILINEAR if stepped else Angles.ANY


def edge_of(design: Design, layers: tuple[str, ...]) -> float:
    """What wires keep from the die's edge: as the design asks, else the widest rule of a wire layer about it, else 0.

    A space to the seal ring counts too: the ring lies inside the edge, and is often drawn later, by others.
    """
    asked = design.file.routing.edge if design.file.routing else None
    if asked is not None:
        return asked
    about = [*_rules(design.process, "die_edge"), *_rules(design.process, "space")]
    found = (rule.value for rule in about if rule.layers[0] in layers and rule.layers[1:] in (("DIE",), ("SEAL",)))
    return max(found, default=0.0)


def net_rule(design: Design, net: str, layers: tuple[str, ...]) -> NetRule:
    """Width, space and neck of a net or class; InputError where neither design nor process tell."""
    routing, process = design.file.routing, design.process
    own = routing.wires_of(net) if routing is not None else None
    width = (own.width if own else None) or process.default("trace").get("width")
    space = (own.space if own else None) or max(space_of(process, layer) for layer in layers)
    if not width or not space:
        lacking = "width" if not width else "space"
        raise InputError(
            f"nothing says the {lacking} of net {net!r}: process {process.name} has no default",
            Where(design.path, key=f"routing.{lacking}"),
            hint=f"add {lacking} = … to [routing], in µm",
        )
    return NetRule(float(width), float(space), neck=(own.neck if own else None) or 0.0)


def via_layers(design: Design, layers: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """For each two neighbouring wire layers the opening between them and the site that joins them.

    InputError where the process has no connection of the two, or no site that draws all three layers.
    """
    return tuple(_via(design, lower, upper) for lower, upper in pairwise(layers))


def _via(design: Design, lower: str, upper: str) -> tuple[str, str]:
    process, where = design.process, Where(design.path, key="routing.layers")
    opening = next((c.via[0] for c in process.connections if {lower, upper} == set(c.between) and c.via), None)
    if opening is None:
        raise InputError(
            f"process {process.name} has no opening that joins {lower} and {upper}",
            where,
            hint="name wire layers that follow each other in the process's [[connections]]",
        )
    for name, parts in process.sites.items():
        if {lower, upper, opening} == {part.values().get("layer") for part in parts}:
            return opening, name
    raise InputError(
        f"process {process.name} has no site that draws {lower}, {opening} and {upper}",
        where,
        hint=f"add one to [sites] of {process.path}: two capture pads and a polymer opening",
    )
