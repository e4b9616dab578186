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


def boxes():
    """The message boxes on the screen."""
    return [each for each in pya.QApplication.topLevelWidgets() if type(each) is pya.QMessageBox]


def window(title):
    """The window on the screen with such a title."""
    return next(w for w in pya.QApplication.topLevelWidgets() if w.isVisible() and title in str(w.windowTitle))


def marks(view, deck):
    """How many places the deck finds, by rule, in the report that it hangs on the view."""
    pya.Macro(deck).run()
    settle()
    report = view.rdb(view.num_rdbs() - 1)
    return {str(each.name()): each.num_items() for each in report.each_category() if each.num_items()}


def picture(shown, path, size):
    """A window's picture at a size."""
    shown.resize(*size)
    settle(1)
    shown.grab().save(path)


def expand(name):
    """Open the tree with such a name."""
    for each in pya.QApplication.allWidgets():
        if str(each.objectName) == name:
            each.expandAll()
            each.resizeColumnToContents(0)


def found(arguments):
    """What there is; with a `layout` also what its `deck` and its `view25` show, with pictures at paths so named."""
    main = pya.MainWindow.instance()
    told = {
        "units": {str(each): pya.Technology.technology_by_name(each).dbu for each in pya.Technology.technology_names()},
        "libraries": list(pya.Library.library_names()),
        "bump": titles(main.menu(), "bump_menu"),
        "decks": titles(main.menu(), "tools_menu.drc"),
        "views": titles(main.menu(), "tools_menu.d25"),
        "messages": [str(each.text) for each in boxes()],
        "imported": "bumpgen" in sys.modules,
    }
    if "layout" not in arguments:
        return told
    for each in boxes():
        each.close()
    main.load_layout(arguments["layout"], arguments["technology"], 1)
    view = main.current_view()
    view.max_hier()
    told["layers"] = [each.name for each in view.each_layer() if each.name]
    if "deck" in arguments:
        told["marks"] = marks(view, arguments["deck"])
        expand("directory_tree")
        picture(window("Marker Database Browser"), arguments["picture"], (760, 420))
    if "view25" in arguments:
        pya.Macro(arguments["view25"]).run()
        settle(2)
        picture(window("2.5d View"), arguments["picture"], (900, 560))
    return told
