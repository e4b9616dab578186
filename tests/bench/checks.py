"""`python -m tests.bench.checks [COUNT …]`: all rules over bumps, beside klayout's own engines with the same rules."""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bumpgen.check.deck import write_deck
from bumpgen.check.engine import check_rule, check_rules
from bumpgen.check.scene import Scene
from bumpgen.process import read_process
from bumpgen.rules import RuleTable, read_rules
from tests.bench.check_scene import write_scene

TABLE = "wlcsp_500"
SLOW = 60.0
"""An application run that takes longer than this, s, is stopped, and so told."""


def opened(path: Path) -> Any:
    import klayout.db as db

    layout = db.Layout(False)
    layout.read(str(path))
    return layout


def ours(path: Path, table: RuleTable) -> int:
    """bumpgen's engine: reading and all rules; the number of places."""
    layout = opened(path)
    scene = Scene(layout, layout.top_cell(), read_process(TABLE))
    return sum(result.count for result in check_rules(table, scene))


def by_hand(path: Path, table: RuleTable) -> int:
    """What one writes with pip's klayout, deep: the rules that are a call each; the number of rules broken."""
    import klayout.db as db

    layout, process = opened(path), read_process(TABLE)
    store = db.DeepShapeStore()
    store.max_vertex_count, store.max_area_ratio = 0, 0
    regions = {
        name: db.Region(layout.top_cell().begin_shapes_rec(layout.layer(*layer.gds)), store)
        for name, layer in process.layers.items()
    }
    return sum(not one_call(rule, [regions[name] for name in rule.layers]) for rule in table.rules)


def one_call(rule: Any, regions: list[Any]) -> bool:
    """Whether a rule of a kind that klayout has a call for holds."""
    import klayout.db as db

    limit = round(rule.value * 1000)
    if rule.kind == "width":
        checked = regions[0].width_check(limit, metrics=db.Metrics.Projection, ignore_angle=3)
    elif rule.kind == "space" and len(regions) == 1:
        checked = regions[0].isolated_check(limit)
    elif rule.kind == "space":
        checked = regions[0].separation_check(regions[1], limit)
    elif rule.kind == "notch":
        checked = regions[0].notch_check(limit)
    elif rule.kind == "die_edge":
        checked = regions[0].enclosed_check(regions[1].merged().hulls(), limit)
    else:
        checked = regions[1].enclosed_check(regions[0], limit)
    return bool(checked.is_empty())


def application(path: Path, table: RuleTable, mode: str, folder: Path) -> None:
    """The KLayout application running the generated deck."""
    deck = folder / "deck.lydrc"
    deck.write_text(write_deck(table, read_process(TABLE)), encoding="utf-8")
    settings = {"input": path, "report": folder / "found.lyrdb", "mode": mode, "threads": 2}
    command = ["klayout", "-b", "-r", str(deck)]
    for key, value in settings.items():
        command += ["-rd", f"{key}={value}"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=SLOW)


def seconds(run: Callable[[], object], rounds: int) -> float:
    """The median time of a call; infinite if it takes too long."""
    found = []
    for _ in range(rounds):
        start = time.perf_counter()
        try:
            run()
        except subprocess.TimeoutExpired:
            return float("inf")
        found.append(time.perf_counter() - start)
    return statistics.median(found)


def compare(count: int, irregular: bool, rounds: int, folder: Path) -> list[str]:
    """Two tables of one scene; what bumpgen missed."""
    path = folder / f"{count}_{irregular}.gds"
    write_scene(path, count, irregular)
    table = read_rules(TABLE)
    simple = table.model_copy(update={"rules": tuple(rule for rule in table.rules if rule.kind in CALLS)})
    name = f"{count:,} bumps, {'irregular' if irregular else 'arrays'}"
    missed = []
    print(f"\n{name}")
    contestants = {"bumpgen": lambda: ours(path, simple), "pip klayout, deep": lambda: by_hand(path, simple)}
    missed += told(f"{len(simple.rules)} rules of one call each", contestants, rounds, name)
    contestants = {"bumpgen": lambda: ours(path, table)}
    if shutil.which("klayout"):
        for mode in ("deep", "tiled") if count <= MOST_IN_APPLICATION else ():
            contestants[f"KLayout, deck, {mode}"] = lambda mode=mode: application(path, table, mode, folder)
    missed += told(
        f"all {len(table.rules)} rules", contestants, 1 if count > MOST_IN_APPLICATION // 10 else rounds, name
    )
    return missed


CALLS = ("width", "space", "notch", "enclosure", "die_edge")
MOST_IN_APPLICATION = 10_000


def told(title: str, contestants: dict[str, Callable[[], object]], rounds: int, scene: str) -> list[str]:
    """Print a table; a line for each peer that was faster."""
    print(f"  {title}")
    found = {name: seconds(run, rounds) for name, run in contestants.items()}
    for name, taken in found.items():
        if taken == float("inf"):
            print(f"    {name:<24} > {SLOW:7.0f} s  > {SLOW / found['bumpgen']:5.0f} ×")
        else:
            print(f"    {name:<24} {taken:9.3f} s  {taken / found['bumpgen']:7.2f} ×")
    return [f"{scene}, {title}: {name} is faster" for name, taken in found.items() if taken < 0.98 * found["bumpgen"]]


def known_shapes(count: int, folder: Path) -> list[str]:
    """Space, match and overlap of discs at irregular places, against klayout deep (overlap: flat, which is faster)."""
    from tests.bench.known_shapes import RACES, write_faces

    path = folder / "faces.gds"
    write_faces(path, count)
    print("\nirregular pairs of discs, one rule each")
    missed = []
    for name, (rule, peer) in RACES.items():
        times = {}
        for contestant in ("bumpgen", "klayout"):
            layout = opened(path)
            start = time.perf_counter()
            if contestant == "bumpgen":
                result = check_rule(rule, Scene(layout, layout.top_cell(), read_process("pillar")))
                assert result.status == "clean", result.places[:1]
            else:
                assert peer(layout)
            times[contestant] = time.perf_counter() - start
        ratio = times["klayout"] / times["bumpgen"]
        told = f"bumpgen {times['bumpgen']:7.3f} s, klayout {times['klayout']:7.3f} s"
        print(f"    {name:<8} {count:7,} pairs: {told}: {ratio:6.1f} ×")
        if ratio < 3:
            missed.append(f"{name}: {ratio:.1f} × as fast as klayout, less than 3")
    return missed


def main() -> int:
    """Print the tables; exit code 1 if a peer is faster."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.checks")
    parser.add_argument("counts", nargs="*", type=int, default=[10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores")
    missed = []
    with tempfile.TemporaryDirectory() as name:
        for count in options.counts:
            for irregular in (False, True):
                missed += compare(count, irregular, options.rounds, Path(name))
        missed += known_shapes(100_000, Path(name))
    for line in missed:
        print(f"MISSED: {line}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
