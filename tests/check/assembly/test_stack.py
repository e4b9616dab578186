"""The stack as a whole: heights, nets through all dies as extracted from the drawings, opens and shorts."""

from __future__ import annotations

import functools
from dataclasses import replace

import numpy as np
import pytest

from bumpgen.check.assembly.engine import judge_rule
from bumpgen.check.assembly.stack import Stack
from bumpgen.command.stacked import draw_part, measured, stack_of
from bumpgen.design import CellTable, Route
from bumpgen.read import read_design
from bumpgen.read.assembly_file import read_assembly
from bumpgen.rules import read_assembly_rules

RULES = read_assembly_rules("joint")


@functools.lru_cache(maxsize=1)
def pillars() -> Stack:
    return stack_of(read_assembly("pillar_to_pillar"))


def verdict(rule: str, stack: Stack):
    return judge_rule(RULES.rule(rule), stack)


def test_heights_follow_from_volumes():
    stack = pillars()
    joint = stack.joints[0].classes[0]
    h, a1, a2 = joint.solder_height, 24.5, 27.5
    # the volume of a spherical zone gives the solder back
    assert np.pi * h * (3 * a1**2 + 3 * a2**2 + h**2) / 6 == pytest.approx(joint.volume, rel=1e-12)
    assert joint.volume == pytest.approx(np.pi * (a1**2 * 16 + a2**2 * 12), rel=1e-9)
    first, second = stack.levels["first"], stack.levels["second"]
    assert second.face - first.face == pytest.approx(34.4 + h + 17.4)
    assert (first.rear, second.rear) == (0.0, pytest.approx(second.face + 725))


def test_every_net_is_one_conductor_through_both_dies():
    nets = pillars().nets
    rows = dict(nets.rows())
    assert len(rows) == 25
    assert all(len(pieces) == 1 for pieces in rows.values())
    assert rows["A3"] == [["first.A3", "first.pad A3", "second.A3", "second.pad A3"]]
    assert nets.shorted == []
    assert len(nets.opened) == 0


def redrawn(part: str, change) -> Stack:
    good = pillars()
    design = read_design(good.assembly.parts[part].path)
    return Stack(good.assembly, good.parts | {part: measured(good.assembly.parts[part], change(design))})


def test_nets_swapped_in_one_die_are_shorts_of_the_stack():
    def swap(design):
        nets = {"A3": "A4", "A4": "A3"}
        rename = lambda things: tuple(replace(t, net=nets.get(t.net, t.net)) for t in things)  # noqa: E731
        return replace(design, bumps=rename(design.bumps), pads=rename(design.pads))

    stack = redrawn("second", swap)
    assert stack.nets.shorted == [("A3", "A4"), ("A3", "A4")]
    assert verdict("STACK.SHORT.1", stack).count == 2
    assert verdict("JOINT.NET.1", stack).count == 2
    assert verdict("JOINT.NAME.1", stack).count == 0


def test_metal_between_two_bumps_is_a_short_though_all_names_agree():
    """A wire on the pillars' layer joins two of them: only the drawing says so."""

    def bridge(design):
        a, b = (next(bump for bump in design.bumps if bump.name == name) for name in ("A3", "A4"))
        wire = Route("A3", ((a.x, a.y), (b.x, b.y)), 10.0, layer="PILLAR2")
        return replace(design, routes=(wire,))

    stack = redrawn("second", bridge)
    assert verdict("JOINT.NET.1", stack).count == 0
    assert stack.nets.shorted == [("A3", "A4")]


def test_a_pillar_that_misses_its_pad_is_an_open():
    def apart(design):
        pads = tuple(replace(pad, x=pad.x + 200) if pad.name == "A3" else pad for pad in design.pads)
        return replace(design, pads=pads)

    stack = redrawn("second", apart)
    opened = [stack.nets.names[net] for net in stack.nets.opened.tolist()]
    assert opened == ["A3"]
    assert "second.pad A3" in verdict("STACK.OPEN.1", stack).spots[0].message


def test_a_part_alone_is_measured():
    part = draw_part(pillars().assembly.parts["second"])
    assert len(part.sites) == 47
    assert part.faces["second_pillar"].solder.form == "cap"
    assert part.strays == {}
    assert (part.sites.contact >= 0).all()


def test_a_pillar_that_is_not_in_the_design_is_a_stray():
    def with_one_more(design):
        extra = CellTable(cell="pillar", at=((100.0, 100.0),), set={"layer": "PILLAR2", "cap_layer": "CAP2"})
        return replace(design, file=design.file.model_copy(update={"cells": (extra,)}))

    found = verdict("JOINT.FACE.1", redrawn("second", with_one_more))
    assert found.count == 1
    assert found.spots[0].message == "PILLAR2 of second stands where the design has no bump"
    assert found.spots[0].at == (400.0, -300.0)  # 400 left of the middle on the mask: right of it from above
