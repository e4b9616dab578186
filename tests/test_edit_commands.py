"""`bumpgen bumps`, `wires` and `ghost`: a design changed, tried first, comments kept."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import klayout.db as db
import pytest
from click.testing import CliRunner

import bumpgen
from bumpgen import resources
from bumpgen.cli import main


def invoke(*command: Any, code: int = 0) -> dict[str, Any]:
    done = CliRunner().invoke(main, [str(part) for part in command] + ["--json"])
    assert done.exit_code == code, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def copied(name: str, folder: Path) -> Path:
    return Path(shutil.copytree(resources.folder("designs") / name, folder / name))


def difference(a: Path, b: Path) -> int:
    """µm² that two layouts differ by, over all layers (in database units)."""
    one, two = db.Layout(), db.Layout()
    one.read(str(a))
    two.read(str(b))
    area = 0
    for info in {(i.layer, i.datatype) for layout in (one, two) for i in layout.layer_infos()}:
        regions = [db.Region(each.top_cell().begin_shapes_rec(each.layer(*info))) for each in (one, two)]
        area += (regions[0] ^ regions[1]).area()
    return area


def bare(folder: Path) -> Path:
    """caravel_routed without bumps and wires."""
    path = copied("caravel_routed", folder)
    text = (path / "design.toml").read_text()
    (path / "design.toml").write_text(text[: text.index("[bumps]")])
    (path / "bumps.csv").rename(folder / "vendor.csv")
    return path


def test_a_design_without_bumps_gets_them_and_their_wires(tmp_path: Path) -> None:
    design = bare(tmp_path)
    assert invoke("bumps", "list", design)["bumps"] == []
    columns = "name=ball,x=x_um,y=y_um,net=net"
    taken = invoke(
        "bumps", "import", design, tmp_path / "vendor.csv", "--unit", "um", "--view", "bumps_up", "--columns", columns
    )
    assert taken["bumps"] == 60
    wired = invoke("wires", "route", design)
    assert wired["problems"] == []
    text = (design / "design.toml").read_text()
    assert text.startswith("# The same chip as caravel_gf180")  # its comments are still there
    for name in (design, "caravel_routed"):
        invoke("build", name, "-o", tmp_path / f"out_{Path(name).parent.name}", "-f", "gds")
    built = [tmp_path / f"out_{tmp_path.name}" / "caravel_routed.gds", tmp_path / "out_" / "caravel_routed.gds"]
    assert difference(*built) == 0


def test_only_some_nets_are_routed_and_more_later(tmp_path: Path) -> None:
    design = copied("caravel_routed", tmp_path)
    text = (design / "design.toml").read_text()
    (design / "design.toml").write_text(text.replace("[routing]", ""))
    first = invoke("wires", "route", design, "--net", "mprj_io[23]", "--net", "resetb", code=1)
    assert invoke("bumps", "list", design)["routing"] == {"only": ["mprj_io[23]", "resetb"]}
    nets = {route.net for route in routed(design)}
    assert nets == {"mprj_io[23]", "resetb"}
    assert len(first["problems"]) == 55
    invoke("wires", "route", design, "--net", "vccd", code=1)
    assert {route.net for route in routed(design)} == {"mprj_io[23]", "resetb", "vccd"}
    invoke("wires", "remove", design, "--net", "resetb")
    assert {route.net for route in routed(design)} == {"mprj_io[23]", "vccd"}
    assert invoke("wires", "route", design)["problems"] == []


def routed(design: Path) -> tuple[bumpgen.design.Route, ...]:
    from bumpgen.build import plan_and_draw

    return plan_and_draw(bumpgen.read_design(design))[0].design.routes


def test_a_wire_drawn_by_hand_is_kept(tmp_path: Path) -> None:
    design = copied("caravel_routed", tmp_path)
    text = (design / "design.toml").read_text()
    (design / "design.toml").write_text(text.replace("[routing]", ""))
    drawn = tmp_path / "drawn.csv"
    drawn.write_text("net,layer,width_um,points_um\n,RDL,40,30:460 215:285 680:290\n")
    found = invoke("wires", "add", design, "--from", drawn)
    assert (found["kept"], found["wires"], len(found["problems"])) == (1, 1, 56)  # of 57 nets
    rows = (design / "routes.csv").read_text().splitlines()
    assert rows == [
        "route,net,width_um,points_um", "pad P1 to bump A10,vccd,40,32:462.5 30:460 215:285 680:290 690:285",
    ]  # fmt: skip
    again = invoke("wires", "add", design, "--from", drawn)
    assert again["kept"] == 1
    more = invoke("wires", "route", design, "--net", "vccd", "--net", "resetb", code=1)
    assert (more["kept"], len(more["problems"])) == (1, 55)
    assert sum(route.net == "vccd" for route in routed(design)) == 1


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (",RDL,40,30:460 1000:1200", "lies on no pad and no bump"),
        (",RDL,40,32:462.5 32:667.5", "joins pad P1 of vccd with pad P2 of vddio"),
        ("vddio,RDL,40,32:462.5 690:285", "said to be on vddio"),
        (",POLY1,40,32:462.5 690:285", "wires run on RDL"),
        (",RDL,forty,32:462.5 690:285", "no numbers"),
        (",RDL,40,32:462.5", "two points"),
    ],
)
def test_a_wire_that_joins_nothing_is_refused(row: str, said: str, tmp_path: Path) -> None:
    design = copied("caravel_routed", tmp_path)
    before = {path.name: path.read_bytes() for path in design.iterdir()}
    drawn = tmp_path / "drawn.csv"
    drawn.write_text(f"net,layer,width_um,points_um\n{row}\n")
    error = invoke("wires", "add", design, "--from", drawn, code=2)["error"]
    assert said in error["message"]
    assert error["line"] == 2
    assert error["cure"]
    assert {path.name: path.read_bytes() for path in design.iterdir()} == before


def test_bumps_are_placed_renumbered_and_given_nets(tmp_path: Path) -> None:
    design = bare(tmp_path)
    placed = invoke("bumps", "place", design, "--columns", 6, "--rows", 10, "--pitch", 500)
    assert placed["bumps"] == 60
    rows = invoke("bumps", "list", design)["bumps"]
    assert rows[0] == {"name": "A1", "x": 690.0, "y": 4785.0, "net": "", "kind": ""}
    invoke("bumps", "renumber", design, "--letters", "columns", "--a1", "bottom_left")
    names = {bump["name"]: (bump["x"], bump["y"]) for bump in invoke("bumps", "list", design)["bumps"]}
    assert names["A1"] == (690.0, 285.0)
    assert names["F10"] == (3190.0, 4785.0)
    given = invoke("bumps", "assign", design, "--net", "vccd", "--net", "resetb")
    *pairs, left = given["told"]
    assert sorted(line.split(": ")[1] for line in pairs) == ["resetb", "vccd"]
    one = invoke("bumps", "assign", design, "--net", "clock", "--bump", "C4")
    count = int(left.split()[0])
    assert one["told"] == ["C4: clock", f"{count - 1} nets of pads have no bump"]
    for name in ("C4", "Z9"):
        error = invoke("bumps", "assign", design, "--bump", name, code=2)["error"]
        assert error["message"] == f"bump {name} has a net already, or there is none of that name"
    assert invoke("wires", "route", design, "--net", "vccd", code=1)["wires"] > 0


def small(folder: Path, process: str = "wlcsp_400") -> Path:
    """A chip with three pads on one net and two more, without bumps."""
    design = folder / "chip"
    assert CliRunner().invoke(main, ["new", str(design), "--pdk", process, "--die", "2000", "2000"]).exit_code == 0
    pads = [f"P{i},{200 + 300 * i},100,{net}" for i, net in enumerate(("VDD", "a", "VDD", "b", "VDD"))]
    (design / "pads.csv").write_text("\n".join(("pad,x,y,net", *pads)) + "\n")
    table = '[pads.table]\nfile = "pads.csv"\nunit = "um"\nview = "bumps_up"\n'
    columns = 'columns = { name = "pad", x = "x", y = "y", net = "net" }\n'
    with (design / "design.toml").open("a") as file:
        file.write(table + columns)
    return design


def test_more_pads_than_bumps_share_them_and_more_nets_are_told(tmp_path: Path) -> None:
    design = small(tmp_path)
    invoke("bumps", "place", design, "--columns", 2, "--rows", 1, "--pitch", 400)
    error = invoke("bumps", "assign", design, code=2)["error"]
    assert error["message"] == "3 nets need a bump, 2 are free"
    assert "place more bumps" in error["cure"]
    invoke("bumps", "place", design, "--columns", 2, "--rows", 2, "--pitch", 400)
    told = invoke("bumps", "assign", design)["told"]
    assert sorted(line.split(": ")[1] for line in told) == ["VDD", "VDD", "a", "b"]
    assert sorted(path.name for path in design.iterdir()) == ["bumps.csv", "design.toml", "pads.csv"]
    assert invoke("wires", "route", design)["problems"] == []


@pytest.mark.parametrize("process", ["flux_ball", "balldrop", "plated_bump"])
def test_a_process_without_wires_has_its_bumps_on_the_pads(process: str, tmp_path: Path) -> None:
    design = small(tmp_path, process)
    pads = {pad["name"]: pad for pad in invoke("bumps", "list", design)["pads"]}
    invoke("bumps", "place", design, "--columns", 4, "--rows", 4, "--pitch", 400)
    error = invoke("bumps", "assign", design, code=2)["error"]
    assert error["message"] == f"process {process} draws no wires: its bumps lie on the pads"
    assert Path(error["file"]) == design / "design.toml"
    assert "on-pads" in error["cure"]
    assert invoke("bumps", "on-pads", design)["told"] == []
    bumps = invoke("bumps", "list", design)["bumps"]
    assert {b["name"]: (b["x"], b["y"], b["net"]) for b in bumps} == {
        name: (pad["x"], pad["y"], pad["net"]) for name, pad in pads.items()
    }
    checked = json.loads(CliRunner().invoke(main, ["check", str(design), "--json"]).stdout)
    nets = {row["rule"]: row["count"] for row in checked["results"] if row["rule"].startswith("NET.")}
    assert set(nets.values()) == {0}


def test_bumps_on_pads_need_pads_and_go_beside_others(tmp_path: Path) -> None:
    design = small(tmp_path)
    invoke("bumps", "place", design, "--columns", 2, "--rows", 1, "--pitch", 400)
    assert invoke("bumps", "on-pads", design, "--add")["bumps"] == 2 + 5
    assert CliRunner().invoke(main, ["new", str(tmp_path / "bare"), "--pdk", "balldrop", "--die", "900", "900"])
    error = invoke("bumps", "on-pads", tmp_path / "bare", code=2)["error"]
    assert error["message"] == "the design has no pads"


def test_what_the_router_refuses_names_the_designs_own_file(tmp_path: Path) -> None:
    error = invoke("wires", "route", on_pads(tmp_path, "flux_ball"), code=2)["error"]
    assert "has no layer RDL to route on" in error["message"]
    assert Path(error["file"]) == tmp_path / "chip" / "design.toml"


def on_pads(folder: Path, process: str) -> Path:
    design = small(folder, process)
    invoke("bumps", "on-pads", design)
    return design


def test_wires_of_one_net_go_and_come(tmp_path: Path) -> None:
    design = copied("caravel_routed", tmp_path)
    before = (design / "design.toml").read_text()
    whole = invoke("wires", "route", design)["wires"]
    less = invoke("wires", "remove", design, "--net", "resetb", code=0)
    assert less["wires"] < whole
    assert [line.split(" is ")[0] for line in less["problems"]] == ["open: net resetb"]
    again = invoke("wires", "route", design, "--net", "resetb")
    assert (again["wires"], again["problems"]) == (whole, [])
    assert (design / "design.toml").read_text() == before  # all of them: nothing needs to be said
    error = invoke("wires", "remove", design, "--net", "resett", code=2)["error"]
    assert (error["message"], error["cure"]) == ("no pad and no bump is on net 'resett'", "did you mean 'resetb'?")


def test_a_net_of_pads_alone_is_joined_when_others_are_removed(tmp_path: Path) -> None:
    design = small(tmp_path)
    invoke("bumps", "place", design, "--columns", 2, "--rows", 1, "--pitch", 400)
    invoke("bumps", "assign", design, "--net", "a", "--net", "b")
    assert invoke("wires", "route", design)["problems"] == []
    left = invoke("wires", "remove", design, "--net", "a")
    assert [line.split(" is ")[0] for line in left["problems"]] == ["open: net a"]


def test_a_net_of_a_free_class_stands_for_its_class(tmp_path: Path) -> None:
    design = copied("fanout_free", tmp_path)
    told = invoke("wires", "remove", design, "--net", "gpio[3]")
    assert told["told"] == ["gpio[3] is paired freely within class io: all of the class is meant"]
    assert told["wires"] == 0
    assert invoke("wires", "route", design, "--net", "gpio[3]")["problems"] == []


def test_nets_of_a_free_class_are_not_given_to_others(tmp_path: Path) -> None:
    design = copied("fanout_free", tmp_path)
    text = (design / "design.toml").read_text()
    (design / "design.toml").write_text(text.replace('depopulate = ["C3"]', ""))
    bumps = invoke("bumps", "list", design)["bumps"]
    rows = [f"{b['name']},{b['x']},{b['y']},{'' if b['name'] == 'C3' else b['net']}" for b in bumps]
    (tmp_path / "map.csv").write_text("\n".join(("name,x,y,net", *rows)) + "\n")
    columns = "name=name,x=x,y=y,net=net"
    invoke("bumps", "import", design, tmp_path / "map.csv", "--unit", "um", "--view", "bumps_up", "--columns", columns)
    error = invoke("bumps", "assign", design, code=2)["error"]
    assert error["message"] == "there is nothing to assign: every pad's net has a bump"


def test_nets_that_meet_nothing_are_told(tmp_path: Path) -> None:
    design = copied("caravel_routed", tmp_path)
    rows = (design / "bumps.csv").read_text().replace(",resetb", ",resett")
    (tmp_path / "map.csv").write_text(rows)
    columns = "name=ball,x=x_um,y=y_um,net=net"
    made = invoke("bumps", "import", design, tmp_path / "map.csv", "--unit", "um", "--view", "bumps_up",
                  "--columns", columns)  # fmt: skip
    assert "no pad is on net 'resett'; did you mean 'resetb'?" in made["told"]
    assert "1 net of pads has no bump" in made["told"]


def test_places_keep_their_nets(tmp_path: Path) -> None:
    design = copied("caravel_routed", tmp_path)
    before = {(b["x"], b["y"]): b["net"] for b in invoke("bumps", "list", design)["bumps"]}
    invoke("bumps", "place", design, "--columns", 6, "--rows", 10, "--pitch", 500, "--letters", "rows")
    after = {(b["x"], b["y"]): b["net"] for b in invoke("bumps", "list", design)["bumps"]}
    assert after == before


@pytest.mark.parametrize("locked", ["design.toml", "bumps.csv"])
def test_a_read_only_file_is_told_and_nothing_is_changed(locked: str, tmp_path: Path) -> None:
    design = copied("caravel_routed", tmp_path)
    (design / locked).chmod(0o444)
    before = {path.name: path.read_bytes() for path in design.iterdir()}
    error = invoke("bumps", "place", design, "--columns", 5, "--rows", 9, "--pitch", 500, code=2)["error"]
    assert (error["message"], Path(error["file"]).name) == ("this file is read-only", locked)
    assert "chmod u+w" in error["cure"]
    assert {path.name: path.read_bytes() for path in design.iterdir()} == before
    (design / locked).chmod(0o644)
    assert invoke("bumps", "place", design, "--columns", 5, "--rows", 9, "--pitch", 500)["bumps"] == 45


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("bumps", "place", "caravel_routed", "--columns", 2, "--rows", 2, "--pitch", 500), "came with bumpgen"),
        (("bumps", "place", "{}", "--columns", 60, "--rows", 2, "--pitch", 500), "off the die"),
        (("wires", "route", "{}", "--net", "nowhere"), "nowhere"),
        (("bumps", "assign", "{}"), "nothing to assign"),
        (("ghost", "{}", "-o", "ghost.oas"), ".gds"),
        (("ghost", "{}", "--assembly", "module_on_laminate", "-o", "ghost.gds"), "no part"),
    ],
)
def test_what_cannot_be_is_refused(command: tuple[Any, ...], said: str, tmp_path: Path) -> None:
    design = copied("caravel_routed", tmp_path)
    before = {path.name: path.read_bytes() for path in design.iterdir()}
    error = invoke(*(str(design) if part == "{}" else part for part in command), code=2)["error"]
    assert said in error["message"]
    assert error["cure"]
    assert {path.name: path.read_bytes() for path in design.iterdir()} == before


@pytest.mark.parametrize("part", ["module_chip", "module_second"])
def test_a_ghost_lies_where_the_assembly_puts_it(part: str, tmp_path: Path) -> None:
    """Joints of the other part lie over the design's own bumps."""
    told = invoke("ghost", part, "--assembly", "module_on_laminate", "-o", tmp_path / "ghost.gds")
    assert told["others"]
    assert all(layer["gds"][0] >= 1000 for layer in told["layers"])
    layout = db.Layout()
    layout.read(str(tmp_path / "ghost.gds"))
    wanted = "second.PILLAR2" if part == "module_chip" else "first.PILLAR"
    number = next(layer["gds"] for layer in told["layers"] if layer["name"] == wanted)
    found = db.Region(layout.top_cell().begin_shapes_rec(layout.layer(*number)))
    centres = {(p.bbox().center().x, p.bbox().center().y) for p in found.each_merged()}
    own = {(round(bump.x * 1000), round(bump.y * 1000)) for bump in bumpgen.read_design(part).bumps}
    assert centres
    assert all(min(abs(x - u) + abs(y - v) for u, v in own) <= 1 for x, y in centres)


