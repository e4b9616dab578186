"""Random problems: what comes out is clean or has a reason, and is the same however the problem is written down."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import combinations

import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bumpgen.route.gate import faults
from bumpgen.route.metal import terminal_polygons
from bumpgen.route.problem import Angles, NetRule, Obstacle, Problem, Terminal
from bumpgen.route.routes_file import routes_text
from bumpgen.route.solve import solve
from tests.route.scenes import clear_ways, random_problem
from tests.route.verdict import wrong_nets

DIE = (0.0, 0.0, 1200.0, 1200.0)


def outline(kind: str, x: float, y: float, size: float) -> tuple[tuple[tuple[float, float], ...], float]:
    """Corners and radius of a disc, square, octagon or bar about a place."""
    half = size / 2
    if kind == "disc":
        return ((x, y),), half
    if kind == "octagon":
        c = round(half * 0.414, 3)
        turn = [(c, -half), (half, -c), (half, c), (c, half), (-c, half), (-half, c), (-half, -c), (-c, -half)]
        return tuple((x + a, y + b) for a, b in turn), 0.0
    tall = half if kind == "square" else half / 2
    return tuple((x + a * half, y + b * tall) for a, b in [(-1, -1), (1, -1), (1, 1), (-1, 1)]), 0.0


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    rng = random.Random(draw(st.integers(0, 2**32)))
    step = rng.choice([1.0, 10.0, 50.0])
    count = draw(st.integers(1, 14))
    taken: list[shapely.Geometry] = []
    nets: dict[str, NetRule] = {}
    terminals: list[Terminal] = []
    obstacles: list[Obstacle] = []

    def free(shape: shapely.Geometry, space: float) -> bool:
        return all(shape.distance(other) >= space for other in taken)

    for number in range(rng.randint(0, 4)):
        x, y = (step * rng.randint(0, int(1200 / step)) for _ in "xy")
        form = rng.choice(
            [
                [(0, 0), (300, 0), (300, 40), (40, 40), (40, 200), (0, 200)],
                [(0, 0), (20, 0), (20, 500), (0, 500)],
                [(0, 0), (60, 10), (30, 70)],
                [(0, 0), (200, 0), (100, 40), (200, 160), (0, 160)],
            ]
        )
        moved = tuple((float(x + a), float(y + b)) for a, b in form)
        taken.append(shapely.Polygon(moved))
        obstacles.append(Obstacle(moved, name=f"keepout {number}", margin=rng.choice([None, None, 5.0])))
    for number in range(count):
        name = f"n{number}"
        width, space = rng.choice([4.0, 10.0, 20.0]), rng.choice([5.0, 10.0])
        pins = rng.choice([2, 2, 2, 3, 5])
        join = "tree" if pins > 2 else "pairs"
        classed = pins == 2 and rng.random() < 0.2
        net = "free" if classed else name
        for pin in range(pins):
            for _ in range(20):
                size = rng.choice([10.0, 20.0, 60.0, 80.0])
                at_edge = rng.random() < 0.2
                x = size / 2 if at_edge else step * rng.randint(1, int(1200 / step) - 1)
                y = step * rng.randint(1, int(1200 / step) - 1)
                corners, radius = outline(rng.choice(["disc", "square", "octagon", "bar"]), x, y, size)
                metal = shapely.MultiPoint(corners).convex_hull.buffer(radius)
                if free(metal, 12.0) and shapely.box(*DIE).buffer(1e-6).covers(metal):
                    break
            else:
                continue
            taken.append(metal)
            role = "pad" if pin == 0 else "bump"
            wires = 1 if join == "pairs" else 4
            terminals.append(Terminal(f"{name}_{pin}", net, role, x, y, corners, radius, wires))  # type: ignore[arg-type]
        nets[net] = nets.get(net) or NetRule(width, space, join, classed=classed)  # type: ignore[arg-type]
    used = {terminal.net for terminal in terminals}
    rules = {net: rule for net, rule in nets.items() if net in used}
    angles = rng.choice(list(Angles))
    return Problem("random", DIE, tuple(terminals), rules, tuple(obstacles), angles, edge=rng.choice([0.0, 5.0]))


@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(problems(), st.integers(0, 99))
def test_whatever_is_asked_what_comes_out_is_clean_or_has_a_reason(problem: Problem, seed: int) -> None:
    routing = solve(problem)
    assert not faults(problem, routing.wires)
    for net in routing.nets.values():
        assert len(net.wires) <= net.asked
        assert (net.status == "routed") == (len(net.wires) == net.asked)
        assert net.status == "routed" or net.reason
    rng = random.Random(seed)
    shuffled = replace(
        problem,
        terminals=tuple(rng.sample(problem.terminals, len(problem.terminals))),
        nets=dict(rng.sample(sorted(problem.nets.items()), len(problem.nets))),
        obstacles=tuple(rng.sample(problem.obstacles, len(problem.obstacles))),
    )
    assert routes_text(solve(shuffled), seconds=False) == routes_text(routing, seconds=False)


def posed(draw: st.DrawFn) -> Problem:
    return random_problem(lambda low, high: draw(st.integers(low, high)))


crowded = st.composite(posed)


def pads_touch(problem: Problem) -> bool:
    """Whether terminals as they were given touch one another: a short that no router can mend."""
    metal = [shapely.Polygon(ring) for ring in terminal_polygons(problem.terminals, problem.grid)]
    return any(one.intersects(other) for one, other in combinations(metal, 2))


@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(crowded())
def test_crowded_dies_with_necks_classes_slivers_and_metal_at_the_edge(problem: Problem) -> None:
    routing = solve(problem)
    assert not faults(problem, routing.wires)
    in_parts = any(net.status == "partial" and problem.nets[net.net].join == "tree" for net in routing.nets.values())
    allowed = ("NET.OPEN",) * in_parts + ("NET.SHORT",) * pads_touch(problem)
    assert not [wrong for wrong in wrong_nets(routing) if not wrong.startswith(allowed or "-")]
    for net in routing.nets.values():
        assert (net.status == "routed") == (len(net.wires) == net.asked) == (not net.reason)
    turned = replace(
        problem,
        terminals=problem.terminals[::-1],
        nets=dict(reversed(problem.nets.items())),
        obstacles=problem.obstacles[::-1],
    )
    assert routes_text(solve(turned), seconds=False) == routes_text(routing, seconds=False)


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(crowded())
def test_a_net_that_has_a_clear_way_and_the_die_to_itself_is_routed(problem: Problem) -> None:
    """A clear way is found independently, by the plane that is left between everything grown by what a wire needs."""
    for net in clear_ways(problem):
        terminals = tuple(t if t.net == net else replace(t, wires=0) for t in problem.terminals)
        routing = solve(replace(problem, terminals=terminals, nets={net: problem.nets[net]}))
        assert routing.made == 1, routing.nets[net].reason
