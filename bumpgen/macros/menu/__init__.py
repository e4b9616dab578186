"""The menu Bump: a chip is bumped, routed, checked, cut and written as masks without leaving KLayout.

Every action is a command of bumpgen, run in a process of its own, and one step to undo.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pya

from bumpgen.macros.menu import design_actions as design
from bumpgen.macros.menu import dialogs, start_design
from bumpgen.macros.menu.session import follow
from bumpgen.macros.menu.worker import Cancelled, Refused, Worker
from bumpgen.macros.settings import Settings

__all__ = ["ACTIONS", "MENU", "busy", "start"]

MENU = "bump_menu"

Action = Callable[[Worker], None]

ACTIONS: dict[str, tuple[str, Action] | None] = {
    "new": ("New from this die…", start_design.new_from_die),
    "open": ("Open design…", start_design.open_design),
    "line1": None,
    "map.place": ("Place…", design.place_bumps),
    "map.pads": ("One on each pad", design.bumps_on_pads),
    "map.import": ("Import…", design.import_bumps),
    "map.edit": ("Edit table…", design.edit_bumps),
    "map.renumber": ("Renumber…", design.renumber),
    "map.colour": ("Colour by net", design.colour_nets),
    "route.assign": ("Assign nets to bumps", design.assign),
    "route.all": ("Route all nets", design.route_all),
    "route.selected": ("Route nets of selection", design.route_selected),
    "route.keep": ("Keep drawn wires", design.keep_drawn),
    "route.remove": ("Remove wires", design.remove_wires),
    "line2": None,
    "check": ("Check", design.check),
    "section": ("Section along ruler", design.section),
    "ghost": ("Ghost of the mating die…", design.ghost),
    "line3": None,
    "masks": ("Export masks…", design.masks),
}
"""What the menu has, in order; a dot leads into a submenu, None is a line."""

SUBMENUS = {"map": "Bump map", "route": "Assign and route"}

_kept: list[Any] = []
_busy: list[str] = []


def start(settings: Settings) -> None:
    """Make the menu; without a window there is none."""
    main = pya.Application.instance().main_window()
    if main is None:
        return
    menu, worker = main.menu(), Worker(settings.python, settings.processes)
    if menu.is_valid(MENU):
        menu.delete_item(MENU)
    menu.insert_menu("help_menu", MENU, "&Bump")
    for name, entry in ACTIONS.items():
        group, _, leaf = name.rpartition(".")
        path = f"{MENU}.{group}" if group else MENU
        if group and not menu.is_valid(path):
            menu.insert_menu(f"{MENU}.end", group, SUBMENUS[group])
        if entry is None:
            menu.insert_separator(f"{path}.end", leaf)
            continue
        action = pya.Action()
        action.title = entry[0]
        action.on_triggered = partial(_do, worker, name)
        menu.insert_item(f"{path}.end", leaf, action)
        _kept.append(action)
    _follow_undo(main)


def _follow_undo(main: Any) -> None:
    """Let the designs' files follow undo and redo, as soon as these are done: the actions call before they act."""
    timer = pya.QTimer(main)
    timer.setSingleShot(True)
    timer.timeout(_follow)
    for name in ("undo", "redo"):
        action = main.menu().action(f"edit_menu.{name}")
        action.on_triggered = lambda *_: timer.start(0)
        _kept.append(action)
    _kept.append(timer)


def _follow(*_: Any) -> None:
    if _busy:
        return  # the action settles that itself
    try:
        follow()
    except OSError as error:
        dialogs.tell(f"The design's files can't follow: {error.strerror}\n\n{error.filename or ''}")


def busy() -> bool:
    """Whether an action is under way."""
    return bool(_busy)


def _do(worker: Worker, name: str, *_: Any) -> None:
    """Carry out an action; what keeps it from being done is told, and nothing else happens."""
    if _busy:
        pya.MainWindow.instance().message(f"bumpgen is busy: {_busy[0]}", 3000)
        return
    entry = ACTIONS[name]
    assert entry is not None
    _busy.append(entry[0])
    try:
        entry[1](worker)
    except Cancelled:
        pya.MainWindow.instance().message(f"{entry[0].rstrip('…')}: cancelled, nothing is changed", 5000)
    except Refused as refused:
        dialogs.tell(str(refused))
    except OSError as error:
        dialogs.tell(
            f"{error.strerror or error}\n\n{error.filename or ''}\n\nCure: see that it can be read and written"
        )
    except Exception as error:  # noqa: BLE001 - the application goes on, and the user is told
        dialogs.tell(
            f"{type(error).__name__}: {error}\n\nCure: undo, try again; if it stays so, it is a fault of bumpgen"
        )
    finally:
        _busy.clear()
