"""Masks on plates: marks by pairs, polarity by tone, codes read back, nothing where nothing may be."""

from __future__ import annotations

import csv
import json
import shutil
from itertools import pairwise
from pathlib import Path
from typing import Literal

import klayout.db as db
import numpy as np
import pytest
import zxingcpp
from click.testing import CliRunner
from pydantic import ValidationError

from bumpgen.build import build_layout
from bumpgen.cli import main
from bumpgen.errors import InputError
from bumpgen.geometry import Disc, Rect
from bumpgen.layout import Array, Cell, Drawn, Layout, Scatter, flatten
from bumpgen.masks.barcode import code_polygons, code_size
from bumpgen.masks.data import mask_data
from bumpgen.masks.frame import TEETH
from bumpgen.masks.plate import Plate, PlateData, plate_for
from bumpgen.masks.scaled import scaled
from bumpgen.masks.set import MaskRow, mask_set
from bumpgen.masks.stepped import wafer_layout
from bumpgen.masks.wafer import wafer_of
from bumpgen.plate_table import PlateTable, plate_size
from bumpgen.process import read_process
from bumpgen.read import read_design
from bumpgen.write.output import placed

NM = 0.001
DESIGNS = ["balldrop_die", "gold_rdl_die", "module_chip", "two_layer_rdl"]
STEPPER = PlateTable(tool="stepper", pellicle={"inner": (113, 140), "outer": (122, 149)})  # type: ignore[arg-type]


def region(cell: Cell, grid: float) -> db.Region:
    found = db.Region()
    for _, points in flatten(cell, grid):
        found.insert(db.Polygon([db.Point(*xy) for xy in np.rint(points / NM).astype(int).tolist()]))
    return found.merged()


def box(x0: float, y0: float, x1: float, y1: float) -> db.Region:
    return db.Region(db.Box(*(round(v / NM) for v in (x0, y0, x1, y1))))


def plates(name: str, table: PlateTable) -> tuple[Plate, list[tuple[MaskRow, Layout, PlateData]]]:
    design = read_design(name)
    layout = build_layout(design)
    rows = tuple(row for row in mask_set(design.process) if row.kind == "photomask")
    assert layout.outline is not None
    plate = plate_for(table, layout.outline, rows, design.process, design.name)
    return plate, [(row, mask_data(layout, row), plate.on(mask_data(layout, row), row)) for row in rows]


def cell_named(layout: Layout, end: str) -> Cell:
    (found,) = (cell for cell in layout.cells() if cell.name.endswith(end))
    return found


@pytest.fixture(scope="module", params=DESIGNS)
def contact(request) -> tuple[Plate, list[tuple[MaskRow, Layout, PlateData]]]:
    return plates(request.param, PlateTable())


def frames(found: list[tuple[MaskRow, Layout, PlateData]]) -> list[db.Region]:
    return [region(cell_named(on.data, "_FRAME"), on.data.grid) for _, _, on in found]


def test_all_lies_in_what_can_be_written_and_off_the_field(contact) -> None:
    plate, found = contact
    for row, data, on in found:
        whole = region(on.data.top, data.grid)
        assert (whole - box(*plate.writable)).is_empty()
        field = region(cell_named(on.data, "_FIELD"), data.grid)
        rest = whole - field
        assert (rest & box(*on.field)).is_empty()
        assert (region(data.top, data.grid).moved(*(-round(v / NM) for v in plate.centre)) ^ field).is_empty(), row.name


def test_the_frame_passes_its_own_spacing_check(contact) -> None:
    plate, found = contact
    least = round(plate.frame.min_feature / NM) - 2
    for drawn in frames(found):
        assert not drawn.is_empty()
        assert drawn.width_check(least, False, db.Metrics.Euclidian, 40).count() == 0
        assert drawn.space_check(least, False, db.Metrics.Euclidian, 40).count() == 0


