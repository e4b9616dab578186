"""From a sketch to wires: gates without room to spare, further barriers, and the same with the compiler off."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from typing import Literal

import numpy as np
import pytest
from shapely import LineString, Point

from bumpgen.route.gate import faults
from bumpgen.route.problem import Angles, NetRule, Problem, Terminal
from bumpgen.route.realise import Barrier, realise
from bumpgen.route.solve import solve
from bumpgen.route.strings import Order, offsets_of, room_of
from tests.route.sketches import OFFSET, SPACE, WIDTH, discs, line, site_of, wound
from tests.route.test_arcs import ring

BOTH = pytest.mark.parametrize("angles", list(Angles))


def octagon(name: str, x: float, y: float, across: float) -> Terminal:
    """Metal in the way: a regular octagon, `across` µm from flat to flat."""
    reach = across / 2 / math.cos(math.pi / 8)
    turns = (math.pi / 8 + math.pi / 4 * k for k in range(8))
    outline = tuple((x + reach * math.cos(a), y + reach * math.sin(a)) for a in turns)
    return Terminal(name, "", "bump", x, y, outline, wires=0)


@BOTH
def test_three_wires_fill_a_gap_that_holds_just_three(angles: Angles) -> None:
    """60 µm octagons at a pitch of 130 µm leave 70 µm = 3 widths and 4 spaces of 10 µm; there is no other way."""
    wall = [octagon(f"o{x:g}", x, 300.0, 60.0) for x in (35.0, 165.0)]
    ends = [Terminal.disc(f"{role}{i}", f"n{i}", role, 40.0 + 60 * i, y, 20.0) for i in range(3) for role, y in ROWS]
    rule = NetRule(10.0, 10.0)
    nets = {f"n{i}": rule for i in range(3)}
    problem = Problem("full", (0.0, 0.0, 200.0, 600.0), (*wall, *ends), nets, angles=angles)
    found = solve(problem)
    assert (found.made, found.asked) == (3, 3)
    assert faults(problem, found.wires) == ()
    middle = LineString([(70.0, 300.0), (130.0, 300.0)])
    at = sorted(LineString(wire.points(0.001)).intersection(middle).x for wire in found.wires)
    assert at == pytest.approx([80.0, 100.0, 120.0], abs=0.002)


ROWS: tuple[tuple[Literal["pad", "bump"], float], ...] = (("pad", 60.0), ("bump", 540.0))


@BOTH
def test_a_fourth_wire_does_not_fit(angles: Angles) -> None:
    wall = [octagon(f"o{x:g}", x, 300.0, 60.0) for x in (35.0, 165.0)]
    ends = [Terminal.disc(f"{role}{i}", f"n{i}", role, 30.0 + 46 * i, y, 16.0) for i in range(4) for role, y in ROWS]
    nets = {f"n{i}": NetRule(10.0, 10.0) for i in range(4)}
    problem = Problem("full", (0.0, 0.0, 200.0, 600.0), (*wall, *ends), nets, angles=angles)
    found = solve(problem)
    assert (found.made, found.asked) == (3, 4)
    assert faults(problem, found.wires) == ()


@BOTH
def test_a_further_barrier_holds_a_wire_off(angles: Angles) -> None:
    centre = (500.0, 500.0)
    places = [centre, *((round(x, 3), round(y, 3)) for x, y in ring(centre, 250.0, 8))]
    problem = discs(places, angles)
    sketch = wound(problem, 0, 1, 5)
    site = site_of(sketch.mesh, 0)
    near, far = (realise(problem, sketch, barriers).segments[0] for barriers in ({}, {0: [Barrier(site, 80.0)]}))
    assert near is not None
    assert far is not None
    assert 20.0 + OFFSET - 0.001 <= line(near).distance(Point(centre)) < 20.0 + OFFSET + 0.1
    assert 100.0 - 0.001 <= line(far).distance(Point(centre)) < 100.1


def order_of(wires: int) -> Order:
    """One side, from site 0 to site 1, that wires cross in order."""
    numbers = np.arange(wires)
    ends, first = np.array([[0, 1]]), np.array([0, wires])
    return Order(ends, first, numbers, numbers, np.full(wires, WIDTH), np.full(wires, SPACE))


def test_offsets_add_widths_and_spaces_from_both_ends() -> None:
    near, far = np.zeros(3), np.zeros(3)
    offsets_of(order_of(3), np.zeros(2), near, far)
    assert near.tolist() == [15.0, 35.0, 55.0]
    assert far.tolist() == [55.0, 35.0, 15.0]


def test_room_is_shared_by_the_spaces_of_a_gate() -> None:
    room = np.full(2, 0.06)
    room_of(order_of(3), np.array([70.08]), room)
    assert room == pytest.approx([0.02, 0.02])
    room_of(order_of(3), np.array([69.0]), room)
    assert room.tolist() == [0.0, 0.0]


CODE = """
from bumpgen.route.problem import Angles
from bumpgen.route.realise import Barrier, realise
from tests.route.sketches import discs, site_of, wound
from tests.route.test_arcs import ring
places = [(500.0, 500.0), *((round(x, 3), round(y, 3)) for x, y in ring((500.0, 500.0), 200.0, 8))]
for angles in Angles:
    for clockwise in (False, True):
        problem = discs(places, angles)
        sketch = wound(problem, 0, 1, 4 if clockwise else 6, clockwise=clockwise)
        barriers = {0: [Barrier(site_of(sketch.mesh, 3), 25.0)]}
        for segment in realise(problem, sketch, barriers).segments[0]:
            print(*(round(v, 6) + 0.0 for v in (*segment.start, *segment.end, segment.length)))
"""


def test_wires_are_the_same_with_the_compiler_off() -> None:
    found = []
    for flag in ("0", "1"):
        env = {**os.environ, "NUMBA_DISABLE_JIT": flag}
        run = subprocess.run([sys.executable, "-c", CODE], env=env, capture_output=True, text=True, check=True)
        found.append(run.stdout)
    assert found[0] == found[1]
    assert len(found[0].splitlines()) > 12
