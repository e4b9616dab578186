"""Discs at irregular places on two pillar layers face to face, and how klayout alone judges them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bumpgen import write_gds
from bumpgen.geometry import Disc, Transform
from bumpgen.layout import Cell, Drawn, Layout, Placement, Scatter
from bumpgen.process import read_process
from bumpgen.rules import Rule, read_rules

__all__ = ["RACES", "write_faces"]

PROCESS = "pillar"


def write_faces(path: Path, count: int) -> None:
    """`count` pillars of 50 µm about 120 µm apart, each with a partner of 46 µm up to 1 µm off its centre."""
    process, rng = read_process(PROCESS), np.random.default_rng(11)
    side = int(np.ceil(np.sqrt(count)))
    index = np.arange(count)
    places = (
        np.column_stack((index % side, index // side)) * 120.0
        + np.round(rng.uniform(-15, 15, (count, 2)) / 0.005) * 0.005
    )
    off = np.round(rng.uniform(-0.7, 0.7, (count, 2)) / 0.005) * 0.005
    pillar = Cell("PILLAR_DISC", (Drawn("PILLAR", Disc(0, 0, 50)),))
    partner = Cell("PARTNER_DISC", (Drawn("PILLAR2", Disc(0, 0, 46)),))
    faces = Cell("FACES", (), (Scatter(pillar, places), Scatter(partner, places + off)))
    numbers = {name: layer.gds for name, layer in process.layers.items()}
    write_gds(Layout(Cell("TOP", (), (Placement(faces, Transform()),)), numbers, process.grid.value), path)


def _regions(layout: Any) -> tuple[Any, Any, Any]:
    import klayout.db as db

    store = db.DeepShapeStore()
    store.max_vertex_count, store.max_area_ratio = 0, 0
    process = read_process(PROCESS)
    shapes = (layout.top_cell().begin_shapes_rec(layout.layer(*process.layers[n].gds)) for n in ("PILLAR", "PILLAR2"))
    one, other = (db.Region(each, store) for each in shapes)
    return one, other, store  # the store must outlive its regions


def space(layout: Any) -> bool:
    """Gaps of 31 µm."""
    one, _, _store = _regions(layout)
    return bool(one.isolated_check(31_000).is_empty())


def match(layout: Any) -> bool:
    """Each layer within the other grown by 10 µm: mixes size with misalignment, but is what a deck can do."""
    one, other, _store = _regions(layout)
    return bool((one - other.sized(10_000)).is_empty() and (other - one.sized(10_000)).is_empty())


def landing(layout: Any) -> bool:
    """What both cover when one is shifted by 3 µm, one direction only; flat: deep takes minutes at 2 000 pairs."""
    import klayout.db as db

    process = read_process(PROCESS)
    shapes = (layout.top_cell().begin_shapes_rec(layout.layer(*process.layers[n].gds)) for n in ("PILLAR", "PILLAR2"))
    one, other = (db.Region(each) for each in shapes)
    least = 0.5 * np.pi * 23_000**2
    return bool((one & other.moved(3_000, 0)).with_area(0, round(least), False).is_empty())


def _rule(identity: str) -> Rule:
    return read_rules(PROCESS).rule(identity)


RACES: dict[str, tuple[Rule, Callable[[Any], bool]]] = {
    "space": (_rule("PILLAR.S.1"), space),
    "match": (_rule("PILLAR2.M.1"), match),
    "overlap": (_rule("PILLAR2.L.1"), landing),
}
"""Rule of bumpgen's table, and klayout's way."""
