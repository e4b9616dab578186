"""Which PCells each shipped process has: a table made beforehand, so that starting the application reads one file.

`python -m bumpgen.macros.pcells.index` writes it anew; a test holds it against the processes.
"""

from __future__ import annotations

import json
from pathlib import Path

__all__ = ["INDEX", "drawable", "index", "known"]

INDEX = Path(__file__).with_name("index.json")


def known() -> dict[str, dict[str, list[str]]]:
    """The table: process → title (a list of one text) and cells."""
    found: dict[str, dict[str, list[str]]] = json.loads(INDEX.read_text(encoding="utf-8"))
    return found


def drawable(name: str) -> dict[str, list[str]]:
    """Title and cells of a process (a shipped one's name, or a path): those that it draws with its defaults."""
    from bumpgen.cells import CELLS
    from bumpgen.errors import BumpgenError
    from bumpgen.process import read_process

    process = read_process(name)
    cells = []
    for cell, spec in CELLS.items():
        try:
            spec.make(process).draw(process)
        except BumpgenError:
            continue
        cells.append(cell)
    return {"title": [process.title], "cells": cells}


def index() -> str:
    """The table as text, of all shipped processes."""
    from bumpgen import resources

    return json.dumps({name: drawable(name) for name in resources.names("pdk")}, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    INDEX.write_text(index(), encoding="utf-8")
