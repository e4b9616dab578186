"""`python -m tests.bench.sections`: the process read on a cut, and what takes its time: steps, painting, files."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import bumpgen
from bumpgen.section.read import read_process_on
from bumpgen.section.usual import usual_cut
from bumpgen.view.section_html import section_html
from bumpgen.view.section_strip import strip_picture
from bumpgen.view.svg import to_svg

LIMIT = 1.0
"""Seconds that a process of 12 steps may take, read and painted."""
DESIGNS = ("flux_ball_die", "module_second", "balldrop_die", "gold_rdl_die", "caravel_gf180", "staggered_10k")


def timed(work: Callable[[], Any], runs: int = 5) -> tuple[float, Any]:
    """Median seconds, and the result."""
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), result


def main() -> None:
    """Print the table."""
    print("| design | bumps | steps | read, s | strip as SVG, s | page, s | page, kB | s for 12 steps |")
    print("|---|---|---|---|---|---|---|---|")
    worst = 0.0
    for name in DESIGNS:
        design = bumpgen.read_design(name)
        layout, cut = bumpgen.build_layout(design), usual_cut(design)
        read, strip = timed(lambda d=design, la=layout, c=cut: read_process_on(d.process, la, c))  # type: ignore[misc]
        paint, _ = timed(lambda s=strip: to_svg(strip_picture([s], "bench")))  # type: ignore[misc]
        page, text = timed(lambda s=strip: section_html([s], "bench"))  # type: ignore[misc]
        steps = len(strip.frames) - 1
        twelve = (read + paint) / steps * 12
        worst = max(worst, twelve)
        cells = (read, paint, page, len(text.encode()) / 1000, twelve)
        print(f"| {name} | {len(design.bumps):,} | {steps} | {' | '.join(f'{cell:.2f}' for cell in cells)} |")
    print(f"\n12 steps at most {worst:.2f} s: {'within' if worst <= LIMIT else 'over'} {LIMIT:g} s")


if __name__ == "__main__":
    main()
