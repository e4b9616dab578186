"""All files of the package, as bytes by path."""

from __future__ import annotations

import json
import site
import sys
import sysconfig
from collections.abc import Callable, Sequence
from pathlib import Path

import bumpgen
from bumpgen import resources
from bumpgen.errors import InputError
from bumpgen.macro_file import autorun_macro
from bumpgen.macros.package.grain import grain
from bumpgen.macros.package.places import places_deck
from bumpgen.macros.package.technology import layer_properties, technology
from bumpgen.macros.package.view25 import view25
from bumpgen.macros.settings import SETTINGS
from bumpgen.process import Process, read_process
from bumpgen.rules import read_rules

__all__ = ["package_files", "site_folders"]

PYTHON = """\
import json, os, site, sys
import pya
package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
settings = {}
try:
    with open(os.path.join(package, "settings.json"), encoding="utf-8") as file:
        found = json.load(file)
    if all(name in found for name in ("version", "python", "site", "processes")):
        settings.update(found)
    for folder in settings["site"]:
        site.addsitedir(folder)  # after the application's own modules
    from bumpgen.macros.start import start
except Exception as error:
    if settings:
        text = "bumpgen {version} can't be started in KLayout (Python {own}): {error}.\\n".format(
            error=error, own=sys.version.split()[0], **settings)
        text += "It was installed with {python}. Is bumpgen still there? Install it with a Python {own}, ".format(
            own="%d.%d" % sys.version_info[:2], **settings)
        text += "then run `bumpgen klayout install` again; `bumpgen klayout uninstall` takes this package away."
    else:
        text = "bumpgen can't be started in KLayout: settings.json in %s is missing or broken (%s: %s).\\n" % (
            package, type(error).__name__, error)
        text += "Run `bumpgen klayout install` again."
    sys.stderr.write(text + "\\n")
    if pya.Application.instance().main_window():
        bumpgen_message = pya.QMessageBox(pya.Application.instance().main_window())
        bumpgen_message.text = text
        bumpgen_message.show()
else:
    start(package)
"""
"""The autorun macro, in the oldest Python that KLayout comes with."""


def package_files(own: Sequence[Path] = (), step: Callable[[str, int], None] = lambda _t, _n: None) -> dict[str, bytes]:
    """Everything in the package folder by its path there; `own` are process.toml files beside the shipped ones.

    `step` is told the process at work and how many there are.
    """
    processes = [read_process(name) for name in resources.names("pdk")] + [read_process(str(path)) for path in own]
    names = [process.name for process in processes]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"two processes are named {name!r}", hint="give yours a name of its own")
    files = {
        "grain.xml": grain(bumpgen.__version__),
        SETTINGS: _settings(own),
        "pymacros/bumpgen.lym": autorun_macro("bumpgen: cells, menu, server", PYTHON).encode(),
    }
    for process in processes:
        step(process.name, len(processes))
        files |= {f"tech/{process.name}/{path}": data for path, data in _technology(process).items()}
    return files


def site_folders() -> list[str]:
    """Where this Python finds bumpgen and what it needs."""
    paths = sysconfig.get_paths()
    folders = [str(Path(bumpgen.__file__).resolve().parent.parent), paths["purelib"], paths["platlib"]]
    if site.ENABLE_USER_SITE:
        folders.append(site.getusersitepackages())
    return list(dict.fromkeys(folders))


def _settings(own: Sequence[Path]) -> bytes:
    """Where this Python and its packages are, for the autorun macro and the workers."""
    facts = {
        "version": bumpgen.__version__,
        "python": sys.executable,
        "site": site_folders(),
        "processes": [str(path.resolve()) for path in own],
    }
    return (json.dumps(facts, indent=1, ensure_ascii=False) + "\n").encode()


def _technology(process: Process) -> dict[str, bytes]:
    """The folder of one technology."""
    files = {
        f"{process.name}.lyt": technology(process),
        f"{process.name}.lyp": layer_properties(process),
        f"d25/{process.name}.lyd25": view25(process),
    }
    if process.rules:
        table = read_rules(process.rules)
        files[f"drc/{table.name}.lydrc"] = places_deck(table, process).encode()
    return files
