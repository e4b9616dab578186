"""What the menu does with an open design: bumps, wires, checks, sections, masks, its ghost."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pya

from bumpgen.macros.menu import dialogs, section_view
from bumpgen.macros.menu.dialogs import Field
from bumpgen.macros.menu.selection import selected_bare, selected_nets
from bumpgen.macros.menu.session import active_session, add_layer
from bumpgen.macros.menu.worker import Cancelled, Refused, Worker

__all__ = [
    "assign", "bumps_on_pads", "check", "colour_nets", "edit_bumps", "ghost", "import_bumps", "keep_drawn", "masks",
    "place_bumps", "remove_wires", "renumber", "route_all", "route_selected", "section",
]  # fmt: skip

MOST_COLOURED = 3000
"""More pads and bumps aren't coloured by net: their markers would make the window slow."""


def _asked(title: str, fields: list[Field], note: str = "") -> dict[str, Any]:
    found = dialogs.form(title, fields, note)
    if found is None:
        raise Cancelled
    return found


CORNERS = ("top_left", "top_right", "bottom_left", "bottom_right")


def place_bumps(_worker: Worker) -> None:
    """A lattice of bumps, centred on the die."""
    session = active_session()
    found = _asked("Place bumps", [
        Field("columns", "Columns", "count", 6), Field("rows", "Rows", "count", 6),
        Field("pitch", "Pitch", "number", 500, "From bump to bump along x"),
        Field("pitch_y", "Pitch of rows", "number", 0, "From row to row; 0 for the same"),
        Field("pattern", "Pattern", "choice", "grid", "", ("grid", "staggered", "rings")),
        Field("rings", "Rings", "count", 1, "Outer rings of pattern rings"),
        Field("a1", "Corner of A1", "choice", "top_left", "Seen with the bumps up", CORNERS),
        Field("letters", "Letters name", "choice", "rows", "", ("rows", "columns")),
        Field("add", "Keep the present bumps", "check", False),
    ])  # fmt: skip
    more = ["--add"] if found.pop("add") else []
    if not found["pitch_y"]:
        del found["pitch_y"]
    options = [part for key, value in found.items() for part in (f"--{key.replace('_', '-')}", value)]
    session.change("Place bumps", "bumps", "place", session.folder, *options, *more)


def bumps_on_pads(_worker: Worker) -> None:
    """A bump on each pad, in place of the present ones: for processes that draw no wires."""
    session = active_session()
    session.change("One bump on each pad", "bumps", "on-pads", session.folder)


def renumber(_worker: Worker) -> None:
    """Names by place."""
    session = active_session()
    found = _asked("Renumber bumps", [
        Field("a1", "Corner of A1", "choice", "top_left", "", CORNERS),
        Field("letters", "Letters name", "choice", "rows", "", ("rows", "columns")),
        Field("view", "Seen", "choice", "bumps_up", "Which side the corner is told of", ("bumps_up", "bumps_down")),
    ])  # fmt: skip
    options = [part for key, value in found.items() for part in (f"--{key}", value)]
    session.change("Renumber bumps", "bumps", "renumber", session.folder, *options)


def import_bumps(_worker: Worker) -> None:
    """The bump map of a table; nothing about it is guessed."""
    session = active_session()
    found = _asked("Import a bump map", [
        Field("file", "Table (.csv, .xlsx)", "file"),
        Field("unit", "Unit", "choice", "um", "", ("um", "nm", "mm", "mil", "inch")),
        Field("view", "View", "choice", "bumps_up", "How the table is looked at",
              ("bumps_up", "bumps_down", "wafer", "mask")),
        Field("columns", "Columns", "text", "name=name,x=x_um,y=y_um,net=net", "What is in which column of the table"),
    ])  # fmt: skip
    options = [part for key in ("unit", "view", "columns") for part in (f"--{key}", found[key])]
    session.change(
        "Import a bump map", "bumps", "import", session.folder, dialogs.path_of(found["file"], "the table"), *options
    )


