"""Plan and side views of assemblies: they agree with the stack, are to scale, on the page, small, the same twice.

Lengths are µm, page units pixels.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from functools import lru_cache
from itertools import combinations
from math import dist

import numpy as np
import pytest

from bumpgen.assembly_picture import AssemblyPicture, Piece
from bumpgen.check.assembly.pictured import picture_of
from bumpgen.check.assembly.stack import Stack
from bumpgen.cut import Cut
from bumpgen.errors import InputError
from bumpgen.frames import Coordinates
from bumpgen.material_kinds import material_kind
from bumpgen.process import read_materials
from bumpgen.view.assembly_canvas import spread
from bumpgen.view.assembly_cut import default_cut, section_of, without_holes
from bumpgen.view.assembly_palette import FILLS, LINES
from bumpgen.view.assembly_panel import Panel
from bumpgen.view.assembly_plan import MANY, assembly_plan_png, assembly_plan_svg, plan_picture
from bumpgen.view.assembly_side import SidePage, assembly_side_png, assembly_side_svg, side_page, side_picture
from bumpgen.view.assembly_table import rows_of
from bumpgen.view.letters import text_width
from bumpgen.view.picture import Circle, Outline, Picture, Text
from bumpgen.view.style import contrast
from tests.check.assembly import stacks

SVG = "{http://www.w3.org/2000/svg}"
ALL = ("pillars", "hanging", "bonded", "module", "framed", "ringed")


@lru_cache
def stack(name: str) -> Stack:
    makers = {"module": lambda: module("laminate"), "framed": lambda: module("leadframe"), "ringed": ringed}
    return makers[name]() if name in makers else getattr(stacks, name)()


@lru_cache
def shown(name: str) -> AssemblyPicture:
    return picture_of(stack(name))


@lru_cache
def side(name: str) -> SidePage:
    return side_page(shown(name))


def module(carrier: str) -> Stack:
    """A chip glued on a carrier, wired to it on all four sides, a second chip on its pillars, moulded."""
    first, second, base = (2400.0, 2400.0), (900.0, 900.0), (4600.0, 4600.0)
    ways = ((1, 0), (-1, 0), (0, 1), (0, -1))
    pads, fingers = [], []
    for k, (dx, dy) in enumerate(ways):
        for i, t in enumerate((-600.0, -200.0, 200.0, 600.0)):
            name = f"W{k}_{i}"
            pads.append((name, 1200 + dx * 1080 + dy * t, 1200 + dy * 1080 + dx * t, name, "wirebond"))
            x, y = dx * 1800 + dy * t * 1.2, dy * 1800 + dx * t * 1.2
            fingers.append((name, 2300 + x, 2300 + y, name, "finger"))
    return stacks.stack({
        **stacks.design("carrier", carrier, base, fingers),
        **stacks.design("first", "pillar_module", first, [*pads, *stacks.array(first, 8, 8, 90, "pillar")]),
        **stacks.design("second", "pillar", second, stacks.array(second, 8, 8, 90, "second_pillar", mirrored=True)),
        "assembly.toml": MODULE.replace("NAME", f"module_{carrier}"),
    })  # fmt: skip


def ringed() -> Stack:
    """A chip face down on a laminate by a ring of balls; below it a thick chip in an opening of the laminate."""
    first, second, base = (3000.0, 3000.0), (1200.0, 1200.0), (8000.0, 5000.0)
    balls = stacks.array(first, 6, 6, 500, "ball", "B", hollow=True)
    lands = stacks.array(base, 6, 6, 500, "land", "B", mirrored=True, hollow=True)
    found = stacks.stack({
        **stacks.design("carrier", "laminate", base, lands),
        **stacks.design("first", "pillar_module", first, [*balls, *stacks.array(first, 10, 10, 90, "pillar")]),
        **stacks.design("second", "pillar", second, stacks.array(second, 10, 10, 90, "second_pillar", mirrored=True)),
        "assembly.toml": RINGED,
    })  # fmt: skip
    return stacks.with_opening(found, "carrier", 1600, 1600)


MODULE = """
name = "NAME"
title = "Module with wires"
source = "own"
[parts.carrier]
design = "carrier"
face = "up"
[parts.first]
design = "first"
face = "up"
thickness = { value = 200, source = "own" }
attached = { to = "carrier", material = "die_attach", thickness = { value = 25, source = "own" } }
[parts.second]
design = "second"
face = "down"
thickness = { value = 100, source = "own" }
[[joints]]
name = "pillars"
between = ["first", "second"]
sites = [["pillar"], ["second_pillar"]]
[[wires]]
name = "bonds"
between = ["first", "carrier"]
sites = [["wirebond"], ["finger"]]
diameter = { value = 25, source = "own" }
loop = { value = 150, source = "own" }
[encapsulation]
material = "mould"
joints = ["pillars"]
covers_wires = true
covers_dies = true
margin = { value = 250, source = "own" }
cover = { value = 150, source = "own" }
filler = { value = 20, source = "own" }
[[steps]]
kind = "join"
joints = ["pillars"]
placement_accuracy = { value = 3, source = "own" }
source = "own"
"""

RINGED = """
name = "ringed"
title = "Balls around the second chip"
source = "own"
[parts.first]
design = "first"
face = "down"
thickness = { value = 300, source = "own" }
[parts.carrier]
design = "carrier"
face = "up"
[parts.second]
design = "second"
face = "up"
thickness = { value = 300, source = "own" }
[[joints]]
name = "balls"
between = ["first", "carrier"]
sites = [["ball"], ["land"]]
[[joints]]
name = "pillars"
between = ["first", "second"]
sites = [["pillar"], ["second_pillar"]]
"""


def many(columns: int, pitch: float = 60.0) -> AssemblyPicture:
    """The picture of `pillars` with columns × columns joints."""
    subject = shown("pillars")
    steps = (np.arange(columns) - (columns - 1) / 2) * pitch
    places = np.array(np.meshgrid(steps, steps)).reshape(2, -1).T
    half = columns * pitch / 2 + 200
    parts = tuple(replace(part, box=(-half, -half, half, half), corner=(-half, half)) for part in subject.parts)
    which = np.zeros(len(places), np.int64)
    joints = replace(subject.joints[0], places=places, partners=places, which=which, labels=())
    return replace(subject, parts=parts, joints=(joints,))


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314  # our own text


def boxes(picture: Picture, sheet: str) -> np.ndarray:
    """Boxes (x0, y0, x1, y1) on the page of a sheet's outlines, of a picture whose µm are page units."""
    shapes = picture.figures[-1].shapes.get(sheet, ())
    corners = [shape.points * (1, -1) for shape in shapes if isinstance(shape, Outline)]
    return np.array([(*points.min(axis=0), *points.max(axis=0)) for points in corners])


