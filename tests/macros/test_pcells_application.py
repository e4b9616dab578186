"""PCells inside the KLayout application."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bumpgen.macros.pcells import start
from bumpgen.macros.pcells.index import known
from tests.application import needs_application, run
from tests.macros import guided_cases
from tests.macros.pictures import PICTURED, alike, needs_pictured
from tests.macros.pictures_pcells import library_picture

SCRIPTS = Path(__file__).with_name("scripts")


@needs_application
def test_pcells_are_as_the_command_line_writes_them(tmp_path: Path) -> None:
    start()
    guided_cases.built(tmp_path)
    processes = sorted(known())
    found = run(SCRIPTS / "pcells_bounds.py", tmp_path, files=str(tmp_path), processes=processes, timeout=500)
    assert found["defaults"] == [sum(len(row["cells"]) for row in known().values()), []]
    count, told = found["bounds"]
    assert told == []
    assert count > 11_000
    assert found["guided"] == []
    assert found["early"] == []
    assert found["start"] < 0.5


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the application found, in a folder where the klayout package has written files."""
    from tests.macros.scripts.pcells_edited import kept, write

    start()
    folder = tmp_path_factory.mktemp("edited")
    for suffix in ("gds", "oas"):
        write(folder / f"theirs.{suffix}")
    found: dict[str, Any] = run(SCRIPTS / "pcells_edited.py", folder, files=str(folder), timeout=150)
    found["ours here"] = [kept(folder / f"ours.{suffix}") for suffix in ("gds", "oas")]
    return found


ROWS = [["PolymerOpening", 240.0, "octagon"], ["Ubm", 240.0, "octagon"]]


@needs_application
def test_parameters_survive_from_one_klayout_to_the_other(edited: dict[str, Any]) -> None:
    assert edited["ours"] == [ROWS, ROWS]
    assert edited["theirs"] == [ROWS, ROWS]
    assert edited["ours here"] == [ROWS, ROWS]


@needs_application
def test_whatever_a_script_gives_is_drawn_or_told(edited: dict[str, Any]) -> None:
    assert edited["fuzzed"] == []


@needs_application
def test_a_layout_that_rounds_is_told(edited: dict[str, Any]) -> None:
    right, coarse, uneven, even = edited["rounding"]
    assert (right, even) == ([], [])
    (text,), (other,) = coarse, uneven
    assert "0.002 µm doesn't divide the grid of wlcsp_500, 0.001 µm: KLayout rounds cells of bumpgen wlcsp_500" in text
    assert "Cure: a layout with a database unit of 0.001 µm" in text
    assert "0.002 µm doesn't divide the grid of pillar, 0.005 µm" in other


@needs_application
def test_a_file_opened_before_the_libraries_were_there_finds_them(edited: dict[str, Any]) -> None:
    assert edited["opened before"] == [240.0, 240.0]


@needs_application
def test_an_array_of_10000_sites_stays_an_array(tmp_path: Path) -> None:
    told = run(SCRIPTS / "pcells_cost.py", tmp_path)
    for kind, (_, sites, instances) in told["array"].items():
        assert instances <= 4 * 2, kind
        assert sites == {"grid": 100**2, "staggered": 50 * 100 + 50 * 99, "rings": 100**2 - 96**2}[kind]


@needs_application
def test_a_change_is_undone_in_one_step(edited: dict[str, Any]) -> None:
    assert edited["undone"] == [100.0, 250.0, 100.0]


@needs_application
@pytest.mark.parametrize("pulled", ["pulled", "pulled apart"])
def test_a_handle_pulled_with_the_mouse_sets_the_size(edited: dict[str, Any], pulled: str) -> None:
    size = float(edited[pulled]["size"])
    assert size == pytest.approx(300.0, abs=3.0)  # a pixel is 0.7 µm
    assert edited[pulled]["handle"] == f"{size / 2:.12g},0"
    assert edited[pulled]["title"] == f"bumpgen wlcsp_500.Ubm(size={size:g})"


@needs_application
def test_a_box_and_a_path_pulled_with_the_mouse_take_what_they_hold_along(edited: dict[str, Any]) -> None:
    left, right = (float(corner.split(",")[0]) for corner in edited["pulled box"]["box"].strip("()").split(";"))
    assert right == pytest.approx(600.0, abs=5.0)
    assert right - left == pytest.approx(2500.0)
    assert "wrong" not in edited["pulled box"]["title"]
    assert edited["pulled path"]["path"].startswith("(0,0;540,0;")
    end = edited["pulled path"]["path"].split(") w=40")[0].split(";")[-1]
    assert [float(c) for c in end.split(",")] == pytest.approx([900.0, -100.0], abs=3.0)
    assert "wrong" not in edited["pulled path"]["title"]


@pytest.fixture(scope="module")
def pictured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library, an array and its parameters, in one picture."""
    return library_picture(tmp_path_factory.mktemp("library"))


@needs_application
@needs_pictured
def test_the_readme_shows_the_library(pictured: Path) -> None:
    assert alike(pictured.read_bytes(), (PICTURED / "klayout_library.png").read_bytes()), "run `make docs`"


@needs_application
def test_the_library_s_picture_is_small_and_shows_the_process_s_colours(pictured: Path) -> None:
    assert pictured.stat().st_size <= 80_000
    with Image.open(pictured) as image:
        pixels = image.convert("RGB")
        counts = {color: count for count, color in pixels.getcolors(pixels.width * pixels.height)}
    violet = [color for color in counts if all(abs(a - b) < 12 for a, b in zip(color, (0x7D, 0x5B, 0xA6), strict=True))]
    assert sum(counts[color] for color in violet) > 5000  # the UBM of forty bumps