def edit_bumps(_worker: Worker) -> None:
    """The bump map as a table to edit."""
    session = active_session()
    session.settle()
    heads = ["name", "x_um", "y_um", "net", "kind"]
    bumps = session.facts()["bumps"]
    rows = [[b["name"], f"{b['x']:.12g}", f"{b['y']:.12g}", b["net"], b["kind"]] for b in bumps]
    found = dialogs.edit_table("Bump map", heads, rows, f"{len(rows)} bumps; µm, seen with the bumps up")
    if found is None or found == rows:
        raise Cancelled
    with tempfile.TemporaryDirectory() as room:
        path = Path(room) / "edited.csv"
        path.write_text("\n".join(",".join(_quoted(text) for text in row) for row in [heads, *found]) + "\n", "utf-8")
        kinds = ",kind=kind" if any(row[4] for row in found) else ""
        columns = f"name=name,x=x_um,y=y_um,net=net{kinds}"
        options = ("--unit", "um", "--view", "bumps_up", "--columns", columns)
        session.change("Edit the bump map", "bumps", "import", session.folder, path, *options)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in ',"\n') else text


def assign(_worker: Worker) -> None:
    """Nets for bumps that have none: for all, or those of selected pads and for selected bumps only."""
    session = active_session()
    options = selected_bare(session) if session.view.has_object_selection() else []
    told = session.change("Assign nets", "bumps", "assign", session.folder, *options)["told"]
    given = [line for line in told if ": " in line]
    left = "".join(f"\n{line}" for line in told if ": " not in line)
    dialogs.tell(f"{len(given)} bumps got a net:\n" + "\n".join(given[:30]) + left, wrong=False)


def route_all(_worker: Worker) -> None:
    """All nets; what is drawn by hand stays."""
    session = active_session()
    _tell_open(session.change("Route all nets", "wires", "route", session.folder))


def route_selected(_worker: Worker) -> None:
    """The nets of selected pads, bumps, wires."""
    session = active_session()
    nets = selected_nets(session)
    named = [part for net in nets for part in ("--net", net)]
    _tell_open(session.change(f"Route {', '.join(nets[:4])}", "wires", "route", session.folder, *named), nets)


def remove_wires(_worker: Worker) -> None:
    """The wires of selected nets; of all, where nothing is selected."""
    session = active_session()
    nets = selected_nets(session) if session.view.has_object_selection() else []
    named = [part for net in nets for part in ("--net", net)]
    session.change("Remove wires", "wires", "remove", session.folder, *named)


def _tell_open(found: dict[str, Any], nets: list[str] | None = None) -> None:
    """What could not be joined, of some nets or of all."""
    problems = [
        line
        for line in found["problems"]
        if nets is None or line.startswith("short") or any(f"net {net} " in line for net in nets)
    ]
    if problems:
        dialogs.tell(f"{len(problems)} places are left:\n\n" + "\n".join(problems[:12]))


def keep_drawn(_worker: Worker) -> None:
    """Paths drawn by hand in the design's layout become wires that the design keeps."""
    session = active_session()
    session.settle()
    facts = session.facts()
    wanted = {tuple(facts["layers"][name]["gds"]): name for name in facts["wire_layers"]}
    rows = [row for gds, name in wanted.items() for row in _paths(session, gds, name)]
    if not rows:
        layers = ", ".join(f"{name} {gds[0]}/{gds[1]}" for gds, name in wanted.items())
        raise Refused("no path is drawn on a wire layer", layers, "draw wires as paths in the design's top cell")
    with tempfile.TemporaryDirectory() as room:
        path = Path(room) / "drawn.csv"
        path.write_text("\n".join(["net,layer,width_um,points_um", *rows]) + "\n", "utf-8")
        session.change("Keep drawn wires", "wires", "add", session.folder, "--from", path, keeps=True)