@pytest.mark.parametrize("least", [2.0, 3.3, 35.0])
def test_a_frame_of_any_smallest_line_keeps_it(least: float) -> None:
    plate, found = plates("gold_rdl_die", PlateTable(min_feature=least, vernier=0.5, size="9x9x0.120"))
    for mask in range(len(found)):
        for block, x, y in plate.blocks:
            drawn = region(Cell("BLOCK", tuple(Drawn("M", s) for s in block.shapes(mask, x, y))), plate.frame.grid)
            assert not drawn.is_empty()
            assert drawn.width_check(round(least / NM) - 10, False, db.Metrics.Euclidian, 40).count() == 0
            assert drawn.space_check(round(least / NM) - 10, False, db.Metrics.Euclidian, 40).count() == 0


def test_each_pair_has_a_target_and_a_key_at_one_place(contact) -> None:
    _, found = contact
    for (one, _, first), (other, _, second) in pairwise(found):
        pair = f"{other.name} to {one.name}"
        targets = {(m.x, m.y) for m in first.marks if m.kind == "target" and m.note == pair}
        keys = {(m.x, m.y) for m in second.marks if m.kind == "key" and m.note == pair}
        assert targets == keys
        assert len(targets) == 2
        (_, low), (_, high) = sorted(targets, key=lambda xy: xy[1])
        assert low < first.field[1] < first.field[3] < high


def test_the_key_s_cross_lies_within_the_target_s_box_and_is_seen(contact) -> None:
    """Dark cross in a clear window on every mask: in a dark field the window is drawn, in a clear one the cross."""
    _, found = contact
    drawn = frames(found)
    for index, (row, _, on) in enumerate(found[1:], 1):
        for mark in (m for m in on.marks if m.kind == "key"):
            window = box(mark.x - 80, mark.y - 80, mark.x + 80, mark.y + 80)
            clear = drawn[index] & window if row.data == "clear" else window - drawn[index]
            dark = window - clear
            assert dark.bbox() == db.Box(*(round(v / NM) for v in (mark.x - 30, mark.y - 30, mark.x + 30, mark.y + 30)))
            assert dark.area() == (60 * 16 * 2 - 16 * 16) * 10**6
            target = drawn[index - 1] & window
            assert target.area() == (120**2 - 80**2) * 10**6
            assert (target & dark).is_empty()


def test_marks_of_other_masks_do_not_collide(contact) -> None:
    """What a mask has alone (bars, ladder, name) is met by no other mask."""
    plate, found = contact
    for block, _, _ in plate.blocks:
        boxes = db.Region()
        for item, x, y in block.items:
            boxes.insert(db.Box(*(round(v / NM) for v in (x, y, x + item.width, y + item.height))))
            for mask in range(len(found)):
                shapes = Cell("ITEM", tuple(Drawn("M", shape) for shape in item.draw(mask)))
                assert (region(shapes, plate.frame.grid) - box(0, 0, item.width, item.height)).is_empty(), item.kind
        assert boxes.merged().area() == sum(polygon.area() for polygon in boxes.each())


