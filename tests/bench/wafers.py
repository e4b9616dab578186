"""Wafers: the offset search against brute force, and layouts of 10⁴ to 10⁶ die sites.

`python -m tests.bench.wafers [offsets|files …]`. Brute force tries a grid of offsets, a step cut into parts both ways;
of small dies fewer, as each trial counts all dies. Dies of the files have 10 × 10 balls.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from bumpgen.design import Design, DesignFile, Die
from bumpgen.geometry import Disc, Transform
from bumpgen.layout import Array, Cell, Drawn, Layout
from bumpgen.masks.offset import Lattice, best_lattice, count_full, named_lattice
from bumpgen.masks.stepped import wafer_layout
from bumpgen.masks.usable import UsableArea, usable_area
from bumpgen.masks.wafer import DieClass, wafer_of
from bumpgen.process import read_process
from bumpgen.wafer_table import WaferTable
from bumpgen.write.gds import write_gds
from bumpgen.write.oasis import write_oasis
from bumpgen.write.output import placed

PARTS = 60
STREET = 80_000
"""Between dies, nm."""
SIZES = ((20.0, 26.0), (10.0, 10.0), (7.3, 5.1), (4.0, 3.0), (2.2, 2.2), (1.0, 1.0))
"""Dies, mm."""


def offsets() -> None:
    """Whole dies found and seconds taken, beside brute force and the two symmetric offsets."""
    cells = ("wafer mm", "die mm", "found", "s", "exact", "brute", "parts", "s", "die centred", "street centred")
    print(f"\n| {' | '.join(cells)} |\n{'|---' * len(cells)}|")
    for diameter in (200.0, 300.0):
        area = usable_area(WaferTable(diameter=diameter), 0.001)
        for width, height in SIZES:
            w, h = round(width * 1e6), round(height * 1e6)
            sizes = (w, h, w + STREET, h + STREET)
            start = time.perf_counter()
            best, _ = best_lattice(area, *sizes)
            ours = time.perf_counter() - start
            found = count_full(area, best)
            parts = PARTS if area.radius // sizes[2] < 40 else PARTS // 4
            most, theirs = brute(area, sizes, parts)
            named = [count_full(area, named_lattice(name, *sizes)) for name in ("die", "street")]
            row = (
                f"{diameter:g}", f"{width:g} × {height:g}", f"{found:,}", f"{ours:.2f}", "yes" if best.exact else "no",
                f"{most:,}", f"{parts}²", f"{theirs:.1f}", *(f"{count:,}" for count in named),
            )  # fmt: skip
            print(f"| {' | '.join(row)} |", flush=True)
            assert found >= most, f"brute force finds {most}, the search {found}"


def brute(area: UsableArea, sizes: tuple[int, int, int, int], parts: int) -> tuple[int, float]:
    """Most whole dies of all offsets of a grid of parts × parts, and the seconds it took."""
    start = time.perf_counter()
    w, h, sx, sy = sizes
    steps = range(parts)
    most = max(count_full(area, Lattice(w, h, sx, sy, i * sx // parts, j * sy // parts)) for j in steps for i in steps)
    return most, time.perf_counter() - start


def files() -> None:
    """Layouts of dies with 100 balls each on 300 mm: seconds and bytes."""
    cells = (
        "die µm",
        "sites",
        "whole",
        "balls",
        "offset s",
        "layout s",
        "GDS s",
        "GDS bytes",
        "OASIS s",
        "OASIS bytes",
    )
    print(f"\n| {' | '.join(cells)} |\n{'|---' * len(cells)}|")
    for size in (2400.0, 1400.0, 760.0, 420.0, 240.0):
        with tempfile.TemporaryDirectory() as folder:
            print(f"| {' | '.join(measured(size, Path(folder)))} |", flush=True)


def measured(size: float, folder: Path) -> list[str]:
    """One row of the table of files."""
    wafer, searching = timed(lambda: wafer_of(design(size)))
    pitch = round(size / 10) - 1.0
    shapes = (("BALL", round(pitch / 4)), ("UBM", round(pitch / 3)))
    ball = Cell("BALL", tuple(Drawn(layer, Disc(0, 0, 2.0 * radius)) for layer, radius in shapes))
    top = Cell("DIE", (), (Array(ball, 10, 10, (pitch, 0), (0, pitch), Transform(pitch / 2 + 2, pitch / 2 + 2)),))
    die = Layout(top, {"UBM": (20, 0), "BALL": (40, 0)}, 0.001, outline=(0.0, 0.0, size, size))
    layout, stepping = timed(lambda: wafer_layout(die, wafer))
    gds, oas = folder / "wafer.gds", folder / "wafer.oas"
    _, writing = timed(lambda: write_gds(layout, gds))
    _, packing = timed(lambda: write_oasis(layout, oas))
    return [
        f"{size:g}", f"{int((wafer.classes > 0).sum()):,}", f"{wafer.count(DieClass.FULL):,}",
        f"{placed(layout)['BALL']:,}", f"{searching:.2f}", f"{stepping:.2f}", f"{writing:.2f}",
        f"{gds.stat().st_size:,}", f"{packing:.2f}", f"{oas.stat().st_size:,}",
    ]  # fmt: skip


def design(size: float) -> Design:
    table = WaferTable(diameter=300.0, scribe=(20.0, 20.0))
    file = DesignFile(name="die", process="balldrop", die=Die(width=size, height=size), wafer=table)
    return Design(file, Path("design.toml"), read_process("balldrop"))


T = TypeVar("T")


def timed(work: Callable[[], T]) -> tuple[T, float]:
    start = time.perf_counter()
    found = work()
    return found, time.perf_counter() - start


TABLES: dict[str, Callable[[], None]] = {"offsets": offsets, "files": files}


if __name__ == "__main__":
    for name in sys.argv[1:] or TABLES:
        TABLES[name]()
