"""Output folders are whole: the new build or the one before, with a manifest that tells."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bumpgen.errors import InputError
from bumpgen.geometry import Rect
from bumpgen.layout import Array, Cell, Drawn, Layout, Placement, Scatter
from bumpgen.write import WRITERS, Options
from bumpgen.write.output import placed, verify, write_outputs

SITE = Cell(
    "SITE", (Drawn("UBM", Rect(0, 0, 10, 10)), Drawn("UBM", Rect(40, 0, 10, 10)), Drawn("RDL", Rect(0, 0, 20, 20)))
)
BLOCK = Cell("BLOCK", instances=(Array(SITE, 3, 4, (100, 0), (0, 100)), Placement(SITE)))
TOP = Cell("TOP", (Drawn("DIE", Rect(0, 0, 8, 8)),), (Scatter(BLOCK, np.zeros((5, 2))), Placement(SITE)))
LAYOUT = Layout(TOP, {"UBM": (1, 0), "RDL": (2, 0), "DIE": (3, 0)}, 0.001)


def text(words: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(words, encoding="utf-8")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_manifest_lists_inputs_outputs_and_counts(tmp_path: Path) -> None:
    home = tmp_path / "design"
    home.mkdir()
    inputs = [home / "design.toml", home / "pads.csv", tmp_path / "pdk" / "process.toml"]
    inputs[2].parent.mkdir()
    for path in inputs:
        path.write_text("abc", encoding="utf-8")
    path = write_outputs(
        tmp_path / "out", {"a.txt": text("A")}, inputs=inputs, layout=LAYOUT, version="1.2", extra={"design": "demo"}
    )
    manifest = json.loads(path.read_text(encoding="utf-8"))
    abc = {"bytes": 3, "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}
    assert manifest["inputs"] == {"design.toml": abc, "pads.csv": abc, "pdk/process.toml": abc}
    assert manifest["outputs"]["a.txt"]["bytes"] == 1
    assert (manifest["bumpgen"], manifest["design"], manifest["top"]) == ("1.2", "demo", "TOP")
    assert manifest["cells"] == {"SITE": {"UBM": 2, "RDL": 1}, "BLOCK": {}, "TOP": {"DIE": 1}}
    assert manifest["placed"] == {"UBM": 132, "RDL": 66, "DIE": 1}
    assert str(tmp_path) not in path.read_text(encoding="utf-8")
    assert list(manifest) == sorted(manifest)


def test_placed_counts_what_flat_yields() -> None:
    counts: dict[str, int] = {}
    for layer, _ in LAYOUT.flat():
        counts[layer] = counts.get(layer, 0) + 1
    assert placed(LAYOUT) == counts


def test_equal_builds_are_equal_bytes_anywhere(tmp_path: Path) -> None:
    written = []
    for place in ("here", "there/deep"):
        home = tmp_path / place
        home.mkdir(parents=True)
        (home / "design.toml").write_text("x", encoding="utf-8")
        makers = {
            f"TOP{w.extension}": lambda path, w=w: w.write(None, LAYOUT, path, Options())  # type: ignore[misc]
            for w in (WRITERS["gds"], WRITERS["oas"])
        }
        write_outputs(home / "out", makers, inputs=[home / "design.toml"], layout=LAYOUT, version="1")
        written.append({path.name: path.read_bytes() for path in (home / "out").iterdir()})
    assert sorted(written[0]) == ["TOP.gds", "TOP.oas", "manifest.json"]
    assert written[0] == written[1]


@pytest.mark.parametrize(
    "error", [ValueError("bug"), OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()]
)
def test_a_failed_maker_leaves_the_earlier_output(tmp_path: Path, error: BaseException) -> None:
    folder = tmp_path / "out"
    write_outputs(folder, {"a.txt": text("old"), "b.txt": text("old")}, version="1")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def fail(path: Path) -> None:
        path.write_text("half", encoding="utf-8")
        raise error

    with pytest.raises(InputError if isinstance(error, OSError) else type(error)) as caught:
        write_outputs(folder, {"a.txt": text("new"), "b.txt": fail}, version="2")
    if isinstance(error, OSError):
        assert "No space left on device" in str(caught.value)
        assert "free some space" in str(caught.value)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert names(tmp_path) == ["out"]


def test_a_first_build_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        write_outputs(tmp_path / "out", {"a.txt": lambda _: 1 / 0}, version="1")
    assert names(tmp_path) == []


def test_files_no_longer_made_are_removed_and_others_kept(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    write_outputs(folder, {"a.txt": text("1"), "b.txt": text("1")}, version="1")
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    write_outputs(folder, {"a.txt": text("2")}, version="1")
    assert names(folder) == ["a.txt", "manifest.json", "notes.txt"]
    assert (folder / "a.txt").read_text(encoding="utf-8") == "2"


def test_a_manifest_can_not_make_it_remove_files_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (tmp_path / "precious").touch()
    (folder / "manifest.json").write_text('{"bumpgen": "1", "outputs": {"../precious": {}}}', encoding="utf-8")
    write_outputs(folder, {"a.txt": text("1")}, version="1")
    assert (tmp_path / "precious").exists()


@pytest.mark.parametrize("manifest", ["{", "[]", '{"name": "a web app"}'])
def test_a_foreign_manifest_is_not_overwritten(tmp_path: Path, manifest: str) -> None:
    (tmp_path / "manifest.json").write_text(manifest, encoding="utf-8")
    with pytest.raises(InputError, match="manifest") as error:
        write_outputs(tmp_path, {"a.txt": text("1")}, version="1")
    assert "remove it" in (error.value.hint or "")
    assert names(tmp_path) == ["manifest.json"]


@pytest.mark.parametrize("place", ["file", "file/out", "taken"])
def test_a_folder_that_can_not_be_is_named(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "taken" / "a.txt").mkdir(parents=True)
    with pytest.raises(InputError) as error:
        write_outputs(tmp_path / place, {"a.txt": text("1")}, version="1")
    assert error.value.hint
    assert error.value.where is not None
    assert names(tmp_path) == ["file", "taken"]


def test_a_place_the_system_refuses_is_named() -> None:
    with pytest.raises(InputError, match="can't write"):
        write_outputs(Path("/proc/bumpgen/out"), {"a.txt": text("1")}, version="1")


@pytest.mark.parametrize("name", ["", "..", "a/b.txt", "../b.txt", "manifest.json", "a\\b"])
def test_output_names_stay_in_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="can't name an output file"):
        write_outputs(tmp_path / "out", {name: text("1")}, version="1")
    assert names(tmp_path) == []


def test_two_inputs_of_one_name_are_refused(tmp_path: Path) -> None:
    inputs = [tmp_path / "d" / "design.toml", tmp_path / "a" / "x" / "t.csv", tmp_path / "b" / "x" / "t.csv"]
    for path in inputs:
        path.parent.mkdir(parents=True)
        path.touch()
    with pytest.raises(InputError, match=r"two inputs are both named x/t\.csv"):
        write_outputs(tmp_path / "out", {"a.txt": text("1")}, inputs=inputs, version="1")


def test_verify_tells_what_differs(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    write_outputs(folder, {f"{c}.txt": text(c) for c in "abc"}, version="1")
    assert verify(folder) == ()
    (folder / "a.txt").write_text("z", encoding="utf-8")
    (folder / "b.txt").unlink()
    (folder / "d.txt").touch()
    assert verify(folder) == (
        "b.txt is missing",
        "d.txt is not in the manifest",
        "a.txt is not the file that was written",
    )


def test_verify_needs_a_manifest(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can't read the manifest"):
        verify(tmp_path)
