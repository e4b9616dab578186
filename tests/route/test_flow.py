"""Free assignment: as many wires as the cuts allow, none crossing another, no gate or diagonal over-full."""

from __future__ import annotations

import json
import math
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from bumpgen.route.flow import FreeAssignment, assign_ways
from bumpgen.route.mesh import Mesh, mesh_of
from bumpgen.route.problem import NetRule, Problem, Terminal
from bumpgen.route.sites import TERMINAL, Ints
from bumpgen.route.sketch import Way
from tests.shared import SHARED, needs_shared

PITCH, BUMP = 150.0, 80.0


def disc(name: str, role: str, x: float, y: float, diameter: float, *, wires: int = 1) -> Terminal:
    return Terminal.disc(name, "signal" if wires else "", role, x, y, diameter, wires)  # type: ignore[arg-type]


def problem_of(terminals: list[Terminal], edge: float, width: float) -> Problem:
    return Problem("case", (-edge, -edge, edge, edge), tuple(terminals), {"signal": NetRule(width, width)})


def bumps(count: int) -> list[Terminal]:
    places = [(i - (count - 1) / 2) * PITCH for i in range(count)]
    return [disc(f"b{x}_{y}", "bump", x, y, BUMP) for y in places for x in places]


def area(count: int, width: float) -> Problem:
    """A pad in each cell of a bump array, off its centre."""
    rng = np.random.default_rng(0)
    cells = [(i - count / 2) * PITCH for i in range(count + 1)]
    sites = [(x, y) for y in cells for x in cells]
    pads = []
    for number in rng.permutation(len(sites))[: count * count].tolist():
        x, y = np.array(sites[number]) + rng.uniform(-9, 9, 2)
        pads.append(disc(f"p{number}", "pad", float(x), float(y), BUMP / 2))
    return problem_of(bumps(count) + pads, count * PITCH / 2 + 90, width)


def periphery(count: int, pads: int, width: float) -> Problem:
    """Pads in a row along each side of a bump array."""
    each, size = pads // 4, BUMP / 2
    half = max(count * PITCH / 2 + PITCH / 2, each * (size + 3 * width) / 2)
    row = ((np.arange(each) + 0.5) / each * 2 - 1) * (half - size - width)
    places = (
        [(t, -half) for t in row] + [(half, t) for t in row] + [(-t, half) for t in row] + [(-half, -t) for t in row]
    )
    made = [disc(f"p{i}", "pad", float(x), float(y), size) for i, (x, y) in enumerate(places)]
    return problem_of(bumps(count) + made, half + size / 2 + 8 * width, width)


def ends_of(problem: Problem, mesh: Mesh) -> tuple[Ints, Ints]:
    sites = np.flatnonzero(mesh.sites.kind == TERMINAL)
    chosen = [problem.terminals[owner] for owner in mesh.sites.owner[sites]]
    is_pad = np.array([terminal.role == "pad" and terminal.wires > 0 for terminal in chosen], dtype=bool)
    is_bump = np.array([terminal.role == "bump" and terminal.wires > 0 for terminal in chosen], dtype=bool)
    return sites[is_pad], sites[is_bump]


def assigned(problem: Problem) -> FreeAssignment:
    mesh = mesh_of(problem)
    rule = next(iter(problem.nets.values()))
    answer = assign_ways(mesh, *ends_of(problem, mesh), rule.width, rule.space)
    verify(answer, *ends_of(problem, mesh), rule)
    return answer


def room(gap: float, rule: NetRule) -> int:
    return 1 << 30 if math.isinf(gap) else max(0, math.floor((gap - rule.space + 1e-6) / (rule.width + rule.space)))


def verify(answer: FreeAssignment, sources: Ints, sinks: Ints, rule: NetRule) -> None:
    """All that a sketch of free wires must keep."""
    mesh, ways = answer.sketch.mesh, [way for way in answer.sketch.ways if way is not None]
    assert answer.flow == len(ways) == len(answer.pairs) <= answer.bound <= min(len(sources), len(sinks))
    assert [(way.start, way.end) for way in ways] == list(answer.pairs)
    assert {way.start for way in ways} <= set(sources.tolist())
    assert {way.end for way in ways} <= set(sinks.tolist())
    assert len({way.start for way in ways}) == len({way.end for way in ways}) == len(ways)
    ranks: dict[int, list[int]] = {}
    for way in ways:
        for side, rank in zip(way.sides.tolist(), way.ranks.tolist(), strict=True):
            ranks.setdefault(side, []).append(rank)
    for side, found in ranks.items():
        assert sorted(found) == list(range(len(found)))
        assert mesh.gap[side] > 0
        assert len(found) <= room(mesh.gap[side], rule)
    counts = {side: len(found) for side, found in ranks.items()}
    chords = [chord for way in ways for chord in chords_of(mesh, way)]
    verify_planar(mesh, chords, counts)
    for side, count in diagonal_counts(mesh, ways).items():
        assert count <= room(mesh.cross_gap[side], rule)


