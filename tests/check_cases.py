"""Designs and layouts that checks are tried on: a design with its own small rule table, clean or with a small UBM."""

from __future__ import annotations

import shutil
from pathlib import Path

from bumpgen import resources
from bumpgen.geometry import Disc, Polygon, Transform
from bumpgen.layout import Cell, Drawn, Layout, Placement
from bumpgen.process import read_process

RULES = """
name = "few"
title = "A few rules"
process = "wlcsp_500"
rules = [
  { id = "UBM.W.1", kind = "width", layers = ["UBM"], limit = 250, reason = "stand-off", source = "own" },
  { id = "RDL.W.1", kind = "width", layers = ["RDL"], limit = 10, reason = "undercut", source = "own" },
  { id = "RDL.S.1", kind = "space", layers = ["RDL"], limit = 10, severity = "warning", reason = "r", source = "own" },
  { id = "BALL.W.1", kind = "width", layers = ["NOWHERE"], limit = 10, reason = "none", source = "own" },
]
[sources]
own = "chosen for a test"
"""

SMALL_UBM = """
[[cells]]
cell = "ubm"
at = [[250, 250]]
set = { size = 200 }
"""


def rules(folder: Path) -> Path:
    """The small rule table as a file."""
    path = folder / "rules.toml"
    path.write_text(RULES, encoding="utf-8")
    return path


def design(folder: Path, *, small_ubm: bool = False) -> Path:
    """A copy of the Caravel design whose process brings the small rule table; with one UBM that is too small."""
    shutil.copytree(resources.folder("designs") / "caravel_gf180", folder)
    shutil.copytree(resources.folder("pdk") / "wlcsp_500", folder / "process")
    rules(folder / "process")
    process = folder / "process" / "process.toml"
    process.write_text(process.read_text("utf-8").replace('rules = "wlcsp_500"', 'rules = "rules.toml"'), "utf-8")
    toml = folder / "design.toml"
    text = toml.read_text("utf-8").replace('process = "wlcsp_500"', 'process = "./process"')
    toml.write_text(text + (SMALL_UBM if small_ubm else ""), "utf-8")
    return folder


def layout(sizes: tuple[float, ...] = (260.0, 240.0)) -> Layout:
    """UBM discs of those diameters (µm) in a row, each in its own cell, with a wire of RDL under them."""
    process = read_process("wlcsp_500")
    cells = [Cell(f"UBM_{n}", (Drawn("UBM", Disc(0.0, 0.0, size)),)) for n, size in enumerate(sizes)]
    wire = Drawn("RDL", Polygon(((0, -10), (500 * len(sizes), -10), (500 * len(sizes), 10), (0, 10))))
    placed = tuple(Placement(cell, Transform(500.0 * n, 0.0)) for n, cell in enumerate(cells))
    layers = {name: layer.gds for name, layer in process.layers.items()}
    return Layout(Cell("CHIP", (wire,), placed), layers, process.grid.value)
