"""`python -m tests.bench.nets [COUNT …]`: nets (pad, wire and bump each) beside KLayout's bare extraction.

Ours has what a verdict needs: terminals, extraction, comparison. Rows (length, resistance, antennas) are shown apart.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import klayout.db as db

from bumpgen import read_process
from bumpgen.check.net_check import compare_nets
from bumpgen.check.net_rows import dangling, measured_pieces, net_rows
from bumpgen.check.nets import extract
from bumpgen.check.scene import Scene
from bumpgen.check.terminals import Terminal

LIMIT = 3.0
"""How much of the bare extraction's time ours may take, at JUDGED nets."""

JUDGED = 10_000
PITCH, REACH = 500_000, 200_000
LAYERS = {"POLY1": 5, "RDL": 10, "POLY2": 15, "UBM": 20}


def scene(count: int) -> tuple[Scene, list[Terminal]]:
    """Nets with bends of their own, pads and bumps as cells; database units of 1 nm."""
    layout = db.Layout(False)
    index = {name: layout.layer(number, 0) for name, number in LAYERS.items()}
    top, pad, bump = (layout.create_cell(name) for name in ("TOP", "PADCELL", "BUMPCELL"))
    pad.shapes(index["POLY1"]).insert(db.Box(-20_000, -20_000, 20_000, 20_000))
    pad.shapes(index["RDL"]).insert(db.Box(-30_000, -30_000, 30_000, 30_000))
    for name, radius in (("RDL", 100_000), ("POLY2", 80_000), ("UBM", 90_000)):
        circle = db.Polygon.ellipse(db.Box(-radius, -radius, radius, radius), 64)
        bump.shapes(index[name]).insert(circle)
    columns, terminals = int(count**0.5), []
    for n in range(count):
        x, y = n % columns * PITCH, n // columns * PITCH
        for cell, at in ((pad, (x, y)), (bump, (x + REACH, y + REACH))):
            top.insert(db.CellInstArray(cell.cell_index(), db.Trans(db.Vector(*at))))
        bend = db.Point(x + n * 7919 % 97 * 1000, y + REACH // 2)
        points = [db.Point(x, y), db.Point(x, y + REACH // 2), bend, db.Point(x + REACH, y + REACH)]
        top.shapes(index["RDL"]).insert(db.Path(points, 20_000).polygon())
        terminals.append(Terminal(f"{n}", "pad", f"n{n}", x / 1000, y / 1000))
        terminals.append(Terminal(f"{n}", "bump", f"n{n}", (x + REACH) / 1000, (y + REACH) / 1000))
    return Scene(layout, top, read_process("wlcsp_500")), terminals


def bare(where: Scene) -> Any:
    """KLayout's extraction alone: the same conductors and openings, no terminals, nothing compared."""
    netlist = db.LayoutToNetlist(db.RecursiveShapeIterator(where.layout, where.top, []))
    layers = {name: netlist.make_layer(where.layout.layer(number, 0), name) for name, number in LAYERS.items()}
    for layer in layers.values():
        netlist.connect(layer)
    for one, other in (("POLY1", "RDL"), ("RDL", "POLY2"), ("POLY2", "UBM")):
        netlist.connect(layers[one], layers[other])
    netlist.extract_netlist()
    return netlist


def judged(where: Scene, terminals: list[Terminal]) -> None:
    """Ours, and that it found nothing."""
    found = compare_nets(extract(where, terminals))
    assert not any(result.count for result in found), [result.rule for result in found if result.count]


def seconds(run: Callable[[], object]) -> float:
    """Wall time of a run."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def compare(count: int, rounds: int) -> float:
    """Print one line; ours as a multiple of the bare extraction, medians of alternating runs."""
    where, terminals = scene(count)
    alone, ours = [], []
    for _ in range(rounds):
        alone.append(seconds(lambda: bare(where)))
        ours.append(seconds(lambda: judged(where, terminals)))
    found = extract(where, terminals)

    def rows() -> None:
        measured = measured_pieces(found)
        assert len(net_rows(found, measured)) == count
        assert not dangling(found, measured)

    ratio = statistics.median(ours) / statistics.median(alone)
    times = (statistics.median(alone), statistics.median(ours), ratio, seconds(rows))
    print(f"{count:>8}{times[0]:>10.3f}{times[1]:>10.3f}{times[2]:>8.2f}{times[3]:>10.3f}")
    return ratio


def nets(rounds: int = 5, counts: tuple[int, ...] = (1_000, JUDGED, 100_000)) -> list[str]:
    """The table; what was missed."""
    print(f"\nnets: seconds in this process; limit {LIMIT:g} at {JUDGED}")
    print(f"{'nets':>8}{'bare':>10}{'ours':>10}{'ratio':>8}{'rows':>10}")
    ratios = {count: compare(count, 1 if count > JUDGED else rounds) for count in counts}
    worst = ratios.get(JUDGED, 0.0)
    return [] if worst <= LIMIT else [f"nets: {worst:.2f} × KLayout's bare extraction, more than {LIMIT:g}"]


def main() -> int:
    """Print the table; exit code 1 if the limit is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.nets", description="Measure net extraction.")
    parser.add_argument("counts", nargs="*", type=int, help="how many nets; 10³, 10⁴ and 10⁵ if none are given")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each, of which the median counts")
    options = parser.parse_args()
    missed = nets(options.rounds, tuple(options.counts) or (1_000, JUDGED, 100_000))
    for line in missed:
        print(f"MISSED: {line}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
