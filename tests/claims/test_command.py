"""`bumpgen claims`: what it prints of a design and of an assembly, as a table and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bumpgen.command.claims import claims
from bumpgen.errors import InputError

TINY = """
name = "tiny"
process = "flux_ball"
source = "own"
[die]
width = 600
height = 600
[pads]
under_bumps = true
[bumps.array]
kind = "grid"
columns = 2
rows = 2
pitch = [200, 200]
"""


def test_a_design_is_told_with_figures(capsys: pytest.CaptureFixture[str]) -> None:
    claims("balldrop_die").show()
    printed = capsys.readouterr().out
    assert "P1.2   P1.1   practised      material        adhesion (ti) of under-bump metal\n" in printed
    assert "P1.4   P1.1   not practised  solder_has      the solder block is of sac305: Sn and Ag and Cu\n" in printed
    assert "    - stands_reflow: resist_heat stands 270 °C, the reflow peaks at 250 °C\n" in printed
    assert "not applicable (74), shown with --all:\n    P2.1 to P2.74: a single design" in printed
    assert "balldrop_die: 104 claims, 24 practised, 6 not practised, 74 not applicable\n" in printed


def test_what_follows_from_a_claim_that_is_not_practised_is_named_with_it(capsys: pytest.CaptureFixture[str]) -> None:
    claims("flux_ball_die").show()
    printed = capsys.readouterr().out
    assert "P1.27  P1.22  not practised  solder_lacks" in printed
    assert "    and so P1.28, which depend on it\n" in printed
    assert "\nP1.28" not in printed


def test_all_shows_what_is_not_applicable(capsys: pytest.CaptureFixture[str]) -> None:
    claims("flux_ball_die", everything=True).show()
    printed = capsys.readouterr().out
    assert "P2.34" in printed
    assert "shown with --all" not in printed


def test_an_assembly_is_told_with_the_joints_it_was_read_on(capsys: pytest.CaptureFixture[str]) -> None:
    claims("module_on_laminate").show()
    printed = capsys.readouterr().out
    assert "joints pillars: first first, second second\n" in printed
    assert "P2.22  P2.21  practised" in printed
    assert "P2.26  P2.21  not practised  opening" in printed


def test_json_has_every_claim_with_its_findings() -> None:
    data = json.loads(claims("pillar_to_pillar").json())
    assert len(data["results"]) == 104
    rows = {row["claim"]: row for row in data["results"]}
    assert rows["P2.34"]["practice"] == "practised"
    assert [finding["that"] for finding in rows["P2.34"]["findings"]] == ["pillar_higher", "pillar_height"]
    assert rows["P2.31"]["deciding"] == "section"
    assert rows["P2.31"]["findings"][-1]["holds"] is False
    assert rows["P2.45"]["practice"] == "not applicable"
    assert rows["P2.45"]["findings"][-1]["holds"] is None
    assert any(path.endswith("assembly.toml") for path in data["inputs"])


def test_each_die_of_an_assembly_is_held_against_the_first_method() -> None:
    rows = {result.claim: result for result in claims("pillar_on_ball").report.results}
    assert rows["P1.1"].practice == "practised"
    assert rows["P1.1"].subject == "die second"
    assert rows["P2.15"].subject == "joints joints: first first, second second"


def test_a_design_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "design.toml").write_text(TINY)
    rows = {result.claim: result for result in claims(str(tmp_path)).report.results}
    assert rows["P1.22"].practice == "practised"
    assert "4 × pad opening" in rows["P1.22"].figure
    (tmp_path / "design.toml").write_text(TINY.replace("columns = 2", "columns = 1").replace("rows = 2", "rows = 1"))
    rows = {result.claim: result for result in claims(str(tmp_path)).report.results}
    assert (rows["P1.22"].practice, rows["P1.22"].figure) == ("not practised", "1 × pad opening")


def test_a_design_that_is_not_there_is_an_error() -> None:
    with pytest.raises(InputError, match="baldrop_die"):
        claims("baldrop_die")


def test_the_same_design_gives_the_same_report() -> None:
    one, other = (claims("flux_ball_die").report for _ in range(2))
    assert one.results == other.results
