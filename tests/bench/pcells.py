"""`python -m tests.bench.pcells`: what PCells cost, in the application (under Xvfb) and with the klayout package."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.application import KLAYOUT, XVFB, run

SCRIPT = Path(__file__).resolve().parents[1] / "macros" / "scripts" / "pcells_cost.py"
REDRAW, ARRAY = 0.05, 0.5
"""Seconds that a redraw and an array of 10⁴ sites may take."""


def rows(told: dict[str, Any]) -> Iterator[tuple[str, float, float | None]]:
    """What was measured, seconds, and its limit."""
    yield "25 libraries registered", told["start"], None
    yield "first PCell (numpy, pydantic, one process)", told["first"], None
    for name, (median, longest) in told["redraw"].items():
        yield f"{name}, redrawn 100 times: median", median, REDRAW
        yield f"{name}, redrawn 100 times: longest", longest, REDRAW
    for kind, (took, sites, instances) in told["array"].items():
        yield f"Array, {kind}: {sites:,} sites in {instances} instances", took, ARRAY


def main() -> int:
    """Print the table; exit code 1 if a limit is missed."""
    from tests.macros.scripts import pcells_cost

    found = {"klayout package": pcells_cost.found({})}
    if KLAYOUT and XVFB:
        with tempfile.TemporaryDirectory() as folder:
            found["application"] = run(SCRIPT, Path(folder))
    heads = [f"{name} {told['version']}" for name, told in found.items()]
    print(f"| ms | {' | '.join(heads)} | at most |")
    print(f"|---|{'---|' * (len(found) + 1)}")
    missed = 0
    for each in zip(*map(rows, found.values()), strict=True):
        name, limit = each[0][0], each[0][2]
        missed += sum(limit is not None and seconds > limit for _, seconds, _ in each)
        cells = [f"{seconds * 1000:.1f}" for _, seconds, _ in each]
        print(f"| {name} | {' | '.join(cells)} | {'' if limit is None else f'{limit * 1000:g}'} |")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
