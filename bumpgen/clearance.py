"""What a process's rule table asks of shapes that are added to a layer: spaces, pitches, edges, density. All in µm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bumpgen.expression import layers_of
from bumpgen.limits import BySize, Linear, Number, Range
from bumpgen.process import Process
from bumpgen.rules import Rule, read_rules

__all__ = ["Asked", "DensityAsked", "density_asked", "edges_asked", "pitch_asked", "spaces_asked", "width_asked"]

SLACK = 1e-7
"""Sizes nearer than this are equal, µm."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A length in µm and the id of the rule that asks for it; "" where it follows from another."""

    value: float
    rule: str = ""


@dataclass(frozen=True, slots=True)
class DensityAsked:
    """A share of the area, from least to most, in windows of a side that slide by a step (0: the whole die)."""

    least: float
    most: float
    window: float
    step: float
    rule: str = ""


def _rules(process: Process, *kinds: str) -> Iterator[Rule]:
    if process.rules is not None:
        yield from (rule for rule in read_rules(process.rules).rules if rule.kind in kinds)


def _largest(rule: Rule) -> float:
    """A rule's limit for shapes of any size."""
    match rule.parsed:
        case Number(value):
            return value
        case BySize(rows):
            return max(limit for _, limit in rows)
        case _:
            return 0.0


def density_asked(process: Process, layer: str) -> DensityAsked | None:
    """The first rule or guideline on the share of the area that a layer covers; None where there is none."""
    for rule in _rules(process, "density", "guideline"):
        if rule.layers == (layer,) and isinstance(rule.parsed, Range):
            span, size = rule.parsed, rule.option("window", 0.0)
            return DensityAsked(span.least, span.most, size, rule.option("step", 0.0) or size, rule.id)
    return None


def width_asked(process: Process, layer: str) -> Asked:
    """The least width of a layer's shapes; 0 where no rule asks for one."""
    found = (Asked(rule.value, rule.id) for rule in _rules(process, "width") if rule.layers == (layer,))
    return max(found, key=lambda asked: asked.value, default=Asked(0.0))


def spaces_asked(process: Process, layer: str) -> dict[str, Asked]:
    """What shapes of a layer keep from those of each layer that is named beside it, and from each other.

    Rules of derived layers are taken for all layers they name: rather too far than too near. Layers that the
    process joins to this one, where they overlap or through openings, get the layer's own space.
    """
    found: dict[str, Asked] = {}
    for rule in _rules(process, "space", "space_by_size", "space_nets"):
        value = _largest(rule)
        sides = [layers_of(expression) for expression in rule.expressions]
        others = [other for k, side in enumerate(sides) if layer in side for other in sides[k - 1]]
        for other in others:
            if value > found.get(other, Asked(-1.0)).value:
                found[other] = Asked(value, rule.id)
    own = found.get(layer, Asked(0.0))
    for other in _joined(process, layer):
        found.setdefault(other, Asked(own.value, own.rule))
    return found


def _joined(process: Process, layer: str) -> Iterator[str]:
    """Openings through which a layer is joined to another, and layers it is joined to where they overlap."""
    for connection in process.connections:
        if layer in connection.between:
            yield from connection.via or (name for name in connection.between if name != layer)


def pitch_asked(process: Process, layer: str, size: float) -> Asked:
    """The least distance of a layer's shape of that size (µm) from others, centre to centre; 0 where no rule asks."""
    rules = _rules(process, "pitch", "pitch_by_size", "pitch_exact")
    found = [Asked(_pitch(rule, size), rule.id) for rule in rules if layer in rule.names]
    return max(found, key=lambda asked: asked.value, default=Asked(0.0))


def _pitch(rule: Rule, size: float) -> float:
    match rule.parsed:
        case BySize() as rows:
            return rows.at(size, SLACK)
        case Linear(base, factor):
            return base + factor * size
        case Number(value):
            return value
        case _:
            return 0.0


def edges_asked(process: Process, layer: str) -> Iterator[tuple[str, Asked, bool]]:
    """Edge layers (DIE, SEAL …) inside whose outline a layer's shapes stay, how far, and whether centres count."""
    for rule in _rules(process, "die_edge", "die_edge_centre"):
        if layers_of(rule.expressions[0]) == (layer,):
            yield rule.layers[1], Asked(rule.value, rule.id), rule.kind == "die_edge_centre"
