"""bumpgen's parametric cells as KLayout PCells: a library for each process, a PCell for each cell it can draw.

In a script, in the application or with `import pya` of the klayout package:

    import pya
    from bumpgen.macros.pcells import start

    start()
    layout = pya.Layout()
    cell = layout.create_cell("Ubm", "bumpgen wlcsp_500", {"size": 240.0})
"""

from __future__ import annotations

import sys
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import find_spec
from pathlib import Path

import pya

from bumpgen.macros.settings import Settings

__all__ = ["register", "start"]

NEEDED = {
    "numpy": ("_core/_multiarray_umath", "core/_multiarray_umath"),
    "pydantic": (),
    "pydantic_core": ("_pydantic_core",),
    "shapely": ("lib",),
}
"""Packages that are first imported when a PCell is used, and where their compiled part may lie."""


def start(settings: Settings | None = None) -> None:
    """Register the libraries of all shipped processes, and of the settings' own; again, to read changed ones anew.

    Raises ImportError naming a package that this Python lacks or can't load, before anything is registered. Of own
    processes that can't be read, the first raises InputError when all others are registered.
    """
    from bumpgen.errors import BumpgenError

    for name, compiled in NEEDED.items():
        _check_package(name, compiled)
    from bumpgen.macros.pcells.library import register_shipped

    register_shipped()
    application = getattr(pya, "Application", None)
    if application and application.instance() and application.instance().main_window():
        from bumpgen.macros.pcells.rounding import watch

        watch(application.instance().main_window())
    problems = []
    for process in settings.processes if settings else ():
        try:
            register(process)
        except BumpgenError as error:
            problems.append(error)
    if problems:
        raise problems[0]


def register(process: str) -> str:
    """Register the library of a process of one's own, by the path of its process.toml; the library's name."""
    from bumpgen.macros.pcells.library import register

    return register(process)


def _check_package(name: str, compiled: tuple[str, ...]) -> None:
    """Raise unless the package is there, and compiled for this Python; nothing is imported, which would take time."""
    spec = find_spec(name)
    if spec is None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    folders = [Path(folder) for folder in spec.submodule_search_locations or ()]
    files = [folder / f"{part}{suffix}" for folder in folders for part in compiled for suffix in EXTENSION_SUFFIXES]
    if compiled and not any(file.exists() for file in files):
        where = ", ".join(map(str, folders))
        raise ImportError(f"{name} in {where} isn't compiled for Python {sys.version.split()[0]}", name=name)
