"""The parametric cells, by name."""

from __future__ import annotations

from bumpgen.cells.a1_mark import A1Mark
from bumpgen.cells.alignment_mark import AlignmentMark
from bumpgen.cells.ball import Ball
from bumpgen.cells.base import CellSpec
from bumpgen.cells.capture_pad import CapturePad
from bumpgen.cells.cd_bars import CdBars
from bumpgen.cells.cutout import Cutout
from bumpgen.cells.daisy_link import DaisyLink
from bumpgen.cells.kelvin_pad import KelvinPad
from bumpgen.cells.label import LabelCell
from bumpgen.cells.pad_opening import PadOpening
from bumpgen.cells.passivation_opening import PassivationOpening
from bumpgen.cells.pillar import Pillar
from bumpgen.cells.polymer_opening import PolymerOpening
from bumpgen.cells.resist_opening import ResistOpening
from bumpgen.cells.scribe import Scribe
from bumpgen.cells.seal_ring import SealRing
from bumpgen.cells.site import Site
from bumpgen.cells.stencil_aperture import StencilAperture
from bumpgen.cells.trace import TraceCell
from bumpgen.cells.ubm import Ubm
from bumpgen.cells.wirebond_pad import WirebondPad

__all__ = ["CELLS", "CellSpec"]

CELLS: dict[str, type[CellSpec]] = {
    spec.cell: spec
    for spec in (
        *(PadOpening, PassivationOpening, PolymerOpening, Ubm, ResistOpening, Ball, Pillar),
        *(CapturePad, TraceCell, WirebondPad, StencilAperture),
        *(SealRing, Scribe, Cutout, AlignmentMark, CdBars, A1Mark, LabelCell),
        *(DaisyLink, KelvinPad, Site),
    )
}
"""Every parametric cell by the name used in process files and on the command line: stack, wiring, die, tests."""
