"""A word when the application rounds PCells: in a layout whose database unit doesn't divide a process's grid.

A PCell is drawn in its library's layout. The application then scales it to the layout it is placed in, and rounds
without telling.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pya

from bumpgen.macros.pcells.library import KEPT

__all__ = ["rounded", "watch"]

_kept: list[Any] = []
"""Timers and actions, which would be gone with their last reference."""
_told: set[tuple[str, str, float]] = set()
"""What has been told: a layout's name, a library, a database unit."""


def rounded(layout: Any) -> Iterator[tuple[str, str]]:
    """The libraries whose cells a layout rounds, each with what is wrong and the cure."""
    from bumpgen.errors import GeometryError
    from bumpgen.write.units import units

    coarser = {name for name, library in KEPT.items() if not _whole(library.layout().dbu / layout.dbu)}
    cells = (cell for cell in layout.each_cell() if coarser and cell.is_library_cell())
    used = dict.fromkeys(library.name() for cell in cells if (library := cell.library()))
    for name in (name for name in used if name in coarser):
        process = KEPT[name].source.process
        grid, right = process.grid.value, units(process.grid.value).database
        try:
            units(grid, layout.dbu)
        except GeometryError:
            text = (
                f"a database unit of {layout.dbu:g} µm doesn't divide the grid of {process.name}, {grid:g} µm: "
                f"KLayout rounds cells of {name}, by up to {layout.dbu / 2:g} µm.\n\n"
                f"Cure: a layout with a database unit of {right:g} µm, as a new one of the technology has"
            )
            yield name, text


def _whole(ratio: float) -> bool:
    """Whether a layout scales a library's cells without rounding any coordinate."""
    return round(ratio) >= 1 and abs(ratio - round(ratio)) < 1e-6


def watch(main: Any) -> None:
    """Tell once of each layout that rounds: when a PCell is drawn, a view comes to the front, or a file is saved."""
    from bumpgen.macros.pcells.pcell import PCell

    if _kept:
        return
    timer = pya.QTimer(main)
    timer.setSingleShot(True)
    timer.timeout(_tell)
    _kept.append(timer)

    def soon(*_: Any) -> None:
        timer.start(0)  # when what is under way is done

    PCell.drawn_once = staticmethod(soon)
    main.on_current_view_changed += soon
    for name in ("save", "save_as"):
        action = main.menu().action(f"file_menu.{name}")
        action.on_triggered += soon
        _kept.append(action)


def _tell(*_: Any) -> None:
    from bumpgen.macros.start import tell

    view = pya.MainWindow.instance().current_view()
    for index in range(view.cellviews() if view else 0):
        cellview = view.cellview(index)
        for library, text in rounded(cellview.layout()) if cellview.is_valid() else ():
            key = (cellview.name, library, cellview.layout().dbu)
            if key not in _told:
                _told.add(key)
                tell(f"{cellview.name}: {text}")
