"""A process read on a cut: nothing overlaps, nothing is lost, and each step does what its kind says."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import shapely

import bumpgen
from bumpgen.command.section import strip_of
from bumpgen.cut import Cut
from bumpgen.process import Process
from bumpgen.section.read import Frame, Strip, read_process_on
from bumpgen.solder import ball_volume, bump_height, cap_volume
from bumpgen.steps import Quantity

DESIGNS = (
    "balldrop_die", "balldrop_rdl_die", "balldrop_board", "flux_ball_die", "gold_rdl_die", "module_chip",
    "module_second", "ball_module_chip", "caravel_gf180", "two_layer_rdl",
)  # fmt: skip
GROWS = {"deposit": "film", "coat": "film", "plate": "film", "print": "film", "fill": "film", "place": "film"}
"""What comes in a step; all else may only stay or go."""


@cache
def strip(name: str) -> Strip:
    return strip_of(bumpgen.read_design(name))[0]


def frames(name: str) -> Iterator[tuple[Frame, Frame]]:
    known = strip(name).frames
    return pairwise(known)


@pytest.mark.parametrize("name", DESIGNS)
def test_nothing_overlaps_and_nothing_lies_in_the_air(name: str) -> None:
    for frame in strip(name).frames:
        pieces = [piece.area for piece in frame.state.pieces]
        assert all(area.is_valid for area in pieces)
        together = shapely.union_all(pieces)
        assert sum(area.area for area in pieces) == pytest.approx(together.area, abs=0.05), frame.title
        lying = [part for part in shapely.get_parts(shapely.buffer(together, 0.02)) if part.area > 0.5]
        assert len(lying) == 1, frame.title


@pytest.mark.parametrize("name", DESIGNS)
def test_a_step_changes_its_own_films_only(name: str) -> None:
    for _, frame in frames(name):
        step: Any = frame.step
        own = {getattr(step, "film", None), *getattr(step, "films", ())}
        flux = {"flux"} if step.kind in ("place", "reflow") else set()
        for row in frame.ledger:
            if row.film not in own | flux and step.kind != "singulate":
                assert row.change == pytest.approx(0, abs=1e-3), (frame.title, row.film)
            if step.kind in ("develop", "etch", "strip", "clean"):
                assert row.change < 1e-3, (frame.title, row.film)


@pytest.mark.parametrize("name", DESIGNS)
def test_solder_keeps_its_volume(name: str) -> None:
    for _, frame in frames(name):
        for row in frame.ledger:
            if row.volume_before:
                assert row.volume_after == row.volume_before, (frame.title, row.film)


@pytest.mark.parametrize("name", DESIGNS)
def test_what_is_stripped_or_washed_off_is_gone(name: str) -> None:
    for _, frame in frames(name):
        if frame.step is not None and frame.step.kind in ("strip", "clean"):
            film = frame.step.film
            assert all(piece.film != film for piece in frame.state.pieces)


def widths(frame: Frame, film: str, length: float) -> list[float]:
    """Widths of a film's pieces that lie within the cut, at the middle of their height."""
    found = []
    area = shapely.union_all([piece.area for piece in frame.state.pieces if piece.film == film])
    for part in shapely.get_parts(area):
        x0, _, x1, _ = part.bounds
        if x0 > 0 and x1 < length and part.area > 1e-3:
            found.append(x1 - x0)
    return found


def frame_of(name: str, kind: str, film: str) -> Frame:
    return next(
        frame for frame in strip(name).frames
        if frame.step is not None and frame.step.kind == kind
        and film in (getattr(frame.step, "film", ""), *getattr(frame.step, "films", ()))
    )  # fmt: skip


def test_the_bias_makes_up_for_the_undercut() -> None:
    """UBM is 80 µm wide as drawn, though it was etched 1 µm in from a mask 2 µm wider."""
    after, before = frame_of("balldrop_die", "etch", "adhesion"), frame_of("balldrop_die", "develop", "ubm_resist")
    assert widths(before, "ubm_resist", 260) == pytest.approx([82, 82], abs=0.01)
    assert widths(after, "adhesion", 260) == pytest.approx([80, 80], abs=0.01)


