"""What the menu Bump's actions cost: seconds in all, and those in which the window stands still."""

import time
from pathlib import Path

from bumpgen.macros import menu
from bumpgen.macros.menu import session
from bumpgen.macros.menu.worker import Worker
from bumpgen.macros.settings import Settings
from tests.macros.piloted import Pilot, fill, redo, told, trigger, undo


def found(arguments):
    menu.start(Settings(arguments["python"], "", "test"))
    Pilot()
    working, result = [0.0], {}
    run = Worker.run

    def clocked(*given, **named):
        start = time.perf_counter()
        try:
            return run(*given, **named)
        finally:
            working[0] += time.perf_counter() - start

    Worker.run = clocked

    def clock(name, work, *given):
        working[0], start = 0.0, time.perf_counter()
        work(*given)
        took = time.perf_counter() - start
        result[name] = (took, took - working[0])

    clock("Open design", trigger, "open", fill(folder=arguments["design"]))
    design = session.active_session().folder
    columns = "name=name,x=x_um,y=y_um,net=net"
    clock("Import", trigger, "map.import", fill(file=arguments["bumps"], unit="um", view="bumps_up", columns=columns))
    clock("Renumber", trigger, "map.renumber", fill(a1="bottom_left", letters="rows"))
    clock("Place, one column less", trigger, "map.place", fill(**arguments["place"]))
    clock("Undo", undo)
    clock("Redo", redo)
    clock("Check", trigger, "check")
    clock("Export masks", trigger, "masks", fill(out=str(Path(design).parent / "masks")))
    assert not told, told
    return result
