"""`bumpgen check`, `build` and `view` of assemblies as a user types them."""

from __future__ import annotations

import json
import shutil
import xml.etree.ElementTree as ET

import pytest
from click.testing import CliRunner

from bumpgen import resources
from bumpgen.cli import main

PAIR = "pillar_to_pillar"


def run(*args: str):
    return CliRunner().invoke(main, list(args))


@pytest.fixture
def pair(tmp_path):
    """A copy of the smallest shipped assembly."""
    shutil.copytree(resources.folder("designs") / PAIR, tmp_path / "pair")
    return tmp_path / "pair"


def mirrored(folder) -> None:
    """The second die's map as seen from the wrong side: the places are taken for those of another view."""
    path = folder / "second" / "design.toml"
    path.write_text(path.read_text().replace('view = "bumps_up"', 'view = "bumps_down"'))


def test_a_pair_that_mates_passes_with_the_figures_that_decide():
    result = run("check", PAIR)
    assert result.exit_code == 0, result.output
    assert "JOINT.M.1" in result.output
    assert "3 µm per side" in result.output
    assert "passed: pillar_to_pillar" in result.output


def test_a_mirrored_half_fails_and_is_told_as_one(pair):
    mirrored(pair)
    result = run("check", str(pair))
    assert result.exit_code == 1
    assert "mirrored (x → -x)" in result.output
    assert "JOINT.MAP.1" in result.output


def test_all_shipped_assemblies_pass():
    for name in resources.names("assemblies"):
        result = run("check", name, "-q")
        assert result.exit_code == 0, result.output


def test_reports_in_every_format(pair, tmp_path):
    mirrored(pair)
    out = tmp_path / "reports"
    result = run("check", str(pair), "-f", "json,junit,sarif,markdown,lyrdb", "-o", str(out))
    assert result.exit_code == 1
    facts = json.loads((out / f"{PAIR}.json").read_text())
    assert any("mirrored" in json.dumps(rule, ensure_ascii=False) for rule in facts["results"])
    for path in out.iterdir():
        assert path.stat().st_size > 500, path.name
    ET.parse(next(out.glob("*.xml")))  # noqa: S314
    assert "mirrored" in next(out.glob("*.sarif")).read_text()


def test_json_has_the_nets_of_the_stack():
    facts = json.loads(run("check", PAIR, "--json").output)
    nets = {row["name"]: row for row in facts["nets"]}
    assert len(nets) == 25
    assert "second.A3" in nets["A3"]["bumps"]


def test_only_some_rules():
    result = run("check", PAIR, "--only", "JOINT.M.*")
    assert result.exit_code == 0
    assert "JOINT.M.2" in result.output
    assert "JOINT.NET.1" not in result.output
    assert run("check", PAIR, "--only", "JONT.*").exit_code == 2


def test_warnings_fail_where_it_is_strict():
    assert run("check", "balls_around", "-q").exit_code == 0
    result = run("check", "balls_around", "-q", "--strict")
    assert result.exit_code == 1
    assert "SOLDER.SEQ.2" in result.output


def test_a_waiver_accepts_a_fault_with_a_reason(pair, tmp_path):
    mirrored(pair)
    rules = ("JOINT.MAP.1", "JOINT.NAME.1", "JOINT.NET.1", "JOINT.PAIR.1")
    row = '[[waive]]\nrule = "{rule}"\nreason = "a dummy die"\nexpires = 2027-01-31\n'
    path = tmp_path / "waivers.toml"
    path.write_text("".join(row.format(rule=rule) for rule in rules))
    only = [word for rule in rules for word in ("--only", rule)]
    result = run("check", str(pair), "--waive", str(path), *only, "--today", "2026-11-23")
    assert result.exit_code == 0, result.output
    assert "waived" in result.output
    late = run("check", str(pair), "--waive", str(path), *only, "--today", "2027-02-01")
    assert late.exit_code == 1


@pytest.mark.parametrize(
    "options",
    [("--gds", "x.gds"), ("--pdk", "pillar"), ("--picture", "x.svg"), ("--spice", "x.cir"), ("--place", "JOINT.M.1")],
)
def test_options_that_mean_nothing_for_an_assembly(options):
    result = run("check", PAIR, *options)
    assert result.exit_code == 2
    assert "no use" in result.output