def test_verniers_read_the_stated_difference() -> None:
    plate, found = plates("gold_rdl_die", PlateTable(vernier=0.2))
    first, second = (on for _, _, on in found[:2])
    mark = next(m for m in first.marks if m.kind == "vernier" and ", x," in m.note)
    window = box(mark.x - 330, mark.y - 40, mark.x + 330, mark.y + 40)
    centres = []
    for on in (first, second):
        teeth = region(cell_named(on.data, "_FRAME"), on.data.grid) & window
        centres.append(sorted(tooth.bbox().center().x * NM for tooth in teeth.each()))
        assert len(centres[-1]) == TEETH
    difference = np.diff(centres[1]) - np.diff(centres[0])
    assert difference == pytest.approx(0.2, abs=1e-6)
    assert centres[0][TEETH // 2] == centres[1][TEETH // 2] == pytest.approx(mark.x)
    assert plate.frame.vernier == 0.2


def test_cd_bars_and_ladder_are_where_the_list_says(contact) -> None:
    _, found = contact
    for _, _, on in found:
        drawn = region(cell_named(on.data, "_FRAME"), on.data.grid)
        bars = [mark for mark in on.marks if mark.kind == "CD bar"]
        assert len(bars) == 2
        for mark in (*bars, *(m for m in on.marks if m.kind == "resolution")):
            width, x, y = (round(v / NM) for v in (mark.size, mark.x, mark.y))
            at = [p for p in drawn.each() if p.inside(db.Point(x, y))]
            assert len(at) == 1
            assert min(at[0].bbox().width(), at[0].bbox().height()) == width


def test_later_polymers_are_opened_over_the_marks_before() -> None:
    """In gold_rdl the second polymer (a mask of openings in a film that stays) would cover the first pair's marks."""
    _, found = plates("gold_rdl_die", PlateTable())
    pair = next(m for m in found[0][2].marks if m.kind == "target")
    window = box(pair.x - 80, pair.y - 80, pair.x + 80, pair.y + 80)
    drawn = frames(found)
    assert (window - drawn[2]).is_empty()
    assert (window & drawn[3]).is_empty()


def image(polygons: db.Region, tone: str, size: tuple[float, float], step: float) -> np.ndarray:
    """A picture of the plate, light where it is clear, `step` µm a pixel, first row on top."""
    drawn = np.zeros((round(size[1] / step), round(size[0] / step)), np.uint8)
    for polygon in polygons.merged().decompose_trapezoids_to_region().each():
        b = polygon.bbox()
        x0, y0, x1, y1 = (round(v * NM / step) for v in (b.left, b.bottom, b.right, b.top))
        drawn[y0:y1, x0:x1] = 1
    clear = drawn if tone == "clear" else 1 - drawn
    return np.ascontiguousarray((clear * 255)[::-1])


@pytest.mark.parametrize("kind", ["Code128", "Code39", "DataMatrix"])
@pytest.mark.parametrize("tone", ["clear", "dark"])
def test_codes_are_read_back_with_dark_bars_in_both_tones(kind, tone) -> None:
    text = "GOLD-RDL-DIE-2-A"
    size = code_size(text, kind, 100.0, 4000.0)
    shapes = code_polygons(text, kind, 100.0, 4000.0, tone, NM)
    drawn = region(Cell("CODE", tuple(Drawn("M", shape) for shape in shapes)), NM)
    picture = image(drawn, tone, size, 25.0)
    light = np.pad(picture, 40, constant_values=255)
    found = zxingcpp.read_barcode(light, getattr(zxingcpp.BarcodeFormat, kind), try_invert=False)
    assert found is not None
    assert found.text == text
    assert (picture[0] == 255).all() == (kind == "DataMatrix")


@pytest.mark.parametrize("kind", ["Code128", "Code39"])
def test_codes_on_the_plate_are_those_listed(kind: Literal["Code128", "Code39"]) -> None:
    plate, found = plates("gold_rdl_die", PlateTable(code=kind))
    for row, _, on in found:
        assert {mark.kind for mark in on.marks} >= {kind, "DataMatrix"}
        edge = region(cell_named(on.data, "_EDGE"), on.data.grid)
        for mark in (m for m in on.marks if m.kind in (kind, "DataMatrix")):
            assert mark.note == plate.code(row)
            half = mark.size / 2 + 100, 2200.0
            window = box(mark.x - half[0], mark.y - half[1], mark.x + half[0], mark.y + half[1])
            moved = (edge & window).moved(*(round(-v / NM) for v in (mark.x - half[0], mark.y - half[1])))
            picture = image(moved, row.data or "", (2 * half[0], 2 * half[1]), 25.0)
            seen = zxingcpp.read_barcodes(np.ascontiguousarray(picture[12:-12, 6:-6]))
            assert [code.text for code in seen] == [plate.code(row)]


def test_a_reticle_is_the_field_times_its_magnification() -> None:
    plate, found = plates("gold_rdl_die", STEPPER)
    assert plate.magnification == 4
    assert plate.size == "6x6x0.250"
    for _, data, on in found:
        whole = region(cell_named(on.data, "_FIELD_X4"), data.grid)
        x, y = plate.centre
        moved = region(data.top, data.grid).moved(round(-x / NM), round(-y / NM))
        wanted = moved.transformed(db.ICplxTrans(4.0))
        assert (whole ^ wanted).sized(-125).is_empty()  # circles have more corners: 0.05 µm off at 1x is 0.2 at 4x
        assert "4x" in on.data.title
        assert plate.texts(found[0][0])[1].endswith("4X 6X6X0.250 IN")


def test_nothing_lies_under_the_pellicle_s_frame() -> None:
    plate, found = plates("gold_rdl_die", STEPPER)
    band = box(-61e3, -74.5e3, 61e3, 74.5e3) - box(-56.5e3, -70e3, 56.5e3, 70e3)
    for _, data, on in found:
        whole = region(on.data.top, data.grid)
        assert (whole & band).is_empty()
        assert (whole - box(*plate.writable)).is_empty()
        assert not (whole - box(-61e3, -74.5e3, 61e3, 74.5e3)).is_empty()


def test_data_seen_chrome_up_are_mirrored() -> None:
    _, right = plates("gold_rdl_die", PlateTable())
    plate, mirrored = plates("gold_rdl_die", PlateTable(data_seen="chrome_up"))
    assert plate.mirrored
    assert "mirrored" in plate.sense
    for (_, data, one), (_, _, other) in zip(right, mirrored, strict=True):
        flipped = region(one.data.top, data.grid).transformed(db.Trans(db.Trans.M90))
        assert (region(other.data.top, data.grid) ^ flipped).is_empty()
        assert [(m.kind, -m.x, m.y) for m in one.marks] == [(m.kind, m.x, m.y) for m in other.marks]
    assert not plates("gold_rdl_die", PlateTable(data_seen="chrome_up", reads_right="chrome_up"))[0].mirrored


def field_of(*shapes: object, outline=(0.0, 0.0, 20000.0, 10000.0)) -> tuple[tuple[MaskRow, ...], Layout]:
    rows = tuple(row for row in mask_set(read_process("balldrop")) if row.kind == "photomask")
    top = Cell("TOP", tuple(Drawn(rows[0].name, shape) for shape in shapes))  # type: ignore[arg-type]
    return rows, Layout(top, {rows[0].name: (1, 0)}, NM, outline)


def test_a_frame_on_the_field_is_refused_and_free_places_are_taken() -> None:
    rows, field = field_of(Rect(5000, 5000, 2000, 2000))
    process = read_process("balldrop")
    box_ = field.outline or (0, 0, 0, 0)
    plate = plate_for(PlateTable(marks=((5000, 4500),)), box_, rows, process, "wafer")
    with pytest.raises(InputError, match=r"mask UBM_ETCH: its frame \(.*\) lies on a shape of the field"):
        plate.on(field, rows[0])
    free = plate_for(PlateTable(marks=((15000, 5000), (2000, 5000))), box_, rows, process, "wafer")
    marks = free.on(field, rows[0]).marks
    targets = [(mark.x, mark.y) for mark in marks if mark.kind == "target"]
    assert len(targets) == 2
    assert targets[0][0] - targets[1][0] == pytest.approx(13000)


def test_a_wafer_s_array_of_dies_is_a_field_and_stays_an_array() -> None:
    rows, _ = field_of()
    die = Cell("DIE", (Drawn(rows[0].name, Disc(500, 500, 80)),))
    top = Cell(
        "WAFER",
        instances=(
            Array(
                die,
                60,
                60,
                (1000, 0),
                (0, 1000),
            ),
        ),
    )
    wafer = Layout(top, {rows[0].name: (1, 0)}, NM, (0.0, 0.0, 60000.0, 60000.0))
    plate = plate_for(PlateTable(), wafer.outline or (0, 0, 0, 0), rows, read_process("balldrop"), "wafer")
    assert plate.size == "5x5x0.090"  # its title line is too long for 4 inches
    data = plate.on(wafer, rows[0]).data
    assert any(isinstance(i, Array) and i.columns == 60 for cell in data.cells() for i in cell.instances)


def test_scaling_keeps_arrays_scatters_and_circles() -> None:
    part = Cell("PART", (Drawn("M", Disc(1, 2, 20)), Drawn("M", Rect(30, 0, 10, 20))))
    many = (Array(part, 3, 2, (100, 0), (5, 200)), Scatter(part, np.array([(7.0, 8.0)])))
    big = scaled(Cell("TOP", instances=many), 5, NM)
    array, scatter = big.instances
    assert isinstance(array, Array)
    assert (array.step_x, array.step_y) == ((500, 0), (25, 1000))
    assert isinstance(scatter, Scatter)
    assert scatter.points.tolist() == [[35.0, 40.0]]
    assert array.cell.shapes[0].shape == Disc(5, 10, 100)
    assert array.cell.name == "PART_X5"
    assert scaled(part, 1, NM) is part


def test_what_does_not_fit_is_told() -> None:
    rows, _ = field_of()
    process = read_process("balldrop")
    with pytest.raises(InputError, match=r"on a plate of 4x4x0\.060 in the frame goes to"):
        plate_for(PlateTable(size="4x4x0.060"), (0, 0, 80_000, 78_000), rows, process, "big")
    with pytest.raises(InputError, match=r"on a plate of 14x14x0\.120 in the field goes to"):
        plate_for(PlateTable(), (0, 0, 400_000, 400_000), rows, process, "big")
    assert plate_for(PlateTable(), (0, 0, 110_000, 106_000), rows, process, "big").size == "6x6x0.120"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"magnification": 4}, "a contact aligner prints 1 : 1"), ({"size": "5 inch"}, "is no plate"),
        ({"pellicle": {"inner": (100, 100), "outer": (90, 110)}}, "is not inside"), ({"plate": 1}, "plate"),
    ],
)  # fmt: skip
def test_mistakes_in_the_table_are_told(values, told) -> None:
    with pytest.raises(ValidationError, match=told):
        PlateTable(**values)


