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
from bumpgen.route.routing import Line, NetRouting, Routing, Wire

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
        ["bound", "169.4", "µm"],
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
