"""`bumpgen report` in a real browser: what is there, what clicks and keys do, how it reads on a phone."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

import bumpgen
from bumpgen.cli import main
from bumpgen.command.report import page_of
from bumpgen.view.web.plan_data import plan_data
from bumpgen.view.web.report_page import ReportPage, report_html
from tests.browser import chromium, needs_chromium, opened

if TYPE_CHECKING:
    from playwright.sync_api import Page

DESIGN = "gold_rdl_die"


@pytest.fixture(scope="module")
def content() -> ReportPage:
    return page_of(DESIGN)


@pytest.fixture(scope="module")
def file(content: ReportPage, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(report_html(content), encoding="utf-8")
    return path


Shown = Callable[..., AbstractContextManager["Page"]]


@pytest.fixture(scope="module")
def shown() -> Iterator[Shown]:
    """Opens a page and waits for its plan; at the end nothing was said on its console, nothing fetched."""
    with chromium() as browser:

        @contextmanager
        def show(path: Path, **options: Any) -> Iterator[Page]:
            with opened(browser, path, **options) as (page, said):
                page.wait_for_selector("#stage[data-painted]")
                yield page
                assert said == []

        yield show


def view(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate("plan.view()")
    return found


def settled(page: Page) -> None:
    """Waits until what was asked for last is painted."""
    page.wait_for_timeout(400)


def pixels(page: Page) -> str:
    found: str = page.evaluate("document.getElementById('canvas').toDataURL()")
    return found


@needs_chromium
def test_everything_is_there_without_errors_or_network(shown: Shown, file: Path) -> None:
    with shown(file) as page:
        heads = [head.inner_text() for head in page.query_selector_all("section h2")]
        assert heads == ["Plan", "Checks", "Nets", "Process", "Masks", "Downloads"]
        assert page.inner_text(".badge") == "passed"
        assert page.evaluate("new Set(document.getElementById('canvas').toDataURL()).size") > 20


@needs_chromium
@pytest.mark.parametrize(("text", "name"), [("B3", "B3 D1"), ("vdd", "B1 VDD"), ("P12", "P12 VSS")])
def test_a_search_jumps_to_what_it_finds(shown: Shown, file: Path, text: str, name: str) -> None:
    design = bumpgen.read_design(DESIGN)
    site = next(one for one in (*design.bumps, *design.pads) if f"{one.name} {one.net}" == name)
    with shown(file) as page:
        page.fill("#search", text)
        page.keyboard.press("Enter")
        found = view(page)
        assert (found["x"], found["y"]) == pytest.approx((site.x, site.y))
        assert (found["ring"]["x"], found["ring"]["y"]) == pytest.approx((site.x, site.y))
        page.fill("#search", "nobody")
        assert "nothing has that name" in page.inner_text("#hits")


@needs_chromium
def test_results_are_reached_by_arrow_keys(shown: Shown, file: Path) -> None:
    with shown(file) as page:
        page.fill("#search", "D")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        name = page.evaluate("document.activeElement.textContent")
        page.keyboard.press("Enter")
        assert page.input_value("#search") == name
        assert view(page)["ring"] is not None


@needs_chromium
def test_layers_go_off_and_on(shown: Shown, file: Path) -> None:
    with shown(file) as page:
        settled(page)
        before = pixels(page)
        page.uncheck("[data-layer=RDL]")
        settled(page)
        without = pixels(page)
        assert without != before
        page.check("[data-layer=RDL]")
        settled(page)
        assert pixels(page) == before


@needs_chromium
def test_the_view_turns_over_zooms_moves_and_fits(shown: Shown, file: Path) -> None:
    with shown(file) as page:
        start = view(page)
        page.click("#in")
        assert view(page)["k"] == pytest.approx(1.4 * start["k"])
        page.focus("#canvas")
        page.keyboard.press("ArrowRight")
        assert view(page)["x"] > start["x"]
        page.keyboard.press("0")
        assert view(page)["k"] == pytest.approx(start["k"])
        box = page.query_selector("#canvas").bounding_box()
        middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(*middle)
        page.mouse.down()
        page.mouse.move(middle[0] + 50, middle[1] + 20)
        page.mouse.up()
        moved = view(page)
        assert (start["x"] - moved["x"]) * start["k"] == pytest.approx(50, abs=1)
        assert (moved["y"] - start["y"]) * start["k"] == pytest.approx(20, abs=1)
        page.click("#side")
        assert view(page)["flip"] is True
        assert page.inner_text("#side") == "Bumps down"


@needs_chromium
@pytest.mark.parametrize("flip", [False, True])
def test_pointing_at_a_bump_tells_it(shown: Shown, file: Path, flip: bool) -> None:
    bump = bumpgen.read_design(DESIGN).bumps[0]
    with shown(file) as page:
        if flip:
            page.click("#side")
        box, found = page.query_selector("#canvas").bounding_box(), view(page)
        sign = -1 if flip else 1
        x = box["x"] + box["width"] / 2 + sign * (bump.x - found["x"]) * found["k"]
        y = box["y"] + box["height"] / 2 - (bump.y - found["y"]) * found["k"]
        page.mouse.move(x, y)
        assert page.inner_text("#tip").startswith(f"{bump.name} {bump.net} at")
        wide, high = (float(part) for part in page.inner_text("#where").split(" µm")[0].split(","))
        assert (wide, high) == pytest.approx((bump.x, bump.y), abs=3)


@needs_chromium
def test_places_of_a_check_are_jumped_to(shown: Shown, tmp_path: Path) -> None:
    """A rule table that the design breaks: its places are buttons that show them."""
    content = page_of("caravel_gf180")
    from bumpgen.command.check import CheckOptions, check

    broken = check("caravel_gf180", CheckOptions(rules="wlcsp_deca_400")).report
    assert not broken.passed
    path = tmp_path / "broken.html"
    path.write_text(report_html(replace(content, report=broken)), encoding="utf-8")
    with shown(path) as page:
        assert page.inner_text(".badge") == "failed"
        button = page.query_selector("button[data-place]")
        x, y, _ = (float(part) for part in button.get_attribute("data-place").split(","))
        button.focus()
        page.keyboard.press("Enter")
        found = view(page)
        assert (found["x"], found["y"]) == pytest.approx((x, y))


@needs_chromium
def test_nets_are_sorted_filtered_and_jumped_to(shown: Shown, file: Path) -> None:
    with shown(file) as page:
        names = [cell.inner_text() for cell in page.query_selector_all("#nets td:first-child")]
        assert names == ["CLK", "CS", *(f"D{i}" for i in range(8)), "VDD", "VSS"]
        page.click("#nettable th:nth-child(4) button")
        lengths = [float(cell.inner_text()) for cell in page.query_selector_all("#nets td:nth-child(4)")]
        assert lengths == sorted(lengths)
        page.fill("#netfilter", "D7")
        assert page.inner_text("#netnote") == "1 nets"
        page.click("#nets button")
        assert view(page)["ring"] is not None


@needs_chromium
def test_the_process_is_walked_through(shown: Shown, file: Path, content: ReportPage) -> None:
    with shown(file) as page:
        assert page.inner_text("#steptitle") == content.frames[-1].title
        page.focus("#step")
        page.keyboard.press("Home")
        assert page.inner_text("#steptitle") == content.frames[0].title
        page.keyboard.press("ArrowRight")
        assert page.inner_text("#steptitle") == content.frames[1].title
        assert "Coat" in page.text_content("#film svg")
        page.click("#play")
        page.wait_for_timeout(1400)
        assert page.inner_text("#steptitle") != content.frames[1].title
        page.click("#play")


@needs_chromium
def test_downloads_are_the_files(shown: Shown, file: Path, content: ReportPage) -> None:
    with shown(file) as page:
        for link in page.query_selector_all(".files a"):
            name = link.get_attribute("download")
            data = base64.b64decode(link.get_attribute("href").split(",", 1)[1])
            assert data == next(one.data for one in content.downloads if one.name == name)
    assert {one.name.rsplit(".", 1)[1] for one in content.downloads} == {"csv", "gds", "oas", "json"}


@needs_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_reads_on_a_phone_in_light_and_dark(shown: Shown, file: Path, scheme: Any) -> None:
    with shown(file, size=(360, 780), scheme=scheme) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        style = "getComputedStyle(document.body)"
        back, ink = page.evaluate(f"[{style}.backgroundColor, {style}.color]")
        assert contrast(back, ink) > 7
        page.click("#theme")
        assert page.evaluate(f"{style}.backgroundColor") != back


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two CSS colours (WCAG)."""

    def light(color: str) -> float:
        parts = [int(v) / 255 for v in re.findall(r"\d+", color)[:3]]
        linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@needs_chromium