def test_a_ball_becomes_the_truncated_sphere_of_its_volume() -> None:
    """Ball of 80 µm on a UBM of 80 µm with a dimple: what is not in the dimple stands above its rim."""
    frame = frame_of("balldrop_die", "reflow", "ball")
    drop = next(drop for drop in frame.state.drops if 0 < drop.shape.centre[0] < 260)
    assert drop.volume == ball_volume(80)
    rim = 1.2 + 0.8 + 0.1 + 0.325 + 0.8
    dimple = math.pi * (30 - 0.5 * 1.225) ** 2 * 0.8  # of 60 µm, less what the films on its wall take
    high = bump_height(40, ball_volume(80) - dimple)
    assert drop.area.bounds[3] == pytest.approx(rim + high, abs=0.02)
    sphere = (40**2 + high**2) / (2 * high)
    assert drop.area.bounds[2] - drop.area.bounds[0] == pytest.approx(2 * sphere, abs=0.05)


def test_a_plated_cap_keeps_to_its_pillar() -> None:
    frame = frame_of("module_second", "reflow", "second_cap")
    drop = frame.state.drops[0]
    assert drop.volume == pytest.approx(cap_volume(drop.shape.diameter / 2, 12))
    x0, _, x1, _ = drop.area.bounds
    assert x1 - x0 == pytest.approx(drop.shape.diameter, abs=0.1)


@pytest.mark.parametrize("beside", [0.0, 5.0, 20.0, 39.0])
def test_a_cut_beside_the_middle_shows_less_of_the_same_bump(beside: float) -> None:
    found = strip_of(bumpgen.read_design("balldrop_die"), f"190,{1945 + beside},450,{1945 + beside}")[0]
    frame = next(frame for frame in found.frames if frame.step is not None and frame.step.kind == "place")
    drop = next(drop for drop in frame.state.drops if 0 < drop.shape.centre[0] < 260)
    assert drop.volume == ball_volume(80)
    assert drop.area.area == pytest.approx(math.pi * (40**2 - beside**2), rel=2e-3)


def test_a_slanted_cut_sees_the_same_as_a_level_one() -> None:
    level = strip_of(bumpgen.read_design("balldrop_die"), "190,1945,450,1945")[0]
    upright = strip_of(bumpgen.read_design("balldrop_die"), "255,2010,255,1750")[0]
    for one, other in zip(level.frames, upright.frames, strict=True):
        shown = [drop.area.area for drop in one.state.drops], [drop.area.area for drop in other.state.drops]
        assert len(shown[0]) == 0 or shown[0][0] == pytest.approx(shown[1][0], rel=1e-6)


@pytest.mark.parametrize(("film", "exposed_stays"), [("ubm_resist", False), ("bump_resist", True)])
def test_light_makes_a_positive_resist_soluble_and_a_negative_one_not(film: str, exposed_stays: bool) -> None:
    bodies = [body for body in frame_of("balldrop_die", "expose", film).state.bodies if body.film == film]
    assert {body.exposed for body in bodies} == {True, False}
    assert all(body.exposed != body.soluble for body in bodies) is exposed_stays


def test_flux_fills_openings_to_the_rim_and_balls_press_it_out() -> None:
    filled, placed = frame_of("balldrop_die", "fill", "flux"), frame_of("balldrop_die", "place", "ball")
    flux, resist = filled.state.film("flux"), filled.state.film("bump_resist")
    assert flux.bounds[3] == pytest.approx(resist.bounds[3], abs=1e-4)
    row = next(row for row in placed.ledger if row.film == "flux")
    ball = shapely.union_all([drop.area for drop in placed.state.drops])
    taken = shapely.intersection(flux, ball).intersection(shapely.box(0, 0, 260, 100))
    assert -row.change == pytest.approx(taken.area, rel=1e-4)


def test_films_a_layout_does_not_draw_are_left_out_and_told() -> None:
    found = strip("caravel_gf180")
    assert set(found.left_out) == {"pad", "passivation"}
    assert not any(piece.film == "pad" for frame in found.frames for piece in frame.state.pieces)


def test_steps_of_sites_that_are_not_drawn_are_left_out() -> None:
    kinds = {(frame.step.kind, getattr(frame.step, "film", "")) for _, frame in frames("module_second") if frame.step}
    assert ("plate", "second_pillar") in kinds
    assert ("plate", "pillar") not in kinds


# what physics has against a step


def changed(name: str, film: str = "", thickness: float = 0.0, **steps: Any) -> Process:
    """A shipped process with one film's thickness, or keys of steps (KIND_FILM = {…}), changed."""
    process = bumpgen.read_design(name).process
    films = [
        one.model_copy(update={"thickness": Quantity(value=thickness, source="own")}) if one.name == film else one
        for one in process.films
    ]
    kept = []
    for step in process.steps:
        of = getattr(step, "film", "") or (getattr(step, "films", None) or [""])[0]
        kept.append(step.model_copy(update=steps.get(f"{step.kind}_{of}", {})))
    return process.model_copy(update={"films": tuple(films), "steps": tuple(kept)})


