"""`python -m tests.mutation [COUNT] [--seed N]`: single faults planted in a clean layout, and whether each is found.

Every fault breaks something by construction, whatever the checker says. In the clean layout openings, UBM and
balls are drawn at their limits, so that any shift or shrink of one breaks an enclosure or a width; every shape
of POLY1, RDL, POLY2 and UBM is on its net's way from pad to bump, so that without it, or with it on another
layer, a net is open or an enclosure has nothing to hold; every terminal has a net of its own, so that a bridge,
a swap or a mirror joins what must be apart.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import klayout.db as db

from bumpgen import build_layout, read_design, write_gds
from bumpgen.check.engine import check_rules
from bumpgen.check.net_check import check_nets
from bumpgen.check.scene import Scene
from bumpgen.check.terminals import Terminal, terminals_of
from bumpgen.process import Process
from bumpgen.report import RuleResult
from bumpgen.rules import RuleTable, read_rules

SIDE, PITCH, FIRST = 3, 500, 750
NEAR = 50.0
"""A finding is near its fault if their boxes are this close, µm."""

DESIGN = """
name = "grid"
process = "wlcsp_500"
[die]
width = 2500
height = 2500
[pads.table]
file = "pads.csv"
unit = "um"
view = "bumps_up"
columns = { name = "name", x = "x", y = "y", net = "net" }
[bumps.table]
file = "bumps.csv"
unit = "um"
view = "bumps_up"
columns = { name = "name", x = "x", y = "y", net = "net" }
[routes]
file = "routes.csv"
unit = "um"
view = "bumps_up"
columns = { net = "net", width = "width", points = "points" }
"""

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Clean:
    """The clean layout (flat in one top cell), its terminals and rules."""

    layout: Any
    process: Process
    table: RuleTable
    terminals: tuple[Terminal, ...]


@dataclass(slots=True)
class Mutant:
    """A copy to be spoilt."""

    layout: Any
    process: Process
    terminals: tuple[Terminal, ...]
    rng: random.Random

    def shapes(self, layer: str) -> Any:
        return self.layout.top_cell().shapes(self.layout.layer(*self.process.layers[layer].gds))

    def pick(self, *layers: str) -> tuple[str, Any]:
        """A random shape of one of the layers, taken out."""
        layer = self.rng.choice(layers)
        shape = self.rng.choice(list(self.shapes(layer).each()))
        polygon = shape.polygon
        self.shapes(layer).erase(shape)
        return layer, polygon


def prepare(folder: Path) -> Clean:
    """Nine bumps, each with its pad and a wire, every net apart."""
    sites = [(i, j, FIRST + i * PITCH, FIRST + j * PITCH) for i in range(SIDE) for j in range(SIDE)]
    rows = {
        "pads": ["name,x,y,net", *(f"P{i}{j},{x + 250},{y + 250},n{i}{j}" for i, j, x, y in sites)],
        "bumps": ["name,x,y,net", *(f"B{i}{j},{x},{y},n{i}{j}" for i, j, x, y in sites)],
        "routes": ["net,width,points", *(f"n{i}{j},20,{x + 250}:{y + 250} {x}:{y}" for i, j, x, y in sites)],
    }
    for name, lines in rows.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "design.toml").write_text(DESIGN, encoding="utf-8")
    design = read_design(str(folder))
    write_gds(build_layout(design), folder / "grid.gds")
    layout = db.Layout()
    layout.read(str(folder / "grid.gds"))
    layout.flatten(layout.top_cell().cell_index(), -1, True)
    for name in ("POLY1", "RDL", "POLY2", "UBM", "BUMP"):
        shapes = layout.top_cell().shapes(layout.layer(*design.process.layers[name].gds))
        merged = db.Region(shapes).merged()
        shapes.clear()
        shapes.insert(merged)
    return Clean(layout, design.process, read_rules("wlcsp_500"), terminals_of(design))


def results_of(clean: Clean, layout: Any, terminals: tuple[Terminal, ...]) -> tuple[list[RuleResult], list[RuleResult]]:
    """What the rules and what the nets find wrong."""
    scene = Scene(layout, layout.top_cell(), clean.process)
    rules = [result for result in check_rules(clean.table, scene) if result.count]
    return rules, [result for result in check_nets(scene, terminals)[0] if result.count]


def box_of(polygon: Any) -> Box:
    box = polygon.bbox().to_dtype(0.001)
    return box.left, box.bottom, box.right, box.top


def shift(mutant: Mutant) -> Box:
    layer, polygon = mutant.pick("POLY1", "POLY2", "UBM")
    reach = 10 ** mutant.rng.uniform(0.4, 4)  # 2.5 nm to 10 µm
    moved = polygon.moved(*(mutant.rng.choice((-1, 1)) * (2 + round(reach * mutant.rng.random())) for _ in "xy"))
    mutant.shapes(layer).insert(moved)
    return box_of(moved)


def shrink(mutant: Mutant) -> Box:
    layer, polygon = mutant.pick("POLY2", "UBM", "BUMP")
    smaller = db.Region(polygon).sized(-round(10 ** mutant.rng.uniform(0, 4)))
    mutant.shapes(layer).insert(smaller)
    return box_of(polygon)


def delete(mutant: Mutant) -> Box:
    return box_of(mutant.pick("POLY1", "RDL", "POLY2", "UBM")[1])


def bridge(mutant: Mutant) -> Box:
    one, other = mutant.rng.sample([t for t in mutant.terminals if t.kind == "pad"], 2)
    points = [db.Point(round(1000 * t.x), round(1000 * t.y)) for t in (one, other)]
    wire = db.Path(points, 1000 * mutant.rng.randint(10, 40)).polygon()
    mutant.shapes("RDL").insert(wire)
    return box_of(wire)


def swap(mutant: Mutant) -> Box:
    kind = mutant.rng.choice(("pad", "bump"))
    one, other = mutant.rng.sample([t for t in mutant.terminals if t.kind == kind], 2)
    nets = {one.name: other.net, other.name: one.net}
    mutant.terminals = tuple(
        t._replace(net=nets[t.name]) if t.kind == kind and t.name in nets else t for t in mutant.terminals
    )
    ends = [t for t in mutant.terminals if t.net in (one.net, other.net)]  # pads swapped are bumps swapped
    xs, ys = [t.x for t in ends], [t.y for t in ends]
    return min(xs), min(ys), max(xs), max(ys)


def mirror(mutant: Mutant) -> Box:
    width = 2 * FIRST + (SIDE - 1) * PITCH
    mutant.layout.top_cell().transform(db.Trans(db.Trans.M90, 1000 * width, 0))
    return 0, 0, width, width


def drop_bump(mutant: Mutant) -> Box:
    bump = mutant.rng.choice([t for t in mutant.terminals if t.kind == "bump"])
    spot = db.Point(round(1000 * bump.x), round(1000 * bump.y))
    for layer in ("POLY2", "UBM", "BUMP"):
        shapes = mutant.shapes(layer)
        for shape in [shape for shape in shapes.each() if shape.polygon.inside(spot)]:
            shapes.erase(shape)
    return bump.x - 155, bump.y - 155, bump.x + 155, bump.y + 155


def wrong_layer(mutant: Mutant) -> Box:
    layer, polygon = mutant.pick("POLY1", "RDL", "POLY2", "UBM")
    others = [name for name in ("POLY1", "RDL", "POLY2", "UBM", "MARK") if name != layer]
    mutant.shapes(mutant.rng.choice(others)).insert(polygon)
    return box_of(polygon)


FAULTS: dict[str, Callable[[Mutant], Box]] = {
    "shift": shift, "shrink": shrink, "delete": delete, "bridge": bridge, "swap two nets": swap,
    "mirror a die": mirror, "drop a bump": drop_bump, "wrong layer": wrong_layer,
}  # fmt: skip


def near(found: list[RuleResult], box: Box) -> bool:
    """Whether some finding lies near the fault, or has no place."""
    x0, y0, x1, y1 = box
    boxes = [place.box for result in found for place in result.places]
    return any(
        spot is None or (spot[0] < x1 + NEAR and spot[2] > x0 - NEAR and spot[1] < y1 + NEAR and spot[3] > y0 - NEAR)
        for spot in boxes
    )


def run(count: int, seed: int, folder: Path) -> tuple[dict[str, Counter[str]], list[str]]:
    """Counts by kind of fault, and what was missed."""
    clean = prepare(folder)
    assert results_of(clean, clean.layout, clean.terminals) == ([], []), "the clean layout is not clean"
    table: dict[str, Counter[str]] = {name: Counter() for name in FAULTS}
    missed = []
    for number in range(count):
        name = list(FAULTS)[number % len(FAULTS)]
        rng = random.Random(seed * 1_000_003 + number)
        mutant = Mutant(clean.layout.dup(), clean.process, clean.terminals, rng)
        box = FAULTS[name](mutant)
        rules, nets = results_of(clean, mutant.layout, mutant.terminals)
        table[name].update(planted=1, rules=bool(rules), nets=bool(nets))
        if not near([*rules, *nets], box):
            missed.append(f"{name} {number}: {box}, found {[r.rule for r in (*rules, *nets)]}")
    return table, missed


def main() -> int:
    """Print the table; exit code 1 if a fault was missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("count", nargs="?", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        table, missed = run(options.count, options.seed, Path(folder))
    print(f"{'fault':<14} planted  by a rule  by a net  missed")
    for name, row in table.items():
        lost = sum(line.startswith(name) for line in missed)
        print(f"{name:<14} {row['planted']:7} {row['rules']:10} {row['nets']:9} {lost:7}")
    print(f"{time.perf_counter() - start:.1f} s")
    for line in missed[:20]:
        print(f"MISSED {line}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
