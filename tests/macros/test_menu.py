"""The menu Bump inside the application: a chip bumped without leaving it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bumpgen import resources
from bumpgen.command.build import build_design
from tests.application import KLAYOUT, needs_application, run
from tests.macros.chip import bumped_chip, die_file
from tests.macros.pictures import PICTURED, alike, needs_pictured, small
from tests.shared import ROOT

SCRIPTS = Path(__file__).with_name("scripts")

pytestmark = needs_application


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("menu")


@pytest.fixture(scope="module")
def done(room: Path) -> dict[str, Any]:
    return bumped_chip(room)


def test_the_chip_is_bumped_as_the_command_line_does(done: dict[str, Any]) -> None:
    assert done["new"] == done["route"] == done["check"] == []
    assert done["difference from build"] == 0
    assert all(change > 0 for change in done["changes"])


def test_each_action_is_undone_in_one_step(done: dict[str, Any]) -> None:
    assert (done["undone"], done["undone twice"], done["redone"]) == (0, 0, 0)
    assert done["files as before"]
    assert done["files follow undo"]
    assert done["files follow redo"]
    assert done["marks"] == [1]


def test_a_design_that_cannot_be_made_leaves_no_folder(done: dict[str, Any]) -> None:
    assert not done["broken pads left"]


def test_nets_are_coloured_and_not(done: dict[str, Any]) -> None:
    assert done["coloured"] == 60 + 63
    assert done["colours gone"] == 0


def test_the_report_the_section_and_the_masks_are_there(done: dict[str, Any]) -> None:
    assert done["reports"] == [0]  # one report, nothing wrong
    assert done["steps"] == 31
    assert [name for name in done["masks"] if name.endswith(".gds")] == [
        "my_chip_1_PI1.gds", "my_chip_2_RDL.gds", "my_chip_3_PI2.gds", "my_chip_4_UBM.gds",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("nothing open", ["no layout is open", "no layout is open"]),
        ("no design", ["shows no design"]),
        ("wrong layer", ["no polygon on layer 81/10"]),
        ("broken pads", ["pads.csv"]),
        ("no ruler", ["no ruler"]),
    ],
)
def test_bad_states_are_told_with_a_cure(done: dict[str, Any], state: str, said: list[str]) -> None:
    assert len(done[state]) == len(said)
    for text, part in zip(done[state], said, strict=True):
        assert part in text
        assert "cure: " in text.lower()


@pytest.fixture(scope="module")
def more(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("more")
    for name in ("caravel_routed", "module_chip"):
        shutil.copytree(resources.folder("designs") / name, folder / name)
    text = (folder / "caravel_routed" / "design.toml").read_text()
    (folder / "caravel_routed" / "design.toml").write_text(text.replace("[routing]", ""))
    build_design("caravel_gf180", folder / "mask", ["gds"], 8190, progress=False)
    found: dict[str, Any] = run(
        SCRIPTS / "menu_more.py", folder, timeout=100, python=sys.executable, design=str(folder / "caravel_routed"),
        chip=str(folder / "module_chip"), mask=str(folder / "mask" / "caravel_gf180.gds"),
    )  # fmt: skip
    return found


def test_wires_drawn_by_hand_are_kept_and_selected_nets_routed(more: dict[str, Any]) -> None:
    assert more["opened"] == [1, "caravel_routed"]
    assert more["opened again"] == [2, 0, True]
    assert more["kept"] == ["pad P1 to bump A10,vccd,40,32:462.5 30:460 215:285 680:290 690:285"]
    assert "nothing is selected" in more["nothing selected"][0]
    assert more["selected"] > 0
    assert more["routed"] == 'only = ["resetb"]'
    assert more["open nets"] == []
    assert not more["removed"]


def test_a_cancelled_route_changes_nothing(more: dict[str, Any]) -> None:
    assert more["cancelled"] == [[True], 0, True, []]


def test_the_bump_map_is_changed_and_changed_back(more: dict[str, Any]) -> None:
    assert more["renumbered"]
    assert more["names again"]
    assert more["edited"] == ["A1"]
    assert "no bump without a net" in more["nothing to assign"][0]
    assert more["bare selected"] > 0
    assert more["assigned"]
    assert more["assigned told"][0].startswith("1 bumps got a net:\nA1: ")
    assert more["placed"]


def test_what_is_drawn_by_hand_is_asked_about(more: dict[str, Any]) -> None:
    (text,) = more["asked for what is drawn by hand"]
    assert text.startswith("1 shapes or cells drawn by hand")


def test_in_viewer_mode_it_is_told_how_to_edit(tmp_path: Path) -> None:
    (told,) = run(SCRIPTS / "viewer.py", tmp_path, editable=False, python=sys.executable)
    assert "viewer mode" in told
    assert "klayout -e" in told


def test_the_ghost_comes_and_goes(more: dict[str, Any]) -> None:
    assert more["ghost"][0] == 2
    assert any("PILLAR2" in name for name in more["ghost"][1])
    assert more["ghost gone"] == 1
    assert more["ghost told"] == []


def test_a_layout_without_a_design_is_checked(more: dict[str, Any]) -> None:
    assert len(more["bare check"]) == 1
    assert more["bare check"][0] > 0


@pytest.mark.parametrize(
    ("state", "said"),
    [("broken outside", "design.toml"), ("python gone", "/nowhere/python"), ("folder gone", "caravel_routed")],
)
def test_what_went_wrong_outside_is_told(more: dict[str, Any], state: str, said: str) -> None:
    assert any(said in text for text in more[state]), more[state]
    assert more["closed form"] == []


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("locked")
    design = Path(shutil.copytree(resources.folder("designs") / "caravel_routed", folder / "caravel_routed"))
    for name in ("plan.svg", "capacity.svg", "before_after.svg"):
        (design / name).unlink()
    (folder / "locked").mkdir(mode=0o555)
    die_file(folder / "caravel.gds")
    found: dict[str, Any] = run(
        SCRIPTS / "menu_locked.py", folder, timeout=100, held=True, python=sys.executable, design=str(design),
        die=str(folder / "caravel.gds"), locked=str(folder / "locked"),
    )  # fmt: skip
    return found


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("file locked", ["this file is read-only", "design.toml", "chmod u+w"]),
        ("folder locked", ["can't write: Permission denied", "caravel_routed", "folder that you may write to"]),
        ("masks locked", ["can't write: Permission denied", "masks", "folder that you may write to"]),
    ],
)
def test_locked_files_and_folders_are_told_and_nothing_is_lost(
    locked: dict[str, Any], state: str, said: list[str]
) -> None:
    (text,), same, names = locked[state]
    assert all(part in text for part in said), text
    assert same
    assert names == ["bumps.csv", "design.toml", "pads.csv"]


def test_files_that_cannot_follow_undo_are_told_and_follow_later(locked: dict[str, Any]) -> None:
    (text,) = locked["undo told"]
    assert "can't follow: Permission denied" in text
    assert locked["files kept"]
    told, same, _ = locked["undone"]
    assert (told, same) == ([], True)


def test_a_bump_is_put_on_each_pad(locked: dict[str, Any]) -> None:
    bumps, pads, told = locked["on pads"]
    assert (len(bumps), bumps, told) == (63, pads, [])


def test_a_design_in_a_locked_folder_is_told(locked: dict[str, Any]) -> None:
    (text,) = locked["new locked"]
    assert "can't write: Permission denied" in text
    assert "folder that you may write to" in text


def test_without_a_window_there_is_no_menu(tmp_path: Path) -> None:
    script = tmp_path / "start.py"
    script.write_text(
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from bumpgen.macros import menu, server\n"
        "from bumpgen.macros.settings import Settings\n"
        "menu.start(Settings('python', '', ''))\nserver.start(Settings('python', '', ''))\nprint('started')\n"
    )
    assert KLAYOUT is not None
    done = subprocess.run(
        [KLAYOUT, "-zz", "-nc", "-r", str(script)], capture_output=True, text=True, timeout=60,
        env={"PATH": os.environ["PATH"], "KLAYOUT_HOME": str(tmp_path), "HOME": str(tmp_path)},
    )  # fmt: skip
    assert "started" in done.stdout, done.stderr


@needs_pictured
@pytest.mark.parametrize(
    ("shot", "name"), [("coloured.png", "klayout_bumped.png"), ("section.png", "klayout_section.png")]
)
def test_the_readme_shows_this_run(done: dict[str, Any], room: Path, shot: str, name: str) -> None:
    assert alike(small(room / shot), (PICTURED / name).read_bytes()), "run `make docs`"
