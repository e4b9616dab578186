"""Triggering the menu Bump's actions and answering their dialogs; imported by scripts that run in the application."""

import sys
import time
from pathlib import Path

import pya

from bumpgen.macros.menu import dialogs

ACCEPT = 1
told = []
asked = []
_pilots = []


class Pilot:
    """Answers dialogs as they come up: one answer each, in order; a message that nobody expects is noted and closed."""

    def __init__(self):
        self.answers = []
        self.timer = pya.QTimer(pya.MainWindow.instance())
        self.timer.timeout(self.look)
        self.timer.start(50)

        _pilots[:] = [self]

    def look(self):
        if not dialogs._open_forms:
            return
        dialog, inputs = dialogs._open_forms[-1]
        if not inputs:
            (asked if dialog.objectName == "question" else told).append(dialog.text)
            dialog.done(0x4000)
        elif self.answers:
            try:
                self.answers.pop(0)(dialog, inputs)
            except Exception as error:  # noqa: BLE001 - it is told
                told.append(f"not answered: {error}")
                dialog.done(0)


def fill(**values):
    def answer(dialog, inputs):
        for key, value in values.items():
            put(inputs[key], value)
        dialog.done(ACCEPT)

    return answer


def put(widget, value):
    if isinstance(widget, pya.QComboBox):
        names = [widget.itemText(i) for i in range(widget.count)]
        widget.setCurrentIndex(names.index(value))
    elif isinstance(widget, pya.QLineEdit):
        widget.text = str(value)
    elif isinstance(widget, pya.QCheckBox):
        widget.checked = value
    else:
        widget.setValue(value)


def accept(dialog, _inputs):
    dialog.done(ACCEPT)


def trigger(name, *answers):
    sys.stderr.write(f"{name} {told}\n")
    pilot = _pilots[-1]
    pilot.answers = list(answers)
    pya.MainWindow.instance().menu().action(f"bump_menu.{name}").trigger()
    assert not pilot.answers, f"{name}: {len(pilot.answers)} dialogs didn't come"


def geometry(layout):
    """Area by layer, and a copy to compare with."""
    copy = pya.Layout()
    copy.dbu = layout.dbu
    copy.create_cell("TOP").copy_tree(layout.top_cell())
    return copy


def difference(one, two):
    """Area (database units) on which two layouts differ."""
    infos = {(i.layer, i.datatype) for each in (one, two) for i in each.layer_infos()}
    area = 0
    for info in infos:
        regions = [pya.Region(each.top_cell().begin_shapes_rec(each.layer(*info))) for each in (one, two)]
        area += (regions[0] ^ regions[1]).area()
    return area


def undo():
    press("undo")


def redo():
    press("redo")


def press(name):
    """As its key does, and let the application do what that led to."""
    pya.MainWindow.instance().menu().action(f"edit_menu.{name}").trigger()
    for _ in range(3):
        pya.QApplication.processEvents()
        time.sleep(0.01)


def shot(name, arguments):
    for _ in range(20):
        pya.QApplication.processEvents()
        time.sleep(0.01)
    pya.MainWindow.instance().grab().save(str(Path(arguments["out"]) / f"{name}.png"))
