"""Pictures of the KLayout application with bumpgen installed, for pages that show it."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from bumpgen.command.build import build_design
from bumpgen.command.klayout import install
from tests.application import run
from tests.shared import SHARED

__all__ = ["pictures"]

SCRIPT = Path(__file__).with_name("scripts") / "package.py"
TAPED_OUT = SHARED / "caravel_gf180" / "caravel_bump_bond.gds.gz"


def pictures() -> dict[str, bytes]:
    """PNG files by name: the 2.5D view of a built die and, where the taped-out mask is at hand, its marked places."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        install(folder / "profile")
        technology = folder / "profile" / "salt" / "bumpgen" / "tech" / "wlcsp_500"
        build_design("caravel_gf180", folder / "built", ["gds"], 8190, progress=False)
        view25 = {"layout": folder / "built" / "caravel_gf180.gds", "view25": technology / "d25" / "wlcsp_500.lyd25"}
        made = {"klayout_25d.png": _shown(folder, view25)}
        if TAPED_OUT.exists():
            deck = {"layout": TAPED_OUT, "deck": technology / "drc" / "wlcsp_500.lydrc"}
            made["klayout_markers.png"] = _shown(folder, deck)
    return made


def _shown(folder: Path, arguments: dict[str, Path]) -> bytes:
    """What the application shows, in 256 colours."""
    from PIL import Image

    path = folder / "shown.png"
    run(SCRIPT, folder, bumpgen=False, technology="wlcsp_500", picture=path, **arguments)
    small = io.BytesIO()
    with Image.open(path) as whole:
        whole.convert("RGB").quantize(256).save(small, "PNG", optimize=True)
    return small.getvalue()