def test_rules_of_ones_own(pair):
    table = (resources.folder("assembly_rules") / "joint.toml").read_text()
    (pair / "strict.toml").write_text(
        table.replace('limit = 10, unit = "µm per side"', 'limit = 2, unit = "µm per side"')
    )
    path = pair / "assembly.toml"
    path.write_text(path.read_text().replace('source = "own"\n', 'source = "own"\nrules = ["strict.toml"]\n', 1))
    result = run("check", str(pair))
    assert result.exit_code == 1
    assert "JOINT.M.1" in result.output
    assert "3 µm per side" in result.output


def test_a_table_that_is_not_there(pair):
    path = pair / "assembly.toml"
    path.write_text(path.read_text().replace('source = "own"\n', 'source = "own"\nrules = ["jont"]\n', 1))
    result = run("check", str(pair))
    assert result.exit_code == 2
    assert "assembly.toml" in result.output
    assert "did you mean 'joint'" in result.output


def test_pictures(tmp_path):
    for extra in ((), ("--side",), ("--side", "--cut=-400,0,400,0")):
        for ending, head in (("svg", b"<svg"), ("png", b"\x89PNG"), ("pdf", b"%PDF")):
            out = tmp_path / f"{len(extra)}.{ending}"
            result = run("view", PAIR, "-o", str(out), *extra)
            assert result.exit_code == 0, result.output
            assert out.read_bytes().startswith(head)
            assert out.stat().st_size > 3_000


@pytest.mark.parametrize("ending", ["svg", "png", "pdf"])
def test_a_design_from_the_side(ending, tmp_path):
    out = tmp_path / f"side.{ending}"
    result = run("view", "balldrop_die", "--side", "-o", str(out))
    assert result.exit_code == 0, result.output
    assert out.stat().st_size > 3_000


def test_a_bond_diagram(tmp_path):
    result = run("view", "gold_rdl_module", "--wires", "-o", str(tmp_path / "wires.svg"))
    assert result.exit_code == 0, result.output
    assert "Bond diagram" in (tmp_path / "wires.svg").read_text()


@pytest.mark.parametrize(
    ("name", "options", "told"),
    [
        (PAIR, ("--cut", "0,0,1,1"), "--cut has no use from above"),
        (PAIR, ("--side", "--cut", "0,0,1"), "is not four numbers"),
        (PAIR, ("--side", "--cut", "1,1,1,1"), "no length"),
        (PAIR, ("--ratlines",), "--ratlines has no use"),
        (PAIR, ("--side", "--wires"), "two pictures"),
        (PAIR, ("--wires",), "has no bond wires"),
        ("balldrop_die", ("--wires",), "for assemblies"),
        ("balldrop_die", ("--side", "--wires"), "two pictures"),
        ("balldrop_die", ("--cut", "0,0,1,1"), "add --side"),
        ("balldrop_die", ("--side", "--ratlines"), "--ratlines has no use"),
    ],
)
def test_pictures_that_can_not_be(name, options, told, tmp_path):
    result = run("view", name, "-o", str(tmp_path / "x.svg"), *options)
    assert result.exit_code == 2
    assert told in result.output


def test_a_build_tells_heights_and_files(tmp_path):
    result = run("build", "module_on_laminate", "-o", str(tmp_path / "out"), "-f", "gds,csv,svg")
    assert result.exit_code == 0, result.output
    assert "48 joints, dies 75.9 µm apart" in result.output
    assert "32 wires" in result.output
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"module_on_laminate.gds", "module_chip.gds", "module_second.gds", "module_on_laminate_carrier.gds"} <= names
    assert {f"module_on_laminate_{kind}.svg" for kind in ("side", "plan", "wires")} <= names
    assert {f"module_on_laminate_{kind}.csv" for kind in ("nets", "joints", "wires")} <= names
    assert "module_on_laminate_wires.dxf" not in names


def test_a_build_writes_every_format_once(tmp_path):
    result = run("build", "module_on_laminate", "-o", str(tmp_path / "out"), "-f", "dxf,pdf")
    assert result.exit_code == 0, result.output
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    whole = [f"module_on_laminate_{name}" for name in ("plan.pdf", "side.pdf", "wires.dxf", "wires.pdf")]
    assert names == ["manifest.json", *whole]


def test_what_has_no_wires_has_no_list_of_them(tmp_path):
    result = run("build", PAIR, "-o", str(tmp_path / "out"))
    assert result.exit_code == 0, result.output
    assert not list((tmp_path / "out").glob("*_wires.*"))
    assert list((tmp_path / "out").glob("*_joints.csv"))


def test_an_assembly_is_not_built_over_itself(pair):
    result = run("build", str(pair), "-o", str(pair))
    assert result.exit_code == 2
    assert "the assembly's own" in result.output
