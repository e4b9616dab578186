"""The scene of the checking benchmark: N bumps and their pads in wlcsp_500, as arrays or at irregular places."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bumpgen import write_gds
from bumpgen.cells.site import Site
from bumpgen.geometry import Rect, Transform
from bumpgen.layout import Array, Cell, Drawn, Instance, Layout, Placement, Scatter
from bumpgen.process import Process, read_process

__all__ = ["PITCH", "write_scene"]

PITCH = 500.0
FILLED = 0.8
"""Share of the lattice's places that an irregular scene fills."""


def write_scene(path: Path, bumps: int, irregular: bool) -> None:
    """A GDS with `bumps` bumps at 500 µm, a pad halfway between each and the next, a seal ring and the die."""
    process = read_process("wlcsp_500")
    side = int(np.ceil(np.sqrt(bumps / (FILLED if irregular else 1))))
    width = side * PITCH + 2000
    placed = [*_sites(process, side, bumps, irregular), Placement(_seal(width), Transform())]
    top = Cell("SCENE", (Drawn("DIE", Rect(width / 2, width / 2, width, width)),), tuple(placed))
    numbers = {name: layer.gds for name, layer in process.layers.items()}
    write_gds(Layout(top, numbers, process.grid.value), path)


def _sites(process: Process, side: int, bumps: int, irregular: bool) -> list[Instance]:
    bump = Site(kind="bump").draw(process)
    own = Site(kind="pad").draw(process)
    openings = (Drawn("PAD", Rect(0, 0, 80, 80)), Drawn("PASSIVATION", Rect(0, 0, 60, 60)))
    pad = Cell("PAD_SITE", openings, (Placement(own, Transform()),))
    if not irregular:
        step = ((PITCH, 0.0), (0.0, PITCH))
        return [
            Array(bump, side, side, *step, Transform(1250, 1250)),
            Array(pad, side - 1, side - 1, *step, Transform(1500, 1500)),
        ]
    rng = np.random.default_rng(7)
    chosen = np.sort(rng.choice(side * side, bumps, replace=False))
    places = np.column_stack((chosen % side, chosen // side)) * PITCH
    inner = places[(places < (side - 1) * PITCH).all(axis=1)]
    jitter = np.round(rng.uniform(-20, 20, inner.shape), 3)
    return [Scatter(bump, places + 1250), Scatter(pad, inner + 1500 + jitter)]


def _seal(width: float) -> Cell:
    """A frame of four bars, 10 µm wide, 5 µm inside the die's edge."""
    middle, long, far = width / 2, width - 10, width - 10
    bars = (
        Rect(middle, 10, long, 10),
        Rect(middle, far, long, 10),
        Rect(10, middle, 10, long),
        Rect(far, middle, 10, long),
    )
    return Cell("SEAL", tuple(Drawn("SEAL", bar) for bar in bars))