def has_box(picture: Picture, sheet: str, panel: Panel, span: tuple[float, float], low: float, high: float) -> bool:
    """Whether a sheet has a rectangle at that place of a panel, to 0.02 px."""
    wanted = (panel.x(span[0]), panel.y(high), panel.x(span[1]), panel.y(low))
    return bool((np.abs(boxes(picture, sheet) - wanted).max(axis=1) < 0.02).any())


@pytest.mark.parametrize("name", ALL)
def test_table_has_the_heights_of_the_stack(name):
    rows = {row.part: row for row in side(name).rows}
    for part, level in stack(name).levels.items():
        assert (rows[part].low, rows[part].high) == (level.low, level.high)
    texts = [element.text for element in parsed(assembly_side_svg(shown(name))).iter(f"{SVG}text")]
    for level in stack(name).levels.values():
        assert f"{level.low:.3f}" in texts
        assert f"{level.high:.3f}" in texts


@pytest.mark.parametrize("name", ["pillars", "hanging", "bonded", "module", "ringed"])
def test_bodies_are_drawn_at_their_heights_and_widths(name):
    page, subject = side(name), shown(name)
    panel = page.panels[0]
    for part in subject.parts:
        for span in page.section.spans[part.name]:
            kind = subject.materials[part.material].kind
            found = has_box(page.picture, kind, panel, span, part.low, part.high)
            assert found or has_box(page.picture, f"{kind}/thin", panel, span, part.low, part.high)


@pytest.mark.parametrize("name", ALL)
def test_one_scale_along_both_axes(name):
    """Every panel's width and height, and its scale bar, are its window's at one scale."""
    for width in (900, 1400):
        page = side_page(shown(name), width)
        for panel in page.panels:
            s0, z0, s1, z1 = panel.window
            across, up = panel.x(s1) - panel.x(s0), panel.y(z0) - panel.y(z1)
            assert across / (s1 - s0) == pytest.approx(up / (z1 - z0), rel=1e-12)
        assert page.picture.bar.width / page.picture.bar.length == pytest.approx(page.panels[0].scale)


