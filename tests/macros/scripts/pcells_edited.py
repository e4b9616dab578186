"""PCells changed and undone, written, and read again as another KLayout wrote them."""

from pathlib import Path

import pya

WLCSP = "bumpgen wlcsp_500"


def kept(file):
    """Name, size and shape of the PCells in a file."""
    layout = pya.Layout()
    layout.read(str(file))
    found = [inst.cell for inst in layout.top_cell().each_inst()]
    rows = []
    for cell in found:
        values = cell.pcell_parameters_by_name()
        rows.append([cell.pcell_declaration().name(), values.get("size"), values.get("shape")])
    return sorted(rows)


def write(file):
    """A file with two PCells."""
    layout = pya.Layout()
    top = layout.create_cell("TOP")
    for name in ("Ubm", "PolymerOpening"):
        cell = layout.create_cell(name, WLCSP, {"size": 240.0, "shape": "octagon"})
        top.insert(pya.DCellInstArray(cell.cell_index(), pya.DTrans()))
    layout.write(str(file))


def undone(view):
    """A PCell placed in a view and changed; its width (µm) then, after one undo, and after the redo."""
    layout = view.active_cellview().layout()
    top = layout.create_cell("TOP")
    placed = top.insert(pya.DCellInstArray(layout.create_cell("Ubm", WLCSP, {}).cell_index(), pya.DTrans()))
    layer = layout.layer(20, 0)
    view.transaction("Change the UBM")
    placed.change_pcell_parameter("size", 100.0)
    view.commit()
    widths = [top.dbbox(layer).width()]
    for command in ("cm_undo", "cm_redo"):
        pya.MainWindow.instance().call_menu(command)
        widths.append(top.dbbox(layer).width())
    return widths


def settle():
    for _ in range(20):
        pya.Application.instance().process_events()


def pulled(window, name, mode, start, end):
    """Values of a PCell after its guide was pulled from one place (µm) to another with the mouse, and its title."""
    window.create_layout(1)
    view = window.current_view()
    layout = view.active_cellview().layout()
    top = layout.create_cell("TOP")
    placed = top.insert(pya.DCellInstArray(layout.create_cell(name, WLCSP, {}).cell_index(), pya.DTrans()))
    view.active_cellview().cell = top
    view.add_missing_layers()
    view.max_hier_levels = 10
    view.zoom_box(top.dbbox().enlarged(0.2 * top.dbbox().width()))  # zoom_fit leaves guides out; 0.30 sees no others
    settle()
    view.switch_mode(mode)
    trans, high = view.viewport_trans(), view.viewport_height()
    pixels = [trans * pya.DPoint(*place) for place in (start, end)]
    first, last = (pya.DPoint(round(at.x), high - 1 - round(at.y)) for at in pixels)
    for event, at, button in (
        (view.send_mouse_move_event, first, 0),
        (view.send_mouse_press_event, first, pya.ButtonState.LeftButton),
        (view.send_mouse_release_event, first, pya.ButtonState.LeftButton),
        (view.send_mouse_move_event, last, 0),
        (view.send_mouse_press_event, last, pya.ButtonState.LeftButton),
        (view.send_mouse_release_event, last, pya.ButtonState.LeftButton),
    ):
        event(at, button)
        settle()
    values = {key: str(value) for key, value in placed.pcell_parameters_by_name().items()}
    return values | {"title": placed.cell.display_title(), "bumps": str(placed.cell.child_instances())}


def told_of_rounding(window):
    """What the application is told when cells are placed in layouts of these database units (µm)."""
    from bumpgen.macros.start import _kept

    texts = []
    for dbu, library in ((0.001, WLCSP), (0.002, WLCSP), (0.002, "bumpgen pillar"), (0.005, "bumpgen pillar")):
        known = len(_kept)
        window.create_layout(1)
        layout = window.current_view().active_cellview().layout()
        layout.dbu = dbu
        top, name = layout.create_cell("TOP"), "Ubm" if library == WLCSP else "Pillar"
        cell = layout.create_cell(name, library, {"size": 77.0 + len(texts)})  # drawn anew
        top.insert(pya.DCellInstArray(cell.cell_index(), pya.DTrans()))
        settle()
        texts.append([str(box.text) for box in _kept[known:]])
        for box in _kept[known:]:
            box.close()
    return texts


def found(arguments):
    from bumpgen.macros.pcells import start
    from tests.macros.pcell_cases import FUZZED, fuzzed

    folder = Path(arguments["files"])
    early = folder / "theirs.gds"
    cold = pya.Layout()
    cold.read(str(early))
    start()
    told = {"theirs": [kept(folder / f"theirs.{suffix}") for suffix in ("gds", "oas")]}
    told["opened before"] = sorted(i.cell.pcell_parameters_by_name().get("size") for i in cold.top_cell().each_inst())
    for suffix in ("gds", "oas"):
        write(folder / f"ours.{suffix}")
    told["ours"] = [kept(folder / f"ours.{suffix}") for suffix in ("gds", "oas")]
    told["fuzzed"] = [wrong for name in FUZZED[WLCSP][:3] for wrong in fuzzed(name, WLCSP)]
    window = pya.MainWindow.instance()
    window.create_layout(1)
    told["rounding"] = told_of_rounding(window)
    window.create_layout(1)
    told["undone"] = undone(window.current_view())
    told["pulled"] = pulled(window, "Ubm", "move", (125.0, 0.0), (150.0, 2.0))
    told["pulled apart"] = pulled(window, "Ubm", "partial", (125.0, 0.0), (150.0, 2.0))
    told["pulled box"] = pulled(window, "Array", "move", (1250.0, 250.0), (600.0, 250.0))
    told["pulled path"] = pulled(window, "RdlPath", "partial", (810.0, 270.0), (900.0, -100.0))
    return told
