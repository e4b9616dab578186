"""The plan view: what an SVG and a PNG of the same layout must show, and that they agree."""

from __future__ import annotations

import re
import time
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import replace

import klayout.lay as lay
import numpy as np
import pytest

from bumpgen.errors import GeometryError, InputError
from bumpgen.geometry import Disc, Oblong, Polygon, Rect, RegularPolygon, Trace, Transform, View
from bumpgen.layout import Array, Cell, Drawn, Label, Layout, Net, Placement, Scatter
from bumpgen.view.figures import count, figures_of
from bumpgen.view.letters import GLYPHS, strokes, text_width
from bumpgen.view.picture import FINE, Text
from bumpgen.view.plan import picture, plan_png, plan_svg
from bumpgen.view.style import contrast, ink_on, meaning_of, style_of

SVG = "{http://www.w3.org/2000/svg}"
LAYERS = {"DIE": (235, 4), "POLY1": (5, 0), "RDL": (10, 0), "POLY2": (15, 0), "UBM": (20, 0), "LABEL": (100, 0)}
COLORS = {"DIE": "#888888", "POLY1": "#7fb069", "RDL": "#e0912f", "POLY2": "#8fa8d8", "UBM": "#9a9aa6"}
NASTY = 'vdd<1>&"x"'

BUMP = Cell(
    "BUMP",
    (
        Drawn("RDL", Disc(0, 0, 280)),
        Drawn("RDL", Polygon(((0, -140), (0, 140), (190, 20), (190, -20)))),
        Drawn("POLY2", Disc(0, 0, 220)),
        Drawn("UBM", Disc(0, 0, 160)),
    ),
)
PAD = Cell("PAD", (Drawn("RDL", Rect(0, 0, 80, 80)), Drawn("POLY1", RegularPolygon(0, 0, 46))))


def sample(title: str = "sample", notes: tuple[str, ...] = ()) -> Layout:
    """3 x 4 bumps off the die's middle, three pads, a wire each; A1 top left, every turn once."""
    bumps, wires, labels, nets = [], [], [], []
    for i in range(3):
        for j in range(4):
            x, y = 400.0 + 500 * i, 350.0 + 500 * j
            name, net = f"{'ABC'[i]}{4 - j}", NASTY if i == 0 else f"io[{4 * i + j}]"
            bumps.append(Placement(BUMP, Transform(x, y, 90.0 * j, mirror=i == 1)))
            labels.append(Label("LABEL", f"{name} {net}", x, y))
            nets.append(Net(net, (), (name,)))
    for i in range(3):
        x, y = 400.0 + 500 * i, 60.0
        bumps.append(Placement(PAD, Transform(x, y)))
        labels.append(Label("LABEL", f"pad{i} n{i}", x, y))
        wires.append(Drawn("RDL", Trace(((x, y), (x, 350.0)), 30.0)))
    die = Drawn("DIE", Rect(1100, 1200, 2200, 2400))
    top = Cell("SAMPLE", (die, *wires), tuple(bumps), tuple(labels))
    return Layout(top, LAYERS, 0.005, (0, 0, 2200, 2400), tuple(nets), COLORS, title, notes)


def staggered(scatter: bool = False) -> Layout:
    """10 000 labelled bumps of four layers as two arrays, or one by one."""
    sizes = {"POLY1": 40, "RDL": 70, "POLY2": 50, "UBM": 60}
    bump = Cell("B", tuple(Drawn(layer, Disc(0, 0, size)) for layer, size in sizes.items()))
    arrays = [Array(bump, 100, 50, (130, 0), (0, 184), Transform(100 + 65 * k, 100 + 92.0 * k)) for k in (0, 1)]
    points = np.vstack([array.points() for array in arrays])
    labels = tuple(Label("LABEL", f"B{k} n{k % 97}", x, y) for k, (x, y) in enumerate(points.tolist()))
    instances = (Scatter(bump, points),) if scatter else tuple(arrays)
    return Layout(Cell("BIG", (), instances, labels), LAYERS, 0.005, (0, 0, 13200, 9400), colors=COLORS)


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314  # our own text


def hovers(svg: str) -> dict[str, tuple[float, float]]:
    """First line of each site's hover text → its page position."""
    circles = [c for c in parsed(svg).iter(f"{SVG}circle") if c.find(f"{SVG}title") is not None]
    return {c.findtext(f"{SVG}title").split("\n")[0]: (float(c.get("cx")), float(c.get("cy"))) for c in circles}


def pixel(buffer: lay.PixelBuffer, x: float, y: float) -> str:
    return f"#{buffer.pixel(int(x), int(y)) & 0xFFFFFF:06x}"


