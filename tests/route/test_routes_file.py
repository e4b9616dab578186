"""ROUTES.json: its schema, equal bytes for equal routings, and wires read back."""

from __future__ import annotations

import itertools
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bumpgen.errors import InputError
from bumpgen.route.problem import NetRule, Obstacle, Problem, Terminal
from bumpgen.route.routes_file import read_routes_json, routes_json, routes_text
from bumpgen.route.routing import Arc, Cut, Line, NetRouting, Routing, Wire
from bumpgen.write.routes import routes_layout, write_routes, write_routes_gds

ARC = Arc((50.0, 0.0), (60.0, 10.0), (50.0, 10.0), 10.0, math.pi / 2)
WIRE = Wire("a", "p", "b", 4, (Line((0, 0), (50, 0)), ARC, Line((60, 10), (60, 50))))
CUT = Cut((0, 0), (0, 30), ("p", "b"), 30, 42, 3)


def routing(layers: int = 1) -> Routing:
    terminals = (
        Terminal.disc("p", "a", "pad", 0, 0, 10),
        Terminal("b", "a", "bump", 60, 50, ((50, 40), (70, 40), (70, 60), (50, 60))),
        Terminal("q", "z", "pad", 0, 30, ((-5, 30), (5, 30)), 2.5),
    )
    obstacles = (
        Obstacle(((80, 0), (90, 0), (90, 10)), name="hole"),
        Obstacle(((55, 60), (65, 60), (65, 90), (55, 90)), "a", layer=None),
    )
    rules = {"z": NetRule(4, 4), "a": NetRule(4, 4)}
    problem = Problem("small case", (-10, -10, 100, 100), terminals, rules, obstacles, layers=layers)
    nets = {
        "z": NetRouting("z", "unrouted", (), 1, str(CUT), (CUT,)),
        "a": NetRouting("a", "routed", (WIRE,), 1),
    }
    return Routing(problem, nets, {"mesh": 0.25, "flow": 0.5}, 110.0)


def test_the_file_has_the_stated_schema() -> None:
    table = routes_json(routing())
    assert list(table) == ["nets", "stats"]
    assert list(table["nets"]) == ["a", "z"]
    length = 90 + 5 * math.pi
    assert table["stats"] == {
        "connections_asked": 2,
        "connections_made": 1,
        "wirelength": pytest.approx(length),
        "bound": 110.0,
        "seconds": {"mesh": 0.25, "flow": 0.5},
    }
    net = table["nets"]["a"]
    assert list(net) == ["status", "reason", "length", "wires"]
    assert (net["status"], net["reason"], net["length"]) == ("routed", "", pytest.approx(length))
    (wire,) = net["wires"]
    assert list(wire) == ["from", "to", "width", "points", "segments"]
    assert wire["segments"][0] == {"line": [[0, 0], [50, 0]]}
    assert wire["segments"][1]["arc"] == {
        "start": [50, 0], "end": [60, 10], "centre": [50, 10], "radius": 10, "sweep_deg": pytest.approx(90)
    }  # fmt: skip
    assert table["nets"]["z"]["cuts"] == [
        {"start": [0, 0], "end": [0, 30], "between": ["p", "b"], "capacity": 30, "demand": 42, "wires": 3}
    ]


def test_points_flatten_arcs_within_the_sagitta_on_the_grid() -> None:
    points = routes_json(routing())["nets"]["a"]["wires"][0]["points"]
    assert (points[0], points[-1]) == ([0, 0], [60, 50])
    for x, y in points:
        assert abs(x * 1000 - round(x * 1000)) < 1e-6
        assert abs(y * 1000 - round(y * 1000)) < 1e-6
        if x > 50 and y < 10:
            assert 10 - 1e-3 <= math.dist((x, y), (50, 10)) <= 10.05 + 1e-3


def test_layers_are_told_where_there_are_several() -> None:
    assert routes_json(routing(2))["nets"]["a"]["wires"][0]["layer"] == 0


def test_the_text_is_the_same_table_and_the_same_for_equal_routings() -> None:
    one = routing()
    other = replace(one, nets=dict(reversed(one.nets.items())), seconds={"mesh": 9.0})
    assert json.loads(routes_text(one)) == json.loads(json.dumps(routes_json(one)))
    assert routes_text(one, seconds=False) == routes_text(other, seconds=False)
    assert "seconds" not in routes_json(one, seconds=False)["stats"]
    assert json.loads(routes_text(replace(one, nets={}))) == routes_json(replace(one, nets={}))


