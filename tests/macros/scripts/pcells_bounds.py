"""Every PCell of every process with its defaults and at its bounds, beside the command line's."""

import sys
import time
from pathlib import Path


def found(arguments):
    began = time.perf_counter()
    from bumpgen.macros.pcells import start

    start()
    told = {"start": time.perf_counter() - began, "early": [n for n in ("numpy", "pydantic") if n in sys.modules]}
    from bumpgen.macros.pcells.index import known
    from tests.macros import guided_cases
    from tests.macros.pcell_cases import differences

    folder = Path(arguments["files"])
    told["defaults"] = differences(list(known()), folder, bounds=False)
    told["bounds"] = differences(arguments["processes"], folder, bounds=True)
    told["guided"] = guided_cases.differences(folder)
    return told
