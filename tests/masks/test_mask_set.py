"""The mask sets of facts 4.3: which masks a process needs, what each polygon means, tone, field and bias."""

from __future__ import annotations

import pytest

from bumpgen import resources
from bumpgen.masks.set import MaskRow, mask_set
from bumpgen.process import read_process

# mask, polygon, resist, data, field, bias (mask minus drawn, both sides together, µm). As drawn (0.0) are masks whose
# figure is none (BUMP_RESIST and PILLAR: "litho"), or holds for another film: -8 for an etched UBM, where this one is
# plated; 0.5 per side for PBO, where this is a polyimide. The set of pillars has its first polymer as an option only.
SETS = {
    "balldrop": [
        ("UBM_ETCH", "remains", "positive", "dark", "clear", 2.0),
        ("BUMP_RESIST", "opening", "negative", "dark", "clear", 0.0),
    ],
    "pillar": [
        ("PILLAR", "opening", "negative", "dark", "clear", 0.0),
        ("PILLAR2", "opening", "negative", "dark", "clear", 0.0),
    ],
    "gold_rdl": [
        ("POLY1", "opening", "negative", "dark", "clear", -1.0),
        ("RDL_AU", "opening", "positive", "clear", "dark", -1.0),
        ("POLY2", "opening", "negative", "dark", "clear", -1.0),
        ("UBM", "opening", "negative", "dark", "clear", 0.0),
    ],
    "paste": [("UBM_ETCH", "remains", "positive", "dark", "clear", 2.0)],
    "wlcsp_500": [
        ("PI1", "opening", "positive", "clear", "dark", 0.0),
        ("RDL", "opening", "positive", "clear", "dark", -1.0),
        ("PI2", "opening", "positive", "clear", "dark", 0.0),
        ("UBM", "opening", "positive", "clear", "dark", 0.0),
    ],
}


def rows(process: str, kind: str = "photomask") -> list[MaskRow]:
    return [row for row in mask_set(read_process(process)) if row.kind == kind]


@pytest.mark.parametrize("process", SETS)
def test_masks_are_those_of_the_facts(process: str) -> None:
    found = [(row.name, row.polygon, row.resist, row.data, row.field, row.bias) for row in rows(process)]
    assert found == SETS[process]
    assert [row.number for row in rows(process)] == list(range(1, len(found) + 1))


@pytest.mark.parametrize("process", resources.names("pdk"))
def test_every_process_has_a_mask_set(process: str) -> None:
    """Data are clear where (polygon = resist removed) xor (resist negative); a plate has both tones."""
    for row in rows(process):
        clear = (row.polygon == "opening") != (row.resist == "negative")
        assert row.data == ("clear" if clear else "dark")
        assert {row.data, row.field} == {"clear", "dark"}


def test_etched_metal_is_wider_on_the_mask_by_its_undercut_on_both_sides() -> None:
    (ubm,) = (row for row in rows("balldrop") if row.layer == "UBM")
    assert ubm.bias == 2.0
    assert "undercut" in ubm.biases[0].reason
    assert ubm.biases[0].source.startswith("MEM")


@pytest.mark.parametrize("process", resources.names("pdk"))
def test_a_stated_bias_names_its_source(process: str) -> None:
    for row in rows(process):
        assert all(bias.source for bias in row.biases)
        assert row.bias == sum(bias.total for bias in row.biases)


@pytest.mark.parametrize(
    ("process", "mask", "why"),
    [
        ("wlcsp_500", "PI1", "this is a polyimide"), ("wlcsp_500", "UBM", "this one is plated"),
        ("pillar", "PILLAR", "no bias of this resist is known"),
    ],
)  # fmt: skip
def test_a_mask_as_drawn_says_why(process: str, mask: str, why: str) -> None:
    (row,) = (row for row in rows(process) if row.name == mask)
    assert row.bias == 0
    assert "as drawn: " in row.note
    assert why in row.note


def test_steps_without_a_plate() -> None:
    assert [row.film for row in rows("pillar", "self-aligned")] == ["seed, adhesion", "second_seed, second_adhesion"]
    (stencil,) = rows("paste", "stencil")
    assert (stencil.layer, stencil.data) == ("STENCIL", None)
    (ball,) = rows("balldrop", "ball stencil")
    assert "wider than 80 µm and narrower than 160" in ball.note
    assert [row.film for row in rows("flux_ball", "maskless")] == ["flux"]
    assert not rows("flux_ball")
