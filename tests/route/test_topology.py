"""Topological routing: an independent judge of sketches (planar, within capacity, right ends) and small cases."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bumpgen.route.mesh import Mesh, mesh_of
from bumpgen.route.problem import NetRule, Problem, Terminal
from bumpgen.route.sites import TERMINAL
from bumpgen.route.sketch import Sketch
from bumpgen.route.topology import blocking, route_ways

EPS = 2e-6

Item: TypeAlias = tuple[str, int, int]
"""A place on a triangle's boundary: ("site", site, 0) or ("side", side, rank)."""


def problem(places: Sequence[tuple[float, float]], size: float, diameter: float = 40.0) -> Problem:
    """Discs on a square die, of one net as far as the mesh is concerned."""
    terminals = tuple(Terminal.disc(f"t{i}", "n", "bump", x, y, diameter, 9) for i, (x, y) in enumerate(places))
    return Problem("test", (0.0, 0.0, size, size), terminals, {"n": NetRule(10.0, 10.0)})


def sites_by_terminal(mesh: Mesh) -> dict[int, int]:
    owners = mesh.sites.owner.tolist()
    return {owners[v]: v for v in np.flatnonzero(mesh.sites.kind == TERMINAL).tolist()}


def connections_of(mesh: Mesh, pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    site = sites_by_terminal(mesh)
    return [(site[a], site[b]) for a, b in pairs]


def hops(mesh: Mesh, way: Any) -> Iterator[tuple[int, Item, Item]]:
    """Chords of a way: triangle, from, to."""
    triangle, here = way.triangle, ("site", way.start, 0)
    for side, rank in zip(way.sides.tolist(), way.ranks.tolist(), strict=True):
        assert side in mesh.sides[triangle]
        yield triangle, here, ("side", side, rank)
        here = ("side", side, rank)
        first, second = mesh.beside[side].tolist()
        triangle = second if triangle == first else first
        assert triangle >= 0
    yield triangle, here, ("site", way.end, 0)


def ring(mesh: Mesh, triangle: int, item: Item) -> tuple[int, int]:
    """Place of an item on the boundary of a triangle, counter-clockwise."""
    corners = mesh.triangles[triangle].tolist()
    if item[0] == "site":
        return 2 * corners.index(item[1]), 0
    k = mesh.sides[triangle].tolist().index(item[1])
    forward = mesh.ends[item[1], 0] == corners[(k + 1) % 3]
    return 2 * ((k + 1) % 3) + 1, item[2] if forward else -item[2]


def half(mesh: Mesh, side: int, item: Item) -> int:
    """Which end of a side an item about it is nearer to: 1 or 2; 0: on the other diagonal."""
    first, second = mesh.ends[side].tolist()
    if item[0] == "site":
        return 1 if item[1] == first else 2 if item[1] == second else 0
    return 1 if first in mesh.ends[item[1]] else 2


def diagonals(sketch: Sketch) -> dict[int, float]:
    """Length that wires and spaces take of the other diagonal of each side's triangles, µm."""
    mesh, taken = sketch.mesh, defaultdict(float)
    for net, way in enumerate(sketch.ways):
        chords = [] if way is None else list(hops(mesh, way))
        own = sketch.widths[net] + sketch.spaces[net]
        for i, (triangle, here, there) in enumerate(chords):
            for side in mesh.sides[triangle].tolist():
                inside = side not in (here[1] if here[0] == "side" else -1, there[1] if there[0] == "side" else -1)
                if inside and {half(mesh, side, here), half(mesh, side, there)} == {1, 2}:
                    taken[side] += own
            if there[0] == "side" and {half(mesh, there[1], here), half(mesh, there[1], chords[i + 1][2])} == {1, 2}:
                taken[there[1]] += own
    return taken


def judge(sketch: Sketch, connections: Sequence[tuple[int, int]]) -> None:
    """Assert that a sketch is valid."""
    mesh = sketch.mesh
    chords: dict[int, list[tuple[tuple[int, int], tuple[int, int], int]]] = defaultdict(list)
    ranks: dict[int, list[int]] = defaultdict(list)
    for net, way in enumerate(sketch.ways):
        if way is None:
            continue
        assert (way.start, way.end) == tuple(connections[net])
        for triangle, here, there in hops(mesh, way):
            low, high = sorted((ring(mesh, triangle, here), ring(mesh, triangle, there)))
            assert low[0] != high[0], "a chord joins two sides"
            chords[triangle].append((low, high, net))
        for side, rank in zip(way.sides.tolist(), way.ranks.tolist(), strict=True):
            ranks[side].append(rank)
            assert mesh.gap[side] > 0
    for side, found in ranks.items():
        assert sorted(found) == list(range(len(found))), f"ranks of side {side}"
    assert (sketch.demand() <= np.where(sketch.demand() > 0, mesh.gap, 0) + EPS).all()
    for held in chords.values():
        for i, (a, b, net) in enumerate(held):
            for c, d, other in held[:i]:
                crosses = (a < c < b < d) or (c < a < d < b)
                assert not crosses, f"{net} crosses {other}"
    least = float(sketch.spaces.min())
    for side, taken in diagonals(sketch).items():
        assert taken + least <= mesh.cross_gap[side] + EPS


def routed(sketch: Sketch) -> int:
    return sum(way is not None for way in sketch.ways)


def grid(n: int, pitch: float) -> list[tuple[float, float]]:
    return [((i + 1) * pitch, (j + 1) * pitch) for j in range(n) for i in range(n)]


def test_neighbours_are_joined_without_crossing_a_side() -> None:
    mesh = mesh_of(problem(grid(2, 150.0), 450.0))
    pairs = connections_of(mesh, [(0, 1), (2, 3)])
    sketch = route_ways(mesh, pairs, 10.0, 10.0)
    judge(sketch, pairs)
    assert [len(way.sides) for way in sketch.ways if way is not None] == [0, 0]


def test_crossing_nets_go_round_each_other() -> None:
    mesh = mesh_of(problem([(200, 100), (200, 300), (100, 200), (300, 200)], 400.0, 20.0))
    pairs = connections_of(mesh, [(0, 1), (2, 3)])
    sketch = route_ways(mesh, pairs, 10.0, 10.0)
    judge(sketch, pairs)
    assert routed(sketch) == 2


def test_several_wires_end_at_one_terminal() -> None:
    places = [(500.0, 500.0)] + [
        (500 + 350 * math.cos(a), 500 + 350 * math.sin(a)) for a in np.linspace(0, 2 * math.pi, 8, endpoint=False)
    ]
    mesh = mesh_of(problem(places, 1000.0, 100.0))
    pairs = connections_of(mesh, [(0, i) for i in range(1, 9)] + [(i, i + 1) for i in range(1, 8)])
    sketch = route_ways(mesh, pairs, 10.0, 10.0)
    judge(sketch, pairs)
    assert routed(sketch) == len(pairs)


def test_two_parallel_wires_between_the_same_terminals() -> None:
    mesh = mesh_of(problem(grid(3, 150.0), 600.0))
    pairs = connections_of(mesh, [(3, 5), (3, 5), (5, 3)])
    sketch = route_ways(mesh, pairs, 10.0, 10.0)
    judge(sketch, pairs)
    assert routed(sketch) == 3
    again = route_ways(mesh, pairs, 10.0, 10.0, sketch)
    assert again.orders().keys() == sketch.orders().keys()


def test_a_gate_takes_exactly_what_fits_and_says_so_when_it_is_full() -> None:
    """A wall of discs with eight gates of little over 30 µm (w + 2 s): eight wires pass, not the ninth."""
    wall = [(40 + i * 50.0, 190.0) for i in range(7)]
    rows = [(30 + i * 40.0, y) for y in (40.0, 340.0) for i in range(9)]
    mesh = mesh_of(problem([*wall, *rows], 380.0, 19.8))
    terminals_of = connections_of(mesh, [(7 + i, 16 + i) for i in range(9)])
    sketch = route_ways(mesh, terminals_of, 10.0, 10.0, seconds=0.2)
    judge(sketch, terminals_of)
    assert routed(sketch) == 8
    found = blocking(sketch, terminals_of)
    (gates,) = found.values()
    assert gates[0].is_overfull
    assert gates[0].wires == 2
    assert gates[0].demand == pytest.approx(50.0)
    narrow = route_ways(mesh, terminals_of, 4.0, 4.0)
    judge(narrow, terminals_of)
    assert routed(narrow) == 9
    assert not blocking(narrow, terminals_of)


def test_widths_and_spaces_differ() -> None:
    mesh = mesh_of(problem(grid(6, 150.0), 1050.0))
    rng = np.random.default_rng(3)
    order = rng.permutation(36).tolist()
    pairs = connections_of(mesh, list(zip(order[:10], order[10:20], strict=True)))
    widths, spaces = rng.choice([5.0, 12.0, 30.0], 10), rng.choice([5.0, 10.0, 20.0], 10)
    sketch = route_ways(mesh, pairs, widths, spaces)
    demand = sketch.demand()
    assert (demand <= np.where(demand > 0, mesh.gap, 0) + EPS).all()
    assert routed(sketch) >= 8


def swapped(n: int, seed: int) -> tuple[Mesh, list[tuple[int, int]]]:
    """An array of bumps, each with a pad near it; half of the bumps are swapped with a neighbour."""
    rng = np.random.default_rng(seed)
    bumps = grid(n, 150.0)
    pads = [(x + 75 + 10 * rng.uniform(-1, 1), y + 75 + 10 * rng.uniform(-1, 1)) for x, y in bumps]
    partner = list(range(n * n))
    for i in range(0, n * n - 1, 2):
        if rng.random() < 0.5:
            partner[i], partner[i + 1] = partner[i + 1], partner[i]
    mesh = mesh_of(problem([*bumps, *pads], 150.0 * (n + 2), 50.0))
    return mesh, connections_of(mesh, [(i, n * n + p) for i, p in enumerate(partner)])


def test_an_array_with_swaps_is_routed_whole() -> None:
    mesh, pairs = swapped(12, 0)
    sketch = route_ways(mesh, pairs, 10.0, 10.0)
    judge(sketch, pairs)
    assert routed(sketch) == len(pairs)


def test_the_order_of_connections_does_not_matter() -> None:
    mesh, pairs = swapped(8, 1)
    forward = route_ways(mesh, pairs, 10.0, 10.0)
    backward = route_ways(mesh, pairs[::-1], 10.0, 10.0)
    for one, other in zip(forward.ways, backward.ways[::-1], strict=True):
        assert one is not None
        assert other is not None
        assert one.sides.tolist() == other.sides.tolist()
        assert one.ranks.tolist() == other.ranks.tolist()


def test_kept_ways_stay_and_penalties_lower_capacity() -> None:
    mesh, pairs = swapped(8, 2)
    whole = route_ways(mesh, pairs, 10.0, 10.0)
    part = Sketch(mesh, whole.widths, whole.spaces, tuple(w if i % 3 else None for i, w in enumerate(whole.ways)))
    again = route_ways(mesh, pairs, 10.0, 10.0, part)
    judge(again, pairs)
    for i, way in enumerate(part.ways):
        if way is not None:
            assert again.ways[i] is not None
            assert again.ways[i].sides.tolist() == way.sides.tolist()
    fullest = int(np.argmax(whole.demand()))
    penalties = np.zeros(len(mesh.ends))
    penalties[fullest] = mesh.gap[fullest] - whole.demand()[fullest] + 1.0
    eased = route_ways(mesh, pairs, 10.0, 10.0, whole, penalties=penalties, rip=True)
    judge(eased, pairs)
    assert eased.demand()[fullest] < whole.demand()[fullest]
    assert routed(eased) == len(pairs)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(4, 30), st.integers(2, 20))
