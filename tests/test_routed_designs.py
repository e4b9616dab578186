"""Designs whose wires bumpgen routes: complete, clean under their rules, and mistakes in [routing] told."""

from __future__ import annotations

import json
import math
import shutil
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from bumpgen import read_design, resources
from bumpgen.build import plan_and_draw
from bumpgen.cli import main
from bumpgen.errors import InputError
from bumpgen.layout import Layout, flatten
from bumpgen.plan import Plan, connectivity

NAMES = ["caravel_routed", "fanout_free", "power_planes", "two_layer_rdl"]


@lru_cache(maxsize=8)
def built(name: str) -> tuple[Plan, Layout]:
    return plan_and_draw(read_design(name))


def length(plan: Plan) -> float:
    """Of all wires, µm."""
    return sum(math.dist(a, b) for route in plan.design.routes for a, b in pairwise(route.points))


@pytest.mark.parametrize("name", NAMES)
def test_every_net_is_joined_and_none_touch(name: str) -> None:
    assert connectivity(built(name)[0]) == ()


@pytest.mark.parametrize("name", NAMES)
def test_the_mask_keeps_all_rules(name: str) -> None:
    result = CliRunner().invoke(main, ["check", name, "--json"])
    report = json.loads(result.output)
    assert {row["rule"]: row["count"] for row in report["results"] if row["count"]} == {}
    assert result.exit_code == 0


def test_the_routed_chip_is_the_hand_drawn_one_with_less_wire() -> None:
    drawn, routed = read_design("caravel_gf180"), built("caravel_routed")[0]
    assert [(p.name, p.x, p.y, p.net) for p in routed.design.pads] == [(p.name, p.x, p.y, p.net) for p in drawn.pads]
    assert [(b.name, b.x, b.y, b.net) for b in routed.design.bumps] == [(b.name, b.x, b.y, b.net) for b in drawn.bumps]
    assert {route.width for route in routed.design.routes} == {40.0}
    by_hand = sum(math.dist(a, b) for route in drawn.routes for a, b in pairwise(route.points))
    assert by_hand == pytest.approx(76_700, rel=1e-3)
    assert length(routed) < by_hand


def test_free_bumps_have_the_pads_nets_in_layout_and_bump_map(tmp_path: Path) -> None:
    plan, layout = built("fanout_free")
    assert {bump.net for bump in read_design("fanout_free").bumps} == {"io"}
    assert sorted(bump.net for bump in plan.design.bumps) == sorted(pad.net for pad in plan.design.pads)
    assert all(len(net.pads) == len(net.bumps) == 1 for net in layout.nets)
    result = CliRunner().invoke(main, ["build", "fanout_free", "-o", str(tmp_path), "-f", "csv", "-q"])
    assert result.exit_code == 0
    text = (tmp_path / "fanout_free_bumps.csv").read_text(encoding="utf-8")
    assert all(f",{bump.net}," in text for bump in plan.design.bumps)
    (note,) = (note for note in layout.notes if note.startswith("class io"))
    assert all(f"{bump.name} = {bump.net}" in note for bump in plan.design.bumps)


def test_free_wires_are_nearly_as_short_as_straight_lines() -> None:
    plan = built("fanout_free")[0]
    pads = {pad.net: (pad.x, pad.y) for pad in plan.design.pads}
    straight = sum(math.dist((b.x, b.y), pads[b.net]) for b in plan.design.bumps)
    assert straight <= length(plan) <= 1.05 * straight


def test_planes_join_what_no_wire_does() -> None:
    plan = built("power_planes")[0]
    assert plan.design.routed is not None
    assert {pour.net for pour in plan.design.routed.pours} == {"VDD", "VSS"}
    assert not {"VDD", "VSS"} & {route.net for route in plan.design.routes}


def test_crossing_nets_use_both_layers_and_one_via_each() -> None:
    plan = built("two_layer_rdl")[0]
    layers = {route.net: route.layer or "RDL1" for route in plan.design.routes if " to " in route.name}
    assert set(layers.values()) == {"RDL1", "RDL2"}
    assert len(layers) == len(plan.vias) == 16
    assert len({via.net for via in plan.vias}) == 16