@pytest.fixture
def painted(tmp_path):
    """A function that paints a layout and reads the PNG back."""

    def paint(layout: Layout, **options) -> lay.PixelBuffer:
        plan_png(layout, tmp_path / "plan.png", **options)
        assert [p.name for p in tmp_path.iterdir()] == ["plan.png"]
        return lay.PixelBuffer.read_png(str(tmp_path / "plan.png"))

    return paint


def test_svg_has_one_hover_text_for_every_site_with_net_and_cell():
    svg = plan_svg(sample())
    titles = [t.text for c in parsed(svg).iter(f"{SVG}circle") for t in c.findall(f"{SVG}title")]
    assert len(titles) == len(set(titles)) == 15
    assert f"A1 {NASTY}\nBUMP" in titles
    assert "pad2 n2\nPAD" in titles


def test_svg_bytes_are_reproducible():
    assert plan_svg(sample()) == plan_svg(sample())
    assert plan_svg(sample()) != plan_svg(sample(title="other"))


def test_ids_of_two_pictures_differ_and_every_use_has_its_target():
    one, other = (plan_svg(sample(), view=view) for view in (View.BUMPS_UP, View.BUMPS_DOWN))
    ids = [{e.get("id") for e in parsed(svg).iter() if e.get("id")} for svg in (one, other)]
    assert not ids[0] & ids[1]
    assert {e.get("href")[1:] for e in parsed(one).iter(f"{SVG}use")} <= ids[0]


@pytest.mark.parametrize("scatter", [False, True])
def test_ten_thousand_bumps_stay_small_and_fast(scatter):
    layout = staggered(scatter)
    start = time.perf_counter()
    svg = plan_svg(layout)
    assert time.perf_counter() - start < 2
    assert len(svg.encode()) < 1_500_000
    assert len(hovers(svg)) == 10_000


def test_a_million_array_elements_take_rows_not_elements():
    cell = Cell("B", (Drawn("UBM", Disc(0, 0, 30)), Drawn("RDL", Disc(0, 0, 40))))
    top = Cell("T", (), (Array(cell, 1000, 1000, (50, 0), (0, 50)),))
    svg = plan_svg(Layout(top, LAYERS, 0.005))
    assert len(list(parsed(svg).iter(f"{SVG}use"))) < 4100
    assert count(figures_of(Layout(top, LAYERS, 0.005), frozenset(LAYERS))) == {"UBM": 10**6, "RDL": 10**6}


def test_circles_stay_circles_and_scattered_ones_become_dots():
    drawing = parsed(plan_svg(sample())).find(f"{SVG}defs")
    assert {c.get("r") for c in drawing.iter(f"{SVG}circle")} == {"140", "110", "80"}
    paths = parsed(plan_svg(staggered(scatter=True))).iter(f"{SVG}path")
    dots = [p for p in paths if p.get("stroke-linecap") == "round"]
    assert {p.get("stroke-width") for p in dots} == {"40", "70", "50", "60"}
    assert {p.get("d").count("h0") for p in dots} == {10_000}


def test_legend_lists_each_drawn_layer_once_uppermost_first():
    rows = [r.get("data-legend") for r in parsed(plan_svg(sample())).iter(f"{SVG}rect") if r.get("data-legend")]
    assert rows == ["UBM", "POLY2", "RDL", "POLY1", "DIE"]
    texts = [t.text for t in parsed(plan_svg(sample())).iter(f"{SVG}text")]
    assert Counter(texts)["POLY2 15/0 opening"] == Counter(texts)["RDL 10/0"] == 1


def test_only_the_chosen_layers_are_drawn():
    svg = plan_svg(sample(), layers=["RDL"])
    assert [r.get("data-legend") for r in parsed(svg).iter(f"{SVG}rect") if r.get("data-legend")] == ["RDL"]
    with pytest.raises(InputError, match="no layer 'RDL9'"):
        plan_svg(sample(), layers=["RDL9"])


@pytest.mark.parametrize("width", [400, 1000, 1600])
def test_scale_bar_is_as_long_as_it_says(width):
    root = parsed(plan_svg(sample(), width=width))
    bar = next(r for r in root.iter(f"{SVG}rect") if r.get("data-um"))
    scale = float(re.search(r"translate\([^)]*\) scale\(([\d.e-]+),", plan_svg(sample(), width=width))[1])
    assert float(bar.get("width")) == pytest.approx(float(bar.get("data-um")) * scale, rel=1e-5)
    assert bar.get("data-um")[0] in "125"
    assert f"{bar.get('data-um')} µm" in [t.text for t in root.iter(f"{SVG}text")]


