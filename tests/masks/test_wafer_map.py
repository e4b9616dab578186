"""Dies on a wafer: the usable area to the grid step, counts against an independent one, offsets against brute force."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from bumpgen.design import Design
from bumpgen.errors import BumpgenError, InputError
from bumpgen.masks.offset import Lattice, best_lattice, count_full, named_lattice
from bumpgen.masks.usable import UsableArea, usable_area, whole_root
from bumpgen.masks.wafer import DieClass, Wafer, clip_policies, shots_of, wafer_of
from bumpgen.process import read_process
from bumpgen.read import read_design
from bumpgen.wafer_table import WaferTable

NM = 1_000_000
"""Nanometres in a millimetre."""


def area_of(diameter: float = 200.0, **values: object) -> UsableArea:
    return usable_area(WaferTable.model_validate({"diameter": diameter, **values}), 0.001)


def box(*corners: int) -> np.ndarray:
    return np.array([corners], np.int64)


@given(st.integers(0, 2**60))
@settings(max_examples=50, deadline=None)
def test_whole_root_is_exact(square: int) -> None:
    root = int(whole_root(np.array([square]))[0])
    assert root * root <= square < (root + 1) ** 2


@pytest.mark.parametrize(("corner", "inside"), [(0, True), (1, False), (-1, True)])
def test_a_corner_at_the_exclusion_to_the_nanometre(corner: int, inside: bool) -> None:
    # 65 and 72 mm: a right triangle with 97 mm, the usable radius
    area = area_of(alignment="none")
    x, y = 65 * NM, 72 * NM + corner
    for boxes in (box(x - NM, y - NM, x, y), box(-x, y - NM, NM - x, y), box(x - NM, -y, x, NM - y)):
        assert area.holds(boxes)[0] == inside


@pytest.mark.parametrize("orientation", ["down", "up", "left", "right"])
def test_flat_to_the_nanometre(orientation: str) -> None:
    area = area_of(100.0, orientation=orientation)
    assert area.flat is not None
    assert area.chord == area.flat - 3 * NM
    assert (area.flat / NM) ** 2 + 16.25**2 == pytest.approx(50.0**2)
    on, off = area.chord, area.chord + 1
    boxes = {
        "down": [(-NM, -y, NM, 0) for y in (on, off)], "up": [(-NM, 0, NM, y) for y in (on, off)],
        "left": [(-x, -NM, 0, NM) for x in (on, off)], "right": [(0, -NM, x, NM) for x in (on, off)],
    }  # fmt: skip
    assert area.holds(np.array(boxes[orientation], np.int64)).tolist() == [True, False]
    opposite = {"down": "up", "up": "down", "left": "right", "right": "left"}[orientation]
    assert area.holds(np.array(boxes[opposite], np.int64)).tolist() == [True, True]


@given(
    st.integers(-6 * NM, 6 * NM), st.integers(-2 * NM, 3 * NM), st.integers(1, 4 * NM),
    st.sampled_from(["down", "up", "left", "right"]),
)  # fmt: skip
@settings(max_examples=50, deadline=None)
def test_notch_keeps_the_exclusion_off(x: int, above: int, side: int, orientation: str) -> None:
    """A box near the notch is held if it lies in the circle and 3 mm or more from the notch's right angle."""
    area = area_of(orientation=orientation)
    assert area.notch == 99 * NM
    low = -area.notch + 2 * NM + above
    down = (x, low, x + side, low + side)
    wedge = shapely.Polygon([(0, -99), (-50, -149), (50, -149)])
    apart = shapely.box(*(v / NM for v in down)).distance(wedge)
    corners = [(u, v) for u in down[::2] for v in down[1::2]]
    wanted = apart >= 3 and all(u * u + v * v <= area.radius**2 for u, v in corners)
    u0, v0, u1, v1 = down
    placed = {"down": down, "up": (u0, -v1, u1, -v0), "left": (v0, u0, v1, u1), "right": (-v1, u0, -v0, u1)}
    if abs(apart - 3) > 1e-6:
        assert area.holds(box(*placed[orientation]))[0] == wanted


