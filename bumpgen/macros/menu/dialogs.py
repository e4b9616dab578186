"""Questions and answers: forms made from lists of fields, tables to edit, messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pya

from bumpgen.macros.menu.worker import Refused

YES = 0x4000
"""QMessageBox::Yes."""

__all__ = ["Field", "ask", "edit_table", "form", "path_of", "tell"]


@dataclass(frozen=True)
class Field:
    """One line of a form. `kind`: text, number (µm), count, choice, check, file, save, folder."""

    key: str
    label: str
    kind: str = "text"
    value: Any = ""
    tip: str = ""
    choices: tuple[str, ...] = ()


def form(title: str, fields: Sequence[Field], note: str = "") -> dict[str, Any] | None:
    """Show a form; the answers by key, or None where it was closed."""
    dialog = pya.QDialog(pya.MainWindow.instance())
    dialog.windowTitle = title
    rows = pya.QFormLayout(dialog)
    if note:
        text = pya.QLabel(note, dialog)
        text.setWordWrap(True)
        rows.addRow(text)
    inputs = {field.key: _input(field, dialog) for field in fields}
    for field in fields:
        rows.addRow(field.label, _with_browse(field, inputs[field.key], dialog))
    rows.addRow(_buttons(dialog))
    _open_forms.append((dialog, inputs))
    try:
        accepted = dialog.exec_() == 1
    finally:
        _open_forms.pop()
    return {field.key: _answer(field, inputs[field.key]) for field in fields} if accepted else None


_open_forms: list[tuple[Any, dict[str, Any]]] = []
"""Forms on the screen with their inputs, the last one on top."""


def _buttons(dialog: Any) -> Any:
    buttons = pya.QDialogButtonBox(dialog)
    buttons.setStandardButtons(pya.QDialogButtonBox.Ok | pya.QDialogButtonBox.Cancel)
    buttons.accepted(dialog.accept)
    buttons.rejected(dialog.reject)
    return buttons


def _input(field: Field, dialog: Any) -> Any:
    found = _INPUTS[field.kind](field, dialog)
    found.objectName = field.key
    found.toolTip = field.tip
    return found


def _text(field: Field, dialog: Any) -> Any:
    line = pya.QLineEdit(dialog)
    line.text = str(field.value)
    return line


def _number(field: Field, dialog: Any) -> Any:
    box = pya.QDoubleSpinBox(dialog)
    box.setDecimals(3)
    box.setRange(-1e6, 1e6)
    box.suffix = " µm"
    box.setValue(float(field.value))
    return box


def _count(field: Field, dialog: Any) -> Any:
    box = pya.QSpinBox(dialog)
    box.setRange(1, 100_000)
    box.setValue(int(field.value))
    return box


def _choice(field: Field, dialog: Any) -> Any:
    box = pya.QComboBox(dialog)
    box.addItems(list(field.choices))
    if field.value in field.choices:
        box.setCurrentIndex(field.choices.index(field.value))
    return box


def _check(field: Field, dialog: Any) -> Any:
    box = pya.QCheckBox(dialog)
    box.checked = bool(field.value)
    return box


_INPUTS = {
    "text": _text, "number": _number, "count": _count, "choice": _choice, "check": _check,
    "file": _text, "save": _text, "folder": _text,
}  # fmt: skip


def _answer(field: Field, widget: Any) -> Any:
    if field.kind in ("number", "count"):
        return widget.value
    if field.kind == "choice":
        return widget.currentText
    return widget.checked if field.kind == "check" else widget.text.strip()


def _with_browse(field: Field, line: Any, dialog: Any) -> Any:
    """A path's line with a button that asks for it."""
    if field.kind not in ("file", "save", "folder"):
        return line
    row = pya.QWidget(dialog)
    across = pya.QHBoxLayout(row)
    across.setContentsMargins(0, 0, 0, 0)
    button = pya.QPushButton("…", row)
    across.addWidget(line)
    across.addWidget(button)

    def browse() -> None:
        chosen = _browsed(field, line.text, dialog)
        if chosen:
            line.text = chosen

    button.clicked(browse)
    return row


def _browsed(field: Field, start: str, dialog: Any) -> str:
    if field.kind == "folder":
        return str(pya.QFileDialog.getExistingDirectory(dialog, field.label, start))
    ask_for = pya.QFileDialog.getSaveFileName if field.kind == "save" else pya.QFileDialog.getOpenFileName
    return str(ask_for(dialog, field.label, start, "All files (*)"))


def path_of(text: str, what: str) -> Path:
    """The path that was written in a form."""
    if not text:
        raise Refused(f"{what} is not named", "", "write its path, or choose it with the button beside")
    return Path(text).expanduser().absolute()


def edit_table(
    title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], note: str = ""
) -> list[list[str]] | None:
    """Show a table whose cells can be changed; all cells afterwards, or None where it was closed."""
    dialog = pya.QDialog(pya.MainWindow.instance())
    dialog.windowTitle = title
    down = pya.QVBoxLayout(dialog)
    down.addWidget(pya.QLabel(note or f"{len(rows)} rows", dialog))
    table = pya.QTableWidget(len(rows), len(heads), dialog)
    table.setHorizontalHeaderLabels(list(heads))
    for i, row in enumerate(rows):
        for j, text in enumerate(row):
            table.setItem(i, j, pya.QTableWidgetItem(text))
    down.addWidget(table)
    down.addWidget(_buttons(dialog))
    dialog.resize(640, 560)
    _open_forms.append((dialog, {"table": table}))
    try:
        accepted = dialog.exec_() == 1
    finally:
        _open_forms.pop()
    return [[table.item(i, j).text.strip() for j in range(len(heads))] for i in range(len(rows))] if accepted else None


def tell(text: str, wrong: bool = True) -> None:
    """Show a message and wait until it is read."""
    box = pya.QMessageBox(pya.MainWindow.instance())
    box.windowTitle = "bumpgen"
    box.setIcon(pya.QMessageBox.Warning if wrong else pya.QMessageBox.Information)
    box.text = text
    _open_forms.append((box, {}))
    try:
        box.exec_()
    finally:
        _open_forms.pop()


def ask(text: str) -> bool:
    """A question with Yes and No."""
    box = pya.QMessageBox(pya.MainWindow.instance())
    box.windowTitle = "bumpgen"
    box.setIcon(pya.QMessageBox.Question)
    box.objectName = "question"
    box.text = text
    box.setStandardButtons(pya.QMessageBox.Yes | pya.QMessageBox.No)
    _open_forms.append((box, {}))
    try:
        return int(box.exec_()) == YES
    finally:
        _open_forms.pop()
