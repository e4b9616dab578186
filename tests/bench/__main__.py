"""`python -m tests.bench [--peers] [--rounds N]`: the tables of issue 2, measured here and now."""

from __future__ import annotations

import argparse
import compileall
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import bumpgen
from tests.bench.measure import Run, alternate
from tests.bench.peers import PEERS, peers_python, versions

HERE = Path(__file__).parent / "contestants"
OURS = ("bumpgen", "gdstk", "klayout")
SCENES = {
    "arrays": ("10⁶ bumps × 6 layers as arrays", "gds", 1.2),
    "irregular": ("10⁶ irregular placements", "gds", 1.0),
    "irregular OASIS": ("10⁶ irregular placements", "oas", None),
    "flat": ("6·10⁵ flat 64-gons", "gds", 1.0),
}
"""Scene → title, format, and how much of bare gdstk's time bumpgen may take."""

SLOW = {"arrays": 5, "irregular": 1, "irregular OASIS": 1, "flat": 1}
"""Rounds of the peers in .venv-bench: some take half a minute."""


def main() -> int:
    """Print every table; exit code 1 if a limit is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure bumpgen beside its peers.")
    parser.add_argument("--peers", action="store_true", help="also gdsfactory, kfactory and phidl, in .venv-bench")
    parser.add_argument("--rounds", type=int, default=7, help="runs of each contestant, of which the median counts")
    options = parser.parse_args()
    # as pip does for the peers: a checkout under PYTHONDONTWRITEBYTECODE would be compiled at every start
    compileall.compile_dir(Path(bumpgen.__file__).parent, quiet=1)
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}")
    print(versions(sys.executable, ("bumpgen", "numpy", "gdstk", "klayout", "shapely")))
    python = peers_python() if options.peers else None
    if python:
        print(versions(python, PEERS))
    missed = start_up(options.rounds)
    with tempfile.TemporaryDirectory() as folder:
        for scene in SCENES:
            missed += draw_scene(scene, Path(folder), options.rounds, python)
        missed += caravel(Path(folder), options.rounds)
    for line in missed:
        print(f"MISSED: {line}")
    return 1 if missed else 0


def start_up(rounds: int) -> list[str]:
    """`bumpgen --version` beside a bare `import click`."""
    found = alternate(
        {
            "python -c 'pass'": [sys.executable, "-c", "pass"],
            "python -c 'import click'": [sys.executable, "-c", "import click"],
            "bumpgen --version": [str(Path(sys.executable).with_name("bumpgen")), "--version"],
        },
        2 * rounds + 1,
    )
    ratio = table("start-up", found, "python -c 'import click'", {}).get("bumpgen --version", float("inf"))
    return [] if ratio <= 2 else [f"bumpgen --version takes {ratio:.2f} × import click, more than 2"]


def draw_scene(scene: str, folder: Path, rounds: int, python: str | None) -> list[str]:
    """One scene by every contestant; what bumpgen missed."""
    title, ending, limit = SCENES[scene]
    pythons = dict.fromkeys(OURS, sys.executable) | (dict.fromkeys(PEERS, python) if python else {})
    if ending == "oas":
        pythons.pop("phidl", None)  # writes no OASIS
    files = {name: folder / f"{name}.{ending}" for name in pythons}
    commands = {
        name: [str(runs), str(HERE / f"with_{name}.py"), scene.split()[0], str(files[name])]
        for name, runs in pythons.items()
    }
    found = alternate({name: commands[name] for name in OURS}, rounds)
    found |= alternate({name: c for name, c in commands.items() if name not in OURS}, min(rounds, SLOW[scene]))
    sizes = {name: path.stat().st_size for name, path in files.items() if path.exists()}
    ratio = table(f"{title}, {ending.upper()}", found, "gdstk", sizes).get("bumpgen", float("inf"))
    for path in files.values():
        path.unlink(missing_ok=True)
    return _missed(title, found, ratio, limit)


def _missed(title: str, found: Mapping[str, Run | str], ratio: float, limit: float | None) -> list[str]:
    if limit is None:
        return []
    missed = [] if ratio <= limit else [f"{title}: {ratio:.2f} × gdstk's time, more than {limit}"]
    ours, bare = found["bumpgen"], found["gdstk"]
    if isinstance(ours, Run) and isinstance(bare, Run) and ours.memory > 1.2 * bare.memory:
        missed.append(f"{title}: {ours.memory / bare.memory:.2f} × gdstk's memory, more than 1.2")
    return missed


def caravel(folder: Path, rounds: int) -> list[str]:
    """The shipped design from its tables to GDSII, OASIS, CSV, SVG and PNG, after imports."""
    seconds = []
    for _ in range(rounds):
        run = [sys.executable, str(HERE / "caravel.py"), str(folder / "caravel")]
        done = subprocess.run(run, capture_output=True, text=True, check=False)
        if done.returncode:
            return [f"caravel_gf180: {(done.stderr.strip().splitlines() or ['no output'])[-1]}"]
        seconds.append(float(done.stdout))
    median = statistics.median(seconds)
    print(f"\ncaravel_gf180 end to end, after imports: {median:.3f} s ({min(seconds):.3f} to {max(seconds):.3f})")
    return [] if median <= 1 else [f"caravel_gf180 takes {median:.2f} s, more than 1"]


def table(title: str, found: Mapping[str, Run | str], base: str, sizes: Mapping[str, int]) -> dict[str, float]:
    """Print a table; wall time of each as a ratio to `base`'s."""
    reference = found[base]
    assert isinstance(reference, Run), f"{base}: {reference}"
    heads = f"{'':26}{'wall s':>8}{'ratio':>8}{'cpu s':>8}{'MiB':>8}{'bytes':>14}"
    print(f"\n{title}; ratio to {base}\n{heads}")
    ratios: dict[str, float] = {}
    for name, run in found.items():
        if isinstance(run, str):
            print(f"{name:26}  failed: {run}")
            continue
        ratios[name] = run.wall / reference.wall
        size = f"{sizes[name]:>14,}" if name in sizes else ""
        print(f"{name:26}{run.wall:>8.3f}{ratios[name]:>8.2f}{run.cpu:>8.3f}{run.memory:>8.0f}{size}")
    return ratios


if __name__ == "__main__":
    sys.exit(main())
