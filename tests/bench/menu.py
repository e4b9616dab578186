"""`python -m tests.bench.menu`: what the menu Bump's actions take in the application (under Xvfb)."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from bumpgen.cli import main as bumpgen
from tests.application import run

SCRIPT = Path(__file__).resolve().parents[1] / "macros" / "scripts" / "menu_cost.py"
SIDES = (10, 32, 100)
"""Columns and rows of the maps."""
PITCH = 500


def measured(side: int, room: Path) -> dict[str, tuple[float, float]]:
    """Seconds of each action on a map of side × side bumps: in all, and with the window standing still."""
    die = (side + 3) * PITCH
    _call("new", room / "chip", "--pdk", "wlcsp_500", "--die", die, die)
    _call("bumps", "place", room / "chip", "--columns", side, "--rows", side, "--pitch", PITCH)
    rows = [f"B{i}_{j},{(i + 2) * PITCH},{(j + 2) * PITCH}," for i in range(side) for j in range(side)]
    (room / "map.csv").write_text("\n".join(["name,x_um,y_um,net", *rows]) + "\n", encoding="utf-8")
    place = {"columns": side - 1, "rows": side, "pitch": PITCH}
    found: dict[str, Any] = run(
        SCRIPT, room, timeout=300, python=sys.executable, design=str(room / "chip"), bumps=str(room / "map.csv"),
        place=place,
    )  # fmt: skip
    return {name: (told[0], told[1]) for name, told in found.items()}


def _call(*command: object) -> None:
    done = CliRunner().invoke(bumpgen, [str(part) for part in command])
    assert done.exit_code == 0, done.output


def main() -> None:
    """Print the table."""
    found = {}
    for side in SIDES:
        with tempfile.TemporaryDirectory() as room:
            found[side * side] = measured(side, Path(room))
    print(f"| s, of which the window stands still | {' | '.join(f'{bumps:,} bumps' for bumps in found)} |")
    print(f"|---|{'---|' * len(found)}")
    for name in next(iter(found.values())):
        cells = [f"{told[name][0]:.2f}, {told[name][1]:.2f}" for told in found.values()]
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
