"""bumpgen's parametric cells as KLayout PCells: a library for each process, a PCell for each cell it can draw.

In a script, in the application or with `import pya` of the klayout package:

    import pya
    from bumpgen.macros.pcells import start

    start()
    layout = pya.Layout()
    cell = layout.create_cell("Ubm", "bumpgen wlcsp_500", {"size": 240.0})
"""

from __future__ import annotations

from importlib.util import find_spec

from bumpgen.macros.settings import Settings

__all__ = ["register", "start"]

NEEDED = ("numpy", "pydantic")
"""Packages that are first imported when a PCell is used."""


def start(_settings: Settings | None = None) -> None:
    """Register the libraries of all shipped processes; again, to read changed processes anew.

    Raises ImportError naming the package that this Python lacks.
    """
    for name in NEEDED:
        if find_spec(name) is None:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    from bumpgen.macros.pcells.library import register_shipped

    register_shipped()


def register(process: str) -> str:
    """Register the library of a process of one's own, by the path of its process.toml; the library's name."""
    from bumpgen.macros.pcells.library import register

    return register(process)
