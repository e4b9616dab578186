"""Every cell: draws with its defaults, on grid, named by its parameters; validations at their limits."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import shapely

from bumpgen import resources
from bumpgen.cells import CELLS
from bumpgen.cells.font import STROKES
from bumpgen.cells.site import Site
from bumpgen.errors import BumpgenError, InputError
from bumpgen.geometry import Disc
from bumpgen.layout import Cell, Layout
from bumpgen.process import Process, read_process
from tests.cells.conftest import build

GRID = 0.005


def polygons(cell: Cell, process: Process) -> list[tuple[str, Any]]:
    numbers = {name: layer.gds for name, layer in process.layers.items()}
    layout = Layout(cell, numbers, process.grid.value)
    return [(layer, shapely.Polygon(points)) for layer, points in layout.flat()]


def area(cell: Cell, layer: str, process: Process) -> Any:
    return shapely.union_all([polygon for name, polygon in polygons(cell, process) if name == layer])


@pytest.mark.parametrize("name", sorted(CELLS))
def test_default_draws_valid_shapes_on_grid(name: str, process: Process) -> None:
    cell = CELLS[name].make(process).draw(process)
    drawn = polygons(cell, process)
    assert drawn
    for layer, polygon in drawn:
        assert polygon.is_valid, layer
        assert polygon.area > 0
        steps = np.array(polygon.exterior.coords) / GRID
        assert np.abs(steps - np.rint(steps)).max() < 1e-6


@pytest.mark.parametrize("name", sorted(CELLS))
def test_equal_parameters_equal_cell(name: str, process: Process) -> None:
    one, two = (CELLS[name].make(process) for _ in range(2))
    assert one == two
    assert one.name() == two.name()
    assert one.draw(process) == two.draw(process)


@pytest.mark.parametrize("name", sorted(set(CELLS) - {"site", "label"}))
def test_another_length_is_another_cell(name: str, process: Process) -> None:
    spec = CELLS[name].make(process)
    lengths = [row["name"] for row in CELLS[name].parameters() if row["unit"] == "µm" and row["name"] != "nested"]
    changed = 0
    for key in lengths:
        value = getattr(spec, key)
        if not isinstance(value, float) or not value:
            continue
        try:
            other = CELLS[name].make(process, **{key: value + 2 * GRID})
        except InputError:
            continue
        changed += 1
        assert other.name() != spec.name()
        assert other.draw(process) != spec.draw(process) or key in ("foil", "ball", "trace_width", "reach")
    assert changed


@pytest.mark.parametrize("name", sorted(CELLS))
def test_parameters_are_told(name: str) -> None:
    for row in CELLS[name].parameters():
        assert row["description"], row
        assert row["unit"] in ("µm", "")


@pytest.mark.parametrize("name", sorted(CELLS))
def test_unknown_parameter_names_the_known(name: str, process: Process) -> None:
    with pytest.raises(InputError, match="has no parameter 'colour'"):
        CELLS[name].make(process, colour=3)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("ubm", {"size": 0.0}),
        ("ubm", {"size": -GRID}),
        ("ubm", {"size": 300_000.1}),
        ("ubm", {"size": float("nan")}),
        ("ubm", {"size": "wide"}),
        ("ubm", {"layer": "ubm"}),
        ("ubm", {"vertices": 6}),
        ("polymer_opening", {"shape": "rounded", "corner": 0.0}),
        ("polymer_opening", {"shape": "chamfered", "corner": 20 + GRID}),
        ("polymer_opening", {"shape": "circle", "height": 30.0}),
        ("capture_pad", {"teardrop": "straight", "shape": "square", "angles": (0,)}),
        ("capture_pad", {"teardrop": "arc", "trace_width": 0.0, "angles": (0,)}),
        ("capture_pad", {"trace_width": 270 + 2 * GRID}),
        ("capture_pad", {"reach": 135.0}),
        ("pillar", {"cap_pullback": 20.0}),
        ("alignment_mark", {"kind": "star"}),
        ("trace", {"points": ((0, 0),)}),
    ],
)
def test_wrong_values_are_refused(name: str, values: dict[str, Any], process: Process) -> None:
    with pytest.raises(BumpgenError):
        CELLS[name].make(process, **values).draw(process)


@pytest.mark.parametrize(("size", "fits"), [(300.0, False), (300.01, True), (599.99, True), (600.0, False)])
def test_one_ball_to_an_opening(size: float, fits: bool, process: Process) -> None:
    """D < opening < 2D: a ball falls in, and only one."""
    if fits:
        CELLS["resist_opening"].make(process, size=size, ball=300.0)
    else:
        with pytest.raises(InputError, match="300"):
            CELLS["resist_opening"].make(process, size=size, ball=300.0)


@pytest.mark.parametrize("size", [250.005, 250.001])
def test_off_grid_sizes_are_refused(size: float, process: Process) -> None:
    with pytest.raises(BumpgenError, match="grid"):
        CELLS["ubm"].make(process, size=size).draw(process)


def test_a_layer_the_process_lacks_is_named(process: Process) -> None:
    with pytest.raises(InputError, match="UBM2"):
        CELLS["ubm"].make(process, layer="UBM2").draw(process)


def test_a_dimension_the_process_lacks_is_asked_for() -> None:
    bare = build().model_copy(update={"cells": {}})
    with pytest.raises(InputError, match="'size' has no value") as caught:
        CELLS["ubm"].make(bare)
    assert "size=" in str(caught.value.hint)


@pytest.mark.parametrize("angle", [0.0, 45.0, 90.0, 137.0])
@pytest.mark.parametrize("kind", ["straight", "arc"])
def test_teardrops_leave_no_acute_corner(kind: str, angle: float, process: Process) -> None:
    """Pad, teardrop and wire together have no inner corner under 90°."""
    values = {"teardrop": kind, "angles": (angle,), "trace_width": 20.0, "reach": 220.0}
    pad = CELLS["capture_pad"].make(process, **values).draw(process)
    far = (400 * np.cos(np.radians(angle)), 400 * np.sin(np.radians(angle)))
    wire = CELLS["trace"].make(process, points=((0.0, 0.0), tuple(far)), width=20.0).draw(process)
    whole = shapely.union(area(pad, "RDL", process), area(wire, "RDL", process)).simplify(0.02)
    assert whole.geom_type == "Polygon"
    ring = np.array(whole.exterior.coords)[:-1]
    before, after = np.roll(ring, 1, axis=0) - ring, np.roll(ring, -1, axis=0) - ring
    cosine = (before * after).sum(axis=1) / np.hypot(*before.T) / np.hypot(*after.T)
    concave = _concave(ring)
    assert np.degrees(np.arccos(np.clip(cosine[concave], -1, 1))).min(initial=180) > 89.9
    assert whole.buffer(1e-6).contains(shapely.Point(0, 0).buffer(135, quad_segs=64))


def _concave(ring: Any) -> Any:
    """Corners where the outline turns inward."""
    before, after = ring - np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0) - ring
    turn = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    return turn < 0 if shapely.LinearRing(ring).is_ccw else turn > 0


def test_straight_teardrop_is_tangent_to_the_pad(process: Process) -> None:
    """The sides of the drop touch the circle; only its facets' corners (0.05 µm) stand out beside them."""
    pad = CELLS["capture_pad"].make(process, teardrop="straight", angles=(0.0,), trace_width=20.0, reach=220.0)
    hull = area(pad.draw(process), "RDL", process)
    assert hull.convex_hull.difference(hull).area < 0.05 * 2 * 145


