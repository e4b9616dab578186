"""Routing problems read from files: real ones as they are, wrong ones refused with place and cure."""

from __future__ import annotations

import copy
import json
import math
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bumpgen.errors import InputError
from bumpgen.route.problem import Angles, Problem
from bumpgen.route.problem_file import FREE, read_problem
from tests.shared import SHARED, needs_shared

CASES = sorted((SHARED / "rdl_cases").glob("*.json"))
LATTICES = sorted((SHARED / "rdl_scale").glob("*.json"))
OCTAGON = [[10, 4], [4, 10], [-4, 10], [-10, 4], [-10, -4], [-4, -10], [4, -10], [10, -4]]


def metal(name: str, net: str | None, x: float, y: float, half: float = 10, **more: Any) -> dict[str, Any]:
    box = [x - half, y - half, x + half, y + half]
    return {"name": name, "net": net, "x": x, "y": y, "rects": [box], "polys": []} | more


def case() -> dict[str, Any]:
    """Net a in a pair, net b of two bumps chained to one pad, a bump of no net, one not to be routed."""
    return {
        "name": "small",
        "die": [0, 0, 400, 400],
        "phases": [
            {"nets": ["a"], "width": 10, "spacing": 5, "angles": 45},
            {"nets": ["b"], "width": 20, "spacing": 6, "angles": 45},
        ],
        "pads": [metal("pa", "a", 50, 20, 5), metal("pb", "b", 150, 20, 5), metal("px", "other", 250, 20, 5)],
        "bumps": [
            metal("ba", "a", 50, 200, route=True, terminal="pa"),
            metal("bb", "b", 150, 200, route=True),
            metal("bc", "b", 250, 200, route=True),
            metal("bn", None, 350, 200, route=False),
            metal("bd", "a", 350, 300, route=False, dont_route=True, terminal="not in pads"),
        ],
        "obstructions": [
            {"kind": "polygon", "net": "a", "pts": [[0, 300], [20, 300], [20, 320]]},
            {"kind": "rect", "pts": [[100, 300], [120, 320]]},
        ],
        "prewires": [{"net": "b", "rect": [200, 300, 210, 350], "type": "FIXED"}],
    }


def lattice() -> dict[str, Any]:
    return {
        "N": 2, "die": 300, "width": 10, "spacing": 8, "bump_flat": 60, "pad": 20,
        "bumps": [[200, 100], [100, 100], [100, 200], [200, 200]],
        "nets": [
            {"net": "n1", "bump": [100, 100], "pad": [80, 20]},
            {"net": "n0", "bump": [200, 100], "pad": [30, 20]},
        ],
    }  # fmt: skip


def read(data: Any, folder: Path, **options: bool) -> Problem:
    path = folder / "problem.json"
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    return read_problem(path, **options)


@needs_shared
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_real_case_is_read_whole(path: Path) -> None:
    data, problem = json.loads(path.read_text()), read_problem(path)
    assert problem.name == path.stem
    assert (problem.angles, problem.edge, problem.notes) == (Angles.OCTILINEAR, 0, ())
    assert len(problem.terminals) == len(data["bumps"]) + len(data["pads"])
    assert len(problem.obstacles) == len(data["obstructions"]), "a kept wire is listed there as well"
    routed = [t for t in problem.terminals if t.role == "bump" and t.wires]
    assert len(routed) == data["golden"]["bumps_to_route"]
    assert sum(bool(t.partner) for t in problem.terminals) == data["golden"]["terminal_constraints"]
    phase = data["phases"][0]
    assert {(rule.width, rule.space) for rule in problem.nets.values()} == {(phase["width"], phase["spacing"])}
    assert {rule.join for rule in problem.nets.values()} == {"tree" if "daisy" in path.stem else "pairs"}
    for terminal in problem.terminals:
        assert terminal.inner_radius > 0, "counter-clockwise about its place"


@needs_shared
def test_octagons_and_kept_wires_of_real_cases() -> None:
    octagons = read_problem(SHARED / "rdl_cases/rdl_route_45_with_oct_bump.json")
    assert Counter(len(t.outline) for t in octagons.terminals) == {8: 276, 4: 237}
    bump = next(t for t in octagons.terminals if t.name == "BUMP_0_0")
    assert (255.0, 229.09) in bump.outline
    kept = read_problem(SHARED / "rdl_cases/rdl_route_keep_existing.json")
    assert [(o.net, o.corners[0]) for o in kept.obstacles if o.net] == [("VDD", (285.0, 801.0))]


@needs_shared
@pytest.mark.parametrize("path", LATTICES, ids=lambda path: path.stem)
def test_a_real_lattice_is_read_whole(path: Path) -> None:
    data, problem = json.loads(path.read_text()), read_problem(path)
    count = len(data["nets"])
    assert (len(problem.nets), len(problem.terminals)) == (count, data["N"] ** 2 + count)
    assert sum(t.wires for t in problem.terminals) == 2 * count
    free = read_problem(path, free=True)
    assert sum(t.wires for t in free.terminals) == data["N"] ** 2 + count
    assert free.nets[FREE].classed