def chords_of(mesh: Mesh, way: Way) -> list[tuple[int, tuple[int, int], tuple[int, int]]]:
    """A way's parts as (triangle, place, place); a place is (side, rank) or (-1, site)."""
    places = [(-1, way.start), *zip(way.sides.tolist(), way.ranks.tolist(), strict=True), (-1, way.end)]
    triangle, parts = way.triangle, []
    for index, (here, there) in enumerate(pairwise(places)):
        for side, name in (here, there):
            assert name in mesh.triangles[triangle] if side < 0 else side in mesh.sides[triangle]
        assert here[0] < 0 or here[0] != there[0]
        parts.append((triangle, here, there))
        if index < len(places) - 2:
            triangle = int(mesh.beside[there[0]].sum() - triangle)
    return parts


def verify_planar(
    mesh: Mesh, chords: list[tuple[int, tuple[int, int], tuple[int, int]]], counts: dict[int, int]
) -> None:
    """No two chords of a triangle interleave round its rim."""
    rims: dict[int, list[tuple[float, float]]] = {}
    for triangle, *places in chords:
        rims.setdefault(triangle, []).append(
            tuple(sorted(rim(mesh, triangle, place, counts) for place in places))  # type: ignore[arg-type]
        )
    for spans in rims.values():
        open_ends: list[float] = []
        for begin, end in sorted(spans, key=lambda span: (span[0], -span[1])):
            while open_ends and open_ends[-1] <= begin:
                open_ends.pop()
            assert not open_ends or end <= open_ends[-1]
            open_ends.append(end)


def rim(mesh: Mesh, triangle: int, place: tuple[int, int], counts: dict[int, int]) -> float:
    """Where on a triangle's rim a place lies: corner i at i, what crosses the side after it between i and i + 1."""
    side, name = place
    corners = mesh.triangles[triangle].tolist()
    if side < 0:
        return float(corners.index(name))
    first = (mesh.sides[triangle].tolist().index(side) + 1) % 3
    along = (name + 1) / (counts[side] + 1)
    return first + (along if mesh.ends[side, 0] == corners[first] else 1 - along)


def diagonal_counts(mesh: Mesh, ways: list[Way]) -> Counter[int]:
    """Wires over the other diagonal of each side, from the way's places round each pair of triangles."""
    found: Counter[int] = Counter()
    for way in ways:
        chords = chords_of(mesh, way)
        for triangle, here, there in chords:
            for side in mesh.sides[triangle].tolist():
                if side not in (here[0], there[0]) and {half(mesh, side, here), half(mesh, side, there)} == {1, 2}:
                    found[side] += 1
        for (_, before, at), (_, _, after) in pairwise(chords):
            if {half(mesh, at[0], before), half(mesh, at[0], after)} == {1, 2}:
                found[at[0]] += 1
    return found


def half(mesh: Mesh, side: int, place: tuple[int, int]) -> int:
    """Which end of a side a place in the triangles beside it goes with: 1 or 2; 0 on the diagonal itself."""
    first, second = mesh.ends[side].tolist()
    touched = [place[1]] if place[0] < 0 else mesh.ends[place[0]].tolist()
    return 1 if first in touched else 2 if second in touched else 0


def straight(answer: FreeAssignment) -> float:
    xy = answer.sketch.mesh.sites.xy
    return sum(math.dist(xy[a], xy[b]) for a, b in answer.pairs)


def best(problem: Problem) -> float:
    from scipy.optimize import linear_sum_assignment

    mesh = mesh_of(problem)
    pads, balls = (mesh.sites.xy[ends] for ends in ends_of(problem, mesh))
    costs = np.hypot(*(pads[:, None] - balls[None]).transpose(2, 0, 1))
    return float(costs[linear_sum_assignment(costs)].sum())


@pytest.mark.parametrize(("problem", "slack"), [(area(16, 10), 1.005), (periphery(16, 256, 5), 1.05)])
def test_every_pad_is_joined_and_pairs_are_short(problem: Problem, slack: float) -> None:
    answer = assigned(problem)
    assert answer.flow == answer.bound == 256
    assert answer.cuts == answer.diagonals == ()
    assert straight(answer) <= slack * best(problem)