def warnings(name: str, process: Process, line: str) -> list[str]:
    x1, y1, x2, y2 = map(float, line.split(","))
    layout = bumpgen.build_layout(bumpgen.read_design(name))
    return [warned.text for warned in read_process_on(process, layout, Cut((x1, y1), (x2, y2))).warned]


BALLS = "190,1945,450,1945"


@pytest.mark.parametrize("name", [name for name in DESIGNS if name not in ("ball_module_chip",)])
def test_shipped_designs_have_no_warnings(name: str) -> None:
    assert strip(name).warned == ()


@pytest.mark.parametrize(("degrees", "soft"), [(270.0, False), (270.1, True)])
def test_a_resist_that_softens_below_the_reflow(degrees: float, soft: bool) -> None:
    process = changed("balldrop_die", reflow_ball={"temperature": Quantity(value=degrees, source="own")})
    found = warnings("balldrop_die", process, BALLS)
    assert any("stands 270 °C" in text for text in found) is soft


@pytest.mark.parametrize(("degrees", "cold"), [(220.0, False), (219.9, True)])
def test_solder_that_is_not_molten(degrees: float, cold: bool) -> None:
    process = changed("balldrop_die", reflow_ball={"temperature": Quantity(value=degrees, source="own")})
    assert any("melts at 220 °C" in text for text in warnings("balldrop_die", process, BALLS)) is cold


def test_solder_that_melts_again_with_a_later_one() -> None:
    found = strip_of(bumpgen.read_design("ball_module_chip"))[0].warned
    assert any("melts again" in warned.text for warned in found)


@pytest.mark.parametrize(("thickness", "mushroom"), [(32.0, False), (45.0, True)])
def test_a_pillar_that_grows_over_its_resist(thickness: float, mushroom: bool) -> None:
    process = changed("module_chip", "pillar", thickness)
    found = warnings("module_chip", process, "1100,1050,1300,1050")
    assert any("mushroom" in text for text in found) is mushroom


def test_a_mushroom_has_the_volume_of_its_steiner_formula() -> None:
    process = changed("module_chip", "pillar", 45.0)
    layout = bumpgen.build_layout(bumpgen.read_design("module_chip"))
    found = read_process_on(process, layout, Cut((1100, 1050), (1300, 1050)))
    frame = next(f for f in found.frames if f.step is not None and f.step.kind == "plate" and f.step.film == "cap")
    drop = frame.state.drops[0]
    resist = frame.state.film("resist").bounds[3]
    rise, radius = drop.area.bounds[3] - resist, drop.shape.diameter / 2
    assert rise > 2
    z = np.linspace(0, rise, 20_001)
    over = float(np.trapezoid(math.pi * (radius + np.sqrt(rise**2 - z**2)) ** 2, z))
    assert drop.volume == pytest.approx(over + math.pi * radius**2 * (16 - rise), rel=1e-3)


@pytest.mark.parametrize(("under", "bared"), [(9.9, False), (10.1, True)])
def test_an_undercut_past_the_opening(under: float, bared: bool) -> None:
    """A mask's bias makes up for any undercut of what a resist protects; a plated metal's edge it can't move."""
    step = {"undercut": Quantity(value=under, source="own")}
    process = changed("balldrop_die", etch_wetting=step)
    found = warnings("balldrop_die", process, BALLS)
    assert not any("undercut" in text for text in found)
    gold = changed("gold_rdl_die", etch_ubm_copper={"undercut": Quantity(value=under + 0.1, source="own")})
    line = strip("gold_rdl_die").cut
    told = warnings("gold_rdl_die", gold, f"{line.start[0]},{line.start[1]},{line.end[0]},{line.end[1]}")
    assert any("undercut" in text for text in told) is bared


@pytest.mark.parametrize(("pitch", "leans"), [(0.0, False), (2.0, True)])
def test_a_wall_too_thin_for_its_height(pitch: float, leans: bool) -> None:
    """Openings of 95 µm at 130 µm leave 35 µm: enough for 55 µm of resist, not for 106 µm and more."""
    process = changed("balldrop_die", "bump_resist", 105.0 + pitch)
    found = warnings("balldrop_die", process, BALLS)
    assert any("thinnest wall of bump_resist on this cut is 35 µm" in text for text in found) is leans