def test_a_case_says_what_each_terminal_is_for(tmp_path: Path) -> None:
    problem = read(case(), tmp_path)
    found = {t.name: (t.role, t.net, t.wires, t.partner) for t in problem.terminals}
    assert found == {
        "pa": ("pad", "a", 1, ""),
        "pb": ("pad", "b", 1, ""),
        "px": ("pad", "", 0, ""),
        "ba": ("bump", "a", 1, "pa"),
        "bb": ("bump", "b", 8, ""),
        "bc": ("bump", "b", 8, ""),
        "bn": ("bump", "", 0, ""),
        "bd": ("bump", "a", 0, ""),
    }
    assert {net: (r.width, r.space, r.join) for net, r in problem.nets.items()} == {
        "a": (10, 5, "pairs"),
        "b": (20, 6, "tree"),
    }
    assert {(o.net, len(o.corners)) for o in problem.obstacles} == {("a", 3), ("", 4), ("b", 4)}


def test_free_uses_bumps_of_no_net_but_not_those_left_out(tmp_path: Path) -> None:
    data = case()
    data["phases"] = [{"nets": ["a", "b"], "width": 10, "spacing": 5}]
    problem = read(data, tmp_path, free=True)
    assert {t.name for t in problem.terminals if t.wires} == {"pa", "pb", "ba", "bb", "bc", "bn"}
    assert {t.net for t in problem.terminals if t.wires} == set(problem.nets) == {FREE}
    with pytest.raises(InputError, match="2 different widths"):
        read(case(), tmp_path, free=True)


def test_metal_of_several_pieces(tmp_path: Path) -> None:
    data = case()
    octagon = [[350 + x, 200 + y] for x, y in OCTAGON[::-1]]  # clockwise, and closed as some files do
    data["bumps"][3] |= {"rects": [[360, 195, 380, 205]], "polys": [[*octagon, octagon[0]]]}
    problem = read(data, tmp_path)
    bump = next(t for t in problem.terminals if t.name == "bn")
    assert len(bump.outline) == 8
    assert bump.inner_radius == pytest.approx(14 / math.sqrt(2))
    assert [o.corners for o in problem.obstacles if o.name == "bn"] == [
        ((360, 195), (380, 195), (380, 205), (360, 205))
    ]


def test_size_stands_for_metal_where_there_is_none(tmp_path: Path) -> None:
    data = case()
    data["bumps"][0] |= {"rects": [], "shape": "octagon", "size": [60, 60]}
    bump = next(t for t in read(data, tmp_path).terminals if t.name == "ba")
    assert sorted(x for x, _ in bump.outline) == [20, 20, 37.573, 37.573, 62.427, 62.427, 80, 80]


def test_order_in_the_file_changes_nothing(tmp_path: Path) -> None:
    for data in (case(), lattice()):
        turned = {
            key: value[::-1] if isinstance(value, list) and key != "die" else value for key, value in data.items()
        }
        assert read(turned, tmp_path) == read(data, tmp_path)


def test_a_lattice_has_octagons_on_the_grid_with_flats_on_the_axes(tmp_path: Path) -> None:
    problem = read(lattice(), tmp_path)
    owned = {t.name: t for t in problem.terminals}
    assert sorted(owned) == ["bump_0_0", "bump_0_1", "bump_1_0", "bump_1_1", "n0/pad", "n1/pad"]
    assert (owned["bump_1_0"].net, owned["bump_0_1"].net, owned["bump_0_1"].wires) == ("n0", "", 0)
    assert owned["bump_0_0"].outline[0] == (112.427, 70)
    assert owned["n0/pad"].outline == ((20, 10), (40, 10), (40, 30), (20, 30))
    assert owned["bump_0_0"].inner_radius == pytest.approx(30, abs=1e-3)


def test_rounding_is_told(tmp_path: Path) -> None:
    data = lattice()
    data["nets"][0]["pad"] = [80.0004, 20]
    assert read(data, tmp_path).notes == ("1 coordinates were rounded to the grid of 0.001 µm",)


