"""The menu Bump on a chip, from the die to the masks: each action triggered, its dialogs filled in."""

import itertools
from pathlib import Path

import pya

from bumpgen.macros import menu
from bumpgen.macros.menu import section_view, session
from bumpgen.macros.settings import Settings
from tests.macros.piloted import Pilot, accept, difference, fill, geometry, redo, shot, told, trigger, undo


def found(arguments):
    main = pya.MainWindow.instance()
    main.resize(1300, 850)
    if not main.menu().is_valid("bump_menu"):
        menu.start(Settings(arguments["python"], "", "test"))
    Pilot()
    result = {}
    trigger("check")  # no layout is open
    trigger("route.all")
    result["nothing open"] = list(told)
    told.clear()

    main.load_layout(arguments["die"], "", 1)
    trigger("route.all")  # a layout, but no design
    result["no design"] = list(told)
    told.clear()
    folder = arguments["design"]
    asked = fill(folder=folder, process="wlcsp_500", opening="81/10", text="81/10", die="0/0")
    trigger("new", asked)  # a layer without polygons
    result["wrong layer"] = list(told)
    told.clear()
    asked = fill(folder=folder, process="wlcsp_500", opening="37/0", text="81/10", die="0/0")

    def misspell(dialog, inputs):
        inputs["table"].item(0, 1).text = "a hundred"
        dialog.done(1)

    trigger("new", asked, misspell)
    result["broken pads"] = list(told)
    result["broken pads left"] = Path(folder).exists()
    told.clear()
    trigger("new", asked, accept)
    result["new"] = list(told)
    now = session.active_session()
    steps = [geometry(now.layout)]

    trigger(
        "map.import",
        fill(file=arguments["bumps"], unit="um", view="bumps_up", columns="name=ball,x=x_um,y=y_um,net=net"),
    )
    steps.append(geometry(now.layout))
    shot("bumped", arguments)
    trigger("route.all")
    steps.append(geometry(now.layout))
    shot("routed", arguments)
    result["route"] = list(told)
    golden = pya.Layout()
    golden.read(arguments["golden"])
    result["difference from build"] = difference(now.layout, golden)
    result["changes"] = [difference(a, b) for a, b in itertools.pairwise(steps)]

    files = now.files.look()[0]
    undo()
    result["marks"] = [len(list(now._marked()))]
    result["undone"] = difference(now.layout, steps[1])
    undo()
    result["undone twice"] = difference(now.layout, steps[0])
    redo()
    redo()
    result["redone"] = difference(now.layout, steps[2])
    result["files as before"] = now.files.look()[0] == files
    undo()
    result["files follow undo"] = "[routing]" not in Path(folder, "design.toml").read_text()
    redo()
    result["files follow redo"] = "[routing]" in Path(folder, "design.toml").read_text()

    told.clear()
    trigger("check")
    view = main.current_view()
    result["reports"] = [view.rdb(i).num_items() for i in range(view.num_rdbs())]
    result["check"] = list(told)
    trigger("map.colour")
    result["coloured"] = len(now.markers)
    view.zoom_fit()
    shot("coloured", arguments)
    trigger("map.colour")
    result["colours gone"] = len(now.markers)

    told.clear()
    trigger("section")  # without a ruler
    result["no ruler"] = list(told)
    ruler = pya.Annotation()
    ruler.p1, ruler.p2 = pya.DPoint(440, 285), pya.DPoint(940, 285)
    view.insert_annotation(ruler)
    trigger("section")
    shown = section_view._shown[0]
    result["steps"] = len(shown.pictures)
    for _ in range(10):
        pya.QApplication.processEvents()
    shown.grab().save(str(Path(arguments["out"]) / "section.png"))
    shown.close()
    trigger("masks", fill(out=str(Path(arguments["out"]) / "masks")))
    result["masks"] = sorted(path.name for path in (Path(arguments["out"]) / "masks").iterdir())
    result["told"] = list(told)
    return result
