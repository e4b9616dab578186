"""`bumpgen check` as it is called: designs and layouts, formats, waivers, pictures, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bumpgen import write_gds
from bumpgen.cli import main
from bumpgen.write.reports import REPORTERS
from tests import check_cases


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["check", *map(str, arguments)])


@pytest.fixture(scope="module")
def gds(tmp_path_factory: pytest.TempPathFactory) -> tuple[object, ...]:
    folder = tmp_path_factory.mktemp("gds")
    write_gds(check_cases.layout(), folder / "chip.gds")
    return "--gds", folder / "chip.gds", "--pdk", "wlcsp_500", "--rules", check_cases.rules(folder)


def test_a_good_design_passes_with_its_nets(tmp_path: Path) -> None:
    found = json.loads(
        run(check_cases.design(tmp_path / "d"), "--json", "--only", "UBM*", "--only", "NET.SHORT.1").output
    )
    assert (found["passed"], len(found["nets"])) == (True, 57)


def test_a_bad_design_fails(tmp_path: Path) -> None:
    result = run(check_cases.design(tmp_path / "d", small_ubm=True), "--only", "UBM.W.1")
    assert result.exit_code == 1
    assert "1: (250, 250) µm, 200" in result.output


def test_a_layout_is_judged_and_shown(gds: tuple[object, ...]) -> None:
    result = run(*gds)
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert any(line.split() == ["UBM.W.1", "width", "of", "UBM", "250", "µm", "240", "1", "violated"] for line in lines)
    assert "    1: (500, 0) µm, 240, cell UBM_1" in lines
    assert "    BALL.W.1: NOWHERE is not a layer of wlcsp_500" in lines


def test_strict_fails_what_was_not_tested(gds: tuple[object, ...]) -> None:
    assert run(*gds, "--only", "BALL.W.1").exit_code == 0
    assert run(*gds, "--only", "BALL.W.1", "--strict").exit_code == 1


def test_all_formats_twice_the_same(gds: tuple[object, ...], tmp_path: Path) -> None:
    for out in ("a", "b"):
        assert run(*gds, "-f", ",".join(REPORTERS), "-o", tmp_path / out).exit_code == 1
    for reporter in REPORTERS.values():
        name = f"chip{reporter.extension}"
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_flat_and_threads_give_the_same(gds: tuple[object, ...]) -> None:
    assert (
        run(*gds, "--json").output == run(*gds, "--json", "--flat").output == run(*gds, "--json", "--threads", 2).output
    )


@pytest.mark.parametrize(("today", "code"), [("2027-01-31", 0), ("2027-02-01", 1)])
def test_a_waiver_holds_until_its_day(gds: tuple[object, ...], tmp_path: Path, today: str, code: int) -> None:
    path = tmp_path / "w.toml"
    path.write_text('[[waive]]\nrule = "UBM.*"\ncell = "UBM_1"\nreason = "test"\nexpires = 2027-01-31\n')
    assert run(*gds, "--waive", path, "--today", today).exit_code == code


@pytest.mark.parametrize("suffix", ["svg", "png"])
def test_a_picture_of_a_place(gds: tuple[object, ...], tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"place.{suffix}"
    assert run(*gds, "--picture", path, "--place", "UBM.W.1:1").exit_code == 1
    data = path.read_bytes()
    assert data.startswith(b"\x89PNG" if suffix == "png" else b"<svg")
    if suffix == "svg":
        assert all(word in data.decode() for word in ("UBM.W.1: width of UBM", "measured 240, limit 250 µm", "data-um"))


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--place", "UBM.W.1"), "no use without a picture"),
        (("--picture", "a.jpg"), "a picture is .svg or .png"),
        (("--picture", "a.svg", "--place", "UBM.W.1:9"), "has 1 places"),
        (("--picture", "a.svg", "--place", "UBM.W.1:x"), "no place's number"),
        (("--format", "pdf"), "no format 'pdf'"),
        (("--format", "junit,sarif"), "can't both go to standard output"),
        (("-o", "out"), "-o has no use"),
        (("--only", "UBM.X.1"), "no rule of few is named"),
        (("--today", "soon", "--waive", "/dev/null"), "/dev/null"),
    ],
)
def test_wrong_input_is_told(gds: tuple[object, ...], more: tuple[str, ...], told: str) -> None:
    result = run(*gds, *more)
    assert result.exit_code == 2
    assert told in result.output


def test_a_design_or_a_layout() -> None:
    assert run().exit_code == 2
    assert run("caravel_gf180", "--pdk", "wlcsp_500").exit_code == 2
    assert run("--gds", "a.gds").exit_code == 2
