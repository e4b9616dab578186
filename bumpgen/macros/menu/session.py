"""A design folder and the layout that shows it, kept in step through changes, undo and redo."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pya

from bumpgen.macros.menu import dialogs
from bumpgen.macros.menu.files import Files
from bumpgen.macros.menu.redraw import contents, redraw
from bumpgen.macros.menu.worker import Cancelled, Refused, Worker

__all__ = ["Session", "active_session", "add_layer", "follow", "open_session", "opened"]

PROPERTY = "bumpgen"
"""Of one shape of the drawn layout: which state of the design's files it shows. Undo takes it back with the drawing."""

_sessions: list[Session] = []


class Session:
    """A design that is open in a view: its folder, its own layout there, and the states its files had."""

    def __init__(self, worker: Worker, view: Any, cellview: Any, folder: Path):
        self.worker, self.view, self.cellview, self.folder = worker, view, cellview, folder
        self.files = Files(folder)
        self.markers: list[Any] = []
        self.ghost: Any = None
        self._drawn: dict[str, Counter[str]] = {}

    @property
    def layout(self) -> Any:
        """The layout that shows the design."""
        return self.cellview.layout()

    @property
    def alive(self) -> bool:
        """Whether its view and its layout are still open."""
        if self.view._destroyed():
            return False
        return bool(self.cellview.is_valid()) and self.cellview.view() is not None

    def facts(self) -> dict[str, Any]:
        """The design's pads, bumps, nets and layers."""
        found: dict[str, Any] = self.worker.run("Read the design", "bumps", "list", self.folder)
        self.files.reads(found["files"])
        return found

    def shown(self) -> str:
        """The digest of the state that the layout shows; "" where it shows none."""
        return next((str(found) for _, found in self._marked()), "")

    def _marked(self) -> Iterator[tuple[Any, Any]]:
        """The shape or instance that says which state is shown."""
        for top in self.layout.top_cells()[:1]:
            for one in _contained(self.layout, top):
                if state := one.property(PROPERTY):
                    yield one, state

    def settle(self) -> None:
        """Bring the folder to the state that the layout shows, after undo and redo; ask where others changed it."""
        if not (self.folder / "design.toml").is_file():
            raise Refused("the design is gone", str(self.folder), "put it back, or open it where it is now")
        if self.followed():
            return
        if dialogs.ask(f"The files in {self.folder} were changed outside KLayout. Draw them now?"):
            self.draw("Read changed files")
        else:
            raise Refused("the design's files and the layout differ", str(self.folder), "draw them, or undo the change")

    def followed(self) -> bool:
        """Put the files to the state that is shown, if both states are known; whether files and layout agree then."""
        shown, (there, _) = self.shown(), self.files.look()
        if shown in ("", there):
            return True
        if there not in self.files.states or shown not in self.files.states:
            return False
        self.files.restore(shown)
        pya.MainWindow.instance().message("The design's files follow the layout", 5000)
        return True

    def change(self, title: str, *command: Any, keeps: bool = False) -> Any:
        """Change the design by a command, and the drawing with it: both, or neither. What the command answers.

        Asks before anything drawn by hand goes, unless the command `keeps` it.
        """
        self.settle()
        self._ask_for_drawn(keeps)
        before = self.files.note()
        try:
            found = self.worker.run(title, *command)
            self.files.made_since(before)
            self.draw(title)
        except Exception:
            self.files.made_since(before)
            self.files.restore(before)
            raise
        return found

    def _ask_for_drawn(self, keeps: bool) -> None:
        """What was drawn by hand into the design's layout isn't in its files: a new drawing would be without it."""
        known = self._drawn.get(self.shown())
        top = self.layout.top_cells()
        if known is None or not top:
            return
        extra = contents(self.layout, top[0]) - known
        kept = sum(count for text, count in extra.items() if "path" in text) if keeps else 0
        count = sum(extra.values()) - kept
        if count > 0 and not dialogs.ask(
            f"{count} shapes or cells drawn by hand are not part of the design and go. Go on?\n\n"
            "Paths on a wire layer are kept by: Bump, Assign and route, Keep drawn wires"
        ):
            raise Cancelled

    def draw(self, title: str) -> None:
        """Draw the folder as it is: one step to undo."""
        with tempfile.TemporaryDirectory() as room:
            built = self.worker.run(title, "build", self.folder, "-o", room, "-f", "gds")
            drawn = pya.Layout()
            drawn.read(str(Path(room) / f"{built['design']}.gds"))
        self.files.reads(built["inputs"])
        self._show(title, drawn, self.files.note())

    def _show(self, title: str, drawn: Any, state: str) -> None:
        """Put what was drawn in the place of what the layout shows; nothing, where that fails half-way."""
        self.clear_markers()
        self.view.transaction(f"bumpgen: {title}")
        done = False
        try:
            target = redraw(self.layout, drawn)
            self._mark(target, state)
            done = True
        finally:
            self.view.commit()
            if not done:
                pya.MainWindow.instance().call_menu("cm_undo")
        self._drawn[state] = contents(self.layout, target)
        self.cellview.cell = target
        self.view.max_hier()

    def _mark(self, top: Any, state: str) -> None:
        """Note in the drawing which state it shows, and no longer which one it showed."""
        for one, before in list(self._marked()):
            if before != state:
                one.set_property(PROPERTY, None)
        for one in _contained(self.layout, top):
            one.set_property(PROPERTY, state)
            return

    def clear_markers(self) -> None:
        """Take away the colours of nets."""
        for marker in self.markers:
            marker._destroy()
        self.markers = []


