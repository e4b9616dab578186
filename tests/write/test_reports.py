"""Reports of a check in every format: read back by what reads them, and free of time and chance."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import klayout.rdb as rdb
import pytest

from bumpgen.report import NetRow, Place, Report, RuleResult
from bumpgen.write.reports import REPORTERS

ODD = 'it\'s <a> "b" \\ & µ | ]]> `x`\x01'
BOX = ((0.0, 0.0), (0.0, 10.0), (10.0, 10.0), (10.0, 0.0))


def rule(
    identity: str, status: Any, places: tuple[Place, ...] = (), severity: Any = "error", **more: Any
) -> RuleResult:
    waived = sum(1 for place in places if place.waived)
    return RuleResult(
        identity,
        "width",
        ("UBM",),
        15.0,
        "µm",
        severity,
        ODD,
        "own",
        status,
        places,
        len(places),
        waived=waived,
        **more,
    )


def place(identity: str, **more: Any) -> Place:
    return Place(identity, (0, 0, 10, 10), 9.5, f"narrow, {ODD}", (BOX,), **more)


def report(**more: Any) -> Report:
    results = (
        rule("UBM.W.1", "violated", (place("UBM.W.1", net="vdd", cell="c$1"), place("UBM.W.1", waived=ODD))),
        rule("UBM.W.2", "violated", (place("UBM.W.2"),), "warning"),
        rule("UBM.W.3", "clean"),
        rule("UBM.W.4", "not tested", note="nothing is drawn on UBM"),
        rule("UBM.T.1", "violated", (Place("UBM.T.1", None, 2.0, "too thin"),)),
    )
    nets = (NetRow("vdd", ("P1",), ("A1",), 100.0, 0.2),)
    return Report(
        "chip",
        "TOP cell",
        "wlcsp_500",
        "few",
        results,
        nets,
        ("a note",),
        1.25,
        "1.0",
        ("a.gds",),
        "my dir/chip.gds",
        **more,
    )


def text(kind: str, value: Report | None = None) -> str:
    return REPORTERS[kind].text(value or report())


def test_every_format_has_its_own_ending() -> None:
    assert len({reporter.extension for reporter in REPORTERS.values()}) == len(REPORTERS) == 5


@pytest.mark.parametrize("kind", REPORTERS)
def test_the_time_it_took_changes_nothing(kind: str) -> None:
    slower = replace(report(), seconds=99.0)
    slow = replace(slower, results=tuple(replace(result, seconds=7.0) for result in slower.results))
    assert text(kind) == text(kind, slow)


@pytest.mark.parametrize("kind", REPORTERS)
def test_a_report_without_results_is_one_too(kind: str) -> None:
    assert text(kind, Report("chip", "", "p", "r", ()))


def test_klayout_reads_the_database(tmp_path: Path) -> None:
    path = tmp_path / "chip.lyrdb"
    path.write_text(text("lyrdb"), encoding="utf-8")
    database = rdb.ReportDatabase("again")
    database.load(str(path))
    categories = {category.name(): category for category in database.each_category()}
    assert list(categories) == [result.rule for result in report().results]
    assert "limit 15 µm (error)" in categories["UBM.W.1"].description
    assert "nothing is drawn" in categories["UBM.W.4"].description
    first, second = database.each_item_per_category(categories["UBM.W.1"].rdb_id())
    values = list(first.each_value())
    assert str(values[0].polygon()) == "(0,0;0,10;10,10;10,0)"
    assert values[1].float() == 9.5
    assert "narrow, it's <a>" in values[2].string()
    assert "net vdd, cell c$1" in values[2].string()
    waived = database.tag_id("waived")
    assert (first.has_tag(waived), second.has_tag(waived)) == (False, True)
    assert database.cell_by_id(first.cell_id()).name() == "TOP cell"
    assert database.num_items() == 4


def test_junit_has_a_case_for_each_rule() -> None:
    suite = ET.fromstring(text("junit"))[0]  # noqa: S314
    cases = suite.findall("testcase")
    assert [case.get("name", "").split()[0] for case in cases] == [result.rule for result in report().results]
    assert suite.get("tests") == "5"
    assert suite.get("failures") == str(len(suite.findall("testcase/failure"))) == "2"
    assert suite.get("skipped") == str(len(suite.findall("testcase/skipped"))) == "1"
    failure = cases[0].find("failure")
    assert failure is not None
    assert "at 5, 5 µm" in (failure.text or "")
    assert cases[1].find("failure") is None, "a warning fails only if strict"


def test_junit_fails_as_the_check_does_when_strict() -> None:
    suite = ET.fromstring(text("junit", report(strict=True)))[0]  # noqa: S314
    assert (suite.get("failures"), suite.get("skipped")) == ("4", "0")


def test_sarif_has_what_version_2_1_0_demands() -> None:
    log = json.loads(text("sarif"))
    assert log["version"] == "2.1.0"
    assert "sarif" in log["$schema"]
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "bumpgen"
    ids = [found["id"] for found in driver["rules"]]
    assert len(ids) == len(set(ids)) == 5
    assert len(run["results"]) == 4
    for found in run["results"]:
        assert found["message"]["text"]
        assert ids[found["ruleIndex"]] == found["ruleId"]
        assert found["level"] in {"none", "note", "warning", "error"}
        (location,) = found["locations"]
        assert location["physicalLocation"]["artifactLocation"]["uri"] == "my%20dir/chip.gds"
        assert location["physicalLocation"]["region"]["startLine"] >= 1
    assert [found.get("suppressions", [{}])[0].get("status") for found in run["results"]] == [
        None,
        "accepted",
        None,
        None,
    ]
    assert {name["name"] for name in run["results"][0]["locations"][0]["logicalLocations"]} == {
        "TOP cell",
        "vdd",
        "c$1",
    }
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is True
    assert "UBM.W.4 was not tested" in invocation["toolExecutionNotifications"][0]["message"]["text"]


def test_json_holds_all() -> None:
    facts = json.loads(text("json"))
    assert facts["passed"] is False
    assert (facts["errors"], facts["warnings"], facts["waived"], facts["not_tested"]) == (2, 1, 1, 1)
    assert facts["results"][0]["places"][0]["outlines"] == [[list(point) for point in BOX]]
    assert facts["nets"][0]["bumps"] == ["A1"]
    assert "seconds" not in text("json")


def test_markdown_shows_texts_as_they_are() -> None:
    lines = text("markdown").splitlines()
    assert lines[0].startswith("### bumpgen check failed: chip")
    row = next(line for line in lines if line.startswith("| UBM.W.1 "))
    assert "&lt;a&gt;" in row
    assert row.replace("\\|", "").count("|") == 8, "a bar in a text must not end its cell"
    opened, closed = (sum(word in line for line in lines) for word in ("<details>", "</details>"))
    assert opened == closed == 4


@pytest.mark.parametrize(
    ("severity", "strict", "passed"),
    [("error", False, False), ("warning", False, True), ("warning", True, False)],
)
def test_what_passes(severity: Any, strict: bool, passed: bool) -> None:
    results = (rule("A.B.1", "violated", (place("A.B.1"),), severity),)
    assert Report("chip", "", "p", "r", results, strict=strict).passed is passed


def test_rules_not_tested_fail_a_strict_check() -> None:
    results = (rule("A.B.1", "not tested"),)
    assert Report("chip", "", "p", "r", results).passed
    assert not Report("chip", "", "p", "r", results, strict=True).passed


def test_the_worst_is_farthest_from_the_limit() -> None:
    places = tuple(replace(place("A.B.1"), measured=value) for value in (14.0, 12.0, 13.0))
    assert rule("A.B.1", "violated", places).worst == "12"
    assert replace(rule("A.B.1", "violated", places), limit="circle").worst == "12 to 14"
