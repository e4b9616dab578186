"""The commands end to end: what they write, print and exit with."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import klayout.db as db
import pytest
from click.testing import CliRunner, Result

from bumpgen import CELLS, __version__, build_layout, read_design, read_process, read_rules, resources
from bumpgen.cli import main
from bumpgen.errors import InputError

DESIGNS = resources.names("designs")
PROCESSES = resources.names("pdk")


def run(*args: object) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args], catch_exceptions=False)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folders = {}
    for name in DESIGNS:
        folders[name] = tmp_path_factory.mktemp(name) / "out"
        result = run("build", name, "-o", folders[name], "-f", "gds,oas,csv,xlsx,svg,png", "--quiet")
        # what a router chose and poured, and what was filled, is told in notes
        file = read_design(name).file
        known = "note: " if file.routing is not None or file.fill else "note: 12 slits"
        told = [line for line in result.output.splitlines() if not line.startswith(known)]
        assert (result.exit_code, told) == (0, [])
    return folders


@pytest.mark.parametrize("name", DESIGNS)
def test_every_shipped_design_builds_all_formats(built: dict[str, Path], name: str) -> None:
    names = {path.name for path in built[name].iterdir()}
    stems = {f"{name}.{s}" for s in ("gds", "oas", "svg", "png")} | {f"{name}_bumps.{s}" for s in ("csv", "xlsx")}
    assert names == stems | {"manifest.json"}


@pytest.mark.parametrize("name", DESIGNS)
def test_gds_and_oasis_are_the_same_layout(built: dict[str, Path], name: str) -> None:
    layouts = []
    for suffix in ("gds", "oas"):
        layout = db.Layout()
        layout.read(str(built[name] / f"{name}.{suffix}"))
        layouts.append(layout)
    numbers = {(info.layer, info.datatype) for info in layouts[0].layer_infos()}
    assert numbers
    for number in numbers:
        one, two = (db.Region(la.top_cell().begin_shapes_rec(la.layer(*number))) for la in layouts)
        assert (one ^ two).is_empty()


@pytest.mark.parametrize("name", DESIGNS)
def test_equal_designs_give_equal_bytes(built: dict[str, Path], tmp_path: Path, name: str) -> None:
    again = tmp_path / "elsewhere"
    assert run("build", name, "-o", again, "-f", "gds,oas,csv,xlsx,svg,png", "-q").exit_code == 0
    for path in built[name].iterdir():
        assert path.read_bytes() == (again / path.name).read_bytes(), path.name


def test_arrays_stay_arrays(built: dict[str, Path]) -> None:
    path = built["staggered_10k"] / "staggered_10k.gds"
    layout = db.Layout()
    layout.read(str(path))
    arrays = [i for i in layout.top_cell().each_inst() if i.is_regular_array()]
    pillars = [i for i in arrays if "BUMP" in i.cell.name]
    assert sum(i.na * i.nb for i in pillars) == 10_000
    assert len(pillars) == 2


def test_json_report(tmp_path: Path) -> None:
    result = run("build", "caravel_gf180", "-o", tmp_path / "o", "-f", "gds", "--json")
    report = json.loads(result.output)
    assert (report["pads"], report["bumps"], report["nets"], report["routes"]) == (63, 60, 57, 66)
    assert report["problems"] == []
    assert set(report["files"]) == {"caravel_gf180.gds", "manifest.json"}


def test_the_table_names_files_and_counts(tmp_path: Path) -> None:
    result = run("build", "caravel_gf180", "-o", tmp_path / "o", "-f", "gds")
    assert "60 on 57 nets" in result.output
    assert "66, 76.7 mm" in result.output


def copy_of(name: str, folder: Path) -> Path:
    target = folder / name
    target.mkdir()
    for path in (resources.folder("designs") / name).iterdir():
        if path.is_file():
            (target / path.name).write_bytes(path.read_bytes())
    return target


def test_an_open_net_is_a_problem(tmp_path: Path) -> None:
    design = copy_of("caravel_gf180", tmp_path)
    lines = (design / "routes.csv").read_text().splitlines()
    kept = [line for line in lines if ",vccd," not in line]
    assert len(kept) == len(lines) - 1
    (design / "routes.csv").write_text("\n".join(kept) + "\n")
    result = run("build", design, "-o", tmp_path / "o", "-f", "gds", "--json")
    assert result.exit_code == 1
    problems = json.loads(result.output)["problems"]
    assert [(p["kind"], p["nets"]) for p in problems] == [("open", ["vccd"])]
    assert "pad P1" in problems[0]["message"]
    assert "bump A10" in problems[0]["message"]


def test_wires_that_touch_are_a_problem(tmp_path: Path) -> None:
    design = copy_of("caravel_gf180", tmp_path)
    text = (design / "routes.csv").read_text()
    assert text.count("1690.0:5010.0 ") == 1
    (design / "routes.csv").write_text(text.replace("1690.0:5010.0 ", "1690.0:5010.0 1200.0:4960.0 "))
    result = run("build", design, "-o", tmp_path / "o", "-f", "gds", "--json")
    assert result.exit_code == 1
    kinds = [(p["kind"], sorted(p["nets"])) for p in json.loads(result.output)["problems"]]
    assert ("short", ["mprj_io[19]", "mprj_io[21]"]) in kinds


def test_a_mirrored_map_is_refused_by_name_and_net(tmp_path: Path) -> None:
    """x → die width - x: all 60 positions coincide; only names and nets can tell."""
    design = copy_of("caravel_gf180", tmp_path)
    head, *rows = (design / "bumps.csv").read_text().splitlines()
    mirrored = []
    for row in rows:
        ball, x, rest = row.split(",", 2)
        mirrored.append(f"{ball},{3880 - float(x):g},{rest}")
    assert {tuple(r.split(",")[1:3]) for r in mirrored} == {
        (f"{float(r.split(',')[1]):g}", r.split(",")[2]) for r in rows
    }
    (design / "bumps.csv").write_text("\n".join([head, *mirrored]) + "\n")
    result = run("build", design, "-o", tmp_path / "o")
    assert result.exit_code == 2
    assert "mirrored" in result.output
    assert "60 of 60" in result.output
    assert "bumps_down" in result.output
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize("view", ["bumps_up", "bumps_down"])
@pytest.mark.parametrize("suffix", ["svg", "png"])
def test_view(tmp_path: Path, view: str, suffix: str) -> None:
    out = tmp_path / f"a.{suffix}"
    assert run("view", "gold_rdl_die", "-o", out, "--view", view).exit_code == 0
    if suffix == "svg":
        assert ElementTree.fromstring(out.read_text()).tag.endswith("svg")  # noqa: S314
    else:
        assert out.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", PROCESSES)
def test_pdk_show(name: str) -> None:
    result = run("pdk", "show", name)
    assert result.exit_code == 0
    assert name in result.output
    assert json.loads(run("pdk", "show", name, "--json").output)["name"] == name


def test_pdk_list_names_all() -> None:
    assert all(name in run("pdk", "list").output for name in PROCESSES)
    assert [row["name"] for row in json.loads(run("pdk", "list", "--json").output)] == PROCESSES


@pytest.mark.parametrize("name", sorted(CELLS))
def test_cell_list_tells_each_parameter(name: str) -> None:
    rows = json.loads(run("cell", "list", name, "--json").output)[name]
    assert {row["name"] for row in rows} == set(CELLS[name].model_fields)
    assert all(row["description"] for row in rows)
    assert run("cell", "list", name).exit_code == 0


def test_cell_draw_with_settings(tmp_path: Path) -> None:
    out = tmp_path / "u.gds"
    assert run("cell", "draw", "ubm", "--set", "size=260", "--set", "shape=octagon", "-o", out).exit_code == 0
    layout = db.Layout()
    layout.read(str(out))
    assert layout.top_cell().dbbox() == db.DBox(-130, -130, 130, 130)


@pytest.mark.parametrize("name", sorted(CELLS))
def test_every_cell_draws_with_its_defaults(tmp_path: Path, name: str) -> None:
    result = run("cell", "draw", name, "-o", tmp_path / "c.gds")
    assert result.exit_code == 0, result.output
    layout = db.Layout()
    layout.read(str(tmp_path / "c.gds"))
    assert not layout.top_cell().bbox().empty()


def small_chip(path: Path) -> None:
    """A die of 1000 x 800 µm with four labelled openings on 37/0, text on 81/10."""
    layout = db.Layout()
    top = layout.create_cell("CHIP")
    top.shapes(layout.layer(0, 0)).insert(db.DBox(0, 0, 1000, 800))
    for x, y, net in ((100, 100, "VDD"), (900, 100, "VSS"), (900, 700, "A"), (100, 700, "B[0]")):
        top.shapes(layout.layer(37, 0)).insert(db.DBox(x - 30, y - 30, x + 30, y + 30))
        top.shapes(layout.layer(81, 10)).insert(db.DText(net, x, y))
    layout.write(str(path))


def test_pads_and_new_from_gds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    small_chip(tmp_path / "chip.gds")
    layers = ("--opening-layer", "37/0", "--text-layer", "81/10")
    printed = run("pads", "chip.gds", *layers)
    assert printed.exit_code == 0
    assert all(net in printed.output for net in ("VDD", "VSS", "A", "B[0]"))
    assert run("pads", "chip.gds", *layers, "-o", "p.csv").exit_code == 0
    assert (tmp_path / "p.csv").read_text() == printed.output
    made = run("new", "mine", "--pdk", "wlcsp_500", "--from-gds", "chip.gds", *layers)
    assert made.exit_code == 0
    assert "4 pads on 4 nets" in made.output
    report = json.loads(run("build", "mine", "-f", "gds", "--json").output)
    assert (report["pads"], report["die_um"]) == (4, [1000.0, 800.0])
    assert run("new", "mine", "--pdk", "wlcsp_500", "--die", 10, 10).exit_code == 2


LAYERS = ("--opening-layer", "37/0", "--text-layer", "81/10")


def stray_chip(path: Path) -> None:
    """The small chip with a stray shape below it, which moves the top cell's box."""
    small_chip(path)
    layout = db.Layout()
    layout.read(str(path))
    layout.top_cell().shapes(layout.layer(5, 0)).insert(db.DBox(0, -150, 10, -140))
    layout.write(str(path))