def _paths(session: Any, gds: tuple[int, int], name: str) -> list[str]:
    """Paths on a layer of the top cell, as rows of a table."""
    layout = session.layout
    shapes = layout.top_cell().shapes(layout.layer(*gds))
    rows = []
    for shape in shapes.each(pya.Shapes.SPaths):
        path = shape.dpath
        points = " ".join(f"{p.x:.6g}:{p.y:.6g}" for p in path.each_point())
        rows.append(f",{name},{path.width:.6g},{points}")
    return rows


def check(worker: Worker) -> None:
    """Rules and nets; what is found is in the marker browser. A layout without a design is checked by a process."""
    view = pya.MainWindow.instance().current_view()
    if view is None:
        raise Refused("no layout is open", "", "open a layout")
    with tempfile.TemporaryDirectory() as room:
        try:
            session = active_session()
        except Refused:
            index, subject, name = _bare(worker, view, Path(room))
        else:
            session.settle()
            index, subject, name = session.cellview.index(), [session.folder], session.folder.name
        found = worker.run("Check", "check", *subject, "-f", "lyrdb,json", "-o", room)
        _browse(view, index, next(Path(room).glob("*.lyrdb")), f"bumpgen: {name}")
    text = f"{name}: {'passed' if found['passed'] else 'violations are in the marker browser'}"
    pya.MainWindow.instance().message(text, 10_000)


def _bare(worker: Worker, view: Any, room: Path) -> tuple[int, list[Any], str]:
    """The active layout written for the worker, and the process it is to be judged by."""
    cellview = view.active_cellview()
    if not cellview.is_valid() or cellview.cell is None:
        raise Refused("no layout is open", "", "open a layout")
    processes = tuple(worker.processes())
    found = _asked("Check this layout", [
        Field("process", "Process", "choice", cellview.technology, "Whose rules it is held against", processes)
    ])  # fmt: skip
    path = room / f"{cellview.cell.name}.gds"
    options = pya.SaveLayoutOptions()
    options.format = "GDS2"
    options.select_cell(cellview.cell.cell_index())
    cellview.layout().write(str(path), options)
    return cellview.index(), ["--gds", path, "--pdk", found["process"]], str(cellview.cell.name)


def _browse(view: Any, index: int, path: Path, name: str) -> None:
    """Show a report in the marker browser, in place of an earlier one of the same name."""
    for number in reversed(range(view.num_rdbs())):
        if view.rdb(number).name == name:
            view.remove_rdb(number)
    number = view.create_rdb(name)
    database = view.rdb(number)
    database.load(str(path))
    database.name = name
    view.show_rdb(number, index)


def section(worker: Worker) -> None:
    """The process along the ruler that was drawn last, or is selected, as pictures to step through."""
    session = active_session()
    session.settle()
    ruler = _ruler(session.view)
    cut = f"{ruler.p1.x:.3f},{ruler.p1.y:.3f},{ruler.p2.x:.3f},{ruler.p2.y:.3f}"
    section_view.show(worker, session.folder, cut)


def _ruler(view: Any) -> Any:
    rulers = list(view.each_annotation_selected()) or list(view.each_annotation())
    if not rulers:
        raise Refused("there is no ruler to cut along", "", "draw a ruler (K) over the design")
    return max(rulers, key=lambda ruler: ruler.id())


def masks(worker: Worker) -> None:
    """Mask data into a folder."""
    session = active_session()
    session.settle()
    found = _asked("Export masks", [
        Field("out", "Folder", "save", str(session.folder / "masks")),
        Field("formats", "Formats", "text", "gds", "gds, oas, dxf, gerber, svg, png; several with commas"),
        Field("plate", "Plate", "choice", "none", "What stands around the data", ("none", "contact", "stepper")),
    ])  # fmt: skip
    plate = [] if found["plate"] == "none" else ["--plate", found["plate"]]
    formats = ["-f", found["formats"].replace(" ", "")]
    worker.run(
        "Export masks", "masks", session.folder, "-o", dialogs.path_of(found["out"], "the folder"), *formats, *plate
    )
    pya.MainWindow.instance().message(f"Masks are in {found['out']}", 10_000)


