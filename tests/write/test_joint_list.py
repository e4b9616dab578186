"""The joint list: every joint and every site left alone, measured, and the same by another way."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from bumpgen.check.assembly.joint_rows import joint_rows
from bumpgen.check.assembly.outlines import Outline
from bumpgen.check.assembly.stack import Stack
from bumpgen.command.stacked import stack_of
from bumpgen.joint_list import JointRow
from bumpgen.read.assembly_file import read_assembly
from bumpgen.solder import standoff
from bumpgen.write.joints import joints_csv
from tests.check.assembly import stacks


@pytest.fixture(scope="module")
def module() -> Stack:
    return stack_of(read_assembly("module_on_laminate"))


def table(stack: Stack) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(joints_csv(joint_rows(stack)))))


def test_every_joint_is_listed_with_both_its_sites(module):
    rows = table(module)
    assert tuple(rows[0]) == JointRow._fields
    assert len(rows) == 48
    first, second = (module.parts[name] for name in ("first", "second"))
    pillars = {f"first.{name}" for name in first.sites.names[first.of_kinds(module.joints[0].table.sites[0])]}
    assert {row["first"] for row in rows} == pillars
    assert {row["second"] for row in rows} == {f"second.{name}" for name in second.sites.names}
    assert all(row["first_net"] == row["second_net"] for row in rows)


def test_figures_are_the_joint_s(module):
    row = table(module)[0]
    assert (row["first_shape"], row["first_width_um"], row["second_height_um"]) == ("circle", "49.0", "55.0")
    assert float(row["per_side_um"]) == 3.0
    assert float(row["solder_um"]) == pytest.approx(standoff(49 / 2, 55 / 2, float(row["solder_um3"])), abs=1e-3)
    assert float(row["gap_um"]) == pytest.approx(module.joints[0].gap, abs=1e-3)


def test_places_are_where_both_dies_have_their_sites(module):
    view = module.assembly.view
    for row in table(module):
        for side, off in (("first", (0.0, 0.0)), ("second", (float(row["off_x_um"]), float(row["off_y_um"])))):
            part, name = row[side].split(".")
            sites = module.parts[part].sites
            where = (
                module.assembly.parts[part]
                .pose.above(sites.places.chosen(np.flatnonzero(sites.names == name)))
                .seen(view)
            )
            assert where[0].tolist() == pytest.approx((float(row["x_um"]) + off[0], float(row["y_um"]) + off[1]))


@pytest.mark.parametrize("side", ["first", "second"])
def test_a_site_without_partner_is_listed_alone(module, side):
    other = {"first": "second", "second": "first"}[side]
    gone = "A1"
    rows = table(stacks.without_bump(module, other, gone))
    alone = [row for row in rows if not row[other]]
    assert [row[side] for row in alone] == [f"{side}.A1"]
    assert alone[0][f"{side}_net"] == "VSS"
    assert alone[0]["gap_um"] == alone[0]["per_side_um"] == ""
    assert len(rows) == 48


def test_contacts_of_other_shapes_have_no_difference(module):
    square = Outline(np.array([(-20.0, -20.0), (20.0, -20.0), (20.0, 20.0), (-20.0, 20.0)]), "square", 0.001)
    outlines = tuple(square for _ in module.parts["second"].outlines)
    rows = table(stacks.with_drawn(module, "second", outlines=outlines))
    assert rows[0]["second_shape"] == "square"
    assert rows[0]["per_side_um"] == ""


def test_equal_stacks_give_equal_lists(module):
    again = stack_of(read_assembly("module_on_laminate"))
    assert joints_csv(joint_rows(module)) == joints_csv(joint_rows(again))
