"""A second die drawn mirrored, turned, shifted, with nets swapped or a bump missing: found, and told as what it is."""

from __future__ import annotations

import functools

import pytest

from bumpgen import resources
from bumpgen.check.assembly.diagnosis import explanations
from bumpgen.check.assembly.engine import judge_stack
from bumpgen.command.stacked import stack_of
from bumpgen.read.assembly_file import read_assembly
from bumpgen.rules import read_assembly_rules
from tests.check.assembly.planted import PLANTED, turned_90, with_fault

SHIPPED = resources.names("assemblies")


@functools.cache
def stack(name: str):
    return stack_of(read_assembly(name))


CASES = [(name, joint) for name in SHIPPED for joint in range(len(read_assembly(name).file.joints))]


@pytest.mark.parametrize("fault", PLANTED)
@pytest.mark.parametrize(("name", "joint"), CASES)
def test_a_planted_fault_is_found_and_told_as_what_it_is(name, joint, fault):
    plant, word = PLANTED[fault]
    good = stack(name)
    bad = with_fault(good.assembly, good, joint, plant)
    told = explanations(bad.joints[joint])
    assert told, f"{fault} was not found"
    assert told[0].fault == word, [t.sentence for t in told[:3]]
    broken = {r.rule for r in judge_stack(read_assembly_rules("joint").rules, bad) if r.status == "violated"}
    assert "JOINT.MAP.1" in broken
    assert broken & {"JOINT.PAIR.1", "JOINT.NAME.1", "JOINT.NET.1"}


@pytest.mark.parametrize(("name", "joint"), CASES)
def test_what_is_right_is_not_explained(name, joint):
    assert explanations(stack(name).joints[joint]) == ()


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_assemblies_join(name):
    results = judge_stack(read_assembly_rules("joint").rules, stack(name))
    assert [(r.rule, r.places[0].message) for r in results if r.status == "violated" and r.severity == "error"] == []


def test_a_swap_is_told_with_both_nets_and_a_missing_bump_with_its_name():
    good = stack("pillar_to_pillar")
    plant, _ = PLANTED["swapped nets"]
    told = explanations(with_fault(good.assembly, good, 0, plant).joints[0])
    assert len(told) == 1
    assert "nets VDD and VSS are swapped" in told[0].sentence or "nets VSS and VDD are swapped" in told[0].sentence
    plant, _ = PLANTED["missing bump"]
    told = explanations(with_fault(good.assembly, good, 0, plant).joints[0])
    assert len(told) == 1
    assert "has nothing on first's" in told[0].sentence


SQUARE = """
name = "{name}"
process = "pillar"
[die]
width = 800
height = 800
[pads]
under_bumps = true
[bumps]
site = "{site}"
[bumps.array]
kind = "grid"
columns = 6
rows = 6
pitch = [80, 80]
nets = ["{{name}}"]
naming = {{ a1 = "{corner}", letters = "rows", view = "bumps_up" }}
"""

TOGETHER = """
name = "square"
[parts.first]
design = "first"
face = "up"
[parts.second]
design = "second"
face = "down"
[[joints]]
name = "pillars"
between = ["first", "second"]
sites = [["bump"], ["second_pillar"]]
"""


@pytest.fixture
def square(tmp_path):
    """A square array and its partner: all places coincide under mirroring and quarter turns."""
    for name, site, corner in (("first", "bump", "top_left"), ("second", "second_pillar", "top_right")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "design.toml").write_text(SQUARE.format(name=name, site=site, corner=corner))
    (tmp_path / "assembly.toml").write_text(TOGETHER)
    assembly = read_assembly(tmp_path)
    return assembly, stack_of(assembly)


def test_a_square_array_mates(square):
    _, good = square
    assert explanations(good.joints[0]) == ()


@pytest.mark.parametrize("fault", PLANTED)
def test_faults_of_a_square_array(square, fault):
    assembly, good = square
    plant, word = PLANTED[fault]
    told = explanations(with_fault(assembly, good, 0, plant).joints[0])
    assert told
    assert told[0].fault == word


def test_a_square_array_turned_by_a_quarter(square):
    assembly, good = square
    bad = with_fault(assembly, good, 0, turned_90)
    assert len(bad.joints[0].pairs) == 36  # every place coincides: only names and nets can tell
    told = explanations(bad.joints[0])
    assert told[0].fault == "turned"
    assert "90°" in told[0].sentence or "270°" in told[0].sentence


@pytest.fixture(scope="module")
def caravel(tmp_path_factory):
    """The taped-out chip face down on a board that bumpgen mate drew; its places coincide under x → -x."""
    from bumpgen.command.mate import MateOptions, mate

    home = tmp_path_factory.mktemp("caravel") / "pair"
    mate("caravel_gf180", MateOptions("carrier", home / "carrier", process="board", assembly=True))
    return stack_of(read_assembly(home))


def test_caravel_mates_with_its_board(caravel):
    (joints,) = caravel.joints
    assert len(joints.pairs) == 60
    assert explanations(joints) == ()
    assert caravel.nets.shorted == []


@pytest.mark.parametrize("fault", PLANTED)
def test_faults_of_caravels_board(caravel, fault):
    plant, word = PLANTED[fault]
    bad = with_fault(caravel.assembly, caravel, 0, plant)
    told = explanations(bad.joints[0])
    assert told
    assert told[0].fault == word, told[0].sentence
    if fault == "mirror":
        assert len(bad.joints[0].pairs) == 60  # every place coincides
        assert "60 of 60 names" in told[0].sentence
