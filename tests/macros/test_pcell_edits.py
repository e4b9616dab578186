"""PCells as they are edited: wrong values, handles, guides, files; with the klayout package's `import pya`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pya
import pytest

from bumpgen.errors import InputError
from bumpgen.macros import pcells
from bumpgen.macros.pcells import register, start
from bumpgen.macros.pcells.library import KEPT, library_name
from bumpgen.macros.settings import Settings
from tests.macros.pcell_cases import FUZZED, fuzzed

WLCSP = "bumpgen wlcsp_500"


@pytest.fixture(autouse=True, scope="module")
def _libraries() -> None:
    start()


def pcell(name: str, library: str = WLCSP) -> Any:
    return next(pcell for pcell in KEPT[library].pcells if pcell.pcell_name == name)


def area(layout: Any, cell: Any, number: tuple[int, int]) -> float:
    return float(pya.Region(cell.begin_shapes_rec(layout.layer(*number))).area() * layout.dbu**2)


def coerced(layout: Any, name: str, **changed: Any) -> dict[str, Any]:
    declared = pcell(name)
    values = {p.name: changed.get(p.name, p.default) for p in declared.get_parameters()}
    made = declared.coerce_parameters(layout, list(values.values()))
    return dict(zip(values, made, strict=True))


def sites(layout: Any, cell: Any) -> int:
    return sum(max(1, inst.na) * max(1, inst.nb) for inst in cell.each_inst())


# wrong values


def test_a_wrong_value_is_told_on_the_layer_of_texts_and_mended_by_a_right_one() -> None:
    layout = pya.Layout()
    top = layout.create_cell("TOP")
    wrong = layout.create_cell("Ubm", WLCSP, {"size": -5.0, "shape": "square"})
    placed = top.insert(pya.DCellInstArray(wrong.cell_index(), pya.DTrans()))
    assert "wrong: size: -5.0 is not greater than 0. Cure:" in wrong.display_title()
    assert area(layout, wrong, (20, 0)) == 0
    drawn = pya.Region(wrong.begin_shapes_rec(layout.layer(83, 44))).bbox()
    assert 250 <= drawn.width() * layout.dbu < 275  # as wide as the UBM would be
    placed.change_pcell_parameter("size", 200.0)
    assert area(layout, top, (20, 0)) == pytest.approx(200.0**2)
    assert area(layout, top, (83, 44)) == 0


def test_a_text_that_is_no_json_a_foreign_layer_and_a_wrong_lattice_are_told() -> None:
    layout = pya.Layout()
    for name, values, told in (
        ("Site", {"changes": "{bad"}, "changes = {bad can't be read"),
        ("CapturePad", {"angles": "0, x"}, "angles = [0, x] can't be read"),
        ("Ubm", {"layer": "NOWHERE"}, "layer 'NOWHERE' is not in process"),
        ("Ubm", {"size": "wide"}, "'wide' is not a number"),
        ("RdlPath", {"path": None}, "None is not a list"),
        ("Trace", {"width": "wide"}, "'wide' is not a number"),
        ("Array", {"pitch": "wide"}, "a value is of another kind than its parameter"),
        ("Array", {"arrangement": "spiral"}, "'spiral' is not one of"),
        ("Array", {"pitch": 100.0}, "sites of 310 x 310 µm overlap at a pitch of 100 x 100 µm"),
        ("Array", {"box": pya.DBox(0, 0, 9, 9)}, "no site of 310 x 310 µm fits into a box of 9 x 9 µm"),
        ("Array", {"pitch": 500.0005}, "500.0005 µm is not a multiple of the grid"),
        ("Array", {"box": "x"}, "a value is of another kind than its parameter"),
        ("Array", {"with_keep_out": True, "keep_out": pya.DBox(-9999, -9999, 9999, 9999)}, "leaves no site"),
        ("Array", {"with_keep_out": "yes"}, "'yes' is not yes or no"),
        ("Array", {"arrangement": "staggered", "pitch": 700.0, "pitch_y": 100.0}, "overlap at a pitch of 700 x 100 µm"),
        (
            "Array",
            {
                "arrangement": "staggered",
                "pitch": 400.0,
                "pitch_y": 240.0,
                "changes": '{"ubm": {"shape": "square", "size": 350}}',
            },
            "overlap at a pitch of 400 x 240 µm",
        ),
        ("Array", {"pitch": 300_000.001}, "pitch = 300000.001 is not from 0 to 300000"),
        ("Array", {"pitch_y": -500.0}, "pitch_y = -500 is not from 0 to 300000"),
        ("Array", {"rings": 1001, "arrangement": "rings"}, "rings = 1001 is not from 1 to 1000"),
        ("Array", {"box": pya.DBox(2_200_000, 0, 2_202_000, 2000)}, "is beyond the ±2.14748e+06 µm"),
        ("RdlPath", {"path": pya.DPath([pya.DPoint(0, 0), pya.DPoint(50, 0)], 1.0)}, "doesn't leave its pad of 270 µm"),
        ("Site", {"nested": "1e300,0"}, "wrong: "),
    ):
        assert told in layout.create_cell(name, WLCSP, values).display_title(), (name, values)


@pytest.mark.parametrize(("library", "names"), FUZZED.items())
def test_whatever_a_script_gives_is_drawn_or_told(library: str, names: tuple[str, ...]) -> None:
    for name in names:
        assert fuzzed(name, library) == []


def test_a_box_given_as_a_list_may_begin_at_any_corner() -> None:
    layout = pya.Layout()
    cell = layout.create_cell("Array", WLCSP, {"box": [2000.0, 2000.0, 0.0, 0.0]})
    assert "wrong" not in cell.display_title()
    assert cell.dbbox().inside(pya.DBox(0, 0, 2000, 2000))


@pytest.mark.parametrize("handle", [[], {}, [1.0], ["x", "y"], None, float("inf"), [float("inf"), 0.0], "x"])
def test_a_handle_that_is_no_place_changes_nothing(handle: Any) -> None:
    layout = pya.Layout()
    assert layout.create_cell("Ubm", WLCSP, {"handle": handle}).dbbox(layout.layer(20, 0)).width() == 250.0


@pytest.mark.parametrize("has_tooltips", [True, False])
def test_bounds_stand_in_the_tooltip_or_else_in_the_label(has_tooltips: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not has_tooltips:  # as before 0.30
        monkeypatch.delattr(pya.PCellParameterDeclaration, "tooltip")
    pitch = next(parameter for parameter in pcell("Array").get_parameters() if parameter.name == "pitch")
    told = pitch.tooltip if has_tooltips else pitch.description
    assert told == "distance of sites along x (from 0 to 300000 µm)"


# handles


def test_a_dragged_handle_sets_the_size_on_the_grid() -> None:
    layout = pya.Layout()
    dragged = coerced(layout, "Ubm", handle=pya.DPoint(130.00049, 3.0))
    assert (dragged["size"], dragged["height"]) == (260.0, 0.0)
    assert (dragged["handle"].x, dragged["handle"].y) == (130.0, 0.0)
    square = coerced(layout, "Ubm", shape="square", handle=pya.DPoint(-100.0, 50.0))
    assert (square["size"], square["height"]) == (200.0, 100.0)
    assert (square["handle"].x, square["handle"].y) == (100.0, 50.0)


def test_a_handle_pulled_apart_into_a_box_counts_where_it_was_pulled_to() -> None:
    pulled = coerced(pya.Layout(), "Ubm", handle=pya.DBox(125.0, 0.0, 150.0, 2.0))
    assert pulled["size"] == 300.0
    pulled = coerced(pya.Layout(), "Ubm", shape="square", handle=pya.DBox(-150.0, -60.0, 125.0, 0.0))
    assert (pulled["size"], pulled["height"]) == (300.0, 120.0)


def test_a_typed_size_moves_the_handle() -> None:
    layout = pya.Layout()
    typed = coerced(layout, "Ubm", size=300.0)
    assert (typed["handle"].x, typed["handle"].y) == (150.0, 0.0)
    again = dict(zip(typed, pcell("Ubm").coerce_parameters(layout, list(typed.values())), strict=True))
    assert {k: str(v) for k, v in again.items()} == {k: str(v) for k, v in typed.items()}


def test_handles_of_dies_and_links() -> None:
    layout = pya.Layout()
    die = coerced(layout, "SealRing", handle=pya.DPoint(1000.0, 2000.0))
    assert (die["die_width"], die["die_height"]) == (1000.0, 2000.0)
    assert coerced(layout, "DaisyLink", handle=pya.DPoint(200.0, 7.0))["pitch"] == 400.0
    assert coerced(layout, "Label", handle=pya.DPoint(7.0, 140.0))["size"] == 140.0


def test_handles_of_marks() -> None:
    layout = pya.Layout()
    assert coerced(layout, "A1Mark", handle=pya.DPoint(150.0, 3.0))["size"] == 150.0
    right = coerced(layout, "A1Mark", corner="bottom_right", handle=pya.DPoint(-150.0, 3.0))
    assert (right["size"], right["handle"].x, right["handle"].y) == (150.0, -150.0, 0.0)
    assert coerced(layout, "AlignmentMark", handle=pya.DPoint(30.0, 1.0))["size"] == 60.0
    vernier = coerced(
        layout, "AlignmentMark", kind="vernier", second_layer="UBM", arm=6.0, handle=pya.DPoint(1.0, 80.0)
    )
    assert (vernier["size"], vernier["handle"].x, vernier["handle"].y) == (80.0, 0.0, 80.0)


# guides


@pytest.mark.parametrize(
    ("values", "count"),
    [
        ({}, 25),
        ({"box": pya.DBox(0, 0, 1309.999, 810)}, 2 * 2),
        ({"box": pya.DBox(0, 0, 1310, 810)}, 3 * 2),
        ({"arrangement": "rings"}, 25 - 1),
        ({"arrangement": "rings", "rings": 1}, 16),
        ({"arrangement": "staggered"}, 5 + 4 + 5 + 4 + 5),
        ({"with_keep_out": True, "keep_out": pya.DBox(-600, -600, 600, 600)}, 25 - 9),
        ({"pitch": 400.0, "pitch_y": 500.0}, 6 * 5),
    ],
)
def test_an_array_holds_the_sites_that_fit(values: dict[str, Any], count: int) -> None:
    layout = pya.Layout()
    cell = layout.create_cell("Array", WLCSP, values)
    assert sites(layout, cell) == count
    ubm = area(layout, layout.create_cell("Ubm", WLCSP, {"vertices": 128}), (20, 0))
    assert area(layout, cell, (20, 0)) == pytest.approx(count * ubm, rel=1e-3)
    box = values.get("box", pya.DBox(-1250, -1250, 1250, 1250))
    covered = cell.dbbox(layout.layer(40, 0))
    assert covered.inside(box)
    assert covered.center().distance(box.center()) < 0.002


def test_an_array_as_drawn_by_a_design_s_cells() -> None:
    from bumpgen.cells import CELLS
    from bumpgen.cells.arrays import grid
    from bumpgen.layout import Cell, flatten
    from bumpgen.process import read_process

    process = read_process("wlcsp_500")
    site = CELLS["site"].make(process).draw(process)
    whole = Cell("WHOLE", instances=grid(site, 5, 5, 500.0, 500.0, -1000.0, -1000.0))
    layout = pya.Layout()
    cell = layout.create_cell("Array", WLCSP, {})
    for name in ("RDL", "POLY2", "UBM", "BUMP"):
        ours = pya.Region()
        for layer, points in flatten(whole, 0.001):
            if layer == name:
                ours.insert(pya.Polygon([pya.Point(round(x * 1000), round(y * 1000)) for x, y in points]))
        drawn = pya.Region(cell.begin_shapes_rec(layout.layer(*process.layers[name].gds)))
        assert (ours ^ drawn).is_empty()


def test_a_keep_out_that_is_switched_on_begins_in_the_middle() -> None:
    keep_out = coerced(pya.Layout(), "Array", with_keep_out=True)["keep_out"]
    assert keep_out == pya.DBox(-416.667, -416.667, 416.667, 416.667)
    assert coerced(pya.Layout(), "Array", keep_out=keep_out)["keep_out"] is None


def test_a_path_becomes_a_wire_with_teardrops_at_both_ends() -> None:
    layout = pya.Layout()
    path = pya.DPath([pya.DPoint(0, 0), pya.DPoint(1000.0004, 0)], 7.0)
    values = {"path": path, "width": 30.0}
    plain = layout.create_cell("RdlPath", WLCSP, values | {"teardrop": "none"})
    drops = layout.create_cell("RdlPath", WLCSP, values | {"teardrop": "straight"})
    bare = layout.create_cell("RdlPath", WLCSP, values | {"start_size": 0.0, "end_size": 0.0})
    assert area(layout, bare, (10, 0)) == pytest.approx(30.0 * 1000.0)
    assert area(layout, bare, (10, 0)) < area(layout, plain, (10, 0)) < area(layout, drops, (10, 0))
    shape = pya.Region(drops.begin_shapes_rec(layout.layer(10, 0)))
    turned = shape.moved(-500_000, 0).transformed(pya.Trans(2, False)).moved(500_000, 0)
    assert (shape ^ turned).sized(-1).is_empty()  # both ends alike, to the grid
    assert "wider than the pad" in layout.create_cell("RdlPath", WLCSP, values | {"width": 300.0}).display_title()


PILLAR = "bumpgen pillar"  # whose grid is five database units
TWO = "bumpgen wlcsp_500_two_rdl"
LINE = pya.DPath([pya.DPoint(10, 10), pya.DPoint(2010, 10)], 30.0)
SHORT = pya.DPath([pya.DPoint(10, 10), pya.DPoint(210, 10)], 30.0)
ODD = pya.DBox(100.003, 200.004, 2100.008, 2200.002)


@pytest.mark.parametrize(
    ("name", "library", "layer", "shape", "place", "exact"),
    [
        ("Array", WLCSP, (40, 0), pya.DBox(100, 200, 2100, 2200), (1100, 1200), False),
        ("Ubm", WLCSP, (20, 0), pya.DBox(0, 0, 100, 60), (50, 30), True),
        ("RdlPath", WLCSP, (10, 0), LINE, (0, 0), False),
        ("RdlPath", TWO, (11, 0), LINE, (0, 0), False),
        ("Trace", WLCSP, (20, 0), SHORT, (0, 0), True),
        ("Trace", TWO, (11, 0), SHORT, (0, 0), True),
        ("Trace", WLCSP, (20, 0), pya.DPath(list(SHORT.each_point()), 40, 20, 20), (0, 0), True),
        ("Trace", WLCSP, (20, 0), pya.DPath(list(SHORT.each_point()), 40, 100, 5), (0, 0), True),
        ("Trace", WLCSP, (20, 0), pya.DPath(list(SHORT.each_point()), 40, 20, 20, True), (0, 0), False),
        ("Array", PILLAR, (30, 0), ODD, (1100.005, 1200.005), False),
        ("Array", PILLAR, (30, 0), pya.DBox(0.005, 0.005, 1000.01, 1000.01), (500.01, 500.01), False),
        ("Pillar", PILLAR, (30, 0), pya.DBox(0, 0, 100, 60), (50, 30), True),
        ("Pillar", PILLAR, (30, 0), pya.DBox(0.005, 0.01, 100.015, 60.03), (50.01, 30.02), True),
        ("Pillar", PILLAR, (30, 0), pya.DBox(0.001, 0.002, 100.008, 60.007), (50.005, 30.005), False),
    ],
)
def test_a_drawn_shape_becomes_a_pcell_in_its_place(
    name: str, library: str, layer: tuple[int, int], shape: Any, place: tuple[float, float], exact: bool
) -> None:
    layout = pya.Layout()
    top, index = layout.create_cell("TOP"), layout.layer(*layer)
    drawn = top.shapes(index).insert(shape)
    declared = pcell(name, library)
    assert declared.can_create_from_shape(layout, drawn, index)
    assert not declared.can_create_from_shape(layout, top.shapes(index).insert(pya.DText("x", 0, 0)), index)
    values = declared.parameters_from_shape(layout, drawn, index)
    moved = declared.transformation_from_shape(layout, drawn, index)
    assert moved.disp.to_dtype(layout.dbu) == pya.DVector(*place)
    names = [parameter.name for parameter in declared.get_parameters()]
    cell = layout.create_cell(name, library, dict(zip(names, values, strict=True)))
    assert "wrong" not in cell.display_title()
    top.shapes(index).clear()
    top.insert(pya.CellInstArray(cell.cell_index(), moved))
    region = pya.Region(top.begin_shapes_rec(index))
    assert not region.is_empty()
    grid = round(declared.process.grid.value / layout.dbu)
    for each in layout.layer_indexes():  # every corner on the grid
        assert pya.Region(top.begin_shapes_rec(each)).grid_check(grid, grid).count() == 0
    again = pya.Region((shape.polygon() if isinstance(shape, pya.DPath) else pya.DPolygon(shape)).to_itype(layout.dbu))
    if exact:
        assert (region ^ again).is_empty()
    elif name == "Pillar":  # as near as the grid allows
        assert (region ^ again).sized(-grid).is_empty()
    elif name == "Trace":  # a round end, of more corners than KLayout's
        assert (region ^ again).sized(-round(0.2 / layout.dbu)).is_empty()
    elif name == "Array":
        assert (region - again.sized(grid)).is_empty()
    else:
        assert (again - region).is_empty()


# files and libraries


@pytest.mark.parametrize("suffix", ["gds", "oas"])
def test_parameters_survive_a_file(suffix: str, tmp_path: Path) -> None:
    layout = pya.Layout()
    top = layout.create_cell("TOP")
    given = {
        "Ubm": {"size": 240.0, "shape": "octagon"},
        "Array": {"box": pya.DBox(0, 0, 2000, 3000), "changes": '{"ubm": {"size": 240}}'},
        "RdlPath": {"path": pya.DPath([pya.DPoint(0, 0), pya.DPoint(0, 900)], 20.0), "teardrop": "arc"},
    }
    for name, values in given.items():
        cell = layout.create_cell(name, WLCSP, values)
        top.insert(pya.DCellInstArray(cell.cell_index(), pya.DTrans()))
    file = tmp_path / f"kept.{suffix}"
    layout.write(str(file))
    start()  # which replaces the libraries
    again = pya.Layout()
    again.read(str(file))
    found = {cell.pcell_declaration().name(): cell for cell in (i.cell for i in again.top_cell().each_inst())}
    assert set(found) == set(given)
    for name, values in given.items():
        kept = found[name].pcell_parameters_by_name()
        assert {key: str(kept[key]) for key in values} == {key: str(value) for key, value in values.items()}
    for number in ((20, 0), (10, 0), (40, 0)):
        assert area(again, again.top_cell(), number) == area(layout, top, number)
    first = next(i for i in again.top_cell().each_inst() if i.cell.pcell_declaration().name() == "Ubm")
    first.change_pcell_parameter("size", 100.0)
    assert first.cell.dbbox(again.layer(20, 0)).width() == 100.0


def test_a_process_of_one_s_own_is_registered_by_its_path(tmp_path: Path) -> None:
    file = tmp_path / "process.toml"
    own = 'source = "own" }'
    table = ['base = "wlcsp_500"', 'name = "house"', f"grid = {{ value = 0.0005, {own}"]
    file.write_text("\n".join([*table, "[cells.ubm]", f"size = {{ value = 222.001, {own}"]))
    assert register(str(file)) == library_name("house")
    layout = pya.Layout()
    layout.dbu = 0.0005
    cell = layout.create_cell("Ubm", "bumpgen house", {})
    assert cell.dbbox(layout.layer(20, 0)).width() == pytest.approx(222.001)


def test_processes_of_the_settings_are_registered_though_one_can_t_be_read(tmp_path: Path) -> None:
    (tmp_path / "process.toml").write_text('base = "pillar"\nname = "posts"\n')
    own = ("nowhere/process.toml", str(tmp_path / "process.toml"))
    with pytest.raises(InputError, match="nowhere"):
        start(Settings("python3", str(tmp_path), "0", own))
    assert "Pillar" in [pcell.pcell_name for pcell in KEPT["bumpgen posts"].pcells]


def test_a_package_that_is_missing_or_of_another_python_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "__init__.py").touch()
    (tmp_path / "other" / "_core.cpython-39-nowhere.so").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(pcells, "NEEDED", {"other": ("_core",)})
    with pytest.raises(ImportError, match=r"other in .* isn't compiled for Python 3\."):
        start()
    monkeypatch.setattr(pcells, "NEEDED", {"no_such_package": ()})
    with pytest.raises(ModuleNotFoundError, match="No module named 'no_such_package'"):
        start()
