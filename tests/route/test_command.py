"""`bumpgen route` as it is called; the engine is replaced by one that joins by straight lines."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bumpgen.cli import main
from bumpgen.route.pairing import bound, connections
from bumpgen.route.problem import Angles, Problem
from bumpgen.route.routes_file import read_routes_json
from bumpgen.route.routing import Cut, Line, NetRouting, Routing, Wire

POSED: list[Problem] = []


def straight(problem: Problem, step: Callable[[str], None], missing: str = "") -> Routing:
    step("join")
    POSED.append(problem)
    asked = connections(problem)
    nets = {}
    for net, rule in problem.nets.items():
        wires = []
        for each in (c for c in asked if c.net == net):
            one, two = problem.terminals[each.start], problem.terminals[each.end]
            wires.append(Wire(net, one.name, two.name, rule.width, (Line((one.x, one.y), (two.x, two.y)),)))
        made = () if net == missing else tuple(wires)
        nets[net] = NetRouting(net, "routed" if made else "unrouted", made, len(wires), "" if made else "a full cut")
    return Routing(problem, nets, {"join": 0.125}, bound(problem, asked))


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    POSED.clear()

    def install(missing: str = "") -> None:
        module = ModuleType("bumpgen.route.solve")
        module.solve = lambda problem, step: straight(problem, step, missing)  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "bumpgen.route.solve", module)

    install()
    return install


@pytest.fixture
def problem(tmp_path: Path) -> Path:
    path = tmp_path / "lattice.json"
    nets = [{"net": "n0", "bump": [100, 100], "pad": [100, 20]}, {"net": "n1", "bump": [200, 100], "pad": [240, 20]}]
    data: dict[str, Any] = {"N": 2, "die": 300, "width": 10, "spacing": 8, "bump_flat": 60, "pad": 20, "nets": nets}
    path.write_text(json.dumps(data | {"bumps": [[100, 100], [200, 100], [100, 200], [200, 200]]}))
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["route", *map(str, arguments)], catch_exceptions=False)


@pytest.mark.usefixtures("engine")
def test_all_files_are_written_and_the_figures_told(problem: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    files = ("-o", out / "r.json", "--gds", out / "r.gds", "--svg", out / "r.svg", "--png", out / "r.png")
    result = run(problem, *files)
    assert result.exit_code == 0, result.output
    rows = [line.split() for line in result.output.splitlines()]
    for row in (
        ["connections", "asked", "2"],
        ["connections", "made", "2"],
        ["wirelength", "169.4", "µm"],
        ["straight-line", "bound", "169.4", "µm"],
        ["wirelength", "/", "bound", "1.0000"],
        ["join", "0.125", "s"],
    ):
        assert row in rows
    assert sorted(path.name for path in out.iterdir()) == ["r.gds", "r.json", "r.png", "r.svg"]
    assert [(w.net, w.start, w.end) for w in read_routes_json(out / "r.json")] == [
        ("n0", "n0/pad", "bump_0_0"),
        ("n1", "n1/pad", "bump_1_0"),
    ]
    assert (out / "r.png").read_bytes().startswith(b"\x89PNG")
    assert "lattice: 2 of 2 connections" in (out / "r.svg").read_text(encoding="utf-8")


@pytest.mark.usefixtures("engine")
def test_the_gds_holds_the_wires(problem: Path, tmp_path: Path) -> None:
    from klayout import db

    run(problem, "--gds", tmp_path / "r.gds")
    layout = db.Layout()
    layout.read(str(tmp_path / "r.gds"))
    wires = db.Region(layout.top_cell().begin_shapes_rec(layout.layer(10, 0)))
    assert wires.count() == 2
    assert wires.area() * layout.dbu**2 == pytest.approx(10 * (80 + 8000**0.5), rel=1e-3)


def test_what_is_not_routed_is_told_with_its_reason(engine: Callable[..., None], problem: Path, tmp_path: Path) -> None:
    engine(missing="n1")
    result = run(problem, "-o", tmp_path / "r.json")
    assert result.exit_code == 1
    assert "n1: unrouted, 0 of 1 connection: a full cut" in result.output.splitlines()
    assert "wirelength / bound" not in result.output
    quiet = run(problem, "-q")
    assert (quiet.exit_code, quiet.output) == (1, "n1: unrouted, 0 of 1 connection: a full cut\n")
    assert json.loads((tmp_path / "r.json").read_text())["nets"]["n1"]["reason"] == "a full cut"


@pytest.mark.usefixtures("engine")
def test_json_on_standard_output(problem: Path) -> None:
    found = json.loads(run(problem, "--json").output)
    assert (found["problem"], found["complete"], found["files"]) == ("lattice", True, [])
    assert (found["stats"]["connections_asked"], list(found["nets"])) == (2, ["n0", "n1"])


@pytest.mark.usefixtures("engine")
def test_options_change_the_problem(problem: Path) -> None:
    for options in ((), ("--angles", "45"), ("--free",), ("--layers", 2)):
        assert run(problem, "-q", *options).output == ""
    plain, octilinear, free, two = POSED
    assert (plain.angles, octilinear.angles) == (Angles.ANY, Angles.OCTILINEAR)
    assert (plain.layers, two.layers) == (1, 2)
    assert (set(plain.nets), set(free.nets)) == ({"n0", "n1"}, {"free"})


@pytest.mark.usefixtures("engine")
def test_wrong_input_is_told_and_writes_nothing(problem: Path, tmp_path: Path) -> None:
    problem.write_text(problem.read_text().replace('"bump": [100, 100]', '"bump": [100, 101]'))
    result = run(problem, "-o", tmp_path / "r.json")
    assert result.exit_code == 2
    assert f"{problem} [nets.0.bump]: net 'n0' ends at (100, 101), where there is no bump" in result.output
    assert "cure:" in result.output
    assert not (tmp_path / "r.json").exists()
    missing = run(tmp_path / "none.json", "--json")
    assert (missing.exit_code, json.loads(missing.output)["error"]["message"]) == (2, "no such file")


@pytest.mark.usefixtures("engine")
def test_files_that_would_overwrite_each_other_are_refused(problem: Path, tmp_path: Path) -> None:
    before = problem.read_bytes()
    assert run(problem, "-o", problem).exit_code == 2
    assert run(problem, "-o", tmp_path / "r.gds", "--gds", tmp_path / "r.gds").exit_code == 2
    assert run(problem, "--gds", tmp_path / "r.oas").exit_code == 2
    assert (problem.read_bytes(), POSED) == (before, [])


@pytest.mark.usefixtures("engine")
def test_pictures_by_their_ending(problem: Path, tmp_path: Path) -> None:
    for suffix, start in ((".svg", b"<svg"), (".png", b"\x89PNG")):
        names = ("capacity", "before-after", "ratlines")
        files = {name: tmp_path / f"{name}{suffix}" for name in names}
        result = run(problem, *(part for name in names for part in (f"--{name}", files[name])))
        assert result.exit_code == 0, result.output
        for name in names:
            assert files[name].read_bytes().lstrip().startswith(start), name
            assert f"wrote {files[name]}" in result.output
    assert "2 of 2 connections made" in (tmp_path / "before-after.svg").read_text(encoding="utf-8")
    assert "2 connections to make" in (tmp_path / "ratlines.svg").read_text(encoding="utf-8")
    POSED.clear()
    refused = run(problem, "--capacity", tmp_path / "map.gds")
    assert (refused.exit_code, POSED) == (2, [])
    assert "--capacity writes .svg or .png, not .gds" in refused.output


def test_the_capacity_map_shows_the_gates_that_refused_a_net() -> None:
    from bumpgen.command.route import _gates

    gate = Cut((0, 0), (0, 70), ("a", "b"), 70, 60, 3)
    free = Cut((0, 70), (0, 140), ("b", "c"), 70, 0, 0)
    refused = Cut((0, 0), (0, 70), ("a", "b"), 70, 80, 4)
    lost = NetRouting("n", "unrouted", (), 1, "full", (refused,))
    empty = Problem("p", (0, 0, 1, 1), (), {})
    assert _gates(Routing(empty, {"n": lost}, gates=(gate, free))) == [refused, free]
    assert _gates(Routing(empty, {}, gates=(gate, free))) == [gate, free]


def test_reasons_name_the_full_cut_and_how_many_there_are() -> None:
    from bumpgen.command.route import _reason

    one, two = (Cut((0, y), (70, y), ("a", "b"), 70, 90, 4) for y in (0, 10))
    told = "the cut between a and b (0, 0 to 70, 0) is full: 70 µm free, 90 µm needed for 4 wires"
    assert _reason(NetRouting("n", "unrouted", (), 1, told, (one,))) == told
    assert _reason(NetRouting("n", "unrouted", (), 1, "", (one,))) == told
    assert _reason(NetRouting("n", "unrouted", (), 1, "2 left over", (one, two))) == (
        f"2 left over; {told}; 2 cuts are full in all"
    )
    assert _reason(NetRouting("n", "unrouted", (), 1)) == "no reason is known"


@pytest.fixture
def crossed(tmp_path: Path) -> Path:
    """Two nets that would have to cross where no wire passes beside the bumps."""
    path = tmp_path / "crossed.json"
    nets = [{"net": "n0", "bump": [160, 100], "pad": [60, 20]}, {"net": "n1", "bump": [60, 100], "pad": [160, 20]}]
    data: dict[str, Any] = {"N": 2, "die": 220, "width": 10, "spacing": 22, "bump_flat": 60, "pad": 20, "nets": nets}
    path.write_text(json.dumps(data | {"bumps": [[60, 100], [160, 100], [60, 180], [160, 180]]}))
    return path


def test_suggestions_are_told_and_written_when_asked_for(crossed: Path, tmp_path: Path) -> None:
    out = tmp_path / "r.json"
    plain = run(crossed, "-o", out)
    assert plain.exit_code == 1
    assert not any(line.startswith("suggest") for line in plain.output.splitlines())
    assert "suggestions" not in json.loads(out.read_text(encoding="utf-8"))
    result = run(crossed, "--suggest", "-o", out)
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert "suggested: 1 exchange of bumps makes 2 of 2 connections:" in lines
    assert "  n0 to bump_0_0 and n1 to bump_1_0" in lines
    assert any(line.startswith("suggested: all 2 connections are routed at ") for line in lines)
    told = json.loads(out.read_text(encoding="utf-8"))["suggestions"]
    assert told["swaps"] == [{"nets": ["n0", "n1"], "bumps": ["bump_1_0", "bump_0_0"]}]
    assert told["connections_made_with_swaps"] == 2
    assert told["sizes"][0]["varied"] == "width and space"
    assert told["sizes"][0]["percent"] + 1 == told["sizes"][0]["fails_at_percent"]
    assert json.loads(run(crossed, "--suggest", "--json").output)["suggestions"] == told
    assert read_routes_json(out)


def test_the_reserve_of_what_is_routed(problem: Path) -> None:
    result = run(problem, "--suggest")
    assert result.exit_code == 0, result.output
    told = [line for line in result.output.splitlines() if line.startswith("reserve: ")]
    assert len(told) == 1
    assert "all 2 connections could be routed at up to " in told[0]
    assert "suggested" not in result.output


def test_layers_used_and_why(crossed: Path, problem: Path) -> None:
    result = run(crossed, "--layers", 3)
    assert result.exit_code == 0, result.output
    assert ["layers", "used", "2", "of", "3"] in [line.split() for line in result.output.splitlines()]
    assert "one layer is not enough: it refused 1 net, which run above it: n" in result.output
    easy = run(problem, "--layers", 3)
    assert ["layers", "used", "1", "of", "3"] in [line.split() for line in easy.output.splitlines()]
    assert "one layer is enough; 3 were allowed" in easy.output
    assert "layer" not in run(problem).output


def test_free_pairs_are_held_against_the_shortest_assignment(problem: Path) -> None:
    result = run(problem, "--free")
    assert ["shortest", "assignment", "169.4", "µm"] in [line.split() for line in result.output.splitlines()]
    assert "shortest assignment" not in run(problem).output