@pytest.mark.parametrize("alignment", ["flat", "notch", "none"])
@pytest.mark.parametrize("orientation", ["down", "up", "left", "right"])
def test_polygon_is_the_area(alignment: str, orientation: str) -> None:
    area = area_of(150.0, alignment=alignment, orientation=orientation)
    rng = np.random.default_rng(3)
    low = rng.integers(-76 * NM, 76 * NM, (4_000, 2))
    boxes = np.hstack((low, low + 2 * NM))
    polygon = area.polygon()
    within = shapely.within(shapely.box(*(boxes * 0.001).T), polygon)
    assert (within == area.holds(boxes)).mean() > 0.999
    touched = shapely.area(shapely.intersection(shapely.box(*(boxes * 0.001).T), polygon)) > 1
    held = area.touches(boxes)
    assert not (touched & ~held).any()
    assert (touched == held).mean() > 0.998


def brute(area: UsableArea, w: int, h: int, sx: int, sy: int, parts: int) -> int:
    steps = range(parts)
    return max(count_full(area, Lattice(w, h, sx, sy, i * sx // parts, j * sy // parts)) for i in steps for j in steps)


SIZES = [(10_000, 10_000), (7_300, 5_100), (20_000, 26_000), (33_000, 5_000), (4_900, 31_000)]


@pytest.mark.parametrize("diameter", [200.0, 300.0])
@pytest.mark.parametrize("size", SIZES)
def test_offset_is_no_worse_than_brute_force(diameter: float, size: tuple[int, int]) -> None:
    area = area_of(diameter)
    width, height = (1000 * side for side in size)
    sizes = (width, height, width + 80_000, height + 60_000)
    best, _ = best_lattice(area, *sizes)
    assert best.exact == (area.radius * 2 // sizes[3] + 2 <= 60)
    assert count_full(area, best) >= brute(area, *sizes, 8)
    assert count_full(area, best) >= count_full(area, named_lattice("die", *sizes))


@given(
    st.sampled_from([100.0, 150.0, 200.0, 300.0]), st.sampled_from(["flat", "notch", "none"]),
    st.sampled_from(["down", "up", "left", "right"]), st.integers(9_000, 40_000), st.integers(9_000, 40_000),
    st.integers(0, 500),
)  # fmt: skip
@settings(max_examples=25, deadline=None)
def test_offset_of_any_wafer(d: float, alignment: str, way: str, width: int, height: int, street: int) -> None:
    flat = {"flat_length": 50.0} if alignment == "flat" else {}
    area = area_of(d, alignment=alignment, orientation=way, **flat)
    sizes = tuple(1000 * side for side in (width, height, width + street, height + street))
    best, name = best_lattice(area, *sizes)
    assert count_full(area, best) >= brute(area, *sizes, 6)
    if name:
        assert count_full(area, named_lattice(name, *sizes)) == count_full(area, best)


def test_a_die_that_just_fits_is_found() -> None:
    """One whole die in one place only: its four corners on the circle."""
    area = area_of(alignment="none")
    best, name = best_lattice(area, 130 * NM, 144 * NM, 130 * NM, 144 * NM)
    assert (count_full(area, best), name) == (1, "die")
    assert count_full(area, replace(best, x=best.x + 1)) == 0


def test_symmetric_places_are_preferred() -> None:
    """Between equals the centred die is taken, and its name told."""
    area = area_of(alignment="none")
    sizes = (12_345_000, 6_789_000, 12_445_000, 6_889_000)
    best, name = best_lattice(area, *sizes)
    assert name == "die"
    assert (best.x, best.y) == (-6_172_500, -3_394_500)


DIE = """name = "die"
process = "balldrop"
[die]
width = 2200
height = 2200
[pads]
under_bumps = true
[bumps.array]
kind = "grid"
columns = 5
rows = 5
pitch = [400, 400]
"""


def wafer(tmp_path: Path, lines: str) -> Wafer:
    return wafer_of(design(tmp_path, lines))


def design(tmp_path: Path, lines: str) -> Design:
    (tmp_path / "design.toml").write_text(f"{DIE}\n[wafer]\n{lines}\n", encoding="utf-8")
    return read_design(tmp_path)


def test_counts_equal_an_independent_one(tmp_path: Path) -> None:
    found = wafer(tmp_path, "diameter = 150\nstep = [5000, 3000]\noffset = [700, -300]")
    polygon = shapely.Point(0, 0).buffer(72_000, quad_segs=20_000)
    polygon &= shapely.box(-1e6, -(np.sqrt(75_000**2 - 28_750**2) - 3000), 1e6, 1e6)
    i, j = np.meshgrid(np.arange(-20, 21), np.arange(-30, 31))
    x, y = i.ravel() * 5000 + 700 - 1100, j.ravel() * 3000 - 300 - 1100
    dies = shapely.box(x, y, x + 2200, y + 2200)
    assert found.count(DieClass.FULL) == shapely.within(dies, polygon).sum()
    assert found.count(DieClass.PARTIAL) == shapely.intersects(dies, polygon).sum() - found.count(DieClass.FULL)
    whole = shapely.within(dies, polygon)
    wanted = set(zip(x[whole].tolist(), y[whole].tolist(), strict=True))
    assert {tuple(corner) for corner in found.corners(DieClass.FULL).tolist()} == wanted


def test_step_is_die_and_street(tmp_path: Path) -> None:
    assert wafer(tmp_path, "diameter = 100").step == (2300.0, 2300.0)
    assert wafer(tmp_path, "diameter = 100\nscribe = [60, 0]").step == (2260.0, 2200.0)


@pytest.mark.parametrize(("offset", "shift"), [("die", (0.0, 0.0)), ("street", (1150.0, 1150.0))])
def test_named_offsets(tmp_path: Path, offset: str, shift: tuple[float, float]) -> None:
    found = wafer(tmp_path, f'diameter = 100\noffset = "{offset}"')
    assert found.offset == shift
    assert found.count(DieClass.FULL) == found.named[offset]


def test_knockouts(tmp_path: Path) -> None:
    plain = wafer(tmp_path, "diameter = 100")
    lines = """diameter = 100
text = { text = "W 1", layer = "UBM", at = [-5, 40], size = 1.5 }
[[wafer.knockouts]]
kind = "test"
dies = [[12, 20], [30, 20]]
[[wafer.knockouts]]
kind = "alignment"
box = [-1, -1, 1, 1]
"""
    found = wafer(tmp_path, lines)
    assert found.count(DieClass.TEST) == 2
    assert found.classes[19, 11] == found.classes[19, 29] == DieClass.TEST
    corners = found.corners(DieClass.ALIGNMENT)
    assert len(corners)
    assert (np.abs(corners + 1100) < 1000 + 1100).all()
    assert found.count(DieClass.ID) >= 5
    changed = sum(found.count(kind) for kind in (DieClass.TEST, DieClass.ALIGNMENT, DieClass.ID))
    both = (DieClass.FULL, DieClass.PARTIAL)
    assert sum(plain.count(kind) for kind in both) == sum(found.count(kind) for kind in both) + changed
    assert found.named == plain.named


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (8, 8), (100, 100)])
def test_shots_expose_every_die_once_with_the_fewest(tmp_path: Path, size: tuple[int, int]) -> None:
    found = wafer(tmp_path, f"diameter = 100\nshot = [{size[0]}, {size[1]}]")
    exposed = np.zeros_like(found.classes, dtype=int)
    for column, row in found.shots.places.tolist():
        exposed[max(row, 0) : row + size[1], max(column, 0) : column + size[0]] += 1
    assert (exposed[found.classes > 0] == 1).all()
    counts = []
    for up in range(size[1] if size[0] < 10 else 1):
        for across in range(size[0] if size[0] < 10 else 1):
            rows, columns = np.nonzero(found.classes > 0)
            counts.append(
                len({((c + across) // size[0], (r + up) // size[1]) for c, r in zip(columns, rows, strict=True)})
            )
    assert found.shots.count == min(counts)


def test_shots_leave_knocked_out_sites() -> None:
    classes = np.array([[3, 3, 1, 1]], np.int8)
    assert shots_of(classes, 2, 1).places.tolist() == [[2, 0]]


def test_solder_is_dropped_metal_is_smooth() -> None:
    clip, layers = clip_policies(read_process("balldrop"), WaferTable(diameter=200.0, clip={"MARK": "whole"}))
    assert (clip["BALL"], clip["RESIST"], clip["BUMP_RESIST"]) == ("drop", "drop", "drop")
    assert (clip["UBM"], clip["UBM_ETCH"], clip["MARK"]) == ("smooth", "smooth", "whole")
    assert layers == {"UBM_ETCH": "UBM", "BUMP_RESIST": "RESIST"}
    assert clip_policies(read_process("paste"), WaferTable(diameter=200.0))[0]["STENCIL"] == "drop"


MISTAKES = {
    "diameter = 0": ("0 is not greater than 0", "diameter"),
    "diameter = 120": ("no standard flat for 120 mm", ""),
    "diameter = 100\nflat_length = 101": ("not shorter than the diameter", ""),
    "diameter = 200\nflat_length = 50": ("flat_length is for wafers with a flat", ""),
    "diameter = 100\nnotch_depth = 1": ("notch_depth is for wafers with a notch", ""),
    "diameter = 200\nscribe = [50, 50]\nstep = [2300, 2300]": ("exclude each other", ""),
    "diameter = 200\nstep = [2300, 2100]": ("a step of 2100 µm along y is shorter than the die", "step"),
    "diameter = 200\nstep = [2300.0005, 2300]": ("not a multiple of the grid", "step"),
    'diameter = 200\noffset = "middle"': ("'middle' is not best, die, street", "offset"),
    'diameter = 200\nclip = { UMB = "drop" }': ("no layer 'UMB'", "clip.UMB"),
    'diameter = 200\nclip = { UBM = "cut" }': ("'cut' is not one of smooth, whole, drop", "clip.UBM"),
    'diameter = 100\nknockouts = [{ kind = "test", dies = [[1, 1]] }]': ("no die in column 1, row 1", "knockouts.0"),
    'diameter = 100\nknockouts = [{ kind = "test", box = [80, 0, 81, 1] }]': ("no die is touched", "knockouts.0.box"),
    'diameter = 100\nknockouts = [{ kind = "test" }]': ("needs either dies or box", "knockouts.0"),
    'diameter = 100\ntext = { text = "ä", layer = "UBM", at = [0, 0] }': ("the font has no", "text.text"),
    "diameter = 8": ("no standard flat", ""),
    'diameter = 8\nalignment = "none"': ("no die of 2200 × 2200 µm lies wholly on 8 mm", "diameter"),
    'diameter = 2\nalignment = "none"\nexclusion = 1': ("leaves nothing of 2 mm", ""),
}  # fmt: skip


@pytest.mark.parametrize("lines", MISTAKES)
def test_mistakes_are_told_with_their_place(lines: str, tmp_path: Path) -> None:
    message, key = MISTAKES[lines]
    with pytest.raises(BumpgenError) as caught:
        wafer(tmp_path, lines)
    assert message in caught.value.message
    assert caught.value.where is not None
    assert caught.value.where.line is not None
    assert (caught.value.where.key or "").startswith(f"wafer.{key}".rstrip("."))


def test_a_design_without_the_table_is_told_the_cure() -> None:
    with pytest.raises(InputError, match=r"no \[wafer\] table") as caught:
        wafer_of(read_design("gold_rdl_die"))
    assert "diameter" in (caught.value.hint or "")
