"""The router's tables: cases of another router's tests, lattices, free and fixed arrays, growth.

`python -m tests.bench.routes [cases|lattices|free|fixed|growth …]`. Each row is routed twice in one process and the
second run timed, so that compiled code is loaded; every result has passed the gate. OpenROAD, the peer, can't be
installed from a package index: its column is the published study's, 45° mode where it has both, "failed nets / CPU s".
"""

from __future__ import annotations

import json
import math
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from bumpgen.route.gate import faults
from bumpgen.route.pairing import bound, connections, exposed_length
from bumpgen.route.problem import Angles, Problem
from bumpgen.route.problem_file import read_problem
from bumpgen.route.routing import Routing
from bumpgen.route.solve import solve
from tests.bench.route_scenes import area, periphery
from tests.shared import SHARED

PEER = {
    "n8_full": "11/0.22", "n16_full": "155/6.5", "n24_full": "415/158", "n32_full": "> 600 s",
    "n8_align3": "3/0.07", "n16_align3": "0/0.46", "n24_align3": "0/2.1", "n32_align3": "0/4.8",
    "n8_fan3": "0/0.09", "n16_fan3": "0/0.27", "n24_fan3": "0/0.73", "n32_fan3": "0/1.3",
    "n8_ring3": "0/0.07", "n16_ring3": "12/0.7", "n24_ring3": "29/4.9", "n32_ring3": "30/10.6",
}  # fmt: skip


def timed(problem: Problem) -> tuple[Routing, float]:
    solve(problem)
    start = time.perf_counter()
    routing = solve(problem)
    return routing, time.perf_counter() - start


def head(name: str, *more: str) -> None:
    cells = (name, "made", "faults", "s", "length / straight", *more, "s by step")
    print(f"\n| {' | '.join(cells)} |\n{'|---' * len(cells)}|")


def row(name: str, routing: Routing, seconds: float, *more: str) -> None:
    steps = " ".join(f"{step} {spent:.2f}" for step, spent in routing.seconds.items() if spent >= 0.01)
    wrong = len(faults(routing.problem, routing.wires))
    cells = (f"{routing.made}/{routing.asked}", str(wrong), f"{seconds:.2f}", f"{ratio(routing):.4f}", *more, steps)
    print(f"| {name} | {' | '.join(cells)} |", flush=True)


def ratio(routing: Routing) -> float:
    """Length of the wires over the straight lines between what they join."""
    places = {t.name: (t.x, t.y) for t in routing.problem.terminals}
    straight = sum(math.dist(places[wire.start], places[wire.end]) for wire in routing.wires)
    return routing.length / straight if straight else math.nan


def cases() -> None:
    """Every case in both modes, the ladder."""
    head("case", "exposed / golden")
    for path in sorted((SHARED / "rdl_cases").glob("*.json")):
        golden = json.loads(path.read_text(encoding="utf-8"))["golden"]["wirelength_exposed_um"]
        for angles in Angles:
            routing, seconds = timed(replace(read_problem(path), angles=angles))
            exposed = sum(exposed_length(routing.problem, wire) for wire in routing.wires)
            told = f"{exposed / golden:.3f}" if golden else "-"
            row(f"{path.stem} {angles or 'any'}", routing, seconds, told)
    for width in (4.0, 6.0, 8.0, 10.0, 11.0, 12.0):
        problem = replace(read_problem(SHARED / "rdl_cases" / "rdl_route_45.json"), angles=Angles.ANY)
        nets = {net: replace(rule, width=width, space=width) for net, rule in problem.nets.items()}
        row(f"ladder {width:g}/{width:g}", *timed(replace(problem, nets=nets)), "-")


def lattices() -> None:
    """All lattices: nets as given, and any pad to any bump."""
    head("lattice", "OpenROAD")
    for size in (8, 16, 24, 32):
        for kind in ("align2", "align3", "fan2", "fan3", "ring2", "ring3", "full"):
            path = SHARED / "rdl_scale" / f"n{size}_{kind}.json"
            row(path.stem, *timed(read_problem(path)), PEER.get(path.stem, "0"))
            if kind in ("ring2", "ring3", "full"):
                row(f"{path.stem} free", *timed(read_problem(path, free=True)), "")


