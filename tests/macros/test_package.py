"""The package for KLayout: installed, found and used by the application, and taken away again."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bumpgen import __version__, resources
from bumpgen.cli import main
from bumpgen.macros.package import folder
from bumpgen.macros.package.technology import technology
from bumpgen.macros.package.view25 import view25
from bumpgen.macros.pcells.index import drawable
from bumpgen.process import read_process
from tests.application import KLAYOUT, needs_application, powerless, run
from tests.macros.pictures import PICTURED, alike, needs_pictured, pictures
from tests.shared import ROOT, SHARED, needs_shared

SCRIPT = Path(__file__).with_name("scripts") / "package.py"
PROCESSES = resources.names("pdk")
TAPED_OUT = SHARED / "caravel_gf180" / "caravel_bump_bond.gds.gz"


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    """The package's files, made once: each process is carried out for its heights."""
    return folder.package_files()


@pytest.fixture(autouse=True)
def made_once(files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """Installs these files."""
    monkeypatch.setattr(folder, "package_files", lambda _own, _step: files)


def bumpgen(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["klayout", *map(str, arguments)])


def tree(path: Path) -> dict[str, bytes | None]:
    """Every file and folder below a path."""
    return {str(each.relative_to(path)): each.read_bytes() if each.is_file() else None for each in path.rglob("*")}


@needs_application
def test_the_application_finds_what_is_installed_in_its_profile(tmp_path: Path) -> None:
    assert bumpgen("install", "--path", tmp_path / "profile").exit_code == 0
    installed = tree(tmp_path / "profile" / "salt")
    found = run(SCRIPT, tmp_path, bumpgen=False)
    assert {name for name in found["units"] if name} == set(PROCESSES)
    assert all(found["units"][name] == min(0.001, read_process(name).grid.value) for name in PROCESSES)
    assert {f"{name}: bumpgen" for name in PROCESSES} <= set(found["views"])
    assert len([title for title in found["decks"] if title.endswith(": design rules")]) == len(PROCESSES)
    assert found["imported"]
    assert found["messages"] == []
    assert {f"bumpgen {name}" for name in PROCESSES} <= set(found["libraries"])
    assert found["bump"][0] == "New from this die…"
    assert tree(tmp_path / "profile" / "salt") == installed


@needs_application
def test_the_application_finds_a_package_through_its_path(tmp_path: Path) -> None:
    written = bumpgen("package", "-o", tmp_path / "here it is")
    (printed,) = [line for line in written.output.splitlines() if "KLAYOUT_PATH=" in line]
    name, _, value = shlex.split(printed[printed.index("KLAYOUT_PATH=") :])[0].partition("=")
    found = run(SCRIPT, tmp_path, bumpgen=False, environment={name: value})
    assert set(PROCESSES) <= set(found["units"])
    assert {f"{name}: bumpgen" for name in PROCESSES} <= set(found["views"])
    assert found["imported"]


@needs_application
def test_the_package_manager_installs_it_and_bumpgen_takes_it_away(tmp_path: Path) -> None:
    written = bumpgen("package", "-o", tmp_path / "a folder")
    assert f"KLAYOUT_SALT_MINE='{tmp_path / 'a folder' / 'bumpgen' / 'repository.xml'}'" in written.output
    assert KLAYOUT is not None
    (tmp_path / "profile").mkdir()
    surroundings = {
        "PATH": os.environ["PATH"], "HOME": str(tmp_path), "KLAYOUT_HOME": str(tmp_path / "profile"),
        "QT_QPA_PLATFORM": "offscreen",
        "KLAYOUT_SALT_MINE": str(tmp_path / "a folder" / "bumpgen" / "repository.xml"),
    }  # fmt: skip
    command = [KLAYOUT, "-y", "bumpgen"]
    done = subprocess.run(command, env=surroundings, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    found = run(SCRIPT, tmp_path, bumpgen=False)
    assert {f"bumpgen {name}" for name in PROCESSES} <= set(found["libraries"])
    assert found["messages"] == []
    shutil.move(tmp_path / "a folder" / "bumpgen", tmp_path / "elsewhere")
    taken = bumpgen("uninstall", "--path", tmp_path / "profile")
    assert taken.exit_code == 0, taken.output
    assert not (tmp_path / "profile" / "salt" / "bumpgen").exists()
    assert (tmp_path / "a folder").exists()


@needs_application
def test_a_bumpgen_that_is_gone_is_told_and_all_else_works(tmp_path: Path) -> None:
    bumpgen("install", "--path", tmp_path / "profile")
    settings = tmp_path / "profile" / "salt" / "bumpgen" / "settings.json"
    facts = json.loads(settings.read_text())
    settings.write_text(json.dumps(facts | {"site": [str(tmp_path / "nothing")], "python": "/gone/python"}))
    found = run(SCRIPT, tmp_path, bumpgen=False)
    (message,) = found["messages"]
    assert f"bumpgen {__version__} can't be started in KLayout (Python 3." in message
    assert "No module named 'bumpgen'" in message
    assert "installed with /gone/python" in message
    assert "run `bumpgen klayout install` again" in message
    assert set(PROCESSES) <= set(found["units"])


@needs_application
@pytest.mark.parametrize("content", [None, "{", "[]", '{"version": "1"}'])
def test_settings_that_are_missing_or_broken_are_told_with_a_cure(content: str | None, tmp_path: Path) -> None:
    bumpgen("install", "--path", tmp_path / "profile")
    settings = tmp_path / "profile" / "salt" / "bumpgen" / "settings.json"
    settings.unlink() if content is None else settings.write_text(content)
    found = run(SCRIPT, tmp_path, bumpgen=False)
    (message,) = found["messages"]
    assert f"settings.json in {settings.parent} is missing or broken" in message
    assert "Run `bumpgen klayout install` again." in message


@needs_application
@needs_shared
def test_the_deck_shows_the_249_places_of_the_taped_out_mask(tmp_path: Path) -> None:
    bumpgen("install", "--path", tmp_path / "profile")
    deck = tmp_path / "profile" / "salt" / "bumpgen" / "tech" / "wlcsp_500" / "drc" / "wlcsp_500.lydrc"
    picture = tmp_path / "markers.png"
    found = run(
        SCRIPT, tmp_path, bumpgen=False, layout=TAPED_OUT, technology="wlcsp_500", deck=deck, picture=picture
    )  # fmt: skip
    assert found["marks"] == {"POLY2.W.1": 60, "UBM.W.1": 60, "UBM.EN.1": 60, "RDL.EN.2": 60, "RDL.N.1": 9}
    assert picture.read_bytes().startswith(b"\x89PNG")
    process = read_process("wlcsp_500")
    assert found["layers"] == [f"{name} {layer.gds[0]}/{layer.gds[1]}" for name, layer in process.layers.items()]


def test_a_profile_is_as_before_when_bumpgen_is_taken_away(tmp_path: Path) -> None:
    for name in ("klayoutrc", "salt/other/grain.xml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    before = tree(tmp_path)
    assert bumpgen("install", "--path", tmp_path).exit_code == 0
    assert bumpgen("install", "--path", tmp_path).exit_code == 0
    assert tree(tmp_path) != before
    assert bumpgen("uninstall", "--path", tmp_path).exit_code == 0
    assert tree(tmp_path) == before


def test_folders_made_for_it_go_too(tmp_path: Path) -> None:
    bumpgen("install", "--path", tmp_path / "a" / "b")
    bumpgen("uninstall", "--path", tmp_path / "a" / "b")
    assert tree(tmp_path) == {}


def test_a_link_to_a_package_gives_way_and_what_it_leads_to_stays(tmp_path: Path) -> None:
    bumpgen("package", "-o", tmp_path / "mine")
    before = tree(tmp_path / "mine")
    salt = tmp_path / "profile" / "salt"
    salt.mkdir(parents=True)
    (salt / "bumpgen").symlink_to(tmp_path / "mine" / "bumpgen")
    installed = bumpgen("install", "--path", tmp_path / "profile")
    assert installed.exit_code == 0, installed.output
    assert not (salt / "bumpgen").is_symlink()
    assert [each.name for each in salt.iterdir()] == ["bumpgen"]
    assert tree(tmp_path / "mine") == before
    shutil.rmtree(salt / "bumpgen")
    (salt / "bumpgen").symlink_to(tmp_path / "mine" / "bumpgen")
    taken = bumpgen("uninstall", "--path", tmp_path / "profile")
    assert taken.exit_code == 0, taken.output
    assert list(salt.iterdir()) == []
    assert tree(tmp_path / "mine") == before
    (salt / "bumpgen").symlink_to(tmp_path / "nowhere")
    assert bumpgen("install", "--path", tmp_path / "profile").exit_code == 0
    assert [each.name for each in salt.iterdir()] == ["bumpgen"]


def test_the_profile_is_the_applications(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KLAYOUT_HOME", str(tmp_path / "home"))
    told = json.loads(bumpgen("install", "--json").output)
    assert told["folder"] == str(tmp_path / "home" / "salt" / "bumpgen")
    assert (tmp_path / "home" / "salt" / "bumpgen" / "grain.xml").exists()


def test_what_bumpgen_did_not_install_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "salt" / "bumpgen").mkdir(parents=True)
    (tmp_path / "salt" / "bumpgen" / "mine.txt").write_text("mine")
    before = tree(tmp_path)
    for command in ("install", "uninstall"):
        result = bumpgen(command, "--path", tmp_path)
        assert result.exit_code != 0
        assert "isn't a package that bumpgen installed" in result.output
    assert tree(tmp_path) == before


def test_own_files_in_the_package_keep_it_from_being_taken_away(tmp_path: Path) -> None:
    bumpgen("install", "--path", tmp_path)
    (tmp_path / "salt" / "bumpgen" / "pymacros" / "mine.lym").write_text("mine")
    for command in ("uninstall", "install"):
        result = bumpgen(command, "--path", tmp_path)
        assert result.exit_code == 2
        assert "pymacros/mine.lym is not bumpgen's" in result.output
    assert (tmp_path / "salt" / "bumpgen" / "grain.xml").exists()
    assert (tmp_path / "salt" / "bumpgen" / "pymacros" / "mine.lym").read_text() == "mine"


def test_a_changed_file_is_told_before_it_goes_and_put_right_by_installing_again(tmp_path: Path) -> None:
    bumpgen("install", "--path", tmp_path)
    grain = tmp_path / "salt" / "bumpgen" / "grain.xml"
    whole = grain.read_bytes()
    grain.write_text("changed")
    result = bumpgen("uninstall", "--path", tmp_path)
    assert result.exit_code == 2
    assert "grain.xml is not as installed" in result.output
    assert bumpgen("install", "--path", tmp_path).exit_code == 0
    assert grain.read_bytes() == whole
    assert bumpgen("uninstall", "--path", tmp_path).exit_code == 0
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "profile").write_text("a file, not a folder")
    result = bumpgen("install", "--path", tmp_path / "profile")
    assert result.exit_code == 2
    assert str(tmp_path / "profile") in result.output
    assert (tmp_path / "profile").read_text() == "a file, not a folder"


def test_a_read_only_profile_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "profile").mkdir(mode=0o555)
    command = [sys.executable, "-m", "bumpgen.cli", "klayout", "install", "--path", str(tmp_path / "profile")]
    done = subprocess.run(
        [*powerless(), *command], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )  # fmt: skip
    assert done.returncode == 2
    assert "can't write: Permission denied" in done.stderr
    assert str(tmp_path / "profile") in done.stderr
    assert "cure: " in done.stderr
    assert list((tmp_path / "profile").iterdir()) == []


@pytest.mark.parametrize("name", PROCESSES)
def test_technologies_and_layers_read_back(name: str, files: dict[str, bytes], tmp_path: Path) -> None:
    import klayout.db as db
    import klayout.lay as lay

    process = read_process(name)
    technology = db.Technology()
    technology = db.Technology.technology_from_xml(files[f"tech/{name}/{name}.lyt"].decode())
    assert (technology.name, technology.group, technology.dbu) == (name, "bumpgen", min(0.001, process.grid.value))
    assert technology.layer_properties_file == f"{name}.lyp"
    assert not technology.save_layout_options.gds2_write_timestamps
    stack = technology.to_xml().partition("<stack>")[2].partition("</stack>")[0]
    assert stack.count("<connection>") == len(process.connections)
    (tmp_path / "a.lyp").write_bytes(files[f"tech/{name}/{name}.lyp"])
    view = lay.LayoutView()
    view.load_layer_props(str(tmp_path / "a.lyp"))
    read = [(each.name.split()[0], f"#{each.fill_color & 0xFFFFFF:06x}") for each in view.each_layer()]
    assert read == [(layer, process.layers[layer].color.lower()) for layer in process.layers]


def test_a_title_of_two_lines_is_no_ruby(tmp_path: Path) -> None:
    (tmp_path / "process.toml").write_text('base = "pillar"\nname = "posts"\ntitle = "Posts\\nsystem(1)"\n')
    process = read_process(str(tmp_path / "process.toml"))
    assert "\n" in process.title
    written = view25(process).decode()
    assert "# Posts system(1)\n" in written


@pytest.mark.parametrize(("grid", "unit"), [(0.005, 0.001), (0.001, 0.001), (0.0025, 0.0025), (0.0005, 0.0005)])
def test_technology_library_and_files_have_one_database_unit(grid: float, unit: float, tmp_path: Path) -> None:
    import klayout.db as db

    own = f'grid = {{ value = {grid}, source = "own" }}'
    (tmp_path / "process.toml").write_text(f'base = "pillar"\nname = "posts"\n{own}\n')
    process = read_process(str(tmp_path / "process.toml"))
    read = db.Technology.technology_from_xml(technology(process).decode())
    assert (read.dbu, drawable(str(tmp_path / "process.toml"))["database"]) == (unit, unit)


def test_a_second_process_of_one_name_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.undo()
    shutil.copy(resources.folder("pdk") / "pillar" / "process.toml", tmp_path / "process.toml")
    result = bumpgen("install", "--path", tmp_path / "profile", "--process", tmp_path / "process.toml")
    assert result.exit_code == 2
    assert "two processes are named 'pillar'" in result.output
    assert not (tmp_path / "profile").exists()


@needs_application
def test_status_tells_what_is_installed_and_what_the_application_can_do(tmp_path: Path) -> None:
    before = json.loads(bumpgen("status", "--path", tmp_path, "--json").output)
    assert before["problems"][0] == "it isn't installed; run `bumpgen klayout install`"
    bumpgen("install", "--path", tmp_path)
    after = json.loads(bumpgen("status", "--path", tmp_path, "--json").output)
    assert (after["installed"], after["version"]) == (__version__, __version__)
    assert after["klayout"].startswith("KLayout 0.")
    assert after["python"].startswith("3.")
    assert not any("isn't installed" in problem for problem in after["problems"])


def test_status_tells_a_process_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    own = tmp_path / "house" / "process.toml"
    own.parent.mkdir()
    own.write_text('base = "pillar"\nname = "posts"\n')
    bumpgen("install", "--path", tmp_path, "--process", own)
    own.unlink()
    told = json.loads(bumpgen("status", "--path", tmp_path, "--json").output)
    assert f"the process {own} is gone" in told["problems"][0]


def test_status_tells_files_that_are_gone_or_changed(tmp_path: Path) -> None:
    bumpgen("install", "--path", tmp_path)
    folder = tmp_path / "salt" / "bumpgen"
    for text in ("[]", "null", '{"processes": [1]}', "{"):
        (folder / "settings.json").write_text(text)
        told = json.loads(bumpgen("status", "--path", tmp_path, "--json").output)
        assert told["problems"][0] == "settings.json is not as installed; run `bumpgen klayout install`"
    (folder / "grain.xml").unlink()
    told = json.loads(bumpgen("status", "--path", tmp_path, "--json").output)
    assert told["problems"][0].startswith("grain.xml and 1 more are not as installed")
    bumpgen("install", "--path", tmp_path)
    told = json.loads(bumpgen("status", "--path", tmp_path, "--json").output)
    assert not any("as installed" in problem for problem in told["problems"])


@pytest.mark.parametrize("wrong", [{"made": [1]}, {"made": None}, {"sha256": ["a"]}])
def test_a_broken_list_of_what_was_installed_is_told(tmp_path: Path, wrong: dict[str, object]) -> None:
    bumpgen("install", "--path", tmp_path)
    manifest = tmp_path / "salt" / "bumpgen" / "installed.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | wrong))
    for command in ("status", "uninstall"):
        result = bumpgen(command, "--path", tmp_path)
        assert result.exit_code == 2
        assert "can't read what was installed" in result.output


def test_status_without_the_application_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bumpgen("install", "--path", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    result = bumpgen("status", "--path", tmp_path)
    assert result.exit_code == 1
    assert "there is no klayout on the PATH" in result.output


@needs_application
@needs_pictured
@needs_shared
def test_the_readme_shows_the_application_as_it_is() -> None:
    for name, data in pictures().items():
        assert alike(data, (PICTURED / name).read_bytes()), f"{name}: run `make docs`"
