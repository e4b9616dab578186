"""Which PCells each shipped process has: a table made beforehand, so that starting the application reads one file.

`python -m bumpgen.macros.pcells.index` writes it anew; a test holds it against the processes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypedDict

__all__ = ["INDEX", "Row", "drawable", "index", "known"]

INDEX = Path(__file__).with_name("index.json")


class Row(TypedDict):
    """What is known of a process beforehand: its title, its layouts' database unit (µm), the cells it can draw."""

    title: str
    database: float
    cells: list[str]


def known() -> dict[str, Row]:
    """The table, by process."""
    found: dict[str, Row] = json.loads(INDEX.read_text(encoding="utf-8"))
    return found


def drawable(name: str) -> Row:
    """The row of a process (a shipped one's name, or a path); it can draw the cells that it draws by default."""
    from bumpgen.cells import CELLS
    from bumpgen.errors import BumpgenError
    from bumpgen.process import read_process
    from bumpgen.write.units import units

    process = read_process(name)
    cells = []
    for cell, spec in CELLS.items():
        try:
            spec.make(process).draw(process)
        except BumpgenError:
            continue
        cells.append(cell)
    return {"title": process.title, "database": units(process.grid.value).database, "cells": cells}


def index() -> str:
    """The table as text, of all shipped processes."""
    from bumpgen import resources

    return json.dumps({name: drawable(name) for name in resources.names("pdk")}, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    INDEX.write_text(index(), encoding="utf-8")
