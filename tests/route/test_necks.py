"""Wires that are narrower where they meet small pads."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import shapely

from bumpgen.route.gate import faults
from bumpgen.route.necks import neck_length
from bumpgen.route.outline import outlines
from bumpgen.route.problem import Angles, NetRule, Problem, Terminal
from bumpgen.route.routing import Line, Wire, parts
from bumpgen.route.solve import solve


def square(name: str, net: str, x: float, y: float, side: float) -> Terminal:
    half = side / 2
    corners = ((x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half))
    return Terminal(name, net, "pad", x, y, corners)


def fine_pads(width: float, neck: float) -> Problem:
    """Five pads of 10 µm, 24 µm apart, and five bumps far apart: wires of 20 µm would touch at the pads."""
    nets = [f"n{i}" for i in range(5)]
    pads = [square(f"p{i}", net, 452 + 24 * i, 50, 10) for i, net in enumerate(nets)]
    bumps = [Terminal.disc(f"b{i}", net, "bump", 100 + 200 * i, 800, 80) for i, net in enumerate(nets)]
    return Problem("pads", (0, 0, 1000, 1000), (*pads, *bumps), {net: NetRule(width, 10, neck=neck) for net in nets})


def test_necks_make_fine_pads_routable() -> None:
    problem = fine_pads(20, 8)
    routing = solve(problem)
    assert (routing.made, routing.asked) == (5, 5)
    assert not faults(problem, routing.wires)
    assert all(wire.neck == 8 and wire.neck_lengths[0] > 0 and wire.neck_lengths[1] == 0 for wire in routing.wires)


def test_octilinear_necks_are_clean_too() -> None:
    problem = replace(fine_pads(20, 8), angles=Angles.OCTILINEAR)
    routing = solve(problem)
    assert routing.made >= 3
    assert not faults(problem, routing.wires)
    assert all(net.reason for net in routing.nets.values() if net.status != "routed")


def test_without_a_neck_they_are_refused_with_a_reason() -> None:
    routing = solve(fine_pads(20, 0))
    assert routing.made < 5
    assert all(net.reason for net in routing.nets.values() if net.status != "routed")


def test_the_wide_part_begins_a_space_from_the_pads_metal() -> None:
    pad = square("p", "n", 0, 0, 10)
    assert neck_length(NetRule(20, 10, neck=8), pad) == pytest.approx(math.hypot(5, 5) + 10)
    assert neck_length(NetRule(10, 10, neck=8), pad) == 0  # as wide as the pad
    assert neck_length(NetRule(20, 10), pad) == 0


def test_parts_overlap_and_cover_the_wire() -> None:
    wire = Wire("n", "a", "b", 20, (Line((0, 0), (50, 0)), Line((50, 0), (50, 80))), 0, 8, (15, 25))
    assert [width for _, width in parts(wire, 0.001)] == [8, 20, 8]
    (ring,) = outlines([wire], 0.001)[0]
    area = shapely.Polygon(ring)
    assert area.is_valid
    assert area.contains(shapely.LineString([(15, 9.9), (15, -9.9)]).buffer(0.01)) is False
    assert area.intersection(shapely.LineString([(10, -20), (10, 20)])).length == pytest.approx(8, abs=0.01)
    assert area.intersection(shapely.LineString([(30, -20), (30, 20)])).length == pytest.approx(20, abs=0.01)
    assert area.intersection(shapely.LineString([(20, 70), (80, 70)])).length == pytest.approx(8, abs=0.01)


def test_a_wire_shorter_than_its_necks_is_a_neck() -> None:
    wire = Wire("n", "a", "b", 20, (Line((0, 0), (40, 0)),), 0, 8, (15, 15))
    assert [width for _, width in parts(wire, 0.001)] == [8]
