"""Ratlines: which connections are shown, how crossings are counted, and that both formats come out."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial.distance import cdist

from bumpgen.build import plan_and_draw
from bumpgen.cli import main
from bumpgen.errors import InputError
from bumpgen.geometry import View
from bumpgen.plan.connect import connectivity
from bumpgen.read import read_design
from bumpgen.route.problem import NetRule, Obstacle, Problem, Terminal
from bumpgen.view.board import class_of
from bumpgen.view.picture import Outline, Picture, Primitive
from bumpgen.view.ratlines import crossings, open_ratlines, plan_ratlines, ratlines, ratlines_png, ratlines_svg

PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Joined:
    """A connection asked for."""

    net: str
    start: int
    end: int


def sample() -> tuple[Problem, list[Joined]]:
    """Two pads below, two bumps above, their connections crossed; a spare bump, an octagon and an obstacle."""
    octagon = tuple((300 + 30 * math.cos(a), 50 + 30 * math.sin(a)) for a in np.arange(8) * math.pi / 4)
    terminals = (
        Terminal.disc("p1", "VSS", "pad", 100, 50, 40),
        Terminal("p2", "VDD", "pad", 300, 50, octagon),
        Terminal.disc("b1", "VDD", "bump", 100, 350, 80),
        Terminal.disc("b2", "VSS", "bump", 300, 350, 80),
        Terminal.disc("spare", "", "bump", 200, 380, 20),
    )
    block = Obstacle(((180, 100), (220, 100), (220, 140), (180, 140)))
    rules = {"VDD": NetRule(10, 10), "VSS": NetRule(10, 10)}
    problem = Problem("cross", (0, 0, 400, 400), terminals, rules, (block,))
    return problem, [Joined("VSS", 0, 3), Joined("VDD", 1, 2)]


def told(picture: Picture) -> str:
    return " ".join(text.text for text in picture.texts)


def axis(shape: Primitive) -> list[float]:
    """The ends of a strip, x and y of both: the middles of its short sides."""
    assert isinstance(shape, Outline)
    a, b, c, d = shape.points
    return [*((a + d) / 2).tolist(), *((b + c) / 2).tolist()]


def test_each_connection_is_a_line_of_its_class() -> None:
    problem, asked = sample()
    shown = ratlines(problem, asked)
    shapes = shown.figures[-1].shapes
    assert axis(shapes["ground line"][0]) == pytest.approx([100, 50, 300, 350])
    assert axis(shapes["power line"][0]) == pytest.approx([300, 50, 100, 350])
    assert "signal line" not in shapes
    assert "2 connections to make, 1 crossing, 0.72 mm in straight lines" in told(shown)


def test_backdrop_has_every_terminal_and_obstacle() -> None:
    problem, asked = sample()
    root = ET.fromstring(ratlines_svg(problem, asked))  # noqa: S314  # our own text
    legend = {row.get("data-legend") for row in root.iter("{http://www.w3.org/2000/svg}rect")}
    assert {"pad", "bump", "unused", "obstacle", "power line", "ground line"} <= legend
    titles = {title.text for title in root.iter("{http://www.w3.org/2000/svg}title")}
    assert {"p1 VSS\npad", "p2 VDD\npad", "b1 VDD\nbump", "b2 VSS\nbump", "spare\nbump"} <= titles


def test_equal_input_gives_equal_bytes() -> None:
    problem, asked = sample()
    assert ratlines_svg(problem, asked) == ratlines_svg(*sample())
    data = ratlines_png(problem, asked, width=400)
    assert data.startswith(PNG)
    assert data == ratlines_png(*sample(), width=400)


def test_width_out_of_range_is_refused() -> None:
    problem, asked = sample()
    with pytest.raises(InputError, match="width of 20 pixels"):
        ratlines(problem, asked, width=20)


@pytest.mark.parametrize(
    ("net", "kind"),
    [("VSS", "ground"), ("vssd1", "ground"), ("GND", "ground"), ("AGND_2", "ground"), ("VDD", "power"),
     ("DVDD", "power"), ("vccd2", "power"), ("VDD3V3", "power"), ("p_ddr_ba_0_o", "signal"),
     ("mprj_io[3]", "signal"), ("", "signal"), ("clk", "signal")],
)  # fmt: skip
def test_class_of_a_net(net: str, kind: str) -> None:
    assert class_of(net) == kind


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        ([], 0),
        ([((0, 0), (10, 10))], 0),
        ([((0, 0), (10, 10)), ((0, 10), (10, 0))], 1),
        ([((0, 0), (10, 0)), ((10, 0), (20, 5))], 0),  # a shared end
        ([((0, 0), (10, 0)), ((0, 0), (5, 0))], 1),  # a shared end, and on along the other
        ([((0, 0), (10, 0)), ((5, 0), (5, 9))], 1),  # ends on the other
        ([((0, 0), (10, 0)), ((5, 0.001), (5, 9))], 0),
        ([((0, 0), (10, 0)), ((3, 0), (7, 0))], 1),  # inside the other
        ([((0, 0), (10, 0)), ((11, 0), (12, 0))], 0),
        ([((0, 0), (10, 0)), ((0, 0), (10, 0))], 1),
    ],
)
def test_crossings(lines: list[tuple[tuple[float, float], tuple[float, float]]], count: int) -> None:
    assert crossings(np.array(lines, dtype=np.float64).reshape(-1, 2, 2)) == count


PLACES = st.tuples(st.integers(0, 9), st.integers(0, 9))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(PLACES, PLACES).filter(lambda line: line[0] != line[1]), max_size=25))
def test_crossings_against_all_pairs(lines: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    import shapely

    expected = 0
    for i, one in enumerate(lines):
        for other in lines[:i]:
            common = shapely.LineString(one).intersection(shapely.LineString(other))
            shared = set(one) & set(other)
            only_end = common.geom_type == "Point" and any(common.distance(shapely.Point(p)) < 1e-9 for p in shared)
            expected += not common.is_empty and not only_end
    assert crossings(np.array(lines, dtype=np.float64).reshape(-1, 2, 2)) == expected


def test_many_crossings_are_counted_fast_and_whole() -> None:
    """Every level line crosses every upright one."""
    n = 700
    level = np.array([((0, i), (n, i)) for i in range(1, n)], dtype=np.float64)
    upright = np.array([((i, 0), (i, n)) for i in range(1, n)], dtype=np.float64)
    assert crossings(np.vstack((level, upright))) == (n - 1) ** 2


def test_a_design_without_wires_gets_the_shortest_trees() -> None:
    plan, _ = plan_and_draw(replace(read_design("caravel_gf180"), routes=()))
    lines = open_ratlines(plan)
    for net in {site.net for site in plan.sites if site.net}:
        places = np.array([(s.x, s.y) for s in plan.sites if s.net == net])
        length = sum(math.dist(a, b) for name, a, b in lines if name == net)
        assert length == pytest.approx(minimum_spanning_tree(cdist(places, places)).sum())


def test_ratlines_are_where_the_plan_is_open() -> None:
    design = read_design("caravel_gf180")
    whole, layout = plan_and_draw(design)
    assert open_ratlines(whole) == []
    assert "no connection is open" in told(plan_ratlines(whole, layout))
    less = replace(design, routes=tuple(r for i, r in enumerate(design.routes) if i % 5))
    plan, layout = plan_and_draw(less)
    opens = {found.nets[0] for found in connectivity(plan) if found.kind == "open"}
    lines = open_ratlines(plan)
    assert {net for net, _, _ in lines} == opens != set()
    assert re.search(rf"{len(lines)} connections open, \d+ crossings?", told(plan_ratlines(plan, layout)))


def test_pads_under_bumps_have_no_ratlines() -> None:
    plan, _ = plan_and_draw(read_design("staggered_10k"))
    assert plan.design.file.pads is not None
    assert plan.design.file.pads.under_bumps
    assert open_ratlines(plan) == []


def test_bumps_down_mirrors_the_drawing() -> None:
    plan, layout = plan_and_draw(read_design("gold_rdl_die"))
    up, down = (plan_ratlines(plan, layout, 800, view) for view in (View.BUMPS_UP, View.BUMPS_DOWN))
    x0, _, x1, _ = layout.outline or (0, 0, 0, 0)
    assert down.frame.to_page(x1, 0)[0] == pytest.approx(up.frame.to_page(x0, 0)[0])
    assert "view: bumps down" in told(down)


@pytest.mark.parametrize("suffix", ["svg", "png"])
def test_view_command(tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"a.{suffix}"
    result = CliRunner().invoke(main, ["view", "gold_rdl_die", "--ratlines", "-o", str(out)])
    assert result.exit_code == 0, result.output
    data = out.read_bytes()
    assert data.startswith(PNG) if suffix == "png" else b"no connection is open" in data