def test_wirebond_probe_and_bond_areas_do_not_overlap(process: Process) -> None:
    cell = CELLS["wirebond_pad"].make(process).draw(process)
    opening, probe = area(cell, "POLY2", process), area(cell, "PROBE", process)
    assert opening.contains(probe.buffer(-1e-6))
    assert probe.area == pytest.approx(60 * 50)
    metal = area(cell, "RDL", process)
    assert metal.bounds == pytest.approx((-35, -65, 35, 65))


def test_seal_ring_and_scribe_lie_inside_and_outside_the_die(process: Process) -> None:
    values = {"die_width": 1000.0, "die_height": 800.0}
    die = shapely.box(0, 0, 1000, 800)
    seal = area(CELLS["seal_ring"].make(process, **values).draw(process), "SEAL", process)
    scribe = area(CELLS["scribe"].make(process, **values).draw(process), "SCRIBE", process)
    assert die.contains(seal)
    assert not die.buffer(-1e-6).intersects(scribe)
    assert len(seal.interiors) == len(scribe.interiors) == 1


@pytest.mark.parametrize(("shape", "ratio"), [("circle", 280 / 400), ("square", 280 / 400), ("oblong", None)])
def test_stencil_area_ratio(shape: str, ratio: float | None, process: Process) -> None:
    """IPC-7525: D/4t round, LW/2(L+W)t rectangular."""
    values: dict[str, Any] = {"shape": shape, "size": 280.0, "foil": 100.0}
    if shape == "oblong":
        values["height"] = 480.0
    spec: Any = CELLS["stencil_aperture"].make(process, **values)
    opening = area(spec.draw(process), "STENCIL", process)
    assert spec.area_ratio == pytest.approx(opening.area / (opening.length * 100), rel=2e-3)
    assert ratio is None or spec.area_ratio == pytest.approx(ratio, rel=1e-3)


