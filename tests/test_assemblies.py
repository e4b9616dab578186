"""Every shipped assembly: joints and wires pair up, parts keep their own rules, mates are as written."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from bumpgen import resources
from bumpgen.assembly import Assembly, JointTable, Part, WireTable
from bumpgen.check.assembly.stack import Stack
from bumpgen.command.check import CheckOptions, check
from bumpgen.command.mate import MateOptions, mate
from bumpgen.command.stacked import stack_of
from bumpgen.pitches import extents
from bumpgen.read.assembly_file import read_assembly

NAMES = resources.names("assemblies")

STRUCTURES = {
    "chip_to_chip_paste", "pillar_on_bump", "pillar_on_ball", "module_on_laminate", "module_on_leadframe",
    "balls_around", "balls_around_opening", "module_encapsulated", "pillar_to_pillar", "chip_to_board",
    "chip_to_ceramic", "gold_rdl_module", "gold_rdl_tiw_pads", "gold_rdl_cr_bare", "gold_rdl_two_metal",
}  # fmt: skip
"""What two chips, and a chip and its carrier, can be: each as a design to look at."""


@cache
def measured(name: str) -> Stack:
    return stack_of(read_assembly(name))


def test_every_structure_is_shipped():
    assert set(NAMES) >= STRUCTURES


@pytest.mark.parametrize("name", NAMES)
def test_a_head_comment_says_what_it_teaches(name):
    head = (resources.folder("designs") / name / "assembly.toml").read_text("utf-8").split("name =")[0]
    assert all(line.startswith("#") for line in head.splitlines())
    assert "What it teaches:" in " ".join(line.lstrip("# ") for line in head.splitlines())
    assert "claim" in head or len(head) > 100


@pytest.mark.parametrize("name", NAMES)
def test_all_joints_and_wires_pair_up_and_the_nets_are_whole(name):
    stack = measured(name)
    assert stack.joints
    for found in (*stack.joints, *stack.wires):
        assert len(found.pairs) >= 8, found.name
        assert [len(alone) for alone in found.alone] == [0, 0], found.name
        one, other = (side.nets[index] for side, index in zip(found.sides, found.pairs.T, strict=True))
        assert (one == other).all(), found.name
    assert not stack.nets.shorted
    assert not len(stack.nets.opened)


@pytest.mark.parametrize("name", NAMES)
def test_the_check_of_the_assembly_has_no_errors(name):
    report = check(name, CheckOptions()).report
    wrong = [(r.rule, r.places[0].message) for r in report.violated if r.severity == "error"]
    assert not wrong


@pytest.mark.parametrize("name", NAMES)
def test_dimensions_make_sense(name):
    """Gaps, heights and wires as they are built: µm."""
    stack = measured(name)
    for joints in stack.joints:
        small, most = (150, 300) if joints.name == "balls" else (25, 130)
        assert small < joints.gap < most, joints.name
        assert all(joint.solder_height > 5 for joint in joints.classes)
    for wires in stack.wires:
        assert wires.spans.min() > 500
        assert wires.spans.max() < 3000
    for part in stack.assembly.parts.values():
        assert 50 <= part.thickness <= 1600, part.name


@pytest.mark.parametrize("name", [name for name in NAMES if read_assembly(name).file.wires])
def test_wire_bond_pads_lie_150_um_beside_the_second_chip(name):
    stack = measured(name)
    x0, y0, x1, y1 = stack.box("second")
    for wires in stack.wires:
        side = wires.sides[0]
        places = side.places.seen(stack.assembly.view)
        process = side.part.part.process
        drawn = [size for kind in wires.table.sites[0] for size in extents(process, kind).values()]
        half = np.max(drawn, axis=0) / 2
        apart = np.maximum.reduce([[x0, y0] - places - half, places - half - [x1, y1]]).max(axis=1)
        assert apart.min() >= 150


def test_a_bond_pad_that_runs_on_into_its_wire_is_what_the_site_draws():
    """Gold that nothing covers is one piece with bump pads and wires; the bond's place is 90 by 140 of it."""
    sites = measured("gold_rdl_cr_bare").wires[0].sides[0]
    found = {sites.part.outlines[i].size for i in sites.part.sites.contact[sites.index].tolist()}
    assert found == {(90.0, 140.0)}


PARTS = sorted({part.path.parent for name in NAMES for part in read_assembly(name).parts.values()})


@pytest.mark.parametrize("folder", PARTS, ids=lambda folder: "/".join(folder.parts[-2:]))
def test_each_part_keeps_the_rules_of_its_own_process(folder):
    report = check(str(folder), CheckOptions()).report
    assert report.passed, [(r.rule, r.places[0].message) for r in report.violated]
    assert {result.rule for result in report.of("clean")} >= {"NET.OPEN.1", "NET.SHORT.1"}


def partners(assembly: Assembly, part: Part) -> list[JointTable | WireTable]:
    """The entries in which a part meets the first one."""
    entries = [*assembly.file.joints, *assembly.file.wires]
    return [entry for entry in entries if entry.between == ("first", part.name)]


PITCHES = {"module_on_leadframe": 350.0}
CLEARANCES = {"module_on_leadframe": 1000.0}
"""Where fingers don't stand as bumpgen mate sets them by itself, µm: a paddle and longer leads need room."""

MATES = [
    (name, part.name)
    for name in NAMES
    for part in read_assembly(name).parts.values()
    if "written by bumpgen mate" in part.path.read_text("utf-8")
]


def test_all_other_halves_are_mates():
    assert {name for name, _ in MATES} == set(NAMES)
    assert len(MATES) == sum(len(read_assembly(name).parts) - 1 for name in NAMES)


@pytest.mark.parametrize(("name", "part"), MATES)
def test_a_mate_is_what_bumpgen_mate_writes(name: str, part: str, tmp_path: Path):
    """Options are read off the assembly: the sites that meet, the process and the die of the half."""
    assembly = read_assembly(name)
    half, first = assembly.parts[part], assembly.parts["first"]
    (entry,) = partners(assembly, half)
    wired, usual = isinstance(entry, WireTable), MateOptions("carrier", tmp_path)
    options = MateOptions(
        "carrier" if part == "carrier" else "second", tmp_path / part, process=half.process.name,
        site=None if wired else entry.sites[1][0], sites=",".join(entry.sites[0]),
        die=(half.file.die.width, half.file.die.height), pitch=PITCHES.get(name),
        clearance=CLEARANCES.get(name, usual.clearance),
    )  # fmt: skip
    mate(str(first.path.parent), options)
    assert (tmp_path / part / "bumps.csv").read_bytes() == (half.path.parent / "bumps.csv").read_bytes()