def test_over_full_diagonals_are_emptied_without_losing_wires() -> None:
    answer = assigned(periphery(16, 256, 4))
    assert answer.flow == 256
    tight = assigned(periphery(24, 576, 3))
    assert tight.flow == tight.bound == 576


def test_other_terminals_are_in_the_way() -> None:
    wall = [disc(f"w{i}", "bump", 0, 100.0 * i, 90, wires=0) for i in range(-5, 6)]
    pads = [disc(f"p{i}", "pad", -200, 60.0 * i, 40) for i in range(4)]
    balls = [disc(f"b{i}", "bump", 200, 60.0 * i, 40) for i in range(4)]
    answer = assigned(problem_of(wall + pads + balls, 580, 10))
    assert answer.flow == answer.bound == 2 * 1  # only past both ends of the wall: 5 µm between its parts hold no wire
    assert answer.cuts
    names = {tuple(answer.sketch.mesh.ends[side]) for side, *_ in answer.cuts}
    assert len(names) == len(answer.cuts)
    assert sum(held for _, held, _ in answer.cuts) == sum(used for *_, used in answer.cuts) == 2


def test_a_gate_that_is_exactly_full_is_used() -> None:
    """70 µm hold three wires of 10 µm at 10 µm, with nothing to spare."""
    square = ((-300, -300), (300, -300), (300, 300), (-300, 300))
    walls = [
        Terminal(f"w{y}", "", "bump", 0, y, tuple((x0, y + y0) for x0, y0 in square), wires=0) for y in (-335, 335)
    ]
    pads = [disc(f"p{i}", "pad", -400, 70.0 * i, 40) for i in (-1, 0, 1)]
    balls = [disc(f"b{i}", "bump", 400, 70.0 * i, 40) for i in (-1, 0, 1)]
    assert assigned(problem_of(walls + pads + balls, 640, 10)).flow == 3


def test_nothing_to_join() -> None:
    answer = assigned(problem_of([disc("p", "pad", 0, 0, 40)], 100, 10))
    assert answer.flow == answer.bound == 0
    assert answer.pairs == ()


def test_equal_input_gives_equal_ways() -> None:
    first, second = (assigned(periphery(12, 144, 4)) for _ in range(2))
    assert first.pairs == second.pairs
    for one, other in zip(first.sketch.ways, second.sketch.ways, strict=True):
        assert one is not None
        assert other is not None
        assert (one.sides.tolist(), one.ranks.tolist()) == (other.sides.tolist(), other.ranks.tolist())


def scaled(path: Path) -> Problem:
    data = json.loads(path.read_text())
    flat, pad = data["bump_flat"] / 2, data["pad"] / 2
    short = flat * (math.sqrt(2) - 1)
    octagon = [(short, -flat), (flat, -short), (flat, short), (short, flat)]
    octagon += [(-x, -y) for x, y in octagon]
    square = [(-pad, -pad), (pad, -pad), (pad, pad), (-pad, pad)]
    joined = {tuple(net["bump"]) for net in data["nets"]}
    made = []
    for index, net in enumerate(data["nets"]):
        x, y = net["pad"]
        made.append(Terminal(f"p{index}", "signal", "pad", x, y, tuple((x + a, y + b) for a, b in square)))
    for index, (x, y) in enumerate(data["bumps"]):
        used = (x, y) in joined
        outline = tuple((x + a, y + b) for a, b in octagon)
        made.append(
            Terminal(f"b{index}", "signal" if used else "", "bump", x, y, outline, wires=int(used)),
        )
    nets = {"signal": NetRule(data["width"], data["spacing"])}
    return Problem(path.name, (0, 0, data["die"], data["die"]), tuple(made), nets)


@needs_shared
@pytest.mark.parametrize("name", ["n8_full", "n8_ring3", "n16_ring3", "n16_fan3", "n32_align3", "n32_ring3"])
def test_scale_cases_are_joined_wholly(name: str) -> None:
    problem = scaled(SHARED / "rdl_scale" / f"{name}.json")
    answer = assigned(problem)
    assert answer.flow == answer.bound == min(map(len, ends_of(problem, answer.sketch.mesh)))
    assert answer.cuts == ()


@needs_shared
def test_more_nets_than_the_ring_of_bumps_lets_through() -> None:
    """16 (N - 1) wires pass the outermost ring of bumps; the diagonals at its four corners take one more each."""
    answer = assigned(scaled(SHARED / "rdl_scale" / "n16_full.json"))
    assert answer.flow == answer.bound == 16 * 15 - 4
    assert len(answer.diagonals) >= 1
    assert all(used == held for _, held, used in answer.diagonals)
    assert all(used == held for _, held, used in answer.cuts)
