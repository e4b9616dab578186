"""What the autorun macro calls when the application starts: each part of bumpgen, and what keeps one from starting."""

from __future__ import annotations

import importlib
import sys
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

import pya

from bumpgen.macros.settings import Settings, read_settings

__all__ = ["PARTS", "start"]

PARTS = {
    "bumpgen.macros.pcells": "the cell libraries",
    "bumpgen.macros.menu": "the menu Bump",
    "bumpgen.macros.server": "the server for `bumpgen show`",
}
"""Modules with a function `start(settings)`, and what each brings."""

_kept: list[Any] = []
"""Message boxes on the screen, which would vanish with their last reference."""


class _NoOtherKLayout:
    """Keeps Python packages of klayout out of the application: two of them in one process corrupt its memory."""

    def find_spec(self, name: str, _path: Any = None, _target: ModuleType | None = None) -> ModuleSpec | None:
        """Refuses klayout from anywhere but the application itself."""
        if name != "klayout":
            return None
        own = [folder for folder in sys.path if "site-packages" not in folder and "dist-packages" not in folder]
        found = PathFinder.find_spec(name, own)
        if found is None:
            raise ImportError("klayout from a Python package can't be used inside KLayout; import pya")
        return found


def start(package: str) -> list[str]:
    """Start every part that can be; the others are told in a message, and returned. `package` is where it is installed.

    Called a second time, it starts nothing again.
    """
    if any(isinstance(finder, _NoOtherKLayout) for finder in sys.meta_path):
        return []
    sys.meta_path.insert(0, _NoOtherKLayout())
    settings = read_settings(package)
    problems = [problem for name in PARTS if (problem := _started(name, settings))]
    if problems:
        tell("\n\n".join(problems))
    return problems


def _started(name: str, settings: Settings) -> str:
    """Start one part; why it couldn't be, or nothing."""
    try:
        importlib.import_module(name).start(settings)
    except Exception as error:  # noqa: BLE001 - whatever it is, the application goes on and the user is told
        return (
            f"bumpgen {settings.version}: {PARTS[name]} can't be started.\n{type(error).__name__}: {error}\n"
            + _cure(error, settings)
        )
    return ""


def _cure(error: Exception, settings: Settings) -> str:
    """What to do about it."""
    version = ".".join(map(str, sys.version_info[:3]))
    if isinstance(error, ImportError):
        return (
            f"KLayout's own Python is {version}; bumpgen was installed with {settings.python}. "
            f"Install bumpgen with a Python {version.rpartition('.')[0]}, then run `bumpgen klayout install` again."
        )
    return "Run `bumpgen klayout install` again; `bumpgen klayout status` tells more."


def tell(text: str) -> None:
    """Show a message that waits for nobody; without a window, on standard error."""
    if pya.Application.instance().main_window() is None:
        sys.stderr.write(f"{text}\n")
        return
    box = pya.QMessageBox(pya.Application.instance().main_window())
    box.setIcon(pya.QMessageBox.Warning)
    box.windowTitle = "bumpgen"
    box.text = text
    _kept.append(box)
    box.show()
