"""A small process of the tests' own, so that the cells are tested apart from what is shipped."""

from __future__ import annotations

from typing import Any

import pytest

from bumpgen.process import Process

METAL = ("PAD", "RDL", "UBM", "PILLAR", "SEAL")
OPENING = ("PASSIVATION", "POLY1", "POLY2", "RESIST", "STENCIL")
OTHER = ("CAP", "BALL", "PROBE", "SCRIBE", "MARK", "OPENING")

CELLS: dict[str, dict[str, Any]] = {
    "pad_opening": {"size": 60.0, "enclosure": 5.0},
    "passivation_opening": {"size": 60.0},
    "cutout": {"size": 1000.0},
    "polymer_opening": {"size": 40.0},
    "ubm": {"size": 250.0},
    "resist_opening": {"size": 350.0, "ball": 300.0},
    "ball": {"diameter": 300.0},
    "pillar": {"size": 40.0, "cap_pullback": 1.0},
    "capture_pad": {"size": 270.0, "trace_width": 20.0},
    "trace": {"width": 20.0},
    "wirebond_pad": {"width": 60.0, "height": 120.0, "enclosure": 5.0, "probe": 50.0},
    "stencil_aperture": {"size": 280.0, "foil": 100.0},
}

SITES: dict[str, Any] = {
    "bump": [
        {"cell": "polymer_opening", "set": {"layer": "POLY2", "size": quantity}, "source": "test"}
        for quantity in [{"value": 220.0, "source": "test"}]
    ]
    + [{"cell": "ubm"}, {"cell": "capture_pad"}, {"cell": "ball"}],
    "pad": [{"cell": "pad_opening"}, {"cell": "polymer_opening"}],
}


def build(grid: float = 0.005) -> Process:
    """The tests' process on a grid in µm."""

    def quantity(value: float) -> dict[str, Any]:
        return {"value": value, "source": "test"}

    names = (*METAL, *OPENING, *OTHER)
    meaning = dict.fromkeys(METAL, "metal") | dict.fromkeys(OPENING, "opening") | dict.fromkeys(OTHER, "area")
    layers = {
        name: {
            "gds": (number, 0),
            "meaning": meaning[name],
            "description": name,
            "color": f"#{(number * 2654435761) % 0xFFFFFF:06x}",
            "source": "test",
        }
        for number, name in enumerate(names, 1)
    }
    cells = {cell: {k: quantity(v) for k, v in values.items()} for cell, values in CELLS.items()}
    return Process.model_validate(
        {
            "name": "test",
            "title": "Test",
            "description": "For tests.",
            "mask_set": "none",
            "grid": quantity(grid),
            "sources": {},
            "layers": layers,
            "sites": SITES,
            "cells": cells,
        }
    )


@pytest.fixture(scope="session")
def process() -> Process:
    return build()