def test_plate_sizes_are_inches() -> None:
    assert plate_size("5x5x0.090") == (127.0, 127.0, 2.286)


def test_the_command_writes_plates_and_lists_their_marks(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        main, ["masks", "gold_rdl_die", "--plate", "contact", "-f", "gds", "-o", str(tmp_path), "--json"]
    )
    assert result.exit_code == 0, result.output
    facts = json.loads(result.output)["plate"]
    assert (facts["size_in"], facts["glass"], facts["magnification"]) == ("5x5x0.090", "soda-lime", 1)
    assert facts["codes"][0] == "GOLD-RDL-DIE-1-A"
    with (tmp_path / "gold_rdl_die_marks.csv").open(encoding="utf-8") as file:
        listed = list(csv.DictReader(file))
    kinds = {row["kind"] for row in listed if row["number"] == "2"}
    assert kinds == {"target", "key", "vernier", "CD bar", "resolution", "name", "Code128", "DataMatrix", "fiducial"}
    with (tmp_path / "gold_rdl_die_masks.csv").open(encoding="utf-8") as file:
        first, *_, last = csv.DictReader(file)
    assert (first["plate_in"], first["glass"], first["scale"]) == ("5x5x0.090", "soda-lime", "1x")
    assert first["reading"].startswith("right-reading chrome down; data as it reads right")
    assert not last["plate_in"]
    layout = db.Layout()
    layout.read(str(tmp_path / "gold_rdl_die_1_POLY1.gds"))
    assert layout.top_cell().name.endswith("_PLATE")
    assert layout.top_cell().dbbox().width() == pytest.approx(127_000 - 10_000)


