"""Problems of another router's own tests, and growing lattices: all is routed, and nothing is wrong in it."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import klayout.db as db
import pytest

from bumpgen.check.kinds.space import SPACE
from bumpgen.check.scene import Scene
from bumpgen.route.gate import faults
from bumpgen.route.pairing import exposed_length
from bumpgen.route.problem import Angles, Problem
from bumpgen.route.problem_file import read_problem
from bumpgen.route.routes_file import routes_text
from bumpgen.route.routing import Routing
from bumpgen.route.solve import solve
from bumpgen.write.routes import routes_layout
from tests.route.verdict import PROCESS, RULES, spaces, widths, wrong_nets
from tests.shared import SHARED, needs_shared

CASES = SHARED / "rdl_cases"
LATTICES = SHARED / "rdl_scale"
NAMES = sorted(path.stem for path in CASES.glob("*.json")) if CASES.is_dir() else ["missing"]

pytestmark = needs_shared


def case(name: str, angles: Angles = Angles.ANY) -> Problem:
    return replace(read_problem(CASES / f"{name}.json"), angles=angles)


def is_clean(routing: Routing) -> None:
    assert not faults(routing.problem, routing.wires)
    assert not wrong_nets(routing)


@pytest.mark.parametrize("angles", list(Angles))
@pytest.mark.parametrize("name", NAMES)
def test_every_connection_of_every_case(name: str, angles: Angles) -> None:
    problem = case(name, angles)
    routing = solve(problem)
    assert routing.made == routing.asked > 0
    is_clean(routing)
    assert not spaces(routing)
    assert not widths(routing)
    golden = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))["golden"]
    assert routing.asked == golden["bumps_to_route"]
    if angles and golden["wirelength_exposed_um"]:
        exposed = sum(exposed_length(problem, wire) for wire in routing.wires)
        assert exposed <= golden["wirelength_exposed_um"]
    if not angles:
        assert routing.length <= 1.02 * routing.bound


def written_out(routing: Routing) -> Scene:
    """All metal of the layout that is written, terminals and kept wires too, as one layer."""
    layout = db.Layout()
    layout.dbu = routing.problem.grid
    top = layout.create_cell("TOP")
    shapes = top.shapes(layout.layer(*PROCESS.layers["RDL"].gds))
    for layer, points in routes_layout(routing).flat():
        if layer in ("RDL", "PAD", "BUMP"):
            shapes.insert(db.DPolygon([db.DPoint(*point) for point in points]))
    return Scene(layout, top, PROCESS)


@pytest.mark.parametrize("angles", list(Angles))
@pytest.mark.parametrize("name", ["rdl_route_keep_existing", "rdl_route_skip_iterm", "rdl_route_daisy_chain"])
def test_the_layout_that_is_written_keeps_its_space(name: str, angles: Angles) -> None:
    routing = solve(case(name, angles))
    scene = written_out(routing)
    rule = RULES["RDL.S.1"].model_copy(update={"limit": max(r.space for r in routing.problem.nets.values())})
    assert not list(SPACE.check(rule, scene))
    metal = scene.region("RDL").merged()
    kept = [obstacle for obstacle in routing.problem.obstacles if obstacle.net]
    assert len(kept) == (name == "rdl_route_keep_existing")
    for obstacle in kept:
        polygon = db.DPolygon([db.DPoint(*corner) for corner in obstacle.corners])
        assert (db.Region(polygon.to_itype(scene.dbu)) - metal).is_empty()


def test_equal_input_gives_equal_bytes() -> None:
    for name, angles in (("rdl_route_45_with_oct_bump", Angles.ANY), ("rdl_route", Angles.OCTILINEAR)):
        one, other = (routes_text(solve(case(name, angles)), seconds=False) for _ in range(2))
        assert one == other


@pytest.mark.parametrize("width", [4, 6, 8, 10, 11, 12])
def test_the_ladder_of_widths(width: int) -> None:
    problem = case("rdl_route_45")
    nets = {net: replace(rule, width=float(width), space=float(width)) for net, rule in problem.nets.items()}
    routing = solve(replace(problem, nets=nets))
    assert routing.made == routing.asked == 237
    is_clean(routing)
    assert not spaces(routing)


def test_forced_terminals_are_reached_and_forbidden_ones_left_alone() -> None:
    problem = case("rdl_route_assignments")
    partners = {t.name: t.partner for t in problem.terminals if t.partner and t.wires}
    ends = {frozenset((wire.start, wire.end)) for wire in solve(problem).wires}
    assert partners
    assert all(frozenset(pair) in ends for pair in partners.items())
    closed = {t.name for t in problem.terminals if not t.wires}
    assert not closed & {name for pair in ends for name in pair}


def test_the_order_in_the_file_does_not_matter(tmp_path: Path) -> None:
    data = json.loads((CASES / "rdl_route_skip_iterm.json").read_text(encoding="utf-8"))
    texts = [routes_text(solve(read_problem(CASES / "rdl_route_skip_iterm.json")), seconds=False)]
    for seed in (1, 2):
        for key in ("bumps", "pads", "obstructions"):
            random.Random(seed).shuffle(data[key])
        path = tmp_path / f"{seed}.json"
        path.write_text(json.dumps(data), encoding="utf-8")
        texts.append(routes_text(solve(read_problem(path)), seconds=False))
    assert texts[0] == texts[1] == texts[2]


@pytest.mark.parametrize("kind", ["align2", "align3", "fan2", "fan3", "ring2", "ring3"])
@pytest.mark.parametrize("size", [8, 16, 24, 32])
def test_lattices_of_fixed_nets_are_routed_whole(size: int, kind: str) -> None:
    routing = solve(read_problem(LATTICES / f"n{size}_{kind}.json"))
    assert routing.made == routing.asked
    is_clean(routing)


@pytest.mark.parametrize("kind", ["align3", "fan3", "full"])
def test_octilinear_lattices(kind: str) -> None:
    routing = solve(replace(read_problem(LATTICES / f"n8_{kind}.json"), angles=Angles.OCTILINEAR))
    assert routing.made == routing.asked
    is_clean(routing)
    assert not spaces(routing)


@pytest.mark.parametrize(("size", "least"), [(8, 53), (16, 106), (24, 161)])
def test_full_lattices_route_at_least_what_another_router_does(size: int, least: int) -> None:
    """OpenROAD fails at 11, 150 and 415 of the nets, at its best."""
    routing = solve(read_problem(LATTICES / f"n{size}_full.json"))
    assert routing.made >= least
    is_clean(routing)
    assert all(net.reason for net in routing.nets.values() if net.status != "routed")


@pytest.mark.parametrize(("name", "most"), [("n8_full", 64), ("n16_full", 236), ("n16_ring3", 156), ("n24_ring2", 176)])
@pytest.mark.parametrize("angles", list(Angles))
def test_free_lattices_reach_the_bound_of_the_flow(name: str, most: int, angles: Angles) -> None:
    routing = solve(replace(read_problem(LATTICES / f"{name}.json", free=True), angles=angles))
    assert routing.made == most
    is_clean(routing)
    (net,) = routing.nets.values()
    assert (net.status == "routed") == (net.asked == most)
    assert net.status == "routed" or ("full" in net.reason and net.cuts)
