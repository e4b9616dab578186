"""Pictures of the KLayout application with bumpgen installed, for pages that show it."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import pytest

from bumpgen.command.build import build_design
from bumpgen.command.klayout import install
from tests.application import KLAYOUT, run, version
from tests.macros.chip import bumped_chip
from tests.macros.pictures_pcells import library_picture
from tests.shared import ROOT, SHARED

__all__ = ["PICTURED", "alike", "cell_pictures", "menu_pictures", "needs_pictured", "pictures", "small"]

SCRIPT = Path(__file__).with_name("scripts") / "package.py"
PICTURED = ROOT / "designs" / "caravel_gf180"
"""Where the README's screenshots are."""
FAR, SHARE = 60, 0.04
"""Screenshots are alike if fewer than this share of their pixels differ by more than this of 255."""
DRAWN_BY = "0.28"
"""The KLayout that the README shows."""
needs_pictured = pytest.mark.skipif(
    KLAYOUT is not None and not version().startswith(DRAWN_BY), reason=f"the README shows KLayout {DRAWN_BY}"
)
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


def menu_pictures() -> dict[str, bytes]:
    """PNG files by name: the chip bumped and its nets coloured, and the section along a ruler."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bumped_chip(folder)
        return {
            "klayout_bumped.png": small(folder / "coloured.png"),
            "klayout_section.png": small(folder / "section.png"),
        }


def cell_pictures() -> dict[str, bytes]:
    """PNG files by name: the library beside an array and its parameters."""
    with tempfile.TemporaryDirectory() as name:
        return {"klayout_library.png": library_picture(Path(name)).read_bytes()}


def alike(one: bytes, other: bytes) -> bool:
    """Whether two screenshots show the same: fonts and smoothing may differ from one machine to the next."""
    from PIL import Image, ImageChops

    with Image.open(io.BytesIO(one)) as first, Image.open(io.BytesIO(other)) as second:
        if first.size != second.size:
            return False
        apart = ImageChops.difference(first.convert("L"), second.convert("L")).point(lambda value: 255 * (value > FAR))
        return apart.histogram()[255] < SHARE * first.width * first.height


def small(path: Path) -> bytes:
    """A screenshot in 256 colours."""
    from PIL import Image

    found = io.BytesIO()
    with Image.open(path) as whole:
        whole.convert("RGB").quantize(256).save(found, "PNG", optimize=True)
    return found.getvalue()


def _shown(folder: Path, arguments: dict[str, Path]) -> bytes:
    """What the application shows, in 256 colours."""
    path = folder / "shown.png"
    run(SCRIPT, folder, bumpgen=False, technology="wlcsp_500", picture=path, **arguments)
    return small(path)