def test_details_are_to_scale():
    """In the enlarged joint the pillars are as many pixels per µm wide as high; so is the scale bar."""
    page = side("pillars")
    kind = shown("pillars").joints[0].kinds[0]
    pillar = max((piece for piece in kind.pieces if piece.role == "pillar"), key=lambda piece: piece.height)
    found = boxes(page.picture, "copper")
    wide, tall = found[:, 2] - found[:, 0], found[:, 3] - found[:, 1]
    largest = int(np.argmax(wide * tall))
    scale = wide[largest] / pillar.width
    assert tall[largest] == pytest.approx(pillar.height * scale, abs=0.02)
    bars = boxes(page.picture, "ink")
    longest = bars[np.argmax(bars[:, 2] - bars[:, 0])]
    words = [text.text for text in page.picture.texts if abs(text.x - longest[0]) < 0.01 and "µm along" in text.text]
    lengths = [float(text.split()[0]) for text in words]
    assert any((longest[2] - longest[0]) / length == pytest.approx(scale, rel=1e-3) for length in lengths)


@pytest.mark.parametrize("name", ALL)
def test_every_height_is_dimensioned(name):
    """Thickness of each body that is cut, each gap, each loop, each metal and the solder of each joint in words."""
    subject, words = shown(name), [text.text for text in side(name).picture.texts]
    for part in subject.parts:
        if side(name).section.spans[part.name]:
            assert f"{part.name} {part.thickness:g}" in words
    for joints in subject.joints:
        low, high = sorted(subject.part(part).face for part in joints.between)
        gap = f"{high - low:.2f}".rstrip("0").rstrip(".")
        assert f"gap of {joints.name} {gap}" in words
        assert f"gap {gap}" in words
        solder = next(piece for piece in joints.kinds[0].pieces if piece.role == "solder")
        height = f"{solder.height:.2f}".rstrip("0").rstrip(".")
        assert any(word.startswith("solder ") and word.endswith(f" {height}") for word in words)
    for wires in subject.wires:
        assert f"loop of {wires.name} {wires.loop:g}" in words


def volume(piece: Piece) -> float:
    """Of a body of revolution, µm³, by Simpson's rule on its profile's finest heights."""
    radius, z = piece.profile[:, 0], piece.profile[:, 2]
    fine = np.linspace(z[0], z[-1], 20001)
    return float(np.pi * np.trapezoid(np.interp(fine, z, radius**2), fine))


@pytest.mark.parametrize("name", ALL)
def test_pieces_stand_on_each_other_and_hold_the_solder(name):
    for joints in shown(name).joints:
        low, high = sorted(shown(name).part(part).face for part in joints.between)
        for kind in joints.kinds:
            solder = next(piece for piece in kind.pieces if piece.role == "solder")
            assert volume(solder) == pytest.approx(kind.volume, rel=5e-3)
            metals = [
                p
                for p in kind.pieces
                if p.role in ("metal", "pillar") and low - 1e-6 <= p.low and p.high <= high + 1e-6
            ]
            ends = {round(end, 4) for piece in metals for end in (piece.low, piece.high)}
            assert round(solder.low, 4) in ends
            assert round(solder.high, 4) in ends


def text_box(text: Text) -> tuple[float, float, float, float]:
    """Where a text lies, in the wider of the PNG's letters and 0.6 of its size a letter."""
    wide = max(text_width(text.text, text.size), 0.58 * text.size * len(text.text))
    left = text.x - {"start": 0.0, "middle": 0.5, "end": 1.0}[text.anchor] * wide
    return left, text.y - 0.72 * text.size, left + wide, text.y + 0.1 * text.size


def pages() -> list[tuple[str, str]]:
    return [(name, view) for name in ALL for view in ("plan", "side")]


def page_of(name: str, view: str) -> Picture:
    return plan_picture(shown(name)) if view == "plan" else side(name).picture


