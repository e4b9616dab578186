"""The states of a design's files, which go back with the layout; other people's files stay."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "bumpgen" / "macros" / "menu" / "files.py"


@pytest.fixture(scope="module")
def module() -> ModuleType:
    """Loaded by itself: the package it is in needs the application."""
    spec = importlib.util.spec_from_file_location("files", SOURCE)
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def design(folder: Path) -> Path:
    (folder / "design.toml").write_text("one")
    (folder / "pads.csv").write_text("pads")
    (folder / "notes.txt").write_text("mine")
    return folder


def test_what_a_command_made_goes_and_comes_back(module: ModuleType, tmp_path: Path) -> None:
    files = module.Files(design(tmp_path))
    files.reads([str(tmp_path / "pads.csv"), "/elsewhere/process.toml"])
    before = files.note()
    (tmp_path / "design.toml").write_text("two")
    (tmp_path / "bumps.csv").write_text("bumps")
    files.made_since(before)
    after = files.note()
    files.restore(before)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["design.toml", "notes.txt", "pads.csv"]
    assert (tmp_path / "design.toml").read_text() == "one"
    files.restore(after)
    assert (tmp_path / "bumps.csv").read_text() == "bumps"
    assert files.look()[0] == after


def test_other_files_are_neither_seen_nor_taken_away(module: ModuleType, tmp_path: Path) -> None:
    files = module.Files(design(tmp_path))
    before = files.note()
    (tmp_path / "layout.gds").write_bytes(b"saved by the user")
    (tmp_path / "notes.txt").write_text("changed")
    assert files.look()[0] == before
    files.restore(before)
    assert (tmp_path / "layout.gds").is_file()
    assert (tmp_path / "notes.txt").read_text() == "changed"


def test_a_look_keeps_nothing(module: ModuleType, tmp_path: Path) -> None:
    """A change from outside that was only looked at is not a state of ours, to be undone in silence."""
    files = module.Files(design(tmp_path))
    before = files.note()
    (tmp_path / "design.toml").write_text("edited elsewhere")
    digest, _ = files.look()
    assert digest not in files.states
    assert list(files.states) == [before]


def test_a_table_that_was_there_before_is_never_taken_away(module: ModuleType, tmp_path: Path) -> None:
    (design(tmp_path) / "bumps.csv").write_text("the user's")
    files = module.Files(tmp_path)
    before = files.note()
    (tmp_path / "bumps.csv").write_text("changed")
    files.made_since(before)
    files.restore(before)
    assert (tmp_path / "bumps.csv").read_text() == "the user's"