def _contained(layout: Any, cell: Any) -> Iterator[Any]:
    """The shapes and the instances of a cell."""
    for index in layout.layer_indexes():
        yield from cell.shapes(index).each()
    yield from cell.each_inst()


def open_session(worker: Worker, folder: Path, beside: Any = None) -> Session:
    """Open a design's folder: in the view `beside` over what it shows, or in a view of its own."""
    main = pya.MainWindow.instance()
    facts = worker.run("Read the design", "bumps", "list", folder)
    known = facts["process"] in pya.Technology.technology_names()
    technology = facts["process"] if known else ""
    if beside is None:
        main.create_layout(technology, 1)
        view, index = main.current_view(), main.current_view().active_cellview().index()
    else:
        view = beside
        index = view.create_layout(technology, True, False)
    cellview = view.cellview(index)
    cellview.name = facts["name"]
    cellview.layout().dbu = facts["database_um"]
    session = Session(worker, view, cellview, Path(facts["folder"]).resolve())
    try:
        session.draw("Open the design")
    except Exception:
        if beside is not None:
            view.erase_cellview(index)
        else:
            main.close_current_view()
        raise
    _add_layers(view, cellview.index(), facts)
    view.zoom_fit()
    _sessions.append(session)
    return session


def _add_layers(view: Any, index: int, facts: dict[str, Any]) -> None:
    """The design's layers in the list, in the process's colours, where they aren't there yet."""
    nodes = [node for node in view.each_layer() if node.source_cellview == index]
    shown = {(node.source_layer, node.source_datatype) for node in nodes}
    view.transaction("bumpgen: layers")  # outside of one, KLayout forgets what could be undone
    for name, layer in facts["layers"].items():
        number, datatype = layer["gds"]
        if (number, datatype) not in shown:
            add_layer(view, f"{number}/{datatype}@{index + 1}", f"{name} {number}/{datatype}", layer)
    view.commit()


FILLS = {"metal": 5, "opening": 1, "body": 2, "area": 1, "text": 1}
"""KLayout's numbers of fill patterns, by what a layer's polygons mean."""


def add_layer(view: Any, source: str, name: str, layer: dict[str, Any]) -> None:
    """A line in the list of layers, in the layer's colour."""
    node = pya.LayerPropertiesNode()
    node.source = source
    node.name = name
    node.fill_color = node.frame_color = int(layer["color"][1:], 16)
    node.dither_pattern = FILLS[layer.get("meaning", "area")]
    node.visible = layer.get("meaning") != "text"
    view.insert_layer(view.end_layers(), node)


def follow() -> None:
    """Bring the folders of the designs in the current view to what is shown, where nothing else changed them."""
    for session in _in_current_view():
        if (session.folder / "design.toml").is_file():
            session.followed()


def _in_current_view() -> list[Session]:
    """The designs that are open in the current view, the last one first."""
    main = pya.MainWindow.instance()
    _sessions[:] = [session for session in _sessions if session.alive]
    return [session for session in reversed(_sessions) if main.index_of(session.view) == main.current_view_index]


def opened(folder: Path) -> Session | None:
    """The design of this folder that is open already, its view brought to the front."""
    main = pya.MainWindow.instance()
    for session in _sessions:
        if session.alive and session.folder == folder.resolve():
            main.select_view(main.index_of(session.view))
            session.settle()
            return session
    return None


def active_session() -> Session:
    """The design of the current view; Refused where there is none."""
    view = pya.MainWindow.instance().current_view()
    if view is None:
        raise Refused("no layout is open", "", "open the chip's layout, or a design: Bump, Open design")
    here = _in_current_view()
    active = [session for session in here if session.cellview.index() == view.active_cellview().index()]
    for session in (*active, *here):
        return session
    raise Refused(
        "this layout shows no design", "", "make one (Bump, New from this die) or open one (Bump, Open design)"
    )
