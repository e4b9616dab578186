"""bumpgen: masks for wafer bumping and redistribution layers.

    >>> import bumpgen
    >>> design = bumpgen.read_design("caravel_gf180")
    >>> layout = bumpgen.build_layout(design)   # shows itself in a notebook
    >>> bumpgen.write_gds(layout, "caravel.gds")

All lengths are µm. Names are looked up when first used, so that `import bumpgen` is fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bumpgen.build import build_layout
    from bumpgen.cells import CELLS
    from bumpgen.draw import draw_cell
    from bumpgen.process import read_process
    from bumpgen.read import read_design
    from bumpgen.rules import read_rules
    from bumpgen.view.plan import plan_png, plan_svg
    from bumpgen.write.gds import write_gds
    from bumpgen.write.oasis import write_oasis

__version__ = "0.1.0"

__all__ = [
    "CELLS",
    "__version__",
    "build_layout",
    "draw_cell",
    "plan_png",
    "plan_svg",
    "read_design",
    "read_process",
    "read_rules",
    "write_gds",
    "write_oasis",
]

_HOMES = {
    "CELLS": "bumpgen.cells",
    "build_layout": "bumpgen.build",
    "draw_cell": "bumpgen.draw",
    "plan_png": "bumpgen.view.plan",
    "plan_svg": "bumpgen.view.plan",
    "read_design": "bumpgen.read",
    "read_process": "bumpgen.process",
    "read_rules": "bumpgen.rules",
    "write_gds": "bumpgen.write.gds",
    "write_oasis": "bumpgen.write.oasis",
}


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'bumpgen' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