@pytest.mark.parametrize(
    ("opening", "text"), [(95.0, ""), (80.0, "larger than the opening"), (160.0, "takes two balls")]
)
def test_a_ball_must_fit_its_opening_alone(opening: float, text: str) -> None:
    found = warnings_with_opening(opening)
    assert any(text in one for one in found) if text else not found


def warnings_with_opening(opening: float) -> list[str]:
    """Of one ball of 80 µm in an opening of its own."""
    from bumpgen.geometry import Disc, Rect
    from bumpgen.layout import Cell, Drawn, Layout

    process = bumpgen.read_design("balldrop_die").process
    sizes = {"PAD": 92, "PASSIVATION": 60, "UBM": 80, "RESIST": opening, "BALL": 80}
    shapes = [Drawn(layer, Disc(500, 500, size)) for layer, size in sizes.items()]
    shapes.append(Drawn("SCRIBE", Rect(0, 0, 10, 10)))
    numbers = {name: layer.gds for name, layer in process.layers.items()}
    layout = Layout(Cell("ONE", tuple(shapes)), numbers, 0.001)
    return [warned.text for warned in read_process_on(process, layout, Cut((400, 500), (600, 500))).warned]


@pytest.mark.parametrize(("thickness", "dry"), [(2.0, True), (3.0, False)])
def test_an_opening_that_its_metal_fills_has_no_room_for_flux(thickness: float, dry: bool) -> None:
    """UBM stands 1.2 + 0.1 + 0.325 + 0.8 = 2.425 µm over the wafer, the resist's rim 0.8 µm over its thickness."""
    process = changed("balldrop_die", "bump_resist", thickness - 0.8)
    found = warnings("balldrop_die", process, BALLS)
    assert any("no room for flux" in text for text in found) is dry


# what a reader with fresh eyes found


def revolved(drop: Any) -> float:
    """Volume of a drop's drawn area turned about its site's axis, half of it from either side: π ∫ |s - s0| dA."""
    s = drop.shape.centre[0]
    sides = shapely.box(s - 1e4, -1e4, s, 1e4), shapely.box(s, -1e4, s + 1e4, 1e4)
    halves = [shapely.intersection(drop.area, side) for side in sides]
    return math.pi * sum(half.area * abs(half.centroid.x - s) for half in halves)


@pytest.mark.parametrize(
    "name", ["balldrop_die", "balldrop_board", "flux_ball_die", "gold_rdl_die", "caravel_gf180", "module_second"]
)
def test_reflowed_solder_is_drawn_with_its_volume(name: str) -> None:
    frame = next(frame for frame in strip(name).frames if frame.step is not None and frame.step.kind == "reflow")
    length = strip(name).cut.length
    inside = [drop for drop in frame.state.drops if 0 < drop.shape.centre[0] < length]
    assert inside
    for drop in inside:
        assert revolved(drop) == pytest.approx(drop.volume, rel=5e-3)


@pytest.mark.parametrize("name", DESIGNS)
def test_nothing_lies_below_the_wafer_and_the_table_is_of_the_cut(name: str) -> None:
    found = strip(name)
    for frame in found.frames:
        assert all(piece.area.bounds[1] >= frame.state.box[2] - 1e-4 for piece in frame.state.pieces)
    first = found.frames[0]
    body = next(row for row in first.ledger if row.film == first.state.bodies[0].film)
    assert body.after == pytest.approx(found.cut.length * -first.state.box[2], rel=1e-6)


@pytest.mark.parametrize("beside", [0.0, 20.0, 35.0, 39.0, 39.9, 39.999, 40.0, 40.5, 41.5])
def test_a_cut_beside_the_middle_shows_chords(beside: float) -> None:
    """UBM of 80 µm after an undercut of 1 µm from a resist of 82: its chord, not the resist's less 2 µm."""
    found = strip_of(bumpgen.read_design("balldrop_die"), f"190,{1945 + beside},450,{1945 + beside}")[0]
    frame = next(frame for frame in found.frames if frame.step is not None and frame.step.kind == "etch")
    least, most = (2 * math.sqrt(max(radius**2 - beside**2, 0.0)) for radius in (40.0, 40.06))  # circumscribed
    assert all(least - 0.05 <= shown <= most + 0.05 for shown in widths(frame, "adhesion", 260))
    count = len(widths(frame, "adhesion", 260))
    assert count == 2 if least > 3 else count == 0 or most > 0
    for drop in found.frames[-1].state.drops:
        if drop.area.area > 0:
            assert drop.area.bounds[2] - drop.area.bounds[0] < 90


