"""The menu Bump where files and folders can't be written."""

from pathlib import Path

import pya

from bumpgen.macros import menu
from bumpgen.macros.menu import session
from bumpgen.macros.settings import Settings
from tests.macros.piloted import Pilot, accept, difference, fill, geometry, redo, told, trigger, undo


def found(arguments):
    menu.start(Settings(arguments["python"], "", "test"))
    Pilot()
    folder, result = Path(arguments["design"]), {}
    trigger("open", fill(folder=str(folder)))
    now = session.active_session()
    shown, files = geometry(now.layout), now.files.look()[0]
    place = fill(columns=5, rows=9, pitch=500)

    def state(name):
        same = difference(now.layout, shown) == 0 and now.files.look()[0] == files
        result[name] = (list(told), same, sorted(path.name for path in folder.iterdir()))
        told.clear()

    (folder / "design.toml").chmod(0o444)
    trigger("map.place", place)
    state("file locked")
    (folder / "design.toml").chmod(0o644)

    folder.chmod(0o555)
    trigger("map.place", place)
    state("folder locked")
    trigger("masks", fill(out=str(folder / "masks")))
    state("masks locked")
    folder.chmod(0o755)

    trigger("map.place", place)
    changed = now.files.look()[0]
    folder.chmod(0o555)
    undo()
    result["undo told"] = list(told)
    result["files kept"] = now.files.look()[0] == changed
    told.clear()
    folder.chmod(0o755)
    redo()
    undo()
    state("undone")

    trigger("map.pads")
    read = now.facts()
    result["on pads"] = [[site["name"] for site in read[kind]] for kind in ("bumps", "pads")] + [list(told)]
    undo()
    told.clear()

    pya.MainWindow.instance().load_layout(arguments["die"], "", 1)
    where = Path(arguments["locked"]) / "my_chip"
    asked = fill(folder=str(where), process="wlcsp_500", opening="37/0", text="81/10", die="0/0")
    trigger("new", asked, accept)
    result["new locked"] = list(told)
    return result
