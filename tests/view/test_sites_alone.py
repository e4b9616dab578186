"""A single design from the side: what stands on its face, as high and as wide as its process makes it."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from bumpgen import resources
from bumpgen.assembly_picture import AssemblyPicture, JointKind, Piece
from bumpgen.check.assembly.pictured import picture_of
from bumpgen.check.assembly.stack import Stack
from bumpgen.command.stacked import stack_of
from bumpgen.cut import Cut
from bumpgen.errors import InputError
from bumpgen.read.assembly_file import read_alone
from bumpgen.solder import ball_volume, bump_height, bump_width
from bumpgen.view.assembly_side import side_page
from tests.check.assembly import stacks


@lru_cache
def alone(name: str) -> Stack:
    return stack_of(read_alone(name))


def shown(name: str) -> AssemblyPicture:
    return picture_of(alone(name))


def kind_of(picture: AssemblyPicture, site: str) -> JointKind:
    (entry,) = (joints for joints in picture.joints if joints.name == site)
    (kind,) = entry.kinds
    return kind


def solder_of(kind: JointKind) -> Piece:
    (piece,) = (piece for piece in kind.pieces if piece.role == "solder")
    return piece


def revolved(piece: Piece) -> float:
    """Volume of a round profile, µm³: frusta between its heights."""
    r, z = piece.profile[:, 0], piece.profile[:, 2]
    return float((np.pi / 3 * np.diff(z) * (r[:-1] ** 2 + r[:-1] * r[1:] + r[1:] ** 2)).sum())


@pytest.mark.parametrize("name", resources.names("designs"))
def test_every_shipped_design_has_a_side_view(name):
    page = side_page(shown(name))
    assert page.section.joints
    words = " ".join(text.text for text in page.picture.texts)
    assert f"sites of {name}" in words
    assert "joint" not in words


@pytest.mark.parametrize(("name", "pad", "ball"), [("balldrop_die", 80, 80), ("caravel_gf180", 250, 300)])
def test_a_bump_is_the_truncated_sphere_of_its_ball(name, pad, ball):
    kind = kind_of(shown(name), "bump")
    piece, volume = solder_of(kind), ball_volume(ball)
    assert kind.volume == pytest.approx(volume)
    assert piece.height == pytest.approx(bump_height(pad / 2, volume), abs=0.01)
    assert piece.width == pytest.approx(bump_width(pad / 2, volume), rel=0.01)
    assert revolved(piece) == pytest.approx(volume, rel=0.01)
    assert 2 * piece.profile[0, 0] == pytest.approx(pad, abs=0.01)
    assert piece.profile[-1, 0] == pytest.approx(0, abs=1e-6)


def test_solder_stands_on_the_metal_below_it():
    for name in ("balldrop_die", "balldrop_rdl_die", "balldrop_board", "flux_ball_die", "module_chip"):
        for joints in shown(name).joints:
            for kind in joints.kinds:
                metal = [piece.high for piece in kind.pieces if piece.role != "solder"]
                for piece in kind.pieces:
                    if piece.role == "solder":
                        assert piece.low == pytest.approx(max(metal), abs=1e-6), name


def test_a_bare_pad_lies_below_the_face():
    picture = shown("module_chip")
    assert kind_of(picture, "wirebond").gap == pytest.approx(-0.8)
    words = [text.text for text in side_page(picture).picture.texts]
    assert "wirebond 0.8 below face" in words
    assert any(word.startswith("pillar") and word.endswith("over face") for word in words)


def test_a_cut_is_in_the_design_s_own_coordinates():
    stack = alone("flux_ball_die")
    drawn = stack.parts["flux_ball_die"]
    x, y = drawn.sites.places.seen(drawn.part.view)[0].tolist()
    page = side_page(shown("flux_ball_die"), cut=Cut((x - 200, y), (x + 200, y)))
    assert any(joint.at == pytest.approx(200) for joint in page.section.joints)
    with pytest.raises(InputError, match="misses every part"):
        side_page(shown("flux_ball_die"), cut=Cut((-500, -10), (500, -10)))


def part_alone(found: Stack, name: str) -> Stack:
    """One part of an assembly as if nothing were joined to it."""
    part = found.assembly.parts[name]
    file = found.assembly.file.model_copy(update={"joints": (), "wires": (), "parts": {name: part.table}, "steps": ()})
    return Stack(replace(found.assembly, file=file, parts={name: part}), {name: found.parts[name]})


def test_a_part_that_looks_down_bears_its_bumps_below():
    pair = stacks.pillars()
    up, down = (picture_of(part_alone(pair, name)) for name in ("first", "second"))
    assert up.part("first").face < solder_of(up.joints[0].kinds[0]).low
    assert down.part("second").face > solder_of(down.joints[0].kinds[0]).high
    rows = solder_of(down.joints[0].kinds[0]).profile
    assert np.all(np.diff(rows[:, 2]) >= 0)


def test_paste_is_as_high_as_it_was_printed():
    kind = kind_of(shown_part("chip_to_chip_paste", "second"), "bump")
    piece = solder_of(kind)
    assert piece.height == pytest.approx(30)
    assert piece.width == pytest.approx(80)
    assert kind.volume < math.pi * 40**2 * 30


def shown_part(assembly: str, part: str) -> AssemblyPicture:
    from bumpgen.read.assembly_file import read_assembly

    return picture_of(part_alone(stack_of(read_assembly(assembly)), part))
