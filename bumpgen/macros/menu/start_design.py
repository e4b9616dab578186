"""New from this die, Open design: from the layout that is open to a design in the same view."""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pya

from bumpgen.macros.menu import dialogs
from bumpgen.macros.menu.dialogs import Field
from bumpgen.macros.menu.session import Session, open_session, opened
from bumpgen.macros.menu.worker import Cancelled, Refused, Worker

__all__ = ["new_design", "new_from_die", "open_design"]

NONE = "(none: the top cell's box)"


def open_design(worker: Worker) -> None:
    """Ask for a design's folder and open it in a view of its own."""
    _refuse_viewer()
    found = dialogs.form("Open design", [Field("folder", "Folder", "folder", tip="A folder with a design.toml")])
    if found is None:
        raise Cancelled
    folder = dialogs.path_of(found["folder"], "a design's folder")
    if opened(folder.parent if folder.is_file() else folder) is None:
        open_session(worker, folder)


def _refuse_viewer() -> None:
    """KLayout only looks at layouts until it is told to edit them."""
    if not pya.Application.instance().is_editable():
        raise Refused(
            "KLayout is in viewer mode, in which no layout can be changed", "",
            "start it with `klayout -e`, or set it in File, Setup, Application, Editing Mode, and start again",
        )  # fmt: skip


def new_from_die(worker: Worker) -> None:
    """Ask which layers of the open layout hold what, show the pads that were found to be edited, make the design."""
    _refuse_viewer()
    view = pya.MainWindow.instance().current_view()
    if view is None or not view.active_cellview().is_valid():
        raise Refused("no layout is open", "", "open the chip's layout first: File, Open")
    layers = _layers(view.active_cellview())
    if not layers:
        raise Refused("the open layout is empty", "", "open the chip's layout")
    processes = worker.processes()
    technology = view.active_cellview().technology
    if view.active_cellview().is_dirty() and not dialogs.ask(
        "This layout has changes that aren't saved. They stay, but KLayout forgets how to undo them. Go on?"
    ):
        raise Cancelled
    asked = dialogs.form("New design from this die", _questions(layers, processes, technology, view.active_cellview()))
    if asked is None:
        raise Cancelled
    new_design(worker, asked, dialogs.edit_table)


def _questions(layers: list[str], processes: list[str], technology: str, cellview: Any) -> list[Field]:
    """What has to be known of a die."""
    usual = technology if technology in processes else processes[0]
    home = Path(cellview.filename()).parent if cellview.filename() else Path.home()
    offered = (NONE, *layers)
    return [
        Field("folder", "Folder of the new design", "save", str(home / "my_chip"), "Its name is the design's name"),
        Field("process", "Process", "choice", usual, "How the die is to be bumped", tuple(processes)),
        Field("opening", "Passivation openings", "choice", layers[0], "Polygons: each is a pad", tuple(layers)),
        Field("text", "Texts", "choice", layers[-1], "The text inside an opening is its net", tuple(layers)),
        Field("die", "Outline of the die", "choice", NONE, "Its lower left corner becomes 0, 0", offered),
    ]


def _layers(cellview: Any) -> list[str]:
    """The layers on which something is drawn, as LAYER/DATATYPE."""
    layout, cell = cellview.layout(), cellview.cell
    if cell is None:
        return []
    infos = [(layout.get_info(index), index) for index in layout.layer_indexes()]
    numbered = [(info, index) for info, index in infos if info.layer >= 0]  # named ones have no number
    drawn = [info for info, index in numbered if not pya.RecursiveShapeIterator(layout, cell, index).at_end()]
    return [f"{info.layer}/{info.datatype}" for info in sorted(drawn, key=lambda i: (i.layer, i.datatype))]


def new_design(worker: Worker, asked: dict[str, Any], edit: Any) -> Session:
    """Make the design of the open die. `asked` has folder, process, opening, text, die; `edit` lets pads be edited."""
    view = pya.MainWindow.instance().current_view()
    cellview = view.active_cellview()
    die = [] if asked["die"] == NONE else ["--die-layer", asked["die"]]
    where = ["--opening-layer", asked["opening"], "--text-layer", asked["text"], *die]
    folder = dialogs.path_of(asked["folder"], "the new design's folder")
    with tempfile.TemporaryDirectory() as room:
        gds = Path(room) / f"{cellview.layout().top_cell().name if cellview.cell is None else cellview.cell.name}.gds"
        _write(cellview, gds)
        text = worker.run("Find the pads", "pads", gds, *where, report=False)
        rows = list(csv.reader(io.StringIO(text)))
        edited = edit(
            "Pads found on this die", rows[0], rows[1:], f"{len(rows) - 1} pads; nets and names can be edited"
        )
        if edited is None:
            raise Cancelled
        with _gone_unless_done(folder):
            make = ("new", folder, "--pdk", asked["process"], "--from-gds", gds, *where)
            worker.run("Make the design", *make, report=False)
            if edited != rows[1:]:
                _put_pads(folder / "pads.csv", [rows[0], *edited])
            session = open_session(worker, folder, beside=view)
    _align(view, cellview, asked, session)
    return session


@contextmanager
def _gone_unless_done(folder: Path) -> Iterator[None]:
    """Take away what was made of a new design's folder where making or drawing it fails or is cancelled."""
    if folder.exists():
        yield  # refused, or an empty one that is the user's
        return
    try:
        yield
    except Exception:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _write(cellview: Any, path: Path) -> None:
    """The die as it is shown, changed or not, for the worker."""
    options = pya.SaveLayoutOptions()
    options.format = "GDS2"
    options.select_cell(cellview.cell.cell_index())
    cellview.layout().write(str(path), options)


def _put_pads(path: Path, rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    part = path.with_name(f".{path.name}.part")
    part.write_text(text.getvalue(), encoding="utf-8")
    part.replace(path)


def _align(view: Any, die: Any, asked: dict[str, Any], session: Session) -> None:
    """Show the die's layers where the design has them, if its corner isn't at 0, 0; the die itself isn't touched."""
    if asked["die"] == NONE:
        box = die.cell.dbbox()
    else:
        number, datatype = map(int, asked["die"].split("/"))
        box = die.cell.dbbox_per_layer(die.layout().layer(number, datatype))
    if box.left == 0 and box.bottom == 0:
        return
    view.transaction("bumpgen: die")
    for node in view.each_layer():
        if node.source_cellview == die.index():
            node.trans = [pya.DCplxTrans(1.0, 0.0, False, -box.left, -box.bottom)]
    view.commit()
    session.view.zoom_fit()
