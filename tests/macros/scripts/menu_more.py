"""The rest of the menu Bump on a design that is open, and what goes wrong."""

from pathlib import Path

import pya

from bumpgen.macros import menu
from bumpgen.macros.menu import session, worker
from bumpgen.macros.menu.session import open_session
from bumpgen.macros.settings import Settings
from tests.macros.piloted import Pilot, asked, difference, fill, geometry, told, trigger, undo


def select(now, wanted):
    """Select the elements of arrays, and cells, that lie in a box (µm)."""
    view, layout = now.view, now.layout
    found = []
    for instance in layout.top_cell().each_inst():
        for i in range(max(1, instance.na)):
            for j in range(max(1, instance.nb)):
                element = pya.InstElement(instance, i, j)
                box = instance.cell.bbox().transformed(element.specific_cplx_trans()).to_dtype(layout.dbu)
                if box.inside(wanted):
                    path = pya.ObjectInstPath()
                    path.cv_index, path.top = now.cellview.index(), layout.top_cell().cell_index()
                    path.append_path(element)
                    found.append(path)
    view.object_selection = found
    return len(found)


def around(now, name, half):
    bump = next(bump for bump in now.facts()["bumps"] if bump["name"] == name)
    return pya.DBox(bump["x"] - half, bump["y"] - half, bump["x"] + half, bump["y"] + half)


def facts(now):
    return {bump["name"]: bump["net"] for bump in now.facts()["bumps"]}


def cancel_soon():
    """Press Cancel of the progress dialog as soon as it is there."""

    def look():
        for widget in pya.QApplication.topLevelWidgets():
            if isinstance(widget, pya.QProgressDialog) and widget.isVisible():
                widget.cancel()
                timer.stop()
                pressed.append(True)

    pressed = []
    timer = pya.QTimer(pya.MainWindow.instance())
    timer.timeout(look)
    timer.start(20)
    return pressed


def found(arguments):
    result = {}
    main = pya.MainWindow.instance()
    menu.start(Settings(arguments["python"], "", "test"))
    Pilot()
    work = worker.Worker(arguments["python"])
    folder = Path(arguments["design"])
    trigger("open", fill(folder=str(folder)))
    now = session.active_session()
    view, layout = now.view, now.layout
    result["opened"] = (main.views(), layout.top_cell().name)
    main.create_layout("", 1)
    trigger("open", fill(folder=str(folder / "design.toml")))
    result["opened again"] = (main.views(), main.current_view_index, session.active_session() is now)

    path = pya.DPath([pya.DPoint(30, 460), pya.DPoint(215, 285), pya.DPoint(680, 290)], 40)
    view.transaction("by hand")
    layout.top_cell().shapes(layout.layer(10, 0)).insert(path)
    view.commit()
    trigger("route.keep")
    result["kept"] = (folder / "routes.csv").read_text().splitlines()[1:]
    trigger("route.selected")  # nothing is selected
    result["nothing selected"] = list(told)
    told.clear()
    result["selected"] = select(now, pya.DBox(1000, 100, 1380, 480))
    trigger("route.selected")
    result["routed"] = (folder / "design.toml").read_text().partition("[routing]")[2].strip()
    result["open nets"] = list(told)
    told.clear()

    before, files = geometry(layout), now.files.look()[0]
    pressed = cancel_soon()
    trigger("route.all")
    result["cancelled"] = [pressed, difference(layout, before), now.files.look()[0] == files, list(told)]

    trigger("route.remove")
    result["removed"] = "[routing]" in (folder / "design.toml").read_text()
    names = facts(now)
    trigger("map.renumber", fill(a1="bottom_left", letters="rows"))
    result["renumbered"] = sorted(facts(now).values()) == sorted(names.values()) and facts(now) != names
    undo()
    result["names again"] = facts(now) == names

    def rename(dialog, inputs):
        inputs["table"].item(0, 3).text = ""
        dialog.done(1)

    layout.top_cell().shapes(layout.layer(10, 0)).insert(pya.DBox(0, 0, 10, 10))
    asked.clear()
    trigger("map.edit", rename)
    result["asked for what is drawn by hand"] = list(asked)
    result["edited"] = [name for name, net in facts(now).items() if not net]
    select(now, pya.DBox(1000, 100, 1380, 480))  # a bump that has a net
    trigger("route.assign")
    result["nothing to assign"] = list(told)
    told.clear()
    result["bare selected"] = select(now, around(now, "A1", 220))
    trigger("route.assign")
    result["assigned"] = facts(now) == names
    result["assigned told"] = list(told)
    told.clear()
    trigger("map.place", fill(columns=6, rows=10, pitch=500, letters="rows"))
    result["placed"] = sorted(facts(now).values()) == sorted(names.values())

    chip = open_session(work, Path(arguments["chip"]))
    trigger("ghost", fill(process="pillar"))
    result["ghost"] = [
        chip.view.cellviews(),
        sorted(n.name for n in chip.view.each_layer() if n.name.startswith("ghost")),
    ]
    trigger("ghost")
    result["ghost gone"] = chip.view.cellviews()
    result["ghost told"] = list(told)
    told.clear()

    main.load_layout(arguments["mask"], "", 1)
    trigger("check", fill(process="wlcsp_400"))
    bare = main.current_view()
    result["bare check"] = [bare.rdb(i).num_items() for i in range(bare.num_rdbs())]

    main.select_view(main.index_of(view))
    (folder / "design.toml").write_text("name = [broken\n")
    trigger("route.all")
    result["broken outside"] = list(told)
    told.clear()
    menu.start(Settings("/nowhere/python", "", "test"))
    trigger("open", fill(folder=str(folder.parent / "elsewhere")))
    result["python gone"] = list(told)
    told.clear()
    menu.start(Settings(arguments["python"], "", "test"))
    folder.rename(f"{folder}.away")
    trigger("check")
    result["folder gone"] = list(told)
    told.clear()
    main.close_current_view()
    trigger("open", lambda dialog, _inputs: dialog.done(0))
    result["closed form"] = list(told)
    return result
