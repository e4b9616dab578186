"""What an application finds of an installed package; its deck and its 2.5D view run on a layout, with pictures."""

import sys
import time

import pya


def settle(seconds=0.3):
    """Let the application draw what is due."""
    stop = time.monotonic() + seconds
    while time.monotonic() < stop:
        pya.Application.instance().process_events()
        time.sleep(0.01)


def titles(menu, path):
    """The titles in a menu."""
    return [menu.action(item).title for item in menu.items(path)]


def windows():
    """The windows on the screen by their titles."""
    return {str(each.windowTitle): each for each in pya.QApplication.topLevelWidgets() if each.isVisible()}


def marks(view, deck):
    """How many places the deck finds, by rule, in the report that it hangs on the view."""
    pya.Macro(deck).run()
    settle()
    report = view.rdb(view.num_rdbs() - 1)
    return {str(each.name()): each.num_items() for each in report.each_category() if each.num_items()}


def picture(window, path):
    """A window's picture."""
    window.grab().save(path)


def found(arguments):
    """What there is; with a `layout` also what its `deck` and its `view25` show, with pictures in `pictures`."""
    window = pya.MainWindow.instance()
    told = {
        "technologies": sorted(str(name) for name in pya.Technology.technology_names()),
        "units": {name: pya.Technology.technology_by_name(name).dbu for name in pya.Technology.technology_names()},
        "decks": titles(window.menu(), "tools_menu.drc"),
        "views": titles(window.menu(), "tools_menu.d25"),
        "messages": [str(each.text) for each in pya.QApplication.topLevelWidgets() if type(each) is pya.QMessageBox],
        "imported": "bumpgen" in sys.modules,
        "pips": [name for name in sys.modules if name.startswith("klayout")],
    }
    if "layout" in arguments:
        for each in pya.QApplication.topLevelWidgets():
            if type(each) is pya.QMessageBox:
                each.close()
        window.resize(1280, 800)
        window.load_layout(arguments["layout"], arguments["technology"], 1)
        view = window.current_view()
        view.max_hier()
        settle()
        if "deck" in arguments:
            told["marks"] = marks(view, arguments["deck"])
            told["windows"] = list(windows())
            for title, each in windows().items():
                if "Marker" in title:
                    picture(each, f"{arguments['pictures']}/markers.png")
        if "view25" in arguments:
            pya.Macro(arguments["view25"]).run()
            settle(2)
            told["windows"] = list(windows())
            for title, each in windows().items():
                if "2.5" in title:
                    each.resize(900, 700)
                    settle(1)
                    picture(each, f"{arguments['pictures']}/view25.png")
        picture(window, f"{arguments['pictures']}/window.png")
    return told
