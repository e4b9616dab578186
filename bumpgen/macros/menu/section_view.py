"""The process along a cut: a dialog with a picture of each step and a slider."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pya

from bumpgen.macros.menu.worker import Refused, Worker

__all__ = ["SectionDialog", "show"]

_shown: list[Any] = []


class SectionDialog(pya.QDialog):  # type: ignore[misc]  # pya is untyped
    """Pictures of a process's steps, one at a time, by a slider."""

    def __init__(self, pictures: list[Any]):
        super().__init__(pya.MainWindow.instance())
        self.windowTitle = "Section along the ruler"
        self.pictures = pictures
        down = pya.QVBoxLayout(self)
        self.label = pya.QLabel(self)
        self.slider = pya.QSlider(pya.Qt.Horizontal, self)
        self.slider.setRange(0, len(pictures) - 1)
        self.slider.toolTip = "The steps of the process"
        self.slider.valueChanged(self.turn)
        save = pya.QPushButton("Save this picture…", self)
        save.clicked(self.save)
        for widget in (self.label, self.slider, save):
            down.addWidget(widget)
        self.slider.setValue(len(pictures) - 1)
        self.turn(len(pictures) - 1)

    def turn(self, number: int) -> None:
        """Show the picture of a step."""
        self.label.setPixmap(self.pictures[number])

    def save(self) -> None:
        """Ask where to, and write the picture that is shown."""
        chosen = pya.QFileDialog.getSaveFileName(self, "Save this picture", "section.png", "PNG (*.png)")
        if chosen:
            self.pictures[self.slider.value].save(str(chosen))


def show(worker: Worker, folder: Path, cut: str) -> SectionDialog:
    """Have every step drawn along a cut (x1,y1,x2,y2 in µm), and show them."""
    with tempfile.TemporaryDirectory() as room:
        path = Path(room) / "steps.gif"
        worker.run("Section along the ruler", "section", folder, "--cut", cut, "--all", "-o", path)
        pictures = list(_frames(path))
    if not pictures:
        raise Refused("nothing is to be seen along the ruler", cut, "draw it through a bump")
    dialog = SectionDialog(pictures)
    _shown[:] = [dialog]
    dialog.show()
    return dialog


def _frames(path: Path) -> Iterator[Any]:
    """The pictures of an animation."""
    reader = pya.QImageReader(str(path))
    while True:
        image = reader.read()
        if image.isNull():
            return
        yield pya.QPixmap.fromImage(image)
