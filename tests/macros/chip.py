"""A chip taken from its die to its masks in the application, by the actions of the menu Bump."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import klayout.db as db

import bumpgen
from bumpgen import resources
from bumpgen.command.build import build_design
from tests.application import run

__all__ = ["bumped_chip", "die_file"]

SCRIPT = Path(__file__).with_name("scripts") / "menu.py"


def die_file(path: Path) -> None:
    """The chip as its foundry delivers it: openings, texts, an outline; its corner is not at 0, 0."""
    design = bumpgen.read_design("caravel_routed")
    layout = db.Layout()
    layout.dbu = 0.001
    top: Any = layout.create_cell("caravel")
    dx, dy = 100.0, -50.0
    top.shapes(layout.layer(0, 0)).insert(db.DBox(dx, dy, dx + design.die.width, dy + design.die.height))
    for pad in design.pads:
        x, y = pad.x + dx, pad.y + dy
        top.shapes(layout.layer(37, 0)).insert(db.DBox(x - 28, y - 28, x + 28, y + 28))
        top.shapes(layout.layer(81, 10)).insert(db.DText(pad.net, x, y))
    layout.write(str(path))


def bumped_chip(folder: Path) -> dict[str, Any]:
    """What the script found; its screenshots are in the folder then."""
    die_file(folder / "caravel.gds")
    build_design("caravel_routed", folder / "golden", ["gds"], 8190, progress=False)
    found: dict[str, Any] = run(
        SCRIPT, folder, timeout=150, python=sys.executable, die=str(folder / "caravel.gds"),
        design=str(folder / "my_chip"), bumps=str(resources.folder("designs") / "caravel_routed" / "bumps.csv"),
        golden=str(folder / "golden" / "caravel_routed.gds"), out=str(folder),
    )  # fmt: skip
    return found