def test_a_ghost_without_an_assembly_is_the_half_that_mate_writes(tmp_path: Path) -> None:
    design = copied("module_chip", tmp_path)
    before = {path.name: path.read_bytes() for path in design.iterdir()}
    told = invoke("ghost", design, "--process", "pillar", "-o", tmp_path / "ghost.gds")
    assert told["part"] == "first"
    assert len(told["others"]) == 1
    assert {path.name: path.read_bytes() for path in design.iterdir()} == before


def test_wires_taken_away_leave_what_else_is_said_of_routing(tmp_path: Path) -> None:
    design = copied("two_layer_rdl", tmp_path)
    before = bumpgen.read_design(design).file.routing
    assert invoke("wires", "remove", design)["wires"] == 0
    without = bumpgen.read_design(design).file.routing
    assert without is not None
    assert not without.enabled
    invoke("wires", "route", design)
    assert bumpgen.read_design(design).file.routing == before


def test_a_map_taken_from_a_table_keeps_what_the_table_does_not_say(tmp_path: Path) -> None:
    design = copied("caravel_gf180", tmp_path)
    bumps = bumpgen.read_design(design).bumps
    table = tmp_path / "edited.csv"
    rows = [f"{bump.name},{bump.x},{bump.y},{bump.net}" for bump in bumps]
    table.write_text("\n".join(["name,x,y,net", *rows]) + "\n")
    options = ("--unit", "um", "--view", "bumps_up", "--columns", "name=name,x=x,y=y,net=net")
    invoke("bumps", "import", design, table, *options)
    again = bumpgen.read_design(design)
    assert [bump.angles for bump in again.bumps] == [bump.angles for bump in bumps]
    assert again.file.bumps is not None
    assert again.file.bumps.check is not None