@pytest.mark.parametrize(("name", "view"), pages())
def test_texts_are_on_the_page_and_apart(name, view):
    picture = page_of(name, view)
    found = [(text.text, text_box(text)) for text in picture.texts]
    for told, (x0, y0, x1, y1) in found:
        assert x0 >= 0, told
        assert y0 >= 0, told
        assert x1 <= picture.width, told
        assert y1 <= picture.height, told
    for (one, a), (other, b) in combinations(found, 2):
        apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
        assert apart, f"{one!r} lies on {other!r}"


@pytest.mark.parametrize(("name", "view"), pages())
def test_shapes_are_on_the_page(name, view):
    picture = page_of(name, view)
    for figure in picture.figures[-1:]:
        for shapes in figure.shapes.values():
            corners = np.concatenate([shape.points for shape in shapes if isinstance(shape, Outline)])
            page = np.array([picture.frame.to_page(x, y) for x, y in corners.tolist()])
            assert (page >= 0).all()
            assert (page <= (picture.width, picture.height)).all()


@pytest.mark.parametrize(("name", "view"), pages())
def test_files_are_small_and_the_same_twice(name, view):
    draw = assembly_plan_svg if view == "plan" else assembly_side_svg
    text = draw(shown(name))
    assert len(text.encode()) < 200_000
    assert draw(picture_of(stack(name))) == text


def test_png_is_as_wide_as_asked():
    for data in (assembly_plan_png(shown("bonded"), 640), assembly_side_png(shown("bonded"), 640)):
        assert data[:8] == b"\x89PNG\r\n\x1a\n"
        assert int.from_bytes(data[16:20]) == 640


def test_hundred_thousand_joints_make_small_files():
    subject = many(317)
    assert len(subject.joints[0].places) > 100_000
    plan = assembly_plan_svg(subject)
    assert len(plan.encode()) < 2_000_000
    assert plan.count("h0m") + 1 == len(subject.joints[0].places)
    assert len(assembly_side_svg(subject).encode()) < 200_000


def test_more_joints_than_can_be_seen_are_shown_as_squares():
    subject = many(500)
    assert len(subject.joints[0].places) > MANY
    plan = assembly_plan_svg(subject)
    assert len(plan.encode()) < 1_000_000
    assert re.search(r"250000 joints as squares of [\d.]+ that have any", plan)


def test_wide_assembly_is_shown_whole_and_in_part():
    """20 mm and 0.5 mm high: a part between break lines is larger, with the heights; nothing is exaggerated."""
    page = side_page(many(317))
    whole, part = page.panels
    assert part.scale > 2 * whole.scale
    assert whole.window[2] - whole.window[0] == pytest.approx(page.section.cut.length)
    assert part.window[2] - part.window[0] < page.section.cut.length / 2
    assert any(text.text == "shown below" for text in page.picture.texts)


def test_plan_has_contacts_where_the_joints_are():
    subject = shown("hanging")
    picture = plan_picture(subject)
    figures = {figure.name: figure for figure in picture.figures}
    for joints in subject.joints:
        uses = [use for use in picture.figures[-1].uses if f"{joints.name} 0" in figures[use.cell.name].layers]
        (found,) = uses
        assert np.array_equal(found.points, joints.places)
        (shape,) = figures[found.cell.name].shapes[f"{joints.name} 0"]
        contact = joints.kinds[0].contacts[0]
        assert isinstance(shape, Circle)
        assert shape.diameter == pytest.approx(np.ptp(contact[:, 0]))


def test_plan_shows_second_sides_where_they_are():
    """A second die placed 5 µm off shows its contacts 5 µm off the first's."""
    subject = picture_of(stacks.moved(stack("pillars"), "second", at=(5.0, 0.0)))
    picture = plan_picture(subject)
    figures = {figure.name: figure for figure in picture.figures}
    by_layer = {layer: use.points for use in picture.figures[-1].uses for layer in figures[use.cell.name].layers}
    assert np.allclose(by_layer["pillars 0 second"] - by_layer["pillars 0"], (5.0, 0.0))


def test_plan_shows_sites_without_partner():
    subject = picture_of(stacks.without_bump(stack("pillars"), "second", "J0_0"))
    words = [text.text for text in plan_picture(subject).texts]
    assert "pillars: alone" in words
    assert not any(text.text == "pillars: alone" for text in plan_picture(shown("pillars")).texts)