SCENES: dict[str, Callable[[], Problem]] = {
    "area 32², 10/10": lambda: area(32, 10.0, 10.0),
    "area 100², 10/10": lambda: area(100, 10.0, 10.0),
    "periphery 256, 5/5": lambda: periphery(16, 5.0, 5.0),
    "periphery 1024, 2/2": lambda: periphery(32, 2.0, 2.0),
    "periphery 3072, 2/2": lambda: periphery(64, 2.0, 2.0, 3072),
}


def free() -> None:
    """Any pad of a class to any bump: as many as the flow allows, and how long against the best pairing by distance."""
    head("free", "length / best pairing")
    for name, scene in SCENES.items():
        problem = scene()
        routing, seconds = timed(problem)
        best = bound(problem, connections(problem))
        row(name, routing, seconds, f"{routing.length / best:.4f}")


def fixed_from(routing: Routing, share: float) -> Problem:
    """The same pairs as nets of their own, a share of the bumps exchanged with a neighbour."""
    from scipy.spatial import cKDTree

    rng = np.random.default_rng(0)
    pairs = [sorted((wire.start, wire.end), reverse=True) for wire in routing.wires]
    terminals = {t.name: t for t in routing.problem.terminals}
    bumps = [bump for _, bump in pairs]
    places = np.array([(terminals[name].x, terminals[name].y) for name in bumps])
    near = np.asarray(cKDTree(places).query(places, 5)[1])[:, 1:]
    done: set[int] = set()
    for i in rng.permutation(len(bumps)).tolist():
        if len(done) >= share * len(bumps):
            break
        other = next((int(j) for j in near[i] if int(j) not in done), None)
        if i not in done and other is not None:
            bumps[i], bumps[other] = bumps[other], bumps[i]
            done |= {i, other}
    net = {name: f"n{k}" for k, (pad, _) in enumerate(pairs) for name in (pad, bumps[k])}
    rule = replace(routing.problem.nets["free"], classed=False)
    own = tuple(replace(t, net=net.get(t.name, ""), wires=int(t.name in net)) for t in terminals.values())
    return replace(routing.problem, terminals=own, nets={f"n{k}": rule for k in range(len(pairs))})


def fixed() -> None:
    """Fixed pairs, some of them exchanged."""
    head("fixed")
    for name, share in (("periphery 256, 5/5", 0.0), ("periphery 256, 5/5", 0.05), ("area 100², 10/10", 0.5)):
        problem = fixed_from(solve(SCENES[name]()), share)
        row(f"{name}, {share:.0%} exchanged", *timed(problem))


def growth() -> None:
    """Seconds and memory from 100 to 10 000 nets, each in a process of its own, with exponents."""
    print("\n| area array, fixed, half exchanged | s | exponent | MB above imports | exponent |\n|---|---|---|---|---|")
    before: tuple[float, ...] = ()
    for side in (10, 18, 32, 56, 100):
        command = [sys.executable, "-m", "tests.bench.routes", "one", str(side)]
        found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1])
        seconds, memory = found
        told = ("", "")
        if before:
            step = math.log(side * side / before[0])
            told = (f"{math.log(seconds / before[1]) / step:.2f}", f"{math.log(max(memory, 1) / before[2]) / step:.2f}")
        print(f"| {side * side} | {seconds:.2f} | {told[0]} | {memory:.0f} | {told[1]} |", flush=True)
        before = (side * side, seconds, max(memory, 1.0))


def one(side: int) -> None:
    """A growth row's process: seconds and memory of one size."""
    solve(area(4, 10.0, 10.0))
    problem = fixed_from(solve(area(side, 10.0, 10.0)), 0.5)
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    solve(problem)
    seconds = time.perf_counter() - start
    print(json.dumps([seconds, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base) / 1024]))


TABLES = {"cases": cases, "lattices": lattices, "free": free, "fixed": fixed, "growth": growth}


def chosen(names: list[str]) -> Iterator[str]:
    needs_data = {"cases", "lattices"}
    for name in names or list(TABLES):
        if name in needs_data and not SHARED.is_dir():
            print(f"\n{name}: no real inputs at {SHARED}")
        else:
            yield name


def main() -> None:
    if sys.argv[1:2] == ["one"]:
        one(int(sys.argv[2]))
        return
    print(f"{os.cpu_count()} cores; one thread; OpenROAD is no Python package and was not run here")
    for name in chosen(sys.argv[1:]):
        TABLES[name]()


if __name__ == "__main__":
    main()