def test_mirrored_view_mirrors_places_about_the_die_and_leaves_text_readable():
    up, down = plan_svg(sample()), plan_svg(sample(), view=View.BUMPS_DOWN)
    die = picture(sample(), 1000)
    left, _ = die.frame.to_page(0, 0)
    right, _ = die.frame.to_page(2200, 0)
    there, here = hovers(up), hovers(down)
    for name, (x, y) in there.items():
        assert here[name] == (pytest.approx(left + right - x, abs=0.2), y)
    assert here["A1 " + NASTY][0] > there["A1 " + NASTY][0]
    for svg, stamp in ((up, "view: bumps up, µm"), (down, "view: bumps down, µm")):
        root = parsed(svg)
        assert any(t.text.startswith(stamp) for t in root.findall(f"{SVG}text"))
        assert all(t.get("transform") is None for t in root.iter(f"{SVG}text"))
        # texts are children of the page, so no flipped group holds them
        assert len(root.findall(f"{SVG}text")) == len(list(root.iter(f"{SVG}text")))


def test_a1_mark_is_at_the_corner_next_to_the_ball_and_moves_with_the_view():
    for view, right in ((View.BUMPS_UP, False), (View.BUMPS_DOWN, True)):
        shown = picture(sample(), 1000, view)
        xs = [x for x, _ in shown.mark.corners]
        die = sorted(shown.frame.to_page(x, 0)[0] for x in (0, 2200))
        assert min(xs) > die[1] if right else max(xs) < die[0]
        assert max(y for _, y in shown.mark.corners) < shown.frame.to_page(0, 2400)[1]


def test_no_a1_no_mark():
    assert picture(staggered(), 1000).mark is None


def test_nothing_but_names_lies_over_the_drawing():
    shown = picture(sample(notes=("a note that is printed",)), 1000)
    (left, top), (right, bottom) = shown.frame.to_page(0, 2400), shown.frame.to_page(2200, 0)
    names = {site.name for site in shown.sites}
    for text in shown.texts:
        width = text_width(text.text, text.size)
        inside = text.x < right and text.x + width > left and text.y > top + 1 and text.y - text.size < bottom
        if text.text not in names or text.bold:
            assert not inside, text
        assert text.y < shown.height
        assert text.anchor != "start" or text.x + width <= shown.width
    assert "a note that is printed" in [text.text for text in shown.texts]


def test_names_are_drawn_where_they_fit():
    texts = {text.text for text in picture(sample(), 1000).texts}
    assert {"A1", "C4"} <= texts
    assert "B77" not in {text.text for text in picture(staggered(), 1000).texts}


def test_every_name_contrasts_with_what_lies_below():
    for color in (*COLORS.values(), "#000000", "#ffffff", "#777777"):
        assert contrast(ink_on(color), color) >= 4.5
        assert contrast(style_of("area", color, 0).line, "#ffffff") >= 3


def test_png_has_the_pictures_size_and_the_uppermost_colour_at_a_bump(painted):
    layout = sample()
    shown = picture(layout, 900)
    buffer = painted(layout, width=900)
    assert (buffer.width(), buffer.height()) == (900, shown.height)
    bare = Layout(Cell("SAMPLE", layout.top.shapes, layout.top.instances), LAYERS, 0.005, layout.outline, (), COLORS)
    buffer = painted(bare, width=900)
    frame = picture(bare, 900).frame
    assert pixel(buffer, *frame.to_page(400, 350)) == COLORS["UBM"]
    assert pixel(buffer, *frame.to_page(150, 150)) == "#ffffff"
    assert pixel(buffer, 5, 5) == "#ffffff"


@pytest.mark.parametrize("view", [View.BUMPS_UP, View.BUMPS_DOWN])
def test_png_shows_the_layer_stack_of_the_polygons(painted, view):
    """Points away from every edge have the colour of the uppermost polygon that holds them."""
    import shapely

    full = sample()
    layout = Layout(Cell("S", full.top.shapes, full.top.instances), LAYERS, 0.005, full.outline, (), COLORS)
    fills = {sheet.layer: sheet.style.fill for sheet in picture(layout, 1200, view).sheets}
    polygons = [(layer, shapely.Polygon(points)) for layer, points in layout.flat()]
    rng = np.random.default_rng(7)
    buffer, frame = painted(layout, width=1200, view=view), picture(layout, 1200, view).frame
    edges = shapely.union_all([polygon.exterior for _, polygon in polygons])
    seen: Counter[str] = Counter()
    for x, y in rng.uniform((20, 20), (2180, 2380), (1500, 2)):
        point = shapely.Point(x, y)
        if edges.distance(point) * frame.scale < 4:
            continue
        stack = {layer for layer, polygon in polygons if fills[layer] and polygon.contains(point)}
        expected = next((fills[layer] for layer in reversed(LAYERS) if layer in stack), "#ffffff")
        assert pixel(buffer, *frame.to_page(x, y)) == expected, (x, y)
        seen[expected] += 1
    assert len(seen) >= 4
    assert sum(seen.values()) >= 50


