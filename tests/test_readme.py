"""What the README says is so: its commands run, its pictures are current, its example works."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bumpgen import resources
from bumpgen.cli import main
from tests.docs import (
    ASSEMBLIES,
    ORDERED,
    PICTURES,
    PLACE,
    PROCESSES,
    ROOT,
    SIDES,
    assembly_pictures,
    design_side,
    draw,
    ordered_picture,
    place_picture,
    process_picture,
    routing_pictures,
)  # fmt: skip
from tests.shared import SHARED, needs_shared

README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", README, re.DOTALL)


COMMANDS = [line for block in blocks("console") for line in block.splitlines() if line.startswith("bumpgen ")]


def test_the_readme_has_commands() -> None:
    assert len(COMMANDS) >= 7


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_run(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KLAYOUT_HOME", str(tmp_path / "profile"))
    result = CliRunner().invoke(main, shlex.split(line.split("#")[0])[1:], catch_exceptions=False)
    assert result.exit_code == 0, result.output


def test_the_pcells_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    scope: dict[str, Any] = {}
    exec(blocks("python")[0], scope)  # noqa: S102
    assert scope["array"].child_instances() == 2
    assert (tmp_path / "bumps.oas").is_file()


def test_the_python_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    example = blocks("python")[1]
    scope: dict[str, object] = {}
    exec(example, scope)  # noqa: S102
    assert (tmp_path / "caravel.gds").stat().st_size > 10_000
    layout = scope["layout"]
    assert "<svg" in layout._repr_svg_()  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", sorted(PICTURES), ids=lambda path: path.parent.name)
def test_pictures_are_current_and_small(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == draw(PICTURES[path]), "run `make docs`"
    assert path.stat().st_size < 150_000


@pytest.mark.parametrize("name", ASSEMBLIES)
def test_pictures_of_assemblies_are_current_and_small(name: str) -> None:
    for path, text in assembly_pictures(name).items():
        assert path.read_text(encoding="utf-8") == text, "run `make docs`"
        assert path.stat().st_size < 100_000


@pytest.mark.parametrize("name", SIDES)
def test_side_views_of_designs_are_current_and_small(name: str) -> None:
    path = ROOT / "designs" / name / "side.svg"
    assert path.read_text(encoding="utf-8") == design_side(name), "run `make docs`"
    assert path.stat().st_size < 100_000


@pytest.mark.parametrize("name", PROCESSES)
def test_film_strips_are_current_and_small(name: str) -> None:
    path = ROOT / "designs" / name / "process.svg"
    assert path.read_text(encoding="utf-8") == process_picture(name), "run `make docs`"
    assert path.stat().st_size < 110_000


@pytest.mark.parametrize("path", sorted(ORDERED), ids=lambda path: path.stem)
def test_pictures_of_orders_are_current_and_small(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == ordered_picture(path), "run `make docs`"
    assert path.stat().st_size < 200_000


def test_pictures_linked_exist() -> None:
    linked = re.findall(r"\]\((designs/[^)]+)\)", README)
    assert len(linked) > 20
    assert all((ROOT / path).is_file() for path in linked)


@pytest.mark.parametrize("name", ASSEMBLIES)
def test_the_readme_names_every_assembly(name: str) -> None:
    assert f"`{name}`" in README


def test_pictures_of_routing_are_current_and_small() -> None:
    for path, text in routing_pictures().items():
        assert path.read_text(encoding="utf-8") == text, "run `make docs`"
        assert path.stat().st_size < 100_000


def test_pictures_shown_exist() -> None:
    shown = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README)
    assert shown
    assert all((ROOT / path).is_file() for path in shown)


@pytest.mark.parametrize("kind", ["pdk", "designs"])
def test_all_that_is_shipped_is_named(kind: str) -> None:
    assert all(f"`{name}`" in README for name in resources.names(kind))


@needs_shared
def test_the_comparison_shown_is_what_the_command_prints() -> None:
    golden = SHARED / "caravel_gf180" / "caravel_bump_bond.gds.gz"
    expected = str(ROOT / "designs" / "caravel_gf180" / "differences.toml")
    result = CliRunner().invoke(
        main, ["compare", "caravel_gf180", str(golden), "--shrink", "1.5", "--expect", expected]
    )
    shown = README[README.index("$ bumpgen compare") :].split("```")[0].splitlines()[1:]
    assert [line.rstrip() for line in result.output.splitlines()] == shown


@needs_shared
def test_the_check_shown_is_what_the_command_finds() -> None:
    golden = SHARED / "caravel_gf180" / "caravel_bump_bond.gds.gz"
    result = CliRunner().invoke(main, ["check", "--gds", str(golden), "--pdk", "wlcsp_500"])
    printed = [line.rstrip() for line in result.output.splitlines()]
    shown = README[README.index("$ bumpgen check --gds") :].split("```")[0].splitlines()[1:]
    assert len(shown) >= 8
    assert all(line in printed for line in shown)


def test_the_claims_shown_are_what_the_command_finds() -> None:
    result = CliRunner().invoke(main, ["claims", "module_on_laminate"])
    printed = [line.rstrip() for line in result.output.splitlines()]
    shown = README[README.index("$ bumpgen claims") :].split("```")[0].splitlines()[1:]
    assert len(shown) >= 5
    assert all(line.rstrip() in printed for line in shown if line != "…")


def test_the_masks_shown_are_what_the_command_prints(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["masks", "balldrop_die", "-o", str(tmp_path)])
    printed = [line.rstrip() for line in result.output.splitlines()]
    shown = README[README.index("$ bumpgen masks balldrop_die") :].split("```")[0].splitlines()[1:]
    assert len(shown) >= 4
    assert all(line.rstrip() in printed for line in shown)


def test_the_picture_of_a_place_is_current() -> None:
    assert PLACE.read_text(encoding="utf-8") == place_picture(), "run `make docs`"
    assert PLACE.stat().st_size < 50_000


def test_the_section_shown_is_what_the_command_prints() -> None:
    result = CliRunner().invoke(main, ["section", "balldrop_die"])
    printed = [line.rstrip() for line in result.output.splitlines()]
    shown = README[README.index("$ bumpgen section balldrop_die") :].split("```")[0].splitlines()[1:]
    assert len(shown) >= 8
    assert all(line.rstrip() in printed for line in shown if line != "…")