def test_a_cut_reads_the_same_in_both_directions() -> None:
    design = bumpgen.read_design("balldrop_die")
    there, back = (strip_of(design, line)[0].frames[-1].ledger for line in (BALLS, "450,1945,190,1945"))
    for one, other in zip(there, back, strict=True):
        assert one.after == pytest.approx(other.after, abs=0.02)


def test_solder_that_is_too_cold_keeps_its_shape() -> None:
    process = changed("balldrop_die", reflow_ball={"temperature": Quantity(value=100.0, source="own")})
    layout = bumpgen.build_layout(bumpgen.read_design("balldrop_die"))
    found = read_process_on(process, layout, Cut((190, 1945), (450, 1945)))
    assert {drop.form for drop in found.frames[-1].state.drops} == {"ball"}


def without(name: str, *steps: str) -> Process:
    """A shipped process without some steps (KIND_FILM)."""
    process = bumpgen.read_design(name).process
    kept = [
        step for step in process.steps
        if f"{step.kind}_{getattr(step, 'film', '') or (getattr(step, 'films', None) or [''])[0]}" not in steps
    ]  # fmt: skip
    return process.model_copy(update={"steps": tuple(kept)})


def test_solder_on_a_resist_finds_nothing_to_wet() -> None:
    found = warnings("balldrop_die", without("balldrop_die", "develop_bump_resist"), BALLS)
    assert any("nothing to wet" in text for text in found)


def test_plating_without_a_seed_is_told() -> None:
    process = without("gold_rdl_die", "deposit_rdl_barrier", "deposit_rdl_seed")
    assert any("no metal to grow on" in text for text in warnings("gold_rdl_die", process, "530,400,1060,400"))


@pytest.mark.parametrize(("opening", "narrow"), [(84.0, True), (95.0, False)])
def test_a_bump_wider_than_its_opening_is_told(opening: float, narrow: bool) -> None:
    assert any("becomes" in text for text in warnings_with_opening(opening)) is narrow


@pytest.mark.parametrize(("pitch", "meet"), [(75, True), (150, False)])
def test_solder_of_two_sites_that_meets_is_told(pitch: float, meet: bool) -> None:
    from bumpgen.geometry import Disc
    from bumpgen.layout import Cell, Drawn, Layout

    process = bumpgen.read_design("flux_ball_die").process
    sizes = {"PAD": 60, "PASSIVATION": 50, "FLUX": 60, "BALL": 80}
    shapes = [Drawn(layer, Disc(x, 500, size)) for x in (500, 500 + pitch) for layer, size in sizes.items()]
    numbers = {name: layer.gds for name, layer in process.layers.items()}
    layout = Layout(Cell("TWO", tuple(shapes)), numbers, 0.001)
    told = read_process_on(process, layout, Cut((400, 500), (750, 500))).warned
    assert any("two sites meets" in warned.text for warned in told) is meet


def test_a_bias_that_joins_what_is_drawn_apart_is_told() -> None:
    under = {"undercut": Quantity(value=26.0, source="own")}
    found = warnings("balldrop_die", changed("balldrop_die", etch_wetting=under), BALLS)
    assert any("joins polygons" in text for text in found)


def test_a_second_reflow_changes_nothing() -> None:
    process = bumpgen.read_design("module_second").process
    again = next(step for step in process.steps if step.kind == "reflow" and step.films == ("second_cap",))
    twice = process.model_copy(update={"steps": (*process.steps, again)})
    layout, cut = bumpgen.build_layout(bumpgen.read_design("module_second")), strip("module_second").cut
    frames = read_process_on(twice, layout, cut).frames
    for one, other in zip(frames[-2].state.drops, frames[-1].state.drops, strict=True):
        assert one.area.symmetric_difference(other.area).area < 1e-3


@pytest.mark.parametrize("name", ["gold_rdl_die", "flux_ball_die", "caravel_gf180"])
def test_flux_without_walls_settles_as_a_skirt_of_its_area(name: str) -> None:
    frame = frame_of(name, "reflow", "ball")
    row = next(row for row in frame.ledger if row.film == "flux")
    assert row.change == pytest.approx(0, abs=0.01 * row.before)
    bump = max(drop.area.bounds[3] for drop in frame.state.drops)
    assert frame.state.film("flux").bounds[3] < bump
