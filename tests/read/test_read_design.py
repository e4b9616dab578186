"""A design folder as a whole: where it is found, what is checked between its tables, what is noted."""

from __future__ import annotations

from pathlib import Path

import pytest

from bumpgen import resources
from bumpgen.errors import InputError
from bumpgen.read import read_design
from bumpgen.toml import line_of
from tests.test_bad_input import BUMPS, DESIGN, put, swap, toml, write_design


@pytest.fixture
def mini(tmp_path: Path) -> Path:
    return write_design(tmp_path / "mini")


def test_folder_file_and_shipped_name_are_designs(mini: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    by_folder, by_file = read_design(mini), read_design(mini / "design.toml")
    assert by_folder == by_file
    assert (len(by_folder.pads), len(by_folder.bumps), len(by_folder.routes)) == (4, 4, 4)
    monkeypatch.chdir(mini.parent)
    assert read_design("mini").bumps == by_file.bumps
    assert read_design("caravel_gf180").name == "caravel_gf180"


@pytest.mark.parametrize("name", resources.names("designs"))
def test_every_shipped_design_reads(name: str) -> None:
    design = read_design(name)
    assert design.bumps
    assert all(path.is_file() for path in design.inputs)


def test_inputs_are_all_files_read(mini: Path) -> None:
    names = {path.name for path in read_design(mini).inputs}
    assert names == {
        *("design.toml", "process.toml", "materials.toml", "pads.csv", "bumps.csv", "pinmap.csv", "routes.csv")
    }


def test_unknown_design_names_the_near_one() -> None:
    with pytest.raises(InputError, match="did you mean 'caravel_gf180'"):
        read_design("caravel_gf108")


def test_design_may_bring_its_own_process(mini: Path) -> None:
    text = resources.shipped("pdk", "wlcsp_500", "process.toml").read_text(encoding="utf-8")
    (mini / "process.toml").write_text(text.replace('name = "wlcsp_500"', 'name = "own"', 1), encoding="utf-8")
    toml('"wlcsp_500"', '"process.toml"')(mini)
    design = read_design(mini)
    assert design.process.name == "own"
    assert mini / "process.toml" in design.inputs


def test_link_inside_the_folder_is_followed(mini: Path) -> None:
    (mini / "bumps.csv").rename(mini / "other.csv")
    (mini / "bumps.csv").symlink_to("other.csv")
    assert len(read_design(mini).bumps) == 4


def test_other_names_of_a_net_are_replaced_everywhere(mini: Path) -> None:
    swap("pads.csv", ",vss", ",GND")(mini)
    swap("routes.csv", "vss,", "gnd_wire,")(mini)
    swap("pinmap.csv", "vss", "GND")(mini)
    with pytest.raises(InputError, match="B1"):
        read_design(mini)
    toml("[die]", '[nets]\nvss = ["GND", "gnd_wire"]\n\n[die]')(mini)
    design = read_design(mini)
    assert design.pads[0].net == design.bumps[2].net == design.routes[0].net == "vss"


def test_unconnected_nets_may_have_one_end(mini: Path) -> None:
    swap("pads.csv", "P4,100,1300,in\n", "P4,100,1300,in\nP5,700,1300,test\n")(mini)
    with pytest.raises(InputError, match=r'test has pad P5 \(line 6\) but no bump\n.*unconnected = \["test"\]'):
        read_design(mini)
    toml("[die]", 'unconnected = ["test"]\n[die]')(mini)
    assert len(read_design(mini).pads) == 5


def test_routes_may_end_on_routes_of_their_net(mini: Path) -> None:
    more = "vss,40,250:250 250:700,\n"
    (mini / "routes.csv").write_text((mini / "routes.csv").read_text(encoding="utf-8") + more, encoding="utf-8")
    with pytest.raises(InputError, match=r"routes\.csv:6: the route's end 250:700 lies"):
        read_design(mini)
    swap("routes.csv", more, "vss,40,250:250 100:100,\n")(mini)
    assert len(read_design(mini).routes) == 5


def test_route_ends_have_a_tolerance(mini: Path) -> None:
    swap("routes.csv", "vss,40,100:100", "vss,40,102:100")(mini)
    with pytest.raises(InputError, match=r"2\.000 µm from the nearest pad or bump of net 'vss', more than 1"):
        read_design(mini)
    toml("[routes]", "[tolerances]\nroute_end = 2\n\n[routes]")(mini)
    assert len(read_design(mini).routes) == 4


def test_places_between_grid_points_are_noted(mini: Path) -> None:
    toml("[bumps]\n" + 'naming = { a1 = "top_left", letters = "rows", view = "bumps_up" }', "")(mini)
    toml(DESIGN[DESIGN.index("[bumps.check]") :], "")(mini)
    put("bumps.csv", BUMPS.replace("A2,950", "A2,950.0003"))(mini)
    (note,) = read_design(mini).notes
    assert note.startswith("1 of 4 bumps lie off the grid of")
    assert "A2 at 950.0003, 950" in note


def test_lines_of_keys_are_those_of_their_own_table() -> None:
    text = '[a]\nx = 1\n[b]\nc = { x = 2, y = { z = 3 } }\n[[d]]\nx = 1\n[[d]]\nx = 2\n[b.e]\n"x" = 1\n'
    assert line_of(text, ["a", "x"]) == 2
    assert line_of(text, ["a", "missing"]) == 1
    assert line_of(text, ["b", "c", "x"]) == 4
    assert line_of(text, ["b", "c", "y", "z"]) == 4
    assert line_of(text, ["d", "1", "x"]) == 8
    assert line_of(text, ["b", "e", "x"]) == 10
    assert line_of(text, ["nowhere"]) is None


def test_own_materials_are_an_input(mini: Path) -> None:
    folder = mini / "house"
    folder.mkdir()
    text = resources.shipped("pdk", "wlcsp_500", "process.toml").read_text(encoding="utf-8")
    (folder / "process.toml").write_text(text, encoding="utf-8")
    toml('"wlcsp_500"', '"./house"')(mini)
    assert folder / "materials.toml" not in read_design(mini).inputs
    (folder / "materials.toml").write_text('[sources]\n[materials.goo]\nname = "Goo"\ngroups = []\n', encoding="utf-8")
    design = read_design(mini)
    assert {folder / "process.toml", folder / "materials.toml"} <= set(design.inputs)
    assert design.process.materials["goo"].name == "Goo"


def test_elements_of_lists_have_their_own_lines() -> None:
    lines = ["at = [", "  [0, 0],", "  [1, 1], # ] [", "  [2, 2]", "]", "[a] # c", 'b = { c = [ "],[", 4 ] }']
    text = "\n".join([*lines, "d = [", "  { x = 1 },", "  { y = 2 },", "]"])
    assert [line_of(text, ["at", str(n)]) for n in range(4)] == [2, 3, 4, 1]
    assert line_of(text, ["a", "b", "c", "1"]) == 7
    assert line_of(text, ["a", "d", "1", "y"]) == 10
    assert line_of(text, ["a", "d", "0", "y"]) == 9
    assert line_of(text, []) is None
