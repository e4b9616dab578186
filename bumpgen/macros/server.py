"""A small server in the application for `bumpgen show`: shows a layout and its report, keeping the view's position.

It speaks the protocol of klive: one line of JSON, {"gds": path, "keep_position": true, "lyrdb": path, "l2n": path,
"technology": name}, answered by one, {"version": …, "klayout_version": …, "type": "open" or "reload", "file": path}, or
{"type": "error", "error": text}. It listens on the loopback interface only, runs nothing it is sent, and where klive
or another KLayout has the port already, does nothing.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pya

from bumpgen.macros.settings import Settings

__all__ = ["PORT", "Server", "start"]

PORT = 8082
"""The port that klive uses; BUMPGEN_PORT in the environment names another."""
LONGEST = 65_536
"""Longer requests aren't read, bytes."""
PATIENCE = 10_000
"""A connection that says nothing for so many milliseconds is closed."""
LAYOUTS = (".gds", ".gds.gz", ".gds2", ".oas", ".oas.gz", ".oasis", ".dxf", ".cif", ".gdsii")

_kept: list[Any] = []


class _Wrong(Exception):  # noqa: N818 - it is an answer
    """A request that is not carried out, and why."""


def start(settings: Settings) -> None:
    """Listen, if there is a window to show anything in."""
    main = pya.Application.instance().main_window()
    if main is None or any(not server.closed for server in _kept):
        return
    stated = os.environ.get("BUMPGEN_PORT", "")
    server = Server(main, settings.version, int(stated) if stated.isdigit() else PORT)
    if server.listening:
        _kept[:] = [server]


class Server:
    """Listens on a port of the loopback interface."""

    def __init__(self, main: Any, version: str, port: int):
        self.version, self.connections, self.closed = version, list[_Connection](), False
        self.server = pya.QTcpServer(main)
        self.server.newConnection(self._accept)
        self.listening = bool(self.server.listen(pya.QHostAddress("127.0.0.1"), port))

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.server.serverPort())

    def close(self) -> None:
        """Listen no longer."""
        self.server.close()
        self.closed = True

    def _accept(self) -> None:
        self.connections = [each for each in self.connections if not each.done]
        while self.server.hasPendingConnections():
            self.connections.append(_Connection(self.server.nextPendingConnection(), self.version))


class _Connection:
    """One request and its answer."""

    def __init__(self, socket: Any, version: str):
        self.socket, self.version, self.text, self.done = socket, version, b"", False
        self.timer = pya.QTimer(socket)
        self.timer.setSingleShot(True)
        self.timer.timeout(self._close)
        self.timer.start(PATIENCE)
        socket.readyRead(self._read)
        self._read()

    def _read(self) -> None:
        if self.done:
            return
        self.text += bytes(self.socket.readAll())
        if self.text[:1] not in (b"", b"{"):
            self._close()  # a browser, or something else that doesn't mean this server
        elif b"\n" in self.text:
            self._answer(self.text.partition(b"\n")[0])
        elif len(self.text) > LONGEST:
            self._close()

    def _answer(self, line: bytes) -> None:
        self.done = True
        self.timer.stop()
        facts = {"version": self.version, "klayout_version": pya.Application.instance().version().split()[-1]}
        try:
            facts |= _alone(_request(line))
        except _Wrong as wrong:
            facts |= {"type": "error", "error": str(wrong)}
        except Exception as error:  # noqa: BLE001 - KLayout's readers raise all kinds; the sender is told
            facts |= {"type": "error", "error": f"{type(error).__name__}: {error}"}
        self.socket.write(json.dumps(facts).encode() + b"\n")
        self.socket.flush()
        self.socket.disconnectFromHost()

    def _close(self) -> None:
        self.done = True
        self.timer.stop()
        self.socket.abort()


