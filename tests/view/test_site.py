"""`bumpgen site`: every page opens in a real browser without errors, every link leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from bumpgen import resources
from bumpgen.cells import CELLS
from bumpgen.check.examples import rule_examples
from bumpgen.cli import main
from bumpgen.process import read_process
from bumpgen.rules import read_rules
from tests.browser import chromium, needs_chromium, opened


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site") / "gallery"
    found = CliRunner().invoke(main, ["site", str(out), "--design", "flux_ball_die", "--design", "pillar_to_pillar"])
    assert found.exit_code == 0, found.output
    return out


def test_all_that_is_shipped_has_its_place(folder: Path) -> None:
    for name in resources.names("pdk"):
        assert (folder / "processes" / f"{name}.html").is_file()
    for name in resources.names("drc_rules"):
        text = (folder / "rules" / f"{name}.html").read_text(encoding="utf-8")
        assert all(f"<strong>{rule.id}</strong>" in text for rule in read_rules(name).rules)
    cells = (folder / "cells.html").read_text(encoding="utf-8")
    assert all(f'<section id="{name}">' in cells for name in CELLS)


def test_links_lead_to_pages(folder: Path) -> None:
    count = 0
    for page in folder.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        for link in re.findall(r'(?:href|src)="([^"#]+)"', text):
            if not link.startswith("data:"):
                count += 1
                assert (page.parent / link).resolve().is_file(), f"{page.name}: {link}"
    assert count > 200


@needs_chromium
def test_pages_open_without_errors_wide_and_narrow(folder: Path) -> None:
    names = ["index.html", "designs.html", "processes.html", "rules.html", "cells.html"]
    names += [
        "rules/balldrop.html",
        "processes/gold_rdl.html",
        "designs/flux_ball_die.html",
        "designs/pillar_to_pillar.html",
    ]
    with chromium() as browser:
        for name in names:
            for size in ((1300, 900), (360, 780)):
                with opened(browser, folder / name, size=size) as (page, said):
                    assert page.evaluate("document.documentElement.scrollWidth") <= size[0], name
                    assert page.query_selector("h1") is not None
                    assert said == [], name
        with opened(browser, folder / "index.html") as (page, _):
            page.click("text=Rules")
            page.click("text=Balls dropped into fluxed openings of a thick resist")
            assert page.query_selector(".example svg") is not None


def test_examples_are_what_they_say() -> None:
    """Most rules of a table have both; which the engine itself told apart."""
    rules = read_rules("balldrop")
    process = read_process(rules.process)
    found = [rule_examples(rule, process) for rule in rules.rules]
    assert sum(one.passing is not None for one in found) >= 0.7 * len(found)
    assert sum(one.failing is not None for one in found) >= 0.5 * len(found)
    for rule, one in zip(rules.rules, found, strict=True):
        if one.passing and one.failing and isinstance(rule.limit, int | float):
            assert one.passing[0] != one.failing[0]


def test_a_design_that_is_not_shipped_is_refused(tmp_path: Path) -> None:
    found = CliRunner().invoke(main, ["site", str(tmp_path / "out"), "--design", "flux_ball_dye"])
    assert found.exit_code == 2
    assert "flux_ball_die" in found.output
    assert not (tmp_path / "out").exists()
