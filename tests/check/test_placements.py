"""Placements read in bulk are those that klayout walks, whatever their coordinates look like as bytes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import klayout.db as db
import numpy as np
import pytest

from bumpgen import read_process
from bumpgen.check.near import suspects_between, suspects_within
from bumpgen.check.placements import placements, turn_of
from bumpgen.check.population import near_pairs
from bumpgen.check.scene import Scene

LOOKALIKES = (0x00040A00, 0x00060B00, 0x00081206, 0x00041206, 0x00041100)
"""Coordinates whose bytes are heads of GDSII records."""


def walked(layout: Any) -> Iterator[tuple[str, str, Any]]:
    for cell in layout.each_cell():
        for instance in cell.each_inst():
            child = layout.cell(instance.cell_index).name
            if instance.is_complex():
                yield cell.name, child, None
                continue
            trans = instance.trans
            for i in range(max(instance.na, 1)):
                for j in range(max(instance.nb, 1)):
                    at = trans.disp + instance.a * i + instance.b * j
                    yield cell.name, child, (trans.rot, at.x, at.y)


def read(layout: Any) -> Iterator[tuple[str, str, Any]]:
    for placed in placements(layout):
        if placed.angle is None:
            yield placed.parent, placed.child, None
        for x, y in placed.places.tolist() if placed.angle is not None else ():
            yield placed.parent, placed.child, (turn_of(placed).rot, x, y)


def tree(chance: random.Random, scaled: bool) -> Any:
    layout = db.Layout()
    cells = [layout.create_cell(f"C{n}" + "x" * chance.randint(0, 3)) for n in range(6)]
    for number, cell in enumerate(cells[:-1]):
        for _ in range(chance.randint(0, 30)):
            child = cells[chance.randint(number + 1, 5)].cell_index()
            x, y = (chance.choice((*LOOKALIKES, chance.randint(-(10**9), 10**9))) for _ in "xy")
            trans = db.Trans(chance.randint(0, 3), chance.random() < 0.5, x, y)
            kind = chance.random()
            if kind < 0.1:
                steps = db.Vector(chance.randint(1, 999), 7), db.Vector(-5, chance.randint(1, 999))
                array = db.CellInstArray(child, trans, *steps, chance.randint(1, 5), chance.randint(1, 5))
                cell.insert(array)
            elif kind < 0.12 and scaled:
                cell.insert(db.DCellInstArray(child, db.DCplxTrans(1.5, 30, False, 1, 2)))
            else:
                cell.insert(db.CellInstArray(child, trans))
    return layout


@pytest.mark.parametrize("seed", range(40))
def test_the_same_as_walking(seed: int) -> None:
    layout = tree(random.Random(seed), scaled=False)
    assert sorted(read(layout)) == sorted(walked(layout))


@pytest.mark.parametrize("seed", range(10))
def test_scaled_placements_are_told(seed: int) -> None:
    layout = tree(random.Random(seed), scaled=True)
    assert {row for row in walked(layout) if row[2] is None} == {row for row in read(layout) if row[2] is None}


@pytest.mark.parametrize("reach", [1.0, 7.5, 40.0])
def test_pairs_are_those_of_all_distances(reach: float) -> None:
    centres = np.random.default_rng(3).uniform(-200, 200, (300, 2))
    gap = centres[:, None] - centres[None]
    expected = {(i, j) for i, j in np.argwhere(np.hypot(*gap.transpose(2, 0, 1)) < reach).tolist() if i < j}
    found = near_pairs(centres, reach)
    assert found is not None
    pairs = [tuple(sorted(pair)) for pair in zip(found[0].tolist(), found[1].tolist(), strict=True)]
    assert len(pairs) == len(set(pairs))
    assert set(pairs) == expected


def discs(gap: int) -> Scene:
    """Two rows of two squares, the columns `gap` nm apart, and a long bar `gap` above each layer's own."""
    layout = db.Layout()
    top, cell, process = layout.create_cell("TOP"), layout.create_cell("SQUARE"), read_process("wlcsp_500")
    ubm, seal = (layout.layer(*process.layers[name].gds) for name in ("UBM", "SEAL"))
    cell.shapes(ubm).insert(db.Box(0, 0, 50_000, 50_000))
    for x in (0, 50_000 + gap):
        top.insert(db.CellInstArray(cell.cell_index(), db.Trans(x, 0)))
    top.shapes(seal).insert(db.Box(-5_000_000, 50_000 + gap, 5_000_000, 60_000 + gap))
    return Scene(layout, top, process)


@pytest.mark.parametrize(("gap", "near"), [(9_999, True), (10_000, False), (10_001, False)])
def test_only_shapes_that_are_too_near_are_suspects(gap: int, near: bool) -> None:
    scene = discs(gap)
    within = suspects_within(scene, "UBM", 10_000)
    assert within is not None
    assert within.is_empty() is not near
    between = suspects_between(scene, "UBM", "SEAL", 10_000)
    assert between is not None
    if near:
        assert not between[0].is_empty()
        assert not between[1].is_empty()