def put(*path: Any, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(data: Any) -> None:
        for key in path[:-1]:
            data = data[key]
        if value is None:
            del data[path[-1]]
        else:
            data[path[-1]] = value

    return change


WRONG = [
    (put("die", value=None), "die", "missing"),
    (put("die", value=[0, 0, 0, 400]), "die", "no area"),
    (put("die", value=[0, 0, 100, 100]), "pads", "outside the die"),
    (put("phases", value=[]), "phases", ""),
    (put("phases", 0, "width", value=-1), "phases.0.width", "-1"),
    (put("phases", 0, "width", value="10"), "phases.0.width", "10"),
    (put("phases", 0, "width", value=10.001), "phases.0.width", "10.001"),
    (put("phases", 0, "angles", value=30), "phases.0.angles", "30"),
    (put("phases", 1, "nets", value=["b", "a"]), "phases.1.nets", "two phases"),
    (put("bumps", 0, "net", value="A"), "bumps.0.net", "'A'"),
    (put("bumps", 0, "net", value=None), "bumps.0.net", "no net"),
    (put("bumps", 0, "terminal", value="p"), "bumps.0.terminal", "not in pads"),
    (put("bumps", 0, "terminal", value="pb"), "bumps.0.terminal", "of net 'b'"),
    (put("bumps", 0, "x", value=None), "bumps.0.x", "missing"),
    (put("bumps", 0, "x", value=math.nan), "bumps.0.x", "finite"),
    (put("bumps", 0, "x", value=True), "bumps.0.x", ""),
    (put("bumps", 0, "x", value=70), "bumps.0.x", "outside its metal"),
    (put("bumps", 0, "rects", value=[]), "bumps.0.rects", "no metal"),
    (put("bumps", 0, "rects", 0, value=[40, 190, 40, 210]), "bumps.0.rects.0", "3 corners"),
    (put("bumps", 1, "name", value="ba"), "bumps.1.name", "'ba'"),
    (put("bumps", 0, "polys", value=[[[0, 0], [1, 1]]]), "bumps.0.polys.0", "3 corners"),
    (put("obstructions", 0, "pts", value=[[0, 0], [9, 9], [9, 0], [0, 9]]), "obstructions.0.pts", ""),
    (put("prewires", 0, "rect", value=[1, 2, 3]), "prewires.0.rect", ""),
]  # fmt: skip


@pytest.mark.parametrize(("change", "key", "said"), WRONG)
def test_wrong_cases_are_refused(change: Callable[[Any], None], key: str, said: str, tmp_path: Path) -> None:
    data = case()
    change(data)
    with pytest.raises(InputError) as caught:
        read(data, tmp_path)
    where = caught.value.where
    assert where is not None
    assert (where.file, said in caught.value.message) == (tmp_path / "problem.json", True), caught.value.message
    assert (where.key or "").startswith(key)


def test_a_bump_that_is_not_convex_is_refused_with_a_cure(tmp_path: Path) -> None:
    data = case()
    bent = [[40, 190], [60, 190], [60, 195], [45, 195], [45, 210], [40, 210]]
    data["bumps"][0] |= {"rects": [], "polys": [bent], "x": 42, "y": 192}
    with pytest.raises(InputError, match="not convex") as caught:
        read(data, tmp_path)
    assert "several convex" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (put("nets", 0, "bump", value=[101, 100]), "nets.0.bump"),
        (put("nets", 0, "bump", value=[200, 100]), "nets.1.bump"),
        (put("nets", 0, "net", value="n0"), "nets.1.net"),
        (put("bumps", 0, value=[100, 100]), "bumps.1"),
        (put("bump_flat", value=60.001), "bump_flat"),
        (put("width", value=10.001), "width"),
        (put("pad", value=None), "pad"),
    ],
)
def test_wrong_lattices_are_refused(change: Callable[[Any], None], key: str, tmp_path: Path) -> None:
    data = lattice()
    change(data)
    with pytest.raises(InputError) as caught:
        read(data, tmp_path)
    assert caught.value.where is not None
    assert caught.value.where.key == key


@pytest.mark.parametrize("text", ["", "[]", "{}", "{", "[" * 100_000, '{"phases": ' + "9" * 5000 + "}", "\ufeff3"])
def test_what_is_no_problem_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(text, tmp_path)
    assert caught.value.where is not None
    assert caught.value.where.file == tmp_path / "problem.json"


def paths(data: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    rows = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path for key, value in rows for path in ((*at, key), *paths(value, (*at, key)))]


JUNK = st.one_of(
    st.none(), st.booleans(), st.floats(), st.integers(), st.text(max_size=5), st.just([]), st.just({}),
    st.lists(st.floats(-1e3, 1e3), max_size=4),
    st.lists(st.lists(st.integers(0, 400), min_size=2, max_size=2), max_size=6),
)  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_value_anywhere_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    problem: Any = copy.deepcopy(data.draw(st.sampled_from([case(), lattice()])))
    for _ in range(data.draw(st.integers(1, 2))):
        *way, last = data.draw(st.sampled_from(paths(problem)))
        node = problem
        for key in way:
            node = node[key]
        node[last] = data.draw(JUNK)
    found, refusal = read_or_refusal(problem, tmp_path, data.draw(st.booleans()))
    if found is not None:
        assert all(t.inner_radius >= -1e-3 for t in found.terminals)
    else:
        assert refusal is not None
        assert refusal.where is not None
        assert refusal.where.file == tmp_path / "problem.json"


def read_or_refusal(data: Any, folder: Path, free: bool) -> tuple[Problem | None, InputError | None]:
    try:
        return read(data, folder, free=free), None
    except InputError as error:
        return None, error