@pytest.mark.parametrize("scatter", [False, True])
def test_png_of_arrays_and_scatters_has_a_bump_at_each_place(painted, scatter):
    layout = staggered(scatter)
    bare = Layout(Cell("BIG", (), layout.top.instances), LAYERS, 0.005, layout.outline, colors=COLORS)
    buffer, frame = painted(bare, width=2000), picture(bare, 2000).frame
    places = [(label.x, label.y) for label in layout.top.labels]
    assert all(pixel(buffer, *frame.to_page(*place)) == COLORS["UBM"] for place in places[::37])
    assert pixel(buffer, *frame.to_page(165, 100)) == "#ffffff"


def test_png_bytes_are_reproducible(tmp_path):
    for name in ("a.png", "b.png"):
        plan_png(sample(), tmp_path / name, width=500)
        time.sleep(1.1)  # a time stamp of seconds would show
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_a_png_that_cannot_be_written_is_told_and_leaves_nothing(tmp_path):
    with pytest.raises(InputError, match="can't be written"):
        plan_png(sample(), tmp_path / "no" / "plan.png")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "top",
    [Cell("E"), Cell("E", labels=(Label("LABEL", "A1 x", 0, 0),)), Cell("E", instances=(Placement(Cell("F")),))],
)
def test_an_empty_layout_is_refused(top):
    with pytest.raises(GeometryError, match="nothing to show"):
        plan_svg(Layout(top, LAYERS, 0.005))


@pytest.mark.parametrize(
    "layout",
    [
        Layout(Cell("X", (Drawn("NOPE", Disc(0, 0, 10)),)), LAYERS, 0.005),
        Layout(Cell("X", (Drawn("RDL", Disc(0, 0, -10)),)), LAYERS, 0.005),
        Layout(Cell("X", (Drawn("RDL", Disc(float("nan"), 0, 10)),)), LAYERS, 0.005),
    ],
)
def test_bad_shapes_are_refused(layout):
    with pytest.raises(GeometryError):
        plan_svg(layout)


@pytest.mark.parametrize("width", [0, -5, 10**6])
def test_a_width_out_of_range_is_refused(width):
    with pytest.raises(InputError, match=str(width)):
        plan_svg(sample(), width=width)


def test_every_shape_and_a_lone_cell_without_outline_can_be_shown(painted):
    wire = Trace(((0, 50), (90, 50), (90, 90)), 8, "round", "round")
    shapes = (Oblong(0, 0, 60, 30), RegularPolygon(100, 0, 40), wire)
    layout = Layout(Cell("ONE", tuple(Drawn("UBM", shape) for shape in shapes)), LAYERS, 0.005)
    assert len(list(parsed(plan_svg(layout)).find(f"{SVG}defs").iter(f"{SVG}path"))) == 3
    shown = picture(layout, 600)
    assert pixel(painted(layout, width=600), *shown.frame.to_page(100, 0)) == shown.sheets[0].style.fill


@pytest.mark.parametrize("size", [(20000, 50), (50, 20000)])
def test_extreme_proportions_keep_page_and_legend_apart(size):
    layout = Layout(Cell("LONG", (Drawn("RDL", Rect(0, 0, *size)),)), LAYERS, 0.005)
    shown = picture(layout, 1000)
    row = shown.rows[0]
    (_, _), (right, bottom) = shown.frame.to_page(0, 0), shown.frame.to_page(size[0] / 2, -size[1] / 2)
    assert row.x >= right or row.y >= bottom
    assert shown.height <= 2000


def test_large_layers_lose_their_contours_only():
    def contours(layout: Layout) -> list[bool]:
        return [sheet.fine for sheet in picture(layout, 1000).sheets]

    assert contours(sample()) == [True] * 5
    assert contours(staggered()) == [False] * 4
    assert FINE < 10_000


def test_meanings_follow_names_and_are_overruled():
    named = {"POLY1": "opening", "RDL": "metal", "BALL": "body", "DIE": "area", "LABEL": "text", "PAD_OPEN": "opening"}
    assert {name: meaning_of(name) for name in named} == named
    sheets = picture(replace(sample(), meanings={"RDL": "opening"}), 1000).sheets
    assert next(sheet for sheet in sheets if sheet.layer == "RDL").style.rim


def test_notebooks_get_the_picture():
    assert sample()._repr_svg_() == plan_svg(sample())


def test_letters_stand_on_the_line_and_turn_up_at_their_anchor():
    for character in GLYPHS:
        points = [p for stroke in strokes(Text(0, 0, 10, character, "#000000")) for p in stroke]
        assert all(-10 <= y <= 3 and 0 <= x <= 5 for x, y in points), character
    middle = [x for s in strokes(Text(50, 0, 10, "HH", "#000000", "middle")) for x, _ in s]
    assert min(middle) + max(middle) == pytest.approx(100)
    assert strokes(Text(0, 0, 10, "é", "#000000")) == strokes(Text(0, 0, 10, "e", "#000000"))
