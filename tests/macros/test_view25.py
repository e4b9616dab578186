"""Where films stand in KLayout's 2.5D view, held against thicknesses of the processes and against each other."""

from __future__ import annotations

import math
import re
from itertools import pairwise, takewhile

import pytest

from bumpgen import resources
from bumpgen.macros.package.heights import Slab, _carried_out, slabs
from bumpgen.macros.package.view25 import _discs
from bumpgen.process import Process, read_process

PROCESSES = resources.names("pdk")
TEMPORARY = {"resist", "flux"}


@pytest.fixture(scope="module", params=PROCESSES)
def viewed(request: pytest.FixtureRequest) -> tuple[Process, tuple[Slab, ...]]:
    """A process and its films in the view."""
    process = read_process(request.param)
    return process, slabs(process)


def test_every_film_that_stays_is_in_the_view(viewed: tuple[Process, tuple[Slab, ...]]) -> None:
    process, found = viewed
    stays = {film.name for film in process.films
             if film.layer and not TEMPORARY & set(process.materials[film.material].groups)}  # fmt: skip
    assert {slab.film for slab in found} == stays
    assert len(found) == len(stays)


def test_films_are_as_thick_as_the_process_says(viewed: tuple[Process, tuple[Slab, ...]]) -> None:
    process, found = viewed
    printed = {step.film for step in process.steps if step.kind == "print"}
    for slab in found:
        if slab.solder is None and slab.film not in printed:
            assert slab.stop - slab.start == pytest.approx(process.film(slab.film).thickness.value, abs=1e-6), slab


def test_films_with_openings_lie_on_each_other(viewed: tuple[Process, tuple[Slab, ...]]) -> None:
    top = 0.0
    for slab in (slab for slab in viewed[1] if slab.opening):
        assert slab.start == pytest.approx(top, abs=1e-6), slab
        top = slab.stop


def test_films_and_solder_stand_on_what_is_below(viewed: tuple[Process, tuple[Slab, ...]]) -> None:
    found = viewed[1]
    for slab in (slab for slab in found if not slab.opening):
        tops = [0.0, *(other.stop for other in found if other is not slab and other.solder is None)]
        assert min(abs(slab.start - top) for top in tops) < 1e-6, slab


def test_the_films_of_a_layer_are_not_torn_apart(viewed: tuple[Process, tuple[Slab, ...]]) -> None:
    found = viewed[1]
    for layer in {slab.layer for slab in found if not slab.opening}:
        of_it = [slab for slab in found if slab.layer == layer]
        for lower, upper in pairwise(of_it):
            assert upper.start == pytest.approx(lower.stop, abs=1e-6), (lower, upper)


def test_solder_is_flat_until_it_is_reflowed(viewed: tuple[Process, tuple[Slab, ...]]) -> None:
    process, found = viewed
    before = list(takewhile(lambda step: step.kind != "join", process.steps))
    assert {slab.film for slab in found if slab.solder} == {
        film for step in before if step.kind == "reflow" for film in step.films
    }


def test_solder_has_the_volume_that_was_put_there(viewed: tuple[Process, tuple[Slab, ...]]) -> None:
    """Discs of the view against the volume the steps gave; a ball's foot fills openings of its polymer or mask."""
    process, found = viewed
    volumes = {drop.film: drop.volume for drop in _carried_out(process)[0].drops}
    for slab in (slab for slab in found if slab.solder):
        assert slab.solder is not None
        assert slab.stop - slab.start == pytest.approx(slab.solder.middle + slab.solder.radius)
        rows = [[float(value) for value in re.findall(r"(-?[0-9.]+)[),]", line)] for line in _discs(slab)]
        discs = sum(math.pi * (slab.solder.drawn + grown) ** 2 * (high - low) for grown, low, high in rows)
        assert discs == pytest.approx(volumes[slab.film], rel=0.08), slab


GOLDEN = {
    "wlcsp_500": {
        "passivation": (0.0, 0.8), "pad": (0.0, 1.2), "poly1": (0.8, 6.0523), "rdl": (6.4523, 11.4523),
        "poly2": (6.0523, 11.3046), "ubm_nickel": (16.8523, 19.8523),
    },
    "wlcsp_500_two_rdl": {
        "poly3": (11.3046, 16.5569), "rdl1": (6.4523, 11.4523), "rdl2": (11.7046, 16.7046),
        "ubm_nickel": (22.1046, 25.1046),
    },
    "gold_rdl_two_metal": {
        "metal1": (6.4523, 11.4523), "poly_im": (6.0523, 11.3046), "poly2": (11.3046, 16.5569),
        "rdl": (11.7046, 14.7046), "ubm_nickel": (15.6046, 18.6046),
    },
    "balldrop_board": {"pad": (0.0, 18.0), "mask": (0.0, 20.0), "wetting": (18.525, 19.325)},
    "sg13g2_bump": {"pad": (0.0, 3.0), "ubm_nickel": (3.0, 8.0), "ubm_gold": (8.0, 8.05)},
    "plated_pad": {"nickel": (6.6, 9.6), "solder": (9.6, 17.6)},
    "paste_print": {"wetting": (1.625, 2.425), "paste": (2.425, 33.225)},
    "pillar": {"pad": (0.0, 1.2), "pillar": (1.6, 33.6), "second_pillar": (1.6, 16.6)},
}  # fmt: skip
"""From where to where, µm: thicknesses of process.toml added up by hand, of wlcsp_500 e.g. 0.8 + 5.2523 + 0.1 + 0.3.

A stencil of 30 µm lies on what is highest, the UBM over the pad on the passivation, 0.8 µm above its middle."""


@pytest.mark.parametrize("name", GOLDEN)
def test_heights_are_the_sums_of_thicknesses(name: str) -> None:
    found = {slab.film: (slab.start, slab.stop) for slab in slabs(read_process(name))}
    for film, span in GOLDEN[name].items():
        assert found[film] == pytest.approx(span, abs=1e-6), film


@pytest.mark.parametrize(
    ("name", "below"),
    [
        ("sg13g2_bump", "ubm_gold"),
        ("pillar_module", "ubm_nickel"),
        ("gold_rdl_cr", "ubm_nickel"),
        ("wlcsp_500_two_rdl", "ubm_nickel"),
    ],
)
def test_a_ball_stands_on_its_ubm(name: str, below: str) -> None:
    found = {slab.film: slab for slab in slabs(read_process(name))}
    assert found["ball"].start == pytest.approx(found[below].stop, abs=1e-6)
