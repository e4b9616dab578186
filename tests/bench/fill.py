"""`python -m tests.bench.fill [--most N]`: dummies among bumps, and the density map, by size: seconds and memory.

Each scene is a die with stripes of pillars and bare ground between them, filled with dummy pillars. It runs in a
process of its own, whose peak memory is told.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

SIZES = (10_000, 100_000, 1_000_000)
"""Places of the lattices."""

DESIGN = """
name = "fill_{places}"
process = "pillar"
[die]
width = {side}
height = {side}
[pads]
under_bumps = true
[bumps.array]
kind = "grid"
columns = {columns}
rows = {columns}
pitch = [80, 80]
nets = ["VSS", "VDD"]
keepouts = [{keepouts}]
[[fill]]
layer = "PILLAR"
kind = "site"
site = "bump"
pitch = [{pitch}, {pitch}]
density = [0.2, 0.5]
window = 500
"""


def design_text(places: int) -> str:
    """A die of so many places every 80 µm, half of it without pillars: every other stripe of 1 mm."""
    pitch = 80
    side = int(places**0.5) * pitch
    stripes = range(1000, side, 2000)
    keepouts = ", ".join(f"[{x}, 0, {min(x + 1000, side)}, {side}]" for x in stripes)
    return DESIGN.format(places=places, side=side, columns=side // 80 - 2, keepouts=keepouts, pitch=pitch)


def one(folder: Path) -> None:
    """Draw a design, write it, and make its map; seconds of each on standard output."""
    from bumpgen import read_design, write_gds
    from bumpgen.build import plan_and_draw
    from bumpgen.command.density import DensityOptions, density
    from bumpgen.draw import draw
    from bumpgen.plan import plan

    design = read_design(folder)
    bare = design.file.model_copy(update={"fill": ()})
    planned = plan(design)
    start = time.perf_counter()
    draw(replace(planned, design=replace(design, file=bare)), labels=False)
    drawn = time.perf_counter()
    layout = plan_and_draw(design, labels=False)[1]
    full = time.perf_counter()
    write_gds(layout, folder / "filled.gds")
    written = time.perf_counter()
    density(str(folder), DensityOptions(layer="PILLAR", out=folder / "map.png"))
    mapped = time.perf_counter()
    dummies = sum(len(made.points) for made in layout.dummies)
    size = (folder / "filled.gds").stat().st_size
    times = (drawn - start, full - drawn, written - full, mapped - written)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(len(design.bumps), dummies, *(f"{seconds:.2f}" for seconds in times), size, f"{memory:.0f}")


def main() -> int:
    """Print a row for each size."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.fill", description="Measure fill and density maps.")
    parser.add_argument("--most", type=int, default=1_000_000, help="places of the largest scene")
    parser.add_argument("--one", type=Path, help="run one design's folder (what the table's rows do)")
    options = parser.parse_args()
    if options.one is not None:
        one(options.one)
        return 0
    heads = ("places", "bumps", "dummies", "draw s", "+ fill s", "gds s", "fill + map s", "bytes", "MiB")
    print(" ".join(f"{head:>13}" for head in heads))
    for places in (count for count in SIZES if count <= options.most):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "design.toml").write_text(design_text(places), encoding="utf-8")
            command = [sys.executable, "-m", "tests.bench.fill", "--one", str(folder)]
            told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        print(" ".join(f"{value:>13}" for value in (places, *told)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
