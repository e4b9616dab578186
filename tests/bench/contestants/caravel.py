"""The shipped Caravel design end to end in this process, after imports: prints seconds."""

import sys
import time
from pathlib import Path

import gdstk  # noqa: F401
import klayout.lay  # noqa: F401
import shapely  # noqa: F401

from bumpgen.command.build import build_design
from bumpgen.view import plan  # noqa: F401
from bumpgen.write import gds, oasis, output, table  # noqa: F401

start = time.perf_counter()
build_design("caravel_gf180", Path(sys.argv[1]), ["gds", "oas", "csv", "svg", "png"], 8190, progress=False)
print(time.perf_counter() - start)
