"""Kinds that judge outlines, pairs, angles, grids, areas, densities and joints, at their limits."""

from __future__ import annotations

import math

import klayout.db as db
import pytest

from bumpgen import read_process, read_rules
from bumpgen.check.engine import check_rule
from bumpgen.check.landed import landed, lens
from bumpgen.check.scene import Scene


def square(x: int, y: int, half: int) -> db.Polygon:
    return db.Polygon(db.Box(x - half, y - half, x + half, y + half))


def test_lens_of_equal_circles_has_the_handbook_value() -> None:
    assert lens(1, 1, 1) == pytest.approx(2 * math.pi / 3 - math.sqrt(3) / 2)
    assert lens(2, 1, 1) == pytest.approx(math.pi)
    assert lens(2, 1, 3) == 0


def test_squares_are_worst_shifted_along_the_diagonal() -> None:
    share = landed(square(0, 0, 25_000), square(0, 0, 25_000), 3000, circles=False)
    side = 50_000 - 3000 / math.sqrt(2)
    assert share == pytest.approx((side / 50_000) ** 2, rel=1e-9)


def test_a_pillar_without_partner_is_found_on_either_layer() -> None:
    process, rule = read_process("pillar"), read_rules("pillar").rule("PILLAR2.M.1")
    layout = db.Layout()
    top = layout.create_cell("TOP")
    for layer, places in (("PILLAR", (0, 100_000)), ("PILLAR2", (0, 300_000))):
        for x in places:
            top.shapes(layout.layer(*process.layers[layer].gds)).insert(square(x, 0, 25_000))
    found = check_rule(rule, Scene(layout, top, process))
    assert [place.box and place.box[0] for place in found.places] == [75.0, 275.0]
    assert all("no partner" in place.message for place in found.places)
