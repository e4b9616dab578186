"""How long the masks of a staggered array of bumps take, from 10⁴ to 10⁶, in each format, and how large they get.

`python -m tests.bench.masks [--most 1000000]` prints the table. Each row is a `bumpgen masks` by itself.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.bench.measure import RunError, measure

SIZES = (10_000, 100_000, 1_000_000)
FORMATS = ("gds", "oas", "dxf", "gerber")

DESIGN = """
name = "bench"
process = "balldrop"
[die]
width = {side}
height = {side}
[pads]
under_bumps = true
[bumps]
site = "bump"
[bumps.array]
kind = "staggered"
columns = {count}
rows = {count}
pitch = [130, 113]
nets = ["{{name}}"]
naming = {{ a1 = "top_left", letters = "rows", view = "bumps_up" }}
"""
"""Every second row stands half a pitch to the right."""


def design(folder: Path, bumps: int) -> tuple[Path, int]:
    """A design.toml with about that many bumps, and how many they are."""
    count = round(bumps**0.5)
    path = folder / f"bench_{bumps}" / "design.toml"
    path.parent.mkdir()
    path.write_text(DESIGN.format(count=count, side=130 * (count + 2)), encoding="utf-8")
    return path, count * count


def row(path: Path, kind: str, out: Path, *more: str) -> str:
    """One line of the table: seconds, peak memory, bytes of all masks."""
    command = [sys.executable, "-m", "bumpgen.cli", "masks", str(path), "-f", kind, "-o", str(out), "-q", *more]
    try:
        run = measure(command)
    except RunError as error:
        return f"{kind:8}{' '.join(more):18} failed: {error}"
    size = sum(file.stat().st_size for file in out.iterdir() if file.suffix not in (".csv", ".json"))
    return f"{kind:8}{' '.join(more):18}{run.wall:>9.2f}{run.memory:>9.0f}{size:>15,}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.masks", description="Time of `bumpgen masks`.")
    parser.add_argument("--most", type=int, default=SIZES[-1], help="largest number of bumps")
    most = parser.parse_args().most
    with tempfile.TemporaryDirectory() as folder:
        for bumps in (size for size in SIZES if size <= most):
            path, count = design(Path(folder), bumps)
            print(f"\n{count:,} bumps, 2 masks\n{'format':26}{'s':>9}{'MiB':>9}{'bytes':>15}")
            for number, (kind, *more) in enumerate((*((k,) for k in FORMATS), ("gds", "--plate", "contact"))):
                print(row(path, kind, Path(folder) / f"out_{bumps}_{number}", *more), flush=True)


if __name__ == "__main__":
    main()
