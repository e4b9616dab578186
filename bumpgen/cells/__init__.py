"""The parametric cells, by name."""

from __future__ import annotations

from bumpgen.cells.base import CellSpec
from bumpgen.cells.capture_pad import CapturePad
from bumpgen.cells.site import Site
from bumpgen.cells.ubm import Ubm

__all__ = ["CELLS", "CellSpec"]

CELLS: dict[str, type[CellSpec]] = {spec.cell: spec for spec in (CapturePad, Site, Ubm)}
"""Every parametric cell by the name used in process files and on the command line."""