@pytest.mark.parametrize("text", ["A1", "BUMPGEN 0123456789", "ABDOPQR04689#*", "(W/M)<8>"])
def test_label_has_no_holes(text: str, process: Process) -> None:
    cell = CELLS["label"].make(process, text=text, size=50.0).draw(process)
    assert all(not polygon.interiors for _, polygon in polygons(cell, process))


@pytest.mark.parametrize("sign", [sign for sign in STROKES if sign != " "])
def test_signs_keep_to_their_box(sign: str, process: Process) -> None:
    """Letters and digits are exactly as high as the size; nothing stands out, so that lines don't touch."""
    cell = CELLS["label"].make(process, text=sign, size=70.0).draw(process)
    x0, y0, x1, y1 = area(cell, "MARK", process).bounds
    assert x0 >= 0
    assert x1 <= 50 + 1e-9
    assert y0 >= -1e-9
    assert y1 <= 70 + 1e-9
    if sign.isalnum():
        assert (y0, y1) == (pytest.approx(0), pytest.approx(70))


@pytest.mark.parametrize("text", ["é?", "100%", "", "A" * 1000])
def test_label_refuses_what_it_cannot_write(text: str, process: Process) -> None:
    with pytest.raises(InputError, match="text"):
        CELLS["label"].make(process, text=text)


def test_vernier_pair_differs_by_its_difference(process: Process) -> None:
    spec = CELLS["alignment_mark"].make(process, kind="vernier", second_layer="RDL")
    cell = spec.draw(process)
    layers = {layer for layer, _ in polygons(cell, process)}
    assert layers == {"MARK", "RDL"}


@pytest.mark.parametrize(("name", "site"), [(p, s) for p in resources.names("pdk") for s in read_process(p).sites])
def test_sites_share_vertices_and_stay_nested(name: str, site: str) -> None:
    """Every shipped site draws; its circles have one vertex count, and the larger ones enclose the smaller."""
    process = read_process(name)
    spec = Site(kind=site)
    circles = sorted({d for part in spec.parts(process) for d in part.circles})
    drawn = [p for _, p in polygons(spec.draw(process), process)]
    round_ones = {round(p.bounds[2] - p.bounds[0], 3): p for p in drawn if len(p.exterior.coords) not in (5, 13)}
    nested = [round_ones[round(d, 3)] for d in circles if round(d, 3) in round_ones]
    assert len({len(p.exterior.coords) for p in nested if len(p.exterior.coords) > 9}) <= 1
    for inner, outer, small, large in zip(nested, nested[1:], circles, circles[1:], strict=False):
        if len(inner.exterior.coords) != len(outer.exterior.coords):
            continue  # an octagon in a circle: its corners come nearer than its flats
        gap = (large - small) / 2
        assert outer.exterior.distance(inner) >= gap - 1e-6


def test_a_site_takes_changes_by_cell_and_by_layer(process: Process) -> None:
    wider = Site(kind="bump", changes={"ubm": {"size": 260.0}})
    tagged = Site(kind="bump", changes={"polymer_opening.POLY2": {"size": 200.0}})
    assert area(wider.draw(process), "UBM", process).bounds[2] == pytest.approx(130)
    assert area(tagged.draw(process), "POLY2", process).bounds[2] == pytest.approx(100)
    with pytest.raises(InputError, match="has no part 'pillar'"):
        Site(kind="bump", changes={"pillar": {"size": 1.0}}).draw(process)
    with pytest.raises(InputError, match="has no site 'nose'"):
        Site(kind="nose").draw(process)


@pytest.mark.parametrize("name", resources.names("pdk"))
def test_pad_and_bump_at_one_place_stay_nested(name: str) -> None:
    """Two sites at one place, as with pads under bumps: one vertex count, enclosures not a step short."""
    process = read_process(name)
    both = [part for kind in ("pad", "bump") for part in Site(kind=kind).parts(process)]
    nested = tuple(sorted({diameter for part in both for diameter in part.circles}))
    shapes = {}
    for kind in ("pad", "bump"):
        cell = Site(kind=kind, nested=nested).draw(process)
        for instance in cell.instances:
            for drawn in instance.cell.shapes:
                if isinstance(drawn.shape, Disc):
                    shapes[drawn.shape.diameter] = shapely.Polygon(drawn.shape.polygons(process.grid.value)[0])
    assert len({len(polygon.exterior.coords) for polygon in shapes.values()}) <= 1
    sizes = sorted(shapes)
    for small, large in itertools.pairwise(sizes):
        assert shapes[large].exterior.distance(shapes[small]) >= (large - small) / 2 - 1e-6
