"""Cross-sections face to face: per side, strict, another shape; exact to 1 nm for every class of outline."""

from __future__ import annotations

import functools
from dataclasses import replace

import klayout.db as db
import numpy as np
import pytest

from bumpgen.check.assembly.engine import judge_rule
from bumpgen.check.assembly.outlines import Outline, mismatch, outline_of
from bumpgen.check.assembly.stack import Stack
from bumpgen.command.stacked import stack_of
from bumpgen.geometry import Disc, Oblong, Rect, RegularPolygon, Rounded
from bumpgen.read.assembly_file import read_assembly
from bumpgen.rules import read_assembly_rules

GRID = 0.001
RULES = read_assembly_rules("joint")


def drawn(shape) -> Outline:
    points = np.rint(shape.polygons(GRID)[0] / GRID).astype(int).tolist()
    return outline_of(db.Polygon([db.Point(x, y) for x, y in points]), GRID)


SHAPES = {
    "circle": lambda size: Disc(0, 0, size, 64),
    "square": lambda size: Rect(0, 0, size, size),
    "octagon": lambda size: RegularPolygon(0, 0, size, 8),
    "oblong": lambda size: Oblong(0, 0, 80 + size, size, 64),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_per_side_is_half_the_difference_of_the_sizes(shape):
    make = SHAPES[shape]
    one = drawn(make(49.0))
    assert one.shape == shape
    for size, per_side in ((49.0, 0), (49.002, 0.001), (69.0, 10.0), (69.002, 10.001), (68.9, 9.95), (70.0, 10.5)):
        found = mismatch(one, drawn(make(size)))
        assert found.reason == ""
        assert found.per_side == pytest.approx(per_side, abs=1e-6)
        assert found.in_all == pytest.approx(2 * per_side, abs=1e-6)
        assert mismatch(drawn(make(size)), one).per_side == pytest.approx(per_side, abs=1e-6)


def test_another_shape_never_matches():
    assert mismatch(drawn(Disc(0, 0, 49.0)), drawn(Rect(0, 0, 49.0, 49.0))).reason == "circle against square"


def test_an_oblong_turned_by_a_quarter_differs():
    lying = drawn(Oblong(0, 0, 80.0, 40.0, 64))
    standing = lying.turned(np.array(((0.0, -1.0), (1.0, 0.0))))
    assert standing.size == pytest.approx((40.0, 80.0))
    assert mismatch(lying, standing).per_side == pytest.approx(20.0)


def test_outlines_that_no_box_tells_apart_are_grown_until_they_cover_each_other():
    plain, cut = drawn(Rounded(0, 0, 60.0, 60.0, 10.0, arc=False)), drawn(Rounded(0, 0, 60.0, 60.0, 20.0, arc=False))
    found = mismatch(plain, cut)
    # corners cut 10 µm deeper on each side lie 10 / √2 farther in; sides grown by d move a 45° cut out by d as well
    assert found.per_side == pytest.approx(10 / 2**0.5, abs=0.002)


@functools.lru_cache(maxsize=1)
def pillars() -> Stack:
    return stack_of(read_assembly("pillar_to_pillar"))


def with_second(size: float) -> Stack:
    """The shipped pair, the second's pillars of another diameter (µm), the first's of 49."""
    good = pillars()
    part = good.parts["second"]
    contact = int(part.sites.contact[0])
    outlines = tuple(drawn(Disc(0, 0, size)) if i == contact else one for i, one in enumerate(part.outlines))
    return Stack(good.assembly, good.parts | {"second": replace(part, outlines=outlines)})


@pytest.mark.parametrize(
    ("size", "per_side", "strict"),
    [
        (70.0, False, False),
        (68.9, True, False),
        (69.0, True, False),  # the limit itself
        (69.002, False, False),  # a grid step of 1 nm per side beyond
        (59.0, True, True),
        (59.002, True, False),
        (29.0, True, False),
        (28.998, False, False),
    ],
)
def test_the_rules_of_49_against(size, per_side, strict):
    stack = with_second(size)
    for identity, holds in (("JOINT.M.1", per_side), ("JOINT.M.2", strict)):
        found = judge_rule(RULES.rule(identity), stack)
        assert (found.count == 0) == holds, (identity, found.figure)
        assert found.count in (0, 47)
        assert not found.untested


def test_the_figure_is_the_difference():
    assert judge_rule(RULES.rule("JOINT.M.1"), with_second(70.0)).figure == "10.5 µm per side"


def test_overlap_at_the_limit():
    """A circle of 49 on one of 49, 3 µm off: 0.922 is left; of 49 on 55: all."""
    assert judge_rule(RULES.rule("JOINT.L.1"), with_second(55.0)).figure.startswith("1 ")
    found = judge_rule(RULES.rule("JOINT.L.1"), with_second(49.0))
    assert found.count == 0
    assert float(found.figure.split()[0]) == pytest.approx(0.9221, abs=2e-4)
    rule = RULES.rule("JOINT.L.1")
    for accuracy, holds in ((3.84, True), (3.86, False)):
        off = rule.model_copy(update={"options": {"accuracy": accuracy}})
        assert (judge_rule(off, with_second(49.0)).count == 0) == holds


def test_self_alignment_ends_where_half_the_face_is_reached():
    rule = RULES.rule("JOINT.L.2")
    for accuracy, holds in ((24.499, True), (24.5, False), (24.501, False)):
        off = rule.model_copy(update={"options": {"accuracy": accuracy}})
        assert (judge_rule(off, with_second(55.0)).count == 0) == holds


def test_centres_off_by_a_micron():
    good = pillars()
    part = good.parts["second"]
    for shift, holds in ((0.999, True), (1.0, True), (1.001, False)):
        places = replace(part.sites.places, xy=part.sites.places.xy + (shift, 0.0))
        moved = Stack(good.assembly, good.parts | {"second": replace(part, sites=replace(part.sites, places=places))})
        assert (judge_rule(RULES.rule("JOINT.OFF.1"), moved).count == 0) == holds