def changed(folder: Path, name: str, old: str, new: str) -> Path:
    """A copy of a shipped design with one text of its design.toml replaced."""
    target = folder / name
    shutil.copytree(resources.folder("designs") / name, target)
    text = (target / "design.toml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    (target / "design.toml").write_text(text.replace(old, new), encoding="utf-8")
    return target


@pytest.mark.parametrize(
    ("name", "old", "new", "key", "told", "cure"),
    [
        ("two_layer_rdl", '"RDL1", "RDL2"', '"RDL1", "RLD2"', "routing.layers.1", "'RLD2'", "RDL2"),
        ("two_layer_rdl", '"RDL1", "RDL2"', '"RDL1", "RDL1"', "routing", "twice", ""),
        ("two_layer_rdl", "width = 20", "width = 20.001", "routing.width", "20.001", "20.00"),
        ("two_layer_rdl", "width = 20", "widht = 20", "routing.widht", "widht", "width"),
        ("two_layer_rdl", "width = 20", "width = -2", "routing.width", "-2", ""),
        ("two_layer_rdl", "width = 20", 'angles = "90"', "routing.angles", "90", "45"),
        ("fanout_free", 'nets = ["gpio*"]', 'nets = ["gpoi*"]', "routing.classes.io.nets.0", "'gpoi*'", "*"),
        ("fanout_free", "[routing.classes.io]", "[routing.classes.oi]", "routing.classes.oi.free", "'oi'", "oi"),
        ("fanout_free", '["C3"]', '["C3", "A1"]', "routing.classes.io.free", "23 bumps", "more"),
        ("power_planes", 'net = "VSS"', 'net = "VSSS"', "routing.planes.1.net", "'VSSS'", "VSS"),
        ("power_planes", "priority = 1", 'priority = 1\nlayer = "UBM"', "routing.planes.1.layer", "'UBM'", "RDL"),
        ("power_planes", "[680, 1760,", "[2680, 1760,", "routing.planes.0", "2680", "x0 < x1"),
    ],
)  # fmt: skip
def test_mistakes_are_told_with_line_and_cure(
    tmp_path: Path, name: str, old: str, new: str, key: str, told: str, cure: str
) -> None:
    with pytest.raises(InputError) as raised:
        read_design(changed(tmp_path, name, old, new))
    where = raised.value.where
    assert where is not None
    assert where.file is not None
    assert where.line is not None
    assert (where.key or "").startswith(key)
    assert told in raised.value.message
    assert cure in f"{raised.value.message} {raised.value.hint}"


def test_what_has_no_way_is_a_problem_with_its_reason(tmp_path: Path) -> None:
    """A keepout from side to side cuts pads off from their bumps."""
    wall = "[routing]\nkeepouts = [{ box = [0, 200, 3880, 300] }]\n"
    design = changed(tmp_path, "caravel_routed", "[routing]\n", wall)
    result = CliRunner().invoke(main, ["build", str(design), "-o", str(tmp_path / "o"), "-f", "gds", "--json"])
    assert result.exit_code == 1
    problems = json.loads(result.output)["problems"]
    below = {pad.net for pad in read_design(design).pads if pad.y < 200}
    assert {problem["nets"][0] for problem in problems} >= below - {"vssd"}
    assert all("not routed: " in problem["message"] for problem in problems)


EDGE = """\
name = "edge"
process = "wlcsp_400"

[die]
width = 1000
height = 1000

[pads.table]
file = "pads.csv"
unit = "um"
view = "bumps_up"
columns = { name = "pad", x = "x", y = "y", net = "net", width = "size", height = "size" }

[bumps.table]
file = "bumps.csv"
unit = "um"
view = "bumps_up"
columns = { name = "ball", x = "x", y = "y", net = "net" }

[routing]
"""


@pytest.mark.parametrize(("more", "kept"), [("", 15.0), ("edge = 0\n", 0.0), ("edge = 20\n", 20.0)])
def test_wires_keep_from_the_edge_what_they_keep_from_a_seal_ring(tmp_path: Path, more: str, kept: float) -> None:
    """A pad lies between two others that are joined: past it, at the die's edge, is the shortest way."""
    (tmp_path / "design.toml").write_text(EDGE + more)
    pads = ("P1,75,300,a,70", "P2,75,500,b,70", "P3,75,700,a,70", "P4,925,500,a,70")
    (tmp_path / "pads.csv").write_text("\n".join(("pad,x,y,net,size", *pads)) + "\n")
    (tmp_path / "bumps.csv").write_text("ball,x,y,net\nA1,700,200,a\nA2,700,800,b\n")
    plan, layout = plan_and_draw(read_design(tmp_path))
    assert connectivity(plan) == ()
    low = min(float(points[:, 0].min()) for name, points in flatten(layout.top, layout.grid) if name == "RDL")
    assert low >= kept
    assert (low < 15) is (kept == 0.0)  # without a distance from the edge the wire runs along it