def test_random_boards_are_valid_and_every_failure_has_a_reason(seed: int, count: int, wires: int) -> None:
    rng = np.random.default_rng(seed)
    places = [(float(x), float(y)) for x, y in rng.uniform(50, 950, (count, 2))]
    places = [p for i, p in enumerate(places) if all(math.dist(p, q) > 45 for q in places[:i])]
    mesh = mesh_of(problem(places, 1000.0))
    pairs = [tuple(rng.choice(len(places), 2, replace=False).tolist()) for _ in range(wires)] if len(places) > 1 else []
    connections = connections_of(mesh, pairs)
    sketch = route_ways(mesh, connections, 10.0, 10.0, seconds=0.1)
    judge(sketch, connections)
    reasons = blocking(sketch, connections)
    assert set(reasons) == {i for i, way in enumerate(sketch.ways) if way is None}
    reloaded = route_ways(mesh, connections, 10.0, 10.0, sketch, seconds=0.1)
    judge(reloaded, connections)
    assert routed(reloaded) >= routed(sketch)


def test_it_runs_the_same_without_the_compiler() -> None:
    """Array bounds are checked only with the compiler off."""
    code = (
        "from tests.route.test_topology import *\n"
        "mesh, pairs = swapped(5, 4)\n"
        "sketch = route_ways(mesh, pairs, 10.0, 10.0)\n"
        "judge(sketch, pairs)\n"
        "print([(w.sides.tolist(), w.ranks.tolist()) for w in sketch.ways if w])\n"
    )
    found = []
    for flag in ("0", "1"):
        env = {**os.environ, "NUMBA_DISABLE_JIT": flag}
        run = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
        found.append(run.stdout)
    assert found[0] == found[1]
    assert found[0].strip()
