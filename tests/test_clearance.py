"""What rule tables ask of shapes that are added: spaces, pitches by size, edges, widths, density."""

from __future__ import annotations

from bumpgen import read_process
from bumpgen.clearance import (
    Asked,
    DensityAsked,
    density_asked,
    edges_asked,
    pitch_asked,
    spaces_asked,
    width_asked,
)


def test_spaces_of_rdl_name_their_rules() -> None:
    found = spaces_asked(read_process("wlcsp_500"), "RDL")
    assert found["RDL"] == Asked(10, "RDL.S.1")
    assert found["SEAL"] == Asked(15, "RDL.E.1")
    # openings that would join it to the pad or the UBM, which no rule names beside it: as its own
    assert found["POLY1"] == found["POLY2"] == Asked(10, "RDL.S.1")
    assert "UBM" not in found


def test_a_pillar_keeps_away_from_the_openings_of_pads_and_from_other_caps() -> None:
    found = spaces_asked(read_process("pillar"), "PILLAR")
    assert found["PILLAR"] == found["PASSIVATION"] == found["CAP"] == Asked(31, "PILLAR.S.1")
    assert "PAD" not in found


def test_a_pitch_by_size_is_that_of_the_size() -> None:
    process = read_process("pillar")
    assert [pitch_asked(process, "PILLAR", size).value for size in (30, 44, 49, 54, 60)] == [75, 75, 80, 95, 95]
    assert pitch_asked(process, "PILLAR", 49).rule == "PILLAR.P.2"
    assert pitch_asked(process, "PAD", 49) == Asked(0.0)
    # 70 + 1.3 × UBM
    assert pitch_asked(read_process("gf180_bump"), "UBM", 100) == Asked(200.0, "PASSIVATION.P.1")


def test_edges_widths_and_density() -> None:
    process = read_process("wlcsp_500")
    assert list(edges_asked(process, "BUMP")) == [("SEAL", Asked(25, "BUMP.E.1"), False)]
    assert list(edges_asked(process, "UBM")) == [("SEAL", Asked(195, "UBM.E.1"), True)]
    assert width_asked(process, "RDL") == Asked(10, "RDL.W.1")
    assert width_asked(process, "LABEL") == Asked(0.0)
    assert density_asked(read_process("sg13g2_bump"), "PAD") == DensityAsked(0.25, 0.7, 0, 0, "PAD.D.1")
