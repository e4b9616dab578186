"""A library for each process. Registering one makes names only: its process is read when a PCell is first used."""

from __future__ import annotations

from textwrap import shorten
from typing import Any

import pya

from bumpgen.macros.pcells.array import ArrayPCell
from bumpgen.macros.pcells.index import Row, drawable, known
from bumpgen.macros.pcells.source import Source
from bumpgen.macros.pcells.spec import SpecPCell
from bumpgen.macros.pcells.wire import WirePCell

__all__ = ["ProcessLibrary", "library_name", "pcell_name", "register", "register_shipped"]

GUIDED = (("Array", ArrayPCell, {"site"}), ("RdlPath", WirePCell, {"trace", "capture_pad"}))
"""PCells made by drawing a shape, and the cells a process must have for each."""

KEPT: dict[str, ProcessLibrary] = {}
"""The registered libraries by name; the application doesn't keep them alive."""

REPLACED: list[ProcessLibrary] = []
"""Libraries that were registered again: layouts that are open may still ask their PCells."""


def library_name(process: str) -> str:
    """What the library of a process is called, e.g. "bumpgen wlcsp_500"."""
    return f"bumpgen {process}"


def pcell_name(cell: str) -> str:
    """What a cell's PCell is called: capture_pad is CapturePad."""
    return "".join(word.capitalize() for word in cell.split("_"))


TITLE = 48
"""Letters a library's description has: the application makes its dialogs as wide as the longest."""


class ProcessLibrary(pya.Library):  # type: ignore[misc]  # pya has no types
    """The PCells of one process.

    It is bound to no technology: the application hides a bound library from layouts of another technology, and
    a GDS file, which keeps none, would be read without its parameters.
    """

    def __init__(self, source: Source, row: Row):
        super().__init__()
        self.source, cells = source, row["cells"]
        self.description = shorten(row["title"].partition(":")[0], TITLE, placeholder=" …")
        self.layout().dbu = row["database"]
        self.pcells: list[Any] = [SpecPCell(pcell_name(cell), source, cell) for cell in cells]
        self.pcells += [kind(name, source) for name, kind, needed in GUIDED if needed <= set(cells)]
        for pcell in self.pcells:
            self.layout().register_pcell(pcell.pcell_name, pcell)


def register_shipped() -> None:
    """Register a library for each shipped process; those registered before are replaced."""
    for name, row in known().items():
        _register(name, Source(name), row)


def register(process: str) -> str:
    """Register the library of a process by name or path of its process.toml; what the library is called.

    For processes of one's own; a process that can't be read raises InputError.
    """
    source = Source(process)
    _register(source.process.name, source, drawable(process))
    return library_name(source.process.name)


def _register(name: str, source: Source, row: Row) -> None:
    library = ProcessLibrary(source, row)
    library.register(library_name(name))
    if library_name(name) in KEPT:
        REPLACED.append(KEPT[library_name(name)])
    KEPT[library_name(name)] = library