def test_plan_tells_faces_and_first_corners():
    words = [text.text for text in plan_picture(shown("bonded")).texts]
    for part in shown("bonded").parts:
        assert f"{part.name}, face {part.facing}" in words
    assert "600 × 600, mark: J0_0 lower left" in words


def test_a_mirrored_die_has_its_mark_in_another_corner():
    subject = picture_of(stacks.moved(stack("bonded"), "second", face="up"))
    assert shown("bonded").part("second").corner == (-300.0, -300.0)
    assert subject.part("second").corner == (300.0, -300.0)


def test_wires_are_shown_between_their_ends():
    subject = shown("module")
    (wires,) = subject.wires
    shapes = plan_picture(subject).figures[-1].shapes["wires bonds"]
    middles = np.array([shape.points.mean(axis=0) for shape in shapes])
    assert np.allclose(middles, (wires.ends[0] + wires.ends[1]) / 2)
    loops = section_of(subject, default_cut(subject)).wires
    assert max(float(line[:, 1].max()) for _, line in loops) == pytest.approx(wires.top)
    ends = {round(float(z), 6) for _, line in loops for z in line[[0, -1], 1]}
    assert ends == {round(height, 6) for height in wires.heights}


def test_wires_across_the_cut_stay_behind():
    section = section_of(shown("module"), default_cut(shown("module")))
    one, other = (ends[:, 0] + 2300 for ends in shown("module").wires[0].ends)
    along = {
        tuple(sorted(pair)) for pair in np.column_stack((one, other)).round(3).tolist() if abs(pair[0] - pair[1]) > 500
    }
    assert {tuple(sorted((line[0, 0], line[-1, 0]))) for _, line in section.wires} == along
    assert {line[0, 0] for _, line in section.behind} == {1700.0, 2100.0, 2500.0, 2900.0}
    order = [sheet.layer for sheet in side("module").picture.sheets]
    assert order.index("behind") < order.index("silicon") < order.index("wire")


def test_default_cut_meets_every_entry():
    subject = shown("hanging")
    section = section_of(subject, default_cut(subject))
    assert {joint.entry for joint in section.joints} == {0, 1}
    assert all(section.spans.values())


def test_default_cut_runs_through_the_longest_row():
    subject = shown("pillars")
    joints = subject.joints[0]
    names = [label.split()[0] for label in joints.labels]
    kept = np.array([name == "J1_0" or not name.endswith("_0") for name in names])
    fewer = replace(
        joints, places=joints.places[kept], partners=joints.partners[kept], which=joints.which[kept],
        labels=tuple(np.array(joints.labels)[kept].tolist()),
    )  # fmt: skip
    cut = default_cut(replace(subject, joints=(fewer,)))
    row = joints.places[[label.startswith("J1_1 ") for label in joints.labels]][0, 1]
    assert cut.start[1] == cut.end[1] == pytest.approx(row)


def test_cut_along_y_and_across():
    subject = shown("bonded")
    upright = section_of(subject, Cut((0.0, -1500.0), (0.0, 1500.0)))
    assert upright.spans["first"] == ((700.0, 2300.0),)
    assert [joint.at for joint in upright.joints] == [1350.0, 1500.0, 1650.0]
    slant = section_of(subject, Cut((-300.0, -300.0), (300.0, 300.0)))
    assert len(slant.joints) == 3
    assert slant.spans["second"][0][1] == pytest.approx(600 * 2**0.5)


def test_cut_beside_everything_is_refused():
    with pytest.raises(InputError, match="misses every part") as told:
        side_picture(shown("bonded"), cut=Cut((-100.0, 9000.0), (100.0, 9000.0)))
    assert "x = -1500 to 1500" in str(told.value.hint)
    with pytest.raises(InputError, match="no length"):
        Cut((1.0, 2.0), (1.0, 2.0))


def test_opening_cuts_body_and_films():
    subject = shown("ringed")
    section = section_of(subject, default_cut(subject))
    assert section.spans["carrier"] == ((0.0, 3200.0), (4800.0, 8000.0))
    masks = [solid.points for solid in section.solids if solid.kind == "solder mask"]
    assert masks
    for points in masks:
        low, high = points[:, 0].min(), points[:, 0].max()
        assert high > low
        assert high <= 3200 or low >= 4800