def ghost(worker: Worker) -> None:
    """What the design will meet, laid over it; called again it is taken away.

    KLayout forgets what can be undone when a layout is loaded or taken away, so it asks first.
    """
    session = active_session()
    if session.ghost is not None:
        gone, session.ghost = session.ghost, None
        if gone.is_valid() and gone.name == GHOST and gone.view() is not None:
            session.view.erase_cellview(gone.index())
            return
    session.settle()
    how = _mate(worker, session)
    with tempfile.TemporaryDirectory() as room:
        path = Path(room) / "ghost.gds"
        told = worker.run("Ghost", "ghost", session.folder, *how, "-o", path)
        index = session.view.load_layout(str(path), "", True)
    session.ghost = session.view.cellview(index)
    session.ghost.name = GHOST
    _show_ghost(session.view, index, told["layers"])


def _mate(worker: Worker, session: Any) -> list[str]:
    """What the design meets, as options of the command."""
    processes = tuple(worker.processes())
    process = session.facts()["process"]
    if len(session.files.states) > 1 and not dialogs.ask(
        "Laying another layout over makes KLayout forget what can be undone. Go on?"
    ):
        raise Cancelled
    found = _asked("Ghost of the mating die", [
        Field("assembly", "Assembly", "folder", "", "Its folder; empty for the half that would meet it"),
        Field("process", "Process of the other half", "choice", process, "Without an assembly", processes),
        Field("role", "It is", "choice", "second", "Without an assembly", ("second", "carrier")),
    ])  # fmt: skip
    if not found["assembly"]:
        return ["--process", found["process"], "--as", found["role"]]
    folder = Path(found["assembly"]).expanduser()
    return ["--assembly", str(folder.absolute()) if folder.exists() else found["assembly"]]


def _show_ghost(view: Any, index: int, layers: list[dict[str, Any]]) -> None:
    """The ghost's layers in the list, hollow, in place of those that KLayout gives it."""
    view.transaction("bumpgen: ghost")
    for node in [n for n in view.each_layer() if n.source_cellview == index]:
        node.visible = False
    for layer in layers:
        number, datatype = layer["gds"]
        add_layer(view, f"{number}/{datatype}@{index + 1}", f"ghost {layer['name']}", layer)
    view.commit()
    view.max_hier()


GHOST = "bumpgen ghost"


def colour_nets(_worker: Worker) -> None:
    """Every net's metal in a colour of its own; called again the colours go."""
    session = active_session()
    if session.markers:
        session.clear_markers()
        return
    facts = session.facts()
    sites = [site for site in (*facts["bumps"], *facts["pads"]) if site["net"]]
    if len(sites) > MOST_COLOURED:
        raise Refused(f"{len(sites)} pads and bumps are too many to colour", "", f"up to {MOST_COLOURED} can be")
    layout = session.layout
    metals = [pya.Region(layout.top_cell().begin_shapes_rec(layout.layer(*facts["layers"][name]["gds"]))).merged()
              for name in facts["wire_layers"]]  # fmt: skip
    nets = {net: number for number, net in enumerate(facts["nets"])}
    for site in sites:
        spot = pya.Region(pya.Box(-1, -1, 1, 1).moved(*(round(site[key] / layout.dbu) for key in "xy")))
        for metal in metals:
            for polygon in metal.interacting(spot).each():
                marker = pya.Marker(session.view)
                marker.set_polygon(polygon.to_dtype(layout.dbu))
                marker.color = marker.frame_color = _color(nets[site["net"]], len(nets))
                marker.dither_pattern = 0
                session.markers.append(marker)


def _color(number: int, count: int) -> int:
    """One of many colours as far from its neighbours as can be."""
    import colorsys

    red, green, blue = colorsys.hsv_to_rgb((number * 0.618034) % 1.0, 0.55 + 0.35 * (number % 2), 0.95)
    return int(red * 255) << 16 | int(green * 255) << 8 | int(blue * 255) if count else 0