def test_a_stray_shape_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    stray_chip(tmp_path / "chip.gds")
    small_chip(tmp_path / "clean.gds")
    stray = run("pads", "chip.gds", *LAYERS)
    assert "top cell's box, moved by 0, 150 µm" in stray.stderr
    assert "150" not in stray.stdout.splitlines()[0]
    for told in (run("pads", "clean.gds", *LAYERS), run("pads", "chip.gds", *LAYERS, "--die-layer", "0/0")):
        assert (told.exit_code, told.stderr) == (0, "")
        assert told.stdout != stray.stdout


def test_new_records_where_its_pads_come_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comment in design.toml, uncommented, reads the same pads as pads.csv."""
    monkeypatch.chdir(tmp_path)
    stray_chip(tmp_path / "chip.gds")
    made = run("new", "mine", "--pdk", "wlcsp_500", "--from-gds", "chip.gds", *LAYERS)
    assert "moved by 0, 150 µm" in made.output
    text = (tmp_path / "mine" / "design.toml").read_text()
    assert "pads.csv is the GDS moved by 0, 150 µm" in text
    from_table = read_design("mine").pads
    recorded = text[text.index("# [pads.gds]") : text.index("# Its coordinates")].replace("# ", "")
    start, end = text.index("[pads.table]"), text.index("# The bump map")
    (tmp_path / "mine" / "design.toml").write_text(text[:start] + recorded + text[end:])
    (tmp_path / "mine" / "chip.gds").write_bytes((tmp_path / "chip.gds").read_bytes())
    from_gds = read_design("mine").pads
    assert [(p.name, p.net, p.x, p.y) for p in from_gds] == [(p.name, p.net, p.x, p.y) for p in from_table]


@pytest.mark.parametrize("name", ["process.toml", "house.toml"])
def test_new_takes_an_own_process_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shelf").mkdir()
    text = (resources.folder("pdk") / "wlcsp_500" / "process.toml").read_text("utf-8")
    own = text.replace('"wlcsp_500"', '"house"', 1).replace('rules = "wlcsp_500"', 'rules = "./house_rules.toml"')
    (tmp_path / "shelf" / name).write_text(own, "utf-8")
    rules = (resources.folder("drc_rules") / "wlcsp_500.toml").read_text("utf-8")
    (tmp_path / "shelf" / "house_rules.toml").write_text(rules, "utf-8")
    made = run("new", "mine", "--pdk", f"shelf/{name}", "--die", 2000, 2000)
    assert made.exit_code == 0, made.output
    process = read_design("mine").process
    assert process.name == "house"
    assert process.rules is not None
    assert Path(process.rules) == Path("mine/house/house_rules.toml")
    assert run("new", "plain", "--pdk", "wlcsp_500", "--die", 2000, 2000).exit_code == 0
    assert [p.name for p in (tmp_path / "plain").iterdir()] == ["design.toml"]


def test_a_die_beside_a_gds_must_be_the_drawn_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    stray_chip(tmp_path / "chip.gds")
    new = ("new", "mine", "--pdk", "wlcsp_500", "--from-gds", "chip.gds", *LAYERS, "--die", 1000, 800)
    refused = run(*new)
    assert refused.exit_code == 2
    assert "--die is 1000 x 800 µm, the top cell's box 1000 x 950 µm" in refused.output
    assert "--die-layer" in refused.output
    assert not (tmp_path / "mine").exists()
    assert run(*new, "--die-layer", "0/0").exit_code == 0
    text = (tmp_path / "mine" / "design.toml").read_text()
    assert '# die_layer = "0/0"' in text
    assert read_design("mine").pads[0].y == 100


@pytest.mark.parametrize(
    ("arguments", "message", "place", "cure"),
    [
        (("build", "nope", "--json"), "there is no design named 'nope'", (None, None, None), "one of ball_module_chip"),
        (
            ("build", "caravel_gf108", "--json"),
            "no design named 'caravel_gf108'",
            (None, None, None),
            "'caravel_gf180'",
        ),
        (("pdk", "show", "wlcsp_50", "--json"), "no process named 'wlcsp_50'", (None, None, None), "did you mean"),
        (("cell", "list", "lable", "--json"), "there is no cell 'lable'", (None, None, None), "did you mean 'label'?"),
        (("build", "d", "--json"), "-5 is not greater than 0", ("d/design.toml", 4, "die.width"), "a number greater"),
    ],
)
def test_errors_are_json_where_that_is_asked_for(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    message: str,
    place: tuple[str | None, int | None, str | None],
    cure: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "design.toml").write_text('name = "d"\nprocess = "pillar"\n[die]\nwidth = -5\nheight = 5\n')
    result = run(*arguments)
    assert (result.exit_code, result.stderr) == (2, "")
    error = json.loads(result.stdout)["error"]
    assert message in error["message"]
    assert (error["file"], error["line"], error["key"]) == place
    assert cure in error["cure"]


@pytest.mark.parametrize(
    ("arguments", "message", "cure"),
    [
        (("ubm", "--set", "sise=5"), "cell 'ubm' has no parameter 'sise'", "did you mean 'size'?"),
        (("ubm", "--set", "size=-5"), "[ubm.size]: -5 is not greater than 0", "greater than 0"),
        (("pillar", "--set", "size=abc"), "[pillar.size]: 'abc' is not a number", "size = 250"),
        (("pillar", "--set", "size=true"), "[pillar.size]: true is not a number", "size = 250"),
        (("pilar",), "there is no cell 'pilar'", "did you mean 'pillar'?"),
        (("ubm", "--set", "shape=rounded", "--set", "corner=5000"), "corner = 5000", ""),
    ],
)
def test_a_cells_refusal_is_about_what_was_set(
    tmp_path: Path, arguments: tuple[str, ...], message: str, cure: str
) -> None:
    result = run("cell", "draw", *arguments, "-o", tmp_path / "c.gds")
    assert result.exit_code == 2
    assert message in result.output
    assert cure in result.output
    assert not (tmp_path / "c.gds").exists()


def test_many_problems_are_counted(tmp_path: Path) -> None:
    """Every route gone: 57 nets open, of which 20 are printed and all are in the JSON."""
    design = copy_of("caravel_gf180", tmp_path)
    lines = (design / "routes.csv").read_text().splitlines()
    (design / "routes.csv").write_text("\n".join(lines[:2]) + "\n")
    problems = json.loads(run("build", design, "-o", tmp_path / "o", "-f", "gds", "--json").output)["problems"]
    assert len(problems) > 50
    told = run("build", design, "-o", tmp_path / "o", "-f", "gds").stderr.splitlines()
    assert len([line for line in told if line.startswith("open:")]) == 20
    assert told[-1] == f"and {len(problems) - 20} more ({len(problems) - 20} open); --json has all"


def test_a_design_that_cannot_be_written_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bumpgen.command import new

    def full(*_: object) -> str:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(new, "_design_toml", full)
    made = run("new", tmp_path / "mine", "--pdk", "wlcsp_500", "--die", 2000, 2000)
    assert made.exit_code == 2
    assert "can't write: No space left on device" in made.output
    assert "free some space" in made.output
    assert not (tmp_path / "mine").exists()


def test_an_empty_design_is_remarked_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("new", "mine", "--pdk", "wlcsp_500", "--die", 2000, 2000).exit_code == 0
    built = run("build", "mine", "-f", "gds")
    assert built.exit_code == 0
    assert "note: the design has no pads, bumps, routes or cells" in built.stderr
    assert "0 on 0 nets" in built.stdout


def test_one_of_a_thing_is_singular(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    layout = db.Layout()
    top = layout.create_cell("CHIP")
    top.shapes(layout.layer(0, 0)).insert(db.DBox(0, 0, 1000, 800))
    top.shapes(layout.layer(37, 0)).insert(db.DBox(70, 70, 130, 130))
    top.shapes(layout.layer(81, 10)).insert(db.DText("VDD", 100, 100))
    layout.write("one.gds")
    assert "1 pad on 1 net\n" in run("new", "one", "--pdk", "wlcsp_500", "--from-gds", "one.gds", *LAYERS).output


@pytest.mark.parametrize("arguments", [("pdk", "list"), ("pdk", "show", "wlcsp_500"), ("cell", "list")])
def test_lists_are_not_folded_into_a_pipe(arguments: tuple[str, ...]) -> None:
    """One row a line, with nothing cut and no blanks at the end, also in a narrow window."""
    environment = {**os.environ, "COLUMNS": "40"}
    command = [sys.executable, "-m", "bumpgen.cli", *arguments]
    text = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout
    lines = text.splitlines()
    assert not [line for line in lines if line != line.rstrip()]
    assert "…" not in text
    if arguments == ("pdk", "list"):
        assert len(lines) == len(PROCESSES) + 2
        assert read_process("wlcsp_500").title in text


def test_pdk_show_tells_rules_and_connections() -> None:
    text = run("pdk", "show", "wlcsp_500").output
    for rule in read_rules("wlcsp_500").rules:
        assert any(line.startswith(f"{rule.id} ") and rule.reason in line for line in text.splitlines())
    for row in read_process("wlcsp_500").connections:
        assert any(line.startswith(" and ".join(row.between)) and row.source in line for line in text.splitlines())


def test_pdk_show_of_an_own_process_takes_brackets_for_text(tmp_path: Path) -> None:
    text = (resources.folder("pdk") / "wlcsp_500" / "process.toml").read_text("utf-8")
    marked = text.replace('description = "Redistribution metal"', 'description = "metal [/b] of [our] line"')
    assert marked != text
    (tmp_path / "process.toml").write_text(marked, "utf-8")
    assert "metal [/b] of [our] line" in run("pdk", "show", tmp_path).output


@pytest.mark.parametrize("width", [299, 300])
def test_view_has_one_smallest_width(tmp_path: Path, width: int) -> None:
    result = run("view", "gold_rdl_die", "-o", tmp_path / "a.svg", "--width", width)
    assert (result.exit_code == 0) == (tmp_path / "a.svg").exists() == (width == 300)
    assert width == 300 or "299 is not in the range 300<=x<=20000" in result.output


def test_lazy_names_are_listed_and_designs_build_by_name() -> None:
    code = "import bumpgen, sys; print(sorted(set(bumpgen.__all__) - set(dir(bumpgen))), 'pydantic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] False"
    by_name, by_path = build_layout("gold_rdl_die"), build_layout(resources.folder("designs") / "gold_rdl_die")
    assert by_name.title == by_path.title == build_layout(read_design("gold_rdl_die")).title
    with pytest.raises(InputError, match="did you mean 'gold_rdl_die'"):
        build_layout("gold_rdl_dei")


def test_version_and_no_heavy_imports() -> None:
    assert __version__ in run("--version").output
    code = (
        "import sys; from click.testing import CliRunner; from bumpgen.cli import main;"
        "CliRunner().invoke(main, ['--version']); CliRunner().invoke(main, ['build', '--help']);"
        "print([m for m in ('numpy', 'pydantic', 'gdstk', 'klayout', 'shapely', 'rich') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_failed_build_leaves_the_old_output(tmp_path: Path) -> None:
    design = copy_of("gold_rdl_die", tmp_path)
    out = tmp_path / "o"
    assert run("build", design, "-o", out, "-f", "gds,svg", "-q").exit_code == 0
    before = {p.name: p.read_bytes() for p in out.iterdir()}
    (design / "design.toml").write_text((design / "design.toml").read_text().replace("width = 2000", "width = -2000"))
    result = run("build", design, "-o", out, "-f", "gds,svg")
    assert result.exit_code == 2
    assert "width" in result.output
    assert {p.name: p.read_bytes() for p in out.iterdir()} == before
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]


def test_places_off_the_grid_are_moved_and_told(tmp_path: Path) -> None:
    design = tmp_path / "d"
    design.mkdir()
    (design / "design.toml").write_text(
        'name = "d"\nprocess = "sg13g2_bump"\n[die]\nwidth = 1000\nheight = 1000\n[pads]\nunder_bumps = true\n'
        '[bumps.table]\nfile = "b.csv"\nunit = "um"\nview = "bumps_up"\n'
        'columns = { name = "ball", x = "x", y = "y", net = "net" }\n'
    )
    (design / "b.csv").write_text("ball,x,y,net\nA1,100.001,100,A\nA2,300,100,B\n")
    result = run("build", design, "-o", tmp_path / "o", "-f", "gds", "--json")
    assert result.exit_code == 0
    notes = json.loads(result.output)["notes"]
    assert any("A1" in note and "grid" in note for note in notes)
    assert not any("A2" in note for note in notes)
    layout = db.Layout()
    layout.read(str(tmp_path / "o" / "d.gds"))
    openings = db.Region(layout.top_cell().begin_shapes_rec(layout.layer(9, 36)))
    centres = sorted((p.bbox().center().x * layout.dbu, p.bbox().center().y * layout.dbu) for p in openings.each())
    assert centres == [pytest.approx((100, 100)), pytest.approx((300, 100))]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("new", "chip", "--pdk", "wlcsp_500", "--die", "-5", "10"), "width = -5.0"),
        (("new", "chip", "--pdk", "wlcsp_500", "--die", "nan", "10"), "width = nan"),
        (("pads", "chip.gds", "--opening-layer", "1/0", "--text-layer", "2/0", "--min-size", "-1"), "min-size = -1"),
        (("compare", "caravel_gf180", "chip.gds", "--shrink", "nan"), "--shrink nan"),
        (("compare", "caravel_gf180", "chip.gds", "--shrink", "inf"), "--shrink inf"),
    ],
)
def test_an_option_out_of_range_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    small_chip(tmp_path / "chip.gds")
    result = run(*arguments)
    assert result.exit_code == 2
    assert message in result.output
    assert not (tmp_path / "chip").exists()


def test_new_keeps_the_die_to_the_nanometre(tmp_path: Path) -> None:
    assert run("new", tmp_path / "chip", "--pdk", "wlcsp_500", "--die", 12345.678, 3000).exit_code == 0
    assert read_design(tmp_path / "chip").die.width == 12345.678