def test_holes_beside_a_span_leave_it_whole():
    assert list(without_holes((0.0, 10.0), [(-5.0, -1.0), (12.0, 13.0), (20.0, 21.0)])) == [(0.0, 10.0)]
    assert list(without_holes((0.0, 10.0), [(-1.0, 2.0), (4.0, 5.0), (9.0, 12.0)])) == [(2.0, 4.0), (5.0, 9.0)]


def test_lead_frame_is_its_leads():
    subject = shown("framed")
    assert len(subject.part("carrier").bodies) == 16
    spans = section_of(subject, Cut((-2300.0, -240.0), (2300.0, -240.0))).spans["carrier"]
    assert [high - low for low, high in spans] == pytest.approx([180.0, 180.0])


def test_joints_that_others_hold_are_drawn_at_the_stacks_gap():
    """A stack whose second way between two parts is of other joints: solder spans what the stack leaves it."""
    found = stack("hanging")
    taller = stacks.with_film(found, "second", "pillar", 40.0)
    subject = picture_of(taller)
    for joints in subject.joints:
        for kind in joints.kinds:
            solder = next(piece for piece in kind.pieces if piece.role == "solder")
            one, other = (taller.levels[name].face for name in joints.between)
            tops = sum(face.face.top for face in taller.joint(joints.name).classes[0].faces)
            assert solder.height == pytest.approx(abs(one - other) - tops)


def test_parts_that_do_not_meet_are_still_pictured():
    subject = picture_of(stacks.moved(stack("pillars"), "second", at=(3000.0, 0.0)))
    assert len(subject.joints[0].places) == 0
    assert "pillars: alone" in assembly_plan_svg(subject)
    assert assembly_side_svg(subject).startswith("<svg")


def test_title_is_text_not_markup():
    subject = replace(shown("pillars"), title='<b>&"x"')
    for svg in (assembly_plan_svg(subject), assembly_side_svg(subject)):
        assert any(element.text == '<b>&"x"' for element in parsed(svg).iter(f"{SVG}text"))


@pytest.mark.parametrize("draw", [assembly_plan_svg, assembly_side_svg])
@pytest.mark.parametrize("width", [299, 20_001])
def test_width_out_of_range_is_refused(draw, width):
    with pytest.raises(InputError, match=str(width)):
        draw(shown("pillars"), width)


def test_every_material_is_painted():
    kinds = {identity: material_kind(identity, material) for identity, material in read_materials().items()}
    assert set(kinds.values()) <= set(FILLS)
    assert all(
        kinds[name] == "solder" for name, m in read_materials().items() if "solder" in m.groups and name != "tin"
    )
    expected = {
        "cu": "copper",
        "au": "gold",
        "silicon": "silicon",
        "bt": "organic",
        "alumina": "ceramic",
        "ti": "barrier",
    }
    assert {name: kinds[name] for name in expected} == expected


def test_colours_can_be_told_apart():
    """Fills are at least 35 of 255 apart as channels differ; each contour is darker than its fill."""
    for one, other in combinations(FILLS, 2):
        channels = [[int(FILLS[kind][i : i + 2], 16) for i in (1, 3, 5)] for kind in (one, other)]
        assert dist(*channels) > 35, (one, other)
    for kind, fill in FILLS.items():
        assert contrast(LINES[kind], "#ffffff") > contrast(fill, "#ffffff"), kind


def test_labels_are_spread():
    assert spread([10.0, 10.0, 10.0], 4.0, 0.0, 100.0) == [6.0, 10.0, 14.0]
    assert spread([50.0, 1.0], 4.0, 0.0, 100.0) == [50.0, 1.0]
    assert spread([99.0, 100.0], 4.0, 0.0, 100.0) == [96.0, 100.0]
    assert spread([0.0, 0.0, 0.0], 4.0, 0.0, 4.0) == [0.0, 4.0, 8.0]


def test_rows_tell_each_height_once():
    rows = rows_of(shown("bonded"))
    assert len(set(rows)) == len(rows)
    assert [row.high for row in rows] == sorted((row.high for row in rows), reverse=True)


def test_coordinates_of_the_picture_are_the_assemblys():
    found = stack("pillars")
    first = found.parts["first"]
    places = first.part.pose.above(Coordinates(first.part.view, first.sites.places.seen(first.part.view)))
    assert {tuple(p) for p in places.seen(found.assembly.view).round(6).tolist()} == {
        tuple(p) for p in shown("pillars").joints[0].places.round(6).tolist()
    }