def _request(line: bytes) -> dict[str, Any]:
    """What is asked for: files that are there, and nothing else."""
    try:
        asked = json.loads(line)
    except ValueError:
        raise _Wrong("the request is no JSON") from None
    if not isinstance(asked, dict) or not isinstance(asked.get("gds"), str):
        raise _Wrong('the request names no layout: {"gds": "/path/of/a/layout.gds"}')
    for key, endings in (("gds", LAYOUTS), ("lyrdb", (".lyrdb",)), ("l2n", (".l2n", ".lvsdb"))):
        value = asked.get(key)
        if value is None:
            continue
        if not isinstance(value, str) or not Path(value).is_absolute() or not Path(value).is_file():
            raise _Wrong(f"{key} = {value!r} is no file by its whole path")
        if not value.lower().endswith(endings):
            raise _Wrong(f"{key} = {value!r} doesn't end in {' or '.join(endings[:3])}")
    technology = asked.get("technology")
    if technology is not None and technology not in pya.Technology.technology_names():
        raise _Wrong(f"KLayout has no technology {technology!r}; it has {', '.join(pya.Technology.technology_names())}")
    return asked


_at_work: list[str] = []


def _alone(asked: dict[str, Any]) -> dict[str, Any]:
    """Show it, unless something is being shown, or an action of the menu is under way."""
    menu = sys.modules.get("bumpgen.macros.menu")
    if _at_work or (menu is not None and menu.busy()):
        raise _Wrong("KLayout is busy; try again when it is done")
    _at_work.append(asked["gds"])
    try:
        return show(asked)
    finally:
        _at_work.clear()


def show(asked: dict[str, Any]) -> dict[str, Any]:
    """Show the layout and its reports; whether it was opened or reloaded."""
    path = asked["gds"]
    found = _shown(path)
    kind = "open" if found is None else "reload"
    view, index = _opened(path, asked) if found is None else _reloaded(*found, path)
    if asked.get("lyrdb"):
        _browse(view, index, asked["lyrdb"])
    if asked.get("l2n"):
        database = pya.LayoutToNetlist()
        database.read(asked["l2n"])
        view.show_l2ndb(view.add_l2ndb(database), index)
    pya.MainWindow.instance().message(f"bumpgen: {path}", 5000)
    return {"type": kind, "file": path}


def _shown(path: str) -> tuple[Any, int] | None:
    """The view, and the layout in it, that shows a file already."""
    main = pya.MainWindow.instance()
    for number in range(main.views()):
        view = main.view(number)
        for index in range(view.cellviews()):
            name = view.cellview(index).filename()
            if name and os.path.realpath(name) == os.path.realpath(path):
                main.select_view(number)
                return view, index
    return None


def _reloaded(view: Any, index: int, path: str) -> tuple[Any, int]:
    """The file read again, seen as before; what somebody changed and didn't save isn't thrown away."""
    if view.cellview(index).is_dirty():
        raise _Wrong(f"{path} has changes in KLayout that aren't saved; save or discard them first")
    box, levels = view.box(), (view.min_hier_levels, view.max_hier_levels)
    view.reload_layout(index)
    cellview = view.cellview(index)
    if cellview.cell is None and cellview.layout().top_cells():
        cellview.cell = cellview.layout().top_cells()[0]
    view.min_hier_levels, view.max_hier_levels = levels
    view.zoom_box(box)
    return view, index


def _opened(path: str, asked: dict[str, Any]) -> tuple[Any, int]:
    """The file in a view of its own, at the place of the view before it, if that is asked for."""
    main = pya.MainWindow.instance()
    before = main.current_view().box() if main.current_view() is not None else None
    cellview = main.load_layout(path, asked.get("technology") or "", 1)
    view = cellview.view()
    view.max_hier()
    if asked.get("keep_position") and before is not None and before.touches(cellview.cell.dbbox()):
        view.zoom_box(before)
    else:
        view.zoom_fit()
    return view, cellview.index()


def _browse(view: Any, index: int, path: str) -> None:
    """A report in the marker browser, in place of the one of the same name."""
    name = Path(path).stem
    for number in reversed(range(view.num_rdbs())):
        if view.rdb(number).name == name:
            view.remove_rdb(number)
    number = view.create_rdb(name)
    database = view.rdb(number)
    database.load(path)
    database.name = name
    view.show_rdb(number, index)