def test_one_tone_turns_whole_plates(tmp_path: Path) -> None:
    words = ["masks", "gold_rdl_die", "--plate", "contact", "--tone", "dark", "-f", "gds", "-o", str(tmp_path)]
    assert CliRunner().invoke(main, words).exit_code == 0
    _, found = plates("gold_rdl_die", PlateTable())
    row, data, on = found[1]
    layout = db.Layout()
    layout.read(str(tmp_path / f"gold_rdl_die_2_{row.name}.gds"))
    turned = db.Region(layout.top_cell().begin_shapes_rec(layout.layer(2, 0)))
    wanted = box(-63_500, -63_500, 63_500, 63_500) - region(on.data.top, data.grid)
    assert (turned ^ wanted).sized(-1).is_empty()


def design_with(table: str, folder: Path) -> Path:
    """A shipped design with a [mask] table of its own."""
    home = folder / "design"
    shutil.copytree(read_design("balldrop_die").path.parent, home)
    file = home / "design.toml"
    file.write_text(f"{file.read_text(encoding='utf-8')}\n[mask]\n{table}\n", encoding="utf-8")
    return file


def test_the_design_s_own_table_is_used_unless_told_otherwise(tmp_path: Path) -> None:
    file = design_with('revision = "B7"\nsize = "7x7x0.120"', tmp_path)
    words = ["masks", str(file), "--field", "die", "-f", "gds", "-o", str(tmp_path / "out"), "--json"]
    facts = json.loads(CliRunner().invoke(main, words).output)
    assert facts["plate"]["codes"][0] == "BALLDROP-DIE-1-B7"
    assert facts["plate"]["size_in"] == "7x7x0.120"
    assert "plate" not in json.loads(CliRunner().invoke(main, [*words, "--plate", "none"]).output)
    other = json.loads(CliRunner().invoke(main, [*words, "--plate", "stepper"]).output)
    assert (other["plate"]["tool"], other["plate"]["magnification"]) == ("stepper", 4)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("magnification = 4", "a contact aligner prints 1 : 1"), ('sise = "5x5x0.090"', "sise"),
        ('size = "1x1x0.090"', "on a plate of 1x1x0.090 in"),
    ],
)  # fmt: skip
def test_a_wrong_table_is_told_with_its_file(table: str, told: str, tmp_path: Path) -> None:
    file = design_with(table, tmp_path)
    result = CliRunner().invoke(main, ["masks", str(file), "-o", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert told in result.output
    assert "design.toml" in result.output
    assert "mask" in result.output


def test_a_contact_plate_of_a_design_with_a_wafer_bears_the_wafer(tmp_path: Path) -> None:
    """Every opening of the wafer's layout is on the plate once; a picture of it as PDF is refused, it has too many."""
    words = ["masks", "balldrop_die", "--plate", "contact", "-o", str(tmp_path)]
    assert CliRunner().invoke(main, [*words, "-f", "gds"]).exit_code == 0
    design = read_design("balldrop_die")
    row = next(row for row in mask_set(design.process) if row.name == "BUMP_RESIST")
    stepped = wafer_layout(mask_data(build_layout(design), row), wafer_of(design))
    layout = db.Layout()
    layout.read(str(tmp_path / "balldrop_die_2_BUMP_RESIST.gds"))
    found = db.RecursiveShapeIterator(layout, layout.top_cell(), layout.layer(2, 0))
    size = round(95 / layout.dbu)
    openings = sum(1 for each in found.each() if each.shape().bbox().width() == size)
    assert openings == sum(placed(stepped).values()) > 900_000
    refused = CliRunner().invoke(main, [*words, "-f", "pdf"])
    assert refused.exit_code == 2
    assert "svg or png" in refused.output