def test_a_new_map_is_not_held_against_the_old_one_and_says_so(tmp_path: Path) -> None:
    design = copied("caravel_gf180", tmp_path)
    text = (design / "design.toml").read_text()
    (design / "design.toml").write_text(text[: text.index("[routes]")])
    told = invoke("bumps", "renumber", design, "--a1", "bottom_left")["told"]
    assert [line.partition("]")[0] for line in told[1:]] == ["[bumps.naming", "[bumps.check"]


@pytest.mark.parametrize(
    "command",
    [("renumber",), ("place", "--columns", "6", "--rows", "10", "--pitch", "500", "--at", "690,285")],
    ids=["renumber", "place"],
)
def test_wires_that_name_their_bumps_follow_new_names(tmp_path: Path, command: tuple[str, ...]) -> None:
    design = copied("caravel_gf180", tmp_path)
    bumps = {bump.net: bump for bump in bumpgen.read_design(design).bumps}
    lines = (design / "routes.csv").read_text().splitlines()
    rows = [lines[0] + ",ball"]
    for line in lines[1:]:
        bump, last = bumps[line.split(",")[1]], line.split()[-1]
        ends = abs(float(last.split(":")[0]) - bump.x) + abs(float(last.split(":")[1]) - bump.y) < 1
        rows.append(f"{line},{bump.name if ends else ''}")
    (design / "routes.csv").write_text("\n".join(rows) + "\n")
    toml = (
        (design / "design.toml").read_text().replace('points = "points_um" }', 'points = "points_um", bump = "ball" }')
    )
    (design / "design.toml").write_text(toml)
    before = bumpgen.read_design(design)
    named = [route for route in before.routes if route.bump]
    assert len(named) > 40
    invoke("bumps", command[0], design, *command[1:])
    after = bumpgen.read_design(design)
    assert sum(a.bump != b.bump for a, b in zip(before.routes, after.routes, strict=True)) > 30
    places = [{b.name: (b.x, b.y, b.net) for b in each.bumps} for each in (before, after)]
    for one, other in zip(before.routes, after.routes, strict=True):
        assert (one.net, one.points, one.width, one.name) == (other.net, other.points, other.width, other.name)
        assert places[0].get(one.bump) == places[1].get(other.bump)


@pytest.mark.parametrize(("name", "told"), [("caravel_routed", True), ("caravel_gf180", False)])
def test_renumbering_tells_that_the_router_starts_anew(tmp_path: Path, name: str, told: bool) -> None:
    design = copied(name, tmp_path)
    line = "[routing] finds the wires anew, and may lay them elsewhere"
    assert (line in invoke("bumps", "renumber", design, "--letters", "rows")["told"]) is told
    assert line not in invoke("bumps", "renumber", design, "--letters", "rows")["told"]  # no name changes
