"""Lattices made to grow, beyond test_cases: octilinear ones of every kind, and what proves that no more fits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bumpgen.route.gate import faults
from bumpgen.route.problem import Angles
from bumpgen.route.problem_file import read_problem
from bumpgen.route.solve import solve
from tests.route.verdict import spaces, wrong_nets
from tests.shared import SHARED, needs_shared

LATTICES = SHARED / "rdl_scale"

pytestmark = needs_shared


@pytest.mark.parametrize("kind", ["align2", "align3", "fan2", "fan3", "ring2", "ring3"])
@pytest.mark.parametrize("size", [8, 16])
def test_octilinear_lattices_are_routed_whole(size: int, kind: str) -> None:
    routing = solve(replace(read_problem(LATTICES / f"n{size}_{kind}.json"), angles=Angles.OCTILINEAR))
    assert routing.made == routing.asked > 0
    assert not faults(routing.problem, routing.wires)
    assert not wrong_nets(routing)
    assert not spaces(routing)


@pytest.mark.parametrize(("size", "most"), [(16, 236), (32, 492)])
def test_what_a_full_lattice_can_not_hold_is_put_down_to_full_gates(size: int, most: int) -> None:
    """Each gate that is named holds no further wire: its capacity is less than what one more would ask for."""
    problem = read_problem(LATTICES / f"n{size}_full.json", free=True)
    routing = solve(problem)
    (net,) = routing.nets.values()
    assert (len(net.wires), net.asked, net.status) == (most, size * size, "partial")
    assert f"{size * size - most} more than the gates hold" in net.reason
    assert str(net.cuts[0]) in net.reason
    (rule,) = problem.nets.values()
    for cut in net.cuts:
        assert cut.demand == pytest.approx(rule.space + cut.wires * (rule.width + rule.space))
        assert cut.capacity < cut.demand < cut.capacity + rule.width + rule.space + 0.2
    assert not faults(problem, routing.wires)


@pytest.mark.parametrize("angles", list(Angles))
def test_free_rings_are_routed_whole(angles: Angles) -> None:
    for name in ("n8_ring3", "n16_ring2", "n32_ring3"):
        routing = solve(replace(read_problem(LATTICES / f"{name}.json", free=True), angles=angles))
        assert routing.made == routing.asked > 0
        assert not wrong_nets(routing)
