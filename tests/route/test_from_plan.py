"""From a plan to a routing problem and back, with a router that draws straight wires."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from bumpgen.design import Bump, Design, DesignFile, Pad, Route
from bumpgen.errors import InputError
from bumpgen.plan import connectivity, plan
from bumpgen.process import read_process
from bumpgen.route.from_plan import problem_of, routed_design
from bumpgen.route.pairing import connections
from bumpgen.route.problem import Angles, Problem
from bumpgen.route.routing import Line, NetRouting, Routing, Wire

TABLE = {"file": "t.csv", "unit": "um", "view": "bumps_up", "columns": {"x": "x", "y": "y", "net": "net"}}


def straight(problem: Problem) -> Routing:
    """Each connection a straight wire, whatever is in its way; those of net "lost" are not made."""
    wires: dict[str, list[Wire]] = {}
    asked = connections(problem)
    for each in asked:
        a, b = problem.terminals[each.start], problem.terminals[each.end]
        line = Line((a.x, a.y), (b.x, b.y))
        wires.setdefault(each.net, []).append(
            Wire(each.net, a.name, b.name, problem.nets[each.net].width, (line,), a.layer)
        )
    nets = {
        net: NetRouting(net, "unrouted", (), len(own), "a wall")
        if net == "lost"
        else NetRouting(net, "routed", tuple(own), len(own))
        for net, own in wires.items()
    }
    return Routing(problem, nets)


def design(
    pads: list[Pad], bumps: list[Bump], routing: dict[str, Any], process: str = "wlcsp_500", **more: Any
) -> Design:
    routes = more.pop("wires", ())
    facts = {"name": "d", "process": process, "die": {"width": 3000, "height": 3000}, "pads": {"table": TABLE}}
    file = DesignFile.model_validate(facts | {"routing": routing} | more)
    return Design(file, Path("design.toml"), read_process(process), tuple(pads), tuple(bumps), tuple(routes))


PADS = [Pad("p", 500, 60, "N"), Pad("q", 1500, 60, "M")]
BUMPS = [Bump("A1", 500, 1000, "N"), Bump("A2", 1500, 1000, "M")]


def test_a_disc_stays_a_disc_and_other_metal_is_its_hull() -> None:
    problem = problem_of(plan(design(PADS, BUMPS, {})))
    pad, _, bump, _ = problem.terminals
    assert (bump.name, bump.net, bump.outline) == ("bump A1", "N", ((500.0, 1000.0),))
    assert bump.radius == pytest.approx(135, abs=0.06)
    assert bump.radius >= 135
    assert len(pad.outline) == 8
    assert {round(abs(x - 500), 3) for x, _ in pad.outline} == {30.0, 22.93}
    assert (problem.outline, problem.grid, problem.angles) == ((0.0, 0.0, 3000.0, 3000.0), 0.001, Angles.ANY)


def test_widths_and_spaces_come_from_net_class_table_and_process_in_that_order() -> None:
    rule = problem_of(plan(design(PADS, BUMPS, {}))).nets["N"]
    assert (rule.width, rule.space, rule.join) == (40, 10, "tree")
    routing = {
        "width": 20, "space": 12, "angles": "45", "edge": 7,
        "classes": {"wide": {"nets": ["N", "M*"], "width": 60}}, "nets": {"M": {"width": 30, "neck": 16}},
    }  # fmt: skip
    problem = problem_of(plan(design(PADS, BUMPS, routing)))
    assert {net: (r.width, r.space, r.neck) for net, r in problem.nets.items()} == {"N": (60, 12, 0), "M": (30, 12, 16)}
    assert (problem.angles, problem.edge) == (Angles.OCTILINEAR, 7)


def test_cells_placed_by_hand_and_keepouts_are_in_the_way() -> None:
    ring = {"cell": "seal_ring", "at": [[0, 0]], "set": {"die_width": 3000, "die_height": 3000}}
    keepout = {"box": [100, 100, 200, 300], "margin": 5}
    problem = problem_of(plan(design(PADS, BUMPS, {"keepouts": [keepout]}, cells=[ring])))
    assert {o.margin for o in problem.obstacles if o.name == "seal_ring"} == {15.0}  # RDL.E.1
    (area,) = (o for o in problem.obstacles if o.name == "keepout 1")
    assert (area.margin, area.layer, area.corners[2]) == (5, None, (200, 300))


def test_a_wire_of_the_table_is_kept_and_its_net_not_asked_again() -> None:
    kept = Route("N", ((500, 60), (500, 1000)), 40)
    chip = design(PADS, BUMPS, {}, wires=[kept])
    problem = problem_of(plan(chip))
    assert [o.net for o in problem.obstacles] == ["N"]
    assert [t.name for t in problem.terminals if t.wires] == ["pad q", "bump A2"]
    routed = routed_design(plan(chip), straight)
    assert routed.routes[0] == kept
    assert [r.net for r in routed.routes] == ["N", "M"]  # the table's wire comes first
    assert connectivity(plan(routed)) == ()


def test_half_of_a_tree_that_is_drawn_is_asked_for_once() -> None:
    pads = [*PADS, Pad("r", 800, 60, "N")]
    kept = Route("N", ((500, 60), (800, 60)), 40)
    problem = problem_of(plan(design(pads, BUMPS, {}, wires=[kept])))
    assert sorted(t.name for t in problem.terminals if t.wires and t.net == "N") == ["bump A1", "pad p"]


def test_free_bumps_get_the_nets_of_their_pads() -> None:
    bumps = [Bump("A1", 500, 1000, "io"), Bump("A2", 1500, 1000, "io"), Bump("A3", 2500, 1000, "io")]
    routing = {"classes": {"io": {"nets": ["N", "M"], "free": True}}}
    routed = routed_design(plan(design(PADS, bumps, routing)), straight)
    assert [b.net for b in routed.bumps] == ["N", "M", ""]
    assert {r.net: r.bump for r in routed.routes} == {"N": "A1", "M": "A2"}
    (note,) = (n for n in routed.notes if n.startswith("class io"))
    assert "A1 = N, A2 = M; without a net: A3" in note
    assert connectivity(plan(routed)) == ()


def test_a_net_with_a_bump_of_its_own_is_not_free() -> None:
    bumps = [Bump("A1", 500, 1000, "io"), Bump("A2", 1500, 1000, "M")]
    routing = {"classes": {"io": {"nets": ["*"], "free": True}}}
    problem = problem_of(plan(design(PADS, bumps, routing)))
    assert {t.name: t.net for t in problem.terminals} == {
        "pad p": "io", "pad q": "M", "bump A1": "io", "bump A2": "M",
    }  # fmt: skip
    assert (problem.nets["io"].classed, problem.nets["io"].join, problem.nets["M"].classed) == (True, "pairs", False)


def test_what_is_not_routed_is_open_with_the_reason() -> None:
    pads = [PADS[0], Pad("q", 1500, 60, "lost")]
    routed = routed_design(plan(design(pads, [BUMPS[0], Bump("A2", 1500, 1000, "lost")], {})), straight)
    (found,) = connectivity(plan(routed))
    assert (found.kind, found.nets) == ("open", ("lost",))
    assert "pad q" in found.message
    assert found.message.endswith("not routed: a wall")


def test_teardrops_point_along_the_wires_unless_another_net_is_in_the_way() -> None:
    routed = plan(routed_design(plan(design(PADS, BUMPS, {})), straight))
    angles = {s.name: s.spec.changes["capture_pad"]["angles"] for s in routed.sites if s.role == "bump"}
    assert angles == {"A1": (270.0,), "A2": (270.0,)}
    # the teardrop's mouth is 135·√2 µm below the bump; a foreign wire passes 5 µm below that
    y = 1000 - 135 * math.sqrt(2) - 5 - 20
    kept = Route("X", ((200, y), (400, y), (450, y), (800, y)), 40)
    crowded = routed_design(plan(design(PADS, BUMPS, {}, wires=[kept])), straight)
    assert [b.teardrops for b in crowded.bumps] == [False, True]
    assert any("no room for a teardrop" in note and note.endswith("A1") for note in crowded.notes)


def test_no_teardrops_where_none_are_wanted() -> None:
    routed = plan(routed_design(plan(design(PADS, BUMPS, {"teardrops": False})), straight))
    assert all(s.spec.changes["capture_pad"]["angles"] == () for s in routed.sites if s.role == "bump")


def test_a_pad_without_metal_gets_a_landing_that_covers_its_opening() -> None:
    chip = design(PADS, BUMPS, {})
    sites = {**chip.process.sites, "pad": chip.process.sites["pad"][:1]}  # the polymer opening alone
    bare = chip.process.model_copy(update={"sites": sites})
    routed = routed_design(plan(Design(chip.file, chip.path, bare, chip.pads, chip.bumps)), straight)
    landings = [r for r in routed.routes if r.name.startswith("landing")]
    assert [(r.net, r.width) for r in landings] == [("N", 60.0), ("M", 60.0)]  # 40 of the opening and 10 on each side
    assert connectivity(plan(routed)) == ()


def crossing() -> Design:
    """Two nets whose straight wires cross, on two layers."""
    pads = [Pad("p", 1000, 60, "N"), Pad("q", 2000, 60, "M")]
    bumps = [Bump("A1", 2000, 1500, "N"), Bump("A2", 1000, 1500, "M")]
    return design(pads, bumps, {"layers": ["RDL1", "RDL2"]}, "wlcsp_500_two_rdl")


def test_nets_that_cross_are_on_different_layers_and_joined_by_vias() -> None:
    routed = routed_design(plan(crossing()), straight)
    wires = {r.net: r for r in routed.routes if " to " in r.name}
    assert {wires["N"].layer, wires["M"].layer} == {"", "RDL2"}
    assert routed.routed is not None
    assert len(routed.routed.vias) == 2  # at the bump of the lower net and at the pad of the upper
    assert connectivity(plan(routed)) == ()


def test_vias_keep_away_from_openings_as_the_rules_ask() -> None:
    routed = routed_design(plan(crossing()), straight)
    assert routed.routed is not None
    stands = {(p.net, "pad"): (p.x, p.y) for p in routed.pads} | {(b.net, "bump"): (b.x, b.y) for b in routed.bumps}
    distances = sorted(
        min(math.dist((via.x, via.y), stands[via.net, role]) for role in ("pad", "bump")) for via in routed.routed.vias
    )
    # pad: half of 40 + 25 + half of 40 to a chamfered opening's corner; bump: UBM 125 + 10 + 20, or POLY3 110 + 25 + 20
    assert 65 <= distances[0] < 75
    assert 155 <= distances[1] < 160


def test_problem_on_two_layers_has_each_nets_metal_on_the_layers_it_is_on() -> None:
    problem = problem_of(plan(crossing()), {"N": 0, "M": 1})
    ends = {t.name: (t.net, t.layer) for t in problem.terminals if t.wires}
    assert ends == {"pad p": ("N", 0), "bump A1": ("N", 0), "pad q": ("M", 1), "bump A2": ("M", 1)}
    blocked = {(t.net, t.layer) for t in problem.terminals if not t.wires}
    assert blocked == {("N", 1), ("M", 0)}
    assert {(o.net, o.layer) for o in problem.obstacles} == {("", 0), ("", 1)}  # a strap at the pad, one at the bump


def test_a_plane_joins_its_net_round_the_other_wires() -> None:
    pads = [*PADS, Pad("g", 2400, 60, "VSS")]
    bumps = [*BUMPS, Bump("A3", 2400, 1000, "VSS")]
    routed = routed_design(plan(design(pads, bumps, {"planes": [{"net": "VSS", "space": 20}]})), straight)
    assert sorted(r.net for r in routed.routes) == ["M", "N"]
    assert connectivity(plan(routed)) == ()
    assert any(note.startswith("plane VSS:") and "2 pads and bumps joined" in note for note in routed.notes)


@pytest.mark.parametrize(
    ("routing", "process", "said"),
    [
        ({}, "balldrop", "has no layer RDL to route on"),
        ({"layers": ["RDL1", "UBM"]}, "wlcsp_500_two_rdl", "no opening that joins RDL1 and UBM"),
        ({"width": 10}, "gold_rdl", None),
    ],
)
def test_what_can_not_be_routed_is_refused(routing: dict[str, Any], process: str, said: str | None) -> None:
    planned = plan(design(PADS, BUMPS, routing, process))
    if said is None:
        assert problem_of(planned).nets["N"].width == 10
        return
    with pytest.raises(InputError, match=said):
        problem_of(planned, {"N": 1})