def test_everything_is_reached_by_the_tab_key(shown: Shown, file: Path) -> None:
    with shown(file) as page:
        reached = []
        for _ in range(60):
            page.keyboard.press("Tab")
            reached.append(page.evaluate("document.activeElement.id || document.activeElement.className"))
        assert reached[0] == "skip"
        wanted = ["theme", "search", "out", "in", "fit", "side", "canvas", "netfilter", "play", "step"]
        assert list(dict.fromkeys(one for one in reached if one in wanted)) == wanted


@needs_chromium
def test_hostile_names_are_only_text(shown: Shown, content: ReportPage, tmp_path: Path) -> None:
    bad = "</script><script>window.broken = 1</script><img src=x onerror='window.broken = 1'>"
    plan = json.loads(json.dumps(content.plan))
    plan["sites"]["names"][0] = bad
    nets = (replace(content.report.nets[0], name=bad), *content.report.nets[1:])
    result = replace(content.report.results[0], reason=bad, note=bad, rule=bad)
    report = replace(content.report, nets=nets, results=(result,), notes=(bad,))
    path = tmp_path / "hostile.html"
    path.write_text(report_html(replace(content, plan=plan, report=report, title=bad, facts=(bad,))), encoding="utf-8")
    with shown(path) as page:
        page.fill("#search", "script")
        page.keyboard.press("Enter")
        assert page.evaluate("window.broken") is None
        assert page.inner_text("h1") == bad


def test_the_page_is_the_same_each_time(content: ReportPage) -> None:
    assert report_html(content) == report_html(page_of(DESIGN))


def test_arrays_stay_arrays_in_the_plan_data() -> None:
    layout = bumpgen.build_layout(bumpgen.read_design("staggered_10k"))
    data = plan_data(layout, [], 10.0)
    assert sum(len(shapes) for cell in data["cells"] for shapes in cell["shapes"].values()) < 1000
    places = [len(base64.b64decode(use["points"])) // 8 for cell in data["cells"] for use in cell["uses"]]
    assert sum(places) > 10_000


def test_another_ending_is_refused(tmp_path: Path) -> None:
    found = CliRunner().invoke(main, ["report", DESIGN, "-o", str(tmp_path / "report.pdf")])
    assert found.exit_code == 2
    assert "a report is .html" in found.output