def test_wires_are_read_back(tmp_path: Path) -> None:
    write_routes(routing(2), tmp_path / "r.json")
    (wire,) = read_routes_json(tmp_path / "r.json")
    assert replace(wire, segments=()) == replace(WIRE, segments=())
    assert (wire.segments[0], wire.segments[2]) == (WIRE.segments[0], WIRE.segments[2])
    assert isinstance(wire.segments[1], Arc)
    assert wire.segments[1].sweep == pytest.approx(math.pi / 2)
    assert wire.points(0.001) == WIRE.points(0.001)


PLACES = st.tuples(st.floats(-1e5, 1e5), st.floats(-1e5, 1e5))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PLACES, min_size=2, max_size=6), st.floats(0.01, 1e3), st.text(max_size=6), st.integers(0, 3))
def test_any_lines_are_read_back_exactly(tmp_path: Path, places: list[Any], width: float, net: str, layer: int) -> None:
    wire = Wire(net, "p", "b", width, tuple(Line(a, b) for a, b in itertools.pairwise(places)), layer)
    made = replace(routing(4), nets={net: NetRouting(net, "routed", (wire,), 1)})
    write_routes(made, tmp_path / "r.json")
    assert read_routes_json(tmp_path / "r.json") == (wire,)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"width": "4"}, "nets.a.wires.0.width"),
        ({"width": -4}, "nets.a.wires.0.width"),
        ({"from": None}, "nets.a.wires.0.from"),
        ({"segments": []}, "nets.a.wires.0.segments"),
        ({"segments": [{}]}, "nets.a.wires.0.segments"),
        ({"segments": [{"line": [[0, 0], [1, math.nan]]}]}, "nets.a.wires.0.segments.0.line.1.1"),
        ({"layer": -1}, "nets.a.wires.0.layer"),
    ],
)
def test_wrong_wires_are_refused(change: dict[str, Any], key: str, tmp_path: Path) -> None:
    table = routes_json(routing())
    table["nets"]["a"]["wires"][0] |= change
    (tmp_path / "r.json").write_text(json.dumps(table))
    with pytest.raises(InputError) as caught:
        read_routes_json(tmp_path / "r.json")
    assert caught.value.where is not None
    assert (caught.value.where.file, caught.value.where.key) == (tmp_path / "r.json", key)


@pytest.mark.parametrize("text", ["", "[]", "{}", "{", "[" * 100_000, '{"nets": ' + "9" * 5000 + "}"])
def test_what_is_no_file_of_routes_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text(text)
    with pytest.raises(InputError) as caught:
        read_routes_json(tmp_path / "r.json")
    assert caught.value.where is not None
    assert caught.value.where.file == tmp_path / "r.json"


def area(rows: dict[str, list[Any]], layer: str) -> float:
    import shapely

    return float(shapely.union_all([shapely.Polygon(points) for points in rows[layer]]).area)


def test_a_routing_is_drawn_on_layers_of_its_own() -> None:
    layout = routes_layout(routing(2))
    rows: dict[str, list[Any]] = {}
    for layer, points in layout.flat():
        rows.setdefault(layer, []).append(points)
    assert set(rows) == {"DIE", "KEEPOUT", "PAD", "BUMP", "RDL", "RDL2"}
    assert [cell.name for cell in layout.cells()] == ["NET_a", "small_case"]
    assert area(rows, "DIE") == 110 * 110
    assert area(rows, "KEEPOUT") == 50
    assert area(rows, "BUMP") == 400
    assert area(rows, "RDL2") == 300
    assert area(rows, "RDL") == pytest.approx(4 * WIRE.length + 300, rel=0.01)
    assert area(rows, "PAD") == pytest.approx(math.pi * 25 + math.pi * 6.25 + 50, rel=0.01)
    assert area(rows, "PAD") > math.pi * 25 + math.pi * 6.25 + 50, "circumscribed: no spacing is lost"
    assert {label.text for label in layout.placed_labels()} == {"p a", "b a", "q z"}


def test_nets_that_look_alike_are_cells_of_their_own(tmp_path: Path) -> None:
    nets = {name: NetRouting(name, "routed", (replace(WIRE, net=name),), 1) for name in ("a[0]", "a(0)", "")}
    made = replace(routing(), nets=nets)
    assert [c.name for c in routes_layout(made).cells()] == ["NET_", "NET_a", "NET_a_0_", "NET_a_0__2", "small_case"]
    for name in ("x.gds", "y.gds"):
        write_routes_gds(made, tmp_path / name)
    assert (tmp_path / "x.gds").read_bytes() == (tmp_path / "y.gds").read_bytes()


def test_a_wire_without_length_is_not_drawn() -> None:
    point = replace(WIRE, segments=(Line((0, 0), (0, 0.0001)),))
    made = replace(routing(), nets={"z": NetRouting("z", "routed", (point,), 1)})
    assert "NET_z" not in [cell.name for cell in routes_layout(made).cells()]
