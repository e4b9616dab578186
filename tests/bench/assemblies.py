"""How long `bumpgen check` of two dies face to face takes, from 10³ to 10⁶ joints: the whole command and its parts.

`python -m tests.bench.assemblies [--most 1000000]` prints the table. Each size runs in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SIZES = (1_000, 10_000, 100_000, 1_000_000)

DIE = """
name = "{name}"
process = "pillar"
[die]
width = {side}
height = {side}
[pads]
under_bumps = true
[bumps]
site = "{site}"
[bumps.array]
kind = "grid"
columns = {count}
rows = {count}
pitch = [80, 80]
nets = ["{{name}}"]
naming = {{ a1 = "{corner}", letters = "rows", view = "bumps_up" }}
"""

TOGETHER = """
name = "bench"
[parts.first]
design = "first"
face = "up"
[parts.second]
design = "second"
face = "down"
[[joints]]
name = "pillars"
between = ["first", "second"]
sites = [["bump"], ["second_pillar"]]
[[steps]]
kind = "join"
joints = ["pillars"]
placement_accuracy = { value = 3, source = "MEM" }
source = "own"
[[steps]]
kind = "reflow"
joints = ["pillars"]
temperature = { value = 260, source = "MEM" }
source = "own"
"""


def write(folder: Path, joints: int) -> int:
    """An assembly of about so many joints; how many it has."""
    count = round(joints**0.5)
    for name, site, corner in (("first", "bump", "top_left"), ("second", "second_pillar", "top_right")):
        (folder / name).mkdir()
        text = DIE.format(name=name, site=site, corner=corner, side=80 * count + 720, count=count)
        (folder / name / "design.toml").write_text(text, encoding="utf-8")
    (folder / "assembly.toml").write_text(TOGETHER, encoding="utf-8")
    return count * count


def stages(folder: Path) -> dict[str, float]:
    """Seconds of each stage, in this process."""
    from bumpgen.check.assembly.engine import judge_stack
    from bumpgen.command.stacked import stack_of
    from bumpgen.read.assembly_file import read_assembly
    from bumpgen.rules import read_assembly_rules

    found, last = {}, time.perf_counter()

    def lap(name: str) -> None:
        nonlocal last
        now = time.perf_counter()
        found[name] = now - last
        last = now

    assembly = read_assembly(folder)
    stack = stack_of(assembly)
    lap("draw and extract both dies")
    _ = stack.joints, stack.levels
    lap("pair")
    _ = stack.nets.opened, stack.nets.shorted
    lap("nets")
    for table in assembly.file.rules:
        judge_stack(read_assembly_rules(table).rules, stack)
    lap("rules")
    return found


def command(folder: Path) -> tuple[float, float]:
    """Seconds of the whole command, and the peak memory of its largest process, MiB."""
    start = time.perf_counter()
    run = subprocess.run([sys.executable, "-m", "bumpgen.cli", "check", str(folder)], capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if run.returncode != 0:
        raise SystemExit(run.stdout + run.stderr)
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def measure(joints: int) -> dict[str, float]:
    """One size: the command, then its stages."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        count = write(folder, joints)
        seconds, memory = command(folder)
        return {"joints": count, "command": seconds, "memory": memory, **stages(folder)}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--most", type=int, default=SIZES[-1])
    parser.add_argument("--one", type=int)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.one)))
        return
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    heads: list[str] = []
    for size in (s for s in SIZES if s <= options.most):
        run = subprocess.run(
            [sys.executable, "-m", "tests.bench.assemblies", "--one", str(size)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        row = json.loads(run.stdout)
        if not heads:
            heads = list(row)
            print("| " + " | ".join(heads) + " |\n|" + "---|" * len(heads))
        print(
            "| "
            + " | ".join(f"{row[head]:,.0f}" if head in ("joints", "memory") else f"{row[head]:.2f}" for head in heads)
            + " |",
            flush=True,
        )


if __name__ == "__main__":
    main()
