"""The command line, a module for each kind of command; importing it makes all commands known."""

from __future__ import annotations

from bumpgen.cli import bridge, draw, edit, judge, klayout, measure, order, pages, process, show, wafer
from bumpgen.cli.group import main

__all__ = [
    "bridge",
    "draw",
    "edit",
    "judge",
    "klayout",
    "main",
    "measure",
    "order",
    "pages",
    "process",
    "show",
    "wafer",
]
